//! How good estimates were, in figures.

/// What an estimator said, and what was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The median, or the only figure, in seconds.
    pub p50: f64,
    /// The 90th percentile, where it was told.
    pub p90: Option<f64>,
    /// What it was.
    pub was: f64,
}

/// How good an estimator was.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// How many estimates.
    pub count: usize,
    /// The mean of the absolute errors, in seconds.
    pub mae: f64,
    /// The root of the mean of the squared errors, in seconds.
    pub rmse: f64,
    /// The mean error, told minus waited, in seconds.
    pub bias: f64,
    /// Nine in ten errors are no larger, in seconds.
    pub p90_error: f64,
    /// The share that waited no longer than the median.
    pub cover50: f64,
    /// The share that waited no longer than the 90th percentile.
    pub cover90: Option<f64>,
    /// The mean pinball loss of the median, in seconds.
    pub pinball50: f64,
    /// The mean pinball loss of the 90th percentile, in seconds.
    pub pinball90: Option<f64>,
}

impl Figures {
    /// Of those estimates; all zero for none.
    pub fn of(all: impl Iterator<Item = Measured>) -> Self {
        let all: Vec<Measured> = all.collect();
        if all.is_empty() {
            return Self::default();
        }
        let count = all.len() as f64;
        let mean = |of: &dyn Fn(&Measured) -> f64| all.iter().map(of).sum::<f64>() / count;
        let mut errors: Vec<f64> = all.iter().map(|one| (one.p50 - one.was).abs()).collect();
        errors.sort_unstable_by(f64::total_cmp);
        let upper: Option<Vec<(f64, f64)>> = all.iter().map(|one| Some((one.p90?, one.was))).collect();
        let share =
            |pairs: &[(f64, f64)]| pairs.iter().filter(|(told, was)| was <= told).count() as f64 / count;
        let loss = |pairs: &[(f64, f64)], q: f64| {
            let one = |(told, was): &(f64, f64)| {
                if was >= told { q * (was - told) } else { (1.0 - q) * (told - was) }
            };
            pairs.iter().map(one).sum::<f64>() / count
        };
        let medians: Vec<(f64, f64)> = all.iter().map(|one| (one.p50, one.was)).collect();
        Self {
            count: all.len(),
            mae: mean(&|one| (one.p50 - one.was).abs()),
            rmse: mean(&|one| (one.p50 - one.was) * (one.p50 - one.was)).sqrt(),
            bias: mean(&|one| one.p50 - one.was),
            p90_error: errors[((all.len() - 1) as f64 * 0.9).ceil() as usize],
            cover50: share(&medians),
            cover90: upper.as_deref().map(share),
            pinball50: loss(&medians, 0.5),
            pinball90: upper.as_deref().map(|pairs| loss(pairs, 0.9)),
        }
    }
}
