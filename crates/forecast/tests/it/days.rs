//! Whole days of an office with a will of its own: what is announced has to come true.
//!
//! The office knows nothing of the model: visits are log-normal and longer than its figures say,
//! officers differ, take breaks without closing, some visitors do not come, some come first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use giliran_core::{Command, TicketId, WaitRange};
use giliran_forecast::queue_waits;
use jiff::{SignedDuration, Timestamp};
use rand_pcg::{
    Pcg64Mcg,
    rand_core::{Rng, SeedableRng},
};

use crate::desk_book::{DeskBook, morning, rules, seconds};

/// Chance for the office.
struct Dice(Pcg64Mcg);

impl Dice {
    fn share(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * self.share().ln()
    }

    fn log_normal(&mut self, mean: f64, sigma: f64) -> f64 {
        let normal = (-2.0 * self.share().ln()).sqrt() * (std::f64::consts::TAU * self.share()).cos();
        mean * (sigma * normal - sigma * sigma / 2.0).exp()
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Arrival(&'static str, bool),
    /// The counter looks for the next visitor.
    Free(usize),
    Missed(usize, TicketId),
    Start(usize, TicketId),
    Finish(usize, TicketId),
}

/// A kind of office: services as (name, allowance, the office's figure, true mean, arrivals per hour).
struct Kind {
    services: &'static [(&'static str, i64, i64, f64, f64)],
    counters: &'static [&'static [&'static str]],
}

const SMALL: Kind = Kind {
    services: &[("pasport", 20, 5, 8.0, 7.5), ("kad", 15, 5, 5.0, 9.0)],
    counters: &[&["pasport", "kad"], &["pasport", "kad"], &["kad"]],
};

const LARGE: Kind = Kind {
    services: &[
        ("lesen", 30, 6, 4.0, 38.0),
        ("cukai", 20, 4, 6.0, 30.0),
        ("saman", 15, 5, 5.0, 15.0),
        ("daftar", 45, 10, 15.0, 7.5),
    ],
    counters: &[
        &["lesen", "cukai"],
        &["lesen", "cukai"],
        &["lesen", "cukai", "saman"],
        &["lesen"],
        &["lesen"],
        &["cukai", "saman"],
        &["cukai"],
        &["saman", "daftar"],
        &["daftar"],
        &["daftar", "cukai"],
        &["cukai", "saman"],
        &["lesen", "daftar"],
    ],
};

/// What one visitor was told and what came.
struct Told {
    range: WaitRange,
    waited_s: f64,
    naive_s: f64,
}

struct Office {
    kind: &'static Kind,
    book: DeskBook,
    dice: Dice,
    happenings: BinaryHeap<Reverse<(Timestamp, u64, Happening)>>,
    scheduled: u64,
    idle: Vec<bool>,
    told: BTreeMap<TicketId, (WaitRange, Timestamp, f64)>,
    outcomes: Vec<Told>,
    /// Whether people look again while they wait.
    looking: bool,
    /// What they were told then.
    told_again: BTreeMap<TicketId, (WaitRange, Timestamp)>,
    outcomes_again: Vec<Told>,
}

impl Office {
    fn new(kind: &'static Kind, seed: u64) -> Self {
        let services: Vec<_> =
            kind.services.iter().map(|(id, allowance, figure, ..)| (*id, *allowance, *figure)).collect();
        Self {
            kind,
            book: DeskBook::open(rules(&services, kind.counters), morning() - SignedDuration::from_mins(30)),
            dice: Dice(Pcg64Mcg::seed_from_u64(seed)),
            happenings: BinaryHeap::new(),
            scheduled: 0,
            idle: vec![true; kind.counters.len()],
            told: BTreeMap::new(),
            outcomes: Vec::new(),
            looking: false,
            told_again: BTreeMap::new(),
            outcomes_again: Vec::new(),
        }
    }

    fn later(&mut self, now: Timestamp, seconds_later: f64, happening: Happening) {
        self.scheduled += 1;
        self.happenings.push(Reverse((now + seconds(seconds_later), self.scheduled, happening)));
    }

    /// Seven hours of arrivals, with a rush in the morning and one after lunch, until nobody is left.
    /// What was told on the day and came true or not.
    fn day(&mut self, day: i64) -> Vec<Told> {
        let opens = morning() + SignedDuration::from_hours(24 * day);
        for (service, _, _, _, per_hour) in self.kind.services {
            let mut at = 0.0;
            loop {
                let hour: f64 = at / 3600.0;
                let rush = 1.0 + 0.5 * (-(hour - 1.5).powi(2)).exp() + 0.4 * (-(hour - 5.0).powi(2)).exp();
                at += self.dice.exponential(3600.0 / (per_hour * rush));
                if at > 7.0 * 3600.0 {
                    break;
                }
                let urgent = self.dice.share() < 0.08;
                self.later(opens, at, Happening::Arrival(service, urgent));
            }
        }
        while let Some(Reverse((now, _, happening))) = self.happenings.pop() {
            self.happen(now, happening);
        }
        std::mem::take(&mut self.outcomes)
    }

    fn happen(&mut self, now: Timestamp, happening: Happening) {
        match happening {
            Happening::Arrival(service, urgent) => {
                let naive = self.plain_formula();
                self.look_again(service, now);
                let (ticket, range) = self.book.issue(service, urgent.then_some("segera"), now);
                if !urgent {
                    self.told.insert(ticket, (range.unwrap(), now, naive));
                }
                let looks =
                    |(n, takes): (usize, &&[&str])| (self.idle[n] && takes.contains(&service)).then_some(n);
                if let Some(counter) = self.kind.counters.iter().enumerate().find_map(looks) {
                    self.idle[counter] = false;
                    let reaction = 3.0 + self.dice.exponential(6.0);
                    self.later(now, reaction, Happening::Free(counter));
                }
            }
            Happening::Free(counter) => {
                let Some(ticket) = self.book.call(&name(counter), now) else {
                    self.idle[counter] = true;
                    return;
                };
                if let Some((range, arrived, naive_s)) = self.told.remove(&ticket) {
                    let waited_s = now.duration_since(arrived).as_secs_f64();
                    self.outcomes.push(Told { range, waited_s, naive_s });
                }
                if let Some((range, looked)) = self.told_again.remove(&ticket) {
                    let waited_s = now.duration_since(looked).as_secs_f64();
                    self.outcomes_again.push(Told { range, waited_s, naive_s: 0.0 });
                }
                if self.dice.share() < 0.07 {
                    let patience = 60.0 + self.dice.exponential(40.0);
                    self.later(now, patience, Happening::Missed(counter, ticket));
                } else {
                    let walk = 8.0 + self.dice.exponential(12.0);
                    self.later(now, walk, Happening::Start(counter, ticket));
                }
            }
            Happening::Missed(counter, ticket) => {
                let no_show = Command::NoShow { counter: name(counter).parse().unwrap(), ticket };
                self.book.tell(&no_show, now).unwrap();
                self.between(counter, now);
            }
            Happening::Start(counter, ticket) => {
                let service = self.book.branch().ticket(ticket).unwrap().service.clone();
                let start = Command::StartServing { counter: name(counter).parse().unwrap(), ticket };
                self.book.tell(&start, now).unwrap();
                let mean = self.kind.services.iter().find(|s| s.0 == service.as_str()).unwrap().3;
                // Officers differ by up to a fifth from the mean, either way.
                let pace = 0.8 + 0.4 * counter as f64 / (self.kind.counters.len() - 1) as f64;
                let visit = self.dice.log_normal(mean * 60.0 * pace, 0.7);
                self.later(now, visit, Happening::Finish(counter, ticket));
            }
            Happening::Finish(counter, ticket) => {
                self.book.finish(&name(counter), ticket, now);
                self.between(counter, now);
            }
        }
    }

    /// Somebody in the queue looks how long it still takes, and looks but once.
    fn look_again(&mut self, service: &str, now: Timestamp) {
        if !self.looking {
            return;
        }
        let service = service.parse().unwrap();
        let branch = self.book.branch();
        let waiting: Vec<_> = branch.queue(&service).collect();
        if waiting.is_empty() {
            return;
        }
        // Chance of its own, so that the day is the same whether they look or not.
        let place = usize::try_from(branch.tally().issued).unwrap() % waiting.len();
        let waits = queue_waits(branch, &self.book.learned, now, |wanted| *wanted == service);
        let range = waits[0].at(u32::try_from(place).unwrap()).unwrap();
        self.told_again.entry(waiting[place]).or_insert((range, now));
    }

    /// What counter systems show: all who wait and the newcomer, times the mean visit, over all counters.
    /// Here it even knows the true mean.
    fn plain_formula(&self) -> f64 {
        let services = self.kind.services;
        let people: u32 = services.iter().map(|s| self.book.branch().waiting(&s.0.parse().unwrap())).sum();
        let per_hour: f64 = services.iter().map(|s| s.4).sum();
        let mean = services.iter().map(|s| s.3 * s.4).sum::<f64>() / per_hour;
        f64::from(people + 1) * mean * 60.0 / self.kind.counters.len() as f64
    }

    fn between(&mut self, counter: usize, now: Timestamp) {
        let pause = match self.dice.share() {
            share if share < 0.70 => self.dice.exponential(6.0),
            share if share < 0.96 => 15.0 + self.dice.exponential(30.0),
            _ => 180.0 + self.dice.exponential(240.0), // away without closing
        };
        self.later(now, pause, Happening::Free(counter));
    }
}

fn name(counter: usize) -> String {
    format!("k{:02}", counter + 1)
}

/// Of those who were told they would have to wait: the share that waited no longer than each figure, the
/// mean error of the first, and that of the plain formula with the true mean.
fn figures(told: &[Told]) -> (f64, f64, f64, f64) {
    let waited: Vec<&Told> = told.iter().filter(|told| told.range.p50_s > 30).collect();
    let mean =
        |of: &dyn Fn(&Told) -> f64| waited.iter().map(|told| of(told)).sum::<f64>() / waited.len() as f64;
    (
        mean(&|told| f64::from(u8::from(told.waited_s <= f64::from(told.range.p50_s)))),
        mean(&|told| f64::from(u8::from(told.waited_s <= f64::from(told.range.p90_s)))),
        mean(&|told| (told.waited_s - f64::from(told.range.p50_s)).abs()),
        mean(&|told| (told.waited_s - told.naive_s).abs()),
    )
}

/// Days after the first two, when the office is no longer new.
fn after_two_days(kind: &'static Kind, seeds: &[u64], days: i64) -> Vec<Told> {
    let mut all = Vec::new();
    for &seed in seeds {
        let mut office = Office::new(kind, seed);
        for day in 0..days {
            let told = office.day(day);
            let waited = told.iter().map(|told| told.waited_s).sum::<f64>() / told.len() as f64;
            let (p50, p90, error, naive) = figures(&told);
            println!(
                "seed {seed} day {day}: {} told, mean wait {waited:.0} s, P50 covers {p50:.3}, P90 {p90:.3}, \
                 MAE {error:.0} s (plain formula {naive:.0} s)",
                told.len()
            );
            if day >= 2 {
                all.extend(told);
            }
        }
    }
    let (p50, p90, error, naive) = figures(&all);
    println!("all: P50 covers {p50:.3}, P90 {p90:.3}, MAE {error:.0} s (plain formula {naive:.0} s)");
    all
}

/// Short and long waits are each told truly: no group is far from nine in ten.
fn check_by_length(told: &[Told]) {
    for (from, to) in [(0, 30), (31, 120), (121, 300), (301, 900), (901, u32::MAX)] {
        let part: Vec<&Told> = told.iter().filter(|told| (from..=to).contains(&told.range.p50_s)).collect();
        let kept = part.iter().filter(|told| told.waited_s <= f64::from(told.range.p90_s)).count();
        let share = kept as f64 / part.len() as f64;
        println!("told {from} to {to} s: {} people, P90 covers {share:.3}", part.len());
        assert!((0.80..0.98).contains(&share), "told {from} to {to} s: {share}");
    }
}

#[test]
fn nine_in_ten_wait_no_longer_than_the_second_figure_in_a_small_office() {
    let told = after_two_days(&SMALL, &[1, 2, 3, 4], 8);
    check_by_length(&told);
    let (p50, p90, error, naive) = figures(&told);
    assert!((0.85..0.95).contains(&p90), "{p90}");
    assert!((0.40..0.60).contains(&p50), "{p50}");
    assert!(error < naive, "{error} {naive}");
}

#[test]
fn whoever_looks_again_while_waiting_is_told_as_truly() {
    for (kind, seeds, days) in [(&SMALL, &[1, 2, 3, 4][..], 8), (&LARGE, &[1], 4)] {
        let mut all = Vec::new();
        for &seed in seeds {
            let mut office = Office::new(kind, seed);
            office.looking = true;
            for day in 0..days {
                office.day(day);
                let told = std::mem::take(&mut office.outcomes_again);
                all.extend(told.into_iter().filter(|_| day >= 2));
            }
        }
        let (p50, p90, error, _) = figures(&all);
        println!("{} looked: P50 covers {p50:.3}, P90 {p90:.3}, MAE {error:.0} s", all.len());
        check_by_length(&all);
        assert!((0.85..0.96).contains(&p90), "{p90}");
        assert!((0.40..0.65).contains(&p50), "{p50}");
    }
}

#[test]
fn nine_in_ten_wait_no_longer_than_the_second_figure_in_a_large_office() {
    let told = after_two_days(&LARGE, &[1, 2], 5);
    check_by_length(&told);
    let (p50, p90, error, naive) = figures(&told);
    assert!((0.85..0.95).contains(&p90), "{p90}");
    assert!((0.40..0.60).contains(&p50), "{p50}");
    assert!(error < naive, "{error} {naive}");
}
