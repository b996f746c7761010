//! Logarithms that are the same to the last digit on every machine, and figures that are always figures.

/// The natural logarithm of a figure that is above zero; of anything else, that of the smallest such.
pub(crate) fn ln(x: f64) -> f64 {
    libm::log(if x > f64::MIN_POSITIVE { x } else { f64::MIN_POSITIVE })
}

/// e to the power of `x`, which is kept within what has a power that is finite and above zero.
pub(crate) fn exp(x: f64) -> f64 {
    libm::exp(clamp(x, -50.0, 50.0))
}

/// `x` within the bounds; the middle between them for what is not a number.
pub(crate) fn clamp(x: f64, low: f64, high: f64) -> f64 {
    if x.is_nan() { 0.5 * (low + high) } else { x.clamp(low, high) }
}
