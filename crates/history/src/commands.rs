//! Every answer has its entry, every entry its question, and what was answered first stands first.
//!
//! What an answer of the daemon says about a command:
//!
//! - taken: it is in the log, once, and the entry is what the answer says;
//! - refused by the rules (404, 409, 422): nothing of it is there, also of what was sent before, unless it was
//!   sent again later;
//! - turned away before the rules saw it (any other 4xx, or told to come again later): this send left nothing;
//! - nothing, or that something broke in between: it is there once or not at all.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use crate::{
    Entry, Line, Log, Rule, Verdict,
    event::{Event, Wait},
};

/// Judges commands and their answers.
#[derive(Debug)]
pub struct Commands<'a> {
    entries: HashMap<Uuid, &'a Entry>,
    log: &'a Log,
    commands: HashMap<Uuid, Command>,
    /// Sends of which nothing was heard yet: the command, and the line.
    open: HashMap<u64, (Uuid, u64)>,
    whole: bool,
}

#[derive(Debug)]
struct Command {
    asked: Asked,
    first_sent: u64,
    first_answered: Option<u64>,
    /// The last send that may have done it.
    may_have_done: Option<u64>,
    /// The last time that the rules refused it.
    refused: Option<u64>,
    /// Whether a send went unanswered before the first answer.
    doubtful: bool,
}

/// What a command asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    kind: String,
    ticket: Option<u64>,
    counter: Option<String>,
    service: Option<String>,
}

/// Turned away at the door: the rules have not seen this send.
const TURNED_AWAY: [&str; 3] = ["overloaded", "not_ready", "store_full"];

impl<'a> Commands<'a> {
    /// Nothing was sent yet.
    pub fn new(log: &'a Log) -> Self {
        let entries = log.entries.iter().filter_map(|entry| Some((entry.command?, entry)));
        Self { entries: entries.collect(), log, commands: HashMap::new(), open: HashMap::new(), whole: false }
    }

    /// Takes in a line.
    pub fn take(&mut self, number: u64, line: &Line, verdict: &mut Verdict) {
        match line {
            Line::Begins { branch, whole } => {
                self.whole = *whole;
                if *branch != self.log.branch {
                    let what = format!("the recording is of `{branch}`, the log of `{}`", self.log.branch);
                    verdict.find(Rule::Recording, number, None, what);
                }
            }
            Line::Sent { send, id, command, .. } => {
                verdict.figures.sends += 1;
                let asked = Asked::of(command);
                let known = self.commands.entry(*id).or_insert_with(|| Command {
                    asked: asked.clone(),
                    first_sent: number,
                    first_answered: None,
                    may_have_done: None,
                    refused: None,
                    doubtful: false,
                });
                if known.asked != asked {
                    verdict.find(Rule::Recording, number, None, format!("{id} asks for something else now"));
                }
                if self.open.insert(*send, (*id, number)).is_some() {
                    verdict.find(Rule::Recording, number, None, format!("send {send} is another already"));
                }
            }
            Line::Answered { send, answer, .. } => {
                verdict.figures.answered += 1;
                let Some((id, sent)) = self.closed(*send, number, verdict) else { return };
                self.answer(id, number, answer, verdict);
                let Some(command) = self.commands.get_mut(&id) else { return };
                command.may_have_done = command.may_have_done.max(Some(sent));
                if command.first_answered.is_none() {
                    command.first_answered = Some(number);
                    verdict.figures.found_again += u64::from(command.doubtful);
                }
            }
            Line::Refused { send, status, code, .. } => {
                verdict.figures.refused += 1;
                let Some((id, sent)) = self.closed(*send, number, verdict) else { return };
                let Some(command) = self.commands.get_mut(&id) else { return };
                match status {
                    404 | 409 | 422 => command.refused = Some(number),
                    _ if *status < 500 || TURNED_AWAY.contains(&code.as_str()) => {}
                    _ => command.may_have_done = command.may_have_done.max(Some(sent)),
                }
            }
            Line::Unanswered { send, .. } => {
                verdict.figures.unanswered += 1;
                let Some((id, sent)) = self.closed(*send, number, verdict) else { return };
                let Some(command) = self.commands.get_mut(&id) else { return };
                command.may_have_done = command.may_have_done.max(Some(sent));
                command.doubtful = true;
            }
            Line::Joined { .. } | Line::Frame { .. } | Line::Left { .. } | Line::Settled { .. } => {}
        }
    }

    fn closed(&mut self, send: u64, number: u64, verdict: &mut Verdict) -> Option<(Uuid, u64)> {
        let sent = self.open.remove(&send);
        if sent.is_none() {
            verdict.find(Rule::Recording, number, None, format!("send {send} is not waiting for anything"));
        }
        sent
    }

    fn answer(&self, id: Uuid, number: u64, answer: &Value, verdict: &mut Verdict) {
        let seq = answer["seq"].as_u64();
        let Some(entry) = self.entries.get(&id) else {
            verdict.find(Rule::AnswerLost, number, seq, format!("{id} was answered and is not in the log"));
            return;
        };
        if seq != Some(entry.seq) {
            let what = format!("{id} was answered as entry {}", answer["seq"]);
            verdict.find(Rule::AnswerDiffers, number, entry.seq, what);
        }
        let expected = outcome(entry);
        let told = &answer["outcome"];
        let differs = expected.iter().find(|(key, value)| told[*key] != *value);
        if let Some((key, value)) = differs {
            let what = format!("the answer's {key} is {}, the log's {value}", told[*key]);
            verdict.find(Rule::AnswerDiffers, number, entry.seq, what);
        }
    }

    /// Judges the whole, once everything was said.
    pub fn end(mut self, verdict: &mut Verdict) {
        verdict.figures.commands = self.commands.len() as u64;
        for (_, (id, sent)) in std::mem::take(&mut self.open) {
            if let Some(command) = self.commands.get_mut(&id) {
                command.may_have_done = command.may_have_done.max(Some(sent));
            }
        }
        for entry in &self.log.entries {
            let Some(id) = entry.command else { continue };
            let Some(command) = self.commands.get(&id) else {
                if self.whole && !entry.configured {
                    verdict.find(Rule::NobodyAsked, None, entry.seq, format!("nobody sent {id}"));
                }
                continue;
            };
            if !command.asked.fits(&entry.events) {
                let kinds: Vec<_> = entry.events.iter().map(Event::kind).collect();
                let what = format!("{:?} came to {kinds:?}", command.asked);
                verdict.find(Rule::AskedOtherwise, command.first_sent, entry.seq, what);
            }
            if command.may_have_done.is_none() || command.may_have_done < command.refused {
                let line = command.refused.unwrap_or(command.first_sent);
                verdict.find(Rule::RefusedDone, line, entry.seq, format!("{id} was refused"));
            }
        }
        self.real_time(verdict);
    }

    /// What was answered before something else was first sent has the smaller number.
    fn real_time(&self, verdict: &mut Verdict) {
        let placed = |id: &Uuid| self.entries.get(id).map(|entry| entry.seq);
        let mut answered: Vec<(u64, u64)> = self
            .commands
            .iter()
            .filter_map(|(id, command)| Some((command.first_answered?, placed(id)?)))
            .collect();
        let mut sent: Vec<(u64, u64)> = self
            .commands
            .iter()
            .filter_map(|(id, command)| Some((command.first_sent, placed(id)?)))
            .collect();
        answered.sort_unstable();
        sent.sort_unstable();
        let mut answered = answered.into_iter().peekable();
        let mut last = (0, 0);
        for (line, seq) in sent {
            while let Some((answer, of)) = answered.next_if(|(answer, _)| *answer < line) {
                last = last.max((of, answer));
            }
            let (before, answer) = last;
            if seq < before {
                let what = format!("it was sent after line {answer} had answered entry {before}");
                verdict.find(Rule::RealTime, line, seq, what);
            }
        }
    }
}

impl Asked {
    fn of(command: &Value) -> Self {
        let text = |key: &str| command[key].as_str().map(str::to_owned);
        Self {
            kind: text("type").unwrap_or_default(),
            ticket: command["ticket"].as_u64(),
            counter: text("counter"),
            service: text("service"),
        }
    }

    /// Whether that is what was asked for.
    fn fits(&self, events: &[Event]) -> bool {
        let kinds: &[&str] = match self.kind.as_str() {
            "issue_ticket" | "check_in" => &["ticket_issued"],
            "import_appointments" => &["appointments_set"],
            "cancel_appointment" => &["appointment_cancelled"],
            "call_next" | "call_next_of" | "call_ticket" => &["ticket_called"],
            "call_ahead" => &["ticket_called_ahead"],
            "recall" => &["ticket_recalled"],
            "start_serving" => &["serving_started"],
            "finish" => &["ticket_served", "leg_served"],
            "no_show" => &["ticket_missed"],
            "come_back" => &["ticket_returned"],
            "transfer" => &["ticket_transferred"],
            "park" => &["ticket_parked"],
            "resume" => &["ticket_resumed"],
            "requeue" => &["ticket_requeued"],
            "change_class" => &["class_changed"],
            "cancel_ticket" => &["ticket_cancelled"],
            "undo" => &["press_undone"],
            "open_counter" => &["counter_opened"],
            "close_counter" => &["counter_closed"],
            "pause_counter" => &["counter_paused"],
            "resume_counter" => &["counter_resumed"],
            "seat_officer" => &["officer_seated"],
            "choose_services" => &["counter_services_chosen"],
            "open_extra" => &["extra_opened"],
            "close_day" => &["day_closed"],
            "set_rules" => &["rules_set"],
            // A command that is newer than this program.
            _ => return true,
        };
        events.iter().any(|event| {
            let about = event.about();
            let same = |asked: &Option<String>, done: Option<&str>| {
                asked.is_none() || done.is_none() || asked.as_deref() == done
            };
            kinds.contains(&event.kind())
                && (self.ticket.is_none() || about.ticket.is_none() || self.ticket == about.ticket)
                && same(&self.counter, about.counter)
                && same(&self.service, about.service)
        })
    }
}

/// What an answer has to say of an entry.
fn outcome(entry: &Entry) -> Vec<(&'static str, Value)> {
    let wait = |wait: &Option<Wait>| {
        wait.map_or(Value::Null, |wait| serde_json::json!({ "p50_s": wait.p50_s, "p90_s": wait.p90_s }))
    };
    match entry.events.last() {
        Some(Event::TicketIssued { ticket, number, service, ahead, announced }) => vec![
            ("type", "issued".into()),
            ("ticket", (*ticket).into()),
            ("number", number.as_str().into()),
            ("service", service.as_str().into()),
            ("ahead", (*ahead).into()),
            ("wait", wait(announced)),
        ],
        Some(Event::TicketCalled { ticket, number, service, language, .. }) => {
            called(*ticket, number, service, language, 1)
        }
        Some(Event::TicketRecalled { ticket, number, service, language, attempt, .. }) => {
            called(*ticket, number, service, language, *attempt)
        }
        Some(Event::TicketCalledAhead { ticket, number, .. }) => vec![
            ("type", "called_ahead".into()),
            ("ticket", (*ticket).into()),
            ("number", number.as_str().into()),
        ],
        _ => vec![("type", "done".into())],
    }
}

fn called(
    ticket: u64,
    number: &str,
    service: &str,
    language: &str,
    attempt: u16,
) -> Vec<(&'static str, Value)> {
    vec![
        ("type", "called".into()),
        ("ticket", ticket.into()),
        ("number", number.into()),
        ("service", service.into()),
        ("language", language.into()),
        ("attempt", attempt.into()),
    ]
}
