//! The description of the interface, held against the daemon that runs.
//!
//! Schemathesis reads the OpenAPI document, sends what it allows and what it does not, and compares: no
//! answer may be a fault of ours, and none may be of a kind that the document does not name. It is
//! fetched once, into a Python environment of its own.
//!
//! It comes once to a daemon that asks nobody who they are, so that everything is reached; and then to one that asks,
//! as nobody, as each role, and as devices, so that whatever is denied is denied as the document says. Who may do what
//! is not its business: that is in `tests/tests`.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::{
    demo,
    process::{self, Running},
};

/// The version that is known to find what is there and nothing that is not.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

/// What is compared.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
     response_schema_conformance,response_headers_conformance,negative_data_rejection,unsupported_method";

/// How long it may go on making up requests where all of them are let in.
const MOST_SECONDS: &str = "22";

/// And as each of those who are let in to some.
const MOST_SECONDS_EACH: &str = "6";

/// How long the daemon may take to log where the first administrator is made.
const LOGS_WITHIN: Duration = Duration::from_secs(30);

/// Whom it comes as, in this order: whoever may remove others comes last.
const ROLES: [&str; 4] = ["officer", "auditor", "supervisor", "administrator"];
const DEVICES: [&str; 2] = ["kiosk", "display"];

/// Somebody, and a device, that may be changed and removed by those who have the right to. What else is named in an
/// address is made up, and names nobody.
const VICTIM: &str = "mangsa";

/// Runs it against daemons of its own. `run` is told each command that has something to say.
pub fn check(run: &dyn Fn(&mut Command) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let tools = std::path::absolute(demo::target_folder().join("tools"))?;
    let program = schemathesis(&tools, run)?;
    let folder = demo::target_folder().join("contract");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;

    let (daemon, address) = start(&folder.join("open.db"), &["--no-sign-in"])?;
    let tester = Tester { program: &program, folder: &folder, address: &address, run };
    let mut wrong = Vec::new();
    note(&mut wrong, tester.run("anybody", &[], &[], MOST_SECONDS))?;
    drop(daemon);

    let (daemon, address, log) = start_asking(&folder.join("asking.db"))?;
    let tester = Tester { program: &program, folder: &folder, address: &address, run };
    let office = Office { address: &address, branch: demo::first_branch(&address)? };
    for identity in enrol(&office, &log)? {
        let outcome = tester.run(&identity.name, &identity.headers, identity.left_out, MOST_SECONDS_EACH);
        note(&mut wrong, outcome.and_then(|()| office.still_knows(&identity)))?;
    }
    drop(daemon);
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n")) }
}

/// Keeps what went wrong, so that the others are tried too; unless somebody asked to stop.
fn note(wrong: &mut Vec<String>, outcome: anyhow::Result<()>) -> anyhow::Result<()> {
    match outcome {
        Err(stopped) if process::stop_asked() => Err(stopped),
        Err(why) => {
            wrong.push(format!("{why:#}"));
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

fn start(database: &Path, further: &[&str]) -> anyhow::Result<(Running, String)> {
    let further = [&["--database", text(database)?], further].concat();
    demo::start_daemon(&daemon(), Path::new(CONFIG), listen(), &further, None)
}

fn start_asking(database: &Path) -> anyhow::Result<(Running, String, Receiver<String>)> {
    let (say, log) = channel();
    let further = ["--database", text(database)?];
    let (daemon, address) = demo::start_daemon(&daemon(), Path::new(CONFIG), listen(), &further, Some(say))?;
    Ok((daemon, address, log))
}

const CONFIG: &str = "config/sample-office.toml";

fn daemon() -> PathBuf {
    demo::target_folder().join("debug/giliran")
}

fn listen() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

fn text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().context("the target folder has an odd name")
}

/// Headers, by name.
type Headers = Vec<(&'static str, String)>;

/// Whom schemathesis comes as.
struct Identity {
    name: String,
    headers: Headers,
    /// Addresses that are not asked, because the first request would end what is tried.
    left_out: &'static [&'static str],
}

/// Schemathesis, and what it is pointed at.
struct Tester<'a> {
    program: &'a Path,
    folder: &'a Path,
    address: &'a str,
    run: &'a dyn Fn(&mut Command) -> anyhow::Result<()>,
}

impl Tester<'_> {
    fn run(
        &self,
        name: &str,
        headers: &[(&'static str, String)],
        left_out: &[&str],
        most_seconds: &str,
    ) -> anyhow::Result<()> {
        let branch = demo::first_branch(self.address)?;
        let settings = format!("{name}.toml"); // beside the database, where it is run
        // Half of what is sent names what there is; the rest is made up.
        let parameters =
            format!("[parameters]\nbranch = {branch:?}\nperson = {VICTIM:?}\ndevice = {VICTIM:?}\n");
        fs::write(self.folder.join(&settings), parameters)?;
        let mut ask = Command::new(self.program);
        ask.args(["--config-file", &settings]);
        ask.args(["run", &format!("{}/api/openapi.json", self.address), "--no-color", "--warnings", "off"]);
        ask.args(["--checks", CHECKS, "--phases", "coverage,fuzzing", "--max-examples", "20"]);
        // The same every time: what fails today fails tomorrow.
        ask.args(["--max-time", most_seconds, "--seed", "20261122", "--workers", "1"]);
        ask.args(["--suppress-health-check", "all", "--request-timeout", "30"]);
        for (header, value) in headers {
            ask.args(["--header", &format!("{header}: {value}")]);
        }
        for path in left_out {
            ask.args(["--exclude-path", path]);
        }
        ask.current_dir(self.folder);
        (self.run)(&mut ask).with_context(|| format!("as {name}"))
    }
}

/// The daemon that asks who everybody is.
struct Office<'a> {
    address: &'a str,
    branch: String,
}

impl Office<'_> {
    /// Sends JSON, and gives what came back, with the cookies as they are to be sent again.
    fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&'static str, String)],
        body: &Value,
    ) -> anyhow::Result<(Value, String)> {
        let address = format!("{}{}", self.address, path.replace("{branch}", &self.branch));
        let web = demo::web();
        let mut request = if method == "PUT" { web.put(&address) } else { web.post(&address) };
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let mut answer = request.send_json(body).with_context(|| format!("{method} {address}"))?;
        let cookies = answer.headers().get_all("set-cookie").iter();
        let cookies =
            cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next()).collect::<Vec<_>>();
        let cookies = cookies.join("; ");
        let said = answer.body_mut().read_to_string()?;
        let said = if said.is_empty() { Value::Null } else { serde_json::from_str(&said)? };
        Ok((said, cookies))
    }

    /// The headers of a browser that keeps those cookies.
    fn browser(&self, cookies: String) -> Headers {
        vec![("Origin", self.address.to_owned()), ("Cookie", cookies)]
    }

    /// Makes somebody of a role who has signed in, and has changed the password that was set.
    fn person(&self, administrator: &Headers, id: &str, role: &str) -> anyhow::Result<Headers> {
        let person = format!("/api/v1/people/{id}");
        let body = json!({ "name": id, "grants": [{ "role": role }] });
        self.send("PUT", &person, administrator, &body)?;
        let (set, own) = ("hujan di tengah hari", "kucing makan ikan kering");
        self.send("POST", &format!("{person}/secret"), administrator, &json!({ "secret": set }))?;
        let (_, cookies) =
            self.send("POST", "/api/v1/sign-in", &Headers::new(), &json!({ "id": id, "secret": set }))?;
        let body = json!({ "old": set, "new": own });
        let (_, cookies) = self.send("POST", "/api/v1/me/secret", &self.browser(cookies), &body)?;
        Ok(self.browser(cookies))
    }

    /// Pairs a device.
    fn device(&self, administrator: &Headers, id: &str, kind: &str) -> anyhow::Result<Headers> {
        let body = json!({ "device": kind, "branch": self.branch });
        let (offer, _) = self.send("POST", "/api/v1/pairing", &Headers::new(), &body)?;
        let body = json!({ "code": offer["code"], "id": id });
        self.send("POST", "/api/v1/branches/{branch}/pairing/approve", administrator, &body)?;
        let body = json!({ "claim": offer["claim"] });
        let (paired, _) = self.send("POST", "/api/v1/pairing/claim", &Headers::new(), &body)?;
        let key = paired["key"].as_str().context("the device was given no key")?;
        Ok(vec![("Authorization", format!("Bearer {key}"))])
    }

    /// Whether somebody is still who they were: what was tried as nobody says nothing of a role.
    fn still_knows(&self, Identity { name, headers, .. }: &Identity) -> anyhow::Result<()> {
        let mut request = demo::web().get(format!("{}/api/v1/me", self.address));
        for (header, value) in headers {
            request = request.header(*header, value);
        }
        let me: Value = request.call()?.body_mut().read_json()?;
        if me["id"].as_str().unwrap_or("nobody") != name {
            bail!("what was sent as {name} has ended the session: the daemon now says {me}");
        }
        Ok(())
    }
}

/// Makes everybody as whom it comes.
fn enrol(office: &Office<'_>, log: &Receiver<String>) -> anyhow::Result<Vec<Identity>> {
    let token = loop {
        let line = log.recv_timeout(LOGS_WITHIN).context("no administrator can be made")?;
        if let Some((_, token)) = line.split_once("/sign-in#first=") {
            break token.split_whitespace().next().unwrap_or_default().to_owned();
        }
    };
    let body = json!({
        "token": token, "id": "pertama", "name": "Pertama", "secret": "kucing makan ikan masin"
    });
    let (_, cookies) = office.send("POST", "/api/v1/first-administrator", &Headers::new(), &body)?;
    let administrator = office.browser(cookies);
    office.person(&administrator, VICTIM, "officer")?;
    office.device(&administrator, VICTIM, "sign")?;
    let mut identities = vec![Identity { name: "nobody".into(), headers: Headers::new(), left_out: &[] }];
    for kind in DEVICES {
        let name = format!("{kind}-yang-menguji");
        let headers = office.device(&administrator, &name, kind)?;
        identities.push(Identity { name, headers, left_out: &[] });
    }
    for role in ROLES {
        let name = format!("{role}-yang-menguji");
        let headers = office.person(&administrator, &name, role)?;
        // The others are refused: they want the person's old password, or name somebody else.
        identities.push(Identity { name, headers, left_out: &["/api/v1/sign-out"] });
    }
    Ok(identities)
}

/// The program, fetched if it is not there.
fn schemathesis(tools: &Path, run: &dyn Fn(&mut Command) -> anyhow::Result<()>) -> anyhow::Result<PathBuf> {
    let folder = tools.join("schemathesis");
    let program = folder.join("bin/schemathesis");
    let mark = folder.join(".installed");
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == SCHEMATHESIS) {
        return Ok(program);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = Command::new(folder.join("bin/python"));
    run(pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", SCHEMATHESIS]))?;
    process::run(Command::new(&program).arg("--version"), process::Output::Dropped)?;
    fs::write(mark, SCHEMATHESIS)?;
    Ok(program)
}
