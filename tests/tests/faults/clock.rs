//! The machine's clock is set forward and back under the running daemon, and midnight passes.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use giliran_protocol::{command::Command, view::TicketState};
use giliran_tests::{Daemon, Story, Ticket, Visit, office, read_log, tools, write_config};
use jiff::{SignedDuration, Timestamp, civil::date, tz::TimeZone};

const PATIENCE: Duration = Duration::from_secs(60);

/// A daemon whose clock the test sets.
struct Fake {
    daemon: Daemon,
    offset: PathBuf,
}

impl Fake {
    /// None where the library is missing with which a clock is set.
    async fn start(test: &str, offset_s: i64, configuration: &str) -> Option<Self> {
        let folders = fs::read_dir("/usr/lib").ok()?.filter_map(Result::ok).map(|folder| folder.path());
        let library = folders
            .map(|folder| folder.join("faketime/libfaketimeMT.so.1"))
            .find(|library| library.is_file());
        let Some(library) = library else {
            tools::skipped(test, "libfaketime is not installed");
            return None;
        };
        let mut daemon = Daemon::prepare();
        write_config(
            daemon.folder(),
            &configuration.replace("FOLDER", &daemon.folder().display().to_string()),
        );
        let offset = daemon.folder().join("offset");
        daemon.environment("LD_PRELOAD", library.to_str()?);
        daemon.environment("FAKETIME_TIMESTAMP_FILE", offset.to_str()?);
        daemon.environment("FAKETIME_NO_CACHE", "1");
        daemon.environment("DONT_FAKE_MONOTONIC", "1");
        daemon.environment("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        let mut fake = Self { daemon, offset };
        fake.set(offset_s);
        fake.daemon.start_again().await;
        Some(fake)
    }

    /// Sets the clock so many seconds off the true time.
    fn set(&self, offset_s: i64) {
        // Moved into place, so that nobody reads half of it.
        let aside = self.offset.with_extension("new");
        fs::write(&aside, format!("{offset_s:+}\n")).expect("the test's own folder");
        fs::rename(aside, &self.offset).expect("the test's own folder");
    }

    async fn now(&self) -> Timestamp {
        self.daemon.state().await.now
    }
}

fn true_now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the machine's clock is after 1970");
    i64::try_from(since.as_secs()).expect("it is not that late")
}

#[tokio::test]
async fn a_clock_that_jumps_harms_no_number_no_order_and_no_deadline() {
    const HOUR_S: i64 = 3_600;
    let plain = office("FOLDER".as_ref());
    let Some(mut fake) = Fake::start("the clock jumps", 0, &plain).await else { return };
    let visit = Visit::to(&fake.daemon);
    let mut story = Story::default();
    story.go_on(&fake.daemon, 31).await.expect("nothing is amiss");
    visit.open("kaunter-2").await;
    let first = visit.issue("bayaran").await;

    let before = fake.now().await;
    fake.set(HOUR_S);
    let since = Instant::now();
    // A picture may be as old as the last one that was asked for a moment ago.
    let ahead = loop {
        let now = fake.now().await;
        if now.duration_since(before) >= SignedDuration::from_mins(59) {
            break now;
        }
        assert!(since.elapsed() < PATIENCE, "the clock was not set: {before} {now}");
    };
    let second = visit.issue("bayaran").await;
    fake.set(0);
    let third = visit.issue("bayaran").await;
    let mut order = Vec::new();
    while order.last() != Some(&third.number) {
        let called = visit.call("kaunter-2").await;
        visit.serve("kaunter-2", &called).await;
        visit.finish("kaunter-2", &called).await;
        order.push(called.number);
    }
    let place = |ticket: &Ticket| order.iter().position(|called| *called == ticket.number);
    assert!(place(&first) < place(&second) && place(&second) < place(&third), "{order:?}");

    // Back to the truth, and an hour further: two hours before what the log has.
    for offset_s in [0, -HOUR_S] {
        fake.set(offset_s);
        let set_back = fake.now().await;
        assert!(set_back >= ahead, "time went back: {ahead} {set_back}");
        story.go_on(&fake.daemon, 15).await.expect("it goes on");
        // Deadlines come: who is away for two seconds is back in two seconds or a little more.
        let away = visit.issue("tanah").await;
        visit.open("bilik-1").await;
        let bench =
            Command::CallTicket { counter: "bilik-1".into(), ticket: away.id, reason: "ujian".into() };
        visit.try_to(bench).await.expect("it can be called out of turn");
        visit.serve("bilik-1", &away).await;
        let until = fake.now().await + SignedDuration::from_secs(2);
        let park = Command::Park { counter: "bilik-1".into(), ticket: away.id, until: Some(until) };
        visit.try_to(park).await.expect("it can be parked");
        let since = Instant::now();
        let is_back = async || {
            let tickets = fake.daemon.state().await.view.tickets.unwrap_or_default();
            tickets.iter().any(|ticket| ticket.id == away.id && ticket.state == TicketState::Waiting)
        };
        while !is_back().await {
            assert!(since.elapsed() < PATIENCE, "time stands still: it is {}", fake.now().await);
        }
        // Nobody has waited for less than nothing, or for longer than there was time.
        let state = fake.daemon.state().await;
        for ticket in state.view.tickets.unwrap_or_default() {
            let waited = state.now.duration_since(ticket.arrived_at);
            assert!(
                waited >= SignedDuration::ZERO && waited < SignedDuration::from_mins(70),
                "{ticket:?} {}",
                state.now
            );
        }
        visit.try_to(Command::CloseCounter { counter: "bilik-1".into() }).await.expect("nobody is at it");
    }

    // A new start on a clock that is behind the log goes on from where the log is.
    fake.daemon.restart().await;
    let visit = Visit::to(&fake.daemon);
    let (one, since) = (fake.now().await, Instant::now());
    assert!(one >= ahead, "time went back: {ahead} {one}");
    while fake.now().await.duration_since(one) < SignedDuration::from_secs(1) {
        assert!(since.elapsed() < PATIENCE, "time stands still at {one}");
    }
    visit.issue("bayaran").await;
    fake.daemon.end();
    let log = read_log(&fake.daemon.database()).await;
    assert!(log.len() > story.told.answered.len());
}

#[tokio::test]
async fn whoever_has_a_number_of_before_midnight_is_called_by_it_after() {
    let open_always = r#"[branch.hours]
at_close = "carried"
week = [{ days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], open = [{ from = "00:00", until = "00:00" }] }]

[[branch.class]]"#;
    let configuration = office("FOLDER".as_ref()).replacen("[[branch.class]]", open_always, 1);
    let zone = TimeZone::get("Asia/Kuala_Lumpur").expect("the zone is known");
    let eve = date(2027, 3, 1).at(23, 59, 50, 0).to_zoned(zone).expect("a time").timestamp();
    let offset_s = eve.as_second() - true_now_s();
    let Some(mut fake) = Fake::start("midnight", offset_s, &configuration).await else { return };
    let midnight = eve + SignedDuration::from_secs(10);
    let visit = Visit::to(&fake.daemon);
    visit.open("kaunter-1").await;
    let called = visit.issue("bayaran").await;
    visit.call("kaunter-1").await;
    let mut late = Vec::new();
    let since = Instant::now();
    // Somebody takes a number in every second up to midnight and beyond it.
    while fake.now().await < midnight + SignedDuration::from_secs(1) {
        assert!(since.elapsed() < PATIENCE, "midnight does not come: it is {}", fake.now().await);
        let ticket = visit.issue("bayaran").await;
        assert!(
            !late.contains(&ticket) && !late.iter().any(|other: &Ticket| other.number == ticket.number),
            "{ticket:?} has a number that somebody here has"
        );
        late.push(ticket);
        let second = Instant::now();
        while second.elapsed() < Duration::from_millis(500) && fake.now().await < midnight {}
    }
    let state = fake.daemon.state().await;
    let numbers: Vec<_> =
        state.view.tickets.unwrap_or_default().into_iter().map(|ticket| ticket.number).collect();
    for ticket in late.iter().chain([&called]) {
        assert!(numbers.contains(&ticket.number), "{ticket:?} was forgotten at midnight: {numbers:?}");
    }
    // Who stood at a counter waits again, in the old place, and so is first.
    let after = visit.call("kaunter-1").await;
    assert_eq!(after.number, called.number);
    visit.serve("kaunter-1", &after).await;
    visit.finish("kaunter-1", &after).await;
    assert_eq!(visit.call("kaunter-1").await.number, late[0].number);

    // Set back to yesterday: the day that has begun goes on.
    let carried = fake.daemon.state().await.view.tally.map(|tally| tally.issued);
    fake.set(offset_s - 3_600);
    visit.issue("bayaran").await;
    let again = fake.daemon.state().await.view.tally.map(|tally| tally.issued);
    assert_eq!(again, carried.map(|issued| issued + 1), "the day began anew");
    fake.daemon.end();
}
