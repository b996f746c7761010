//! A branch as an audience sees it, kept up to date from the events.
//!
//! The reference for all clients: a picture that took all entries is the picture that a fresh snapshot
//! would give.

use giliran_protocol::{
    live::{Change, ServiceWait},
    view::{BranchView, ReportView},
};

use crate::link::News;

/// How many calls a picture keeps, as the daemon's does: a snapshot with as many may not go back far enough
/// for who was cut off.
pub const CALLS_KEPT: usize = 20;

/// What a client knows of a branch.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Picture {
    view: Option<Box<BranchView>>,
    seq: u64,
    up: bool,
}

impl Picture {
    /// The branch; none before the first snapshot.
    pub fn view(&self) -> Option<&BranchView> {
        self.view.as_deref()
    }

    /// The last entry that is in the picture.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Whether the link is up. When it is not, the picture may be stale, and a screen says so.
    pub fn is_up(&self) -> bool {
        self.up
    }

    /// Takes in what the link says.
    pub fn take(&mut self, news: &News) {
        match news {
            News::Snapshot { seq, view, .. } => {
                self.view = Some(view.clone());
                self.seq = *seq;
                self.up = true;
            }
            News::Resumed { .. } => self.up = true,
            News::Entry { seq, changes, .. } => {
                self.seq = *seq;
                for change in changes {
                    self.apply(change);
                }
            }
            News::Waits(waits) => self.apply_waits(waits),
            News::Opening(opening) => {
                if let Some(view) = self.view.as_deref_mut() {
                    view.opening.clone_from(opening);
                }
            }
            News::Health(health) => {
                if let Some(view) = self.view.as_deref_mut() {
                    view.health.clone_from(health);
                }
            }
            News::Reported(report) => {
                if let Some(view) = self.view.as_deref_mut() {
                    take_report(view, report);
                }
            }
            // For whoever stands by to say it; the picture hears of it by a report.
            News::Unheard { .. } => {}
            News::Down(_) | News::Refused(_) => self.up = false,
        }
    }

    fn apply(&mut self, change: &Change) {
        let Some(view) = self.view.as_deref_mut() else { return };
        match change {
            Change::Ticket { ticket } => {
                let Some(tickets) = &mut view.tickets else { return };
                match tickets.binary_search_by_key(&ticket.id, |known| known.id) {
                    Ok(at) => tickets[at] = ticket.clone(),
                    Err(at) => tickets.insert(at, ticket.clone()),
                }
            }
            Change::TicketEnded { ticket } => {
                let Some(tickets) = &mut view.tickets else { return };
                if let Ok(at) = tickets.binary_search_by_key(ticket, |known| known.id) {
                    tickets.remove(at);
                }
            }
            Change::Counter { counter } => {
                if let Some(known) = view.counters.iter_mut().find(|known| known.id == counter.id) {
                    known.clone_from(counter);
                }
            }
            Change::Queue { service, waiting, numbers_left } => {
                if let Some(known) = view.services.iter_mut().find(|known| known.id == *service) {
                    known.waiting = *waiting;
                    known.numbers_left = *numbers_left;
                }
            }
            Change::Call { call } => {
                if let Some(calls) = &mut view.calls {
                    add(calls, call);
                }
                forget_reports(view);
            }
            Change::Announcement { announcement } => {
                if let Some(announcements) = &mut view.announcements {
                    add(announcements, announcement);
                }
                forget_reports(view);
            }
            Change::Urgent { urgent } => view.urgent.clone_from(urgent),
            Change::Missed { missed } => {
                let Some(known) = &mut view.missed else { return };
                match known.binary_search_by_key(&missed.ticket, |known| known.ticket) {
                    Ok(at) => known[at] = missed.clone(),
                    Err(at) => known.insert(at, missed.clone()),
                }
            }
            Change::MissedEnded { ticket } => {
                if let Some(known) = &mut view.missed {
                    known.retain(|known| known.ticket != *ticket);
                }
            }
            Change::Notices { notices } => view.notices.clone_from(notices),
            Change::Tally { tally } => view.tally = Some(*tally),
            Change::Reset { view: fresh } => view.clone_from(fresh),
            Change::Unknown => {}
        }
    }

    fn apply_waits(&mut self, waits: &[ServiceWait]) {
        let Some(view) = self.view.as_deref_mut() else { return };
        for wait in waits {
            if let Some(known) = view.services.iter_mut().find(|known| known.id == wait.service) {
                known.wait = wait.wait;
            }
        }
    }
}

/// What became of a call is kept for as long as the call is.
fn take_report(view: &mut BranchView, report: &ReportView) {
    if !is_kept(view, report.call) {
        return;
    }
    let Some(reports) = &mut view.reports else { return };
    match reports.binary_search_by_key(&report.call, |known| known.call) {
        Ok(at) => reports[at].clone_from(report),
        Err(at) => reports.insert(at, report.clone()),
    }
}

/// Whether a call or an announcement is among the last. Staff who see no announcements hear of those of the time of
/// the last calls.
fn is_kept(view: &BranchView, seq: u64) -> bool {
    let calls = view.calls.iter().flatten().map(|call| call.seq);
    let made = view.announcements.iter().flatten().map(|made| made.seq);
    calls.chain(made).any(|kept| kept == seq)
}

fn forget_reports(view: &mut BranchView) {
    let Some(mut reports) = view.reports.take() else { return };
    reports.retain(|report| is_kept(view, report.call));
    view.reports = Some(reports);
}

fn add<T: Clone>(kept: &mut Vec<T>, new: &T) {
    if kept.len() >= CALLS_KEPT {
        kept.drain(..=kept.len() - CALLS_KEPT);
    }
    kept.push(new.clone());
}
