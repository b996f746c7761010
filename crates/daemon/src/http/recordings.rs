//! What can be said beside the calls: sentences that voices have prepared, and what people of the office record.

use std::sync::Arc;

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State, rejection::BytesRejection},
    http::{StatusCode, header},
    response::IntoResponse,
};
use giliran_core::{BranchId, Language, RecordingId};
use giliran_protocol::{
    error::ErrorBody,
    paths,
    sound::{RecordingKept, SentenceView, SentencesView, WavFile},
    view::Texts,
};
use giliran_voice::Voices;
use tokio::sync::Semaphore;

use crate::{
    access::identity::Asker,
    failure::Failure,
    http::App,
    recordings::{Kept, NotKept},
};

/// A minute in two channels of 16 bit at 48,000 a second, with what stands before it.
const RECORDING_BYTES: usize = 12 * 1024 * 1024;

/// Making one ready takes a second of one processor.
static MAKES_READY: Semaphore = Semaphore::const_new(1);

/// As much of a body is read as a recording may have.
pub fn limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(RECORDING_BYTES)
}

/// The sentences that the voices on this machine have prepared; none where there are no voices.
#[utoipa::path(get, path = paths::SENTENCES, params(("branch" = String, Path, description = "The branch's short name")), responses(
    (status = 200, description = "The sentences", body = SentencesView),
    (status = 404, description = "No such branch", body = ErrorBody),
    (status = 503, description = "Still loading or stopping", body = ErrorBody),
))]
pub async fn list_sentences(
    State(app): State<App>,
    Path(branch): Path<String>,
) -> Result<Json<SentencesView>, Failure> {
    app.office(&branch)?;
    let voices = app.loaded()?.announcements.voices().await;
    let sentences = voices.iter().flat_map(|voices| {
        let names = voices.sentences().into_iter();
        names.filter_map(|name| Some(SentenceView { id: name.to_owned(), text: words(voices, name)? }))
    });
    Ok(Json(SentencesView { sentences: sentences.collect() }))
}

/// The words of a sentence. Malay stands in for what is missing, and any other for Malay.
pub fn words(voices: &Voices, name: &str) -> Option<Texts> {
    let said = voices.texts(name);
    let of =
        |wanted| said.iter().find(|(language, _)| *language == wanted).map(|(_, text)| (*text).to_owned());
    let ms = of(Language::Ms).or_else(|| said.first().map(|(_, text)| (*text).to_owned()))?;
    Some(Texts { ms, en: of(Language::En), zh: of(Language::Zh), ta: of(Language::Ta) })
}

/// Keeps something that was recorded, a minute at most, to be announced by its name. It is brought to the loudness of
/// the voices.
#[utoipa::path(post, path = paths::RECORDINGS, request_body(content = WavFile, content_type = "application/octet-stream"),
    params(("branch" = String, Path, description = "The branch's short name")),
    responses(
    (status = 200, description = "Kept", body = RecordingKept),
    (status = 404, description = "No such branch", body = ErrorBody),
    (status = 413, description = "The file is too large", body = ErrorBody),
    (status = 422, description = "It can't be said in a hall: no WAV file, silent, too short or long, too loud", body = ErrorBody),
    (status = 503, description = "Still loading or stopping", body = ErrorBody),
    (status = 507, description = "The disk does not take it", body = ErrorBody),
))]
pub async fn keep_recording(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(branch): Path<String>,
    sent: Result<Bytes, BytesRejection>,
) -> Result<Json<RecordingKept>, Failure> {
    let sent = sent.map_err(|why| too_large(why.status(), why.body_text()))?;
    let office = app.office(&branch)?;
    let branch: BranchId = branch.parse().map_err(|_| Failure::UnknownBranch)?;
    let recordings = app.loaded()?.recordings.clone();
    asker.identity.must_be_in()?;
    let in_force = office.desk().rules().await?;
    let planned = in_force.rules.planned.iter().filter_map(|planned| match &planned.sound {
        giliran_core::Sound::Recording(id) => Some(id.clone()),
        giliran_core::Sound::Sentence(_) => None,
    });
    let planned: Vec<_> = planned.collect();
    let _turn = MAKES_READY.acquire().await.map_err(|_| Failure::Internal)?;
    let kept = tokio::task::spawn_blocking(move || recordings.keep(&branch, &sent, &planned)).await;
    let Kept { id, length } = kept.map_err(|_| Failure::Internal)?.map_err(|why| not_kept(&why))?;
    let length_ms = u32::try_from(length.as_millis()).unwrap_or(u32::MAX);
    Ok(Json(RecordingKept { recording: id.to_string(), length_ms }))
}

/// Something that was recorded, as it is said.
#[utoipa::path(get, path = paths::RECORDING,
    params(
        ("branch" = String, Path, description = "The branch's short name"),
        ("recording" = String, Path, description = "Its name"),
    ),
    responses(
    (status = 200, description = "Mono, 16 bit, 24 kHz", body = Vec<u8>, content_type = "audio/wav"),
    (status = 404, description = "No such branch or recording", body = ErrorBody),
    (status = 503, description = "Still loading or stopping", body = ErrorBody),
))]
pub async fn one_recording(
    State(app): State<App>,
    Path((branch, recording)): Path<(String, String)>,
) -> Result<impl IntoResponse, Failure> {
    app.office(&branch)?;
    let branch: BranchId = branch.parse().map_err(|_| Failure::UnknownBranch)?;
    let id: RecordingId = recording.parse().map_err(|_| unknown_recording())?;
    let recordings = Arc::clone(&app.loaded()?.recordings);
    let found = tokio::task::spawn_blocking(move || recordings.find(&branch, &id)).await;
    let sound = found.map_err(|_| Failure::Internal)?.ok_or_else(unknown_recording)?;
    Ok(([(header::CONTENT_TYPE, "audio/wav")], sound))
}

fn too_large(status: StatusCode, detail: String) -> Failure {
    Failure::bad_request(
        status,
        "body_too_large",
        ["Fail itu terlalu besar.", "That file is too large.", "该文件过大。", "அந்தக் கோப்பு மிகப் பெரியது."],
        Some(detail),
    )
}

fn not_kept(why: &NotKept) -> Failure {
    let (status, code, texts) = match why {
        NotKept::Unfit(_) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "unfit_recording",
            [
                "Rakaman itu tidak dapat digunakan. Sila rakam semula.",
                "That recording can't be used. Please record it again.",
                "该录音无法使用，请重新录制。",
                "அந்தப் பதிவைப் பயன்படுத்த முடியாது. மீண்டும் பதிவு செய்யவும்.",
            ],
        ),
        NotKept::Disk(_) => (
            StatusCode::INSUFFICIENT_STORAGE,
            "recording_not_kept",
            [
                "Rakaman itu tidak dapat disimpan.",
                "That recording can't be kept.",
                "无法保存该录音。",
                "அந்தப் பதிவைச் சேமிக்க முடியவில்லை.",
            ],
        ),
    };
    Failure::bad_request(status, code, texts, Some(why.to_string()))
}

/// No such recording is here.
pub fn unknown_recording() -> Failure {
    Failure::bad_request(
        StatusCode::NOT_FOUND,
        "unknown_recording",
        ["Rakaman itu tiada.", "There is no such recording.", "没有该录音。", "அத்தகைய பதிவு இல்லை."],
        None,
    )
}

/// No voice here has such a sentence.
pub fn unknown_sentence() -> Failure {
    Failure::bad_request(
        StatusCode::NOT_FOUND,
        "unknown_sentence",
        [
            "Tiada suara yang mempunyai ayat itu.",
            "No voice has that sentence.",
            "没有语音备有该句子。",
            "அந்த வாக்கியம் எந்தக் குரலிலும் இல்லை.",
        ],
        None,
    )
}
