//! The convolution: products with the patches of a few positions at a time, few enough to stay in the cache.

use super::dense::{add_column_sums, fill_with_bias};
use super::layer::{Layer, Placed};
use super::passing::{Gradients, Values};
use crate::math::image::maps::Geometry;
use crate::math::image::patch::Window;
use crate::math::linalg::{Block, BlockMut, Onto};
use crate::math::network::scalar::{Scalar, vectorised};
use crate::math::size::times;
use pulp::NullaryFnOnce;
use std::ops::Range;

// Rows of a block of patches: 512 x (64 channels x 9) numbers of 4 bytes are 1.2 MB, about a second-level cache, and the
// product's own blocking does the rest. Fewer rows make the product slower, more let the patches go out to memory.
pub(super) const ROWS_AT_ONCE: usize = 512;

/// The sizes that both passes need.
pub(super) struct PatchLayout {
    input: Geometry,
    output: Geometry,
    window: Window,
    rows: usize,
}

impl PatchLayout {
    pub(super) fn of(placed: &Placed, rows: usize) -> Option<Self> {
        let Layer::Convolution(layer) = placed.layer else { return None };
        Some(Self { input: placed.input, output: placed.output, window: layer.window(), rows })
    }

    /// Blocks of output positions.
    pub(super) fn blocks(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let (all, step) = (self.output.positions(), positions_at_once(self.rows));
        (0..all).step_by(step).map(move |start| start..(start + step).min(all))
    }

    /// Calls `f` with (range in the patches, range in the image's memory) for every run of numbers that a block of patches
    /// shares with the image, in the order of the patches. Outside the runs a patch lies in the border of zeros.
    #[inline(always)]
    fn runs(&self, block: Range<usize>, mut f: impl FnMut(Range<usize>, Range<usize>)) {
        let Self { input, output, window, rows } = self;
        let taken = block.len() * rows;
        for index in 0..input.channels * window.area() {
            let (channel, (u, v)) = (index / window.area(), (index % window.area() / window.size, index % window.size));
            let across = inside(v, window.padding, input.width, output.width);
            let mut position = block.start;
            while position < block.end {
                let (r, s) = (position / output.width, position % output.width);
                let row_end = ((r + 1) * output.width).min(block.end);
                let row = (r + u).checked_sub(window.padding).filter(|&row| row < input.height);
                let from = across.start.max(s);
                let to = across.end.min(s + row_end - position);
                if let Some(row) = row.filter(|_| from < to) {
                    let length = (to - from) * rows;
                    let source = rows * ((channel * input.height + row) * input.width + from + v - window.padding);
                    let target = (position - s + from - block.start) * rows;
                    f(index * taken + target..index * taken + target + length, source..source + length);
                }
                position = row_end;
            }
        }
    }
}

/// Positions of a block of patches.
pub(super) fn positions_at_once(rows: usize) -> usize {
    (ROWS_AT_ONCE / rows.max(1)).max(1)
}

// Output positions t with 0 <= t + offset − padding < length.
fn inside(offset: usize, padding: usize, length: usize, output: usize) -> Range<usize> {
    padding.saturating_sub(offset)..(length + padding).saturating_sub(offset).min(output)
}

/// Numbers in a block of patches of at most so many images: what a convolution needs beside its input and output; 0 for
/// another layer. Units: numbers.
pub fn patch_numbers(placed: &Placed, most_rows: usize) -> usize {
    let Layer::Convolution(_) = placed.layer else { return 0 };
    times(times(placed.output.positions(), most_rows).min(ROWS_AT_ONCE.max(most_rows)), placed.fan_in())
}

/// `y[a, r, s] = m Σ_{b,u,v} w[a, b, u, v] x[b, r + u − padding, s + v − padding] + b[a]`.
///
/// Shapes: n maps of C x H x W, weights C k² x P -> n of P x H' x W'. Units: those of x, as weights are dimensionless.
/// Cost: 2 n H'W' C k² P.
/// Source: the cross-correlation of `torch.nn.Conv2d` with stride 1, as products with patches: Chellapilla, Puri and
/// Simard, High performance convolutional neural networks for document processing (2006), section 3.
pub fn forward<T: Scalar>(
    placed: &Placed,
    parameters: &[T],
    (x, y): (&[T], &mut [T]),
    (patches, rows): (&mut [T], usize),
) {
    let Some(geometry) = PatchLayout::of(placed, rows) else { return };
    let (inputs, units, all) = (placed.fan_in(), placed.units(), rows * placed.output.positions());
    let onto = fill_with_bias(&parameters[placed.bias.clone()], y, all);
    let weights = Block::dense(&parameters[placed.weights.clone()], inputs, units);
    for block in geometry.blocks() {
        let taken = block.len() * rows;
        let patches = &mut patches[..taken * inputs];
        read_patches(&geometry, block.clone(), x, patches);
        let into = BlockMut::new(&mut y[block.start * rows..], (taken, units), all);
        T::multiply(into, onto, T::of(placed.multiplier), (Block::dense(patches, taken, inputs), weights));
    }
}

/// The patches of a block. Shapes: n maps of C x H x W -> (n positions) x C k².
pub(super) fn read_patches<T: Scalar>(geometry: &PatchLayout, block: Range<usize>, x: &[T], patches: &mut [T]) {
    let mut done = 0;
    geometry.runs(block, |target, source| {
        // between two runs lies the border
        patches[done..target.start].fill(T::default());
        done = target.end;
        patches[target].copy_from_slice(&x[source]);
    });
    patches[done..].fill(T::default());
}

/// `dW += m patchesᵀ dY`, `db += Σ dY`, and dX from `m dY Wᵀ`, each patch added back to where it was read.
///
/// Shapes: n maps of P x H' x W' -> C k² x P and P, and n of C x H x W where wanted. Units: those of the loss over
/// those of what is differentiated by. Cost: twice [`forward`].
pub fn backward<T: Scalar>(
    placed: &Placed,
    values: &Values<'_, T>,
    out: &mut Gradients<'_, T>,
    (patches, rows): (&mut [T], usize),
) {
    let Some(geometry) = PatchLayout::of(placed, rows) else { return };
    let (units, all) = (placed.units(), rows * placed.output.positions());
    add_column_sums(values.upstream, &mut out.parameters[placed.bias.clone()], all);
    if let Some(dx) = out.input.as_deref_mut() {
        dx.fill(T::default());
    }
    for block in geometry.blocks() {
        let upstream = Block::new(&values.upstream[block.start * rows..], (block.len() * rows, units), all);
        block_backward((placed, &geometry), values, out, (block, upstream), patches);
    }
}

/// What a block of positions adds to `dW` and dX, from the gradient of what it gave.
pub(super) fn block_backward<T: Scalar>(
    (placed, geometry): (&Placed, &PatchLayout),
    values: &Values<'_, T>,
    out: &mut Gradients<'_, T>,
    (block, upstream): (Range<usize>, Block<'_, T>),
    patches: &mut [T],
) {
    let (inputs, units, factor) = (placed.fan_in(), placed.units(), T::of(placed.multiplier));
    let taken = block.len() * geometry.rows;
    let patches = &mut patches[..taken * inputs];
    read_patches(geometry, block.clone(), values.input, patches);
    let into = BlockMut::dense(&mut out.parameters[placed.weights.clone()], inputs, units);
    T::multiply(into, Onto::Add, factor, (Block::dense(patches, taken, inputs).transposed(), upstream));
    if let Some(dx) = out.input.as_deref_mut() {
        let weights = Block::dense(&values.parameters[placed.weights.clone()], inputs, units);
        let into = BlockMut::dense(patches, taken, inputs);
        T::multiply(into, Onto::Replace, factor, (upstream, weights.transposed()));
        vectorised(AddPatches { geometry, block, patches, dx });
    }
}

/// Adds each number of a block of patches to where it was read.
struct AddPatches<'a, T> {
    geometry: &'a PatchLayout,
    block: Range<usize>,
    patches: &'a [T],
    dx: &'a mut [T],
}

impl<T: Scalar> NullaryFnOnce for AddPatches<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { geometry, block, patches, dx } = self;
        geometry.runs(block, |source, target| {
            dx[target].iter_mut().zip(&patches[source]).for_each(|(dx, &p)| *dx += p);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::activation::Activation;
    use crate::math::error::MathError;
    use crate::math::image::convolution::ConvolutionalLayer;
    use crate::math::image::maps::Maps;
    use crate::math::linalg::Matrix;
    use crate::math::network::{Architecture, ConvolutionLayer, Parametrisation};
    use crate::math::random::Stream;

    // The other implementation makes all patches at once.
    #[test]
    fn forward_is_the_convolution_of_the_filters() {
        let input = Geometry { channels: 3, height: 5, width: 4 };
        for (n, size, padding) in [(4, 3, 1), (600, 2, 0), (3, 1, 0), (170, 4, 2), (1, 5, 3)] {
            let convolution = ConvolutionLayer { width: 6, window: size, padding, bias: false };
            let (layer, window) = (Layer::Convolution(convolution), convolution.window());
            let net = Architecture::new(input, &[layer], Parametrisation::Standard).unwrap();
            let placed = &net.layers()[0];
            let weights = Stream::new(8, "test-weights", 0).normal_columns(placed.fan_in(), 0, 6);
            let images = Stream::new(7, "test-images", 0).normal_columns(n, 0, input.dim());
            let maps = Maps::new(images.clone(), input).unwrap();
            let lift = ConvolutionalLayer::new(weights.clone(), window, Activation::Identity, input).unwrap();
            let expected = lift.apply(n, |range| Ok::<_, MathError>(maps.images(range))).unwrap();
            let mut y = vec![0.0; n * placed.output.dim()];
            let mut patches = vec![0.0; patch_numbers(placed, n)];
            forward(placed, weights.as_slice(), (images.as_slice(), &mut y), (&mut patches, n));
            let made = Matrix::from_vec(n, placed.output.dim(), y);
            assert!((made - expected.values()).amax() < 1e-12);
        }
    }
}
