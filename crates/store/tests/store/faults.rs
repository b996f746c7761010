//! Damage, full and read-only disks, and a process that is killed.
//!
//! Faults that need a process of their own have the test's program start itself again, as one of the
//! `child` tests below.

use std::{
    collections::HashMap,
    env, fs,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use futures_util::future::join_all;
use giliran_core::{BranchId, Entry};
use giliran_store::{Inspection, OpenError, Snapshot, SqliteStore, Store, StoreError};

use crate::{
    opening::raw,
    place::{Place, SqlitePlace, audit, branch, command, entry, put, record, run, sign_in},
};

/// Where a child finds its directory.
const PLACE_OF_CHILD: &str = "GILIRAN_STORE_TEST_PLACE";

/// Flips a bit wherever `value` stands in the file.
fn damage(path: &Path, value: &[u8]) {
    let mut bytes = fs::read(path).unwrap();
    let places: Vec<_> =
        (0..bytes.len()).filter(|&i| bytes[i..].starts_with(value)).map(|i| i + value.len() / 2).collect();
    assert!(!places.is_empty(), "nothing to damage");
    for place in places {
        bytes[place] ^= 1;
    }
    fs::write(path, bytes).unwrap();
}

fn assert_damaged<T: std::fmt::Debug>(result: Result<T, StoreError>, table: &str, key: &str) {
    let error = result.expect_err("it is damaged");
    let StoreError::Damaged { table: found, key: of, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*found, of.as_str()), (table, key));
    assert!(!error.is_final());
}

#[tokio::test]
async fn a_flipped_bit_in_an_entry_is_found_wherever_the_entry_is_read() {
    let kajang = branch("kajang");
    let command = command(&kajang, 7);
    let at = entry(&kajang, 7).at.as_nanosecond() as i64;
    for value in [b"kaunter-7".as_slice(), command.0.as_bytes(), &at.to_be_bytes()] {
        let place = SqlitePlace::new().await;
        let store = place.open().await;
        store.append(&kajang, &run(&kajang, 1, 9)).await.unwrap();
        store.close().await;
        damage(&place.path(), value);
        let store = place.open().await;
        let key = "branch kajang, seq 7";
        assert_damaged(store.entry_of(&kajang, 7).await, "log", key);
        assert_damaged(store.entries(&kajang, 0, 100).await, "log", key);
        assert_damaged(store.recover(&kajang, 100).await, "log", key);
        // What is sound can be read, and the other branches do not notice.
        assert_eq!(store.entries(&kajang, 0, 6).await.unwrap(), run(&kajang, 1, 6));
        let klang = branch("klang");
        store.append(&klang, &run(&klang, 1, 2)).await.unwrap();
    }
}

#[tokio::test]
async fn a_flipped_bit_in_a_command_that_is_only_known_is_found() {
    let kajang = branch("kajang");
    let place = SqlitePlace::new().await;
    let store = place.open().await;
    store.append(&kajang, &run(&kajang, 1, 9)).await.unwrap();
    store.save_snapshot(&kajang, Snapshot { seq: 9, body: vec![] }).await.unwrap();
    store.close().await;
    damage(&place.path(), command(&kajang, 7).0.as_bytes());
    let store = place.open().await;
    assert_damaged(store.recover(&kajang, 100).await, "log", "branch kajang, seq 7");
}

#[tokio::test]
async fn a_flipped_bit_in_a_record_or_a_session_is_found_and_said() {
    let place = SqlitePlace::new().await;
    let store = place.open().await;
    let changes = vec![
        put("device", "1", "dinding"),
        put("person", "1", "Aminah"),
        put("person", "2", "Bala"),
        sign_in("s1", "sesi Aminah"),
        sign_in("s2", "sesi Bala"),
    ];
    store.keep(changes, audit(1, 3)).await.unwrap();
    store.close().await;
    damage(&place.path(), b"dinding");
    damage(&place.path(), b"sesi Bala");
    let store = place.open().await;
    assert_damaged(store.records().await, "record", "kind device, key 1");
    assert_damaged(store.sessions().await, "session", "key s2");
    // Whoever looks it over sees the sound ones too.
    let mut inspection = Inspection::open(&place.path()).await.unwrap();
    let records = inspection.records().await.unwrap();
    assert_damaged(records[0].clone(), "record", "kind device, key 1");
    assert_eq!(records[1..], [Ok(record("person", "1", "Aminah")), Ok(record("person", "2", "Bala"))]);
    let sessions = inspection.sessions().await.unwrap();
    assert!(sessions[0].is_ok());
    assert_damaged(sessions[1].clone(), "session", "key s2");
    inspection.close().await;
    // Changing it makes it sound again, and the record of what was done goes on.
    store.keep(vec![put("device", "1", "dinding")], audit(4, 4)).await.unwrap();
    assert_eq!(store.records().await.unwrap().len(), 3);
}

#[tokio::test]
async fn an_audit_row_without_a_whole_hash_is_damage() {
    let place = SqlitePlace::new().await;
    let store = place.open().await;
    store.keep(vec![], audit(1, 3)).await.unwrap();
    sqlx::query("UPDATE audit SET hash = x'00' WHERE seq = 2")
        .execute(&mut raw(&place.path()).await)
        .await
        .unwrap();
    assert_damaged(store.audit(0, 100).await, "audit", "seq 2");
    assert_eq!(store.audit(2, 100).await.unwrap(), audit(3, 3));
    assert_eq!(store.last_audit().await.unwrap(), audit(3, 3).pop());
}

#[tokio::test]
async fn another_writer_of_the_audit_record_is_noticed() {
    let place = SqlitePlace::new().await;
    let store = place.open().await;
    store.keep(vec![], audit(1, 3)).await.unwrap();
    sqlx::query("INSERT INTO audit SELECT 4, at_ns, body, hash FROM audit WHERE seq = 3")
        .execute(&mut raw(&place.path()).await)
        .await
        .unwrap();
    // Two that wait together: each is told of its own.
    let (one, two) = tokio::join!(
        store.keep(vec![put("person", "1", "Aminah")], audit(4, 4)),
        store.keep(vec![put("person", "2", "Bala")], vec![]),
    );
    assert!(matches!(one, Err(StoreError::UnfitAudit { seq: 4, .. })), "{one:?}");
    assert_eq!(two, Ok(()));
    assert_eq!(store.records().await.unwrap(), [record("person", "2", "Bala")]);
    store.keep(vec![], audit(5, 5)).await.unwrap();
}

#[tokio::test]
async fn an_entry_that_is_gone_is_damage() {
    for gone in ["1", "5"] {
        let kajang = branch("kajang");
        let place = SqlitePlace::new().await;
        let store = place.open().await;
        store.append(&kajang, &run(&kajang, 1, 9)).await.unwrap();
        sqlx::query("DELETE FROM log WHERE seq = ?")
            .bind(gone)
            .execute(&mut raw(&place.path()).await)
            .await
            .unwrap();
        let key = format!("branch kajang, seq {gone}");
        assert_damaged(store.recover(&kajang, 0).await, "log", &key);
        assert_damaged(store.entries(&kajang, 0, 100).await, "log", &key);
        assert_eq!(store.entries(&kajang, 5, 100).await.unwrap(), run(&kajang, 6, 9));
    }
}

#[tokio::test]
async fn a_log_that_ends_before_its_snapshot_is_damage() {
    let kajang = branch("kajang");
    let place = SqlitePlace::new().await;
    let store = place.open().await;
    store.append(&kajang, &run(&kajang, 1, 9)).await.unwrap();
    store.save_snapshot(&kajang, Snapshot { seq: 9, body: vec![] }).await.unwrap();
    sqlx::query("DELETE FROM log WHERE seq > 6").execute(&mut raw(&place.path()).await).await.unwrap();
    assert_damaged(store.recover(&kajang, 0).await, "log", "branch kajang, seq 9");
}

#[tokio::test]
async fn a_damaged_snapshot_gives_way_to_the_one_before_and_then_to_the_whole_log() {
    let kajang = branch("kajang");
    let place = SqlitePlace::new().await;
    let snapshot = |seq| Snapshot { seq, body: format!("after entry {seq}").into() };
    let store = place.open().await;
    store.append(&kajang, &run(&kajang, 1, 9)).await.unwrap();
    for seq in [2, 4, 8] {
        store.save_snapshot(&kajang, snapshot(seq)).await.unwrap();
    }
    store.close().await;
    for (damaged, found) in [(8, Some(snapshot(4))), (4, None)] {
        damage(&place.path(), &snapshot(damaged).body);
        let store = place.open().await;
        let recovered = store.recover(&kajang, 0).await.unwrap();
        assert_eq!(recovered.tail, run(&kajang, found.as_ref().map_or(1, |found| found.seq + 1), 9));
        assert_eq!(recovered.snapshot, found);
        store.close().await;
    }
    // A new one takes the place of the damaged ones in time.
    let store = place.open().await;
    store.save_snapshot(&kajang, snapshot(9)).await.unwrap();
    assert_eq!(store.recover(&kajang, 0).await.unwrap().snapshot, Some(snapshot(9)));
}

#[tokio::test]
async fn the_last_two_snapshots_of_a_branch_are_kept() {
    let (kajang, klang) = (branch("kajang"), branch("klang"));
    let place = SqlitePlace::new().await;
    let store = place.open().await;
    for branch in [&kajang, &klang] {
        store.append(branch, &run(branch, 1, 9)).await.unwrap();
        for seq in [1, 5, 3, 9] {
            store.save_snapshot(branch, Snapshot { seq, body: vec![0] }).await.unwrap();
        }
    }
    let kept: Vec<(String, i64)> = sqlx::query_as("SELECT branch, seq FROM snapshot ORDER BY branch, seq")
        .fetch_all(&mut raw(&place.path()).await)
        .await
        .unwrap();
    let expected = [("kajang", 5), ("kajang", 9), ("klang", 5), ("klang", 9)];
    assert_eq!(kept, expected.map(|(branch, seq)| (branch.to_owned(), seq)));
}

#[tokio::test]
async fn another_writer_is_noticed() {
    let kajang = branch("kajang");
    let place = SqlitePlace::new().await;
    let store = place.open().await;
    store.append(&kajang, &run(&kajang, 1, 3)).await.unwrap();
    sqlx::query("INSERT INTO log SELECT branch, 4, NULL, at_ns, body, checksum FROM log WHERE seq = 3")
        .execute(&mut raw(&place.path()).await)
        .await
        .unwrap();
    let taken = StoreError::SeqTaken { branch: kajang.clone(), seq: 4 };
    assert_eq!(store.append(&kajang, &run(&kajang, 4, 5)).await, Err(taken));
}

#[tokio::test]
async fn callers_that_wait_together_are_committed_together() {
    let place = SqlitePlace::new().await;
    let store = place.open().await;
    let branches: Vec<_> = (0..256).map(|n| branch(&format!("cawangan-{n}"))).collect();
    let results = join_all(branches.iter().map(|branch| store.append(branch, &run(branch, 1, 1)))).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    let results = join_all((1..=256).map(|n| store.keep(vec![sign_in("s1", "")], audit(n, n)))).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    // Each commit writes at least one page of 4 KiB to the write-ahead log.
    let written = fs::metadata(format!("{}-wal", place.path().display())).unwrap().len();
    assert!(written < 256 * 4096, "{written} bytes for {} callers", 2 * branches.len());
}

#[tokio::test]
async fn after_a_failed_write_nothing_is_written_any_more() {
    let kajang = branch("kajang");
    let place = SqlitePlace::new().await;
    let store = place.open().await;
    store.append(&kajang, &run(&kajang, 1, 9)).await.unwrap();
    store.close().await;
    let root: i64 = sqlx::query_scalar("SELECT rootpage FROM sqlite_schema WHERE name = 'log_command'")
        .fetch_one(&mut raw(&place.path()).await)
        .await
        .unwrap();
    let mut bytes = fs::read(place.path()).unwrap();
    bytes[usize::try_from(root - 1).unwrap() * 4096..][..4096].fill(0xff);
    fs::write(place.path(), bytes).unwrap();

    let store = place.open().await;
    let failed = store.append(&kajang, &[entry(&kajang, 10)]).await.unwrap_err();
    assert!(matches!(failed, StoreError::Failed { .. }) && failed.is_final(), "{failed:?}");
    // This one alone would not meet the damage.
    let day = Entry { command: None, ..entry(&kajang, 10) };
    assert_eq!(store.append(&kajang, &[day]).await, Err(failed.clone()));
    assert_eq!(store.keep(vec![put("person", "1", "Aminah")], vec![]).await, Err(failed.clone()));
    assert_eq!(store.keep(vec![], audit(1, 1)).await, Err(failed.clone()));
    assert_eq!(store.prune_audit(0, record("audit", "anchor", "")).await, Err(failed.clone()));
    assert_eq!(store.save_snapshot(&kajang, Snapshot { seq: 1, body: vec![] }).await, Err(failed));
    assert_eq!(store.recover(&kajang, 0).await.unwrap().tail, run(&kajang, 1, 9));
    store.close().await;
}

#[tokio::test]
async fn after_a_failed_write_beside_the_log_nothing_is_written_any_more() {
    let kajang = branch("kajang");
    let place = SqlitePlace::new().await;
    let store = place.open().await;
    store.keep(vec![put("person", "1", "Aminah")], vec![]).await.unwrap();
    store.close().await;
    let root: i64 = sqlx::query_scalar("SELECT rootpage FROM sqlite_schema WHERE name = 'record'")
        .fetch_one(&mut raw(&place.path()).await)
        .await
        .unwrap();
    let mut bytes = fs::read(place.path()).unwrap();
    bytes[usize::try_from(root - 1).unwrap() * 4096..][..4096].fill(0xff);
    fs::write(place.path(), bytes).unwrap();

    let store = place.open().await;
    let failed = store.keep(vec![put("person", "2", "Bala")], audit(1, 1)).await.unwrap_err();
    assert!(matches!(failed, StoreError::Failed { .. }) && failed.is_final(), "{failed:?}");
    assert_eq!(store.append(&kajang, &run(&kajang, 1, 1)).await, Err(failed));
    assert_eq!(store.last_audit().await.unwrap(), None);
    assert_damaged(store.records().await, "record", "any key");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_has_all_or_nothing_of_what_it_kept_together() {
    let place = tempfile::tempdir().unwrap();
    let mut answered = 0;
    for answers_before_the_kill in [1, 50, 400] {
        let mut child = this_test(Command::new(env::current_exe().unwrap()), "child_that_keeps")
            .env(PLACE_OF_CHILD, place.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut seen = 0;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            let Some(seq) = line.strip_prefix("kept ") else { continue };
            answered = seq.parse().unwrap();
            seen += 1;
            if seen == answers_before_the_kill {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(seen >= answers_before_the_kill, "the child ended by itself");

        let store = SqliteStore::open(&place.path().join("giliran.db")).await.unwrap();
        let last = store.last_audit().await.unwrap().unwrap().seq;
        assert!(last >= answered, "answered {answered}, found {last}");
        assert_eq!(store.audit(0, u32::MAX).await.unwrap(), audit(1, last));
        assert_eq!(store.records().await.unwrap(), [record("person", "1", &last.to_string())]);
        assert_eq!(store.sessions().await.unwrap(), [("s1".to_owned(), last.to_string())]);
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by the test above, which kills it"]
async fn child_that_keeps() {
    let store = SqliteStore::open(&place_of_child().join("giliran.db")).await.unwrap();
    let mut last = store.last_audit().await.unwrap().map_or(0, |row| row.seq);
    loop {
        last += 1;
        let body = last.to_string();
        store.keep(vec![put("person", "1", &body), sign_in("s1", &body)], audit(last, last)).await.unwrap();
        writeln!(io::stdout(), "kept {last}").unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_loses_nothing_that_it_answered() {
    let place = tempfile::tempdir().unwrap();
    let mut answered: HashMap<BranchId, u64> = HashMap::new();
    for answers_before_the_kill in [1, 40, 333, 1000] {
        let mut child = this_test(Command::new(env::current_exe().unwrap()), "child_that_appends")
            .env(PLACE_OF_CHILD, place.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        // After the kill come the answers that were on their way.
        for line in lines {
            let line = line.unwrap();
            let Some((branch, seq)) = line.strip_prefix("answered ").and_then(|line| line.split_once(' '))
            else {
                continue;
            };
            answered.insert(branch.parse().unwrap(), seq.parse().unwrap());
            seen += 1;
            if seen == answers_before_the_kill {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(seen >= answers_before_the_kill, "the child ended by itself");

        let store = SqliteStore::open(&place.path().join("giliran.db")).await.unwrap();
        for (branch, last) in &answered {
            let tail = store.recover(branch, 0).await.unwrap().tail;
            assert!(tail.len() as u64 >= *last, "{branch}: answered {last}, found {}", tail.len());
            assert_eq!(tail, run(branch, 1, tail.len() as u64));
        }
        store.close().await;
    }
    assert_eq!(answered.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by the test above, which kills it"]
async fn child_that_appends() {
    let store = Arc::new(SqliteStore::open(&place_of_child().join("giliran.db")).await.unwrap());
    let writers = (0..4).map(|n| {
        let store = Arc::clone(&store);
        let branch = branch(&format!("cawangan-{n}"));
        tokio::spawn(async move {
            let mut last = store.recover(&branch, 0).await.unwrap().tail.len() as u64;
            loop {
                store.append(&branch, &run(&branch, last + 1, last + 2)).await.unwrap();
                last += 2;
                writeln!(io::stdout(), "answered {branch} {last}").unwrap();
            }
        })
    });
    join_all(writers).await;
}

#[test]
fn a_full_disk_takes_nothing_by_halves_and_works_again_when_there_is_room() {
    on_a_small_disk("child_on_a_full_disk");
}

#[tokio::test]
#[ignore = "started by the test above, on a disk of its own"]
async fn child_on_a_full_disk() {
    let place = place_of_child();
    let path = place.join("giliran.db");
    let (kajang, klang) = (branch("kajang"), branch("klang"));
    let ballast = place.join("ballast");
    fs::write(&ballast, vec![1; 1 << 20]).unwrap();
    let store = SqliteStore::open(&path).await.unwrap();
    let mut last = 0;
    let refused = loop {
        // Both at once: a commit of two callers.
        let next = (last + 1, last + 50);
        let (one, two) = tokio::join!(
            store.append(&kajang, &run(&kajang, next.0, next.1)),
            store.append(&klang, &run(&klang, next.0, next.1)),
        );
        match (one, two) {
            (Ok(()), Ok(())) => last += 50,
            refused => break refused,
        }
    };
    assert_eq!(refused, (Err(StoreError::Full), Err(StoreError::Full)));
    assert!(!StoreError::Full.is_final());
    assert!(last > 0);
    for branch in [&kajang, &klang] {
        assert_eq!(store.recover(branch, 0).await.unwrap().tail, run(branch, 1, last));
    }
    let snapshot = Snapshot { seq: last, body: vec![7; 200_000] };
    assert_eq!(store.save_snapshot(&kajang, snapshot.clone()).await, Err(StoreError::Full));
    let changes = || vec![put("person", "1", &"panjang ".repeat(30_000)), sign_in("s1", "")];
    assert_eq!(store.keep(changes(), audit(1, 5)).await, Err(StoreError::Full));
    assert_eq!(store.records().await.unwrap(), []);
    assert_eq!(store.last_audit().await.unwrap(), None);

    fs::remove_file(&ballast).unwrap();
    store.keep(changes(), audit(1, 5)).await.unwrap();
    for branch in [&kajang, &klang] {
        store.append(branch, &run(branch, last + 1, last + 50)).await.unwrap();
    }
    store.save_snapshot(&kajang, snapshot.clone()).await.unwrap();
    store.close().await;
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.recover(&klang, 0).await.unwrap().tail, run(&klang, 1, last + 50));
    assert_eq!(store.recover(&kajang, 0).await.unwrap().snapshot, Some(snapshot));
    assert_eq!(store.records().await.unwrap(), [record("person", "1", &"panjang ".repeat(30_000))]);
    assert_eq!(store.audit(0, 100).await.unwrap(), audit(1, 5));
    assert_eq!(store.entries(&kajang, 0, u32::MAX).await.unwrap(), run(&kajang, 1, last + 50));
}

#[test]
fn a_disk_that_is_full_or_read_only_from_the_start_is_refused_clearly() {
    on_a_small_disk("child_on_a_read_only_disk");
}

#[tokio::test]
#[ignore = "started by the test above, on a disk of its own"]
async fn child_on_a_read_only_disk() {
    let place = place_of_child();
    let path = place.join("giliran.db");
    fs::write(place.join("ballast"), vec![1; (2 << 20) - 16384]).unwrap();
    let error = SqliteStore::open(&path).await.unwrap_err();
    assert!(matches!(error, OpenError::Full { .. }), "{error:?}");
    fs::remove_file(place.join("ballast")).unwrap();
    SqliteStore::open(&path).await.unwrap().close().await;

    let status = Command::new("mount").args(["-o", "remount,ro"]).arg(&place).status().unwrap();
    assert!(status.success());
    for path in [path, place.join("new.db"), place.join("directory/new.db")] {
        let error = SqliteStore::open(&path).await.unwrap_err();
        assert!(matches!(&error, OpenError::ReadOnly { path: p, .. } if *p == path), "{error:?}");
    }
}

#[test]
fn a_database_that_can_not_be_written_is_read_with_what_was_committed_last() {
    on_a_small_disk("child_that_only_reads");
}

#[tokio::test]
#[ignore = "started by the test above, on a disk of its own"]
async fn child_that_only_reads() {
    let place = place_of_child();
    let (closed, killed) = (place.join("closed.db"), place.join("killed.db"));
    let kajang = branch("kajang");
    let store = SqliteStore::open(&closed).await.unwrap();
    let log_id = store.log_id();
    store.append(&kajang, &run(&kajang, 1, 20)).await.unwrap();
    store.keep(vec![put("person", "1", "Aminah"), sign_in("s1", "")], audit(1, 3)).await.unwrap();
    // What a kill leaves: the last commits are in the write-ahead log alone.
    for suffix in ["", "-wal", "-shm"] {
        let name = |path: &Path| format!("{}{suffix}", path.display());
        fs::copy(name(&closed), name(&killed)).unwrap();
    }
    store.close().await;
    assert!(fs::metadata(place.join("killed.db-wal")).unwrap().len() > 0);
    let remount = |how: &str| {
        let status = Command::new("mount").args(["-o", how]).arg(&place).status().unwrap();
        assert!(status.success(), "{how}");
    };

    remount("remount,ro");
    let why = || StoreError::ReadOnly { what: "as opening it said".into() };
    let names = || {
        let mut names: Vec<_> =
            fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = names();
    for path in [&closed, &killed] {
        let store = SqliteStore::open_read_only(path, why()).await.unwrap();
        assert_eq!(store.unwritable(), Some(why()));
        assert_eq!(store.log_id(), log_id);
        assert_eq!(store.recover(&kajang, 0).await.unwrap().tail, run(&kajang, 1, 20));
        assert_eq!(store.records().await.unwrap(), [record("person", "1", "Aminah")]);
        assert_eq!(store.sessions().await.unwrap().len(), 1);
        assert_eq!(store.audit(0, 100).await.unwrap(), audit(1, 3));
        for refused in [
            store.append(&kajang, &run(&kajang, 21, 21)).await,
            store.save_snapshot(&kajang, Snapshot { seq: 20, body: vec![1] }).await,
            store.keep(vec![put("person", "2", "Bala")], vec![]).await,
            store.prune_audit(2, record("audit", "anchor", "2")).await,
        ] {
            assert_eq!(refused, Err(why()));
        }
        assert!(matches!(SqliteStore::try_to_write(path), Err(OpenError::ReadOnly { .. })));
        store.close().await;
    }
    assert_eq!(names(), before, "nothing is made beside it");
    let nothing = SqliteStore::open_read_only(&place.join("none.db"), why()).await.unwrap_err();
    assert!(matches!(nothing, OpenError::Io { .. }), "{nothing:?}");

    remount("remount,rw");
    SqliteStore::try_to_write(&closed).unwrap();
    // Whoever reads while another writes would not see what changes under it, so it must not begin.
    let holder = SqliteStore::open(&closed).await.unwrap();
    let error = SqliteStore::open_read_only(&closed, StoreError::Full).await.unwrap_err();
    assert!(matches!(error, OpenError::InUse { .. }), "{error:?}");
    holder.append(&kajang, &run(&kajang, 21, 25)).await.unwrap();
    holder.close().await;

    let room = 2 << 20;
    let used: u64 = fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
    fs::write(place.join("ballast"), vec![1; room - usize::try_from(used).unwrap() - 65_536]).unwrap();
    assert!(matches!(SqliteStore::try_to_write(&closed), Err(OpenError::Full { .. })));
    let store = SqliteStore::open_read_only(&closed, StoreError::Full).await.unwrap();
    assert_eq!(store.recover(&kajang, 0).await.unwrap().tail, run(&kajang, 1, 25));
}

fn place_of_child() -> PathBuf {
    env::var_os(PLACE_OF_CHILD).expect("run by another test, which says where").into()
}

/// The command that runs one test of this program.
fn this_test(mut command: Command, name: &str) -> Command {
    command.args(["--ignored", "--exact", "--nocapture", &format!("faults::{name}")]);
    command
}

/// Runs a test in a mount namespace of its own with a disk of 2 MiB, which goes with the process.
fn on_a_small_disk(name: &str) {
    const MOUNT: &str = r#"mount -t tmpfs -o size=2m none "$0" && exec "$@""#;
    let place = tempfile::tempdir().unwrap();
    let mounted = |program: &str| {
        let mut command = Command::new("unshare");
        command
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", MOUNT])
            .arg(place.path())
            .arg(program);
        command
    };
    if !mounted("true").status().is_ok_and(|status| status.success()) {
        let _ = writeln!(io::stderr(), "SKIPPED {name}: a small disk can't be mounted here (unshare, mount)");
        return;
    }
    let program = env::current_exe().unwrap();
    let child = this_test(mounted(program.to_str().unwrap()), name)
        .env(PLACE_OF_CHILD, place.path())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
    assert!(child.status.success() && out.contains("1 passed"), "{out}\n{err}");
}
