//! The queues of a branch: who waits for each service, earliest due first.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ServiceId, TicketId};

/// Who waits, by service, in the order of due time; equal due times go by ticket id, which is the
/// order of arrival.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Queues(BTreeMap<ServiceId, BTreeSet<Place>>);

/// A place in a queue.
pub(crate) type Place = (Timestamp, TicketId);

impl Queues {
    pub(crate) fn insert(&mut self, service: &ServiceId, place: Place) {
        if let Some(queue) = self.0.get_mut(service) {
            queue.insert(place);
        } else {
            self.0.insert(service.clone(), BTreeSet::from([place]));
        }
    }

    pub(crate) fn remove(&mut self, service: &ServiceId, place: Place) {
        if let Some(queue) = self.0.get_mut(service) {
            queue.remove(&place);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whoever is due first for a service.
    pub(crate) fn first(&self, service: &ServiceId) -> Option<Place> {
        self.0.get(service)?.first().copied()
    }

    /// How many wait for a service.
    pub(crate) fn len(&self, service: &ServiceId) -> usize {
        self.0.get(service).map_or(0, BTreeSet::len)
    }

    /// How many of a service stand before `place`.
    ///
    /// Counted from the nearer end: an ordinary newcomer stands near the end, an urgent one near the
    /// front, so this stays short in a long queue.
    pub(crate) fn ahead(&self, service: &ServiceId, place: Place) -> usize {
        let Some(queue) = self.0.get(service) else { return 0 };
        let mut before = queue.range(..place);
        let mut after = queue.range(place..);
        let mut counted = 0;
        loop {
            if before.next().is_none() {
                return counted;
            }
            if after.next().is_none() {
                return queue.len() - counted;
            }
            counted += 1;
        }
    }

    /// Everybody who waits for a service, earliest due first.
    pub(crate) fn iter(&self, service: &ServiceId) -> impl Iterator<Item = Place> {
        self.0.get(service).into_iter().flatten().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ahead_counts_those_due_before_from_either_end() {
        let service: ServiceId = "pasport".parse().unwrap();
        let place = |n: i64| (Timestamp::from_second(n).unwrap(), TicketId(0));
        let mut queues = Queues::default();
        for n in [10, 20, 30, 40, 50] {
            queues.insert(&service, place(n));
        }
        for (at, ahead) in [(5, 0), (10, 0), (15, 1), (30, 2), (35, 3), (50, 4), (60, 5)] {
            assert_eq!(queues.ahead(&service, place(at)), ahead, "at {at}");
        }
    }
}
