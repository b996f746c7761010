//! Between the core's types and those on the wire: the only place that knows both.

pub mod planning;

use std::sync::Arc;

use axum::http::StatusCode;
use giliran_core::{self as core, TicketId};
use giliran_protocol::{
    command::{Actor, Command, Outcome, PauseReason},
    error::Error,
    rules::Warning,
    view,
};

use crate::{failure::Failure, persons::Persons};

/// The core's command for the wire's; what has not even the shape of a name or a remark is refused.
pub fn command(command: Command, persons: &Persons) -> Result<core::Command, Failure> {
    use core::Command as Core;
    Ok(match command {
        Command::IssueTicket { service: wanted, class, language, legs, person } => Core::IssueTicket {
            service: service(&wanted)?,
            class: class.as_deref().map(|id| parse("unknown_class", id)).transpose()?,
            language: from_language(language),
            announced: None,
            legs: legs.as_deref().map(services).transpose()?,
            person: person.as_deref().map(|number| persons.key_of(number)).transpose()?,
        },
        Command::CheckIn { code, language } => {
            Core::CheckIn { code: appointment(&code)?, language: from_language(language), announced: None }
        }
        Command::ImportAppointments { appointments } => Core::ImportAppointments {
            appointments: appointments
                .iter()
                .map(|given| {
                    Ok(core::Appointment {
                        code: appointment(&given.code)?,
                        service: service(&given.service)?,
                        at: given.at,
                        person: given.person.as_deref().map(|number| persons.key_of(number)).transpose()?,
                    })
                })
                .collect::<Result<_, Failure>>()?,
        },
        Command::CancelAppointment { code } => Core::CancelAppointment { code: appointment(&code)? },
        Command::CallNext { counter: at } => Core::CallNext { counter: counter(&at)? },
        Command::CallNextOf { counter: at, service: of } => {
            Core::CallNextOf { counter: counter(&at)?, service: service(&of)? }
        }
        Command::CallTicket { counter: at, ticket, reason } => {
            Core::CallTicket { counter: counter(&at)?, ticket: TicketId(ticket), reason: remark(&reason)? }
        }
        Command::CallAhead { counter: at } => Core::CallAhead { counter: counter(&at)? },
        Command::Recall { counter: at, ticket } => {
            Core::Recall { counter: counter(&at)?, ticket: TicketId(ticket) }
        }
        Command::StartServing { counter: at, ticket } => {
            Core::StartServing { counter: counter(&at)?, ticket: TicketId(ticket) }
        }
        Command::Finish { counter: at, ticket, outcome: how } => Core::Finish {
            counter: counter(&at)?,
            ticket: TicketId(ticket),
            outcome: how.as_deref().map(|id| parse("unknown_outcome", id)).transpose()?,
        },
        Command::AddNote { counter: at, ticket, note } => Core::AddNote {
            counter: counter(&at)?,
            ticket: TicketId(ticket),
            note: Some(note.trim()).filter(|note| !note.is_empty()).map(remark).transpose()?,
        },
        Command::NoShow { counter: at, ticket } => {
            Core::NoShow { counter: counter(&at)?, ticket: TicketId(ticket) }
        }
        Command::ComeBack { ticket } => Core::ComeBack { ticket: TicketId(ticket) },
        Command::Transfer { counter: at, ticket, service: onward, to, note } => Core::Transfer {
            counter: counter(&at)?,
            ticket: TicketId(ticket),
            service: onward.as_deref().map(service).transpose()?,
            to: to.as_deref().map(counter).transpose()?,
            note: note.as_deref().map(remark).transpose()?,
        },
        Command::Park { counter: at, ticket, until } => {
            Core::Park { counter: counter(&at)?, ticket: TicketId(ticket), until }
        }
        Command::Resume { ticket } => Core::Resume { ticket: TicketId(ticket) },
        Command::Requeue { ticket, reason } => {
            Core::Requeue { ticket: TicketId(ticket), reason: remark(&reason)? }
        }
        Command::ChangeClass { ticket, class, reason } => Core::ChangeClass {
            ticket: TicketId(ticket),
            class: parse("unknown_class", &class)?,
            reason: remark(&reason)?,
        },
        Command::CancelTicket { ticket, reason } => Core::CancelTicket {
            ticket: TicketId(ticket),
            reason: reason.as_deref().map(remark).transpose()?,
        },
        Command::Undo { counter: at } => Core::Undo { counter: counter(&at)? },
        Command::OpenCounter { counter: at } => Core::OpenCounter { counter: counter(&at)? },
        Command::CloseCounter { counter: at } => Core::CloseCounter { counter: counter(&at)? },
        Command::PauseCounter { counter: at, reason } => {
            Core::PauseCounter { counter: counter(&at)?, reason: from_pause(reason) }
        }
        Command::ResumeCounter { counter: at } => Core::ResumeCounter { counter: counter(&at)? },
        Command::SeatOfficer { counter: at, officer } => Core::SeatOfficer {
            counter: counter(&at)?,
            officer: officer.as_deref().map(|id| parse("not_a_name", id)).transpose()?,
        },
        Command::ChooseServices { counter: at, services: own, helps } => Core::ChooseServices {
            counter: counter(&at)?,
            services: services(&own)?,
            helps: helps.map(|tiers| tiers.iter().map(services).collect::<Result<_, _>>()).transpose()?,
        },
        Command::OpenExtra { until, reason } => Core::OpenExtra { until, reason: remark(&reason)? },
        Command::CloseDay => Core::CloseDay,
        Command::PostNotice { text, until } => Core::PostNotice { text: from_texts(text), until },
        Command::WithdrawNotice { notice } => Core::WithdrawNotice { notice: core::NoticeId(notice) },
        Command::Announce { sound, text, zones, urgent } => Core::Announce {
            sound: from_sound(sound)?,
            text: text.map(from_texts),
            zones: zones.iter().map(|id| zone(id)).collect::<Result<_, _>>()?,
            urgent,
        },
        Command::AnnouncePlanned { planned } => {
            Core::AnnouncePlanned { planned: self::planned(&planned)?, due: None }
        }
        Command::EndAnnouncement { announcement } => {
            Core::EndAnnouncement { announcement: core::AnnouncementId(announcement) }
        }
        Command::SetRules { rules } => Core::SetRules { rules: self::rules(*rules)? },
    })
}

/// The core's command for a number by phone.
pub fn by_phone(
    wanted: &str,
    language: view::Language,
    phone: &str,
    persons: &Persons,
) -> Result<core::Command, Failure> {
    Ok(core::Command::IssueRemotely {
        service: service(wanted)?,
        language: from_language(language),
        announced: None,
        person: persons.key_of(phone)?,
    })
}

/// Who asks, as the core keeps it.
pub fn actor(actor: &Actor) -> Result<core::Actor, Failure> {
    Ok(match actor {
        Actor::Officer { id } => core::Actor::Officer { id: parse("not_a_name", id)? },
        Actor::Device { id } => core::Actor::Device { id: parse("not_a_name", id)? },
        Actor::Visitor => core::Actor::Visitor,
    })
}

/// Who asked, as it is read back.
pub fn from_actor(actor: core::Actor) -> Actor {
    match actor {
        core::Actor::Officer { id } => Actor::Officer { id: id.to_string() },
        core::Actor::Device { id } => Actor::Device { id: id.to_string() },
        core::Actor::Visitor => Actor::Visitor,
    }
}

fn counter(id: &str) -> Result<core::CounterId, Failure> {
    parse("unknown_counter", id)
}

fn service(id: &str) -> Result<core::ServiceId, Failure> {
    parse("unknown_service", id)
}

fn zone(id: &str) -> Result<core::ZoneId, Failure> {
    parse("unknown_zone", id)
}

fn planned(id: &str) -> Result<core::PlannedId, Failure> {
    parse("unknown_planned", id)
}

fn from_sound(sound: view::Sound) -> Result<core::Sound, Failure> {
    Ok(match sound {
        view::Sound::Sentence(id) => core::Sound::Sentence(parse("unknown_sentence", &id)?),
        view::Sound::Recording(id) => core::Sound::Recording(parse("unknown_recording", &id)?),
    })
}

/// What an announcement sounds like.
pub fn sound(sound: &core::Sound) -> view::Sound {
    match sound {
        core::Sound::Sentence(id) => view::Sound::Sentence(id.to_string()),
        core::Sound::Recording(id) => view::Sound::Recording(id.to_string()),
    }
}

fn from_texts(texts: view::Texts) -> core::Texts {
    let view::Texts { ms, en, zh, ta } = texts;
    core::Texts { ms, en, zh, ta }
}

fn services(ids: impl AsRef<[String]>) -> Result<Vec<core::ServiceId>, Failure> {
    ids.as_ref().iter().map(|id| service(id)).collect()
}

fn parse<T: std::str::FromStr<Err = core::SlugError>>(code: &str, text: &str) -> Result<T, Failure> {
    let refused = |why: core::SlugError| {
        let texts = [
            "Nama itu tidak wujud.",
            "There is nothing of that name.",
            "没有这个名称。",
            "அந்தப் பெயரில் எதுவும் இல்லை.",
        ];
        Failure::bad_request(StatusCode::NOT_FOUND, code, texts, Some(why.to_string()))
    };
    text.parse().map_err(refused)
}

fn remark(text: &str) -> Result<core::Remark, Failure> {
    let refused = |why: core::RemarkError| {
        let texts = [
            "Sila beri sebab atau catatan, paling banyak 200 aksara.",
            "Give a reason or a note, at most 200 characters.",
            "请填写原因或备注，最多 200 字。",
            "காரணம் அல்லது குறிப்பைத் தரவும், அதிகபட்சம் 200 எழுத்துகள்.",
        ];
        Failure::bad_request(StatusCode::UNPROCESSABLE_ENTITY, "not_a_remark", texts, Some(why.to_string()))
    };
    text.parse().map_err(refused)
}

fn appointment(code: &str) -> Result<core::AppointmentCode, Failure> {
    let refused = |why: core::CodeError| {
        let texts = [
            "Itu bukan kod janji temu.",
            "That is not an appointment's code.",
            "这不是预约码。",
            "அது சந்திப்புக் குறியீடு அல்ல.",
        ];
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Failure::bad_request(status, "not_an_appointment_code", texts, Some(why.to_string()))
    };
    code.parse().map_err(refused)
}

fn rules(given: serde_json::Value) -> Result<Arc<core::Rules>, Failure> {
    let refused = |why: serde_json::Error| {
        let texts = [
            "Tetapan itu tidak difahami.",
            "Those settings are not understood.",
            "无法识别这些设置。",
            "அந்த அமைப்புகள் புரியவில்லை.",
        ];
        Failure::bad_request(StatusCode::UNPROCESSABLE_ENTITY, "not_rules", texts, Some(why.to_string()))
    };
    serde_json::from_value(given).map(Arc::new).map_err(refused)
}

/// What stands at a place of the rules, for whoever changes them.
pub fn warning(fault: core::Fault) -> Warning {
    Warning { at: fault.at, what: fault.what }
}

/// What came of a command, from the entry it made. Everything the answer says stands in the entry, so
/// that the same command gets the same answer however late it is sent again. The secret of a ticket stands nowhere;
/// the clerk adds it.
pub fn outcome(entry: &core::Entry) -> Outcome {
    use core::Event;
    match entry.events.last() {
        Some(Event::TicketIssued { ticket, number, service, ahead, announced, .. }) => Outcome::Issued {
            ticket: ticket.0,
            number: number.to_string(),
            service: service.to_string(),
            ahead: *ahead,
            wait: announced.map(wait),
            phone: None,
        },
        Some(Event::TicketCalled { ticket, number, service, language: spoken, .. }) => Outcome::Called {
            ticket: ticket.0,
            number: number.to_string(),
            service: service.to_string(),
            language: language(*spoken),
            attempt: 1,
        },
        Some(Event::TicketRecalled { ticket, number, service, language: spoken, attempt, .. }) => {
            Outcome::Called {
                ticket: ticket.0,
                number: number.to_string(),
                service: service.to_string(),
                language: language(*spoken),
                attempt: *attempt,
            }
        }
        Some(Event::TicketCalledAhead { ticket, number, .. }) => {
            Outcome::CalledAhead { ticket: ticket.0, number: number.to_string() }
        }
        Some(
            Event::RulesSet { .. }
            | Event::DayBegan { .. }
            | Event::DayClosed { .. }
            | Event::ExtraOpened { .. }
            | Event::AppointmentsSet { .. }
            | Event::AppointmentCancelled { .. }
            | Event::ServingStarted { .. }
            | Event::TicketServed { .. }
            | Event::LegServed { .. }
            | Event::TicketMissed { .. }
            | Event::TicketTransferred { .. }
            | Event::TicketParked { .. }
            | Event::TicketResumed { .. }
            | Event::TicketReturned { .. }
            | Event::TicketRequeued { .. }
            | Event::ClassChanged { .. }
            | Event::TicketCancelled { .. }
            | Event::PressUndone { .. }
            | Event::CounterOpened { .. }
            | Event::CounterClosed { .. }
            | Event::CounterServicesChosen { .. }
            | Event::CounterPaused { .. }
            | Event::CounterResumed { .. }
            | Event::OfficerSeated { .. }
            | Event::NoteAdded { .. }
            | Event::TicketGaveWay { .. }
            | Event::NoticePosted { .. }
            | Event::NoticeWithdrawn { .. }
            | Event::Announced { .. }
            | Event::AnnouncementEnded { .. },
        )
        | None => Outcome::Done,
    }
}

/// A refusal of the core, for the person who asked.
pub fn refusal(refusal: &core::Refusal) -> Error {
    let sentence = |language| refusal.sentence(language);
    Error {
        code: refusal.code().into(),
        message: view::Texts {
            ms: sentence(core::Language::Ms),
            en: Some(sentence(core::Language::En)),
            zh: Some(sentence(core::Language::Zh)),
            ta: Some(sentence(core::Language::Ta)),
        },
        detail: Some(refusal.to_string()),
    }
}

/// A language.
pub fn language(language: core::Language) -> view::Language {
    match language {
        core::Language::Ms => view::Language::Ms,
        core::Language::En => view::Language::En,
        core::Language::Zh => view::Language::Zh,
        core::Language::Ta => view::Language::Ta,
    }
}

/// A language of ours.
pub fn from_language(language: view::Language) -> core::Language {
    match language {
        view::Language::Ms => core::Language::Ms,
        view::Language::En => core::Language::En,
        view::Language::Zh => core::Language::Zh,
        view::Language::Ta => core::Language::Ta,
    }
}

/// The sign on a button.
pub fn icon(icon: core::Icon) -> view::Icon {
    match icon {
        core::Icon::Question => view::Icon::Question,
        core::Icon::Payment => view::Icon::Payment,
        core::Icon::Document => view::Icon::Document,
        core::Icon::Identity => view::Icon::Identity,
        core::Icon::Passport => view::Icon::Passport,
        core::Icon::Licence => view::Icon::Licence,
        core::Icon::Land => view::Icon::Land,
        core::Icon::House => view::Icon::House,
        core::Icon::Vehicle => view::Icon::Vehicle,
        core::Icon::Business => view::Icon::Business,
        core::Icon::Family => view::Icon::Family,
        core::Icon::Education => view::Icon::Education,
        core::Icon::Health => view::Icon::Health,
        core::Icon::Medicine => view::Icon::Medicine,
        core::Icon::Water => view::Icon::Water,
        core::Icon::Power => view::Icon::Power,
        core::Icon::Talk => view::Icon::Talk,
        core::Icon::Appointment => view::Icon::Appointment,
        core::Icon::Parcel => view::Icon::Parcel,
        core::Icon::Application => view::Icon::Application,
    }
}

/// A name in the languages it has.
pub fn texts(texts: &core::Texts) -> view::Texts {
    view::Texts { ms: texts.ms.clone(), en: texts.en.clone(), zh: texts.zh.clone(), ta: texts.ta.clone() }
}

/// What a counter is called.
pub fn place(place: core::Place) -> view::Place {
    match place {
        core::Place::Counter => view::Place::Counter,
        core::Place::Room => view::Place::Room,
    }
}

/// A waiting time.
pub fn wait(range: core::WaitRange) -> view::Wait {
    view::Wait { p50_s: range.p50_s, p90_s: range.p90_s }
}

/// Today's totals.
pub fn tally(tally: core::Tally) -> view::TallyView {
    view::TallyView {
        issued: tally.issued,
        served: tally.served,
        missed: tally.missed,
        cancelled: tally.cancelled,
        expired: tally.expired,
        carried: tally.carried,
        within: tally.within,
        late: tally.late,
    }
}

/// Whether the office is open.
pub fn opening(opening: core::Opening) -> view::OpeningView {
    match opening {
        core::Opening::Always => view::OpeningView::Always,
        core::Opening::Open { until, extra } => view::OpeningView::Open { until, extra },
        core::Opening::Closed { next } => view::OpeningView::Closed { next },
    }
}

/// What a counter pauses for.
pub fn pause(reason: core::PauseReason) -> PauseReason {
    match reason {
        core::PauseReason::Rest => PauseReason::Rest,
        core::PauseReason::Prayer => PauseReason::Prayer,
        core::PauseReason::BackOffice => PauseReason::BackOffice,
        core::PauseReason::Other => PauseReason::Other,
    }
}

fn from_pause(reason: PauseReason) -> core::PauseReason {
    match reason {
        PauseReason::Rest => core::PauseReason::Rest,
        PauseReason::Prayer => core::PauseReason::Prayer,
        PauseReason::BackOffice => core::PauseReason::BackOffice,
        PauseReason::Other => core::PauseReason::Other,
    }
}
