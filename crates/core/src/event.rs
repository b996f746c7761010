//! What happened in a branch. Events are what the log keeps, so their JSON form is for ever:
//! fields may be added with a default, none may change its meaning.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    AnnouncementId, Appointment, AppointmentCode, ClassId, CounterId, Language, NoticeId, OfficerId,
    OutcomeId, PersonKey, PlannedId, Remark, Rules, ServiceId, Sound, Texts, TicketId, TicketNumber, ZoneId,
};

/// One change of a branch. When it happened is the time of the [`Entry`](crate::Entry) that holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The office's rules are these from now on; tickets already out keep what they have.
    RulesSet {
        /// The whole of them.
        rules: Arc<Rules>,
    },
    /// A business day began: numbers start again, and what was left of the day before has expired or goes
    /// on, number and place and all, as the office's rules say.
    DayBegan {
        /// The branch's own date.
        day: Date,
        /// Whether what was left goes on.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        carry: bool,
        /// How many were left and have expired, or go on.
        #[serde(default, skip_serializing_if = "is_zero")]
        left: u32,
    },
    /// The office closed for the day.
    DayClosed {
        /// Whether those who still waited have expired with it; those at counters have not.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        end: bool,
        /// How many have.
        #[serde(default, skip_serializing_if = "is_zero")]
        ended: u32,
    },
    /// The office is open beyond its hours.
    ExtraOpened {
        /// Until when.
        until: Timestamp,
        /// Why.
        reason: Remark,
    },
    /// Appointments were added or changed.
    AppointmentsSet {
        /// Which.
        appointments: Vec<Appointment>,
    },
    /// An appointment was called off.
    AppointmentCancelled {
        /// Which.
        code: AppointmentCode,
    },
    /// A visitor took a number.
    TicketIssued {
        /// The new ticket.
        ticket: TicketId,
        /// What is called.
        number: TicketNumber,
        /// What the visitor came for.
        service: ServiceId,
        /// The class of visitor.
        class: ClassId,
        /// The visitor's language.
        language: Language,
        /// When the ticket falls due: the queue's order.
        due: Timestamp,
        /// How many wait in the same queue and are due before.
        ahead: u32,
        /// The waiting time that the visitor was told, where one was known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        announced: Option<WaitRange>,
        /// Whether it goes next, before all that do not.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        goes_next: bool,
        /// The services that the visit goes on to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        legs: Vec<ServiceId>,
        /// Stands for the person, where the office asks for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<PersonKey>,
        /// The appointment that it was given out for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        appointment: Option<AppointmentCode>,
        /// What the due time counts from, if not the time of arrival: the hour of the appointment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        counts_from: Option<Timestamp>,
        /// Whether it was given out by phone.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        remote: bool,
    },
    /// The next visitor of a counter was called to the place near it.
    TicketCalledAhead {
        /// Who is called.
        ticket: TicketId,
        /// Near which counter.
        counter: CounterId,
        /// What is called.
        number: TicketNumber,
        /// What the visitor came for.
        service: ServiceId,
        /// The visitor's language.
        language: Language,
        /// When the visitor took the number.
        arrived: Timestamp,
    },
    /// A counter called the ticket for the first time since it waited.
    TicketCalled {
        /// Who is called.
        ticket: TicketId,
        /// Where to.
        counter: CounterId,
        /// What is called.
        number: TicketNumber,
        /// What the visitor came for.
        service: ServiceId,
        /// The visitor's language.
        language: Language,
        /// When the visitor took the number.
        arrived: Timestamp,
        /// Why this one.
        #[serde(default, skip_serializing_if = "Turn::is_due")]
        turn: Turn,
    },
    /// The counter called the same ticket again.
    TicketRecalled {
        /// Who is called.
        ticket: TicketId,
        /// Where to.
        counter: CounterId,
        /// What is called.
        number: TicketNumber,
        /// What the visitor came for.
        service: ServiceId,
        /// The visitor's language.
        language: Language,
        /// The how-manieth call this is; the first recall is 2.
        attempt: u16,
    },
    /// The visitor stands at the counter.
    ServingStarted {
        /// Who is served.
        ticket: TicketId,
        /// Where.
        counter: CounterId,
    },
    /// The visit is done.
    TicketServed {
        /// Who was served.
        ticket: TicketId,
        /// Where.
        counter: CounterId,
        /// How it ended, where it was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<OutcomeId>,
    },
    /// One leg of the visit is done, and the visit goes on to the next with its number and time of arrival.
    LegServed {
        /// Who was served.
        ticket: TicketId,
        /// Where.
        counter: CounterId,
        /// The service that is waited for now.
        service: ServiceId,
        /// When the ticket falls due there.
        due: Timestamp,
        /// How the leg ended, where it was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<OutcomeId>,
    },
    /// A note was written down beside the ticket at a counter, or taken away.
    NoteAdded {
        /// About whom.
        ticket: TicketId,
        /// Where.
        counter: CounterId,
        /// What to know; none means nothing any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Remark>,
    },
    /// Nobody came to the counter.
    TicketMissed {
        /// Who did not come.
        ticket: TicketId,
        /// Where.
        counter: CounterId,
    },
    /// The visit goes on in another queue, with its number and time of arrival.
    TicketTransferred {
        /// Who goes on.
        ticket: TicketId,
        /// From where.
        counter: CounterId,
        /// The service that is waited for now.
        service: ServiceId,
        /// When the ticket falls due there.
        due: Timestamp,
        /// The one counter that may call it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<CounterId>,
        /// What that counter should know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Remark>,
    },
    /// The visitor was sent to see to something and will come back; the counter is free.
    TicketParked {
        /// Who was sent.
        ticket: TicketId,
        /// By which counter.
        counter: CounterId,
        /// When the ticket waits again by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// A parked visitor is back and waits, in the old place.
    TicketResumed {
        /// Who is back.
        ticket: TicketId,
    },
    /// A visitor who missed the call is here after all and waits, in the old place.
    TicketReturned {
        /// Who.
        ticket: TicketId,
    },
    /// A ticket that was called, or called ahead, waits again, in the old place.
    TicketRequeued {
        /// Which.
        ticket: TicketId,
        /// The counter that had called it.
        counter: CounterId,
        /// Why.
        reason: Remark,
    },
    /// A ticket is of another class.
    ClassChanged {
        /// Which ticket.
        ticket: TicketId,
        /// The class before.
        from: ClassId,
        /// The class now.
        class: ClassId,
        /// When the ticket falls due now.
        due: Timestamp,
        /// Whether it goes next, before all that do not.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        goes_next: bool,
        /// Why.
        reason: Remark,
    },
    /// A visitor lets others go first.
    TicketGaveWay {
        /// Who.
        ticket: TicketId,
        /// When the ticket falls due now.
        due: Timestamp,
        /// How many were let past.
        passed: u32,
    },
    /// The ticket is void.
    TicketCancelled {
        /// Which.
        ticket: TicketId,
        /// Why, if the staff did it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Remark>,
    },
    /// The last press at a counter was taken back: ticket and counter are as before it.
    PressUndone {
        /// At which counter.
        counter: CounterId,
        /// The ticket that it was about.
        ticket: TicketId,
        /// What was taken back.
        press: Press,
    },
    /// A counter began to call.
    CounterOpened {
        /// Which.
        counter: CounterId,
    },
    /// A counter calls no more.
    CounterClosed {
        /// Which.
        counter: CounterId,
    },
    /// A counter takes other services from now on.
    CounterServicesChosen {
        /// Which.
        counter: CounterId,
        /// All that are its own, never empty.
        services: Vec<ServiceId>,
        /// All that it helps with, in tiers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        helps: Vec<Vec<ServiceId>>,
    },
    /// A counter calls nobody for a while.
    CounterPaused {
        /// Which.
        counter: CounterId,
        /// What for.
        reason: PauseReason,
    },
    /// A counter goes on after a pause.
    CounterResumed {
        /// Which.
        counter: CounterId,
    },
    /// Somebody else works at a counter now.
    OfficerSeated {
        /// Which counter.
        counter: CounterId,
        /// Who, and nowhere else; none means nobody.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        officer: Option<OfficerId>,
    },
    /// The office tells everybody something.
    NoticePosted {
        /// The new notice.
        notice: NoticeId,
        /// What it says.
        text: Texts,
        /// Until when it is shown; none means until it is withdrawn.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// A notice is shown no longer.
    NoticeWithdrawn {
        /// Which.
        notice: NoticeId,
    },
    /// Something is said aloud beside the calls.
    Announced {
        /// The new announcement.
        announcement: AnnouncementId,
        /// What it sounds like.
        sound: Sound,
        /// The same in writing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<Texts>,
        /// In which zones; empty means everywhere.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        zones: Vec<ZoneId>,
        /// Whether it goes before everything and is repeated until it is called off.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        urgent: bool,
        /// The planned announcement that it is, if it is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        planned: Option<PlannedId>,
        /// When it was due, if the clock brought it about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Timestamp>,
    },
    /// An urgent announcement is called off.
    AnnouncementEnded {
        /// Which.
        announcement: AnnouncementId,
    },
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// Why this ticket was called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Turn {
    /// It was next.
    #[default]
    Due,
    /// It was next for the service that the counter chose, but not for the counter.
    OfService,
    /// It was picked.
    Picked {
        /// Why.
        reason: Remark,
        /// How many of those the counter might have called were before it.
        passed: u32,
    },
}

impl Turn {
    fn is_due(&self) -> bool {
        *self == Self::Due
    }
}

/// A press at a counter that can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Press {
    /// A ticket was called.
    Call,
    /// Serving began.
    Start,
    /// The visitor, or one leg of the visit, was done.
    Finish,
    /// Nobody came.
    NoShow,
    /// The visitor was sent on.
    Transfer,
    /// The visitor was sent to see to something.
    Park,
}

/// What a counter pauses for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// A rest.
    Rest,
    /// Prayer.
    Prayer,
    /// Work away from the counter.
    BackOffice,
    /// Anything else.
    Other,
}

/// A waiting time as it is told to people: half of them wait no longer than the first figure, nine in
/// ten no longer than the second. Whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitRange {
    /// The median, in seconds.
    pub p50_s: u32,
    /// The 90th percentile, in seconds; at least the median.
    pub p90_s: u32,
}
