//! The LoFi filter.

use crate::artifact::{Labels, Origin, Points, Samples};
use crate::experiment::values::{
    Layer, Sizes, eigen_flops, inner_products, matrix, matrix_bytes, pair, top_eigen_flops, view,
};
use crate::math::kernel::KernelView;
use crate::math::linalg::{Matrix, Vector, leading_columns, product, rows_product_single, single};
use crate::math::lofi::dual_filter::{dual_first_moment, dual_moment_filter};
use crate::math::lofi::filter::{MomentFilter, Route, moment_filter, moment_filter_single};
use crate::math::lofi::moment::first_moment;
use crate::math::precision::Precision;
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
    /// In which precision the moment, its full eigenproblem and the features are computed in feature space. In function
    /// space all is double.
    #[serde(default)]
    pub precision: Precision,
}

const fn reference_floor() -> f64 {
    crate::math::lofi::dual_filter::REFERENCE_FLOOR
}

impl Params {
    /// The defaults, in feature space.
    pub(super) const fn keeping(keep: usize) -> Self {
        let (pairs, method, floor) = (None, Method::Auto, reference_floor());
        Self { keep, pairs, method, floor, signed: true, first_moment: false, precision: Precision::Double }
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
            outputs: vec![
                sizes.features_in(params.precision, params.features()),
                Shape::Spectrum { dim: side, rank: params.pairs() },
            ],
            work_bytes: 5 * matrix_bytes(smaller, smaller) + matrix_bytes(sizes.samples(), sizes.dim.unwrap_or(0)),
            flops: products * params.precision.flops() + inner + top_eigen_flops(smaller, keep),
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
        _ if params.precision == Precision::Single && (sizes.dim.is_none() || params.method == Method::Dual) => {
            let message = "function space is in double precision";
            problems
                .push(Problem::at("precision", message).help("leave `precision` out, or filter vectors with `auto`"));
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
    let train = &x.samples.train;
    let weights = params.weights(&x.labels);
    let filter = match params.precision {
        Precision::Single if params.method == Method::Auto => moment_filter_single(train, &weights, params.pairs())?,
        _ => moment_filter(&matrix(train), &weights, params.pairs(), route(params.method))?,
    };
    let mut kept = MomentFilter {
        eigenvalues: filter.eigenvalues[..params.keep].to_vec(),
        directions: leading_columns(&filter.directions, params.keep),
    };
    if params.first_moment {
        kept.directions = kept.with_first_moment(&first_moment(&matrix(train), &x.labels.train)?)?;
    }
    let spectrum = Spectrum {
        values: filter.eigenvalues,
        vectors: filter.directions,
        operator: operator(params, "Zᵀ", "Z"),
        origin: x.origin.clone(),
    };
    let features = x.with_points(projected(params.precision, x, &kept.directions));
    Ok(vec![Value::Representation(features), Value::Spectrum(spectrum)])
}

const fn route(method: Method) -> Route {
    if matches!(method, Method::Primal) { Route::Primal } else { Route::Auto }
}

fn projected(precision: Precision, x: &Representation, directions: &Matrix) -> [Points; 3] {
    let splits = x.splits().map(|(_, points)| points);
    match precision {
        Precision::Double => splits.map(|points| Points::Real(product(&matrix(points), directions))),
        Precision::Single => {
            let directions = single(directions);
            splits.map(|points| Points::Single(rows_product_single(points, &directions)))
        }
    }
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
#[path = "signed_moment_filter_tests.rs"]
mod tests;
