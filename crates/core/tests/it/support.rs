//! A small office, commands in short words, and what came of them as one line of text.

mod words;

use std::sync::Arc;

use giliran_core::{
    Actor, Branch, Command, CommandId, Entry, Event, Ledger, OutcomeId, Refusal, Rules, Submission, TicketId,
    TicketState, Turn,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;
pub use words::*;

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

/// Something that happens in a test: a command, a minute after what was before, or time that goes by.
pub enum Step {
    Do(Command),
    Wait(SignedDuration),
    Until(Timestamp),
}

impl From<Command> for Step {
    fn from(command: Command) -> Self {
        Self::Do(command)
    }
}

pub fn seconds(seconds: i64) -> Step {
    Step::Wait(SignedDuration::from_secs(seconds))
}

/// Time goes by until then, that Monday.
pub fn until(text: &str) -> Step {
    Step::Until(clock(text))
}

pub fn minutes(minutes: i64) -> Step {
    Step::Wait(SignedDuration::from_mins(minutes))
}

/// A Monday at 09:00 in Kuala Lumpur.
pub const OPENING: &str = "2026-11-23T09:00:00+08:00";

pub fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// A time of that Monday in Kuala Lumpur, such as `09:30`; `24:00` is its end.
pub fn clock(text: &str) -> Timestamp {
    match text {
        "24:00" => time("2026-11-24T00:00:00+08:00"),
        text => time(&format!("2026-11-23T{text}:00+08:00")),
    }
}

/// An office at work.
pub struct Hall {
    pub ledger: Ledger,
    pub now: Timestamp,
    pub entries: Vec<Entry>,
    sent: u128,
    /// Who sends the commands.
    pub by: Option<Actor>,
}

impl Hall {
    /// The sample office with all its counters open, at [`OPENING`].
    pub fn new() -> Self {
        Self::open(office())
    }

    /// Any office of those counters, all of them open.
    pub fn open(office: Value) -> Self {
        let mut hall = Self::with(office);
        for counter in ["k1", "k2", "b3"] {
            hall.must(open(counter));
        }
        hall
    }

    /// That office, its counters as they are at first.
    pub fn with(office: Value) -> Self {
        let mut hall =
            Self { ledger: Ledger::default(), now: time(OPENING), entries: vec![], sent: 0, by: None };
        hall.must(set_rules(office));
        hall
    }

    pub fn branch(&self) -> &Branch {
        self.ledger.branch()
    }

    /// Does a command now, or lets time go by.
    pub fn try_step(&mut self, step: impl Into<Step>) -> Result<Vec<Event>, Refusal> {
        match step.into() {
            Step::Until(at) => {
                let span = self.now.duration_until(at);
                assert!(!span.is_negative(), "it is {} already", self.now);
                self.try_step(Step::Wait(span))
            }
            Step::Wait(span) => {
                self.now += span;
                let entries = self.ledger.advance(self.now);
                self.entries.extend(entries);
                Ok(vec![])
            }
            Step::Do(command) => {
                self.sent += 1;
                let id = CommandId(Uuid::from_u128(self.sent));
                match self.ledger.submit_by(self.by.clone(), id, &command, self.now) {
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
        Event::DayBegan { day, left: 0, .. } => format!("{day} began"),
        Event::DayBegan { day, carry: true, left } => format!("{day} began, {left} go on"),
        Event::DayBegan { day, carry: false, left } => format!("{day} began, {left} expired"),
        Event::DayClosed { end: false, .. } => "closed".into(),
        Event::DayClosed { end: true, ended } => format!("closed, {ended} ended"),
        Event::ExtraOpened { until, .. } => format!("open until {}", local(until)),
        Event::AppointmentsSet { appointments } => format!("{} appointments", appointments.len()),
        Event::AppointmentCancelled { code } => format!("appointment {code} called off"),
        Event::TicketIssued { ticket, number, service, class, due, ahead, .. } => {
            format!("{number} issued as {ticket} for {service}, {class}, due {}, {ahead} ahead", local(due))
        }
        Event::TicketCalled { number, counter, service, turn, .. } => {
            let turn = match turn {
                Turn::Due => String::new(),
                Turn::OfService => ", as chosen".into(),
                Turn::Picked { passed, .. } => format!(", passing {passed}"),
            };
            format!("{number} called to {counter} for {service}{turn}")
        }
        Event::TicketCalledAhead { number, counter, .. } => format!("{number} called ahead of {counter}"),
        Event::TicketRecalled { number, counter, attempt, .. } => {
            format!("{number} called to {counter} again, {attempt}")
        }
        Event::ServingStarted { ticket, counter } => format!("{ticket} serving at {counter}"),
        Event::TicketServed { ticket, counter, outcome } => {
            format!("{ticket} served at {counter}{}", how(outcome.as_ref()))
        }
        Event::LegServed { ticket, counter, service, due, outcome } => {
            let how = how(outcome.as_ref());
            format!("{ticket} served at {counter}{how}, on to {service}, due {}", local(due))
        }
        Event::NoteAdded { ticket, counter, note: Some(note) } => {
            format!("{ticket} noted at {counter}: {}", note.as_str())
        }
        Event::NoteAdded { ticket, counter, note: None } => format!("{ticket} without a note at {counter}"),
        Event::TicketGaveWay { ticket, due, passed } => {
            format!("{ticket} let {passed} go first, due {}", local(due))
        }
        Event::NoticePosted { notice, text, until } => {
            let until = until.as_ref().map(|until| format!(" until {}", local(until))).unwrap_or_default();
            format!("notice {notice}{until}: {}", text.ms)
        }
        Event::NoticeWithdrawn { notice } => format!("notice {notice} withdrawn"),
        Event::Announced { announcement, urgent, due, .. } => {
            let kind = if *urgent { "urgent " } else { "" };
            let due = due.as_ref().map(|due| format!(", due {}", local(due))).unwrap_or_default();
            format!("{kind}announcement {announcement}{due}")
        }
        Event::AnnouncementEnded { announcement } => format!("announcement {announcement} called off"),
        Event::TicketMissed { ticket, counter } => format!("{ticket} missed at {counter}"),
        Event::TicketReturned { ticket } => format!("{ticket} returned"),
        Event::TicketTransferred { ticket, counter, service, due, to, .. } => {
            let to = to.as_ref().map(|to| format!(" at {to}")).unwrap_or_default();
            format!("{ticket} from {counter} to {service}{to}, due {}", local(due))
        }
        Event::TicketParked { ticket, counter, until } => {
            let until = until.as_ref().map(|until| format!(" until {}", local(until))).unwrap_or_default();
            format!("{ticket} parked by {counter}{until}")
        }
        Event::TicketResumed { ticket } => format!("{ticket} resumed"),
        Event::TicketRequeued { ticket, counter, .. } => format!("{ticket} requeued from {counter}"),
        Event::ClassChanged { ticket, from, class, due, .. } => {
            format!("{ticket} from {from} to {class}, due {}", local(due))
        }
        Event::TicketCancelled { ticket, .. } => format!("{ticket} cancelled"),
        Event::PressUndone { counter, ticket, press } => format!("{press:?} of {ticket} undone at {counter}"),
        Event::CounterOpened { counter } => format!("{counter} opened"),
        Event::CounterClosed { counter } => format!("{counter} closed"),
        Event::CounterPaused { counter, reason } => format!("{counter} paused, {reason:?}"),
        Event::CounterResumed { counter } => format!("{counter} goes on"),
        Event::OfficerSeated { counter, officer: Some(officer) } => format!("{officer} sits at {counter}"),
        Event::OfficerSeated { counter, officer: None } => format!("nobody sits at {counter}"),
        Event::CounterServicesChosen { counter, services, helps } if helps.is_empty() => {
            format!("{counter} takes {services:?}")
        }
        Event::CounterServicesChosen { counter, services, helps } => {
            format!("{counter} takes {services:?}, helps {helps:?}")
        }
    }
}

fn how(outcome: Option<&OutcomeId>) -> String {
    outcome.map(|outcome| format!(" as {outcome}")).unwrap_or_default()
}

/// What always holds of a branch.
#[track_caller]
pub fn assert_sound(branch: &Branch) {
    let mut numbers = std::collections::BTreeSet::new();
    let mut queued: Vec<TicketId> = Vec::new();
    for (_, missed) in branch.missed() {
        let number = &missed.ticket.number;
        assert!(numbers.insert((number.letters(), number.sequence())), "{number} stands twice");
    }
    for (id, ticket) in branch.tickets() {
        let number = &ticket.number;
        assert!(numbers.insert((number.letters(), number.sequence())), "{number} stands twice");
        let at: Vec<_> = branch.counters().filter(|(_, c)| c.ticket == Some(id)).map(|(c, _)| c).collect();
        assert_eq!(at, Vec::from_iter(ticket.state.counter()), "ticket {id} is where its counter says");
        let near: Vec<_> = branch.counters().filter(|(_, c)| c.ahead == Some(id)).map(|(c, _)| c).collect();
        match &ticket.state {
            TicketState::Ahead { counter, .. } => assert_eq!(near, [counter]),
            _ => assert!(near.is_empty(), "ticket {id} is ahead of {near:?}"),
        }
        if let Some(bound) = &ticket.bound {
            assert!(branch.counter(bound).is_some_and(|c| c.open), "ticket {id} waits for a closed counter");
        }
        assert!(ticket.person.is_none_or(|person| branch.ticket_of(person) == Some(id)));
    }
    if let Some(rules) = branch.rules() {
        for service in &rules.services {
            let queue: Vec<_> = branch.queue(&service.id).collect();
            let place = |id: &TicketId| {
                let ticket = branch.ticket(*id).expect("a living ticket");
                (!ticket.goes_next, ticket.due, *id)
            };
            assert!(queue.is_sorted_by_key(place), "{} is in order", service.id);
            assert_eq!(queue.len(), branch.waiting(&service.id) as usize);
            queued.extend(queue);
        }
    }
    for (id, counter) in branch.counters() {
        for ticket in [counter.ticket, counter.ahead].into_iter().flatten() {
            assert!(branch.ticket(ticket).is_some(), "{id} has {ticket}, who lives");
            assert!(counter.open, "{id} has {ticket} and is open");
        }
        assert!(counter.open || counter.pause.is_none(), "{id} makes a pause and is open");
    }
    let tally = branch.tally();
    let ended = [tally.served, tally.missed, tally.cancelled, tally.expired].iter().sum::<u32>() as usize;
    let here = branch.tickets().count();
    assert_eq!((tally.issued + tally.carried) as usize, here + ended, "nobody is lost: {tally:?}");
    queued.sort();
    let waiting = branch.tickets().filter(|(_, ticket)| matches!(ticket.state, TicketState::Waiting { .. }));
    assert_eq!(queued, waiting.map(|(id, _)| id).collect::<Vec<_>>(), "who waits stands in one queue");
}
