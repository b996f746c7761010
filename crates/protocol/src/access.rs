//! Who may take part: people who sign in, devices that are paired, and what both are told of themselves.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody of the staff is here for. What each role may do is the daemon's table to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Works at a counter.
    Officer,
    /// Looks after the hall: counters, officers, devices.
    Supervisor,
    /// Looks after the system: rules, people, devices.
    Administrator,
    /// Reads all and changes nothing.
    Auditor,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Officer, Self::Supervisor, Self::Administrator, Self::Auditor];

    /// Its word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Supervisor => "supervisor",
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
        }
    }
}

/// A role, in one office or in all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The branch's short name; all branches when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

impl fmt::Display for Grant {
    /// As `supervisor`, or `officer@contoh` in one office.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.role.as_str())?;
        self.branch.as_ref().map_or(Ok(()), |branch| write!(f, "@{branch}"))
    }
}

/// What a device is for. It can do the work of its kind and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    /// Gives out numbers.
    Kiosk,
    /// Shows calls.
    Display,
    /// Says calls.
    Speaker,
    /// Prints tickets.
    Printer,
    /// Shows what one counter calls.
    Sign,
}

impl DeviceKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Kiosk, Self::Display, Self::Speaker, Self::Printer, Self::Sign];
}

/// Whom the daemon takes a client for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Me {
    /// Nobody: sign in, or pair.
    Nobody {
        /// Whether there is no administrator yet: the address in the daemon's log makes the first.
        first: bool,
        /// Whether people may sign in by single sign-on.
        sign_on: bool,
    },
    /// Somebody who has signed in.
    Person {
        /// The short name.
        id: String,
        /// The name as colleagues know it.
        name: String,
        /// The roles.
        grants: Vec<Grant>,
        /// Whether the PIN or password was set by another and has to be changed before anything else.
        must_change: bool,
        /// Whether single sign-on let the person in, so that there is no PIN or password here.
        sign_on: bool,
    },
    /// A paired device.
    Device {
        /// The short name.
        id: String,
        /// What it is for.
        device: DeviceKind,
        /// Where it stands.
        branch: String,
    },
    /// Anybody: this daemon asks nobody who they are (`--no-sign-in`).
    Anybody,
}

/// Who wants in, by short name and PIN or password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The short name.
    pub id: String,
    /// The PIN or password.
    pub secret: String,
}

/// The first administrator, made by whoever can read the daemon's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstAdministrator {
    /// What stands behind `#` in the address in the log.
    pub token: String,
    /// The short name: 1 to 32 of a-z, 0-9 and hyphens.
    pub id: String,
    /// The name as colleagues know it: 1 to 80 characters.
    pub name: String,
    /// The password: 10 to 128 characters.
    pub secret: String,
}

/// A change of one's own PIN or password. All other sessions of the person end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeSecret {
    /// The one before.
    pub old: String,
    /// The one from now on.
    pub new: String,
}

/// A person's name and roles, as they are to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutPerson {
    /// The name as colleagues know it: 1 to 80 characters.
    pub name: String,
    /// The roles; at least one, at most 32.
    pub grants: Vec<Grant>,
}

/// A PIN or password that another sets. The person has to change it at the next sign-in.
///
/// A PIN has 6 to 12 digits and is for those who are officers and nothing else; a password has 10 to 128
/// characters. Neither may be one that is guessed first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetSecret {
    /// The PIN or password.
    pub secret: String,
}

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonView {
    /// The short name.
    pub id: String,
    /// The name as colleagues know it.
    pub name: String,
    /// The roles.
    pub grants: Vec<Grant>,
    /// Whether there is a PIN or password; without one the person comes by single sign-on or not at all.
    pub secret: bool,
    /// Whether the PIN or password was set by another and not changed since.
    pub must_change: bool,
    /// How many sessions are open.
    pub sessions: u32,
    /// When the person signed in last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_sign_in: Option<Timestamp>,
}

/// A device asks to take part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskPairing {
    /// What it is for.
    pub device: DeviceKind,
    /// The branch in which it stands.
    pub branch: String,
}

/// What a device shows while it waits to be approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PairingOffer {
    /// For the screen: 8 letters, as `BCDF-GHJK`. A supervisor types them.
    pub code: String,
    /// For the device alone: with it the device asks whether it was approved.
    pub claim: String,
    /// When both are void.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

/// A device asks whether it was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimPairing {
    /// What it was given with the code.
    pub claim: String,
    /// Whether the key is to be kept by the browser, as a cookie that no script reads; in the answer
    /// otherwise.
    #[serde(default)]
    pub cookie: bool,
}

/// How a pairing stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum Pairing {
    /// Nobody has approved it yet: ask again after a few seconds.
    Waiting,
    /// It is approved. This answer is given once.
    Paired {
        /// The device's short name.
        id: String,
        /// Its key, to be sent as `Authorization: Bearer`; absent where the browser keeps it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
}

/// A code that a supervisor has read off a screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PairingCode {
    /// The code, with or without its hyphen, in any case.
    pub code: String,
}

/// The device behind a code, for the supervisor to compare with what stands there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PendingDevice {
    /// What it asks to be.
    pub device: DeviceKind,
    /// From which address it asks.
    pub from: String,
    /// When it began to ask.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}

/// A supervisor lets a device take part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovePairing {
    /// The code on its screen.
    pub code: String,
    /// The short name that it gets; one that is taken by a device is refused.
    pub id: String,
}

/// A device that takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceView {
    /// The short name, unique in its branch.
    pub id: String,
    /// What it is for.
    pub device: DeviceKind,
    /// When it was approved.
    #[schema(value_type = String, format = DateTime)]
    pub paired_at: Timestamp,
    /// Who approved it.
    pub paired_by: String,
    /// When it last asked for anything, since the daemon started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub seen_at: Option<Timestamp>,
    /// From where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_from: Option<String>,
}

/// The hall's code, which changes each minute: who reads it off a screen is near enough to take a number
/// by phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HallCode {
    /// The code.
    pub code: String,
    /// When another takes its place; it is good for a minute more.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}
