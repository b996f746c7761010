//! Plays the hall forward, many times over, until the newcomer is called.
//!
//! A counter that becomes free calls whoever is due first of those it takes, as the core does. Chance
//! decides how long visits and hand-overs take, who does not come, who leaves, and which urgent
//! visitors still arrive. Counters neither open nor close; that they do is left to the correction.
//!
//! One path's chance is drawn in the order of the queue: one person more at its end leaves everything
//! before as it was.

use rand_pcg::{
    Pcg64Mcg,
    rand_core::{Rng, SeedableRng},
};

use crate::{
    hall::{Doing, Hall, Place, Scene, Waiting},
    number::ln,
};

/// How many futures are played.
pub(crate) const PATHS: usize = 64;

/// So many counters at most begin in the meantime.
const JOINS: usize = 8;

/// About so many urgent arrivals are played in one path at most, which bounds the time it takes.
const URGENT: usize = 64;

/// Waits of the newcomer, in seconds, one per path.
pub(crate) fn play(hall: &Hall, scene: &Scene, seed: u64) -> [f64; PATHS] {
    let mut path =
        Path { hall, scene, free: Vec::new(), heads: Vec::new(), coming: Vec::new(), there: Vec::new() };
    let mut waits = [0.0; PATHS];
    for (n, wait) in waits.iter_mut().enumerate() {
        *wait = path.play(&mut Chance(Pcg64Mcg::seed_from_u64(seed ^ ((n as u64) << 56))));
    }
    if scene.stretch > 1.0 {
        // Played was one person in so many. The mean grows with the queue; the scatter of a sum of so
        // many visits, with its root.
        let mean = waits.iter().sum::<f64>() / PATHS as f64;
        for wait in &mut waits {
            *wait = (scene.stretch * mean + scene.stretch.sqrt() * (*wait - mean)).max(0.0);
        }
    }
    waits
}

/// One future; the lists are kept from path to path to save allocations.
struct Path<'a> {
    hall: &'a Hall,
    scene: &'a Scene,
    /// When each counter calls next.
    free: Vec<f64>,
    /// How many of each service's queue are gone.
    heads: Vec<usize>,
    /// Who still arrives and overtakes, the last to arrive first.
    coming: Vec<Urgent>,
    /// Those of them who have arrived and wait.
    there: Vec<Urgent>,
}

struct Urgent {
    at: f64,
    due: f64,
    service: usize,
}

/// Who is called next.
enum Next {
    Queued(usize),
    Urgent(usize),
}

impl Path<'_> {
    fn play(&mut self, chance: &mut Chance) -> f64 {
        self.begin(chance);
        loop {
            let (counter, now) = earliest(&self.free);
            // Counters are looked at in the order of time, so nobody who has arrived goes again.
            while let Some(urgent) = self.coming.pop_if(|urgent| urgent.at <= now) {
                self.there.push(urgent);
            }
            let place = self.scene.counters.get(counter).unwrap_or(&self.scene.joiner);
            let Some(next) = self.next(place) else {
                if place.takes.contains(&self.scene.service) || now == f64::INFINITY {
                    return now; // the newcomer's turn
                }
                self.free[counter] = self.next_arrival(place);
                continue;
            };
            let service = match next {
                Next::Queued(service) => {
                    let age = self.scene.ahead[service][self.heads[service]].age;
                    self.heads[service] += 1;
                    // Whoever has left is passed over at no cost of time.
                    let leaving = &self.hall.services[service].leaving;
                    let there = leaving.outlasts(age + now * self.scene.stretch);
                    if chance.share() * leaving.outlasts(age) > there {
                        continue;
                    }
                    service
                }
                Next::Urgent(n) => self.there.swap_remove(n).service,
            };
            self.free[counter] = now + self.visit(service, chance) + self.handover(0.0, chance);
        }
    }

    fn begin(&mut self, chance: &mut Chance) {
        self.heads.clear();
        self.heads.resize(self.scene.ahead.len(), 0);
        // Whichever idle officer is quickest calls; how long that takes was learned as one figure.
        let reaction = self.hall.reaction.length(chance.share());
        self.free.clear();
        for place in &self.scene.counters {
            let free = self.until_free(place.doing, reaction, chance);
            self.free.push(free);
        }
        if self.hall.joining > 0.0 {
            let mut joins = 0.0;
            for _ in 0..JOINS {
                joins -= ln(chance.share()) / self.hall.joining;
                self.free.push(joins);
            }
        }
        self.there.clear();
        self.urgent_arrivals(chance);
    }

    /// When the counter calls next.
    fn until_free(&self, doing: Doing, reaction: f64, chance: &mut Chance) -> f64 {
        let visits = |service: Option<usize>| service.and_then(|service| self.hall.services.get(service));
        match doing {
            Doing::Idle => reaction,
            Doing::Between { since } => self.handover(since, chance),
            Doing::Serving { service, since } => {
                let rest = visits(service).map_or(0.0, |known| known.visits.rest(since, chance.share()));
                rest + self.handover(0.0, chance)
            }
            Doing::Calling { service, since } => {
                let rest = visits(service).map_or(0.0, |known| {
                    // The longer nobody has come, the likelier it is that nobody will, by as much as
                    // officers give up later than visits end.
                    let missing = known.missing * self.hall.absence.outlasts(since);
                    let coming = (1.0 - known.missing) * known.visits.outlasts(since);
                    let missed = chance.share() * (missing + coming) <= missing;
                    let law = if missed { &self.hall.absence } else { &known.visits };
                    law.rest(since, chance.share())
                });
                rest + self.handover(0.0, chance)
            }
        }
    }

    fn visit(&self, service: usize, chance: &mut Chance) -> f64 {
        let known = &self.hall.services[service];
        let law = if chance.share() <= known.missing { &self.hall.absence } else { &known.visits };
        law.length(chance.share())
    }

    fn handover(&self, since: f64, chance: &mut Chance) -> f64 {
        self.hall.handover.rest(since, chance.share())
    }

    /// Whoever is due first of those who are there and whom the counter takes.
    fn next(&self, place: &Place) -> Option<Next> {
        let mut first = f64::INFINITY;
        let mut next = None;
        for service in &place.takes {
            if let Some(Waiting { due, .. }) = self.scene.ahead[*service].get(self.heads[*service]).copied()
                && due < first
            {
                first = due;
                next = Some(Next::Queued(*service));
            }
        }
        for (n, urgent) in self.there.iter().enumerate() {
            if urgent.due < first && place.takes.contains(&urgent.service) {
                first = urgent.due;
                next = Some(Next::Urgent(n));
            }
        }
        next
    }

    /// When somebody arrives whom the counter takes.
    fn next_arrival(&self, place: &Place) -> f64 {
        let taken = self.coming.iter().rfind(|urgent| place.takes.contains(&urgent.service));
        taken.map_or(f64::INFINITY, |urgent| urgent.at)
    }

    /// As many as lately, at any time, by a Poisson law: each recent one comes again once per window,
    /// on average.
    fn urgent_arrivals(&mut self, chance: &mut Chance) {
        self.coming.clear();
        let Scene { window, stretch, .. } = *self.scene;
        'all: for recent in &self.scene.urgent {
            let mut begins = 0.0;
            while begins < recent.until {
                for _ in 0..chance.poisson() {
                    let at = begins + chance.share() * window;
                    let played = stretch <= 1.0 || chance.share() * stretch <= 1.0;
                    if at < recent.until && played {
                        let due = at + recent.allowance;
                        self.coming.push(Urgent { at: at / stretch, due, service: recent.service });
                    }
                }
                if self.coming.len() >= URGENT {
                    break 'all;
                }
                begins += window;
            }
        }
        self.coming.sort_unstable_by(|a, b| b.at.total_cmp(&a.at));
    }
}

/// The counter that calls next, the first of those that do so at once; never asked of no counters.
fn earliest(free: &[f64]) -> (usize, f64) {
    let mut first = (0, f64::INFINITY);
    for (n, at) in free.iter().enumerate() {
        if *at < first.1 {
            first = (n, *at);
        }
    }
    first
}

/// The chance of one path.
struct Chance(Pcg64Mcg);

impl Chance {
    /// Anything above 0 and up to 1, all equally likely.
    fn share(&mut self) -> f64 {
        const STEPS: u64 = 1 << 53; // as many as a float tells apart
        ((self.0.next_u64() >> 11) + 1) as f64 / STEPS as f64
    }

    /// How often something happens that happens once on average.
    fn poisson(&mut self) -> u32 {
        // The chances of at most 0, 1, ... times.
        const AT_MOST: [f64; 6] = [0.367_879, 0.735_759, 0.919_699, 0.981_012, 0.996_340, 0.999_406];
        let share = self.share();
        AT_MOST.iter().map(|at_most| u32::from(share > *at_most)).sum()
    }
}
