//! What is to be said: which number goes where.

use giliran_core::{Place, TicketNumber};

/// A call to be spoken.
///
/// Invariant: the place's number is 1 to 99, the range that signs have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    number: TicketNumber,
    place: Place,
    place_number: u8,
}

/// The call can't be put into words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The ticket's number has another form.
    #[error(transparent)]
    Number(#[from] giliran_core::NumberError),
    /// The sign's number has no words.
    #[error("counter or room number {0} is not between 1 and 99")]
    PlaceNumber(u8),
}

impl Call {
    /// The call of `number`, such as `A047`, to the counter or room `place_number`, 1 to 99.
    pub fn new(number: &str, place: Place, place_number: u8) -> Result<Self, CallError> {
        if !(1..=99).contains(&place_number) {
            return Err(CallError::PlaceNumber(place_number));
        }
        Ok(Self { number: number.parse()?, place, place_number })
    }

    /// The number on the slip.
    pub fn number(&self) -> &TicketNumber {
        &self.number
    }

    /// Counter or room.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The number on the sign, 1 to 99.
    pub fn place_number(&self) -> u8 {
        self.place_number
    }
}
