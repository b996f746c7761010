//! What clients saw, as lines of JSON, and who writes them down.
//!
//! The order of lines is the order of things as the clients had it: a line is written before a command goes out
//! and after an answer or a frame has come in. So whatever stands before something else happened before it, and
//! no clock is needed to say so; `us` is for people.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// One line of a recording. `us` is the time since the recording began, in microseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Line {
    /// The first line.
    Begins {
        /// The branch.
        branch: String,
        /// Whether every command is recorded that the branch was ever sent, so that the log may hold no other.
        whole: bool,
    },
    /// A command is about to be sent.
    Sent {
        /// When.
        us: u64,
        /// A number that no other send has.
        send: u64,
        /// By whom.
        client: String,
        /// The command's id.
        id: Uuid,
        /// The command, as on the wire.
        command: Value,
    },
    /// It was answered.
    Answered {
        /// When.
        us: u64,
        /// Which send.
        send: u64,
        /// The answer, as on the wire.
        answer: Value,
    },
    /// It was refused.
    Refused {
        /// When.
        us: u64,
        /// Which send.
        send: u64,
        /// The HTTP status.
        status: u16,
        /// The refusal's stable word; empty if the answer had none.
        code: String,
    },
    /// Nobody answered, so that nothing is known of it.
    Unanswered {
        /// When.
        us: u64,
        /// Which send.
        send: u64,
    },
    /// A screen connected and said hello.
    Joined {
        /// When.
        us: u64,
        /// A number that no other connection has.
        socket: u64,
        /// Whose it is.
        client: String,
        /// Who looks, as on the wire.
        audience: String,
        /// Where it goes on.
        resume: Option<Resume>,
    },
    /// It was sent a frame.
    Frame {
        /// When.
        us: u64,
        /// Which connection.
        socket: u64,
        /// The frame, as on the wire.
        frame: Value,
    },
    /// The connection has ended.
    Left {
        /// When.
        us: u64,
        /// Which connection.
        socket: u64,
    },
    /// The screen has been told of everything: nothing happens any more.
    Settled {
        /// When.
        us: u64,
        /// Which connection.
        socket: u64,
    },
}

/// Where a screen goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// The log.
    pub log: Uuid,
    /// The last entry that it has.
    pub seq: u64,
}

/// Writes a recording. Clones write into the same.
#[derive(Debug, Clone)]
pub struct Recorder(Arc<Mutex<Out>>);

#[derive(Debug)]
struct Out {
    file: BufWriter<File>,
    began: Instant,
    /// The last number that was given to a send or a connection.
    number: u64,
    failed: Option<io::Error>,
}

impl Recorder {
    /// Begins a recording; `whole` says that every command of the branch will be in it.
    ///
    /// # Errors
    /// The file can't be made.
    pub fn create(path: &Path, branch: &str, whole: bool) -> io::Result<Self> {
        let file = BufWriter::new(File::create(path)?);
        let mut out = Out { file, began: Instant::now(), number: 0, failed: None };
        out.line(&Line::Begins { branch: branch.into(), whole });
        Ok(Self(Arc::new(Mutex::new(out))))
    }

    /// A command is about to be sent. Gives the number of the send.
    pub fn sent(&self, client: &str, id: Uuid, command: &impl Serialize) -> u64 {
        // A command that has no JSON form could not have been sent.
        let command = serde_json::to_value(command).unwrap_or_default();
        let mut out = self.lock();
        let (us, send) = (out.us(), out.next());
        out.line(&Line::Sent { us, send, client: client.into(), id, command });
        send
    }

    /// The send was answered.
    pub fn answered(&self, send: u64, answer: &impl Serialize) {
        let answer = serde_json::to_value(answer).unwrap_or_default();
        let mut out = self.lock();
        let us = out.us();
        out.line(&Line::Answered { us, send, answer });
    }

    /// The send was refused, by that HTTP status and that code.
    pub fn refused(&self, send: u64, status: u16, code: &str) {
        let mut out = self.lock();
        let us = out.us();
        out.line(&Line::Refused { us, send, status, code: code.into() });
    }

    /// Nobody answered the send.
    pub fn unanswered(&self, send: u64) {
        let mut out = self.lock();
        let us = out.us();
        out.line(&Line::Unanswered { us, send });
    }

    /// A screen has connected and says hello. Gives the number of the connection.
    pub fn joined(&self, client: &str, audience: &str, resume: Option<Resume>) -> u64 {
        let mut out = self.lock();
        let (us, socket) = (out.us(), out.next());
        out.line(&Line::Joined { us, socket, client: client.into(), audience: audience.into(), resume });
        socket
    }

    /// A frame came, in the words of the wire.
    pub fn frame(&self, socket: u64, text: &str) {
        let mut out = self.lock();
        let us = out.us();
        // The text is JSON already; a screen may be sent thousands of frames a second.
        out.text(format_args!(r#"{{"type":"frame","us":{us},"socket":{socket},"frame":{text}}}"#));
    }

    /// The connection has ended.
    pub fn left(&self, socket: u64) {
        let mut out = self.lock();
        let us = out.us();
        out.line(&Line::Left { us, socket });
    }

    /// The screen has been told of everything, and nothing happens any more.
    pub fn settled(&self, socket: u64) {
        let mut out = self.lock();
        let us = out.us();
        out.line(&Line::Settled { us, socket });
    }

    /// Puts all lines so far into the file.
    ///
    /// # Errors
    /// One of them could not be written.
    pub fn flush(&self) -> io::Result<()> {
        let mut out = self.lock();
        match out.failed.take() {
            Some(error) => Err(error),
            None => out.file.flush(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Out> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Out {
    fn us(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    fn line(&mut self, line: &Line) {
        match serde_json::to_string(line) {
            Ok(line) => self.text(format_args!("{line}")),
            Err(error) => self.failed = self.failed.take().or(Some(error.into())),
        }
    }

    fn text(&mut self, line: std::fmt::Arguments<'_>) {
        if let Err(error) = writeln!(self.file, "{line}") {
            self.failed = self.failed.take().or(Some(error));
        }
    }
}
