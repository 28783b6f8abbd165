//! Gram matrices in single precision.

use super::matrix::{SingleMatrix, view_single, view_single_mut};
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, Par};

/// The lower half of the Gram matrix `A Aᵀ` in single precision, in place of what `out` holds.
/// Shapes: n x d -> n x n. Cost: n²d. Panics where sizes differ.
pub fn set_gram_single(out: &mut SingleMatrix, a: &SingleMatrix) {
    let (half, full) = (BlockStructure::TriangularLower, BlockStructure::Rectangular);
    let (left, right) = (view_single(a), view_single(a).transpose());
    triangular::matmul(view_single_mut(out), half, Accum::Replace, left, full, right, full, 1.0, Par::Seq);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::{double, gram, mirror_lower, single};
    use crate::math::random::Stream;

    #[test]
    fn lower_half_is_that_of_the_gram_matrix_and_what_was_there_is_gone() {
        let a = Stream::new(2, "test-gram", 0).normal_columns(70, 0, 40);
        let mut half = SingleMatrix::from_element(70, 70, 9.0);
        set_gram_single(&mut half, &single(&a));
        let mut mirrored = double(&half);
        mirror_lower(&mut mirrored);
        assert!((mirrored - gram(&a)).amax() < 5e-5);
    }
}
