//! Samples scaled to one norm.

use crate::artifact::Points;
use crate::experiment::values::{Sizes, matrix_bytes};
use crate::math::samples::sphere::project_to_sphere;
use crate::step::prelude::*;

/// `sphere-projection`
pub struct SphereProjection;

/// `sphere-projection` has no parameters.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

impl Kind for SphereProjection {
    type Params = Params;
    const NAME: &'static str = "sphere-projection";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Scales each sample of d numbers to norm √d.",
        details: "√d x/‖x‖, so that the coordinates have unit second moment on average; nothing is centred. Images stay \
                  images. A sample of zeros stays one.",
        cites: &["dandi-jacot-2021"],
        inputs: &[Slot::one("x", &[ValueType::Representation]).doc("Images or features.")],
        outputs: &[Port::new("samples", ValueType::Representation).doc("The same samples on the sphere of radius √d.")],
    };

    fn plan(&self, _: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let Some(Shape::Representation { train, validation, test, dim, geometry, .. }) = inputs.get("x") else {
            return Err(vec![Problem::at("x", "expected a representation")]);
        };
        let numbers = Sizes::at(inputs, "x").samples() as f64 * dim as f64;
        Ok(Plan {
            outputs: vec![Shape::Representation { train, validation, test, dim, geometry, number_bytes: 8 }],
            work_bytes: matrix_bytes(train.max(test).max(validation), dim),
            flops: 4.0 * numbers,
        })
    }

    fn run(&self, _: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        let projected = |points: &Points| {
            context.check()?;
            let mut matrix = points.to_matrix();
            project_to_sphere(&mut matrix);
            Ok::<_, StepError>(matrix)
        };
        let samples = &x.samples;
        let [train, validation, test] =
            [projected(&samples.train)?, projected(&samples.validation)?, projected(&samples.test)?];
        let made = x.with_features(train, validation, test);
        Ok(vec![Value::Representation(Representation { geometry: x.geometry, ..made })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::{Check, pixels};
    use serde_json::json;

    #[test]
    fn samples_have_one_norm_their_direction_and_their_layout() {
        let images = pixels(6, 2, 3);
        let mut outputs =
            Check::of(&SphereProjection).run(&json!({}), vec![("x", Value::Representation(images.clone()))]);
        let Value::Representation(found) = outputs.remove(0) else { panic!("a representation") };
        assert_eq!((found.geometry, &found.labels), (images.geometry, &images.labels));
        for ((_, from), (_, to)) in images.splits().into_iter().zip(found.splits()) {
            let (from, to) = (from.to_matrix(), to.to_matrix());
            for (x, z) in from.row_iter().zip(to.row_iter()) {
                assert!((z.norm_squared() - 12.0).abs() < 1e-12);
                assert!((z.dot(&x) - z.norm() * x.norm()).abs() < 1e-11);
            }
        }
        let again = Check::of(&SphereProjection).run(&json!({}), vec![("x", Value::Representation(found.clone()))]);
        let Value::Representation(again) = &again[0] else { panic!("a representation") };
        assert!((again.samples.train.to_matrix() - found.samples.train.to_matrix()).amax() < 1e-14);
    }
}
