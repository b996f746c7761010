//! Events as the log's JSON says them, with as much as the promises are about.

use serde::Deserialize;

/// One change of a branch.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of the log, where they are explained")]
pub enum Event {
    RulesSet {
        rules: Rules,
    },
    DayBegan {
        day: String,
        #[serde(default)]
        carry: bool,
    },
    DayClosed {
        #[serde(default)]
        end: bool,
    },
    TicketIssued {
        ticket: u64,
        number: String,
        service: String,
        ahead: u32,
        #[serde(default)]
        announced: Option<Wait>,
    },
    TicketCalledAhead {
        ticket: u64,
        counter: String,
        number: String,
    },
    TicketCalled {
        ticket: u64,
        counter: String,
        number: String,
        service: String,
        language: String,
    },
    TicketRecalled {
        ticket: u64,
        counter: String,
        number: String,
        service: String,
        language: String,
        attempt: u16,
    },
    ServingStarted {
        ticket: u64,
        counter: String,
    },
    TicketServed {
        ticket: u64,
        counter: String,
    },
    LegServed {
        ticket: u64,
        counter: String,
        service: String,
    },
    TicketMissed {
        ticket: u64,
        counter: String,
    },
    TicketTransferred {
        ticket: u64,
        counter: String,
        service: String,
    },
    TicketParked {
        ticket: u64,
        counter: String,
    },
    TicketResumed {
        ticket: u64,
    },
    TicketReturned {
        ticket: u64,
    },
    TicketRequeued {
        ticket: u64,
        counter: String,
    },
    ClassChanged {
        ticket: u64,
    },
    TicketCancelled {
        ticket: u64,
    },
    PressUndone {
        counter: String,
        ticket: u64,
    },
    CounterOpened {
        counter: String,
    },
    CounterClosed {
        counter: String,
    },
    CounterPaused {
        counter: String,
    },
    CounterResumed {
        counter: String,
    },
    CounterServicesChosen {
        counter: String,
    },
    OfficerSeated {
        counter: String,
    },
    ExtraOpened,
    AppointmentsSet,
    AppointmentCancelled,
    /// Something that this program was not told of.
    #[serde(other)]
    Unknown,
}

/// A waiting time that was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Wait {
    /// The median, in seconds.
    pub p50_s: u32,
    /// The 90th percentile, in seconds.
    pub p90_s: u32,
}

/// Of an office's rules, what numbers and counters go by.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Rules {
    /// The services.
    #[serde(rename = "service")]
    pub services: Vec<Service>,
    /// The counters.
    #[serde(rename = "counter")]
    pub counters: Vec<Counter>,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Service {
    /// Its short name.
    pub id: String,
    /// Its numbers.
    pub series: Series,
}

/// Numbers of a service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Series {
    /// The letters before them.
    pub letters: String,
    /// The first of a day.
    #[serde(default = "one")]
    pub first: u16,
    /// The last, after which comes the first again.
    #[serde(default = "most")]
    pub last: u16,
    /// Those that are never given out.
    #[serde(default)]
    pub skip: Vec<u16>,
}

fn one() -> u16 {
    1
}

fn most() -> u16 {
    999
}

/// A counter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Counter {
    /// Its short name.
    pub id: String,
}

/// What a command or an event is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About<'a> {
    /// The ticket.
    pub ticket: Option<u64>,
    /// The counter.
    pub counter: Option<&'a str>,
    /// The service.
    pub service: Option<&'a str>,
}

impl Event {
    /// The word in the log.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::RulesSet { .. } => "rules_set",
            Self::DayBegan { .. } => "day_began",
            Self::DayClosed { .. } => "day_closed",
            Self::TicketIssued { .. } => "ticket_issued",
            Self::TicketCalledAhead { .. } => "ticket_called_ahead",
            Self::TicketCalled { .. } => "ticket_called",
            Self::TicketRecalled { .. } => "ticket_recalled",
            Self::ServingStarted { .. } => "serving_started",
            Self::TicketServed { .. } => "ticket_served",
            Self::LegServed { .. } => "leg_served",
            Self::TicketMissed { .. } => "ticket_missed",
            Self::TicketTransferred { .. } => "ticket_transferred",
            Self::TicketParked { .. } => "ticket_parked",
            Self::TicketResumed { .. } => "ticket_resumed",
            Self::TicketReturned { .. } => "ticket_returned",
            Self::TicketRequeued { .. } => "ticket_requeued",
            Self::ClassChanged { .. } => "class_changed",
            Self::TicketCancelled { .. } => "ticket_cancelled",
            Self::PressUndone { .. } => "press_undone",
            Self::CounterOpened { .. } => "counter_opened",
            Self::CounterClosed { .. } => "counter_closed",
            Self::CounterPaused { .. } => "counter_paused",
            Self::CounterResumed { .. } => "counter_resumed",
            Self::CounterServicesChosen { .. } => "counter_services_chosen",
            Self::OfficerSeated { .. } => "officer_seated",
            Self::ExtraOpened => "extra_opened",
            Self::AppointmentsSet => "appointments_set",
            Self::AppointmentCancelled => "appointment_cancelled",
            Self::Unknown => "unknown",
        }
    }

    /// What it is about.
    pub fn about(&self) -> About<'_> {
        match self {
            Self::TicketIssued { ticket, service, .. } => {
                About { ticket: Some(*ticket), counter: None, service: Some(service) }
            }
            Self::TicketCalled { ticket, counter, service, .. }
            | Self::TicketRecalled { ticket, counter, service, .. }
            | Self::TicketTransferred { ticket, counter, service }
            | Self::LegServed { ticket, counter, service } => {
                About { ticket: Some(*ticket), counter: Some(counter), service: Some(service) }
            }
            Self::TicketCalledAhead { ticket, counter, .. }
            | Self::ServingStarted { ticket, counter }
            | Self::TicketServed { ticket, counter }
            | Self::TicketMissed { ticket, counter }
            | Self::TicketParked { ticket, counter }
            | Self::TicketRequeued { ticket, counter }
            | Self::PressUndone { ticket, counter } => {
                About { ticket: Some(*ticket), counter: Some(counter), service: None }
            }
            Self::TicketResumed { ticket }
            | Self::TicketReturned { ticket }
            | Self::ClassChanged { ticket }
            | Self::TicketCancelled { ticket } => {
                About { ticket: Some(*ticket), counter: None, service: None }
            }
            Self::CounterOpened { counter }
            | Self::CounterClosed { counter }
            | Self::CounterPaused { counter }
            | Self::CounterResumed { counter }
            | Self::CounterServicesChosen { counter }
            | Self::OfficerSeated { counter } => {
                About { ticket: None, counter: Some(counter), service: None }
            }
            Self::RulesSet { .. }
            | Self::DayBegan { .. }
            | Self::DayClosed { .. }
            | Self::ExtraOpened
            | Self::AppointmentsSet
            | Self::AppointmentCancelled
            | Self::Unknown => About::default(),
        }
    }
}
