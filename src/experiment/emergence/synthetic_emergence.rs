//! Where each planted feature of the synthetic hierarchy emerges.

use super::route::{Route, gib, kept_between_passes, moment_bytes};
use crate::experiment::samples::hierarchy::{LabelMean, TEST, TRAIN};
use crate::math::hierarchy::{
    CentredLayer, Curve, Emergence, Inputs as _, Method, Planted, PlantedPoint, PrefixSearch, StreamedInputs, Work,
    block_bytes, kept_bytes,
};
use crate::math::lofi::subsample::first_crossing;
use crate::math::size::bytes;
use crate::step::prelude::*;

/// `synthetic-feature-emergence`
pub struct SyntheticFeatureEmergence;

/// Parameters of `synthetic-feature-emergence`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Input dimension d; the teacher has d1 = ⌊√d⌋ features.
    #[schemars(range(min = 4, max = 1000))]
    pub dim: usize,
    /// Width p1 of the random layer.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub width: usize,
    /// Training sizes n over d² d1, increasing. A smaller training set is the beginning of a larger one.
    pub ratio: Grid,
    /// Whether the mean of the labels is subtracted, as the theory assumes.
    #[serde(default)]
    pub labels: LabelMean,
    /// Leading eigenvectors that features are looked for in, by default as many as there are features.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    pub pairs: Option<usize>,
    /// The R² at which a feature counts as there.
    #[serde(default = "defaults::decimal::<5, 1>")]
    #[schemars(range(min = 0.001, max = 0.999))]
    pub level: f64,
    /// Fresh samples that R² is measured on.
    #[serde(default = "defaults::whole::<4000>")]
    #[schemars(range(min = 10, max = 10_000_000))]
    pub n_test: usize,
    /// How the eigenvectors are found.
    #[serde(default)]
    pub route: Route,
    /// Largest residual ‖Cv − λv‖ of an eigenpair, relative to the largest |λ|.
    #[serde(default = "defaults::decimal::<1, 3>")]
    #[schemars(range(min = 1e-5, max = 0.1))]
    pub tolerance: f64,
    /// Passes over the samples after which the implicit route stops, whatever the residual is: pairs inside of the bulk,
    /// which hold no feature, need not be told apart.
    #[serde(default = "defaults::whole::<40>")]
    #[schemars(range(min = 1, max = 200))]
    pub passes: usize,
    /// Memory that may be used to keep inputs and features between passes, or to form the operator, GiB.
    #[serde(default = "defaults::decimal::<4, 0>")]
    #[schemars(range(min = 0.0, max = 10_000.0))]
    pub memory_gib: f64,
    /// Seed of teacher, weights and samples.
    pub seed: u64,
}

const FEATURES: [&str; 10] = [
    "ratio",
    "n_train",
    "feature",
    "from_weakest",
    "strength",
    "relative_strength",
    "r2",
    "r2_nearest",
    "nearest_rank",
    "nearest_eigenvalue",
];
const OUTLIERS: [&str; 7] = ["ratio", "n_train", "rank", "eigenvalue", "magnitude", "overlap_h1", "residual"];
const THRESHOLDS: [&str; 6] =
    ["feature", "strength", "relative_strength", "threshold_ratio", "threshold_n", "already_at_the_smallest"];

impl Kind for SyntheticFeatureEmergence {
    type Params = Params;
    const NAME: &'static str = "synthetic-feature-emergence";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Says at how many samples each planted feature of the synthetic hierarchy is found.",
        details: "Teacher, features and operator C_1 = (1/n) Σ y φ1 φ1ᵀ as in `synthetic-hierarchy`, at n = ratio · d² d1. \
                  Labels see the h1 through h1ᵀ B h1, B the teacher's second matrix, so what they tell apart are the \
                  features f_k = v_k·h1 along the eigenvectors of B; their strengths are the eigenvalues a_k, Σ a_k² = 1, \
                  relative_strength = √d1 |a_k|. r2 is the share of the test variance of f_k that the features of all leading \
                  eigenvectors explain together, r2_nearest that of the one which explains most, nearest_rank its place by |λ|. \
                  A feature that is not found has an r2 of about pairs/n_test; one that is found has at most about \
                  1/(1 + d²/2p1), as p1 random features do not hold quadratic forms exactly. threshold_n is where r2 \
                  first reaches the level, linear in log n between sizes; the smallest n where it is there from the start, \
                  null where the largest does not reach it. No edge of a bulk is needed, and p1 × p1 is not formed.",
        cites: &["neural-lofi"],
        inputs: &[],
        outputs: &[
            Port::new("features", ValueType::Table).doc(
                "A row for each ratio and planted feature, `feature` counted from the strongest, `from_weakest` from the weakest.",
            ),
            Port::new("outliers", ValueType::Table).doc(
                "A row for each ratio and leading eigenvector: eigenvalue, and the share of its feature's test variance \
                 that the true h1 explain.",
            ),
            Port::new("thresholds", ValueType::Table).doc("A row for each planted feature: the n at which it emerges."),
        ],
    };

    fn plan(&self, params: &Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        Problem::refuse(params.impossible())?;
        let work = params.work();
        let method = params.method(&work);
        let largest = work.sizes.last().copied().unwrap_or(0);
        let streaming = block_bytes(params.width) + kept_bytes(params.n_test + params.dim, params.width);
        let kept = kept_between_passes(&work, method, gib(params.memory_gib));
        let teacher = 2.0 * largest as f64 * (params.dim as f64).powi(2) * params.dim.isqrt() as f64;
        Ok(Plan {
            outputs: vec![Shape::Table; 3],
            work_bytes: moment_bytes(&work, method) + streaming + kept + bytes(8, largest, 1),
            flops: work.flops(method) + teacher,
        })
    }

    fn header(&self, port: &str, _: &Params, _: &Headers) -> Option<Header> {
        let features = || {
            Header::of(&FEATURES)
                .keys(&["ratio", "n_train", "feature", "from_weakest"])
                .more_is_better(&["r2", "r2_nearest"])
        };
        match port {
            "features" => Some(features().counts(&["nearest_rank"])),
            "outliers" => {
                Some(Header::of(&OUTLIERS).keys(&["ratio", "n_train", "rank"]).more_is_better(&["overlap_h1"]))
            }
            "thresholds" => Some(
                Header::of(&THRESHOLDS)
                    .keys(&["feature"])
                    .truths(&["already_at_the_smallest"])
                    .less_is_better(&["threshold_ratio", "threshold_n"]),
            ),
            _ => None,
        }
    }

    fn run(&self, params: &Params, _: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let work = params.work();
        let search = PrefixSearch {
            keep: work.keep,
            method: params.method(&work),
            tolerance: params.tolerance,
            passes: params.passes,
        };
        let samples = Curve {
            train: &StreamedInputs::new(params.seed, TRAIN, params.dim),
            sizes: &work.sizes,
            test: &StreamedInputs::new(params.seed, TEST, params.dim).rows(0..params.n_test),
            bytes_kept: gib(params.memory_gib),
            interrupt: &|| context.check(),
        };
        let teacher = &params.labels.teacher(params.seed, params.dim);
        let first = &CentredLayer::draw((params.seed, 0), params.dim, params.width);
        let (planted, points) = Emergence { teacher, first, search, samples: &samples }.curve()?;
        let found = Found { planted, points, ratios: &params.ratio.0 };
        Ok(vec![
            Value::Table(Table::from_rows(&FEATURES, &found.features())?),
            Value::Table(Table::from_rows(&OUTLIERS, &found.outliers())?),
            Value::Table(Table::from_rows(&THRESHOLDS, &found.thresholds(params.level)?)?),
        ])
    }
}

// The planted features, what of them is found at each size, and the sizes as they were asked for.
struct Found<'a> {
    planted: Planted,
    points: Vec<PlantedPoint>,
    ratios: &'a [f64],
}

impl Found<'_> {
    fn strengths(&self) -> impl Iterator<Item = (usize, f64, f64)> + '_ {
        let root = (self.planted.strengths.len() as f64).sqrt();
        self.planted.strengths.iter().enumerate().map(move |(k, a)| (k, *a, root * a.abs()))
    }

    fn features(&self) -> Vec<Vec<Cell>> {
        let at = |(point, &ratio): (&PlantedPoint, &f64)| -> Vec<Vec<Cell>> {
            let row = |(k, strength, relative): (usize, f64, f64)| {
                let (place, alone) = point.nearest[k];
                vec![
                    ratio.into(),
                    point.n_train.into(),
                    (k + 1).into(),
                    (self.planted.strengths.len() - k).into(),
                    strength.into(),
                    relative.into(),
                    point.recovered[k].into(),
                    alone.into(),
                    (place + 1).into(),
                    point.eigenvalues[place].into(),
                ]
            };
            self.strengths().map(row).collect()
        };
        self.points.iter().zip(self.ratios).flat_map(at).collect()
    }

    fn outliers(&self) -> Vec<Vec<Cell>> {
        let at = |(point, &ratio): (&PlantedPoint, &f64)| -> Vec<Vec<Cell>> {
            let pairs = point.eigenvalues.iter().zip(&point.explained).enumerate();
            let row = |(i, (value, explained)): (usize, (&f64, &f64))| {
                vec![
                    ratio.into(),
                    point.n_train.into(),
                    (i + 1).into(),
                    (*value).into(),
                    value.abs().into(),
                    (*explained).into(),
                    point.residual.into(),
                ]
            };
            pairs.map(row).collect()
        };
        self.points.iter().zip(self.ratios).flat_map(at).collect()
    }

    fn thresholds(&self, level: f64) -> Result<Vec<Vec<Cell>>, StepError> {
        let row = |(k, strength, relative): (usize, f64, f64)| {
            let curve: Vec<(f64, f64)> = self.points.iter().map(|p| (p.n_train as f64, p.recovered[k])).collect();
            let already = curve.first().is_some_and(|&(_, r2)| r2 >= level);
            let crossing = if already { curve.first().map(|&(n, _)| n) } else { first_crossing(&curve, level)? };
            // n of a ratio is rounded
            let of_one = self.ratios[0] / self.points[0].n_train as f64;
            let ratio = crossing.map(|n| n * of_one);
            Ok(vec![(k + 1).into(), strength.into(), relative.into(), ratio.into(), crossing.into(), already.into()])
        };
        self.strengths().map(row).collect()
    }
}

impl Params {
    fn pairs(&self) -> usize {
        self.pairs.unwrap_or_else(|| self.dim.isqrt())
    }

    fn work(&self) -> Work {
        let sizes = self.sizes().unwrap_or_default();
        Work { dim: self.dim, width: self.width, keep: self.pairs(), sizes, passes: self.passes }
    }

    fn method(&self, work: &Work) -> Method {
        self.route.method(work, gib(self.memory_gib))
    }

    fn sizes(&self) -> Result<Vec<usize>, Problem> {
        const MOST: f64 = 1e11;
        let unit = (self.dim * self.dim * self.dim.isqrt()) as f64;
        let sizes: Vec<usize> = self.ratio.0.iter().map(|r| (r * unit).round() as usize).collect();
        let drawn = self.ratio.0.iter().all(|r| r.is_finite() && *r * unit <= MOST);
        if drawn && sizes.first().is_some_and(|&n| n >= 2) && sizes.windows(2).all(|w| w[0] < w[1]) {
            return Ok(sizes);
        }
        let message =
            format!("the training sizes must increase, from 2 to 1e11, and d² d1 = {unit} makes them {sizes:?}");
        Err(Problem::at("ratio", message).help("write increasing multiples of d² d1, such as [1, 3, 10, 30]"))
    }

    fn impossible(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.sizes().err().into_iter().collect();
        if self.width < self.pairs() {
            let message = format!("{} features have no {} eigenvectors", self.width, self.pairs());
            problems.push(Problem::at("width", message).help("widen the layer, or look at fewer `pairs`"));
        } else {
            problems.extend(self.route.too_narrow(&self.work()));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::Check;
    use serde_json::{Value as Json, json};

    fn tables(extra: &Json) -> Vec<Table> {
        let mut params = json!({"dim": 9, "width": 120, "ratio": [0.3, 3, 100], "labels": "centred", "n_test": 500,
            "level": 0.4, "seed": 2});
        params.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let outputs = Check::of(&SyntheticFeatureEmergence).run(&params, vec![]);
        outputs.into_iter().map(|v| if let Value::Table(t) = v { t } else { panic!("a table") }).collect()
    }

    #[test]
    fn tables_have_a_row_for_each_size_and_feature_and_pair() {
        let found = tables(&json!({"pairs": 5}));
        assert_eq!((found[0].height(), found[1].height(), found[2].height()), (9, 15, 3));
        assert_eq!(found[0].numbers("n_train").unwrap()[0], Some(73.0), "0.3 · 81 · 3");
        let squares: f64 = found[2].numbers("relative_strength").unwrap().into_iter().flatten().map(|s| s * s).sum();
        assert!((squares - 3.0).abs() < 1e-12);
        let ranks = found[0].numbers("nearest_rank").unwrap();
        assert!(ranks.iter().flatten().all(|rank| (1.0..=5.0).contains(rank)));
        let (r2, one) = (found[0].numbers("r2").unwrap(), found[0].numbers("r2_nearest").unwrap());
        assert!(r2.iter().zip(&one).all(|(all, one)| *all >= *one && all.unwrap() <= 1.0));
    }

    #[test]
    fn threshold_is_where_the_curve_crosses_the_level() {
        let found = tables(&json!({}));
        let (r2, ratio) = (found[0].numbers("r2").unwrap(), found[2].numbers("threshold_ratio").unwrap());
        let n = found[2].numbers("threshold_n").unwrap();
        assert!(ratio.iter().any(Option::is_some), "{r2:?}");
        for k in 0..3 {
            let curve: Vec<f64> = (0..3).map(|s| r2[3 * s + k].unwrap()).collect();
            let first = curve.iter().position(|r| *r >= 0.4);
            match (first, ratio[k]) {
                (None, found) => assert_eq!(found, None),
                (Some(0), found) => assert!((found.unwrap() - 0.3).abs() < 1e-12),
                (Some(s), found) => {
                    let sizes = [0.3, 3.0, 100.0];
                    let found = found.unwrap();
                    assert!(found > 0.99 * sizes[s - 1] && found < 1.01 * sizes[s], "{curve:?} {found}");
                    assert!((n[k].unwrap() / found / (81.0 * 3.0) - 1.0).abs() < 0.01);
                }
            }
        }
    }

    #[test]
    fn routes_agree_within_the_tolerance() {
        let (formed, implicit) = (tables(&json!({"route": "formed"})), tables(&json!({"route": "implicit"})));
        let (a, b) = (formed[0].numbers("r2").unwrap(), implicit[0].numbers("r2").unwrap());
        assert!(a.iter().zip(&b).all(|(x, y)| (x.unwrap() - y.unwrap()).abs() < 0.02), "{a:?} {b:?}");
    }

    #[test]
    fn senseless_requests_are_refused() {
        let refuse = |extra: Json| {
            let mut params = json!({"dim": 9, "width": 120, "ratio": [1, 3], "seed": 2});
            params.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            Check::of(&SyntheticFeatureEmergence).refuse(&params, vec![])[0].at.clone().unwrap_or_default()
        };
        assert_eq!(refuse(json!({"ratio": [3, 1]})), "ratio");
        assert_eq!(refuse(json!({"ratio": [0.001]})), "ratio");
        assert_eq!(refuse(json!({"ratio": [1e12]})), "ratio");
        assert_eq!(refuse(json!({"width": 2})), "width");
        assert_eq!(refuse(json!({"width": 40, "route": "implicit"})), "route");
    }
}
