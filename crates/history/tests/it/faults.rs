//! Planted faults: a true history with one thing wrong, and the rule that finds it.

#![expect(clippy::wildcard_enum_match_arm, reason = "a fault is planted in one kind of line")]

use std::collections::BTreeSet;

use giliran_history::{Line, Log, Rule, event::Event};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::office::{Lost, Office, Press, Step, judged};

/// A morning with a bit of everything, in which the entries below stand where they do.
fn morning() -> Office {
    let issue = |service| Step::Issue { service, sends: 1, lost: Lost::There };
    let call = |counter| Step::Call { counter };
    let press = |counter, press| Step::Press { counter, press };
    let office = Office::after(&[
        issue(0),                // entry 3: A001, ticket 1
        issue(0),                // entry 4: A002, ticket 2
        issue(1),                // entry 5: B001, ticket 3
        call(0),                 // entry 6 opens k1
        call(1),                 // entry 7 opens k2
        call(0),                 // entry 8 calls ticket 1 to k1
        call(0),                 // refused: k1 is busy
        call(1),                 // entry 9 calls ticket 2 to k2
        press(0, Press::Recall), // entry 10 calls ticket 1 again
        press(0, Press::Start),  // entry 11
        press(0, Press::Finish), // entry 12
        Step::Import,            // entry 13
        Step::Cut { screen: 0, anew: false },
        call(0), // entry 14 calls ticket 3 to k1
        Step::Cut { screen: 0, anew: true },
        press(1, Press::Park),                                  // entry 15
        Step::Resume,                                           // entry 16
        Step::Issue { service: 1, sends: 3, lost: Lost::Back }, // entry 17: B002, ticket 4
    ]);
    assert_eq!(office.log.entries.len(), 17);
    office
}

/// Plants a fault, and expects that rule among those that it is against.
fn finds(rule: Rule, plant: impl FnOnce(&mut Log, &mut Vec<Line>)) {
    let Office { mut log, mut lines, .. } = morning();
    let clean = judged(&log, &lines);
    assert!(clean.is_content(), "{clean}");
    plant(&mut log, &mut lines);
    let verdict = judged(&log, &lines);
    let found: BTreeSet<_> = verdict.violations.iter().map(|violation| violation.rule).collect();
    assert!(found.contains(&rule), "{rule} is not among {found:?}:\n{verdict}");
}

/// The line with the answer that names that entry.
fn answer(lines: &mut [Line], seq: u64) -> &mut Value {
    let answers = lines.iter_mut().filter_map(|line| match line {
        Line::Answered { answer, .. } => Some(answer),
        _ => None,
    });
    answers.into_iter().find(|answer| answer["seq"] == seq).expect("it was answered")
}

/// Frames of the supervisor, who was never cut off.
fn frames(lines: &mut [Line]) -> impl Iterator<Item = &mut Value> {
    let joined = lines.iter().find_map(|line| match line {
        Line::Joined { socket, audience, .. } if audience == "supervisor" => Some(*socket),
        _ => None,
    });
    let joined = joined.expect("a supervisor looks on");
    lines.iter_mut().filter_map(move |line| match line {
        Line::Frame { socket, frame, .. } if *socket == joined => Some(frame),
        _ => None,
    })
}

fn frame<'a>(lines: &'a mut [Line], kind: &str, seq: u64) -> &'a mut Value {
    frames(lines).find(|frame| frame["type"] == kind && frame["seq"] == seq).expect("it was sent")
}

fn drop_frame(lines: &mut Vec<Line>, seq: u64) {
    let gone = frame(lines, "entry", seq).clone();
    let at = lines.iter().rposition(|line| matches!(line, Line::Frame { frame, .. } if *frame == gone));
    lines.remove(at.expect("it was sent"));
}

#[test]
fn a_lost_entry_is_found() {
    finds(Rule::LogHole, |log, _| drop(log.entries.remove(4)));
}

#[test]
fn a_repeated_entry_is_found() {
    finds(Rule::LogHole, |log, _| log.entries.insert(5, log.entries[5].clone()));
}

#[test]
fn the_lost_end_of_a_log_is_found_by_the_answers() {
    finds(Rule::AnswerLost, |log, _| drop(log.entries.pop()));
}

#[test]
fn the_lost_end_of_a_log_is_found_by_the_screens() {
    finds(Rule::ScreenAhead, |log, _| drop(log.entries.pop()));
}

#[test]
fn a_time_that_goes_back_is_found() {
    finds(Rule::TimeBack, |log, _| log.entries[6].at_ns = log.entries[5].at_ns - 1);
}

#[test]
fn a_command_that_was_done_twice_is_found() {
    finds(Rule::CommandTwice, |log, _| log.entries[3].command = log.entries[2].command);
}

#[test]
fn what_cannot_be_read_is_found() {
    finds(Rule::NotUnderstood, |log, _| log.entries[3].unreadable = Some("not JSON".into()));
    finds(Rule::NotUnderstood, |log, _| log.entries[12].events = vec![Event::Unknown]);
}

#[test]
fn a_ticket_that_is_given_out_twice_is_found() {
    finds(Rule::TicketTwice, |log, _| {
        let Event::TicketIssued { ticket, .. } = &mut log.entries[3].events[0] else { panic!("a ticket") };
        *ticket = 1;
    });
}

fn number(log: &mut Log, entry: usize, to: &str) {
    let Event::TicketIssued { number, .. } = &mut log.entries[entry].events[0] else { panic!("a ticket") };
    *number = to.into();
}

#[test]
fn a_doubled_number_is_found() {
    finds(Rule::NumberTwice, |log, _| number(log, 3, "A001"));
    finds(Rule::NumberTwice, |log, _| number(log, 3, "A01"));
}

#[test]
fn a_number_that_was_left_out_or_is_of_another_series_is_found() {
    for wrong in ["A003", "A004", "A010", "B002", "none"] {
        finds(Rule::NumberOrder, |log, _| number(log, 3, wrong));
    }
}

#[test]
fn a_number_that_is_given_again_on_the_same_day_is_found() {
    let mut office = morning();
    // Ticket 1 with A001 has left; the series is not through, so the next must be A003.
    office.step(Step::Issue { service: 0, sends: 1, lost: Lost::There });
    let last = office.log.entries.len() - 1;
    number(&mut office.log, last, "A001");
    assert!(office.judged().counts.contains_key(&Rule::NumberOrder));
}

#[test]
fn a_ticket_at_two_counters_is_found() {
    finds(Rule::TicketElsewhere, |log, _| {
        let Event::TicketCalled { ticket, .. } = &mut log.entries[8].events[0] else { panic!("a call") };
        *ticket = 1;
    });
}

#[test]
fn a_press_about_a_ticket_that_is_not_there_is_found() {
    finds(Rule::TicketElsewhere, |log, _| {
        log.entries[10].events = vec![Event::ServingStarted { ticket: 2, counter: "k1".into() }];
    });
    finds(Rule::TicketElsewhere, |log, _| {
        log.entries[15].events = vec![Event::TicketResumed { ticket: 77 }];
    });
    finds(Rule::TicketElsewhere, |log, _| {
        log.entries[15].events = vec![Event::TicketReturned { ticket: 2 }];
    });
    finds(Rule::TicketElsewhere, |log, _| {
        log.entries[9].events = vec![Event::PressUndone { ticket: 2, counter: "k1".into() }];
    });
}

#[test]
fn two_tickets_at_a_counter_are_found() {
    finds(Rule::CounterTaken, |log, _| {
        let Event::TicketCalled { counter, .. } = &mut log.entries[8].events[0] else { panic!("a call") };
        *counter = "k1".into();
    });
}

#[test]
fn an_answer_that_is_not_in_the_log_is_found() {
    finds(Rule::AnswerLost, |log, _| log.entries[4].command = Some(Uuid::from_u128(999)));
}

#[test]
fn a_changed_answer_is_found() {
    for (key, value) in
        [("number", json!("A003")), ("ticket", json!(2)), ("ahead", json!(7)), ("type", json!("done"))]
    {
        finds(Rule::AnswerDiffers, |_, lines| answer(lines, 3)["outcome"][key] = value);
    }
    finds(Rule::AnswerDiffers, |_, lines| answer(lines, 3)["seq"] = json!(4));
    finds(Rule::AnswerDiffers, |_, lines| {
        answer(lines, 3)["outcome"]["wait"] = json!({ "p50_s": 1, "p90_s": 2 });
    });
}

#[test]
fn two_answers_to_one_command_are_found() {
    finds(Rule::AnswerDiffers, |_, lines| {
        let first = lines.iter().position(|line| matches!(line, Line::Unanswered { .. })).expect("one is");
        let Line::Unanswered { us, send } = lines[first] else { panic!("it is one") };
        let mut other = answer(lines, 17).clone();
        other["outcome"]["number"] = "B003".into();
        lines[first] = Line::Answered { us, send, answer: other };
    });
}

#[test]
fn an_entry_that_nobody_asked_for_like_that_is_found() {
    finds(Rule::AskedOtherwise, |log, _| {
        let Event::CounterOpened { counter } = &mut log.entries[6].events[0] else { panic!("a counter") };
        *counter = "k1".into();
    });
    finds(Rule::AskedOtherwise, |_, lines| {
        let asked = lines.iter_mut().find_map(|line| match line {
            Line::Sent { command, .. } => Some(command),
            _ => None,
        });
        asked.expect("something was asked")["service"] = "B".into();
    });
}

#[test]
fn a_refused_command_that_was_done_is_found() {
    finds(Rule::RefusedDone, |_, lines| {
        let answered = lines.iter_mut().find(|line| matches!(line, Line::Answered { .. })).expect("one is");
        let Line::Answered { us, send, .. } = *answered else { panic!("it is one") };
        *answered = Line::Refused { us, send, status: 503, code: "overloaded".into() };
    });
    finds(Rule::RefusedDone, |_, lines| {
        // The last of three sends is refused though the first had been done.
        let answered = lines.iter_mut().rfind(|line| matches!(line, Line::Answered { .. })).expect("one is");
        let Line::Answered { us, send, .. } = *answered else { panic!("it is one") };
        *answered = Line::Refused { us, send, status: 409, code: "no".into() };
    });
}

#[test]
fn a_refusal_that_leaves_it_open_is_no_fault() {
    let Office { log, mut lines, .. } = morning();
    let answered = lines.iter_mut().rfind(|line| matches!(line, Line::Answered { .. })).expect("one is");
    let Line::Answered { us, send, .. } = *answered else { panic!("it is one") };
    *answered = Line::Refused { us, send, status: 503, code: "stopping".into() };
    let verdict = judged(&log, &lines);
    assert!(verdict.is_content(), "{verdict}");
}

#[test]
fn an_entry_that_nobody_asked_for_is_found() {
    finds(Rule::NobodyAsked, |_, lines| {
        let at = lines.iter().position(|line| matches!(line, Line::Sent { .. })).expect("one is");
        let Line::Sent { send: gone, .. } = lines.remove(at) else { panic!("it is one") };
        lines.retain(|line| !matches!(line, Line::Answered { send, .. } if *send == gone));
    });
}

#[test]
fn a_reordered_log_is_found() {
    finds(Rule::RealTime, |log, _| {
        let (one, other) = (log.entries[3].command, log.entries[4].command);
        (log.entries[3].command, log.entries[4].command) = (other, one);
    });
    finds(Rule::RealTime, |log, lines| {
        // The entry of a command that was asked for later stands before the other: as if it had been foreseen.
        log.entries.swap(5, 6);
        (log.entries[5].seq, log.entries[6].seq) = (6, 7);
        *answer(lines, 6) = json!({ "seq": 8, "outcome": { "type": "done" } });
    });
}

#[test]
fn a_gap_in_the_chain_of_a_screen_is_found() {
    finds(Rule::ScreenHole, |_, lines| drop_frame(lines, 9));
}

#[test]
fn a_gap_that_the_chain_itself_hides_is_found() {
    finds(Rule::ScreenHole, |_, lines| {
        let prev = frame(lines, "entry", 9)["prev"].clone();
        drop_frame(lines, 9);
        frame(lines, "entry", 10)["prev"] = prev;
    });
}

#[test]
fn a_chain_that_forgets_what_was_shown_is_found() {
    finds(Rule::ScreenHole, |_, lines| frame(lines, "entry", 9)["prev"] = json!(7));
}

#[test]
fn a_heartbeat_that_names_an_entry_that_never_came_is_found() {
    finds(Rule::ScreenHole, |_, lines| {
        drop_frame(lines, 17);
        frame(lines, "heartbeat", 17);
    });
}

#[test]
fn an_entry_that_is_shown_twice_is_found() {
    finds(Rule::ScreenBack, |_, lines| {
        let again = frame(lines, "entry", 9).clone();
        let at = lines.iter().rposition(|line| matches!(line, Line::Frame { frame, .. } if *frame == again));
        let at = at.expect("it was sent");
        lines.insert(at, lines[at].clone());
    });
}

#[test]
fn a_picture_from_before_what_was_shown_is_found() {
    finds(Rule::ScreenBack, |_, lines| {
        let snapshots = lines.iter_mut().filter_map(|line| match line {
            Line::Frame { frame, .. } if frame["type"] == "snapshot" => Some(frame),
            _ => None,
        });
        snapshots.last().expect("the display came back")["seq"] = json!(9);
    });
}

#[test]
fn a_frame_that_says_something_else_is_found() {
    let changes: [fn(&mut Value); 6] = [
        |changes| changes[0]["waiting"] = json!(9),
        |changes| changes[1]["counter"]["current"]["number"] = json!("A009"),
        |changes| changes[1]["counter"]["current"] = Value::Null,
        |changes| changes[1]["counter"]["open"] = json!(false),
        |changes| changes[2]["call"]["counter"] = json!("k2"),
        |changes| drop(changes.as_array_mut().expect("a list").pop()),
    ];
    for change in changes {
        finds(Rule::ScreenDiffers, |_, lines| change(&mut frame(lines, "entry", 8)["changes"]));
    }
    finds(Rule::ScreenDiffers, |_, lines| frame(lines, "entry", 8)["at"] = json!("2026-11-22T00:00:00Z"));
}

#[test]
fn a_picture_that_says_something_else_is_found() {
    let changes: [fn(&mut Value); 4] = [
        |view| view["services"][0]["waiting"] = json!(9),
        |view| drop(view["calls"].as_array_mut().expect("a list").remove(1)),
        |view| view["calls"][0]["number"] = json!("A009"),
        |view| view["counters"][0]["current"]["serving"] = json!(true),
    ];
    for change in changes {
        finds(Rule::ScreenDiffers, |_, lines| {
            let snapshots = lines.iter_mut().filter_map(|line| match line {
                Line::Frame { frame, .. } if frame["type"] == "snapshot" => Some(frame),
                _ => None,
            });
            change(&mut snapshots.last().expect("the display came back")["view"]);
        });
    }
}

#[test]
fn a_screen_that_settles_too_early_is_found() {
    finds(Rule::ScreenBehind, |_, lines| {
        let at = lines.iter().rposition(|line| matches!(line, Line::Settled { .. })).expect("all settle");
        let early = lines.remove(at);
        let at = lines
            .iter()
            .position(|line| matches!(line, Line::Frame { frame, .. } if frame["seq"] == 17))
            .expect("it was sent");
        lines.insert(at, early);
    });
}

#[test]
fn another_log_is_found() {
    finds(Rule::OtherLog, |log, _| log.id = Uuid::from_u128(8));
}

#[test]
fn a_recording_that_makes_no_sense_is_found() {
    finds(Rule::Recording, |_, lines| lines.push(Line::Unanswered { us: 0, send: 12_345 }));
    finds(Rule::Recording, |log, _| log.branch = "lain".into());
    let Office { log, .. } = morning();
    let verdict = giliran_history::judge(&log, &b"this is no line\n"[..]).expect("a text can be read");
    assert_eq!(verdict.violations[0].rule, Rule::Recording);
}

#[test]
fn a_violation_names_its_line_and_its_entry() {
    let Office { log, mut lines, .. } = morning();
    answer(&mut lines, 3)["outcome"]["number"] = "A003".into();
    let said = judged(&log, &lines).violations[0].to_string();
    assert!(said.starts_with("answer_differs, line "), "{said}");
    assert!(said.ends_with(r#", entry 3: the answer's number is "A003", the log's "A001""#), "{said}");
}
