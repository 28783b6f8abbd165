//! Where the weights of a random layer come from.

use crate::math::image::convolution::{self, divide_by_root_width};
use crate::math::linalg::Matrix;
use crate::math::lofi::random_features;
use crate::math::random::torch::TorchGenerator;
use crate::step::prelude::*;

/// Where the weights come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Weights {
    /// Counter-based normals; a narrower layer's weights are the first columns of a wider one's.
    #[default]
    Normal,
    /// The numbers that the reference implementation draws on a CPU: `torch.randn` in f32, row-major.
    Reference,
    /// Uniform on the sphere of radius √d: the normals, each feature's weights divided by their norm.
    Sphere,
}

/// Which numbers a layer draws.
#[derive(Debug, Clone, Copy)]
pub struct Draw<'a> {
    pub weights: Weights,
    pub seed: u64,
    pub layer: u64,
    pub drawn_before: &'a [usize],
}

impl Draw<'_> {
    /// Refuses numbers drawn before where every layer has a stream of its own.
    pub fn check(&self) -> Result<(), Vec<Problem>> {
        if self.weights == Weights::Reference || self.drawn_before.is_empty() {
            return Ok(());
        }
        let message = "`drawn_before` is for reference weights only: else every layer has a stream of its own";
        Err(vec![Problem::at("drawn_before", message).help("remove it, or use `weights: reference`")])
    }

    /// The stream of the numbers, for layers of a purpose.
    pub fn stream(&self, purpose: &'static str) -> WeightStream {
        if self.weights == Weights::Reference {
            let layer = self.drawn_before.iter().fold(0u64, |sum, &count| sum.saturating_add(count as u64));
            return WeightStream { purpose: "reference", seed: self.seed, layer, told_by: "drawn_before" };
        }
        WeightStream { purpose, seed: self.seed, layer: self.layer, told_by: "layer" }
    }

    /// The weights of a fully connected layer, d x P, standard normal.
    pub fn dense(&self, input: usize, width: usize) -> Matrix {
        match self.weights {
            Weights::Normal => random_features::draw_weights(self.seed, self.layer, input, width),
            Weights::Sphere => random_features::draw_sphere_weights(self.seed, self.layer, input, width),
            Weights::Reference => Matrix::from_row_iterator(input, width, self.reference(input * width)),
        }
    }

    /// The weights of a convolution, (C k²) x P, N(0, 1)/√P. The reference draws P x C x k x k.
    pub fn convolution(&self, patch: usize, width: usize) -> Matrix {
        match self.weights {
            Weights::Normal => convolution::draw_weights(self.seed, self.layer, patch, width),
            Weights::Sphere => {
                let normal = convolution::draw_weights(self.seed, self.layer, patch, width);
                divide_by_root_width(random_features::to_sphere(normal))
            }
            Weights::Reference => {
                divide_by_root_width(Matrix::from_iterator(patch, width, self.reference(patch * width)))
            }
        }
    }

    fn reference(&self, count: usize) -> impl Iterator<Item = f64> {
        let mut generator = TorchGenerator::new(self.seed);
        for &before in self.drawn_before {
            generator.normals(before);
        }
        generator.normals(count).into_iter().map(f64::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(drawn_before: &[usize]) -> Draw<'_> {
        Draw { weights: Weights::Reference, seed: 0, layer: 0, drawn_before }
    }

    #[test]
    fn reference_weights_are_row_major_and_follow_those_of_earlier_layers() {
        let first = reference(&[]).dense(4, 5);
        // torch.randn(4, 5) of seed 0 starts so, and rows are filled first
        assert!((first[(0, 0)] + 1.12583983).abs() < 5e-7 && (first[(0, 1)] + 1.15236020).abs() < 5e-7);
        let mut generator = TorchGenerator::new(0);
        generator.normals(20);
        assert_eq!(reference(&[20]).dense(4, 5)[(0, 0)], f64::from(generator.normals(20)[0]));
    }

    // torch.randn(5, 1, 2, 2): the window of the first output channel is drawn first
    #[test]
    fn reference_convolutions_draw_one_output_channel_after_the_other() {
        let w = reference(&[]).convolution(4, 5) * 5.0_f64.sqrt();
        for (row, expected) in [-1.12583983, -1.15236020, -0.25057858, -0.43387881].into_iter().enumerate() {
            assert!((w[(row, 0)] - expected).abs() < 5e-7);
        }
    }

    #[test]
    fn convolutions_and_dense_layers_draw_from_different_streams() {
        let draw = Draw { weights: Weights::Normal, seed: 1, layer: 0, drawn_before: &[] };
        assert_ne!(draw.convolution(4, 1)[(0, 0)], draw.dense(4, 1)[(0, 0)]);
        assert!(Draw { drawn_before: &[3], ..draw }.check().is_err() && reference(&[3]).check().is_ok());
    }
}
