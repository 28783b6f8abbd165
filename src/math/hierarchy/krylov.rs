//! Block Krylov searches for the leading eigenpairs of several moment operators, all of them fed by one pass over the
//! samples.

use super::features::Streamed;
use super::pass::{Term, moments_times};
use crate::math::error::{MathError, check_range};
use crate::math::linalg::eigen::{Found, order_by_magnitude, truncate};
use crate::math::linalg::{
    Block, BlockMut, Eigen, Matrix, Onto, Product as _, canonical_signs, leading_columns, orthonormal_basis, product,
    scale_columns, sym_eigen, symmetrise,
};
use crate::math::random::Stream;

/// What is asked of a search, and how far it may go.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Number k of eigenpairs.
    pub keep: usize,
    /// Vectors that are multiplied at once, at least k.
    pub block: usize,
    /// Residual ‖Cv − λv‖ relative to the largest |λ| at which a search ends.
    pub tolerance: f64,
    /// Passes over the samples after which it ends whatever the residual is.
    pub passes: usize,
}

impl Wanted {
    /// Blocks of k + 1 vectors or a few more. Shapes: -> k pairs. Units: the tolerance is relative.
    ///
    /// Wider blocks hardly spare a pass: at d = 60 and the largest size 13 with 8 vectors or 12, 11 with 24.
    /// Source: ours, measured.
    pub const fn guarded(keep: usize, tolerance: f64, passes: usize) -> Self {
        Self { keep, block: guarded_block(keep), tolerance, passes }
    }
}

/// The width of a block for k pairs and a guard: `k + 1`, up to a multiple of 4, as the kernels of products take 4 columns
/// at once. Units: vectors.
pub const fn guarded_block(keep: usize) -> usize {
    (keep + 1).next_multiple_of(4)
}

/// The leading eigenpairs, by |λ|, of `C_i = (1/n_i) Σ_{j<n_i} w_ij φ_j φ_jᵀ` for several sets of weights: each pass
/// over the samples serves all searches that have not ended. Eigenvectors have canonical signs.
///
/// Shapes: sets of n_i weights -> k values, P x k vectors for each, in the order of the sets.
/// Units: the tolerance is relative to the largest |λ|.
/// Cost: a lift of the largest n_i that is still searched, and 4 n_i P b for each search, a pass; b the block.
/// Source: Golub and Underwood, *The block Lanczos method for computing eigenvalues* (1977),
/// doi:10.1016/B978-0-12-587260-7.50018-2, with all of the basis kept.
///
/// # Errors
/// [`MathError::Range`] where more pairs are asked for than a block or the space has; numeric errors of the restricted
/// problem, those of the interrupt.
pub fn leading_of_moments<E: From<MathError>>(
    features: &Streamed<'_, E>,
    weights: &[&[f64]],
    wanted: Wanted,
) -> Result<Vec<Found>, E> {
    let mut searches = vec![Search::new(features.width(), wanted)?; weights.len()];
    loop {
        let open: Vec<usize> = (0..searches.len()).filter(|&i| !searches[i].ended()).collect();
        if open.is_empty() {
            return Ok(searches.iter().map(Search::found).collect());
        }
        let terms: Vec<Term<'_>> =
            open.iter().map(|&i| Term { weights: weights[i], directions: &searches[i].next }).collect();
        let images = moments_times(features, &terms)?;
        for (i, image) in open.into_iter().zip(images) {
            searches[i].absorb(image)?;
        }
    }
}

// One search: an orthonormal basis of the Krylov space, and the operator restricted to it.
#[derive(Clone)]
struct Search {
    size: usize,
    wanted: Wanted,
    passes: usize,
    // column after column
    basis: Vec<f64>,
    // orthonormal to the basis; no columns once the space is exhausted
    next: Matrix,
    restricted: Matrix,
    ritz: Eigen,
    residual: f64,
}

impl Search {
    fn new(size: usize, wanted: Wanted) -> Result<Self, MathError> {
        check_range(wanted.keep <= size, "number of eigenpairs", wanted.keep as f64, "at most the number of features")?;
        check_range(wanted.keep <= wanted.block, "number of eigenpairs", wanted.keep as f64, "at most a block's")?;
        let start = Stream::new(0, "krylov-start", wanted.keep as u64).normal_columns(size, 0, wanted.block.min(size));
        let ritz = Eigen { values: Vec::new(), vectors: Matrix::zeros(0, 0) };
        let (basis, next, restricted) = (Vec::new(), orthonormal_basis(&start), Matrix::zeros(0, 0));
        Ok(Self { size, wanted, passes: 0, basis, next, restricted, ritz, residual: f64::INFINITY })
    }

    fn width(&self) -> usize {
        self.restricted.ncols()
    }

    fn ended(&self) -> bool {
        let enough = self.width() >= self.wanted.keep && self.residual <= self.wanted.tolerance;
        enough || self.passes >= self.wanted.passes || self.next.ncols() == 0
    }

    // Takes the operator's image of `next` into the basis.
    fn absorb(&mut self, image: Matrix) -> Result<(), MathError> {
        let block = std::mem::replace(&mut self.next, Matrix::zeros(self.size, 0));
        let width = self.width();
        self.basis.reserve_exact(block.len());
        self.basis.extend_from_slice(block.as_slice());
        self.passes += 1;
        let (rest, coefficients) = self.orthogonalised(image, 2);
        let columns = coefficients.ncols();
        let mut restricted =
            std::mem::replace(&mut self.restricted, Matrix::zeros(0, 0)).resize(width + columns, width + columns, 0.0);
        restricted.columns_mut(width, columns).copy_from(&coefficients);
        for j in width..width + columns {
            for i in 0..width {
                restricted[(j, i)] = restricted[(i, j)];
            }
        }
        let mut last = restricted.view((width, width), (columns, columns)).into_owned();
        symmetrise(&mut last);
        restricted.view_mut((width, width), (columns, columns)).copy_from(&last);
        self.restricted = restricted;
        self.solve(&rest)?;
        self.next = self.following(&rest);
        Ok(())
    }

    fn basis(&self) -> Block<'_, f64> {
        Block::dense(&self.basis, self.size, self.basis.len() / self.size)
    }

    // What of some columns is orthogonal to the basis, and the coefficients of the rest in it.
    fn orthogonalised(&self, mut columns: Matrix, times: usize) -> (Matrix, Matrix) {
        let (width, count) = (self.basis().shape().1, columns.ncols());
        let mut coefficients = Matrix::zeros(width, count);
        let mut along = Matrix::zeros(width, count);
        for _ in 0..times {
            let factors = (self.basis().transposed(), Block::dense(columns.as_slice(), self.size, count));
            f64::multiply(BlockMut::dense(along.as_mut_slice(), width, count), Onto::Replace, 1.0, factors);
            let factors = (self.basis(), Block::dense(along.as_slice(), width, count));
            f64::multiply(BlockMut::dense(columns.as_mut_slice(), self.size, count), Onto::Add, -1.0, factors);
            coefficients += &along;
        }
        (columns, coefficients)
    }

    // Rayleigh–Ritz. The operator takes the basis into the basis, but for what `rest` holds of the last block's image: a
    // pair's residual is that part.
    fn solve(&mut self, rest: &Matrix) -> Result<(), MathError> {
        let eigen = sym_eigen(&self.restricted)?;
        let order = order_by_magnitude(&eigen.values);
        self.ritz = truncate(eigen, self.wanted.keep.min(order.len()));
        let last = self.ritz.vectors.rows(self.width() - rest.ncols(), rest.ncols()).into_owned();
        let largest = product(rest, &last).column_iter().map(|r| r.norm()).fold(0.0, f64::max);
        let scale = self.ritz.values.first().map_or(0.0, |v| v.abs());
        self.residual = if largest == 0.0 { 0.0 } else { largest / scale };
        Ok(())
    }

    // The next block. Where the image lies in the basis but for rounding, what is left is noise: made orthogonal again, it
    // is a fresh direction.
    fn following(&self, rest: &Matrix) -> Matrix {
        let room = self.size - self.width();
        let rest = if room < rest.ncols() { leading_columns(rest, room) } else { rest.clone() };
        if rest.ncols() == 0 {
            return rest;
        }
        orthonormal_basis(&self.orthogonalised(orthonormal_basis(&rest), 2).0)
    }

    fn found(&self) -> Found {
        let (width, keep) = self.ritz.vectors.shape();
        let mut vectors = Matrix::zeros(self.size, keep);
        let factors = (self.basis(), Block::dense(self.ritz.vectors.as_slice(), width, keep));
        f64::multiply(BlockMut::dense(vectors.as_mut_slice(), self.size, keep), Onto::Replace, 1.0, factors);
        // The second stage is not blind to a sign of ĥ1: without this a curve would depend on the solver.
        let signs = canonical_signs(&vectors);
        scale_columns(&mut vectors, &signs);
        let eigen = Eigen { values: self.ritz.values.clone(), vectors };
        Found { eigen, residual: self.residual, products: self.width() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::features::{CentredLayer, Inputs as _, Source, StreamedInputs};
    use super::*;
    use crate::math::linalg::double;
    use crate::math::lofi::moment::signed_moment;

    const WIDTH: usize = 120;

    // 2500 samples of 10 inputs with labels that favour two quadratic directions
    fn with_samples(check: impl Fn(&Streamed<'_, MathError>, &Matrix, &[f64])) {
        let calm = || Ok(());
        let (inputs, layer) = (StreamedInputs::new(1, 0, 10), CentredLayer::draw((1, 0), 10, WIDTH));
        let x = inputs.rows(0..2500);
        let labels: Vec<f64> = x.row_iter().map(|r| (r[0] * r[1] + 0.8 * r[2] * r[3]).tanh()).collect();
        let source = Source { inputs: &inputs, layer: &layer, rows: 2500, interrupt: &calm };
        check(&Streamed::new(source, 0).unwrap(), &double(&layer.apply(&x)), &labels);
    }

    // The plain route: the matrix, and all of its eigenpairs.
    fn plainly(z: &Matrix, labels: &[f64], keep: usize) -> Eigen {
        let operator = signed_moment(&z.rows(0, labels.len()).into_owned(), labels).unwrap();
        truncate(sym_eigen(&operator).unwrap(), keep)
    }

    #[test]
    fn every_search_finds_the_pairs_of_its_own_matrix() {
        with_samples(|streamed, z, labels| {
            let reversed: Vec<f64> = labels.iter().rev().copied().collect();
            let sets = [&labels[..300], labels, &reversed[..1500], &labels[..7]];
            for wanted in [Wanted::guarded(3, 1e-5, 100), Wanted { keep: 1, block: 1, tolerance: 1e-5, passes: 120 }] {
                let found = leading_of_moments(streamed, &sets, wanted).unwrap();
                for (found, weights) in found.iter().zip(sets) {
                    let plain = plainly(z, weights, wanted.keep);
                    assert!(found.residual <= 1e-5, "{}", found.residual);
                    for k in 0..wanted.keep {
                        let difference = found.eigen.values[k] - plain.values[k];
                        assert!(difference.abs() < 1e-5 * plain.values[0].abs(), "n = {}: {difference}", weights.len());
                        let aligned = found.eigen.vectors.column(k).dot(&plain.vectors.column(k)).abs();
                        assert!(aligned > 1.0 - 1e-6, "n = {}: {aligned}", weights.len());
                    }
                }
            }
        });
    }

    #[test]
    fn a_search_does_not_depend_on_those_beside_it() {
        with_samples(|streamed, _, labels| {
            let wanted = Wanted::guarded(3, 1e-4, 20);
            let among = leading_of_moments(streamed, &[labels, &labels[..900]], wanted).unwrap();
            let alone = leading_of_moments(streamed, &[&labels[..900]], wanted).unwrap();
            assert_eq!(among[1].products, alone[0].products);
            assert!((&among[1].eigen.vectors - &alone[0].eigen.vectors).amax() < 1e-5);
        });
    }

    // The residual that is told is that of the pairs, also where a search was stopped early.
    #[test]
    fn residual_is_told_and_falls_with_the_passes() {
        with_samples(|streamed, z, labels| {
            let operator = signed_moment(z, labels).unwrap();
            let after = |passes| {
                let found =
                    leading_of_moments(streamed, &[labels], Wanted::guarded(3, 1e-9, passes)).unwrap().remove(0);
                let mut rest = product(&operator, &found.eigen.vectors);
                let mut scaled = found.eigen.vectors.clone();
                scale_columns(&mut scaled, &found.eigen.values);
                rest -= scaled;
                let largest = rest.column_iter().map(|r| r.norm()).fold(0.0, f64::max);
                assert_eq!(found.products, guarded_block(3) * passes);
                assert!((largest / found.eigen.values[0].abs() - found.residual).abs() < 1e-5);
                found.residual
            };
            let (two, four, eight) = (after(2), after(4), after(8));
            assert!(two > four && four > 2.0 * eight, "{two} {four} {eight}");
        });
    }

    #[test]
    fn more_pairs_than_a_block_or_the_space_has_are_refused() {
        with_samples(|streamed, _, labels| {
            let with = |keep, block| Wanted { keep, block, tolerance: 1e-3, passes: 3 };
            assert!(leading_of_moments(streamed, &[labels], with(4, 3)).is_err());
            assert!(leading_of_moments(streamed, &[labels], with(WIDTH + 1, WIDTH + 1)).is_err());
        });
    }
}
