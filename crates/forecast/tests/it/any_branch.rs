//! Whatever happened in a branch, an estimate is a range in order, or none.

use giliran_core::{Command, Counter, CounterId, Language, ServiceId, TicketId, WaitRange};
use giliran_forecast::waits;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::desk_book::{DeskBook, morning, rules};

/// Something that is asked, right or wrong, and how long after the last thing.
#[derive(Debug, Clone)]
struct Step {
    command: Command,
    later: SignedDuration,
}

fn services() -> impl Strategy<Value = ServiceId> {
    prop_oneof!["a", "b", "c"].prop_map(|id| id.parse().unwrap())
}

fn counters() -> impl Strategy<Value = CounterId> {
    prop_oneof!["k01", "k02", "k03"].prop_map(|id| id.parse().unwrap())
}

fn commands() -> impl Strategy<Value = Command> {
    let range = prop_oneof![0..4000_u32, Just(u32::MAX)];
    let announced =
        prop::option::of((range.clone(), range).prop_map(|(p50_s, p90_s)| WaitRange { p50_s, p90_s }));
    let class = prop::option::of(Just("segera".parse().unwrap()));
    let ticket = || (1..40_u64).prop_map(TicketId);
    let at = || (counters(), ticket());
    prop_oneof![
        6 => (services(), class, announced).prop_map(|(service, class, announced)| Command::IssueTicket {
            service, class, language: Language::Ms, announced, legs: None, person: None
        }),
        6 => counters().prop_map(|counter| Command::CallNext { counter }),
        4 => at().prop_map(|(counter, ticket)| Command::StartServing { counter, ticket }),
        6 => at().prop_map(|(counter, ticket)| Command::Finish { counter, ticket, outcome: None }),
        2 => at().prop_map(|(counter, ticket)| Command::NoShow { counter, ticket }),
        2 => at().prop_map(|(counter, ticket)| Command::Park { counter, ticket, until: None }),
        2 => (at(), services()).prop_map(|((counter, ticket), service)| Command::Transfer {
            counter, ticket, service: Some(service), to: None, note: None
        }),
        2 => ticket().prop_map(|ticket| Command::Resume { ticket }),
        1 => ticket().prop_map(|ticket| Command::CancelTicket { ticket, reason: None }),
        2 => counters().prop_map(|counter| Command::OpenCounter { counter }),
        1 => counters().prop_map(|counter| Command::CloseCounter { counter }),
        1 => (counters(), prop::collection::vec(services(), 1..3))
            .prop_map(|(counter, services)| Command::ChooseServices { counter, services, helps: None }),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let later = prop_oneof![
        20 => (0..600_i64).prop_map(SignedDuration::from_secs),
        1 => (0..72_i64).prop_map(SignedDuration::from_hours),
    ];
    prop::collection::vec((commands(), later).prop_map(|(command, later)| Step { command, later }), 0..150)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_estimate_is_a_range_in_order_of_at_most_a_day_or_none(
        steps in steps(),
        look in prop_oneof![Just(-86_400_i64), -100..100_i64, Just(100_000)],
    ) {
        let rules = rules(&[("a", 15, 5), ("b", 0, 1), ("c", 1440, 1440)], &[&["a", "b"], &["b", "c"], &["c"]]);
        let mut book = DeskBook::open(rules, morning());
        let mut now = morning();
        for step in steps {
            now += step.later;
            let _refused_or_not = book.tell(&step.command, now);
            for at in [now, now + SignedDuration::from_secs(look)] {
                for waits in waits(book.branch(), &book.learned, at) {
                    let takes = |c: &Counter| c.open && c.services.contains(&waits.service);
                    let wait = waits.ordinary();
                    prop_assert_eq!(wait.is_some(), book.branch().counters().any(|(_, c)| takes(c)));
                    if let Some(WaitRange { p50_s, p90_s }) = wait {
                        prop_assert!(p50_s <= p90_s && p90_s <= 86_400, "{} {}", p50_s, p90_s);
                    }
                }
            }
        }
        for at in [Timestamp::MIN, Timestamp::MAX] {
            for wait in waits(book.branch(), &book.learned, at).iter().flat_map(|waits| &waits.by_class) {
                prop_assert!(wait.1.is_none_or(|wait| wait.p50_s <= wait.p90_s && wait.p90_s <= 86_400));
            }
        }
    }
}
