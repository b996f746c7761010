//! Numbers by phone.

use serde::{Deserialize, Serialize};

/// How numbers are given out to phones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteRule {
    /// How many one phone gets on one day; at least 1.
    #[serde(default = "most_per_day")]
    pub most_per_day: u32,
}

fn most_per_day() -> u32 {
    3
}
