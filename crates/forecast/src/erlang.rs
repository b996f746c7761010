//! How many counters a steady stream of people needs, by the delay formula of Erlang (1917), called Erlang C: Poisson
//! arrivals, exponential visits, first come first served.
//!
//! Real streams are not steady and real visits not exponential; it is good for a first number that is then played.

/// More counters than this no office has.
const MOST: u32 = 99;

/// The least number of counters with which no more than the share `late` of people waits longer than `promise` seconds.
///
/// `rate` is people a second, `visit` the mean seconds that a visit keeps a counter busy. 0 where nobody comes.
pub fn needed(rate: f64, visit: f64, promise: f64, late: f64) -> u32 {
    let load = rate * visit;
    if load.is_nan() || load <= 0.0 {
        return 0;
    }
    let enough = |counters: &u32| waits_longer(load, *counters, promise / visit) <= late;
    (1..=MOST).find(enough).unwrap_or(MOST)
}

/// The share of people who wait longer than `promise` visits, at a load of so many counters' work.
///
/// P(W > t) = C(s, a) exp(-(s - a) t / S), with C by the recursion of Erlang's B.
fn waits_longer(load: f64, counters: u32, promise: f64) -> f64 {
    let all = f64::from(counters);
    if load >= all {
        return 1.0;
    }
    let blocked = (1..=counters).fold(1.0, |blocked, n| load * blocked / (f64::from(n) + load * blocked));
    let waits = blocked / (1.0 - load / all * (1.0 - blocked));
    waits * libm::exp(-(all - load) * promise)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_that_waits_is_that_of_the_formula_summed_exactly() {
        // C(s, a) by its definition, summed exactly: one counter at half load, two at one, ten at eight, a hundred at ninety.
        for (load, counters, waits) in
            [(0.5, 1, 0.5), (1.0, 2, 1.0 / 3.0), (8.0, 10, 0.409_180), (90.0, 100, 0.216_940)]
        {
            let found = waits_longer(load, counters, 0.0);
            assert!((found - waits).abs() < 1e-5, "C({counters}, {load}) = {found}, not {waits}");
        }
    }

    #[test]
    fn more_people_need_no_fewer_counters_and_nobody_needs_none() {
        assert_eq!(needed(0.0, 300.0, 900.0, 0.05), 0);
        assert_eq!(needed(f64::NAN, 300.0, 900.0, 0.05), 0);
        let of = |per_hour: u32| needed(f64::from(per_hour) / 3600.0, 300.0, 900.0, 0.05);
        assert!((1..200).all(|n| of(n) <= of(n + 1)));
        assert!(of(60) >= 6, "sixty an hour at five minutes are five counters' work and a little");
        assert_eq!(of(60_000), MOST);
    }
}
