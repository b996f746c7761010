//! The forecast, the advice, plans, honesty and rosters, in the protocol's words.

use giliran_forecast::{Advice, Figures, Honesty, Hour, Outlook, Plan, Quarter, RosterDay, RosterHour, Step};
use giliran_protocol::forecast as view;
use giliran_protocol::forecast::{
    AdviceStep, AdviceView, AdvisedCounter, AlarmLevel, ForecastView, HonestyDay, HonestyFigures,
    HonestyView, PlanHour, PlanOutcome, QuarterView, RosterView, ServiceForecast,
};
use jiff::civil::Date;

/// The rest of the day.
pub fn forecast(outlook: Outlook, advice: Option<AdviceView>, alarm: AlarmLevel) -> ForecastView {
    let Outlook { at, until, days_known, services } = outlook;
    let service = |(id, quarters): (giliran_core::ServiceId, Vec<Quarter>)| ServiceForecast {
        service: id.to_string(),
        quarters: quarters.into_iter().map(quarter).collect(),
    };
    ForecastView {
        at,
        until,
        days_known,
        services: services.into_iter().map(service).collect(),
        advice,
        alarm,
    }
}

fn quarter(quarter: Quarter) -> QuarterView {
    let Quarter { from, arrivals, arrivals_low, arrivals_high, needed, open, late, p50_s, p90_s } = quarter;
    QuarterView { from, arrivals, arrivals_low, arrivals_high, needed, open, late, p50_s, p90_s }
}

/// What to do. People are whole.
pub fn advice(advice: &Advice) -> AdviceView {
    let whole = |people: f64| people.round() as u32; // saturates at both ends
    let counter = |advised: &giliran_forecast::AdvisedCounter| AdvisedCounter {
        counter: advised.counter.to_string(),
        paused: advised.paused,
        services: advised.services.iter().map(ToString::to_string).collect(),
    };
    AdviceView {
        id: advice.id(),
        step: match advice.step {
            Step::Open => AdviceStep::Open,
            Step::Close => AdviceStep::Close,
        },
        counters: advice.counters.iter().map(counter).collect(),
        by: advice.by,
        service: advice.service.to_string(),
        until: advice.until,
        late_without: whole(advice.late_without),
        late_with: whole(advice.late_with),
        people: whole(advice.people),
    }
}

/// What comes of a plan.
pub fn plan(plan: Plan) -> PlanOutcome {
    let Plan { hours, late, promised, counter_hours } = plan;
    let hour = |hour: Hour| {
        let Hour { from, arrivals, open, late, p50_s, p90_s } = hour;
        PlanHour { from, arrivals, open, late, p50_s, p90_s }
    };
    PlanOutcome { hours: hours.into_iter().map(hour).collect(), late, promised, counter_hours }
}

/// Whether announced waits came true.
pub fn honesty(honesty: &Honesty) -> HonestyView {
    let days = honesty.days().map(|(day, of)| HonestyDay { day, figures: figures(*of) });
    HonestyView { today: figures(honesty.today()), month: figures(honesty.month()), days: days.collect() }
}

fn figures(figures: Figures) -> HonestyFigures {
    let Figures { told, within, error_s, naive_error_s } = figures;
    let share = |sum: f64| (told > 0).then(|| (sum / f64::from(told)) as f32);
    HonestyFigures {
        told,
        within: share(f64::from(within)),
        error_s: share(error_s as f64),
        naive_error_s: share(naive_error_s as f64),
    }
}

/// A week's roster.
pub fn roster(week: Date, days_known: u32, days: Vec<RosterDay>) -> RosterView {
    let hour = |hour: RosterHour| view::RosterHour {
        from: hour.from,
        arrivals: hour.arrivals as f32,
        counters: hour.counters.iter().map(ToString::to_string).collect(),
    };
    let day = |day: RosterDay| view::RosterDay {
        day: day.day,
        hours: day.hours.into_iter().map(hour).collect(),
        arrivals: day.arrivals as f32,
        late: day.late as f32,
    };
    RosterView { week, days_known, days: days.into_iter().map(day).collect() }
}
