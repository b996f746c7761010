//! Commands in short words.

use giliran_core::{
    Appointment, Command, Language, NoticeId, PauseReason, PersonKey, Remark, Texts, TicketId, WaitRange,
};
use serde_json::Value;

use super::{clock, id, parsed};

pub fn set_rules(office: Value) -> Command {
    Command::SetRules { rules: parsed(office) }
}

fn wish(service: &str) -> Command {
    Command::IssueTicket {
        service: id(service),
        class: None,
        language: Language::Ms,
        announced: None,
        legs: None,
        person: None,
    }
}

pub fn issue(service: &str) -> Command {
    wish(service)
}

pub fn issue_to(to: &str, service: &str) -> Command {
    let mut command = wish(service);
    if let Command::IssueTicket { class, language, announced, .. } = &mut command {
        *class = Some(id(to));
        *language = Language::Ta;
        *announced = Some(WaitRange { p50_s: 300, p90_s: 900 });
    }
    command
}

/// A number for somebody who is known by a hash.
pub fn issue_for(key: u128, service: &str) -> Command {
    let mut command = wish(service);
    if let Command::IssueTicket { person, .. } = &mut command {
        *person = Some(PersonKey(key));
    }
    command
}

/// A number by phone.
pub fn issue_remotely(key: u128, service: &str) -> Command {
    Command::IssueRemotely {
        service: id(service),
        language: Language::Ms,
        announced: None,
        person: PersonKey(key),
    }
}

/// A number for a visit of several services.
pub fn issue_legs(services: &[&str]) -> Command {
    let mut command = wish(services[0]);
    if let Command::IssueTicket { legs, .. } = &mut command {
        *legs = Some(services[1..].iter().map(|service| id(service)).collect());
    }
    command
}

pub fn appointment(code: &str, service: &str, at: &str) -> Appointment {
    Appointment { code: id(code), service: id(service), at: clock(at), person: None }
}

pub fn import(appointments: &[Appointment]) -> Command {
    Command::ImportAppointments { appointments: appointments.to_vec() }
}

pub fn arrive(code: &str) -> Command {
    Command::CheckIn { code: id(code), language: Language::Ms, announced: None }
}

pub fn call_off(code: &str) -> Command {
    Command::CancelAppointment { code: id(code) }
}

pub fn call(counter: &str) -> Command {
    Command::CallNext { counter: id(counter) }
}

pub fn call_of(counter: &str, service: &str) -> Command {
    Command::CallNextOf { counter: id(counter), service: id(service) }
}

pub fn pick(counter: &str, ticket: u64) -> Command {
    Command::CallTicket { counter: id(counter), ticket: TicketId(ticket), reason: why() }
}

pub fn call_ahead(counter: &str) -> Command {
    Command::CallAhead { counter: id(counter) }
}

/// A reason.
pub fn why() -> Remark {
    id("ibu dengan bayi")
}

pub fn recall(counter: &str, ticket: u64) -> Command {
    Command::Recall { counter: id(counter), ticket: TicketId(ticket) }
}

pub fn start(counter: &str, ticket: u64) -> Command {
    Command::StartServing { counter: id(counter), ticket: TicketId(ticket) }
}

pub fn finish(counter: &str, ticket: u64) -> Command {
    Command::Finish { counter: id(counter), ticket: TicketId(ticket), outcome: None }
}

/// Finished, with how it ended.
pub fn finish_as(counter: &str, ticket: u64, outcome: &str) -> Command {
    let outcome = Some(id(outcome));
    Command::Finish { counter: id(counter), ticket: TicketId(ticket), outcome }
}

/// A note beside the ticket at a counter; an empty one takes it away.
pub fn note(counter: &str, ticket: u64, text: &str) -> Command {
    let note = Some(text).filter(|text| !text.is_empty()).map(id);
    Command::AddNote { counter: id(counter), ticket: TicketId(ticket), note }
}

pub fn give_way(ticket: u64, past: u8) -> Command {
    Command::GiveWay { ticket: TicketId(ticket), past }
}

/// A notice in Malay, until a time of that Monday or until it is withdrawn.
pub fn post(text: &str, until: Option<&str>) -> Command {
    let text = Texts { ms: text.into(), en: None, zh: None, ta: None };
    Command::PostNotice { text, until: until.map(clock) }
}

pub fn withdraw(notice: u64) -> Command {
    Command::WithdrawNotice { notice: NoticeId(notice) }
}

pub fn no_show(counter: &str, ticket: u64) -> Command {
    Command::NoShow { counter: id(counter), ticket: TicketId(ticket) }
}

pub fn come_back(ticket: u64) -> Command {
    Command::ComeBack { ticket: TicketId(ticket) }
}

pub fn transfer(counter: &str, ticket: u64, service: &str) -> Command {
    send_on(counter, ticket, Some(service), None)
}

/// A transfer to a service, to a counter, or both.
pub fn send_on(counter: &str, ticket: u64, service: Option<&str>, to: Option<&str>) -> Command {
    Command::Transfer {
        counter: id(counter),
        ticket: TicketId(ticket),
        service: service.map(id),
        to: to.map(id),
        note: to.map(|_| id("borang lengkap")),
    }
}

pub fn park(counter: &str, ticket: u64) -> Command {
    Command::Park { counter: id(counter), ticket: TicketId(ticket), until: None }
}

pub fn park_until(counter: &str, ticket: u64, until: &str) -> Command {
    Command::Park { counter: id(counter), ticket: TicketId(ticket), until: Some(clock(until)) }
}

pub fn resume(ticket: u64) -> Command {
    Command::Resume { ticket: TicketId(ticket) }
}

pub fn requeue(ticket: u64) -> Command {
    Command::Requeue { ticket: TicketId(ticket), reason: why() }
}

pub fn change_class(ticket: u64, class: &str) -> Command {
    Command::ChangeClass { ticket: TicketId(ticket), class: id(class), reason: why() }
}

pub fn cancel(ticket: u64) -> Command {
    Command::CancelTicket { ticket: TicketId(ticket), reason: None }
}

/// The same by the staff.
pub fn void(ticket: u64) -> Command {
    Command::CancelTicket { ticket: TicketId(ticket), reason: Some(why()) }
}

pub fn undo(counter: &str) -> Command {
    Command::Undo { counter: id(counter) }
}

pub fn open(counter: &str) -> Command {
    Command::OpenCounter { counter: id(counter) }
}

pub fn close(counter: &str) -> Command {
    Command::CloseCounter { counter: id(counter) }
}

pub fn pause(counter: &str) -> Command {
    Command::PauseCounter { counter: id(counter), reason: PauseReason::Prayer }
}

pub fn end_pause(counter: &str) -> Command {
    Command::ResumeCounter { counter: id(counter) }
}

pub fn seat(counter: &str, officer: Option<&str>) -> Command {
    Command::SeatOfficer { counter: id(counter), officer: officer.map(id) }
}

pub fn choose(counter: &str, services: &[&str]) -> Command {
    let services = services.iter().map(|service| id(service)).collect();
    Command::ChooseServices { counter: id(counter), services, helps: None }
}

/// Its own services, and the tiers that it helps with.
pub fn choose_with(counter: &str, services: &[&str], helps: &[&[&str]]) -> Command {
    let ids = |names: &[&str]| names.iter().map(|name| id(name)).collect::<Vec<_>>();
    let helps = Some(helps.iter().map(|tier| ids(tier)).collect());
    Command::ChooseServices { counter: id(counter), services: ids(services), helps }
}

/// Open longer that Monday.
pub fn extra(until: &str) -> Command {
    Command::OpenExtra { until: clock(until), reason: why() }
}
