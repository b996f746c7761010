//! What is said next, and how.
//!
//! A pure state machine: news of the branch go in, announcements come out one at a time. The time is
//! the daemon's, and comes with the news or is told. Playing is the work of others.
//!
//! Invariants: nothing is given out twice unless it was given back; calls are in the order of the log; while something
//! is urgent nothing else is said. Of everything that is not given out it is said why.
//!
//! - [`pressure`] says how fully calls are said when more of them wait.
//! - [`place`] knows the zones in which this loudspeaker is heard: quiet hours, volumes, languages.

mod place;
mod pressure;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use giliran_client::News;
use giliran_core::Language;
use giliran_protocol::{
    live::Change,
    view::{
        AnnouncementView, AnnouncingView, BranchView, CallView, CounterView, Language as WireLanguage, Sound,
        UrgentView,
    },
};
use giliran_voice::{Manner, languages_of_call};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use place::Place;
pub use pressure::Lengths;

/// What is older than this when it comes in is of no use to anybody: the visitor has been looking at the wall
/// meanwhile, or is gone.
pub const STALE_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// How much longer than a call may wait what is said late may have waited: by a loudspeaker that stands by, which learns
/// of it when others have failed to say it, or after something urgent.
pub const SAID_LATE_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// A call that has waited so long is left out if its visitor has come meanwhile.
const COME_AFTER: SignedDuration = SignedDuration::from_secs(15);

/// The silence between two repetitions of something urgent: time to act on it.
pub const URGENT_PAUSE: SignedDuration = SignedDuration::from_secs(5);

/// How often an announcement beside the calls is said.
const ANNOUNCED: u8 = 1;

/// So many calls and announcements are remembered for whoever stands by.
const REMEMBERED: usize = 128;

/// What is spoken, by whoever set the loudspeaker up and the voices that there are.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The languages of every call, in order, whatever the office has chosen.
    pub languages: Option<Vec<Language>>,
    /// The languages that have a voice.
    pub voices: Vec<Language>,
    /// Whether saying something takes time. If not, no call is ever late: none is shortened or given up,
    /// however many come at once.
    pub paced: bool,
    /// The zones in which this loudspeaker is heard; all of them where none is named.
    pub zones: Vec<String>,
    /// Whether it says only what others did not.
    pub standby: bool,
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// One call, or several in one sentence.
    Calls(Vec<CallView>),
    /// An announcement beside the calls.
    Announcement(AnnouncementView),
    /// Something urgent, once more; with its place in the log, while that is among the last.
    Urgent(UrgentView, Option<u64>),
}

/// What is said, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// What to say.
    pub what: What,
    /// In which words. Of what is not made of words, only whether the chime comes first and how often.
    pub manner: Manner,
    /// How loud, in dB under full volume.
    pub volume_db: i8,
}

impl Announcement {
    /// The places in the log of what is said.
    pub fn seqs(&self) -> Vec<u64> {
        match &self.what {
            What::Calls(calls) => calls.iter().map(|call| call.seq).collect(),
            What::Announcement(made) => vec![made.seq],
            What::Urgent(_, seq) => seq.iter().copied().collect(),
        }
    }

    /// When the oldest of it was wanted; what is urgent is wanted always.
    pub fn wanted_at(&self) -> Option<Timestamp> {
        match &self.what {
            What::Calls(calls) => calls.iter().map(|call| call.at).min(),
            What::Announcement(made) => Some(made.due.unwrap_or(made.at)),
            What::Urgent(..) => None,
        }
    }
}

/// A call or an announcement, on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToSay {
    /// A call.
    Call(CallView),
    /// An announcement beside the calls.
    Announcement(AnnouncementView),
}

impl ToSay {
    /// Its place in the log.
    pub fn seq(&self) -> u64 {
        match self {
            Self::Call(call) => call.seq,
            Self::Announcement(made) => made.seq,
        }
    }

    /// In which zones.
    pub fn zones(&self) -> &[String] {
        match self {
            Self::Call(call) => &call.zones,
            Self::Announcement(made) => &made.zones,
        }
    }

    /// When somebody wanted it to be said.
    fn wanted_at(&self) -> Timestamp {
        match self {
            Self::Call(call) => call.at,
            Self::Announcement(made) => made.due.unwrap_or(made.at),
        }
    }
}

/// Why something is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsaid {
    /// It came too late, after the link was down.
    Stale,
    /// It has waited for longer than a call may.
    Crowded,
    /// The same ticket was called again meanwhile, and that call is said.
    Recalled,
    /// The visitor has come meanwhile.
    Come,
    /// These are quiet hours.
    Quiet,
}

/// What became of news.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// What will be said.
    pub queued: Vec<ToSay>,
    /// What will not.
    pub unsaid: Vec<(ToSay, Unsaid)>,
}

/// How far a log was followed: all up to its mark is done with, and some behind it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Progress {
    /// The log.
    pub log: Uuid,
    /// All calls and announcements up to this were said, or judged not to be.
    pub seq: u64,
    /// Of what came after, these are done with too: calls go before what is of no hurry.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub done: BTreeSet<u64>,
}

/// What is said next, and how.
pub struct Announcer {
    policy: Policy,
    lengths: Lengths,
    /// How far the log was judged.
    seen: Option<Progress>,
    /// The calls and announcements that were, of the last ones.
    judged: BTreeSet<u64>,
    /// The latest time that the daemon has told.
    now: Timestamp,
    calls: VecDeque<CallView>,
    others: VecDeque<AnnouncementView>,
    urgent: Vec<UrgentView>,
    /// Where in the log those of them stand that are among the last announcements.
    urgent_seqs: BTreeMap<u64, u64>,
    /// Which of what is urgent comes next, and when.
    urgent_next: (usize, Timestamp),
    /// Whether something urgent has come that was not begun yet.
    urgent_is_new: bool,
    announcing: AnnouncingView,
    screens: Vec<Language>,
    /// The number at each counter and whether its visitor has come.
    counters: BTreeMap<String, Option<(String, bool)>>,
    remembered: VecDeque<ToSay>,
    /// What this loudspeaker has given out, of what is remembered.
    given_out: BTreeSet<u64>,
}

impl Announcer {
    /// Knows of nothing yet, but for how far the log was followed before the program was started, if it was.
    pub fn new(policy: Policy, lengths: Lengths, before: Option<Progress>) -> Self {
        Self {
            policy,
            lengths,
            judged: before.as_ref().map(|before| before.done.clone()).unwrap_or_default(),
            seen: before,
            now: Timestamp::MIN,
            calls: VecDeque::new(),
            others: VecDeque::new(),
            urgent: Vec::new(),
            urgent_seqs: BTreeMap::new(),
            urgent_next: (0, Timestamp::MIN),
            urgent_is_new: false,
            announcing: place::unconfigured(),
            screens: Language::ALL.into(),
            counters: BTreeMap::new(),
            remembered: VecDeque::new(),
            given_out: BTreeSet::new(),
        }
    }

    /// Takes in what the link says.
    pub fn take(&mut self, news: &News) -> Taken {
        match news {
            News::Snapshot { log, seq, now, view } => {
                self.now = *now; // a new picture may be of a daemon whose clock was set back
                self.look_at(view);
                let known = self.seen.as_ref().is_some_and(|seen| seen.log == *log && seen.seq <= *seq);
                let calls = view.calls.iter().flatten().cloned().map(ToSay::Call);
                let others = view.announcements.iter().flatten().cloned().map(ToSay::Announcement);
                let mut listed: Vec<_> = calls.chain(others).collect();
                listed.sort_by_key(ToSay::seq);
                // Of what is urgent it is reported by its entry, also when that is older than this program.
                self.urgent_seqs = listed.iter().filter_map(urgent_seq).collect();
                // On the first picture, and on one of another log, all that was called is old.
                let taken = if known { self.judge(listed) } else { Taken::default() };
                if !known {
                    self.judged.clear();
                }
                self.seen = Some(Progress { log: *log, seq: *seq, done: BTreeSet::new() });
                taken
            }
            News::Resumed { now, .. } => {
                self.now = self.now.max(*now);
                Taken::default()
            }
            News::Entry { at, changes, .. } => {
                self.now = self.now.max(*at);
                let made = changes.iter().filter_map(|change| self.follow(change)).collect();
                self.judge(made)
            }
            News::Unheard { call, zones } => self.stand_in(*call, zones),
            News::Waits(_)
            | News::Opening(_)
            | News::Health(_)
            | News::Reported(_)
            | News::Down(_)
            | News::Refused(_) => Taken::default(),
        }
    }

    /// Takes in a change; gives back what it asks to be said.
    fn follow(&mut self, change: &Change) -> Option<ToSay> {
        match change {
            Change::Call { call } => return Some(ToSay::Call(call.clone())),
            Change::Announcement { announcement } => return Some(ToSay::Announcement(announcement.clone())),
            Change::Urgent { urgent } => self.set_urgent(urgent),
            Change::Counter { counter } => self.see_counter(counter),
            // The calls in the new picture have each been an entry before.
            Change::Reset { view } => self.look_at(view),
            Change::Ticket { .. }
            | Change::TicketEnded { .. }
            | Change::Queue { .. }
            | Change::Missed { .. }
            | Change::MissedEnded { .. }
            | Change::Notices { .. }
            | Change::Tally { .. }
            | Change::Unknown => {}
        }
        None
    }

    fn look_at(&mut self, view: &BranchView) {
        if let Some(announcing) = &view.announcing {
            self.announcing = (**announcing).clone();
        }
        self.screens = view.languages.iter().copied().map(language).collect();
        self.set_urgent(&view.urgent);
        self.counters.clear();
        view.counters.iter().for_each(|counter| self.see_counter(counter));
    }

    fn see_counter(&mut self, counter: &CounterView) {
        let current = counter.current.as_ref().map(|current| (current.number.clone(), current.serving));
        self.counters.insert(counter.id.clone(), current);
    }

    fn set_urgent(&mut self, urgent: &[UrgentView]) {
        // Whoever stands by says it too: better twice than not at all.
        let mine: Vec<_> =
            urgent.iter().filter(|urgent| self.place().is_in(&urgent.zones)).cloned().collect();
        self.urgent_seqs.retain(|id, _| mine.iter().any(|urgent| urgent.id == *id));
        if mine.iter().any(|urgent| !self.urgent.contains(urgent)) {
            // The newest first, and at once.
            self.urgent_next = (mine.len().saturating_sub(1), Timestamp::MIN);
            self.urgent_is_new = true;
        }
        self.urgent = mine;
    }

    /// Whether something is urgent, before which everything else gives way, what is being said too.
    pub fn is_urgent(&self) -> bool {
        !self.urgent.is_empty()
    }

    /// Whether what is being said gives way now: to what is urgent, and what is urgent to its being called off and to
    /// what came after it.
    pub fn cuts_off(&self, saying: &What) -> bool {
        match saying {
            What::Urgent(said, _) => {
                self.urgent_is_new || !self.urgent.iter().any(|urgent| urgent.id == said.id)
            }
            What::Calls(_) | What::Announcement(_) => self.is_urgent(),
        }
    }

    /// The next announcement at that time of the daemon's; it is taken as said. What is not said after all goes into
    /// `unsaid`.
    pub fn next_to_say(&mut self, now: Timestamp, unsaid: &mut Vec<(ToSay, Unsaid)>) -> Option<Announcement> {
        self.now = self.now.max(now);
        if self.is_urgent() {
            return self.next_urgent();
        }
        self.leave_out(unsaid);
        let within = SignedDuration::from_secs(self.announcing.within_s.into());
        let waits_long = |made: &AnnouncementView, now: Timestamp| now.duration_since(made.at) > within;
        // A call goes before what is of no hurry, but not for ever.
        let other_first =
            self.others.front().is_some_and(|made| self.calls.is_empty() || waits_long(made, self.now));
        let announcement = if other_first { self.next_other() } else { self.next_calls() }?;
        if self.policy.standby {
            self.given_out.extend(announcement.seqs());
        }
        Some(announcement)
    }

    /// When the next announcement comes though no news do: for what is urgent.
    pub fn wakes_at(&self) -> Option<Timestamp> {
        self.is_urgent().then_some(self.urgent_next.1)
    }

    /// Takes back what was given out and not said to its end, to be said again.
    pub fn give_back(&mut self, announcement: Announcement) {
        for seq in announcement.seqs() {
            self.given_out.remove(&seq);
        }
        match announcement.what {
            What::Calls(calls) => calls.into_iter().rev().for_each(|call| self.calls.push_front(call)),
            What::Announcement(made) => self.others.push_front(made),
            What::Urgent(..) => self.urgent_next.1 = Timestamp::MIN,
        }
    }

    /// How many calls and announcements wait to be said.
    pub fn waiting(&self) -> usize {
        self.calls.len() + self.others.len()
    }

    /// How far the log is done with, while `in_hand` is being said.
    pub fn progress(&self, in_hand: Option<&Announcement>) -> Option<Progress> {
        let waiting = self.calls.iter().map(|call| call.seq).chain(self.others.iter().map(|made| made.seq));
        let in_hand = in_hand.into_iter().flat_map(Announcement::seqs);
        let open: BTreeSet<_> = waiting.chain(in_hand).collect();
        let seen = self.seen.as_ref()?;
        let Some(first) = open.first() else {
            return Some(Progress { done: BTreeSet::new(), ..seen.clone() });
        };
        let done = self.judged.range(*first..).filter(|seq| !open.contains(seq)).copied().collect();
        Some(Progress { log: seen.log, seq: first - 1, done })
    }

    /// The zones of something in which this loudspeaker is heard; none where it is heard in all of them. What is said
    /// everywhere is heard in this loudspeaker's own.
    pub fn heard_in(&self, zones: &[String]) -> Vec<String> {
        if self.policy.zones.is_empty() || zones.is_empty() {
            return self.policy.zones.clone();
        }
        zones.iter().filter(|zone| self.policy.zones.contains(zone)).cloned().collect()
    }

    /// What is still to be said, and in which of its zones, for whoever ends.
    pub fn into_waiting(self) -> impl Iterator<Item = (ToSay, Vec<String>)> {
        let calls = self.calls.iter().cloned().map(ToSay::Call);
        let waiting: Vec<_> = calls.chain(self.others.iter().cloned().map(ToSay::Announcement)).collect();
        waiting.into_iter().map(move |what| {
            let zones = self.heard_in(what.zones());
            (what, zones)
        })
    }

    fn place(&self) -> Place<'_> {
        Place { zones: &self.policy.zones, announcing: &self.announcing }
    }

    /// Queues what is new of `listed`, which is in the order of the log.
    fn judge(&mut self, listed: Vec<ToSay>) -> Taken {
        let mut taken = Taken::default();
        for made in listed {
            // Entries come after a picture, so there is a place to count from.
            let Some(seen) = self.seen.as_mut().filter(|seen| made.seq() > seen.seq) else { continue };
            seen.seq = made.seq();
            let is_done = seen.done.contains(&made.seq());
            self.judged.insert(made.seq());
            if self.judged.len() > REMEMBERED {
                self.judged.pop_first();
            }
            if is_done {
                continue; // said before the program was started anew
            }
            if !self.place().is_in(made.zones()) {
                continue; // others say it
            }
            if let ToSay::Announcement(AnnouncementView { urgent: Some(id), seq, .. }) = made {
                // It is said for as long as it is urgent.
                self.urgent_seqs.insert(id, seq);
                taken.queued.push(made);
                continue;
            }
            self.remember(&made);
            if self.now.duration_since(made.wanted_at()) > STALE_AFTER {
                taken.unsaid.push((made, Unsaid::Stale));
            } else if !self.policy.standby {
                self.queue(made, &mut taken);
            }
        }
        taken
    }

    fn queue(&mut self, made: ToSay, taken: &mut Taken) {
        taken.queued.push(made.clone());
        match made {
            ToSay::Call(call) => {
                // What was said of the same ticket and is still to be said would be said twice in a row.
                let same = |other: &CallView| other.number == call.number && other.counter == call.counter;
                while let Some(at) = self.calls.iter().position(same).filter(|_| self.policy.paced) {
                    let Some(old) = self.calls.remove(at) else { break };
                    taken.queued.retain(|made| made.seq() != old.seq);
                    taken.unsaid.push((ToSay::Call(old), Unsaid::Recalled));
                }
                self.calls.push_back(call);
            }
            ToSay::Announcement(made) => self.others.push_back(made),
        }
    }

    fn remember(&mut self, made: &ToSay) {
        if !self.policy.standby {
            return;
        }
        self.remembered.push_back(made.clone());
        if self.remembered.len() > REMEMBERED
            && let Some(forgotten) = self.remembered.pop_front()
        {
            self.given_out.remove(&forgotten.seq());
        }
    }

    /// Others have not said something: whoever stands by does.
    fn stand_in(&mut self, seq: u64, zones: &[String]) -> Taken {
        let mut taken = Taken::default();
        let everywhere = zones.iter().any(String::is_empty);
        let mine = everywhere || self.place().is_in(zones);
        let Some(made) = self.remembered.iter().find(|made| made.seq() == seq).cloned() else { return taken };
        let waits =
            self.calls.iter().any(|call| call.seq == seq) || self.others.iter().any(|made| made.seq == seq);
        if !mine || waits || self.given_out.contains(&seq) {
            return taken;
        }
        let within = SignedDuration::from_secs(self.announcing.within_s.into());
        if self.now.duration_since(made.wanted_at()) > within + SAID_LATE_WITHIN {
            taken.unsaid.push((made, Unsaid::Stale));
        } else {
            self.queue(made, &mut taken);
        }
        taken
    }

    /// Takes out what is not to be said any more.
    fn leave_out(&mut self, unsaid: &mut Vec<(ToSay, Unsaid)>) {
        let (now, paced, standby) = (self.now, self.policy.paced, self.policy.standby);
        let within = SignedDuration::from_secs(self.announcing.within_s.into());
        let place = Place { zones: &self.policy.zones, announcing: &self.announcing };
        let counters = &self.counters;
        let too_late = within + SAID_LATE_WITHIN;
        let mut out = Vec::new();
        self.calls.retain(|call| {
            let age = now.duration_since(call.at);
            let has_come = || match counters.get(&call.counter) {
                Some(Some((number, serving))) => *number != call.number || *serving,
                Some(None) => true,
                None => false,
            };
            let why = if place.is_quiet(&call.zones, now) {
                Unsaid::Quiet
            } else if paced && age > COME_AFTER && has_come() {
                Unsaid::Come
            } else if paced && age > if standby { too_late } else { within } {
                Unsaid::Crowded
            } else {
                return true;
            };
            out.push((ToSay::Call(call.clone()), why));
            false
        });
        self.others.retain(|made| {
            let age = now.duration_since(made.due.unwrap_or(made.at));
            let why = if place.is_quiet(&made.zones, now) {
                Unsaid::Quiet
            } else if paced && age > too_late {
                Unsaid::Crowded
            } else {
                return true;
            };
            out.push((ToSay::Announcement(made.clone()), why));
            false
        });
        unsaid.extend(out);
    }

    fn next_calls(&mut self) -> Option<Announcement> {
        let first = self.calls.front()?;
        let (volume_db, zones) = (self.place().volume_db(&first.zones, self.now), first.zones.clone());
        let (count, level) = if self.policy.paced {
            let within = SignedDuration::from_secs(self.announcing.within_s.into());
            let manner = |call: &CallView, level| self.manner(call, level);
            pressure::choose(&self.calls, (self.now, within), &self.lengths, &manner)
        } else {
            (1, pressure::Level::Whole)
        };
        let manner = self.manner(first, level);
        // Calls of other zones may sound elsewhere, or louder.
        let same = self.calls.iter().take(count).take_while(|call| call.zones == zones).count();
        let calls = self.calls.drain(..same.max(1)).collect();
        Some(Announcement { what: What::Calls(calls), manner, volume_db })
    }

    /// How a call is said at a level of pressure.
    fn manner(&self, call: &CallView, level: pressure::Level) -> Manner {
        let Policy { languages: own_choice, voices, .. } = &self.policy;
        let place = self.place();
        let of_office = place.languages(&call.zones);
        let wanted = own_choice.as_deref().or(of_office.as_deref());
        let languages = languages_of_call(wanted, language(call.language), voices);
        level.manner(languages, self.announcing.repeats)
    }

    fn next_other(&mut self) -> Option<Announcement> {
        let made = self.others.pop_front()?;
        let volume_db = self.place().volume_db(&made.zones, self.now);
        let manner = self.manner_of(&made.sound, &made.zones, ANNOUNCED);
        Some(Announcement { what: What::Announcement(made), manner, volume_db })
    }

    fn next_urgent(&mut self) -> Option<Announcement> {
        let (n, at) = self.urgent_next;
        if self.now < at {
            return None;
        }
        let urgent = self.urgent.get(n).or_else(|| self.urgent.first())?.clone();
        let manner = self.manner_of(&urgent.sound, &urgent.zones, 1);
        self.urgent_next = ((n + 1) % self.urgent.len(), at);
        self.urgent_is_new = false;
        // As loud as it goes, whatever the hour.
        let seq = self.urgent_seqs.get(&urgent.id).copied();
        Some(Announcement { what: What::Urgent(urgent, seq), manner, volume_db: 0 })
    }

    /// Something urgent was said; it is said again after a pause.
    pub fn urgent_was_said(&mut self, now: Timestamp) {
        if !self.urgent_is_new {
            self.urgent_next.1 = now.saturating_add(URGENT_PAUSE).unwrap_or(Timestamp::MAX);
        }
    }

    fn manner_of(&self, sound: &Sound, zones: &[String], repeats: u8) -> Manner {
        let of_office = self.place().languages(zones);
        let wanted = self.policy.languages.clone().or(of_office).unwrap_or_else(|| self.screens.clone());
        let languages = match sound {
            Sound::Sentence(_) => languages_of_call(Some(&wanted), Language::Ms, &self.policy.voices),
            Sound::Recording(_) => Vec::new(),
        };
        Manner { chime: true, languages, form: giliran_voice::Form::Full, repeats }
    }
}

/// What something urgent is called off by, and its place in the log.
fn urgent_seq(made: &ToSay) -> Option<(u64, u64)> {
    match made {
        ToSay::Announcement(AnnouncementView { urgent: Some(id), seq, .. }) => Some((*id, *seq)),
        ToSay::Announcement(_) | ToSay::Call(_) => None,
    }
}

fn language(wire: WireLanguage) -> Language {
    match wire {
        WireLanguage::Ms => Language::Ms,
        WireLanguage::En => Language::En,
        WireLanguage::Zh => Language::Zh,
        WireLanguage::Ta => Language::Ta,
    }
}
