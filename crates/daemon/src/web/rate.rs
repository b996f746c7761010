//! How often one client may ask: a bucket of tokens for each, which fills with time.
//!
//! Invariant: memory is bounded. A client that has not asked for a while costs nothing, and when more are
//! known at once than there is room for, the rest share one bucket.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::Deserialize;

/// How many clients are told apart at once: some 64 bytes each.
const CLIENTS: usize = 65_536;

/// How often, and how often at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How many in a second, in the long run.
    pub per_second: u32,
    /// How many at once, after a rest.
    pub burst: u32,
}

/// The buckets of all clients.
///
/// Of each is kept when it will be full again (the generic cell rate algorithm): one number, and no task
/// that fills anything.
#[derive(Debug)]
pub struct Buckets<K> {
    /// How long a token takes to come.
    token: Duration,
    /// How long an empty bucket takes to be full.
    whole: Duration,
    full_at: Mutex<HashMap<Option<K>, Instant>>,
    clients: usize,
}

impl<K: Hash + Eq> Buckets<K> {
    /// Buckets that are all full.
    pub fn new(rate: Rate) -> Self {
        Self::every(Duration::from_secs(1) / rate.per_second.max(1), rate.burst)
    }

    /// Buckets that are all full, of so many tokens; each takes so long to come.
    pub fn every(token: Duration, burst: u32) -> Self {
        Self { token, whole: token * burst.max(1), full_at: Mutex::default(), clients: CLIENTS }
    }

    /// Takes a token of a client's, or says after how long there is one.
    pub fn take(&self, client: K, now: Instant) -> Result<(), Duration> {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let mut client = Some(client);
        if full_at.len() >= self.clients && !full_at.contains_key(&client) {
            full_at.retain(|_, at| *at > now);
            if full_at.len() >= self.clients {
                client = None;
            }
        }
        let at = full_at.get(&client).map_or(now, |at| *at.max(&now)) + self.token;
        match at.checked_duration_since(now + self.whole) {
            Some(wait) if !wait.is_zero() => Err(wait),
            Some(_) | None => {
                full_at.insert(client, at);
                Ok(())
            }
        }
    }

    /// Gives a token of a client's back that was taken a moment ago.
    pub fn give_back(&self, client: K) {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let client = Some(client);
        // Whoever is not known had the token from the bucket of all others.
        let client = if full_at.contains_key(&client) { client } else { None };
        if let Some(at) = full_at.get_mut(&client)
            && let Some(before) = at.checked_sub(self.token)
        {
            *at = before;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RATE: Rate = Rate { per_second: 10, burst: 3 };

    #[test]
    fn a_burst_is_let_through_and_then_one_at_a_time() {
        let buckets = Buckets::new(RATE);
        let now = Instant::now();
        for _ in 0..3 {
            assert_eq!(buckets.take("phone", now), Ok(()));
        }
        assert_eq!(buckets.take("phone", now), Err(Duration::from_millis(100)));
        assert_eq!(buckets.take("kiosk", now), Ok(()), "another does not notice");
        let later = now + Duration::from_millis(100);
        assert_eq!(buckets.take("phone", later), Ok(()));
        assert!(buckets.take("phone", later).is_err());
    }

    #[test]
    fn a_token_that_was_given_back_can_be_taken_again() {
        let buckets = Buckets::every(Duration::from_secs(10), 2);
        let now = Instant::now();
        for _ in 0..20 {
            assert_eq!(buckets.take("phone", now), Ok(()));
            buckets.give_back("phone");
        }
        assert_eq!((buckets.take("phone", now), buckets.take("phone", now)), (Ok(()), Ok(())));
        assert_eq!(buckets.take("phone", now), Err(Duration::from_secs(10)));
    }

    #[test]
    fn who_comes_when_all_room_is_taken_shares_one_bucket() {
        let mut buckets = Buckets::new(RATE);
        buckets.clients = 2;
        let now = Instant::now();
        assert_eq!((buckets.take(1, now), buckets.take(2, now)), (Ok(()), Ok(())));
        for client in 3..6 {
            assert_eq!(buckets.take(client, now), Ok(()));
        }
        assert!(buckets.take(6, now).is_err(), "the shared bucket is empty");
        assert_eq!(buckets.take(1, now), Ok(()), "who was known keeps a bucket of its own");
        assert_eq!(buckets.take(7, now + Duration::from_secs(1)), Ok(()), "the idle make room");
        assert!(buckets.full_at.lock().unwrap().len() <= 3);
    }

    proptest! {
        #[test]
        fn over_any_time_no_more_passes_than_was_promised(pauses in prop::collection::vec(0..400_u64, 1..200)) {
            let buckets = Buckets::new(RATE);
            let begun = Instant::now();
            let (mut now, mut passed) = (begun, 0_u32);
            for pause in pauses {
                now += Duration::from_millis(pause);
                match buckets.take((), now) {
                    Ok(()) => passed += 1,
                    Err(wait) => prop_assert!(buckets.take((), now + wait).is_ok()),
                }
                let most = RATE.burst as f64 + (now - begun).as_secs_f64() * 10.0;
                prop_assert!(f64::from(passed) <= most + 1e-6);
            }
        }
    }
}
