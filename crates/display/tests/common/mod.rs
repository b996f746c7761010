//! Calls, pictures and the shipped voices.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::path::PathBuf;

use giliran_protocol::view::{BranchView, CallView, Language, Place};
use giliran_voice::{Voices, folder};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

pub const LOG: Uuid = Uuid::from_u128(1);

/// `s` seconds into the day.
pub fn at(s: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(s)
}

/// A call at the second that equals its place in the log.
pub fn call(seq: u64) -> CallView {
    CallView {
        seq,
        at: at(seq as i64),
        number: format!("A{:03}", seq % 1000),
        service: "aduan".into(),
        language: Language::Ms,
        zones: vec![],
        counter: "k3".into(),
        place: Place::Counter,
        counter_number: 3,
        attempt: 1,
    }
}

pub fn picture(calls: Vec<CallView>) -> Box<BranchView> {
    let view = json!({
        "id": "pejabat", "name": { "ms": "Pejabat" }, "time_zone": "Asia/Kuala_Lumpur", "languages": ["ms", "en"], "viewing_m": 10,
        "opening": { "state": "always" }, "classes": [], "services": [], "counters": [], "calls": calls,
    });
    serde_json::from_value(view).expect("it has all that a picture must have")
}

pub fn voices_folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/voices"))
}

pub fn voices() -> Voices {
    folder::load(&voices_folder(), None).expect("the shipped voices are in order")
}
