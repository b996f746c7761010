//! What is promised of an estimate, one claim each.

use giliran_core::{Command, Entry, Event, Ledger};
use giliran_forecast::{Learned, queue_waits, waits};
use jiff::SignedDuration;

use crate::desk_book::{DeskBook, morning, rules};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn office() -> DeskBook {
    DeskBook::open(rules(&[("pasport", 15, 6)], &[&["pasport"]]), morning())
}

#[test]
fn a_branch_without_rules_has_no_services_to_wait_for() {
    assert_eq!(waits(Ledger::default().branch(), &Learned::default(), morning()), []);
}

#[test]
fn no_open_counter_that_takes_the_service_means_not_known() {
    let rules = rules(&[("pasport", 15, 6), ("cukai", 15, 6)], &[&["pasport"], &["cukai"]]);
    let mut book = DeskBook::new(rules, morning());
    assert_eq!(book.wait("pasport", morning()), None);
    book.tell(&Command::OpenCounter { counter: "k02".parse().unwrap() }, morning()).unwrap();
    assert_eq!(book.wait("pasport", morning()), None);
    assert!(book.wait("cukai", morning()).is_some());
    book.tell(&Command::CloseCounter { counter: "k02".parse().unwrap() }, morning()).unwrap();
    assert_eq!(book.wait("cukai", morning()), None);
}

#[test]
fn services_come_in_the_order_of_the_office() {
    let rules = rules(&[("z", 15, 6), ("a", 15, 6), ("m", 15, 6)], &[&["a", "m", "z"]]);
    let book = DeskBook::open(rules, morning());
    let services = waits(book.branch(), &book.learned, morning());
    let services: Vec<&str> = services.iter().map(|waits| waits.service.as_str()).collect();
    assert_eq!(services, ["z", "a", "m"]);
}

#[test]
fn whoever_falls_due_sooner_is_told_a_shorter_wait() {
    let mut book = office();
    book.issue("pasport", None, morning());
    for _ in 0..8 {
        book.issue("pasport", None, morning());
    }
    let waits = waits(book.branch(), &book.learned, morning());
    let of = |class: &str| waits[0].of(&class.parse().unwrap()).unwrap();
    assert!(of("segera").p50_s < of("biasa").p50_s, "{waits:?}");
}

#[test]
fn whoever_can_be_called_at_once_waits_for_moments() {
    let wait = office().wait("pasport", morning()).unwrap();
    assert!(wait.p50_s <= 15 && wait.p90_s <= 60, "{wait:?}");
}

#[test]
fn without_experience_the_figure_of_the_office_decides() {
    let mut book = office();
    for _ in 0..11 {
        book.issue("pasport", None, morning());
    }
    book.call("k01", morning());
    // One has just been called and ten wait: eleven visits and hand-overs.
    let wait = book.wait("pasport", morning()).unwrap();
    let expected = 11 * (360 + 20);
    assert!((expected * 85 / 100..expected * 115 / 100).contains(&wait.p50_s), "{wait:?}");
    assert!((wait.p50_s * 11 / 10..wait.p50_s * 2).contains(&wait.p90_s), "{wait:?}");
}

#[test]
fn visits_twice_as_slow_as_expected_are_learned_within_a_day() {
    let wait_after = |minutes: i32| {
        let mut book = office();
        let now = book.serve("pasport", "k01", 40, MINUTE * minutes, morning());
        for _ in 0..6 {
            book.issue("pasport", None, now);
        }
        book.call("k01", now);
        book.wait("pasport", now).unwrap().p50_s
    };
    let (as_expected, slow) = (wait_after(6), wait_after(12));
    assert!((as_expected * 17 / 10..as_expected * 23 / 10).contains(&slow), "{as_expected} {slow}");
}

#[test]
fn each_further_person_ahead_makes_the_wait_longer() {
    let rules = rules(&[("pasport", 15, 6)], &[&["pasport"], &["pasport"], &["pasport"]]);
    let mut book = DeskBook::open(rules, morning());
    let mut last = 0;
    for people in 0..150 {
        book.issue("pasport", None, morning());
        let wait = book.wait("pasport", morning()).unwrap();
        // Chance is drawn anew for each number; a twentieth is within its scatter.
        assert!(wait.p50_s * 21 / 20 + 60 >= last, "{people}: {} after {last}", wait.p50_s);
        last = last.max(wait.p50_s);
    }
    let expected = 148 * 380 / 3;
    assert!((expected * 9 / 10..expected * 11 / 10).contains(&last), "{last}");
}

#[test]
fn a_queue_too_long_to_be_played_is_extrapolated_without_a_step() {
    let mut book = office();
    let mut last = 0;
    for people in 1..=600_u32 {
        book.issue("pasport", None, morning());
        if people % 20 == 0 {
            let wait = book.wait("pasport", morning()).unwrap().p50_s;
            let expected = (people * 380).min(86_400);
            assert!((expected * 88 / 100..=expected * 112 / 100).contains(&wait), "{people}: {wait}");
            assert!(wait >= last, "{people}: {wait} after {last}");
            last = wait;
        }
    }
}

#[test]
fn those_further_back_in_a_queue_wait_longer_and_the_last_as_long_as_a_newcomer_was_told() {
    let mut book = DeskBook::open(rules(&[("pasport", 15, 6)], &[&["pasport"], &["pasport"]]), morning());
    let mut told = None;
    for _ in 0..150 {
        told = book.wait("pasport", morning());
        book.issue("pasport", None, morning());
    }
    let waits = queue_waits(book.branch(), &book.learned, morning(), |_| true);
    let all: Vec<_> = (0..150).map(|place| waits[0].at(place).unwrap()).collect();
    for (before, after) in all.iter().zip(&all[1..]) {
        assert!(before.p50_s <= after.p50_s && before.p90_s <= after.p90_s, "{before:?} {after:?}");
    }
    assert!(all.iter().all(|wait| wait.p50_s <= wait.p90_s));
    let (told, last) = (told.unwrap().p50_s, all[149].p50_s);
    assert!((told * 9 / 10..=told * 11 / 10).contains(&last), "{told} {last}");
    let middle = all[74].p50_s;
    assert!((last * 4 / 10..=last * 6 / 10).contains(&middle), "{middle} {last}");
    assert_eq!(waits[0].at(150), None, "nobody stands there");
}

#[test]
fn nobody_in_a_queue_that_no_open_counter_takes_is_told_a_wait() {
    let rules = rules(&[("pasport", 15, 6), ("cukai", 15, 6)], &[&["pasport"], &["cukai"]]);
    let mut book = DeskBook::new(rules, morning());
    book.issue("cukai", None, morning());
    let waits = queue_waits(book.branch(), &book.learned, morning(), |service| service.as_str() == "cukai");
    assert_eq!((waits.len(), waits[0].at(0)), (1, None));
}

#[test]
fn more_counters_make_the_wait_shorter() {
    let wait = |counters: usize| {
        let counters = vec![["pasport"].as_slice(); counters];
        let mut book = DeskBook::open(rules(&[("pasport", 15, 6)], &counters), morning());
        for _ in 0..40 {
            book.issue("pasport", None, morning());
        }
        book.wait("pasport", morning()).unwrap().p50_s
    };
    assert!(wait(2) < wait(1) * 6 / 10);
    assert!(wait(8) < wait(4) * 6 / 10);
}

#[test]
fn people_of_services_that_share_no_counter_do_not_count() {
    let rules = rules(&[("pasport", 15, 6), ("cukai", 15, 6)], &[&["pasport"], &["cukai"]]);
    let mut book = DeskBook::open(rules, morning());
    for _ in 0..20 {
        book.issue("cukai", None, morning());
    }
    assert!(book.wait("pasport", morning()).unwrap().p90_s <= 60);
    assert!(book.wait("cukai", morning()).unwrap().p50_s > 3600);
}

#[test]
fn people_of_another_service_at_the_same_counter_count() {
    let rules = rules(&[("pasport", 15, 6), ("cukai", 15, 6)], &[&["pasport", "cukai"]]);
    let mut book = DeskBook::open(rules, morning());
    for _ in 0..20 {
        book.issue("cukai", None, morning());
    }
    assert!(book.wait("pasport", morning()).unwrap().p50_s > 3600);
}

#[test]
fn people_who_are_due_later_do_not_count() {
    let rules = rules(&[("segera", 0, 6), ("lambat", 120, 6)], &[&["segera", "lambat"]]);
    let mut book = DeskBook::open(rules, morning());
    for _ in 0..20 {
        book.issue("lambat", None, morning());
    }
    assert!(book.wait("segera", morning()).unwrap().p50_s < 120);
}

#[test]
fn urgent_visitors_who_keep_coming_make_ordinary_ones_wait_longer() {
    let wait_after = |class| {
        // An hour of short visits, every third minute one, all of the same class.
        let mut book = DeskBook::open(rules(&[("pasport", 120, 6)], &[&["pasport"]]), morning());
        let mut now = morning();
        for _ in 0..20 {
            book.issue("pasport", class, now);
            let ticket = book.call("k01", now).unwrap();
            book.finish("k01", ticket, now + MINUTE * 2);
            now += MINUTE * 3;
        }
        for _ in 0..20 {
            book.issue("pasport", None, now);
        }
        book.wait("pasport", now).unwrap().p50_s
    };
    let (ordinary, urgent) = (wait_after(None), wait_after(Some("segera")));
    assert!(urgent > ordinary * 13 / 10, "{urgent} {ordinary}");
}

#[test]
fn a_visit_that_nears_its_end_shortens_the_wait() {
    let mut book = office();
    book.issue("pasport", None, morning());
    book.call("k01", morning());
    let at = |minutes: i32| book.wait("pasport", morning() + MINUTE * minutes).unwrap().p50_s;
    assert!(at(5) < at(0), "{} {}", at(5), at(0));
}

#[test]
fn a_counter_that_does_not_call_although_people_wait_is_not_counted_on() {
    let rules = rules(&[("pasport", 120, 6)], &[&["pasport"], &["pasport"]]);
    let mut book = DeskBook::open(rules, morning());
    for _ in 0..20 {
        book.issue("pasport", None, morning());
    }
    let mut now = morning();
    let both = book.wait("pasport", now).unwrap().p50_s;
    // The second officer went away for three hours; the first goes on, and the queue stays as long.
    for _ in 0..30 {
        let ticket = book.call("k01", now).unwrap();
        now += MINUTE * 6;
        book.finish("k01", ticket, now);
        book.issue("pasport", None, now);
    }
    let one = book.wait("pasport", now).unwrap().p50_s;
    // It may be back any moment, but is not expected to be.
    assert!(one > both * 14 / 10, "{one} {both}");
}

#[test]
fn an_absent_visitor_frees_the_counter_sooner_than_a_visit_would() {
    let wait_after = |absent: bool| {
        let mut book = office();
        let mut now = morning();
        for n in 0..40 {
            book.issue("pasport", None, now);
            let ticket = book.call("k01", now).unwrap();
            if absent && n % 2 == 0 {
                now += MINUTE;
                let counter = "k01".parse().unwrap();
                book.tell(&Command::NoShow { counter, ticket }, now).unwrap();
            } else {
                now += MINUTE * 6;
                book.finish("k01", ticket, now);
            }
        }
        for _ in 0..10 {
            book.issue("pasport", None, now);
        }
        book.wait("pasport", now).unwrap().p50_s
    };
    assert!(wait_after(true) < wait_after(false) * 8 / 10);
}

#[test]
fn figures_that_make_no_sense_teach_nothing() {
    let book = office();
    let mut learned = book.learned.clone();
    let entry = |events| Entry { seq: 0, at: morning() + MINUTE, command: None, by: None, events };
    let counter = || "k01".parse().unwrap();
    let unknown = giliran_core::TicketId(999);
    learned.observe(book.branch(), &entry(vec![Event::TicketCancelled { ticket: unknown, reason: None }]));
    learned.observe(book.branch(), &entry(vec![Event::TicketResumed { ticket: unknown }]));
    learned
        .observe(book.branch(), &entry(vec![Event::ServingStarted { ticket: unknown, counter: counter() }]));
    assert_eq!(learned, book.learned);

    // A visit that was left open for a working day is as if it had not been.
    let mut book = office();
    let now = book.serve("pasport", "k01", 10, MINUTE * 6, morning());
    let now = book.serve("pasport", "k01", 1, MINUTE * 60 * 8, now);
    book.issue("pasport", None, now);
    book.call("k01", now);
    let wait = book.wait("pasport", now).unwrap();
    assert!(wait.p90_s < 900, "{wait:?}");
}

#[test]
fn the_same_log_gives_the_same_answer_also_from_a_snapshot() {
    let mut book = DeskBook::open(rules(&[("a", 15, 6), ("b", 30, 3)], &[&["a", "b"], &["b"]]), morning());
    let mut now = morning();
    for n in 0..60 {
        book.issue(if n % 3 == 0 { "a" } else { "b" }, (n % 7 == 0).then_some("segera"), now);
        now += SignedDuration::from_secs(97);
        if n % 2 == 0
            && let Some(ticket) = book.call("k01", now)
        {
            book.finish("k01", ticket, now + SignedDuration::from_secs(61));
            now += SignedDuration::from_secs(62);
        }
    }
    let (mut replayed, mut learned) = (Ledger::default(), Learned::default());
    for (n, entry) in book.log.iter().enumerate() {
        learned.observe(replayed.branch(), entry);
        replayed.replay(entry);
        if n == 50 {
            let kept = serde_json::to_string(&learned).unwrap();
            learned = serde_json::from_str(&kept).unwrap();
        }
    }
    assert_eq!(learned, book.learned);
    let answer = |learned| waits(book.branch(), learned, now);
    assert_eq!(answer(&learned), answer(&book.learned));
    assert_eq!(answer(&learned), answer(&learned));
}

#[test]
fn waits_that_came_out_longer_than_told_make_the_next_ones_longer() {
    let told_after = |waited: i32| {
        let mut book = office();
        let mut now = morning();
        for _ in 0..60 {
            // Two come one after the other and both wait, although visits take no time.
            for _ in 0..2 {
                book.issue("pasport", None, now);
                now += SignedDuration::from_secs(5);
            }
            now += MINUTE * waited;
            for _ in 0..2 {
                let ticket = book.call("k01", now).unwrap();
                book.finish("k01", ticket, now);
            }
        }
        for _ in 0..10 {
            book.issue("pasport", None, now);
        }
        book.wait("pasport", now).unwrap()
    };
    let (long, short) = (told_after(10), told_after(3));
    assert!(long.p50_s > short.p50_s * 3 / 2, "{long:?} {short:?}");
    assert!(long.p90_s > short.p90_s * 13 / 10, "{long:?} {short:?}");
}
