//! What people see when something is missing: a disk that is full, read-only or broken, a loudspeaker that
//! is not there. Nothing is given out that could be lost, every screen says why, and work goes on by itself.

use giliran_client::{ApiError, Link, Picture};
use giliran_protocol::{
    command::{Command, CommandRequest},
    view::{Audience, HealthView, TroubleCode},
};
use giliran_tests::{Daemon, Socket, Visit, disk, request};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

fn is_in(code: TroubleCode) -> impl Fn(&HealthView) -> bool {
    move |health| health.trouble.is_some_and(|trouble| trouble.code == code)
}

fn is_well(health: &HealthView) -> bool {
    health.trouble.is_none()
}

fn press() -> CommandRequest {
    request(Command::issue("bayaran"))
}

/// Presses until the daemon says no: some room may be left in the files that it has.
async fn until_refused(visit: &Visit) -> (CommandRequest, ApiError) {
    loop {
        let press = press();
        if let Err(no) = visit.send(&press).await {
            return (press, no);
        }
    }
}

async fn screens(daemon: &Daemon) -> Vec<Socket> {
    let mut screens = Vec::new();
    for audience in Audience::ALL {
        screens.push(Socket::join(daemon, audience).await);
    }
    screens
}

#[tokio::test]
async fn a_full_disk_stops_commands_is_said_on_every_screen_and_is_over_when_there_is_room() {
    let test = "a_full_disk_stops_commands_is_said_on_every_screen_and_is_over_when_there_is_room";
    let Some(disk) = disk::small(test, 8) else { return };
    let mut daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    let mut screens = screens(&daemon).await;
    let done = press();
    let answer = visit.send(&done).await.expect("there is room");

    disk.fill();
    let (refused, no) = until_refused(&visit).await;
    for screen in &mut screens {
        screen.health(is_in(TroubleCode::StoreFull)).await;
    }
    let before = daemon.state().await;
    // Refused before anything is tried, and with the time to try again.
    for _ in 0..3 {
        let again = visit.send(&refused).await.expect_err("the disk is still full");
        assert_eq!((again.code(), again.retry_after()), (no.code(), no.retry_after()));
    }
    let ApiError::Refused { status, error, retry_after } = no else { panic!("{no:?}") };
    assert_eq!((status, error.code.as_str()), (507, "store_full"));
    assert!(retry_after.is_some());
    assert_eq!(visit.send(&done).await.expect("what was done was done"), answer);
    assert!(is_in(TroubleCode::StoreFull)(&before.view.health), "who comes now is told too");
    let branches = daemon.api().branches().await.expect("it answers");
    assert_eq!(branches[0].trouble, before.view.health.trouble);
    let mut late = Socket::join(&daemon, Audience::Kiosk).await;
    late.health(is_in(TroubleCode::StoreFull)).await;

    disk.make_room();
    for screen in screens.iter_mut().chain([&mut late]) {
        screen.health(is_well).await;
    }
    let after = daemon.state().await;
    assert_eq!(after.view.tally, before.view.tally, "nothing of what was refused has happened");
    visit.send(&refused).await.expect("the same press, now that there is room");
    visit.open("kaunter-1").await;
    visit.call("kaunter-1").await;
    daemon.restart().await;
    let issued = |state: giliran_client::State| state.view.tally.expect("supervisors see totals").issued;
    assert_eq!(issued(daemon.state().await), issued(before) + 1);
}

#[tokio::test]
async fn a_disk_without_room_at_the_start_shows_what_is_there() {
    let test = "a_disk_without_room_at_the_start_shows_what_is_there";
    let Some(disk) = disk::small(test, 8) else { return };
    let mut daemon = Daemon::start().await;
    Visit::to(&daemon).issue("bayaran").await;
    // Ended well, so that the daemon finds its file alone and would have to make what it writes into.
    daemon.end();
    disk.fill();
    daemon.launch().await;
    daemon.ready().await;
    let state = daemon.state().await;
    assert!(is_in(TroubleCode::StoreFull)(&state.view.health), "{:?}", state.view.health);
    assert_eq!(state.view.tickets.map(|tickets| tickets.len()), Some(1));
    let no = Visit::to(&daemon).send(&press()).await.expect_err("there is no room");
    assert_eq!(no.code(), Some("store_full"));

    disk.make_room();
    well_again(&daemon).await;
    assert_eq!(Visit::to(&daemon).issue("bayaran").await.number, "A0002");
}

#[tokio::test]
async fn a_read_only_disk_shows_what_is_there_refuses_commands_and_is_over_when_it_can_be_written() {
    let test = "a_read_only_disk_shows_what_is_there_refuses_commands_and_is_over_when_it_can_be_written";
    let Some(disk) = disk::small(test, 8) else { return };
    let mut daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    let done = press();
    let answer = visit.send(&done).await.expect("the disk can be written");
    visit.open("kaunter-1").await;
    visit.issue("tanah").await;
    let called = visit.call("kaunter-1").await;
    // What a failing disk does: the daemon is gone, and the system mounts the disk again for reading.
    daemon.kill();
    disk.set_read_only(true);
    daemon.launch().await;
    daemon.ready().await;

    let state = daemon.state().await;
    assert!(is_in(TroubleCode::StoreReadOnly)(&state.view.health), "{:?}", state.view.health);
    assert_eq!(state.view.calls.expect("staff see calls")[0].number, called.number);
    for screen in &mut screens(&daemon).await {
        screen.health(is_in(TroubleCode::StoreReadOnly)).await;
    }
    let visit = Visit::to(&daemon);
    let no = visit.send(&press()).await.expect_err("nothing can be written");
    let ApiError::Refused { status, error, retry_after } = no else { panic!("{no:?}") };
    assert_eq!((status, error.code.as_str()), (503, "store_read_only"));
    assert!(retry_after.is_some());
    assert_eq!(visit.send(&done).await.expect("what was done was done").seq, answer.seq);
    assert!(daemon.log().contains("started for reading only"), "{}", daemon.log());

    disk.set_read_only(false);
    well_again(&daemon).await;
    assert_eq!(visit.issue("bayaran").await.number, "A0002", "numbers go on where they were");
    assert_eq!(daemon.state().await.log, state.log);
}

/// A screen connects again by itself, and finds all well in the end.
async fn well_again(daemon: &Daemon) {
    let mut link = Link::open(daemon.address(), daemon.branch(), Audience::Display).expect("an address");
    let mut picture = Picture::default();
    while !(picture.is_up() && picture.view().is_some_and(|view| is_well(&view.health))) {
        picture.take(&link.next().await);
    }
}

#[tokio::test]
async fn a_disk_that_fails_ends_the_daemon_and_its_last_word_is_on_every_screen() {
    let mut daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    visit.issue("bayaran").await;
    let mut screens = screens(&daemon).await;
    // Another program takes the table away, so that the next write fails for good.
    let options = SqliteConnectOptions::new().filename(daemon.database());
    let mut other = SqliteConnection::connect_with(&options).await.expect("SQLite opens its own files");
    sqlx::raw_sql("ALTER TABLE log RENAME TO gone").execute(&mut other).await.expect("it can be renamed");

    visit.send(&press()).await.expect_err("it can't be stored");
    for screen in &mut screens {
        screen.health(is_in(TroubleCode::StoreUnavailable)).await;
    }
    let ended = daemon.ended();
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.complaint().contains("can't be written any more"), "{}", ended.complaint());
    sqlx::raw_sql("ALTER TABLE gone RENAME TO log").execute(&mut other).await.expect("it can be renamed");
    other.close().await.expect("closed");
    daemon.launch().await;
    daemon.ready().await;
    assert_eq!(Visit::to(&daemon).issue("bayaran").await.number, "A0002");
}

#[tokio::test]
async fn staff_and_walls_are_told_how_many_loudspeakers_there_are_and_kiosks_are_not() {
    let daemon = Daemon::start().await;
    let mut screens = screens(&daemon).await;
    let one = Socket::speaking(&daemon).await;
    let _two = Socket::speaking(&daemon).await;
    for (screen, audience) in screens.iter_mut().zip(Audience::ALL) {
        if audience == Audience::Kiosk {
            let first = screen.health(|_| true).await;
            assert_eq!(first.speakers, None);
        } else {
            screen.health(|health| health.speakers == Some(2)).await;
        }
    }
    drop(one);
    screens[1].health(|health| health.speakers == Some(1)).await;
}
