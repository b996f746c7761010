//! How a device that nobody knows yet comes to its key: it shows a code until a supervisor has typed it.

use std::{future::Future, pin::Pin, time::Duration};

use giliran_protocol::{
    access::{DeviceKind, PairingOffer},
    error::Error,
};
use jiff::Timestamp;
use tokio::time::sleep;

use crate::{
    api::{Api, ApiError, Paired},
    key::Key,
};

/// What has become of it.
#[derive(Debug)]
pub enum Progress {
    /// Show this: another code, or the same, once the daemon that was away is back and still knows it.
    Code {
        /// For a supervisor to type.
        code: String,
        /// When it is void; another comes in its place.
        until: Timestamp,
    },
    /// The device takes part. There is nothing more to come.
    Paired {
        /// Its short name.
        id: String,
        /// Its key.
        key: Key,
    },
    /// The daemon asks nobody who they are (`--no-sign-in`), or no longer knows the code: try how it takes what one
    /// has, and pair anew if it does not. There is nothing more to come.
    Over,
    /// The daemon is away or too busy; it is asked again.
    Away(ApiError),
    /// The daemon does not want this device, for instance because it does not know the branch. It is asked again:
    /// whoever mends the daemon need not come to the device.
    Refused(Error),
}

/// A device that asks to take part.
///
/// Nothing runs in the background: whoever holds it calls [`next`](Self::next) again and again.
pub struct Pairing {
    api: Api,
    device: DeviceKind,
    branch: String,
    offer: Option<PairingOffer>,
    /// Whether the daemon was away since the code was shown.
    away: bool,
    /// Kept here and not in `next`, so that a caller who stops waiting does not start it over.
    doing: Doing,
}

type Doing = Pin<Box<dyn Future<Output = Answer> + Send>>;

enum Answer {
    Offered(Result<PairingOffer, ApiError>),
    Claimed(Result<Option<Paired>, ApiError>),
}

/// How long after one answer the next is asked for.
const EVERY: Duration = Duration::from_secs(3);

impl Pairing {
    /// A device of that kind that stands in a branch. Asks with the first call of [`next`](Self::next).
    pub fn new(api: Api, device: DeviceKind, branch: &str) -> Self {
        let doing = ask(api.clone(), device, branch.to_owned(), Duration::ZERO);
        Self { api, device, branch: branch.to_owned(), offer: None, away: false, doing }
    }

    /// Waits until there is something to say.
    ///
    /// Cancel-safe: dropping the future loses nothing, so it may stand in a `select!`.
    pub async fn next(&mut self) -> Progress {
        loop {
            match self.doing.as_mut().await {
                Answer::Offered(Ok(offer)) => {
                    self.offer = Some(offer);
                    self.away = false;
                    self.go_on(EVERY);
                    if let Some(code) = self.code() {
                        return code;
                    }
                }
                Answer::Claimed(Ok(None)) => {
                    self.go_on(EVERY);
                    if std::mem::take(&mut self.away)
                        && let Some(code) = self.code()
                    {
                        return code;
                    }
                }
                Answer::Claimed(Ok(Some(Paired { id, key }))) => {
                    self.end();
                    return Progress::Paired { id, key };
                }
                Answer::Offered(Err(error)) | Answer::Claimed(Err(error)) => return self.failed(error),
            }
        }
    }

    fn failed(&mut self, error: ApiError) -> Progress {
        if matches!(error.code(), Some("sign_in_off" | "unknown_pairing")) {
            self.end();
            return Progress::Over;
        }
        self.away = true;
        // Whoever was sent away at the same moment must not come back at the same moment.
        let spread = EVERY.mul_f64(rand::random());
        self.go_on(EVERY + spread + error.retry_after().unwrap_or_default());
        let passing = error.is_passing();
        match error {
            ApiError::Refused { error, .. } if !passing => Progress::Refused(*error),
            ApiError::Refused { .. } | ApiError::Unreachable(_) | ApiError::Odd { .. } => {
                Progress::Away(error)
            }
        }
    }

    fn code(&self) -> Option<Progress> {
        let PairingOffer { code, until, .. } = self.offer.as_ref()?;
        Some(Progress::Code { code: code.clone(), until: *until })
    }

    fn go_on(&mut self, after: Duration) {
        self.doing = match &self.offer {
            Some(offer) => claim(self.api.clone(), offer.claim.clone(), after),
            None => ask(self.api.clone(), self.device, self.branch.clone(), after),
        };
    }

    fn end(&mut self) {
        self.offer = None;
        self.doing = Box::pin(std::future::pending());
    }
}

fn ask(api: Api, device: DeviceKind, branch: String, after: Duration) -> Doing {
    Box::pin(async move {
        sleep(after).await;
        Answer::Offered(api.ask_pairing(device, &branch).await)
    })
}

fn claim(api: Api, claim: String, after: Duration) -> Doing {
    Box::pin(async move {
        sleep(after).await;
        Answer::Claimed(api.claim_pairing(&claim).await)
    })
}
