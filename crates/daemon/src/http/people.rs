//! The people who may sign in, for those who look after them.

use axum::{
    Extension, Json,
    extract::{Path, State, rejection::JsonRejection},
    http::StatusCode,
};
use giliran_protocol::{
    access::{PersonView, PutPerson, SetSecret},
    error::ErrorBody,
    paths,
};

use crate::{
    access::identity::Asker,
    failure::Failure,
    http::{App, body},
};

/// The people whom the asker looks after, by short name.
#[utoipa::path(get, path = paths::PEOPLE, responses(
    (status = 200, description = "Of all branches, or of the asker's", body = Vec<PersonView>),
    (status = 503, description = "Still loading", body = ErrorBody),
))]
pub async fn list_people(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
) -> Result<Json<Vec<PersonView>>, Failure> {
    Ok(Json(app.access()?.list_people(&asker)))
}

/// Lets somebody sign in, or changes the name and roles of somebody who may. Nobody gives a role that is not the
/// asker's to give.
#[utoipa::path(put, path = paths::PERSON, request_body = PutPerson,
    params(("person" = String, Path, description = "The person's short name")), responses(
    (status = 200, description = "As it is now", body = PersonView),
    (status = 400, description = "Not JSON", body = ErrorBody),
    (status = 409, description = "There would be no administrator left", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 415, description = "The body is not said to be JSON", body = ErrorBody),
    (status = 422, description = "The name or roles can be nobody's", body = ErrorBody),
    (status = 503, description = "Still loading, stopping, or the disk can't be written", body = ErrorBody),
    (status = 507, description = "The disk is full", body = ErrorBody),
))]
pub async fn put_person(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(person): Path<String>,
    given: Result<Json<PutPerson>, JsonRejection>,
) -> Result<Json<PersonView>, Failure> {
    let there = |branch: &str| app.office(branch).is_ok();
    app.access()?.put(&asker, &person, body::read(given)?, there).await.map(Json)
}

/// Sets somebody's PIN or password, which has to be changed at the next sign-in. All sessions of the person end.
#[utoipa::path(post, path = paths::PERSON_SECRET, request_body = SetSecret,
    params(("person" = String, Path, description = "The person's short name")), responses(
    (status = 204, description = "Set"),
    (status = 400, description = "Not JSON", body = ErrorBody),
    (status = 404, description = "No such person", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 415, description = "The body is not said to be JSON", body = ErrorBody),
    (status = 422, description = "It can't be taken", body = ErrorBody),
    (status = 503, description = "Still loading, stopping, or the disk can't be written", body = ErrorBody),
    (status = 507, description = "The disk is full", body = ErrorBody),
))]
pub async fn set_person_secret(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(person): Path<String>,
    given: Result<Json<SetSecret>, JsonRejection>,
) -> Result<StatusCode, Failure> {
    let SetSecret { secret } = body::read(given)?;
    app.access()?.set_secret(&asker, &person, secret).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all sessions of somebody: pages that are open ask for a sign-in within a second.
#[utoipa::path(delete, path = paths::PERSON_SESSIONS,
    params(("person" = String, Path, description = "The person's short name")), responses(
    (status = 204, description = "They have ended"),
    (status = 404, description = "No such person", body = ErrorBody),
    (status = 422, description = "Not a short name", body = ErrorBody),
    (status = 503, description = "Still loading, stopping, or the disk can't be written", body = ErrorBody),
    (status = 507, description = "The disk is full", body = ErrorBody),
))]
pub async fn end_person_sessions(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(person): Path<String>,
) -> Result<StatusCode, Failure> {
    app.access()?.end_sessions(&asker, &person).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets somebody sign in no longer. What the person did stays in the logs, under the short name.
#[utoipa::path(delete, path = paths::PERSON,
    params(("person" = String, Path, description = "The person's short name")), responses(
    (status = 204, description = "Removed"),
    (status = 404, description = "No such person", body = ErrorBody),
    (status = 409, description = "There would be no administrator left", body = ErrorBody),
    (status = 422, description = "Not a short name", body = ErrorBody),
    (status = 503, description = "Still loading, stopping, or the disk can't be written", body = ErrorBody),
    (status = 507, description = "The disk is full", body = ErrorBody),
))]
pub async fn remove_person(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(person): Path<String>,
) -> Result<StatusCode, Failure> {
    app.access()?.remove(&asker, &person).await?;
    Ok(StatusCode::NO_CONTENT)
}
