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
    /// Whether calls are said aloud here.
    speaks: bool,
    /// In which zones; all where none is named.
    zones: Vec<String>,
    /// Whether it is only said what others did not.
    standby: bool,
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
        let (zones, standby) = (Vec::new(), false);
        Self { audience, speaks: false, zones, standby, position: None, greeted: false, advanced: false }
    }

    /// What the next hello says of where calls are said aloud here.
    pub(super) fn is_heard_in(&mut self, zones: Vec<String>, standby: bool) {
        (self.zones, self.standby) = (zones, standby);
    }

    /// Whether the next hello is to say that calls are said aloud here; whether that is new.
    pub(super) fn speaks(&mut self, speaks: bool) -> bool {
        std::mem::replace(&mut self.speaks, speaks) != speaks
    }

    /// The first message on a new connection.
    pub(super) fn hello(&mut self) -> giliran_protocol::live::Hello {
        self.greeted = false;
        self.advanced = false;
        let resume = self.position.clone();
        giliran_protocol::live::Hello {
            audience: self.audience,
            resume,
            speaks: self.speaks,
            zones: self.zones.clone(),
            standby: self.standby,
        }
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
            ToClient::Opening { opening } if self.greeted => Verdict::Tell(News::Opening(opening)),
            ToClient::Opening { .. } => Verdict::Ignore,
            ToClient::Health { health } if self.greeted => Verdict::Tell(News::Health(health)),
            ToClient::Health { .. } => Verdict::Ignore,
            ToClient::Reported { report } if self.greeted => Verdict::Tell(News::Reported(report)),
            ToClient::Reported { .. } => Verdict::Ignore,
            ToClient::Unheard { call, zones } if self.greeted => Verdict::Tell(News::Unheard { call, zones }),
            ToClient::Unheard { .. } => Verdict::Ignore,
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
    last: Duration,
}

/// The shortest pause before connecting again.
pub(super) const SHORTEST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause before connecting again.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(5);

impl Backoff {
    /// A connection held for so long. If that is longer than the pause before it, the next failure is the
    /// first again.
    pub(super) fn held(&mut self, length: Duration) {
        if length > self.last {
            *self = Self::default();
        }
    }

    /// The daemon does not want us: there is no hurry.
    pub(super) fn refused(&mut self) -> Duration {
        self.failures = self.failures.saturating_add(1);
        self.last = LONGEST_PAUSE;
        self.last
    }

    /// The pause after one more failure; `chance` is drawn evenly from 0 to 1.
    pub(crate) fn pause(&mut self, chance: f64) -> Duration {
        self.failures = self.failures.saturating_add(1);
        let ceiling = SHORTEST_PAUSE.saturating_mul(1 << self.failures.min(5)).min(LONGEST_PAUSE);
        self.last = SHORTEST_PAUSE + (ceiling - SHORTEST_PAUSE).mul_f64(chance.clamp(0.0, 1.0));
        self.last
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    const LOG: Uuid = Uuid::from_u128(1);

    fn frame(message: &ToClient) -> String {
        serde_json::to_string(message).unwrap()
    }

    fn snapshot(seq: u64) -> ToClient {
        let view = json!({
            "id": "kl", "name": { "ms": "KL" }, "time_zone": "Asia/Kuala_Lumpur", "languages": ["ms", "en"], "viewing_m": 10,
            "opening": { "state": "always" }, "classes": [], "services": [], "counters": [],
        });
        let view = serde_json::from_value(view).unwrap();
        ToClient::Snapshot { log: LOG, seq, now: Timestamp::UNIX_EPOCH, view }
    }

    fn entry(prev: u64, seq: u64) -> ToClient {
        ToClient::Entry { seq, prev, at: Timestamp::UNIX_EPOCH, changes: vec![] }
    }

    fn heartbeat(seq: u64) -> ToClient {
        ToClient::Heartbeat { seq, now: Timestamp::UNIX_EPOCH }
    }

    fn resumed(seq: u64) -> ToClient {
        ToClient::Resumed { seq, now: Timestamp::UNIX_EPOCH }
    }

    /// What the last of `messages` comes to, on a connection that said hello, and where the follower stands.
    #[track_caller]
    fn check(follower: &mut Follower, messages: &[ToClient], verdict: &str, position: Option<u64>) {
        follower.hello();
        let mut last = String::new();
        for message in messages {
            last = match follower.take(&frame(message)) {
                Verdict::Tell(News::Snapshot { seq, .. }) => format!("snapshot {seq}"),
                Verdict::Tell(News::Resumed { seq, .. }) => format!("resumed {seq}"),
                Verdict::Tell(News::Entry { seq, .. }) => format!("entry {seq}"),
                Verdict::Tell(other) => format!("{other:?}"),
                Verdict::Ignore => "ignore".into(),
                Verdict::Break(why) => format!("break: {why}"),
            };
        }
        assert_eq!(last, verdict);
        assert_eq!(follower.position().map(|at| at.seq), position);
    }

    fn fresh() -> Follower {
        Follower::new(Audience::Display)
    }

    /// One that got as far as `seq` on an earlier connection.
    fn stopped_at(seq: u64) -> Follower {
        let mut follower = fresh();
        follower.hello();
        follower.take(&frame(&snapshot(seq)));
        follower
    }

    #[test]
    fn entries_are_told_in_order_each_once() {
        check(&mut fresh(), &[snapshot(5)], "snapshot 5", Some(5));
        check(&mut fresh(), &[snapshot(5), entry(5, 6)], "entry 6", Some(6));
        check(&mut fresh(), &[snapshot(5), entry(3, 9)], "entry 9", Some(9));
        check(&mut fresh(), &[snapshot(5), entry(0, 9)], "entry 9", Some(9));
        check(&mut fresh(), &[snapshot(5), entry(4, 5)], "ignore", Some(5));
        check(&mut fresh(), &[snapshot(5), entry(5, 6), entry(5, 6)], "ignore", Some(6));
    }

    #[test]
    fn a_missing_entry_breaks_the_link_and_is_asked_for_again() {
        let broken = "break: an entry is missing: had 5, and then came one after 6";
        let mut follower = fresh();
        check(&mut follower, &[snapshot(5), entry(6, 7)], broken, Some(5));
        assert_eq!(follower.hello().resume, Some(Resume { log: LOG, seq: 5 }));
        check(&mut fresh(), &[snapshot(5), heartbeat(6)], broken, Some(5));
        check(&mut fresh(), &[snapshot(5), heartbeat(5)], "ignore", Some(5));
        check(&mut fresh(), &[snapshot(5), heartbeat(0)], "ignore", Some(5));
    }

    #[test]
    fn what_can_not_be_followed_twice_is_asked_for_as_a_whole() {
        let broken = "break: an entry is missing: had 5, and then came one after 6";
        check(&mut stopped_at(5), &[resumed(7), entry(6, 7)], broken, None);
        // Progress in between: resuming is worth another try.
        check(
            &mut stopped_at(5),
            &[resumed(9), entry(5, 6), entry(8, 9)],
            "break: an entry is missing: had 6, and then came one after 8",
            Some(6),
        );
    }

    #[test]
    fn resuming_needs_a_log_that_reaches_as_far() {
        check(&mut stopped_at(5), &[resumed(5)], "resumed 5", Some(5));
        check(&mut stopped_at(5), &[resumed(8), entry(5, 7)], "entry 7", Some(7));
        check(&mut stopped_at(5), &[resumed(4)], "break: the log ends at 4, before 5, which was seen", None);
        check(&mut stopped_at(5), &[snapshot(2)], "snapshot 2", Some(2));
        check(&mut fresh(), &[resumed(5)], "break: not understood: resumed without being asked", None);
        check(
            &mut fresh(),
            &[snapshot(5), resumed(5)],
            "break: not understood: resumed without being asked",
            Some(5),
        );
    }

    #[test]
    fn nothing_is_told_before_the_greeting() {
        let early = "break: not understood: an entry before the greeting";
        check(&mut fresh(), &[entry(0, 1)], early, None);
        check(&mut stopped_at(5), &[entry(5, 6)], early, None);
        check(&mut stopped_at(5), &[heartbeat(9)], "ignore", Some(5));
        check(&mut stopped_at(5), &[ToClient::Waits { waits: vec![] }], "ignore", Some(5));
    }

    #[test]
    fn what_a_newer_daemon_says_is_ignored_and_garbage_is_not() {
        let mut follower = stopped_at(5);
        assert_eq!(follower.take(r#"{"type":"weather","rain":true}"#), Verdict::Ignore);
        for garbage in ["", "nonsense", "{}", r#"{"type":"entry","seq":-1}"#, r#"{"type":"entry","seq":6}"#] {
            assert!(matches!(follower.take(garbage), Verdict::Break(Broken::Garbage(_))), "{garbage}");
        }
    }

    #[test]
    fn pauses_grow_up_to_the_longest_and_differ_by_chance() {
        let mut lowest = Backoff::default();
        let mut highest = Backoff::default();
        let ceilings = [500, 1000, 2000, 4000, 5000, 5000, 5000];
        for ceiling in ceilings {
            assert_eq!(lowest.pause(0.0), Duration::from_millis(250));
            assert_eq!(highest.pause(1.0), Duration::from_millis(ceiling));
        }
        highest.held(Duration::from_millis(5000));
        assert_eq!(highest.pause(1.0), Duration::from_millis(5000), "as long as the pause is not longer");
        highest.held(Duration::from_millis(5001));
        assert_eq!(highest.pause(1.0), Duration::from_millis(500));
        assert_eq!(highest.refused(), Duration::from_secs(5));
    }

    proptest! {
        /// A daemon that follows the protocol, over a line that drops and doubles frames and breaks: what
        /// is told is every entry of the log after the snapshot, in order, each once, as far as it got.
        #[test]
        fn whatever_the_line_does_no_entry_is_left_out_or_told_twice(
            concerning in prop::collection::vec(any::<bool>(), 1..60),
            line in prop::collection::vec(0..10_u8, 0..200),
        ) {
            // The entries that concern the audience.
            let log: Vec<u64> = (1_u64..).zip(&concerning).filter(|(_, c)| **c).map(|(seq, _)| seq).collect();
            let mut line = line.into_iter();
            let mut follower = Follower::new(Audience::Display);
            let mut told: Vec<u64> = Vec::new();
            'connections: loop {
                let hello = follower.hello();
                let start = match hello.resume {
                    Some(at) => {
                        follower.take(&frame(&resumed(concerning.len() as u64)));
                        at.seq
                    }
                    None => {
                        told.clear();
                        follower.take(&frame(&snapshot(0)));
                        0
                    }
                };
                let mut prev = log.iter().copied().filter(|seq| *seq <= start).max().unwrap_or(0);
                for seq in log.iter().copied().filter(|seq| *seq > start) {
                    let message = frame(&entry(prev, seq));
                    prev = seq;
                    let copies = match line.next() {
                        Some(0) => continue, // lost
                        Some(1) => 2,
                        Some(2) => continue 'connections,
                        Some(_) | None => 1,
                    };
                    for _ in 0..copies {
                        match follower.take(&message) {
                            Verdict::Tell(News::Entry { seq, .. }) => told.push(seq),
                            Verdict::Ignore => {}
                            Verdict::Break(_) => continue 'connections,
                            Verdict::Tell(other) => prop_assert!(false, "{other:?}"),
                        }
                    }
                }
                if follower.take(&frame(&heartbeat(prev))) == Verdict::Ignore {
                    break;
                }
            }
            prop_assert_eq!(told, log);
        }
    }
}
