//! Waiting times, worked out beside the clerk on a copy of the branch, so that they never delay it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use giliran_core::Branch;
use giliran_forecast::Learned;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, watch};

use crate::picture::Waits;

/// A branch at a moment.
#[derive(Debug)]
pub struct Moment {
    /// Who waits and who is served.
    pub branch: Branch,
    /// What the office's days have taught.
    pub learned: Learned,
    /// The moment.
    pub now: Timestamp,
}

/// Even when nothing happens, people at the counters get on: an estimate is made anew after this long.
const KEEPS: SignedDuration = SignedDuration::from_secs(10);

/// After an estimate its maker rests so many times as long as it took: in a hall with thousands of
/// people it takes longer, and nobody there looks for a change every half second.
const REST: u32 = 20;

/// The clerk's side: where moments are handed in.
#[derive(Debug)]
pub struct Estimates {
    moments: mpsc::Sender<Moment>,
    ready: Arc<AtomicBool>,
    /// The time of the last moment.
    last: Option<Timestamp>,
}

impl Estimates {
    /// Starts to estimate, until this is dropped. What is found is told through the other half.
    pub fn start() -> (Self, watch::Receiver<Waits>) {
        let (moments, taken) = mpsc::channel(1);
        let (announce, waits) = watch::channel(Waits::new());
        let ready = Arc::new(AtomicBool::new(true));
        tokio::spawn(keep_estimating(taken, announce, ready.clone()));
        (Self { moments, ready, last: None }, waits)
    }

    /// Whether a new moment is wanted: something is different or the last is old, and the last estimate
    /// was long enough ago.
    pub fn want(&self, dirty: bool, now: Timestamp) -> bool {
        let old = self.last.is_none_or(|last| now.duration_since(last) >= KEEPS);
        (dirty || old) && self.ready.load(Ordering::Acquire)
    }

    /// Hands in a moment.
    pub fn hand_in(&mut self, moment: Moment) {
        self.last = Some(moment.now);
        self.ready.store(false, Ordering::Release);
        // There is room whenever one is wanted.
        let _ = self.moments.try_send(moment);
    }
}

async fn keep_estimating(
    mut moments: mpsc::Receiver<Moment>,
    waits: watch::Sender<Waits>,
    ready: Arc<AtomicBool>,
) {
    while let Some(Moment { branch, learned, now }) = moments.recv().await {
        let begun = Instant::now();
        let work = tokio::task::spawn_blocking(move || giliran_forecast::waits(&branch, &learned, now));
        match work.await {
            Ok(fresh) => {
                waits.send_if_modified(|known| {
                    let differs = *known != fresh;
                    *known = fresh;
                    differs
                });
            }
            // Without an estimate people are told how many are ahead, which is always known.
            Err(why) => {
                tracing::error!(%why, "the estimate failed");
                waits.send_replace(Waits::new());
            }
        }
        tokio::time::sleep((begun.elapsed() * REST).min(Duration::from_secs(10))).await;
        ready.store(true, Ordering::Release);
    }
}
