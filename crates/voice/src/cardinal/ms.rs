//! Malay: sepuluh, sebelas, dua belas, dua puluh, dua puluh satu, seratus, dua ratus lima, seribu, dua ribu.

use super::{DIGIT, Figures};

pub(super) fn parts(figures: Figures) -> Vec<&'static str> {
    let Figures { thousands, hundreds, tens, ones } = figures;
    let mut parts = Vec::new();
    match thousands {
        0 => {}
        1 => parts.push("n.1000"),
        _ => parts.extend([DIGIT[thousands], "n.thousands"]),
    }
    match hundreds {
        0 => {}
        1 => parts.push("n.100"),
        _ => parts.extend([DIGIT[hundreds], "n.hundreds"]),
    }
    match (tens, ones) {
        (0, 0) if !parts.is_empty() => {}
        (0, _) => parts.push(DIGIT[ones]),
        (1, 0) => parts.push("n.10"),
        (1, 1) => parts.push("n.11"),
        (1, _) => parts.extend([DIGIT[ones], "n.teens"]),
        (_, 0) => parts.extend([DIGIT[tens], "n.tens"]),
        (_, _) => parts.extend([DIGIT[tens], "n.tens", DIGIT[ones]]),
    }
    parts
}
