//! What every store promises, whatever is behind it. Each backend runs all of these.

use futures_util::future::join_all;
use giliran_core::{Entry, Event, Known};
use giliran_store::{AuditRow, Recovered, Snapshot, Store, StoreError};
use jiff::{Timestamp, civil::date};

use crate::place::{Place, audit, branch, command, entry, put, record, remove, run, sign_in, sign_out};

/// Makes one test of each promise, for one backend.
#[macro_export]
macro_rules! shared_suite {
    ($backend:ident, $place:ty) => {
        shared_suite!($backend, $place:
            what_was_appended_is_given_back_after_opening_again,
            the_name_of_the_log_stays_and_is_its_own,
            a_branch_without_entries_starts_from_nothing,
            a_number_that_is_taken_is_refused,
            a_hole_in_the_log_is_refused,
            a_command_stands_in_a_branch_once,
            an_entry_that_no_ledger_makes_is_refused,
            an_append_is_done_as_a_whole_or_not_at_all,
            many_callers_at_once_lose_nothing_and_leave_no_hole,
            the_conflict_of_one_caller_hurts_no_other,
            appends_of_one_branch_that_wait_together_keep_their_order,
            an_append_of_more_rows_than_a_statement_takes_is_one_append,
            entries_are_paged_in_order,
            a_branch_starts_from_its_newest_snapshot_and_the_tail,
            the_last_commands_are_known_oldest_first,
            a_snapshot_of_what_is_not_in_the_log_is_refused,
            a_snapshot_of_the_same_number_is_replaced,
            what_is_kept_beside_the_log_is_given_back_after_opening_again,
            any_text_is_kept_whole,
            a_record_is_changed_in_place_and_removed,
            what_is_kept_together_is_kept_as_a_whole_or_not_at_all,
            an_audit_row_that_does_not_go_on_is_refused,
            an_audit_row_that_the_record_can_not_hold_is_refused,
            what_waits_together_is_kept_in_order_and_one_that_is_refused_hurts_no_other,
            audit_rows_are_paged_in_order,
            old_audit_rows_are_let_go_with_an_anchor_and_the_record_goes_on,
            the_last_audit_row_is_not_let_go,
            a_closed_store_takes_nothing_and_gives_nothing,
            closing_finishes_what_is_in_hand,
        );
    };
    ($backend:ident, $place:ty: $($promise:ident,)*) => {
        mod $backend {
            $(
                #[tokio::test]
                async fn $promise() {
                    $crate::suite::$promise(<$place as $crate::place::Place>::new().await).await;
                }
            )*
        }
    };
}

pub(crate) async fn what_was_appended_is_given_back_after_opening_again(place: impl Place) {
    let (kajang, klang) = (branch("kajang"), branch("klang"));
    let store = place.open().await;
    let entries = run(&kajang, 1, 10);
    store.append(&kajang, &entries[..4]).await.unwrap();
    store.append(&klang, &run(&klang, 1, 3)).await.unwrap();
    store.append(&kajang, &entries[4..]).await.unwrap();
    for again in [false, true] {
        let store = if again {
            store.close().await;
            &place.open().await
        } else {
            &store
        };
        assert_eq!(store.entries(&kajang, 0, 100).await.unwrap(), entries);
        assert_eq!(store.recover(&kajang, 0).await.unwrap().tail, entries);
        assert_eq!(store.recover(&klang, 0).await.unwrap().tail, run(&klang, 1, 3));
        for entry in &entries {
            assert_eq!(store.entry_of(&kajang, entry.seq).await.unwrap().as_ref(), Some(entry));
            if let Some(command) = entry.command {
                let found = store.entry_of_command(&kajang, command).await.unwrap();
                assert_eq!(found.as_ref(), Some(entry));
            }
        }
        assert_eq!(store.entry_of(&kajang, 11).await.unwrap(), None);
        assert_eq!(store.entry_of(&kajang, 0).await.unwrap(), None);
        assert_eq!(store.entry_of(&kajang, u64::MAX).await.unwrap(), None);
        assert_eq!(store.entry_of_command(&kajang, command(&klang, 1)).await.unwrap(), None);
    }
}

pub(crate) async fn the_name_of_the_log_stays_and_is_its_own<P: Place>(place: P) {
    let store = place.open().await;
    let name = store.log_id();
    store.close().await;
    assert_eq!(place.open().await.log_id(), name);
    assert_ne!(P::new().await.open().await.log_id(), name);
}

pub(crate) async fn a_branch_without_entries_starts_from_nothing(place: impl Place) {
    let (kajang, klang) = (branch("kajang"), branch("klang"));
    let store = place.open().await;
    store.append(&kajang, &run(&kajang, 1, 3)).await.unwrap();
    let nothing = Recovered { snapshot: None, tail: vec![], known: vec![] };
    assert_eq!(store.recover(&klang, 10).await.unwrap(), nothing);
    assert_eq!(store.entries(&klang, 0, 10).await.unwrap(), []);
    store.append(&klang, &[]).await.unwrap();
    assert_eq!(store.recover(&klang, 10).await.unwrap(), nothing);
}

pub(crate) async fn a_number_that_is_taken_is_refused(place: impl Place) {
    let kajang = branch("kajang");
    let store = place.open().await;
    store.append(&kajang, &run(&kajang, 1, 3)).await.unwrap();
    for (entries, seq) in [
        (vec![entry(&kajang, 3)], 3),
        (vec![entry(&kajang, 2), entry(&kajang, 3), entry(&kajang, 4)], 2),
        (vec![Entry { command: None, ..entry(&kajang, 1) }], 1),
        (vec![entry(&kajang, 0)], 0),
        (vec![entry(&kajang, 4), Entry { command: None, ..entry(&kajang, 4) }], 4),
    ] {
        let refused = store.append(&kajang, &entries).await.unwrap_err();
        assert_eq!(refused, StoreError::SeqTaken { branch: kajang.clone(), seq });
        assert!(!refused.is_final());
    }
    assert_eq!(store.recover(&kajang, 0).await.unwrap().tail, run(&kajang, 1, 3));
}

pub(crate) async fn a_hole_in_the_log_is_refused(place: impl Place) {
    let kajang = branch("kajang");
    let store = place.open().await;
    store.append(&kajang, &run(&kajang, 1, 3)).await.unwrap();
    for (entries, seq, next) in
        [(run(&kajang, 5, 6), 5, 4), (vec![entry(&kajang, 4), entry(&kajang, 6)], 6, 5)]
    {
        let refused = store.append(&kajang, &entries).await.unwrap_err();
        assert_eq!(refused, StoreError::Hole { branch: kajang.clone(), seq, next });
    }
    assert_eq!(store.recover(&kajang, 0).await.unwrap().tail, run(&kajang, 1, 3));
}

pub(crate) async fn a_command_stands_in_a_branch_once(place: impl Place) {
    let (kajang, klang) = (branch("kajang"), branch("klang"));
    let store = place.open().await;
    store.append(&kajang, &[entry(&kajang, 1), entry(&kajang, 2)]).await.unwrap();
    let again = |seq, of| Entry { command: Some(command(&kajang, of)), ..entry(&kajang, seq) };
    for (entries, of) in
        [(vec![again(3, 2)], 2), (vec![again(3, 3), again(4, 1)], 1), (vec![again(3, 7), again(4, 7)], 7)]
    {
        let refused = store.append(&kajang, &entries).await.unwrap_err();
        let command = command(&kajang, of);
        assert_eq!(refused, StoreError::CommandTaken { branch: kajang.clone(), command });
        assert!(!refused.is_final());
    }
    // Another branch is another log, and a refused append leaves its numbers and commands free.
    store.append(&klang, &[Entry { seq: 1, ..again(1, 1) }]).await.unwrap();
    store.append(&kajang, &[again(3, 7)]).await.unwrap();
    assert_eq!(store.entry_of_command(&kajang, command(&kajang, 7)).await.unwrap(), Some(again(3, 7)));
}

pub(crate) async fn an_entry_that_no_ledger_makes_is_refused(place: impl Place) {
    let kajang = branch("kajang");
    let store = place.open().await;
    let good = entry(&kajang, 1);
    for bad in [
        Entry { events: vec![], ..good.clone() },
        Entry { at: Timestamp::MAX, ..good.clone() },
        Entry { at: Timestamp::MIN, ..good.clone() },
        Entry { seq: u64::MAX, ..good.clone() },
    ] {
        let refused = store.append(&kajang, std::slice::from_ref(&bad)).await.unwrap_err();
        assert!(
            matches!(&refused, StoreError::Unfit { branch, seq, .. } if (branch, *seq) == (&kajang, bad.seq)),
            "{bad:?}: {refused:?}"
        );
    }
    store.append(&kajang, &[good]).await.unwrap();
}

pub(crate) async fn an_append_is_done_as_a_whole_or_not_at_all(place: impl Place) {
    let kajang = branch("kajang");
    let store = place.open().await;
    store.append(&kajang, &run(&kajang, 1, 5)).await.unwrap();
    let mut entries = run(&kajang, 6, 300);
    entries[290].command = Some(command(&kajang, 1));
    store.append(&kajang, &entries).await.unwrap_err();
    assert_eq!(store.recover(&kajang, 0).await.unwrap().tail, run(&kajang, 1, 5));
    store.append(&kajang, &run(&kajang, 6, 300)).await.unwrap();
    assert_eq!(store.recover(&kajang, 0).await.unwrap().tail, run(&kajang, 1, 300));
}

pub(crate) async fn many_callers_at_once_lose_nothing_and_leave_no_hole(place: impl Place) {
    let store = place.open().await;
    let branches: Vec<_> = (0..40).map(|n| branch(&format!("cawangan-{n}"))).collect();
    join_all(branches.iter().map(async |branch| {
        for seq in 1..=20 {
            store.append(branch, &run(branch, 2 * seq - 1, 2 * seq)).await.unwrap();
            // What was answered is seen by whoever reads next.
            let last = store.entry_of(branch, 2 * seq).await.unwrap();
            assert_eq!(last.as_ref(), run(branch, 2 * seq, 2 * seq).first());
        }
    }))
    .await;
    store.close().await;
    let store = place.open().await;
    for branch in &branches {
        assert_eq!(store.recover(branch, 0).await.unwrap().tail, run(branch, 1, 40));
    }
}

pub(crate) async fn the_conflict_of_one_caller_hurts_no_other(place: impl Place) {
    let store = place.open().await;
    let branches: Vec<_> = (0..30).map(|n| branch(&format!("cawangan-{n}"))).collect();
    for branch in &branches {
        store.append(branch, &[entry(branch, 1)]).await.unwrap();
    }
    // All wait together; each third has a number that is taken, each third a command.
    let results = join_all(branches.iter().enumerate().map(async |(n, branch)| {
        let fresh = entry(branch, 2);
        let given = match n % 3 {
            0 => fresh,
            1 => entry(branch, 1),
            _ => Entry { command: Some(command(branch, 1)), ..fresh },
        };
        store.append(branch, &[given]).await
    }))
    .await;
    for (n, (branch, result)) in branches.iter().zip(results).enumerate() {
        let (expected, entries) = match n % 3 {
            0 => (Ok(()), vec![entry(branch, 1), entry(branch, 2)]),
            1 => (Err(StoreError::SeqTaken { branch: branch.clone(), seq: 1 }), vec![entry(branch, 1)]),
            _ => {
                let command = command(branch, 1);
                (Err(StoreError::CommandTaken { branch: branch.clone(), command }), vec![entry(branch, 1)])
            }
        };
        assert_eq!(result, expected, "{branch}");
        assert_eq!(store.recover(branch, 0).await.unwrap().tail, entries, "{branch}");
    }
}

pub(crate) async fn appends_of_one_branch_that_wait_together_keep_their_order(place: impl Place) {
    let kajang = branch("kajang");
    let store = place.open().await;
    let results = join_all((1..=100).map(|seq| store.append(&kajang, &run(&kajang, seq, seq)))).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    // One that fails takes those with it that were to follow, and no others.
    let bad = Entry { command: Some(command(&kajang, 1)), ..entry(&kajang, 103) };
    let given = [run(&kajang, 101, 102), vec![bad], run(&kajang, 104, 105)];
    let results = join_all(given.map(|entries| store.append(&kajang, &entries))).await;
    assert_eq!(
        results,
        [
            Ok(()),
            Err(StoreError::CommandTaken { branch: kajang.clone(), command: command(&kajang, 1) }),
            Err(StoreError::Hole { branch: kajang.clone(), seq: 104, next: 103 }),
        ]
    );
    assert_eq!(store.recover(&kajang, 0).await.unwrap().tail, run(&kajang, 1, 102));
}

pub(crate) async fn an_append_of_more_rows_than_a_statement_takes_is_one_append(place: impl Place) {
    let kajang = branch("kajang");
    let store = place.open().await;
    let mut entries = run(&kajang, 1, 12_000);
    entries[11_998].command = entries[0].command;
    let refused = store.append(&kajang, &entries).await.unwrap_err();
    assert!(matches!(refused, StoreError::CommandTaken { .. }), "{refused:?}");
    assert_eq!(store.entries(&kajang, 0, 10).await.unwrap(), []);
    store.append(&kajang, &run(&kajang, 1, 12_000)).await.unwrap();
    assert_eq!(store.recover(&kajang, 0).await.unwrap().tail, run(&kajang, 1, 12_000));
}

pub(crate) async fn entries_are_paged_in_order(place: impl Place) {
    let kajang = branch("kajang");
    let store = place.open().await;
    store.append(&kajang, &run(&kajang, 1, 10)).await.unwrap();
    for (after, limit, expected) in [
        (0, 4, run(&kajang, 1, 4)),
        (4, 4, run(&kajang, 5, 8)),
        (8, 4, run(&kajang, 9, 10)),
        (10, 4, vec![]),
        (11, 4, vec![]),
        (u64::MAX, 4, vec![]),
        (3, 0, vec![]),
        (3, u32::MAX, run(&kajang, 4, 10)),
    ] {
        assert_eq!(store.entries(&kajang, after, limit).await.unwrap(), expected, "after {after}, {limit}");
    }
}

pub(crate) async fn a_branch_starts_from_its_newest_snapshot_and_the_tail(place: impl Place) {
    let (kajang, klang) = (branch("kajang"), branch("klang"));
    let store = place.open().await;
    store.append(&kajang, &run(&kajang, 1, 10)).await.unwrap();
    store.append(&klang, &run(&klang, 1, 2)).await.unwrap();
    for seq in [0, 2, 5, 8] {
        let snapshot = Snapshot { seq, body: vec![seq as u8; 100_000] };
        store.save_snapshot(&kajang, snapshot.clone()).await.unwrap();
        let recovered = store.recover(&kajang, 0).await.unwrap();
        assert_eq!(recovered.snapshot, Some(snapshot));
        assert_eq!(recovered.tail, run(&kajang, seq + 1, 10));
    }
    // One of the log's end leaves no tail; an older one that comes late does not count.
    let newest = Snapshot { seq: 10, body: vec![] };
    store.save_snapshot(&kajang, newest.clone()).await.unwrap();
    store.save_snapshot(&kajang, Snapshot { seq: 9, body: b"late".into() }).await.unwrap();
    store.close().await;
    let store = place.open().await;
    let recovered = store.recover(&kajang, 0).await.unwrap();
    assert_eq!((recovered.snapshot, recovered.tail), (Some(newest), vec![]));
    assert_eq!(store.recover(&klang, 0).await.unwrap().snapshot, None);
}

pub(crate) async fn the_last_commands_are_known_oldest_first(place: impl Place) {
    let (kajang, klang) = (branch("kajang"), branch("klang"));
    let store = place.open().await;
    store.append(&kajang, &run(&kajang, 1, 20)).await.unwrap();
    store.append(&klang, &run(&klang, 1, 20)).await.unwrap();
    let all: Vec<_> = (1..=20)
        .filter(|seq| seq % 3 != 0)
        .map(|seq| Known { command: command(&kajang, seq), seq })
        .collect();
    for snapshot in [None, Some(15), Some(20)] {
        if let Some(seq) = snapshot {
            store.save_snapshot(&kajang, Snapshot { seq, body: vec![1] }).await.unwrap();
        }
        for known_commands in [0, 1, 3, 4, 10, all.len(), 1000, usize::MAX] {
            let known = store.recover(&kajang, known_commands).await.unwrap().known;
            let expected = &all[all.len().saturating_sub(known_commands)..];
            assert_eq!(known, expected, "{known_commands} with a snapshot of {snapshot:?}");
        }
    }
}

pub(crate) async fn a_snapshot_of_what_is_not_in_the_log_is_refused(place: impl Place) {
    let kajang = branch("kajang");
    let store = place.open().await;
    store.append(&kajang, &run(&kajang, 1, 3)).await.unwrap();
    let refused = store.save_snapshot(&kajang, Snapshot { seq: 4, body: vec![] }).await.unwrap_err();
    assert_eq!(refused, StoreError::Hole { branch: kajang.clone(), seq: 4, next: 4 });
    let refused = store.save_snapshot(&kajang, Snapshot { seq: u64::MAX, body: vec![] }).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unfit { .. }), "{refused:?}");
    assert_eq!(store.recover(&kajang, 0).await.unwrap().snapshot, None);
}

pub(crate) async fn a_snapshot_of_the_same_number_is_replaced(place: impl Place) {
    let kajang = branch("kajang");
    let store = place.open().await;
    store.append(&kajang, &run(&kajang, 1, 3)).await.unwrap();
    for body in [b"first".to_vec(), b"second".to_vec()] {
        let snapshot = Snapshot { seq: 3, body };
        store.save_snapshot(&kajang, snapshot.clone()).await.unwrap();
        assert_eq!(store.recover(&kajang, 0).await.unwrap().snapshot, Some(snapshot));
    }
}

pub(crate) async fn what_is_kept_beside_the_log_is_given_back_after_opening_again(place: impl Place) {
    let store = place.open().await;
    assert_eq!(store.records().await.unwrap(), []);
    assert_eq!(store.sessions().await.unwrap(), []);
    assert_eq!(store.last_audit().await.unwrap(), None);
    store.keep(vec![], vec![]).await.unwrap();
    let changes = vec![put("person", "2", "Bala"), sign_in("s1", "of Bala"), put("device", "2", "a wall")];
    store.keep(changes, audit(1, 2)).await.unwrap();
    store.keep(vec![put("person", "1", "Aminah")], vec![]).await.unwrap();
    store.keep(vec![], audit(3, 3)).await.unwrap();
    for again in [false, true] {
        let store = if again {
            store.close().await;
            &place.open().await
        } else {
            &store
        };
        let records =
            [record("device", "2", "a wall"), record("person", "1", "Aminah"), record("person", "2", "Bala")];
        assert_eq!(store.records().await.unwrap(), records);
        assert_eq!(store.sessions().await.unwrap(), [("s1".to_owned(), "of Bala".to_owned())]);
        assert_eq!(store.audit(0, 100).await.unwrap(), audit(1, 3));
        assert_eq!(store.last_audit().await.unwrap(), audit(3, 3).pop());
    }
}

pub(crate) async fn any_text_is_kept_whole(place: impl Place) {
    let store = place.open().await;
    let long = "panjang ".repeat(100_000);
    let texts = ["", " ", "\0", "a\0b", "'; DROP TABLE record; --", "?1 $1 :a", "சிவா 🙂\r\n", &long];
    for text in texts {
        store.keep(vec![put(text, text, text), sign_in(text, text)], vec![]).await.unwrap();
    }
    let mut expected = texts.map(|text| record(text, text, text));
    expected.sort_by(|one, other| one.key.cmp(&other.key));
    assert!(store.records().await.unwrap() == expected, "not told: it is long");
    let expected = expected.map(|record| (record.key, record.body));
    assert!(store.sessions().await.unwrap() == expected);
}

pub(crate) async fn a_record_is_changed_in_place_and_removed(place: impl Place) {
    let store = place.open().await;
    store.keep(vec![put("person", "1", "Aminah"), sign_in("s1", "new")], vec![]).await.unwrap();
    store.keep(vec![put("person", "1", "Aminah binti Ali"), sign_in("s1", "seen")], vec![]).await.unwrap();
    assert_eq!(store.records().await.unwrap(), [record("person", "1", "Aminah binti Ali")]);
    assert_eq!(store.sessions().await.unwrap(), [("s1".to_owned(), "seen".to_owned())]);
    // In their order, and what is not there can be removed.
    let changes = vec![
        put("person", "2", "Bala"),
        remove("person", "2"),
        remove("device", "1"),
        remove("person", "3"),
        put("person", "3", "Chong"),
        sign_out("s1"),
        sign_out("s2"),
    ];
    store.keep(changes, vec![]).await.unwrap();
    let left = [record("person", "1", "Aminah binti Ali"), record("person", "3", "Chong")];
    assert_eq!(store.records().await.unwrap(), left);
    assert_eq!(store.sessions().await.unwrap(), []);
}

pub(crate) async fn what_is_kept_together_is_kept_as_a_whole_or_not_at_all(place: impl Place) {
    let store = place.open().await;
    store.keep(vec![put("person", "1", "Aminah"), sign_in("s1", "")], audit(1, 2)).await.unwrap();
    let changes = || {
        vec![put("person", "1", "changed"), remove("person", "1"), put("person", "2", "Bala"), sign_out("s1")]
    };
    let hole = [audit(3, 4), audit(6, 6)].concat();
    store.keep(changes(), hole).await.unwrap_err();
    assert_eq!(store.records().await.unwrap(), [record("person", "1", "Aminah")]);
    assert_eq!(store.sessions().await.unwrap().len(), 1);
    assert_eq!(store.audit(0, 100).await.unwrap(), audit(1, 2));
    store.keep(changes(), audit(3, 4)).await.unwrap();
    assert_eq!(store.records().await.unwrap(), [record("person", "2", "Bala")]);
    assert_eq!(store.sessions().await.unwrap(), []);
    assert_eq!(store.audit(0, 100).await.unwrap(), audit(1, 4));
}

/// What is said of an audit row that does not go on at `next`.
fn does_not_go_on(seq: u64, next: u64) -> StoreError {
    StoreError::UnfitAudit {
        seq,
        what: format!("it does not join on to the record, which goes on at {next}"),
    }
}

pub(crate) async fn an_audit_row_that_does_not_go_on_is_refused(place: impl Place) {
    let store = place.open().await;
    assert_eq!(store.keep(vec![], audit(2, 2)).await, Err(does_not_go_on(2, 1)));
    assert_eq!(store.keep(vec![], audit(0, 0)).await, Err(does_not_go_on(0, 1)));
    store.keep(vec![], audit(1, 3)).await.unwrap();
    for again in [false, true] {
        let store = if again {
            store.close().await;
            &place.open().await
        } else {
            &store
        };
        for (rows, seq, next) in [
            (audit(3, 3), 3, 4),
            (audit(1, 4), 1, 4),
            (audit(5, 6), 5, 4),
            ([audit(4, 4), audit(4, 4)].concat(), 4, 5),
            ([audit(4, 5), audit(7, 7)].concat(), 7, 6),
        ] {
            let refused = store.keep(vec![], rows).await.unwrap_err();
            assert_eq!(refused, does_not_go_on(seq, next));
            assert!(!refused.is_final());
        }
        assert_eq!(store.audit(0, 100).await.unwrap(), audit(1, 3));
    }
}

pub(crate) async fn an_audit_row_that_the_record_can_not_hold_is_refused(place: impl Place) {
    let store = place.open().await;
    let good = audit(1, 1).remove(0);
    for bad in [
        AuditRow { at: Timestamp::MAX, ..good.clone() },
        AuditRow { at: Timestamp::MIN, ..good.clone() },
        AuditRow { seq: u64::MAX, ..good.clone() },
    ] {
        let refused = store.keep(vec![put("person", "1", "")], vec![bad.clone()]).await.unwrap_err();
        assert!(matches!(&refused, StoreError::UnfitAudit { seq, .. } if *seq == bad.seq), "{refused:?}");
    }
    assert_eq!(store.records().await.unwrap(), []);
    store.keep(vec![], vec![good]).await.unwrap();
}

pub(crate) async fn what_waits_together_is_kept_in_order_and_one_that_is_refused_hurts_no_other(
    place: impl Place,
) {
    let kajang = branch("kajang");
    let store = place.open().await;
    // Entries of the log wait among them.
    let (kept, appended) = tokio::join!(
        join_all((1..=60).map(|n| {
            let body = format!("time {n}");
            store.keep(vec![put("person", "1", &body), put("person", &body, "")], audit(n, n))
        })),
        join_all((1..=60).map(|n| store.append(&kajang, &run(&kajang, n, n)))),
    );
    assert!(kept.iter().chain(&appended).all(Result::is_ok), "{kept:?} {appended:?}");
    let given = [audit(61, 62), audit(64, 65), audit(63, 63), audit(63, 63)];
    let keep = |rows: Vec<AuditRow>| store.keep(vec![put("row", &rows[0].seq.to_string(), "")], rows);
    let results = join_all(given.map(keep)).await;
    assert_eq!(results, [Ok(()), Err(does_not_go_on(64, 63)), Ok(()), Err(does_not_go_on(63, 64))]);
    assert_eq!(store.audit(0, 100).await.unwrap(), audit(1, 63));
    let records = store.records().await.unwrap();
    assert_eq!(records.len(), 61 + 2, "{records:?}");
    assert_eq!(records[0], record("person", "1", "time 60"), "the last one counts");
    assert_eq!(store.entries(&kajang, 0, 100).await.unwrap(), run(&kajang, 1, 60));
}

pub(crate) async fn audit_rows_are_paged_in_order(place: impl Place) {
    let store = place.open().await;
    store.keep(vec![], audit(1, 10)).await.unwrap();
    for (after, limit, expected) in [
        (0, 4, audit(1, 4)),
        (4, 4, audit(5, 8)),
        (8, 4, audit(9, 10)),
        (10, 4, vec![]),
        (u64::MAX, 4, vec![]),
        (3, 0, vec![]),
        (3, u32::MAX, audit(4, 10)),
    ] {
        assert_eq!(store.audit(after, limit).await.unwrap(), expected, "after {after}, {limit}");
    }
}

pub(crate) async fn old_audit_rows_are_let_go_with_an_anchor_and_the_record_goes_on(place: impl Place) {
    let store = place.open().await;
    store.keep(vec![], audit(1, 10)).await.unwrap();
    for (up_to, first) in [(4, 5), (7, 8), (2, 8), (9, 10)] {
        let anchor = record("audit", "anchor", &up_to.to_string());
        store.prune_audit(up_to, anchor.clone()).await.unwrap();
        assert_eq!(store.audit(0, 100).await.unwrap(), audit(first, 10));
        assert_eq!(store.records().await.unwrap(), [anchor]);
    }
    store.close().await;
    let store = place.open().await;
    store.keep(vec![], audit(11, 12)).await.unwrap();
    assert_eq!(store.audit(0, 100).await.unwrap(), audit(10, 12));
    // Together with what is handed in before and after.
    let all = tokio::join!(
        store.keep(vec![], audit(13, 13)),
        store.prune_audit(12, record("audit", "anchor", "12")),
        store.keep(vec![], audit(14, 14)),
    );
    assert_eq!(all, (Ok(()), Ok(()), Ok(())));
    assert_eq!(store.audit(0, 100).await.unwrap(), audit(13, 14));
}

pub(crate) async fn the_last_audit_row_is_not_let_go(place: impl Place) {
    let store = place.open().await;
    let anchor = || record("audit", "anchor", "");
    let refused = store.prune_audit(1, anchor()).await.unwrap_err();
    assert!(matches!(refused, StoreError::UnfitAudit { seq: 1, .. }), "{refused:?}");
    store.keep(vec![], audit(1, 3)).await.unwrap();
    for up_to in [3, 4, u64::MAX] {
        let refused = store.prune_audit(up_to, anchor()).await.unwrap_err();
        assert!(matches!(refused, StoreError::UnfitAudit { seq, .. } if seq == up_to), "{refused:?}");
    }
    assert_eq!(store.audit(0, 100).await.unwrap(), audit(1, 3));
    assert_eq!(store.records().await.unwrap(), []);
}

pub(crate) async fn a_closed_store_takes_nothing_and_gives_nothing(place: impl Place) {
    let kajang = branch("kajang");
    let store = place.open().await;
    store.append(&kajang, &run(&kajang, 1, 3)).await.unwrap();
    tokio::join!(store.close(), store.close());
    store.close().await;
    let closed = StoreError::Closed;
    assert!(!closed.is_final());
    assert_eq!(store.append(&kajang, &run(&kajang, 4, 5)).await, Err(closed.clone()));
    assert_eq!(store.save_snapshot(&kajang, Snapshot { seq: 1, body: vec![] }).await, Err(closed.clone()));
    assert_eq!(store.keep(vec![put("person", "1", "Aminah")], vec![]).await, Err(closed.clone()));
    assert_eq!(store.prune_audit(0, record("anchor", "", "")).await, Err(closed.clone()));
    assert_eq!(store.records().await, Err(closed.clone()));
    assert_eq!(store.sessions().await, Err(closed.clone()));
    assert_eq!(store.audit(0, 1).await, Err(closed.clone()));
    assert_eq!(store.last_audit().await, Err(closed.clone()));
    assert_eq!(store.recover(&kajang, 1).await, Err(closed.clone()));
    assert_eq!(store.entry_of(&kajang, 1).await, Err(closed.clone()));
    assert_eq!(store.entry_of_command(&kajang, command(&kajang, 1)).await, Err(closed.clone()));
    assert_eq!(store.entries(&kajang, 0, 1).await, Err(closed));
    assert_eq!(place.open().await.recover(&kajang, 0).await.unwrap().tail, run(&kajang, 1, 3));
}

pub(crate) async fn closing_finishes_what_is_in_hand(place: impl Place) {
    let branches: Vec<_> = (0..50).map(|n| branch(&format!("cawangan-{n}"))).collect();
    let day = Event::DayBegan { day: date(2026, 11, 21), carry: false, left: 0 };
    let entry = |branch| Entry { events: vec![day.clone()], ..entry(branch, 1) };
    let store = place.open().await;
    let appends = join_all(branches.iter().map(|branch| store.append(branch, &[entry(branch)])));
    let (results, ()) = tokio::join!(appends, store.close());
    let store = place.open().await;
    for (branch, result) in branches.iter().zip(results) {
        let expected = match result {
            Ok(()) => Some(entry(branch)),
            Err(error) => {
                assert_eq!(error, StoreError::Closed);
                None
            }
        };
        assert_eq!(store.entry_of(branch, 1).await.unwrap(), expected, "{branch}");
    }
}
