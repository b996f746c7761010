//! The daemon's addresses: what is where, and what all of them have in common.
//!
//! A handler reads the request, hands it to the branch's clerk and renders the answer; rules are
//! elsewhere, and so is the meaning of a failure ([`Failure`]).

mod appointments;
mod branches;
mod commands;
mod events;
mod fair_order;
mod health;
mod patience;
mod rules;
mod state;

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing,
};
use giliran_protocol::paths;
use giliran_store::Store;
use tokio::sync::{Semaphore, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use utoipa::{
    OpenApi,
    openapi::{Content, Ref, ResponseBuilder},
};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

use crate::{
    clock::Clock,
    copying::Standing,
    failure::Failure,
    office::Office,
    persons::Persons,
    web::{Doors, admit},
};

/// The largest body that a command may have: all are under 1 KiB but a choice of many services.
const BODY_BYTES: usize = 16 * 1024;

/// How long a request may take, its body included.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// What handlers share.
#[derive(Clone, Debug)]
pub struct App {
    /// What there is once all is loaded.
    pub loaded: Arc<OnceLock<Loaded>>,
    /// The daemon's clock.
    pub clock: Arc<Clock>,
    /// Sockets that are open.
    pub sockets: TaskTracker,
    /// Places for more of them.
    pub places: Arc<Semaphore>,
    /// Cancelled when the daemon ends.
    pub stop: CancellationToken,
}

/// What there is once all is loaded.
#[derive(Clone)]
pub struct Loaded {
    /// The branches of this daemon, by name.
    pub offices: BTreeMap<String, Arc<Office>>,
    /// The log.
    pub store: Arc<dyn Store>,
    /// What stands for a person.
    pub persons: Persons,
    /// How the continuous copy stands, where one is kept up.
    pub copy: Option<watch::Receiver<Standing>>,
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaded").field("offices", &self.offices.keys()).finish_non_exhaustive()
    }
}

impl App {
    /// An application whose branches are still to be loaded, with places for so many WebSockets.
    pub fn new(clock: Arc<Clock>, stop: CancellationToken, sockets: usize) -> Self {
        let places = Arc::new(Semaphore::new(sockets.min(Semaphore::MAX_PERMITS)));
        Self { loaded: Arc::default(), clock, sockets: TaskTracker::new(), places, stop }
    }

    fn loaded(&self) -> Result<&Loaded, Failure> {
        self.loaded.get().ok_or(Failure::NotReady)
    }

    fn store(&self) -> Result<&dyn Store, Failure> {
        self.loaded().map(|loaded| &*loaded.store)
    }

    fn persons(&self) -> Result<&Persons, Failure> {
        self.loaded().map(|loaded| &loaded.persons)
    }

    fn office(&self, branch: &str) -> Result<&Office, Failure> {
        self.loaded()?.offices.get(branch).map(AsRef::as_ref).ok_or(Failure::UnknownBranch)
    }
}

/// What the OpenAPI document says of the whole; the addresses add themselves.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Giliran",
        description = "Queue numbers: commands by HTTP, events by WebSocket.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(giliran_protocol::live::Hello, giliran_protocol::live::ToClient,))
)]
struct Document;

/// What the doors answer in place of any address.
const AT_THE_DOORS: [(&str, &str); 5] = [
    ("403", "The request comes from another site's page"),
    ("405", "The address does not take this method"),
    ("408", "The request took too long to come in"),
    ("421", "The host that was asked for is not this one"),
    ("429", "That client asks too often; `Retry-After` says when it may again"),
];

/// Adds to every operation what the doors may answer.
fn describe_doors(document: &mut utoipa::openapi::OpenApi) {
    let refusal = |description: &str| {
        let body = Content::new(Some(Ref::from_schema_name("ErrorBody")));
        ResponseBuilder::new().description(description).content("application/json", body).build()
    };
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            for (status, description) in AT_THE_DOORS {
                let responses = &mut operation.responses.responses;
                responses.entry(status.to_owned()).or_insert_with(|| refusal(description).into());
            }
        }
    }
}

fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(branches::list))
        .routes(routes!(state::look))
        .routes(routes!(commands::submit))
        .routes(routes!(appointments::import).layer(appointments::limit()))
        .routes(routes!(rules::in_force))
        .routes(routes!(fair_order::read))
        .routes(routes!(events::join))
}

/// The OpenAPI document, as JSON for people.
pub fn openapi() -> String {
    let mut document = api().into_openapi();
    describe_doors(&mut document);
    // The document is made of strings, numbers and lists.
    document.to_pretty_json().unwrap_or_default() + "\n"
}

/// All addresses, behind the doors.
pub fn router(app: App, doors: Arc<Doors>) -> Router {
    let (api, _) = api().split_for_parts();
    let document: Arc<str> = openapi().into();
    let describe =
        routing::get(async move || ([(header::CONTENT_TYPE, "application/json")], document.to_string()));
    api.route(paths::OPENAPI, describe)
        .route("/api/{*elsewhere}", routing::any(async || Failure::UnknownAddress))
        .method_not_allowed_fallback(async || Failure::WrongMethod)
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(middleware::from_fn(common))
        .with_state(app)
        .merge(giliran_web::pages())
        .layer(middleware::from_fn_with_state(doors, admit))
}

/// What all answers have in common: they come within a while, and so must what is asked.
async fn common(request: Request, next: Next) -> Response {
    let (request, late) = patience::limit(request);
    let answer = tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await;
    let answer = answer.ok().filter(|_| !late.is_late());
    let mut response = answer.unwrap_or_else(|| Failure::TooSlow.into_response());
    // The rest of a body that was not read is not waited for, so the client must not use the line again.
    let unread = matches!(
        response.status(),
        StatusCode::REQUEST_TIMEOUT | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    if unread {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
