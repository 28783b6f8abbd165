//! What layers there are, and a layer with its sizes and its part of the parameters.

use super::pointwise::Pointwise;
use crate::math::error::{MathError, check_range};
use crate::math::image::maps::Geometry;
use crate::math::image::patch::Window;
use crate::math::image::pooling::Pooling;
use crate::math::size::times;
use std::ops::Range;

/// A layer of a network, before it knows its input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Layer {
    /// `y = m Wᵀ x + b` on all numbers of a sample, maps flattened channel-major.
    Dense {
        /// Numbers of the output.
        width: usize,
        /// Whether there is a b.
        bias: bool,
    },
    /// Cross-correlation with zeros around the image, stride 1: `y = m W * x + b`.
    Convolution {
        /// Channels of the output.
        channels: usize,
        /// Side of the window, and zeros on every side.
        window: Window,
        /// Whether there is a b, one number a channel.
        bias: bool,
    },
    /// Circular convolution with filters as large as the map, then the fixed pooling (1 − β) I + β A: `y = m M_β W * x + b`.
    CircularConvolution {
        /// Channels of the output.
        channels: usize,
        /// β
        pooling: f64,
        /// Whether there is a b, one number a channel.
        bias: bool,
    },
    /// A function of each number.
    Pointwise(Pointwise),
    /// Windows side by side; a remainder at the right and bottom is dropped.
    Pooling {
        /// What a window gives.
        pooling: Pooling,
        /// Side of the window, at most 64.
        size: usize,
    },
    /// Each position divided by its norm over channels, `x/√(Σ_c x² + 1e-8)`.
    ChannelNorm,
    /// The mean of each channel over all positions.
    GlobalAverage,
}

/// Whether the scale of a layer's weights stands in the weights or in front of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parametrisation {
    /// m = 1.
    Standard,
    /// m = 1/√(inputs of a unit): the tangent kernel has a limit at infinite width.
    TangentKernel,
}

/// A layer with its sizes and its part of the parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// What it does.
    pub layer: Layer,
    /// Shape of a sample that comes in.
    pub input: Geometry,
    /// Shape of a sample that goes out.
    pub output: Geometry,
    /// Its weights, (inputs of a unit) x units, column-major; those of a circular convolution frequency after frequency;
    /// empty where it has none.
    pub weights: Range<usize>,
    /// Its biases, one a unit; empty where it has none.
    pub bias: Range<usize>,
    /// m.
    pub multiplier: f64,
}

impl Placed {
    /// Inputs of one unit, those at one frequency for a circular convolution; 0 for a layer without weights. Units:
    /// numbers.
    pub fn fan_in(&self) -> usize {
        match self.layer {
            Layer::Dense { .. } => self.input.dim(),
            Layer::Convolution { window, .. } => times(self.input.channels, window.area()),
            Layer::CircularConvolution { .. } => self.input.channels,
            _ => 0,
        }
    }

    /// Columns of the weights; 0 for a layer without any. Units: numbers.
    pub fn units(&self) -> usize {
        match self.layer {
            Layer::Dense { width, .. } => width,
            Layer::Convolution { channels, .. } | Layer::CircularConvolution { channels, .. } => channels,
            _ => 0,
        }
    }

    /// Its weights and biases. Shapes: -> places among the network's parameters, empty where it has none.
    pub fn parameters(&self) -> Range<usize> {
        self.weights.start..self.bias.end
    }

    /// Floating-point operations of the products of one sample, forward.
    ///
    /// Formula: 2 (inputs of a unit) (units) (positions of the output); of a circular convolution
    /// `2HW (H + W)(C + C') + 4HW C C'`. Units: operations a sample.
    pub fn flops(&self) -> f64 {
        if matches!(self.layer, Layer::CircularConvolution { .. }) {
            return circular_flops(self);
        }
        let positions = if matches!(self.layer, Layer::Dense { .. }) { 1 } else { self.output.positions() };
        2.0 * self.fan_in() as f64 * self.units() as f64 * positions as f64
    }
}

// Of a circular convolution: transforms of all channels and a product for each frequency.
fn circular_flops(placed: &Placed) -> f64 {
    let positions = placed.input.positions() as f64;
    let (from, to) = (placed.input.channels as f64, placed.output.channels as f64);
    let side = (placed.input.height + placed.input.width) as f64;
    2.0 * positions * side * (from + to) + 4.0 * positions * from * to
}

/// The output's shape, and whether there is a bias.
///
/// Formula: that of the [`Layer`]; H − k + 2p + 1 rows for a window of side k with p zeros around, ⌊H/k⌋ for pooling.
/// Shapes: C, H, W -> C', H', W'. Units: pixels.
///
/// # Errors
/// [`MathError::Range`] for a window that is none or larger than the map with its zeros, for a pooling window beyond
/// the map or 64, and for a strength of pooling outside 0 to 1.
pub fn output_of(layer: Layer, input: Geometry) -> Result<(Geometry, bool), MathError> {
    // a window's index is stored in a byte or two, and nobody pools more
    const LARGEST_POOL: usize = 64;
    let vector = |channels| Geometry { channels, height: 1, width: 1 };
    Ok(match layer {
        Layer::Dense { width, bias } => (vector(width), bias),
        Layer::Convolution { channels, window, bias } => (window.output(input, channels)?, bias),
        Layer::CircularConvolution { channels, pooling, bias } => {
            check_range((0.0..=1.0).contains(&pooling), "strength of the pooling", pooling, "between 0 and 1")?;
            (Geometry { channels, ..input }, bias)
        }
        Layer::Pointwise(_) | Layer::ChannelNorm => (input, false),
        Layer::Pooling { size, .. } => {
            let fits = (1..=input.height.min(input.width).min(LARGEST_POOL)).contains(&size);
            check_range(
                fits,
                "size of the pooling window",
                size as f64,
                "1 to the smaller side of the map, at most 64",
            )?;
            (Geometry { height: input.height / size, width: input.width / size, ..input }, false)
        }
        Layer::GlobalAverage => (vector(input.channels), false),
    })
}
