//! What layers there are, and a layer with its sizes and its part of the parameters.
//!
//! The list of layers is what studies write, what stored networks hold and what is computed: its documentation is read by
//! who writes a study. With W the weights, b the biases and m the multiplier of a placed layer they compute
//! - dense: `y = m Wᵀ x + b`;
//! - convolution: `y = m W * x + b`;
//! - circular convolution: `y = m M_β W * x + b`, `M_β = (1 − β) I + β A`;
//! - channel norm: `x/√(Σ_c x² + 1e-8)`.

use super::pointwise::Pointwise;
use crate::math::error::{MathError, check_range};
use crate::math::image::maps::Geometry;
use crate::math::image::patch::Window;
use crate::math::image::pooling::Pooling;
use crate::math::size::times;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// One layer of a network.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "NetworkLayer")]
pub enum Layer {
    /// Fully connected, on all numbers of a sample; maps are flattened channel-major.
    Dense(DenseLayer),
    /// Cross-correlation with zero padding, stride 1.
    Convolution(ConvolutionLayer),
    /// Convolution on the torus with filters as large as the map, then a fixed circular pooling.
    CircularConvolution(CircularConvolutionLayer),
    /// A function of each number.
    Activation(Pointwise),
    /// Windows side by side; a remainder at the right and bottom is dropped.
    Pooling(PoolingLayer),
    /// Each position divided by its norm over channels.
    ChannelNorm,
    /// The mean of each channel over all positions.
    GlobalAverage,
}

/// A fully connected layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DenseLayer {
    /// Units.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub width: usize,
    /// Whether each unit has a bias.
    #[serde(default)]
    pub bias: bool,
}

/// A convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConvolutionLayer {
    /// Channels of the output.
    #[schemars(range(min = 1, max = 100_000))]
    pub width: usize,
    /// Side of the window.
    #[schemars(range(min = 1, max = 64))]
    pub window: usize,
    /// Rows and columns of zeros on every side.
    #[serde(default)]
    #[schemars(range(min = 0, max = 64))]
    pub padding: usize,
    /// Whether each channel has a bias.
    #[serde(default)]
    pub bias: bool,
}

impl ConvolutionLayer {
    /// Side of the window, and the zeros around the map. Units: pixels.
    pub const fn window(self) -> Window {
        Window { size: self.window, padding: self.padding }
    }
}

/// A circular convolution. Its weights are the Fourier transforms of its filters, `Ŵ(ω)`: their squared norm is the sum of
/// ‖Ŵ(ω)‖² over all frequencies, so a penalty on it is one on the operator, HW times that on the filters' entries.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CircularConvolutionLayer {
    /// Channels of the output.
    #[schemars(range(min = 1, max = 10_000))]
    pub width: usize,
    /// Strength β of the fixed pooling (1 − β) I + β A, with A the circular mean of 3 x 3 positions.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub pooling: f64,
    /// Whether each channel has a bias.
    #[serde(default)]
    pub bias: bool,
    /// Side of the window around a filter's centre beyond which it stays 0; without it filters are as large as the map. After
    /// each step of training filters are replaced by the nearest ones of that size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub window: Option<usize>,
}

/// Pooling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PoolingLayer {
    /// What a window gives.
    pub pooling: Pooling,
    /// Side of the window.
    #[schemars(range(min = 1, max = 64))]
    pub size: usize,
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
            Layer::Convolution(layer) => times(self.input.channels, layer.window().area()),
            Layer::CircularConvolution { .. } => self.input.channels,
            _ => 0,
        }
    }

    /// Columns of the weights; 0 for a layer without any. Units: numbers.
    pub fn units(&self) -> usize {
        match self.layer {
            Layer::Dense(DenseLayer { width, .. })
            | Layer::Convolution(ConvolutionLayer { width, .. })
            | Layer::CircularConvolution(CircularConvolutionLayer { width, .. }) => width,
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
        Layer::Dense(DenseLayer { width, bias }) => (vector(width), bias),
        Layer::Convolution(layer) => (layer.window().output(input, layer.width)?, layer.bias),
        Layer::CircularConvolution(CircularConvolutionLayer { width, pooling, bias, window }) => {
            check_range(window != Some(0), "side of the window of a filter", 0.0, "at least 1")?;
            check_range((0.0..=1.0).contains(&pooling), "strength of the pooling", pooling, "between 0 and 1")?;
            (Geometry { channels: width, ..input }, bias)
        }
        Layer::Activation(_) | Layer::ChannelNorm => (input, false),
        Layer::Pooling(PoolingLayer { size, .. }) => {
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
