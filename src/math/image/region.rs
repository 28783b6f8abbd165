//! Maps over the pixels of an image: views of colour images in one channel, smoothed magnitudes, and how concentrated
//! they are.

use super::maps::Geometry;
use crate::math::error::{MathError, check_range, check_size};
use crate::math::fourier::Smoother;
use crate::math::linalg::Matrix;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The mean over channels at each pixel. Shapes: CHW -> HW. Cost: CHW.
///
/// # Errors
/// [`MathError::Shape`] for another number of values.
pub fn channel_mean(values: &[f64], shape: Geometry) -> Result<Vec<f64>, MathError> {
    over_channels(values, shape, |pixel| pixel.iter().sum::<f64>() / pixel.len() as f64)
}

/// A signed view in one channel, `sign(mean over channels) · ‖channel vector‖₂`; a grey image stays as it is.
///
/// Shapes: CHW -> HW. Cost: CHW.
/// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory, eigenvector images.
///
/// # Errors
/// [`MathError::Shape`] for another number of values.
pub fn signed_grey(values: &[f64], shape: Geometry) -> Result<Vec<f64>, MathError> {
    over_channels(values, shape, |pixel| {
        let norm = pixel.iter().map(|v| v * v).sum::<f64>().sqrt();
        let sum: f64 = pixel.iter().sum();
        if sum < 0.0 { -norm } else { norm }
    })
}

fn over_channels(values: &[f64], shape: Geometry, of: impl Fn(&[f64]) -> f64) -> Result<Vec<f64>, MathError> {
    check_size("numbers of an image", values.len(), shape.dim())?;
    let pixel = |at: usize| (0..shape.channels).map(|c| values[c * shape.positions() + at]).collect::<Vec<_>>();
    Ok((0..shape.positions()).map(|at| of(&pixel(at))).collect())
}

/// The magnitude of each smoothed channel. Shapes: CHW -> CHW. Cost: 4 CHW (H + W).
///
/// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory, smoothing of importance maps.
///
/// # Errors
/// [`MathError::Shape`] where the values fit neither the shape nor the smoother.
pub fn smoothed_magnitude(values: &[f64], shape: Geometry, smoother: &Smoother) -> Result<Vec<f64>, MathError> {
    check_size("numbers of an image", values.len(), shape.dim())?;
    let mut out = Vec::with_capacity(values.len());
    for channel in values.chunks_exact(shape.positions().max(1)) {
        let smooth = smoother.apply(&Matrix::from_row_slice(shape.height, shape.width, channel))?;
        // row by row
        out.extend(smooth.transpose().iter().map(|v| v.abs()));
    }
    Ok(out)
}

/// How the maps of a layer's features become one. The reference implementation has several definitions, which disagree
/// at the input by the weights and elsewhere by a factor; the first is that of the paper's figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "AverageName")]
pub enum Average {
    /// Σ |λ_k| I_k/Σ |λ_k|, and Σ |λ_k| v_k²/Σ |λ_k| at the input.
    #[default]
    EigenvalueWeighted,
    /// (1/K) Σ I_k, and (1/K) Σ |λ_k| v_k² at the input.
    Plain,
}

/// One map of many, `Σ_k w_k I_k/Σ_k w_k` with the weights |λ_k| or 1. Shapes: d x K, K -> d. Cost: dK.
///
/// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory; the paper's figure uses the weighted mean.
///
/// # Errors
/// [`MathError::Shape`] where the eigenvalues do not fit, [`MathError::Range`] where all of them are zero.
pub fn average_map(maps: &Matrix, eigenvalues: &[f64], average: Average) -> Result<Vec<f64>, MathError> {
    check_size("eigenvalues", eigenvalues.len(), maps.ncols())?;
    let weights: Vec<f64> = match average {
        Average::EigenvalueWeighted => eigenvalues.iter().map(|v| v.abs()).collect(),
        Average::Plain => vec![1.0; eigenvalues.len()],
    };
    let total: f64 = weights.iter().sum();
    check_range(total > 0.0, "sum of the eigenvalues' magnitudes", total, "above 0")?;
    Ok(maps.row_iter().map(|row| row.iter().zip(&weights).map(|(i, w)| i * w).sum::<f64>() / total).collect())
}

/// The maps of the input's eigenvectors, which are linear and have no gradient worth the name: `v_k²`, and `|λ_k| v_k²`
/// under [`Average::Plain`], so that [`average_map`] gives `Σ |λ| v²/Σ |λ|` or `(1/K) Σ |λ| v²`.
///
/// Shapes: d x K, K -> d x K. Cost: dK.
/// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory, importance at the input layer.
///
/// # Errors
/// [`MathError::Shape`] where the eigenvalues do not fit.
pub fn eigenvector_maps(vectors: &Matrix, eigenvalues: &[f64], average: Average) -> Result<Matrix, MathError> {
    check_size("eigenvalues", eigenvalues.len(), vectors.ncols())?;
    let mut maps = vectors.map(|v| v * v);
    if average == Average::Plain {
        maps.column_iter_mut().zip(eigenvalues).for_each(|(mut map, value)| map *= value.abs());
    }
    Ok(maps)
}

/// The input's part in the projections of one sample x, `√((1/K) Σ_k |λ_k| (v_k ∘ x)²)`, entry by entry.
///
/// Shapes: d x K, K, d -> d. Cost: dK.
/// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory, per-sample importance at the input layer.
///
/// # Errors
/// [`MathError::Shape`] where the eigenvalues or the sample do not fit, [`MathError::Range`] without eigenvectors.
pub fn sample_map(vectors: &Matrix, eigenvalues: &[f64], sample: &[f64]) -> Result<Vec<f64>, MathError> {
    check_size("numbers of a sample", sample.len(), vectors.nrows())?;
    let maps = eigenvector_maps(vectors, eigenvalues, Average::Plain)?;
    let mean = average_map(&maps, eigenvalues, Average::Plain)?;
    Ok(mean.iter().zip(sample).map(|(m, x)| m.sqrt() * x.abs()).collect())
}

/// The share of a map that lies in the middle half of its rows and columns, a quarter of the area: 1/4 for a flat map.
///
/// Shapes: HW, not negative -> a number in [0, 1]. Cost: HW.
/// Source: ours.
///
/// # Errors
/// [`MathError::Shape`] for another number of values, [`MathError::Range`] where the map is zero.
pub fn centre_share(map: &[f64], shape: Geometry) -> Result<f64, MathError> {
    check_size("numbers of a map", map.len(), shape.positions())?;
    let total: f64 = map.iter().sum();
    check_range(total > 0.0, "sum of a map", total, "above 0")?;
    let down = overlap(shape.height);
    let across = overlap(shape.width);
    let pixel = |at: usize| down[at / shape.width] * across[at % shape.width] * map[at];
    Ok((0..map.len()).map(pixel).sum::<f64>() / total)
}

// How much of each pixel lies in the middle half; a pixel that the border cuts counts in part.
fn overlap(size: usize) -> Vec<f64> {
    let (from, to) = (0.25 * size as f64, 0.75 * size as f64);
    (0..size).map(|i| (to.min((i + 1) as f64) - from.max(i as f64)).clamp(0.0, 1.0)).collect()
}

/// The share of the pixels that a map is spread over, `(Σ m)²/(N Σ m²)`: 1 for a flat map, 1/N for a single pixel.
///
/// Shapes: N -> a number in (0, 1]. Cost: N.
/// Source: ours; the participation ratio over N.
///
/// # Errors
/// [`MathError::Range`] where the map is zero.
pub fn effective_area(map: &[f64]) -> Result<f64, MathError> {
    let squares: f64 = map.iter().map(|m| m * m).sum();
    check_range(squares > 0.0, "sum of a map's squares", squares, "above 0")?;
    Ok(map.iter().sum::<f64>().powi(2) / (map.len() as f64 * squares))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::fourier::DecayMask;
    use crate::math::random::Stream;

    const SHAPE: Geometry = Geometry { channels: 3, height: 2, width: 2 };

    #[test]
    fn views_of_colours() {
        let values = [3.0, 0.0, -1.0, 1.0, 4.0, 0.0, -2.0, -2.0, 0.0, 0.0, -2.0, 0.0];
        assert_eq!(signed_grey(&values, SHAPE).unwrap(), [5.0, 0.0, -3.0, -(5.0_f64.sqrt())]);
        let mean = channel_mean(&values, SHAPE).unwrap();
        assert!((mean[0] - 7.0 / 3.0).abs() < 1e-15 && (mean[2] + 5.0 / 3.0).abs() < 1e-15);
        let grey = Geometry { channels: 1, height: 3, width: 4 };
        assert_eq!(signed_grey(&values, grey).unwrap(), values);
        assert!(channel_mean(&values, grey).is_ok() && channel_mean(&values[1..], SHAPE).is_err());
    }

    #[test]
    fn smoothing_goes_channel_by_channel_and_is_not_negative() {
        let shape = Geometry { channels: 2, height: 5, width: 4 };
        let smoother = Smoother::new(DecayMask::new(0.3, 2.0).unwrap(), 5, 4);
        let values = Stream::new(1, "test-map", 0).normal_columns(40, 0, 1);
        let smooth = smoothed_magnitude(values.as_slice(), shape, &smoother).unwrap();
        let second = smoother.apply(&Matrix::from_row_slice(5, 4, &values.as_slice()[20..])).unwrap();
        for at in 0..20 {
            assert!((smooth[20 + at] - second[(at / 4, at % 4)].abs()).abs() < 1e-15);
        }
        assert!(smooth.iter().all(|&v| v >= 0.0));
        assert!(smoothed_magnitude(&[0.0; 39], shape, &smoother).is_err());
    }

    #[test]
    fn averages_are_their_formulas() {
        let v = Matrix::from_column_slice(2, 2, &[0.6, -0.8, 1.0, 0.0]);
        let values = [-3.0, 1.0];
        let at = |average| average_map(&eigenvector_maps(&v, &values, average).unwrap(), &values, average).unwrap();
        let close =
            |found: Vec<f64>, expected: [f64; 2]| found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15);
        // (3 · 0.36 + 1)/4 and (3 · 0.36 + 1)/2
        assert!(close(at(Average::EigenvalueWeighted), [0.52, 0.48]));
        assert!(close(at(Average::Plain), [1.04, 0.96]));
        assert!(average_map(&v, &[0.0, 0.0], Average::EigenvalueWeighted).is_err());
        assert!(average_map(&v, &[1.0], Average::Plain).is_err());
    }

    #[test]
    fn map_of_a_sample_is_its_formula() {
        let v = Matrix::from_column_slice(2, 2, &[0.6, -0.8, 1.0, 0.0]);
        let found = sample_map(&v, &[-3.0, 1.0], &[2.0, -5.0]).unwrap();
        // √((3 (0.6·2)² + (1·2)²)/2) and √(3 (0.8·5)²/2)
        assert!((found[0] - 4.16_f64.sqrt()).abs() < 1e-14 && (found[1] - 24.0_f64.sqrt()).abs() < 1e-14);
        assert!(sample_map(&v, &[-3.0, 1.0], &[2.0]).is_err());
    }

    #[test]
    fn concentration_of_flat_and_pointed_maps() {
        for (height, width) in [(4, 8), (7, 5), (3, 3)] {
            let shape = Geometry { channels: 1, height, width };
            let flat = vec![0.3; height * width];
            assert!((centre_share(&flat, shape).unwrap() - 0.25).abs() < 1e-14, "{shape:?}");
            assert!((effective_area(&flat).unwrap() - 1.0).abs() < 1e-14);
        }
        let shape = Geometry { channels: 1, height: 4, width: 4 };
        let point = |at: usize| (0..16).map(|i| if i == at { 2.0 } else { 0.0 }).collect::<Vec<f64>>();
        assert_eq!((centre_share(&point(5), shape).unwrap(), centre_share(&point(3), shape).unwrap()), (1.0, 0.0));
        assert_eq!(effective_area(&point(3)).unwrap(), 1.0 / 16.0);
        assert!(centre_share(&[0.0; 16], shape).is_err() && effective_area(&[0.0; 4]).is_err());
    }
}
