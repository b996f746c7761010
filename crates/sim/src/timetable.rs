//! Who does what and when in a replay: fixed before it begins, whoever the daemon will call.
//!
//! Services that share their officers make one queue; each counter belongs to one queue. In time order,
//! and at the same second in this order: people arrive, services end, counters call, people give up.
//! Whenever the record says that somebody of a queue was called, a counter of that queue calls; whom,
//! the daemon decides. The one who is called is served for as long as the one in the record was, or
//! does not come where that one did not.
//!
//! Every visit of the record has a turn: the moment at which it is called or gives up. Where the daemon
//! calls somebody else than the record, the two exchange their turns: whoever was passed over waits for
//! the other's call, or gives up when the other would have.
//!
//! **The counts of the replay equal the record's, whoever is called**, and so does the length of each queue at every
//! moment: those who wait in a queue of the replay have between them exactly the turns of those who wait
//! in the record. So each call finds somebody, as many calls are answered and as many in vain, and as
//! many give up. Since the queues are as long, people wait as long in sum; only how that is shared out
//! among them is the daemon's doing.

use std::collections::BTreeMap;

use crate::record::{DaySecond, Outcome, Record, Visit};

/// The whole of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timetable {
    /// The services, in the order of their names.
    pub services: Vec<Service>,
    /// The counters, in the order in which they open for the first time; at least one of each queue.
    pub counters: Vec<Counter>,
    /// By visit of the record: the service.
    pub service_of: Vec<usize>,
    /// What is done, in order.
    pub steps: Vec<Step>,
}

/// A service of the branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The record's own name of it.
    pub class: String,
    /// The queue that it belongs to.
    pub queue: String,
}

/// A counter of the branch. Its number on the sign is its place in the list, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// The queue that it calls from: all services of it.
    pub queue: String,
}

/// Something to do at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: DaySecond,
    /// What.
    pub action: Action,
}

/// Something to do. Counters and visits are named by their place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A counter opens.
    Open {
        /// Which.
        counter: usize,
    },
    /// Somebody takes a number.
    Arrive {
        /// Who.
        visit: usize,
    },
    /// A counter calls whoever is next.
    Call {
        /// Which.
        counter: usize,
        /// Whose turn it is in the record.
        turn: usize,
        /// Whether the person who is called comes at once, or not at all.
        comes: bool,
    },
    /// The service at a counter ends.
    Finish {
        /// Which.
        counter: usize,
    },
    /// The one whom a counter called did not come.
    Miss {
        /// Which.
        counter: usize,
    },
    /// Somebody gives up.
    Leave {
        /// Whose turn it is in the record.
        turn: usize,
    },
    /// A counter closes for the day.
    Close {
        /// Which.
        counter: usize,
    },
}

impl Timetable {
    /// The timetable of a record.
    pub fn of(record: &Record) -> Self {
        let services = services_of(record);
        let service_of: Vec<usize> = record
            .visits
            .iter()
            .map(|visit| services.partition_point(|service| service.class < visit.class))
            .collect();
        let mut floor = Floor { limits: limits_of(record, &services), desks: Vec::new(), steps: Vec::new() };

        let mut agenda = Agenda::default();
        for (visit, Visit { arrival, outcome, .. }) in record.visits.iter().enumerate() {
            agenda.add(*arrival, Phase::Arrive, visit);
            match outcome {
                Outcome::Served { start: at, .. } | Outcome::Missed { called: at } => {
                    agenda.add(*at, Phase::Call, visit);
                }
                Outcome::Abandoned { left } => agenda.add(*left, Phase::Leave, visit),
            }
        }
        while let Some((at, phase, index)) = agenda.next() {
            match phase {
                Phase::Arrive => floor.note(at, Action::Arrive { visit: index }),
                Phase::Leave => floor.note(at, Action::Leave { turn: index }),
                Phase::Finish => floor.finish(at, index),
                Phase::Call => {
                    let queue = &services[service_of[index]].queue;
                    match &record.visits[index].outcome {
                        Outcome::Served { end, server, .. } => {
                            let desk = floor.call(at, index, queue, server.as_deref(), true);
                            match end {
                                Some(end) if *end > at => agenda.add(*end, Phase::Finish, desk),
                                Some(_) => floor.finish(at, desk),
                                None => floor.desks[desk].busy = Busy::UntilNext { since: floor.steps.len() },
                            }
                        }
                        Outcome::Missed { .. } => {
                            let desk = floor.call(at, index, queue, None, false);
                            floor.miss(at, desk);
                        }
                        Outcome::Abandoned { .. } => {}
                    }
                }
            }
        }
        floor.end();
        let mut counters: Vec<Counter> =
            floor.desks.iter().map(|desk| Counter { queue: desk.queue.clone() }).collect();
        let steps = with_closing(floor.steps, counters.len());
        // A queue in which everybody gave up has a counter all the same; it only never opens.
        for service in &services {
            if !counters.iter().any(|counter| counter.queue == service.queue) {
                counters.push(Counter { queue: service.queue.clone() });
            }
        }
        Self { counters, steps, services, service_of }
    }

    /// When it begins.
    pub fn first(&self) -> DaySecond {
        self.steps.first().map_or_else(DaySecond::default, |step| step.at)
    }

    /// When it ends.
    pub fn last(&self) -> DaySecond {
        self.steps.last().map_or_else(DaySecond::default, |step| step.at)
    }
}

/// The services that people came for. Those without a queue of a name share one where the record names
/// officers, who go from one to the other, and stand each for itself where it does not.
fn services_of(record: &Record) -> Vec<Service> {
    let officers =
        record.visits.iter().any(|visit| matches!(&visit.outcome, Outcome::Served { server: Some(_), .. }));
    let classes: std::collections::BTreeSet<&str> =
        record.visits.iter().map(|visit| visit.class.as_str()).collect();
    let queue = |class: &str| {
        let named = record.services.get(class).and_then(|facts| facts.queue.clone());
        named.unwrap_or_else(|| if officers { String::new() } else { class.into() })
    };
    classes.into_iter().map(|class| Service { class: class.into(), queue: queue(class) }).collect()
}

/// How many counters a queue has where ends were not recorded, so that it can't be seen who was busy.
fn limits_of(record: &Record, services: &[Service]) -> BTreeMap<String, u32> {
    let mut limits = BTreeMap::new();
    for service in services {
        let open = record.services.get(&service.class).and_then(|facts| facts.open_counters);
        *limits.entry(service.queue.clone()).or_default() += open.unwrap_or(1).max(1);
    }
    limits
}

/// What happens at the same second happens in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Arrive,
    Finish,
    Call,
    Leave,
}

/// What is still to come, in order.
#[derive(Default)]
struct Agenda(std::collections::BTreeSet<(DaySecond, Phase, usize)>);

impl Agenda {
    fn add(&mut self, at: DaySecond, phase: Phase, index: usize) {
        self.0.insert((at, phase, index));
    }

    fn next(&mut self) -> Option<(DaySecond, Phase, usize)> {
        self.0.pop_first()
    }
}

/// The counters as they fill and empty.
struct Floor {
    limits: BTreeMap<String, u32>,
    desks: Vec<DeskState>,
    steps: Vec<Step>,
}

struct DeskState {
    queue: String,
    /// Whose counter it is.
    server: Option<String>,
    busy: Busy,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Busy {
    Free,
    /// The end is on the agenda.
    Until,
    /// The end was not recorded: it is when the counter calls again.
    UntilNext {
        since: usize,
    },
}

impl Floor {
    fn note(&mut self, at: DaySecond, action: Action) {
        self.steps.push(Step { at, action });
    }

    fn finish(&mut self, at: DaySecond, counter: usize) {
        self.desks[counter].busy = Busy::Free;
        self.note(at, Action::Finish { counter });
    }

    fn miss(&mut self, at: DaySecond, counter: usize) {
        self.desks[counter].busy = Busy::Free;
        self.note(at, Action::Miss { counter });
    }

    /// Lets a counter call: the officer's own if it is known and free, else any that is free, else the one
    /// that called longest ago of those that may be done, else one more.
    ///
    /// The record's own clock lets one officer begin before the last visitor is done, now and then; the
    /// next free counter stands in.
    fn call(&mut self, at: DaySecond, turn: usize, queue: &str, server: Option<&str>, comes: bool) -> usize {
        let of_queue = || self.desks.iter().enumerate().filter(|(_, desk)| desk.queue == queue);
        let free = |desk: &DeskState| desk.busy == Busy::Free;
        let own =
            server.and_then(|server| of_queue().find(|(_, desk)| desk.server.as_deref() == Some(server)));
        let counter = match (server, own) {
            (_, Some((own, desk))) if free(desk) => own,
            // An officer who was not seen yet comes to a counter of their own.
            (Some(_), None) => self.open(at, queue, server),
            _ => {
                let any = of_queue().find(|(_, desk)| free(desk)).map(|(any, _)| any);
                let open = u32::try_from(of_queue().count()).unwrap_or(u32::MAX);
                let limit = self.limits.get(queue).copied().unwrap_or(1);
                let done = of_queue()
                    .filter_map(|(done, desk)| match desk.busy {
                        Busy::UntilNext { since } => Some((since, done)),
                        Busy::Free | Busy::Until => None,
                    })
                    .min();
                match (any, done) {
                    (Some(any), _) => any,
                    (None, Some((_, done))) if open >= limit => {
                        self.finish(at, done);
                        done
                    }
                    (None, _) => self.open(at, queue, None),
                }
            }
        };
        self.desks[counter].busy = Busy::Until;
        self.note(at, Action::Call { counter, turn, comes });
        counter
    }

    fn open(&mut self, at: DaySecond, queue: &str, server: Option<&str>) -> usize {
        let counter = self.desks.len();
        self.desks.push(DeskState { queue: queue.into(), server: server.map(Into::into), busy: Busy::Free });
        self.note(at, Action::Open { counter });
        counter
    }

    /// The last visitors are done.
    fn end(&mut self) {
        let at = self.steps.last().map_or_else(DaySecond::default, |step| step.at);
        for counter in 0..self.desks.len() {
            if self.desks[counter].busy != Busy::Free {
                self.finish(at, counter);
            }
        }
    }
}

/// Puts in that each counter closes right after it was used for the last time.
fn with_closing(steps: Vec<Step>, counters: usize) -> Vec<Step> {
    let mut last_use = vec![None; counters];
    for (n, step) in steps.iter().enumerate() {
        if let Action::Finish { counter } | Action::Miss { counter } = step.action {
            last_use[counter] = Some(n);
        }
    }
    let mut all = Vec::with_capacity(steps.len() + counters);
    for (n, step) in steps.into_iter().enumerate() {
        all.push(step);
        if let Action::Finish { counter } | Action::Miss { counter } = step.action
            && last_use[counter] == Some(n)
        {
            all.push(Step { at: step.at, action: Action::Close { counter } });
        }
    }
    all
}
