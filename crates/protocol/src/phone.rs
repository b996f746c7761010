//! What a visitor's phone is told, by the secret address on the ticket or in the answer to the phone.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::view::{Language, OpeningView, Place, ServiceView, Texts, TicketState, UrgentView, Wait};

/// A ticket as whoever holds it sees it. It says nothing of anybody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PhoneTicket {
    /// The number.
    pub number: String,
    /// The office.
    pub office: Texts,
    /// What it is for.
    pub service: Texts,
    /// The IANA name of the branch's time zone.
    pub time_zone: String,
    /// Where it stands.
    pub state: TicketState,
    /// How many wait for the same service and are due before; absent once it was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<u32>,
    /// How long it will take from now; absent while that is not known, and once it was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Wait>,
    /// Where to go, once it was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<PhonePlace>,
    /// The last calls for the same service, newest first, at most 3: how far the hall is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<PhoneCall>,
    /// How many wait behind it for the same service, whom it could let go first: 0 for a ticket that does not
    /// wait.
    #[serde(default)]
    pub may_let_past: u32,
    /// What is urgent in the office and was not called off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urgent: Vec<UrgentView>,
    /// When this was so, by the daemon's clock.
    #[schema(value_type = String, format = DateTime)]
    pub now: Timestamp,
}

/// Where a ticket was called to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PhonePlace {
    /// What the counter is called.
    pub place: Place,
    /// Its number on the sign.
    pub number: u8,
}

/// A visitor gives the own ticket up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaveQueue {
    /// The command's own id: sent again with the same id, it happens once and gets the same answer.
    pub id: Uuid,
}

/// What a number by phone can be for: what a kiosk in the hall shows, without what is for kiosks alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PhoneServices {
    /// The office.
    pub office: Texts,
    /// The IANA name of the branch's time zone.
    pub time_zone: String,
    /// Whether it is open.
    pub opening: OpeningView,
    /// The services, in the office's order.
    pub services: Vec<ServiceView>,
}

/// A number by phone, where the office gives them out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoteTicket {
    /// The command's own id: sent again with the same id, it happens once and gets the same answer.
    pub id: Uuid,
    /// The hall's code, as it stands on a screen there.
    pub code: String,
    /// What the visitor comes for.
    pub service: String,
    /// The visitor's language.
    pub language: Language,
    /// The phone's number. Only a keyed hash of it is kept.
    pub phone: String,
}

/// A call, as a visitor's phone is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PhoneCall {
    /// The number.
    pub number: String,
    /// Where to.
    pub to: PhonePlace,
}

/// Lets others go first: the ticket goes behind so many who now come after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveWay {
    /// Made by the phone for this press; sent again, it happens once.
    pub id: Uuid,
    /// How many, 1 to 20. Where fewer wait behind it, the ticket goes behind all of them.
    pub past: u8,
}
