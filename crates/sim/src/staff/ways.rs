//! Who decides how many counters are open: the forecast's advice, obeyed; and what offices do without it.

use std::{collections::BTreeMap, fmt};

use giliran_core::{Branch, CounterId, Rules, ServiceId};
use giliran_forecast::{Adviser, Arrivals, Learned, RestOfDay, Step, counters_needed};
use jiff::{SignedDuration, Timestamp, civil::Date};

use super::hall::Hall;

/// What is advised for so soon is done at once: officers come when they are told.
const SOON: SignedDuration = SignedDuration::from_mins(5);

/// The share of people who may wait too long, for who plans by a formula.
const TOLERATED: f64 = 0.05;

/// What whoever decides sees.
pub struct Look<'a> {
    /// The hall.
    pub branch: &'a Branch,
    /// What its days have taught.
    pub learned: &'a Learned,
    /// Who comes when.
    pub arrivals: &'a Arrivals,
    /// By counter of the rules, whether it may be open in this hour.
    pub may: &'a [bool],
    /// The moment.
    pub now: Timestamp,
}

/// A way to decide.
pub struct Way {
    rules: Rules,
    /// Without these something would be taken by nobody.
    least: Vec<bool>,
    wanted: Vec<bool>,
    day: Date,
    how: How,
}

/// Counters in the order in which they are needed, and how many of them.
type Needed = (Vec<usize>, usize);

enum How {
    Advised(Box<Adviser>),
    /// The same number all day; the part of one more that is left over is there on every so-manieth day.
    Fixed {
        order: Vec<usize>,
        counters: f64,
        over: f64,
        today: usize,
    },
    /// By weekday and hour, for each pool of services.
    Erlang(BTreeMap<(i8, i8), Vec<Needed>>),
    Longer {
        than: usize,
        opened: Vec<usize>,
    },
    All,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.how {
            How::Advised(_) => write!(f, "the advice, obeyed"),
            How::Fixed { counters, .. } => write!(f, "{counters:.1} counters all day"),
            How::Erlang(_) => write!(f, "Erlang C by weekday and hour"),
            How::Longer { than, .. } => write!(f, "one more when over {than} wait"),
            How::All => write!(f, "all counters"),
        }
    }
}

impl Way {
    fn new(rules: &Rules, how: How) -> Self {
        let loads = vec![0.0; rules.services.len()];
        let order = order(rules, &loads, &vec![true; rules.counters.len()]);
        let mut least = vec![false; rules.counters.len()];
        let mut covered: Vec<&ServiceId> = Vec::new();
        for n in order {
            let takes: Vec<&ServiceId> = takes(rules, n).collect();
            if takes.iter().any(|service| !covered.contains(service)) {
                covered.extend(takes);
                least[n] = true;
            }
        }
        Self { rules: rules.clone(), wanted: least.clone(), least, day: Date::MIN, how }
    }

    /// By the forecast's advice.
    pub fn advised(rules: &Rules) -> Self {
        Self::new(rules, How::Advised(Box::default()))
    }

    /// All that there are.
    pub fn all(rules: &Rules) -> Self {
        Self::new(rules, How::All)
    }

    /// The same number all day, so many that the counters' hours are the same.
    pub fn fixed(rules: &Rules, hours: f64, past: &Hall, days: &[Date]) -> Self {
        let opening = |day: &Date| {
            let open = rules.open_on(*day).unwrap_or_default();
            open.iter().map(|open| open.until.duration_since(open.from).as_secs_f64()).sum::<f64>() / 3600.0
        };
        let mean = days.iter().map(opening).sum::<f64>() / days.len().max(1) as f64;
        let order = order(rules, &past.book.loads(None), &vec![true; rules.counters.len()]);
        Self::new(rules, How::Fixed { order, counters: hours / mean.max(1.0), over: 0.0, today: 0 })
    }

    /// By Erlang's formula, for each weekday and hour, from what the past has had. Services that share counters are one
    /// stream.
    pub fn erlang(rules: &Rules, past: &Hall) -> Self {
        let mut plan = BTreeMap::new();
        let pools = pools(rules);
        for weekday in 0..7 {
            for hour in 0..24 {
                let loads = past.book.loads(Some((weekday, hour)));
                let mut chosen = Vec::new();
                for pool in &pools {
                    let usable: Vec<bool> = (0..rules.counters.len())
                        .map(|n| takes(rules, n).any(|service| pool.contains(&service)))
                        .collect();
                    let mut of_pool = vec![0.0; loads.len()];
                    let (mut rate, mut promise) = (0.0, f64::INFINITY);
                    for (n, rule) in
                        rules.services.iter().enumerate().filter(|(_, rule)| pool.contains(&&rule.id))
                    {
                        of_pool[n] = loads[n];
                        rate += past.book.rate((weekday, hour), n);
                        if let Some(waiting) = rule.charter.and_then(|charter| charter.waiting) {
                            promise = promise.min(waiting.as_secs_f64());
                        }
                    }
                    let load: f64 = of_pool.iter().sum();
                    if rate <= 0.0 || promise.is_infinite() {
                        continue;
                    }
                    let counters = counters_needed(rate, load / rate, promise, TOLERATED) as usize;
                    chosen.push((order(rules, &of_pool, &usable), counters));
                }
                plan.insert((weekday, hour), chosen);
            }
        }
        Self::new(rules, How::Erlang(plan))
    }

    /// One more when more than so many wait, one less when nobody does and an officer is idle.
    pub fn longer_than(rules: &Rules, than: usize) -> Self {
        Self::new(rules, How::Longer { than, opened: Vec::new() })
    }

    /// A day begins.
    pub fn begin(&mut self, day: Date) {
        self.day = day;
        self.wanted.clone_from(&self.least);
        match &mut self.how {
            How::Fixed { counters, over, today, .. } => {
                *over += *counters;
                *today = *over as usize;
                *over -= *today as f64;
            }
            How::Longer { opened, .. } => opened.clear(),
            How::Advised(_) | How::Erlang(_) | How::All => {}
        }
    }

    /// Which counters should be open now.
    pub fn look(&mut self, look: &Look<'_>) -> Vec<bool> {
        match &mut self.how {
            How::Advised(adviser) => {
                let Some(day) = RestOfDay::of_now(look.branch, look.learned, look.arrivals, look.now) else {
                    return self.least.clone();
                };
                if let Some(advice) = adviser.look(&day)
                    && advice.by <= look.now + SOON
                {
                    for advised in &advice.counters {
                        if let Some(n) =
                            self.rules.counters.iter().position(|rule| rule.id == advised.counter)
                        {
                            self.wanted[n] = advice.step == Step::Open;
                        }
                    }
                }
            }
            How::Fixed { order, today, .. } => {
                choose(&mut self.wanted, &self.least, look.may, &[(order.clone(), *today)]);
            }
            How::Erlang(plan) => {
                let local = look.now.to_zoned(zone(&self.rules));
                let key = (local.weekday().to_monday_zero_offset(), local.hour());
                let chosen = plan.get(&key).map_or(&[][..], Vec::as_slice);
                choose(&mut self.wanted, &self.least, look.may, chosen);
            }
            How::Longer { than, opened } => {
                let waiting: usize =
                    self.rules.services.iter().map(|rule| look.branch.waiting(&rule.id) as usize).sum();
                if waiting > *than {
                    let longest = self.rules.services.iter().max_by_key(|rule| look.branch.waiting(&rule.id));
                    let helps = |n: &usize| {
                        longest.is_some_and(|rule| takes(&self.rules, *n).any(|service| *service == rule.id))
                    };
                    let free = |n: &usize| !self.wanted[*n] && look.may[*n];
                    let more = (0..self.wanted.len()).filter(free).find(helps);
                    if let Some(more) = more {
                        self.wanted[more] = true;
                        opened.push(more);
                    }
                } else if waiting == 0
                    && idle(look.branch, &self.rules, opened)
                    && let Some(last) = opened.pop()
                {
                    self.wanted[last] = false;
                }
            }
            How::All => self.wanted.fill(true),
        }
        self.wanted.iter().zip(look.may).map(|(wanted, may)| *wanted && *may).collect()
    }
}

/// The first so many of each order that may be open, and those without which something would be taken by nobody.
fn choose(wanted: &mut [bool], least: &[bool], may: &[bool], orders: &[Needed]) {
    wanted.copy_from_slice(least);
    for (order, counters) in orders {
        order.iter().filter(|n| may[**n]).take(*counters).for_each(|n| wanted[*n] = true);
    }
}

fn idle(branch: &Branch, rules: &Rules, opened: &[usize]) -> bool {
    opened.iter().any(|n| {
        let id: &CounterId = &rules.counters[*n].id;
        branch.counter(id).is_some_and(|counter| counter.open && counter.ticket.is_none())
    })
}

fn takes(rules: &Rules, counter: usize) -> impl Iterator<Item = &ServiceId> {
    let rule = &rules.counters[counter];
    let all = rule.services.iter().chain(rule.helps.iter().flatten());
    all.filter(move |_| rule.reserved.is_empty())
}

pub(super) fn zone(rules: &Rules) -> jiff::tz::TimeZone {
    jiff::tz::TimeZoneDatabase::bundled().get(&rules.time_zone).unwrap_or(jiff::tz::TimeZone::UTC)
}

/// Services that share counters, one list each.
fn pools(rules: &Rules) -> Vec<Vec<&ServiceId>> {
    let mut pools: Vec<Vec<&ServiceId>> = rules.services.iter().map(|rule| vec![&rule.id]).collect();
    for rule in rules.counters.iter().filter(|rule| rule.reserved.is_empty()) {
        let (mut one, apart): (Vec<_>, Vec<_>) =
            pools.into_iter().partition(|pool| pool.iter().any(|service| rule.services.contains(service)));
        pools = apart;
        if !one.is_empty() {
            pools.push(one.drain(..).flatten().collect());
        }
    }
    pools
}

/// Counters in the order in which an office that knows its loads would open them: first so that everything is taken, then
/// where the most work is left.
fn order(rules: &Rules, loads: &[f64], usable: &[bool]) -> Vec<usize> {
    let mut left: Vec<f64> = loads.to_vec();
    let mut covered = vec![false; loads.len()];
    let mut order: Vec<usize> = Vec::new();
    let place = |id: &ServiceId| rules.services.iter().position(|rule| rule.id == *id);
    loop {
        let gain = |n: usize| {
            takes(rules, n)
                .filter_map(place)
                .map(|service| if covered[service] { left[service].max(0.0) } else { 1000.0 + left[service] })
                .sum::<f64>()
        };
        let free = (0..rules.counters.len())
            .filter(|n| usable[*n] && rules.counters[*n].reserved.is_empty() && !order.contains(n));
        // Of equal ones the first.
        let best = free.map(|n| (n, gain(n))).fold(None, |best: Option<(usize, f64)>, next| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        });
        let Some((n, _)) = best else { return order };
        order.push(n);
        let services: Vec<usize> = takes(rules, n).filter_map(place).collect();
        let work: f64 = services.iter().map(|service| left[*service].max(0.0)).sum();
        for service in services {
            covered[service] = true;
            if work > 0.0 {
                left[service] -= left[service].max(0.0) / work;
            }
        }
    }
}
