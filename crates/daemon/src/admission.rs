//! Who is let in at a branch's desk when more is asked than the clerk and the disk can do.
//!
//! Refusing costs little and is done before any work; what is let in is done. The less a request
//! matters to the people in the hall, the earlier it is refused: first whoever only looks or asks from
//! elsewhere, then officers, and kiosks last. When the load is gone, so is the wait by which it is judged,
//! and all are let in again.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use giliran_core::{Actor, Command};

/// What a request matters, and so how long it may have to wait before it is refused instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Screens that join, state reads, visitors' own phones, imports and rules.
    Other,
    /// Calls and whatever else officers do at their counters.
    Officer,
    /// A visitor stands before a kiosk and waits for a number.
    Kiosk,
}

impl Rank {
    /// Of a command. That a kiosk asks is told by what it asks for, as long as nothing proves who sends it:
    /// the one place to change when devices do.
    pub fn of(by: Option<&Actor>, command: &Command) -> Self {
        match (by, command) {
            (Some(Actor::Visitor), _) => Self::Other,
            (_, Command::IssueTicket { .. } | Command::CheckIn { .. }) => Self::Kiosk,
            (_, Command::SetRules { .. } | Command::ImportAppointments { .. }) => Self::Other,
            _ => Self::Officer,
        }
    }

    /// How long it may have to wait. Kiosks and counters try for as long as 5 seconds before they ask
    /// again, so an answer that takes longer helps nobody; the steps between leave room for whoever goes
    /// before.
    fn patience(self) -> Duration {
        match self {
            Self::Other => Duration::from_millis(500),
            Self::Officer => Duration::from_millis(1_500),
            Self::Kiosk => Duration::from_secs(3),
        }
    }

    /// How many of `places` at the desk it may find taken.
    fn share(self, places: usize) -> usize {
        match self {
            Self::Other => places / 2,
            Self::Officer => places / 4 * 3,
            Self::Kiosk => places,
        }
    }
}

/// How much a clerk has to do. Written by the clerk, read by whoever hands something in.
#[derive(Debug)]
pub struct Load {
    origin: Instant,
    /// When the oldest piece that is not on disk was begun, in microseconds since `origin`; 0 for none.
    oldest_us: AtomicU64,
    /// How long the last piece took until it was on disk, in microseconds.
    last_us: AtomicU64,
}

impl Load {
    /// Nothing to do.
    pub fn new() -> Self {
        Self { origin: Instant::now(), oldest_us: AtomicU64::new(0), last_us: AtomicU64::new(0) }
    }

    fn now_us(&self) -> u64 {
        // 584,000 years fit; 0 is taken.
        u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(u64::MAX).max(1)
    }

    /// A piece of work is begun; gives when, for the other calls.
    pub fn begin(&self) -> u64 {
        self.now_us()
    }

    /// The oldest piece that is not on disk yet is of then.
    pub fn set_oldest(&self, begun_us: Option<u64>) {
        self.oldest_us.store(begun_us.unwrap_or(0), Ordering::Relaxed);
    }

    /// The piece that was begun then is done.
    pub fn done(&self, begun_us: u64) {
        self.last_us.store(self.now_us().saturating_sub(begun_us), Ordering::Relaxed);
    }

    /// There is nothing to do: how long the last piece took says nothing of the next.
    pub fn rest(&self) {
        self.last_us.store(0, Ordering::Relaxed);
    }

    /// Lets a request in when `waiting` of `places` at the desk are taken and `batch` of them are done
    /// together, or says after how long to ask again.
    pub fn admit(&self, rank: Rank, waiting: usize, places: usize, batch: usize) -> Result<(), Duration> {
        let oldest = self.oldest_us.load(Ordering::Relaxed);
        let age = if oldest == 0 { 0 } else { self.now_us().saturating_sub(oldest) };
        let wait = wait(age, self.last_us.load(Ordering::Relaxed), waiting, batch);
        admit(rank, wait, waiting, places)
    }
}

/// How long a request that comes now will wait, as far as can be told: what has been on its way to the disk
/// for long takes as long again, and those that wait take as long as the last. With nobody waiting and
/// nothing on its way it is nothing, so that after a bad moment the next request finds the door open.
fn wait(age_us: u64, last_us: u64, waiting: usize, batch: usize) -> Duration {
    let rounds = u64::try_from(waiting.div_ceil(batch.max(1))).unwrap_or(u64::MAX);
    Duration::from_micros(age_us.saturating_add(last_us.saturating_mul(rounds)))
}

fn admit(rank: Rank, wait: Duration, waiting: usize, places: usize) -> Result<(), Duration> {
    if wait <= rank.patience() && waiting < rank.share(places) { Ok(()) } else { Err(wait) }
}

#[cfg(test)]
mod tests {
    use giliran_core::Language;

    use super::*;

    const MS: u64 = 1_000;

    fn let_in(at_work_ms: u64, last_ms: u64, waiting: usize) -> Vec<Rank> {
        let wait = wait(at_work_ms * MS, last_ms * MS, waiting, 100);
        let ranks = [Rank::Kiosk, Rank::Officer, Rank::Other];
        ranks.into_iter().filter(|rank| admit(*rank, wait, waiting, 1_000).is_ok()).collect()
    }

    #[test]
    fn the_less_it_matters_the_earlier_it_is_refused() {
        use Rank::{Kiosk, Officer, Other};
        for (what, at_work_ms, last_ms, waiting, expected) in [
            ("idle", 0, 0, 0, vec![Kiosk, Officer, Other]),
            ("idle after a bad moment", 0, 60_000, 0, vec![Kiosk, Officer, Other]),
            ("a busy hall", 5, 5, 90, vec![Kiosk, Officer, Other]),
            ("a slow disk", 300, 200, 90, vec![Kiosk, Officer, Other]),
            ("a disk that stumbles", 700, 5, 1, vec![Kiosk, Officer]),
            ("a disk that hangs", 2_000, 5, 1, vec![Kiosk]),
            ("a disk that is gone", 10_000, 5, 1, vec![]),
            ("a long queue", 100, 100, 450, vec![Kiosk, Officer]),
            ("half the desk", 0, 1, 500, vec![Kiosk, Officer]),
            ("most of the desk", 0, 1, 750, vec![Kiosk]),
            ("the whole desk", 0, 1, 1_000, vec![]),
        ] {
            assert_eq!(let_in(at_work_ms, last_ms, waiting), expected, "{what}");
        }
    }

    #[test]
    fn whoever_matters_more_is_let_in_wherever_one_who_matters_less_is() {
        for at_work in (0..4_000).step_by(100) {
            for last in (0..4_000).step_by(100) {
                for waiting in (0..1_200).step_by(50) {
                    let ranks = let_in(at_work, last, waiting);
                    assert_eq!(ranks, [Rank::Kiosk, Rank::Officer, Rank::Other][..ranks.len()]);
                }
            }
        }
    }

    #[test]
    fn what_is_not_on_disk_makes_the_wait_grow_and_rest_ends_it() {
        let load = Load::new();
        let begun = load.begin();
        load.set_oldest(Some(begun));
        while load.now_us() < begun + 1_000 {}
        assert_eq!(load.admit(Rank::Other, 0, 10, 10), Ok(()));
        load.set_oldest(None);
        load.done(begun);
        let full = load.admit(Rank::Kiosk, 10, 10, 10);
        assert!(full.is_err_and(|wait| wait >= Duration::from_millis(1)), "{full:?}");
        load.rest();
        assert_eq!(load.admit(Rank::Kiosk, 10, 10, 10), Err(Duration::ZERO));
    }

    #[test]
    fn a_kiosk_is_known_by_what_it_asks_for_and_a_phone_by_who_asks() {
        let issue = Command::IssueTicket {
            service: "a".parse().unwrap(),
            class: None,
            language: Language::Ms,
            announced: None,
            legs: None,
            person: None,
        };
        let call = Command::CallNext { counter: "k1".parse().unwrap() };
        assert_eq!(Rank::of(None, &issue), Rank::Kiosk);
        assert_eq!(Rank::of(Some(&Actor::Visitor), &issue), Rank::Other);
        assert_eq!(Rank::of(None, &call), Rank::Officer);
    }
}
