//! Whether the waits that were announced came true, day by day, beside the plain rule that other systems go by: people
//! ahead times the configured minutes, by open counters.
//!
//! Found in the entries of the log alone. Somebody who was told a range counts once called; whoever leaves or is never
//! called does not. Bounded: the tickets that wait, and 31 days of figures.

use std::collections::{BTreeMap, VecDeque};

use giliran_core::{Branch, Entry, Event, ServiceId, TicketId, WaitRange};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// So many days are kept: a month.
const DAYS: usize = 31;

/// Longer is not a wait but a clock that jumped.
const LONGEST_S: i64 = 24 * 3600;

/// What became of the waits that were announced.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Honesty {
    /// Oldest first; the last is today.
    days: VecDeque<(Date, Figures)>,
    told: BTreeMap<TicketId, Told>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    range: WaitRange,
    naive_s: u32,
}

/// Sums over people who were told a wait and were called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// How many.
    pub told: u32,
    /// How many of them were called no later than the longer figure.
    pub within: u32,
    /// How far their waits were from the shorter figure, in seconds, all together.
    pub error_s: u64,
    /// How far they were from the plain rule.
    pub naive_error_s: u64,
}

impl Figures {
    fn add(&mut self, other: &Self) {
        self.told = self.told.saturating_add(other.told);
        self.within = self.within.saturating_add(other.within);
        self.error_s = self.error_s.saturating_add(other.error_s);
        self.naive_error_s = self.naive_error_s.saturating_add(other.naive_error_s);
    }
}

impl Honesty {
    /// Takes in an entry, given the branch as it stood before it. To be called once for each entry of the log, in order.
    pub fn observe(&mut self, before: &Branch, entry: &Entry) {
        for event in &entry.events {
            self.observe_event(before, event, entry.at);
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else begins or ends a first wait")]
    fn observe_event(&mut self, before: &Branch, event: &Event, at: jiff::Timestamp) {
        match event {
            Event::DayBegan { day, carry, .. } => {
                if !carry {
                    self.told.clear();
                }
                self.days.push_back((*day, Figures::default()));
                if self.days.len() > DAYS {
                    self.days.pop_front();
                }
            }
            Event::TicketIssued { ticket, service, announced: Some(range), .. } => {
                self.told.insert(*ticket, Told { range: *range, naive_s: naive(before, service) });
            }
            Event::TicketCalled { ticket, arrived, .. } => {
                let Some(Told { range, naive_s }) = self.told.remove(ticket) else { return };
                let waited = at.duration_since(*arrived).as_secs();
                let Some((_, today)) = self.days.back_mut().filter(|_| (0..=LONGEST_S).contains(&waited))
                else {
                    return;
                };
                let waited = u32::try_from(waited).unwrap_or(u32::MAX);
                today.add(&Figures {
                    told: 1,
                    within: u32::from(waited <= range.p90_s),
                    error_s: waited.abs_diff(range.p50_s).into(),
                    naive_error_s: waited.abs_diff(naive_s).into(),
                });
            }
            Event::TicketCancelled { ticket, .. } => {
                self.told.remove(ticket);
            }
            _ => {}
        }
    }

    /// By business day, oldest first; the last is today.
    pub fn days(&self) -> impl Iterator<Item = (Date, &Figures)> {
        self.days.iter().map(|(day, figures)| (*day, figures))
    }

    /// Today.
    pub fn today(&self) -> Figures {
        self.days.back().map(|(_, figures)| *figures).unwrap_or_default()
    }

    /// The last 31 days, today among them.
    pub fn month(&self) -> Figures {
        let mut sum = Figures::default();
        self.days.iter().for_each(|(_, figures)| sum.add(figures));
        sum
    }
}

/// The plain rule, in seconds.
fn naive(branch: &Branch, service: &ServiceId) -> u32 {
    let serving =
        branch.rules().and_then(|rules| rules.service(service)).map_or(0, |rule| rule.serving.as_secs());
    let open = branch
        .counters()
        .filter(|(_, counter)| counter.open && counter.pause.is_none() && counter.services.contains(service));
    let counters = u64::try_from(open.count()).unwrap_or(1).max(1);
    let seconds = u64::from(branch.waiting(service)) * u64::try_from(serving).unwrap_or(0) / counters;
    u32::try_from(seconds).unwrap_or(u32::MAX)
}
