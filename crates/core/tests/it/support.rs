//! A small office, commands in short words, and what came of them as one line of text.

use std::sync::Arc;

use giliran_core::{
    Branch, Command, CommandId, Entry, Event, Language, Ledger, Refusal, Rules, Submission, TicketId,
    WaitRange,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

/// Two services, three classes and three counters; A001 to A999 for passports, B01 to B09 for payments.
pub fn office() -> Value {
    json!({
        "id": "pejabat",
        "name": { "ms": "Pejabat Contoh", "en": "Sample Office" },
        "class": [
            { "id": "biasa", "name": { "ms": "Biasa" } },
            { "id": "warga-emas", "name": { "ms": "Warga emas" }, "allowance": "PT5M" },
            { "id": "kecemasan", "name": { "ms": "Kecemasan" }, "allowance": "PT0S" },
        ],
        "service": [
            { "id": "pasport", "name": { "ms": "Pasport" }, "series": { "letters": "A" }, "allowance": "PT15M" },
            {
                "id": "bayaran", "name": { "ms": "Bayaran" },
                "series": { "letters": "B", "last": 9, "width": 2 },
                "allowance": "PT10M", "class_allowance": { "warga-emas": "PT2M" },
            },
        ],
        "counter": [
            { "id": "k1", "number": 1, "services": ["pasport", "bayaran"] },
            { "id": "k2", "number": 2, "services": ["pasport"] },
            { "id": "b3", "place": "room", "number": 3, "services": ["bayaran"] },
        ],
    })
}

/// The office with one value set anew, or taken out if null: `changed("/counter/0/number", json!(7))`.
pub fn changed(pointer: &str, value: Value) -> Value {
    let mut office = office();
    set(&mut office, pointer, value);
    office
}

/// Sets a value, or takes it out if null; `-` as the last part adds to a list.
pub fn set(office: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer has a slash");
    let parent = office.pointer_mut(parent).unwrap_or_else(|| panic!("nothing at {parent}"));
    match parent {
        Value::Object(map) if value.is_null() => drop(map.remove(key).expect("a key to take out")),
        Value::Object(map) => drop(map.insert(key.into(), value)),
        Value::Array(list) if key == "-" => list.push(value),
        Value::Array(list) if value.is_null() => drop(list.remove(key.parse().expect("an index"))),
        Value::Array(list) => list[key.parse::<usize>().expect("an index")] = value,
        other => panic!("{other} holds nothing"),
    }
}

pub fn parsed(office: Value) -> Arc<Rules> {
    Arc::new(serde_json::from_value(office).expect("the office can be read"))
}

/// A name of any kind.
pub fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(name: &str) -> T {
    name.parse().expect("a short name")
}

pub fn set_rules(office: Value) -> Command {
    Command::SetRules { rules: parsed(office) }
}

pub fn issue(service: &str) -> Command {
    Command::IssueTicket { service: id(service), class: None, language: Language::Ms, announced: None }
}

pub fn issue_to(class: &str, service: &str) -> Command {
    Command::IssueTicket {
        service: id(service),
        class: Some(id(class)),
        language: Language::Ta,
        announced: Some(WaitRange { p50_s: 300, p90_s: 900 }),
    }
}

pub fn call(counter: &str) -> Command {
    Command::CallNext { counter: id(counter) }
}

pub fn recall(counter: &str, ticket: u64) -> Command {
    Command::Recall { counter: id(counter), ticket: TicketId(ticket) }
}

pub fn start(counter: &str, ticket: u64) -> Command {
    Command::StartServing { counter: id(counter), ticket: TicketId(ticket) }
}

pub fn finish(counter: &str, ticket: u64) -> Command {
    Command::Finish { counter: id(counter), ticket: TicketId(ticket) }
}

pub fn no_show(counter: &str, ticket: u64) -> Command {
    Command::NoShow { counter: id(counter), ticket: TicketId(ticket) }
}

pub fn transfer(counter: &str, ticket: u64, service: &str) -> Command {
    Command::Transfer { counter: id(counter), ticket: TicketId(ticket), service: id(service) }
}

pub fn park(counter: &str, ticket: u64) -> Command {
    Command::Park { counter: id(counter), ticket: TicketId(ticket) }
}

pub fn resume(ticket: u64) -> Command {
    Command::Resume { ticket: TicketId(ticket) }
}

pub fn cancel(ticket: u64) -> Command {
    Command::CancelTicket { ticket: TicketId(ticket) }
}

pub fn open(counter: &str) -> Command {
    Command::OpenCounter { counter: id(counter) }
}

pub fn close(counter: &str) -> Command {
    Command::CloseCounter { counter: id(counter) }
}

pub fn choose(counter: &str, services: &[&str]) -> Command {
    Command::ChooseServices { counter: id(counter), services: services.iter().map(|s| id(s)).collect() }
}

/// Something that happens in a test: a command, a minute after what was before, or time that goes by.
pub enum Step {
    Do(Command),
    Wait(SignedDuration),
}

impl From<Command> for Step {
    fn from(command: Command) -> Self {
        Self::Do(command)
    }
}

pub fn minutes(minutes: i64) -> Step {
    Step::Wait(SignedDuration::from_mins(minutes))
}

/// A Monday at 09:00 in Kuala Lumpur.
pub const OPENING: &str = "2026-11-23T09:00:00+08:00";

pub fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// An office at work.
pub struct Hall {
    pub ledger: Ledger,
    pub now: Timestamp,
    pub entries: Vec<Entry>,
    sent: u128,
}

impl Hall {
    /// The sample office with all its counters open, at [`OPENING`].
    pub fn new() -> Self {
        let mut hall = Self::with(office());
        for counter in ["k1", "k2", "b3"] {
            hall.must(open(counter));
        }
        hall
    }

    /// That office, its counters as they are at first.
    pub fn with(office: Value) -> Self {
        let mut hall = Self { ledger: Ledger::default(), now: time(OPENING), entries: vec![], sent: 0 };
        hall.must(set_rules(office));
        hall
    }

    pub fn branch(&self) -> &Branch {
        self.ledger.branch()
    }

    /// Does a command now, or lets time go by.
    pub fn try_step(&mut self, step: impl Into<Step>) -> Result<Vec<Event>, Refusal> {
        match step.into() {
            Step::Wait(span) => {
                self.now += span;
                let entries = self.ledger.advance(self.now);
                self.entries.extend(entries);
                Ok(vec![])
            }
            Step::Do(command) => {
                self.sent += 1;
                let id = CommandId(Uuid::from_u128(self.sent));
                match self.ledger.submit(id, &command, self.now) {
                    Submission::Taken(entries) => {
                        let own = entries.last().expect("a taken command has an entry").events.clone();
                        self.entries.extend(entries);
                        Ok(own)
                    }
                    Submission::Refused { refusal, advanced } => {
                        self.entries.extend(advanced);
                        Err(refusal)
                    }
                    Submission::Repeated { seq } => panic!("a new command was taken for entry {seq}"),
                }
            }
        }
    }

    /// The same, for what can't be refused here; a minute later than what was before.
    pub fn must(&mut self, step: impl Into<Step>) -> Vec<Event> {
        let step = step.into();
        if matches!(step, Step::Do(_)) {
            self.now += SignedDuration::from_mins(1);
        }
        self.try_step(step).unwrap_or_else(|refusal| panic!("refused: {refusal}"))
    }
}

/// After `given`, `command` comes to `expected`: a line of [`tell`] or `refused: code`.
#[track_caller]
pub fn check<const N: usize>(given: [Step; N], command: Command, expected: &str) {
    check_in(Hall::new(), given, command, expected);
}

#[track_caller]
pub fn check_in<const N: usize>(mut hall: Hall, given: [Step; N], command: Command, expected: &str) {
    for step in given {
        hall.must(step);
    }
    hall.must(minutes(1));
    let before = hall.branch().clone();
    let came = match hall.try_step(command) {
        Ok(events) => events.iter().map(tell).collect::<Vec<_>>().join("; "),
        Err(refusal) => {
            assert_eq!(*hall.branch(), before, "a refusal changes nothing");
            format!("refused: {}", refusal.code())
        }
    };
    assert_eq!(came, expected);
    assert_sound(hall.branch());
}

/// A list of steps of different kinds.
#[macro_export]
macro_rules! given {
    ($($step:expr),* $(,)?) => { [$($crate::support::Step::from($step)),*] };
}

/// What happened, in few words.
pub fn tell(event: &Event) -> String {
    let local =
        |at: &Timestamp| at.in_tz("Asia/Kuala_Lumpur").expect("a known zone").strftime("%H:%M").to_string();
    match event {
        Event::RulesSet { .. } => "rules set".into(),
        Event::DayBegan { day } => format!("{day} began"),
        Event::TicketIssued { ticket, number, service, class, due, ahead, .. } => {
            format!("{number} issued as {ticket} for {service}, {class}, due {}, {ahead} ahead", local(due))
        }
        Event::TicketCalled { number, counter, service, .. } => {
            format!("{number} called to {counter} for {service}")
        }
        Event::TicketRecalled { number, counter, attempt, .. } => {
            format!("{number} called to {counter} again, {attempt}")
        }
        Event::ServingStarted { ticket, counter } => format!("{ticket} serving at {counter}"),
        Event::TicketServed { ticket, counter } => format!("{ticket} served at {counter}"),
        Event::TicketMissed { ticket, counter } => format!("{ticket} missed at {counter}"),
        Event::TicketTransferred { ticket, counter, service, due } => {
            format!("{ticket} from {counter} to {service}, due {}", local(due))
        }
        Event::TicketParked { ticket, counter } => format!("{ticket} parked by {counter}"),
        Event::TicketResumed { ticket } => format!("{ticket} resumed"),
        Event::TicketCancelled { ticket } => format!("{ticket} cancelled"),
        Event::CounterOpened { counter } => format!("{counter} opened"),
        Event::CounterClosed { counter } => format!("{counter} closed"),
        Event::CounterServicesChosen { counter, services } => format!("{counter} takes {services:?}"),
    }
}

/// What always holds of a branch.
#[track_caller]
pub fn assert_sound(branch: &Branch) {
    let mut numbers = std::collections::BTreeSet::new();
    let mut queued: Vec<TicketId> = Vec::new();
    for (id, ticket) in branch.tickets() {
        let number = (ticket.number.letters(), ticket.number.sequence());
        assert!(numbers.insert(number), "{} stands twice", ticket.number);
        let at: Vec<_> = branch.counters().filter(|(_, c)| c.ticket == Some(id)).map(|(c, _)| c).collect();
        assert_eq!(at, Vec::from_iter(ticket.state.counter()), "ticket {id} is where its counter says");
    }
    if let Some(rules) = branch.rules() {
        for service in &rules.services {
            let queue: Vec<_> = branch.queue(&service.id).collect();
            let due: Vec<_> =
                queue.iter().map(|id| (branch.ticket(*id).expect("a living ticket").due, *id)).collect();
            assert!(due.is_sorted(), "{} is in order", service.id);
            assert_eq!(queue.len(), branch.waiting(&service.id) as usize);
            queued.extend(queue);
        }
    }
    for (_, counter) in branch.counters() {
        assert!(counter.ticket.is_none_or(|id| branch.ticket(id).is_some()), "a counter's ticket lives");
    }
    queued.sort();
    let waiting =
        branch.tickets().filter(|(_, t)| matches!(t.state, giliran_core::TicketState::Waiting { .. }));
    assert_eq!(queued, waiting.map(|(id, _)| id).collect::<Vec<_>>(), "who waits stands in one queue");
}
