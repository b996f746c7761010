//! The last calls of the day, for screens that come late.

use std::collections::VecDeque;

use giliran_core::{Branch, Entry, Event};
use giliran_protocol::view::{AnnouncementView, CallView};
use serde::{Deserialize, Serialize};

use crate::picture;

/// How many calls a new screen is given: a wall shows five or six, and a loudspeaker that was away for
/// a minute looks for those it missed.
const KEPT: usize = 20;

/// Something to be said aloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToSay {
    /// A call.
    Call(CallView),
    /// An announcement beside the calls.
    Announcement(AnnouncementView),
}

/// The last calls, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Calls(VecDeque<CallView>);

impl Calls {
    /// Takes in an entry; `branch` stands right after it. Says whether the last calls are others now.
    pub fn observe(&mut self, entry: &Entry, branch: &Branch) -> bool {
        let begins = entry.events.iter().any(|event| matches!(event, Event::DayBegan { .. }));
        if begins {
            self.0.clear();
        }
        if let Some(call) = branch.rules().and_then(|rules| picture::call(entry, rules)) {
            self.0.push_back(call);
            if self.0.len() > KEPT {
                self.0.pop_front();
            }
            return true;
        }
        begins
    }

    /// The call that an entry made, while it is among the last.
    pub fn of_entry(&self, seq: u64) -> Option<&CallView> {
        self.0.iter().rev().find(|call| call.seq == seq)
    }

    /// Oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &CallView> {
        self.0.iter()
    }

    /// Newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &CallView> {
        self.0.iter().rev()
    }
}
