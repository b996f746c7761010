//! An office's own voice: what somebody reads aloud in one go becomes a pack.

#![expect(clippy::unwrap_used, reason = "a test that can't set itself up fails by itself")]

mod common;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::LazyLock,
};

use giliran_voice::{ClipId, Pack, RATE_HZ};
use hound::{SampleFormat, WavSpec, WavWriter};
use tempfile::TempDir;

/// What a room sounds like when nobody speaks, as amplitude: 60 dB under full scale.
const ROOM: f32 = 0.001;

/// What is read aloud: all words, and two of the prepared sentences, so that no test resamples minutes of sound.
fn script() -> PathBuf {
    static SCRIPT: LazyLock<PathBuf> = LazyLock::new(|| {
        let shipped = common::assets().join("voices/scripts/ms-MY.espeak.toml");
        let text = std::fs::read_to_string(shipped).unwrap();
        let (words, sentences) = text.split_once("[sentences]\n").unwrap();
        let kept = sentences.lines().filter(|line| line.starts_with("closing-5") || line.starts_with("test"));
        let script =
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("own-voice-{}.toml", std::process::id()));
        let text = format!("{words}[sentences]\n{}\n", kept.collect::<Vec<_>>().join("\n"));
        std::fs::write(&script, text).unwrap();
        script
    });
    SCRIPT.clone()
}

fn voice_pack(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_giliran-voice-pack")).args(arguments).output().expect("it starts")
}

/// The clips to be read, in the order in which the program prints them: words and sentences.
fn order() -> (Vec<String>, Vec<String>) {
    let printed = voice_pack(&["lines", script().to_str().unwrap()]);
    assert!(printed.status.success());
    let printed = String::from_utf8(printed.stdout).unwrap();
    let (words, sentences) = printed.split_once("\nSentences, in recordings of their own:\n\n").unwrap();
    let ids =
        |lines: &str| lines.lines().map(|line| line.split_whitespace().last().unwrap().to_owned()).collect();
    (ids(words), ids(sentences))
}

/// A recorder's file: 48 kHz, two channels, and a pause of a second after each line.
fn record(file: &Path, room: f32, lines: &[&[f32]], gain: impl Fn(usize) -> f32) {
    let spec = WavSpec {
        channels: 2,
        sample_rate: 2 * RATE_HZ,
        bits_per_sample: 24,
        sample_format: SampleFormat::Int,
    };
    let mut wav = WavWriter::create(file, spec).unwrap();
    let mut seed = 1_u32;
    let mut write = |sample: f32| {
        // Any even noise will do for a room.
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (seed >> 8) as f32 / (1 << 23) as f32 - 1.0;
        let sample = ((sample + room * noise).clamp(-1.0, 1.0) * ((1 << 23) - 1) as f32) as i32;
        for _channel in 0..2 {
            wav.write_sample(sample).unwrap();
        }
    };
    for (n, line) in lines.iter().enumerate() {
        // As long as one waits: two seconds behind a sentence, one behind what is shorter.
        let waits = if n > 0 && lines[n - 1].len() > 3 * RATE_HZ as usize { 2 } else { 1 };
        (0..waits * 2 * RATE_HZ).for_each(|_| write(0.0));
        for pair in line.windows(2) {
            write(pair[0] * gain(n));
            write(f32::midpoint(pair[0], pair[1]) * gain(n));
        }
    }
    (0..2 * RATE_HZ).for_each(|_| write(0.0));
    wav.finalize().unwrap();
}

fn cut(out: &Path, recordings: &[&Path], sentences: &[&Path]) -> Output {
    let script = script();
    let mut arguments = vec!["cut", "--script", script.to_str().unwrap(), "--out", out.to_str().unwrap()];
    arguments.extend([
        "--id",
        "ms-MY.pejabat",
        "--licence",
        "CC-BY-4.0",
        "--origin",
        "Puan Siti, 2026-11-28, agreed",
    ]);
    arguments.extend(recordings.iter().map(|file| file.to_str().unwrap()));
    if !sentences.is_empty() {
        arguments.push("--sentences");
        arguments.extend(sentences.iter().map(|file| file.to_str().unwrap()));
    }
    voice_pack(&arguments)
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn two_recordings_become_a_pack_that_says_every_number() {
    let folder = TempDir::new().unwrap();
    let reader = common::shipped("ms-MY.espeak");
    let (words, sentences) = order();
    let clip = |id: &String| reader.clip(&ClipId::new(id.clone())).unwrap();
    let lines: Vec<&[f32]> = words.iter().map(clip).collect();
    let (first, second) = lines.split_at(20);
    let files = ["1.wav", "2.wav", "3.wav"].map(|file| folder.path().join(file));
    // Nobody keeps the same distance to the microphone for half an hour.
    record(&files[0], ROOM, first, |n| if n % 3 == 0 { 0.4 } else { 0.8 });
    record(&files[1], ROOM, second, |_| 0.5);
    let out = folder.path().join("ms-MY.pejabat");
    record(&files[2], ROOM, &sentences.iter().map(clip).collect::<Vec<_>>(), |_| 0.6);
    let made = cut(&out, &[&files[0], &files[1]], &[&files[2]]);
    assert!(made.status.success(), "{}", complaint(&made));

    let pack = Pack::load(&out).expect("what was cut is in order");
    assert_eq!(pack.manifest().origin, "recorded: Puan Siti, 2026-11-28, agreed");
    assert_eq!(pack.manifest().clips.len(), words.len());
    assert_eq!(pack.sentences().count(), sentences.len());
    for id in words.iter().chain(&sentences) {
        let id = ClipId::new(id.clone());
        let (read, kept) = (reader.clip(&id).unwrap(), pack.clip(&id).unwrap());
        let longer = (kept.len() as f64 - read.len() as f64) / f64::from(RATE_HZ);
        assert!(longer.abs() < 0.1, "{id} is {longer:.3} s longer than what was read");
        assert!(likeness(read, kept) > 0.9, "{id} is not what was read: {:.2}", likeness(read, kept));
    }
}

/// How much two sounds are the same, wherever in each they begin: 1 for the same.
fn likeness(one: &[f32], other: &[f32]) -> f64 {
    let energy = |samples: &[f32]| samples.iter().map(|s| f64::from(s * s)).sum::<f64>();
    let reach = (RATE_HZ / 20) as isize;
    let product = |shift: isize| {
        let at = |n: usize| other.get(n.checked_add_signed(shift)?);
        one.iter().enumerate().filter_map(|(n, s)| Some(f64::from(s * at(n)?))).sum::<f64>()
    };
    // Speech has little that changes within two samples.
    let best = (-reach..=reach).step_by(2).map(product).fold(0.0, f64::max);
    best / (energy(one) * energy(other)).sqrt()
}

/// What is wrong, how loud the room is, the lines, how loud they are, and what is said of it.
type Case<'a> = (&'a str, f32, &'a [&'a [f32]], f32, &'a str);

#[test]
fn what_can_not_be_a_voice_is_refused_with_the_place_and_nothing_is_written() {
    let folder = TempDir::new().unwrap();
    let reader = common::shipped("ms-MY.espeak");
    let (words, sentences) = order();
    let clip = |id: &String| reader.clip(&ClipId::new(id.clone())).unwrap();
    let lines: Vec<&[f32]> = words.iter().map(clip).collect();
    let file = folder.path().join("take.wav");
    let out = folder.path().join("out");
    let one_less = lines.len() - 1;
    let left_out = format!("{} lines were to be read, and {one_less} were heard", lines.len());
    let cases: [Case; 4] = [
        ("a line left out", ROOM, &lines[1..], 0.8, &left_out),
        ("a loud room", 0.05, &lines, 0.8, "the room is too loud: -31 dBFS"),
        ("peaks cut off", ROOM, &lines, 9.0, "it is too loud at 1.0 s: the recorder cut the peaks off"),
        ("nobody there", ROOM, &[], 0.8, "nobody speaks in it"),
    ];
    for (what, room, lines, gain, said) in cases {
        record(&file, room, lines, |_| gain);
        let refused = cut(&out, &[&file], &[]);
        assert_eq!(refused.status.code(), Some(1), "{what}");
        assert!(complaint(&refused).contains(said), "{what}: {}", complaint(&refused));
        assert!(!out.exists(), "{what}");
    }
    // A sentence left out is no word more: each is counted by itself.
    let take = folder.path().join("sentences.wav");
    record(&file, ROOM, &lines, |_| 0.8);
    record(&take, ROOM, &[clip(&sentences[0])], |_| 0.8);
    let refused = cut(&out, &[&file], &[&take]);
    assert!(
        complaint(&refused).contains("2 lines were to be read, and 1 were heard"),
        "{}",
        complaint(&refused)
    );
    assert!(!out.exists());
}
