//! What comes from outside, from bytes to what it means, and nothing done with it yet.
//!
//! Handlers read by these functions, and so do the tests that feed them rubbish: whatever the bytes are, the
//! answer is a value or a refusal, within a bearable time and memory.

use giliran_protocol::command::{Appointment, CommandRequest};

use crate::{config::holidays, keep, persons::Persons, wire};

/// Appointments from CSV, as other systems export them.
pub fn appointments(file: &[u8]) -> Result<Vec<Appointment>, csv::Error> {
    csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file).into_deserialize().collect()
}

/// Whether a command and who gives it mean something to the rules.
pub fn means_something(request: CommandRequest) -> bool {
    let CommandRequest { command, by, .. } = request;
    let by_whom = by.as_ref().map(wire::actor).transpose();
    wire::command(command, &Persons::of_nobody()).is_ok() && by_whom.is_ok()
}

/// The dates on which an iCalendar file closes an office.
pub fn holidays(text: &str) -> Result<Vec<jiff::civil::Date>, String> {
    holidays::read(text).map(|days| days.into_iter().map(|day| day.date).collect())
}

/// Whether that is a state that was kept beside the log.
pub fn is_snapshot(body: &[u8]) -> bool {
    keep::is_readable(body)
}
