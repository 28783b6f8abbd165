//! The LoFi filter with the first moment taken out of the second.

use crate::artifact::Points;
use crate::experiment::values::{Sizes, matrix, matrix_bytes, top_eigen_flops};
use crate::math::linalg::{Matrix, leading_columns, product};
use crate::math::lofi::filter::{MomentFilter, Route, moment_filter, without_direction};
use crate::math::lofi::moment::first_moment;
use crate::math::precision::Precision;
use crate::step::prelude::*;

/// `projected-moment-filter`
pub struct ProjectedMomentFilter;

/// Parameters of `projected-moment-filter`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Rank k: number of eigendirections to keep beside that of the first moment.
    #[schemars(range(min = 1))]
    pub keep: usize,
    /// The first moment u counts as absent where ‖u‖ is less than this, in the unit of the features times that of the labels:
    /// then k + 1 eigendirections are kept in its place.
    #[serde(default = "smallest")]
    #[schemars(range(min = 0.0, max = 1e6))]
    pub smallest: f64,
}

const fn smallest() -> f64 {
    1e-7
}

impl Kind for ProjectedMomentFilter {
    type Params = Params;
    const NAME: &'static str = "projected-moment-filter";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Keeps the direction of the first moment, and those that the labels correlate with orthogonal to it.",
        details: "u = (1/n) Σ y z, v₀ = u/‖u‖; C = (1/n) Σ y z zᵀ, uncentred; C̃ = (I − v₀v₀ᵀ) C (I − v₀v₀ᵀ); \
                  V = [v₀ | the k eigenvectors of C̃ of largest |λ|]; h = zᵀV, k + 1 numbers. Where u is as good as 0 there is no v₀, \
                  and k + 1 eigenvectors of C are kept. `signed-moment-filter` with `first_moment` has v₀ beside the \
                  eigenvectors of C itself, which are not orthogonal to it. All in double precision.",
        cites: &["neural-lofi"],
        inputs: &[Slot::one("x", &[ValueType::Representation]).doc("The lifted samples, as vectors.")],
        outputs: &[
            Port::new("features", ValueType::Representation).doc("The filtered samples, k + 1 numbers each."),
            Port::new("spectrum", ValueType::Spectrum)
                .doc("The kept eigenvalues of C̃ with their directions (p × k), without v₀."),
        ],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let sizes = Sizes::at(inputs, "x");
        let (n, dim) = (sizes.train, sizes.dim.unwrap_or(0));
        let most = dim.min(n).saturating_sub(1);
        if params.keep > most {
            let message = format!(
                "cannot keep {} directions beside the first moment: {n} samples of {dim} features",
                params.keep
            );
            return Err(vec![Problem::at("keep", message).help(format!("keep at most {most}"))]);
        }
        let smaller = dim.min(n);
        let products = n as f64 * dim as f64 * smaller as f64;
        let features = sizes.features_in(Precision::Double, params.keep + 1);
        Ok(Plan {
            outputs: vec![features, Shape::Spectrum { dim, rank: params.keep }],
            work_bytes: 5 * matrix_bytes(smaller, smaller) + 2 * matrix_bytes(sizes.samples(), dim),
            flops: products
                + 2.0 * sizes.samples() as f64 * dim as f64 * params.keep as f64
                + top_eigen_flops(smaller, params.keep),
        })
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        let z = matrix(&x.samples.train);
        let labels = &x.labels.train;
        let first = first_moment(&z, labels)?;
        let (filter, directions) = if first.norm() < params.smallest {
            let filter = moment_filter(&z, labels, params.keep + 1, Route::Auto)?;
            let directions = filter.directions.clone();
            (filter, directions)
        } else {
            // C̃ is the moment of the samples without their part along v₀
            let rest = without_direction(&z, &first)?;
            let filter = moment_filter(&rest, labels, params.keep, Route::Auto)?;
            let directions = filter.with_first_moment(&first)?;
            (filter, directions)
        };
        let features = x.splits().map(|(_, points)| Points::Real(product(&matrix(points), &directions)));
        Ok(vec![Value::Representation(x.with_points(features)), Value::Spectrum(spectrum(filter, params.keep, x))])
    }
}

fn spectrum(filter: MomentFilter, keep: usize, x: &Representation) -> Spectrum {
    let MomentFilter { mut eigenvalues, directions } = filter;
    eigenvalues.truncate(keep);
    let vectors: Matrix = leading_columns(&directions, keep);
    let operator = "(1/n) (I − v₀v₀ᵀ) Zᵀ diag(y) Z (I − v₀v₀ᵀ)".to_owned();
    Spectrum { values: eigenvalues, vectors, operator, origin: x.origin.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::{Check, pixels, representation};
    use crate::math::linalg::Vector;
    use crate::math::lofi::moment::signed_moment;
    use serde_json::{Value as Json, json};

    fn filtered(params: &Json) -> (Representation, Spectrum, Representation) {
        let x = representation(&pixels(24, 4, 5));
        let wired = vec![("x", Value::Representation(x.clone()))];
        let mut outputs = Check::of(&ProjectedMomentFilter).run(params, wired).into_iter();
        let (Some(Value::Representation(features)), Some(Value::Spectrum(spectrum))) = (outputs.next(), outputs.next())
        else {
            panic!("features and a spectrum")
        };
        (features, spectrum, x)
    }

    #[test]
    fn directions_are_those_of_the_projected_moment() {
        let (features, spectrum, x) = filtered(&json!({"keep": 3}));
        let z = matrix(&x.samples.train);
        let u = first_moment(&z, &x.labels.train).unwrap();
        let v0: Vector = &u / u.norm();
        let p = Matrix::identity(z.ncols(), z.ncols()) - &v0 * v0.transpose();
        let projected = &p * signed_moment(&z, &x.labels.train).unwrap() * &p;
        for (k, value) in spectrum.values.iter().enumerate() {
            let v = spectrum.vectors.column(k);
            assert!((&projected * v - v * *value).norm() < 1e-10, "eigenvector {k}");
            assert!(v.dot(&v0).abs() < 1e-10, "orthogonal to the first moment");
        }
        let all = projected.symmetric_eigenvalues();
        let mut magnitudes: Vec<f64> = all.iter().map(|v| v.abs()).collect();
        magnitudes.sort_by(|a, b| b.total_cmp(a));
        for (value, expected) in spectrum.values.iter().zip(&magnitudes) {
            assert!((value.abs() - expected).abs() < 1e-10);
        }
        let h = matrix(&features.samples.test);
        assert_eq!(h.ncols(), 4);
        assert!(
            (h.column(0) - matrix(&x.samples.test).as_ref() * v0).norm() < 1e-10,
            "the first feature is along the first moment"
        );
    }

    #[test]
    fn without_a_first_moment_one_direction_more_is_kept() {
        let (features, spectrum, x) = filtered(&json!({"keep": 3, "smallest": 1e6}));
        let plain = moment_filter(&matrix(&x.samples.train), &x.labels.train, 4, Route::Auto).unwrap();
        let expected = plain.apply(&matrix(&x.samples.train));
        assert!((matrix(&features.samples.train).into_owned() - expected).norm() < 1e-10);
        assert_eq!(spectrum.values, plain.eigenvalues[..3]);
    }

    #[test]
    fn more_directions_than_there_are_beside_the_first_moment_are_refused() {
        let wired = vec![("x", Value::Representation(representation(&pixels(24, 4, 5))))];
        let problems = Check::of(&ProjectedMomentFilter).refuse(&json!({"keep": 24}), wired);
        assert_eq!(problems[0].at.as_deref(), Some("keep"));
    }
}
