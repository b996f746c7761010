//! The picture that events leave behind.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::slice::from_ref;

use giliran_client::{Broken, News, Picture};
use giliran_protocol::{
    live::{Change, ServiceWait},
    view::{
        AtCounter, BranchView, CallView, CounterView, Language, MissedView, NoticeView, OpeningView, Place,
        ReportView, ServiceView, TallyView, Texts, TicketState, TicketView, Wait,
    },
};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

fn service(id: &str, waiting: u32) -> ServiceView {
    let service = json!({ "id": id, "name": { "ms": id }, "letters": "A", "waiting": waiting });
    serde_json::from_value(service).unwrap()
}

fn counter(id: &str, current: Option<AtCounter>) -> CounterView {
    let counter = json!({
        "id": id, "place": "counter", "number": 1, "open": true, "services": [], "current": current,
    });
    serde_json::from_value(counter).unwrap()
}

fn ticket(id: u64, state: TicketState) -> TicketView {
    let epoch = Timestamp::UNIX_EPOCH;
    let ticket = json!({
        "id": id, "number": format!("A{id:03}"), "service": "pasport", "class": "biasa", "language": "ms",
        "state": state, "arrived_at": epoch, "due_at": epoch, "since": epoch,
    });
    serde_json::from_value(ticket).unwrap()
}

fn missed(id: u64) -> MissedView {
    let number = format!("A{id:03}");
    MissedView { ticket: id, number, service: "pasport".into(), until: Timestamp::UNIX_EPOCH }
}

fn call(seq: u64) -> CallView {
    CallView {
        seq,
        at: Timestamp::UNIX_EPOCH,
        number: format!("A{seq:03}"),
        service: "pasport".into(),
        language: Language::Ms,
        counter: "k1".into(),
        place: Place::Counter,
        counter_number: 1,
        attempt: 1,
        zones: Vec::new(),
    }
}

fn view() -> BranchView {
    let view = json!({
        "id": "kl", "name": { "ms": "KL" }, "time_zone": "Asia/Kuala_Lumpur", "opening": { "state": "always" },
        "languages": ["ms", "en"], "viewing_m": 10,
        "classes": [],
        "services": [service("lesen", 0), service("pasport", 2)],
        "counters": [counter("k1", None), counter("k2", None)],
        "calls": [],
        "tickets": [ticket(1, TicketState::Waiting), ticket(3, TicketState::Waiting)],
        "missed": [missed(2)],
    });
    serde_json::from_value(view).unwrap()
}

fn snapshot(seq: u64, view: BranchView) -> News {
    News::Snapshot { log: Uuid::nil(), seq, now: Timestamp::UNIX_EPOCH, view: Box::new(view) }
}

fn entry(seq: u64, changes: Vec<Change>) -> News {
    News::Entry { seq, at: Timestamp::UNIX_EPOCH, changes }
}

/// What a picture of [`view`] is after those changes.
fn after(changes: Vec<Change>) -> BranchView {
    let mut picture = Picture::default();
    picture.take(&snapshot(1, view()));
    picture.take(&entry(2, changes));
    assert_eq!(picture.seq(), 2);
    picture.view().unwrap().clone()
}

#[test]
fn tickets_come_change_and_go_in_the_order_of_their_ids() {
    let tickets = |changes| after(changes).tickets.unwrap();
    let waiting = |id| ticket(id, TicketState::Waiting);
    let called = ticket(3, TicketState::Called);
    assert_eq!(
        tickets(vec![Change::Ticket { ticket: waiting(4) }, Change::Ticket { ticket: waiting(2) }]),
        [waiting(1), waiting(2), waiting(3), waiting(4)]
    );
    assert_eq!(tickets(vec![Change::Ticket { ticket: called.clone() }]), [waiting(1), called]);
    assert_eq!(
        tickets(vec![Change::TicketEnded { ticket: 1 }, Change::TicketEnded { ticket: 9 }]),
        [waiting(3)]
    );
}

#[test]
fn who_missed_a_call_is_kept_in_the_order_of_the_tickets_until_it_is_over() {
    let kept = |changes| after(changes).missed.unwrap();
    let later = MissedView { until: Timestamp::MAX, ..missed(2) };
    let one_more = |missed| Change::Missed { missed };
    assert_eq!(kept(vec![one_more(missed(5)), one_more(missed(1))]), [missed(1), missed(2), missed(5)]);
    assert_eq!(kept(vec![one_more(later.clone())]), [later]);
    assert_eq!(kept(vec![Change::MissedEnded { ticket: 2 }, Change::MissedEnded { ticket: 9 }]), []);
}

#[test]
fn counters_queues_and_totals_are_replaced() {
    let busy = counter(
        "k2",
        Some(AtCounter {
            ticket: 1,
            number: "A001".into(),
            service: "pasport".into(),
            serving: false,
            since: Timestamp::UNIX_EPOCH,
            attempts: 1,
        }),
    );
    let tally = TallyView { issued: 3, served: 1, ..TallyView::default() };
    let view = after(vec![
        Change::Counter { counter: busy.clone() },
        Change::Queue { service: "pasport".into(), waiting: 1, numbers_left: Some(9) },
        Change::Queue { service: "unknown".into(), waiting: 7, numbers_left: None },
        Change::Tally { tally },
        Change::Unknown,
    ]);
    assert_eq!(view.counters, [counter("k1", None), busy]);
    let fewer = ServiceView { numbers_left: Some(9), ..service("pasport", 1) };
    assert_eq!(view.services, [service("lesen", 0), fewer]);
    assert_eq!(view.tally, Some(tally));
}

#[test]
fn the_last_twenty_calls_are_kept() {
    let calls = after((1..=25).map(|seq| Change::Call { call: call(seq) }).collect()).calls.unwrap();
    assert_eq!(calls.iter().map(|call| call.seq).collect::<Vec<_>>(), (6..=25).collect::<Vec<_>>());
}

#[test]
fn notices_are_replaced_by_all_that_there_are_now() {
    let text = |ms: &str| Texts { ms: ms.into(), en: None, zh: None, ta: None };
    let notice = |id, ms| NoticeView { id: Some(id), text: text(ms), until: None };
    let told = |notices: &[NoticeView]| Change::Notices { notices: notices.to_vec() };
    let [one, two] = [notice(1, "Satu"), notice(2, "Dua")];
    assert_eq!(
        after(vec![told(from_ref(&one)), told(&[one, two.clone()]), told(from_ref(&two))]).notices,
        [two]
    );
}

#[test]
fn what_became_of_a_call_is_kept_for_as_long_as_the_call_is() {
    let report = |call, shown| ReportView { call, shown, ..ReportView::default() };
    let mut picture = Picture::default();
    picture.take(&snapshot(1, BranchView { reports: Some(vec![]), ..view() }));
    picture.take(&entry(4, (2..=4).map(|seq| Change::Call { call: call(seq) }).collect()));
    for told in [report(3, 1), report(2, 1), report(3, 2), report(9, 1)] {
        picture.take(&News::Reported(told));
    }
    let kept = |picture: &Picture| picture.view().unwrap().reports.clone();
    assert_eq!(kept(&picture), Some(vec![report(2, 1), report(3, 2)]));
    picture.take(&entry(22, (5..=22).map(|seq| Change::Call { call: call(seq) }).collect()));
    assert_eq!(kept(&picture), Some(vec![report(3, 2)]), "the call before is gone");
    // Who is not told of reports is not given any.
    let mut wall = Picture::default();
    wall.take(&snapshot(1, view()));
    wall.take(&entry(2, vec![Change::Call { call: call(2) }]));
    wall.take(&News::Reported(report(2, 1)));
    assert_eq!(kept(&wall), None);
}

#[test]
fn a_reset_replaces_everything() {
    let fresh = BranchView { services: vec![service("baharu", 0)], tickets: Some(vec![]), ..view() };
    let changes = vec![Change::TicketEnded { ticket: 1 }, Change::Reset { view: Box::new(fresh.clone()) }];
    assert_eq!(after(changes), fresh);
}

#[test]
fn a_waiting_time_that_is_not_told_stays() {
    let wait = Some(Wait { p50_s: 300, p90_s: 600 });
    let mut picture = Picture::default();
    picture.take(&snapshot(1, view()));
    picture.take(&News::Waits(vec![ServiceWait { service: "pasport".into(), wait }]));
    picture.take(&News::Waits(vec![ServiceWait { service: "lesen".into(), wait: None }]));
    let waits: Vec<_> = picture.view().unwrap().services.iter().map(|service| service.wait).collect();
    assert_eq!(waits, [None, wait]);
}

#[test]
fn the_office_opens_and_closes_without_an_entry() {
    let mut picture = Picture::default();
    let closed = OpeningView::Closed { next: None };
    picture.take(&News::Opening(closed.clone()));
    assert_eq!(picture.view(), None);
    picture.take(&snapshot(1, view()));
    picture.take(&News::Opening(closed.clone()));
    assert_eq!(picture.view(), Some(&BranchView { opening: closed, ..view() }));
    assert_eq!(picture.seq(), 1);
}

#[test]
fn an_audience_is_given_no_more_than_its_snapshot_had() {
    let mut picture = Picture::default();
    let kiosk = BranchView { calls: None, tickets: None, missed: None, ..view() };
    picture.take(&snapshot(1, kiosk.clone()));
    picture.take(&entry(
        2,
        vec![
            Change::Ticket { ticket: ticket(9, TicketState::Waiting) },
            Change::Missed { missed: missed(9) },
            Change::MissedEnded { ticket: 2 },
            Change::Call { call: call(2) },
        ],
    ));
    assert_eq!(picture.view(), Some(&kiosk));
}

#[test]
fn a_picture_says_when_it_may_be_stale() {
    let mut picture = Picture::default();
    assert!(!picture.is_up());
    picture.take(&snapshot(1, view()));
    assert!(picture.is_up());
    picture.take(&News::Down(Broken::Silent));
    assert!(!picture.is_up());
    assert!(picture.view().is_some());
    picture.take(&News::Resumed { seq: 1, now: Timestamp::UNIX_EPOCH });
    assert!(picture.is_up());
}
