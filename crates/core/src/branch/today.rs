//! The business day as moments: when the doors are open, and until when numbers are given out.
//!
//! Worked out once from the rules when the day or the rules change, so that no command looks up a time zone.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{PlannedId, Rules, ServiceId, Stretch};

/// The business day, worked out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Today {
    /// When the next day begins.
    pub(super) ends: Timestamp,
    /// When the doors are open; none where the office has no hours.
    pub(super) open: Option<Vec<Stretch>>,
    /// When the last number is given out, by the hours.
    last_ticket: Option<Timestamp>,
    /// When the last number of a service is given out, where it has an hour of its own.
    last_of: BTreeMap<ServiceId, Timestamp>,
    /// Until when the office is open beyond its hours.
    pub(super) extra: Option<Timestamp>,
    /// Whether it has closed for the day.
    pub(super) closed: bool,
    /// When planned announcements fall due, in order; those that go by the close are not among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) planned: Vec<(Timestamp, PlannedId)>,
}

impl Default for Today {
    fn default() -> Self {
        Self {
            ends: Timestamp::MAX,
            open: None,
            last_ticket: None,
            last_of: BTreeMap::new(),
            extra: None,
            closed: false,
            planned: Vec::new(),
        }
    }
}

/// Whether the office is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "opening", rename_all = "snake_case")]
pub enum Opening {
    /// It has no hours.
    Always,
    /// It is.
    Open {
        /// Until then.
        until: Timestamp,
        /// Whether that is beyond its hours.
        extra: bool,
    },
    /// It is not.
    Closed {
        /// Until then, as far as is known.
        next: Option<Timestamp>,
    },
}

impl Today {
    pub(super) fn of(rules: &Rules, day: Date) -> Self {
        let open = rules.open_on(day);
        let closes = open.as_ref().and_then(|open| open.last()).map(|last| last.until);
        let before = rules.hours.as_ref().map(|hours| hours.last_ticket).unwrap_or_default();
        let own = rules
            .services
            .iter()
            .filter_map(|service| Some((service.id.clone(), rules.moment(day, service.last_ticket?, true))));
        Self {
            ends: day.tomorrow().map_or(Timestamp::MAX, |next| rules.day_starts_at(next)),
            last_ticket: closes.map(|closes| closes.saturating_sub(before).unwrap_or(closes)),
            last_of: own.collect(),
            open,
            extra: None,
            closed: false,
            planned: rules.planned_on(day),
        }
    }

    /// When the office closes for the day, if it has not and will.
    pub(super) fn closes(&self) -> Option<Timestamp> {
        let hours = self.open.as_ref().and_then(|open| open.last()).map(|last| last.until);
        let closes = if self.open.is_none() { None } else { hours.max(self.extra) };
        closes.filter(|_| !self.closed)
    }

    pub(super) fn opening(&self, rules: &Rules, now: Timestamp) -> Opening {
        if let Some(until) = self.extra
            && now < until
            && !self.closed
        {
            return Opening::Open { until, extra: true };
        }
        let Some(open) = &self.open else {
            return if self.closed { Opening::Closed { next: Some(self.ends) } } else { Opening::Always };
        };
        let ahead = || open.iter().find(|stretch| now < stretch.until);
        match ahead().filter(|_| !self.closed) {
            Some(stretch) if stretch.from <= now => Opening::Open { until: stretch.until, extra: false },
            Some(stretch) => Opening::Closed { next: Some(stretch.from) },
            None => Opening::Closed { next: rules.next_opening(now.max(self.last_moment())) },
        }
    }

    /// Whether numbers of a service are still given out, the doors being open.
    pub(super) fn gives_out(&self, service: &ServiceId, now: Timestamp) -> bool {
        let in_extra = self.extra.is_some_and(|until| now < until);
        let by_hours = self.last_ticket.is_none_or(|last| now < last);
        let by_service = self.last_of.get(service).is_none_or(|last| now < *last);
        in_extra || (by_hours && by_service)
    }

    /// The last moment of the day; whatever opens after it opens on another day.
    fn last_moment(&self) -> Timestamp {
        self.ends.saturating_sub(jiff::SignedDuration::from_nanos(1)).unwrap_or(self.ends)
    }
}
