//! What the office's own days have taught: how long things take, who comes when, and whether announced waits came true.
//!
//! Kept with the snapshot; can be built again from the log at any time.

use giliran_core::{Branch, Entry};
use giliran_forecast::{Arrivals, Honesty, Learned};
use serde::{Deserialize, Serialize};

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Taught {
    /// How long visits and waits take.
    pub learned: Learned,
    /// Who comes when.
    pub arrivals: Arrivals,
    /// Whether announced waits came true.
    pub honesty: Honesty,
}

impl Taught {
    /// Takes in an entry, given the branch as it stood before it.
    pub fn observe(&mut self, before: &Branch, entry: &Entry) {
        self.learned.observe(before, entry);
        self.arrivals.observe(before, entry);
        self.honesty.observe(before, entry);
    }
}
