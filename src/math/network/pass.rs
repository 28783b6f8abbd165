//! A network, and its forward and backward pass over a batch.

use super::architecture::Architecture;
use super::layers::circular;
use super::layers::layer::{Layer, Placed, PoolingLayer};
use super::layers::passing::{Gradients, Values};
use super::layers::{channel_norm, convolution, dense, pooling};
use super::scalar::Scalar;
use super::workspace::{Room, Workspace, first_with_weights};
use crate::math::error::{MathError, check_size};
use std::ops::Range;

/// A network: its layers and one vector of all weights and biases.
#[derive(Debug, Clone, PartialEq)]
pub struct Network<T> {
    architecture: Architecture,
    parameters: Vec<T>,
}

impl<T: Scalar> Network<T> {
    /// A network with given parameters. Shapes: one number for each weight and bias, in the order of [`Architecture`].
    ///
    /// # Errors
    /// [`MathError::Shape`] for another number of parameters than the layers have.
    pub fn new(architecture: Architecture, parameters: Vec<T>) -> Result<Self, MathError> {
        check_size("parameters of the network", parameters.len(), architecture.parameters())?;
        Ok(Self { architecture, parameters })
    }

    /// Its layers, with their shapes. Shapes: -> see [`Architecture::layers`].
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// All weights and biases. Shapes: -> one number each, in the order of [`Architecture`]. Units: dimensionless.
    pub fn parameters(&self) -> &[T] {
        &self.parameters
    }

    /// All weights and biases, to change. Shapes: as [`Network::parameters`].
    pub fn parameters_mut(&mut self) -> &mut [T] {
        &mut self.parameters
    }

    /// Computes every layer's values from the batch in the workspace.
    ///
    /// Formula: `x_{l+1} = f_l(x_l)`, f_l as [`Layer`] says. Shapes: n x d in, n x d' of each layer out, in the
    /// workspace.
    /// Cost: [`Architecture::flops`] a sample.
    pub fn forward(&self, space: &mut Workspace<T>) {
        self.forward_to(space, self.architecture.layers().len());
    }

    /// The same for the first `number` layers only. Shapes: as [`Network::forward`]. Cost: that of these layers.
    pub fn forward_to(&self, space: &mut Workspace<T>, number: usize) {
        self.forward_between(space, 0..number);
    }

    /// The same for some layers in the middle, from what stands in the workspace before the first of them. Shapes: as
    /// [`Network::forward`]. Cost: that of these layers.
    pub fn forward_between(&self, space: &mut Workspace<T>, layers: Range<usize>) {
        let (rows, mut i) = (space.rows, layers.start);
        while let Some(placed) = self.architecture.layers()[..layers.end.min(space.memory.len())].get(i) {
            let (span, output) = space.memory[i].span(placed);
            let (before, after) = space.values.split_at_mut(i + 1);
            let x = &before[i][..rows * placed.input.dim()];
            let y = &mut after[span - 1][..rows * output.dim()];
            match &mut space.memory[i].fused {
                Some((fused, memory)) => fused.forward(&self.parameters, (x, y), (memory, rows)),
                None => self.layer_forward(placed, (x, y), (&mut space.memory[i], &mut space.circular), rows),
            }
            i += span;
        }
    }

    fn layer_forward(&self, placed: &Placed, (x, y): (&[T], &mut [T]), memory: Room<'_, T>, rows: usize) {
        let (memory, scratch) = memory;
        let positions = rows * placed.input.positions();
        match placed.layer {
            Layer::Dense(_) => dense::forward(placed, &self.parameters, (x, y), rows),
            Layer::Convolution(_) => {
                convolution::forward(placed, &self.parameters, (x, y), (&mut memory.numbers, rows));
            }
            Layer::CircularConvolution(_) => {
                if let Some(memory) = &mut memory.circular {
                    circular::forward(placed, &self.parameters, (x, y), (memory, scratch, rows));
                }
            }
            Layer::Activation(f) => f.forward(x, y),
            Layer::Pooling(PoolingLayer { pooling, size }) => {
                let chosen = &mut memory.chosen[..y.len()];
                pooling::forward(placed, (pooling, size), (x, y), (chosen, rows));
            }
            Layer::ChannelNorm => channel_norm::forward(placed, (x, y), (&mut memory.numbers[..positions], rows)),
            Layer::GlobalAverage => pooling::global_forward(placed, (x, y), rows),
        }
    }

    /// Adds the gradient of the loss with respect to the parameters, from that with respect to the output, which the
    /// caller has written into the workspace after [`Network::forward`].
    ///
    /// Formula: the chain rule, last layer first: `∇_{x_l} = J_lᵀ ∇_{x_{l+1}}`, J_l the Jacobian of layer l.
    /// Shapes: n x K in the workspace -> one number for each parameter. Units: those of the loss, as parameters are
    /// dimensionless. Cost: twice a forward pass.
    /// Source: Rumelhart, Hinton and Williams, Nature 323 (1986) 533, eq. (4) to (7), doi:10.1038/323533a0.
    ///
    /// # Errors
    /// [`MathError::Shape`] where the gradient has another length than the parameters.
    pub fn backward(&self, space: &mut Workspace<T>, gradient: &mut [T]) -> Result<(), MathError> {
        check_size("the gradient", gradient.len(), self.parameters.len())?;
        let rows = space.rows;
        // nothing before the first layer with weights is learned, so its input needs no gradient
        let first = first_with_weights(&self.architecture);
        for (i, placed) in self.architecture.layers().iter().enumerate().skip(first).rev() {
            let (span, output) = space.memory[i].span(placed);
            if space.memory[i].within {
                continue;
            }
            let values = Values {
                parameters: &self.parameters,
                input: &space.values[i][..rows * placed.input.dim()],
                output: &space.values[i + span][..rows * output.dim()],
                upstream: &space.upstream[..rows * output.dim()],
            };
            let input = (i > first).then(|| &mut space.downstream[..rows * placed.input.dim()]);
            let mut out = Gradients { parameters: gradient, input };
            match &mut space.memory[i].fused {
                Some((fused, memory)) => fused.backward(&values, &mut out, (memory, rows)),
                None => layer_backward(placed, &values, &mut out, (&mut space.memory[i], &mut space.circular), rows),
            }
            std::mem::swap(&mut space.upstream, &mut space.downstream);
        }
        Ok(())
    }
}

pub(super) fn layer_backward<T: Scalar>(
    placed: &Placed,
    values: &Values<'_, T>,
    out: &mut Gradients<'_, T>,
    (memory, scratch): Room<'_, T>,
    rows: usize,
) {
    match placed.layer {
        Layer::Dense(_) => return dense::backward(placed, values, out, rows),
        Layer::Convolution(_) => {
            return convolution::backward(placed, values, out, (&mut memory.numbers, rows));
        }
        Layer::CircularConvolution(_) => {
            if let Some(memory) = &mut memory.circular {
                circular::backward(placed, values, out, (memory, scratch, rows));
            }
            return;
        }
        _ => {}
    }
    let Some(dx) = out.input.as_deref_mut() else { return };
    let positions = rows * placed.input.positions();
    match placed.layer {
        Layer::Activation(f) => f.backward((values.input, values.output), values.upstream, dx),
        Layer::Pooling(PoolingLayer { pooling, size }) => {
            let chosen = &memory.chosen[..values.output.len()];
            pooling::backward(placed, (pooling, size), (values.upstream, dx), (chosen, rows));
        }
        Layer::ChannelNorm => {
            let saved = (values.output, &memory.numbers[..positions]);
            channel_norm::backward(placed, saved, (values.upstream, dx), (&mut memory.dots[..positions], rows));
        }
        Layer::GlobalAverage => pooling::global_backward(placed, (values.upstream, dx), rows),
        Layer::Dense(_) | Layer::Convolution(_) | Layer::CircularConvolution(_) => {}
    }
}
