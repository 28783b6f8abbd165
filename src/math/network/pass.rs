//! A network, and its forward and backward pass over a batch.

use super::architecture::Architecture;
use super::layers::circular::{self, CircularMemory, Transform};
use super::layers::fused::{Fused, FusedMemory};
use super::layers::layer::{Layer, Placed, PoolingLayer};
use super::layers::passing::{Gradients, Values};
use super::layers::{channel_norm, convolution, dense, pooling};
use super::scalar::Scalar;
use crate::math::error::{MathError, check_size};
use crate::math::image::maps::Geometry;
use crate::math::size::times;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// A network: its layers and one vector of all weights and biases.
#[derive(Debug, Clone, PartialEq)]
pub struct Network<T> {
    architecture: Architecture,
    parameters: Vec<T>,
}

/// What a layer keeps from its forward pass for its backward pass, or needs as working space.
#[derive(Debug, Clone)]
struct Memory<T> {
    numbers: Vec<T>,
    dots: Vec<T>,
    chosen: Vec<u32>,
    circular: Option<CircularMemory<T>>,
    /// The layer with those behind it, where they are one.
    fused: Option<(Fused, FusedMemory<T>)>,
    /// Whether the layer is computed with one ahead of it.
    within: bool,
}

/// Buffers for a batch: every layer's values and their gradients.
#[derive(Debug, Clone)]
pub struct Workspace<T> {
    most_rows: usize,
    rows: usize,
    values: Vec<Vec<T>>,
    gradients: Vec<Vec<T>>,
    memory: Vec<Memory<T>>,
}

impl<T: Scalar> Workspace<T> {
    /// Buffers for batches of at most so many samples, all 0.
    ///
    /// Shapes: -> n x d for the values that each layer takes and gives, and as much for gradients from the first layer
    /// with weights on. Units: samples. Cost: memory, see [`Workspace::numbers`].
    pub fn new(architecture: &Architecture, most_rows: usize) -> Self {
        Self::with(architecture, most_rows, |_| None)
    }

    /// The same for [`Network::forward`] and [`Network::backward`] alone, for the network as a whole: convolutions with ReLU
    /// and largest-of-window pooling behind them are computed together, and the values between them are not kept. All
    /// numbers that are kept are the same, bit by bit.
    ///
    /// Shapes: as [`Workspace::new`], none for the values between. Units: samples. Cost: less memory than that.
    pub fn for_descent(architecture: &Architecture, most_rows: usize) -> Self {
        Self::with(architecture, most_rows, Fused::starting)
    }

    fn with(architecture: &Architecture, most_rows: usize, fuse: fn(&[Placed]) -> Option<Fused>) -> Self {
        let layers = architecture.layers();
        let learned = first_with_weights(architecture) + 1;
        let room = |dim: usize| vec![T::default(); dim * most_rows];
        let (mut values, mut gradients) = (vec![room(architecture.input().dim())], vec![Vec::new()]);
        let (mut memory, mut transforms) = (Vec::new(), HashMap::new());
        while memory.len() < layers.len() {
            let placed = &layers[memory.len()];
            let fused = fuse(&layers[memory.len()..]);
            let (between, output) = fused.as_ref().map_or((0, placed.output), |f| (f.layers - 1, f.output));
            memory.push(match fused {
                Some(fused) => Memory::of_fused(fused, most_rows),
                None => Memory::new(placed, most_rows, &mut transforms),
            });
            for _ in 0..between {
                (values.push(Vec::new()), gradients.push(Vec::new()));
                memory.push(Memory { within: true, ..Memory::none() });
            }
            gradients.push(if values.len() < learned { Vec::new() } else { room(output.dim()) });
            values.push(room(output.dim()));
        }
        Self { most_rows, rows: 0, values, gradients, memory }
    }

    /// Numbers in the buffers, roughly: twice the activations of n samples, the largest block of patches, and what
    /// circular convolutions keep. Units: numbers.
    pub fn numbers(architecture: &Architecture, most_rows: usize) -> usize {
        let patches = architecture.layers().iter().map(|placed| convolution::patch_numbers(placed, most_rows));
        let circular = architecture.layers().iter().map(|placed| circular::memory_numbers(placed, most_rows));
        times(2 * architecture.numbers(), most_rows) + patches.max().unwrap_or(0) + circular.sum::<usize>()
    }

    /// Samples that a batch may have. Units: samples.
    pub fn most_rows(&self) -> usize {
        self.most_rows
    }

    /// Where to write the batch. Shapes: -> n x d, column-major. Panics for more samples than there is room for.
    pub fn input(&mut self, rows: usize) -> &mut [T] {
        assert!(rows <= self.most_rows, "{rows} samples in a workspace for {}", self.most_rows);
        self.rows = rows;
        let dim = self.values[0].len() / self.most_rows.max(1);
        &mut self.values[0][..rows * dim]
    }

    /// What the first `number` layers gave, all layers where there are fewer. Shapes: -> n x d of that layer,
    /// column-major.
    pub fn values(&self, number: usize) -> &[T] {
        let buffer = &self.values[number.min(self.values.len() - 1)];
        &buffer[..buffer.len() / self.most_rows.max(1) * self.rows]
    }

    /// The same, to change before [`Network::forward_between`]. Shapes: as [`Workspace::values`].
    pub fn values_mut(&mut self, number: usize) -> &mut [T] {
        let number = number.min(self.values.len() - 1);
        let length = self.values[number].len() / self.most_rows.max(1) * self.rows;
        &mut self.values[number][..length]
    }

    /// What the last layer gave, and where to write the gradient of the loss with respect to it. Shapes: -> n x K
    /// twice, column-major.
    pub fn output(&mut self) -> (&[T], &mut [T]) {
        let last = self.values.len() - 1;
        let length = self.values[last].len() / self.most_rows.max(1) * self.rows;
        (&self.values[last][..length], &mut self.gradients[last][..length])
    }
}

impl<T: Scalar> Memory<T> {
    fn none() -> Self {
        Self { numbers: Vec::new(), dots: Vec::new(), chosen: Vec::new(), circular: None, fused: None, within: false }
    }

    fn of_fused(fused: Fused, rows: usize) -> Self {
        let memory = FusedMemory::new(&fused, rows);
        Self { fused: Some((fused, memory)), ..Self::none() }
    }

    /// Layers that are computed here, and the shape that the last of them gives.
    fn span(&self, placed: &Placed) -> (usize, Geometry) {
        self.fused.as_ref().map_or((1, placed.output), |(fused, _)| (fused.layers, fused.output))
    }

    fn new(placed: &Placed, rows: usize, transforms: &mut HashMap<(usize, usize), Arc<Transform<T>>>) -> Self {
        let zeros = |numbers: usize| vec![T::default(); numbers];
        let mut memory = Self::none();
        match placed.layer {
            Layer::Convolution(_) => memory.numbers = zeros(convolution::patch_numbers(placed, rows)),
            Layer::CircularConvolution(_) => {
                let size = (placed.input.height, placed.input.width);
                let transform = transforms.entry(size).or_insert_with(|| Arc::new(Transform::new(placed.input)));
                memory.circular = Some(CircularMemory::new(placed, Arc::clone(transform), rows));
            }
            Layer::ChannelNorm => {
                memory.numbers = zeros(rows * placed.input.positions());
                memory.dots = memory.numbers.clone();
            }
            Layer::Pooling(_) => memory.chosen = vec![0; rows * placed.output.dim()],
            Layer::Dense(_) | Layer::Activation(_) | Layer::GlobalAverage => {}
        }
        memory
    }
}

impl<T: Scalar> Network<T> {
    /// A network with given parameters. Shapes: one number for each weight and bias, in the order of [`Architecture`].
    ///
    /// # Errors
    /// [`MathError::Shape`] for another number of parameters than the layers have.
    pub fn new(architecture: Architecture, parameters: Vec<T>) -> Result<Self, MathError> {
        check_size("parameters of the network", parameters.len(), architecture.parameters())?;
        Ok(Self { architecture, parameters })
    }

    /// Its layers, with their shapes. Shapes: -> see [`Architecture::layers`].
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// All weights and biases. Shapes: -> one number each, in the order of [`Architecture`]. Units: dimensionless.
    pub fn parameters(&self) -> &[T] {
        &self.parameters
    }

    /// All weights and biases, to change. Shapes: as [`Network::parameters`].
    pub fn parameters_mut(&mut self) -> &mut [T] {
        &mut self.parameters
    }

    /// Computes every layer's values from the batch in the workspace.
    ///
    /// Formula: `x_{l+1} = f_l(x_l)`, f_l as [`Layer`] says. Shapes: n x d in, n x d' of each layer out, in the
    /// workspace.
    /// Cost: [`Architecture::flops`] a sample.
    pub fn forward(&self, space: &mut Workspace<T>) {
        self.forward_to(space, self.architecture.layers().len());
    }

    /// The same for the first `number` layers only. Shapes: as [`Network::forward`]. Cost: that of these layers.
    pub fn forward_to(&self, space: &mut Workspace<T>, number: usize) {
        self.forward_between(space, 0..number);
    }

    /// The same for some layers in the middle, from what stands in the workspace before the first of them. Shapes: as
    /// [`Network::forward`]. Cost: that of these layers.
    pub fn forward_between(&self, space: &mut Workspace<T>, layers: Range<usize>) {
        let (rows, mut i) = (space.rows, layers.start);
        while let Some(placed) = self.architecture.layers()[..layers.end.min(space.memory.len())].get(i) {
            let (span, output) = space.memory[i].span(placed);
            let (before, after) = space.values.split_at_mut(i + 1);
            let x = &before[i][..rows * placed.input.dim()];
            let y = &mut after[span - 1][..rows * output.dim()];
            match &mut space.memory[i].fused {
                Some((fused, memory)) => fused.forward(&self.parameters, (x, y), (memory, rows)),
                None => self.layer_forward(placed, (x, y), &mut space.memory[i], rows),
            }
            i += span;
        }
    }

    fn layer_forward(&self, placed: &Placed, (x, y): (&[T], &mut [T]), memory: &mut Memory<T>, rows: usize) {
        let positions = rows * placed.input.positions();
        match placed.layer {
            Layer::Dense(_) => dense::forward(placed, &self.parameters, (x, y), rows),
            Layer::Convolution(_) => {
                convolution::forward(placed, &self.parameters, (x, y), (&mut memory.numbers, rows));
            }
            Layer::CircularConvolution(_) => {
                if let Some(memory) = &mut memory.circular {
                    circular::forward(placed, &self.parameters, (x, y), (memory, rows));
                }
            }
            Layer::Activation(f) => f.forward(x, y),
            Layer::Pooling(PoolingLayer { pooling, size }) => {
                let chosen = &mut memory.chosen[..y.len()];
                pooling::forward(placed, (pooling, size), (x, y), (chosen, rows));
            }
            Layer::ChannelNorm => channel_norm::forward(placed, (x, y), (&mut memory.numbers[..positions], rows)),
            Layer::GlobalAverage => pooling::global_forward(placed, (x, y), rows),
        }
    }

    /// Adds the gradient of the loss with respect to the parameters, from that with respect to the output, which the
    /// caller has written into the workspace after [`Network::forward`].
    ///
    /// Formula: the chain rule, last layer first: `∇_{x_l} = J_lᵀ ∇_{x_{l+1}}`, J_l the Jacobian of layer l.
    /// Shapes: n x K in the workspace -> one number for each parameter. Units: those of the loss, as parameters are
    /// dimensionless. Cost: twice a forward pass.
    /// Source: Rumelhart, Hinton and Williams, Nature 323 (1986) 533, eq. (4) to (7), doi:10.1038/323533a0.
    ///
    /// # Errors
    /// [`MathError::Shape`] where the gradient has another length than the parameters.
    pub fn backward(&self, space: &mut Workspace<T>, gradient: &mut [T]) -> Result<(), MathError> {
        check_size("the gradient", gradient.len(), self.parameters.len())?;
        let rows = space.rows;
        // nothing before the first layer with weights is learned, so its input needs no gradient
        let first = first_with_weights(&self.architecture);
        for (i, placed) in self.architecture.layers().iter().enumerate().skip(first).rev() {
            let (span, output) = space.memory[i].span(placed);
            if space.memory[i].within {
                continue;
            }
            let (before, after) = space.gradients.split_at_mut(i + 1);
            let values = Values {
                parameters: &self.parameters,
                input: &space.values[i][..rows * placed.input.dim()],
                output: &space.values[i + span][..rows * output.dim()],
                upstream: &after[span - 1][..rows * output.dim()],
            };
            let input = (i > first).then(|| &mut before[i][..rows * placed.input.dim()]);
            let mut out = Gradients { parameters: gradient, input };
            match &mut space.memory[i].fused {
                Some((fused, memory)) => fused.backward(&values, &mut out, (memory, rows)),
                None => layer_backward(placed, &values, &mut out, (&mut space.memory[i], rows)),
            }
        }
        Ok(())
    }
}

fn first_with_weights(architecture: &Architecture) -> usize {
    architecture.layers().iter().position(|placed| placed.units() > 0).unwrap_or(0)
}

fn layer_backward<T: Scalar>(
    placed: &Placed,
    values: &Values<'_, T>,
    out: &mut Gradients<'_, T>,
    (memory, rows): (&mut Memory<T>, usize),
) {
    match placed.layer {
        Layer::Dense(_) => return dense::backward(placed, values, out, rows),
        Layer::Convolution(_) => {
            return convolution::backward(placed, values, out, (&mut memory.numbers, rows));
        }
        Layer::CircularConvolution(_) => {
            if let Some(memory) = &mut memory.circular {
                circular::backward(placed, values, out, (memory, rows));
            }
            return;
        }
        _ => {}
    }
    let Some(dx) = out.input.as_deref_mut() else { return };
    let positions = rows * placed.input.positions();
    match placed.layer {
        Layer::Activation(f) => f.backward((values.input, values.output), values.upstream, dx),
        Layer::Pooling(PoolingLayer { pooling, size }) => {
            let chosen = &memory.chosen[..values.output.len()];
            pooling::backward(placed, (pooling, size), (values.upstream, dx), (chosen, rows));
        }
        Layer::ChannelNorm => {
            let saved = (values.output, &memory.numbers[..positions]);
            channel_norm::backward(placed, saved, (values.upstream, dx), (&mut memory.dots[..positions], rows));
        }
        Layer::GlobalAverage => pooling::global_backward(placed, (values.upstream, dx), rows),
        Layer::Dense(_) | Layer::Convolution(_) | Layer::CircularConvolution(_) => {}
    }
}
