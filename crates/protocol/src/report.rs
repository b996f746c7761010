//! What screens and loudspeakers report of a call or an announcement.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What became of a call at one screen or loudspeaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The call or announcement, by its place in the log.
    pub call: u64,
    /// What became of it.
    pub what: Reported,
    /// Why it failed; at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The zones of it in which this loudspeaker is heard; none where the office has no zones, or from a screen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reported {
    /// It stands on the screen.
    Shown,
    /// The loudspeaker has it and will say it.
    Queued,
    /// The loudspeaker begins to say it.
    Started,
    /// It was said to its end.
    Finished,
    /// It could not be said.
    Failed,
    /// It is kept back, because it falls into quiet hours.
    Withheld,
}
