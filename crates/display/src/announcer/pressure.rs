//! How fully calls are said when more of them wait: first fewer repeats, then fewer languages, then several in one
//! sentence, so that no call waits longer than it may.
//!
//! It is looked ahead: a level is chosen at which the last that waits now would begin to be said within a part of the
//! time that it may wait, so that there is some left for those who are called meanwhile.

use std::{collections::VecDeque, fmt, time::Duration};

use giliran_core::Language;
use giliran_protocol::view::CallView;
use giliran_voice::{Form, Manner};
use jiff::{SignedDuration, Timestamp};

use crate::output::PAUSE_MS;

/// So many calls are said in one sentence at most: what people can listen for at once.
const JOINED: usize = 4;

/// The part of the time that a call may wait which is planned with: what comes meanwhile needs the rest. With a sixth of
/// three minutes a call a second for a minute stays within them; `docs/announcements.md` has the measured figures.
const PLANNED_PART: i32 = 6;

/// From the end of one announcement to the beginning of the next: the silence after it, and what it takes to begin.
pub(super) const BETWEEN: Duration = Duration::from_millis(PAUSE_MS as u64 + 100);

/// Tells how long calls are heard when they are said in a manner.
type LengthOf = dyn Fn(&[CallView], &Manner) -> Duration + Send;

/// How long calls are heard when they are said like that.
pub struct Lengths(Box<LengthOf>);

impl Lengths {
    /// By what is asked for each.
    pub fn new(of: impl Fn(&[CallView], &Manner) -> Duration + Send + 'static) -> Self {
        Self(Box::new(of))
    }

    fn of(&self, calls: &[CallView], manner: &Manner) -> Duration {
        (self.0)(calls, manner) + BETWEEN
    }
}

impl fmt::Debug for Lengths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lengths")
    }
}

/// How fully calls are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// As the office has ordered it.
    Whole,
    /// Once.
    Once,
    /// Once, in one language.
    OneLanguage,
    /// Several in one sentence, in one language, without a chime.
    Joined,
}

impl Level {
    const ALL: [Self; 4] = [Self::Whole, Self::Once, Self::OneLanguage, Self::Joined];

    /// How a call is said, in these languages and so often where there is time.
    pub fn manner(self, mut languages: Vec<Language>, repeats: u8) -> Manner {
        if self >= Self::OneLanguage {
            languages.truncate(1);
        }
        Manner {
            chime: self < Self::Joined,
            languages,
            form: if self < Self::Joined { Form::Full } else { Form::Short },
            repeats: if self == Self::Whole { repeats } else { 1 },
        }
    }

    fn at_once(self) -> usize {
        if self == Self::Joined { JOINED } else { 1 }
    }
}

/// How many of the calls that wait are said now, and how fully.
pub(super) fn choose(
    calls: &VecDeque<CallView>,
    (now, within): (Timestamp, SignedDuration),
    lengths: &Lengths,
    manner: &dyn Fn(&CallView, Level) -> Manner,
) -> (usize, Level) {
    let planned = within / PLANNED_PART;
    let fits = |level: &Level| {
        let mut begins = SignedDuration::ZERO;
        let calls: Vec<_> = calls.iter().cloned().collect();
        calls.chunks(level.at_once()).all(|said| {
            let waited = said.first().map_or(SignedDuration::ZERO, |call| now.duration_since(call.at));
            // Whoever is first begins now, however long the wait was.
            let in_time = begins.is_zero() || waited + begins <= planned;
            let length = said.first().map_or(Duration::ZERO, |call| lengths.of(said, &manner(call, *level)));
            begins += SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
            in_time
        })
    };
    let level = Level::ALL.into_iter().find(fits).unwrap_or(Level::Joined);
    (level.at_once().min(calls.len()), level)
}
