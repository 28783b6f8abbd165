//! A trained network's weights that give LoFi's features.

use crate::math::error::{MathError, check_size};
use crate::math::linalg::{Matrix, product};
use crate::math::lofi::random_features::RandomLayer;

/// The weights M of a dense layer with `σ(Mᵀ a) = √P z`, where `z = σ(hᵀ W/c)/√P` is a LoFi lift of `h = Vᵀ z'` and
/// `a = √P' z'` are the layer before's units: `M = V W/(c √P')`. Without a filter before it, h is the sample itself and
/// `M = W/c`.
///
/// So a plain network whose layers have these weights has LoFi's features, each layer's times √P: the filter is a linear
/// map between two lifts, and a linear map followed by a layer is a layer.
///
/// Shapes: P' x k and k x P -> P' x P; or d x P alone. Cost: 2kP'P.
/// Source: arXiv 2605.13612 (its advice to begin gradient descent from LoFi's features); the composition is ours.
///
/// # Errors
/// [`MathError::Shape`] where the filter keeps another number of directions than the lift takes.
pub fn composed_weights(filter: Option<&Matrix>, lift: &RandomLayer) -> Result<Matrix, MathError> {
    let Some(directions) = filter else { return Ok(&lift.weights / lift.scale) };
    check_size("directions of the filter", directions.ncols(), lift.weights.nrows())?;
    let mut weights = product(directions, &lift.weights);
    weights /= lift.scale * (directions.nrows() as f64).sqrt();
    Ok(weights)
}
