//! Malay: sepuluh, sebelas, dua belas, dua puluh, dua puluh satu.

use super::DIGIT;

pub(super) fn parts(tens: usize, ones: usize) -> Vec<&'static str> {
    match (tens, ones) {
        (0, _) => vec![DIGIT[ones]],
        (1, 0) => vec!["n.10"],
        (1, 1) => vec!["n.11"],
        (1, _) => vec![DIGIT[ones], "n.teens"],
        (_, 0) => vec![DIGIT[tens], "n.tens"],
        (_, _) => vec![DIGIT[tens], "n.tens", DIGIT[ones]],
    }
}
