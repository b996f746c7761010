//! What was answered is kept: over a restart, over a kill, and when a command is sent again.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use futures_util::future::join_all;
use giliran_protocol::{
    command::{Command, CommandRequest, Outcome},
    view::Language,
};
use giliran_tests::{Daemon, Visit, request};
use tokio::sync::Notify;

fn issue(service: &str) -> CommandRequest {
    request(Command::IssueTicket { service: service.into(), class: None, language: Language::Ms })
}

#[tokio::test]
async fn a_restart_in_the_middle_of_the_day_keeps_everything() {
    let mut daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    visit.open("kaunter-1").await;
    visit.open("kaunter-2").await;
    for service in ["bayaran", "tanah", "bayaran", "bayaran", "tanah", "bayaran"] {
        visit.issue(service).await;
    }
    let served = visit.call("kaunter-1").await;
    visit.serve("kaunter-1", &served).await;
    visit.finish("kaunter-1", &served).await;
    let sent_on = visit.call("kaunter-1").await;
    visit.serve("kaunter-1", &sent_on).await;
    visit.transfer("kaunter-1", &sent_on, "bayaran").await;
    let away = visit.call("kaunter-2").await;
    visit.park("kaunter-2", &away).await;
    let here = visit.call("kaunter-2").await;
    visit.serve("kaunter-2", &here).await;
    visit.call("kaunter-1").await;

    let before = daemon.state().await;
    daemon.restart().await;
    let after = daemon.state().await;
    assert_eq!((before.log, before.seq), (after.log, after.seq));
    // What is told of waiting times is an estimate, which a new start makes afresh.
    let known = |mut view: Box<giliran_protocol::view::BranchView>| {
        for service in &mut view.services {
            service.wait = None;
        }
        view
    };
    assert_eq!(known(before.view), known(after.view));

    let visit = Visit::to(&daemon);
    let next = visit.issue("tanah").await;
    assert_eq!(next.number, "C0003", "numbers go on where they were");
}

#[tokio::test]
async fn a_command_that_is_sent_three_times_happens_once_and_gets_the_same_answer() {
    let mut daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    let press = issue("bayaran");
    let (first, second) = tokio::join!(visit.send(&press), visit.send(&press));
    let first = first.expect("taken");
    assert_eq!(second.expect("taken"), first);
    visit.issue("bayaran").await;
    daemon.restart().await;
    let third = Visit::to(&daemon).send(&press).await.expect("taken");
    // Who waits before and for how long is told as of then, or not at all: who and which is the answer.
    let Outcome::Issued { ticket, number, .. } = &first.outcome else { panic!("{first:?}") };
    let Outcome::Issued { ticket: again, number: same, .. } = &third.outcome else { panic!("{third:?}") };
    assert_eq!((ticket, number, first.seq), (again, same, third.seq));
    assert_eq!(daemon.state().await.view.tally.expect("supervisors see totals").issued, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_under_load_loses_nothing_that_was_answered_and_does_nothing_twice() {
    const KIOSKS: usize = 24;
    const ROUNDS: usize = 3;
    /// How many answers are awaited before the daemon is killed in the middle of the next ones.
    const ANSWERS: usize = 300;

    let mut daemon = Daemon::start().await;
    let mut answered: BTreeMap<u64, String> = BTreeMap::new();
    for round in 0..ROUNDS {
        let visit = Visit::to(&daemon);
        let this_round = Mutex::new(BTreeMap::new());
        let in_doubt = Mutex::new(Vec::new());
        let enough = Notify::new();
        let kiosks = join_all((0..KIOSKS).map(|kiosk| {
            let (visit, this_round, in_doubt, enough) = (&visit, &this_round, &in_doubt, &enough);
            async move {
                let service = if kiosk % 3 == 0 { "tanah" } else { "bayaran" };
                loop {
                    let press = issue(service);
                    let Ok(answer) = visit.send(&press).await else {
                        in_doubt.lock().expect("no kiosk panics").push(press);
                        return;
                    };
                    let Outcome::Issued { ticket, number, .. } = answer.outcome else {
                        panic!("not the answer to this question: {answer:?}");
                    };
                    let mut this_round = this_round.lock().expect("no kiosk panics");
                    assert!(this_round.insert(ticket, number).is_none(), "ticket {ticket} was given twice");
                    if this_round.len() >= ANSWERS {
                        enough.notify_one();
                    }
                }
            }
        }));
        let kill = async {
            enough.notified().await;
            daemon.kill();
        };
        tokio::join!(kiosks, kill);
        daemon.launch().await;
        daemon.ready().await;

        let this_round = this_round.into_inner().expect("no kiosk panicked");
        let in_doubt = in_doubt.into_inner().expect("no kiosk panicked");
        assert_eq!(in_doubt.len(), KIOSKS, "every kiosk stood before a daemon that was gone");
        answered.extend(this_round);

        // The kiosks try again with the same ids: whether the first try was stored or not, they get one number.
        let visit = Visit::to(&daemon);
        for answer in join_all(in_doubt.iter().map(|press| visit.send(press))).await {
            let answer = answer.unwrap_or_else(|no| panic!("round {round}: {no}"));
            let Outcome::Issued { ticket, number, .. } = answer.outcome else { panic!("{answer:?}") };
            assert!(answered.insert(ticket, number).is_none(), "ticket {ticket} was given to two people");
        }

        let state = daemon.state().await.view;
        let waiting: BTreeMap<_, _> = state
            .tickets
            .expect("supervisors see tickets")
            .into_iter()
            .map(|ticket| (ticket.id, ticket.number))
            .collect();
        assert_eq!(waiting, answered, "round {round}: who was answered waits, and nobody else");
        assert_eq!(state.tally.expect("supervisors see totals").issued as usize, answered.len());
        let numbers: BTreeSet<_> = answered.values().collect();
        assert_eq!(numbers.len(), answered.len(), "round {round}: two people have the same number");
    }
}
