//! What is said aloud beside the calls: by hand, by the clock, and what is urgent until it is called off.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Branch;
use crate::{AnnouncementId, Command, Event, PlannedId, Refusal, Remark, Rules, Sound, Texts, ZoneId};

/// The most urgent announcements at the same time: they take turns, and each must be heard.
pub const MOST_URGENT: usize = 3;

/// An urgent announcement that was not called off yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// When it was made.
    pub at: Timestamp,
    /// What it sounds like.
    pub sound: Sound,
    /// The same in writing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Texts>,
    /// In which zones; empty means everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<ZoneId>,
}

/// How far the planned announcements of the day are done with: all that were due before this moment, and of those at
/// it the ones up to this name.
pub(super) type Planned = (Timestamp, Option<PlannedId>);

/// What somebody wants to have said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub sound: &'a Sound,
    pub text: Option<&'a Texts>,
    pub zones: &'a [ZoneId],
    pub urgent: bool,
}

impl Branch {
    pub(super) fn announce(&self, rules: &Rules, wanted: Wanted<'_>) -> Result<Event, Refusal> {
        let Wanted { sound, text, zones, urgent } = wanted;
        if text.is_some_and(|text| text.iter().any(|(_, line)| line.parse::<Remark>().is_err())) {
            return Err(Refusal::UnsoundAnnouncement);
        }
        if let Some(unknown) = zones.iter().find(|zone| !rules.has_zone(zone)) {
            return Err(Refusal::UnknownZone(unknown.clone()));
        }
        if urgent && self.urgent.len() >= MOST_URGENT {
            return Err(Refusal::TooManyUrgent);
        }
        Ok(Event::Announced {
            announcement: AnnouncementId(self.announced + 1),
            sound: sound.clone(),
            text: text.cloned(),
            zones: zones.to_vec(),
            urgent,
            planned: None,
            due: None,
        })
    }

    /// Makes a planned announcement: now, or because it is `due`.
    pub(super) fn announce_planned(
        &self,
        rules: &Rules,
        planned: &PlannedId,
        due: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Event, Refusal> {
        let rule = rules.planned(planned).ok_or_else(|| Refusal::UnknownPlanned(planned.clone()))?;
        if let Some(due) = due {
            let next = self.next_planned();
            if due > now || next.as_ref().is_none_or(|(at, id)| *at != due || id != planned) {
                return Err(Refusal::NothingDue);
            }
        }
        Ok(Event::Announced {
            announcement: AnnouncementId(self.announced + 1),
            sound: rule.sound.clone(),
            text: rule.text.clone(),
            zones: rule.zones.clone(),
            urgent: false,
            planned: Some(planned.clone()),
            due,
        })
    }

    pub(super) fn end_announcement(&self, id: AnnouncementId) -> Result<Event, Refusal> {
        if self.urgent.contains_key(&id) {
            Ok(Event::AnnouncementEnded { announcement: id })
        } else {
            Err(Refusal::UnknownAnnouncement(id))
        }
    }

    /// The planned announcement that falls due next today.
    fn next_planned(&self) -> Option<(Timestamp, PlannedId)> {
        let rules = self.rules.as_deref()?;
        let (day, closes) = (self.day?, self.today.closes());
        let at_close = rules
            .planned
            .iter()
            .filter(|rule| rule.is_on(day))
            .filter_map(|rule| Some((closes?.checked_sub(rule.before_close?).ok()?, rule.id.clone())));
        let done = |(at, id): &(Timestamp, PlannedId)| {
            let (until, last) = &self.planned;
            (at, Some(id)) <= (until, last.as_ref())
        };
        // The list is in order; what goes by the close is a handful.
        let listed = &self.today.planned;
        let first = listed.partition_point(|entry| done(entry));
        listed.get(first).cloned().into_iter().chain(at_close.filter(|entry| !done(entry))).min()
    }

    /// When the next planned announcement is made by itself.
    pub(super) fn planned_due(&self) -> Option<(Timestamp, Command)> {
        let (at, planned) = self.next_planned()?;
        Some((at, Command::AnnouncePlanned { planned, due: Some(at) }))
    }
}
