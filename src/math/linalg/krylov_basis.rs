//! The orthonormal basis of a Krylov iteration, and the operator applied to it.

use super::blocks::{Block, BlockMut, Onto, Product};
use super::{
    Cholesky, Eigen, Matrix, leading_columns, orthonormal_basis, product, scale_columns, sym_eigen,
    symmetric_product_tn, symmetrise,
};
use crate::math::error::MathError;

/// Vectors and their images, in the columns of memory that is made once.
#[derive(Debug)]
pub(super) struct Basis {
    vectors: Matrix,
    images: Matrix,
    width: usize,
}

// Below this share of the image's norm what is left outside of the basis is known to fewer than ten digits.
const LITTLE_LEFT: f64 = 1e-6;

impl Basis {
    /// An empty one, of at most `most` vectors.
    pub(super) fn new(size: usize, most: usize) -> Self {
        Self { vectors: Matrix::zeros(size, most), images: Matrix::zeros(size, most), width: 0 }
    }

    /// The number of vectors.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// Appends a block with its image; returns the next block, orthonormal to the whole basis.
    pub(super) fn extend(&mut self, block: &Matrix, image: Matrix) -> Matrix {
        let (first, count) = (self.width, block.ncols());
        self.vectors.columns_mut(first, count).copy_from(block);
        self.images.columns_mut(first, count).copy_from(&image);
        self.width += count;
        let largest = image.column_iter().map(|c| c.norm()).fold(0.0, f64::max);
        let mut next = image;
        for scale in [largest, 1.0] {
            self.project_out(&mut next);
            match orthonormalised(&next, scale) {
                Some(q) => next = q,
                None => return self.cleared_of_noise(next),
            }
        }
        next
    }

    // Once loses orthogonality where the image nearly lies in the basis, twice is enough unless the space is exhausted and
    // the rest is noise; the third pass makes that noise a fresh direction.
    fn cleared_of_noise(&self, mut next: Matrix) -> Matrix {
        for _ in 0..3 {
            next = orthonormal_basis(&next);
            self.project_out(&mut next);
        }
        orthonormal_basis(&next)
    }

    fn project_out(&self, next: &mut Matrix) {
        let (rows, columns) = next.shape();
        let mut shares = Matrix::zeros(self.width, columns);
        let into = BlockMut::dense(shares.as_mut_slice(), self.width, columns);
        let whole = self.part(&self.vectors);
        f64::multiply(into, Onto::Replace, 1.0, (whole.transposed(), dense(next)));
        f64::multiply(BlockMut::dense(next.as_mut_slice(), rows, columns), Onto::Add, -1.0, (whole, dense(&shares)));
    }

    fn part<'a>(&self, of: &'a Matrix) -> Block<'a, f64> {
        Block::dense(&of.as_slice()[..of.nrows() * self.width], of.nrows(), self.width)
    }

    fn combined(&self, of: &Matrix, coordinates: &Matrix) -> Matrix {
        let mut out = Matrix::zeros(of.nrows(), coordinates.ncols());
        let into = BlockMut::dense(out.as_mut_slice(), of.nrows(), coordinates.ncols());
        f64::multiply(into, Onto::Replace, 1.0, (self.part(of), dense(coordinates)));
        out
    }

    /// Vectors that are given by their coordinates in the basis.
    pub(super) fn vectors(&self, coordinates: &Matrix) -> Matrix {
        self.combined(&self.vectors, coordinates)
    }

    /// Rayleigh–Ritz: the eigenpairs of the operator restricted to the basis, in its coordinates, ascending.
    pub(super) fn ritz_pairs(&self) -> Result<Eigen, MathError> {
        let mut restricted = Matrix::zeros(self.width, self.width);
        let into = BlockMut::dense(restricted.as_mut_slice(), self.width, self.width);
        let factors = (self.part(&self.vectors).transposed(), self.part(&self.images));
        f64::multiply(into, Onto::Replace, 1.0, factors);
        symmetrise(&mut restricted);
        sym_eigen(&restricted)
    }

    /// The largest residual of some pairs, relative to the largest |λ|, which is the first; 0 for the zero operator.
    pub(super) fn residual(&self, pairs: &Eigen) -> f64 {
        let mut residual = self.vectors(&pairs.vectors);
        scale_columns(&mut residual, &pairs.values);
        residual -= self.combined(&self.images, &pairs.vectors);
        let scale = pairs.values.first().map_or(0.0, |v| v.abs());
        let largest = residual.column_iter().map(|r| r.norm()).fold(0.0, f64::max);
        if largest == 0.0 { 0.0 } else { largest / scale }
    }

    /// Replaces the basis by the given Ritz vectors. The next block stays valid: it is orthogonal to all of the old basis.
    pub(super) fn restart(&mut self, coordinates: &Matrix) {
        let (vectors, images) = (self.vectors(coordinates), self.combined(&self.images, coordinates));
        self.width = coordinates.ncols();
        self.vectors.columns_mut(0, self.width).copy_from(&vectors);
        self.images.columns_mut(0, self.width).copy_from(&images);
    }
}

fn dense(a: &Matrix) -> Block<'_, f64> {
    Block::dense(a.as_slice(), a.nrows(), a.ncols())
}

// `A L^{-ᵀ}` with `AᵀA = L Lᵀ`: products alone, where Householder's reflections are passes over the columns. Twice, with
// the projections between, it is orthonormal to rounding; nothing where A has no full rank to some digits of `scale`.
fn orthonormalised(a: &Matrix, scale: f64) -> Option<Matrix> {
    let factor = Cholesky::new(&symmetric_product_tn(a, a), 0.0).ok()?;
    let enough = factor.smallest_pivot() > LITTLE_LEFT * scale;
    enough.then(|| product(a, &factor.solve_transposed(Matrix::identity(a.ncols(), a.ncols()))))
}

/// The leading `count` pairs. Shapes: m pairs -> count pairs.
pub(super) fn leading(pairs: &Eigen, count: usize) -> Eigen {
    let count = count.min(pairs.values.len());
    Eigen { values: pairs.values[..count].to_vec(), vectors: leading_columns(&pairs.vectors, count) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::{gram, product_tn};
    use crate::math::random::Stream;

    fn departure(basis: &Basis, next: &Matrix) -> f64 {
        let vectors = leading_columns(&basis.vectors, basis.width);
        let own = product_tn(next, next) - Matrix::identity(next.ncols(), next.ncols());
        own.amax().max(product_tn(&vectors, next).amax())
    }

    #[test]
    fn blocks_are_orthonormal_whether_much_or_nothing_is_left_outside() {
        let stream = Stream::new(5, "test-krylov", 0);
        let a = gram(&stream.normal_columns(90, 0, 90));
        // rank 6: from the second block on there is noise alone
        let low = gram(&stream.normal_columns(90, 100, 6));
        for (operator, blocks) in [(a, 8), (low, 4)] {
            let mut basis = Basis::new(90, 10 * blocks);
            let mut next = orthonormal_basis(&stream.normal_columns(90, 200, 10));
            for _ in 0..blocks {
                let image = product(&operator, &next);
                next = basis.extend(&next, image);
                assert!(departure(&basis, &next) < 1e-13, "{}", departure(&basis, &next));
            }
            let pairs = basis.ritz_pairs().unwrap();
            basis.restart(&leading_columns(&pairs.vectors, 15));
            assert!(basis.width() == 15 && departure(&basis, &next) < 1e-13);
        }
    }
}
