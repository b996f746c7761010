//! The counts of a replay are those of its record, whoever is called.

use std::{collections::BTreeMap, future::Future, path::PathBuf, pin::pin, task};

use giliran_core::Rules;
use giliran_protocol::command::{Command, CommandAnswer, Outcome as Answer};
use giliran_sim::{
    office::{self, Identity},
    play::{self, Books, Desk, DeskError, PlayError},
    record::{DaySecond, Outcome, Record, ServiceFacts, Source, Visit},
    report::Totals,
    timetable::Timetable,
};
use proptest::prelude::*;

use crate::ledger::LedgerDesk;

/// A desk without a daemon never waits for anything.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut task::Context::from_waker(task::Waker::noop())) {
        task::Poll::Ready(value) => value,
        task::Poll::Pending => panic!("the desk made us wait"),
    }
}

fn rules_for(record: &Record, timetable: &Timetable) -> Rules {
    let identity = Identity { id: "ujian".into(), time_zone: "Asia/Kuala_Lumpur".into() };
    office::rules(record, timetable, &identity).unwrap()
}

fn replay(record: &Record) -> (Books, LedgerDesk) {
    let timetable = Timetable::of(record);
    let rules = rules_for(record, &timetable);
    let mut desk = LedgerDesk::new(&rules, record.day);
    let books = at_once(play::play(record, &timetable, &rules, &mut desk, |_| {})).unwrap();
    (books, desk)
}

/// When a visit leaves the queue.
fn leaves(visit: &Visit) -> DaySecond {
    match visit.outcome {
        Outcome::Served { start: at, .. }
        | Outcome::Missed { called: at }
        | Outcome::Abandoned { left: at } => at,
    }
}

fn check(record: &Record) -> (Totals, Totals) {
    let (books, desk) = replay(record);
    let (replay, recorded) = (Totals::of_books(&books), Totals::of_record(record));
    let counts = |totals: &Totals| (totals.tickets, totals.served, totals.missed, totals.abandoned);
    assert_eq!(counts(&replay), counts(&recorded));
    assert_eq!(books.faults, [""; 0]);

    let branch = desk.ledger.branch();
    let tally = branch.tally();
    assert_eq!((tally.issued, tally.served, tally.missed, tally.cancelled), counts(&replay));
    assert_eq!(branch.tickets().count(), 0, "somebody was left over");
    assert!(branch.counters().all(|(_, counter)| !counter.open), "a counter was left open");
    assert!(books.calls.windows(2).all(|pair| pair[0].seq < pair[1].seq && pair[0].at <= pair[1].at));

    for (second, waiting) in &desk.waiting {
        let recorded =
            record.visits.iter().filter(|visit| visit.arrival <= *second && *second < leaves(visit));
        assert_eq!(*waiting as usize, recorded.count(), "wait at the end of {second}");
    }
    (replay, recorded)
}

/// What a counter does with somebody: as it is written, or as the end of a short story.
fn outcome(arrival: u32) -> impl Strategy<Value = Outcome> {
    let server = prop::option::weighted(0.7, "[A-D]");
    let served = (0..300_u32, prop::option::weighted(0.8, 0..400_u32), server).prop_map(
        move |(wait, length, server)| Outcome::Served {
            start: DaySecond(arrival + wait),
            end: length.map(|length| DaySecond(arrival + wait + length)),
            server,
        },
    );
    prop_oneof![
        6 => served,
        1 => (0..300_u32).prop_map(move |wait| Outcome::Missed { called: DaySecond(arrival + wait) }),
        3 => (0..300_u32).prop_map(move |wait| Outcome::Abandoned { left: DaySecond(arrival + wait) }),
    ]
}

fn visit() -> impl Strategy<Value = Visit> {
    // Few seconds for many people: much happens at once.
    (0..600_u32, "[P-R]", any::<bool>()).prop_flat_map(|(arrival, class, priority)| {
        outcome(arrival).prop_map(move |outcome| Visit {
            class: class.clone(),
            arrival: DaySecond(arrival),
            priority,
            outcome,
        })
    })
}

fn record() -> impl Strategy<Value = Record> {
    let facts = (prop::option::of("[uv]"), prop::option::of(0..4_u32))
        .prop_map(|(queue, open_counters)| ServiceFacts { queue, open_counters, ..ServiceFacts::default() });
    let services = prop::collection::btree_map("[P-R]", facts, 0..4);
    (prop::collection::vec(visit(), 1..60), services).prop_map(|(visits, services)| Record {
        day: "2026-01-05".parse().unwrap(),
        visits,
        services,
    })
}

proptest! {
    #[test]
    fn counts_and_queues_are_those_of_any_record(record in record()) {
        check(&record);
    }
}

fn fixture(name: &str, services: &str, day: &str) -> Record {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    let source = Source {
        record: folder.join(name),
        day: day.parse().unwrap(),
        office: None,
        services: Some(folder.join(services)),
        readings: None,
    };
    source.read().unwrap()
}

#[test]
fn a_day_of_the_bank_comes_out_as_it_was() {
    let (replay, recorded) = check(&fixture("bank-1999-08-18.csv", "bank-services.csv", "1999-08-18"));
    insta::assert_json_snapshot!(BTreeMap::from([("record", recorded), ("replay", replay)]));
}

#[test]
fn a_day_of_the_warsaw_office_comes_out_as_it_was_to_the_second() {
    let record = fixture("warsaw-ochota-2020-01-15.csv", "warsaw-ochota-services.csv", "2020-01-15");
    let (replay, recorded) = check(&record);
    assert_eq!(replay, recorded, "each queue was called in the order of its numbers");
    insta::assert_json_snapshot!(replay);
}

/// Hands on to the rules and tampers with the answers.
struct Tampering<F>(LedgerDesk, F);

impl<F: FnMut(Answer) -> Result<Answer, DeskError> + Send> Desk for Tampering<F> {
    async fn submit(&mut self, at: DaySecond, command: Command) -> Result<CommandAnswer, DeskError> {
        let answer = self.0.submit(at, command).await?;
        Ok(CommandAnswer { outcome: (self.1)(answer.outcome)?, ..answer })
    }
}

fn tampered(tamper: impl FnMut(Answer) -> Result<Answer, DeskError> + Send) -> Result<Books, PlayError> {
    let served = |arrival, start, end| Visit {
        class: "P".into(),
        arrival: DaySecond(arrival),
        priority: false,
        outcome: Outcome::Served { start: DaySecond(start), end: Some(DaySecond(end)), server: None },
    };
    let record = Record {
        day: "2026-01-05".parse().unwrap(),
        visits: vec![served(10, 20, 40), served(12, 40, 50)],
        services: BTreeMap::new(),
    };
    let timetable = Timetable::of(&record);
    let rules = rules_for(&record, &timetable);
    let mut desk = Tampering(LedgerDesk::new(&rules, record.day), tamper);
    at_once(play::play(&record, &timetable, &rules, &mut desk, |_| {}))
}

#[test]
fn a_number_that_is_given_to_two_people_is_a_fault() {
    let same = |answer| match answer {
        Answer::Issued { ticket, service, ahead, .. } => {
            Ok(Answer::Issued { ticket, number: "A001".into(), service, ahead, wait: None, phone: None })
        }
        other @ (Answer::CalledAhead { .. } | Answer::Called { .. } | Answer::Done) => Ok(other),
    };
    let faults = tampered(same).unwrap().faults;
    assert_eq!(faults[0], "at 00:00:12, A001 was given to ticket 2 while ticket 1 had it");
}

#[test]
fn a_call_of_somebody_who_does_not_wait_ends_the_replay() {
    let wrong = |answer| match answer {
        Answer::Called { number, service, language, attempt, .. } => {
            Ok(Answer::Called { ticket: 99, number, service, language, attempt })
        }
        other @ (Answer::Issued { .. } | Answer::CalledAhead { .. } | Answer::Done) => Ok(other),
    };
    let error = tampered(wrong).unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"at 00:00:20, a counter called: the answer was "A001, who does not wait""#
    );
}

#[test]
fn a_command_that_is_not_taken_ends_the_replay_with_its_reason() {
    let mut left = 3;
    let refuse = |answer| {
        left -= 1;
        if left == 0 { Err(DeskError("the disk is full".into())) } else { Ok(answer) }
    };
    let error = tampered(refuse).unwrap_err();
    assert_eq!(error.to_string(), "at 00:00:20, open k1: the disk is full");
}
