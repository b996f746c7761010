//! More than the daemon can do: whatever matters least is turned away first and at once, kiosks last, and
//! when the load is gone all is as before.

use std::{
    fs,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

use futures_util::future::join_all;
use giliran_client::ApiError;
use giliran_protocol::{
    command::{Command, CommandAnswer, CommandRequest, Outcome},
    view::Audience,
};
use giliran_tests::{Daemon, Socket, Visit, request};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::{sync::Mutex, time::Instant};

/// What a flood may take beside what there was before: connections and their requests, nothing that grows.
const MEMORY_MIB: u64 = 96;

/// How long somebody waits who does not need an answer.
const A_MOMENT: Duration = Duration::from_secs(1);

/// One flood at a time: two would measure each other.
static FLOODS: Mutex<()> = Mutex::const_new(());

fn issue() -> CommandRequest {
    request(Command::issue("bayaran"))
}

fn ticket_of(answer: CommandAnswer) -> u64 {
    let Outcome::Issued { ticket, .. } = answer.outcome else { panic!("{answer:?}") };
    ticket
}

/// What the program holds in memory, in MiB.
fn memory_mib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the system counts");
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib / 1024
}

/// A disk that hangs: another program holds the database for writing until this is let go.
async fn hang(daemon: &Daemon) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(daemon.database());
    let mut holder = SqliteConnection::connect_with(&options).await.expect("SQLite opens its own files");
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut holder).await.expect("the daemon is idle");
    holder
}

async fn let_go(mut holder: SqliteConnection) {
    sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.expect("it was held");
    holder.close().await.expect("closed");
}

fn turned_away(no: &ApiError) -> bool {
    if no.code() != Some("overloaded") {
        return false;
    }
    let ApiError::Refused { status, retry_after, .. } = no else { panic!("{no:?}") };
    assert_eq!(*status, 503);
    assert!(retry_after.is_some_and(|after| (1..=5).contains(&after.as_secs())), "{retry_after:?}");
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_disk_hangs_screens_are_turned_away_before_officers_and_officers_before_kiosks() {
    const FLOOD: usize = 150;
    const KIOSKS: usize = 24;

    let _alone = FLOODS.lock().await;
    let daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    visit.open("kaunter-1").await;
    let before = memory_mib(daemon.id());
    let mut screen = Socket::join(&daemon, Audience::Display).await;
    screen.message().await.expect("a picture");

    let over = AtomicBool::new(false);
    let looks_refused = AtomicUsize::new(0);
    let holder = hang(&daemon).await;
    // The first press keeps the clerk waiting for the disk, and all others behind it.
    let first = issue();
    let first = visit.send(&first);

    let api = daemon.api();
    let flood = join_all((0..FLOOD).map(|_| async {
        while !over.load(Ordering::Relaxed) {
            // Whoever has waited for a moment tries again, as people do who press a button that does nothing.
            let look = api.state(daemon.branch(), Audience::Supervisor);
            if let Ok(Err(no)) = tokio::time::timeout(A_MOMENT, look).await
                && turned_away(&no)
            {
                looks_refused.fetch_add(1, Ordering::Relaxed);
            }
            tokio::task::yield_now().await;
        }
    }));
    let kiosks = async {
        // Officers are turned away later than those who look: by then many a look was.
        let call = || visit.try_to(Command::CallNext { counter: "kaunter-1".into() });
        let officers_refused = async {
            loop {
                let tried = tokio::time::timeout(A_MOMENT, call()).await;
                if let Ok(Err(no)) = tried
                    && turned_away(&no)
                {
                    return looks_refused.load(Ordering::Relaxed);
                }
            }
        };
        let looks = officers_refused.await;
        assert!(looks > 0, "nobody who only looks was turned away before an officer was");
        // Whoever stands at a kiosk is let in, or sent away and asks again; each gets one number.
        let deadline = Instant::now() + Duration::from_secs(60);
        let presses: Vec<_> = (0..KIOSKS).map(|_| issue()).collect();
        let answers = join_all(
            presses.iter().map(|press| api.command_until_answered(daemon.branch(), press, deadline)),
        );
        let free = async {
            // Long enough that the presses are at the door while the disk still hangs.
            while looks_refused.load(Ordering::Relaxed) < looks + FLOOD {
                tokio::task::yield_now().await;
            }
            let_go(holder).await;
        };
        let (answers, ()) = tokio::join!(answers, free);
        over.store(true, Ordering::Relaxed);
        answers
    };
    let (first, answers, _) = tokio::join!(first, kiosks, flood);

    let mut tickets: Vec<_> = answers
        .into_iter()
        .chain([first])
        .map(|answer| ticket_of(answer.expect("every kiosk gets its number")))
        .collect();
    tickets.sort_unstable();
    tickets.dedup();
    assert_eq!(tickets.len(), KIOSKS + 1, "nobody has another's number");

    // The load is gone: everybody is let in.
    let state = daemon.state().await;
    assert_eq!(state.view.tally.expect("supervisors see totals").issued as usize, KIOSKS + 1);
    visit.issue("tanah").await;
    let mut late = Socket::join(&daemon, Audience::Kiosk).await;
    late.health(|health| health.trouble.is_none()).await;
    let after = memory_mib(daemon.id());
    assert!(after < before + MEMORY_MIB, "from {before} to {after} MiB");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_flood_of_commands_from_many_connections_no_press_is_lost_or_done_twice() {
    const FLOOD: usize = 200;
    const KIOSKS: usize = 16;
    const EACH: usize = 5;

    let _alone = FLOODS.lock().await;
    let daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    for counter in ["kaunter-1", "kaunter-2"] {
        visit.open(counter).await;
    }
    let before = memory_mib(daemon.id());
    let over = AtomicBool::new(false);
    let flood = join_all((0..FLOOD).map(|n| {
        let (visit, over) = (&visit, &over);
        async move {
            while !over.load(Ordering::Relaxed) {
                // Whatever the answer: a flood does not listen. Nobody waits for this counter's services.
                let counter = if n % 2 == 0 { "bilik-1" } else { "tiada" };
                let _ = visit.try_to(Command::CallNext { counter: counter.into() }).await;
            }
        }
    }));
    let api = daemon.api();
    let kiosks = async {
        let pressed = join_all((0..KIOSKS).map(|_| {
            let api = &api;
            let daemon = &daemon;
            async move {
                let mut tickets = Vec::new();
                for _ in 0..EACH {
                    let deadline = Instant::now() + Duration::from_secs(60);
                    let answer = api.command_until_answered(daemon.branch(), &issue(), deadline).await;
                    tickets.push(ticket_of(answer.expect("every kiosk gets its number")));
                }
                tickets
            }
        }))
        .await;
        over.store(true, Ordering::Relaxed);
        pressed
    };
    let (_, pressed) = tokio::join!(flood, kiosks);
    let mut tickets: Vec<_> = pressed.into_iter().flatten().collect();
    tickets.sort_unstable();
    tickets.dedup();
    assert_eq!(tickets.len(), KIOSKS * EACH);
    let state = daemon.state().await;
    assert_eq!(state.view.tally.expect("supervisors see totals").issued as usize, KIOSKS * EACH);
    let after = memory_mib(daemon.id());
    assert!(after < before + MEMORY_MIB, "from {before} to {after} MiB");
}
