//! Which call is said next, and how.
//!
//! A pure state machine: news of the branch go in, announcements come out one at a time. The time is
//! the daemon's, and comes with the news. Playing is the work of others.
//!
//! Invariants: a call is given out once at most, and calls in the order of the log. Of every call that
//! is not given out it is said why.

use std::collections::VecDeque;

use giliran_client::News;
use giliran_core::Language;
use giliran_protocol::{
    live::Change,
    view::{CallView, Language as WireLanguage},
};
use giliran_voice::{Form, Manner};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// A call that is older than this when it comes in is of no use to anybody: the visitor has been
/// looking at the wall meanwhile, or is gone.
pub const STALE_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// So many calls may wait. In the short form each takes less than four seconds, so the last of them
/// is heard within a minute.
pub const LONGEST_QUEUE: usize = 16;

/// With more calls waiting than this, only the first language is spoken.
pub const ONE_LANGUAGE_OVER: usize = 2;
/// With more than this, the chime is left out too.
pub const NO_CHIME_OVER: usize = 4;
/// With more than this, the sentence is short.
pub const SHORT_OVER: usize = 6;

/// What is spoken, by the office's choice and the voices that there are.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The languages of every call, in order. Without it: Malay, then the ticket's own.
    pub languages: Option<Vec<Language>>,
    /// The languages that have a voice.
    pub voices: Vec<Language>,
    /// Whether saying something takes time. If not, no call is ever late: none is shortened or given up,
    /// however many come at once.
    pub paced: bool,
}

/// A call, and how to say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// What to say.
    pub call: CallView,
    /// How.
    pub manner: Manner,
}

/// Why a call is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsaid {
    /// It came too late, after the link was down.
    Stale,
    /// Too many calls waited.
    Crowded,
}

/// Which call is said next, and how.
#[derive(Debug)]
pub struct Announcer {
    policy: Policy,
    seen: Option<Seen>,
    /// The latest time that the daemon has told.
    now: Timestamp,
    waiting: VecDeque<CallView>,
}

/// How far a log was followed.
#[derive(Debug, Clone, Copy)]
struct Seen {
    log: Uuid,
    /// The last call that was judged; all before it are done with.
    call: u64,
}

impl Announcer {
    /// Knows of no call yet.
    pub fn new(policy: Policy) -> Self {
        Self { policy, seen: None, now: Timestamp::MIN, waiting: VecDeque::new() }
    }

    /// Takes in what the link says. Gives back the calls that are not going to be said.
    pub fn take(&mut self, news: &News) -> Vec<(CallView, Unsaid)> {
        match news {
            News::Snapshot { log, seq, now, view } => {
                self.now = *now; // a new picture may be of a daemon whose clock was set back
                let known = self.seen.filter(|seen| seen.log == *log && seen.call <= *seq);
                let calls = view.calls.iter().flatten();
                // On the first picture, and on one of another log, all that was called is old.
                let unsaid = known.map(|_| self.judge(calls)).unwrap_or_default();
                self.seen = Some(Seen { log: *log, call: *seq });
                unsaid
            }
            News::Resumed { now, .. } => {
                self.now = self.now.max(*now);
                Vec::new()
            }
            News::Entry { at, changes, .. } => {
                self.now = self.now.max(*at);
                self.judge(changes.iter().filter_map(|change| match change {
                    Change::Call { call } => Some(call),
                    Change::Ticket { .. }
                    | Change::TicketEnded { .. }
                    | Change::Counter { .. }
                    | Change::Queue { .. }
                    | Change::Missed { .. }
                    | Change::MissedEnded { .. }
                    | Change::Tally { .. }
                    // The calls in the new picture have each been an entry before.
                    | Change::Reset { .. }
                    | Change::Unknown => None,
                }))
            }
            News::Waits(_) | News::Opening(_) | News::Health(_) | News::Down(_) | News::Refused(_) => {
                Vec::new()
            }
        }
    }

    /// The next announcement; it is taken as said.
    pub fn next_to_say(&mut self) -> Option<Announcement> {
        let call = self.waiting.pop_front()?;
        let behind = if self.policy.paced { self.waiting.len() } else { 0 };
        let mut languages = self.languages(&call);
        if behind > ONE_LANGUAGE_OVER {
            languages.truncate(1);
        }
        let form = if behind > SHORT_OVER { Form::Short } else { Form::Full };
        Some(Announcement { call, manner: Manner { chime: behind <= NO_CHIME_OVER, languages, form } })
    }

    /// How many calls wait to be said.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Queues those of `calls` that are new. Gives back those that are not going to be said.
    fn judge<'a>(&mut self, calls: impl Iterator<Item = &'a CallView>) -> Vec<(CallView, Unsaid)> {
        let mut unsaid = Vec::new();
        // Entries come after a picture, so there is a place to count from.
        let Some(seen) = &mut self.seen else { return unsaid };
        for call in calls {
            if call.seq <= seen.call {
                continue;
            }
            seen.call = call.seq;
            if self.now.duration_since(call.at) > STALE_AFTER {
                unsaid.push((call.clone(), Unsaid::Stale));
                continue;
            }
            if self.policy.paced
                && self.waiting.len() >= LONGEST_QUEUE
                && let Some(oldest) = self.waiting.pop_front()
            {
                unsaid.push((oldest, Unsaid::Crowded));
            }
            self.waiting.push_back(call.clone());
        }
        unsaid
    }

    /// The languages of a call, each once and all with a voice. If none of those that are wanted has a
    /// voice, it is said in one that does: any language is better than silence.
    fn languages(&self, call: &CallView) -> Vec<Language> {
        let own = || vec![Language::Ms, language(call.language)];
        let mut languages = Vec::new();
        for wanted in self.policy.languages.clone().unwrap_or_else(own) {
            if self.policy.voices.contains(&wanted) && !languages.contains(&wanted) {
                languages.push(wanted);
            }
        }
        if languages.is_empty() {
            languages.extend(self.policy.voices.first());
        }
        languages
    }
}

fn language(wire: WireLanguage) -> Language {
    match wire {
        WireLanguage::Ms => Language::Ms,
        WireLanguage::En => Language::En,
        WireLanguage::Zh => Language::Zh,
        WireLanguage::Ta => Language::Ta,
    }
}
