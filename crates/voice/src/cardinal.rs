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

/// The greatest number that has words; that of a ticket has four digits at most.
pub const GREATEST: u16 = 9_999;

/// A number, digit by digit, and what is left of it without the digits before.
#[derive(Debug, Clone, Copy)]
struct Figures {
    thousands: usize,
    hundreds: usize,
    tens: usize,
    ones: usize,
}

impl Figures {
    /// What is left without thousands and hundreds is nothing.
    fn ends_at_hundreds(self) -> bool {
        self.tens == 0 && self.ones == 0
    }
}

/// The clips of `number` as a cardinal, in the order in which they are said. Greater numbers than
/// [`GREATEST`], which no ticket has, are said as their last four digits.
pub fn parts(language: Language, number: u16) -> Vec<ClipId> {
    let digit = |power: u16| usize::from(number / power % 10);
    let figures = Figures { thousands: digit(1000), hundreds: digit(100), tens: digit(10), ones: digit(1) };
    let names = match language {
        Language::Ms => ms::parts(figures),
        Language::En => en::parts(figures),
        Language::Zh => zh::parts(figures),
        Language::Ta => ta::parts(figures),
    };
    names.into_iter().map(ClipId::new).collect()
}
