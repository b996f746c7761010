//! Somebody who looks on: a display whose link is cut and comes back.

use std::collections::VecDeque;

use giliran_core::{Branch, Entry};

use super::system::{System, in_words, read};

/// How far behind somebody may be who is told entry by entry; others get the whole picture anew.
const RESUMES: usize = 40;

/// A display.
#[derive(Debug, Default)]
pub struct Watcher {
    seq: u64,
    branch: Branch,
    linked: bool,
    on_the_way: VecDeque<String>,
}

impl Watcher {
    /// Whether its link is up.
    pub fn is_linked(&self) -> bool {
        self.linked
    }

    /// The daemon tells everybody of new entries.
    pub fn told(&mut self, lines: &[String]) {
        if self.linked {
            self.on_the_way.extend(lines.iter().cloned());
        }
    }

    /// The link is cut, and what was on its way is lost.
    pub fn cut(&mut self) {
        self.linked = false;
        self.on_the_way.clear();
    }

    /// The link is up again. Says whether the whole picture was sent, and not what came after the last entry seen.
    pub fn link(&mut self, system: &System) -> Result<bool, String> {
        self.linked = true;
        let tail = system.after(self.seq);
        if tail.len() <= RESUMES {
            self.on_the_way.extend(tail.iter().cloned());
            return Ok(false);
        }
        self.branch = read(&in_words(system.branch()))?;
        self.seq = system.log().len() as u64;
        Ok(true)
    }

    /// Takes what has arrived: at most so many frames.
    pub fn arrive(&mut self, most: usize, system: &System) -> Result<(), String> {
        for _ in 0..most {
            let Some(line) = self.on_the_way.pop_front() else { break };
            let entry: Entry = read(&line)?;
            if entry.seq != self.seq + 1 {
                return Err(format!("a watcher that saw entry {} is told of {}", self.seq, entry.seq));
            }
            let stored = system.log().get(usize::try_from(self.seq).unwrap_or(usize::MAX));
            if stored != Some(&line) {
                return Err(format!("a watcher was told what the log does not say: {line}"));
            }
            for event in &entry.events {
                self.branch.apply(event, entry.at);
            }
            self.seq = entry.seq;
        }
        Ok(())
    }

    /// Whether it sees what is so, once it has been told of everything.
    pub fn check(&self, system: &System) -> Result<(), String> {
        let told_all = self.linked && self.on_the_way.is_empty();
        if told_all && self.seq != system.log().len() as u64 {
            return Err(format!("a watcher stands at entry {} of {}", self.seq, system.log().len()));
        }
        if told_all && self.branch != *system.branch() {
            return Err("a watcher that was told of everything sees another branch".into());
        }
        Ok(())
    }
}
