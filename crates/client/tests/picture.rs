//! The picture that events leave behind.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use giliran_client::{Broken, News, Picture};
use giliran_protocol::{
    live::{Change, ServiceWait},
    view::{
        AtCounter, BranchView, CallView, CounterView, Language, Place, ServiceView, TallyView, Texts,
        TicketState, TicketView, Wait,
    },
};
use jiff::Timestamp;
use uuid::Uuid;

fn text(ms: &str) -> Texts {
    Texts { ms: ms.into(), en: None, zh: None, ta: None }
}

fn service(id: &str, waiting: u32) -> ServiceView {
    ServiceView { id: id.into(), name: text(id), letters: "A".into(), waiting, wait: None }
}

fn counter(id: &str, current: Option<AtCounter>) -> CounterView {
    CounterView { id: id.into(), place: Place::Counter, number: 1, open: true, services: vec![], current }
}

fn ticket(id: u64, state: TicketState) -> TicketView {
    TicketView {
        id,
        number: format!("A{id:03}"),
        service: "pasport".into(),
        class: "biasa".into(),
        language: Language::Ms,
        state,
        counter: None,
        arrived_at: Timestamp::UNIX_EPOCH,
        due_at: Timestamp::UNIX_EPOCH,
        since: Timestamp::UNIX_EPOCH,
    }
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
    }
}

fn view() -> BranchView {
    BranchView {
        id: "kl".into(),
        name: text("KL"),
        time_zone: "Asia/Kuala_Lumpur".into(),
        day: None,
        classes: vec![],
        services: vec![service("lesen", 0), service("pasport", 2)],
        counters: vec![counter("k1", None), counter("k2", None)],
        calls: Some(vec![]),
        tickets: Some(vec![ticket(1, TicketState::Waiting), ticket(3, TicketState::Waiting)]),
        tally: None,
    }
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
    let tally = TallyView { issued: 3, served: 1, missed: 0, cancelled: 0 };
    let view = after(vec![
        Change::Counter { counter: busy.clone() },
        Change::Queue { service: "pasport".into(), waiting: 1 },
        Change::Tally { tally },
        Change::Unknown,
    ]);
    assert_eq!(view.counters, [counter("k1", None), busy]);
    assert_eq!(view.services, [service("lesen", 0), service("pasport", 1)]);
    assert_eq!(view.tally, Some(tally));
}

#[test]
fn the_last_twenty_calls_are_kept() {
    let calls = after((1..=25).map(|seq| Change::Call { call: call(seq) }).collect()).calls.unwrap();
    assert_eq!(calls.iter().map(|call| call.seq).collect::<Vec<_>>(), (6..=25).collect::<Vec<_>>());
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
fn an_audience_is_given_no_more_than_its_snapshot_had() {
    let mut picture = Picture::default();
    let kiosk = BranchView { calls: None, tickets: None, ..view() };
    picture.take(&snapshot(1, kiosk.clone()));
    picture.take(&entry(
        2,
        vec![Change::Ticket { ticket: ticket(9, TicketState::Waiting) }, Change::Call { call: call(2) }],
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
