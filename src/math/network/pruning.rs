//! Which directions of a hidden layer a network keeps when it is pruned.

use crate::math::error::{MathError, check_range, check_size};
use crate::math::linalg::eigen::{order_by_magnitude, truncate};
use crate::math::linalg::{Matrix, orthonormal_basis, product, product_nt, product_tn, sym_eigen};
use crate::math::lofi::moment::{second_moment, signed_moment};
use crate::math::random::Stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// By what directions are ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ranking {
    /// By |E[y h h]|, the label-weighted moment: how the labels depend on a direction's square.
    LabelWeighted,
    /// By E[h h], the second moment, which knows no labels.
    Variance,
    /// By the weights with which the next layer takes a direction.
    Magnitude,
    /// In random order.
    Random,
}

/// Which directions there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Directions {
    /// Units of the layer: what is not kept could be taken out of the network.
    #[default]
    Units,
    /// Eigenvectors of the matrix that ranks: the next layer's weights become of lower rank.
    Eigenvectors,
}

/// What a hidden layer gives, and what takes it.
pub struct HiddenLayer<'a> {
    /// n x d.
    pub features: &'a Matrix,
    /// n.
    pub labels: &'a [f64],
    /// Weights of the next layer, d x p.
    pub weights: &'a Matrix,
}

impl HiddenLayer<'_> {
    /// The k directions of highest rank, orthonormal.
    ///
    /// The matrix that ranks is `(1/n) Σ y h hᵀ`, `(1/n) Σ h hᵀ` or `W Wᵀ`; units are ranked by the magnitude of their
    /// entries of its diagonal, equal ones in their order.
    /// Shapes: -> d x k. Cost: nd² or d²p, and 9 d³ for eigenvectors.
    /// Source: the label-weighted moment is that of arXiv 2605.13612; magnitude as in Han et al., arXiv 1506.02626.
    ///
    /// # Errors
    /// [`MathError::Range`] for more directions than the layer has, [`MathError::Shape`] where sizes do not fit, those of the
    /// eigensolver.
    pub fn leading(&self, (ranking, of): (Ranking, Directions), keep: usize, seed: u64) -> Result<Matrix, MathError> {
        let dim = self.features.ncols();
        check_size("rows of the next layer's weights", self.weights.nrows(), dim)?;
        check_range(keep <= dim, "number of directions", keep as f64, "at most the width of the layer")?;
        let matrix = match ranking {
            Ranking::LabelWeighted => signed_moment(self.features, self.labels)?,
            Ranking::Variance => second_moment(self.features),
            Ranking::Magnitude => product_nt(self.weights, self.weights),
            Ranking::Random => return Ok(random((dim, keep), of, seed)),
        };
        match of {
            Directions::Eigenvectors => Ok(truncate(sym_eigen(&matrix)?, keep).vectors),
            Directions::Units => {
                let diagonal: Vec<f64> = matrix.diagonal().iter().copied().collect();
                Ok(units(dim, &order_by_magnitude(&diagonal)[..keep]))
            }
        }
    }
}

/// Weights that take nothing but some directions, `V Vᵀ W`. Shapes: d x p, V d x k orthonormal -> d x p. Cost: 4dkp.
pub fn projected(weights: &Matrix, directions: &Matrix) -> Matrix {
    product(directions, &product_tn(directions, weights))
}

fn random((dim, keep): (usize, usize), of: Directions, seed: u64) -> Matrix {
    let mut stream = Stream::new(seed, "pruning", dim as u64);
    match of {
        Directions::Units => units(dim, &stream.permutation(dim)[..keep]),
        Directions::Eigenvectors => orthonormal_basis(&stream.normal_columns(dim, 0, keep)),
    }
}

fn units(dim: usize, kept: &[usize]) -> Matrix {
    let mut out = Matrix::zeros(dim, kept.len());
    kept.iter().enumerate().for_each(|(column, &unit)| out[(unit, column)] = 1.0);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    // Unit 0 is large and means nothing, unit 1 is small and is what the label depends on, unit 2 has large weights.
    fn leading(ranking: Ranking, of: Directions) -> Matrix {
        let noise = Stream::new(4, "test-noise", 0).normal_columns(2000, 0, 3);
        let features = Matrix::from_fn(2000, 3, |i, j| [5.0, 1.0, 0.3][j] * noise[(i, j)]);
        let labels: Vec<f64> = (0..2000).map(|i| if noise[(i, 1)].abs() > 0.67 { 1.0 } else { -1.0 }).collect();
        let weights = Matrix::from_row_slice(3, 2, &[0.1, 0.2, -0.3, 0.1, 2.0, 1.0]);
        // labels are centred in the sample, or |y| E[h h] of the largest unit would show through
        let mean = labels.iter().sum::<f64>() / 2000.0;
        let labels: Vec<f64> = labels.iter().map(|y| 10.0 * (y - mean)).collect();
        // scaled so that noise of the large unit stays below
        let features = if ranking == Ranking::LabelWeighted {
            Matrix::from_fn(2000, 3, |i, j| features[(i, j)] * [0.2, 1.0, 1.0][j])
        } else {
            features
        };
        HiddenLayer { features: &features, labels: &labels, weights: &weights }.leading((ranking, of), 1, 7).unwrap()
    }

    #[test]
    fn each_ranking_keeps_what_it_is_named_after() {
        for (ranking, unit) in [(Ranking::Variance, 0), (Ranking::LabelWeighted, 1), (Ranking::Magnitude, 2)] {
            let kept = leading(ranking, Directions::Units);
            assert_eq!(kept[(unit, 0)], 1.0, "{ranking:?}: {kept}");
            let eigenvector = leading(ranking, Directions::Eigenvectors);
            assert!(eigenvector[(unit, 0)].abs() > 0.9, "{ranking:?}: {eigenvector}");
        }
    }

    #[test]
    fn random_directions_are_orthonormal_and_keyed() {
        let draw = |of, seed| random((6, 4), of, seed);
        for of in [Directions::Units, Directions::Eigenvectors] {
            let kept = draw(of, 3);
            assert!((product_tn(&kept, &kept) - Matrix::identity(4, 4)).amax() < 1e-12);
            assert!(kept == draw(of, 3) && (0..5).any(|seed| kept != draw(of, seed)));
        }
    }

    #[test]
    fn projection_keeps_the_directions_and_nothing_else() {
        let weights = Stream::new(1, "test-weights", 0).normal_columns(4, 0, 3);
        let all = projected(&weights, &Matrix::identity(4, 4));
        assert!((all - &weights).amax() < 1e-15);
        let some = projected(&weights, &units(4, &[2, 0]));
        assert_eq!(some.row(2), weights.row(2));
        assert!(some.row(1).iter().chain(some.row(3).iter()).all(|w| *w == 0.0));
    }

    #[test]
    fn more_directions_than_the_layer_has_are_refused() {
        let (features, weights) = (Matrix::zeros(5, 2), Matrix::zeros(2, 1));
        let hidden = HiddenLayer { features: &features, labels: &[0.0; 5], weights: &weights };
        assert!(hidden.leading((Ranking::Magnitude, Directions::Units), 3, 0).is_err());
        let hidden = HiddenLayer { weights: &Matrix::zeros(3, 1), ..hidden };
        assert!(hidden.leading((Ranking::Magnitude, Directions::Units), 1, 0).is_err());
    }
}
