//! Wall displays that note when they are told of a call.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use futures_util::{SinkExt, StreamExt};
use giliran_protocol::{live::Hello, paths, view::Audience};
use tokio::{net::TcpStream, task::JoinSet};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

use crate::http::BRANCH;

/// What a frame that tells of a call has in it, and no other.
pub const CALL: &str = r#"{"type":"call""#;

/// How long the last display may take to be told before it is taken for never.
const TOLD_WITHIN: Duration = Duration::from_secs(5);

/// A display was told of a call.
#[derive(Debug, Clone, Copy)]
pub struct Receipt {
    /// When.
    pub at: Instant,
    /// By a text of so many bytes.
    pub bytes: usize,
}

type Notes = Arc<Mutex<Vec<Receipt>>>;

/// Displays that listen; they leave with this.
pub struct Displays {
    notes: Vec<Notes>,
    _listening: JoinSet<()>,
}

impl Displays {
    /// Connects so many, and returns when each has its first picture.
    pub async fn open(server: SocketAddr, count: usize) -> anyhow::Result<Self> {
        let (mut notes, mut listening) = (Vec::new(), JoinSet::new());
        for _ in 0..count {
            let socket = enter(server).await.context("a display could not join")?;
            let own = Notes::default();
            notes.push(own.clone());
            listening.spawn(listen(socket, own));
        }
        Ok(Self { notes, _listening: listening })
    }

    /// What each display was told since the last time: as many calls as were made, or it is an error.
    pub async fn take(&self, calls: usize) -> anyhow::Result<Vec<Vec<Receipt>>> {
        let asked = Instant::now();
        while self.notes.iter().any(|notes| lock(notes).len() < calls) && asked.elapsed() < TOLD_WITHIN {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let taken: Vec<_> = self.notes.iter().map(|notes| std::mem::take(&mut *lock(notes))).collect();
        for receipts in &taken {
            ensure!(receipts.len() == calls, "a display was told of {} calls out of {calls}", receipts.len());
        }
        Ok(taken)
    }
}

async fn enter(server: SocketAddr) -> anyhow::Result<WebSocketStream<MaybeTlsStream<TcpStream>>> {
    let address = format!("ws://{server}{}", paths::of_branch(paths::EVENTS, BRANCH));
    let config = WebSocketConfig::default().read_buffer_size(4 * 1024);
    let (mut socket, _) = connect_async_with_config(address, Some(config), true).await?;
    let hello = serde_json::to_string(&Hello { audience: Audience::Display, resume: None })?;
    socket.send(Message::text(hello)).await?;
    socket.next().await.context("no picture")??;
    Ok(socket)
}

async fn listen(mut socket: WebSocketStream<MaybeTlsStream<TcpStream>>, notes: Notes) {
    while let Some(Ok(message)) = socket.next().await {
        let at = Instant::now();
        if let Message::Text(text) = message
            && text.contains(CALL)
        {
            lock(&notes).push(Receipt { at, bytes: text.len() });
        }
    }
}

fn lock(notes: &Notes) -> MutexGuard<'_, Vec<Receipt>> {
    // A list of plain values is whole whatever happened to whoever held it.
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}
