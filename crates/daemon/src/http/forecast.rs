//! What is to come: the rest of the day and the advice, a plan to try, whether estimates came true, and a week's roster.

#![expect(unused_qualifications, reason = "utoipa's macro writes a path out where the name would do")]

use std::sync::Arc;

use axum::{
    Json,
    extract::{
        Path, Query, State,
        rejection::{JsonRejection, QueryRejection},
    },
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use giliran_core::{Branch, Rules, ServiceId};
use giliran_forecast::{CounterPlan, RestOfDay};
use giliran_protocol::{
    error::ErrorBody,
    forecast::{ForecastView, HonestyView, RosterView, WhatIf, WhatIfView},
    paths,
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    clerk::Stand,
    failure::Failure,
    http::{App, body},
    wire,
};

/// So many counters a branch has at most, and so many stretches one has.
const COUNTERS: usize = 99;
const STRETCHES: usize = 16;

/// The rest of the day as it is expected with counters as they are, and what is advised. Worked out anew every 20 seconds
/// at most.
#[utoipa::path(get, path = paths::FORECAST, params(("branch" = String, Path, description = "The branch's short name")), responses(
    (status = 200, description = "The rest of the day", body = ForecastView),
    (status = 404, description = "No such branch", body = ErrorBody),
    (status = 503, description = "Still loading, stopping or overloaded", body = ErrorBody),
))]
pub async fn read_forecast(
    State(app): State<App>,
    Path(branch): Path<String>,
) -> Result<Json<Arc<ForecastView>>, Failure> {
    let office = app.office(&branch)?;
    office.planning.look(office).await.map(Json)
}

/// What would come of other counters, beside what comes of those that are. Nothing is done.
#[utoipa::path(post, path = paths::WHAT_IF, request_body = WhatIf,
    params(("branch" = String, Path, description = "The branch's short name")),
    responses(
    (status = 200, description = "What would come of it", body = WhatIfView),
    (status = 400, description = "Not JSON", body = ErrorBody),
    (status = 404, description = "No such branch", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 415, description = "The body is not said to be JSON", body = ErrorBody),
    (status = 422, description = "JSON, but no plan, or one that makes no sense", body = ErrorBody),
    (status = 503, description = "Still loading, stopping or overloaded", body = ErrorBody),
))]
pub async fn what_if(
    State(app): State<App>,
    Path(branch): Path<String>,
    given: Result<Json<WhatIf>, JsonRejection>,
) -> Result<Json<WhatIfView>, Failure> {
    let wish: WhatIf = body::read(given)?;
    let stand = app.office(&branch)?.desk().stand().await?;
    let work = move || {
        let Stand { branch, taught, now } = &stand;
        let plans = plans(branch.rules().ok_or(Failure::NotReady)?, wish).map_err(bad_plan)?;
        let day =
            RestOfDay::of_now(branch, &taught.learned, &taught.arrivals, *now).ok_or(Failure::NotReady)?;
        let (as_is, with) = (wire::planning::plan(day.as_is()), wire::planning::plan(day.what_if(&plans)));
        Ok(Json(WhatIfView { at: *now, as_is, with }))
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| Failure::Internal)?
}

/// The plan in the forecast's words, or what is wrong with it.
fn plans(rules: &Rules, wish: WhatIf) -> Result<Vec<CounterPlan>, String> {
    if wish.counters.len() > COUNTERS {
        return Err(format!("{COUNTERS} counters are the most"));
    }
    let mut plans: Vec<CounterPlan> = Vec::with_capacity(wish.counters.len());
    for plan in wish.counters {
        let name = plan.counter;
        let known = rules.counters.iter().find(|rule| rule.id.as_str() == name);
        let counter = known.ok_or_else(|| format!("there is no counter `{name}`"))?.id.clone();
        if plans.iter().any(|before| before.counter == counter) {
            return Err(format!("counter `{name}` stands twice"));
        }
        if plan.open.len() > STRETCHES {
            return Err(format!("counter `{name}`: {STRETCHES} stretches are the most"));
        }
        let mut last = Timestamp::MIN;
        for stretch in &plan.open {
            if stretch.from < last || stretch.until <= stretch.from {
                return Err(format!("counter `{name}`: stretches must have a length, be in order and apart"));
            }
            last = stretch.until;
        }
        let service = |id: String| -> Result<ServiceId, String> {
            let known = rules.services.iter().find(|rule| rule.id.as_str() == id);
            Ok(known.ok_or_else(|| format!("there is no service `{id}`"))?.id.clone())
        };
        let services =
            plan.services.map(|services| services.into_iter().map(service).collect()).transpose()?;
        let open = plan.open.iter().map(|stretch| (stretch.from, stretch.until)).collect();
        plans.push(CounterPlan { counter, open, services });
    }
    Ok(plans)
}

fn bad_plan(why: String) -> Failure {
    Failure::bad_request(
        StatusCode::UNPROCESSABLE_ENTITY,
        "bad_plan",
        [
            "Pelan itu tidak masuk akal.",
            "That plan makes no sense.",
            "该计划不合理。",
            "அந்தத் திட்டம் பொருந்தவில்லை.",
        ],
        Some(why),
    )
}

/// Whether the waits that were announced came true, today and in the last 31 days.
#[utoipa::path(get, path = paths::HONESTY, params(("branch" = String, Path, description = "The branch's short name")), responses(
    (status = 200, description = "The figures", body = HonestyView),
    (status = 404, description = "No such branch", body = ErrorBody),
    (status = 503, description = "Still loading, stopping or overloaded", body = ErrorBody),
))]
pub async fn honesty(
    State(app): State<App>,
    Path(branch): Path<String>,
) -> Result<Json<HonestyView>, Failure> {
    let stand = app.office(&branch)?.desk().stand().await?;
    Ok(Json(wire::planning::honesty(&stand.taught.honesty)))
}

/// In which form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// For programs.
    #[default]
    Json,
    /// As a table.
    Csv,
}

/// Which week, and in which form.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// A day of the week, such as 2026-12-07; the next week when absent. At most a year from now.
    #[param(value_type = Option<String>, format = Date)]
    week: Option<Date>,
    /// The form; `json` when absent.
    #[serde(default)]
    #[param(inline)]
    format: Form,
}

/// Who should be at the counters in a week, from what its days usually bring.
#[utoipa::path(get, path = paths::ROSTER, params(("branch" = String, Path, description = "The branch's short name"), Wish), responses(
    (status = 200, description = "The roster", content((RosterView = "application/json"), (String = "text/csv"))),
    (status = 400, description = "No date, one too far away, or no such form", body = ErrorBody),
    (status = 404, description = "No such branch", body = ErrorBody),
    (status = 503, description = "Still loading, stopping or overloaded", body = ErrorBody),
))]
pub async fn roster(
    State(app): State<App>,
    Path(branch): Path<String>,
    query: Result<Query<Wish>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(Wish { week, format }) = query.map_err(|why| bad_week(why.body_text()))?;
    let office = app.office(&branch)?;
    let stand = office.desk().stand().await?;
    let today = stand.branch.rules().map(|rules| rules.day_of(stand.now)).ok_or(Failure::NotReady)?;
    let monday = monday_of(week, today).ok_or_else(|| bad_week("a year from now is the most".into()))?;
    // Seconds of work: one at a time for each branch.
    let _turn = office.planning.rosters.lock().await;
    let work = move || {
        let Stand { branch, taught, .. } = &stand;
        let rules = branch.rules().ok_or(Failure::NotReady)?;
        let days = giliran_forecast::roster(rules, &taught.learned, &taught.arrivals, monday);
        let view = wire::planning::roster(monday, taught.arrivals.days_known(), days);
        Ok(match format {
            Form::Json => Json(view).into_response(),
            Form::Csv => {
                let name = format!("attachment; filename=\"roster-{monday}.csv\"");
                let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned());
                ([kind, (header::CONTENT_DISPOSITION, name)], table(branch, &view)).into_response()
            }
        })
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| Failure::Internal)?
}

fn monday_of(week: Option<Date>, today: Date) -> Option<Date> {
    let day = match week {
        Some(day) => day,
        None => today.checked_add(7.days()).ok()?,
    };
    let apart = (day - today).get_days();
    let back = day.weekday().since(Weekday::Monday);
    (-366..=366).contains(&apart).then(|| day.checked_sub(i64::from(back).days()).ok()).flatten()
}

fn bad_week(why: String) -> Failure {
    Failure::bad_request(
        StatusCode::BAD_REQUEST,
        "bad_week",
        [
            "Itu bukan tarikh atau bentuk yang dikenali.",
            "That is no date, or not a known form.",
            "这不是日期或已知格式。",
            "அது தேதியோ அறியப்பட்ட வடிவமோ அல்ல.",
        ],
        Some(why),
    )
}

/// A line for each hour: the date, the hour by the office's clock, who is expected, and the counters' numbers.
fn table(branch: &Branch, view: &RosterView) -> String {
    let Some(rules) = branch.rules() else { return String::new() };
    let zone = TimeZone::get(&rules.time_zone).unwrap_or(TimeZone::UTC);
    let number =
        |id: &String| rules.counters.iter().find(|rule| rule.id.as_str() == id).map(|rule| rule.number);
    let mut table = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = table.write_record(["date", "from", "expected", "counters", "numbers"]);
    for day in &view.days {
        for hour in &day.hours {
            let from = hour.from.to_zoned(zone.clone()).strftime("%H:%M").to_string();
            let numbers: Vec<String> =
                hour.counters.iter().filter_map(number).map(|number| number.to_string()).collect();
            let _ = table.write_record([
                day.day.to_string(),
                from,
                format!("{:.1}", hour.arrivals),
                hour.counters.len().to_string(),
                numbers.join(" "),
            ]);
        }
    }
    table.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_week_is_that_of_any_of_its_days_and_the_next_when_none_is_named() {
        let today = date(2026, 11, 29); // a Sunday
        assert_eq!(monday_of(None, today), Some(date(2026, 11, 30)));
        for day in [date(2026, 11, 30), date(2026, 12, 3), date(2026, 12, 6)] {
            assert_eq!(monday_of(Some(day), today), Some(date(2026, 11, 30)));
        }
        assert_eq!(monday_of(Some(date(2028, 1, 1)), today), None);
        assert_eq!(monday_of(Some(Date::MIN), today), None);
    }
}
