//! Who may take part: people who sign in, devices that are paired, and a record of what they did.
//!
//! - [`rights`] is the table of who may do what; everything else is denied.
//! - [`identity`] is who asks; [`Access::identify`] finds it out, request by request.
//! - [`people`], [`sessions`], [`devices`] and [`pairing`] are who is let in, and how long; [`secrets`] what is kept
//!   of PINs, passwords and keys; [`attempts`] what wrong ones cost; [`sign_on`] how a provider vouches for people.
//! - [`book`] writes each change, and the line of the audit record that tells of it, in one commit.
//! - [`refusals`] are the sentences, [`cookies`] what browsers keep.
//!
//! Invariants: what is shown or allowed by a change is on disk before; whoever is shut out has no open socket a
//! second later.

pub mod attempts;
pub mod book;
pub mod cookies;
pub mod devices;
pub mod identity;
pub mod known;
pub mod pairing;
pub mod people;
pub mod refusals;
pub mod rights;
pub mod secrets;
pub mod sessions;
pub mod sign_on;

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Instant,
};

use axum::http::{HeaderMap, header, uri::Authority};
use giliran_core::{BranchId, DeviceId, OfficerId};
use giliran_protocol::access::{
    ApprovePairing, ChangeSecret, FirstAdministrator, Grant, PersonView, PutPerson, Role, SignIn,
};
use giliran_store::{Record, Store, StoreError};

use self::{
    attempts::{Attempts, Place},
    book::{Book, Line},
    cookies::Jar,
    devices::{Device, Devices},
    identity::{Asker, Identity},
    known::Known,
    pairing::Pairings,
    people::Person,
    secrets::{KeyHash, key_hash, random_text},
    sessions::{Lasting, OF_ONE_PERSON, Session, Sessions},
    sign_on::SignOn,
};
use crate::{
    clock::system_time,
    config,
    failure::Failure,
    persons::Persons,
    web::{Buckets, Client, Rate},
};

/// New sign-ins of one address from browsers in which nobody has signed in before: enough for a hall that begins its
/// day with new machines, too little for guessing at everybody.
const NEWCOMERS: Rate = Rate { per_second: 1, burst: 40 };

/// Devices of one address that ask to be paired: a hall that is set up at once.
const PAIRING: Rate = Rate { per_second: 1, burst: 30 };

/// Steps of single sign-on of one address: two for each person, and a hall that begins its day.
const SIGN_ON: Rate = Rate { per_second: 2, burst: 60 };

/// Codes that one person may type: one in a second against 34.5 bits.
const CODES: Rate = Rate { per_second: 1, burst: 5 };

/// How often it is written down that the same one was denied something.
const DENIALS: Rate = Rate { per_second: 1, burst: 10 };

/// Who may take part.
#[derive(Debug)]
pub struct Access {
    /// Whether nobody is asked who they are.
    open: bool,
    book: Book,
    people: RwLock<BTreeMap<OfficerId, Arc<Person>>>,
    /// Who changes people or devices holds this until it is written, so that nobody decides by what is about to change.
    changing: tokio::sync::Mutex<()>,
    sessions: Sessions,
    devices: Devices,
    pairings: Pairings,
    attempts: Attempts,
    known: Known,
    newcomers: Buckets<IpAddr>,
    asking: Buckets<IpAddr>,
    signing_on: Buckets<IpAddr>,
    codes: Buckets<OfficerId>,
    denials: Buckets<String>,
    /// What stands for the token that makes the first administrator.
    first: Mutex<Option<KeyHash>>,
    /// Single sign-on, where the office has it.
    pub sign_on: Option<SignOn>,
}

/// A browser that was let in: the cookies that it is to keep.
#[derive(Debug)]
pub struct LetIn {
    /// Who.
    pub identity: Identity,
    session: String,
    known: String,
}

impl LetIn {
    /// Tells the browser.
    pub fn put(&self, headers: &mut HeaderMap, secure: bool) {
        Jar::Session.put(headers, &self.session, secure);
        Jar::Known.put(headers, &self.known, secure);
    }
}

/// How a daemon that was just started knows who may take part.
#[derive(Debug)]
pub struct Setting<'a> {
    /// What the configuration says.
    pub settings: &'a config::SignIn,
    /// Whether nobody is asked who they are.
    pub open: bool,
    /// Whether a new address is to be made for an administrator, although there is one.
    pub new_administrator: bool,
    /// The daemon's secret.
    pub persons: &'a Persons,
}

impl Access {
    /// Reads who may take part. The token that makes the first administrator is given where there is none yet.
    pub async fn open(
        store: &Arc<dyn Store>,
        Setting { settings, open, new_administrator, persons }: Setting<'_>,
        sign_on: Option<SignOn>,
    ) -> Result<(Arc<Self>, Option<String>), StoreError> {
        let records = store.records().await?;
        let of_kind = |kind: &'static str| records.iter().filter(move |record| record.kind == kind);
        let people: BTreeMap<_, _> = of_kind(people::KIND)
            .map(|record| read_person(record).map(|person| (person.id.clone(), Arc::new(person))))
            .collect::<Result<_, _>>()?;
        let devices = Devices::load(of_kind(devices::KIND)).ok_or_else(|| unreadable("device"))?;
        let book = Book::open(store.clone()).await?;
        let lasting = Lasting { idle: settings.idle, longest: settings.longest };
        let (sessions, mut over) = Sessions::load(store.sessions().await?, lasting, system_time());
        // Who is gone has no session, whatever else was restored or removed.
        let all: Vec<_> = sessions.all().into_iter().filter(|s| !people.contains_key(&s.person)).collect();
        over.extend(all.iter().map(|session| session.remove()));
        sessions.end(&all);
        if !over.is_empty() && store.unwritable().is_none() {
            // They open nothing, whether they are still there or not.
            let _ = book.keep(over).await;
        }
        let able = |person: &Arc<Person>| person.is_administrator() && person.can_sign_in(sign_on.is_some());
        let first = new_administrator || !people.values().any(able);
        let first = (first && !open).then(random_text);
        let access = Self {
            open,
            book,
            people: people.into(),
            changing: tokio::sync::Mutex::default(),
            sessions,
            devices,
            pairings: Pairings::default(),
            attempts: Attempts::default(),
            known: Known::new(persons),
            newcomers: Buckets::new(NEWCOMERS),
            asking: Buckets::new(PAIRING),
            signing_on: Buckets::new(SIGN_ON),
            codes: Buckets::new(CODES),
            denials: Buckets::new(DENIALS),
            first: Mutex::new(first.as_deref().map(key_hash)),
            sign_on,
        };
        Ok((Arc::new(access), first))
    }

    /// Whether the address in the log makes an administrator.
    pub fn awaits_first(&self) -> bool {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// The record of what is done.
    pub fn book(&self) -> &Book {
        &self.book
    }

    fn people(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<OfficerId, Arc<Person>>> {
        self.people.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn person(&self, id: &OfficerId) -> Option<Arc<Person>> {
        self.people().get(id).cloned()
    }

    fn put_person(&self, person: Person) -> Arc<Person> {
        let person = Arc::new(person);
        let mut people = self.people.write().unwrap_or_else(PoisonError::into_inner);
        people.insert(person.id.clone(), person.clone());
        person
    }

    /// Lets the asker change who may take part, alone, if it still may itself.
    async fn change(&self, asker: &Asker) -> Result<tokio::sync::MutexGuard<'_, ()>, Failure> {
        let changing = self.changing.lock().await;
        asker.identity.must_be_in()?;
        Ok(changing)
    }

    // --- who asks

    /// Whom the daemon takes a client for, by what its request brings.
    pub fn identify(&self, headers: &HeaderMap, client: Client) -> Identity {
        if self.open {
            return if is_of_this_machine(headers) { Identity::Anybody } else { Identity::Nobody };
        }
        let at = system_time();
        if let Some(key) = bearer(headers) {
            return self.device(&key, client, at);
        }
        if let Some(token) = Jar::Session.read(headers, client.secure)
            && let Some(session) = self.sessions.of(&key_hash(&token), at)
            && let Some(person) = self.person(&session.person)
        {
            return Identity::Person(person, session);
        }
        match Jar::Device.read(headers, client.secure) {
            Some(key) => self.device(&key, client, at),
            None => Identity::Nobody,
        }
    }

    fn device(&self, key: &str, client: Client, at: jiff::Timestamp) -> Identity {
        match self.devices.of(&key_hash(key)) {
            Some(device) => {
                device.is_seen(at, client.address);
                Identity::Device(device)
            }
            None => Identity::Nobody,
        }
    }

    /// Another token for a session whose own is old; none where it need not be. The browser is to keep it.
    pub async fn renewed(&self, identity: &Identity) -> Option<String> {
        let Identity::Person(_, session) = identity else { return None };
        let at = system_time();
        if !self.sessions.is_due(session, at) {
            return None;
        }
        let token = random_text();
        let changes = self.sessions.renew(session, key_hash(&token), at)?;
        // Where it can't be written the session ends with the daemon, and no sooner.
        let _ = self.book.keep(changes).await;
        self.forget_ended(std::slice::from_ref(session)).await;
        Some(token)
    }

    // --- in and out

    /// Lets somebody in by short name and PIN or password.
    pub async fn sign_in(
        &self,
        asker: &Asker,
        given: SignIn,
        headers: &HeaderMap,
        spare: bool,
    ) -> Result<LetIn, Failure> {
        if self.open {
            return Err(refusals::sign_in_off());
        }
        let known = Jar::Known.read(headers, asker.secure);
        let person = self.prove(asker, given, known.as_deref(), spare).await?;
        self.let_in(asker, &person.id, person.secret.as_deref(), known.as_deref(), "sign_in").await
    }

    /// Finds out at a kiosk whether somebody of the staff stands there: who may serve, arrange or administer in that
    /// branch. Begins no session.
    pub async fn leave_kiosk(
        &self,
        asker: &Asker,
        branch: &str,
        given: SignIn,
        headers: &HeaderMap,
        spare: bool,
    ) -> Result<(), Failure> {
        if self.open {
            return Err(refusals::sign_in_off());
        }
        let known = Jar::Known.read(headers, asker.secure);
        let proved = self.prove(asker, given, known.as_deref(), spare).await?;
        // As of now, and not as when the PIN was looked at.
        let person = self.person(&proved.id).filter(|person| person.secret == proved.secret);
        let person = person.ok_or_else(refusals::wrong_sign_in)?;
        if person.must_change {
            return Err(Failure::MustChangeSecret);
        }
        let (branch, subject) = (Some(branch.to_owned()), Some(person.id.to_string()));
        let may = [rights::Right::Serve, rights::Right::Arrange, rights::Right::SetRules]
            .into_iter()
            .any(|right| identity::grants_hold(&person.grants, right, branch.as_deref()));
        let what = if may { "kiosk_left" } else { "kiosk_not_left" };
        self.book.write(Vec::new(), Line { branch, subject, ..asker.line(what) }).await?;
        if may { Ok(()) } else { Err(Failure::NotAllowed) }
    }

    /// Who it is that brings that short name and PIN or password. What is wrong is counted, and written down.
    async fn prove(
        &self,
        asker: &Asker,
        SignIn { id, secret }: SignIn,
        known: Option<&str>,
        spare: bool,
    ) -> Result<Arc<Person>, Failure> {
        let named: Option<OfficerId> = id.trim().to_lowercase().parse().ok();
        let browser = named.as_ref().and_then(|id| self.known.number(known?, id));
        let now = Instant::now();
        if browser.is_none() && !spare {
            self.newcomers.take(crate::web::key(asker.address), now).map_err(Failure::TooMany)?;
        }
        let place = browser.map_or(Place::Address(crate::web::key(asker.address)), Place::Known);
        // Nobody's name is counted like somebody's: which it is must not show.
        let counted = named.clone().unwrap_or_else(nobodys_name);
        self.attempts.may(&counted, &place, now).map_err(Failure::TooMany)?;
        let times = self.attempts.failed(&counted, &place, now);
        let person = named.as_ref().and_then(|id| self.person(id));
        let kept = person.as_ref().and_then(|person| person.secret.clone());
        let right = secrets::verify(secret, kept).await;
        let Some(person) = person.filter(|_| right) else {
            let subject = named.map(|id| id.to_string());
            let detail = Some(format!("{times} from there"));
            self.book.write(Vec::new(), Line { subject, detail, ..asker.line("sign_in_failed") }).await?;
            return Err(refusals::wrong_sign_in());
        };
        self.attempts.succeeded(&counted, &place);
        Ok(person)
    }

    /// Begins a session for whoever proved to be somebody by what stands for `secret`; none where a provider vouches. The
    /// session that the browser had ends.
    async fn let_in(
        &self,
        asker: &Asker,
        id: &OfficerId,
        secret: Option<&str>,
        known: Option<&str>,
        what: &str,
    ) -> Result<LetIn, Failure> {
        let _changing = self.changing.lock().await;
        // The person as of now, and not as when the password was looked at: whoever was shut out meanwhile stays out,
        // and a password that was changed meanwhile lets nobody in.
        let person = self.person(id).filter(|person| person.secret.as_deref() == secret);
        let person = person.ok_or_else(refusals::wrong_sign_in)?;
        let at = system_time();
        let token = random_text();
        let session = self.sessions.begin(key_hash(&token), id.clone(), asker.address, at);
        let signed = Person { last_sign_in: Some(at), ..(*person).clone() };
        let mut ended = self.sessions.of_person(id);
        ended.truncate((ended.len() + 1).saturating_sub(OF_ONE_PERSON));
        if let Identity::Person(_, before) = &asker.identity {
            ended.push(before.clone());
        }
        let mut changes = vec![signed.put(), session.put()];
        changes.extend(ended.iter().map(|session| session.remove()));
        let who = format!("person {id}");
        self.book.write(changes, Line { who, ..asker.line(what) }).await?;
        let person = self.put_person(signed);
        self.sessions.let_in(&session);
        self.sessions.end(&ended);
        let known = self.known.with(known, id);
        Ok(LetIn { identity: Identity::Person(person, session), session: token, known })
    }

    /// Ends the asker's own session.
    pub async fn sign_out(&self, asker: &Asker) -> Result<(), Failure> {
        let Identity::Person(_, session) = &asker.identity else { return Ok(()) };
        // It has ended, whether that can be written down or not.
        self.sessions.end(std::slice::from_ref(session));
        self.book.write(vec![session.remove()], asker.line("sign_out")).await
    }

    /// Makes the first administrator, and lets in whoever did.
    pub async fn first(&self, asker: &Asker, asked: FirstAdministrator) -> Result<LetIn, Failure> {
        let FirstAdministrator { token, id, name, secret } = asked;
        let right = || {
            let first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
            *first == Some(key_hash(&token))
        };
        if !right() {
            return Err(refusals::not_the_first());
        }
        let id = person_id(&id)?;
        let name = people::name(&name).ok_or_else(|| refusals::unfit_person("the name"))?;
        secrets::fit(&secret, false, id.as_str()).map_err(refusals::unfit_secret)?;
        let secret = secrets::hash(secret).await.ok_or(Failure::Internal)?;
        {
            let _changing = self.changing.lock().await;
            // Whoever came first while this one was looked at has used it up.
            if !right() {
                return Err(refusals::not_the_first());
            }
            let grants = vec![Grant { role: Role::Administrator, branch: None }];
            let person = Person {
                id: id.clone(),
                name,
                grants,
                secret: Some(secret.clone()),
                must_change: false,
                last_sign_in: None,
            };
            let line = Line { subject: Some(id.to_string()), ..asker.line("first_administrator") };
            let ended = self.sessions.of_person(&id);
            let mut changes = vec![person.put()];
            changes.extend(ended.iter().map(|session| session.remove()));
            self.book.write(changes, line).await?;
            self.put_person(person);
            self.sessions.end(&ended);
            *self.first.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        self.let_in(asker, &id, Some(&secret), None, "sign_in").await
    }

    /// Changes the asker's own PIN or password. All sessions end but the one that begins.
    pub async fn change_secret(
        &self,
        asker: &Asker,
        ChangeSecret { old, new }: ChangeSecret,
        known: Option<&str>,
    ) -> Result<LetIn, Failure> {
        let Identity::Person(person, session) = &asker.identity else { return Err(Failure::NotAllowed) };
        let (id, now) = (person.id.clone(), Instant::now());
        // Whoever found a browser that somebody left open must not guess here either; whoever guesses elsewhere keeps
        // nobody from changing the own PIN.
        let place = Place::Own;
        self.attempts.may(&id, &place, now).map_err(Failure::TooMany)?;
        self.attempts.failed(&id, &place, now);
        let verified = person.secret.clone();
        if !secrets::verify(old.clone(), verified.clone()).await {
            let line = Line { subject: Some(id.to_string()), ..asker.line("secret_change_failed") };
            self.book.write(Vec::new(), line).await?;
            return Err(refusals::wrong_sign_in());
        }
        self.attempts.succeeded(&id, &place);
        let fit = secrets::fit(&new, person.pin_is_enough(), id.as_str());
        fit.and_then(|()| if old == new { Err(secrets::Unfit::Guessable) } else { Ok(()) })
            .map_err(refusals::unfit_secret)?;
        let hashed = secrets::hash(new).await.ok_or(Failure::Internal)?;
        {
            let _changing = self.changing.lock().await;
            let still = |person: &Arc<Person>| !session.ended.is_cancelled() && person.secret == verified;
            let person = self.person(&id).filter(still).ok_or(Failure::NotSignedIn)?;
            let changed = Person { secret: Some(hashed.clone()), must_change: false, ..(*person).clone() };
            self.replace(asker, changed, "secret_changed", None).await?;
        }
        self.let_in(asker, &id, Some(&hashed), known, "sign_in").await
    }

    /// Keeps a person as it is to be; all sessions of the one before end. For whoever holds `changing`.
    async fn replace(
        &self,
        asker: &Asker,
        person: Person,
        what: &str,
        detail: Option<String>,
    ) -> Result<Arc<Person>, Failure> {
        let ended = self.sessions.of_person(&person.id);
        let mut changes = vec![person.put()];
        changes.extend(ended.iter().map(|session| session.remove()));
        let line = Line { subject: Some(person.id.to_string()), detail, ..asker.line(what) };
        self.book.write(changes, line).await?;
        self.attempts.forget(&person.id);
        self.sessions.end(&ended);
        Ok(self.put_person(person))
    }

    // --- people

    /// The people whom the asker may see: supervisors those of their branches.
    pub fn list_people(&self, asker: &Asker) -> Vec<PersonView> {
        let people: Vec<_> = self.people().values().cloned().collect();
        let seen = people.into_iter().filter(|person| {
            let here = |grant: &Grant| {
                let branch = grant.branch.as_deref();
                asker.identity.holds_everywhere(rights::Right::ReadAccess)
                    || branch.is_some_and(|b| asker.identity.holds(rights::Right::ReadAccess, Some(b)))
            };
            person.grants.iter().any(here)
        });
        seen.map(|person| self.view(&person)).collect()
    }

    fn view(&self, person: &Person) -> PersonView {
        PersonView {
            id: person.id.to_string(),
            name: person.name.clone(),
            grants: person.grants.clone(),
            secret: person.secret.is_some(),
            must_change: person.must_change,
            sessions: u32::try_from(self.sessions.of_person(&person.id).len()).unwrap_or(u32::MAX),
            last_sign_in: person.last_sign_in,
        }
    }

    /// The person of that short name, if the asker may change all that it may do.
    fn may_change(&self, asker: &Asker, id: &OfficerId) -> Result<Option<Arc<Person>>, Failure> {
        match self.person(id) {
            Some(person) if person.grants.iter().all(|grant| asker.may_give(grant)) => Ok(Some(person)),
            Some(_) => Err(Failure::NotAllowed),
            None => Ok(None),
        }
    }

    /// Lets somebody sign in, or changes the name and roles of who may.
    pub async fn put(
        &self,
        asker: &Asker,
        id: &str,
        PutPerson { name, grants }: PutPerson,
        branch_is_there: impl Fn(&str) -> bool,
    ) -> Result<PersonView, Failure> {
        let id = person_id(id)?;
        let name = people::name(&name).ok_or_else(|| refusals::unfit_person("the name"))?;
        let grants =
            people::grants(grants, branch_is_there).ok_or_else(|| refusals::unfit_person("the roles"))?;
        if !grants.iter().all(|grant| asker.may_give(grant)) {
            return Err(Failure::NotAllowed);
        }
        let _changing = self.change(asker).await?;
        let before = self.may_change(asker, &id)?;
        let detail = Some(shown(&grants));
        let person = match before {
            Some(before) => {
                let person = Person { name, grants, ..(*before).clone() };
                if before.is_administrator() && !person.is_administrator() {
                    self.must_not_be_last(&id)?;
                }
                // A PIN that was enough for an officer is not for more.
                let pin = before.pin_is_enough() && !person.pin_is_enough();
                Person { must_change: person.must_change || (pin && person.secret.is_some()), ..person }
            }
            None => Person { id, name, grants, secret: None, must_change: false, last_sign_in: None },
        };
        Ok(self.view(&*self.replace(asker, person, "person_put", detail).await?))
    }

    /// Sets somebody's PIN or password, to be changed at the next sign-in.
    pub async fn set_secret(&self, asker: &Asker, id: &str, secret: String) -> Result<(), Failure> {
        let id = person_id(id)?;
        let person = self.may_change(asker, &id)?.ok_or_else(refusals::unknown_person)?;
        secrets::fit(&secret, person.pin_is_enough(), id.as_str()).map_err(refusals::unfit_secret)?;
        let hashed = secrets::hash(secret).await.ok_or(Failure::Internal)?;
        let _changing = self.change(asker).await?;
        let person = self.may_change(asker, &id)?.ok_or_else(refusals::unknown_person)?;
        // One's own is no other's.
        let must_change = !asker.is(&id);
        let changed = Person { secret: Some(hashed), must_change, ..(*person).clone() };
        self.replace(asker, changed, "secret_set", None).await.map(drop)
    }

    /// Ends all sessions of somebody.
    pub async fn end_sessions(&self, asker: &Asker, id: &str) -> Result<(), Failure> {
        let id = person_id(id)?;
        let _changing = self.change(asker).await?;
        self.may_change(asker, &id)?.ok_or_else(refusals::unknown_person)?;
        let ended = self.sessions.of_person(&id);
        let line = Line { subject: Some(id.to_string()), ..asker.line("sessions_ended") };
        // They have ended, whether that can be written down or not.
        self.sessions.end(&ended);
        self.book.write(ended.iter().map(|session| session.remove()).collect(), line).await
    }

    /// Somebody may sign in no longer.
    pub async fn remove(&self, asker: &Asker, id: &str) -> Result<(), Failure> {
        let id = person_id(id)?;
        let _changing = self.change(asker).await?;
        let person = self.may_change(asker, &id)?.ok_or_else(refusals::unknown_person)?;
        if person.is_administrator() {
            self.must_not_be_last(&id)?;
        }
        let ended = self.sessions.of_person(&id);
        let mut changes = vec![Person::remove(&id)];
        changes.extend(ended.iter().map(|session| session.remove()));
        let line = Line { subject: Some(id.to_string()), ..asker.line("person_removed") };
        self.book.write(changes, line).await?;
        self.people.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
        self.attempts.forget(&id);
        self.sessions.end(&ended);
        Ok(())
    }

    /// Somebody else must be able to let people in.
    fn must_not_be_last(&self, id: &OfficerId) -> Result<(), Failure> {
        let able = |person: &&Arc<Person>| person.is_administrator() && person.secret.is_some();
        if self.people().values().filter(able).any(|person| person.id != *id) {
            Ok(())
        } else {
            Err(refusals::last_administrator())
        }
    }

    /// Whether one more step of single sign-on of that address may be taken.
    pub fn may_sign_on(&self, address: IpAddr) -> Result<(), Failure> {
        self.signing_on.take(crate::web::key(address), Instant::now()).map_err(Failure::TooMany)
    }

    /// Lets somebody in for whom a provider vouches. The roles are the provider's word, each time anew.
    pub async fn sign_on(
        &self,
        asker: &Asker,
        somebody: giliran_oidc::Somebody,
        known: Option<&str>,
    ) -> Result<LetIn, Failure> {
        let giliran_oidc::Somebody { id, name, mut grants } = somebody;
        grants.sort();
        {
            let _changing = self.change(asker).await?;
            match self.person(&id) {
                // A name that was made here is not the provider's to give away.
                Some(person) if person.secret.is_some() => {
                    let line = Line { subject: Some(id.to_string()), ..asker.line("sign_on_refused") };
                    self.book.write(Vec::new(), line).await?;
                    return Err(Failure::NotAllowed);
                }
                Some(person) if person.grants == grants && person.name == name => {}
                before => {
                    let detail = Some(shown(&grants));
                    let last_sign_in = before.and_then(|before| before.last_sign_in);
                    let person = Person {
                        id: id.clone(),
                        name,
                        grants,
                        secret: None,
                        must_change: false,
                        last_sign_in,
                    };
                    self.replace(asker, person, "person_put", detail).await?;
                }
            }
        }
        self.let_in(asker, &id, None, known, "sign_on").await
    }

    // --- devices

    /// The devices that ask to be paired.
    pub fn pairings(&self) -> &Pairings {
        &self.pairings
    }

    /// Whether one more device of that address may ask; as many as like where nothing is counted against it.
    pub fn may_ask(&self, address: IpAddr, spare: bool) -> Result<(), Failure> {
        if self.open {
            return Err(refusals::sign_in_off());
        }
        if spare {
            return Ok(());
        }
        self.asking.take(crate::web::key(address), Instant::now()).map_err(Failure::TooMany)
    }

    /// Whether the asker may try one more code.
    pub fn may_type(&self, asker: &Asker) -> Result<(), Failure> {
        match asker.identity.person() {
            Some(person) => self.codes.take(person.id.clone(), Instant::now()).map_err(Failure::TooMany),
            None => Ok(()),
        }
    }

    /// The devices of a branch.
    pub fn devices(&self, branch: &BranchId) -> Vec<Arc<Device>> {
        self.devices.in_branch(branch)
    }

    /// Lets the device behind a code take part.
    pub async fn approve(
        &self,
        asker: &Asker,
        branch: &BranchId,
        ApprovePairing { code, id }: ApprovePairing,
    ) -> Result<Arc<Device>, Failure> {
        let id: DeviceId = id.trim().parse().map_err(|_| refusals::unfit_person("the device's name"))?;
        let _changing = self.change(asker).await?;
        if self.devices.named(branch, &id).is_some() {
            return Err(refusals::device_taken());
        }
        let by = asker.identity.person().map_or_else(String::new, |person| person.id.to_string());
        let (now, at) = (Instant::now(), system_time());
        let approved = self.pairings.prepare((branch, &code), id, (at, by), now);
        let approved = approved.ok_or_else(refusals::unknown_pairing)?;
        let device = approved.device.clone();
        let line = Line {
            branch: Some(branch.to_string()),
            subject: Some(device.id.to_string()),
            detail: Some(format!("{:?}", device.kind).to_lowercase()),
            ..asker.line("device_approved")
        };
        self.book.write(vec![device.put()], line).await?;
        self.devices.let_in(device.clone());
        // Nobody else can have used the code: that needs the lock held here. One that ended just now leaves a device
        // whose key nobody has, to be revoked.
        self.pairings.approve(&code, approved, now);
        Ok(device)
    }

    /// A device's key opens nothing any more.
    pub async fn revoke(&self, asker: &Asker, branch: &BranchId, id: &str) -> Result<(), Failure> {
        let _changing = self.change(asker).await?;
        let device = id.parse().ok().and_then(|id| self.devices.named(branch, &id));
        let device = device.ok_or_else(refusals::unknown_device)?;
        let line = Line {
            branch: Some(branch.to_string()),
            subject: Some(device.id.to_string()),
            ..asker.line("device_revoked")
        };
        self.book.write(vec![device.remove()], line).await?;
        self.devices.shut_out(&device);
        Ok(())
    }

    // --- upkeep

    /// Writes down that somebody who is known was denied something; not each time, where it is tried again and again.
    pub async fn denied(&self, asker: &Asker, branch: Option<&str>, what: &str) {
        if matches!(asker.identity, Identity::Nobody | Identity::Anybody) {
            return;
        }
        if self.denials.take(asker.identity.name(), Instant::now()).is_ok() {
            let line = Line {
                // Whatever else stands in an address is no branch, and may be long.
                branch: branch.filter(|branch| branch.parse::<BranchId>().is_ok()).map(str::to_owned),
                detail: Some(what.chars().take(200).collect()),
                ..asker.line("denied")
            };
            let _ = self.book.write(Vec::new(), line).await;
        }
    }

    /// Ends what is over, and keeps what was used.
    pub async fn sweep(&self) {
        let (over, used) = self.sessions.sweep(system_time());
        for session in &over {
            let who = format!("person {}", session.person);
            let line = Line { who, what: "session_over".into(), ..Line::default() };
            // It opens nothing, written down or not.
            let _ = self.book.write(vec![session.remove()], line).await;
        }
        self.sessions.end(&over);
        if !used.is_empty() {
            let _ = self.book.keep(used.iter().map(|session| session.put()).collect()).await;
            self.forget_ended(&used).await;
        }
    }

    /// What was kept of sessions that ended at the same moment is let go of again, or it would be back after a restart.
    async fn forget_ended(&self, sessions: &[Arc<Session>]) {
        let ended = sessions.iter().filter(|session| session.ended.is_cancelled());
        let gone: Vec<_> = ended.map(|session| session.remove()).collect();
        if !gone.is_empty() {
            let _ = self.book.keep(gone).await;
        }
    }
}

fn read_person(record: &Record) -> Result<Person, StoreError> {
    serde_json::from_str(&record.body).map_err(|_| unreadable("person"))
}

/// A record whose checksum is right and whose text is none of ours: a newer program wrote it.
fn unreadable(kind: &str) -> StoreError {
    StoreError::Failed { what: format!("a record of a {kind} is not understood") }
}

fn person_id(id: &str) -> Result<OfficerId, Failure> {
    id.parse().map_err(|_| refusals::unfit_person("a short name has 1 to 32 of a-z, 0-9 and hyphens"))
}

/// The name under which attempts are counted that name nobody who could be.
fn nobodys_name() -> OfficerId {
    "-".parse().expect("a hyphen is a short name")
}

/// Whether a request looks as if it was made on this machine, and not handed on by something that runs here: a proxy
/// says whom it speaks for, or passes on the name that it was asked by.
fn is_of_this_machine(headers: &HeaderMap) -> bool {
    let handed_on =
        ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    let host = host.map(|host| host.host().trim_matches(['[', ']']).to_ascii_lowercase());
    let here = |host: String| host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    host.is_none_or(here) && !handed_on.iter().any(|name| headers.contains_key(*name))
}

/// What an `Authorization` header brings.
pub fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim().to_owned())
}

/// Roles as the audit record writes them.
fn shown(grants: &[Grant]) -> String {
    grants.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
