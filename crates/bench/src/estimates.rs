//! What an estimate costs, by how many counters are open and how many wait: as bare computing.
//!
//! For each hall: one estimate for somebody who comes now, all that is told in the hall when something changed in it
//! (for newcomers, and for everybody who waits), and what a new number costs whoever learns from the log. The 99th
//! percentile counts beside the median; the growth is beside that of the smallest hall.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Instant};

use anyhow::{Context, bail};
use giliran_core::{Branch, Command, CommandId, Entry, Language, Ledger, Rules, Submission};
use giliran_forecast::{Learned, queue_waits, waits};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

/// Counters and people who wait.
const HALLS: [(u32, u32); 5] = [(3, 5), (10, 20), (20, 60), (20, 200), (20, 500)];

/// How often each is timed.
const TIMES: usize = 400;

/// How many have been served before.
const SERVED: u32 = 300;

/// The median and the 99th percentile in microseconds, by what was timed.
#[derive(Debug, Clone)]
struct Row {
    counters: u32,
    waiting: u32,
    times: BTreeMap<&'static str, (f64, f64)>,
}

/// What was measured.
#[derive(Debug)]
pub struct Estimates(Vec<Row>);

/// Measures all halls.
pub fn measure() -> anyhow::Result<Estimates> {
    HALLS
        .into_iter()
        .map(|(counters, waiting)| Hall::of(counters, waiting)?.measure())
        .collect::<anyhow::Result<_>>()
        .map(Estimates)
}

struct Hall {
    counters: u32,
    waiting: u32,
    ledger: Ledger,
    before: Branch,
    learned: Learned,
    /// The last number that was given out, and the branch and the learning before it.
    last_issue: Option<(Branch, Learned, Entry)>,
    now: Timestamp,
    sent: u128,
}

impl Hall {
    fn of(counters: u32, waiting: u32) -> anyhow::Result<Self> {
        let mut hall = Self {
            counters,
            waiting,
            ledger: Ledger::default(),
            before: Branch::default(),
            learned: Learned::default(),
            last_issue: None,
            now: "2026-11-23T01:00:00Z".parse()?,
            sent: 0,
        };
        hall.tell(&Command::SetRules { rules: Arc::new(rules(counters)?) })?;
        for n in 0..counters {
            hall.tell(&Command::OpenCounter { counter: name(n).parse()? })?;
        }
        // So many wait, and so many have been served, whose waits have taught.
        for _ in 0..waiting + counters {
            hall.issue()?;
        }
        for n in 0..counters {
            hall.tell(&Command::CallNext { counter: name(n).parse()? })?;
        }
        for n in 0..SERVED {
            hall.issue()?;
            let counter = name(n % counters);
            hall.now += SignedDuration::from_secs(20);
            let ticket = hall
                .ledger
                .branch()
                .counters()
                .find(|(id, _)| id.as_str() == counter)
                .and_then(|(_, counter)| counter.ticket)
                .context("somebody is there")?;
            hall.tell(&Command::Finish { counter: counter.parse()?, ticket, outcome: None })?;
            hall.tell(&Command::CallNext { counter: counter.parse()? })?;
        }
        Ok(hall)
    }

    fn issue(&mut self) -> anyhow::Result<()> {
        let service = "a".parse()?;
        let (language, class) = (Language::Ms, None);
        self.now += SignedDuration::from_secs(3);
        self.tell(&Command::IssueTicket {
            service,
            class,
            language,
            announced: None,
            legs: None,
            person: None,
        })
    }

    fn tell(&mut self, command: &Command) -> anyhow::Result<()> {
        self.sent += 1;
        let Submission::Taken(entries) =
            self.ledger.submit(CommandId(Uuid::from_u128(self.sent)), command, self.now)
        else {
            bail!("not taken: {command:?}")
        };
        for entry in entries {
            if matches!(command, Command::IssueTicket { .. }) {
                self.last_issue = Some((self.before.clone(), self.learned.clone(), entry.clone()));
            }
            self.learned.observe(&self.before, &entry);
            for event in &entry.events {
                self.before.apply(event, entry.at);
            }
        }
        Ok(())
    }

    fn measure(self) -> anyhow::Result<Row> {
        let branch = self.ledger.branch();
        let mut times = BTreeMap::<&'static str, Vec<f64>>::new();
        let mut note =
            |what, began: Instant| times.entry(what).or_default().push(began.elapsed().as_secs_f64() * 1e6);
        let (before, learned, entry) = self.last_issue.as_ref().context("a number was given out")?;
        for n in 0..TIMES {
            let now = self.now + SignedDuration::from_secs(i64::try_from(n)?);
            let began = Instant::now();
            let told = waits(branch, &self.learned, now);
            note("an estimate", began);
            let queues = queue_waits(branch, &self.learned, now, |_| true);
            note("all that is told", began);
            anyhow::ensure!(
                told.iter().all(|waits| waits.ordinary().is_some()) && queues.len() == told.len()
            );
            let mut learns = learned.clone();
            let began = Instant::now();
            learns.observe(before, entry);
            note("a new number", began);
        }
        let times = times.into_iter().map(|(what, mut all)| {
            all.sort_unstable_by(f64::total_cmp);
            let at = |share: f64| all[((all.len() - 1) as f64 * share) as usize];
            (what, (at(0.5), at(0.99)))
        });
        Ok(Row { counters: self.counters, waiting: self.waiting, times: times.collect() })
    }
}

fn name(counter: u32) -> String {
    format!("k{}", counter + 1)
}

fn rules(counters: u32) -> anyhow::Result<Rules> {
    let counter = |n: u32| json!({ "id": name(n), "number": n + 1, "services": ["a"] });
    let rules = json!({
        "id": "ukur",
        "name": { "ms": "Pejabat Ukur" },
        "class": [{ "id": "biasa", "name": { "ms": "Biasa" } }],
        "service": [{ "id": "a", "name": { "ms": "a" }, "series": { "letters": "A", "last": 9_999, "width": 4 }, "serving": "PT5M" }],
        "counter": (0..counters).map(counter).collect::<Vec<_>>(),
    });
    serde_json::from_value(rules).context("the office of the measurement has rules")
}

impl fmt::Display for Estimates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.0.first() else { return Ok(()) };
        write!(f, "{:>8}  {:>7}", "counters", "waiting")?;
        for what in first.times.keys() {
            write!(f, "  {what:>24}")?;
        }
        writeln!(f)?;
        for row in &self.0 {
            write!(f, "{:>8}  {:>7}", row.counters, row.waiting)?;
            for (what, (median, upper)) in &row.times {
                let least = first.times.get(what).map_or(1.0, |(least, _)| least.max(1e-3));
                write!(f, "  {median:>8.0} {upper:>8.0} {:>5.1}x", median / least)?;
            }
            writeln!(f)?;
        }
        write!(
            f,
            "Median and 99th percentile in microseconds, and how many times the median of the smallest hall."
        )
    }
}
