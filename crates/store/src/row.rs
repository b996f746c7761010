//! Entries, snapshots and what is kept beside them as rows, and back, checked.
//!
//! A row carries a checksum over all that it says, because a database may hand back a flipped bit
//! without a word. Invariant: what is decoded is what was encoded, or decoding fails. Only audit rows have
//! none: they carry a hash that whoever made them checks.

use giliran_core::{Actor, BranchId, CommandId, Entry, Event};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{AuditRow, Record, Snapshot, StoreError};

/// One entry as the table `log` holds it.
#[derive(Debug)]
pub(crate) struct LogRow {
    pub seq: i64,
    pub command: Option<Vec<u8>>,
    /// Nanoseconds since 1970, exact: what is replayed must be what was decided, to the last digit.
    pub at_ns: i64,
    pub body: String,
    pub checksum: i64,
}

/// One snapshot as the table `snapshot` holds it.
#[derive(Debug)]
pub(crate) struct SnapshotRow {
    pub seq: i64,
    pub format: i64,
    pub body: Vec<u8>,
    pub checksum: i64,
}

/// One record as the table `record` holds it.
#[derive(Debug)]
pub(crate) struct RecordRow {
    pub kind: String,
    pub key: String,
    pub body: String,
    pub checksum: i64,
}

/// One session as the table `session` holds it.
#[derive(Debug)]
pub(crate) struct SessionRow {
    pub key: String,
    pub body: String,
    pub checksum: i64,
}

/// One audit row as the table `audit` holds it.
#[derive(Debug)]
pub(crate) struct AuditLine {
    pub seq: i64,
    pub at_ns: i64,
    pub body: String,
    pub hash: Vec<u8>,
}

/// What the core says of an entry, as the JSON in `body`.
#[derive(Deserialize)]
struct Body {
    by: Option<Actor>,
    events: Vec<Event>,
}

/// The same, borrowed.
#[derive(Serialize)]
struct BodyRef<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a Actor>,
    events: &'a [Event],
}

/// How a snapshot's row is to be read. What its body means is the maker's business.
const SNAPSHOT_FORMAT: i64 = 1;

impl LogRow {
    pub(crate) fn encode(branch: &BranchId, entry: &Entry) -> Result<Self, StoreError> {
        let unfit =
            |what: &str| StoreError::Unfit { branch: branch.clone(), seq: entry.seq, what: what.into() };
        if entry.events.is_empty() {
            return Err(unfit("it has no events"));
        }
        let seq = i64::try_from(entry.seq).map_err(|_| unfit("its number is too large"))?;
        let at_ns = i64::try_from(entry.at.as_nanosecond())
            .map_err(|_| unfit("its time is not between the years 1678 and 2262"))?;
        let body = BodyRef { by: entry.by.as_ref(), events: &entry.events };
        let body = serde_json::to_string(&body).map_err(|error| unfit(&error.to_string()))?;
        let command = entry.command.map(|CommandId(id)| id.as_bytes().to_vec());
        let checksum = log_checksum(branch, seq, command.as_deref(), at_ns, &body);
        Ok(Self { seq, command, at_ns, body, checksum })
    }

    /// The entry's number, its command and its time, if the row is sound.
    fn head(&self, branch: &BranchId) -> Result<(u64, Option<CommandId>, Timestamp), StoreError> {
        let damaged = |what: String| damaged("log", branch, &format!("seq {}", self.seq), what);
        let expected = log_checksum(branch, self.seq, self.command.as_deref(), self.at_ns, &self.body);
        if self.checksum != expected {
            return Err(damaged(format!("checksum {:08x} instead of {expected:08x}", self.checksum)));
        }
        let seq = u64::try_from(self.seq).map_err(|_| damaged("the number is negative".into()))?;
        let command = match &self.command {
            Some(bytes) => {
                let id = Uuid::from_slice(bytes).map_err(|error| damaged(format!("command: {error}")))?;
                Some(CommandId(id))
            }
            None => None,
        };
        let at = Timestamp::from_nanosecond(i128::from(self.at_ns))
            .map_err(|error| damaged(format!("time: {error}")))?;
        Ok((seq, command, at))
    }

    /// The command that made the entry, if the row is sound; its events are not looked into.
    pub(crate) fn command(&self, branch: &BranchId) -> Result<(u64, Option<CommandId>), StoreError> {
        self.head(branch).map(|(seq, command, _)| (seq, command))
    }

    pub(crate) fn decode(&self, branch: &BranchId) -> Result<Entry, StoreError> {
        let (seq, command, at) = self.head(branch)?;
        let Body { by, events } = serde_json::from_str(&self.body)
            .map_err(|error| damaged("log", branch, &format!("seq {seq}"), format!("body: {error}")))?;
        Ok(Entry { seq, at, command, by, events })
    }
}

/// Decodes a row that has the right checksum, whatever else it says: of another version, or made on purpose.
#[doc(hidden)]
pub fn decode_sound(
    branch: &BranchId,
    seq: i64,
    command: Option<Vec<u8>>,
    at_ns: i64,
    body: String,
) -> Result<Entry, StoreError> {
    let checksum = log_checksum(branch, seq, command.as_deref(), at_ns, &body);
    LogRow { seq, command, at_ns, body, checksum }.decode(branch)
}

impl SnapshotRow {
    pub(crate) fn encode(branch: &BranchId, snapshot: Snapshot) -> Result<Self, StoreError> {
        let Snapshot { seq, body } = snapshot;
        let seq = i64::try_from(seq).map_err(|_| StoreError::Unfit {
            branch: branch.clone(),
            seq,
            what: "its number is too large".into(),
        })?;
        let checksum = snapshot_checksum(branch, seq, SNAPSHOT_FORMAT, &body);
        Ok(Self { seq, format: SNAPSHOT_FORMAT, body, checksum })
    }

    pub(crate) fn decode(self, branch: &BranchId) -> Result<Snapshot, StoreError> {
        let damaged = |what: String| damaged("snapshot", branch, &format!("seq {}", self.seq), what);
        let expected = snapshot_checksum(branch, self.seq, self.format, &self.body);
        if self.checksum != expected {
            return Err(damaged(format!("checksum {:08x} instead of {expected:08x}", self.checksum)));
        }
        if self.format != SNAPSHOT_FORMAT {
            return Err(damaged(format!("format {} instead of {SNAPSHOT_FORMAT}", self.format)));
        }
        let seq = u64::try_from(self.seq).map_err(|_| damaged("the number is negative".into()))?;
        Ok(Snapshot { seq, body: self.body })
    }
}

impl RecordRow {
    pub(crate) fn encode(record: Record) -> Self {
        let Record { kind, key, body } = record;
        let checksum = record_checksum(&kind, &key, &body);
        Self { kind, key, body, checksum }
    }

    pub(crate) fn decode(self) -> Result<Record, StoreError> {
        let Self { kind, key, body, checksum } = self;
        let expected = record_checksum(&kind, &key, &body);
        if checksum != expected {
            let what = format!("checksum {checksum:08x} instead of {expected:08x}");
            return Err(StoreError::Damaged {
                table: "record",
                key: format!("kind {kind}, key {key}"),
                what,
            });
        }
        Ok(Record { kind, key, body })
    }
}

impl SessionRow {
    pub(crate) fn encode(key: String, body: String) -> Self {
        let checksum = session_checksum(&key, &body);
        Self { key, body, checksum }
    }

    pub(crate) fn decode(self) -> Result<(String, String), StoreError> {
        let Self { key, body, checksum } = self;
        let expected = session_checksum(&key, &body);
        if checksum != expected {
            let what = format!("checksum {checksum:08x} instead of {expected:08x}");
            return Err(StoreError::Damaged { table: "session", key: format!("key {key}"), what });
        }
        Ok((key, body))
    }
}

impl AuditLine {
    pub(crate) fn encode(row: AuditRow) -> Result<Self, StoreError> {
        let AuditRow { seq, at, body, hash } = row;
        let unfit = |what: &str| StoreError::UnfitAudit { seq, what: what.into() };
        let at_ns = i64::try_from(at.as_nanosecond())
            .map_err(|_| unfit("its time is not between the years 1678 and 2262"))?;
        let seq = i64::try_from(seq).map_err(|_| unfit("its number is too large"))?;
        Ok(Self { seq, at_ns, body, hash: hash.to_vec() })
    }

    pub(crate) fn decode(self) -> Result<AuditRow, StoreError> {
        let Self { seq, at_ns, body, hash } = self;
        let damaged = |what: String| StoreError::Damaged { table: "audit", key: format!("seq {seq}"), what };
        let number = u64::try_from(seq).map_err(|_| damaged("the number is negative".into()))?;
        let at = Timestamp::from_nanosecond(i128::from(at_ns))
            .map_err(|error| damaged(format!("time: {error}")))?;
        let hash = <[u8; 32]>::try_from(hash)
            .map_err(|hash| damaged(format!("the hash has {} bytes and not 32", hash.len())))?;
        Ok(AuditRow { seq: number, at, body, hash })
    }
}

/// `key` is the rest of the row's key, such as `seq 7`.
pub(crate) fn damaged(table: &'static str, branch: &BranchId, key: &str, what: String) -> StoreError {
    StoreError::Damaged { table, key: format!("branch {branch}, {key}"), what }
}

fn log_checksum(branch: &BranchId, seq: i64, command: Option<&[u8]>, at_ns: i64, body: &str) -> i64 {
    checksum(&[
        branch.as_str().as_bytes(),
        &seq.to_le_bytes(),
        command.unwrap_or_default(),
        &at_ns.to_le_bytes(),
        body.as_bytes(),
    ])
}

fn snapshot_checksum(branch: &BranchId, seq: i64, format: i64, body: &[u8]) -> i64 {
    checksum(&[branch.as_str().as_bytes(), &seq.to_le_bytes(), &format.to_le_bytes(), body])
}

fn record_checksum(kind: &str, key: &str, body: &str) -> i64 {
    checksum(&[kind.as_bytes(), key.as_bytes(), body.as_bytes()])
}

fn session_checksum(key: &str, body: &str) -> i64 {
    checksum(&[key.as_bytes(), body.as_bytes()])
}

/// Each part goes in with its length, so that nothing can move from one part to the next unseen.
fn checksum(parts: &[&[u8]]) -> i64 {
    let sum = parts.iter().fold(0, |sum, part| {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        crc32c::crc32c_append(crc32c::crc32c_append(sum, &length.to_le_bytes()), part)
    });
    i64::from(sum)
}

#[cfg(test)]
mod tests {
    use giliran_core::{Actor, BranchId, CommandId, Entry, Event, TicketId};
    use jiff::Timestamp;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::{AuditLine, LogRow, RecordRow, SessionRow, SnapshotRow};
    use crate::{AuditRow, Record, Snapshot};

    fn branch() -> impl Strategy<Value = BranchId> {
        "[a-z0-9-]{1,32}".prop_map(|name| name.parse().expect("a short name"))
    }

    prop_compose! {
        fn entry()(
            seq in 1..=u64::try_from(i64::MAX).expect("positive"),
            at in any::<i64>(),
            command in proptest::option::of(any::<u128>()),
            by in proptest::option::of("[a-z0-9-]{1,32}"),
            tickets in proptest::collection::vec((any::<u64>(), "[a-z0-9-]{1,32}"), 1..5),
        ) -> Entry {
            let events = tickets.into_iter().map(|(ticket, counter)| Event::TicketServed {
                ticket: TicketId(ticket),
                counter: counter.parse().expect("a short name"),
                outcome: None,
            });
            Entry {
                seq,
                at: Timestamp::from_nanosecond(at.into()).expect("a time"),
                command: command.map(|id| CommandId(Uuid::from_u128(id))),
                by: by.map(|id| Actor::Officer { id: id.parse().expect("a short name") }),
                events: events.collect(),
            }
        }
    }

    /// Flips one bit of the fields, counted through all of them; `None` where the text would be no text.
    fn flip(row: LogRow, bit: usize) -> Option<LogRow> {
        let LogRow { seq, command, at_ns, body, checksum } = row;
        let mut bytes = [seq.to_be_bytes(), at_ns.to_be_bytes(), checksum.to_be_bytes()].concat();
        let command_at = bytes.len();
        bytes.extend(command.as_deref().unwrap_or_default());
        let body_at = bytes.len();
        bytes.extend(body.bytes());
        let bit = bit % (8 * bytes.len());
        bytes[bit / 8] ^= 1 << (bit % 8);
        let number = |at: usize| i64::from_be_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
        Some(LogRow {
            seq: number(0),
            at_ns: number(8),
            checksum: number(16),
            command: command.map(|_| bytes[command_at..body_at].to_vec()),
            body: String::from_utf8(bytes[body_at..].to_vec()).ok()?,
        })
    }

    proptest! {
        #[test]
        fn an_entry_comes_back_as_it_went_in(branch in branch(), entry in entry()) {
            let row = LogRow::encode(&branch, &entry).expect("a ledger makes such entries");
            prop_assert_eq!(row.decode(&branch), Ok(entry));
        }

        #[test]
        fn a_flipped_bit_anywhere_in_a_row_is_found(branch in branch(), entry in entry(), bit in any::<usize>()) {
            let row = LogRow::encode(&branch, &entry).expect("a ledger makes such entries");
            if let Some(row) = flip(row, bit) {
                prop_assert!(row.decode(&branch).is_err());
            }
        }

        #[test]
        fn a_row_of_another_branch_is_found(one in branch(), other in branch(), entry in entry()) {
            prop_assume!(one != other);
            let row = LogRow::encode(&one, &entry).expect("a ledger makes such entries");
            prop_assert!(row.decode(&other).is_err());
        }

        #[test]
        fn a_snapshot_comes_back_as_it_went_in_or_not_at_all(
            branch in branch(), seq in 0..1_000_000_u64, body in proptest::collection::vec(any::<u8>(), 1..200),
            flip in any::<usize>(),
        ) {
            let snapshot = Snapshot { seq, body };
            let row = || SnapshotRow::encode(&branch, snapshot.clone()).expect("a number in reach");
            prop_assert_eq!(row().decode(&branch), Ok(snapshot.clone()));
            let mut damaged = row();
            let bit = flip % (8 * damaged.body.len());
            damaged.body[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(damaged.decode(&branch).is_err());
            let newer = SnapshotRow { format: row().format + 1, ..row() };
            prop_assert!(newer.decode(&branch).is_err());
        }

        #[test]
        fn what_is_kept_beside_the_log_comes_back_as_it_went_in(
            kind in any::<String>(), key in any::<String>(), body in any::<String>(),
            seq in 1..=u64::try_from(i64::MAX).expect("positive"), at in any::<i64>(), hash in any::<[u8; 32]>(),
        ) {
            let session = SessionRow::encode(key.clone(), body.clone());
            prop_assert_eq!(session.decode(), Ok((key.clone(), body.clone())));
            let at = Timestamp::from_nanosecond(at.into()).expect("a time");
            let audit = AuditRow { seq, at, body: body.clone(), hash };
            prop_assert_eq!(AuditLine::encode(audit.clone()).and_then(AuditLine::decode), Ok(audit));
            let record = Record { kind, key, body };
            prop_assert_eq!(RecordRow::encode(record.clone()).decode(), Ok(record));
        }

        #[test]
        fn text_that_moved_or_changed_in_a_record_or_session_is_found(
            kind in "[a-z]{0,8}", key in "[a-z0-9]{0,8}", body in "[ -~]{1,60}", at in any::<prop::sample::Index>(),
            bit in 0..5_u8,
        ) {
            let mut changed = body.clone().into_bytes();
            changed[at.index(body.len())] ^= 1 << bit;
            let changed = String::from_utf8(changed).expect("still ASCII");
            let record = || RecordRow::encode(Record { kind: kind.clone(), key: key.clone(), body: body.clone() });
            let other = RecordRow { body: changed.clone(), ..record() };
            prop_assert!(other.decode().is_err());
            let session = || SessionRow::encode(key.clone(), body.clone());
            let other = SessionRow { body: changed, ..session() };
            prop_assert!(other.decode().is_err());
            // A part that goes over into the next is another record.
            let moved = RecordRow { kind: format!("{kind}{key}"), key: String::new(), ..record() };
            prop_assert!(key.is_empty() || moved.decode().is_err());
            let moved = SessionRow { key: format!("{key}{body}"), body: String::new(), ..session() };
            prop_assert!(moved.decode().is_err());
        }
    }
}
