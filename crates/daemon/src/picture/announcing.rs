//! How calls and announcements are said, as those see it who say them.

use giliran_core::{CounterRule, Language, PlannedRule, Rules, ServiceId, ZoneId, ZoneRule};
use giliran_protocol::view::{AnnouncingView, PlannedView, QuietView, Texts, VolumeView, ZoneView};
use jiff::civil::Date;

use crate::wire;

/// How it is on a business day; before the first one there are no hours.
pub fn view(rules: &Rules, day: Option<Date>) -> AnnouncingView {
    let rule = &rules.announcing;
    AnnouncingView {
        languages: languages(rule.languages.as_deref()),
        repeats: rule.repeats,
        within_s: super::seconds(rule.within),
        zones: rules.known_zones().map(|id| zone(rules, id, day)).collect(),
        quiet: day.map(|day| quiet(rules, day)).unwrap_or_default(),
        planned: rules.planned.iter().map(planned).collect(),
    }
}

/// The zones in which a call is said: the counter's own, then those of the service, each once.
pub fn zones_of_call(rules: &Rules, counter: &CounterRule, service: &ServiceId) -> Vec<String> {
    let of_service = rules.service(service).map(|service| service.zones.as_slice()).unwrap_or_default();
    let mut zones: Vec<String> = Vec::new();
    for zone in counter.zone.iter().chain(of_service) {
        if !zones.iter().any(|known| known == zone.as_str()) {
            zones.push(zone.to_string());
        }
    }
    zones
}

fn languages(languages: Option<&[Language]>) -> Option<Vec<giliran_protocol::view::Language>> {
    languages.map(|languages| languages.iter().copied().map(wire::language).collect())
}

fn zone(rules: &Rules, id: &ZoneId, day: Option<Date>) -> ZoneView {
    let own: Option<&ZoneRule> = rules.zone_rule(id);
    let volumes =
        own.into_iter().flat_map(|own| day.into_iter().flat_map(move |day| rules.volumes_on(own, day)));
    ZoneView {
        id: id.to_string(),
        // A zone that only counters name is called what they call it.
        name: own.map_or_else(
            || Texts { ms: id.to_string(), en: None, zh: None, ta: None },
            |own| wire::texts(&own.name),
        ),
        languages: own.and_then(|own| languages(own.languages.as_deref())),
        volume_db: own.map_or(0, |own| own.volume_db),
        volumes: volumes.map(|(from, until, db)| VolumeView { from, until, db }).collect(),
    }
}

fn quiet(rules: &Rules, day: Date) -> Vec<QuietView> {
    let quiet = rules.quiet_on(day).map(|quiet| QuietView {
        name: quiet.rule.name.as_ref().map(wire::texts),
        from: quiet.from,
        until: quiet.until,
        zones: quiet.rule.zones.iter().map(ToString::to_string).collect(),
    });
    quiet.collect()
}

fn planned(rule: &PlannedRule) -> PlannedView {
    PlannedView {
        id: rule.id.to_string(),
        sound: wire::sound(&rule.sound),
        text: rule.text.as_ref().map(wire::texts),
        zones: rule.zones.iter().map(ToString::to_string).collect(),
    }
}
