//! Commands that go on through any fault: each is sent again with its id until it is answered.

use futures_util::future::join_all;
use giliran_client::ApiError;
use giliran_protocol::command::{Command, CommandAnswer, CommandRequest, Outcome};

use crate::{Daemon, Ticket, Told, Visit, request, visit::ticket_of};

/// Where the story takes place.
const COUNTER: &str = "kaunter-1";

/// Why somebody got no answer.
#[derive(Debug)]
pub struct Broken {
    /// The code of a refusal; none where the line broke.
    pub code: Option<String>,
}

/// One counter's day, one command after the other.
#[derive(Default)]
pub struct Story {
    /// What was asked and answered so far.
    pub told: Told,
    at_counter: Option<Ticket>,
}

impl Story {
    /// Tells so many commands more.
    ///
    /// # Errors
    /// The daemon is gone, or says that it can't.
    pub async fn go_on(&mut self, daemon: &Daemon, commands: usize) -> Result<(), Broken> {
        let visit = Visit::to(daemon);
        for _ in 0..commands {
            let next = self.told.in_doubt.pop().unwrap_or_else(|| request(self.next()));
            let answer = send(&visit, next, &mut self.told).await?;
            if !matches!(answer.outcome, Outcome::Done) {
                self.at_counter = Some(ticket_of(&answer));
            }
        }
        Ok(())
    }

    /// A visitor is served, one sent on, one does not come and one is let go for a while, again and again;
    /// each time one more is left waiting than before.
    fn next(&self) -> Command {
        let counter = || COUNTER.to_owned();
        let ticket = self.at_counter.as_ref().map_or(0, |ticket| ticket.id);
        let Some(step) = self.told.answered.len().checked_sub(1) else {
            return Command::OpenCounter { counter: counter() };
        };
        match step % 15 {
            0 | 5 | 11 => Command::issue("bayaran"),
            1 => Command::issue("tanah"),
            2 | 6 | 9 | 12 => Command::CallNext { counter: counter() },
            3 | 7 | 13 => Command::StartServing { counter: counter(), ticket },
            4 => Command::Finish { counter: counter(), ticket, outcome: None },
            8 => {
                let lands = self.at_counter.as_ref().is_some_and(|ticket| ticket.number.starts_with('C'));
                let service = Some(if lands { "bayaran" } else { "tanah" }.to_owned());
                Command::Transfer { counter: counter(), ticket, service, to: None, note: None }
            }
            10 => Command::NoShow { counter: counter(), ticket },
            _ => Command::Park { counter: counter(), ticket, until: None },
        }
    }
}

/// Visitors at kiosks, all at once.
#[derive(Default)]
pub struct Crowd {
    /// What was asked and answered so far.
    pub told: Told,
}

impl Crowd {
    /// Each of so many kiosks gives out so many numbers, one after the other. Who was left without an answer
    /// before asks again first. Whoever is left without one now presses no more, and is listed.
    pub async fn press(&mut self, daemon: &Daemon, kiosks: usize, each: usize) -> Vec<Broken> {
        let visit = Visit::to(daemon);
        let mut left = std::mem::take(&mut self.told.in_doubt).into_iter();
        let all = join_all((0..kiosks).map(|kiosk| {
            let (visit, recorder, mut in_doubt) = (&visit, &self.told.recorder, left.next());
            async move {
                let mut told = Told { recorder: recorder.clone(), ..Told::default() };
                let service = if kiosk % 3 == 0 { "tanah" } else { "bayaran" };
                for _ in 0..each {
                    let press = in_doubt.take().unwrap_or_else(|| request(Command::issue(service)));
                    if let Err(broken) = send(visit, press, &mut told).await {
                        return (told, Some(broken));
                    }
                }
                told.in_doubt.extend(in_doubt);
                (told, None)
            }
        }));
        let mut ended = Vec::new();
        for (told, broken) in all.await {
            self.told.answered.extend(told.answered);
            self.told.in_doubt.extend(told.in_doubt);
            ended.extend(broken);
        }
        self.told.in_doubt.extend(left);
        ended
    }
}

async fn send(visit: &Visit, next: CommandRequest, told: &mut Told) -> Result<CommandAnswer, Broken> {
    let recorder = told.recorder.clone();
    let sent = recorder.as_ref().map(|recorder| (recorder, recorder.sent("kiosk", next.id, &next.command)));
    let answer = visit.send(&next).await;
    if let Some((recorder, send)) = sent {
        match &answer {
            Ok(answer) => recorder.answered(send, answer),
            Err(ApiError::Refused { status, error, .. }) => recorder.refused(send, *status, &error.code),
            Err(ApiError::Unreachable(_) | ApiError::Odd { .. }) => recorder.unanswered(send),
        }
    }
    match answer {
        Ok(answer) => {
            told.answered.push((next, answer.clone()));
            Ok(answer)
        }
        Err(broken) => {
            told.in_doubt.push(next);
            Err(Broken { code: broken.code().map(str::to_owned) })
        }
    }
}
