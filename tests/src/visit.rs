//! What visitors and officers do, in a line each.

use giliran_client::{Api, ApiError};
use giliran_history::Recorder;
use giliran_protocol::command::{Command, CommandAnswer, CommandRequest, Outcome};
use giliran_sim::recorded;
use uuid::Uuid;

use crate::Daemon;

/// A command with an id of its own.
pub fn request(command: Command) -> CommandRequest {
    CommandRequest::new(Uuid::new_v4(), command)
}

/// A ticket that was given out or called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// For commands.
    pub id: u64,
    /// What is called.
    pub number: String,
}

/// People in an office. Each of the calls panics if the daemon says no.
#[derive(Clone)]
pub struct Visit {
    api: Api,
    branch: String,
    /// Writes down what is said, under that name.
    recorder: Option<(Recorder, String)>,
}

impl Visit {
    /// People in the office that `daemon` runs.
    pub fn to(daemon: &Daemon) -> Self {
        Self { api: daemon.api(), branch: daemon.branch().to_owned(), recorder: None }
    }

    /// The same people, whose words are written down.
    pub(crate) fn recorded(self, recorder: Recorder, name: &str) -> Self {
        Self { recorder: Some((recorder, name.to_owned())), ..self }
    }

    /// Sends a command.
    ///
    /// # Errors
    /// The daemon's no.
    pub async fn try_to(&self, command: Command) -> Result<CommandAnswer, ApiError> {
        self.send(&request(command)).await
    }

    /// Sends a request.
    ///
    /// # Errors
    /// The daemon's no.
    pub async fn send(&self, request: &CommandRequest) -> Result<CommandAnswer, ApiError> {
        match &self.recorder {
            Some((recorder, name)) => recorded::send(recorder, name, &self.api, &self.branch, request).await,
            None => self.api.command(&self.branch, request).await,
        }
    }

    async fn must(&self, command: Command) -> CommandAnswer {
        let what = format!("{command:?}");
        self.try_to(command).await.unwrap_or_else(|no| panic!("{what}: {no}"))
    }

    /// Takes a number.
    pub async fn issue(&self, service: &str) -> Ticket {
        ticket_of(&self.must(Command::issue(service)).await)
    }

    /// Opens a counter.
    pub async fn open(&self, counter: &str) {
        self.must(Command::OpenCounter { counter: counter.into() }).await;
    }

    /// Calls the next.
    pub async fn call(&self, counter: &str) -> Ticket {
        ticket_of(&self.must(Command::CallNext { counter: counter.into() }).await)
    }

    /// Serves the ticket that was called to the counter.
    pub async fn serve(&self, counter: &str, ticket: &Ticket) {
        self.must(Command::StartServing { counter: counter.into(), ticket: ticket.id }).await;
    }

    /// Ends a visit.
    pub async fn finish(&self, counter: &str, ticket: &Ticket) {
        self.must(Command::Finish { counter: counter.into(), ticket: ticket.id, outcome: None }).await;
    }

    /// Sends a visitor on.
    pub async fn transfer(&self, counter: &str, ticket: &Ticket, service: &str) {
        let (counter, service) = (counter.into(), Some(service.into()));
        self.must(Command::Transfer { counter, ticket: ticket.id, service, to: None, note: None }).await;
    }

    /// Sends a visitor to see to something.
    pub async fn park(&self, counter: &str, ticket: &Ticket) {
        self.must(Command::Park { counter: counter.into(), ticket: ticket.id, until: None }).await;
    }
}

/// The ticket that an answer is about.
pub(crate) fn ticket_of(answer: &CommandAnswer) -> Ticket {
    match &answer.outcome {
        Outcome::Issued { ticket, number, .. }
        | Outcome::CalledAhead { ticket, number }
        | Outcome::Called { ticket, number, .. } => Ticket { id: *ticket, number: number.clone() },
        Outcome::Done => panic!("the answer names no ticket"),
    }
}
