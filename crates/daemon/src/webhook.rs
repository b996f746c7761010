//! Tells another program of the charter's alarm: a POST of JSON to an address of the office's own choice, signed, so that
//! whoever receives it knows that it comes from here.

use std::time::Duration;

use giliran_protocol::forecast::{AdviceView, AlarmLevel};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use reqwest::{Client, header::CONTENT_TYPE};
use serde::Serialize;
use sha2::Sha256;
use tokio_util::sync::CancellationToken;

use crate::config::Alarms;

/// The header with the signature: `sha256=` and the HMAC of the body by the shared secret, in hexadecimal digits.
const SIGNATURE: &str = "x-giliran-signature";

/// So long the other side has to answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// How often it is tried, and how long after each time again; the alarm is on the dashboard all the while.
const AGAIN: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(10), Duration::from_secs(60)];

/// What is told.
#[derive(Debug, Serialize)]
pub struct Alert {
    /// The branch.
    pub branch: String,
    /// When this was found.
    pub at: Timestamp,
    /// How near the charter is to being missed now.
    pub alarm: AlarmLevel,
    /// And how near it was.
    pub before: AlarmLevel,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<AdviceView>,
}

/// Where alarms are told.
#[derive(Debug, Clone)]
pub struct Webhook {
    address: String,
    secret: Option<Vec<u8>>,
    http: Client,
}

impl Webhook {
    /// The one of the configuration, if there is one.
    ///
    /// # Errors
    /// The secret can't be read, or there is no way to ask anybody by HTTP.
    pub fn of(alarms: &Alarms) -> anyhow::Result<Option<Self>> {
        let Some(address) = alarms.webhook.clone() else { return Ok(None) };
        let secret = alarms.secret()?;
        let http = giliran_client::http(address.starts_with("https:")).timeout(ANSWERS_WITHIN).build()?;
        Ok(Some(Self { address, secret, http }))
    }

    /// Tells it, a few times if need be, until `stop`.
    pub async fn tell(&self, alert: &Alert, stop: &CancellationToken) {
        // Strings, numbers and lists always have a JSON form.
        let body = serde_json::to_vec(alert).unwrap_or_default();
        let mut rests = AGAIN.into_iter();
        loop {
            let Err(why) = self.post(body.clone()).await else { return };
            let branch = &alert.branch;
            let Some(rest) = rests.next() else {
                tracing::error!(%branch, %why, "the webhook could not be told of the alarm");
                return;
            };
            tracing::warn!(%branch, %why, "the webhook could not be told of the alarm; once more soon");
            if tokio::time::timeout(rest, stop.cancelled()).await.is_ok() {
                return;
            }
        }
    }

    async fn post(&self, body: Vec<u8>) -> reqwest::Result<()> {
        let mut request = self.http.post(&self.address).header(CONTENT_TYPE, "application/json");
        if let Some(signature) = self.secret.as_ref().and_then(|secret| sign(secret, &body)) {
            request = request.header(SIGNATURE, signature);
        }
        request.body(body).send().await?.error_for_status().map(|_| ())
    }
}

fn sign(secret: &[u8], body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(body);
    let bytes = mac.finalize().into_bytes();
    Some(bytes.iter().fold("sha256=".to_owned(), |text, byte| format!("{text}{byte:02x}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_signed_as_the_standard_has_it() {
        // Test case 2 of RFC 4231.
        let signed = sign(b"Jefe", b"what do ya want for nothing?").unwrap();
        assert_eq!(signed, "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
