//! Whether somebody of the staff may leave a kiosk's page, where visitors may not.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{Path, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode},
};
use giliran_protocol::{access::SignIn, error::ErrorBody, paths};

use crate::{
    access::identity::Asker,
    failure::Failure,
    http::{App, body},
    web::Doors,
};

/// Asks by short name and PIN or password whether that person may leave the kiosk's page: who works in the branch or
/// administers it. Nobody is signed in by it; wrong ones are counted as at the sign-in.
#[utoipa::path(post, path = paths::KIOSK_LEAVE, request_body = SignIn,
    params(("branch" = String, Path, description = "The branch's short name")),
    responses(
    (status = 204, description = "The person may"),
    (status = 400, description = "Not JSON", body = ErrorBody),
    (status = 401, description = "The name, PIN or password is wrong, or no device's key came with it", body = ErrorBody),
    (status = 403, description = "The person may not, or the request comes from another site's page", body = ErrorBody),
    (status = 404, description = "No such branch", body = ErrorBody),
    (status = 409, description = "This daemon asks nobody who they are", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 415, description = "The body is not said to be JSON", body = ErrorBody),
    (status = 422, description = "JSON, but no sign-in", body = ErrorBody),
    (status = 429, description = "Too many were wrong; `Retry-After` says when the next may be tried", body = ErrorBody),
    (status = 503, description = "Still loading, stopping, or the disk can't be written", body = ErrorBody),
    (status = 507, description = "The disk is full", body = ErrorBody),
))]
pub async fn leave_kiosk(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(doors): Extension<Arc<Doors>>,
    Path(branch): Path<String>,
    headers: HeaderMap,
    given: Result<Json<SignIn>, JsonRejection>,
) -> Result<StatusCode, Failure> {
    let given = body::read(given)?;
    app.office(&branch)?;
    let spare = doors.limits().spare(asker.address);
    app.access()?.leave_kiosk(&asker, &branch, given, &headers, spare).await?;
    Ok(StatusCode::NO_CONTENT)
}
