//! `sample-importance`: which pixels of single images the features respond to.

use super::low_pass::LowPass;
use crate::artifact::{Picture, PictureScale};
use crate::experiment::layers::fitted_stack::{
    FittedStack, IMAGES, INPUT, LAYERS, Level, Lifts, Planned, grey, no_slope,
};
use crate::math::fourier::Smoother;
use crate::math::image::region::{Average, average_map, channel_mean, sample_map, smoothed_magnitude};
use crate::math::lofi::jacobian::importance;
use crate::math::random::Stream;
use crate::math::size::times;
use crate::step::prelude::*;

/// `sample-importance`
pub struct SampleImportance;

/// Parameters of `sample-importance`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The lifts of the network.
    pub lifts: Lifts,
    /// Features of each layer that count, the leading ones.
    #[serde(default = "defaults::whole::<20>")]
    #[schemars(range(min = 1, max = 1000))]
    pub features: usize,
    /// Training images shown of each class.
    #[serde(default = "defaults::whole::<3>")]
    #[schemars(range(min = 1, max = 1000))]
    pub each_class: usize,
    /// The low-pass that a layer's maps are smoothed with.
    #[serde(default = "strong")]
    pub low_pass: LowPass,
    /// Seed of the choice of images.
    pub seed: u64,
}

const fn strong() -> LowPass {
    LowPass { f0: 0.15, alpha: 3.0 }
}

impl Kind for SampleImportance {
    type Params = Params;
    const NAME: &'static str = "sample-importance";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Maps which pixels of single training images the features of each layer respond to.",
        details: "The mean over features of |∇_x v_kᵀz_ℓ(x)| at one image x, smoothed by the low-pass and taken in \
                  magnitude; for the input √((1/K) Σ |λ_k| (v_k ∘ x)²), not smoothed. Images of either class are \
                  drawn at random and stand beside their maps.",
        cites: &["neural-lofi"],
        inputs: &[IMAGES, LAYERS, INPUT],
        outputs: &[Port::new("pictures", ValueType::Pictures)
            .doc("A row for each image: the image, then a map for each layer.")],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let planned = Planned::read(params.features, inputs)?;
        let mut problems = [no_slope(&params.lifts), params.low_pass.problems("low_pass")].concat();
        if 2 * params.each_class > planned.samples {
            let message = format!("{} of each class, of {} training images", params.each_class, planned.samples);
            problems.push(Problem::at("each_class", message).help("ask for fewer"));
        }
        Problem::refuse(problems)?;
        let images = 2 * params.each_class;
        let each = planned.geometry.dim() + times(planned.features.len(), grey(planned.geometry).dim());
        let numbers = times(images, each);
        let passes = images as f64 * planned.layer_features().iter().map(|&k| k as f64).sum::<f64>();
        Ok(Plan {
            outputs: vec![Shape::Pictures { numbers }],
            work_bytes: planned.work_bytes(),
            flops: (planned.samples as f64 + 2.0 * passes) * planned.pass_flops(params.lifts.precision),
        })
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let labels = &inputs.one::<Representation>(IMAGES.name)?.labels.train;
        let chosen = chosen(params, labels)?;
        let network = FittedStack::read((&params.lifts, params.features), inputs, context)?;
        let mut pictures = Vec::new();
        for sample in chosen {
            let row = format!("{}, image {}", if labels[sample] > 0.0 { "+1" } else { "−1" }, sample + 1);
            let image = image(&network, sample)?;
            let colours = (PictureScale::Brightness, network.geometry, image.clone());
            pictures.push(picture(&row, "image", colours));
            for level in &network.levels {
                let map = map(params, &network, (level, sample, &image))?;
                let map = channel_mean(&map, network.geometry)?;
                pictures.push(picture(&row, &level.name(), (PictureScale::Magnitude, grey(network.geometry), map)));
            }
        }
        Ok(vec![Value::Pictures(Pictures { pictures, origin: network.origin.clone() })])
    }
}

/// The first images of either class in a random order: those of +1, then those of −1.
fn chosen(params: &Params, labels: &[f64]) -> Result<Vec<usize>, StepError> {
    let order = Stream::new(params.seed, "sample-importance", 0).permutation(labels.len());
    let mut chosen = Vec::new();
    for sign in [1.0, -1.0] {
        let own: Vec<usize> =
            order.iter().copied().filter(|&i| labels[i] * sign > 0.0).take(params.each_class).collect();
        if own.len() < params.each_class {
            let reason = format!("only {} training images have the label {sign:+}; ask for fewer of each", own.len());
            return Err(StepError::Input { slot: IMAGES.name.to_owned(), reason });
        }
        chosen.extend(own);
    }
    Ok(chosen)
}

fn image(network: &FittedStack<'_>, sample: usize) -> Result<Vec<f64>, StepError> {
    network.with_images(sample..sample + 1, |source| Ok((source.rows)(0..1)?.as_slice().to_vec()))
}

fn map(
    params: &Params,
    network: &FittedStack<'_>,
    (level, sample, image): (&Level, usize, &[f64]),
) -> Result<Vec<f64>, StepError> {
    if level.number == 0 {
        return Ok(sample_map(&level.directions, &level.values, image)?);
    }
    let maps = network.with_images(sample..sample + 1, |source| {
        importance(&network.stack, level.number - 1, &level.directions, source)
    })?;
    let shape = network.geometry;
    let smoother = Smoother::new(params.low_pass.mask()?, shape.height, shape.width);
    Ok(smoothed_magnitude(&average_map(&maps, &level.values, Average::Plain)?, shape, &smoother)?)
}

fn picture(
    row: &str,
    column: &str,
    (scale, geometry, values): (PictureScale, crate::artifact::Geometry, Vec<f64>),
) -> Picture {
    Picture { row: row.to_owned(), column: column.to_owned(), note: String::new(), scale, geometry, values }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::InputImportance;
    use crate::experiment::testing::{Check, network, pixels};
    use serde_json::json;

    fn made(each_class: usize) -> Vec<Picture> {
        let params = json!({"lifts": {"activation": "tanh", "seed": 3}, "each_class": each_class, "seed": 1,
            "low_pass": {"f0": 0.3, "alpha": 0.0}});
        match Check::of(&SampleImportance).run(&params, network(&pixels(14, 0, 2), "tanh", 3)).remove(0) {
            Value::Pictures(pictures) => pictures.pictures,
            _ => panic!("pictures"),
        }
    }

    #[test]
    fn images_of_both_classes_stand_beside_their_maps() {
        let pictures = made(2);
        assert_eq!(pictures.len(), 12);
        let signs: Vec<bool> = pictures.iter().step_by(3).map(|p| p.row.starts_with("+1")).collect();
        assert_eq!(signs, [true, true, false, false]);
        assert_eq!(pictures[1].column, "layer 1");
        let images = pixels(14, 0, 2).samples.train.to_matrix();
        let number: usize = pictures[0].row.rsplit(' ').next().unwrap().parse().unwrap();
        assert!((0..12).all(|j| pictures[0].values[j] == images[(number - 1, j)]));
    }

    // Over all images the maps average to the plain importance.
    #[test]
    fn maps_of_single_images_add_up_to_the_importance() {
        let all = network(&pixels(14, 0, 2), "tanh", 3);
        let Value::Representation(x) = &all[0].1 else { panic!("images") };
        let positive = x.labels.train.iter().filter(|&&y| y > 0.0).count();
        assert_ne!(2 * positive, 14, "the classes differ in size, so that this test has to weigh them");
        let params = json!({"lifts": {"activation": "tanh", "seed": 3}, "average": "plain",
            "low_pass": {"f0": 0.3, "alpha": 0.0}});
        let Value::Pictures(mean) = Check::of(&InputImportance).run(&params, all).remove(0) else { panic!("pictures") };
        // every image appears once over many draws; a map depends on the image alone
        let mut seen = std::collections::BTreeMap::new();
        for seed in 0..40 {
            let params = json!({"lifts": {"activation": "tanh", "seed": 3}, "each_class": 2, "seed": seed,
                "low_pass": {"f0": 0.3, "alpha": 0.0}});
            let made = Check::of(&SampleImportance).run(&params, network(&pixels(14, 0, 2), "tanh", 3)).remove(0);
            let Value::Pictures(made) = made else { panic!("pictures") };
            seen.extend(made.pictures.into_iter().filter(|p| p.column == "layer 2").map(|p| (p.row, p.values)));
        }
        assert_eq!(seen.len(), 14);
        for at in 0..6 {
            let sum: f64 = seen.values().map(|values| values[at]).sum();
            assert!((sum / 14.0 - mean.pictures[1].values[at]).abs() < 1e-14);
        }
    }
}
