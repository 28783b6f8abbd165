//! The leading eigenpairs of the moment operator at every training size, by either method.

use super::features::Streamed;
use super::krylov::{Wanted, leading_of_moments};
use super::moment::{Method, PrefixMoments, leading_of_formed};
use crate::math::error::MathError;
use crate::math::linalg::eigen::Found;

/// What is asked for at every size, and how it is found.
#[derive(Debug, Clone, Copy)]
pub struct PrefixSearch {
    /// Number k of eigenpairs, those of largest |λ|.
    pub keep: usize,
    /// How they are found.
    pub method: Method,
    /// Residual of the eigenpairs, relative to the largest |λ|.
    pub tolerance: f64,
    /// Passes over the samples after which an implicit search ends whatever the residual is.
    pub passes: usize,
}

impl PrefixSearch {
    /// The pairs at every size; each training set is the beginning of the next. Eigenvectors have canonical signs.
    ///
    /// Shapes: m sizes, labels of the largest -> m times k values and P x k vectors.
    /// Units: the tolerance is relative to the largest |λ|. Cost: see [`super::moment::Work`].
    /// Source: arXiv 2605.13612, definition of the label-weighted moment operator.
    ///
    /// # Errors
    /// Sizes that do not increase, numeric errors of the solvers, those of the interrupt.
    pub fn each<E: From<MathError>>(
        &self,
        features: &Streamed<'_, E>,
        sizes: &[usize],
        labels: &[f64],
    ) -> Result<Vec<Found>, E> {
        if self.method == Method::Implicit {
            let weights: Vec<&[f64]> = sizes.iter().map(|&n| &labels[..n]).collect();
            return leading_of_moments(features, &weights, Wanted::guarded(self.keep, self.tolerance, self.passes));
        }
        let mut found = Vec::with_capacity(sizes.len());
        PrefixMoments { features, sizes, weights: &[labels.to_vec()] }.each(|_, operator| {
            found.push(leading_of_formed(operator, self.keep, self.tolerance)?);
            Ok(())
        })?;
        Ok(found)
    }
}
