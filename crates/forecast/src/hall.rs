//! The hall as it stands, in numbers: open counters, who waits and what may be drawn.
//!
//! Everything that does not depend on the newcomer's service is prepared once; a [`Scene`] is the part
//! of the hall that decides the wait of one newcomer. Playing it forward is the work of
//! [`paths`](crate::paths).

use std::collections::BTreeMap;

use giliran_core::{Branch, Counter, CounterId, Rules, ServiceId, TicketState};
use jiff::{SignedDuration, Timestamp};

use crate::{
    Learned,
    durations::Law,
    learned::{Arrival, Desk},
};

/// Before the office's days have taught better: how long an officer takes from one visitor to the
/// next, until somebody is called who finds a counter idle, and until an absent visitor is given up.
const HANDOVER: SignedDuration = SignedDuration::from_secs(20);
const REACTION: SignedDuration = SignedDuration::from_secs(10);
const ABSENCE: SignedDuration = SignedDuration::from_secs(90);

/// How many people ahead are played at most. Of a longer queue every so-manieth is, and time is
/// stretched accordingly.
const PLAYED: usize = 60;

/// How far back arrivals tell how many urgent ones to expect.
const RECENT_S: f64 = 1800.0;

/// All times are in seconds from now.
pub(crate) struct Hall {
    pub(crate) handover: Law,
    pub(crate) reaction: Law,
    pub(crate) absence: Law,
    pub(crate) services: Vec<Service>,
    pub(crate) counters: Vec<Place>,
    /// How many further counters begin per second while people wait.
    pub(crate) joining: f64,
    pub(crate) arrivals: Vec<Recent>,
    /// How much time `arrivals` stand for.
    pub(crate) window: f64,
}

/// What people come for.
pub(crate) struct Service {
    pub(crate) visits: Law,
    /// The share of those called who do not come.
    pub(crate) missing: f64,
    /// How long people wait until they leave.
    pub(crate) leaving: Law,
    /// Who waits, earliest due first.
    pub(crate) queue: Vec<Waiting>,
}

/// Somebody who waits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Waiting {
    /// When their turn falls due.
    pub(crate) due: f64,
    /// For how long they have waited.
    pub(crate) age: f64,
}

/// A recent arrival.
pub(crate) struct Recent {
    pub(crate) service: usize,
    pub(crate) allowance: f64,
}

/// An open counter.
#[derive(Clone)]
pub(crate) struct Place {
    /// The services that it takes.
    pub(crate) takes: Vec<usize>,
    pub(crate) doing: Doing,
}

/// What a counter does, and for how long already.
#[derive(Clone, Copy)]
pub(crate) enum Doing {
    /// Nobody to call.
    Idle,
    /// People wait, nobody was called yet.
    Between { since: f64 },
    /// Somebody was called; whether they come is not known.
    Calling { service: Option<usize>, since: f64 },
    /// Somebody is served, called so long ago.
    Serving { service: Option<usize>, since: f64 },
}

/// What decides the wait of one newcomer.
pub(crate) struct Scene {
    pub(crate) service: usize,
    /// Open counters that share work with those that take the newcomer's service.
    pub(crate) counters: Vec<Place>,
    /// What a counter takes that begins in the meantime.
    pub(crate) joiner: Place,
    /// Those ahead, by service, earliest due first.
    pub(crate) ahead: Vec<Vec<Waiting>>,
    /// One person played stands for so many; never below 1.
    pub(crate) stretch: f64,
    /// Those like whom some may still come and overtake.
    pub(crate) urgent: Vec<Urgent>,
    /// How much time those came in.
    pub(crate) window: f64,
}

/// Somebody who would have overtaken the newcomer.
pub(crate) struct Urgent {
    pub(crate) service: usize,
    pub(crate) allowance: f64,
    /// Whoever arrives within this time overtakes.
    pub(crate) until: f64,
}

impl Hall {
    pub(crate) fn new(rules: &Rules, branch: &Branch, learned: &Learned, now: Timestamp) -> Self {
        let index: BTreeMap<&ServiceId, usize> =
            rules.services.iter().enumerate().map(|(n, service)| (&service.id, n)).collect();
        let mut oldest = vec![None; rules.services.len()];
        let fresh = Default::default();
        let mut services = Vec::with_capacity(rules.services.len());
        for (rule, oldest) in rules.services.iter().zip(&mut oldest) {
            let known = learned.services.get(&rule.id).unwrap_or(&fresh);
            let waiting = |id| branch.ticket(id);
            let queue = branch.queue(&rule.id).filter_map(waiting).map(|ticket| {
                let since = ticket.state.since();
                *oldest = Some(oldest.map_or(since, |oldest: Timestamp| oldest.min(since)));
                Waiting {
                    due: ticket.due.duration_since(now).as_secs_f64(),
                    age: now.duration_since(since).as_secs_f64().max(0.0),
                }
            });
            services.push(Service {
                queue: queue.collect(),
                visits: known.visits.law(rule.serving),
                missing: known.missing(),
                leaving: known.leaving.rare(),
            });
        }
        let place = |(id, counter)| {
            let takes = takes(counter, &index);
            let waited_for = takes.iter().filter_map(|service| oldest[*service]).min();
            let desk = learned.desks.get(id);
            Place { doing: doing(branch, counter, desk, waited_for, &index, now), takes }
        };
        // One that is kept for some classes and never opened to others serves no ordinary visitor.
        let kept = |id: &CounterId| {
            rules.counter(id).is_some_and(|rule| !rule.reserved.is_empty() && !rule.others_when_idle)
        };
        let calls =
            |(id, counter): &(&CounterId, &Counter)| counter.open && counter.pause.is_none() && !kept(id);
        let counters = branch.counters().filter(calls).map(place).collect();
        let (arrivals, window) = recent(learned, &index, now);
        Self {
            handover: learned.handover.law(HANDOVER),
            reaction: learned.reaction.law(REACTION),
            absence: learned.absence.law(ABSENCE),
            services,
            counters,
            joining: 0.0,
            arrivals,
            window,
        }
    }

    /// The part of the hall that decides the wait of somebody who comes for `service` now and falls due
    /// after `allowance` seconds; none where no open counter takes the service.
    pub(crate) fn scene(&self, service: usize, allowance: f64) -> Option<Scene> {
        let queue = &self.services.get(service)?.queue;
        self.scene_behind(service, allowance, queue.partition_point(|waiting| waiting.due <= allowance))
    }

    /// The same for whoever waits for `service` at that place; none where nobody does.
    pub(crate) fn scene_at(&self, service: usize, place: usize) -> Option<Scene> {
        let waiting = self.services.get(service)?.queue.get(place)?;
        self.scene_behind(service, waiting.due, place)
    }

    /// The same for whoever is due at `allowance`, with so many before in the own queue.
    fn scene_behind(&self, service: usize, allowance: f64, place: usize) -> Option<Scene> {
        let mut connected = vec![false; self.services.len()];
        *connected.get_mut(service)? = true;
        let mut shares = vec![false; self.counters.len()];
        let mut grown = true;
        while grown {
            grown = false;
            for (counter, shares) in self.counters.iter().zip(&mut shares) {
                if !*shares && counter.takes.iter().any(|service| connected[*service]) {
                    *shares = true;
                    grown = true;
                    for service in &counter.takes {
                        connected[*service] = true;
                    }
                }
            }
        }
        let counters: Vec<Place> = self
            .counters
            .iter()
            .zip(&shares)
            .filter(|(_, shares)| **shares)
            .map(|(c, _)| c.clone())
            .collect();
        if counters.is_empty() && self.joining <= 0.0 {
            return None;
        }
        // Whoever is due later is called only by counters that find nobody due before, and so can't
        // make the newcomer wait.
        let before = |of: usize| match &self.services[of].queue {
            _ if of == service => place,
            queue if connected[of] => queue.partition_point(|waiting| waiting.due <= allowance),
            _ => 0,
        };
        let count: usize = (0..self.services.len()).map(before).sum();
        let stretch = (count as f64 / PLAYED as f64).max(1.0);
        let ahead = (0..self.services.len()).map(|service| {
            let queue = &self.services[service].queue[..before(service)];
            every(stretch, queue).copied().collect()
        });
        let overtakes = |arrival: &&Recent| connected[arrival.service] && arrival.allowance < allowance;
        let urgent = self.arrivals.iter().filter(overtakes).map(|arrival| Urgent {
            service: arrival.service,
            allowance: arrival.allowance,
            until: allowance - arrival.allowance,
        });
        let joiner = Place {
            takes: (0..self.services.len()).filter(|service| connected[*service]).collect(),
            doing: Doing::Idle,
        };
        Some(Scene {
            service,
            counters,
            joiner,
            ahead: ahead.collect(),
            stretch,
            urgent: urgent.collect(),
            window: self.window,
        })
    }
}

/// One in `stretch` of them, evenly spread.
fn every(stretch: f64, queue: &[Waiting]) -> impl Iterator<Item = &Waiting> {
    let nth = move |n: usize| (n as f64 / stretch).floor();
    queue.iter().enumerate().filter(move |(n, _)| nth(n + 1) > nth(*n)).map(|(_, waiting)| waiting)
}

fn takes(counter: &Counter, index: &BTreeMap<&ServiceId, usize>) -> Vec<usize> {
    let all = counter.services.iter().chain(counter.helps.iter().flatten());
    all.filter_map(|service| index.get(service).copied()).collect()
}

fn doing(
    branch: &Branch,
    counter: &Counter,
    desk: Option<&Desk>,
    waited_for: Option<Timestamp>,
    index: &BTreeMap<&ServiceId, usize>,
    now: Timestamp,
) -> Doing {
    let ago = |at: Timestamp| now.duration_since(at).as_secs_f64().max(0.0);
    let Some((id, ticket)) = counter.ticket.and_then(|id| Some((id, branch.ticket(id)?))) else {
        return match waited_for {
            None => Doing::Idle,
            Some(waited) => {
                // A counter that nothing is known of has only just become free.
                let free = desk.map_or(now, |desk| desk.free_since);
                Doing::Between { since: ago(waited.max(free)) }
            }
        };
    };
    let service = index.get(&ticket.service).copied();
    let called = desk.and_then(|desk| desk.called.as_ref()).filter(|called| called.ticket == id);
    let since = ago(called.map_or(ticket.state.since(), |called| called.at));
    match ticket.state {
        TicketState::Serving { .. } => Doing::Serving { service, since },
        TicketState::Called { .. }
        | TicketState::Ahead { .. }
        | TicketState::Waiting { .. }
        | TicketState::Parked { .. } => Doing::Calling { service, since },
    }
}

/// The arrivals of the last half hour, and the time they came in: less where more came than are kept.
fn recent(learned: &Learned, index: &BTreeMap<&ServiceId, usize>, now: Timestamp) -> (Vec<Recent>, f64) {
    let ago = |arrival: &Arrival| now.duration_since(arrival.at).as_secs_f64().max(0.0);
    let full = learned.arrivals.len() >= Learned::ARRIVALS_KEPT;
    let oldest = learned.arrivals.front().map_or(0.0, ago);
    let window = if full { oldest.clamp(1.0, RECENT_S) } else { RECENT_S };
    let recent = learned.arrivals.iter().filter(|arrival| ago(arrival) <= RECENT_S).filter_map(|arrival| {
        let service = *index.get(&arrival.service)?;
        Some(Recent { service, allowance: f64::from(arrival.allowance_s) })
    });
    (recent.collect(), window)
}
