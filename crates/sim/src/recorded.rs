//! Clients whose every word is written down: who sends commands, and who looks on.
//!
//! The daemon's address changes whenever it is started again; clients hear of it from an [`Address`] and go on
//! there, with the commands that nobody has answered and from the entry at which they stopped.

use std::time::Duration;

use anyhow::Context;
use futures_util::{SinkExt, StreamExt, future::join_all};
use giliran_client::{Api, ApiError, State};
use giliran_history::{Recorder, recording::Resume};
use giliran_protocol::{
    command::{CommandAnswer, CommandRequest},
    live, paths,
    view::Audience,
};
use serde::Deserialize;
use tokio::{
    net::{TcpSocket, TcpStream},
    sync::watch,
    time::{sleep, timeout},
};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};
use uuid::Uuid;

use crate::program::PATIENCE;

/// Where the daemon is; none while it is down.
pub type Address = watch::Receiver<Option<String>>;

/// How long a client waits before it asks again where nobody listens.
const PAUSE: Duration = Duration::from_millis(10);

/// Somebody who sends commands.
#[derive(Debug, Clone)]
pub struct Asker {
    recorder: Recorder,
    name: String,
    branch: String,
    address: Address,
    api: Option<(String, Api)>,
}

/// What a command was answered, one way or the other.
pub type Answer = Result<CommandAnswer, String>;

impl Asker {
    /// Somebody of that name, who writes down what is said.
    pub fn new(recorder: Recorder, name: &str, branch: &str, address: Address) -> Self {
        Self { recorder, name: name.into(), branch: branch.into(), address, api: None }
    }

    /// Sends a command, so often at once, and again with the same id until it is answered. A refusal by the rules is
    /// an answer: its code.
    ///
    /// # Errors
    /// Nobody answers for very long, or the answer is none.
    pub async fn ask(&mut self, request: &CommandRequest, times: usize) -> anyhow::Result<Answer> {
        let asking = async {
            loop {
                let api = self.api().await?;
                let sends = (0..times).map(|_| self.send(&api, request));
                let answers = join_all(sends).await;
                let mut again = None;
                for answer in answers {
                    match answer {
                        Ok(answer) => return Ok(Ok(answer)),
                        Err(error) if error.is_passing() => {}
                        Err(error) => again = Some(error),
                    }
                }
                match again {
                    Some(error) => match error.code() {
                        Some(code) => return Ok(Err(code.to_owned())),
                        None => return Err(anyhow::Error::from(error)),
                    },
                    None => sleep(PAUSE).await,
                }
            }
        };
        timeout(PATIENCE, asking).await.with_context(|| format!("nobody answers {request:?}"))?
    }

    async fn api(&mut self) -> anyhow::Result<Api> {
        let address = here(&mut self.address).await?;
        match &self.api {
            Some((of, api)) if *of == address => Ok(api.clone()),
            _ => {
                let api = Api::new(&address)?;
                self.api = Some((address, api.clone()));
                Ok(api)
            }
        }
    }

    async fn send(&self, api: &Api, request: &CommandRequest) -> Result<CommandAnswer, ApiError> {
        send(&self.recorder, &self.name, api, &self.branch, request).await
    }
}

/// Sends a command once, and writes down what becomes of it.
///
/// # Errors
/// See [`ApiError`].
pub async fn send(
    recorder: &Recorder,
    client: &str,
    api: &Api,
    branch: &str,
    request: &CommandRequest,
) -> Result<CommandAnswer, ApiError> {
    let send = recorder.sent(client, request.id, &request.command);
    let answer = api.command(branch, request).await;
    tell(recorder, send, &answer);
    answer
}

/// Writes down what became of a send.
pub(crate) fn tell(recorder: &Recorder, send: u64, answer: &Result<CommandAnswer, ApiError>) {
    match answer {
        Ok(answer) => recorder.answered(send, answer),
        Err(ApiError::Refused { status, error, .. }) => recorder.refused(send, *status, &error.code),
        Err(ApiError::Unreachable(_) | ApiError::Odd { .. }) => recorder.unanswered(send),
    }
}

/// Somebody who looks on.
#[derive(Debug)]
pub struct Screen {
    recorder: Recorder,
    name: String,
    audience: Audience,
    branch: String,
    /// The last entry that it has, and of which log.
    come: Option<Resume>,
    line: Option<Line>,
}

#[derive(Debug)]
struct Line {
    socket: Box<WebSocketStream<TcpStream>>,
    number: u64,
}

/// What a frame is, without what it says.
#[derive(Debug, Deserialize)]
struct Head {
    #[serde(rename = "type")]
    kind: String,
    seq: Option<u64>,
    log: Option<Uuid>,
}

impl Screen {
    /// Somebody of that name, who writes down what comes.
    pub fn new(recorder: Recorder, name: &str, audience: Audience, branch: &str) -> Self {
        Self { recorder, name: name.into(), audience, branch: branch.into(), come: None, line: None }
    }

    /// Connects to a daemon, and goes on from where it stopped; `anew` asks for the whole picture. A buffer of so
    /// many bytes is what the machine takes in before the screen reads; as usual without.
    ///
    /// # Errors
    /// There is no daemon.
    pub async fn join(&mut self, daemon: &str, anew: bool, buffer: Option<u32>) -> anyhow::Result<()> {
        let tcp = TcpSocket::new_v4()?;
        if let Some(buffer) = buffer {
            tcp.set_recv_buffer_size(buffer)?;
        }
        let stream = tcp.connect(daemon.trim_start_matches("http://").parse()?).await?;
        let url = format!("{daemon}{}", paths::of_branch(paths::EVENTS, &self.branch));
        let (socket, _) = client_async(url.replacen("http", "ws", 1), stream).await?;
        let resume = self.come.filter(|_| !anew);
        let hello = live::Hello {
            resume: resume.map(|Resume { log, seq }| live::Resume { log, seq }),
            ..live::Hello::new(self.audience)
        };
        let hello = serde_json::to_string(&hello)?;
        let number = self.recorder.joined(&self.name, audience_word(self.audience), resume);
        let line = self.line.insert(Line { socket: Box::new(socket), number });
        let said = line.socket.send(Message::text(hello)).await;
        if said.is_err() {
            self.leave();
        }
        Ok(said?)
    }

    /// Whether it is connected.
    pub fn is_connected(&self) -> bool {
        self.line.is_some()
    }

    /// Takes the next frame; false once the connection has ended.
    ///
    /// # Errors
    /// What comes is not of the protocol.
    pub async fn take(&mut self) -> anyhow::Result<bool> {
        let Some(line) = &mut self.line else { return Ok(false) };
        loop {
            match line.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    self.recorder.frame(line.number, text.as_str());
                    let head: Head = serde_json::from_str(text.as_str())?;
                    match (head.kind.as_str(), head.seq, &mut self.come) {
                        ("snapshot", Some(seq), come) => {
                            *come = Some(Resume { log: head.log.unwrap_or_default(), seq });
                        }
                        ("entry", Some(seq), Some(come)) => come.seq = seq,
                        _ => {}
                    }
                    return Ok(true);
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Binary(_))) => anyhow::bail!("the daemon sends text only"),
                Some(Ok(Message::Close(_)) | Err(_)) | None => {
                    self.leave();
                    return Ok(false);
                }
            }
        }
    }

    /// Hangs up.
    pub fn leave(&mut self) {
        if let Some(line) = self.line.take() {
            self.recorder.left(line.number);
        }
    }

    /// Looks on wherever the daemon is until it has been told of entry `until`, which comes once nothing happens
    /// any more. `moods` says after each frame what it does next.
    ///
    /// # Errors
    /// What comes is not of the protocol, or nothing comes for very long.
    pub async fn look(
        mut self,
        mut address: Address,
        mut until: watch::Receiver<Option<u64>>,
        mut moods: impl FnMut() -> Mood,
    ) -> anyhow::Result<()> {
        let mut anew = false;
        loop {
            if until.borrow_and_update().is_some_and(|until| self.come().is_some_and(|come| come >= until))
                && let Some(line) = &self.line
            {
                self.recorder.settled(line.number);
                self.leave();
                return Ok(());
            }
            if !self.is_connected() {
                let at = timeout(PATIENCE, here(&mut address)).await.context("there is no daemon")??;
                if self.join(&at, anew, None).await.is_err() {
                    sleep(PAUSE).await;
                }
                continue;
            }
            tokio::select! {
                taken = timeout(PATIENCE, self.take()) => {
                    let taken = taken.context("the daemon says nothing")??;
                    match moods() {
                        _ if !taken => anew = false,
                        Mood::Looks => {}
                        Mood::Dozes(so_long) => sleep(so_long).await,
                        Mood::Leaves { forgets } => {
                            self.leave();
                            anew = forgets;
                        }
                    }
                }
                changed = until.changed() => changed.context("nobody says when it is over")?,
            }
        }
    }

    /// The last entry that it has.
    pub fn come(&self) -> Option<u64> {
        self.come.map(|come| come.seq)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Where the daemon is, once it is somewhere.
async fn here(address: &mut Address) -> anyhow::Result<String> {
    Ok(address.wait_for(Option::is_some).await?.clone().unwrap_or_default())
}

/// What a screen does after a frame.
#[derive(Debug, Clone, Copy)]
pub enum Mood {
    /// It goes on.
    Looks,
    /// It reads nothing for so long.
    Dozes(Duration),
    /// It hangs up and comes back; if it forgets, it asks for the whole picture.
    Leaves {
        /// Whether it has forgotten where it was.
        forgets: bool,
    },
}

/// The last entry that an audience is to be told of, in a branch in which nothing happens any more.
///
/// # Errors
/// The daemon does not say.
pub async fn last_told(daemon: &str, branch: &str, audience: Audience) -> anyhow::Result<u64> {
    let State { log, seq, .. } = Api::new(daemon)?.state(branch, audience).await?;
    let url = format!("{daemon}{}", paths::of_branch(paths::EVENTS, branch)).replacen("http", "ws", 1);
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await?;
    let hello = live::Hello { resume: Some(live::Resume { log, seq }), ..live::Hello::new(audience) };
    socket.send(Message::text(serde_json::to_string(&hello)?)).await?;
    while let Some(message) = timeout(PATIENCE, socket.next()).await.context("the daemon says nothing")? {
        if let Message::Text(text) = message? {
            let head: Head = serde_json::from_str(text.as_str())?;
            anyhow::ensure!(head.kind == "resumed", "something happens still: {text}");
            return head.seq.context("it names no entry");
        }
    }
    anyhow::bail!("the daemon hung up")
}

/// The word on the wire.
pub fn audience_word(audience: Audience) -> &'static str {
    match audience {
        Audience::Kiosk => "kiosk",
        Audience::Display => "display",
        Audience::Counter => "counter",
        Audience::Supervisor => "supervisor",
    }
}
