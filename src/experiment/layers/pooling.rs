//! Pooling of feature maps.

use crate::artifact::Points;
use crate::experiment::values::{MOVED_FLOPS, Sizes, images, layout, matrix_bytes, planned_layout};
use crate::math::image::maps::{Geometry, Maps};
use crate::math::image::pooling;
use crate::math::linalg::Matrix;
use crate::math::lofi::random_features::{Blocks, lift_blocks};
use crate::step::prelude::*;

/// `pooling`
pub struct Pooling;

/// What a window gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PoolingName {
    /// Its largest value.
    Max,
    /// Its mean.
    Average,
}

/// Parameters of `pooling`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What a window gives.
    pub pooling: PoolingName,
    /// Rows and columns of a window; windows lie side by side, a remainder at the right and bottom is dropped.
    #[schemars(range(min = 1, max = 1000))]
    pub size: usize,
}

impl Params {
    const fn output(&self, from: Geometry) -> Geometry {
        Geometry { height: from.height / self.size, width: from.width / self.size, ..from }
    }
}

/// The slot of a kind that takes maps.
pub const MAPS: Slot = Slot::one("x", &[ValueType::Representation]).doc("Images or feature maps.");

impl Kind for Pooling {
    type Params = Params;
    const NAME: &'static str = "pooling";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Pools windows of feature maps, each channel alone.",
        details: "The largest value or the mean of windows of size × size, stride = size, no padding.",
        cites: &["neural-lofi"],
        inputs: &[MAPS],
        outputs: &[Port::new("features", ValueType::Representation)
            .doc("The same channels with ⌊H/size⌋ × ⌊W/size⌋ positions.")],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let from = planned_layout(inputs, "x")?;
        if params.size > from.height.min(from.width) {
            let message = format!("windows of {0} x {0} on maps of {1} x {2}", params.size, from.height, from.width);
            return Err(vec![Problem::at("size", message).help("lower `size`, or pool an earlier layer less")]);
        }
        Ok(planned(Sizes::at(inputs, "x"), from, params.output(from)))
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let how = match params.pooling {
            PoolingName::Max => pooling::Pooling::Max,
            PoolingName::Average => pooling::Pooling::Average,
        };
        let x = inputs.one::<Representation>("x")?;
        let to = params.output(layout(x)?);
        let pooled = each_split((x, to), context, |maps| Ok(how.apply(&maps, params.size)?.flatten()))?;
        Ok(vec![Value::Representation(pooled)])
    }
}

/// A layer that costs little more than reading its input, a block at a time.
pub fn planned(sizes: Sizes, from: Geometry, to: Geometry) -> Plan {
    Plan {
        outputs: vec![sizes.maps(to)],
        work_bytes: matrix_bytes(images_at_once(from), from.dim() + to.dim()),
        flops: MOVED_FLOPS * sizes.samples() as f64 * from.dim() as f64,
    }
}

/// So many images that a block of them is 32 MiB, at least one.
const fn images_at_once(shape: Geometry) -> usize {
    let dim = shape.dim();
    if dim == 0 || dim > 1 << 22 { 1 } else { (1 << 22) / dim }
}

/// Applies a layer to the maps of every split, some images at a time.
pub fn each_split(
    (x, to): (&Representation, Geometry),
    context: &Context<'_>,
    layer: impl Fn(Maps) -> Result<Matrix, StepError>,
) -> Result<Representation, StepError> {
    let from = layout(x)?;
    let of = |points: &Points| {
        let block = images(points, from, context);
        let blocks = Blocks { rows: points.rows(), at_once: images_at_once(from) };
        lift_blocks(blocks, to.dim(), |range| layer(block(range)?))
    };
    let maps = [of(&x.samples.train)?, of(&x.samples.validation)?, of(&x.samples.test)?];
    Ok(x.with_maps(to, maps))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::{Check, pixels, representation};
    use serde_json::json;

    #[test]
    fn windows_by_hand_without_the_remainder() {
        // two channels of 2 x 3: the last column is dropped
        let images = pixels(2, 1, 0);
        let x = images.samples.train.to_matrix();
        for (name, expected) in [
            ("max", x[(1, 6)].max(x[(1, 7)]).max(x[(1, 9)]).max(x[(1, 10)])),
            ("average", (x[(1, 6)] + x[(1, 7)] + x[(1, 9)] + x[(1, 10)]) / 4.0),
        ] {
            let params = json!({"pooling": name, "size": 2});
            let outputs = Check::of(&Pooling).run(&params, vec![("x", Value::Representation(images.clone()))]);
            let [Value::Representation(pooled)] = &outputs[..] else { panic!("a representation") };
            assert_eq!(pooled.geometry, Some(Geometry { channels: 2, height: 1, width: 1 }));
            assert!((pooled.samples.train.to_matrix()[(1, 1)] - expected).abs() < 1e-15);
        }
    }

    #[test]
    fn large_windows_and_plain_vectors_are_refused() {
        let params = json!({"pooling": "max", "size": 3});
        let refuse = |x| Check::of(&Pooling).refuse(&params, vec![("x", Value::Representation(x))])[0].at.clone();
        assert_eq!(refuse(pixels(2, 0, 0)).as_deref(), Some("size"));
        assert_eq!(refuse(representation(&pixels(2, 0, 0))).as_deref(), Some("x"));
    }
}
