//! Letters that are told apart by ear, and remarks, keys and codes that are well shaped.

use giliran_core::{PersonKey, Remark, propose_letters};
use serde_json::json;

use crate::support::{changed, office, parsed, set};

/// What the rules are warned about.
#[track_caller]
fn warned(letters: [&str; 2], expected: &[&str]) {
    let mut office = changed("/service/0/series/letters", json!(letters[0]));
    set(&mut office, "/service/1/series/letters", json!(letters[1]));
    let rules = parsed(office);
    rules.check().expect("sound rules");
    assert_eq!(rules.warnings().iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{letters:?}");
}

#[test]
fn letters_that_sound_alike_are_warned_about() {
    warned(["A", "C"], &[]);
    warned(["A", "B"], &[]);
    warned(["B", "D"], &["service.bayaran.series.letters: `D` sounds like `B`"]);
    warned(["V", "P"], &["service.pasport.series.letters: `V` sounds like `P`"]);
    warned(["F", "S"], &["service.bayaran.series.letters: `S` sounds like `F`"]);
    warned(["M", "N"], &["service.bayaran.series.letters: `N` sounds like `M`"]);
    warned(["M", "F"], &[]);
    warned(["AB", "AD"], &["service.bayaran.series.letters: `AD` sounds like `AB`"]);
    warned(["AB", "CD"], &[]);
    warned(["B", "AD"], &[]);
}

#[test]
fn letters_told_apart_best_are_proposed_first() {
    let proposed = |taken: &[&str]| propose_letters(taken).into_iter().collect::<String>();
    assert_eq!(proposed(&[]), "ACFLQRWBDEGHIJKMNOPSTUVXYZ");
    assert_eq!(proposed(&["A", "F", "B"]), "CLQRWHIJKMNOUXYZ");
    assert_eq!(proposed(&["M", "AB"]), "ACFLQRWBDEGHIJKOPSTUVXYZ");
}

#[test]
fn a_promise_that_the_rules_do_not_keep_is_warned_about() {
    let mut office = office();
    set(&mut office, "/service/0/charter", json!({ "waiting": "PT10M" }));
    set(&mut office, "/service/1/charter", json!({ "waiting": "PT10M", "serving": "PT5M" }));
    let rules = parsed(office);
    rules.check().expect("sound rules");
    assert_eq!(
        rules.warnings().iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["service.pasport.allowance: falls due after 15m, later than the charter's 10m"],
    );
}

#[test]
fn a_remark_is_one_short_line() {
    for text in ["ibu dengan bayi", " x ", "பாஸ்போர்ட்", &"é".repeat(200)] {
        assert_eq!(text.parse::<Remark>().expect(text).as_str(), text.trim());
    }
    for text in ["", "   ", "two\nlines", "a\u{7}bell", &"é".repeat(201)] {
        assert!(text.parse::<Remark>().is_err(), "{text:?}");
    }
}

#[test]
fn a_persons_key_is_written_in_one_way_and_not_logged() {
    let key = PersonKey(0xabc);
    assert_eq!(key.to_string(), "00000000000000000000000000000abc");
    assert_eq!(key.to_string().parse(), Ok(key));
    assert_eq!(format!("{key:?}"), "PersonKey(..)");
    for text in ["", "abc", "0000000000000000000000000000ABCD", "+0000000000000000000000000000abc"] {
        assert!(text.parse::<PersonKey>().is_err(), "{text}");
    }
}
