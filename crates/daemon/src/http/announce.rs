//! What a call sounds like, for screens that speak by themselves.

#![expect(unused_qualifications, reason = "utoipa's macro writes a path out where the name would do")]

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use giliran_core::{Language, Place};
use giliran_protocol::{
    error::ErrorBody,
    paths,
    view::{AnnouncementView, CallView, Place as WirePlace, Sound},
};
use giliran_voice::Call;
use utoipa::IntoParams;

use crate::{
    announce::Wanted,
    calls::ToSay,
    failure::Failure,
    http::{App, recordings, reports::unknown_call},
    wire,
};

/// In which languages.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what is read by hand: the name may stand several times")]
pub struct Languages {
    /// The languages in order, `ms`, `en`, `zh` or `ta`, with commas between or one at a time. Malay and then the
    /// ticket's own when absent, unless the office says otherwise.
    #[param(required = false, example = "ms,en")]
    language: Option<String>,
}

/// The sound of one of the last calls or announcements: what the loudspeaker program says.
#[utoipa::path(get, path = paths::ANNOUNCEMENT,
    params(
        ("branch" = String, Path, description = "The branch's short name"),
        ("call" = u64, Path, description = "The call, by its place in the log"),
        Languages,
    ),
    responses(
    (status = 200, description = "Mono, 16 bit, 24 kHz", body = Vec<u8>, content_type = "audio/wav"),
    (status = 400, description = "No such language", body = ErrorBody),
    (status = 404, description = "No such branch, none of its last calls, or no voices are installed", body = ErrorBody),
    (status = 503, description = "Still loading, stopping or overloaded", body = ErrorBody),
))]
pub async fn announcement(
    State(app): State<App>,
    Path((branch, call)): Path<(String, String)>,
    query: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Response, Failure> {
    let languages = languages(query)?;
    let call = call.parse().map_err(|_| unknown_call())?;
    let to_say = app.office(&branch)?.desk().to_say(call).await?.ok_or_else(unknown_call)?;
    let wanted = match to_say {
        ToSay::Call(call) => {
            Wanted::Call { call: spoken(&call)?, own: wire::from_language(call.language), languages }
        }
        ToSay::Announcement(AnnouncementView { sound: Sound::Sentence(name), .. }) => {
            Wanted::Sentence { name, languages: languages.unwrap_or_else(|| Language::ALL.into()) }
        }
        ToSay::Announcement(AnnouncementView { sound: Sound::Recording(name), .. }) => {
            let recording = recordings::one_recording(State(app), Path((branch, name))).await?;
            return Ok(recording.into_response());
        }
    };
    let sound = app.loaded()?.announcements.of(wanted).await?.ok_or_else(no_voice)?;
    Ok(([(header::CONTENT_TYPE, "audio/wav")], sound).into_response())
}

/// The call in the voices' own terms.
fn spoken(call: &CallView) -> Result<Call, Failure> {
    let place = match call.place {
        WirePlace::Counter => Place::Counter,
        WirePlace::Room => Place::Room,
    };
    // What the core gives out can be said.
    Call::new(&call.number, place, call.counter_number).map_err(|_| Failure::Internal)
}

fn languages(
    query: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Option<Vec<Language>>, Failure> {
    let Query(pairs) = query.map_err(|why| unknown_language(why.body_text()))?;
    let mut languages = Vec::new();
    for (name, value) in pairs {
        if name != "language" {
            return Err(unknown_language(format!("there is no parameter `{name}`")));
        }
        for tag in value.split(',') {
            let known = Language::ALL.into_iter().find(|language| language.tag() == tag);
            let known =
                known.ok_or_else(|| unknown_language(format!("`{tag}` is none of ms, en, zh, ta")))?;
            // Said once, however often it is asked for.
            if !languages.contains(&known) {
                languages.push(known);
            }
        }
    }
    Ok((!languages.is_empty()).then_some(languages))
}

fn unknown_language(detail: String) -> Failure {
    Failure::bad_request(
        StatusCode::BAD_REQUEST,
        "unknown_language",
        [
            "Bahasa itu tidak dikenali.",
            "That language is not known.",
            "无法识别该语言。",
            "அந்த மொழி அறியப்படவில்லை.",
        ],
        Some(detail.chars().take(200).collect()),
    )
}

fn no_voice() -> Failure {
    Failure::bad_request(
        StatusCode::NOT_FOUND,
        "no_voice",
        [
            "Tiada suara dipasang pada pelayan ini.",
            "No voices are installed on this server.",
            "此服务器未安装语音。",
            "இந்தச் சேவையகத்தில் குரல்கள் நிறுவப்படவில்லை.",
        ],
        None,
    )
}
