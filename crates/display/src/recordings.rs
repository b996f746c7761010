//! What somebody of the office has recorded: fetched from the daemon ahead of time and kept on this machine, so that it
//! can be said when the line is down.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use giliran_client::{Api, Key};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

/// What is heard, mono at [`RATE_HZ`](giliran_voice::RATE_HZ).
pub type Samples = Arc<Vec<f32>>;

/// How many are held in memory at once: a minute each is six million bytes.
const HELD: usize = 8;

/// How many are kept on the disk.
const KEPT: usize = 64;

/// How soon a recording that could not be fetched is asked for again.
const AGAIN: Duration = Duration::from_secs(10);

/// The recordings that are on this machine, and those that are on their way.
pub struct Recordings {
    api: Api,
    branch: String,
    folder: PathBuf,
    here: BTreeMap<String, Samples>,
    /// The order in which they were last asked for.
    used: Vec<String>,
    fetches: JoinSet<(String, Result<Vec<u8>, String>)>,
    /// What could not be had, and when it is tried again.
    failed: BTreeMap<String, Instant>,
    wanted: Vec<String>,
    /// Of which it was said that they could not be had.
    told: BTreeSet<String>,
}

impl Recordings {
    /// Those of a branch of the daemon, kept in `folder`.
    pub fn new(api: Api, branch: &str, folder: PathBuf) -> Self {
        Self {
            api,
            branch: branch.to_owned(),
            folder,
            here: BTreeMap::new(),
            used: Vec::new(),
            fetches: JoinSet::new(),
            failed: BTreeMap::new(),
            wanted: Vec::new(),
            told: BTreeSet::new(),
        }
    }

    /// Fetches with this key from now on.
    pub fn set_key(&mut self, key: Key) {
        self.api = self.api.with_key(key);
        self.failed.clear();
        for name in std::mem::take(&mut self.wanted) {
            self.want(&name);
        }
    }

    /// Sees to it that a recording is here, or will be.
    pub fn want(&mut self, name: &str) {
        if self.here.contains_key(name) || self.wanted.iter().any(|wanted| wanted == name) {
            return;
        }
        // The name is the daemon's; one that is no short name would be a path.
        if name.parse::<giliran_core::RecordingId>().is_err() {
            return;
        }
        if let Some(samples) = fs::read(self.file(name)).ok().and_then(|bytes| read(&bytes).ok()) {
            // What is of use is not among the oldest.
            let used = fs::File::options().append(true).open(self.file(name));
            let _ = used.and_then(|file| file.set_modified(SystemTime::now()));
            self.hold(name, samples);
            return;
        }
        self.wanted.push(name.to_owned());
        self.fetch(name);
    }

    fn fetch(&mut self, name: &str) {
        let (api, branch, name) = (self.api.clone(), self.branch.clone(), name.to_owned());
        self.fetches.spawn(async move {
            let fetched = api.recording(&branch, &name).await.map_err(|why| why.to_string());
            (name, fetched)
        });
    }

    /// A recording, if it is here.
    pub fn get(&mut self, name: &str) -> Option<Samples> {
        self.want(name);
        let samples = self.here.get(name).cloned()?;
        self.used.retain(|used| used != name);
        self.used.push(name.to_owned());
        Some(samples)
    }

    /// Whether a recording may still come.
    pub fn is_coming(&self, name: &str) -> bool {
        self.wanted.iter().any(|wanted| wanted == name)
    }

    /// Waits until a recording has come, or is to be asked for again; for ever where none is wanted. Cancel-safe.
    pub async fn next(&mut self) {
        let again = self.failed.iter().min_by_key(|(_, at)| **at).map(|(name, at)| (name.clone(), *at));
        tokio::select! {
            Some(fetched) = self.fetches.join_next() => {
                if let Ok((name, fetched)) = fetched {
                    self.take(&name, fetched);
                }
            }
            () = async {
                match &again {
                    Some((_, at)) => sleep_until(*at).await,
                    None => std::future::pending().await,
                }
            } => {
                if let Some((name, _)) = again {
                    self.failed.remove(&name);
                    self.fetch(&name);
                }
            }
        }
    }

    fn take(&mut self, name: &str, fetched: Result<Vec<u8>, String>) {
        let samples = fetched.and_then(|bytes| {
            let samples = read(&bytes)?;
            if let Err(why) = self.keep(name, &bytes) {
                tracing::warn!(name, %why, "a recording can't be kept on this machine");
            }
            Ok(samples)
        });
        match samples {
            Ok(samples) => self.hold(name, samples),
            Err(why) => {
                if self.told.insert(name.to_owned()) {
                    tracing::warn!(name, %why, "a recording can't be had, trying again");
                }
                self.failed.insert(name.to_owned(), Instant::now() + AGAIN);
            }
        }
    }

    fn hold(&mut self, name: &str, samples: Vec<f32>) {
        self.wanted.retain(|wanted| wanted != name);
        self.here.insert(name.to_owned(), Arc::new(samples));
        self.used.retain(|used| used != name);
        self.used.push(name.to_owned());
        if self.used.len() > HELD {
            let longest_ago = self.used.remove(0);
            self.here.remove(&longest_ago);
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.wav"))
    }

    /// Writes a recording down, and removes the oldest of too many.
    fn keep(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let written = self.folder.join(format!("{name}.part"));
        fs::write(&written, bytes)?;
        fs::rename(&written, self.file(name))?;
        let mut files: Vec<_> = fs::read_dir(&self.folder)?
            .filter_map(|entry| {
                let entry = entry.ok()?;
                Some((entry.metadata().ok()?.modified().ok()?, entry.path()))
            })
            .filter(|(_, path)| is_sound(path))
            .collect();
        files.sort();
        let many = files.len().saturating_sub(KEPT);
        files.into_iter().take(many).try_for_each(|(_, path)| fs::remove_file(path))
    }
}

fn is_sound(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "wav")
}

fn read(bytes: &[u8]) -> Result<Vec<f32>, String> {
    giliran_voice::recording::read(bytes).map_err(|why| why.to_string())
}
