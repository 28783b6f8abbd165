//! `feature-maximiser`: the image that drives a feature hardest.

use super::low_pass::LowPass;
use crate::artifact::PictureScale;
use crate::experiment::layers::fitted_stack::{FittedStack, IMAGES, LAYERS, Level, Lifts, Planned, no_slope};
use crate::math::image::frequencies::FourierImages;
use crate::math::lofi::maximiser::{Alignment, Ascent, Maximiser, alignment, maximise};
use crate::math::size::times;
use crate::step::prelude::*;

/// `feature-maximiser`
pub struct FeatureMaximiser;

/// Parameters of `feature-maximiser`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The lifts of the network.
    pub lifts: Lifts,
    /// Features of each layer, the leading ones.
    #[serde(default = "defaults::whole::<4>")]
    #[schemars(range(min = 1, max = 1000))]
    pub features: usize,
    /// Steps of Adam. The reference takes 1000 on CIFAR-10 and 2000 on CelebA.
    #[serde(default = "defaults::whole::<200>")]
    #[schemars(range(min = 1, max = 100_000))]
    pub steps: usize,
    /// Learning rate at the first step; it falls to a twentieth on half a cosine.
    #[serde(default = "defaults::decimal::<5, 2>")]
    #[schemars(range(min = 1e-6, max = 10.0))]
    pub learning_rate: f64,
    /// Random starts, of which the best counts. The reference takes 10 on CIFAR-10 and 15 on CelebA.
    #[serde(default = "defaults::whole::<3>")]
    #[schemars(range(min = 1, max = 1000))]
    pub restarts: usize,
    /// The low-pass that the Fourier coefficients go through.
    #[serde(default)]
    pub low_pass: LowPass,
    /// Seed of the starts, which are the same for every feature.
    pub seed: u64,
}

const COLUMNS: [&str; 6] = ["layer", "feature", "eigenvalue", "alignment", "best_training", "margin"];

impl Kind for FeatureMaximiser {
    type Params = Params;
    const NAME: &'static str = "feature-maximiser";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Finds the image that each feature of a network responds to most, by gradient ascent.",
        details: "Maximises cos = vᵀz_ℓ(x)/‖z_ℓ(x)‖, z_ℓ the lift in front of the filter and v one of its directions, \
                  over images x = irfft2((a + ib)·m), m = (1 + ‖f‖/f0)^{−α}, whose coefficients start as standard \
                  normals. Gradients are divided by their norm for each restart, then Adam takes a step. A direction's \
                  sign is arbitrary, so an image may show the negative of what a class has. The reference's published \
                  settings: CIFAR-10 1000 steps, 10 restarts, f0 0.3, α 2; CelebA 2000 steps, 15 restarts, f0 0.15, \
                  α 3; learning rate 0.05 in both.",
        cites: &["neural-lofi"],
        inputs: &[IMAGES, LAYERS],
        outputs: &[
            Port::new("pictures", ValueType::Pictures)
                .doc("A row for each feature and a column for each layer; the note gives λ."),
            Port::new("table", ValueType::Table)
                .doc("For each feature the alignment reached, that of the best training image, and their difference."),
        ],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let planned = Planned::read(params.features, inputs)?;
        Problem::refuse([no_slope(&params.lifts), params.low_pass.problems("low_pass")].concat())?;
        let features: usize = planned.features.iter().sum();
        let ascents = features as f64 * params.steps as f64 * params.restarts as f64;
        Ok(Plan {
            outputs: vec![Shape::Pictures { numbers: times(features, planned.geometry.dim()) }, Shape::Table],
            work_bytes: planned.work_bytes() + planned.passing_bytes(params.restarts),
            flops: (planned.samples as f64 + 2.0 * ascents) * planned.pass_flops(params.lifts.precision),
        })
    }

    fn header(&self, port: &str, _: &Params, _: &Headers) -> Option<Header> {
        match port {
            "table" => Some(Header::of(&COLUMNS).keys(&["layer", "feature"])),
            _ => None,
        }
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let network = FittedStack::read((&params.lifts, params.features), inputs, context)?;
        let images = FourierImages::new(params.low_pass.mask()?, network.geometry);
        let (mut pictures, mut rows) = (Vec::new(), Vec::new());
        for level in &network.levels {
            let objective = Alignment { stack: &network.stack, layer: level.number - 1, directions: &level.directions };
            let found = maximise(&objective, &images, params.ascent(), || context.check())?;
            for (feature, found) in found.into_iter().enumerate() {
                rows.push(row(level, feature, &found));
                pictures.push(level.picture(feature, (PictureScale::Brightness, network.geometry), found.image));
            }
        }
        let pictures = Pictures { pictures, origin: network.origin.clone() };
        Ok(vec![Value::Pictures(pictures), Value::Table(Table::from_rows(&COLUMNS, &rows)?)])
    }
}

impl Params {
    const fn ascent(&self) -> Ascent {
        let Self { steps, learning_rate, restarts, seed, .. } = *self;
        Ascent { steps, learning_rate, restarts, seed }
    }
}

fn row(level: &Level, feature: usize, found: &Maximiser) -> Vec<Cell> {
    let projections = level.projections.column(feature);
    let training = projections.iter().zip(&level.norms).map(|(&p, &norm)| alignment(p, norm));
    let best = training.fold(f64::NEG_INFINITY, f64::max);
    let whole = |number: usize| Cell::Int(i64::try_from(number).unwrap_or(i64::MAX));
    vec![
        whole(level.number),
        whole(feature + 1),
        Cell::Float(level.values[feature]),
        Cell::Float(found.alignment),
        Cell::Float(best),
        Cell::Float(found.alignment - best),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::{Check, network, pixels};
    use serde_json::{Value as Json, json};

    fn params(seed: u64) -> Json {
        json!({"lifts": {"seed": seed}, "features": 2, "steps": 300, "restarts": 4, "seed": 5,
            "low_pass": {"f0": 0.3, "alpha": 0.5}})
    }

    fn inputs() -> Vec<(&'static str, Value)> {
        network(&pixels(14, 0, 2), "relu", 3)
    }

    #[test]
    fn maximisers_beat_the_training_images_and_the_table_says_how() {
        let made = Check::of(&FeatureMaximiser).run(&params(3), inputs());
        let [Value::Pictures(pictures), Value::Table(table)] = &made[..] else { panic!("pictures and a table") };
        assert_eq!((pictures.pictures.len(), table.height()), (4, 4));
        assert_eq!(table.names(), COLUMNS);
        let number = |name: &str| table.numbers(name).unwrap().into_iter().map(Option::unwrap).collect::<Vec<f64>>();
        let (found, best, margin) = (number("alignment"), number("best_training"), number("margin"));
        for i in 0..4 {
            assert!(found[i] <= 1.0 && (found[i] - best[i] - margin[i]).abs() < 1e-15);
            assert!(margin[i] > 0.0, "{i}: {} {}", found[i], best[i]);
        }
        assert_eq!(pictures.pictures[3].column, "layer 2");
        assert_eq!(pictures.pictures[3].geometry.dim(), 12);
    }

    #[test]
    fn another_draw_of_the_weights_is_found_out() {
        let error = Check::of(&FeatureMaximiser).fail(&params(4), inputs()).to_string();
        assert!(error.contains("input `layers`") && error.contains("check `lifts.seed`"), "{error}");
        let mut swapped = inputs();
        swapped.swap(1, 2);
        assert!(Check::of(&FeatureMaximiser).fail(&params(3), swapped).to_string().contains("the order of the layers"));
    }

    #[test]
    fn an_activation_without_gradient_is_refused() {
        let params = json!({"lifts": {"activation": "step", "seed": 3}, "seed": 0});
        let problems = Check::of(&FeatureMaximiser).refuse(&params, inputs());
        assert_eq!(problems[0].at.as_deref(), Some("lifts.activation"));
    }
}
