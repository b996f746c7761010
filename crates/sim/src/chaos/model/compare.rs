//! Everything that can be seen of a branch, beside what the reference says.

use std::fmt::Debug;

use giliran_core::{Branch, Counter, CounterId, Opening, TicketId};
use jiff::Timestamp;

use super::{Model, queue::place};

impl Model {
    /// What of the branch is not as it should be, if anything: the first of it.
    pub fn differs(&self, branch: &Branch, now: Timestamp) -> Option<String> {
        let now = self.not_back(now);
        let mut found = Vec::new();
        let here: Vec<_> = branch.tickets().map(|(id, ticket)| (id, ticket.clone())).collect();
        one_by_one(&mut found, "ticket", &self.tickets, &here);
        let missed: Vec<_> = branch.missed().map(|(id, missed)| (id, missed.clone())).collect();
        one_by_one(&mut found, "missed", &self.missed, &missed);
        let counters: Vec<(CounterId, Counter)> =
            branch.counters().map(|(id, counter)| (id.clone(), counter.clone())).collect();
        let expected: Vec<(CounterId, Counter)> = self
            .counters
            .iter()
            .map(|(id, counter)| {
                let (ticket, ahead) = (self.at_counter(id), self.ahead_of(id));
                (id.clone(), Counter { ticket, ahead, ..counter.clone() })
            })
            .collect();
        one_by_one(&mut found, "counter", &expected, &counters);
        let bookings: Vec<_> = branch.appointments().cloned().collect();
        one_by_one(&mut found, "appointment", &self.bookings, &bookings);
        let notices: Vec<_> = branch.notices().map(|(id, notice)| (id, notice.clone())).collect();
        one_by_one(&mut found, "notice", &self.notices, &notices);
        let urgent: Vec<_> = branch.urgent().map(|(id, urgent)| (id, urgent.clone())).collect();
        one_by_one(&mut found, "urgent", &self.urgent, &urgent);
        same(&mut found, "tally", &self.tally, &branch.tally());
        same(&mut found, "day", &self.day, &branch.day());
        same(&mut found, "what happens by itself next", &self.next_by_itself(), &branch.next_deadline());
        if let Some(rules) = self.rules.as_deref() {
            let is_open = !matches!(branch.opening(now), Opening::Closed { .. });
            same(&mut found, "the doors are open", &self.doors_open(rules, now), &is_open);
            for service in &rules.services {
                let id = &service.id;
                let mut queue: Vec<_> = self.waiting().filter(|(_, ticket)| ticket.service == *id).collect();
                queue.sort_by_key(|(id, ticket)| place(*id, ticket));
                let queue: Vec<TicketId> = queue.into_iter().map(|(id, _)| id).collect();
                same(&mut found, "queue", &queue, &branch.queue(id).collect());
                same(&mut found, "waiting", &(queue.len() as u32), &branch.waiting(id));
                same(&mut found, "numbers left", &self.numbers_left(rules, id), &branch.numbers_left(id));
                let gives = self.doors_open(rules, now)
                    && self.before_last_ticket(rules, id, now)
                    && self.numbers_left(rules, id) != Some(0);
                same(&mut found, "numbers are given out", &gives, &branch.gives_out(id, now));
            }
            for (id, _) in &self.counters {
                same(&mut found, "next", &self.next(rules, id, now), &branch.next_at(id, now));
            }
        }
        found.into_iter().next()
    }
}

fn same<T: PartialEq + Debug>(found: &mut Vec<String>, what: &str, model: &T, core: &T) {
    if model != core {
        found.push(format!("{what}:\n  should be {model:?}\n  and is    {core:?}"));
    }
}

fn one_by_one<T: PartialEq + Debug>(found: &mut Vec<String>, what: &str, model: &[T], core: &[T]) {
    for n in 0..model.len().max(core.len()) {
        same(found, what, &model.get(n), &core.get(n));
    }
}
