//! How events are written down, which is for ever, and what refusals say.

use std::fmt::Write as _;

use giliran_core::{Entry, Event, Fault, Faults, Language, Refusal, TicketId, TicketNumber, WaitRange};
use serde_json::{Value, json};

use crate::support::{OPENING, id, office, parsed, time};

fn number() -> TicketNumber {
    "A047".parse().expect("a number")
}

/// One of every kind.
fn events() -> Vec<Event> {
    let ticket = TicketId(7);
    let counter = || id("k1");
    let service = || id("pasport");
    vec![
        Event::RulesSet { rules: parsed(office()) },
        Event::DayBegan { day: "2026-11-23".parse().expect("a date") },
        Event::TicketIssued {
            ticket,
            number: number(),
            service: service(),
            class: id("biasa"),
            language: Language::Ms,
            due: time(OPENING),
            ahead: 3,
            announced: Some(WaitRange { p50_s: 300, p90_s: 900 }),
        },
        Event::TicketIssued {
            ticket,
            number: number(),
            service: service(),
            class: id("biasa"),
            language: Language::Ta,
            due: time(OPENING),
            ahead: 0,
            announced: None,
        },
        Event::TicketCalled {
            ticket,
            counter: counter(),
            number: number(),
            service: service(),
            language: Language::Zh,
            arrived: time(OPENING),
        },
        Event::TicketRecalled {
            ticket,
            counter: counter(),
            number: number(),
            service: service(),
            language: Language::En,
            attempt: 2,
        },
        Event::ServingStarted { ticket, counter: counter() },
        Event::TicketServed { ticket, counter: counter() },
        Event::TicketMissed { ticket, counter: counter() },
        Event::TicketTransferred { ticket, counter: counter(), service: service(), due: time(OPENING) },
        Event::TicketParked { ticket, counter: counter() },
        Event::TicketResumed { ticket },
        Event::TicketCancelled { ticket },
        Event::CounterOpened { counter: counter() },
        Event::CounterClosed { counter: counter() },
        Event::CounterServicesChosen { counter: counter(), services: vec![service()] },
    ]
}

#[test]
fn events_are_written_in_a_form_that_stays() {
    let mut lines = String::new();
    for event in events() {
        writeln!(lines, "{}", serde_json::to_string(&event).expect("an event can be written"))
            .expect("a string takes all");
    }
    insta::assert_snapshot!(lines);
}

#[test]
fn what_was_written_reads_back() {
    for event in events() {
        let text = serde_json::to_string(&event).expect("an event can be written");
        assert_eq!(serde_json::from_str::<Event>(&text).expect("an event can be read"), event);
    }
}

#[test]
fn an_entry_is_written_in_a_form_that_stays() {
    let entry = |command: Value| {
        let mut entry = json!({
            "seq": 12, "at": "2026-11-23T01:00:00Z", "command": command,
            "events": [{ "type": "ticket_resumed", "ticket": 7 }],
        });
        if entry["command"].is_null() {
            entry.as_object_mut().expect("an object").remove("command");
        }
        entry
    };
    for form in [entry(Value::Null), entry(json!("00000000-0000-0000-0000-000000000001"))] {
        let read: Entry = serde_json::from_value(form.clone()).expect("an entry can be read");
        assert_eq!(serde_json::to_value(&read).expect("an entry can be written"), form);
    }
}

/// One of every kind.
fn refusals() -> Vec<Refusal> {
    vec![
        Refusal::NotConfigured,
        Refusal::UnsoundRules(Faults(vec![
            Fault { at: "service.pasport".into(), what: "no counter takes it".into() },
            Fault { at: "class".into(), what: "there must be at least one".into() },
        ])),
        Refusal::DayHasBegun,
        Refusal::UnknownService(id("lesen")),
        Refusal::UnknownClass(id("vip")),
        Refusal::UnknownCounter(id("k9")),
        Refusal::UnknownTicket(TicketId(7)),
        Refusal::TicketEnded(TicketId(7)),
        Refusal::NumbersExhausted(id("pasport")),
        Refusal::QueueEmpty,
        Refusal::CounterClosed,
        Refusal::CounterOpen,
        Refusal::CounterBusy(number()),
        Refusal::NotAtCounter(TicketId(7)),
        Refusal::AlreadyServing(number()),
        Refusal::TicketAtCounter(number()),
        Refusal::NotParked(number()),
        Refusal::SameService(number()),
        Refusal::NoServices,
    ]
}

#[test]
fn refusals_have_a_code_a_kind_and_a_sentence_in_each_language() {
    let mut text = String::new();
    for refusal in refusals() {
        let (code, kind) = (refusal.code(), refusal.kind());
        writeln!(text, "{code} ({kind:?}): {refusal}").expect("a string takes all");
        for language in Language::ALL {
            writeln!(text, "  {language}  {}", refusal.sentence(language)).expect("a string takes all");
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn no_two_refusals_share_a_code_or_a_sentence() {
    for language in Language::ALL {
        let said: std::collections::BTreeSet<_> = refusals().iter().map(|r| r.sentence(language)).collect();
        assert_eq!(said.len(), refusals().len(), "{language}");
    }
    let codes: std::collections::BTreeSet<_> = refusals().iter().map(Refusal::code).collect();
    assert_eq!(codes.len(), refusals().len());
}
