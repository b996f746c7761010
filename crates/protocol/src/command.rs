//! What a client asks for by HTTP, and the answer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::view::{Language, Wait};

/// A command with its id. Sent again with the same id, it happens once and gets the same answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommandRequest {
    /// Chosen by the client, new for each press: a UUID, best of version 7.
    pub id: Uuid,
    /// What to do.
    pub command: Command,
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
    },
    /// Call whoever is due first of those that the counter takes.
    CallNext {
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
    },
    /// Nobody came.
    NoShow {
        /// The counter.
        counter: String,
        /// The ticket at it.
        ticket: u64,
    },
    /// Send the visitor on to another service, with the number and the time of arrival.
    Transfer {
        /// The counter.
        counter: String,
        /// The ticket at it.
        ticket: u64,
        /// The service to wait for.
        service: String,
    },
    /// Let the visitor see to something and come back.
    Park {
        /// The counter.
        counter: String,
        /// The ticket at it.
        ticket: u64,
    },
    /// A parked visitor is back and waits in the old place.
    Resume {
        /// The parked ticket.
        ticket: u64,
    },
    /// Void a ticket that waits or is parked.
    CancelTicket {
        /// The ticket.
        ticket: u64,
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
    /// Say which services a counter takes.
    ChooseServices {
        /// The counter.
        counter: String,
        /// All that it takes from now on; at least one.
        services: Vec<String>,
    },
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
