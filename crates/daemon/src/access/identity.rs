//! Who asks, and what the table lets them do.

use std::{net::IpAddr, sync::Arc};

use axum::http::StatusCode;
use giliran_core::{Actor, OfficerId};
use giliran_protocol::access::{Grant, Me};
use tokio_util::sync::CancellationToken;

use crate::{
    access::{
        book::Line,
        devices::Device,
        people::Person,
        rights::{self, Holder, Right},
        sessions::Session,
    },
    failure::Failure,
};

/// Whom the daemon takes a client for.
#[derive(Debug, Clone)]
pub enum Identity {
    /// Nobody has said who it is, or not so that it is believed.
    Nobody,
    /// The daemon asks nobody who they are (`--no-sign-in`).
    Anybody,
    /// Somebody who has signed in.
    Person(Arc<Person>, Arc<Session>),
    /// A paired device.
    Device(Arc<Device>),
}

/// Who asks, and from where.
#[derive(Debug, Clone)]
pub struct Asker {
    /// Who.
    pub identity: Identity,
    /// From which address.
    pub address: IpAddr,
    /// Whether nobody on the way can read what is said.
    pub secure: bool,
}

impl Identity {
    /// Whether this one has a right: in a branch, or in any where none is named.
    pub fn holds(&self, right: Right, branch: Option<&str>) -> bool {
        match self {
            Self::Nobody => false,
            Self::Anybody => true,
            Self::Person(person, _) => !person.must_change && grants_hold(&person.grants, right, branch),
            Self::Device(device) => {
                branch.is_none_or(|branch| branch == device.branch.as_str())
                    && rights::holds(Holder::Device(device.kind), right)
            }
        }
    }

    /// Whether this one has a right in all branches at once.
    pub fn holds_everywhere(&self, right: Right) -> bool {
        match self {
            Self::Anybody => true,
            Self::Person(person, _) => {
                let everywhere = |grant: &&Grant| grant.branch.is_none();
                let holds = |grant: &Grant| rights::holds(Holder::Role(grant.role), right);
                !person.must_change && person.grants.iter().filter(everywhere).any(holds)
            }
            Self::Nobody | Self::Device(_) => false,
        }
    }

    /// That it has a right, or the refusal that says what is missing.
    pub fn must(&self, right: Right, branch: Option<&str>) -> Result<(), Failure> {
        match self {
            _ if self.holds(right, branch) => Ok(()),
            Self::Nobody => Err(Failure::NotSignedIn),
            Self::Person(person, _) if person.must_change => Err(Failure::MustChangeSecret),
            Self::Anybody | Self::Person(..) | Self::Device(_) => Err(Failure::NotAllowed),
        }
    }

    /// That it is still let in: a request may take long, and whoever was shut out meanwhile does nothing more.
    pub fn must_be_in(&self) -> Result<(), Failure> {
        if self.ends().is_some_and(|ends| ends.is_cancelled()) { Err(Failure::NotSignedIn) } else { Ok(()) }
    }

    /// Whether this one is known at all.
    pub fn must_be_known(&self) -> Result<(), Failure> {
        if matches!(self, Self::Nobody) { Err(Failure::NotSignedIn) } else { Ok(()) }
    }

    /// Who a command is from. Nobody speaks for another: `said` is what the command itself says.
    pub fn actor(&self, said: Option<Actor>) -> Result<Option<Actor>, Failure> {
        let known = match self {
            Self::Nobody => return Err(Failure::NotSignedIn),
            Self::Anybody => return Ok(said),
            Self::Person(person, _) => Actor::Officer { id: person.id.clone() },
            Self::Device(device) => Actor::Device { id: device.id.clone() },
        };
        if said.is_none_or(|said| said == known) { Ok(Some(known)) } else { Err(for_another()) }
    }

    /// Whoever it is that asks, no more once this is over: the session ended, the key was revoked. None where
    /// that can't be.
    pub fn ends(&self) -> Option<CancellationToken> {
        match self {
            Self::Nobody | Self::Anybody => None,
            Self::Person(_, session) => Some(session.ended.clone()),
            Self::Device(device) => Some(device.revoked.clone()),
        }
    }

    /// The person, where it is one.
    pub fn person(&self) -> Option<&Arc<Person>> {
        match self {
            Self::Person(person, _) => Some(person),
            Self::Nobody | Self::Anybody | Self::Device(_) => None,
        }
    }

    /// For the audit record.
    pub fn name(&self) -> String {
        match self {
            Self::Nobody => "nobody".into(),
            Self::Anybody => "anybody".into(),
            Self::Person(person, _) => format!("person {}", person.id),
            Self::Device(device) => format!("device {}", device.id),
        }
    }

    /// As it is told to the client itself.
    pub fn me(&self, first: bool, sign_on: bool) -> Me {
        match self {
            Self::Nobody => Me::Nobody { first, sign_on },
            Self::Anybody => Me::Anybody,
            Self::Person(person, _) => Me::Person {
                id: person.id.to_string(),
                name: person.name.clone(),
                grants: person.grants.clone(),
                must_change: person.must_change,
                sign_on: person.secret.is_none(),
            },
            Self::Device(device) => Me::Device {
                id: device.id.to_string(),
                device: device.kind,
                branch: device.branch.to_string(),
            },
        }
    }
}

impl Asker {
    /// A line of the audit record about what this one does.
    pub fn line(&self, what: &str) -> Line {
        Line {
            who: self.identity.name(),
            from: Some(self.address.to_string()),
            what: what.into(),
            ..Line::default()
        }
    }

    /// Whether this one may give or take a role: in that branch, or everywhere.
    pub fn may_give(&self, given: &Grant) -> bool {
        match &self.identity {
            Identity::Anybody => true,
            Identity::Person(person, _) => person.grants.iter().any(|own| {
                let there = own.branch.is_none() || own.branch == given.branch;
                there && rights::may_give(own.role, given.role)
            }),
            Identity::Nobody | Identity::Device(_) => false,
        }
    }

    /// The person that this one is.
    pub fn is(&self, id: &OfficerId) -> bool {
        self.identity.person().is_some_and(|person| person.id == *id)
    }
}

/// Whether roles give a right: in a branch, or in any where none is named.
pub fn grants_hold(grants: &[Grant], right: Right, branch: Option<&str>) -> bool {
    grants.iter().any(|grant| covers(grant, branch) && rights::holds(Holder::Role(grant.role), right))
}

/// Whether a role counts in a branch; in any where none is named.
fn covers(grant: &Grant, branch: Option<&str>) -> bool {
    match (&grant.branch, branch) {
        (None, _) | (_, None) => true,
        (Some(here), Some(asked)) => here == asked,
    }
}

fn for_another() -> Failure {
    Failure::bad_request(
        StatusCode::FORBIDDEN,
        "for_another",
        [
            "Arahan itu atas nama orang lain.",
            "That command is in another's name.",
            "该指令以他人名义发出。",
            "அந்தக் கட்டளை வேறொருவரின் பெயரில் உள்ளது.",
        ],
        None,
    )
}
