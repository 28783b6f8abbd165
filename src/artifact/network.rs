//! A trained network: its layers and its parameters along training.

use super::representation::Origin;
use crate::math::image::maps::Geometry;
use crate::math::network::Layer;
use serde::{Deserialize, Serialize};

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
    pub layers: Vec<Layer>,
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
    pub layers: Vec<Layer>,
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
