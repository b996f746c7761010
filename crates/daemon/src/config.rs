//! The configuration file.
//!
//! Every key is named in `config/sample-office.toml` with what it means. A key that nobody knows, a
//! value that makes no sense and rules that contradict themselves are refused with their place.

use std::{
    collections::BTreeSet,
    fmt, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use giliran_core::Rules;
use serde::Deserialize;

/// All that a daemon is told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How it is reached.
    #[serde(default)]
    pub server: Server,
    /// Where it keeps its log of events.
    pub store: Store,
    /// What it writes about itself.
    #[serde(default)]
    pub log: Log,
    /// The offices.
    #[serde(rename = "branch")]
    pub branches: Vec<Rules>,
}

/// How the daemon is reached.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address and port; port 0 takes any that is free.
    pub listen: SocketAddr,
}

impl Default for Server {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 8080)) }
    }
}

/// Where the log of events is kept.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// The SQLite file; made when there is none. Relative to the working directory.
    pub path: PathBuf,
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
        why: std::io::Error,
    },
    /// It is not TOML, or has a key or value that does not fit; the text names line and column.
    #[error("{path}: {why}")]
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
            fs::read_to_string(path).map_err(|why| ConfigError::Unreadable { path: path.into(), why })?;
        let config: Self =
            toml::from_str(&text).map_err(|why| ConfigError::Malformed { path: path.into(), why })?;
        let faults = config.faults();
        if faults.is_empty() { Ok(config) } else { Err(ConfigError::Unsound { path: path.into(), faults }) }
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.branches.is_empty() {
            faults.push("branch: there must be at least one".into());
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
        if let Err(why) = self.log.filter.parse::<tracing_subscriber::EnvFilter>() {
            faults.push(format!("log.filter: {why}"));
        }
        faults
    }
}

fn listed(faults: &[String]) -> impl fmt::Display {
    faults.iter().fold(String::new(), |text, fault| text + "\n  - " + fault)
}
