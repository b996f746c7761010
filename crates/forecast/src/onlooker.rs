//! The forecast of somebody who sees people come, be called and go, and is told nothing of the counters.
//!
//! Which counters are open, and what each takes, is guessed from who called whom; everything else, from
//! the hall played forward to the corrections, is what the daemon uses. Times are seconds since the
//! midnight with which the day began, and never run back: what is told of earlier moments is refused.

use std::collections::{BTreeMap, VecDeque};

use jiff::SignedDuration;

use crate::{
    Situation,
    durations::Durations,
    estimator::{Estimator, Manner, Told},
    hall::{Doing, Hall, Place, Recent, Service, Waiting},
    paths,
    pulse::Pulse,
};

/// A server that has not called anybody for so long while people wait is no longer expected to.
const GONE_S: f64 = 1800.0;

/// A counter that did something within that time counts as open.
const OPEN_S: f64 = 600.0;

/// How far back arrivals tell how many urgent ones to expect.
const RECENT_S: f64 = 1800.0;

/// A server takes the services that make up so much of its work.
const TAKES: f64 = 0.05;

/// Services share a queue where so much of their work is done by the same servers in the same parts.
const SHARED: f64 = 0.3;

/// How long a service takes before anything is known.
const SERVICE_S: i64 = 300;

/// How an onlooker looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sight {
    /// How much earlier a visitor with priority falls due than others, in seconds.
    pub head_start_s: f64,
    /// How estimates are learned.
    pub manner: Manner,
}

/// What somebody has learned who looks on.
#[derive(Debug, Clone)]
pub struct Onlooker {
    sight: Sight,
    classes: Vec<Class>,
    class_of: BTreeMap<String, usize>,
    servers: Vec<Server>,
    server_of: BTreeMap<String, usize>,
    all_visits: Durations,
    handover: Durations,
    queue: Vec<Visitor>,
    /// Who is served, by server; those whose server is not known are without.
    served: BTreeMap<u64, Served>,
    arrivals: VecDeque<(f64, usize, f64)>,
    estimator: Estimator,
    now: f64,
    kind: u32,
    estimates: u64,
}

#[derive(Debug, Clone)]
struct Class {
    visits: Durations,
    leaving: Durations,
    pulse: Pulse,
    /// Mean and weight of what a visit takes.
    mean: (f64, f64),
    /// Since when somebody of this class has been waiting.
    waited_for: Option<f64>,
    /// The classes that share its queue; itself among them.
    linked: Vec<usize>,
}

#[derive(Debug, Clone)]
struct Server {
    /// Weight of its visits by class.
    work: Vec<f64>,
    visitor: Option<u64>,
    free_since: f64,
    /// Has been at work today and is still expected to be.
    here: bool,
}

#[derive(Debug, Clone)]
struct Visitor {
    ticket: u64,
    class: usize,
    arrived: f64,
    due: f64,
    told: Option<Told>,
}

#[derive(Debug, Clone, Copy)]
struct Served {
    class: usize,
    server: Option<usize>,
    since: f64,
}

/// What is told to somebody, and what others would have said.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// What was told.
    pub told: Told,
    /// From what it was.
    pub situation: Situation,
}

impl Onlooker {
    /// One who has seen nothing yet.
    pub fn new(sight: Sight) -> Self {
        Self {
            sight,
            classes: Vec::new(),
            class_of: BTreeMap::new(),
            servers: Vec::new(),
            server_of: BTreeMap::new(),
            all_visits: Durations::default(),
            handover: Durations::default(),
            queue: Vec::new(),
            served: BTreeMap::new(),
            arrivals: VecDeque::new(),
            estimator: Estimator::new(sight.manner),
            now: 0.0,
            kind: 0,
            estimates: 0,
        }
    }

    /// A new day of that kind; whoever waited or was served is gone.
    pub fn day_began(&mut self, kind: u32) {
        self.queue.clear();
        self.served.clear();
        self.arrivals.clear();
        self.now = 0.0;
        self.kind = kind;
        for server in &mut self.servers {
            (server.visitor, server.here, server.free_since) = (None, false, 0.0);
        }
        for class in &mut self.classes {
            class.waited_for = None;
            class.pulse.day_began(kind);
        }
        self.link();
    }

    /// Somebody came and has to wait; gives what they are told.
    pub fn joined(&mut self, ticket: u64, class: &str, priority: bool, at: f64) -> Seen {
        let class = self.class(class);
        self.pass(at);
        let due = at - if priority { self.sight.head_start_s } else { 0.0 };
        let seen = self.estimate(class, due, priority);
        let allowance = if priority { 0.0 } else { self.sight.head_start_s };
        self.arrivals.push_back((at, class, allowance));
        while self.arrivals.front().is_some_and(|(then, ..)| at - then > RECENT_S) || self.arrivals.len() > 256 {
            self.arrivals.pop_front();
        }
        let place = self.queue.partition_point(|other| other.due <= due);
        let told = Some(seen.told.clone());
        self.queue.insert(place, Visitor { ticket, class, arrived: at, due, told });
        self.queues_changed();
        seen
    }

    /// Somebody was called who had been waiting; with what was told, how long it was.
    pub fn called(&mut self, ticket: u64, server: Option<&str>, at: f64) {
        self.pass(at);
        let Some(place) = self.queue.iter().position(|visitor| visitor.ticket == ticket) else { return };
        let visitor = self.queue.remove(place);
        let wait = at - visitor.arrived;
        if let Some(told) = &visitor.told {
            self.estimator.learn(told, wait);
        }
        self.classes[visitor.class].leaving.add_cut(wait);
        let kind = self.kind;
        for n in self.classes[visitor.class].linked.clone() {
            self.classes[n].pulse.called(at, wait, 1.0, kind);
        }
        let server = server.map(|server| self.server(server));
        if let Some(server) = server {
            if self.servers[server].here && self.servers[server].visitor.is_none() {
                let since = self.free_since(server).unwrap_or(at).max(self.servers[server].free_since);
                self.handover.add_seconds(at - since);
            }
        }
        self.serve(ticket, visitor.class, server, at);
        self.queues_changed();
    }

    /// Somebody came and was called at once.
    pub fn called_at_once(&mut self, ticket: u64, class: &str, server: Option<&str>, at: f64) {
        let class = self.class(class);
        self.pass(at);
        let server = server.map(|server| self.server(server));
        self.serve(ticket, class, server, at);
    }

    /// A visit ended.
    pub fn ended(&mut self, ticket: u64, at: f64) {
        self.pass(at);
        let Some(served) = self.served.remove(&ticket) else { return };
        let took = at - served.since;
        if let Some(server) = served.server.and_then(|server| self.servers.get_mut(server))
            && server.visitor == Some(ticket)
        {
            server.visitor = None;
            server.free_since = at;
        }
        self.all_visits.add_seconds(took);
        for n in self.classes[served.class].linked.clone() {
            self.classes[n].pulse.visit_took(took);
        }
        let class = &mut self.classes[served.class];
        class.visits.add_seconds(took);
        if took < 4.0 * 3600.0 {
            let (mean, weight) = class.mean;
            let weight = weight * 0.999 + 1.0;
            class.mean = (mean + (took - mean) / weight, weight);
        }
    }

    /// Somebody left who had been waiting.
    pub fn left(&mut self, ticket: u64, at: f64) {
        self.pass(at);
        let Some(place) = self.queue.iter().position(|visitor| visitor.ticket == ticket) else { return };
        let visitor = self.queue.remove(place);
        let wait = at - visitor.arrived;
        self.classes[visitor.class].leaving.add_seconds(wait);
        for n in self.classes[visitor.class].linked.clone() {
            self.classes[n].pulse.left(at, wait);
        }
        self.queues_changed();
    }

    fn pass(&mut self, at: f64) {
        if at > self.now {
            self.now = at;
        }
        // Who has not called for long while people wait is not expected back.
        for n in 0..self.servers.len() {
            let server = &self.servers[n];
            if server.here && server.visitor.is_none() && self.now - server.free_since > GONE_S {
                if let Some(since) = self.free_since(n) {
                    self.handover.add_cut((self.now - since).max(0.0));
                }
                self.servers[n].here = false;
            }
        }
    }

    fn class(&mut self, name: &str) -> usize {
        if let Some(class) = self.class_of.get(name) {
            return *class;
        }
        let class = self.classes.len();
        self.class_of.insert(name.to_owned(), class);
        self.classes.push(Class {
            visits: Durations::default(),
            leaving: Durations::default(),
            pulse: Pulse::default(),
            mean: (SERVICE_S as f64, 3.0),
            waited_for: None,
            linked: vec![class],
        });
        for server in &mut self.servers {
            server.work.push(0.0);
        }
        self.link();
        class
    }

    fn server(&mut self, name: &str) -> usize {
        if let Some(server) = self.server_of.get(name) {
            return *server;
        }
        let server = self.servers.len();
        self.server_of.insert(name.to_owned(), server);
        let work = vec![0.0; self.classes.len()];
        self.servers.push(Server { work, visitor: None, free_since: 0.0, here: false });
        server
    }

    fn serve(&mut self, ticket: u64, class: usize, server: Option<usize>, at: f64) {
        if let Some(n) = server {
            let server = &mut self.servers[n];
            for work in &mut server.work {
                *work *= 0.995;
            }
            server.work[class] += 1.0;
            server.here = true;
            if let Some(before) = server.visitor.replace(ticket) {
                // The end of the visit before was not recorded.
                self.served.remove(&before);
            }
        }
        self.served.insert(ticket, Served { class, server, since: at });
    }

    fn takes(&self, server: usize, class: usize) -> bool {
        let work = &self.servers[server].work;
        let all: f64 = work.iter().sum();
        work[class] > TAKES * all
    }

    /// Since when a free server could have called somebody, as far as is known.
    fn free_since(&self, server: usize) -> Option<f64> {
        let waited = |(n, class): (usize, &Class)| class.waited_for.filter(|_| self.takes(server, n));
        let waited = self.classes.iter().enumerate().filter_map(waited).min_by(f64::total_cmp)?;
        Some(waited.max(self.servers[server].free_since))
    }

    /// Which services share a queue.
    fn link(&mut self) {
        let count = self.classes.len();
        let total: Vec<f64> =
            (0..count).map(|class| self.servers.iter().map(|server| server.work[class]).sum()).collect();
        for a in 0..count {
            let shares = |b: usize| {
                if a == b {
                    return true;
                }
                if total[a] < 5.0 || total[b] < 5.0 {
                    return true; // nothing says that they do not
                }
                let part = |class: usize, server: &Server| server.work[class] / total[class];
                let both: f64 = self.servers.iter().map(|server| part(a, server).min(part(b, server))).sum();
                both > SHARED
            };
            self.classes[a].linked = (0..count).filter(|b| shares(*b)).collect();
        }
    }

    /// Takes note of which queues people wait in.
    fn queues_changed(&mut self) {
        let mut waits = vec![false; self.classes.len()];
        for visitor in &self.queue {
            waits[visitor.class] = true;
        }
        let emptied = waits.iter().zip(&self.classes).any(|(waits, class)| !waits && class.waited_for.is_some());
        if emptied {
            // Servers that stood free while somebody waited: how long they would have gone on so is not known.
            let before: Vec<_> = (0..self.servers.len()).map(|n| self.idle_since(n)).collect();
            for (waits, class) in waits.iter().zip(&mut self.classes) {
                if !waits {
                    class.waited_for = None;
                }
            }
            for (n, before) in before.into_iter().enumerate() {
                if let Some(since) = before
                    && self.free_since(n).is_none()
                {
                    self.handover.add_cut((self.now - since).max(0.0));
                }
            }
        }
        for (waits, class) in waits.iter().zip(&mut self.classes) {
            if *waits && class.waited_for.is_none() {
                class.waited_for = Some(self.now);
            }
        }
        for n in 0..self.classes.len() {
            let waited = self.classes[n].linked.iter().any(|other| waits.get(*other).copied().unwrap_or(false));
            let (now, kind) = (self.now, self.kind);
            self.classes[n].pulse.waited_for(waited, now, kind);
        }
    }

    fn idle_since(&self, server: usize) -> Option<f64> {
        let idle = self.servers[server].here && self.servers[server].visitor.is_none();
        if idle { self.free_since(server) } else { None }
    }

    fn hall(&self) -> Hall {
        let now = self.now;
        let mean = self.mean_visit();
        let services = self.classes.iter().enumerate().map(|(n, class)| Service {
            visits: class.visits.law(seconds(mean)),
            missing: 0.0,
            leaving: class.leaving.rare(),
            queue: self
                .queue
                .iter()
                .filter(|visitor| visitor.class == n)
                .map(|visitor| Waiting { due: visitor.due - now, age: now - visitor.arrived })
                .collect(),
        });
        let mut counters = Vec::new();
        for (n, server) in self.servers.iter().enumerate().filter(|(_, server)| server.here) {
            let takes: Vec<usize> = (0..self.classes.len()).filter(|class| self.takes(n, *class)).collect();
            let doing = match server.visitor.and_then(|ticket| self.served.get(&ticket)) {
                Some(served) => Doing::Serving { service: Some(served.class), since: now - served.since },
                None => Doing::Between { since: self.free_since(n).map_or(0.0, |since| (now - since).max(0.0)) },
            };
            counters.push(Place { takes, doing });
        }
        Hall {
            handover: self.handover.law(SignedDuration::from_secs(20)),
            reaction: Durations::default().law(SignedDuration::from_secs(10)),
            absence: Durations::default().law(SignedDuration::from_secs(90)),
            services: services.collect(),
            counters,
            arrivals: self
                .arrivals
                .iter()
                .map(|(_, service, allowance)| Recent { service: *service, allowance: *allowance })
                .collect(),
            window: RECENT_S,
        }
    }

    fn mean_visit(&self) -> f64 {
        let (sum, weight) =
            self.classes.iter().fold((0.0, 0.0), |(sum, all), class| (sum + class.mean.0 * class.mean.1, all + class.mean.1));
        if weight > 0.0 { sum / weight } else { SERVICE_S as f64 }
    }

    fn estimate(&mut self, class: usize, due: f64, priority: bool) -> Seen {
        self.estimates = self.estimates.wrapping_add(1);
        let now = self.now;
        let hall = self.hall();
        let allowance = due - now;
        let played = hall.scene(class, allowance).map(|scene| {
            let mut waits = paths::play(&hall, &scene, self.estimates << 8);
            waits.sort_unstable_by(f64::total_cmp);
            let at = |share: f64| waits[(share * (waits.len() - 1) as f64) as usize];
            (at(0.5), at(0.9))
        });
        let own = &self.classes[class];
        let linked = |other: &usize| own.linked.contains(other);
        let line = self.queue.iter().filter(|visitor| linked(&visitor.class));
        let ahead = line.clone().filter(|visitor| visitor.due <= due).count() as f64;
        let head = line.clone().map(|visitor| now - visitor.arrived).max_by(f64::total_cmp);
        let open: Vec<&Server> = self
            .servers
            .iter()
            .enumerate()
            .filter(|(n, server)| {
                let recent = server.visitor.is_some() || now - server.free_since <= OPEN_S;
                server.here && recent && self.takes(*n, class)
            })
            .map(|(_, server)| server)
            .collect();
        let busy: Vec<f64> = open
            .iter()
            .filter_map(|server| server.visitor.and_then(|ticket| self.served.get(&ticket)))
            .map(|served| now - served.since)
            .collect();
        let counters = open.len() as f64;
        let service = own.mean.0.max(1.0);
        let mean = own.linked.iter().fold((0.0, 0.0), |(sum, all), n| {
            let (mean, weight) = self.classes[*n].mean;
            (sum + mean * weight, all + weight)
        });
        let mean = (mean.0 / mean.1.max(1e-9)).max(1.0);
        let pulse = &own.pulse;
        let leaving = pulse.leaving();
        let speed = counters.max(1.0) / mean;
        let by_queue = (0..=ahead as u32).map(|n| 1.0 / (speed + f64::from(n) * leaving)).sum();
        let situation = Situation {
            played,
            by_queue,
            by_rate: pulse.recent_rate(now).map(|rate| (ahead + 1.0) / rate),
            by_usual: pulse.usual_time(now, ahead + 1.0, self.kind),
            last_wait: pulse.last_wait(),
            head_wait: head,
            mean_of_ten: pulse.mean_of_last(10),
            mean_half_hour: pulse.mean_within(now, 1800.0),
            ahead,
            waiting: line.count() as f64,
            counters,
            busy: if counters > 0.0 { busy.len() as f64 / counters } else { 0.0 },
            busy_for: if busy.is_empty() { 0.0 } else { busy.iter().sum::<f64>() / busy.len() as f64 },
            service,
            last_services: own.pulse.last_visits().unwrap_or(mean),
            time: now,
            leavers: pulse.leavers(now, 600.0),
            priority,
            group: class as u32,
        };
        let pool = own.linked.first().copied().unwrap_or(class) as u32;
        let bucket = match counters {
            n if n < 2.0 => 0,
            n if n < 4.0 => 1,
            n if n < 8.0 => 2,
            n if n < 16.0 => 3,
            _ => 4,
        };
        let told = self.estimator.tell(&situation, pool * 8 + bucket);
        Seen { told, situation }
    }
}

fn seconds(x: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(x).unwrap_or(SignedDuration::from_secs(SERVICE_S))
}
