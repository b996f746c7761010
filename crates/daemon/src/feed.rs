//! What an audience is told: the last frames in order, and where whoever listens stands among them.
//!
//! A feed costs the same however many listen: a socket holds a place in it and nothing else. Who comes back is
//! given what came after the entry that it stopped at, without the clerk being asked; who fell behind what is
//! kept is given the whole picture.
//!
//! Invariant: only what is on disk is told.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::body::Bytes;
use giliran_protocol::{
    live::{Resume, ToClient},
    view::Audience,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    frame::{Changed, Frame},
    listeners::Listeners,
};

/// How many frames are kept for those who are slow and those who reconnect: minutes of a busy hall. An entry's
/// changes are shared by all audiences.
const KEPT: usize = 2048;

/// How much is handed to a socket in one piece when several frames wait for it, in bytes: what a socket that
/// takes nothing holds at most.
const RUN: usize = 16 * 1024;

/// For how long a picture that was made for one newcomer serves the next: a thousand screens that connect at
/// once are given the same, and what is not in the log and came after it.
const PICTURE_KEEPS: Duration = Duration::from_millis(100);

/// What somebody who joins is given.
#[derive(Debug)]
pub struct Joined {
    /// To be sent first, in order.
    pub first: Vec<Frame>,
    /// The place of what comes after.
    pub next: u64,
    /// The last entry that is in `first`, or that the one who resumes had.
    pub seq: u64,
}

/// Frames that follow one another, as they go over the line.
#[derive(Debug, Clone)]
pub struct Run {
    /// The place of the first.
    pub from: u64,
    /// The place after the last.
    pub to: u64,
    /// The last entry among them.
    pub seq: Option<u64>,
    /// All of them.
    pub bytes: Bytes,
}

/// What comes at a place.
#[derive(Debug)]
pub enum Next {
    /// Nothing yet.
    Nothing,
    /// These frames.
    Run(Run),
    /// What is no longer kept.
    Forgotten,
    /// Nothing any more.
    Closed,
}

/// What is told and is not in the log; in this order to whoever comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Beside {
    /// Whether the office is open.
    Opening,
    /// How long people wait.
    Waits,
    /// What ails the branch, and who says its calls aloud.
    Health,
    /// What became of a call, by its place in the log.
    Reported(u64),
    /// Where a call was not said, by its place in the log.
    Unheard(u64),
}

/// So many calls' and announcements' reports are told to whoever comes back: those that a whole picture has.
const REPORTED: usize = 128;

/// The frames for one audience of one branch.
#[derive(Debug)]
pub struct Feed {
    /// Who is told these.
    pub audience: Audience,
    /// Who listens.
    pub listeners: Listeners,
    told: Mutex<Told>,
    /// The place after the last frame, to be looked at without the lock.
    end: AtomicU64,
}

#[derive(Debug)]
struct Told {
    /// The last entry that concerned the audience and was told; 0 for none.
    last: u64,
    /// The last one that a frame was made of; it may be yet to be sent.
    prepared: u64,
    /// Whoever has seen so far can be given all that came after.
    kept_after: u64,
    kept: VecDeque<Frame>,
    /// The place of the first frame that is kept.
    begin: u64,
    /// What is not in the log, as it was told last.
    beside: BTreeMap<Beside, Frame>,
    picture: Option<Picture>,
    closed: bool,
}

/// The whole picture, as it was at a place.
#[derive(Debug, Clone)]
pub struct Picture {
    made: Instant,
    /// The last entry that is in it.
    seq: u64,
    /// The place of what comes after.
    next: u64,
    /// The message.
    pub frame: Frame,
}

impl From<Picture> for Joined {
    fn from(Picture { seq, next, frame, .. }: Picture) -> Self {
        Self { first: vec![frame], next, seq }
    }
}

impl Feed {
    /// A feed that begins after entry `seq`.
    pub fn new(audience: Audience, seq: u64) -> Self {
        let told = Told {
            last: seq,
            prepared: seq,
            kept_after: seq,
            kept: VecDeque::new(),
            begin: 0,
            beside: BTreeMap::new(),
            picture: None,
            closed: false,
        };
        Self { audience, listeners: Listeners::default(), told: Mutex::new(told), end: AtomicU64::new(0) }
    }

    /// The last entry that concerned the audience.
    pub fn last(&self) -> u64 {
        self.told().last
    }

    /// The frame of an entry, to be told after those that were made before it.
    pub fn prepare(&self, changed: Arc<Changed>) -> Frame {
        let prev = std::mem::replace(&mut self.told().prepared, changed.seq);
        Frame::of_entry(changed, self.audience, prev)
    }

    /// The frames that were made and not told never will be.
    pub fn forget_prepared(&self) {
        let mut told = self.told();
        told.prepared = told.last;
    }

    /// Keeps a frame for all who listen; [`Feed::cast`] tells them.
    pub fn push(&self, frame: Frame) {
        self.push_to(&mut self.told(), frame);
    }

    fn push_to(&self, told: &mut Told, frame: Frame) {
        told.last = frame.seq.unwrap_or(told.last);
        told.kept.push_back(frame);
        if told.kept.len() > KEPT
            && let Some(oldest) = told.kept.pop_front()
        {
            told.begin += 1;
            told.kept_after = oldest.seq.unwrap_or(told.kept_after);
        }
        self.end.store(told.end(), Ordering::Release);
    }

    /// Tells all who listen what they were not told yet.
    pub fn cast(self: &Arc<Self>) {
        self.listeners.wake(self);
    }

    /// Tells something that is not in the log; whoever comes back is told it too.
    pub fn tell_beside(self: &Arc<Self>, what: Beside, frame: Frame) {
        let mut told = self.told();
        told.beside.insert(what, frame.clone());
        told.forget_reports();
        self.push_to(&mut told, frame);
        drop(told);
        self.cast();
    }

    /// Tells that the link is alive, and asks some of those who listen whether they are.
    pub fn beat(self: &Arc<Self>, now: Timestamp) {
        if self.listeners.any() {
            let seq = self.last();
            self.push(Frame::new(&ToClient::Heartbeat { seq, now }));
            self.listeners.ask();
            self.cast();
        }
    }

    /// For whoever has all up to entry `seq`: what came after, if it is still here.
    fn resume(&self, seq: u64, now: Timestamp) -> Option<Joined> {
        let told = self.told();
        if told.closed || seq < told.kept_after {
            return None;
        }
        let resumed = Frame::new(&ToClient::Resumed { seq: told.last, now });
        let missed = told.kept.iter().rev().take_while(|frame| frame.seq.is_none_or(|of| of > seq));
        let missed: Vec<_> = missed.filter(|frame| frame.seq.is_some()).cloned().collect();
        let beside = told.beside.values().cloned();
        let first = std::iter::once(resumed).chain(missed.into_iter().rev()).chain(beside).collect();
        Some(Joined { first, next: told.end(), seq: told.last.max(seq) })
    }

    /// For whoever has nothing: a picture that was made a moment ago and has all up to entry `seq`, and what came
    /// after.
    fn with_picture(&self, seq: u64) -> Option<Joined> {
        let told = self.told();
        let recent = |picture: &&Picture| {
            !told.closed
                && picture.seq >= seq
                && picture.next >= told.begin
                && picture.made.elapsed() < PICTURE_KEEPS
        };
        told.picture.as_ref().filter(recent).cloned().map(Joined::from)
    }

    /// The picture as it is at entry `seq` and now, made anew unless nothing was told since the last.
    pub fn picture(&self, seq: u64, make: impl FnOnce() -> Option<ToClient>) -> Option<Picture> {
        let next = self.end.load(Ordering::Acquire);
        let same = |picture: &&Picture| {
            (picture.seq, picture.next) == (seq, next) && picture.made.elapsed() < PICTURE_KEEPS
        };
        if let Some(known) = self.told().picture.as_ref().filter(same) {
            return Some(known.clone());
        }
        let picture = Picture { made: Instant::now(), seq, next, frame: Frame::new(&make()?) };
        self.told().picture = Some(picture.clone());
        Some(picture)
    }

    /// Whether there is nothing at that place yet.
    pub fn ends_at(&self, place: u64) -> bool {
        self.end.load(Ordering::Acquire) == place
    }

    /// What comes at that place.
    pub fn next(&self, from: u64) -> Next {
        let told = self.told();
        let Some(skip) = from.checked_sub(told.begin) else { return Next::Forgotten };
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        let frames: Vec<_> = told.kept.iter().skip(skip).take(64).cloned().collect();
        let closed = told.closed;
        drop(told);
        // Made without the lock: others need not wait for it.
        let mut frames = frames.into_iter();
        let Some(first) = frames.next() else { return if closed { Next::Closed } else { Next::Nothing } };
        let mut run = Run { from, to: from + 1, seq: first.seq, bytes: first.bytes() };
        let mut many = Vec::new();
        for frame in frames {
            let bytes = frame.bytes();
            if run.bytes.len().max(many.len()) + bytes.len() > RUN {
                break;
            }
            if many.is_empty() {
                many.extend_from_slice(&run.bytes);
            }
            many.extend_from_slice(&bytes);
            run.to += 1;
            run.seq = frame.seq.or(run.seq);
        }
        if !many.is_empty() {
            run.bytes = many.into();
        }
        Next::Run(run)
    }

    fn close(self: &Arc<Self>) {
        self.told().closed = true;
        self.cast();
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        // Nothing is done under the lock that could break off in the middle.
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    /// Of calls that are no longer among the last.
    fn forget_reports(&mut self) {
        for of_calls in
            [Beside::Reported(0)..=Beside::Reported(u64::MAX), Beside::Unheard(0)..=Beside::Unheard(u64::MAX)]
        {
            while self.beside.range(of_calls.clone()).count() > REPORTED {
                let oldest = self.beside.range(of_calls.clone()).next().map(|(oldest, _)| *oldest);
                if let Some(oldest) = oldest {
                    self.beside.remove(&oldest);
                }
            }
        }
    }

    fn end(&self) -> u64 {
        self.begin + self.kept.len() as u64
    }
}

/// The feeds of a branch, one for each audience.
#[derive(Debug)]
pub struct Feeds {
    all: Vec<Arc<Feed>>,
    /// The log that they are of.
    pub log: Uuid,
    /// The last entry that is on disk.
    written: AtomicU64,
}

impl Feeds {
    /// Feeds that begin after entry `seq` of a log.
    pub fn new(log: Uuid, seq: u64) -> Self {
        let all = Audience::ALL.map(|audience| Arc::new(Feed::new(audience, seq))).into();
        Self { all, log, written: AtomicU64::new(seq) }
    }

    /// The feed of an audience.
    pub fn of(&self, audience: Audience) -> Option<&Arc<Feed>> {
        self.all.iter().find(|feed| feed.audience == audience)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Feed>> {
        self.all.iter()
    }

    /// Keeps frames of entries that were just stored, each for the feed of that place; `seq` is the last entry.
    /// Then tells everybody.
    pub fn tell(&self, seq: u64, frames: impl IntoIterator<Item = (usize, Frame)>) {
        self.written.store(seq, Ordering::Release);
        for (n, frame) in frames {
            if let Some(feed) = self.all.get(n) {
                feed.push(frame);
            }
        }
        self.all.iter().for_each(Feed::cast);
    }

    /// Joins an audience with what is here; none where the clerk has to make a picture.
    pub fn join(
        &self,
        audience: Audience,
        resume: Option<&Resume>,
        now: Option<Timestamp>,
    ) -> Option<Joined> {
        let feed = self.of(audience)?;
        // Whatever the client saw before, here or elsewhere, was on disk: a picture that has all of that does not
        // take it back.
        let written = self.written.load(Ordering::Acquire);
        // After the database was restored, a client may have seen what the log does not have.
        let has = |resume: &&Resume| resume.log == self.log && resume.seq <= written;
        let resumed = resume.filter(has).and_then(|resume| feed.resume(resume.seq, now?));
        resumed.or_else(|| feed.with_picture(written))
    }

    /// Joins an audience with nothing, for as long as there is no picture.
    pub fn join_empty(&self, audience: Audience) -> Option<Joined> {
        let told = self.of(audience)?.told();
        let seq = self.written.load(Ordering::Acquire);
        (!told.closed).then(|| Joined { first: Vec::new(), next: told.end(), seq })
    }

    /// Tells nothing any more, and says so to all who listen.
    pub fn close(&self) {
        self.all.iter().for_each(Feed::close);
    }
}

/// Closes the feeds when their clerk ends, however it ends.
#[derive(Debug)]
pub struct Teller(pub Arc<Feeds>);

impl std::ops::Deref for Teller {
    type Target = Feeds;

    fn deref(&self) -> &Feeds {
        &self.0
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        self.0.close();
    }
}
