//! Appointments: bringing them in, checking in early, late and on time.

use giliran_core::{Appointment, Command, PersonKey, Refusal};
use serde_json::{Value, json};

use crate::{
    given,
    support::{
        Hall, Step, appointment, arrive, call, call_off, check, check_in, finish, id, import, issue, minutes,
        office, set, set_rules, transfer, until,
    },
};

/// Appointments may be checked in for from half an hour before to ten minutes after.
fn by_appointment(too_late: &str) -> Value {
    let mut office = office();
    set(
        &mut office,
        "/class/-",
        json!({ "id": "janji-temu", "name": { "ms": "Janji temu" }, "allowance": "PT5M" }),
    );
    let rule = json!({ "class": "janji-temu", "early": "PT30M", "late": "PT10M", "too_late": too_late });
    set(&mut office, "/appointments", rule);
    office
}

fn booked() -> [Step; 1] {
    given![import(&[appointment("JT10", "pasport", "10:00"), appointment("JT11", "bayaran", "11:00")])]
}

/// Checking in for the appointment at 10:00, at that time.
#[track_caller]
fn arriving(too_late: &str, at: &str, expected: &str) {
    let [booked] = booked();
    check_in(
        Hall::open(by_appointment(too_late)),
        [booked, until(at), minutes(-1)],
        arrive("JT10"),
        expected,
    );
}

#[test]
fn an_appointment_counts_as_if_the_visitor_came_at_the_hour() {
    arriving("walk_in", "09:29", "refused: too_early");
    arriving("walk_in", "09:30", "A001 issued as 1 for pasport, janji-temu, due 10:05, 0 ahead");
    arriving("walk_in", "10:00", "A001 issued as 1 for pasport, janji-temu, due 10:05, 0 ahead");
    arriving("walk_in", "10:10", "A001 issued as 1 for pasport, janji-temu, due 10:05, 0 ahead");
}

#[test]
fn who_is_too_late_walks_in_or_asks_the_staff_as_the_office_says() {
    arriving("walk_in", "10:11", "A001 issued as 1 for pasport, biasa, due 10:26, 0 ahead");
    arriving("refused", "10:11", "refused: too_late");
}

#[test]
fn appointments_mix_with_those_who_walked_in_by_due_time() {
    let [booked] = booked();
    let steps = [
        booked,
        until("09:40"),
        issue("pasport").into(), // due 09:56
        arrive("JT10").into(),   // due 10:05
        minutes(10),
        issue("pasport").into(), // due 10:08
    ];
    let mut hall = Hall::open(by_appointment("walk_in"));
    for step in steps {
        hall.must(step);
    }
    let queue: Vec<_> = hall.branch().queue(&id("pasport")).map(|ticket| ticket.0).collect();
    assert_eq!(queue, [1, 2, 3]);
    check_in(hall, given![], call("k2"), "A001 called to k2 for pasport");
}

#[test]
fn an_appointment_counts_from_its_hour_in_every_queue() {
    let mut office = by_appointment("walk_in");
    set(&mut office, "/service/0/then", json!(["bayaran"]));
    let steps = || {
        let [booked] = booked();
        [booked, until("09:40"), arrive("JT10").into(), call("k1").into()]
    };
    check_in(
        Hall::open(office.clone()),
        steps(),
        finish("k1", 1),
        "1 served at k1, on to bayaran, due 10:05",
    );
    check_in(Hall::open(office), steps(), transfer("k1", 1, "bayaran"), "1 from k1 to bayaran, due 10:05");
}

#[test]
fn an_appointment_is_checked_in_for_once() {
    let hall = || Hall::open(by_appointment("walk_in"));
    let [booking] = booked();
    check_in(
        hall(),
        [booking, until("09:40"), arrive("JT10").into()],
        arrive("jt-10"),
        "refused: appointment_used",
    );
    check_in(hall(), booked(), arrive("JT99"), "refused: unknown_appointment");
    check(given![], arrive("JT10"), "refused: no_appointments");
    let [booking] = booked();
    let used = [booking, until("09:40"), arrive("JT10").into()];
    check_in(hall(), used, call_off("JT10"), "refused: appointment_used");
    check_in(hall(), booked(), call_off("JT10"), "appointment JT10 called off");
    check_in(hall(), given![], call_off("JT10"), "refused: unknown_appointment");
    let [booking] = booked();
    let off = [booking, call_off("JT10").into(), until("09:40")];
    check_in(hall(), off, arrive("JT10"), "refused: unknown_appointment");
}

#[test]
fn appointments_change_until_somebody_comes() {
    let [booking] = booked();
    let later = import(&[appointment("JT10", "pasport", "15:00")]);
    let steps = [booking, later.into(), until("10:00")];
    check_in(Hall::open(by_appointment("walk_in")), steps, arrive("JT10"), "refused: too_early");
}

#[test]
fn appointments_are_beside_the_quota() {
    let mut office = by_appointment("walk_in");
    set(&mut office, "/service/0/quota", json!(1));
    let [booking] = booked();
    let steps = [booking, until("09:40"), arrive("JT10").into()];
    check_in(
        Hall::open(office),
        steps,
        issue("pasport"),
        "A002 issued as 2 for pasport, biasa, due 09:57, 0 ahead",
    );
}

#[test]
fn an_appointment_of_a_day_is_gone_the_next() {
    let mut hall = Hall::open(by_appointment("walk_in"));
    for step in booked() {
        hall.must(step);
    }
    assert_eq!(hall.branch().appointments().count(), 2);
    hall.must(minutes(24 * 60));
    assert_eq!(hall.branch().appointments().count(), 0);
}

/// The import is refused for exactly these reasons.
#[track_caller]
fn faulty(appointments: &[Appointment], expected: &[&str]) {
    let mut office = by_appointment("walk_in");
    set(&mut office, "/service/1/one_per_person", json!(true));
    let mut hall = Hall::open(office);
    for step in given![import(&[appointment("JT09", "pasport", "09:10")]), arrive("JT09")] {
        hall.must(step);
    }
    let faults = match hall.try_step(import(appointments)) {
        Ok(_) => vec![],
        Err(Refusal::UnsoundAppointments(faults)) => faults.0.iter().map(ToString::to_string).collect(),
        Err(other) => panic!("{other}"),
    };
    assert_eq!(faults, expected);
}

#[test]
fn a_list_is_taken_as_a_whole_or_each_fault_is_named() {
    let known = Appointment { person: Some(PersonKey(7)), ..appointment("JT13", "bayaran", "10:00") };
    let yesterday = Appointment {
        at: appointment("X000", "pasport", "00:00").at - jiff::SignedDuration::from_mins(11),
        ..appointment("JT14", "pasport", "10:00")
    };
    faulty(&[appointment("JT10", "pasport", "10:00"), known], &[]);
    faulty(
        &[
            appointment("JT10", "lesen", "10:00"),
            appointment("JT11", "pasport", "10:00"),
            appointment("JT11", "pasport", "10:30"),
            appointment("JT12", "bayaran", "10:00"),
            yesterday,
            appointment("JT09", "pasport", "10:00"),
        ],
        &[
            "appointment.1: there is no service `lesen`",
            "appointment.3: `JT11` stands twice",
            "appointment.4: `bayaran` asks who comes, and nobody is named",
            "appointment.5: lies before today",
            "appointment.6: `JT09` has been checked in for already",
        ],
    );
    faulty(&[], &["appointment: there must be between 1 and 2000 at once"]);
    check(given![], import(&[appointment("JT10", "pasport", "10:00")]), "refused: no_appointments");
}

#[test]
fn a_service_that_somebody_is_expected_for_stays() {
    let mut smaller = by_appointment("walk_in");
    set(&mut smaller, "/service/1", Value::Null);
    set(&mut smaller, "/counter/2", Value::Null);
    set(&mut smaller, "/counter/0/services", json!(["pasport"]));
    let hall = || Hall::open(by_appointment("walk_in"));
    check_in(hall(), booked(), set_rules(smaller.clone()), "refused: unsound_rules");
    let [booking] = booked();
    check_in(hall(), [booking, call_off("JT11").into()], set_rules(smaller), "rules set");
}

#[test]
fn a_person_with_a_ticket_does_not_check_in_for_another() {
    let mut office = by_appointment("walk_in");
    set(&mut office, "/service/0/one_per_person", json!(true));
    let known = Appointment { person: Some(PersonKey(7)), ..appointment("JT10", "pasport", "09:30") };
    check_in(
        Hall::open(office),
        given![import(&[known]), crate::support::issue_for(7, "pasport")],
        arrive("JT10"),
        "refused: has_ticket",
    );
}

#[test]
fn codes_are_read_as_people_type_them() {
    for typed in ["JT4821", "jt4821", "jt 48-21", " JT4821 "] {
        assert_eq!(id::<giliran_core::AppointmentCode>(typed).to_string(), "JT4821");
    }
    for typed in ["", "JT1", "JT4821JT4821JT4821", "JT48_1", "JTä21", "-- --"] {
        assert!(typed.parse::<giliran_core::AppointmentCode>().is_err(), "{typed}");
    }
    let Command::CheckIn { code, .. } = arrive("jt-10") else { unreachable!("a check-in") };
    assert_eq!(code, id("JT10"));
}
