//! An hour that somebody was promised.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{AppointmentCode, PersonKey, ServiceId, TicketId};

/// An hour that somebody was promised. It holds no name: the code is enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    /// What it is looked up by.
    pub code: AppointmentCode,
    /// What for.
    pub service: ServiceId,
    /// When.
    pub at: Timestamp,
    /// Stands for the person, where the office asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonKey>,
}

impl Appointment {
    /// How many one command may bring; an office has some hundreds a day.
    pub const MOST_AT_ONCE: usize = 2_000;
}

/// An appointment with what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    /// The appointment.
    pub appointment: Appointment,
    /// The ticket that it was checked in for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketId>,
}
