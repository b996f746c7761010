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
        let mut path = database.as_os_str().to_owned();
        path.push(".key");
        let path = PathBuf::from(path);
        match fs::read(&path) {
            Ok(kept) => {
                let broken = || io::Error::new(io::ErrorKind::InvalidData, "the key is not 32 bytes long");
                Ok(Self { key: kept.try_into().map_err(|_| broken())? })
            }
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => {
                let key: [u8; 32] = rand::random();
                let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
                file.write_all(&key)?;
                file.sync_all()?;
                Ok(Self { key })
            }
            Err(why) => Err(why),
        }
    }

    /// A key that hides nobody, for reading commands that are not done.
    pub fn of_nobody() -> Self {
        Self { key: [0; 32] }
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
    fn what_is_no_number_is_refused() {
        let persons = Persons { key: [7; 32] };
        for number in ["", "12345", "   ", "tiada nombor!", &"1".repeat(33), "०१२३४५६७"] {
            let refused = persons.key_of(number).unwrap_err();
            assert_eq!(refused.error().code, "not_a_person_number", "{number}");
        }
    }
}
