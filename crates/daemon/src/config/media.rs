//! Folders of pictures and films for the walls.

use std::path::{Path, PathBuf};

use giliran_core::BranchId;
use serde::Deserialize;

/// For how long a picture may stay, in seconds.
const SECONDS: std::ops::RangeInclusive<u32> = 3..=600;

/// A folder whose pictures and films are shown on walls.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// The folder. Relative to the folder of the configuration file.
    pub folder: PathBuf,
    /// The branches whose walls show it; all when absent.
    #[serde(default)]
    pub branches: Option<Vec<BranchId>>,
    /// For how many seconds a picture stays.
    #[serde(default = "Media::seconds")]
    pub seconds: u32,
}

impl Media {
    const fn seconds() -> u32 {
        10
    }

    /// Finds the folder beside the configuration file.
    pub(super) fn settle(&mut self, beside: &Path) {
        self.folder = beside.join(&self.folder);
    }

    /// Whether a branch's walls show it.
    pub fn is_for(&self, branch: &BranchId) -> bool {
        self.branches.as_ref().is_none_or(|ids| ids.contains(branch))
    }

    /// What is wrong with all of them together, for these branches.
    pub(super) fn faults(all: &[Self], branches: &[&BranchId]) -> Vec<String> {
        let mut faults = Vec::new();
        for (n, media) in all.iter().enumerate() {
            let n = n + 1;
            if !SECONDS.contains(&media.seconds) {
                faults.push(format!(
                    "media {n}: seconds: must be from {} to {}",
                    SECONDS.start(),
                    SECONDS.end()
                ));
            }
            for unknown in media.branches.iter().flatten().filter(|id| !branches.contains(id)) {
                faults.push(format!("media {n}: there is no branch `{unknown}`"));
            }
        }
        for branch in branches {
            if all.iter().filter(|media| media.is_for(branch)).count() > 1 {
                faults.push(format!("media: branch `{branch}` has more than one folder"));
            }
        }
        faults
    }

    /// What is unwise: a folder may come later, as one on a share does.
    pub(super) fn warning(&self) -> Option<String> {
        (!self.folder.is_dir()).then(|| format!("media: {} is no folder now", self.folder.display()))
    }
}
