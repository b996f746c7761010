//! One seed's world: people who press, links that fail, a daemon that dies, displays that look on, and everybody who
//! checks.

use std::collections::BTreeMap;

use giliran_core::{Actor, Branch, Command, CommandId, Decision, Entry, Known, TicketId, TicketState};
use jiff::{SignedDuration, Timestamp, Zoned, tz::TimeZone};
use serde_json::Value;
use uuid::Uuid;

use super::{
    audit::Audit,
    compose::{self, Sight},
    counts::Counts,
    model::Model,
    office,
    planted::Planted,
    rng::Chance,
    system::{AlreadyThere, System, in_words},
    watcher::Watcher,
};

/// How many of the last things done are told with a failure.
const TOLD: usize = 12;

/// How often a round of calls may go by in the calm before everybody must have been served. A visit goes through
/// at most 17 services.
const CALM_ROUNDS: usize = 17 * 400;

/// What a client was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    /// It happened, as that entry.
    Done(u64),
    /// It was turned down.
    Refused(&'static str),
    /// Nothing was stored; the client is to send it again.
    TryAgain,
}

/// A command that somebody has sent, and what came back.
#[derive(Debug)]
struct Sent {
    id: CommandId,
    by: Option<Actor>,
    command: Command,
    answer: Option<Answer>,
    /// In which life of the daemon it was answered: what was refused is forgotten with it.
    life: u32,
}

/// What becomes of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Stored,
    /// The disk says no: nothing is stored, and the clerk reads the log again.
    DiskRefused,
    /// The daemon dies before the batch is stored.
    DiesBefore,
    /// The daemon dies after the batch is stored, and before anybody is answered.
    DiesAfter,
}

/// One seed's world.
pub struct World {
    chance: Chance,
    now: Timestamp,
    office: Value,
    system: System,
    model: Model,
    audit: Audit,
    sent: Vec<Sent>,
    /// Requests on their way to the daemon, by their place in `sent`.
    requests: Vec<usize>,
    /// Answers that come late.
    late: Vec<(usize, Answer, u32)>,
    /// Commands that the ledger is to know, with the entry that they made.
    known: BTreeMap<CommandId, u64>,
    /// Commands that were refused in this life of the daemon.
    refused: BTreeMap<CommandId, &'static str>,
    watchers: Vec<Watcher>,
    life: u32,
    faults: bool,
    /// How often each path was taken.
    pub counts: Counts,
    told: Vec<String>,
    planted: Option<Planted>,
}

impl World {
    /// The world of a seed.
    pub fn new(seed: u64, planted: Option<Planted>) -> Result<Self, String> {
        let mut chance = Chance::of(seed);
        let office = office::random(&mut chance);
        // A Monday, some time around the opening.
        let zone = office["time_zone"].as_str().unwrap_or("UTC");
        let midnight = jiff::civil::date(2026, 11, 23).to_datetime(jiff::civil::Time::midnight());
        let local: Zoned = midnight.to_zoned(TimeZone::UTC).map_err(|why| why.to_string())?;
        let now = local.timestamp() - SignedDuration::from_mins(office::offset_minutes(zone))
            + SignedDuration::from_mins(chance.between(7 * 60 + 45, 14 * 60));
        let mut world = Self {
            chance,
            now,
            office,
            system: System::new(planted),
            model: Model::default(),
            audit: Audit::default(),
            sent: Vec::new(),
            requests: Vec::new(),
            late: Vec::new(),
            known: BTreeMap::new(),
            refused: BTreeMap::new(),
            watchers: vec![Watcher::default(), Watcher::default()],
            life: 0,
            faults: true,
            counts: Counts::default(),
            told: Vec::new(),
            planted,
        };
        let first = compose::first_rules(&world.office)?;
        world.send(None, first);
        world.serve(Fate::Stored)?;
        if world.system.branch().rules().is_none() {
            return Err("the random office is not sound".into());
        }
        let counters: Vec<_> = world.system.branch().counters().map(|(id, _)| id.clone()).collect();
        for counter in counters {
            if world.chance.percent(85) {
                world.send(None, Command::OpenCounter { counter });
            }
        }
        world.serve(Fate::Stored)?;
        Ok(world)
    }

    /// What was done last, for whoever looks into a failure.
    pub fn told(&self) -> String {
        self.told.join("\n")
    }

    /// The log as text.
    pub fn log(&self) -> &[String] {
        self.system.log()
    }

    /// One step of chaos.
    pub fn step(&mut self) -> Result<(), String> {
        self.clock_moves();
        for _ in 0..=self.chance.below(3) {
            let sight = Sight { branch: self.system.branch(), office: &self.office, now: self.now };
            let (by, command) = compose::compose(&mut self.chance, &sight)?;
            self.send(by, command);
        }
        self.send_again();
        let fate = match self.chance.below(100) {
            0..2 => Fate::DiskRefused,
            2..4 => Fate::DiesBefore,
            4..6 => Fate::DiesAfter,
            _ => Fate::Stored,
        };
        self.serve(fate)?;
        self.late_answers()?;
        self.look_on()?;
        if self.chance.percent(4) {
            self.system.keep();
        }
        if self.chance.percent(2) {
            self.restart()?;
        }
        Ok(())
    }

    /// The faults are healed, and everybody who waits is served.
    pub fn calm(&mut self) -> Result<(), String> {
        self.faults = false;
        // Whatever nobody has heard an answer to is sent again. A command that the ledger has forgotten costs
        // its batch one more round.
        for _ in 0..=self.sent.len() {
            self.requests = (0..self.sent.len()).filter(|n| self.unanswered(*n)).collect();
            if self.requests.is_empty() && self.late.is_empty() {
                break;
            }
            self.serve(Fate::Stored)?;
            self.late_answers()?;
        }
        if let Some(n) = (0..self.sent.len()).find(|n| self.unanswered(*n)) {
            let silent = &self.sent[n];
            return Err(format!("never answered: {:?}", silent.command));
        }
        self.restart()?;
        let here: Vec<TicketId> = self.system.branch().tickets().map(|(id, _)| id).collect();
        self.everybody_works()?;
        for _ in 0..CALM_ROUNDS {
            if self.system.branch().tickets().next().is_none() {
                break;
            }
            self.round()?;
        }
        if let Some((id, ticket)) = self.system.branch().tickets().next() {
            return Err(format!("ticket {id} is never served: {ticket:?}"));
        }
        for id in here {
            // Those whom the office's own rules end with the day have been seen to as well.
            let how = self.audit.ended(id);
            if !matches!(how, Some("served" | "expired")) {
                return Err(format!("ticket {id} was {how:?} though nobody went away"));
            }
        }
        self.look_on()?;
        self.end()
    }

    fn end(&self) -> Result<(), String> {
        let mut times: BTreeMap<CommandId, u32> = BTreeMap::new();
        for id in self.system.commands().iter().flatten() {
            *times.entry(*id).or_default() += 1;
        }
        for sent in &self.sent {
            let often = times.get(&sent.id).copied().unwrap_or(0);
            let right = match sent.answer {
                Some(Answer::Done(_)) => often == 1,
                // A refusal lives as long as the daemon: what is sent once more after that may be done.
                Some(Answer::Refused(_)) => often == 0 || (often == 1 && sent.life < self.life),
                Some(Answer::TryAgain) | None => often == 0,
            };
            if !right {
                return Err(format!(
                    "answered {:?} and {often} times in the log: {:?}",
                    sent.answer, sent.command
                ));
            }
        }
        if in_words(&self.system.replayed()?) != in_words(self.system.branch()) {
            return Err("the whole log does not replay to the branch that is there".into());
        }
        Ok(())
    }

    fn clock_moves(&mut self) {
        let seconds = match self.chance.below(400) {
            0..4 => {
                self.counts.add("fault: clock back");
                -self.chance.between(60, 5 * 3600)
            }
            4..8 => {
                self.counts.add("fault: clock forward");
                self.chance.between(3600, 6 * 3600)
            }
            8..10 => {
                self.counts.add("fault: next day");
                24 * 3600
            }
            10..60 => self.chance.between(120, 600),
            _ => self.chance.between(0, 40),
        };
        self.now += SignedDuration::from_secs(seconds);
    }

    fn tell(&mut self, what: String) {
        if self.told.len() == TOLD {
            self.told.remove(0);
        }
        self.told.push(what);
    }

    /// Somebody presses; the request may get lost, come twice, or take its time.
    fn send(&mut self, by: Option<Actor>, command: Command) {
        let id = CommandId(Uuid::from_u128(self.chance.wide()));
        self.sent.push(Sent { id, by, command, answer: None, life: 0 });
        self.post(self.sent.len() - 1);
    }

    fn post(&mut self, n: usize) {
        let luck = if self.faults && n > 0 { self.chance.below(100) } else { 99 };
        if luck < 4 {
            self.counts.add("fault: request lost");
            return;
        }
        if luck < 8 {
            self.counts.add("fault: request twice");
            self.requests.push(n);
        }
        self.requests.push(n);
    }

    fn unanswered(&self, n: usize) -> bool {
        self.sent.get(n).is_some_and(|sent| matches!(sent.answer, None | Some(Answer::TryAgain)))
    }

    /// Clients that have heard nothing send again, with the same id; and some who have heard do, much later.
    fn send_again(&mut self) {
        let recent = self.sent.len().saturating_sub(40);
        for n in recent..self.sent.len() {
            if self.unanswered(n) && !self.requests.contains(&n) && self.chance.percent(50) {
                self.counts.add("fault: sent again");
                self.post(n);
            }
        }
        if self.chance.percent(6) {
            self.counts.add("fault: old command repeated");
            let n = self.chance.below(self.sent.len());
            self.post(n);
        }
    }

    /// The clerk takes what has arrived, in whatever order, as one batch.
    fn serve(&mut self, fate: Fate) -> Result<(), String> {
        let mut batch: Vec<usize> = Vec::new();
        for n in std::mem::take(&mut self.requests) {
            if self.faults && n > 0 && self.chance.percent(5) {
                self.counts.add("fault: request delayed");
                self.requests.push(n);
            } else if self.faults && self.chance.percent(20) {
                batch.insert(0, n);
            } else {
                batch.push(n);
            }
        }
        let before = (self.model.clone(), self.system.branch().clone());
        let mut decided: Vec<(usize, Answer)> = Vec::new();
        let mut staged: Vec<Known> = Vec::new();
        for n in batch {
            let answer = self.decide(n, &mut staged)?;
            decided.push((n, answer));
        }
        let early = self.planted == Some(Planted::AnswersBeforeStoring);
        if early {
            self.answer(&decided)?;
        }
        match fate {
            Fate::DiskRefused | Fate::DiesBefore => {
                self.counts.add(if fate == Fate::DiesBefore {
                    "fault: died before storing"
                } else {
                    "fault: disk refused"
                });
                self.tell(format!("{fate:?}"));
                self.reload(before, None)?;
                if fate == Fate::DiskRefused && !early {
                    let again: Vec<_> = decided.into_iter().map(|(n, _)| (n, Answer::TryAgain)).collect();
                    self.answer(&again)?;
                }
            }
            Fate::Stored | Fate::DiesAfter => match self.system.store() {
                Err(AlreadyThere(known)) => {
                    self.counts.add("fault: command forgotten and sent again");
                    self.tell("a forgotten command was sent again".into());
                    self.reload(before, Some(known))?;
                    let again: Vec<_> = decided.into_iter().map(|(n, _)| (n, Answer::TryAgain)).collect();
                    self.answer(&again)?;
                }
                Ok(stored) => {
                    self.known.extend(staged.iter().map(|known| (known.command, known.seq)));
                    self.show(&stored)?;
                    if fate == Fate::DiesAfter {
                        self.counts.add("fault: died after storing");
                        self.tell("DiesAfter".into());
                        self.restart()?;
                    } else if !early {
                        self.answer(&decided)?;
                    }
                }
            },
        }
        self.compare()
    }

    /// Has the core decide a command, beside the reference.
    fn decide(&mut self, n: usize, staged: &mut Vec<Known>) -> Result<Answer, String> {
        loop {
            let entry = self.system.due(self.now);
            let expected = self.model.time_passes(self.now);
            match (entry, expected) {
                (None, None) => break,
                (Some(entry), Some(event)) if entry.events == [event.clone()] => {
                    self.tell(format!("{} by itself: {}", self.now, in_words(&entry.events)));
                }
                (entry, event) => {
                    return Err(format!(
                        "by itself at {}:\n  should be {event:?}\n  and is    {:?}",
                        self.now,
                        entry.map(|entry| entry.events)
                    ));
                }
            }
        }
        let Some(Sent { id, by, command, .. }) = self.sent.get(n) else {
            return Err("nothing was sent".into());
        };
        let (id, command) = (*id, command.clone());
        let decision = self.system.decide(by.clone(), id, &command, self.now);
        self.tell(format!("{} {} -> {}", self.now, in_words(&command), brief(&decision)));
        let before = self.known.get(&id).copied();
        let before =
            before.or_else(|| staged.iter().find(|known| known.command == id).map(|known| known.seq));
        let wrong = |expected: String| {
            Err(format!("{}:\n  should be {expected}\n  and is    {}", in_words(&command), brief(&decision)))
        };
        if let Some(seq) = before {
            self.counts.add("repeat: answered as before");
            return match decision {
                Decision::Repeated { seq: again } if again == seq => Ok(Answer::Done(seq)),
                Decision::Taken(_) | Decision::Repeated { .. } | Decision::Refused(_) => {
                    wrong(format!("entry {seq} again"))
                }
            };
        }
        if let Some(code) = self.refused.get(&id).copied() {
            self.counts.add("repeat: refused as before");
            return match &decision {
                Decision::Refused(refusal) if refusal.code() == code => Ok(self.not_done_before(id, code)),
                Decision::Taken(_) | Decision::Repeated { .. } | Decision::Refused(_) => {
                    wrong(format!("refused again: {code}"))
                }
            };
        }
        match (&decision, self.model.submit(&command, self.now)) {
            (Decision::Taken(entry), Ok(event))
                if entry.events == [event.clone()] && entry.command == Some(id) =>
            {
                staged.push(Known { command: id, seq: entry.seq });
                Ok(Answer::Done(entry.seq))
            }
            (Decision::Refused(refusal), Err(code)) if refusal.code() == code => {
                self.counts.add(&format!("refused: {code}"));
                self.refused.insert(id, code);
                Ok(self.not_done_before(id, code))
            }
            (_, expected) => wrong(format!("{expected:?}")),
        }
    }

    /// The ledger has forgotten commands of long ago; the log has not. Before the clerk says no it looks there.
    fn not_done_before(&mut self, id: CommandId, code: &'static str) -> Answer {
        match self.system.entry_of(id) {
            None => Answer::Refused(code),
            Some(seq) => {
                self.counts.add("fault: command forgotten and refused");
                Answer::Done(seq)
            }
        }
    }

    /// What is in the log is shown to everybody.
    fn show(&mut self, stored: &[Entry]) -> Result<(), String> {
        let from = self.system.log().len() - stored.len();
        for entry in stored {
            self.audit.take(entry)?;
            let names = entry.events.iter().map(in_words);
            for name in names.filter_map(|text| Some(text.split('"').nth(3)?.to_owned())) {
                self.counts.add(&format!("event: {name}"));
            }
            if let Some(giliran_core::Event::RulesSet { rules }) = entry.events.first() {
                self.office = serde_json::to_value(rules).map_err(|why| why.to_string())?;
            }
        }
        let lines = self.system.log()[from..].to_vec();
        for watcher in &mut self.watchers {
            watcher.told(&lines);
        }
        Ok(())
    }

    /// The answers go out; some get lost, some come late.
    fn answer(&mut self, decided: &[(usize, Answer)]) -> Result<(), String> {
        for (n, answer) in decided {
            match if self.faults { self.chance.below(100) } else { 99 } {
                0..5 => self.counts.add("fault: answer lost"),
                5..12 => {
                    self.counts.add("fault: answer late");
                    self.late.push((*n, answer.clone(), self.life));
                }
                _ => self.hear(*n, answer.clone(), self.life)?,
            }
        }
        Ok(())
    }

    fn late_answers(&mut self) -> Result<(), String> {
        for (n, answer, life) in std::mem::take(&mut self.late) {
            if self.faults && self.chance.percent(60) {
                self.late.push((n, answer, life));
            } else {
                self.hear(n, answer, life)?;
            }
        }
        Ok(())
    }

    /// A client hears an answer, perhaps not for the first time.
    fn hear(&mut self, n: usize, answer: Answer, life: u32) -> Result<(), String> {
        let Some(sent) = self.sent.get_mut(n) else { return Err("an answer to nothing".into()) };
        if let Answer::Done(seq) = answer {
            let at = usize::try_from(seq).unwrap_or(0).wrapping_sub(1);
            if self.system.commands().get(at).copied().flatten() != Some(sent.id) {
                return Err(format!("answered with entry {seq}, which is not its own: {:?}", sent.command));
            }
        }
        let (keeps, odd) = match (&sent.answer, &answer) {
            (Some(Answer::Done(before)), Answer::Done(now)) => (true, before != now),
            // Late news from before the command was done.
            (Some(Answer::Done(_)), Answer::Refused(_)) => (true, life >= sent.life),
            // A refusal lives as long as the daemon.
            (Some(Answer::Refused(before)), Answer::Refused(now)) => {
                (false, before != now && life == sent.life)
            }
            (Some(Answer::Refused(_)), Answer::Done(_)) => (false, life == sent.life),
            (Some(Answer::Done(_) | Answer::Refused(_)), Answer::TryAgain) => (true, false),
            (None | Some(Answer::TryAgain), _) => (false, false),
        };
        if odd {
            return Err(format!("answered {:?} and then {answer:?}: {:?}", sent.answer, sent.command));
        }
        if !keeps {
            (sent.answer, sent.life) = (Some(answer), life);
        }
        Ok(())
    }

    /// The clerk throws away what it decided, and reads the log again.
    fn reload(&mut self, before: (Model, Branch), known: Option<Known>) -> Result<(), String> {
        self.model = before.0;
        self.start(usize::MAX)?;
        if let Some(known) = known {
            self.system.remember(known);
            self.known.insert(known.command, known.seq);
        }
        if in_words(self.system.branch()) != in_words(&before.1) {
            return Err("the log does not replay to the branch before what was not stored".into());
        }
        Ok(())
    }

    /// The daemon ends and is started again.
    fn restart(&mut self) -> Result<(), String> {
        let before = in_words(self.system.branch());
        // A ledger is told of the last commands only; here it may be very few of them.
        let known = if self.faults && self.chance.percent(40) { self.chance.below(8) } else { usize::MAX };
        self.counts.add(if self.chance.percent(50) {
            self.system.keep();
            "fault: restart from a snapshot"
        } else {
            "fault: restart from the whole log"
        });
        self.tell("the daemon starts again".into());
        self.start(known)?;
        if in_words(self.system.branch()) != before {
            return Err("after a restart the branch is another".into());
        }
        Ok(())
    }

    fn start(&mut self, known: usize) -> Result<(), String> {
        self.life += 1;
        self.refused.clear();
        let known = self.system.start_again(known)?;
        self.known = known.into_iter().map(|known| (known.command, known.seq)).collect();
        for watcher in &mut self.watchers {
            watcher.cut();
        }
        Ok(())
    }

    /// The watchers get what is on its way to them; links are cut and come back.
    fn look_on(&mut self) -> Result<(), String> {
        for n in 0..self.watchers.len() {
            let most = if self.faults { self.chance.below(6) } else { usize::MAX };
            let (cut, back) =
                (self.faults && self.chance.percent(3), !self.faults || self.chance.percent(15));
            let watcher = &mut self.watchers[n];
            watcher.arrive(most, &self.system)?;
            if !watcher.is_linked() && back {
                self.counts.add(if watcher.link(&self.system)? {
                    "fault: watcher shown anew"
                } else {
                    "fault: watcher resumed"
                });
                if !self.faults {
                    watcher.arrive(usize::MAX, &self.system)?;
                }
            } else if watcher.is_linked() && cut {
                self.counts.add("fault: watcher cut");
                watcher.cut();
            }
            watcher.check(&self.system)?;
        }
        Ok(())
    }

    fn compare(&self) -> Result<(), String> {
        self.model.differs(self.system.branch(), self.now).map_or(Ok(()), Err)
    }

    /// Every counter is open and takes everything.
    fn everybody_works(&mut self) -> Result<(), String> {
        let services: Vec<_> = self
            .system
            .branch()
            .rules()
            .map(|rules| rules.services.iter().map(|rule| rule.id.clone()).collect())
            .unwrap_or_default();
        let counters: Vec<_> =
            self.system.branch().counters().map(|(id, c)| (id.clone(), c.clone())).collect();
        for (id, counter) in counters {
            if !counter.open {
                self.send(None, Command::OpenCounter { counter: id.clone() });
            }
            if counter.pause.is_some() {
                self.send(None, Command::ResumeCounter { counter: id.clone() });
            }
            let (services, helps) = (services.clone(), Some(Vec::new()));
            self.send(None, Command::ChooseServices { counter: id, services, helps });
        }
        self.serve(Fate::Stored)
    }

    /// Everybody is back, each counter finishes with whom it has and calls the next.
    fn round(&mut self) -> Result<(), String> {
        self.now += SignedDuration::from_secs(1);
        let parked: Vec<TicketId> = self
            .system
            .branch()
            .tickets()
            .filter(|(_, ticket)| matches!(ticket.state, TicketState::Parked { .. }))
            .map(|(id, _)| id)
            .collect();
        for ticket in parked {
            self.send(None, Command::Resume { ticket });
        }
        let counters: Vec<_> =
            self.system.branch().counters().map(|(id, c)| (id.clone(), c.ticket)).collect();
        for (counter, ticket) in counters {
            match ticket {
                Some(ticket) => self.send(None, Command::Finish { counter, ticket, outcome: None }),
                None => self.send(None, Command::CallNext { counter }),
            }
        }
        self.serve(Fate::Stored)
    }
}

fn brief(decision: &Decision) -> String {
    match decision {
        Decision::Taken(entry) => format!("{}: {}", entry.seq, in_words(&entry.events)),
        Decision::Repeated { seq } => format!("entry {seq} again"),
        Decision::Refused(refusal) => format!("refused: {}", refusal.code()),
    }
}
