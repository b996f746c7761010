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
}
