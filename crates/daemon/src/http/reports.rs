//! What screens and loudspeakers report of calls.

use axum::{
    Extension, Json,
    extract::{Path, State, rejection::JsonRejection},
    http::StatusCode,
};
use giliran_protocol::{
    error::ErrorBody,
    paths,
    report::{Report, Reported},
};

use crate::{
    access::{
        identity::{Asker, Identity},
        rights::Right,
    },
    failure::Failure,
    http::{App, body},
};

/// The longest reason, in characters.
const LONGEST_WHY: usize = 200;

/// Reports what became of one of the last calls. Each screen or loudspeaker counts once for each call and kind, however
/// often it reports; where nobody is asked who they are, all that come from one address are one.
#[utoipa::path(post, path = paths::REPORTS, request_body = Report,
    params(("branch" = String, Path, description = "The branch's short name")),
    responses(
    (status = 204, description = "Taken"),
    (status = 400, description = "Not JSON", body = ErrorBody),
    (status = 404, description = "No such branch, or none of its last calls", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 415, description = "The body is not said to be JSON", body = ErrorBody),
    (status = 422, description = "JSON, but no report", body = ErrorBody),
    (status = 503, description = "Still loading or stopping", body = ErrorBody),
))]
pub async fn report(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(branch): Path<String>,
    given: Result<Json<Report>, JsonRejection>,
) -> Result<StatusCode, Failure> {
    let Report { call, what, why, zones } = body::read(given)?;
    if why.as_ref().is_some_and(|why| why.chars().count() > LONGEST_WHY) {
        return Err(too_long());
    }
    // What is seen on a sign is no sound.
    if what != Reported::Shown {
        asker.identity.must(Right::Speak, Some(&branch))?;
    }
    let office = app.office(&branch)?;
    let client = match &asker.identity {
        Identity::Device(device) => format!("device {}", device.id),
        Identity::Nobody | Identity::Anybody | Identity::Person(..) => asker.address.to_string(),
    };
    // Two loudspeakers of one machine are two.
    let client = if zones.is_empty() { client } else { format!("{client} in {}", zones.join(",")) };
    let news = office.reports.take(call, &client, what, &zones).map_err(|_| unknown_call())?;
    if news && what == Reported::Finished {
        office.health.is_heard(app.clock.now().ok_or(Failure::NotReady)?);
    }
    if news && what == Reported::Failed {
        tracing::warn!(%branch, call, %client, why = why.as_deref().unwrap_or("-"), "a call was not said");
    }
    Ok(StatusCode::NO_CONTENT)
}

fn too_long() -> Failure {
    Failure::bad_request(
        StatusCode::UNPROCESSABLE_ENTITY,
        "reason_too_long",
        ["Sebab itu terlalu panjang.", "That reason is too long.", "该原因过长。", "அந்தக் காரணம் மிக நீளமானது."],
        Some(format!("{LONGEST_WHY} characters are the most")),
    )
}

/// The call is none of the last.
pub fn unknown_call() -> Failure {
    Failure::bad_request(
        StatusCode::NOT_FOUND,
        "unknown_call",
        [
            "Panggilan itu bukan antara yang terakhir.",
            "That call is none of the last ones.",
            "该叫号不在最近的叫号之中。",
            "அந்த அழைப்பு அண்மையவற்றில் இல்லை.",
        ],
        None,
    )
}
