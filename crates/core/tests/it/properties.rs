//! What holds over any history, however odd.

use giliran_core::{
    Branch, Command, CommandId, Entry, Event, Ledger, Refusal, Submission, Ticket, TicketId, TicketState,
};
use jiff::{SignedDuration, Timestamp};
use proptest::{prelude::*, sample::select};
use serde_json::json;
use uuid::Uuid;

use crate::support::{
    assert_sound, call, cancel, changed, choose, close, finish, id, issue, issue_to, no_show, office, open,
    park, recall, resume, set_rules, start, time, transfer,
};

/// What somebody does. `aim` says whom a press is meant for: the ticket that the counter has, or that id.
#[derive(Debug, Clone)]
enum Act {
    Do(Command),
    Press {
        counter: &'static str,
        press: Press,
        aim: Option<u64>,
    },
    /// Somebody who was sent away comes back: the so-manieth of them.
    ComeBack(usize),
    SendAgain,
}

#[derive(Debug, Clone, Copy)]
enum Press {
    Recall,
    Start,
    Finish,
    NoShow,
    Transfer(&'static str),
    Park,
}

const COUNTERS: [&str; 4] = ["k1", "k2", "b3", "k9"];
const SERVICES: [&str; 3] = ["pasport", "bayaran", "lesen"];

fn act() -> impl Strategy<Value = Act> {
    let counter = || select(&COUNTERS);
    let service = || select(&SERVICES);
    let ticket = || 0_u64..40;
    let press = prop_oneof![
        1 => Just(Press::Recall),
        3 => Just(Press::Start),
        4 => Just(Press::Finish),
        1 => Just(Press::NoShow),
        1 => service().prop_map(Press::Transfer),
        1 => Just(Press::Park),
    ];
    let aim = prop_oneof![4 => Just(None), 1 => ticket().prop_map(Some)];
    let rules = prop_oneof![
        Just(office()),
        Just(changed("/counter/0/number", json!(2))),
        Just(changed("/service/0/allowance", json!("PT1H"))),
        Just(changed("/service/0/series", json!({ "letters": "B", "first": 10, "last": 12, "width": 2 }))),
        Just(changed("/counter/1", json!({ "id": "k9", "number": 9, "services": ["pasport"] }))),
        Just(changed("/day_begins", json!("05:00"))),
    ];
    prop_oneof![
        6 => service().prop_map(|s| Act::Do(issue(s))),
        3 => (select(&["warga-emas", "kecemasan", "vip"]), service()).prop_map(|(c, s)| Act::Do(issue_to(c, s))),
        6 => counter().prop_map(|c| Act::Do(call(c))),
        10 => (counter(), press, aim).prop_map(|(counter, press, aim)| Act::Press { counter, press, aim }),
        1 => ticket().prop_map(|t| Act::Do(resume(t))),
        2 => (0..4_usize).prop_map(Act::ComeBack),
        1 => ticket().prop_map(|t| Act::Do(cancel(t))),
        3 => counter().prop_map(|c| Act::Do(open(c))),
        1 => counter().prop_map(|c| Act::Do(close(c))),
        1 => (counter(), prop::collection::vec(service(), 0..3)).prop_map(|(c, s)| Act::Do(choose(c, &s))),
        1 => rules.prop_map(|rules| Act::Do(set_rules(rules))),
        1 => Just(Act::Do(Command::BeginDay)),
        2 => Just(Act::SendAgain),
    ]
}

/// How the clock moves before an act, in seconds: mostly a little forward, at times back or a day on.
fn clock() -> impl Strategy<Value = i64> {
    prop_oneof![20 => 0..120_i64, 2 => -7_200..0_i64, 1 => 3_600..90_000_i64]
}

fn histories() -> impl Strategy<Value = Vec<(i64, Act)>> {
    prop::collection::vec((clock(), act()), 0..150)
}

/// What was counted from the events alone.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    issued: usize,
    ended: usize,
    expired: usize,
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
            now: time("2026-11-23T22:30:00+08:00"), // a new day is near
        };
        world.submit(set_rules(office()));
        for counter in ["k1", "k2", "b3"] {
            world.submit(open(counter));
        }
        world
    }

    fn run(history: Vec<(i64, Act)>) -> Self {
        let mut world = Self::new();
        for (seconds, act) in history {
            world.now += SignedDuration::from_secs(seconds);
            match act {
                Act::Do(command) => world.submit(command),
                Act::Press { counter, press, aim } => {
                    let here = world.ledger.branch().counter(&id(counter)).and_then(|c| c.ticket);
                    let ticket = aim.or(here.map(|t| t.0)).unwrap_or(1);
                    world.submit(match press {
                        Press::Recall => recall(counter, ticket),
                        Press::Start => start(counter, ticket),
                        Press::Finish => finish(counter, ticket),
                        Press::NoShow => no_show(counter, ticket),
                        Press::Transfer(service) => transfer(counter, ticket, service),
                        Press::Park => park(counter, ticket),
                    });
                }
                Act::ComeBack(nth) => {
                    let parked = |(id, ticket): (TicketId, &Ticket)| {
                        matches!(ticket.state, TicketState::Parked { .. }).then_some(id)
                    };
                    let back = world.ledger.branch().tickets().filter_map(parked).nth(nth);
                    if let Some(back) = back {
                        world.submit(resume(back.0));
                    }
                }
                Act::SendAgain => world.send_again(),
            }
            world.check();
        }
        world
    }

    fn submit(&mut self, command: Command) {
        let id =
            CommandId(Uuid::from_u128(self.entries.len() as u128 * 1_000_000 + self.ledger.seq() as u128));
        let id = match &self.last {
            Some((last, ..)) => CommandId(Uuid::from_u128(last.0.as_u128() + 1)),
            None => id,
        };
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
                match event {
                    Event::TicketIssued { .. } => self.count.issued += 1,
                    Event::TicketServed { .. }
                    | Event::TicketMissed { .. }
                    | Event::TicketCancelled { .. } => {
                        self.count.ended += 1;
                    }
                    Event::DayBegan { .. } => self.count.expired += self.follower.tickets().count(),
                    _ => {}
                }
                self.follower.apply(event, entry.at);
            }
        }
        self.entries.extend(entries);
    }

    fn check(&self) {
        let branch = self.ledger.branch();
        assert_eq!(*branch, self.follower, "whoever follows the entries has the same branch");
        assert_sound(branch);
        let Count { issued, ended, expired } = self.count;
        assert_eq!(issued, branch.tickets().count() + ended + expired, "nobody is lost");
    }
}

/// Arrivals of one class of one service are called in the order of their numbers' ids, whatever the clock did.
fn assert_in_order_of_arrival(entries: &[Entry]) {
    let mut classes = std::collections::BTreeMap::new();
    let mut last = std::collections::BTreeMap::new();
    let mut astray = std::collections::BTreeSet::new();
    for event in entries.iter().flat_map(|entry| &entry.events) {
        match event {
            Event::TicketIssued { ticket, class, .. } => drop(classes.insert(*ticket, class.clone())),
            // Other rules, or another queue, give another due time.
            Event::RulesSet { .. } => last.clear(),
            Event::TicketTransferred { ticket, .. } | Event::TicketParked { ticket, .. } => {
                astray.insert(*ticket);
            }
            Event::TicketCalled { ticket, service, .. } if !astray.contains(ticket) => {
                let queue = (service.clone(), classes[ticket].clone());
                let before = last.insert(queue, *ticket);
                assert!(before < Some(*ticket), "{ticket} was called after {before:?}");
            }
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_lost_and_nobody_stands_in_two_places(history in histories()) {
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
        // Rules that change while people wait change the order between those before and after.
        if world.entries.iter().flat_map(|e| &e.events).filter(|e| matches!(e, Event::RulesSet { .. })).count() == 1 {
            assert_in_order_of_arrival(&world.entries);
        }
    }

    #[test]
    fn deciding_never_panics_at_any_time(history in histories(), acts in prop::collection::vec(act(), 1..20), at in any::<i64>()) {
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
        let mut office = changed("/time_zone", json!(zone));
        office["day_begins"] = json!(format!("{:02}:{:02}", begins / 60, begins % 60));
        let rules = crate::support::parsed(office);
        let at = Timestamp::from_second(second).expect("in range");
        let day = rules.day_of(at);
        prop_assert!(rules.day_starts_at(day) <= at);
        prop_assert!(at < rules.day_starts_at(day.tomorrow().expect("a next day")));
    }
}

/// A history without any refusal would prove little about refusals, one without a call little about calls.
#[test]
fn histories_reach_every_command() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..60 {
        let history = histories().new_tree(&mut runner).expect("a history").current();
        for event in World::run(history).entries.into_iter().flat_map(|entry| entry.events) {
            let name = serde_json::to_value(&event).expect("an event can be written")["type"].to_string();
            seen.insert(name);
        }
    }
    assert_eq!(seen.len(), 15, "{seen:?}");
}
