//! Waiting times, worked out beside the clerk on a copy of the branch, so that they never delay it.
//!
//! An estimate is of its moment. One that does not come, because its maker broke or can't keep up, leaves
//! people with what is always known, the place in the queue; an old one must not stand in for it.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use giliran_core::{Branch, ServiceId, WaitRange};
use giliran_forecast::{Learned, QueueWaits};
use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::Instant,
};

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
    /// The services whose queues somebody stands in who wants to know how long it still takes.
    pub looked_at: BTreeSet<ServiceId>,
}

/// Even when nothing happens, people at the counters get on: an estimate is made anew after this long.
const KEEPS: SignedDuration = SignedDuration::from_secs(10);

/// After an estimate its maker rests so many times as long as it took: in a hall with thousands of
/// people it takes longer, and nobody there looks for a change every half second.
const REST: u32 = 20;

/// What was told is taken back when an estimate of a later moment has been awaited for so long. Until then
/// the hall is much the same.
const LATE: Duration = Duration::from_secs(60);

/// The clerk's side: where moments are handed in.
#[derive(Debug)]
pub struct Estimates {
    maker: Maker,
    told: Told,
    /// The time of the last moment.
    last: Option<Timestamp>,
    /// When it was handed in, if its estimate has not come.
    awaited: Option<Instant>,
}

/// What is known.
#[derive(Debug, Clone)]
struct Told {
    /// For who takes a number now.
    waits: watch::Sender<Waits>,
    /// For who waits already.
    queues: watch::Sender<Vec<QueueWaits>>,
}

impl Told {
    /// Nothing is known any more.
    fn take_back(&self) {
        self.waits.send_if_modified(|known| !std::mem::take(known).is_empty());
        self.queues.send_replace(Vec::new());
    }
}

/// The task that estimates.
#[derive(Debug)]
struct Maker {
    moments: mpsc::Sender<Moment>,
    ready: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Maker {
    fn start(told: Told) -> Self {
        let (moments, taken) = mpsc::channel(1);
        let ready = Arc::new(AtomicBool::new(true));
        let task = tokio::spawn(keep_estimating(taken, told, ready.clone()));
        Self { moments, ready, task }
    }
}

impl Estimates {
    /// Starts to estimate, until this is dropped. What is found is told through the other half.
    pub fn start() -> (Self, watch::Receiver<Waits>) {
        let (announce, waits) = watch::channel(Waits::new());
        let told = Told { waits: announce, queues: watch::Sender::new(Vec::new()) };
        let maker = Maker::start(told.clone());
        (Self { maker, told, last: None, awaited: None }, waits)
    }

    /// How long whoever waits for a service with so many before still waits, as far as is known.
    pub fn in_queue(&self, service: &ServiceId, before: u32) -> Option<WaitRange> {
        self.told.queues.borrow().iter().find(|waits| waits.service == *service)?.at(before)
    }

    /// Looks after the estimates' maker: one that died is replaced, and what was told is taken back when
    /// nothing newer comes.
    pub fn look_after(&mut self) {
        if self.maker.task.is_finished() {
            tracing::error!("the maker of estimates died; another takes its place");
            self.maker = Maker::start(self.told.clone());
            self.awaited = None;
            self.told.take_back();
        }
        if self.maker.ready.load(Ordering::Acquire) {
            self.awaited = None;
        } else if self.awaited.is_some_and(|since| since.elapsed() >= LATE) {
            tracing::warn!("estimates do not keep up; the place in the queue is told in their place");
            self.awaited = None;
            self.told.take_back();
        }
    }

    /// Whether a new moment is wanted: something is different or the last is old, and the last estimate
    /// was long enough ago.
    pub fn want(&self, dirty: bool, now: Timestamp) -> bool {
        let old = self.last.is_none_or(|last| now.duration_since(last) >= KEEPS);
        (dirty || old) && self.maker.ready.load(Ordering::Acquire)
    }

    /// Hands in a moment.
    pub fn hand_in(&mut self, moment: Moment) {
        self.last = Some(moment.now);
        self.maker.ready.store(false, Ordering::Release);
        self.awaited = Some(Instant::now());
        // There is room whenever one is wanted, and a maker that died is found by `look_after`.
        let _ = self.maker.moments.try_send(moment);
    }
}

async fn keep_estimating(mut moments: mpsc::Receiver<Moment>, told: Told, ready: Arc<AtomicBool>) {
    while let Some(Moment { branch, learned, now, looked_at }) = moments.recv().await {
        let begun = Instant::now();
        let work = move || {
            let waits = giliran_forecast::waits(&branch, &learned, now);
            let wanted = |service: &ServiceId| looked_at.contains(service);
            (waits, giliran_forecast::queue_waits(&branch, &learned, now, wanted))
        };
        match tokio::task::spawn_blocking(work).await {
            Ok((fresh, queues)) => {
                told.queues.send_replace(queues);
                told.waits.send_if_modified(|known| {
                    let differs = *known != fresh;
                    *known = fresh;
                    differs
                });
            }
            // Without an estimate people are told how many are ahead, which is always known.
            Err(why) => {
                tracing::error!(%why, "the estimate failed");
                told.take_back();
            }
        }
        tokio::time::sleep((begun.elapsed() * REST).min(Duration::from_secs(10))).await;
        ready.store(true, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use giliran_forecast::ServiceWaits;

    use super::*;

    fn told() -> (Estimates, watch::Receiver<Waits>) {
        let (estimates, waits) = Estimates::start();
        let service = "a".parse().unwrap();
        estimates.told.waits.send_replace(vec![ServiceWaits { service, by_class: Vec::new() }]);
        (estimates, waits)
    }

    #[tokio::test]
    async fn when_the_maker_dies_another_takes_its_place_and_nothing_old_is_told() {
        let (mut estimates, mut waits) = told();
        estimates.maker.ready.store(false, Ordering::Release);
        estimates.maker.task.abort();
        while !estimates.maker.task.is_finished() {
            tokio::task::yield_now().await;
        }
        waits.mark_unchanged();
        estimates.look_after();
        assert!(waits.has_changed().unwrap(), "screens are told");
        assert!(waits.borrow_and_update().is_empty());
        assert!(estimates.want(true, Timestamp::UNIX_EPOCH));

        let moment = Moment {
            branch: Branch::default(),
            learned: Learned::default(),
            now: Timestamp::UNIX_EPOCH,
            looked_at: BTreeSet::new(),
        };
        estimates.hand_in(moment);
        while !estimates.maker.ready.load(Ordering::Acquire) {
            tokio::task::yield_now().await;
        }
        estimates.look_after();
        assert!(!waits.has_changed().unwrap(), "whoever listens is not woken for nothing");
    }

    #[tokio::test]
    async fn an_estimate_that_does_not_come_takes_the_old_one_with_it() {
        let (mut estimates, waits) = told();
        estimates.maker.ready.store(false, Ordering::Release);
        estimates.awaited = Some(Instant::now());
        estimates.look_after();
        assert!(!waits.borrow().is_empty(), "it may still come");
        estimates.awaited = Some(Instant::now() - LATE);
        estimates.look_after();
        assert!(waits.borrow().is_empty());
    }
}
