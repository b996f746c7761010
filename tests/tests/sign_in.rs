//! People come in and go: the first administrator, sign-ins, sessions, and what somebody tries who is neither.

use std::time::{Duration, Instant};

use giliran_protocol::{access::Role, paths, view::Audience};
use giliran_tests::{
    BRANCH, Daemon, Socket,
    staff::{Asker, PASSWORD, PIN},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream};
use uuid::Uuid;

const SESSION: &str = "giliran-session";

/// Within what time whoever is shut out has no socket any more.
const SHUT_OUT_WITHIN: Duration = Duration::from_secs(1);

/// How long it takes until a socket that listens is told that it is shut out.
async fn until_shut_out(socket: &mut Socket) -> Duration {
    let begun = Instant::now();
    while let Some(text) = socket.text().await {
        let message: Value = serde_json::from_str(&text).expect("JSON");
        if message["type"] == "refused" {
            assert_eq!(message["error"]["code"], "not_signed_in");
            assert!(socket.text().await.is_none(), "and then it ends");
            return begun.elapsed();
        }
    }
    panic!("it ended without a word");
}

async fn who(asker: &Asker) -> Value {
    asker.get(paths::ME).await.fine().body
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_in_the_log_makes_one_administrator_and_no_other_way_leads_in() {
    let mut daemon = Daemon::asking("").await;
    let browser = Asker::new(&daemon);
    assert_eq!(who(&browser).await, json!({ "kind": "nobody", "first": true, "sign_on": false }));
    for (id, secret) in [("admin", "admin"), ("administrator", "password"), ("siti", ""), ("", "")] {
        let reply = browser.sign_in(id, secret).await;
        assert_eq!((reply.status, reply.code()), (StatusCode::UNAUTHORIZED, "wrong_sign_in"), "{id}");
    }
    let token = daemon.first_token().await;
    let first = |token: &str, secret: &str| json!({ "token": token, "id": "siti", "name": "Siti binti Ali", "secret": secret });
    let last = if token.ends_with('A') { 'B' } else { 'A' };
    let wrong = format!("{}{last}", &token[..token.len() - 1]);
    for (token, secret, code) in [
        (&*wrong, PASSWORD, "not_the_first"),
        ("", PASSWORD, "not_the_first"),
        (&*token, PIN, "unfit_secret"),
        (&*token, "Password2026", "unfit_secret"),
    ] {
        assert_eq!(browser.post(paths::FIRST_ADMINISTRATOR, first(token, secret)).await.code(), code);
    }
    // Two who have it at the same moment: one is made.
    let [one, other] = [Asker::new(&daemon), Asker::new(&daemon)];
    let (one, other) = tokio::join!(
        one.post(paths::FIRST_ADMINISTRATOR, first(&token, PASSWORD)),
        other.post(paths::FIRST_ADMINISTRATOR, first(&token, PASSWORD)),
    );
    let mut codes = [one.code(), other.code()];
    codes.sort_unstable();
    assert_eq!(codes, ["", "not_the_first"]);
    assert_eq!(
        browser.post(paths::FIRST_ADMINISTRATOR, first(&token, PASSWORD)).await.code(),
        "not_the_first"
    );
    browser.sign_in("siti", PASSWORD).await.fine();
    let me = who(&browser).await;
    assert_eq!(me["grants"], json!([{ "role": "administrator" }]));

    daemon.restart().await;
    assert!(!daemon.log().contains("#first="), "there is one now");
    let again = Asker::new(&daemon);
    assert_eq!(who(&again).await["first"], false);
    assert_eq!(again.post(paths::FIRST_ADMINISTRATOR, first(&token, PASSWORD)).await.code(), "not_the_first");

    // Whoever has the machine gets in again when the password is lost.
    daemon.end();
    daemon.argument("--new-administrator");
    daemon.start_again().await;
    let token = daemon.first_token().await;
    let again = Asker::new(&daemon);
    again.post(paths::FIRST_ADMINISTRATOR, first(&token, "ikan makan kucing")).await.fine();
    assert_eq!(again.sign_in("siti", PASSWORD).await.code(), "wrong_sign_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_planted_before_the_sign_in_is_not_the_one_after_it() {
    let mut daemon = Daemon::asking("").await;
    let siti = Asker::administrator(&mut daemon).await;
    let mallory = siti.person(&daemon, "mallory", Role::Officer, Some(BRANCH)).await;
    let planted = mallory.cookie(SESSION).expect("a session");
    let victim = Asker::new(&daemon);
    victim.keep(SESSION, &planted);
    victim.sign_in("siti", PASSWORD).await.fine();
    assert_ne!(victim.cookie(SESSION).as_deref(), Some(&*planted), "another token");
    assert_eq!(who(&mallory).await["kind"], "nobody", "the planted one is nobody's");
    assert_eq!(who(&victim).await["id"], "siti");
    // A made-up one is nobody's either, and is not taken over.
    let victim = Asker::new(&daemon);
    victim.keep(SESSION, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    victim.sign_in("siti", PASSWORD).await.fine();
    assert_ne!(victim.cookie(SESSION).as_deref(), Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_shut_out_has_no_session_and_no_socket_a_second_later() {
    let mut daemon = Daemon::asking("").await;
    let siti = Asker::administrator(&mut daemon).await;
    let aminah = siti.person(&daemon, "aminah", Role::Officer, Some(BRANCH)).await;
    let person = paths::PERSON.replace("{person}", "aminah");
    let sessions = paths::PERSON_SESSIONS.replace("{person}", "aminah");
    let secret = paths::PERSON_SECRET.replace("{person}", "aminah");
    let grants = |role: &str| json!({ "name": "Aminah", "grants": [{ "role": role, "branch": BRANCH }] });
    for how in
        ["she signs out", "her sessions are ended", "her roles change", "her PIN is set", "she is removed"]
    {
        let copied = aminah.copied();
        let mut socket = copied.join(&daemon, Audience::Counter, false).await;
        assert!(socket.text().await.expect("a picture").contains("snapshot"), "{how}");
        let (shut_out, took) = tokio::join!(
            async {
                match how {
                    "she signs out" => aminah.ask(Method::POST, paths::SIGN_OUT, None).await,
                    "her sessions are ended" => siti.ask(Method::DELETE, &sessions, None).await,
                    "her roles change" => siti.ask(Method::PUT, &person, Some(grants("supervisor"))).await,
                    "her PIN is set" => {
                        siti.ask(Method::PUT, &person, Some(grants("officer"))).await.fine();
                        // That has ended the session that the socket was opened with.
                        siti.post(&secret, json!({ "secret": PIN })).await
                    }
                    _ => siti.ask(Method::DELETE, &person, None).await,
                }
            },
            until_shut_out(&mut socket),
        );
        shut_out.fine();
        // Hashing the new PIN is not part of it; the machine may be busy with other tests.
        assert!(took < SHUT_OUT_WITHIN * 5, "{how}: {took:?}");
        assert_eq!(who(&copied).await["kind"], "nobody", "{how}");
        let mut socket = copied.join(&daemon, Audience::Counter, false).await;
        assert!(socket.text().await.expect("a refusal").contains("not_signed_in"), "{how}");
        if how != "she is removed" {
            aminah.sign_in("aminah", PIN).await.fine();
            if how == "her PIN is set" {
                aminah.post(paths::MY_SECRET, json!({ "old": PIN, "new": "738291" })).await.fine();
            } else if how == "her roles change" {
                // A PIN that was enough for an officer is not for a supervisor.
                assert_eq!(who(&aminah).await["must_change"], true);
                let socket = aminah.join(&daemon, Audience::Counter, false).await.text().await;
                assert!(socket.expect("a refusal").contains("must_change_secret"));
                let new = json!({ "old": PIN, "new": "ikan makan kucing" });
                aminah.post(paths::MY_SECRET, new).await.fine();
                siti.ask(Method::PUT, &person, Some(grants("officer"))).await.fine();
                siti.post(&secret, json!({ "secret": "519283" })).await.fine();
                aminah.sign_in("aminah", "519283").await.fine();
                aminah.post(paths::MY_SECRET, json!({ "old": "519283", "new": PIN })).await.fine();
            }
        }
    }
    assert_eq!(aminah.sign_in("aminah", "738291").await.code(), "wrong_sign_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_pins_cost_the_guesser_and_neither_the_person_nor_colleagues_behind_the_same_address() {
    let mut daemon = Daemon::asking("").await;
    let siti = Asker::administrator(&mut daemon).await;
    let aminah = siti.person(&daemon, "aminah", Role::Officer, Some(BRANCH)).await;
    siti.person(&daemon, "badrul", Role::Officer, Some(BRANCH)).await;
    let guesser = Asker::new(&daemon);
    let mut slowed = None;
    for n in 0..20 {
        let reply = guesser.sign_in("aminah", &format!("59{n:04}")).await;
        if reply.status == StatusCode::TOO_MANY_REQUESTS {
            slowed = Some((n, reply));
            break;
        }
        assert_eq!(reply.code(), "wrong_sign_in");
    }
    let (free, reply) = slowed.expect("guessing is slowed");
    assert!(free <= 4, "{free} were free");
    assert!(reply.headers.contains_key("retry-after"));
    // The right PIN does not help the guesser, who would learn from it.
    assert_eq!(guesser.sign_in("aminah", PIN).await.status, StatusCode::TOO_MANY_REQUESTS);
    // Aminah, in the browser in which she has signed in before, and a colleague in a new one: all of one address.
    aminah.ask(Method::POST, paths::SIGN_OUT, None).await.fine();
    aminah.sign_in("aminah", PIN).await.fine();
    Asker::new(&daemon).sign_in("badrul", PIN).await.fine();
    // What helps the person who forgot it helps at once: another sets a new one.
    let secret = paths::PERSON_SECRET.replace("{person}", "aminah");
    siti.post(&secret, json!({ "secret": "640713" })).await.fine();
    guesser.sign_in("aminah", "640713").await.fine();

    // A thousand at once are not tried all at once.
    let many = (0..40).map(|n| {
        let guesser = Asker::new(&daemon);
        async move { guesser.sign_in("badrul", &format!("60{n:04}")).await.status }
    });
    let tried = futures_util::future::join_all(many).await;
    let tried = tried.into_iter().filter(|status| *status == StatusCode::UNAUTHORIZED).count();
    assert!(tried <= 4, "{tried} guesses were looked at");
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_pin_was_set_by_another_can_do_nothing_before_it_is_changed() {
    let mut daemon = Daemon::asking("").await;
    let siti = Asker::administrator(&mut daemon).await;
    let person = json!({ "name": "Aminah", "grants": [{ "role": "officer", "branch": BRANCH }] });
    siti.ask(Method::PUT, &paths::PERSON.replace("{person}", "aminah"), Some(person)).await.fine();
    assert_eq!(
        Asker::new(&daemon).sign_in("aminah", "").await.code(),
        "wrong_sign_in",
        "there is no PIN yet"
    );
    let path = paths::PERSON_SECRET.replace("{person}", "aminah");
    for (secret, code) in [("123456", "unfit_secret"), ("12345", "unfit_secret"), ("483920", "")] {
        assert_eq!(siti.post(&path, json!({ "secret": secret })).await.code(), code);
    }
    let aminah = Asker::new(&daemon);
    aminah.sign_in("aminah", PIN).await.fine();
    let open = json!({ "type": "open_counter", "counter": "kaunter-1" });
    assert_eq!(aminah.command(Uuid::now_v7(), open.clone()).await.code(), "must_change_secret");
    for (old, new, code) in [
        ("000000", "738291", "wrong_sign_in"),
        (PIN, PIN, "unfit_secret"),
        (PIN, "111111", "unfit_secret"),
        (PIN, "738291", ""),
    ] {
        let reply = aminah.post(paths::MY_SECRET, json!({ "old": old, "new": new })).await;
        assert_eq!(reply.code(), code, "{old} {new}");
    }
    aminah.command(Uuid::now_v7(), open).await.fine();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_another_sent_is_neither_answered_nor_sent_in_anothers_name() {
    let mut daemon = Daemon::asking("").await;
    let siti = Asker::administrator(&mut daemon).await;
    let aminah = siti.person(&daemon, "aminah", Role::Officer, Some(BRANCH)).await;
    let mallory = siti.person(&daemon, "mallory", Role::Officer, Some(BRANCH)).await;
    let issue = json!({ "type": "issue_ticket", "service": "bayaran" });
    let id = Uuid::now_v7();
    let first = aminah.command(id, issue.clone()).await.fine();
    assert_eq!(aminah.command(id, issue.clone()).await.fine().text, first.text, "her own, again");
    let replayed = mallory.command(id, issue.clone()).await;
    assert_eq!((replayed.status, replayed.code()), (StatusCode::CONFLICT, "anothers_command"));
    assert!(!replayed.text.contains("A0001"), "and nothing of it is told");
    // Long after, from the log.
    daemon.restart().await;
    let (aminah, mallory) = (aminah.moved(&daemon), mallory.moved(&daemon));
    assert_eq!(mallory.command(id, issue.clone()).await.code(), "anothers_command");
    assert_eq!(aminah.command(id, issue.clone()).await.fine().text, first.text);

    let body = |by: Value| json!({ "id": Uuid::now_v7(), "command": issue.clone(), "by": by });
    let path = paths::of_branch(paths::COMMANDS, BRANCH);
    for (by, code) in [
        (json!({ "kind": "officer", "id": "aminah" }), "for_another"),
        (json!({ "kind": "device", "id": "kiosk-1" }), "for_another"),
        (json!({ "kind": "visitor" }), "for_another"),
        (json!({ "kind": "officer", "id": "mallory" }), ""),
    ] {
        assert_eq!(mallory.post(&path, body(by.clone())).await.code(), code, "{by}");
    }
    // An officer sits down, and seats nobody else.
    let seat = |who: &str| json!({ "type": "seat_officer", "counter": "kaunter-1", "officer": who });
    assert_eq!(mallory.command(Uuid::now_v7(), seat("aminah")).await.code(), "not_allowed");
    mallory.command(Uuid::now_v7(), seat("mallory")).await.fine();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signed_in_is_so_after_a_kill_and_who_signed_out_is_not() {
    let mut daemon = Daemon::asking("").await;
    let siti = Asker::administrator(&mut daemon).await;
    let aminah = siti.person(&daemon, "aminah", Role::Officer, Some(BRANCH)).await;
    let gone = aminah.copied();
    let stays = Asker::new(&daemon);
    stays.sign_in("aminah", PIN).await.fine();
    aminah.ask(Method::POST, paths::SIGN_OUT, None).await.fine();
    daemon.kill();
    daemon.start_again().await;
    let (stays, gone) = (stays.moved(&daemon), gone.moved(&daemon));
    assert_eq!(who(&stays).await["id"], "aminah");
    assert_eq!(who(&gone).await["kind"], "nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_always_an_administrator_who_can_sign_in() {
    let mut daemon = Daemon::asking("").await;
    let siti = Asker::administrator(&mut daemon).await;
    let path = |id: &str| paths::PERSON.replace("{person}", id);
    let officer = json!({ "name": "Siti", "grants": [{ "role": "officer" }] });
    assert_eq!(
        siti.ask(Method::PUT, &path("siti"), Some(officer.clone())).await.code(),
        "last_administrator"
    );
    assert_eq!(siti.ask(Method::DELETE, &path("siti"), None).await.code(), "last_administrator");
    // One who has no password yet can't let anybody in, and one of a branch not everybody.
    let other = json!({ "name": "Tan", "grants": [{ "role": "administrator" }] });
    siti.ask(Method::PUT, &path("tan"), Some(other)).await.fine();
    let of_branch = json!({ "name": "Raj", "grants": [{ "role": "administrator", "branch": BRANCH }] });
    siti.ask(Method::PUT, &path("raj"), Some(of_branch)).await.fine();
    assert_eq!(siti.ask(Method::DELETE, &path("siti"), None).await.code(), "last_administrator");
    siti.post(&paths::PERSON_SECRET.replace("{person}", "tan"), json!({ "secret": PASSWORD })).await.fine();
    siti.ask(Method::DELETE, &path("siti"), None).await.fine();
    assert_eq!(who(&siti).await["kind"], "nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_of_devices_can_not_be_guessed() {
    let mut daemon = Daemon::asking("").await;
    let siti = Asker::administrator(&mut daemon).await;
    let nobody = Asker::new(&daemon);
    let asked = nobody.post(paths::PAIRING, json!({ "device": "kiosk", "branch": BRANCH })).await.fine().body;
    let look = paths::of_branch(paths::PENDING_DEVICE, BRANCH);
    let mut slowed = false;
    for n in 0..30 {
        let guess: String =
            (0..8).map(|at| char::from(b"BCDFGHJKLMNPQRSTVWXZ"[(n * 7 + at * 3) % 20])).collect();
        let reply = siti.post(&look, json!({ "code": guess })).await;
        slowed |= reply.status == StatusCode::TOO_MANY_REQUESTS;
        assert!(slowed || reply.code() == "unknown_pairing", "{}", reply.text);
    }
    assert!(slowed);
    for claim in ["", "x", asked["code"].as_str().expect("a code")] {
        assert_eq!(
            nobody.post(paths::PAIRING_CLAIM, json!({ "claim": claim })).await.code(),
            "unknown_pairing"
        );
    }
}

/// Sends the head of a request, and gives the line on which its body is to follow.
async fn head_alone(asker: &Asker, daemon: &Daemon, method: &str, path: &str, length: usize) -> TcpStream {
    let address = giliran_tests::raw::address_of(daemon);
    let mut stream = TcpStream::connect(address).await.expect("the daemon listens");
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n"
    );
    for (name, value) in asker.headers() {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all((head + "\r\n").as_bytes()).await.expect("it is open");
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_begun_before_its_sender_was_shut_out_does_nothing() {
    let mut daemon = Daemon::asking("").await;
    let siti = Asker::administrator(&mut daemon).await;
    let mallory = siti.person(&daemon, "mallory", Role::Administrator, None).await;
    let aminah = siti.person(&daemon, "aminah", Role::Officer, Some(BRANCH)).await;
    let body = json!({ "name": "Pintu", "grants": [{ "role": "administrator" }] }).to_string();
    let person = paths::PERSON.replace("{person}", "pintu");
    let mut waits = head_alone(&mallory, &daemon, "PUT", &person, body.len()).await;
    let open = json!({ "type": "open_counter", "counter": "kaunter-1" });
    let command = json!({ "id": Uuid::now_v7(), "command": open }).to_string();
    let commands = paths::of_branch(paths::COMMANDS, BRANCH);
    let mut also = head_alone(&aminah, &daemon, "POST", &commands, command.len()).await;
    // Both heads are in the daemon's hands when a later request of the same connections' host has been answered.
    who(&siti).await;
    for id in ["mallory", "aminah"] {
        siti.ask(Method::DELETE, &paths::PERSON.replace("{person}", id), None).await.fine();
    }
    for (stream, body) in [(&mut waits, body), (&mut also, command)] {
        stream.write_all(body.as_bytes()).await.expect("it is open");
        let answer = giliran_tests::raw::answer(stream).await.expect("an answer");
        assert_eq!((answer.status, &*answer.code()), (401, "not_signed_in"));
    }
    let people = siti.get(paths::PEOPLE).await.fine().text;
    assert!(!people.contains("pintu"), "{people}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_is_finished_though_its_client_hangs_up() {
    let mut daemon = Daemon::asking("").await;
    let siti = Asker::administrator(&mut daemon).await;
    let mut officers = Vec::new();
    for n in 0..6 {
        let id = format!("pegawai-{n}");
        officers.push((siti.person(&daemon, &id, Role::Officer, Some(BRANCH)).await, id));
    }
    for (n, (_, id)) in officers.iter().enumerate() {
        let path = paths::PERSON.replace("{person}", id);
        let stream = head_alone(&siti, &daemon, "DELETE", &path, 0).await;
        tokio::time::sleep(Duration::from_micros(300 * u64::try_from(n).expect("few"))).await;
        drop(stream);
    }
    // Whatever became of each: memory, disk and the audit record say the same.
    let settled = Instant::now();
    loop {
        let audit = siti.get(paths::AUDIT).await.fine().text;
        let mut agree = true;
        for (officer, id) in &officers {
            let removed = audit.contains(&format!("\"what\":\"person_removed\",\"subject\":\"{id}\""));
            agree &= removed == (who(officer).await["kind"] == "nobody");
        }
        if agree {
            break;
        }
        assert!(settled.elapsed() < Duration::from_secs(20), "they never agree: {audit}");
    }
    let before: Vec<_> = {
        let mut kinds = Vec::new();
        for (officer, _) in &officers {
            kinds.push(who(officer).await["kind"].clone());
        }
        kinds
    };
    daemon.restart().await;
    for ((officer, id), kind) in officers.into_iter().zip(before) {
        assert_eq!(who(&officer.moved(&daemon)).await["kind"], kind, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pin_of_before_lets_nobody_in_while_it_is_changed() {
    let mut daemon = Daemon::asking("").await;
    let siti = Asker::administrator(&mut daemon).await;
    siti.person(&daemon, "aminah", Role::Officer, Some(BRANCH)).await;
    let secret = paths::PERSON_SECRET.replace("{person}", "aminah");
    let early: Vec<_> = (0..3).map(|_| Asker::new(&daemon)).collect();
    let sign_ins = futures_util::future::join_all(early.iter().map(|asker| asker.sign_in("aminah", PIN)));
    let (set, _) = tokio::join!(siti.post(&secret, json!({ "secret": "640713" })), sign_ins);
    set.fine();
    for asker in &early {
        assert_eq!(
            who(asker).await["kind"],
            "nobody",
            "let in by the PIN of before, and after it was changed"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tries_at_more_rights_stand_in_the_audit_record() {
    let mut daemon = Daemon::asking("").await;
    let siti = Asker::administrator(&mut daemon).await;
    let tan = siti.person(&daemon, "tan", Role::Supervisor, Some(BRANCH)).await;
    let own = json!({ "name": "Tan", "grants": [{ "role": "administrator" }] });
    let put = tan.ask(Method::PUT, &paths::PERSON.replace("{person}", "tan"), Some(own)).await;
    assert_eq!(put.code(), "not_allowed");
    tan.command(Uuid::now_v7(), json!({ "type": "set_rules", "rules": {} })).await;
    let audit = siti.get(paths::AUDIT).await.fine().body;
    let lines = audit["lines"].as_array().expect("lines");
    let denied: Vec<_> =
        lines.iter().filter(|line| line["what"] == "denied" && line["who"] == "person tan").collect();
    assert_eq!(denied.len(), 2, "{denied:#?}");
}
