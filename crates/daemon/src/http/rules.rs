//! The rules in force, for whoever wants to change or keep them, and what a change would mean.

use std::sync::Arc;

use axum::{
    Json,
    extract::{DefaultBodyLimit, Path, State, rejection::JsonRejection},
};
use giliran_core::Rules;
use giliran_protocol::{
    error::ErrorBody,
    paths,
    rules::{RulesChecked, RulesInForce, RulesToCheck, Warning},
    view::Audience,
};

use crate::{
    failure::Failure,
    http::{App, body},
    picture, wire,
};

/// The largest rules, with what stands around them: those of a large office have some 20 KiB, those of one that has
/// 500 services and as many counters, the most that there may be, some 300.
const RULES_BYTES: usize = 512 * 1024;

/// As much of a body is read as rules may have.
pub fn limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(RULES_BYTES)
}

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
    Ok(Json(RulesInForce {
        rules: serde_json::to_value(&*rules).map_err(|_| Failure::Internal)?,
        warnings: rules.warnings().into_iter().map(wire::warning).collect(),
    }))
}

/// What would be wrong or unwise about rules, and how a kiosk would look under them. Nothing changes.
///
/// The faults are those for which `set_rules` would refuse them now, people who are here for what would go included.
#[utoipa::path(post, path = paths::RULES_CHECK, request_body = RulesToCheck,
    params(("branch" = String, Path, description = "The branch's short name")),
    responses(
    (status = 200, description = "What was found", body = RulesChecked),
    (status = 400, description = "Not JSON", body = ErrorBody),
    (status = 404, description = "No such branch", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 415, description = "The body is not said to be JSON", body = ErrorBody),
    (status = 422, description = "JSON, but not what was to come", body = ErrorBody),
    (status = 503, description = "Still loading, stopping or overloaded", body = ErrorBody),
))]
pub async fn check_rules(
    State(app): State<App>,
    Path(branch): Path<String>,
    given: Result<Json<RulesToCheck>, JsonRejection>,
) -> Result<Json<RulesChecked>, Failure> {
    let RulesToCheck { rules } = body::read(given)?;
    let desk = app.office(&branch)?.desk();
    let rules = match serde_json::from_value::<Rules>(rules.into()) {
        Ok(rules) => Arc::new(rules),
        Err(why) => {
            let fault = Warning { at: "rules".into(), what: why.to_string() };
            return Ok(Json(RulesChecked { faults: vec![fault], warnings: Vec::new(), view: None }));
        }
    };
    let now = app.clock.now().ok_or(Failure::NotReady)?;
    let faults: Vec<_> = desk.check(rules.clone()).await?.into_iter().map(wire::warning).collect();
    // Warnings are of rules that are sound by themselves.
    let sound = rules.check().is_ok();
    let warnings = if sound { rules.warnings().into_iter().map(wire::warning).collect() } else { Vec::new() };
    let view =
        if faults.is_empty() { picture::empty(Audience::Kiosk, &rules, now).map(Box::new) } else { None };
    Ok(Json(RulesChecked { faults, warnings, view }))
}
