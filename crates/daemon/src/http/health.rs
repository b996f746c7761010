//! Whether the daemon lives, and whether it can be asked.

use axum::{extract::State, http::StatusCode};
use giliran_protocol::{error::ErrorBody, paths};

use crate::{failure::Failure, http::App};

/// Alive: the process can answer.
#[utoipa::path(get, path = paths::HEALTH, responses((status = 200, description = "The process lives")))]
pub async fn alive() -> StatusCode {
    StatusCode::OK
}

/// Ready: every branch is loaded. Not so before that, nor while the daemon ends.
#[utoipa::path(get, path = paths::READY, responses(
    (status = 200, description = "Commands are taken"),
    (status = 503, description = "Still loading, or stopping", body = ErrorBody),
))]
pub async fn ready(State(app): State<App>) -> Result<StatusCode, Failure> {
    if app.stop.is_cancelled() {
        return Err(Failure::Stopping);
    }
    app.offices().map(|_| StatusCode::OK)
}
