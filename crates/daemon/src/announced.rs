//! The last announcements of the day beside the calls, for screens and loudspeakers that come late.

use std::collections::VecDeque;

use giliran_core::{Entry, Event};
use giliran_protocol::view::AnnouncementView;
use serde::{Deserialize, Serialize};

use crate::picture;

/// How many a newcomer is given: what a loudspeaker that was away for a minute may have missed.
const KEPT: usize = 20;

/// The last announcements, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Announced(VecDeque<AnnouncementView>);

impl Announced {
    /// Takes in an entry. Says whether the last announcements are others now.
    pub fn observe(&mut self, entry: &Entry) -> bool {
        let begins = entry.events.iter().any(|event| matches!(event, Event::DayBegan { .. }));
        if begins {
            self.0.clear();
        }
        let before = self.0.len();
        for event in &entry.events {
            if let Event::AnnouncementEnded { announcement } = event {
                self.0.retain(|made| made.urgent != Some(announcement.0));
            }
        }
        let Some(made) = picture::announcement(entry) else { return begins || self.0.len() < before };
        self.0.push_back(made);
        if self.0.len() > KEPT {
            // What is urgent is said again until it is called off.
            let oldest = self.0.iter().position(|made| made.urgent.is_none()).unwrap_or(0);
            self.0.remove(oldest);
        }
        true
    }

    /// The announcement that an entry made, while it is among the last.
    pub fn of_entry(&self, seq: u64) -> Option<&AnnouncementView> {
        self.0.iter().rev().find(|made| made.seq == seq)
    }

    /// Oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &AnnouncementView> {
        self.0.iter()
    }
}
