//! The whole speaker: link, announcer, player and recordings put together.

use std::{
    collections::VecDeque,
    future::pending,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use giliran_client::{Api, ApiError, Broken, Key, Link, News, Pairing, Progress};
use giliran_core::Language;
use giliran_protocol::{
    access::DeviceKind,
    error::Error,
    live::Change,
    report::Reported,
    view::{AnnouncingView, Audience, Sound},
};
use giliran_voice::Voices;
use jiff::{SignedDuration, Timestamp};
use tokio::{
    select,
    time::{Instant, sleep_until},
};

use crate::{
    announcer::{Announcement, Announcer, Lengths, Policy, ToSay, Unsaid, What},
    output::{Played, SoundOutput},
    player::{Over, Player, spoken},
    recordings::Recordings,
    reporter::Reporter,
    state::Said,
};

/// What a speaker has done.
#[derive(Debug)]
pub enum Report {
    /// A call was said to its end.
    Announced {
        /// What was said, and how.
        announcement: Announcement,
        /// Where the sound went: `device`, `file` or `none`.
        output: &'static str,
    },
    /// A call or an announcement was not said, or not to its end.
    NotAnnounced {
        /// Which.
        what: ToSay,
        /// Why.
        why: String,
    },
    /// The link to the daemon is up.
    LinkUp,
    /// The link is down; it is being set up again. Told once for each time that it goes down.
    LinkDown(Broken),
    /// The daemon knows nobody of this speaker's key, or it has none: it takes part when a supervisor has typed this.
    Code(String),
    /// The speaker takes part from now on.
    Paired {
        /// Its short name.
        id: String,
    },
    /// The new key can't be written down. It is good as long as the program runs; writing is tried again.
    KeyNotKept {
        /// Why.
        why: String,
    },
    /// The daemon does not want this speaker, and says why; it is asked again. Told once.
    Refused {
        /// The stable word.
        code: String,
        /// For a person.
        message: String,
    },
}

/// The output's name where nothing is to be heard.
const SILENT: &str = "none";

/// Why a call was not said to its end that was being said when the program ended.
const CUT_OFF: &str = "cut off because the speaker ends";

/// The code with which the daemon refuses those whom it does not know.
const UNKNOWN: &str = "not_signed_in";

/// How long after a key could not be written down that is tried again.
const KEEP_AGAIN: Duration = Duration::from_secs(60);

/// How long something that could not be said waits until it is tried once more: a card that was pulled out is often
/// put in again.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// So long is waited for a recording that is asked for.
const RECORDING_COMES_WITHIN: SignedDuration = SignedDuration::from_secs(30);

/// So often is it said again when it breaks off: a sound server that is busy drops whoever plays.
const MOST_FAILURES: u8 = 3;

/// A call waits so long for a sound card that was there: a plug that somebody puts back. Then others are to say it.
const CARD_IS_BACK_WITHIN: SignedDuration = SignedDuration::from_secs(20);

/// How a loudspeaker is set up.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The languages of every call, in order, whatever the office has chosen.
    pub languages: Option<Vec<Language>>,
    /// The zones in which it is heard; all of them where none is named.
    pub zones: Vec<String>,
    /// Whether it says only what others did not.
    pub standby: bool,
}

/// The loudspeaker of a branch.
pub struct Speaker {
    link: Link,
    announcer: Announcer,
    player: Player,
    recordings: Recordings,
    said: Said,
    clock: Clock,
    /// When the next announcement may begin, after one that failed.
    rests_until: Option<Instant>,
    /// What broke off last, and how often it has.
    failed: Option<(Announcement, u8)>,
    /// Whether anything was ever heard: there is a sound card then, though it may be away.
    was_heard: bool,
    reports: VecDeque<Report>,
    line: Line,
    access: Access,
    reporter: Reporter,
}

/// The daemon's time, as far as it is known.
#[derive(Debug, Clone, Copy)]
struct Clock {
    told: Timestamp,
    at: Instant,
}

impl Clock {
    fn now(self) -> Timestamp {
        let since = SignedDuration::try_from(self.at.elapsed()).unwrap_or(SignedDuration::ZERO);
        self.told.saturating_add(since).unwrap_or(self.told)
    }

    /// When it is that time.
    fn at(self, time: Timestamp) -> Instant {
        let until = time.duration_since(self.told);
        self.at + Duration::try_from(until).unwrap_or(Duration::ZERO)
    }
}

/// How the speaker comes to take part.
struct Access {
    api: Api,
    branch: String,
    file: PathBuf,
    /// While the daemon does not know this speaker. The link rests meanwhile.
    pairing: Option<Pairing>,
    /// A key that is still to be written down, and when that is tried.
    unkept: Option<(Key, Instant)>,
}

/// What was last told of the link.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Unknown,
    Up,
    Down,
    Pairing(String),
    Refused(String),
}

impl Speaker {
    /// A speaker for a branch of the daemon at `base`, with the key in a file if it has one. Connects with the first
    /// call of [`next`](Self::next). What it has said, and what was recorded, is kept beside the key.
    ///
    /// # Errors
    /// `base` is no address, the file is there and no key can be read from it, or the system gives no thread.
    pub fn open(
        base: &str,
        branch: &str,
        key: &Path,
        voices: Voices,
        settings: Settings,
        output: Box<dyn SoundOutput>,
    ) -> anyhow::Result<Self> {
        let Settings { languages, zones, standby } = settings;
        let mut link = Link::open(base, branch, Audience::Display).context("--daemon")?;
        // Something else in its place is not to be overwritten by the next key.
        let kept = Key::read(key).with_context(|| format!("--key {}", key.display()))?;
        let api = Api::new(base).context("--daemon")?;
        let mut reporter = Reporter::start(api.clone(), branch);
        let mut recordings = Recordings::new(api.clone(), branch, key.with_extension("recordings"));
        if let Some(kept) = kept {
            reporter.set_key(kept.clone());
            recordings.set_key(kept.clone());
            link.set_key(kept);
        }
        let access =
            Access { api, branch: branch.to_owned(), file: key.to_owned(), pairing: None, unkept: None };
        link.set_zones(zones.clone(), standby);
        // Whether the sound card is there shows with the first call.
        link.set_speaking(output.name() != SILENT);
        let policy =
            Policy { languages, voices: voices.languages().collect(), paced: output.paced(), zones, standby };
        let voices = Arc::new(voices);
        let said = Said::beside(key, branch);
        let lengths = {
            let voices = voices.clone();
            Lengths::new(move |calls, manner| {
                let calls: Vec<_> = calls.iter().filter_map(|call| spoken(call).ok()).collect();
                voices.length(&calls, manner)
            })
        };
        Ok(Self {
            link,
            announcer: Announcer::new(policy, lengths, said.progress()),
            player: Player::start(voices, output)?,
            recordings,
            said,
            clock: Clock { told: Timestamp::UNIX_EPOCH, at: Instant::now() },
            rests_until: None,
            failed: None,
            was_heard: false,
            reports: VecDeque::new(),
            line: Line::Unknown,
            access,
            reporter,
        })
    }

    /// Goes on until there is something to report. Cancel-safe, so it may stand in a `select!`.
    ///
    /// # Errors
    /// No sound can be made any more; the program is best started afresh.
    pub async fn next(&mut self) -> anyhow::Result<Report> {
        loop {
            if let Some(report) = self.reports.pop_front() {
                return Ok(report);
            }
            self.say_next()?;
            if let Some(report) = self.reports.pop_front() {
                return Ok(report);
            }
            let wakes = self.wakes_at();
            select! {
                news = self.link.next(), if self.access.pairing.is_none() => self.take(&news),
                step = self.access.next() => self.step(step),
                over = self.player.over() => self.is_over(over?),
                () = self.recordings.next() => {}
                () = async {
                    match wakes {
                        Some(at) => sleep_until(at).await,
                        None => pending().await,
                    }
                } => self.rests_until = None,
            }
        }
    }

    /// When there is something to say though nothing else happens.
    fn wakes_at(&self) -> Option<Instant> {
        if self.player.saying().is_some() {
            return None;
        }
        let urgent = self.announcer.wakes_at().map(|at| self.clock.at(at));
        match self.rests_until {
            Some(at) => Some(at),
            None => urgent,
        }
    }

    /// Begins to say what comes next, if nothing is being said. What is urgent cuts off everything else.
    fn say_next(&mut self) -> anyhow::Result<()> {
        if let Some(saying) = self.player.saying() {
            if self.announcer.cuts_off(&saying.what) {
                self.player.cut();
            }
            return Ok(());
        }
        if self.rests_until.is_some_and(|until| Instant::now() < until) && !self.announcer.is_urgent() {
            return Ok(());
        }
        self.rests_until = None;
        let mut unsaid = Vec::new();
        let next = self.announcer.next_to_say(self.clock.now(), &mut unsaid);
        for (what, why) in unsaid {
            self.not_said(what, why);
        }
        if let Some(announcement) = next {
            let recording = match recording_of(&announcement.what) {
                Some(name) => {
                    let name = name.to_owned();
                    let samples = self.recordings.get(&name);
                    let age = announcement.wanted_at().map(|at| self.clock.now().duration_since(at));
                    let in_time = age.is_none_or(|age| age < RECORDING_COMES_WITHIN);
                    if samples.is_none() && in_time && self.recordings.is_coming(&name) {
                        // It is asked for. One that does not come fails, and holds nobody up.
                        self.announcer.give_back(announcement);
                        self.rests_until = Some(Instant::now() + TRY_AGAIN);
                        return Ok(());
                    }
                    samples
                }
                None => None,
            };
            self.tell(&announcement, Reported::Started, None);
            self.player.say(announcement, recording)?;
        }
        self.keep_progress();
        Ok(())
    }

    /// Keeps how far the log is done with, so that a program that is killed goes on there.
    fn keep_progress(&mut self) {
        if let Some(progress) = self.announcer.progress(self.player.saying()) {
            self.said.keep(progress);
        }
    }

    fn is_over(&mut self, over: Over) {
        let urgent = matches!(over.announcement.what, What::Urgent(..));
        if urgent {
            self.announcer.urgent_was_said(self.clock.now());
            if matches!(over.result, Ok(Played::Stopped)) {
                return; // called off, or something more urgent came
            }
        }
        match &over.result {
            // People who hear nothing need the screens to show them more.
            Ok(Played::Whole) => {
                self.was_heard = true;
                self.link.set_speaking(true);
            }
            Ok(Played::Unheard) => {
                self.link.set_speaking(false);
                let age = over.announcement.wanted_at().map(|at| self.clock.now().duration_since(at));
                if !urgent && self.was_heard && age.is_some_and(|age| age < CARD_IS_BACK_WITHIN) {
                    self.announcer.give_back(over.announcement);
                    self.rests_until = Some(Instant::now() + TRY_AGAIN);
                    return;
                }
            }
            Ok(Played::Stopped) if self.announcer.is_urgent() && !urgent => {
                // Cut off by what is urgent: it is said when that is over, if it is still of use.
                self.announcer.give_back(over.announcement);
                return;
            }
            Err(error) if !urgent && self.failures(&over.announcement) < MOST_FAILURES => {
                tracing::warn!("an announcement broke off, trying again: {error:#}");
                self.failed = Some((over.announcement.clone(), self.failures(&over.announcement) + 1));
                self.announcer.give_back(over.announcement);
                self.rests_until = Some(Instant::now() + TRY_AGAIN);
                return;
            }
            Ok(Played::Stopped) | Err(_) => {}
        }
        self.failed = None;
        self.tell_end(&over);
        self.keep_progress();
        report(over, &mut self.reports);
    }

    /// How often that broke off before.
    fn failures(&self, announcement: &Announcement) -> u8 {
        self.failed.as_ref().filter(|(failed, _)| failed == announcement).map_or(0, |(_, times)| *times)
    }

    /// Ends what is being said and closes the output. Reports what was still in hand.
    pub async fn end(self) -> Vec<Report> {
        let Self { player, announcer, reporter, mut reports, .. } = self;
        for over in player.end().await {
            for (seq, zones) in reported(&announcer, &over.announcement) {
                let (what, why) = end_of(&over);
                reporter.report(seq, zones, what, why.as_deref());
            }
            report(over, &mut reports);
        }
        for (what, zones) in announcer.into_waiting() {
            let why = "the speaker ends";
            reporter.report(what.seq(), zones, Reported::Failed, Some(why));
            reports.push_back(Report::NotAnnounced { what, why: why.into() });
        }
        reporter.end().await;
        reports.into()
    }

    fn take(&mut self, news: &News) {
        let told = match news {
            News::Snapshot { now, .. } | News::Resumed { now, .. } => Some(*now),
            // What was missed comes with the time of then.
            News::Entry { at, .. } => Some(*at).filter(|at| *at > self.clock.now()),
            News::Waits(_)
            | News::Opening(_)
            | News::Health(_)
            | News::Reported(_)
            | News::Unheard { .. }
            | News::Down(_)
            | News::Refused(_) => None,
        };
        if let Some(told) = told {
            self.clock = Clock { told, at: Instant::now() };
        }
        match news {
            News::Snapshot { view, .. } => self.want_planned(view.announcing.as_deref()),
            News::Entry { changes, .. } => {
                for change in changes {
                    if let Change::Reset { view } = change {
                        self.want_planned(view.announcing.as_deref());
                    }
                    if let Change::Announcement { announcement } = change {
                        self.want(&announcement.sound);
                    }
                }
            }
            News::Resumed { .. }
            | News::Waits(_)
            | News::Opening(_)
            | News::Health(_)
            | News::Reported(_)
            | News::Unheard { .. }
            | News::Down(_)
            | News::Refused(_) => {}
        }
        let taken = self.announcer.take(news);
        for what in taken.queued {
            let zones = self.announcer.heard_in(what.zones());
            self.reporter.report(what.seq(), zones, Reported::Queued, None);
        }
        for (what, why) in taken.unsaid {
            self.not_said(what, why);
        }
        match news {
            News::Snapshot { .. } | News::Resumed { .. } => self.tell_line(Line::Up, Report::LinkUp),
            News::Down(broken) => self.tell_line(Line::Down, Report::LinkDown(broken.clone())),
            News::Refused(error) if error.code == UNKNOWN => self.access.pair(),
            News::Refused(error) => self.refused(error),
            News::Entry { .. }
            | News::Waits(_)
            | News::Opening(_)
            | News::Health(_)
            | News::Reported(_)
            | News::Unheard { .. } => {}
        }
        self.keep_progress();
    }

    fn want_planned(&mut self, announcing: Option<&AnnouncingView>) {
        for planned in announcing.into_iter().flat_map(|announcing| &announcing.planned) {
            self.want(&planned.sound);
        }
    }

    /// What was recorded is fetched before it is to be said.
    fn want(&mut self, sound: &Sound) {
        if let Sound::Recording(name) = sound {
            self.recordings.want(name);
        }
    }

    fn not_said(&mut self, what: ToSay, why: Unsaid) {
        let (reported, why) = match why {
            Unsaid::Stale => (Reported::Failed, "too old when the link came back"),
            Unsaid::Crowded => (Reported::Failed, "too many calls waited"),
            Unsaid::Recalled => (Reported::Withheld, "called again meanwhile"),
            Unsaid::Come => (Reported::Withheld, "the visitor has come meanwhile"),
            Unsaid::Quiet => (Reported::Withheld, "quiet hours"),
        };
        let zones = self.announcer.heard_in(what.zones());
        self.reporter.report(what.seq(), zones, reported, Some(why));
        self.reports.push_back(Report::NotAnnounced { what, why: why.into() });
    }

    /// Tells the daemon what becomes of an announcement.
    fn tell(&self, announcement: &Announcement, what: Reported, why: Option<&str>) {
        for (seq, zones) in reported(&self.announcer, announcement) {
            self.reporter.report(seq, zones, what, why);
        }
    }

    fn tell_end(&self, over: &Over) {
        let (what, why) = end_of(over);
        self.tell(&over.announcement, what, why.as_deref());
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Pairing(Progress::Code { code, .. }) => {
                self.tell_line(Line::Pairing(code.clone()), Report::Code(code));
            }
            Step::Pairing(Progress::Paired { id, key }) => {
                self.access.pairing = None;
                self.reports.push_back(Report::Paired { id });
                self.keep(key.clone(), true);
                self.reporter.set_key(key.clone());
                self.recordings.set_key(key.clone());
                self.link.set_key(key);
            }
            // The link asks again by itself, with the key that it has: the daemon may have got its old book back.
            Step::Pairing(Progress::Over) => self.access.pairing = None,
            Step::Pairing(Progress::Away(error)) => {
                let why = match error {
                    ApiError::Unreachable(why) => format!("{:#}", anyhow::Error::from(why)),
                    ApiError::Refused { .. } | ApiError::Odd { .. } => error.to_string(),
                };
                self.tell_line(Line::Down, Report::LinkDown(Broken::Unreachable(why)));
            }
            Step::Pairing(Progress::Refused(error)) => self.refused(&error),
            Step::Keep(key) => self.keep(key, false),
        }
    }

    /// Writes the key down; why not is told when it is `new`.
    fn keep(&mut self, key: Key, new: bool) {
        match key.write(&self.access.file) {
            Ok(()) => self.access.unkept = None,
            Err(why) => {
                if new {
                    self.reports.push_back(Report::KeyNotKept { why: why.to_string() });
                }
                self.access.unkept = Some((key, Instant::now() + KEEP_AGAIN));
            }
        }
    }

    fn refused(&mut self, error: &Error) {
        let message = error.message.en.as_ref().unwrap_or(&error.message.ms).clone();
        let code = error.code.clone();
        self.tell_line(Line::Refused(code.clone()), Report::Refused { code, message });
    }

    /// Tells how it stands with the daemon, where that is news.
    fn tell_line(&mut self, line: Line, report: Report) {
        if self.line != line {
            self.line = line;
            self.reports.push_back(report);
        }
    }
}

/// What there is to do so that the speaker may take part.
enum Step {
    /// It goes on with the pairing.
    Pairing(Progress),
    /// It is time to write this key down.
    Keep(Key),
}

impl Access {
    /// Begins to ask for a key.
    fn pair(&mut self) {
        self.pairing = Some(Pairing::new(self.api.clone(), DeviceKind::Speaker, &self.branch));
    }

    /// Waits until there is something to do; for ever where the speaker takes part. Cancel-safe.
    async fn next(&mut self) -> Step {
        let pairing = async {
            match &mut self.pairing {
                Some(pairing) => pairing.next().await,
                None => pending().await,
            }
        };
        let keep = async {
            match &self.unkept {
                Some((key, at)) => {
                    sleep_until(*at).await;
                    key.clone()
                }
                None => pending().await,
            }
        };
        select! {
            progress = pairing => Step::Pairing(progress),
            key = keep => Step::Keep(key),
        }
    }
}

fn recording_of(what: &What) -> Option<&str> {
    let sound = match what {
        What::Calls(_) => return None,
        What::Announcement(made) => &made.sound,
        What::Urgent(urgent, _) => &urgent.sound,
    };
    match sound {
        Sound::Recording(name) => Some(name),
        Sound::Sentence(_) => None,
    }
}

/// The calls and announcements of which an announcement is reported, each with the zones in which it is heard.
fn reported(announcer: &Announcer, announcement: &Announcement) -> Vec<(u64, Vec<String>)> {
    match &announcement.what {
        What::Calls(calls) => calls.iter().map(|call| (call.seq, announcer.heard_in(&call.zones))).collect(),
        What::Announcement(made) => vec![(made.seq, announcer.heard_in(&made.zones))],
        What::Urgent(urgent, seq) => {
            seq.iter().map(|seq| (*seq, announcer.heard_in(&urgent.zones))).collect()
        }
    }
}

/// What became of something that was to be said.
fn end_of(over: &Over) -> (Reported, Option<String>) {
    match &over.result {
        Ok(Played::Whole) => (Reported::Finished, None),
        Ok(Played::Unheard) => (Reported::Failed, Some("there is no sound card".into())),
        Ok(Played::Stopped) => (Reported::Failed, Some(CUT_OFF.into())),
        Err(error) => (Reported::Failed, Some(format!("{error:#}"))),
    }
}

fn report(over: Over, reports: &mut VecDeque<Report>) {
    let Over { announcement, result, output } = over;
    let why = match result {
        Ok(Played::Whole) => return reports.push_back(Report::Announced { announcement, output }),
        // Nobody hears it, but the speaker has done its part; that there is no card was said before.
        Ok(Played::Unheard) => return reports.push_back(Report::Announced { announcement, output: SILENT }),
        Ok(Played::Stopped) => CUT_OFF.to_owned(),
        Err(error) => format!("{error:#}"),
    };
    let unsaid: Vec<ToSay> = match announcement.what {
        What::Calls(calls) => calls.into_iter().map(ToSay::Call).collect(),
        What::Announcement(made) => vec![ToSay::Announcement(made)],
        What::Urgent(urgent, _) => {
            tracing::error!(urgent = urgent.id, why, "something urgent could not be said");
            Vec::new()
        }
    };
    for what in unsaid {
        reports.push_back(Report::NotAnnounced { what, why: why.clone() });
    }
}
