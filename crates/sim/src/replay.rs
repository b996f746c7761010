//! A recorded day, played against a running daemon through its real interfaces, with witnesses.

use std::{collections::BTreeMap, str::FromStr, time::Duration};

use giliran_client::{Api, ApiError, BadAddress};
use giliran_core::Rules;
use giliran_protocol::{
    command::{Command, CommandAnswer, CommandRequest},
    view::{Audience, BranchInfo, BranchView, TallyView},
};
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;

use crate::{
    office::{self, Identity, OfficeError},
    play::{self, Desk, DeskError, PlayError, Progress},
    record::{DaySecond, Record, RecordError, Source},
    report::{Call, Report, Totals},
    timetable::Timetable,
    watch::{Begin, Seen, WatchError, Watcher},
};

/// What to replay, where and how fast.
#[derive(Debug, Clone)]
pub struct Options {
    /// The daemon, such as `http://127.0.0.1:8080`.
    pub daemon: String,
    /// The branch.
    pub branch: String,
    /// The record.
    pub source: Source,
    /// How fast.
    pub speed: Speed,
}

/// How fast the day goes by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// So many times as fast as it was.
    Times(f64),
    /// As fast as the daemon answers.
    Max,
}

/// The text is no speed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a speed: a number above 0, such as 60, or max")]
pub struct BadSpeed(String);

impl FromStr for Speed {
    type Err = BadSpeed;

    fn from_str(text: &str) -> Result<Self, BadSpeed> {
        if text == "max" {
            return Ok(Self::Max);
        }
        match text.parse::<f64>() {
            Ok(times) if times > 0.0 && times.is_finite() => Ok(Self::Times(times)),
            Ok(_) | Err(_) => Err(BadSpeed(text.into())),
        }
    }
}

/// Why a replay has no report.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// There is no record.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The record fits no branch.
    #[error(transparent)]
    Office(#[from] OfficeError),
    /// The daemon's address is none.
    #[error(transparent)]
    Address(#[from] BadAddress),
    /// The daemon did not answer a question.
    #[error("the daemon at {0} does not answer as it should")]
    Daemon(String, #[source] ApiError),
    /// The daemon is not made ready for this replay.
    #[error("{0}")]
    NotReady(String),
    /// It could not go on.
    #[error(transparent)]
    Play(#[from] PlayError),
    /// A witness was lost.
    #[error(transparent)]
    Watch(#[from] WatchError),
}

/// Replays a day. `told` hears of each full hour of it.
///
/// A failed check is not an error but stands in the report's `faults`.
///
/// # Errors
/// See [`ReplayError`].
pub async fn run(options: &Options, told: impl FnMut(Progress)) -> Result<Report, ReplayError> {
    let record = options.source.read()?;
    let timetable = Timetable::of(&record);
    let api = Api::new(&options.daemon)?;
    let simulated = is_simulated(options, &api).await?;

    let (daemon, branch) = (&options.daemon, &options.branch);
    let (display, _) = Watcher::begin(daemon, branch, Audience::Display).await?;
    let (supervisor, begin) = Watcher::begin(daemon, branch, Audience::Supervisor).await?;
    let identity = Identity { id: branch.clone(), time_zone: begin.view.time_zone.clone() };
    let rules = office::rules(&record, &timetable, &identity)?;
    let midnight = office::midnight(record.day, &identity.time_zone)?;
    let clock = Clock { midnight: simulated.then_some(midnight), speed: options.speed, begun: None };
    expect_ready(&begin, &rules, &record, &timetable, &clock)?;

    let began = Instant::now();
    let mut desk = DaemonDesk { api: api.clone(), branch: branch.clone(), clock };
    let books = play::play(&record, &timetable, &rules, &mut desk, told).await?;
    let took = began.elapsed();

    let shown = display.end(books.seq).await?;
    let supervised = supervisor.end(books.seq).await?;
    let fresh = api.state(branch, Audience::Supervisor).await;
    let fresh = fresh.map_err(|error| ReplayError::Daemon(daemon.clone(), error))?;

    let mut report = Report {
        branch: branch.clone(),
        day: record.day,
        replay: Totals::of_books(&books),
        record: Totals::of_record(&record),
        calls: books.calls,
        commands: books.commands,
        took_s: took.as_secs_f64(),
        faults: books.faults,
    };
    let mut faults = check_counts(&report.replay, &report.record);
    faults.extend(check_calls(&report.calls, &shown, desk.clock.midnight));
    let before = if simulated { TallyView::default() } else { begin.view.tally.unwrap_or_default() };
    faults.extend(check_picture(&supervised, &fresh.view, &report.replay, before));
    report.faults.extend(faults);
    Ok(report)
}

/// Whether the daemon takes its time from us; only then a day can go by faster than it did.
async fn is_simulated(options: &Options, api: &Api) -> Result<bool, ReplayError> {
    let branches =
        api.branches().await.map_err(|error| ReplayError::Daemon(options.daemon.clone(), error))?;
    let Some(branch) = branches.iter().find(|branch| branch.id == options.branch) else {
        let known: Vec<&str> = branches.iter().map(|branch| branch.id.as_str()).collect();
        return Err(ReplayError::NotReady(format!(
            "the daemon has no branch `{}`; it has: {}",
            options.branch,
            known.join(", ")
        )));
    };
    if !branch.simulated_clock && options.speed != Speed::Times(1.0) {
        return Err(ReplayError::NotReady(
            "the daemon goes by its own clock, so the day takes as long as it took: replay it with --speed 1, \
             or start the daemon with --simulated-clock"
                .into(),
        ));
    }
    Ok(branch.simulated_clock)
}

/// The daemon's branches, as soon as it has loaded them.
async fn branches(options: &Options, api: &Api) -> Result<Vec<BranchInfo>, ReplayError> {
    let deadline = Instant::now() + READY_WITHIN;
    loop {
        match api.branches().await {
            Ok(branches) => return Ok(branches),
            Err(error) if error.is_passing() && Instant::now() < deadline => sleep(ASK_EVERY).await,
            Err(error) => return Err(ReplayError::Daemon(options.daemon.clone(), error)),
        }
    }
}

/// How long a daemon that was just started may take until it answers.
const READY_WITHIN: Duration = Duration::from_secs(10);
const ASK_EVERY: Duration = Duration::from_millis(100);

/// Whether the branch has what the record needs, and nothing going on in it.
fn expect_ready(
    begin: &Begin,
    rules: &Rules,
    record: &Record,
    timetable: &Timetable,
    clock: &Clock,
) -> Result<(), ReplayError> {
    let view = &begin.view;
    let not_ready = |what: String| Err(ReplayError::NotReady(what));
    let config = "print the configuration that this record needs with `giliran-sim config`";
    for class in &rules.classes {
        if !view.classes.iter().any(|known| known.id == class.id.as_str()) {
            return not_ready(format!("the branch has no class `{}`: {config}", class.id));
        }
    }
    for service in &rules.services {
        if !view.services.iter().any(|known| known.id == service.id.as_str()) {
            return not_ready(format!("the branch has no service `{}`: {config}", service.id));
        }
    }
    for counter in &rules.counters {
        let Some(known) = view.counters.iter().find(|known| known.id == counter.id.as_str()) else {
            return not_ready(format!("the branch has no counter `{}`: {config}", counter.id));
        };
        let wanted: Vec<&str> = counter.services.iter().map(|service| service.as_str()).collect();
        if known.services.len() != wanted.len()
            || !wanted.iter().all(|service| known.services.iter().any(|known| known == service))
        {
            return not_ready(format!("counter `{}` takes other services: {config}", counter.id));
        }
        if known.open {
            return not_ready(format!(
                "counter `{}` is open: a replay begins with all of them closed",
                known.id
            ));
        }
    }
    if view.tickets.iter().flatten().next().is_some() {
        return not_ready("there are people in the branch: a replay begins with nobody there".into());
    }
    if let Some(midnight) = clock.midnight {
        let first = clock.time(midnight, timetable.first());
        let begun = view.day.is_some_and(|day| day >= record.day);
        if begun || (view.day.is_some() && begin.now > first) {
            return not_ready(format!(
                "the daemon's log is at {} already, after the record's day: start it with a fresh file",
                view.day.map_or_else(|| begin.now.to_string(), |day| day.to_string())
            ));
        }
    }
    Ok(())
}

/// The time of the day in a replay.
#[derive(Debug)]
struct Clock {
    /// When the record's day began, for a daemon that takes its time from us.
    midnight: Option<Timestamp>,
    speed: Speed,
    /// When the replay began, by the wall clock and in the record.
    begun: Option<(Instant, DaySecond)>,
}

impl Clock {
    fn time(&self, midnight: Timestamp, at: DaySecond) -> Timestamp {
        midnight.saturating_add(SignedDuration::from_secs(at.0.into())).unwrap_or(Timestamp::MAX)
    }

    /// Waits until it is time.
    async fn wait_until(&mut self, at: DaySecond) {
        let Speed::Times(times) = self.speed else { return };
        let (instant, first) = *self.begun.get_or_insert_with(|| (Instant::now(), at));
        sleep_until(instant + Duration::from_secs(at.since(first).into()).div_f64(times)).await;
    }
}

/// A daemon, by HTTP.
struct DaemonDesk {
    api: Api,
    branch: String,
    clock: Clock,
}

/// For how long a command is sent again while the daemon is away: long enough to start it again by hand.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

impl Desk for DaemonDesk {
    async fn submit(&mut self, at: DaySecond, command: Command) -> Result<CommandAnswer, DeskError> {
        self.clock.wait_until(at).await;
        let request = CommandRequest { id: Uuid::now_v7(), command };
        let deadline = Instant::now() + ANSWER_WITHIN;
        let api = match self.clock.midnight {
            Some(midnight) => &self.api.at(self.clock.time(midnight, at)),
            None => &self.api,
        };
        let answer = api.command_until_answered(&self.branch, &request, deadline).await;
        answer.map_err(|error| DeskError(with_causes(&error)))
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn check_counts(replay: &Totals, record: &Totals) -> Vec<String> {
    replay
        .counts()
        .into_iter()
        .zip(record.counts())
        .filter(|((_, replay), (_, record))| replay != record)
        .map(|((name, replay), (_, record))| {
            format!("{name}: {replay} in the replay and {record} in the record")
        })
        .collect()
}

/// Every call was shown once, in order, with the right counter and, where the time is ours, at the time.
fn check_calls(calls: &[Call], shown: &Seen, midnight: Option<Timestamp>) -> Vec<String> {
    let mut faults = Vec::new();
    if let Some(pair) = shown.calls.windows(2).find(|pair| pair[0].seq >= pair[1].seq) {
        faults.push(format!("the display showed call {} and then call {}", pair[0].seq, pair[1].seq));
    }
    let made: BTreeMap<u64, &Call> = calls.iter().map(|call| (call.seq, call)).collect();
    let mut unseen = made.clone();
    for shown in &shown.calls {
        let Some(call) = made.get(&shown.seq) else {
            faults.push(format!(
                "the display showed {} (entry {}), whom nobody called",
                shown.number, shown.seq
            ));
            continue;
        };
        if unseen.remove(&shown.seq).is_none() {
            faults.push(format!("the display showed {} (entry {}) twice", shown.number, shown.seq));
        }
        let place = (&shown.number, &shown.service, &shown.counter, shown.counter_number, shown.attempt);
        if place != (&call.number, &call.service, &call.counter, call.counter_number, 1) {
            faults.push(format!("the display showed {place:?} for {call:?}"));
        }
        let time = midnight.map(|midnight| shown.at.duration_since(midnight).as_secs());
        if time.is_some_and(|time| time != i64::from(call.at.0)) {
            faults.push(format!(
                "{} was called at {} and shown as called at {}",
                call.number, call.at, shown.at
            ));
        }
    }
    for (seq, call) in unseen {
        faults.push(format!("the display never showed {} (entry {seq}, at {})", call.number, call.at));
    }
    faults
}

/// The supervisor's totals are the replay's, nobody is left, and what the events left behind is what a
/// fresh look shows.
fn check_picture(seen: &Seen, fresh: &BranchView, replay: &Totals, before: TallyView) -> Vec<String> {
    let mut faults = Vec::new();
    let tally = fresh.tally.unwrap_or_default();
    let expected = TallyView {
        issued: before.issued + replay.tickets,
        served: before.served + replay.served,
        missed: before.missed + replay.missed,
        cancelled: before.cancelled + replay.abandoned,
    };
    if tally != expected {
        faults.push(format!("the supervisor sees {tally:?} and not {expected:?}"));
    }
    if let Some(ticket) = fresh.tickets.iter().flatten().next() {
        faults.push(format!("{} is still in the branch", ticket.number));
    }
    // Estimates come on their own and are not part of the log.
    let without_waits = |view: &BranchView| {
        let mut view = view.clone();
        for service in &mut view.services {
            service.wait = None;
        }
        view
    };
    if seen.picture.view().map(without_waits) != Some(without_waits(fresh)) {
        faults.push("what the events left behind is not what a fresh look shows".into());
    }
    faults
}
