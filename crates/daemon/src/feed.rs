//! What an audience is sent: each frame made once, kept for a while, given to every socket.
//!
//! A feed costs the same however many listen: a socket holds its place in the channel and nothing else.
//! Who falls behind the channel comes back to the clerk and is given the frames it missed, or a fresh
//! picture where those are gone. A frame's text is made by the first socket that sends it, so the clerk
//! does not wait for it, and where nobody listens it is not made at all.

use std::{
    borrow::Cow,
    collections::VecDeque,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use axum::extract::ws::Utf8Bytes;
use giliran_protocol::{
    live::{Change, ToClient},
    view::Audience,
};
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::broadcast;

use crate::picture;

/// How many frames a slow socket may be behind before it has to come back to the clerk.
const CHANNEL: usize = 1024;

/// How many entries are kept for those who reconnect: minutes of a busy hall. An entry's changes are
/// shared by all audiences.
const KEPT: usize = 2048;

/// For how long a picture that was made for one newcomer serves the next: a thousand screens that
/// reconnect at once are given the same.
const PICTURE_KEEPS: Duration = Duration::from_millis(100);

/// A message as it goes out.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The place of the entry in the log, for one that is of an entry.
    pub seq: Option<u64>,
    content: Arc<Content>,
}

/// What a frame says: once its text is asked for, the same text for everybody.
#[derive(Debug)]
struct Content {
    entry: Option<EntryFor>,
    text: OnceLock<Utf8Bytes>,
}

/// What an entry changed, for all audiences.
#[derive(Debug)]
pub struct Changed {
    /// The entry's place in the log.
    pub seq: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What is different now, in order.
    pub changes: Vec<Change>,
}

/// An entry as one audience is told of it.
#[derive(Debug)]
struct EntryFor {
    audience: Audience,
    prev: u64,
    changed: Arc<Changed>,
}

/// [`ToClient::Entry`], borrowed.
#[derive(Serialize)]
#[serde(tag = "type", rename = "entry")]
struct EntryRef<'a> {
    seq: u64,
    prev: u64,
    at: Timestamp,
    changes: Vec<Cow<'a, Change>>,
}

impl Frame {
    /// A message that is of no entry.
    pub fn new(message: &ToClient) -> Self {
        let content = Content { entry: None, text: OnceLock::from(json(message)) };
        Self { seq: None, content: Arc::new(content) }
    }

    /// An entry, as an audience is told of it; `prev` is the one before that concerned the audience.
    pub fn of_entry(changed: Arc<Changed>, audience: Audience, prev: u64) -> Self {
        let seq = Some(changed.seq);
        let entry = Some(EntryFor { audience, prev, changed });
        Self { seq, content: Arc::new(Content { entry, text: OnceLock::new() }) }
    }

    /// The JSON text.
    pub fn text(&self) -> Utf8Bytes {
        let make = || self.content.entry.as_ref().map(EntryFor::text).unwrap_or_default();
        self.content.text.get_or_init(make).clone()
    }
}

impl EntryFor {
    fn text(&self) -> Utf8Bytes {
        let Changed { seq, at, changes } = &*self.changed;
        let changes = changes.iter().filter_map(|change| picture::told(self.audience, change)).collect();
        json(&EntryRef { seq: *seq, prev: self.prev, at: *at, changes })
    }
}

fn json(message: &impl Serialize) -> Utf8Bytes {
    // Room for a usual frame at once, in place of growing to it. The types hold strings, numbers and
    // times only, all of which have a JSON form.
    let mut text = Vec::with_capacity(1024);
    if serde_json::to_writer(&mut text, message).is_err() {
        text.clear();
    }
    String::from_utf8(text).unwrap_or_default().into()
}

/// The frames for one audience of one branch.
#[derive(Debug)]
pub struct Feed {
    /// Who is sent these.
    pub audience: Audience,
    /// The last entry that concerned the audience and was sent; 0 for none.
    last: u64,
    /// The last one that a frame was made of; it may be yet to be sent.
    prepared: u64,
    /// Whoever has seen so far can be given all that came after.
    kept_after: u64,
    kept: VecDeque<Frame>,
    live: broadcast::Sender<Frame>,
    picture: Option<(Instant, u64, Frame)>,
}

impl Feed {
    /// A feed that begins after entry `seq`.
    pub fn new(audience: Audience, seq: u64) -> Self {
        Self {
            audience,
            last: seq,
            prepared: seq,
            kept_after: seq,
            kept: VecDeque::new(),
            live: broadcast::channel(CHANNEL).0,
            picture: None,
        }
    }

    /// The last entry that concerned the audience.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Whether anybody listens.
    pub fn is_heard(&self) -> bool {
        self.live.receiver_count() > 0
    }

    /// The frame of an entry, to be sent after those that were made before it.
    pub fn prepare(&mut self, changed: Arc<Changed>) -> Frame {
        let prev = std::mem::replace(&mut self.prepared, changed.seq);
        Frame::of_entry(changed, self.audience, prev)
    }

    /// The frames that were made and not sent never will be.
    pub fn forget_prepared(&mut self) {
        self.prepared = self.last;
    }

    /// Sends a frame to all who listen, and keeps it if it is of an entry.
    pub fn send(&mut self, frame: Frame) {
        if let Some(seq) = frame.seq {
            self.last = seq;
            self.kept.push_back(frame.clone());
            if self.kept.len() > KEPT
                && let Some(seq) = self.kept.pop_front().and_then(|oldest| oldest.seq)
            {
                self.kept_after = seq;
            }
        }
        // Nobody listening is no failure.
        let _ = self.live.send(frame);
    }

    /// Joins: what comes from now on.
    pub fn listen(&self) -> broadcast::Receiver<Frame> {
        self.live.subscribe()
    }

    /// All that came after entry `seq`, if it is still here.
    pub fn missed(&self, seq: u64) -> Option<Vec<Frame>> {
        (seq >= self.kept_after).then(|| {
            let from = self.kept.partition_point(|frame| frame.seq.is_some_and(|kept| kept <= seq));
            self.kept.range(from..).cloned().collect()
        })
    }

    /// Makes the next picture anew: something that is not in the log is different.
    pub fn forget_picture(&mut self) {
        self.picture = None;
    }

    /// The picture at entry `seq`, made anew unless that was just done.
    pub fn picture(&mut self, seq: u64, make: impl FnOnce() -> Option<ToClient>) -> Option<Frame> {
        if let Some((made, of, frame)) = &self.picture
            && *of == seq
            && made.elapsed() < PICTURE_KEEPS
        {
            return Some(frame.clone());
        }
        let frame = Frame::new(&make()?);
        self.picture = Some((Instant::now(), seq, frame.clone()));
        Some(frame)
    }
}
