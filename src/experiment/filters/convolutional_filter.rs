//! The LoFi filter of a convolutional layer.

use crate::artifact::Points;
use crate::experiment::layers::convolution;
use crate::experiment::layers::pooling::MAPS;
use crate::experiment::layers::weights::Weights;
use crate::experiment::values::{eigen_flops, images, layout, matrix_bytes};
use crate::math::activation::Activation;
use crate::math::emergence::single_moments::image_moments_single;
use crate::math::image::convolution::ConvolutionalLayer;
use crate::math::image::maps::{Geometry, Maps};
use crate::math::image::patch::leading_directions;
use crate::math::image::single::SingleChain;
use crate::math::linalg::{Eigen, Matrix, leading_columns};
use crate::math::precision::Precision;
use crate::step::prelude::*;

/// `convolutional-filter`
pub struct ConvolutionalFilter;

/// Parameters of `convolutional-filter`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Width P: number of channels of the lift.
    #[schemars(range(min = 1, max = 100_000))]
    pub width: usize,
    /// Rows and columns of the window.
    #[schemars(range(min = 1, max = 1000))]
    pub window: usize,
    /// Rows and columns of zeros on every side.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1000))]
    pub padding: usize,
    /// The nonlinearity σ.
    #[serde(default)]
    pub activation: Activation,
    /// Rank k: number of channels to keep.
    #[schemars(range(min = 1))]
    pub keep: usize,
    /// Eigenpairs that `spectrum` holds, at least `keep`, by default as many. `width` of them show the whole spectrum.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub pairs: Option<usize>,
    /// Index of the layer: layers of one network draw from different streams.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1000))]
    pub layer: u64,
    /// Seed of the weights.
    pub seed: u64,
    /// Weight the moment by the labels; `false` gives the plain second moment, which knows no labels.
    #[serde(default = "defaults::yes")]
    pub signed: bool,
    /// How many digits lifts and their moment have; sums over images are in double precision either way.
    #[serde(default)]
    pub precision: Precision,
    /// Where the weights come from.
    #[serde(default)]
    pub weights: Weights,
    /// Only for `reference` weights, whose layers share one generator: for each earlier layer how many weights it drew.
    #[serde(default)]
    #[schemars(inner(range(min = 1)))]
    pub drawn_before: Vec<usize>,
}

// What a block of images takes in single precision, patches and lift.
const SINGLE_BLOCK_BYTES: u64 = 256 << 20;

impl Params {
    fn lift(&self) -> convolution::Params {
        let Self { width, window, padding, activation, layer, seed, weights, .. } = *self;
        let drawn_before = self.drawn_before.clone();
        convolution::Params { width, window, padding, activation, layer, seed, weights, drawn_before }
    }

    fn pairs(&self) -> usize {
        self.pairs.unwrap_or(self.keep)
    }

    fn impossible(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.keep > self.width {
            let message = format!("cannot keep {} channels of {}", self.keep, self.width);
            problems.push(Problem::at("keep", message).help("lower `keep` or raise `width`"));
        }
        if !(self.keep..=self.width.max(self.keep)).contains(&self.pairs()) {
            let message = format!("{} eigenpairs of {} channels, {} of them kept", self.pairs(), self.width, self.keep);
            problems.push(Problem::at("pairs", message).help("take `keep` to `width`"));
        }
        problems
    }
}

impl Kind for ConvolutionalFilter {
    type Params = Params;
    const NAME: &'static str = "convolutional-filter";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Lifts images by a frozen random convolution and keeps the channel directions that the labels \
                  correlate with.",
        details: "z = σ(conv(h, W)) as in `convolution`; h'_s = Vᵀz_s at every position s, V the k eigenvectors of \
                  largest |λ| of C = 1/(n S) Σ_i y_i Σ_s z_is z_isᵀ, uncentred, with canonical signs. The lift is \
                  streamed over blocks of images, once for C and once for the projection, so that it is never in \
                  memory as a whole. A window as large as the map, without padding, is a fully connected layer.",
        cites: &["neural-lofi"],
        inputs: &[MAPS],
        outputs: &[
            Port::new("features", ValueType::Representation).doc("Feature maps of k channels."),
            Port::new("spectrum", ValueType::Spectrum)
                .doc("Eigenvalues by descending magnitude with their directions (P numbers each)."),
        ],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        Problem::refuse(params.impossible())?;
        let planned = params.lift().plan(inputs)?;
        let (sizes, width) = (planned.sizes, params.width);
        let maps = Geometry { channels: params.keep, ..planned.output };
        let all = planned.positions(sizes.samples());
        let train = planned.positions(sizes.train);
        let moment = train * (planned.lift_flops() + (width as f64).powi(2));
        let projection = all * (planned.lift_flops() + 2.0 * width as f64 * params.keep as f64);
        let block = if params.precision == Precision::Single { SINGLE_BLOCK_BYTES } else { planned.work_bytes() };
        Ok(Plan {
            outputs: vec![sizes.maps(maps), Shape::Spectrum { dim: width, rank: params.pairs() }],
            work_bytes: block.max(planned.work_bytes()) + 5 * matrix_bytes(width, width),
            flops: params.precision.flops() * (moment + projection) + eigen_flops(width),
        })
    }

    fn weights(&self, params: &Params) -> Option<WeightStream> {
        Kind::weights(&convolution::Convolution, &params.lift())
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        let layer = params.lift().layer(layout(x)?)?;
        filtered(params, &layer, (x, context))
    }
}

fn filtered(
    params: &Params,
    layer: &ConvolutionalLayer,
    (x, context): (&Representation, &Context<'_>),
) -> Result<Outputs, StepError> {
    let labels = if params.signed { x.labels.train.clone() } else { vec![1.0; x.samples.train.rows()] };
    let (top, maps) = match params.precision {
        Precision::Double => in_double(params, layer, (x, &labels), context)?,
        Precision::Single => in_single(params, layer, (x, &labels), context)?,
    };
    let shape = Geometry { channels: params.keep, ..layer.output() };
    let weight = if params.signed { "y_i " } else { "" };
    let spectrum = Spectrum {
        values: top.values,
        vectors: top.vectors,
        operator: format!("1/(n S) Σ_i {weight}Σ_s z_is z_isᵀ"),
        origin: x.origin.clone(),
    };
    let features = x.with_maps(shape, maps);
    Ok(vec![Value::Representation(features), Value::Spectrum(spectrum)])
}

// The directions, and the maps of the three splits.
type Filtered = (Eigen, [Matrix; 3]);

fn in_double(
    params: &Params,
    layer: &ConvolutionalLayer,
    (x, labels): (&Representation, &[f64]),
    context: &Context<'_>,
) -> Result<Filtered, StepError> {
    let (input, samples) = (layout(x)?, &x.samples);
    let moment = layer.moment(labels, images(&samples.train, input, context))?;
    let top = leading_directions(&moment, params.pairs())?;
    let directions = leading_columns(&top.vectors, params.keep);
    let project = |points: &Points| layer.project(points.rows(), &directions, images(points, input, context));
    let maps = [project(&samples.train)?, project(&samples.validation)?, project(&samples.test)?];
    Ok((top, maps.map(Maps::flatten)))
}

fn in_single(
    params: &Params,
    layer: &ConvolutionalLayer,
    (x, labels): (&Representation, &[f64]),
    context: &Context<'_>,
) -> Result<Filtered, StepError> {
    let (input, samples) = (layout(x)?, &x.samples);
    let mut chain = SingleChain::new(None, layer)?;
    let image = images(&samples.train, input, context);
    let moments = image_moments_single(&mut chain, labels, |i| image(i..i + 1))?;
    let top = leading_directions(&moments.signed, params.pairs())?;
    let directions = leading_columns(&top.vectors, params.keep);
    let mut project = |points: &Points| chain.project(points.rows(), &directions, images(points, input, context));
    let maps = [project(&samples.train)?, project(&samples.validation)?, project(&samples.test)?];
    Ok((top, maps.map(Maps::flatten)))
}

#[cfg(test)]
#[path = "convolutional_filter_tests.rs"]
mod tests;
