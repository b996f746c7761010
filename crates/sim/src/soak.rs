//! A month in an office, compressed: business days one after another with all the office's clients, against one run of
//! the daemon.
//!
//! What it shows: nothing is lost or doubled over many days, the daemon logs no error, and what it takes of the
//! machine does not grow from day to day. One screen of each audience is recorded and judged; the others follow as
//! the real clients do, and must never lose the thread.

use std::{fmt, path::PathBuf};

use anyhow::Context;
use giliran_client::{Api, Link, News, Picture};
use giliran_core::Rules;
use giliran_history::{Recorder, Verdict, judge_files};
use giliran_protocol::view::Audience;
use jiff::{ToSpan, civil::Date};
use serde::Serialize;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use crate::{
    chaos::rng::Chance,
    day::{self, plan::Plan},
    program::{PATIENCE, Program, Takes},
    recorded::{Mood, Screen, last_told},
    replay::Speed,
};

/// Walls, one for each zone of a large hall, and a loudspeaker, which follows as a wall does.
const DISPLAYS: usize = 4;
const KIOSKS: usize = 3;
const SUPERVISORS: usize = 2;

/// From how many commands on a daemon has all that it keeps for those who reconnect: the last 2,048 entries, made into
/// frames for each audience. Until then it grows.
const WARM_AFTER: u64 = 4_096;

/// How much more memory a daemon may have in the last third of the days than in the first, once it is warm. What still
/// grows is bounded: 65,536 commands that are remembered (less than 6 MiB), a few kilobytes of what the days have
/// taught. The rest is how many pages the allocator happens to hold.
pub const GROWTH_KIB: u64 = 8 * 1024;

/// What to do.
#[derive(Debug, Clone)]
pub struct Options {
    /// The daemon's program.
    pub program: PathBuf,
    /// The daemon's configuration.
    pub config: PathBuf,
    /// The branch; none means the first.
    pub branch: Option<String>,
    /// Where database and recording are made.
    pub folder: PathBuf,
    /// How many days on which the office is open.
    pub days: usize,
    /// The first day that may be one of them.
    pub from: Date,
    /// What decides who comes and when.
    pub seed: u64,
}

/// A day of the month.
#[derive(Debug, Clone, Serialize)]
pub struct Day {
    /// The date.
    pub date: Date,
    /// Numbers given out.
    pub tickets: u32,
    /// Commands that were sent.
    pub commands: u64,
    /// How long it took, in seconds.
    pub took_s: f64,
    /// What the daemon took of the machine when it was over.
    pub takes: Takes,
}

/// What came of the month.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The branch.
    pub branch: String,
    /// The seed.
    pub seed: u64,
    /// The days.
    pub days: Vec<Day>,
    /// How many clients were connected all the time.
    pub clients: usize,
    /// Frames that the clients took that are not recorded.
    pub followed: u64,
    /// What must not be and was, besides what the verdict says.
    pub faults: Vec<String>,
    /// What was found.
    pub verdict: Verdict,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_content(&self) -> bool {
        self.faults.is_empty() && self.verdict.is_content()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "date        tickets  commands      s  resident KiB  threads  descriptors")?;
        for Day { date, tickets, commands, took_s, takes } in &self.days {
            let Takes { resident_kib, threads, descriptors } = takes;
            writeln!(
                f,
                "{date}  {tickets:>7}  {commands:>8}  {took_s:>5.1}  {resident_kib:>12}  {threads:>7}  {descriptors:>11}"
            )?;
        }
        let Self { branch, seed, days, clients, followed, faults, verdict } = self;
        let (tickets, commands) = (
            days.iter().map(|day| u64::from(day.tickets)).sum::<u64>(),
            days.iter().map(|day| day.commands).sum::<u64>(),
        );
        writeln!(f, "{branch}: {} days of seed {seed}, {tickets} tickets, {commands} commands", days.len())?;
        writeln!(f, "{clients} clients all the time; {followed} frames to those that are not recorded")?;
        write!(f, "{verdict}")?;
        faults.iter().try_for_each(|fault| writeln!(f, "FAULT: {fault}"))
    }
}

/// Plays the days. `told` hears of each.
///
/// # Errors
/// They could not be played; what is wrong stands in the report.
pub async fn run(options: &Options, mut told: impl FnMut(&Day)) -> anyhow::Result<Report> {
    let Options { program, config, branch, folder, days, from, seed } = options;
    let branch = day::rules(config, branch.as_deref())?.id.to_string();
    let (database, recording) = (folder.join("office.db"), folder.join("seen.jsonl"));
    let recorder = Recorder::create(&recording, &branch, true)?;
    let program = Program {
        path: program.clone(),
        config: config.clone(),
        database: database.clone(),
        simulated_clock: true,
    };
    let mut daemon = program.start()?;
    let address = daemon.address().await?;
    let rules = rules_in_force(&Api::new(&address)?, &branch).await?;
    let mut clients = Clients::begin(&address, &rules, &recorder, *seed);
    let how_many = clients.until.len();

    let mut played = Vec::new();
    let mut faults = Vec::new();
    let mut date = *from;
    while played.len() < *days {
        let number = played.len() as u64;
        anyhow::ensure!(
            date <= from.saturating_add(1.year()),
            "the office is not open on so many days of a year"
        );
        if let Ok(plan) = Plan::of(&rules, date, seed.wrapping_add(number)) {
            let recorder = Some(recorder.clone());
            let report =
                day::of_plan(&address, &rules, &plan, seed.wrapping_add(number), Speed::Max, recorder);
            let report =
                report.await.with_context(|| format!("{date}, seed {seed}: {}", daemon.complaint()))?;
            faults.extend(report.faults.iter().map(|fault| format!("{date}: {fault}")));
            let day = Day {
                date,
                tickets: report.tickets,
                commands: report.commands,
                took_s: report.took_s,
                takes: daemon.takes()?,
            };
            told(&day);
            played.push(day);
        }
        date = date.tomorrow()?;
    }

    clients.tell_the_end(&address, &branch).await?;
    let followed = clients.end(&mut faults).await?;
    faults.extend(daemon.end().await?.into_iter().map(|error| format!("the daemon logged: {error}")));
    faults.extend(grown(&played));
    recorder.flush()?;
    let verdict = judge_files(&database, &branch, &recording).await?;
    Ok(Report { branch, seed: *seed, days: played, clients: how_many, followed, faults, verdict })
}

/// The rules that the daemon goes by: with the public holidays, which stand in files of their own.
async fn rules_in_force(api: &Api, branch: &str) -> anyhow::Result<Rules> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match api.rules(branch).await {
            Ok(in_force) => return Ok(serde_json::from_value(in_force.rules)?),
            Err(error) if error.is_passing() && Instant::now() < deadline => {
                sleep(std::time::Duration::from_millis(50)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// What is looked at, on which days, and how much more of it there may be.
type Look<'a> = (&'static str, &'a [Day], fn(&Takes) -> u64, u64);

/// What grew that must not: the last third of the days beside the first, without those on which it must.
fn grown(days: &[Day]) -> Vec<String> {
    let mut commands = 0;
    let cold = days.iter().take_while(|day| {
        commands += day.commands;
        commands < WARM_AFTER
    });
    let warm = &days[cold.count()..];
    // Everybody has come by the end of the first day. A connection that was just let go may still be counted.
    let later = days.get(1..).unwrap_or_default();
    let looks: [Look<'_>; 3] = [
        ("resident memory in KiB", warm, |takes| takes.resident_kib, GROWTH_KIB),
        ("descriptors", later, |takes| takes.descriptors, 4),
        ("threads", later, |takes| takes.threads, 4),
    ];
    let more = |(name, days, what, allowed): Look<'_>| {
        let third = days.len() / 3;
        let first = median(days[..third].iter().map(|day| what(&day.takes)))?;
        let last = median(days[days.len() - third..].iter().map(|day| what(&day.takes)))?;
        (last > first + allowed).then(|| format!("{name}: {first} on the first days, {last} on the last"))
    };
    looks.into_iter().filter_map(more).collect()
}

fn median(values: impl Iterator<Item = u64>) -> Option<u64> {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

/// Everybody who is connected all the time.
struct Clients {
    tasks: JoinSet<anyhow::Result<Followed>>,
    until: Vec<(Audience, watch::Sender<Option<u64>>)>,
    address: watch::Sender<Option<String>>,
}

/// What a client has seen that is not recorded.
#[derive(Debug, Default)]
struct Followed {
    frames: u64,
    /// Each time that it lost the thread, and why.
    lost: Vec<String>,
}

impl Clients {
    fn begin(address: &str, rules: &Rules, recorder: &Recorder, seed: u64) -> Self {
        let mut clients = Self {
            tasks: JoinSet::new(),
            until: Vec::new(),
            address: watch::Sender::new(Some(address.to_owned())),
        };
        let branch = rules.id.to_string();
        for audience in Audience::ALL {
            let screen =
                Screen::new(recorder.clone(), crate::recorded::audience_word(audience), audience, &branch);
            let mut chance = Chance::of(seed);
            // A wall is switched off and on now and then.
            let moods = move || match chance.below(20_000) {
                0 => Mood::Leaves { forgets: chance.percent(50) },
                _ => Mood::Looks,
            };
            let until = clients.until(audience);
            let look = screen.look(clients.address.subscribe(), until, moods);
            clients.tasks.spawn(async move { look.await.map(|()| Followed::default()) });
        }
        let many = [
            (Audience::Display, DISPLAYS),
            (Audience::Kiosk, KIOSKS),
            (Audience::Supervisor, SUPERVISORS),
            (Audience::Counter, rules.counters.len()),
        ];
        for (audience, how_many) in many {
            for _ in 0..how_many {
                let until = clients.until(audience);
                clients.tasks.spawn(follow(address.to_owned(), branch.clone(), audience, until));
            }
        }
        clients
    }

    fn until(&mut self, audience: Audience) -> watch::Receiver<Option<u64>> {
        let (until, seen) = watch::channel(None);
        self.until.push((audience, until));
        seen
    }

    async fn tell_the_end(&self, daemon: &str, branch: &str) -> anyhow::Result<()> {
        for (audience, until) in &self.until {
            until.send_replace(Some(last_told(daemon, branch, *audience).await?));
        }
        Ok(())
    }

    async fn end(&mut self, faults: &mut Vec<String>) -> anyhow::Result<u64> {
        let mut frames = 0;
        while let Some(ended) =
            timeout(PATIENCE, self.tasks.join_next()).await.context("a client is behind")?
        {
            let followed = ended??;
            frames += followed.frames;
            faults.extend(followed.lost);
        }
        Ok(frames)
    }
}

async fn follow(
    daemon: String,
    branch: String,
    audience: Audience,
    mut until: watch::Receiver<Option<u64>>,
) -> anyhow::Result<Followed> {
    let mut link = Link::open(&daemon, &branch, audience)?;
    let mut picture = Picture::default();
    let mut followed = Followed::default();
    loop {
        if until.borrow_and_update().is_some_and(|until| picture.seq() >= until) {
            return Ok(followed);
        }
        tokio::select! {
            news = link.next() => {
                picture.take(&news);
                followed.frames += 1;
                match news {
                    News::Down(why) => followed.lost.push(format!("a {audience:?} lost the thread: {why}")),
                    News::Refused(error) => anyhow::bail!("a {audience:?} was refused: {}", error.code),
                    News::Snapshot { .. }
                    | News::Resumed { .. }
                    | News::Entry { .. }
                    | News::Waits(_)
                    | News::Opening(_)
                    | News::Health(_)
                    | News::Reported(_)
                    | News::Unheard { .. } => {}
                }
            }
            changed = until.changed() => changed.context("nobody says when it is over")?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Days of a thousand commands each, with that much memory and so many descriptors.
    fn days(takes: impl Fn(u64) -> (u64, u64)) -> Vec<Day> {
        let day = |n| {
            let (resident_kib, descriptors) = takes(n);
            Day {
                date: Date::ZERO,
                tickets: 100,
                commands: 1_000,
                took_s: 1.0,
                takes: Takes { resident_kib, threads: 6, descriptors },
            }
        };
        (0..30).map(day).collect()
    }

    #[test]
    fn what_grows_from_day_to_day_is_found_and_a_warm_up_is_not() {
        type Case = (&'static str, fn(u64) -> u64, fn(u64) -> u64, usize);
        let warm_up = |n: u64| 40_000 + 6_000 * n.min(4);
        let cases: [Case; 4] = [
            ("flat", |_| 60_000, |_| 36, 0),
            ("half a megabyte a day leaks", |n| 60_000 + 500 * n, |_| 36, 1),
            ("a connection a day leaks", |_| 60_000, |n| 36 + n, 1),
            ("connections come and go", |_| 60_000, |n| 36 + n % 3, 0),
        ];
        assert_eq!(grown(&days(|n| (warm_up(n), 36))), Vec::<String>::new());
        for (what, memory, descriptors, expected) in cases {
            assert_eq!(grown(&days(|n| (memory(n), descriptors(n)))).len(), expected, "{what}");
        }
        assert!(grown(&[]).is_empty());
    }
}
