//! People in a line: an ordered set that also knows how many stand before a place.
//!
//! A treap: a search tree by place and a heap by a number mixed from the ticket's id, so its shape
//! depends on who stands in it and not on how they came, and its depth grows with the logarithm of
//! their number.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::TicketId;

/// A place in a line: those who go next before the rest, then by due time, then by order of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Place {
    /// Whether the ticket waits its turn; one that goes next does not.
    pub(crate) waits_its_turn: bool,
    pub(crate) due: Timestamp,
    pub(crate) id: TicketId,
}

/// People in a line, the first first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Line(Option<Box<Node>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    place: Place,
    size: usize,
    left: Line,
    right: Line,
}

impl Line {
    pub(crate) fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |node| node.size)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn first(&self) -> Option<Place> {
        let mut node = self.0.as_ref()?;
        while let Some(left) = &node.left.0 {
            node = left;
        }
        Some(node.place)
    }

    /// How many stand before `place`, whether or not anybody stands there.
    pub(crate) fn before(&self, place: Place) -> usize {
        let (mut line, mut before) = (self, 0);
        while let Some(node) = &line.0 {
            if node.place < place {
                before += node.left.len() + 1;
                line = &node.right;
            } else {
                line = &node.left;
            }
        }
        before
    }

    pub(crate) fn insert(&mut self, place: Place) {
        match &mut self.0 {
            Some(node) if node.place == place => {}
            Some(node) if weight(node.place) >= weight(place) => {
                if place < node.place {
                    node.left.insert(place)
                } else {
                    node.right.insert(place)
                }
                node.count();
            }
            rest => {
                let (left, right) = Self(rest.take()).split(place);
                let mut node = Box::new(Node { place, size: 0, left, right });
                node.count();
                *rest = Some(node);
            }
        }
    }

    pub(crate) fn remove(&mut self, place: Place) {
        let Some(node) = &mut self.0 else { return };
        match place.cmp(&node.place) {
            Ordering::Less => node.left.remove(place),
            Ordering::Greater => node.right.remove(place),
            Ordering::Equal => {
                let (left, right) = (std::mem::take(&mut node.left), std::mem::take(&mut node.right));
                *self = Self::join(left, right);
                return;
            }
        }
        node.count();
    }

    /// Everybody, the first first.
    pub(crate) fn iter(&self) -> Iter<'_> {
        let mut iter = Iter { open: Vec::new() };
        iter.descend(self);
        iter
    }

    /// Those after `place`, the first first.
    pub(crate) fn after(&self, place: Place) -> Iter<'_> {
        let mut iter = Iter { open: Vec::new() };
        let mut line = self;
        while let Some(node) = &line.0 {
            if node.place > place {
                iter.open.push(node);
                line = &node.left;
            } else {
                line = &node.right;
            }
        }
        iter
    }

    /// Those before `place` and those after it.
    fn split(self, place: Place) -> (Self, Self) {
        let Some(mut node) = self.0 else { return (Self(None), Self(None)) };
        if node.place < place {
            let (middle, after) = std::mem::take(&mut node.right).split(place);
            node.right = middle;
            node.count();
            (Self(Some(node)), after)
        } else {
            let (before, middle) = std::mem::take(&mut node.left).split(place);
            node.left = middle;
            node.count();
            (before, Self(Some(node)))
        }
    }

    /// One line behind another.
    fn join(front: Self, back: Self) -> Self {
        match (front.0, back.0) {
            (None, rest) | (rest, None) => Self(rest),
            (Some(mut front), Some(back)) if weight(front.place) >= weight(back.place) => {
                front.right = Self::join(std::mem::take(&mut front.right), Self(Some(back)));
                front.count();
                Self(Some(front))
            }
            (front, Some(mut back)) => {
                back.left = Self::join(Self(front), std::mem::take(&mut back.left));
                back.count();
                Self(Some(back))
            }
        }
    }
}

impl Node {
    fn count(&mut self) {
        self.size = self.left.len() + 1 + self.right.len();
    }
}

/// A number as good as random, another for each ticket (the finaliser of SplitMix64, a bijection).
fn weight(place: Place) -> u64 {
    let mut mixed = place.id.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Goes through a line.
pub(crate) struct Iter<'a> {
    /// Nodes that are still to come, the nearest last; what lies left of them is done.
    open: Vec<&'a Node>,
}

impl<'a> Iter<'a> {
    fn descend(&mut self, mut line: &'a Line) {
        while let Some(node) = &line.0 {
            self.open.push(node);
            line = &node.left;
        }
    }
}

impl Iterator for Iter<'_> {
    type Item = Place;

    fn next(&mut self) -> Option<Place> {
        let node = self.open.pop()?;
        self.descend(&node.right);
        Some(node.place)
    }
}

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut line = Self::default();
        for place in Vec::<Place>::deserialize(deserializer)? {
            line.insert(place);
        }
        Ok(line)
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, ops::Bound};

    use proptest::prelude::*;

    use super::*;

    fn depth(line: &Line) -> usize {
        line.0.as_ref().map_or(0, |node| 1 + depth(&node.left).max(depth(&node.right)))
    }

    proptest! {
        #[test]
        fn a_line_says_the_same_as_a_plain_set(
            steps in prop::collection::vec((any::<bool>(), any::<bool>(), 0_i64..20, 0_u64..60), 0..200),
        ) {
            let (mut line, mut plain) = (Line::default(), BTreeSet::new());
            for (join, waits_its_turn, due, id) in steps {
                let due = Timestamp::from_second(due).expect("in range");
                let place = Place { waits_its_turn, due, id: TicketId(id) };
                prop_assert_eq!(line.before(place), plain.range(..place).count());
                let after = plain.range((Bound::Excluded(place), Bound::Unbounded));
                prop_assert!(line.after(place).eq(after.copied()));
                // A ticket stands in a line once.
                if join && !plain.iter().any(|stands: &Place| stands.id == place.id) {
                    line.insert(place);
                    plain.insert(place);
                } else {
                    line.remove(place);
                    plain.remove(&place);
                }
                prop_assert_eq!(line.len(), plain.len());
                prop_assert_eq!(line.first(), plain.first().copied());
                prop_assert!(line.iter().eq(plain.iter().copied()));
            }
            // Its shape depends on who stands in it alone.
            let mut anew = Line::default();
            plain.iter().rev().for_each(|place| anew.insert(*place));
            prop_assert_eq!(anew, line);
        }
    }

    #[test]
    fn a_long_line_stays_shallow() {
        let mut line = Line::default();
        for id in 0..100_000 {
            line.insert(Place { waits_its_turn: true, due: Timestamp::UNIX_EPOCH, id: TicketId(id) });
        }
        assert!(depth(&line) < 60, "{}", depth(&line)); // 17 would be perfect
    }
}
