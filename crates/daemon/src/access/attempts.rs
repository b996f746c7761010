//! Failed sign-ins, and how long whoever made them has to wait.
//!
//! A wrong PIN costs a wait that doubles, for that person *from that address*: who guesses at Aminah's PIN from a
//! phone in the hall does not keep Aminah out at her counter, and does not keep the colleagues out who share the
//! phone's address. A browser in which a person has signed in before is known (by a cookie that only the daemon can
//! make) and is counted by itself, so that even behind the same address the guesser's waits are not Aminah's
//! (OWASP's device cookies). What comes from unknown browsers is besides bounded for each person over all
//! addresses, or a thousand machines could guess a thousand times as fast.
//!
//! Invariant: memory is bounded, and nobody waits longer than [`LONGEST`].

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use giliran_core::OfficerId;

/// How many may fail before the first wait: a slip of the finger, and the PIN of before.
const FREE: u32 = 3;

/// The first wait; each failure after it doubles the next.
const FIRST: Duration = Duration::from_secs(2);

/// The longest wait from one place. At one guess in so long, a six-digit PIN holds out for decades.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// How many failures of one person's from unknown browsers anywhere are free, and the longest wait after them: long
/// enough that a crowd of machines gets nowhere, short enough that a person with a new browser gets in.
const FREE_ANYWHERE: u32 = 30;
const LONGEST_ANYWHERE: Duration = Duration::from_secs(30);

/// After how long without a failure all is forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(24 * 3600);

/// How many places are told apart at once.
const PLACES: usize = 4096;

/// Where a sign-in comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// A browser in which that person has signed in before, by the number of its cookie.
    Known(u64),
    /// A session of that person's, in which the own PIN is changed.
    Own,
    /// Anything else, by its address.
    Address(IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
    again_at: Instant,
}

impl Failures {
    fn add(known: Option<Self>, free: u32, longest: Duration, now: Instant) -> Self {
        let count = known.map_or(0, |known| known.count).saturating_add(1);
        let doublings = count.checked_sub(free + 1);
        let wait = doublings.map_or(Duration::ZERO, |n| FIRST.saturating_mul(1 << n.min(16)).min(longest));
        Self { count, last: now, again_at: now + wait }
    }

    fn wait(&self, now: Instant) -> Option<Duration> {
        self.again_at.checked_duration_since(now).filter(|wait| !wait.is_zero())
    }
}

/// All that failed of late.
#[derive(Debug, Default)]
pub struct Attempts {
    at: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    places: HashMap<(OfficerId, Place), Failures>,
    anywhere: HashMap<OfficerId, Failures>,
}

impl Attempts {
    /// Whether that person may be tried from that place, or after how long.
    pub fn may(&self, person: &OfficerId, place: &Place, now: Instant) -> Result<(), Duration> {
        let counted = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        let here = counted.places.get(&(person.clone(), place.clone()));
        let anywhere = counted.anywhere.get(person).filter(|_| matches!(place, Place::Address(_)));
        match here.into_iter().chain(anywhere).filter_map(|failures| failures.wait(now)).max() {
            Some(wait) => Err(wait),
            None => Ok(()),
        }
    }

    /// A PIN or password is being tried, which counts as a failure until it has [`succeeded`](Self::succeeded): who
    /// tries a thousand at once has not tried one. Gives how often it was from that place.
    pub fn failed(&self, person: &OfficerId, place: &Place, now: Instant) -> u32 {
        let mut counted = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        let Counted { places, anywhere } = &mut *counted;
        make_room(places, now);
        make_room(anywhere, now);
        let key = (person.clone(), place.clone());
        let failures = Failures::add(places.get(&key).copied(), FREE, LONGEST, now);
        places.insert(key, failures);
        if matches!(place, Place::Address(_)) {
            let all = Failures::add(anywhere.get(person).copied(), FREE_ANYWHERE, LONGEST_ANYWHERE, now);
            anywhere.insert(person.clone(), all);
        }
        failures.count
    }

    /// It was right: what failed from there before was the same person.
    pub fn succeeded(&self, person: &OfficerId, place: &Place) {
        let mut counted = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        counted.places.remove(&(person.clone(), place.clone()));
        if matches!(place, Place::Address(_))
            && let Some(anywhere) = counted.anywhere.get_mut(person)
        {
            anywhere.count = anywhere.count.saturating_sub(1);
        }
    }

    /// The PIN or password is another now: what was guessed at is gone.
    pub fn forget(&self, person: &OfficerId) {
        let mut counted = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        counted.places.retain(|(of, _), _| of != person);
        counted.anywhere.remove(person);
    }
}

/// Forgets what is old when there are many, and then those whose wait is nearest to its end.
fn make_room<K: Hash + Eq + Clone>(failures: &mut HashMap<K, Failures>, now: Instant) {
    if failures.len() < PLACES {
        return;
    }
    failures.retain(|_, known| now.saturating_duration_since(known.last) < FORGOTTEN_AFTER);
    while failures.len() >= PLACES {
        let least = failures.iter().min_by_key(|(_, known)| (known.count, known.again_at));
        let Some(least) = least.map(|(key, _)| key.clone()) else { return };
        failures.remove(&least);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aminah() -> OfficerId {
        "aminah".parse().unwrap()
    }

    fn hall() -> Place {
        Place::Address([10, 0, 0, 9].into())
    }

    #[test]
    fn a_wait_doubles_with_each_failure_and_ends() {
        let (attempts, mut now) = (Attempts::default(), Instant::now());
        let mut waits = Vec::new();
        for _ in 0..16 {
            assert_eq!(attempts.may(&aminah(), &hall(), now), Ok(()));
            attempts.failed(&aminah(), &hall(), now);
            let wait = attempts.may(&aminah(), &hall(), now).err().unwrap_or_default();
            waits.push(wait.as_secs());
            now += wait;
        }
        assert_eq!(waits, [0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]);
        attempts.failed(&aminah(), &hall(), now);
        attempts.succeeded(&aminah(), &hall());
        assert!(attempts.may(&aminah(), &hall(), now).is_ok());
    }

    #[test]
    fn who_guesses_keeps_neither_colleagues_nor_a_known_browser_out_behind_the_same_address() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for _ in 0..1000 {
            attempts.failed(&aminah(), &hall(), now);
        }
        assert!(attempts.may(&aminah(), &hall(), now).is_err());
        assert_eq!(attempts.may(&"badrul".parse().unwrap(), &hall(), now), Ok(()));
        assert_eq!(attempts.may(&aminah(), &Place::Known(7), now), Ok(()));
        let elsewhere = Place::Address([10, 0, 0, 10].into());
        let wait = attempts.may(&aminah(), &elsewhere, now).unwrap_err();
        assert!(wait <= LONGEST_ANYWHERE, "{wait:?}");
    }

    #[test]
    fn a_crowd_of_addresses_guesses_hardly_faster_than_one() {
        let (attempts, start) = (Attempts::default(), Instant::now());
        let (mut now, mut tried) = (start, 0u64);
        while now < start + Duration::from_secs(3600) {
            let from = Place::Address(u32::try_from(tried).unwrap().to_be_bytes().into());
            if let Err(wait) = attempts.may(&aminah(), &from, now) {
                now += wait;
                continue;
            }
            attempts.failed(&aminah(), &from, now);
            tried += 1;
        }
        // A PIN of six digits: one in a million each.
        assert!(tried < 200, "{tried} guesses in an hour");
    }

    #[test]
    fn memory_is_bounded() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for _ in 0..10 {
            attempts.failed(&aminah(), &hall(), now);
        }
        for n in 0..u32::try_from(PLACES).unwrap() + 500 {
            let person = format!("p{n}").parse().unwrap();
            attempts.failed(&person, &Place::Address(n.to_be_bytes().into()), now);
        }
        let counted = attempts.at.lock().unwrap();
        assert!(counted.places.len() <= PLACES && counted.anywhere.len() <= PLACES);
        drop(counted);
        assert!(attempts.may(&aminah(), &hall(), now).is_err(), "who failed most is remembered longest");
    }
}
