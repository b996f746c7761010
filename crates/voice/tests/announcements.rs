//! What is put together of calls, sentences and recordings, and how long it is.

#![expect(clippy::unwrap_used, reason = "a test that can't set itself up fails by itself")]

mod common;

use std::{io::Cursor, sync::LazyLock, time::Duration};

use giliran_core::{Language, Place};
use giliran_voice::{
    Call, Form, Manner, RATE_HZ, Voices,
    level::{PEAK_LIMIT_DBTP, level, level_of_clip},
    recording::{self, RecordingError},
};
use hound::{SampleFormat, WavSpec, WavWriter};

static VOICES: LazyLock<Voices> = LazyLock::new(common::voices);

const ALL: [Language; 4] = [Language::Ms, Language::En, Language::Zh, Language::Ta];

fn calls(numbers: &[(&str, u8)]) -> Vec<Call> {
    numbers.iter().map(|(number, counter)| Call::new(number, Place::Counter, *counter).unwrap()).collect()
}

fn manner(languages: &[Language], chime: bool, repeats: u8) -> Manner {
    Manner { chime, languages: languages.to_vec(), form: Form::Full, repeats }
}

fn samples(length: Duration) -> usize {
    (length.as_secs_f64() * f64::from(RATE_HZ)).round() as usize
}

#[test]
fn several_calls_in_one_are_led_in_once_and_said_in_few_words() {
    let calls = calls(&[("A047", 3), ("B8", 12)]);
    for (language, wanted) in [
        (Language::Ms, "nombor A empat tujuh ke kaunter tiga B lapan ke kaunter dua belas"),
        (Language::En, "number A four seven to counter three B eight to counter twelve"),
        (Language::Zh, "请 A 四 七 号 到 三 号柜台 B 八 号 到 十 二 号柜台"),
        (Language::Ta, "எண் ஏ நான்கு ஏழு கவுண்டர் மூன்று பி எட்டு கவுண்டர் பன்னிரண்டு"),
    ] {
        let pack = VOICES.get(language).unwrap();
        assert_eq!(pack.words(&pack.joined(&calls)), wanted);
    }
    // Less than half as long as one after the other, and each language once.
    let both = VOICES.length(&calls, &manner(&ALL[..2], true, 1));
    let apart: Duration =
        calls.iter().map(|call| VOICES.length(std::slice::from_ref(call), &manner(&ALL[..2], true, 1))).sum();
    assert!(both.as_secs_f64() < 0.8 * apart.as_secs_f64(), "{both:?} instead of {apart:?}");
}

#[test]
fn a_pack_without_words_for_several_calls_says_each_in_short() {
    let folder = tempfile::tempdir().unwrap();
    common::copy(&common::assets().join("voices/ms-MY.espeak"), folder.path());
    let manifest = folder.path().join("pack.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let old: Vec<_> =
        text.lines().filter(|line| !line.starts_with("lead =") && !line.starts_with("each =")).collect();
    std::fs::write(&manifest, old.join("\n")).unwrap();
    let pack = giliran_voice::Pack::load(folder.path()).expect("an old pack is in order");
    let said = pack.words(&pack.joined(&calls(&[("A047", 3), ("A048", 5)])));
    assert_eq!(said, "A empat tujuh kaunter tiga A empat lapan kaunter lima");
}

#[test]
fn the_length_is_that_of_the_sound_to_the_sample() {
    for numbers in [&[("A047", 3)][..], &[("A047", 21), ("ZZ9999", 99), ("K1", 1)], &[]] {
        let calls = calls(numbers);
        for languages in [&ALL[..], &ALL[2..3], &[]] {
            for (chime, repeats) in [(true, 1), (false, 2), (true, 3), (false, 0), (true, 9)] {
                let manner = manner(languages, chime, repeats);
                let said = VOICES.announce(&calls, &manner);
                let programme = VOICES.programme(&calls, &manner);
                assert_eq!(programme.samples(), said.len());
                assert_eq!(samples(VOICES.length(&calls, &manner)), said.len());
                assert_eq!(said.is_empty(), calls.is_empty() || languages.is_empty());
            }
        }
    }
    for name in VOICES.sentences() {
        let said = VOICES.sentence(name, &ALL, true, 2).unwrap();
        let length = VOICES.sentence_length(name, &ALL, true, 2).unwrap();
        assert_eq!(samples(length), said.len(), "{name}");
    }
}

#[test]
fn what_is_said_twice_is_the_same_again_after_a_second_and_without_another_chime() {
    let call = calls(&[("A047", 3)]);
    let once = VOICES.announce(&call, &manner(&ALL[..2], false, 1));
    let chimed = VOICES.announce(&call, &manner(&ALL[..2], true, 1));
    let twice = VOICES.announce(&call, &manner(&ALL[..2], true, 2));
    assert!(twice.starts_with(&chimed) && twice.ends_with(&once));
    let pause = &twice[chimed.len()..twice.len() - once.len()];
    assert!(pause.len() == RATE_HZ as usize && pause.iter().all(|sample| *sample == 0.0));
    // More than three times, nobody listens.
    assert_eq!(VOICES.length(&call, &manner(&ALL, true, 200)), VOICES.length(&call, &manner(&ALL, true, 3)));
}

#[test]
fn every_shipped_sentence_is_there_in_every_language_as_sound_and_as_text() {
    let names = VOICES.sentences();
    assert!(names.len() >= 12 && names.contains("closing-15") && names.contains("emergency"));
    for name in names {
        let texts = VOICES.texts(name);
        assert_eq!(texts.iter().map(|(language, _)| *language).collect::<Vec<_>>(), ALL, "{name}");
        for (language, text) in texts {
            assert!(text.chars().count() > 10 && text.ends_with(['.', '。']), "{name} in {language}: {text}");
            let said = VOICES.sentence(name, &[language], false, 1).unwrap();
            let seconds = said.len() as f64 / f64::from(RATE_HZ);
            assert!((2.0..=20.0).contains(&seconds), "{name} in {language} takes {seconds:.1} s");
            let level = level(&said);
            assert!((level.loudness_lufs + 20.0).abs() < 1.0, "{name} in {language}: {level:?}");
            assert!(level.true_peak_dbtp <= PEAK_LIMIT_DBTP, "{name} in {language}: {level:?}");
        }
    }
    assert!(VOICES.sentence("nothing", &ALL, true, 1).is_none() && VOICES.texts("nothing").is_empty());
    assert!(VOICES.sentence("test", &[], true, 1).is_none());
}

#[test]
fn a_sentence_is_chime_then_each_language_in_order() {
    let both = VOICES.sentence("closing-5", &ALL[..2], true, 1).unwrap();
    let malay = VOICES.sentence("closing-5", &ALL[..1], true, 1).unwrap();
    let english = VOICES.sentence("closing-5", &ALL[1..2], false, 1).unwrap();
    assert!(both.starts_with(&malay) && both.ends_with(&english));
    assert_eq!(both.len(), malay.len() + english.len() + RATE_HZ as usize * 6 / 10);
}

/// A WAV file of `seconds` with `sample` in each of `channels`.
fn wav(spec: WavSpec, seconds: f64, sample: impl Fn(f64) -> f64) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut file, spec).unwrap();
    for n in 0..(seconds * f64::from(spec.sample_rate)) as u32 {
        let sample = sample(f64::from(n) / f64::from(spec.sample_rate));
        for _ in 0..spec.channels {
            if spec.sample_format == SampleFormat::Float {
                writer.write_sample(sample as f32).unwrap();
            } else {
                let full = 2_f64.powi(i32::from(spec.bits_per_sample) - 1) - 1.0;
                writer.write_sample((sample.clamp(-1.0, 1.0) * full) as i32).unwrap();
            }
        }
    }
    writer.finalize().unwrap();
    file.into_inner()
}

fn spec(sample_rate: u32, bits_per_sample: u16, channels: u16) -> WavSpec {
    let sample_format = if bits_per_sample == 0 { SampleFormat::Float } else { SampleFormat::Int };
    let bits_per_sample = if bits_per_sample == 0 { 32 } else { bits_per_sample };
    WavSpec { channels, sample_rate, bits_per_sample, sample_format }
}

/// Something like a syllable every quarter of a second, with half a second of quiet before and after.
fn speech(loud: f64, seconds: f64) -> impl Fn(f64) -> f64 {
    move |t| {
        let inside = (0.5..seconds - 0.5).contains(&t);
        let syllable = (std::f64::consts::TAU * 2.0 * t).sin().powi(2);
        let tone =
            (std::f64::consts::TAU * 440.0 * t).sin() + 0.3 * (std::f64::consts::TAU * 1310.0 * t).sin();
        if inside { loud * syllable * tone / 1.3 } else { 0.0 }
    }
}

#[test]
fn a_recording_of_any_usual_form_comes_out_as_loud_as_the_voices() {
    for (rate, bits, channels, loud) in [
        (8_000, 16, 1, 0.5),
        (11_025, 8, 1, 0.5),
        (16_000, 16, 2, 0.05),
        (22_050, 0, 1, 0.02),
        (24_000, 16, 1, 0.9),
        (44_100, 24, 2, 0.3),
        (47_999, 16, 1, 0.3),
        (48_000, 32, 2, 0.9),
    ] {
        let form = spec(rate, bits, channels);
        let read = recording::read(&wav(form, 4.0, speech(loud, 4.0))[..]).unwrap();
        let level = level(&read);
        assert!((level.loudness_lufs + 20.0).abs() < 0.3, "{form:?}: {level:?}");
        assert!(level.true_peak_dbtp <= PEAK_LIMIT_DBTP, "{form:?}: {level:?}");
        let seconds = read.len() as f64 / f64::from(RATE_HZ);
        assert!((2.8..=3.2).contains(&seconds), "{form:?}: {seconds} s");
        assert!(read[0].abs() < 1e-4 && read[read.len() - 1].abs() < 1e-4);
    }
    // Short peaks over a soft voice: the peak is what counts.
    let peaky = |t: f64| 0.5 * f64::from(u8::from((t * 8.0).fract() < 0.002)) * (t * 6000.0).sin();
    let read = recording::read(&wav(spec(24_000, 16, 1), 3.0, peaky)[..]).unwrap();
    let level = level(&read);
    assert!(level.loudness_lufs < -21.0 && (-1.6..=-1.0).contains(&level.true_peak_dbtp), "{level:?}");
    // A single word is measured as a clip is.
    let word = recording::read(&wav(spec(16_000, 16, 1), 1.4, speech(0.3, 1.4))[..]).unwrap();
    assert!((level_of_clip(&word).loudness_lufs + 20.0).abs() < 0.3);
}

#[test]
fn resampling_keeps_a_tone_and_adds_nothing_to_it() {
    for (rate, pitch) in [(8_000, 3_000.0), (44_100, 1_000.0), (48_000, 9_000.0), (31_337, 440.0)] {
        let tone: Vec<f64> = (0..rate)
            .map(|n| 0.5 * (std::f64::consts::TAU * pitch * f64::from(n) / f64::from(rate)).sin())
            .collect();
        let made = giliran_voice::resample::to_pack_rate(&tone, rate);
        assert!(made.len().abs_diff(RATE_HZ as usize) <= 1);
        let wanted = |n: usize| 0.5 * (std::f64::consts::TAU * pitch * n as f64 / f64::from(RATE_HZ)).sin();
        let middle = 2_000..made.len() - 2_000;
        let error: f64 = middle.clone().map(|n| (made[n] - wanted(n)).powi(2)).sum();
        let signal: f64 = middle.map(|n| wanted(n).powi(2)).sum();
        let db = 10.0 * (error / signal).log10();
        assert!(db < -60.0, "{pitch} Hz at {rate}: what is added is at {db:.0} dB");
    }
    // What 24 kHz can't hold is gone, and does not come back as another tone.
    let high: Vec<f64> =
        (0..48_000_u32).map(|n| (std::f64::consts::TAU * 15_000.0 * f64::from(n) / 48_000.0).sin()).collect();
    let made = giliran_voice::resample::to_pack_rate(&high, 48_000);
    assert!(made[2_000..22_000].iter().all(|sample| sample.abs() < 0.001));
}

#[test]
fn what_can_not_be_said_in_a_hall_is_refused_by_name() {
    let form = spec(16_000, 16, 1);
    let refused = |file: Vec<u8>| recording::read(&file[..]).unwrap_err();
    assert!(matches!(refused(wav(form, 2.0, |_| 0.0)), RecordingError::Silent));
    // Hum at −66 dBFS would be what is heard.
    assert!(matches!(refused(wav(form, 2.0, |t| 0.0005 * (t * 700.0).sin())), RecordingError::Silent));
    assert!(matches!(
        refused(wav(form, 1.0, |t| f64::from(u8::from(t < 0.1)) * 0.3 * (t * 3000.0).sin())),
        RecordingError::TooShort
    ));
    assert!(matches!(refused(wav(form, 61.0, speech(0.3, 61.0))), RecordingError::TooLong));
    let clipped = refused(wav(form, 4.0, speech(2.5, 4.0)));
    assert!(matches!(clipped, RecordingError::Clipped { at_s } if (0.5..1.0).contains(&at_s)), "{clipped}");
    assert!(matches!(refused(wav(spec(16_000, 0, 1), 1.0, |_| f64::NAN)), RecordingError::NoNumber));
    assert!(matches!(refused(wav(spec(96_000, 16, 1), 1.0, speech(0.3, 1.0))), RecordingError::Rate(96_000)));
    assert!(matches!(refused(wav(spec(16_000, 16, 3), 1.0, speech(0.3, 1.0))), RecordingError::Channels(3)));
    let whole = wav(form, 2.0, speech(0.3, 2.0));
    assert!(matches!(refused(whole[..whole.len() / 2].to_vec()), RecordingError::Wav(_)));
    assert!(matches!(refused(b"RIFF".to_vec()), RecordingError::Wav(_)));
    assert!(matches!(refused(Vec::new()), RecordingError::Wav(_)));
}

#[test]
fn a_recording_is_said_after_the_chime_and_as_often_as_it_is_wanted() {
    let read = recording::read(&wav(spec(48_000, 16, 1), 3.0, speech(0.3, 3.0))[..]).unwrap();
    let said = VOICES.recording(&read, true, 2);
    let samples = said.join();
    assert_eq!(samples.len(), said.samples());
    assert!(samples.ends_with(&read));
    assert_eq!(VOICES.recording(&read, false, 2).samples(), 2 * read.len() + RATE_HZ as usize);
}
