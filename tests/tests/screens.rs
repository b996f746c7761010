//! What screens and loudspeakers report and are given: reports of calls, how the hall is equipped, pictures and films,
//! what a call sounds like, and who may leave a kiosk's page.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command as Process,
    time::Duration,
};

use giliran_protocol::{
    access::{DeviceKind, Role},
    command::Command,
    paths,
    view::Audience,
};
use giliran_tests::{
    BRANCH, Daemon, Program, Socket, office, program,
    staff::{Asker, PASSWORD, PIN},
    write_config,
};
use giliran_voice::{Call, Form, Manner, folder, wav};
use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::timeout;
use uuid::Uuid;

/// How long it may take until somebody is told something.
const PATIENCE: Duration = Duration::from_secs(30);

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0123456789";

fn at(path: &str) -> String {
    paths::of_branch(path, BRANCH)
}

fn voices() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/voices")
}

/// Opens a counter, takes a number in that language and calls it: the call's place in the log.
async fn call(staff: &Asker, language: &str) -> u64 {
    let issue = json!({ "type": "issue_ticket", "service": "bayaran", "language": language });
    // An open counter is as good.
    staff.command(Uuid::now_v7(), json!({ "type": "open_counter", "counter": "kaunter-2" })).await;
    staff.command(Uuid::now_v7(), issue).await.fine();
    let called =
        staff.command(Uuid::now_v7(), json!({ "type": "call_next", "counter": "kaunter-2" })).await.fine();
    for press in ["start_serving", "finish"] {
        let ticket = &called.body["outcome"]["ticket"];
        let press = json!({ "type": press, "counter": "kaunter-2", "ticket": ticket });
        staff.command(Uuid::now_v7(), press).await.fine();
    }
    called.body["seq"].as_u64().expect("an entry")
}

/// The next message of that kind for which something is so.
async fn told(socket: &mut Socket, kind: &str, is: impl Fn(&Value) -> bool) -> Value {
    let mut seen = Vec::new();
    let found = timeout(PATIENCE, async {
        loop {
            let text = socket.text().await.expect("the socket stays open");
            let message: Value = serde_json::from_str(&text).expect("messages are JSON");
            if message["type"] == kind {
                if is(&message) {
                    return message;
                }
                seen.push(message);
            }
        }
    });
    let found = found.await;
    found.unwrap_or_else(|_| panic!("of `{kind}` it was told nothing but {seen:#?}"))
}

async fn report(from: &Asker, call: u64, what: &str) -> String {
    let reply = from.post(&at(paths::REPORTS), json!({ "call": call, "what": what })).await;
    if reply.status.is_success() { String::new() } else { reply.code().to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_device_counts_once_and_staff_are_told_what_became_of_a_call() {
    let mut daemon = Daemon::asking("").await;
    let siti = Asker::administrator(&mut daemon).await;
    let officer = siti.person(&daemon, "aminah", Role::Officer, Some(BRANCH)).await;
    let boss = siti.person(&daemon, "bala", Role::Supervisor, Some(BRANCH)).await;
    let wall = siti.device(&daemon, "dinding", DeviceKind::Display).await;
    let speaker = siti.device(&daemon, "suara", DeviceKind::Speaker).await;
    let sign = siti.device(&daemon, "papan", DeviceKind::Sign).await;
    let kiosk = siti.device(&daemon, "kiosk", DeviceKind::Kiosk).await;
    let mut console = officer.join(&daemon, Audience::Counter, false).await;
    let mut dashboard = boss.join(&daemon, Audience::Supervisor, false).await;
    let call = call(&officer, "ms").await;

    for (from, what, code) in [
        (&wall, "shown", ""),
        (&wall, "shown", ""),
        (&sign, "shown", ""),
        (&sign, "finished", "not_allowed"),
        (&speaker, "started", ""),
        (&speaker, "finished", ""),
        (&speaker, "finished", ""),
        (&wall, "failed", ""),
        (&kiosk, "shown", "not_allowed"),
        (&officer, "shown", "not_allowed"),
    ] {
        assert_eq!(report(from, call, what).await, code, "{what}");
    }
    assert_eq!(report(&wall, call + 1, "shown").await, "unknown_call", "that entry called nobody");
    let long = json!({ "call": call, "what": "failed", "why": "x".repeat(201) });
    assert_eq!(wall.post(&at(paths::REPORTS), long).await.code(), "reason_too_long");

    let all = json!({ "call": call, "queued": 0, "withheld": 0, "shown": 2, "started": 1, "finished": 1, "failed": 1 });
    for socket in [&mut console, &mut dashboard] {
        told(socket, "reported", |message| message["report"] == all).await;
    }
    let heard = told(&mut dashboard, "health", |message| !message["health"]["last_heard"].is_null()).await;
    assert_eq!(heard["health"]["trouble"], Value::Null);
    for audience in ["counter", "supervisor"] {
        let seen = boss.get(&format!("{}?audience={audience}", at(paths::STATE))).await.fine().body;
        assert_eq!(seen["view"]["reports"], json!([all]), "{audience}");
    }
    let wall_sees = wall.get(&format!("{}?audience=display", at(paths::STATE))).await.fine().body;
    assert_eq!(wall_sees["view"]["reports"], Value::Null);
    assert_eq!(wall_sees["view"]["health"]["last_heard"], Value::Null);

    // Whoever comes back is told what there is no entry of.
    let snapshot: Value = {
        let mut late = officer.join(&daemon, Audience::Counter, false).await;
        told(&mut late, "snapshot", |_| true).await
    };
    assert_eq!(snapshot["view"]["reports"], json!([all]));
    let mut back = Socket::connect_as(&daemon, &officer.headers()).await;
    let resume = json!({ "log": snapshot["log"], "seq": snapshot["seq"] });
    let resume = serde_json::from_value(resume).expect("a place in the log");
    back.say_hello(Audience::Counter, Some(resume)).await;
    told(&mut back, "resumed", |_| true).await;
    told(&mut back, "reported", |message| message["report"] == all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loudspeaker_program_reports_what_it_says() {
    let mut daemon = Daemon::start().await;
    let staff = Asker::new(&daemon);
    let folder = TempDir::new().expect("a temporary folder");
    let mut speaker = Program::start(
        Process::new(program("giliran-display"))
            .args(["--daemon", daemon.address(), "--branch", BRANCH, "--no-device", "--voices"])
            .arg(voices())
            .arg("--output")
            .arg(folder.path().join("siar.wav"))
            .arg("--key")
            .arg(folder.path().join("kunci")),
    );
    speaker.logged(1, |line| line.contains("linked to the daemon")).await;
    let mut dashboard = Socket::join(&daemon, Audience::Supervisor).await;
    told(&mut dashboard, "snapshot", |_| true).await;
    let call = call(&staff, "en").await;
    let said = json!({ "call": call, "queued": 1, "withheld": 0, "shown": 0, "started": 1, "finished": 1, "failed": 0 });
    told(&mut dashboard, "reported", |message| message["report"] == said).await;
    speaker.signal(Signal::SIGTERM);
    assert!(speaker.ended().status.success());
    daemon.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn supervisors_are_told_how_many_screens_loudspeakers_and_kiosks_there_are() {
    let mut daemon = Daemon::asking("").await;
    let siti = Asker::administrator(&mut daemon).await;
    let boss = siti.person(&daemon, "bala", Role::Supervisor, Some(BRANCH)).await;
    let wall = siti.device(&daemon, "dinding", DeviceKind::Display).await;
    let speaker = siti.device(&daemon, "suara", DeviceKind::Speaker).await;
    let kiosk = siti.device(&daemon, "kiosk", DeviceKind::Kiosk).await;
    let mut dashboard = boss.join(&daemon, Audience::Supervisor, false).await;
    let mut hall = vec![
        wall.join(&daemon, Audience::Display, false).await,
        // It shows and speaks.
        wall.join(&daemon, Audience::Display, true).await,
        // It only speaks.
        speaker.join(&daemon, Audience::Display, true).await,
        kiosk.join(&daemon, Audience::Kiosk, false).await,
    ];
    let is = |screens: u32, speakers: u32, kiosks: u32| {
        move |message: &Value| {
            let health = &message["health"];
            (&health["screens"], &health["speakers"], &health["kiosks"])
                == (&json!(screens), &json!(speakers), &json!(kiosks))
        }
    };
    told(&mut dashboard, "health", is(2, 2, 1)).await;
    let seen = told(&mut hall[0], "snapshot", |_| true).await;
    assert_eq!(seen["view"]["health"]["screens"], Value::Null, "that is for those who look after the hall");
    hall.remove(0);
    told(&mut dashboard, "health", is(1, 2, 1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_and_films_of_the_folder_are_shown_and_nothing_else_is() {
    let outside = TempDir::new().expect("a temporary folder");
    let folder = outside.path().join("media");
    fs::create_dir(&folder).expect("it is ours");
    fs::write(folder.join("b pantai.png"), PNG).expect("it is ours");
    fs::write(folder.join("a.webm"), b"\x1a\x45\xdf\xa3 a film of some bytes").expect("it is ours");
    fs::write(folder.join(".tersembunyi.png"), PNG).expect("it is ours");
    fs::write(folder.join("palsu.png"), b"<script>alert(1)</script>").expect("it is ours");
    fs::write(outside.path().join("rahsia.png"), PNG).expect("it is ours");
    symlink(outside.path().join("rahsia.png"), folder.join("pautan.png")).expect("it is ours");
    let media = format!("[[media]]\nfolder = {folder:?}\nbranches = [\"{BRANCH}\"]\nseconds = 20");
    let mut daemon = Daemon::asking(&media).await;
    let siti = Asker::administrator(&mut daemon).await;
    let wall = siti.device(&daemon, "dinding", DeviceKind::Display).await;
    let kiosk = siti.device(&daemon, "kiosk", DeviceKind::Kiosk).await;

    let listed = wall.get(&at(paths::MEDIA)).await.fine().body;
    assert_eq!(listed["seconds"], 20);
    let files = listed["files"].as_array().expect("files");
    let shown: Vec<_> = files.iter().map(|file| (file["name"].as_str(), file["kind"].as_str())).collect();
    assert_eq!(shown, [(Some("a.webm"), Some("film")), (Some("b pantai.png"), Some("picture"))]);
    let address = |n: usize| files[n]["address"].as_str().expect("an address").to_owned();

    let picture = wall.get(&address(1)).await.fine();
    assert_eq!(picture.text, String::from_utf8_lossy(PNG));
    let header =
        |name: &str| picture.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert_eq!((header("content-type"), header("x-content-type-options")), ("image/png", "nosniff"));
    assert!(header("cache-control").contains("immutable"));
    let tag = header("etag").to_owned();
    let again = wall.ask_with(Method::GET, &address(1), None, &[("if-none-match", &tag)]).await;
    assert_eq!((again.status.as_u16(), &*again.text), (304, ""));

    let part = wall.ask_with(Method::GET, &address(0), None, &[("range", "bytes=5-10")]).await;
    assert_eq!((part.status.as_u16(), &*part.text), (206, "a film"));
    assert_eq!(part.headers["content-range"], "bytes 5-10/25");
    let beyond = wall.ask_with(Method::GET, &address(0), None, &[("range", "bytes=90-")]).await;
    assert_eq!(beyond.status.as_u16(), 416);
    assert_eq!(kiosk.get(&address(1)).await.code(), "not_allowed");
    assert_eq!(Asker::new(&daemon).get(&address(1)).await.code(), "not_signed_in");

    for name in [
        "..%2Frahsia.png",
        "%2e%2e%2frahsia.png",
        "..%5Crahsia.png",
        "pautan.png",
        "palsu.png",
        ".tersembunyi.png",
        "%2Fetc%2Fpasswd",
        "a.webm%00.png",
        "tiada.png",
    ] {
        let reply = wall.get(&at(paths::MEDIUM).replace("{medium}", name)).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (404, "unknown_medium"), "{name}");
    }

    // What is put there is shown, and what is replaced has another address.
    fs::write(folder.join("c.gif"), b"GIF89a and more").expect("it is ours");
    fs::write(folder.join("b pantai.png"), [PNG, b"and more"].concat()).expect("it is ours");
    let listed = wall.get(&at(paths::MEDIA)).await.fine().body;
    assert_eq!(listed["files"].as_array().expect("files").len(), 3);
    assert_ne!(listed["files"][1]["address"], json!(address(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_sounds_as_the_loudspeaker_program_says_it() {
    let mut daemon = Daemon::prepare();
    daemon.argument("--voices");
    daemon.argument(voices().to_str().expect("the checkout's path is text"));
    daemon.start_again().await;
    let staff = Asker::new(&daemon);
    let call = call(&staff, "en").await;
    let announcement = at(paths::ANNOUNCEMENT).replace("{call}", &call.to_string());

    let loaded = folder::load(&voices(), None).expect("the shipped voices are in order");
    let sound = |languages: &[giliran_core::Language]| {
        let spoken = Call::new("A0001", giliran_core::Place::Counter, 2).expect("it can be said");
        let manner = Manner { chime: true, languages: languages.into(), form: Form::Full, repeats: 1 };
        wav::file(&loaded.announce(&[spoken], &manner)).expect("it is short")
    };
    use giliran_core::Language::{En, Ms, Ta, Zh};
    let http = reqwest::Client::builder().no_proxy().build().expect("a client without settings");
    for (query, languages) in [
        ("", &[Ms, En][..]),
        ("?language=ms", &[Ms]),
        ("?language=en,ms", &[En, Ms]),
        ("?language=en&language=ms", &[En, Ms]),
        ("?language=en&language=en", &[En]),
        ("?language=ta", &[Ta]),
        ("?language=zh,en", &[Zh, En]),
    ] {
        let url = format!("{}{announcement}{query}", daemon.address());
        let answer = http.get(url).send().await.expect("the daemon answers");
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (200, &"audio/wav".parse().expect("text"))
        );
        let heard = answer.bytes().await.expect("all of it");
        assert!(heard == sound(languages), "{query}: {} bytes", heard.len());
    }
    for (path, status, code) in [
        (format!("{announcement}?language=jp"), 400, "unknown_language"),
        (format!("{announcement}?bahasa=ms"), 400, "unknown_language"),
        (at(paths::ANNOUNCEMENT).replace("{call}", "1"), 404, "unknown_call"),
        (at(paths::ANNOUNCEMENT).replace("{call}", "satu"), 404, "unknown_call"),
    ] {
        let reply = staff.get(&path).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (status, code), "{path}");
    }
    daemon.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_voices_a_call_has_no_sound_and_that_is_said() {
    let folder = TempDir::new().expect("a temporary folder");
    let mut daemon = Daemon::prepare();
    let text = office(daemon.folder()) + &format!("\n[voice]\nfolder = {:?}\n", folder.path());
    write_config(daemon.folder(), &text);
    daemon.start_again().await;
    let staff = Asker::new(&daemon);
    let call = call(&staff, "ms").await;
    for _ in 0..2 {
        let reply = staff.get(&at(paths::ANNOUNCEMENT).replace("{call}", &call.to_string())).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (404, "no_voice"));
    }
    daemon.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_leave_a_kiosks_page_by_their_pin_and_nobody_is_signed_in_by_it() {
    let mut daemon = Daemon::asking_with_two_branches().await;
    let siti = Asker::administrator(&mut daemon).await;
    for (id, role, branch) in [
        ("aminah", Role::Officer, Some(BRANCH)),
        ("bala", Role::Supervisor, None),
        ("chong", Role::Auditor, Some(BRANCH)),
        ("devi", Role::Officer, Some("lain")),
    ] {
        siti.person(&daemon, id, role, branch).await;
    }
    let kiosk = siti.device(&daemon, "kiosk", DeviceKind::Kiosk).await;
    let wall = siti.device(&daemon, "dinding", DeviceKind::Display).await;
    let leave = async |from: &Asker, id: &str, secret: &str| {
        let reply = from.post(&at(paths::KIOSK_LEAVE), json!({ "id": id, "secret": secret })).await;
        assert!(reply.headers.get("set-cookie").is_none(), "{id}");
        (reply.status.as_u16(), reply.code().to_owned())
    };
    let no = |status: u16, code: &str| (status, code.to_owned());
    let may = no(204, "");
    assert_eq!(leave(&kiosk, "aminah", PIN).await, may);
    assert_eq!(leave(&kiosk, " Aminah ", PIN).await, may);
    assert_eq!(leave(&kiosk, "bala", PASSWORD).await, may);
    assert_eq!(leave(&kiosk, "siti", PASSWORD).await, may, "who administers");
    assert_eq!(leave(&kiosk, "chong", PASSWORD).await, no(403, "not_allowed"), "an auditor only reads");
    assert_eq!(leave(&kiosk, "devi", PIN).await, no(403, "not_allowed"), "of another branch");
    assert_eq!(leave(&wall, "aminah", PIN).await, no(403, "not_allowed"), "a wall is no kiosk");
    assert_eq!(leave(&Asker::new(&daemon), "aminah", PIN).await, no(401, "not_signed_in"));

    // Wrong ones cost what they cost at the sign-in, and count together with those.
    assert_eq!(leave(&kiosk, "tiada", PIN).await, no(401, "wrong_sign_in"));
    for _ in 0..2 {
        assert_eq!(leave(&kiosk, "aminah", "000000").await, no(401, "wrong_sign_in"));
    }
    for _ in 0..2 {
        assert_eq!(Asker::new(&daemon).sign_in("aminah", "000000").await.code(), "wrong_sign_in");
    }
    assert_eq!(leave(&kiosk, "aminah", PIN).await, no(429, "too_many_requests"));

    let lines = siti.get(&format!("{}?last=100", paths::AUDIT)).await.fine().body;
    let lines = lines["lines"].as_array().expect("lines");
    let left: Vec<_> = lines.iter().filter(|line| line["what"] == "kiosk_left").collect();
    assert_eq!(left.len(), 4);
    let of_aminah = left.iter().filter(|line| line["subject"] == "aminah" && line["who"] == "device kiosk");
    assert_eq!(of_aminah.count(), 2);
    assert!(left.iter().all(|line| line["branch"] == BRANCH));
    let failed = |line: &&Value| line["what"] == "sign_in_failed" && line["who"] == "device kiosk";
    assert_eq!(lines.iter().filter(failed).count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_is_asked_who_they_are_a_kiosk_has_no_pin_to_ask_for() {
    let daemon = Daemon::start().await;
    let reply = Asker::new(&daemon).post(&at(paths::KIOSK_LEAVE), json!({ "id": "a", "secret": "b" })).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (409, "sign_in_off"));
    // All that come from one address are one.
    daemon
        .api()
        .command(BRANCH, &giliran_tests::request(Command::OpenCounter { counter: "kaunter-1".into() }))
        .await
        .expect("it opens");
    let call = call(&Asker::new(&daemon), "ms").await;
    for _ in 0..2 {
        assert_eq!(report(&Asker::new(&daemon), call, "shown").await, "");
    }
    let seen = Asker::new(&daemon).get(&format!("{}?audience=counter", at(paths::STATE))).await.fine().body;
    assert_eq!(seen["view"]["reports"][0]["shown"], 1);
}
