//! In and out: who one is, sign-in, sign-out, the first administrator, one's own PIN or password.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use giliran_protocol::{
    access::{ChangeSecret, FirstAdministrator, Me, SignIn},
    error::ErrorBody,
    paths,
};

use crate::{
    access::{
        Access, LetIn,
        cookies::Jar,
        identity::{Asker, Identity},
    },
    failure::Failure,
    http::{App, body},
    web::Doors,
};

/// Whom the daemon takes the client for.
#[utoipa::path(get, path = paths::ME, responses(
    (status = 200, description = "Nobody, a person, a device, or anybody where nobody is asked", body = Me),
    (status = 503, description = "Still loading", body = ErrorBody),
))]
pub async fn me(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let access = app.access()?;
    let mut response = Json(told(access, &asker.identity)).into_response();
    // Browsers let go of a cookie after 400 days; a device that is in use keeps it.
    if let (Identity::Device(_), Some(key)) = (&asker.identity, Jar::Device.read(&headers, asker.secure)) {
        Jar::Device.put(response.headers_mut(), &key, asker.secure);
    }
    Ok(response)
}

fn told(access: &Access, identity: &Identity) -> Me {
    identity.me(access.awaits_first(), access.sign_on.is_some())
}

fn welcome(access: &Access, let_in: &LetIn, secure: bool) -> Response {
    let mut response = Json(told(access, &let_in.identity)).into_response();
    let_in.put(response.headers_mut(), secure);
    response
}

/// Signs in by short name and PIN or password; the answer sets a cookie. A session that the browser had ends.
#[utoipa::path(post, path = paths::SIGN_IN, request_body = SignIn, responses(
    (status = 200, description = "Signed in", body = Me),
    (status = 400, description = "Not JSON", body = ErrorBody),
    (status = 401, description = "The name, PIN or password is wrong", body = ErrorBody),
    (status = 409, description = "This daemon asks nobody who they are", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 415, description = "The body is not said to be JSON", body = ErrorBody),
    (status = 422, description = "JSON, but no sign-in", body = ErrorBody),
    (status = 429, description = "Too many were wrong; `Retry-After` says when the next may be tried", body = ErrorBody),
    (status = 503, description = "Still loading, stopping, or the disk can't be written", body = ErrorBody),
    (status = 507, description = "The disk is full", body = ErrorBody),
))]
pub async fn sign_in(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(doors): Extension<Arc<Doors>>,
    headers: HeaderMap,
    given: Result<Json<SignIn>, JsonRejection>,
) -> Result<Response, Failure> {
    let access = app.access()?;
    let spare = doors.limits().spare(asker.address);
    let let_in = access.sign_in(&asker, body::read(given)?, &headers, spare).await?;
    Ok(welcome(access, &let_in, asker.secure))
}

/// Ends one's own session.
#[utoipa::path(post, path = paths::SIGN_OUT, responses(
    (status = 204, description = "It has ended"),
    (status = 401, description = "There is none", body = ErrorBody),
    (status = 503, description = "Still loading, stopping, or the disk can't be written", body = ErrorBody),
    (status = 507, description = "The disk is full", body = ErrorBody),
))]
pub async fn sign_out(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
) -> Result<Response, Failure> {
    app.access()?.sign_out(&asker).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    Jar::Session.clear(response.headers_mut(), asker.secure);
    Ok(response)
}

/// Makes the first administrator by the token in the daemon's log, and signs in.
#[utoipa::path(post, path = paths::FIRST_ADMINISTRATOR, request_body = FirstAdministrator, responses(
    (status = 200, description = "Made, and signed in", body = Me),
    (status = 400, description = "Not JSON", body = ErrorBody),
    (status = 403, description = "The token was used, or never was one", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 415, description = "The body is not said to be JSON", body = ErrorBody),
    (status = 422, description = "The name or password can't be taken", body = ErrorBody),
    (status = 503, description = "Still loading, stopping, or the disk can't be written", body = ErrorBody),
    (status = 507, description = "The disk is full", body = ErrorBody),
))]
pub async fn first_administrator(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    given: Result<Json<FirstAdministrator>, JsonRejection>,
) -> Result<Response, Failure> {
    let access = app.access()?;
    let let_in = access.first(&asker, body::read(given)?).await?;
    Ok(welcome(access, &let_in, asker.secure))
}

/// Changes one's own PIN or password. Every session of the person ends; the answer begins another.
#[utoipa::path(post, path = paths::MY_SECRET, request_body = ChangeSecret, responses(
    (status = 200, description = "Changed, and signed in anew", body = Me),
    (status = 400, description = "Not JSON", body = ErrorBody),
    (status = 401, description = "Nobody is signed in, or the old one is wrong", body = ErrorBody),
    (status = 403, description = "Whoever asks has none", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 415, description = "The body is not said to be JSON", body = ErrorBody),
    (status = 422, description = "The new one can't be taken", body = ErrorBody),
    (status = 429, description = "Too many were wrong", body = ErrorBody),
    (status = 503, description = "Still loading, stopping, or the disk can't be written", body = ErrorBody),
    (status = 507, description = "The disk is full", body = ErrorBody),
))]
pub async fn change_my_secret(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    headers: HeaderMap,
    given: Result<Json<ChangeSecret>, JsonRejection>,
) -> Result<Response, Failure> {
    let access = app.access()?;
    if asker.identity.person().is_none() {
        return Err(Failure::NotAllowed);
    }
    let known = Jar::Known.read(&headers, asker.secure);
    let let_in = access.change_secret(&asker, body::read(given)?, known.as_deref()).await?;
    Ok(welcome(access, &let_in, asker.secure))
}
