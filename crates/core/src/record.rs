//! The fair-order record: everything that set somebody before or behind the order of the queue, with who
//! did it, when and why. It is read from the log, so it can't be lost and need not be kept beside it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Actor, ClassId, CounterId, Entry, Event, Press, Remark, TicketId, Turn};

/// One deviation from the order of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutOfOrder {
    /// The place of the entry in the log.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who, where the command said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    /// Whom it was about.
    pub ticket: TicketId,
    /// What was done.
    pub what: Deviation,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Remark>,
}

/// What was done outside the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Deviation {
    /// Called though others were before.
    Picked {
        /// The counter that called.
        counter: CounterId,
        /// How many were before.
        passed: u32,
    },
    /// Called because the counter chose a service.
    OfService {
        /// The counter that called.
        counter: CounterId,
    },
    /// Put into another class.
    ClassChanged {
        /// From,
        from: ClassId,
        /// to.
        to: ClassId,
    },
    /// Let others go first.
    GaveWay {
        /// How many.
        passed: u32,
    },
    /// Put back into the queue.
    Requeued {
        /// The counter that had called.
        counter: CounterId,
    },
    /// Made void by the staff.
    Cancelled,
    /// A press was taken back.
    Undone {
        /// At which counter.
        counter: CounterId,
        /// Which press.
        press: Press,
    },
}

impl Entry {
    /// What of this entry belongs into the fair-order record.
    pub fn out_of_order(&self) -> impl Iterator<Item = OutOfOrder> {
        self.events.iter().filter_map(|event| {
            let (ticket, what, reason) = self.deviation(event)?;
            let (seq, at, by) = (self.seq, self.at, self.by.clone());
            Some(OutOfOrder { seq, at, by, ticket, what, reason: reason.cloned() })
        })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what is not named here keeps the order")]
    fn deviation<'a>(&self, event: &'a Event) -> Option<(TicketId, Deviation, Option<&'a Remark>)> {
        let by_staff = matches!(self.by, Some(Actor::Officer { .. }));
        Some(match event {
            Event::TicketCalled { ticket, counter, turn: Turn::Picked { reason, passed }, .. } => {
                (*ticket, Deviation::Picked { counter: counter.clone(), passed: *passed }, Some(reason))
            }
            Event::TicketCalled { ticket, counter, turn: Turn::OfService, .. } => {
                (*ticket, Deviation::OfService { counter: counter.clone() }, None)
            }
            Event::ClassChanged { ticket, from, class, reason, .. } => {
                (*ticket, Deviation::ClassChanged { from: from.clone(), to: class.clone() }, Some(reason))
            }
            Event::TicketGaveWay { ticket, passed, .. } => {
                (*ticket, Deviation::GaveWay { passed: *passed }, None)
            }
            Event::TicketRequeued { ticket, counter, reason } => {
                (*ticket, Deviation::Requeued { counter: counter.clone() }, Some(reason))
            }
            Event::TicketCancelled { ticket, reason } if by_staff || reason.is_some() => {
                (*ticket, Deviation::Cancelled, reason.as_ref())
            }
            Event::PressUndone { counter, ticket, press } => {
                (*ticket, Deviation::Undone { counter: counter.clone(), press: *press }, None)
            }
            _ => return None,
        })
    }
}
