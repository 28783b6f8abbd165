//! Circular convolution with filters as large as the image, in the Fourier domain.
//!
//! A layer computes `y = M W x + b` with W a circular convolution and `M_β = (1 − β) I + β A` a fixed pooling (see
//! [`Torus`]). In the basis of real waves each frequency stands for itself: the coefficients of cosine and sine, n x 2C,
//! are multiplied by `m_ω [[R, −I], [I, R]]`, where R + iI is the filters' Fourier transform Ŵ(ω), C x C'.
//!
//! Weights are stored frequency after frequency as `√2 [R; I]`, (2C) x C' column-major, or R, C x C', where −ω is ω. So
//! `‖weights‖² = Σ_ω ‖Ŵ(ω)‖²` over all frequencies: the squared Frobenius norm of the convolution as an operator, HW times
//! that of the filters' entries.

use super::dense::{add_column_sums, fill_with_bias};
use super::layer::{CircularConvolutionLayer, Layer, Placed};
use super::passing::{Gradients, Values};
use crate::math::fourier::torus::{Mix, Torus, Wave};
use crate::math::image::maps::Geometry;
use crate::math::linalg::{Block, BlockMut, Matrix, Onto, orthonormal_basis};
use crate::math::network::scalar::Scalar;
use crate::math::random::Stream;
use crate::math::size::times;
use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};
use std::ops::Range;
use std::sync::Arc;

/// The transform of one size, shared by all layers on maps of that size. Rows and columns are transformed one after the
/// other, by products with all channels of all samples, which are large enough to be fast.
#[derive(Debug, Clone)]
pub struct Transform<T> {
    torus: Torus,
    height: usize,
    width: usize,
    down: Vec<T>,
    across: Vec<T>,
    mixes: Vec<[(usize, T); 2]>,
    unmixes: Vec<[(usize, T); 2]>,
}

impl<T: Scalar> Transform<T> {
    /// The transform of maps of a size; channels do not matter. Shapes: -> bases H x H and W x W. Cost: H² + W².
    pub fn new(shape: Geometry) -> Self {
        let torus = Torus::new(shape.height, shape.width);
        let values = |basis: Matrix| basis.iter().map(|&x| T::of(x)).collect();
        let (down, across) = torus.lines();
        let mixes = torus.mixes();
        let mut unmixes = vec![[(0, 0.0); 2]; mixes.len()];
        for (column, mix) in mixes.iter().enumerate() {
            for &(source, weight) in mix.iter().filter(|(_, weight)| *weight != 0.0) {
                let first = usize::from(unmixes[source][0].1 != 0.0);
                unmixes[source][first] = (column, weight);
            }
        }
        let rounded = |mixes: Vec<Mix>| mixes.into_iter().map(|mix| mix.map(|(i, w)| (i, T::of(w)))).collect();
        Self {
            down: values(down),
            across: values(across),
            height: shape.height,
            width: shape.width,
            mixes: rounded(mixes),
            unmixes: rounded(unmixes),
            torus,
        }
    }

    fn positions(&self) -> usize {
        self.height * self.width
    }

    /// Coefficients of every channel: n x C maps in, column (frequency, channel) out. Cost: 2n CHW (H + W).
    fn analyse(&self, (x, into): (&[T], &mut [T]), (scratch, channels): (&mut Scratch<T>, usize)) {
        let (run, numbers) = (x.len() / (channels * self.positions()), x.len());
        let (a, b) = (&mut scratch.0[..numbers], &mut scratch.1[..numbers]);
        for (position, block) in a.chunks_exact_mut(channels * run).enumerate() {
            for (channel, into) in block.chunks_exact_mut(run).enumerate() {
                into.copy_from_slice(&x[(channel * self.positions() + position) * run..][..run]);
            }
        }
        let basis = Block::dense(&self.down, self.height, self.height).transposed();
        self.rows(a, b, basis);
        let basis = Block::dense(&self.across, self.width, self.width).transposed();
        self.columns(b, a, basis);
        mix(a, into, &self.mixes);
    }

    /// The maps of coefficients. Cost: 2n CHW (H + W).
    fn compose(&self, (coefficients, y): (&[T], &mut [T]), onto: Onto, (scratch, channels): (&mut Scratch<T>, usize)) {
        let (run, numbers) = (y.len() / (channels * self.positions()), y.len());
        let (a, b) = (&mut scratch.0[..numbers], &mut scratch.1[..numbers]);
        mix(&coefficients[..numbers], a, &self.unmixes);
        self.columns(a, b, Block::dense(&self.across, self.width, self.width));
        self.rows(b, a, Block::dense(&self.down, self.height, self.height));
        for (position, block) in a.chunks_exact(channels * run).enumerate() {
            for (channel, from) in block.chunks_exact(run).enumerate() {
                let into = &mut y[(channel * self.positions() + position) * run..][..run];
                match onto {
                    Onto::Replace => into.copy_from_slice(from),
                    Onto::Add => into.iter_mut().zip(from).for_each(|(y, &x)| *y += x),
                }
            }
        }
    }

    fn rows(&self, from: &[T], into: &mut [T], basis: Block<'_, T>) {
        let run = from.len() / self.height;
        let into = BlockMut::dense(into, run, self.height);
        T::multiply(into, Onto::Replace, T::of(1.0), (Block::dense(from, run, self.height), basis));
    }

    fn columns(&self, from: &[T], into: &mut [T], basis: Block<'_, T>) {
        let row = from.len() / self.height;
        for (from, into) in from.chunks_exact(row).zip(into.chunks_exact_mut(row)) {
            let run = row / self.width;
            let into = BlockMut::dense(into, run, self.width);
            T::multiply(into, Onto::Replace, T::of(1.0), (Block::dense(from, run, self.width), basis));
        }
    }
}

/// Room for the transforms of one layer.
type Scratch<T> = (Vec<T>, Vec<T>);

// Blocks of `into` as sums of two blocks of `from`.
fn mix<T: Scalar>(from: &[T], into: &mut [T], mixes: &[[(usize, T); 2]]) {
    let run = from.len() / mixes.len();
    for (into, &[(first, weight), (second, other)]) in into.chunks_exact_mut(run).zip(mixes) {
        let (x, y) = (&from[first * run..][..run], &from[second * run..][..run]);
        into.iter_mut().zip(x.iter().zip(y)).for_each(|(into, (&x, &y))| *into = weight * x + other * y);
    }
}

/// What a circular convolution keeps from its forward pass.
#[derive(Debug, Clone)]
pub struct CircularMemory<T> {
    transform: Arc<Transform<T>>,
    scratch: Scratch<T>,
    /// Coefficients of the input and of the output (then of its gradient).
    input: Vec<T>,
    output: Vec<T>,
    /// `m_ω [[R, −I], [I, R]]` of each frequency.
    operators: Vec<T>,
    /// One frequency's gradient.
    gradient: Vec<T>,
}

impl<T: Scalar> CircularMemory<T> {
    /// Room for batches of n samples, all 0. Shapes: -> n x CHW and n x C'HW, 2HW C C' of operators. Cost: memory, see
    /// [`memory_numbers`].
    pub fn new(placed: &Placed, transform: Arc<Transform<T>>, rows: usize) -> Self {
        let (from, to) = (placed.input.channels, placed.output.channels);
        let zeros = |numbers: usize| vec![T::default(); numbers];
        let most = rows * placed.input.dim().max(placed.output.dim());
        Self {
            input: zeros(rows * placed.input.dim()),
            output: zeros(rows * placed.output.dim()),
            operators: zeros(2 * transform.positions() * from * to),
            gradient: zeros(4 * from * to),
            scratch: (zeros(most), zeros(most)),
            transform,
        }
    }
}

/// Numbers that such a layer needs beside its values: coefficients, room to transform, operators; 0 for another layer.
/// Units: numbers.
pub fn memory_numbers(placed: &Placed, most_rows: usize) -> usize {
    let Layer::CircularConvolution(_) = placed.layer else { return 0 };
    let (from, to) = (placed.input.dim(), placed.output.dim());
    times(most_rows, from + to + 2 * from.max(to)) + 2 * placed.weights.len()
}

/// The place of one frequency's weights among the layer's.
fn weights_of(wave: &Wave, per_column: usize) -> Range<usize> {
    wave.columns.start * per_column..wave.columns.end * per_column
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
    let own = &parameters[placed.weights.clone()][weights_of(wave, from * to)];
    let gain = gain(placed, torus, wave);
    let numbers = wave.columns.len();
    let real = Matrix::from_fn(from, to, |a, b| gain * own[b * numbers * from + a].to_f64());
    if wave.is_alone() {
        return Some((real, Matrix::zeros(from, to)));
    }
    Some((real, Matrix::from_fn(from, to, |a, b| gain * own[b * numbers * from + from + a].to_f64())))
}

// [R; I] becomes gain · [[R, −I], [I, R]], R alone gain · R.
fn expand<T: Scalar>((own, out): (&[T], &mut [T]), gain: T, (from, to): (usize, usize)) {
    if own.len() == from * to {
        out.iter_mut().zip(own).for_each(|(out, &w)| *out = gain * w);
        return;
    }
    let (left, right) = out.split_at_mut(2 * from * to);
    let columns = left.chunks_exact_mut(2 * from).zip(right.chunks_exact_mut(2 * from));
    for ((left, right), own) in columns.zip(own.chunks_exact(2 * from)) {
        for channel in 0..from {
            let (real, imaginary) = (gain * own[channel], gain * own[from + channel]);
            left[channel] = real;
            left[from + channel] = imaginary;
            right[channel] = -imaginary;
            right[from + channel] = real;
        }
    }
}

// The transpose of `expand`, added.
fn fold<T: Scalar>((full, own): (&[T], &mut [T]), gain: T, (from, to): (usize, usize)) {
    if own.len() == from * to {
        own.iter_mut().zip(full).for_each(|(own, &g)| *own += gain * g);
        return;
    }
    let (left, right) = full.split_at(2 * from * to);
    let columns = left.chunks_exact(2 * from).zip(right.chunks_exact(2 * from));
    for ((left, right), own) in columns.zip(own.chunks_exact_mut(2 * from)) {
        for channel in 0..from {
            own[channel] += gain * (left[channel] + right[from + channel]);
            own[from + channel] += gain * (left[from + channel] - right[channel]);
        }
    }
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
        let own = &mut weights[weights_of(wave, from * to)];
        for (column, own) in own.chunks_exact_mut(wave.columns.len() * from).enumerate() {
            for (channel, weight) in own[..from].iter_mut().enumerate() {
                *weight = T::of(SQRT_2 * orthogonal[(channel, column)] / gain);
            }
        }
    }
}

/// `y = m M_β W * x + b`, frequency by frequency: the coefficients of a frequency times `m_ω m Ŵ(ω)`.
///
/// Shapes: n maps of C x H x W -> n of C' x H x W. Units: those of x, as weights are dimensionless. Cost: see
/// [`Placed::flops`].
/// Source: the convolution theorem on a torus, in real waves; Sedghi, Gupta and Long, arXiv 1805.10408, theorem 5, for
/// the operator of several channels.
pub fn forward<T: Scalar>(
    placed: &Placed,
    parameters: &[T],
    (x, y): (&[T], &mut [T]),
    (memory, rows): (&mut CircularMemory<T>, usize),
) {
    let (from, to) = (placed.input.channels, placed.output.channels);
    let CircularMemory { transform, scratch, input, output, operators, .. } = memory;
    transform.analyse((x, &mut input[..x.len()]), (scratch, from));
    let weights = &parameters[placed.weights.clone()];
    let mut place = 0;
    for wave in transform.torus.waves() {
        let numbers = wave.columns.len();
        let operator = &mut operators[place..place + numbers * numbers * from * to];
        place += operator.len();
        expand(
            (&weights[weights_of(wave, from * to)], operator),
            T::of(gain(placed, &transform.torus, wave)),
            (from, to),
        );
        let own = Block::dense(&input[wave.columns.start * from * rows..], rows, numbers * from);
        let into = BlockMut::dense(&mut output[wave.columns.start * to * rows..], rows, numbers * to);
        let operator = Block::dense(operator, numbers * from, numbers * to);
        T::multiply(into, Onto::Replace, T::of(1.0), (own, operator));
    }
    let onto = fill_with_bias(&parameters[placed.bias.clone()], y, rows * transform.positions());
    transform.compose((output, y), onto, (scratch, to));
}

/// The gradients of [`forward`], whose coefficients and operators the memory still holds.
///
/// Formula: at each frequency `dŴ += m_ω m X̂ᵀ dŶ` and `dX̂ = m_ω m dŶ Ŵᵀ`, in real waves; `db += Σ dY`.
/// Shapes: n maps of C' x H x W -> HW C C' and C', and n of C x H x W where wanted. Units: those of the loss over those
/// of what is differentiated by. Cost: twice a forward pass.
pub fn backward<T: Scalar>(
    placed: &Placed,
    values: &Values<'_, T>,
    out: &mut Gradients<'_, T>,
    (memory, rows): (&mut CircularMemory<T>, usize),
) {
    let (from, to) = (placed.input.channels, placed.output.channels);
    let CircularMemory { transform, scratch, input, output, operators, gradient } = memory;
    add_column_sums(values.upstream, &mut out.parameters[placed.bias.clone()], rows * transform.positions());
    transform.analyse((values.upstream, &mut output[..values.upstream.len()]), (scratch, to));
    let weights = &mut out.parameters[placed.weights.clone()];
    let mut place = 0;
    for wave in transform.torus.waves() {
        let numbers = wave.columns.len();
        let operator = &operators[place..place + numbers * numbers * from * to];
        place += operator.len();
        let upstream = Block::dense(&output[wave.columns.start * to * rows..], rows, numbers * to);
        let own = &mut input[wave.columns.start * from * rows..];
        let full = &mut gradient[..operator.len()];
        let into = BlockMut::dense(full, numbers * from, numbers * to);
        T::multiply(into, Onto::Replace, T::of(1.0), (Block::dense(own, rows, numbers * from).transposed(), upstream));
        let factor = T::of(gain(placed, &transform.torus, wave));
        fold((full, &mut weights[weights_of(wave, from * to)]), factor, (from, to));
        if out.input.is_some() {
            let operator = Block::dense(operator, numbers * from, numbers * to).transposed();
            let into = BlockMut::dense(own, rows, numbers * from);
            T::multiply(into, Onto::Replace, T::of(1.0), (upstream, operator));
        }
    }
    if let Some(dx) = out.input.as_deref_mut() {
        transform.compose((input, dx), Onto::Replace, (scratch, from));
    }
}

#[cfg(test)]
#[path = "circular_tests.rs"]
mod tests;
