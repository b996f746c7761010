//! The hall as it stands, in numbers: open counters, who waits and what may be drawn.
//!
//! Everything that does not depend on the newcomer's service is prepared once; a [`Scene`] is the part
//! of the hall that decides the wait of one newcomer. Playing it forward is the work of
//! [`paths`](crate::paths).

use std::collections::BTreeMap;

use giliran_core::{Branch, Counter, CounterId, Rules, ServiceId, TicketState};
use jiff::{SignedDuration, Timestamp};

use crate::{
    Learned, Situation,
    durations::Law,
    learned::{Arrival, Desk},
    paths::{self, PATHS},
    pulse::Pulse,
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

/// What is known of a queue beside the hall as it stands.
pub(crate) struct View<'a> {
    pub(crate) pulse: &'a Pulse,
    /// The services that share the queue; its own among them.
    pub(crate) linked: &'a [usize],
    /// How long a visit takes, on average: of this service and of all that share the queue, in seconds.
    pub(crate) service: f64,
    pub(crate) visit: f64,
    /// The wait of the last of this service who was called, and about the mean of the last ten.
    pub(crate) own_waits: Option<(f64, f64)>,
    /// Seconds since midnight.
    pub(crate) time: f64,
    /// The kind of day.
    pub(crate) kind: u32,
    pub(crate) priority: bool,
    pub(crate) group: u32,
    pub(crate) seed: u64,
}

/// Whom an estimate is for: somebody who comes now and falls due after so many seconds, or who waits at that place.
#[derive(Clone, Copy)]
pub(crate) enum Whom {
    Newcomer { due: f64 },
    Waiting { place: usize },
}

/// A counter that has stood idle for longer while people wait does not count as open.
const OPEN_S: f64 = 600.0;

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

    /// The services that open counters take beside that one; itself among them.
    pub(crate) fn linked(&self, service: usize) -> Vec<usize> {
        let beside = |n: usize| {
            n == service
                || self
                    .counters
                    .iter()
                    .any(|place| place.takes.contains(&service) && place.takes.contains(&n))
        };
        (0..self.services.len()).filter(|n| beside(*n)).collect()
    }

    /// What is known at the moment of an estimate for a service; none where nobody waits at that place.
    pub(crate) fn situation(&self, service: usize, whom: Whom, view: &View<'_>) -> Option<Situation> {
        let queue = &self.services.get(service)?.queue;
        let (due, place) = match whom {
            Whom::Newcomer { due } => (due, queue.partition_point(|waiting| waiting.due <= due)),
            Whom::Waiting { place } => (queue.get(place)?.due, place),
        };
        let played = self.scene_behind(service, due, place).map(|scene| {
            let mut waits = paths::play(self, &scene, view.seed);
            waits.sort_unstable_by(f64::total_cmp);
            (quantile(&waits, 0.5), quantile(&waits, 0.9))
        });
        let line = || view.linked.iter().filter_map(|n| Some((*n, self.services.get(*n)?)));
        let before = |(n, other): (usize, &Service)| {
            if n == service { place } else { other.queue.partition_point(|waiting| waiting.due <= due) }
        };
        let ahead = line().map(before).sum::<usize>() as f64;
        let waiting = line().map(|(_, other)| other.queue.len()).sum::<usize>() as f64;
        let head =
            line().flat_map(|(_, other)| &other.queue).map(|waiting| waiting.age).max_by(f64::total_cmp);
        let open = self.counters.iter().filter(|place| place.takes.contains(&service));
        let (mut counters, mut busy, mut busy_for) = (0.0, 0.0, 0.0);
        for place in open {
            match place.doing {
                Doing::Serving { since, .. } | Doing::Calling { since, .. } => {
                    counters += 1.0;
                    busy += 1.0;
                    busy_for += since;
                }
                Doing::Between { since } if since <= OPEN_S => counters += 1.0,
                Doing::Between { .. } => {}
                Doing::Idle => counters += 1.0,
            }
        }
        let View { pulse, time, kind, .. } = *view;
        let leaving = pulse.leaving();
        let speed = f64::max(counters, 1.0) / view.visit.max(1.0);
        let by_queue = (0..=ahead as u32).map(|n| 1.0 / (speed + f64::from(n) * leaving)).sum();
        let turns = ahead + 1.0;
        Some(Situation {
            played,
            by_queue,
            by_rate: pulse.recent_rate(time).map(|rate| turns / rate),
            by_usual: pulse.usual_time(time, turns, kind),
            by_long_rate: pulse.long_rate(time).map(|rate| turns / rate),
            by_today: pulse.usual_time(time, turns / pulse.today(), kind),
            own_waits: view.own_waits,
            since_call: pulse.since_call(time),
            arrivals: pulse.arrivals(time, 600.0),
            pace: 0.0,
            last_wait: pulse.last_wait(),
            head_wait: head,
            mean_of_ten: pulse.mean_of_last(10),
            mean_half_hour: pulse.mean_within(time, 1800.0),
            ahead,
            waiting,
            counters,
            busy: if counters > 0.0 { busy / counters } else { 0.0 },
            busy_for: if busy > 0.0 { busy_for / busy } else { 0.0 },
            service: view.service.max(1.0),
            last_services: pulse.last_visits().unwrap_or(view.visit),
            time,
            leavers: pulse.leavers(time, 600.0),
            priority: view.priority,
            group: view.group,
        })
    }

    /// The part of the hall that decides the wait of whoever is due at `allowance` and has so many before in the queue of
    /// `service`; none where no open counter takes it.
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

/// A quantile of what is sorted.
fn quantile(waits: &[f64; PATHS], share: f64) -> f64 {
    let place = share * (PATHS - 1) as f64;
    let at = |place: f64| waits[(place as usize).min(PATHS - 1)];
    at(place.floor()) * (1.0 - place.fract()) + at(place.floor() + 1.0) * place.fract()
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
