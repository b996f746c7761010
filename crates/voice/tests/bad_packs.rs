//! A pack that is not in order is refused, and what is wrong is named.

#![expect(clippy::unwrap_used, reason = "a test that can't set itself up fails by itself")]

mod common;

use std::{fs, io::Cursor, path::Path};

use flac_codec::encode::{FlacSampleWriter, Options};
use giliran_voice::{
    Chime, ChimeError, Pack,
    pack::{MANIFEST, sha256},
};

/// A copy of a shipped pack, spoiled by `spoil`; what the loader says of it.
fn refusal(spoil: impl FnOnce(&Path, String) -> String) -> String {
    let from = common::assets().join("voices/ms-MY.espeak");
    let dir = tempfile::tempdir().unwrap();
    common::copy(&from, dir.path());
    let manifest = spoil(dir.path(), fs::read_to_string(from.join(MANIFEST)).unwrap());
    fs::write(dir.path().join(MANIFEST), manifest).unwrap();
    let error = Pack::load(dir.path()).expect_err("a spoiled pack").to_string();
    let place = format!("voice pack {}: ", dir.path().display());
    error.strip_prefix(&place).expect("the folder is named").to_owned()
}

fn replaced(from: &'static str, to: &'static str) -> String {
    refusal(|_, manifest| {
        assert!(manifest.contains(from));
        manifest.replacen(from, to, 1)
    })
}

/// With another file for the digit 4, its hash in order.
fn with_clip(bytes: &[u8]) -> String {
    refusal(|dir, manifest| {
        let old = sha256(&fs::read(dir.join("d/4.flac")).unwrap());
        fs::write(dir.join("d/4.flac"), bytes).unwrap();
        manifest.replace(&old, &sha256(bytes))
    })
}

fn flac(samples: &[i32], rate: u32, channels: u8) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let mut writer =
        FlacSampleWriter::new(&mut file, Options::default(), rate, 16, channels, Some(samples.len() as u64))
            .unwrap();
    writer.write(samples).unwrap();
    writer.finalize().unwrap();
    file.into_inner()
}

fn tone(amplitude: f64, samples: usize) -> Vec<i32> {
    (0..samples).map(|n| (amplitude * (n as f64 * 0.26).sin() * 32767.0) as i32).collect()
}

#[test]
fn a_manifest_that_is_not_understood() {
    assert!(refusal(|_, _| "format = 1".into()).contains("missing field"));
    let unknown = replaced("digit_gap_ms = 20", "digit_gap_ms = 20\nspeed = 3");
    assert!(unknown.contains("unknown field `speed`") && unknown.contains("line"), "{unknown}");
    assert!(replaced("ticket = \"digits\"", "ticket = \"cardinal\"").contains("unknown variant `cardinal`"));
    assert!(replaced("lang = \"ms\"", "lang = \"id\"").contains("unknown variant `id`"));
    assert_eq!(replaced("format = 1", "format = 2"), "format 2 is unknown; this program reads format 1");
    assert_eq!(
        replaced("\"{digits}\"", "\"{digit}\""),
        "templates.call has `{digit}`, which is none of {letters}, {digits}, {place_no} and {place}"
    );
    let nothing = tempfile::tempdir().unwrap();
    assert!(Pack::load(nothing.path()).unwrap_err().to_string().contains("pack.toml can't be read"));
}

#[test]
fn sound_of_another_kind_than_the_program_joins() {
    assert_eq!(replaced("rate = 24000", "rate = 22050"), "audio.rate is 22050, but has to be 24000");
    assert!(
        replaced("dbtp = -1.5", "dbtp = 0.0").contains("audio.true_peak_dbtp is 0, but may be -1 at most")
    );
}

#[test]
fn clips_that_are_missing() {
    assert_eq!(replaced("[clips.\"n.11\"]", "[clips.\"n.eleven\"]"), "clip n.11 is missing");
    assert_eq!(replaced("\"w.number\", 20", "\"w.numero\", 20"), "clip w.numero is missing");
    let gone = refusal(|dir, manifest| {
        fs::remove_file(dir.join("l/Q.flac")).unwrap();
        manifest
    });
    assert!(gone.starts_with("clip l.Q: l/Q.flac can't be read"), "{gone}");
}

#[test]
fn clips_outside_the_folder() {
    let outside = |file: &'static str| replaced("file = \"d/4.flac\"", file);
    for file in ["file = \"../d/4.flac\"", "file = \"/etc/hostname\"", "file = \"d/../d/4.flac\""] {
        let said = outside(file);
        assert!(
            said.starts_with("clip d.4: ") && said.ends_with("is outside the folder of the pack"),
            "{said}"
        );
    }
    #[cfg(unix)]
    {
        let link = refusal(|dir, manifest| {
            fs::remove_file(dir.join("d/4.flac")).unwrap();
            let elsewhere = common::assets().join("voices/ms-MY.espeak/d/4.flac").canonicalize().unwrap();
            std::os::unix::fs::symlink(elsewhere, dir.join("d/4.flac")).unwrap();
            manifest
        });
        assert_eq!(link, "clip d.4: d/4.flac is outside the folder of the pack");
    }
}

#[test]
fn clips_that_are_not_what_the_manifest_says() {
    let swapped = refusal(|dir, manifest| {
        fs::copy(dir.join("d/5.flac"), dir.join("d/4.flac")).unwrap();
        manifest
    });
    assert!(swapped.starts_with("clip d.4: d/4.flac has SHA-256 "), "{swapped}");

    for (bytes, wanted) in [
        (b"RIFF".to_vec(), "is not readable as FLAC"),
        (flac(&tone(0.2, 12_000), 22_050, 1), "has 22050 samples a second instead of 24000"),
        (flac(&tone(0.2, 12_000), 24_000, 2), "has 2 channels instead of 1"),
        (flac(&tone(0.2, 250_000), 24_000, 1), "is longer than 10 s"),
        (flac(&[0; 12_000], 24_000, 1), "is silent"),
        (flac(&tone(0.01, 12_000), 24_000, 1), "LUFS instead of -20 ± 1"),
    ] {
        let said = with_clip(&bytes);
        assert!(said.starts_with("clip d.4: ") && said.contains(wanted), "{said}");
    }
}

#[test]
fn clips_that_would_be_distorted() {
    // Short and loud, then soft: right on the whole, too high at its peak.
    let mut samples = tone(0.138, 12_000);
    samples[6000..6003].copy_from_slice(&[31_000, 32_500, 31_000]);
    let said = with_clip(&flac(&samples, 24_000, 1));
    assert!(said.contains("clip d.4: peaks at") && said.contains("over the pack's -1.5"), "{said}");
}

#[test]
fn everything_that_is_wrong_is_named_at_once() {
    let said = refusal(|dir, manifest| {
        fs::remove_file(dir.join("d/1.flac")).unwrap();
        fs::write(dir.join("d/2.flac"), "").unwrap();
        manifest.replace("[clips.\"n.11\"]", "[clips.\"n.eleven\"]")
    });
    for wanted in
        ["clip d.1: d/1.flac can't be read", "clip d.2: d/2.flac has SHA-256", "clip n.11 is missing"]
    {
        assert!(said.contains(wanted), "{said}");
    }
}

#[test]
fn a_damaged_clip_is_never_played_in_part() {
    let whole = fs::read(common::assets().join("voices/ms-MY.espeak/d/4.flac")).unwrap();
    let said = with_clip(&whole[..whole.len() / 2]);
    assert!(said.starts_with("clip d.4: d/4.flac"), "{said}");
}

#[test]
fn a_chime_that_would_be_distorted_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("chime.flac");
    assert!(matches!(Chime::load(&file), Err(ChimeError::Io(_))));
    fs::write(&file, flac(&tone(0.99, 12_000), 24_000, 1)).unwrap();
    assert!(matches!(Chime::load(&file), Err(ChimeError::Peak(_))));
}

#[test]
fn sentences_that_are_not_in_order() {
    let gone = refusal(|dir, manifest| {
        fs::remove_file(dir.join("s/test.flac")).unwrap();
        manifest
    });
    assert!(gone.starts_with("clip s.test: s/test.flac can't be read"), "{gone}");
    assert_eq!(
        replaced("[sentences.test]", "[sentences.\"../test\"]"),
        "sentence `../test`: a name has 1 to 32 of a to z, 0 to 9 and -"
    );
    let long = refusal(|dir, manifest| {
        let (file, bytes) = (dir.join("s/test.flac"), flac(&tone(0.138, 24_000 * 31), 24_000, 1));
        let old = sha256(&fs::read(&file).unwrap());
        fs::write(file, &bytes).unwrap();
        manifest.replace(&old, &sha256(&bytes))
    });
    assert_eq!(long, "clip s.test: s/test.flac is longer than 30 s");
    assert_eq!(
        replaced("lead = [\"w.number\", 20]", "lead = [\"w.number\", \"{letters}\"]"),
        "templates.lead fills in something of a call; it may have clips and silences only"
    );
}

#[test]
fn a_pack_needs_no_sentences() {
    let dir = tempfile::tempdir().unwrap();
    common::copy(&common::assets().join("voices/ms-MY.espeak"), dir.path());
    let manifest = fs::read_to_string(dir.path().join(MANIFEST)).unwrap();
    let without = &manifest[..manifest.find("[sentences.").unwrap()];
    fs::write(dir.path().join(MANIFEST), without).unwrap();
    assert_eq!(Pack::load(dir.path()).unwrap().sentences().count(), 0);
}
