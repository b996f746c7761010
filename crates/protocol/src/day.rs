//! How the business day goes, hour by hour, beside a usual one.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The day so far, and what is usual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DayView {
    /// The business day.
    #[schema(value_type = Option<String>, format = Date)]
    pub day: Option<Date>,
    /// From the first hour in which something happened, today or usually, to the last.
    pub hours: Vec<HourView>,
    /// Of how many days the usual figures are the mean: the last of the same weekday, at most 8.
    pub usual_of: u32,
}

/// An hour of the day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HourView {
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Numbers given out.
    pub issued: u32,
    /// First calls.
    pub called: u32,
    /// First calls within what the charter promises, of services that promise something.
    pub within: u32,
    /// First calls later than that.
    pub late: u32,
    /// The longest wait of those first called in it, in seconds.
    pub longest_s: u32,
    /// What is usual: numbers given out; absent when no such day is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual_issued: Option<f32>,
    /// What is usual: first calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual_called: Option<f32>,
}
