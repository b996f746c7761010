//! From measured rounds to figures: medians, percentiles and ratios pair by pair.
//!
//! A ratio is taken within each round, of two measurements a moment apart, and then the median of the
//! rounds' ratios: what slows the whole machine for a while slows both and leaves the ratio alone.

use std::{fmt::Write, time::Duration};

use serde::Serialize;

/// The same thing measured of the product and of its limit, one right after the other.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    /// The daemon's.
    pub product: f64,
    /// The bare program's.
    pub limit: f64,
}

/// A line of the result.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// The median of the daemon's rounds.
    pub product: f64,
    /// The median of the limit's rounds.
    pub limit: f64,
    /// Of `product` and `limit`.
    pub unit: &'static str,
    /// The median of each round's product by its limit.
    pub ratio: f64,
    /// How many rounds.
    pub runs: usize,
    /// What the limit is, for people.
    #[serde(skip)]
    pub limit_is: String,
}

impl Figure {
    /// The figure of some rounds, of which there must be one at least to mean anything.
    pub fn of(name: &str, unit: &'static str, limit_is: &str, pairs: &[Pair]) -> Self {
        let median_of = |value: fn(&Pair) -> f64| median(pairs.iter().map(value).collect());
        Self {
            name: name.into(),
            product: median_of(|pair| pair.product),
            limit: median_of(|pair| pair.limit),
            unit,
            ratio: median_of(|pair| pair.product / pair.limit),
            runs: pairs.len(),
            limit_is: limit_is.into(),
        }
    }
}

/// The value in the middle, or between the two in the middle; not a number where there is none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (values.get(middle), middle.checked_sub(1).and_then(|before| values.get(before))) {
        (Some(upper), Some(lower)) if values.len().is_multiple_of(2) => f64::midpoint(*lower, *upper),
        (Some(only), _) => *only,
        (None, _) => f64::NAN,
    }
}

/// The smallest value that at least `percent` in a hundred do not exceed; zero where there is none.
pub fn percentile(values: &mut [Duration], percent: usize) -> Duration {
    values.sort_unstable();
    let rank = (values.len() * percent).div_ceil(100).max(1);
    values.get(rank - 1).copied().unwrap_or_default()
}

/// Microseconds, for a figure.
pub fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

/// All figures for people.
pub fn table(figures: &[Figure]) -> String {
    let name = figures.iter().map(|figure| figure.name.len()).max().unwrap_or(0);
    let mut table = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(
        table,
        "{:name$}  {:>9}  {:>9}  {:8}  {:>5}  runs  the limit is",
        "", "product", "limit", "unit", "ratio"
    );
    for Figure { name: what, product, limit, unit, ratio, runs, limit_is } in figures {
        let _ = writeln!(
            table,
            "{what:name$}  {product:>9.0}  {limit:>9.0}  {unit:8}  {ratio:>5.2}  {runs:>4}  {limit_is}"
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_smallest_value_that_so_many_do_not_exceed() {
        let ms = Duration::from_millis;
        for (count, percent, expected) in [
            (1, 50, 1),
            (2, 50, 1),
            (3, 50, 2),
            (100, 50, 50),
            (100, 99, 99),
            (101, 99, 100),
            (10, 99, 10),
            (10, 100, 10),
        ] {
            let mut values: Vec<_> = (1..=count).rev().map(ms).collect();
            assert_eq!(percentile(&mut values, percent), ms(expected), "{percent} % of {count}");
        }
        assert_eq!(percentile(&mut [], 50), Duration::ZERO);
    }

    #[test]
    fn a_median_lies_in_the_middle_of_odd_and_even_many() {
        for (values, expected) in
            [(vec![7.0], 7.0), (vec![9.0, 1.0, 4.0], 4.0), (vec![4.0, 1.0, 9.0, 2.0], 3.0)]
        {
            assert!((median(values.clone()) - expected).abs() < 1e-9, "{values:?}");
        }
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    fn a_machine_that_is_slow_for_a_while_does_not_move_the_ratio() {
        // In the second and third round everything takes four times as long.
        let pairs: Vec<_> = [1.0, 0.25, 0.25, 1.0, 1.0]
            .map(|speed| Pair { product: 600.0 * speed, limit: 1000.0 * speed })
            .into();
        let figure = Figure::of("tickets", "1/s", "post", &pairs);
        assert!((figure.ratio - 0.6).abs() < 1e-9);
        assert_eq!(figure.runs, 5);
    }

    #[test]
    fn the_ratio_is_the_median_of_ratios_and_not_the_ratio_of_medians() {
        let pairs = [(1.0, 10.0), (2.0, 4.0), (9.0, 1.0)].map(|(product, limit)| Pair { product, limit });
        let figure = Figure::of("any", "1/s", "any", &pairs);
        assert!((figure.ratio - 0.5).abs() < 1e-9);
        assert!((figure.product - 2.0).abs() < 1e-9 && (figure.limit - 4.0).abs() < 1e-9);
    }

    #[test]
    fn a_figure_is_written_with_the_names_that_readers_of_the_file_know() {
        let figure = Figure::of("tickets", "1/s", "post", &[Pair { product: 1.0, limit: 2.0 }]);
        assert_eq!(
            serde_json::to_string(&figure).unwrap(),
            r#"{"name":"tickets","product":1.0,"limit":2.0,"unit":"1/s","ratio":0.5,"runs":1}"#
        );
    }
}
