//! What clients were told, and the check that it is kept: everything that was answered is in the log once.

use std::{collections::BTreeMap, path::Path};

use giliran_history::Recorder;
use giliran_protocol::command::{CommandAnswer, CommandRequest, Outcome};
use sqlx::{Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};
use uuid::Uuid;

use crate::{BRANCH, Daemon, Ticket, Visit, visit::ticket_of};

/// What clients asked for, and what they were answered.
#[derive(Default)]
pub struct Told {
    /// Commands that were taken, with their answers.
    pub answered: Vec<(CommandRequest, CommandAnswer)>,
    /// Commands that were sent and have no answer: they may have been done or not.
    pub in_doubt: Vec<CommandRequest>,
    /// Where all of it is written down as well, for who judges it by rules of their own.
    pub recorder: Option<Recorder>,
}

impl Told {
    /// Sends every command that was answered once more and compares the answers.
    ///
    /// # Panics
    /// If one differs.
    pub async fn ask_again(&self, daemon: &Daemon) {
        let visit = Visit::to(daemon);
        for (request, first) in &self.answered {
            let again = visit.send(request).await.unwrap_or_else(|no| panic!("{request:?}: {no}"));
            assert_eq!(gist(&again), gist(first), "{request:?}");
        }
    }

    /// Reads the log of a daemon that does not run: it has no hole, what was answered is there, once and
    /// where the answer says, and beside it nothing that was asked for but what is in doubt. No number was
    /// given to two people.
    ///
    /// # Panics
    /// If not so.
    pub async fn check_log(&self, database: &Path) {
        let log = read_log(database).await;
        for (place, (seq, _)) in log.iter().enumerate() {
            assert_eq!(*seq, place as u64 + 1, "the log has a hole");
        }
        let mut asked: BTreeMap<Uuid, Vec<u64>> = BTreeMap::new();
        for (seq, command) in &log {
            if let Some(command) = command {
                asked.entry(*command).or_default().push(*seq);
            }
        }
        let mut numbers = BTreeMap::new();
        for (request, answer) in &self.answered {
            let found = asked.remove(&request.id).unwrap_or_default();
            assert_eq!(found, [answer.seq], "{request:?} was answered");
            if let Outcome::Issued { number, .. } = &answer.outcome {
                let before = numbers.insert(number.clone(), request);
                assert!(before.is_none(), "{number} was given to {before:?} and to {request:?}");
            }
        }
        for request in &self.in_doubt {
            let found = asked.remove(&request.id).unwrap_or_default();
            assert!(found.len() <= 1, "{request:?} was done at {found:?}");
        }
        assert!(asked.is_empty(), "nobody asked for {asked:?}");
    }
}

/// What an answer says for ever: how many wait before one, and for how long, is told as of then.
fn gist(answer: &CommandAnswer) -> (u64, Option<Ticket>) {
    let ticket = (!matches!(answer.outcome, Outcome::Done)).then(|| ticket_of(answer));
    (answer.seq, ticket)
}

/// The tests' branch in a database: each entry's number and the client's command that it was made by.
///
/// # Panics
/// If it can't be read.
pub async fn read_log(database: &Path) -> Vec<(u64, Option<Uuid>)> {
    let options = SqliteConnectOptions::new().filename(database);
    let mut database = SqliteConnection::connect_with(&options).await.expect("SQLite opens its own files");
    // The daemon gives the rules of the configuration an id of their own; no client knows it.
    let of_a_client = "SELECT seq, CASE WHEN body ->> '$.by.id' IS NOT 'configuration' THEN command END \
                       FROM log WHERE branch = ? ORDER BY seq";
    let rows =
        sqlx::query(of_a_client).bind(BRANCH).fetch_all(&mut database).await.expect("the log can be read");
    database.close().await.expect("SQLite closes its own files");
    let entry = |row: sqlx::sqlite::SqliteRow| {
        let command: Option<Vec<u8>> = row.get(1);
        let command = command.map(|bytes| Uuid::from_slice(&bytes).expect("a command's id has 16 bytes"));
        (row.get::<i64, _>(0).unsigned_abs(), command)
    };
    rows.into_iter().map(entry).collect()
}
