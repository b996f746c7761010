//! A small office whose history is true: what its clients see, and the log that it leaves.
//!
//! Two services and two counters, a wall and a supervisor who look on. It keeps no rules but those of order; what
//! is asked at the wrong moment is refused.

use std::collections::BTreeMap;

use giliran_history::{
    Entry, Line, Log, Verdict,
    event::{Counter, Event, Rules, Series, Service},
    judge,
    recording::Resume,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

/// The services, which are also the letters of their numbers.
const SERVICES: [&str; 2] = ["A", "B"];
const COUNTERS: [&str; 2] = ["k1", "k2"];
/// The last number of a series: small, so that series come round.
const LAST: u16 = 9;
const AUDIENCES: [&str; 2] = ["display", "supervisor"];

/// What somebody does.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// A visitor takes a number; the press is sent so often, and the first sends are lost on the way or back.
    Issue { service: usize, sends: usize, lost: Lost },
    /// A counter calls, or opens if it is closed.
    Call { counter: usize },
    /// The officer goes on with the ticket at the counter.
    Press { counter: usize, press: Press },
    /// Something of which no screen is told.
    Import,
    /// A screen is cut off for a while, and goes on or begins anew.
    Cut { screen: usize, anew: bool },
    /// A parked visitor is back.
    Resume,
    /// The next day begins.
    Midnight,
}

/// What becomes of sends that are not answered.
#[derive(Debug, Clone, Copy)]
pub enum Lost {
    /// They never came.
    There,
    /// They were done, and the answer was lost.
    Back,
}

/// What an officer presses.
#[derive(Debug, Clone, Copy)]
pub enum Press {
    Recall,
    Start,
    Finish,
    NoShow,
    Park,
    Transfer,
    Undo,
}

#[derive(Debug, Clone, PartialEq)]
enum Place {
    Waiting,
    Called(usize),
    Serving(usize),
    Parked,
}

#[derive(Debug, Clone)]
struct Ticket {
    number: String,
    service: usize,
    place: Place,
    attempt: u16,
}

#[derive(Debug)]
struct Screen {
    socket: u64,
    connected: bool,
    come: u64,
}

/// The office.
#[derive(Debug)]
pub struct Office {
    pub log: Log,
    pub lines: Vec<Line>,
    at_ns: i64,
    number: u64,
    issued: u64,
    given: [Option<u16>; 2],
    tickets: BTreeMap<u64, Ticket>,
    open: [bool; 2],
    undo: [Option<(u64, Ticket)>; 2],
    calls: Vec<Value>,
    screens: Vec<Screen>,
    /// The last entry of which screens were told.
    told: u64,
}

impl Office {
    pub fn new() -> Self {
        let log = Log { id: Uuid::from_u128(7), branch: "ujian".into(), entries: Vec::new() };
        let mut office = Self {
            log,
            lines: vec![Line::Begins { branch: "ujian".into(), whole: true }],
            at_ns: 1_700_000_000_000_000_000,
            number: 0,
            issued: 0,
            given: [None; 2],
            tickets: BTreeMap::new(),
            open: [false; 2],
            undo: [None, None],
            calls: Vec::new(),
            screens: Vec::new(),
            told: 0,
        };
        let rules = Rules {
            services: SERVICES
                .map(|id| Service {
                    id: id.into(),
                    series: Series { letters: id.into(), first: 1, last: LAST, skip: vec![4] },
                })
                .into(),
            counters: COUNTERS.map(|id| Counter { id: id.into() }).into(),
        };
        office.enter(None, vec![Event::RulesSet { rules }], vec![]);
        office.log.entries[0].configured = true;
        office.begin_day();
        for audience in AUDIENCES {
            let screen = office.screens.len();
            office.screens.push(Screen { socket: 0, connected: false, come: 0 });
            office.join(screen, audience, true);
        }
        office
    }

    /// An office after so many steps.
    pub fn after(steps: &[Step]) -> Self {
        let mut office = Self::new();
        steps.iter().for_each(|step| office.step(*step));
        office.settle();
        office
    }

    /// What the checker says.
    pub fn judged(&self) -> Verdict {
        judged(&self.log, &self.lines)
    }

    pub fn step(&mut self, step: Step) {
        match step {
            Step::Issue { service, sends, lost } => self.issue(service, sends, lost),
            Step::Call { counter } => self.call(counter),
            Step::Press { counter, press } => self.press(counter, press),
            Step::Import => {
                let (id, send) = self.ask(None, json!({ "type": "import_appointments" }));
                let seq = self.enter(Some(id), vec![Event::AppointmentsSet], vec![]);
                self.done(send, seq);
            }
            Step::Cut { screen, anew } => {
                if self.screens[screen].connected {
                    self.leave(screen);
                } else {
                    self.join(screen, AUDIENCES[screen], anew);
                }
            }
            Step::Resume => {
                let parked = self.tickets.iter().find(|(_, ticket)| ticket.place == Place::Parked);
                let Some((&id, _)) = parked else { return };
                let (command, send) = self.ask(None, json!({ "type": "resume", "ticket": id }));
                self.undo.iter_mut().for_each(|undo| {
                    undo.take_if(|(of, _)| *of == id);
                });
                let ticket = self.tickets.get_mut(&id).expect("it lives");
                ticket.place = Place::Waiting;
                let changes = vec![self.queue(self.tickets[&id].service)];
                let seq = self.enter(Some(command), vec![Event::TicketResumed { ticket: id }], changes);
                self.done(send, seq);
            }
            Step::Midnight => self.begin_day(),
        }
    }

    /// Everybody comes back and is told of everything.
    pub fn settle(&mut self) {
        for (screen, audience) in AUDIENCES.iter().enumerate() {
            if !self.screens[screen].connected {
                self.join(screen, audience, false);
            }
            let (us, socket, seq) = (self.us(), self.screens[screen].socket, self.told);
            self.lines.push(Line::Frame { us, socket, frame: json!({ "type": "heartbeat", "seq": seq }) });
            self.lines.push(Line::Settled { us, socket });
        }
    }

    fn begin_day(&mut self) {
        self.tickets.clear();
        self.calls.clear();
        self.given = [None; 2];
        self.undo = [None, None];
        let event = Event::DayBegan { day: "2026-11-22".into(), carry: false };
        let reset = json!({ "type": "reset" });
        self.enter(None, vec![event], vec![reset]);
    }

    fn issue(&mut self, service: usize, sends: usize, lost: Lost) {
        let command = json!({ "type": "issue_ticket", "service": SERVICES[service] });
        let Some(sequence) = self.next_number(service) else {
            let (_, send) = self.ask(None, command);
            return self.refuse(send);
        };
        let mut id = None;
        let mut answer = None;
        for n in 0..sends {
            let (command_id, send) = self.ask(id, command.clone());
            id = Some(command_id);
            let last = n + 1 == sends;
            if answer.is_none() && (last || matches!(lost, Lost::Back)) {
                answer = Some(self.give_out(command_id, service, sequence));
            }
            let us = self.us();
            self.lines.push(match (&answer, last) {
                (Some(answer), true) => Line::Answered { us, send, answer: answer.clone() },
                _ => Line::Unanswered { us, send },
            });
        }
    }

    fn give_out(&mut self, id: Uuid, service: usize, sequence: u16) -> Value {
        self.issued += 1;
        let number = format!("{}{sequence:03}", SERVICES[service]);
        let ahead = u32::try_from(self.waiting(service)).expect("few");
        let fresh = Ticket { number: number.clone(), service, place: Place::Waiting, attempt: 0 };
        let ticket = self.issued;
        self.tickets.insert(ticket, fresh);
        self.given[service] = Some(sequence);
        let changes = vec![self.queue(service)];
        let service = SERVICES[service].to_owned();
        let event = Event::TicketIssued {
            ticket,
            number: number.clone(),
            service: service.clone(),
            ahead,
            announced: None,
        };
        let seq = self.enter(Some(id), vec![event], changes);
        let outcome = json!({ "type": "issued", "ticket": ticket, "number": number, "service": service, "ahead": ahead });
        json!({ "seq": seq, "outcome": outcome })
    }

    fn call(&mut self, counter: usize) {
        let name = COUNTERS[counter].to_owned();
        if !self.open[counter] {
            let (id, send) = self.ask(None, json!({ "type": "open_counter", "counter": name }));
            self.open[counter] = true;
            let changes = vec![self.counter(counter)];
            let seq = self.enter(Some(id), vec![Event::CounterOpened { counter: name }], changes);
            return self.done(send, seq);
        }
        let (id, send) = self.ask(None, json!({ "type": "call_next", "counter": name }));
        let next = self.tickets.iter().find(|(_, ticket)| ticket.place == Place::Waiting).map(|(id, _)| *id);
        match next.filter(|_| self.at(counter).is_none()) {
            Some(next) => {
                self.remember(counter, next);
                self.calls_out(id, send, counter, next, 1);
            }
            None => self.refuse(send),
        }
    }

    fn calls_out(&mut self, id: Uuid, send: u64, counter: usize, ticket: u64, attempt: u16) {
        let known = self.tickets.get_mut(&ticket).expect("it lives");
        (known.place, known.attempt) = (Place::Called(counter), attempt);
        let Ticket { number, service, .. } = known.clone();
        let (name, letters) = (COUNTERS[counter].to_owned(), SERVICES[service].to_owned());
        let language = "ms".to_owned();
        let seq = self.log.entries.len() as u64 + 1;
        let call = json!({
            "seq": seq, "number": number, "service": letters, "language": language, "counter": name,
            "attempt": attempt,
        });
        self.calls.push(call.clone());
        let changes =
            vec![self.queue(service), self.counter(counter), json!({ "type": "call", "call": call })];
        let outcome = json!({
            "type": "called", "ticket": ticket, "number": number, "service": letters, "language": language,
            "attempt": attempt,
        });
        let event = if attempt == 1 {
            Event::TicketCalled { ticket, counter: name, number, service: letters, language }
        } else {
            Event::TicketRecalled { ticket, counter: name, number, service: letters, language, attempt }
        };
        self.enter(Some(id), vec![event], changes);
        let us = self.us();
        self.lines.push(Line::Answered { us, send, answer: json!({ "seq": seq, "outcome": outcome }) });
    }

    fn press(&mut self, counter: usize, press: Press) {
        let name = COUNTERS[counter].to_owned();
        let about = self.at(counter);
        let kind = match press {
            Press::Recall => "recall",
            Press::Start => "start_serving",
            Press::Finish => "finish",
            Press::NoShow => "no_show",
            Press::Park => "park",
            Press::Transfer => "transfer",
            Press::Undo => "undo",
        };
        let mut command = json!({ "type": kind, "counter": name });
        if !matches!(press, Press::Undo) {
            command["ticket"] = about.unwrap_or_default().into();
        }
        let (id, send) = self.ask(None, command);
        if let Press::Undo = press {
            let free = |(of, _): &(u64, Ticket)| about.is_none_or(|at| at == *of);
            let Some((ticket, before)) = self.undo[counter].take_if(|undo| free(undo)) else {
                return self.refuse(send);
            };
            // Whose number has gone to another cannot have it back.
            let others = self.tickets.iter().filter(|(id, _)| **id != ticket);
            if others.into_iter().any(|(_, other)| other.number == before.number) {
                return self.refuse(send);
            }
            let service = before.service;
            let left = self.tickets.insert(ticket, before).map_or(service, |after| after.service);
            let changes = vec![self.queue(service), self.queue(left), self.counter(counter)];
            let seq = self.enter(Some(id), vec![Event::PressUndone { counter: name, ticket }], changes);
            return self.done(send, seq);
        }
        let Some(ticket) = about else { return self.refuse(send) };
        let known = self.tickets[&ticket].clone();
        let called = matches!(known.place, Place::Called(_));
        if !called && matches!(press, Press::Recall | Press::Start | Press::NoShow) {
            return self.refuse(send);
        }
        if let Press::Recall = press {
            self.undo[counter].take_if(|(of, _)| *of == ticket);
            return self.calls_out(id, send, counter, ticket, known.attempt + 1);
        }
        self.remember(counter, ticket);
        let here = self.tickets.get_mut(&ticket).expect("it lives");
        let event = match press {
            Press::Start => {
                here.place = Place::Serving(counter);
                Event::ServingStarted { ticket, counter: name }
            }
            Press::Finish => {
                self.tickets.remove(&ticket);
                Event::TicketServed { ticket, counter: name }
            }
            Press::NoShow => {
                self.tickets.remove(&ticket);
                Event::TicketMissed { ticket, counter: name }
            }
            Press::Park => {
                here.place = Place::Parked;
                Event::TicketParked { ticket, counter: name }
            }
            Press::Transfer => {
                (here.place, here.service) = (Place::Waiting, 1 - known.service);
                Event::TicketTransferred { ticket, counter: name, service: SERVICES[here.service].into() }
            }
            Press::Recall | Press::Undo => unreachable!("both are done"),
        };
        let changes = vec![self.queue(0), self.queue(1), self.counter(counter)];
        let seq = self.enter(Some(id), vec![event], changes);
        self.done(send, seq);
    }

    fn remember(&mut self, counter: usize, ticket: u64) {
        for undo in &mut self.undo {
            undo.take_if(|(of, _)| *of == ticket);
        }
        self.undo[counter] = Some((ticket, self.tickets[&ticket].clone()));
    }

    /// The next number that is free; nobody is waited for who missed a call.
    fn next_number(&self, service: usize) -> Option<u16> {
        let taken = |at: &u16| {
            let number = format!("{}{at:03}", SERVICES[service]);
            *at == 4 || self.tickets.values().any(|ticket| ticket.number == number)
        };
        let after = self.given[service].unwrap_or(0);
        (after + 1..=LAST).chain(1..=LAST).find(|at| !taken(at))
    }

    fn at(&self, counter: usize) -> Option<u64> {
        let here = |place: &Place| *place == Place::Called(counter) || *place == Place::Serving(counter);
        self.tickets.iter().find(|(_, ticket)| here(&ticket.place)).map(|(id, _)| *id)
    }

    fn waiting(&self, service: usize) -> usize {
        let waits = |ticket: &&Ticket| ticket.place == Place::Waiting && ticket.service == service;
        self.tickets.values().filter(waits).count()
    }

    fn queue(&self, service: usize) -> Value {
        json!({ "type": "queue", "service": SERVICES[service], "waiting": self.waiting(service) })
    }

    fn counter(&self, counter: usize) -> Value {
        json!({ "type": "counter", "counter": self.counter_view(counter) })
    }

    fn counter_view(&self, counter: usize) -> Value {
        let mut view = json!({ "id": COUNTERS[counter], "open": self.open[counter] });
        if let Some(id) = self.at(counter) {
            let ticket = &self.tickets[&id];
            let serving = ticket.place == Place::Serving(counter);
            view["current"] = json!({ "ticket": id, "number": ticket.number, "serving": serving });
        }
        view
    }

    fn view(&self, audience: &str) -> Value {
        let services: Vec<_> = (0..2)
            .map(|service| json!({ "id": SERVICES[service], "waiting": self.waiting(service) }))
            .collect();
        let counters: Vec<_> = (0..2).map(|counter| self.counter_view(counter)).collect();
        let last = &self.calls[self.calls.len().saturating_sub(20)..];
        let mut view = json!({ "services": services, "counters": counters, "calls": last });
        if audience == "supervisor" {
            let tickets = self.tickets.iter().map(|(id, ticket)| {
                let (state, counter) = match ticket.place {
                    Place::Waiting => ("waiting", None),
                    Place::Called(counter) => ("called", Some(COUNTERS[counter])),
                    Place::Serving(counter) => ("serving", Some(COUNTERS[counter])),
                    Place::Parked => ("parked", None),
                };
                json!({
                    "id": id, "number": ticket.number, "service": SERVICES[ticket.service], "state": state,
                    "counter": counter,
                })
            });
            view["tickets"] = tickets.collect();
        }
        view
    }

    fn enter(&mut self, command: Option<Uuid>, events: Vec<Event>, mut changes: Vec<Value>) -> u64 {
        let seq = self.log.entries.len() as u64 + 1;
        self.at_ns += 1_000_003;
        let at_ns = self.at_ns;
        self.log.entries.push(Entry { seq, at_ns, command, configured: false, events, unreadable: None });
        if changes.is_empty() {
            return seq;
        }
        let at = Timestamp::from_nanosecond(at_ns.into()).expect("a time").to_string();
        for (n, audience) in AUDIENCES.iter().enumerate().take(self.screens.len()) {
            if changes[0]["type"] == "reset" {
                changes[0]["view"] = self.view(audience);
            }
            if self.screens[n].connected {
                let frame =
                    json!({ "type": "entry", "seq": seq, "prev": self.told, "at": at, "changes": changes });
                self.frame(n, frame);
                self.screens[n].come = seq;
            }
        }
        self.told = seq;
        seq
    }

    fn join(&mut self, screen: usize, audience: &str, anew: bool) {
        let (us, socket, seq) = (self.us(), self.next(), self.log.entries.len() as u64);
        let resume = Resume { log: self.log.id, seq: self.screens[screen].come };
        let whole = anew || resume.seq < self.told;
        self.lines.push(Line::Joined {
            us,
            socket,
            client: audience.into(),
            audience: audience.into(),
            resume: (!anew).then_some(resume),
        });
        self.screens[screen].socket = socket;
        self.screens[screen].connected = true;
        let frame = if whole {
            self.screens[screen].come = seq;
            json!({ "type": "snapshot", "log": self.log.id, "seq": seq, "view": self.view(audience) })
        } else {
            json!({ "type": "resumed", "seq": self.told })
        };
        self.frame(screen, frame);
    }

    fn leave(&mut self, screen: usize) {
        let (us, socket) = (self.us(), self.screens[screen].socket);
        self.screens[screen].connected = false;
        self.lines.push(Line::Left { us, socket });
    }

    fn frame(&mut self, screen: usize, frame: Value) {
        let (us, socket) = (self.us(), self.screens[screen].socket);
        self.lines.push(Line::Frame { us, socket, frame });
    }

    fn ask(&mut self, id: Option<Uuid>, command: Value) -> (Uuid, u64) {
        let (us, send) = (self.us(), self.next());
        let id = id.unwrap_or(Uuid::from_u128(send.into()));
        self.lines.push(Line::Sent { us, send, client: "c".into(), id, command });
        (id, send)
    }

    fn done(&mut self, send: u64, seq: u64) {
        let us = self.us();
        let answer = json!({ "seq": seq, "outcome": { "type": "done" } });
        self.lines.push(Line::Answered { us, send, answer });
    }

    fn refuse(&mut self, send: u64) {
        let us = self.us();
        self.lines.push(Line::Refused { us, send, status: 409, code: "no".into() });
    }

    fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    fn us(&self) -> u64 {
        self.lines.len() as u64
    }
}

/// What the checker says of a log and a recording.
pub fn judged(log: &Log, lines: &[Line]) -> Verdict {
    let text: String =
        lines.iter().map(|line| serde_json::to_string(line).expect("a line is JSON") + "\n").collect();
    judge(log, text.as_bytes()).expect("a text can be read")
}
