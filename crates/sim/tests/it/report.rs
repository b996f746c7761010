//! What is printed at the end.

use giliran_sim::report::{Report, Totals, Waits};

fn totals(served: u32, wait_max_s: u32) -> Totals {
    Totals {
        tickets: 1178,
        served,
        missed: 9,
        abandoned: 69,
        waited: 397,
        wait_p50_s: 42,
        wait_p90_s: 144,
        wait_max_s,
    }
}

fn report(faults: &[&str]) -> Report {
    Report {
        branch: "bank".into(),
        day: "1999-08-18".parse().unwrap(),
        replay: totals(1100, 408),
        record: totals(1100, 4210),
        calls: vec![],
        unseen: 0,
        commands: 4611,
        took_s: 18.44,
        faults: faults.iter().map(|fault| (*fault).into()).collect(),
    }
}

#[test]
fn the_table_stands_beside_the_record() {
    insta::assert_snapshot!(report(&[]));
}

#[test]
fn faults_stand_under_the_table() {
    insta::assert_snapshot!(report(&["served: 1099 in the replay and 1100 in the record", "A001 twice"]));
}

#[test]
fn many_faults_are_counted() {
    let text = report(&["again"; 23]).to_string();
    assert_eq!(text.matches("FAULT: again\n").count(), 20);
    assert!(text.ends_with("\nand 3 more\n"), "{text}");
}

#[test]
fn percentiles_are_times_that_somebody_waited() {
    let mut waits = Waits::default();
    assert_eq!((waits.count(), waits.percentile(50), waits.percentile(100)), (0, 0, 0));
    for seconds in [0, 0, 10, 20, 20, 30, 40, 50, 60, 70, 80, 90] {
        waits.add(seconds);
    }
    assert_eq!(waits.count(), 10);
    for (percent, seconds) in [(1, 10), (10, 10), (11, 20), (50, 40), (90, 80), (91, 90), (100, 90)] {
        assert_eq!(waits.percentile(percent), seconds, "{percent} %");
    }
}
