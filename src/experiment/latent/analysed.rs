//! The directions that a layer of a trained network keeps: singular vectors, frequency by frequency.

use crate::artifact::Network;
use crate::math::MathError;
use crate::math::fourier::torus::Torus;
use crate::math::linalg::Matrix;
use crate::math::linalg::singular::complex_svd;
use crate::math::network::{self, Placed, frequency_block};
use crate::step::{Problem, Shape, Shapes, StepError};

/// One singular direction of a layer.
pub struct Direction {
    /// Waves down and across the map; (0, 0) for layers of other kinds than circular convolutions.
    pub frequency: (isize, isize),
    /// Columns of the basis of waves, one or two.
    pub columns: std::ops::Range<usize>,
    /// σ.
    pub value: f64,
    /// Real and imaginary part of the direction among the channels of the output.
    pub right: (Vec<f64>, Vec<f64>),
}

impl Direction {
    /// `|ω_y| + |ω_x|`.
    pub const fn degree(&self) -> usize {
        self.frequency.0.unsigned_abs() + self.frequency.1.unsigned_abs()
    }

    /// 2 where −ω has the same direction, conjugated, 1 where −ω is ω.
    pub fn multiplicity(&self) -> usize {
        self.columns.len()
    }

    /// A name for people: "ω = (0, 1), σ = 1.02".
    pub fn name(&self) -> String {
        format!("ω = ({}, {}), σ = {:.2}", self.frequency.0, self.frequency.1, self.value)
    }
}

/// All singular directions of one layer, by descending value; those that agree to four decimals in the order of frequencies,
/// so that rounding does not decide.
pub fn directions(net: &network::Network<f32>, placed: &Placed) -> Result<Vec<Direction>, MathError> {
    let parameters = net.parameters();
    let mut found = Vec::new();
    let mut add = |frequency, columns: std::ops::Range<usize>, (real, imaginary): (&Matrix, &Matrix)| {
        let svd = complex_svd(real, imaginary)?;
        for (j, &value) in svd.values.iter().enumerate() {
            let part = |m: &Matrix| m.column(j).iter().copied().collect();
            let right = (part(&svd.right.0), part(&svd.right.1));
            found.push(Direction { frequency, columns: columns.clone(), value, right });
        }
        Ok::<(), MathError>(())
    };
    let torus = Torus::new(placed.input.height, placed.input.width);
    let mut circular = false;
    for wave in torus.waves() {
        let Some((real, imaginary)) = frequency_block(placed, parameters, (&torus, wave)) else { break };
        circular = true;
        add(wave.frequency, wave.columns.clone(), (&real, &imaginary))?;
    }
    if !circular {
        let weights = &parameters[placed.weights.clone()];
        let numbers = weights.iter().map(|&w| placed.multiplier * f64::from(w));
        let whole = Matrix::from_iterator(placed.fan_in(), placed.units(), numbers);
        add((0, 0), 0..1, (&whole, &Matrix::zeros(placed.fan_in(), placed.units())))?;
    }
    let rounded = |d: &Direction| (1e4 * d.value).round();
    found.sort_by(|a, b| rounded(b).total_cmp(&rounded(a)));
    Ok(found)
}

/// A circular convolution of a trained network and its place.
pub struct CircularLayer {
    /// Layers before it, of any kind.
    pub index: usize,
    pub directions: Vec<Direction>,
    /// Orthonormal waves on its map, HW x HW.
    pub waves: Matrix,
}

impl CircularLayer {
    /// Layer number `layer` among those with weights, from 1.
    pub fn of(net: &network::Network<f32>, layer: usize) -> Result<Self, StepError> {
        let layers = net.architecture().layers();
        let weighted = layers.iter().enumerate().filter(|(_, placed)| placed.units() > 0);
        let (index, placed) = weighted
            .skip(layer - 1)
            .find(|_| true)
            .ok_or_else(|| StepError::Bug(format!("no layer {layer} with weights")))?;
        if !matches!(placed.layer, network::Layer::CircularConvolution(_)) {
            let reason = format!("layer {layer} is no circular convolution");
            return Err(StepError::Input { slot: "network".to_owned(), reason });
        }
        let torus = Torus::new(placed.input.height, placed.input.width);
        Ok(Self { index, directions: directions(net, placed)?, waves: torus.basis() })
    }

    /// The complex coefficient of a direction in one sample's values after the layer, channel-major; by the orthonormal waves: √(2/P) times that
    /// of the discrete Fourier transform.
    pub fn coefficient(&self, direction: &Direction, values: &[f64]) -> (f64, f64) {
        let positions = self.waves.nrows();
        let (mut real, mut imaginary) = (0.0, 0.0);
        for (channel, map) in values.chunks_exact(positions).enumerate() {
            let along = |column: usize| self.waves.column(column).iter().zip(map).map(|(w, x)| w * x).sum::<f64>();
            let a = along(direction.columns.start);
            let b = if direction.columns.len() == 2 { along(direction.columns.start + 1) } else { 0.0 };
            // (a − ib) v: the coefficient of v* in the output
            let (re, im) = (direction.right.0[channel], direction.right.1[channel]);
            real += a * re + b * im;
            imaginary += a * im - b * re;
        }
        (real, imaginary)
    }

    /// Adds `change` to the coefficient of a direction in one sample, `change` complex.
    pub fn add(&self, direction: &Direction, change: (f64, f64), values: &mut [f64]) {
        let positions = self.waves.nrows();
        for (channel, map) in values.chunks_exact_mut(positions).enumerate() {
            let (re, im) = (direction.right.0[channel], direction.right.1[channel]);
            let (a, b) = (change.0 * re + change.1 * im, change.0 * im - change.1 * re);
            let cosine = self.waves.column(direction.columns.start);
            map.iter_mut().zip(cosine.iter()).for_each(|(x, w)| *x += a * w);
            if direction.columns.len() == 2 {
                let sine = self.waves.column(direction.columns.start + 1);
                map.iter_mut().zip(sine.iter()).for_each(|(x, w)| *x += b * w);
            }
        }
    }
}

/// Refuses a layer that the network cannot have; hidden layers are one fewer than those with weights.
pub fn check_layer(inputs: &Shapes, layer: usize) -> Result<(), Vec<Problem>> {
    let Some(Shape::Network { hidden, .. }) = inputs.get("network") else {
        return Err(vec![Problem::at("network", "expected a network")]);
    };
    let layers = hidden.layouts().len() + 1;
    if layer <= layers {
        return Ok(());
    }
    let message = format!("layer is {layer}, but the layers with weights are 1 to {layers}");
    Err(vec![Problem::at("layer", message)])
}

/// Squared Euclidean norm of all weights and biases at a checkpoint.
pub fn squared_norm(network: &Network, checkpoint: usize) -> f64 {
    network.checkpoints[checkpoint].parameters.iter().map(|&w| f64::from(w).powi(2)).sum()
}
