//! Every screen showed a prefix of the log, without a hole, and nothing that the log does not say.
//!
//! A screen has come as far as an entry by a picture, or by the frames after it. The next frame must name the
//! last one that the screen was told of, and between the two the log may hold nothing that every screen is told
//! of. Whatever a frame says of queues, counters, tickets and calls must be so after its entry.

mod shown;

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::{Line, Rule, Verdict, truth::Truth};

/// How many of the last calls a picture tells; none is left out before that.
const CALLS_TOLD: usize = 20;

/// Judges what screens were sent.
#[derive(Debug)]
pub struct Screens<'a> {
    truth: &'a Truth,
    sockets: HashMap<u64, Socket>,
    /// How far each client had come when its last connection ended.
    come: HashMap<String, Come>,
}

#[derive(Debug)]
struct Socket {
    client: String,
    sees_calls: bool,
    resumes: bool,
    greeted: bool,
    come: Come,
}

/// How far a screen has come.
#[derive(Debug, Clone, Copy, Default)]
struct Come {
    /// Of which log.
    log: Option<Uuid>,
    /// The last entry that is on the screen.
    seq: u64,
    /// The last entry that it was told of by a frame of its own; 0 after a picture.
    told: u64,
}

impl<'a> Screens<'a> {
    /// Nobody looks yet.
    pub fn new(truth: &'a Truth) -> Self {
        Self { truth, sockets: HashMap::new(), come: HashMap::new() }
    }

    /// Takes in a line.
    pub fn take(&mut self, number: u64, line: &Line, verdict: &mut Verdict) {
        match line {
            Line::Joined { socket, client, audience, resume, .. } => {
                verdict.figures.sockets += 1;
                let before = self.come.get(client).copied().unwrap_or_default();
                let come = match resume {
                    // Where it says itself that it goes on, even if that is further back.
                    Some(resume) => Come {
                        log: Some(resume.log),
                        seq: resume.seq,
                        told: if before.seq == resume.seq { before.told } else { 0 },
                    },
                    None => Come { told: 0, ..before },
                };
                let joined = Socket {
                    client: client.clone(),
                    sees_calls: audience != "kiosk",
                    resumes: resume.is_some(),
                    greeted: false,
                    come,
                };
                if self.sockets.insert(*socket, joined).is_some() {
                    verdict.find(
                        Rule::Recording,
                        number,
                        None,
                        format!("socket {socket} is another already"),
                    );
                }
            }
            Line::Frame { socket, frame, .. } => {
                verdict.figures.frames += 1;
                let Some(known) = self.sockets.get_mut(socket) else {
                    verdict.find(Rule::Recording, number, None, format!("socket {socket} has not joined"));
                    return;
                };
                known.frame(self.truth, number, frame, verdict);
            }
            Line::Left { socket, .. } => {
                if let Some(socket) = self.sockets.remove(socket) {
                    self.come.insert(socket.client, socket.come);
                }
            }
            Line::Settled { socket, .. } => {
                let come = self.sockets.get(socket).map_or(0, |socket| socket.come.seq);
                if let Some(seq) = self.truth.public_between(come, u64::MAX) {
                    let what = format!("the screen has settled at entry {come}");
                    verdict.find(Rule::ScreenBehind, number, seq, what);
                }
            }
            Line::Begins { .. }
            | Line::Sent { .. }
            | Line::Answered { .. }
            | Line::Refused { .. }
            | Line::Unanswered { .. } => {}
        }
    }
}

impl Socket {
    fn frame(&mut self, truth: &Truth, number: u64, frame: &Value, verdict: &mut Verdict) {
        let seq = frame["seq"].as_u64();
        let mut find = |rule, what: String| verdict.find(rule, number, seq, what);
        match (frame["type"].as_str().unwrap_or_default(), seq) {
            ("snapshot", Some(seq)) => {
                let log: Option<Uuid> = frame["log"].as_str().and_then(|log| log.parse().ok());
                if log != Some(truth.log) {
                    find(Rule::OtherLog, format!("the picture is of log {log:?}, the file {}", truth.log));
                }
                if self.come.log == log && seq < self.come.seq {
                    find(Rule::ScreenBack, format!("the screen had entry {} before", self.come.seq));
                }
                self.exists(truth, seq, &mut find);
                let before = std::mem::replace(&mut self.come, Come { log, seq, told: 0 });
                shown::picture(truth, seq, &frame["view"], self.sees_calls, &mut find);
                verdict.figures.snapshots += 1;
                if self.sees_calls && before.log == log {
                    let passed = truth.calls_between(before.seq, seq).len();
                    verdict.figures.calls_missed_while_away += passed.saturating_sub(CALLS_TOLD) as u64;
                }
            }
            ("resumed", Some(seq)) => {
                if !self.resumes && !self.greeted {
                    find(Rule::ScreenDiffers, "it is told to go on and had nothing".into());
                }
                self.exists(truth, seq, &mut find);
                verdict.figures.resumed += 1;
            }
            ("entry", Some(seq)) => {
                self.entry(truth, seq, frame, &mut find);
                if self.sees_calls && truth.call_of(seq).is_some() {
                    verdict.figures.calls_seen += 1;
                }
            }
            ("heartbeat", Some(seq)) => {
                if seq > self.come.seq {
                    find(Rule::ScreenHole, format!("the screen has entry {} only", self.come.seq));
                }
            }
            ("waits" | "opening" | "health" | "reported" | "refused", _) => {}
            (kind, _) => find(Rule::ScreenDiffers, format!("a frame `{kind}` that is none")),
        }
        self.greeted = true;
    }

    fn entry(&mut self, truth: &Truth, seq: u64, frame: &Value, find: &mut dyn FnMut(Rule, String)) {
        let Come { seq: had, told, .. } = self.come;
        if !self.greeted {
            find(Rule::ScreenDiffers, "an entry before any picture".into());
        }
        if seq <= had {
            find(Rule::ScreenBack, format!("the screen has entry {had} already"));
        } else {
            match frame["prev"].as_u64() {
                Some(prev) if prev > had => {
                    find(Rule::ScreenHole, format!("entry {prev} is before it, and the screen has {had}"));
                }
                Some(prev) if prev >= told => {}
                prev => find(Rule::ScreenHole, format!("it names {prev:?} before it; {told} is")),
            }
            if let Some(passed) = truth.public_between(had, seq) {
                find(Rule::ScreenHole, format!("entry {passed} was never shown"));
            }
        }
        if self.exists(truth, seq, find) {
            let at = frame["at"].as_str().and_then(|at| at.parse::<Timestamp>().ok());
            let at = at.map(Timestamp::as_nanosecond);
            if at != truth.at_ns.get(&seq).map(|at| i128::from(*at)) {
                find(Rule::ScreenDiffers, format!("it is of {}", frame["at"]));
            }
            shown::changes(truth, seq, &frame["changes"], self.sees_calls, find);
        }
        self.come.seq = had.max(seq);
        self.come.told = self.come.seq;
    }

    fn exists(&self, truth: &Truth, seq: u64, find: &mut dyn FnMut(Rule, String)) -> bool {
        let exists = seq == 0 || truth.at_ns.contains_key(&seq);
        if !exists {
            find(Rule::ScreenAhead, format!("the log ends with entry {}", truth.last));
        }
        exists
    }
}
