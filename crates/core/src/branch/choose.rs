//! Who is next for a counter.
//!
//! One rule orders every queue: earliest due first. A counter's own services come before those that it
//! helps with, until somebody there is about to fall due; from then on the earlier due goes first, so
//! nobody who is due is passed by a later one at any counter that takes them. A counter that is kept for
//! classes takes those first. Whoever goes next goes next everywhere.

use jiff::Timestamp;

use super::{Branch, Counter};
use crate::{ClassId, CounterId, CounterRule, Rules, ServiceId, TicketId, queue::Place};

impl Branch {
    /// Who is next for a counter, if anybody is.
    pub(super) fn next_for(&self, rules: &Rules, id: &CounterId, now: Timestamp) -> Option<TicketId> {
        let counter = self.counters.get(id)?;
        if let Some(urgent) = self.goes_next(id, counter) {
            return Some(urgent);
        }
        if counter.ahead.is_some() {
            return counter.ahead;
        }
        let rule = rules.counter(id);
        let place = match rule.filter(|rule| !rule.reserved.is_empty()) {
            None => self.by_tiers(rules, id, counter, None, now),
            Some(CounterRule { reserved, others_when_idle, .. }) => {
                let others = || self.by_tiers(rules, id, counter, None, now).filter(|_| *others_when_idle);
                self.by_tiers(rules, id, counter, Some(reserved), now).or_else(others)
            }
        };
        place.map(|place| place.id)
    }

    /// Whoever goes next before all others, of those whom the counter takes in any tier.
    fn goes_next(&self, id: &CounterId, counter: &Counter) -> Option<TicketId> {
        let firsts = counter.takes().filter_map(|service| self.queues.first(service, None));
        let first = firsts.chain(self.queues.first_bound(id)).min()?;
        (!first.waits_its_turn).then_some(first.id)
    }

    fn by_tiers(
        &self,
        rules: &Rules,
        id: &CounterId,
        counter: &Counter,
        classes: Option<&[ClassId]>,
        now: Timestamp,
    ) -> Option<Place> {
        let first_of = |services: &[ServiceId]| {
            services.iter().filter_map(|service| self.queues.first(service, classes)).min()
        };
        let own = first_of(&counter.services).into_iter().chain(self.queues.first_bound(id)).min();
        let about_to_fall_due = now.saturating_add(rules.calling.help_before).unwrap_or(Timestamp::MAX);
        counter.helps.iter().fold(own, |best, tier| match (best, first_of(tier)) {
            (Some(best), Some(help)) if help < best && help.due <= about_to_fall_due => Some(help),
            (best, help) => best.or(help),
        })
    }
}
