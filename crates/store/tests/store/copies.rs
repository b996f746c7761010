//! Copies: kept up, found again after every kind of interruption, and restored from.

use std::{
    fs,
    path::{Path, PathBuf},
};

use giliran_core::{BranchId, Entry};
use giliran_store::{
    AuditRow, Copier, CopyError, Inspection, Lost, OpenError, Record, Restoring, Snapshot, SqliteStore,
    Store, Survey, Until, copies,
};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::place::{
    Place, SqlitePlace, at, audit, branch, hash, put, record, remove, run, sign_in, sign_out,
};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// A database with something in it, and a folder for its copies.
struct Office {
    place: SqlitePlace,
    copies: tempfile::TempDir,
    store: SqliteStore,
}

impl Office {
    async fn new() -> Self {
        let place = SqlitePlace::new().await;
        let store = place.open().await;
        Self { place, copies: tempfile::tempdir().unwrap(), store }
    }

    async fn append(&self, branch: &BranchId, first: u64, last: u64) {
        self.store.append(branch, &run(branch, first, last)).await.unwrap();
    }

    async fn copier(&self) -> Copier {
        Copier::open(&self.place.path(), self.copies.path()).await.unwrap()
    }

    fn copy(&self) -> PathBuf {
        self.copies.path().join(self.store.log_id().to_string())
    }

    /// Where a restored database goes.
    fn elsewhere(&self) -> PathBuf {
        self.copies.path().join("elsewhere/restored.db")
    }
}

async fn catch_up(copier: &mut Copier) -> u64 {
    let mut rows = 0;
    loop {
        let progress = copier.round(NOW).await.unwrap();
        rows += progress.rows;
        if !progress.more {
            return rows;
        }
    }
}

fn survey(copy: &Path) -> (Survey, Vec<(BranchId, Entry)>) {
    let mut entries = Vec::new();
    let survey = Survey::read(copy, |branch, entry| entries.push((branch.clone(), entry))).unwrap();
    (survey, entries)
}

fn of(branch: &BranchId, entries: &[(BranchId, Entry)]) -> Vec<Entry> {
    entries.iter().filter(|(of, _)| of == branch).map(|(_, entry)| entry.clone()).collect()
}

async fn restore(from: &Path, to: &Path, until: Until, replace: bool) -> Result<Option<PathBuf>, CopyError> {
    let (survey, _) = survey(from);
    let restoring = Restoring::build(from, &survey, to, &until, replace).await?;
    restoring.put_in_place(".before").await
}

async fn all(database: &Path, branch: &BranchId) -> Vec<Entry> {
    let store = SqliteStore::open(database).await.unwrap();
    let entries = store.entries(branch, 0, u32::MAX).await.unwrap();
    store.close().await;
    entries
}

#[tokio::test]
async fn a_copy_follows_the_log_and_a_round_without_news_copies_nothing() {
    let office = Office::new().await;
    let (kajang, klang) = (branch("kajang"), branch("klang"));
    let mut copier = office.copier().await;
    office.append(&kajang, 1, 5).await;
    assert_eq!(catch_up(&mut copier).await, 5);
    assert_eq!(catch_up(&mut copier).await, 0);
    office.append(&klang, 1, 3).await;
    office.append(&kajang, 6, 6).await;
    assert_eq!(catch_up(&mut copier).await, 4);
    let (survey, entries) = survey(&office.copy());
    assert!(survey.is_sound() && !survey.torn, "{survey:?}");
    assert_eq!((of(&kajang, &entries), of(&klang, &entries)), (run(&kajang, 1, 6), run(&klang, 1, 3)));
}

#[tokio::test]
async fn a_copier_goes_on_where_the_one_before_it_stopped_and_closes_full_segments() {
    let office = Office::new().await;
    let kajang = branch("kajang");
    let mut last = 0;
    for _ in 0..3 {
        let mut copier = office.copier().await;
        office.append(&kajang, last + 1, last + 20_000).await;
        last += 20_000;
        assert_eq!(catch_up(&mut copier).await, 20_000, "only what is new");
        copier.close().await;
    }
    let names: Vec<_> = fs::read_dir(office.copy())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".log"))
        .collect();
    assert!(!names.is_empty(), "60,000 entries are more than a segment holds");
    let (survey, entries) = survey(&office.copy());
    assert!(survey.is_sound(), "{survey:?}");
    assert_eq!(of(&kajang, &entries), run(&kajang, 1, last));
}

#[tokio::test]
async fn a_folder_that_is_away_is_not_made_and_is_caught_up_with_when_it_is_back() {
    let office = Office::new().await;
    let kajang = branch("kajang");
    let folder = office.copies.path().join("disk");
    let mut copier = Copier::open(&office.place.path(), &folder).await.unwrap();
    office.append(&kajang, 1, 5).await;
    let away = copier.round(NOW).await.unwrap_err();
    assert!(matches!(away, CopyError::Away { .. }), "{away:?}");
    assert!(!folder.exists());
    fs::create_dir(&folder).unwrap();
    assert_eq!(catch_up(&mut copier).await, 5);
    // Taken out while it is written to, and another disk put in.
    fs::rename(&folder, office.copies.path().join("taken out")).unwrap();
    office.append(&kajang, 6, 7).await;
    assert!(matches!(copier.round(NOW).await, Err(CopyError::Away { .. })));
    fs::create_dir(&folder).unwrap();
    assert_eq!(catch_up(&mut copier).await, 7, "the other disk gets all of it");
}

#[tokio::test]
async fn damage_is_not_copied() {
    let office = Office::new().await;
    let kajang = branch("kajang");
    let mut copier = office.copier().await;
    office.append(&kajang, 1, 5).await;
    catch_up(&mut copier).await;
    office.append(&kajang, 6, 9).await;
    sqlx::query("UPDATE log SET body = replace(body, 'kaunter-7', 'kaunter-8')")
        .execute(&mut crate::opening::raw(&office.place.path()).await)
        .await
        .unwrap();
    let refused = copier.round(NOW).await.unwrap_err().to_string();
    assert!(refused.contains("branch kajang, seq 7"), "{refused}");
    let (survey, entries) = survey(&office.copy());
    assert!(survey.is_sound(), "{survey:?}");
    assert_eq!(of(&kajang, &entries), run(&kajang, 1, 5));
}

#[tokio::test]
async fn a_second_program_does_not_write_into_the_same_copy() {
    let office = Office::new().await;
    office.append(&branch("kajang"), 1, 5).await;
    let mut first = office.copier().await;
    catch_up(&mut first).await;
    let mut second = office.copier().await;
    assert!(matches!(second.round(NOW).await, Err(CopyError::InUse { .. })));
    first.close().await;
    assert_eq!(catch_up(&mut second).await, 0);
}

#[tokio::test]
async fn a_database_that_was_put_back_to_an_older_state_gets_a_new_copy_and_the_old_one_is_kept() {
    let office = Office::new().await;
    let kajang = branch("kajang");
    let older = office.copies.path().join("older.db");
    office.append(&kajang, 1, 5).await;
    office.store.close().await;
    fs::copy(office.place.path(), &older).unwrap();
    let store = office.place.open().await;
    store.append(&kajang, &run(&kajang, 6, 9)).await.unwrap();
    catch_up(&mut office.copier().await).await;
    store.close().await;

    fs::copy(&older, office.place.path()).unwrap();
    let store = office.place.open().await;
    let other: Vec<_> = run(&kajang, 6, 9).into_iter().map(|entry| Entry { at: at(1000), ..entry }).collect();
    store.append(&kajang, &other).await.unwrap();
    assert_eq!(catch_up(&mut office.copier().await).await, 9);
    let (_, entries) = survey(&office.copy());
    assert_eq!(of(&kajang, &entries)[5..], other);
    let (_, entries) = survey(&office.copy().join("aside-1"));
    assert_eq!(of(&kajang, &entries), run(&kajang, 1, 9));
    store.close().await;
}

#[tokio::test]
async fn a_copy_is_restored_whole_or_as_of_any_moment() {
    let office = Office::new().await;
    let (kajang, klang) = (branch("kajang"), branch("klang"));
    office.append(&kajang, 1, 50).await;
    office.append(&klang, 1, 30).await;
    catch_up(&mut office.copier().await).await;
    let entry = |branch: &BranchId, seq| Until::Entry { branch: branch.clone(), seq };
    for (until, of_kajang, of_klang) in [
        (Until::End, 50, 30),
        (Until::Time(at(7)), 7, 7),
        (Until::Time(at(40)), 40, 30),
        (Until::Time(at(1000)), 50, 30),
        (entry(&kajang, 12), 12, 12),
        (entry(&klang, 30), 30, 30),
        (entry(&kajang, 50), 50, 30),
    ] {
        let to = office.elsewhere();
        restore(&office.copy(), &to, until.clone(), false).await.unwrap();
        assert_eq!(all(&to, &kajang).await, run(&kajang, 1, of_kajang), "{until:?}");
        assert_eq!(all(&to, &klang).await, run(&klang, 1, of_klang), "{until:?}");
        let mut inspection = Inspection::open(&to).await.unwrap();
        assert_eq!(inspection.structure().await.unwrap(), Vec::<String>::new());
        assert_ne!(inspection.log_id(), office.store.log_id(), "it is a log of its own");
        inspection.close().await;
        fs::remove_dir_all(to.parent().unwrap()).unwrap();
    }
    for until in [Until::Time(Timestamp::UNIX_EPOCH), entry(&kajang, 51), entry(&branch("kapar"), 1)] {
        let refused = restore(&office.copy(), &office.elsewhere(), until, false).await.unwrap_err();
        assert!(matches!(refused, CopyError::NotInCopy(_)), "{refused:?}");
        assert!(!office.elsewhere().exists());
    }
}

#[tokio::test]
async fn a_key_that_was_destroyed_does_not_live_on_in_the_copy() {
    let office = Office::new().await;
    let kajang = branch("kajang");
    let file = format!("{}.key", office.place.path().display());
    fs::write(&file, "the first key").unwrap();
    office.append(&kajang, 1, 5).await;
    let mut copier = office.copier().await;
    assert!(catch_up(&mut copier).await > 0);
    assert_eq!(fs::read(office.copy().join("key")).unwrap(), b"the first key");
    fs::write(&file, "another key!!").unwrap();
    copier.close().await;

    let mut copier = office.copier().await;
    assert_eq!(catch_up(&mut copier).await, 1, "the note of the key alone");
    copier.close().await;
    let mut copier = office.copier().await;
    assert_eq!(catch_up(&mut copier).await, 0);
    copier.finish().await.unwrap();
    let survey = Survey::read(&office.copy(), |_, _| {}).unwrap();
    assert!(survey.is_sound(), "{survey:?}");
    for entry in fs::read_dir(office.copy()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(13).any(|window| window == b"the first key"));
    }
    let to = office.elsewhere();
    restore(&office.copy(), &to, Until::End, false).await.unwrap();
    assert_eq!(fs::read(format!("{}.key", to.display())).unwrap(), b"another key!!");
}

#[tokio::test]
async fn a_database_that_is_there_is_replaced_only_when_that_is_said_and_then_kept() {
    let office = Office::new().await;
    let kajang = branch("kajang");
    fs::write(format!("{}.key", office.place.path().display()), "the first key").unwrap();
    office.append(&kajang, 1, 5).await;
    catch_up(&mut office.copier().await).await;
    office.append(&kajang, 6, 9).await;
    let path = office.place.path();
    let in_use = restore(&office.copy(), &path, Until::End, true).await.unwrap_err();
    assert!(matches!(in_use, CopyError::Open(OpenError::InUse { .. })), "{in_use:?}");
    office.store.close().await;
    fs::write(format!("{}.key", path.display()), "another key").unwrap();

    let there = restore(&office.copy(), &path, Until::End, false).await.unwrap_err();
    assert!(matches!(there, CopyError::Exists { .. }), "{there:?}");
    assert_eq!(all(&path, &kajang).await, run(&kajang, 1, 9));

    let before = restore(&office.copy(), &path, Until::End, true).await.unwrap().expect("it was set aside");
    assert_eq!(all(&path, &kajang).await, run(&kajang, 1, 5));
    assert_eq!(all(&before, &kajang).await, run(&kajang, 1, 9));
    assert_eq!(fs::read_to_string(format!("{}.key", path.display())).unwrap(), "the first key");
    assert_eq!(fs::read_to_string(format!("{}.key", before.display())).unwrap(), "another key");
}

#[tokio::test]
async fn a_restore_that_was_cut_off_is_no_empty_log() {
    let office = Office::new().await;
    let kajang = branch("kajang");
    office.append(&kajang, 1, 5).await;
    catch_up(&mut office.copier().await).await;
    let to = office.elsewhere();
    fs::create_dir(to.parent().unwrap()).unwrap();
    fs::write(format!("{}.restoring", to.display()), "half a database").unwrap();
    let refused = SqliteStore::open(&to).await.unwrap_err();
    assert!(matches!(refused, OpenError::Unfinished { .. }), "{refused:?}");
    restore(&office.copy(), &to, Until::End, false).await.unwrap();
    assert_eq!(all(&to, &kajang).await, run(&kajang, 1, 5));
}

#[tokio::test]
async fn copies_are_listed_by_when_they_were_written_and_old_ones_go() {
    let office = Office::new().await;
    office.append(&branch("kajang"), 1, 5).await;
    assert!(matches!(copies(office.copies.path()), Err(CopyError::NoCopy { .. })));
    let mut full = Copier::open_named(&office.place.path(), office.copies.path(), "full").await.unwrap();
    catch_up(&mut full).await;
    full.finish().await.unwrap();
    let file = fs::File::open(office.copies.path().join("full/0000000001.log")).unwrap();
    file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(3 * 86_400)).unwrap();
    let mut copier = office.copier().await;
    catch_up(&mut copier).await;
    assert_eq!(copies(office.copies.path()).unwrap(), [office.copies.path().join("full"), office.copy()]);
    assert_eq!(copies(&office.copy()).unwrap(), [office.copy()]);
    copier.tidy(4).await.unwrap();
    assert_eq!(copies(office.copies.path()).unwrap().len(), 2);
    copier.tidy(2).await.unwrap();
    assert_eq!(copies(office.copies.path()).unwrap(), [office.copy()]);
}

/// Records and audit rows of a database, as a store gives them; and that nobody is signed in.
async fn kept(database: &Path) -> (Vec<Record>, Vec<AuditRow>) {
    let store = SqliteStore::open(database).await.unwrap();
    let kept = (store.records().await.unwrap(), store.audit(0, u32::MAX).await.unwrap());
    assert_eq!(store.sessions().await.unwrap(), []);
    store.close().await;
    let mut inspection = Inspection::open(database).await.unwrap();
    assert_eq!(inspection.structure().await.unwrap(), Vec::<String>::new());
    inspection.close().await;
    kept
}

#[tokio::test]
async fn a_restored_copy_has_records_and_audit_rows_as_they_were_last_and_no_sessions() {
    let office = Office::new().await;
    let kajang = branch("kajang");
    let mut copier = office.copier().await;
    office.append(&kajang, 1, 5).await;
    let changes = vec![
        put("person", "1", "Aminah"),
        put("person", "2", "sila \"ke\"\nkaunter \0 🙂"),
        put("device", "1", "dinding"),
        sign_in("s1", "sesi rahsia"),
    ];
    office.store.keep(changes, audit(1, 3)).await.unwrap();
    assert_eq!(catch_up(&mut copier).await, 5 + 3 + 1, "records are one line");
    assert_eq!(catch_up(&mut copier).await, 0);
    // A session alone is nothing to copy.
    office.store.keep(vec![sign_in("s2", "sesi rahsia"), sign_out("s1")], vec![]).await.unwrap();
    assert_eq!(catch_up(&mut copier).await, 0);
    let changes = vec![remove("device", "1"), put("person", "1", "Aminah binti Ali"), put("person", "3", "")];
    office.store.keep(changes, audit(4, 4)).await.unwrap();
    copier.finish().await.unwrap();
    let mut copier = office.copier().await;
    assert_eq!(catch_up(&mut copier).await, 2);
    office.append(&kajang, 6, 6).await;
    assert_eq!(catch_up(&mut copier).await, 1, "what has not changed is not copied again");

    let (survey, _) = survey(&office.copy());
    assert!(survey.is_sound(), "{survey:?}");
    assert_eq!((survey.records, survey.audit), (3, Some((4, at(4)))));
    for file in fs::read_dir(office.copy()).unwrap() {
        let text = fs::read(file.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&text).contains("rahsia"), "no session is in a copy");
    }
    restore(&office.copy(), &office.elsewhere(), Until::End, false).await.unwrap();
    let expected = (office.store.records().await.unwrap(), audit(1, 4));
    assert_eq!(expected.0.len(), 3);
    assert_eq!(kept(&office.elsewhere()).await, expected);
    assert_eq!(all(&office.elsewhere(), &kajang).await, run(&kajang, 1, 6));

    // All are gone: so they are in the copy.
    let gone = expected.0.iter().map(|record| remove(&record.kind, &record.key)).collect();
    office.store.keep(gone, audit(5, 5)).await.unwrap();
    catch_up(&mut copier).await;
    fs::remove_dir_all(office.elsewhere().parent().unwrap()).unwrap();
    restore(&office.copy(), &office.elsewhere(), Until::End, false).await.unwrap();
    assert_eq!(kept(&office.elsewhere()).await, (vec![], audit(1, 5)));
    // What was restored goes on, and is copied in its turn.
    let store = SqliteStore::open(&office.elsewhere()).await.unwrap();
    store.keep(vec![put("person", "4", "Devi")], audit(6, 7)).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_restore_as_of_a_moment_has_the_records_that_were_copied_by_then_and_the_audit_rows_of_before() {
    let office = Office::new().await;
    let kajang = branch("kajang");
    let mut copier = office.copier().await;
    for (n, name) in [(10, "Aminah"), (20, "Bala"), (30, "Chong")] {
        office.append(&kajang, n - 9, n).await;
        office.store.keep(vec![put("person", "1", name)], audit(n - 9, n)).await.unwrap();
        assert!(!copier.round(at(n)).await.unwrap().more);
    }
    let entry = |seq| Until::Entry { branch: kajang.clone(), seq };
    for (until, last, name) in [
        (Until::Time(at(5)), 5, None), // nothing is known of before the first round
        (Until::Time(at(10)), 10, Some("Aminah")),
        (Until::Time(at(19)), 19, Some("Aminah")), // the change had been made by then, and not been copied
        (Until::Time(at(25)), 25, Some("Bala")),
        (entry(9), 9, None),
        (entry(29), 29, Some("Bala")),
        (entry(30), 30, Some("Chong")),
        (Until::End, 30, Some("Chong")),
    ] {
        restore(&office.copy(), &office.elsewhere(), until.clone(), false).await.unwrap();
        let records = name.map(|name| record("person", "1", name)).into_iter().collect();
        assert_eq!(kept(&office.elsewhere()).await, (records, audit(1, last)), "{until:?}");
        assert_eq!(all(&office.elsewhere(), &kajang).await, run(&kajang, 1, last), "{until:?}");
        fs::remove_dir_all(office.elsewhere().parent().unwrap()).unwrap();
    }
}

#[tokio::test]
async fn audit_rows_that_were_let_go_are_no_fault_of_a_copy() {
    let office = Office::new().await;
    let anchor = |up_to: u64| record("audit", "anchor", &up_to.to_string());
    let store = &office.store;
    let mut copier = office.copier().await;
    let sound_with = async |rows: Vec<AuditRow>, up_to: u64| {
        let (survey, _) = survey(&office.copy());
        assert!(survey.is_sound() && !survey.torn, "{survey:?}");
        assert!(!office.copy().join("aside-1").exists(), "it is the same database");
        restore(&office.copy(), &office.elsewhere(), Until::End, false).await.unwrap();
        assert_eq!(kept(&office.elsewhere()).await, (vec![anchor(up_to)], rows));
        fs::remove_dir_all(office.elsewhere().parent().unwrap()).unwrap();
    };
    // Begun when the first ones are gone already.
    store.keep(vec![], audit(1, 10)).await.unwrap();
    store.prune_audit(4, anchor(4)).await.unwrap();
    catch_up(&mut copier).await;
    sound_with(audit(5, 10), 4).await;
    // Let go of after they were copied.
    store.prune_audit(9, anchor(9)).await.unwrap();
    store.keep(vec![], audit(11, 12)).await.unwrap();
    copier.close().await;
    let mut copier = office.copier().await;
    catch_up(&mut copier).await;
    sound_with(audit(5, 12), 9).await;
    // The last that was copied is gone, and some that never were.
    copier.close().await;
    store.keep(vec![], audit(13, 30)).await.unwrap();
    store.prune_audit(20, anchor(20)).await.unwrap();
    let mut copier = office.copier().await;
    catch_up(&mut copier).await;
    sound_with([audit(5, 12), audit(21, 30)].concat(), 20).await;
    copier.finish().await.unwrap();
    let mut copier = office.copier().await;
    assert_eq!(catch_up(&mut copier).await, 0);
}

#[tokio::test]
async fn a_database_that_was_put_back_is_told_by_its_audit_record_too() {
    // Not as far as the copy yet, or further again.
    for others in [0, 6] {
        let office = Office::new().await;
        let older = office.copies.path().join("older.db");
        office.store.keep(vec![], audit(1, 5)).await.unwrap();
        office.store.close().await;
        fs::copy(office.place.path(), &older).unwrap();
        let store = office.place.open().await;
        store.keep(vec![], audit(6, 9)).await.unwrap();
        catch_up(&mut office.copier().await).await;
        store.close().await;

        fs::copy(&older, office.place.path()).unwrap();
        let store = office.place.open().await;
        let other = |row| AuditRow { body: "otherwise".into(), ..row };
        store.keep(vec![], audit(6, 5 + others).into_iter().map(other).collect()).await.unwrap();
        assert_eq!(catch_up(&mut office.copier().await).await, 5 + others);
        assert!(office.copy().join("aside-1").exists());
        assert_eq!(survey(&office.copy()).0.audit.unwrap().0, 5 + others);
        store.close().await;
    }
}

#[tokio::test]
async fn a_damaged_record_is_not_copied_and_the_log_is_all_the_same() {
    let office = Office::new().await;
    let kajang = branch("kajang");
    let mut copier = office.copier().await;
    office.store.keep(vec![put("person", "1", "Aminah"), put("person", "2", "Bala")], vec![]).await.unwrap();
    catch_up(&mut copier).await;
    sqlx::query("UPDATE record SET body = 'Balu' WHERE key = '2'")
        .execute(&mut crate::opening::raw(&office.place.path()).await)
        .await
        .unwrap();
    for n in 1..=2 {
        office.append(&kajang, n, n).await;
        office.store.keep(vec![], audit(n, n)).await.unwrap();
        let refused = copier.round(NOW).await.unwrap_err().to_string();
        assert!(refused.contains("table record, kind person, key 2"), "{refused}");
    }
    let (survey, entries) = survey(&office.copy());
    assert!(survey.is_sound(), "{survey:?}");
    assert_eq!(of(&kajang, &entries), run(&kajang, 1, 2));
    restore(&office.copy(), &office.elsewhere(), Until::End, false).await.unwrap();
    let sound = vec![record("person", "1", "Aminah"), record("person", "2", "Bala")];
    assert_eq!(kept(&office.elsewhere()).await, (sound, audit(1, 2)));
    // Once it was changed it is copied again.
    office.store.keep(vec![put("person", "2", "Bala a/l Siva")], vec![]).await.unwrap();
    assert_eq!(catch_up(&mut copier).await, 1);
}

#[tokio::test]
async fn a_copy_that_was_begun_before_there_were_records_goes_on_with_them() {
    let office = Office::new().await;
    let kajang = branch("kajang");
    office.store.close().await;
    fs::write(office.place.path(), crate::opening::OLDER[0].1).unwrap();
    // Before the new program starts, a copy is made of what is there.
    let mut copier = office.copier().await;
    assert_eq!(catch_up(&mut copier).await, 20);
    let copy = copier.path();
    copier.close().await;
    let store = office.place.open().await;
    store.append(&kajang, &run(&kajang, 21, 25)).await.unwrap();
    store.keep(vec![put("person", "1", "Aminah")], audit(1, 3)).await.unwrap();
    assert_eq!(catch_up(&mut office.copier().await).await, 5 + 3 + 1);
    let (survey, _) = survey(&copy);
    assert!(survey.is_sound(), "{survey:?}");
    restore(&copy, &office.elsewhere(), Until::End, false).await.unwrap();
    assert_eq!(kept(&office.elsewhere()).await, (vec![record("person", "1", "Aminah")], audit(1, 3)));
    assert_eq!(all(&office.elsewhere(), &kajang).await, run(&kajang, 1, 25));
    store.close().await;
}

/// A copy of two branches, and of what is kept beside them, in three segments, two closed and one open, made once.
fn segments() -> Vec<(PathBuf, Vec<u8>)> {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let office = Office::new().await;
        let (kajang, klang) = (branch("kajang"), branch("klang"));
        for part in 0..3 {
            office.append(&kajang, part * 20 + 1, part * 20 + 20).await;
            office.append(&klang, part * 10 + 1, part * 10 + 10).await;
            let changes = vec![put("person", &part.to_string(), "Aminah"), put("device", "1", "dinding")];
            office.store.keep(changes, audit(part * 5 + 1, part * 5 + 5)).await.unwrap();
            let mut copier = office.copier().await;
            catch_up(&mut copier).await;
            if part < 2 { copier.finish().await.unwrap() } else { copier.close().await }
        }
        let mut files: Vec<_> = fs::read_dir(office.copy())
            .unwrap()
            .map(|file| file.unwrap().path())
            .filter(|path| path.extension().is_some())
            .map(|path| (PathBuf::from(path.file_name().unwrap()), fs::read(&path).unwrap()))
            .collect();
        files.sort();
        assert_eq!(files.len(), 3);
        files
    })
}

/// All that can be restored of a copy is the beginning of each branch, as it was; and what is not all of it is said.
/// `torn`: the end of the last one is cut off.
fn says_what_is_left(files: &[(PathBuf, Vec<u8>)], torn: bool) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let mut entries = Vec::new();
    let survey = Survey::read(folder.path(), |branch, entry| entries.push((branch.clone(), entry)));
    let survey = match survey {
        Ok(survey) => survey,
        Err(CopyError::NoCopy { .. }) => return Ok(()), // said as plainly as can be
        Err(error) => return Err(TestCaseError::fail(error.to_string())),
    };
    let mut whole = true;
    for (name, last) in [("kajang", 60), ("klang", 30)] {
        let branch = branch(name);
        let found = of(&branch, &entries);
        let count = found.len() as u64;
        prop_assert_eq!(found, run(&branch, 1, count));
        prop_assert_eq!(survey.branches.get(&branch).map_or(0, |(seq, _)| *seq), count);
        whole &= count == last;
    }
    whole &= survey.records == 4 && survey.audit == Some((15, at(15)));
    if torn {
        // What a power cut leaves is no damage; the database has the rest.
        prop_assert!(survey.is_sound(), "{:?}", survey);
    } else {
        prop_assert!(whole || !survey.is_sound(), "{:?}", survey);
    }
    Ok(())
}

#[test]
fn a_copy_that_is_torn_or_damaged_anywhere_gives_what_is_sound_and_says_what_is_not() {
    let files = segments();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(300));
    runner
        .run(
            &(0..3_usize, any::<prop::sample::Index>(), 0..8_u8, any::<bool>()),
            |(file, place, bit, cut)| {
                let mut files = files.clone();
                let place = place.index(files[file].1.len());
                // Without its line break the last line is one that was cut off.
                let torn = file == 2 && (cut || place == files[2].1.len() - 1);
                if cut {
                    files[file].1.truncate(place);
                } else {
                    files[file].1[place] ^= 1 << bit;
                }
                says_what_is_left(&files, torn)
            },
        )
        .unwrap();
    for missing in 0..2 {
        let mut files = files.clone();
        files.remove(missing);
        says_what_is_left(&files, false).unwrap();
    }
}

#[tokio::test]
async fn a_torn_or_damaged_end_is_copied_again() {
    let office = Office::new().await;
    let kajang = branch("kajang");
    office.append(&kajang, 1, 40).await;
    office.store.keep(vec![put("person", "1", "Aminah")], audit(1, 5)).await.unwrap();
    for closed in [false, true] {
        let mut copier = office.copier().await;
        catch_up(&mut copier).await;
        if closed {
            copier.finish().await.unwrap()
        } else {
            copier.close().await
        }
        let last = fs::read_dir(office.copy())
            .unwrap()
            .map(|file| file.unwrap().path())
            .filter(|path| {
                path.extension().is_some_and(|extension| extension == "log" || extension == "open")
            })
            .max()
            .unwrap();
        let bytes = fs::read(&last).unwrap();
        for cut in [bytes.len() - 1, bytes.len() / 2, 40, 0] {
            fs::write(&last, &bytes[..cut]).unwrap();
            let mut copier = office.copier().await;
            assert!(catch_up(&mut copier).await <= 40 + 5 + 1);
            let (survey, entries) = survey(&office.copy());
            assert!(survey.is_sound(), "cut at {cut}: {survey:?}");
            assert_eq!(of(&kajang, &entries), run(&kajang, 1, 40), "cut at {cut}");
            assert_eq!((survey.records, survey.audit), (1, Some((5, at(5)))), "cut at {cut}");
            copier.close().await;
        }
    }
}

#[test]
fn what_is_lost_is_said_in_numbers() {
    let lost = Lost { of: "log of kajang".into(), last_sound: 12, last_known: 40 };
    assert_eq!(lost.to_string(), "log of kajang: rows 13 to 40 are lost");
}

/// A database in which everything that can be damaged is there.
async fn database() -> (SqlitePlace, Vec<u8>) {
    let place = SqlitePlace::new().await;
    let store = place.open().await;
    for name in ["kajang", "klang", "kapar"] {
        let branch = branch(name);
        store.append(&branch, &run(&branch, 1, 150)).await.unwrap();
        for seq in [40, 120] {
            store.save_snapshot(&branch, Snapshot { seq, body: vec![7; 700] }).await.unwrap();
        }
    }
    let some = |kind: &str| {
        let one = |n: u32| match kind {
            "session" => sign_in(&n.to_string(), &"sesi ".repeat(20)),
            _ => put(kind, &n.to_string(), &format!("{kind} {n} ").repeat(20)),
        };
        (1..=60).map(one).collect()
    };
    for kind in ["person", "device", "session"] {
        store.keep(some(kind), vec![]).await.unwrap();
    }
    store.keep(vec![], audit(1, 150)).await.unwrap();
    store.close().await;
    let bytes = fs::read(place.path()).unwrap();
    (place, bytes)
}

#[tokio::test]
async fn every_flipped_bit_and_torn_page_is_found_or_does_no_harm() {
    const FLIPS: usize = 600;
    let (place, sound) = database().await;
    let path = place.path();
    let branches = ["kajang", "klang", "kapar"].map(branch);
    let expected = what_is_served(&path, &branches).await.expect("it is sound");
    let mut mixed: u64 = 7;
    let mut any = |below: usize| {
        mixed = mixed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(mixed >> 33).unwrap() % below
    };
    let (mut refused, mut verified, mut harmless) = (0, 0, 0);
    for n in 0..FLIPS {
        let mut bytes = sound.clone();
        let place = any(bytes.len());
        if n % 10 == 0 {
            // The second half of a page is as it was before anything was written to it.
            let page = place / 4096 * 4096;
            bytes[page + 2048..page + 4096].fill(0);
        } else {
            bytes[place] ^= 1 << any(8);
        }
        fs::write(&path, &bytes).unwrap();
        let found = verify(&path, &branches).await;
        match what_is_served(&path, &branches).await {
            Err(_) => refused += 1,
            // Whatever is served is what was put in.
            Ok(served) if served == expected => {
                if found {
                    verified += 1
                } else {
                    harmless += 1
                }
            }
            Ok(_) => {
                assert!(found, "a flip at {place} is served and not found");
                verified += 1;
            }
        }
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{suffix}", path.display()));
        }
    }
    assert_eq!(refused + verified + harmless, FLIPS);
    assert!(
        refused > FLIPS / 4 && harmless < FLIPS / 2,
        "{refused} refused, {verified} verified, {harmless} harmless"
    );
}

type Served = (Vec<(Vec<Entry>, Option<Snapshot>)>, Vec<Record>, Vec<(String, String)>, Vec<AuditRow>);

/// What branches start from, all their entries, and what is kept beside them.
async fn what_is_served(path: &Path, branches: &[BranchId]) -> Result<Served, String> {
    let store = SqliteStore::open(path).await.map_err(|error| error.to_string())?;
    let mut served = Vec::new();
    for branch in branches {
        let read = async {
            let recovered = store.recover(branch, 1000).await?;
            Ok::<_, giliran_store::StoreError>((
                store.entries(branch, 0, u32::MAX).await?,
                recovered.snapshot,
            ))
        };
        match read.await {
            Ok(found) => served.push(found),
            Err(error) => {
                store.close().await;
                return Err(error.to_string());
            }
        }
    }
    let read = async {
        let sound = |row: &AuditRow| row.hash == hash(row);
        let rows = store.audit(0, u32::MAX).await?;
        if !rows.iter().all(sound) {
            // As its maker would: the store can't tell.
            return Ok(None);
        }
        Ok::<_, giliran_store::StoreError>(Some((store.records().await?, store.sessions().await?, rows)))
    };
    let read = read.await;
    store.close().await;
    match read {
        Ok(Some((records, sessions, rows))) => Ok((served, records, sessions, rows)),
        Ok(None) => Err("an audit row is not what was put in".into()),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether looking the whole database over finds something.
async fn verify(path: &Path, branches: &[BranchId]) -> bool {
    let Ok(mut inspection) = Inspection::open(path).await else { return true };
    let mut found = !inspection.structure().await.is_ok_and(|faults| faults.is_empty());
    found |= !inspection.branches().await.is_ok_and(|names| names.len() == branches.len());
    for branch in branches {
        let entries = inspection.entries(branch, 0, 1000).await;
        found |= !entries.is_ok_and(|entries| entries.len() == 150 && entries.iter().all(Result::is_ok));
        let snapshots = inspection.snapshots(branch).await;
        found |= !snapshots.is_ok_and(|found| found.len() == 2 && found.iter().all(Result::is_ok));
    }
    let records = inspection.records().await;
    found |= !records.is_ok_and(|found| found.len() == 120 && found.iter().all(Result::is_ok));
    let sessions = inspection.sessions().await;
    found |= !sessions.is_ok_and(|found| found.len() == 60 && found.iter().all(Result::is_ok));
    let rows = inspection.audit(0, 1000).await;
    let sound = |row: &Result<AuditRow, _>| row.as_ref().is_ok_and(|row| row.hash == hash(row));
    found |= !rows.is_ok_and(|rows| rows.len() == 150 && rows.iter().all(sound));
    inspection.close().await;
    found
}
