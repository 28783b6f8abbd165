//! The spectrum of the first moment operator of the synthetic hierarchy.

use crate::experiment::samples::hierarchy::{LabelMean, TEST, TRAIN, sizes, too_narrow};
use crate::experiment::values::{eigen_flops, matrix_bytes};
use crate::math::hierarchy::{
    CentredLayer, Inputs as _, Method, MomentSpectrum, SINGLE, Spectra, StreamedInputs, Work, block_bytes,
    formed_bytes, kept_bytes,
};
use crate::step::prelude::*;

/// `synthetic-moment-spectrum`
pub struct SyntheticMomentSpectrum;

/// Parameters of `synthetic-moment-spectrum`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Input dimension d; the teacher has d1 = ⌊√d⌋ features.
    #[schemars(range(min = 4, max = 1000))]
    pub dim: usize,
    /// Width p1 of the random layer. The operator is formed: 8 bytes for each of its p1² numbers, several times over.
    #[schemars(range(min = 1, max = 100_000))]
    pub width: usize,
    /// Training sizes as powers of d, increasing: n = d^α. A smaller training set is the beginning of a larger one.
    pub alpha: Grid,
    /// How often the labels are permuted to find where the bulk ends.
    // One in twenty operators of meaningless labels is beyond the edge.
    #[serde(default = "defaults::whole::<19>")]
    #[schemars(range(min = 1, max = 100))]
    pub permutations: usize,
    /// Whether the mean of the labels is subtracted, as the theory assumes.
    #[serde(default)]
    pub labels: LabelMean,
    /// Fresh samples that overlaps are measured on.
    #[serde(default = "defaults::whole::<4000>")]
    #[schemars(range(min = 10, max = 10_000_000))]
    pub n_test: usize,
    /// Largest residual ‖Cv − λv‖ of a leading eigenpair, and of the pair at the edge, relative to the largest |λ|.
    #[serde(default = "defaults::decimal::<1, 4>")]
    #[schemars(range(min = 1e-12, max = 0.1))]
    pub tolerance: f64,
    /// Seed of teacher, weights, samples and permutations.
    pub seed: u64,
}

const HEADER: [&str; 8] = ["alpha", "n_train", "features", "rank", "eigenvalue", "leading", "bulk_edge", "overlap_h1"];

impl Kind for SyntheticMomentSpectrum {
    type Params = Params;
    const NAME: &'static str = "synthetic-moment-spectrum";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Gives all eigenvalues of the first moment operator of the synthetic hierarchy, and the edge of its \
                  bulk.",
        details: "Teacher, features and operator C_1 = (1/n) Σ y φ1 φ1ᵀ as in `synthetic-hierarchy`. `bulk_edge` is \
                  the largest |λ| of the same operator with permuted labels, over R permutations: with labels that \
                  mean nothing the operator itself exceeds it with probability 1/(R + 1). Samples are streamed for all \
                  sizes at once; p1 × p1 is formed for the labels, which all eigenvalues need, while the null operators \
                  are only applied, and the edge is found by Lanczos with the whole basis kept.",
        cites: &["neural-lofi"],
        inputs: &[],
        outputs: &[Port::new("spectrum", ValueType::Table).doc(
            "A row for each α and eigenvalue, by descending |λ|: whether it is one of the leading d1 (`features`), and \
             for those the share of the feature's test variance that the true h1 explain.",
        )],
    };

    fn plan(&self, params: &Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        let sizes = sizes(params.dim, &params.alpha).map_err(|problem| vec![problem])?;
        let keep = params.dim.isqrt();
        Problem::refuse(too_narrow(params.dim, params.width).into_iter().collect())?;
        let work = Work { dim: params.dim, width: params.width, keep, sizes, passes: usize::MAX };
        let largest = work.sizes.last().copied().unwrap_or(0);
        let labels = 2.0 * largest as f64 * (params.dim as f64).powi(2) * keep as f64;
        let eigenvalues = work.sizes.len() as f64 * 0.32 * eigen_flops(params.width);
        Ok(Plan {
            outputs: vec![Shape::Table],
            work_bytes: formed_bytes(params.width, 1)
                + 2 * matrix_bytes(params.width, params.width)
                + block_bytes(params.width)
                + kept_bytes(params.n_test + params.dim, params.width)
                + matrix_bytes(largest, 2 + params.permutations)
                + matrix_bytes(params.width, 2 * EDGE_PASSES * params.permutations * work.sizes.len()),
            flops: work.flops(Method::Formed) + edge_flops(params, &work) + labels + eigenvalues,
        })
    }

    fn header(&self, _: &str, _: &Params, _: &Headers) -> Option<Header> {
        Some(
            Header::of(&HEADER)
                .keys(&["alpha", "n_train", "rank"])
                .counts(&["features"])
                .truths(&["leading"])
                .more_is_better(&["overlap_h1"]),
        )
    }

    fn run(&self, params: &Params, _: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let sizes = sizes(params.dim, &params.alpha).map_err(|problem| StepError::Bug(problem.message))?;
        let spectra = Spectra {
            teacher: &params.labels.teacher(params.seed, params.dim),
            first: &CentredLayer::draw((params.seed, 0), params.dim, params.width),
            train: &StreamedInputs::new(params.seed, TRAIN, params.dim),
            sizes: &sizes,
            test: &StreamedInputs::new(params.seed, TEST, params.dim).rows(0..params.n_test),
            permutations: params.permutations,
            seed: params.seed,
            tolerance: params.tolerance,
            interrupt: &|| context.check(),
        };
        let found = spectra.each()?;
        let rows: Vec<Vec<Cell>> = found.iter().zip(&params.alpha.0).flat_map(|(at, &alpha)| rows(at, alpha)).collect();
        Ok(vec![Value::Table(Table::from_rows(&HEADER, &rows)?)])
    }
}

// Passes over the samples until the edge of a bulk is known, measured at d = 30: 7 at the largest sizes, 20 at the smallest.
const EDGE_PASSES: usize = 14;

// Null operators, each applied to one vector a pass.
fn edge_flops(params: &Params, work: &Work) -> f64 {
    let (largest, all) = (work.sizes.last().copied().unwrap_or(0) as f64, work.sizes.iter().sum::<usize>() as f64);
    let lift = largest * (2.0 * params.dim as f64 + 30.0);
    let products = 4.0 * all * params.permutations as f64 / 0.75;
    SINGLE * EDGE_PASSES as f64 * params.width as f64 * (lift + products)
}

fn rows(at: &MomentSpectrum, alpha: f64) -> Vec<Vec<Cell>> {
    let row = |(i, &value): (usize, &f64)| {
        let overlap = at.overlaps.get(i).copied();
        vec![
            alpha.into(),
            at.n_train.into(),
            at.overlaps.len().into(),
            (i + 1).into(),
            value.into(),
            overlap.is_some().into(),
            at.bulk_edge.into(),
            overlap.into(),
        ]
    };
    at.eigenvalues.iter().enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::Check;
    use serde_json::json;

    fn spectrum(alpha: &[f64]) -> Table {
        let params = json!({"dim": 9, "width": 40, "alpha": alpha, "n_test": 200, "seed": 1});
        match Check::of(&SyntheticMomentSpectrum).run(&params, vec![]).remove(0) {
            Value::Table(table) => table,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn leading_eigenvalues_are_the_largest_and_have_overlaps() {
        let table = spectrum(&[1.5, 3.5]);
        assert_eq!(table.height(), 80);
        let values: Vec<f64> = table.numbers("eigenvalue").unwrap().into_iter().flatten().collect();
        for at in values.chunks(40) {
            assert!(at.windows(2).all(|w| w[0].abs() >= w[1].abs()));
        }
        let leading = table.column("leading").unwrap();
        assert!((0..80).all(|i| leading[i] == Cell::Bool(i % 40 < 3)));
        let overlaps = table.numbers("overlap_h1").unwrap();
        assert!((0..80).all(|i| overlaps[i].is_some() == (i % 40 < 3)));
        let edges = table.numbers("bulk_edge").unwrap();
        assert!(edges[0].unwrap() > edges[40].unwrap(), "the bulk narrows with n");
    }

    #[test]
    fn a_smaller_size_alone_has_the_same_spectrum() {
        let (alone, among) = (spectrum(&[1.5]), spectrum(&[1.5, 3.5]));
        let values = |table: &Table| table.numbers("eigenvalue").unwrap()[..40].to_vec();
        assert_eq!(values(&alone), values(&among));
    }

    #[test]
    fn too_narrow_a_layer_is_refused() {
        let params = json!({"dim": 100, "width": 9, "alpha": [2], "seed": 0});
        assert_eq!(Check::of(&SyntheticMomentSpectrum).refuse(&params, vec![])[0].at.as_deref(), Some("width"));
    }
}
