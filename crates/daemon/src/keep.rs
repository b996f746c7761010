//! What is kept beside the log so that a start is quick, and how a branch is rebuilt from both.

use std::sync::Arc;

use giliran_core::{Actor, Branch, BranchId, Entry, Event, Ledger, Rules};
use giliran_store::{Snapshot, Store, StoreError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    announced::Announced,
    calls::Calls,
    days::{Days, Stood},
    taught::Taught,
};

/// How many entries are read at a time when the whole log has to be gone through.
pub const PAGE: u32 = 10_000;

/// A branch, as it was rebuilt.
#[derive(Default)]
pub struct Kept {
    /// The book.
    pub ledger: Ledger,
    /// What the office's days have taught.
    pub taught: Taught,
    /// The last calls.
    pub calls: Calls,
    /// The last announcements beside them.
    pub announced: Announced,
    /// The hours of this day and of those before.
    pub days: Days,
    /// The rules of the configuration file, as they were taken last.
    pub configured: Option<Arc<Rules>>,
    /// The entry with which the business day began; 0 before the first.
    pub day_seq: u64,
    /// The entry of the snapshot that was used; 0 for none.
    pub snapshot_seq: u64,
}

/// The body of a snapshot.
#[derive(Default, Deserialize)]
struct Body {
    at: Option<Timestamp>,
    branch: Branch,
    taught: Taught,
    calls: Calls,
    #[serde(default)]
    announced: Announced,
    days: Days,
    configured: Option<Arc<Rules>>,
    day_seq: u64,
}

/// The same, borrowed.
#[derive(Serialize)]
struct BodyRef<'a> {
    at: Option<Timestamp>,
    branch: &'a Branch,
    taught: &'a Taught,
    calls: &'a Calls,
    announced: &'a Announced,
    days: &'a Days,
    configured: Option<&'a Arc<Rules>>,
    day_seq: u64,
}

/// By whom the rules of the configuration file are set.
pub fn configuration() -> Actor {
    Actor::Device { id: "configuration".parse().expect("a short name by its own rules") }
}

/// Takes note of what an entry says about the day and the configuration file.
pub fn mark(entry: &Entry, configured: &mut Option<Arc<Rules>>, day_seq: &mut u64) {
    for event in &entry.events {
        if let Event::DayBegan { .. } = event {
            *day_seq = entry.seq;
        }
        if let Event::RulesSet { rules } = event
            && entry.by.as_ref() == Some(&configuration())
        {
            *configured = Some(rules.clone());
        }
    }
}

/// The state to keep.
pub fn snapshot(
    ledger: &Ledger,
    taught: &Taught,
    (calls, announced, days): (&Calls, &Announced, &Days),
    configured: Option<&Arc<Rules>>,
    day_seq: u64,
) -> Snapshot {
    let body = BodyRef {
        at: ledger.at(),
        branch: ledger.branch(),
        taught,
        calls,
        announced,
        days,
        configured,
        day_seq,
    };
    // All keys of these types are strings or numbers, so there is always a JSON form; an empty body
    // would be thrown away at the next start and the log read instead.
    Snapshot { seq: ledger.seq(), body: serde_json::to_vec(&body).unwrap_or_default() }
}

/// Whether a snapshot's body is one that this version can read.
pub fn is_readable(body: &[u8]) -> bool {
    serde_json::from_slice::<Body>(body).is_ok()
}

/// Rebuilds a branch: the newest snapshot and the entries after it, or all entries where there is no
/// snapshot that this version can read.
pub async fn recover(store: &dyn Store, branch: &BranchId) -> Result<Kept, StoreError> {
    let recovered = store.recover(branch, Ledger::COMMANDS_KEPT).await?;
    let snapshot = recovered.snapshot.as_ref().and_then(|snapshot| {
        serde_json::from_slice::<Body>(&snapshot.body)
            .inspect_err(|why| {
                tracing::warn!(%branch, seq = snapshot.seq, %why, "the kept state is of another version; reading the whole log");
            })
            .ok()
            .map(|body| (snapshot.seq, body))
    });
    let read_all = recovered.snapshot.is_some() && snapshot.is_none();
    let (snapshot_seq, body) = snapshot.unwrap_or_else(|| (0, Body::default()));
    let Body { at, branch: state, taught, calls, announced, days, configured, day_seq } = body;
    let ledger = Ledger::restore(state, snapshot_seq, at, recovered.known);
    let mut kept = Kept { ledger, taught, calls, announced, days, configured, day_seq, snapshot_seq };
    let mut tail = recovered.tail;
    if read_all {
        tail = store.entries(branch, 0, PAGE).await?;
    }
    while let Some(last) = tail.last().map(|entry| entry.seq) {
        tail.iter().for_each(|entry| kept.take(entry));
        tail = store.entries(branch, last, PAGE).await?;
    }
    Ok(kept)
}

impl Kept {
    /// Takes in the entry that follows.
    pub fn take(&mut self, entry: &Entry) {
        let stood = Stood::by(entry, self.ledger.branch());
        self.taught.observe(self.ledger.branch(), entry);
        self.ledger.replay(entry);
        self.calls.observe(entry, self.ledger.branch());
        self.announced.observe(entry);
        self.days.observe(entry, stood, self.ledger.branch());
        mark(entry, &mut self.configured, &mut self.day_seq);
    }

    /// The state to keep.
    pub fn snapshot(&self) -> Snapshot {
        snapshot(
            &self.ledger,
            &self.taught,
            (&self.calls, &self.announced, &self.days),
            self.configured.as_ref(),
            self.day_seq,
        )
    }
}

/// The branch in a snapshot, if this version can read it.
pub fn branch_in(snapshot: &Snapshot) -> Option<Branch> {
    serde_json::from_slice::<Body>(&snapshot.body).ok().map(|body| body.branch)
}
