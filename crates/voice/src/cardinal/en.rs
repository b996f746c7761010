//! English: ten to nineteen are words of their own, then twenty, twenty one.

use super::DIGIT;

const TEENS: [&str; 10] = ["n.10", "n.11", "n.12", "n.13", "n.14", "n.15", "n.16", "n.17", "n.18", "n.19"];
const TENS: [&str; 8] = ["n.20", "n.30", "n.40", "n.50", "n.60", "n.70", "n.80", "n.90"];

pub(super) fn parts(tens: usize, ones: usize) -> Vec<&'static str> {
    match (tens, ones) {
        (0, _) => vec![DIGIT[ones]],
        (1, _) => vec![TEENS[ones]],
        (_, 0) => vec![TENS[tens - 2]],
        (_, _) => vec![TENS[tens - 2], DIGIT[ones]],
    }
}
