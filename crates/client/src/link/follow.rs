//! What a frame of the daemon means to a client that follows the log, and when to connect again.
//!
//! Pure: no socket, no clock, no randomness of its own.
//!
//! Invariant: whoever applies all [`News`] in order has what the daemon had at [`Follower::position`],
//! or has been told by [`Verdict::Break`] that the link is of no use any more.

use std::time::Duration;

use giliran_protocol::{
    live::{Resume, ToClient},
    view::Audience,
};

use super::{Broken, News};

/// Follows the log over any number of connections.
#[derive(Debug, Clone)]
pub(super) struct Follower {
    audience: Audience,
    position: Option<Resume>,
    /// Whether the daemon has answered the hello of this connection.
    greeted: bool,
    /// Whether this connection brought us further.
    advanced: bool,
}

/// What to do with a frame.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    /// Hand it on.
    Tell(News),
    /// There is nothing new in it.
    Ignore,
    /// Give this connection up and connect again.
    Break(Broken),
}

impl Follower {
    pub(super) fn new(audience: Audience) -> Self {
        Self { audience, position: None, greeted: false, advanced: false }
    }

    /// The first message on a new connection.
    pub(super) fn hello(&mut self) -> giliran_protocol::live::Hello {
        self.greeted = false;
        self.advanced = false;
        giliran_protocol::live::Hello { audience: self.audience, resume: self.position.clone() }
    }

    /// The last entry that the client has.
    #[cfg(test)]
    pub(super) fn position(&self) -> Option<&Resume> {
        self.position.as_ref()
    }

    /// Whether the daemon has answered on this connection.
    pub(super) fn greeted(&self) -> bool {
        self.greeted
    }

    /// Says what a frame means and moves on accordingly.
    pub(super) fn take(&mut self, frame: &str) -> Verdict {
        let message = match serde_json::from_str(frame) {
            Ok(message) => message,
            Err(error) => return self.give_up(Broken::Garbage(error.to_string())),
        };
        match message {
            ToClient::Snapshot { log, seq, now, view } => {
                self.greeted = true;
                self.advanced = true;
                self.position = Some(Resume { log, seq });
                Verdict::Tell(News::Snapshot { log, seq, now, view })
            }
            ToClient::Resumed { seq, now } => match &self.position {
                Some(ours) if !self.greeted && ours.seq <= seq => {
                    self.greeted = true;
                    Verdict::Tell(News::Resumed { seq, now })
                }
                // The log is shorter than what we have seen: an older copy of it was put back.
                Some(ours) if !self.greeted => {
                    let behind = Broken::Rewound { ours: ours.seq, theirs: seq };
                    self.position = None;
                    self.give_up(behind)
                }
                Some(_) | None => self.give_up(Broken::Garbage("resumed without being asked".into())),
            },
            ToClient::Entry { seq, prev, at, changes } => match &mut self.position {
                Some(ours) if self.greeted => {
                    if seq <= ours.seq {
                        return Verdict::Ignore;
                    }
                    if prev > ours.seq {
                        let last = ours.seq;
                        return self.give_up(Broken::Gap { last, prev });
                    }
                    ours.seq = seq;
                    self.advanced = true;
                    Verdict::Tell(News::Entry { seq, at, changes })
                }
                Some(_) | None => self.give_up(Broken::Garbage("an entry before the greeting".into())),
            },
            ToClient::Heartbeat { seq, .. } => match &self.position {
                Some(ours) if self.greeted && seq > ours.seq => {
                    let last = ours.seq;
                    self.give_up(Broken::Gap { last, prev: seq })
                }
                Some(_) | None => Verdict::Ignore,
            },
            ToClient::Waits { waits } if self.greeted => Verdict::Tell(News::Waits(waits)),
            ToClient::Waits { .. } => Verdict::Ignore,
            ToClient::Refused { error } => Verdict::Tell(News::Refused(error)),
            ToClient::Unknown => Verdict::Ignore,
        }
    }

    /// What the daemon sends cannot be followed. Once may be an accident on the way; if a connection
    /// that resumed brings nothing but that, resuming would bring it again: ask for the whole picture.
    fn give_up(&mut self, why: Broken) -> Verdict {
        if !self.advanced {
            self.position = None;
        }
        Verdict::Break(why)
    }
}

/// How long to wait before connecting again: at random, longer with each failure, never above
/// [`LONGEST_PAUSE`], so that a hundred displays do not all come back in the same instant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

/// The shortest pause before connecting again.
pub(super) const SHORTEST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause before connecting again.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(5);

impl Backoff {
    /// A connection held: the next failure is the first.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// The daemon does not want us: there is no hurry.
    pub(super) fn refused(&mut self) -> Duration {
        self.failures = self.failures.saturating_add(1);
        LONGEST_PAUSE
    }

    /// The pause after one more failure; `chance` is drawn evenly from 0 to 1.
    pub(crate) fn pause(&mut self, chance: f64) -> Duration {
        self.failures = self.failures.saturating_add(1);
        let ceiling = SHORTEST_PAUSE.saturating_mul(1 << self.failures.min(5)).min(LONGEST_PAUSE);
        SHORTEST_PAUSE + (ceiling - SHORTEST_PAUSE).mul_f64(chance.clamp(0.0, 1.0))
    }
}
