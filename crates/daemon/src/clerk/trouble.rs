//! What a clerk does while nothing can be stored: takes no command, says so on every screen, tries once in
//! a while whether it can again, and goes on by itself.
//!
//! Invariant: in trouble the state stands as the log has it. Time brings nothing about and nothing is
//! decided, so that there is nothing to take back.

use std::time::Duration;

use giliran_core::CommandId;
use giliran_protocol::{
    live::ToClient,
    view::{HealthView, TroubleCode},
};
use giliran_store::StoreError;
use jiff::Timestamp;
use tokio::{task::JoinHandle, time::Instant};

use super::Clerk;
use crate::{failure::Failure, feed::Beside, frame::Frame, health};

/// How often it is tried whether the disk takes something again.
const TRY_EVERY: Duration = Duration::from_secs(1);

/// How often it is said in the log that the trouble lasts.
const COMPLAIN_EVERY: Duration = Duration::from_secs(60);

/// How the clerk goes about trouble.
#[derive(Default)]
pub(super) struct Care {
    /// What the screens were told last, if anything.
    told: Option<HealthView>,
    /// A try that is under way: the state is kept as it stands, which is as much as a commit is.
    trial: Option<JoinHandle<Result<(), StoreError>>>,
    tried: Option<Instant>,
    complained: Option<Instant>,
}

impl Clerk {
    /// Whether nothing can be stored.
    pub(super) fn is_in_trouble(&self) -> bool {
        self.health.trouble().is_some()
    }

    /// Why a command can't be done in trouble. One that was done before still gets its answer.
    pub(super) fn held_up(&self, id: CommandId) -> Option<Failure> {
        let trouble = self.health.trouble()?;
        (!self.ledger.knows(id)).then(|| Failure::trouble(trouble.code))
    }

    /// The store failed: the screens are told at once if it is more than one request's misfortune.
    pub(super) fn meet(&mut self, error: &StoreError) {
        let Some(code) = health::trouble(error) else { return };
        self.health.begin(code, self.time());
        self.care.tried = Some(Instant::now());
        self.complain(error);
        self.tell_health();
    }

    /// Looks after trouble, if there is any; says whether there still is. An error is one after which
    /// nothing may be written.
    pub(super) async fn look_after(&mut self) -> Result<bool, StoreError> {
        let Some(trouble) = self.health.trouble() else { return Ok(false) };
        // A store that was opened for reading has to be opened anew, which is not for the clerk to do; and
        // after a failed write nothing may be written.
        if self.store.unwritable().is_some() || trouble.code == TroubleCode::StoreUnavailable {
            return Ok(true);
        }
        match &mut self.care.trial {
            Some(trial) if !trial.is_finished() => {}
            Some(trial) => {
                let tried = trial.await;
                self.care.trial = None;
                match tried {
                    Ok(Ok(())) => {
                        tracing::warn!(branch = %self.branch, since = %trouble.since, "the disk takes entries again; commands are taken");
                        self.health.end();
                        self.tell_health();
                        return Ok(false);
                    }
                    Ok(Err(error)) if error.is_final() => {
                        self.meet(&error);
                        return Err(error);
                    }
                    Ok(Err(error)) => self.complain(&error),
                    Err(broke) => tracing::error!(branch = %self.branch, %broke, "trying the disk broke"),
                }
            }
            None if self.care.tried.is_some_and(|tried| tried.elapsed() < TRY_EVERY) => {}
            None => {
                self.care.tried = Some(Instant::now());
                let (store, branch, snapshot) = (self.store.clone(), self.branch.clone(), self.kept_now());
                self.care.trial =
                    Some(tokio::spawn(async move { store.save_snapshot(&branch, snapshot).await }));
            }
        }
        Ok(true)
    }

    fn complain(&mut self, error: &StoreError) {
        if self.care.complained.is_none_or(|last| last.elapsed() >= COMPLAIN_EVERY) {
            self.care.complained = Some(Instant::now());
            tracing::warn!(branch = %self.branch, %error, "no command is taken, and every screen says so");
        }
    }

    /// Tells every screen how the branch fares, if that is different.
    pub(super) fn tell_health(&mut self) {
        let fares = self.health.view();
        let before = self.care.told.replace(fares.clone());
        for feed in self.feeds.iter() {
            let health = health::seen_by(feed.audience, &fares);
            let told = before.as_ref().map(|before| health::seen_by(feed.audience, before));
            if told.as_ref() != Some(&health) {
                feed.tell_beside(Beside::Health, Frame::new(&ToClient::Health { health }));
            }
        }
    }

    /// The time of the clock, or of the log where the clock has not been set.
    fn time(&self) -> Timestamp {
        self.clock.now().or(self.ledger.at()).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}
