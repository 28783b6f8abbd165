//! `image-twins`: the same images in another copy of the set.

use super::gather::Gather;
use crate::artifact::{Geometry, Points};
use crate::experiment::values::Sizes;
use crate::math::samples::nearest::{Nearest, two_nearest};
use crate::step::prelude::*;

/// `image-twins`
pub struct ImageTwins;

/// Parameters of `image-twins`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The nearest image is a twin where it is at most this many times as far as the second nearest.
    #[serde(default = "defaults::decimal::<7, 1>")]
    #[schemars(range(min = 0.0, max = 0.999))]
    pub largest_ratio: f64,
}

const HEADER: [&str; 5] = ["images", "mean_rms_error", "largest_rms_error", "psnr_db", "largest_ratio"];

impl Kind for ImageTwins {
    type Params = Params;
    const NAME: &'static str = "image-twins";
    const ABOUT: About = About {
        family: Family::Data,
        summary: "Finds the same images in another copy of the set, of other order or lossy.",
        details: "The twin of an image is the nearest of all images of `among`, by Euclidean distance of the standardised \
                  pixels. It is refused, and the step fails, where the second nearest is about as near (`largest_ratio`), where \
                  it has another label, or where two images share it: what comes out is one to one. The splits are those of `x`. \
                  rms_error is the root mean square difference of an image from its twin, in grey levels of 255; psnr_db is \
                  20 log10(255/rms_error), averaged over images, and none where a twin is the image itself.",
        cites: &[],
        inputs: &[
            Slot::one("x", &[ValueType::Representation]).doc("The images."),
            Slot::one("among", &[ValueType::Representation])
                .doc("The other copy, all splits of it: at least the same images."),
        ],
        outputs: &[
            Port::new("twins", ValueType::Representation).doc("For each image of `x` its twin, in the same place."),
            Port::new("matches", ValueType::Table)
                .doc("One row: images, mean_rms_error, largest_rms_error, psnr_db, largest_ratio."),
        ],
    };

    fn plan(&self, _: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let images = |slot: &str| match inputs.get(slot) {
            Some(Shape::Representation { geometry: Some(geometry), number_bytes: 1, .. }) => Ok(geometry),
            _ => Err(vec![Problem::at(slot, "expected images as they are read, in bytes").help("wire a `dataset`")]),
        };
        let (geometry, others) = (images("x")?, images("among")?);
        if geometry != others {
            let message = format!("images of {} against {} at `x`", size(others), size(geometry));
            return Err(vec![Problem::at("among", message).help("take two copies of the same data set")]);
        }
        let (x, among) = (Sizes::at(inputs, "x"), Sizes::at(inputs, "among"));
        let (few, many) = (x.samples(), among.samples());
        if many < few.max(2) {
            let message = format!("{many} images for the twins of {few}");
            return Err(vec![Problem::at("among", message).help("read all of the other copy: `n_train: all`")]);
        }
        let Sizes { train, validation, test, .. } = x;
        let dim = geometry.dim();
        let shape = Shape::Representation { train, validation, test, dim, geometry: Some(geometry), number_bytes: 1 };
        let block = crate::math::linalg::ROWS_AT_ONCE;
        // both sets once more in bytes; the images, a block of the others and their products in single precision
        let work_bytes = ((few + many) * dim + 4 * (few * dim + block * (few + dim))) as u64;
        let flops = 2.0 * few as f64 * many as f64 * dim as f64;
        Ok(Plan { outputs: vec![shape, Shape::Table], work_bytes, flops })
    }

    fn header(&self, port: &str, _: &Params, _: &Headers) -> Option<Header> {
        (port == "matches").then(|| Header::of(&HEADER).counts(&["images"]))
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        let (images, others) = (Gather::of(x), Gather::of(inputs.one::<Representation>("among")?));
        let all = |set: &Gather<'_>| (0..set.count()).collect::<Vec<usize>>();
        let (points, candidates) = (images.points(&all(&images))?, others.points(&all(&others))?);
        let nearest = two_nearest(&points, &candidates, || context.check())?;
        let twins: Vec<usize> = nearest.iter().map(|nearest| nearest.row).collect();
        let labels = [images.labels(&all(&images)), others.labels(&twins)];
        verify(&nearest, &labels, params.largest_ratio)?;
        let errors = rms_errors(&points, &others.points(&twins)?)?;
        let [train, validation, _] = x.splits().map(|(_, points)| points.rows());
        let (train, rest) = twins.split_at(train);
        let (validation, test) = rest.split_at(validation);
        let twins = others.split([train, validation, test])?;
        Ok(vec![Value::Representation(twins), Value::Table(matches(&nearest, &errors)?)])
    }
}

/// "3 × 32 × 32"
fn size(Geometry { channels, height, width }: Geometry) -> String {
    format!("{channels} × {height} × {width}")
}

/// Whether the nearest are twins: each by itself, with the label, and no two the same.
fn verify(nearest: &[Nearest], [own, others]: &[Vec<f64>; 2], largest_ratio: f64) -> Result<(), StepError> {
    let refused = |slot: &str, reason: String| Err(StepError::Input { slot: slot.to_owned(), reason });
    let far: Vec<usize> = (0..nearest.len()).filter(|&i| nearest[i].ratio() > largest_ratio).collect();
    if let Some(&first) = far.first() {
        let Nearest { distance, second, .. } = nearest[first];
        return refused(
            "among",
            format!(
                "{} of {} images have no twin: the nearest to image {first} is at {distance:.3}, the second at {second:.3}, more than \
             {largest_ratio} times as near; is it a copy of the same set?",
                far.len(),
                nearest.len()
            ),
        );
    }
    let other: Vec<usize> = (0..own.len()).filter(|&i| own[i].to_bits() != others[i].to_bits()).collect();
    if let Some(&first) = other.first() {
        let (own, twin) = (own[first], others[first]);
        let count = other.len();
        return refused("among", format!("{count} twins have another label: image {first} has {own}, its twin {twin}"));
    }
    let mut rows: Vec<(usize, usize)> = nearest.iter().enumerate().map(|(i, nearest)| (nearest.row, i)).collect();
    rows.sort_unstable();
    match rows.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => refused("x", format!("images {} and {} have the same twin", pair[0].1, pair[1].1)),
        None => Ok(()),
    }
}

/// Root mean square differences of images, in grey levels.
fn rms_errors(images: &Points, twins: &Points) -> Result<Vec<f64>, StepError> {
    let (Points::Pixels { bytes: a, geometry, .. }, Points::Pixels { bytes: b, .. }) = (images, twins) else {
        return Err(StepError::Bug("images that are not in bytes".into()));
    };
    let dim = geometry.dim();
    let error = |(a, b): (&[u8], &[u8])| {
        let square: u64 = a.iter().zip(b).map(|(&a, &b)| u64::from(a.abs_diff(b)).pow(2)).sum();
        (square as f64 / dim as f64).sqrt()
    };
    Ok(a.chunks_exact(dim).zip(b.chunks_exact(dim)).map(error).collect())
}

fn matches(nearest: &[Nearest], errors: &[f64]) -> Result<Table, StepError> {
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / errors.len() as f64;
    let largest = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
    let psnr = mean(&mut errors.iter().map(|error| 20.0 * (255.0 / error).log10()));
    let row = vec![
        errors.len().into(),
        mean(&mut errors.iter().copied()).into(),
        largest(&mut errors.iter().copied()).into(),
        if psnr.is_finite() { psnr.into() } else { Cell::Null },
        largest(&mut nearest.iter().map(|nearest| nearest.ratio())).into(),
    ];
    Ok(Table::from_rows(&HEADER, &[row])?)
}

#[cfg(test)]
#[path = "image_twins_tests.rs"]
mod tests;
