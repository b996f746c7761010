//! Where people are served, and for whom.

use serde::{Deserialize, Serialize};

use crate::{ClassId, CounterId, ServiceId, Texts, ZoneId};

/// Where people are served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CounterRule {
    /// The short name.
    pub id: CounterId,
    /// What it is called on the sign and in the loudspeaker.
    #[serde(default)]
    pub place: Place,
    /// Its number on the sign, 1 to 99.
    pub number: u8,
    /// The services it takes when it opens for the first time: its own.
    pub services: Vec<ServiceId>,
    /// The services it helps with, in tiers: each when nobody waits for those before it, or when somebody
    /// there is about to fall due ([`CallingRule::help_before`](crate::CallingRule::help_before)).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub helps: Vec<Vec<ServiceId>>,
    /// The classes that it is kept for (kaunter khas); empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserved: Vec<ClassId>,
    /// Whether a counter that is kept for classes takes others while none of those wait.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub others_when_idle: bool,
    /// The part of the hall that it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<ZoneId>,
    /// The place near the counter to which the next visitor may be called ahead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<Texts>,
}

fn is_yes(answer: &bool) -> bool {
    *answer
}

fn yes() -> bool {
    true
}

/// What a counter is called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// A counter (kaunter).
    #[default]
    Counter,
    /// A room (bilik).
    Room,
}
