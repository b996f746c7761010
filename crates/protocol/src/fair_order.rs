//! The fair-order record, as it is read back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::command::Actor;

/// What was done out of order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FairOrder {
    /// In the order of the log.
    pub records: Vec<Record>,
    /// Where to go on with `after`, when there may be more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// One thing that set somebody before or behind the order of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = FairOrderRecord)]
pub struct Record {
    /// The place of it in the log.
    pub seq: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who, where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    /// Whom it was about.
    pub ticket: u64,
    /// What was done.
    pub what: What,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = FairOrderWhat)]
pub enum What {
    /// Called though others were before.
    Picked {
        /// The counter that called.
        counter: String,
        /// How many were before.
        passed: u32,
    },
    /// Called because the counter chose a service.
    OfService {
        /// The counter that called.
        counter: String,
    },
    /// Put into another class.
    ClassChanged {
        /// The class before.
        from: String,
        /// The class after.
        to: String,
    },
    /// Let others go first, as a visitor did by phone.
    GaveWay {
        /// How many.
        passed: u32,
    },
    /// Put back into the queue.
    Requeued {
        /// The counter that had called.
        counter: String,
    },
    /// Made void by the staff.
    Cancelled,
    /// A press was taken back.
    Undone {
        /// At which counter.
        counter: String,
    },
}
