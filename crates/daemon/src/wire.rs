//! Between the core's types and those on the wire: the only place that knows both.

use axum::http::StatusCode;
use giliran_core as core;
use giliran_protocol::{
    command::{Command, Outcome},
    error::Error,
    view,
};

use crate::failure::Failure;

/// The core's command for the wire's; an id that is not even a name is refused as unknown would be.
pub fn command(command: &Command) -> Result<core::Command, Failure> {
    use core::Command as Core;
    let counter = |text: &String| parse::<core::CounterId>("unknown_counter", text);
    let service = |text: &String| parse::<core::ServiceId>("unknown_service", text);
    let ticket = |id: &u64| core::TicketId(*id);
    Ok(match command {
        Command::IssueTicket { service: wanted, class, language: spoken } => Core::IssueTicket {
            service: service(wanted)?,
            class: class.as_ref().map(|class| parse("unknown_class", class)).transpose()?,
            language: from_language(*spoken),
            announced: None,
        },
        Command::CallNext { counter: at } => Core::CallNext { counter: counter(at)? },
        Command::Recall { counter: at, ticket: id } => {
            Core::Recall { counter: counter(at)?, ticket: ticket(id) }
        }
        Command::StartServing { counter: at, ticket: id } => {
            Core::StartServing { counter: counter(at)?, ticket: ticket(id) }
        }
        Command::Finish { counter: at, ticket: id } => {
            Core::Finish { counter: counter(at)?, ticket: ticket(id) }
        }
        Command::NoShow { counter: at, ticket: id } => {
            Core::NoShow { counter: counter(at)?, ticket: ticket(id) }
        }
        Command::Transfer { counter: at, ticket: id, service: to } => {
            Core::Transfer { counter: counter(at)?, ticket: ticket(id), service: service(to)? }
        }
        Command::Park { counter: at, ticket: id } => Core::Park { counter: counter(at)?, ticket: ticket(id) },
        Command::Resume { ticket: id } => Core::Resume { ticket: ticket(id) },
        Command::CancelTicket { ticket: id } => Core::CancelTicket { ticket: ticket(id) },
        Command::OpenCounter { counter: at } => Core::OpenCounter { counter: counter(at)? },
        Command::CloseCounter { counter: at } => Core::CloseCounter { counter: counter(at)? },
        Command::ChooseServices { counter: at, services } => Core::ChooseServices {
            counter: counter(at)?,
            services: services.iter().map(service).collect::<Result<_, _>>()?,
        },
    })
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

/// What came of a command, from the entry it made. Everything the answer says stands in the entry, so
/// that the same command gets the same answer however late it is sent again.
pub fn outcome(entry: &core::Entry) -> Outcome {
    use core::Event;
    match entry.events.last() {
        Some(Event::TicketIssued { ticket, number, service, ahead, announced, .. }) => Outcome::Issued {
            ticket: ticket.0,
            number: number.to_string(),
            service: service.to_string(),
            ahead: *ahead,
            wait: announced.map(wait),
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
        Some(
            Event::RulesSet { .. }
            | Event::DayBegan { .. }
            | Event::ServingStarted { .. }
            | Event::TicketServed { .. }
            | Event::TicketMissed { .. }
            | Event::TicketTransferred { .. }
            | Event::TicketParked { .. }
            | Event::TicketResumed { .. }
            | Event::TicketCancelled { .. }
            | Event::CounterOpened { .. }
            | Event::CounterClosed { .. }
            | Event::CounterServicesChosen { .. },
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

fn from_language(language: view::Language) -> core::Language {
    match language {
        view::Language::Ms => core::Language::Ms,
        view::Language::En => core::Language::En,
        view::Language::Zh => core::Language::Zh,
        view::Language::Ta => core::Language::Ta,
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
    }
}
