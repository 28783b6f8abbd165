//! What the kinds that look into a network share: the fitted layers, put together again from their filters.

use crate::artifact::{Geometry, Origin, Picture, PictureScale, Points};
use crate::experiment::values::{Sizes, matrix_bytes};
use crate::math::activation::Activation;
use crate::math::linalg::{Matrix, leading_columns, product, row_square_norms};
use crate::math::lofi::feature_stack::{FeatureStack, Projected, RowSource, Unfitted};
use crate::math::lofi::random_features::draw_weights;
use crate::math::lofi::slope::slope;
use crate::math::precision::Precision;
use crate::math::size::times;
use crate::step::prelude::*;
use std::ops::Range;

/// The lifts of a network, from which its weights are drawn again.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lifts {
    /// The nonlinearity σ of every `random-features` step.
    #[serde(default)]
    pub activation: Activation,
    /// The seed of every `random-features` step; their `layer` is 0, 1, … in order.
    pub seed: u64,
    /// How many digits products with the weights have.
    #[serde(default)]
    pub precision: Precision,
}

/// Slot of the images.
pub const IMAGES: Slot = Slot::one("x", &[ValueType::Representation])
    .doc("The images that the network was fitted on: the input of its first lift.");

/// Slot of the filters.
pub const LAYERS: Slot = Slot::many("layers", &[ValueType::Spectrum])
    .doc("The spectra of the network's filters, first layer first. Each stands behind a `random-features` lift.");

/// Slot of the eigenvectors of the pixels.
pub const INPUT: Slot = Slot::optional("input", &[ValueType::Spectrum])
    .doc("The spectrum of a filter on the images themselves, for a column of the input layer.");

/// One column of a grid of pictures: the input or a layer, with the features that are looked at.
pub struct Level {
    /// 0 for the input, 1 for the first layer.
    pub number: usize,
    /// The leading eigenvalues.
    pub values: Vec<f64>,
    /// Their directions, P × K.
    pub directions: Matrix,
    /// The projections of the training images, n × K.
    pub projections: Matrix,
    /// The norms of the representations of the training images.
    pub norms: Vec<f64>,
}

impl Level {
    /// "input", "layer 1", …
    pub fn name(&self) -> String {
        if self.number == 0 { "input".to_owned() } else { format!("layer {}", self.number) }
    }

    /// A picture of a feature, counted from 0, in this column.
    pub fn picture(&self, feature: usize, (scale, geometry): (PictureScale, Geometry), values: Vec<f64>) -> Picture {
        Picture {
            row: feature_name(feature),
            column: self.name(),
            note: self.values.get(feature).map_or_else(String::new, |&value| note(value)),
            scale,
            geometry,
            values,
        }
    }
}

/// "feature 1" for the one counted as 0.
pub fn feature_name(feature: usize) -> String {
    format!("feature {}", feature + 1)
}

/// "λ = −0.031": two significant digits.
pub fn note(eigenvalue: f64) -> String {
    const PLAIN: std::ops::RangeInclusive<f64> = 1e-4..=1e5;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most six")]
    let decimals = (1.0 - eigenvalue.abs().log10().floor()).max(0.0) as usize;
    let digits = if eigenvalue == 0.0 {
        "0".to_owned()
    } else if PLAIN.contains(&eigenvalue.abs()) {
        format!("{eigenvalue:.decimals$}")
    } else {
        format!("{eigenvalue:.1e}")
    };
    format!("λ = {}", digits.replace('-', "−"))
}

/// The same layout with one channel.
pub const fn grey(geometry: Geometry) -> Geometry {
    Geometry { channels: 1, ..geometry }
}

/// A network that was fitted by the steps of a study.
pub struct FittedStack<'a> {
    /// Layout of the images.
    pub geometry: Geometry,
    /// Where they come from.
    pub origin: &'a Origin,
    /// The layers.
    pub stack: FeatureStack,
    /// The input, where its eigenvectors are wired, then every layer; with the leading features of each.
    pub levels: Vec<Level>,
    images: &'a Points,
    context: &'a Context<'a>,
}

impl<'a> FittedStack<'a> {
    /// Puts the network together: weights from their streams, scales from the training images, directions from the
    /// spectra. It is then checked that the first eigenvalue of every layer is the moment of the training images along
    /// its direction, which a wrong seed, activation or order of the layers would break.
    pub fn read(
        (lifts, features): (&Lifts, usize),
        inputs: &'a Inputs,
        context: &'a Context<'a>,
    ) -> Result<Self, StepError> {
        let x = inputs.one::<Representation>(IMAGES.name)?;
        let geometry = x.geometry.ok_or_else(|| StepError::Bug("samples without a layout".into()))?;
        let images = &x.samples.train;
        let rows = |r: Range<usize>| block(images, context, r);
        let source = RowSource { count: images.rows(), rows: &rows };
        let spectra = inputs.all::<Spectrum>(LAYERS.name)?;
        let (stack, projected) = FeatureStack::fit(source, unfitted(lifts, &spectra, images.dim()))?;
        let mut levels = Vec::new();
        if let Some(spectrum) = inputs.all::<Spectrum>(INPUT.name)?.first() {
            let projected = project(source, spectrum)?;
            levels.push(level(0, (spectrum, projected), (x, INPUT.name), features)?);
        }
        for (i, (spectrum, projected)) in spectra.into_iter().zip(projected).enumerate() {
            levels.push(level(i + 1, (spectrum, projected), (x, LAYERS.name), features)?);
        }
        Ok(Self { geometry, origin: &x.origin, stack, levels, images, context })
    }

    /// The training images from `range`, a bounded number at once.
    pub fn with_images<T>(
        &self,
        range: Range<usize>,
        f: impl FnOnce(RowSource<'_, StepError>) -> Result<T, StepError>,
    ) -> Result<T, StepError> {
        let rows = |r: Range<usize>| block(self.images, self.context, range.start + r.start..range.start + r.end);
        f(RowSource { count: range.len(), rows: &rows })
    }

    /// Number of training images.
    pub fn samples(&self) -> usize {
        self.images.rows()
    }
}

fn block(images: &Points, context: &Context<'_>, rows: Range<usize>) -> Result<Matrix, StepError> {
    context.check()?;
    Ok(images.block(rows.start, rows.end))
}

fn unfitted(lifts: &Lifts, spectra: &[&Spectrum], mut input: usize) -> Vec<Unfitted> {
    let mut layers = Vec::new();
    for (layer, spectrum) in (0..).zip(spectra) {
        let weights = draw_weights(lifts.seed, layer, input, spectrum.vectors.nrows());
        let (activation, single) = (lifts.activation, lifts.precision == Precision::Single);
        layers.push(Unfitted { weights, activation, directions: spectrum.vectors.clone(), single });
        input = spectrum.vectors.ncols();
    }
    layers
}

fn project(source: RowSource<'_, StepError>, spectrum: &Spectrum) -> Result<Projected, StepError> {
    let mut projections = Matrix::zeros(source.count, spectrum.values.len());
    let mut norms = Vec::with_capacity(source.count);
    for range in crate::math::image::maps::bounded_blocks(source.count, spectrum.vectors.nrows()) {
        let rows = (source.rows)(range.clone())?;
        projections.rows_mut(range.start, range.len()).copy_from(&product(&rows, &spectrum.vectors));
        norms.extend(row_square_norms(&rows).into_iter().map(f64::sqrt));
    }
    Ok(Projected { projections, norms })
}

fn level(
    number: usize,
    (spectrum, projected): (&Spectrum, Projected),
    (x, slot): (&Representation, &str),
    features: usize,
) -> Result<Level, StepError> {
    let keep = features.min(spectrum.values.len());
    let along: Vec<f64> = projected.projections.column(0).iter().copied().collect();
    check_moment(number.max(1), spectrum, (&along, &x.labels.train)).map_err(|reason| {
        let reason = format!("{reason}; check `lifts.seed`, `lifts.activation` and the order of the layers");
        StepError::Input { slot: slot.to_owned(), reason }
    })?;
    Ok(Level {
        number,
        values: spectrum.values[..keep].to_vec(),
        directions: leading_columns(&spectrum.vectors, keep),
        projections: leading_columns(&projected.projections, keep),
        norms: projected.norms,
    })
}

/// Whether the samples have the moment along a filter's first direction that its eigenvalue says, labels counted or not.
///
/// # Errors
/// What is wrong, where they do not.
pub fn check_moment(number: usize, spectrum: &Spectrum, (along, labels): (&[f64], &[f64])) -> Result<(), String> {
    let n = along.len() as f64;
    let signed = along.iter().zip(labels).map(|(p, y)| y * p * p).sum::<f64>() / n;
    let unsigned = along.iter().map(|p| p * p).sum::<f64>() / n;
    let value = spectrum.values[0];
    // far above rounding, in single precision too, far below what another draw of the weights changes
    let same = |moment: f64| (moment - value).abs() <= 2e-5 * value.abs();
    if same(signed) || same(unsigned) {
        return Ok(());
    }
    Err(format!(
        "filter {number} has the eigenvalue {value:.6e}, and these samples have the moment {signed:.6e} along its \
         direction: it was not fitted on them behind such lifts, or an earlier filter has `first_moment` or more `pairs` \
         than it keeps"
    ))
}

// Time of a number's activation, slope and scalings, in operations.
const PASSED_FLOPS: f64 = 150.0;

/// Sizes of a network before it exists.
pub struct Planned {
    pub geometry: Geometry,
    pub samples: usize,
    /// Features looked at in each column, the input's first where it is wired.
    pub features: Vec<usize>,
    /// P and K of each layer.
    pub layers: Vec<(usize, usize)>,
    /// Whether the first column is the input's.
    pub with_input: bool,
}

impl Planned {
    /// Reads the shapes, or says what does not fit.
    pub fn read(features: usize, shapes: &Shapes) -> Result<Self, Vec<Problem>> {
        let samples = Sizes::at(shapes, IMAGES.name).train;
        let Some(geometry) = geometry(shapes, IMAGES.name) else { return Err(vec![no_images()]) };
        let layers = spectra_at(shapes, LAYERS.name);
        let input = spectra_at(shapes, INPUT.name);
        let mut problems = Vec::new();
        for &(dim, _) in input.iter().filter(|(dim, _)| *dim != geometry.dim()) {
            let message = format!("its eigenvectors have {dim} entries and an image has {}", geometry.dim());
            problems.push(Problem::at(INPUT.name, message).help("wire the spectrum of a filter on the images"));
        }
        Problem::refuse(problems)?;
        let features = input.iter().chain(&layers).map(|&(_, rank)| rank.min(features)).collect();
        Ok(Self { geometry, samples, features, layers, with_input: !input.is_empty() })
    }

    /// Features looked at in the layers, the input left out.
    pub fn layer_features(&self) -> &[usize] {
        &self.features[usize::from(self.with_input)..]
    }

    /// Operations of one pass of one image through all layers, products with the weights in a precision.
    pub fn pass_flops(&self, precision: Precision) -> f64 {
        let mut dim = self.geometry.dim();
        let mut flops = 0.0;
        for &(width, rank) in &self.layers {
            flops += width as f64 * (precision.flops() * 2.0 * dim as f64 + 2.0 * rank as f64 + PASSED_FLOPS);
            dim = rank;
        }
        flops
    }

    /// Memory of so many inputs for each feature of a layer that pass through all layers and back, with Adam's means.
    pub fn passing_bytes(&self, for_each: usize) -> u64 {
        let inputs = times(for_each, self.features.iter().copied().max().unwrap_or(0));
        let widths: usize = self.layers.iter().map(|&(width, _)| width).sum();
        matrix_bytes(inputs, 2 * widths + 6 * self.geometry.dim())
    }

    /// Memory of weights, directions and projections, and of the blocks that pass through.
    pub fn work_bytes(&self) -> u64 {
        const BLOCKS: u64 = 5 << 25;
        let mut dim = self.geometry.dim();
        let mut bytes = BLOCKS;
        for &(width, rank) in &self.layers {
            // weights once more in single precision, and the rows of a block
            bytes += matrix_bytes(width, dim + dim / 2 + rank + 3 * 128) + matrix_bytes(self.samples, rank);
            dim = rank;
        }
        bytes
    }
}

/// The layout at a slot, where there is one.
pub fn geometry(shapes: &Shapes, slot: &str) -> Option<Geometry> {
    if let Some(Shape::Representation { geometry, .. }) = shapes.get(slot) { geometry } else { None }
}

/// Side and rank of the spectra at a slot.
pub fn spectra_at(shapes: &Shapes, slot: &str) -> Vec<(usize, usize)> {
    let sizes = |shape: &Shape| if let Shape::Spectrum { dim, rank } = *shape { Some((dim, rank)) } else { None };
    shapes.all(slot).iter().filter_map(sizes).collect()
}

/// The fault of samples that are no images.
pub fn no_images() -> Problem {
    Problem::at(IMAGES.name, "these samples are no images: they have no rows, columns and channels")
        .help("wire the data set, or features that keep their layout")
}

/// The fault of an activation without a gradient, if it has none.
pub fn no_slope(lifts: &Lifts) -> Vec<Problem> {
    let activation = lifts.activation;
    if slope(activation).is_some() {
        return Vec::new();
    }
    let message = format!("{} has no gradient to follow", activation.name());
    vec![Problem::at("lifts.activation", message).help("fit the network with another activation, such as relu")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_short() {
        let notes = [-0.03149, 0.000_215_1, -120.931, 78.357, 0.0].map(note);
        assert_eq!(notes, ["λ = −0.031", "λ = 0.00022", "λ = −121", "λ = 78", "λ = 0"]);
        assert_eq!(note(0.00002), "λ = 2.0e−5");
    }
}
