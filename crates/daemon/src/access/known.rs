//! Browsers in which somebody has signed in before, known by a cookie that only the daemon can make.
//!
//! The cookie holds a number for the browser, and for each of the last who signed in there a proof that they did. It
//! opens nothing: it only tells the browser of an officer from that of whoever guesses, see
//! [`attempts`](super::attempts).

use giliran_core::OfficerId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{access::secrets::hex, persons::Persons};

/// How many people are proven at once: those who share a counter's machine.
const PEOPLE: usize = 8;

/// Makes and reads the cookies.
#[derive(Debug)]
pub struct Known {
    key: [u8; 32],
}

impl Known {
    /// With a key of the daemon's.
    pub fn new(persons: &Persons) -> Self {
        Self { key: persons.derived("known browsers") }
    }

    fn proof(&self, number: &str, person: &OfficerId) -> String {
        // An HMAC takes a key of any length.
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(&self.key) else { return String::new() };
        let proof = mac.chain_update(number).chain_update(".").chain_update(person.as_str()).finalize();
        hex(&proof.into_bytes()[..16])
    }

    /// The browser's number, if that person has signed in there.
    pub fn number(&self, cookie: &str, person: &OfficerId) -> Option<u64> {
        let mut parts = cookie.split('.');
        let number = parts.next()?;
        let proof = self.proof(number, person);
        // Compared as hashes of a secret: how far two agree tells nothing of use.
        parts.take(PEOPLE).any(|part| part == proof).then(|| u64::from_str_radix(number, 16).ok())?
    }

    /// The cookie with one more proof.
    pub fn with(&self, cookie: Option<&str>, person: &OfficerId) -> String {
        let mut parts = cookie.unwrap_or_default().split('.');
        let number =
            parts.next().filter(|number| number.len() == 16 && number.bytes().all(|b| b.is_ascii_hexdigit()));
        let number = number.map_or_else(|| format!("{:016x}", rand::random::<u64>()), str::to_owned);
        let proof = self.proof(&number, person);
        let others = parts.filter(|part| part.len() == 32 && *part != proof).take(PEOPLE - 1);
        let proofs: Vec<_> = std::iter::once(proof.as_str()).chain(others).collect();
        format!("{number}.{}", proofs.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_for_those_who_signed_in_there_and_for_nobody_else() {
        let known = Known { key: [7; 32] };
        let [aminah, badrul]: [OfficerId; 2] = ["aminah", "badrul"].map(|id| id.parse().unwrap());
        let cookie = known.with(None, &aminah);
        let number = known.number(&cookie, &aminah).unwrap();
        assert_eq!(known.number(&cookie, &badrul), None);
        let both = known.with(Some(&cookie), &badrul);
        assert_eq!(known.number(&both, &aminah), Some(number));
        assert_eq!(known.number(&both, &badrul), Some(number));
        assert_eq!(known.with(Some(&both), &badrul), both);
        let other = Known { key: [8; 32] };
        assert_eq!(other.number(&both, &aminah), None);
        let moved = format!("{:016x}{}", number.wrapping_add(1), &both[16..]);
        assert_eq!(known.number(&moved, &aminah), None, "the proof is for that browser");
        for rubbish in ["", ".", "x.y", "0.0.0.0.0.0.0.0.0.0.0"] {
            assert_eq!(known.number(rubbish, &aminah), None);
            let fresh = known.with(Some(rubbish), &aminah);
            assert!(known.number(&fresh, &aminah).is_some(), "{fresh}");
        }
    }

    #[test]
    fn the_cookie_does_not_grow_for_ever() {
        let known = Known { key: [7; 32] };
        let mut cookie = None;
        for n in 0..50 {
            cookie = Some(known.with(cookie.as_deref(), &format!("p{n}").parse().unwrap()));
        }
        assert!(cookie.unwrap().len() < 300);
    }
}
