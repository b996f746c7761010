//! How the day goes, hour by hour.

use axum::{
    Json,
    extract::{Path, State},
};
use giliran_protocol::{day::DayView, error::ErrorBody, paths};

use crate::{failure::Failure, http::App};

/// The day so far, hour by hour, beside what is usual on such a weekday.
#[utoipa::path(get, path = paths::DAY, params(("branch" = String, Path, description = "The branch's short name")), responses(
    (status = 200, description = "The hours", body = DayView),
    (status = 404, description = "No such branch", body = ErrorBody),
    (status = 503, description = "Still loading, stopping or overloaded", body = ErrorBody),
))]
pub async fn day(State(app): State<App>, Path(branch): Path<String>) -> Result<Json<DayView>, Failure> {
    app.office(&branch)?.desk().day().await.map(Json)
}
