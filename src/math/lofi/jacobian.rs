//! What a direction in feature space responds to in the input: the mean magnitude of its gradient.

use super::feature_stack::{FeatureStack, RowSource};
use crate::math::error::{MathError, check_range};
use crate::math::linalg::Matrix;

/// The importance of each input coordinate to each direction of a layer, `I_k = (1/n) Σ_i |∇_x v_kᵀz_ℓ(x_i)|`, entry by
/// entry.
///
/// Shapes: n samples of d given by `rows`, P x K -> d x K. Cost: 2n K (d P_0 + Σ (P_{ℓ-1} + P_ℓ) K_{ℓ-1}), a bounded
/// number of inputs at once.
/// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory, Jacobian importance.
///
/// # Errors
/// [`MathError::Shape`] where the inputs or the directions do not fit the layer, [`MathError::Range`] for no input or an
/// activation without [`super::slope::slope`], and whatever `rows` returns.
pub fn importance<E: From<MathError>>(
    stack: &FeatureStack,
    layer: usize,
    directions: &Matrix,
    inputs: RowSource<'_, E>,
) -> Result<Matrix, E> {
    let n = inputs.count;
    check_range(n > 0, "number of inputs", n as f64, "at least 1")?;
    let mut out = Matrix::zeros(stack.input_dim(), directions.ncols());
    for range in stack.blocks(n) {
        let trace = stack.trace(&(inputs.rows)(range)?, layer)?;
        for (mut importance, v) in out.column_iter_mut().zip(directions.column_iter()) {
            let gradient = stack.gradient_of_projection(&trace, v.as_slice())?;
            for (sum, column) in importance.iter_mut().zip(gradient.column_iter()) {
                *sum += column.iter().map(|g| g.abs()).sum::<f64>() / n as f64;
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::activation::Activation;
    use crate::math::lofi::feature_stack::Unfitted;
    use crate::math::lofi::random_features::draw_weights;
    use crate::math::random::Stream;
    use std::ops::Range;

    const WIDTHS: [(usize, usize, usize); 2] = [(4, 9, 3), (3, 8, 2)];

    fn sample(activation: Activation) -> (Matrix, FeatureStack) {
        let x = Stream::new(5, "test-data", 0).normal_columns(7, 0, 4);
        let layer = |(layer, (input, width, keep)): (u64, (usize, usize, usize))| Unfitted {
            weights: draw_weights(2, layer, input, width),
            activation,
            directions: Stream::new(5, "test-filter", layer).normal_columns(width, 0, keep),
            single: false,
        };
        let layers = (0..).zip(WIDTHS).map(layer).collect();
        let (stack, _) = FeatureStack::fit(of(&x), layers).unwrap();
        (x, stack)
    }

    // the rows of a matrix as inputs; leaked, since a test may
    fn of(x: &Matrix) -> RowSource<'static, MathError> {
        let x = x.clone();
        let rows = Box::leak(Box::new(move |r: Range<usize>| Ok(x.rows(r.start, r.len()).into_owned())));
        RowSource { count: 7, rows }
    }

    fn directions() -> Matrix {
        Stream::new(5, "test-direction", 1).normal_columns(8, 0, 3)
    }

    #[test]
    fn importance_is_the_mean_magnitude_of_the_difference_quotient() {
        const STEP: f64 = 1e-5;
        let (x, stack) = sample(Activation::Tanh);
        let whole = importance(&stack, 1, &directions(), of(&x)).unwrap();
        assert!(whole.min() >= 0.0);
        for j in 0..4 {
            let moved = |by: f64| {
                let mut x = x.clone();
                x.column_mut(j).add_scalar_mut(by);
                stack.representation(&x, 1).unwrap() * directions()
            };
            let quotient = ((moved(STEP) - moved(-STEP)) / (2.0 * STEP)).abs();
            assert!((0..3).all(|k| (whole[(j, k)] - quotient.column(k).mean()).abs() < 1e-9));
        }
    }

    #[test]
    fn importance_adds_up_over_samples_and_does_not_depend_on_the_block() {
        let (x, stack) = sample(Activation::Gelu);
        let whole = importance(&stack, 1, &directions(), of(&x)).unwrap();
        let part = |start, count| {
            let part = RowSource { count, ..of(&x.rows(start, count).into_owned()) };
            importance(&stack, 1, &directions(), part).unwrap() * count as f64
        };
        assert!((&whole - (part(0, 3) + part(3, 4)) / 7.0).amax() < 1e-15);
        let one_by_one = (0..7).map(|i| part(i, 1)).sum::<Matrix>() / 7.0;
        assert!((&whole - one_by_one).amax() < 1e-15);
    }

    // A linear network's gradient is the same everywhere: |W_0 V_0 W_1 v|/(c_0 c_1 √(P_0 P_1)).
    #[test]
    fn importance_of_a_linear_network_is_its_weights() {
        let (x, stack) = sample(Activation::Identity);
        let [first, second] = stack.layers() else { panic!("two layers") };
        let product = &first.lift.weights * &first.directions * &second.lift.weights * directions();
        let expected = product.abs() / (first.lift.scale * second.lift.scale * 72.0_f64.sqrt());
        assert!((importance(&stack, 1, &directions(), of(&x)).unwrap() - expected).amax() < 1e-14);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (x, stack) = sample(Activation::Erf);
        assert!(importance(&stack, 1, &Matrix::zeros(9, 1), of(&x)).is_err());
        assert!(importance(&stack, 1, &directions(), RowSource { count: 0, ..of(&x) }).is_err());
        assert!(importance(&stack, 2, &directions(), of(&x)).is_err());
        assert!(importance(&stack, 1, &directions(), of(&Matrix::zeros(7, 3))).is_err());
        let (x, step) = sample(Activation::Step);
        assert!(importance(&step, 0, &Matrix::zeros(9, 1), of(&x)).is_err());
    }
}
