//! A desk without a daemon: the rules themselves, in memory.

use std::{collections::BTreeMap, sync::Arc};

use giliran_core::{self as core, CommandId, Event, Ledger, Rules, Submission};
use giliran_protocol::{
    command::{Command, CommandAnswer, Outcome},
    view::Language,
};
use giliran_sim::{
    office,
    play::{Desk, DeskError},
    record::DaySecond,
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use uuid::Uuid;

/// The rules of a branch, with a note of how long its queues were.
pub struct LedgerDesk {
    pub ledger: Ledger,
    midnight: Timestamp,
    commands: u128,
    /// How many waited at the end of each second in which something was done.
    pub waiting: BTreeMap<DaySecond, u32>,
}

impl LedgerDesk {
    pub fn new(rules: &Rules, day: Date) -> Self {
        let midnight = office::midnight(day, &rules.time_zone).unwrap();
        let mut desk = Self { ledger: Ledger::default(), midnight, commands: 0, waiting: BTreeMap::new() };
        let set = core::Command::SetRules { rules: Arc::new(rules.clone()) };
        desk.take(DaySecond(0), &set).unwrap();
        desk
    }

    fn take(&mut self, at: DaySecond, command: &core::Command) -> Result<CommandAnswer, DeskError> {
        self.commands += 1;
        let id = CommandId(Uuid::from_u128(self.commands));
        let now = self.midnight + SignedDuration::from_secs(at.0.into());
        let answer = match self.ledger.submit(id, command, now) {
            Submission::Taken(entries) => {
                let entry = entries.last().unwrap();
                assert_eq!(entry.at, now, "the time of {command:?} was moved");
                CommandAnswer { seq: entry.seq, outcome: outcome(entry.events.last().unwrap()) }
            }
            Submission::Repeated { .. } => unreachable!("each command has its own id"),
            Submission::Refused { refusal, .. } => return Err(DeskError(refusal.to_string())),
        };
        let branch = self.ledger.branch();
        let services = &branch.rules().unwrap().services;
        self.waiting.insert(at, services.iter().map(|service| branch.waiting(&service.id)).sum());
        Ok(answer)
    }
}

impl Desk for LedgerDesk {
    async fn submit(&mut self, at: DaySecond, command: Command) -> Result<CommandAnswer, DeskError> {
        // The rules' own command has the same form, and what the wire does not say is absent.
        let command = serde_json::from_value(serde_json::to_value(command).unwrap()).unwrap();
        self.take(at, &command)
    }
}

fn outcome(event: &Event) -> Outcome {
    if let Event::TicketIssued { ticket, number, service, ahead, .. } = event {
        return Outcome::Issued {
            ticket: ticket.0,
            number: number.to_string(),
            service: service.to_string(),
            ahead: *ahead,
            wait: None,
            phone: None,
        };
    }
    if let Event::TicketCalled { ticket, number, service, .. } = event {
        return Outcome::Called {
            ticket: ticket.0,
            number: number.to_string(),
            service: service.to_string(),
            language: Language::Ms,
            attempt: 1,
        };
    }
    Outcome::Done
}
