//! The rules in force, for whoever wants to change or keep them.

use axum::{
    Json,
    extract::{Path, State},
};
use giliran_protocol::{
    error::ErrorBody,
    paths,
    rules::{RulesInForce, Warning},
};

use crate::{failure::Failure, http::App};

/// The rules, in the form in which `set_rules` takes them, and what is unwise about them.
#[utoipa::path(get, path = paths::RULES, params(("branch" = String, Path, description = "The branch's short name")), responses(
    (status = 200, description = "The rules", body = RulesInForce),
    (status = 404, description = "No such branch", body = ErrorBody),
    (status = 503, description = "Still loading, stopping or overloaded", body = ErrorBody),
))]
pub async fn in_force(
    State(app): State<App>,
    Path(branch): Path<String>,
) -> Result<Json<RulesInForce>, Failure> {
    let rules = app.office(&branch)?.desk().rules().await?.rules;
    let warnings = rules.warnings().into_iter().map(|fault| Warning { at: fault.at, what: fault.what });
    Ok(Json(RulesInForce {
        rules: serde_json::to_value(&*rules).map_err(|_| Failure::Internal)?,
        warnings: warnings.collect(),
    }))
}
