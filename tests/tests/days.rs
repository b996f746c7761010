//! A synthetic day of each sample office, at its own size, against the daemon's program: through the real interfaces,
//! with a display and a supervisor looking on.

use std::path::Path;

use giliran_sim::{
    day::{self, Options, Report},
    replay::Speed,
};
use giliran_tests::Daemon;

async fn play(config: &str) -> Report {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config").join(config);
    let rules = day::rules(&config, None).expect("a sample has a branch");
    let daemon = Daemon::replaying(&config, rules.id.as_str()).await;
    let options = Options {
        daemon: daemon.address().into(),
        config,
        branch: None,
        day: "2026-11-25".parse().expect("a date"),
        seed: 1,
        speed: Speed::Max,
    };
    let report = day::run(&options).await.unwrap_or_else(|why| panic!("{why:?}"));
    assert!(report.faults.is_empty(), "{report}");
    report
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_of_the_district_office() {
    assert!(play("sample-office.toml").await.tickets >= 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_of_the_immigration_hall() {
    assert!(play("immigration-hall.toml").await.tickets >= 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_of_the_hospital_pharmacy() {
    let report = play("hospital-pharmacy.toml").await;
    assert!(report.legs > report.served + report.served / 2, "{report}");
}
