//! Small texts that people hand in, each with its shape: reasons and notes, appointment codes, and the
//! keyed hash that stands for a person.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{DeviceId, OfficerId};

/// A line that a person wrote: why something was done, or what the next counter should know.
///
/// Invariant: 1 to 200 characters, none of them a control character, no space at the ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Remark(Arc<str>);

/// The text is not a [`Remark`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a remark has 1 to 200 characters and no line break")]
pub struct RemarkError;

impl Remark {
    /// The most characters that a line may have.
    pub const MOST_CHARS: usize = 200;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Remark {
    type Err = RemarkError;

    /// Spaces at the ends are left away.
    fn from_str(text: &str) -> Result<Self, RemarkError> {
        let text = text.trim();
        let length = text.chars().count();
        let plain = !text.chars().any(char::is_control);
        if plain && (1..=Self::MOST_CHARS).contains(&length) {
            Ok(Self(text.into()))
        } else {
            Err(RemarkError)
        }
    }
}

/// What an appointment is looked up by at the door.
///
/// Invariant: 4 to 16 of `A` to `Z` and `0` to `9`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AppointmentCode(Arc<str>);

/// The text is not an [`AppointmentCode`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an appointment code has 4 to 16 of A-Z and 0-9")]
pub struct CodeError;

impl FromStr for AppointmentCode {
    type Err = CodeError;

    /// As people type it: small letters count as large ones; spaces and hyphens are left away.
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let typed = text.chars().filter(|c| !matches!(c, ' ' | '-')).take(17);
        let code: String = typed.map(|c| c.to_ascii_uppercase()).collect();
        let shaped = code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if shaped && (4..=16).contains(&code.len()) { Ok(Self(code.into())) } else { Err(CodeError) }
    }
}

impl fmt::Display for AppointmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Stands for a person without saying who: a hash of a phone or card number under the branch's secret key,
/// made outside. The number itself never comes here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonKey(pub u128);

/// The text is not a [`PersonKey`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a person's key has 32 of 0-9 and a-f")]
pub struct PersonKeyError;

impl FromStr for PersonKey {
    type Err = PersonKeyError;

    fn from_str(text: &str) -> Result<Self, PersonKeyError> {
        let shaped = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let key = if shaped { u128::from_str_radix(text, 16).ok() } else { None };
        key.map(Self).ok_or(PersonKeyError)
    }
}

impl fmt::Display for PersonKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for PersonKey {
    /// Logs have no use for it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonKey(..)")
    }
}

macro_rules! through_text {
    ($name:ident, $error:ident, $text:expr) => {
        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, $error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                $text(value)
            }
        }
    };
}

through_text!(Remark, RemarkError, |remark: Remark| remark.0.as_ref().into());
through_text!(AppointmentCode, CodeError, |code: AppointmentCode| code.0.as_ref().into());
through_text!(PersonKey, PersonKeyError, |key: PersonKey| key.to_string());

/// Who asked for something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// Somebody of the staff, whatever the rank.
    Officer {
        /// Who.
        id: OfficerId,
    },
    /// A kiosk or other device, on behalf of whoever stands before it.
    Device {
        /// Which.
        id: DeviceId,
    },
    /// The visitor, by phone.
    Visitor,
}
