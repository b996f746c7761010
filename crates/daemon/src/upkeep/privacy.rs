//! What is kept of people, shown and let go of. What can be let go of and what can't: `docs/privacy.md`.
//!
//! - A member of the staff has a record and sessions, which are removed; that something was done stays in the log
//!   and in the audit record, under the short name.
//! - A visitor has at most a keyed hash of a phone or card number in the log. Where the key is destroyed, none of
//!   them can be told from a random number any more.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};
use giliran_core::{Actor, BranchId, Entry, Event, OfficerId, PersonKey, Remark, TicketId, Turn};
use giliran_protocol::audit::AuditLine;
use giliran_store::{Copier, Inspection, Record, SqliteStore, Store, Survey, copies};
use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{audit, backup::backup, contradiction};
use crate::{
    access::{
        book::{Book, Line},
        devices::{self, Devices},
        people::{self, Person},
        sessions::{Lasting, Session, Sessions},
    },
    failure::Failure,
    keep,
    persons::Persons,
};

/// By whom the audit record says that it was done.
const OPERATOR: &str = "operator";

/// How often something happened, and from when to when.
#[derive(Debug, Default)]
struct Span {
    count: u64,
    ends: Option<(Timestamp, Timestamp)>,
}

impl Span {
    fn take(&mut self, at: Timestamp) {
        let (from, to) = self.ends.unwrap_or((at, at));
        self.ends = Some((from.min(at), to.max(at)));
        self.count += 1;
    }

    fn line(&self, what: &str) -> Option<String> {
        self.ends.map(|(from, to)| format!("{what}: {}, from {from} to {to}", self.count))
    }
}

/// All that is kept of a member of the staff, in lines.
///
/// # Errors
///
/// The database can't be read, or something in it.
pub async fn show_person(database: &Path, id: &OfficerId) -> anyhow::Result<Vec<String>> {
    let mut looked = Inspection::open(database).await?;
    let records: Vec<Record> = looked.records().await?.into_iter().collect::<Result<_, _>>()?;
    let mut said = vec![id.to_string()];
    match person(&records, id)? {
        Some(person) => said.extend(of_record(&person)),
        None => said.push("no record: may not sign in".into()),
    }
    for session in sessions_of(looked.sessions().await?.into_iter().collect::<Result<_, _>>()?, id) {
        said.push(format!(
            "session: begun {} from {}, last used {}",
            session.begun,
            session.from,
            session.seen()
        ));
    }
    let devices = Devices::load(records.iter().filter(|record| record.kind == devices::KIND));
    let devices = devices.context("the record of a device is not understood")?;
    let (mut by, mut about, mut addresses) = (Span::default(), Span::default(), BTreeSet::new());
    let who = format!("person {id}");
    audit::each_line(&mut looked, 0, |line: &AuditLine| {
        if line.who == who {
            by.take(line.at);
            addresses.extend(line.from.clone());
        } else if line.subject.as_deref() == Some(id.as_str()) {
            about.take(line.at);
        }
    })
    .await?;
    said.extend(by.line("audit record, lines by this one"));
    if !addresses.is_empty() {
        let addresses: Vec<_> = addresses.into_iter().collect();
        said.push(format!("audit record, addresses: {}", addresses.join(", ")));
    }
    said.extend(about.line("audit record, lines about this one"));
    for branch in looked.branches().await? {
        for device in devices.in_branch(&branch).iter().filter(|device| device.paired_by == id.as_str()) {
            said.push(format!("branch {branch}, let in device {} at {}", device.id, device.paired_at));
        }
        let (mut by, mut seated) = (Span::default(), Span::default());
        each_entry(&mut looked, &branch, |entry| {
            if matches!(&entry.by, Some(Actor::Officer { id: officer }) if officer == id) {
                by.take(entry.at);
            }
            for event in &entry.events {
                if matches!(event, Event::OfficerSeated { officer: Some(officer), .. } if officer == id) {
                    seated.take(entry.at);
                }
            }
        })
        .await?;
        said.extend(by.line(&format!("branch {branch}, log entries by this one")));
        said.extend(seated.line(&format!("branch {branch}, seated at a counter")));
    }
    looked.close().await;
    Ok(said)
}

fn of_record(person: &Person) -> Vec<String> {
    let grants: Vec<_> = person.grants.iter().map(ToString::to_string).collect();
    let mut said = vec![format!("name: {}", person.name), format!("roles: {}", grants.join(" "))];
    said.push(match (&person.secret, person.must_change) {
        (Some(_), false) => "PIN or password: an Argon2id hash".into(),
        (Some(_), true) => "PIN or password: an Argon2id hash, set by another".into(),
        (None, _) => "PIN or password: none".into(),
    });
    said.extend(person.last_sign_in.map(|at| format!("last sign-in: {at}")));
    said
}

/// All that is kept of a visitor with that phone or card number, in lines.
///
/// # Errors
///
/// The database can't be read, or something in it; or that is no number.
pub async fn show_visitor(database: &Path, number: &str) -> anyhow::Result<Vec<String>> {
    let persons = Persons::kept(database).context("the key can't be read")?;
    let mut looked = Inspection::open(database).await?;
    let mut said = vec!["of the number itself: nothing".to_owned()];
    if let Some(persons) = persons {
        let key = persons.key_of(number).map_err(|why| told(&why))?;
        for branch in looked.branches().await? {
            let mut visitor = Visitor { key, day: None, tickets: BTreeMap::new(), said: Vec::new() };
            each_entry(&mut looked, &branch, |entry| visitor.take(&branch, entry)).await?;
            said.extend(visitor.said);
            said.extend(visitor.tickets.into_values().filter_map(|(what, span)| span.line(&what)));
        }
        if said.len() == 1 {
            said.push("of what stands for it under the present key: nothing".into());
        }
    } else {
        said.push("there is no key: what stands for people in the log can't be told apart any more".into());
    }
    looked.close().await;
    Ok(said)
}

/// What the log of a branch says of one visitor.
struct Visitor {
    key: PersonKey,
    day: Option<Date>,
    tickets: BTreeMap<TicketId, (String, Span)>,
    said: Vec<String>,
}

impl Visitor {
    #[expect(clippy::wildcard_enum_match_arm, reason = "all others say of no person")]
    fn take(&mut self, branch: &BranchId, entry: &Entry) {
        let mut of_entry = BTreeSet::new();
        for event in &entry.events {
            match event {
                Event::DayBegan { day, .. } => self.day = Some(*day),
                Event::TicketIssued { ticket, number, service, person: Some(person), .. }
                    if *person == self.key =>
                {
                    let day = self.day.map(|day| day.to_string()).unwrap_or_default();
                    let what = format!("branch {branch}, {day}, ticket {number} for {service}: log entries");
                    self.tickets.insert(*ticket, (what, Span::default()));
                }
                Event::AppointmentsSet { appointments } => {
                    for one in appointments.iter().filter(|one| one.person == Some(self.key)) {
                        self.said.push(format!(
                            "branch {branch}, appointment {} at {} for {}, entry {}",
                            one.code, one.at, one.service, entry.seq
                        ));
                    }
                }
                _ => {}
            }
            let Some(ticket) = contradiction::ticket_of(event).filter(|id| self.tickets.contains_key(id))
            else {
                continue;
            };
            of_entry.insert(ticket);
            if let Some(text) = remark(event) {
                let number = self.tickets[&ticket].0.as_str();
                let number = number.trim_end_matches(": log entries");
                let (entry, text) = (entry.seq, text.as_str());
                self.said.push(format!("{number}, written by staff in entry {entry}: {text}"));
            }
        }
        for ticket in of_entry {
            if let Some((_, span)) = self.tickets.get_mut(&ticket) {
                span.take(entry.at);
            }
        }
    }
}

/// What staff wrote about a ticket.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others have no text of anybody's")]
fn remark(event: &Event) -> Option<&Remark> {
    match event {
        Event::TicketTransferred { note, .. } | Event::NoteAdded { note, .. } => note.as_ref(),
        Event::TicketCancelled { reason, .. } => reason.as_ref(),
        Event::TicketCalled { turn: Turn::Picked { reason, .. }, .. }
        | Event::TicketRequeued { reason, .. }
        | Event::ClassChanged { reason, .. } => Some(reason),
        _ => None,
    }
}

/// Removes the record and the sessions of a member of the staff, and what is left of them in the file. `copies`: the
/// copies are made anew, too. Says in lines what was done.
///
/// # Errors
///
/// A daemon is at work; nobody would be left to let people in; the disk refuses.
pub async fn remove_person(
    database: &Path,
    id: &OfficerId,
    copies: Copies,
    now: Timestamp,
) -> anyhow::Result<Vec<String>> {
    let store = open(database).await?;
    let done = remove(&store, database, id, copies, now).await;
    store.close().await;
    done
}

async fn remove(
    store: &Arc<SqliteStore>,
    database: &Path,
    id: &OfficerId,
    copies: Copies,
    now: Timestamp,
) -> anyhow::Result<Vec<String>> {
    let records = store.records().await?;
    let kept = store.sessions().await?;
    let mut changes: Vec<_> = sessions_of(kept, id).iter().map(|session| session.remove()).collect();
    let sessions = changes.len();
    let found = person(&records, id)?;
    if let Some(person) = &found {
        if person.is_administrator() && !others(&records, id)? {
            bail!("{id} is the only administrator who can sign in; make another one first");
        }
        changes.push(Person::remove(id));
    }
    let mut said = Vec::new();
    if changes.is_empty() {
        said.push(format!("there was no record of {id}, and no session"));
    } else {
        let what = if found.is_some() { "record removed" } else { "no record" };
        let detail = format!("{what}, {sessions} sessions ended");
        said.push(format!("{id}: {detail}"));
        let subject = Some(id.to_string());
        write(store, changes, Line { subject, detail: Some(detail), ..line("person_removed") }).await?;
    }
    // Also where it was removed before, by a daemon: SQLite marks room as free, and what stood there may stay.
    store.compact().await.context("what was removed may still stand in the file; run this again")?;
    said.push("the database was written anew: nothing of what was removed is left in it".into());
    said.extend(copies.renew(database, now).await?);
    said.push(format!(
        "what {id} did stays in the log and in the audit record, under that short name: both are there to prove that \
         nothing was taken out"
    ));
    Ok(said)
}

/// Destroys the key that makes the hashes of visitors' phone and card numbers, so that those in the log stand for
/// nobody any more. `even_now`: although people are here whose numbers are looked at. Says in lines what was done.
///
/// # Errors
///
/// A daemon is at work; people are here; the disk refuses.
pub async fn forget_visitors(
    database: &Path,
    even_now: bool,
    copies: Copies,
    now: Timestamp,
) -> anyhow::Result<Vec<String>> {
    let store = open(database).await?;
    let done = forget(&store, database, even_now, copies, now).await;
    store.close().await;
    done
}

async fn forget(
    store: &Arc<SqliteStore>,
    database: &Path,
    even_now: bool,
    copies: Copies,
    now: Timestamp,
) -> anyhow::Result<Vec<String>> {
    if Persons::kept(database).context("the key can't be read")?.is_none() {
        bail!("{} is not there: nobody can be told by it", Persons::file(database).display());
    }
    let mut looked = Inspection::open(database).await?;
    let branches = looked.branches().await?;
    looked.close().await;
    let mut here = Vec::new();
    for branch in branches {
        let mut ledger = keep::recover(&**store, &branch).await?.ledger;
        // As a daemon would find it: who was left over from a day that is past has gone.
        ledger.advance(now);
        let living = ledger.branch().tickets().filter(|(_, ticket)| ticket.person.is_some()).count();
        let missed = ledger.branch().missed().filter(|(_, missed)| missed.ticket.person.is_some()).count();
        if living + missed > 0 {
            here.push(format!("{} in {branch}", living + missed));
        }
    }
    if !here.is_empty() && !even_now {
        bail!(
            "people are here who gave a number: {}; forgotten, they could take a second ticket. Wait until the office has \
             closed, or say --now",
            here.join(", ")
        );
    }
    let detail = (!here.is_empty()).then(|| format!("while there were {}", here.join(", ")));
    write(store, Vec::new(), Line { detail, ..line("visitors_forgotten") }).await?;
    Persons::renew(database).context("the key is still the old one; run this again")?;
    let mut said = vec![
        "the key was destroyed and another made: no hash in the log stands for anybody any more".to_owned(),
        "browsers in which somebody has signed in before count as new, and whatever else was made with the key is void"
            .to_owned(),
    ];
    said.extend(copies.renew(database, now).await?);
    Ok(said)
}

/// What is to become of copies, which may hold what is let go of.
#[derive(Debug, Clone, Default)]
pub struct Copies {
    /// The folder of the continuous copy, where there is one.
    pub folder: Option<PathBuf>,
    /// Whether they are made anew, and what upgrades and restores set aside is removed.
    pub anew: bool,
}

impl Copies {
    /// Makes them anew, or says which there are.
    async fn renew(&self, database: &Path, now: Timestamp) -> anyhow::Result<Vec<String>> {
        let aside = set_aside(database)?;
        let folder = self.folder.as_ref().filter(|folder| copies(folder).is_ok());
        let mut said = Vec::new();
        if !self.anew {
            let old: Vec<_> =
                folder.into_iter().chain(&aside).map(|path| path.display().to_string()).collect();
            if !old.is_empty() {
                said.push(format!("older copies may still hold it, see --copies: {}", old.join(", ")));
            }
            said.push(ELSEWHERE.into());
            return Ok(said);
        }
        if let Some(folder) = folder {
            let (copy, rows) = backup(database, folder, now).await?;
            let survey = {
                let copy = copy.clone();
                tokio::task::spawn_blocking(move || Survey::read(&copy, |_, _| {})).await??
            };
            if !survey.is_sound() {
                bail!("the new copy {} is not sound, so the old ones were left", copy.display());
            }
            let name = copy.file_name().and_then(|name| name.to_str()).context("the copy has an odd name")?;
            let copier = Copier::open_named(database, folder, name).await?;
            copier.tidy(0).await?;
            copier.close().await;
            let left: Vec<_> = copies(folder)?.into_iter().filter(|other| *other != copy).collect();
            if let Some(other) = left.first() {
                bail!("{} could not be removed; remove it by hand", other.display());
            }
            said.push(format!(
                "copied anew, {rows} rows, to {}; all older copies there were removed",
                copy.display()
            ));
        }
        for path in aside {
            fs::remove_file(&path).with_context(|| format!("{} could not be removed", path.display()))?;
            said.push(format!("removed {}", path.display()));
        }
        said.push(ELSEWHERE.into());
        Ok(said)
    }
}

/// What only the office can know.
const ELSEWHERE: &str = "copies that were carried elsewhere are for you to destroy";

/// Files beside a database that upgrades and restores have set aside.
fn set_aside(database: &Path) -> io::Result<Vec<PathBuf>> {
    let database = fs::canonicalize(database)?;
    let (Some(folder), Some(name)) = (database.parent(), database.file_name()) else { return Ok(Vec::new()) };
    let name = name.to_string_lossy();
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let of = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let rest = of.strip_prefix(&*name);
        if rest.is_some_and(|rest| rest.starts_with(".schema-") || rest.starts_with(".before-")) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Opens a database that is there, with nobody else at work on it.
async fn open(database: &Path) -> anyhow::Result<Arc<SqliteStore>> {
    if !database.exists() {
        bail!("{} is not there", database.display());
    }
    Ok(Arc::new(SqliteStore::open(database).await?))
}

/// Makes changes and writes the line that tells of them.
async fn write(
    store: &Arc<SqliteStore>,
    changes: Vec<giliran_store::Change>,
    line: Line,
) -> anyhow::Result<()> {
    let book = Book::open(store.clone()).await?;
    book.write(changes, line).await.map_err(|why| told(&why))
}

fn line(what: &str) -> Line {
    Line { who: OPERATOR.into(), what: what.into(), ..Line::default() }
}

/// A refusal, for a terminal.
fn told(why: &Failure) -> anyhow::Error {
    let message = why.clone().error().message;
    anyhow::Error::msg(message.en.unwrap_or(message.ms))
}

/// The record of a person, where there is one.
fn person(records: &[Record], id: &OfficerId) -> anyhow::Result<Option<Person>> {
    let record = records.iter().find(|record| record.kind == people::KIND && record.key == id.as_str());
    let read = record.map(|record| serde_json::from_str(&record.body));
    read.transpose().with_context(|| format!("the record of {id} is not understood"))
}

/// Whether another administrator can sign in.
fn others(records: &[Record], id: &OfficerId) -> anyhow::Result<bool> {
    for record in records.iter().filter(|record| record.kind == people::KIND && record.key != id.as_str()) {
        let other: Person = serde_json::from_str(&record.body)
            .with_context(|| format!("the record of {} is not understood", record.key))?;
        if other.is_administrator() && other.secret.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The sessions of a person, among all that are kept; whether they are over is not asked.
fn sessions_of(kept: Vec<(String, String)>, id: &OfficerId) -> Vec<Arc<Session>> {
    let lasting = Lasting { idle: SignedDuration::MAX, longest: SignedDuration::MAX };
    Sessions::load(kept, lasting, Timestamp::UNIX_EPOCH).0.of_person(id)
}

/// Hands over each entry of a branch, in order.
async fn each_entry(
    looked: &mut Inspection,
    branch: &BranchId,
    mut each: impl FnMut(&Entry),
) -> anyhow::Result<()> {
    let mut after = 0;
    loop {
        let entries = looked.entries(branch, after, keep::PAGE).await?;
        if entries.is_empty() {
            return Ok(());
        }
        for entry in entries {
            let entry = entry?;
            after = entry.seq;
            each(&entry);
        }
    }
}
