//! What can be asked of a branch.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AnnouncementId, Appointment, AppointmentCode, ClassId, CounterId, Language, NoticeId, OfficerId,
    OutcomeId, PauseReason, PersonKey, PlannedId, Remark, Rules, ServiceId, Sound, Texts, TicketId,
    WaitRange, ZoneId,
};

/// Something that a person, a device or the time of day asks for. Who asks goes beside it, see
/// [`Ledger::submit_by`](crate::Ledger::submit_by).
///
/// What an officer does to the ticket at the counter names that ticket: a press that was meant for the
/// one before is refused and does not hit the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Replace the office's rules.
    SetRules {
        /// The whole of them.
        rules: Arc<Rules>,
    },
    /// Begin the business day that the time of the command falls in.
    BeginDay,
    /// Close the office for the day. It happens by itself at the end of the opening hours; asked for, it
    /// happens now.
    CloseDay,
    /// Open the office, or keep it open, beyond its hours.
    OpenExtra {
        /// Until when; later today.
        until: Timestamp,
        /// Why.
        reason: Remark,
    },
    /// Give out the next number.
    IssueTicket {
        /// What the visitor came for.
        service: ServiceId,
        /// The class of visitor; none means ordinary.
        class: Option<ClassId>,
        /// The visitor's language.
        language: Language,
        /// The waiting time that the visitor is told; kept with the ticket, decides nothing.
        announced: Option<WaitRange>,
        /// The services that the visit goes on to; none means as the service's rule says.
        legs: Option<Vec<ServiceId>>,
        /// Stands for the person; kept where the service asks for it, and left away where it does not.
        person: Option<PersonKey>,
    },
    /// Give out the next number to somebody who is not at a kiosk and has shown to be near enough.
    IssueRemotely {
        /// What the visitor comes for.
        service: ServiceId,
        /// The visitor's language.
        language: Language,
        /// The waiting time that the visitor is told; kept with the ticket, decides nothing.
        announced: Option<WaitRange>,
        /// Stands for the phone; always kept.
        person: PersonKey,
    },
    /// Add appointments, or change those of the same code that nobody has checked in for.
    ImportAppointments {
        /// At most [`Appointment::MOST_AT_ONCE`].
        appointments: Vec<Appointment>,
    },
    /// Call off an appointment.
    CancelAppointment {
        /// Which.
        code: AppointmentCode,
    },
    /// Give out a number to somebody with an appointment.
    CheckIn {
        /// Which appointment.
        code: AppointmentCode,
        /// The visitor's language.
        language: Language,
        /// The waiting time that the visitor is told; kept with the ticket, decides nothing.
        announced: Option<WaitRange>,
    },
    /// Call whoever is next of those the counter takes.
    CallNext {
        /// The counter that is free.
        counter: CounterId,
    },
    /// Call whoever is next for one service.
    CallNextOf {
        /// The counter that is free.
        counter: CounterId,
        /// A service that it takes.
        service: ServiceId,
    },
    /// Call one particular ticket that waits or is parked, out of turn.
    CallTicket {
        /// The counter that is free.
        counter: CounterId,
        /// Whom.
        ticket: TicketId,
        /// Why.
        reason: Remark,
    },
    /// Call whoever is next to the place near the counter.
    CallAhead {
        /// The counter, free or not.
        counter: CounterId,
    },
    /// Call the same ticket again.
    Recall {
        /// The counter that called.
        counter: CounterId,
        /// The ticket that was called.
        ticket: TicketId,
    },
    /// The visitor has come.
    StartServing {
        /// The counter that called.
        counter: CounterId,
        /// The ticket that was called.
        ticket: TicketId,
    },
    /// The visitor is done here: the visit goes on to its next leg, or ends. Also for a ticket that is only
    /// called: some officers never press "start".
    Finish {
        /// The counter that serves.
        counter: CounterId,
        /// The ticket at the counter.
        ticket: TicketId,
        /// How it ended: one of the office's outcomes.
        outcome: Option<OutcomeId>,
    },
    /// Write down beside the ticket at a counter what whoever serves it next should know.
    AddNote {
        /// The counter that has the ticket.
        counter: CounterId,
        /// The ticket at the counter.
        ticket: TicketId,
        /// What to know; none takes away what is written there.
        note: Option<Remark>,
    },
    /// Nobody came.
    NoShow {
        /// The counter that called.
        counter: CounterId,
        /// The ticket that was called.
        ticket: TicketId,
    },
    /// A visitor who missed the call is here after all.
    ComeBack {
        /// The ticket that was missed.
        ticket: TicketId,
    },
    /// Send the visitor on to another service, to a certain counter, or both.
    Transfer {
        /// The counter that has the ticket.
        counter: CounterId,
        /// The ticket at the counter.
        ticket: TicketId,
        /// The service to wait for; none means the same.
        service: Option<ServiceId>,
        /// The one open counter that is to call; none means any.
        to: Option<CounterId>,
        /// What that counter should know.
        note: Option<Remark>,
    },
    /// Let the visitor see to something and come back.
    Park {
        /// The counter that has the ticket.
        counter: CounterId,
        /// The ticket at the counter.
        ticket: TicketId,
        /// When the ticket waits again by itself; later today.
        until: Option<Timestamp>,
    },
    /// A parked visitor is back.
    Resume {
        /// The parked ticket.
        ticket: TicketId,
    },
    /// Put a ticket that was called, or called ahead, back to its place in the queue.
    Requeue {
        /// The ticket.
        ticket: TicketId,
        /// Why.
        reason: Remark,
    },
    /// Put a ticket into another class.
    ChangeClass {
        /// The ticket.
        ticket: TicketId,
        /// The class that is right.
        class: ClassId,
        /// Why.
        reason: Remark,
    },
    /// Let others go first: the ticket goes behind so many who now come after it.
    GiveWay {
        /// A ticket that waits.
        ticket: TicketId,
        /// How many, from 1 to [`MOST_PAST`](crate::MOST_PAST); where fewer wait behind it, all of them.
        past: u8,
    },
    /// Void a ticket that no counter has.
    CancelTicket {
        /// The ticket.
        ticket: TicketId,
        /// Why; the visitor need not say.
        reason: Option<Remark>,
    },
    /// Take back the last press at a counter.
    Undo {
        /// Which counter.
        counter: CounterId,
    },
    /// Begin to call at a counter.
    OpenCounter {
        /// Which.
        counter: CounterId,
    },
    /// Stop calling at a counter that has no ticket.
    CloseCounter {
        /// Which.
        counter: CounterId,
    },
    /// Stop calling for a while at a counter that has no ticket.
    PauseCounter {
        /// Which.
        counter: CounterId,
        /// What for.
        reason: PauseReason,
    },
    /// Go on after a pause.
    ResumeCounter {
        /// Which.
        counter: CounterId,
    },
    /// Say who works at a counter.
    SeatOfficer {
        /// Which counter.
        counter: CounterId,
        /// Who; none means nobody. Somebody who sits elsewhere leaves that counter.
        officer: Option<OfficerId>,
    },
    /// Tell everybody something.
    PostNotice {
        /// What.
        text: Texts,
        /// Until when it is shown, later than now; none means until it is withdrawn.
        until: Option<Timestamp>,
    },
    /// Show a notice no longer.
    WithdrawNotice {
        /// Which.
        notice: NoticeId,
    },
    /// Say something aloud beside the calls.
    Announce {
        /// What it sounds like.
        sound: Sound,
        /// The same in writing, for whoever does not hear it.
        text: Option<Texts>,
        /// In which zones; empty means everywhere.
        zones: Vec<ZoneId>,
        /// Whether it goes before everything and is repeated until it is called off.
        urgent: bool,
    },
    /// Make an announcement that the office has planned.
    AnnouncePlanned {
        /// Which.
        planned: PlannedId,
        /// When it was due, if the clock brings it about; none for by hand.
        due: Option<Timestamp>,
    },
    /// Call an urgent announcement off.
    EndAnnouncement {
        /// Which.
        announcement: AnnouncementId,
    },
    /// Say which services a counter takes.
    ChooseServices {
        /// Which counter.
        counter: CounterId,
        /// All that are its own from now on; at least one.
        services: Vec<ServiceId>,
        /// All that it helps with, in tiers; none means as before, but for what is its own now.
        helps: Option<Vec<Vec<ServiceId>>>,
    },
}
