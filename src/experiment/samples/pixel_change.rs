//! Changes of images in the pixel domain, for `image-transform`.

use crate::artifact::{Points, Representation, Samples};
use crate::experiment::layers::pooling::each_split;
use crate::experiment::values::layout;
use crate::math::image::maps::Geometry;
use crate::math::image::resample::{area_average, weighted_channels};
use crate::step::{Context, StepError};
use std::sync::Arc;

/// Weights of red, green and blue in luma (ITU-R BT.601).
pub const LUMA: [f64; 3] = [0.299, 0.587, 0.114];

/// One channel of three.
pub fn grey(x: &Representation, context: &Context<'_>) -> Result<Representation, StepError> {
    let to = Geometry { channels: 1, ..layout(x)? };
    let weights = grey_weights(&x.samples.train);
    each_split((x, to), context, |maps| Ok(weighted_channels(&maps, &weights)?.flatten()))
}

/// Weights of the channels as they are read: of standardised pixels those that make the luma of the bytes.
fn grey_weights(points: &Points) -> Vec<f64> {
    let Points::Pixels { std, .. } = points else { return LUMA.to_vec() };
    let scaled: Vec<f64> = LUMA.iter().zip(std).map(|(weight, std)| weight * std).collect();
    let sum: f64 = scaled.iter().sum();
    scaled.into_iter().map(|weight| weight / sum).collect()
}

/// Images of another size.
pub fn resized(x: &Representation, to: Geometry, context: &Context<'_>) -> Result<Representation, StepError> {
    each_split((x, to), context, |maps| Ok(area_average(&maps, to.height, to.width)?.flatten()))
}

/// Pixels that are read as v/255.
pub fn unit_range(x: &Representation) -> Result<Representation, StepError> {
    let plain = |points: &Points| match points {
        Points::Real(_) | Points::Single(_) => Err(StepError::Bug("real numbers where pixels were planned".into())),
        Points::Pixels { bytes, geometry, mean, std } => Ok(Points::Pixels {
            bytes: bytes.clone(),
            geometry: *geometry,
            mean: vec![0.0; mean.len()],
            std: vec![1.0; std.len()],
        }),
    };
    let Samples { train, validation, test } = &x.samples;
    let samples = Samples { train: plain(train)?, validation: plain(validation)?, test: plain(test)? };
    Ok(Representation { samples, labels: Arc::clone(&x.labels), geometry: x.geometry, origin: x.origin.clone() })
}
