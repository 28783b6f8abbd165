//! The inputs that drive features hardest, by gradient ascent on Fourier coefficients.

use super::feature_stack::FeatureStack;
use crate::math::error::{MathError, check_range, check_size};
use crate::math::image::frequencies::FourierImages;
use crate::math::linalg::{Matrix, product, row_square_norms};
use crate::math::network::{BiasCorrection, Optimiser, Rule};
use crate::math::random::Stream;
use std::f64::consts::PI;

/// The cosine between a direction and the representation of an input, `vᵀz_ℓ(x)/max(‖z_ℓ(x)‖, 1e-8)`.
///
/// Several directions are taken at once, since a pass costs the reading of the weights far more than a few more inputs:
/// of K directions and n inputs, the first n/K inputs belong to the first direction, and so on.
/// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory, objective of the maximiser.
#[derive(Debug, Clone, Copy)]
pub struct Alignment<'a> {
    /// The layers.
    pub stack: &'a FeatureStack,
    /// ℓ, counted from 0.
    pub layer: usize,
    /// v, P x K.
    pub directions: &'a Matrix,
}

// the reference's guard: an input that drives nothing has alignment 0
const SMALLEST_NORM: f64 = 1e-8;

/// `vᵀz/max(‖z‖, 1e-8)`, from its two parts. Units: dimensionless, −1 to 1 for a unit vector v.
/// Source: as [`Alignment`].
pub fn alignment(projection: f64, norm: f64) -> f64 {
    projection / norm.max(SMALLEST_NORM)
}

impl Alignment<'_> {
    /// The alignment of each input. Shapes: n x d -> n. Cost: a forward pass.
    /// Source: as [`Alignment`].
    ///
    /// # Errors
    /// [`MathError::Shape`], also where n is no multiple of K; [`MathError::Range`] where there is no such layer.
    pub fn values(&self, inputs: &Matrix) -> Result<Vec<f64>, MathError> {
        let z = self.stack.representation(inputs, self.layer)?;
        self.of_representation(&z)
    }

    fn of_representation(&self, z: &Matrix) -> Result<Vec<f64>, MathError> {
        check_size("length of a direction", self.directions.nrows(), z.ncols())?;
        let starts = self.starts(z.nrows());
        check_size("inputs", z.nrows(), starts * self.directions.ncols())?;
        let projections = product(z, self.directions);
        let norms = row_square_norms(z).into_iter().map(f64::sqrt);
        Ok(norms.enumerate().map(|(i, norm)| alignment(projections[(i, i / starts)], norm)).collect())
    }

    // Inputs of each direction.
    fn starts(&self, inputs: usize) -> usize {
        (inputs / self.directions.ncols().max(1)).max(1)
    }

    /// The gradient of the alignment at each input; in z it is `(v − cos · z/‖z‖)/‖z‖`, and `v/1e-8` below the guard.
    ///
    /// Shapes: n x d -> n x d. Cost: a forward and a backward pass.
    ///
    /// # Errors
    /// Those of [`Alignment::values`]; [`MathError::Range`] for an activation without slope.
    pub fn gradient(&self, inputs: &Matrix) -> Result<Matrix, MathError> {
        let trace = self.stack.trace(inputs, self.layer)?;
        let z = trace.representation();
        let values = self.of_representation(z)?;
        let norms: Vec<f64> = row_square_norms(z).into_iter().map(f64::sqrt).collect();
        let starts = self.starts(z.nrows());
        let at_z = Matrix::from_fn(z.nrows(), z.ncols(), |i, j| {
            let guarded = norms[i].max(SMALLEST_NORM);
            let along = if norms[i] > SMALLEST_NORM { values[i] * z[(i, j)] / guarded } else { 0.0 };
            (self.directions[(j, i / starts)] - along) / guarded
        });
        self.stack.pull_back(&trace, at_z)
    }
}

/// How the ascent is done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ascent {
    /// Steps of Adam.
    pub steps: usize,
    /// Its first learning rate; the last one is a twentieth of it, with half a cosine between.
    pub learning_rate: f64,
    /// Random starts, all taken along; the best one is the result.
    pub restarts: usize,
    /// Seed of the starts.
    pub seed: u64,
}

/// An input of large alignment.
#[derive(Debug, Clone, PartialEq)]
pub struct Maximiser {
    /// CHW numbers.
    pub image: Vec<f64>,
    /// Its alignment.
    pub alignment: f64,
    /// The alignments that all restarts ended with.
    pub restarts: Vec<f64>,
}

/// Maximises the alignment with each direction over images that are given by masked Fourier coefficients.
///
/// Coefficients start as independent standard normals from the stream of (seed, "feature-maximiser", 0), the same for
/// every feature. Each step divides the gradient of each restart by its norm (at least 1e-8) and takes an Adam step (β =
/// 0.9, 0.999; ε = 1e-8); the rate at step t of T is `η (0.05 + 0.95 (1 + cos(πt/T))/2)`.
/// Shapes: directions P x K -> K images of CHW. Units: the alignments are dimensionless.
/// Cost: steps · restarts · two passes through the layers. `keep_going` is asked before each step.
/// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory, gradient-ascent maximiser; the generator is ours.
/// Adam: Kingma and Ba, arXiv 1412.6980, algorithm 1; the rate: Loshchilov and Hutter, arXiv 1608.03983, eq. (5).
///
/// # Errors
/// Those of [`Alignment::gradient`], [`MathError::Range`] without restarts, and whatever `keep_going` returns.
pub fn maximise<E: From<MathError>>(
    objective: &Alignment<'_>,
    images: &FourierImages,
    ascent: Ascent,
    mut keep_going: impl FnMut() -> Result<(), E>,
) -> Result<Vec<Maximiser>, E> {
    check_range(ascent.restarts > 0, "number of restarts", ascent.restarts as f64, "at least 1")?;
    // one column for each restart: a restart's numbers are together in memory, and more restarts change none of them
    let start =
        Stream::new(ascent.seed, "feature-maximiser", 0).normal_columns(images.coefficients(), 0, ascent.restarts);
    let mut coefficients = Matrix::from_fn(start.nrows(), ascent.restarts * objective.directions.ncols(), |i, j| {
        start[(i, j % ascent.restarts)]
    });
    let mut adam = Optimiser::new(ADAM, 0.0, coefficients.len());
    for step in 0..ascent.steps {
        keep_going()?;
        let x = images.images(&coefficients.transpose())?;
        let mut gradient = images.pull_back(&objective.gradient(&x)?)?.transpose();
        for mut own in gradient.column_iter_mut() {
            let norm = own.norm().max(SMALLEST_NORM);
            // steps descend
            own /= -norm;
        }
        adam.update(coefficients.as_mut_slice(), gradient.as_slice(), annealed(ascent, step));
    }
    let x = images.images(&coefficients.transpose())?;
    let reached = objective.values(&x)?;
    let best = |(k, restarts): (usize, &[f64])| {
        let best = (0..restarts.len()).fold(0, |best, r| if restarts[r] > restarts[best] { r } else { best });
        let image = x.row(k * ascent.restarts + best).iter().copied().collect();
        Maximiser { image, alignment: restarts[best], restarts: restarts.to_vec() }
    };
    Ok(reached.chunks(ascent.restarts).enumerate().map(best).collect())
}

const ADAM: Rule = Rule::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, correction: BiasCorrection::OfMeans };

fn annealed(ascent: Ascent, step: usize) -> f64 {
    const LAST: f64 = 0.05;
    let phase = PI * step as f64 / ascent.steps as f64;
    ascent.learning_rate * (LAST + (1.0 - LAST) * 0.5 * (1.0 + phase.cos()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::activation::Activation;
    use crate::math::fourier::DecayMask;
    use crate::math::image::maps::Geometry;
    use crate::math::linalg::{orthonormal_basis, product, product_tn};
    use crate::math::lofi::feature_stack::{RowSource, Unfitted};
    use crate::math::lofi::random_features::draw_weights;
    use std::ops::Range;

    const SHAPE: Geometry = Geometry { channels: 1, height: 4, width: 5 };

    fn stack(activation: Activation, width: usize) -> FeatureStack {
        let x = Stream::new(3, "test-data", 0).normal_columns(9, 0, SHAPE.dim());
        let layer = |layer: u64, input: usize, keep: usize| Unfitted {
            weights: draw_weights(4, layer, input, width),
            activation,
            directions: Stream::new(2, "test-filter", layer).normal_columns(width, 0, keep),
            single: false,
        };
        let rows = |r: Range<usize>| Ok::<_, MathError>(x.rows(r.start, r.len()).into_owned());
        FeatureStack::fit(RowSource { count: 9, rows: &rows }, vec![layer(0, 20, 6), layer(1, 6, 2)]).unwrap().0
    }

    fn images() -> FourierImages {
        FourierImages::new(DecayMask::new(0.3, 1.0).unwrap(), SHAPE)
    }

    fn direction(width: usize) -> Matrix {
        Stream::new(7, "test-direction", 0).normal_columns(width, 0, 1).normalize()
    }

    fn go() -> Result<(), MathError> {
        Ok(())
    }

    #[test]
    fn gradient_in_the_coefficients_is_the_difference_quotient() {
        const STEP: f64 = 1e-5;
        for activation in [Activation::Tanh, Activation::Gelu, Activation::Relu] {
            let (stack, v) = (stack(activation, 30), direction(30));
            let objective = Alignment { stack: &stack, layer: 1, directions: &v };
            let at = Stream::new(5, "test-start", 0).normal_columns(2, 0, images().coefficients());
            let along = Stream::new(5, "test-start", 1).normal_columns(2, 0, images().coefficients());
            let value = |by: f64| objective.values(&images().images(&(&at + &along * by)).unwrap()).unwrap();
            let x = images().images(&at).unwrap();
            let gradient = images().pull_back(&objective.gradient(&x).unwrap()).unwrap();
            for i in 0..2 {
                let quotient = (value(STEP)[i] - value(-STEP)[i]) / (2.0 * STEP);
                let found = gradient.row(i).dot(&along.row(i));
                assert!(
                    (quotient - found).abs() < 1e-7 * (1.0 + found.abs()),
                    "{}: {quotient} {found}",
                    activation.name()
                );
            }
        }
    }

    // A linear layer turns inputs into all of its column space: the largest alignment is the norm of v's projection on it.
    #[test]
    fn linear_layer_is_maximised_up_to_its_bound() {
        let (stack, v) = (stack(Activation::Identity, 30), direction(30));
        let basis = orthonormal_basis(&stack.layers()[0].lift.weights.transpose());
        let bound = product_tn(&basis, &v).norm();
        let ascent = Ascent { steps: 400, learning_rate: 0.1, restarts: 3, seed: 0 };
        let found =
            maximise(&Alignment { stack: &stack, layer: 0, directions: &v }, &images(), ascent, go).unwrap().remove(0);
        assert!(found.alignment <= bound + 1e-12 && found.alignment > 0.99 * bound, "{} {bound}", found.alignment);
        let x = Matrix::from_row_slice(1, 20, &found.image);
        let z = product(&x, &stack.layers()[0].lift.weights);
        let cosine = z.row(0).iter().zip(&v).map(|(z, v)| z * v).sum::<f64>() / z.norm();
        assert!((cosine - found.alignment).abs() < 1e-12);
    }

    #[test]
    fn more_restarts_contain_fewer_and_the_best_is_kept() {
        let (stack, v) = (stack(Activation::Relu, 30), direction(30));
        let run = |restarts| {
            let ascent = Ascent { steps: 30, learning_rate: 0.05, restarts, seed: 1 };
            let objective = Alignment { stack: &stack, layer: 1, directions: &v };
            maximise(&objective, &images(), ascent, go).unwrap().remove(0)
        };
        let (few, many) = (run(2), run(4));
        assert!(few.restarts.iter().zip(&many.restarts).all(|(a, b)| (a - b).abs() < 1e-9));
        assert_eq!(many.alignment, many.restarts.iter().copied().fold(f64::MIN, f64::max));
        assert_eq!(many, run(4));
    }

    #[test]
    fn features_together_are_those_alone() {
        let stack = stack(Activation::Relu, 30);
        let both = Stream::new(7, "test-direction", 1).normal_columns(30, 0, 2);
        let run = |directions: &Matrix| {
            let ascent = Ascent { steps: 30, learning_rate: 0.05, restarts: 2, seed: 1 };
            maximise(&Alignment { stack: &stack, layer: 1, directions }, &images(), ascent, go).unwrap()
        };
        let together = run(&both);
        for (k, found) in together.iter().enumerate() {
            let alone = run(&both.columns(k, 1).into_owned()).remove(0);
            assert!((alone.alignment - found.alignment).abs() < 1e-9);
            assert!(alone.image.iter().zip(&found.image).all(|(a, b)| (a - b).abs() < 1e-7));
        }
        assert_eq!(together.len(), 2);
    }

    #[test]
    fn rate_falls_to_a_twentieth() {
        let ascent = Ascent { steps: 100, learning_rate: 2.0, restarts: 1, seed: 0 };
        assert_eq!((annealed(ascent, 0), annealed(ascent, 50)), (2.0, 1.05));
        assert!((annealed(ascent, 100) - 0.1).abs() < 1e-15);
    }

    #[test]
    fn stopping_and_no_restarts_are_errors() {
        let (stack, v) = (stack(Activation::Relu, 30), direction(30));
        let objective = Alignment { stack: &stack, layer: 1, directions: &v };
        let ascent = Ascent { steps: 3, learning_rate: 0.05, restarts: 1, seed: 1 };
        let stop = || Err(MathError::NonFinite { what: "stopped" });
        assert!(maximise(&objective, &images(), ascent, stop).is_err());
        assert!(maximise(&objective, &images(), Ascent { restarts: 0, ..ascent }, go).is_err());
    }
}
