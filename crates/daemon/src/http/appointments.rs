//! Appointments from a file, as other systems export them.

#![expect(unused_qualifications, reason = "utoipa's macro writes a path out where the name would do")]

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use giliran_core::CommandId;
use giliran_protocol::{
    command::{Command, CommandAnswer},
    error::ErrorBody,
    paths,
};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    access::{book::Line, identity::Asker},
    decode,
    failure::Failure,
    http::App,
    wire,
};

/// The largest file: some 2,000 appointments, the most that one command takes.
const FILE_BYTES: usize = 256 * 1024;

/// How the import is told from others.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// The command's own id: the same file sent again with it happens once.
    id: Uuid,
}

/// Files are larger than commands.
pub fn limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(FILE_BYTES)
}

/// Takes appointments from CSV: a first line `code,service,at` or `code,service,at,person`, then one
/// appointment each, `at` in RFC 3339. All are taken or none; a line that is wrong is named.
#[utoipa::path(post, path = paths::APPOINTMENTS, request_body(content = String, content_type = "text/csv"),
    params(("branch" = String, Path, description = "The branch's short name"), Import),
    responses(
    (status = 200, description = "Taken", body = CommandAnswer),
    (status = 400, description = "No id", body = ErrorBody),
    (status = 404, description = "No such branch or service", body = ErrorBody),
    (status = 409, description = "The office takes no appointments", body = ErrorBody),
    (status = 413, description = "The file is too large", body = ErrorBody),
    (status = 422, description = "A line is wrong", body = ErrorBody),
    (status = 503, description = "Try again with the same id", body = ErrorBody),
    (status = 507, description = "The disk is full", body = ErrorBody),
))]
pub async fn import(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(branch): Path<String>,
    query: Result<Query<Import>, QueryRejection>,
    file: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Json<CommandAnswer>, Failure> {
    let Query(Import { id }) =
        query.map_err(|why| refused(StatusCode::BAD_REQUEST, "no_command_id", why.body_text()))?;
    let file = file.map_err(|why| refused(why.status(), "body_too_large", why.body_text()))?;
    let office = app.office(&branch)?;
    let appointments = decode::appointments(&file)
        .map_err(|why| refused(StatusCode::UNPROCESSABLE_ENTITY, "not_appointments", why.to_string()))?;
    let command = wire::command(Command::ImportAppointments { appointments }, app.persons()?)?;
    asker.identity.must_be_in()?;
    let by = asker.identity.actor(None)?;
    let answer = office.desk().submit(by, CommandId(id), command).await?;
    if asker.identity.person().is_some() {
        let detail = Some(format!("a file, entry {}", answer.seq));
        let subject = Some("import_appointments".into());
        let line = Line { branch: Some(branch), subject, detail, ..asker.line("command") };
        app.access()?.book().write(Vec::new(), line).await?;
    }
    Ok(Json(answer))
}

fn refused(status: StatusCode, code: &str, detail: String) -> Failure {
    let texts = [
        "Fail janji temu itu tidak diterima.",
        "That file of appointments is not taken.",
        "不接受该预约文件。",
        "அந்தச் சந்திப்புக் கோப்பு ஏற்கப்படவில்லை.",
    ];
    Failure::bad_request(status, code, texts, Some(detail))
}
