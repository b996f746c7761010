//! A synthetic day of each sample office, at its own size, over the rules themselves.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::{path::Path, sync::Arc};

use giliran_core::{self as core, CommandId, Event, Ledger, Rules, Submission};
use giliran_protocol::{
    command::{Command, CommandAnswer, Outcome},
    view::Language,
};
use giliran_sim::{
    day::{self, Report, plan::Plan, play},
    play::{Desk, DeskError},
    record::DaySecond,
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use uuid::Uuid;

/// A Wednesday on which all three are open.
const DAY: Date = Date::constant(2026, 11, 25);

/// The rules of a branch, in memory.
struct LedgerDesk {
    ledger: Ledger,
    midnight: Timestamp,
    commands: u128,
}

impl LedgerDesk {
    fn new(rules: &Rules, midnight: Timestamp) -> Self {
        let mut desk = Self { ledger: Ledger::default(), midnight, commands: 0 };
        desk.take(DaySecond(6 * 3600), &core::Command::SetRules { rules: Arc::new(rules.clone()) }).unwrap();
        desk
    }

    fn take(&mut self, at: DaySecond, command: &core::Command) -> Result<CommandAnswer, DeskError> {
        self.commands += 1;
        let now = self.midnight + SignedDuration::from_secs(at.0.into());
        match self.ledger.submit(CommandId(Uuid::from_u128(self.commands)), command, now) {
            Submission::Taken(entries) => {
                let entry = entries.last().unwrap();
                Ok(CommandAnswer { seq: entry.seq, outcome: outcome(entry.events.last().unwrap()) })
            }
            Submission::Repeated { .. } => unreachable!("each command has its own id"),
            Submission::Refused { refusal, .. } => Err(DeskError(format!("{refusal} ({})", refusal.code()))),
        }
    }
}

impl Desk for LedgerDesk {
    async fn submit(&mut self, at: DaySecond, command: Command) -> Result<CommandAnswer, DeskError> {
        // The rules' own command has the same form, and what the wire does not say is absent.
        let command = serde_json::from_value(serde_json::to_value(command).unwrap()).unwrap();
        self.take(at, &command)
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else is told by the day\'s player")]
fn outcome(event: &Event) -> Outcome {
    match event {
        Event::TicketIssued { ticket, number, service, ahead, .. } => Outcome::Issued {
            ticket: ticket.0,
            number: number.to_string(),
            service: service.to_string(),
            ahead: *ahead,
            wait: None,
            phone: None,
        },
        Event::TicketCalled { ticket, number, service, .. } => Outcome::Called {
            ticket: ticket.0,
            number: number.to_string(),
            service: service.to_string(),
            language: Language::Ms,
            attempt: 1,
        },
        Event::TicketRecalled { ticket, number, service, attempt, .. } => Outcome::Called {
            ticket: ticket.0,
            number: number.to_string(),
            service: service.to_string(),
            language: Language::Ms,
            attempt: *attempt,
        },
        _ => Outcome::Done,
    }
}

/// Plays days of an office, and checks them; gives the first.
async fn play_days(config: &str, least_counters: usize, least_tickets: u32) -> Report {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config").join(config);
    let rules = day::rules(&config, None).unwrap();
    assert!(rules.counters.len() >= least_counters);
    let mut first = None;
    for seed in 1..=5 {
        let plan = Plan::of(&rules, DAY, seed).unwrap();
        assert_eq!(plan, Plan::of(&rules, DAY, seed).unwrap(), "a seed gives the same day");
        let mut desk = LedgerDesk::new(&rules, plan.midnight);
        let books = play::play(&rules, &plan, seed, &mut desk).await.unwrap_or_else(|why| panic!("{why}"));
        let report = Report::of(&rules, seed, &books);
        assert!(report.faults.is_empty(), "{report}");
        assert!(report.tickets >= least_tickets, "{report}");
        let tally = desk.ledger.branch().tally();
        assert_eq!(
            (tally.issued, tally.served, tally.missed),
            (report.tickets, report.served, report.no_shows)
        );
        assert_eq!(desk.ledger.branch().tickets().count(), 0, "nobody is left");
        assert!(desk.ledger.branch().counters().all(|(_, counter)| !counter.open), "all have gone home");
        first.get_or_insert(report);
    }
    first.unwrap()
}

#[tokio::test]
async fn a_day_of_the_district_office() {
    play_days("sample-office.toml", 4, 60).await;
}

#[tokio::test]
async fn a_day_of_the_immigration_hall() {
    play_days("immigration-hall.toml", 24, 400).await;
}

#[tokio::test]
async fn a_day_of_the_hospital_pharmacy() {
    let report = play_days("hospital-pharmacy.toml", 4, 100).await;
    assert!(report.legs > report.served + report.served / 2, "most visits have several steps: {report}");
}
