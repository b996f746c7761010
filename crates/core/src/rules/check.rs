//! Whether rules make sense as a whole; every fault is named with its place, not only the first.

mod announcing;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use jiff::SignedDuration;

use super::{Place, Rules, Span, letters::sound_alike, time_zone};
use crate::{CounterId, Remark, Texts};

/// Something wrong with rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a path such as `service.pasport.series`.
    pub at: String,
    /// What is wrong, in English.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// All that is wrong with rules; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, fault) in self.0.iter().enumerate() {
            let separator = if n == 0 { "" } else { "; " };
            write!(f, "{separator}{fault}")?;
        }
        Ok(())
    }
}

/// Longest span that makes sense within a business day.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// The most services that one visit may go through.
pub(crate) const MOST_LEGS: usize = 16;

/// The most notices that stand in an office's rules: as many as may be posted beside them.
const MOST_NOTICES: usize = 20;

/// The farthest that a wall is read from, in metres: across the largest halls.
const FARTHEST_M: u8 = 30;

/// The most classes, groups, services, counters and outcomes of one office: some times what the largest halls have.
/// Every look at the rules may take as long as there are many of these.
const MOST: usize = 500;

impl Rules {
    /// Whether the rules make sense as a whole.
    pub fn check(&self) -> Result<(), Faults> {
        let mut check = Check { rules: self, found: Vec::new() };
        check.sizes();
        if !check.found.is_empty() {
            return Err(Faults(check.found));
        }
        check.office();
        check.classes();
        check.groups();
        check.services();
        check.series();
        check.counters();
        check.hours();
        check.calling();
        check.appointments();
        check.remote();
        check.screens();
        check.outcomes();
        check.notices();
        check.announcing();
        check.zones();
        check.quiet();
        check.planned();
        if check.found.is_empty() { Ok(()) } else { Err(Faults(check.found)) }
    }

    /// What is allowed, but unwise.
    pub fn warnings(&self) -> Vec<Fault> {
        let mut check = Check { rules: self, found: Vec::new() };
        check.letters();
        check.promises();
        check.unread();
        check.found
    }
}

struct Check<'a> {
    rules: &'a Rules,
    found: Vec<Fault>,
}

impl Check<'_> {
    fn fault(&mut self, at: impl Into<String>, what: impl Into<String>) {
        self.found.push(Fault { at: at.into(), what: what.into() });
    }

    fn span(&mut self, at: String, length: SignedDuration) {
        if length.is_negative() || length > LONGEST {
            self.fault(at, format!("{length:#} is not between 0 and 24 hours"));
        }
    }

    fn name(&mut self, at: String, name: &Texts) {
        for (language, _) in name.iter().filter(|(_, text)| text.trim().is_empty()) {
            self.fault(format!("{at}.{language}"), "is empty");
        }
    }

    fn sizes(&mut self) {
        let rules = self.rules;
        for (kind, count) in [
            ("class", rules.classes.len()),
            ("group", rules.groups.len()),
            ("service", rules.services.len()),
            ("counter", rules.counters.len()),
            ("outcome", rules.outcomes.len()),
            ("zone", rules.zones.len()),
            ("quiet", rules.quiet.len()),
            ("announcement", rules.planned.len()),
        ] {
            if count > MOST {
                self.fault(kind, format!("there are {count}; {MOST} are the most that one office may have"));
            }
        }
    }

    fn office(&mut self) {
        let rules = self.rules;
        if time_zone(&rules.time_zone).is_none() {
            self.fault("time_zone", format!("`{}` is not an IANA time zone", rules.time_zone));
        }
        self.name("name".into(), &rules.name);
        for (kind, empty) in [
            ("class", rules.classes.is_empty()),
            ("service", rules.services.is_empty()),
            ("counter", rules.counters.is_empty()),
        ] {
            if empty {
                self.fault(kind, "there must be at least one");
            }
        }
    }

    fn classes(&mut self) {
        let rules = self.rules;
        for id in twice(rules.classes.iter().map(|class| &class.id)) {
            self.fault(format!("class.{id}"), "stands twice");
        }
        for (n, class) in rules.classes.iter().enumerate() {
            let at = |key: &str| format!("class.{}.{key}", class.id);
            self.name(at("name"), &class.name);
            if let Some(allowance) = class.allowance {
                self.span(at("allowance"), allowance);
                if n == 0 {
                    let what = "the first class is the ordinary one and goes by the service's allowance";
                    self.fault(at("allowance"), what);
                }
            }
            if n == 0 && class.goes_next {
                self.fault(at("goes_next"), "the first class is the ordinary one and can't go before all");
            }
        }
    }

    fn groups(&mut self) {
        let rules = self.rules;
        for id in twice(rules.groups.iter().map(|group| &group.id)) {
            self.fault(format!("group.{id}"), "stands twice");
        }
        for group in &rules.groups {
            let at = |key: &str| format!("group.{}.{key}", group.id);
            self.name(at("name"), &group.name);
            if let Some(within) = &group.within
                && rules.group(within).is_none()
            {
                self.fault(at("within"), format!("there is no group `{within}`"));
            }
            // Whoever climbs past all groups, and one more that does not exist, goes round in a circle.
            let up = |id| rules.group(id).and_then(|group| group.within.as_ref());
            if std::iter::successors(Some(&group.id), |id| up(id)).nth(rules.groups.len() + 1).is_some() {
                self.fault(at("within"), "lies within itself");
            }
            let filled = rules.services.iter().any(|service| service.group.as_ref() == Some(&group.id))
                || rules.groups.iter().any(|inner| inner.within.as_ref() == Some(&group.id));
            if !filled {
                self.fault(format!("group.{}", group.id), "holds no service and no group");
            }
        }
    }

    fn services(&mut self) {
        let rules = self.rules;
        for id in twice(rules.services.iter().map(|service| &service.id)) {
            self.fault(format!("service.{id}"), "stands twice");
        }
        for service in &rules.services {
            let at = |key: &str| format!("service.{}.{key}", service.id);
            self.name(at("name"), &service.name);
            for (n, document) in service.documents.iter().enumerate() {
                self.name(at(&format!("documents.{}", n + 1)), document);
            }
            self.span(at("allowance"), service.allowance);
            self.span(at("serving"), service.serving);
            if service.serving.is_zero() {
                self.fault(at("serving"), "must be longer than nothing");
            }
            for (class, allowance) in &service.class_allowance {
                self.span(at(&format!("class_allowance.{class}")), *allowance);
                if rules.class(class).is_none() {
                    self.fault(at("class_allowance"), format!("there is no class `{class}`"));
                }
            }
            for (key, promise) in service.charter.iter().flat_map(|charter| {
                [("charter.waiting", charter.waiting), ("charter.serving", charter.serving)]
            }) {
                if let Some(promise) = promise {
                    self.span(at(key), promise);
                }
            }
            if service.quota == Some(0) {
                self.fault(at("quota"), "a quota of 0 gives out no number at all");
            }
            if let Some(group) = &service.group
                && rules.group(group).is_none()
            {
                self.fault(at("group"), format!("there is no group `{group}`"));
            }
            let mut before = &service.id;
            for next in &service.then {
                if rules.service(next).is_none() {
                    self.fault(at("then"), format!("there is no service `{next}`"));
                }
                if next == before {
                    self.fault(at("then"), format!("goes from `{next}` to `{next}`"));
                }
                before = next;
            }
            if service.then.len() > MOST_LEGS {
                self.fault(at("then"), format!("names more than {MOST_LEGS} services"));
            }
            let takes = |counter: &super::CounterRule| {
                counter.services.iter().chain(counter.helps.iter().flatten()).any(|id| *id == service.id)
            };
            if !rules.counters.iter().any(takes) {
                self.fault(format!("service.{}", service.id), "no counter takes it");
            } else if !rules
                .counters
                .iter()
                .any(|c| takes(c) && (c.reserved.is_empty() || c.others_when_idle))
            {
                self.fault(format!("service.{}", service.id), "only counters kept for classes take it");
            }
        }
    }

    fn series(&mut self) {
        for (n, service) in self.rules.services.iter().enumerate() {
            let at = format!("service.{}.series", service.id);
            for what in service.series.faults() {
                self.fault(&at, what);
            }
            for earlier in &self.rules.services[..n] {
                if service.series.overlaps(&earlier.series) {
                    self.fault(&at, format!("has numbers in common with `{}`", earlier.id));
                }
            }
        }
    }

    fn counters(&mut self) {
        let rules = self.rules;
        for id in twice(rules.counters.iter().map(|counter| &counter.id)) {
            self.fault(format!("counter.{id}"), "stands twice");
        }
        for counter in &rules.counters {
            let at = |key: &str| format!("counter.{}.{key}", counter.id);
            if !(1..=99).contains(&counter.number) {
                self.fault(at("number"), format!("{} is not between 1 and 99", counter.number));
            }
            if counter.services.is_empty() {
                self.fault(at("services"), "must name at least one service");
            }
            if counter.helps.iter().any(Vec::is_empty) {
                self.fault(at("helps"), "a tier names nothing");
            }
            for id in twice(counter.services.iter().chain(counter.helps.iter().flatten())) {
                self.fault(at("services"), format!("names `{id}` twice"));
            }
            let tiers = counter.services.iter().map(|id| ("services", id));
            for (key, id) in tiers.chain(counter.helps.iter().flatten().map(|id| ("helps", id))) {
                if rules.service(id).is_none() {
                    self.fault(at(key), format!("there is no service `{id}`"));
                }
            }
            for id in twice(counter.reserved.iter()) {
                self.fault(at("reserved"), format!("names `{id}` twice"));
            }
            for class in &counter.reserved {
                if rules.class(class).is_none() {
                    self.fault(at("reserved"), format!("there is no class `{class}`"));
                }
            }
            if let Some(ahead) = &counter.ahead {
                self.name(at("ahead"), ahead);
            }
        }
        for (place, number) in twice(rules.counters.iter().map(|counter| (counter.place, counter.number))) {
            let sign = match place {
                Place::Counter => "counter",
                Place::Room => "room",
            };
            self.fault("counter", format!("two have the sign `{sign} {number}`"));
        }
    }

    fn hours(&mut self) {
        let rules = self.rules;
        let Some(hours) = &rules.hours else { return };
        self.span("hours.last_ticket".into(), hours.last_ticket);
        for day in twice(hours.week.iter().flat_map(|week| &week.days)) {
            self.fault("hours.week", format!("names {day:?} twice").to_lowercase());
        }
        for (n, week) in hours.week.iter().enumerate() {
            let at = format!("hours.week.{}", n + 1);
            if week.days.is_empty() {
                self.fault(format!("{at}.days"), "must name at least one day");
            }
            self.spans(&format!("{at}.open"), &week.open);
        }
        for date in twice(hours.special.iter().map(|special| special.date)) {
            self.fault("hours.special", format!("names {date} twice"));
        }
        for special in &hours.special {
            let at = format!("hours.special.{}", special.date);
            if let Some(name) = &special.name {
                self.name(format!("{at}.name"), name);
            }
            self.spans(&format!("{at}.open"), &special.open);
        }
        for dates in &hours.school_breaks {
            if dates.until < dates.from {
                self.fault(
                    "hours.school_breaks",
                    format!("ends on {}, before it begins on {}", dates.until, dates.from),
                );
            }
        }
        let ever = hours.week.iter().any(|week| !week.open.is_empty() && !week.days.is_empty())
            || hours.special.iter().any(|special| !special.open.is_empty());
        if !ever {
            self.fault("hours", "the office never opens");
        }
    }

    fn spans(&mut self, at: &str, spans: &[Span]) {
        let rules = self.rules;
        let mut last = SignedDuration::ZERO;
        for span in spans {
            let from = rules.since_day_began(span.from, false);
            let until = rules.since_day_began(span.until, true);
            if until <= from {
                self.fault(at, format!("{} closes before it opens", span.label()));
            } else if from < last {
                self.fault(at, format!("{} begins before the one before it ends", span.label()));
            }
            last = last.max(until);
            let unknown = |id: &&CounterId| rules.counter(id).is_none();
            for id in span.counters.iter().filter(unknown) {
                self.fault(at, format!("{}: there is no counter `{id}`", span.label()));
            }
        }
    }

    fn calling(&mut self) {
        let calling = &self.rules.calling;
        for (key, span) in [
            ("interval", calling.interval),
            ("come_back", calling.come_back),
            ("undo", calling.undo),
            ("help_before", calling.help_before),
        ] {
            self.span(format!("calling.{key}"), span);
        }
        let counts = [
            ("calls_most", calling.calls_most),
            ("calls_least", calling.calls_least),
            ("no_show.calls", calling.no_show.map(|rule| rule.calls)),
        ];
        for (key, count) in counts {
            if count == Some(0) {
                self.fault(format!("calling.{key}"), "counts the first call, so it is at least 1");
            }
            if let (Some(count), Some(most)) = (count, calling.calls_most)
                && count > most
            {
                self.fault(format!("calling.{key}"), format!("{count} is more than calls_most, {most}"));
            }
        }
        if let Some(rule) = calling.no_show {
            self.span("calling.no_show.after".into(), rule.after);
            if let Some(least) = calling.calls_least
                && rule.calls < least
            {
                let what = format!("{} is less than calls_least, {least}", rule.calls);
                self.fault("calling.no_show.calls", what);
            }
        }
    }

    fn appointments(&mut self) {
        let Some(rule) = &self.rules.appointments else { return };
        self.span("appointments.early".into(), rule.early);
        self.span("appointments.late".into(), rule.late);
        if self.rules.class(&rule.class).is_none() {
            self.fault("appointments.class", format!("there is no class `{}`", rule.class));
        }
    }

    fn remote(&mut self) {
        if self.rules.remote.is_some_and(|rule| rule.most_per_day == 0) {
            self.fault("remote.most_per_day", "0 a day gives out no number at all; leave the section out");
        }
    }

    fn screens(&mut self) {
        let rules = self.rules;
        if rules.languages.is_empty() {
            self.fault("languages", "there must be at least one");
        }
        for language in twice(rules.languages.iter()) {
            self.fault("languages", format!("names `{language}` twice"));
        }
        let metres = rules.screens.viewing_m;
        if !(1..=FARTHEST_M).contains(&metres) {
            self.fault("screens.viewing_m", format!("{metres} is not between 1 and {FARTHEST_M} metres"));
        }
    }

    fn outcomes(&mut self) {
        let rules = self.rules;
        for id in twice(rules.outcomes.iter().map(|outcome| &outcome.id)) {
            self.fault(format!("outcome.{id}"), "stands twice");
        }
        for outcome in &rules.outcomes {
            self.name(format!("outcome.{}.name", outcome.id), &outcome.name);
        }
    }

    fn notices(&mut self) {
        let rules = self.rules;
        if rules.notices.len() > MOST_NOTICES {
            let what = format!("there are {}; {MOST_NOTICES} are the most", rules.notices.len());
            self.fault("notice", what);
        }
        for (n, notice) in rules.notices.iter().enumerate() {
            for (language, _) in notice.text.iter().filter(|(_, text)| text.parse::<Remark>().is_err()) {
                let what = format!("must have 1 to {} characters and no line break", Remark::MOST_CHARS);
                self.fault(format!("notice.{}.text.{language}", n + 1), what);
            }
        }
    }

    /// Letters that are taken for one another by ear.
    fn letters(&mut self) {
        let letters: BTreeMap<&str, _> =
            self.rules.services.iter().rev().map(|s| (s.series.letters.as_str(), &s.id)).collect();
        for (n, (one, service)) in letters.iter().enumerate() {
            for (earlier, _) in letters.iter().take(n).filter(|(earlier, _)| sound_alike(one, earlier)) {
                let what = format!("`{one}` sounds like `{earlier}`");
                self.found.push(Fault { at: format!("service.{service}.series.letters"), what });
            }
        }
    }

    /// Names on the kiosk that visitors must read in another language than the one that they chose.
    fn unread(&mut self) {
        let rules = self.rules;
        let groups = rules.groups.iter().map(|group| (format!("group.{}.name", group.id), &group.name));
        let services =
            rules.services.iter().map(|service| (format!("service.{}.name", service.id), &service.name));
        let notices = rules.notices.iter().enumerate();
        let notices = notices.map(|(n, notice)| (format!("notice.{}.text", n + 1), &notice.text));
        for (at, texts) in groups.chain(services).chain(notices) {
            let has = |language| texts.iter().any(|(own, _)| own == language);
            let lacks: Vec<_> =
                rules.languages.iter().filter(|language| !has(**language)).map(|l| l.tag()).collect();
            // One text in Malay alone is how a small office begins; one that is half translated was forgotten.
            if !lacks.is_empty() && texts.iter().count() > 1 {
                self.fault(at, format!("is not said in {}, and Malay stands in", lacks.join(" and ")));
            }
        }
    }

    /// Promises that the rules themselves do not keep.
    fn promises(&mut self) {
        for service in &self.rules.services {
            let promise = service.charter.and_then(|charter| charter.waiting);
            if let Some(promise) = promise
                && service.allowance > promise
            {
                let (allowance, at) = (service.allowance, format!("service.{}.allowance", service.id));
                self.fault(
                    at,
                    format!("falls due after {allowance:#}, later than the charter's {promise:#}"),
                );
            }
        }
    }
}

/// Whatever stands in `items` more than once, each named once.
pub(super) fn twice<T: Ord + Clone>(items: impl Iterator<Item = T>) -> BTreeSet<T> {
    let mut seen = BTreeSet::new();
    items.filter(|item| !seen.insert(item.clone())).collect()
}
