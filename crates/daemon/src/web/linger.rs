//! A connection that is closed politely: what the client is still sending is taken before it ends.
//!
//! Who is refused in the middle of a large request goes on sending. Closed at once, the connection would be
//! reset, and the client would see a broken line where it was given a reason.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

/// How long a client is listened to after the last word was said to it.
const LINGER: Duration = Duration::from_secs(1);

/// How much is taken from it meanwhile, in bytes.
const MOST: usize = 4 << 20;

/// A socket that lingers when it is shut down.
#[derive(Debug)]
pub struct Lingering {
    socket: TcpStream,
    closing: Option<Pin<Box<Sleep>>>,
    taken: usize,
}

impl From<TcpStream> for Lingering {
    fn from(socket: TcpStream) -> Self {
        Self { socket, closing: None, taken: 0 }
    }
}

impl AsyncRead for Lingering {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl AsyncWrite for Lingering {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    /// Says that nothing more will be said, and then takes what still comes, for a while.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { socket, closing, taken } = &mut *self;
        if closing.is_none() {
            ready!(Pin::new(&mut *socket).poll_shutdown(context))?;
        }
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
