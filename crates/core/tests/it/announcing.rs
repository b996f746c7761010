//! What is said aloud beside the calls: by hand, by the clock, and what is urgent.

use giliran_core::{AnnouncementId, Command, Event, Sound};
use serde_json::{Value, json};

use crate::{
    given,
    support::{Hall, changed, check_in, clock, id, office, parsed, set, until},
};

fn announce(zone: Option<&str>, urgent: bool) -> Command {
    Command::Announce {
        sound: Sound::Sentence(id("parking")),
        text: None,
        zones: zone.map(id).into_iter().collect(),
        urgent,
    }
}

fn call_off(announcement: u64) -> Command {
    Command::EndAnnouncement { announcement: AnnouncementId(announcement) }
}

fn make(planned: &str) -> Command {
    Command::AnnouncePlanned { planned: id(planned), due: None }
}

/// An office that is open from nine to twelve and plans these.
fn planning(planned: Value) -> Value {
    let mut office = office();
    set(
        &mut office,
        "/hours",
        json!({
            "week": [{ "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "open": [{ "from": "09:00:00", "until": "12:00:00" }] }],
        }),
    );
    set(&mut office, "/zone", json!([{ "id": "kantin", "name": { "ms": "Kantin" } }]));
    set(&mut office, "/announcement", planned);
    office
}

/// What is announced by itself until the day ends, and when.
fn by_itself(office: Value) -> Vec<String> {
    let mut hall = Hall::open(office);
    hall.must(until("24:00"));
    let announced = |event: &Event| {
        let Event::Announced { planned: Some(planned), due: Some(due), .. } = event else { return None };
        let due = due.in_tz("Asia/Kuala_Lumpur").expect("a known zone");
        Some(format!("{} {planned}", due.strftime("%H:%M")))
    };
    hall.entries.iter().flat_map(|entry| &entry.events).filter_map(announced).collect()
}

#[test]
fn something_is_said_by_hand_where_the_office_has_such_a_zone() {
    let hall = || Hall::open(planning(json!([{ "id": "tutup", "sound": { "sentence": "closing-15" } }])));
    check_in(hall(), given![], announce(None, false), "announcement 1");
    check_in(hall(), given![announce(None, false)], announce(Some("kantin"), false), "announcement 2");
    check_in(hall(), given![], announce(Some("surau"), false), "refused: unknown_zone");
    check_in(hall(), given![], make("tutup"), "announcement 1");
    check_in(hall(), given![], make("buka"), "refused: unknown_planned");
    let not_due = Command::AnnouncePlanned { planned: id("tutup"), due: Some(clock("09:00")) };
    check_in(hall(), given![], not_due, "refused: nothing_due");
    check_in(hall(), given![announce(None, false)], call_off(1), "refused: unknown_announcement");
    let Command::Announce { sound, zones, urgent, .. } = announce(None, false) else { unreachable!() };
    let text = Some(giliran_core::Texts { ms: " ".into(), en: None, zh: None, ta: None });
    let unread = Command::Announce { sound, text, zones, urgent };
    check_in(hall(), given![], unread, "refused: unsound_announcement");
}

#[test]
fn what_is_urgent_goes_on_until_it_is_called_off_and_ends_with_the_day() {
    let hall = Hall::new;
    check_in(hall(), given![], announce(None, true), "urgent announcement 1");
    check_in(hall(), given![announce(None, true)], call_off(1), "announcement 1 called off");
    check_in(hall(), given![announce(None, true), call_off(1)], call_off(1), "refused: unknown_announcement");
    let three = || given![announce(None, true), announce(None, true), announce(None, true)];
    check_in(hall(), three(), announce(None, true), "refused: too_many_urgent");
    check_in(hall(), three(), announce(None, false), "announcement 4");
    let mut hall = hall();
    hall.must(announce(None, true));
    assert_eq!(hall.branch().urgent().count(), 1);
    hall.must(until("24:00"));
    assert_eq!(hall.branch().urgent().count(), 0);
}

#[test]
fn the_clock_makes_what_is_planned_at_its_times_in_order_and_once() {
    let sound = json!({ "sentence": "parking" });
    let planned = json!([
        { "id": "tutup", "sound": sound, "before_close": "PT15M" },
        { "id": "parkir", "sound": sound, "every": "PT1H" },
        { "id": "rehat", "sound": sound, "at": ["10:00:00", "11:30:00"] },
        { "id": "ahad", "sound": sound, "at": ["10:00:00"], "days": ["sun"] },
    ]);
    let made = by_itself(planning(planned));
    assert_eq!(made, ["10:00 parkir", "10:00 rehat", "11:00 parkir", "11:30 rehat", "11:45 tutup"]);
    assert_eq!(
        by_itself(planning(json!([{ "id": "hari-ini", "sound": sound, "at": ["08:00:00"] }]))),
        [""; 0]
    );
}

#[test]
fn rules_that_can_not_be_kept_are_named_with_their_place() {
    let zone = json!([{ "id": "kantin", "name": { "ms": "Kantin" }, "volume_db": -41 }]);
    let volume = |from: &str, until: &str| json!([{ "id": "kantin", "name": { "ms": "K" }, "volume": [{ "from": from, "until": until, "db": 0 }] }]);
    let planned = |key: &str, value: Value| {
        let mut rule = json!({ "id": "a", "sound": { "sentence": "parking" } });
        set(&mut rule, &format!("/{key}"), value);
        json!([rule])
    };
    for (place, value, at) in [
        ("/announcing", json!({ "repeats": 4 }), "announcing.repeats"),
        ("/announcing", json!({ "within": "PT10S" }), "announcing.within"),
        ("/announcing", json!({ "languages": [] }), "announcing.languages"),
        ("/announcing", json!({ "languages": ["ms", "ms"] }), "announcing.languages"),
        ("/zone", zone, "zone.kantin.volume"),
        ("/zone", volume("10:00:00", "10:00:00"), "zone.kantin.volume"),
        ("/quiet", json!([{ "from": "13:00:00", "until": "12:00:00" }]), "quiet.1"),
        ("/quiet", json!([{ "from": "13:00:00", "until": "14:00:00", "zones": ["surau"] }]), "quiet.1.zones"),
        ("/announcement", planned("every", json!("PT30S")), "announcement.a.every"),
        ("/announcement", planned("every", json!("PT30M")), "announcement.a.every"),
        ("/announcement", planned("before_close", json!("PT30M")), "announcement.a.before_close"),
        ("/announcement", planned("zones", json!(["surau"])), "announcement.a.zones"),
        ("/announcement", planned("text", json!({ "ms": "" })), "announcement.a.text.ms"),
    ] {
        let faults = parsed(changed(place, value.clone())).check().expect_err("it can't be kept").0;
        assert!(faults.iter().any(|fault| fault.at == at), "{place} {value}: {faults:?}");
    }
}
