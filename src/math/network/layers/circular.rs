//! Circular convolution with filters as large as the image, in the Fourier domain.
//!
//! A layer computes `y = m M W x + b` with W a circular convolution and `M_β = (1 − β) I + β A` a fixed pooling (see
//! [`Torus`]). In the basis of real waves each frequency stands for itself: coefficients a of the cosine and b of the sine, n x C,
//! become `m_ω (aR + bI)` and `m_ω (bR − aI)`, where R + iI is the filters' Fourier transform Ŵ(ω), C x C'.
//!
//! Weights are stored frequency after frequency as `√2 [R; I]`, (2C) x C' column-major, or R, C x C', where −ω is ω. So
//! `‖weights‖² = Σ_ω ‖Ŵ(ω)‖²` over all frequencies: the squared Frobenius norm of the convolution as an operator, HW times
//! that of the filters' entries.

use super::layer::{CircularConvolutionLayer, Layer, Placed};
use super::passing::{Gradients, Values};
use super::pointwise::Pointwise;
use super::real_line::Behind;
use super::wave_transform::{Layout, Scratch, WaveTransform};
use crate::math::fourier::torus::{Torus, Wave};
use crate::math::linalg::{Block, BlockMut, Matrix, Onto, orthonormal_basis};
use crate::math::network::scalar::{Scalar, SumOf, vectorised};
use crate::math::random::Stream;
use crate::math::size::times;
use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};
use std::ops::Range;
use std::sync::Arc;

/// What a circular convolution keeps from its forward pass.
#[derive(Debug, Clone)]
pub struct CircularMemory<T> {
    transform: Arc<WaveTransform<T>>,
    /// `m_ω m` of each frequency, over the norm of cosine and sine in the weights.
    gains: Vec<T>,
    /// The input's coefficients, a column [a; b] for each channel and frequency.
    input: Vec<T>,
    /// Whether ReLU stands behind it and is computed with it.
    pub rectified: bool,
}

/// Working space that all circular convolutions of a network share.
#[derive(Debug, Clone, Default)]
pub struct CircularScratch<T> {
    lines: Scratch<T>,
    /// The gradient of what one channel gave before ReLU.
    channel: Vec<T>,
    /// What gives the output's coefficients, or its gradient's, doubled.
    output: Vec<T>,
}

impl<T: Scalar> CircularMemory<T> {
    /// Room for batches of n samples, all 0. Shapes: -> n x CHW. Cost: memory, see [`memory_numbers`].
    pub fn new(placed: &Placed, transform: Arc<WaveTransform<T>>, rows: usize) -> Self {
        let torus = transform.torus();
        Self {
            gains: torus.waves().iter().map(|wave| T::of(gain(placed, torus, wave))).collect(),
            input: vec![T::default(); rows * placed.input.dim()],
            rectified: false,
            transform,
        }
    }
}

impl<T: Scalar> CircularScratch<T> {
    /// Grows to what a layer needs for batches of n samples. Units: samples. Cost: memory, see [`memory_numbers`].
    pub fn grow(&mut self, placed: &Placed, memory: &CircularMemory<T>, rows: usize) {
        self.lines.grow(&memory.transform, rows);
        for (room, of_sample) in
            [(&mut self.channel, placed.input.positions()), (&mut self.output, 2 * placed.output.dim())]
        {
            room.resize((rows * of_sample).max(room.len()), T::default());
        }
    }
}

/// Numbers that such a layer needs beside its values, at most: coefficients, room to transform; 0 for another layer. Units:
/// numbers.
pub fn memory_numbers(placed: &Placed, most_rows: usize) -> usize {
    let Layer::CircularConvolution(_) = placed.layer else { return 0 };
    times(most_rows, placed.input.dim() + 2 * placed.output.dim() + 3 * placed.input.positions())
}

/// `m_ω m` over the norm that cosine and sine have in the weights.
fn gain(placed: &Placed, torus: &Torus, wave: &Wave) -> f64 {
    let Layer::CircularConvolution(CircularConvolutionLayer { pooling, .. }) = placed.layer else { return 0.0 };
    let scale = if wave.is_alone() { 1.0 } else { FRAC_1_SQRT_2 };
    scale * placed.multiplier * torus.pooling_gain(wave, pooling)
}

/// `m_ω m Ŵ(ω)`, real and imaginary part: what a circular convolution and its pooling do to the coefficients `a − ib` of a
/// frequency, from the right. `parameters` are the network's; nothing for a layer of another kind.
///
/// Formula: `√2 Ŵ(ω)` stands in the weights, Ŵ(ω) alone where −ω is ω; m_ω is [`Torus::pooling_gain`].
/// Shapes: -> C x C' and C x C'. Units: dimensionless. Cost: 2CC'.
pub fn frequency_block<T: Scalar>(
    placed: &Placed,
    parameters: &[T],
    (torus, wave): (&Torus, &Wave),
) -> Option<(Matrix, Matrix)> {
    let Layer::CircularConvolution(_) = placed.layer else { return None };
    let (from, to) = (placed.input.channels, placed.output.channels);
    let own = &parameters[placed.weights.clone()][part(wave, from * to)];
    let gain = gain(placed, torus, wave);
    let numbers = wave.columns.len();
    let real = Matrix::from_fn(from, to, |a, b| gain * own[b * numbers * from + a].to_f64());
    if wave.is_alone() {
        return Some((real, Matrix::zeros(from, to)));
    }
    Some((real, Matrix::from_fn(from, to, |a, b| gain * own[b * numbers * from + from + a].to_f64())))
}

// A pooling gain below this is not made up for: the weights would be large.
const SMALLEST_GAIN: f64 = 0.1;

/// Weights with `m_ω m Ŵ(ω) = √2 O` for `‖ω‖₁ ≤ degree`, 0 beyond and where the pooling leaves less than a tenth; O is the
/// upper left C x C' block of a random orthogonal matrix.
///
/// Shapes: -> weights of all frequencies, HW C C' numbers, of which those that pass are written. Units: dimensionless.
/// Cost: that of the QR of a square matrix of max(C, C') rows, and HW C C'.
/// Source: ours; the orthogonal matrix is the Q of a matrix of independent normal numbers.
pub fn start_operator<T: Scalar>(placed: &Placed, degree: usize, (stream, weights): (&Stream, &mut [T])) {
    let (from, to) = (placed.input.channels, placed.output.channels);
    let torus = Torus::new(placed.input.height, placed.input.width);
    let side = from.max(to);
    let orthogonal = orthonormal_basis(&stream.normal_columns(side, 0, side));
    for wave in torus.waves() {
        let gain = gain(placed, &torus, wave);
        let scale = if wave.is_alone() { 1.0 } else { FRAC_1_SQRT_2 };
        if wave.degree() > degree || (gain / scale / placed.multiplier).abs() < SMALLEST_GAIN {
            continue;
        }
        let own = &mut weights[part(wave, from * to)];
        for (column, own) in own.chunks_exact_mut(wave.columns.len() * from).enumerate() {
            for (channel, weight) in own[..from].iter_mut().enumerate() {
                *weight = T::of(SQRT_2 * orthogonal[(channel, column)] / gain);
            }
        }
    }
}

/// `y = m M_β W * x + b`, frequency by frequency: the coefficients of a frequency times `m_ω m Ŵ(ω)`.
///
/// Formula: from `[a; b] [R I] = [aR, aI; bR, bI]` cosine `aR + bI` and sine `bR − aI`.
/// Shapes: n maps of C x H x W -> n of C' x H x W. Units: those of x, as weights are dimensionless. Cost: see
/// [`Placed::flops`].
/// Source: the convolution theorem on a torus, in real waves; Sedghi, Gupta and Long, arXiv 1805.10408, theorem 5, for
/// the operator of several channels.
pub fn forward<T: Scalar>(
    placed: &Placed,
    parameters: &[T],
    (x, y): (&[T], &mut [T]),
    (memory, scratch, rows): (&mut CircularMemory<T>, &mut CircularScratch<T>, usize),
) {
    let (from, to) = (placed.input.channels, placed.output.channels);
    let CircularMemory { transform, gains, input, rectified } = memory;
    let CircularScratch { lines, output, .. } = scratch;
    let waves = transform.torus().waves();
    let channel = rows * transform.positions();
    for (index, x) in x.chunks_exact(channel).enumerate() {
        transform.analyse(x, lines, (input, Layout { doubled: false, channels: from, channel: index, rows }));
    }
    let weights = &parameters[placed.weights.clone()];
    for (wave, &gain) in waves.iter().zip(&*gains) {
        let numbers = wave.columns.len();
        let own = Block::dense(&input[part(wave, from * rows)], numbers * rows, from);
        let into = BlockMut::dense(&mut output[part(wave, 2 * to * rows)], numbers * rows, numbers * to);
        let weights = Block::dense(&weights[part(wave, from * to)], from, numbers * to);
        T::multiply(into, Onto::Replace, gain, (own, weights));
    }
    let bias = &parameters[placed.bias.clone()];
    for (index, y) in y.chunks_exact_mut(channel).enumerate() {
        let behind = Behind { bias: bias.get(index).copied().unwrap_or_default(), rectified: *rectified };
        transform.compose((output, Layout { doubled: true, channels: to, channel: index, rows }), lines, (y, behind));
    }
}

/// The gradients of [`forward`], whose coefficients the memory still holds.
///
/// Formula: at each frequency, with D = `[a, −b; b, a]` of the output's gradient, `[dR dI] += m_ω m Xᵀ D` and `dX = m_ω m D [R I]ᵀ`,
/// X and dX cosine over sine; `db += Σ dY`.
/// Shapes: n maps of C' x H x W -> HW C C' and C', and n of C x H x W where wanted. Units: those of the loss over those
/// of what is differentiated by. Cost: twice a forward pass.
pub fn backward<T: Scalar>(
    placed: &Placed,
    values: &Values<'_, T>,
    out: &mut Gradients<'_, T>,
    (memory, scratch, rows): (&mut CircularMemory<T>, &mut CircularScratch<T>, usize),
) {
    let (from, to) = (placed.input.channels, placed.output.channels);
    let CircularMemory { transform, gains, input, rectified } = memory;
    let CircularScratch { lines, channel: masked, output } = scratch;
    let waves = transform.torus().waves();
    let channel = rows * transform.positions();
    let bias = &mut out.parameters[placed.bias.clone()];
    let upstream = values.upstream.chunks_exact(channel).zip(values.output.chunks_exact(channel));
    for (index, (dy, y)) in upstream.enumerate() {
        let dy = if *rectified { mask(dy, y, &mut masked[..channel]) } else { dy };
        if let Some(bias) = bias.get_mut(index) {
            *bias += vectorised(SumOf(dy));
        }
        transform.analyse(dy, lines, (output, Layout { doubled: true, channels: to, channel: index, rows }));
    }
    for (wave, &gain) in waves.iter().zip(&*gains) {
        let numbers = wave.columns.len();
        let place = part(wave, from * to);
        let upstream = Block::dense(&output[part(wave, 2 * to * rows)], numbers * rows, numbers * to);
        let own = &mut input[part(wave, from * rows)];
        let left = Block::dense(own, numbers * rows, from).transposed();
        let gradient = &mut out.parameters[placed.weights.clone()][place.clone()];
        T::multiply(BlockMut::dense(gradient, from, numbers * to), Onto::Add, gain, (left, upstream));
        if out.input.is_some() {
            let weights = Block::dense(&values.parameters[placed.weights.clone()][place], from, numbers * to);
            let into = BlockMut::dense(own, numbers * rows, from);
            T::multiply(into, Onto::Replace, gain, (upstream, weights.transposed()));
        }
    }
    let nothing = Behind { bias: T::default(), rectified: false };
    for (index, dx) in out.input.iter_mut().flat_map(|dx| dx.chunks_exact_mut(channel)).enumerate() {
        transform.compose(
            (input, Layout { doubled: false, channels: from, channel: index, rows }),
            lines,
            (dx, nothing),
        );
    }
}

/// Where a frequency's numbers stand, with so many in each column of the basis.
fn part(wave: &Wave, per_column: usize) -> Range<usize> {
    wave.columns.start * per_column..wave.columns.end * per_column
}

// The gradient where what came out is positive, 0 elsewhere.
fn mask<'a, T: Scalar>(dy: &[T], y: &[T], into: &'a mut [T]) -> &'a [T] {
    Pointwise::Relu.backward((y, y), dy, into);
    into
}

#[cfg(test)]
#[path = "circular_tests.rs"]
mod tests;
