//! A branch as an audience sees it, once.

#![expect(unused_qualifications, reason = "utoipa's macro writes a path out where the name would do")]

use axum::{
    Extension,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{StatusCode, header},
    response::IntoResponse,
};
use giliran_protocol::{error::ErrorBody, live::ToClient, paths, view::Audience};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    access::{identity::Asker, rights},
    failure::Failure,
    http::App,
};

/// Who looks.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// The audience.
    audience: Audience,
}

/// The whole picture now; the same as a WebSocket's first message.
#[utoipa::path(get, path = paths::STATE, params(("branch" = String, Path, description = "The branch's short name"), Look), responses(
    (status = 200, description = "A snapshot message", body = ToClient),
    (status = 400, description = "No audience, or none of that name", body = ErrorBody),
    (status = 404, description = "No such branch", body = ErrorBody),
    (status = 503, description = "Still loading, stopping or overloaded", body = ErrorBody),
))]
pub async fn look(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(branch): Path<String>,
    query: Result<Query<Look>, QueryRejection>,
) -> Result<impl IntoResponse, Failure> {
    asker.identity.must_be_known()?;
    let Query(Look { audience }) = query.map_err(|why| {
        Failure::bad_request(
            StatusCode::BAD_REQUEST,
            "unknown_audience",
            [
                "Sila nyatakan paparan untuk siapa.",
                "Say for which audience.",
                "请说明观看对象。",
                "யாருக்கான காட்சி என்பதைக் குறிப்பிடவும்.",
            ],
            Some(why.body_text()),
        )
    })?;
    asker.identity.must(rights::of_audience(audience), Some(&branch))?;
    let picture = app.office(&branch)?.desk().look(audience).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], picture))
}
