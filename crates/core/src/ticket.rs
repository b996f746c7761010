//! A ticket and where it stands.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{ClassId, CounterId, Language, PersonKey, Remark, ServiceId, TicketNumber};

/// One person's visit, while it lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// What is called.
    pub number: TicketNumber,
    /// What is waited for or being done; changes with a transfer and with each leg of the visit.
    pub service: ServiceId,
    /// The class of visitor.
    pub class: ClassId,
    /// The visitor's language.
    pub language: Language,
    /// When the visitor took the number; a transfer does not change it.
    pub arrived: Timestamp,
    /// What the due time counts from: the hour of the appointment, or the time of arrival.
    pub counts_from: Timestamp,
    /// When the ticket falls due: the order in which people are called.
    pub due: Timestamp,
    /// Whether it goes next, before all that do not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub goes_next: bool,
    /// The services that the visit goes on to after this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legs: Vec<ServiceId>,
    /// The one counter that may call it; none means any that takes the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<CounterId>,
    /// What whoever has it, or has it next, should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Remark>,
    /// Whether the note was written at the counter that has the ticket, so that it goes on with it. What the
    /// counter before had to say ends with the stay at this one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub note_goes_on: bool,
    /// How often its holder has let others go first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub gave_way: u8,
    /// How the first call stood to the charter; none before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_call: Option<FirstCall>,
    /// Stands for the person, where the office asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonKey>,
    /// Where it stands.
    pub state: TicketState,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &u8) -> bool {
    *count == 0
}

/// How a ticket's first call stood to what the charter promises of the wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstCall {
    /// It came in time.
    Within,
    /// It came later.
    Late,
    /// The service promises nothing.
    Unpromised,
}

impl Ticket {
    /// How a call now would stand to a promise. Whoever came before the hour of an appointment waits from that hour.
    pub(crate) fn held_against(&self, promise: Option<SignedDuration>, now: Timestamp) -> FirstCall {
        let Some(promise) = promise else { return FirstCall::Unpromised };
        let until = self.arrived.max(self.counts_from).saturating_add(promise).unwrap_or(Timestamp::MAX);
        if now <= until { FirstCall::Within } else { FirstCall::Late }
    }
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
    /// Called to a place near the counter that will call it next.
    Ahead {
        /// Which counter.
        counter: CounterId,
        /// Since when.
        since: Timestamp,
    },
    /// Called to a counter.
    Called {
        /// Where to.
        counter: CounterId,
        /// When for the first time.
        since: Timestamp,
        /// When for the last time.
        last: Timestamp,
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
        /// When the ticket waits again by itself; none means once the visitor says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
}

impl TicketState {
    /// The counter that has the ticket, if one does. One that called it ahead does not have it yet.
    pub fn counter(&self) -> Option<&CounterId> {
        match self {
            Self::Called { counter, .. } | Self::Serving { counter, .. } => Some(counter),
            Self::Waiting { .. } | Self::Ahead { .. } | Self::Parked { .. } => None,
        }
    }

    /// Since when it is so.
    pub fn since(&self) -> Timestamp {
        match self {
            Self::Waiting { since }
            | Self::Ahead { since, .. }
            | Self::Called { since, .. }
            | Self::Serving { since, .. }
            | Self::Parked { since, .. } => *since,
        }
    }
}
