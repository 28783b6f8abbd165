//! Periodic images of a few waves.

use super::synthetic_images::{Phases, each_sample, one_channel, rows};
use crate::math::fourier::torus_waves::{self, Wave, wave_image};
use crate::step::prelude::*;
use crate::step::roles::{Batch, Counts, SampleHead, SampleShape, Sampler, SplitDraw, Words, port};

/// `wave-images`
pub struct WaveImages;

/// One wave of the images.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Frequency ω down and across, in cycles per image, at most half of the side.
    #[schemars(inner(range(min = -500, max = 500)))]
    pub frequency: [i32; 2],
    /// Amplitude A.
    #[schemars(range(min = 0.0, max = 1e6))]
    pub amplitude: f64,
    /// What the label says of the amplitude: A (1 + y·contrast).
    #[serde(default)]
    #[schemars(range(min = -1.0, max = 1.0))]
    pub contrast: f64,
    /// What chance adds to the amplitude: A (1 + u), u uniform in ±spread.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub spread: f64,
    /// The phase in turns where phases are `fixed`.
    #[serde(default)]
    #[schemars(range(min = -1.0, max = 1.0))]
    pub phase: f64,
}

/// Parameters of `wave-images`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Rows H, pixels.
    #[schemars(range(min = 1, max = 1000))]
    pub height: usize,
    /// Columns W, pixels.
    #[schemars(range(min = 1, max = 1000))]
    pub width: usize,
    /// The waves: `{frequency: [down, across], amplitude}`, and where they are not 0 `contrast`, `spread` and `phase`.
    #[schemars(length(min = 1))]
    pub components: Vec<Component>,
    /// Added to every pixel.
    #[serde(default)]
    #[schemars(range(min = -1e6, max = 1e6))]
    pub offset: f64,
    /// Whether every sample has phases of its own.
    #[serde(default = "random")]
    pub phase: Phases,
}

const fn random() -> Phases {
    Phases::Random
}

impl Params {
    fn problems(&self) -> Vec<Problem> {
        if self.components.is_empty() {
            return vec![Problem::at("components", "no wave: give at least one")];
        }
        let too_high = |c: &&Component| too_high(c.frequency, self.height, self.width);
        let refuse = |c: &Component| {
            let message = format!("frequency {:?} on images of {} x {}", c.frequency, self.height, self.width);
            Problem::at("components", message).help("a frequency is at most half of the side, in cycles per image")
        };
        self.components.iter().filter(too_high).map(refuse).collect()
    }

    fn waves(&self) -> Vec<torus_waves::Component> {
        let wave = |&Component { frequency, amplitude, contrast, spread, phase }| {
            let wave = Wave::new((self.height, self.width), frequency);
            torus_waves::Component { wave, amplitude, contrast, spread, phase }
        };
        self.components.iter().map(wave).collect()
    }
}

/// Whether a frequency stands for another, lower one on pixels.
pub fn too_high([down, across]: [i32; 2], height: usize, width: usize) -> bool {
    let beyond = |f: i32, size: usize| 2 * f.unsigned_abs() as usize > size;
    beyond(down, height) || beyond(across, width)
}

impl Sampler for WaveImages {
    type Params = Params;
    type Head = SampleHead;
    type Law = Vec<torus_waves::Component>;
    const NAME: &'static str = "wave-images";
    const ABOUT: Words = Words {
        summary: "Draws periodic images of a few waves, with labels in their amplitudes.",
        details: "x(t) = offset + Σ_j A_j (1 + y c_j + u_j) cos(2π (ω_y t_y/H + ω_x t_x/W) + φ_j), with the contrast c_j, u_j \
                  uniform in ± the spread, and φ_j uniform for every sample, or as given where `phase` is `fixed`. Labels are \
                  −1 and +1, each once in every two samples. Fewer samples are the first of more, and other amplitudes, \
                  contrasts or spreads have the same random numbers.",
        cites: &["wen-2024"],
    };
    const TAKES: &'static [&'static str] = SampleHead::ALL;
    const ORIGIN: [&'static str; 3] = ["wave-images", "Wave images", "amplitudes"];
    const PORTS: &'static [Port] = &[port("samples", "Images of one channel, with labels −1 and +1.")];

    fn counts(_: &Params, head: &SampleHead) -> Counts {
        head.counts()
    }

    fn faults(params: &Params) -> Vec<Problem> {
        params.problems()
    }

    fn shapes(params: &Params) -> Vec<SampleShape> {
        vec![SampleShape::image(one_channel(params.height, params.width))]
    }

    fn flops(params: &Params) -> f64 {
        4.0 * (params.components.len() * params.height * params.width) as f64
    }

    fn law(params: &Params, _: u64) -> Vec<torus_waves::Component> {
        params.waves()
    }

    fn draw(params: &Params, waves: &Vec<torus_waves::Component>, part: SplitDraw) -> Batch {
        let random = params.phase == Phases::Random;
        let drawn = each_sample(part, |mut chance| {
            let label = chance.label();
            (wave_image((waves, params.offset), label, random, &mut chance.stream), label)
        });
        let (images, labels): (Vec<Vec<f64>>, Vec<f64>) = drawn.into_iter().unzip();
        Batch { points: vec![rows(images, params.height * params.width)], labels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Representation, Value};
    use crate::experiment::testing::Check;
    use crate::math::fourier::image_spectrum::ImageFourier;
    use crate::math::linalg::Matrix;
    use crate::step::roles::Sampled;
    use serde_json::{Value as Json, json};

    fn params(n_train: usize) -> Json {
        json!({
            "height": 8, "width": 6, "offset": 0.5, "n_train": n_train, "n_validation": 3, "n_test": 4, "seed": 1,
            "components": [
                {"frequency": [0, 1], "amplitude": 1, "contrast": 0.5},
                {"frequency": [3, -2], "amplitude": 2, "spread": 0.25}
            ]
        })
    }

    fn draw(params: &Json) -> Representation {
        match Check::of(&Sampled(WaveImages)).run(params, vec![]).remove(0) {
            Value::Representation(r) => r,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn images_have_the_listed_frequencies_alone_and_labels_in_their_amplitudes() {
        let made = draw(&params(10));
        let fourier = ImageFourier::new(8, 6);
        let rows = made.samples.train.to_matrix();
        for (i, label) in made.labels.train.iter().enumerate() {
            let image = Matrix::from_fn(8, 6, |r, s| rows[(i, 6 * r + s)]);
            let found = fourier.transform(&image).unwrap().amplitudes() / 48.0_f64.sqrt();
            assert!((found[(0, 0)] - 0.5).abs() < 1e-13);
            assert!((found[(0, 1)] - 0.5 * (1.0 + 0.5 * label)).abs() < 1e-13, "A/2 at ±ω");
            assert!((found[(3, 4)] - 1.0).abs() < 0.25 + 1e-13 && (found[(3, 4)] - found[(5, 2)]).abs() < 1e-13);
            let listed = [(0, 0), (0, 1), (0, 5), (3, 4), (5, 2)].map(|f| found[f]).iter().sum::<f64>();
            assert!((found.sum() - listed).abs() < 1e-11, "and nothing elsewhere");
        }
    }

    #[test]
    fn fewer_samples_are_the_first_and_labels_are_balanced() {
        let (few, many) = (draw(&params(5)), draw(&params(40)));
        assert_eq!(few.samples.train.block(0, 5), many.samples.train.block(0, 5));
        assert_eq!((&few.labels.train[..], &few.samples.test), (&many.labels.train[..5], &many.samples.test));
        assert!(many.labels.train.chunks(2).all(|pair| pair[0] + pair[1] == 0.0));
        assert!(many.labels.train.chunks(2).any(|pair| pair[0] > 0.0));
        assert!(many.labels.train.chunks(2).any(|pair| pair[0] < 0.0));
        assert_ne!(many.samples.train.block(0, 3), many.samples.validation.block(0, 3));
        let mut other = params(5);
        other["seed"] = json!(2);
        assert_eq!(draw(&other).samples.test, few.samples.test, "`test_seed` did not change");
        assert_ne!(draw(&other).samples.train, few.samples.train);
    }

    #[test]
    fn fixed_phases_are_as_given() {
        let mut params = params(2);
        params["phase"] = json!("fixed");
        params["components"] = json!([{"frequency": [1, 0], "amplitude": 3, "phase": 0.25}]);
        let rows = draw(&params).samples.train.to_matrix();
        assert!((rows[(0, 0)] - 0.5).abs() < 1e-14 && (rows[(1, 12)] - (0.5 - 3.0)).abs() < 1e-14);
    }

    #[test]
    fn frequencies_that_pixels_cannot_show_are_refused() {
        let refuse = |components: Json| {
            let mut params = params(2);
            params["components"] = components;
            Check::of(&Sampled(WaveImages)).refuse(&params, vec![]).remove(0)
        };
        let problem = refuse(json!([{"frequency": [0, 4], "amplitude": 1}]));
        assert!(problem.at.as_deref() == Some("components") && problem.message.contains("[0, 4] on images of 8 x 6"));
        assert!(refuse(json!([])).message.contains("no wave"));
    }
}
