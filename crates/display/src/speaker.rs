//! The whole speaker: link, announcer and player put together.

use std::collections::VecDeque;

use anyhow::Context as _;
use giliran_client::{Broken, Link, News};
use giliran_core::Language;
use giliran_protocol::view::{Audience, CallView};
use giliran_voice::Voices;
use tokio::select;

use crate::{
    announcer::{Announcement, Announcer, Policy, Unsaid},
    output::{Played, SoundOutput},
    player::{Over, Player},
};

/// What a speaker has done.
#[derive(Debug)]
pub enum Report {
    /// A call was said to its end.
    Announced {
        /// What was said, and how.
        announcement: Announcement,
        /// Where the sound went: `device`, `file` or `none`.
        output: &'static str,
    },
    /// A call was not said, or not to its end.
    NotAnnounced {
        /// Which.
        call: CallView,
        /// Why.
        why: String,
    },
    /// The link to the daemon is up.
    LinkUp,
    /// The link is down; it is being set up again. Told once for each time that it goes down.
    LinkDown(Broken),
    /// The daemon does not want this speaker, and says why; it is asked again. Told once.
    Refused {
        /// The stable word.
        code: String,
        /// For a person.
        message: String,
    },
}

/// The output's name where nothing is to be heard.
const SILENT: &str = "none";

/// The loudspeaker of a branch.
pub struct Speaker {
    link: Link,
    announcer: Announcer,
    player: Player,
    reports: VecDeque<Report>,
    line: Line,
}

/// What was last told of the link.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Unknown,
    Up,
    Down,
    Refused(String),
}

impl Speaker {
    /// A speaker for a branch of the daemon at `base`. Connects with the first call of
    /// [`next`](Self::next).
    ///
    /// # Errors
    /// `base` is no address, or the system gives no thread.
    pub fn open(
        base: &str,
        branch: &str,
        voices: Voices,
        languages: Option<Vec<Language>>,
        output: Box<dyn SoundOutput>,
    ) -> anyhow::Result<Self> {
        let mut link = Link::open(base, branch, Audience::Display).context("--daemon")?;
        // Whether the sound card is there shows with the first call.
        link.set_speaking(output.name() != SILENT);
        let policy = Policy { languages, voices: voices.languages().collect(), paced: output.paced() };
        Ok(Self {
            link,
            announcer: Announcer::new(policy),
            player: Player::start(voices, output)?,
            reports: VecDeque::new(),
            line: Line::Unknown,
        })
    }

    /// Goes on until there is something to report. Cancel-safe, so it may stand in a `select!`.
    ///
    /// # Errors
    /// No sound can be made any more; the program is best started afresh.
    pub async fn next(&mut self) -> anyhow::Result<Report> {
        loop {
            if let Some(report) = self.reports.pop_front() {
                return Ok(report);
            }
            if self.player.is_idle()
                && let Some(announcement) = self.announcer.next_to_say()
            {
                self.player.say(announcement)?;
            }
            select! {
                news = self.link.next() => self.take(&news),
                over = self.player.over() => {
                    let over = over?;
                    // People who hear nothing need the screens to show them more.
                    match over.result {
                        Ok(Played::Whole) => self.link.set_speaking(true),
                        Ok(Played::Unheard) => self.link.set_speaking(false),
                        Ok(Played::Stopped) | Err(_) => {}
                    }
                    self.reports.push_back(report(over));
                }
            }
        }
    }

    /// Ends what is being said and closes the output. Reports what was still in hand.
    pub async fn end(mut self) -> Vec<Report> {
        let mut reports: Vec<_> = self.reports.drain(..).collect();
        reports.extend(self.player.end().await.into_iter().map(report));
        while let Some(Announcement { call, .. }) = self.announcer.next_to_say() {
            reports.push(Report::NotAnnounced { call, why: "the speaker ends".into() });
        }
        reports
    }

    fn take(&mut self, news: &News) {
        for (call, why) in self.announcer.take(news) {
            let why = match why {
                Unsaid::Stale => "too old when the link came back",
                Unsaid::Crowded => "too many calls waited",
            };
            self.reports.push_back(Report::NotAnnounced { call, why: why.into() });
        }
        let (line, report) = match news {
            News::Snapshot { .. } | News::Resumed { .. } => (Line::Up, Report::LinkUp),
            News::Down(broken) => (Line::Down, Report::LinkDown(broken.clone())),
            News::Refused(error) => {
                let message = error.message.en.as_ref().unwrap_or(&error.message.ms).clone();
                let code = error.code.clone();
                (Line::Refused(code.clone()), Report::Refused { code, message })
            }
            News::Entry { .. } | News::Waits(_) | News::Opening(_) | News::Health(_) => return,
        };
        if self.line != line {
            self.line = line;
            self.reports.push_back(report);
        }
    }
}

fn report(over: Over) -> Report {
    let Over { announcement, result, output } = over;
    let why = match result {
        Ok(Played::Whole) => return Report::Announced { announcement, output },
        // Nobody hears it, but the speaker has done its part; that there is no card was said before.
        Ok(Played::Unheard) => return Report::Announced { announcement, output: "none" },
        Ok(Played::Stopped) => "cut off because the speaker ends".to_owned(),
        Err(error) => format!("{error:#}"),
    };
    Report::NotAnnounced { call: announcement.call, why }
}
