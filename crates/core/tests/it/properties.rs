//! What holds over any history, however odd.

use std::collections::{BTreeMap, BTreeSet};

use giliran_core::{
    Branch, Command, CommandId, Entry, Event, Ledger, Press, Refusal, Submission, Ticket, TicketId,
    TicketState, Turn,
};
use jiff::{SignedDuration, Timestamp};
use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{
    appointment, arrive, assert_sound, call, call_ahead, call_of, call_off, cancel, change_class, choose,
    choose_with, close, come_back, end_pause, extra, finish, give_way, id, import, issue, issue_for,
    issue_legs, issue_to, no_show, note, office, open, park, park_until, parsed, pause, pick, post, recall,
    requeue, resume, seat, send_on, set, set_rules, start, time, transfer, undo, void, withdraw,
};

/// An office that uses every rule. It opens late, so that a history may see it close and the next day begin.
fn busy(at_close: &str) -> Value {
    let mut office = office();
    let span = |from: &str, until: &str| json!({ "from": from, "until": until });
    let changes = [
        (
            "/hours",
            json!({
                "week": [{ "days": ["mon", "tue", "wed"], "open": [span("00:10", "22:00"), span("22:10", "23:30")] }],
                "last_ticket": "PT5M", "at_close": at_close,
            }),
        ),
        (
            "/calling",
            json!({
                "interval": "PT5S", "calls_most": 4, "calls_least": 1, "no_show": { "calls": 2, "after": "PT2M" },
                "come_back": "PT10M", "undo": "PT3M", "help_before": "PT3M",
            }),
        ),
        (
            "/appointments",
            json!({ "class": "biasa", "early": "PT2H", "late": "PT30M", "too_late": "walk_in" }),
        ),
        ("/class/2/goes_next", json!(true)),
        ("/service/0/then", json!(["bayaran"])),
        ("/service/0/charter", json!({ "waiting": "PT1M" })),
        ("/service/0/quota", json!(40)),
        ("/service/1/one_per_person", json!(true)),
        ("/counter/1/helps", json!([["bayaran"]])),
        ("/counter/0/ahead", json!({ "ms": "Kerusi biru" })),
        ("/counter/2/reserved", json!(["warga-emas"])),
    ];
    for (pointer, value) in changes {
        set(&mut office, pointer, value);
    }
    office
}

fn busy_but(pointer: &str, value: Value) -> Value {
    let mut office = busy("carried");
    set(&mut office, pointer, value);
    office
}

/// What somebody does.
#[derive(Debug, Clone)]
enum Act {
    Do(Command),
    /// With the ticket at a counter, or with the one of that id.
    AtCounter {
        counter: &'static str,
        what: AtCounter,
        other: Option<u64>,
    },
    /// With the so-manieth of those who live or may come back.
    With {
        nth: usize,
        what: With,
    },
    SendAgain,
}

#[derive(Debug, Clone, Copy)]
enum AtCounter {
    Recall,
    Start,
    Finish,
    NoShow,
    Transfer(&'static str),
    SendOn(&'static str),
    Park,
    ParkUntil(&'static str),
    Note,
}

#[derive(Debug, Clone, Copy)]
enum With {
    Resume,
    ComeBack,
    Requeue,
    ChangeClass(&'static str),
    Cancel,
    Void,
    Pick(&'static str),
    GiveWay(u8),
}

const COUNTERS: [&str; 4] = ["k1", "k2", "b3", "k9"];
const SERVICES: [&str; 3] = ["pasport", "bayaran", "lesen"];
const CLASSES: [&str; 4] = ["biasa", "warga-emas", "kecemasan", "vip"];
const CODES: [&str; 3] = ["JT01", "JT02", "JT03"];
const TIMES: [&str; 4] = ["22:45", "23:15", "23:50", "24:00"];

fn act() -> impl Strategy<Value = Act> {
    let counter = || select(&COUNTERS);
    let service = || select(&SERVICES);
    let class = || select(&CLASSES);
    let times = || select(&TIMES);
    let code = || select(&CODES);
    let arrival = prop_oneof![
        4 => service().prop_map(issue),
        3 => (class(), service()).prop_map(|(class, service)| issue_to(class, service)),
        3 => (0..4_u128, service()).prop_map(|(person, service)| issue_for(person, service)),
        1 => prop::collection::vec(service(), 1..4).prop_map(|services| issue_legs(&services)),
        1 => (code(), service(), times()).prop_map(|(code, s, at)| import(&[appointment(code, s, at)])),
        1 => code().prop_map(arrive),
        1 => code().prop_map(call_off),
    ];
    let calls = prop_oneof![
        6 => counter().prop_map(call),
        1 => (counter(), service()).prop_map(|(counter, service)| call_of(counter, service)),
        1 => counter().prop_map(call_ahead),
        2 => counter().prop_map(undo),
    ];
    let counters = prop_oneof![
        4 => counter().prop_map(open),
        1 => counter().prop_map(close),
        1 => counter().prop_map(pause),
        1 => counter().prop_map(end_pause),
        1 => (counter(), select(&[Some("aminah"), Some("siva"), None])).prop_map(|(c, officer)| seat(c, officer)),
        1 => (counter(), prop::collection::vec(service(), 0..3)).prop_map(|(c, s)| choose(c, &s)),
        1 => (counter(), service(), service()).prop_map(|(c, own, help)| choose_with(c, &[own], &[&[help]])),
    ];
    let rules = prop_oneof![
        select(&["served", "carried", "ended"]).prop_map(busy),
        Just(busy_but("/counter/0/number", json!(2))),
        Just(busy_but("/service/0/allowance", json!("PT1H"))),
        Just(busy_but(
            "/service/0/series",
            json!({ "letters": "B", "first": 10, "last": 12, "width": 2, "skip": [11] })
        )),
        Just(busy_but("/counter/1", json!({ "id": "k9", "number": 9, "services": ["pasport"] }))),
        Just(busy_but("/day_begins", json!("05:00:00"))),
        Just(busy_but("/hours", Value::Null)),
        Just(busy_but("/hours/week/0/open", json!([{ "from": "08:00", "until": "22:50" }]))),
        Just(office()),
    ];
    let office = prop_oneof![
        3 => rules.prop_map(set_rules),
        1 => Just(Command::BeginDay),
        1 => Just(Command::CloseDay),
        2 => times().prop_map(extra),
        1 => select(&[None, Some("23:15"), Some("24:00")]).prop_map(|until| post("Hujan lebat", until)),
        1 => (1..4_u64).prop_map(withdraw),
    ];
    let what = prop_oneof![
        2 => Just(AtCounter::Recall),
        3 => Just(AtCounter::Start),
        5 => Just(AtCounter::Finish),
        1 => Just(AtCounter::NoShow),
        1 => service().prop_map(AtCounter::Transfer),
        1 => counter().prop_map(AtCounter::SendOn),
        1 => Just(AtCounter::Park),
        1 => times().prop_map(AtCounter::ParkUntil),
        1 => Just(AtCounter::Note),
    ];
    let with = prop_oneof![
        Just(With::Resume),
        Just(With::ComeBack),
        Just(With::Requeue),
        class().prop_map(With::ChangeClass),
        Just(With::Cancel),
        Just(With::Void),
        counter().prop_map(With::Pick),
        (0..22_u8).prop_map(With::GiveWay),
    ];
    let other = prop_oneof![5 => Just(None), 1 => (0_u64..40).prop_map(Some)];
    prop_oneof![
        10 => arrival.prop_map(Act::Do),
        8 => calls.prop_map(Act::Do),
        4 => counters.prop_map(Act::Do),
        2 => office.prop_map(Act::Do),
        12 => (counter(), what, other).prop_map(|(counter, what, other)| Act::AtCounter { counter, what, other }),
        4 => (0..8_usize, with).prop_map(|(nth, what)| Act::With { nth, what }),
        2 => Just(Act::SendAgain),
    ]
}

/// How the clock moves before an act, in seconds: mostly a little forward, at times back or some hours on.
fn clock() -> impl Strategy<Value = i64> {
    prop_oneof![30 => 0..90_i64, 2 => -7_200..0_i64, 1 => 3_600..90_000_i64]
}

fn histories() -> impl Strategy<Value = Vec<(i64, Act)>> {
    prop::collection::vec((clock(), act()), 0..150)
}

/// What was counted from the events alone.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    issued: usize,
    ended: usize,
}

/// A ledger at work, with a second branch that only follows the entries.
struct World {
    ledger: Ledger,
    follower: Branch,
    count: Count,
    entries: Vec<Entry>,
    last: Option<(CommandId, Command, Result<u64, Refusal>)>,
    now: Timestamp,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            ledger: Ledger::default(),
            follower: Branch::default(),
            count: Count::default(),
            entries: vec![],
            last: None,
            now: time("2026-11-23T22:30:00+08:00"), // closing and a new day are near
        };
        world.submit(set_rules(busy("carried")));
        for counter in ["k1", "k2", "b3"] {
            world.submit(open(counter));
        }
        world
    }

    fn run(history: Vec<(i64, Act)>) -> Self {
        let mut world = Self::new();
        for (seconds, act) in history {
            world.now += SignedDuration::from_secs(seconds);
            world.act(act);
            world.check();
        }
        world
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Do(command) => self.submit(command),
            Act::AtCounter { counter, what, other } => {
                let here = self.ledger.branch().counter(&id(counter)).and_then(|c| c.ticket);
                let ticket = other.or(here.map(|ticket| ticket.0)).unwrap_or(1);
                self.submit(match what {
                    AtCounter::Recall => recall(counter, ticket),
                    AtCounter::Start => start(counter, ticket),
                    AtCounter::Finish => finish(counter, ticket),
                    AtCounter::NoShow => no_show(counter, ticket),
                    AtCounter::Transfer(service) => transfer(counter, ticket, service),
                    AtCounter::SendOn(to) => send_on(counter, ticket, None, Some(to)),
                    AtCounter::Park => park(counter, ticket),
                    AtCounter::ParkUntil(at) => park_until(counter, ticket, at),
                    AtCounter::Note => note(counter, ticket, "tiada resit"),
                });
            }
            Act::With { nth, what } => {
                let branch = self.ledger.branch();
                let missed = branch.missed().map(|(ticket, _)| ticket);
                let Some(TicketId(ticket)) =
                    branch.tickets().map(|(ticket, _)| ticket).chain(missed).nth(nth)
                else {
                    return;
                };
                self.submit(match what {
                    With::Resume => resume(ticket),
                    With::ComeBack => come_back(ticket),
                    With::Requeue => requeue(ticket),
                    With::ChangeClass(class) => change_class(ticket, class),
                    With::Cancel => cancel(ticket),
                    With::Void => void(ticket),
                    With::Pick(counter) => pick(counter, ticket),
                    With::GiveWay(past) => give_way(ticket, past),
                });
            }
            Act::SendAgain => self.send_again(),
        }
    }

    fn submit(&mut self, command: Command) {
        let id = CommandId(Uuid::from_u128(self.last.as_ref().map_or(1, |(last, ..)| last.0.as_u128() + 1)));
        let before = self.ledger.branch().clone();
        let answer = match self.ledger.submit(id, &command, self.now) {
            Submission::Taken(entries) => {
                let seq = entries.last().expect("a taken command has an entry").seq;
                self.follow(entries);
                Ok(seq)
            }
            Submission::Refused { refusal, advanced } => {
                if advanced.is_empty() {
                    assert_eq!(*self.ledger.branch(), before, "a refusal changes nothing");
                }
                self.follow(advanced);
                Err(refusal)
            }
            Submission::Repeated { seq } => panic!("a new command was taken for entry {seq}"),
        };
        self.last = Some((id, command, answer));
    }

    fn send_again(&mut self) {
        let Some((id, command, answer)) = &self.last else { return };
        let seq = self.ledger.seq();
        let again = match self.ledger.submit(*id, command, self.now) {
            Submission::Repeated { seq } => Ok(seq),
            Submission::Refused { refusal, .. } => Err(refusal),
            Submission::Taken(_) => panic!("{command:?} happened twice"),
        };
        assert_eq!(again, *answer, "the same command gets the same answer");
        assert_eq!(self.ledger.seq(), seq);
    }

    fn follow(&mut self, entries: Vec<Entry>) {
        for entry in &entries {
            assert!(!entry.events.is_empty());
            for event in &entry.events {
                assert_in_turn(&self.follower, event, entry.at);
                self.count(event);
                self.follower.apply(event, entry.at);
            }
        }
        self.entries.extend(entries);
    }

    fn count(&mut self, event: &Event) {
        let Count { issued, ended } = &mut self.count;
        match event {
            Event::TicketIssued { .. } => *issued += 1,
            Event::TicketServed { .. } | Event::TicketMissed { .. } | Event::TicketCancelled { .. } => {
                *ended += 1
            }
            Event::TicketReturned { .. } => *ended -= 1,
            Event::PressUndone { ticket, .. } if self.follower.ticket(*ticket).is_none() => *ended -= 1,
            Event::DayBegan { carry, left, .. } => {
                assert_eq!(*left as usize, self.follower.tickets().count());
                *ended += if *carry { 0 } else { *left as usize };
            }
            Event::DayClosed { ended: over, .. } => *ended += *over as usize,
            _ => {}
        }
    }

    fn check(&mut self) {
        let advanced = self.ledger.advance(self.now);
        self.follow(advanced);
        let branch = self.ledger.branch();
        assert_eq!(*branch, self.follower, "whoever follows the entries has the same branch");
        assert_sound(branch);
        let Count { issued, ended } = self.count;
        assert_eq!(issued, branch.tickets().count() + ended, "nobody is lost");
        let now = self.ledger.at().map_or(self.now, |at| at.max(self.now));
        assert!(branch.next_deadline().is_none_or(|(due, _)| due > now), "what is due has happened");
    }
}

/// Whoever is called in turn passes nobody who is before: nobody whom the counter has for its own, nobody
/// whom it helps and who is about to fall due, nobody who goes next.
#[track_caller]
fn assert_in_turn(before: &Branch, event: &Event, now: Timestamp) {
    let Event::TicketCalled { ticket, counter: calling, turn: Turn::Due, .. } = event else { return };
    let called = before.ticket(*ticket).expect("who is called lives");
    let rules = before.rules().expect("who calls has rules");
    let kept = rules.counter(calling).is_some_and(|rule| !rule.reserved.is_empty());
    if kept || matches!(called.state, TicketState::Ahead { .. }) {
        return;
    }
    let counter = before.counter(calling).expect("who calls is known");
    let place = |id: TicketId, ticket: &Ticket| (!ticket.goes_next, ticket.due, id);
    let soon = now + rules.calling.help_before;
    for (id, other) in before.tickets().filter(|(_, t)| matches!(t.state, TicketState::Waiting { .. })) {
        let here = other.bound.as_ref() == Some(calling);
        let own = here || (other.bound.is_none() && counter.services.contains(&other.service));
        let help = other.bound.is_none() && counter.helps.iter().flatten().any(|s| *s == other.service);
        if own || (help && (other.due <= soon || other.goes_next)) {
            assert!(place(*ticket, called) <= place(id, other), "{} passed {}", called.number, other.number);
        }
    }
}

/// A later arrival of the same kind falls due later, whatever the clock did.
fn assert_due_in_order_of_arrival(entries: &[Entry]) {
    let mut last = BTreeMap::new();
    for event in entries.iter().flat_map(|entry| &entry.events) {
        match event {
            Event::RulesSet { .. } => last.clear(),
            Event::TicketIssued { service, class, due, counts_from: None, .. } => {
                let before = last.insert((service.clone(), class.clone()), *due);
                assert!(before <= Some(*due), "{due} is before {before:?}");
            }
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_lost_or_passed_or_in_two_places(history in histories()) {
        World::run(history);
    }

    #[test]
    fn a_log_replays_to_the_branch_that_wrote_it(history in histories()) {
        let world = World::run(history);
        let stored: Vec<String> =
            world.entries.iter().map(|entry| serde_json::to_string(entry).expect("an entry can be written")).collect();
        let mut replayed = Ledger::default();
        for text in &stored {
            replayed.replay(&serde_json::from_str(text).expect("an entry can be read"));
        }
        prop_assert_eq!(replayed.branch(), world.ledger.branch());
        prop_assert_eq!((replayed.seq(), replayed.at()), (world.ledger.seq(), world.ledger.at()));
    }

    #[test]
    fn a_snapshot_is_the_branch(history in histories()) {
        let world = World::run(history);
        let text = serde_json::to_string(world.ledger.branch()).expect("a branch can be written");
        let read: Branch = serde_json::from_str(&text).expect("a branch can be read");
        prop_assert_eq!(&read, world.ledger.branch());
        prop_assert_eq!(read.next_deadline(), world.ledger.branch().next_deadline());
    }

    #[test]
    fn the_clock_does_not_turn_the_order_round(history in histories()) {
        let world = World::run(history);
        prop_assert!(world.entries.is_sorted_by_key(|entry| entry.at));
        prop_assert!(world.entries.iter().map(|entry| entry.seq).eq(1..=world.ledger.seq()));
        assert_due_in_order_of_arrival(&world.entries);
    }

    #[test]
    fn deciding_never_panics_at_any_time(
        history in histories(),
        acts in prop::collection::vec(act(), 1..20),
        at in any::<i64>(),
    ) {
        let world = World::run(history);
        let span = i128::from(Timestamp::MAX.as_second()) - i128::from(Timestamp::MIN.as_second());
        let second = i128::from(Timestamp::MIN.as_second()) + i128::from(at).rem_euclid(span);
        let at = Timestamp::from_second(i64::try_from(second).expect("in range")).expect("in range");
        for act in acts {
            if let Act::Do(command) = act {
                for at in [at, Timestamp::MIN, Timestamp::MAX] {
                    if let Ok(events) = world.ledger.branch().decide(&command, at) {
                        let mut branch = world.ledger.branch().clone();
                        events.iter().for_each(|event| branch.apply(event, at));
                        assert_sound(&branch);
                        branch.next_deadline();
                        branch.opening(at);
                    }
                }
            }
        }
    }

    #[test]
    fn a_day_holds_every_moment_of_it_and_no_other(
        zone in select(&["Asia/Kuala_Lumpur", "Europe/Warsaw", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia", "UTC"]),
        begins in 0..1440_i64,
        second in 0..2_000_000_000_i64,
    ) {
        let mut office = office();
        set(&mut office, "/time_zone", json!(zone));
        set(&mut office, "/day_begins", json!(format!("{:02}:{:02}", begins / 60, begins % 60)));
        let rules = parsed(office);
        let at = Timestamp::from_second(second).expect("in range");
        let day = rules.day_of(at);
        prop_assert!(rules.day_starts_at(day) <= at);
        prop_assert!(at < rules.day_starts_at(day.tomorrow().expect("a next day")));
    }
}

/// Histories that never came to a rule would prove nothing about it.
#[test]
fn histories_reach_every_event_and_most_refusals() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let (mut seen, mut refused, mut undone) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for _ in 0..300 {
        let history = histories().new_tree(&mut runner).expect("a history").current();
        let mut world = World::new();
        for (seconds, act) in history {
            world.now += SignedDuration::from_secs(seconds);
            world.act(act);
            if let Some((_, _, Err(refusal))) = &world.last {
                refused.insert(refusal.code());
            }
        }
        for event in world.entries.into_iter().flat_map(|entry| entry.events) {
            if let Event::PressUndone { press, .. } = &event {
                undone.insert(format!("{press:?}"));
            }
            seen.insert(serde_json::to_value(&event).expect("an event can be written")["type"].to_string());
        }
    }
    assert_eq!(seen.len(), 32, "{seen:?}");
    assert!(refused.len() >= 40, "{} {refused:?}", refused.len());
    assert!(undone.len() >= 5, "{undone:?}");
    assert!(undone.contains(&format!("{:?}", Press::Finish)));
}
