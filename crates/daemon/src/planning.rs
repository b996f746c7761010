//! The rest of a branch's day as it is expected, with the advice and the alarm that follow from it: worked out beside
//! the clerk, on a copy, and kept for a while so that ten dashboards cost what one does.
//!
//! The adviser remembers what it advised, in memory alone: a daemon that begins anew begins with an open mind.

use std::{sync::Arc, time::Duration};

use giliran_core::{Branch, CounterId};
use giliran_forecast::{Adviser, Alarm, RestOfDay};
use giliran_protocol::forecast::{AlarmLevel, ForecastView};
use tokio::{sync::Mutex, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    clerk::Stand,
    failure::Failure,
    office::Office,
    webhook::{Alert, Webhook},
    wire,
};

/// How long what was worked out is told again.
const KEEPS: Duration = Duration::from_secs(20);

/// How often the alarm is looked after when nobody asks.
const LOOKS: Duration = Duration::from_secs(30);

/// After a look its maker rests so many times as long as it took, where nobody asks.
const REST: u32 = 20;

/// What is known of the rest of a branch's day.
#[derive(Debug, Default)]
pub struct Planning {
    state: Mutex<State>,
    /// Held by whoever makes a roster.
    pub rosters: Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    adviser: Adviser,
    known: Option<Known>,
}

#[derive(Debug)]
struct Known {
    at: Instant,
    /// The counters that were open: with others, all of it is of another hall.
    open: Vec<CounterId>,
    view: Arc<ForecastView>,
}

impl Planning {
    /// The rest of the day, worked out now or a moment ago.
    pub async fn look(&self, office: &Office) -> Result<Arc<ForecastView>, Failure> {
        // Whoever asks meanwhile waits for the one who is at it.
        let mut state = self.state.lock().await;
        let stand = office.desk().stand().await?;
        let open = open(&stand.branch);
        if let Some(known) = &state.known
            && known.at.elapsed() < KEEPS
            && known.open == open
        {
            return Ok(known.view.clone());
        }
        let mut adviser = state.adviser.clone();
        let (view, adviser) = tokio::task::spawn_blocking(move || {
            let view = view(&stand, &mut adviser);
            (view, adviser)
        })
        .await
        .map_err(|why| {
            tracing::error!(branch = %office.rules.id, %why, "the forecast failed");
            Failure::Internal
        })?;
        let view = Arc::new(view.ok_or(Failure::NotReady)?);
        state.adviser = adviser;
        state.known = Some(Known { at: Instant::now(), open, view: view.clone() });
        Ok(view)
    }
}

/// The counters that call.
fn open(branch: &Branch) -> Vec<CounterId> {
    let open = branch.counters().filter(|(_, counter)| counter.open && counter.pause.is_none());
    open.map(|(id, _)| id.clone()).collect()
}

fn view(stand: &Stand, adviser: &mut Adviser) -> Option<ForecastView> {
    let Stand { branch, taught, now } = stand;
    let day = RestOfDay::of_now(branch, &taught.learned, &taught.arrivals, *now)?;
    let advice = adviser.look(&day).map(wire::planning::advice);
    Some(wire::planning::forecast(day.outlook(), advice, alarm(adviser.alarm())))
}

fn alarm(alarm: Alarm) -> AlarmLevel {
    match alarm {
        Alarm::None => AlarmLevel::None,
        Alarm::Watch => AlarmLevel::Watch,
        Alarm::Soon => AlarmLevel::Soon,
        Alarm::Missed => AlarmLevel::Missed,
    }
}

/// Looks after a branch's alarm until `stop`, and tells the webhook when it rises or is over.
pub async fn watch(office: Arc<Office>, webhook: Option<Webhook>, stop: CancellationToken) {
    let mut told = AlarmLevel::None;
    let mut rest = LOOKS;
    while tokio::time::timeout(rest, stop.cancelled()).await.is_err() {
        let begun = Instant::now();
        // A branch that can't be asked now is asked again.
        if let Ok(view) = office.planning.look(&office).await
            && view.alarm != told
        {
            tracing::info!(branch = %office.rules.id, alarm = ?view.alarm, before = ?told, "the charter's alarm");
            let before = std::mem::replace(&mut told, view.alarm);
            if let Some(webhook) = &webhook {
                let alert = Alert {
                    branch: office.rules.id.to_string(),
                    at: view.at,
                    alarm: view.alarm,
                    before,
                    advice: view.advice.clone(),
                };
                webhook.tell(&alert, &stop).await;
            }
        }
        rest = LOOKS.max(begun.elapsed() * REST);
    }
}
