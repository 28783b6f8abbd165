use super::*;
use crate::math::random::Stream;

fn head(extra: &serde_json::Value) -> ClaimHead {
    let mut head = serde_json::json!({"says": "s", "per": "n"});
    for (key, value) in extra.as_object().into_iter().flatten() {
        head[key] = value.clone();
    }
    serde_json::from_value(head).unwrap()
}

fn decided(bar: Bar, conditions: &[Condition], extra: &serde_json::Value) -> Verdict {
    Test::of(&head(extra), Statistic::Mean { column: "e".into() }, bar).decide(conditions, "").unwrap()
}

fn verdict_of(bar: Bar, conditions: &[Condition]) -> Verdict {
    decided(bar, conditions, &serde_json::Value::Null)
}

fn condition(n: i64, samples: &[f64]) -> Condition {
    Condition::of(vec![n.into()], samples.to_vec())
}

fn outcome(bar: Bar, conditions: &[Condition]) -> Outcome {
    verdict_of(bar, conditions).outcome
}

#[test]
fn the_interval_by_hand() {
    // mean −2, sd 1, t(0.975; 2) = 4.302653: −2 ± 2.484138
    let verdict = verdict_of(Bar::Below(0.0), &[condition(1, &[-1.0, -2.0, -3.0])]);
    assert_eq!(verdict.outcome, Outcome::Undecided);
    let number = |c: &str| verdict.evidence.numbers(c).unwrap()[0].unwrap();
    assert!((number("low") + 4.484_138).abs() < 1e-6 && (number("high") - 0.484_138).abs() < 1e-6);
    assert_eq!(verdict.because, "mean e = -2 [-4.48, 0.484], claimed < 0 (95 % Student t interval, 3 samples)");
    assert_eq!(verdict.evidence.column("outcome").unwrap(), ["undecided".into()]);
}

#[test]
fn sides_are_mirrors_and_touching_counts_where_allowed() {
    let (low, high) = ([-1.0, -1.1, -0.9], [1.0, 1.1, 0.9]);
    assert_eq!(outcome(Bar::Below(0.0), &[condition(1, &low)]), Outcome::Held);
    assert_eq!(outcome(Bar::Below(0.0), &[condition(1, &high)]), Outcome::Contradicted);
    assert_eq!(outcome(Bar::Above(0.0), &[condition(1, &high)]), Outcome::Held);
    assert_eq!(outcome(Bar::Above(0.0), &[condition(1, &low)]), Outcome::Contradicted);
    let zero = [condition(1, &[0.0; 6])];
    assert_eq!(outcome(Bar::AtMost(0.0), &zero), Outcome::Held);
    assert_eq!(outcome(Bar::AtLeast(0.0), &zero), Outcome::Held);
    assert_eq!(outcome(Bar::Below(0.0), &zero), Outcome::Undecided);
}

#[test]
fn all_conditions_must_hold_and_one_clear_failure_is_enough() {
    let (held, failed) = (condition(1, &[-1.0, -1.1, -0.9]), condition(2, &[1.0, 1.1, 0.9]));
    let open = condition(3, &[1.0, -1.0]);
    let below = Bar::Below(0.0);
    assert_eq!(outcome(below, &[held.clone(), held.clone()]), Outcome::Held);
    assert_eq!(outcome(below, &[held.clone(), open.clone()]), Outcome::Undecided);
    assert_eq!(outcome(below, &[held.clone(), open, failed.clone()]), Outcome::Contradicted);
    let verdict = verdict_of(below, &[held, failed]);
    assert!(
        verdict.because.starts_with("1 of 2 conditions held, 1 contradicted; at n = 2: mean e = 1"),
        "{}",
        verdict.because
    );
}

#[test]
fn a_failure_that_many_conditions_make_likely_is_no_failure() {
    // 95 %: 1 ± 0.9936; among 20 conditions the widened interval reaches below zero
    let weak = condition(0, &[0.6, 1.0, 1.4]);
    assert_eq!(outcome(Bar::Below(0.0), std::slice::from_ref(&weak)), Outcome::Contradicted);
    let many: Vec<Condition> = std::iter::once(weak).chain((1..20).map(|n| condition(n, &[-1.0, -1.1]))).collect();
    let verdict = verdict_of(Bar::Below(0.0), &many);
    assert_eq!(verdict.outcome, Outcome::Undecided);
    assert!(verdict.because.contains("by chance"), "{}", verdict.because);
}

#[test]
fn too_few_samples_are_undecided_with_the_reason() {
    let single = verdict_of(Bar::Below(0.0), &[condition(1, &[-5.0])]);
    assert_eq!(single.outcome, Outcome::Undecided);
    assert!(single.because.contains("a single sample"), "{}", single.because);
    let none = Test::of(&head(&serde_json::Value::Null), Statistic::Mean { column: "e".into() }, Bar::Below(0.0))
        .decide(&[condition(1, &[])], "LoFi is not in the table")
        .unwrap();
    assert_eq!((none.outcome, none.evidence.height()), (Outcome::Undecided, 0));
    assert_eq!(none.because, "no samples: LoFi is not in the table");
}

#[test]
fn a_difference_too_small_to_matter_is_negligible() {
    // −0.002 ± 0.0248 of three
    let small = condition(1, &[-0.012, -0.002, 0.008]);
    let of = |effect: f64, more: &[Condition]| {
        let all = [std::slice::from_ref(&small), more].concat();
        decided(Bar::Below(0.0), &all, &serde_json::json!({"smallest_effect": effect})).outcome
    };
    assert_eq!([of(0.027, &[]), of(0.026, &[])], [Outcome::Negligible, Outcome::Undecided]);
    let held = condition(2, &[-1.0, -1.1, -0.9]);
    assert_eq!(of(0.027, std::slice::from_ref(&held)), Outcome::Negligible);
    assert_eq!(of(0.027, &[condition(3, &[1.0, -1.0])]), Outcome::Undecided);
}

#[test]
fn what_this_scale_cannot_show_says_so_beside_its_numbers() {
    let scale = serde_json::json!({"not_at_this_scale": "needs n = 5000"});
    let verdict = decided(Bar::Below(0.0), &[condition(1, &[-1.0, -1.1, -0.9])], &scale);
    assert_eq!(verdict.outcome, Outcome::NotAtThisScale);
    assert!(verdict.because.starts_with("needs n = 5000; here held: mean e = -1 ["), "{}", verdict.because);
}

#[test]
fn planned_looks_decide_later_than_one_look_and_once() {
    let looks = serde_json::json!({"looks": [3, 5, 8, 12, 18, 30]});
    let of = |samples: &[f64]| decided(Bar::Below(0.0), &[condition(1, samples)], &looks);
    // t = −10 at three: enough for one look, not for the first of six
    let three = [-1.0, -1.1732, -0.8268];
    assert_eq!(outcome(Bar::Below(0.0), &[condition(1, &three)]), Outcome::Held);
    assert_eq!(of(&three).outcome, Outcome::Undecided);
    let five = of(&[-1.0, -1.1732, -0.8268, -1.1, -0.9]);
    assert_eq!(five.outcome, Outcome::Held);
    assert_eq!(five.evidence.numbers("samples").unwrap(), [Some(5.0)]);
    let more = of(&[-1.0, -1.1732, -0.8268, -1.1, -0.9, 7.0, 8.0, 9.0]);
    assert_eq!((more.outcome, more.because.clone()), (Outcome::Held, five.because.clone()));
    assert!(
        more.because.ends_with("(95 % Student t interval, 5 samples of at most 30, planned looks)"),
        "{}",
        more.because
    );
}

#[test]
fn intervals_cover_as_often_as_they_say() {
    for seeds in [2, 3, 5, 10] {
        let trials = 4000;
        let covered = (0..trials).filter(|&trial| {
            let mut stream = Stream::new(trial, "coverage", seeds);
            let samples: Vec<f64> = (0..seeds).map(|_| stream.normal()).collect();
            outcome(Bar::Below(0.0), &[condition(0, &samples)]) == Outcome::Undecided
        });
        // binomial with p = 0.95: standard deviation 0.0034, four of them
        let share = covered.count() as f64 / trials as f64;
        assert!((share - 0.95).abs() < 0.014, "{seeds} seeds: {share}");
    }
}
