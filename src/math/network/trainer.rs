//! Training: gradients of batches, steps, and errors on whole sets.

use super::architecture::Architecture;
use super::layers::filter_window::FilterWindow;
use super::loss::Loss;
use super::optimiser::Optimiser;
use super::pass::Network;
use super::scalar::Scalar;
use super::workspace::Workspace;
use crate::math::error::{MathError, check_range, check_size};
use std::ops::Range;

/// Samples that batches are taken from.
pub trait Source<T> {
    /// How many there are. Units: samples.
    fn count(&self) -> usize;
    /// Writes some of them. Shapes: n indices -> n x d, column-major.
    fn inputs(&self, rows: &[usize], into: &mut [T]);
    /// Writes their targets. Shapes: n indices -> n x K, column-major, K the numbers of the output.
    fn targets(&self, rows: &[usize], into: &mut [T]);
}

/// Mean loss and share of misclassified samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    /// Mean loss.
    pub loss: f64,
    /// Share of samples whose largest output is not that of the largest target (the first of equal ones); with one output,
    /// whose sign is not the target's, zero counting as positive.
    pub error: f64,
}

/// A network in training.
#[derive(Debug, Clone)]
pub struct Trainer<T> {
    network: Network<T>,
    optimiser: Optimiser<T>,
    loss: Loss,
    gradient: Vec<T>,
    targets: Vec<T>,
    space: Workspace<T>,
    frozen: Vec<(Range<usize>, Vec<T>)>,
    windows: Vec<FilterWindow>,
}

/// A part of a batch takes about this many numbers: large batches of images are passed through in parts, so that memory
/// stays bounded (2^24 numbers of 4 bytes, and as many gradients: 128 MB).
pub const NUMBERS_AT_ONCE: usize = 1 << 24;

/// Samples that go through a network at a time, for batches of `batch`: equal parts of about [`NUMBERS_AT_ONCE`]
/// numbers in all activations. Units: samples.
pub fn rows_at_once(architecture: &Architecture, batch: usize) -> usize {
    let most = (NUMBERS_AT_ONCE / architecture.numbers()).clamp(1, batch.max(1));
    // equal parts
    batch.max(1).div_ceil(batch.max(1).div_ceil(most))
}

impl<T: Scalar> Trainer<T> {
    /// Gets a network ready for batches of at most `batch` samples. Units: samples. Cost: memory, see
    /// [`Trainer::numbers`]. Filters that have a window begin within it.
    pub fn new(mut network: Network<T>, optimiser: Optimiser<T>, loss: Loss, batch: usize) -> Self {
        let rows = rows_at_once(network.architecture(), batch);
        let outputs = network.architecture().output().dim();
        let windows: Vec<FilterWindow> = network.architecture().layers().iter().filter_map(FilterWindow::of).collect();
        windows.iter().for_each(|window| window.restrict(network.parameters_mut()));
        Self {
            gradient: vec![T::default(); network.parameters().len()],
            targets: vec![T::default(); rows * outputs],
            space: Workspace::for_descent(network.architecture(), rows),
            frozen: Vec::new(),
            windows,
            network,
            optimiser,
            loss,
        }
    }

    /// From now on steps leave some parameters as they are, bit by bit: neither gradient, momentum nor weight decay moves
    /// them. Gradients are still computed for all. Shapes: places among the parameters. Cost: a copy of them, and one
    /// at each step. Panics beyond the parameters.
    pub fn freeze(&mut self, range: Range<usize>) {
        let kept = self.network.parameters()[range.clone()].to_vec();
        self.frozen.push((range, kept));
    }

    /// Memory of a trainer for batches of `batch`: parameters, gradient and two vectors of the optimiser, and a
    /// workspace.
    /// Units: numbers.
    pub fn numbers(architecture: &Architecture, batch: usize) -> usize {
        4 * architecture.parameters() + Workspace::<T>::numbers(architecture, rows_at_once(architecture, batch))
    }

    /// The network as it is now. Shapes: -> see [`Network::parameters`].
    pub fn network(&self) -> &Network<T> {
        &self.network
    }

    /// What it makes small. Shapes: -> a loss.
    pub fn loss(&self) -> Loss {
        self.loss
    }

    /// The optimiser as it is now. Shapes: -> see [`Optimiser::state`].
    pub fn optimiser(&self) -> &Optimiser<T> {
        &self.optimiser
    }

    /// The gradient that [`Trainer::descend`] takes, without weight decay. Shapes: -> one number for each parameter.
    /// Units: those of the loss, as parameters are dimensionless.
    pub fn gradient(&self) -> &[T] {
        &self.gradient
    }

    /// Computes the mean gradient over a batch; gives its mean loss. `interrupt` is asked before every part of the
    /// batch; parameters stay as they are.
    ///
    /// Formula: `(1/n) Σ_i ℓ(f(x_i), y_i)` and its gradient, without weight decay.
    /// Shapes: n indices -> one number, and one for each parameter ([`Trainer::gradient`]). Units: those of the loss.
    /// Cost: three forward passes.
    ///
    /// # Errors
    /// [`MathError::Range`] for an empty batch or where the loss is no number: the learning rate is too large; those of
    /// `interrupt`.
    pub fn differentiate<E: From<MathError>>(
        &mut self,
        source: &dyn Source<T>,
        rows: &[usize],
        interrupt: &dyn Fn() -> Result<(), E>,
    ) -> Result<f64, E> {
        check_range(!rows.is_empty(), "samples of a batch", 0.0, "at least 1")?;
        self.gradient.fill(T::default());
        let share = 1.0 / rows.len() as f64;
        let mut loss = 0.0;
        for part in rows.chunks(self.space.most_rows()) {
            interrupt()?;
            let targets = run(&self.network, (&mut self.space, &mut self.targets[..]), source, part);
            let (outputs, upstream) = self.space.output();
            loss += share * self.loss.sum(outputs, targets, part.len());
            self.loss.gradient((outputs, targets), (share, part.len()), upstream);
            self.network.backward(&mut self.space, &mut self.gradient)?;
        }
        check_range(loss.is_finite(), "training loss", loss, "a number; lower the learning rate")?;
        Ok(loss)
    }

    /// From now on `weight` times all parameters is added to the gradient of a step: descent of `weight/2 · ‖θ‖²` as well.
    /// Units: those of the loss, as parameters are dimensionless.
    pub fn decay(&mut self, weight: f64) {
        self.optimiser.set_weight_decay(weight);
    }

    /// Adds `weight` times some parameters to the gradient of the next step alone: descent of `weight/2 · ‖θ‖²` over these.
    /// Shapes: a place among the parameters. Units: those of the loss. Cost: one pass over them. Panics beyond the parameters.
    pub fn pull(&mut self, range: Range<usize>, weight: f64) {
        let own = &self.network.parameters()[range.clone()];
        self.gradient[range].iter_mut().zip(own).for_each(|(g, x)| *g = T::of(weight.mul_add(x.to_f64(), g.to_f64())));
    }

    /// One step of the optimiser along the gradient of [`Trainer::differentiate`], frozen parameters excepted. Units:
    /// the rate's as in [`Optimiser::update`]. Cost: one pass over all parameters.
    pub fn descend(&mut self, rate: f64) {
        let parameters = self.network.parameters_mut();
        self.optimiser.update(parameters, &self.gradient, rate);
        self.windows.iter().for_each(|window| window.restrict(parameters));
        for (range, kept) in &self.frozen {
            parameters[range.clone()].copy_from_slice(kept);
        }
    }

    /// Euclidean norms of the gradient and of the parameters of each layer with weights. Shapes: -> two for each of
    /// them.
    /// Units: those of the loss, and dimensionless. Cost: one pass over both.
    pub fn layer_norms(&self) -> Vec<(f64, f64)> {
        let norm = |values: &[T]| values.iter().map(|x| x.to_f64().powi(2)).sum::<f64>().sqrt();
        let layers = self.network.architecture().weighted().map(super::Placed::parameters);
        layers.map(|range| (norm(&self.gradient[range.clone()]), norm(&self.network.parameters()[range]))).collect()
    }

    /// Loss and error on the first `count` samples of a source, nothing where there are none. `interrupt` is asked
    /// before every part.
    ///
    /// Formula: `(1/n) Σ_i ℓ(f(x_i), y_i)`, and the share of samples whose class is missed, see [`Evaluation`].
    /// Shapes: n samples -> two numbers. Units: those of the loss; a share, dimensionless. Cost: a forward pass.
    ///
    /// # Errors
    /// Those of `interrupt`.
    pub fn evaluate<E>(
        &mut self,
        source: &dyn Source<T>,
        count: usize,
        interrupt: &dyn Fn() -> Result<(), E>,
    ) -> Result<Option<Evaluation>, E> {
        let rows: Vec<usize> = (0..count.min(source.count())).collect();
        let (mut loss, mut wrong) = (0.0, 0_usize);
        for part in rows.chunks(self.space.most_rows()) {
            interrupt()?;
            let targets = run(&self.network, (&mut self.space, &mut self.targets[..]), source, part);
            let (outputs, _) = self.space.output();
            loss += self.loss.sum(outputs, targets, part.len());
            wrong += misclassified((outputs, targets), part.len());
        }
        let evaluation = Evaluation { loss: loss / rows.len() as f64, error: wrong as f64 / rows.len() as f64 };
        Ok((!rows.is_empty()).then_some(evaluation))
    }

    /// Goes on from an earlier state. Shapes: those of [`Network::parameters`] and [`Optimiser::state`]. Units: steps.
    ///
    /// # Errors
    /// [`MathError::Shape`] where the state is not one of this network and optimiser.
    pub fn restore(&mut self, parameters: &[T], (steps, moments): (u64, Vec<Vec<T>>)) -> Result<(), MathError> {
        check_size("parameters of the network", parameters.len(), self.gradient.len())?;
        self.network.parameters_mut().copy_from_slice(parameters);
        self.optimiser.restore(steps, moments)
    }
}

fn misclassified<T: Scalar>((outputs, targets): (&[T], &[T]), rows: usize) -> usize {
    if outputs.len() == rows {
        let missed = |(f, y): &(&T, &T)| (**f >= T::default()) != (**y >= T::default());
        return outputs.iter().zip(targets).filter(missed).count();
    }
    let class = |values: &[T], row: usize| {
        let of_sample = (row..values.len()).step_by(rows);
        of_sample.reduce(|best, at| if values[at] > values[best] { at } else { best })
    };
    (0..rows).filter(|&row| class(outputs, row) != class(targets, row)).count()
}

// Passes some samples through; gives their targets.
fn run<'a, T: Scalar>(
    network: &Network<T>,
    (space, targets): (&mut Workspace<T>, &'a mut [T]),
    source: &dyn Source<T>,
    rows: &[usize],
) -> &'a [T] {
    source.inputs(rows, space.input(rows.len()));
    network.forward(space);
    let targets = &mut targets[..rows.len() * network.architecture().output().dim()];
    source.targets(rows, targets);
    targets
}
