//! What visitors' own phones may ask: the secret address of a ticket, and the hall's code for a number by phone.
//!
//! Both are made from the key beside the database ([`Persons`]), each under a key of its own. Nothing of them is
//! kept anywhere: what was given out is told by what it is made of.

mod guard;
mod hall;
mod secret;

use giliran_core::{BranchId, TicketId};
use giliran_protocol::phone::PhoneTicket;

pub use self::{
    guard::Guard,
    hall::HallCodes,
    secret::{Addresses, Claim},
};
use crate::persons::Persons;

/// What a branch tells phones by.
#[derive(Debug, Clone)]
pub struct Phones {
    /// The secret addresses of its tickets.
    pub addresses: Addresses,
    /// The codes of its hall.
    pub codes: HallCodes,
}

impl Phones {
    /// Of a branch; none where the daemon has no key, as with a database that can only be read and never had one.
    pub fn of_branch(persons: &Persons, branch: &BranchId) -> Option<Self> {
        persons.hides().then(|| Self {
            addresses: Addresses::new(&persons.derived(secret::PURPOSE), branch),
            codes: HallCodes::new(persons.derived(hall::PURPOSE), branch),
        })
    }
}

/// A ticket of today, for whoever has its address.
#[derive(Debug)]
pub struct Held {
    /// The ticket.
    pub ticket: TicketId,
    /// How it stands; none once it has ended.
    pub seen: Option<PhoneTicket>,
}
