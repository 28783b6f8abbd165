//! Changes of images in the pixel domain, for `image-transform`.

use crate::artifact::{Points, Representation, Samples};
use crate::experiment::layers::pooling::each_split;
use crate::experiment::values::layout;
use crate::math::image::maps::Geometry;
use crate::math::image::resample::{area_average, weighted_channels};
use crate::math::linalg::{Matrix, SingleMatrix};
use crate::math::random::Stream;
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

/// Images moved around the torus, each by a shift of its own; they stay pixels or numbers as they are.
pub fn shifted(x: &Representation, (layout, most): (Geometry, usize), seed: u64) -> Representation {
    let moved = |(points, split): (&Points, u64)| {
        let stream = Stream::new(seed, "random-shifts", split);
        let of = |row: usize| Shift::drawn(stream.substream(row as u64), (layout, most));
        match points {
            Points::Pixels { bytes, geometry, mean, std } => {
                let images = bytes.chunks_exact(layout.dim()).enumerate();
                let bytes = images.flat_map(|(row, image)| {
                    let shift = of(row);
                    (0..layout.dim()).map(move |place| image[shift.source(place)])
                });
                Points::Pixels { bytes: bytes.collect(), geometry: *geometry, mean: mean.clone(), std: std.clone() }
            }
            Points::Real(x) => {
                let shifts: Vec<Shift> = (0..x.nrows()).map(of).collect();
                let at = |row: usize, place: usize| x[(row, shifts[row].source(place))];
                Points::Real(Matrix::from_fn(x.nrows(), x.ncols(), at))
            }
            Points::Single(x) => {
                let shifts: Vec<Shift> = (0..x.nrows()).map(of).collect();
                let at = |row: usize, place: usize| x[(row, shifts[row].source(place))];
                Points::Single(SingleMatrix::from_fn(x.nrows(), x.ncols(), at))
            }
        }
    };
    let Samples { train, validation, test } = &x.samples;
    let [train, validation, test] = [(train, 0), (validation, 1), (test, 2)].map(moved);
    let samples = Samples { train, validation, test };
    Representation { samples, labels: Arc::clone(&x.labels), geometry: x.geometry, origin: x.origin.clone() }
}

/// How far an image is moved.
#[derive(Clone, Copy)]
struct Shift {
    layout: Geometry,
    down: usize,
    across: usize,
}

impl Shift {
    fn drawn(mut stream: Stream, (layout, most): (Geometry, usize)) -> Self {
        let mut along = |size: usize| (stream.below(2 * most + 1) + size * most - most) % size;
        Self { layout, down: along(layout.height), across: along(layout.width) }
    }

    /// Where what stands at a place comes from.
    const fn source(self, place: usize) -> usize {
        let Geometry { height, width, .. } = self.layout;
        let (channel, row, column) = (place / (height * width), place / width % height, place % width);
        channel * height * width + (row + height - self.down) % height * width + (column + width - self.across) % width
    }
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
