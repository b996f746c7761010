//! Keeps a timetable at a desk: sends what is due, remembers who has which ticket, and keeps the books.

use std::{collections::BTreeMap, future::Future};

use giliran_core::Rules;
use giliran_protocol::{
    command::{Command, CommandAnswer, Outcome},
    view::Language,
};

use crate::{
    office::PRIORITY_CLASS,
    record::{DaySecond, Record},
    report::{Call, Waits},
    timetable::{Action, Timetable},
};

/// Where commands go: a daemon, or a stand-in.
pub trait Desk {
    /// Sends one command as of a time, and waits for the answer.
    fn submit(
        &mut self,
        at: DaySecond,
        command: Command,
    ) -> impl Future<Output = Result<CommandAnswer, DeskError>> + Send;
}

/// Why a command was not taken.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct DeskError(pub String);

/// Why a replay could not go on.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// A command was not taken that the record says must be.
    #[error("at {at}, {what}: {why}")]
    NotTaken {
        /// When.
        at: DaySecond,
        /// Which, in words.
        what: String,
        /// Why not.
        why: DeskError,
    },
    /// An answer that does not belong to the command.
    #[error("at {at}, {what}: the answer was {answer}")]
    Odd {
        /// When.
        at: DaySecond,
        /// Which command, in words.
        what: String,
        /// The answer.
        answer: String,
    },
}

/// How far a replay has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The time of the day.
    pub at: DaySecond,
    /// Numbers given out.
    pub issued: u32,
    /// Who was served to the end.
    pub served: u32,
    /// Who waits now.
    pub waiting: u32,
    /// Counters that have a visitor now.
    pub busy: u32,
}

/// What came of a replay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Books {
    /// Numbers given out.
    pub issued: u32,
    /// Who was served to the end.
    pub served: u32,
    /// Who was called and did not come.
    pub missed: u32,
    /// Who left without having been called.
    pub abandoned: u32,
    /// All calls, in order.
    pub calls: Vec<Call>,
    /// How long those waited who were served and waited at all.
    pub waits: Waits,
    /// The place of the last answer in the log.
    pub seq: u64,
    /// How many commands were sent.
    pub commands: u64,
    /// What must not be and was, in words.
    pub faults: Vec<String>,
}

/// Keeps the timetable at the desk. `told` hears of each full hour.
///
/// # Errors
/// See [`PlayError`].
pub async fn play<D: Desk>(
    record: &Record,
    timetable: &Timetable,
    rules: &Rules,
    desk: &mut D,
    mut told: impl FnMut(Progress),
) -> Result<Books, PlayError> {
    let mut player = Player {
        record,
        timetable,
        rules,
        desk,
        books: Books::default(),
        waiting: BTreeMap::new(),
        turns: Turns::of(record.visits.len()),
        at_counter: vec![None; timetable.counters.len()],
        living: BTreeMap::new(),
    };
    let mut hour = timetable.first().0 / 3600;
    for step in &timetable.steps {
        if step.at.0 / 3600 > hour {
            hour = step.at.0 / 3600;
            told(player.progress(DaySecond(hour * 3600)));
        }
        player.take(step.at, step.action).await?;
    }
    told(player.progress(timetable.last()));
    Ok(player.books)
}

struct Player<'a, D> {
    record: &'a Record,
    timetable: &'a Timetable,
    rules: &'a Rules,
    desk: &'a mut D,
    books: Books,
    /// Who waits, by ticket.
    waiting: BTreeMap<u64, Visitor>,
    turns: Turns,
    /// Who is at each counter.
    at_counter: Vec<Option<(u64, Visitor)>>,
    /// Whose a number is, of all who have not ended.
    living: BTreeMap<String, u64>,
}

/// Who has whose turn; see [`timetable`](crate::timetable).
struct Turns {
    /// By turn: the visit that has it.
    holder: Vec<usize>,
    /// By visit: the turn that it has.
    turn: Vec<usize>,
}

impl Turns {
    fn of(visits: usize) -> Self {
        Self { holder: (0..visits).collect(), turn: (0..visits).collect() }
    }

    /// Gives a turn to a visit; whoever had it gets the other's.
    fn give(&mut self, turn: usize, visit: usize) {
        let (other_turn, other) = (self.turn[visit], self.holder[turn]);
        self.holder[other_turn] = other;
        self.turn[other] = other_turn;
        self.holder[turn] = visit;
        self.turn[visit] = turn;
    }
}

#[derive(Debug, Clone)]
struct Visitor {
    visit: usize,
    number: String,
}

impl<D: Desk> Player<'_, D> {
    async fn take(&mut self, at: DaySecond, action: Action) -> Result<(), PlayError> {
        match action {
            Action::Open { counter } => {
                self.done(at, Command::OpenCounter { counter: self.name(counter) }).await
            }
            Action::Close { counter } => {
                self.done(at, Command::CloseCounter { counter: self.name(counter) }).await
            }
            Action::Arrive { visit } => self.arrive(at, visit).await,
            Action::Call { counter, turn, comes } => self.call(at, counter, turn, comes).await,
            Action::Finish { counter } => {
                self.books.served += 1;
                let ticket = self.free(counter);
                self.done(at, Command::Finish { counter: self.name(counter), ticket, outcome: None }).await
            }
            Action::Miss { counter } => {
                self.books.missed += 1;
                let ticket = self.free(counter);
                self.done(at, Command::NoShow { counter: self.name(counter), ticket }).await
            }
            Action::Leave { turn } => self.leave(at, turn).await,
        }
    }

    async fn arrive(&mut self, at: DaySecond, visit: usize) -> Result<(), PlayError> {
        let service = self.rules.services[self.timetable.service_of[visit]].id.to_string();
        let class = self.record.visits[visit].priority.then(|| PRIORITY_CLASS.to_owned());
        let wanted = service.clone();
        let issue = Command::IssueTicket { service, class, language: Language::Ms, legs: None, person: None };
        let answer = self.send(at, issue).await?;
        let Outcome::Issued { ticket, number, service, .. } = answer.outcome else {
            return Err(odd(at, "a number was asked for", &answer.outcome));
        };
        if service != wanted {
            self.fault(at, format!("{number} was asked for {wanted} and is for {service}"));
        }
        self.books.issued += 1;
        if let Some(other) = self.living.insert(number.clone(), ticket) {
            self.fault(at, format!("{number} was given to ticket {ticket} while ticket {other} had it"));
        }
        if self.waiting.insert(ticket, Visitor { visit, number }).is_some() {
            self.fault(at, format!("ticket {ticket} was given out twice"));
        }
        Ok(())
    }

    async fn call(
        &mut self,
        at: DaySecond,
        counter: usize,
        turn: usize,
        comes: bool,
    ) -> Result<(), PlayError> {
        let name = self.name(counter);
        let answer = self.send(at, Command::CallNext { counter: name.clone() }).await?;
        let Outcome::Called { ticket, number, service, .. } = answer.outcome else {
            return Err(odd(at, "a counter called", &answer.outcome));
        };
        let Some(visitor) = self.waiting.remove(&ticket) else {
            return Err(odd(at, "a counter called", &format!("{number}, who does not wait")));
        };
        self.turns.give(turn, visitor.visit);
        if visitor.number != number {
            let own = &visitor.number;
            let what = format!("ticket {ticket} was given the number {own} and called as {number}");
            self.fault(at, what);
        }
        let visit = &self.record.visits[visitor.visit];
        let wait_s = at.since(visit.arrival);
        if comes {
            self.books.waits.add(wait_s);
        }
        self.books.calls.push(Call {
            seq: answer.seq,
            at,
            number,
            service,
            counter: name.clone(),
            counter_number: self.rules.counters[counter].number,
            wait_s,
            comes,
        });
        self.at_counter[counter] = Some((ticket, visitor));
        if comes {
            self.done(at, Command::StartServing { counter: name, ticket }).await?;
        }
        Ok(())
    }

    async fn leave(&mut self, at: DaySecond, turn: usize) -> Result<(), PlayError> {
        let visit = self.turns.holder[turn];
        let ticket =
            self.waiting.iter().find(|(_, visitor)| visitor.visit == visit).map(|(ticket, _)| *ticket);
        let Some((ticket, visitor)) = ticket.and_then(|ticket| self.waiting.remove_entry(&ticket)) else {
            // Can only be if a call did not come from the counter's own queue.
            self.fault(at, "somebody gives up who does not wait".into());
            return Ok(());
        };
        self.living.remove(&visitor.number);
        self.books.abandoned += 1;
        self.done(at, Command::CancelTicket { ticket, reason: None }).await
    }

    /// The ticket that leaves a counter. The timetable frees a counter only after it has called.
    fn free(&mut self, counter: usize) -> u64 {
        let Some((ticket, visitor)) = self.at_counter[counter].take() else { return 0 };
        self.living.remove(&visitor.number);
        ticket
    }

    async fn done(&mut self, at: DaySecond, command: Command) -> Result<(), PlayError> {
        let what = in_words(&command);
        let outcome = self.send(at, command).await?.outcome;
        if outcome == Outcome::Done { Ok(()) } else { Err(odd(at, &what, &outcome)) }
    }

    async fn send(&mut self, at: DaySecond, command: Command) -> Result<CommandAnswer, PlayError> {
        let what = in_words(&command);
        let answer = self.desk.submit(at, command).await;
        let answer = answer.map_err(|why| PlayError::NotTaken { at, what, why })?;
        self.books.commands += 1;
        if answer.seq <= self.books.seq {
            let last = self.books.seq;
            self.fault(
                at,
                format!("the answer to a later command has the place {} after {last}", answer.seq),
            );
        }
        self.books.seq = answer.seq;
        Ok(answer)
    }

    fn fault(&mut self, at: DaySecond, what: String) {
        self.books.faults.push(format!("at {at}, {what}"));
    }

    fn name(&self, counter: usize) -> String {
        self.rules.counters[counter].id.to_string()
    }

    fn progress(&self, at: DaySecond) -> Progress {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Progress {
            at,
            issued: self.books.issued,
            served: self.books.served,
            waiting: count(self.waiting.len()),
            busy: count(self.at_counter.iter().flatten().count()),
        }
    }
}

fn odd(at: DaySecond, what: &str, answer: &impl std::fmt::Debug) -> PlayError {
    PlayError::Odd { at, what: what.into(), answer: format!("{answer:?}") }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a replay sends no other, and any can be printed")]
fn in_words(command: &Command) -> String {
    match command {
        Command::IssueTicket { service, .. } => format!("a number for {service}"),
        Command::CallNext { counter } => format!("call at {counter}"),
        Command::OpenCounter { counter } => format!("open {counter}"),
        Command::CloseCounter { counter } => format!("close {counter}"),
        Command::StartServing { counter, ticket } => format!("start ticket {ticket} at {counter}"),
        Command::Finish { counter, ticket, outcome: _ } => format!("finish ticket {ticket} at {counter}"),
        Command::NoShow { counter, ticket } => format!("no-show of ticket {ticket} at {counter}"),
        Command::CancelTicket { ticket, .. } => format!("ticket {ticket} leaves"),
        other => format!("{other:?}"),
    }
}
