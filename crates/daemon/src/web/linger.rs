//! A connection that is closed politely, but does not wait for good.
//!
//! Who is refused in the middle of a large request goes on sending. Closed at once, the connection would be
//! reset, and the client would see a broken line where it was given a reason: so what still comes is taken
//! before it ends. Who takes nothing of what it is sent is let go after a while.
//!
//! Invariant: whatever becomes of the connection, its place is free when it has ended.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use crate::web::places::Place;

/// How long a client is listened to after the last word was said to it.
const LINGER: Duration = Duration::from_secs(1);

/// How much is taken from it meanwhile, in bytes.
const MOST: usize = 4 << 20;

/// How long a client may take nothing of what it is sent.
const TAKE_WITHIN: Duration = Duration::from_secs(20);

/// A socket that lingers when it is shut down.
#[derive(Debug)]
pub struct Lingering<S> {
    socket: S,
    closing: Option<Pin<Box<Sleep>>>,
    taken: usize,
    stuck: Option<Pin<Box<Sleep>>>,
    _place: Place,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Lingering<S> {
    /// A socket that has that place.
    pub fn new(socket: S, place: Place) -> Self {
        Self { socket, closing: None, taken: 0, stuck: None, _place: place }
    }

    /// What came of writing, unless nothing has been taken for too long.
    fn patient<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep(TAKE_WITHIN)));
        ready!(stuck.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lingering<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lingering<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.patient(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(context, bytes);
        self.patient(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.socket).poll_flush(context);
        self.patient(context, flushed)
    }

    /// Says that nothing more will be said, and then takes what still comes, for a while.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.closing.is_none() {
            let shut = Pin::new(&mut self.socket).poll_shutdown(context);
            ready!(self.patient(context, shut))?;
        }
        let Self { socket, closing, taken, .. } = &mut *self;
        let closing = closing.get_or_insert_with(|| Box::pin(sleep(LINGER)));
        let mut scratch = [0; 4096];
        while *taken < MOST && closing.as_mut().poll(context).is_pending() {
            let mut buffer = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut *socket).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => *taken += buffer.filled().len(),
                Ok(()) | Err(_) => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}
