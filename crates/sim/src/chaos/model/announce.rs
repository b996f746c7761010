//! What is said aloud beside the calls.

use giliran_core::{Announcement, AnnouncementId, Command, Event, PlannedId, Rules, Sound, Texts, ZoneId};
use jiff::{Timestamp, civil::Date};

use super::{Expected, Model, clock, notices::fits};

impl Model {
    pub(super) fn announce(
        &mut self,
        rules: &Rules,
        (sound, text): (&Sound, Option<&Texts>),
        zones: &[ZoneId],
        urgent: bool,
        now: Timestamp,
    ) -> Expected {
        if text.is_some_and(|text| !text.iter().all(|(_, line)| fits(line))) {
            return Err("unsound_announcement");
        }
        let mut there: Vec<&ZoneId> = rules.zones.iter().map(|zone| &zone.id).collect();
        there.extend(rules.counters.iter().filter_map(|counter| counter.zone.as_ref()));
        there.extend(rules.services.iter().flat_map(|service| &service.zones));
        if zones.iter().any(|zone| !there.contains(&zone)) {
            return Err("unknown_zone");
        }
        if urgent && self.urgent.len() == 3 {
            return Err("too_many_urgent");
        }
        self.announced += 1;
        let announcement = AnnouncementId(self.announced);
        let (sound, text, zones) = (sound.clone(), text.cloned(), zones.to_vec());
        if urgent {
            let (sound, text, zones) = (sound.clone(), text.clone(), zones.clone());
            self.urgent.push((announcement, Announcement { at: now, sound, text, zones }));
        }
        Ok(Event::Announced { announcement, sound, text, zones, urgent, planned: None, due: None })
    }

    pub(super) fn announce_planned(
        &mut self,
        rules: &Rules,
        id: &PlannedId,
        due: Option<Timestamp>,
        now: Timestamp,
    ) -> Expected {
        let rule = rules.planned.iter().find(|rule| rule.id == *id).ok_or("unknown_planned")?;
        if let Some(due) = due {
            if due > now || self.next_planned(rules) != Some((due, id.clone())) {
                return Err("nothing_due");
            }
            self.planned = Some((due, Some(id.clone())));
        }
        self.announced += 1;
        Ok(Event::Announced {
            announcement: AnnouncementId(self.announced),
            sound: rule.sound.clone(),
            text: rule.text.clone(),
            zones: rule.zones.clone(),
            urgent: false,
            planned: Some(id.clone()),
            due,
        })
    }

    pub(super) fn end_announcement(&mut self, id: AnnouncementId) -> Expected {
        if !self.urgent.iter().any(|(running, _)| *running == id) {
            return Err("unknown_announcement");
        }
        self.urgent.retain(|(running, _)| *running != id);
        Ok(Event::AnnouncementEnded { announcement: id })
    }

    /// What the clock brings about next among the planned announcements.
    pub(super) fn planned_by_itself(&self, rules: &Rules) -> Option<(Timestamp, Command)> {
        let (at, planned) = self.next_planned(rules)?;
        Some((at, Command::AnnouncePlanned { planned, due: Some(at) }))
    }

    fn next_planned(&self, rules: &Rules) -> Option<(Timestamp, PlannedId)> {
        let day = self.day?;
        let mut all = Vec::new();
        for rule in &rules.planned {
            if !rule.days.is_empty() && !rule.days.iter().any(|on| clock::weekday(*on) == day.weekday()) {
                continue;
            }
            let mut add = |at| all.push((at, rule.id.clone()));
            rule.at.iter().for_each(|at| add(clock::moment(rules, day, *at, false)));
            for (from, until) in hours(rules, day) {
                let Some(every) = rule.every else { continue };
                let mut at = from + every;
                while at < until {
                    add(at);
                    at += every;
                }
            }
            if let (Some(before), Some(closes)) = (rule.before_close, self.closes(rules)) {
                add(closes - before);
            }
        }
        all.retain(|(at, id)| match &self.planned {
            None => true,
            Some((done, None)) => at >= done,
            Some((done, Some(last))) => at > done || (at == done && id > last),
        });
        all.into_iter().min()
    }
}

fn hours(rules: &Rules, day: Date) -> Vec<(Timestamp, Timestamp)> {
    clock::hours(rules, day).unwrap_or_default()
}
