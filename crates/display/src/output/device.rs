//! Sound from a sound card: the one that is named, or the default one. The only file that knows rodio, whose names
//! change often.
//!
//! A card that is missing or fails is looked for again before later calls, so a loudspeaker that is plugged in during
//! the day is heard, and one that is pulled out and put in again is picked up. While the card that is named is away the
//! default one speaks in its place.

use std::{
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::bail;
use giliran_voice::RATE_HZ;
use rodio::cpal::{self, BufferSize, ErrorKind, traits::HostTrait as _};
use rodio::{ChannelCount, DeviceSinkBuilder, MixerDeviceSink, Player, SampleRate, buffer::SamplesBuffer};

use super::{PAUSE_MS, Played, SoundOutput, silence};

/// How long to leave a missing card alone: each look makes the system's sound library complain on
/// standard error.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// How many samples of each channel the card is given ahead: nobody minds a sixth of a second before a call, and a
/// small computer that is busy for a moment does not stutter.
const AHEAD: u32 = 8192;

/// Some drivers lose the first samples after a pause.
const LEAD_MS: u32 = 50;

/// How often a playing sound is looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// A card that is this late with a sound does not take it any more.
const LATE: Duration = Duration::from_secs(3);

const MONO: ChannelCount = NonZero::<u16>::MIN;
const RATE: SampleRate = NonZero::new(RATE_HZ).expect("the rate is not zero");

/// A sound card.
pub struct SoundCard {
    /// The name of the card, or a part of it; the default one where there is none.
    wanted: Option<String>,
    state: State,
}

enum State {
    Open(Card),
    Missing { looked: Instant },
    Unopened,
}

struct Card {
    sink: MixerDeviceSink,
    failed: Arc<AtomicBool>,
    /// When it is looked for the card that is wanted, where this is another.
    stands_in_since: Option<Instant>,
}

impl SoundCard {
    /// The card with this in its name, as [`names`] lists them, or the default one. It is looked for when it is first
    /// needed.
    pub fn new(wanted: Option<String>) -> Self {
        Self { wanted, state: State::Unopened }
    }

    /// The card, if there is one now.
    fn card(&mut self) -> Option<&Card> {
        let look = match &self.state {
            State::Unopened => true,
            State::Open(card) => {
                let stands_in = card.stands_in_since.is_some_and(|since| since.elapsed() >= LOOK_AGAIN_AFTER);
                card.failed.load(Ordering::Relaxed) || stands_in
            }
            State::Missing { looked } => looked.elapsed() >= LOOK_AGAIN_AFTER,
        };
        if look {
            let was_missing = matches!(self.state, State::Missing { .. });
            self.state = State::Unopened; // lets go of a card that failed before it is opened again
            self.state = match open(self.wanted.as_deref()) {
                Ok(card) => {
                    match (&self.wanted, card.stands_in_since) {
                        (Some(wanted), None) => {
                            tracing::info!(card = wanted, "sound comes from this sound card")
                        }
                        (Some(wanted), Some(_)) => tracing::warn!(
                            card = wanted,
                            "the sound card is not there; sound comes from the default one meanwhile"
                        ),
                        (None, _) => tracing::info!("sound comes from the default sound card"),
                    }
                    State::Open(card)
                }
                Err(error) => {
                    if !was_missing {
                        tracing::warn!("there is no sound card to play on, so calls are not heard: {error}");
                    }
                    State::Missing { looked: Instant::now() }
                }
            };
        }
        match &self.state {
            State::Open(card) => Some(card),
            State::Missing { .. } | State::Unopened => None,
        }
    }
}

/// The names of the sound cards that are there.
pub fn names() -> Vec<String> {
    let devices = cpal::default_host().output_devices();
    devices.into_iter().flatten().map(|device| device.to_string()).collect()
}

fn named(wanted: &str) -> Option<cpal::Device> {
    let mut devices: Vec<_> = cpal::default_host().output_devices().ok()?.collect();
    let name = |device: &cpal::Device| device.to_string();
    let exactly = devices.iter().position(|device| name(device) == wanted);
    let found = exactly.or_else(|| devices.iter().position(|device| name(device).contains(wanted)))?;
    Some(devices.swap_remove(found))
}

fn open(wanted: Option<&str>) -> Result<Card, rodio::DeviceSinkError> {
    let failed = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&failed);
    let on_error = move |error: cpal::Error| {
        if goes_on(error.kind()) {
            tracing::debug!("the sound card goes on after: {error}");
        } else if !told.swap(true, Ordering::Relaxed) {
            tracing::warn!("the sound card failed: {error}");
        }
    };
    let found = wanted.and_then(named);
    let stands_in_since = (wanted.is_some() && found.is_none()).then(Instant::now);
    let card = match found {
        Some(device) => DeviceSinkBuilder::from_device(device)?,
        None => DeviceSinkBuilder::from_default_device()?,
    };
    let card = card.with_buffer_size(BufferSize::Fixed(AHEAD)).with_error_callback(on_error);
    let mut sink = card.open_sink_or_fallback()?;
    sink.log_on_drop(false);
    Ok(Card { sink, failed, stands_in_since })
}

/// Whether a card plays on by itself after that: a gap in what it was given, another way that the system chose.
fn goes_on(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Xrun | ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied)
}

impl SoundOutput for SoundCard {
    fn prepare(&mut self) {
        self.card();
    }

    fn play(&mut self, samples: &[f32], stop: &AtomicBool) -> anyhow::Result<Played> {
        let Some(card) = self.card() else { return Ok(Played::Unheard) };
        let mut sound = vec![0.0; silence(LEAD_MS)];
        sound.extend_from_slice(samples);
        // What the card was given ahead has been heard when this is over.
        sound.resize(sound.len() + silence(PAUSE_MS), 0.0);
        let length = Duration::from_secs(sound.len() as u64) / RATE_HZ;

        let began = Instant::now();
        let player = Player::connect_new(card.sink.mixer());
        player.append(SamplesBuffer::new(MONO, RATE, sound));
        while !player.empty() {
            if stop.load(Ordering::Relaxed) {
                player.stop();
                return Ok(Played::Stopped);
            }
            if card.failed.load(Ordering::Relaxed) || began.elapsed() > length + LATE {
                card.failed.store(true, Ordering::Relaxed);
                bail!("the sound card stopped while it played");
            }
            thread::sleep(GLANCE);
        }
        Ok(Played::Whole)
    }

    fn paced(&self) -> bool {
        true
    }

    fn name(&self) -> &'static str {
        "device"
    }
}
