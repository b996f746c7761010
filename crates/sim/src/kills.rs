//! A daemon that is killed again and again under load, at any moment, and the clients who go on.
//!
//! - [`people`]: kiosks and officers, who send what was not answered again with the same id.
//!
//! Screens look on meanwhile, doze, hang up and resume. Everything that clients see is recorded, and judged by the
//! log at the end: see [`giliran_history`]. What is killed is the real program on a real file. That a kill leaves
//! the machine's memory of the file alone is so; what a power cut does is not tried here.

pub mod people;

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use giliran_history::{Recorder, Verdict, judge_files};
use giliran_protocol::view::Audience;
use serde::Serialize;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use crate::{
    chaos::rng::Chance,
    program::{PATIENCE, Program, Running},
    recorded::{Asker, Mood, Screen, last_told},
};
use people::{Kiosk, Officer, Work};

/// The branch.
pub const BRANCH: &str = "ribut";

const KIOSKS: usize = 6;
const COUNTERS: usize = 4;
const SCREENS: [(&str, Audience); 6] = [
    ("display-1", Audience::Display),
    ("display-2", Audience::Display),
    ("display-3", Audience::Display),
    ("kiosk", Audience::Kiosk),
    ("counter", Audience::Counter),
    ("supervisor", Audience::Supervisor),
];

/// How many answers there are at most before a kill.
const ANSWERS: usize = 120;

/// How many of a hundred kills hit while the daemon starts.
const AT_START: usize = 15;

/// What to do.
#[derive(Debug, Clone)]
pub struct Options {
    /// The daemon's program.
    pub program: PathBuf,
    /// Where configuration, database and recording are made.
    pub folder: PathBuf,
    /// How often it is killed.
    pub rounds: u32,
    /// What decides who does what, and when it is killed.
    pub seed: u64,
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The seed.
    pub seed: u64,
    /// How often the daemon was killed.
    pub kills: u32,
    /// How often before it listened.
    pub kills_at_start: u32,
    /// The median of the times from a start until it listened, in milliseconds.
    pub start_p50_ms: u64,
    /// The longest.
    pub start_max_ms: u64,
    /// How long it all took, in seconds.
    pub took_s: f64,
    /// What the daemon logged as errors.
    pub errors: Vec<String>,
    /// What was found.
    pub verdict: Verdict,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_content(&self) -> bool {
        self.errors.is_empty() && self.verdict.is_content()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, kills, kills_at_start, start_p50_ms, start_max_ms, took_s, errors, verdict } = self;
        writeln!(
            f,
            "seed {seed}: killed {kills} times in {took_s:.0} s, {kills_at_start} of them at the start"
        )?;
        writeln!(f, "from start to listening: median {start_p50_ms} ms, longest {start_max_ms} ms")?;
        write!(f, "{verdict}")?;
        errors.iter().try_for_each(|error| writeln!(f, "ERROR: {error}"))
    }
}

/// Kills, starts, kills and judges. `told` hears of every hundredth kill.
///
/// # Errors
/// It could not be done; what is wrong with the daemon's answers stands in the report.
pub async fn run(options: &Options, mut told: impl FnMut(u32)) -> anyhow::Result<Report> {
    let Options { program, folder, rounds, seed } = options;
    let (config, database) = (folder.join("office.toml"), folder.join("office.db"));
    let recording = folder.join("seen.jsonl");
    fs::write(&config, office(&database))?;
    let recorder = Recorder::create(&recording, BRANCH, true)?;
    let program =
        Program { path: program.clone(), config, database: database.clone(), simulated_clock: false };
    let mut storm = Storm::new(program, recorder.clone(), *seed);
    let began = Instant::now();
    for round in 1..=*rounds {
        storm.round().await.with_context(|| format!("seed {seed}, round {round}"))?;
        if round % 100 == 0 {
            told(round);
        }
    }
    storm.settle().await.with_context(|| format!("seed {seed}, after the last round"))?;
    recorder.flush()?;
    let verdict = judge_files(&database, BRANCH, &recording).await?;
    storm.starts.sort_unstable();
    let start =
        |at: usize| storm.starts.get(at).map_or(0, |took| took.as_millis().try_into().unwrap_or(u64::MAX));
    Ok(Report {
        seed: *seed,
        kills: *rounds,
        kills_at_start: storm.at_start,
        start_p50_ms: start(storm.starts.len() / 2),
        start_max_ms: start(storm.starts.len().saturating_sub(1)),
        took_s: began.elapsed().as_secs_f64(),
        errors: storm.errors,
        verdict,
    })
}

struct Storm {
    program: Program,
    chance: Chance,
    address: watch::Sender<Option<String>>,
    /// Set once people are to finish what they do and go.
    closing: watch::Sender<bool>,
    /// How many commands were answered.
    answers: watch::Sender<usize>,
    /// By screen, the last entry that it is to be told of; none before the end.
    until: Vec<watch::Sender<Option<u64>>>,
    people: JoinSet<anyhow::Result<()>>,
    screens: JoinSet<anyhow::Result<()>>,
    starts: Vec<Duration>,
    at_start: u32,
    errors: Vec<String>,
}

impl Storm {
    fn new(program: Program, recorder: Recorder, seed: u64) -> Self {
        let mut storm = Self {
            program,
            chance: Chance::of(seed),
            address: watch::Sender::new(None),
            closing: watch::Sender::new(false),
            answers: watch::Sender::new(0),
            until: Vec::new(),
            people: JoinSet::new(),
            screens: JoinSet::new(),
            starts: Vec::new(),
            at_start: 0,
            errors: Vec::new(),
        };
        for n in 0..KIOSKS {
            let work = storm.work(&recorder, &format!("kiosk-{}", n + 1));
            storm.people.spawn(Kiosk::new(work).run());
        }
        for n in 0..COUNTERS {
            let counter = format!("k{}", n + 1);
            let work = storm.work(&recorder, &counter);
            storm.people.spawn(Officer::new(work, counter).run());
        }
        for (name, audience) in SCREENS {
            let until = watch::Sender::new(None);
            let screen = Screen::new(recorder.clone(), name, audience, BRANCH);
            let mut chance = Chance::of(storm.chance.wide() as u64);
            let moods = move || match chance.below(400) {
                0 => Mood::Leaves { forgets: chance.percent(20) },
                1 => Mood::Dozes(Duration::from_millis(chance.below(200) as u64)),
                _ => Mood::Looks,
            };
            storm.screens.spawn(screen.look(storm.address.subscribe(), until.subscribe(), moods));
            storm.until.push(until);
        }
        storm
    }

    fn work(&mut self, recorder: &Recorder, name: &str) -> Work {
        Work {
            asker: Asker::new(recorder.clone(), name, BRANCH, self.address.subscribe()),
            chance: Chance::of(self.chance.wide() as u64),
            closing: self.closing.subscribe(),
            answers: self.answers.clone(),
        }
    }

    /// Starts the daemon, and kills it at some moment.
    async fn round(&mut self) -> anyhow::Result<()> {
        let mut daemon = self.program.start()?;
        if self.chance.percent(AT_START) {
            // Around the time that a start takes, so that every part of it is hit.
            let usual = self.starts.last().copied().unwrap_or(Duration::from_millis(100));
            sleep(usual.mul_f64(self.chance.below(100) as f64 / 100.0)).await;
            self.at_start += 1;
        } else {
            self.open(&mut daemon).await?;
            let enough = *self.answers.borrow() + 1 + self.chance.below(ANSWERS);
            let mut answers = self.answers.subscribe();
            // Whatever is seen is let go of at once: nobody could count another answer meanwhile.
            let answered = timeout(PATIENCE, answers.wait_for(|answers| *answers >= enough)).await.is_ok();
            if !answered {
                self.look_after_people()?;
                anyhow::bail!("the daemon answers no more: {}", daemon.complaint());
            }
            // Not always right after an answer.
            sleep(Duration::from_micros(self.chance.below(5_000) as u64)).await;
        }
        self.errors.extend(daemon.kill().await?);
        self.address.send_replace(None);
        self.look_after_people()
    }

    async fn open(&mut self, daemon: &mut Running) -> anyhow::Result<String> {
        let began = Instant::now();
        let address = daemon.address().await?;
        self.starts.push(began.elapsed());
        self.address.send_replace(Some(address.clone()));
        Ok(address)
    }

    /// Whoever has given up says why.
    fn look_after_people(&mut self) -> anyhow::Result<()> {
        match self.people.try_join_next().or_else(|| self.screens.try_join_next()) {
            None => Ok(()),
            Some(ended) => ended?.and_then(|()| anyhow::bail!("somebody went home early")),
        }
    }

    /// Starts the daemon once more, lets everybody finish, and ends it well.
    async fn settle(&mut self) -> anyhow::Result<()> {
        let mut daemon = self.program.start()?;
        let address = self.open(&mut daemon).await?;
        self.closing.send_replace(true);
        while let Some(ended) = self.people.join_next().await {
            ended??;
        }
        for ((_, audience), until) in SCREENS.iter().zip(&self.until) {
            until.send_replace(Some(last_told(&address, BRANCH, *audience).await?));
        }
        while let Some(ended) =
            timeout(PATIENCE, self.screens.join_next()).await.context("a screen is behind")?
        {
            ended??;
        }
        self.errors.extend(daemon.end().await?);
        Ok(())
    }
}

/// Two services and four counters, open day and night; a day's numbers come round in a long storm.
fn office(database: &Path) -> String {
    let mut text = format!(
        r#"
[server]
listen = "127.0.0.1:0"

[store]
path = {database:?}

[log]
filter = "warn"

[[branch]]
id = "{BRANCH}"
name = {{ ms = "Pejabat Ribut", en = "Storm Office" }}

[branch.calling]
come_back = "30m"
undo = "1m"

[[branch.class]]
id = "biasa"
name = {{ ms = "Biasa", en = "General" }}

[[branch.class]]
id = "warga-emas"
name = {{ ms = "Warga emas", en = "Senior citizen" }}
allowance = "5m"

[[branch.service]]
id = "bayaran"
name = {{ ms = "Bayaran", en = "Payments" }}
series = {{ letters = "A", last = 999, width = 3 }}

[[branch.service]]
id = "tanah"
name = {{ ms = "Urusan tanah", en = "Land matters" }}
series = {{ letters = "C", last = 9999, width = 4, skip = [13] }}
"#
    );
    for n in 1..=COUNTERS {
        let services = if n % 2 == 0 { r#""tanah", "bayaran""# } else { r#""bayaran", "tanah""# };
        text += &format!("\n[[branch.counter]]\nid = \"k{n}\"\nnumber = {n}\nservices = [{services}]\n");
    }
    text
}
