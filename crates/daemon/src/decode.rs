//! What comes from outside, from bytes to what it means, and nothing done with it yet.
//!
//! Handlers read by these functions, and so do the tests that feed them rubbish: whatever the bytes are, the
//! answer is a value or a refusal, within a bearable time and memory.

use axum::http::{HeaderMap, HeaderValue, header};
use giliran_protocol::{
    access::{
        ApprovePairing, AskPairing, ChangeSecret, ClaimPairing, FirstAdministrator, PairingCode, PutPerson,
        SetSecret, SignIn,
    },
    command::{Appointment, CommandRequest},
    phone::{LeaveQueue, RemoteTicket},
};
use giliran_store::AuditRow;

use crate::{
    access::{bearer, book, cookies::Jar, known::Known, people, secrets},
    config::holidays,
    keep,
    persons::Persons,
    upkeep::{as_csv, as_json_line},
    wire,
};

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

/// Reads what a request's `Cookie` and `Authorization` lines bring as the gate does; says whether there was anything.
pub fn credentials(cookie: &[u8], authorization: &[u8]) -> bool {
    let mut headers = HeaderMap::new();
    for (name, value) in [(header::COOKIE, cookie), (header::AUTHORIZATION, authorization)] {
        // Anything else does not get through HTTP.
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.insert(name, value);
        }
    }
    let jars = [Jar::Session, Jar::Device, Jar::Known, Jar::SignOn];
    let kept: Vec<_> = jars.into_iter().filter_map(|jar| jar.read(&headers, false)).collect();
    let known = Known::new(&Persons::of_nobody());
    for cookie in &kept {
        let Ok(person) = "aminah".parse() else { return false };
        // Whatever a browser sends, it is told something that it can bring back.
        let again = known.with(Some(cookie), &person);
        assert!(known.number(&again, &person).is_some(), "{again}");
    }
    !kept.is_empty() || bearer(&headers).is_some()
}

/// Reads the body of a request about who takes part, as each of them. Says whether it is any.
pub fn about_access(body: &[u8]) -> bool {
    fn is<T: serde::de::DeserializeOwned>(body: &[u8]) -> bool {
        serde_json::from_slice::<T>(body).is_ok()
    }
    if let Ok(PutPerson { name, grants }) = serde_json::from_slice(body) {
        people::name(&name);
        people::grants(grants, |branch| branch == "contoh");
    }
    if let Ok(SignIn { id, secret }) = serde_json::from_slice(body) {
        // Neither looks at the clock or the disk; hashing is bounded elsewhere.
        let _ = secrets::fit(&secret, true, &id);
    }
    is::<SignIn>(body)
        || is::<FirstAdministrator>(body)
        || is::<ChangeSecret>(body)
        || is::<PutPerson>(body)
        || is::<SetSecret>(body)
        || is::<AskPairing>(body)
        || is::<ClaimPairing>(body)
        || is::<PairingCode>(body)
        || is::<ApprovePairing>(body)
        || is::<RemoteTicket>(body)
        || is::<LeaveQueue>(body)
}

/// Reads a line of the audit record, as it may stand in a file that was tampered with, and writes it out in all forms.
pub fn audit_line(body: &str) -> bool {
    let row = AuditRow { seq: 7, at: jiff::Timestamp::UNIX_EPOCH, body: body.to_owned(), hash: [0; 32] };
    book::told(&row).is_some_and(|line| {
        let read = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(as_csv(&line).as_bytes())
            .records()
            .count();
        assert_eq!(read, 1, "a line is one row of the table");
        assert_eq!(as_json_line(&line).lines().count(), 1);
        true
    })
}

/// Whether that is a state that was kept beside the log.
pub fn is_snapshot(body: &[u8]) -> bool {
    keep::is_readable(body)
}
