//! The fair-order record: everything that set somebody before or behind the order of the queue.
//!
//! It is read from the log itself, so it can't be lost and nothing need be kept beside it.

#![expect(unused_qualifications, reason = "utoipa's macro writes a path out where the name would do")]

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use giliran_core::{Deviation, OutOfOrder};
use giliran_protocol::{
    error::ErrorBody,
    fair_order::{FairOrder, Record, What},
    paths,
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{failure::Failure, http::App, wire};

/// How many entries of the log one request looks through: a busy day has some ten thousand.
const ENTRIES: u32 = 20_000;

/// Where to begin.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct From {
    /// Only what came after this entry of the log; today's when absent.
    after: Option<u64>,
}

/// What was done out of order, by whom, when and why; in the order of the log.
#[utoipa::path(get, path = paths::FAIR_ORDER, params(("branch" = String, Path, description = "The branch's short name"), From), responses(
    (status = 200, description = "The record", body = FairOrder),
    (status = 400, description = "Not an entry's number", body = ErrorBody),
    (status = 404, description = "No such branch", body = ErrorBody),
    (status = 503, description = "Still loading, stopping or overloaded", body = ErrorBody),
))]
pub async fn read(
    State(app): State<App>,
    Path(branch): Path<String>,
    query: Result<Query<From>, QueryRejection>,
) -> Result<Json<FairOrder>, Failure> {
    let refused = |why: String| {
        let texts = [
            "Itu bukan nombor catatan.",
            "That is not an entry's number.",
            "这不是记录编号。",
            "அது பதிவு எண் அல்ல.",
        ];
        Failure::bad_request(StatusCode::BAD_REQUEST, "not_an_entry", texts, Some(why))
    };
    let Query(From { after }) = query.map_err(|why| refused(why.body_text()))?;
    // The store's numbers, and those of the document, end there.
    if after.is_some_and(|after| i64::try_from(after).is_err()) {
        return Err(refused("no log has so many entries".into()));
    }
    let office = app.office(&branch)?;
    let after = match after {
        Some(after) => after,
        None => office.desk().rules().await?.day_seq,
    };
    let entries = app.store()?.entries(&office.rules.id, after, ENTRIES).await;
    let entries = entries.map_err(|why| Failure::store(&why))?;
    let more = u32::try_from(entries.len()).is_ok_and(|read| read == ENTRIES);
    Ok(Json(FairOrder {
        records: entries.iter().flat_map(giliran_core::Entry::out_of_order).map(record).collect(),
        next: entries.last().filter(|_| more).map(|last| last.seq),
    }))
}

fn record(deviation: OutOfOrder) -> Record {
    Record {
        seq: deviation.seq,
        at: deviation.at,
        by: deviation.by.map(wire::from_actor),
        ticket: deviation.ticket.0,
        what: match deviation.what {
            Deviation::Picked { counter, passed } => What::Picked { counter: counter.to_string(), passed },
            Deviation::OfService { counter } => What::OfService { counter: counter.to_string() },
            Deviation::ClassChanged { from, to } => {
                What::ClassChanged { from: from.to_string(), to: to.to_string() }
            }
            Deviation::GaveWay { passed } => What::GaveWay { passed },
            Deviation::Requeued { counter } => What::Requeued { counter: counter.to_string() },
            Deviation::Cancelled => What::Cancelled,
            Deviation::Undone { counter, .. } => What::Undone { counter: counter.to_string() },
        },
        reason: deviation.reason.map(|reason| reason.as_str().to_owned()),
    }
}
