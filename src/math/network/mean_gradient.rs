//! Gradients of means over samples, and how they overlap layer by layer.

use super::architecture::Architecture;
use super::layers::layer::Placed;
use super::loss::Loss;
use super::pass::Network;
use super::scalar::Scalar;
use super::trainer::{Source, rows_at_once};
use super::workspace::Workspace;
use crate::math::error::{MathError, check_range, check_size};

/// What is averaged over samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objective {
    /// `y f(x)`, summed over the outputs.
    Correlation,
    /// A loss.
    Loss(Loss),
}

/// The gradient of the mean of an objective over some samples.
///
/// Formula: `(1/n) Σ_i ∇_θ J(f(x_i), y_i)`, J the [`Objective`].
/// Shapes: n samples of d numbers and K targets -> one number for each parameter. Units: those of the objective, as
/// parameters are dimensionless. Cost: three forward passes of n samples.
/// Source: reverse accumulation, [`Network::backward`].
///
/// # Errors
/// [`MathError::Range`] for no samples.
pub fn mean_gradient<T: Scalar>(
    network: &Network<T>,
    objective: Objective,
    (source, rows): (&dyn Source<T>, &[usize]),
) -> Result<Vec<T>, MathError> {
    check_range(!rows.is_empty(), "samples of a mean", 0.0, "at least 1")?;
    let architecture = network.architecture();
    let most_rows = rows_at_once(architecture, rows.len());
    let mut space = Workspace::for_descent(architecture, most_rows);
    let mut targets = vec![T::default(); most_rows * architecture.output().dim()];
    let mut gradient = vec![T::default(); architecture.parameters()];
    let share = 1.0 / rows.len() as f64;
    for part in rows.chunks(most_rows) {
        source.inputs(part, space.input(part.len()));
        network.forward(&mut space);
        let targets = &mut targets[..part.len() * architecture.output().dim()];
        source.targets(part, targets);
        let (outputs, upstream) = space.output();
        match objective {
            Objective::Loss(loss) => loss.gradient((outputs, targets), (share, part.len()), upstream),
            Objective::Correlation => {
                upstream.iter_mut().zip(&*targets).for_each(|(into, y)| *into = T::of(share * y.to_f64()));
            }
        }
        network.backward(&mut space, &mut gradient)?;
    }
    Ok(gradient)
}

/// The inner product of two gradients in each layer with weights.
///
/// With gradients of `(1/n) Σ y f(x)` on two disjoint sets of samples, layer l's is an unbiased estimate of
/// `E[y y' Θ^(l)(x, x')]` over independent pairs. A squared norm on one set has in addition the diagonal
/// `E[y² Θ^(l)(x, x)]/n`, which knows nothing of the labels' frequency.
///
/// Formula: `Σ_{j in layer l} a_j b_j`.
/// Shapes: two of one number a parameter -> one number for each layer with weights. Units: those of the two gradients,
/// multiplied. Cost: one pass. Source: the estimator is a two-sample U-statistic; Hoeffding, Ann. Math. Statist. 19
/// (1948) 293, doi:10.1214/aoms/1177730196.
///
/// # Errors
/// [`MathError::Shape`] for gradients of another length than the parameters.
pub fn layer_overlaps<T: Scalar>(architecture: &Architecture, a: &[T], b: &[T]) -> Result<Vec<f64>, MathError> {
    check_size("the first gradient", a.len(), architecture.parameters())?;
    check_size("the second gradient", b.len(), architecture.parameters())?;
    let overlap = |range: std::ops::Range<usize>| {
        a[range.clone()].iter().zip(&b[range]).map(|(x, y)| x.to_f64() * y.to_f64()).sum()
    };
    Ok(architecture.weighted().map(Placed::parameters).map(overlap).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::image::maps::Geometry;
    use crate::math::linalg::Matrix;
    use crate::math::network::{
        DenseLayer, Initialisation, Layer, Optimiser, Parametrisation, Pointwise, Rule, Trainer, initial_parameters,
    };
    use crate::math::random::Stream;

    struct Samples {
        x: Matrix,
        y: Vec<f64>,
    }

    impl Source<f64> for Samples {
        fn count(&self) -> usize {
            self.y.len()
        }

        fn inputs(&self, rows: &[usize], into: &mut [f64]) {
            for (column, into) in self.x.column_iter().zip(into.chunks_exact_mut(rows.len())) {
                into.iter_mut().zip(rows).for_each(|(x, &row)| *x = column[row]);
            }
        }

        fn targets(&self, rows: &[usize], into: &mut [f64]) {
            into.iter_mut().zip(rows).for_each(|(y, &row)| *y = self.y[row]);
        }
    }

    fn samples(n: usize, dim: usize) -> Samples {
        let y = Stream::new(1, "labels", 0).normal_columns(n, 0, 1).iter().copied().collect();
        Samples { x: Stream::new(0, "inputs", 0).normal_columns(n, 0, dim), y }
    }

    fn network(dim: usize, layers: &[Layer]) -> Network<f64> {
        let input = Geometry { channels: dim, height: 1, width: 1 };
        let architecture = Architecture::new(input, layers, Parametrisation::TangentKernel).unwrap();
        let parameters = initial_parameters(&architecture, Initialisation::Normal, 3);
        Network::new(architecture, parameters).unwrap()
    }

    fn deep() -> [Layer; 5] {
        let dense = |width| Layer::Dense(DenseLayer { width, bias: true });
        [dense(7), Layer::Activation(Pointwise::Tanh), dense(5), Layer::Activation(Pointwise::Relu), dense(1)]
    }

    // One linear layer f = w·x/√d: the gradient of the mean of y f is Xᵀy/(n √d).
    #[test]
    fn correlation_of_a_linear_network_by_hand() {
        let (data, rows) = (samples(6, 4), [5, 0, 2]);
        let net = network(4, &[Layer::Dense(DenseLayer { width: 1, bias: false })]);
        let found = mean_gradient(&net, Objective::Correlation, (&data, &rows)).unwrap();
        for (j, found) in found.iter().enumerate() {
            let sum: f64 = rows.iter().map(|&i| data.y[i] * data.x[(i, j)]).sum();
            assert!((found - sum / 6.0).abs() < 1e-14);
        }
        assert!(mean_gradient(&net, Objective::Correlation, (&data, &[])).is_err());
    }

    #[test]
    fn gradient_of_a_loss_is_the_trainers() {
        let (data, rows) = (samples(9, 4), [1, 3, 4, 8]);
        let net = network(4, &deep());
        let found = mean_gradient(&net, Objective::Loss(Loss::Square), (&data, &rows)).unwrap();
        let optimiser = Optimiser::new(Rule::Sgd { momentum: 0.0 }, 0.0, net.parameters().len());
        let mut trainer = Trainer::new(net, optimiser, Loss::Square, 4);
        trainer.differentiate(&data, &rows, &|| Ok::<_, MathError>(())).unwrap();
        assert_eq!(found, trainer.gradient());
    }

    // Law: over disjoint sets the overlap is the mean of the tangent kernel over pairs, each gradient taken alone.
    #[test]
    fn overlaps_are_means_of_the_layers_tangent_kernels() {
        let data = samples(7, 4);
        let net = network(4, &deep());
        let gradient = |rows: &[usize]| mean_gradient(&net, Objective::Correlation, (&data, rows)).unwrap();
        let (a, b) = ([0, 1, 2], [3, 4, 5, 6]);
        let found = layer_overlaps(net.architecture(), &gradient(&a), &gradient(&b)).unwrap();
        let mut expected = vec![0.0; 3];
        for i in a {
            for j in b {
                let pair = layer_overlaps(net.architecture(), &gradient(&[i]), &gradient(&[j])).unwrap();
                expected.iter_mut().zip(pair).for_each(|(sum, value)| *sum += value / 12.0);
            }
        }
        assert!(found.iter().zip(&expected).all(|(f, e)| (f - e).abs() < 1e-13), "{found:?} {expected:?}");
        assert!(layer_overlaps(net.architecture(), &[0.0], &gradient(&b)).is_err());
    }
}
