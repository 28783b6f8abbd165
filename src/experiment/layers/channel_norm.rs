//! Normalisation of feature maps.

use super::pooling::{MAPS, each_split, planned};
use crate::experiment::values::{Sizes, layout, planned_layout};
use crate::math::image::pooling::normalize_channels;
use crate::step::prelude::*;

/// `channel-norm`
pub struct ChannelNorm;

/// `channel-norm` has no parameters.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

impl Kind for ChannelNorm {
    type Params = Params;
    const NAME: &'static str = "channel-norm";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Divides each position of feature maps by its Euclidean norm over channels.",
        details: "h/√(Σ_c h_c² + 1e-8): the normalisation of convolutional layers, whose lifts have no scale of their own. \
                  A position that is zero stays zero.",
        cites: &["neural-lofi"],
        inputs: &[MAPS],
        outputs: &[Port::new("features", ValueType::Representation).doc("Maps of the same layout.")],
    };

    fn plan(&self, _: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let shape = planned_layout(inputs, "x")?;
        Ok(planned(Sizes::at(inputs, "x"), shape, shape))
    }

    fn run(&self, _: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        let normalised = each_split((x, layout(x)?), context, |mut maps| {
            normalize_channels(&mut maps);
            Ok(maps.flatten())
        })?;
        Ok(vec![Value::Representation(normalised)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::{Check, pixels};
    use serde_json::json;

    #[test]
    fn positions_have_unit_norm_and_keep_their_direction() {
        let images = pixels(5, 2, 0);
        let outputs = Check::of(&ChannelNorm).run(&json!({}), vec![("x", Value::Representation(images.clone()))]);
        let [Value::Representation(found)] = &outputs[..] else { panic!("a representation") };
        let (x, h) = (images.samples.validation.to_matrix(), found.samples.validation.to_matrix());
        for (i, s) in [(0, 0), (1, 5), (0, 3)] {
            let norm = (x[(i, s)].powi(2) + x[(i, 6 + s)].powi(2) + 1e-8).sqrt();
            assert!((h[(i, s)] - x[(i, s)] / norm).abs() < 1e-14);
            assert!((h[(i, 6 + s)] - x[(i, 6 + s)] / norm).abs() < 1e-14);
        }
    }
}
