//! How far the leading directions at n samples are those of a large sample.

use super::lifted::{FILTER, Lift, LiftedLayers, LiftedSizes};
use super::subsamples::{BASIS_IMAGES, OfRepeat, Subsamples, moment_bytes, repeats_at_once};
use crate::experiment::layers::convolution;
use crate::experiment::values::{SINGLE_FLOPS, matrix_bytes, top_eigen_flops};
use crate::math::linalg::leading_columns;
use crate::math::precision::Precision;
use crate::math::statistics::{mean, standard_error};
use crate::step::prelude::*;

/// `emergence-overlap`
pub struct EmergenceOverlap;

/// Parameters of `emergence-overlap`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmergenceOverlapParams {
    /// Sizes n of the subsamples, ascending.
    #[schemars(length(min = 1), inner(range(min = 1)))]
    pub sizes: Vec<usize>,
    /// Independent subsamples of each size.
    #[schemars(range(min = 1, max = 100_000))]
    pub repeats: usize,
    /// Seed of the subsamples.
    pub seed: u64,
    /// The reference directions that are looked for, by default all.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub features: Option<usize>,
    /// The convolution that the reference directions are of; none where the samples are taken as they are.
    #[serde(default)]
    pub convolution: Option<convolution::Params>,
    /// The convolution that the filter at slot `filter` stands behind, where `convolution` lifts its channels.
    #[serde(default)]
    pub below: Option<convolution::Params>,
    /// Only with a convolution: lifts in single precision, and moments on a part of the channels' space, where it is
    /// smaller than that.
    #[serde(default)]
    pub project: Option<Projection>,
}

/// What moments of subsamples are projected on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Projection {
    /// Dimension d of the space: the reference directions, and the leading ones of the covariance of 256 images.
    #[schemars(range(min = 1))]
    pub directions: usize,
    /// Up to this n the first repeat is done without projection too, and the difference is what `projection` tells.
    #[serde(default = "defaults::whole::<100>")]
    pub checked_up_to: usize,
}

impl EmergenceOverlapParams {
    // What is projected, unless the space is not larger.
    fn projection(&self, width: usize) -> Option<Projection> {
        self.project.filter(|p| p.directions < width)
    }

    fn lift(&self, width: usize) -> Lift<'_> {
        let precision = self.projection(width).map_or(Precision::Double, |_| Precision::Single);
        Lift { convolution: self.convolution.as_ref(), below: self.below.as_ref(), precision }
    }

    fn checked_sizes(&self, projection: Projection) -> &[usize] {
        &self.sizes[..self.sizes.partition_point(|&n| n <= projection.checked_up_to)]
    }
}

impl Kind for EmergenceOverlap {
    type Params = EmergenceOverlapParams;
    const NAME: &'static str = "emergence-overlap";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Squared overlaps of the leading directions of random subsamples with those of a large sample.",
        details: "For each n and repeat a random subsample of the training samples, drawn without replacement; the lift \
                  stays as it is. v_i(n) is the eigenvector of i-th largest |λ| of the subsample's C, the overlap \
                  |⟨v_i(n), v_i⟩|² with the reference direction of the same place; 0 where the subsample has no i-th \
                  direction. squared_overlap_any_place is the largest over the found directions: two eigenvalues of \
                  nearly the same magnitude exchange places between subsamples. Subsamples of one repeat are nested. Mean and standard error are over repeats. With a \
                  convolution C averages over images and positions, and one pass over the images serves many repeats. \
                  With `project` C is Qᵀ C Q, Q an orthonormal basis of the reference and of the leading directions of the \
                  covariance: one lift of an image serves all repeats, in single precision. `projection` says what \
                  that changes: the overlaps of the first repeat with and without.",
        cites: &["neural-lofi"],
        inputs: &[
            Slot::one("x", &[ValueType::Representation])
                .doc("The samples that the reference directions were taken on."),
            Slot::one("reference", &[ValueType::Spectrum])
                .doc("The reference directions, p × features: the spectrum of `emergence-prediction`."),
            FILTER,
        ],
        outputs: &[
            Port::new("overlaps", ValueType::Table).doc(
                "For each eigenvector, from 1, and n_train: squared_overlap, its standard error over repeats, \
                 squared_overlap_any_place, repeats.",
            ),
            Port::new("projection", ValueType::Table).doc(
                "For each eigenvector and each n_train that is checked (without `project` all of them): the squared overlap \
                 of the first repeat without projection, the same with it, and how far they are apart, also at any place.",
            ),
        ],
    };

    fn plan(&self, params: &Self::Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let width = params.convolution.as_ref().map_or(0, |convolution| convolution.width);
        let lifted = LiftedSizes::at(&params.lift(width), inputs)?;
        let reference = match inputs.get("reference") {
            Some(Shape::Spectrum { dim, rank }) => (dim, rank),
            _ => (lifted.width, usize::MAX),
        };
        Problem::refuse(impossible(params, &lifted, reference))?;
        let cost = cost(params, &lifted);
        Ok(Plan { outputs: vec![Shape::Table; 2], work_bytes: cost.0 + lifted.work_bytes, flops: cost.1 })
    }

    fn header(&self, port: &str, _: &Self::Params, _: &Headers) -> Option<Header> {
        if port == "projection" {
            return Some(Header::of(&PROJECTION).keys(&["eigenvector", "n_train"]));
        }
        Some(
            Header::of(&COLUMNS)
                .keys(&["eigenvector", "n_train"])
                .spreads(&["squared_overlap_standard_error"])
                .counts(&["repeats"])
                .more_is_better(&["squared_overlap", "squared_overlap_any_place"]),
        )
    }

    fn run(&self, params: &Self::Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let (x, reference) = (inputs.one::<Representation>("x")?, inputs.one::<Spectrum>("reference")?);
        let features = params.features.unwrap_or(reference.values.len());
        let reference = leading_columns(&reference.vectors, features);
        let projection = params.projection(reference.nrows());
        let layers = LiftedLayers::read(&params.lift(reference.nrows()), x, inputs.optional::<Spectrum>(FILTER.name)?)?;
        let (repeats, seed) = (params.repeats, params.seed);
        let subsamples = Subsamples { sizes: &params.sizes, repeats, seed, reference, context };
        let (overlaps, checked) = match (layers, projection) {
            (None, _) => (subsamples.of_samples(x)?, None),
            (Some(layers), None) => (subsamples.of_positions(&layers, x)?, None),
            (Some(layers), Some(projection)) => {
                let overlaps = subsamples.projected(&layers, x, projection.directions)?;
                let few = Subsamples { sizes: params.checked_sizes(projection), ..subsamples };
                let checked = if few.sizes.is_empty() { Vec::new() } else { few.first_unprojected(&layers, x)? };
                (overlaps, Some(checked))
            }
        };
        let plain = checked.as_ref().unwrap_or(&overlaps[0]);
        let compared = projection_table(&params.sizes, plain, &overlaps[0])?;
        Ok(vec![Value::Table(table(&params.sizes, &overlaps)?), Value::Table(compared)])
    }
}

fn impossible(params: &EmergenceOverlapParams, lifted: &LiftedSizes, (dim, rank): (usize, usize)) -> Vec<Problem> {
    let mut problems = Vec::new();
    if params.sizes.windows(2).any(|pair| pair[0] >= pair[1]) {
        problems.push(
            Problem::at("sizes", "the sizes of the subsamples do not ascend")
                .help("list each size once, smallest first"),
        );
    }
    if let Some(size) = params.sizes.iter().find(|&&size| size > lifted.train) {
        let message = format!("a subsample of {size} cannot be drawn of {} training samples", lifted.train);
        problems.push(Problem::at("sizes", message).help("leave out larger sizes or take more training samples"));
    }
    if dim != lifted.width {
        let message = format!("the reference directions have {dim} entries, the lifted samples {}", lifted.width);
        problems.push(Problem::at("reference", message).help("wire the spectrum of the same lift, in feature space"));
    }
    if let Some(features) = params.features.filter(|&features| features > rank) {
        let message = format!("the reference has {rank} directions, not {features}");
        problems.push(Problem::at("features", message).help("lower `features` or let the reference have more `pairs`"));
    }
    problems.extend(params.project.and_then(|projection| no_space(params, projection, rank)));
    problems
}

fn no_space(params: &EmergenceOverlapParams, projection: Projection, rank: usize) -> Option<Problem> {
    if params.convolution.is_none() {
        let problem = Problem::at("project", "moments are projected with a `convolution` only, and there is none");
        return Some(problem.help("take `project` away"));
    }
    let features = params.features.unwrap_or(rank);
    (rank != usize::MAX && projection.directions < features).then(|| {
        let message = format!("{} directions cannot hold {features} reference directions", projection.directions);
        Problem::at("project.directions", message).help("raise it: a few hundred are usual")
    })
}

// Pairs that one costs as much as, of a few.
const KRYLOV_PAIRS: usize = 8;
// Time of adding a number to a sum in memory, in operations: 16 bytes read and written.
const ADDED_FLOPS: f64 = 50.0;

// Operations that take the time of all products with a number of the rows, as many back, and its selection: some sixty blocks'
// columns, too narrow for full speed. Measured at n from 2 to 5000 and 1000 features.
const PRODUCTS_FLOPS: f64 = 1000.0;

// Bytes held and operations.
fn cost(params: &EmergenceOverlapParams, lifted: &LiftedSizes) -> (u64, f64) {
    if let Some(projection) = params.projection(lifted.width) {
        return projected_cost(params, lifted, projection);
    }
    let (width, repeats) = (lifted.width as f64, params.repeats as f64);
    let largest = params.sizes.last().copied().unwrap_or(0);
    if let Some(image) = lifted.image {
        let at_once = repeats_at_once(params.sizes.len(), lifted.width).min(params.repeats);
        let passes = params.repeats.div_ceil(at_once) as f64;
        let solving = repeats * params.sizes.len() as f64 * top_eigen_flops(lifted.width, KRYLOV_PAIRS);
        let held = moment_bytes(lifted.width) * (params.sizes.len() * at_once) as u64;
        let work = held + 6 * matrix_bytes(lifted.width, lifted.width);
        // images that no subsample of a pass has are not lifted
        let images = lifted.train.min(largest.saturating_mul(at_once)) as f64;
        let adding = repeats * largest as f64 * 0.5 * width * width * ADDED_FLOPS;
        return (work, passes * images * (image.lift + image.moment) + adding + solving);
    }
    let products: f64 = params.sizes.iter().map(|&n| PRODUCTS_FLOPS * n as f64 * width).sum();
    (2 * matrix_bytes(largest, lifted.width) + 100 * matrix_bytes(lifted.width, 1), repeats * products)
}

fn projected_cost(params: &EmergenceOverlapParams, lifted: &LiftedSizes, projection: Projection) -> (u64, f64) {
    let Some(image) = lifted.image else { return (0, 0.0) };
    let (width, inner) = (lifted.width as f64, projection.directions as f64);
    let sizes = params.sizes.len();
    let [largest, checked] = [&params.sizes[..], params.checked_sizes(projection)].map(|s| s.last().map_or(0, |&n| n));
    let images = lifted.train.min(largest.saturating_mul(params.repeats)) as f64;
    let projecting = SINGLE_FLOPS * image.positions * inner * (2.0 * width + inner);
    let added =
        0.5 * ADDED_FLOPS * ((params.repeats * largest) as f64 * inner * inner + checked as f64 * width * width);
    let in_full = (lifted.train.min(BASIS_IMAGES) + checked) as f64 * (image.lift + image.moment);
    let solving = (params.repeats * sizes) as f64 * top_eigen_flops(projection.directions, KRYLOV_PAIRS)
        + params.checked_sizes(projection).len() as f64 * top_eigen_flops(lifted.width, KRYLOV_PAIRS)
        + top_eigen_flops(lifted.width, projection.directions);
    let sums = moment_bytes(projection.directions) * (params.repeats * sizes) as u64;
    let plain = moment_bytes(lifted.width) * params.checked_sizes(projection).len() as u64;
    let basis = 6 * matrix_bytes(lifted.width, lifted.width) + 4 * matrix_bytes(lifted.width, projection.directions);
    (sums.max(plain) + basis, images * (image.lift + projecting) + added + in_full + solving)
}

const COLUMNS: [&str; 6] = [
    "eigenvector",
    "n_train",
    "squared_overlap",
    "squared_overlap_standard_error",
    "squared_overlap_any_place",
    "repeats",
];

fn table(sizes: &[usize], overlaps: &[OfRepeat]) -> Result<Table, StepError> {
    let directions = overlaps.first().and_then(|repeat| repeat.first()).map_or(0, Vec::len);
    let mut rows: Vec<Vec<Cell>> = Vec::with_capacity(directions * sizes.len());
    for direction in 0..directions {
        for (place, &size) in sizes.iter().enumerate() {
            let values = |which: usize| overlaps.iter().map(|r| r[place][direction][which]).collect::<Vec<f64>>();
            let [same, any] = [values(0), values(1)];
            let error = if same.len() < 2 { Cell::Null } else { standard_error(&same)?.into() };
            let counted: [Cell; 2] = [(direction + 1).into(), size.into()];
            let measured = [mean(&same)?.into(), error, mean(&any)?.into(), same.len().into()];
            rows.push([&counted[..], &measured[..]].concat());
        }
    }
    Ok(Table::from_rows(&COLUMNS, &rows)?)
}

const PROJECTION: [&str; 6] = [
    "eigenvector",
    "n_train",
    "squared_overlap_plain",
    "squared_overlap_projected",
    "difference",
    "difference_any_place",
];

fn projection_table(sizes: &[usize], plain: &OfRepeat, projected: &OfRepeat) -> Result<Table, StepError> {
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for direction in 0..projected[0].len() {
        for ((&size, plain), projected) in sizes.iter().zip(plain).zip(projected) {
            let ([p, p_any], [q, q_any]) = (plain[direction], projected[direction]);
            let numbers = [p, q, (p - q).abs(), (p_any - q_any).abs()];
            rows.push([(direction + 1).into(), size.into()].into_iter().chain(numbers.map(Cell::from)).collect());
        }
    }
    Ok(Table::from_rows(&PROJECTION, &rows)?)
}

#[cfg(test)]
#[path = "overlap_tests.rs"]
mod tests;
