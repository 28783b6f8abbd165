//! How much of the teacher's features an estimate holds.

use crate::math::linalg::{Matrix, orthonormal_basis, product_tn};

/// The overlap of two sets of features on the same samples, `‖Q_Hᵀ Q_Ĥ‖²_F/d1`, Q orthonormal bases of the centred
/// columns.
///
/// 1 where the estimate spans the features, whatever rotation or scale it gives them; about k/n for k random features.
/// Shapes: n x d1, n x k -> at most min(1, k/d1). Cost: n (d1 + k)².
/// Source: arXiv 2605.13612, figure 2 centre.
pub fn subspace_overlap(features: &Matrix, estimate: &Matrix) -> f64 {
    let (q, r) = (basis(features), basis(estimate));
    product_tn(&q, &r).norm_squared() / features.ncols() as f64
}

/// The share of each estimated feature's variance that the true features explain, `‖Q_Hᵀ f‖²/‖f‖²`, columns centred.
///
/// 1 for a linear combination of the features; about d1/n for an independent one.
/// Shapes: n x d1, n x k -> k. Cost: n d1 (d1 + k).
/// Source: arXiv 2605.13612, figure 2: the same overlap, feature by feature.
pub fn feature_overlaps(features: &Matrix, estimate: &Matrix) -> Vec<f64> {
    let centred = centred(estimate);
    let explained = product_tn(&basis(features), &centred);
    explained.column_iter().zip(centred.column_iter()).map(|(e, f)| e.norm_squared() / f.norm_squared()).collect()
}

fn basis(columns: &Matrix) -> Matrix {
    orthonormal_basis(&centred(columns))
}

fn centred(columns: &Matrix) -> Matrix {
    let mut out = columns.clone();
    out.column_iter_mut().for_each(|mut c| {
        let mean = c.mean();
        c.add_scalar_mut(-mean);
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;

    fn normals(layer: u64, rows: usize, columns: usize) -> Matrix {
        Stream::new(6, "test-overlap", layer).normal_columns(rows, 0, columns)
    }

    #[test]
    fn one_for_the_features_themselves_in_any_basis() {
        let h = normals(0, 300, 4);
        let mixed = (&h * normals(1, 4, 4)).add_scalar(7.0);
        assert!((subspace_overlap(&h, &h) - 1.0).abs() < 1e-12);
        assert!((subspace_overlap(&h, &mixed) - 1.0).abs() < 1e-10);
        assert!(feature_overlaps(&h, &mixed).iter().all(|o| (o - 1.0).abs() < 1e-12));
        let half = mixed.columns(0, 2).into_owned();
        assert!((subspace_overlap(&h, &half) - 0.5).abs() < 1e-10);
    }

    #[test]
    fn a_rotation_of_the_estimate_changes_nothing() {
        let (h, estimate) = (normals(0, 200, 3), normals(0, 200, 3) + normals(2, 200, 3));
        let turned = &estimate * orthonormal_basis(&normals(3, 3, 3));
        assert!((subspace_overlap(&h, &estimate) - subspace_overlap(&h, &turned)).abs() < 1e-12);
        assert!((subspace_overlap(&h, &estimate) - subspace_overlap(&estimate, &h)).abs() < 1e-12, "symmetric");
        assert!((subspace_overlap(&h, &estimate) - 0.5).abs() < 0.1, "signal and noise of one variance");
    }

    #[test]
    fn independent_features_overlap_by_chance_alone() {
        let (n, k) = (400, 3);
        let trials = 60;
        let mean = |of: &dyn Fn(u64) -> f64| (0..trials).map(of).sum::<f64>() / trials as f64;
        let whole = mean(&|i| subspace_overlap(&normals(2 * i, n, k), &normals(2 * i + 1, n, k)));
        let each = mean(&|i| feature_overlaps(&normals(2 * i, n, k), &normals(2 * i + 1, n, 1))[0]);
        let chance = k as f64 / (n - 1) as f64;
        assert!((whole / chance - 1.0).abs() < 0.25 && (each / chance - 1.0).abs() < 0.35, "{whole} {each} {chance}");
    }
}
