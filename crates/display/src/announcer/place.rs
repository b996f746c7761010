//! Where a loudspeaker is heard, and what the office has decided for there: quiet hours, volumes, languages.

use giliran_core::Language;
use giliran_protocol::view::{AnnouncingView, ZoneView};
use jiff::Timestamp;

/// The zones of a loudspeaker.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// All of them where none is named.
    pub zones: &'a [String],
    /// What the office has decided.
    pub announcing: &'a AnnouncingView,
}

/// What holds until a daemon has told what the office has decided.
pub(super) fn unconfigured() -> AnnouncingView {
    AnnouncingView {
        languages: None,
        repeats: 1,
        within_s: 180,
        zones: Vec::new(),
        quiet: Vec::new(),
        planned: Vec::new(),
    }
}

impl<'a> Place<'a> {
    /// Whether something for these zones, everywhere if there are none, is said here.
    pub fn is_in(self, zones: &[String]) -> bool {
        zones.is_empty() || self.zones.is_empty() || zones.iter().any(|zone| self.zones.contains(zone))
    }

    /// The zones in which something is heard from here; none where that is everywhere.
    fn heard_in<'b>(self, zones: &'b [String]) -> Vec<&'b String>
    where
        'a: 'b,
    {
        if zones.is_empty() {
            return self.zones.iter().collect();
        }
        zones.iter().filter(|zone| self.zones.is_empty() || self.zones.contains(zone)).collect()
    }

    /// Whether these are quiet hours in every zone in which something would be heard from here.
    pub fn is_quiet(self, zones: &[String], now: Timestamp) -> bool {
        let now_quiet =
            || self.announcing.quiet.iter().filter(|quiet| quiet.from <= now && now < quiet.until);
        let heard = self.heard_in(zones);
        let is_quiet =
            |zone: &&String| now_quiet().any(|quiet| quiet.zones.is_empty() || quiet.zones.contains(zone));
        if heard.is_empty() {
            now_quiet().any(|quiet| quiet.zones.is_empty())
        } else {
            heard.iter().all(is_quiet)
        }
    }

    fn rules_of(self, zones: &[String]) -> Vec<&'a ZoneView> {
        let heard = self.heard_in(zones);
        self.announcing.zones.iter().filter(|zone| heard.contains(&&zone.id)).collect()
    }

    /// How loud something is, in dB under full volume: as in the loudest zone in which it is heard from here.
    pub fn volume_db(self, zones: &[String], now: Timestamp) -> i8 {
        let of = |zone: &ZoneView| {
            let hour = zone.volumes.iter().find(|hour| hour.from <= now && now < hour.until);
            hour.map_or(zone.volume_db, |hour| hour.db)
        };
        self.rules_of(zones).into_iter().map(of).max().unwrap_or(0)
    }

    /// The languages that the office has chosen for a call, if it has: those of the zone, where it is heard in one
    /// alone.
    pub fn languages(self, zones: &[String]) -> Option<Vec<Language>> {
        let of_zone = match self.rules_of(zones).as_slice() {
            [zone] => zone.languages.as_ref(),
            _ => None,
        };
        let chosen = of_zone.or(self.announcing.languages.as_ref())?;
        Some(chosen.iter().copied().map(super::language).collect())
    }
}
