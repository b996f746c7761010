//! The hall from now to closing, played forward: who comes, who is served where, and who waits longer than the charter
//! promises, with counters open as somebody would have them.
//!
//! Each of several possible days is drawn once: who comes when, for how long they stay at a counter, and whether they
//! leave. A [`Staffing`] is then played on all of them without any more chance, so that two ways to staff a day differ by
//! what they do and not by luck (common random numbers).
//!
//! Counters call as in the core: whoever is due first of a counter's own services, then of those that it helps with.
//! Classes of visitor that are still to come are taken as ordinary ones, and nobody is transferred.

use std::collections::BTreeMap;

use giliran_core::{Branch, Rules, ServiceId, TicketState};
use jiff::{SignedDuration, Timestamp};

use crate::{
    Learned,
    arrivals::{Expected, QUARTER_S},
    chance::Chance,
    durations::Law,
};

/// How many days are played.
const DAYS: usize = 24;

/// How the level of a day differs among those that are played: three equally likely ones with the variance of one, in
/// multiples of the standard deviation. The square root of 3/2.
const LEVELS: [f64; 3] = [-1.224_744_871_391_589, 0.0, 1.224_744_871_391_589];

/// Before the office's days have taught better: how long an officer takes from one visitor to the next.
const HANDOVER: SignedDuration = SignedDuration::from_secs(20);

/// Before the office's days have taught better: how long an absent visitor is waited for.
const ABSENCE: SignedDuration = SignedDuration::from_secs(90);

/// A wait that is longer than promised by ten times as much counts for another person; longer ones as that.
const HOW_LATE: f64 = 0.1;
const OVER_AT_MOST: f64 = 10.0;

/// No more people are played on one day; the waits beyond are much the same.
const PEOPLE: usize = 20_000;

/// Stretches in seconds from now, in order and apart.
pub(crate) type Open = Vec<(f64, f64)>;

/// Services by their place in the rules, in tiers.
pub(crate) type Tiers = Vec<Vec<usize>>;

/// When a counter is open and what it takes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shift {
    /// When it is open.
    pub(crate) open: Open,
    /// What it takes; its own first.
    pub(crate) takes: Tiers,
    /// When it is free of whoever it has now: the share of the rest of that visit, drawn for each day.
    pub(crate) busy: Option<Busy>,
}

/// Whom a counter has now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Busy {
    /// The service, by its place in the rules.
    pub(crate) service: usize,
    /// For how long already, in seconds.
    pub(crate) since: f64,
}

/// By counter, in the order of the rules.
pub(crate) type Staffing = Vec<Shift>;

/// Everything about the hall that does not depend on who is at the counters.
pub(crate) struct Floor {
    /// By service, in seconds: what the charter promises of the wait.
    pub(crate) promises: Vec<Option<f64>>,
    /// Seconds from now at which the first quarter begins; not above 0.
    quarters_from: f64,
    quarters: usize,
    days: Vec<Day>,
    laws: Vec<Law>,
}

/// A possible day.
struct Day {
    /// By service, in the order in which they are called.
    people: Vec<Vec<Person>>,
    /// What decides how long each counter is still busy, by counter.
    rest: Vec<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Person {
    /// Seconds from now; below 0 for who waits already.
    came: f64,
    /// How long they keep a counter busy, the way to the next one included.
    takes: f64,
    /// When they leave if they were not called.
    leaves: f64,
}

/// What comes of a staffing: sums over the days played, as numbers for one day.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outcome {
    /// By service and quarter in which people came; those who wait already are in the first.
    pub(crate) cells: Vec<Vec<Cell>>,
}

/// Those who come for a service in a quarter.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Cell {
    pub(crate) people: f64,
    pub(crate) late: f64,
    /// By how much they wait too long, in multiples of what is promised, all together.
    pub(crate) over: f64,
    /// Waits in seconds of all days, in no order.
    pub(crate) waits: Vec<f32>,
}

impl Outcome {
    /// How many wait longer than promised.
    pub(crate) fn late(&self) -> f64 {
        self.cells.iter().flatten().map(|cell| cell.late).sum()
    }

    /// How bad it is: how many are late, and a little for how late they are, so that of two ways to miss the charter the
    /// one that misses it by less is the better.
    pub(crate) fn harm(&self) -> f64 {
        self.cells.iter().flatten().map(|cell| cell.late + HOW_LATE * cell.over).sum()
    }

    /// The same of a service.
    pub(crate) fn late_of(&self, service: usize) -> f64 {
        self.cells.get(service).into_iter().flatten().map(|cell| cell.late).sum()
    }
}

/// The wait that a share of those waits does not exceed, in whole seconds.
pub(crate) fn quantile(waits: &mut [f32], share: f64) -> Option<u32> {
    let rank = (share * waits.len() as f64).ceil() as usize;
    let at = rank.clamp(1, waits.len().max(1)) - 1;
    if at >= waits.len() {
        return None;
    }
    let (_, wait, _) = waits.select_nth_unstable_by(at, f32::total_cmp);
    Some(*wait as u32) // saturates at both ends
}

impl Floor {
    /// The hall as it stands, and who is expected.
    pub(crate) fn of_now(
        branch: &Branch,
        rules: &Rules,
        learned: &Learned,
        expected: &Expected,
        now: Timestamp,
    ) -> Self {
        let seconds = |at: Timestamp| at.duration_since(now).as_secs_f64();
        let waiting = |service: &ServiceId| -> Vec<f64> {
            let tickets = branch.queue(service).filter_map(|id| branch.ticket(id));
            tickets
                .filter_map(|ticket| match ticket.state {
                    TicketState::Waiting { .. } => Some(seconds(ticket.counts_from.max(ticket.arrived))),
                    TicketState::Ahead { .. }
                    | TicketState::Called { .. }
                    | TicketState::Serving { .. }
                    | TicketState::Parked { .. } => None,
                })
                .collect()
        };
        let queues = rules.services.iter().map(|rule| waiting(&rule.id)).collect();
        Self::new(rules, learned, expected, now, queues, seed(branch))
    }

    /// A whole day that has not begun, with nobody there.
    pub(crate) fn of_day(rules: &Rules, learned: &Learned, expected: &Expected) -> Self {
        let queues = vec![Vec::new(); rules.services.len()];
        let seed = expected.begins.as_second().unsigned_abs();
        Self::new(rules, learned, expected, expected.begins, queues, seed)
    }

    fn new(
        rules: &Rules,
        learned: &Learned,
        expected: &Expected,
        now: Timestamp,
        queues: Vec<Vec<f64>>,
        seed: u64,
    ) -> Self {
        let fresh = Default::default();
        let known = |id: &ServiceId| learned.services.get(id).unwrap_or(&fresh);
        let laws: Vec<Law> =
            rules.services.iter().map(|rule| known(&rule.id).visits.law(rule.serving)).collect();
        let promises = rules.services.iter().map(|rule| Some(rule.charter?.waiting?.as_secs_f64())).collect();
        let (handover, absence) = (learned.handover.law(HANDOVER), learned.absence.law(ABSENCE));
        let quarters_from = expected.begins.duration_since(now).as_secs_f64();
        let quarters = expected.services.iter().map(Vec::len).max().unwrap_or(0).max(1);

        let day = |n: usize| {
            let mut chance = Chance::of(seed ^ ((n as u64 + 1) << 48));
            let level = (1.0 + LEVELS[n % LEVELS.len()] * expected.spread.sqrt()).max(0.0);
            let mut people = Vec::with_capacity(queues.len());
            for (service, queue) in queues.iter().enumerate() {
                let rule = &rules.services[service];
                let (missing, leaving) = (known(&rule.id).missing(), known(&rule.id).leaving.rare());
                let person = |came: f64, chance: &mut Chance| {
                    let missed = chance.share() <= missing;
                    let visit = if missed { &absence } else { &laws[service] }.length(chance.share());
                    let takes = visit + handover.length(chance.share());
                    let patience = leaving.rest((-came).max(0.0), chance.share());
                    Person { came, takes, leaves: came.max(0.0) + patience }
                };
                let mut list: Vec<Person> = queue.iter().map(|came| person(*came, &mut chance)).collect();
                let arrivals = expected.services.get(service).map_or(&[][..], Vec::as_slice);
                for (quarter, people) in arrivals.iter().enumerate() {
                    let from = (quarters_from + (QUARTER_S as f64) * quarter as f64).max(0.0);
                    let until = quarters_from + (QUARTER_S as f64) * (quarter + 1) as f64;
                    let rate = if until > from { people * level / (until - from) } else { 0.0 };
                    let mut at = from + chance.until(rate);
                    while at < until && list.len() < PEOPLE {
                        list.push(person(at, &mut chance));
                        at += chance.until(rate);
                    }
                }
                people.push(list);
            }
            let rest = rules.counters.iter().map(|_| chance.share()).collect();
            Day { people, rest }
        };
        let days = (0..DAYS).map(day).collect();
        Self { promises, quarters_from, quarters, days, laws }
    }

    /// How many people come or wait, of services whose charter promises something, and come before `until` seconds.
    pub(crate) fn promised(&self, until: f64) -> f64 {
        let promised = |day: &Day| {
            let of = |(people, promise): (&Vec<Person>, &Option<f64>)| {
                let soon = people.iter().filter(|person| person.came < until).count();
                if promise.is_some() { soon } else { 0 }
            };
            day.people.iter().zip(&self.promises).map(of).sum::<usize>()
        };
        self.days.iter().map(promised).sum::<usize>() as f64 / self.days.len() as f64
    }

    /// Plays a staffing. Who comes from `until` seconds on is not counted, but stands in nobody's way either.
    pub(crate) fn play(&self, staffing: &Staffing, until: f64) -> Outcome {
        let mut outcome = Outcome { cells: vec![vec![Cell::default(); self.quarters]; self.promises.len()] };
        let mut hands = Hands::default();
        for day in &self.days {
            self.play_day(day, staffing, until, &mut hands, &mut outcome);
        }
        let days = self.days.len() as f64;
        for cell in outcome.cells.iter_mut().flatten() {
            cell.people /= days;
            cell.late /= days;
            cell.over /= days;
        }
        outcome
    }

    fn play_day(&self, day: &Day, staffing: &Staffing, until: f64, hands: &mut Hands, outcome: &mut Outcome) {
        hands.begin(self, day, staffing);
        loop {
            let (counter, now) = hands.earliest();
            if now == f64::INFINITY {
                break;
            }
            let shift = &staffing[counter];
            let Some((service, person)) = hands.call(day, shift, now, |service, person| {
                self.count(outcome, service, person, None, until);
            }) else {
                // Nobody is there whom it takes: it looks again when the next one comes.
                let next = hands.next_arrival(day, shift, now);
                hands.free[counter] = next_open(shift, next);
                continue;
            };
            self.count(outcome, service, person, Some(now), until);
            hands.free[counter] = next_open(shift, now + person.takes);
        }
        // Who is left was never called.
        for (service, people) in day.people.iter().enumerate() {
            for person in &people[hands.heads[service]..] {
                self.count(outcome, service, person, None, until);
            }
        }
    }

    fn count(&self, outcome: &mut Outcome, service: usize, person: &Person, called: Option<f64>, until: f64) {
        if person.came >= until {
            return;
        }
        let quarter = ((person.came - self.quarters_from) / QUARTER_S as f64).max(0.0) as usize;
        let Some(cell) = outcome.cells[service].get_mut(quarter.min(self.quarters - 1)) else { return };
        cell.people += 1.0;
        let wait = called.map(|called| called - person.came);
        if let Some(wait) = wait {
            cell.waits.push(wait as f32);
        }
        // Who left had waited until then, and whoever nobody called waited in vain.
        let waited = wait.unwrap_or(person.leaves - person.came);
        if let Some(promise) = self.promises[service]
            && waited > promise
        {
            cell.late += 1.0;
            cell.over += ((waited - promise) / promise.max(60.0)).min(OVER_AT_MOST);
        }
    }

    /// How long a counter is still busy, by what the day has drawn for it.
    fn rest(&self, busy: Busy, share: f64) -> f64 {
        self.laws.get(busy.service).map_or(0.0, |law| law.rest(busy.since, share))
    }
}

/// Who is where, on the day that is played; kept from day to day to save allocations.
#[derive(Default)]
struct Hands {
    /// When each counter calls next.
    free: Vec<f64>,
    /// How many of each service's people are gone.
    heads: Vec<usize>,
}

impl Hands {
    fn begin(&mut self, floor: &Floor, day: &Day, staffing: &Staffing) {
        self.heads.clear();
        self.heads.resize(day.people.len(), 0);
        self.free.clear();
        for (shift, share) in staffing.iter().zip(&day.rest) {
            let free = shift.busy.map_or(0.0, |busy| floor.rest(busy, *share));
            self.free.push(next_open(shift, free));
        }
    }

    fn earliest(&self) -> (usize, f64) {
        let mut first = (0, f64::INFINITY);
        for (n, at) in self.free.iter().enumerate() {
            if *at < first.1 {
                first = (n, *at);
            }
        }
        first
    }

    /// Calls whoever came first of a counter's first tier in which anybody waits. Who has left meanwhile is told of.
    fn call<'a>(
        &mut self,
        day: &'a Day,
        shift: &Shift,
        now: f64,
        mut left: impl FnMut(usize, &Person),
    ) -> Option<(usize, &'a Person)> {
        for tier in &shift.takes {
            let mut first: Option<(usize, &Person)> = None;
            for service in tier {
                let (people, head) = (&day.people[*service], &mut self.heads[*service]);
                while let Some(person) = people.get(*head)
                    && person.came <= now
                    && person.leaves <= now
                {
                    left(*service, person);
                    *head += 1;
                }
                if let Some(person) = people.get(*head)
                    && person.came <= now
                    && first.is_none_or(|(_, first)| person.came < first.came)
                {
                    first = Some((*service, person));
                }
            }
            if let Some((service, _)) = first {
                self.heads[service] += 1;
                return first;
            }
        }
        None
    }

    fn next_arrival(&self, day: &Day, shift: &Shift, now: f64) -> f64 {
        let next = |service: &usize| day.people[*service].get(self.heads[*service]);
        let coming = shift.takes.iter().flatten().filter_map(next).map(|person| person.came);
        coming.filter(|came| *came > now).fold(f64::INFINITY, f64::min)
    }
}

/// The first moment from `at` on at which the counter is open.
fn next_open(shift: &Shift, at: f64) -> f64 {
    for (from, until) in &shift.open {
        if at < *until {
            return at.max(*from);
        }
    }
    f64::INFINITY
}

/// The same state draws the same days; every entry draws others.
fn seed(branch: &Branch) -> u64 {
    let tally = branch.tally();
    u64::from(tally.issued) << 20 ^ u64::from(tally.served)
}

/// The place of each service in the rules.
pub(crate) fn places(rules: &Rules) -> BTreeMap<&ServiceId, usize> {
    rules.services.iter().enumerate().map(|(n, service)| (&service.id, n)).collect()
}
