//! What a command costs the rules, by how many wait: as bare computing, with no disk and no network.
//!
//! Each command is timed by itself in a hall of 10, 1,000 and 100,000 people; what counts is the growth from one
//! hall to the next, beside that of the logarithm and that of a bare map: whoever leaves stands anywhere in the
//! hall, and memory that lies far apart is slower than the logarithm says.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Instant};

use anyhow::{Context, bail};
use giliran_core::{
    Command, CommandId, CounterId, Event, Language, Ledger, Rules, ServiceId, Submission, TicketId,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

/// How many wait.
const HALLS: [u32; 3] = [10, 1_000, 100_000];

/// How often each command is timed in each hall.
const TIMES: usize = 4_001;

/// Enough series of 9,999 numbers for the largest hall.
const SERVICES: u32 = 12;

/// As large as a ticket is in memory, about.
const TICKET_BYTES: usize = 256;

/// The median of each command in one hall, in nanoseconds.
#[derive(Debug, Clone, Copy)]
struct Medians {
    waiting: u32,
    by_command: [(&'static str, u64); 5],
}

/// What was measured.
#[derive(Debug)]
pub struct Costs(Vec<Medians>);

/// Measures all halls.
pub fn measure() -> anyhow::Result<Costs> {
    HALLS.into_iter().map(|waiting| Hall::of(waiting)?.measure()).collect::<anyhow::Result<_>>().map(Costs)
}

/// A hall in which as many wait all the time.
struct Hall {
    ledger: Ledger,
    now: Timestamp,
    sent: u128,
    counter: CounterId,
    services: Vec<ServiceId>,
    waiting: Vec<TicketId>,
    /// A number that looks random and is the same in every run.
    mixed: u64,
}

impl Hall {
    fn of(people: u32) -> anyhow::Result<Self> {
        let services: Vec<ServiceId> =
            (0..SERVICES).map(|n| format!("s{n}").parse()).collect::<Result<_, _>>()?;
        let now: Timestamp = "2026-11-23T01:00:00Z".parse()?;
        let mut hall = Self {
            ledger: Ledger::default(),
            now,
            sent: 0,
            counter: "k1".parse()?,
            services,
            waiting: Vec::new(),
            mixed: 7,
        };
        hall.timed(&Command::SetRules { rules: Arc::new(rules(&hall.services)?) })?;
        hall.timed(&Command::OpenCounter { counter: hall.counter.clone() })?;
        for _ in 0..people {
            hall.issue()?;
        }
        Ok(hall)
    }

    fn measure(mut self) -> anyhow::Result<Medians> {
        let waiting = u32::try_from(self.waiting.len())?;
        let mut times: [Vec<u64>; 5] = Default::default();
        let mut map: BTreeMap<u64, [u8; TICKET_BYTES]> =
            self.waiting.iter().map(|id| (id.0, [0; TICKET_BYTES])).collect();
        let mut keys: Vec<u64> = map.keys().copied().collect();
        for _ in 0..TIMES {
            times[0].push(self.issue()?);
            let fresh = u64::from(u32::MAX) + u64::try_from(times[0].len())?;
            map.insert(fresh, [0; TICKET_BYTES]);
            keys.push(fresh);
            let (call, ticket) = self.timed(&Command::CallNext { counter: self.counter.clone() })?;
            times[1].push(call);
            let ticket = ticket.context("a call is of a ticket")?;
            let service = Some(self.service_but_for(ticket)?);
            let (counter, to, note) = (self.counter.clone(), None, None);
            times[2].push(self.timed(&Command::Transfer { counter, ticket, service, to, note })?.0);
            let leaves = self.any(self.waiting.len());
            let ticket = self.waiting.swap_remove(leaves);
            times[3].push(self.timed(&Command::CancelTicket { ticket, reason: None })?.0);
            let leaves = self.any(map.len());
            let key = keys.swap_remove(leaves.min(keys.len() - 1));
            let began = Instant::now();
            let gone = map.remove(&key);
            times[4].push(u64::try_from(began.elapsed().as_nanos())?);
            anyhow::ensure!(gone.is_some(), "the map has lost a key");
        }
        let names = ["issue", "call next", "transfer", "cancel", "bare map"];
        let mut times = times.into_iter().map(median);
        Ok(Medians { waiting, by_command: names.map(|name| (name, times.next().unwrap_or_default())) })
    }

    fn issue(&mut self) -> anyhow::Result<u64> {
        let service = self.any(self.services.len());
        // The classes mix, so that a newcomer's place is anywhere in the queue.
        let class = ["biasa", "warga-emas"][self.any(2)].parse()?;
        let command = Command::IssueTicket {
            service: self.services[service].clone(),
            class: Some(class),
            language: Language::Ms,
            announced: None,
            legs: None,
            person: None,
        };
        let (nanoseconds, ticket) = self.timed(&command)?;
        self.waiting.push(ticket.context("a number was given out")?);
        Ok(nanoseconds)
    }

    fn service_but_for(&self, ticket: TicketId) -> anyhow::Result<ServiceId> {
        let here = &self.ledger.branch().ticket(ticket).context("the ticket lives")?.service;
        self.services.iter().find(|service| *service != here).cloned().context("there is another service")
    }

    /// Has a command done, and says how long it took and which ticket it was about.
    fn timed(&mut self, command: &Command) -> anyhow::Result<(u64, Option<TicketId>)> {
        self.sent += 1;
        // Half a day in all, so that no day ends meanwhile.
        self.now += SignedDuration::from_millis(300);
        let id = CommandId(Uuid::from_u128(self.sent));
        let began = Instant::now();
        let came = self.ledger.submit(id, command, self.now);
        let took = began.elapsed();
        let Submission::Taken(entries) = came else { bail!("not taken: {came:?}") };
        let ticket = entries.last().and_then(|entry| entry.events.first()).and_then(ticket);
        Ok((u64::try_from(took.as_nanos())?, ticket))
    }

    fn any(&mut self, below: usize) -> usize {
        self.mixed =
            self.mixed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.mixed >> 33).unwrap_or(0) % below.max(1)
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else that is measured names a ticket")]
fn ticket(event: &Event) -> Option<TicketId> {
    match event {
        Event::TicketIssued { ticket, .. } | Event::TicketCalled { ticket, .. } => Some(*ticket),
        _ => None,
    }
}

fn rules(services: &[ServiceId]) -> anyhow::Result<Rules> {
    let series =
        |n: usize| json!({ "letters": char::from(b'A' + n as u8).to_string(), "last": 9_999, "width": 4 });
    let rule = |(n, id): (usize, &ServiceId)| json!({ "id": id, "name": { "ms": id.as_str() }, "series": series(n), "allowance": "PT10H" });
    let rules = json!({
        "id": "ukur",
        "name": { "ms": "Pejabat Ukur" },
        "class": [
            { "id": "biasa", "name": { "ms": "Biasa" } },
            { "id": "warga-emas", "name": { "ms": "Warga emas" }, "allowance": "PT5H" },
        ],
        "service": services.iter().enumerate().map(rule).collect::<Vec<_>>(),
        "counter": [{ "id": "k1", "number": 1, "services": services }],
    });
    serde_json::from_value(rules).context("the office of the measurement has rules")
}

fn median(mut times: Vec<u64>) -> u64 {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

impl fmt::Display for Costs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.0.first() else { return Ok(()) };
        writeln!(
            f,
            "{:>9}  {:>9}  {:>10}  {:>10}  {:>10}  {:>10}  {:>10}",
            "waiting", "logarithm", "issue", "call next", "transfer", "cancel", "bare map"
        )?;
        for hall in &self.0 {
            let logarithm = f64::from(hall.waiting).ln() / f64::from(first.waiting).ln();
            write!(f, "{:>9}  {logarithm:>8.1}x", hall.waiting)?;
            for ((_, time), (_, least)) in hall.by_command.iter().zip(&first.by_command) {
                let ratio = *time as f64 / (*least).max(1) as f64;
                write!(f, "  {time:>5} {ratio:>3.1}x")?;
            }
            writeln!(f)?;
        }
        write!(f, "Medians in nanoseconds, and how many times as long as in the smallest hall.")
    }
}
