//! Keeps the continuous copy up, beside the work.
//!
//! A task of its own reads what was committed and writes it to the folder. The folder may be away, full or
//! slow: then the copy is behind, which is said, and nothing else waits for it. When the folder is well again
//! it goes on from what it finds there.

use std::{path::PathBuf, sync::Arc, time::Duration};

use giliran_store::{Copier, CopyError, Progress};
use jiff::Timestamp;
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

use crate::{clock::Clock, config::Backup};

/// After what time in one round the disk of the copy counts as not answering.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// How often a copy that stays behind is spoken of.
const REMIND: Duration = Duration::from_secs(600);

/// The longest rest between two rounds while there is much to catch up with.
const BREATH: Duration = Duration::from_millis(50);

/// How often old copies are looked for.
const TIDY: Duration = Duration::from_secs(3600);

/// How the copy stands.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// When it last held all that was committed by then.
    pub whole_at: Instant,
    /// Whether it ever did, since the daemon started.
    pub was_whole: bool,
    /// How long it may be behind while all is well.
    pub allowed: Duration,
}

impl Standing {
    /// How long it is behind, if that is more than it should be.
    pub fn behind(&self) -> Option<Duration> {
        let behind = self.whole_at.elapsed();
        (!self.was_whole || behind > self.allowed).then_some(behind)
    }
}

/// Begins. `stop` is for when nothing more will be committed; the task then copies the rest and ends.
pub fn start(
    database: PathBuf,
    backup: &Backup,
    clock: Arc<Clock>,
    stop: CancellationToken,
) -> (watch::Receiver<Standing>, tokio::task::JoinHandle<()>) {
    let every = Duration::try_from(backup.every).unwrap_or(Duration::from_secs(1));
    let allowed = every + ANSWERS_WITHIN;
    let standing = Standing { whole_at: Instant::now(), was_whole: false, allowed };
    let (tell, standing) = watch::channel(standing);
    let copying =
        Copying { database, backup: backup.clone(), clock, tell, copier: None, failing: None, tidied: None };
    (standing, tokio::spawn(copying.run(every, stop)))
}

struct Copying {
    database: PathBuf,
    backup: Backup,
    clock: Arc<Clock>,
    tell: watch::Sender<Standing>,
    copier: Option<Copier>,
    /// What is wrong, and when it was said last.
    failing: Option<(String, Instant)>,
    tidied: Option<Instant>,
}

impl Copying {
    async fn run(mut self, every: Duration, stop: CancellationToken) {
        let mut tick = tokio::time::interval(every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let last = tokio::select! {
                _ = tick.tick() => false,
                () = stop.cancelled() => true,
            };
            match self.catch_up(&stop).await {
                Ok(()) => self.well().await,
                Err(error) => self.say(&error),
            }
            if last {
                break;
            }
        }
        if let Some(copier) = self.copier {
            copier.close().await;
        }
    }

    /// Copies until nothing is left to be copied.
    async fn catch_up(&mut self, stop: &CancellationToken) -> Result<(), CopyError> {
        loop {
            let begun = Instant::now();
            let Progress { more, .. } = self.round().await?;
            if !more {
                self.tell.send_modify(|standing| {
                    standing.whole_at = begun;
                    standing.was_whole = true;
                });
                return Ok(());
            }
            // Those who wait for their number come first.
            if !stop.is_cancelled() {
                tokio::time::sleep(begun.elapsed().min(BREATH)).await;
            }
        }
    }

    async fn round(&mut self) -> Result<Progress, CopyError> {
        let copier = match &mut self.copier {
            Some(copier) => copier,
            none => none.insert(Copier::open(&self.database, &self.backup.folder).await?),
        };
        let now = self.clock.now().unwrap_or(Timestamp::UNIX_EPOCH);
        let mut round = std::pin::pin!(copier.round(now));
        let begun = Instant::now();
        let mut patience = ANSWERS_WITHIN;
        loop {
            tokio::select! {
                progress = &mut round => return progress,
                () = tokio::time::sleep(patience) => {
                    patience = REMIND;
                    tracing::warn!(
                        folder = %self.backup.folder.display(),
                        since_s = begun.elapsed().as_secs(),
                        "the disk of the backup does not answer; the copy is behind"
                    );
                }
            }
        }
    }

    async fn well(&mut self) {
        if self.failing.take().is_some() {
            tracing::info!(folder = %self.backup.folder.display(), "the copy has caught up");
        }
        let due = self.tidied.is_none_or(|tidied| tidied.elapsed() >= TIDY);
        if let (Some(copier), Some(days), true) = (&self.copier, self.backup.keep_days, due) {
            self.tidied = Some(Instant::now());
            if let Err(error) = copier.tidy(days).await {
                tracing::warn!(%error, "old copies could not be removed");
            }
        }
    }

    fn say(&mut self, error: &CopyError) {
        let text = error.to_string();
        let said = self.failing.as_ref();
        if said.is_none_or(|(known, at)| *known != text || at.elapsed() >= REMIND) {
            tracing::warn!(%error, "the copy is behind; what is answered is on this disk alone until it has caught up");
            self.failing = Some((text, Instant::now()));
        }
    }
}
