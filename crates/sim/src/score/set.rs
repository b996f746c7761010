//! One set of recorded days, gone through in the order of time.

use std::collections::BTreeMap;

use giliran_forecast::{Boards, Manner, Onlooker, Sight, Situation, Told, kind_of_day};
use jiff::civil::Date;

use super::{
    sieve,
    tables::{Form, Left, ReadingRow, Table, VisitRow},
};

/// How a set is scored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// How much earlier a visitor with priority falls due than others, in seconds.
    pub head_start_s: f64,
    /// Longer waits are not scored, in seconds; none to tell it from the set.
    pub longest_s: Option<f64>,
    /// What is a short wait, in seconds; none to tell it from the form.
    pub offset_s: Option<f64>,
}

/// Somebody who was told something and waited.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The day.
    pub day: Date,
    /// The ticket, or the office and the service.
    pub who: [String; 2],
    /// When it was told, in seconds since midnight.
    pub at: f64,
    /// The median that was told.
    pub p50: f64,
    /// The 90th percentile that was told.
    pub p90: f64,
    /// How long it was.
    pub was: f64,
    /// From what it was told.
    pub situation: Situation,
}

/// What came of a set.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The form of its tables.
    pub form: Form,
    /// Everyone who was scored, in the order of time.
    pub predictions: Vec<Prediction>,
}

/// Goes through the days of `train` and then through those of `score`, whose customers are scored.
pub fn run(train: Vec<Table>, score: Vec<Table>, options: Options, left: &mut Left) -> Vec<Scored> {
    let mut visits = (Vec::new(), Vec::new());
    let mut readings = (Vec::new(), Vec::new());
    for table in train {
        match table {
            Table::Visits(rows) => visits.0.extend(rows),
            Table::Readings(rows) => readings.0.extend(rows),
        }
    }
    for table in score {
        match table {
            Table::Visits(rows) => visits.1.extend(rows),
            Table::Readings(rows) => readings.1.extend(rows),
        }
    }
    let mut scored = Vec::new();
    if !visits.1.is_empty() {
        scored.push(run_visits(visits.0, visits.1, options, left));
    }
    if !readings.1.is_empty() {
        scored.push(run_readings(readings.0, readings.1, options));
    }
    scored
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum What {
    Ends,
    Leaves,
    Called,
    Joins,
    AtOnce,
}

fn run_visits(train: Vec<VisitRow>, score: Vec<VisitRow>, options: Options, left: &mut Left) -> Scored {
    let mut waits: Vec<f64> = score.iter().filter_map(waited).collect();
    waits.sort_unstable_by(f64::total_cmp);
    let typical = waits.get(waits.len() / 2).copied().unwrap_or(0.0);
    // Where people wait for seconds, who waited for an hour was forgotten.
    let longest = options.longest_s.unwrap_or(if typical < 600.0 { 3600.0 } else { 14_400.0 });
    let offset_s = options.offset_s.unwrap_or(10.0);
    let manner = Manner { offset_s, step: 0.035, spread: 0.8, by_played: 0.0, trees: 40_000, window: 1000 };
    let mut onlooker = Onlooker::new(Sight { head_start_s: options.head_start_s, manner });
    let mut predictions = Vec::new();
    for (rows, scores) in [(train, false), (score, true)] {
        for (day, rows) in sieve::days(rows, left) {
            onlooker.day_began(kind_of_day(day));
            let mut told = BTreeMap::<usize, (Told, Situation)>::new();
            for (at, what, n) in moments(&rows, left) {
                let row = &rows[n];
                let ticket = n as u64;
                match what {
                    What::Ends => onlooker.ended(ticket, at),
                    What::Leaves => onlooker.left(ticket, at),
                    What::Called => onlooker.called(ticket, row.server.as_deref(), at),
                    What::AtOnce => onlooker.called_at_once(ticket, &row.class, row.server.as_deref(), at),
                    What::Joins => {
                        if let Some(seen) = onlooker.joined(ticket, &row.class, row.priority, at) {
                            told.insert(n, (seen.told, seen.situation));
                        }
                    }
                }
            }
            if !scores {
                continue;
            }
            for (n, (told, situation)) in told {
                let row = &rows[n];
                if let Some(was) = waited(row).filter(|was| *was <= longest) {
                    predictions.push(Prediction {
                        day,
                        who: [row.ticket.clone(), row.class.clone()],
                        at: row.arrival,
                        p50: told.p50_s,
                        p90: told.p90_s,
                        was,
                        situation,
                    });
                }
            }
        }
    }
    Scored { form: Form::Visits, predictions }
}

/// How long a visitor waited who is scored.
fn waited(row: &VisitRow) -> Option<f64> {
    let served = matches!(row.outcome.as_str(), "served" | "called");
    row.start.filter(|_| served).map(|start| start - row.arrival).filter(|wait| *wait > 0.0)
}

/// What happened on a day, in the order of time.
fn moments(rows: &[VisitRow], left: &mut Left) -> Vec<(f64, What, usize)> {
    let mut moments = Vec::with_capacity(3 * rows.len());
    for (n, row) in rows.iter().enumerate() {
        match row.start {
            Some(start) if start > row.arrival => {
                moments.push((row.arrival, What::Joins, n));
                moments.push((start, What::Called, n));
            }
            Some(start) => moments.push((start, What::AtOnce, n)),
            None => {
                moments.push((row.arrival, What::Joins, n));
                if let Some(end) = row.end {
                    moments.push((end.max(row.arrival), What::Leaves, n));
                }
                continue;
            }
        }
        match row.end {
            Some(end) => moments.push((end, What::Ends, n)),
            None => *left.entry("ends that were not recorded (the visits count)").or_default() += 1,
        }
    }
    // What ends at once ends after it began.
    let rank = |(_, what, n): &(f64, What, usize)| {
        let row = &rows[*n];
        let at_once = *what == What::Ends && row.start == row.end;
        let never = *what == What::Leaves && row.end == Some(row.arrival);
        (at_once || never, *what)
    };
    moments.sort_by(|a, b| a.0.total_cmp(&b.0).then(rank(a).cmp(&rank(b))).then(a.2.cmp(&b.2)));
    moments
}

fn run_readings(train: Vec<ReadingRow>, score: Vec<ReadingRow>, options: Options) -> Scored {
    let offset_s = options.offset_s.unwrap_or(120.0);
    let manner = Manner { offset_s, step: 0.02, spread: 0.7, by_played: 0.0, trees: 40_000, window: 1000 };
    let mut boards = Boards::new(manner);
    let mut predictions = Vec::new();
    for (mut rows, scores) in [(train, false), (score, true)] {
        rows.sort_by(|a, b| {
            let key = |row: &ReadingRow| (row.day, row.reading.at as u64);
            key(a).cmp(&key(b)).then_with(|| (&a.office, &a.service).cmp(&(&b.office, &b.service)))
        });
        let mut told: BTreeMap<u64, (Told, Situation)> = BTreeMap::new();
        let mut day = None;
        for (n, row) in rows.iter().enumerate() {
            if day != Some(row.day) {
                boards.day_began(kind_of_day(row.day));
                day = Some(row.day);
            }
            let (outcomes, fresh) = boards.read(&row.office, &row.service, n as u64, row.reading);
            if !scores {
                continue;
            }
            if let Some(fresh) = fresh {
                told.insert(n as u64, fresh);
            }
            for outcome in outcomes {
                if let Some((told, situation)) = told.remove(&outcome.row) {
                    let row = &rows[outcome.row as usize];
                    predictions.push(Prediction {
                        day: row.day,
                        who: [row.office.clone(), row.service.clone()],
                        at: row.reading.at,
                        p50: told.p50_s,
                        p90: told.p90_s,
                        was: outcome.waited_s,
                        situation,
                    });
                }
            }
        }
    }
    Scored { form: Form::Readings, predictions }
}
