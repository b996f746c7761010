//! Every number from 1 to 999, every letter and every counter from 1 to 99, in every language, as they come out of a
//! WAV file: the right clips in the right order with nothing between or over them, no gap inside a sentence, loud
//! enough and never too loud. What is to be heard is written down here once more, not asked of the grammar.

#![expect(clippy::unwrap_used, reason = "a test that can't set itself up fails by itself")]

mod common;

use std::{io::Cursor, sync::LazyLock, thread};

use giliran_core::{Language, Place};
use giliran_voice::{
    Call, ClipId, Form, Manner, Pack, RATE_HZ, Voices, cardinal,
    level::{PEAK_LIMIT_DBTP, level},
    sound::{EDGE_MS, samples_in_ms},
    wav,
};

static VOICES: LazyLock<Voices> = LazyLock::new(common::voices);

const ALL: [Language; 4] = [Language::Ms, Language::En, Language::Zh, Language::Ta];

/// What is softer counts as quiet, here as where clips are trimmed: 50 dB under full scale.
const QUIET: f32 = 0.003_162_3;

/// The longest quiet at a join inside a sentence.
const LONGEST_QUIET_MS: usize = 60;

/// The shortest quiet between sentences and between languages.
const SHORTEST_PAUSE_MS: usize = 300;

/// As far as a sample of 16 bit may be from what it was, at a join with two of them.
const ROUNDING: f32 = 1.1 / 32767.0;

/// The call of `number`, with letters and counters going round.
fn call(number: u16) -> (Call, char, u8) {
    let letter = char::from(b'A' + u8::try_from((number - 1) % 26).unwrap());
    let counter = u8::try_from((number - 1) % 99 + 1).unwrap();
    (Call::new(&format!("{letter}{number:03}"), Place::Counter, counter).unwrap(), letter, counter)
}

/// The clips of that call, in full.
fn wanted(language: Language, number: u16) -> Vec<ClipId> {
    let (_, letter, counter) = call(number);
    let words = |names: &[&'static str]| names.iter().map(|name| ClipId::new(*name)).collect::<Vec<_>>();
    let mut spelled = vec![ClipId::new(format!("l.{letter}"))];
    spelled.extend(number.to_string().chars().map(|digit| ClipId::new(format!("d.{digit}"))));
    let place = cardinal(language, counter.into());
    match language {
        Language::Ms | Language::En => {
            [words(&["w.number"]), spelled, words(&["w.to.counter"]), place].concat()
        }
        Language::Zh => {
            let (please, to) = (words(&["w.please"]), words(&["w.number", "w.to"]));
            [please, spelled, to, place, words(&["w.at.counter"])].concat()
        }
        Language::Ta => {
            let counter = words(&["w.no.counter"]);
            [words(&["w.number"]), spelled, counter, place, words(&["w.please"])].concat()
        }
    }
}

fn manner(languages: &[Language]) -> Manner {
    Manner { chime: false, languages: languages.to_vec(), form: Form::Full, repeats: 1 }
}

/// The sound as a file has it: 16 bit.
fn through_a_file(samples: &[f32]) -> Vec<f32> {
    let mut reader = hound::WavReader::new(Cursor::new(wav::file(samples).unwrap())).unwrap();
    reader.samples::<i16>().map(|sample| f32::from(sample.unwrap()) / 32767.0).collect()
}

/// Finds `clips` in `heard`, each behind the one before; the quiet at each join, in samples.
fn listen(heard: &[f32], clips: &[&[f32]]) -> Result<Vec<usize>, String> {
    let edge = samples_in_ms(EDGE_MS);
    let mut rest = heard.to_vec();
    let mut places: Vec<(usize, usize)> = Vec::new();
    for (n, clip) in clips.iter().enumerate() {
        let core = &clip[edge..clip.len() - edge];
        let from = places.last().map_or(0, |(_, end)| end - edge);
        let is_here = |at: usize| {
            let here = heard.get(at + edge..at + edge + core.len());
            here.is_some_and(|here| here.iter().zip(core).all(|(one, other)| (one - other).abs() <= ROUNDING))
        };
        let Some(at) = (from..from + samples_in_ms(1500)).find(|at| is_here(*at)) else {
            return Err(format!("clip {n} is not where it should be"));
        };
        rest[at..].iter_mut().zip(*clip).for_each(|(rest, sample)| *rest -= sample);
        places.push((at, at + clip.len()));
    }
    let end = places.last().map_or(0, |(_, end)| *end);
    if end != heard.len() || places[0].0 != 0 {
        return Err(format!("there is something before or behind: {end} of {} samples", heard.len()));
    }
    if let Some(at) = rest.iter().position(|sample| sample.abs() > 2.0 * ROUNDING) {
        return Err(format!("there is something else at sample {at}"));
    }
    let loud = |sample: &f32| sample.abs() > QUIET;
    let gaps = places.windows(2).map(|pair| {
        let [(before, until), (behind, end)] = [pair[0], pair[1]];
        let last = heard[before..until].iter().rposition(loud).unwrap_or(0) + before;
        let first = heard[behind..end].iter().position(loud).unwrap_or(0) + behind;
        first.saturating_sub(last + 1)
    });
    Ok(gaps.collect())
}

/// What is wrong with the sound of a sentence of one language.
fn examine(pack: &Pack, heard: &[f32], clips: &[ClipId]) -> Result<usize, String> {
    let clips: Vec<_> = clips.iter().map(|id| pack.clip(id).unwrap()).collect();
    let gaps = listen(heard, &clips)?;
    let longest = gaps.into_iter().max().unwrap_or(0);
    if longest > samples_in_ms(LONGEST_QUIET_MS as u32) {
        return Err(format!("a gap of {} samples", longest));
    }
    Ok(longest)
}

/// What is wrong with how loud it is.
fn measure(heard: &[f32]) -> Result<(), String> {
    let level = level(heard);
    let right = (level.loudness_lufs + 20.0).abs() <= 1.0 && level.true_peak_dbtp <= PEAK_LIMIT_DBTP;
    if right { Ok(()) } else { Err(format!("{level:?}")) }
}

#[test]
fn every_number_letter_and_counter_is_joined_without_a_fault_in_every_language() {
    let check = |language: Language| {
        let pack = VOICES.get(language).unwrap();
        let mut longest = 0;
        for number in 1..=999 {
            let (call, ..) = call(number);
            let said = VOICES.announce(std::slice::from_ref(&call), &manner(&[language]));
            let heard = through_a_file(&said);
            let what =
                |fault: String| format!("{language} {} {}: {fault}", call.number(), call.place_number());
            assert_eq!(
                heard.len(),
                VOICES.programme(std::slice::from_ref(&call), &manner(&[language])).samples()
            );
            longest = longest.max(examine(pack, &heard, &wanted(language, number)).map_err(what).unwrap());
            measure(&heard).map_err(what).unwrap();
        }
        eprintln!("{language}: the longest gap is {} ms", longest * 1000 / RATE_HZ as usize);
    };
    thread::scope(|scope| {
        ALL.map(|language| scope.spawn(move || check(language))).map(|one| one.join().unwrap())
    });
}

#[test]
fn between_sentences_and_languages_there_is_a_pause() {
    for number in (1..=990).step_by(53) {
        let calls = [call(number).0, call(number + 1).0];
        let said = through_a_file(&VOICES.announce(&calls[..1], &manner(&ALL)));
        let parts = |language: Language| {
            let pack = VOICES.get(language).unwrap();
            wanted(language, number).into_iter().map(|id| pack.clip(&id).unwrap()).collect::<Vec<_>>()
        };
        let gaps = listen(&said, &ALL.map(parts).concat()).unwrap();
        let long: Vec<_> = gaps.iter().filter(|gap| **gap > samples_in_ms(LONGEST_QUIET_MS as u32)).collect();
        assert_eq!(long.len(), 3, "one between two languages: {gaps:?}");
        assert!(long.iter().all(|gap| **gap >= samples_in_ms(SHORTEST_PAUSE_MS as u32)));
        measure(&said).unwrap();

        for language in ALL {
            let pack = VOICES.get(language).unwrap();
            let said = through_a_file(&VOICES.announce(&calls, &manner(&[language])));
            let clips = pack.joined(&calls).into_iter().filter_map(|part| match part {
                giliran_voice::Part::Clip(id) => Some(id),
                giliran_voice::Part::Silence(_) => None,
            });
            let clips: Vec<_> = clips.map(|id| pack.clip(&id).unwrap().to_vec()).collect();
            let gaps = listen(&said, &clips.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
            let long: Vec<_> =
                gaps.iter().filter(|gap| **gap > samples_in_ms(LONGEST_QUIET_MS as u32)).collect();
            assert!(
                long.len() == 1 && *long[0] >= samples_in_ms(SHORTEST_PAUSE_MS as u32),
                "one between two calls: {gaps:?}"
            );
        }
    }
}

#[test]
fn each_planted_fault_is_found() {
    let pack = VOICES.get(Language::Ms).unwrap();
    let number = 347;
    let clips = wanted(Language::Ms, number);
    let right = through_a_file(&VOICES.announce(&[call(number).0], &manner(&[Language::Ms])));
    examine(pack, &right, &clips).unwrap();
    measure(&right).unwrap();
    let first = pack.clip(&clips[0]).unwrap().len();

    let mut swapped = clips.clone();
    swapped.swap(2, 3);
    examine(pack, &right, &swapped).unwrap_err();
    examine(pack, &right, &clips[1..]).unwrap_err();
    examine(pack, &right, &clips[..clips.len() - 1]).unwrap_err();

    let with = |at: usize, quiet: usize| [&right[..at], &vec![0.0; quiet], &right[at..]].concat();
    let gap = examine(pack, &with(first, samples_in_ms(60)), &clips).unwrap_err();
    assert!(gap.starts_with("a gap of"), "{gap}");

    // The next clip begins before the first has ended.
    let mut over = right[..first].to_vec();
    let behind = &right[first + samples_in_ms(20)..];
    let (under, rest) = behind.split_at(samples_in_ms(40));
    over[first - under.len()..].iter_mut().zip(under).for_each(|(sum, sample)| *sum += sample);
    over.extend_from_slice(rest);
    examine(pack, &over, &clips).unwrap_err();

    let mut click = right.clone();
    click[first + 100] += 0.01;
    examine(pack, &click, &clips).unwrap_err();

    for gain in [0.8, 1.2] {
        measure(&right.iter().map(|sample| sample * gain).collect::<Vec<_>>()).unwrap_err();
    }
    let mut peak = right.clone();
    peak[first + 5000] = 0.95;
    measure(&peak).unwrap_err();
}
