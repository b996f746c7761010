//! Whatever happens in a hall with all the rules there are, a screen that took every event shows what a
//! fresh look shows: for each audience, and at any moment.

use std::{path::Path, time::Duration};

use giliran_client::{Link, Picture, State};
use giliran_protocol::{
    command::{Appointment, Command, CommandAnswer, PauseReason},
    view::{Audience, BranchView, HealthView, Language, Texts},
};
use giliran_tests::{Daemon, request, write_config};
use jiff::{SignedDuration, Timestamp};
use proptest::{prelude::*, test_runner::TestCaseResult};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::timeout;

const BRANCH: &str = "semua";

const SERVICES: [&str; 3] = ["bayaran", "tanah", "pasport"];
const COUNTERS: [&str; 4] = ["k1", "k2", "k3", "b1"];
const CLASSES: [&str; 4] = ["biasa", "warga-emas", "kecemasan", "janji"];

/// Nine o'clock of a Saturday in the office's zone; it is open on all days.
const MORNING: &str = "2026-11-21T01:00:00Z";

/// How long news may take that should take a moment.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many things happen between two looks.
const BETWEEN_LOOKS: usize = 15;

/// An office in which every rule has its say.
fn configuration(folder: &Path, at_close: &str) -> String {
    format!(
        r#"
store = {{ path = "{folder}/unused.db" }}

[[branch]]
id = "{BRANCH}"
name = {{ ms = "Pejabat Semua Peraturan" }}
day_begins = "05:00"
hours = {{ last_ticket = "10m", at_close = "{at_close}", week = [
    {{ days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], open = [
        {{ from = "08:00", until = "12:00" }}, {{ from = "13:00", until = "17:00" }},
    ] }},
] }}
calling = {{ calls_most = 5, no_show = {{ calls = 2, after = "1m" }}, come_back = "3m", undo = "30s", help_before = "2m" }}
appointments = {{ class = "janji", early = "2h", late = "10m" }}
class = [
    {{ id = "biasa", name = {{ ms = "Biasa" }} }},
    {{ id = "warga-emas", name = {{ ms = "Warga emas" }}, allowance = "5m" }},
    {{ id = "kecemasan", name = {{ ms = "Kecemasan" }}, goes_next = true }},
    {{ id = "janji", name = {{ ms = "Janji temu" }}, allowance = "0s" }},
]
group = [{{ id = "am", name = {{ ms = "Urusan am" }} }}]

[[branch.service]]
id = "bayaran"
name = {{ ms = "Bayaran" }}
series = {{ letters = "A" }}
quota = 30
group = "am"

[[branch.service]]
id = "tanah"
name = {{ ms = "Urusan tanah" }}
series = {{ letters = "C", skip = [4, 13] }}
then = ["bayaran"]

[[branch.service]]
id = "pasport"
name = {{ ms = "Pasport" }}
series = {{ letters = "K" }}
one_per_person = true

[[branch.counter]]
id = "k1"
number = 1
services = ["bayaran", "tanah"]
helps = [["pasport"]]
ahead = {{ ms = "Kerusi di hadapan kaunter 1" }}

[[branch.counter]]
id = "k2"
number = 2
services = ["bayaran", "tanah", "pasport"]
reserved = ["warga-emas"]
ahead = {{ ms = "Kerusi di hadapan kaunter 2" }}

[[branch.counter]]
id = "k3"
number = 3
services = ["pasport"]
zone = "tingkat-2"

[[branch.counter]]
id = "b1"
place = "room"
number = 1
services = ["tanah"]
"#,
        folder = folder.display()
    )
}

/// What somebody means to do; whom and where it hits is up to what is there then.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Issue,
    IssueOfClass,
    IssueWithLegs,
    Import,
    CheckIn,
    CallOff,
    CallNext,
    CallNextOf,
    CallTicket,
    CallAhead,
    Recall,
    Start,
    Finish,
    NoShow,
    ComeBack,
    Transfer,
    TransferTo,
    Park,
    ParkUntil,
    Resume,
    Requeue,
    ChangeClass,
    Cancel,
    Undo,
    Open,
    Close,
    Pause,
    EndPause,
    Seat,
    Choose,
    ChooseHelps,
    OpenExtra,
    CloseDay,
    AddNote,
    PostNotice,
    WithdrawNotice,
}

/// One thing that happens.
#[derive(Debug, Clone)]
struct Step {
    deed: Deed,
    ticket: usize,
    counter: usize,
    other: usize,
    later: SignedDuration,
}

fn deeds() -> impl Strategy<Value = Deed> {
    let often =
        prop::sample::select(vec![Deed::Issue, Deed::CallNext, Deed::Start, Deed::Finish, Deed::Open]);
    let each = prop::sample::select(vec![
        Deed::IssueOfClass,
        Deed::IssueWithLegs,
        Deed::Import,
        Deed::CheckIn,
        Deed::CallOff,
        Deed::CallNextOf,
        Deed::CallTicket,
        Deed::CallAhead,
        Deed::CallAhead,
        Deed::Recall,
        Deed::NoShow,
        Deed::NoShow,
        Deed::ComeBack,
        Deed::Transfer,
        Deed::TransferTo,
        Deed::TransferTo,
        Deed::Park,
        Deed::ParkUntil,
        Deed::Resume,
        Deed::Requeue,
        Deed::ChangeClass,
        Deed::Cancel,
        Deed::Undo,
        Deed::Undo,
        Deed::Close,
        Deed::Pause,
        Deed::Pause,
        Deed::EndPause,
        Deed::Seat,
        Deed::Choose,
        Deed::ChooseHelps,
        Deed::AddNote,
        Deed::PostNotice,
        Deed::WithdrawNotice,
    ]);
    let seldom = prop::sample::select(vec![Deed::OpenExtra, Deed::CloseDay]);
    prop_oneof![20 => often, 30 => each, 1 => seldom]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let later = prop_oneof![
        60 => (0..20_i64).prop_map(SignedDuration::from_secs),
        6 => (0..5_i64).prop_map(SignedDuration::from_mins),
        1 => (0..14_i64).prop_map(SignedDuration::from_hours),
    ];
    let step = (deeds(), 0..1_000_usize, 0..COUNTERS.len(), 0..1_000_usize, later);
    let step =
        step.prop_map(|(deed, ticket, counter, other, later)| Step { deed, ticket, counter, other, later });
    prop::collection::vec(step, 1..180)
}

/// The command that a deed comes to in the hall as the supervisor sees it; none where there is nobody to
/// do it to.
fn command(step: &Step, view: &BranchView, now: Timestamp) -> Option<Command> {
    let Step { deed, ticket, counter, other, .. } = *step;
    let any_of = |names: &[&str]| names[other % names.len()].to_owned();
    let service = any_of(&SERVICES);
    let person = (service == "pasport").then(|| format!("0123-45678{}", other % 7));
    let here = &view.counters[counter];
    let counter = here.id.clone();
    let current = here.current.as_ref().map(|current| current.ticket);
    let living = || {
        let tickets = view.tickets.as_ref().filter(|tickets| !tickets.is_empty())?;
        Some(tickets[ticket % tickets.len()].id)
    };
    let missed = || {
        let missed = view.missed.as_ref().filter(|missed| !missed.is_empty())?;
        Some(missed[ticket % missed.len()].ticket)
    };
    let issue = |class, legs| Command::IssueTicket {
        service: service.clone(),
        class,
        language: Language::Ms,
        legs,
        person: person.clone(),
    };
    let reason = || "kerana begitulah".to_owned();
    let until = now + SignedDuration::from_mins(2);
    Some(match deed {
        Deed::Issue => issue(None, None),
        Deed::IssueOfClass => issue(Some(any_of(&CLASSES)), None),
        Deed::IssueWithLegs => issue(None, Some(vec![any_of(&["bayaran", "tanah"]), "bayaran".into()])),
        Deed::Import => {
            let at = now + SignedDuration::from_mins(i64::try_from(other % 60).unwrap_or_default());
            let (code, service) = (format!("JT{:04}", other % 8), any_of(&["bayaran", "tanah"]));
            Command::ImportAppointments {
                appointments: vec![Appointment { code, service, at, person: None }],
            }
        }
        Deed::CheckIn => Command::CheckIn { code: format!("JT{:04}", other % 8), language: Language::En },
        Deed::CallOff => Command::CancelAppointment { code: format!("JT{:04}", other % 8) },
        Deed::CallNext => Command::CallNext { counter },
        Deed::CallNextOf => Command::CallNextOf { counter, service },
        Deed::CallTicket => Command::CallTicket { counter, ticket: living()?, reason: reason() },
        Deed::CallAhead => Command::CallAhead { counter },
        Deed::Recall => Command::Recall { counter, ticket: current? },
        Deed::Start => Command::StartServing { counter, ticket: current? },
        Deed::Finish => Command::Finish { counter, ticket: current?, outcome: None },
        Deed::NoShow => Command::NoShow { counter, ticket: current? },
        Deed::ComeBack => Command::ComeBack { ticket: missed()? },
        Deed::Transfer => {
            Command::Transfer { counter, ticket: current?, service: Some(service), to: None, note: None }
        }
        Deed::TransferTo => Command::Transfer {
            counter,
            ticket: current?,
            service: None,
            to: Some(any_of(&COUNTERS)),
            note: Some("bawa borang asal".into()),
        },
        Deed::Park => Command::Park { counter, ticket: current?, until: None },
        Deed::ParkUntil => Command::Park { counter, ticket: current?, until: Some(until) },
        Deed::Resume => Command::Resume { ticket: living()? },
        Deed::Requeue => Command::Requeue { ticket: living()?, reason: reason() },
        Deed::ChangeClass => {
            Command::ChangeClass { ticket: living()?, class: any_of(&CLASSES), reason: reason() }
        }
        Deed::Cancel => Command::CancelTicket { ticket: living()?, reason: None },
        Deed::Undo => Command::Undo { counter },
        Deed::Open => Command::OpenCounter { counter },
        Deed::Close => Command::CloseCounter { counter },
        Deed::Pause => Command::PauseCounter { counter, reason: PauseReason::Prayer },
        Deed::EndPause => Command::ResumeCounter { counter },
        Deed::Seat => Command::SeatOfficer { counter, officer: Some(any_of(&["aminah", "bala", "chong"])) },
        Deed::Choose => Command::ChooseServices { counter, services: vec![service], helps: None },
        Deed::ChooseHelps => {
            let helps = Some(vec![vec![any_of(&["tanah", "pasport"])]]);
            Command::ChooseServices { counter, services: vec!["bayaran".into()], helps }
        }
        Deed::OpenExtra => {
            Command::OpenExtra { until: now + SignedDuration::from_mins(40), reason: reason() }
        }
        Deed::CloseDay => Command::CloseDay,
        Deed::AddNote => Command::AddNote { counter, ticket: current?, note: "tiada resit".into() },
        Deed::PostNotice => Command::PostNotice {
            text: Texts { ms: "Hujan lebat".into(), en: None, zh: None, ta: None },
            until: (other % 2 == 0).then_some(until),
        },
        Deed::WithdrawNotice => Command::WithdrawNotice { notice: 1 + (other % 8) as u64 },
    })
}

/// Somebody who looks on, and only ever heard of changes since the first picture.
struct Onlooker {
    audience: Audience,
    link: Link,
    picture: Picture,
}

impl Onlooker {
    async fn hear(&mut self) {
        let news = timeout(PATIENCE, self.link.next()).await;
        self.picture.take(&news.expect("the daemon says something"));
    }

    /// What is seen once entry `seq` was heard of, and the doors are as they are.
    async fn sees(&mut self, seq: u64, fresh: &BranchView) -> Option<&BranchView> {
        // The doors are told of by themselves, at the daemon's next look at the clock.
        while self.picture.seq() < seq
            || self.picture.view().is_some_and(|view| view.opening != fresh.opening)
        {
            self.hear().await;
        }
        self.picture.view()
    }
}

/// A hall that lives through a history, with one of each audience looking on.
struct Hall {
    daemon: Daemon,
    onlookers: Vec<Onlooker>,
    now: Timestamp,
    looks: u32,
    _folder: TempDir,
}

impl Hall {
    async fn open(at_close: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let config = write_config(folder.path(), &configuration(folder.path(), at_close));
        let daemon = Daemon::replaying(&config, BRANCH).await;
        let now = MORNING.parse().expect("a time");
        let mut hall = Self { daemon, onlookers: Vec::new(), now, looks: 0, _folder: folder };
        for counter in COUNTERS {
            let opened = hall.asks(Command::OpenCounter { counter: counter.into() }).await;
            assert!(opened.is_some(), "{counter} does not open");
        }
        for audience in Audience::ALL {
            let link = Link::open(hall.daemon.address(), BRANCH, audience).expect("an address");
            let mut onlooker = Onlooker { audience, link, picture: Picture::default() };
            onlooker.hear().await;
            assert!(onlooker.picture.view().is_some(), "the first news is a picture");
            hall.onlookers.push(onlooker);
        }
        hall
    }

    async fn asks(&self, command: Command) -> Option<CommandAnswer> {
        let answer = self.daemon.api().at(self.now).command(BRANCH, &request(command)).await;
        match answer {
            Ok(answer) => Some(answer),
            Err(no) if no.code().is_some() => None,
            Err(failed) => panic!("{failed:?}"),
        }
    }

    async fn live(&mut self, step: &Step) {
        self.now += step.later;
        let view = self.daemon.state().await.view;
        if let Some(command) = command(step, &view, self.now) {
            self.asks(command).await;
        }
    }

    async fn look(&mut self) -> TestCaseResult {
        // Something that everybody hears of, so that it is known when they have heard all before it.
        self.looks += 1;
        let officer = Some(format!("pegawai-{}", self.looks));
        let last = self.asks(Command::SeatOfficer { counter: "k1".into(), officer }).await;
        let last = last.expect("a new officer can always sit down").seq;
        for onlooker in &mut self.onlookers {
            let audience = onlooker.audience;
            let State { view: fresh, .. } =
                self.daemon.api().state(BRANCH, audience).await.expect("an answer");
            let seen = onlooker.sees(last, &fresh).await.expect("there was a picture");
            let (seen, fresh) = (by_part(seen), by_part(&fresh));
            for (part, shown) in &fresh {
                prop_assert_eq!(seen.get(part), Some(shown), "{} of the {:?}", part, audience);
            }
            prop_assert_eq!(seen.len(), fresh.len());
        }
        Ok(())
    }
}

/// A picture in its parts, without what comes beside the log when it is ready: waiting times, and who is in the hall.
fn by_part(view: &BranchView) -> serde_json::Map<String, Value> {
    let mut view = view.clone();
    view.health = HealthView::default();
    for service in &mut view.services {
        service.wait = None;
    }
    match serde_json::to_value(view) {
        Ok(Value::Object(parts)) => parts,
        other => panic!("a view is an object: {other:?}"),
    }
}

fn check(at_close: &str, steps: &[Step]) -> TestCaseResult {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut hall = Hall::open(at_close).await;
        for steps in steps.chunks(BETWEEN_LOOKS) {
            for step in steps {
                hall.live(step).await;
            }
            hall.look().await?;
        }
        Ok(())
    })
}

proptest! {
    // Each case starts a daemon and asks it some hundred things.
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn a_screen_that_took_every_event_shows_what_a_fresh_look_shows(
        at_close in prop::sample::select(vec!["served", "carried", "ended"]),
        steps in steps(),
    ) {
        check(at_close, &steps)?;
    }
}
