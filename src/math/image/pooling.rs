//! Pooling and normalisation of feature maps: what stands between two convolutional layers.

use super::maps::{Geometry, Maps};
use crate::math::error::{MathError, check_range};
use crate::math::linalg::Matrix;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a pooling window gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "NetworkPooling")]
pub enum Pooling {
    /// The largest value.
    Max,
    /// The mean.
    Average,
}

impl Pooling {
    /// Pools windows of `size` x `size` side by side, without padding; a remainder at the right and bottom is dropped.
    ///
    /// Shapes: H x W -> ⌊H/size⌋ x ⌊W/size⌋, each channel. Cost: nCHW.
    /// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory, stride = kernel.
    ///
    /// # Errors
    /// [`MathError::Range`] unless `size` is 1 to the smaller side.
    pub fn apply(self, z: &Maps, size: usize) -> Result<Maps, MathError> {
        let from = z.shape();
        let fits = (1..=from.height.min(from.width)).contains(&size);
        check_range(fits, "size of the pooling window", size as f64, "1 to the smaller side of the map")?;
        let shape = Geometry { height: from.height / size, width: from.width / size, ..from };
        let mut out = Matrix::from_element(z.count(), shape.dim(), self.start());
        for (index, mut column) in out.column_iter_mut().enumerate() {
            let (row, left) = (index / shape.width, index % shape.width * size);
            let (channel, top) = (row / shape.height, row % shape.height * size);
            for entry in 0..size * size {
                let (r, s) = (top + entry / size, left + entry % size);
                let source = z.values().column((channel * from.height + r) * from.width + s);
                column.iter_mut().zip(source.iter()).for_each(|(out, &x)| *out = self.join(*out, x));
            }
        }
        if self == Self::Average {
            out /= (size * size) as f64;
        }
        Maps::new(out, shape)
    }

    fn start(self) -> f64 {
        match self {
            Self::Max => f64::NEG_INFINITY,
            Self::Average => 0.0,
        }
    }

    fn join(self, so_far: f64, x: f64) -> f64 {
        match self {
            Self::Max => so_far.max(x),
            Self::Average => so_far + x,
        }
    }
}

/// Divides each position by its Euclidean norm over channels: `h/√(Σ_c h² + 1e-8)`.
///
/// Shapes: n maps, in place. Cost: nCHW.
/// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory.
pub fn normalize_channels(z: &mut Maps) {
    // the reference's guard: a position that is zero stays zero
    const SMALLEST_SQUARE: f64 = 1e-8;
    let (channels, positions) = (z.shape().channels, z.shape().positions());
    let values = z.values_mut();
    for s in 0..positions {
        let mut factors = vec![SMALLEST_SQUARE; values.nrows()];
        let columns = (0..channels).map(|c| c * positions + s);
        for column in columns.clone() {
            factors.iter_mut().zip(values.column(column).iter()).for_each(|(f, x)| *f += x * x);
        }
        factors.iter_mut().for_each(|f| *f = 1.0 / f.sqrt());
        for column in columns {
            values.column_mut(column).iter_mut().zip(&factors).for_each(|(x, f)| *x *= f);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;

    const SHAPE: Geometry = Geometry { channels: 3, height: 5, width: 4 };

    fn sample() -> Maps {
        Maps::new(Stream::new(7, "test-images", 0).normal_columns(4, 0, SHAPE.dim()), SHAPE).unwrap()
    }

    fn at(z: &Maps, i: usize, (channel, r, s): (usize, usize, usize)) -> f64 {
        z.values()[(i, (channel * z.shape().height + r) * z.shape().width + s)]
    }

    #[test]
    fn pooling_takes_the_mean_and_the_maximum_of_whole_windows() {
        let z = sample();
        let (mean, max) = (Pooling::Average.apply(&z, 2).unwrap(), Pooling::Max.apply(&z, 2).unwrap());
        assert_eq!(mean.shape(), Geometry { channels: 3, height: 2, width: 2 });
        for (i, place) in [(0, (0, 0, 0)), (3, (2, 1, 1)), (1, (1, 0, 1))] {
            let (channel, r, s) = place;
            let window = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(u, v)| at(&z, i, (channel, 2 * r + u, 2 * s + v)));
            assert!((at(&mean, i, place) - window.iter().sum::<f64>() / 4.0).abs() < 1e-15);
            assert_eq!(at(&max, i, place), window.into_iter().fold(f64::MIN, f64::max));
        }
        assert_eq!(Pooling::Max.apply(&z, 1).unwrap(), z);
    }

    #[test]
    fn normalised_positions_have_unit_norm_or_are_zero() {
        let mut rows = sample().flatten();
        (0..3).for_each(|channel| rows[(2, channel * 20 + 7)] = 0.0);
        let mut z = Maps::new(rows, SHAPE).unwrap();
        normalize_channels(&mut z);
        for (i, s) in (0..80).map(|e| (e / 20, e % 20)) {
            let norm: f64 = (0..3).map(|channel| z.values()[(i, channel * 20 + s)].powi(2)).sum();
            let expected = if (i, s) == (2, 7) { 0.0 } else { 1.0 };
            assert!((norm - expected).abs() < 1e-6, "{norm}");
        }
    }

    #[test]
    fn a_window_that_does_not_fit_is_refused() {
        assert!(Pooling::Max.apply(&sample(), 5).is_err() && Pooling::Average.apply(&sample(), 0).is_err());
    }

    proptest::proptest! {
        #[test]
        fn the_mean_is_linear_and_the_maximum_goes_with_a_rising_line(
            seed in 0u64..1000, size in 1usize..5, slope in 0.1..3.0f64, shift in -2.0..2.0f64,
        ) {
            let drawn = |layer| Stream::new(seed, "test-maps", layer).normal_columns(3, 0, SHAPE.dim());
            let (a, b) = (drawn(0), drawn(1));
            let pooled = |kind: Pooling, values: &Matrix| {
                kind.apply(&Maps::new(values.clone(), SHAPE).unwrap(), size).unwrap().flatten()
            };
            let together = pooled(Pooling::Average, &(&a * slope + &b));
            let apart = pooled(Pooling::Average, &a) * slope + pooled(Pooling::Average, &b);
            proptest::prop_assert!((together - apart).amax() < 1e-13);
            // rounding rises with its argument, so the two are equal to the last bit
            let line = |x: f64| slope * x + shift;
            proptest::prop_assert_eq!(pooled(Pooling::Max, &a.map(line)), pooled(Pooling::Max, &a).map(line));
        }
    }
}
