//! The audit record, as it is read and carried away.

#![expect(unused_qualifications, reason = "utoipa's macro writes a path out where the name would do")]

use std::sync::Arc;

use axum::{
    Extension, Json,
    body::{Body, Bytes},
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use giliran_protocol::{
    audit::{Audit, AuditLine},
    error::ErrorBody,
    paths,
};
use giliran_store::{Store, StoreError};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    access::{
        book,
        identity::{Asker, Identity},
        rights::Right,
    },
    failure::Failure,
    http::App,
    upkeep::audit::{as_csv, as_json_line, csv_head},
};

/// How many lines come at once.
const LINES: u32 = 500;

/// In which form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// A part, for programs that go on asking.
    #[default]
    Json,
    /// All of it, as a table.
    Csv,
    /// All of it, as a JSON object in each line.
    Jsonl,
}

/// From where, and in which form.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// Only what came after this line; from the beginning when absent.
    after: Option<u64>,
    /// Only the last so many lines, at most 500; with `json` alone.
    last: Option<u32>,
    /// The form; `json` when absent.
    #[serde(default)]
    #[param(inline)]
    format: Form,
}

/// Who did what, from where, when and why. Whoever has the right in some branches only is told of these alone.
#[utoipa::path(get, path = paths::AUDIT, params(Wish), responses(
    (status = 200, description = "The record", content((Audit = "application/json"), (String = "text/csv"), (String = "application/jsonl"))),
    (status = 400, description = "Not a line's number, or no such form", body = ErrorBody),
    (status = 503, description = "Still loading", body = ErrorBody),
))]
pub async fn read_audit(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    query: Result<Query<Wish>, QueryRejection>,
) -> Result<Response, Failure> {
    let refused = |why: String| {
        let texts = [
            "Itu bukan nombor catatan atau bentuk yang dikenali.",
            "That is not a line's number, or not a known form.",
            "这不是记录编号或已知格式。",
            "அது பதிவு எண்ணோ அறியப்பட்ட வடிவமோ அல்ல.",
        ];
        Failure::bad_request(StatusCode::BAD_REQUEST, "not_a_line", texts, Some(why))
    };
    let Query(Wish { after, last, format }) = query.map_err(|why| refused(why.body_text()))?;
    // The store's numbers, and those of the document, end there.
    if after.is_some_and(|after| i64::try_from(after).is_err())
        || last.is_some_and(|last| i32::try_from(last).is_err())
    {
        return Err(refused("no record has so many lines".into()));
    }
    let store = app.loaded()?.store.clone();
    let after = match last {
        Some(last) => {
            let end = store.last_audit().await.map_err(|why| Failure::store(&why))?.map_or(0, |row| row.seq);
            after.unwrap_or(0).max(end.saturating_sub(last.min(LINES).into()))
        }
        None => after.unwrap_or(0),
    };
    let identity = asker.identity;
    match format {
        Form::Json => {
            let part = part(&*store, after, &identity).await.map_err(|why| Failure::store(&why))?;
            let next = part.next;
            Ok(Json(Audit { lines: part.lines, next }).into_response())
        }
        Form::Csv => Ok(whole(store, after, identity, "text/csv; charset=utf-8", csv_head(), as_csv)),
        Form::Jsonl => Ok(whole(store, after, identity, "application/jsonl", String::new(), as_json_line)),
    }
}

/// A part of the record, as far as somebody may see it.
async fn part(store: &dyn Store, after: u64, identity: &Identity) -> Result<Audit, StoreError> {
    let rows = store.audit(after, LINES).await?;
    let more = u32::try_from(rows.len()).is_ok_and(|read| read == LINES);
    let next = rows.last().filter(|_| more).map(|last| last.seq);
    let all = identity.holds_everywhere(Right::ReadAudit);
    let seen = |line: &AuditLine| {
        all || line.branch.as_deref().is_some_and(|branch| identity.holds(Right::ReadAudit, Some(branch)))
    };
    Ok(Audit { lines: rows.iter().filter_map(book::told).filter(seen).collect(), next })
}

/// All of it, read as fast as it is taken.
fn whole(
    store: Arc<dyn Store>,
    after: u64,
    identity: Identity,
    kind: &'static str,
    head: String,
    line: fn(&AuditLine) -> String,
) -> Response {
    let parts = stream::try_unfold((Some(after), head), move |(after, head)| {
        let (store, identity) = (store.clone(), identity.clone());
        async move {
            let Some(after) = after else { return Ok::<_, StoreError>(None) };
            let Audit { lines, next } = part(&*store, after, &identity).await?;
            let text = lines.iter().fold(head, |text, told| text + &line(told));
            Ok(Some((Bytes::from(text), (next, String::new()))))
        }
    });
    let mut response = Body::from_stream(parts).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
