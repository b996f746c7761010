//! Many screens on one thread: they join, note what they are told, and do nothing else.
//!
//! Raw connections with as much of WebSocket as listening needs, so that the servers get the cores. The same
//! for the product and for its limit.

use std::{
    cell::RefCell,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use giliran_protocol::{
    live::{Hello, Resume},
    paths,
    view::Audience,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    runtime::Runtime,
};

use crate::http::BRANCH;

/// What a frame that tells of a call has in it, and no other.
pub const CALL: &str = r#"{"type":"call""#;

/// With what a frame that is of an entry begins.
pub const ENTRY: &str = r#"{"type":"entry""#;

/// How long the screens may take for anything before it is taken for never.
const WITHIN: Duration = Duration::from_secs(60);

/// So many screens connect from one address: each address has a few ten thousand ports, of which those of
/// connections that just ended rest for a minute.
const PORTS: u32 = 4_000;

/// How much is read at a time.
const READ: usize = 64 * 1024;

/// The mask of all that the screens say: any four bytes will do.
const MASK: [u8; 4] = [7, 77, 17, 71];

/// The address that the next screens connect from.
static NEXT_SOURCE: AtomicU32 = AtomicU32::new(0);

thread_local! {
    /// What all screens of a thread read into.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A screen was told of a call.
#[derive(Debug, Clone, Copy)]
pub struct Receipt {
    /// Of the how manieth call since the screens joined, from 0.
    pub call: usize,
    /// When.
    pub at: Instant,
}

/// Screens that listen; they leave with this.
pub struct Screens {
    notes: Arc<Notes>,
    count: usize,
    /// From the first attempt to connect until the last was served.
    pub served_within: Duration,
    /// Calls whose receipts were taken.
    taken: usize,
    runtime: Option<Runtime>,
}

/// What the screens have heard together.
struct Notes {
    begun: Instant,
    /// How many frames a newcomer is given before it counts as served.
    welcome: usize,
    served: AtomicUsize,
    served_after_ns: AtomicU64,
    /// Bytes and frames that the last newcomer was given before it was served.
    welcome_bytes: AtomicUsize,
    entries: AtomicUsize,
    entry_bytes: AtomicUsize,
    call_bytes: AtomicUsize,
    receipts: Mutex<Vec<Receipt>>,
    /// Why the first that failed did.
    failed: Mutex<Option<anyhow::Error>>,
}

impl Screens {
    /// Connects so many, all at once, and returns when each was given so many frames.
    pub async fn open(
        server: SocketAddr,
        count: usize,
        resume: Option<Resume>,
        welcome: usize,
    ) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let notes = Arc::new(Notes {
            begun: Instant::now(),
            welcome,
            served: AtomicUsize::default(),
            served_after_ns: AtomicU64::default(),
            welcome_bytes: AtomicUsize::default(),
            entries: AtomicUsize::default(),
            entry_bytes: AtomicUsize::default(),
            call_bytes: AtomicUsize::default(),
            receipts: Mutex::default(),
            failed: Mutex::default(),
        });
        let hello = serde_json::to_vec(&Hello { resume, ..Hello::new(Audience::Display) })?;
        let words = Arc::new(Words { handshake: handshake(), hello: masked(0x81, &hello)? });
        let base = NEXT_SOURCE.fetch_add(u32::try_from(count)?.div_ceil(PORTS), Ordering::Relaxed);
        let mut screens = Self { notes, count, served_within: Duration::ZERO, taken: 0, runtime: None };
        for n in 0..u32::try_from(count)? {
            let [_, _, high, low] = (base + n / PORTS).to_be_bytes();
            let source = IpAddr::V4(Ipv4Addr::new(127, 1, high, low));
            let (notes, words) = (screens.notes.clone(), words.clone());
            runtime.spawn(async move {
                if let Err(why) = screen(server, source, &words, &notes).await {
                    lock(&notes.failed).get_or_insert(why);
                }
            });
        }
        screens.runtime = Some(runtime);
        let notes = screens.notes.clone();
        screens.until("served", || notes.served.load(Ordering::Acquire) == count).await?;
        screens.served_within = Duration::from_nanos(notes.served_after_ns.load(Ordering::Acquire));
        Ok(screens)
    }

    /// How many frames of entries all of them were told since they joined.
    pub fn entries(&self) -> usize {
        self.notes.entries.load(Ordering::Acquire)
    }

    /// Waits until all of them together were told of so many entries since they joined.
    pub async fn told(&self, entries: usize) -> anyhow::Result<()> {
        self.until("told", || self.entries() >= entries).await
    }

    /// The length of the last frame of an entry that was no call.
    pub fn entry_bytes(&self) -> usize {
        self.notes.entry_bytes.load(Ordering::Relaxed)
    }

    /// The length of the last frame of a call.
    pub fn call_bytes(&self) -> usize {
        self.notes.call_bytes.load(Ordering::Relaxed)
    }

    /// The bytes of text that a newcomer was given.
    pub fn welcome_bytes(&self) -> usize {
        self.notes.welcome_bytes.load(Ordering::Relaxed)
    }

    /// When each screen was told of each of so many calls since the last time, call by call.
    pub async fn take(&mut self, calls: usize) -> anyhow::Result<Vec<Vec<Instant>>> {
        let wanted = calls * self.count;
        self.until("told", || lock(&self.notes.receipts).len() >= wanted).await?;
        let receipts = std::mem::take(&mut *lock(&self.notes.receipts));
        let mut by_call = vec![Vec::with_capacity(self.count); calls];
        for Receipt { call, at } in receipts {
            let call = call.checked_sub(self.taken).and_then(|call| by_call.get_mut(call));
            call.context("a screen was told of a call that was not made")?.push(at);
        }
        self.taken += calls;
        ensure!(by_call.iter().all(|told| told.len() == self.count), "a screen missed a call");
        Ok(by_call)
    }

    async fn until(&self, what: &str, done: impl Fn() -> bool) -> anyhow::Result<()> {
        let asked = Instant::now();
        while !done() {
            if let Some(why) = lock(&self.notes.failed).take() {
                return Err(why.context("a screen failed"));
            }
            ensure!(asked.elapsed() < WITHIN, "not all of {} screens were {what} in time", self.count);
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        Ok(())
    }
}

impl Drop for Screens {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// What every screen says.
struct Words {
    handshake: Vec<u8>,
    hello: Vec<u8>,
}

fn handshake() -> Vec<u8> {
    format!(
        "GET {} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        paths::of_branch(paths::EVENTS, BRANCH)
    )
    .into_bytes()
}

/// A short frame as a client has to send it.
fn masked(first: u8, payload: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut frame = vec![first];
    match u8::try_from(payload.len()) {
        Ok(length @ ..126) => frame.push(0x80 | length),
        _ => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&u16::try_from(payload.len())?.to_be_bytes());
        }
    }
    frame.extend_from_slice(&MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    Ok(frame)
}

async fn screen(server: SocketAddr, source: IpAddr, words: &Words, notes: &Notes) -> anyhow::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(source, 0))?;
    let mut stream = socket.connect(server).await.context("no connection")?;
    stream.set_nodelay(true)?;
    stream.write_all(&words.handshake).await?;
    let mut head = vec![0; 4096];
    let mut length = 0;
    while !head[..length].ends_with(b"\r\n\r\n") {
        let more = stream.read(&mut head[length..]).await?;
        ensure!(more > 0, "the server took no WebSocket: {}", String::from_utf8_lossy(&head[..length]));
        length += more;
    }
    ensure!(head.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&head[..length]));
    drop(head); // thousands are open at once
    stream.write_all(&words.hello).await?;
    let mut heard = Heard::default();
    loop {
        stream.readable().await?;
        let pong = BUFFER.with_borrow_mut(|buffer| heard.take_in(&stream, buffer, notes))?;
        if pong {
            stream.write_all(&masked(0x8a, b"")?).await?;
        }
    }
}

/// What one screen has heard.
#[derive(Default)]
struct Heard {
    /// The beginning of a frame whose end is still to come.
    rest: Vec<u8>,
    frames: usize,
    bytes: usize,
    calls: usize,
}

impl Heard {
    /// Reads what there is. Whether a ping was among it.
    fn take_in(&mut self, stream: &TcpStream, buffer: &mut Vec<u8>, notes: &Notes) -> anyhow::Result<bool> {
        buffer.clear();
        buffer.append(&mut self.rest);
        buffer.reserve(READ);
        match stream.try_read_buf(buffer) {
            Ok(0) => bail!("the server closed the connection"),
            Ok(_) => {}
            Err(why) if why.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(why) => return Err(why.into()),
        }
        let (mut at, mut ping) = (0, false);
        while let Some((opcode, payload, end)) = frame(&buffer[at..]) {
            match opcode {
                0x1 => self.note(&buffer[at + payload..at + end], notes),
                0x9 => ping = true,
                _ => bail!("a frame of kind {opcode} came"),
            }
            at += end;
        }
        self.rest.extend_from_slice(&buffer[at..]);
        Ok(ping)
    }

    fn note(&mut self, text: &[u8], notes: &Notes) {
        self.frames += 1;
        if self.frames <= notes.welcome {
            self.bytes += text.len();
        }
        if self.frames == notes.welcome {
            notes.welcome_bytes.store(self.bytes, Ordering::Relaxed);
            let after = u64::try_from(notes.begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
            notes.served_after_ns.fetch_max(after, Ordering::AcqRel);
            notes.served.fetch_add(1, Ordering::AcqRel);
        }
        if self.frames > notes.welcome && text.starts_with(ENTRY.as_bytes()) {
            notes.entries.fetch_add(1, Ordering::AcqRel);
            if str::from_utf8(text).is_ok_and(|text| text.contains(CALL)) {
                notes.call_bytes.store(text.len(), Ordering::Relaxed);
                lock(&notes.receipts).push(Receipt { call: self.calls, at: Instant::now() });
                self.calls += 1;
            } else {
                notes.entry_bytes.store(text.len(), Ordering::Relaxed);
            }
        }
    }
}

/// The first frame's opcode, where its payload begins and where it ends; none while it is not complete.
fn frame(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (&[first, short], more) = bytes.split_first_chunk()?;
    let (begin, length) = match short {
        126 => (4, usize::from(u16::from_be_bytes(*more.first_chunk()?))),
        127 => (10, usize::try_from(u64::from_be_bytes(*more.first_chunk()?)).ok()?),
        short => (2, usize::from(short)),
    };
    (bytes.len() >= begin + length).then_some((first & 0xf, begin, begin + length))
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    // A list of plain values is whole whatever happened to whoever held it.
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{frame, masked};

    #[test]
    fn a_frame_is_taken_when_it_is_complete_and_ends_where_it_says() {
        for (length, head) in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
            let mut bytes = vec![0x81];
            match head {
                2 => bytes.push(length as u8),
                4 => bytes.extend([126, (length >> 8) as u8, length as u8]),
                _ => bytes.extend([
                    127,
                    0,
                    0,
                    0,
                    0,
                    0,
                    (length >> 16) as u8,
                    (length >> 8) as u8,
                    length as u8,
                ]),
            }
            bytes.resize(head + length, b'x');
            assert_eq!(frame(&bytes[..bytes.len() - 1]), None, "{length}");
            bytes.extend([0x89, 0]);
            assert_eq!(frame(&bytes), Some((1, head, head + length)), "{length}");
        }
    }

    #[test]
    fn what_a_screen_says_is_masked() {
        assert_eq!(masked(0x81, b"ab").unwrap(), [0x81, 0x82, 7, 77, 17, 71, b'a' ^ 7, b'b' ^ 77]);
        assert_eq!(masked(0x81, &[0; 200]).unwrap()[..4], [0x81, 0xfe, 0, 200]);
    }
}
