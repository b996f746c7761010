//! Who listens to a feed, and the criers who write to them.
//!
//! A crier goes through its share of the sockets and writes to each what it was not told yet: one system call
//! for each, no task to wake and no timer. It gives way after a few, so that a command does not wait for
//! thousands of screens. A socket that takes no more is left to its own task; it delays nobody.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering},
    },
    time::Instant,
};

use crate::{feed::Feed, socket::Socket};

/// How many criers a feed has: more than there are cores would only take turns.
const CRIERS: usize = 2;

/// How many sockets a crier writes to before it gives way: a tenth of a millisecond.
const AT_ONCE: usize = 32;

/// A socket is asked at each so manieth heartbeat whether it is still there: every 15 seconds.
const ASKED_EVERY: usize = 3;

/// A crier sleeps, is at work, or has to begin again.
const ASLEEP: u8 = 0;
const AT_WORK: u8 = 1;
const AGAIN: u8 = 2;

/// Who listens to a feed.
#[derive(Debug, Default)]
pub struct Listeners {
    shares: [Arc<Share>; CRIERS],
    count: AtomicUsize,
    beats: AtomicUsize,
}

/// One crier's sockets.
#[derive(Debug, Default)]
struct Share {
    seats: Mutex<Seats>,
    taken: AtomicUsize,
    crier: AtomicU8,
    /// Whether sockets are to be asked if they are still there.
    ask: AtomicBool,
}

#[derive(Debug, Default)]
struct Seats {
    all: Vec<Option<Arc<Socket>>>,
    free: Vec<usize>,
}

/// A socket's place among those who listen; it leaves with this.
#[derive(Debug)]
pub struct Seat {
    feed: Arc<Feed>,
    share: usize,
    n: usize,
}

impl Listeners {
    /// Whether anybody listens.
    pub fn any(&self) -> bool {
        self.count.load(Ordering::Acquire) > 0
    }

    /// Gives a socket a place among those who listen to `feed`.
    pub fn seat(feed: &Arc<Feed>, socket: Arc<Socket>) -> Seat {
        let listeners = &feed.listeners;
        listeners.count.fetch_add(1, Ordering::AcqRel);
        let taken = |n: &usize| listeners.shares[*n].taken.load(Ordering::Relaxed);
        let share = (0..CRIERS).min_by_key(taken).unwrap_or(0);
        listeners.shares[share].taken.fetch_add(1, Ordering::Relaxed);
        let mut seats = listeners.shares[share].seats();
        let n = seats.free.pop().unwrap_or(seats.all.len());
        match seats.all.get_mut(n) {
            Some(seat) => *seat = Some(socket),
            None => seats.all.push(Some(socket)),
        }
        drop(seats);
        Seat { feed: feed.clone(), share, n }
    }

    /// Has a part of the sockets asked whether they are still there, the next time that something is told.
    pub fn ask(&self) {
        self.beats.fetch_add(1, Ordering::AcqRel);
        for share in &self.shares {
            share.ask.store(true, Ordering::Release);
        }
    }

    /// Has all sockets told what they were not told yet.
    pub fn wake(&self, feed: &Arc<Feed>) {
        if !self.any() {
            return;
        }
        for (n, share) in self.shares.iter().enumerate() {
            if share.crier.swap(AGAIN, Ordering::AcqRel) == ASLEEP {
                tokio::spawn(cry(feed.clone(), n));
            }
        }
    }
}

/// Writes to one share of the sockets, until all were told everything.
async fn cry(feed: Arc<Feed>, share: usize) {
    let share = &feed.listeners.shares[share];
    loop {
        share.crier.store(AT_WORK, Ordering::Release);
        let beat = share.ask.swap(false, Ordering::AcqRel);
        let beat = beat.then(|| feed.listeners.beats.load(Ordering::Acquire));
        let mut run = None;
        let mut at = 0;
        loop {
            let some = share.some(at);
            if some.is_empty() {
                break;
            }
            let now = Instant::now();
            for (n, socket) in some.iter().enumerate() {
                let ask = beat.is_some_and(|beat| (at + n + beat).is_multiple_of(ASKED_EVERY));
                if let Some(socket) = socket {
                    socket.tell(&feed, &mut run, ask, now);
                }
            }
            at += some.len();
            drop(some);
            tokio::task::yield_now().await;
        }
        let done = share.crier.compare_exchange(AT_WORK, ASLEEP, Ordering::AcqRel, Ordering::Acquire);
        if done.is_ok() {
            return;
        }
    }
}

impl Share {
    /// Some of the sockets, from that seat on; empty behind the last.
    fn some(&self, from: usize) -> Vec<Option<Arc<Socket>>> {
        let seats = self.seats();
        seats.all.iter().skip(from).take(AT_ONCE).cloned().collect()
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        // Nothing is done under the lock that could break off in the middle.
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let listeners = &self.feed.listeners;
        let mut seats = listeners.shares[self.share].seats();
        let left = seats.all.get_mut(self.n).and_then(Option::take);
        seats.free.push(self.n);
        drop(seats);
        drop(left);
        listeners.shares[self.share].taken.fetch_sub(1, Ordering::Relaxed);
        listeners.count.fetch_sub(1, Ordering::AcqRel);
    }
}
