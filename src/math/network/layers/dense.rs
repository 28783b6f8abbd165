//! The fully connected layer.

use super::layer::Placed;
use super::passing::{Gradients, Values};
use crate::math::linalg::{Block, BlockMut, Onto};
use crate::math::network::scalar::{Scalar, SumOf, vectorised};

/// `Y = m X W + b`. Shapes: n x d, d x p -> n x p. Units: those of X, as weights are dimensionless. Cost: 2ndp.
pub fn forward<T: Scalar>(placed: &Placed, parameters: &[T], (x, y): (&[T], &mut [T]), rows: usize) {
    let (inputs, units) = (placed.fan_in(), placed.units());
    let onto = fill_with_bias(&parameters[placed.bias.clone()], y, rows);
    let factors = (Block::dense(x, rows, inputs), Block::dense(&parameters[placed.weights.clone()], inputs, units));
    T::multiply(BlockMut::dense(y, rows, units), onto, T::of(placed.multiplier), factors);
}

/// Writes each unit's bias into its column; says whether a product is to be added. Shapes: p -> n x p, or nothing where
/// there is no bias. Cost: np.
pub fn fill_with_bias<T: Scalar>(bias: &[T], y: &mut [T], rows: usize) -> Onto {
    if bias.is_empty() || rows == 0 {
        return Onto::Replace;
    }
    y.chunks_exact_mut(rows).zip(bias).for_each(|(column, &b)| column.fill(b));
    Onto::Add
}

/// `dW += m Xᵀ dY`, `db += Σ dY`, `dX = m dY Wᵀ`.
///
/// Shapes: n x p -> d x p and p, and n x d where wanted. Units: those of the loss over those of what is differentiated
/// by.
/// Cost: 4ndp, half of it where dX is not wanted.
pub fn backward<T: Scalar>(placed: &Placed, values: &Values<'_, T>, out: &mut Gradients<'_, T>, rows: usize) {
    let (inputs, units) = (placed.fan_in(), placed.units());
    let factor = T::of(placed.multiplier);
    let upstream = Block::dense(values.upstream, rows, units);
    let into = BlockMut::dense(&mut out.parameters[placed.weights.clone()], inputs, units);
    T::multiply(into, Onto::Add, factor, (Block::dense(values.input, rows, inputs).transposed(), upstream));
    add_column_sums(values.upstream, &mut out.parameters[placed.bias.clone()], rows);
    if let Some(dx) = out.input.as_deref_mut() {
        let weights = Block::dense(&values.parameters[placed.weights.clone()], inputs, units);
        T::multiply(BlockMut::dense(dx, rows, inputs), Onto::Replace, factor, (upstream, weights.transposed()));
    }
}

/// Adds the sum of each column to its bias' gradient. Shapes: n x p -> p, or nothing where there is no bias. Cost: np.
pub fn add_column_sums<T: Scalar>(upstream: &[T], bias: &mut [T], rows: usize) {
    if rows > 0 {
        bias.iter_mut().zip(upstream.chunks_exact(rows)).for_each(|(b, column)| *b += vectorised(SumOf(column)));
    }
}
