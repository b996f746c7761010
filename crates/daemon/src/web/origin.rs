//! Whose page asks: a browser says so, and only the daemon's own pages may.
//!
//! A browser sends requests and opens WebSockets from any page that somebody happens to look at, with all
//! that it knows of the daemon. Two checks hold that off. The *host* that was asked for must be one of
//! ours, or a name that another pointed at this machine (DNS rebinding) would pass for our own; and the
//! *origin* of the page must be that host, exactly.

use std::{collections::BTreeSet, fmt, net::IpAddr, str::FromStr};

use axum::http::{HeaderMap, HeaderName, Method, Request, Uri, header, uri::Authority};
use serde::Deserialize;

/// Where a request of a browser's comes from, seen from where it goes to (Fetch Metadata).
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// What kind of request it is.
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
/// For what the answer is wanted.
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Where a page comes from, such as `https://giliran.example.my`: scheme, host and port, as browsers
/// write it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Origin {
    secure: bool,
    /// Host, and port where it is not the scheme's own; in small letters.
    host: String,
}

impl Origin {
    /// The origin of what is asked of `host`, as it stands in a `Host` header.
    fn of(secure: bool, host: &str) -> Self {
        let usual = if secure { ":443" } else { ":80" };
        let host = host.to_ascii_lowercase();
        Self { secure, host: host.strip_suffix(usual).map_or(host.clone(), str::to_owned) }
    }

    /// The host without its port.
    fn name(&self) -> &str {
        name(&self.host)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http{}://{}", if self.secure { "s" } else { "" }, self.host)
    }
}

/// A text is no origin.
#[derive(Debug, Clone, thiserror::Error)]
#[error("`{0}` is not an address such as https://giliran.example.my, without a path")]
pub struct NoOrigin(String);

impl FromStr for Origin {
    type Err = NoOrigin;

    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        let no = || NoOrigin(text.chars().take(100).collect());
        let uri: Uri = text.trim_end_matches('/').parse().map_err(|_| no())?;
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.authority()) else { return Err(no()) };
        let plain = uri.path() == "/" && uri.query().is_none() && !host.as_str().contains('@');
        match scheme {
            "http" | "https" if plain && !host.host().is_empty() => {
                Ok(Self::of(scheme == "https", host.as_str()))
            }
            _ => Err(no()),
        }
    }
}

impl TryFrom<String> for Origin {
    type Error = NoOrigin;

    fn try_from(text: String) -> Result<Self, NoOrigin> {
        text.parse()
    }
}

/// Why a request is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    /// It asks for a host that is not ours.
    Host,
    /// It comes from a page that is not ours.
    Page,
}

/// Which origins are our own.
#[derive(Debug, Clone)]
pub struct Own {
    origins: BTreeSet<Origin>,
}

impl Own {
    /// Ours are these, and whatever has a numeric address: no name can be pointed at one.
    pub fn new(origins: impl IntoIterator<Item = Origin>) -> Self {
        Self { origins: origins.into_iter().collect() }
    }

    /// Looks at a request that came by TLS or not.
    pub fn check<B>(&self, request: &Request<B>, secure: bool) -> Result<(), Stranger> {
        let host = host(request).map_err(|Malformed| Stranger::Host)?;
        if let Some(host) = &host
            && !self.is_ours(host)
        {
            return Err(Stranger::Host);
        }
        let headers = request.headers();
        let here = host.map(|host| Origin::of(secure, host.as_str()));
        let site = one(headers, &SEC_FETCH_SITE)?;
        let origin = one(headers, &header::ORIGIN)?;
        if is_harmless(request) {
            // A link on another page may lead here; nothing else of another page may ask.
            let led = one(headers, &SEC_FETCH_MODE)? == Some("navigate")
                && one(headers, &SEC_FETCH_DEST)? == Some("document");
            return match site {
                Some("same-origin" | "none") | None => Ok(()),
                Some(_) if led => Ok(()),
                Some(_) => Err(Stranger::Page),
            };
        }
        if !matches!(site, Some("same-origin") | None) {
            return Err(Stranger::Page);
        }
        match origin {
            // Exactly as browsers write it: another spelling of ours is not ours.
            Some(text) => {
                let known = |own: &Origin| own.to_string() == text;
                let ours = here.iter().any(known) || self.origins.iter().any(known);
                if ours { Ok(()) } else { Err(Stranger::Page) }
            }
            // Programs have no origin. A browser that hides its own still sends what it knows of us.
            None if headers.contains_key(header::COOKIE) => Err(Stranger::Page),
            None => Ok(()),
        }
    }

    fn is_ours(&self, host: &Authority) -> bool {
        let name = host.host().to_ascii_lowercase();
        let numeric = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok();
        numeric || name == "localhost" || self.origins.iter().any(|own| own.name() == name)
    }
}

/// Whether a request can change nothing and hold nothing open.
fn is_harmless<B>(request: &Request<B>) -> bool {
    let upgrade = [header::UPGRADE, header::SEC_WEBSOCKET_KEY, header::SEC_WEBSOCKET_VERSION];
    matches!(*request.method(), Method::GET | Method::HEAD)
        && !upgrade.iter().any(|name| request.headers().contains_key(name))
}

/// A header that must not stand twice does, or says nothing readable.
struct Malformed;

impl From<Malformed> for Stranger {
    fn from(Malformed: Malformed) -> Self {
        Self::Page
    }
}

fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Malformed> {
    let mut all = headers.get_all(name).iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| Malformed),
        (Some(_), Some(_)) => Err(Malformed),
    }
}

/// The host that was asked for; a program of HTTP/1.0 may not say.
fn host<B>(request: &Request<B>) -> Result<Option<Authority>, Malformed> {
    let said = one(request.headers(), &header::HOST)?;
    let said = said.map(|text| text.parse::<Authority>().map_err(|_| Malformed)).transpose()?;
    match (request.uri().authority(), said) {
        (Some(asked), Some(said)) if *asked != said => Err(Malformed),
        (Some(asked), _) => Ok(Some(asked.clone())),
        (None, said) => Ok(said),
    }
}

fn name(host: &str) -> &str {
    // A port stands behind the last colon, unless that is within the brackets of an IPv6 address.
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEBSOCKET: &[(&str, &str)] = &[("upgrade", "websocket"), ("connection", "upgrade")];

    fn check(method: &str, headers: &[(&str, &str)], secure: bool) -> Result<(), Stranger> {
        let own = Own::new(["https://giliran.example.my".parse().unwrap()]);
        let request = Request::builder().method(method).uri("/api/v1/branches");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        own.check(&request.body(()).unwrap(), secure)
    }

    #[test]
    fn only_our_own_pages_may_change_anything_or_open_a_socket() {
        let host = ("host", "10.0.0.5:8080");
        for (origin, allowed) in [
            (Some("http://10.0.0.5:8080"), true),
            (Some("https://giliran.example.my"), true),
            (None, true),
            (Some("null"), false),
            (Some(""), false),
            (Some("https://10.0.0.5:8080"), false),
            (Some("http://10.0.0.5"), false),
            (Some("http://10.0.0.5:8081"), false),
            (Some("http://10.0.0.5:8080.evil.example"), false),
            (Some("http://10.0.0.5:8080@evil.example"), false),
            (Some("http://10.0.0.5:8080/"), false),
            (Some("HTTP://10.0.0.5:8080"), false),
            (Some("http://giliran.example.my"), false),
            (Some("https://giliran.example.my.evil.example"), false),
            (Some("https://evil-giliran.example.my"), false),
            (Some("https://sub.giliran.example.my"), false),
            (Some("file://"), false),
            (Some("chrome-extension://abc"), false),
        ] {
            let mut headers = vec![host];
            headers.extend(origin.map(|origin| ("origin", origin)));
            let expected = if allowed { Ok(()) } else { Err(Stranger::Page) };
            for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FUNNY"] {
                assert_eq!(check(method, &headers, false), expected, "{method} {origin:?}");
            }
            headers.extend(WEBSOCKET);
            assert_eq!(check("GET", &headers, false), expected, "a WebSocket, {origin:?}");
        }
    }

    #[test]
    fn what_a_browser_says_of_the_page_counts_too() {
        let host = ("host", "10.0.0.5");
        let origin = ("origin", "http://10.0.0.5");
        for (site, post, get) in [
            ("same-origin", true, true),
            ("none", false, true),
            ("same-site", false, false),
            ("cross-site", false, false),
            ("whatever", false, false),
        ] {
            let site = ("sec-fetch-site", site);
            assert_eq!(check("POST", &[host, origin, site], false).is_ok(), post, "{site:?}");
            assert_eq!(check("GET", &[host, site], false).is_ok(), get, "{site:?}");
            // A link to us.
            let link = [host, site, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
            assert!(check("GET", &link, false).is_ok(), "{site:?}");
            assert_eq!(check("POST", &link, false).is_ok(), post, "{site:?}");
        }
        let frame = [
            host,
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "iframe"),
        ];
        assert_eq!(check("GET", &frame, false), Err(Stranger::Page));
    }

    #[test]
    fn a_name_that_is_not_ours_is_not_answered() {
        for (host, allowed) in [
            ("10.0.0.5:8080", true),
            ("[2001:db8::1]:8080", true),
            ("localhost:8080", true),
            ("giliran.example.my", true),
            ("GILIRAN.example.my:8443", true),
            ("evil.example", false),
            ("10.0.0.5.evil.example", false),
            ("giliran.example.my.evil.example", false),
            ("sub.giliran.example.my", false),
            ("localhost.evil.example", false),
            ("not a host", false),
        ] {
            let expected = if allowed { Ok(()) } else { Err(Stranger::Host) };
            assert_eq!(check("GET", &[("host", host)], false), expected, "{host}");
        }
        assert_eq!(check("GET", &[], false), Ok(()), "a program of HTTP/1.0");
        assert_eq!(check("GET", &[("host", "10.0.0.5"), ("host", "10.0.0.6")], false), Err(Stranger::Host));
        // The page of a name that another pointed at us is of the same origin as what it asks.
        let rebound = [("host", "evil.example:8080"), ("origin", "http://evil.example:8080")];
        assert_eq!(check("POST", &rebound, false), Err(Stranger::Host));
    }

    #[test]
    fn the_scheme_is_that_of_the_connection_and_its_own_port_is_not_written() {
        let asks =
            |host, origin, secure| check("POST", &[("host", host), ("origin", origin)], secure).is_ok();
        assert!(asks("10.0.0.5", "https://10.0.0.5", true));
        assert!(asks("10.0.0.5:443", "https://10.0.0.5", true));
        assert!(asks("10.0.0.5:80", "http://10.0.0.5", false));
        assert!(!asks("10.0.0.5", "http://10.0.0.5", true));
        assert!(!asks("10.0.0.5", "https://10.0.0.5", false));
    }

    #[test]
    fn a_browser_that_hides_its_origin_is_no_program() {
        assert_eq!(check("POST", &[("host", "10.0.0.5"), ("cookie", "a=b")], false), Err(Stranger::Page));
        let twice = [("host", "10.0.0.5"), ("origin", "http://10.0.0.5"), ("origin", "http://evil.example")];
        assert_eq!(check("POST", &twice, false), Err(Stranger::Page));
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        for (text, origin) in [
            ("https://giliran.example.my", Some("https://giliran.example.my")),
            ("https://Giliran.Example.my:443/", Some("https://giliran.example.my")),
            ("http://10.0.0.5:8080", Some("http://10.0.0.5:8080")),
            ("http://[2001:db8::1]:8080", Some("http://[2001:db8::1]:8080")),
            ("giliran.example.my", None),
            ("https://", None),
            ("https://giliran.example.my/path", None),
            ("https://u@giliran.example.my", None),
            ("ftp://giliran.example.my", None),
            ("*", None),
        ] {
            let read = text.parse::<Origin>().ok().map(|origin| origin.to_string());
            assert_eq!(read.as_deref(), origin, "{text}");
        }
    }
}
