//! What a wrong address or code costs whoever brings it.
//!
//! Those who bring a right one are many and stand behind one address, as phones in the hall's own network do: what they
//! ask costs them nothing here, and somebody beside them who guesses does not keep them from their ticket.

use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

use crate::{
    failure::Failure,
    web::{Buckets, Client},
};

/// So many wrong addresses at once, and then one a second.
const ADDRESSES: (u32, Duration) = (10, Duration::from_secs(1));

/// So many wrong codes at once, and then one in ten seconds. Both good codes of a minute are two in 64 million.
const CODES: (u32, Duration) = (5, Duration::from_secs(10));

/// Counts what was wrong, by client.
#[derive(Debug)]
pub struct Guard {
    addresses: Buckets<IpAddr>,
    codes: Buckets<IpAddr>,
}

impl Guard {
    /// One that has seen nothing yet.
    pub fn new() -> Self {
        let buckets = |(burst, token)| Buckets::every(token, burst);
        Self { addresses: buckets(ADDRESSES), codes: buckets(CODES) }
    }

    /// Takes note of an address that was wrong. Refused once there were too many: nobody need look for it then.
    pub fn wrong_address(&self, client: Client) -> Result<(), Failure> {
        self.addresses.take(client.key(), Instant::now()).map_err(Failure::TooMany)
    }

    /// Lets somebody try a code, and takes note if it is wrong. After too many wrong ones even a right one is refused
    /// for a while: there are few enough of them that guessing would pay otherwise.
    pub fn try_code(&self, client: Client, is_right: impl FnOnce() -> bool) -> Result<bool, Failure> {
        self.codes.take(client.key(), Instant::now()).map_err(Failure::TooMany)?;
        let right = is_right();
        if right {
            self.codes.give_back(client.key());
        }
        Ok(right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(last: u8) -> Client {
        Client { address: IpAddr::from([203, 0, 113, last]), secure: true }
    }

    #[test]
    fn right_codes_cost_nothing_and_wrong_ones_run_out() {
        let guard = Guard::new();
        for _ in 0..100 {
            assert!(guard.try_code(client(7), || true).unwrap());
        }
        for _ in 0..5 {
            assert!(!guard.try_code(client(7), || false).unwrap());
        }
        for right in [false, true] {
            let refused = guard.try_code(client(7), || right).unwrap_err();
            assert_eq!(refused.error().code, "too_many_requests");
        }
        assert!(guard.try_code(client(8), || true).unwrap(), "another does not notice");
    }

    #[test]
    fn wrong_addresses_run_out_for_whoever_brings_them() {
        let guard = Guard::new();
        for _ in 0..10 {
            guard.wrong_address(client(7)).unwrap();
        }
        assert!(guard.wrong_address(client(7)).is_err());
        guard.wrong_address(client(8)).unwrap();
    }
}
