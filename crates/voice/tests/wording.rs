//! What is said, in words and in clips.

mod common;

use std::{fmt::Write as _, sync::LazyLock};

use giliran_core::{Language, Place};
use giliran_voice::{Call, CallError, ClipId, Form, Pack, Part, cardinal};
use proptest::prelude::*;

static MS: LazyLock<Pack> = LazyLock::new(|| common::shipped("ms-MY.espeak"));
static EN: LazyLock<Pack> = LazyLock::new(|| common::shipped("en-MY.espeak"));
static ZH: LazyLock<Pack> = LazyLock::new(|| common::shipped("zh-MY.espeak"));
static TA: LazyLock<Pack> = LazyLock::new(|| common::shipped("ta-MY.espeak"));

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
        (&MS, &at_counter, Form::Full, "nombor A empat tujuh sila ke kaunter tiga"),
        (&MS, &at_counter, Form::Short, "A empat tujuh kaunter tiga"),
        (&MS, &in_room, Form::Full, "nombor Q R satu kosong lapan kosong sila ke bilik dua puluh satu"),
        (&EN, &at_counter, Form::Full, "number A four seven please proceed to counter three"),
        (&EN, &at_counter, Form::Short, "A four seven counter three"),
        (&EN, &in_room, Form::Full, "number Q R one zero eight zero please proceed to room twenty one"),
        (&ZH, &at_counter, Form::Full, "请 A 四 七 号 到 三 号柜台"),
        (&ZH, &at_counter, Form::Short, "A 四 七 号 三 号柜台"),
        (&ZH, &in_room, Form::Full, "请 Q R 一 零 八 零 号 到 二 十 一 号房间"),
        (&TA, &at_counter, Form::Full, "எண் ஏ நான்கு ஏழு கவுண்டர் எண் மூன்று தயவுசெய்து செல்லவும்"),
        (&TA, &at_counter, Form::Short, "ஏ நான்கு ஏழு கவுண்டர் மூன்று"),
        (
            &TA,
            &in_room,
            Form::Full,
            "எண் க்யூ ஆர் ஒன்று பூஜ்ஜியம் எட்டு பூஜ்ஜியம் அறை எண் இருபத்தி ஒன்று தயவுசெய்து செல்லவும்",
        ),
    ] {
        assert_eq!(words(pack, call, form), wanted);
    }
}

/// What numbers and sentences become, for people who speak the languages to read and correct.
///
/// Changed on purpose? Run the tests with `GILIRAN_WRITE_WORDING=1`, and read what is new.
#[test]
fn the_table_for_native_speakers_shows_what_is_said() {
    let packs = [&*MS, &*EN, &*ZH, &*TA];
    let mut table = String::from(
        "# What the loudspeaker says\n\n\
         A table for people whose mother tongue it is: whatever is wrong here is said wrong in the hall. The words of the\n\
         shipped voices stand in `assets/voices/scripts`, the rules for numbers in `crates/voice/src/cardinal`.\n\
         Nobody has signed it off yet.\n\n\
         ## Sentences\n\n",
    );
    for (number, place, place_number) in [
        ("A001", Place::Counter, 1),
        ("A047", Place::Counter, 3),
        ("C110", Place::Counter, 12),
        ("L999", Place::Counter, 20),
        ("R08", Place::Room, 2),
        ("QR1080", Place::Room, 21),
    ] {
        let call = call(number, place, place_number);
        writeln!(table, "- **{number}**").unwrap();
        for pack in packs {
            for form in [Form::Full, Form::Short] {
                writeln!(table, "  - {} {form:?}: {}", pack.language(), words(pack, &call, form)).unwrap();
            }
        }
    }
    table.push_str("\n## Several calls in one\n\n");
    let both = [call("A047", Place::Counter, 3), call("R08", Place::Room, 12)];
    for pack in packs {
        writeln!(table, "- {}: {}", pack.language(), pack.words(&pack.joined(&both))).unwrap();
    }
    table.push_str("\n## Prepared sentences\n\n");
    for (name, _) in MS.sentences() {
        writeln!(table, "- **{name}**").unwrap();
        for pack in packs {
            let text =
                pack.sentences().find(|(known, _)| *known == name).expect("every voice has them all").1;
            writeln!(table, "  - {}: {text}", pack.language()).unwrap();
        }
    }
    table.push_str("\n## Letters\n\n|   | ms | en | zh | ta |\n|---|---|---|---|---|\n");
    let mut row = |head: &str, cells: [String; 4]| {
        writeln!(table, "| {head} | {} |", cells.join(" | ")).unwrap();
    };
    for letter in 'A'..='Z' {
        let clip = [Part::Clip(ClipId::new(format!("l.{letter}")))];
        row(&letter.to_string(), packs.map(|pack| pack.words(&clip)));
    }
    table.push_str("\n## Numbers\n\n|   | ms | en | zh | ta |\n|---|---|---|---|---|\n");
    let mut row = |head: &str, cells: [String; 4]| {
        writeln!(table, "| {head} | {} |", cells.join(" | ")).unwrap();
    };
    for number in (0..=110)
        .chain([115, 120, 200, 205, 222, 347, 900, 999, 1000, 1001, 1010, 1100, 2000, 2022, 2222, 9999])
    {
        let say = |pack: &Pack| {
            let parts: Vec<_> = cardinal(pack.language(), number).into_iter().map(Part::Clip).collect();
            pack.words(&parts)
        };
        row(&number.to_string(), packs.map(say));
    }
    assert!(table.contains("| 11 | sebelas | eleven | 十 一 | பதினொன்று |"));
    assert!(table.contains("| 99 | sembilan puluh sembilan | ninety nine | 九 十 九 | தொண்ணூற்றி ஒன்பது |"));

    let file = common::assets().join("../docs/wording.md");
    if std::env::var_os("GILIRAN_WRITE_WORDING").is_some() {
        std::fs::write(&file, &table).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written == table, "docs/wording.md is not what is said; see above this test");
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
        for pack in [&*MS, &*EN, &*ZH, &*TA] {
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
        for pack in [&*MS, &*EN, &*ZH, &*TA] {
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
            let (letters, digits) = number.split_at(number.len() - number.trim_start_matches(char::is_alphabetic).len());
            let digits = digits.trim_start_matches('0');
            let digits = if digits.is_empty() { "0" } else { digits };
            let spelled: Vec<_> =
                letters.chars().map(|c| format!("l.{c}")).chain(digits.chars().map(|c| format!("d.{c}"))).collect();
            let said: Vec<_> = clips.iter().map(|clip| clip.as_str().to_owned()).collect();
            prop_assert!(said.windows(spelled.len()).any(|window| window == spelled), "{said:?}");
        }
    }
}

#[test]
fn no_two_numbers_sound_the_same_as_cardinals() {
    for pack in [&*MS, &*EN, &*ZH, &*TA] {
        let mut said = std::collections::BTreeMap::new();
        for number in 0..=9_999_u16 {
            let clips = cardinal(pack.language(), number);
            assert!(clips.iter().all(|clip| pack.clip(clip).is_some()), "{number} lacks one of {clips:?}");
            let words = pack.words(&clips.into_iter().map(Part::Clip).collect::<Vec<_>>());
            let other = said.insert(words.clone(), number);
            assert_eq!(other, None, "{} {number} is said as another number: {words}", pack.language());
        }
    }
}

#[test]
fn an_office_chooses_how_ticket_numbers_are_said() {
    let folder = tempfile::TempDir::new().unwrap();
    for (id, ticket, zeros, said) in [
        ("ms-MY.espeak", "digits", true, "nombor A kosong empat tujuh sila ke kaunter tiga"),
        ("ms-MY.espeak", "number", false, "nombor A empat puluh tujuh sila ke kaunter tiga"),
        ("en-MY.espeak", "number", true, "number A forty seven please proceed to counter three"),
        ("zh-MY.espeak", "number", false, "请 A 四 十 七 号 到 三 号柜台"),
        ("ta-MY.espeak", "number", false, "எண் ஏ நாற்பத்தி ஏழு கவுண்டர் எண் மூன்று தயவுசெய்து செல்லவும்"),
    ] {
        let to = folder.path().join(format!("{id}-{ticket}-{zeros}"));
        common::copy(&common::assets().join("voices").join(id), &to);
        let manifest = to.join("pack.toml");
        let text = std::fs::read_to_string(&manifest).unwrap();
        let text = text.replacen("ticket = \"digits\"", &format!("ticket = {ticket:?}"), 1);
        let text = text.replacen("leading_zeros = false", &format!("leading_zeros = {zeros}"), 1);
        std::fs::write(&manifest, text).unwrap();
        let pack = Pack::load(&to).expect("every shipped voice can say either");
        assert_eq!(words(&pack, &call("A047", Place::Counter, 3), Form::Full), said);
    }
}
