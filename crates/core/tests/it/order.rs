//! The fair-order record: what set somebody before or behind the order, with who, when and why.

use giliran_core::Actor;

use crate::{
    given,
    support::{
        Hall, call, call_of, cancel, change_class, finish, id, issue, office, parsed, pick, requeue, set,
        set_rules, undo, void,
    },
};

#[test]
fn whatever_changes_the_order_is_on_record_with_who_when_and_why() {
    let mut office = office();
    set(&mut office, "/calling", serde_json::json!({ "undo": "PT2M" }));
    let mut hall = Hall::open(office);
    hall.by = Some(Actor::Officer { id: id("aminah") });
    for step in given![
        issue("pasport"),
        issue("bayaran"),
        issue("pasport"),
        issue("pasport"),
        pick("k1", 4),
        requeue(4),
        call_of("k1", "pasport"),
        finish("k1", 1),
        change_class(3, "warga-emas"),
        call("k2"),
        undo("k2"),
        void(4),
        cancel(3),
    ] {
        hall.must(step);
    }
    hall.by = Some(Actor::Visitor);
    hall.must(cancel(2));
    let record: Vec<_> = hall.entries.iter().flat_map(|entry| entry.out_of_order()).collect();
    insta::assert_json_snapshot!(record);
}

#[test]
fn what_keeps_the_order_is_not_on_record() {
    let mut hall = Hall::new();
    for step in given![
        issue("pasport"),
        issue("pasport"),
        call("k1"),
        finish("k1", 1),
        set_rules(office()),
        cancel(2)
    ] {
        hall.must(step);
    }
    assert!(parsed(office()).check().is_ok());
    assert_eq!(hall.entries.iter().flat_map(|entry| entry.out_of_order()).count(), 0);
}
