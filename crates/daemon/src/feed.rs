//! What an audience is sent: each frame made once, kept for a while, given to every socket.
//!
//! A feed costs the same however many listen: a socket holds its place in the channel and nothing else.
//! Who falls behind the channel comes back to the clerk and is given the frames it missed, or a fresh
//! picture where those are gone.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use axum::extract::ws::Utf8Bytes;
use giliran_protocol::{live::ToClient, view::Audience};
use tokio::sync::broadcast;

/// How many frames a slow socket may be behind before it has to come back to the clerk.
const CHANNEL: usize = 1024;

/// How many entries are kept for those who reconnect: minutes of a busy national day.
const KEPT: usize = 4096;

/// For how long a picture that was made for one newcomer serves the next: a thousand screens that
/// reconnect at once are given the same.
const PICTURE_KEEPS: Duration = Duration::from_millis(100);

/// A message as it goes out.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The place of the entry in the log, for one that is of an entry.
    pub seq: Option<u64>,
    /// The JSON text.
    pub text: Utf8Bytes,
}

impl Frame {
    /// Makes the text, once.
    pub fn new(message: &ToClient) -> Self {
        let seq = match message {
            ToClient::Entry { seq, .. } => Some(*seq),
            ToClient::Snapshot { .. }
            | ToClient::Resumed { .. }
            | ToClient::Waits { .. }
            | ToClient::Heartbeat { .. }
            | ToClient::Refused { .. }
            | ToClient::Unknown => None,
        };
        // The types hold strings, numbers and times only, all of which have a JSON form.
        let text = serde_json::to_string(message).unwrap_or_default();
        Self { seq, text: text.into() }
    }
}

/// The frames for one audience of one branch.
#[derive(Debug)]
pub struct Feed {
    /// Who is sent these.
    pub audience: Audience,
    /// The last entry that concerned the audience; 0 for none.
    last: u64,
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
