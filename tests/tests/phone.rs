//! What a visitor's own phone may see and do, and what nobody finds by trying.

use std::{collections::BTreeSet, fs, net::Ipv4Addr, path::Path, time::Instant};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use giliran_protocol::{
    command::{Command, CommandAnswer, CommandRequest, Outcome},
    paths::{
        COMMANDS, HALL_CODE, PHONE_GIVE_WAY, PHONE_LEAVE, PHONE_SERVICES, PHONE_TICKET, REMOTE_TICKETS,
        SIMULATED_TIME, STATE, of_branch,
    },
    view::Audience,
};
use giliran_tests::{
    BRANCH, Daemon, Socket, office,
    raw::{Answer, address_of, answer},
    request, write_config,
};
use jiff::Timestamp;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncWriteExt, BufReader},
    net::{TcpSocket, TcpStream},
};
use uuid::Uuid;

/// A Monday at 09:00 in Kuala Lumpur.
const OPENING: &str = "2026-11-23T01:00:00Z";

/// Another office beside that of the tests: it gives out no numbers by phone.
const OTHER: &str = r#"
[[branch]]
id = "lain"
name = { ms = "Pejabat Lain" }
class = [{ id = "biasa", name = { ms = "Biasa" } }]
service = [{ id = "bayaran", name = { ms = "Bayaran" }, series = { letters = "A" } }]
counter = [{ id = "k1", number = 1, services = ["bayaran"] }]
"#;

/// A daemon on a simulated clock that gives out numbers by phone, two a day for each.
struct Hall {
    daemon: Daemon,
    _folder: TempDir,
}

impl Hall {
    async fn open() -> Self {
        Self::with("").await
    }

    /// With further sections of the office, and everything in the daemon's log.
    async fn with(lines: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let text = office(folder.path()).replacen("filter = \"info\"", "filter = \"trace\"", 1);
        let text = format!("{text}\n[branch.remote]\nmost_per_day = 2\n{lines}\n{OTHER}");
        let config = write_config(folder.path(), &text);
        let daemon = Daemon::replaying(&config, BRANCH).await;
        let hall = Self { daemon, _folder: folder };
        hall.at(OPENING).await;
        hall
    }

    /// Brings the clock to a time. What is asked for makes no difference.
    async fn at(&self, time: &str) {
        let time: Timestamp = time.parse().expect("a time");
        let at = format!("{SIMULATED_TIME}: {time}");
        let cancel = request(Command::CancelTicket { ticket: 999_999, reason: None });
        let body = serde_json::to_vec(&cancel).expect("a command is JSON");
        let lines = [&*at, JSON];
        let refused = Phone(1).ask(&self.daemon, "POST", &of_branch(COMMANDS, BRANCH), &lines, &body).await;
        assert_eq!(refused.code(), "unknown_ticket", "{}", refused.text());
    }

    async fn must(&self, command: Command) -> CommandAnswer {
        self.must_in(BRANCH, &request(command)).await
    }

    async fn must_in(&self, branch: &str, request: &CommandRequest) -> CommandAnswer {
        let answer = self.daemon.api().command(branch, request).await;
        answer.unwrap_or_else(|no| panic!("{request:?}: {no}"))
    }

    /// Takes a number: the ticket, and its secret.
    async fn issue(&self, service: &str) -> (u64, String) {
        issued(&self.must(Command::issue(service)).await)
    }

    async fn code(&self) -> String {
        let answer = Phone(1).ask(&self.daemon, "GET", &of_branch(HALL_CODE, BRANCH), &[], b"").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let code: Value = serde_json::from_slice(&answer.body).expect("a code is JSON");
        code["code"].as_str().expect("a code").to_owned()
    }
}

const JSON: &str = "content-type: application/json";

fn issued(answer: &CommandAnswer) -> (u64, String) {
    let Outcome::Issued { ticket, phone: Some(phone), .. } = &answer.outcome else {
        panic!("no number with a secret: {answer:?}");
    };
    (*ticket, phone.clone())
}

/// A phone with an address of its own on this machine.
#[derive(Clone, Copy)]
struct Phone(u8);

impl Phone {
    async fn connect(self, daemon: &Daemon) -> TcpStream {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket
            .bind((Ipv4Addr::new(127, 0, 0, self.0), 0).into())
            .expect("all of 127.0.0.0/8 is this machine");
        socket.connect(address_of(daemon)).await.expect("the daemon listens")
    }

    async fn ask(self, daemon: &Daemon, method: &str, path: &str, lines: &[&str], body: &[u8]) -> Answer {
        let mut stream = self.connect(daemon).await;
        say(&mut stream, daemon, method, path, lines, body).await
    }

    /// Looks at the ticket of a secret.
    async fn look(self, daemon: &Daemon, secret: &str) -> Answer {
        let line = format!("giliran-ticket: {secret}");
        self.ask(daemon, "GET", &of_branch(PHONE_TICKET, BRANCH), &[&line], b"").await
    }

    /// What is seen there.
    async fn sees(self, daemon: &Daemon, secret: &str) -> Value {
        let seen = self.look(daemon, secret).await;
        assert_eq!(seen.status, 200, "{}", seen.text());
        serde_json::from_slice(&seen.body).expect("a ticket is JSON")
    }

    /// Asks what a number can be for.
    async fn services(self, daemon: &Daemon, branch: &str, code: Option<&str>) -> Answer {
        let line = code.map(|code| format!("giliran-hall-code: {code}"));
        let lines: Vec<&str> = line.iter().map(String::as_str).collect();
        self.ask(daemon, "GET", &of_branch(PHONE_SERVICES, branch), &lines, b"").await
    }

    async fn leave(self, daemon: &Daemon, secret: &str, id: Uuid) -> Answer {
        let line = format!("giliran-ticket: {secret}");
        let body = json!({ "id": id }).to_string();
        self.ask(daemon, "POST", &of_branch(PHONE_LEAVE, BRANCH), &[&line, JSON], body.as_bytes()).await
    }

    /// Lets so many go first.
    async fn gives_way(self, daemon: &Daemon, secret: &str, id: Uuid, past: u32) -> Answer {
        let line = format!("giliran-ticket: {secret}");
        let body = json!({ "id": id, "past": past }).to_string();
        self.ask(daemon, "POST", &of_branch(PHONE_GIVE_WAY, BRANCH), &[&line, JSON], body.as_bytes()).await
    }

    async fn take(self, daemon: &Daemon, id: Uuid, code: &str, number: &str) -> Answer {
        let wish = json!({ "id": id, "code": code, "service": "bayaran", "language": "ms", "phone": number })
            .to_string();
        self.ask(daemon, "POST", &of_branch(REMOTE_TICKETS, BRANCH), &[JSON], wish.as_bytes()).await
    }
}

async fn say(
    stream: &mut TcpStream,
    daemon: &Daemon,
    method: &str,
    path: &str,
    lines: &[&str],
    body: &[u8],
) -> Answer {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", address_of(daemon));
    for line in lines {
        head += line;
        head += "\r\n";
    }
    if method == "POST" {
        head += &format!("content-length: {}\r\n", body.len());
    }
    let said = [(head + "\r\n").as_bytes(), body].concat();
    stream.write_all(&said).await.expect("the daemon reads");
    answer(stream).await.expect("the daemon answers")
}

fn outcome(answer: &Answer) -> CommandAnswer {
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_slice(&answer.body).expect("an answer to a command")
}

/// In which of a folder's files any of `secrets` stands.
fn found_in(folder: &Path, secrets: &[Vec<u8>]) -> Vec<String> {
    let files = fs::read_dir(folder).expect("the daemon's folder").map(|file| file.expect("a file").path());
    let holds = |path: &Path| {
        let bytes = fs::read(path).unwrap_or_default();
        secrets.iter().any(|secret| bytes.windows(secret.len()).any(|window| window == secret))
    };
    files.filter(|path| path.is_file() && holds(path)).map(|path| path.display().to_string()).collect()
}

#[tokio::test]
async fn the_secret_is_told_to_whoever_took_the_number_and_to_nobody_else() {
    let mut hall = Hall::open().await;
    let mut sockets = Vec::new();
    for audience in [Audience::Kiosk, Audience::Display, Audience::Counter, Audience::Supervisor] {
        sockets.push(Socket::join(&hall.daemon, audience).await);
    }
    let wish = request(Command::issue("bayaran"));
    let first = hall.must_in(BRANCH, &wish).await;
    let (ticket, secret) = issued(&first);
    assert_eq!(secret.len(), 22);
    assert_eq!(hall.must_in(BRANCH, &wish).await, first, "the same command gets the same answer");
    let (_, another) = hall.issue("bayaran").await;
    let code = hall.code().await;
    let by_phone = outcome(&Phone(2).take(&hall.daemon, Uuid::new_v4(), &code, "0123456789").await);
    let (_, third) = issued(&by_phone);
    assert_eq!(BTreeSet::from([&secret, &another, &third]).len(), 3);
    for secret in [&secret, &another, &third] {
        Phone(2).sees(&hall.daemon, secret).await;
    }
    hall.must(Command::OpenCounter { counter: "kaunter-1".into() }).await;
    hall.must(Command::CallNext { counter: "kaunter-1".into() }).await;
    let left = Phone(2).leave(&hall.daemon, &another, Uuid::new_v4()).await;
    assert_eq!(left.status, 200, "{}", left.text());

    // Frames that came, and whole pictures of every audience.
    let mut told = Vec::new();
    let last = hall.daemon.state().await.seq;
    for socket in &mut sockets {
        hall.must(Command::OpenCounter { counter: "kaunter-2".into() }).await;
        hall.must(Command::CloseCounter { counter: "kaunter-2".into() }).await;
        loop {
            let text = socket.text().await.expect("the socket is open");
            let message: Value = serde_json::from_str(&text).expect("a message is JSON");
            told.push(text);
            if message["seq"].as_u64() > Some(last) {
                break;
            }
        }
    }
    for audience in ["kiosk", "display", "counter", "supervisor"] {
        let path = format!("{}?audience={audience}", of_branch(STATE, BRANCH));
        told.push(Phone(1).ask(&hall.daemon, "GET", &path, &[], b"").await.text());
    }
    told.push(hall.daemon.log());
    let secrets = [secret.clone(), another, third, "0123456789".into()];
    for text in &told {
        assert!(!secrets.iter().any(|secret| text.contains(secret)), "{text}");
    }

    // What lies on the disk, while the daemon runs and after.
    let raw = |secret: &String| URL_SAFE_NO_PAD.decode(secret).unwrap_or_else(|_| secret.clone().into());
    let on_disk: Vec<Vec<u8>> =
        secrets.iter().flat_map(|secret| [secret.clone().into_bytes(), raw(secret)]).collect();
    assert!(
        !found_in(hall.daemon.folder(), &[b"ticket_issued".to_vec()]).is_empty(),
        "the log lies elsewhere"
    );
    assert_eq!(found_in(hall.daemon.folder(), &on_disk), [""; 0]);
    drop(sockets);
    hall.daemon.end();
    assert_eq!(found_in(hall.daemon.folder(), &on_disk), [""; 0]);

    // It is what it was after a restart, and to the same command again.
    hall.daemon.start_again().await;
    hall.at("2026-11-23T01:05:00Z").await;
    assert_eq!(hall.must_in(BRANCH, &wish).await, first);
    assert_eq!(Phone(2).sees(&hall.daemon, &secret).await["state"], "called", "ticket {ticket}");
}

#[tokio::test]
async fn whoever_is_not_ready_lets_others_go_first_and_is_told_how_far_the_hall_is() {
    let hall = Hall::open().await;
    let daemon = &hall.daemon;
    let mut secrets = Vec::new();
    for minute in 1..=5 {
        hall.at(&format!("2026-11-23T01:0{minute}:00Z")).await;
        secrets.push(hall.issue("bayaran").await.1);
    }
    hall.must(Command::OpenCounter { counter: "kaunter-2".into() }).await;
    let place = async |n: usize| {
        let seen = Phone(2).sees(daemon, &secrets[n]).await;
        (seen["ahead"].as_u64(), seen["may_let_past"].as_u64())
    };
    assert_eq!(place(0).await, (Some(0), Some(4)));
    assert_eq!(place(4).await, (Some(4), Some(0)));

    let id = Uuid::new_v4();
    let gone = outcome(&Phone(2).gives_way(daemon, &secrets[0], id, 2).await);
    assert_eq!(place(0).await, (Some(2), Some(2)));
    assert_eq!((place(1).await.0, place(2).await.0, place(3).await.0), (Some(0), Some(1), Some(3)));
    // Sent again it happens once, and nobody else's press has the same id.
    assert_eq!(outcome(&Phone(2).gives_way(daemon, &secrets[0], id, 2).await), gone);
    assert_eq!(place(0).await.0, Some(2));
    outcome(&Phone(2).gives_way(daemon, &secrets[3], id, 1).await);
    assert_eq!((place(4).await.0, place(3).await.0), (Some(3), Some(4)));
    // Behind all, where there are fewer.
    outcome(&Phone(2).gives_way(daemon, &secrets[0], Uuid::new_v4(), 20).await);
    assert_eq!(place(0).await, (Some(4), Some(0)));

    for (secret, past, status) in [(&secrets[0], 1, 409), (&secrets[2], 0, 422), (&secrets[2], 21, 422)] {
        let refused = Phone(2).gives_way(daemon, secret, Uuid::new_v4(), past).await;
        assert_eq!(refused.status, status, "{past}: {}", refused.text());
    }
    let wrong = Phone(3).gives_way(daemon, "tiada", Uuid::new_v4(), 1).await;
    assert_eq!((wrong.status, wrong.code()), (404, "unknown_ticket".into()));

    // Two are called; of one that is called again there is one call.
    let seen = Phone(2).sees(daemon, &secrets[0]).await;
    assert_eq!(seen["calls"], Value::Null, "nobody was called yet");
    for _ in 0..2 {
        let called = hall.must(Command::CallNext { counter: "kaunter-2".into() }).await;
        let Outcome::Called { ticket, .. } = called.outcome else { panic!("{called:?}") };
        hall.must(Command::NoShow { counter: "kaunter-2".into(), ticket }).await;
    }
    let to = json!({ "place": "counter", "number": 2 });
    let seen = Phone(2).sees(daemon, &secrets[0]).await;
    assert_eq!(seen["calls"], json!([{ "number": "A0003", "to": to }, { "number": "A0002", "to": to }]));
    hall.must(Command::CallNext { counter: "kaunter-2".into() }).await;
    let called = Phone(2).gives_way(daemon, &secrets[4], Uuid::new_v4(), 1).await;
    assert_eq!(called.status, 409, "{}", called.text());
}

#[tokio::test]
async fn whoever_waits_is_told_how_long_it_still_takes() {
    let hall = Hall::open().await;
    let (_, first) = hall.issue("bayaran").await;
    for _ in 0..9 {
        hall.issue("bayaran").await;
    }
    let (_, last) = hall.issue("bayaran").await;
    assert_eq!(Phone(2).sees(&hall.daemon, &first).await["wait"], Value::Null, "no counter is open");
    hall.must(Command::OpenCounter { counter: "kaunter-2".into() }).await;
    // It is worked out once somebody asks, beside everything else.
    let wait = async |secret: &str| {
        let mut look = tokio::time::interval(std::time::Duration::from_millis(100));
        loop {
            look.tick().await;
            let wait = Phone(2).sees(&hall.daemon, secret).await["wait"].take();
            if let (Some(p50), Some(p90)) = (wait["p50_s"].as_u64(), wait["p90_s"].as_u64()) {
                assert!(p50 <= p90, "{wait}");
                break p50;
            }
        }
    };
    let (soon, late) = (wait(&first).await, wait(&last).await);
    assert!(soon < late, "{soon} {late}");
    // Those of another service have their own, which nobody takes.
    let (_, other) = hall.issue("tanah").await;
    assert_eq!(Phone(2).sees(&hall.daemon, &other).await["wait"], Value::Null);
}

#[tokio::test]
async fn a_hundred_thousand_guesses_open_nothing_and_the_holder_gets_through() {
    const LINES: usize = 4;
    const GUESSES: usize = 100_000 / LINES;
    const AT_ONCE: usize = 50;
    let daemon = Daemon::start().await;
    let mut real: Vec<u128> = Vec::new();
    for _ in 0..20 {
        let answer =
            daemon.api().command(BRANCH, &request(Command::issue("bayaran"))).await.expect("a number");
        let bytes = URL_SAFE_NO_PAD.decode(issued(&answer).1).expect("a secret is base64url");
        real.push(u128::from_be_bytes(bytes.try_into().expect("16 bytes")));
    }
    let written = |secret: u128| URL_SAFE_NO_PAD.encode(secret.to_be_bytes());
    let (path, host) = (of_branch(PHONE_TICKET, BRANCH), address_of(&daemon));
    let guess = async |line: usize| {
        let mut chance = StdRng::seed_from_u64(line as u64);
        let (answers, mut questions) = Phone(7).connect(&daemon).await.into_split();
        let mut answers = BufReader::new(answers);
        let (mut wrong, mut slowed) = (0, 0);
        for _ in 0..GUESSES / AT_ONCE {
            let mut asked = String::new();
            for n in 0..AT_ONCE {
                // Anything at all, and what is near a real one.
                let near = real[n % real.len()];
                let guess = match n % 4 {
                    0 => near ^ (1 << chance.random_range(0..128)),
                    1 => near.wrapping_add(chance.random_range(1..1000)),
                    _ => chance.random(),
                };
                asked += &format!(
                    "GET {path} HTTP/1.1\r\nhost: {host}\r\ngiliran-ticket: {}\r\n\r\n",
                    written(guess)
                );
            }
            questions.write_all(asked.as_bytes()).await.expect("the daemon reads");
            for _ in 0..AT_ONCE {
                let answer = answer(&mut answers).await.expect("the daemon answers");
                match answer.status {
                    404 => wrong += 1,
                    429 => {
                        assert!(answer.header("retry-after").is_some(), "it says when to try again");
                        slowed += 1;
                    }
                    other => panic!("{other}: {}", answer.text()),
                }
            }
        }
        (wrong, slowed)
    };
    let holder = async {
        let mut seen = 0;
        for secret in real.iter().cycle().take(200) {
            // Behind the same address as whoever guesses, as in the hall's own network.
            let ticket = Phone(7).sees(&daemon, &written(*secret)).await;
            assert_eq!(ticket["state"], "waiting");
            seen += 1;
        }
        seen
    };
    let begun = Instant::now();
    let (one, two, three, four, seen) = tokio::join!(guess(0), guess(1), guess(2), guess(3), holder);
    let (wrong, slowed) = [one, two, three, four]
        .iter()
        .fold((0, 0), |(wrong, slowed), (more, yet_more)| (wrong + more, slowed + yet_more));
    assert_eq!((wrong + slowed, seen), (LINES * GUESSES, 200));
    let most = 10 + usize::try_from(begun.elapsed().as_secs()).expect("seconds") + 1;
    assert!((10..=most).contains(&wrong), "{wrong} of at most {most} were looked for");
}

#[tokio::test]
async fn whatever_is_wrong_about_a_secret_gets_the_same_answer() {
    let hall = Hall::open().await;
    let (_, yesterday) = hall.issue("bayaran").await;
    hall.at("2026-11-24T01:00:00Z").await;
    let (_, real) = hall.issue("bayaran").await;
    let (_, elsewhere) = issued(&hall.must_in("lain", &request(Command::issue("bayaran"))).await);
    let (first, rest) = real.split_at(1);
    let another = if first == "A" { "B" } else { "A" };
    let long = "x".repeat(5000);
    let cases = [
        None,
        Some(""),
        Some("x"),
        Some("not a secret at all!!!"),
        Some("\u{e4}\u{6f22}"),
        Some(&*yesterday),
        Some(&elsewhere),
        Some(rest),
        Some(&long),
        Some("AAAAAAAAAAAAAAAAAAAAAA"),
    ]
    .map(|case| case.map(str::to_owned));
    let turned = format!("{another}{rest}");
    let mut answers = BTreeSet::new();
    for (n, secret) in cases.into_iter().chain([Some(turned), Some(format!("{real}="))]).enumerate() {
        let phone = Phone(u8::try_from(20 + n).expect("few cases"));
        let line = secret.map(|secret| format!("giliran-ticket: {secret}"));
        let lines: Vec<&str> = line.iter().map(String::as_str).collect();
        let path = of_branch(PHONE_TICKET, BRANCH);
        let looked = phone.ask(&hall.daemon, "GET", &path, &lines, b"").await;
        // Nor is anybody told what is wrong with the rest.
        let path = of_branch(PHONE_LEAVE, BRANCH);
        let left = phone.ask(&hall.daemon, "POST", &path, &lines, b"rubbish").await;
        for mut answer in [looked, left] {
            answer.headers.retain(|(name, _)| name != "date");
            assert_eq!((answer.status, &*answer.code()), (404, "unknown_ticket"), "{line:?}");
            answers.insert((answer.headers.clone(), answer.body.clone()));
        }
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    let (_, body) = answers.pop_first().expect("one");
    let body: Value = serde_json::from_slice(&body).expect("a refusal is JSON");
    for language in ["ms", "en", "zh", "ta"] {
        assert!(body["error"]["message"][language].is_string(), "{body}");
    }
    // With a ticket it is another matter.
    let line = format!("giliran-ticket: {real}");
    let left =
        Phone(2).ask(&hall.daemon, "POST", &of_branch(PHONE_LEAVE, BRANCH), &[&line, JSON], b"rubbish").await;
    assert_eq!((left.status, &*left.code()), (400, "malformed_json"));
    Phone(2).sees(&hall.daemon, &real).await;
}

#[tokio::test]
async fn a_secret_dies_with_its_day_even_where_the_ticket_lives_on() {
    let all_week = "[branch.hours]\nat_close = \"carried\"\n[[branch.hours.week]]\n\
                    days = [\"mon\", \"tue\"]\nopen = [{ from = \"08:00\", until = \"17:00\" }]\n";
    let hall = Hall::with(all_week).await;
    let wish = request(Command::issue("bayaran"));
    let (ticket, secret) = issued(&hall.must_in(BRANCH, &wish).await);
    hall.at("2026-11-23T15:59:59Z").await;
    assert_eq!(Phone(2).sees(&hall.daemon, &secret).await["number"], "A0001");
    hall.at("2026-11-23T16:00:00Z").await;
    let tickets = hall.daemon.state().await.view.tickets.expect("a supervisor sees tickets");
    assert_eq!(tickets.iter().map(|ticket| ticket.id).collect::<Vec<_>>(), [ticket], "it is carried over");
    assert_eq!(Phone(2).look(&hall.daemon, &secret).await.status, 404);
    assert_eq!(Phone(2).leave(&hall.daemon, &secret, Uuid::new_v4()).await.status, 404);
    // Nor is there another for it, to the same command again.
    let again = hall.must_in(BRANCH, &wish).await;
    assert!(matches!(again.outcome, Outcome::Issued { phone: None, .. }), "{again:?}");
    assert_eq!(Phone(2).look(&hall.daemon, &secret).await.status, 404);
}

#[tokio::test]
async fn a_ticket_is_seen_as_it_stands_and_nothing_of_others() {
    let hall = Hall::open().await;
    hall.must(Command::OpenCounter { counter: "bilik-1".into() }).await;
    let (first, holder) = hall.issue("tanah").await;
    let (_, behind) = hall.issue("tanah").await;
    let phone = Phone(2);
    let seen = phone.sees(&hall.daemon, &behind).await;
    assert_eq!(
        seen,
        json!({
            "number": "C0002",
            "office": { "ms": "Pejabat Ujian", "en": "Test Office" },
            "service": { "ms": "Urusan tanah", "en": "Land matters" },
            "time_zone": "Asia/Kuala_Lumpur",
            "state": "waiting",
            "ahead": 1,
            "may_let_past": 0,
            "now": OPENING,
        })
    );
    assert_eq!(phone.sees(&hall.daemon, &holder).await["ahead"], 0);

    let counter = || "bilik-1".to_owned();
    hall.must(Command::CallNext { counter: counter() }).await;
    let seen = phone.sees(&hall.daemon, &holder).await;
    assert_eq!((&seen["state"], &seen["ahead"]), (&json!("called"), &Value::Null));
    assert_eq!(seen["to"], json!({ "place": "room", "number": 1 }));
    assert_eq!(phone.sees(&hall.daemon, &behind).await["ahead"], 0);
    hall.must(Command::StartServing { counter: counter(), ticket: first }).await;
    assert_eq!(phone.sees(&hall.daemon, &holder).await["state"], "serving");
    hall.must(Command::Park { counter: counter(), ticket: first, until: None }).await;
    let seen = phone.sees(&hall.daemon, &holder).await;
    assert_eq!((&seen["state"], &seen["to"]), (&json!("parked"), &Value::Null));
    hall.must(Command::Resume { ticket: first }).await;
    hall.must(Command::CallNext { counter: counter() }).await;
    hall.must(Command::Finish { counter: counter(), ticket: first, outcome: None }).await;
    // A page that goes on asking after the visit is no guess: it costs nobody anything.
    for _ in 0..30 {
        assert_eq!(phone.look(&hall.daemon, &holder).await.code(), "unknown_ticket");
    }
}

#[tokio::test]
async fn a_visitor_leaves_once_and_not_from_a_counter() {
    let hall = Hall::open().await;
    let (_, secret) = hall.issue("bayaran").await;
    let (_, other) = hall.issue("bayaran").await;
    let (phone, id) = (Phone(2), Uuid::new_v4());
    let left = outcome(&phone.leave(&hall.daemon, &secret, id).await);
    assert_eq!(left.outcome, Outcome::Done);
    assert_eq!(
        outcome(&phone.leave(&hall.daemon, &secret, id).await),
        left,
        "the same command, the same answer"
    );
    let again = phone.leave(&hall.daemon, &secret, Uuid::new_v4()).await;
    assert_eq!((again.status, &*again.code()), (409, "ticket_ended"));
    assert_eq!(phone.look(&hall.daemon, &secret).await.code(), "unknown_ticket");
    let state = hall.daemon.state().await;
    assert_eq!(state.view.tickets.map(|tickets| tickets.len()), Some(1));
    assert_eq!(state.view.tally.map(|tally| tally.cancelled), Some(1));

    hall.must(Command::OpenCounter { counter: "kaunter-2".into() }).await;
    hall.must(Command::CallNext { counter: "kaunter-2".into() }).await;
    let at_counter = phone.leave(&hall.daemon, &other, Uuid::new_v4()).await;
    assert_eq!((at_counter.status, &*at_counter.code()), (409, "ticket_at_counter"));
    assert_eq!(phone.sees(&hall.daemon, &other).await["state"], "called");
}

#[tokio::test]
async fn the_halls_code_lets_whoever_can_read_it_take_a_number() {
    let hall = Hall::open().await;
    let answer = Phone(1).ask(&hall.daemon, "GET", &of_branch(HALL_CODE, BRANCH), &[], b"").await;
    let shown: Value = serde_json::from_slice(&answer.body).expect("a code is JSON");
    assert_eq!(shown["until"], "2026-11-23T01:01:00Z");
    let code = hall.code().await;
    assert_eq!(code.len(), 6);
    assert!(code.bytes().all(|letter| b"BCDFGHJKLMNPQRSTVWXZ".contains(&letter)), "{code}");

    let id = Uuid::new_v4();
    let taken = outcome(&Phone(2).take(&hall.daemon, id, &code, "012-345 6789").await);
    let (_, secret) = issued(&taken);
    assert_eq!(outcome(&Phone(2).take(&hall.daemon, id, &code, "012-345 6789").await), taken);
    assert_eq!(Phone(2).sees(&hall.daemon, &secret).await["number"], "A0001");
    // The code of the minute before is good, that of two before is not; nor is one that was made up.
    hall.at("2026-11-23T01:01:59Z").await;
    outcome(&Phone(3).take(&hall.daemon, Uuid::new_v4(), &code.to_lowercase(), "0130000001").await);
    hall.at("2026-11-23T01:02:00Z").await;
    for wrong in [&*code, "", "BCDFGH", "ЖЖЖЖЖЖ"] {
        let refused = Phone(4).take(&hall.daemon, Uuid::new_v4(), wrong, "0130000002").await;
        assert_eq!((refused.status, &*refused.code()), (403, "wrong_hall_code"), "{wrong}");
    }
    let now = hall.code().await;
    assert_ne!(now, code);
    // What else may be wrong is said once the code is right, and not before.
    for (number, status, what) in [("tiada", 422, "not_a_person_number"), ("0123456789", 409, "has_ticket")] {
        let refused = Phone(5).take(&hall.daemon, Uuid::new_v4(), "BCDFGH", number).await;
        assert_eq!(refused.code(), "wrong_hall_code");
        let refused = Phone(5).take(&hall.daemon, Uuid::new_v4(), &now, number).await;
        assert_eq!((refused.status, &*refused.code()), (status, what));
    }

    // An office that does not offer it.
    let wish = json!({
        "id": Uuid::new_v4(), "code": now, "service": "bayaran", "language": "ms", "phone": "0130000003",
    })
    .to_string();
    let path = of_branch(REMOTE_TICKETS, "lain");
    let answer = Phone(1).ask(&hall.daemon, "POST", &path, &[JSON], wish.as_bytes()).await;
    assert_eq!((answer.status, &*answer.code()), (404, "remote_not_offered"));
    let answer = Phone(1).ask(&hall.daemon, "GET", &of_branch(HALL_CODE, "lain"), &[], b"").await;
    assert_eq!((answer.status, &*answer.code()), (404, "remote_not_offered"));
}

#[tokio::test]
async fn what_a_number_can_be_for_is_told_to_whoever_can_read_the_halls_code() {
    let hall = Hall::open().await;
    hall.issue("bayaran").await;
    let code = hall.code().await;
    let told = Phone(2).services(&hall.daemon, BRANCH, Some(&code.to_lowercase())).await;
    assert_eq!(told.status, 200, "{}", told.text());
    let told: Value = serde_json::from_slice(&told.body).expect("services are JSON");
    let keys: BTreeSet<&str> = told.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, BTreeSet::from(["office", "opening", "services", "time_zone"]));
    assert_eq!(told["office"]["en"], "Test Office");
    let services = told["services"].as_array().expect("services");
    assert_eq!((&services[0]["id"], &services[0]["waiting"]), (&json!("bayaran"), &json!(1)));

    hall.at("2026-11-23T01:02:00Z").await;
    // Without a code one learns whether there are numbers by phone, as often as one likes.
    for none in [None, Some("")].iter().cycle().take(10) {
        let refused = Phone(3).services(&hall.daemon, BRANCH, *none).await;
        assert_eq!((refused.status, &*refused.code()), (403, "wrong_hall_code"), "{none:?}");
    }
    for wrong in [&*code, "BCDFGH", "BCDFG", "000000", "BCDFGHJ"].map(Some) {
        let refused = Phone(3).services(&hall.daemon, BRANCH, wrong).await;
        assert_eq!((refused.status, &*refused.code()), (403, "wrong_hall_code"), "{wrong:?}");
    }
    // They are guesses as much as those with which a number is taken.
    let refused = Phone(3).services(&hall.daemon, BRANCH, Some(&hall.code().await)).await;
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some(), "it says when to try again");
    for code in [None, Some(&*hall.code().await)] {
        let elsewhere = Phone(4).services(&hall.daemon, "lain", code).await;
        assert_eq!((elsewhere.status, &*elsewhere.code()), (404, "remote_not_offered"));
    }
}

#[tokio::test]
async fn wrong_codes_run_out_for_whoever_tries_them() {
    let hall = Hall::open().await;
    let code = hall.code().await;
    let begun = Instant::now();
    let mut tried = 0;
    let refused = loop {
        let refused = Phone(2).take(&hall.daemon, Uuid::new_v4(), "BCDFGH", "0130000001").await;
        if refused.status == 429 {
            break refused;
        }
        assert_eq!(refused.code(), "wrong_hall_code");
        tried += 1;
    };
    let most = 5 + begun.elapsed().as_secs() / 10 + 1;
    assert!((5..=most).contains(&tried), "{tried}");
    let wait: u64 =
        refused.header("retry-after").and_then(|wait| wait.parse().ok()).expect("when to try again");
    assert!((1..=11).contains(&wait), "{wait}");
    // There are few enough codes that a right one must not get through a flood of wrong ones; others are not in it.
    let right = Phone(2).take(&hall.daemon, Uuid::new_v4(), &code, "0130000001").await;
    assert_eq!(right.status, 429);
    for n in 0..10 {
        let number = format!("01300000{n:02}");
        outcome(&Phone(3).take(&hall.daemon, Uuid::new_v4(), &code, &number).await);
    }
}

#[tokio::test]
async fn a_phone_has_one_number_at_a_time_and_so_many_a_day_through_restarts() {
    let mut hall = Hall::open().await;
    let phone = Phone(2);
    let take = async |hall: &Hall| {
        let code = hall.code().await;
        phone.take(&hall.daemon, Uuid::new_v4(), &code, "012-345 6789").await
    };
    let (_, secret) = issued(&outcome(&take(&hall).await));
    assert_eq!(take(&hall).await.code(), "has_ticket");
    hall.daemon.restart().await;
    hall.at("2026-11-23T02:00:00Z").await;
    assert_eq!(take(&hall).await.code(), "has_ticket");
    assert_eq!(phone.leave(&hall.daemon, &secret, Uuid::new_v4()).await.status, 200);

    let (_, secret) = issued(&outcome(&take(&hall).await));
    assert_eq!(phone.leave(&hall.daemon, &secret, Uuid::new_v4()).await.status, 200);
    assert_eq!(take(&hall).await.code(), "remote_used_up");
    // By the log, after a kill; and by what was kept, after an end.
    hall.daemon.kill();
    hall.daemon.start_again().await;
    hall.at("2026-11-23T03:00:00Z").await;
    assert_eq!(take(&hall).await.code(), "remote_used_up");
    hall.daemon.restart().await;
    hall.at("2026-11-23T03:01:00Z").await;
    let refused = take(&hall).await;
    assert_eq!((refused.status, &*refused.code()), (409, "remote_used_up"));

    hall.at("2026-11-24T01:00:00Z").await;
    let fresh = hall.must(Command::issue("bayaran")).await;
    let later = take(&hall).await;
    let Outcome::Issued { ahead, .. } = outcome(&later).outcome else { panic!("{}", later.text()) };
    assert_eq!(ahead, 1, "behind {fresh:?}");
}
