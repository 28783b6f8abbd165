//! Which layers a network has, their sizes, and where their weights stand in the vector of parameters.

use super::layers::layer::{Layer, Parametrisation, Placed, output_of};
use crate::math::error::{MathError, check_range};
use crate::math::image::maps::Geometry;
use crate::math::size::times3;

/// All layers of a network with their sizes.
#[derive(Debug, Clone, PartialEq)]
pub struct Architecture {
    input: Geometry,
    layers: Vec<Placed>,
    parameters: usize,
}

impl Architecture {
    /// Places layers one after the other. A vector of d numbers is a map of d channels and one position.
    ///
    /// Formula: a layer's weights, (inputs of a unit) x units, begin where the parameters of the layer before end; its
    /// biases follow them.
    /// Shapes: C, H, W and a list of layers -> the same layers with their sizes. Cost: one pass over the layers.
    /// Source: m = 1/√(inputs of a unit) of the tangent kernel's parametrisation is Jacot, Gabriel and Hongler,
    /// arXiv 1806.07572, section 2, whose β is 1.
    ///
    /// # Errors
    /// [`MathError::Range`] where a layer does not fit what comes before it, where it has no output, or where no layer
    /// has weights.
    pub fn new(input: Geometry, layers: &[Layer], parametrisation: Parametrisation) -> Result<Self, MathError> {
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
            let frequencies = if matches!(layer, Layer::CircularConvolution(_)) { placed.input.positions() } else { 1 };
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

    /// Shape of a sample that comes in. Shapes: -> C, H, W. Units: channels, pixels, pixels.
    pub fn input(&self) -> Geometry {
        self.input
    }

    /// Shape of what the last layer gives. Shapes: -> C, H, W. Units: channels, pixels, pixels.
    pub fn output(&self) -> Geometry {
        self.layers.last().map_or(self.input, |placed| placed.output)
    }

    /// The layers in order. Shapes: -> one for each layer, those without weights among them.
    pub fn layers(&self) -> &[Placed] {
        &self.layers
    }

    /// Number of weights and biases, all layers together. Units: numbers.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// The layers that have weights, in order. Shapes: -> at least one. Cost: one pass over the layers.
    pub fn weighted(&self) -> impl Iterator<Item = &Placed> {
        self.layers.iter().filter(|placed| placed.units() > 0)
    }

    /// Where the features of each hidden layer stand: hidden layer l gives what layer l + 1 with weights takes. As numbers
    /// of layers to run, so `layers()[..number]` computes them.
    ///
    /// Shapes: -> one for each layer with weights but the first. Units: layers. Cost: one pass over the layers.
    pub fn hidden(&self) -> Vec<usize> {
        let weighted = (0..self.layers.len()).filter(|&i| self.layers[i].units() > 0);
        weighted.skip(1).collect()
    }

    /// Shapes of the features of each hidden layer. Shapes: -> as many as [`Architecture::hidden`]. Units: pixels.
    pub fn hidden_shapes(&self) -> Vec<Geometry> {
        self.hidden().into_iter().map(|number| self.layers[number].input).collect()
    }

    /// Numbers that a sample takes in all activations, the input among them: `Σ_l C_l H_l W_l`. Units: numbers a
    /// sample.
    pub fn numbers(&self) -> usize {
        self.input.dim() + self.layers.iter().map(|placed| placed.output.dim()).sum::<usize>()
    }

    /// Floating-point operations of the products of one sample, forward. A step takes three times that.
    ///
    /// Formula: the sum over layers of [`Placed::flops`]. Units: operations a sample.
    pub fn flops(&self) -> f64 {
        self.layers.iter().map(Placed::flops).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::image::pooling::Pooling;
    use crate::math::network::{ConvolutionLayer, DenseLayer, Pointwise, PoolingLayer};

    #[test]
    fn layers_are_placed_one_after_the_other() {
        let layers = [
            Layer::Convolution(ConvolutionLayer { width: 4, window: 3, padding: 1, bias: true }),
            Layer::Activation(Pointwise::Relu),
            Layer::Pooling(PoolingLayer { pooling: Pooling::Max, size: 2 }),
            Layer::Dense(DenseLayer { width: 5, bias: false }),
            Layer::Dense(DenseLayer { width: 1, bias: true }),
        ];
        let input = Geometry { channels: 2, height: 5, width: 4 };
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
        let input = Geometry { channels: 3, height: 1, width: 1 };
        let refused = |layer| Architecture::new(input, &[layer], Parametrisation::Standard).is_err();
        assert!(refused(Layer::Pooling(PoolingLayer { pooling: Pooling::Max, size: 2 })));
        assert!(refused(Layer::Convolution(ConvolutionLayer { width: 2, window: 3, padding: 0, bias: true })));
        assert!(refused(Layer::Dense(DenseLayer { width: 0, bias: true })));
        assert!(refused(Layer::ChannelNorm), "nothing to train");
    }
}
