//! Samples on the sphere, and functions of them.

use crate::math::kernel::zonal::{gegenbauer, harmonics};
use crate::math::linalg::{Matrix, row_square_norms, scale_rows};
use crate::math::random::Stream;

/// Points uniform on the sphere of radius √d, one a row; row i depends on the stream and i alone.
///
/// Shapes: -> n x d. Cost: nd normal numbers.
/// Source: Muller, Comm. ACM 2 (1959) 19, doi:10.1145/377939.377946.
pub fn uniform_on_sphere(stream: &Stream, count: usize, dim: usize) -> Matrix {
    let mut points = stream.normal_columns(dim, 0, count).transpose();
    project_to_sphere(&mut points);
    points
}

/// Scales each row of d numbers to norm √d, in place. A row of zeros stays one.
///
/// Shapes: n x d. Cost: 2nd.
pub fn project_to_sphere(points: &mut Matrix) {
    let radius = (points.ncols() as f64).sqrt();
    let factor = |square: f64| if square > 0.0 { radius / square.sqrt() } else { 0.0 };
    let factors: Vec<f64> = row_square_norms(points).into_iter().map(factor).collect();
    scale_rows(points, &factors);
}

/// The zonal harmonic of degree k about a pole, with unit second moment: `√N(d, k) P_k(⟨x, v⟩/(‖x‖‖v‖))` at each row.
///
/// Shapes: n x d, d -> n. Cost: n(d + k).
/// Source: addition theorem; Atkinson and Han, *Spherical Harmonics and Approximations on the Unit Sphere* (2012),
/// theorem 2.9, doi:10.1007/978-3-642-25983-8.
pub fn zonal_harmonic(points: &Matrix, pole: &[f64], degree: usize) -> Vec<f64> {
    let dim = points.ncols();
    let scale = harmonics(dim, degree).sqrt();
    let pole_norm = pole.iter().map(|v| v * v).sum::<f64>().sqrt();
    let norms = row_square_norms(points);
    let cosine = |(i, square): (usize, &f64)| {
        let dot: f64 = points.row(i).iter().zip(pole).map(|(x, v)| x * v).sum();
        (dot / (square.sqrt() * pole_norm).max(f64::MIN_POSITIVE)).clamp(-1.0, 1.0)
    };
    norms.iter().enumerate().map(cosine).map(|t| scale * gegenbauer(dim, degree, t)).collect()
}

/// A wave of the distance to a centre: `sin(2π(f r + φ))` with `r = ‖x − c‖/√d`, at each row.
///
/// Shapes: n x d, d -> n. Units: f in waves per unit of r, φ in waves. Cost: 3nd.
/// Source: the radial noise of Rahaman et al., ICML 2019, arXiv 1806.08734, there with c = 0.
pub fn radial_wave(points: &Matrix, centre: &[f64], (frequency, phase): (f64, f64)) -> Vec<f64> {
    let scale = 1.0 / (points.ncols() as f64).sqrt();
    let distance = |i: usize| {
        let square: f64 = points.row(i).iter().zip(centre).map(|(x, c)| (x - c).powi(2)).sum();
        scale * square.sqrt()
    };
    let wave = |r: f64| (std::f64::consts::TAU * (frequency * r + phase)).sin();
    (0..points.nrows()).map(distance).map(wave).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(n: usize, dim: usize) -> Matrix {
        uniform_on_sphere(&Stream::new(5, "points", 0), n, dim)
    }

    #[test]
    fn points_lie_on_the_sphere_isotropically_and_fewer_are_the_first() {
        let x = points(20_000, 4);
        assert!(row_square_norms(&x).iter().all(|s| (s - 4.0).abs() < 1e-12));
        let second = x.transpose() * &x / 20_000.0;
        assert!((second - Matrix::identity(4, 4)).amax() < 0.04, "√2/√20 000 is 0.01");
        // E[x⁴] = 3 d²/(d(d + 2)) = 2 where a normal number has 3
        let fourth = x.column(0).iter().map(|v| v.powi(4)).sum::<f64>() / 20_000.0;
        assert!((fourth - 2.0).abs() < 0.1, "{fourth}");
        assert_eq!(points(7, 4), x.rows(0, 7).into_owned());
    }

    #[test]
    fn projection_keeps_directions_and_zeros() {
        let mut x = Matrix::from_row_slice(2, 4, &[3.0, 0.0, -4.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        project_to_sphere(&mut x);
        let expected = Matrix::from_row_slice(2, 4, &[1.2, 0.0, -1.6, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert!((x - expected).amax() < 1e-15);
    }

    #[test]
    fn harmonics_have_unit_variance_and_are_uncorrelated() {
        let x = points(40_000, 4);
        let values: Vec<Vec<f64>> = (0..5).map(|k| zonal_harmonic(&x, &[1.0, 2.0, 0.0, -1.0], k)).collect();
        assert!(values[0].iter().all(|&y| y == 1.0));
        for (j, a) in values.iter().enumerate() {
            for (k, b) in values.iter().enumerate() {
                let mean = a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / 40_000.0;
                let expected = if j == k { 1.0 } else { 0.0 };
                assert!((mean - expected).abs() < 0.05, "{j} and {k}: {mean}");
            }
        }
    }

    // d = 3: √5 P_2 with P_2 = (3t² − 1)/2
    #[test]
    fn a_harmonic_by_hand() {
        let x = Matrix::from_row_slice(1, 3, &[1.0, 1.0, 1.0]);
        let t = 1.0 / 3.0_f64.sqrt();
        let found = zonal_harmonic(&x, &[0.0, 0.0, 2.0], 2)[0];
        assert!((found - 5.0_f64.sqrt() * (1.5 * t * t - 0.5)).abs() < 1e-15);
    }

    #[test]
    fn a_wave_by_hand() {
        let x = Matrix::from_row_slice(2, 4, &[2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
        let found = radial_wave(&x, &[0.0; 4], (0.5, 0.25));
        // r = 1 and ½: sin(2π · ¾) and sin(2π · ½)
        assert!((found[0] + 1.0).abs() < 1e-15 && found[1].abs() < 1e-15, "{found:?}");
        let at_itself = radial_wave(&x, &[2.0, 0.0, 0.0, 0.0], (9.0, 0.0));
        assert_eq!(at_itself[0], 0.0);
    }
}
