//! Why a well-formed command was turned down.

mod sentences;

use jiff::Timestamp;

use crate::{
    AnnouncementId, ClassId, CounterId, Faults, NoticeId, OutcomeId, PlannedId, ServiceId, TicketId,
    TicketNumber, ZoneId,
};

/// An answer that says no. The branch is unchanged.
///
/// The `Display` text is English, for logs; people get [`Refusal::sentence`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The branch has no rules yet, so it can do nothing.
    #[error("the branch has no rules yet")]
    NotConfigured,
    /// The rules contradict themselves.
    #[error("the rules are not sound: {0}")]
    UnsoundRules(Faults),
    /// This business day has begun already.
    #[error("this day has begun already")]
    DayHasBegun,
    /// No such service.
    #[error("there is no service `{0}`")]
    UnknownService(ServiceId),
    /// No such class of visitor.
    #[error("there is no class `{0}`")]
    UnknownClass(ClassId),
    /// No such counter.
    #[error("there is no counter `{0}`")]
    UnknownCounter(CounterId),
    /// The office knows no such outcome of a visit.
    #[error("there is no outcome `{0}`")]
    UnknownOutcome(OutcomeId),
    /// No such notice is shown.
    #[error("there is no notice {0}")]
    UnknownNotice(NoticeId),
    /// No such part of the office.
    #[error("there is no zone `{0}`")]
    UnknownZone(ZoneId),
    /// The office has planned no such announcement.
    #[error("there is no planned announcement `{0}`")]
    UnknownPlanned(PlannedId),
    /// No such urgent announcement goes on.
    #[error("there is no urgent announcement {0}")]
    UnknownAnnouncement(AnnouncementId),
    /// No ticket was ever given this id.
    #[error("there is no ticket {0}")]
    UnknownTicket(TicketId),
    /// The ticket was served, missed, cancelled or has expired.
    #[error("ticket {0} has ended")]
    TicketEnded(TicketId),
    /// All numbers of the series are with people who still wait.
    #[error("all numbers of `{0}` are in use")]
    NumbersExhausted(ServiceId),
    /// Nobody waits whom the counter may call.
    #[error("nobody waits for this counter")]
    QueueEmpty,
    /// The counter is closed.
    #[error("the counter is closed")]
    CounterClosed,
    /// The counter is open already.
    #[error("the counter is open already")]
    CounterOpen,
    /// The counter has a ticket.
    #[error("the counter has {0}")]
    CounterBusy(TicketNumber),
    /// The counter has another ticket, or none.
    #[error("the counter does not have ticket {0}")]
    NotAtCounter(TicketId),
    /// Serving has begun, so the visitor can't be called or missed any more.
    #[error("{0} is being served")]
    AlreadyServing(TicketNumber),
    /// The ticket is at a counter; that counter decides.
    #[error("{0} is at a counter")]
    TicketAtCounter(TicketNumber),
    /// The ticket is not parked.
    #[error("{0} is not parked")]
    NotParked(TicketNumber),
    /// The ticket waits for that service already.
    #[error("{0} is for that service already")]
    SameService(TicketNumber),
    /// A counter must take at least one service.
    #[error("a counter must take at least one service")]
    NoServices,
    /// The office is closed; it opens next then, as far as is known.
    #[error("the office is closed")]
    OfficeClosed {
        /// When it opens next.
        next: Option<Timestamp>,
    },
    /// The office has no hours, so it need not be opened.
    #[error("the office is open already")]
    OfficeOpen,
    /// The office has closed for this day already.
    #[error("this day has closed already")]
    DayHasClosed,
    /// The last number of the day was given out.
    #[error("the last number of the day for `{0}` was given out")]
    AfterLastTicket(ServiceId),
    /// The day's numbers are used up.
    #[error("the day's numbers of `{0}` are used up")]
    QuotaUsed(ServiceId),
    /// The service asks who comes.
    #[error("the service asks who comes")]
    PersonNeeded,
    /// The person has a living ticket.
    #[error("the person has {0}")]
    HasTicket(TicketNumber),
    /// The office gives out no numbers by phone.
    #[error("no numbers are given out by phone")]
    RemoteNotOffered,
    /// The phone has had as many numbers today as it may.
    #[error("the phone has had its numbers of today")]
    RemoteUsedUp,
    /// The office takes no appointments.
    #[error("the office takes no appointments")]
    NoAppointments,
    /// No appointment has that code.
    #[error("there is no such appointment")]
    UnknownAppointment,
    /// The appointment has been checked in for.
    #[error("the appointment has been checked in for")]
    AppointmentUsed,
    /// The visitor is too early for the appointment.
    #[error("too early for the appointment, which may be checked in for from {from}")]
    TooEarly {
        /// From when it can be checked in for.
        from: Timestamp,
    },
    /// The visitor is too late for the appointment.
    #[error("too late for the appointment")]
    TooLate,
    /// The appointments contradict themselves or the rules.
    #[error("the appointments are not sound: {0}")]
    UnsoundAppointments(Faults),
    /// The counter makes a pause.
    #[error("the counter makes a pause")]
    CounterPaused,
    /// The counter makes no pause.
    #[error("the counter makes no pause")]
    CounterNotPaused,
    /// The counter does not take the service.
    #[error("the counter does not take `{0}`")]
    ServiceNotTaken(ServiceId),
    /// The officer is at that counter already, or nobody is.
    #[error("that is so at this counter already")]
    OfficerThere,
    /// The ticket neither waits nor is parked.
    #[error("{0} does not wait")]
    NotWaiting(TicketNumber),
    /// Nobody waits behind the ticket whom it could let past.
    #[error("nobody waits behind {0}")]
    NobodyBehind(TicketNumber),
    /// The holder has let others go first often enough.
    #[error("{0} has let others go first {most} times, which is the most", most = crate::MOST_WAYS)]
    GaveWayEnough(TicketNumber),
    /// A ticket lets at least one past, and not more than [`MOST_PAST`](crate::MOST_PAST) at once.
    #[error("between 1 and {} are let past at once", crate::MOST_PAST)]
    PastOutOfRange,
    /// The notice says nothing, or too much.
    #[error("a notice has 1 to {} characters in each language and no line break", crate::Remark::MOST_CHARS)]
    UnsoundNotice,
    /// As many notices are shown as there may be at once.
    #[error("there are {} notices already", crate::MOST_NOTICES)]
    TooManyNotices,
    /// What an announcement says in writing is nothing, or too much.
    #[error(
        "an announcement has 1 to {} characters in each language and no line break",
        crate::Remark::MOST_CHARS
    )]
    UnsoundAnnouncement,
    /// As much is urgent as there may be at once.
    #[error("there are {} urgent announcements already", crate::MOST_URGENT)]
    TooManyUrgent,
    /// The planned announcement is not due.
    #[error("that announcement is not due")]
    NothingDue,
    /// The ticket has not been called.
    #[error("{0} has not been called")]
    NotCalled(TicketNumber),
    /// The ticket did not miss its call.
    #[error("{0} did not miss its call")]
    NotMissed(TicketNumber),
    /// There is no place near the counter to call to.
    #[error("there is no place near the counter to call to")]
    NoPlaceAhead,
    /// Somebody has been called ahead already.
    #[error("{0} has been called ahead already")]
    AheadTaken(TicketNumber),
    /// The last call was only just now.
    #[error("{0} was called only just now")]
    TooSoon(TicketNumber),
    /// The ticket was called as often as the office allows.
    #[error("{0} was called as often as is allowed")]
    CalledEnough(TicketNumber),
    /// The ticket must be called more often before it can be a no-show.
    #[error("{0} must be called again first")]
    CallAgainFirst(TicketNumber),
    /// A transfer must name a service or a counter.
    #[error("a transfer goes to a service or a counter")]
    NoDestination,
    /// The visit is planned through more services than one visit may go.
    #[error("a visit goes through too many services")]
    TooManyLegs,
    /// The ticket is at that counter already.
    #[error("a transfer goes to another counter")]
    SameCounter,
    /// The ticket is of that class already.
    #[error("{0} is of that class already")]
    SameClass(TicketNumber),
    /// The time is past, or beyond this business day.
    #[error("that time is not later today")]
    NotLaterToday,
    /// There was no press, too long ago, or something has happened since.
    #[error("there is nothing to undo")]
    NothingToUndo,
}

/// What sort of no it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command names something that does not exist.
    NotFound,
    /// The command does not fit what is so now.
    Conflict,
    /// The command could never be right.
    Invalid,
}

impl Refusal {
    /// A stable word for programs. Never changes its meaning.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotConfigured => "not_configured",
            Self::UnsoundRules(_) => "unsound_rules",
            Self::DayHasBegun => "day_has_begun",
            Self::UnknownService(_) => "unknown_service",
            Self::UnknownClass(_) => "unknown_class",
            Self::UnknownCounter(_) => "unknown_counter",
            Self::UnknownOutcome(_) => "unknown_outcome",
            Self::UnknownNotice(_) => "unknown_notice",
            Self::UnknownZone(_) => "unknown_zone",
            Self::UnknownPlanned(_) => "unknown_planned",
            Self::UnknownAnnouncement(_) => "unknown_announcement",
            Self::UnknownTicket(_) => "unknown_ticket",
            Self::TicketEnded(_) => "ticket_ended",
            Self::NumbersExhausted(_) => "numbers_exhausted",
            Self::QueueEmpty => "queue_empty",
            Self::CounterClosed => "counter_closed",
            Self::CounterOpen => "counter_open",
            Self::CounterBusy(_) => "counter_busy",
            Self::NotAtCounter(_) => "not_at_counter",
            Self::AlreadyServing(_) => "already_serving",
            Self::TicketAtCounter(_) => "ticket_at_counter",
            Self::NotParked(_) => "not_parked",
            Self::SameService(_) => "same_service",
            Self::NoServices => "no_services",
            Self::OfficeClosed { .. } => "office_closed",
            Self::OfficeOpen => "office_open",
            Self::DayHasClosed => "day_has_closed",
            Self::AfterLastTicket(_) => "after_last_ticket",
            Self::QuotaUsed(_) => "quota_used",
            Self::PersonNeeded => "person_needed",
            Self::HasTicket(_) => "has_ticket",
            Self::RemoteNotOffered => "remote_not_offered",
            Self::RemoteUsedUp => "remote_used_up",
            Self::NoAppointments => "no_appointments",
            Self::UnknownAppointment => "unknown_appointment",
            Self::AppointmentUsed => "appointment_used",
            Self::TooEarly { .. } => "too_early",
            Self::TooLate => "too_late",
            Self::UnsoundAppointments(_) => "unsound_appointments",
            Self::CounterPaused => "counter_paused",
            Self::CounterNotPaused => "counter_not_paused",
            Self::ServiceNotTaken(_) => "service_not_taken",
            Self::OfficerThere => "officer_there",
            Self::NotWaiting(_) => "not_waiting",
            Self::NobodyBehind(_) => "nobody_behind",
            Self::GaveWayEnough(_) => "gave_way_enough",
            Self::PastOutOfRange => "past_out_of_range",
            Self::UnsoundNotice => "unsound_notice",
            Self::TooManyNotices => "too_many_notices",
            Self::UnsoundAnnouncement => "unsound_announcement",
            Self::TooManyUrgent => "too_many_urgent",
            Self::NothingDue => "nothing_due",
            Self::NotCalled(_) => "not_called",
            Self::NotMissed(_) => "not_missed",
            Self::NoPlaceAhead => "no_place_ahead",
            Self::AheadTaken(_) => "ahead_taken",
            Self::TooSoon(_) => "too_soon",
            Self::CalledEnough(_) => "called_enough",
            Self::CallAgainFirst(_) => "call_again_first",
            Self::NoDestination => "no_destination",
            Self::TooManyLegs => "too_many_legs",
            Self::SameCounter => "same_counter",
            Self::SameClass(_) => "same_class",
            Self::NotLaterToday => "not_later_today",
            Self::NothingToUndo => "nothing_to_undo",
        }
    }

    /// Whether it is about something missing, about the moment, or about the command itself.
    pub fn kind(&self) -> Kind {
        match self {
            Self::UnknownService(_)
            | Self::UnknownClass(_)
            | Self::UnknownCounter(_)
            | Self::UnknownOutcome(_)
            | Self::UnknownNotice(_)
            | Self::UnknownZone(_)
            | Self::UnknownPlanned(_)
            | Self::UnknownAnnouncement(_)
            | Self::UnknownTicket(_)
            | Self::RemoteNotOffered
            | Self::UnknownAppointment => Kind::NotFound,
            Self::UnsoundRules(_)
            | Self::UnsoundAppointments(_)
            | Self::NoServices
            | Self::NoDestination
            | Self::TooManyLegs
            | Self::PastOutOfRange
            | Self::UnsoundNotice
            | Self::UnsoundAnnouncement
            | Self::PersonNeeded => Kind::Invalid,
            Self::NotConfigured
            | Self::DayHasBegun
            | Self::TicketEnded(_)
            | Self::NumbersExhausted(_)
            | Self::QueueEmpty
            | Self::CounterClosed
            | Self::CounterOpen
            | Self::CounterBusy(_)
            | Self::NotAtCounter(_)
            | Self::AlreadyServing(_)
            | Self::TicketAtCounter(_)
            | Self::NotParked(_)
            | Self::SameService(_)
            | Self::OfficeClosed { .. }
            | Self::OfficeOpen
            | Self::DayHasClosed
            | Self::AfterLastTicket(_)
            | Self::QuotaUsed(_)
            | Self::HasTicket(_)
            | Self::RemoteUsedUp
            | Self::NoAppointments
            | Self::AppointmentUsed
            | Self::TooEarly { .. }
            | Self::TooLate
            | Self::CounterPaused
            | Self::CounterNotPaused
            | Self::ServiceNotTaken(_)
            | Self::OfficerThere
            | Self::NotWaiting(_)
            | Self::NobodyBehind(_)
            | Self::GaveWayEnough(_)
            | Self::TooManyNotices
            | Self::TooManyUrgent
            | Self::NothingDue
            | Self::NotCalled(_)
            | Self::NotMissed(_)
            | Self::NoPlaceAhead
            | Self::AheadTaken(_)
            | Self::TooSoon(_)
            | Self::CalledEnough(_)
            | Self::CallAgainFirst(_)
            | Self::SameCounter
            | Self::SameClass(_)
            | Self::NotLaterToday
            | Self::NothingToUndo => Kind::Conflict,
        }
    }
}
