//! Random shapes filled with a wave of high frequency.

use super::synthetic_images::{Phases, each_sample, one_channel, rows};
use super::wave_images::too_high;
use crate::math::fourier::torus_waves::{Edge, Shapes, Wave};
use crate::step::prelude::*;
use crate::step::roles::{Batch, Counts, SampleHead, SampleShape, Sampler, SplitDraw, Words, port};

/// `pattern-shapes`
pub struct PatternShapes;

/// Parameters of `pattern-shapes`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Rows H, pixels.
    #[schemars(range(min = 1, max = 1000))]
    pub height: usize,
    /// Columns W, pixels.
    #[schemars(range(min = 1, max = 1000))]
    pub width: usize,
    /// Frequency ω of the pattern down and across, in cycles per image, at most half of the side.
    #[serde(default = "five")]
    #[schemars(inner(range(min = -500, max = 500)))]
    pub pattern: [i32; 2],
    /// Whether every sample has a phase of the pattern of its own; `fixed` is phase 0.
    #[serde(default = "fixed")]
    pub phase: Phases,
    /// Largest ‖ω‖₁ of the field that the shapes are made of.
    #[serde(default = "two")]
    #[schemars(range(min = 0, max = 100))]
    pub shape_degree: u32,
    /// Whether shapes have soft edges.
    #[serde(default)]
    pub smooth: bool,
    /// Amplitude A of the pattern.
    #[serde(default = "defaults::decimal::<1, 0>")]
    #[schemars(range(min = 0.0, max = 1e6))]
    pub amplitude: f64,
}

const fn five() -> [i32; 2] {
    [5, 5]
}

const fn fixed() -> Phases {
    Phases::Fixed
}

const fn two() -> u32 {
    2
}

impl Params {
    fn problems(&self) -> Vec<Problem> {
        let Self { height, width, pattern, shape_degree, .. } = *self;
        let mut problems = Vec::new();
        if too_high(pattern, height, width) {
            let message = format!("frequency {pattern:?} on images of {height} x {width}");
            let help = "a frequency is at most half of the side, in cycles per image";
            problems.push(Problem::at("pattern", message).help(help));
        }
        if 2 * shape_degree as usize >= height.min(width) {
            let message = format!("degree {shape_degree} on images of {height} x {width}");
            problems.push(Problem::at("shape_degree", message).help("it is less than half of the shorter side"));
        }
        problems
    }
}

impl Sampler for PatternShapes {
    type Params = Params;
    type Head = SampleHead;
    type Law = (Shapes, Wave);
    const NAME: &'static str = "pattern-shapes";
    const ABOUT: Words = Words {
        summary: "Draws random low-frequency shapes that are filled with a wave of high frequency.",
        details: "x(t) = A s(t) cos(2π (ω_y t_y/H + ω_x t_x/W) + φ). The shape s is 1 where a Gaussian field is above 0 and 0 \
                  elsewhere, or 1/(1 + e^{−4g}) of the field g where `smooth`. The field has the frequencies ‖ω‖₁ ≤ \
                  `shape_degree` with independent standard normal coefficients, scaled to unit variance. So shapes have few \
                  frequencies and images have signal only around ±ω. Labels are the share of the image that the shape covers. \
                  Fewer samples are the first of more.",
        cites: &["wen-2024"],
    };
    const TAKES: &'static [&'static str] = SampleHead::ALL;
    const ORIGIN: [&'static str; 3] = ["pattern-shapes", "Pattern shapes", "area"];
    const PORTS: &'static [Port] = &[
        port("samples", "The filled shapes: images of one channel."),
        port("shapes", "The shapes s themselves, of the same samples."),
    ];

    fn counts(_: &Params, head: &SampleHead) -> Counts {
        head.counts()
    }

    fn faults(params: &Params) -> Vec<Problem> {
        params.problems()
    }

    fn shapes(params: &Params) -> Vec<SampleShape> {
        vec![SampleShape::image(one_channel(params.height, params.width)); 2]
    }

    fn flops(params: &Params) -> f64 {
        let frequencies = (1 + 2 * params.shape_degree * (params.shape_degree + 1)) as f64;
        8.0 * frequencies * (params.height * params.width) as f64
    }

    fn law(params: &Params, _: u64) -> (Shapes, Wave) {
        let size = (params.height, params.width);
        (Shapes::new(size, params.shape_degree.cast_signed()), Wave::new(size, params.pattern))
    }

    fn draw(params: &Params, (shapes, wave): &(Shapes, Wave), part: SplitDraw) -> Batch {
        let edge = if params.smooth { Edge::Smooth } else { Edge::Sharp };
        let drawn = each_sample(part, |mut chance| {
            // drawn first whatever `phase` says, so that both settings have the same shapes
            let turns = chance.stream.uniform();
            let turns = if params.phase == Phases::Random { turns } else { 0.0 };
            (shapes.draw(edge, &mut chance.stream), turns)
        });
        let filled = |(s, turns): &(Vec<f64>, f64)| {
            let mut pattern = vec![0.0; s.len()];
            wave.add_shifted(&mut pattern, params.amplitude, *turns);
            pattern.iter().zip(s).map(|(p, s)| p * s).collect()
        };
        let filled = drawn.iter().map(filled).collect();
        let labels = drawn.iter().map(|(s, _)| s.iter().sum::<f64>() / s.len() as f64).collect();
        let dim = params.height * params.width;
        let alone = drawn.into_iter().map(|(s, _)| s).collect();
        Batch { points: vec![rows(filled, dim), rows(alone, dim)], labels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Representation, Value};
    use crate::experiment::testing::Check;
    use crate::step::roles::Sampled;
    use serde_json::{Value as Json, json};
    use std::f64::consts::TAU;

    fn params(n_train: usize) -> Json {
        json!({"height": 12, "width": 14, "pattern": [5, 4], "n_train": n_train, "n_test": 4, "seed": 1})
    }

    fn draw(params: &Json) -> [Representation; 2] {
        let mut outputs = Check::of(&Sampled(PatternShapes)).run(params, vec![]).into_iter();
        [0, 1].map(|_| match outputs.next() {
            Some(Value::Representation(r)) => r,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn images_are_shapes_times_the_pattern() {
        let [images, shapes] = draw(&params(6));
        let (x, s) = (images.samples.train.to_matrix(), shapes.samples.train.to_matrix());
        for (i, at) in (0..6 * 168).map(|e| (e / 168, e % 168)) {
            let turns = 5.0 * (at / 14) as f64 / 12.0 + 4.0 * (at % 14) as f64 / 14.0;
            assert!((x[(i, at)] - s[(i, at)] * (TAU * turns).cos()).abs() < 1e-12);
            assert!(s[(i, at)] == 0.0 || s[(i, at)] == 1.0);
        }
        let areas = s.column_sum() / 168.0;
        assert!(areas.iter().zip(&images.labels.train).all(|(a, b)| (a - b).abs() < 1e-14));
        assert_eq!(images.labels, shapes.labels);
    }

    #[test]
    fn phases_move_the_pattern_and_not_the_shape() {
        let with = |key: &str, value: Json| {
            let mut params = params(6);
            params[key] = value;
            draw(&params)
        };
        let [fixed, random] = [draw(&params(6)), with("phase", json!("random"))];
        assert_eq!(fixed[1], random[1]);
        assert_ne!(fixed[0].samples, random[0].samples);
        let double = with("amplitude", json!(2));
        assert_eq!(double[0].samples.train.to_matrix(), fixed[0].samples.train.to_matrix() * 2.0);
        let soft = with("smooth", json!(true))[1].samples.train.to_matrix();
        let hard = fixed[1].samples.train.to_matrix();
        assert!(soft.iter().zip(hard.iter()).all(|(soft, hard)| (*soft > 0.5) == (*hard == 1.0)));
    }

    #[test]
    fn fewer_samples_are_the_first() {
        let ([few, _], [many, _]) = (draw(&params(3)), draw(&params(9)));
        assert_eq!(few.samples.train.block(0, 3), many.samples.train.block(0, 3));
        assert_eq!(few.samples.test, many.samples.test);
    }

    #[test]
    fn what_pixels_cannot_show_is_refused() {
        let at = |key: &str, value: Json| {
            let mut params = params(3);
            params[key] = value;
            Check::of(&Sampled(PatternShapes)).refuse(&params, vec![])[0].at.clone()
        };
        assert_eq!(at("pattern", json!([7, 0])).as_deref(), Some("pattern"));
        assert_eq!(at("shape_degree", json!(6)).as_deref(), Some("shape_degree"));
    }
}
