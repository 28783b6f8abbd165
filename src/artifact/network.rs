//! A trained network: its layers and its parameters along training.

use super::representation::Origin;
use crate::math::image::maps::Geometry;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One layer of a network.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum NetworkLayer {
    /// Fully connected, on all numbers of a sample; maps are flattened channel-major.
    Dense(DenseLayer),
    /// Cross-correlation with zero padding, stride 1.
    Convolution(ConvolutionLayer),
    /// Convolution on the torus with filters as large as the map, then a fixed circular pooling.
    CircularConvolution(CircularConvolutionLayer),
    /// A function of each number.
    Activation(NetworkActivation),
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
}

/// Pooling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PoolingLayer {
    /// What a window gives.
    pub pooling: NetworkPooling,
    /// Side of the window.
    #[schemars(range(min = 1, max = 64))]
    pub size: usize,
}

/// What a pooling window gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkPooling {
    /// The largest value.
    Max,
    /// The mean.
    Average,
}

/// A function of each number, with a derivative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkActivation {
    /// max(x, 0).
    Relu,
    /// tanh x.
    Tanh,
    /// The error function.
    Erf,
    /// 1/(1 + exp(−x)).
    Sigmoid,
}

/// The parameters at one moment of training.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// Steps made before.
    pub step: usize,
    /// Weights, then biases of each layer that has any; a layer's weights unit after unit.
    pub parameters: Vec<f32>,
}

/// A network at one or more moments of its training.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// Its layers.
    pub layers: Vec<NetworkLayer>,
    /// Layout of a sample; a vector of d numbers has d channels of one position.
    pub input: Geometry,
    /// Whether each layer's output is divided by the root of the inputs of a unit.
    pub tangent_kernel_scaling: bool,
    /// The parameters, by ascending step; all of one length.
    pub checkpoints: Vec<Checkpoint>,
    /// Where the samples come from.
    pub origin: Origin,
}

/// Layouts of the features of the hidden layers, known before training; at most 16 layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HiddenLayers {
    layouts: [Geometry; Self::MOST],
    count: usize,
}

impl HiddenLayers {
    /// Hidden layers that a network may have.
    pub const MOST: usize = 16;

    /// Nothing where there are more than [`HiddenLayers::MOST`].
    #[must_use]
    pub fn of(list: &[Geometry]) -> Option<Self> {
        let mut layouts = [Geometry { channels: 0, height: 0, width: 0 }; Self::MOST];
        layouts.get_mut(..list.len())?.copy_from_slice(list);
        Some(Self { layouts, count: list.len() })
    }

    /// One layout a hidden layer; units of a fully connected one are channels of one position.
    #[must_use]
    pub fn layouts(&self) -> &[Geometry] {
        &self.layouts[..self.count]
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct NetworkHead {
    pub layers: Vec<NetworkLayer>,
    pub input: Geometry,
    pub tangent_kernel_scaling: bool,
    pub steps: Vec<usize>,
    pub origin: Origin,
}

impl Network {
    pub(super) fn head(&self) -> NetworkHead {
        NetworkHead {
            layers: self.layers.clone(),
            input: self.input,
            tangent_kernel_scaling: self.tangent_kernel_scaling,
            steps: self.checkpoints.iter().map(|c| c.step).collect(),
            origin: self.origin.clone(),
        }
    }

    /// The network of a head whose checkpoints stand one after the other; nothing where the numbers do not divide evenly.
    pub(super) fn from_head(head: NetworkHead, parameters: &[f32]) -> Option<Self> {
        let NetworkHead { layers, input, tangent_kernel_scaling, steps, origin } = head;
        let each = parameters.len() / steps.len().max(1);
        let checkpoint = |(i, &step): (usize, &usize)| Checkpoint {
            step,
            parameters: parameters[i * each..(i + 1) * each].to_vec(),
        };
        let checkpoints = steps.iter().enumerate().map(checkpoint).collect();
        (each * steps.len() == parameters.len()).then_some(Self {
            layers,
            input,
            tangent_kernel_scaling,
            checkpoints,
            origin,
        })
    }

    pub(super) fn memory_bytes(&self) -> u64 {
        4 * self.checkpoints.iter().map(|c| c.parameters.len() as u64).sum::<u64>()
    }

    pub(super) fn first_non_finite(&self) -> Option<String> {
        self.checkpoints.iter().find_map(|Checkpoint { step, parameters }| {
            let at = parameters.iter().position(|v| !v.is_finite())?;
            Some(format!("{} as parameter {at} after step {step}", parameters[at]))
        })
    }
}
