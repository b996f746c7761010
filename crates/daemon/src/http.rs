//! The daemon's addresses: what is where, and what all of them have in common.
//!
//! A handler reads the request, hands it to the branch's clerk and renders the answer; rules are
//! elsewhere, and so is the meaning of a failure ([`Failure`]).

mod announce;
mod appointments;
mod audit;
mod body;
mod branches;
mod commands;
mod day;
mod devices;
mod events;
mod fair_order;
mod forecast;
mod gate;
mod health;
mod kiosk;
mod me;
mod media;
mod patience;
mod people;
mod phone;
mod recordings;
mod reports;
mod rules;
mod sign_on;
mod state;

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, Method, StatusCode, header},
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
    access::{
        Access,
        rights::{self, Needs},
    },
    announce::Announcements,
    clock::Clock,
    copying::Standing,
    failure::Failure,
    office::Office,
    persons::Persons,
    phone::Guard,
    recordings::Recordings,
    web::{Doors, admit},
};

/// The largest body, but where an address says otherwise: nearly all are under 1 KiB.
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
    /// Counts wrong addresses and codes of phones.
    pub guard: Arc<Guard>,
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
    /// Who may take part.
    pub access: Arc<Access>,
    /// What people of the offices have recorded.
    pub recordings: Arc<Recordings>,
    /// Makes what screens say that speak by themselves.
    pub announcements: Arc<Announcements>,
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
        let guard = Arc::new(Guard::new());
        Self { loaded: Arc::default(), clock, sockets: TaskTracker::new(), places, guard, stop }
    }

    fn loaded(&self) -> Result<&Loaded, Failure> {
        self.loaded.get().ok_or(Failure::NotReady)
    }

    fn store(&self) -> Result<&dyn Store, Failure> {
        self.loaded().map(|loaded| &*loaded.store)
    }

    /// Who may take part.
    pub fn access(&self) -> Result<&Access, Failure> {
        self.loaded().map(|loaded| &*loaded.access)
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

/// What the gate answers in place of an address that is not for everybody.
const AT_THE_GATE: [(&str, &str); 2] = [
    ("401", "Nobody is signed in, or no device's key came with it"),
    ("403", "Whoever asks has no right to, or the request comes from another site's page"),
];

/// Adds to every operation what the doors and the gate may answer.
fn describe_doors(document: &mut utoipa::openapi::OpenApi) {
    let refusal = |description: &str| {
        let body = Content::new(Some(Ref::from_schema_name("ErrorBody")));
        ResponseBuilder::new().description(description).content("application/json", body).build()
    };
    for (path, item) in &mut document.paths.paths {
        let operations = [
            (Method::GET, &mut item.get),
            (Method::POST, &mut item.post),
            (Method::PUT, &mut item.put),
            (Method::DELETE, &mut item.delete),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            let open = rights::needs(&method, path) == Some(Needs::Nothing);
            let at_the_gate = AT_THE_GATE.into_iter().filter(|_| !open);
            for (status, description) in at_the_gate.chain(AT_THE_DOORS) {
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
        // Rules come in a command too.
        .routes(routes!(commands::submit).layer(rules::limit()))
        .routes(routes!(appointments::import).layer(appointments::limit()))
        .routes(routes!(rules::in_force))
        .routes(routes!(rules::check_rules).layer(rules::limit()))
        .routes(routes!(day::day))
        .routes(routes!(forecast::read_forecast))
        .routes(routes!(forecast::what_if))
        .routes(routes!(forecast::honesty))
        .routes(routes!(forecast::roster))
        .routes(routes!(reports::report))
        .routes(routes!(announce::announcement))
        .routes(routes!(recordings::list_sentences))
        .routes(routes!(recordings::keep_recording).layer(recordings::limit()))
        .routes(routes!(recordings::one_recording))
        .routes(routes!(media::list_media))
        .routes(routes!(media::one_medium))
        .routes(routes!(kiosk::leave_kiosk))
        .routes(routes!(fair_order::read))
        .routes(routes!(events::join))
        .routes(routes!(me::me))
        .routes(routes!(me::sign_in))
        .routes(routes!(me::sign_out))
        .routes(routes!(me::first_administrator))
        .routes(routes!(me::change_my_secret))
        .routes(routes!(sign_on::begin_sign_on))
        .routes(routes!(sign_on::finish_sign_on))
        .routes(routes!(people::list_people))
        .routes(routes!(people::put_person, people::remove_person))
        .routes(routes!(people::set_person_secret))
        .routes(routes!(people::end_person_sessions))
        .routes(routes!(devices::ask_pairing))
        .routes(routes!(devices::claim_pairing))
        .routes(routes!(devices::list_devices))
        .routes(routes!(devices::pending_device))
        .routes(routes!(devices::approve_device))
        .routes(routes!(devices::revoke_device))
        .routes(routes!(audit::read_audit))
        .routes(routes!(phone::phone_ticket))
        .routes(routes!(phone::leave_queue))
        .routes(routes!(phone::give_way))
        .routes(routes!(phone::hall_code))
        .routes(routes!(phone::phone_services))
        .routes(routes!(phone::take_remote_ticket))
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
        .method_not_allowed_fallback(async || Failure::WrongMethod)
        // Every address that stands above, and none that is forgotten.
        .route_layer(middleware::from_fn_with_state(app.clone(), gate::guard))
        .route("/api/{*elsewhere}", routing::any(async || Failure::UnknownAddress))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(middleware::from_fn(common))
        .with_state(app.clone())
        .merge(giliran_web::pages())
        .layer(Extension(doors.clone()))
        .layer(middleware::from_fn_with_state((doors, app), admit))
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
