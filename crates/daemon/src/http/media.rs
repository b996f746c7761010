//! Pictures and films for the walls.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use giliran_protocol::{error::ErrorBody, media::MediaView, paths};
use tokio::sync::Semaphore;
use tower_http::services::fs::ServeFile;

use crate::{config::Media, failure::Failure, http::App, media};

/// The address changes when the file does, so what a browser has is good for as long as it keeps it.
const KEEP: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

/// So many look at folders at once. One on a share that does not answer holds these up and nothing else.
static LOOKING: Semaphore = Semaphore::const_new(4);

/// For how many seconds a picture would stay where an office has no folder.
const NO_FOLDER_SECONDS: u32 = 10;

/// What there is to show on the branch's walls, as it lies in the folder now; nothing where the office has none.
#[utoipa::path(get, path = paths::MEDIA, params(("branch" = String, Path, description = "The branch's short name")), responses(
    (status = 200, description = "The files, by name", body = MediaView),
    (status = 404, description = "No such branch", body = ErrorBody),
    (status = 503, description = "Still loading or stopping", body = ErrorBody),
))]
pub async fn list_media(
    State(app): State<App>,
    Path(branch): Path<String>,
) -> Result<Json<MediaView>, Failure> {
    let Some(media) = folder(&app, &branch)? else {
        return Ok(Json(MediaView { seconds: NO_FOLDER_SECONDS, files: Vec::new() }));
    };
    let seconds = media.seconds;
    let address = move |name: &str| paths::of_branch(paths::MEDIUM, &branch).replace("{medium}", name);
    let files = looks(move || media::list(&media, address)).await?;
    Ok(Json(MediaView { seconds, files }))
}

/// A picture or film, or a part of it.
#[utoipa::path(get, path = paths::MEDIUM,
    params(
        ("branch" = String, Path, description = "The branch's short name"),
        ("medium" = String, Path, description = "The file's name"),
        ("range" = Option<String>, Header, description = "Which bytes of it"),
    ),
    responses(
    (status = 200, description = "The file", content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"), (Vec<u8> = "image/avif"), (Vec<u8> = "image/gif"), (Vec<u8> = "video/mp4"), (Vec<u8> = "video/webm"))),
    (status = 206, description = "Those bytes of it", content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"), (Vec<u8> = "image/avif"), (Vec<u8> = "image/gif"), (Vec<u8> = "video/mp4"), (Vec<u8> = "video/webm"))),
    (status = 304, description = "It is as the client has it"),
    (status = 404, description = "No such branch or file", body = ErrorBody),
    (status = 412, description = "It has changed since the time that the client named"),
    (status = 416, description = "It has no such bytes"),
    (status = 503, description = "Still loading or stopping", body = ErrorBody),
))]
pub async fn one_medium(
    State(app): State<App>,
    Path((branch, name)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Failure> {
    let media = folder(&app, &branch)?.ok_or_else(unknown_medium)?;
    let medium = looks(move || media::find(&media, &name)).await?.ok_or_else(unknown_medium)?;
    let tag = HeaderValue::from_str(&format!("\"{}\"", medium.version)).map_err(|_| Failure::Internal)?;
    let mut response = if has(request.headers(), &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = medium.content_type.parse().map_err(|_| Failure::Internal)?;
        let served = ServeFile::new_with_mime(medium.path, &kind).try_call(request).await;
        // It was there a moment ago.
        served.map_err(|_| unknown_medium())?.map(axum::body::Body::new)
    };
    if response.status() == StatusCode::NOT_FOUND {
        return Err(unknown_medium());
    }
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        response.headers_mut().insert(header::ETAG, tag);
        response.headers_mut().insert(header::CACHE_CONTROL, KEEP);
    }
    Ok(response)
}

/// Reads the disk, away from those who answer.
async fn looks<T: Send + 'static>(look: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    let turn = LOOKING.acquire().await.map_err(|_| Failure::Internal)?;
    let look = move || {
        let _turn = turn;
        look()
    };
    tokio::task::spawn_blocking(look).await.map_err(|_| Failure::Internal)
}

/// Whether the client has it as it is.
fn has(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok()).unwrap_or_default();
    known.split(',').any(|known| known.trim().trim_start_matches("W/").as_bytes() == tag.as_bytes())
}

fn folder(app: &App, branch: &str) -> Result<Option<Arc<Media>>, Failure> {
    app.office(branch).map(|office| office.media.clone())
}

fn unknown_medium() -> Failure {
    Failure::bad_request(
        StatusCode::NOT_FOUND,
        "unknown_medium",
        [
            "Gambar atau video itu tiada.",
            "There is no such picture or film.",
            "没有此图片或影片。",
            "அந்தப் படமோ காணொளியோ இல்லை.",
        ],
        None,
    )
}
