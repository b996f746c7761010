//! A year of an office, written into a database by the rules and through the store, as the daemon would have
//! written it, but without waiting for anybody.
//!
//! Business days of some thousand visitors: each takes a number, is called, served and done. Nothing in it
//! depends on a clock or on chance, so two histories of the same length say the same.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use giliran_core::{
    Actor, Command, CommandId, CounterId, Entry, Event, Language, Ledger, Rules, ServiceId, Submission,
};
use giliran_store::{SqliteStore, Store};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};

use crate::server::{self, COUNTERS, SERVICES};

/// Visitors of a business day; 250 such days make a year of a million.
const A_DAY: usize = 4_000;

/// The first day.
const FROM: Date = jiff::civil::date(2025, 11, 3);

/// How long the doors are open.
const OPEN: SignedDuration = SignedDuration::from_hours(9);

/// Entries in a commit.
const COMMIT: usize = 4_000;

/// Writes the history of so many tickets into a new database at `out`, and says how many entries it has.
pub fn write(tickets: usize, out: &Path) -> anyhow::Result<u64> {
    ensure!(!out.exists(), "{} is there already", out.display());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let store = SqliteStore::open(out).await?;
        let entries = Office::new()?.work(tickets, &store).await;
        store.close().await;
        entries
    })
}

struct Office {
    ledger: Ledger,
    now: Timestamp,
    sent: u64,
    counters: Vec<CounterId>,
    services: Vec<ServiceId>,
    /// Entries that are not in the store yet.
    waiting: Vec<Entry>,
}

impl Office {
    fn new() -> anyhow::Result<Self> {
        let parse = |names: Vec<String>| names.into_iter();
        let mut office = Self {
            ledger: Ledger::default(),
            now: morning(FROM)?,
            sent: 0,
            counters: parse((0..COUNTERS).map(server::counter).collect())
                .map(|name| name.parse())
                .collect::<Result<_, _>>()?,
            services: parse((0..SERVICES).map(server::service).collect())
                .map(|name| name.parse())
                .collect::<Result<_, _>>()?,
            waiting: Vec::new(),
        };
        // As the daemon does, so that it finds its own configuration in force.
        let by = Actor::Device { id: "configuration".parse()? };
        let rules: Rules = server::rules()?;
        office.take(Some(by), &Command::SetRules { rules: rules.into() })?;
        Ok(office)
    }

    async fn work(mut self, tickets: usize, store: &SqliteStore) -> anyhow::Result<u64> {
        let branch = server::branch(0).parse()?;
        let mut day = FROM;
        let mut left = tickets;
        while left > 0 {
            let today = left.min(A_DAY);
            self.now = morning(day)?;
            let step = OPEN / i32::try_from(today)?;
            for counter in self.counters.clone() {
                self.take(None, &Command::OpenCounter { counter })?;
            }
            for n in 0..today {
                self.now = self.now.checked_add(step)?;
                self.visitor(n)?;
                if self.waiting.len() >= COMMIT {
                    store.append(&branch, &std::mem::take(&mut self.waiting)).await?;
                }
            }
            for counter in self.counters.clone() {
                self.take(None, &Command::CloseCounter { counter })?;
            }
            left -= today;
            day = next_business_day(day)?;
        }
        store.append(&branch, &std::mem::take(&mut self.waiting)).await?;
        Ok(self.ledger.seq())
    }

    /// One comes, and one is served.
    fn visitor(&mut self, n: usize) -> anyhow::Result<()> {
        let service = self.services[n % SERVICES].clone();
        let language = if n.is_multiple_of(3) { Language::Ms } else { Language::En };
        let issue = Command::IssueTicket {
            service,
            class: None,
            language,
            announced: None,
            legs: None,
            person: None,
        };
        self.take(None, &issue)?;
        let counter = self.counters[n % COUNTERS].clone();
        let called = self.take(None, &Command::CallNext { counter: counter.clone() })?;
        let Some(Event::TicketCalled { ticket, .. }) = called.events.first() else {
            bail!("a call that calls nobody: {called:?}");
        };
        let ticket = *ticket;
        self.now = self.now.checked_add(SignedDuration::from_millis(900))?;
        self.take(None, &Command::StartServing { counter: counter.clone(), ticket })?;
        self.now = self.now.checked_add(SignedDuration::from_millis(900))?;
        self.take(None, &Command::Finish { counter, ticket, outcome: None })?;
        Ok(())
    }

    fn take(&mut self, by: Option<Actor>, command: &Command) -> anyhow::Result<Entry> {
        self.sent += 1;
        // In the order of time, as clients make them.
        let seconds = u64::try_from(self.now.as_second())?;
        let random = [self.sent.to_be_bytes(), self.sent.to_le_bytes()].concat();
        let random = random.first_chunk().context("sixteen bytes have ten")?;
        let id = uuid::Builder::from_unix_timestamp_millis(seconds * 1000, random).into_uuid();
        match self.ledger.submit_by(by, CommandId(id), command, self.now) {
            Submission::Taken(entries) => {
                let last = entries.last().cloned().context("a command makes an entry")?;
                self.waiting.extend(entries);
                Ok(last)
            }
            other @ (Submission::Repeated { .. } | Submission::Refused { .. }) => {
                bail!("{command:?} was not taken: {other:?}")
            }
        }
    }
}

fn morning(day: Date) -> anyhow::Result<Timestamp> {
    Ok(day.at(8, 0, 0, 0).to_zoned(TimeZone::get("Asia/Kuala_Lumpur")?)?.timestamp())
}

fn next_business_day(day: Date) -> anyhow::Result<Date> {
    let mut next = day.checked_add(1.day())?;
    while next.weekday().to_monday_zero_offset() > 4 {
        next = next.checked_add(1.day())?;
    }
    Ok(next)
}
