//! Somebody who looks on during a replay: what the daemon tells an audience, kept as it came.

use std::{ops::Range, time::Duration};

use giliran_client::{BadAddress, CALLS_KEPT, Link, News, Picture};
use giliran_protocol::{
    live::Change,
    view::{Audience, BranchView, CallView},
};
use jiff::Timestamp;
use tokio::{
    sync::{oneshot, watch},
    task::JoinHandle,
    time::timeout,
};

/// What was seen.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// All calls since the watcher came, in the order in which they were shown.
    pub calls: Vec<CallView>,
    /// The branch at the end.
    pub picture: Picture,
    /// Where the watcher was cut off for so long that a fresh picture does not tell all calls: the entries
    /// of which nothing is known.
    pub blind: Vec<Range<u64>>,
}

/// What was there when the watcher came.
#[derive(Debug, Clone)]
pub struct Begin {
    /// The daemon's time.
    pub now: Timestamp,
    /// The branch.
    pub view: Box<BranchView>,
}

/// Why a watcher has nothing to tell.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// Not even the address makes sense.
    #[error(transparent)]
    Address(#[from] BadAddress),
    /// The daemon does not want the watcher.
    #[error("the daemon refuses to show the branch: {0}")]
    Refused(String),
    /// Too little came too late.
    #[error("{0}")]
    Late(String),
}

/// A watcher at work.
#[derive(Debug)]
pub struct Watcher {
    audience: Audience,
    until: watch::Sender<Option<u64>>,
    task: JoinHandle<Result<Seen, WatchError>>,
}

/// How long the daemon may take to show the branch, and to tell the watchers of the last entry.
const PATIENCE: Duration = Duration::from_secs(30);

impl Watcher {
    /// Begins to watch, and waits until there is something to see.
    ///
    /// # Errors
    /// See [`WatchError`].
    pub async fn begin(base: &str, branch: &str, audience: Audience) -> Result<(Self, Begin), WatchError> {
        let link = Link::open(base, branch, audience)?;
        let (until, until_seen) = watch::channel(None);
        let (begin, begun) = oneshot::channel();
        let task = tokio::spawn(watch(link, begin, until_seen));
        let watcher = Self { audience, until, task };
        match timeout(PATIENCE, begun).await {
            Ok(Ok(begin)) => Ok((watcher, begin)),
            // The task ended without having begun and says itself why.
            Ok(Err(_)) => Err(watcher.end(0).await.err().unwrap_or_else(|| late(audience, "saw nothing"))),
            Err(_) => {
                watcher.task.abort();
                Err(WatchError::Late(format!("no answer from {base} within {} s", PATIENCE.as_secs())))
            }
        }
    }

    /// Waits until the watcher knows of entry `seq`, and says what was seen until then.
    ///
    /// # Errors
    /// See [`WatchError`].
    pub async fn end(mut self, seq: u64) -> Result<Seen, WatchError> {
        self.until.send_replace(Some(seq));
        match timeout(PATIENCE, &mut self.task).await {
            Ok(Ok(seen)) => seen,
            Ok(Err(error)) => Err(late(self.audience, &format!("failed: {error}"))),
            Err(_) => {
                self.task.abort();
                Err(late(
                    self.audience,
                    &format!("did not hear of entry {seq} within {} s", PATIENCE.as_secs()),
                ))
            }
        }
    }
}

fn late(audience: Audience, what: &str) -> WatchError {
    WatchError::Late(format!("the {} {what}", format!("{audience:?}").to_lowercase()))
}

async fn watch(
    mut link: Link,
    begin: oneshot::Sender<Begin>,
    mut until: watch::Receiver<Option<u64>>,
) -> Result<Seen, WatchError> {
    let mut begin = Some(begin);
    let mut seen = Seen::default();
    loop {
        if until.borrow_and_update().is_some_and(|seq| seen.picture.seq() >= seq) {
            return Ok(seen);
        }
        let news = tokio::select! {
            news = link.next() => news,
            // The other end is gone: nobody wants to know any more.
            changed = until.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return Ok(seen),
            },
        };
        match &news {
            News::Snapshot { now, view, .. } => match begin.take() {
                Some(begin) => {
                    // Nobody waits for it if the replay was given up meanwhile.
                    let _ = begin.send(Begin { now: *now, view: view.clone() });
                }
                // A picture after an outage says which calls were missed, as far back as it goes.
                None => {
                    let last = seen.picture.seq();
                    let told = view.calls.as_deref().unwrap_or_default();
                    if let Some(oldest) = told.first()
                        && told.len() >= CALLS_KEPT
                        && oldest.seq > last
                    {
                        seen.blind.push(last + 1..oldest.seq);
                    }
                    seen.calls.extend(told.iter().filter(|call| call.seq > last).cloned());
                }
            },
            News::Entry { changes, .. } => {
                let calls = changes.iter().filter_map(|change| match change {
                    Change::Call { call } => Some(call.clone()),
                    Change::Ticket { .. }
                    | Change::TicketEnded { .. }
                    | Change::Missed { .. }
                    | Change::MissedEnded { .. }
                    | Change::Notices { .. }
                    | Change::Announcement { .. }
                    | Change::Urgent { .. }
                    | Change::Counter { .. }
                    | Change::Queue { .. }
                    | Change::Tally { .. }
                    | Change::Reset { .. }
                    | Change::Unknown => None,
                });
                seen.calls.extend(calls);
            }
            News::Refused(error) => {
                return Err(WatchError::Refused(
                    error.message.en.clone().unwrap_or(error.message.ms.clone()),
                ));
            }
            News::Resumed { .. }
            | News::Waits(_)
            | News::Opening(_)
            | News::Health(_)
            | News::Reported(_)
            | News::Unheard { .. }
            | News::Down(_) => {}
        }
        seen.picture.take(&news);
    }
}
