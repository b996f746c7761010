//! Faults put on purpose between the core and the log, to show that the checks find such.

use giliran_core::{Branch, Entry, Event, TicketId, TicketNumber, TicketState, Turn};
use jiff::Timestamp;

/// A fault on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Planted {
    /// A new ticket gets the number of somebody who is still here.
    NumberTwice,
    /// After a restart the numbers begin again, with people still here.
    NumbersRestart,
    /// Whoever is sent on is gone.
    ForgetsTransferred,
    /// Whoever is sent on waits as if newly come.
    TransferLosesPlace,
    /// The last of a queue is called first.
    CallsLast,
    /// An emergency waits like everybody.
    NobodyGoesNext,
    /// A counter that has a visitor is given a second.
    TwoAtCounter,
    /// A command that is sent again is done again.
    DoesRepeats,
    /// A command that is sent again gets an answer, but not its own.
    AnswersRepeatsWrongly,
    /// The answer goes out before the log has the entry.
    AnswersBeforeStoring,
    /// A restart loses the last entry of the log.
    RestartLosesEntry,
    /// A restart skips the first entry after the snapshot.
    RestartSkipsEntry,
    /// A watcher that comes back is told from one entry too late.
    ResumeSkipsEntry,
    /// A clock that was set back sets the log back.
    TimeGoesBack,
    /// A new day ends what the office carries over.
    DayForgetsCarried,
    /// Whoever lets others go first goes before everybody.
    WayToTheFront,
    /// How a visit ended is not kept.
    ForgetsOutcome,
    /// A no-show is nowhere counted, and can't come back.
    CancelsNoShows,
}

impl Planted {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::NumberTwice,
        Self::NumbersRestart,
        Self::ForgetsTransferred,
        Self::TransferLosesPlace,
        Self::CallsLast,
        Self::NobodyGoesNext,
        Self::TwoAtCounter,
        Self::DoesRepeats,
        Self::AnswersRepeatsWrongly,
        Self::AnswersBeforeStoring,
        Self::RestartLosesEntry,
        Self::RestartSkipsEntry,
        Self::ResumeSkipsEntry,
        Self::TimeGoesBack,
        Self::DayForgetsCarried,
        Self::WayToTheFront,
        Self::ForgetsOutcome,
        Self::CancelsNoShows,
    ];

    /// Bends an entry that the core has decided. `restarted` says whether the daemon was started again today.
    pub(super) fn bend(self, entry: &mut Entry, branch: &Branch, restarted: bool) {
        let at = entry.at;
        for event in &mut entry.events {
            match (self, event) {
                (Self::NumberTwice, Event::TicketIssued { number, .. }) => {
                    if let Some(taken) = living_number(branch, number) {
                        *number = taken;
                    }
                }
                (Self::NumbersRestart, Event::TicketIssued { number, service, .. }) if restarted => {
                    let rule = branch.rules().and_then(|rules| rules.service(service));
                    let first = rule.map(|rule| {
                        let width = usize::from(rule.series.width);
                        format!("{}{:0width$}", rule.series.letters, rule.series.first)
                    });
                    if let Some(Ok(first)) = first.map(|text| text.parse()) {
                        *number = first;
                    }
                }
                (Self::ForgetsTransferred, event @ Event::TicketTransferred { .. }) => {
                    if let Event::TicketTransferred { ticket, .. } = event {
                        *event = Event::TicketCancelled { ticket: *ticket, reason: None };
                    }
                }
                (Self::TransferLosesPlace, Event::TicketTransferred { due, ticket, .. }) => {
                    if let Some(ticket) = branch.ticket(*ticket) {
                        *due = at + ticket.arrived.duration_until(*due);
                    }
                }
                (
                    Self::CallsLast,
                    Event::TicketCalled {
                        ticket, number, service, language, arrived, turn: Turn::Due, ..
                    },
                ) => {
                    let last = branch.queue(service).last().and_then(|id| Some((id, branch.ticket(id)?)));
                    if let Some((id, last)) = last.filter(|(_, last)| last.bound.is_none()) {
                        (*ticket, *number) = (id, last.number.clone());
                        (*language, *arrived) = (last.language, last.arrived);
                    }
                }
                (
                    Self::NobodyGoesNext,
                    Event::TicketIssued { goes_next, .. } | Event::ClassChanged { goes_next, .. },
                ) => *goes_next = false,
                (Self::WayToTheFront, Event::TicketGaveWay { due, .. }) => *due = Timestamp::UNIX_EPOCH,
                (
                    Self::ForgetsOutcome,
                    Event::TicketServed { outcome, .. } | Event::LegServed { outcome, .. },
                ) => *outcome = None,
                (Self::DayForgetsCarried, Event::DayBegan { carry, .. }) => *carry = false,
                (Self::CancelsNoShows, event @ Event::TicketMissed { .. }) => {
                    if let Event::TicketMissed { ticket, .. } = event {
                        *event = Event::TicketCancelled { ticket: *ticket, reason: None };
                    }
                }
                _ => {}
            }
        }
    }

    /// What a counter that has a visitor is given on top of that.
    pub(super) fn second_at(branch: &Branch, counter: &giliran_core::CounterId) -> Option<Event> {
        let waits = |(_, ticket): &(TicketId, &giliran_core::Ticket)| {
            matches!(ticket.state, TicketState::Waiting { .. })
        };
        let (id, ticket) = branch.tickets().find(waits)?;
        Some(Event::TicketCalled {
            ticket: id,
            counter: counter.clone(),
            number: ticket.number.clone(),
            service: ticket.service.clone(),
            language: ticket.language,
            arrived: ticket.arrived,
            turn: Turn::Due,
        })
    }
}

/// The number of somebody who is here with the same letters.
fn living_number(branch: &Branch, like: &TicketNumber) -> Option<TicketNumber> {
    let numbers = branch.tickets().map(|(_, ticket)| &ticket.number);
    numbers.filter(|number| number.letters() == like.letters()).last().cloned()
}
