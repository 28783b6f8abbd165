//! `leading-features`: the first features of a representation.

use crate::artifact::{Geometry, Points};
use crate::experiment::values::matrix;
use crate::math::linalg::leading_columns;
use crate::step::prelude::*;

/// The first features of a representation.
pub struct LeadingFeatures;

/// Parameters of [`LeadingFeatures`].
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadingFeaturesParams {
    /// Features to keep, k; of feature maps channels.
    #[schemars(range(min = 1, max = 1_000_000))]
    keep: usize,
}

impl Kind for LeadingFeatures {
    type Params = LeadingFeaturesParams;
    const NAME: &'static str = "leading-features";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "The first k features of a representation.",
        details: "A filter gives its directions by descending |eigenvalue|, so the first k columns of a filter that \
                  kept more are the output of a filter that keeps k: one decomposition serves a whole sweep of ranks. \
                  Of feature maps the first k channels are kept, with their layout.",
        cites: &["neural-lofi"],
        inputs: &[Slot::one("x", &[ValueType::Representation]).doc("Features in the order of their importance.")],
        outputs: &[Port::new("features", ValueType::Representation).doc("The same samples with k features.")],
    };

    fn plan(&self, params: &Self::Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let Some(Shape::Representation { train, validation, test, dim, geometry, .. }) = inputs.get("x") else {
            return Err(vec![Problem::at("x", "expected a representation")]);
        };
        let there = geometry.map_or(dim, |g| g.channels);
        if params.keep > there {
            let what = if geometry.is_some() { "channels" } else { "features" };
            let message = format!("keep is {}, but there are only {there} {what}", params.keep);
            return Err(vec![Problem::at("keep", message).help(format!("keep at most {there}"))]);
        }
        let geometry = geometry.map(|g| Geometry { channels: params.keep, ..g });
        let dim = geometry.map_or(params.keep, Geometry::dim);
        let shape = Shape::Representation { train, validation, test, dim, geometry, number_bytes: 8 };
        Ok(Plan::light(vec![shape]))
    }

    fn run(&self, params: &Self::Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        Ok(vec![Value::Representation(leading(x, params.keep))])
    }
}

fn leading(x: &Representation, keep: usize) -> Representation {
    let geometry = x.geometry.map(|g| Geometry { channels: keep, ..g });
    let columns = geometry.map_or(keep, Geometry::dim);
    let first = |(_, points): (_, &Points)| leading_columns(&matrix(points), columns);
    let [train, validation, test] = x.splits().map(first);
    match geometry {
        Some(geometry) => x.with_maps(geometry, [train, validation, test]),
        None => x.with_features(train, validation, test),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::SignedMomentFilter;
    use crate::experiment::testing::{Check, pixels, representation};
    use serde_json::json;

    fn kept(keep: usize, x: &Representation) -> Representation {
        let params = json!({"keep": keep});
        match Check::of(&LeadingFeatures).run(&params, vec![("x", Value::Representation(x.clone()))]).remove(0) {
            Value::Representation(r) => r,
            _ => panic!("a representation"),
        }
    }

    #[test]
    fn fewer_features_of_a_filter_are_a_filter_that_keeps_fewer() {
        let x = Value::Representation(representation(&pixels(10, 2, 3)));
        let filter = |keep: usize| {
            let params = json!({"keep": keep, "method": "primal"});
            match Check::of(&SignedMomentFilter).run(&params, vec![("x", x.clone())]).remove(0) {
                Value::Representation(r) => r,
                _ => panic!("a representation"),
            }
        };
        let (few, part) = (filter(2), kept(2, &filter(4)));
        for ((_, a), (_, b)) in few.splits().into_iter().zip(part.splits()) {
            assert!((a.to_matrix() - b.to_matrix()).amax() < 1e-12);
        }
    }

    #[test]
    fn of_maps_channels_are_kept() {
        let images = pixels(4, 1, 2);
        let first = kept(1, &images);
        assert_eq!(first.geometry, Some(Geometry { channels: 1, height: 2, width: 3 }));
        let expected = leading_columns(&images.samples.train.to_matrix(), 6);
        assert_eq!(first.samples.train, Points::Real(expected));
        let problems =
            Check::of(&LeadingFeatures).refuse(&json!({"keep": 3}), vec![("x", Value::Representation(images))]);
        assert_eq!(problems[0].message, "keep is 3, but there are only 2 channels");
    }
}
