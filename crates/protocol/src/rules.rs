//! The office's rules, as they are read back.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::view::BranchView;

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

/// Rules to be checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulesToCheck {
    /// The whole of them, in the form in which `set_rules` takes them.
    #[schema(value_type = Object)]
    pub rules: serde_json::Map<String, serde_json::Value>,
}

/// What a check of rules found. Nothing is changed by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RulesChecked {
    /// What is wrong with them; none when `set_rules` would take them.
    pub faults: Vec<Warning>,
    /// What is allowed but unwise.
    pub warnings: Vec<Warning>,
    /// How a kiosk would look under them, with nobody waiting; absent while they are wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<Box<BranchView>>,
}
