//! `feature-averages`: training images averaged by how they project on a feature.

use crate::artifact::{Picture, PictureScale};
use crate::experiment::layers::fitted_stack::{FittedStack, IMAGES, INPUT, LAYERS, Level, Lifts, Planned, grey};
use crate::math::image::region::signed_grey;
use crate::math::linalg::Matrix;
use crate::math::lofi::weighted_sum::{extreme_weights, projection_weights, weighted_sums};
use crate::math::size::times;
use crate::step::prelude::*;

/// `feature-averages`
pub struct FeatureAverages;

/// Parameters of `feature-averages`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The lifts of the network.
    pub lifts: Lifts,
    /// Features of each layer, the leading ones.
    #[serde(default = "defaults::whole::<4>")]
    #[schemars(range(min = 1, max = 1000))]
    pub features: usize,
    /// Images in each average of the most and the least activating ones, M. At most half of the training images.
    #[serde(default = "defaults::whole::<50>")]
    #[schemars(range(min = 1))]
    pub extremes: usize,
}

impl Kind for FeatureAverages {
    type Params = Params;
    const NAME: &'static str = "feature-averages";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Averages training images by how they project on the features of each layer.",
        details: "With p_ki = v_kᵀz_ℓ(x_i): the projection-weighted mean Σ_i p_ki x_i/Σ_i |p_ki| of each feature and \
                  its mean over features; the mean of the M images of largest p_ki, that of the M images of least \
                  p_ki, and their difference (shown in one signed channel). For the input, p_ki = v_kᵀx_i. The sign \
                  of v_k is arbitrary, so top and bottom may change places.",
        cites: &["neural-lofi"],
        inputs: &[IMAGES, LAYERS, INPUT],
        outputs: &[
            Port::new("weighted", ValueType::Pictures).doc(
                "Projection-weighted means: a row for each feature and one for their mean, a column for each layer.",
            ),
            Port::new("extremes", ValueType::Pictures).doc(
                "Means of the top and of the bottom images and their difference: three rows for each feature, a column \
                 for each layer.",
            ),
        ],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let planned = Planned::read(params.features, inputs)?;
        if params.extremes > planned.samples / 2 {
            let message = format!("{} images at either end, of {} training images", params.extremes, planned.samples);
            return Err(vec![Problem::at("extremes", message).help("ask for at most half of the training images")]);
        }
        let features: usize = planned.features.iter().sum();
        let (dim, area) = (planned.geometry.dim(), grey(planned.geometry).dim());
        let sums = 6.0 * planned.samples as f64 * dim as f64 * features as f64;
        Ok(Plan {
            outputs: vec![
                Shape::Pictures { numbers: times(features + planned.features.len(), dim) },
                Shape::Pictures { numbers: times(features, 2 * dim + area) },
            ],
            work_bytes: planned.work_bytes(),
            flops: sums + planned.samples as f64 * planned.pass_flops(params.lifts.precision),
        })
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let network = FittedStack::read((&params.lifts, params.features), inputs, context)?;
        let (mut weighted, mut extremes) = (Vec::new(), Vec::new());
        for level in &network.levels {
            let means = sums(&network, &projection_weights(&level.projections))?;
            weighted.extend(columns(&means, level, &network));
            weighted.push(mean_picture(&means, level, &network));
            extremes.extend(ends(params, level, &network)?);
        }
        let pictures = |pictures| Value::Pictures(Pictures { pictures, origin: network.origin.clone() });
        Ok(vec![pictures(weighted), pictures(extremes)])
    }
}

fn sums(network: &FittedStack<'_>, weights: &Matrix) -> Result<Matrix, StepError> {
    network.with_images(0..network.samples(), |source| weighted_sums(source, weights))
}

/// A picture for each column.
fn columns(images: &Matrix, level: &Level, network: &FittedStack<'_>) -> Vec<Picture> {
    let as_picture =
        |(k, image): (usize, &[f64])| level.picture(k, (PictureScale::Brightness, network.geometry), image.to_vec());
    images.as_slice().chunks_exact(network.geometry.dim()).enumerate().map(as_picture).collect()
}

fn mean_picture(means: &Matrix, level: &Level, network: &FittedStack<'_>) -> Picture {
    Picture {
        row: "mean".to_owned(),
        column: level.name(),
        note: String::new(),
        scale: PictureScale::Brightness,
        geometry: network.geometry,
        values: means.column_mean().as_slice().to_vec(),
    }
}

/// Top, bottom and difference: three rows of the grid for each feature.
fn ends(params: &Params, level: &Level, network: &FittedStack<'_>) -> Result<Vec<Picture>, StepError> {
    let (top, bottom) = extreme_weights(&level.projections, params.extremes)?;
    let (top, bottom) = (sums(network, &top)?, sums(network, &bottom)?);
    let mut pictures = Vec::new();
    let (tops, bottoms) = (columns(&top, level, network), columns(&bottom, level, network));
    for (k, (top_picture, bottom_picture)) in tops.into_iter().zip(bottoms).enumerate() {
        let difference = top.column(k) - bottom.column(k);
        let values = signed_grey(difference.as_slice(), network.geometry)?;
        let difference = level.picture(k, (PictureScale::Signed, grey(network.geometry)), values);
        let ends = [("top", top_picture), ("bottom", bottom_picture), ("difference", difference)];
        pictures.extend(ends.map(|(end, picture)| named(picture, end)));
    }
    Ok(pictures)
}

fn named(picture: Picture, end: &str) -> Picture {
    Picture { row: format!("{}, {end}", picture.row), ..picture }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::{Check, network, pixels};
    use serde_json::json;

    fn made(extremes: usize) -> (Vec<Picture>, Vec<Picture>) {
        let params = json!({"lifts": {"seed": 3}, "features": 2, "extremes": extremes});
        let mut made = Check::of(&FeatureAverages).run(&params, network(&pixels(14, 0, 2), "relu", 3)).into_iter();
        match (made.next(), made.next()) {
            (Some(Value::Pictures(weighted)), Some(Value::Pictures(extremes))) => {
                (weighted.pictures, extremes.pictures)
            }
            _ => panic!("two sets of pictures"),
        }
    }

    fn find<'a>(pictures: &'a [Picture], row: &str, column: &str) -> &'a Picture {
        pictures.iter().find(|p| p.row == row && p.column == column).unwrap()
    }

    #[test]
    fn ends_of_all_images_average_to_the_mean_image() {
        let (_, extremes) = made(7);
        let images = pixels(14, 0, 2).samples.train.to_matrix();
        let (top, bottom) =
            (find(&extremes, "feature 1, top", "layer 1"), find(&extremes, "feature 1, bottom", "layer 1"));
        let means = images.row_mean();
        assert!((0..12).all(|j| (0.5 * (top.values[j] + bottom.values[j]) - means[j]).abs() < 1e-12));
        assert_ne!(top.values, bottom.values);
        let difference = find(&extremes, "feature 1, difference", "layer 1");
        let by_hand = (top.values[0] - bottom.values[0]).hypot(top.values[6] - bottom.values[6]);
        assert!((difference.values[0].abs() - by_hand).abs() < 1e-12);
    }

    #[test]
    fn the_last_row_is_the_mean_over_features() {
        let (weighted, _) = made(3);
        let at = |row: &str| &find(&weighted, row, "layer 2").values;
        let (first, second, mean) = (at("feature 1"), at("feature 2"), at("mean"));
        assert!((0..12).all(|j| (0.5 * (first[j] + second[j]) - mean[j]).abs() < 1e-14));
    }

    #[test]
    fn more_than_half_is_refused() {
        let params = json!({"lifts": {"seed": 3}, "extremes": 8});
        let problems = Check::of(&FeatureAverages).refuse(&params, network(&pixels(14, 0, 2), "relu", 3));
        assert_eq!(problems[0].message, "8 images at either end, of 14 training images");
    }
}
