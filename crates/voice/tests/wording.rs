//! What is said, in words and in clips.

mod common;

use std::{fmt::Write as _, sync::LazyLock};

use giliran_core::{Language, Place};
use giliran_voice::{Call, CallError, Form, Pack, Part, cardinal};
use proptest::prelude::*;

static MS: LazyLock<Pack> = LazyLock::new(|| common::shipped("ms-MY.espeak"));
static EN: LazyLock<Pack> = LazyLock::new(|| common::shipped("en-MY.espeak"));

fn call(number: &str, place: Place, place_number: u8) -> Call {
    Call::new(number, place, place_number).expect("a call that can be said")
}

fn words(pack: &Pack, call: &Call, form: Form) -> String {
    pack.words(&pack.sentence(call, form))
}

#[test]
fn calls_are_worded_as_an_officer_would_say_them() {
    let at_counter = call("A047", Place::Counter, 3);
    let in_room = call("QR1080", Place::Room, 21);
    for (pack, call, form, wanted) in [
        (&MS, &at_counter, Form::Full, "nombor A kosong empat tujuh sila ke kaunter tiga"),
        (&MS, &at_counter, Form::Short, "A kosong empat tujuh kaunter tiga"),
        (&MS, &in_room, Form::Full, "nombor Q R satu kosong lapan kosong sila ke bilik dua puluh satu"),
        (&EN, &at_counter, Form::Full, "number A zero four seven please proceed to counter three"),
        (&EN, &at_counter, Form::Short, "A zero four seven counter three"),
        (&EN, &in_room, Form::Full, "number Q R one zero eight zero please proceed to room twenty one"),
    ] {
        assert_eq!(words(pack, call, form), wanted);
    }
}

#[test]
fn cardinals_0_to_99() {
    let mut table = String::new();
    for number in 0..=99 {
        let say = |language, pack: &Pack| {
            let parts: Vec<_> = cardinal(language, number).into_iter().map(Part::Clip).collect();
            pack.words(&parts)
        };
        writeln!(table, "{number:2}  {:<24}{}", say(Language::Ms, &MS), say(Language::En, &EN)).unwrap();
    }
    let line = |number: usize| table.lines().nth(number).unwrap();
    assert!(line(11).contains(" sebelas ") && line(11).ends_with(" eleven"));
    assert!(line(99).contains(" sembilan puluh sembilan ") && line(99).ends_with(" ninety nine"));
    insta::assert_snapshot!(table);
}

#[test]
fn chinese_and_tamil_cardinals_join_the_right_parts() {
    let clips = |language, number| {
        cardinal(language, number).iter().map(|clip| clip.as_str().to_owned()).collect::<Vec<_>>().join(" ")
    };
    for (number, zh, ta) in [
        (3, "d.3", "d.3"),
        (10, "n.10", "n.10"),
        (11, "n.10 d.1", "n.11"),
        (20, "d.2 n.10", "n.20"),
        (21, "d.2 n.10 d.1", "n.20+ d.1"),
        (99, "d.9 n.10 d.9", "n.90+ d.9"),
    ] {
        assert_eq!((clips(Language::Zh, number), clips(Language::Ta, number)), (zh.into(), ta.into()));
    }
}

#[test]
fn sequences_of_clips() {
    let mut table = String::new();
    for call in
        [call("A047", Place::Counter, 3), call("QR0810", Place::Room, 21), call("B1", Place::Counter, 10)]
    {
        for pack in [&*MS, &*EN] {
            for form in [Form::Full, Form::Short] {
                let parts: Vec<_> = pack.sentence(&call, form).iter().map(Part::to_string).collect();
                let sign = (call.place(), call.place_number());
                writeln!(table, "{} {sign:?} {} {form:?}", call.number(), pack.language()).unwrap();
                writeln!(table, "    {}", parts.join(" ")).unwrap();
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn what_has_no_words_is_refused() {
    assert_eq!(Call::new("A047", Place::Counter, 0), Err(CallError::PlaceNumber(0)));
    assert_eq!(Call::new("A047", Place::Counter, 100), Err(CallError::PlaceNumber(100)));
    assert!(matches!(Call::new("A-47", Place::Counter, 1), Err(CallError::Number(_))));
}

proptest! {
    #[test]
    fn every_call_is_said_in_clips_that_are_shipped_digit_by_digit(
        number in "[A-Z]{1,2}[0-9]{1,4}",
        place_number in 1..=99_u8,
        room: bool,
        short: bool,
    ) {
        let call = call(&number, if room { Place::Room } else { Place::Counter }, place_number);
        let form = if short { Form::Short } else { Form::Full };
        for pack in [&*MS, &*EN] {
            let clips: Vec<_> = pack
                .sentence(&call, form)
                .into_iter()
                .filter_map(|part| match part {
                    Part::Clip(id) => Some(id),
                    Part::Silence(_) => None,
                })
                .collect();
            for clip in &clips {
                prop_assert!(pack.clip(clip).is_some(), "{clip} is not in the pack");
            }
            let spelled: Vec<_> = number
                .chars()
                .map(|c| if c.is_ascii_digit() { format!("d.{c}") } else { format!("l.{c}") })
                .collect();
            let said: Vec<_> = clips.iter().map(|clip| clip.as_str().to_owned()).collect();
            prop_assert!(said.windows(spelled.len()).any(|window| window == spelled), "{said:?}");
        }
    }
}
