//! Where the daemon is.

use std::{fmt, str::FromStr};

use reqwest::Url;

/// The address of a daemon, such as `http://127.0.0.1:8080`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(Url);

/// The text is not the address of a daemon.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an address such as http://127.0.0.1:8080")]
pub struct BadAddress(String);

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress(text.chars().take(200).collect());
        let mut url = Url::parse(text).map_err(|_| bad())?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(bad());
        }
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self(url))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl Address {
    /// Whether TLS is spoken there.
    pub(crate) fn is_secure(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The address of `path` at the daemon, which may itself stand below a path of a reverse proxy.
    pub(crate) fn http(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url
    }

    /// The same by WebSocket.
    pub(crate) fn websocket(&self, path: &str) -> String {
        // `http` becomes `ws` and `https` becomes `wss`.
        format!("ws{}", self.http(path).as_str().trim_start_matches("http"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_paths_are_made_for_both_protocols() {
        for (base, http, websocket) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v1/x", "ws://127.0.0.1:8080/api/v1/x"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/api/v1/x", "ws://127.0.0.1:8080/api/v1/x"),
            (
                "https://q.example/giliran/",
                "https://q.example/giliran/api/v1/x",
                "wss://q.example/giliran/api/v1/x",
            ),
        ] {
            let address: Address = base.parse().unwrap();
            assert_eq!(address.http("/api/v1/x").as_str(), http);
            assert_eq!(address.websocket("/api/v1/x"), websocket);
        }
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        for text in ["", "127.0.0.1:8080", "ws://host", "file:///etc/hosts", "http://"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
