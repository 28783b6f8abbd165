//! `eigenvector-images`: the eigenvectors of a filter on images, as images.

use crate::artifact::{Picture, PictureScale};
use crate::experiment::layers::fitted_stack::{IMAGES, feature_name, geometry, grey, no_images, note, spectra_at};
use crate::math::image::region::signed_grey;
use crate::math::size::times;
use crate::step::prelude::*;

/// `eigenvector-images`
pub struct EigenvectorImages;

/// Parameters of `eigenvector-images`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Eigenvectors shown, the leading ones; all where there are fewer.
    #[serde(default = "defaults::whole::<4>")]
    #[schemars(range(min = 1, max = 1000))]
    pub features: usize,
}

impl Kind for EigenvectorImages {
    type Params = Params;
    const NAME: &'static str = "eigenvector-images";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Shows the eigenvectors of a filter on images as images.",
        details: "An eigenvector of the images' own moment operator has a number for each pixel and channel. Colour \
                  images are shown in one signed channel, sign(mean over channels) · ‖channel vector‖; the sign of the \
                  whole is arbitrary.",
        cites: &["neural-lofi"],
        inputs: &[
            IMAGES,
            Slot::one("spectrum", &[ValueType::Spectrum]).doc("The spectrum of a filter on the images themselves."),
        ],
        outputs: &[Port::new("pictures", ValueType::Pictures)
            .doc("One row for each eigenvector, in the column `input`; the note gives λ.")],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let Some(geometry) = geometry(inputs, IMAGES.name) else { return Err(vec![no_images()]) };
        let (dim, rank) = spectra_at(inputs, "spectrum").first().copied().unwrap_or_default();
        if dim != geometry.dim() {
            let message = format!("its eigenvectors have {dim} entries and an image has {}", geometry.dim());
            return Err(vec![Problem::at("spectrum", message).help("wire the spectrum of a filter on the images")]);
        }
        let numbers = times(rank.min(params.features), grey(geometry).dim());
        Ok(Plan::light(vec![Shape::Pictures { numbers }]))
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>(IMAGES.name)?;
        let geometry = x.geometry.ok_or_else(|| StepError::Bug("samples without a layout".into()))?;
        let spectrum = inputs.one::<Spectrum>("spectrum")?;
        let pictures = (0..params.features.min(spectrum.values.len())).map(|k| {
            let values = signed_grey(spectrum.vectors.column(k).as_slice(), geometry)?;
            let (scale, geometry) = (PictureScale::Signed, grey(geometry));
            let (row, column, note) = (feature_name(k), "input".to_owned(), note(spectrum.values[k]));
            Ok(Picture { row, column, note, scale, geometry, values })
        });
        let pictures = pictures.collect::<Result<_, StepError>>()?;
        Ok(vec![Value::Pictures(Pictures { pictures, origin: x.origin.clone() })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::SignedMomentFilter;
    use crate::experiment::testing::{Check, pixels, representation};
    use serde_json::json;

    fn images() -> Value {
        Value::Representation(pixels(12, 2, 2))
    }

    #[test]
    fn eigenvectors_of_two_channels_become_one_signed_channel() {
        let spectrum = Check::of(&SignedMomentFilter).run(&json!({"keep": 3}), vec![("x", images())]).remove(1);
        let inputs = vec![("x", images()), ("spectrum", spectrum.clone())];
        let made = Check::of(&EigenvectorImages).run(&json!({"features": 2}), inputs).remove(0);
        let (Value::Pictures(made), Value::Spectrum(spectrum)) = (made, spectrum) else { panic!("pictures") };
        assert_eq!(made.pictures.len(), 2);
        let second = &made.pictures[1];
        assert_eq!((second.row.as_str(), second.column.as_str()), ("feature 2", "input"));
        assert_eq!(second.geometry.dim(), 6);
        // the view keeps the norm of a unit vector and, at each pixel, the sign of its mean
        assert!((second.values.iter().map(|v| v * v).sum::<f64>() - 1.0).abs() < 1e-12);
        let v = spectrum.vectors.column(1);
        assert!((0..6).all(|at| second.values[at] * (v[at] + v[6 + at]) >= 0.0));
    }

    #[test]
    fn what_is_no_image_is_refused() {
        let spectrum = || Check::of(&SignedMomentFilter).run(&json!({"keep": 3}), vec![("x", images())]).remove(1);
        let numbers = Value::Representation(representation(&pixels(12, 2, 2)));
        let problems = Check::of(&EigenvectorImages).refuse(&json!({}), vec![("x", numbers), ("spectrum", spectrum())]);
        assert_eq!(problems[0].at.as_deref(), Some("x"));
        let lift =
            Check::of(&crate::experiment::RandomFeatures).run(&json!({"width": 9, "seed": 0}), vec![("x", images())]);
        let other = Check::of(&SignedMomentFilter).run(&json!({"keep": 3}), vec![("x", lift[0].clone())]).remove(1);
        let problems = Check::of(&EigenvectorImages).refuse(&json!({}), vec![("x", images()), ("spectrum", other)]);
        assert_eq!(problems[0].message, "its eigenvectors have 9 entries and an image has 12");
    }
}
