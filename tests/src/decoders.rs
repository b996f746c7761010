//! Every decoder that meets the outside, fed with bytes that may be anything.
//!
//! None may panic, and what it takes must make sense. The tests run each on its kept corpus and on
//! mutations of it; `fuzz/` runs the same functions for as long as somebody lets it.

use std::{fs, path::Path, str::from_utf8};

use giliran_core::BranchId;
use giliran_daemon::{config::Config, decode};
use giliran_protocol::{
    command::CommandRequest,
    live::{Hello, ToClient},
};
use giliran_voice::{Chime, Pack, pack::MANIFEST};

/// A decoder, as a function that panics when it does wrong.
pub type Decoder = fn(&[u8]);

/// All of them by the names of their corpora.
pub const ALL: [(&str, Decoder); 14] = [
    ("access", access),
    ("appointments", appointments),
    ("audit_line", audit_line),
    ("calendar", calendar),
    ("command", command),
    ("config", config),
    ("credentials", credentials),
    ("hello", hello),
    ("log_row", log_row),
    ("snapshot", snapshot),
    ("to_client", to_client),
    ("voice_clip", voice_clip),
    ("voice_manifest", voice_manifest),
    ("voice_recording", voice_recording),
];

/// A command by HTTP.
pub fn command(bytes: &[u8]) {
    let Ok(request) = serde_json::from_slice::<CommandRequest>(bytes) else { return };
    let again = serde_json::to_vec(&request).expect("what was JSON can be JSON again");
    let again: CommandRequest = serde_json::from_slice(&again).expect("our own JSON is understood");
    assert_eq!(again, request);
    decode::means_something(request);
}

/// A request about who takes part: a sign-in, a person, a device, a phone.
pub fn access(bytes: &[u8]) {
    decode::about_access(bytes);
}

/// What a request brings along to say who asks: a line of cookies, and after a line end one of authorization.
pub fn credentials(bytes: &[u8]) {
    let mut lines = bytes.splitn(2, |b| *b == b'\n');
    decode::credentials(lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
}

/// A line of the audit record.
pub fn audit_line(bytes: &[u8]) {
    if let Ok(text) = from_utf8(bytes) {
        decode::audit_line(text);
    }
}

/// The first message of a WebSocket.
pub fn hello(bytes: &[u8]) {
    let Some(hello) = from_utf8(bytes).ok().and_then(|text| serde_json::from_str::<Hello>(text).ok()) else {
        return;
    };
    let again = serde_json::to_string(&hello).expect("what was JSON can be JSON again");
    assert_eq!(serde_json::from_str::<Hello>(&again).expect("our own JSON is understood"), hello);
}

/// A message of the daemon, as a client reads it.
pub fn to_client(bytes: &[u8]) {
    let _ = serde_json::from_slice::<ToClient>(bytes);
}

/// The configuration file.
pub fn config(bytes: &[u8]) {
    let Ok(text) = from_utf8(bytes) else { return };
    if let Ok(faults) = Config::examine(text) {
        assert!(faults.iter().all(|fault| !fault.is_empty()), "a fault without a word: {faults:?}");
    }
}

/// A file of public holidays.
pub fn calendar(bytes: &[u8]) {
    let Ok(text) = from_utf8(bytes) else { return };
    if let Ok(dates) = decode::holidays(text) {
        assert!(dates.is_sorted_by(|one, next| one < next), "a date stands twice: {dates:?}");
    }
}

/// A file of appointments.
pub fn appointments(bytes: &[u8]) {
    let _ = decode::appointments(bytes);
}

/// The state that is kept beside the log.
pub fn snapshot(bytes: &[u8]) {
    decode::is_snapshot(bytes);
}

/// A row of the log: 8 bytes each of number and time, 16 of the command's id, and the rest.
pub fn log_row(bytes: &[u8]) {
    let Some((seq, rest)) = bytes.split_first_chunk::<8>() else { return };
    let Some((at, rest)) = rest.split_first_chunk::<8>() else { return };
    let Some((command, body)) = rest.split_at_checked(16) else { return };
    let Ok(body) = from_utf8(body) else { return };
    let branch: BranchId = "ujian".parse().expect("a short name");
    let (seq, at) = (i64::from_be_bytes(*seq), i64::from_be_bytes(*at));
    if let Ok(entry) = giliran_store::decode_sound(&branch, seq, Some(command.to_vec()), at, body.to_owned())
    {
        assert_eq!(i64::try_from(entry.seq), Ok(seq));
    }
}

/// What a voice says of itself.
pub fn voice_manifest(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::write(folder.path().join(MANIFEST), bytes).expect("the folder can be written");
    let refused = Pack::load(folder.path()).expect_err("there are no clips");
    assert!(!refused.to_string().is_empty());
}

/// A recorded piece of a voice.
pub fn voice_clip(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("clip.flac");
    fs::write(&file, bytes).expect("the folder can be written");
    if let Ok(chime) = Chime::load(&file) {
        assert!(chime.samples().iter().all(|sample| sample.is_finite()));
    }
}

/// What an office recorded, as a WAV file.
pub fn voice_recording(bytes: &[u8]) {
    if let Ok(samples) = giliran_voice::recording::read(bytes) {
        assert!(samples.iter().all(|sample| sample.abs() <= 1.0), "louder than full scale");
        assert!(samples.len() <= (giliran_voice::recording::LONGEST_S * giliran_voice::RATE_HZ) as usize);
    }
}

/// The folder in which a decoder's corpus is kept.
pub fn corpus(checkout: &Path, decoder: &str) -> std::path::PathBuf {
    checkout.join("fuzz/corpus").join(decoder)
}
