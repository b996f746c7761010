//! How a branch looks from outside.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    /// Classes of visitor, the ordinary one first.
    pub classes: Vec<ClassView>,
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
    /// Today's totals. For supervisors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tally: Option<TallyView>,
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
    /// What it takes.
    pub services: Vec<String>,
    /// The ticket at the counter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<AtCounter>,
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
}
