//! The whole spectrum of C_1, and where its bulk would end if the labels meant nothing.

use super::estimator::labels_of;
use super::features::{CentredLayer, Inputs, Source, Streamed};
use super::krylov::{Wanted, leading_of_moments};
use super::moment::{PrefixMoments, leading_of_formed};
use super::overlap::feature_overlaps;
use super::teacher::Teacher;
use crate::math::error::{MathError, check_range};
use crate::math::linalg::eigen::order_by_magnitude;
use crate::math::linalg::{Matrix, double, product_single, single, sym_eigenvalues};
use crate::math::random::Stream;

// Inputs are kept between passes where they take less: drawing them again costs a tenth of a pass or less.
const INPUTS_KEPT: u64 = 1 << 28;
// A flat edge takes some tens of vectors; a search that needs more has found nothing to hold on to.
const MOST_PASSES: usize = 200;

/// What is computed.
pub struct Spectra<'a, E> {
    /// The target.
    pub teacher: &'a Teacher,
    /// φ1.
    pub first: &'a CentredLayer,
    /// Training inputs.
    pub train: &'a dyn Inputs,
    /// Increasing training sizes; each training set is the beginning of the next.
    pub sizes: &'a [usize],
    /// Test inputs, for the overlap.
    pub test: &'a Matrix,
    /// How often the labels are permuted.
    pub permutations: usize,
    /// Seed of the permutations.
    pub seed: u64,
    /// Residual of the leading eigenpairs, and of those at the edges, relative to the largest |λ|.
    pub tolerance: f64,
    /// Asked now and then; its error ends the run.
    pub interrupt: &'a dyn Fn() -> Result<(), E>,
}

/// The spectrum at one training size.
#[derive(Debug, Clone, PartialEq)]
pub struct MomentSpectrum {
    /// n.
    pub n_train: usize,
    /// All p1 eigenvalues, by descending |λ|.
    pub eigenvalues: Vec<f64>,
    /// The largest |λ| with permuted labels, over the permutations; none without one.
    pub bulk_edge: Option<f64>,
    /// For each of the d1 leading eigenvectors the share of its feature's test variance that the true h1 explain.
    pub overlaps: Vec<f64>,
}

impl<E: From<MathError>> Spectra<'_, E> {
    /// The spectra at every size; each pass over the samples serves all of them.
    ///
    /// The null operator has the same features and the same labels in random order. Labels are permuted among the
    /// samples that a size adds to the one before, so that every size has the labels of its own samples.
    /// Shapes: m sizes -> m spectra of p1 values.
    /// Cost: n p1² and 4/3 p1³ for each size, as the operator of the labels is formed, which the whole spectrum needs; the
    /// null operators are only applied, in about 20 passes over the samples of 2n p1 d and 4n p1 for each permutation.
    /// Source: arXiv 2605.13612, figure 2 right; the edge by permutation is ours.
    ///
    /// # Errors
    /// Sizes that do not increase, those of the eigensolvers and of the interrupt.
    pub fn each(&self) -> Result<Vec<MomentSpectrum>, E> {
        let rows = self.sizes.last().copied().unwrap_or(0);
        let fits = self.teacher.features() <= self.first.width();
        check_range(fits, "width of the first layer", self.first.width() as f64, "at least the number of features")?;
        let labels = labels_of(self.teacher, (self.train, rows), self.interrupt)?;
        let source = Source { inputs: self.train, layer: self.first, rows, interrupt: self.interrupt };
        let features = Streamed::new(source, INPUTS_KEPT)?;
        let mut found: Vec<MomentSpectrum> = Vec::with_capacity(self.sizes.len());
        let weights = std::slice::from_ref(&labels);
        PrefixMoments { features: &features, sizes: self.sizes, weights }.each(|(size, _), operator| {
            (self.interrupt)()?;
            found.push(self.spectrum(self.sizes[size], operator)?);
            Ok(())
        })?;
        for (spectrum, edge) in found.iter_mut().zip(self.edges(&features, &labels)?) {
            spectrum.bulk_edge = Some(edge);
        }
        Ok(found)
    }

    fn spectrum(&self, n_train: usize, operator: &Matrix) -> Result<MomentSpectrum, MathError> {
        let values = sym_eigenvalues(operator)?;
        let eigenvalues = order_by_magnitude(&values).into_iter().map(|i| values[i]).collect();
        let leading = leading_of_formed(operator, self.teacher.features(), self.tolerance)?;
        let estimate = double(&product_single(&self.first.apply(self.test), &single(&leading.eigen.vectors)));
        let overlaps = feature_overlaps(&self.teacher.of(self.test).first, &estimate);
        Ok(MomentSpectrum { n_train, eigenvalues, bulk_edge: None, overlaps })
    }

    // The largest |λ| over the permutations at every size; none without a permutation.
    fn edges(&self, features: &Streamed<'_, E>, labels: &[f64]) -> Result<Vec<f64>, E> {
        let permuted: Vec<Vec<f64>> = (0..self.permutations).map(|r| self.permuted(labels, r as u64)).collect();
        if permuted.is_empty() {
            return Ok(Vec::new());
        }
        let prefixes: Vec<&[f64]> = permuted.iter().flat_map(|of| self.sizes.iter().map(|&n| &of[..n])).collect();
        let wanted = Wanted { keep: 1, block: 1, tolerance: self.tolerance, passes: MOST_PASSES };
        let found = leading_of_moments(features, &prefixes, wanted)?;
        let mut edges = vec![0.0_f64; self.sizes.len()];
        for (i, search) in found.iter().enumerate() {
            let edge = &mut edges[i % self.sizes.len()];
            *edge = search.eigen.values.first().map_or(*edge, |v| edge.max(v.abs()));
        }
        Ok(edges)
    }

    fn permuted(&self, labels: &[f64], number: u64) -> Vec<f64> {
        let mut out = Vec::with_capacity(labels.len());
        let mut stream = Stream::new(self.seed, "hierarchy-permutation", number);
        for &end in self.sizes {
            let start = out.len();
            out.extend(stream.permutation(end - start).into_iter().map(|i| labels[start + i]));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::super::features::StreamedInputs;
    use super::*;
    use crate::math::linalg::sym_eigen;
    use crate::math::lofi::moment::signed_moment;

    fn calm() -> Result<(), MathError> {
        Ok(())
    }

    fn spectra(sizes: &[usize], permutations: usize) -> Vec<MomentSpectrum> {
        let (teacher, first) = (Teacher::draw(2, 16), CentredLayer::draw((2, 0), 16, 90));
        let train = StreamedInputs::new(2, 0, 16);
        let test = StreamedInputs::new(2, 1, 16).rows(0..1000);
        let (teacher, first, train, interrupt) = (&teacher, &first, &train, &calm);
        Spectra { teacher, first, train, sizes, test: &test, permutations, seed: 2, tolerance: 1e-5, interrupt }
            .each()
            .unwrap()
    }

    #[test]
    fn spectrum_is_that_of_the_explicit_matrix() {
        let found = spectra(&[50, 2000], 0);
        let inputs = StreamedInputs::new(2, 0, 16);
        for at in &found {
            let x = inputs.rows(0..at.n_train);
            let z = double(&CentredLayer::draw((2, 0), 16, 90).apply(&x));
            let explicit = signed_moment(&z, &Teacher::draw(2, 16).of(&x).labels).unwrap();
            let full = sym_eigen(&explicit).unwrap();
            let order = order_by_magnitude(&full.values);
            assert_eq!((at.eigenvalues.len(), at.overlaps.len(), at.bulk_edge), (90, 4, None));
            for (value, &i) in at.eigenvalues.iter().zip(&order) {
                assert!((value - full.values[i]).abs() < 1e-6 * at.eigenvalues[0].abs());
            }
        }
        // a matrix of rank 50
        assert!(found[0].eigenvalues[50].abs() < 1e-6 * found[0].eigenvalues[0].abs());
    }

    #[test]
    fn features_leave_the_bulk_of_permuted_labels_as_samples_are_added() {
        let found = spectra(&[64, 30_000], 2);
        let outside = |at: &MomentSpectrum| at.eigenvalues.iter().filter(|v| v.abs() > at.bulk_edge.unwrap()).count();
        assert!(outside(&found[0]) <= 2, "{}", outside(&found[0]));
        // in the limit of many samples the bulk vanishes, and every direction that the labels know of is outside
        assert!(outside(&found[1]) >= 4, "{}", outside(&found[1]));
        assert!(found[1].bulk_edge < found[0].bulk_edge);
        let mean = |at: &MomentSpectrum| at.overlaps.iter().sum::<f64>() / 4.0;
        assert!(
            mean(&found[1]) > 2.0 * mean(&found[0]),
            "{:?}",
            found.iter().map(|at| &at.overlaps).collect::<Vec<_>>()
        );
    }

    // The plain route: every null operator formed, and all of its eigenvalues.
    #[test]
    fn edges_are_those_of_the_explicit_matrices() {
        let (teacher, first) = (Teacher::draw(2, 16), CentredLayer::draw((2, 0), 16, 90));
        let (train, test) = (StreamedInputs::new(2, 0, 16), StreamedInputs::new(2, 1, 16).rows(0..50));
        let sizes = [50, 2000];
        let (teacher, first, train, interrupt) = (&teacher, &first, &train, &calm);
        let spectra = Spectra {
            teacher,
            first,
            train,
            sizes: &sizes,
            test: &test,
            permutations: 3,
            seed: 2,
            tolerance: 1e-4,
            interrupt,
        };
        let x = train.rows(0..2000);
        let (z, labels) = (double(&first.apply(&x)), teacher.of(&x).labels);
        for (found, n) in spectra.each().unwrap().iter().zip(sizes) {
            let largest = |r| {
                let moment = signed_moment(&z.rows(0, n).into_owned(), &spectra.permuted(&labels, r)[..n]).unwrap();
                sym_eigenvalues(&moment).unwrap().iter().fold(0.0_f64, |most, v| most.max(v.abs()))
            };
            let edge = (0..3).map(largest).fold(0.0, f64::max);
            assert!((found.bulk_edge.unwrap() / edge - 1.0).abs() < 1e-6, "n = {n}: {:?} {edge}", found.bulk_edge);
        }
    }

    #[test]
    fn permutation_keeps_the_labels_of_every_prefix() {
        let (teacher, first) = (Teacher::draw(2, 16), CentredLayer::draw((2, 0), 16, 9));
        let (train, test) = (StreamedInputs::new(2, 0, 16), Matrix::zeros(1, 16));
        let sizes = [10, 25];
        let all = Spectra {
            teacher: &teacher,
            first: &first,
            train: &train,
            sizes: &sizes,
            test: &test,
            permutations: 1,
            seed: 0,
            tolerance: 1e-3,
            interrupt: &calm,
        };
        let labels: Vec<f64> = (0..25).map(f64::from).collect();
        let permuted = all.permuted(&labels, 0);
        assert_ne!((&permuted, &all.permuted(&labels, 1)), (&labels, &labels));
        for size in sizes {
            let mut prefix = permuted[..size].to_vec();
            prefix.sort_by(f64::total_cmp);
            assert_eq!(prefix, labels[..size]);
        }
    }
}
