//! The synthetic hierarchy: the two-stage estimator along a curve of training sizes.

use super::route::{Route, gib, kept_between_passes, moment_bytes};
use crate::experiment::samples::hierarchy::{LabelMean, TEST, TRAIN, sizes, too_narrow};
use crate::experiment::values::no_penalty;
use crate::math::hierarchy::{
    CentredLayer, Curve, Estimator, Inputs as _, Method, Point, StreamedInputs, Work, block_bytes, kept_bytes,
    second_stage_bytes,
};
use crate::math::ridge::log_grid;
use crate::math::size::bytes;
use crate::step::prelude::*;

/// `synthetic-hierarchy`
pub struct SyntheticHierarchy;

/// Parameters of `synthetic-hierarchy`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Input dimension d; the teacher has d1 = ⌊√d⌋ features.
    #[schemars(range(min = 4, max = 1000))]
    pub dim: usize,
    /// Width p1 of the first random layer.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub width: usize,
    /// Width p2 of the second random layer.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub second_width: usize,
    /// Training sizes as powers of d, increasing: n = d^α. A smaller training set is the beginning of a larger one.
    pub alpha: Grid,
    /// Whether the mean of the labels is subtracted, as the theory assumes.
    #[serde(default)]
    pub labels: LabelMean,
    /// Fresh samples that overlaps and errors are measured on.
    #[serde(default = "defaults::whole::<4000>")]
    #[schemars(range(min = 10, max = 10_000_000))]
    pub n_test: usize,
    /// Degree of the polynomial readout.
    #[serde(default = "defaults::whole::<5>")]
    #[schemars(range(min = 1, max = 20))]
    pub degree: usize,
    /// Ridge penalties of the readout to choose from, for a sum of squares; chosen by exact leave-one-out.
    #[serde(default = "ridges")]
    pub lambda: Grid,
    /// How the eigenvectors are found.
    #[serde(default)]
    pub route: Route,
    /// Largest residual ‖Cv − λv‖ of an eigenpair, relative to the largest |λ|.
    #[serde(default = "defaults::decimal::<1, 3>")]
    #[schemars(range(min = 1e-5, max = 0.1))]
    pub tolerance: f64,
    /// Passes over the samples after which the implicit route stops, whatever the residual is.
    #[serde(default = "defaults::whole::<40>")]
    #[schemars(range(min = 1, max = 200))]
    pub passes: usize,
    /// Memory that may be used to keep inputs and first features between passes, or to form the operator, GiB.
    #[serde(default = "defaults::decimal::<4, 0>")]
    #[schemars(range(min = 0.0, max = 10_000.0))]
    pub memory_gib: f64,
    /// Seed of teacher, weights and samples.
    pub seed: u64,
}

fn ridges() -> Grid {
    Grid(log_grid(-4.0, 6.0, 21))
}

const HEADER: [&str; 12] = [
    "alpha",
    "n_train",
    "features",
    "overlap_h1",
    "overlap_h2",
    "test_mse",
    "test_mse_standard_error",
    "relative_mse",
    "lambda",
    "residual",
    "products",
    "formed",
];

impl Kind for SyntheticHierarchy {
    type Params = Params;
    const NAME: &'static str = "synthetic-hierarchy";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Learns a teacher of two quadratic layers with LoFi, along a curve of training sizes.",
        details: "x ~ N(0, I_d); h1_i = (xᵀA_i x − Tr A_i)/√2 for d1 = ⌊√d⌋ random symmetric A_i of Frobenius norm 1, h2 \
                  likewise of h1, y = tanh h2. φ1 = σ(W x)/√p1 with rows of W uniform on the unit sphere and σ the ReLU \
                  without its Hermite parts of degree 0 and 1. The d1 eigenvectors of largest |λ| of (1/n) Σ y φ1 φ1ᵀ give \
                  ĥ1, batch-normalised; φ2 likewise of ĥ1; ĥ2 = φ2·(1/n) Σ y φ2; ridge regression on powers of ĥ2. \
                  Overlap: ‖Q_Hᵀ Q_Ĥ‖²_F/d1 of orthonormalised, centred columns on fresh samples, 1 for perfect recovery, \
                  about d1/n_test for none. Samples are streamed; features are in single precision.",
        cites: &["neural-lofi"],
        inputs: &[],
        outputs: &[Port::new("curve", ValueType::Table).doc(
            "A row for each α: overlaps, errors (`relative_mse` is over the variance of the labels), residual of the \
             eigenpairs.",
        )],
    };

    fn plan(&self, params: &Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        Problem::refuse(impossible(params))?;
        let work = params.work();
        let method = params.method(&work);
        let largest = work.sizes.last().copied().unwrap_or(0);
        let moment = moment_bytes(&work, method);
        let streaming = block_bytes(params.width) + kept_bytes(params.n_test + params.dim, params.width);
        let streaming = streaming + kept_between_passes(&work, method, params.memory_bytes());
        let all: usize = work.sizes.iter().sum();
        let stages = second_stage_bytes(largest, work.keep, params.degree) + kept_bytes(all, work.keep);
        let all = all as f64;
        let teacher = 2.0 * largest as f64 * (params.dim as f64).powi(2) * work.keep as f64;
        let readout = 2.0 * (params.degree as f64).powi(2) + 4.0 * (params.lambda.0.len() * params.degree) as f64;
        let second = all * (params.second_width as f64 * (4.0 * work.keep as f64 + AROUND_SECOND_LIFT) + readout);
        Ok(Plan {
            outputs: vec![Shape::Table],
            work_bytes: moment.max(stages) + streaming + bytes(8, largest, 1),
            flops: work.flops(method) + teacher + second,
        })
    }

    fn header(&self, _: &str, _: &Params, _: &Headers) -> Option<Header> {
        Some(
            Header::of(&HEADER)
                .keys(&["alpha", "n_train"])
                .counts(&["features", "products"])
                .spreads(&["test_mse_standard_error"])
                .truths(&["formed"])
                .less_is_better(&["test_mse", "relative_mse"])
                .more_is_better(&["overlap_h1", "overlap_h2"]),
        )
    }

    fn run(&self, params: &Params, _: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let work = params.work();
        let method = params.method(&work);
        let teacher = params.labels.teacher(params.seed, params.dim);
        let first = CentredLayer::draw((params.seed, 0), params.dim, params.width);
        let second = CentredLayer::draw((params.seed, 1), work.keep, params.second_width);
        let estimator = Estimator {
            teacher: &teacher,
            first: &first,
            second: &second,
            degree: params.degree,
            lambdas: &params.lambda.0,
            method,
            tolerance: params.tolerance,
            passes: params.passes,
        };
        let train = StreamedInputs::new(params.seed, TRAIN, params.dim);
        let test = StreamedInputs::new(params.seed, TEST, params.dim).rows(0..params.n_test);
        let interrupt = || context.check();
        let (sizes, bytes_kept) = (&work.sizes[..], params.memory_bytes());
        let points =
            estimator.curve(&Curve { train: &train, sizes, test: &test, bytes_kept, interrupt: &interrupt })?;
        let rows: Vec<Vec<Cell>> =
            points.iter().zip(&params.alpha.0).map(|(p, &alpha)| row(p, alpha, (work.keep, method))).collect();
        Ok(vec![Value::Table(Table::from_rows(&HEADER, &rows)?)])
    }
}

fn row(point: &Point, alpha: f64, (features, method): (usize, Method)) -> Vec<Cell> {
    vec![
        alpha.into(),
        point.n_train.into(),
        features.into(),
        point.overlap_h1.into(),
        point.overlap_h2.into(),
        point.test_mse.mean.into(),
        point.test_mse.standard_error.into(),
        point.relative_mse.into(),
        point.lambda.into(),
        point.residual.into(),
        point.products.into(),
        (method == Method::Formed).into(),
    ]
}

// What two passes over the second features cost beside their products, for each of them.
const AROUND_SECOND_LIFT: f64 = 40.0;

fn impossible(params: &Params) -> Vec<Problem> {
    let mut problems: Vec<Problem> = sizes(params.dim, &params.alpha).err().into_iter().collect();
    problems.extend(too_narrow(params.dim, params.width));
    problems.extend(no_penalty("lambda", &params.lambda));
    problems.extend(params.route.too_narrow(&params.work()));
    problems
}

impl Params {
    fn memory_bytes(&self) -> u64 {
        gib(self.memory_gib)
    }

    fn work(&self) -> Work {
        let sizes = sizes(self.dim, &self.alpha).unwrap_or_default();
        Work { dim: self.dim, width: self.width, keep: self.dim.isqrt(), sizes, passes: self.passes }
    }

    fn method(&self, work: &Work) -> Method {
        self.route.method(work, self.memory_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::Check;
    use serde_json::{Value as Json, json};

    fn params(extra: &Json) -> Json {
        let mut params =
            json!({"dim": 9, "width": 150, "second_width": 32, "alpha": [1.5, 2.5, 3.2], "n_test": 300, "seed": 1});
        for (key, value) in extra.as_object().unwrap() {
            params[key] = value.clone();
        }
        params
    }

    fn curve(extra: &Json) -> Table {
        match Check::of(&SyntheticHierarchy).run(&params(extra), vec![]).remove(0) {
            Value::Table(table) => table,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn routes_agree_within_the_tolerance() {
        let (formed, implicit) = (curve(&json!({"route": "formed"})), curve(&json!({"route": "implicit"})));
        assert_eq!(formed.numbers("n_train").unwrap(), [Some(27.0), Some(243.0), Some(1131.0)]);
        for column in ["overlap_h1", "overlap_h2", "relative_mse"] {
            let (a, b) = (formed.numbers(column).unwrap(), implicit.numbers(column).unwrap());
            assert!(a.iter().zip(&b).all(|(x, y)| (x.unwrap() - y.unwrap()).abs() < 0.02), "{column}: {a:?} {b:?}");
        }
        assert_eq!(implicit.column("formed").unwrap()[0], Cell::Bool(false));
        assert!(implicit.numbers("residual").unwrap().iter().all(|r| r.unwrap() <= 1e-3));
    }

    #[test]
    fn memory_decides_what_is_kept_and_changes_no_number() {
        let with = |gib: f64| curve(&json!({"route": "implicit", "memory_gib": gib}));
        assert_eq!(with(1.0), with(0.0));
    }

    #[test]
    fn paper_sizes_are_planned_without_the_matrix() {
        let paper = json!({"dim": 140, "width": 50_000, "second_width": 1280, "alpha": [1.0, 3.55], "seed": 0});
        let check = Check::of(&SyntheticHierarchy);
        let plan = |extra: &Json| {
            let mut params = paper.clone();
            params.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            let canonical = check.canonical(&params).unwrap();
            crate::step::ErasedKind::plan(&SyntheticHierarchy, &canonical, &Shapes::default()).unwrap()
        };
        let (auto, formed) = (plan(&json!({})), plan(&json!({"route": "formed"})));
        assert!(formed.work_bytes > 50_000_000_000, "p1² in double and single precision");
        assert!(auto.work_bytes < 20_000_000_000 && auto.flops > 1e15, "{} {}", auto.work_bytes, auto.flops);
    }

    #[test]
    fn senseless_requests_are_refused() {
        let refuse = |extra: Json| {
            Check::of(&SyntheticHierarchy).refuse(&params(&extra), vec![])[0].at.clone().unwrap_or_default()
        };
        assert_eq!(refuse(json!({"alpha": [2.0, 2.000_000_1]})), "alpha");
        assert_eq!(refuse(json!({"alpha": [0.0]})), "alpha");
        assert_eq!(refuse(json!({"alpha": [40.0]})), "alpha");
        assert_eq!(refuse(json!({"width": 2})), "width");
        assert_eq!(refuse(json!({"lambda": [0.0]})), "lambda");
        assert_eq!(refuse(json!({"width": 40, "route": "implicit"})), "route");
    }
}
