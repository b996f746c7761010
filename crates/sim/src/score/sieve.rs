//! What makes no sense of a day's visits: left out before anything is learned from it, and counted.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::tables::{Left, VisitRow};

/// Nobody is served for longer; the end was not recorded when it was.
const LONGEST_VISIT_S: f64 = 4.0 * 3600.0;

/// A table is in the order of arrival where hardly a row is earlier than those before by more than that. Such a row
/// is of a clock that jumped; where many are, the table is in another order.
const JUMP_S: f64 = 600.0;
const JUMPS: f64 = 0.05;

/// On a day on which visits take no longer, in the middle, somebody tried the system.
const TRIAL_S: f64 = 2.0;
const TRIAL_VISITS: usize = 5;

/// The visits by day, without those that make no sense.
pub(crate) fn days(rows: Vec<VisitRow>, left: &mut Left) -> BTreeMap<Date, Vec<VisitRow>> {
    let mut days = BTreeMap::<Date, Vec<VisitRow>>::new();
    for row in rows {
        days.entry(row.day).or_default().push(row);
    }
    for rows in days.values_mut() {
        let mut leave_out = |why: &'static str, count: usize| {
            if count > 0 {
                *left.entry(why).or_default() += count as u64;
            }
        };
        let all = rows.len();
        let mut seen = BTreeSet::new();
        rows.retain(|row| seen.insert((row.ticket.clone(), row.class.clone(), row.arrival.to_bits())));
        leave_out("visits that stand there twice", all - rows.len());

        let all = rows.len();
        let mut latest = 0.0_f64;
        let back: Vec<bool> = rows
            .iter()
            .map(|row| {
                let back = row.arrival < latest - JUMP_S;
                latest = latest.max(row.arrival);
                back
            })
            .collect();
        let jumped = back.iter().filter(|back| **back).count();
        if jumped > 0 && (jumped as f64) < JUMPS * all as f64 {
            let mut back = back.into_iter();
            rows.retain(|_| !back.next().unwrap_or(false));
            leave_out("visits by a clock that jumped", jumped);
        }

        let mut hours = 0;
        for row in rows.iter_mut() {
            if let (Some(start), Some(end)) = (row.start, row.end)
                && end - start > LONGEST_VISIT_S
            {
                row.end = None;
                hours += 1;
            }
        }
        leave_out("ends hours too late (the visits count)", hours);

        let mut lengths: Vec<f64> = rows.iter().filter_map(|row| Some(row.end? - row.start?)).collect();
        lengths.sort_unstable_by(f64::total_cmp);
        if lengths.len() >= TRIAL_VISITS && lengths[lengths.len() / 2] <= TRIAL_S {
            leave_out("visits on a day of trials", rows.len());
            rows.clear();
        }
    }
    days.retain(|_, rows| !rows.is_empty());
    days
}
