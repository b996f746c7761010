//! Which numbers are with the living, so that none is given out twice.
//!
//! Kept as runs of neighbours: people come and go roughly in order, so there are few, and the next free
//! number after any place is found in the time of one look-up, however many wait.

use std::{collections::BTreeMap, ops::RangeInclusive};

use serde::{Deserialize, Serialize};

use crate::TicketNumber;

/// Numbers in use, by letters: the first of each run of neighbours with its last.
///
/// How wide a number is written does not matter: `A07` and `A007` sound the same.
///
/// Invariant: runs do not touch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Numbers(BTreeMap<Box<str>, BTreeMap<u16, u16>>);

impl Numbers {
    /// Marks a free number as taken.
    pub(crate) fn take(&mut self, number: &TicketNumber) {
        let runs = self.0.entry(number.letters().into()).or_default();
        let sequence = number.sequence();
        let before = runs.range(..=sequence).next_back().map(|(first, last)| (*first, *last));
        let first = match before {
            Some((_, last)) if last >= sequence => return,
            Some((first, last)) if last + 1 == sequence => first,
            _ => sequence,
        };
        let after = sequence.checked_add(1).and_then(|next| runs.remove(&next));
        runs.insert(first, after.unwrap_or(sequence));
    }

    /// Marks a taken number as free.
    pub(crate) fn give_back(&mut self, number: &TicketNumber) {
        let Some(runs) = self.0.get_mut(number.letters()) else { return };
        let sequence = number.sequence();
        let Some((&first, &last)) = runs.range(..=sequence).next_back() else { return };
        if last < sequence {
            return;
        }
        runs.remove(&first);
        if first < sequence {
            runs.insert(first, sequence - 1);
        }
        if sequence < last {
            runs.insert(sequence + 1, last);
        }
    }

    /// The first number within `range` that nobody has.
    pub(crate) fn first_free(&self, letters: &str, range: RangeInclusive<u16>) -> Option<u16> {
        let from = *range.start();
        let run = self.0.get(letters).and_then(|runs| runs.range(..=from).next_back());
        let free = match run {
            Some((_, &last)) if last >= from => last.checked_add(1)?,
            _ => from,
        };
        range.contains(&free).then_some(free)
    }

    /// Whether somebody has the number.
    pub(crate) fn has(&self, number: &TicketNumber) -> bool {
        let sequence = number.sequence();
        self.first_free(number.letters(), sequence..=sequence).is_none()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_say_the_same_as_a_plain_set(steps in prop::collection::vec((any::<bool>(), 0_u16..40), 0..200)) {
            let (mut numbers, mut plain) = (Numbers::default(), BTreeSet::new());
            for (take, sequence) in steps {
                let number = TicketNumber::new("A", sequence, 3);
                if take {
                    numbers.take(&number);
                    plain.insert(sequence);
                } else {
                    numbers.give_back(&number);
                    plain.remove(&sequence);
                }
                for from in 0..40 {
                    let expected = (from..=39).find(|free| !plain.contains(free));
                    prop_assert_eq!(numbers.first_free("A", from..=39), expected);
                }
                let runs = numbers.0.get("A").cloned().unwrap_or_default();
                prop_assert!(runs.iter().zip(runs.iter().skip(1)).all(|(one, next)| one.1 + 1 < *next.0));
            }
        }
    }

    #[test]
    fn the_ends_of_the_range_are_numbers_too() {
        let mut numbers = Numbers::default();
        for sequence in [0, u16::MAX, u16::MAX - 1] {
            numbers.take(&TicketNumber::new("A", sequence, 4));
        }
        assert_eq!(numbers.first_free("A", 0..=u16::MAX), Some(1));
        assert_eq!(numbers.first_free("A", u16::MAX - 1..=u16::MAX), None);
        numbers.give_back(&TicketNumber::new("A", u16::MAX, 4));
        assert_eq!(numbers.first_free("A", u16::MAX - 1..=u16::MAX), Some(u16::MAX));
        assert_eq!(numbers.first_free("B", 7..=9), Some(7));
    }
}
