//! The office's rules, as they are read back.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The rules that hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RulesInForce {
    /// The whole of them, with the keys of a `[[branch]]` in the configuration file.
    #[schema(value_type = Object)]
    pub rules: serde_json::Value,
    /// What is allowed, but unwise.
    pub warnings: Vec<Warning>,
}

/// Something unwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Warning {
    /// Where, as a path such as `service.pasport.series`.
    pub at: String,
    /// What, in English.
    pub what: String,
}
