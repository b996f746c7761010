//! Who keeps a daemon busy that is killed again and again: kiosks, and officers at their counters.
//!
//! Each has one thing to do at a time, and sends it with the same id until it is answered, often several times at
//! once. Everything is asked for at random; what the rules refuse is an answer too.

use std::time::Duration;

use giliran_protocol::{
    command::{Command, CommandAnswer, CommandRequest, Outcome, PauseReason},
    view::Language,
};
use tokio::{sync::watch, time::sleep};
use uuid::Uuid;

use crate::{chaos::rng::Chance, recorded::Asker};

/// What everybody has.
#[derive(Debug)]
pub struct Work {
    /// Sends the commands.
    pub asker: Asker,
    /// Decides what they are.
    pub chance: Chance,
    /// Says when to finish and go.
    pub closing: watch::Receiver<bool>,
    /// Counts the answers of all.
    pub answers: watch::Sender<usize>,
}

impl Work {
    /// None is a refusal.
    async fn ask(&mut self, command: Command) -> anyhow::Result<Option<CommandAnswer>> {
        let id = if self.chance.percent(50) { Uuid::now_v7() } else { Uuid::new_v4() };
        let times = [1, 1, 2, 3].get(self.chance.below(4)).copied().unwrap_or(1);
        let answer = self.asker.ask(&CommandRequest::new(id, command), times).await?;
        self.answers.send_modify(|answers| *answers += 1);
        Ok(answer.ok())
    }

    fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }
}

const SERVICES: [&str; 2] = ["bayaran", "tanah"];
const LANGUAGES: [Language; 4] = [Language::Ms, Language::En, Language::Zh, Language::Ta];

/// How many tickets of a kiosk wait at most; then its visitors go home rather than take another.
const MOST_WAITING: usize = 30;

/// Gives out numbers, and voids some of them.
#[derive(Debug)]
pub struct Kiosk {
    work: Work,
    /// Tickets that it gave out and that may still wait.
    given: Vec<u64>,
}

impl Kiosk {
    /// A kiosk with nobody before it.
    pub fn new(work: Work) -> Self {
        Self { work, given: Vec::new() }
    }

    /// Works until it is closing time.
    ///
    /// # Errors
    /// Nobody answers, or not what was asked.
    pub async fn run(mut self) -> anyhow::Result<()> {
        while !self.work.is_closing() {
            let leaves = self.work.chance.percent(20) || self.given.len() >= MOST_WAITING;
            if leaves && !self.given.is_empty() {
                let ticket = self.given.swap_remove(self.work.chance.below(self.given.len()));
                // Some have been called meanwhile, and that is said.
                self.work.ask(Command::CancelTicket { ticket, reason: None }).await?;
                continue;
            }
            let wish = wish(&mut self.work.chance);
            let answer = self.work.ask(wish).await?;
            if let Some(answer) = answer {
                let Outcome::Issued { ticket, .. } = answer.outcome else {
                    anyhow::bail!("not the answer to this question: {answer:?}");
                };
                self.given.push(ticket);
            }
        }
        Ok(())
    }
}

fn wish(chance: &mut Chance) -> Command {
    let service = if chance.percent(5) { "tiada" } else { SERVICES[chance.below(SERVICES.len())] };
    Command::IssueTicket {
        service: service.into(),
        class: chance.percent(30).then(|| "warga-emas".into()),
        language: LANGUAGES[chance.below(LANGUAGES.len())],
        legs: chance.percent(10).then(|| vec!["tanah".into()]),
        person: None,
    }
}

/// Calls, serves and sends on, at one counter.
#[derive(Debug)]
pub struct Officer {
    work: Work,
    counter: String,
}

impl Officer {
    /// The officer of a counter that is closed.
    pub fn new(work: Work, counter: String) -> Self {
        Self { work, counter }
    }

    /// Works until it is closing time.
    ///
    /// # Errors
    /// Nobody answers, or not what was asked.
    pub async fn run(mut self) -> anyhow::Result<()> {
        self.press(|counter| Command::OpenCounter { counter }).await?;
        while !self.work.is_closing() {
            match self.press(|counter| Command::CallNext { counter }).await? {
                Some(answer) => {
                    let Outcome::Called { ticket, .. } = answer.outcome else {
                        anyhow::bail!("not the answer to this question: {answer:?}");
                    };
                    self.receive(ticket).await?;
                }
                None => sleep(Duration::from_millis(5)).await,
            }
            if self.work.chance.percent(3) {
                self.press(|counter| Command::PauseCounter { counter, reason: PauseReason::Rest }).await?;
                self.press(|counter| Command::ResumeCounter { counter }).await?;
            }
        }
        self.press(|counter| Command::CloseCounter { counter }).await?;
        Ok(())
    }

    /// What may happen to somebody who was called. In the end nobody is at the counter.
    async fn receive(&mut self, ticket: u64) -> anyhow::Result<()> {
        if self.work.chance.percent(10) {
            self.press(|counter| Command::Recall { counter, ticket }).await?;
        }
        match self.work.chance.below(20) {
            0 | 1 => {
                self.press(|counter| Command::NoShow { counter, ticket }).await?;
                if self.work.chance.percent(50) {
                    self.work.ask(Command::ComeBack { ticket }).await?;
                }
            }
            2 => {
                let reason = "tekan salah".to_owned();
                self.work.ask(Command::Requeue { ticket, reason }).await?;
            }
            3 | 4 => {
                let service = Some(SERVICES[self.work.chance.below(SERVICES.len())].to_owned());
                let transfer = |counter| Command::Transfer { counter, ticket, service, to: None, note: None };
                if self.press(transfer).await?.is_none() {
                    // It is for this service already.
                    self.press(|counter| Command::Finish { counter, ticket, outcome: None }).await?;
                }
            }
            5 | 6 => {
                self.press(|counter| Command::Park { counter, ticket, until: None }).await?;
                self.work.ask(Command::Resume { ticket }).await?;
            }
            7 => {
                self.press(|counter| Command::Finish { counter, ticket, outcome: None }).await?;
                // Taken back, the visitor is at the counter once more.
                if self.press(|counter| Command::Undo { counter }).await?.is_some() {
                    self.press(|counter| Command::Finish { counter, ticket, outcome: None }).await?;
                }
            }
            _ => {
                self.press(|counter| Command::StartServing { counter, ticket }).await?;
                self.press(|counter| Command::Finish { counter, ticket, outcome: None }).await?;
            }
        }
        Ok(())
    }

    async fn press(
        &mut self,
        command: impl FnOnce(String) -> Command,
    ) -> anyhow::Result<Option<CommandAnswer>> {
        let command = command(self.counter.clone());
        self.work.ask(command).await
    }
}
