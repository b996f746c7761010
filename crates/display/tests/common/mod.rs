//! Calls, pictures and the shipped voices.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::path::PathBuf;

use giliran_display::hall;
use giliran_protocol::view::{BranchView, CallView, Language, Place, Texts};
use giliran_voice::Voices;
use jiff::{SignedDuration, Timestamp};
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
        counter: "k3".into(),
        place: Place::Counter,
        counter_number: 3,
        attempt: 1,
    }
}

pub fn picture(calls: Vec<CallView>) -> Box<BranchView> {
    Box::new(BranchView {
        id: "pejabat".into(),
        name: Texts { ms: "Pejabat".into(), en: None, zh: None, ta: None },
        time_zone: "Asia/Kuala_Lumpur".into(),
        day: None,
        classes: vec![],
        services: vec![],
        counters: vec![],
        calls: Some(calls),
        tickets: None,
        tally: None,
    })
}

pub fn voices_folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/voices"))
}

pub fn voices() -> Voices {
    hall::load(&voices_folder(), None).expect("the shipped voices are in order")
}
