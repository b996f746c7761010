//! What SQLite can do by itself: rows of an entry's size, so many to a synced commit, nothing else.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use giliran_core::{CommandId, Entry, Event, Language, TicketId, WaitRange};
use jiff::Timestamp;
use sqlx::{
    ConnectOptions, QueryBuilder, Sqlite, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use uuid::Uuid;

/// A database with one table of numbered rows.
pub struct Plain {
    connection: SqliteConnection,
    row: Vec<u8>,
    last: i64,
}

impl Plain {
    /// Makes it, with the same durability as the daemon's.
    pub async fn make(path: &Path) -> anyhow::Result<Self> {
        let mut connection = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .connect()
            .await?;
        sqlx::raw_sql("CREATE TABLE log (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)")
            .execute(&mut connection)
            .await?;
        Ok(Self { connection, row: entry()?, last: 0 })
    }

    /// Commits so many groups one after the other, each by one insert of many rows. How long each took.
    pub async fn commit(&mut self, groups: usize, rows: usize) -> anyhow::Result<Vec<Duration>> {
        let mut took = Vec::with_capacity(groups);
        for _ in 0..groups {
            let begun = Instant::now();
            let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO log (seq, body) ");
            insert.push_values(self.last + 1..=self.last + i64::try_from(rows)?, |mut values, seq| {
                values.push_bind(seq).push_bind(self.row.as_slice());
            });
            insert.build().execute(&mut self.connection).await?;
            self.last += i64::try_from(rows)?;
            took.push(begun.elapsed());
        }
        Ok(took)
    }
}

/// An entry as the log holds it: a ticket that was issued.
fn entry() -> anyhow::Result<Vec<u8>> {
    let event = Event::TicketIssued {
        ticket: TicketId(12_345),
        number: "A1234".parse()?,
        service: crate::server::service(0).parse()?,
        class: "biasa".parse()?,
        language: Language::Ms,
        due: Timestamp::MAX,
        ahead: 123,
        announced: Some(WaitRange { p50_s: 1_234, p90_s: 2_345 }),
        goes_next: false,
        legs: Vec::new(),
        person: None,
        appointment: None,
        counts_from: None,
        remote: false,
    };
    let (at, command) = (Timestamp::MAX, Some(CommandId(Uuid::nil())));
    let entry = Entry { seq: 12_345, at, command, by: None, events: vec![event] };
    Ok(serde_json::to_vec(&entry)?)
}
