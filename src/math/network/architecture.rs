//! Which layers a network has, their sizes, and where their weights stand in the vector of parameters.

use super::circular;
use super::pointwise::Pointwise;
use crate::math::error::{MathError, check_range};
use crate::math::image::maps::MapShape;
use crate::math::image::patch::Window;
use crate::math::image::pooling::Pooling;
use crate::math::size::{times, times3};
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
    pub input: MapShape,
    /// Shape of a sample that goes out.
    pub output: MapShape,
    /// Its weights, (inputs of a unit) x units, column-major; those of a circular convolution frequency after frequency;
    /// empty where it has none.
    pub weights: Range<usize>,
    /// Its biases, one a unit; empty where it has none.
    pub bias: Range<usize>,
    /// m.
    pub multiplier: f64,
}

impl Placed {
    /// Inputs of one unit, those at one frequency for a circular convolution; 0 for a layer without weights.
    pub fn fan_in(&self) -> usize {
        match self.layer {
            Layer::Dense { .. } => self.input.dim(),
            Layer::Convolution { window, .. } => times(self.input.channels, window.area()),
            Layer::CircularConvolution { .. } => self.input.channels,
            _ => 0,
        }
    }

    /// Columns of the weights; 0 for a layer without any.
    pub fn units(&self) -> usize {
        match self.layer {
            Layer::Dense { width, .. } => width,
            Layer::Convolution { channels, .. } | Layer::CircularConvolution { channels, .. } => channels,
            _ => 0,
        }
    }

    /// Its weights and biases.
    pub fn parameters(&self) -> Range<usize> {
        self.weights.start..self.bias.end
    }

    /// Floating-point operations of the products of one sample, forward.
    pub fn flops(&self) -> f64 {
        if matches!(self.layer, Layer::CircularConvolution { .. }) {
            return circular::flops(self);
        }
        let positions = if matches!(self.layer, Layer::Dense { .. }) { 1 } else { self.output.positions() };
        2.0 * self.fan_in() as f64 * self.units() as f64 * positions as f64
    }
}

/// All layers of a network with their sizes.
#[derive(Debug, Clone, PartialEq)]
pub struct Architecture {
    input: MapShape,
    layers: Vec<Placed>,
    parameters: usize,
}

impl Architecture {
    /// Places layers one after the other. A vector of d numbers is a map of d channels and one position.
    ///
    /// # Errors
    /// [`MathError::Range`] where a layer does not fit what comes before it, where it has no output, or where no layer
    /// has weights.
    pub fn new(input: MapShape, layers: &[Layer], parametrisation: Parametrisation) -> Result<Self, MathError> {
        let mut network = Self { input, layers: Vec::with_capacity(layers.len()), parameters: 0 };
        for &layer in layers {
            network.place(layer, parametrisation)?;
        }
        let weighted = network.weighted().count();
        check_range(weighted > 0, "number of layers with weights", weighted as f64, "at least 1")?;
        Ok(network)
    }

    fn place(&mut self, layer: Layer, parametrisation: Parametrisation) -> Result<(), MathError> {
        let input = self.output();
        let (output, bias) = output_of(layer, input)?;
        check_range(output.dim() > 0, "numbers that a layer gives", 0.0, "at least 1")?;
        let start = self.parameters;
        let mut placed = Placed { layer, input, output, weights: start..start, bias: start..start, multiplier: 1.0 };
        if placed.units() > 0 {
            let frequencies =
                if matches!(layer, Layer::CircularConvolution { .. }) { placed.input.positions() } else { 1 };
            let end = start + times3(frequencies, placed.fan_in(), placed.units());
            placed.weights = start..end;
            placed.bias = end..end + if bias { placed.units() } else { 0 };
            if parametrisation == Parametrisation::TangentKernel {
                placed.multiplier = 1.0 / (placed.fan_in() as f64).sqrt();
            }
        }
        self.parameters = placed.bias.end;
        self.layers.push(placed);
        Ok(())
    }

    /// Shape of a sample that comes in.
    pub fn input(&self) -> MapShape {
        self.input
    }

    /// Shape of what the last layer gives.
    pub fn output(&self) -> MapShape {
        self.layers.last().map_or(self.input, |placed| placed.output)
    }

    /// The layers in order.
    pub fn layers(&self) -> &[Placed] {
        &self.layers
    }

    /// Number of weights and biases.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// The layers that have weights.
    pub fn weighted(&self) -> impl Iterator<Item = &Placed> {
        self.layers.iter().filter(|placed| placed.units() > 0)
    }

    /// Where the features of each hidden layer stand: hidden layer l gives what layer l + 1 with weights takes. As numbers
    /// of layers to run, so `layers()[..number]` computes them.
    pub fn hidden(&self) -> Vec<usize> {
        let weighted = (0..self.layers.len()).filter(|&i| self.layers[i].units() > 0);
        weighted.skip(1).collect()
    }

    /// Shapes of the features of each hidden layer.
    pub fn hidden_shapes(&self) -> Vec<MapShape> {
        self.hidden().into_iter().map(|number| self.layers[number].input).collect()
    }

    /// Numbers that a sample takes in all activations, the input among them.
    pub fn numbers(&self) -> usize {
        self.input.dim() + self.layers.iter().map(|placed| placed.output.dim()).sum::<usize>()
    }

    /// Floating-point operations of the products of one sample, forward. A step takes three times that.
    pub fn flops(&self) -> f64 {
        self.layers.iter().map(Placed::flops).sum()
    }
}

// The output's shape, and whether there is a bias.
fn output_of(layer: Layer, input: MapShape) -> Result<(MapShape, bool), MathError> {
    // a window's index is stored in a byte or two, and nobody pools more
    const LARGEST_POOL: usize = 64;
    let vector = |channels| MapShape { channels, height: 1, width: 1 };
    Ok(match layer {
        Layer::Dense { width, bias } => (vector(width), bias),
        Layer::Convolution { channels, window, bias } => (window.output(input, channels)?, bias),
        Layer::CircularConvolution { channels, pooling, bias } => {
            check_range((0.0..=1.0).contains(&pooling), "strength of the pooling", pooling, "between 0 and 1")?;
            (MapShape { channels, ..input }, bias)
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
            (MapShape { height: input.height / size, width: input.width / size, ..input }, false)
        }
        Layer::GlobalAverage => (vector(input.channels), false),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_placed_one_after_the_other() {
        let window = Window { size: 3, padding: 1 };
        let layers = [
            Layer::Convolution { channels: 4, window, bias: true },
            Layer::Pointwise(Pointwise::Relu),
            Layer::Pooling { pooling: Pooling::Max, size: 2 },
            Layer::Dense { width: 5, bias: false },
            Layer::Dense { width: 1, bias: true },
        ];
        let input = MapShape { channels: 2, height: 5, width: 4 };
        let net = Architecture::new(input, &layers, Parametrisation::TangentKernel).unwrap();
        assert_eq!(net.layers()[0].weights, 0..72);
        assert_eq!(net.layers()[0].bias, 72..76);
        assert_eq!(net.layers()[3].weights, 76..76 + 4 * 4 * 5);
        assert_eq!(net.layers()[4].parameters(), 156..162);
        assert_eq!((net.parameters(), net.output().dim()), (162, 1));
        assert_eq!(net.hidden(), [3, 4]);
        assert_eq!(net.hidden_shapes().iter().map(|shape| shape.dim()).collect::<Vec<_>>(), [16, 5]);
        assert_eq!(net.layers()[3].multiplier, 0.25);
        assert_eq!(net.flops(), 2.0 * (18.0 * 4.0 * 20.0 + 80.0 + 5.0));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let input = MapShape { channels: 3, height: 1, width: 1 };
        let refused = |layer| Architecture::new(input, &[layer], Parametrisation::Standard).is_err();
        assert!(refused(Layer::Pooling { pooling: Pooling::Max, size: 2 }));
        assert!(refused(Layer::Convolution { channels: 2, window: Window { size: 3, padding: 0 }, bias: true }));
        assert!(refused(Layer::Dense { width: 0, bias: true }));
        assert!(refused(Layer::ChannelNorm), "nothing to train");
    }
}
