//! Commands and questions by HTTP.

use std::time::Duration;

use giliran_protocol::{
    access::{AskPairing, ClaimPairing, DeviceKind, Me, Pairing, PairingOffer},
    command::{CommandAnswer, CommandRequest},
    error::{Error, ErrorBody},
    live::ToClient,
    paths,
    report::Report,
    rules::RulesInForce,
    view::{Audience, BranchInfo, BranchView},
};
use jiff::Timestamp;
use reqwest::{
    Method, Request, StatusCode, Url,
    header::{AUTHORIZATION, RETRY_AFTER},
    redirect,
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::{
    address::{Address, BadAddress},
    key::Key,
    link::Backoff,
    trust,
};

/// The daemon, by HTTP. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct Api {
    http: reqwest::Client,
    base: Address,
    at: Option<Timestamp>,
    key: Option<Key>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The daemon turned the request down; nothing has changed.
    #[error("{} ({})", error.message.en.as_ref().unwrap_or(&error.message.ms), error.code)]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Why.
        error: Box<Error>,
        /// After how long to ask again, where the daemon said so.
        retry_after: Option<Duration>,
    },
    /// No answer came: the daemon is away, or the connection broke meanwhile. Whether a command was
    /// taken is not known; sending it again with the same id is safe.
    #[error("the daemon can't be reached")]
    Unreachable(#[source] reqwest::Error),
    /// An answer came that is not of the protocol.
    #[error("the daemon's answer with status {status} was not understood: {what}")]
    Odd {
        /// The HTTP status.
        status: u16,
        /// What is odd about it.
        what: String,
    },
}

impl ApiError {
    /// The stable word of a refusal, such as `queue_empty`.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { error, .. } => Some(&error.code),
            Self::Unreachable(_) | Self::Odd { .. } => None,
        }
    }

    /// After how long to ask again, where the daemon said so. Asking earlier only adds to its load.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            Self::Unreachable(_) | Self::Odd { .. } => None,
        }
    }

    /// Whether the same request may well be answered a little later: the daemon is away, starts or
    /// stops, or something between is overloaded.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Refused { status, .. } | Self::Odd { status, .. } => matches!(status, 429 | 502..=504),
        }
    }
}

/// A branch, once.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The log that this is of.
    pub log: Uuid,
    /// The last entry that is in the picture.
    pub seq: u64,
    /// When it was taken, by the daemon's clock.
    pub now: Timestamp,
    /// The picture.
    pub view: Box<BranchView>,
}

/// A device that takes part from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paired {
    /// Its short name.
    pub id: String,
    /// Its key.
    pub key: Key,
}

/// How long the daemon may take to answer. A command is answered within milliseconds; a disk that
/// stumbles may take seconds.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// A client for HTTP that follows nobody elsewhere and believes those that this machine believes; `secure`
/// says whether it will speak TLS. No proxy lies between: whom it asks stands in the office's network.
pub fn http(secure: bool) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .tls_backend_preconfigured(trust::config(secure))
}

impl Api {
    /// The daemon at `base`, such as `http://127.0.0.1:8080`. Does not connect yet.
    ///
    /// # Errors
    /// `base` is not an address.
    pub fn new(base: &str) -> Result<Self, BadAddress> {
        let base: Address = base.parse()?;
        let http = http(base.is_secure())
            .timeout(ANSWER_WITHIN)
            .tcp_nodelay(true)
            .build()
            .expect("no setting here can fail: what TLS needs is there, and no resolver is read");
        Ok(Self { http, base, at: None, key: None })
    }

    /// The same daemon, with every request sent as of that time. Only a daemon with a simulated clock
    /// (`giliran serve --simulated-clock`) looks at it.
    pub fn at(&self, time: Timestamp) -> Self {
        Self { at: Some(time), ..self.clone() }
    }

    /// The same daemon, asked by the device of that key. The key goes to that address and nowhere else: nobody is
    /// followed elsewhere.
    pub fn with_key(&self, key: Key) -> Self {
        Self { key: Some(key), ..self.clone() }
    }

    /// Whom the daemon takes this client for.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn me(&self) -> Result<Me, ApiError> {
        self.answer(Request::new(Method::GET, self.base.http(paths::ME))).await
    }

    /// Asks that a device may take part: the answer is a code for its screen, and the claim for
    /// [`claim_pairing`](Self::claim_pairing). See [`Pairing`](crate::Pairing) for the whole of it.
    ///
    /// # Errors
    /// See [`ApiError`]; `sign_in_off` where the daemon asks nobody who they are.
    pub async fn ask_pairing(&self, device: DeviceKind, branch: &str) -> Result<PairingOffer, ApiError> {
        let asked = AskPairing { device, branch: branch.to_owned() };
        self.post(self.base.http(paths::PAIRING), &asked).await
    }

    /// Asks whether a device was approved; none while it is not.
    ///
    /// # Errors
    /// See [`ApiError`]; `unknown_pairing` where the claim is void.
    pub async fn claim_pairing(&self, claim: &str) -> Result<Option<Paired>, ApiError> {
        let claim = ClaimPairing { claim: claim.to_owned(), cookie: false };
        match self.post(self.base.http(paths::PAIRING_CLAIM), &claim).await? {
            Pairing::Waiting => Ok(None),
            Pairing::Paired { id, key } => {
                let key = key.and_then(|key| key.parse().ok());
                let odd = || ApiError::Odd { status: 200, what: "it brings no key".into() };
                Ok(Some(Paired { id, key: key.ok_or_else(odd)? }))
            }
        }
    }

    /// The branches that the daemon runs.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn branches(&self) -> Result<Vec<BranchInfo>, ApiError> {
        self.answer(Request::new(Method::GET, self.base.http(paths::BRANCHES))).await
    }

    /// The rules that hold in a branch.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn rules(&self, branch: &str) -> Result<RulesInForce, ApiError> {
        self.answer(Request::new(Method::GET, self.of_branch(paths::RULES, branch))).await
    }

    /// A branch as an audience sees it.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn state(&self, branch: &str, audience: Audience) -> Result<State, ApiError> {
        let mut url = self.of_branch(paths::STATE, branch);
        let audience = match audience {
            Audience::Kiosk => "kiosk",
            Audience::Display => "display",
            Audience::Counter => "counter",
            Audience::Supervisor => "supervisor",
        };
        url.query_pairs_mut().append_pair("audience", audience);
        match self.answer(Request::new(Method::GET, url)).await? {
            ToClient::Snapshot { log, seq, now, view } => Ok(State { log, seq, now, view }),
            ToClient::Resumed { .. }
            | ToClient::Entry { .. }
            | ToClient::Waits { .. }
            | ToClient::Opening { .. }
            | ToClient::Health { .. }
            | ToClient::Reported { .. }
            | ToClient::Unheard { .. }
            | ToClient::Heartbeat { .. }
            | ToClient::Refused { .. }
            | ToClient::Unknown => {
                Err(ApiError::Odd { status: 200, what: "the state is not a snapshot".into() })
            }
        }
    }

    /// Sends a command once.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn command(&self, branch: &str, command: &CommandRequest) -> Result<CommandAnswer, ApiError> {
        self.post(self.of_branch(paths::COMMANDS, branch), command).await
    }

    /// Sends a command again and again, with the same id, until it is answered one way or the other or
    /// `deadline` has passed; no sooner than the daemon asks for. It is sent at least once.
    ///
    /// # Errors
    /// A refusal, or the last of the failures; see [`ApiError`].
    pub async fn command_until_answered(
        &self,
        branch: &str,
        command: &CommandRequest,
        deadline: Instant,
    ) -> Result<CommandAnswer, ApiError> {
        let mut backoff = Backoff::default();
        loop {
            match self.command(branch, command).await {
                Err(error) if error.is_passing() => {
                    // Whoever was sent away at the same moment must not come back at the same moment.
                    let pause = backoff.pause(rand::random()) + error.retry_after().unwrap_or_default();
                    if Instant::now() + pause >= deadline {
                        return Err(error);
                    }
                    sleep(pause).await;
                }
                answered => return answered,
            }
        }
    }

    /// Reports what became of a call at this screen or loudspeaker.
    ///
    /// # Errors
    /// See [`ApiError`]; `unknown_call` where the call is none of the last.
    pub async fn report(&self, branch: &str, report: &Report) -> Result<(), ApiError> {
        let request = self.http.post(self.of_branch(paths::REPORTS, branch)).json(report).build();
        let answered = self.send(request.map_err(ApiError::Unreachable)?).await?;
        if answered.status.is_success() { Ok(()) } else { Err(answered.refusal()) }
    }

    /// What somebody of the office has recorded, as a WAV file.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn recording(&self, branch: &str, name: &str) -> Result<Vec<u8>, ApiError> {
        let url = self.of_branch(&paths::RECORDING.replace("{recording}", name), branch);
        let answered = self.send(Request::new(Method::GET, url)).await?;
        if answered.status.is_success() { Ok(answered.body) } else { Err(answered.refusal()) }
    }

    fn of_branch(&self, path: &str, branch: &str) -> Url {
        self.base.http(&paths::of_branch(path, branch))
    }

    async fn post<T: DeserializeOwned>(&self, url: Url, body: &impl Serialize) -> Result<T, ApiError> {
        let request = self.http.post(url).json(body).build();
        self.answer(request.map_err(ApiError::Unreachable)?).await
    }

    async fn answer<T: DeserializeOwned>(&self, request: Request) -> Result<T, ApiError> {
        let answered = self.send(request).await?;
        if !answered.status.is_success() {
            return Err(answered.refusal());
        }
        serde_json::from_slice(&answered.body).map_err(|error| answered.odd(&error))
    }

    async fn send(&self, mut request: Request) -> Result<Answered, ApiError> {
        if let Some(at) = self.at {
            let value = at.to_string().parse().expect("a time in RFC 3339 is plain ASCII");
            request.headers_mut().insert(paths::SIMULATED_TIME, value);
        }
        if let Some(key) = &self.key {
            request.headers_mut().insert(AUTHORIZATION, key.bearer());
        }
        let response = self.http.execute(request).await.map_err(ApiError::Unreachable)?;
        let status = response.status();
        let retry_after =
            response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        // An answer that broke off is no answer.
        let body = response.bytes().await.map_err(ApiError::Unreachable)?.into();
        Ok(Answered { status, retry_after: retry_after.map(Duration::from_secs), body })
    }
}

/// An answer that has come in whole.
struct Answered {
    status: StatusCode,
    retry_after: Option<Duration>,
    body: Vec<u8>,
}

impl Answered {
    fn odd(&self, error: &serde_json::Error) -> ApiError {
        ApiError::Odd { status: self.status.as_u16(), what: error.to_string() }
    }

    /// Why the request was turned down.
    fn refusal(self) -> ApiError {
        match serde_json::from_slice::<ErrorBody>(&self.body) {
            Ok(body) => ApiError::Refused {
                status: self.status.as_u16(),
                error: Box::new(body.error),
                retry_after: self.retry_after,
            },
            Err(error) => self.odd(&error),
        }
    }
}
