//! The daemon's clock: the one place that reads the time.
//!
//! Invariant: a clock never goes back and never stands still, whatever is done to the machine's own.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};

/// The latest simulated time, in seconds since 1970: the year 2200.
const LATEST_S: i64 = 7_258_118_400;

/// Of so many seconds one is made good while the clock is ahead of the machine's, which was set back: an
/// hour in a day, and nobody's waiting time is out by more than a twentieth.
const MADE_GOOD_IN: u32 = 20;

/// By how much the machine's clock has to be moved at once before the log says so.
const JUMP: SignedDuration = SignedDuration::from_secs(10);

/// Where the time comes from.
#[derive(Debug)]
pub enum Clock {
    /// The machine's own clock; where that is set back, time goes on all the same.
    System(Mutex<Steady>),
    /// Commands bring their time along; now is the latest that was brought. For replaying a day.
    Simulated(Mutex<Option<Timestamp>>),
}

/// The time by the machine's clock, whichever way it was set.
pub fn system_time() -> Timestamp {
    whole_milliseconds(machine_time())
}

#[expect(clippy::disallowed_methods, reason = "this is the clock that all others get their time from")]
fn machine_time() -> Timestamp {
    Timestamp::now()
}

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Self::System(Mutex::default())
    }

    /// A simulated clock that nobody has set yet.
    pub fn simulated() -> Self {
        Self::Simulated(Mutex::new(None))
    }

    /// Now; none while a simulated clock was never set.
    pub fn now(&self) -> Option<Timestamp> {
        match self {
            Self::System(steady) => Some(whole_milliseconds(lock(steady).at(machine_time(), Instant::now()))),
            Self::Simulated(latest) => *lock(latest),
        }
    }

    /// Takes note of a time that a log has. Where the machine's clock is behind it, time goes on from there.
    pub fn not_before(&self, at: Timestamp) {
        match self {
            Self::System(steady) => lock(steady).not_before(at, Instant::now()),
            Self::Simulated(_) => {}
        }
    }

    /// Takes the time that a command brought along. The system's clock is not to be set.
    pub fn bring(&self, at: Timestamp) -> Result<(), NotSimulated> {
        match self {
            Self::System(_) => Err(NotSimulated),
            Self::Simulated(latest) => {
                // The log holds times of some centuries, and nobody has a record of others.
                if !(0..=LATEST_S).contains(&at.as_second()) {
                    return Err(NotSimulated);
                }
                let at = whole_milliseconds(at);
                let mut latest = lock(latest);
                *latest = Some(latest.map_or(at, |known| known.max(at)));
                Ok(())
            }
        }
    }

    /// Whether commands bring the time along.
    pub fn is_simulated(&self) -> bool {
        matches!(self, Self::Simulated(_))
    }
}

/// A time that follows the machine's clock forward and never back: while that is behind, time goes on by
/// what really passes, a little slower, until both agree.
#[derive(Debug, Default)]
pub struct Steady {
    /// The last time, and when by the clock that nobody sets.
    last: Option<(Timestamp, Instant)>,
    /// Whether the machine's clock is behind by more than a jump, as was said in the log.
    ahead: bool,
}

impl Steady {
    fn at(&mut self, machine: Timestamp, instant: Instant) -> Timestamp {
        let Some((last, then)) = self.last else {
            self.last = Some((machine, instant));
            return machine;
        };
        let passed = instant.saturating_duration_since(then);
        let now = machine.max(later(last, passed - passed / MADE_GOOD_IN));
        self.last = Some((now, instant));
        self.mind_jumps(machine, now, later(last, passed));
        now
    }

    fn not_before(&mut self, at: Timestamp, instant: Instant) {
        if self.last.is_none_or(|(last, _)| last < at) {
            self.last = Some((at, instant));
        }
    }

    /// Whoever looks into the log later wants to know why the hours on it are odd.
    fn mind_jumps(&mut self, machine: Timestamp, now: Timestamp, expected: Timestamp) {
        let ahead = now.duration_since(machine);
        if ahead > JUMP && !self.ahead {
            self.ahead = true;
            tracing::warn!(%machine, %now, "the machine's clock was set back: time goes on from where it was, a little slower, until both agree");
        } else if ahead <= SignedDuration::ZERO && self.ahead {
            self.ahead = false;
            tracing::info!(%now, "the machine's clock has been caught up with");
        } else if machine.duration_since(expected) > JUMP {
            tracing::warn!(%machine, before = %expected, "the machine's clock was set forward, or the machine slept: time has followed");
        }
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    // Fails only at the end of the year 9999.
    SignedDuration::try_from(by).ok().and_then(|by| at.checked_add(by).ok()).unwrap_or(at)
}

/// People wait minutes, and equal times go by order of arrival: finer than this only costs bytes on
/// every screen's line.
fn whole_milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// A command brought a time to a clock that goes by itself, or one that no record has.
#[derive(Debug)]
pub struct NotSimulated;

fn lock<T>(latest: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A panic while the lock was held can't leave a single timestamp half-written.
    latest.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: &str = "2026-03-02T04:00:00Z";

    /// Where the clock stands, in milliseconds after noon, when so many seconds have really passed and the
    /// machine's clock is as many seconds after noon.
    fn told(of: &[(u64, i64)]) -> Vec<i64> {
        let noon: Timestamp = NOON.parse().expect("a time");
        let begun = Instant::now();
        let mut steady = Steady::default();
        let mut tell = |&(passed, machine): &(u64, i64)| {
            let machine = noon + SignedDuration::from_secs(machine);
            steady.at(machine, begun + Duration::from_secs(passed)).duration_since(noon).as_millis() as i64
        };
        of.iter().map(&mut tell).collect()
    }

    #[test]
    fn time_follows_the_machine_and_goes_on_when_that_is_set_back() {
        for (what, of, expected) in [
            ("as it should be", &[(0, 0), (1, 1), (60, 60)][..], &[0, 1_000, 60_000][..]),
            ("set forward an hour", &[(0, 0), (1, 3_601)], &[0, 3_601_000]),
            ("set back an hour", &[(0, 0), (20, -3_580), (120, -3_480)], &[0, 19_000, 114_000]),
            (
                "and after a day it is caught up with",
                &[(0, 0), (72_000, 68_400), (72_001, 68_401)],
                &[0, 68_400_000, 68_401_000],
            ),
            ("forward and back", &[(0, 0), (1, 3_601), (21, 21)], &[0, 3_601_000, 3_620_000]),
            ("for years", &[(0, 0), (1, -900_000_000), (21, -899_999_980)], &[0, 950, 19_950]),
        ] {
            assert_eq!(told(of), expected, "{what}");
        }
    }

    #[test]
    fn time_goes_on_however_often_it_is_asked_for() {
        let noon: Timestamp = NOON.parse().expect("a time");
        let (begun, mut steady) = (Instant::now(), Steady::default());
        steady.not_before(noon, begun);
        let ask =
            |micros| steady.at(noon - SignedDuration::from_hours(1), begun + Duration::from_micros(micros));
        let last = (0..=1_000_000).step_by(10).map(ask).last();
        assert_eq!(last, Some(noon + SignedDuration::from_millis(950)));
    }

    #[test]
    fn a_log_that_is_ahead_of_the_machine_goes_on_from_where_it_is() {
        let noon: Timestamp = NOON.parse().expect("a time");
        let (begun, mut steady) = (Instant::now(), Steady::default());
        steady.not_before(noon, begun);
        steady.not_before(noon - SignedDuration::from_hours(2), begun);
        let machine = noon - SignedDuration::from_hours(1);
        assert_eq!(steady.at(machine, begun), noon);
        assert_eq!(steady.at(machine, begun + Duration::from_secs(20)), noon + SignedDuration::from_secs(19));
    }
}
