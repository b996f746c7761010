//! Many calls at once, with the lengths of the shipped voices: each is said within the bound, in order, and
//! `docs/announcements.md` has the figures.

mod common;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use common::{LOG, at, call, picture, voices};
use giliran_client::News;
use giliran_display::{
    announcer::{Announcement, Announcer, Lengths, Policy, What},
    output::PAUSE_MS,
    player::spoken,
};
use giliran_protocol::{
    live::Change,
    view::{AnnouncingView, CallView, Language},
};
use giliran_voice::{Form, Voices};
use jiff::{SignedDuration, Timestamp};

/// How long a call may wait where the office says nothing else.
const WITHIN: Duration = Duration::from_mins(3);

/// So many counters call in turn.
const COUNTERS: u64 = 24;

/// So many calls come within a minute, evenly.
const RATES: [u64; 6] = [6, 12, 20, 30, 45, 60];

/// What became of the calls of a minute.
#[derive(Default)]
struct Minute {
    /// From the call until it began to be said.
    waits: Vec<Duration>,
    /// The calls, as they were said.
    said: Vec<u64>,
    in_both: usize,
    in_one: usize,
    joined: usize,
    ends: Duration,
}

fn length(voices: &Voices, calls: &[CallView], announcement: &Announcement) -> Duration {
    let calls: Vec<_> = calls.iter().map(|call| spoken(call).expect("it has words")).collect();
    voices.length(&calls, &announcement.manner)
}

/// Plays a minute in which so many are called, at the pace of the sound.
fn minute(voices: &Arc<Voices>, calls: u64) -> Minute {
    let lengths = {
        let voices = voices.clone();
        Lengths::new(move |calls, manner| {
            let calls: Vec<_> = calls.iter().filter_map(|call| spoken(call).ok()).collect();
            voices.length(&calls, manner)
        })
    };
    let policy = Policy { voices: voices.languages().collect(), paced: true, ..Policy::default() };
    let mut announcer = Announcer::new(policy, lengths, None);
    let mut view = picture(vec![]);
    let within_s = u32::try_from(WITHIN.as_secs()).expect("some minutes");
    let announcing = AnnouncingView {
        languages: None,
        repeats: 1,
        within_s,
        zones: vec![],
        quiet: vec![],
        planned: vec![],
    };
    view.announcing = Some(Box::new(announcing));
    announcer.take(&News::Snapshot { log: LOG, seq: 0, now: at(0), view });
    let languages = [Language::Ms, Language::En, Language::Zh, Language::Ta];
    let mut pressed: VecDeque<CallView> = (1..=calls)
        .map(|seq| CallView {
            at: at(0) + SignedDuration::from_millis((60_000 * (seq - 1) / calls) as i64),
            language: languages[(seq % 4) as usize],
            counter: format!("k{}", seq % COUNTERS),
            counter_number: (seq % COUNTERS + 1) as u8,
            ..call(seq)
        })
        .collect();
    let mut minute = Minute::default();
    let mut now = at(0);
    let since = |time: Timestamp| Duration::try_from(time.duration_since(at(0))).expect("time goes on");
    loop {
        while let Some(call) = pressed.pop_front_if(|call| call.at <= now) {
            let (seq, at) = (call.seq, call.at);
            announcer.take(&News::Entry { seq, at, changes: vec![Change::Call { call }] });
        }
        let mut unsaid = Vec::new();
        let Some(announcement) = announcer.next_to_say(now, &mut unsaid) else {
            let Some(next) = pressed.front() else { break };
            now = next.at;
            continue;
        };
        assert_eq!(unsaid, [], "nothing is left out");
        let What::Calls(calls) = &announcement.what else { panic!("there are calls alone") };
        for call in calls {
            minute.said.push(call.seq);
            minute.waits.push(since(now) - since(call.at));
        }
        let one = announcement.manner.languages.len() == 1;
        match announcement.manner.form {
            Form::Short => minute.joined += calls.len(),
            Form::Full if one => minute.in_one += calls.len(),
            Form::Full => minute.in_both += calls.len(),
        }
        let takes = length(voices, calls, &announcement) + Duration::from_millis(PAUSE_MS.into());
        now += SignedDuration::try_from(takes).expect("some seconds");
        minute.ends = since(now);
    }
    minute
}

#[test]
fn sixty_calls_in_a_minute_are_all_said_in_order_within_the_bound_as_the_document_says() {
    let voices = Arc::new(voices());
    let document = include_str!("../../../docs/announcements.md");
    for calls in RATES {
        let minute = minute(&voices, calls);
        let Minute { waits, said, in_both, in_one, joined, ends } = &minute;
        assert_eq!(*said, (1..=calls).collect::<Vec<_>>(), "each once, in order");
        let longest = waits.iter().max().expect("some wait");
        assert!(*longest <= WITHIN, "{calls} calls in a minute: one waits {longest:?}");
        let mean = waits.iter().sum::<Duration>() / waits.len() as u32;
        let row = format!(
            "| {calls} | {in_both} | {in_one} | {joined} | {:.0} s | {:.0} s | {:.0} s |",
            mean.as_secs_f64(),
            longest.as_secs_f64(),
            ends.as_secs_f64()
        );
        assert!(document.contains(&row), "docs/announcements.md lacks {row}");
    }
}
