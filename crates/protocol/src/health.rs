//! How the daemon stands, for whoever watches it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How the daemon stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DaemonHealthView {
    /// The continuous copy of the log. Absent where none is configured, and until all is loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<CopyView>,
}

/// How the continuous copy of the log stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CopyView {
    /// Whether it holds all but the last moments, as it should.
    pub up_to_date: bool,
    /// If not: for how many seconds it has not. What was answered since is on the daemon's own disk alone.
    pub behind_s: u64,
}
