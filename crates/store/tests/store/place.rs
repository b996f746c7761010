//! Where a test's database is, and entries to put into it.

use std::path::PathBuf;

use giliran_core::{BranchId, CommandId, CounterId, Entry, Event};
use giliran_store::{AuditRow, Change, Record, SqliteStore, Store};
use jiff::Timestamp;
use uuid::Uuid;

/// A place for one database, empty at first; opened again it holds what was put there.
pub(crate) trait Place: Sync {
    type Store: Store;

    async fn new() -> Self;
    async fn open(&self) -> Self::Store;
}

/// A database file in a directory of its own.
pub(crate) struct SqlitePlace(tempfile::TempDir);

impl SqlitePlace {
    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("giliran.db")
    }
}

impl Place for SqlitePlace {
    type Store = SqliteStore;

    async fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    async fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.path()).await.expect("the database opens")
    }
}

pub(crate) fn branch(name: &str) -> BranchId {
    name.parse().expect("a short name")
}

/// The command of entry `seq` of a branch; no two of a branch are the same.
pub(crate) fn command(branch: &BranchId, seq: u64) -> CommandId {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&seq.to_be_bytes());
    for (to, from) in bytes[8..].iter_mut().zip(branch.as_str().bytes()) {
        *to = from;
    }
    CommandId(Uuid::from_bytes(bytes))
}

pub(crate) fn at(seq: u64) -> Timestamp {
    // Odd nanoseconds: what is given back must be exact.
    Timestamp::from_nanosecond(1_795_000_000_123_456_789 + i128::from(seq) * 1_000_000_007).expect("a time")
}

/// An entry that a command made; the name of its counter says which entry it is.
pub(crate) fn entry(branch: &BranchId, seq: u64) -> Entry {
    let counter: CounterId = format!("kaunter-{seq}").parse().expect("a short name");
    let events = vec![Event::CounterOpened { counter }];
    Entry { seq, at: at(seq), command: Some(command(branch, seq)), by: None, events }
}

/// Entries `first` to `last`; each third is what time alone brought about.
pub(crate) fn run(branch: &BranchId, first: u64, last: u64) -> Vec<Entry> {
    let one = |seq: u64| match seq % 3 {
        0 => Entry { command: None, ..entry(branch, seq) },
        _ => entry(branch, seq),
    };
    (first..=last).map(one).collect()
}

pub(crate) fn record(kind: &str, key: &str, body: &str) -> Record {
    Record { kind: kind.into(), key: key.into(), body: body.into() }
}

/// The change that keeps a record.
pub(crate) fn put(kind: &str, key: &str, body: &str) -> Change {
    Change::PutRecord(record(kind, key, body))
}

/// The change that lets go of it.
pub(crate) fn remove(kind: &str, key: &str) -> Change {
    Change::RemoveRecord { kind: kind.into(), key: key.into() }
}

/// The change that keeps a session.
pub(crate) fn sign_in(key: &str, body: &str) -> Change {
    Change::PutSession { key: key.into(), body: body.into() }
}

/// The change that ends it.
pub(crate) fn sign_out(key: &str) -> Change {
    Change::RemoveSession { key: key.into() }
}

/// Audit rows `first` to `last`, each with a hash over what it says.
pub(crate) fn audit(first: u64, last: u64) -> Vec<AuditRow> {
    let one = |seq: u64| {
        let row =
            AuditRow { seq, at: at(seq), body: format!("{{\"did\":\"perkara {seq}\"}}"), hash: [0; 32] };
        AuditRow { hash: hash(&row), ..row }
    };
    (first..=last).map(one).collect()
}

/// A hash as a caller makes one, over all that a row says.
pub(crate) fn hash(row: &AuditRow) -> [u8; 32] {
    let text = format!("{} {} {}", row.seq, row.at, row.body);
    let mut hash = [0; 32];
    for (n, part) in hash.chunks_mut(4).enumerate() {
        part.copy_from_slice(&crc32c::crc32c(format!("{n} {text}").as_bytes()).to_be_bytes());
    }
    hash
}
