//! How often each path was taken. A path that a whole run never takes is not tested by it.

use std::{collections::BTreeMap, fmt};

/// How often each path was taken, by its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<String, u64>);

/// Every path that a run of some hundred seeds must take.
const PATHS: &[&str] = &[
    "fault: answer late",
    "fault: answer lost",
    "fault: clock back",
    "fault: clock forward",
    "fault: command forgotten and refused",
    "fault: command forgotten and sent again",
    "fault: died after storing",
    "fault: died before storing",
    "fault: disk refused",
    "fault: next day",
    "fault: old command repeated",
    "fault: request delayed",
    "fault: request lost",
    "fault: request twice",
    "fault: restart from a snapshot",
    "fault: restart from the whole log",
    "fault: sent again",
    "fault: watcher cut",
    "fault: watcher resumed",
    "fault: watcher shown anew",
    "repeat: answered as before",
    "repeat: refused as before",
];

/// All events there are, by their names in the log.
const EVENTS: &[&str] = &[
    "rules_set",
    "day_began",
    "day_closed",
    "extra_opened",
    "appointments_set",
    "appointment_cancelled",
    "ticket_issued",
    "ticket_called_ahead",
    "ticket_called",
    "ticket_recalled",
    "serving_started",
    "ticket_served",
    "leg_served",
    "note_added",
    "ticket_missed",
    "ticket_transferred",
    "ticket_parked",
    "ticket_resumed",
    "ticket_returned",
    "ticket_requeued",
    "class_changed",
    "ticket_gave_way",
    "ticket_cancelled",
    "press_undone",
    "counter_opened",
    "counter_closed",
    "counter_services_chosen",
    "counter_paused",
    "counter_resumed",
    "officer_seated",
    "notice_posted",
    "notice_withdrawn",
    "announced",
    "announcement_ended",
];

/// All refusals that an office with rules can give.
const REFUSALS: &[&str] = &[
    "unsound_rules",
    "day_has_begun",
    "unknown_service",
    "unknown_class",
    "unknown_counter",
    "unknown_outcome",
    "unknown_notice",
    "unknown_zone",
    "unknown_planned",
    "unknown_announcement",
    "unknown_ticket",
    "ticket_ended",
    "numbers_exhausted",
    "queue_empty",
    "counter_closed",
    "counter_open",
    "counter_busy",
    "not_at_counter",
    "already_serving",
    "ticket_at_counter",
    "not_parked",
    "same_service",
    "no_services",
    "office_closed",
    "office_open",
    "day_has_closed",
    "after_last_ticket",
    "quota_used",
    "person_needed",
    "has_ticket",
    "remote_not_offered",
    "remote_used_up",
    "no_appointments",
    "unknown_appointment",
    "appointment_used",
    "too_early",
    "too_late",
    "unsound_appointments",
    "counter_paused",
    "counter_not_paused",
    "service_not_taken",
    "officer_there",
    "not_waiting",
    "nobody_behind",
    "past_out_of_range",
    "gave_way_enough",
    "unsound_notice",
    "too_many_notices",
    "unsound_announcement",
    "too_many_urgent",
    "nothing_due",
    "not_called",
    "not_missed",
    "no_place_ahead",
    "ahead_taken",
    "too_soon",
    "called_enough",
    "call_again_first",
    "no_destination",
    "too_many_legs",
    "same_counter",
    "same_class",
    "not_later_today",
    "nothing_to_undo",
];

impl Counts {
    /// One more.
    pub(super) fn add(&mut self, path: &str) {
        match self.0.get_mut(path) {
            Some(count) => *count += 1,
            None => drop(self.0.insert(path.to_owned(), 1)),
        }
    }

    /// Those of another run as well.
    pub fn merge(&mut self, other: &Self) {
        for (path, count) in &other.0 {
            *self.0.entry(path.clone()).or_default() += count;
        }
    }

    /// Which paths were never taken.
    pub fn missing(&self) -> Vec<String> {
        let events = EVENTS.iter().map(|name| format!("event: {name}"));
        let refusals = REFUSALS.iter().map(|name| format!("refused: {name}"));
        let all = PATHS.iter().map(|path| (*path).to_owned()).chain(events).chain(refusals);
        all.filter(|path| !self.0.contains_key(path)).collect()
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (path, count) in &self.0 {
            writeln!(f, "{count:>10}  {path}")?;
        }
        Ok(())
    }
}
