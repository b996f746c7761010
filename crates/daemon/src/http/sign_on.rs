//! Single sign-on: a browser is led to the office's provider, and comes back.

#![expect(unused_qualifications, reason = "utoipa's macro writes a path out where the name would do")]

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use giliran_oidc::OidcError;
use giliran_protocol::{error::ErrorBody, paths};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    access::{
        Access,
        book::Line,
        cookies::Jar,
        identity::Asker,
        sign_on::{Sent, SignOn, own_page},
    },
    failure::Failure,
    http::App,
    web::Doors,
};

/// Where to come back to.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct To {
    /// A page of the daemon's own, such as `/counter`.
    to: Option<String>,
}

/// What the provider sends the browser back with.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Back {
    /// Which sign-in it belongs to.
    state: Option<String>,
    /// With it the provider says who it was.
    code: Option<String>,
}

/// Leads the browser to the provider of single sign-on.
#[utoipa::path(get, path = paths::SIGN_ON, params(To), responses(
    (status = 303, description = "To the provider; or to the sign-in page, where it can't be asked"),
    (status = 404, description = "There is no single sign-on here", body = ErrorBody),
    (status = 503, description = "Still loading", body = ErrorBody),
))]
pub async fn begin_sign_on(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(doors): Extension<Arc<Doors>>,
    query: Result<Query<To>, QueryRejection>,
) -> Result<Response, Failure> {
    let to = query.ok().and_then(|Query(To { to })| to);
    let (access, spare) = (app.access()?, doors.limits().spare(asker.address));
    let provider = provider(access)?;
    if !spare {
        access.may_sign_on(asker.address)?;
    }
    match provider.begin(own_page(to.as_deref())).await {
        Ok(Some(Sent { url, browser })) => {
            let mut response = led_to(&url);
            Jar::SignOn.put(response.headers_mut(), &browser, asker.secure);
            Ok(response)
        }
        Ok(None) => Ok(led_to(UNREACHABLE)),
        Err(why) => {
            tracing::warn!(%why, "nobody can sign in by single sign-on");
            Ok(led_to(UNREACHABLE))
        }
    }
}

/// The browser comes back from the provider, and is let in or not.
#[utoipa::path(get, path = paths::SIGN_ON_BACK, params(Back), responses(
    (status = 303, description = "To the page that was asked for, signed in; or to the sign-in page"),
    (status = 404, description = "There is no single sign-on here", body = ErrorBody),
    (status = 503, description = "Still loading", body = ErrorBody),
))]
pub async fn finish_sign_on(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(doors): Extension<Arc<Doors>>,
    headers: HeaderMap,
    query: Result<Query<Back>, QueryRejection>,
) -> Result<Response, Failure> {
    let access = app.access()?;
    let browser = Jar::SignOn.read(&headers, asker.secure);
    let came = query.ok().and_then(|Query(Back { state, code })| state.zip(code));
    let Some((state, code)) = came else { return Ok(led_to(REFUSED)) };
    let provider = provider(access)?;
    if !doors.limits().spare(asker.address) {
        access.may_sign_on(asker.address)?;
    }
    let (somebody, to) = match provider.finish(browser.as_deref(), &state, &code).await {
        Ok(found) => found,
        Err(why) => {
            let detail = Some(why.to_string().chars().take(200).collect());
            access.book().write(Vec::new(), Line { detail, ..asker.line("sign_on_refused") }).await?;
            tracing::info!(%why, "nobody was signed in by single sign-on");
            return Ok(led_to(match why {
                OidcError::Unfit(_) => NO_PART,
                OidcError::Unreachable(_) => UNREACHABLE,
                OidcError::NotBelieved(_) | OidcError::Settings(_) => REFUSED,
            }));
        }
    };
    let known = Jar::Known.read(&headers, asker.secure);
    match access.sign_on(&asker, somebody, known.as_deref()).await {
        Ok(let_in) => {
            let mut response = led_to(&to);
            let_in.put(response.headers_mut(), asker.secure);
            Jar::SignOn.clear(response.headers_mut(), asker.secure);
            Ok(response)
        }
        Err(Failure::NotAllowed) => Ok(led_to(NO_PART)),
        Err(failure) => Err(failure),
    }
}

fn provider(access: &Access) -> Result<&SignOn, Failure> {
    access.sign_on.as_ref().ok_or_else(|| {
        Failure::bad_request(
            StatusCode::NOT_FOUND,
            "no_sign_on",
            [
                "Log masuk tunggal tidak digunakan di sini.",
                "There is no single sign-on here.",
                "此处未启用单点登录。",
                "இங்கு ஒற்றை உள்நுழைவு இல்லை.",
            ],
            None,
        )
    })
}

// The sign-in page, which says why.
const NO_PART: &str = "/sign-in?refused=no_part";
const UNREACHABLE: &str = "/sign-in?refused=sign_on_unreachable";
const REFUSED: &str = "/sign-in?refused=sign_on_refused";

fn led_to(url: &str) -> Response {
    let Ok(url) = HeaderValue::try_from(url) else { return Failure::Internal.into_response() };
    (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response()
}
