//! The audit record as it is written: each line carries the hash of all before it.
//!
//! One task writes: whatever changes who may take part, and the line that tells of it, is on disk in one
//! commit or not at all, and many that come at once share it.
//!
//! Invariants: nothing is said to have happened before its line is on disk; the hash of a line is SHA-256 over
//! the hash of the line before and the line's text, so that no line can be changed, left out or put in
//! without all after it being rewritten.

use std::sync::Arc;

use giliran_protocol::audit::AuditLine;
use giliran_store::{AuditRow, Change, Record, Store, StoreError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, oneshot};

use crate::{access::secrets::hex, clock::system_time, failure::Failure};

/// How many may wait to be written.
const WAITING: usize = 1024;

/// How many are written together at most.
const TOGETHER: usize = 256;

/// How many lines are read at once, where old ones are let go.
const READ: u32 = 1000;

/// What stands before the first line.
pub const BEFORE_THE_FIRST: [u8; 32] = [0; 32];

/// One thing that somebody did, to be written down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Who.
    pub who: String,
    /// From which address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What, by a stable word.
    pub what: String,
    /// In which branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Whom or what it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Why, as whoever did it said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What else there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// A line as it is kept: with its place and time, so that the hash is over these too.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    seq: u64,
    at: Timestamp,
    #[serde(flatten)]
    line: Line,
}

/// The hash of a line by the one before and its text.
pub fn chained(before: &[u8; 32], body: &str) -> [u8; 32] {
    Sha256::new().chain_update(before).chain_update(body.as_bytes()).finalize().into()
}

/// A row as it is told. None for one that no daemon can have written.
pub fn told(row: &AuditRow) -> Option<AuditLine> {
    let Kept { seq, at, line } = serde_json::from_str(&row.body).ok()?;
    let Line { who, from, what, branch, subject, why, detail } = line;
    let hash = hex(&row.hash);
    (seq == row.seq).then_some(AuditLine { seq, at, who, from, what, branch, subject, why, detail, hash })
}

/// What stands for the lines that were let go: the hash of the last of them, which the first that is kept goes on from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Anchor {
    /// The place of the last line that was let go.
    pub seq: u64,
    /// Its hash, in hexadecimal.
    pub hash: String,
}

impl Anchor {
    const KIND: &str = "audit";
    const KEY: &str = "anchor";

    /// Among all records; none where nothing was ever let go.
    pub fn find(records: &[Record]) -> Option<Self> {
        let record = records.iter().find(|record| record.kind == Self::KIND && record.key == Self::KEY)?;
        serde_json::from_str(&record.body).ok()
    }

    /// Whether damage is that of what stands for the lines that were let go.
    pub fn is_of(damage: &StoreError) -> bool {
        let own = format!("kind {}, key {}", Self::KIND, Self::KEY);
        matches!(damage, StoreError::Damaged { table: "record", key, .. } if *key == own)
    }

    fn record(&self) -> Record {
        // Made of a number and a text: it can always be written.
        let body = serde_json::to_string(self).unwrap_or_default();
        Record { kind: Self::KIND.into(), key: Self::KEY.into(), body }
    }
}

/// Lets go of lines of the record that are older than `before`; gives how many. The last line always stays.
pub async fn prune(store: &dyn Store, before: Timestamp) -> Result<u64, StoreError> {
    let Some(last) = store.last_audit().await? else { return Ok(0) };
    let (mut count, mut gone) = (0, None::<AuditRow>);
    let mut after = Anchor::find(&store.records().await?).map_or(0, |anchor| anchor.seq);
    'old: loop {
        let rows = store.audit(after, READ).await?;
        let Some(end) = rows.last() else { break };
        after = end.seq;
        for row in rows {
            if row.at >= before || row.seq == last.seq {
                break 'old;
            }
            count += 1;
            gone = Some(row);
        }
    }
    if let Some(AuditRow { seq, hash, .. }) = gone {
        store.prune_audit(seq, Anchor { seq, hash: hex(&hash) }.record()).await?;
    }
    Ok(count)
}

/// What is to be written together.
struct Note {
    changes: Vec<Change>,
    line: Option<Line>,
    written: oneshot::Sender<Result<(), StoreError>>,
}

/// Where lines are handed in.
#[derive(Debug, Clone)]
pub struct Book {
    notes: mpsc::Sender<Note>,
}

impl Book {
    /// Opens the record where it ends. It is written until nobody holds the book any more.
    pub async fn open(store: Arc<dyn Store>) -> Result<Self, StoreError> {
        let last = store.last_audit().await?;
        let (notes, waiting) = mpsc::channel(WAITING);
        tokio::spawn(Writer { store, head: Head::after(last) }.run(waiting));
        Ok(Self { notes })
    }

    /// Writes changes and the line that tells of them; they are on disk when this is `Ok`.
    pub async fn write(&self, changes: Vec<Change>, line: Line) -> Result<(), Failure> {
        self.hand_in(changes, Some(line)).await
    }

    /// Writes changes of which there is nothing to tell: a session that was used.
    pub async fn keep(&self, changes: Vec<Change>) -> Result<(), Failure> {
        self.hand_in(changes, None).await
    }

    async fn hand_in(&self, changes: Vec<Change>, line: Option<Line>) -> Result<(), Failure> {
        let (written, answer) = oneshot::channel();
        self.notes.send(Note { changes, line, written }).await.map_err(|_| Failure::Stopping)?;
        let answer = answer.await.map_err(|_| Failure::TryAgain)?;
        answer.map_err(|why| Failure::store(&why))
    }
}

/// The end of the record.
#[derive(Debug, Clone, Copy)]
struct Head {
    seq: u64,
    at: Option<Timestamp>,
    hash: [u8; 32],
}

impl Head {
    fn after(last: Option<AuditRow>) -> Self {
        match last {
            Some(AuditRow { seq, at, hash, .. }) => Self { seq, at: Some(at), hash },
            None => Self { seq: 0, at: None, hash: BEFORE_THE_FIRST },
        }
    }

    fn next(&mut self, line: Line) -> AuditRow {
        // A clock that was set back does not turn the order of things round.
        let at = self.at.map_or(system_time(), |last| last.max(system_time()));
        let seq = self.seq + 1;
        // Made of texts and numbers: it can always be written.
        let body = serde_json::to_string(&Kept { seq, at, line }).unwrap_or_default();
        let hash = chained(&self.hash, &body);
        *self = Self { seq, at: Some(at), hash };
        AuditRow { seq, at, body, hash }
    }
}

struct Writer {
    store: Arc<dyn Store>,
    head: Head,
}

impl Writer {
    async fn run(mut self, mut waiting: mpsc::Receiver<Note>) {
        let mut notes = Vec::with_capacity(TOGETHER);
        while waiting.recv_many(&mut notes, TOGETHER).await > 0 {
            let mut head = self.head;
            let (mut changes, mut rows, mut answers) = (Vec::new(), Vec::new(), Vec::new());
            for note in notes.drain(..) {
                changes.extend(note.changes);
                rows.extend(note.line.map(|line| head.next(line)));
                answers.push(note.written);
            }
            let written = self.store.keep(changes, rows).await;
            match &written {
                Ok(()) => self.head = head,
                Err(why) => {
                    tracing::warn!(%why, "what somebody did could not be written down, and is not done");
                    // Where the disk took it all the same, the record goes on from there.
                    if let Ok(last) = self.store.last_audit().await {
                        self.head = Head::after(last);
                    }
                }
            }
            for answer in answers {
                // Whoever asked may be gone; what is written is written.
                let _ = answer.send(written.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use giliran_store::SqliteStore;

    use super::*;
    use crate::upkeep::verify_audit;

    #[tokio::test]
    async fn what_is_old_is_let_go_and_the_chain_goes_on_from_what_stands_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("office.db");
        let store = Arc::new(SqliteStore::open(&path).await.unwrap());
        let day = |day: i64| Timestamp::from_second(1_800_000_000 + 86_400 * day).unwrap();
        let (mut rows, mut hash) = (Vec::new(), BEFORE_THE_FIRST);
        // More than are read at once, some on each of ten days.
        for seq in 1..=2500 {
            let at = day(i64::try_from(seq).unwrap() / 250);
            let line = Line { who: "person aminah".into(), what: "sign_in".into(), ..Line::default() };
            let body = serde_json::to_string(&Kept { seq, at, line }).unwrap();
            hash = chained(&hash, &body);
            rows.push(AuditRow { seq, at, body, hash });
        }
        store.keep(Vec::new(), rows).await.unwrap();
        let whole = verify_audit(&path, None).await.unwrap();
        assert_eq!((whole.lines, &whole.fault), (2500, &None));

        assert_eq!(prune(&*store, day(0)).await.unwrap(), 0);
        assert_eq!(prune(&*store, day(3)).await.unwrap(), 749);
        let rest = verify_audit(&path, Some(&whole.head)).await.unwrap();
        assert_eq!((rest.lines, rest.span.unwrap().0, &rest.fault), (1751, (750, day(3)), &None));
        assert_eq!(rest.head, whole.head);
        assert_eq!(prune(&*store, day(3)).await.unwrap(), 0, "once is enough");
        // Again, beyond what is read at once; the last line stays, however old it is.
        assert_eq!(prune(&*store, day(100)).await.unwrap(), 1750);
        let last = verify_audit(&path, Some(&whole.head)).await.unwrap();
        assert_eq!((last.lines, last.span.unwrap().0.0, &last.fault), (1, 2500, &None));

        // The record goes on from there, also after a restart.
        let book = Book::open(store.clone()).await.unwrap();
        book.write(Vec::new(), Line { what: "sign_out".into(), ..Line::default() }).await.unwrap();
        let on = verify_audit(&path, Some(&whole.head)).await.unwrap();
        assert_eq!((on.lines, on.span.unwrap().1.0, &on.fault), (2, 2501, &None));

        // What stands for the lines that were let go can't be made up, nor taken away.
        let anchor = |seq, hash: &str| Change::PutRecord(Anchor { seq, hash: hash.into() }.record());
        for forged in [
            anchor(2499, &hex(&[7; 32])),
            anchor(2498, &hex(&[7; 32])),
            anchor(2499, "rubbish"),
            Change::RemoveRecord { kind: Anchor::KIND.into(), key: Anchor::KEY.into() },
        ] {
            store.keep(vec![forged.clone()], Vec::new()).await.unwrap();
            let found = verify_audit(&path, None).await.unwrap();
            assert!(found.fault.is_some(), "{forged:?}");
        }
        store.close().await;
    }
}
