//! The people who may sign in.

use giliran_core::OfficerId;
use giliran_protocol::access::{Grant, Role};
use giliran_store::{Change, Record};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The kind of their records.
pub const KIND: &str = "person";

/// The longest name, in characters.
const NAME: usize = 80;

/// The most roles of one person.
const GRANTS: usize = 32;

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The short name.
    pub id: OfficerId,
    /// The name as colleagues know it.
    pub name: String,
    /// The roles, each once, in order.
    pub grants: Vec<Grant>,
    /// What is kept of the PIN or password; none for who comes by single sign-on alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Whether it was set by another, and so has to be changed first of all.
    #[serde(default)]
    pub must_change: bool,
    /// When the person signed in last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_sign_in: Option<Timestamp>,
}

impl Person {
    /// Whether a PIN is enough: for those who are officers and nothing else.
    pub fn pin_is_enough(&self) -> bool {
        self.grants.iter().all(|grant| grant.role == Role::Officer)
    }

    /// Whether this one can let everybody else in.
    pub fn is_administrator(&self) -> bool {
        self.grants.iter().any(|grant| grant.role == Role::Administrator && grant.branch.is_none())
    }

    /// Whether there is a way in: a PIN or password, or a provider that vouched before.
    pub fn can_sign_in(&self, sign_on: bool) -> bool {
        self.secret.is_some() || (sign_on && self.last_sign_in.is_some())
    }

    /// The change that keeps it.
    pub fn put(&self) -> Change {
        // Made of texts, lists and times: it can always be written.
        let body = serde_json::to_string(self).unwrap_or_default();
        Change::PutRecord(Record { kind: KIND.into(), key: self.id.to_string(), body })
    }

    /// The change that removes it.
    pub fn remove(id: &OfficerId) -> Change {
        Change::RemoveRecord { kind: KIND.into(), key: id.to_string() }
    }
}

/// A name as it is kept, if it can be one.
pub fn name(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= NAME && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

/// Roles as they are kept, if they can be somebody's: of branches that there are.
pub fn grants(mut grants: Vec<Grant>, branch_is_there: impl Fn(&str) -> bool) -> Option<Vec<Grant>> {
    grants.sort();
    grants.dedup();
    let there = |grant: &Grant| grant.branch.as_deref().is_none_or(&branch_is_there);
    ((1..=GRANTS).contains(&grants.len()) && grants.iter().all(there)).then_some(grants)
}
