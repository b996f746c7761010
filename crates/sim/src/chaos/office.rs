//! Random offices: valid rules of every kind, other rules for the same office, and rules that are not sound.

use std::sync::Arc;

use giliran_core::Rules;
use serde_json::{Value, json};

use super::rng::Chance;

/// Time zones without summer time, so that the reference model can count its days with plain arithmetic, with
/// their offset in minutes. Days with a change of the clock are the core's own tables' work.
pub const ZONES: [(&str, i64); 4] =
    [("Asia/Kuala_Lumpur", 480), ("UTC", 0), ("Asia/Kolkata", 330), ("Asia/Kathmandu", 345)];

/// The offset of one of [`ZONES`] in minutes.
pub fn offset_minutes(zone: &str) -> i64 {
    ZONES.iter().find(|(name, _)| *name == zone).map_or(0, |(_, minutes)| *minutes)
}

/// The classes that any office has some of; the first is the ordinary one, the fourth goes next.
pub const CLASSES: [&str; 5] = ["biasa", "warga-emas", "oku", "kecemasan", "janji"];

/// The parts that any office has some of.
pub const PARTS: [&str; 3] = ["dewan", "kantin", "koridor"];

const LETTERS: [&str; 5] = ["A", "C", "F", "LL", "Q"];

/// An office of some size.
pub fn random(chance: &mut Chance) -> Value {
    let services: Vec<String> = (1..=chance.between(1, 5)).map(|n| format!("s{n}")).collect();
    let counters: Vec<String> = (1..=chance.between(1, 6)).map(|n| format!("k{n}")).collect();
    let zone = chance.pick(&ZONES).map_or("UTC", |(name, _)| name);
    let mut office = json!({
        "id": "rawak",
        "name": { "ms": "Pejabat Rawak" },
        "time_zone": zone,
        "day_begins": if chance.percent(30) { "05:00" } else { "00:00" },
    });
    let mut classes = vec![json!({ "id": CLASSES[0], "name": { "ms": "Biasa" } })];
    for (n, class) in CLASSES.iter().enumerate().skip(1) {
        if chance.percent(75) || n == 4 {
            let mut rule = json!({ "id": class, "name": { "ms": *class } });
            if chance.percent(80) {
                rule["allowance"] = minutes(chance, &[0, 2, 5, 10, 30]);
            }
            if n == 3 {
                rule["goes_next"] = json!(true);
            }
            classes.push(rule);
        }
    }
    let known: Vec<String> =
        classes.iter().filter_map(|class| class["id"].as_str().map(str::to_owned)).collect();
    office["class"] = json!(classes);
    let shared = chance.percent(20);
    let rules: Vec<Value> = services
        .iter()
        .enumerate()
        .map(|(n, id)| service(chance, n, id, &services, &known, shared))
        .collect();
    office["service"] = json!(rules);
    office["counter"] = json!(desks(chance, &counters, &services, &known));
    if chance.percent(55) {
        office["hours"] = hours(chance, &counters);
    }
    if chance.percent(80) {
        office["calling"] = calling(chance);
    }
    if chance.percent(60) {
        office["appointments"] = json!({
            "class": chance.pick(&known).cloned().unwrap_or_default(),
            "early": minutes(chance, &[0, 10, 30, 120]),
            "late": minutes(chance, &[0, 5, 15]),
            "too_late": if chance.percent(50) { "walk_in" } else { "refused" },
        });
    }
    if chance.percent(70) {
        office["outcome"] = json!([
            { "id": "selesai", "name": { "ms": "Selesai" } },
            { "id": "tidak-lengkap", "name": { "ms": "Dokumen tidak lengkap" } },
        ]);
    }
    if chance.percent(60) {
        office["remote"] = json!({ "most_per_day": chance.between(1, 3) });
    }
    announcing(chance, &mut office);
    office
}

/// How an office announces: zones, quiet hours, and what it has planned.
fn announcing(chance: &mut Chance, office: &mut Value) {
    let parts = chance.some(&PARTS, 60);
    let zone = |id: &&str| json!({ "id": id, "name": { "ms": *id }, "volume_db": -6 });
    office["zone"] = parts.iter().map(zone).collect();
    for counter in office["counter"].as_array_mut().into_iter().flatten() {
        if let Some(part) = chance.pick(&PARTS).filter(|_| chance.percent(30)) {
            counter["zone"] = json!(part);
        }
    }
    if chance.percent(30) {
        office["quiet"] = json!([{ "from": "13:00", "until": "13:20", "zones": parts }]);
    }
    let has_hours = office["hours"].is_object();
    let mut planned = Vec::new();
    for id in ["parkir", "tutup", "ujian"] {
        if chance.percent(50) {
            let mut rule = json!({ "id": id, "sound": { "sentence": id }, "zones": chance.some(&parts, 50) });
            if chance.percent(60) {
                // Several at the same moment are made one after the other.
                rule["at"] = json!(chance.some(&["06:00", "09:30", "12:00", "16:45"], 50));
            }
            if has_hours && chance.percent(40) {
                rule["every"] = minutes(chance, &[20, 45, 60]);
            }
            if has_hours && chance.percent(50) {
                rule["before_close"] = minutes(chance, &[0, 5, 15]);
            }
            if chance.percent(30) {
                rule["days"] = json!(["mon", "wed", "fri"]);
            }
            planned.push(rule);
        }
    }
    office["announcement"] = json!(planned);
}

/// The rules as the core reads them; a form that it can't read is a fault of this file.
pub fn parsed(office: Value) -> Result<Arc<Rules>, String> {
    serde_json::from_value(office)
        .map(Arc::new)
        .map_err(|why| format!("the random office has no form: {why}"))
}

/// Other rules for the same office: a part of them is that of another random office.
pub fn changed(chance: &mut Chance, office: &Value) -> Value {
    let other = random(chance);
    let mut office = office.clone();
    match chance.below(10) {
        0 => office["calling"] = other["calling"].clone(),
        1 => office["hours"] = other["hours"].clone(),
        2 => office["appointments"] = other["appointments"].clone(),
        3 => office["day_begins"] = other["day_begins"].clone(),
        4 => {
            let n = chance.below(office["service"].as_array().map_or(0, Vec::len));
            let service = &mut office["service"][n];
            service["allowance"] = minutes(chance, &[0, 5, 20, 60]);
            service["quota"] = Value::Null;
        }
        5 => office["class"] = other["class"].clone(),
        6 => office["remote"] = other["remote"].clone(),
        8 => {
            office["outcome"] = other["outcome"].clone();
            announcing(chance, &mut office);
        }
        // All of it. Whoever waits for what goes away makes that unsound, which is as good a try.
        7 => office = other,
        _ => {
            // A counter less, or one that takes everything.
            let all: Vec<Value> =
                office["service"].as_array().into_iter().flatten().map(|s| s["id"].clone()).collect();
            if let Some(counters) = office["counter"].as_array_mut() {
                if counters.len() > 1 && chance.percent(50) {
                    counters.pop();
                } else {
                    counters.push(json!({ "id": "k9", "number": 9, "services": all }));
                }
            }
        }
    }
    without_nulls(office)
}

/// Rules of the same office that contradict themselves.
pub fn unsound(chance: &mut Chance, office: &Value) -> Value {
    let mut office = office.clone();
    match chance.below(4) {
        0 => office["service"][0]["quota"] = json!(0),
        1 => office["counter"][0]["services"] = json!([]),
        2 => office["time_zone"] = json!("Asia/Nowhere"),
        _ => office["class"] = json!([]),
    }
    office
}

fn service(
    chance: &mut Chance,
    n: usize,
    id: &str,
    all: &[String],
    classes: &[String],
    shared: bool,
) -> Value {
    // Short series, so that they run out and begin anew within a day.
    let size = *chance.pick(&[4, 9, 25, 99]).unwrap_or(&9);
    let first = if shared { n * 100 + 1 } else { *chance.pick(&[1, 1, 50]).unwrap_or(&1) };
    let last = first + size - 1;
    let letters = if shared { LETTERS[0] } else { LETTERS[n % LETTERS.len()] };
    let skip = if chance.percent(30) { vec![first + 1] } else { Vec::new() };
    let mut rule = json!({
        "id": id,
        "name": { "ms": id },
        "series": { "letters": letters, "first": first, "last": last, "width": 3, "skip": skip },
        "allowance": minutes(chance, &[0, 5, 15, 30, 60]),
    });
    if chance.percent(30) {
        let class = chance.pick(classes).cloned().unwrap_or_default();
        rule["class_allowance"] = json!({ class: minutes(chance, &[0, 3, 45]) });
    }
    if chance.percent(60) {
        rule["charter"] = json!({ "waiting": minutes(chance, &[0, 5, 15, 30]) });
    }
    if chance.percent(20) {
        rule["quota"] = json!(chance.between(3, 30));
    }
    if chance.percent(20) {
        rule["last_ticket"] = json!(*chance.pick(&["11:30", "16:00"]).unwrap_or(&"16:00"));
    }
    if chance.percent(35) {
        let mut legs: Vec<String> = Vec::new();
        for _ in 0..chance.between(1, 3) {
            let before = legs.last().map_or(id, String::as_str).to_owned();
            legs.extend(chance.pick(all).filter(|leg| **leg != before).cloned());
        }
        rule["then"] = json!(legs);
    }
    if chance.percent(20) {
        rule["one_per_person"] = json!(true);
    }
    rule
}

fn desks(chance: &mut Chance, counters: &[String], services: &[String], classes: &[String]) -> Vec<Value> {
    let mut desks = Vec::new();
    for (n, id) in counters.iter().enumerate() {
        let mut own = chance.some(services, 40);
        if own.is_empty() {
            own.extend(chance.pick(services).cloned());
        }
        let rest: Vec<String> = services.iter().filter(|id| !own.contains(id)).cloned().collect();
        let mut helps: Vec<Vec<String>> = if n == 0 {
            // The first takes everything, so that every service has its counter.
            rest.iter().map(|id| vec![id.clone()]).collect()
        } else {
            let helped = chance.some(&rest, 40);
            helped.chunks(chance.below(2) + 1).map(<[String]>::to_vec).collect()
        };
        if chance.percent(30) {
            helps.reverse();
        }
        let mut desk = json!({ "id": id, "number": n + 1, "services": own, "helps": helps });
        if chance.percent(40) {
            desk["ahead"] = json!({ "ms": "Kerusi" });
        }
        if n > 0 && chance.percent(30) {
            desk["reserved"] = json!(chance.some(&classes[1..], 60));
            desk["others_when_idle"] = json!(chance.percent(60));
        }
        desks.push(desk);
    }
    desks
}

fn hours(chance: &mut Chance, counters: &[String]) -> Value {
    let open = match chance.below(3) {
        0 => json!([{ "from": "08:00", "until": "17:00" }]),
        1 => json!([
            { "from": "08:00", "until": "12:00" },
            { "from": "12:00", "until": "14:00", "counters": [counters[0]] },
            { "from": "14:00", "until": "20:30" },
        ]),
        _ => json!([{ "from": "07:30", "until": "12:15" }, { "from": "14:45", "until": "18:00" }]),
    };
    let days = if chance.percent(50) {
        json!(["mon", "tue", "wed", "thu", "fri"])
    } else {
        json!(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
    };
    let special = if chance.percent(30) { json!([{ "date": "2026-11-24" }]) } else { json!([]) };
    json!({
        "week": [{ "days": days, "open": open }],
        "special": special,
        "last_ticket": minutes(chance, &[0, 15, 60]),
        "at_close": *chance.pick(&["served", "carried", "ended"]).unwrap_or(&"served"),
    })
}

fn calling(chance: &mut Chance) -> Value {
    let mut rule = json!({
        "interval": seconds(chance, &[0, 0, 10, 30]),
        "come_back": minutes(chance, &[0, 5, 30]),
        "undo": seconds(chance, &[0, 15, 120]),
        "help_before": minutes(chance, &[0, 2, 10]),
    });
    if chance.percent(40) {
        rule["calls_most"] = json!(chance.between(3, 4));
    }
    if chance.percent(30) {
        rule["calls_least"] = json!(2);
    }
    if chance.percent(50) {
        rule["no_show"] = json!({ "calls": chance.between(2, 3), "after": seconds(chance, &[30, 90]) });
    }
    rule
}

fn minutes(chance: &mut Chance, of: &[i64]) -> Value {
    json!(format!("PT{}M", chance.pick(of).copied().unwrap_or_default()))
}

fn seconds(chance: &mut Chance, of: &[i64]) -> Value {
    json!(format!("PT{}S", chance.pick(of).copied().unwrap_or_default()))
}

/// A key without a value is one that is left out.
fn without_nulls(mut value: Value) -> Value {
    match &mut value {
        Value::Object(map) => {
            let old = std::mem::take(map);
            *map =
                old.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k, without_nulls(v))).collect();
        }
        Value::Array(list) => {
            let old = std::mem::take(list);
            *list = old.into_iter().map(without_nulls).collect();
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    value
}
