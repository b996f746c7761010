//! How a branch fares: what keeps it from taking commands, and who says its calls aloud.
//!
//! Shared by the clerk, who meets trouble and sees its end, the sockets, which count the loudspeakers
//! among them, and whoever lists the branches. It outlives a clerk. What follows from trouble is the
//! clerk's work (`clerk/trouble.rs`).

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use giliran_protocol::view::{Audience, HealthView, TroubleCode, TroubleView};
use giliran_store::StoreError;
use jiff::Timestamp;

/// For how long nothing is said of the loudspeakers after the last one left: one that lost its link comes
/// back within five seconds, and screens must not change their ways for that.
const SPEAKERS_RETURN: Duration = Duration::from_secs(10);

/// How a branch fares.
#[derive(Debug)]
pub struct Health {
    now: Mutex<Now>,
}

#[derive(Debug)]
struct Now {
    trouble: Option<TroubleView>,
    speakers: u32,
    /// When the last loudspeaker left, or the daemon began.
    silent_since: Instant,
}

/// A loudspeaker that is here, until this is dropped.
#[derive(Debug)]
pub struct Speaks(Arc<Health>);

impl Health {
    /// A branch that fares well, and whose loudspeakers may be about to come.
    pub fn new() -> Self {
        Self { now: Mutex::new(Now { trouble: None, speakers: 0, silent_since: Instant::now() }) }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What keeps the branch from taking commands.
    pub fn trouble(&self) -> Option<TroubleView> {
        self.now().trouble
    }

    /// There is trouble since `since`. One that lasts keeps its beginning.
    pub fn begin(&self, code: TroubleCode, since: Timestamp) {
        let trouble = &mut self.now().trouble;
        if trouble.is_none_or(|known| known.code != code) {
            *trouble = Some(TroubleView { code, since });
        }
    }

    /// The trouble is over.
    pub fn end(&self) {
        self.now().trouble = None;
    }

    /// Another loudspeaker is here.
    pub fn speaks(self: &Arc<Self>) -> Speaks {
        self.now().speakers += 1;
        Speaks(self.clone())
    }

    /// As staff see it.
    pub fn view(&self) -> HealthView {
        let now = self.now();
        let known = now.speakers > 0 || now.silent_since.elapsed() >= SPEAKERS_RETURN;
        HealthView { trouble: now.trouble, speakers: known.then_some(now.speakers) }
    }
}

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Speaks {
    fn drop(&mut self) {
        let mut now = self.0.now();
        now.speakers -= 1;
        if now.speakers == 0 {
            now.silent_since = Instant::now();
        }
    }
}

/// As an audience sees it: nothing is said aloud to whoever stands at a kiosk.
pub fn seen_by(audience: Audience, health: &HealthView) -> HealthView {
    let speakers = health.speakers.filter(|_| audience != Audience::Kiosk);
    HealthView { trouble: health.trouble, speakers }
}

/// What the screens are told of a failure of the store; nothing where it is of one request alone.
pub fn trouble(error: &StoreError) -> Option<TroubleCode> {
    match error {
        StoreError::Full => Some(TroubleCode::StoreFull),
        StoreError::ReadOnly { .. } => Some(TroubleCode::StoreReadOnly),
        StoreError::Failed { .. } => Some(TroubleCode::StoreUnavailable),
        StoreError::SeqTaken { .. }
        | StoreError::Hole { .. }
        | StoreError::CommandTaken { .. }
        | StoreError::Unfit { .. }
        | StoreError::Damaged { .. }
        | StoreError::Busy
        | StoreError::Closed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn trouble_that_lasts_keeps_its_beginning_and_another_has_its_own() {
        let health = Health::new();
        health.begin(TroubleCode::StoreFull, at(1));
        health.begin(TroubleCode::StoreFull, at(5));
        assert_eq!(health.trouble(), Some(TroubleView { code: TroubleCode::StoreFull, since: at(1) }));
        health.begin(TroubleCode::StoreUnavailable, at(7));
        assert_eq!(health.trouble(), Some(TroubleView { code: TroubleCode::StoreUnavailable, since: at(7) }));
        health.end();
        assert_eq!(health.trouble(), None);
    }

    #[test]
    fn that_nobody_speaks_is_said_only_when_no_speaker_has_come_back_for_a_while() {
        let health = Arc::new(Health::new());
        assert_eq!(health.view().speakers, None, "they may be about to come");
        let (one, two) = (health.speaks(), health.speaks());
        assert_eq!(health.view().speakers, Some(2));
        drop(one);
        assert_eq!(health.view().speakers, Some(1));
        drop(two);
        assert_eq!(health.view().speakers, None, "it may only have lost its link");
        health.now().silent_since -= SPEAKERS_RETURN;
        assert_eq!(health.view().speakers, Some(0));
        assert_eq!(seen_by(Audience::Kiosk, &health.view()).speakers, None);
    }
}
