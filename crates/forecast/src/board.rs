//! The forecast of somebody who reads the number boards of offices every few minutes: how many wait, which
//! number was called last, and how many counters are open.
//!
//! Nobody who is served is seen, so nothing can be played forward; rates, formulas and what became of the
//! estimates before remain. Times are seconds since the midnight with which the day began.

use std::collections::{BTreeMap, VecDeque};

use crate::{
    Situation,
    estimator::{Estimator, Manner, Told},
    number::ln,
    pulse::Pulse,
};

/// How many readings back the arrival of a number is looked for.
const CURVE: usize = 96;

/// How many estimates of one service are waiting for their outcome at most.
const PENDING: usize = 512;

/// What a board says of one service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// When.
    pub at: f64,
    /// How many wait.
    pub waiting: u32,
    /// The number called last, where one is shown.
    pub called: Option<u32>,
    /// Counters open for the service.
    pub counters: u32,
    /// How long one takes, as the office says, in seconds.
    pub service_s: f64,
}

/// What the readings have taught of all services of some offices.
#[derive(Debug, Clone)]
pub struct Boards {
    services: BTreeMap<(String, String), Queue>,
    estimator: Estimator,
    kind: u32,
}

#[derive(Debug, Clone)]
struct Queue {
    group: u32,
    pulse: Pulse,
    /// Numbers issued, as the readings showed it.
    issued: VecDeque<(f64, f64)>,
    last: Option<(f64, u32)>,
    pending: VecDeque<Pending>,
    /// Somebody waited at the reading before.
    waited: bool,
}

#[derive(Debug, Clone)]
struct Pending {
    number: u32,
    at: f64,
    row: u64,
    told: Told,
}

/// What became of an estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// The row with which it was asked for.
    pub row: u64,
    /// How long it was.
    pub waited_s: f64,
}

impl Boards {
    /// One who has seen nothing yet.
    pub fn new(manner: Manner) -> Self {
        Self { services: BTreeMap::new(), estimator: Estimator::new(manner), kind: 0 }
    }

    /// A new day of that kind; whoever waited is gone.
    pub fn day_began(&mut self, kind: u32) {
        self.kind = kind;
        self.estimator.day_ended();
        for queue in self.services.values_mut() {
            queue.pulse.day_began(kind);
            queue.issued.clear();
            queue.pending.clear();
            queue.last = None;
            queue.waited = false;
        }
    }

    /// How much slower than usual an office's queues were lately, in logarithms.
    fn pace(&self, office: &str) -> f64 {
        let own = self
            .services
            .range((office.to_owned(), String::new())..)
            .take_while(|((other, _), _)| other == office);
        let (called, usual) = own.fold((0.0, 0.0), |(called, usual), (_, queue)| {
            let (own, expected) = queue.pulse.today_counts();
            (called + own, usual + expected)
        });
        ln((usual + 10.0) / (called + 10.0))
    }

    /// Takes in a reading. Gives what became of earlier estimates, and what the last in the queue is told.
    pub fn read(
        &mut self,
        office: &str,
        service: &str,
        row: u64,
        reading: Reading,
    ) -> (Vec<Outcome>, Option<(Told, Situation)>) {
        let pace = self.pace(office);
        let groups = self.services.len() as u32;
        let key = (office.to_owned(), service.to_owned());
        let queue = self.services.entry(key).or_insert_with(|| Queue {
            group: groups,
            pulse: Pulse::default(),
            issued: VecDeque::new(),
            last: None,
            pending: VecDeque::new(),
            waited: false,
        });
        let mut outcomes = Vec::new();
        let kind = self.kind;
        let Reading { at, waiting, called, counters, service_s } = reading;
        if let Some(number) = called {
            let issued = f64::from(number) + f64::from(waiting);
            let known = queue.issued.back().map_or(0.0, |(_, issued)| *issued);
            if issued > known || queue.issued.is_empty() {
                if !queue.issued.is_empty() {
                    queue.pulse.came(at, issued - known);
                }
                queue.issued.push_back((at, issued));
                if queue.issued.len() > CURVE {
                    queue.issued.pop_front();
                }
            }
            if let Some((then, before)) = queue.last
                && number > before
                && at > then
            {
                let when = |n: u32| then + f64::from(n - before) / f64::from(number - before) * (at - then);
                while let Some(pending) = queue.pending.front()
                    && pending.number <= number
                {
                    if pending.number > before {
                        let waited_s = when(pending.number) - pending.at;
                        self.estimator.learn(&pending.told, waited_s);
                        outcomes.push(Outcome { row: pending.row, waited_s });
                    }
                    queue.pending.pop_front();
                }
                let wait = queue.arrival(number).map_or(0.0, |arrived| (at - arrived).max(0.0));
                // Who came and was called between two readings of an empty queue says nothing of its speed.
                if queue.waited {
                    queue.pulse.called(at, wait, f64::from(number - before), kind);
                }
            }
            if queue.last.is_none_or(|(_, before)| number >= before) {
                queue.last = Some((at, number));
            }
        }
        queue.pulse.waited_for(waiting > 0, at, kind);
        queue.waited = waiting > 0;
        let told = called.filter(|_| waiting > 0).map(|number| {
            let situation = queue.situation(kind, number, reading, service_s, f64::from(counters), pace);
            let told = self.estimator.tell(&situation, 0);
            if queue.pending.len() >= PENDING {
                queue.pending.pop_front();
            }
            let pending = Pending { number: number + waiting, at, row, told: told.clone() };
            let place = queue.pending.partition_point(|other| other.number <= pending.number);
            queue.pending.insert(place, pending);
            (told, situation)
        });
        (outcomes, told)
    }
}

impl Queue {
    /// When that number was issued, as far as the readings tell.
    fn arrival(&self, number: u32) -> Option<f64> {
        let number = f64::from(number);
        let next = self.issued.partition_point(|(_, issued)| *issued < number);
        let (to, above) = *self.issued.get(next)?;
        let Some((from, below)) = next.checked_sub(1).and_then(|n| self.issued.get(n)).copied() else {
            return Some(to);
        };
        Some(from + (number - below) / (above - below) * (to - from))
    }

    fn situation(
        &self,
        kind: u32,
        number: u32,
        reading: Reading,
        service_s: f64,
        counters: f64,
        pace: f64,
    ) -> Situation {
        let now = reading.at;
        let count = f64::from(reading.waiting);
        let pulse = &self.pulse;
        let service = if service_s > 0.0 { service_s } else { 600.0 };
        Situation {
            played: None,
            by_queue: count * service / counters.max(1.0),
            by_rate: pulse.recent_rate(now).map(|rate| count / rate),
            by_usual: pulse.usual_time(now, count, kind),
            by_long_rate: pulse.long_rate(now).map(|rate| count / rate),
            by_today: pulse.usual_time(now, count / pulse.today(), kind),
            own_waits: None,
            since_call: pulse.since_call(now),
            arrivals: pulse.arrivals(now, 1200.0),
            pace,
            last_wait: pulse.last_wait(),
            head_wait: self.arrival(number + 1).map(|arrived| (now - arrived).max(0.0)),
            mean_of_ten: pulse.mean_of_last(10),
            mean_half_hour: pulse.mean_within(now, 1800.0),
            ahead: count - 1.0,
            waiting: count,
            counters,
            busy: 1.0,
            busy_for: 0.0,
            service,
            last_services: service,
            time: now,
            leavers: 0.0,
            priority: false,
            group: self.group,
        }
    }
}
