//! The one thread that makes sound: one announcement after the other, never two at once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use anyhow::Context as _;
use giliran_core::Place;
use giliran_protocol::view::{CallView, Place as WirePlace};
use giliran_voice::{Call, CallError, Voices};
use tokio::{sync::mpsc as async_mpsc, time::timeout};

use crate::{
    announcer::Announcement,
    output::{Played, SoundOutput},
};

/// An announcement that is over.
#[derive(Debug)]
pub struct Over {
    /// What was to be said.
    pub announcement: Announcement,
    /// What became of it.
    pub result: anyhow::Result<Played>,
    /// The name of the output.
    pub output: &'static str,
}

/// The thread's handle.
pub struct Player {
    orders: mpsc::Sender<Announcement>,
    over: async_mpsc::UnboundedReceiver<Over>,
    stop: Arc<AtomicBool>,
    busy: bool,
}

/// How long the thread may take to end: a sound card notices within milliseconds, a file is written
/// in less than a second.
const END_WITHIN: Duration = Duration::from_secs(3);

impl Player {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(voices: Voices, mut output: Box<dyn SoundOutput>) -> anyhow::Result<Self> {
        let (orders, to_say) = mpsc::channel::<Announcement>();
        let (said, over) = async_mpsc::unbounded_channel();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let play = move || {
            output.prepare();
            for announcement in to_say {
                let result = say(&voices, output.as_mut(), &announcement.call, &announcement, &stopped);
                let output = output.name();
                if said.send(Over { announcement, result, output }).is_err() {
                    break;
                }
            }
            drop(output); // closes the file before `said` tells that the thread is done
        };
        thread::Builder::new().name("player".into()).spawn(play).context("no thread for the sound")?;
        Ok(Self { orders, over, stop, busy: false })
    }

    /// Whether nothing is being said.
    pub fn is_idle(&self) -> bool {
        !self.busy
    }

    /// Says `announcement`, after what is being said.
    ///
    /// # Errors
    /// The thread has died.
    pub fn say(&mut self, announcement: Announcement) -> anyhow::Result<()> {
        self.busy = true;
        self.orders.send(announcement).ok().context(DIED)
    }

    /// Waits until an announcement is over; forever if there is none. Cancel-safe.
    ///
    /// # Errors
    /// The thread has died.
    pub async fn over(&mut self) -> anyhow::Result<Over> {
        let over = self.over.recv().await.context(DIED)?;
        self.busy = false;
        Ok(over)
    }

    /// Ends what is being said and the thread. Gives back what was over meanwhile.
    pub async fn end(self) -> Vec<Over> {
        let Self { orders, mut over, stop, busy: _ } = self;
        stop.store(true, Ordering::Relaxed);
        drop(orders);
        let mut last = Vec::new();
        let ended = timeout(END_WITHIN, async {
            while let Some(over) = over.recv().await {
                last.push(over);
            }
        });
        if ended.await.is_err() {
            tracing::warn!("the sound output does not end; leaving it");
        }
        last
    }
}

const DIED: &str = "the thread that makes the sound has died";

fn say(
    voices: &Voices,
    output: &mut dyn SoundOutput,
    view: &CallView,
    announcement: &Announcement,
    stop: &AtomicBool,
) -> anyhow::Result<Played> {
    let call = spoken(view)?;
    output.play(&voices.announce(&call, &announcement.manner), stop)
}

fn spoken(call: &CallView) -> Result<Call, CallError> {
    let place = match call.place {
        WirePlace::Counter => Place::Counter,
        WirePlace::Room => Place::Room,
    };
    Call::new(&call.number, place, call.counter_number)
}
