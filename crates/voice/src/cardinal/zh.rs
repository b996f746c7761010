//! Mandarin: shí, shíyī, èrshí, èrshíyī.

use super::DIGIT;

const TEN: &str = "n.10";

pub(super) fn parts(tens: usize, ones: usize) -> Vec<&'static str> {
    match (tens, ones) {
        (0, _) => vec![DIGIT[ones]],
        (1, 0) => vec![TEN],
        (1, _) => vec![TEN, DIGIT[ones]],
        (_, 0) => vec![DIGIT[tens], TEN],
        (_, _) => vec![DIGIT[tens], TEN, DIGIT[ones]],
    }
}
