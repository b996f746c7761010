//! What is heard: loudness, peak, pauses and joins of the shipped voices.

mod common;

use giliran_core::{Language, Place};
use giliran_voice::{
    Call, Form, Manner, Part, RATE_HZ, Voices,
    level::{PEAK_LIMIT_DBTP, level, level_of_clip},
    sound::{self, SoundError},
};

const LANGUAGES: [Language; 4] = [Language::Ms, Language::En, Language::Zh, Language::Ta];

fn announce(voices: &Voices, number: &str, counter: u8, languages: &[Language], chime: bool) -> Vec<f32> {
    let call = Call::new(number, Place::Counter, counter).expect("a call that can be said");
    let manner = Manner { chime, languages: languages.to_vec(), form: Form::Full, repeats: 1 };
    voices.announce(&[call], &manner)
}

fn seconds(samples: &[f32]) -> f64 {
    samples.len() as f64 / f64::from(RATE_HZ)
}

#[test]
fn every_clip_is_as_loud_as_the_others() {
    for pack in LANGUAGES.map(|language| common::voices().get(language).unwrap().clone()) {
        for id in pack.manifest().clips.keys() {
            let level = level_of_clip(pack.clip(&giliran_voice::ClipId::new(id.clone())).unwrap());
            assert!((level.loudness_lufs + 20.0).abs() <= 1.0, "{id}: {level:?}");
            assert!(level.true_peak_dbtp <= PEAK_LIMIT_DBTP, "{id}: {level:?}");
        }
    }
}

#[test]
fn announcements_keep_to_loudness_peak_and_length() {
    let voices = common::voices();
    for language in LANGUAGES {
        for (number, counter) in [("A047", 3), ("ZZ9999", 77), ("K1", 11), ("E888", 88)] {
            let samples = announce(&voices, number, counter, &[language], true);
            let level = level(&samples);
            let what = format!("{language} {number} {counter}: {level:?}, {:.2} s", seconds(&samples));
            assert!((-22.0..=-19.0).contains(&level.loudness_lufs), "{what}");
            assert!(level.true_peak_dbtp <= PEAK_LIMIT_DBTP, "{what}");
            assert!((4.5..=12.0).contains(&seconds(&samples)), "{what}");
        }
    }
}

#[test]
fn measures_of_a047_to_counter_3() {
    let voices = common::voices();
    let mut table = String::new();
    for (name, languages) in [
        ("ms", &LANGUAGES[..1]),
        ("en", &LANGUAGES[1..2]),
        ("zh", &LANGUAGES[2..3]),
        ("ta", &LANGUAGES[3..]),
        ("ms, en", &LANGUAGES[..2]),
        ("ms, en, zh, ta", &LANGUAGES),
    ] {
        for chime in [true, false] {
            let samples = announce(&voices, "A047", 3, languages, chime);
            let level = level(&samples);
            table.push_str(&format!(
                "{name}, chime {chime}: {:.2} s, {:.1} LUFS, {:.1} dBTP\n",
                seconds(&samples),
                level.loudness_lufs,
                level.true_peak_dbtp
            ));
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn an_announcement_is_chime_then_each_language_in_order() {
    let voices = common::voices();
    let both = announce(&voices, "A047", 3, &LANGUAGES[..2], true);
    let malay = announce(&voices, "A047", 3, &LANGUAGES[..1], true);
    let english = announce(&voices, "A047", 3, &LANGUAGES[1..2], false);
    let plain = announce(&voices, "A047", 3, &LANGUAGES[..1], false);
    assert!(both.starts_with(&malay) && both.ends_with(&english));
    assert!(malay.ends_with(&plain) && malay.len() > plain.len() + RATE_HZ as usize);
    let pause = &both[malay.len()..both.len() - english.len()];
    assert!(pause.len() == RATE_HZ as usize * 6 / 10 && pause.iter().all(|sample| *sample == 0.0));
}

#[test]
fn a_language_without_a_voice_is_left_out() {
    let mut voices = Voices::new();
    voices.add(common::shipped("ms-MY.espeak")).unwrap();
    let with = announce(&voices, "A047", 3, &[Language::Ms, Language::Ta], true);
    assert_eq!(with, announce(&voices, "A047", 3, &[Language::Ms], true));
    assert!(announce(&voices, "A047", 3, &[Language::Ta], true).is_empty());
}

#[test]
fn silences_are_as_long_as_written_and_joins_do_not_click() {
    let voices = common::voices();
    let call = Call::new("A047", Place::Counter, 21).unwrap();
    let edge = sound::samples_in_ms(sound::EDGE_MS);
    for pack in LANGUAGES.map(|language| voices.get(language).unwrap()) {
        let sentence = pack.sentence(&call, Form::Full);
        let samples = pack.join(&sentence);
        let (mut at, mut touches) = (0, false);
        for part in &sentence {
            match part {
                Part::Silence(ms) => {
                    let end = at + usize::from(*ms) * RATE_HZ as usize / 1000;
                    assert!(samples[at..end].iter().all(|sample| *sample == 0.0), "{part}");
                    (at, touches) = (end, false);
                }
                Part::Clip(id) => {
                    let clip = pack.clip(id).unwrap();
                    // Where two touch, the edge of one lies over that of the other.
                    let over = if touches { edge } else { 0 };
                    let end = at - over + clip.len();
                    assert_eq!(&samples[at..end - edge], &clip[over..clip.len() - edge], "{part}");
                    // 8 ms of rising from nothing: no step at a join is anywhere near those inside speech.
                    let step = |pair: &[f32]| (pair[1] - pair[0]).abs();
                    let largest = |samples: &[f32]| samples.windows(2).map(step).fold(0.0, f32::max);
                    assert!(
                        clip[0].abs() < 1e-4 && clip[clip.len() - 1].abs() < 1e-4,
                        "{id} begins or ends aloud"
                    );
                    let join = largest(&samples[(at - over).saturating_sub(1)..at + edge]);
                    assert!(join < 0.1 && join < largest(clip) / 2.0, "{id} clicks: {join}");
                    (at, touches) = (end, true);
                }
            }
        }
        assert_eq!(at, samples.len());
    }
}

#[test]
fn the_meter_reads_a_tone_as_the_standard_says() {
    // EBU Tech 3341: a 1 kHz sine reads its level in dBFS, less 3 dB for one channel of it.
    let tone: Vec<f32> = (0..RATE_HZ * 3)
        .map(|n| (0.1 * (f64::from(n) * 1000.0 / f64::from(RATE_HZ) * std::f64::consts::TAU).sin()) as f32)
        .collect();
    let level = level(&tone);
    assert!((level.loudness_lufs + 23.0).abs() < 0.1, "{level:?}");
    assert!((level.true_peak_dbtp + 20.0).abs() < 0.1, "{level:?}");
    // A piece that is too short for the gate reads the same when it is looped.
    let short = &tone[..(f64::from(RATE_HZ) * 0.2) as usize];
    assert!((level_of_clip(short).loudness_lufs + 23.0).abs() < 0.1);
    assert!(level_of_clip(&[0.0; 100]).loudness_lufs == f64::NEG_INFINITY);
}

#[test]
fn a_raw_recording_is_cut_to_its_sound_and_its_edges_are_rounded() {
    let ms = sound::samples_in_ms;
    let hum = |length: usize| vec![0.001; length]; // 60 dB under full scale
    let raw = [hum(ms(700)), vec![0.5; ms(400)], hum(ms(900))].concat();
    let clip = sound::prepare(raw, 20, 30).unwrap();
    assert_eq!(clip.len(), ms(20 + 400 + 30));
    assert!(clip[ms(20) - 1] < 0.002 && clip[ms(20)] == 0.5 && clip[ms(420) - 1] == 0.5);

    // Without any quiet to cut in, the edge is in the sound itself: half of the power after half of 8 ms.
    let clip = sound::prepare(vec![0.5; ms(400)], 20, 30).unwrap();
    assert_eq!(clip.len(), ms(400));
    for (at, wanted) in [(0, 0.0), (ms(4), 0.5 * 0.5_f32.sqrt()), (ms(8), 0.5), (ms(200), 0.5)] {
        for at in [at, clip.len() - 1 - at] {
            assert!((clip[at] - wanted).abs() < 0.001, "{at}: {}", clip[at]);
        }
    }
    let steps = clip.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    assert!(steps.fold(0.0, f32::max) < 0.007, "an edge clicks");

    assert!(matches!(sound::prepare(hum(1000), 20, 30), Err(SoundError::Silent)));
}
