//! A branch at work: its clerk, and who puts another in its place when one breaks.
//!
//! A clerk that breaks had an internal invariant broken. Nothing of what it had not stored was heard of
//! by anybody, so its successor reads the log and goes on from there; other branches do not notice.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use giliran_core::Rules;
use giliran_store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::{
    clerk::{Clerk, Desk},
    clock::Clock,
    config::Media,
    health::Health,
    persons::Persons,
    phone::Phones,
    planning::Planning,
    reports::Reports,
};

/// How long a branch rests before the next clerk: one that breaks at once must not wear out the disk.
const REST: Duration = Duration::from_secs(1);

/// A branch at work.
#[derive(Debug)]
pub struct Office {
    /// Its rules, as configured.
    pub rules: Arc<Rules>,
    /// How it fares.
    pub health: Arc<Health>,
    /// What became of its last calls in the hall.
    pub reports: Arc<Reports>,
    /// The rest of its day as it is expected.
    pub planning: Planning,
    /// What it tells phones by; none where the daemon has no key.
    pub phones: Option<Phones>,
    /// The pictures and films for its walls, where it has any.
    pub media: Option<Arc<Media>>,
    desk: RwLock<Desk>,
}

impl Office {
    /// Where requests are handed in now.
    pub fn desk(&self) -> Desk {
        self.desk.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Loads a branch. The clerk is to be set to work by [`work`].
    pub async fn open(
        rules: Rules,
        store: &Arc<dyn Store>,
        clock: &Arc<Clock>,
        persons: &Persons,
        media: Option<Arc<Media>>,
    ) -> Result<(Arc<Self>, Clerk), StoreError> {
        let rules = Arc::new(rules);
        let (health, reports) = (Arc::new(Health::new()), Arc::new(Reports::default()));
        let phones = Phones::of_branch(persons, &rules.id);
        let fares = (health.clone(), reports.clone());
        let (clerk, desk) = Clerk::open(&rules, store.clone(), clock.clone(), fares, phones.clone()).await?;
        let (planning, desk) = (Planning::default(), RwLock::new(desk));
        Ok((Arc::new(Self { rules, health, reports, planning, phones, media, desk }), clerk))
    }
}

/// Lets clerks work for a branch until `stop`. An error is one after which nothing may be written.
pub async fn work(
    office: Arc<Office>,
    mut clerk: Clerk,
    store: Arc<dyn Store>,
    clock: Arc<Clock>,
    stop: CancellationToken,
) -> Result<(), StoreError> {
    loop {
        match tokio::spawn(clerk.work(stop.clone())).await {
            Ok(ended) => return ended,
            Err(broke) => {
                tracing::error!(branch = %office.rules.id, %broke, "the clerk broke; another reads the log and goes on");
            }
        }
        if tokio::time::timeout(REST, stop.cancelled()).await.is_ok() {
            return Ok(());
        }
        let desk;
        let fares = (office.health.clone(), office.reports.clone());
        let phones = office.phones.clone();
        (clerk, desk) = Clerk::open(&office.rules, store.clone(), clock.clone(), fares, phones).await?;
        *office.desk.write().unwrap_or_else(PoisonError::into_inner) = desk;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use giliran_core::{BranchId, Command, CommandId, Entry, Language};
    use giliran_protocol::command::Outcome;
    use giliran_store::{AuditRow, BoxFuture, Change, Record, Recovered, Snapshot, SqliteStore};
    use tokio::sync::{Notify, Semaphore};
    use uuid::Uuid;

    use super::*;

    /// A store in which the clerk breaks, once, when it is told to; or whose disk is full once and slow to
    /// say so.
    struct Troubled {
        store: SqliteStore,
        breaks: AtomicBool,
        full: AtomicBool,
        /// Lets the disk say that it is full.
        says: Arc<Notify>,
        /// A permit for each piece that was handed in.
        handed_in: Semaphore,
    }

    impl Troubled {
        async fn new(folder: &tempfile::TempDir) -> Arc<Self> {
            Arc::new(Self {
                store: SqliteStore::open(&folder.path().join("log.db")).await.unwrap(),
                breaks: AtomicBool::new(false),
                full: AtomicBool::new(false),
                says: Arc::default(),
                handed_in: Semaphore::new(0),
            })
        }
    }

    impl Store for Troubled {
        fn append(&self, branch: &BranchId, entries: &[Entry]) -> BoxFuture<'static, Result<(), StoreError>> {
            assert!(!self.breaks.swap(false, Ordering::SeqCst), "planted");
            self.handed_in.add_permits(1);
            if self.full.swap(false, Ordering::SeqCst) {
                let says = self.says.clone();
                return Box::pin(async move {
                    says.notified().await;
                    Err(StoreError::Full)
                });
            }
            self.store.append(branch, entries)
        }

        fn log_id(&self) -> Uuid {
            self.store.log_id()
        }

        fn recover<'a>(
            &'a self,
            branch: &'a BranchId,
            known_commands: usize,
        ) -> BoxFuture<'a, Result<Recovered, StoreError>> {
            self.store.recover(branch, known_commands)
        }

        fn entry_of<'a>(
            &'a self,
            branch: &'a BranchId,
            seq: u64,
        ) -> BoxFuture<'a, Result<Option<Entry>, StoreError>> {
            self.store.entry_of(branch, seq)
        }

        fn entry_of_command<'a>(
            &'a self,
            branch: &'a BranchId,
            command: CommandId,
        ) -> BoxFuture<'a, Result<Option<Entry>, StoreError>> {
            self.store.entry_of_command(branch, command)
        }

        fn entries<'a>(
            &'a self,
            branch: &'a BranchId,
            after: u64,
            limit: u32,
        ) -> BoxFuture<'a, Result<Vec<Entry>, StoreError>> {
            self.store.entries(branch, after, limit)
        }

        fn save_snapshot<'a>(
            &'a self,
            branch: &'a BranchId,
            snapshot: Snapshot,
        ) -> BoxFuture<'a, Result<(), StoreError>> {
            self.store.save_snapshot(branch, snapshot)
        }

        fn keep(
            &self,
            changes: Vec<Change>,
            audit: Vec<AuditRow>,
        ) -> BoxFuture<'static, Result<(), StoreError>> {
            self.store.keep(changes, audit)
        }

        fn records(&self) -> BoxFuture<'_, Result<Vec<Record>, StoreError>> {
            self.store.records()
        }

        fn sessions(&self) -> BoxFuture<'_, Result<Vec<(String, String)>, StoreError>> {
            self.store.sessions()
        }

        fn audit(&self, after: u64, limit: u32) -> BoxFuture<'_, Result<Vec<AuditRow>, StoreError>> {
            self.store.audit(after, limit)
        }

        fn last_audit(&self) -> BoxFuture<'_, Result<Option<AuditRow>, StoreError>> {
            self.store.last_audit()
        }

        fn prune_audit(&self, up_to: u64, anchor: Record) -> BoxFuture<'static, Result<(), StoreError>> {
            self.store.prune_audit(up_to, anchor)
        }

        fn close<'a>(&'a self) -> BoxFuture<'a, ()> {
            self.store.close()
        }
    }

    /// A clerk that is free hands in what it is asked for long before.
    const SOON: Duration = Duration::from_secs(5);

    const RULES: &str = r#"
        id = "contoh"
        name = { ms = "Contoh" }
        class = [{ id = "biasa", name = { ms = "Biasa" } }]
        service = [{ id = "a", name = { ms = "A" }, series = { letters = "A" } }]
        counter = [{ id = "k1", number = 1, services = ["a"] }]
    "#;

    #[tokio::test]
    async fn a_clerk_that_breaks_is_replaced_and_no_number_is_given_twice() {
        let folder = tempfile::tempdir().unwrap();
        let troubled = Troubled::new(&folder).await;
        let store: Arc<dyn Store> = troubled.clone();
        let clock = Arc::new(Clock::system());
        let (office, clerk) =
            Office::open(toml::from_str(RULES).unwrap(), &store, &clock, &Persons::of_nobody(), None)
                .await
                .unwrap();
        let stop = CancellationToken::new();
        let at_work = tokio::spawn(work(office.clone(), clerk, store, clock, stop.clone()));

        let issue = Command::IssueTicket {
            service: "a".parse().unwrap(),
            class: None,
            language: Language::Ms,
            announced: None,
            legs: None,
            person: None,
        };
        let first = office.desk().submit(None, CommandId(Uuid::now_v7()), issue.clone()).await.unwrap();
        assert!(matches!(first.outcome, Outcome::Issued { number, .. } if number == "A001"));

        troubled.breaks.store(true, Ordering::SeqCst);
        let id = CommandId(Uuid::now_v7());
        let broken = office.desk().submit(None, id, issue.clone()).await;
        assert_eq!(broken.unwrap_err().error().code, "try_again");

        // The same press again, until the successor is there.
        let answer = loop {
            match office.desk().submit(None, id, issue.clone()).await {
                Ok(answer) => break answer,
                Err(_) => tokio::task::yield_now().await,
            }
        };
        assert!(matches!(answer.outcome, Outcome::Issued { number, .. } if number == "A002"));
        stop.cancel();
        at_work.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn what_was_decided_on_top_of_what_the_disk_refused_is_refused_too_and_nothing_of_it_happened() {
        let folder = tempfile::tempdir().unwrap();
        let troubled = Troubled::new(&folder).await;
        let store: Arc<dyn Store> = troubled.clone();
        let clock = Arc::new(Clock::system());
        let (office, clerk) =
            Office::open(toml::from_str(RULES).unwrap(), &store, &clock, &Persons::of_nobody(), None)
                .await
                .unwrap();
        let stop = CancellationToken::new();
        let at_work = tokio::spawn(work(office.clone(), clerk, store, clock, stop.clone()));
        let press = || {
            let office = office.clone();
            let issue = Command::IssueTicket {
                service: "a".parse().unwrap(),
                class: None,
                language: Language::Ms,
                announced: None,
                legs: None,
                person: None,
            };
            let id = CommandId(Uuid::now_v7());
            tokio::spawn(async move { office.desk().submit(None, id, issue).await })
        };
        assert!(press().await.unwrap().is_ok());

        // While the disk has the first in hand, the second is decided and handed in. Where the clerk looks after its
        // deadlines in between, it waits for the disk before it takes the second; then all is tried again.
        let mut given = 1;
        let (first, second) = loop {
            troubled.full.store(true, Ordering::SeqCst);
            let before = u32::try_from(troubled.handed_in.available_permits()).unwrap();
            let first = press();
            troubled.handed_in.acquire_many(before + 1).await.unwrap().forget();
            let second = press();
            if let Ok(seen) = tokio::time::timeout(SOON, troubled.handed_in.acquire()).await {
                seen.unwrap().forget();
                break (first, second);
            }
            troubled.says.notify_one();
            for answer in [first.await.unwrap(), second.await.unwrap()] {
                given += usize::from(answer.is_ok());
            }
            while press().await.unwrap().is_err() {}
            given += 1;
        };
        troubled.says.notify_one();
        assert_eq!(first.await.unwrap().unwrap_err().error().code, "store_full");
        assert_eq!(second.await.unwrap().unwrap_err().error().code, "try_again");

        // Nothing is taken until the clerk has seen that the disk takes it.
        let third = loop {
            match press().await.unwrap() {
                Ok(answer) => break answer,
                Err(full) => assert_eq!(full.error().code, "store_full"),
            }
        };
        let next = format!("A{:03}", given + 1);
        assert!(matches!(third.outcome, Outcome::Issued { number, .. } if number == next), "{next}");
        stop.cancel();
        at_work.await.unwrap().unwrap();
    }

    fn rules(services: &[&str]) -> Rules {
        let service = |id: &&str| {
            format!(
                r#"{{ id = "{id}", name = {{ ms = "{id}" }}, series = {{ letters = "{}" }} }}"#,
                id.to_uppercase()
            )
        };
        let text = format!(
            r#"
                id = "contoh"
                name = {{ ms = "Contoh" }}
                class = [{{ id = "biasa", name = {{ ms = "Biasa" }} }}]
                service = [{}]
                counter = [{{ id = "k1", number = 1, services = {services:?} }}]
            "#,
            services.iter().map(service).collect::<Vec<_>>().join(", ")
        );
        toml::from_str(&text).unwrap()
    }

    #[tokio::test]
    async fn who_was_left_over_from_yesterday_does_not_stand_against_the_new_rules() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("log.db")).await.unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let day = |at: &str| {
            let clock = Clock::simulated();
            clock.bring(at.parse().unwrap()).unwrap();
            Arc::new(clock)
        };
        let issue = |service: &str| Command::IssueTicket {
            service: service.parse().unwrap(),
            class: None,
            language: Language::Ms,
            announced: None,
            legs: None,
            person: None,
        };
        let one_day = async |services: &[&str], at: &str, wish: &str| {
            let clock = day(at);
            let (office, clerk) =
                Office::open(rules(services), &store, &clock, &Persons::of_nobody(), None).await.unwrap();
            let stop = CancellationToken::new();
            let at_work = tokio::spawn(work(office.clone(), clerk, store.clone(), clock, stop.clone()));
            let answer = office.desk().submit(None, CommandId(Uuid::now_v7()), issue(wish)).await;
            let in_force = office.desk().rules().await.unwrap().rules;
            stop.cancel();
            at_work.await.unwrap().unwrap();
            (answer, in_force)
        };
        let (waits, _) = one_day(&["a", "r"], "2026-11-20T02:00:00Z", "r").await;
        assert!(waits.is_ok());

        // The same day: whoever waits for it keeps the service in force.
        let (still, in_force) = one_day(&["a"], "2026-11-20T03:00:00Z", "r").await;
        assert!(still.is_ok());
        assert_eq!(in_force.services.len(), 2);

        let (gone, in_force) = one_day(&["a"], "2026-11-21T02:00:00Z", "r").await;
        assert_eq!(gone.unwrap_err().error().code, "unknown_service");
        assert_eq!(in_force.services.len(), 1);
    }

    #[tokio::test]
    async fn a_command_that_was_long_forgotten_gets_its_answer_and_hurts_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("log.db")).await.unwrap();
        let branch: BranchId = "contoh".parse().unwrap();
        let counter: giliran_core::CounterId = "k1".parse().unwrap();
        let old = CommandId(Uuid::from_u128(7));
        let at = "2026-11-20T02:00:00Z".parse().unwrap();
        let entry = |seq: u64| Entry {
            seq,
            at,
            command: Some(if seq == 3 { old } else { CommandId(Uuid::new_v4()) }),
            by: None,
            events: vec![match seq {
                1 => giliran_core::Event::RulesSet { rules: Arc::new(rules(&["a"])) },
                2 => giliran_core::Event::DayBegan {
                    day: "2026-11-20".parse().unwrap(),
                    carry: false,
                    left: 0,
                },
                open if open % 2 == 1 => giliran_core::Event::CounterOpened { counter: counter.clone() },
                _ => giliran_core::Event::CounterClosed { counter: counter.clone() },
            }],
        };
        let last = u64::try_from(giliran_core::Ledger::COMMANDS_KEPT).unwrap() + 10;
        for from in (1..=last).step_by(4000) {
            let entries: Vec<_> = (from..=last.min(from + 3999)).map(entry).collect();
            store.append(&branch, &entries).await.unwrap();
        }
        let store: Arc<dyn Store> = Arc::new(store);
        let clock = Arc::new(Clock::simulated());
        clock.bring("2026-11-20T03:00:00Z".parse().unwrap()).unwrap();
        let (office, clerk) =
            Office::open(rules(&["a"]), &store, &clock, &Persons::of_nobody(), None).await.unwrap();
        let stop = CancellationToken::new();
        let at_work = tokio::spawn(work(office.clone(), clerk, store, clock, stop.clone()));

        let open = || Command::OpenCounter { counter: counter.clone() };
        for _ in 0..2 {
            let again = office.desk().submit(None, old, open()).await.unwrap();
            assert_eq!((again.seq, again.outcome), (3, Outcome::Done));
        }
        stop.cancel();
        at_work.await.unwrap().unwrap();
    }
}
