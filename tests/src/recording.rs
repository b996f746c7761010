//! What clients see in a test, written down and judged at its end by the log.
//!
//! Any test can switch it on: it takes its visitors and sockets from a [`Recording`], and has it judged when
//! everything is done.

use std::path::PathBuf;

use giliran_history::{Recorder, Verdict, judge_files};
use giliran_protocol::view::Audience;
use giliran_sim::recorded::audience_word;

use crate::{Daemon, Socket, Visit};

/// A recording of all that happens in an office from its opening on.
pub struct Recording {
    recorder: Recorder,
    path: PathBuf,
}

impl Recording {
    /// Begins. Every command that the daemon is sent from now on has to come from a visit of this recording.
    ///
    /// # Panics
    /// If there is no room for it.
    pub fn begin(daemon: &Daemon) -> Self {
        let path = daemon.folder().join("seen.jsonl");
        let recorder = Recorder::create(&path, daemon.branch(), true).expect("a folder takes a file");
        Self { recorder, path }
    }

    /// People in the office.
    pub fn visit(&self, daemon: &Daemon, name: &str) -> Visit {
        Visit::to(daemon).recorded(self.recorder.clone(), name)
    }

    /// A socket that joins as an audience; the machine takes in so many bytes before the test reads, or as many
    /// as is usual.
    pub async fn join(&self, daemon: &Daemon, name: &str, audience: Audience, buffer: Option<u32>) -> Socket {
        let number = self.recorder.joined(name, audience_word(audience), None);
        let mut socket = match buffer {
            Some(bytes) => Socket::join_with_buffer(daemon, audience, bytes).await,
            None => Socket::join(daemon, audience).await,
        };
        socket.record(self.recorder.clone(), number);
        socket
    }

    /// Ends the daemon and judges what was seen.
    ///
    /// # Panics
    /// If something is wrong.
    pub async fn judge(self, daemon: &mut Daemon) -> Verdict {
        daemon.end();
        self.recorder.flush().expect("a folder takes a file");
        let judged = judge_files(&daemon.database(), daemon.branch(), &self.path).await;
        let verdict = judged.expect("the log and the recording are there");
        assert!(verdict.is_content(), "{verdict}");
        verdict
    }
}
