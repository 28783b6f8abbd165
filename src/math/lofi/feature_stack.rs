//! LoFi layers one behind the other: their forward pass, and gradients back to the input.

use super::random_features::{RandomLayer, scale_from_squares};
use super::stack_layer::StackLayer;
use crate::math::activation::Activation;
use crate::math::error::{MathError, check_range, check_size};
use crate::math::image::maps::bounded_blocks;
use crate::math::linalg::{Matrix, product_nt, row_square_norms, scale_columns, single};
use std::ops::Range;

/// Samples that are produced a block at a time, so that images in bytes are never expanded as a whole.
pub struct RowSource<'a, E> {
    /// n.
    pub count: usize,
    /// Rows i..j as numbers, (j − i) x d.
    pub rows: &'a dyn Fn(Range<usize>) -> Result<Matrix, E>,
}

impl<E> Clone for RowSource<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for RowSource<'_, E> {}

/// A layer whose scale is not known yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Unfitted {
    /// W, d x P.
    pub weights: Matrix,
    /// σ.
    pub activation: Activation,
    /// V, P x K.
    pub directions: Matrix,
    /// Whether products with W are in single precision.
    pub single: bool,
}

/// LoFi layers `z_ℓ = σ(h_ℓ W_ℓ/c_ℓ)/√P_ℓ`, `h_{ℓ+1} = z_ℓ V_ℓ`, with `h_0 = x`.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureStack {
    layers: Vec<StackLayer>,
}

/// The training samples at one layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Projected {
    /// `z_ℓ(x_i)ᵀ v_k`, n x K.
    pub projections: Matrix,
    /// ‖z_ℓ(x_i)‖.
    pub norms: Vec<f64>,
}

/// What gradients need of a forward pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    slopes: Vec<Matrix>,
    representation: Matrix,
}

impl Trace {
    /// z of the last layer passed. Shapes: -> n x P.
    pub fn representation(&self) -> &Matrix {
        &self.representation
    }
}

impl FeatureStack {
    /// Layers whose scales `c_ℓ` are the root mean square norms of the training samples at their inputs; and the
    /// samples at every layer, which come out on the way.
    ///
    /// Shapes: n x d, layers -> n x `K_ℓ` for each.
    /// Cost: 2n Σ (`d_ℓ` + `K_ℓ`) `P_ℓ`; memory: a bounded block and n Σ K.
    /// Source: the paper, a LoFi layer; the order of the scalings is the reference implementation's.
    ///
    /// # Errors
    /// [`MathError::Shape`] where one layer does not fit behind the other, [`MathError::Range`] where the samples are
    /// zero at a layer, and whatever the inputs return.
    pub fn fit<E: From<MathError>>(
        inputs: RowSource<'_, E>,
        layers: Vec<Unfitted>,
    ) -> Result<(Self, Vec<Projected>), E> {
        let mut stack = Self { layers: Vec::new() };
        let mut projected: Vec<Projected> = Vec::new();
        for layer in layers {
            let before = projected.last().map(|p| &p.projections);
            let rows = |r: Range<usize>| match before {
                Some(h) => Ok(h.rows(r.start, r.len()).into_owned()),
                None => (inputs.rows)(r),
            };
            let (layer, next) = fit_layer(RowSource { count: inputs.count, rows: &rows }, layer)?;
            stack.layers.push(layer);
            projected.push(next);
        }
        Ok((stack, projected))
    }

    /// The layers in order. Shapes: -> L layers of `d_ℓ` x `P_ℓ` and `P_ℓ` x `K_ℓ`.
    pub fn layers(&self) -> &[StackLayer] {
        &self.layers
    }

    /// d, 0 without layers. Units: numbers of an input.
    pub fn input_dim(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.lift.weights.nrows())
    }

    /// Blocks of n inputs that a trace through all layers has room for.
    /// Shapes: -> consecutive ranges that cover 0 to n.
    pub fn blocks(&self, n: usize) -> impl Iterator<Item = Range<usize>> + use<> {
        // with fewer rows a product waits for the weights
        const LEAST_ROWS: usize = 128;
        let widths: usize = self.layers.iter().map(|layer| layer.lift.weights.ncols()).sum();
        let bounded = bounded_blocks(n, self.input_dim() + 2 * widths).next().map_or(1, |range| range.len());
        let rows = bounded.max(LEAST_ROWS);
        (0..n).step_by(rows).map(move |start| start..(start + rows).min(n))
    }

    /// `z_ℓ(x)` for ℓ = `layer`, counted from 0. Shapes: n x d -> n x P. Cost: 2n Σ (d + K) P over the layers passed.
    /// Source: as [`FeatureStack::fit`].
    ///
    /// # Errors
    /// [`MathError::Shape`] where the inputs do not fit, [`MathError::Range`] where there is no such layer.
    pub fn representation(&self, inputs: &Matrix, layer: usize) -> Result<Matrix, MathError> {
        let (last, before) = self.up_to(layer)?;
        let mut h = inputs.clone();
        for layer in before {
            h = layer.filtered(&layer.lifted(&h)?);
        }
        last.lifted(&h)
    }

    /// [`FeatureStack::representation`] that remembers the slopes `σ'` on the way.
    ///
    /// Shapes: n x d -> n x P, and slopes n x `P_ℓ` of every layer passed. Cost: that of
    /// [`FeatureStack::representation`].
    ///
    /// # Errors
    /// Those of [`FeatureStack::representation`]; [`MathError::Range`] for an activation without [`super::slope::slope`].
    pub fn trace(&self, inputs: &Matrix, layer: usize) -> Result<Trace, MathError> {
        let (last, before) = self.up_to(layer)?;
        let mut slopes = Vec::with_capacity(layer + 1);
        let mut h = inputs.clone();
        for layer in before {
            let (z, slope) = layer.lifted_with_slopes(&h)?;
            slopes.push(slope);
            h = layer.filtered(&z);
        }
        let (representation, slope) = last.lifted_with_slopes(&h)?;
        slopes.push(slope);
        Ok(Trace { slopes, representation })
    }

    /// The gradient in x of a function f of `z_ℓ(x)`, from its gradient in z: back through `diag(σ')`, W and V in turn.
    ///
    /// Shapes: n x P -> n x d. Cost: that of the forward pass.
    /// Source: the chain rule.
    ///
    /// # Errors
    /// [`MathError::Shape`] where the gradient does not fit the trace.
    pub fn pull_back(&self, trace: &Trace, gradient: Matrix) -> Result<Matrix, MathError> {
        let (rows, width) = trace.representation.shape();
        check_size("rows of the gradient", gradient.nrows(), rows)?;
        check_size("columns of the gradient", gradient.ncols(), width)?;
        let mut at_z = gradient;
        let mut at_h = Matrix::zeros(0, 0);
        for (i, (layer, slopes)) in self.layers.iter().zip(&trace.slopes).enumerate().rev() {
            at_z.component_mul_assign(slopes);
            at_z /= layer.lift.scale * (layer.lift.weights.ncols() as f64).sqrt();
            at_h = layer.back(&at_z);
            if i > 0 {
                at_z = product_nt(&at_h, &self.layers[i - 1].directions);
            }
        }
        Ok(at_h)
    }

    /// `∇_x vᵀz_ℓ(x)` at each input of a trace. Shapes: P -> n x d. Cost: that of the forward pass.
    ///
    /// # Errors
    /// [`MathError::Shape`] where the direction does not fit the layer.
    pub fn gradient_of_projection(&self, trace: &Trace, direction: &[f64]) -> Result<Matrix, MathError> {
        check_size("length of a direction", direction.len(), trace.representation.ncols())?;
        let mut gradient = Matrix::repeat(trace.representation.nrows(), direction.len(), 1.0);
        scale_columns(&mut gradient, direction);
        self.pull_back(trace, gradient)
    }

    fn up_to(&self, layer: usize) -> Result<(&StackLayer, &[StackLayer]), MathError> {
        check_range(layer < self.layers.len(), "layer", layer as f64, "one of the layers, counted from 0")?;
        Ok((&self.layers[layer], &self.layers[..layer]))
    }
}

fn fit_layer<E: From<MathError>>(inputs: RowSource<'_, E>, layer: Unfitted) -> Result<(StackLayer, Projected), E> {
    let Unfitted { weights, activation, directions, single: in_single } = layer;
    check_size("rows of the directions", directions.nrows(), weights.ncols())?;
    let blocks = || bounded_blocks(inputs.count, weights.nrows() + weights.ncols());
    let mut squares = 0.0;
    for range in blocks() {
        squares += row_square_norms(&(inputs.rows)(range)?).iter().sum::<f64>();
    }
    let scale = scale_from_squares(squares, inputs.count)?;
    let ranges: Vec<Range<usize>> = blocks().collect();
    let rounded = in_single.then(|| single(&weights));
    let layer = StackLayer { lift: RandomLayer { weights, scale, activation }, directions, single: rounded };
    let mut projected =
        Projected { projections: Matrix::zeros(inputs.count, layer.directions.ncols()), norms: Vec::new() };
    for range in ranges {
        let z = layer.lifted(&(inputs.rows)(range.clone())?)?;
        projected.projections.rows_mut(range.start, range.len()).copy_from(&layer.filtered(&z));
        projected.norms.extend(row_square_norms(&z).into_iter().map(f64::sqrt));
    }
    Ok((layer, projected))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::lofi::random_features::draw_weights;
    use crate::math::lofi::slope::slope;
    use crate::math::random::Stream;

    fn fitted(activation: Activation) -> (Matrix, FeatureStack, Vec<Projected>) {
        fitted_in(activation, false)
    }

    fn fitted_in(activation: Activation, single: bool) -> (Matrix, FeatureStack, Vec<Projected>) {
        let x = Stream::new(1, "test-data", 0).normal_columns(11, 0, 5);
        let layer = |layer: u64, input: usize, width: usize, keep: usize| Unfitted {
            weights: draw_weights(4, layer, input, width),
            activation,
            directions: Stream::new(2, "test-filter", layer).normal_columns(width, 0, keep),
            single,
        };
        let rows = |r: Range<usize>| Ok::<_, MathError>(x.rows(r.start, r.len()).into_owned());
        let layers = vec![layer(0, 5, 12, 4), layer(1, 4, 9, 3), layer(2, 3, 10, 2)];
        let (stack, projected) = FeatureStack::fit(RowSource { count: 11, rows: &rows }, layers).unwrap();
        (x, stack, projected)
    }

    // The layers as the program's other steps make them: lift fitted on the features before, then the filter.
    #[test]
    fn stack_is_the_layers_one_after_the_other() {
        let (x, stack, projected) = fitted(Activation::Relu);
        let mut h = x.clone();
        for (i, layer) in stack.layers().iter().enumerate() {
            let lift = RandomLayer::fit(&h, layer.lift.weights.clone(), Activation::Relu).unwrap();
            assert!((lift.scale - layer.lift.scale).abs() < 1e-14);
            let z = lift.apply(&h).unwrap();
            h = &z * &layer.directions;
            assert!((stack.representation(&x, i).unwrap() - &z).amax() < 1e-14);
            assert!((stack.trace(&x, i).unwrap().representation() - &z).amax() < 1e-14);
            assert!((&projected[i].projections - &h).amax() < 1e-14);
            assert!((0..11).all(|s| (projected[i].norms[s] - z.row(s).norm()).abs() < 1e-14));
        }
    }

    #[test]
    fn gradient_is_the_difference_quotient_at_every_layer() {
        const STEP: f64 = 1e-5;
        for activation in Activation::ALL.into_iter().filter(|&a| slope(a).is_some()) {
            let (x, stack, _) = fitted(activation);
            for layer in 0..3 {
                let trace = stack.trace(&x, layer).unwrap();
                let v = Stream::new(6, "test-direction", 0).normal_columns(trace.representation().ncols(), 0, 1);
                let gradient = stack.gradient_of_projection(&trace, v.as_slice()).unwrap();
                for j in 0..5 {
                    let moved = |by: f64| {
                        let mut x = x.clone();
                        x.column_mut(j).add_scalar_mut(by);
                        stack.representation(&x, layer).unwrap() * &v
                    };
                    let quotient = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
                    let worst = (quotient - gradient.column(j)).amax();
                    assert!(worst < 1e-6 * (1.0 + gradient.amax()), "{} {layer} {worst:e}", activation.name());
                }
            }
        }
    }

    #[test]
    fn single_precision_differs_by_rounding_forth_and_back() {
        for activation in [Activation::Relu, Activation::Tanh, Activation::ReluNormalized] {
            let ((x, plain, expected), (_, rounded, found)) = (fitted(activation), fitted_in(activation, true));
            for layer in 0..3 {
                let close = |a: &Matrix, b: &Matrix| (a - b).amax() < 3e-6 * b.amax();
                assert!(close(&found[layer].projections, &expected[layer].projections), "{}", activation.name());
                let (a, b) = (rounded.representation(&x, layer).unwrap(), plain.representation(&x, layer).unwrap());
                assert!(close(&a, &b) && a != b, "{} {layer}", activation.name());
                let v = Stream::new(6, "test-direction", 0).normal_columns(b.ncols(), 0, 1);
                let Ok(trace) = plain.trace(&x, layer) else { continue };
                let along = |s: &FeatureStack, t: &Trace| s.gradient_of_projection(t, v.as_slice()).unwrap();
                let found = along(&rounded, &rounded.trace(&x, layer).unwrap());
                assert!(close(&found, &along(&plain, &trace)), "{} {layer}", activation.name());
            }
        }
    }

    #[test]
    fn blocks_cover_the_inputs_and_never_have_few_rows() {
        let stack = fitted(Activation::Relu).1;
        assert_eq!(stack.blocks(1000).map(|range| range.len()).collect::<Vec<_>>(), [1000]);
        let wide = StackLayer {
            lift: RandomLayer { weights: Matrix::zeros(1, 40_000), scale: 1.0, activation: Activation::Relu },
            directions: Matrix::zeros(40_000, 1),
            single: None,
        };
        assert!(FeatureStack { layers: vec![wide] }.blocks(300).eq([0..128, 128..256, 256..300]));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (x, stack, _) = fitted(Activation::Tanh);
        assert!(stack.representation(&x, 3).is_err() && stack.trace(&x, 3).is_err());
        let trace = stack.trace(&x, 1).unwrap();
        assert!(stack.pull_back(&trace, Matrix::zeros(11, 8)).is_err());
        assert!(stack.gradient_of_projection(&trace, &[0.0; 12]).is_err());
        assert!(fitted(Activation::Step).1.trace(&x, 0).is_err());
        let layer = Unfitted {
            weights: Matrix::repeat(5, 3, 1.0),
            activation: Activation::Relu,
            directions: Matrix::zeros(4, 1),
            single: false,
        };
        let rows = |_: Range<usize>| Ok::<_, MathError>(x.clone());
        assert!(FeatureStack::fit(RowSource { count: 11, rows: &rows }, vec![layer]).is_err());
    }
}
