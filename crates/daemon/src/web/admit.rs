//! The doors: who may ask, and how often, before anybody else looks at a request.
//!
//! Invariant: every answer, a refusal too, has all the headers that a browser is to be told.

use std::{net::IpAddr, sync::Arc, time::Instant};

use axum::{
    Extension,
    extract::{Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    config::{Limits, Network, Server},
    failure::Failure,
    web::{
        client::{Client, Peer},
        headers,
        origin::Own,
        rate::Buckets,
    },
};

/// Who is let in, and how often.
#[derive(Debug)]
pub struct Doors {
    own: Own,
    proxies: Vec<Network>,
    limits: Limits,
    requests: Buckets<IpAddr>,
    changes: Buckets<IpAddr>,
}

impl Doors {
    /// As the configuration says.
    pub fn new(server: &Server) -> Self {
        let limits = server.limits.clone();
        Self {
            own: Own::new(server.origins.iter().cloned()),
            proxies: server.trusted_proxies.clone(),
            requests: Buckets::new(limits.requests),
            changes: Buckets::new(limits.changes),
            limits,
        }
    }

    /// How much one client may ask.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether connections from an address are counted: those of a proxy are its clients', and not of one.
    pub fn counts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        !self.limits.spare(address) && !self.proxies.iter().any(|net| net.contains(address))
    }

    fn check(&self, request: &Request, client: Client) -> Result<(), Failure> {
        self.own.check(request, client.secure).map_err(Failure::Stranger)?;
        if self.limits.spare(client.address) {
            return Ok(());
        }
        let now = Instant::now();
        self.requests.take(client.key(), now).map_err(Failure::TooMany)?;
        if matches!(*request.method(), Method::GET | Method::HEAD) {
            return Ok(());
        }
        self.changes.take(client.key(), now).map_err(Failure::TooMany)
    }
}

/// Lets a request in or not; handlers find the [`Client`] among its extensions.
pub async fn admit(
    State(doors): State<Arc<Doors>>,
    Extension(peer): Extension<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    let client = Client::of(peer, request.headers(), &doors.proxies);
    let mut response = match doors.check(&request, client) {
        Ok(()) => {
            request.extensions_mut().insert(client);
            next.run(request).await
        }
        Err(refused) => refused.into_response(),
    };
    headers::put(response.headers_mut(), client.secure);
    response
}
