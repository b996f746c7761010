//! The hall's code: whoever can read it off a screen there is near enough to take a number by phone.
//!
//! Each minute has its own. It is a keyed hash of the minute, so that every screen of the hall can be told the same and
//! nobody has to remember which were given out.

use giliran_core::BranchId;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// What the key is for.
pub const PURPOSE: &str = "hall codes";

/// No vowels, so that no code is a word, and no digits, so that nothing is taken for another.
const ALPHABET: [u8; 20] = *b"BCDFGHJKLMNPQRSTVWXZ";

const LETTERS: usize = 6;

/// How long a code is shown, in seconds.
const SHOWN_S: i64 = 60;

/// Makes the codes of a branch's hall.
#[derive(Clone)]
pub struct HallCodes {
    key: [u8; 32],
    branch: BranchId,
}

impl std::fmt::Debug for HallCodes {
    /// The key stays where it is.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HallCodes(.., {})", self.branch)
    }
}

impl HallCodes {
    /// Those of a branch, under a key that is for nothing else.
    pub fn new(key: [u8; 32], branch: &BranchId) -> Self {
        Self { key, branch: branch.clone() }
    }

    /// The code of a moment, and until when it is shown.
    pub fn at(&self, now: Timestamp) -> (String, Timestamp) {
        let minute = minute_of(now);
        let until = Timestamp::from_second((minute + 1) * SHOWN_S).unwrap_or(Timestamp::MAX);
        (String::from_utf8_lossy(&self.of_minute(minute)).into_owned(), until)
    }

    /// Whether what somebody has typed is the code of this minute or of the one before, in which it may have been
    /// read.
    pub fn is_code(&self, typed: &str, now: Timestamp) -> bool {
        let separates = |c: &char| matches!(c, ' ' | '-');
        let typed: Vec<u8> = typed
            .chars()
            .filter(|c| !separates(c))
            .map(|c| u8::try_from(c.to_ascii_uppercase()).unwrap_or(0))
            .collect();
        let minute = minute_of(now);
        // Both are looked at, and all letters of them: how long it takes tells nothing.
        same(&self.of_minute(minute), &typed) | same(&self.of_minute(minute - 1), &typed)
    }

    fn of_minute(&self, minute: i64) -> [u8; LETTERS] {
        // An HMAC takes a key of any length.
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(&self.key) else { return [0; LETTERS] };
        let hash = mac.chain_update(self.branch.as_str()).chain_update("|").chain_update(minute.to_string());
        let hash = hash.finalize().into_bytes();
        // Of 2^128 values each code has as many as any other, but for one in 10^30.
        let mut value = u128::from_be_bytes(hash.first_chunk().copied().unwrap_or_default());
        [(); LETTERS].map(|()| {
            let letter = usize::try_from(value % 20).unwrap_or_default();
            value /= 20;
            ALPHABET[letter]
        })
    }
}

fn minute_of(now: Timestamp) -> i64 {
    now.as_second().div_euclid(SHOWN_S)
}

fn same(code: &[u8; LETTERS], typed: &[u8]) -> bool {
    let differs = code.iter().zip(typed).fold(0, |differs, (one, other)| differs | (one ^ other));
    (typed.len() == LETTERS) & (std::hint::black_box(differs) == 0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::SignedDuration;

    use super::*;

    fn codes(key: u8, branch: &str) -> HallCodes {
        HallCodes::new([key; 32], &branch.parse().unwrap())
    }

    fn then() -> Timestamp {
        "2026-11-23T01:00:20Z".parse().unwrap()
    }

    #[test]
    fn a_code_is_good_in_its_minute_and_the_one_after() {
        let hall = codes(1, "contoh");
        let (code, until) = hall.at(then());
        assert_eq!(until, "2026-11-23T01:01:00Z".parse().unwrap());
        assert_eq!(code.len(), 6);
        for (seconds, good) in
            [(-21, false), (-20, true), (0, true), (39, true), (40, true), (99, true), (100, false)]
        {
            let now = then() + SignedDuration::from_secs(seconds);
            assert_eq!(hall.is_code(&code, now), good, "{seconds} seconds later");
        }
        assert!(!codes(2, "contoh").is_code(&code, then()));
        assert!(!codes(1, "contoh-2").is_code(&code, then()));
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let hall = codes(1, "contoh");
        let (code, _) = hall.at(then());
        let (first, last) = code.split_at(3);
        for typed in [&*code, &code.to_lowercase(), &format!(" {first} {last} "), &format!("{first}-{last}")]
        {
            assert!(hall.is_code(typed, then()), "{typed}");
        }
        for typed in ["", &code[1..], &format!("{code}B"), "ЖЖЖЖЖЖ", "\0\0\0\0\0\0"] {
            assert!(!hall.is_code(typed, then()), "{typed}");
        }
    }

    #[test]
    fn every_letter_comes_as_often_as_any_other_and_codes_do_not_repeat() {
        let hall = codes(1, "contoh");
        let mut often = [0_u32; 20];
        let mut all = BTreeSet::new();
        for minute in 0..20_000 {
            let code = hall.of_minute(minute);
            for letter in code {
                often[ALPHABET.iter().position(|known| *known == letter).unwrap()] += 1;
            }
            all.insert(code);
        }
        // 6,000 of each are expected, and one in a thousand million times it is 500 off.
        assert!(often.iter().all(|count| (5_500..6_500).contains(count)), "{often:?}");
        // Of 64 million some 3 in 20,000 meet by chance.
        assert!(all.len() > 19_980, "{}", all.len());
    }
}
