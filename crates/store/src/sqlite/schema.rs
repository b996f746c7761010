//! The schema, its versions, and the way from an older one to ours.
//!
//! An upgrade makes a copy of the database first, beside it, and keeps it. Each step is one transaction, so
//! whenever the process is killed the database is of one version or of the other, and the next start goes on.

use std::fs;

use sqlx::{
    AssertSqlSafe, SqliteConnection,
    migrate::{MigrateError, Migrator},
};

use super::open::{OpenError, Place};

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!();

/// The version from which on there are records, sessions and the audit record.
pub(super) const ACCESS: i64 = 20_261_128_000_000;

/// The version that this program writes.
pub(super) fn newest() -> i64 {
    MIGRATIONS.iter().map(|step| step.version).max().unwrap_or(0)
}

/// The steps up to a version.
pub(super) fn steps_up_to(version: i64) -> Migrator {
    let steps = MIGRATIONS.iter().filter(|step| step.version <= version);
    Migrator::with_migrations(steps.cloned().collect())
}

impl Place {
    /// The version of a database that is there, if it is none that only a newer program knows.
    pub(super) async fn known_schema(&self, connection: &mut SqliteConnection) -> Result<i64, OpenError> {
        let version: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
            .fetch_one(connection)
            .await
            .map_err(|error| self.refusal(error))?;
        let path = self.path.clone();
        match version {
            Some(found) if found > newest() => Err(OpenError::Newer { path, found, known: newest() }),
            Some(version) => Ok(version),
            None => Err(OpenError::Damaged { path, what: "it does not say of which schema it is".into() }),
        }
    }

    /// Brings a database that is there to our schema, with a copy of it beside it first.
    pub(super) async fn upgrade(&self, connection: &mut SqliteConnection) -> Result<(), OpenError> {
        let found = self.known_schema(connection).await?;
        self.upgrade_by(connection, found, &MIGRATIONS).await
    }

    async fn upgrade_by(
        &self,
        connection: &mut SqliteConnection,
        found: i64,
        steps: &Migrator,
    ) -> Result<(), OpenError> {
        let newest = steps.iter().map(|step| step.version).max().unwrap_or(0);
        if found < newest {
            let copy = self.keep(connection, found).await?;
            tracing::info!(
                path = %self.path.display(), from = found, to = newest, copy = %copy.display(),
                "upgrading the database; the copy is kept"
            );
        }
        self.migrate(connection, steps).await
    }

    /// Makes the tables, or those that are missing.
    pub(super) async fn migrate(
        &self,
        connection: &mut SqliteConnection,
        steps: &Migrator,
    ) -> Result<(), OpenError> {
        match steps.run_direct(None, connection, false).await {
            Ok(()) => Ok(()),
            Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
                Err(self.refusal(error))
            }
            // A step that differs from ours or is half done: no released program leaves that behind.
            Err(error) => Err(OpenError::Damaged { path: self.path.clone(), what: error.to_string() }),
        }
    }

    /// Copies the database as it is to `<path>.schema-<version>`. It is whole, on disk, or not there.
    async fn keep(
        &self,
        connection: &mut SqliteConnection,
        version: i64,
    ) -> Result<std::path::PathBuf, OpenError> {
        let refuse = |error| self.refused(error);
        let copy = self.beside(&format!(".schema-{version}"));
        let new = self.beside(&format!(".schema-{version}.new"));
        // A copy of an upgrade that was cut off is as old as the database was then.
        for left_over in [&new, &self.beside(&format!(".schema-{version}.new-journal"))] {
            match fs::remove_file(left_over) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(refuse(error)),
                _ => {}
            }
        }
        let name = new.to_str().map(|name| name.replace('\'', "''"));
        let Some(name) = name else {
            let what = "its path is not Unicode, which copying it needs".into();
            return Err(OpenError::NotOurs { path: self.path.clone(), what });
        };
        // SQLite reads every page for it: a database that is damaged is not upgraded.
        sqlx::raw_sql(AssertSqlSafe(format!("VACUUM INTO '{name}'")))
            .execute(connection)
            .await
            .map_err(|error| self.refusal(error))?;
        fs::File::open(&new).and_then(|file| file.sync_all()).map_err(refuse)?;
        fs::rename(&new, &copy).map_err(refuse)?;
        super::open::sync_directory(&self.directory).map_err(refuse)?;
        Ok(copy)
    }
}

#[cfg(test)]
mod tests {
    //! The next steps of the schema are made up here: whatever they are, the way is the same.

    use std::{
        env, fs,
        io::Write,
        path::{Path, PathBuf},
        process::{Command, Stdio},
    };

    use sqlx::{
        ConnectOptions, Connection, SqlSafeStr, SqliteConnection,
        migrate::{Migration, MigrationType, Migrator},
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    };

    use super::{ACCESS, MIGRATIONS, Place, newest, steps_up_to};
    use crate::{Inspection, OpenError, SqliteStore, Store};

    /// Where a child finds its database.
    const DATABASE_OF_CHILD: &str = "GILIRAN_STORE_TEST_DATABASE";

    const ROWS: i64 = 300;

    fn later() -> Migrator {
        let step = |n: i64, sql: &'static str| {
            Migration::new(newest() + n, "later".into(), MigrationType::Simple, sql.into_sql_str(), false)
        };
        let more = [
            step(
                1,
                "CREATE TABLE later (branch TEXT NOT NULL, rows INTEGER NOT NULL) STRICT;
                 INSERT INTO later SELECT branch, count(*) FROM log GROUP BY branch;",
            ),
            step(2, "ALTER TABLE log ADD COLUMN note TEXT; UPDATE log SET note = 'old';"),
        ];
        Migrator::with_migrations(MIGRATIONS.iter().cloned().chain(more).collect())
    }

    /// A database of today's schema.
    async fn old(path: &Path) {
        SqliteStore::open(path).await.unwrap().close().await;
        fill(path).await;
    }

    async fn fill(path: &Path) {
        let mut connection = connect(path).await;
        sqlx::query(
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
             INSERT INTO log (branch, seq, command, at_ns, body, checksum)
             SELECT 'kajang', n, NULL, n, hex(randomblob(100)), 0 FROM n",
        )
        .bind(ROWS)
        .execute(&mut connection)
        .await
        .unwrap();
        connection.close().await.unwrap();
    }

    async fn connect(path: &Path) -> SqliteConnection {
        SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .connect()
            .await
            .unwrap()
    }

    async fn upgrade(path: &Path) -> Result<(), OpenError> {
        let place = Place::new(path)?;
        let mut connection = connect(path).await;
        let found = version(&mut connection).await;
        let upgraded = place.upgrade_by(&mut connection, found, &later()).await;
        connection.close().await.unwrap();
        upgraded
    }

    async fn version(connection: &mut SqliteConnection) -> i64 {
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(connection).await.unwrap()
    }

    /// What the log says, and of which version the database is.
    async fn content(path: &Path) -> (i64, Vec<(i64, String)>) {
        let mut connection = connect(path).await;
        let sound: String =
            sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap();
        assert_eq!(sound, "ok");
        let version = version(&mut connection).await;
        let rows = sqlx::query_as("SELECT seq, body FROM log ORDER BY seq")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        let table: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = 'later'")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(table == 1, version > newest(), "each step is done or not begun");
        connection.close().await.unwrap();
        (version, rows)
    }

    fn kept(path: &Path, version: i64) -> PathBuf {
        format!("{}.schema-{version}", path.display()).into()
    }

    #[tokio::test]
    async fn an_older_schema_is_upgraded_in_place_and_a_copy_of_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("it's the office.db");
        old(&path).await;
        let (before, rows) = content(&path).await;
        upgrade(&path).await.unwrap();
        assert_eq!(content(&path).await, (newest() + 2, rows.clone()));
        assert_eq!(content(&kept(&path, before)).await, (before, rows));
        let refused = SqliteStore::open(&path).await.unwrap_err();
        assert!(matches!(refused, OpenError::Newer { .. }), "{refused:?}");
        SqliteStore::open(&kept(&path, before)).await.unwrap().close().await;
    }

    #[tokio::test]
    async fn a_database_of_the_first_schema_is_upgraded_with_its_log_intact() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("office.db");
        let first = MIGRATIONS.iter().map(|step| step.version).min().unwrap();
        let place = Place::new(&path).unwrap();
        let mut connection = place
            .options()
            .create_if_missing(true)
            .pragma("application_id", super::super::open::APPLICATION_ID.to_string())
            .connect()
            .await
            .unwrap();
        place.migrate(&mut connection, &steps_up_to(first)).await.unwrap();
        let log_id = uuid::Uuid::new_v4();
        place.name_log(&mut connection, log_id).await.unwrap();
        connection.close().await.unwrap();
        fill(&path).await;
        let (before, rows) = content(&path).await;
        assert!(before == first && first < ACCESS && !rows.is_empty());

        let store = SqliteStore::open(&path).await.unwrap();
        assert_eq!(store.log_id(), log_id);
        assert_eq!(store.records().await.unwrap(), []);
        store.close().await;
        assert_eq!(content(&path).await, (newest(), rows.clone()));
        assert_eq!(content(&kept(&path, first)).await, (first, rows));
        for path in [&path, &kept(&path, first)] {
            let mut inspection = Inspection::open(path).await.unwrap();
            assert_eq!(inspection.structure().await.unwrap(), Vec::<String>::new());
            inspection.close().await;
        }
    }

    #[test]
    fn what_is_kept_beside_the_log_came_with_a_step_of_its_own() {
        assert!(MIGRATIONS.iter().any(|step| step.version == ACCESS));
    }

    #[tokio::test]
    async fn nothing_is_copied_where_nothing_is_upgraded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("office.db");
        old(&path).await;
        SqliteStore::open(&path).await.unwrap().close().await;
        assert!(!kept(&path, newest()).exists());
    }

    #[tokio::test]
    async fn a_damaged_database_is_not_upgraded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("office.db");
        old(&path).await;
        let mut bytes = fs::read(&path).unwrap();
        let page = bytes.len() / 4096 / 2 * 4096;
        bytes[page..page + 4096].fill(0xff);
        fs::write(&path, &bytes).unwrap();
        let refused = upgrade(&path).await.unwrap_err();
        assert!(matches!(refused, OpenError::Damaged { .. }), "{refused:?}");
        assert!(!kept(&path, newest()).exists());
    }

    #[tokio::test]
    async fn an_upgrade_that_is_killed_at_any_system_call_leaves_one_version_or_the_other() {
        if !Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_ok_and(|found| found.success())
        {
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: strace is missing, nothing was killed between system calls"
            );
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let original = folder.path().join("original.db");
        old(&original).await;
        let (before, rows) = content(&original).await;
        let (mut at_old, mut at_new) = (0, 0);
        for calls in ["pwrite64", "fsync,fdatasync", "rename,renameat,renameat2,unlink,unlinkat,ftruncate"] {
            for nth in 1.. {
                let place = tempfile::tempdir_in(folder.path()).unwrap();
                let path = place.path().join("office.db");
                fs::copy(&original, &path).unwrap();
                let inject = format!("inject={calls}:signal=SIGKILL:when={nth}");
                let child = Command::new("strace")
                    .args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={calls}"), "-e", &inject])
                    .arg(env::current_exe().unwrap())
                    .args(["--ignored", "--exact", "sqlite::schema::tests::child_that_upgrades"])
                    .env(DATABASE_OF_CHILD, &path)
                    .stdout(Stdio::null())
                    .status()
                    .unwrap();
                let (found, survived) = content(&path).await;
                assert_eq!(survived, rows, "{calls} {nth}");
                if found > before {
                    at_new += 1;
                    assert_eq!(content(&kept(&path, before)).await, (before, rows.clone()), "{calls} {nth}");
                } else {
                    at_old += 1;
                }
                upgrade(&path).await.unwrap();
                assert_eq!(content(&path).await, (newest() + 2, rows.clone()), "{calls} {nth}");
                if child.success() {
                    break; // there is no such call any more
                }
            }
        }
        assert!(at_old > 5 && at_new > 5, "killed {at_old} times before and {at_new} after the first step");
    }

    #[tokio::test]
    #[ignore = "started by the test above, which kills it"]
    async fn child_that_upgrades() {
        let path: PathBuf =
            env::var_os(DATABASE_OF_CHILD).expect("run by another test, which says where").into();
        upgrade(&path).await.unwrap();
    }
}
