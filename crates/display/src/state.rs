//! Where the speaker keeps what must outlive it.

use std::{
    env,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use crate::announcer::Progress;

/// The file of the key when nobody says.
const KEY: &str = "giliran-display.key";

/// Where the key is when nobody says: in the folder that systemd gives, or in the user's own.
///
/// # Errors
/// There is neither.
pub fn default_key() -> anyhow::Result<PathBuf> {
    let folder = folder(env::var_os("STATE_DIRECTORY"), env::var_os("XDG_STATE_HOME"), env::home_dir());
    Ok(folder.context("there is no folder for the key; say where with --key")?.join(KEY))
}

fn folder(systemd: Option<OsString>, xdg: Option<OsString>, home: Option<PathBuf>) -> Option<PathBuf> {
    // systemd gives several with colons between; paths that are not absolute are to be passed over.
    let systemd = systemd.and_then(|folders| env::split_paths(&folders).next());
    let absolute = |path: &PathBuf| path.is_absolute();
    systemd.filter(absolute).or_else(|| {
        let states = xdg.map(PathBuf::from).filter(absolute);
        let below = |home: PathBuf| home.join(".local/state");
        Some(states.or_else(|| home.filter(absolute).map(below))?.join(Path::new("giliran")))
    })
}

/// How far a branch's log was said, in a file beside the key: a program that was killed goes on from there.
#[derive(Debug)]
pub struct Said {
    file: PathBuf,
    kept: Option<Progress>,
    /// Whether it was told that it can't be kept.
    told: bool,
}

impl Said {
    /// What was kept, if anything was that can be read.
    pub fn beside(key: &Path, branch: &str) -> Self {
        let file = key.with_extension(format!("{branch}.said"));
        let kept = fs::read(&file).ok().and_then(|kept| serde_json::from_slice(&kept).ok());
        Self { file, kept, told: false }
    }

    /// How far it was.
    pub fn progress(&self) -> Option<Progress> {
        self.kept.clone()
    }

    /// Keeps how far it is, where that is news.
    pub fn keep(&mut self, progress: Progress) {
        if self.kept.as_ref() == Some(&progress) {
            return;
        }
        match self.write(&progress) {
            Ok(()) => self.told = false,
            Err(why) if !self.told => {
                self.told = true;
                tracing::warn!(file = %self.file.display(), %why, "how far was said can't be kept; a restart may leave a call out");
            }
            Err(_) => {}
        }
        self.kept = Some(progress);
    }

    /// Old or new, never half: a program may be killed at any moment.
    fn write(&self, progress: &Progress) -> io::Result<()> {
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        let new = self.file.with_extension("new");
        fs::write(&new, serde_json::to_vec(progress)?)?;
        fs::rename(&new, &self.file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(systemd: Option<&str>, xdg: Option<&str>, home: Option<&str>, expected: Option<&str>) {
        let found = folder(systemd.map(Into::into), xdg.map(Into::into), home.map(Into::into));
        assert_eq!(found.as_deref(), expected.map(Path::new));
    }

    #[test]
    fn the_state_is_where_systemd_or_the_user_has_it() {
        let lib = "/var/lib/giliran-speaker";
        check(Some(lib), Some("/x"), Some("/home/siti"), Some(lib));
        check(Some("/var/lib/one:/var/lib/two"), None, None, Some("/var/lib/one"));
        check(None, Some("/x"), Some("/home/siti"), Some("/x/giliran"));
        check(None, None, Some("/home/siti"), Some("/home/siti/.local/state/giliran"));
        check(Some(""), Some("here"), Some("/home/siti"), Some("/home/siti/.local/state/giliran"));
        check(None, Some(""), Some(""), None);
        check(None, None, None, None);
    }
}
