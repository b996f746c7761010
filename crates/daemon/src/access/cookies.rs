//! The daemon's cookies: what they are called, and how browsers are told to keep them.
//!
//! None can be read by a script, none is sent with what another site asks for, and by TLS each has the prefix by
//! which a browser takes it from this very host alone.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite, time::Duration};

/// What a browser keeps for the daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jar {
    /// A person's session.
    Session,
    /// A device's key.
    Device,
    /// That a person has signed in here before.
    Known,
    /// That single sign-on was begun here.
    SignOn,
}

impl Jar {
    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-giliran-session",
            (Self::Session, false) => "giliran-session",
            (Self::Device, true) => "__Host-giliran-device",
            (Self::Device, false) => "giliran-device",
            (Self::Known, true) => "__Host-giliran-known",
            (Self::Known, false) => "giliran-known",
            (Self::SignOn, true) => "__Host-giliran-sign-on",
            (Self::SignOn, false) => "giliran-sign-on",
        }
    }

    /// How long a browser keeps it; a session's as long as the browser runs, as the daemon knows better.
    fn lasts(self) -> Option<Duration> {
        match self {
            Self::Session => None,
            // The longest that browsers allow; each use by a device gives it anew.
            Self::Device | Self::Known => Some(Duration::days(400)),
            Self::SignOn => Some(Duration::minutes(10)),
        }
    }

    /// What a browser sent. None where it sent two: one of them is another's.
    pub fn read(self, headers: &HeaderMap, secure: bool) -> Option<String> {
        let name = self.name(secure);
        let mut found = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| Cookie::split_parse(text.to_owned()))
            .filter_map(Result::ok)
            .filter(|cookie| cookie.name() == name);
        let first = found.next()?;
        found.next().is_none().then(|| first.value().to_owned())
    }

    fn cookie(self, value: String, secure: bool) -> Cookie<'static> {
        // What leads back from a provider is asked for from another site's page.
        let same_site = if self == Self::SignOn { SameSite::Lax } else { SameSite::Strict };
        let cookie = Cookie::build((self.name(secure), value)).path("/").http_only(true).same_site(same_site);
        let cookie = cookie.secure(secure);
        self.lasts().map_or(cookie.clone(), |lasts| cookie.max_age(lasts)).build()
    }

    /// Tells a browser to keep something.
    pub fn put(self, headers: &mut HeaderMap, value: &str, secure: bool) {
        append(headers, &self.cookie(value.to_owned(), secure));
    }

    /// Tells a browser to keep it no longer.
    pub fn clear(self, headers: &mut HeaderMap, secure: bool) {
        let mut cookie = self.cookie(String::new(), secure);
        cookie.set_max_age(Duration::ZERO);
        append(headers, &cookie);
    }
}

fn append(headers: &mut HeaderMap, cookie: &Cookie<'_>) {
    // Names and values are ours: letters, digits and hyphens.
    if let Ok(value) = HeaderValue::try_from(cookie.to_string()) {
        headers.append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        let put = |secure| {
            let mut headers = HeaderMap::new();
            Jar::Session.put(&mut headers, "abc", secure);
            headers[header::SET_COOKIE].to_str().unwrap().to_owned()
        };
        assert_eq!(put(true), "__Host-giliran-session=abc; HttpOnly; SameSite=Strict; Secure; Path=/");
        assert_eq!(put(false), "giliran-session=abc; HttpOnly; SameSite=Strict; Path=/");
    }

    #[test]
    fn two_of_a_name_are_none() {
        let read = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.append(header::COOKIE, HeaderValue::from_static(text));
            Jar::Session.read(&headers, false)
        };
        assert_eq!(read("a=b; giliran-session=abc").as_deref(), Some("abc"));
        assert_eq!(read("giliran-session=abc; giliran-session=def"), None);
        assert_eq!(read("__Host-giliran-session=abc"), None);
        assert_eq!(read(""), None);
    }
}
