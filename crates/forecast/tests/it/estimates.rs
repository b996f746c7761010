//! The estimator by itself, whatever it is given.

use giliran_forecast::{Estimator, Manner, Situation};
use proptest::prelude::*;

const MANNER: Manner =
    Manner { offset_s: 10.0, step: 0.05, spread: 0.8, by_played: 0.0, trees: 1000, window: 100 };

/// Any figure at all, mostly of a size that waits have.
fn figure() -> impl Strategy<Value = f64> {
    prop_oneof![8 => 0.0..5000.0, 1 => any::<f64>()]
}

fn situation() -> impl Strategy<Value = Situation> {
    let maybe = || prop::option::of(figure());
    let first = (
        prop::option::of((figure(), figure())),
        figure(),
        maybe(),
        maybe(),
        maybe(),
        maybe(),
        maybe(),
        maybe(),
    );
    let second = (maybe(), maybe(), prop::option::of((figure(), figure())), maybe(), figure(), figure());
    let third = (figure(), figure(), figure(), figure(), figure(), figure(), figure(), figure(), figure());
    (first, second, third, any::<bool>(), 0_u32..4).prop_map(|(first, second, third, priority, group)| {
        let (played, by_queue, by_rate, by_usual, by_long_rate, by_today, last_wait, head_wait) = first;
        let (mean_of_ten, mean_half_hour, own_waits, since_call, arrivals, pace) = second;
        let (ahead, waiting, counters, busy, busy_for, service, last_services, time, leavers) = third;
        Situation {
            played,
            by_queue,
            by_rate,
            by_usual,
            by_long_rate,
            by_today,
            last_wait,
            head_wait,
            mean_of_ten,
            mean_half_hour,
            own_waits,
            since_call,
            arrivals,
            pace,
            ahead,
            waiting,
            counters,
            busy,
            busy_for,
            service,
            last_services,
            time,
            leavers,
            priority,
            group,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_told_is_a_range_in_order_of_at_most_a_day_whatever_was_learned(
        history in prop::collection::vec((situation(), figure()), 0..120),
        now in situation(),
    ) {
        let mut estimator = Estimator::new(MANNER);
        for (situation, waited) in &history {
            let told = estimator.tell(situation, 1);
            estimator.learn(&told, *waited);
        }
        let told = estimator.tell(&now, 1);
        prop_assert!(told.p50_s.is_finite() && told.p90_s.is_finite(), "{} {}", told.p50_s, told.p90_s);
        prop_assert!(0.0 <= told.p50_s && told.p50_s <= told.p90_s && told.p90_s <= 86_400.0);
        prop_assert_eq!(&told, &estimator.tell(&now, 1));
        let kept = serde_json::to_string(&estimator).unwrap();
        let restored: Estimator = serde_json::from_str(&kept).unwrap();
        prop_assert_eq!(&told, &restored.tell(&now, 1));
    }

    #[test]
    fn waits_that_make_no_sense_teach_nothing(now in situation(), waited in prop_oneof![
        Just(f64::NAN), Just(f64::INFINITY), -1e9..-1e-3, 28_800.0..1e12
    ]) {
        let mut estimator = Estimator::new(MANNER);
        let told = estimator.tell(&now, 0);
        let before = estimator.clone();
        estimator.learn(&told, waited);
        prop_assert_eq!(before, estimator);
    }
}

#[test]
fn a_guess_that_is_always_half_of_the_wait_is_unlearned() {
    let situation = Situation {
        played: Some((300.0, 500.0)),
        by_queue: 300.0,
        by_rate: None,
        by_usual: None,
        by_long_rate: None,
        by_today: None,
        last_wait: None,
        head_wait: None,
        mean_of_ten: None,
        mean_half_hour: None,
        own_waits: None,
        since_call: None,
        arrivals: 3.0,
        pace: 0.0,
        ahead: 2.0,
        waiting: 2.0,
        counters: 2.0,
        busy: 1.0,
        busy_for: 60.0,
        service: 180.0,
        last_services: 180.0,
        time: 36_000.0,
        leavers: 0.0,
        priority: false,
        group: 0,
    };
    let mut estimator = Estimator::new(MANNER);
    assert!((estimator.tell(&situation, 0).p50_s - 300.0).abs() < 1e-6, "nothing was learned yet");
    for n in 0..300 {
        let told = estimator.tell(&situation, 0);
        estimator.learn(&told, 600.0 + f64::from(n % 10) * 10.0);
    }
    let told = estimator.tell(&situation, 0);
    assert!((600.0..710.0).contains(&told.p50_s), "{}", told.p50_s);
    assert!((660.0..800.0).contains(&told.p90_s), "{}", told.p90_s);
}
