//! The configuration of a branch for a record.

use std::collections::BTreeMap;

use giliran_core::Rules;
use giliran_sim::{
    office::{self, Config, Identity, OfficeError, Server, Store},
    record::{DaySecond, Outcome, Record, ServiceFacts, Visit},
    timetable::Timetable,
};
use serde::Deserialize;

fn served(class: &str, priority: bool, arrival: u32, start: u32, end: u32, server: &str) -> Visit {
    let outcome =
        Outcome::Served { start: DaySecond(start), end: Some(DaySecond(end)), server: Some(server.into()) };
    Visit { class: class.into(), arrival: DaySecond(arrival), priority, outcome }
}

fn record(visits: Vec<Visit>) -> Record {
    Record { day: "1999-08-18".parse().unwrap(), visits, services: BTreeMap::new() }
}

fn rules(record: &Record) -> Result<Rules, OfficeError> {
    let identity = Identity { id: "bank".into(), time_zone: "Asia/Kuala_Lumpur".into() };
    office::rules(record, &Timetable::of(record), &identity)
}

#[test]
fn the_configuration_reads_back_as_the_rules_that_it_was_made_of() {
    let facts = |name: &str, name_en: &str, queue: &str| ServiceFacts {
        name: Some(name.into()),
        name_en: Some(name_en.into()),
        queue: Some(queue.into()),
        open_counters: None,
    };
    let record = Record {
        services: BTreeMap::from([
            ("PS".into(), facts("Biasa", "Regular", "umum")),
            ("IN".into(), facts("Internet", "Internet", "lain")),
        ]),
        ..record(vec![
            served("PS", true, 25_429, 25_430, 25_500, "A01"),
            served("PS", false, 25_430, 25_600, 25_700, "A02"),
            served("IN", false, 25_440, 25_450, 86_500, "A03"),
        ])
    };
    let rules = rules(&record).unwrap();
    let config = Config {
        server: Server { listen: "127.0.0.1:8080" },
        store: Store { path: "data/giliran.db" },
        branches: [&rules],
    };
    let text = toml::to_string(&config).unwrap();

    #[derive(Deserialize)]
    struct Read {
        branch: Vec<Rules>,
    }
    assert_eq!(toml::from_str::<Read>(&text).unwrap().branch, [rules]);
    insta::assert_snapshot!(text);
}

#[test]
fn the_business_day_begins_so_that_the_record_falls_into_one() {
    for (arrival, end, begins) in [
        (25_429, 86_397, "07:00:00"),
        (25_429, 86_400 + 7 * 3600 - 1, "07:00:00"),
        (25_429, 86_400 + 7 * 3600, "07:03:49"),
        (10, 86_000, "00:00:00"),
        (14, 86_403, "00:00:14"),
    ] {
        let rules = rules(&record(vec![served("PS", false, arrival, end, end, "A01")])).unwrap();
        assert_eq!(rules.day_begins.to_string(), begins, "from {arrival} to {end}");
        let midnight =
            office::midnight(rules.day_of("1999-08-18T08:00:00Z".parse().unwrap()), &rules.time_zone);
        for second in [arrival, end] {
            let at =
                midnight.as_ref().unwrap().saturating_add(jiff::SignedDuration::from_secs(second.into()));
            assert_eq!(rules.day_of(at.unwrap()).to_string(), "1999-08-18");
        }
    }
    let error = rules(&record(vec![served("PS", false, 14, 86_414, 86_414, "A01")])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the record goes from 00:00:14 to 24:00:14: a business day has 24 hours at most"
    );
}

#[test]
fn what_does_not_fit_a_branch_is_said() {
    let officers = |n: u32| {
        let visits = (0..n).map(|n| served("PS", false, 100, 200, 300, &format!("A{n}")));
        rules(&record(visits.collect()))
    };
    assert_eq!(officers(99).unwrap().counters.len(), 99);
    let error = officers(100).unwrap_err().to_string();
    assert_eq!(error, "the record does not fit a branch: it needs 100 counters, of 99 at most");

    let day = record(vec![served("PS", false, 100, 200, 300, "A01")]);
    for (id, time_zone, expected) in [
        ("Bank", "Asia/Kuala_Lumpur", "`Bank` is not a short name"),
        ("bank", "Asia/Nowhere", "`Asia/Nowhere` is not an IANA time zone"),
    ] {
        let identity = Identity { id: id.into(), time_zone: time_zone.into() };
        let error = office::rules(&day, &Timetable::of(&day), &identity).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn classes_that_are_no_short_names_and_more_than_letters_get_names_and_series() {
    let visits = (0..30).map(|n| served(&format!("Perkhidmatan {n:02}"), false, 100, 200, 300, "A01"));
    let rules = rules(&record(visits.collect())).unwrap();
    let letters: Vec<&str> = rules.services.iter().map(|service| service.series.letters.as_str()).collect();
    assert_eq!(letters[24..], ["Y", "Z", "AA", "AB", "AC", "AD"]);
    assert_eq!(rules.services[0].id.as_str(), "perkhidmatan-1");
    assert_eq!(rules.services[0].name.ms, "Perkhidmatan 00");
}
