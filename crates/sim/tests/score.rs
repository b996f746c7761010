//! The forecast on recorded days: what is told is of its moment, and what makes no sense is left out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::{fmt::Write as _, fs, path::PathBuf};

use giliran_sim::score::{Form, Left, Named, Options, Prediction, Report, Table, VisitRow, read, run, score};
use rand_pcg::{
    Pcg64Mcg,
    rand_core::{Rng, SeedableRng},
};

const OPTIONS: Options = Options { head_start_s: 90.0, longest_s: None, offset_s: None };

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name)
}

fn visits(name: &str) -> Vec<VisitRow> {
    match read(&fixture(name), &mut Left::new()).unwrap() {
        Table::Visits(rows) => rows,
        Table::Readings(_) => panic!("{name} has visits"),
    }
}

fn predictions(rows: Vec<VisitRow>) -> Vec<Prediction> {
    run(Vec::new(), vec![Table::Visits(rows)], OPTIONS, &mut Left::new()).remove(0).predictions
}

#[test]
fn the_report_of_a_day_at_the_bank_stays_as_it_is() {
    let day = Named { set: Some("bank".into()), path: fixture("bank-1999-08-18.csv") };
    let reports = score(&[], &[day], OPTIONS).unwrap();
    insta::assert_snapshot!(reports[0].to_string());
}

#[test]
fn what_is_told_does_not_change_with_what_comes_later() {
    let rows = visits("bank-1999-08-18.csv");
    let all = predictions(rows.clone());
    for cut in [30_000.0, 40_000.0, 50_000.0, 60_000.0] {
        // From the cut on everything is another: nobody new, calls by others and later, visits without end.
        let mut other = rows.clone();
        other.retain(|row| row.arrival <= cut);
        for row in &mut other {
            if let Some(start) = row.start.filter(|start| *start > cut) {
                row.start = Some(start + 300.0);
                row.server = Some("somebody else".into());
            }
            row.end = row.end.map(|end| if end > cut { end + 777.0 } else { end });
        }
        let mut compared = 0;
        let after = predictions(other);
        for one in all.iter().filter(|one| one.at < cut) {
            let same = after.iter().find(|other| other.who == one.who).unwrap();
            assert_eq!((one.p50, one.p90), (same.p50, same.p90), "{:?} at {}", one.who, one.at);
            compared += 1;
        }
        assert!(compared > 10, "{compared} before {cut}");
    }
}

/// Days of an office with three counters: arrivals and log-normal visits by chance, the first come the first called.
fn office(days: i8, seed: u64) -> String {
    let mut chance = Pcg64Mcg::seed_from_u64(seed);
    let mut share = move || ((chance.next_u64() >> 11) as f64 + 1.0) / (1_u64 << 53) as f64;
    let mut table = String::from("day,ticket_id,class,arrival_s,start_s,end_s,server_id,priority,outcome\n");
    for day in 1..=days {
        let mut free = [32_400.0_f64; 3];
        let mut at = 32_000.0;
        for ticket in 1.. {
            at += -100.0 * share().ln();
            if at > 57_600.0 {
                break;
            }
            let counter = (0..3).min_by(|a, b| free[*a].total_cmp(&free[*b])).unwrap();
            let start = at.max(free[counter]);
            let normal = (-2.0 * share().ln()).sqrt() * (std::f64::consts::TAU * share()).cos();
            let end = start + 20.0 + 200.0 * (0.6 * normal).exp();
            free[counter] = end + 5.0 + 20.0 * share();
            writeln!(table, "2026-11-{day:02},{ticket},a,{at:.0},{start:.0},{end:.0},k{counter},0,served")
                .unwrap();
        }
    }
    table
}

fn scored(table: &str) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.csv");
    fs::write(&path, table).unwrap();
    score(&[], &[Named { set: None, path }], OPTIONS).unwrap().remove(0)
}

#[test]
fn an_office_that_nobody_knows_is_learned_within_days() {
    let report = scored(&office(14, 7));
    assert_eq!((report.name.as_str(), report.scored.form), ("office", Form::Visits));
    let third = "2026-11-03".parse().unwrap();
    let figures = report.figures(|one| one.day >= third);
    let cover = figures.cover90.unwrap();
    assert!((0.87..0.93).contains(&cover), "{cover}");
    assert!((0.45..0.55).contains(&figures.cover50), "{}", figures.cover50);
    let naive: f64 =
        report.scored.predictions.iter().map(|one| (one.situation.naive() - one.was).abs()).sum();
    let naive = naive / report.scored.predictions.len() as f64;
    assert!(figures.mae < naive, "{} {naive}", figures.mae);
}

#[test]
fn what_makes_no_sense_is_left_out_and_counted() {
    let good = office(4, 3);
    let clean = scored(&good);
    let mut table = good.clone();
    table.push_str("2026-11-02,900,a,50000,49000,51000,k1,0,served\n"); // began before it came
    table.push_str("2026-11-02,901,a,50000,50100,50050,k1,0,served\n"); // ended before it began
    table.push_str("2026-11-02,902,a,-5,50100,50150,k1,0,served\n");
    table.push_str("2026-11-02,903,a,abc,50100,50150,k1,0,served\n");
    table.push_str("soon,904,a,1,2,3,k1,0,served\n");
    table.push_str("2026-11-02,905,a,33000,33100,33200,k1,0,served\n"); // a clock that jumped back
    for ticket in 1..20 {
        // Somebody tries the system.
        writeln!(table, "2026-11-05,{ticket},a,{0},{0},{0},k1,0,served", 40_000 + ticket).unwrap();
    }
    let report = scored(&table);
    let count = |why: &str| report.left.get(why).copied().unwrap_or(0);
    assert_eq!(count("visits that began before the visitor came"), 1);
    assert_eq!(count("visits that ended before they began"), 1);
    assert_eq!(count("times that are no time of the day or the next"), 1);
    assert_eq!(count("figures that can't be read"), 1);
    assert_eq!(count("rows without a day"), 1);
    assert_eq!(count("visits by a clock that jumped"), 1);
    assert_eq!(count("visits on a day of trials"), 19);
    let told = |report: &Report| -> Vec<(f64, f64, f64)> {
        report.scored.predictions.iter().map(|one| (one.p50, one.p90, one.was)).collect()
    };
    assert_eq!(told(&clean), told(&report));
}

#[test]
fn boards_are_scored_by_when_the_last_number_came_up() {
    let mut table =
        String::from("office,service_id,day,t_s,waiting,called_no,open_counters,office_service_min\n");
    for n in 0..60 {
        writeln!(table, "O,1,2026-11-02,{},4,{},2,5", 30_000 + 300 * n, 10 + 2 * n).unwrap();
    }
    let report = scored(&table);
    assert_eq!(report.scored.form, Form::Readings);
    // Four wait and two are called in five minutes: the last comes up after ten.
    assert!(report.scored.predictions.iter().all(|one| (one.was - 600.0).abs() < 1e-6));
    assert_eq!(report.scored.predictions.len(), 58);
    let late = report.figures(|one| one.at > 42_000.0);
    assert!(late.mae < 60.0, "{}", late.mae);
}
