//! Classes of visitor, and what an appointment is worth.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{ClassId, Texts};

/// A class of visitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassRule {
    /// The short name.
    pub id: ClassId,
    /// The name as people read it.
    pub name: Texts,
    /// How long after arrival a ticket of this class falls due, in place of the service's allowance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowance: Option<SignedDuration>,
    /// Whether a ticket of this class goes next, before all that are not: an emergency.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub goes_next: bool,
}

/// How people with an appointment are received. Their ticket falls due as if they had arrived at their
/// hour, so they mix with those who walked in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppointmentRule {
    /// The class of their tickets.
    pub class: ClassId,
    /// How long before the hour they may check in.
    #[serde(default = "default_early")]
    pub early: SignedDuration,
    /// How long after the hour it still counts.
    #[serde(default = "default_late")]
    pub late: SignedDuration,
    /// What becomes of those who come later still.
    #[serde(default)]
    pub too_late: TooLate,
}

fn default_early() -> SignedDuration {
    SignedDuration::from_mins(30)
}

fn default_late() -> SignedDuration {
    SignedDuration::from_mins(15)
}

/// What becomes of people who come too late for their appointment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TooLate {
    /// They get a number like anybody who walks in, now.
    #[default]
    WalkIn,
    /// They get none and ask the staff.
    Refused,
}
