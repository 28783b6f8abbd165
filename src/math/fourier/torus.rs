//! Real waves on an H x W torus: the basis in which circular convolutions are block-diagonal.

use super::real_fourier_basis;
use crate::math::linalg::{Matrix, product};
use std::f64::consts::{FRAC_1_SQRT_2, TAU};
use std::ops::Range;

/// One frequency ω with its mirror image −ω, which a real signal has alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    /// Whole waves down and across, each between −⌊N/2⌋ and ⌊N/2⌋.
    pub frequency: (isize, isize),
    /// Its columns in the basis: cosine and sine, or the cosine alone where −ω is ω.
    pub columns: Range<usize>,
}

impl Wave {
    /// `‖ω‖₁`. Units: whole waves per image.
    pub const fn degree(&self) -> usize {
        self.frequency.0.unsigned_abs() + self.frequency.1.unsigned_abs()
    }

    /// Whether −ω is ω, so that there is no sine. Shapes: one column of the basis then, else two.
    pub const fn is_alone(&self) -> bool {
        self.columns.end - self.columns.start == 1
    }
}

/// A number as the sum of two others with weights; the second weight is 0 where one suffices.
pub type Mix = [(usize, f64); 2];

/// All frequencies of an H x W torus, ω and −ω as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torus {
    height: usize,
    width: usize,
    waves: Vec<Wave>,
}

impl Torus {
    /// The frequencies of H x W positions, (0, 0) first. Shapes: -> HW columns, one or two for each frequency.
    /// Cost: HW.
    pub fn new(height: usize, width: usize) -> Self {
        let (mut waves, mut column) = (Vec::new(), 0);
        for index in 0..height * width {
            let (down, across) = (index / width, index % width);
            let mirror = ((height - down) % height, (width - across) % width);
            if mirror < (down, across) {
                continue;
            }
            let numbers = if mirror == (down, across) { 1 } else { 2 };
            let frequency = (signed(down, height), signed(across, width));
            waves.push(Wave { frequency, columns: column..column + numbers });
            column += numbers;
        }
        Self { height, width, waves }
    }

    /// The frequencies, (0, 0) first. Units: whole waves down and across.
    pub fn waves(&self) -> &[Wave] {
        &self.waves
    }

    /// The number of positions, HW. Units: pixels.
    pub const fn positions(&self) -> usize {
        self.height * self.width
    }

    /// Orthonormal waves as columns, in the order of [`Wave::columns`]: `√(2/P) cos(2π ω·t/N)` and
    /// `√(2/P) sin(2π ω·t/N)` with P = HW, and `√(1/P) cos` where there is no sine; positions t row by row.
    ///
    /// Shapes: -> HW x HW. Cost: 2 (HW)³, a product of the lines' products with [`Torus::mixes`].
    pub fn basis(&self) -> Matrix {
        let (down, across) = self.lines();
        let products = down.transpose().kronecker(&across.transpose());
        let mut mixing = Matrix::zeros(self.positions(), self.positions());
        for (column, mix) in self.mixes().into_iter().enumerate() {
            mix.into_iter().for_each(|(source, weight)| mixing[(source, column)] += weight);
        }
        product(&products, &mixing)
    }

    /// Bases of rows and of columns, of which the waves are made. Shapes: -> H x H and W x W, a function a row.
    /// Cost: H² + W².
    pub fn lines(&self) -> (Matrix, Matrix) {
        (real_fourier_basis(self.height), real_fourier_basis(self.width))
    }

    /// How each column of the basis is made of products of the lines, number (row of H) · W + (row of W):
    /// `cos(a ± b) = cos a cos b ∓ sin a sin b`, `sin(a ± b) = sin a cos b ± cos a sin b`.
    ///
    /// Shapes: -> HW mixes. Units: the weights are dimensionless. Cost: HW.
    pub fn mixes(&self) -> Vec<Mix> {
        let mut mixes = vec![[(0, 0.0); 2]; self.positions()];
        for wave in &self.waves {
            let (p, q) = (wave.frequency.0.unsigned_abs(), wave.frequency.1.unsigned_abs());
            let (cosine, sine) = (|f: usize| (2 * f).saturating_sub(1), |f: usize| 2 * f);
            let product = |down: usize, across: usize| down * self.width + across;
            let (first, second) = (wave.columns.start, wave.columns.end - 1);
            let both = product(cosine(p), cosine(q));
            match (is_alone(p, self.height), is_alone(q, self.width)) {
                (true, true) => mixes[first] = [(both, 1.0), (both, 0.0)],
                (false, true) => {
                    mixes[first] = [(both, 1.0), (both, 0.0)];
                    mixes[second] = [(product(sine(p), cosine(q)), 1.0), (both, 0.0)];
                }
                (true, false) => {
                    mixes[first] = [(both, 1.0), (both, 0.0)];
                    mixes[second] = [(product(cosine(p), sine(q)), 1.0), (both, 0.0)];
                }
                (false, false) => {
                    let turn = if wave.frequency.1 < 0 { -FRAC_1_SQRT_2 } else { FRAC_1_SQRT_2 };
                    mixes[first] = [(both, FRAC_1_SQRT_2), (product(sine(p), sine(q)), -turn)];
                    mixes[second] = [(product(sine(p), cosine(q)), FRAC_1_SQRT_2), (product(cosine(p), sine(q)), turn)];
                }
            }
        }
        mixes
    }

    /// `m_ω = (1 − β) + β â_ω`: what the pooling `M_β = (1 − β) I + β A` does to a wave, A the circular mean of 3 x 3
    /// positions and `â_ω = (1 + 2 cos(2π ω_y/H)) (1 + 2 cos(2π ω_x/W))/9`.
    ///
    /// Units: dimensionless, β = `strength` from 0 to 1.
    /// Source: arXiv 2402.08010; the form of A is ours.
    pub fn pooling_gain(&self, wave: &Wave, strength: f64) -> f64 {
        let along = |frequency: isize, size: usize| {
            // on one row or column all three positions are the same one
            (1.0 + 2.0 * libm::cos(TAU * frequency as f64 / size as f64)) / 3.0
        };
        let mean = along(wave.frequency.0, self.height) * along(wave.frequency.1, self.width);
        (1.0 - strength) + strength * mean
    }
}

// Whether a frequency of a line has no sine.
const fn is_alone(frequency: usize, size: usize) -> bool {
    frequency == 0 || 2 * frequency == size
}

// 0, 1, …, N/2, …, −1
const fn signed(index: usize, size: usize) -> isize {
    if 2 * index <= size { index as isize } else { index as isize - size as isize }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::product_tn;

    const SIZES: [(usize, usize); 6] = [(1, 1), (1, 4), (5, 5), (4, 6), (3, 8), (13, 13)];

    // cos and sin of whole turns, position by position
    #[test]
    fn waves_are_what_their_names_say() {
        for (height, width) in SIZES {
            let (torus, size) = (Torus::new(height, width), (height * width) as f64);
            let basis = torus.basis();
            for wave in torus.waves() {
                let norm = (wave.columns.len() as f64 / size).sqrt();
                for t in 0..height * width {
                    let down = wave.frequency.0 as f64 * (t / width) as f64 / height as f64;
                    let angle = TAU * (down + wave.frequency.1 as f64 * (t % width) as f64 / width as f64);
                    assert!((basis[(t, wave.columns.start)] - norm * angle.cos()).abs() < 1e-13);
                    let sine = basis[(t, wave.columns.end - 1)] - norm * angle.sin();
                    assert!(wave.is_alone() || sine.abs() < 1e-13, "{:?}", wave.frequency);
                }
            }
        }
    }

    #[test]
    fn waves_are_an_orthonormal_basis() {
        for (height, width) in SIZES {
            let torus = Torus::new(height, width);
            let basis = torus.basis();
            let found = product_tn(&basis, &basis);
            assert!((found - Matrix::identity(height * width, height * width)).amax() < 1e-14, "{height} x {width}");
            assert_eq!(torus.waves()[0].frequency, (0, 0));
            assert_eq!(torus.waves().last().unwrap().columns.end, torus.positions());
        }
    }

    // The mean over the neighbours of a wave is the wave times its gain.
    #[test]
    fn waves_are_eigenfunctions_of_the_pooling() {
        for (height, width) in SIZES {
            let torus = Torus::new(height, width);
            let basis = torus.basis();
            for wave in torus.waves() {
                let gain = torus.pooling_gain(wave, 0.7);
                for column in wave.columns.clone() {
                    let at = |row: usize, column_of: usize| basis[(row % height * width + column_of % width, column)];
                    for position in 0..torus.positions() {
                        let (row, across) = (position / width + height, position % width + width);
                        let around = (0..9).map(|i| at(row + i / 3 - 1, across + i % 3 - 1)).sum::<f64>() / 9.0;
                        let pooled = 0.3 * at(row, across) + 0.7 * around;
                        assert!((pooled - gain * at(row, across)).abs() < 1e-14);
                    }
                }
            }
        }
    }

    #[test]
    fn degrees_count_as_in_the_plane() {
        let torus = Torus::new(13, 13);
        let of = |degree: usize| {
            torus.waves().iter().filter(|w| w.degree() == degree).map(|w| w.columns.len()).sum::<usize>()
        };
        assert_eq!([0, 1, 2, 3].map(of), [1, 4, 8, 12]);
    }
}
