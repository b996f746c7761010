//! The clerk of one branch: the only one who writes in its book.
//!
//! A task that takes all that waits for it, lets the core decide it one by one, hands the entries to
//! the store, and only when they are on disk shows them to anybody: answers, screens, newcomers. While
//! the disk is at work it goes on deciding, so a busy branch commits in groups and nobody's processor
//! waits for the disk.
//!
//! Order matters: an answer that went out before the commit could be lost in a power cut, and the
//! number on it given out again. The ledger may be ahead of the disk; whatever shows the branch as a
//! whole therefore waits until the disk has caught up.

mod trouble;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use axum::body::Bytes;
use giliran_core::{
    Actor, Branch, BranchId, Command, CommandId, Decision, Entry, Event, Fault, Known, Ledger, Refusal,
    Rules, ServiceId, ServiceRule, Ticket, TicketId,
};
use giliran_protocol::{
    command::{CommandAnswer, Outcome},
    day::DayView,
    live::{Change, HEARTBEAT_S, Resume, ServiceWait, ToClient},
    view::{Audience, OpeningView},
};
use giliran_store::{BoxFuture, Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    admission::{Load, Rank},
    announced::Announced,
    calls::{Calls, ToSay},
    clock::Clock,
    days::{Days, Stood},
    estimates::{Estimates, Moment},
    failure::Failure,
    feed::{Beside, Feed, Feeds, Joined, Picture, Teller},
    frame::{Changed, Frame},
    health::Health,
    keep::{self, Kept},
    phone::{Claim, Held, Phones},
    picture::{self, Hall, QueueLengths, Touched, Waits},
    reports::{Reports, Spoken},
    taught::Taught,
    wire,
};

/// How many requests may wait for a clerk before even kiosks are turned away: all screens of a large hall
/// at once, and their commands. A place that is not taken costs nothing.
const DESK: usize = 16 * 1024;

/// How many requests are decided in one piece at most.
const BATCH: usize = 1024;

/// How many pieces may be on their way to the disk. Each is what came in while the clerk was at work on
/// the one before, so these are few unless the disk is slow, and then requests wait at the desk.
const ON_THE_WAY: usize = 64;

/// An id that was made within so many seconds is among those that the ledger remembers, unless more than
/// a hundred commands a second came in since.
const LATELY_S: u64 = 600;

/// No entry's number: the log begins at 1 and ends nowhere near.
const NEVER: u64 = u64::MAX;

/// For how long after a phone has asked its ticket's waiting time is worked out: several times as long as a page lets
/// pass between two questions.
const LOOKS_ON: SignedDuration = SignedDuration::from_secs(60);

/// How often the clerk looks at the time by itself.
const TICK: Duration = Duration::from_millis(500);

/// After how many entries the state is kept anew, so that a start reads no more than these.
const SNAPSHOT_EVERY: u64 = 4096;

/// Where a branch's requests are handed in.
#[derive(Debug, Clone)]
pub struct Desk {
    requests: mpsc::Sender<Request>,
    load: Arc<Load>,
    feeds: Arc<Feeds>,
    clock: Arc<Clock>,
}

#[derive(Debug)]
enum Request {
    Command {
        id: CommandId,
        command: Box<Command>,
        by: Option<Actor>,
        reply: oneshot::Sender<Result<CommandAnswer, Failure>>,
    },
    Look {
        audience: Audience,
        reply: oneshot::Sender<Option<Picture>>,
    },
    Rules {
        reply: oneshot::Sender<Option<InForce>>,
    },
    Check {
        rules: Arc<Rules>,
        reply: oneshot::Sender<Vec<Fault>>,
    },
    Held {
        claim: Option<Claim>,
        reply: oneshot::Sender<Option<Held>>,
    },
    Call {
        seq: u64,
        reply: oneshot::Sender<Option<ToSay>>,
    },
    Day {
        reply: oneshot::Sender<DayView>,
    },
    Stand {
        reply: oneshot::Sender<Option<Stand>>,
    },
}

/// How a branch stands, and what its days have taught: a copy, to be worked on beside the clerk.
#[derive(Debug, Clone)]
pub struct Stand {
    /// The branch.
    pub branch: Branch,
    /// What its days have taught.
    pub taught: Taught,
    /// The moment.
    pub now: Timestamp,
}

/// The rules that hold, and where the day that they hold on began.
#[derive(Debug, Clone)]
pub struct InForce {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The entry with which the business day began; 0 before the first.
    pub day_seq: u64,
}

impl Desk {
    /// Has a command done for whoever asks. The answer is on disk when it comes.
    pub async fn submit(
        &self,
        by: Option<Actor>,
        id: CommandId,
        command: Command,
    ) -> Result<CommandAnswer, Failure> {
        let rank = Rank::of(by.as_ref(), &command);
        let (reply, answer) = oneshot::channel();
        self.hand_in(rank, Request::Command { id, command: Box::new(command), by, reply })?;
        answer.await.map_err(|_| Failure::TryAgain)?
    }

    /// Joins an audience. The clerk is asked only for a picture that nobody had a moment ago, or that an
    /// entry came after: ten thousand who come back at once do not keep it from its work.
    pub async fn join(
        &self,
        audience: Audience,
        resume: Option<&Resume>,
    ) -> Result<(Arc<Feed>, Joined), Failure> {
        let feed = self.feeds.of(audience).ok_or(Failure::Internal)?;
        let mut joined = self.feeds.join(audience, resume, self.clock.now());
        if joined.is_none() {
            joined = self.picture(audience).await?.map(Joined::from);
        }
        let joined = joined.or_else(|| self.feeds.join_empty(audience)).ok_or(Failure::TryAgain)?;
        Ok((feed.clone(), joined))
    }

    /// The whole picture as an audience sees it, as the JSON of a snapshot message.
    pub async fn look(&self, audience: Audience) -> Result<Bytes, Failure> {
        let picture = self.picture(audience).await?;
        Ok(picture.ok_or(Failure::NotReady)?.frame.text())
    }

    async fn picture(&self, audience: Audience) -> Result<Option<Picture>, Failure> {
        let (reply, answer) = oneshot::channel();
        self.hand_in(Rank::Other, Request::Look { audience, reply })?;
        answer.await.map_err(|_| Failure::TryAgain)
    }

    /// Says goodbye to all who listen: the daemon ends.
    pub fn dismiss(&self) {
        self.feeds.close();
    }

    /// The log that this is of.
    pub fn log(&self) -> Uuid {
        self.feeds.log
    }

    /// The rules in force.
    pub async fn rules(&self) -> Result<InForce, Failure> {
        let (reply, answer) = oneshot::channel();
        self.hand_in(Rank::Other, Request::Rules { reply })?;
        answer.await.map_err(|_| Failure::TryAgain)?.ok_or(Failure::NotReady)
    }

    /// The ticket of an address, for its holder; none if the address is not one of today's. What is no address at all
    /// is asked for too, so that nobody can tell by the time which it was.
    pub async fn held(&self, claim: Option<Claim>) -> Result<Option<Held>, Failure> {
        let (reply, answer) = oneshot::channel();
        self.hand_in(Rank::Other, Request::Held { claim, reply })?;
        answer.await.map_err(|_| Failure::TryAgain)
    }

    /// For what these rules would be refused now; nothing changes.
    pub async fn check(&self, rules: Arc<Rules>) -> Result<Vec<Fault>, Failure> {
        let (reply, answer) = oneshot::channel();
        self.hand_in(Rank::Other, Request::Check { rules, reply })?;
        answer.await.map_err(|_| Failure::TryAgain)
    }

    /// One of the last calls or announcements.
    pub async fn to_say(&self, seq: u64) -> Result<Option<ToSay>, Failure> {
        let (reply, answer) = oneshot::channel();
        self.hand_in(Rank::Other, Request::Call { seq, reply })?;
        answer.await.map_err(|_| Failure::TryAgain)
    }

    /// How the day goes.
    pub async fn day(&self) -> Result<DayView, Failure> {
        let (reply, answer) = oneshot::channel();
        self.hand_in(Rank::Other, Request::Day { reply })?;
        answer.await.map_err(|_| Failure::TryAgain)
    }

    /// How the branch stands.
    pub async fn stand(&self) -> Result<Stand, Failure> {
        let (reply, answer) = oneshot::channel();
        self.hand_in(Rank::Other, Request::Stand { reply })?;
        answer.await.map_err(|_| Failure::TryAgain)?.ok_or(Failure::NotReady)
    }

    fn hand_in(&self, rank: Rank, request: Request) -> Result<(), Failure> {
        let waiting = self.requests.max_capacity() - self.requests.capacity();
        self.load.admit(rank, waiting, DESK, BATCH).map_err(Failure::Overloaded)?;
        self.requests.try_send(request).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => Failure::Overloaded(Duration::ZERO),
            mpsc::error::TrySendError::Closed(_) => Failure::TryAgain,
        })
    }
}

/// The answer to the command that made an entry, for whoever sent it. Another who sends the same id has heard it
/// somewhere, and is told nothing.
fn answer_to(by: Option<&Actor>, entry: &Entry) -> Result<CommandAnswer, Failure> {
    if by == entry.by.as_ref() {
        Ok(CommandAnswer { seq: entry.seq, outcome: wire::outcome(entry) })
    } else {
        Err(Failure::AnothersCommand)
    }
}

/// Waits for the first of them.
async fn first_of(underway: &mut VecDeque<Underway>) -> Result<(), StoreError> {
    match underway.front_mut() {
        Some(piece) => piece.stored().await,
        None => Ok(()),
    }
}

/// The clerk.
pub struct Clerk {
    branch: BranchId,
    store: Arc<dyn Store>,
    clock: Arc<Clock>,
    requests: mpsc::Receiver<Request>,
    load: Arc<Load>,
    health: Arc<Health>,
    reports: Arc<Reports>,
    care: trouble::Care,
    ledger: Ledger,
    taught: Taught,
    calls: Calls,
    announced: Announced,
    days: Days,
    lengths: QueueLengths,
    feeds: Teller,
    phones: Option<Phones>,
    /// What was decided and is not on disk yet, in order.
    underway: VecDeque<Underway>,
    estimates: Estimates,
    waits: watch::Receiver<Waits>,
    /// Of which services' queues somebody's phone asked, and when last.
    looked_at: BTreeMap<ServiceId, Timestamp>,
    opening_told: Option<OpeningView>,
    /// The rules of the configuration file, as they were taken last.
    configured: Option<Arc<Rules>>,
    /// Rules of the configuration file that people who were still here stood against, and the day.
    refused_on: Option<(Arc<Rules>, u64)>,
    /// The entry with which the business day began.
    day_seq: u64,
    snapshot_seq: u64,
    dirty: bool,
}

/// An answer that waits for the commit.
struct Due {
    /// The entry that the command made, now or before, or why it was refused.
    decided: Result<u64, Failure>,
    by: Option<Actor>,
    reply: oneshot::Sender<Result<CommandAnswer, Failure>>,
}

/// What was decided in one piece and is on its way to the disk.
#[derive(Default)]
struct Underway {
    entries: Vec<Entry>,
    /// Frames of these entries, by feed.
    frames: Vec<(usize, Frame)>,
    /// Whose answers wait for it, or for what is before it.
    due: Vec<Due>,
    /// Comes when it is on disk; none where there was nothing to store.
    stored: Option<BoxFuture<'static, Result<(), StoreError>>>,
    /// When it was begun, by the load.
    begun_us: u64,
}

impl Underway {
    fn refuse(self, failure: &Failure) {
        for Due { reply, .. } in self.due {
            let _ = reply.send(Err(failure.clone()));
        }
    }

    async fn stored(&mut self) -> Result<(), StoreError> {
        match &mut self.stored {
            Some(stored) => stored.await,
            None => Ok(()),
        }
    }
}

impl Clerk {
    /// Rebuilds the branch from the log and makes sure that it goes by these rules.
    pub async fn open(
        rules: &Arc<Rules>,
        store: Arc<dyn Store>,
        clock: Arc<Clock>,
        (health, reports): (Arc<Health>, Arc<Reports>),
        phones: Option<Phones>,
    ) -> Result<(Self, Desk), StoreError> {
        let Kept { ledger, taught, calls, announced, days, configured, day_seq, snapshot_seq } =
            keep::recover(&*store, &rules.id).await?;
        if let Some(last) = ledger.at() {
            clock.not_before(last);
        }
        let (sender, requests) = mpsc::channel(DESK);
        let (estimates, waits) = Estimates::start();
        let load = Arc::new(Load::new());
        let feeds = Arc::new(Feeds::new(store.log_id(), ledger.seq()));
        let desk = Desk { requests: sender, load: load.clone(), feeds: feeds.clone(), clock: clock.clone() };
        let mut clerk = Self {
            branch: rules.id.clone(),
            store,
            clock,
            requests,
            load,
            health,
            reports,
            care: trouble::Care::default(),
            lengths: QueueLengths::default(),
            feeds: Teller(feeds.clone()),
            phones,
            ledger,
            taught,
            calls,
            announced,
            days,
            underway: VecDeque::new(),
            estimates,
            waits,
            looked_at: BTreeMap::new(),
            opening_told: None,
            configured,
            refused_on: None,
            day_seq,
            snapshot_seq,
            dirty: true,
        };
        clerk.lengths.reset(clerk.ledger.branch());
        clerk.follow_calls(Spoken::Before);
        if let Some(why) = clerk.store.unwritable() {
            clerk.meet(&why);
        }
        // The day first: whoever was left over from the day before must not stand in the way of new rules.
        clerk.tick().await?;
        clerk.take_rules(rules).await?;
        clerk.tick().await?;
        tracing::info!(
            branch = %clerk.branch,
            seq = clerk.ledger.seq(),
            tickets = clerk.ledger.branch().tickets().count(),
            "branch is loaded"
        );
        // Whoever comes back from another clerk may have been told something else.
        clerk.tell_health();
        clerk.tell_waits();
        Ok((clerk, desk))
    }

    /// Works until `stop`, then finishes what was handed in before and keeps the state. An error is one
    /// after which nothing may be written any more.
    pub async fn work(mut self, stop: CancellationToken) -> Result<(), StoreError> {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut heartbeat = tokio::time::interval(Duration::from_secs(HEARTBEAT_S));
        heartbeat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut batch = Vec::new();
        loop {
            tokio::select! {
                stored = first_of(&mut self.underway), if !self.underway.is_empty() => {
                    // What could not be stored was answered.
                    let _ = self.settle_first(stored).await?;
                }
                taken = self.requests.recv_many(&mut batch, BATCH), if self.underway.len() < ON_THE_WAY => {
                    if taken == 0 {
                        break;
                    }
                    self.serve(&mut batch).await?;
                }
                _ = tick.tick() => self.tick().await?,
                _ = heartbeat.tick() => self.heartbeat(),
                changed = self.waits.changed() => {
                    if changed.is_ok() {
                        self.tell_waits();
                    }
                }
                () = stop.cancelled() => {
                    self.requests.close();
                    while self.requests.recv_many(&mut batch, BATCH).await > 0 {
                        self.serve(&mut batch).await?;
                        let _ = self.settle().await?;
                    }
                    break;
                }
            }
        }
        let _ = self.settle().await?;
        if self.ledger.seq() > self.snapshot_seq && !self.is_in_trouble() {
            let kept = self.store.save_snapshot(&self.branch, self.kept_now()).await;
            if let Err(error) = kept {
                // The log has it all: the next start only reads a longer tail.
                tracing::warn!(branch = %self.branch, %error, "the state could not be kept");
            }
        }
        Ok(())
    }

    /// Does what was handed in: decides and has it stored; answers come when it is. Newcomers are shown
    /// a picture of all that was decided, so they wait for the disk, and what is handed in after them too.
    async fn serve(&mut self, batch: &mut Vec<Request>) -> Result<(), StoreError> {
        let mut piece = self.new_piece();
        let mut newcomers = Vec::new();
        for request in batch.drain(..) {
            match request {
                Request::Command { id, command, by, reply } => {
                    let decided = match self.recall(id).await {
                        Ok(()) => self.decide(by.clone(), id, *command, &mut piece),
                        Err(failure) => Err(failure),
                    };
                    piece.due.push(Due { decided, by, reply });
                }
                Request::Look { .. }
                | Request::Rules { .. }
                | Request::Check { .. }
                | Request::Held { .. }
                | Request::Call { .. }
                | Request::Day { .. }
                | Request::Stand { .. } => newcomers.push(request),
            }
        }
        self.hand_in(piece);
        if !newcomers.is_empty() {
            let _ = self.settle().await?;
            for newcomer in newcomers {
                self.welcome(newcomer);
            }
        }
        Ok(())
    }

    /// Makes sure that the ledger knows a command that the log has. It remembers the last ones by itself;
    /// an id that says when it was made tells whether the log has to be asked.
    async fn recall(&mut self, id: CommandId) -> Result<(), Failure> {
        let remembers_all = usize::try_from(self.ledger.seq()).is_ok_and(|seq| seq <= Ledger::COMMANDS_KEPT);
        if remembers_all || self.ledger.knows(id) || self.is_of_late(id) {
            return Ok(());
        }
        let found = self.store.entry_of_command(&self.branch, id).await;
        if let Some(entry) = found.map_err(|why| Failure::store(&why))? {
            self.ledger.remember(Known { command: id, seq: entry.seq });
        }
        Ok(())
    }

    /// Whether an id was made within the last minutes, as far as it says.
    fn is_of_late(&self, id: CommandId) -> bool {
        let Some((made, _)) = id.0.get_timestamp().map(|made| made.to_unix()) else { return false };
        let now = self.clock.now().and_then(|now| u64::try_from(now.as_second()).ok());
        now.is_some_and(|now| now.abs_diff(made) < LATELY_S)
    }

    /// Lets the core decide a command. The ledger is then ahead of the log by what is in `piece` too.
    fn decide(
        &mut self,
        by: Option<Actor>,
        id: CommandId,
        mut command: Command,
        piece: &mut Underway,
    ) -> Result<u64, Failure> {
        let now = self.clock.now().ok_or(Failure::NotReady)?;
        if let Some(failure) = self.held_up(id) {
            return Err(failure);
        }
        if !self.is_in_trouble() {
            self.advance(now, piece);
        }
        self.announce_wait(&mut command);
        match self.ledger.decide(by, id, &command, now) {
            Decision::Taken(entry) => {
                let seq = entry.seq;
                self.take_in(entry, piece);
                Ok(seq)
            }
            Decision::Repeated { seq } => Ok(seq),
            Decision::Refused(refusal) => {
                tracing::debug!(branch = %self.branch, command = %id, code = refusal.code(), "refused");
                Err(Failure::refused(&refusal))
            }
        }
    }

    /// Whoever is given a number is told how long it will take, as far as is known now.
    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else gives out a number")]
    fn announce_wait(&self, command: &mut Command) {
        let branch = self.ledger.branch();
        let rules = branch.rules();
        let (service, class, announced) = match command {
            Command::IssueTicket { service, class, announced, .. } => {
                (service.clone(), class.clone(), announced)
            }
            Command::IssueRemotely { service, announced, .. } => (service.clone(), None, announced),
            Command::CheckIn { code, announced, .. } => {
                let Some(booking) = branch.appointment(code) else { return };
                let class =
                    rules.and_then(|rules| rules.appointments.as_ref()).map(|rule| rule.class.clone());
                (booking.appointment.service.clone(), class, announced)
            }
            _ => return,
        };
        let waits = self.waits.borrow();
        let of_service = waits.iter().find(|waits| waits.service == service);
        *announced = of_service.and_then(|waits| match &class {
            None => waits.ordinary(),
            Some(class) => waits.of(class),
        });
    }

    fn advance(&mut self, now: Timestamp, piece: &mut Underway) {
        while let Some(entry) = self.ledger.due(now) {
            self.take_in(entry, piece);
        }
    }

    /// Takes in an entry that was just decided.
    fn take_in(&mut self, entry: Entry, piece: &mut Underway) {
        let touched = Touched::by(&entry, self.ledger.branch());
        let stood = Stood::by(&entry, self.ledger.branch());
        self.taught.observe(self.ledger.branch(), &entry);
        self.ledger.replay(&entry);
        self.days.observe(&entry, stood, self.ledger.branch());
        self.prepare(&entry, &touched, &mut piece.frames);
        piece.entries.push(entry);
    }

    /// Makes the frames of an entry that was just taken in; they are sent after the commit.
    fn prepare(&mut self, entry: &Entry, touched: &Touched, frames: &mut Vec<(usize, Frame)>) {
        self.dirty = true;
        let branch = self.ledger.branch();
        let called = self.calls.observe(entry, branch);
        if self.announced.observe(entry) || called {
            self.follow_calls(Spoken::Now);
        }
        if entry.events.iter().any(|event| matches!(event, Event::DayBegan { .. })) {
            self.health.begin_day();
        }
        keep::mark(entry, &mut self.configured, &mut self.day_seq);
        let resets = picture::resets(entry);
        let mut changes = picture::changes(entry, branch, touched, &self.calls);
        if resets {
            self.lengths.reset(branch);
        } else {
            changes.extend(self.lengths.changed(branch));
        }
        let changed = |changes| Arc::new(Changed { seq: entry.seq, at: entry.at, changes });
        let shared = changed(changes);
        for (n, feed) in self.feeds.iter().enumerate() {
            let changed = if resets {
                let view = picture::whole(feed.audience, &self.hall(), entry.at);
                changed(view.map(|view| Change::Reset { view: Box::new(view) }).into_iter().collect())
            } else {
                shared.clone()
            };
            if changed.changes.iter().any(|change| picture::told(feed.audience, change).is_some()) {
                frames.push((n, feed.prepare(changed)));
            }
        }
    }

    /// A piece in which nobody waits for an answer yet.
    fn new_piece(&self) -> Underway {
        Underway { begun_us: self.load.begin(), ..Underway::default() }
    }

    /// Hands what was decided in to the store.
    fn hand_in(&mut self, mut piece: Underway) {
        if !piece.entries.is_empty() {
            piece.stored = Some(self.store.append(&self.branch, &piece.entries));
        } else if piece.due.is_empty() {
            return;
        }
        self.underway.push_back(piece);
        self.tell_load();
    }

    /// The piece that has been underway for longest tells how long people wait.
    fn tell_load(&self) {
        self.load.set_oldest(self.underway.front().map(|piece| piece.begun_us));
    }

    /// Has it stored, and waits until all that was decided is on disk and shown. The outer error is
    /// final; the inner one says that nothing of the last piece has happened.
    async fn commit(&mut self, piece: Underway) -> Result<Result<(), Failure>, StoreError> {
        self.hand_in(piece);
        self.settle().await
    }

    /// Waits until all that was decided is on disk, and answered and shown.
    async fn settle(&mut self) -> Result<Result<(), Failure>, StoreError> {
        let mut last = Ok(());
        while !self.underway.is_empty() {
            let stored = first_of(&mut self.underway).await;
            last = self.settle_first(stored).await?;
        }
        Ok(last)
    }

    /// Answers and shows the first piece that was underway, which is on disk or was refused. An error that
    /// is not final is the answer to everybody whose command was in it, and nothing of it has happened.
    async fn settle_first(
        &mut self,
        stored: Result<(), StoreError>,
    ) -> Result<Result<(), Failure>, StoreError> {
        let Some(piece) = self.underway.pop_front() else { return Ok(Ok(())) };
        self.load.done(piece.begun_us);
        self.tell_load();
        match stored {
            Ok(()) => {
                if let Some(last) = piece.entries.last() {
                    self.feeds.tell(last.seq, piece.frames);
                }
                for due in piece.due {
                    self.answer(due, &piece.entries).await;
                }
                Ok(Ok(()))
            }
            Err(error) if error.is_final() => {
                self.meet(&error);
                Err(error)
            }
            Err(error) => {
                self.meet(&error);
                tracing::warn!(branch = %self.branch, %error, "nothing was stored; reading the log again");
                let failure = Failure::store(&error);
                piece.refuse(&failure);
                // What was decided after it goes on from what is not there, and the store refuses it too.
                while let Some(mut after) = self.underway.pop_front() {
                    match after.stored().await {
                        Err(error) if error.is_final() => {
                            self.meet(&error);
                            return Err(error);
                        }
                        Ok(()) | Err(_) => after.refuse(&Failure::TryAgain),
                    }
                }
                self.tell_load();
                self.reload().await?;
                if let StoreError::CommandTaken { command, .. } = error
                    && let Some(entry) = self.store.entry_of_command(&self.branch, command).await?
                {
                    // Sent again after so long that the ledger had forgotten it. Now it knows, and the
                    // next try gets the answer.
                    self.ledger.remember(Known { command, seq: entry.seq });
                }
                Ok(Err(failure))
            }
        }
    }

    /// Goes back to what the log says, after something that was decided could not be stored.
    async fn reload(&mut self) -> Result<(), StoreError> {
        let kept = keep::recover(&*self.store, &self.branch).await?;
        (self.ledger, self.taught, self.calls) = (kept.ledger, kept.taught, kept.calls);
        self.announced = kept.announced;
        self.days = kept.days;
        (self.configured, self.day_seq) = (kept.configured, kept.day_seq);
        self.snapshot_seq = kept.snapshot_seq;
        self.lengths.reset(self.ledger.branch());
        self.follow_calls(Spoken::Before);
        for feed in self.feeds.iter() {
            feed.forget_prepared();
        }
        self.dirty = true;
        Ok(())
    }

    async fn answer(&mut self, due: Due, entries: &[Entry]) {
        let answer = match due.decided {
            Err(failure) => Err(failure),
            Ok(seq) => match entries.binary_search_by_key(&seq, |entry| entry.seq) {
                Ok(n) => answer_to(due.by.as_ref(), &entries[n]),
                Err(_) => self.answer_again(due.by.as_ref(), seq).await,
            },
        };
        // Whoever asked may be gone; what was done is done.
        let _ = due.reply.send(answer.map(|answer| self.with_address(answer)));
    }

    /// Adds to an answer the secret address of the ticket that was given out, as long as its day lasts.
    fn with_address(&self, mut answer: CommandAnswer) -> CommandAnswer {
        if let Outcome::Issued { ticket, phone, .. } = &mut answer.outcome
            && answer.seq > self.day_seq
            && let (Some(phones), Some(day)) = (&self.phones, self.ledger.branch().day())
        {
            *phone = phones.addresses.of(TicketId(*ticket), day);
        }
        answer
    }

    /// The answer that was given to a command before, from the log.
    async fn answer_again(&mut self, by: Option<&Actor>, seq: u64) -> Result<CommandAnswer, Failure> {
        match self.store.entry_of(&self.branch, seq).await {
            Ok(Some(entry)) => answer_to(by, &entry),
            Ok(None) => {
                tracing::error!(branch = %self.branch, seq, "an entry that was stored is not in the log");
                Err(Failure::Internal)
            }
            Err(error) => {
                tracing::error!(branch = %self.branch, seq, %error, "an entry can't be read");
                Err(Failure::store(&error))
            }
        }
    }

    fn welcome(&mut self, newcomer: Request) {
        match newcomer {
            Request::Command { .. } => {}
            Request::Rules { reply } => {
                let rules = self.ledger.branch().rules().cloned();
                let _ = reply.send(rules.map(|rules| InForce { rules, day_seq: self.day_seq }));
            }
            Request::Look { audience, reply } => {
                let _ = reply.send(self.picture(audience));
            }
            Request::Check { rules, reply } => {
                let _ = reply.send(self.check(rules));
            }
            Request::Held { claim, reply } => {
                let _ = reply.send(self.held(claim));
            }
            Request::Call { seq, reply } => {
                let spoken = self.calls.of_entry(seq).cloned().map(ToSay::Call);
                let made = || self.announced.of_entry(seq).cloned().map(ToSay::Announcement);
                let _ = reply.send(spoken.or_else(made));
            }
            Request::Day { reply } => {
                let _ = reply.send(self.days.view(self.ledger.branch()));
            }
            Request::Stand { reply } => {
                let (branch, taught) = (self.ledger.branch().clone(), self.taught.clone());
                let _ = reply.send(self.clock.now().map(|now| Stand { branch, taught, now }));
            }
        }
    }

    /// The core's no to these rules, if it has one, by its faults.
    fn check(&self, rules: Arc<Rules>) -> Vec<Fault> {
        let now = self.clock.now().or(self.ledger.at()).unwrap_or(Timestamp::UNIX_EPOCH);
        match self.ledger.branch().decide(&Command::SetRules { rules }, now) {
            Ok(_) => Vec::new(),
            Err(Refusal::UnsoundRules(faults)) => faults.0,
            Err(other) => vec![Fault { at: "rules".into(), what: other.to_string() }],
        }
    }

    fn held(&mut self, claim: Option<Claim>) -> Option<Held> {
        let branch = self.ledger.branch();
        let day = branch.day()?;
        let ticket = claim.filter(|claim| claim.is_of(day))?.ticket;
        let now = self.clock.now().or(self.ledger.at())?;
        // Whoever one counter alone may call, or goes next, waits by no queue's measure.
        let by_queue = |known: &&Ticket| known.bound.is_none() && !known.goes_next;
        let queue = branch.ticket(ticket).filter(by_queue).map(|known| &known.service);
        let wait = queue.and_then(|service| self.estimates.in_queue(service, branch.due_before(ticket)?));
        if let Some(service) = queue {
            // Who has just begun to look is told a moment later.
            self.dirty |= self.looked_at.insert(service.clone(), now).is_none();
        }
        Some(Held { ticket, seen: picture::held((branch, &self.calls), ticket, wait, now) })
    }

    fn picture(&self, audience: Audience) -> Option<Picture> {
        let seq = self.ledger.seq();
        let now = self.clock.now().or(self.ledger.at())?;
        self.feeds.of(audience)?.picture(seq, || {
            let view = picture::whole(audience, &self.hall(), now)?;
            Some(ToClient::Snapshot { log: self.feeds.log, seq, now, view: Box::new(view) })
        })
    }

    /// The branch, and what else there is to see in its hall.
    fn hall(&self) -> Hall<'_> {
        Hall {
            branch: self.ledger.branch(),
            calls: &self.calls,
            announced: &self.announced,
            waits: self.waits.borrow().clone(),
            health: self.health.view(),
            reports: self.reports.view(),
        }
    }

    /// What the clerk does by itself twice a second: deadlines, and a fresh look for the estimates.
    async fn tick(&mut self) -> Result<(), StoreError> {
        let Some(now) = self.clock.now() else { return Ok(()) };
        if !self.look_after().await? {
            let mut piece = self.new_piece();
            self.advance(now, &mut piece);
            // A failure that is not final has been logged; the deadline is still due when it is over.
            let _ = self.commit(piece).await?;
            self.keep_sometimes();
            if let Some((rules, _)) = self.refused_on.take_if(|(_, day)| *day != self.day_seq) {
                self.take_rules(&rules).await?;
            }
        }
        if self.underway.is_empty() {
            self.load.rest();
        }
        self.tell_health();
        self.tell_reports();
        self.tell_opening(now);
        self.estimates.look_after();
        if self.estimates.want(self.dirty, now) {
            self.dirty = false;
            let (branch, learned) = (self.ledger.branch().clone(), self.taught.learned.clone());
            self.looked_at.retain(|_, last| now.duration_since(*last) <= LOOKS_ON);
            let looked_at = self.looked_at.keys().cloned().collect();
            self.estimates.hand_in(Moment { branch, learned, now, looked_at });
        }
        Ok(())
    }

    fn heartbeat(&mut self) {
        let Some(now) = self.clock.now() else { return };
        self.feeds.iter().for_each(|feed| feed.beat(now));
    }

    fn opening(&self, now: Timestamp) -> Option<OpeningView> {
        let branch = self.ledger.branch();
        branch.rules().map(|_| wire::opening(branch.opening(now)))
    }

    /// The office opens and closes by the time of day.
    fn tell_opening(&mut self, now: Timestamp) {
        let opening = self.opening(now);
        if opening == self.opening_told {
            return;
        }
        self.opening_told.clone_from(&opening);
        let Some(opening) = opening else { return };
        let frame = Frame::new(&ToClient::Opening { opening });
        self.feeds.iter().for_each(|feed| feed.tell_beside(Beside::Opening, frame.clone()));
    }

    /// The last calls and announcements are reported of.
    fn follow_calls(&self, spoken: Spoken) {
        let calls = self.calls.iter().map(|call| (call.seq, &call.zones));
        let made = self.announced.iter().map(|made| (made.seq, &made.zones));
        self.reports.follow(calls.chain(made), &self.health.whole_office(), spoken);
    }

    /// Tells staff what became of calls in the hall, at most twice a second: many screens report at once. What
    /// nobody has said though somebody should have is told to whoever stands by, too.
    fn tell_reports(&self) {
        let within = self.ledger.branch().rules().map(|rules| rules.announcing.within).unwrap_or_default();
        for (call, zones) in self.reports.unheard(within.unsigned_abs(), &self.health) {
            tracing::warn!(branch = %self.branch, call, ?zones, "a call was not said where it should have been");
            let frame = Frame::new(&ToClient::Unheard { call, zones });
            for feed in self.feeds.iter().filter(|feed| feed.audience == Audience::Display) {
                feed.tell_beside(Beside::Unheard(call), frame.clone());
            }
        }
        for report in self.reports.news() {
            let call = report.call;
            let is_call = self.calls.of_entry(call).is_some();
            let frame = Frame::new(&ToClient::Reported { report });
            // Officers see what becomes of calls; of announcements they are not told.
            let told =
                |audience| picture::is_staff(audience) && (is_call || picture::is_told_aloud(audience));
            for feed in self.feeds.iter().filter(|feed| told(feed.audience)) {
                feed.tell_beside(Beside::Reported(call), frame.clone());
            }
        }
    }

    fn tell_waits(&mut self) {
        self.waits.mark_unchanged();
        let frame = self.waits_frame();
        self.feeds.iter().for_each(|feed| feed.tell_beside(Beside::Waits, frame.clone()));
    }

    fn waits_frame(&self) -> Frame {
        // Every service, so that what is no longer known is taken back.
        let services = self.ledger.branch().rules().map_or(&[][..], |rules| &rules.services);
        let waits = self.waits.borrow();
        let wait_of = |id: &ServiceId| waits.iter().find(|waits| waits.service == *id)?.ordinary();
        let of = |rule: &ServiceRule| ServiceWait {
            service: rule.id.to_string(),
            wait: wait_of(&rule.id).map(wire::wait),
        };
        Frame::new(&ToClient::Waits { waits: services.iter().map(of).collect() })
    }

    /// Sets the rules of the configuration file by an event, so that the log alone always explains
    /// itself. Rules that were changed by command stay until the file says something new.
    async fn take_rules(&mut self, rules: &Arc<Rules>) -> Result<(), StoreError> {
        if self.configured.as_ref() == Some(rules) {
            return Ok(());
        }
        if self.is_in_trouble() {
            self.refused_on = Some((rules.clone(), NEVER)); // to be tried again when it is over
            return Ok(());
        }
        let now = self.clock.now().unwrap_or(Timestamp::UNIX_EPOCH);
        let command = Command::SetRules { rules: rules.clone() };
        match self.ledger.decide(Some(keep::configuration()), CommandId(Uuid::now_v7()), &command, now) {
            Decision::Taken(entry) => {
                let mut piece = self.new_piece();
                self.take_in(entry, &mut piece);
                if self.commit(piece).await?.is_ok() {
                    tracing::info!(branch = %self.branch, "the rules of the configuration are in force");
                } else {
                    self.refused_on = Some((rules.clone(), NEVER)); // to be tried again at the next tick
                }
            }
            Decision::Repeated { .. } => {}
            // The rules are sound, as was checked before; but people are here whom they would strand.
            Decision::Refused(refusal) => {
                tracing::warn!(branch = %self.branch, %refusal, "the configured rules are not taken yet; those of before stay in force until the next day begins");
                self.refused_on = Some((rules.clone(), self.day_seq));
            }
        }
        Ok(())
    }

    /// Keeps the state once in a while, beside the work. All that was decided is on disk.
    fn keep_sometimes(&mut self) {
        if self.ledger.seq() < self.snapshot_seq + SNAPSHOT_EVERY {
            return;
        }
        self.snapshot_seq = self.ledger.seq();
        let (store, branch, snapshot) = (self.store.clone(), self.branch.clone(), self.kept_now());
        tokio::spawn(async move {
            if let Err(error) = store.save_snapshot(&branch, snapshot).await {
                // The log has it all: the next start only reads a longer tail.
                tracing::warn!(%branch, %error, "the state could not be kept");
            }
        });
    }

    fn kept_now(&self) -> giliran_store::Snapshot {
        let kept = (&self.calls, &self.announced, &self.days);
        keep::snapshot(&self.ledger, &self.taught, kept, self.configured.as_ref(), self.day_seq)
    }
}
