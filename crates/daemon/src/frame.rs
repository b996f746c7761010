//! A message as it goes over the line: made once, by the first who sends it, and the same bytes for everybody.
//!
//! The clerk does not wait for it to be made, and where nobody listens it is not made at all.

use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
};

use axum::body::Bytes;
use giliran_protocol::{
    live::{Change, ToClient},
    view::Audience,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::picture;

/// A WebSocket frame: final, and of text (RFC 6455, 5.2).
const TEXT: u8 = 0x81;

/// The same: a ping that says nothing.
pub const PING: [u8; 2] = [0x89, 0];

/// The longest head of a frame that is not masked.
const HEAD: usize = 10;

/// A message as it goes out.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The place of the entry in the log, for one that is of an entry.
    pub seq: Option<u64>,
    content: Arc<Content>,
}

/// What a frame says: once its bytes are asked for, the same bytes for everybody.
#[derive(Debug)]
struct Content {
    entry: Option<EntryFor>,
    made: OnceLock<Made>,
}

/// A frame and how much of it is its head.
#[derive(Debug)]
struct Made {
    bytes: Bytes,
    head: usize,
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
        let content = Content { entry: None, made: OnceLock::from(Made::of(message)) };
        Self { seq: None, content: Arc::new(content) }
    }

    /// An entry, as an audience is told of it; `prev` is the one before that concerned the audience.
    pub fn of_entry(changed: Arc<Changed>, audience: Audience, prev: u64) -> Self {
        let seq = Some(changed.seq);
        let entry = Some(EntryFor { audience, prev, changed });
        Self { seq, content: Arc::new(Content { entry, made: OnceLock::new() }) }
    }

    /// The whole frame.
    pub fn bytes(&self) -> Bytes {
        self.made().bytes.clone()
    }

    /// The message in it, as JSON.
    pub fn text(&self) -> Bytes {
        let Made { bytes, head } = self.made();
        bytes.slice(head..)
    }

    fn made(&self) -> &Made {
        self.content.made.get_or_init(|| match &self.content.entry {
            Some(EntryFor { audience, prev, changed }) => {
                let Changed { seq, at, changes } = &**changed;
                let changes = changes.iter().filter_map(|change| picture::told(*audience, change)).collect();
                Made::of(&EntryRef { seq: *seq, prev: *prev, at: *at, changes })
            }
            // What is of no entry was made at once.
            None => Made { bytes: Bytes::new(), head: 0 },
        })
    }
}

impl Made {
    /// The frame's head is put right before the text, whose length it says.
    fn of(message: &impl Serialize) -> Self {
        // Room for a usual frame at once, in place of growing to it. The types hold strings, numbers and
        // times only, all of which have a JSON form.
        let mut bytes = Vec::with_capacity(1024);
        bytes.resize(HEAD, 0);
        if serde_json::to_writer(&mut bytes, message).is_err() {
            bytes.truncate(HEAD);
        }
        let length = bytes.len() - HEAD;
        let head = match (u8::try_from(length), u16::try_from(length)) {
            (Ok(short @ ..126), _) => {
                bytes[HEAD - 2..HEAD].copy_from_slice(&[TEXT, short]);
                2
            }
            (_, Ok(medium)) => {
                bytes[HEAD - 4..HEAD - 2].copy_from_slice(&[TEXT, 126]);
                bytes[HEAD - 2..HEAD].copy_from_slice(&medium.to_be_bytes());
                4
            }
            (_, Err(_)) => {
                bytes[..2].copy_from_slice(&[TEXT, 127]);
                bytes[2..HEAD].copy_from_slice(&(length as u64).to_be_bytes());
                HEAD
            }
        };
        bytes.shrink_to_fit();
        Self { bytes: Bytes::from(bytes).slice(HEAD - head..), head }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use giliran_protocol::live::ServiceWait;
    use tokio_tungstenite::tungstenite::{Message, WebSocket, protocol::Role};

    use super::*;

    /// A frame whose text has that length: 28 bytes are around the service's name.
    fn frame_of(length: usize) -> Frame {
        let service = "x".repeat(length - r#"{"type":"waits","waits":[{"service":""}]}"#.len());
        Frame::new(&ToClient::Waits { waits: vec![ServiceWait { service, wait: None }] })
    }

    #[test]
    fn a_frame_of_any_length_is_one_that_the_library_reads_to_the_same_text() {
        for length in [50, 125, 126, 127, 1_000, 65_535, 65_536, 200_000] {
            let frame = frame_of(length);
            assert_eq!(frame.text().len(), length);
            let mut line =
                WebSocket::from_raw_socket(Cursor::new(frame.bytes().to_vec()), Role::Client, None);
            let Ok(Message::Text(text)) = line.read() else { panic!("{length}: no text") };
            assert_eq!(text.as_bytes(), frame.text(), "{length}");
        }
    }

    #[test]
    fn a_ping_is_one_that_the_library_takes_for_one() {
        let mut line = WebSocket::from_raw_socket(Cursor::new(PING.to_vec()), Role::Client, None);
        assert!(matches!(line.read(), Ok(Message::Ping(said)) if said.is_empty()));
    }
}
