//! What a command costs with 10, 1,000 and 100,000 people waiting for one service.
//!
//! Prints nanoseconds per command, the best of several rounds. Not a test: a figure depends on the machine,
//! how it grows with the queue does not.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::{hint::black_box, sync::Arc, time::Instant};

use giliran_core::{
    ClassId, Command, CommandId, CounterId, Event, Language, Ledger, ServiceId, Submission, TicketId,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

/// Doors that people come in by; each can hold the 9,999 numbers of its series.
const DOORS: usize = 12;
const ROUNDS: usize = 7;
const VISITORS_A_ROUND: usize = 500;

struct Hall {
    ledger: Ledger,
    now: Timestamp,
    sent: u128,
}

impl Hall {
    /// An office where so many wait for one service, half of them elderly.
    fn with_waiting(waiting: usize) -> Self {
        let mut ids = (0..DOORS).map(|n| format!("pintu-{n}")).collect::<Vec<_>>();
        ids.push("kolam".into());
        let service = |(n, id): (usize, &String)| {
            let letters = char::from(b'A' + u8::try_from(n).expect("few services")).to_string();
            json!({
                "id": id, "name": { "ms": id },
                "series": { "letters": letters, "last": 9999, "width": 4 }, "allowance": "PT15M",
            })
        };
        let services: Vec<Value> = ids.iter().enumerate().map(service).collect();
        let rules = json!({
            "id": "penanda-aras", "name": { "ms": "Penanda aras" },
            "class": [
                { "id": "biasa", "name": { "ms": "Biasa" } },
                { "id": "warga-emas", "name": { "ms": "Warga emas" }, "allowance": "PT5M" },
            ],
            "service": services,
            "counter": [
                { "id": "saring", "number": 1, "services": ids },
                { "id": "layan", "number": 2, "services": ["kolam"] },
            ],
        });
        let now = "2026-11-23T01:00:00Z".parse().expect("a time");
        let mut hall = Self { ledger: Ledger::default(), now, sent: 0 };
        let rules = serde_json::from_value(rules).expect("sound rules");
        hall.submit(Command::SetRules { rules: Arc::new(rules) });
        for counter in ["saring", "layan"] {
            hall.submit(Command::OpenCounter { counter: id(counter) });
        }
        for n in 0..waiting {
            hall.arrive(n);
        }
        assert_eq!(hall.ledger.branch().waiting(&id::<ServiceId>("kolam")) as usize, waiting);
        hall
    }

    /// Somebody comes in and is sent on to the one service; gives the time for each of the commands.
    fn arrive(&mut self, n: usize) -> [u128; 3] {
        self.now += SignedDuration::from_millis(100);
        let door: ServiceId = id(&format!("pintu-{}", n % DOORS));
        let class: ClassId = id(if n.is_multiple_of(2) { "biasa" } else { "warga-emas" });
        let issue = Command::IssueTicket {
            service: door.clone(),
            class: Some(class),
            language: Language::Ms,
            announced: None,
            legs: None,
            person: None,
        };
        let (events, issued) = self.submit(issue);
        let Some(Event::TicketIssued { ticket, .. }) = events.first() else { panic!("{events:?}") };
        let counter: CounterId = id("saring");
        let (_, called) = self.submit(Command::CallNextOf { counter: counter.clone(), service: door });
        let (ticket, service) = (*ticket, Some(id("kolam")));
        let (_, sent) = self.submit(Command::Transfer { counter, ticket, service, to: None, note: None });
        [issued, called, sent]
    }

    /// The next is called and done; gives the time for each of the commands.
    fn serve(&mut self) -> [u128; 2] {
        let counter: CounterId = id("layan");
        let (events, called) = self.submit(Command::CallNext { counter: counter.clone() });
        let Some(Event::TicketCalled { ticket, .. }) = events.first() else { panic!("{events:?}") };
        let ticket: TicketId = *ticket;
        let (_, done) = self.submit(Command::Finish { counter, ticket, outcome: None });
        [called, done]
    }

    fn submit(&mut self, command: Command) -> (Vec<Event>, u128) {
        self.sent += 1;
        let command_id = CommandId(Uuid::from_u128(self.sent));
        let begun = Instant::now();
        let taken = black_box(self.ledger.submit(command_id, &command, self.now));
        let took = begun.elapsed().as_nanos();
        let Submission::Taken(mut entries) = taken else { panic!("{command:?}: {taken:?}") };
        (entries.pop().expect("a taken command has an entry").events, took)
    }
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(name: &str) -> T {
    name.parse().expect("a short name")
}

fn main() {
    // `cargo test --all-targets` starts this too, without the word that `cargo bench` passes.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    println!("{:>9}  issue  call of  transfer  call next  finish   (ns a command)", "waiting");
    for waiting in [10, 1_000, 100_000] {
        let mut hall = Hall::with_waiting(waiting);
        let mut best = [u128::MAX; 5];
        for _ in 0..ROUNDS {
            let mut sum = [0; 5];
            for n in 0..VISITORS_A_ROUND {
                let ([issued, called_of, sent], [called, done]) = (hall.arrive(n), hall.serve());
                for (sum, took) in sum.iter_mut().zip([issued, called_of, sent, called, done]) {
                    *sum += took;
                }
            }
            for (best, sum) in best.iter_mut().zip(sum) {
                *best = (*best).min(sum / VISITORS_A_ROUND as u128);
            }
        }
        let [issue, call_of, transfer, call, finish] = best;
        println!("{waiting:>9}  {issue:>5}  {call_of:>7}  {transfer:>8}  {call:>9}  {finish:>6}");
    }
}
