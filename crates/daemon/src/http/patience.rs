//! A body is due within a while, however slowly it trickles.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a client may take for the body of its request.
const BODY_WITHIN: Duration = Duration::from_secs(10);

/// Whether a request's body came too late.
#[derive(Debug, Clone, Default)]
pub struct Late(Arc<AtomicBool>);

impl Late {
    /// Whether it did.
    pub fn is_late(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A body that ends with an error when its time is up.
struct Timed {
    body: Body,
    due: Instant,
    sleep: Option<Pin<Box<Sleep>>>,
    late: Late,
}

/// Gives a request's body its time.
pub fn limit(request: Request) -> (Request, Late) {
    let late = Late::default();
    if request.body().is_end_stream() {
        return (request, late);
    }
    let due = Instant::now() + BODY_WITHIN;
    (request.map(|body| Body::new(Timed { body, due, sleep: None, late: late.clone() })), late)
}

impl HttpBody for Timed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Self { body, due, sleep, late } = &mut *self;
        let frame = Pin::new(body).poll_frame(context);
        if frame.is_ready() {
            return frame;
        }
        // Most bodies come with the head: they never get as far as a clock.
        let sleep = sleep.get_or_insert_with(|| Box::pin(sleep_until(*due)));
        ready!(sleep.as_mut().poll(context));
        late.0.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err(axum::Error::new(std::io::Error::from(std::io::ErrorKind::TimedOut)))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
