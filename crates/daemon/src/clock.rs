//! The daemon's clock: the one place that reads the time.

use std::sync::Mutex;

use jiff::Timestamp;

/// The latest simulated time, in seconds since 1970: the year 2200.
const LATEST_S: i64 = 7_258_118_400;

/// Where the time comes from.
#[derive(Debug)]
pub enum Clock {
    /// The machine's own clock.
    System,
    /// Commands bring their time along; now is the latest that was brought. For replaying a day.
    Simulated(Mutex<Option<Timestamp>>),
}

impl Clock {
    /// A simulated clock that nobody has set yet.
    pub fn simulated() -> Self {
        Self::Simulated(Mutex::new(None))
    }

    /// Now; none while a simulated clock was never set.
    pub fn now(&self) -> Option<Timestamp> {
        match self {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the clock that all others get their time from"
            )]
            Self::System => Some(whole_milliseconds(Timestamp::now())),
            Self::Simulated(latest) => *lock(latest),
        }
    }

    /// Takes the time that a command brought along. The system's clock is not to be set.
    pub fn bring(&self, at: Timestamp) -> Result<(), NotSimulated> {
        match self {
            Self::System => Err(NotSimulated),
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

/// People wait minutes, and equal times go by order of arrival: finer than this only costs bytes on
/// every screen's line.
fn whole_milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// A command brought a time to a clock that goes by itself, or one that no record has.
#[derive(Debug)]
pub struct NotSimulated;

fn lock(latest: &Mutex<Option<Timestamp>>) -> std::sync::MutexGuard<'_, Option<Timestamp>> {
    // A panic while the lock was held can't leave a single timestamp half-written.
    latest.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
