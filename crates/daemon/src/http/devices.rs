//! Devices: they ask to take part, supervisors let them, and take it back.

use std::{sync::Arc, time::Instant};

use axum::{
    Extension, Json,
    extract::{Path, State, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use giliran_protocol::{
    access::{
        ApprovePairing, AskPairing, ClaimPairing, DeviceView, Pairing, PairingCode, PairingOffer,
        PendingDevice,
    },
    error::ErrorBody,
    paths,
};

use crate::{
    access::{cookies::Jar, identity::Asker, refusals},
    clock::system_time,
    failure::Failure,
    http::{App, body},
    web::Doors,
};

/// How long a device that finds too many waiting is to wait itself.
const NO_PLACE: std::time::Duration = std::time::Duration::from_secs(60);

/// A device asks to take part, and is given a code for its screen.
#[utoipa::path(post, path = paths::PAIRING, request_body = AskPairing, responses(
    (status = 200, description = "The code", body = PairingOffer),
    (status = 400, description = "Not JSON", body = ErrorBody),
    (status = 404, description = "No such branch", body = ErrorBody),
    (status = 409, description = "This daemon asks nobody who they are", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 415, description = "The body is not said to be JSON", body = ErrorBody),
    (status = 422, description = "JSON, but no device", body = ErrorBody),
    (status = 503, description = "Still loading", body = ErrorBody),
))]
pub async fn ask_pairing(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Extension(doors): Extension<Arc<Doors>>,
    given: Result<Json<AskPairing>, JsonRejection>,
) -> Result<Json<PairingOffer>, Failure> {
    let AskPairing { device, branch } = body::read(given)?;
    let branch = app.office(&branch)?.rules.id.clone();
    let access = app.access()?;
    access.may_ask(asker.address, doors.limits().spare(asker.address))?;
    let now = (system_time(), Instant::now());
    let offer = access.pairings().ask((device, branch), asker.address, now);
    offer.map(Json).ok_or(Failure::TooMany(NO_PLACE))
}

/// A device asks whether it was approved, and fetches its key.
#[utoipa::path(post, path = paths::PAIRING_CLAIM, request_body = ClaimPairing, responses(
    (status = 200, description = "How it stands; with `cookie`, the browser is told to keep the key", body = Pairing),
    (status = 400, description = "Not JSON", body = ErrorBody),
    (status = 404, description = "No such claim, or no longer: ask for another code", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 415, description = "The body is not said to be JSON", body = ErrorBody),
    (status = 422, description = "JSON, but no claim", body = ErrorBody),
    (status = 503, description = "Still loading", body = ErrorBody),
))]
pub async fn claim_pairing(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    given: Result<Json<ClaimPairing>, JsonRejection>,
) -> Result<Response, Failure> {
    let ClaimPairing { claim, cookie } = body::read(given)?;
    let pairing = app.access()?.pairings().claim(&claim, Instant::now());
    let pairing = pairing.ok_or_else(refusals::unknown_pairing)?;
    match pairing {
        Pairing::Paired { id, key: Some(key) } if cookie => {
            let mut response = Json(Pairing::Paired { id, key: None }).into_response();
            Jar::Device.put(response.headers_mut(), &key, asker.secure);
            Ok(response)
        }
        Pairing::Paired { .. } | Pairing::Waiting => Ok(Json(pairing).into_response()),
    }
}

/// The devices of a branch, by short name.
#[utoipa::path(get, path = paths::DEVICES, params(("branch" = String, Path, description = "The branch's short name")), responses(
    (status = 200, description = "The devices", body = Vec<DeviceView>),
    (status = 404, description = "No such branch", body = ErrorBody),
    (status = 503, description = "Still loading", body = ErrorBody),
))]
pub async fn list_devices(
    State(app): State<App>,
    Path(branch): Path<String>,
) -> Result<Json<Vec<DeviceView>>, Failure> {
    let branch = &app.office(&branch)?.rules.id;
    Ok(Json(app.access()?.devices(branch).iter().map(|device| device.view()).collect()))
}

/// The device behind a code that the asker has read off its screen.
#[utoipa::path(post, path = paths::PENDING_DEVICE, request_body = PairingCode,
    params(("branch" = String, Path, description = "The branch's short name")), responses(
    (status = 200, description = "What it is", body = PendingDevice),
    (status = 400, description = "Not JSON", body = ErrorBody),
    (status = 404, description = "No such branch, or no device with that code waits there", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 415, description = "The body is not said to be JSON", body = ErrorBody),
    (status = 422, description = "JSON, but no code", body = ErrorBody),
    (status = 503, description = "Still loading", body = ErrorBody),
))]
pub async fn pending_device(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(branch): Path<String>,
    given: Result<Json<PairingCode>, JsonRejection>,
) -> Result<Json<PendingDevice>, Failure> {
    let PairingCode { code } = body::read(given)?;
    let branch = &app.office(&branch)?.rules.id;
    let access = app.access()?;
    access.may_type(&asker)?;
    access.pairings().look(branch, &code, Instant::now()).map(Json).ok_or_else(refusals::unknown_pairing)
}

/// Lets the device behind a code take part.
#[utoipa::path(post, path = paths::APPROVE_DEVICE, request_body = ApprovePairing,
    params(("branch" = String, Path, description = "The branch's short name")), responses(
    (status = 200, description = "It takes part", body = DeviceView),
    (status = 400, description = "Not JSON", body = ErrorBody),
    (status = 404, description = "No such branch, or no device with that code waits there", body = ErrorBody),
    (status = 409, description = "A device of that name takes part already", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 415, description = "The body is not said to be JSON", body = ErrorBody),
    (status = 422, description = "JSON, but no approval, or not a short name", body = ErrorBody),
    (status = 503, description = "Still loading, stopping, or the disk can't be written", body = ErrorBody),
    (status = 507, description = "The disk is full", body = ErrorBody),
))]
pub async fn approve_device(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(branch): Path<String>,
    given: Result<Json<ApprovePairing>, JsonRejection>,
) -> Result<Json<DeviceView>, Failure> {
    let given = body::read(given)?;
    let branch = &app.office(&branch)?.rules.id;
    let access = app.access()?;
    access.may_type(&asker)?;
    Ok(Json(access.approve(&asker, branch, given).await?.view()))
}

/// Revokes a device's key: it can do nothing any more, and its sockets are closed within a second.
#[utoipa::path(delete, path = paths::DEVICE, params(
        ("branch" = String, Path, description = "The branch's short name"),
        ("device" = String, Path, description = "The device's short name"),
    ), responses(
    (status = 204, description = "Revoked"),
    (status = 404, description = "No such branch or device", body = ErrorBody),
    (status = 503, description = "Still loading, stopping, or the disk can't be written", body = ErrorBody),
    (status = 507, description = "The disk is full", body = ErrorBody),
))]
pub async fn revoke_device(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path((branch, device)): Path<(String, String)>,
) -> Result<StatusCode, Failure> {
    let branch = &app.office(&branch)?.rules.id;
    app.access()?.revoke(&asker, branch, &device).await?;
    Ok(StatusCode::NO_CONTENT)
}
