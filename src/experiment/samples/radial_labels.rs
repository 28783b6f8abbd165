//! Labels of a chosen frequency on samples of any kind.

use crate::artifact::{Labels, Points};
use crate::experiment::values::{Sizes, matrix_bytes};
use crate::math::random::Stream;
use crate::math::samples::sphere::radial_wave;
use crate::step::prelude::*;
use std::sync::Arc;

/// `radial-labels`
pub struct RadialLabels;

/// Where distances are measured from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Centre {
    /// 0: the labels depend on the norm alone.
    Origin,
    /// A random training sample.
    #[default]
    Sample,
}

/// Parameters of `radial-labels`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Waves f per unit of r = ‖x − c‖/√d.
    #[schemars(range(min = 0.0, max = 1e6))]
    pub frequency: f64,
    /// Where distances are measured from.
    #[serde(default)]
    pub centre: Centre,
    /// Seed of the centre and of the phase.
    pub seed: u64,
}

impl Kind for RadialLabels {
    type Params = Params;
    const NAME: &'static str = "radial-labels";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Replaces labels by a wave of the distance to a centre.",
        details: "sin(2π(f r + φ)) with r = ‖x − c‖/√d and a random phase φ, then shifted and scaled by the same two numbers on \
                  all splits so that the training labels have mean 0 and variance 1.",
        cites: &["rahaman-2019", "dandi-jacot-2021"],
        inputs: &[Slot::one("x", &[ValueType::Representation]).doc("Images or features; their own labels are dropped.")],
        outputs: &[Port::new("samples", ValueType::Representation).doc("The same samples with the new labels.")],
    };

    fn plan(&self, _: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let Some(shape @ Shape::Representation { train, validation, test, dim, .. }) = inputs.get("x") else {
            return Err(vec![Problem::at("x", "expected a representation")]);
        };
        if train < 2 {
            return Err(vec![Problem::at("x", "labels are scaled on the training samples; expected at least 2")]);
        }
        let flops = 3.0 * Sizes::at(inputs, "x").samples() as f64 * dim as f64;
        Ok(Plan { outputs: vec![shape], work_bytes: matrix_bytes(train.max(test).max(validation), dim), flops })
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        let mut stream = Stream::new(params.seed, "radial-labels", 0);
        let phase = stream.uniform();
        let centre = centre(params.centre, &x.samples.train, &mut stream);
        let wave = |points: &Points| {
            context.check()?;
            Ok::<_, StepError>(radial_wave(&points.to_matrix(), &centre, (params.frequency, phase)))
        };
        let [train, validation, test] = x.splits().map(|(_, points)| wave(points));
        let labels = standardised(Labels { train: train?, validation: validation?, test: test? })?;
        Ok(vec![Value::Representation(Representation { labels: Arc::new(labels), ..x.clone() })])
    }
}

fn centre(centre: Centre, train: &Points, stream: &mut Stream) -> Vec<f64> {
    match centre {
        Centre::Origin => vec![0.0; train.dim()],
        Centre::Sample => {
            let row = stream.below(train.rows());
            train.block(row, row + 1).iter().copied().collect()
        }
    }
}

fn standardised(mut labels: Labels) -> Result<Labels, StepError> {
    let n = labels.train.len() as f64;
    let mean = labels.train.iter().sum::<f64>() / n;
    let variance = labels.train.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n;
    // all at one distance, as samples on a sphere are from the origin: what is left is rounding
    const SMALLEST_VARIANCE: f64 = 1e-12;
    if variance < SMALLEST_VARIANCE {
        let reason = "all samples are equally far from the centre; take `centre: sample`".to_owned();
        return Err(StepError::Input { slot: "x".to_owned(), reason });
    }
    let all = labels.train.iter_mut().chain(&mut labels.validation).chain(&mut labels.test);
    all.for_each(|y| *y = (*y - mean) / variance.sqrt());
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::SphereProjection;
    use crate::experiment::testing::{Check, pixels};
    use serde_json::{Value as Json, json};

    fn images() -> Representation {
        pixels(40, 3, 5)
    }

    fn labelled(params: &Json) -> Representation {
        match Check::of(&RadialLabels).run(params, vec![("x", Value::Representation(images()))]).remove(0) {
            Value::Representation(r) => r,
            other => panic!("{other:?}"),
        }
    }

    // Oracle: the wave written out. The labels are an affine function of it, which two training samples fix.
    #[test]
    fn labels_are_the_standardised_wave() {
        let found = labelled(&json!({"frequency": 0.7, "centre": "origin", "seed": 4}));
        assert_eq!(found.samples, images().samples);
        let phase = Stream::new(4, "radial-labels", 0).uniform();
        let wave = |x: &Points, i: usize| {
            let r = x.to_matrix().row(i).norm() / 12.0_f64.sqrt();
            (std::f64::consts::TAU * (0.7 * r + phase)).sin()
        };
        let (train, test) = (&found.samples.train, &found.samples.test);
        let slope = (found.labels.train[1] - found.labels.train[0]) / (wave(train, 1) - wave(train, 0));
        for i in 0..5 {
            let step = slope * (wave(test, i) - wave(train, 0));
            assert!((found.labels.test[i] - found.labels.train[0] - step).abs() < 1e-10);
        }
    }

    // Law: mean 0 and variance 1 on the training samples, whatever the centre; the centre is a training sample.
    #[test]
    fn training_labels_are_standardised_and_seeds_move_the_centre() {
        let of = |seed: u64| labelled(&json!({"frequency": 3.0, "seed": seed})).labels;
        for seed in [0, 1] {
            let y = &of(seed).train;
            assert!((y.iter().sum::<f64>() / 40.0).abs() < 1e-14);
            assert!((y.iter().map(|y| y * y).sum::<f64>() / 40.0 - 1.0).abs() < 1e-13);
        }
        assert_ne!(of(0).test, of(1).test);
    }

    #[test]
    fn a_sphere_seen_from_its_centre_is_refused() {
        let sphere =
            Check::of(&SphereProjection).run(&json!({}), vec![("x", Value::Representation(images()))]).remove(0);
        let params = json!({"frequency": 1.0, "centre": "origin", "seed": 0});
        let error = Check::of(&RadialLabels).fail(&params, vec![("x", sphere)]).to_string();
        assert!(error.contains("centre: sample"), "{error}");
    }
}
