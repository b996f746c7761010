//! Clients that misbehave on the WebSocket, are slow, or are many: they harm nobody but themselves.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use giliran_protocol::{
    live::{Change, Hello, Resume, ToClient},
    view::Audience,
};
use giliran_tests::{Chain, Daemon, Recording, Socket, Visit};
use tokio_tungstenite::tungstenite::{Bytes, Message};

/// Takes everything up to the first call; the call's number is the answer.
async fn next_call(socket: &mut Socket, chain: &mut Chain) -> String {
    loop {
        let message = socket.message().await.expect("the connection stands");
        chain.take(&message);
        if let ToClient::Entry { changes, .. } = &message {
            for change in changes {
                if let Change::Call { call } = change {
                    return call.number.clone();
                }
            }
        }
    }
}

#[tokio::test]
async fn rubbish_on_a_socket_is_refused_and_others_do_not_notice() {
    let daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    visit.open("kaunter-1").await;
    let mut wall = Socket::join(&daemon, Audience::Display).await;

    // Ten seconds are allowed for a hello: this one waits while the others misbehave.
    let mut silent = Socket::connect(&daemon).await;
    for (what, message) in [
        ("no JSON", Message::text("helo?")),
        ("an empty text", Message::text("")),
        ("another JSON", Message::text(r#"{"type":"call_next"}"#)),
        ("no such audience", Message::text(r#"{"type":"hello","audience":"burglar"}"#)),
        (
            "a place that is none",
            Message::text(r#"{"type":"hello","audience":"display","resume":{"log":"x","seq":-1}}"#),
        ),
        ("binary", Message::binary(vec![0_u8, 159, 146, 150])),
    ] {
        let mut socket = Socket::connect(&daemon).await;
        socket.send(message).await;
        assert_eq!(socket.refusal().await, "not_a_hello", "{what}");
    }

    // Chatter after the hello.
    let mut chatty = Socket::join(&daemon, Audience::Kiosk).await;
    chatty.send(Message::text("and another thing")).await;
    assert_eq!(chatty.refusal().await, "not_a_hello");

    // Far more than a hello needs: the connection ends, without a word being necessary.
    let mut huge = Socket::connect(&daemon).await;
    huge.send(Message::text("x".repeat(1_000_000))).await;
    while huge.text().await.is_some() {}

    assert_eq!(silent.refusal().await, "not_a_hello");

    // On a connection of its own: the one from before has been idle for as long as the daemon bears it.
    let visit = Visit::to(&daemon);
    let ticket = visit.issue("bayaran").await;
    visit.call("kaunter-1").await;
    assert_eq!(next_call(&mut wall, &mut Chain::default()).await, ticket.number);
}

#[tokio::test]
async fn pings_before_and_after_the_hello_are_no_offence() {
    let daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    visit.open("kaunter-1").await;
    let mut socket = Socket::connect(&daemon).await;
    socket.send(Message::Ping(Bytes::from_static(b"before"))).await;
    socket.send(Message::text(r#"{"type":"hello","audience":"display","mood":"from a newer client"}"#)).await;
    socket.send(Message::Ping(Bytes::from_static(b"after"))).await;
    let mut chain = Chain::default();
    chain.take(&socket.message().await.expect("the connection stands"));
    let ticket = visit.issue("bayaran").await;
    visit.call("kaunter-1").await;
    assert_eq!(next_call(&mut socket, &mut chain).await, ticket.number);
}

#[tokio::test]
async fn a_client_that_does_not_read_delays_nobody_and_misses_nothing_unnoticed() {
    /// Enough to fill every buffer between the daemon and a client that does not read, some times over.
    const TICKETS: usize = 9_000;
    const KIOSKS: usize = 32;

    let mut daemon = Daemon::start().await;
    let recording = Recording::begin(&daemon);
    let visit = recording.visit(&daemon, "people");
    visit.open("kaunter-1").await;
    let mut asleep = recording.join(&daemon, "asleep", Audience::Supervisor, Some(4096)).await;
    let mut awake = recording.join(&daemon, "awake", Audience::Supervisor, None).await;

    let kiosks = join_all((0..KIOSKS).map(|_| async {
        for _ in 0..TICKETS / KIOSKS {
            visit.issue("bayaran").await;
        }
    }));
    let mut chain = Chain::default();
    let reads = async {
        let mut tally = 0;
        while tally < TICKETS / KIOSKS * KIOSKS {
            let message = awake.message().await.expect("the connection stands");
            chain.take(&message);
            tally = issued(&message).unwrap_or(tally);
        }
    };
    tokio::join!(kiosks, reads);
    let called = visit.call("kaunter-1").await;
    assert_eq!(next_call(&mut awake, &mut chain).await, called.number);
    assert_eq!(chain.snapshots, 1, "who reads is never given the whole picture again");

    // The sleeper wakes: what it gets is whole, by entries or by a fresh picture, or the line is cut.
    let mut late = Chain::default();
    while let Some(message) = asleep.message().await {
        late.take(&message);
        if late.seq >= chain.seq {
            break;
        }
    }
    assert!(
        (late.entries as usize) < TICKETS,
        "{} entries were kept for a client that did not read: memory is not bounded",
        late.entries
    );
    drop((asleep, awake));
    recording.judge(&mut daemon).await;
}

#[tokio::test]
async fn displays_that_come_and_go_while_others_are_told_leave_no_hole() {
    const STAY: usize = 150;
    const TICKETS: usize = 60;

    let daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    let mut staying = Vec::new();
    for _ in 0..STAY {
        let (mut socket, mut chain) = (Socket::join(&daemon, Audience::Display).await, Chain::default());
        chain.take(&socket.message().await.expect("the connection stands"));
        staying.push((socket, chain));
    }
    let presses = async {
        for _ in 0..TICKETS {
            visit.issue("bayaran").await;
        }
        daemon.state().await.seq
    };
    let passing = async {
        for n in 0..TICKETS {
            // Whoever leaves frees a place among the others, and the next takes it.
            let mut socket = Socket::join(&daemon, Audience::Display).await;
            if n % 2 == 0 {
                Chain::default().take(&socket.message().await.expect("the connection stands"));
            }
        }
    };
    let (last, ()) = tokio::join!(presses, passing);
    let told = staying.iter_mut().map(async |(socket, chain)| {
        while chain.seq < last {
            chain.take(&socket.message().await.expect("the connection stands"));
        }
        assert_eq!(
            (chain.snapshots, chain.entries as usize),
            (1, TICKETS),
            "one picture, and each entry once"
        );
    });
    join_all(told).await;
}

#[tokio::test]
async fn who_comes_back_is_given_what_it_missed_and_one_from_the_future_the_whole_picture() {
    let daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    let mut first = Socket::join(&daemon, Audience::Display).await;
    let Some(ToClient::Snapshot { log, seq, .. }) = first.message().await else {
        panic!("the whole picture comes first")
    };
    drop(first);
    for _ in 0..3 {
        visit.issue("bayaran").await;
    }
    let come_back = async |seq: u64| {
        let mut socket = Socket::connect(&daemon).await;
        let hello = Hello { resume: Some(Resume { log, seq }), ..Hello::new(Audience::Display) };
        socket.send(Message::text(serde_json::to_string(&hello).expect("a hello is JSON"))).await;
        socket
    };
    let mut back = come_back(seq).await;
    assert!(matches!(back.message().await, Some(ToClient::Resumed { seq: last, .. }) if last == seq + 3));
    let mut chain = Chain { seq, ..Chain::default() };
    while chain.seq < seq + 3 {
        chain.take(&back.message().await.expect("the connection stands"));
    }
    assert_eq!((chain.snapshots, chain.entries), (0, 3));
    // What is not in the log is told too, as it is now.
    assert!(matches!(back.message().await, Some(ToClient::Opening { .. })));
    assert!(matches!(back.message().await, Some(ToClient::Waits { .. })));
    assert!(matches!(back.message().await, Some(ToClient::Health { .. })));

    let mut liar = come_back(seq + 1_000).await;
    assert!(matches!(liar.message().await, Some(ToClient::Snapshot { seq: now, .. }) if now == seq + 3));
}

/// The total of numbers given out, where a message tells it.
fn issued(message: &ToClient) -> Option<usize> {
    let ToClient::Entry { changes, .. } = message else { return None };
    changes.iter().rev().find_map(|change| match change {
        Change::Tally { tally } => Some(tally.issued as usize),
        Change::Ticket { .. }
        | Change::TicketEnded { .. }
        | Change::Missed { .. }
        | Change::MissedEnded { .. }
        | Change::Notices { .. }
        | Change::Announcement { .. }
        | Change::Urgent { .. }
        | Change::Counter { .. }
        | Change::Queue { .. }
        | Change::Call { .. }
        | Change::Reset { .. }
        | Change::Unknown => None,
    })
}

/// Takes everything up to an entry.
async fn read_until(socket: &mut Socket, last: u64) {
    let mut chain = Chain::default();
    while chain.seq < last {
        match socket.message().await.expect("the connection stands") {
            ToClient::Snapshot { seq, .. } | ToClient::Entry { seq, .. } => chain.seq = seq,
            ToClient::Resumed { .. }
            | ToClient::Waits { .. }
            | ToClient::Opening { .. }
            | ToClient::Health { .. }
            | ToClient::Reported { .. }
            | ToClient::Unheard { .. }
            | ToClient::Heartbeat { .. }
            | ToClient::Refused { .. }
            | ToClient::Unknown => {}
        }
    }
}

#[tokio::test]
async fn an_entry_is_as_small_with_2000_waiting_as_with_10() {
    /// What longer numbers (of the ticket, the queue, the totals, the place in the log) may add.
    const LONGER_NUMBERS: usize = 60;

    let daemon = Daemon::start().await;
    let visit = Visit::to(&daemon);
    visit.open("kaunter-1").await;
    visit.open("kaunter-2").await;
    let mut sockets = Vec::new();
    for audience in Audience::ALL {
        sockets.push((audience, Socket::join(&daemon, audience).await));
    }

    let mut sizes: Vec<BTreeMap<Audience, usize>> = Vec::new();
    for (waiting, counter) in [(10, "kaunter-1"), (2_000, "kaunter-2")] {
        let now = daemon.state().await.view.services[0].waiting;
        for ticket in now..waiting {
            visit.issue("bayaran").await;
            // Who takes nothing for a while is let go: they read on, now and then.
            if ticket % 50 == 0 {
                let last = daemon.state().await.seq;
                for (_, socket) in &mut sockets {
                    read_until(socket, last).await;
                }
            }
        }
        let before = daemon.state().await.seq;
        visit.issue("bayaran").await;
        let ticket = visit.call(counter).await;
        visit.serve(counter, &ticket).await;
        let last = daemon.state().await.seq;
        assert_eq!(last, before + 3, "three commands are three entries");

        let mut size = BTreeMap::new();
        for (audience, socket) in &mut sockets {
            let largest = size.entry(*audience).or_insert(0);
            // Every audience hears of a call; the serving that comes after it is not for kiosks.
            let until = if *audience == Audience::Kiosk { last - 1 } else { last };
            loop {
                let text = socket.text().await.expect("the connection stands");
                let message: ToClient = serde_json::from_str(&text).expect("the daemon speaks the protocol");
                let ToClient::Entry { seq, .. } = message else { continue };
                if seq > before {
                    *largest = text.len().max(*largest);
                }
                if seq >= until {
                    break;
                }
            }
        }
        sizes.push(size);
    }
    for (audience, few) in &sizes[0] {
        let many = sizes[1][audience];
        assert!(many <= few + LONGER_NUMBERS, "{audience:?}: {few} bytes with 10 waiting, {many} with 2,000");
    }
}
