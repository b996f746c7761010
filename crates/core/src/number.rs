//! The number on the slip and in the loudspeaker.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What is printed, shown and called, such as `A047`.
///
/// Numbers start again each business day, so a number does not identify a ticket;
/// [`TicketId`](crate::TicketId) does. No number stands twice among living tickets.
///
/// Invariant: `letters` is one or two of `A` to `Z`, `sequence` has at most `width` digits, `width` is 1 to 4.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TicketNumber {
    letters: Box<str>,
    sequence: u16,
    width: u8,
}

impl TicketNumber {
    /// A number of the series `letters`, with leading zeros up to `width` digits.
    ///
    /// The caller vouches for the invariant; [`Rules::check`](crate::Rules::check) does for a series.
    pub(crate) fn new(letters: &str, sequence: u16, width: u8) -> Self {
        Self { letters: letters.into(), sequence, width }
    }

    /// The letters of the series.
    pub fn letters(&self) -> &str {
        &self.letters
    }

    /// The place in the series.
    pub fn sequence(&self) -> u16 {
        self.sequence
    }
}

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:0width$}", self.letters, self.sequence, width = usize::from(self.width))
    }
}

/// The text is not a ticket number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a ticket number such as A047")]
pub struct NumberError(String);

impl FromStr for TicketNumber {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let refuse = || NumberError(text.chars().take(16).collect());
        let digits_at = text.find(|c: char| !c.is_ascii_uppercase()).ok_or_else(refuse)?;
        let (letters, digits) = text.split_at(digits_at);
        let shaped = (1..=2).contains(&letters.len())
            && (1..=4).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit());
        if !shaped {
            return Err(refuse());
        }
        let sequence = digits.parse().map_err(|_| refuse())?;
        let width = u8::try_from(digits.len()).map_err(|_| refuse())?;
        Ok(Self::new(letters, sequence, width))
    }
}

impl TryFrom<String> for TicketNumber {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Self, NumberError> {
        text.parse()
    }
}

impl From<TicketNumber> for String {
    fn from(number: TicketNumber) -> Self {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_back_as_it_was_written() {
        for text in ["A047", "A1", "ZZ0001", "B999"] {
            assert_eq!(text.parse::<TicketNumber>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for text in ["", "A", "047", "a047", "ABC1", "A00000", "A-1", "A 1", "Ä1", "A१"] {
            assert!(text.parse::<TicketNumber>().is_err(), "{text}");
        }
    }
}
