//! Mandarin: shí, shíyī, èrshí, èrshíyī; yìbǎi líng wǔ, yìbǎi yīshíwǔ, liǎngqiān. A gap in the figures is said
//! once, as líng; a leading two before hundreds and thousands is liǎng.

use super::{DIGIT, Figures};

const TEN: &str = "n.10";
const HUNDRED: &str = "n.100";
const THOUSAND: &str = "n.1000";
const ZERO: &str = DIGIT[0];

pub(super) fn parts(figures: Figures) -> Vec<&'static str> {
    let Figures { thousands, hundreds, tens, ones } = figures;
    let leading = |digit: usize| if digit == 2 { "n.2" } else { DIGIT[digit] };
    let mut parts = Vec::new();
    if thousands > 0 {
        parts.extend([leading(thousands), THOUSAND]);
    }
    match hundreds {
        0 if thousands > 0 && !figures.ends_at_hundreds() => parts.push(ZERO),
        0 => {}
        _ if thousands > 0 => parts.extend([DIGIT[hundreds], HUNDRED]),
        _ => parts.extend([leading(hundreds), HUNDRED]),
    }
    let alone = parts.is_empty();
    match (tens, ones) {
        (0, 0) if !alone => {}
        (0, _) if hundreds > 0 => parts.extend([ZERO, DIGIT[ones]]),
        (0, _) => parts.push(DIGIT[ones]),
        (1, 0) if alone => parts.push(TEN),
        (1, _) if alone => parts.extend([TEN, DIGIT[ones]]),
        (_, 0) => parts.extend([DIGIT[tens], TEN]),
        (_, _) => parts.extend([DIGIT[tens], TEN, DIGIT[ones]]),
    }
    parts
}
