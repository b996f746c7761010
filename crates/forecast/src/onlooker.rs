//! The forecast of somebody who sees people come, be called and go, and is told nothing of the counters.
//!
//! Which counters are open, and what each takes, is guessed from who called whom; everything else, from
//! the hall played forward to the corrections, is what the daemon uses. Times are seconds since the
//! midnight with which the day began, and never run back: what is told of earlier moments is refused.

use std::collections::{BTreeMap, VecDeque};

use jiff::SignedDuration;

use crate::{
    Situation,
    durations::{Durations, Hazard},
    estimator::{Estimator, Manner, Told},
    hall::{Doing, Hall, Place, Recent, Service, View, Waiting, Whom},
    pulse::Pulse,
};

/// A server that has not called anybody for so long while people wait is no longer expected to.
const GONE_S: f64 = 1800.0;

/// How far back arrivals tell how many urgent ones to expect.
const RECENT_S: f64 = 1800.0;

/// A server takes the services that are so much of its work, as a part of what they are of everybody's.
const TAKES: f64 = 0.3;

/// A server that passes over a service more often than that does not take it now.
const PASSED: f64 = 0.2;

/// Of two services that share a queue, who is due first is not passed over more often than that.
const ORDER: f64 = 0.35;

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
    calling: Hazard,
    joining: Joining,
    queue: Vec<Visitor>,
    /// Who is served, by server; those whose server is not known are without.
    served: BTreeMap<u64, Served>,
    arrivals: VecDeque<(f64, usize, f64)>,
    /// What each class is of all work.
    share: Vec<f64>,
    /// How often of two classes who was due first was called first, and how often the other was.
    order: Vec<Vec<(f64, f64)>>,
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
    /// The wait of its last who was called, and about the mean of the last ten.
    last_waits: Option<(f64, f64)>,
    /// The classes that share its queue; itself among them.
    linked: Vec<usize>,
}

#[derive(Debug, Clone)]
struct Server {
    /// Weight of its visits by class.
    work: Vec<f64>,
    /// Weight of its lately called by class, and of those of whom it called somebody who was due later.
    turns: Vec<(f64, f64)>,
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
            calling: Hazard::default(),
            joining: Joining::default(),
            queue: Vec::new(),
            served: BTreeMap::new(),
            arrivals: VecDeque::new(),
            share: Vec::new(),
            order: Vec::new(),
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
        self.estimator.day_ended();
        self.joining.day_began();
        for server in &mut self.servers {
            (server.visitor, server.here, server.free_since) = (None, false, 0.0);
        }
        for class in &mut self.classes {
            class.waited_for = None;
            class.last_waits = None;
            class.pulse.day_began(kind);
        }
        self.link();
    }

    /// Somebody came and has to wait; gives what they are told.
    pub fn joined(&mut self, ticket: u64, class: &str, priority: bool, at: f64) -> Option<Seen> {
        let class = self.class(class);
        self.pass(at);
        let due = at - if priority { self.sight.head_start_s } else { 0.0 };
        let seen = self.estimate(class, due, priority);
        let allowance = if priority { 0.0 } else { self.sight.head_start_s };
        self.arrivals.push_back((at, class, allowance));
        while self.arrivals.front().is_some_and(|(then, ..)| at - then > RECENT_S)
            || self.arrivals.len() > 256
        {
            self.arrivals.pop_front();
        }
        let place = self.queue.partition_point(|other| other.due <= due);
        for n in self.classes[class].linked.clone() {
            self.classes[n].pulse.came(at, 1.0);
        }
        let told = seen.as_ref().map(|seen| seen.told.clone());
        self.queue.insert(place, Visitor { ticket, class, arrived: at, due, told });
        self.queues_changed();
        seen
    }

    /// Somebody was called who had been waiting; with what was told, how long it was.
    pub fn called(&mut self, ticket: u64, server: Option<&str>, at: f64) {
        self.pass(at);
        let Some(place) = self.queue.iter().position(|visitor| visitor.ticket == ticket) else { return };
        let visitor = self.queue.remove(place);
        let server = server.map(|server| self.server(server));
        self.turn(&visitor, server);
        let wait = at - visitor.arrived;
        if let Some(told) = &visitor.told {
            self.estimator.learn(told, wait);
        }
        let own = &mut self.classes[visitor.class];
        own.leaving.add_cut(wait);
        let mean = own.last_waits.map_or(wait, |(_, mean)| mean + (wait - mean) / 5.0);
        own.last_waits = Some((wait, mean));
        let kind = self.kind;
        for n in self.classes[visitor.class].linked.clone() {
            self.classes[n].pulse.called(at, wait, 1.0, kind);
        }
        if let Some(server) = server {
            if self.servers[server].here && self.servers[server].visitor.is_none() {
                self.calling.ended(at - self.servers[server].free_since);
            } else if !self.servers[server].here {
                self.joining.joined(at);
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
            if !self.queue.is_empty() {
                self.joining.waited(self.now, at);
                for n in 0..self.servers.len() {
                    let server = &self.servers[n];
                    if server.here && server.visitor.is_none() && self.wanted(n) {
                        self.calling.looked(self.now - server.free_since, at - server.free_since);
                    }
                }
            }
            self.now = at;
        }
        for server in &mut self.servers {
            if server.here && server.visitor.is_none() && self.now - server.free_since > GONE_S {
                server.here = false;
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
            last_waits: None,
            linked: vec![class],
        });
        for server in &mut self.servers {
            server.work.push(0.0);
            server.turns.push((0.5, 0.0));
        }
        for order in &mut self.order {
            order.push((0.0, 0.0));
        }
        self.order.push(vec![(0.0, 0.0); class + 1]);
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
        let turns = vec![(0.5, 0.0); self.classes.len()];
        self.servers.push(Server { work, turns, visitor: None, free_since: 0.0, here: false });
        if self.servers.len() == 1 {
            self.link();
        }
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
        // Rare services are a small part of everybody's work.
        let (called, passed) = self.servers[server].turns[class];
        work[class] > TAKES * all * self.share[class].min(1.0) && called > PASSED * (called + passed)
    }

    /// Takes note of who was passed over by a call.
    fn turn(&mut self, visitor: &Visitor, server: Option<usize>) {
        let mut first: Vec<Option<f64>> = vec![None; self.classes.len()];
        for other in &self.queue {
            let due = first[other.class].get_or_insert(other.due);
            *due = due.min(other.due);
        }
        let own = visitor.class;
        for (class, due) in first.into_iter().enumerate() {
            let Some(due) = due.filter(|_| class != own) else { continue };
            let passed = due < visitor.due - 5.0;
            let kept = due > visitor.due + 5.0;
            let (low, high) = (class.min(own), class.max(own));
            let order = &mut self.order[high][low];
            *order =
                (order.0 * 0.995 + f64::from(u8::from(kept)), order.1 * 0.995 + f64::from(u8::from(passed)));
            if passed && let Some(server) = server {
                let turns = &mut self.servers[server].turns[class];
                *turns = (turns.0 * 0.9, turns.1 * 0.9 + 1.0);
            }
        }
        if let Some(server) = server {
            let turns = &mut self.servers[server].turns[own];
            *turns = (turns.0 * 0.9 + 1.0, turns.1 * 0.9);
        }
    }

    /// Whether somebody waits whom the server takes.
    fn wanted(&self, server: usize) -> bool {
        self.classes.iter().enumerate().any(|(n, class)| class.waited_for.is_some() && self.takes(server, n))
    }

    /// Which services share a queue.
    fn link(&mut self) {
        let count = self.classes.len();
        let total: Vec<f64> =
            (0..count).map(|class| self.servers.iter().map(|server| server.work[class]).sum()).collect();
        let all: f64 = total.iter().sum();
        self.share = total.iter().map(|work| if all > 0.0 { work / all } else { 0.0 }).collect();
        for a in 0..count {
            let shares = |b: usize| {
                if a == b {
                    return true;
                }
                let (kept, passed) = self.order[a.max(b)][a.min(b)];
                if kept + passed > 10.0 && passed > ORDER * (kept + passed) {
                    return false;
                }
                if self.servers.is_empty() {
                    return false; // as they have names of their own, they have queues of their own
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
        for (waits, class) in waits.iter().zip(&mut self.classes) {
            match (*waits, class.waited_for) {
                (true, None) => class.waited_for = Some(self.now),
                (false, _) => class.waited_for = None,
                (true, Some(_)) => {}
            }
        }
        for n in 0..self.classes.len() {
            let waited =
                self.classes[n].linked.iter().any(|other| waits.get(*other).copied().unwrap_or(false));
            let (now, kind) = (self.now, self.kind);
            self.classes[n].pulse.waited_for(waited, now, kind);
        }
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
                None => Doing::Between { since: (now - server.free_since).max(0.0) },
            };
            counters.push(Place { takes, doing });
        }
        Hall {
            handover: self.calling.law(60.0),
            reaction: Durations::default().law(SignedDuration::from_secs(10)),
            absence: Durations::default().law(SignedDuration::from_secs(90)),
            services: services.collect(),
            counters,
            // Where nobody is known by name, nobody can be expected.
            joining: if self.servers.is_empty() { 0.0 } else { self.joining.rate(now) },
            arrivals: self
                .arrivals
                .iter()
                .map(|(_, service, allowance)| Recent { service: *service, allowance: *allowance })
                .collect(),
            window: RECENT_S,
        }
    }

    fn mean_visit(&self) -> f64 {
        let (sum, weight) = self
            .classes
            .iter()
            .fold((0.0, 0.0), |(sum, all), class| (sum + class.mean.0 * class.mean.1, all + class.mean.1));
        if weight > 0.0 { sum / weight } else { SERVICE_S as f64 }
    }

    fn estimate(&mut self, class: usize, due: f64, priority: bool) -> Option<Seen> {
        self.estimates = self.estimates.wrapping_add(1);
        let now = self.now;
        let hall = self.hall();
        let own = &self.classes[class];
        let visit = own.linked.iter().fold((0.0, 0.0), |(sum, all), n| {
            let (mean, weight) = self.classes[*n].mean;
            (sum + mean * weight, all + weight)
        });
        let view = View {
            pulse: &own.pulse,
            linked: &own.linked,
            service: own.mean.0,
            visit: visit.0 / visit.1.max(1e-9),
            own_waits: own.last_waits,
            time: now,
            kind: self.kind,
            priority,
            group: class as u32,
            seed: self.estimates << 8,
        };
        let situation = hall.situation(class, Whom::Newcomer { due: due - now }, &view)?;
        let pool = own.linked.first().copied().unwrap_or(class) as u32;
        let told = self.estimator.tell(&situation, pool);
        Some(Seen { told, situation })
    }
}

/// How often somebody calls who was not at work before, by the half hour.
#[derive(Debug, Clone)]
struct Joining {
    joined: Vec<f64>,
    waited: Vec<f64>,
}

impl Default for Joining {
    fn default() -> Self {
        Self { joined: vec![0.0; 56], waited: vec![0.0; 56] }
    }
}

impl Joining {
    fn day_began(&mut self) {
        for figure in self.joined.iter_mut().chain(&mut self.waited) {
            *figure *= 0.9;
        }
    }

    fn slot(at: f64) -> usize {
        ((at / 1800.0) as usize).min(55)
    }

    fn joined(&mut self, at: f64) {
        self.joined[Self::slot(at)] += 1.0;
    }

    fn waited(&mut self, from: f64, to: f64) {
        self.waited[Self::slot(from)] += to - from;
    }

    /// Per second while people wait.
    fn rate(&self, at: f64) -> f64 {
        let (joined, waited) = (self.joined.iter().sum::<f64>(), self.waited.iter().sum::<f64>());
        let all = (joined + 1.0) / (waited + 1800.0);
        let slot = Self::slot(at);
        (self.joined[slot] + 1800.0 * all) / (self.waited[slot] + 1800.0)
    }
}

fn seconds(x: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(x).unwrap_or(SignedDuration::from_secs(SERVICE_S))
}
