//! Waiting times, worked out beside the clerk on a copy of the branch, so that they never delay it.

use giliran_core::Branch;
use giliran_forecast::Learned;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

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

/// Whether the last moment is so old that a new one is due.
pub fn is_old(last: Option<&Moment>, now: Timestamp) -> bool {
    last.is_none_or(|last| now.duration_since(last.now) >= KEEPS)
}

/// Works out the waiting times of each new moment, until nobody has moments any more.
pub async fn keep_estimating(mut moments: watch::Receiver<Option<Moment>>, waits: watch::Sender<Waits>) {
    while moments.changed().await.is_ok() {
        let Some((branch, learned, now)) = moments
            .borrow_and_update()
            .as_ref()
            .map(|moment| (moment.branch.clone(), moment.learned.clone(), moment.now))
        else {
            continue;
        };
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
    }
}
