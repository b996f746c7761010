//! A ticket and where it stands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ClassId, CounterId, Language, ServiceId, TicketNumber};

/// One person's visit, while it lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// What is called.
    pub number: TicketNumber,
    /// What is waited for or being done; changes with a transfer.
    pub service: ServiceId,
    /// The class of visitor.
    pub class: ClassId,
    /// The visitor's language.
    pub language: Language,
    /// When the visitor took the number; a transfer does not change it.
    pub arrived: Timestamp,
    /// When the ticket falls due: the order in which people are called.
    pub due: Timestamp,
    /// Where it stands.
    pub state: TicketState,
}

/// Where a living ticket stands: at most one counter has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TicketState {
    /// In the queue of its service.
    Waiting {
        /// Since when in this queue.
        since: Timestamp,
    },
    /// Called to a counter.
    Called {
        /// Where to.
        counter: CounterId,
        /// When for the first time.
        since: Timestamp,
        /// How often so far.
        attempts: u16,
    },
    /// Being served.
    Serving {
        /// Where.
        counter: CounterId,
        /// Since when.
        since: Timestamp,
    },
    /// Sent to see to something.
    Parked {
        /// Since when.
        since: Timestamp,
    },
}

impl TicketState {
    /// The counter that has the ticket, if one does.
    pub fn counter(&self) -> Option<&CounterId> {
        match self {
            Self::Called { counter, .. } | Self::Serving { counter, .. } => Some(counter),
            Self::Waiting { .. } | Self::Parked { .. } => None,
        }
    }

    /// Since when it is so.
    pub fn since(&self) -> Timestamp {
        match self {
            Self::Waiting { since }
            | Self::Called { since, .. }
            | Self::Serving { since, .. }
            | Self::Parked { since } => *since,
        }
    }
}
