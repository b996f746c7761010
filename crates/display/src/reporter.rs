//! Tells the daemon what became of each call, beside the speaking: nothing waits for it, and a report that
//! does not come through is lost.

use std::time::Duration;

use giliran_client::{Api, Key};
use giliran_protocol::report::{Report, Reported};
use tokio::{
    sync::mpsc::{self, error::TrySendError},
    task::JoinHandle,
    time::timeout,
};

/// So many reports may wait for a daemon that is slow or away: those of a burst of a call a second for a minute.
const MOST: usize = 256;

/// How long a report may take; one that takes longer is of no use to anybody.
const WITHIN: Duration = Duration::from_secs(5);

/// How long the last reports may take when the program ends.
const END_WITHIN: Duration = Duration::from_secs(1);

/// The longest reason that the daemon takes, in characters.
const LONGEST_WHY: usize = 200;

/// Where reports are handed in.
pub struct Reporter {
    api: Api,
    orders: mpsc::Sender<(Api, Report)>,
    task: JoinHandle<()>,
}

impl Reporter {
    /// Starts to report for a branch of that daemon.
    pub fn start(api: Api, branch: &str) -> Self {
        let (orders, mut taken) = mpsc::channel::<(Api, Report)>(MOST);
        let branch = branch.to_owned();
        let task = tokio::spawn(async move {
            while let Some((api, report)) = taken.recv().await {
                let Report { call, what, .. } = report;
                match timeout(WITHIN, api.report(&branch, &report)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(why)) => tracing::debug!(call, ?what, %why, "a report is lost"),
                    Err(_) => tracing::debug!(call, ?what, "a report is lost: no answer"),
                }
            }
        });
        Self { api, orders, task }
    }

    /// Reports with this key from now on.
    pub fn set_key(&mut self, key: Key) {
        self.api = self.api.with_key(key);
    }

    /// Reports what became of a call or an announcement in some of its zones, in all of them where none is named;
    /// where too many reports wait, this one is lost.
    pub fn report(&self, call: u64, zones: Vec<String>, what: Reported, why: Option<&str>) {
        let why = why.map(|why| why.chars().take(LONGEST_WHY).collect());
        match self.orders.try_send((self.api.clone(), Report { call, what, why, zones })) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => tracing::debug!(call, ?what, "a report is lost: too many wait"),
            Err(TrySendError::Closed(_)) => tracing::debug!(call, ?what, "a report is lost"),
        }
    }

    /// Sends what still waits, as far as that goes in a moment.
    pub async fn end(self) {
        drop(self.orders);
        let mut task = self.task;
        if timeout(END_WITHIN, &mut task).await.is_err() {
            task.abort();
        }
    }
}
