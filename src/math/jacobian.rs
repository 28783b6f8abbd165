//! What a direction in feature space responds to in the input: gradients of its projection, and weighted means.

use super::activation::Activation;
use super::error::{MathError, check_range, check_size};
use super::linalg::{Matrix, product, product_nt, product_tn, scale_columns};
use super::maps::bounded_blocks;
use super::random_features::RandomLayer;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, PI, SQRT_2};

/// The derivative of an activation; `None` for those that have none of use: [`Activation::Step`], zero almost everywhere,
/// and [`Activation::ReluNormalized`], which does not act on each entry alone.
///
/// It is 0 at a kink, as in the reference implementation's automatic differentiation.
pub fn slope(activation: Activation) -> Option<fn(f64) -> f64> {
    Some(match activation {
        Activation::Sigmoid => |x| {
            let s = 1.0 / (1.0 + (-x).exp());
            s * (1.0 - s)
        },
        Activation::Tanh => |x| 1.0 - x.tanh().powi(2),
        Activation::Relu => |x| within(x, 0.0, f64::INFINITY),
        Activation::Relu6 => |x| within(x, 0.0, 6.0),
        Activation::CappedRelu => |x| within(x, 0.0, 1.0),
        Activation::Erf => |x| FRAC_2_SQRT_PI * (-x * x).exp(),
        Activation::Gelu => gelu_slope,
        Activation::Poly2 => |x| 2.0 * x,
        Activation::Poly3 => |x| 3.0 * x * x,
        Activation::Cos => |x| -x.sin(),
        Activation::Sin => f64::cos,
        Activation::Rbf => |x| 2.0 * (SQRT_2 * x + 0.25 * PI).cos(),
        Activation::Identity => |_| 1.0,
        Activation::CentredRelu => |x| within(x, 0.0, f64::INFINITY) - 0.5,
        Activation::Step | Activation::ReluNormalized => return None,
    })
}

fn within(x: f64, low: f64, high: f64) -> f64 {
    if low < x && x < high { 1.0 } else { 0.0 }
}

// (x Φ(x))' = Φ(x) + x φ(x)
fn gelu_slope(x: f64) -> f64 {
    let density = 0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI * (-0.5 * x * x).exp();
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2) + x * density
}

/// The gradient of projections of a random layer's representation with respect to its input.
#[derive(Debug, Clone, Copy)]
pub struct Gradient<'a> {
    layer: &'a RandomLayer,
    slope: fn(f64) -> f64,
}

impl<'a> Gradient<'a> {
    /// The gradient of a layer; `None` where its activation has no [`slope`].
    pub fn of(layer: &'a RandomLayer) -> Option<Self> {
        Some(Self { layer, slope: slope(layer.activation)? })
    }

    /// The gradient of one projection at each input: `∇_x vᵀz(x) = W (v ∘ σ'(Wᵀx/c))/(c √P)`.
    ///
    /// Shapes: n x d, P -> n x d. Cost: 4ndP.
    /// Source: the derivative of `z = σ(hᵀ W / c)/√P`, arXiv 2605.13612.
    ///
    /// # Errors
    /// [`MathError::Shape`] where the inputs or the direction do not fit the layer.
    pub fn of_projection(&self, inputs: &Matrix, direction: &[f64]) -> Result<Matrix, MathError> {
        check_size("length of a direction", direction.len(), self.layer.weights.ncols())?;
        Ok(self.through(self.slopes(inputs)?, direction))
    }

    /// The importance of each input coordinate to each direction, `I_k = (1/n) Σ_i |∇_x v_kᵀz(x_i)|`, entry by entry.
    ///
    /// Shapes: n x d, P x K -> d x K. Cost: 2ndP (K + 1), a bounded number of inputs at once.
    /// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory, Jacobian importance.
    ///
    /// # Errors
    /// [`MathError::Shape`] where the inputs or the directions do not fit the layer, [`MathError::Range`] for no input.
    pub fn importance(&self, inputs: &Matrix, directions: &Matrix) -> Result<Matrix, MathError> {
        let (n, (d, width)) = (inputs.nrows(), self.layer.weights.shape());
        check_size("length of a direction", directions.nrows(), width)?;
        check_range(n > 0, "number of inputs", n as f64, "at least 1")?;
        let mut out = Matrix::zeros(d, directions.ncols());
        for range in bounded_blocks(n, d + width) {
            let slopes = self.slopes(&inputs.rows(range.start, range.len()).into_owned())?;
            for (mut importance, v) in out.column_iter_mut().zip(directions.column_iter()) {
                let gradient = self.through(slopes.clone(), v.as_slice());
                for (sum, column) in importance.iter_mut().zip(gradient.column_iter()) {
                    *sum += column.iter().map(|g| g.abs()).sum::<f64>() / n as f64;
                }
            }
        }
        Ok(out)
    }

    // σ'(XW/c), n x P.
    fn slopes(&self, inputs: &Matrix) -> Result<Matrix, MathError> {
        check_size("columns of the input", inputs.ncols(), self.layer.weights.nrows())?;
        let mut slopes = product(inputs, &self.layer.weights);
        slopes.iter_mut().for_each(|x| *x = (self.slope)(*x / self.layer.scale));
        Ok(slopes)
    }

    // Back through the weights, n x P -> n x d.
    fn through(&self, mut slopes: Matrix, direction: &[f64]) -> Matrix {
        let factor = 1.0 / (self.layer.scale * (direction.len() as f64).sqrt());
        let scaled: Vec<f64> = direction.iter().map(|v| v * factor).collect();
        scale_columns(&mut slopes, &scaled);
        product_nt(&slopes, &self.layer.weights)
    }
}

/// The mean of the inputs weighted by their projections, `Σ_i p_ik x_i / max(Σ_i |p_ik|, 1e-8)`, one column for each k.
///
/// Shapes: n x d, n x K -> d x K. Cost: 2ndK.
/// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory, projection-weighted mean.
///
/// # Errors
/// [`MathError::Shape`] where the numbers of rows differ.
pub fn projection_weighted_mean(inputs: &Matrix, projections: &Matrix) -> Result<Matrix, MathError> {
    // the reference's guard: where nothing projects, the mean is zero
    const SMALLEST_WEIGHT: f64 = 1e-8;
    check_size("rows of the projections", projections.nrows(), inputs.nrows())?;
    let weight = |p: f64| 1.0 / p.max(SMALLEST_WEIGHT);
    let factors: Vec<f64> = projections.column_iter().map(|p| weight(p.iter().map(|x| x.abs()).sum())).collect();
    let mut out = product_tn(inputs, projections);
    scale_columns(&mut out, &factors);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;
    use crate::math::random_features::draw_weights;

    fn differentiable() -> impl Iterator<Item = Activation> {
        Activation::ALL.into_iter().filter(|&a| slope(a).is_some())
    }

    fn sample(activation: Activation) -> (Matrix, RandomLayer) {
        let x = Stream::new(5, "test-data", 0).normal_columns(7, 0, 4);
        let layer = RandomLayer::fit(&x, draw_weights(2, 0, 4, 9), activation).unwrap();
        (x, layer)
    }

    #[test]
    fn slope_is_the_limit_of_the_secant() {
        const STEP: f64 = 1e-5;
        for activation in differentiable() {
            let slope = slope(activation).unwrap();
            for x in [-7.3, -2.1, -0.4, 0.3, 0.9, 1.7, 6.4] {
                let mut ends = Matrix::from_row_slice(1, 2, &[x - STEP, x + STEP]);
                activation.apply(&mut ends);
                let secant = (ends[(0, 1)] - ends[(0, 0)]) / (2.0 * STEP);
                assert!((slope(x) - secant).abs() < 1e-7 * (1.0 + secant.abs()), "{} at {x}", activation.name());
            }
        }
        assert_eq!(differentiable().count(), Activation::ALL.len() - 2);
        assert_eq!(slope(Activation::Relu).unwrap()(0.0), 0.0);
    }

    #[test]
    fn gradient_is_the_difference_quotient() {
        const STEP: f64 = 1e-5;
        let v = Stream::new(5, "test-direction", 0).normal_columns(9, 0, 1);
        for activation in differentiable() {
            let (x, layer) = sample(activation);
            let gradient = Gradient::of(&layer).unwrap().of_projection(&x, v.as_slice()).unwrap();
            for j in 0..4 {
                let moved = |by: f64| {
                    let mut x = x.clone();
                    x.column_mut(j).add_scalar_mut(by);
                    product(&layer.apply(&x).unwrap(), &v)
                };
                let quotient = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
                let worst = (quotient - gradient.column(j)).amax();
                assert!(worst < 1e-7 * (1.0 + gradient.amax()), "{} {worst:e}", activation.name());
            }
        }
    }

    #[test]
    fn importance_is_the_mean_magnitude_and_adds_up_over_samples() {
        let (x, layer) = sample(Activation::Tanh);
        let v = Stream::new(5, "test-direction", 1).normal_columns(9, 0, 3);
        let gradient = Gradient::of(&layer).unwrap();
        let whole = gradient.importance(&x, &v).unwrap();
        let one = gradient.of_projection(&x, v.column(2).as_slice()).unwrap();
        assert!((0..4).all(|j| (whole[(j, 2)] - one.column(j).abs().mean()).abs() < 1e-15));
        let part = |start, count| gradient.importance(&x.rows(start, count).into_owned(), &v).unwrap();
        assert!((whole - (part(0, 3) * 3.0 + part(3, 4) * 4.0) / 7.0).amax() < 1e-15);
    }

    // A linear layer's gradient is the same everywhere: |W v|/(c √P).
    #[test]
    fn importance_of_a_linear_layer_is_its_weights() {
        let (x, layer) = sample(Activation::Identity);
        let v = Stream::new(5, "test-direction", 2).normal_columns(9, 0, 1);
        let expected = product(&layer.weights, &v).abs() / (layer.scale * 3.0);
        assert!((Gradient::of(&layer).unwrap().importance(&x, &v).unwrap() - expected).amax() < 1e-15);
    }

    #[test]
    fn weighted_mean_is_its_formula_and_zero_without_weight() {
        let x = Matrix::from_row_slice(2, 2, &[1.0, 2.0, 3.0, -1.0]);
        let p = Matrix::from_row_slice(2, 2, &[1.0, 0.0, -3.0, 0.0]);
        let expected = Matrix::from_row_slice(2, 2, &[-2.0, 0.0, 1.25, 0.0]);
        assert!((projection_weighted_mean(&x, &p).unwrap() - expected).amax() < 1e-15);
        assert!(projection_weighted_mean(&x, &Matrix::zeros(3, 1)).is_err());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (x, layer) = sample(Activation::Erf);
        let gradient = Gradient::of(&layer).unwrap();
        assert!(gradient.importance(&x, &Matrix::zeros(8, 1)).is_err());
        assert!(gradient.importance(&Matrix::zeros(0, 4), &Matrix::zeros(9, 1)).is_err());
        assert!(gradient.of_projection(&Matrix::zeros(2, 3), &[0.0; 9]).is_err());
        assert!(Gradient::of(&sample(Activation::Step).1).is_none());
    }
}
