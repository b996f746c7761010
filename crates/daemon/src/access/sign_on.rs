//! Single sign-on: sign-ins that are under way at the office's provider.
//!
//! What the provider says, and whether it is believed, is the business of `giliran-oidc`; what became of it here of
//! [`Access::sign_on`](super::Access::sign_on). A sign-in belongs to the browser in which it was begun: its cookie must
//! come back with the provider's answer, or somebody could be signed in as whoever sent them the address.

use std::{
    collections::HashMap,
    fs, io,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use giliran_oidc::{OidcError, Pending, Provider, Somebody};
use giliran_protocol::paths;

use crate::{
    access::secrets::{KeyHash, key_hash, random_text},
    config,
};

/// How long a person may take at the provider.
const WITHIN: Duration = Duration::from_secs(600);

/// How many may be under way at once.
const UNDER_WAY: usize = 8192;

/// A sign-in that is under way.
#[derive(Debug)]
struct UnderWay {
    pending: Pending,
    browser: KeyHash,
    to: String,
    until: Instant,
}

/// The office's provider.
#[derive(Debug)]
pub struct SignOn {
    provider: Provider,
    under_way: Mutex<HashMap<String, UnderWay>>,
}

/// A browser that is sent to the provider.
#[derive(Debug)]
pub struct Sent {
    /// Where to.
    pub url: String,
    /// What it is to keep, and to bring back.
    pub browser: String,
}

/// Why single sign-on can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum SignOnError {
    /// The secret can't be read.
    #[error("the secret of single sign-on can't be read from {file}: {why}")]
    Secret {
        /// The file.
        file: String,
        /// Why.
        why: io::Error,
    },
    /// The settings can't be right.
    #[error(transparent)]
    Settings(#[from] OidcError),
}

impl SignOn {
    /// As configured. The provider is not asked yet.
    pub fn new(settings: &config::Oidc) -> Result<Self, SignOnError> {
        let file = &settings.secret_file;
        let secret = fs::read_to_string(file)
            .map_err(|why| SignOnError::Secret { file: file.display().to_string(), why })?;
        let back = format!("{}{}", settings.address, paths::SIGN_ON_BACK);
        let provider = Provider::new(settings.provider.clone(), &secret, &back)?;
        Ok(Self { provider, under_way: Mutex::default() })
    }

    fn under_way(&self) -> std::sync::MutexGuard<'_, HashMap<String, UnderWay>> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        under_way.retain(|_, one| one.until > now);
        under_way
    }

    /// Sends a browser to the provider; it is to come back to `to`. None where too many are under way.
    pub async fn begin(&self, to: String) -> Result<Option<Sent>, OidcError> {
        if self.under_way().len() >= UNDER_WAY {
            return Ok(None);
        }
        let (url, pending) = self.provider.begin().await?;
        let browser = random_text();
        let state = pending.state.clone();
        let one = UnderWay { pending, browser: key_hash(&browser), to, until: Instant::now() + WITHIN };
        self.under_way().insert(state, one);
        Ok(Some(Sent { url, browser }))
    }

    /// Who came back in that browser, and where to; once.
    pub async fn finish(
        &self,
        browser: Option<&str>,
        state: &str,
        code: &str,
    ) -> Result<(Somebody, String), OidcError> {
        let unknown = || OidcError::NotBelieved("no sign-in of that browser's is under way".into());
        let one = self.under_way().remove(state).ok_or_else(unknown)?;
        if browser.map(key_hash) != Some(one.browser) {
            return Err(unknown());
        }
        let somebody = self.provider.finish(one.pending, state, code).await?;
        Ok((somebody, one.to))
    }
}

/// Where a browser is led after it was let in: a page of ours, whatever was asked for.
pub fn own_page(to: Option<&str>) -> String {
    let own = |to: &&str| {
        // `//host` and `/\host` lead elsewhere; browsers take out tabs and line ends before they look.
        to.starts_with('/')
            && !to[1..].starts_with(['/', '\\'])
            && to.bytes().all(|b| b.is_ascii_graphic())
            && to.len() <= 500
    };
    to.filter(own).unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_led_to_a_page_of_ours_and_nowhere_else() {
        for (to, led) in [
            ("/counter?counter=kaunter-1", "/counter?counter=kaunter-1"),
            ("/", "/"),
            ("", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/\t/evil.example", "/"),
            ("https://evil.example", "/"),
            ("javascript:alert(1)", "/"),
            ("/a\r\nset-cookie: x=y", "/"),
        ] {
            assert_eq!(own_page(Some(to)), led, "{to:?}");
        }
        assert_eq!(own_page(None), "/");
    }
}
