//! How counters will be staffed if nobody does anything: those that are open stay so until the doors close, or until a
//! stretch of opening for which they are not planned, as at lunch. And what another plan makes of it.

use giliran_core::{Branch, Counter, CounterId, CounterRule, Rules, Stretch, TicketState};
use jiff::Timestamp;

use crate::floor::{Busy, Shift, Staffing, places};

/// Where the office never closes, so far ahead is looked.
const AHEAD_S: f64 = 6.0 * 3600.0;

/// Counters go on after the doors close until everybody who came is served, so long at most.
const OVERTIME_S: f64 = 3.0 * 3600.0;

/// When the doors are open from now on, in seconds from now, and which counters are planned for it.
pub(crate) struct Doors<'a> {
    pub(crate) stretches: Vec<(f64, f64, &'a [CounterId])>,
}

impl<'a> Doors<'a> {
    pub(crate) fn of_now(branch: &'a Branch, now: Timestamp) -> Self {
        let stretches: Option<&'a [Stretch]> = branch.open_today();
        let seconds = |at: Timestamp| at.duration_since(now).as_secs_f64();
        let mut open: Vec<(f64, f64, &[CounterId])> = match stretches {
            None => vec![(0.0, AHEAD_S, &[])],
            Some(stretches) => stretches
                .iter()
                .map(|open| (seconds(open.from).max(0.0), seconds(open.until), open.counters.as_slice()))
                .filter(|(from, until, _)| until > from)
                .collect(),
        };
        // Open beyond its hours, or closed before.
        match branch.opening(now) {
            giliran_core::Opening::Open { until, .. } => {
                let until = seconds(until);
                match open.first_mut() {
                    Some(first) if first.0 <= 0.0 => first.1 = first.1.max(until),
                    _ => open.insert(0, (0.0, until, &[])),
                }
            }
            giliran_core::Opening::Closed { .. } => open.retain(|(from, ..)| *from > 0.0),
            giliran_core::Opening::Always => {}
        }
        Self { stretches: open }
    }

    /// When the doors close for the day, in seconds from now; now where they are closed already.
    pub(crate) fn close(&self) -> f64 {
        self.stretches.last().map_or(0.0, |(_, until, _)| *until)
    }

    /// When a counter that is open now will be.
    fn stays(&self, counter: &CounterId) -> Vec<(f64, f64)> {
        let planned = |counters: &[CounterId]| counters.is_empty() || counters.contains(counter);
        let last = self.stretches.len();
        let open = self.stretches.iter().enumerate().filter(|(n, (_, _, counters))| {
            // Whoever is there now is there, planned or not.
            planned(counters) || (*n == 0 && self.stretches[0].0 <= 0.0)
        });
        open.map(|(n, (from, until, _))| (*from, if n + 1 == last { until + OVERTIME_S } else { *until }))
            .collect()
    }

    /// When a counter is open that opens so many seconds from now.
    pub(crate) fn from(&self, counter: &CounterId, opens: f64) -> Vec<(f64, f64)> {
        let open = self.stays(counter).into_iter().filter(|(_, until)| *until > opens);
        open.map(|(from, until)| (from.max(opens), until)).collect()
    }
}

/// Whether ordinary visitors are called to a counter.
pub(crate) fn is_for_all(rule: &CounterRule) -> bool {
    rule.reserved.is_empty() || rule.others_when_idle
}

/// What a counter takes, in tiers, by the services' places.
pub(crate) fn takes(rules: &Rules, rule: &CounterRule, counter: Option<&Counter>) -> Vec<Vec<usize>> {
    let index = places(rules);
    let (own, helps) = counter
        .filter(|counter| !counter.services.is_empty())
        .map_or((&rule.services, &rule.helps), |counter| (&counter.services, &counter.helps));
    let tier = |services: &Vec<_>| services.iter().filter_map(|id| index.get(id).copied()).collect();
    std::iter::once(tier(own)).chain(helps.iter().map(tier)).collect()
}

/// The counters as they are, by rule.
pub(crate) fn as_is(branch: &Branch, rules: &Rules, doors: &Doors<'_>, now: Timestamp) -> Staffing {
    let shift = |rule: &CounterRule| {
        let counter = branch.counter(&rule.id);
        let calls =
            counter.is_some_and(|counter| counter.open && counter.pause.is_none()) && is_for_all(rule);
        Shift {
            open: if calls { doors.from(&rule.id, 0.0) } else { Vec::new() },
            takes: takes(rules, rule, counter),
            busy: counter.and_then(|counter| busy(branch, rules, counter, now)),
        }
    };
    rules.counters.iter().map(shift).collect()
}

fn busy(branch: &Branch, rules: &Rules, counter: &Counter, now: Timestamp) -> Option<Busy> {
    let ticket = branch.ticket(counter.ticket?)?;
    let service = places(rules).get(&ticket.service).copied()?;
    let since = match ticket.state {
        TicketState::Serving { .. } | TicketState::Called { .. } => ticket.state.since(),
        TicketState::Waiting { .. } | TicketState::Ahead { .. } | TicketState::Parked { .. } => now,
    };
    Some(Busy { service, since: now.duration_since(since).as_secs_f64().max(0.0) })
}

/// For how long counters are open before the doors close, all together, in hours.
pub(crate) fn hours(staffing: &Staffing, close: f64) -> f64 {
    let open = staffing.iter().flat_map(|shift| &shift.open);
    // The sum of nothing is below zero by its sign.
    open.map(|(from, until)| (until.min(close) - from).max(0.0)).sum::<f64>() / 3600.0 + 0.0
}

/// A counter that opens so soon counts as open: whoever plans "from now on" does so by a clock of their own.
const AT_ONCE_S: f64 = 120.0;

/// How many counters that take a service are open at a moment.
pub(crate) fn open_at(staffing: &Staffing, at: f64, service: Option<usize>) -> u32 {
    let open = |shift: &&Shift| {
        shift.open.iter().any(|(from, until)| *from <= at + AT_ONCE_S && at < *until)
            && service.is_none_or(|service| shift.takes.iter().flatten().any(|taken| *taken == service))
    };
    u32::try_from(staffing.iter().filter(open).count()).unwrap_or(u32::MAX)
}
