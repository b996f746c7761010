//! The rules of one branch.
//!
//! A pure state machine: a command and a time go in, events or a [`Refusal`] come out. It reads no
//! clock, draws no random number, touches no file and iterates no hash map, so replaying a log gives
//! the same branch on every machine.
//!
//! - [`Rules`] is what the office decided: services, classes, counters, hours, how people are called.
//!   [`Rules::check`] names every fault, [`Rules::warnings`] what is unwise.
//! - [`Branch`] holds who waits, who is called and who is served; [`Branch::decide`] says what a
//!   [`Command`] means now, [`Branch::apply`] takes in the [`Event`]s, and [`Branch::next_deadline`] says
//!   when time alone brings something about.
//! - [`Ledger`] numbers what was decided and makes a command that is sent twice happen once.
//! - [`Entry::out_of_order`] reads the fair-order record from the log: who set whom before others, and why.
//!
//! Storing, announcing, estimating and showing are the work of others.

mod appointment;
mod branch;
mod command;
mod event;
mod ids;
mod language;
mod ledger;
mod number;
mod numbers;
mod queue;
mod record;
mod refusal;
mod rules;
mod ticket;
mod words;

pub use appointment::{Appointment, Booking};
pub use branch::{
    Announcement, Branch, Counter, MOST_NOTICES, MOST_PAST, MOST_URGENT, MOST_WAYS, Missed, Notice, Opening,
    Pause, Tally,
};
pub use command::Command;
pub use event::{Event, PauseReason, Press, Turn, WaitRange};
pub use ids::{
    AnnouncementId, BranchId, ClassId, CommandId, CounterId, DeviceId, GroupId, NoticeId, OfficerId,
    OutcomeId, PlannedId, RecordingId, SentenceId, ServiceId, Slug, SlugError, TicketId, ZoneId,
};
pub use language::{Language, Texts, UnknownLanguage};
pub use ledger::{Decision, Entry, Known, Ledger, Submission};
pub use number::{NumberError, TicketNumber};
pub use record::{Deviation, OutOfOrder};
pub use refusal::{Kind, Refusal};
pub use rules::{
    AnnouncingRule, AppointmentRule, AtClose, CallingRule, Charter, ClassRule, CounterRule, Dates, Day,
    Fault, Faults, GroupRule, HoursRule, Icon, NoShowRule, NoticeRule, OutcomeRule, Place, PlannedRule,
    Quiet, QuietRule, RemoteRule, Rules, ScreensRule, Series, ServiceRule, Sound, Span, SpecialDay, Stretch,
    TooLate, VolumeRule, WeekRule, ZoneRule, propose_letters,
};
pub use ticket::{FirstCall, Ticket, TicketState};
pub use words::{Actor, AppointmentCode, CodeError, PersonKey, PersonKeyError, Remark, RemarkError};
