//! How a language says a number as a number, of the clips that it needs for that.
//!
//! One module per language; each is a table or two and the rule that joins them. A new language is a
//! new module and a line in [`parts`].

mod en;
mod ms;
mod ta;
mod zh;

use giliran_core::Language;

use crate::ClipId;

/// The digits, which are also the cardinals 0 to 9 in all four languages.
const DIGIT: [&str; 10] = ["d.0", "d.1", "d.2", "d.3", "d.4", "d.5", "d.6", "d.7", "d.8", "d.9"];

/// The clips of `number` as a cardinal, in the order in which they are said. Numbers over 99, which no
/// sign has, are said as their last two digits.
pub fn parts(language: Language, number: u8) -> Vec<ClipId> {
    let (tens, ones) = (usize::from(number % 100 / 10), usize::from(number % 10));
    let names = match language {
        Language::Ms => ms::parts(tens, ones),
        Language::En => en::parts(tens, ones),
        Language::Zh => zh::parts(tens, ones),
        Language::Ta => ta::parts(tens, ones),
    };
    names.into_iter().map(ClipId::new).collect()
}
