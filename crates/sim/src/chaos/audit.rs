//! What holds whatever the rules are, looked at from outside: from the entries of the log alone and what can be
//! seen of a branch that follows them. It knows nothing of the reference model.

use std::collections::{BTreeMap, BTreeSet};

use giliran_core::{Branch, CounterId, Entry, Event, Ticket, TicketId, TicketState, Turn};
use jiff::Timestamp;

/// Looks on.
#[derive(Debug, Default)]
pub struct Audit {
    branch: Branch,
    seq: u64,
    at: Option<Timestamp>,
    issued: u64,
    /// Who is here, by the events alone.
    living: BTreeSet<TicketId>,
    /// What became of each ticket, by the events alone.
    ended: BTreeMap<TicketId, &'static str>,
}

impl Audit {
    /// What became of a ticket that has ended.
    pub fn ended(&self, id: TicketId) -> Option<&'static str> {
        self.ended.get(&id).copied()
    }

    /// Takes in the entry that follows.
    pub fn take(&mut self, entry: &Entry) -> Result<(), String> {
        if entry.seq != self.seq + 1 {
            return Err(format!("entry {} follows entry {}", entry.seq, self.seq));
        }
        if self.at.is_some_and(|last| entry.at < last) {
            return Err(format!("entry {} lies before the one before it", entry.seq));
        }
        if entry.events.is_empty() {
            return Err(format!("entry {} is empty", entry.seq));
        }
        (self.seq, self.at) = (entry.seq, Some(entry.at));
        for event in &entry.events {
            self.in_order(event, entry.at)?;
            self.count(event)?;
            let queues = self.queues();
            self.branch.apply(event, entry.at);
            self.gave_way(event, &queues)?;
            self.sound()?;
        }
        Ok(())
    }

    /// Who is here follows from who came and who went.
    #[expect(clippy::wildcard_enum_match_arm, reason = "with all others nobody comes or goes")]
    fn count(&mut self, event: &Event) -> Result<(), String> {
        let mut goes = |id: &TicketId, how: &'static str| {
            self.ended.insert(*id, how);
            if self.living.remove(id) {
                Ok(())
            } else {
                Err(format!("ticket {id} goes, who is not here: {how}"))
            }
        };
        match event {
            Event::TicketIssued { ticket, number, .. } => {
                let twice = self.branch.tickets().any(|(_, other)| same_number(&other.number, number))
                    || self.branch.missed().any(|(_, missed)| same_number(&missed.ticket.number, number));
                if twice {
                    return Err(format!("{number} was given to two people"));
                }
                if ticket.0 != self.issued + 1 {
                    return Err(format!("ticket {ticket} follows ticket {}", self.issued));
                }
                self.issued = ticket.0;
                self.living.insert(*ticket);
            }
            Event::TicketServed { ticket, .. } => goes(ticket, "served")?,
            Event::TicketMissed { ticket, .. } => goes(ticket, "missed")?,
            Event::TicketCancelled { ticket, .. } => goes(ticket, "cancelled")?,
            Event::TicketReturned { ticket } | Event::PressUndone { ticket, .. } => {
                self.ended.remove(ticket);
                self.living.insert(*ticket);
            }
            Event::DayBegan { carry, left, .. } => {
                if *left as usize != self.living.len() {
                    return Err(format!("the new day knows of {left}, and {} are here", self.living.len()));
                }
                if !carry {
                    let all = std::mem::take(&mut self.living);
                    self.ended.extend(all.into_iter().map(|id| (id, "expired")));
                }
            }
            Event::DayClosed { end: true, ended } => {
                let here = self.branch.tickets().filter(|(_, ticket)| ticket.state.counter().is_none());
                let over: Vec<TicketId> = here.map(|(id, _)| id).collect();
                if over.len() != *ended as usize {
                    return Err(format!("the close ends {ended}, and {} wait", over.len()));
                }
                for id in over {
                    self.living.remove(&id);
                    self.ended.insert(id, "expired");
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Whoever is called in turn passes nobody whom the counter might have called and who was before.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only a call passes anybody")]
    fn in_order(&self, event: &Event, now: Timestamp) -> Result<(), String> {
        let (id, counter) = match event {
            Event::TicketCalled { ticket, counter, turn: Turn::Due, .. }
            | Event::TicketCalledAhead { ticket, counter, .. } => (*ticket, counter),
            _ => return Ok(()),
        };
        let Some(called) = self.branch.ticket(id) else {
            return Err(format!("ticket {id} is called, who is not here"));
        };
        // Whoever was called ahead had the turn then.
        if matches!(&called.state, TicketState::Ahead { .. }) || called.goes_next {
            return Ok(());
        }
        let passed =
            self.branch.tickets().filter(|(_, other)| matches!(other.state, TicketState::Waiting { .. }));
        for (other_id, other) in passed {
            if self.should_go_before((other_id, other), (id, called), counter, now) {
                return Err(format!("{} is called in turn, and {} was before", called.number, other.number));
            }
        }
        Ok(())
    }

    /// Everybody who waits, by service and in order.
    fn queues(&self) -> Vec<Vec<TicketId>> {
        let services = self.branch.rules().map(|rules| rules.services.as_slice()).unwrap_or_default();
        services.iter().map(|service| self.branch.queue(&service.id).collect()).collect()
    }

    /// Whoever lets others go first moves back, and nobody else moves.
    fn gave_way(&self, event: &Event, before: &[Vec<TicketId>]) -> Result<(), String> {
        let Event::TicketGaveWay { ticket, .. } = event else { return Ok(()) };
        for (before, after) in before.iter().zip(self.queues()) {
            let place = |queue: &[TicketId]| queue.iter().position(|id| id == ticket);
            if place(&after) < place(before) {
                return Err(format!("ticket {ticket} let others go first, and has moved forward"));
            }
            let others =
                |queue: &[TicketId]| queue.iter().copied().filter(|id| id != ticket).collect::<Vec<_>>();
            if others(before) != others(&after) {
                return Err(format!("ticket {ticket} let others go first, and they have changed places"));
            }
        }
        Ok(())
    }

    fn should_go_before(
        &self,
        (other_id, other): (TicketId, &Ticket),
        (id, called): (TicketId, &Ticket),
        counter: &CounterId,
        now: Timestamp,
    ) -> bool {
        let (Some(desk), Some(rules)) = (self.branch.counter(counter), self.branch.rules()) else {
            return false;
        };
        let takes =
            desk.services.iter().chain(desk.helps.iter().flatten()).any(|taken| *taken == other.service);
        if other_id == id || other.bound.is_some() || !takes {
            return false;
        }
        if other.goes_next {
            return true;
        }
        let kept_for = rules.counter(counter).map(|rule| rule.reserved.as_slice()).unwrap_or_default();
        let preferred = |ticket: &Ticket| kept_for.is_empty() || kept_for.contains(&ticket.class);
        if called.bound.is_none() && preferred(called) != preferred(other) {
            return preferred(other);
        }
        if called.bound.is_some() && !kept_for.is_empty() {
            return false;
        }
        let before = (other.due, other_id) < (called.due, id);
        let about_to_fall_due = other.due <= now + rules.calling.help_before;
        let same_queue = other.service == called.service && called.bound.is_none();
        // The bound on overtaking: nobody who has fallen due is passed by one who came after that.
        let came_after_due = other.due <= now && called.counts_from > other.due;
        came_after_due || (before && (about_to_fall_due || same_queue))
    }

    /// One state, one counter, one number each; and the day's figures add up.
    fn sound(&self) -> Result<(), String> {
        let branch = &self.branch;
        if !branch.tickets().map(|(id, _)| id).eq(self.living.iter().copied()) {
            let here: Vec<_> = branch.tickets().map(|(id, _)| id.0).collect();
            return Err(format!("{here:?} are here, and by the log it should be {:?}", self.living));
        }
        let mut numbers = BTreeSet::new();
        let missed = branch.missed().map(|(_, missed)| &missed.ticket.number);
        for number in branch.tickets().map(|(_, ticket)| &ticket.number).chain(missed) {
            if !numbers.insert((number.letters(), number.sequence())) {
                return Err(format!("{number} stands twice"));
            }
        }
        let mut at = BTreeMap::new();
        let mut near = BTreeMap::new();
        for (id, ticket) in branch.tickets() {
            if let Some(counter) = ticket.state.counter()
                && let Some(other) = at.insert(counter, id)
            {
                return Err(format!("{counter} has tickets {other} and {id}"));
            }
            if let TicketState::Ahead { counter, .. } = &ticket.state
                && let Some(other) = near.insert(counter, id)
            {
                return Err(format!("{counter} has called ahead {other} and {id}"));
            }
            if let Some(bound) = &ticket.bound
                && !branch.counter(bound).is_some_and(|counter| counter.open)
            {
                return Err(format!("{} waits for {bound} alone, which is closed", ticket.number));
            }
        }
        for (id, counter) in branch.counters() {
            if counter.ticket != at.get(id).copied() || counter.ahead != near.get(id).copied() {
                return Err(format!("{id} and its tickets do not agree"));
            }
            if !counter.open
                && (counter.ticket.is_some() || counter.ahead.is_some() || counter.pause.is_some())
            {
                return Err(format!("{id} is closed and has somebody, or makes a pause"));
            }
        }
        let tally = branch.tally();
        let came = u64::from(tally.issued) + u64::from(tally.carried);
        let went =
            [tally.served, tally.missed, tally.cancelled, tally.expired].map(u64::from).iter().sum::<u64>();
        if came != went + self.living.len() as u64 {
            return Err(format!("{came} came, {went} went and {} are here: {tally:?}", self.living.len()));
        }
        Ok(())
    }
}

fn same_number(one: &giliran_core::TicketNumber, other: &giliran_core::TicketNumber) -> bool {
    (one.letters(), one.sequence()) == (other.letters(), other.sequence())
}
