//! Which call is said next, and how.

mod common;

use common::{LOG, at, call, picture};
use giliran_client::{Broken, News};
use giliran_core::Language;
use giliran_display::announcer::{Announcer, LONGEST_QUEUE, Policy, Unsaid};
use giliran_protocol::{
    live::Change,
    view::{CallView, Language as WireLanguage},
};
use giliran_voice::{Form, Manner};
use proptest::prelude::*;
use uuid::Uuid;

fn announcer(paced: bool) -> Announcer {
    Announcer::new(Policy { languages: None, voices: vec![Language::Ms, Language::En], paced })
}

/// One that has seen the log up to its entry `seq`.
fn following(seq: u64) -> Announcer {
    let mut announcer = announcer(true);
    assert!(announcer.take(&snapshot(seq, vec![])).is_empty());
    announcer
}

fn snapshot(seq: u64, calls: Vec<CallView>) -> News {
    News::Snapshot { log: LOG, seq, now: at(seq as i64), view: picture(calls) }
}

fn entry(call: CallView) -> News {
    News::Entry { seq: call.seq, at: call.at, changes: vec![Change::Call { call }] }
}

fn down() -> News {
    News::Down(Broken::Silent)
}

/// Everything that waits, in the order in which it is said.
fn said(announcer: &mut Announcer) -> Vec<u64> {
    std::iter::from_fn(|| announcer.next_to_say()).map(|announcement| announcement.call.seq).collect()
}

fn stale(calls: Vec<CallView>) -> Vec<(CallView, Unsaid)> {
    calls.into_iter().map(|call| (call, Unsaid::Stale)).collect()
}

#[test]
fn nothing_old_is_said_on_the_first_connection() {
    let mut announcer = announcer(true);
    assert!(announcer.take(&snapshot(7, vec![call(5), call(7)])).is_empty());
    assert!(said(&mut announcer).is_empty());
}

#[test]
fn calls_are_said_in_order_and_once() {
    let mut announcer = following(4);
    for seq in [5, 6, 6, 5, 8] {
        assert!(announcer.take(&entry(call(seq))).is_empty());
    }
    assert_eq!(announcer.waiting(), 3);
    assert_eq!(said(&mut announcer), [5, 6, 8]);
    announcer.take(&down());
    announcer.take(&News::Resumed { seq: 9, now: at(9) });
    announcer.take(&entry(call(8)));
    announcer.take(&entry(call(9)));
    assert_eq!(said(&mut announcer), [9]);
}

#[test]
fn what_waits_when_the_link_goes_down_is_still_said() {
    let mut announcer = following(4);
    announcer.take(&entry(call(5)));
    announcer.take(&down());
    announcer.take(&snapshot(6, vec![call(5), call(6)]));
    assert_eq!(said(&mut announcer), [5, 6]);
}

#[test]
fn of_a_new_picture_only_what_is_new_and_a_minute_old_at_most_is_said() {
    let mut announcer = following(10);
    announcer.take(&entry(call(11)));
    let calls = [10, 11, 39, 40, 100].map(call).to_vec();
    assert_eq!(announcer.take(&snapshot(100, calls)), stale(vec![call(39)]));
    assert_eq!(said(&mut announcer), [11, 40, 100]);
}

#[test]
fn of_what_was_missed_only_what_is_a_minute_old_at_most_is_said() {
    let mut announcer = following(10);
    announcer.take(&News::Resumed { seq: 90, now: at(120) });
    assert_eq!(announcer.take(&entry(call(59))), stale(vec![call(59)]));
    assert!(announcer.take(&entry(call(60))).is_empty());
    assert_eq!(said(&mut announcer), [60]);
}

#[test]
fn live_calls_are_never_old_however_fast_the_daemons_clock_runs() {
    let mut announcer = announcer(false);
    announcer.take(&snapshot(0, vec![]));
    for hour in 1..=30 {
        assert!(announcer.take(&entry(call(hour * 3600))).is_empty());
    }
    assert_eq!(said(&mut announcer).len(), 30);
}

#[test]
fn of_another_log_nothing_old_is_said() {
    let mut announcer = following(10);
    let other = Uuid::from_u128(2);
    for (log, seq) in [(other, 20), (other, 3)] {
        let news = News::Snapshot { log, seq, now: at(20), view: picture(vec![call(2), call(seq)]) };
        assert!(announcer.take(&news).is_empty());
    }
    announcer.take(&entry(call(4)));
    assert_eq!(said(&mut announcer), [4]);
}

#[test]
fn a_recall_of_a_number_that_still_waits_is_said_after_it() {
    let mut announcer = following(4);
    let (first, other) = (call(5), call(6));
    let again = CallView { seq: 7, at: at(7), attempt: 2, ..first.clone() };
    for call in [first, other, again] {
        announcer.take(&entry(call));
    }
    assert_eq!(said(&mut announcer), [5, 6, 7]);
}

#[test]
fn under_pressure_languages_go_then_the_chime_then_words() {
    let manner = |languages: &[Language], chime, form| Manner { chime, languages: languages.to_vec(), form };
    let (both, ms) = ([Language::Ms, Language::En], [Language::Ms]);
    for (behind, wanted) in [
        (0, manner(&both, true, Form::Full)),
        (2, manner(&both, true, Form::Full)),
        (3, manner(&ms, true, Form::Full)),
        (4, manner(&ms, true, Form::Full)),
        (5, manner(&ms, false, Form::Full)),
        (6, manner(&ms, false, Form::Full)),
        (7, manner(&ms, false, Form::Short)),
        (LONGEST_QUEUE as u64 - 1, manner(&ms, false, Form::Short)),
    ] {
        let mut announcer = following(0);
        for seq in 1..=behind + 1 {
            announcer.take(&entry(CallView { language: WireLanguage::En, ..call(seq) }));
        }
        assert_eq!(announcer.next_to_say().map(|next| next.manner), Some(wanted), "{behind} behind");
    }
}

#[test]
fn a_full_queue_gives_up_the_oldest_and_says_so() {
    let mut announcer = following(0);
    let most = LONGEST_QUEUE as u64;
    for seq in 1..=most {
        assert!(announcer.take(&entry(call(seq))).is_empty());
    }
    assert_eq!(announcer.take(&entry(call(most + 1))), [(call(1), Unsaid::Crowded)]);
    assert_eq!(said(&mut announcer), (2..=most + 1).collect::<Vec<_>>());
}

#[test]
fn what_takes_no_time_is_never_shortened_or_given_up() {
    let mut announcer = announcer(false);
    announcer.take(&snapshot(0, vec![]));
    for seq in 1..=50 {
        assert!(announcer.take(&entry(CallView { language: WireLanguage::En, ..call(seq) })).is_empty());
    }
    let full = Manner { chime: true, languages: vec![Language::Ms, Language::En], form: Form::Full };
    for _ in 0..50 {
        assert_eq!(announcer.next_to_say().map(|next| next.manner), Some(full.clone()));
    }
}

#[test]
fn languages_of_a_call() {
    use Language::{En, Ms, Ta, Zh};
    for (chosen, voices, ticket, wanted) in [
        (None, vec![Ms, En], WireLanguage::Ms, vec![Ms]),
        (None, vec![Ms, En], WireLanguage::En, vec![Ms, En]),
        (None, vec![Ms, En], WireLanguage::Ta, vec![Ms]),
        (None, vec![Ms, En, Zh, Ta], WireLanguage::Zh, vec![Ms, Zh]),
        (None, vec![En], WireLanguage::Ms, vec![En]),
        (Some(vec![En, Ms, En]), vec![Ms, En], WireLanguage::Ta, vec![En, Ms]),
        (Some(vec![Ta, Ms]), vec![Ms, En], WireLanguage::En, vec![Ms]),
        (Some(vec![Ta]), vec![Ms, En], WireLanguage::En, vec![Ms]),
    ] {
        let mut announcer = Announcer::new(Policy { languages: chosen, voices, paced: true });
        announcer.take(&snapshot(0, vec![]));
        announcer.take(&entry(CallView { language: ticket, ..call(1) }));
        assert_eq!(announcer.next_to_say().map(|next| next.manner.languages), Some(wanted), "{ticket:?}");
    }
}

/// What happens on the line, and at the loudspeaker.
#[derive(Debug, Clone)]
enum Step {
    /// So many seconds pass, and then a number is called.
    Called(u64),
    /// The link breaks, so many numbers are called 20 s after each other, and it is up again: with a
    /// picture of the last three calls, or with all that was missed.
    Missed { calls: u64, picture: bool },
    /// An announcement ends and the next begins.
    Said,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..40_u64).prop_map(Step::Called),
        1 => (0..6_u64, any::<bool>()).prop_map(|(calls, picture)| Step::Missed { calls, picture }),
        3 => Just(Step::Said),
    ]
}

proptest! {
    #[test]
    fn whatever_the_line_does_no_call_is_said_twice_or_out_of_order_and_none_vanishes(
        steps in proptest::collection::vec(step(), 1..80),
    ) {
        let mut announcer = following(0);
        let mut log: Vec<CallView> = vec![];
        let mut now = 0;
        let (mut said, mut unsaid) = (vec![], vec![]);
        // Those that no picture had: the speaker can't know of them.
        let mut hidden = vec![];
        let mut add = |log: &mut Vec<CallView>, after: u64| {
            now += after;
            log.push(call(now));
            now
        };
        for step in steps {
            match step {
                Step::Called(after) => {
                    add(&mut log, after);
                    unsaid.extend(announcer.take(&entry(log[log.len() - 1].clone())));
                }
                Step::Missed { calls, picture } => {
                    unsaid.extend(announcer.take(&down()));
                    let before = log.len();
                    for _ in 0..calls {
                        add(&mut log, 20);
                    }
                    let last = log.last().map_or(0, |call| call.seq);
                    if picture {
                        let shown = log.len().saturating_sub(3);
                        hidden.extend(log[before.min(shown)..shown].iter().map(|call| call.seq));
                        unsaid.extend(announcer.take(&snapshot(last, log[shown..].to_vec())));
                    } else {
                        unsaid.extend(announcer.take(&News::Resumed { seq: last, now: at(last as i64) }));
                        // What was seen before comes again; it must not matter.
                        for call in &log[before.saturating_sub(2)..] {
                            unsaid.extend(announcer.take(&entry(call.clone())));
                        }
                    }
                }
                Step::Said => said.extend(announcer.next_to_say().map(|next| next.call.seq)),
            }
            prop_assert!(announcer.waiting() <= LONGEST_QUEUE);
        }
        said.extend(std::iter::from_fn(|| announcer.next_to_say()).map(|next| next.call.seq));
        prop_assert!(said.is_sorted_by(|a, b| a < b), "{said:?}");
        let mut known: Vec<_> = said;
        known.extend(unsaid.iter().map(|(call, _)| call.seq).chain(hidden));
        known.sort_unstable();
        prop_assert_eq!(known, log.iter().map(|call| call.seq).collect::<Vec<_>>());
    }
}
