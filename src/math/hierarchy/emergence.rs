//! Which of the features that the teacher plants the leading eigenvectors of C_1 have found.
//!
//! Labels do not see the h1 one by one: y depends on them through `h1ᵀ B h1`, so that E[y h1 h1ᵀ] has the eigenvectors of B.
//! What the operator can tell apart are the features `f_k = v_k·h1` along these, each with a strength of its own.

use super::estimator::{Curve, labels_of, streamed};
use super::features::{CentredLayer, Source};
use super::overlap::feature_overlaps;
use super::prefix_search::PrefixSearch;
use super::teacher::{Planted, Teacher};
use crate::math::error::MathError;
use crate::math::linalg::eigen::Found;
use crate::math::linalg::{Matrix, SingleMatrix, double, product_single, single};

/// What has emerged at one training size.
#[derive(Debug, Clone, PartialEq)]
pub struct PlantedPoint {
    /// n.
    pub n_train: usize,
    /// The leading eigenvalues, by descending |λ|.
    pub eigenvalues: Vec<f64>,
    /// For each eigenvector the share of its feature's test variance that the true h1 explain.
    pub explained: Vec<f64>,
    /// For each planted feature the share R² of its test variance that the eigenvectors' features explain together.
    pub recovered: Vec<f64>,
    /// For each planted feature the place, from 0, of the eigenvector whose feature has the largest squared correlation with
    /// it, and that.
    pub nearest: Vec<(usize, f64)>,
    /// Residual of the eigenpairs, relative to the largest |λ|.
    pub residual: f64,
}

/// What is computed: where each planted feature emerges.
pub struct Emergence<'a, E> {
    /// The target.
    pub teacher: &'a Teacher,
    /// φ1.
    pub first: &'a CentredLayer,
    /// The eigenpairs looked for.
    pub search: PrefixSearch,
    /// The samples.
    pub samples: &'a Curve<'a, E>,
}

impl<E: From<MathError>> Emergence<'_, E> {
    /// The planted features, and what of them is found at every size.
    ///
    /// Shapes: m training sizes, test inputs `n_t` x d -> m points. A feature that is not found has an R² of about k/n_t,
    /// k the number of eigenvectors.
    /// Cost: that of [`PrefixSearch::each`], the rest is small beside it.
    /// Source: arXiv 2605.13612, figure 2 right; the measure feature by feature is ours.
    ///
    /// # Errors
    /// Sizes that do not increase, numeric errors of the solvers, those of the interrupt.
    pub fn curve(&self) -> Result<(Planted, Vec<PlantedPoint>), E> {
        let &Curve { train, sizes, test, bytes_kept, interrupt } = self.samples;
        let rows = sizes.last().copied().unwrap_or(0);
        let labels = labels_of(self.teacher, (train, rows), interrupt)?;
        let source = Source { inputs: train, layer: self.first, rows, interrupt };
        let features = streamed(source, self.search.method, bytes_kept)?;
        let found = self.search.each(&features, sizes, &labels)?;
        let planted = self.teacher.planted()?;
        let hidden = self.teacher.of(test).first;
        let on_test = OnTest { planted: planted.of(&hidden), hidden, features: self.first.apply(test) };
        let points = found.iter().zip(sizes).map(|(pairs, &n)| on_test.point(n, pairs)).collect();
        Ok((planted, points))
    }
}

struct OnTest {
    hidden: Matrix,
    planted: Matrix,
    features: SingleMatrix,
}

impl OnTest {
    fn point(&self, n_train: usize, found: &Found) -> PlantedPoint {
        let estimate = double(&product_single(&self.features, &single(&found.eigen.vectors)));
        let columns = estimate.column_iter().map(|c| c.into_owned());
        let alone: Vec<Vec<f64>> = columns
            .map(|c| feature_overlaps(&Matrix::from_column_slice(c.len(), 1, c.as_slice()), &self.planted))
            .collect();
        let nearest = |k: usize| {
            let squared = alone.iter().map(|of| of[k]).enumerate();
            squared.fold((0, 0.0), |best, at| if at.1 > best.1 { at } else { best })
        };
        PlantedPoint {
            n_train,
            eigenvalues: found.eigen.values.clone(),
            explained: feature_overlaps(&self.hidden, &estimate),
            recovered: feature_overlaps(&estimate, &self.planted),
            nearest: (0..self.planted.ncols()).map(nearest).collect(),
            residual: found.residual,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::features::{Inputs as _, StreamedInputs};
    use super::super::moment::Method;
    use super::*;
    use crate::math::linalg::product_tn;

    // Its teacher has two strong features and two weak ones: strengths 0.69, 0.69, 0.18 and 0.07.
    const SEED: u64 = 1;

    fn curve(sizes: &[usize], method: Method) -> (Planted, Vec<PlantedPoint>) {
        let calm = || Ok::<(), MathError>(());
        let train = StreamedInputs::new(SEED, 0, 16);
        let test = StreamedInputs::new(SEED, 1, 16).rows(0..2000);
        let teacher = Teacher::draw(SEED, 16).centred(&StreamedInputs::new(SEED, 3, 16));
        let samples = Curve { train: &train, sizes, test: &test, bytes_kept: 0, interrupt: &calm };
        let search = PrefixSearch { keep: 4, method, tolerance: 1e-4, passes: 60 };
        let first = CentredLayer::draw((SEED, 0), 16, 400);
        Emergence { teacher: &teacher, first: &first, search, samples: &samples }.curve().unwrap()
    }

    // E[h2 f_k²] = √2 a_k for normal h1, and features along different eigenvectors have nothing in common.
    #[test]
    fn planted_features_are_what_the_second_layer_weighs() {
        let teacher = Teacher::draw(5, 36);
        let planted = teacher.planted().unwrap();
        assert!((planted.strengths.iter().map(|a| a * a).sum::<f64>() - 1.0).abs() < 1e-12, "a matrix of norm 1");
        assert!(planted.strengths.windows(2).all(|w| w[0].abs() >= w[1].abs()));
        let hidden = teacher.of(&StreamedInputs::new(5, 1, 36).rows(0..20_000));
        let features = planted.of(&hidden.first);
        let weighted = |k: usize, l: usize| {
            (0..20_000).map(|i| hidden.second[i] * features[(i, k)] * features[(i, l)]).sum::<f64>() / 20_000.0
        };
        for k in 0..6 {
            let expected = 2.0_f64.sqrt() * planted.strengths[k];
            assert!((weighted(k, k) - expected).abs() < 0.35, "{k}: {} {expected}", weighted(k, k));
            assert!(weighted(k, (k + 1) % 6).abs() < 0.35, "{}", weighted(k, (k + 1) % 6));
        }
        let grams = product_tn(&planted.directions, &planted.directions);
        assert!((grams - Matrix::identity(6, 6)).amax() < 1e-12);
    }

    #[test]
    fn features_emerge_with_samples_the_stronger_ones_first() {
        let (planted, points) = curve(&[102, 59_392], Method::Implicit);
        let (few, many) = (&points[0].recovered, &points[1]);
        assert!(few.iter().all(|r| *r < 0.2), "{few:?}");
        assert!(many.recovered[..2].iter().all(|r| *r > 0.5), "{:?} of {:?}", many.recovered, planted.strengths);
        assert!(many.recovered[2..].iter().all(|r| *r < 0.2), "{:?} of {:?}", many.recovered, planted.strengths);
        for (recovered, (place, alone)) in many.recovered.iter().zip(&many.nearest) {
            assert!(*place < 4 && *alone <= recovered + 1e-12, "one of them explains no more than all");
        }
    }

    #[test]
    fn both_methods_find_the_same() {
        let ((_, formed), (_, implicit)) = (curve(&[3000], Method::Formed), curve(&[3000], Method::Implicit));
        for (a, b) in formed[0].recovered.iter().zip(&implicit[0].recovered) {
            assert!((a - b).abs() < 5e-3, "{a} {b}");
        }
        assert!((formed[0].eigenvalues[0] / implicit[0].eigenvalues[0] - 1.0).abs() < 1e-4);
    }
}
