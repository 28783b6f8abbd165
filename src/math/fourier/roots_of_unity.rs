//! Cosines and sines of whole parts of a turn: what every discrete Fourier transform is made of.

use std::f64::consts::TAU;

/// Which library rounds cosines and sines. At some angles the two differ in the last bit (one of 64 numbers at N = 32), so
/// a transform that changed from one to the other would move stored results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// `libm`: the same bits on every system.
    Portable,
    /// The system's.
    System,
}

impl Rounding {
    fn cosine(self, angle: f64) -> f64 {
        match self {
            Self::Portable => libm::cos(angle),
            Self::System => angle.cos(),
        }
    }

    fn sine(self, angle: f64) -> f64 {
        match self {
            Self::Portable => libm::sin(angle),
            Self::System => angle.sin(),
        }
    }
}

/// The N-th roots of unity `e^{2πi p/N}`.
#[derive(Debug, Clone, PartialEq)]
pub struct RootsOfUnity {
    cosines: Vec<f64>,
    sines: Vec<f64>,
}

impl RootsOfUnity {
    /// Those of N = `size`. Shapes: -> N of either kind. Units: dimensionless. Cost: N.
    pub fn new(size: usize, rounding: Rounding) -> Self {
        let angles = || (0..size).map(|p| TAU * p as f64 / size as f64);
        Self {
            cosines: angles().map(|angle| rounding.cosine(angle)).collect(),
            sines: angles().map(|angle| rounding.sine(angle)).collect(),
        }
    }

    /// `cos(2π p/N)`, with p reduced before anything is rounded. Units: p in parts of a turn, 1/N each.
    pub fn cosine(&self, p: usize) -> f64 {
        self.cosines[p % self.cosines.len()]
    }

    /// `sin(2π p/N)`, with p reduced before anything is rounded. Units: p in parts of a turn, 1/N each.
    pub fn sine(&self, p: usize) -> f64 {
        self.sines[p % self.sines.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::Matrix;

    // Law: F F* = 1 for the unitary transform, whose real part is C² + S².
    #[test]
    fn the_transform_is_unitary_and_angles_are_reduced() {
        for rounding in [Rounding::Portable, Rounding::System] {
            let roots = RootsOfUnity::new(12, rounding);
            assert_eq!(roots.cosine(5 + 12 * 1_000_000_007), roots.cosine(5));
            assert_eq!((roots.cosine(0), roots.sine(0), roots.cosine(6)), (1.0, 0.0, -1.0));
            let cosine = Matrix::from_fn(12, 12, |f, t| roots.cosine(f * t) / 12.0_f64.sqrt());
            let sine = Matrix::from_fn(12, 12, |f, t| roots.sine(f * t) / 12.0_f64.sqrt());
            let unitary = &cosine * &cosine + &sine * &sine;
            assert!((unitary - Matrix::identity(12, 12)).amax() < 1e-15);
        }
    }

    #[test]
    fn the_libraries_agree_but_for_the_last_bit() {
        let [portable, system] = [Rounding::Portable, Rounding::System].map(|r| RootsOfUnity::new(32, r));
        let last = |a: f64, b: f64| (a - b).abs() <= f64::EPSILON * a.abs();
        assert!((0..32).all(|p| last(portable.cosine(p), system.cosine(p)) && last(portable.sine(p), system.sine(p))));
    }
}
