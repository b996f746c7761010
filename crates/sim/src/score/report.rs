//! What came of a set, as a table for people and as rows for other programs.

use std::{collections::BTreeMap, fmt, io};

use giliran_forecast::Situation;
use jiff::civil::Date;

use super::{
    figures::{Figures, Measured},
    set::{Prediction, Scored},
    tables::{Form, Left},
};

/// What came of one data set.
#[derive(Debug, Clone)]
pub struct Report {
    /// Its name.
    pub name: String,
    /// Who was scored.
    pub scored: Scored,
    /// What was left out of its tables, by why.
    pub left: Left,
}

/// An estimator's name, and what it says.
type Rival = (&'static str, fn(&Situation) -> Option<f64>);

/// What others would have told, from the same moments.
const RIVALS: [Rival; 7] = [
    ("naive rule", |s| Some(s.naive())),
    ("QL", |s| Some(s.by_formula())),
    ("LES", |s| s.last_wait),
    ("HOL", |s| s.head_wait),
    ("mean of last ten", |s| s.mean_of_ten),
    ("hall played", |s| s.played.map(|(median, _)| median)),
    ("usual at the hour", |s| s.by_usual),
];

fn told(prediction: &Prediction) -> Measured {
    Measured { p50: prediction.p50, p90: Some(prediction.p90), was: prediction.was }
}

impl Report {
    /// The estimates' figures, of those predictions that are wanted.
    pub fn figures(&self, wanted: impl Fn(&Prediction) -> bool) -> Figures {
        Figures::of(self.scored.predictions.iter().filter(|one| wanted(one)).map(told))
    }

    fn days(&self) -> Vec<Date> {
        let mut days: Vec<Date> = self.scored.predictions.iter().map(|one| one.day).collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    /// Writes one row for each that was scored; the head line too where that is wanted.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write_rows(&self, table: &mut csv::Writer<impl io::Write>, head: bool) -> csv::Result<()> {
        if head {
            table.write_record([
                "data_set",
                "day",
                "ticket_id",
                "class",
                "office",
                "service_id",
                "t_s",
                "p50_s",
                "p90_s",
                "actual_s",
            ])?;
        }
        for one in &self.scored.predictions {
            let [first, second] = &one.who;
            let who = match self.scored.form {
                Form::Visits => [first, second, "", ""],
                Form::Readings => ["", "", first, second],
            };
            let mut row = vec![self.name.clone(), one.day.to_string()];
            row.extend(who.map(str::to_owned));
            row.push(one.at.to_string());
            row.extend([one.p50, one.p90, one.was].map(|seconds| format!("{seconds:.1}")));
            table.write_record(&row)?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.days();
        let form = match self.scored.form {
            Form::Visits => "visits",
            Form::Readings => "readings of boards",
        };
        writeln!(
            f,
            "{}: {form}, {} estimates on {} days; seconds",
            self.name,
            self.scored.predictions.len(),
            days.len()
        )?;
        writeln!(
            f,
            "{:<18}{:>8}{:>9}{:>9}{:>9}{:>10}{:>8}{:>8}{:>9}{:>9}",
            "", "n", "MAE", "RMSE", "bias", "P90 err", "cov50", "cov90", "pin50", "pin90"
        )?;
        line(f, "forecast", &self.figures(|_| true))?;
        for (name, says) in RIVALS {
            let of = |one: &Prediction| {
                Some(Measured {
                    p50: says(&one.situation).filter(|said| said.is_finite())?,
                    p90: None,
                    was: one.was,
                })
            };
            line(f, name, &Figures::of(self.scored.predictions.iter().filter_map(of)))?;
        }
        writeln!(f, "forecast, apart:")?;
        if let Some(third) = days.get(2) {
            line(f, "  from day 3", &self.figures(|one| one.day >= *third))?;
        }
        line(f, "  days 1 to 5", &self.figures(|one| days.get(5).is_none_or(|sixth| one.day < *sixth)))?;
        if let Some(sixth) = days.get(5) {
            line(f, "  later", &self.figures(|one| one.day >= *sixth))?;
        }
        line(f, "  ten or more wait", &self.figures(|one| one.situation.waiting >= 10.0))?;
        if self.scored.form == Form::Visits {
            let mut classes = BTreeMap::<&str, ()>::new();
            for one in &self.scored.predictions {
                classes.insert(&one.who[1], ());
            }
            for class in classes.into_keys() {
                line(f, &format!("  {class}"), &self.figures(|one| one.who[1] == class))?;
            }
            if self.scored.predictions.iter().any(|one| one.situation.priority) {
                line(f, "  with priority", &self.figures(|one| one.situation.priority))?;
            }
        }
        for day in days.iter().filter(|_| days.len() > 1) {
            line(f, &format!("  {day}"), &self.figures(|one| one.day == *day))?;
        }
        if !self.left.is_empty() {
            writeln!(f, "left out:")?;
            for (why, count) in &self.left {
                writeln!(f, "{count:>8} {why}")?;
            }
        }
        Ok(())
    }
}

fn line(f: &mut fmt::Formatter<'_>, name: &str, of: &Figures) -> fmt::Result {
    if of.count == 0 {
        return Ok(());
    }
    let share = |share: Option<f64>| share.map_or("-".to_owned(), |share| format!("{share:.3}"));
    writeln!(
        f,
        "{name:<18}{:>8}{:>9.1}{:>9.1}{:>9.1}{:>10.1}{:>8.3}{:>8}{:>9.2}{:>9}",
        of.count,
        of.mae,
        of.rmse,
        of.bias,
        of.p90_error,
        of.cover50,
        share(of.cover90),
        of.pinball50,
        of.pinball90.map_or("-".to_owned(), |loss| format!("{loss:.2}")),
    )
}
