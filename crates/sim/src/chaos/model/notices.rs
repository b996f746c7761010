//! What the office tells everybody for a while.

use giliran_core::{Event, Notice, NoticeId, Texts};
use jiff::Timestamp;

use super::{Expected, Model};

impl Model {
    pub(super) fn post_notice(&mut self, text: &Texts, until: Option<Timestamp>, now: Timestamp) -> Expected {
        if !text.iter().all(|(_, line)| fits(line)) {
            return Err("unsound_notice");
        }
        if until.is_some_and(|until| until <= now) {
            return Err("not_later_today");
        }
        if self.notices.len() == 20 {
            return Err("too_many_notices");
        }
        self.posted += 1;
        let notice = NoticeId(self.posted);
        self.notices.push((notice, Notice { text: text.clone(), until }));
        Ok(Event::NoticePosted { notice, text: text.clone(), until })
    }

    pub(super) fn withdraw_notice(&mut self, id: NoticeId) -> Expected {
        if !self.notices.iter().any(|(notice, _)| *notice == id) {
            return Err("unknown_notice");
        }
        self.notices.retain(|(notice, _)| *notice != id);
        Ok(Event::NoticeWithdrawn { notice: id })
    }
}

/// Whether a line can be shown.
pub(super) fn fits(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && line.chars().count() <= 200 && !line.chars().any(char::is_control)
}
