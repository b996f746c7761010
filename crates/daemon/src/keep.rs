//! What is kept beside the log so that a start is quick, and how a branch is rebuilt from both.

use giliran_core::{Branch, BranchId, Ledger};
use giliran_forecast::Learned;
use giliran_store::{Snapshot, Store, StoreError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::calls::Calls;

/// How many entries are read at a time when the whole log has to be gone through.
const PAGE: u32 = 10_000;

/// A branch, as it was rebuilt.
pub struct Kept {
    /// The book.
    pub ledger: Ledger,
    /// What the office's days have taught.
    pub learned: Learned,
    /// The last calls.
    pub calls: Calls,
    /// The entry of the snapshot that was used; 0 for none.
    pub snapshot_seq: u64,
}

/// The body of a snapshot.
#[derive(Deserialize)]
struct Body {
    at: Option<Timestamp>,
    branch: Branch,
    learned: Learned,
    calls: Calls,
}

/// The same, borrowed.
#[derive(Serialize)]
struct BodyRef<'a> {
    at: Option<Timestamp>,
    branch: &'a Branch,
    learned: &'a Learned,
    calls: &'a Calls,
}

/// The state to keep.
pub fn snapshot(ledger: &Ledger, learned: &Learned, calls: &Calls) -> Snapshot {
    let body = BodyRef { at: ledger.at(), branch: ledger.branch(), learned, calls };
    // All keys of these types are strings or numbers, so there is always a JSON form; an empty body
    // would be thrown away at the next start and the log read instead.
    Snapshot { seq: ledger.seq(), body: serde_json::to_vec(&body).unwrap_or_default() }
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
    let (snapshot_seq, mut learned, mut calls, mut ledger) = match snapshot {
        Some((seq, Body { at, branch, learned, calls })) => {
            (seq, learned, calls, Ledger::restore(branch, seq, at, recovered.known))
        }
        None => {
            let ledger = Ledger::restore(Branch::default(), 0, None, recovered.known);
            (0, Learned::default(), Calls::default(), ledger)
        }
    };
    let mut tail = recovered.tail;
    if read_all {
        tail = store.entries(branch, 0, PAGE).await?;
    }
    while let Some(last) = tail.last().map(|entry| entry.seq) {
        for entry in &tail {
            learned.observe(ledger.branch(), entry);
            ledger.replay(entry);
            calls.observe(entry, ledger.branch());
        }
        tail = if read_all { store.entries(branch, last, PAGE).await? } else { Vec::new() };
    }
    Ok(Kept { ledger, learned, calls, snapshot_seq })
}
