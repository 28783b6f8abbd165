//! Sums of samples that are weighted by how they project on features.

use super::feature_stack::RowSource;
use crate::math::error::{MathError, check_range, check_size};
use crate::math::image::maps::bounded_blocks;
use crate::math::linalg::{Matrix, product_tn, scale_columns};

/// `Σ_i w_ik x_i`, one column for each k, a bounded number of inputs at once.
///
/// Shapes: n samples of d, n x K -> d x K. Cost: 2ndK.
///
/// # Errors
/// [`MathError::Shape`] where the numbers of rows differ, [`MathError::Range`] for no input, and whatever the inputs
/// return.
pub fn weighted_sums<E: From<MathError>>(inputs: RowSource<'_, E>, weights: &Matrix) -> Result<Matrix, E> {
    check_size("rows of the weights", weights.nrows(), inputs.count)?;
    check_range(inputs.count > 0, "number of inputs", inputs.count as f64, "at least 1")?;
    let mut sums: Option<Matrix> = None;
    // images of a million pixels still come several at once
    const ENTRIES: usize = 1 << 12;
    for range in bounded_blocks(inputs.count, ENTRIES) {
        let part = weights.rows(range.start, range.len()).into_owned();
        let sum = product_tn(&(inputs.rows)(range)?, &part);
        sums = Some(sums.map_or(sum.clone(), |before| before + sum));
    }
    Ok(sums.unwrap_or_else(|| Matrix::zeros(0, weights.ncols())))
}

/// The weights of a projection-weighted mean, `p_ik/max(Σ_i |p_ik|, 1e-8)`.
///
/// Shapes: n x K -> n x K. Cost: nK.
/// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory, projection-weighted mean.
pub fn projection_weights(projections: &Matrix) -> Matrix {
    // the reference's guard: where nothing projects, the mean is zero
    const SMALLEST_WEIGHT: f64 = 1e-8;
    let weight = |p: f64| 1.0 / p.max(SMALLEST_WEIGHT);
    let factors: Vec<f64> = projections.column_iter().map(|p| weight(p.iter().map(|x| x.abs()).sum())).collect();
    let mut out = projections.clone();
    scale_columns(&mut out, &factors);
    out
}

/// The weights of the means over the `count` samples that project most on each feature, and over those that project
/// least.
///
/// Equal projections count in the order of the samples. Shapes: n x K -> n x K twice. Cost: K n log n.
/// Source: the reference implementation, IdePHICS/Neural-LoFi-Theory, top and bottom activating averages.
///
/// # Errors
/// [`MathError::Range`] unless `count` is 1 to n/2, so that no sample is in both.
pub fn extreme_weights(projections: &Matrix, count: usize) -> Result<(Matrix, Matrix), MathError> {
    let n = projections.nrows();
    check_range(count > 0 && 2 * count <= n, "samples of an average", count as f64, "1 to half of the samples")?;
    let (mut top, mut bottom) = (Matrix::zeros(n, projections.ncols()), Matrix::zeros(n, projections.ncols()));
    for (k, column) in projections.column_iter().enumerate() {
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| column[b].total_cmp(&column[a]));
        order[..count].iter().for_each(|&i| top[(i, k)] = 1.0 / count as f64);
        order[n - count..].iter().for_each(|&i| bottom[(i, k)] = 1.0 / count as f64);
    }
    Ok((top, bottom))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;
    use std::ops::Range;

    fn sums(x: &Matrix, weights: &Matrix) -> Result<Matrix, MathError> {
        let rows = |r: Range<usize>| Ok(x.rows(r.start, r.len()).into_owned());
        weighted_sums(RowSource { count: x.nrows(), rows: &rows }, weights)
    }

    #[test]
    fn projection_weighted_mean_is_its_formula_and_zero_without_weight() {
        let x = Matrix::from_row_slice(2, 2, &[1.0, 2.0, 3.0, -1.0]);
        let p = Matrix::from_row_slice(2, 2, &[1.0, 0.0, -3.0, 0.0]);
        let expected = Matrix::from_row_slice(2, 2, &[-2.0, 0.0, 1.25, 0.0]);
        assert!((sums(&x, &projection_weights(&p)).unwrap() - expected).amax() < 1e-15);
        assert!(sums(&x, &Matrix::zeros(3, 1)).is_err() && sums(&Matrix::zeros(0, 2), &Matrix::zeros(0, 1)).is_err());
    }

    #[test]
    fn sums_over_many_blocks_are_one_product() {
        let x = Stream::new(1, "test-data", 0).normal_columns(2500, 0, 3);
        let w = Stream::new(1, "test-weights", 0).normal_columns(2500, 0, 2);
        assert!((sums(&x, &w).unwrap() - x.transpose() * &w).amax() < 1e-11);
    }

    #[test]
    fn extremes_are_means_of_disjoint_samples() {
        let x = Matrix::from_column_slice(5, 1, &[10.0, 20.0, 30.0, 40.0, 50.0]);
        let p = Matrix::from_column_slice(5, 1, &[0.5, -2.0, 0.5, 3.0, 0.0]);
        let (top, bottom) = extreme_weights(&p, 2).unwrap();
        assert_eq!(sums(&x, &top).unwrap()[0], 25.0);
        assert_eq!(sums(&x, &bottom).unwrap()[0], 35.0);
        assert!(top.component_mul(&bottom).amax() == 0.0);
        assert!(extreme_weights(&p, 3).is_err() && extreme_weights(&p, 0).is_err());
    }

    // Turning a feature's sign swaps the two ends.
    #[test]
    fn the_negative_of_a_feature_swaps_top_and_bottom() {
        let p = Stream::new(1, "test-projections", 0).normal_columns(30, 0, 2);
        let ((top, bottom), (top_of_negative, _)) =
            (extreme_weights(&p, 7).unwrap(), extreme_weights(&(-&p), 7).unwrap());
        assert_eq!(bottom, top_of_negative);
        assert!((top.sum() - 2.0).abs() < 1e-14);
    }
}
