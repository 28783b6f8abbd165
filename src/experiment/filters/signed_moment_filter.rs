//! The LoFi filter.

use crate::artifact::{Labels, Origin, Points, Samples};
use crate::experiment::values::{
    Layer, Matrices, Sizes, eigen_flops, inner_products, matrix_bytes, pair, top_eigen_flops, view,
};
use crate::math::kernel::KernelView;
use crate::math::linalg::{Matrix, Vector, leading_columns, product};
use crate::math::lofi::dual_filter::{dual_first_moment, dual_moment_filter};
use crate::math::lofi::filter::{MomentFilter, Route, moment_filter};
use crate::math::lofi::moment::first_moment;
use crate::step::prelude::*;
use std::sync::Arc;

/// `signed-moment-filter`
pub struct SignedMomentFilter;

/// Where the eigenproblem is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// In feature space for vectors, through the smaller of the two matrices; in function space for a kernel.
    #[default]
    Auto,
    /// In feature space, p × p. Not for a kernel.
    Primal,
    /// In function space, n × n, with the floor on the Gram matrix's eigenvalues.
    Dual,
}

/// Parameters of `signed-moment-filter`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Rank k: number of eigendirections to keep.
    #[schemars(range(min = 1))]
    pub keep: usize,
    /// Eigenpairs that `spectrum` holds, at least `keep`, by default as many. As many as there are features show the whole
    /// spectrum.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub pairs: Option<usize>,
    /// Where the eigenproblem is solved.
    #[serde(default)]
    pub method: Method,
    /// Floor on the eigenvalues of the Gram matrix, absolute; in function space only.
    #[serde(default = "reference_floor")]
    #[schemars(range(min = 1e-15, max = 1.0))]
    pub floor: f64,
    /// Weight the moment by the labels; `false` gives the plain second moment, which knows no labels.
    #[serde(default = "defaults::yes")]
    pub signed: bool,
    /// Put the direction of the first moment (1/n) Σ y z before the others: k + 1 features.
    #[serde(default)]
    pub first_moment: bool,
}

const fn reference_floor() -> f64 {
    crate::math::lofi::dual_filter::REFERENCE_FLOOR
}

impl Params {
    /// The defaults, in feature space.
    pub(super) const fn keeping(keep: usize) -> Self {
        let (pairs, method, floor) = (None, Method::Auto, reference_floor());
        Self { keep, pairs, method, floor, signed: true, first_moment: false }
    }

    const fn features(&self) -> usize {
        self.keep + if self.first_moment { 1 } else { 0 }
    }

    fn pairs(&self) -> usize {
        self.pairs.unwrap_or(self.keep)
    }

    fn weights(&self, labels: &Labels) -> Vec<f64> {
        if self.signed { labels.train.clone() } else { vec![1.0; labels.train.len()] }
    }
}

impl Kind for SignedMomentFilter {
    type Params = Params;
    const NAME: &'static str = "signed-moment-filter";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Keeps the directions that the labels correlate with: the LoFi filter.",
        details: "h = zᵀV, V the k eigenvectors of largest |λ| of the label-weighted moment operator \
                  C = (1/n) Σ y z zᵀ, uncentred. In function space M = G^{1/2} diag(y) G^{1/2}; the eigenvalues are \
                  given divided by n in both, so that they are the same numbers. The sign of a direction makes its \
                  entry of largest magnitude positive (in function space: that of the training feature).",
        cites: &["neural-lofi"],
        inputs: &[Slot::one("x", &[ValueType::Representation, ValueType::Kernel])
            .doc("The lifted samples, as vectors or as inner products.")],
        outputs: &[
            Port::new("features", ValueType::Representation).doc("The filtered samples, k numbers each."),
            Port::new("spectrum", ValueType::Spectrum)
                .doc("The kept eigenvalues, divided by n, with directions (p × k) or dual coefficients (n × k)."),
        ],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let sizes = Sizes::at(inputs, "x");
        Problem::refuse(impossible(params, sizes))?;
        let (n, keep) = (sizes.train, params.keep);
        let in_feature_space = sizes.dim.filter(|_| params.method != Method::Dual);
        let side = in_feature_space.unwrap_or(n);
        let smaller = side.min(n);
        let width = sizes.dim.unwrap_or(n) as f64;
        let products = n as f64 * width * smaller as f64 + 2.0 * sizes.samples() as f64 * width * keep as f64;
        // in function space and through the Gram matrix, its decomposition comes first
        let inner = if in_feature_space.is_none_or(|dim| dim > n) { eigen_flops(smaller) } else { 0.0 };
        Ok(Plan {
            outputs: vec![sizes.features(params.features()), Shape::Spectrum { dim: side, rank: params.pairs() }],
            work_bytes: 5 * matrix_bytes(smaller, smaller) + matrix_bytes(sizes.samples(), sizes.dim.unwrap_or(0)),
            flops: products + inner + top_eigen_flops(smaller, keep),
        })
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        match Layer::at(inputs, "x")? {
            Layer::Vectors(x) if params.method == Method::Dual => {
                let gram = inner_products(x, None)?;
                function_space(params, &gram.view(), &x.labels, &x.origin)
            }
            Layer::Vectors(x) => feature_space(params, x),
            Layer::Products(k) => kernel_filter(params, k),
        }
    }
}

fn impossible(params: &Params, sizes: Sizes) -> Vec<Problem> {
    let (n, keep) = (sizes.train, params.keep);
    let mut problems = Vec::new();
    if keep > n {
        let message = format!("cannot keep {keep} directions of {n} training samples");
        problems.push(Problem::at("keep", message).help("lower `keep` or take more training samples"));
    }
    let side = sizes.dim.filter(|_| params.method != Method::Dual).unwrap_or(n);
    if keep <= side && !(keep..=side).contains(&params.pairs()) {
        let message = format!("{} eigenpairs of an operator of {side}, {keep} of them kept", params.pairs());
        problems.push(Problem::at("pairs", message).help(format!("take {keep} to {side}")));
    }
    match sizes.dim {
        Some(dim) if keep > dim => {
            let message = format!("cannot keep {keep} directions of {dim} features");
            problems.push(Problem::at("keep", message).help("lower `keep` or widen the layer before"));
        }
        None if params.method == Method::Primal => {
            let message = "a kernel has no features to solve the eigenproblem in";
            problems.push(Problem::at("method", message).help("use `auto` or `dual`, or wire vectors to `x`"));
        }
        _ => {}
    }
    problems
}

fn feature_space(params: &Params, x: &Representation) -> Result<Outputs, StepError> {
    let matrices = Matrices::of(x);
    let weights = params.weights(&x.labels);
    let route = if params.method == Method::Primal { Route::Primal } else { Route::Auto };
    let filter = moment_filter(matrices.train(), &weights, params.pairs(), route)?;
    let mut kept = MomentFilter {
        eigenvalues: filter.eigenvalues[..params.keep].to_vec(),
        directions: leading_columns(&filter.directions, params.keep),
    };
    if params.first_moment {
        kept.directions = kept.with_first_moment(&first_moment(matrices.train(), &x.labels.train)?)?;
    }
    let directions = kept.directions;
    let [train, validation, test] = matrices.all().map(|z| product(z, &directions));
    let spectrum = Spectrum {
        values: filter.eigenvalues,
        vectors: filter.directions,
        operator: operator(params, "Zᵀ", "Z"),
        origin: x.origin.clone(),
    };
    Ok(vec![Value::Representation(x.with_features(train, validation, test)), Value::Spectrum(spectrum)])
}

fn operator(params: &Params, left: &str, right: &str) -> String {
    if params.signed { format!("(1/n) {left} diag(y) {right}") } else { format!("(1/n) {left} {right}") }
}

fn kernel_filter(params: &Params, k: &Kernel) -> Result<Outputs, StepError> {
    function_space(params, &view(k), &k.labels, &k.origin)
}

fn function_space(
    params: &Params,
    kernel: &KernelView<'_>,
    labels: &Arc<Labels>,
    origin: &Origin,
) -> Result<Outputs, StepError> {
    let mut filter = dual_moment_filter(kernel, &params.weights(labels), params.pairs(), params.floor)?;
    let leading = |features: Matrix| {
        if features.ncols() == params.keep { features } else { leading_columns(&features, params.keep) }
    };
    filter.train = leading(filter.train);
    filter.evaluation = filter.evaluation.into_iter().map(leading).collect();
    if params.first_moment {
        let (train, evaluation) = dual_first_moment(kernel, &labels.train)?;
        filter.train = with_first_column(filter.train, &train);
        let features = filter.evaluation.into_iter().zip(&evaluation);
        filter.evaluation = features.map(|(f, first)| with_first_column(f, first)).collect();
    }
    let n = kernel.train.nrows() as f64;
    let [validation, test] = pair(filter.evaluation)?.map(Points::Real);
    let features = Representation {
        samples: Samples { train: Points::Real(filter.train), validation, test },
        labels: Arc::clone(labels),
        geometry: None,
        origin: origin.clone(),
    };
    let spectrum = Spectrum {
        values: filter.eigenvalues.iter().map(|v| v / n).collect(),
        vectors: filter.coefficients,
        operator: operator(params, "G^{1/2}", "G^{1/2}"),
        origin: origin.clone(),
    };
    Ok(vec![Value::Representation(features), Value::Spectrum(spectrum)])
}

fn with_first_column(features: Matrix, first: &Vector) -> Matrix {
    let mut joined = features.insert_column(0, 0.0);
    joined.set_column(0, first);
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::RandomFeatures;
    use crate::experiment::testing::{Check, pixels, representation};
    use serde_json::{Value as Json, json};

    fn filter(params: &Json, x: Value) -> (Representation, Spectrum) {
        let mut outputs = Check::of(&SignedMomentFilter).run(params, vec![("x", x)]).into_iter();
        match (outputs.next(), outputs.next()) {
            (Some(Value::Representation(r)), Some(Value::Spectrum(s))) => (r, s),
            _ => panic!("features and a spectrum"),
        }
    }

    fn lifted() -> Value {
        let x = Value::Representation(pixels(12, 4, 5));
        Check::of(&RandomFeatures).run(&json!({"width": 30, "seed": 0}), vec![("x", x)]).remove(0)
    }

    fn real(points: &Points) -> Matrix {
        points.to_matrix()
    }

    fn assert_same_up_to_signs(a: &Representation, b: &Representation) {
        for ((_, p), (_, q)) in a.splits().into_iter().zip(b.splits()) {
            assert!((real(p).abs() - real(q).abs()).amax() < 1e-6, "the floor of 1e-6 is the difference");
        }
    }

    #[test]
    fn methods_agree_and_carry_labels_and_origin() {
        for first in [false, true] {
            for signed in [false, true] {
                let params =
                    |method: &str| json!({"keep": 3, "method": method, "signed": signed, "first_moment": first});
                let (primal, s) = filter(&params("primal"), lifted());
                let (auto, t) = filter(&params("auto"), lifted());
                let (dual, u) = filter(&params("dual"), lifted());
                assert_same_up_to_signs(&primal, &auto);
                assert_same_up_to_signs(&primal, &dual);
                for (i, v) in s.values.iter().enumerate() {
                    assert!((v - t.values[i]).abs() < 1e-12 && (v - u.values[i]).abs() < 1e-6);
                }
                assert_eq!((&dual.labels, &dual.origin), (&primal.labels, &primal.origin));
                assert_eq!((s.vectors.shape(), u.vectors.shape()), ((30, 3), (12, 3)));
            }
        }
    }

    #[test]
    fn raw_pixels_can_be_filtered() {
        let images = pixels(10, 0, 3);
        let numbers = representation(&images);
        let params = json!({"keep": 2});
        assert_eq!(filter(&params, Value::Representation(images)), filter(&params, Value::Representation(numbers)));
    }

    #[test]
    fn more_pairs_change_no_feature() {
        for (method, all) in [("auto", 30), ("primal", 30), ("dual", 12)] {
            for first in [false, true] {
                let params = |pairs: usize| json!({"keep": 3, "pairs": pairs, "method": method, "first_moment": first});
                let ((few, s), (features, t)) = (filter(&params(3), lifted()), filter(&params(all), lifted()));
                assert_same_up_to_signs(&few, &features);
                assert_eq!((s.values.len(), t.values.len(), t.vectors.ncols()), (3, all, all));
                assert!(s.values.iter().zip(&t.values).all(|(a, b)| (a - b).abs() < 1e-12));
                // of 12 samples at most 12 eigenvalues are not zero
                assert!(t.values[12..].iter().all(|v| v.abs() < 1e-15));
            }
        }
    }

    #[test]
    fn impossible_ranks_are_refused_with_numbers() {
        let refuse = |params: Json, x: Value| Check::of(&SignedMomentFilter).refuse(&params, vec![("x", x)]);
        let problems = refuse(json!({"keep": 13}), lifted());
        assert_eq!(problems[0].message, "cannot keep 13 directions of 12 training samples");
        assert_eq!(refuse(json!({"keep": 40}), lifted()).len(), 2);
        let kernel = Check::of(&crate::experiment::LayerKernel).run(&json!({}), vec![("x", lifted())]).remove(0);
        let problems = refuse(json!({"keep": 2, "method": "primal"}), kernel);
        assert_eq!(problems[0].at.as_deref(), Some("method"));
        for pairs in [2, 31] {
            let problems = refuse(json!({"keep": 3, "pairs": pairs}), lifted());
            assert_eq!(problems[0].at.as_deref(), Some("pairs"));
        }
    }
}
