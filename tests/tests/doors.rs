//! What a page of another site, or somebody on the network, tries at the daemon's door.

use std::collections::BTreeSet;

use giliran_protocol::{
    access::DeviceKind,
    command::Command,
    paths::{APPOINTMENTS, BRANCHES, COMMANDS, EVENTS, HEALTH, OPENAPI, PEOPLE, READY, STATE, of_branch},
};
use giliran_tests::{
    BRANCH, Daemon, Visit,
    raw::{Answer, address_of, answer, ask},
    request,
    staff::Asker,
};
use serde_json::Value;
use tokio::{io::AsyncWriteExt, net::TcpStream};
use uuid::Uuid;

/// What every answer says, whatever it is an answer to.
const EVERYWHERE: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// What browsers offer to pages, and who gets it; the microphone is for the page on which announcements are recorded.
fn features(path: &str) -> String {
    let microphone = if path == "/dashboard" { "(self)" } else { "()" };
    format!(
        "accelerometer=(), autoplay=(self), bluetooth=(), camera=(), display-capture=(), encrypted-media=(), \
         fullscreen=(self), gamepad=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), local-fonts=(), \
         magnetometer=(), microphone={microphone}, midi=(), payment=(), picture-in-picture=(), \
         screen-wake-lock=(self), serial=(), usb=(), xr-spatial-tracking=()"
    )
}

/// What a page may do.
const OF_A_PAGE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
     connect-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

/// What anything else may do.
const OF_DATA: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/// All other headers that an answer may have: none tells who made it.
const FURTHER: [&str; 14] = [
    "allow",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "etag",
    "location",
    "retry-after",
    "sec-websocket-accept",
    "set-cookie",
    "upgrade",
    "vary",
    "www-authenticate",
];

const HANDSHAKE: [&str; 4] = [
    "connection: upgrade",
    "upgrade: websocket",
    "sec-websocket-version: 13",
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
];

fn check_headers(what: &str, answer: &Answer, policy: &str) {
    for (name, value) in EVERYWHERE {
        assert_eq!(answer.header(name).as_deref(), Some(value), "{what}: {name}");
    }
    assert_eq!(answer.header("permissions-policy").as_deref(), Some(&*features(what)), "{what}");
    assert_eq!(answer.header("content-security-policy").as_deref(), Some(policy), "{what}");
    let caching = answer.header("cache-control").unwrap_or_default();
    if policy == OF_DATA {
        assert_eq!(caching, "no-store", "{what}");
    } else {
        assert!(
            ["no-store", "no-cache", "max-age=31536000, immutable"].contains(&&*caching),
            "{what}: {caching}"
        );
    }
    let known: BTreeSet<_> =
        EVERYWHERE.iter().map(|(name, _)| *name).chain(["permissions-policy"]).chain(FURTHER).collect();
    for (name, _) in &answer.headers {
        let known =
            known.contains(&**name) || ["content-security-policy", "cache-control"].contains(&&**name);
        assert!(known, "{what}: the header {name} is not one of ours");
    }
    if answer.status >= 400 {
        let text = answer.text().to_lowercase();
        for telling in
            ["panicked", "src/", ".rs:", "axum", "hyper", "tokio", "rust", env!("CARGO_PKG_VERSION"), "/tmp"]
        {
            assert!(!text.contains(telling), "{what} tells of {telling}: {text}");
        }
    }
}

#[tokio::test]
async fn every_answer_has_the_headers_that_hold_a_browser_off() {
    let daemon = Daemon::start().await;
    let document = ask(&daemon, "GET", OPENAPI, &[], b"").await;
    let document: Value = serde_json::from_slice(&document.body).expect("the document is JSON");
    let addresses = document["paths"].as_object().expect("the document has addresses");
    assert!(addresses.len() >= 9, "{}", addresses.len());

    // Every address by every method, of a branch that there is and of one that there is not.
    let mut statuses = BTreeSet::new();
    for path in
        addresses.keys().map(String::as_str).chain([OPENAPI, "/api", "/api/", "/api/v2/x", "/nowhere"])
    {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUEUE"] {
            for branch in [BRANCH, "tiada"] {
                let path = of_branch(path, branch);
                let answer = ask(&daemon, method, &path, &["connection: close"], b"").await;
                statuses.insert(answer.status);
                let policy =
                    if ["/api", "/api/", "/nowhere"].contains(&&*path) { OF_A_PAGE } else { OF_DATA };
                check_headers(&format!("{method} {path}"), &answer, policy);
            }
        }
    }

    // What goes wrong in other ways.
    let commands = of_branch(COMMANDS, BRANCH);
    let events = of_branch(EVENTS, BRANCH);
    let json = "content-type: application/json";
    let large = vec![b'x'; 600_000];
    for (what, method, path, lines, body, status) in [
        ("no JSON", "POST", &*commands, &[json][..], &b"helo"[..], 400),
        ("no command", "POST", &commands, &[json], b"{}", 422),
        ("not said to be JSON", "POST", &commands, &[], b"{}", 415),
        ("too large", "POST", &commands, &[json], &large, 413),
        ("a foreign page", "POST", &commands, &[json, "origin: https://evil.example"], b"{}", 403),
        ("a foreign name", "GET", BRANCHES, &["host: evil.example"], b"", 421),
        ("no file", "POST", &of_branch(APPOINTMENTS, BRANCH), &[], b"", 400),
        ("no audience", "GET", &of_branch(STATE, BRANCH), &[], b"", 400),
        ("a broken address", "GET", "/api/v1/branches/%ff%fe/state", &[], b"", 400),
        ("no handshake", "GET", &events, &[], b"", 400),
        ("a WebSocket", "GET", &events, &HANDSHAKE, b"", 101),
    ] {
        let answer = ask(&daemon, method, path, lines, body).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        statuses.insert(status);
        check_headers(what, &answer, OF_DATA);
    }
    for (path, status) in [(HEALTH, 200), (READY, 200)] {
        assert_eq!(ask(&daemon, "GET", path, &[], b"").await.status, status, "{path}");
    }

    // The pages, and all that they load.
    for page in ["/", "/kiosk", "/counter", "/display", "/dashboard"] {
        let answer = ask(&daemon, "GET", page, &[], b"").await;
        assert_eq!(answer.status, 200, "{page}");
        check_headers(page, &answer, OF_A_PAGE);
        let text = answer.text();
        assert!(
            !text.contains("<style") && !text.contains("style=") && !text.contains("javascript:"),
            "{page}"
        );
        for script in text.split("<script").skip(1) {
            assert!(
                script.contains("src=\"/assets/") && script.contains("></script>"),
                "{page} has a script in it"
            );
        }
        for part in text.split('"').filter(|part| part.starts_with("/assets/")) {
            let answer = ask(&daemon, "GET", part, &[], b"").await;
            assert_eq!(answer.status, 200, "{part}");
            check_headers(part, &answer, OF_A_PAGE);
        }
    }
    for status in [101, 200, 400, 403, 404, 405, 413, 415, 421, 422] {
        assert!(statuses.contains(&status), "{status} was not among {statuses:?}");
    }
}

#[tokio::test]
async fn a_page_of_another_site_can_neither_open_a_socket_nor_send_a_command() {
    let daemon = Daemon::start().await;
    let before = daemon.state().await;
    let own = daemon.address().to_owned();
    let other_scheme = own.replacen("http", "https", 1);
    let suffix = format!("{own}.evil.example");
    let port = own.rsplit_once(':').map_or("", |(host, _)| host).to_owned();
    let commands = of_branch(COMMANDS, BRANCH);
    let command = serde_json::to_vec(&request(Command::issue("bayaran"))).expect("a command is JSON");
    for origin in
        ["https://evil.example", "null", "", "http://127.0.0.1", &suffix, &other_scheme, &port, "file://"]
    {
        let line = format!("origin: {origin}");
        let socket =
            ask(&daemon, "GET", &of_branch(EVENTS, BRANCH), &[&HANDSHAKE[..], &[&line]].concat(), b"").await;
        assert_eq!((socket.status, &*socket.code()), (403, "foreign_page"), "a socket from {origin}");
        for kind in ["application/json", "text/plain"] {
            let kind = format!("content-type: {kind}");
            let sent = ask(&daemon, "POST", &commands, &[&line, &kind], &command).await;
            assert_eq!((sent.status, &*sent.code()), (403, "foreign_page"), "a command from {origin}");
        }
    }
    // A name that somebody pointed at this machine: the page is then of the very host that it asks.
    let rebound = ["host: evil.example:8080", "origin: http://evil.example:8080"];
    let json = "content-type: application/json";
    let sent = ask(&daemon, "POST", &commands, &[&rebound[..], &[json]].concat(), &command).await;
    assert_eq!((sent.status, &*sent.code()), (421, "unknown_host"));
    let read =
        ask(&daemon, "GET", &format!("{}?audience=supervisor", of_branch(STATE, BRANCH)), &rebound, b"")
            .await;
    assert_eq!((read.status, &*read.code()), (421, "unknown_host"));
    // A picture or a frame on another site's page.
    for path in ["/dashboard", &*format!("{}?audience=supervisor", of_branch(STATE, BRANCH))] {
        let asked = ["sec-fetch-site: cross-site", "sec-fetch-mode: no-cors", "sec-fetch-dest: image"];
        assert_eq!(ask(&daemon, "GET", path, &asked, b"").await.status, 403, "{path}");
    }
    assert_eq!(daemon.state().await.seq, before.seq, "something changed");

    // Our own pages, and programs.
    let line = format!("origin: {own}");
    let socket =
        ask(&daemon, "GET", &of_branch(EVENTS, BRANCH), &[&HANDSHAKE[..], &[&line]].concat(), b"").await;
    assert_eq!(socket.status, 101);
    assert_eq!(ask(&daemon, "POST", &commands, &[&line, json], &command).await.status, 200);
    Visit::to(&daemon).issue("bayaran").await;
}

#[tokio::test]
async fn a_page_by_the_offices_own_name_is_let_in_when_the_name_is_configured() {
    let mut daemon = Daemon::asking_with_server("origins = [\"https://giliran.example.my\"]").await;
    let siti = Asker::administrator(&mut daemon).await;
    let kiosk = siti.device(&daemon, "kiosk-1", DeviceKind::Kiosk).await;
    let key = kiosk.headers().into_iter().find(|(name, _)| name == "authorization").expect("a key").1;
    let command = serde_json::to_vec(&request(Command::issue("bayaran"))).expect("a command is JSON");
    let key = format!("authorization: {key}");
    let by_name = [
        "host: giliran.example.my",
        "origin: https://giliran.example.my",
        "content-type: application/json",
        &key,
    ];
    let sent = ask(&daemon, "POST", &of_branch(COMMANDS, BRANCH), &by_name, &command).await;
    assert_eq!(sent.status, 200, "{}", sent.text());
}

#[tokio::test]
async fn a_flood_from_one_client_is_slowed_and_the_counters_do_not_notice() {
    const BURST: usize = 10;
    let mut daemon = Daemon::asking_with_server(
        "trusted_proxies = [\"127.0.0.1\"]\n[server.limits]\nchanges = { per_second = 1, burst = 10 }",
    )
    .await;
    let siti = Asker::administrator(&mut daemon).await;
    let kiosk = siti.device(&daemon, "kiosk-1", DeviceKind::Kiosk).await;
    let headers = kiosk.headers();
    let (_, key) = headers.iter().find(|(name, _)| name == "authorization").expect("a key");
    let key = format!("authorization: {key}");
    let post = async |client: &str, key: Option<&str>| {
        let from = format!("x-forwarded-for: {client}");
        let mut lines = vec!["content-type: application/json", &*from];
        lines.extend(key);
        let command = serde_json::to_vec(&request(Command::issue("bayaran"))).expect("a command is JSON");
        ask(&daemon, "POST", &of_branch(COMMANDS, BRANCH), &lines, &command).await
    };
    let mut let_in = 0;
    let refused = loop {
        let answer = post("203.0.113.7", None).await;
        if answer.status != 401 {
            break answer;
        }
        let_in += 1;
        // The machine may be slow, and each second lets one more in.
        assert!(let_in < 30 * BURST, "nothing holds the flood off");
    };
    assert!(let_in >= BURST, "{let_in} were let in");
    assert_eq!((refused.status, &*refused.code()), (429, "too_many_requests"));
    check_headers("a flood", &refused, OF_DATA);
    let wait: u64 =
        refused.header("retry-after").and_then(|wait| wait.parse().ok()).expect("it says when to try again");
    assert!((1..=2).contains(&wait), "{wait}");
    // Others with a phone are not behind that flood, and the kiosk is not either that shares its address.
    for client in ["203.0.113.8", "203.0.113.9"] {
        assert_eq!(post(client, None).await.status, 401, "{client}");
    }
    assert_eq!(post("203.0.113.7", Some(&key)).await.status, 200);
    // A key that is none makes nobody known.
    let forged = format!("{}A", &key[..key.len() - 1]);
    assert_eq!(post("203.0.113.7", Some(&forged)).await.status, 429);
    // What the client itself writes in front of the proxy's word does not make it another.
    let spoofed = post("198.51.100.1, 203.0.113.7", None).await;
    assert_eq!(spoofed.status, 429);
    // It is slowed, and not shut out.
    loop {
        match post("203.0.113.7", None).await.status {
            401 => break,
            429 => tokio::task::yield_now().await,
            other => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn a_flood_from_one_device_is_slowed_and_no_other_notices() {
    let mut daemon = Daemon::asking_with_server(
        "[server.limits]\nown_changes = { per_second = 1, burst = 10 }\nunlimited = []",
    )
    .await;
    let siti = Asker::administrator(&mut daemon).await;
    let broken = siti.device(&daemon, "kiosk-1", DeviceKind::Kiosk).await;
    let other = siti.device(&daemon, "kiosk-2", DeviceKind::Kiosk).await;
    let issue = || serde_json::json!({ "type": "issue_ticket", "service": "bayaran" });
    let mut taken = 0;
    while broken.command(Uuid::now_v7(), issue()).await.status == 200 {
        taken += 1;
        assert!(taken < 300, "nothing holds it off");
    }
    assert!(taken >= 10, "{taken}");
    other.command(Uuid::now_v7(), issue()).await.fine();
    assert!(siti.get(PEOPLE).await.status.is_success());
}

#[tokio::test]
async fn a_client_can_not_make_itself_another_by_a_header() {
    let daemon =
        Daemon::with_server("[server.limits]\nchanges = { per_second = 1, burst = 5 }\nunlimited = []").await;
    let command = serde_json::to_vec(&request(Command::issue("bayaran"))).expect("a command is JSON");
    for n in 0_u8.. {
        let lines = [
            "content-type: application/json".to_owned(),
            format!("x-forwarded-for: 203.0.113.{n}"),
            format!("forwarded: for=203.0.113.{n}"),
            format!("x-real-ip: 203.0.113.{n}"),
        ];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        if ask(&daemon, "POST", &of_branch(COMMANDS, BRANCH), &lines, &command).await.status == 429 {
            return;
        }
    }
    panic!("the header was believed");
}

#[tokio::test]
async fn one_address_holds_only_so_many_connections_and_sockets() {
    let daemon = Daemon::with_server("[server.limits]\nconnections = 4\nsockets = 8\nunlimited = []").await;
    let address = address_of(&daemon);
    // A connection that has been answered, and stays open.
    let connect = async || {
        let mut stream = TcpStream::connect(address).await.ok()?;
        stream
            .write_all(format!("GET {HEALTH} HTTP/1.1\r\nhost: {address}\r\n\r\n").as_bytes())
            .await
            .ok()?;
        answer(&mut stream).await.map(|_| stream)
    };
    let mut held = Vec::new();
    // What the test's own start used may still be closing.
    while held.len() < 4 {
        held.extend(connect().await);
    }
    assert!(connect().await.is_none(), "a fifth connection was taken");
    drop(held);
    let mut sockets = Vec::new();
    while sockets.len() < 8 {
        let Some(mut stream) = connect().await else { continue };
        let head = format!("GET {} HTTP/1.1\r\nhost: {address}\r\n", of_branch(EVENTS, BRANCH));
        stream.write_all((head + &HANDSHAKE.join("\r\n") + "\r\n\r\n").as_bytes()).await.expect("it is open");
        assert_eq!(answer(&mut stream).await.map(|answer| answer.status), Some(101));
        sockets.push(stream);
    }
    assert!(connect().await.is_none(), "a ninth was taken");
    drop(sockets.pop());
    while connect().await.is_none() {}
}

#[tokio::test]
async fn hundreds_of_clients_that_never_finish_their_requests_keep_nobody_out() {
    const HEADS: usize = 120;
    const BODIES: usize = 120;
    const SILENT: usize = 60;
    let daemon = Daemon::start().await;
    let address = address_of(&daemon);
    let visit = Visit::to(&daemon);
    visit.open("kaunter-1").await;

    let head = format!("POST {} HTTP/1.1\r\nhost: {address}\r\n", of_branch(COMMANDS, BRANCH));
    let body = format!("{head}content-type: application/json\r\ncontent-length: 500\r\n\r\n{{\"id\": ");
    let slow = (0..HEADS + BODIES + SILENT).map(|n| {
        let (head, body) = (head.clone(), body.clone());
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.expect("the daemon listens");
            let (said, more) = match n {
                _ if n < HEADS => (&*head, "x-more: 1\r\n"),
                _ if n < HEADS + BODIES => (&*body, " "),
                _ => ("", ""),
            };
            // The daemon may have lost patience with the machine's slowness.
            let _ = stream.write_all(said.as_bytes()).await;
            let (mut read, mut write) = stream.split();
            let trickle = async {
                loop {
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                    let _ = write.write_all(more.as_bytes()).await;
                }
            };
            tokio::select! {
                // A minute is allowed: without a limit of its own the daemon would wait for good.
                answer = answer(&mut read) => answer.map(|answer| answer.status),
                never = trickle => never,
            }
        })
    });
    let slow: Vec<_> = slow.collect();
    let all = futures_util::future::join_all(slow);
    let works = async {
        // Meanwhile the office works.
        loop {
            let ticket = visit.issue("bayaran").await;
            visit.call("kaunter-1").await;
            visit.serve("kaunter-1", &ticket).await;
            visit.finish("kaunter-1", &ticket).await;
        }
    };
    let ended = tokio::select! {
        ended = all => ended,
        never = works => never,
    };
    let statuses: Vec<_> = ended.into_iter().map(|status| status.expect("no client panics")).collect();
    let of = |range: std::ops::Range<usize>| BTreeSet::from_iter(statuses[range].iter().copied());
    assert_eq!(of(HEADS..HEADS + BODIES), BTreeSet::from([Some(408)]), "half a body is answered");
    for never_asked in [of(0..HEADS), of(HEADS + BODIES..statuses.len())] {
        assert!(never_asked.iter().all(|status| matches!(status, None | Some(408))), "{never_asked:?}");
    }
    assert!(daemon.state().await.view.tally.is_some_and(|tally| tally.issued >= 1));
}

#[tokio::test]
async fn no_address_leads_out_of_the_pages() {
    let daemon = Daemon::start().await;
    for path in [
        "/../Cargo.toml",
        "/assets/../../Cargo.toml",
        "/assets/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/assets/....//....//etc/passwd",
        "/assets/..\\..\\etc\\passwd",
        "/assets/%5c..%5c..%5cetc%5cpasswd",
        "/assets//etc/passwd",
        "//etc/passwd",
        "/etc/passwd",
        "/assets/%00",
        "/kiosk%00.html",
        "/voices/../../../etc/passwd",
        "/assets/voices/ms-MY.espeak/manifest.toml",
        "/api/v1/branches/..%2f..%2fetc/state?audience=display",
        "/api/v1/branches/../../../etc/passwd",
        "/office.db",
        "/office.toml",
        "file:///etc/passwd",
    ] {
        let answer = ask(&daemon, "GET", path, &["connection: close"], b"").await;
        assert!(matches!(answer.status, 400 | 404 | 421), "{path}: {}", answer.status);
        assert!(!answer.text().contains("root:") && !answer.text().contains("[package]"), "{path}");
    }
}

#[tokio::test]
async fn where_nobody_signs_in_a_proxy_does_not_pass_for_whoever_is_at_the_machine() {
    let daemon = Daemon::with_server("origins = [\"https://giliran.example.my\"]").await;
    assert_eq!(ask(&daemon, "GET", PEOPLE, &[], b"").await.status, 200);
    for line in [
        "host: giliran.example.my",
        "x-forwarded-for: 203.0.113.9",
        "x-real-ip: 203.0.113.9",
        "forwarded: for=203.0.113.9",
        "via: 1.1 proxy",
    ] {
        assert_eq!(ask(&daemon, "GET", PEOPLE, &[line], b"").await.status, 401, "{line}");
    }
}
