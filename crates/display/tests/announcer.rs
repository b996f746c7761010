//! What is said next, and how.

mod common;

use std::{collections::BTreeSet, time::Duration};

use common::{LOG, at, call, picture};
use giliran_client::{Broken, News};
use giliran_core::Language;
use giliran_display::announcer::{
    Announcement, Announcer, Lengths, Policy, Progress, Taken, ToSay, URGENT_PAUSE, Unsaid, What,
};
use giliran_protocol::{
    live::Change,
    view::{
        AnnouncementView, AnnouncingView, CallView, Language as WireLanguage, QuietView, Sound, Texts,
        UrgentView, VolumeView, ZoneView,
    },
};
use giliran_voice::{Form, Manner};
use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

/// Ten seconds in a language, three for each of several in one sentence.
fn lengths() -> Lengths {
    Lengths::new(|calls, manner| {
        if calls.len() > 1 || manner.form == Form::Short {
            return Duration::from_secs(3) * calls.len() as u32;
        }
        Duration::from_secs(10) * manner.languages.len() as u32 * u32::from(manner.repeats)
    })
}

const NONE: [u64; 0] = [];

fn policy() -> Policy {
    Policy { voices: vec![Language::Ms, Language::En], paced: true, ..Policy::default() }
}

fn with(policy: Policy) -> Announcer {
    let mut announcer = Announcer::new(policy, lengths(), None);
    assert_eq!(announcer.take(&snapshot(0, vec![])), Taken::default());
    announcer
}

fn announcer(paced: bool) -> Announcer {
    Announcer::new(Policy { paced, ..policy() }, lengths(), None)
}

/// One that has seen the log up to its entry `seq`.
fn following(seq: u64) -> Announcer {
    let mut announcer = announcer(true);
    assert_eq!(announcer.take(&snapshot(seq, vec![])), Taken::default());
    announcer
}

fn next(announcer: &mut Announcer, now: i64) -> Option<Announcement> {
    let mut unsaid = vec![];
    let next = announcer.next_to_say(at(now), &mut unsaid);
    assert_eq!(unsaid, [], "nothing is left out");
    next
}

fn left_out(announcer: &mut Announcer, now: i64) -> Vec<(u64, Unsaid)> {
    let mut unsaid = vec![];
    assert_eq!(announcer.next_to_say(at(now), &mut unsaid), None);
    unsaid.into_iter().map(|(what, why)| (what.seq(), why)).collect()
}

fn office(announcing: AnnouncingView) -> News {
    let mut view = picture(vec![]);
    view.announcing = Some(Box::new(announcing));
    News::Snapshot { log: LOG, seq: 0, now: at(0), view }
}

fn announcing() -> AnnouncingView {
    AnnouncingView {
        languages: None,
        repeats: 1,
        within_s: 180,
        zones: vec![],
        quiet: vec![],
        planned: vec![],
    }
}

fn zone(id: &str) -> ZoneView {
    let name = Texts { ms: id.into(), en: None, zh: None, ta: None };
    ZoneView { id: id.into(), name, languages: None, volume_db: 0, volumes: vec![] }
}

fn made(seq: u64) -> AnnouncementView {
    AnnouncementView {
        seq,
        at: at(seq as i64),
        due: None,
        sound: Sound::Sentence("parking".into()),
        text: None,
        zones: vec![],
        urgent: None,
    }
}

fn announced(made: AnnouncementView) -> News {
    News::Entry { seq: made.seq, at: made.at, changes: vec![Change::Announcement { announcement: made }] }
}

fn urgent(id: u64, seq: u64) -> News {
    let sound = Sound::Sentence("emergency".into());
    let view = UrgentView { id, at: at(seq as i64), sound: sound.clone(), text: None, zones: vec![] };
    let announcement = AnnouncementView { sound, urgent: Some(id), ..made(seq) };
    let changes = vec![Change::Announcement { announcement }, Change::Urgent { urgent: vec![view] }];
    News::Entry { seq, at: at(seq as i64), changes }
}

fn called_off(seq: u64) -> News {
    News::Entry { seq, at: at(seq as i64), changes: vec![Change::Urgent { urgent: vec![] }] }
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
    std::iter::from_fn(|| announcer.next_to_say(Timestamp::MIN, &mut vec![]))
        .flat_map(|said| said.seqs())
        .collect()
}

/// What was taken in is said, but for these, which are too old.
fn stale(taken: Taken) -> Vec<u64> {
    taken.unsaid.iter().for_each(|(_, why)| assert_eq!(*why, Unsaid::Stale));
    taken.unsaid.into_iter().map(|(what, _)| what.seq()).collect()
}

#[test]
fn nothing_old_is_said_on_the_first_connection() {
    let mut announcer = announcer(true);
    assert_eq!(announcer.take(&snapshot(7, vec![call(5), call(7)])), Taken::default());
    assert!(said(&mut announcer).is_empty());
}

#[test]
fn calls_are_said_in_order_and_once() {
    let mut announcer = following(4);
    for seq in [5, 6, 6, 5, 8] {
        assert_eq!(stale(announcer.take(&entry(call(seq)))), NONE);
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
    assert_eq!(stale(announcer.take(&snapshot(100, calls))), [39]);
    assert_eq!(said(&mut announcer), [11, 40, 100]);
}

#[test]
fn of_what_was_missed_only_what_is_a_minute_old_at_most_is_said() {
    let mut announcer = following(10);
    announcer.take(&News::Resumed { seq: 90, now: at(120) });
    assert_eq!(stale(announcer.take(&entry(call(59)))), [59]);
    assert_eq!(stale(announcer.take(&entry(call(60)))), NONE);
    assert_eq!(said(&mut announcer), [60]);
}

#[test]
fn live_calls_are_never_old_however_fast_the_daemons_clock_runs() {
    let mut announcer = announcer(false);
    announcer.take(&snapshot(0, vec![]));
    for hour in 1..=30 {
        assert_eq!(stale(announcer.take(&entry(call(hour * 3600)))), NONE);
    }
    assert_eq!(said(&mut announcer).len(), 30);
}

#[test]
fn of_another_log_nothing_old_is_said() {
    let mut announcer = following(10);
    let other = Uuid::from_u128(2);
    for (log, seq) in [(other, 20), (other, 3)] {
        let news = News::Snapshot { log, seq, now: at(20), view: picture(vec![call(2), call(seq)]) };
        assert_eq!(stale(announcer.take(&news)), NONE);
    }
    announcer.take(&entry(call(4)));
    assert_eq!(said(&mut announcer), [4]);
}

#[test]
fn of_a_number_that_is_called_again_before_it_was_said_the_last_call_is_said() {
    let mut announcer = following(4);
    let (first, other) = (call(5), call(6));
    let again = CallView { seq: 7, at: at(7), attempt: 2, ..first.clone() };
    announcer.take(&entry(first.clone()));
    announcer.take(&entry(other));
    let taken = announcer.take(&entry(again));
    assert_eq!(taken.unsaid, [(ToSay::Call(first), Unsaid::Recalled)]);
    assert_eq!(said(&mut announcer), [6, 7]);
}

/// How the first of so many calls, all of one moment, is said: how many at once, and how.
fn pressed(calls: u64, repeats: u8, within_s: u32) -> (usize, Manner) {
    let mut announcer = Announcer::new(policy(), lengths(), None);
    announcer.take(&office(AnnouncingView { repeats, within_s, ..announcing() }));
    for seq in 1..=calls {
        announcer.take(&entry(CallView { language: WireLanguage::En, at: at(100), ..call(seq) }));
    }
    let said = next(&mut announcer, 100).expect("somebody was called");
    (said.seqs().len(), said.manner)
}

#[test]
fn under_pressure_repeats_go_then_languages_and_then_several_are_said_in_one_sentence() {
    let manner = |languages: &[Language], chime, form, repeats| Manner {
        chime,
        languages: languages.to_vec(),
        form,
        repeats,
    };
    let (both, ms) = ([Language::Ms, Language::En], [Language::Ms]);
    // A sixth of 300 s is planned with: 40 s, 20 s and 10 s a call, and three for each of several.
    for (calls, wanted) in [
        (1, (1, manner(&both, true, Form::Full, 2))),
        (2, (1, manner(&both, true, Form::Full, 2))),
        (3, (1, manner(&both, true, Form::Full, 1))),
        (4, (1, manner(&ms, true, Form::Full, 1))),
        (5, (1, manner(&ms, true, Form::Full, 1))),
        (6, (4, manner(&ms, false, Form::Short, 1))),
        (50, (4, manner(&ms, false, Form::Short, 1))),
    ] {
        assert_eq!(pressed(calls, 2, 300), wanted, "{calls} calls");
    }
    assert_eq!(pressed(2, 1, 30).1.languages, ms, "two languages take longer than a sixth of 30 s");
}

#[test]
fn a_call_that_has_waited_longer_than_it_may_is_left_out_and_it_is_said_why() {
    let mut announcer = following(0);
    announcer.take(&entry(call(1)));
    announcer.take(&entry(call(140)));
    let mut unsaid = vec![];
    let said = announcer.next_to_say(at(182), &mut unsaid).expect("the second");
    assert_eq!((said.seqs(), unsaid), (vec![140], vec![(ToSay::Call(call(1)), Unsaid::Crowded)]));
}

#[test]
fn whoever_has_come_before_the_call_was_said_is_not_called_any_more() {
    let mut announcer = following(0);
    announcer.take(&entry(call(1)));
    let counter = |current| {
        let counter = serde_json::json!({
            "id": "k3", "place": "counter", "number": 3, "open": true, "services": ["aduan"], "current": current,
        });
        Change::Counter { counter: serde_json::from_value(counter).expect("a counter") }
    };
    let at_counter = serde_json::json!({
        "ticket": 1, "number": "A001", "service": "aduan", "serving": true, "since": at(5), "attempts": 1,
    });
    announcer.take(&News::Entry { seq: 2, at: at(5), changes: vec![counter(at_counter)] });
    assert_eq!(left_out(&mut announcer, 20), [(1, Unsaid::Come)]);
}

#[test]
fn in_quiet_hours_calls_are_kept_back_where_it_is_quiet_and_said_elsewhere() {
    let quiet = |zones: &[&str]| QuietView { name: None, from: at(10), until: at(20), zones: strings(zones) };
    let hall = |zones: &[&str], quiet| {
        let mut announcer = Announcer::new(Policy { zones: strings(zones), ..policy() }, lengths(), None);
        announcer.take(&office(AnnouncingView { quiet: vec![quiet], ..announcing() }));
        announcer
    };
    let of = |seq, zones: &[&str]| entry(CallView { zones: strings(zones), ..call(seq) });
    for (zones, quiet_in, called_in, seq, kept_back) in [
        (&[][..], &[][..], &[][..], 10, true),
        (&[], &[], &[], 9, false),
        (&[], &[], &[], 20, false),
        (&["surau"], &["surau"], &[], 12, true),
        (&["surau"], &["surau"], &["surau", "dewan"], 12, true),
        (&["dewan"], &["surau"], &["surau", "dewan"], 12, false),
        (&["dewan", "surau"], &["surau"], &["surau", "dewan"], 12, false),
        (&[], &["surau"], &["surau"], 12, true),
        (&[], &["surau"], &[], 12, false),
    ] {
        let mut announcer = hall(zones, quiet(quiet_in));
        announcer.take(&of(seq, called_in));
        let mut unsaid = vec![];
        let said = announcer.next_to_say(at(seq as i64), &mut unsaid).is_some();
        assert_eq!(said, !kept_back, "{zones:?} {quiet_in:?} {called_in:?} at {seq}");
        assert_eq!(unsaid.len(), usize::from(kept_back));
    }
}

#[test]
fn a_loudspeaker_says_the_calls_of_its_zones_alone_as_loud_and_in_the_languages_that_the_zone_has() {
    let volumes = vec![VolumeView { from: at(10), until: at(20), db: -20 }];
    let zones = vec![
        ZoneView { volume_db: -6, volumes, languages: Some(vec![WireLanguage::En]), ..zone("kantin") },
        zone("dewan"),
    ];
    let hear = |heard: &[&str], called: &[&str], seq| {
        let mut announcer = Announcer::new(Policy { zones: strings(heard), ..policy() }, lengths(), None);
        announcer.take(&office(AnnouncingView { zones: zones.clone(), ..announcing() }));
        announcer.take(&entry(CallView { zones: strings(called), ..call(seq) }));
        let said = next(&mut announcer, seq as i64)?;
        Some((said.volume_db, said.manner.languages))
    };
    use Language::{En, Ms};
    for (heard, called, seq, wanted) in [
        (&["kantin"][..], &["kantin"][..], 5, Some((-6, vec![En]))),
        (&["kantin"], &["kantin"], 10, Some((-20, vec![En]))),
        (&["kantin"], &["dewan", "kantin"], 20, Some((-6, vec![En]))),
        (&["kantin"], &["dewan"], 5, None),
        (&["kantin"], &[], 5, Some((-6, vec![En]))),
        (&["dewan", "kantin"], &["dewan", "kantin"], 5, Some((0, vec![Ms]))),
        (&[], &["dewan"], 5, Some((0, vec![Ms]))),
        (&[], &[], 5, Some((0, vec![Ms]))),
    ] {
        assert_eq!(hear(heard, called, seq), wanted, "{heard:?} {called:?} at {seq}");
    }
}

#[test]
fn what_is_of_no_hurry_waits_for_the_calls_but_not_for_ever() {
    let mut announcer = following(0);
    announcer.take(&announced(made(1)));
    announcer.take(&entry(call(2)));
    let said = next(&mut announcer, 2).expect("the call");
    assert_eq!(said.seqs(), [2]);
    let said = next(&mut announcer, 3).expect("the announcement");
    assert_eq!((said.what, said.manner.chime), (What::Announcement(made(1)), true));
    announcer.take(&announced(made(4)));
    announcer.take(&entry(call(180)));
    assert_eq!(next(&mut announcer, 185).expect("it has waited").seqs(), [4]);
    let late = AnnouncementView { due: Some(at(120)), ..made(187) };
    assert_eq!(stale(announcer.take(&announced(late))), [187], "the daemon was away when it was due");
}

#[test]
fn what_is_urgent_goes_before_everything_and_is_repeated_until_it_is_called_off() {
    let quiet = QuietView { name: None, from: at(0), until: at(1000), zones: vec![] };
    let mut announcer = Announcer::new(policy(), lengths(), None);
    announcer.take(&office(AnnouncingView { quiet: vec![quiet], ..announcing() }));
    announcer.take(&entry(call(1)));
    let taken = announcer.take(&urgent(1, 2));
    assert_eq!(taken.queued.iter().map(ToSay::seq).collect::<Vec<_>>(), [2], "it is reported of");
    assert!(announcer.is_urgent());
    for round in 0..3 {
        let now = 2 + 20 * round;
        let said = next(&mut announcer, now).expect("it is urgent");
        assert!(matches!(said.what, What::Urgent(UrgentView { id: 1, .. }, Some(2))), "{said:?}");
        assert_eq!(said.volume_db, 0);
        announcer.urgent_was_said(at(now + 10));
        assert_eq!(announcer.wakes_at(), Some(at(now + 10) + URGENT_PAUSE));
        assert_eq!(next(&mut announcer, now + 11), None, "there is time to act on it");
    }
    announcer.take(&called_off(100));
    assert!(!announcer.is_urgent());
    assert_eq!(left_out(&mut announcer, 100), [(1, Unsaid::Quiet)], "and then all is as before");
}

#[test]
fn what_was_cut_off_is_said_again_when_it_is_given_back() {
    let mut announcer = following(0);
    for seq in 1..=2 {
        announcer.take(&entry(call(seq)));
    }
    let first = next(&mut announcer, 2).expect("the first");
    announcer.give_back(first.clone());
    assert_eq!(next(&mut announcer, 3), Some(first));
    assert_eq!(next(&mut announcer, 3).expect("the second").seqs(), [2]);
}

#[test]
fn whoever_stands_by_says_what_others_did_not_and_nothing_twice() {
    let mut announcer = with(Policy { standby: true, zones: strings(&["dewan"]), ..policy() });
    let of = |seq, zone: &str| entry(CallView { zones: strings(&[zone]), ..call(seq) });
    for (seq, zone) in [(1, "dewan"), (2, "kantin"), (3, "dewan")] {
        assert_eq!(announcer.take(&of(seq, zone)), Taken::default());
    }
    assert_eq!(next(&mut announcer, 3), None);
    let unheard = |call, zone: &str| News::Unheard { call, zones: strings(&[zone]) };
    for (call, zone) in [(2, "kantin"), (1, "kantin"), (9, "dewan")] {
        assert_eq!(announcer.take(&unheard(call, zone)), Taken::default(), "not here");
    }
    assert_eq!(announcer.take(&unheard(3, "dewan")).queued.len(), 1);
    assert_eq!(announcer.take(&unheard(3, "dewan")), Taken::default());
    assert_eq!(next(&mut announcer, 70).expect("in place of another").seqs(), [3]);
    assert_eq!(announcer.take(&unheard(3, "dewan")), Taken::default());
    announcer.take(&News::Resumed { seq: 3, now: at(1000) });
    assert_eq!(stale(announcer.take(&unheard(1, "dewan"))), [1]);
}

fn up_to(seq: u64) -> Progress {
    Progress { log: LOG, seq, done: BTreeSet::new() }
}

#[test]
fn what_was_said_before_something_that_waits_is_not_said_again_after_a_kill() {
    let mut announcer = following(0);
    announcer.take(&announced(made(1)));
    for seq in [2, 3] {
        announcer.take(&entry(call(seq)));
        assert_eq!(next(&mut announcer, 3).expect("calls go first").seqs(), [seq]);
    }
    let kept = announcer.progress(None).expect("it follows a log");
    assert_eq!(kept, Progress { done: [2, 3].into(), ..up_to(0) });
    let mut again = Announcer::new(policy(), lengths(), Some(kept));
    let view = {
        let mut view = picture(vec![call(2), call(3), call(4)]);
        view.announcements = Some(vec![made(1)]);
        view
    };
    again.take(&News::Snapshot { log: LOG, seq: 4, now: at(5), view });
    assert_eq!(said(&mut again), [4, 1]);
}

#[test]
fn an_announcement_that_has_waited_too_long_is_false_by_then_and_left_out() {
    let mut announcer = following(0);
    announcer.take(&announced(made(1)));
    announcer.take(&urgent(1, 2));
    assert!(matches!(next(&mut announcer, 3).expect("at once").what, What::Urgent(..)));
    announcer.take(&called_off(600));
    assert_eq!(left_out(&mut announcer, 600), [(1, Unsaid::Crowded)]);
}

#[test]
fn what_is_urgent_gives_way_to_its_end_and_to_what_is_newer() {
    let mut announcer = following(0);
    announcer.take(&urgent(1, 2));
    let first = next(&mut announcer, 2).expect("at once");
    assert!(!announcer.cuts_off(&first.what));
    let newer = |id, seq| {
        let News::Entry { changes, .. } = urgent(id, seq) else { unreachable!() };
        let Some(Change::Urgent { urgent: mut all }) = changes.last().cloned() else { unreachable!() };
        let News::Entry { changes, .. } = urgent(1, 2) else { unreachable!() };
        let Some(Change::Urgent { urgent: old }) = changes.last().cloned() else { unreachable!() };
        all.splice(0..0, old);
        News::Entry { seq, at: at(seq as i64), changes: vec![Change::Urgent { urgent: all }] }
    };
    announcer.take(&newer(2, 3));
    assert!(announcer.cuts_off(&first.what), "a newer one came");
    announcer.urgent_was_said(at(3));
    let second = next(&mut announcer, 3).expect("without a pause");
    assert!(matches!(&second.what, What::Urgent(made, _) if made.id == 2));
    announcer.take(&called_off(4));
    assert!(announcer.cuts_off(&second.what), "it was called off");
}

#[test]
fn a_program_that_is_started_again_goes_on_behind_what_was_said() {
    let mut announcer = following(0);
    for seq in 1..=3 {
        announcer.take(&entry(call(seq)));
    }
    let first = next(&mut announcer, 3).expect("the first");
    let progress = announcer.progress(Some(&first));
    assert_eq!(progress, Some(up_to(0)), "it is still being said");
    let progress = announcer.progress(None);
    assert_eq!(progress, Some(up_to(1)));

    let mut again = Announcer::new(policy(), lengths(), progress);
    again.take(&snapshot(3, vec![call(1), call(2), call(3)]));
    assert_eq!(said(&mut again), [2, 3]);
    assert_eq!(again.progress(None), Some(up_to(3)));
    let mut of_another_log =
        Announcer::new(policy(), lengths(), Some(Progress { log: Uuid::from_u128(7), ..up_to(1) }));
    of_another_log.take(&snapshot(3, vec![call(2), call(3)]));
    assert_eq!(said(&mut of_another_log), NONE);
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn what_takes_no_time_is_never_shortened_or_given_up() {
    let mut announcer = announcer(false);
    announcer.take(&snapshot(0, vec![]));
    for seq in 1..=50 {
        assert_eq!(stale(announcer.take(&entry(CallView { language: WireLanguage::En, ..call(seq) }))), NONE);
    }
    let full =
        Manner { chime: true, languages: vec![Language::Ms, Language::En], form: Form::Full, repeats: 1 };
    for _ in 0..50 {
        assert_eq!(next(&mut announcer, 50).map(|next| next.manner), Some(full.clone()));
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
        let mut announcer = with(Policy { languages: chosen, voices, ..policy() });
        announcer.take(&entry(CallView { language: ticket, ..call(1) }));
        assert_eq!(next(&mut announcer, 1).map(|next| next.manner.languages), Some(wanted), "{ticket:?}");
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
                    unsaid.extend(announcer.take(&entry(log[log.len() - 1].clone())).unsaid);
                }
                Step::Missed { calls, picture } => {
                    unsaid.extend(announcer.take(&down()).unsaid);
                    let before = log.len();
                    for _ in 0..calls {
                        add(&mut log, 20);
                    }
                    let last = log.last().map_or(0, |call| call.seq);
                    if picture {
                        let shown = log.len().saturating_sub(3);
                        hidden.extend(log[before.min(shown)..shown].iter().map(|call| call.seq));
                        unsaid.extend(announcer.take(&snapshot(last, log[shown..].to_vec())).unsaid);
                    } else {
                        unsaid.extend(announcer.take(&News::Resumed { seq: last, now: at(last as i64) }).unsaid);
                        // What was seen before comes again; it must not matter.
                        for call in &log[before.saturating_sub(2)..] {
                            unsaid.extend(announcer.take(&entry(call.clone())).unsaid);
                        }
                    }
                }
                Step::Said => {
                    let next = announcer.next_to_say(Timestamp::MIN, &mut unsaid);
                    said.extend(next.into_iter().flat_map(|next| next.seqs()));
                }
            }
        }
        said.extend(std::iter::from_fn(|| announcer.next_to_say(Timestamp::MIN, &mut unsaid)).flat_map(|next| next.seqs()));
        prop_assert!(said.is_sorted_by(|a, b| a < b), "{said:?}");
        let mut known: Vec<_> = said;
        known.extend(unsaid.iter().map(|(what, _): &(ToSay, Unsaid)| what.seq()).chain(hidden));
        known.sort_unstable();
        prop_assert_eq!(known, log.iter().map(|call| call.seq).collect::<Vec<_>>());
    }
}
