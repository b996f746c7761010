//! What can be asked of a branch.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{ClassId, CounterId, Language, Rules, ServiceId, TicketId, WaitRange};

/// Something that a person, a device or the time of day asks for.
///
/// What an officer does to the ticket at the counter names that ticket: a press that was meant for the
/// one before is refused and does not hit the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Replace the office's rules.
    SetRules {
        /// The whole of them.
        rules: Arc<Rules>,
    },
    /// Begin the business day that the time of the command falls in.
    BeginDay,
    /// Give out the next number.
    IssueTicket {
        /// What the visitor came for.
        service: ServiceId,
        /// The class of visitor; none means ordinary.
        class: Option<ClassId>,
        /// The visitor's language.
        language: Language,
        /// The waiting time that the visitor is told; kept with the ticket, decides nothing.
        announced: Option<WaitRange>,
    },
    /// Call whoever is due first of those the counter takes.
    CallNext {
        /// The counter that is free.
        counter: CounterId,
    },
    /// Call the same ticket again.
    Recall {
        /// The counter that called.
        counter: CounterId,
        /// The ticket that was called.
        ticket: TicketId,
    },
    /// The visitor has come.
    StartServing {
        /// The counter that called.
        counter: CounterId,
        /// The ticket that was called.
        ticket: TicketId,
    },
    /// The visitor is done. Also for a ticket that is only called: some officers never press "start".
    Finish {
        /// The counter that serves.
        counter: CounterId,
        /// The ticket at the counter.
        ticket: TicketId,
    },
    /// Nobody came.
    NoShow {
        /// The counter that called.
        counter: CounterId,
        /// The ticket that was called.
        ticket: TicketId,
    },
    /// Send the visitor on to another service.
    Transfer {
        /// The counter that has the ticket.
        counter: CounterId,
        /// The ticket at the counter.
        ticket: TicketId,
        /// The service to wait for.
        service: ServiceId,
    },
    /// Let the visitor see to something and come back.
    Park {
        /// The counter that has the ticket.
        counter: CounterId,
        /// The ticket at the counter.
        ticket: TicketId,
    },
    /// A parked visitor is back.
    Resume {
        /// The parked ticket.
        ticket: TicketId,
    },
    /// Void a ticket that waits or is parked.
    CancelTicket {
        /// The ticket.
        ticket: TicketId,
    },
    /// Begin to call at a counter.
    OpenCounter {
        /// Which.
        counter: CounterId,
    },
    /// Stop calling at a counter that has no ticket.
    CloseCounter {
        /// Which.
        counter: CounterId,
    },
    /// Say which services a counter takes.
    ChooseServices {
        /// Which counter.
        counter: CounterId,
        /// All that it takes from now on; at least one.
        services: Vec<ServiceId>,
    },
}
