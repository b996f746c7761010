//! A true history is content, whatever happened in it.

use giliran_history::Figures;
use proptest::prelude::*;

use crate::office::{Lost, Office, Press, Step};

fn step() -> impl Strategy<Value = Step> {
    let press = prop_oneof![
        1 => Just(Press::Recall),
        4 => Just(Press::Start),
        4 => Just(Press::Finish),
        2 => Just(Press::NoShow),
        1 => Just(Press::Park),
        1 => Just(Press::Transfer),
        2 => Just(Press::Undo),
    ];
    let lost = prop_oneof![Just(Lost::There), Just(Lost::Back)];
    prop_oneof![
        6 => (0..2_usize, 1..4_usize, lost)
            .prop_map(|(service, sends, lost)| Step::Issue { service, sends, lost }),
        6 => (0..2_usize).prop_map(|counter| Step::Call { counter }),
        8 => (0..2_usize, press).prop_map(|(counter, press)| Step::Press { counter, press }),
        1 => Just(Step::Import),
        2 => (0..2_usize, any::<bool>()).prop_map(|(screen, anew)| Step::Cut { screen, anew }),
        1 => Just(Step::Resume),
        1 => Just(Step::Midnight),
    ]
}

proptest! {
    #[test]
    fn a_true_history_is_content(steps in prop::collection::vec(step(), 0..200)) {
        let office = Office::after(&steps);
        let verdict = office.judged();
        prop_assert!(verdict.is_content(), "{verdict}");
        prop_assert_eq!(verdict.figures.entries, office.log.entries.len() as u64);
    }
}

#[test]
fn what_was_looked_at_is_counted() {
    let issue = |service| Step::Issue { service, sends: 2, lost: Lost::Back };
    let call = Step::Call { counter: 0 };
    let press = |press| Step::Press { counter: 0, press };
    let cut = Step::Cut { screen: 0, anew: false };
    let steps = [issue(0), issue(1), call, call, press(Press::Recall), cut, cut, press(Press::Start), call];
    let verdict = Office::after(&steps).judged();
    assert!(verdict.is_content(), "{verdict}");
    let expected = Figures {
        entries: 8,
        tickets: 2,
        calls: 2,
        commands: 7,
        sends: 9,
        answered: 6,
        refused: 1,
        unanswered: 2,
        found_again: 2,
        sockets: 3,
        frames: 17,
        snapshots: 2,
        resumed: 1,
        calls_seen: 4,
        calls_missed_while_away: 0,
    };
    assert_eq!(verdict.figures, expected);
}
