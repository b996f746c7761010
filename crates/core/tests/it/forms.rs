//! How events are written down, which is for ever, and what refusals say.

use std::fmt::Write as _;

use giliran_core::{
    AnnouncementId, Appointment, Entry, Event, Fault, Faults, Language, NoticeId, PauseReason, PersonKey,
    Press, Refusal, Sound, Texts, TicketId, TicketNumber, Turn, WaitRange,
};
use serde_json::json;

use crate::support::{OPENING, appointment, id, office, parsed, set, time, why};

fn number() -> TicketNumber {
    "A047".parse().expect("a number")
}

/// An office that says something about everything.
fn full() -> serde_json::Value {
    let mut office = office();
    let span = json!({ "from": "13:00:00", "until": "14:00:00", "counters": ["k1"] });
    let changes = [
        ("/time_zone", json!("Asia/Kuching")),
        ("/day_begins", json!("04:00:00")),
        (
            "/hours",
            json!({
                "week": [{ "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "open": [span] }],
                "special": [{ "date": "2026-12-25", "name": { "ms": "Hari Krismas" }, "open": [] }],
                "last_ticket": "PT15M", "at_close": "carried",
            }),
        ),
        (
            "/calling",
            json!({
                "interval": "PT10S", "calls_most": 5, "calls_least": 2, "no_show": { "calls": 3, "after": "PT2M" },
                "come_back": "PT15M", "undo": "PT10S", "help_before": "PT3M",
            }),
        ),
        (
            "/appointments",
            json!({ "class": "biasa", "early": "PT1H", "late": "PT20M", "too_late": "refused" }),
        ),
        ("/remote", json!({ "most_per_day": 2 })),
        ("/class/2/goes_next", json!(true)),
        (
            "/group",
            json!([{ "id": "a", "name": { "ms": "A" } }, { "id": "b", "name": { "ms": "B" }, "within": "a" }]),
        ),
        ("/service/0/group", json!("b")),
        ("/service/0/charter", json!({ "waiting": "PT20M", "serving": "PT10M" })),
        ("/service/0/documents", json!([{ "ms": "MyKad", "en": "MyKad" }])),
        ("/service/0/quota", json!(200)),
        ("/service/0/last_ticket", json!("13:30:00")),
        ("/service/0/then", json!(["bayaran"])),
        ("/service/0/one_per_person", json!(true)),
        ("/service/0/series/skip", json!([13])),
        ("/counter/1/helps", json!([["bayaran"]])),
        ("/counter/1/reserved", json!(["warga-emas"])),
        ("/counter/1/others_when_idle", json!(false)),
        ("/counter/1/zone", json!("dewan-1")),
        ("/counter/1/ahead", json!({ "ms": "Kerusi biru" })),
        ("/languages", json!(["ms", "en"])),
        ("/screens", json!({ "viewing_m": 15, "greeting": false })),
        ("/group/0/icon", json!("application")),
        ("/service/0/icon", json!("passport")),
        ("/outcome", json!([{ "id": "lulus", "name": { "ms": "Lulus", "en": "Approved" } }])),
        ("/notice", json!([{ "text": { "ms": "Sila senyapkan telefon" } }])),
    ];
    for (pointer, value) in changes {
        set(&mut office, pointer, value);
    }
    office
}

#[test]
fn the_office_that_says_everything_is_sound() {
    assert_eq!(parsed(full()).check(), Ok(()));
}

/// One of every kind.
fn events() -> Vec<Event> {
    let ticket = TicketId(7);
    let counter = || id("k1");
    let service = || id("pasport");
    vec![
        Event::RulesSet { rules: parsed(office()) },
        Event::RulesSet { rules: parsed(full()) },
        Event::DayBegan { day: "2026-11-23".parse().expect("a date"), carry: false, left: 0 },
        Event::DayBegan { day: "2026-11-24".parse().expect("a date"), carry: true, left: 3 },
        Event::DayClosed { end: true, ended: 2 },
        Event::DayClosed { end: false, ended: 0 },
        Event::ExtraOpened { until: time(OPENING), reason: why() },
        Event::AppointmentsSet {
            appointments: vec![
                appointment("JT4821", "pasport", "10:30"),
                Appointment { person: Some(PersonKey(7)), ..appointment("JT4822", "pasport", "10:45") },
            ],
        },
        Event::AppointmentCancelled { code: id("JT4821") },
        Event::TicketIssued {
            ticket,
            number: number(),
            service: service(),
            class: id("biasa"),
            language: Language::Ms,
            due: time(OPENING),
            ahead: 3,
            announced: Some(WaitRange { p50_s: 300, p90_s: 900 }),
            goes_next: true,
            legs: vec![id("bayaran")],
            person: Some(PersonKey(u128::MAX)),
            appointment: Some(id("JT4821")),
            counts_from: Some(time(OPENING)),
            remote: true,
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
            goes_next: false,
            legs: vec![],
            person: None,
            appointment: None,
            counts_from: None,
            remote: false,
        },
        Event::TicketCalled {
            ticket,
            counter: counter(),
            number: number(),
            service: service(),
            language: Language::Zh,
            arrived: time(OPENING),
            turn: Turn::Due,
        },
        Event::TicketCalled {
            ticket,
            counter: counter(),
            number: number(),
            service: service(),
            language: Language::Zh,
            arrived: time(OPENING),
            turn: Turn::OfService,
        },
        Event::TicketCalled {
            ticket,
            counter: counter(),
            number: number(),
            service: service(),
            language: Language::Zh,
            arrived: time(OPENING),
            turn: Turn::Picked { reason: why(), passed: 2 },
        },
        Event::TicketCalledAhead {
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
        Event::TicketServed { ticket, counter: counter(), outcome: None },
        Event::TicketServed { ticket, counter: counter(), outcome: Some(id("lulus")) },
        Event::LegServed {
            ticket,
            counter: counter(),
            service: service(),
            due: time(OPENING),
            outcome: None,
        },
        Event::LegServed {
            ticket,
            counter: counter(),
            service: service(),
            due: time(OPENING),
            outcome: Some(id("lulus")),
        },
        Event::NoteAdded { ticket, counter: counter(), note: Some(why()) },
        Event::NoteAdded { ticket, counter: counter(), note: None },
        Event::TicketMissed { ticket, counter: counter() },
        Event::TicketReturned { ticket },
        Event::TicketTransferred {
            ticket,
            counter: counter(),
            service: service(),
            due: time(OPENING),
            to: None,
            note: None,
        },
        Event::TicketTransferred {
            ticket,
            counter: counter(),
            service: service(),
            due: time(OPENING),
            to: Some(id("k2")),
            note: Some(why()),
        },
        Event::TicketParked { ticket, counter: counter(), until: None },
        Event::TicketParked { ticket, counter: counter(), until: Some(time(OPENING)) },
        Event::TicketResumed { ticket },
        Event::TicketRequeued { ticket, counter: counter(), reason: why() },
        Event::ClassChanged {
            ticket,
            from: id("biasa"),
            class: id("kecemasan"),
            due: time(OPENING),
            goes_next: true,
            reason: why(),
        },
        Event::TicketGaveWay { ticket, due: time(OPENING), passed: 3 },
        Event::TicketCancelled { ticket, reason: None },
        Event::TicketCancelled { ticket, reason: Some(why()) },
        Event::PressUndone { counter: counter(), ticket, press: Press::NoShow },
        Event::CounterOpened { counter: counter() },
        Event::CounterClosed { counter: counter() },
        Event::CounterPaused { counter: counter(), reason: PauseReason::BackOffice },
        Event::CounterResumed { counter: counter() },
        Event::OfficerSeated { counter: counter(), officer: Some(id("p-0417")) },
        Event::OfficerSeated { counter: counter(), officer: None },
        Event::CounterServicesChosen { counter: counter(), services: vec![service()], helps: vec![] },
        Event::CounterServicesChosen {
            counter: counter(),
            services: vec![service()],
            helps: vec![vec![id("bayaran")]],
        },
        Event::NoticePosted {
            notice: NoticeId(3),
            text: Texts {
                ms: "Kaunter 2 ditutup".into(),
                en: Some("Counter 2 is closed".into()),
                zh: None,
                ta: None,
            },
            until: Some(time(OPENING)),
        },
        Event::NoticePosted {
            notice: NoticeId(4),
            text: Texts { ms: "Sistem perlahan".into(), en: None, zh: None, ta: None },
            until: None,
        },
        Event::NoticeWithdrawn { notice: NoticeId(3) },
        Event::Announced {
            announcement: AnnouncementId(1),
            sound: Sound::Sentence(id("closing-15")),
            text: None,
            zones: vec![],
            urgent: false,
            planned: Some(id("tutup")),
            due: Some(time(OPENING)),
        },
        Event::Announced {
            announcement: AnnouncementId(2),
            sound: Sound::Recording(id("0a1b2c")),
            text: Some(Texts { ms: "Sila keluar".into(), en: None, zh: None, ta: None }),
            zones: vec![id("dewan")],
            urgent: true,
            planned: None,
            due: None,
        },
        Event::AnnouncementEnded { announcement: AnnouncementId(2) },
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
    let officer = json!({ "kind": "officer", "id": "p-0417" });
    let kiosk = json!({ "kind": "device", "id": "kiosk-2" });
    let command = json!("00000000-0000-0000-0000-000000000001");
    let parts = [
        json!({}),
        json!({ "command": command }),
        json!({ "command": command, "by": officer }),
        json!({ "command": command, "by": kiosk }),
        json!({ "command": command, "by": { "kind": "visitor" } }),
    ];
    for part in parts {
        let mut form = json!({
            "seq": 12, "at": "2026-11-23T01:00:00Z", "events": [{ "type": "ticket_resumed", "ticket": 7 }],
        });
        form.as_object_mut().expect("an object").extend(part.as_object().expect("an object").clone());
        let read: Entry = serde_json::from_value(form.clone()).expect("an entry can be read");
        assert_eq!(serde_json::to_value(&read).expect("an entry can be written"), form);
    }
}

/// Lines as the first release wrote them are still read, and would be written the same.
#[test]
fn events_of_the_first_form_mean_what_they_meant() {
    for line in include_str!("first_forms.jsonl").lines() {
        let read: Event = serde_json::from_str(line).expect("an old event can be read");
        assert_eq!(serde_json::to_string(&read).expect("an event can be written"), line);
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
        Refusal::UnknownOutcome(id("ditolak")),
        Refusal::UnknownNotice(NoticeId(7)),
        Refusal::UnknownZone(id("dewan")),
        Refusal::UnknownPlanned(id("tutup")),
        Refusal::UnknownAnnouncement(AnnouncementId(7)),
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
        Refusal::OfficeClosed { next: Some(time(OPENING)) },
        Refusal::OfficeOpen,
        Refusal::DayHasClosed,
        Refusal::AfterLastTicket(id("pasport")),
        Refusal::QuotaUsed(id("pasport")),
        Refusal::PersonNeeded,
        Refusal::HasTicket(number()),
        Refusal::RemoteNotOffered,
        Refusal::RemoteUsedUp,
        Refusal::NoAppointments,
        Refusal::UnknownAppointment,
        Refusal::AppointmentUsed,
        Refusal::TooEarly { from: time(OPENING) },
        Refusal::TooLate,
        Refusal::UnsoundAppointments(Faults(vec![Fault {
            at: "appointment.3".into(),
            what: "there is no service `lesen`".into(),
        }])),
        Refusal::CounterPaused,
        Refusal::CounterNotPaused,
        Refusal::ServiceNotTaken(id("bayaran")),
        Refusal::OfficerThere,
        Refusal::NotWaiting(number()),
        Refusal::NobodyBehind(number()),
        Refusal::GaveWayEnough(number()),
        Refusal::PastOutOfRange,
        Refusal::UnsoundNotice,
        Refusal::TooManyNotices,
        Refusal::UnsoundAnnouncement,
        Refusal::TooManyUrgent,
        Refusal::NothingDue,
        Refusal::NotCalled(number()),
        Refusal::NotMissed(number()),
        Refusal::NoPlaceAhead,
        Refusal::AheadTaken(number()),
        Refusal::TooSoon(number()),
        Refusal::CalledEnough(number()),
        Refusal::CallAgainFirst(number()),
        Refusal::NoDestination,
        Refusal::TooManyLegs,
        Refusal::SameCounter,
        Refusal::SameClass(number()),
        Refusal::NotLaterToday,
        Refusal::NothingToUndo,
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
