//! Commands to a branch.

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode},
};
use giliran_core::CommandId;
use giliran_protocol::{
    command::{CommandAnswer, CommandRequest},
    error::ErrorBody,
    paths,
};
use jiff::Timestamp;

use crate::{failure::Failure, http::App, wire};

/// Does a command, once, however often it is sent with the same id. The answer is on disk when it comes.
#[utoipa::path(post, path = paths::COMMANDS, request_body = CommandRequest,
    params(
        ("branch" = String, Path, description = "The branch's short name"),
        ("giliran-simulated-time" = Option<String>, Header, description = "With a simulated clock only: the time of the command, RFC 3339"),
    ),
    responses(
    (status = 200, description = "Done", body = CommandAnswer),
    (status = 400, description = "Not JSON, or a time that is none", body = ErrorBody),
    (status = 404, description = "The command names something that does not exist", body = ErrorBody),
    (status = 409, description = "The command does not fit what is so now", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 415, description = "The body is not said to be JSON", body = ErrorBody),
    (status = 422, description = "JSON, but no command, or one that could never be right", body = ErrorBody),
    (status = 503, description = "Overloaded, starting, stopping, or the disk can't be written: try again with the same id, no sooner than `Retry-After` says", body = ErrorBody),
    (status = 507, description = "The disk is full; `Retry-After` as above", body = ErrorBody),
))]
pub async fn submit(
    State(app): State<App>,
    Path(branch): Path<String>,
    headers: HeaderMap,
    body: Result<Json<CommandRequest>, JsonRejection>,
) -> Result<Json<CommandAnswer>, Failure> {
    let Json(CommandRequest { id, command, by }) = body.map_err(not_a_command)?;
    let office = app.office(&branch)?;
    let command = wire::command(command, app.persons()?)?;
    let by = by.as_ref().map(wire::actor).transpose()?;
    if let Some(time) = headers.get(paths::SIMULATED_TIME) {
        let at: Timestamp = time.to_str().ok().and_then(|text| text.parse().ok()).ok_or_else(bad_time)?;
        app.clock.bring(at).map_err(|_| bad_time())?;
    }
    office.desk().submit(by, CommandId(id), command).await.map(Json)
}

fn not_a_command(why: JsonRejection) -> Failure {
    let (code, texts) = match why.status() {
        StatusCode::BAD_REQUEST => (
            "malformed_json",
            [
                "Permintaan itu bukan JSON yang betul.",
                "The request is not well-formed JSON.",
                "请求不是有效的 JSON。",
                "கோரிக்கை சரியான JSON அல்ல.",
            ],
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (
            "body_too_large",
            [
                "Permintaan itu terlalu besar.",
                "The request is too large.",
                "请求过大。",
                "கோரிக்கை மிகப் பெரியது.",
            ],
        ),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (
            "not_json",
            [
                "Permintaan mesti dalam bentuk JSON.",
                "The request must be JSON.",
                "请求必须为 JSON。",
                "கோரிக்கை JSON ஆக இருக்க வேண்டும்.",
            ],
        ),
        _ => (
            "not_a_command",
            [
                "Arahan itu tidak difahami.",
                "That is not a command that is understood.",
                "无法识别该指令。",
                "அந்தக் கட்டளை புரியவில்லை.",
            ],
        ),
    };
    Failure::bad_request(why.status(), code, texts, Some(why.body_text()))
}

fn bad_time() -> Failure {
    Failure::bad_request(
        StatusCode::BAD_REQUEST,
        "bad_time",
        [
            "Masa arahan tidak diterima.",
            "The time of the command is not taken.",
            "不接受该指令的时间。",
            "கட்டளையின் நேரம் ஏற்கப்படவில்லை.",
        ],
        Some("a time is taken in RFC 3339, and only by a daemon with a simulated clock".into()),
    )
}
