//! A branch as the daemon keeps it: the core's ledger, and beside it what was learned from each entry.

use std::sync::Arc;

use giliran_core::{
    Branch, Command, CommandId, Entry, Event, Language, Ledger, Refusal, Rules, Submission, TicketId,
    WaitRange,
};
use giliran_forecast::{Learned, waits};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

/// Nine in the morning of a Monday in Kuala Lumpur.
pub fn morning() -> Timestamp {
    "2026-11-23T01:00:00Z".parse().unwrap()
}

pub fn seconds(seconds: f64) -> SignedDuration {
    SignedDuration::from_secs_f64(seconds)
}

/// An office: services with their allowance and expected serving time in minutes, counters with the
/// services that they take. The second class falls due at once.
pub fn rules(services: &[(&str, i64, i64)], counters: &[&[&str]]) -> Rules {
    let service = |(n, (id, allowance, serving)): (usize, &(&str, i64, i64))| -> Value {
        let letters = char::from(b'A' + u8::try_from(n).unwrap()).to_string();
        json!({ "id": id, "name": { "ms": id }, "series": { "letters": letters, "last": 9999, "width": 4 },
            "allowance": format!("PT{allowance}M"), "serving": format!("PT{serving}M") })
    };
    let counter = |(n, services): (usize, &&[&str])| -> Value {
        json!({ "id": format!("k{:02}", n + 1), "number": n + 1, "services": services })
    };
    let services: Vec<Value> = services.iter().enumerate().map(service).collect();
    let counters: Vec<Value> = counters.iter().enumerate().map(counter).collect();
    let rules: Rules = serde_json::from_value(json!({
        "id": "contoh", "name": { "ms": "Pejabat Contoh" },
        "class": [{ "id": "biasa", "name": { "ms": "Biasa" } },
            { "id": "segera", "name": { "ms": "Segera" }, "allowance": "PT0S" }],
        "service": services, "counter": counters,
    }))
    .unwrap();
    rules.check().unwrap();
    rules
}

#[derive(Clone, Default)]
pub struct DeskBook {
    ledger: Ledger,
    /// The branch as it stood before the entry that is learned next.
    before: Branch,
    pub learned: Learned,
    pub log: Vec<Entry>,
    commands: u128,
}

impl DeskBook {
    pub fn new(rules: Rules, now: Timestamp) -> Self {
        let mut book = Self::default();
        book.tell(&Command::SetRules { rules: Arc::new(rules) }, now).unwrap();
        book
    }

    /// With all counters open.
    pub fn open(rules: Rules, now: Timestamp) -> Self {
        let counters: Vec<_> = rules.counters.iter().map(|counter| counter.id.clone()).collect();
        let mut book = Self::new(rules, now);
        for counter in counters {
            book.tell(&Command::OpenCounter { counter }, now).unwrap();
        }
        book
    }

    pub fn branch(&self) -> &Branch {
        self.ledger.branch()
    }

    pub fn tell(&mut self, command: &Command, now: Timestamp) -> Result<Event, Refusal> {
        self.commands += 1;
        let (entries, answer) =
            match self.ledger.submit(CommandId(Uuid::from_u128(self.commands)), command, now) {
                Submission::Taken(entries) => {
                    let event = entries.last().unwrap().events.last().unwrap().clone();
                    (entries, Ok(event))
                }
                Submission::Refused { refusal, advanced } => (advanced, Err(refusal)),
                Submission::Repeated { .. } => unreachable!("every command has its own id"),
            };
        for entry in entries {
            self.learned.observe(&self.before, &entry);
            for event in &entry.events {
                self.before.apply(event, entry.at);
            }
            self.log.push(entry);
        }
        answer
    }

    pub fn wait(&self, service: &str, now: Timestamp) -> Option<WaitRange> {
        let waits = waits(self.branch(), &self.learned, now);
        waits.iter().find(|waits| waits.service.as_str() == service).unwrap().ordinary()
    }

    /// Gives out a number, announcing the wait as the daemon does.
    pub fn issue(
        &mut self,
        service: &str,
        class: Option<&str>,
        now: Timestamp,
    ) -> (TicketId, Option<WaitRange>) {
        let announced = self.wait(service, now);
        (self.give_out(service, class, announced, now), announced)
    }

    fn give_out(
        &mut self,
        service: &str,
        class: Option<&str>,
        announced: Option<WaitRange>,
        now: Timestamp,
    ) -> TicketId {
        let issue = Command::IssueTicket {
            service: service.parse().unwrap(),
            class: class.map(|class| class.parse().unwrap()),
            language: Language::Ms,
            announced,
            legs: None,
            person: None,
        };
        match self.tell(&issue, now).unwrap() {
            Event::TicketIssued { ticket, .. } => ticket,
            other => unreachable!("{other:?}"),
        }
    }

    /// Calls whoever is next; none where nobody waits.
    pub fn call(&mut self, counter: &str, now: Timestamp) -> Option<TicketId> {
        match self.tell(&Command::CallNext { counter: counter.parse().unwrap() }, now) {
            Ok(Event::TicketCalled { ticket, .. }) => Some(ticket),
            Err(Refusal::QueueEmpty) => None,
            other => unreachable!("{other:?}"),
        }
    }

    pub fn finish(&mut self, counter: &str, ticket: TicketId, now: Timestamp) {
        self.tell(&Command::Finish { counter: counter.parse().unwrap(), ticket, outcome: None }, now)
            .unwrap();
    }

    /// Serves `count` visitors one after the other, each for so long.
    pub fn serve(
        &mut self,
        service: &str,
        counter: &str,
        count: usize,
        visit: SignedDuration,
        mut now: Timestamp,
    ) -> Timestamp {
        for _ in 0..count {
            self.issue(service, None, now);
            let ticket = self.call(counter, now).unwrap();
            now += visit;
            self.finish(counter, ticket, now);
        }
        now
    }
}
