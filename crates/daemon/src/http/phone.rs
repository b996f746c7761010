//! What visitors' own phones ask: how the own ticket stands, to give it up, and a number from a little further away.
//!
//! A phone has no account and no right but what it brings along: the secret of one ticket, or the hall's code. What is
//! wrong about a secret is never told apart, neither by the answer nor by the time it takes.

use axum::{
    Extension, Json,
    extract::{Path, State, rejection::JsonRejection},
    http::{HeaderMap, HeaderValue, StatusCode},
};
use giliran_core::{Actor, Command, CommandId, Kind, Refusal, TicketId};
use giliran_protocol::{
    access::HallCode,
    command::CommandAnswer,
    error::ErrorBody,
    live::ToClient,
    paths,
    phone::{GiveWay, LeaveQueue, PhoneServices, PhoneTicket, RemoteTicket},
    view::Audience,
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    failure::Failure,
    http::{App, body},
    office::Office,
    phone::{HallCodes, Held},
    web::Client,
    wire,
};

/// How the ticket stands whose secret comes with the request. It says nothing of any other.
#[utoipa::path(get, path = paths::PHONE_TICKET,
    params(
        ("branch" = String, Path, description = "The branch's short name"),
        ("giliran-ticket" = String, Header, description = "The secret of the ticket"),
    ),
    responses(
    (status = 200, description = "The ticket", body = PhoneTicket),
    (status = 404, description = "No such branch; or the secret is wrong, missing or of another day, or the ticket has ended", body = ErrorBody),
    (status = 503, description = "Still loading, stopping or overloaded", body = ErrorBody),
))]
pub async fn phone_ticket(
    State(app): State<App>,
    Extension(client): Extension<Client>,
    Path(branch): Path<String>,
    headers: HeaderMap,
) -> Result<Json<PhoneTicket>, Failure> {
    let held = held(&app, app.office(&branch)?, client, &headers).await?;
    held.seen.map(Json).ok_or_else(unknown_ticket)
}

/// Gives up the ticket whose secret comes with the request, while no counter has it.
#[utoipa::path(post, path = paths::PHONE_LEAVE, request_body = LeaveQueue,
    params(
        ("branch" = String, Path, description = "The branch's short name"),
        ("giliran-ticket" = String, Header, description = "The secret of the ticket"),
    ),
    responses(
    (status = 200, description = "It is void", body = CommandAnswer),
    (status = 400, description = "Not JSON", body = ErrorBody),
    (status = 404, description = "No such branch; or the secret is wrong, missing or of another day", body = ErrorBody),
    (status = 409, description = "A counter has the ticket, or it has ended", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 415, description = "The body is not said to be JSON", body = ErrorBody),
    (status = 422, description = "JSON, but not what was to come", body = ErrorBody),
    (status = 503, description = "Try again with the same id, no sooner than `Retry-After` says", body = ErrorBody),
    (status = 507, description = "The disk is full; `Retry-After` as above", body = ErrorBody),
))]
pub async fn leave_queue(
    State(app): State<App>,
    Extension(client): Extension<Client>,
    Path(branch): Path<String>,
    headers: HeaderMap,
    given: Result<Json<LeaveQueue>, JsonRejection>,
) -> Result<Json<CommandAnswer>, Failure> {
    let office = app.office(&branch)?;
    // Before the body: whoever has no ticket is not told what is wrong with that.
    let held = held(&app, office, client, &headers).await?;
    let LeaveQueue { id } = body::read(given)?;
    let command = Command::CancelTicket { ticket: held.ticket, reason: None };
    let id = bound(id, "leave", held.ticket.0.into());
    office.desk().submit(Some(Actor::Visitor), id, command).await.map(Json)
}

/// Lets others go first: the ticket whose secret comes with the request goes behind so many of those who wait for the
/// same service and would be called after it.
#[utoipa::path(post, path = paths::PHONE_GIVE_WAY, request_body = GiveWay,
    params(
        ("branch" = String, Path, description = "The branch's short name"),
        ("giliran-ticket" = String, Header, description = "The secret of the ticket"),
    ),
    responses(
    (status = 200, description = "It is behind them", body = CommandAnswer),
    (status = 400, description = "Not JSON", body = ErrorBody),
    (status = 404, description = "No such branch; or the secret is wrong, missing or of another day", body = ErrorBody),
    (status = 409, description = "The ticket does not wait, or nobody waits behind it", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 415, description = "The body is not said to be JSON", body = ErrorBody),
    (status = 422, description = "JSON, but not what was to come", body = ErrorBody),
    (status = 503, description = "Try again with the same id, no sooner than `Retry-After` says", body = ErrorBody),
    (status = 507, description = "The disk is full; `Retry-After` as above", body = ErrorBody),
))]
pub async fn give_way(
    State(app): State<App>,
    Extension(client): Extension<Client>,
    Path(branch): Path<String>,
    headers: HeaderMap,
    given: Result<Json<GiveWay>, JsonRejection>,
) -> Result<Json<CommandAnswer>, Failure> {
    let office = app.office(&branch)?;
    let held = held(&app, office, client, &headers).await?;
    let GiveWay { id, past } = body::read(given)?;
    let command = Command::GiveWay { ticket: held.ticket, past };
    let id = bound(id, "give way", held.ticket.0.into());
    office.desk().submit(Some(Actor::Visitor), id, command).await.map(Json)
}

/// The hall's code of this minute, for a screen there.
#[utoipa::path(get, path = paths::HALL_CODE, params(("branch" = String, Path, description = "The branch's short name")), responses(
    (status = 200, description = "The code", body = HallCode),
    (status = 404, description = "No such branch, or it gives out no numbers by phone", body = ErrorBody),
    (status = 503, description = "Still loading, stopping or overloaded", body = ErrorBody),
))]
pub async fn hall_code(
    State(app): State<App>,
    Path(branch): Path<String>,
) -> Result<Json<HallCode>, Failure> {
    let (codes, now) = offered(&app, app.office(&branch)?).await?;
    let (code, until) = codes.at(now);
    Ok(Json(HallCode { code, until }))
}

/// What a number by phone can be for. The hall's code has to be right.
#[utoipa::path(get, path = paths::PHONE_SERVICES,
    params(
        ("branch" = String, Path, description = "The branch's short name"),
        ("giliran-hall-code" = String, Header, description = "The hall's code"),
    ),
    responses(
    (status = 200, description = "The services", body = PhoneServices),
    (status = 403, description = "The hall's code is missing, or another by now", body = ErrorBody),
    (status = 404, description = "No such branch, or it gives out no numbers by phone", body = ErrorBody),
    (status = 503, description = "Still loading, stopping or overloaded", body = ErrorBody),
))]
pub async fn phone_services(
    State(app): State<App>,
    Extension(client): Extension<Client>,
    Path(branch): Path<String>,
    headers: HeaderMap,
) -> Result<Json<PhoneServices>, Failure> {
    let office = app.office(&branch)?;
    let (codes, now) = offered(&app, office).await?;
    let code = headers.get(paths::HALL_CODE_HEADER).and_then(|code| code.to_str().ok()).unwrap_or_default();
    // Whoever brings none asks whether there are such numbers here, and guesses nothing.
    if code.is_empty() || !app.guard.try_code(client, || codes.is_code(code, now))? {
        return Err(wrong_hall_code());
    }
    // Made for all kiosks and kept: a hall full of phones costs the clerk little.
    let picture = office.desk().look(Audience::Kiosk).await?;
    let Ok(ToClient::Snapshot { view, .. }) = serde_json::from_slice(&picture) else {
        return Err(Failure::Internal);
    };
    Ok(Json(PhoneServices {
        office: view.name,
        time_zone: view.time_zone,
        opening: view.opening,
        services: view.services,
    }))
}

/// Takes a number by phone. The hall's code has to be right each time that it is sent.
#[utoipa::path(post, path = paths::REMOTE_TICKETS, request_body = RemoteTicket,
    params(("branch" = String, Path, description = "The branch's short name")),
    responses(
    (status = 200, description = "The number", body = CommandAnswer),
    (status = 400, description = "Not JSON", body = ErrorBody),
    (status = 403, description = "The hall's code is another by now", body = ErrorBody),
    (status = 404, description = "No such branch or service, or no numbers are given out by phone", body = ErrorBody),
    (status = 409, description = "The phone has a ticket, or had all of today's; or the office gives out none now", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 415, description = "The body is not said to be JSON", body = ErrorBody),
    (status = 422, description = "JSON, but not what was to come, or no phone's number", body = ErrorBody),
    (status = 503, description = "Try again with the same id, no sooner than `Retry-After` says", body = ErrorBody),
    (status = 507, description = "The disk is full; `Retry-After` as above", body = ErrorBody),
))]
pub async fn take_remote_ticket(
    State(app): State<App>,
    Extension(client): Extension<Client>,
    Path(branch): Path<String>,
    given: Result<Json<RemoteTicket>, JsonRejection>,
) -> Result<Json<CommandAnswer>, Failure> {
    let RemoteTicket { id, code, service, language, phone } = body::read(given)?;
    let office = app.office(&branch)?;
    let (codes, now) = offered(&app, office).await?;
    if !app.guard.try_code(client, || codes.is_code(&code, now))? {
        return Err(wrong_hall_code());
    }
    let persons = app.persons()?;
    let id = bound(id, "take", persons.key_of(&phone)?.0);
    let command = wire::by_phone(&service, language, &phone, persons)?;
    office.desk().submit(Some(Actor::Visitor), id, command).await.map(Json)
}

/// The ticket whose secret comes with the request.
async fn held(app: &App, office: &Office, client: Client, headers: &HeaderMap) -> Result<Held, Failure> {
    let secret = headers.get(paths::PHONE_TICKET_HEADER).map_or(&[][..], HeaderValue::as_bytes);
    let claim = office.phones.as_ref().and_then(|phones| phones.addresses.read(secret));
    // Guesses in great number are turned away here and cost the clerk nothing; few take the same way as one that is right.
    if claim.is_none() {
        app.guard.wrong_address(client)?;
    }
    if let Some(held) = office.desk().held(claim).await? {
        return Ok(held);
    }
    if claim.is_some() {
        app.guard.wrong_address(client)?;
    }
    Err(unknown_ticket())
}

/// The codes of a hall that gives out numbers by phone, and the time.
async fn offered<'a>(app: &App, office: &'a Office) -> Result<(&'a HallCodes, Timestamp), Failure> {
    if office.desk().rules().await?.rules.remote.is_none() {
        return Err(Failure::refused(&Refusal::RemoteNotOffered));
    }
    let now = app.clock.now().ok_or(Failure::NotReady)?;
    // Without a key the database can't be written either.
    let phones = office.phones.as_ref().ok_or(Failure::StoreReadOnly)?;
    Ok((&phones.codes, now))
}

/// The id of a visitor's command, bound to whose it is: visitors have no names, and whoever sends another's id must get
/// neither the other's answer nor a hold on the other's ticket.
fn bound(id: Uuid, what: &str, whose: u128) -> CommandId {
    let hash = Sha256::new()
        .chain_update(what)
        .chain_update(whose.to_be_bytes())
        .chain_update(id.as_bytes())
        .finalize();
    CommandId(Uuid::from_bytes(hash.first_chunk().copied().unwrap_or_default()))
}

/// The same for all that is wrong about a secret.
fn unknown_ticket() -> Failure {
    let mut error = wire::refusal(&Refusal::UnknownTicket(TicketId(0)));
    error.detail = None;
    Failure::Refused(Kind::NotFound, Box::new(error))
}

fn wrong_hall_code() -> Failure {
    Failure::bad_request(
        StatusCode::FORBIDDEN,
        "wrong_hall_code",
        [
            "Kod dewan itu tidak betul atau sudah bertukar. Sila baca kod pada skrin di dewan.",
            "That hall code is wrong or has changed. Please read the code on the screen in the hall.",
            "大厅代码有误或已更换，请查看大厅屏幕上的代码。",
            "அந்த மண்டபக் குறியீடு தவறானது அல்லது மாறிவிட்டது. மண்டபத்தின் திரையில் உள்ள குறியீட்டைப் பார்க்கவும்.",
        ],
        None,
    )
}
