//! What every answer tells a browser, so that it holds off what we can't.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// What only a page needs is for the pages to allow; data shows nothing, runs nothing, loads nothing.
const POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/// What browsers offer to pages, all off but what these use; who may listen is said for each.
macro_rules! features {
    ($microphone:literal) => {
        concat!(
            "accelerometer=(), autoplay=(self), bluetooth=(), camera=(), display-capture=(), encrypted-media=(), ",
            "fullscreen=(self), gamepad=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), ",
            "local-fonts=(), magnetometer=(), microphone=",
            $microphone,
            ", midi=(), payment=(), picture-in-picture=(), screen-wake-lock=(self), serial=(), usb=(), ",
            "xr-spatial-tracking=()"
        )
    };
}

/// The page on which announcements are recorded.
const LISTENS: &str = "/dashboard";

/// On all answers.
const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// On answers that don't say otherwise themselves.
const UNLESS_SAID: [(HeaderName, &str); 2] =
    [(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "no-store")];

/// From now on by TLS alone, for two years.
const STRICT_TRANSPORT: &str = "max-age=63072000; includeSubDomains";

/// Adds them to the answer about a path. A browser takes the word about TLS only by TLS.
pub fn put(headers: &mut HeaderMap, path: &str, secure: bool) {
    let features = if path == LISTENS { features!("(self)") } else { features!("()") };
    headers.insert(HeaderName::from_static("permissions-policy"), HeaderValue::from_static(features));
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for (name, value) in UNLESS_SAID {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(STRICT_TRANSPORT));
    }
}
