//! The branches of this daemon.

use std::sync::Arc;

use axum::{Json, extract::State};
use giliran_protocol::{error::ErrorBody, paths, view::BranchInfo};

use crate::{failure::Failure, http::App, office::Office, wire};

/// The branches, in the order of their names.
#[utoipa::path(get, path = paths::BRANCHES, responses(
    (status = 200, description = "The branches", body = Vec<BranchInfo>),
    (status = 503, description = "Still loading", body = ErrorBody),
))]
pub async fn list(State(app): State<App>) -> Result<Json<Vec<BranchInfo>>, Failure> {
    let info = |office: &Arc<Office>| BranchInfo {
        id: office.rules.id.to_string(),
        name: wire::texts(&office.rules.name),
        simulated_clock: app.clock.is_simulated(),
        trouble: office.health.trouble(),
    };
    Ok(Json(app.loaded()?.offices.values().map(info).collect()))
}
