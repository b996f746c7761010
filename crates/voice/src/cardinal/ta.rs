//! Tamil: ten to nineteen are words of their own, and tens, hundreds and thousands have another ending
//! before what follows (irupatu, irupatti onru; nūru, nūrri aintu; āyiram, āyiratti aintu).

use super::{DIGIT, Figures};

const TEENS: [&str; 10] = ["n.10", "n.11", "n.12", "n.13", "n.14", "n.15", "n.16", "n.17", "n.18", "n.19"];
const TENS: [&str; 8] = ["n.20", "n.30", "n.40", "n.50", "n.60", "n.70", "n.80", "n.90"];
const TENS_BEFORE: [&str; 8] = ["n.20+", "n.30+", "n.40+", "n.50+", "n.60+", "n.70+", "n.80+", "n.90+"];
const HUNDREDS: [&str; 9] = ["n.100", "n.200", "n.300", "n.400", "n.500", "n.600", "n.700", "n.800", "n.900"];
const HUNDREDS_BEFORE: [&str; 9] =
    ["n.100+", "n.200+", "n.300+", "n.400+", "n.500+", "n.600+", "n.700+", "n.800+", "n.900+"];
const THOUSANDS: [&str; 9] =
    ["n.1000", "n.2000", "n.3000", "n.4000", "n.5000", "n.6000", "n.7000", "n.8000", "n.9000"];
const THOUSANDS_BEFORE: [&str; 9] =
    ["n.1000+", "n.2000+", "n.3000+", "n.4000+", "n.5000+", "n.6000+", "n.7000+", "n.8000+", "n.9000+"];

pub(super) fn parts(figures: Figures) -> Vec<&'static str> {
    let Figures { thousands, hundreds, tens, ones } = figures;
    let mut parts = Vec::new();
    let rest = !figures.ends_at_hundreds();
    if thousands > 0 {
        let words = if rest || hundreds > 0 { THOUSANDS_BEFORE } else { THOUSANDS };
        parts.push(words[thousands - 1]);
    }
    if hundreds > 0 {
        let words = if rest { HUNDREDS_BEFORE } else { HUNDREDS };
        parts.push(words[hundreds - 1]);
    }
    match (tens, ones) {
        (0, 0) if !parts.is_empty() => {}
        (0, _) => parts.push(DIGIT[ones]),
        (1, _) => parts.push(TEENS[ones]),
        (_, 0) => parts.push(TENS[tens - 2]),
        (_, _) => parts.extend([TENS_BEFORE[tens - 2], DIGIT[ones]]),
    }
    parts
}
