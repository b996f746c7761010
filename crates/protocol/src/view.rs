//! How a branch looks from outside.

use jiff::{
    Timestamp,
    civil::{Date, Time},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::command::PauseReason;

/// A language that a branch shows and speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Malay.
    Ms,
    /// English.
    En,
    /// Chinese.
    Zh,
    /// Tamil.
    Ta,
}

/// A text in the languages that it exists in. Malay is always there and stands in for a missing one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Texts {
    /// Malay.
    pub ms: String,
    /// English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
    /// Chinese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zh: Option<String>,
    /// Tamil.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ta: Option<String>,
}

/// Who looks. An audience sees what it needs and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Takes numbers: services and how many wait.
    Kiosk,
    /// Shows and speaks calls: counters and calls, walls and loudspeakers.
    Display,
    /// Officers: also the tickets.
    Counter,
    /// Supervisors: also today's totals.
    Supervisor,
}

impl Audience {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Kiosk, Self::Display, Self::Counter, Self::Supervisor];
}

/// A waiting time as it is told to people: half of them wait no longer than the first figure, nine in
/// ten no longer than the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Wait {
    /// The median, in whole seconds.
    pub p50_s: u32,
    /// The 90th percentile, in whole seconds; at least the median.
    pub p90_s: u32,
}

/// A branch that the daemon runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BranchInfo {
    /// The short name, for addresses.
    pub id: String,
    /// The name as people read it.
    pub name: Texts,
    /// Whether the daemon's clock is set by its clients (`--simulated-clock`).
    pub simulated_clock: bool,
    /// What keeps it from taking commands, if anything does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<TroubleView>,
}

/// How a branch fares: what every screen has to say beside its picture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HealthView {
    /// What keeps it from taking commands; absent when all is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<TroubleView>,
    /// How many loudspeakers say its calls; absent for kiosks, and in the first seconds while they come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speakers: Option<u32>,
    /// How many wall displays show them. For supervisors; absent as above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screens: Option<u32>,
    /// How many kiosks give out numbers. For supervisors; absent as above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kiosks: Option<u32>,
    /// When a loudspeaker last reported that it had said a call to its end. For supervisors; absent before the
    /// first of the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_heard: Option<Timestamp>,
    /// The loudspeakers of each zone that is known. For supervisors; empty where no zones are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<ZoneHealth>,
}

/// What keeps a branch from taking commands. It is over when the next health says nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TroubleView {
    /// What; also the code of the refusals meanwhile.
    pub code: TroubleCode,
    /// Since when, by the daemon's clock.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}

/// What keeps a branch from taking commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TroubleCode {
    /// The disk is full. It is tried again each second, and goes on when there is room.
    StoreFull,
    /// The disk or the file can't be written. It is tried again each second, and goes on when it can.
    StoreReadOnly,
    /// Writing failed: the daemon ends, and has to be started again.
    StoreUnavailable,
    /// From a newer daemon.
    #[serde(other)]
    Unknown,
}

/// A branch as an audience sees it. What an audience has no use for is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BranchView {
    /// The short name.
    pub id: String,
    /// The name as people read it.
    pub name: Texts,
    /// The IANA name of the branch's time zone, for showing times.
    pub time_zone: String,
    /// The business day; none before the first.
    #[schema(value_type = Option<String>, format = Date)]
    pub day: Option<Date>,
    /// Whether the office is open.
    pub opening: OpeningView,
    /// How it fares.
    #[serde(default)]
    pub health: HealthView,
    /// Whether it takes appointments, so that people may check in by code.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub appointments: bool,
    /// The languages of its screens, the first of them before anybody has chosen.
    pub languages: Vec<Language>,
    /// From how many metres its walls are to be read.
    pub viewing_m: u8,
    /// What it tells everybody who looks at a wall or a kiosk, in the order in which it came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<NoticeView>,
    /// How a visit may end. For officers and supervisors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<OutcomeView>,
    /// Whether officers are reminded of how a visitor is greeted (8S).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub greeting: bool,
    /// For how many seconds the last press at a counter can be undone; 0 for not at all.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub undo_s: u32,
    /// Classes of visitor, the ordinary one first. For kiosks those that visitors choose themselves:
    /// neither emergencies nor appointments.
    pub classes: Vec<ClassView>,
    /// Pages of the kiosk, in the office's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupView>,
    /// Services, in the office's order.
    pub services: Vec<ServiceView>,
    /// Counters, in the office's order.
    pub counters: Vec<CounterView>,
    /// The last calls of the day, oldest first, at most 20. Not for kiosks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls: Option<Vec<CallView>>,
    /// The last announcements of the day beside the calls, oldest first, at most 20. For displays and supervisors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announcements: Option<Vec<AnnouncementView>>,
    /// What is urgent and was not called off: it is shown before everything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urgent: Vec<UrgentView>,
    /// How calls and announcements are said. For displays and supervisors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announcing: Option<Box<AnnouncingView>>,
    /// What became of the last calls and announcements in the hall. For officers and supervisors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reports: Option<Vec<ReportView>>,
    /// Living tickets, in the order of their ids. For officers and supervisors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tickets: Option<Vec<TicketView>>,
    /// Those who missed their call and may come back. For officers and supervisors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<Vec<MissedView>>,
    /// Today's totals. For supervisors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tally: Option<TallyView>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// Whether the office is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum OpeningView {
    /// It has no hours and never closes.
    Always,
    /// It is open.
    Open {
        /// Until when.
        #[schema(value_type = String, format = DateTime)]
        until: Timestamp,
        /// Whether that is beyond its usual hours.
        extra: bool,
    },
    /// It is closed.
    Closed {
        /// Until when, as far as is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = DateTime)]
        next: Option<Timestamp>,
    },
}

/// A sign that stands on a button beside its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Icon {
    /// A question mark.
    Question,
    /// Coins.
    Payment,
    /// A sheet of paper.
    Document,
    /// A card with a face.
    Identity,
    /// A passport.
    Passport,
    /// A licence or certificate with a seal.
    Licence,
    /// A plot of land.
    Land,
    /// A house.
    House,
    /// A car.
    Vehicle,
    /// A shop.
    Business,
    /// Parents and child.
    Family,
    /// An open book.
    Education,
    /// A cross.
    Health,
    /// A bottle of pills.
    Medicine,
    /// A drop of water.
    Water,
    /// A bolt of electricity.
    Power,
    /// Two people who talk.
    Talk,
    /// A calendar.
    Appointment,
    /// A box.
    Parcel,
    /// A clipboard with ticks.
    Application,
    /// From a newer daemon.
    #[serde(other)]
    Other,
}

/// Something that an office tells everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoticeView {
    /// What it is withdrawn by; absent for one that stands in the office's rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// What it says.
    pub text: Texts,
    /// Until when it is shown; absent for until it is withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}

/// How a visit may end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutcomeView {
    /// The short name.
    pub id: String,
    /// The name as officers read it.
    pub name: Texts,
}

/// How calls and announcements are said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnnouncingView {
    /// The languages of every call, in order; absent for Malay and then the visitor's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub languages: Option<Vec<Language>>,
    /// How often a call is said while nobody has to wait for it, 1 to 3.
    pub repeats: u8,
    /// How long a call may wait until it is said, in seconds.
    pub within_s: u32,
    /// The parts of the office with loudspeakers of their own, in the office's order, then those that only counters
    /// and services name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<ZoneView>,
    /// Today's hours in which nothing is said but what is urgent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quiet: Vec<QuietView>,
    /// What the office has planned to announce, by the clock or by hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub planned: Vec<PlannedView>,
}

/// A part of the office with loudspeakers of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ZoneView {
    /// The short name.
    pub id: String,
    /// The name as people read it.
    pub name: Texts,
    /// The languages of its calls, in order; absent for those of the office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub languages: Option<Vec<Language>>,
    /// How loud its loudspeakers are, in dB under full volume: 0 to -40.
    pub volume_db: i8,
    /// Today's hours in which it is another volume.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<VolumeView>,
}

/// Hours in which a zone has another volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VolumeView {
    /// From when.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// In dB under full volume: 0 to -40.
    pub db: i8,
}

/// Hours in which nothing is said but what is urgent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuietView {
    /// What for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Texts>,
    /// From when.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// In which zones; everywhere when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
}

/// What an office has planned to announce.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedView {
    /// The short name.
    pub id: String,
    /// What it sounds like.
    pub sound: Sound,
    /// The same in writing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Texts>,
    /// In which zones; everywhere when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
}

/// What an announcement sounds like: `{ "sentence": "closing-15" }` or `{ "recording": "…" }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sound {
    /// A sentence that the voices have prepared, by its name.
    Sentence(String),
    /// What somebody of the office has recorded, by its name.
    Recording(String),
}

/// Something to be said once, beside the calls. The place of its entry in the log identifies it, as it does a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnnouncementView {
    /// Its place in the log: none has that of another or of a call.
    pub seq: u64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// When it was due, if the clock brought it about: long before `at` where the daemon was away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
    /// What it sounds like.
    pub sound: Sound,
    /// The same in writing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Texts>,
    /// In which zones; everywhere when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// What it is called off by, if it is urgent: it goes before everything and is repeated until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgent: Option<u64>,
}

/// Something urgent that was not called off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UrgentView {
    /// What it is called off by.
    pub id: u64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What it sounds like.
    pub sound: Sound,
    /// The same in writing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Texts>,
    /// In which zones; everywhere when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
}

/// The loudspeakers of a zone that are here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ZoneHealth {
    /// The zone.
    pub zone: String,
    /// How many say its calls.
    pub speakers: u32,
    /// How many stand by to say what those do not.
    pub standby: u32,
}

/// What screens and loudspeakers reported of a call or an announcement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportView {
    /// The call or announcement, by its place in the log.
    pub call: u64,
    /// How many loudspeakers have it and will say it.
    #[serde(default)]
    pub queued: u32,
    /// How many keep it back, because it falls into quiet hours.
    #[serde(default)]
    pub withheld: u32,
    /// The zones in which nobody has said it though somebody should have; one without a name is the whole office.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unheard: Vec<String>,
    /// How many screens have shown it.
    pub shown: u32,
    /// How many loudspeakers have begun to say it.
    pub started: u32,
    /// How many have said it to its end.
    pub finished: u32,
    /// How many could not.
    pub failed: u32,
}

/// A page of the kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupView {
    /// The short name.
    pub id: String,
    /// The name as people read it.
    pub name: Texts,
    /// The page that it lies in; the first page when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// The sign beside the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
}

/// A ticket that was missed, for staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MissedView {
    /// The ticket, for commands.
    pub ticket: u64,
    /// The number.
    pub number: String,
    /// What the visitor came for.
    pub service: String,
    /// Until when the visitor may come back to the same place.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

/// A class of visitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClassView {
    /// The short name.
    pub id: String,
    /// The name as people read it.
    pub name: Texts,
}

/// A service with its queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceView {
    /// The short name.
    pub id: String,
    /// The name as people read it.
    pub name: Texts,
    /// The letters of its numbers.
    pub letters: String,
    /// The sign beside the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
    /// How many wait.
    pub waiting: u32,
    /// How long who takes a number now will wait; absent while that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Wait>,
    /// How many numbers are left today, where there is a quota.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers_left: Option<u32>,
    /// When the last number of the day is given out, if before the office's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub last_ticket: Option<Time>,
    /// What to bring.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Texts>,
    /// The page of the kiosk that it stands on; the first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What the office promises.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charter: Option<CharterView>,
    /// The services that the same visit goes on to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<String>,
    /// Whether a phone or card number is asked for, so that one person has one living ticket.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_per_person: bool,
}

/// A client charter's promise (Piagam Pelanggan).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CharterView {
    /// Called within so many seconds of taking the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_s: Option<u32>,
    /// Served within so many seconds of coming to the counter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serve_s: Option<u32>,
}

/// What a counter is called on its sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// A counter (kaunter).
    Counter,
    /// A room (bilik).
    Room,
}

/// A counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CounterView {
    /// The short name.
    pub id: String,
    /// What it is called.
    pub place: Place,
    /// Its number on the sign.
    pub number: u8,
    /// Whether it calls.
    pub open: bool,
    /// What it takes first: its own services.
    pub services: Vec<String>,
    /// What it helps with, in tiers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub helps: Vec<Vec<String>>,
    /// The classes that it is kept for; all when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserved: Vec<String>,
    /// The part of the hall that it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Whether there is a place near it, to which the next visitor may be called ahead.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub calls_ahead: bool,
    /// The pause that it makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<PauseView>,
    /// Who works there, where it was said. For officers and supervisors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<String>,
    /// The ticket at the counter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<AtCounter>,
    /// The ticket that was called ahead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<AheadView>,
}

/// A pause of a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PauseView {
    /// What for.
    pub reason: PauseReason,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}

/// A ticket that was called to the place near a counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AheadView {
    /// The ticket, for commands.
    pub ticket: u64,
    /// The number.
    pub number: String,
    /// The place near the counter, as people read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Texts>,
}

/// A ticket at a counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AtCounter {
    /// The ticket, for commands.
    pub ticket: u64,
    /// The number.
    pub number: String,
    /// What the visitor came for.
    pub service: String,
    /// Whether the visitor has come.
    pub serving: bool,
    /// Since when it is so.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// How often it was called by this counter.
    pub attempts: u16,
}

/// Where a living ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TicketState {
    /// In the queue.
    Waiting,
    /// Called to the place near a counter.
    Ahead,
    /// Called to a counter.
    Called,
    /// Being served.
    Serving,
    /// Sent to see to something; will come back.
    Parked,
}

/// A living ticket, for staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TicketView {
    /// The ticket, for commands. Not secret, but nothing can be looked up by it without the right to.
    pub id: u64,
    /// The number.
    pub number: String,
    /// What the visitor came for.
    pub service: String,
    /// The class of visitor.
    pub class: String,
    /// The visitor's language.
    pub language: Language,
    /// Where it stands.
    pub state: TicketState,
    /// The counter that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<String>,
    /// When the number was taken.
    #[schema(value_type = String, format = DateTime)]
    pub arrived_at: Timestamp,
    /// When it falls due: the order of calling.
    #[schema(value_type = String, format = DateTime)]
    pub due_at: Timestamp,
    /// Since when it stands there.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// When a parked ticket waits again by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Whether it goes before all that do not: an emergency.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub goes_next: bool,
    /// The services that the visit goes on to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legs: Vec<String>,
    /// The one counter that may call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<String>,
    /// What the counter before had to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A call, to be shown and spoken once. The place of its entry in the log identifies it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallView {
    /// The place of the call in the log: calls are in the order of it, and none has another's.
    pub seq: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The number, such as `A047`.
    pub number: String,
    /// What the visitor came for.
    pub service: String,
    /// The visitor's language.
    pub language: Language,
    /// The zones in which it is said; everywhere when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// The counter's short name.
    pub counter: String,
    /// What the counter is called.
    pub place: Place,
    /// The counter's number on the sign.
    pub counter_number: u8,
    /// 1 for a first call, more for a recall.
    pub attempt: u16,
}

/// Today's totals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TallyView {
    /// Numbers given out.
    pub issued: u32,
    /// Visits that were done.
    pub served: u32,
    /// People who did not come when called.
    pub missed: u32,
    /// Tickets made void.
    pub cancelled: u32,
    /// Tickets that ended with the office's hours.
    #[serde(default)]
    pub expired: u32,
    /// Tickets that came over from the day before.
    #[serde(default)]
    pub carried: u32,
    /// First calls within what the charter promises of the wait, of services that promise something.
    #[serde(default)]
    pub within: u32,
    /// First calls later than that.
    #[serde(default)]
    pub late: u32,
}
