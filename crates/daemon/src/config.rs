//! The configuration file.
//!
//! Every key is named in `config/sample-office.toml` with what it means. A key that nobody knows, a
//! value that makes no sense and rules that contradict themselves are refused with their place.

mod alarms;
pub(crate) mod holidays;
mod media;
mod server;
mod sign_in;
mod voice;

use std::{
    collections::BTreeSet,
    fmt, fs,
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use giliran_core::{BranchId, Rules};
use jiff::SignedDuration;
use serde::Deserialize;

pub use self::{
    alarms::Alarms,
    media::Media,
    server::{Limits, Network, Server, Tls},
    sign_in::{Oidc, SignIn},
    voice::Voice,
};

/// The largest configuration that is read, in bytes: an office's rules have some 20 KiB, and there may be a
/// thousand offices.
const CONFIG_BYTES: u64 = 32 << 20;

/// The largest file of holidays, in bytes: a country's of many years have some 100 KiB.
const HOLIDAYS_BYTES: u64 = 4 << 20;

/// The most offices of one daemon.
const BRANCHES: usize = 1000;

/// All that a daemon is told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How it is reached.
    #[serde(default)]
    pub server: Server,
    /// How people sign in.
    #[serde(default)]
    pub sign_in: SignIn,
    /// Where it keeps its log of events.
    pub store: Store,
    /// What it writes about itself.
    #[serde(default)]
    pub log: Log,
    /// Files of public holidays.
    #[serde(default)]
    pub holidays: Vec<Holidays>,
    /// Pictures and films for the walls.
    #[serde(default)]
    pub media: Vec<Media>,
    /// The voices with which screens speak by themselves.
    #[serde(default)]
    pub voice: Voice,
    /// Who else is told when the charter is about to be missed.
    #[serde(default)]
    pub alarms: Alarms,
    /// The offices.
    #[serde(rename = "branch")]
    pub branches: Vec<Rules>,
}

/// A file of public holidays, on which branches that have hours are closed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holidays {
    /// The iCalendar file. Relative to the folder of the configuration file.
    pub file: PathBuf,
    /// The branches that keep them; all when absent. States have holidays of their own.
    #[serde(default)]
    pub branches: Option<Vec<BranchId>>,
}

/// Where the log of events is kept.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// The SQLite file; made when there is none. Relative to the working directory.
    pub path: PathBuf,
    /// Where a copy of it is kept up.
    #[serde(default)]
    pub backup: Option<Backup>,
}

/// The continuous copy of the log.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// The folder, which must be there: on a second disk, or on a share. Relative to the working directory.
    pub folder: PathBuf,
    /// How long the copy may be behind, as long as its disk keeps up.
    #[serde(default = "Backup::every")]
    pub every: SignedDuration,
    /// For how many days copies of logs that are no longer written are kept; for ever when absent.
    #[serde(default)]
    pub keep_days: Option<u32>,
}

impl Backup {
    /// Rarely enough that it costs nothing, often enough that a counter can remember what is lost.
    const fn every() -> SignedDuration {
        SignedDuration::from_secs(1)
    }

    /// What is allowed: oftener is no use, rarer is no continuous copy.
    const EVERY: std::ops::RangeInclusive<SignedDuration> =
        SignedDuration::from_millis(100)..=SignedDuration::from_hours(1);
}

/// What the daemon writes about itself, to standard error.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// Which lines, as `tracing` filter directives, such as `info` or `giliran_daemon=debug`.
    pub filter: String,
    /// For people or for programs.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info".into(), format: LogFormat::Text }
    }
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One readable line each.
    Text,
    /// One JSON object each.
    Json,
}

/// Why a configuration file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It could not be read.
    #[error("cannot read {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        why: io::Error,
    },
    /// It is not TOML, or has a key or value that does not fit; the text names line and column.
    #[error("{path}: {}", clipped(.why))]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and why.
        why: toml::de::Error,
    },
    /// It reads well and makes no sense.
    #[error("{path} is not sound:{}", listed(.faults))]
    Unsound {
        /// The file.
        path: PathBuf,
        /// Each fault with its place.
        faults: Vec<String>,
    },
}

impl Config {
    /// Reads and checks a file.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text =
            read(path, CONFIG_BYTES).map_err(|why| ConfigError::Unreadable { path: path.into(), why })?;
        let mut config: Self =
            toml::from_str(&text).map_err(|why| ConfigError::Malformed { path: path.into(), why })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.server.settle(folder);
        config.sign_in.settle(folder);
        config.voice.settle(folder);
        config.alarms.settle(folder);
        config.media.iter_mut().for_each(|media| media.settle(folder));
        let mut faults = config.take_holidays(folder);
        faults.extend(config.faults());
        if faults.is_empty() { Ok(config) } else { Err(ConfigError::Unsound { path: path.into(), faults }) }
    }

    /// What would be wrong with a text: its form, or its sense without the files that it names.
    #[doc(hidden)]
    pub fn examine(text: &str) -> Result<Vec<String>, toml::de::Error> {
        toml::from_str::<Self>(text).map(|config| config.faults())
    }

    /// What is allowed, but unwise.
    pub fn warnings(&self) -> Vec<String> {
        let of = |branch: &Rules| {
            let name = branch.id.clone();
            branch.warnings().into_iter().map(move |warning| format!("branch {name}: {warning}"))
        };
        let media = self.media.iter().filter_map(Media::warning);
        self.copy_beside_the_original()
            .into_iter()
            .chain(media)
            .chain(self.branches.iter().flat_map(of))
            .collect()
    }

    /// A copy on the same disk goes with it.
    fn copy_beside_the_original(&self) -> Option<String> {
        let Backup { folder, .. } = self.store.backup.as_ref()?;
        let database = std::path::absolute(&self.store.path).ok()?;
        let disk =
            |path: &Path| path.ancestors().find_map(|path| fs::metadata(path).ok()).map(|found| found.dev());
        let same = disk(&database) == Some(fs::metadata(folder).ok()?.dev());
        same.then(|| format!("store.backup.folder: {} is on the same disk as the database", folder.display()))
    }

    /// Puts the holidays into the branches' hours; dates that the hours name themselves stand above.
    fn take_holidays(&mut self, folder: &Path) -> Vec<String> {
        let mut faults = Vec::new();
        for (n, Holidays { file, branches }) in self.holidays.iter().enumerate() {
            let path = folder.join(file);
            let days = read(&path, HOLIDAYS_BYTES)
                .map_err(|why| why.to_string())
                .and_then(|text| holidays::read(&text));
            let days = match days {
                Ok(days) => days,
                Err(why) => {
                    faults.push(format!("holidays {}: {}: {why}", n + 1, path.display()));
                    continue;
                }
            };
            for unknown in branches.iter().flatten().filter(|id| !self.branches.iter().any(|b| b.id == **id))
            {
                faults.push(format!("holidays {}: there is no branch `{unknown}`", n + 1));
            }
            let keeps = |branch: &&mut Rules| branches.as_ref().is_none_or(|ids| ids.contains(&branch.id));
            for hours in self.branches.iter_mut().filter(keeps).filter_map(|branch| branch.hours.as_mut()) {
                let known: BTreeSet<_> = hours.special.iter().map(|known| known.date).collect();
                hours.special.extend(days.iter().filter(|day| !known.contains(&day.date)).cloned());
            }
        }
        faults
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = self.server.faults();
        faults.extend(self.sign_in.faults());
        if self.branches.is_empty() {
            faults.push("branch: there must be at least one".into());
        }
        if self.branches.len() > BRANCHES {
            faults.push(format!("branch: there are {}; {BRANCHES} are the most", self.branches.len()));
            return faults;
        }
        let mut seen = BTreeSet::new();
        for branch in &self.branches {
            if !seen.insert(&branch.id) {
                faults.push(format!("branch {}: stands twice", branch.id));
            }
            if let Err(found) = branch.check() {
                faults.extend(found.0.iter().map(|fault| format!("branch {}: {fault}", branch.id)));
            }
        }
        let branches: Vec<_> = self.branches.iter().map(|branch| &branch.id).collect();
        faults.extend(self.alarms.faults());
        faults.extend(Media::faults(&self.media, &branches));
        if let Some(backup) = &self.store.backup
            && !Backup::EVERY.contains(&backup.every)
        {
            faults.push("store.backup.every: must be from 100ms to 1h".into());
        }
        if let Err(why) = self.log.filter.parse::<tracing_subscriber::EnvFilter>() {
            faults.push(format!("log.filter: {why}"));
        }
        faults
    }
}

/// The text of a file that has a bearable size.
fn read(path: &Path, bytes: u64) -> io::Result<String> {
    let mut text = String::new();
    // One byte more than is allowed is enough to know, whatever the file says of its own size.
    fs::File::open(path)?.take(bytes + 1).read_to_string(&mut text)?;
    if text.len() as u64 > bytes {
        let what = format!("it is larger than {} MiB", bytes >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
    }
    Ok(text)
}

/// What is wrong, with the line that it is in, but not all of a line that has no end.
fn clipped(why: &toml::de::Error) -> String {
    let clip = |line: &str| line.chars().take(200).collect::<String>() + "\n";
    why.to_string().lines().take(20).map(clip).collect()
}

fn listed(faults: &[String]) -> impl fmt::Display {
    faults.iter().fold(String::new(), |text, fault| text + "\n  - " + fault)
}
