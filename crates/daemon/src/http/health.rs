//! Whether the daemon lives, and whether it can be asked.

use axum::{Json, extract::State, http::StatusCode};
use giliran_protocol::{
    error::ErrorBody,
    health::{CopyView, DaemonHealthView},
    paths,
};

use crate::{failure::Failure, http::App};

/// Alive: the process can answer. Says too how what it looks after stands.
#[utoipa::path(get, path = paths::HEALTH, responses(
    (status = 200, description = "The process lives", body = DaemonHealthView),
))]
pub async fn alive(State(app): State<App>) -> Json<DaemonHealthView> {
    let standing = app.loaded.get().and_then(|loaded| Some(*loaded.copy.as_ref()?.borrow()));
    let copy = standing.map(|standing| CopyView {
        up_to_date: standing.behind().is_none(),
        behind_s: standing.behind().map_or(0, |behind| behind.as_secs()),
    });
    Json(DaemonHealthView { copy })
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
    app.loaded().map(|_| StatusCode::OK)
}
