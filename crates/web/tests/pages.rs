//! What a browser gets, and with which headers.

use std::sync::LazyLock;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use giliran_web::pages;
use tower::ServiceExt;

const PAGES: [&str; 10] = [
    "/",
    "/kiosk",
    "/counter",
    "/display",
    "/dashboard",
    "/sign-in",
    "/people",
    "/phone",
    "/settings",
    "/planning",
];

static SERVED: LazyLock<Router> = LazyLock::new(pages);

async fn get(path: &str, headers: &[(header::HeaderName, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let request = request.body(Body::empty()).expect("a sound request");
    let response = SERVED.clone().oneshot(request).await.expect("a router never fails");
    let (status, headers) = (response.status(), response.headers().clone());
    let body = axum::body::to_bytes(response.into_body(), 10_000_000).await.expect("a body in memory");
    (status, headers, body.to_vec())
}

/// The addresses of what a page loads.
fn parts(page: &str) -> Vec<String> {
    page.split('"').filter(|part| part.starts_with("/assets/")).map(String::from).collect()
}

#[tokio::test]
async fn every_page_is_there_and_guarded() {
    for path in PAGES {
        let (status, headers, body) = get(path, &[]).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert_eq!(headers[header::CONTENT_TYPE], "text/html", "{path}");
        assert_eq!(headers[header::CACHE_CONTROL], "no-cache", "{path}");
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none';"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(String::from_utf8(body).unwrap().starts_with("<!doctype html>"), "{path}");
    }
}

#[tokio::test]
async fn what_a_page_loads_is_there_and_kept_for_good() {
    for path in PAGES {
        let (_, _, body) = get(path, &[]).await;
        let parts = parts(&String::from_utf8(body).unwrap());
        for kind in [".js", ".css", ".svg"] {
            assert!(parts.iter().any(|part| part.ends_with(kind)), "{path} loads no {kind}");
        }
        for part in parts {
            let (status, headers, _) = get(&part, &[]).await;
            assert_eq!(status, StatusCode::OK, "{part}");
            assert_eq!(headers[header::CACHE_CONTROL], "max-age=31536000, immutable", "{part}");
        }
    }
}

#[tokio::test]
async fn a_browser_gets_it_as_small_as_it_can_read() {
    let (_, _, page) = get("/kiosk", &[]).await;
    let script =
        parts(&String::from_utf8(page).unwrap()).into_iter().find(|part| part.ends_with(".js")).unwrap();
    let (_, _, plain) = get(&script, &[]).await;
    // Debug builds do without brotli.
    let best = if cfg!(debug_assertions) { "gzip" } else { "br" };
    for (accepted, given) in [("gzip, br", best), ("gzip", "gzip")] {
        let (_, headers, body) = get(&script, &[(header::ACCEPT_ENCODING, accepted)]).await;
        assert_eq!(headers[header::CONTENT_ENCODING], given);
        assert!(body.len() < plain.len(), "{given}: {} of {}", body.len(), plain.len());
    }
}

#[tokio::test]
async fn a_page_that_is_known_is_not_sent_again() {
    let (_, headers, _) = get("/display", &[]).await;
    let tag = headers[header::ETAG].to_str().unwrap();
    let (status, _, body) = get("/display", &[(header::IF_NONE_MATCH, tag)]).await;
    assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn what_is_not_a_page_is_not_there() {
    for path in ["/kiosk.html", "/assets/", "/assets/none.js", "/../Cargo.toml", "/KIOSK"] {
        assert_eq!(get(path, &[]).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}
