//! Several tests at once: what each of them, and all of them together, may still say.

use crate::math::error::{MathError, check_range};

/// Holm's step-down adjustment: a test whose adjusted p-value is at most α is rejected, and with whatever dependence
/// between the tests, any true null among them is rejected with at most that probability.
///
/// Formula: with p₍₁₎ ≤ … ≤ p₍ₘ₎, `adjusted₍ᵢ₎ = max over j ≤ i of min(1, (m − j + 1) p₍ⱼ₎)`.
/// Shapes: m p-values -> m adjusted ones, in the same order. Units: dimensionless. Cost: m log m.
/// Source: Holm, Scandinavian J. Statistics 6 (1979) 65, <https://www.jstor.org/stable/4615733>.
///
/// # Errors
/// [`MathError::Range`] for a p-value outside [0, 1].
pub fn holm(p_values: &[f64]) -> Result<Vec<f64>, MathError> {
    check_p_values(p_values)?;
    let (mut adjusted, mut largest) = (vec![0.0; p_values.len()], 0.0_f64);
    for (place, i) in ascending(p_values).into_iter().enumerate() {
        let left = (p_values.len() - place) as f64;
        largest = largest.max((left * p_values[i]).min(1.0));
        adjusted[i] = largest;
    }
    Ok(adjusted)
}

fn ascending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    order
}

fn check_p_values(p_values: &[f64]) -> Result<(), MathError> {
    let outside = p_values.iter().find(|p| !(0.0..=1.0).contains(*p));
    outside.map_or(Ok(()), |&p| check_range(false, "p-value", p, "0 to 1"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;
    use crate::math::statistics::normal::normal_cdf;

    const P: [f64; 5] = [0.01, 0.04, 0.03, 0.005, 0.2];

    #[test]
    fn adjusted_by_hand() {
        // ascending .005 .01 .03 .04 .2 times 5 4 3 2 1: .025 .04 .09 (.08 raised to .09) .2
        for (found, expected) in holm(&P).unwrap().into_iter().zip([0.04, 0.09, 0.09, 0.025, 0.2]) {
            assert!((found - expected).abs() < 1e-15);
        }
        assert_eq!(holm(&[]).unwrap(), Vec::<f64>::new());
        assert!(holm(&[0.5, 1.5]).is_err() && holm(&[f64::NAN]).is_err());
    }

    /// How often some true null is rejected at 5 % among four of correlation ½.
    #[test]
    fn true_nulls_are_rejected_at_most_as_often_as_allowed() {
        let stream = Stream::new(6, "test-multiplicity", 0);
        let mut rejected = 0;
        for trial in 0..10_000 {
            let mut stream = stream.substream(trial);
            let shared = stream.normal();
            let mut p: Vec<f64> =
                (0..4).map(|_| normal_cdf(shared * 0.5_f64.sqrt() + stream.normal() * 0.5_f64.sqrt())).collect();
            // a false null beside them, which is all but surely rejected, takes nothing from the others
            p.push(1e-12);
            rejected += usize::from(holm(&p).unwrap()[..4].iter().any(|p| *p <= 0.05));
        }
        // 5 % of 10 000 are 500, and 22 one standard deviation; and it is not so conservative as to be useless either
        assert!((250..=566).contains(&rejected), "{rejected}");
    }

    proptest::proptest! {
        #[test]
        fn between_the_plain_and_bonferroni_in_the_same_order(p in proptest::collection::vec(0.0..=1.0f64, 1..20)) {
            let adjusted = holm(&p).unwrap();
            let m = p.len() as f64;
            for (i, (&raw, &found)) in p.iter().zip(&adjusted).enumerate() {
                proptest::prop_assert!(raw <= found && found <= (m * raw).min(1.0) + 1e-15);
                proptest::prop_assert!((0..i).all(|j| (p[j] <= raw) == (adjusted[j] <= found) || adjusted[j] == found));
            }
        }
    }
}
