use super::*;

fn seen(estimate: &Estimate, looks: &[usize]) -> Option<Seen> {
    estimate.seen(&mut Judge::at(0.95, looks), &|interval| interval.low > 0.0 || interval.high < 0.0).unwrap()
}

fn interval(estimate: &Estimate) -> Option<Interval> {
    seen(estimate, &[]).map(|seen| seen.interval)
}

fn mean_of(values: &[f64], step: f64) -> Estimate {
    Estimate::Mean(Samples { values: values.to_vec(), step, range: None })
}

#[test]
fn equal_counts_are_known_to_half_a_step_at_best() {
    // t(0.975; 2)·½/√3 = 1.242069; wider samples have Student's own interval
    let equal = interval(&mean_of(&[4.0; 3], 1.0)).unwrap();
    assert!((equal.high - 5.242_069).abs() < 1e-6 && (equal.low - 2.757_931).abs() < 1e-6);
    let (stepped, plain) = ([1.0, 0.0].map(|step| interval(&mean_of(&[1.0, 3.0, 8.0], step)).unwrap())).into();
    assert_eq!(stepped, plain);
    assert_eq!(interval(&mean_of(&[1.0], 1.0)), None);
}

#[test]
fn equal_numbers_have_an_interval_where_their_signs_decide() {
    // 2·2⁻⁵ > 5 % > 2·2⁻⁶
    assert_eq!(interval(&mean_of(&[0.3; 5], 0.0)), None);
    assert_eq!(interval(&mean_of(&[0.3; 6], 0.0)), Some(Interval { low: 0.3, high: 0.3 }));
}

#[test]
fn intervals_by_hand() {
    // t(0.975; 2) = 4.302653
    let root = Estimate::RootMean(vec![0.0, 1.0, 2.0]);
    let half = 4.302_653 / 3.0_f64.sqrt();
    let found = interval(&root).unwrap();
    assert_eq!((root.value().unwrap(), found.low), (1.0, 0.0));
    assert!((found.high - (1.0 + half).sqrt()).abs() < 1e-6);
    let fitted = Estimate::Fitted { value: -0.5, standard_error: 0.1, points: 4, freedom: 2 };
    let found = interval(&fitted).unwrap();
    assert!((found.low + 0.930_265_3).abs() < 1e-6 && (found.high + 0.069_734_7).abs() < 1e-6);
    assert_eq!(interval(&Estimate::Exact(3.0)), Some(Interval { low: 3.0, high: 3.0 }));
    // six of six: (0.025)^(1/6)
    let share = interval(&Estimate::Share(vec![true; 6])).unwrap();
    assert!((share.low - 0.025_f64.powf(1.0 / 6.0)).abs() < 1e-12 && share.high == 1.0);
}

#[test]
fn correlations_stay_within_one() {
    // z of 0.9 and 0.99 is 1.472219, 2.646652: mean 2.059436 ± 12.7062·0.587217
    let found = interval(&Estimate::Correlation(vec![0.9, 0.99].into())).unwrap();
    assert!((found.low - libm::tanh(2.059_436 - 12.706_2 * 0.587_217)).abs() < 1e-5 && found.high <= 1.0);
    let perfect = Estimate::Correlation(Samples { values: vec![1.0; 3], step: 0.2, range: None });
    let found = interval(&perfect).unwrap();
    assert!(found.low > -1.0 && found.low < 0.9 && found.high <= 1.0 && perfect.value().unwrap() < 1.0);
}

#[test]
fn the_first_crossing_stays() {
    // critical values 14.1 at 3 and 6.1 at 5 seeds of 30: t = 17.3 decides at three, whatever comes later
    let looks = [3, 5, 8, 12, 18, 30];
    let early = mean_of(&[0.9, 1.0, 1.1, -5.0, 9.0], 0.0);
    let at = seen(&early, &looks).unwrap();
    assert_eq!((at.samples, at.estimate), (3, 1.0));
    let late = mean_of(&[0.7, 1.0, 1.3, 1.1, 0.9], 0.0);
    let at = seen(&late, &looks).unwrap();
    assert!(at.samples == 5 && at.interval.low > 0.0);
    assert_eq!(seen(&mean_of(&[1.0, 1.1], 0.0), &looks), None);
    assert!((at.spread.unwrap() - 0.223_607).abs() < 1e-6);
}

#[test]
fn too_few_samples_give_no_interval() {
    let line = Estimate::Fitted { value: 1.0, standard_error: 0.0, points: 2, freedom: 0 };
    for estimate in [mean_of(&[1.0], 0.0), Estimate::RootMean(vec![1.0]), line, Estimate::Share(vec![true])] {
        assert_eq!(interval(&estimate), None, "{estimate:?}");
    }
}

#[test]
fn evidence_speaks_of_the_claimed_side_only() {
    let clear = mean_of(&[1.0, 1.1, 0.9, 1.05, 0.95, 1.02], 0.0);
    let e = |bar| clear.evidence(bar).unwrap().unwrap();
    assert!(e(Bar::Above(0.0)) > 100.0 && e(Bar::Below(0.0)) == 0.0);
    assert!(e(Bar::Within(0.0, 2.0)) > 100.0 && e(Bar::Within(0.99, 2.0)) < 2.0);
    let equal = mean_of(&[1.0; 3], 1.0).evidence(Bar::Above(0.0)).unwrap().unwrap();
    assert!(equal < 8.0, "three equal counts are no great evidence: {equal}");
}
