//! Letting others go first.

use giliran_core::{Actor, TicketId};
use serde_json::json;

use crate::{
    given,
    support::{
        Hall, Step, appointment, arrive, call, call_ahead, change_class, check, check_in, give_way, id,
        import, issue, issue_to, office, park, requeue, resume, send_on, set, transfer, undo, until,
    },
};

/// So many ordinary people for passports, a minute apart: due from 09:20 on.
fn waiting<const N: usize>() -> [Step; N] {
    std::array::from_fn(|_| issue("pasport").into())
}

fn hall_after(steps: impl IntoIterator<Item = Step>) -> Hall {
    let mut hall = Hall::new();
    for step in steps {
        hall.must(step);
    }
    hall
}

fn queue(hall: &Hall) -> Vec<u64> {
    hall.branch().queue(&id("pasport")).map(|ticket| ticket.0).collect()
}

/// The queue of four after steps.
fn four_after<const N: usize>(steps: [Step; N]) -> Vec<u64> {
    queue(&hall_after(waiting::<4>().into_iter().chain(steps)))
}

#[test]
fn whoever_gives_way_goes_behind_so_many_and_no_further() {
    check(waiting::<4>(), give_way(1, 2), "1 let 2 go first, due 09:22");
    check(waiting::<4>(), give_way(3, 5), "3 let 1 go first, due 09:23");
    assert_eq!(four_after(given![give_way(1, 1)]), [2, 1, 3, 4]);
    assert_eq!(four_after(given![give_way(1, 2)]), [2, 3, 1, 4]);
    assert_eq!(four_after(given![give_way(1, 20)]), [2, 3, 4, 1]);
    assert_eq!(four_after(given![give_way(1, 1), give_way(1, 1)]), [2, 3, 1, 4]);
    assert_eq!(four_after(given![give_way(1, 1), give_way(2, 1)]), [1, 2, 3, 4]);
    assert_eq!(four_after(given![give_way(1, 2), give_way(2, 1)]), [3, 2, 1, 4]);
}

#[test]
fn only_who_waits_gives_way_and_only_to_somebody() {
    check(waiting::<1>(), give_way(1, 1), "refused: nobody_behind");
    check(waiting::<2>(), give_way(2, 1), "refused: nobody_behind");
    check(given![issue("pasport"), issue("bayaran")], give_way(1, 1), "refused: nobody_behind");
    check(given![issue("pasport"), issue("pasport"), call("k1")], give_way(1, 1), "refused: not_waiting");
    let parked = given![issue("pasport"), issue("pasport"), call("k1"), park("k1", 1)];
    check(parked, give_way(1, 1), "refused: not_waiting");
    check(waiting::<2>(), give_way(9, 1), "refused: unknown_ticket");
    check(waiting::<2>(), give_way(1, 0), "refused: past_out_of_range");
    check(waiting::<2>(), give_way(1, 21), "refused: past_out_of_range");
}

#[test]
fn two_who_let_each_other_past_end_after_five_times_each() {
    let turns = (0..10).map(|n| give_way(1 + n % 2, 1).into());
    let hall = hall_after(waiting::<2>().into_iter().chain(turns));
    assert_eq!(hall.branch().may_let_past(TicketId(1)), 0);
    check_in(hall, given![], give_way(1, 1), "refused: gave_way_enough");
}

#[test]
fn it_is_known_beforehand_how_many_could_be_let_past() {
    let mut hall = hall_after(waiting::<4>());
    let past = |hall: &Hall| [1, 2, 3, 4].map(|ticket| hall.branch().may_let_past(TicketId(ticket)));
    assert_eq!(past(&hall), [3, 2, 1, 0]);
    hall.must(give_way(1, 2));
    assert_eq!(past(&hall), [1, 3, 2, 0]);
    hall.must(call("k2"));
    assert_eq!(past(&hall), [1, 0, 2, 0], "whoever is called waits no more");
}

#[test]
fn people_due_at_the_same_moment_go_first_together() {
    let mut office = office();
    set(&mut office, "/appointments", json!({ "class": "biasa" }));
    let mut hall = Hall::open(office);
    let at_ten = ["JT0001", "JT0002", "JT0003"].map(|code| appointment(code, "pasport", "10:00"));
    for step in given![import(&at_ten), until("09:50"), arrive("JT0001"), arrive("JT0002"), arrive("JT0003")]
    {
        hall.must(step);
    }
    check_in(hall, given![], give_way(1, 1), "1 let 2 go first, due 10:15");
}

#[test]
fn an_emergency_gives_way_to_emergencies_alone() {
    let mut office = office();
    set(&mut office, "/class/2/goes_next", json!(true));
    let urgent = |n| {
        let mut hall = Hall::open(office.clone());
        for _ in 0..n {
            hall.must(issue_to("kecemasan", "pasport"));
        }
        hall.must(issue("pasport"));
        hall
    };
    check_in(urgent(1), given![], give_way(1, 1), "refused: nobody_behind");
    check_in(urgent(2), given![], give_way(1, 2), "1 let 1 go first, due 09:06");
}

#[test]
fn whoever_waits_for_one_counter_is_no_one_to_let_past() {
    let to_k2 = || given![issue("pasport"), issue("pasport"), call("k1"), send_on("k1", 1, None, Some("k2"))];
    check(to_k2(), give_way(1, 1), "1 let 1 go first, due 09:21");
    let [a, b, c, d] = to_k2();
    let given = [a, b, c, d, give_way(1, 1).into()];
    check(given, give_way(2, 1), "refused: nobody_behind");
}

#[test]
fn the_place_that_was_taken_stays_until_the_staff_or_another_service_make_a_new_one() {
    // Called and put back, called ahead and put back, parked and back: in the new place.
    let put_back = given![give_way(1, 2), call("k2"), call("k1"), requeue(3)];
    assert_eq!(four_after(put_back), [3, 1, 4]);
    let parked = given![give_way(1, 1), call("k1"), call("k2"), park("k2", 1), resume(1)];
    assert_eq!(four_after(parked), [1, 3, 4]);
    // Another class counts from the time of arrival, as ever.
    assert_eq!(four_after(given![give_way(1, 3), change_class(1, "warga-emas")]), [1, 2, 3, 4]);
    // So does another service.
    let sent = given![give_way(1, 1), call("k1"), call("k2"), transfer("k2", 1, "bayaran")];
    let hall = hall_after(waiting::<3>().into_iter().chain(sent));
    let due = hall.branch().ticket(TicketId(1)).map(|ticket| ticket.due);
    assert_eq!(due, Some(crate::support::clock("09:15")));
}

#[test]
fn a_press_before_it_can_t_be_undone_and_one_after_it_keeps_the_place() {
    let mut office = office();
    set(&mut office, "/calling", json!({ "undo": "PT10M" }));
    let transferred = given![
        issue("bayaran"),
        call("b3"),
        issue("pasport"),
        transfer("b3", 1, "pasport"),
        issue("pasport")
    ];
    let mut hall = Hall::open(office.clone());
    for step in transferred {
        hall.must(step);
    }
    check_in(hall, given![give_way(1, 1)], undo("b3"), "refused: nothing_to_undo");
    let mut hall = Hall::open(office);
    for step in waiting::<3>().into_iter().chain(given![give_way(1, 1), call("k1"), call("k2"), undo("k2")]) {
        hall.must(step);
    }
    assert_eq!(queue(&hall), [1, 3]);
}

#[test]
fn whoever_was_called_ahead_waits_no_more() {
    let mut office = office();
    set(&mut office, "/counter/0/ahead", json!({ "ms": "Kerusi" }));
    let hall = Hall::open(office);
    let given = given![issue("pasport"), issue("pasport"), call_ahead("k1")];
    check_in(hall, given, give_way(1, 1), "refused: not_waiting");
}

#[test]
fn it_stands_in_the_record_of_what_changed_the_order() {
    let mut hall = hall_after(waiting::<3>());
    hall.by = Some(Actor::Visitor);
    hall.must(give_way(1, 2));
    let record: Vec<_> = hall.entries.iter().flat_map(|entry| entry.out_of_order()).collect();
    let [one] = record.as_slice() else { panic!("{record:?}") };
    let what = serde_json::to_value(&one.what).expect("it can be written");
    assert_eq!(what, json!({ "type": "gave_way", "passed": 2 }));
    assert_eq!((one.ticket, &one.by), (TicketId(1), &Some(Actor::Visitor)));
}
