//! The pages for people, served from inside the program.
//!
//! The pages are written in TypeScript under `pages`, built into `dist` and embedded from there;
//! building the program calls no other tool. What they show comes to them by the daemon's interfaces.
//!
//! Invariant: a page asks no other host for anything, and its headers forbid it to.

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header},
    middleware::{Next, from_fn},
    response::Response,
};
use memory_serve::{CacheControl, MemoryServe};

/// Everything comes from the daemon itself; no script or style stands in a page, and no text becomes a
/// script; no frame holds it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; \
     media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'",
);

/// Routes for the pages and what belongs to them: `/`, `/kiosk`, `/counter`, `/display`, `/dashboard`,
/// `/sign-in`, `/people`, `/phone`, `/settings`, `/planning` and `/assets/...`. Call it once: what it serves stays in memory for good.
pub fn pages() -> Router {
    MemoryServe::new(include!(concat!(env!("OUT_DIR"), "/pages.rs")))
        .enable_clean_url(true)
        // Release builds carry the pages in this form; a debug build would spend seconds on it at each start.
        .enable_brotli(!cfg!(debug_assertions))
        .enable_gzip(true)
        // A page names its script and style by their contents, so only the page itself is asked for again.
        .html_cache_control(CacheControl::NoCache)
        .cache_control(CacheControl::Long)
        .into_router()
        .layer(from_fn(guard))
}

/// Says what a page may do. The headers that pages have in common with all answers are the daemon's.
async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response
}
