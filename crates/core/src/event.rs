//! What happened in a branch. Events are what the log keeps, so their JSON form is for ever:
//! fields may be added with a default, none may change its meaning.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{ClassId, CounterId, Language, Rules, ServiceId, TicketId, TicketNumber};

/// One change of a branch. When it happened is the time of the [`Entry`](crate::Entry) that holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The office's rules are these from now on; tickets already out keep what they have.
    RulesSet {
        /// The whole of them.
        rules: Arc<Rules>,
    },
    /// A business day began: numbers start again, and what was left of the day before has expired.
    DayBegan {
        /// The branch's own date.
        day: Date,
    },
    /// A visitor took a number.
    TicketIssued {
        /// The new ticket.
        ticket: TicketId,
        /// What is called.
        number: TicketNumber,
        /// What the visitor came for.
        service: ServiceId,
        /// The class of visitor.
        class: ClassId,
        /// The visitor's language.
        language: Language,
        /// When the ticket falls due: the queue's order.
        due: Timestamp,
        /// How many wait in the same queue and are due before.
        ahead: u32,
        /// The waiting time that the visitor was told, where one was known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        announced: Option<WaitRange>,
    },
    /// A counter called the ticket for the first time since it waited.
    TicketCalled {
        /// Who is called.
        ticket: TicketId,
        /// Where to.
        counter: CounterId,
        /// What is called.
        number: TicketNumber,
        /// What the visitor came for.
        service: ServiceId,
        /// The visitor's language.
        language: Language,
        /// When the visitor took the number.
        arrived: Timestamp,
    },
    /// The counter called the same ticket again.
    TicketRecalled {
        /// Who is called.
        ticket: TicketId,
        /// Where to.
        counter: CounterId,
        /// What is called.
        number: TicketNumber,
        /// What the visitor came for.
        service: ServiceId,
        /// The visitor's language.
        language: Language,
        /// The how-manieth call this is; the first recall is 2.
        attempt: u16,
    },
    /// The visitor stands at the counter.
    ServingStarted {
        /// Who is served.
        ticket: TicketId,
        /// Where.
        counter: CounterId,
    },
    /// The visit is done.
    TicketServed {
        /// Who was served.
        ticket: TicketId,
        /// Where.
        counter: CounterId,
    },
    /// Nobody came to the counter.
    TicketMissed {
        /// Who did not come.
        ticket: TicketId,
        /// Where.
        counter: CounterId,
    },
    /// The visit goes on in another queue, with its number and time of arrival.
    TicketTransferred {
        /// Who goes on.
        ticket: TicketId,
        /// From where.
        counter: CounterId,
        /// The service that is waited for now.
        service: ServiceId,
        /// When the ticket falls due there.
        due: Timestamp,
    },
    /// The visitor was sent to see to something and will come back; the counter is free.
    TicketParked {
        /// Who was sent.
        ticket: TicketId,
        /// By which counter.
        counter: CounterId,
    },
    /// A parked visitor is back and waits, in the old place.
    TicketResumed {
        /// Who is back.
        ticket: TicketId,
    },
    /// The ticket is void.
    TicketCancelled {
        /// Which.
        ticket: TicketId,
    },
    /// A counter began to call.
    CounterOpened {
        /// Which.
        counter: CounterId,
    },
    /// A counter calls no more.
    CounterClosed {
        /// Which.
        counter: CounterId,
    },
    /// A counter takes other services from now on.
    CounterServicesChosen {
        /// Which.
        counter: CounterId,
        /// All that it takes, never empty.
        services: Vec<ServiceId>,
    },
}

/// A waiting time as it is told to people: half of them wait no longer than the first figure, nine in
/// ten no longer than the second. Whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitRange {
    /// The median, in seconds.
    pub p50_s: u32,
    /// The 90th percentile, in seconds; at least the median.
    pub p90_s: u32,
}
