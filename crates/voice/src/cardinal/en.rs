//! English: ten to nineteen are words of their own, then twenty, twenty one; one hundred and five, one thousand
//! two hundred and five.

use super::{DIGIT, Figures};

const TEENS: [&str; 10] = ["n.10", "n.11", "n.12", "n.13", "n.14", "n.15", "n.16", "n.17", "n.18", "n.19"];
const TENS: [&str; 8] = ["n.20", "n.30", "n.40", "n.50", "n.60", "n.70", "n.80", "n.90"];

pub(super) fn parts(figures: Figures) -> Vec<&'static str> {
    let Figures { thousands, hundreds, tens, ones } = figures;
    let mut parts = Vec::new();
    if thousands > 0 {
        parts.extend([DIGIT[thousands], "n.thousand"]);
    }
    if hundreds > 0 {
        parts.extend([DIGIT[hundreds], "n.hundred"]);
    }
    if !parts.is_empty() {
        if figures.ends_at_hundreds() {
            return parts;
        }
        parts.push("n.and");
    }
    match (tens, ones) {
        (0, _) => parts.push(DIGIT[ones]),
        (1, _) => parts.push(TEENS[ones]),
        (_, 0) => parts.push(TENS[tens - 2]),
        (_, _) => parts.extend([TENS[tens - 2], DIGIT[ones]]),
    }
    parts
}
