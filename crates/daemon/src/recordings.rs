//! What people of the office have recorded to be said in the hall: files beside the database.
//!
//! A recording's name is made of its sound, so that the same one sent twice is kept once and a name never means
//! something else later. Bounded: the oldest are removed when there are too many.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use axum::body::Bytes;
use giliran_core::{BranchId, RecordingId};
use giliran_voice::{RATE_HZ, pack::sha256, recording::RecordingError, wav};

/// So many of a branch are kept.
const KEPT: usize = 100;

/// The length of a name: 128 bits of the sound's digest.
const NAME_DIGITS: usize = 32;

/// Where recordings are kept.
#[derive(Debug)]
pub struct Recordings {
    folder: PathBuf,
}

/// Why something is not kept.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// It can't be said in a hall.
    #[error("the recording {0}")]
    Unfit(#[from] RecordingError),
    /// The disk does not take it.
    #[error("the recording can't be written: {0}")]
    Disk(#[from] io::Error),
}

/// Something that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its name.
    pub id: RecordingId,
    /// How long it is heard.
    pub length: Duration,
}

impl Recordings {
    /// Beside that database.
    pub fn beside(database: &Path) -> Self {
        let mut folder = database.as_os_str().to_owned();
        folder.push(".recordings");
        Self { folder: folder.into() }
    }

    fn file(&self, branch: &BranchId, id: &RecordingId) -> PathBuf {
        self.folder.join(branch.as_str()).join(format!("{id}.wav"))
    }

    /// Brings a WAV file into the form in which it is said, and keeps that.
    /// The oldest of too many are removed, but none that is `in_use`.
    pub fn keep(&self, branch: &BranchId, sent: &[u8], in_use: &[RecordingId]) -> Result<Kept, NotKept> {
        let samples = giliran_voice::recording::read(sent)?;
        let length = Duration::from_secs(samples.len() as u64) / RATE_HZ;
        let sound = wav::file(&samples).map_err(|why| NotKept::Unfit(RecordingError::Wav(why)))?;
        let name: String = sha256(&sound).chars().take(NAME_DIGITS).collect();
        let id: RecordingId = name.parse().map_err(|_| io::Error::other("a digest is a short name"))?;
        let file = self.file(branch, &id);
        if !file.exists() {
            let folder = self.folder.join(branch.as_str());
            fs::create_dir_all(&folder)?;
            let new = folder.join(format!("{id}.new"));
            fs::write(&new, &sound)?;
            fs::File::open(&new)?.sync_all()?;
            fs::rename(&new, &file)?;
            forget_oldest(&folder, in_use)?;
        } else {
            // Whoever sends it again wants it kept.
            fs::File::options().append(true).open(&file)?.set_modified(SystemTime::now())?;
        }
        Ok(Kept { id, length })
    }

    /// A recording as a WAV file, if it is here.
    pub fn find(&self, branch: &BranchId, id: &RecordingId) -> Option<Bytes> {
        fs::read(self.file(branch, id)).ok().map(Bytes::from)
    }

    /// Whether a recording is here.
    pub fn has(&self, branch: &BranchId, id: &RecordingId) -> bool {
        self.file(branch, id).is_file()
    }
}

fn forget_oldest(folder: &Path, in_use: &[RecordingId]) -> io::Result<()> {
    let is_used = |file: &Path| {
        file.file_stem().is_some_and(|name| in_use.iter().any(|used| name == used.to_string().as_str()))
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        files.push((entry.metadata()?.modified()?, entry.path()));
    }
    files.sort();
    let many = files.len().saturating_sub(KEPT);
    let old = files.into_iter().map(|(_, file)| file).filter(|file| !is_used(file)).take(many);
    for file in old {
        fs::remove_file(file)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f32) -> Vec<u8> {
        let samples: Vec<f32> = (0..RATE_HZ)
            .map(|at| 0.3 * (std::f32::consts::TAU * hz * at as f32 / RATE_HZ as f32).sin())
            .collect();
        wav::file(&samples).unwrap()
    }

    #[test]
    fn the_same_is_kept_once_another_beside_it_and_what_is_no_sound_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let recordings = Recordings::beside(&folder.path().join("office.db"));
        let branch: BranchId = "contoh".parse().unwrap();
        let one = recordings.keep(&branch, &tone(440.0), &[]).unwrap();
        assert_eq!(recordings.keep(&branch, &tone(440.0), &[]).unwrap(), one);
        let other = recordings.keep(&branch, &tone(880.0), &[]).unwrap();
        assert_ne!(one.id, other.id);
        assert!(one.length > Duration::from_millis(900), "{:?}", one.length);
        assert!(recordings.has(&branch, &one.id) && recordings.find(&branch, &other.id).is_some());
        assert!(!recordings.has(&"lain".parse().unwrap(), &one.id), "each branch has its own");
        let refused = recordings.keep(&branch, b"RIFF of nothing", &[]).unwrap_err();
        assert!(matches!(refused, NotKept::Unfit(_)), "{refused}");
    }
}
