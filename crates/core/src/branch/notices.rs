//! What the office tells everybody for a while. What it tells day after day stands in its rules.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Branch;
use crate::{Command, Event, NoticeId, Refusal, Remark, Texts};

/// The most notices that are posted at the same time: what a wall can show in some minutes.
pub const MOST_NOTICES: usize = 20;

/// A notice that was posted and not withdrawn yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What it says.
    pub text: Texts,
    /// Until when it is shown; none means until it is withdrawn. It ends with the business day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Branch {
    pub(super) fn post_notice(
        &self,
        text: &Texts,
        until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Event, Refusal> {
        if text.iter().any(|(_, line)| line.parse::<Remark>().is_err()) {
            return Err(Refusal::UnsoundNotice);
        }
        if until.is_some_and(|until| until <= now) {
            return Err(Refusal::NotLaterToday);
        }
        if self.notices.len() >= MOST_NOTICES {
            return Err(Refusal::TooManyNotices);
        }
        Ok(Event::NoticePosted { notice: NoticeId(self.posted + 1), text: text.clone(), until })
    }

    pub(super) fn withdraw_notice(&self, id: NoticeId) -> Result<Event, Refusal> {
        if self.notices.contains_key(&id) {
            Ok(Event::NoticeWithdrawn { notice: id })
        } else {
            Err(Refusal::UnknownNotice(id))
        }
    }

    /// When the next notice ends by itself.
    pub(super) fn notice_ends(&self) -> Option<(Timestamp, Command)> {
        let ending = self.notices.iter().filter_map(|(id, notice)| Some((notice.until?, *id)));
        ending.min().map(|(at, notice)| (at, Command::WithdrawNotice { notice }))
    }
}
