//! What people press: every command, mostly one that makes sense now, at times one that does not.

use std::{str::FromStr, sync::Arc};

use giliran_core::{
    Actor, AnnouncementId, Appointment, Branch, ClassId, Command, CounterId, Language, NoticeId, OfficerId,
    OutcomeId, PauseReason, PersonKey, Remark, Rules, ServiceId, Sound, Texts, TicketId, TicketState,
    WaitRange,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{
    office::{self, CLASSES},
    rng::Chance,
};

/// How often each is pressed, in comparison.
const PRESSES: [(u32, Kind); 42] = [
    (1, Kind::SetRules),
    (1, Kind::BeginDay),
    (1, Kind::CloseDay),
    (2, Kind::OpenExtra),
    (40, Kind::Issue),
    (8, Kind::IssueRemotely),
    (4, Kind::Import),
    (1, Kind::CancelAppointment),
    (7, Kind::CheckIn),
    (32, Kind::CallNext),
    (5, Kind::CallNextOf),
    (5, Kind::CallTicket),
    (6, Kind::CallAhead),
    (14, Kind::Recall),
    (20, Kind::Start),
    (24, Kind::Finish),
    (7, Kind::NoShow),
    (6, Kind::ComeBack),
    (8, Kind::Transfer),
    (5, Kind::Park),
    (3, Kind::Resume),
    (4, Kind::Requeue),
    (4, Kind::ChangeClass),
    (4, Kind::Cancel),
    (6, Kind::Undo),
    (8, Kind::OpenCounter),
    (2, Kind::CloseCounter),
    (3, Kind::Pause),
    (4, Kind::EndPause),
    (2, Kind::Seat),
    (2, Kind::Choose),
    (4, Kind::AddNote),
    (10, Kind::GiveWay),
    (13, Kind::PostNotice),
    (2, Kind::WithdrawNotice),
    (8, Kind::Announce),
    (3, Kind::AnnouncePlanned),
    (3, Kind::EndAnnouncement),
    // Things that go wrong together, so that they meet.
    (4, Kind::UndoAfterReturn),
    (3, Kind::SendToCounter),
    (2, Kind::PickBound),
    (2, Kind::CloseTarget),
];

#[derive(Debug, Clone, Copy)]
enum Kind {
    SetRules,
    BeginDay,
    CloseDay,
    OpenExtra,
    Issue,
    IssueRemotely,
    Import,
    CancelAppointment,
    CheckIn,
    CallNext,
    CallNextOf,
    CallTicket,
    CallAhead,
    Recall,
    Start,
    Finish,
    NoShow,
    ComeBack,
    Transfer,
    Park,
    Resume,
    Requeue,
    ChangeClass,
    Cancel,
    Undo,
    OpenCounter,
    CloseCounter,
    Pause,
    EndPause,
    Seat,
    Choose,
    AddNote,
    GiveWay,
    PostNotice,
    WithdrawNotice,
    Announce,
    AnnouncePlanned,
    EndAnnouncement,
    /// Whoever missed a call comes back, leaves at once or is not there: what can be undone then?
    UndoAfterReturn,
    /// Sent to one certain counter.
    SendToCounter,
    /// Somebody who waits for another counter is picked.
    PickBound,
    /// The counter that somebody waits for closes.
    CloseTarget,
}

/// What is known to whoever composes a command.
pub struct Sight<'a> {
    /// The branch, as it stands.
    pub branch: &'a Branch,
    /// The office's rules, as they were written down.
    pub office: &'a Value,
    /// The daemon's time.
    pub now: Timestamp,
}

/// A command, and who sends it.
pub fn compose(chance: &mut Chance, sight: &Sight<'_>) -> Result<(Option<Actor>, Command), String> {
    let total: u32 = PRESSES.iter().map(|(weight, _)| weight).sum();
    let mut left = u32::try_from(chance.below(total as usize)).unwrap_or(0);
    let mut kind = Kind::Issue;
    for (weight, this) in PRESSES {
        if left < weight {
            kind = this;
            break;
        }
        left -= weight;
    }
    let by = match chance.below(4) {
        0 => None,
        1 => Some(Actor::Officer { id: name("p1")? }),
        2 => Some(Actor::Device { id: name("kiosk")? }),
        _ => Some(Actor::Visitor),
    };
    Ok((by, command(chance, sight, kind)?))
}

/// The first command of an office: its rules.
pub fn first_rules(office: &Value) -> Result<Command, String> {
    Ok(Command::SetRules { rules: office::parsed(office.clone())? })
}

fn command(chance: &mut Chance, sight: &Sight<'_>, kind: Kind) -> Result<Command, String> {
    let Sight { branch, office, now } = *sight;
    let Some(rules) = branch.rules().cloned() else { return first_rules(office) };
    let counter = counter_for(chance, branch, &rules, kind)?;
    Ok(match kind {
        Kind::SetRules => {
            let office = match chance.below(5) {
                0 => office::unsound(chance, office),
                1 => office.clone(),
                _ => office::changed(chance, office),
            };
            first_rules(&office)?
        }
        Kind::BeginDay => Command::BeginDay,
        Kind::CloseDay => Command::CloseDay,
        Kind::OpenExtra => {
            Command::OpenExtra { until: moment(chance, now, -60, 600), reason: remark("ramai")? }
        }
        Kind::Issue => Command::IssueTicket {
            service: service(chance, &rules)?,
            class: class(chance, &rules)?,
            language: *chance.pick(&Language::ALL).unwrap_or(&Language::Ms),
            announced: chance.percent(20).then_some(WaitRange { p50_s: 300, p90_s: 900 }),
            legs: match chance.below(60) {
                0 => Some(vec![service(chance, &rules)?; 17]),
                1..6 => Some(vec![]),
                6..12 => Some(vec![service(chance, &rules)?, service(chance, &rules)?]),
                _ => None,
            },
            person: person(chance),
        },
        Kind::IssueRemotely => Command::IssueRemotely {
            service: service(chance, &rules)?,
            language: *chance.pick(&Language::ALL).unwrap_or(&Language::Ms),
            announced: None,
            person: phone(chance),
        },
        Kind::Import => {
            let mut appointments = Vec::new();
            for _ in 0..chance.between(1, 3) {
                appointments.push(Appointment {
                    code: code(chance)?,
                    service: service(chance, &rules)?,
                    at: moment(chance, now, -30, 90),
                    person: person(chance),
                });
            }
            Command::ImportAppointments { appointments }
        }
        Kind::CancelAppointment => Command::CancelAppointment { code: code(chance)? },
        Kind::CheckIn => {
            let unused: Vec<_> = branch
                .appointments()
                .filter(|b| b.ticket.is_none())
                .map(|b| b.appointment.code.clone())
                .collect();
            let known = chance.pick(&unused).cloned().filter(|_| chance.percent(85));
            Command::CheckIn {
                code: known.map_or_else(|| code(chance), Ok)?,
                language: Language::En,
                announced: None,
            }
        }
        Kind::CallNext => Command::CallNext { counter },
        Kind::CallNextOf => Command::CallNextOf { counter, service: service(chance, &rules)? },
        Kind::CallTicket => {
            let ticket = somebody(chance, branch, |state| {
                matches!(state, TicketState::Waiting { .. } | TicketState::Parked { .. })
            });
            Command::CallTicket { counter, ticket, reason: remark("tidak sihat")? }
        }
        Kind::PickBound => {
            let bound: Vec<TicketId> =
                branch.tickets().filter(|(_, ticket)| ticket.bound.is_some()).map(|(id, _)| id).collect();
            let ticket = chance.pick(&bound).copied().unwrap_or(TicketId(1));
            Command::CallTicket { counter, ticket, reason: remark("tidak sihat")? }
        }
        Kind::CallAhead => Command::CallAhead { counter },
        Kind::Recall => {
            let counter = most_called(branch).filter(|_| chance.percent(60)).unwrap_or(counter);
            Command::Recall { ticket: at(chance, branch, &counter), counter }
        }
        Kind::Start => Command::StartServing { ticket: at(chance, branch, &counter), counter },
        Kind::Finish => {
            let outcome = if chance.percent(30) { Some(outcome(chance, &rules)?) } else { None };
            Command::Finish { ticket: at(chance, branch, &counter), counter, outcome }
        }
        Kind::AddNote => {
            let note = if chance.percent(75) { Some(remark("datang semula dengan geran")?) } else { None };
            Command::AddNote { ticket: at(chance, branch, &counter), counter, note }
        }
        Kind::GiveWay => {
            let past = *chance.pick(&[1, 1, 2, 3, 5, 20, 0, 21]).unwrap_or(&1);
            let waits = |state: &TicketState| matches!(state, TicketState::Waiting { .. });
            // Often the same one again, so that some do it more often than they may.
            let again = branch.tickets().filter(|(_, ticket)| waits(&ticket.state));
            let again = again.max_by_key(|(_, ticket)| ticket.gave_way).map(|(id, _)| id);
            let again = again.filter(|_| chance.percent(70));
            let ticket = again.unwrap_or_else(|| somebody(chance, branch, waits));
            Command::GiveWay { ticket, past }
        }
        Kind::PostNotice => {
            let until = if chance.percent(30) { Some(moment(chance, now, -10, 600)) } else { None };
            let ms = if chance.percent(5) { " " } else { "Kaunter 2 ditutup" };
            let en = chance.percent(50).then(|| "Counter 2 is closed".to_owned());
            Command::PostNotice { text: Texts { ms: ms.into(), en, zh: None, ta: None }, until }
        }
        Kind::WithdrawNotice => {
            let shown: Vec<NoticeId> = branch.notices().map(|(id, _)| id).collect();
            let known = chance.pick(&shown).copied().filter(|_| chance.percent(80));
            let any = NoticeId(chance.between(0, 30).unsigned_abs());
            Command::WithdrawNotice { notice: known.unwrap_or(any) }
        }
        Kind::Announce => {
            let ms = if chance.percent(5) { "" } else { "Kaunter dibuka" };
            let written = chance.percent(60);
            let zone = match chance.below(12) {
                0 => Some("tiada"),
                1..6 => Some(*chance.pick(&office::PARTS).unwrap_or(&office::PARTS[0])),
                _ => None,
            };
            Command::Announce {
                sound: Sound::Sentence(name("closing-15")?),
                text: written.then(|| Texts { ms: ms.into(), en: None, zh: None, ta: None }),
                zones: zone.map(name).into_iter().collect::<Result<_, _>>()?,
                urgent: chance.percent(40),
            }
        }
        Kind::AnnouncePlanned => {
            let known: Vec<_> = rules.planned.iter().map(|rule| rule.id.clone()).collect();
            let known = chance.pick(&known).cloned().filter(|_| chance.percent(85));
            let due = chance.percent(20).then(|| moment(chance, now, -30, 30));
            Command::AnnouncePlanned { planned: known.map_or_else(|| name("tiada"), Ok)?, due }
        }
        Kind::EndAnnouncement => {
            let running: Vec<_> = branch.urgent().map(|(id, _)| id).collect();
            let known = chance.pick(&running).copied().filter(|_| chance.percent(80));
            let any = AnnouncementId(chance.between(0, 30).unsigned_abs());
            Command::EndAnnouncement { announcement: known.unwrap_or(any) }
        }
        Kind::NoShow => Command::NoShow { ticket: at(chance, branch, &counter), counter },
        Kind::ComeBack => Command::ComeBack { ticket: missed(chance, branch) },
        Kind::UndoAfterReturn => match branch.missed().last() {
            Some((id, _)) if chance.percent(40) => Command::ComeBack { ticket: id },
            _ if chance.percent(30) => {
                Command::CancelTicket { ticket: TicketId(newest(branch)), reason: None }
            }
            _ => Command::Undo { counter },
        },
        Kind::Transfer => {
            let service = if chance.percent(75) { Some(service(chance, &rules)?) } else { None };
            let to = if chance.percent(40) {
                Some(counter_for(chance, branch, &rules, Kind::Transfer)?)
            } else {
                None
            };
            let note = if chance.percent(30) { Some(remark("salinan belum ada")?) } else { None };
            Command::Transfer { ticket: at(chance, branch, &counter), counter, service, to, note }
        }
        Kind::SendToCounter => {
            let to = Some(counter_for(chance, branch, &rules, Kind::CloseTarget)?);
            Command::Transfer { ticket: at(chance, branch, &counter), counter, service: None, to, note: None }
        }
        Kind::Park => {
            let until = if chance.percent(60) { Some(moment(chance, now, -5, 60)) } else { None };
            Command::Park { ticket: at(chance, branch, &counter), counter, until }
        }
        Kind::Resume => {
            Command::Resume { ticket: somebody(chance, branch, |s| matches!(s, TicketState::Parked { .. })) }
        }
        Kind::Requeue => {
            let called =
                |s: &TicketState| matches!(s, TicketState::Called { .. } | TicketState::Ahead { .. });
            Command::Requeue { ticket: somebody(chance, branch, called), reason: remark("tersilap")? }
        }
        Kind::ChangeClass => Command::ChangeClass {
            ticket: somebody(chance, branch, |_| true),
            class: class(chance, &rules)?.map_or_else(|| name(CLASSES[0]), Ok)?,
            reason: remark("kad ditunjuk")?,
        },
        Kind::Cancel => Command::CancelTicket {
            ticket: somebody(chance, branch, |state| state.counter().is_none()),
            reason: if chance.percent(50) { Some(remark("pulang")?) } else { None },
        },
        Kind::Undo => Command::Undo { counter },
        Kind::OpenCounter => Command::OpenCounter { counter },
        Kind::CloseCounter | Kind::CloseTarget => Command::CloseCounter { counter },
        Kind::Pause => Command::PauseCounter { counter, reason: PauseReason::Prayer },
        Kind::EndPause => Command::ResumeCounter { counter },
        Kind::Seat => {
            let officer: Option<OfficerId> =
                if chance.percent(75) { Some(name(&format!("p{}", chance.between(1, 3)))?) } else { None };
            Command::SeatOfficer { counter, officer }
        }
        Kind::Choose => {
            let all: Vec<ServiceId> = rules.services.iter().map(|rule| rule.id.clone()).collect();
            let mut services = chance.some(&all, 50);
            if chance.percent(5) {
                services.push(name("s99")?);
            }
            let helps = if chance.percent(50) {
                Some(vec![chance.some(&all, 40), chance.some(&all, 40)])
            } else {
                None
            };
            Command::ChooseServices { counter, services, helps }
        }
    })
}

fn name<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is no name"))
}

fn remark(text: &str) -> Result<Remark, String> {
    text.parse().map_err(|_| format!("`{text}` is no remark"))
}

/// Some minutes before or after.
fn moment(chance: &mut Chance, now: Timestamp, from_min: i64, to_min: i64) -> Timestamp {
    now + SignedDuration::from_mins(chance.between(from_min, to_min))
}

/// A counter that fits what is to be done there, mostly.
fn counter_for(
    chance: &mut Chance,
    branch: &Branch,
    rules: &Arc<Rules>,
    kind: Kind,
) -> Result<CounterId, String> {
    if chance.percent(2) {
        return name("k99");
    }
    let fits = |(id, counter): &(&CounterId, &giliran_core::Counter)| match kind {
        Kind::CallNext | Kind::CallNextOf | Kind::CallTicket | Kind::PickBound => {
            counter.open && counter.ticket.is_none() && counter.pause.is_none()
        }
        Kind::Recall
        | Kind::Start
        | Kind::Finish
        | Kind::AddNote
        | Kind::NoShow
        | Kind::Park
        | Kind::SendToCounter => counter.ticket.is_some(),
        Kind::CallAhead => counter.open && rules.counter(id).is_some_and(|rule| rule.ahead.is_some()),
        Kind::OpenCounter => !counter.open,
        Kind::EndPause => counter.pause.is_some(),
        Kind::CloseTarget => branch.tickets().any(|(_, ticket)| ticket.bound.as_ref() == Some(*id)),
        Kind::SetRules
        | Kind::BeginDay
        | Kind::CloseDay
        | Kind::OpenExtra
        | Kind::Issue
        | Kind::IssueRemotely
        | Kind::Import
        | Kind::CancelAppointment
        | Kind::CheckIn
        | Kind::ComeBack
        | Kind::Transfer
        | Kind::Resume
        | Kind::Requeue
        | Kind::ChangeClass
        | Kind::Cancel
        | Kind::Undo
        | Kind::UndoAfterReturn
        | Kind::CloseCounter
        | Kind::Pause
        | Kind::Seat
        | Kind::GiveWay
        | Kind::PostNotice
        | Kind::WithdrawNotice
        | Kind::Announce
        | Kind::AnnouncePlanned
        | Kind::EndAnnouncement
        | Kind::Choose => counter.open,
    };
    let fitting: Vec<&CounterId> = branch.counters().filter(fits).map(|(id, _)| id).collect();
    let all: Vec<&CounterId> = branch.counters().map(|(id, _)| id).collect();
    let from = if fitting.is_empty() || chance.percent(12) { &all } else { &fitting };
    chance.pick(from).map(|id| (*id).clone()).ok_or_else(|| "the office has no counter".into())
}

fn service(chance: &mut Chance, rules: &Rules) -> Result<ServiceId, String> {
    if chance.percent(2) {
        return name("s99");
    }
    chance.pick(&rules.services).map(|rule| rule.id.clone()).ok_or_else(|| "the office has no service".into())
}

fn outcome(chance: &mut Chance, rules: &Rules) -> Result<OutcomeId, String> {
    let known = chance.pick(&rules.outcomes).map(|rule| rule.id.clone());
    known.filter(|_| chance.percent(95)).map_or_else(|| name("entah"), Ok)
}

fn class(chance: &mut Chance, rules: &Rules) -> Result<Option<ClassId>, String> {
    if chance.percent(2) {
        return name("raja").map(Some);
    }
    let known = chance.pick(&rules.classes).map(|rule| rule.id.clone());
    Ok(known.filter(|_| chance.percent(60)))
}

/// One of a few people, so that some come twice.
fn person(chance: &mut Chance) -> Option<PersonKey> {
    let who = chance.between(1, 30).unsigned_abs();
    chance.percent(70).then_some(PersonKey(who.into()))
}

/// One of a few phones: some of those people's, and others.
fn phone(chance: &mut Chance) -> PersonKey {
    PersonKey(chance.between(25, 40).unsigned_abs().into())
}

fn code(chance: &mut Chance) -> Result<giliran_core::AppointmentCode, String> {
    let text = format!("JT{:02}", chance.between(1, 40));
    text.parse().map_err(|_| format!("`{text}` is no code"))
}

/// The ticket at a counter, mostly; else any that was ever given out, or was not.
fn at(chance: &mut Chance, branch: &Branch, counter: &CounterId) -> TicketId {
    let here = branch.counter(counter).and_then(|counter| counter.ticket);
    here.filter(|_| chance.percent(92)).unwrap_or_else(|| anybody(chance, branch))
}

fn somebody(chance: &mut Chance, branch: &Branch, fits: impl Fn(&TicketState) -> bool) -> TicketId {
    let fitting: Vec<TicketId> =
        branch.tickets().filter(|(_, ticket)| fits(&ticket.state)).map(|(id, _)| id).collect();
    let known = chance.pick(&fitting).copied().filter(|_| chance.percent(85));
    known.unwrap_or_else(|| anybody(chance, branch))
}

fn missed(chance: &mut Chance, branch: &Branch) -> TicketId {
    let all: Vec<TicketId> = branch.missed().map(|(id, _)| id).collect();
    let known = chance.pick(&all).copied().filter(|_| chance.percent(85));
    known.unwrap_or_else(|| anybody(chance, branch))
}

/// The counter that has called somebody most often in vain.
fn most_called(branch: &Branch) -> Option<CounterId> {
    let called = branch.tickets().filter_map(|(_, ticket)| match &ticket.state {
        TicketState::Called { counter, attempts, .. } => Some((*attempts, counter.clone())),
        TicketState::Waiting { .. }
        | TicketState::Ahead { .. }
        | TicketState::Serving { .. }
        | TicketState::Parked { .. } => None,
    });
    called.max().map(|(_, counter)| counter)
}

/// The newest ticket that is still here.
fn newest(branch: &Branch) -> u64 {
    branch.tickets().last().map_or(1, |(id, _)| id.0)
}

fn anybody(chance: &mut Chance, branch: &Branch) -> TicketId {
    TicketId(chance.between(0, i64::try_from(newest(branch)).unwrap_or(i64::MAX - 2) + 2).unsigned_abs())
}
