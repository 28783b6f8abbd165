//! A convolutional lift that is done again wherever its maps are needed: they are too large to pass on.

use super::activation::ActivationName;
use crate::artifact::{Geometry, Points, Representation};
use crate::math::linalg::Matrix;
use crate::math::maps::{MapShape, Maps};
use crate::math::patch::Window;
use crate::math::position_lift::{PositionLift, PositionWeights};
use crate::step::{Problem, Shape, StepError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A random convolution, after which every position of every image is a sample.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PositionParams {
    /// Width P: number of channels.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub width: usize,
    /// Rows and columns k of the window.
    #[schemars(range(min = 1, max = 1000))]
    pub window: usize,
    /// Zeros put around each image.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1000))]
    pub padding: usize,
    /// The nonlinearity σ.
    #[serde(default)]
    pub activation: ActivationName,
    /// Index of the layer: layers of one network draw from different streams.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1000))]
    pub layer: u64,
    /// Seed of the weights.
    #[schemars(range(min = 0))]
    pub seed: u64,
}

/// Sizes of a lift of positions.
#[derive(Debug, Clone, Copy)]
pub struct PositionSizes {
    /// Positions S of an image's maps.
    pub positions: usize,
    /// Channels P.
    pub width: usize,
    /// Numbers C k² in a patch.
    pub patch: usize,
}

impl PositionSizes {
    /// Floating-point operations of one image's lift and moment.
    pub fn flops(self) -> f64 {
        let width = self.width as f64;
        self.positions as f64 * width * (2.0 * self.patch as f64 + width)
    }

    /// Bytes beside the moments while an image is lifted: its patches, its maps and two copies of them.
    pub const fn work_bytes(self) -> u64 {
        8 * self.positions as u64 * (self.patch as u64 + 3 * self.width as u64)
    }
}

impl PositionParams {
    const fn window(&self) -> Window {
        Window { size: self.window, padding: self.padding }
    }

    /// Sizes on the samples of a shape, or why they cannot be lifted.
    ///
    /// # Errors
    /// Samples that are no images, or images smaller than the window.
    pub fn sizes(&self, shape: Option<Shape>) -> Result<PositionSizes, Vec<Problem>> {
        let Some(Shape::Representation { geometry: Some(geometry), .. }) = shape else {
            let problem =
                Problem::at("convolution", "a convolution needs images or maps, and these samples are vectors");
            return Err(vec![
                problem.help("wire pixels or the features of a convolutional filter, or remove `convolution`"),
            ]);
        };
        let output = self.window().output(map_shape(geometry), self.width).map_err(|error| {
            vec![Problem::at("convolution", error.to_string()).help("take a smaller `window` or more `padding`")]
        })?;
        let patch = geometry.channels * self.window().area();
        Ok(PositionSizes { positions: output.positions(), width: self.width, patch })
    }

    /// The lift of some images.
    ///
    /// # Errors
    /// Samples that are no images.
    pub fn lift<'a>(&self, x: &'a Representation) -> Result<LiftedPositions<'a>, StepError> {
        let geometry = x.geometry.ok_or_else(|| StepError::Bug("a convolution of vectors".into()))?;
        let weights = PositionWeights {
            seed: self.seed,
            layer: self.layer,
            width: self.width,
            window: self.window(),
            inputs: geometry.channels,
        };
        let lift = PositionLift::draw(weights, self.activation.into())?;
        Ok(LiftedPositions { lift, points: &x.samples.train, shape: map_shape(geometry) })
    }
}

/// Training images with the lift that they are to go through.
pub struct LiftedPositions<'a> {
    lift: PositionLift,
    points: &'a Points,
    shape: MapShape,
}

impl LiftedPositions<'_> {
    /// The lift.
    pub const fn lift(&self) -> &PositionLift {
        &self.lift
    }

    /// Image i.
    ///
    /// # Errors
    /// Where the samples are not of the layout that they claim.
    pub fn image(&self, i: usize) -> Result<Maps, StepError> {
        Ok(Maps::new(self.points.block(i, i + 1), self.shape)?)
    }

    /// The moment over the positions of image i, without its label.
    ///
    /// # Errors
    /// As [`LiftedPositions::image`].
    pub fn moment(&self, i: usize) -> Result<Matrix, StepError> {
        Ok(self.lift.second_moment(&self.image(i)?)?)
    }
}

const fn map_shape(geometry: Geometry) -> MapShape {
    MapShape { channels: geometry.channels, height: geometry.height, width: geometry.width }
}
