//! PINs, passwords and random keys: what is good enough, and what is kept in their place.
//!
//! Of what a person types only an Argon2id hash is kept; of what the daemon made itself, which nobody can
//! guess, a SHA-256.

use std::sync::OnceLock;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

/// How many are hashed at once: each takes 19 MiB and some ten milliseconds of a processor.
static HASHING: Semaphore = Semaphore::const_new(2);

/// The lengths of a PIN (NIST SP 800-63B asks for six digits where guesses are bounded), in digits.
const PIN: std::ops::RangeInclusive<usize> = 6..=12;

/// The lengths of a password, in characters.
const PASSWORD: std::ops::RangeInclusive<usize> = 10..=128;

/// What is guessed first, beside digits in a row and the same over again. In small letters.
const COMMON: [&str; 14] = [
    "password",
    "passw0rd",
    "qwertyuiop",
    "1q2w3e4r5t",
    "iloveyou",
    "administrator",
    "giliran",
    "kaunter",
    "malaysia",
    "selamatdatang",
    "welcome123",
    "letmein",
    "rahsia",
    "katalaluan",
];

/// Why a PIN or password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// A PIN has 6 to 12 digits.
    PinLength,
    /// A password has 10 to 128 characters.
    PasswordLength,
    /// Only officers have PINs.
    PinNotEnough,
    /// It is guessed first.
    Guessable,
}

/// Whether a text may be somebody's PIN or password. `pin`: a PIN is enough for who it is for.
pub fn fit(secret: &str, pin: bool, id: &str) -> Result<(), Unfit> {
    let length = secret.chars().count();
    if secret.bytes().all(|b| b.is_ascii_digit()) && length < *PASSWORD.start() {
        if !PIN.contains(&length) {
            return Err(Unfit::PinLength);
        }
        if !pin {
            return Err(Unfit::PinNotEnough);
        }
    } else if !PASSWORD.contains(&length) {
        return Err(Unfit::PasswordLength);
    }
    if guessable(secret, id) { Err(Unfit::Guessable) } else { Ok(()) }
}

/// Whether a text is among the first that somebody would try.
fn guessable(secret: &str, id: &str) -> bool {
    let small = secret.to_lowercase();
    let plain: String = small.chars().filter(|c| c.is_alphabetic()).collect();
    let bytes = small.as_bytes();
    // 121212, 123123, aaaa: one piece over and over.
    let repeats = (1..=bytes.len() / 2).any(|n| bytes.chunks(n).all(|piece| bytes[..n].starts_with(piece)));
    // 123456, 987654, abcdefghij
    let steps = |by: i16| bytes.windows(2).all(|two| i16::from(two[1]) - i16::from(two[0]) == by);
    let about = |word: &str| !word.is_empty() && plain == word;
    repeats
        || steps(1)
        || steps(-1)
        || (id.len() > 3 && about(&id.replace(|c: char| !c.is_alphabetic(), "")))
        || COMMON.iter().any(|common| small == *common || about(common))
}

/// As OWASP advises for Argon2id: 19 MiB, two passes, one lane.
fn hasher() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

/// What is kept of a PIN or password, in the PHC form. None where the machine has no memory left for it.
pub async fn hash(secret: String) -> Option<String> {
    let place = HASHING.acquire().await.ok()?;
    let hashed = tokio::task::spawn_blocking(move || {
        // Held until the memory is free again, whatever became of whoever asked.
        let _place = place;
        hasher().hash_password(secret.as_bytes())
    });
    hashed.await.ok()?.ok().map(|hash| hash.to_string())
}

/// Whether a PIN or password is the one of which `kept` was kept. With nothing kept it takes as long, and is
/// not.
pub async fn verify(secret: String, kept: Option<String>) -> bool {
    static NOBODYS: OnceLock<String> = OnceLock::new();
    let Ok(place) = HASHING.acquire().await else { return false };
    let verified = tokio::task::spawn_blocking(move || {
        let _place = place;
        let somebodys = kept.is_some();
        let kept = kept.or_else(|| {
            let made = || hasher().hash_password(random_text().as_bytes()).map(|hash| hash.to_string());
            Some(NOBODYS.get_or_init(|| made().unwrap_or_default()).clone())
        });
        let same =
            kept.is_some_and(|kept| hasher().verify_password(secret.as_bytes(), kept.as_str()).is_ok());
        same && somebodys
    });
    verified.await.unwrap_or(false)
}

/// A key of 256 bits that nobody can guess, as text.
pub fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What stands for a key that the daemon made itself.
pub type KeyHash = [u8; 32];

/// What is kept of such a key, and looked up by it.
pub fn key_hash(key: &str) -> KeyHash {
    Sha256::digest(key.as_bytes()).into()
}

/// A hash as text, for records.
pub fn hex(hash: &[u8]) -> String {
    hash.iter().fold(String::with_capacity(2 * hash.len()), |mut text, byte| {
        for half in [byte >> 4, byte & 15] {
            text.push(char::from_digit(half.into(), 16).unwrap_or('0'));
        }
        text
    })
}

/// A hash from its text.
pub fn from_hex(text: &str) -> Option<KeyHash> {
    let mut hash = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (n, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * n..2 * n + 2], 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_for_officers_and_neither_it_nor_a_password_is_guessed_first() {
        for (secret, pin, fits) in [
            ("483920", true, Ok(())),
            ("483920", false, Err(Unfit::PinNotEnough)),
            ("48392", true, Err(Unfit::PinLength)),
            ("", true, Err(Unfit::PinLength)),
            ("123456", true, Err(Unfit::Guessable)),
            ("987654", true, Err(Unfit::Guessable)),
            ("000000", true, Err(Unfit::Guessable)),
            ("121212", true, Err(Unfit::Guessable)),
            ("1234512345", true, Err(Unfit::Guessable)),
            ("48392017465", false, Ok(())),
            ("kucing9", true, Err(Unfit::PasswordLength)),
            ("kucing makan ikan", false, Ok(())),
            ("aminah-ali1", false, Err(Unfit::Guessable)),
            ("Malaysia12", false, Err(Unfit::Guessable)),
            ("Password2026", false, Err(Unfit::Guessable)),
            ("abcdefghijkl", false, Err(Unfit::Guessable)),
        ] {
            assert_eq!(fit(secret, pin, "aminah-ali"), fits, "{secret}");
        }
        assert_eq!(fit(&"a1".repeat(70), false, "a"), Err(Unfit::PasswordLength));
    }

    #[tokio::test]
    async fn what_is_kept_is_an_argon2id_hash_that_takes_the_same_secret_alone() {
        let kept = hash("kucing makan ikan".into()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(verify("kucing makan ikan".into(), Some(kept.clone())).await);
        assert!(!verify("kucing makan ikan ".into(), Some(kept)).await);
        assert!(!verify("kucing makan ikan".into(), None).await);
        assert!(!verify(String::new(), Some("rubbish".into())).await);
    }

    #[test]
    fn a_hash_reads_back_from_its_text() {
        let hash = key_hash("x");
        assert_eq!(from_hex(&hex(&hash)), Some(hash));
        for text in ["", "00", &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(from_hex(text), None);
        }
    }
}
