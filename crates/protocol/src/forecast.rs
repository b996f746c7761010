//! What is to come: arrivals, the waits that follow, what would keep the charter, and whether earlier estimates
//! came true.
//!
//! Times are moments, lengths are seconds, and people are expected numbers, so that they may have a fraction.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The rest of the day as it is expected, and what is advised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ForecastView {
    /// When this was worked out.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Until when it looks: the office's closing, or a few hours ahead where it never closes.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// From how many of the office's own days arrivals are known; with 0 they are taken to go on as in the last hour.
    pub days_known: u32,
    /// By service, in the office's order.
    pub services: Vec<ServiceForecast>,
    /// What to do; absent when nothing would be better than what is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<AdviceView>,
    /// How near the charter is to being missed.
    pub alarm: AlarmLevel,
}

/// What is expected of a service, with counters as they are and as their closings are known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ServiceForecast {
    /// The service.
    pub service: String,
    /// From now on, the first one begun already.
    pub quarters: Vec<QuarterView>,
}

/// A quarter of an hour.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QuarterView {
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// How many numbers are expected to be given out in it.
    pub arrivals: f32,
    /// In nine of ten days there are at least so many,
    pub arrivals_low: f32,
    /// and in nine of ten at most so many.
    pub arrivals_high: f32,
    /// How many counters the service needs to keep the charter; absent where the charter promises nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed: Option<u32>,
    /// How many counters are expected to take it, others' services beside it.
    pub open: u32,
    /// How many of those who come in it are expected to wait longer than the charter promises.
    pub late: f32,
    /// Half of those who come in it wait no longer; absent where nobody is expected to be called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50_s: Option<u32>,
    /// Nine in ten of them wait no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p90_s: Option<u32>,
}

/// How near the charter is to being missed, by rising steps.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AlarmLevel {
    /// It is kept as things stand.
    #[default]
    None,
    /// More than one in twenty of those who come in the next hours are expected to wait too long.
    Watch,
    /// The same of the next half hour: it is time to act.
    Soon,
    /// Somebody who waits is past the promise already, and more will be.
    Missed,
}

/// What to do, when, why, and what it would bring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AdviceView {
    /// Names this advice as long as it stays the same.
    pub id: String,
    /// What is to be done.
    pub step: AdviceStep,
    /// With which counters, in this order.
    pub counters: Vec<AdvisedCounter>,
    /// By when; now or later.
    #[schema(value_type = String, format = DateTime)]
    pub by: Timestamp,
    /// The service that gains most, or that can spare the counter.
    pub service: String,
    /// Until when the figures look.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// How many would wait too long until then if nothing is done,
    pub late_without: u32,
    /// and if this is done.
    pub late_with: u32,
    /// How many people come or wait in that time.
    pub people: u32,
}

/// What is to be done with counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdviceStep {
    /// Open them, or end their pause.
    Open,
    /// Close them: the others suffice.
    Close,
}

/// A counter of an advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AdvisedCounter {
    /// Which.
    pub counter: String,
    /// Whether it is open and paused, so that it has to go on rather than to open.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
    /// The services that it should take.
    pub services: Vec<String>,
}

/// A plan to try, without anything being done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhatIf {
    /// When these counters would be open from now on; the others as they are expected to be. At most 99.
    pub counters: Vec<CounterPlan>,
}

/// When a counter would be open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CounterPlan {
    /// Which.
    pub counter: String,
    /// The stretches, in order and apart, at most 16; none means that it stays closed.
    pub open: Vec<StretchPlan>,
    /// The services that it would take; absent means those that it takes now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub services: Option<Vec<String>>,
}

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StretchPlan {
    /// From,
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// until.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

/// What would come of a plan, beside what comes of things as they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WhatIfView {
    /// When this was worked out.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// With things as they are.
    pub as_is: PlanOutcome,
    /// With the plan.
    pub with: PlanOutcome,
}

/// What comes of a way to staff the rest of the day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlanOutcome {
    /// By hour from now on.
    pub hours: Vec<PlanHour>,
    /// How many are expected to wait longer than the charter promises.
    pub late: f32,
    /// How many people come or wait, of services whose charter promises something.
    pub promised: f32,
    /// For how long counters are open, all together, in hours.
    pub counter_hours: f32,
}

/// An hour of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlanHour {
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// How many come in it.
    pub arrivals: f32,
    /// How many counters are open at its beginning.
    pub open: u32,
    /// How many of those who come in it wait longer than the charter promises.
    pub late: f32,
    /// Half of those who come in it wait no longer; absent where nobody comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50_s: Option<u32>,
    /// Nine in ten of them wait no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p90_s: Option<u32>,
}

/// Whether the waits that were announced came true, beside what a plain rule would have said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HonestyView {
    /// Today.
    pub today: HonestyFigures,
    /// The last 31 days, today among them.
    pub month: HonestyFigures,
    /// By business day, oldest first, at most 31.
    pub days: Vec<HonestyDay>,
}

/// A business day of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HonestyDay {
    /// The day.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// Its figures.
    pub figures: HonestyFigures,
}

/// Of the people who were told a wait and have been called. Shares and errors are absent where there were none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HonestyFigures {
    /// How many.
    pub told: u32,
    /// The share called no later than the longer figure that they were told, 0 to 1; the aim is 0.9.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<f32>,
    /// How far their wait was from the shorter figure, on average, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_s: Option<f32>,
    /// How far it was from the plain rule: people ahead times the configured minutes, by open counters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub naive_error_s: Option<f32>,
}

/// Who should be at the counters in a week, from what its days usually bring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RosterView {
    /// Its Monday.
    #[schema(value_type = String, format = Date)]
    pub week: Date,
    /// From how many of the office's own days arrivals are known.
    pub days_known: u32,
    /// The days on which the office is open.
    pub days: Vec<RosterDay>,
}

/// A day of a roster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RosterDay {
    /// The day.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// By hour of opening.
    pub hours: Vec<RosterHour>,
    /// How many are expected.
    pub arrivals: f32,
    /// How many are expected to wait too long with this roster.
    pub late: f32,
}

/// An hour of a roster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RosterHour {
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// How many are expected in it.
    pub arrivals: f32,
    /// The counters that should be open, in the office's order.
    pub counters: Vec<String>,
}
