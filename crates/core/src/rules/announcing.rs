//! What is said aloud and where (siar raya): the order of languages, zones, quiet hours and planned announcements.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp, civil::Date, civil::Time};
use serde::{Deserialize, Serialize};

use super::{Day, Rules};
use crate::{Language, PlannedId, RecordingId, SentenceId, Texts, ZoneId};

/// How calls are said in the whole office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnnouncingRule {
    /// The languages of every call, in order; none means Malay and then the ticket's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub languages: Option<Vec<Language>>,
    /// How often a call is said, 1 to 3, while nobody has to wait for it.
    pub repeats: u8,
    /// How long a call may wait until it is said, 30 seconds to 5 minutes. Calls are said in fewer words, and several
    /// in one sentence, before one waits longer.
    pub within: SignedDuration,
}

impl Default for AnnouncingRule {
    fn default() -> Self {
        Self { languages: None, repeats: 1, within: SignedDuration::from_mins(3) }
    }
}

/// A part of the office with loudspeakers of its own, such as the hall, the canteen or the prayer room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneRule {
    /// The short name, that counters, services and loudspeakers use.
    pub id: ZoneId,
    /// The name as people read it.
    pub name: Texts,
    /// The languages of its calls, in order; none means as in the whole office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub languages: Option<Vec<Language>>,
    /// How loud its loudspeakers are, in dB under their full volume: 0 to -40.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub volume_db: i8,
    /// Hours in which it is another volume.
    #[serde(rename = "volume", default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<VolumeRule>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(db: &i8) -> bool {
    *db == 0
}

/// Hours in which a zone has another volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VolumeRule {
    /// From when,
    pub from: Time,
    /// until when, in times of the business day.
    pub until: Time,
    /// In dB under full volume: 0 to -40.
    pub db: i8,
}

/// Hours in which nothing is said but what is urgent, such as prayer times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietRule {
    /// What for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Texts>,
    /// On which weekdays; empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// From when,
    pub from: Time,
    /// until when, in times of the business day.
    pub until: Time,
    /// In which zones; empty means everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<ZoneId>,
}

/// What an announcement sounds like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sound {
    /// A sentence that the voices have prepared, in the languages of the zone.
    Sentence(SentenceId),
    /// What somebody of the office has recorded.
    Recording(RecordingId),
}

/// An announcement that is made by the clock, or by hand when it is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedRule {
    /// The short name.
    pub id: PlannedId,
    /// What it sounds like.
    pub sound: Sound,
    /// The same in writing, for whoever does not hear it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Texts>,
    /// At these times of the business day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<Time>,
    /// Again and again while the doors are open, at least a minute apart; the first so long after they open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<SignedDuration>,
    /// So long before the office closes for the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_close: Option<SignedDuration>,
    /// On which weekdays; empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// In which zones; empty means everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<ZoneId>,
}

/// A stretch of quiet of one day, as moments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quiet<'a> {
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// The rule that it comes from.
    pub rule: &'a QuietRule,
}

fn is_on(days: &[Day], date: Date) -> bool {
    days.is_empty() || days.contains(&Day::of(date))
}

impl Rules {
    /// The zone of that name, where it has rules of its own.
    pub fn zone_rule(&self, id: &ZoneId) -> Option<&ZoneRule> {
        self.zones.iter().find(|zone| zone.id == *id)
    }

    /// The planned announcement of that name.
    pub fn planned(&self, id: &PlannedId) -> Option<&PlannedRule> {
        self.planned.iter().find(|planned| planned.id == *id)
    }

    /// All zones, each once: those with rules of their own, then those that only counters and services name.
    pub fn known_zones(&self) -> impl Iterator<Item = &ZoneId> {
        let of_counters = self.counters.iter().filter_map(|counter| counter.zone.as_ref());
        let of_services = self.services.iter().flat_map(|service| &service.zones);
        let own = self.zones.iter().map(|zone| &zone.id);
        let mut seen = BTreeSet::new();
        own.chain(of_counters).chain(of_services).filter(move |zone| seen.insert(*zone))
    }

    /// Whether there is such a zone.
    pub fn has_zone(&self, id: &ZoneId) -> bool {
        self.known_zones().any(|zone| zone == id)
    }

    /// The stretches of quiet of a business day.
    pub fn quiet_on(&self, day: Date) -> impl Iterator<Item = Quiet<'_>> {
        self.quiet.iter().filter(move |rule| is_on(&rule.days, day)).map(move |rule| Quiet {
            from: self.moment(day, rule.from, false),
            until: self.moment(day, rule.until, true),
            rule,
        })
    }

    /// When a zone's volume is another on a business day: from, until, and how loud in dB.
    pub fn volumes_on<'a>(
        &'a self,
        zone: &'a ZoneRule,
        day: Date,
    ) -> impl Iterator<Item = (Timestamp, Timestamp, i8)> + 'a {
        let moment = move |time, end| self.moment(day, time, end);
        zone.volumes.iter().map(move |rule| (moment(rule.from, false), moment(rule.until, true), rule.db))
    }

    /// When planned announcements fall due on a business day, but for those that go by when the office closes; in
    /// order.
    pub(crate) fn planned_on(&self, day: Date) -> Vec<(Timestamp, PlannedId)> {
        let mut due = Vec::new();
        let open = self.open_on(day).unwrap_or_default();
        for rule in self.planned.iter().filter(|rule| is_on(&rule.days, day)) {
            due.extend(rule.at.iter().map(|at| (self.moment(day, *at, false), rule.id.clone())));
            let Some(every) = rule.every else { continue };
            for stretch in &open {
                let steps = std::iter::successors(stretch.from.checked_add(every).ok(), |last| {
                    last.checked_add(every).ok()
                });
                let within = steps.take_while(|at| *at < stretch.until).take(MOST_STEPS);
                due.extend(within.map(|at| (at, rule.id.clone())));
            }
        }
        due.sort();
        due.dedup();
        due
    }
}

/// So often a day an announcement is repeated at most: once a minute.
const MOST_STEPS: usize = 24 * 60;

impl PlannedRule {
    /// Whether it is made on that day.
    pub(crate) fn is_on(&self, day: Date) -> bool {
        is_on(&self.days, day)
    }
}
