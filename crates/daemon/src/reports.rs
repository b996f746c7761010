//! What screens and loudspeakers reported of a branch's last calls and announcements, and what nobody has said.
//!
//! Kept in memory alone: a report is of its moment, and the log holds what the office decided. Shared by the
//! addresses at which reports come in and the clerk, who knows the calls and tells staff. It outlives a clerk.
//!
//! Invariants: only the last calls have reports; each client counts once for each call and kind, however often
//! it reports.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use giliran_protocol::{report::Reported, view::ReportView};

use crate::health::Health;

/// So many calls and announcements are followed: in a crowd one is called every second, and may wait for minutes.
const FOLLOWED: usize = 128;

/// So many clients are told apart for one call; a hall has a tenth of them.
const CLIENTS: usize = 512;

/// How soon a loudspeaker that is in order has said that it has a call: it does so at once.
const QUEUED_WITHIN: Duration = Duration::from_secs(6);

/// How much longer than a call may wait it takes to say it, the longest in all languages and repeated.
const SAID_WITHIN: Duration = Duration::from_secs(60);

/// So many of the last are kept however old they are: screens show as many.
const SHOWN: usize = 20;

/// A call that is older is of no use to anybody any more.
const OLD: Duration = Duration::from_secs(600);

/// The name of the zone that is the whole office.
pub const EVERYWHERE: &str = "";

/// The reports of a branch.
#[derive(Debug, Default)]
pub struct Reports {
    calls: Mutex<VecDeque<OfCall>>,
}

/// When the calls that are followed were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoken {
    /// The new ones just now, so that they are to be said.
    Now,
    /// All of them before the daemon began, and nobody waits for a report.
    Before,
}

#[derive(Debug)]
struct OfCall {
    seen: ReportView,
    /// Who reported what.
    by: BTreeSet<(String, Reported)>,
    /// Whether staff know.
    told: bool,
    /// When it was first known of.
    made: Instant,
    /// When it was made; none where nobody waits for reports.
    since: Option<Instant>,
    /// How it stands in each of its zones; the whole office is one without a name.
    zones: BTreeMap<String, InZone>,
}

/// How a call stands in a zone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct InZone {
    /// How many loudspeakers have it and have neither said it nor failed.
    underway: u32,
    /// Whether any of them ever had it.
    reached: bool,
    /// Whether it was said, or kept back for quiet hours.
    done: bool,
    /// Whether it was found that nobody has said it.
    unheard: bool,
}

impl OfCall {
    fn new(call: u64, zones: &[String], spoken: Spoken) -> Self {
        Self {
            seen: ReportView { call, ..ReportView::default() },
            by: BTreeSet::new(),
            told: true,
            made: Instant::now(),
            since: (spoken == Spoken::Now).then(Instant::now),
            zones: zones.iter().map(|zone| (zone.clone(), InZone::default())).collect(),
        }
    }

    /// The zones that a loudspeaker in `heard` reports of; all where it names none.
    fn of<'a>(&'a mut self, heard: &'a [String]) -> impl Iterator<Item = &'a mut InZone> {
        let all = heard.is_empty();
        self.zones.iter_mut().filter(move |(zone, _)| all || heard.contains(zone)).map(|(_, state)| state)
    }

    /// What staff are told of where it was not heard.
    fn tell_unheard(&mut self) {
        let unheard = self.zones.iter().filter(|(_, state)| state.unheard && !state.done);
        let unheard: Vec<_> = unheard.map(|(zone, _)| zone.clone()).collect();
        if unheard != self.seen.unheard {
            self.seen.unheard = unheard;
            self.told = false;
        }
    }
}

/// The call is none of the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownCall;

impl Reports {
    fn calls(&self) -> MutexGuard<'_, VecDeque<OfCall>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last calls and announcements are these now, with their zones: where they have none, those of the
    /// `whole_office`. Reports of others are kept while anybody may still wait for them.
    pub fn follow<'a>(
        &self,
        calls: impl Iterator<Item = (u64, &'a Vec<String>)>,
        whole_office: &[String],
        spoken: Spoken,
    ) {
        let mut known = self.calls();
        let mut last: Vec<(u64, &Vec<String>)> = calls.collect();
        last.sort_by_key(|(call, _)| *call);
        let newest = known.back().map(|of_call| of_call.seen.call);
        for (call, zones) in last.into_iter().filter(|(call, _)| newest.is_none_or(|newest| *call > newest)) {
            let zones = if zones.is_empty() { whole_office } else { zones };
            known.push_back(OfCall::new(call, zones, spoken));
        }
        let many = known.len().saturating_sub(FOLLOWED);
        known.drain(..many);
        while known.len() > SHOWN && known.front().is_some_and(|of_call| of_call.made.elapsed() > OLD) {
            known.pop_front();
        }
    }

    /// Takes in a report of a client that is heard in `zones`, all of the call's where it names none; says whether it
    /// is news.
    pub fn take(
        &self,
        call: u64,
        client: &str,
        what: Reported,
        zones: &[String],
    ) -> Result<bool, UnknownCall> {
        let mut calls = self.calls();
        let of_call = calls.iter_mut().rev().find(|of_call| of_call.seen.call == call).ok_or(UnknownCall)?;
        if of_call.by.len() >= CLIENTS || !of_call.by.insert((client.to_owned(), what)) {
            return Ok(false);
        }
        let count = match what {
            Reported::Shown => &mut of_call.seen.shown,
            Reported::Queued => &mut of_call.seen.queued,
            Reported::Started => &mut of_call.seen.started,
            Reported::Finished => &mut of_call.seen.finished,
            Reported::Failed => &mut of_call.seen.failed,
            Reported::Withheld => &mut of_call.seen.withheld,
        };
        *count += 1;
        let had_it = |what| of_call.by.contains(&(client.to_owned(), what));
        let (first, last) = match what {
            Reported::Shown => (false, false),
            Reported::Queued => (!had_it(Reported::Started), false),
            Reported::Started => (!had_it(Reported::Queued), false),
            Reported::Finished | Reported::Failed | Reported::Withheld => {
                (false, had_it(Reported::Queued) || had_it(Reported::Started))
            }
        };
        for state in of_call.of(zones) {
            state.underway = (state.underway + u32::from(first)).saturating_sub(u32::from(last));
            state.reached |= what != Reported::Shown;
            state.done |= matches!(what, Reported::Finished | Reported::Withheld);
        }
        of_call.told = false;
        of_call.tell_unheard();
        Ok(true)
    }

    /// What nobody has said though somebody should have, found now: the call and the zones. A call may wait
    /// `within` until it is said. Where no loudspeaker was ever known, none is missed.
    pub fn unheard(&self, within: Duration, health: &Health) -> Vec<(u64, Vec<String>)> {
        let mut found = Vec::new();
        for of_call in self.calls().iter_mut() {
            let Some(age) = of_call.since.map(|since| since.elapsed()) else { continue };
            if age > OLD {
                of_call.since = None;
                continue;
            }
            let mut zones = Vec::new();
            for (zone, state) in of_call.zones.iter_mut().filter(|(_, state)| !state.done && !state.unheard) {
                let overdue = if state.underway > 0 {
                    age > within + SAID_WITHIN || health.speakers_of(zone) == Some(0)
                } else if state.reached {
                    true // whoever had it has failed
                } else {
                    age > QUEUED_WITHIN
                };
                if overdue && health.expects(zone) {
                    state.unheard = true;
                    zones.push(zone.clone());
                }
            }
            if !zones.is_empty() {
                of_call.tell_unheard();
                found.push((of_call.seen.call, zones));
            }
        }
        found
    }

    /// What was reported of each call of which something was.
    pub fn view(&self) -> Vec<ReportView> {
        let calls = self.calls();
        let told = |of_call: &&OfCall| !of_call.by.is_empty() || !of_call.seen.unheard.is_empty();
        calls.iter().filter(told).map(|of_call| of_call.seen.clone()).collect()
    }

    /// What staff do not know yet; they do when this was called.
    pub fn news(&self) -> Vec<ReportView> {
        let mut calls = self.calls();
        let news = calls.iter_mut().filter(|of_call| !of_call.told);
        news.map(|of_call| {
            of_call.told = true;
            of_call.seen.clone()
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(reports: &Reports, calls: &[u64]) {
        let nowhere = Vec::new();
        reports.follow(calls.iter().map(|call| (*call, &nowhere)), &[EVERYWHERE.to_owned()], Spoken::Now);
    }

    #[test]
    fn a_client_counts_once_for_each_call_and_kind() {
        let reports = Reports::default();
        follow(&reports, &[3, 5]);
        assert_eq!(reports.take(4, "a", Reported::Shown, &[]), Err(UnknownCall));
        for (client, what, news) in [
            ("a", Reported::Shown, true),
            ("a", Reported::Shown, false),
            ("b", Reported::Shown, true),
            ("a", Reported::Started, true),
            ("a", Reported::Finished, true),
            ("b", Reported::Failed, true),
            ("b", Reported::Failed, false),
        ] {
            assert_eq!(reports.take(5, client, what, &[]), Ok(news), "{client} {what:?}");
        }
        let seen =
            ReportView { call: 5, shown: 2, started: 1, finished: 1, failed: 1, ..ReportView::default() };
        assert_eq!(reports.view(), std::slice::from_ref(&seen));
        assert_eq!(reports.news(), [seen]);
        assert_eq!(reports.news(), [], "it is told once");
    }

    #[test]
    fn calls_that_screens_no_longer_show_have_reports_still_and_the_oldest_of_very_many_have_none() {
        let reports = Reports::default();
        follow(&reports, &[3, 5, 8]);
        for call in [3, 5, 8] {
            assert_eq!(reports.take(call, "a", Reported::Shown, &[]), Ok(true));
        }
        follow(&reports, &[8, 9]);
        let seen: Vec<_> = reports.view().iter().map(|seen| (seen.call, seen.shown)).collect();
        assert_eq!(seen, [(3, 1), (5, 1), (8, 1)]);
        assert_eq!(reports.take(3, "b", Reported::Shown, &[]), Ok(true), "it may have waited for minutes");
        assert_eq!(reports.take(8, "a", Reported::Shown, &[]), Ok(false));
        assert_eq!(reports.take(4, "a", Reported::Shown, &[]), Err(UnknownCall));
        follow(&reports, &(10..=9 + FOLLOWED as u64).collect::<Vec<_>>());
        assert_eq!(reports.view(), []);
    }

    #[test]
    fn what_is_said_everywhere_is_to_be_heard_in_each_zone() {
        let reports = Reports::default();
        let (hall, canteen) = (vec!["dewan".to_owned()], vec!["kantin".to_owned()]);
        let whole = [hall.clone(), canteen.clone()].concat();
        let health = std::sync::Arc::new(Health::new());
        let _here = [&hall, &canteen].map(|zones| health.joins(crate::health::Part::Speaker(zones.clone())));
        assert_eq!(health.whole_office(), whole);
        reports.follow([(1, &vec![])].into_iter(), &whole, Spoken::Now);
        reports.take(1, "a", Reported::Queued, &hall).unwrap();
        reports.take(1, "a", Reported::Failed, &hall).unwrap();
        reports.take(1, "b", Reported::Withheld, &canteen).unwrap();
        assert_eq!(reports.unheard(Duration::from_secs(90), &health), [(1, hall)]);
    }

    #[test]
    fn what_nobody_says_where_somebody_should_is_found_once_and_is_over_when_it_is_said() {
        use std::sync::Arc;

        use crate::health::{Health, Part};

        let health = Arc::new(Health::new());
        let _hall = health.joins(Part::Speaker(vec!["dewan".into()]));
        let reports = Reports::default();
        let (hall, both) = (vec!["dewan".to_owned()], vec!["dewan".to_owned(), "kantin".to_owned()]);
        reports.follow([(1, &hall), (2, &both), (3, &hall), (4, &hall)].into_iter(), &[], Spoken::Now);
        let within = Duration::from_secs(90);
        let age = |seconds| {
            let since = Instant::now().checked_sub(Duration::from_secs(seconds)).unwrap();
            reports.calls().iter_mut().for_each(|of_call| of_call.since = Some(since));
        };
        assert_eq!(reports.unheard(within, &health), [], "there is still time");
        reports.take(3, "a", Reported::Queued, &hall).unwrap();
        reports.take(4, "a", Reported::Queued, &hall).unwrap();
        reports.take(4, "a", Reported::Failed, &hall).unwrap();
        assert_eq!(reports.unheard(within, &health), [(4, hall.clone())], "whoever had it has failed");
        age(7);
        // There never was a loudspeaker in the canteen.
        assert_eq!(reports.unheard(within, &health), [(1, hall.clone()), (2, hall.clone())]);
        assert_eq!(reports.unheard(within, &health), [], "it is found once");
        let told: Vec<_> = reports.view().into_iter().map(|seen| (seen.call, seen.unheard)).collect();
        let none: Vec<String> = vec![];
        assert_eq!(told, [(1, hall.clone()), (2, hall.clone()), (3, none), (4, hall.clone())]);
        age(151);
        assert_eq!(reports.unheard(within, &health), [(3, hall.clone())], "it has had its time");
        assert_eq!(reports.take(1, "b", Reported::Finished, &hall), Ok(true));
        assert_eq!(reports.view()[0].unheard, Vec::<String>::new());
        reports.follow([(1, &hall), (9, &hall)].into_iter(), &[], Spoken::Before);
        assert_eq!(
            reports.unheard(within, &health),
            [],
            "what was made before the daemon began is not missed"
        );
    }

    #[test]
    fn ever_new_names_do_not_fill_the_memory() {
        let reports = Reports::default();
        follow(&reports, &[1]);
        let taken = (0..10_000).filter(|n| reports.take(1, &n.to_string(), Reported::Shown, &[]) == Ok(true));
        assert_eq!(taken.count(), CLIENTS);
    }
}
