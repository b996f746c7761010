//! A refusal, as a client gets it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::view::Texts;

/// The body of every answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// What is wrong.
    pub error: Error,
}

/// What is wrong, for programs and for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Error {
    /// A stable word, such as `queue_empty`.
    pub code: String,
    /// A sentence for the person who asked.
    pub message: Texts,
    /// What exactly, in English, for whoever mends it. Absent where the code says it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}
