//! The buffers of a pass: every layer's values and gradients, and what it keeps from one pass to the other.

use super::architecture::Architecture;
use super::layers::circular::{self, CircularMemory, CircularScratch};
use super::layers::convolution;
use super::layers::fused::{Fused, FusedMemory};
use super::layers::layer::{Layer, Placed};
use super::layers::pointwise::Pointwise;
use super::layers::wave_transform::WaveTransform;
use super::scalar::Scalar;
use crate::math::image::maps::Geometry;
use crate::math::size::times;
use std::collections::HashMap;
use std::sync::Arc;

/// What a layer keeps from its forward pass for its backward pass, or needs as working space.
#[derive(Debug, Clone)]
pub(super) struct Memory<T> {
    pub numbers: Vec<T>,
    pub dots: Vec<T>,
    pub chosen: Vec<u32>,
    pub circular: Option<CircularMemory<T>>,
    /// The layer with those behind it, where they are one.
    pub fused: Option<(Fused, FusedMemory<T>)>,
    /// Whether the layer is computed with one ahead of it.
    pub within: bool,
}

/// What a layer's passes may write to beside values and gradients.
pub(super) type Room<'a, T> = (&'a mut Memory<T>, &'a mut CircularScratch<T>);

/// Buffers for a batch: every layer's values and their gradients.
#[derive(Debug, Clone)]
pub struct Workspace<T> {
    most_rows: usize,
    pub(super) rows: usize,
    pub(super) values: Vec<Vec<T>>,
    /// The gradient with respect to what a layer gave, and room for that of what it took: each layer's backward pass
    /// makes one of the other.
    pub(super) upstream: Vec<T>,
    pub(super) downstream: Vec<T>,
    pub(super) memory: Vec<Memory<T>>,
    pub(super) circular: CircularScratch<T>,
}

impl<T: Scalar> Workspace<T> {
    /// Buffers for batches of at most so many samples, all 0.
    ///
    /// Shapes: -> n x d for the values that each layer takes and gives, and twice the largest of them for gradients.
    /// Units: samples. Cost: memory, see [`Workspace::numbers`].
    pub fn new(architecture: &Architecture, most_rows: usize) -> Self {
        Self::with(architecture, most_rows, false)
    }

    /// The same for [`super::Network::forward`] and [`super::Network::backward`] alone, for the network as a whole: convolutions with ReLU
    /// (and largest-of-window pooling) behind them are computed together, and the values between them are not kept. All
    /// numbers that are kept are the same, bit by bit.
    ///
    /// Shapes: as [`Workspace::new`], none for the values between. Units: samples. Cost: less memory than that.
    pub fn for_descent(architecture: &Architecture, most_rows: usize) -> Self {
        Self::with(architecture, most_rows, true)
    }

    /// The same for [`super::jacobian`]: with room for the gradient with respect to the input.
    ///
    /// Shapes: as [`Workspace::new`]. Units: samples. Cost: memory, see [`Workspace::numbers`].
    pub(super) fn to_the_input(architecture: &Architecture, most_rows: usize) -> Self {
        let mut space = Self::with(architecture, most_rows, false);
        let sizes = architecture.layers().iter().flat_map(|placed| [placed.input.dim(), placed.output.dim()]);
        let largest = most_rows * sizes.max().unwrap_or(0);
        space.upstream.resize(largest, T::default());
        space.downstream.resize(largest, T::default());
        space
    }

    fn with(architecture: &Architecture, most_rows: usize, fuse: bool) -> Self {
        let layers = architecture.layers();
        let learned = first_with_weights(architecture) + 1;
        let room = |dim: usize| vec![T::default(); dim * most_rows];
        let (mut values, mut largest) = (vec![room(architecture.input().dim())], 0);
        let (mut memory, mut transforms) = (Vec::<Memory<T>>::new(), HashMap::new());
        let mut circular = CircularScratch::default();
        while let Some(placed) = layers.get(memory.len()) {
            let own = Memory::new(&layers[memory.len()..], (most_rows, fuse), &mut transforms);
            let (span, output) = own.span(placed);
            if let Some(memory) = &own.circular {
                circular.grow(placed, memory, most_rows);
            }
            memory.push(own);
            for _ in 1..span {
                values.push(Vec::new());
                memory.push(Memory { within: true, ..Memory::none() });
            }
            if values.len() >= learned {
                largest = largest.max(output.dim());
            }
            values.push(room(output.dim()));
        }
        Self { most_rows, rows: 0, values, upstream: room(largest), downstream: room(largest), memory, circular }
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

    /// The same, to change before [`super::Network::forward_between`]. Shapes: as [`Workspace::values`].
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
        (&self.values[last][..length], &mut self.upstream[..length])
    }
}

/// Transforms by the size of maps.
type Transforms<T> = HashMap<(usize, usize), Arc<WaveTransform<T>>>;

impl<T: Scalar> Memory<T> {
    fn none() -> Self {
        Self { numbers: Vec::new(), dots: Vec::new(), chosen: Vec::new(), circular: None, fused: None, within: false }
    }

    /// Layers that are computed here, and the shape that the last of them gives. Shapes: -> a count, C x H x W.
    pub fn span(&self, placed: &Placed) -> (usize, Geometry) {
        let rectified = self.circular.as_ref().is_some_and(|circular| circular.rectified);
        let alone = (1 + usize::from(rectified), placed.output);
        self.fused.as_ref().map_or(alone, |(fused, _)| (fused.layers, fused.output))
    }

    /// That of the first of some layers, with those behind it where they are computed with it.
    fn new(layers: &[Placed], (rows, fuse): (usize, bool), transforms: &mut Transforms<T>) -> Self {
        let zeros = |numbers: usize| vec![T::default(); numbers];
        let mut memory = Self::none();
        let [placed, behind @ ..] = layers else { return memory };
        if let Some(fused) = Fused::starting(layers).filter(|_| fuse) {
            let room = FusedMemory::new(&fused, rows);
            memory.fused = Some((fused, room));
            return memory;
        }
        let rectified = matches!(behind.first(), Some(Placed { layer: Layer::Activation(Pointwise::Relu), .. }));
        match placed.layer {
            Layer::Convolution(_) => memory.numbers = zeros(convolution::patch_numbers(placed, rows)),
            Layer::CircularConvolution(_) => {
                let size = (placed.input.height, placed.input.width);
                let transform = transforms.entry(size).or_insert_with(|| Arc::new(WaveTransform::new(placed.input)));
                let mut circular = CircularMemory::new(placed, Arc::clone(transform), rows);
                circular.rectified = fuse && rectified;
                memory.circular = Some(circular);
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

/// The first layer that has weights: what is ahead of it is not learned.
pub(super) fn first_with_weights(architecture: &Architecture) -> usize {
    architecture.layers().iter().position(|placed| placed.units() > 0).unwrap_or(0)
}
