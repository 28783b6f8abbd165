//! A random lift and its LoFi filter in one step, so that the lift is never kept.

use crate::artifact::{Points, Representation};
use crate::experiment::layers::random_features::{self, Normalise};
use crate::experiment::layers::weights::Weights;
use crate::experiment::values::{LIFTED_FLOPS, SINGLE_FLOPS, Sizes, matrix_bytes};
use crate::experiment::{RandomFeatures, SignedMomentFilter};
use crate::math::activation::Activation;
use crate::math::lofi::feature_stack::RowSource;
use crate::math::lofi::implicit_filter::{SingleLayer, Wanted, implicit_filter};
use crate::math::lofi::random_features::{Blocks, input_scale_blocks};
use crate::math::precision::Precision;
use crate::math::size::times;
use crate::step::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// `random-feature-filter`
pub struct RandomFeatureFilter;

/// Parameters of `random-feature-filter`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Width P: number of features.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub width: usize,
    /// The nonlinearity σ.
    #[serde(default)]
    pub activation: Activation,
    /// Index of the layer: layers of one network draw from different streams.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1000))]
    pub layer: u64,
    /// Seed of the weights.
    pub seed: u64,
    /// Rank k: number of eigendirections to keep.
    #[schemars(range(min = 1))]
    pub keep: usize,
    /// How the eigenproblem is solved.
    #[serde(default)]
    pub route: Route,
    /// Only for `implicit`: largest residual ‖Cv − λv‖ of a kept direction, over the largest |λ|.
    #[serde(default = "defaults::decimal::<1, 4>")]
    #[schemars(range(min = 1e-6, max = 0.1))]
    pub tolerance: f64,
}

/// How the eigenproblem of a wide lift is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "FilterRoute")]
pub enum Route {
    /// The steps `random-features` and `signed-moment-filter` one after the other, in double precision.
    #[default]
    Formed,
    /// By passes over the samples that lift them anew, in single precision: neither lift nor moment is in memory. Where
    /// the lift is too narrow for the Krylov space, as `formed`.
    Implicit,
}

impl Params {
    fn lift(&self) -> random_features::Params {
        let Self { width, activation, layer, seed, .. } = *self;
        let (weights, drawn_before, normalise) = (Weights::Normal, Vec::new(), Normalise::RootMeanSquare);
        let precision = Precision::Double;
        random_features::Params { width, activation, layer, seed, weights, drawn_before, normalise, precision }
    }

    fn filter(&self) -> super::signed_moment_filter::Params {
        super::signed_moment_filter::Params::keeping(self.keep)
    }

    const fn wanted(&self) -> Wanted {
        Wanted { keep: self.keep, tolerance: self.tolerance }
    }

    fn is_implicit(&self, input: usize) -> bool {
        self.route == Route::Implicit && self.wanted().fits(input, self.width)
    }
}

// Passes that the Krylov iteration takes: measured on images at the default tolerance.
const PASSES: f64 = 5.0;
// Rows looked at together for the scale of the input.
const ROWS_AT_ONCE: usize = 1024;

impl Kind for RandomFeatureFilter {
    type Params = Params;
    const NAME: &'static str = "random-feature-filter";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Lifts samples by a frozen random layer and keeps the directions that the labels correlate with, in one \
                  step.",
        details: "z = σ(hᵀW/c)/√P as `random-features` with standard normal weights, h' = zᵀV, V the k eigenvectors of \
                  largest |λ| of C = (1/n) Σ y z zᵀ as `signed-moment-filter` in feature space. With `implicit` a block \
                  Krylov space of C is built by passes over the samples, which lift them anew: products of a block of \
                  samples in single precision, sums over blocks and the Rayleigh–Ritz problem in double.",
        cites: &["neural-lofi"],
        inputs: &[Slot::one("x", &[ValueType::Representation])
            .doc("The samples to lift: pixels, or the features of the layer before.")],
        outputs: &[
            Port::new("features", ValueType::Representation).doc("The filtered samples, k numbers each."),
            Port::new("spectrum", ValueType::Spectrum).doc("The kept eigenvalues with their directions (p × k)."),
        ],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let lifted = RandomFeatures.plan(&params.lift(), inputs)?;
        let between = Shapes(vec![("x".to_owned(), lifted.outputs.clone())]);
        let filtered = SignedMomentFilter.plan(&params.filter(), &between)?;
        let sizes = Sizes::at(inputs, "x");
        let input = sizes.dim.unwrap_or(0);
        if !params.is_implicit(input) {
            let work_bytes = lifted.need_bytes().saturating_add(filtered.work_bytes);
            return Ok(Plan { work_bytes, flops: lifted.flops + filtered.flops, ..filtered });
        }
        let (n, all, width) = (sizes.train as f64, sizes.samples() as f64, params.width as f64);
        let block = params.wanted().block(input);
        let lift = SINGLE_FLOPS * (2.0 * input as f64 + LIFTED_FLOPS);
        let passes = PASSES * n * width * (lift + SINGLE_FLOPS * 4.0 * block as f64);
        let projecting = all * width * (lift + SINGLE_FLOPS * 2.0 * params.keep as f64);
        let on_basis = 6.0 * width * (PASSES * block as f64).powi(2);
        let space = 2 * matrix_bytes(params.width, times(block, PASSES as usize + 3));
        let weights = matrix_bytes(input, params.width) / 2;
        Ok(Plan {
            work_bytes: weights + space + (1 << 28) + matrix_bytes(ROWS_AT_ONCE, input),
            flops: passes + projecting + on_basis,
            ..filtered
        })
    }

    fn weights(&self, params: &Params) -> Option<WeightStream> {
        RandomFeatures.weights(&params.lift())
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        if params.is_implicit(x.samples.train.dim()) {
            return implicit(params, x, context);
        }
        let lifted = RandomFeatures.run(&params.lift(), inputs, context)?;
        let between = Inputs(vec![("x".to_owned(), lifted.into_iter().map(Arc::new).collect())]);
        SignedMomentFilter.run(&params.filter(), &between, context)
    }
}

fn implicit(params: &Params, x: &Representation, context: &Context<'_>) -> Result<Outputs, StepError> {
    let train = &x.samples.train;
    let blocks = Blocks { rows: train.rows(), at_once: ROWS_AT_ONCE };
    let scale = input_scale_blocks(blocks, |rows| train.block(rows.start, rows.end))?;
    let layer = SingleLayer::draw((params.seed, params.layer), (train.dim(), params.width), scale, params.activation);
    let of = |points: &Points, rows: Range<usize>| {
        context.check()?;
        Ok::<_, StepError>(points.block(rows.start, rows.end))
    };
    let rows = |rows: Range<usize>| of(train, rows);
    let source = RowSource { count: train.rows(), rows: &rows };
    let found = implicit_filter(&layer, source, &x.labels.train, params.wanted())?;
    let project = |points: &Points| {
        let rows = |rows: Range<usize>| of(points, rows);
        layer.project(RowSource { count: points.rows(), rows: &rows }, &found.filter.directions)
    };
    let (validation, test) = (project(&x.samples.validation)?, project(&x.samples.test)?);
    let spectrum = Spectrum {
        values: found.filter.eigenvalues,
        vectors: found.filter.directions.clone(),
        operator: "(1/n) Zᵀ diag(y) Z".into(),
        origin: x.origin.clone(),
    };
    Ok(vec![Value::Representation(x.with_features(found.train, validation, test)), Value::Spectrum(spectrum)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::{Check, pixels};
    use crate::math::linalg::product_tn;
    use serde_json::{Value as Json, json};

    fn filtered(params: &Json, x: &Representation) -> (Representation, Spectrum) {
        let x = vec![("x", Value::Representation(x.clone()))];
        let mut outputs = Check::of(&RandomFeatureFilter).run(params, x).into_iter();
        match (outputs.next(), outputs.next()) {
            (Some(Value::Representation(r)), Some(Value::Spectrum(s))) => (r, s),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn formed_is_the_two_steps_and_implicit_the_same_to_its_tolerance() {
        let x = pixels(60, 3, 9);
        let params = |route: &str| json!({"width": 400, "seed": 5, "layer": 2, "keep": 3, "route": route});
        let lifted = Check::of(&RandomFeatures)
            .run(&json!({"width": 400, "seed": 5, "layer": 2}), vec![("x", Value::Representation(x.clone()))])
            .remove(0);
        let mut two = Check::of(&SignedMomentFilter).run(&json!({"keep": 3}), vec![("x", lifted)]).into_iter();
        let (formed, spectrum) = filtered(&params("formed"), &x);
        assert_eq!(two.next(), Some(Value::Representation(formed.clone())));
        assert_eq!(two.next(), Some(Value::Spectrum(spectrum.clone())));
        let mut tight = params("implicit");
        tight["tolerance"] = json!(1e-5);
        let (implicit, passes) = filtered(&tight, &x);
        for (a, b) in passes.values.iter().zip(&spectrum.values) {
            assert!((a - b).abs() < 1e-4 * spectrum.values[0].abs(), "{a} {b}");
        }
        let overlaps = product_tn(&passes.vectors, &spectrum.vectors);
        assert!((0..3).all(|k| (overlaps[(k, k)] - 1.0).abs() < 1e-5), "{overlaps}");
        for ((_, a), (_, b)) in implicit.splits().into_iter().zip(formed.splits()) {
            let (a, b) = (a.to_matrix(), b.to_matrix());
            assert!((&a - &b).amax() < 1e-3 * b.amax() && a.nrows() == b.nrows());
        }
    }

    #[test]
    fn a_narrow_lift_is_formed_and_what_cannot_work_refused() {
        let x = pixels(30, 0, 2);
        let params = |route: &str| json!({"width": 20, "seed": 5, "keep": 3, "route": route});
        assert_eq!(filtered(&params("implicit"), &x), filtered(&params("formed"), &x));
        let params = json!({"width": 20, "seed": 5, "keep": 21});
        let found = Check::of(&RandomFeatureFilter).refuse(&params, vec![("x", Value::Representation(x))]);
        assert_eq!(found[0].at.as_deref(), Some("keep"));
    }
}
