//! The thread that makes sound.

mod common;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use common::call;
use giliran_core::{Language, Place};
use giliran_display::{
    announcer::{Announcement, What},
    output::{Nowhere, PAUSE_MS, Played, SoundOutput, WavFile},
    player::Player,
};
use giliran_protocol::view::CallView;
use giliran_voice::{Call, Form, Manner, RATE_HZ, Voices};
use tokio::sync::mpsc;

fn announcement(seq: u64) -> Announcement {
    let manner = Manner { chime: true, languages: vec![Language::Ms], form: Form::Full, repeats: 1 };
    Announcement { what: What::Calls(vec![call(seq)]), manner, volume_db: 0 }
}

/// How long a call sounds, in samples.
fn length(voices: &Voices, announcement: &Announcement) -> u32 {
    let What::Calls(calls) = &announcement.what else { panic!("a call") };
    let CallView { number, counter_number, .. } = &calls[0];
    let call = Call::new(number, Place::Counter, *counter_number).expect("a call that can be said");
    voices.announce(&[call], &announcement.manner).len() as u32
}

#[tokio::test]
async fn the_file_can_be_read_after_every_announcement_and_has_all_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("siar.wav");
    let samples = || {
        let mut wav = hound::WavReader::open(&file).unwrap();
        assert_eq!(
            (wav.spec().sample_rate, wav.spec().channels, wav.spec().bits_per_sample),
            (RATE_HZ, 1, 16)
        );
        wav.samples::<i16>().map(Result::unwrap).collect::<Vec<_>>()
    };
    let voices = Arc::new(common::voices());
    let mut player = Player::start(voices.clone(), Box::new(WavFile::create(&file).unwrap())).unwrap();
    assert_eq!(samples().len(), 0);

    let pause = PAUSE_MS * RATE_HZ / 1000;
    let mut expected = 0;
    for seq in [7, 47, 111] {
        let announcement = announcement(seq);
        expected += length(&voices, &announcement) + pause;
        player.say(announcement, None).unwrap();
        let over = player.over().await.unwrap();
        assert_eq!(over.announcement.seqs(), [seq]);
        assert_eq!((over.result.unwrap(), over.output), (Played::Whole, "file"));
        let samples = samples();
        assert_eq!(samples.len() as u32, expected);
        assert!(samples[samples.len() - pause as usize..].iter().all(|sample| *sample == 0));
    }
    assert!(player.end().await.is_empty());
    assert_eq!(samples().len() as u32, expected);
}

#[tokio::test]
async fn a_call_that_has_no_words_is_given_back_with_the_reason() {
    let mut player = Player::start(Arc::new(common::voices()), Box::new(Nowhere)).unwrap();
    for (call, why) in [
        (CallView { number: "47".into(), ..call(1) }, "`47` is not a ticket number such as A047"),
        (CallView { counter_number: 0, ..call(2) }, "counter or room number 0 is not between 1 and 99"),
    ] {
        player.say(Announcement { what: What::Calls(vec![call]), ..announcement(1) }, None).unwrap();
        assert_eq!(player.over().await.unwrap().result.unwrap_err().to_string(), why);
    }
    player.say(announcement(3), None).unwrap();
    assert_eq!(player.over().await.unwrap().result.unwrap(), Played::Unheard);
}

/// Plays until it is told to go on, as a sound card does.
struct Gate {
    begun: mpsc::UnboundedSender<usize>,
    go_on: std::sync::mpsc::Receiver<()>,
    playing: Arc<AtomicBool>,
}

impl SoundOutput for Gate {
    fn play(&mut self, samples: &[f32], stop: &AtomicBool) -> anyhow::Result<Played> {
        assert!(!self.playing.swap(true, Ordering::SeqCst), "two at once");
        self.begun.send(samples.len())?;
        while self.go_on.try_recv().is_err() {
            if stop.load(Ordering::Relaxed) {
                return Ok(Played::Stopped);
            }
            std::thread::yield_now();
        }
        self.playing.store(false, Ordering::SeqCst);
        Ok(Played::Whole)
    }

    fn paced(&self) -> bool {
        true
    }

    fn name(&self) -> &'static str {
        "gate"
    }
}

#[tokio::test]
async fn announcements_do_not_overlap_and_the_end_cuts_the_last_one_off() {
    let (begun, mut begins) = mpsc::unbounded_channel();
    let (go, go_on) = std::sync::mpsc::channel();
    let playing = Arc::new(AtomicBool::new(false));
    let gate = Gate { begun, go_on, playing: Arc::clone(&playing) };
    let voices = Arc::new(common::voices());
    let mut player = Player::start(voices.clone(), Box::new(gate)).unwrap();
    for seq in [1, 47, 3] {
        player.say(announcement(seq), None).unwrap();
    }
    for seq in [1, 47] {
        assert_eq!(begins.recv().await, Some(length(&voices, &announcement(seq)) as usize));
        assert!(playing.load(Ordering::SeqCst) && begins.try_recv().is_err());
        go.send(()).unwrap();
        assert_eq!(player.over().await.unwrap().announcement.seqs(), [seq]);
    }
    assert!(begins.recv().await.is_some());
    let last = player.end().await;
    assert_eq!(last.len(), 1);
    assert_eq!(last[0].announcement.seqs(), [3]);
    assert!(matches!(last[0].result, Ok(Played::Stopped)));
}
