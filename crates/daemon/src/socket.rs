//! One WebSocket: what it was told, what it is being told, and what it says.
//!
//! Criers write to it ([`crate::listeners`]) as long as it takes everything. Its own task reads, and goes on
//! writing where the client was slow. The library reads frames, answers pings and says goodbye; frames that
//! everybody is told are written as they are, between the library's.
//!
//! Invariant: a socket costs bounded memory and delays nobody. It holds a place in its feed and at most one
//! piece that is being written; who takes no byte of it for a while is let go.

use std::{
    future::poll_fn,
    io::{self, Read, Write},
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use axum::body::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::tungstenite::{
    self as library, Message,
    error::ProtocolError,
    protocol::{CloseFrame, Role, WebSocketConfig, WebSocketContext, frame::coding::CloseCode},
};

use crate::{
    feed::{Feed, Joined, Next, Run},
    frame::{Frame, PING},
};

/// How long a client may take no byte of what it is sent; looked at with each heartbeat.
const SEND_WITHIN: Duration = Duration::from_secs(20);

/// After how long without a sign of life a client is let go: two pings and the time for their answers.
const SILENT_FOR: Duration = Duration::from_secs(40);

/// The largest message that a client may send; a hello has about 120 bytes.
const MESSAGE_BYTES: usize = 4 * 1024;

/// The buffer that a socket reads into: a hello fits in, and it is all that a client has to say.
const READ_BUFFER_BYTES: usize = 256;

/// How much the library may have to say before no more is read: who asks for answers has to take them.
const OWN_BYTES: usize = 1024;

/// How much of what a newcomer is given is handed over in one piece, in bytes.
const FIRST_BYTES: usize = 16 * 1024;

/// A socket, shared by its task and a crier.
#[derive(Debug)]
pub struct Socket {
    line: Mutex<Line>,
}

/// Why a socket's turn is over.
#[derive(Debug)]
pub enum Turn {
    /// The client said something.
    Said(Message),
    /// The client is so slow that what it should be told next is no longer kept; it has seen all up to this
    /// entry.
    Behind(u64),
    /// There is nothing more to tell.
    Closed,
    /// The client is gone, or does not listen.
    Gone,
    /// The client broke the protocol in this way.
    Broke(CloseCode),
}

#[derive(Debug)]
struct Line {
    io: TokioIo<Upgraded>,
    library: WebSocketContext,
    /// What the library has to say, as frames.
    own: Vec<u8>,
    /// What is being written.
    piece: Bytes,
    /// What the newcomer is given before what comes from the feed.
    first: std::vec::IntoIter<Frame>,
    /// The place in the feed of what comes then; none while it follows no feed.
    next: Option<u64>,
    /// The last entry of what was handed over.
    seq: u64,
    heard: Instant,
    /// Since when the client takes nothing of the piece.
    stuck: Option<Instant>,
    /// Of the socket's task.
    waker: Option<Waker>,
    ends: Option<Turn>,
}

/// How far writing got.
enum Written {
    All,
    /// The rest when the client takes it: the context's waker is told.
    Stuck,
    Ends(Turn),
}

impl Socket {
    /// A connection that has become a WebSocket.
    pub fn new(upgraded: Upgraded) -> Self {
        let config = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_BYTES))
            .max_frame_size(Some(MESSAGE_BYTES))
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0);
        Self {
            line: Mutex::new(Line {
                io: TokioIo::new(upgraded),
                library: WebSocketContext::new(Role::Server, Some(config)),
                own: Vec::new(),
                piece: Bytes::new(),
                first: Vec::new().into_iter(),
                next: None,
                seq: 0,
                heard: Instant::now(),
                stuck: None,
                waker: None,
                ends: None,
            }),
        }
    }

    /// Listens, until the client says something or something ends it.
    pub async fn listen(&self) -> Turn {
        poll_fn(|context| self.line().turn(context, None)).await
    }

    /// Gives a newcomer what it is given first.
    pub fn welcome(&self, joined: Joined) {
        let mut line = self.line();
        (line.first, line.next, line.seq) = (joined.first.into_iter(), Some(joined.next), joined.seq);
    }

    /// Listens and tells, as far as the criers do not, until something ends it.
    pub async fn follow(&self, feed: &Feed) -> Turn {
        poll_fn(|context| self.line().turn(context, Some(feed))).await
    }

    /// Tells what was not told yet, as long as the client takes it. For criers: `run` is what the socket before
    /// was told, `ask` whether to ask if the client is still there.
    pub fn tell(&self, feed: &Feed, run: &mut Option<Run>, ask: bool, now: Instant) {
        self.line().tell(feed, run, ask, now);
    }

    /// Says some last frames and goodbye, and hangs up.
    pub async fn leave(&self, last: Option<Frame>, close: Option<(CloseCode, &'static str)>) {
        {
            let mut line = self.line();
            line.next = None;
            line.first = Vec::new().into_iter();
            line.own.extend_from_slice(&last.map(|last| last.bytes()).unwrap_or_default());
            if let Some((code, reason)) = close {
                let Line { library, own, .. } = &mut *line;
                // It only fails where the client has said goodbye before.
                let _ = library.close(&mut Own(own), Some(CloseFrame { code, reason: reason.into() }));
            }
        }
        poll_fn(|context| match self.line().write(context, &mut |_| Next::Nothing) {
            Written::Stuck => Poll::Pending,
            Written::All | Written::Ends(_) => Poll::Ready(()),
        })
        .await;
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // A line that broke off in the middle is given up by its task, which has panicked too.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn turn(&mut self, context: &mut Context<'_>, feed: Option<&Feed>) -> Poll<Turn> {
        if self.waker.as_ref().is_none_or(|waker| !waker.will_wake(context.waker())) {
            self.waker = Some(context.waker().clone());
        }
        if let Some(ends) = self.ends.take() {
            return Poll::Ready(ends);
        }
        loop {
            let heard = self.hear(context);
            let mut next = |from| feed.map_or(Next::Nothing, |feed| feed.next(from));
            let written = self.write(context, &mut next);
            match (heard, written) {
                (Poll::Ready(Some(turn)), _) => return Poll::Ready(turn),
                (_, Written::Ends(turn)) => return Poll::Ready(turn),
                // The library had too much to say, and has said it: on with reading.
                (Poll::Ready(None), Written::All) => {}
                (_, Written::Stuck) | (Poll::Pending, Written::All) => return Poll::Pending,
            }
        }
    }

    /// Reads until there is nothing, or what the client said is for others to judge; none when the library has
    /// too much to say. After its hello a client has nothing to say but that it is there.
    fn hear(&mut self, context: &mut Context<'_>) -> Poll<Option<Turn>> {
        loop {
            if self.own.len() > OWN_BYTES {
                return Poll::Ready(None);
            }
            let mut pipe = Pipe { io: &mut self.io, context: &mut *context, own: &mut self.own };
            let broke = match self.library.read(&mut pipe) {
                Ok(Message::Ping(_) | Message::Pong(_)) => {
                    self.heard = Instant::now();
                    continue;
                }
                // Its goodbye is answered by the library, and then it ends.
                Ok(Message::Close(_) | Message::Frame(_)) => continue,
                Ok(said @ (Message::Text(_) | Message::Binary(_))) => {
                    return Poll::Ready(Some(Turn::Said(said)));
                }
                Err(library::Error::Io(why)) if why.kind() == io::ErrorKind::WouldBlock => {
                    return Poll::Pending;
                }
                Err(library::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => None,
                Err(library::Error::Protocol(_)) => Some(CloseCode::Protocol),
                Err(library::Error::Utf8(_)) => Some(CloseCode::Invalid),
                Err(library::Error::Capacity(_)) => Some(CloseCode::Size),
                Err(_) => None,
            };
            return Poll::Ready(Some(broke.map_or(Turn::Gone, Turn::Broke)));
        }
    }

    fn tell(&mut self, feed: &Feed, run: &mut Option<Run>, ask: bool, now: Instant) {
        if self.ends.is_some() {
            return;
        }
        let Some(waker) = self.waker.take() else { return };
        if ask && self.own.is_empty() {
            self.own.extend_from_slice(&PING);
        }
        let silent = now.saturating_duration_since(self.heard) > SILENT_FOR;
        let stuck = self.stuck.is_some_and(|since| now.saturating_duration_since(since) > SEND_WITHIN);
        let ends = if silent || stuck {
            Some(Turn::Gone)
        } else if self.stuck.is_some() {
            None // its own task goes on when the client takes more
        } else {
            // The socket's own waker: whatever this one has to wait for is its task's to finish.
            let mut next = |from| match run {
                Some(run) if run.from == from && feed.ends_at(run.to) => Next::Run(run.clone()),
                _ => match feed.next(from) {
                    Next::Run(fresh) => Next::Run(run.insert(fresh).clone()),
                    other @ (Next::Nothing | Next::Forgotten | Next::Closed) => other,
                },
            };
            match self.write(&mut Context::from_waker(&waker), &mut next) {
                Written::All | Written::Stuck => None,
                Written::Ends(turn) => Some(turn),
            }
        };
        if ends.is_some() {
            self.ends = ends;
            waker.wake_by_ref();
        }
        self.waker = Some(waker);
    }

    /// Writes all there is, as long as the client takes it.
    fn write(&mut self, context: &mut Context<'_>, next: &mut dyn FnMut(u64) -> Next) -> Written {
        loop {
            while !self.piece.is_empty() {
                match Pin::new(&mut self.io).poll_write(context, &self.piece) {
                    Poll::Ready(Ok(taken @ 1..)) => {
                        self.piece = self.piece.slice(taken..);
                        self.stuck = None;
                    }
                    Poll::Ready(Ok(0) | Err(_)) => return Written::Ends(Turn::Gone),
                    Poll::Pending => {
                        self.stuck.get_or_insert_with(Instant::now);
                        return Written::Stuck;
                    }
                }
            }
            if !self.own.is_empty() {
                self.piece = std::mem::take(&mut self.own).into();
                continue;
            }
            if let Some(frame) = self.first.next() {
                self.piece = with_next(&frame, &mut self.first);
                continue;
            }
            let Some(place) = self.next else { return self.flush(context) };
            if self.first.len() == 0 {
                self.first = Vec::new().into_iter();
            }
            match next(place) {
                Next::Run(run) => {
                    self.piece = run.bytes;
                    self.next = Some(run.to);
                    self.seq = run.seq.unwrap_or(self.seq);
                }
                Next::Nothing => return self.flush(context),
                Next::Forgotten => {
                    self.next = None;
                    return Written::Ends(Turn::Behind(self.seq));
                }
                Next::Closed => return Written::Ends(Turn::Closed),
            }
        }
    }

    fn flush(&mut self, context: &mut Context<'_>) -> Written {
        match Pin::new(&mut self.io).poll_flush(context) {
            Poll::Ready(Ok(())) => {
                self.stuck = None;
                Written::All
            }
            Poll::Ready(Err(_)) => Written::Ends(Turn::Gone),
            Poll::Pending => {
                self.stuck.get_or_insert_with(Instant::now);
                Written::Stuck
            }
        }
    }
}

/// A frame and those after it that are handed over with it.
fn with_next(frame: &Frame, more: &mut std::vec::IntoIter<Frame>) -> Bytes {
    let first = frame.bytes();
    if more.len() == 0 {
        return first;
    }
    let mut many = Vec::from(first);
    while many.len() < FIRST_BYTES
        && let Some(frame) = more.next()
    {
        many.extend_from_slice(&frame.bytes());
    }
    many.into()
}

/// The line as the library sees it: it reads what has come, and what it says is kept until it is its turn.
struct Pipe<'a, 'b> {
    io: &'a mut TokioIo<Upgraded>,
    context: &'a mut Context<'b>,
    own: &'a mut Vec<u8>,
}

impl Read for Pipe<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(buffer);
        match Pin::new(&mut *self.io).poll_read(self.context, &mut buffer) {
            Poll::Ready(read) => read.map(|()| buffer.filled().len()),
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

impl Write for Pipe<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Own(self.own).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the library says, with nothing to read.
struct Own<'a>(&'a mut Vec<u8>);

impl Read for Own<'_> {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::WouldBlock.into())
    }
}

impl Write for Own<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
