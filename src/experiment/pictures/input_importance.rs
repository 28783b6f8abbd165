//! `input-importance`: which pixels the features of a network respond to.

use super::low_pass::LowPass;
use crate::artifact::{Picture, PictureScale};
use crate::experiment::layers::fitted_stack::{
    FittedStack, IMAGES, INPUT, LAYERS, Level, Lifts, Planned, grey, no_slope,
};
use crate::math::fourier::Smoother;
use crate::math::image::region::{
    Average, average_map, centre_share, channel_mean, effective_area, eigenvector_maps, smoothed_magnitude,
};
use crate::math::linalg::Matrix;
use crate::math::lofi::jacobian::importance;
use crate::math::size::times;
use crate::step::prelude::*;

/// `input-importance`
pub struct InputImportance;

/// Parameters of `input-importance`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The lifts of the network.
    pub lifts: Lifts,
    /// Features of each layer that count, the leading ones. The reference takes 20.
    #[serde(default = "defaults::whole::<20>")]
    #[schemars(range(min = 1, max = 1000))]
    pub features: usize,
    /// Training images that the magnitude of the gradient is averaged over, the first so many; all where absent, as in
    /// the reference.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub samples: Option<usize>,
    /// The low-pass that a layer's maps are smoothed with.
    #[serde(default)]
    pub low_pass: LowPass,
    /// How the maps of a layer's features become one.
    #[serde(default)]
    pub average: Average,
}

const COLUMNS: [&str; 4] = ["layer", "features", "centre_share", "effective_area"];

impl Kind for InputImportance {
    type Params = Params;
    const NAME: &'static str = "input-importance";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Maps which pixels the features of each layer respond to.",
        details: "I_k = (1/n) Σ_i |∇_x v_kᵀz_ℓ(x_i)|, entry by entry over training images, smoothed by the low-pass \
                  (1 + ‖f‖/f0)^{−α} and taken in magnitude; z_ℓ is the lift in front of filter ℓ. Eigenvectors of the \
                  images themselves have v_k² in its place, not smoothed. Colours are averaged last. In the table, \
                  `centre_share` is the share of a layer's map in the middle half of rows and columns (0.25 for a flat \
                  map) and `effective_area` is (Σm)²/(N Σm²) (1 for a flat map).",
        cites: &["neural-lofi"],
        inputs: &[IMAGES, LAYERS, INPUT],
        outputs: &[
            Port::new("mean", ValueType::Pictures).doc("One map for each layer: the average over its features."),
            Port::new("features", ValueType::Pictures)
                .doc("A row for each feature and a column for each layer; the note gives λ."),
            Port::new("table", ValueType::Table)
                .doc("How concentrated the map of each layer is; layer 0 is the input."),
        ],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let planned = Planned::read(params.features, inputs)?;
        let mut problems = [no_slope(&params.lifts), params.low_pass.problems("low_pass")].concat();
        if let Some(asked) = params.samples.filter(|&asked| asked > planned.samples) {
            let message = format!("{asked} images asked for, and there are {} training images", planned.samples);
            problems.push(Problem::at("samples", message).help("ask for fewer, or leave `samples` out for all"));
        }
        Problem::refuse(problems)?;
        let passes = params.samples.unwrap_or(planned.samples) as f64
            * planned.layer_features().iter().map(|&k| k as f64).sum::<f64>();
        let area = grey(planned.geometry).dim();
        let features: usize = planned.features.iter().sum();
        let columns = planned.features.len();
        Ok(Plan {
            outputs: vec![
                Shape::Pictures { numbers: times(columns, area) },
                Shape::Pictures { numbers: times(features, area) },
                Shape::Table,
            ],
            work_bytes: planned.work_bytes(),
            flops: (planned.samples as f64 + passes) * planned.pass_flops(params.lifts.precision),
        })
    }

    fn header(&self, port: &str, _: &Params, _: &Headers) -> Option<Header> {
        match port {
            "table" => Some(Header::of(&COLUMNS).keys(&["layer"]).counts(&["features"]).shares(&["centre_share"])),
            _ => None,
        }
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let network = FittedStack::read((&params.lifts, params.features), inputs, context)?;
        let (mut means, mut features, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for level in &network.levels {
            let maps = maps(params, &network, level)?;
            let mean = average_map(&maps, &level.values, params.average)?;
            let mean = channel_mean(&mean, network.geometry)?;
            rows.push(row(level, &mean, &network)?);
            means.push(mean_picture(level, &network, mean));
            for (k, map) in maps.column_iter().enumerate() {
                let map = channel_mean(map.as_slice(), network.geometry)?;
                features.push(level.picture(k, (PictureScale::Magnitude, grey(network.geometry)), map));
            }
        }
        let pictures = |pictures| Value::Pictures(Pictures { pictures, origin: network.origin.clone() });
        Ok(vec![pictures(means), pictures(features), Value::Table(Table::from_rows(&COLUMNS, &rows)?)])
    }
}

/// One map for each feature, d × K.
fn maps(params: &Params, network: &FittedStack<'_>, level: &Level) -> Result<Matrix, StepError> {
    if level.number == 0 {
        return Ok(eigenvector_maps(&level.directions, &level.values, params.average)?);
    }
    let images = 0..params.samples.unwrap_or_else(|| network.samples());
    let mut maps = network
        .with_images(images, |source| importance(&network.stack, level.number - 1, &level.directions, source))?;
    let shape = network.geometry;
    let smoother = Smoother::new(params.low_pass.mask()?, shape.height, shape.width);
    for mut map in maps.column_iter_mut() {
        let smooth = smoothed_magnitude(map.as_slice(), shape, &smoother)?;
        map.copy_from_slice(&smooth);
    }
    Ok(maps)
}

fn row(level: &Level, mean: &[f64], network: &FittedStack<'_>) -> Result<Vec<Cell>, StepError> {
    let whole = |number: usize| Cell::Int(i64::try_from(number).unwrap_or(i64::MAX));
    let centre = centre_share(mean, grey(network.geometry))?;
    Ok(vec![whole(level.number), whole(level.values.len()), Cell::Float(centre), Cell::Float(effective_area(mean)?)])
}

fn mean_picture(level: &Level, network: &FittedStack<'_>, values: Vec<f64>) -> Picture {
    let geometry = grey(network.geometry);
    let note = format!("{} features", level.values.len());
    Picture { row: "mean".to_owned(), column: level.name(), note, scale: PictureScale::Magnitude, geometry, values }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::SignedMomentFilter;
    use crate::experiment::testing::{Check, network, pixels};
    use serde_json::{Value as Json, json};

    fn inputs() -> Vec<(&'static str, Value)> {
        let images = pixels(14, 0, 2);
        let mut inputs = network(&images, "tanh", 3);
        let x = Value::Representation(images);
        inputs.push(("input", Check::of(&SignedMomentFilter).run(&json!({"keep": 2}), vec![("x", x)]).remove(1)));
        inputs
    }

    fn made(change: &Json) -> (Vec<Picture>, Vec<Picture>, Table) {
        let mut params = json!({"lifts": {"activation": "tanh", "seed": 3}, "features": 3});
        params.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let mut made = Check::of(&InputImportance).run(&params, inputs()).into_iter();
        match (made.next(), made.next(), made.next()) {
            (Some(Value::Pictures(mean)), Some(Value::Pictures(features)), Some(Value::Table(table))) => {
                (mean.pictures, features.pictures, table)
            }
            _ => panic!("two sets of pictures and a table"),
        }
    }

    // Without smoothing the map of a layer is the weighted mean of the magnitudes, which add up over samples.
    #[test]
    fn maps_are_not_negative_average_and_add_up_over_samples() {
        let rough = |samples: usize| {
            let change = json!({"low_pass": {"f0": 0.3, "alpha": 0.0}, "samples": samples});
            made(&change).1
        };
        let (all, half) = (rough(14), rough(7));
        assert!(all.iter().all(|p| p.values.iter().all(|&v| v >= 0.0)));
        let layer = |pictures: &[Picture]| pictures.iter().find(|p| p.column == "layer 2").unwrap().values.clone();
        let (all, half) = (layer(&all), layer(&half));
        // the mean of 14 is the mean of two means of 7, so it lies above half of either
        assert!(all.iter().zip(&half).all(|(a, h)| *a >= 0.5 * h - 1e-15) && all != half);
    }

    #[test]
    fn the_weighted_mean_is_that_of_the_features() {
        let (mean, features, table) = made(&json!({}));
        assert_eq!(mean.iter().map(|p| p.column.as_str()).collect::<Vec<_>>(), ["input", "layer 1", "layer 2"]);
        let Value::Spectrum(spectrum) = &inputs()[2].1 else { panic!("a spectrum") };
        let weights: Vec<f64> = spectrum.values.iter().take(3).map(|v| v.abs()).collect();
        let own: Vec<&Picture> = features.iter().filter(|p| p.column == "layer 2").collect();
        for at in 0..6 {
            let sum: f64 = own.iter().zip(&weights).map(|(p, w)| p.values[at] * w).sum();
            assert!((mean[2].values[at] - sum / weights.iter().sum::<f64>()).abs() < 1e-14);
        }
        // Σ |λ| v²/Σ |λ| of unit vectors sums to 1, over two channels that are averaged here
        assert!((mean[0].values.iter().sum::<f64>() - 0.5).abs() < 1e-12);
        assert_eq!(table.numbers("layer").unwrap(), [Some(0.0), Some(1.0), Some(2.0)]);
        assert_eq!(table.numbers("features").unwrap(), [Some(2.0), Some(3.0), Some(3.0)]);
    }

    #[test]
    fn the_plain_mean_differs() {
        assert_ne!(made(&json!({"average": "plain"})).0, made(&json!({})).0);
    }

    #[test]
    fn more_images_than_there_are_is_refused() {
        let params = json!({"lifts": {"activation": "tanh", "seed": 3}, "samples": 15});
        let problems = Check::of(&InputImportance).refuse(&params, inputs());
        assert_eq!(problems[0].message, "15 images asked for, and there are 14 training images");
    }
}
