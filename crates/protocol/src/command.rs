//! What a client asks for by HTTP, and the answer.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::view::{Language, Sound, Texts, Wait};

/// A command with its id. Sent again with the same id, it happens once and gets the same answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommandRequest {
    /// Chosen by the client, new for each press: a UUID, best of version 7.
    pub id: Uuid,
    /// What to do.
    pub command: Command,
    /// Who asks, where it is known; kept with what happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
}

impl CommandRequest {
    /// A command with its id, from nobody in particular.
    pub fn new(id: Uuid, command: Command) -> Self {
        Self { id, command, by: None }
    }
}

/// Who asks for something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Actor {
    /// Somebody of the staff.
    Officer {
        /// The short name.
        id: String,
    },
    /// A kiosk or other device, for whoever stands before it.
    Device {
        /// The short name.
        id: String,
    },
    /// The visitor.
    Visitor,
}

/// Why a counter calls nobody for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// A rest.
    Rest,
    /// Prayer.
    Prayer,
    /// Work away from the counter.
    BackOffice,
    /// Anything else.
    Other,
}

/// An hour that somebody was promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    /// What it is looked up by: 4 to 16 letters and digits.
    pub code: String,
    /// What for.
    pub service: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The person's phone or card number, where the office asks for one living ticket each. Only a keyed
    /// hash of it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

/// What to do. An officer's command names the ticket that the officer saw, so that a late press does
/// not hit the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Give out the next number of a service.
    IssueTicket {
        /// What the visitor came for.
        service: String,
        /// The class of visitor; ordinary when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        class: Option<String>,
        /// The visitor's language.
        #[serde(default = "malay")]
        language: Language,
        /// The services that the visit goes on to, with the same number; as the service says when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        legs: Option<Vec<String>>,
        /// The person's phone or card number, where the service asks for one living ticket each. Only a
        /// keyed hash of it is kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<String>,
    },
    /// Give out a number to somebody with an appointment.
    CheckIn {
        /// The appointment's code.
        code: String,
        /// The visitor's language.
        #[serde(default = "malay")]
        language: Language,
    },
    /// Add appointments, or change those of the same code that nobody has checked in for.
    ImportAppointments {
        /// Which; at most 2,000.
        appointments: Vec<Appointment>,
    },
    /// Call off an appointment.
    CancelAppointment {
        /// Its code.
        code: String,
    },
    /// Call whoever is due first of those that the counter takes.
    CallNext {
        /// The counter.
        counter: String,
    },
    /// Call whoever is next for one service.
    CallNextOf {
        /// The counter.
        counter: String,
        /// A service that it takes.
        service: String,
    },
    /// Call one particular ticket, out of turn.
    CallTicket {
        /// The counter.
        counter: String,
        /// Whom.
        ticket: u64,
        /// Why; kept.
        reason: String,
    },
    /// Call whoever is next to the place near the counter.
    CallAhead {
        /// The counter.
        counter: String,
    },
    /// Call the ticket at the counter again.
    Recall {
        /// The counter.
        counter: String,
        /// The ticket at it.
        ticket: u64,
    },
    /// The visitor has come.
    StartServing {
        /// The counter.
        counter: String,
        /// The ticket at it.
        ticket: u64,
    },
    /// The visitor is done.
    Finish {
        /// The counter.
        counter: String,
        /// The ticket at it.
        ticket: u64,
        /// How it ended: one of the office's outcomes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<String>,
    },
    /// Write down beside the ticket at a counter what whoever serves it next should know. An empty note takes
    /// the one that is there away.
    AddNote {
        /// The counter.
        counter: String,
        /// The ticket at it.
        ticket: u64,
        /// What to know.
        note: String,
    },
    /// Nobody came.
    NoShow {
        /// The counter.
        counter: String,
        /// The ticket at it.
        ticket: u64,
    },
    /// A visitor who missed the call is here after all, and waits in the old place.
    ComeBack {
        /// The ticket that was missed.
        ticket: u64,
    },
    /// Send the visitor on to another service, to a certain counter, or both; with the number and the time
    /// of arrival.
    Transfer {
        /// The counter.
        counter: String,
        /// The ticket at it.
        ticket: u64,
        /// The service to wait for; the same when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        service: Option<String>,
        /// The one counter that is to call; any when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        /// What that counter should know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Let the visitor see to something and come back.
    Park {
        /// The counter.
        counter: String,
        /// The ticket at it.
        ticket: u64,
        /// When the ticket waits again by itself; later today.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = DateTime)]
        until: Option<Timestamp>,
    },
    /// A parked visitor is back and waits in the old place.
    Resume {
        /// The parked ticket.
        ticket: u64,
    },
    /// Put a ticket that was called back to its place in the queue.
    Requeue {
        /// The ticket.
        ticket: u64,
        /// Why; kept.
        reason: String,
    },
    /// Put a ticket into another class of visitor.
    ChangeClass {
        /// The ticket.
        ticket: u64,
        /// The class that is right.
        class: String,
        /// Why; kept.
        reason: String,
    },
    /// Void a ticket that no counter has.
    CancelTicket {
        /// The ticket.
        ticket: u64,
        /// Why; kept. A visitor need not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Take back the last press at a counter, within seconds.
    Undo {
        /// The counter.
        counter: String,
    },
    /// Begin to call at a counter.
    OpenCounter {
        /// The counter.
        counter: String,
    },
    /// Stop calling at a counter.
    CloseCounter {
        /// The counter.
        counter: String,
    },
    /// Stop calling at a counter for a while.
    PauseCounter {
        /// The counter.
        counter: String,
        /// What for.
        reason: PauseReason,
    },
    /// Go on after a pause.
    ResumeCounter {
        /// The counter.
        counter: String,
    },
    /// Say who works at a counter.
    SeatOfficer {
        /// The counter.
        counter: String,
        /// Who; nobody when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        officer: Option<String>,
    },
    /// Say which services a counter takes.
    ChooseServices {
        /// The counter.
        counter: String,
        /// All that are its own from now on; at least one.
        services: Vec<String>,
        /// All that it helps with, in tiers; as before when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        helps: Option<Vec<Vec<String>>>,
    },
    /// Open the office, or keep it open, beyond its hours.
    OpenExtra {
        /// Until when; later today.
        #[schema(value_type = String, format = DateTime)]
        until: Timestamp,
        /// Why; kept.
        reason: String,
    },
    /// Close the office for the day now.
    CloseDay,
    /// Tell everybody something, on walls and kiosks.
    PostNotice {
        /// What.
        text: Texts,
        /// Until when it is shown, later than now; until it is withdrawn when left out. It ends with the
        /// business day in any case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = DateTime)]
        until: Option<Timestamp>,
    },
    /// Show a notice no longer.
    WithdrawNotice {
        /// Which.
        notice: u64,
    },
    /// Say something aloud beside the calls.
    Announce {
        /// What it sounds like.
        sound: Sound,
        /// The same in writing, for whoever does not hear it: in each language 1 to 200 characters in one line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<Texts>,
        /// In which zones; everywhere when left out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        zones: Vec<String>,
        /// Whether it goes before everything, quiet hours too, and is repeated until it is called off.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        urgent: bool,
    },
    /// Make an announcement that the office has planned, now.
    AnnouncePlanned {
        /// Which.
        planned: String,
    },
    /// Call an urgent announcement off.
    EndAnnouncement {
        /// Which, by what it is called off by.
        announcement: u64,
    },
    /// Replace the office's rules, checked as a whole; tickets already out keep what they have.
    SetRules {
        /// The whole of them, with the keys of a `[[branch]]` in the configuration file.
        #[schema(value_type = Object)]
        rules: Box<serde_json::Value>,
    },
}

impl Command {
    /// Gives out the next number of a service to an ordinary visitor who says nothing about it.
    pub fn issue(service: impl Into<String>) -> Self {
        Self::IssueTicket {
            service: service.into(),
            class: None,
            language: malay(),
            legs: None,
            person: None,
        }
    }
}

fn malay() -> Language {
    Language::Ms
}

/// The answer to a command that was taken. It is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommandAnswer {
    /// The place of what happened in the branch's log.
    pub seq: u64,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Outcome {
    /// A number was given out.
    Issued {
        /// The ticket, for commands.
        ticket: u64,
        /// The number.
        number: String,
        /// What for.
        service: String,
        /// How many wait for the same service and are due before.
        ahead: u32,
        /// How long it will take; absent while that is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wait: Option<Wait>,
        /// The secret of the ticket, for the holder's phone: whoever has it sees how the ticket stands and may
        /// give it up. It is told to whoever asked for the number and to nobody else, and is void when the
        /// business day ends; absent from then on, and where the daemon has no key to make it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phone: Option<String>,
    },
    /// A number was called to the place near the counter.
    CalledAhead {
        /// The ticket, for commands.
        ticket: u64,
        /// The number.
        number: String,
    },
    /// A number was called, for the first time or again.
    Called {
        /// The ticket, for commands.
        ticket: u64,
        /// The number.
        number: String,
        /// What the visitor came for.
        service: String,
        /// The visitor's language.
        language: Language,
        /// 1 for a first call, more for a recall.
        attempt: u16,
    },
    /// It is done; there is nothing more to say.
    Done,
}
