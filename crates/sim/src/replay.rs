//! A recorded day, played against a running daemon through its real interfaces, with witnesses.

use std::{str::FromStr, time::Duration};

use giliran_client::{Api, ApiError, BadAddress};
use giliran_history::Recorder;
use giliran_protocol::{
    command::{Command, CommandAnswer, CommandRequest},
    view::{Audience, BranchInfo, TallyView},
};
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;

use crate::{
    checks,
    office::{self, Identity, OfficeError},
    play::{self, Desk, DeskError, PlayError, Progress},
    record::{DaySecond, RecordError, Source},
    recorded,
    report::{Report, Totals},
    timetable::Timetable,
    watch::{WatchError, Watcher},
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
    checks::ready(&begin, &rules).map_err(ReplayError::NotReady)?;
    if simulated {
        checks::before(&begin, record.day, clock.time(midnight, timetable.first()))
            .map_err(ReplayError::NotReady)?;
    }

    let began = Instant::now();
    let mut desk = DaemonDesk { api: api.clone(), branch: branch.clone(), clock, recorder: None };
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
        unseen: checks::unseen(&books.calls, &shown),
        calls: books.calls,
        commands: books.commands,
        took_s: took.as_secs_f64(),
        faults: books.faults,
    };
    let mut faults = checks::counts(&report.replay, &report.record);
    faults.extend(checks::calls(&report.calls, &shown, desk.clock.midnight));
    let before = if simulated { TallyView::default() } else { begin.view.tally.unwrap_or_default() };
    faults.extend(checks::picture(supervised.picture.view(), &fresh.view, &report.replay, before));
    report.faults.extend(faults);
    Ok(report)
}

/// Whether the daemon takes its time from us; only then a day can go by faster than it did.
async fn is_simulated(options: &Options, api: &Api) -> Result<bool, ReplayError> {
    let branches = branches(options, api).await?;
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

/// The time of the day in a replay.
#[derive(Debug)]
pub(crate) struct Clock {
    /// When the record's day began, for a daemon that takes its time from us.
    pub(crate) midnight: Option<Timestamp>,
    pub(crate) speed: Speed,
    /// When the replay began, by the wall clock and in the record.
    pub(crate) begun: Option<(Instant, DaySecond)>,
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
pub(crate) struct DaemonDesk {
    pub(crate) api: Api,
    pub(crate) branch: String,
    pub(crate) clock: Clock,
    /// Writes down what is asked and answered.
    pub(crate) recorder: Option<Recorder>,
}

/// For how long a command is sent again while the daemon is away: long enough to start it again by hand.
const ANSWER_WITHIN: Duration = Duration::from_secs(300);

impl Desk for DaemonDesk {
    async fn submit(&mut self, at: DaySecond, command: Command) -> Result<CommandAnswer, DeskError> {
        self.clock.wait_until(at).await;
        let request = CommandRequest::new(Uuid::now_v7(), command);
        let deadline = Instant::now() + ANSWER_WITHIN;
        let api = match self.clock.midnight {
            Some(midnight) => &self.api.at(self.clock.time(midnight, at)),
            None => &self.api,
        };
        let recorder = self.recorder.as_ref();
        let send = recorder.map(|recorder| recorder.sent("desk", request.id, &request.command));
        let answer = api.command_until_answered(&self.branch, &request, deadline).await;
        if let (Some(recorder), Some(send)) = (recorder, send) {
            recorded::tell(recorder, send, &answer);
        }
        answer.map_err(|error| DeskError(with_causes(&error)))
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
