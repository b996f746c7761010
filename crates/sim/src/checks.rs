//! What must hold before a replay begins, and what after it has ended. Each fault is said in words.

use std::collections::BTreeMap;

use giliran_core::Rules;
use giliran_protocol::view::{BranchView, HealthView, TallyView};
use jiff::{Timestamp, civil::Date};

use crate::{
    report::{Call, Totals},
    watch::{Begin, Seen},
};

/// Whether the branch has what the record needs, and nothing going on in it.
pub(crate) fn ready(begin: &Begin, rules: &Rules) -> Result<(), String> {
    let view = &begin.view;
    let config = "print the configuration that this record needs with `giliran-sim config`";
    for class in &rules.classes {
        if !view.classes.iter().any(|known| known.id == class.id.as_str()) {
            return Err(format!("the branch has no class `{}`: {config}", class.id));
        }
    }
    for service in &rules.services {
        if !view.services.iter().any(|known| known.id == service.id.as_str()) {
            return Err(format!("the branch has no service `{}`: {config}", service.id));
        }
    }
    for counter in &rules.counters {
        let Some(known) = view.counters.iter().find(|known| known.id == counter.id.as_str()) else {
            return Err(format!("the branch has no counter `{}`: {config}", counter.id));
        };
        let wanted: Vec<&str> = counter.services.iter().map(|service| service.as_str()).collect();
        if known.services.len() != wanted.len()
            || !wanted.iter().all(|service| known.services.iter().any(|known| known == service))
        {
            return Err(format!("counter `{}` takes other services: {config}", counter.id));
        }
        if known.open {
            return Err(format!("counter `{}` is open: a replay begins with all of them closed", known.id));
        }
    }
    if view.tickets.iter().flatten().next().is_some() {
        return Err("there are people in the branch: a replay begins with nobody there".into());
    }
    Ok(())
}

/// Whether the daemon's time, which can't go back, is still before the record's.
pub(crate) fn before(begin: &Begin, day: Date, first: Timestamp) -> Result<(), String> {
    if begin.now > first || begin.view.day.is_some_and(|begun| begun >= day) {
        let now = begin.view.day.map_or_else(|| begin.now.to_string(), |begun| begun.to_string());
        return Err(format!(
            "the daemon's time has come to {now} already and can't go back: start it with a fresh file for {day}"
        ));
    }
    Ok(())
}

/// The counts of the replay are the record's.
pub(crate) fn counts(replay: &Totals, record: &Totals) -> Vec<String> {
    replay
        .counts()
        .into_iter()
        .zip(record.counts())
        .filter(|((_, replay), (_, record))| replay != record)
        .map(|((name, replay), (_, record))| {
            format!("{name}: {replay} in the replay and {record} in the record")
        })
        .collect()
}

/// Every call was shown once, in order, with the right counter and, where the time is ours, at the time.
/// Of a call that was made while the display was cut off for long nothing is asked.
pub(crate) fn calls(calls: &[Call], seen: &Seen, midnight: Option<Timestamp>) -> Vec<String> {
    let shown = &seen.calls;
    let mut faults = Vec::new();
    if let Some(pair) = shown.windows(2).find(|pair| pair[0].seq >= pair[1].seq) {
        faults.push(format!("the display showed call {} and then call {}", pair[0].seq, pair[1].seq));
    }
    let made: BTreeMap<u64, &Call> = calls.iter().map(|call| (call.seq, call)).collect();
    let mut unseen = made.clone();
    for shown in shown {
        let Some(call) = made.get(&shown.seq) else {
            faults.push(format!(
                "the display showed {} (entry {}), whom nobody called",
                shown.number, shown.seq
            ));
            continue;
        };
        if unseen.remove(&shown.seq).is_none() {
            faults.push(format!("the display showed {} (entry {}) twice", shown.number, shown.seq));
        }
        let place = (&shown.number, &shown.service, &shown.counter, shown.counter_number, shown.attempt);
        if place != (&call.number, &call.service, &call.counter, call.counter_number, 1) {
            faults.push(format!("the display showed {place:?} for {call:?}"));
        }
        let time = midnight.map(|midnight| shown.at.duration_since(midnight).as_secs());
        if time.is_some_and(|time| time != i64::from(call.at.0)) {
            faults.push(format!(
                "{} was called at {} and shown as called at {}",
                call.number, call.at, shown.at
            ));
        }
    }
    for (seq, call) in unseen {
        if seen.blind.iter().any(|blind| blind.contains(&seq)) {
            continue;
        }
        faults.push(format!("the display never showed {} (entry {seq}, at {})", call.number, call.at));
    }
    faults
}

/// How many calls were made while the display was cut off and never shown.
pub(crate) fn unseen(calls: &[Call], seen: &Seen) -> u32 {
    let blind = |seq| seen.blind.iter().any(|blind| blind.contains(&seq));
    u32::try_from(calls.iter().filter(|call| blind(call.seq)).count()).unwrap_or(u32::MAX)
}

/// The supervisor's totals are the replay's, nobody is left, and what the events left behind is what a
/// fresh look shows.
pub(crate) fn picture(
    seen: Option<&BranchView>,
    fresh: &BranchView,
    replay: &Totals,
    before: TallyView,
) -> Vec<String> {
    let mut faults = Vec::new();
    let tally = fresh.tally.unwrap_or_default();
    let expected = TallyView {
        issued: before.issued + replay.tickets,
        served: before.served + replay.served,
        missed: before.missed + replay.missed,
        cancelled: before.cancelled + replay.abandoned,
        // What an office promises is not in the record of a day.
        within: tally.within,
        late: tally.late,
        ..before
    };
    if tally != expected {
        faults.push(format!("the supervisor sees {tally:?} and not {expected:?}"));
    }
    if let Some(ticket) = fresh.tickets.iter().flatten().next() {
        faults.push(format!("{} is still in the branch", ticket.number));
    }
    // Estimates, what screens report, and who is linked come on their own and are not part of the log.
    let of_the_log = |view: &BranchView| {
        let mut view = BranchView { health: HealthView::default(), reports: None, ..view.clone() };
        for service in &mut view.services {
            service.wait = None;
        }
        view
    };
    if seen.map(of_the_log) != Some(of_the_log(fresh)) {
        faults.push("what the events left behind is not what a fresh look shows".into());
    }
    faults
}

#[cfg(test)]
mod tests {
    use giliran_protocol::view::{CallView, Language, Place, TicketView};
    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;
    use crate::{
        office::{self, Identity},
        record::{DaySecond, Outcome, Record, Visit},
        timetable::Timetable,
    };

    const MIDNIGHT: Timestamp = Timestamp::UNIX_EPOCH;

    fn made(seq: u64, number: &str, at: u32) -> Call {
        Call {
            seq,
            at: DaySecond(at),
            number: number.into(),
            service: "ps".into(),
            counter: "k1".into(),
            counter_number: 1,
            wait_s: 0,
            comes: true,
        }
    }

    fn shown(seq: u64, number: &str, at: u32) -> CallView {
        CallView {
            seq,
            at: MIDNIGHT + SignedDuration::from_secs(at.into()),
            number: number.into(),
            service: "ps".into(),
            language: Language::Ms,
            zones: Vec::new(),
            counter: "k1".into(),
            place: Place::Counter,
            counter_number: 1,
            attempt: 1,
        }
    }

    fn seen(calls: &[CallView]) -> Seen {
        Seen { calls: calls.to_vec(), ..Seen::default() }
    }

    #[test]
    fn each_call_is_to_be_shown_once_in_order_and_as_it_was() {
        let all = [shown(3, "A001", 30), shown(5, "A002", 50)];
        let [first, second] = &all;
        let other_counter = CallView { counter: "k2".into(), ..first.clone() };
        for (shows, faults) in [
            (vec![first, second], &[][..]),
            (vec![first], &["the display never showed A002 (entry 5, at 00:00:50)"]),
            (
                vec![first, first, second],
                &["the display showed call 3 and then call 3", "the display showed A001 (entry 3) twice"],
            ),
            (vec![second, first], &["the display showed call 5 and then call 3"]),
            (
                vec![first, &shown(4, "B001", 40), second],
                &["the display showed B001 (entry 4), whom nobody called"],
            ),
            (
                vec![first, &shown(5, "A002", 51)],
                &["A002 was called at 00:00:50 and shown as called at 1970-01-01T00:00:51Z"],
            ),
        ] {
            let shows: Vec<CallView> = shows.into_iter().cloned().collect();
            let made = [made(3, "A001", 30), made(5, "A002", 50)];
            assert_eq!(calls(&made, &seen(&shows), Some(MIDNIGHT)), faults);
        }
        let faults = calls(&[made(3, "A001", 30)], &seen(&[other_counter]), Some(MIDNIGHT));
        assert!(faults[0].contains("\"k2\""), "{faults:?}");
        // By a clock of its own the daemon calls when it does.
        assert_eq!(calls(&[made(3, "A001", 30)], &seen(&[shown(3, "A001", 77)]), None), [""; 0]);
    }

    #[test]
    fn what_a_display_could_not_see_is_no_fault() {
        let made = [made(3, "A001", 30), made(5, "A002", 50), made(7, "A003", 70)];
        let seen = Seen { blind: vec![4..6, 8..9], ..seen(&[shown(3, "A001", 30)]) };
        let faults = calls(&made, &seen, Some(MIDNIGHT));
        assert_eq!(faults, ["the display never showed A003 (entry 7, at 00:01:10)"]);
        assert_eq!(unseen(&made, &seen), 1);
    }

    #[test]
    fn counts_that_differ_are_named() {
        let record = Totals { tickets: 10, served: 7, missed: 1, abandoned: 2, ..Totals::default() };
        let replay = Totals { served: 6, abandoned: 3, wait_max_s: 99, ..record.clone() };
        assert_eq!(counts(&record, &record), [""; 0]);
        assert_eq!(
            counts(&replay, &record),
            ["served: 6 in the replay and 7 in the record", "abandoned: 3 in the replay and 2 in the record"]
        );
    }

    /// A branch that is ready for one visit, with the rules for it.
    fn branch() -> (Begin, Rules) {
        let outcome = Outcome::Served { start: DaySecond(30), end: Some(DaySecond(40)), server: None };
        let visit = Visit { class: "PS".into(), arrival: DaySecond(20), priority: false, outcome };
        let record =
            Record { day: Date::constant(1999, 8, 18), visits: vec![visit], services: BTreeMap::new() };
        let identity = Identity { id: "bank".into(), time_zone: "UTC".into() };
        let rules = office::rules(&record, &Timetable::of(&record), &identity).unwrap();
        let name = json!({ "ms": "nama" });
        let view = json!({
            "id": "bank", "name": name, "time_zone": "UTC", "opening": { "state": "always" },
            "languages": ["ms"], "viewing_m": 10,
            "classes": [{ "id": "biasa", "name": name }, { "id": "utama", "name": name }],
            "services": [{ "id": "ps", "name": name, "letters": "A", "waiting": 0 }],
            "counters": [{ "id": "k1", "place": "counter", "number": 1, "open": false, "services": ["ps"] }],
            "calls": [], "tickets": [], "missed": [], "tally": TallyView::default(),
        });
        (Begin { now: MIDNIGHT, view: serde_json::from_value(view).unwrap() }, rules)
    }

    fn ticket() -> TicketView {
        let ticket = json!({
            "id": 1, "number": "A001", "service": "ps", "class": "biasa", "language": "ms",
            "state": "waiting", "arrived_at": MIDNIGHT, "due_at": MIDNIGHT, "since": MIDNIGHT,
        });
        serde_json::from_value(ticket).unwrap()
    }

    #[test]
    fn a_branch_is_ready_when_it_has_what_the_record_needs_and_is_empty() {
        fn check(change: impl FnOnce(&mut BranchView), expected: Result<(), &str>) {
            let (mut begin, rules) = branch();
            change(&mut begin.view);
            let said = ready(&begin, &rules);
            match expected {
                Ok(()) => assert_eq!(said, Ok(())),
                Err(start) => assert!(said.as_ref().is_err_and(|said| said.starts_with(start)), "{said:?}"),
            }
        }
        check(|_| {}, Ok(()));
        check(|view| view.classes.truncate(1), Err("the branch has no class `utama`: print the conf"));
        check(|view| view.services.clear(), Err("the branch has no service `ps`"));
        check(|view| view.counters.clear(), Err("the branch has no counter `k1`"));
        check(|view| view.counters[0].services.push("in".into()), Err("counter `k1` takes other services"));
        check(|view| view.counters[0].services = vec!["in".into()], Err("counter `k1` takes other services"));
        check(|view| view.counters[0].open = true, Err("counter `k1` is open"));
        check(|view| view.tickets = Some(vec![ticket()]), Err("there are people in the branch"));
    }

    #[test]
    fn a_day_can_only_be_replayed_before_it_has_passed() {
        let day = Date::constant(1970, 1, 5);
        let first = MIDNIGHT + SignedDuration::from_hours(4 * 24);
        for (now, begun, fits) in [
            (0, None, true),
            (4 * 24, None, true),
            (4 * 24 + 1, None, false),
            (24, Some(4), true),
            (24, Some(5), false),
            (24, Some(6), false),
        ] {
            let (mut begin, _) = branch();
            begin.now = MIDNIGHT + SignedDuration::from_hours(now);
            begin.view.day = begun.map(|day| Date::constant(1970, 1, day));
            assert_eq!(before(&begin, day, first).is_ok(), fits, "{now} h, {begun:?}");
        }
    }

    #[test]
    fn the_last_picture_is_to_be_the_one_that_events_left_behind() {
        let totals = Totals { tickets: 3, served: 2, missed: 1, ..Totals::default() };
        let tally = TallyView { issued: 5, served: 4, missed: 1, ..TallyView::default() };
        let before = TallyView { issued: 2, served: 2, ..TallyView::default() };
        let fresh = BranchView { tally: Some(tally), ..*branch().0.view };
        assert_eq!(picture(Some(&fresh), &fresh, &totals, before), [""; 0]);

        let mut with_wait = fresh.clone();
        with_wait.services[0].wait = Some(giliran_protocol::view::Wait { p50_s: 1, p90_s: 2 });
        assert_eq!(picture(Some(&with_wait), &fresh, &totals, before), [""; 0]);

        let mut other = fresh.clone();
        other.services[0].waiting = 1;
        let differs = "what the events left behind is not what a fresh look shows";
        assert_eq!(picture(Some(&other), &fresh, &totals, before), [differs]);
        assert_eq!(picture(None, &fresh, &totals, before), [differs]);

        let left = BranchView { tickets: Some(vec![ticket()]), ..fresh };
        let faults = picture(Some(&left), &left, &totals, TallyView::default());
        assert_eq!(faults.len(), 2);
        assert!(faults[0].starts_with("the supervisor sees TallyView { issued: 5"), "{faults:?}");
        assert_eq!(faults[1], "A001 is still in the branch");
    }
}
