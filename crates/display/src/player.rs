//! The one thread that makes sound: one announcement after the other, never two at once.

use std::{
    collections::VecDeque,
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
use giliran_protocol::view::{CallView, Place as WirePlace, Sound};
use giliran_voice::{Call, CallError, Voices};
use tokio::{sync::mpsc as async_mpsc, time::timeout};

use crate::{
    announcer::{Announcement, What},
    output::{Played, SoundOutput},
    recordings::Samples,
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

/// Something to be said.
struct Order {
    announcement: Announcement,
    /// What was recorded, where it is a recording.
    recording: Option<Samples>,
    /// Becomes true when it is to end early.
    cut: Arc<AtomicBool>,
}

/// The thread's handle.
pub struct Player {
    orders: mpsc::Sender<Order>,
    over: async_mpsc::UnboundedReceiver<Over>,
    /// What is being said and what comes after it, each with what cuts it off.
    saying: VecDeque<(Announcement, Arc<AtomicBool>)>,
}

/// How long the thread may take to end: a sound card notices within milliseconds, a file is written
/// in less than a second.
const END_WITHIN: Duration = Duration::from_secs(3);

impl Player {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(voices: Arc<Voices>, mut output: Box<dyn SoundOutput>) -> anyhow::Result<Self> {
        let (orders, to_say) = mpsc::channel::<Order>();
        let (said, over) = async_mpsc::unbounded_channel();
        let play = move || {
            output.prepare();
            for Order { announcement, recording, cut } in to_say {
                let result = sound(&voices, &announcement, recording.as_ref())
                    .and_then(|sound| output.play(&sound, &cut));
                let output = output.name();
                if said.send(Over { announcement, result, output }).is_err() {
                    break;
                }
            }
            drop(output); // closes the file before `said` tells that the thread is done
        };
        thread::Builder::new().name("player".into()).spawn(play).context("no thread for the sound")?;
        Ok(Self { orders, over, saying: VecDeque::new() })
    }

    /// What is being said.
    pub fn saying(&self) -> Option<&Announcement> {
        self.saying.front().map(|(announcement, _)| announcement)
    }

    /// Says `announcement`, after what is being said; `recording` is what it sounds like where that is recorded.
    ///
    /// # Errors
    /// The thread has died.
    pub fn say(&mut self, announcement: Announcement, recording: Option<Samples>) -> anyhow::Result<()> {
        let cut = Arc::new(AtomicBool::new(false));
        self.saying.push_back((announcement.clone(), cut.clone()));
        self.orders.send(Order { announcement, recording, cut }).ok().context(DIED)
    }

    /// Cuts off what is being said and what comes after it, if anything does; it is over a moment later.
    pub fn cut(&self) {
        self.saying.iter().for_each(|(_, cut)| cut.store(true, Ordering::Relaxed));
    }

    /// Waits until an announcement is over; forever if there is none. Cancel-safe.
    ///
    /// # Errors
    /// The thread has died.
    pub async fn over(&mut self) -> anyhow::Result<Over> {
        let over = self.over.recv().await.context(DIED)?;
        self.saying.pop_front();
        Ok(over)
    }

    /// Ends what is being said and the thread. Gives back what was over meanwhile.
    pub async fn end(self) -> Vec<Over> {
        self.cut();
        let Self { orders, mut over, saying: _ } = self;
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

/// What is heard.
fn sound(
    voices: &Voices,
    announcement: &Announcement,
    recording: Option<&Samples>,
) -> anyhow::Result<Vec<f32>> {
    let Announcement { what, manner, volume_db } = announcement;
    let made = |sound: &Sound| match sound {
        Sound::Sentence(name) => voices
            .sentence(name, &manner.languages, manner.chime, manner.repeats)
            .with_context(|| format!("no voice here has the sentence `{name}`")),
        Sound::Recording(name) => recording
            .map(|samples| voices.recording(samples, manner.chime, manner.repeats).join())
            .with_context(|| format!("the recording `{name}` is not here")),
    };
    let mut samples = match what {
        What::Calls(calls) => {
            let calls = calls.iter().map(spoken).collect::<Result<Vec<_>, _>>()?;
            voices.announce(&calls, manner)
        }
        What::Announcement(announcement) => made(&announcement.sound)?,
        What::Urgent(urgent, _) => made(&urgent.sound)?,
    };
    if *volume_db != 0 {
        let gain = 10_f32.powf(f32::from(*volume_db) / 20.0);
        samples.iter_mut().for_each(|sample| *sample *= gain);
    }
    Ok(samples)
}

/// A call in the voices' own terms.
///
/// # Errors
/// It has a number or a place that has no words.
pub fn spoken(call: &CallView) -> Result<Call, CallError> {
    let place = match call.place {
        WirePlace::Counter => Place::Counter,
        WirePlace::Room => Place::Room,
    };
    Call::new(&call.number, place, call.counter_number)
}
