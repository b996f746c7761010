//! What can be wrong with how an office announces: languages, zones, quiet hours and planned announcements.

use jiff::{SignedDuration, civil::Time};

use super::{Check, twice};
use crate::{AnnouncingRule, Language, Remark, Texts, ZoneId};

/// The most often that a call is said: more is noise to everybody else.
const MOST_REPEATS: u8 = 3;

/// A call that may not wait as long as one announcement takes can't be kept.
const SHORTEST_WITHIN: SignedDuration = SignedDuration::from_secs(30);

/// Whoever was called longer ago than this has looked at the wall, or is gone.
const LONGEST_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// The lowest volume of a zone: what is lower is not heard in any room.
const LOWEST_DB: i8 = -40;

/// The least time between two announcements of the same thing.
const SHORTEST_EVERY: SignedDuration = SignedDuration::from_mins(1);

impl Check<'_> {
    pub(super) fn announcing(&mut self) {
        let rules = self.rules;
        let AnnouncingRule { languages, repeats, within } = &rules.announcing;
        self.spoken("announcing.languages", languages.as_deref());
        if !(1..=MOST_REPEATS).contains(repeats) {
            self.fault("announcing.repeats", format!("{repeats} is not between 1 and {MOST_REPEATS}"));
        }
        if !(SHORTEST_WITHIN..=LONGEST_WITHIN).contains(within) {
            let what = format!("{within:#} is not between {SHORTEST_WITHIN:#} and {LONGEST_WITHIN:#}");
            self.fault("announcing.within", what);
        }
    }

    /// The languages in which something is said.
    fn spoken(&mut self, at: &str, languages: Option<&[Language]>) {
        let Some(languages) = languages else { return };
        if languages.is_empty() {
            self.fault(at, "there must be at least one; leave it out for Malay and the visitor's own");
        }
        for language in twice(languages.iter()) {
            self.fault(at, format!("names `{language}` twice"));
        }
    }

    pub(super) fn zones(&mut self) {
        let rules = self.rules;
        for id in twice(rules.zones.iter().map(|zone| &zone.id)) {
            self.fault(format!("zone.{id}"), "stands twice");
        }
        for zone in &rules.zones {
            let at = |key: &str| format!("zone.{}.{key}", zone.id);
            self.name(at("name"), &zone.name);
            self.spoken(&at("languages"), zone.languages.as_deref());
            let volumes = zone.volumes.iter().map(|rule| rule.db);
            for db in std::iter::once(zone.volume_db).chain(volumes) {
                if !(LOWEST_DB..=0).contains(&db) {
                    self.fault(at("volume"), format!("{db} dB is not between {LOWEST_DB} and 0"));
                }
            }
            for rule in &zone.volumes {
                self.stretch(at("volume"), rule.from, rule.until);
            }
        }
        for service in &rules.services {
            for zone in twice(service.zones.iter()) {
                self.fault(format!("service.{}.zones", service.id), format!("names `{zone}` twice"));
            }
        }
    }

    /// A stretch of a business day that is not empty.
    fn stretch(&mut self, at: String, from: Time, until: Time) {
        let rules = self.rules;
        if rules.since_day_began(from, false) >= rules.since_day_began(until, true) {
            self.fault(at, format!("{from} is not before {until}"));
        }
    }

    /// Zones that somebody names must be there.
    fn known_zones(&mut self, at: &str, zones: &[ZoneId]) {
        for zone in zones.iter().filter(|zone| !self.rules.has_zone(zone)).collect::<Vec<_>>() {
            self.fault(format!("{at}.zones"), format!("there is no zone `{zone}`"));
        }
    }

    pub(super) fn quiet(&mut self) {
        let rules = self.rules;
        for (n, quiet) in rules.quiet.iter().enumerate() {
            let at = format!("quiet.{}", n + 1);
            if let Some(name) = &quiet.name {
                self.name(format!("{at}.name"), name);
            }
            self.stretch(at.clone(), quiet.from, quiet.until);
            self.known_zones(&at, &quiet.zones);
        }
    }

    pub(super) fn planned(&mut self) {
        let rules = self.rules;
        for id in twice(rules.planned.iter().map(|planned| &planned.id)) {
            self.fault(format!("announcement.{id}"), "stands twice");
        }
        for planned in &rules.planned {
            let at = format!("announcement.{}", planned.id);
            for (language, _) in
                planned.text.iter().flat_map(Texts::iter).filter(|(_, text)| text.parse::<Remark>().is_err())
            {
                let what = format!("must have 1 to {} characters and no line break", Remark::MOST_CHARS);
                self.fault(format!("{at}.text.{language}"), what);
            }
            if let Some(every) = planned.every {
                self.span(format!("{at}.every"), every);
                if every < SHORTEST_EVERY {
                    self.fault(format!("{at}.every"), format!("{every:#} is less than a minute"));
                }
                if rules.hours.is_none() {
                    self.fault(format!("{at}.every"), "the office has no hours in which to repeat it");
                }
            }
            if let Some(before) = planned.before_close {
                self.span(format!("{at}.before_close"), before);
                if rules.hours.is_none() {
                    self.fault(format!("{at}.before_close"), "the office has no hours, so it never closes");
                }
            }
            self.known_zones(&at, &planned.zones);
        }
    }
}
