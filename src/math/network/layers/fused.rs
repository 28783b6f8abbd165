//! A convolution with what follows it: ReLU, and perhaps the largest of each window.
//!
//! What the convolution gives is rectified and pooled block by block, while it is in the cache, and never written as a
//! whole; so is its gradient. All numbers are those of the layers one after the other, bit by bit.

use super::convolution::{PatchLayout, ROWS_AT_ONCE, block_backward, patch_numbers, positions_at_once, read_patches};
use super::dense::fill_with_bias;
use super::layer::{Layer, Placed, PoolingLayer};
use super::passing::{Gradients, Values};
use super::pointwise::Pointwise;
use crate::math::image::maps::Geometry;
use crate::math::image::pooling::Pooling;
use crate::math::linalg::{Block, BlockMut};
use crate::math::network::scalar::{RunningSum, Scalar, vectorised};
use crate::math::size::times;
use pulp::NullaryFnOnce;
use std::ops::Range;

// What `chosen` says where no number of a window is positive.
const NONE: u32 = u32::MAX;
// Samples that are pooled at once.
const LANES: usize = 16;

/// A convolution and how its output is pooled.
#[derive(Debug, Clone)]
pub struct Fused {
    /// The convolution.
    pub convolution: Placed,
    /// Shape of a sample that the last of the layers gives.
    pub output: Geometry,
    /// Layers that it stands for: 2, or 3 with a pooling.
    pub layers: usize,
    window: usize,
}

/// Room for a block: patches, what the convolution gives there or its gradient, sums of each channel's gradient.
#[derive(Debug, Clone)]
pub struct FusedMemory<T> {
    patches: Vec<T>,
    block: Vec<T>,
    sums: Vec<RunningSum<T>>,
    /// The entry of each window that was taken.
    chosen: Vec<u32>,
}

impl<T: Scalar> FusedMemory<T> {
    /// Room for batches of n samples. Shapes: n -> n x numbers of the convolution. Cost: memory, less than what the layers give one after the other.
    pub fn new(fused: &Fused, most_rows: usize) -> Self {
        let placed = &fused.convolution;
        Self {
            patches: vec![T::default(); patch_numbers(placed, most_rows)],
            block: vec![T::default(); fused.block_numbers(most_rows)],
            sums: vec![RunningSum::of(0); placed.units()],
            chosen: vec![NONE; if fused.window > 1 { most_rows * fused.output.dim() } else { 0 }],
        }
    }
}

/// Windows side by side whose positions are convolved together.
struct Tile {
    down: Range<usize>,
    across: Range<usize>,
    /// Positions of a row of it.
    pitch: usize,
}

impl Fused {
    /// What the first of these layers can be computed with: a convolution, then ReLU, then the largest of each window where
    /// that follows; nothing where the first layers are others. Shapes: layers -> at most three of them.
    pub fn starting(layers: &[Placed]) -> Option<Self> {
        let [convolution, relu, rest @ ..] = layers else { return None };
        let (Layer::Convolution(_), Layer::Activation(Pointwise::Relu)) = (convolution.layer, relu.layer) else {
            return None;
        };
        let convolution = convolution.clone();
        Some(match rest.first() {
            Some(&Placed { layer: Layer::Pooling(PoolingLayer { pooling: Pooling::Max, size }), output, .. }) => {
                Self { convolution, output, layers: 3, window: size }
            }
            _ => Self { output: convolution.output, convolution, layers: 2, window: 1 },
        })
    }

    /// Numbers of a block of what the convolution gives. Units: numbers.
    fn block_numbers(&self, most_rows: usize) -> usize {
        let Self { convolution, window, .. } = self;
        // fewer samples take more positions at once
        let most = times(*window, ROWS_AT_ONCE.max(times(*window, most_rows)));
        times(most.min(times(convolution.output.positions(), most_rows)), convolution.units())
    }

    fn tiles(&self, rows: usize) -> impl Iterator<Item = Tile> {
        let (at_once, width) = (positions_at_once(rows), self.convolution.output.width);
        let Geometry { height: down, width: across, .. } = self.output;
        // whole rows of a small map, else parts of one row of windows
        let (rows, columns) = if width <= at_once {
            ((at_once / (self.window * width)).max(1), across)
        } else {
            (1, (at_once / self.window).max(1))
        };
        (0..down).step_by(rows).flat_map(move |top| {
            (0..across).step_by(columns).map(move |left| {
                let end = (left + columns).min(across);
                let pitch = if width <= at_once { width } else { (end - left) * self.window };
                Tile { down: top..(top + rows).min(down), across: left..end, pitch }
            })
        })
    }

    /// Runs of positions of a tile.
    fn runs(&self, tile: &Tile) -> impl Iterator<Item = Range<usize>> + use<> {
        let (width, window) = (self.convolution.output.width, self.window);
        let (first, last) = (tile.down.start * window, tile.down.end * window);
        let (left, pitch) = (tile.across.start * window, tile.pitch);
        // whole rows are one run
        let step = if pitch == width { last - first } else { 1 };
        (first..last).step_by(step.max(1)).map(move |row| row * width + left..row * width + left + step * pitch)
    }

    /// `y = max over a window of max(m W * x + b, 0)`.
    ///
    /// Shapes: n maps of C x H x W -> n of [`Fused::output`]. Units: those of x. Cost: that of the convolution.
    /// Source: the three layers, fused.
    pub fn forward<T: Scalar>(
        &self,
        parameters: &[T],
        (x, y): (&[T], &mut [T]),
        (memory, rows): (&mut FusedMemory<T>, usize),
    ) {
        let placed = &self.convolution;
        let Some(layout) = PatchLayout::of(placed, rows) else { return };
        let (inputs, units) = (placed.fan_in(), placed.units());
        let weights = Block::dense(&parameters[placed.weights.clone()], inputs, units);
        let FusedMemory { patches, block, chosen, .. } = memory;
        for tile in self.tiles(rows) {
            let all = tile.down.len() * self.window * tile.pitch * rows;
            let block = &mut block[..all * units];
            let onto = fill_with_bias(&parameters[placed.bias.clone()], block, all);
            let mut done = 0;
            for run in self.runs(&tile) {
                for start in run.clone().step_by(positions_at_once(rows)) {
                    let part = start..(start + positions_at_once(rows)).min(run.end);
                    let taken = part.len() * rows;
                    read_patches(&layout, part, x, &mut patches[..taken * inputs]);
                    let patches = Block::dense(&patches[..taken * inputs], taken, inputs);
                    let into = BlockMut::new(&mut block[done..], (taken, units), all);
                    T::multiply(into, onto, T::of(placed.multiplier), (patches, weights));
                    done += taken;
                }
            }
            vectorised(Pool { fused: self, tile, block, y, chosen, rows });
        }
    }

    /// The gradients of [`Fused::forward`], whose choices the memory still holds.
    ///
    /// Formula: that of the convolution, from `dy` at the entries that were taken and are positive, 0 at the others.
    /// Shapes: n maps of [`Fused::output`] -> C k² x P and P, and n of C x H x W where wanted. Units: those of the loss
    /// over those of what is differentiated by. Cost: twice a forward pass.
    pub fn backward<T: Scalar>(
        &self,
        values: &Values<'_, T>,
        out: &mut Gradients<'_, T>,
        (memory, rows): (&mut FusedMemory<T>, usize),
    ) {
        let placed = &self.convolution;
        let Some(layout) = PatchLayout::of(placed, rows) else { return };
        let units = placed.units();
        let FusedMemory { patches, block: whole, sums, chosen } = memory;
        sums.fill(RunningSum::of(rows * placed.output.positions()));
        if let Some(dx) = out.input.as_deref_mut() {
            dx.fill(T::default());
        }
        for block in layout.blocks() {
            let taken = block.len() * rows;
            let upstream = &mut whole[..taken * units];
            let taken_from = (values, &chosen[..]);
            vectorised(Spread { fused: self, block: block.clone(), taken_from, into: upstream, sums, rows });
            let upstream = Block::dense(upstream, taken, units);
            block_backward((placed, &layout), values, out, (block, upstream), patches);
        }
        let bias = &mut out.parameters[placed.bias.clone()];
        bias.iter_mut().zip(sums).for_each(|(b, sum)| *b += sum.total());
    }
}

/// What a tile of the convolution's output gives.
struct Pool<'a, T> {
    fused: &'a Fused,
    tile: Tile,
    block: &'a [T],
    y: &'a mut [T],
    chosen: &'a mut [u32],
    rows: usize,
}

impl<T: Scalar> NullaryFnOnce for Pool<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(mut self) {
        let (window, output, rows, pitch) = (self.fused.window, self.fused.output, self.rows, self.tile.pitch);
        let column = self.tile.down.len() * window * pitch * rows;
        for (unit, column) in self.block.chunks_exact(column.max(1)).enumerate() {
            for top in self.tile.down.clone() {
                for left in self.tile.across.clone() {
                    let target = ((unit * output.height + top) * output.width + left) * rows;
                    let first =
                        (top - self.tile.down.start) * window * pitch + (left - self.tile.across.start) * window;
                    self.window(target, &column[first * rows..]);
                }
            }
        }
    }
}

impl<T: Scalar> Pool<'_, T> {
    /// One window of all samples.
    #[inline(always)]
    fn window(&mut self, target: usize, x: &[T]) {
        let Self { rows, .. } = *self;
        if self.fused.window == 1 {
            self.y[target..][..rows].iter_mut().zip(x).for_each(|(y, &x)| *y = rectified(x));
            return;
        }
        let whole = rows - rows % LANES;
        for chunk in 0..rows / LANES {
            self.samples::<LANES>(target, chunk * LANES, x);
        }
        for row in whole..rows {
            self.samples::<1>(target, row, x);
        }
    }

    // so many samples at once stay in registers
    #[inline(always)]
    fn samples<const N: usize>(&mut self, target: usize, row: usize, x: &[T]) {
        let (mut largest, mut chosen) = ([T::default(); N], [NONE; N]);
        for (entry, place) in entries(self.fused.window, self.tile.pitch) {
            let x = &x[place * self.rows + row..][..N];
            for lane in 0..N {
                let larger = x[lane] > largest[lane];
                chosen[lane] = if larger { entry } else { chosen[lane] };
                largest[lane] = if larger { x[lane] } else { largest[lane] };
            }
        }
        self.y[target + row..][..N].copy_from_slice(&largest);
        self.chosen[target + row..][..N].copy_from_slice(&chosen);
    }
}

/// The gradient of what the convolution gave at a block of positions, and its sums.
struct Spread<'a, T> {
    fused: &'a Fused,
    block: Range<usize>,
    taken_from: (&'a Values<'a, T>, &'a [u32]),
    into: &'a mut [T],
    sums: &'a mut [RunningSum<T>],
    rows: usize,
}

impl<T: Scalar> NullaryFnOnce for Spread<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { fused, block, taken_from: (values, chosen), into, sums, rows } = self;
        let (window, output, width) = (fused.window, fused.output, fused.convolution.output.width);
        let columns = into.chunks_exact_mut((block.len() * rows).max(1));
        for ((unit, column), sum) in columns.enumerate().zip(sums) {
            for (position, into) in block.clone().zip(column.chunks_exact_mut(rows)) {
                let (row, across) = (position / width, position % width);
                let (top, left) = (row / window, across / window);
                if top >= output.height || left >= output.width {
                    into.fill(T::default());
                    continue;
                }
                let source = ((unit * output.height + top) * output.width + left) * rows;
                let dy = &values.upstream[source..][..rows];
                if window == 1 {
                    let along = into.iter_mut().zip(dy.iter().zip(&values.output[source..][..rows]));
                    along.for_each(|(into, (&dy, &y))| *into = if y > T::default() { dy } else { T::default() });
                } else {
                    let entry = entry_of(row % window, across % window, window);
                    let along = into.iter_mut().zip(dy.iter().zip(&chosen[source..][..rows]));
                    along.for_each(|(into, (&dy, &at))| *into = if at == entry { dy } else { T::default() });
                }
            }
            sum.add(column);
        }
    }
}

#[inline(always)]
fn rectified<T: Scalar>(x: T) -> T {
    if x > T::default() { x } else { T::default() }
}

#[expect(clippy::cast_possible_truncation, reason = "a window has at most 64² entries")]
const fn entry_of(row: usize, column: usize, window: usize) -> u32 {
    (row * window + column) as u32
}

// The entries of a window and their places in a tile.
#[inline(always)]
fn entries(window: usize, pitch: usize) -> impl Iterator<Item = (u32, usize)> {
    let all = (0..window).flat_map(move |row| (0..window).map(move |column| (row, column)));
    all.map(move |(row, column)| (entry_of(row, column, window), row * pitch + column))
}

#[cfg(test)]
#[path = "fused_tests.rs"]
mod tests;
