//! The doors: who may ask, and how often, before anybody else looks at a request.
//!
//! Invariant: every answer, a refusal too, has all the headers that a browser is to be told.

use std::{
    hash::Hash,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Extension,
    extract::{Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse, Response},
};

use giliran_core::{BranchId, DeviceId, OfficerId};

use crate::{
    access::identity::Identity,
    config::{Limits, Network, Server},
    failure::Failure,
    http::App,
    web::{
        client::{Client, Peer},
        headers,
        origin::Own,
        rate::{Buckets, Rate},
    },
};

/// Who is let in, and how often.
#[derive(Debug)]
pub struct Doors {
    own: Own,
    proxies: Vec<Network>,
    limits: Limits,
    strangers: Both<IpAddr>,
    known: Both<Known>,
}

/// What one client may ask, and what of that may change something.
#[derive(Debug)]
struct Both<K> {
    requests: Buckets<K>,
    changes: Buckets<K>,
}

impl<K: Hash + Eq + Clone> Both<K> {
    fn new(requests: Rate, changes: Rate) -> Self {
        Self { requests: Buckets::new(requests), changes: Buckets::new(changes) }
    }

    fn take(&self, client: &K, changes: bool, now: Instant) -> Result<(), Duration> {
        self.requests.take(client.clone(), now)?;
        if changes { self.changes.take(client.clone(), now) } else { Ok(()) }
    }
}

/// Somebody or something that is known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Known {
    Person(OfficerId),
    Device(BranchId, DeviceId),
}

impl Doors {
    /// As the configuration says.
    pub fn new(server: &Server) -> Self {
        let limits = server.limits.clone();
        Self {
            own: Own::new(server.origins.iter().cloned()),
            proxies: server.trusted_proxies.clone(),
            strangers: Both::new(limits.requests, limits.changes),
            known: Both::new(limits.own_requests, limits.own_changes),
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

    fn check(&self, request: &Request, client: Client, identity: &Identity) -> Result<(), Failure> {
        self.own.check(request, client.secure).map_err(Failure::Stranger)?;
        if self.limits.spare(client.address) {
            return Ok(());
        }
        let (now, changes) = (Instant::now(), !matches!(*request.method(), Method::GET | Method::HEAD));
        let taken = match identity {
            Identity::Person(person, _) => self.known.take(&Known::Person(person.id.clone()), changes, now),
            Identity::Device(device) => {
                let device = Known::Device(device.branch.clone(), device.id.clone());
                self.known.take(&device, changes, now)
            }
            Identity::Nobody | Identity::Anybody => self.strangers.take(&client.key(), changes, now),
        };
        taken.map_err(Failure::TooMany)
    }
}

/// Lets a request in or not; what comes after finds the [`Client`] among its extensions, and the [`Identity`] unless the
/// daemon was still loading, when nobody could be told apart.
pub async fn admit(
    State((doors, app)): State<(Arc<Doors>, App)>,
    Extension(peer): Extension<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    let client = Client::of(peer, request.headers(), &doors.proxies);
    let identity = app.access().ok().map(|access| access.identify(request.headers(), client));
    let path = request.uri().path().to_owned();
    // Before anybody can be told apart, all are counted as strangers.
    let mut response = match doors.check(&request, client, identity.as_ref().unwrap_or(&Identity::Nobody)) {
        Ok(()) => {
            request.extensions_mut().insert(client);
            if let Some(identity) = identity {
                request.extensions_mut().insert(identity);
            }
            next.run(request).await
        }
        Err(refused) => refused.into_response(),
    };
    headers::put(response.headers_mut(), &path, client.secure);
    response
}
