//! How far the leading directions at n samples are those of a large sample.

use super::prediction::LiftedSizes;
use crate::experiment::layers::convolution;
use crate::experiment::values::{Matrices, images, layout, matrix_bytes, top_eigen_flops};
use crate::math::emergence::nested_moments::{NestedMoments, image_moment};
use crate::math::linalg::eigen::top_eigen_by_magnitude;
use crate::math::linalg::{Eigen, Matrix};
use crate::math::lofi::subsample::{
    NestedSamples, SampleRoute, leading_directions, squared_overlaps, squared_overlaps_at_any_place,
};
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
    /// The convolution that the reference directions are of; none where the samples are taken as they are.
    #[serde(default)]
    pub convolution: Option<convolution::Params>,
}

// Moments of subsamples held at a time: as many repeats share one pass over the images as fit.
const HELD_BYTES: u64 = 1 << 30;

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
                  convolution C averages over images and positions, and one pass over the images serves many repeats.",
        cites: &["neural-lofi"],
        inputs: &[
            Slot::one("x", &[ValueType::Representation])
                .doc("The samples that the reference directions were taken on."),
            Slot::one("reference", &[ValueType::Spectrum])
                .doc("The reference directions, p × features: the spectrum of `emergence-prediction`."),
        ],
        outputs: &[Port::new("overlaps", ValueType::Table).doc(
            "For each eigenvector, from 1, and n_train: squared_overlap, its standard error over repeats, \
             squared_overlap_any_place, repeats.",
        )],
    };

    fn plan(&self, params: &Self::Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let lifted = LiftedSizes::at(params.convolution.as_ref(), inputs)?;
        let mut problems = impossible(params, lifted.train);
        if let Some(Shape::Spectrum { dim, .. }) = inputs.get("reference")
            && dim != lifted.width
        {
            let message = format!("the reference directions have {dim} entries, the lifted samples {}", lifted.width);
            problems
                .push(Problem::at("reference", message).help("wire the spectrum of the same lift, in feature space"));
        }
        Problem::refuse(problems)?;
        let cost = cost(params, &lifted);
        Ok(Plan { outputs: vec![Shape::Table], work_bytes: cost.0 + lifted.work_bytes, flops: cost.1 })
    }

    fn header(&self, _: &str, _: &Self::Params, _: &Headers) -> Option<Header> {
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
        let overlaps = match &params.convolution {
            None => of_samples(params, (x, reference), context)?,
            Some(convolution) => of_positions(params, convolution, (x, reference), context)?,
        };
        Ok(vec![Value::Table(table(&params.sizes, &overlaps)?)])
    }
}

fn impossible(params: &EmergenceOverlapParams, train: usize) -> Vec<Problem> {
    let mut problems = Vec::new();
    if params.sizes.windows(2).any(|pair| pair[0] >= pair[1]) {
        problems.push(
            Problem::at("sizes", "the sizes of the subsamples do not ascend")
                .help("list each size once, smallest first"),
        );
    }
    if let Some(size) = params.sizes.iter().find(|&&size| size > train) {
        let message = format!("a subsample of {size} cannot be drawn of {train} training samples");
        problems.push(Problem::at("sizes", message).help("leave out larger sizes or take more training samples"));
    }
    problems
}

// Pairs that one costs as much as, of a few.
const KRYLOV_PAIRS: usize = 8;

// Bytes held and operations.
fn cost(params: &EmergenceOverlapParams, lifted: &LiftedSizes) -> (u64, f64) {
    let (width, repeats) = (lifted.width as f64, params.repeats as f64);
    let largest = params.sizes.last().copied().unwrap_or(0);
    if let Some(flops) = lifted.image_flops {
        let at_once = repeats_at_once(params, lifted.width).min(params.repeats);
        let passes = params.repeats.div_ceil(at_once) as f64;
        let solving = repeats * params.sizes.len() as f64 * top_eigen_flops(lifted.width, KRYLOV_PAIRS);
        let held = matrix_bytes(lifted.width, lifted.width) * (params.sizes.len() * at_once + 6) as u64;
        // images that no subsample of a pass has are not lifted
        let images = lifted.train.min(largest.saturating_mul(at_once)) as f64;
        return (held, passes * images * flops + solving);
    }
    // about a hundred products with the rows and as many back
    let products: f64 = params.sizes.iter().map(|&n| 400.0 * n as f64 * width).sum();
    (2 * matrix_bytes(largest, lifted.width) + 100 * matrix_bytes(lifted.width, 1), repeats * products)
}

fn repeats_at_once(params: &EmergenceOverlapParams, width: usize) -> usize {
    let one = matrix_bytes(width, width) * params.sizes.len() as u64;
    usize::try_from(HELD_BYTES / one.max(1)).unwrap_or(usize::MAX).max(1)
}

// Overlaps of every repeat: for each size one for each direction, with that of the same place and of any place.
type Overlaps = Vec<Vec<Vec<[f64; 2]>>>;

fn compared(reference: &Spectrum, found: &Eigen) -> Result<Vec<[f64; 2]>, StepError> {
    let same = squared_overlaps(&reference.vectors, found)?;
    let any = squared_overlaps_at_any_place(&reference.vectors, found)?;
    Ok(same.into_iter().zip(any).map(|(same, any)| [same, any]).collect())
}

fn samples(params: &EmergenceOverlapParams, count: usize, repeat: usize) -> Result<NestedSamples, StepError> {
    Ok(NestedSamples::draw(count, &params.sizes, (params.seed, repeat as u64))?)
}

fn of_samples(
    params: &EmergenceOverlapParams,
    (x, reference): (&Representation, &Spectrum),
    context: &Context<'_>,
) -> Result<Overlaps, StepError> {
    let matrices = Matrices::of(x);
    let (z, labels) = (matrices.train(), &x.labels.train);
    let one = |samples: &NestedSamples, place: usize| {
        context.check()?;
        let members = samples.members(place);
        let chosen: Vec<f64> = members.iter().map(|&i| labels[i]).collect();
        let rows = z.select_rows(members);
        let found = leading_directions(&rows, &chosen, reference.values.len(), SampleRoute::Auto)?;
        compared(reference, &found)
    };
    let repeat = |repeat: usize| {
        let samples = samples(params, z.nrows(), repeat)?;
        (0..params.sizes.len()).map(|place| one(&samples, place)).collect()
    };
    (0..params.repeats).map(repeat).collect()
}

fn of_positions(
    params: &EmergenceOverlapParams,
    convolution: &convolution::Params,
    (x, reference): (&Representation, &Spectrum),
    context: &Context<'_>,
) -> Result<Overlaps, StepError> {
    let input = layout(x)?;
    let (layer, image) = (convolution.layer(input)?, images(&x.samples.train, input, context));
    let labels = &x.labels.train;
    let repeats: Vec<usize> = (0..params.repeats).collect();
    let mut overlaps = Vec::with_capacity(params.repeats);
    for together in repeats.chunks(repeats_at_once(params, convolution.width)) {
        let empty = |&repeat: &usize| {
            Ok(NestedMoments::new(&samples(params, labels.len(), repeat)?, labels.len(), convolution.width))
        };
        let mut moments = together.iter().map(empty).collect::<Result<Vec<_>, StepError>>()?;
        for (i, &label) in labels.iter().enumerate() {
            if moments.iter().any(|m| m.needs(i)) {
                let moment = image_moment(&layer, &image(i..i + 1)?)?;
                moments.iter_mut().try_for_each(|m| m.add(i, label, &moment))?;
            }
        }
        let solve = |moment: Matrix| {
            context.check()?;
            let found = top_eigen_by_magnitude(&moment, reference.values.len())?;
            compared(reference, &found)
        };
        for one in moments {
            overlaps.push(one.finish().map(solve).collect::<Result<Vec<_>, _>>()?);
        }
    }
    Ok(overlaps)
}

const COLUMNS: [&str; 6] = [
    "eigenvector",
    "n_train",
    "squared_overlap",
    "squared_overlap_standard_error",
    "squared_overlap_any_place",
    "repeats",
];

fn table(sizes: &[usize], overlaps: &Overlaps) -> Result<Table, StepError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Points;
    use crate::experiment::EmergencePrediction;
    use crate::experiment::testing::{Check, pixels, representation};
    use crate::math::image::maps::Maps;
    use serde_json::{Value as Json, json};

    fn reference(params: &Json, x: &Representation) -> Value {
        Check::of(&EmergencePrediction).run(params, vec![("x", Value::Representation(x.clone()))]).remove(1)
    }

    fn overlaps(params: &Json, x: &Representation, reference: Value) -> Table {
        let inputs = vec![("x", Value::Representation(x.clone())), ("reference", reference)];
        match Check::of(&EmergenceOverlap).run(params, inputs).remove(0) {
            Value::Table(table) => table,
            other => panic!("{other:?}"),
        }
    }

    fn numbers(table: &Table, name: &str) -> Vec<f64> {
        table.numbers(name).unwrap().into_iter().flatten().collect()
    }

    const CONVOLUTION: &str = r#"{"width": 10, "window": 2, "padding": 1, "seed": 4}"#;

    #[test]
    fn the_whole_sample_overlaps_with_itself_and_small_ones_less() {
        let x = pixels(40, 0, 2);
        let convolution: Json = serde_json::from_str(CONVOLUTION).unwrap();
        for convolution in [Json::Null, convolution] {
            let from = reference(&json!({"features": 3, "convolution": convolution}), &x);
            let params = json!({"sizes": [2, 10, 40], "repeats": 5, "seed": 1, "convolution": convolution});
            let table = overlaps(&params, &x, from);
            let found = numbers(&table, "squared_overlap");
            assert_eq!(numbers(&table, "n_train"), [2.0, 10.0, 40.0].repeat(3));
            for direction in found.chunks(3) {
                assert!((direction[2] - 1.0).abs() < 1e-9 && direction[0] < 0.999, "{found:?}");
            }
            let any = numbers(&table, "squared_overlap_any_place");
            assert!(any.iter().zip(&found).all(|(any, same)| *any >= same - 1e-12));
            // a subsample of two has no third direction, ever
            let errors = numbers(&table, "squared_overlap_standard_error");
            assert!(errors.chunks(3).all(|e| e[2] < 1e-9 && e[1] > 1e-6) && errors[0] > 1e-3, "{errors:?}");
        }
    }

    #[test]
    fn pixels_are_numbers_and_repeats_are_the_first_of_more() {
        let x = pixels(40, 0, 2);
        let from = || reference(&json!({"features": 2}), &x);
        let params = |repeats: usize| json!({"sizes": [7, 20], "repeats": repeats, "seed": 1});
        assert_eq!(overlaps(&params(3), &x, from()), overlaps(&params(3), &representation(&x), from()));
        let one = numbers(&overlaps(&params(1), &x, from()), "squared_overlap");
        let two = numbers(&overlaps(&params(2), &x, from()), "squared_overlap");
        assert!(one.iter().zip(&two).all(|(a, b)| (a - b).abs() > 1e-6 && *b >= 0.5 * a));
        assert!(overlaps(&params(1), &x, from()).numbers("squared_overlap_standard_error").unwrap()[0].is_none());
    }

    // The same through another way: positions as rows, an image's rows chosen together.
    #[test]
    fn positions_are_samples_of_their_image() {
        let x = pixels(12, 0, 1);
        let convolution: Json = serde_json::from_str(CONVOLUTION).unwrap();
        let Value::Spectrum(from) = reference(&json!({"features": 2, "convolution": convolution}), &x) else {
            panic!()
        };
        let params = json!({"sizes": [4], "repeats": 1, "seed": 9, "convolution": convolution});
        let found = numbers(&overlaps(&params, &x, Value::Spectrum(from.clone())), "squared_overlap");
        let members = NestedSamples::draw(12, &[4], (9, 0)).unwrap();
        let lift = serde_json::from_value::<convolution::Params>(convolution).unwrap();
        let input = layout(&x).unwrap();
        let layer = lift.layer(input).unwrap();
        let mut moment = Matrix::zeros(10, 10);
        for &i in members.members(0) {
            let image = Maps::new(x.samples.train.block(i, i + 1), input).unwrap();
            moment += image_moment(&layer, &image).unwrap() * x.labels.train[i];
        }
        let direct = squared_overlaps(&from.vectors, &top_eigen_by_magnitude(&moment, 2).unwrap()).unwrap();
        assert!(found.iter().zip(&direct).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?} {direct:?}");
    }

    #[test]
    fn what_cannot_work_is_refused() {
        let x = pixels(9, 0, 1);
        let refuse = |sizes: Json, width: usize| {
            let Points::Pixels { .. } = &x.samples.train else { panic!() };
            let vectors = Matrix::identity(width, 2);
            let values = vec![2.0, 1.0];
            let spectrum = Spectrum { values, vectors, operator: String::new(), origin: x.origin.clone() };
            let inputs = vec![("x", Value::Representation(x.clone())), ("reference", Value::Spectrum(spectrum))];
            Check::of(&EmergenceOverlap).refuse(&json!({"sizes": sizes, "repeats": 1, "seed": 0}), inputs).remove(0)
        };
        assert_eq!(refuse(json!([3, 10]), 12).message, "a subsample of 10 cannot be drawn of 9 training samples");
        assert!(refuse(json!([3, 3]), 12).message.contains("do not ascend"));
        assert_eq!(refuse(json!([3]), 11).at.as_deref(), Some("reference"));
    }
}
