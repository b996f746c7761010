//! Which letters are told apart by ear.
//!
//! Heard through a loudspeaker in a hall, some names of letters are taken for others. The sets come from
//! a recogniser's confusions over English letter names, which Malay shares.

/// Letters that were told from one another best, in the order in which they are proposed.
const CLEAR: &str = "ACFLQRW";

/// Sets whose members are taken for one another.
const ALIKE: [&str; 3] = ["BDEGPTV", "FS", "MN"];

/// Whether two letters are taken for one another by ear; a letter is not like itself.
fn alike(one: char, other: char) -> bool {
    one != other && ALIKE.iter().any(|set| set.contains(one) && set.contains(other))
}

/// Whether two series' letters differ only where the ear does not tell them apart.
pub(super) fn sound_alike(one: &str, other: &str) -> bool {
    one != other
        && one.len() == other.len()
        && one.chars().zip(other.chars()).all(|(one, other)| one == other || alike(one, other))
}

/// Single letters for a new series beside those in `taken`, the most distinct first: none that is taken,
/// and none that sounds like one that is.
pub fn propose_letters(taken: &[&str]) -> Vec<char> {
    let free = |letter: &char| {
        let text = letter.to_string();
        !taken.iter().any(|taken| *taken == text || sound_alike(taken, &text))
    };
    CLEAR.chars().chain(('A'..='Z').filter(|letter| !CLEAR.contains(*letter))).filter(free).collect()
}
