//! The queues of a branch: who waits for each service, earliest due first.

mod line;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use line::Line;
pub(crate) use line::Place;

use crate::{ClassId, CounterId, ServiceId, TicketId};

/// Who waits, by service and then by who may call them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Queues(BTreeMap<ServiceId, Queue>);

/// Who waits for one service. No line is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Queue {
    /// Those whom any counter for the service may call, by class.
    open: BTreeMap<ClassId, Line>,
    /// Those who wait for one counter.
    bound: BTreeMap<CounterId, Line>,
}

impl Queues {
    pub(crate) fn insert(
        &mut self,
        service: &ServiceId,
        class: &ClassId,
        bound: Option<&CounterId>,
        place: Place,
    ) {
        let queue = self.0.entry(service.clone()).or_default();
        match bound {
            None => queue.open.entry(class.clone()).or_default().insert(place),
            Some(counter) => queue.bound.entry(counter.clone()).or_default().insert(place),
        }
    }

    pub(crate) fn remove(
        &mut self,
        service: &ServiceId,
        class: &ClassId,
        bound: Option<&CounterId>,
        place: Place,
    ) {
        let Some(queue) = self.0.get_mut(service) else { return };
        match bound {
            None => leave(&mut queue.open, class, place),
            Some(counter) => leave(&mut queue.bound, counter, place),
        }
        if queue.open.is_empty() && queue.bound.is_empty() {
            self.0.remove(service);
        }
    }

    /// Whoever is first for a service, of all classes or of some.
    pub(crate) fn first(&self, service: &ServiceId, classes: Option<&[ClassId]>) -> Option<Place> {
        let queue = self.0.get(service)?;
        match classes {
            None => queue.open.values().filter_map(Line::first).min(),
            Some(classes) => classes.iter().filter_map(|class| queue.open.get(class)?.first()).min(),
        }
    }

    /// Whoever is first of those who wait for one counter.
    pub(crate) fn first_bound(&self, counter: &CounterId) -> Option<Place> {
        self.0.values().filter_map(|queue| queue.bound.get(counter)?.first()).min()
    }

    /// Who waits for one counter.
    pub(crate) fn bound(&self, counter: &CounterId) -> impl Iterator<Item = TicketId> {
        self.0
            .values()
            .filter_map(|queue| queue.bound.get(counter))
            .flat_map(Line::iter)
            .map(|place| place.id)
    }

    /// How many wait for a service.
    pub(crate) fn len(&self, service: &ServiceId) -> usize {
        let Some(queue) = self.0.get(service) else { return 0 };
        queue.open.values().chain(queue.bound.values()).map(Line::len).sum()
    }

    /// How many of those who wait for a service at any counter stand before `place`.
    pub(crate) fn before(&self, service: &ServiceId, place: Place) -> usize {
        let Some(queue) = self.0.get(service) else { return 0 };
        queue.open.values().map(|line| line.before(place)).sum()
    }

    /// Everybody who waits for a service, the first first.
    pub(crate) fn iter(&self, service: &ServiceId) -> impl Iterator<Item = Place> {
        let lines = self.0.get(service).into_iter().flat_map(|q| q.open.values().chain(q.bound.values()));
        in_order(lines.map(Line::iter))
    }

    /// Those who wait for a service at any counter and stand after `place`, the first first.
    pub(crate) fn open_after(&self, service: &ServiceId, place: Place) -> impl Iterator<Item = Place> {
        let lines = self.0.get(service).into_iter().flat_map(|queue| queue.open.values());
        in_order(lines.map(move |line| line.after(place)))
    }
}

/// One line of several, in order.
fn in_order<'a>(lines: impl Iterator<Item = line::Iter<'a>>) -> impl Iterator<Item = Place> {
    let mut lines: Vec<_> = lines.map(|mut rest| (rest.next(), rest)).collect();
    std::iter::from_fn(move || {
        // There are about as many lines as classes.
        let waiting = lines.iter_mut().filter(|(first, _)| first.is_some());
        let (first, rest) = waiting.min_by_key(|(first, _)| *first)?;
        std::mem::replace(first, rest.next())
    })
}

fn leave<K: Ord>(lines: &mut BTreeMap<K, Line>, key: &K, place: Place) {
    if let Some(line) = lines.get_mut(key) {
        line.remove(place);
        if line.is_empty() {
            lines.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn a_queue_runs_through_all_its_lines_in_order() {
        let service: ServiceId = "pasport".parse().unwrap();
        let place = |n: i64| Place {
            waits_its_turn: n != 50,
            due: Timestamp::from_second(n).unwrap(),
            id: TicketId(n.unsigned_abs()),
        };
        let mut queues = Queues::default();
        let counter: CounterId = "k1".parse().unwrap();
        for (class, bound, n) in [
            ("biasa", None, 10),
            ("warga-emas", None, 20),
            ("biasa", Some(&counter), 30),
            ("biasa", None, 40),
            ("kecemasan", None, 50),
        ] {
            queues.insert(&service, &class.parse().unwrap(), bound, place(n));
        }
        assert_eq!(queues.iter(&service).map(|place| place.id.0).collect::<Vec<_>>(), [50, 10, 20, 30, 40]);
        assert_eq!(queues.len(&service), 5);
        assert_eq!(queues.first(&service, None), Some(place(50)));
        assert_eq!(queues.first(&service, Some(&["warga-emas".parse().unwrap()])), Some(place(20)));
        assert_eq!(queues.first_bound(&counter), Some(place(30)));
        assert_eq!(queues.before(&service, place(40)), 3, "who waits for one counter is not before others");
        let after: Vec<_> = queues.open_after(&service, place(10)).map(|place| place.id.0).collect();
        assert_eq!(after, [20, 40], "who waits for one counter is not after others either");
        queues.remove(&service, &"biasa".parse().unwrap(), Some(&counter), place(30));
        assert_eq!(queues.first_bound(&counter), None);
    }
}
