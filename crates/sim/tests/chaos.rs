//! Chaos finds nothing in the rules, and finds what was put there on purpose.

use std::{thread, time::SystemTime};

use giliran_sim::chaos::{self, Counts, Planted};

/// The seeds that every run plays.
const FIXED: std::ops::Range<u64> = 0..200;

/// How many seeds that nobody has seen are played on top.
const FRESH: u64 = 20;

/// Within how many seeds a planted fault must be found.
const FOUND_WITHIN: u64 = 20;

/// Plays seeds on two threads, each seed for itself.
fn play_all(seeds: std::ops::Range<u64>) -> Counts {
    let halves = [
        seeds.start..seeds.start + (seeds.end - seeds.start) / 2,
        seeds.start + (seeds.end - seeds.start) / 2..seeds.end,
    ];
    let plays = halves.map(|half| {
        thread::spawn(move || {
            let mut counts = Counts::default();
            for seed in half {
                match chaos::play(seed, None) {
                    Ok(played) => counts.merge(&played.counts),
                    Err(failed) => panic!("{failed}"),
                }
            }
            counts
        })
    });
    let mut counts = Counts::default();
    for play in plays {
        match play.join() {
            Ok(part) => counts.merge(&part),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
    counts
}

#[test]
fn the_fixed_seeds_find_nothing_and_take_every_path() {
    let counts = play_all(FIXED);
    assert_eq!(counts.missing(), [""; 0], "{counts}");
}

#[test]
#[expect(clippy::print_stdout, reason = "whoever looks into a failure must know the seeds")]
fn fresh_seeds_find_nothing() {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let first = u64::try_from(now.as_nanos() % u128::from(u32::MAX)).unwrap();
    println!("seeds from {first} on");
    play_all(first..first + FRESH);
}

#[test]
fn the_same_seed_gives_the_same_log_to_the_byte() {
    for seed in 0..5 {
        let played = chaos::play_twice(seed).unwrap_or_else(|failed| panic!("{failed}"));
        assert!(played.log.len() > 20, "seed {seed} has only {} entries", played.log.len());
    }
    assert_ne!(chaos::play(0, None).unwrap().log, chaos::play(1, None).unwrap().log);
}

#[test]
fn every_planted_fault_is_found() {
    let missed: Vec<Planted> = Planted::ALL
        .into_iter()
        .filter(|planted| (0..FOUND_WITHIN).all(|seed| chaos::play(seed, Some(*planted)).is_ok()))
        .collect();
    assert_eq!(missed, [], "a fault that is not found shows a check that does not check");
}

#[test]
fn a_failing_seed_says_where_and_how_to_play_it_again() {
    let failed =
        (0..FOUND_WITHIN).find_map(|seed| chaos::play(seed, Some(Planted::CallsLast)).err()).unwrap();
    let said = failed.to_string();
    assert!(said.starts_with(&format!("seed {}, step {}: ", failed.seed, failed.step)), "{said}");
    assert!(said.ends_with(&format!("giliran-sim chaos --seed {}", failed.seed)), "{said}");
}
