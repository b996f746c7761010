//! What comes in the body of a request, or why it is not taken.

use axum::{Json, extract::rejection::JsonRejection, http::StatusCode};

use crate::failure::Failure;

/// The value that a body holds.
pub fn read<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, Failure> {
    let texts = [
        "Permintaan itu tidak difahami.",
        "That request is not understood.",
        "无法识别该请求。",
        "அந்தக் கோரிக்கை புரியவில்லை.",
    ];
    body.map(|Json(value)| value).map_err(|why| unread(&why, "not_understood", texts))
}

/// Why a body was not taken; `code` and `texts` say it where it is JSON, but not what was to come.
pub fn unread(why: &JsonRejection, code: &str, texts: [&str; 4]) -> Failure {
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
        _ => (code, texts),
    };
    Failure::bad_request(why.status(), code, texts, Some(why.body_text()))
}
