//! Rank correlations with their uncertainty: an interval that stays within −1 and 1, and an exact test for few pairs.

use super::binomial::Alternative;
use super::normal::normal_quantile;
use super::summary::{Interval, ranks, tail};
use crate::math::error::{MathError, check_finite, check_range, check_size};

/// The most pairs whose orders are all counted: 9! = 362 880.
pub const MOST_EXACT_PAIRS: usize = 9;

/// The interval of Spearman's rank correlation by Fisher's transform; no end leaves [−1, 1].
///
/// Formula: `tanh(artanh r ± z √((1 + r²/2)/(n − 3)))`, z the normal quantile at (1 + level)/2. At r = ±1, where that
/// has no width, r counts as half a step of the lattice of rank correlations less, `1 − 6/(n³ − n)`, and the interval
/// ends at ±1.
/// Shapes: a correlation of n pairs -> an interval. Units: dimensionless. Cost: one quantile.
/// Source: Bonett and Wright, Psychometrika 65 (2000) 23, doi:10.1007/BF02294183: an approximation, for ten pairs and
/// more; with fewer, [`rank_permutation_test`] is exact. The rule at ±1 is ours.
///
/// # Errors
/// [`MathError::Range`] for fewer than four pairs, a correlation outside [−1, 1] or a level outside (0, 1).
pub fn rank_correlation_interval(correlation: f64, pairs: usize, level: f64) -> Result<Interval, MathError> {
    // rounding takes a perfect correlation a few units of the last place beyond 1
    const ROUNDING: f64 = 1e-12;
    check_range(pairs >= 4, "number of pairs", pairs as f64, "at least 4")?;
    check_range(correlation.abs() <= 1.0 + ROUNDING, "rank correlation", correlation, "-1 to 1")?;
    let n = pairs as f64;
    let largest = 1.0 - 6.0 / (n * n * n - n);
    let r = correlation.clamp(-largest, largest);
    let half = normal_quantile(1.0 - tail(level)?)? * ((1.0 + 0.5 * r * r) / (n - 3.0)).sqrt();
    let low = if correlation < -1.0 + ROUNDING { -1.0 } else { libm::tanh(libm::atanh(r) - half) };
    let high = if correlation > 1.0 - ROUNDING { 1.0 } else { libm::tanh(libm::atanh(r) + half) };
    Ok(Interval { low, high })
}

/// The exact p-value of "every order of y beside x is as likely as any other", by counting all orders.
///
/// Formula: the share of the n! orders whose rank correlation is at least as far out as the observed one; ties keep
/// their mean ranks. In whole numbers throughout, so that equal correlations are equal.
/// Shapes: n, n -> a probability. Units: dimensionless; those of x and y do not count. Cost: a few n!, at most 362 880.
/// Source: Kendall and Gibbons, *Rank Correlation Methods* (1990), chapter 4.
///
/// # Errors
/// [`MathError::Shape`] where lengths differ, [`MathError::Range`] unless there are 2 to 9 pairs,
/// [`MathError::NonFinite`].
pub fn rank_permutation_test(x: &[f64], y: &[f64], alternative: Alternative) -> Result<f64, MathError> {
    check_size("paired values", y.len(), x.len())?;
    check_range((2..=MOST_EXACT_PAIRS).contains(&x.len()), "number of pairs", x.len() as f64, "2 to 9")?;
    check_finite("values of x", x)?;
    check_finite("values of y", y)?;
    let (first, mut second) = (doubled_deviations(x), doubled_deviations(y));
    let observed = product(&first, &second);
    let is_out = |sum: i64| match alternative {
        Alternative::TwoSided => sum.abs() >= observed.abs(),
        Alternative::Greater => sum >= observed,
        Alternative::Less => sum <= observed,
    };
    let (mut orders, mut out) = (0_u32, 0_u32);
    for_each_order(&mut second, |order| {
        orders += 1;
        out += u32::from(is_out(product(&first, order)));
    });
    Ok(f64::from(out) / f64::from(orders))
}

// Twice the ranks less their mean, which are whole numbers with ties too.
#[expect(clippy::cast_possible_truncation, reason = "whole numbers of at most twice the number of pairs")]
fn doubled_deviations(values: &[f64]) -> Vec<i64> {
    let middle = values.len() as f64 + 1.0;
    ranks(values).into_iter().map(|rank| (2.0 * rank - middle) as i64).collect()
}

fn product(x: &[i64], y: &[i64]) -> i64 {
    x.iter().zip(y).map(|(a, b)| a * b).sum()
}

// Heap's algorithm: each order follows from the one before by one swap.
// Source: Heap, Computer Journal 6 (1963) 293, doi:10.1093/comjnl/6.3.293.
fn for_each_order(items: &mut [i64], mut visit: impl FnMut(&[i64])) {
    let mut counters = vec![0; items.len()];
    visit(items);
    let mut i = 1;
    while i < items.len() {
        if counters[i] < i {
            items.swap(if i.is_multiple_of(2) { 0 } else { counters[i] }, i);
            visit(items);
            counters[i] += 1;
            i = 1;
        } else {
            counters[i] = 0;
            i += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;
    use crate::math::statistics::summary::spearman;
    use std::f64::consts::PI;

    // tanh(artanh r ± norm.ppf √((1 + r²/2)/(n − 3))) by NumPy and scipy.stats.norm, SciPy 1.17
    #[test]
    fn intervals_are_those_of_scipy() {
        let cases = [
            (0.8, 5, 0.95, -0.457_124_388_805_296_43, 0.990_842_947_877_804_2),
            (-0.3, 20, 0.95, -0.661_490_230_003_960_8, 0.174_611_639_202_572_94),
            (0.5, 100, 0.9, 0.355_884_602_301_890_7, 0.620_886_575_213_724_9),
            (0.0, 4, 0.95, -0.961_087_082_560_660_9, 0.961_087_082_560_660_9),
        ];
        for (r, n, level, low, high) in cases {
            let found = rank_correlation_interval(r, n, level).unwrap();
            assert!((found.low - low).abs() < 1e-12 && (found.high - high).abs() < 1e-12, "{r}, {n}: {found:?}");
        }
        assert!(rank_correlation_interval(0.5, 3, 0.95).is_err());
        assert!(rank_correlation_interval(1.1, 9, 0.95).is_err() && rank_correlation_interval(0.1, 9, 0.0).is_err());
    }

    // all orders by itertools.permutations over scipy.stats.rankdata, SciPy 1.17
    #[test]
    fn p_values_are_those_of_a_plain_count() {
        let cases: [(&[f64], &[f64], [f64; 3]); 4] = [
            (&[1., 2., 3., 4., 5.], &[1., 3., 2., 5., 4.], [16.0 / 120.0, 8.0 / 120.0, 115.0 / 120.0]),
            (
                &[1., 2., 3., 4., 5., 6., 7.],
                &[2., 1., 4., 3., 7., 6., 5.],
                [242.0 / 5040.0, 121.0 / 5040.0, 4954.0 / 5040.0],
            ),
            (&[1., 2., 2., 4., 5., 6.], &[3., 1., 2., 2., 0., 0.], [40.0 / 720.0, 712.0 / 720.0, 24.0 / 720.0]),
            (&[1., 2., 3.], &[1., 2., 3.], [1.0 / 3.0, 1.0 / 6.0, 1.0]),
        ];
        for (x, y, expected) in cases {
            let alternatives = [Alternative::TwoSided, Alternative::Greater, Alternative::Less];
            let found = alternatives.map(|alternative| rank_permutation_test(x, y, alternative).unwrap());
            assert!(found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-15), "{y:?}: {found:?}");
        }
        assert!(rank_permutation_test(&[1.0; 10], &[1.0; 10], Alternative::Less).is_err());
        assert!(rank_permutation_test(&[1.0; 3], &[1.0; 4], Alternative::Less).is_err());
        assert_eq!(rank_permutation_test(&[1.0; 9], &[2.0; 9], Alternative::TwoSided).unwrap(), 1.0);
    }

    #[test]
    fn a_perfect_order_of_few_pairs_leaves_doubt() {
        let few = rank_correlation_interval(1.0, 5, 0.95).unwrap();
        let many = rank_correlation_interval(1.0, 20, 0.95).unwrap();
        assert!(few.high == 1.0 && many.high == 1.0 && few.low < 0.9 && few.low < many.low && many.low < 1.0);
        // the next lower rank correlation of five pairs, 1 − 12/120, is no better than a perfect one
        assert!(rank_correlation_interval(0.9, 5, 0.95).unwrap().low < few.low);
    }

    /// The rank correlation of normals of correlation r is (6/π) arcsin(r/2).
    #[test]
    fn the_interval_covers() {
        let stream = Stream::new(8, "test-rank-coverage", 0);
        for (place, (r, n)) in [(0.0, 10), (0.5, 10), (0.5, 30), (0.9, 30)].into_iter().enumerate() {
            let truth = 6.0 / PI * libm::asin(0.5 * r);
            let missed = (0..2000_u64).filter(|trial| {
                let mut stream = stream.substream(10_000 * place as u64 + trial);
                let x: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
                let y: Vec<f64> = x.iter().map(|x| r * x + (1.0 - r * r).sqrt() * stream.normal()).collect();
                let i = rank_correlation_interval(spearman(&x, &y).unwrap(), n, 0.95).unwrap();
                !(i.low..=i.high).contains(&truth)
            });
            // 5 % of 2000 are 100, and 10 one standard deviation; the method is an approximation, good to a percent
            let missed = missed.count();
            assert!((50..=150).contains(&missed), "{r}, {n} pairs: {missed} of 2000 missed");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_interval_holds_the_correlation_within_its_range_and_is_mirrored(
            r in -1.0..=1.0f64, n in 4usize..200, level in 0.5..0.999f64,
        ) {
            let i = rank_correlation_interval(r, n, level).unwrap();
            proptest::prop_assert!(-1.0 <= i.low && i.low < i.high && i.high <= 1.0);
            proptest::prop_assert!((i.low..=i.high).contains(&r) || r.abs() > 1.0 - 6.0 / (n * n * n - n) as f64);
            let mirrored = rank_correlation_interval(-r, n, level).unwrap();
            proptest::prop_assert!((i.low + mirrored.high).abs() < 1e-12);
        }

        #[test]
        fn the_test_sees_order_only_and_its_sides_share_what_is_equal(
            points in proptest::collection::vec((-5.0..5.0f64, -5.0..5.0f64), 2..7),
        ) {
            let (x, y): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
            let p = |y: &[f64], alternative| rank_permutation_test(&x, y, alternative).unwrap();
            let (risen, fallen): (Vec<f64>, Vec<f64>) = y.iter().map(|v| (v.exp(), -3.0 * v)).unzip();
            let above = p(&y, Alternative::Greater);
            proptest::prop_assert_eq!(above, p(&risen, Alternative::Greater));
            proptest::prop_assert_eq!(above, p(&fallen, Alternative::Less));
            proptest::prop_assert!(above + p(&y, Alternative::Less) > 1.0, "what was observed counts on both sides");
        }
    }
}
