//! The gate: lets in by the table of rights alone.
//!
//! It stands before every handler. What it can't see, because it is in the request's body, the handler asks of the
//! [`Asker`] that it finds here.

use axum::{
    extract::{MatchedPath, RawPathParams, Request, State},
    http::{HeaderMap, Method, StatusCode, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use giliran_protocol::paths;

use crate::{
    access::{
        Access,
        cookies::Jar,
        identity::{Asker, Identity},
        rights::{self, Needs},
    },
    failure::Failure,
    http::App,
    web::Client,
};

/// Lets a request in or not.
pub async fn guard(State(app): State<App>, address: MatchedPath, request: Request, next: Next) -> Response {
    let Some(needs) = rights::needs(request.method(), address.as_str()) else {
        return nobodys(request.method(), address.as_str()).into_response();
    };
    let (mut parts, body) = request.into_parts();
    let known = parts.extensions.remove::<Identity>();
    // Whoever came while the daemon was loading is no stranger for that, and asks again; only what needs nothing, such
    // as whether the daemon lives, is answered before anybody can be told apart.
    let access = known.as_ref().and_then(|_| app.access().ok());
    if access.is_none() && needs != Needs::Nothing {
        return Failure::NotReady.into_response();
    }
    let Some(asker) = asker(&parts, known.unwrap_or(Identity::Nobody)) else {
        return Failure::Internal.into_response();
    };
    if let Err(refused) = check(&mut parts, needs, &asker, access, address.as_str()).await {
        return refused.into_response();
    }
    // Sockets last longer than a token.
    let renewed = match access {
        Some(access) => access.renewed(&asker.identity).await,
        None => None,
    };
    let secure = asker.secure;
    let known = asker.clone();
    parts.extensions.insert(asker);
    let finishes =
        !matches!(parts.method, Method::GET | Method::HEAD) || address.as_str() == paths::SIGN_ON_BACK;
    let method = parts.method.clone();
    let named = branch_of(&mut parts).await.ok().flatten();
    let handled = next.run(Request::from_parts(parts, body));
    let mut response = if finishes {
        // What was begun is finished, also for a client that hangs up meanwhile: what is on the disk, what is in memory
        // and what the audit record says must be one.
        tokio::spawn(handled).await.unwrap_or_else(|_| Failure::Internal.into_response())
    } else {
        handled.await
    };
    // A command that was denied is written down by its handler, which knows what it was.
    if response.status() == StatusCode::FORBIDDEN
        && address.as_str() != paths::COMMANDS
        && let Some(access) = access
    {
        access.denied(&known, named.as_deref(), &format!("{method} {}", address.as_str())).await;
    }
    if let Some(token) = renewed {
        renew(response.headers_mut(), &token, secure);
    }
    response
}

/// An address that does not take this method, or that nobody thought of.
fn nobodys(method: &Method, address: &str) -> Failure {
    let methods = [Method::GET, Method::POST, Method::PUT, Method::DELETE];
    if methods.iter().any(|other| other != method && rights::needs(other, address).is_some()) {
        Failure::WrongMethod
    } else {
        Failure::NotAllowed
    }
}

/// Who asks, as the doors have found out; they stand before everything.
fn asker(parts: &Parts, identity: Identity) -> Option<Asker> {
    let Client { address, secure } = *parts.extensions.get::<Client>()?;
    Some(Asker { identity, address, secure })
}

async fn check(
    parts: &mut Parts,
    needs: Needs,
    asker: &Asker,
    access: Option<&Access>,
    address: &str,
) -> Result<(), Failure> {
    let right = match needs {
        Needs::Nothing | Needs::Inside => return Ok(()),
        Needs::Name => return asker.identity.must_be_known(),
        Needs::Right(right) => right,
    };
    let named = branch_of(parts).await?;
    let checked = asker.identity.must(right, named.as_deref());
    if checked.is_err()
        && let Some(access) = access
    {
        access.denied(asker, named.as_deref(), &format!("{} {address}", parts.method)).await;
    }
    checked
}

/// The branch that an address names.
async fn branch_of(parts: &mut Parts) -> Result<Option<String>, Failure> {
    use axum::extract::FromRequestParts;

    // An address with a part that is no text names nothing that there is.
    let named = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| Failure::UnknownAddress)?;
    Ok(named.iter().find(|(name, _)| *name == "branch").map(|(_, branch)| branch.to_owned()))
}

/// A browser keeps the new token, unless the answer says otherwise about the same cookie.
fn renew(headers: &mut HeaderMap, token: &str, secure: bool) {
    if !headers.contains_key(axum::http::header::SET_COOKIE) {
        Jar::Session.put(headers, token, secure);
    }
}
