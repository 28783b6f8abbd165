//! The samples that the kinds about emergence take moments of: as they are, or the positions of convolved images.

use crate::artifact::Points;
use crate::experiment::layers::convolution;
use crate::experiment::values::{LIFTED_FLOPS, Sizes, images, layout, matrix_bytes, planned_layout};
use crate::math::image::convolution::ConvolutionalLayer;
use crate::math::image::maps::{Geometry, Maps};
use crate::math::image::single::{FilteredLayer, SingleChain};
use crate::math::precision::Precision;
use crate::step::prelude::*;

/// Slot of the filter below the convolution.
pub const FILTER: Slot = Slot::optional("filter", &[ValueType::Spectrum]).doc(
    "The spectrum of a convolutional filter on the images, all of whose directions are kept; `convolution` lifts its \
     channels. The convolution that it stands behind is `below`.",
);

/// What samples are lifted by, as the parameters say.
pub struct Lift<'a> {
    pub convolution: Option<&'a convolution::Params>,
    pub below: Option<&'a convolution::Params>,
    pub precision: Precision,
}

/// The layers that lift images.
pub struct LiftedLayers {
    /// Layout of the images.
    input: Geometry,
    below: Option<FilteredLayer>,
    /// The layer whose positions are the samples.
    pub top: ConvolutionalLayer,
}

impl LiftedLayers {
    /// Draws the layers; none where samples are taken as they are.
    pub fn read(lift: &Lift<'_>, x: &Representation, filter: Option<&Spectrum>) -> Result<Option<Self>, StepError> {
        let Some(top) = lift.convolution else { return Ok(None) };
        let input = layout(x)?;
        let below = match lift.below.zip(filter) {
            Some((below, filter)) => {
                Some(FilteredLayer { layer: below.layer(input)?, directions: filter.vectors.clone() })
            }
            None => None,
        };
        let channels = |b: &FilteredLayer| Geometry { channels: b.directions.ncols(), ..b.layer.output() };
        let top = top.layer(below.as_ref().map_or(input, channels))?;
        Ok(Some(Self { input, below, top }))
    }

    /// The same layers in single precision.
    pub fn single(&self) -> Result<SingleChain, StepError> {
        Ok(SingleChain::new(self.below.as_ref(), &self.top)?)
    }

    /// One image.
    pub fn image(&self, points: &Points, i: usize, context: &Context<'_>) -> Result<Maps, StepError> {
        images(points, self.input, context)(i..i + 1)
    }

    /// The channels of one image that the last layer lifts.
    pub fn channels(&self, points: &Points, i: usize, context: &Context<'_>) -> Result<Maps, StepError> {
        let image = self.image(points, i, context)?;
        Ok(self.below.as_ref().map_or(Ok(image.clone()), |below| below.apply(&image))?)
    }
}

/// Sizes of the samples whose moments are taken.
pub struct LiftedSizes {
    /// Training samples or images.
    pub train: usize,
    /// Features or channels P.
    pub width: usize,
    /// Of convolved images what each costs; none for samples that are taken as they are.
    pub image: Option<ImageFlops>,
    /// Operations of both moments of all samples.
    pub moment_flops: f64,
    /// Bytes beside the moments.
    pub work_bytes: u64,
}

/// What one image costs, in operations of double precision.
#[derive(Debug, Clone, Copy)]
pub struct ImageFlops {
    /// Positions.
    pub positions: f64,
    /// All of its lifts.
    pub lift: f64,
    /// Its moment.
    pub moment: f64,
}

// What a block of images takes in single precision, patches and lift.
const SINGLE_BLOCK_BYTES: u64 = 256 << 20;

impl LiftedSizes {
    /// Reads the shapes at slots `x` and `filter`.
    ///
    /// # Errors
    /// Samples that cannot be lifted so.
    pub fn at(lift: &Lift<'_>, inputs: &Shapes) -> Result<Self, Vec<Problem>> {
        let sizes = Sizes::at(inputs, "x");
        let Some(convolution) = lift.convolution else { return as_they_are(lift, inputs) };
        let mut input = planned_layout(inputs, "x")?;
        let (mut below_flops, mut work_bytes) = (0.0, 0);
        if let Some((below, (width, keep))) = below(lift, inputs)? {
            let planned = below.plan_on(input, sizes).map_err(|problems| within("below", problems))?;
            below_flops = planned.positions(1) * (lift_flops(&planned) + 2.0 * (width * keep) as f64);
            work_bytes = planned.work_bytes();
            input = Geometry { channels: keep, ..planned.output };
        }
        let planned = convolution.plan_on(input, sizes).map_err(|problems| within("convolution", problems))?;
        let faster = lift.precision.flops();
        let image = ImageFlops {
            positions: planned.positions(1),
            lift: faster * planned.positions(1).mul_add(lift_flops(&planned), below_flops),
            moment: faster * planned.positions(1) * (planned.width as f64).powi(2),
        };
        work_bytes += match lift.precision {
            Precision::Single => SINGLE_BLOCK_BYTES.max(2 * planned.work_bytes()),
            Precision::Double => planned.work_bytes(),
        };
        let moment_flops = sizes.train as f64 * (image.lift + image.moment);
        Ok(Self { train: sizes.train, width: planned.width, image: Some(image), moment_flops, work_bytes })
    }
}

// A position's products, and what else makes its numbers.
fn lift_flops(planned: &convolution::Planned) -> f64 {
    planned.lift_flops() + LIFTED_FLOPS * planned.width as f64
}

fn as_they_are(lift: &Lift<'_>, inputs: &Shapes) -> Result<LiftedSizes, Vec<Problem>> {
    let alone = |at: &str| Problem::at(at, format!("`{at}` is for a `convolution`, and there is none"));
    let mut problems = Vec::new();
    if lift.below.is_some() || inputs.get(FILTER.name).is_some() {
        problems.push(alone("below").help("add `convolution`, or take `below` and `filter` away"));
    }
    if lift.precision == Precision::Single {
        problems.push(alone("precision").help("add `convolution`, or take `precision` away"));
    }
    Problem::refuse(problems)?;
    let Sizes { train, dim, .. } = Sizes::at(inputs, "x");
    let width = dim.unwrap_or(0);
    let is_bytes = matches!(inputs.get("x"), Some(Shape::Representation { number_bytes: 1, .. }));
    let work_bytes = if is_bytes { matrix_bytes(train, width) } else { 0 };
    let moment_flops = 2.0 * train as f64 * (width as f64).powi(2);
    Ok(LiftedSizes { train, width, image: None, moment_flops, work_bytes })
}

// The convolution below, with the sizes of its filter.
#[expect(clippy::type_complexity, reason = "read once, right above")]
fn below<'a>(
    lift: &Lift<'a>,
    inputs: &Shapes,
) -> Result<Option<(&'a convolution::Params, (usize, usize))>, Vec<Problem>> {
    match (lift.below, inputs.get(FILTER.name)) {
        (None, None) => Ok(None),
        (Some(below), Some(Shape::Spectrum { dim, rank })) if dim == below.width => Ok(Some((below, (dim, rank)))),
        (Some(below), Some(Shape::Spectrum { dim, .. })) => {
            let message = format!("the convolution has {} channels, the directions at `filter` {dim}", below.width);
            Err(vec![Problem::at("below.width", message).help("give the parameters of the filter's own convolution")])
        }
        (Some(_), _) => {
            let problem = Problem::at("below", "there is a convolution below, and no filter behind it");
            Err(vec![problem.help("wire the filter's spectrum to `filter`")])
        }
        (None, Some(_)) => {
            let problem = Problem::at(FILTER.name, "a filter, and `below` does not say what convolution is before it");
            Err(vec![problem.help("give the parameters of its convolution as `below`")])
        }
    }
}

// A fault of a convolution's own parameters lies below its name.
fn within(name: &str, problems: Vec<Problem>) -> Vec<Problem> {
    let nested = |mut problem: Problem| {
        problem.at = problem.at.map(|at| if at == "x" { at } else { format!("{name}.{at}") });
        problem
    };
    problems.into_iter().map(nested).collect()
}
