//! One person, one living ticket, without keeping who: a phone or card number becomes a keyed hash.
//!
//! The number is forgotten as soon as it is hashed. The key lies in a file of its own beside the
//! database, so that a copy of the database alone does not tell who was there: the numbers in use are
//! few enough to try them all.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use axum::http::StatusCode;
use giliran_core::PersonKey;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::failure::Failure;

/// How many digits and letters a phone or card number has: from a short local number to a long card.
const LENGTH: std::ops::RangeInclusive<usize> = 6..=32;

/// Makes the hashes of this daemon.
#[derive(Clone)]
pub struct Persons {
    key: [u8; 32],
}

impl std::fmt::Debug for Persons {
    /// The key stays where it is.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Persons(..)")
    }
}

impl Persons {
    /// The key of a database, made with it.
    pub fn of_database(database: &Path) -> io::Result<Self> {
        if let Some(kept) = Self::kept(database)? {
            return Ok(kept);
        }
        let key: [u8; 32] = rand::random();
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(Self::file(database))?;
        file.write_all(&key)?;
        file.sync_all()?;
        Ok(Self { key })
    }

    /// The key of a database, if it has one.
    pub fn kept(database: &Path) -> io::Result<Option<Self>> {
        match fs::read(Self::file(database)) {
            Ok(kept) => {
                let broken = || io::Error::new(io::ErrorKind::InvalidData, "the key is not 32 bytes long");
                Ok(Some(Self { key: kept.try_into().map_err(|_| broken())? }))
            }
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(why),
        }
    }

    /// Where the key of a database lies.
    pub fn file(database: &Path) -> PathBuf {
        let mut path = database.as_os_str().to_owned();
        path.push(".key");
        path.into()
    }

    /// Puts another key in the place of the one of a database, which is gone after it: all hashes that were made
    /// with it stand for nobody from then on.
    ///
    /// Written over the old one and not beside it, so that the disk has no reason to keep that. Cut off at any
    /// moment it leaves 32 bytes that nobody can guess.
    pub fn renew(database: &Path) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).open(Self::file(database))?;
        file.write_all(&rand::random::<[u8; 32]>())?;
        file.sync_all()
    }

    /// A key that hides nobody, for reading commands that are not done.
    pub fn of_nobody() -> Self {
        Self { key: [0; 32] }
    }

    /// Whether it is a key that hides somebody.
    pub fn hides(&self) -> bool {
        self.key != Self::of_nobody().key
    }

    /// Another key, made of this one for a purpose of its own: what one is used for tells nothing of another.
    pub fn derived(&self, purpose: &str) -> [u8; 32] {
        // An HMAC takes a key of any length.
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(&self.key) else { return [0; 32] };
        mac.chain_update(purpose).finalize().into_bytes().into()
    }

    /// What stands for the person with that phone or card number. However it is written, with spaces,
    /// hyphens or a plus sign, it is the same.
    pub fn key_of(&self, number: &str) -> Result<PersonKey, Failure> {
        let plain: String = number
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '+' | '(' | ')'))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        if !LENGTH.contains(&plain.len()) || !plain.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(Failure::bad_request(
                StatusCode::UNPROCESSABLE_ENTITY,
                "not_a_person_number",
                [
                    "Itu bukan nombor telefon atau nombor kad.",
                    "That is not a phone or card number.",
                    "这不是电话或证件号码。",
                    "அது தொலைபேசி அல்லது அட்டை எண் அல்ல.",
                ],
                None,
            ));
        }
        // An HMAC takes a key of any length.
        let Ok(mut hash) = Hmac::<Sha256>::new_from_slice(&self.key) else { return Err(Failure::Internal) };
        hash.update(plain.as_bytes());
        let bytes = hash.finalize().into_bytes();
        let first = bytes.first_chunk::<16>().copied().unwrap_or_default();
        Ok(PersonKey(u128::from_be_bytes(first)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_person_however_it_is_written_and_only_under_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| Persons::of_database(&folder.path().join(name)).unwrap();
        let one = at("one.db");
        assert_eq!(one.key_of("012-345 6789").unwrap(), at("one.db").key_of("0123456789").unwrap());
        assert_ne!(one.key_of("0123456789").unwrap(), one.key_of("0123456788").unwrap());
        assert_ne!(one.key_of("0123456789").unwrap(), at("other.db").key_of("0123456789").unwrap());
    }

    #[test]
    fn with_another_key_nobody_is_known_by_the_hashes_of_before() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("office.db");
        assert!(Persons::kept(&database).unwrap().is_none());
        assert!(Persons::renew(&database).is_err(), "there is none to renew, and none is made");
        let before = Persons::of_database(&database).unwrap();
        Persons::renew(&database).unwrap();
        let after = Persons::kept(&database).unwrap().unwrap();
        assert_ne!(before.key_of("0123456789").unwrap(), after.key_of("0123456789").unwrap());
        assert_ne!(before.derived("known browsers"), after.derived("known browsers"));
        assert_eq!(fs::read(Persons::file(&database)).unwrap().len(), 32);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let persons = Persons { key: [7; 32] };
        for number in ["", "12345", "   ", "tiada nombor!", &"1".repeat(33), "०१२३४५६७"] {
            let refused = persons.key_of(number).unwrap_err();
            assert_eq!(refused.error().code, "not_a_person_number", "{number}");
        }
    }
}
