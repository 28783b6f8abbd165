//! Angles and what they explain.

use super::{least_squares_line, mean};
use crate::math::error::MathError;
use std::f64::consts::{PI, TAU};

/// R² of `u = e^{iα}` regressed on one multiple of `w = e^{iβ}` or of its conjugate, the better of the two:
/// `max(|mean(u w*)|², |mean(u w)|²)`. 1 where the angles differ, or add up, by a constant; 0 for no angles. Nothing is
/// centred: independent angles of resultant lengths `ρ_a` and `ρ_b` have `(ρ_a ρ_b)²`, about 1/n where one is uniform.
///
/// Shapes: n, n -> a number; panics where lengths differ. Units: angles in radians, the result dimensionless, 0 to 1.
/// Cost: 2n.
/// Source: least squares over the complex numbers; |mean(u w*)| is the mean resultant length of the difference, Mardia
/// & Jupp, Directional Statistics (2000), section 2.3.
pub fn phase_agreement(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let resultant = |sign: f64| {
        let angles = a.iter().zip(b).map(|(a, b)| a - sign * b);
        let (re, im) = angles.fold((0.0, 0.0), |(re, im), x| (re + libm::cos(x), im + libm::sin(x)));
        (re * re + im * im) / (a.len() * a.len()).max(1) as f64
    };
    resultant(1.0).max(resultant(-1.0))
}

/// Angles less their circular mean `arg Σ e^{iα}`, between −π and π.
///
/// Shapes: n -> n. Units: radians. Cost: 2n.
/// Source: Mardia & Jupp, Directional Statistics (2000), section 2.2.
pub fn turned_to_mean(angles: &[f64]) -> Vec<f64> {
    let sum = |of: fn(f64) -> f64| angles.iter().map(|&x| of(x)).sum::<f64>();
    let mean = libm::atan2(sum(libm::sin), sum(libm::cos));
    angles.iter().map(|x| (x - mean + PI).rem_euclid(TAU) - PI).collect()
}

/// R² = 1 − Σ (y − ŷ)²/Σ (y − ȳ)² of the least-squares line of y over x: 0 where all x are equal, nothing where all y
/// are.
///
/// Shapes: n, n -> a number. Units: dimensionless, 0 to 1. Cost: a few n.
///
/// # Errors
/// Those of [`least_squares_line`].
pub fn determination(x: &[f64], y: &[f64]) -> Result<Option<f64>, MathError> {
    if x.len() > 1 && x.iter().all(|&value| value == x[0]) {
        return Ok(y.iter().any(|&value| value != y[0]).then_some(0.0));
    }
    let line = least_squares_line(x, y)?;
    let centre = mean(y)?;
    let total: f64 = y.iter().map(|y| (y - centre).powi(2)).sum();
    let left: f64 = x.iter().zip(y).map(|(x, y)| (y - line.intercept - line.slope * x).powi(2)).sum();
    Ok((total > 0.0).then(|| 1.0 - left / total))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;

    #[test]
    fn shifted_and_mirrored_angles_agree_and_others_do_not() {
        let mut stream = Stream::new(1, "test-angles", 0);
        let a: Vec<f64> = (0..1000).map(|_| TAU * stream.uniform()).collect();
        let shifted: Vec<f64> = a.iter().map(|x| x + 9.0).collect();
        let mirrored: Vec<f64> = a.iter().map(|x| 2.0 - x).collect();
        let other: Vec<f64> = (0..1000).map(|_| TAU * stream.uniform()).collect();
        assert!((phase_agreement(&a, &shifted) - 1.0).abs() < 1e-12);
        assert!((phase_agreement(&a, &mirrored) - 1.0).abs() < 1e-12);
        assert!(phase_agreement(&a, &other) < 0.01);
        // noise of spread s leaves e^{−s²}
        let noisy: Vec<f64> = a.iter().map(|x| x + 0.5 * stream.normal()).collect();
        assert!((phase_agreement(&a, &noisy) - (-0.25_f64).exp()).abs() < 0.03);
        assert_eq!(phase_agreement(&[], &[]), 0.0);
    }

    #[test]
    fn angles_about_the_seam_are_turned_to_their_mean() {
        let found = turned_to_mean(&[3.1, -3.1, 3.1 + TAU]);
        let gap = TAU - 6.2;
        assert!((found[1] - found[0] - gap).abs() < 1e-12 && (found[2] - found[0]).abs() < 1e-12);
        assert!(found.iter().map(|x| x.sin()).sum::<f64>().abs() < 1e-12);
    }

    #[test]
    fn a_line_explains_itself() {
        let x = [0.0, 1.0, 2.0, 3.0];
        assert!((determination(&x, &[1.0, 3.0, 5.0, 7.0]).unwrap().unwrap() - 1.0).abs() < 1e-12);
        // the correlation of (0, 1, 2, 3) and (0, 1, 1, 0) is 0
        assert!(determination(&x, &[0.0, 1.0, 1.0, 0.0]).unwrap().unwrap().abs() < 1e-12);
        assert_eq!(determination(&x, &[2.0; 4]).unwrap(), None);
        assert_eq!(determination(&[1.0; 4], &x).unwrap(), Some(0.0));
        assert!(determination(&[1.0], &[1.0]).is_err());
    }
}
