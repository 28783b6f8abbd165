//! Evidence that may be looked at after every seed: e-values, whose supremum over all times stays below 1/α with
//! chance 1 − α where there is no effect.

use super::beta::incomplete_beta;
use super::summary::{mean, standard_error};
use crate::math::error::{MathError, check_finite, check_range};

// Effects in standard deviations of about 1/√g are found soonest; the mean over these finds any from ⅛ to 2 soon.
const SCALES: [f64; 5] = [0.25, 1.0, 4.0, 16.0, 64.0];

/// The e-value of a t statistic against "the mean is at the bar", on both sides, of values that are normal.
///
/// Formula: mean over g ∈ {¼, 1, 4, 16, 64} of `(1 + ng)^(−1/2) ((1 + t²/ν)/(1 + t²/(ν(1 + ng))))^(n/2)`, ν = n − 1; 1
/// below two values. An infinite t (no spread around another mean) has the limit of the formula, which is evidence only
/// where values that agree are no accident: counts go by [`share_evidence`].
/// Shapes: two numbers -> a number, at least 0. Units: dimensionless. Cost: a few powers.
/// Source: Wang and Ramdas, arXiv 2310.03722 (Lai's scale-invariant mixture); Ville's inequality bounds its supremum.
pub fn t_evidence(t: f64, seeds: usize) -> f64 {
    if seeds < 2 {
        return 1.0;
    }
    let n = seeds as f64;
    // with the share u = t²/(ν + t²) in [0, 1], which an infinite t has too, the base is 1/(1 − u ng/(1 + ng))
    let u = if t.is_infinite() { 1.0 } else { t * t / (n - 1.0 + t * t) };
    let of_scale = |g: f64| libm::exp(-0.5 * libm::log1p(n * g) - 0.5 * n * libm::log1p(-u * n * g / (1.0 + n * g)));
    SCALES.into_iter().map(of_scale).sum::<f64>() / SCALES.len() as f64
}

/// [`t_evidence`] after every seed.
///
/// Shapes: n differences, paired and less the bar, in the order of their seeds -> n. Units: any, they do not count.
/// Cost: n².
/// Source: as [`t_evidence`].
///
/// # Errors
/// [`MathError::NonFinite`].
pub fn t_process(differences: &[f64]) -> Result<Vec<f64>, MathError> {
    check_finite("differences", differences)?;
    let after = |seeds: usize| {
        let seen = &differences[..seeds];
        if seeds < 2 {
            return Ok(1.0);
        }
        let (centre, error) = (mean(seen)?, standard_error(seen)?);
        // nothing but zeros is no evidence
        Ok(t_evidence(if centre == 0.0 { 0.0 } else { centre / error }, seeds))
    };
    (1..=differences.len()).map(after).collect()
}

/// The e-process of "above the bar" for differences that are symmetric about it, however heavy their tails, after every
/// seed. The other side is that of the negated differences; both together have the threshold 2/α.
///
/// Formula: `E_n = Π_{2 ≤ i ≤ n} 2/(1 + exp(−2 λ_i x_i))`, `λ_i = max(0, Σ_{j<i} x_j/Σ_{j<i} x_j²)`: what is wagered on
/// a sign is decided by the values before, and scales with none. A factor is below 2, so below seven values it cannot
/// reach 2/0.05.
/// Shapes: n differences, paired and less the bar, in the order of their seeds -> n. Units: any, they do not count.
/// Cost: n.
/// Source: a factor is `exp(λx)/cosh(λx)`, of mean 1 as the sign of a symmetric x is fair given its size; de la Peña,
/// Annals of Probability 27 (1999) 537, doi:10.1214/aop/1022677271.
///
/// # Errors
/// [`MathError::NonFinite`].
pub fn sign_process(differences: &[f64]) -> Result<Vec<f64>, MathError> {
    check_finite("differences", differences)?;
    let (mut sum, mut squares, mut evidence) = (0.0_f64, 0.0_f64, 1.0);
    let after = |&x: &f64| {
        let wager = if squares > 0.0 { (sum / squares).max(0.0) } else { 0.0 };
        evidence *= 2.0 / (1.0 + libm::exp(-2.0 * wager * x));
        sum += x;
        squares += x * x;
        evidence
    };
    Ok(differences.iter().map(after).collect())
}

/// The highest e-value over all seeds for "the mean is above 0". Samples that begin with equal ones may be counts, of which
/// only the signs are taken.
///
/// Shapes: n numbers in the order of their seeds -> a number, at least 0. Units: any, they do not count. Cost: n².
/// Source: [`t_process`] and [`sign_process`].
///
/// # Errors
/// [`MathError::NonFinite`].
pub fn evidence_above(values: &[f64]) -> Result<f64, MathError> {
    let equal = values.windows(2).next().is_some_and(|first| first[0] == first[1]);
    let process = if equal { sign_process(values)? } else { t_process(values)? };
    let mut sum = 0.0;
    let above = process.iter().zip(values).filter_map(|(&e, v)| {
        sum += v;
        (sum > 0.0).then_some(e)
    });
    Ok(above.fold(0.0, f64::max))
}

/// The e-process of "successes are more likely than the bar", after any number of trials.
///
/// Formula: `∫_bar^1 p^k (1 − p)^(n − k) dw(p) / (bar^k (1 − bar)^(n − k))` with w the Beta(½, ½) law above the bar, which
/// is `B(k + ½, n − k + ½) I(k) / (B(½, ½) I(0)) / (bar^k (1 − bar)^(n − k))`, I(k) the share of Beta(k + ½, n − k + ½)
/// above the bar. For "less likely" give failures and 1 − bar.
/// Shapes: two counts, a bar in (0, 1) -> a number, at least 0. Units: dimensionless. Cost: two [`incomplete_beta`].
/// Source: a mixture of likelihood ratios against the bar, each of mean at most 1 where the chance is the bar or less;
/// Robbins, Annals of Mathematical Statistics 41 (1970) 1397, doi:10.1214/aoms/1177696786.
///
/// # Errors
/// [`MathError::Range`] for more successes than trials or a bar outside (0, 1).
pub fn share_evidence(successes: usize, trials: usize, bar: f64) -> Result<f64, MathError> {
    check_range(successes <= trials, "successes", successes as f64, "at most the number of trials")?;
    check_range(bar > 0.0 && bar < 1.0, "bar", bar, "between 0 and 1")?;
    let (k, misses) = (successes as f64, (trials - successes) as f64);
    let above = |k: f64, misses: f64| 1.0 - incomplete_beta(bar, k + 0.5, misses + 0.5);
    let ln_beta = |a: f64, b: f64| libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    let ln = ln_beta(k + 0.5, misses + 0.5) - ln_beta(0.5, 0.5) - k * bar.ln() - misses * (-bar).ln_1p();
    Ok(libm::exp(ln) * above(k, misses) / above(0.0, 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;

    // mpmath with 40 digits
    #[test]
    fn evidence_is_that_of_mpmath() {
        let cases = [
            (2.0, 3, 0.979_305_600_126_413_1),
            (5.0, 5, 9.958_021_272_376_995),
            (3.5, 30, 18.412_555_610_212_13),
            (0.0, 10, 0.222_103_251_238_359_35),
        ];
        for (t, n, expected) in cases {
            assert!((t_evidence(t, n) / expected - 1.0).abs() < 1e-13, "{t}, {n}: {}", t_evidence(t, n));
        }
        assert_eq!((t_evidence(9.0, 1), t_evidence(9.0, 0)), (1.0, 1.0));
    }

    // the product by mpmath with 40 digits
    #[test]
    fn signs_are_those_of_mpmath() {
        let found = sign_process(&[0.5, -0.2, 0.8, 0.4, 0.1]).unwrap();
        let expected =
            [1.0, 0.620_051_037_744_775_1, 1.041_175_927_685_613, 1.500_038_172_744_391_4, 1.705_172_147_435_013];
        assert!(found.iter().zip(expected).all(|(f, e)| (f / e - 1.0).abs() < 1e-14), "{found:?}");
    }

    #[test]
    fn equal_values_are_no_evidence_at_the_bar_and_finite_evidence_off_it() {
        assert!(t_process(&[0.0; 4]).unwrap().iter().all(|e| *e <= 1.0));
        let off = t_process(&[2.0; 4]).unwrap();
        assert!(off.windows(2).all(|e| e[0] < e[1]) && off[3].is_finite(), "{off:?}");
        assert!((off[3] / t_evidence(1e9, 4) - 1.0).abs() < 1e-6);
        assert_eq!(sign_process(&[0.0; 4]).unwrap(), vec![1.0; 4]);
        assert!(t_process(&[f64::NAN]).is_err() && sign_process(&[f64::INFINITY]).is_err());
    }

    /// Ville: whoever looks after each of 100 seeds and stops at the best moment is wrong in at most 5 %.
    #[test]
    fn looking_at_the_best_moment_errs_as_seldom_as_it_says() {
        let stream = Stream::new(12, "test-evidence", 0);
        let (mut by_t, mut by_sign) = (0, 0);
        for trial in 0..4000 {
            let mut stream = stream.substream(trial);
            let normal: Vec<f64> = (0..100).map(|_| stream.normal()).collect();
            by_t += usize::from(t_process(&normal).unwrap().into_iter().any(|e| e >= 20.0));
            let heavy: Vec<f64> = (0..100).map(|_| stream.normal() / stream.normal()).collect();
            let sides = [1.0, -1.0].map(|side| heavy.iter().map(|x| side * x).collect::<Vec<_>>());
            by_sign += usize::from(sides.iter().any(|v| sign_process(v).unwrap().into_iter().any(|e| e >= 40.0)));
        }
        // 5 % of 4000 are 200; that both are tests of something, and not the constant 1, is in the next test
        assert!(by_t <= 200 && by_sign <= 200, "{by_t} {by_sign}");
        assert!(by_t > 20, "{by_t}: a bound this loose is a wrong formula");
    }

    #[test]
    fn a_large_effect_is_found_with_as_many_seeds_as_simulated_before() {
        let stream = Stream::new(13, "test-evidence-power", 0);
        let first = |process: &[f64], bar: f64| process.iter().position(|e| *e >= bar).map_or(30, |at| at + 1);
        let (mut by_t, mut by_sign) = (0, 0);
        for trial in 0..1000 {
            let mut stream = stream.substream(trial);
            let v: Vec<f64> = (0..30).map(|_| 2.0 + stream.normal()).collect();
            by_t += first(&t_process(&v).unwrap(), 20.0);
            by_sign += first(&sign_process(&v).unwrap(), 40.0);
        }
        // 6.6 and 9.3 seeds on average over 40 000 other paths
        let (by_t, by_sign) = (by_t as f64 / 1000.0, by_sign as f64 / 1000.0);
        assert!((by_t - 6.6).abs() < 0.3 && (by_sign - 9.3).abs() < 0.3, "{by_t} {by_sign}");
    }

    // the mean over the next trial at the bar is what it was, and less below it
    #[test]
    fn a_share_is_a_fair_game_at_the_bar_and_a_losing_one_below() {
        for (k, n, bar) in [(0, 0, 0.5), (3, 4, 0.9), (7, 20, 0.3), (5, 5, 0.5)] {
            let of = |k, n| share_evidence(k, n, bar).unwrap();
            let next = |p: f64| p * of(k + 1, n + 1) + (1.0 - p) * of(k, n + 1);
            assert!((next(bar) / of(k, n) - 1.0).abs() < 1e-10 && next(0.8 * bar) < of(k, n));
        }
        assert!((share_evidence(0, 0, 0.5).unwrap() - 1.0).abs() < 1e-14);
        assert!(share_evidence(12, 12, 0.5).unwrap() > 200.0 && share_evidence(2, 1, 0.5).is_err());
    }

    proptest::proptest! {
        #[test]
        fn evidence_rises_with_t_and_a_process_sees_neither_scale_nor_what_comes_later(
            t in 0.0..50.0f64, n in 2usize..40, scale in 0.01..100.0f64,
            v in proptest::collection::vec(-2.0..3.0f64, 2..30),
        ) {
            proptest::prop_assert!(t_evidence(t, n) < t_evidence(t + 0.1, n) && t_evidence(t, n) == t_evidence(-t, n));
            let scaled: Vec<f64> = v.iter().map(|x| scale * x).collect();
            for process in [t_process, sign_process] {
                let (plain, same) = (process(&v).unwrap(), process(&scaled).unwrap());
                proptest::prop_assert!(plain.iter().zip(&same).all(|(a, b)| (a - b).abs() <= 1e-8 * b));
                proptest::prop_assert_eq!(&process(&v[..v.len() - 1]).unwrap(), &plain[..v.len() - 1]);
            }
        }
    }
}
