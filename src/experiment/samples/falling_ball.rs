//! Films of a falling ball.

use super::synthetic_images::{each_sample, rows};
use crate::artifact::Geometry;
use crate::math::random::Stream;
use crate::math::samples::falling_ball::{FallingBall as Ball, State};
use crate::step::prelude::*;
use crate::step::roles::{Batch, Counts, SampleHead, SampleShape, Sampler, SplitDraw, Words, port};

/// `falling-ball`
pub struct FallingBall;

/// Parameters of `falling-ball`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Rows H, pixels.
    #[schemars(range(min = 2, max = 1000))]
    pub height: usize,
    /// Columns W, pixels.
    #[schemars(range(min = 2, max = 1000))]
    pub width: usize,
    /// Radius of the ball, pixels, less than half of the shorter side.
    #[schemars(range(min = 0.1, max = 500.0))]
    pub radius: f64,
    /// Width of the ball's soft edge, pixels.
    #[serde(default = "defaults::decimal::<5, 1>")]
    #[schemars(range(min = 0.05, max = 100.0))]
    pub edge: f64,
    /// Largest component of the first velocity, pixels per frame.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub speed: f64,
    /// Gravity g: added to the downward velocity each frame, pixels per frame².
    #[schemars(range(min = -100.0, max = 100.0))]
    pub gravity: f64,
    /// Frames of `samples`.
    #[serde(default = "defaults::whole::<4>")]
    #[schemars(range(min = 1, max = 100))]
    pub frames_in: usize,
    /// Frames of `next`.
    #[serde(default = "defaults::whole::<4>")]
    #[schemars(range(min = 1, max = 100))]
    pub frames_out: usize,
}

impl Params {
    const fn ball(&self) -> Ball {
        let Self { height, width, radius, edge, speed, gravity, .. } = *self;
        Ball { height, width, radius, edge, speed, gravity }
    }

    fn film(&self, stream: &mut Stream) -> Film {
        let ball = self.ball();
        let path: Vec<State> = ball.path(ball.start(stream)).take(self.frames_in + self.frames_out).collect();
        let draw = |states: &[State]| {
            let mut film = Vec::new();
            states.iter().for_each(|&state| ball.draw(state, &mut film));
            film
        };
        let (before, after) = path.split_at(self.frames_in);
        let State { position: [y, x], velocity: [down, across] } = path[self.frames_in - 1];
        let along = |axis: usize| path.iter().map(move |state| state.position[axis]);
        let track = along(0).chain(along(1)).collect();
        Film { before: draw(before), after: draw(after), state: vec![y, x, down, across], track }
    }
}

/// One sample.
struct Film {
    before: Vec<f64>,
    after: Vec<f64>,
    state: Vec<f64>,
    track: Vec<f64>,
}

impl Sampler for FallingBall {
    type Params = Params;
    type Head = SampleHead;
    type Law = ();
    const NAME: &'static str = "falling-ball";
    const ABOUT: Words = Words {
        summary: "Draws films of a ball that falls on a torus.",
        details: "A frame later the ball has moved by its velocity, then its downward velocity has grown by g. The first \
                  position is uniform on the H x W torus, each component of the first velocity uniform in ±speed. What leaves \
                  the image at one side comes back at the other. A pixel at distance d of the centre, on the torus, has the \
                  value 1/(1 + e^{(d − r)/w}) with the radius r and the width w of the edge. Rows count downwards. Labels are \
                  the downward velocity at the last frame of `samples`. Fewer samples are the first of more.",
        cites: &["wen-2024"],
    };
    const TAKES: &'static [&'static str] = SampleHead::ALL;
    const ORIGIN: [&'static str; 3] = ["falling-ball", "Falling ball", "downward velocity"];
    const PORTS: &'static [Port] = &[
        port("samples", "The first frames, one a channel."),
        port("next", "The frames after them, one a channel."),
        port(
            "state",
            "Row and column of the centre at the last frame of `samples`, in [0, H) and [0, W), and the velocity down and \
             across there: what the centre moves by until the next frame.",
        ),
        port("track", "Rows of the centre at all frames, those of `samples` and of `next`, then its columns."),
    ];

    fn counts(_: &Params, head: &SampleHead) -> Counts {
        head.counts()
    }

    fn faults(params: &Params) -> Vec<Problem> {
        if 2.0 * params.radius < params.height.min(params.width) as f64 {
            return Vec::new();
        }
        let message = format!("radius {} on frames of {} x {}", params.radius, params.height, params.width);
        vec![Problem::at("radius", message).help("it is less than half of the shorter side")]
    }

    fn shapes(params: &Params) -> Vec<SampleShape> {
        let Params { height, width, frames_in, frames_out, .. } = *params;
        let film = |channels| SampleShape::image(Geometry { channels, height, width });
        let numbers = SampleShape::numbers;
        vec![film(frames_in), film(frames_out), numbers(4), numbers(2 * (frames_in + frames_out))]
    }

    fn flops(params: &Params) -> f64 {
        60.0 * ((params.frames_in + params.frames_out) * params.height * params.width) as f64
    }

    fn law(_: &Params, _: u64) {}

    fn draw(params: &Params, (): &(), part: SplitDraw) -> Batch {
        let films = each_sample(part, |mut chance| params.film(&mut chance.stream));
        let labels = films.iter().map(|film| film.state[2]).collect();
        let ports: [fn(&Film) -> &Vec<f64>; 4] = [|f| &f.before, |f| &f.after, |f| &f.state, |f| &f.track];
        let points = ports.iter().zip(Self::shapes(params));
        let points = points.map(|(of, shape)| rows(films.iter().map(|film| of(film).clone()).collect(), shape.dim));
        Batch { points: points.collect(), labels }
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
        json!({
            "height": 12, "width": 16, "radius": 2, "speed": 1.5, "gravity": 0.25, "frames_in": 3, "frames_out": 2,
            "n_train": n_train, "n_validation": 2, "n_test": 3, "seed": 1
        })
    }

    fn draw(n_train: usize) -> [Representation; 4] {
        let mut outputs = Check::of(&Sampled(FallingBall)).run(&params(n_train), vec![]).into_iter();
        [0, 1, 2, 3].map(|_| match outputs.next() {
            Some(Value::Representation(r)) => r,
            other => panic!("{other:?}"),
        })
    }

    /// Row and column of the ball in a channel of a sample, by the first Fourier coefficient along each axis.
    fn centre(films: &Representation, sample: usize, channel: usize) -> [f64; 2] {
        let rows = films.samples.train.to_matrix();
        let along = |size: usize, place: fn(usize) -> usize| {
            let angle = |at: usize| TAU * place(at) as f64 / size as f64;
            let sum = |of: fn(f64) -> f64| -> f64 {
                (0..192).map(|at| rows[(sample, 192 * channel + at)] * of(angle(at))).sum()
            };
            sum(f64::sin).atan2(sum(f64::cos)) * size as f64 / TAU
        };
        [along(12, |at| at / 16), along(16, |at| at % 16)]
    }

    fn apart(a: f64, b: f64, size: f64) -> f64 {
        let gap = (a - b).rem_euclid(size);
        gap.min(size - gap)
    }

    #[test]
    fn the_state_is_that_of_the_last_frame_and_leads_to_the_next() {
        let [films, next, state, track] = draw(20);
        let (state, track) = (state.samples.train.to_matrix(), track.samples.train.to_matrix());
        for i in 0..20 {
            // five frames: their rows, then their columns
            assert_eq!([track[(i, 2)], track[(i, 7)]], [state[(i, 0)], state[(i, 1)]]);
            let next_on_track = apart(track[(i, 3)], state[(i, 0)] + state[(i, 2)], 12.0);
            assert!(next_on_track.max(apart(track[(i, 8)], state[(i, 1)] + state[(i, 3)], 16.0)) < 1e-12);
            let here = [state[(i, 0)], state[(i, 1)]];
            let there = [here[0] + state[(i, 2)], here[1] + state[(i, 3)]];
            let after = [there[0] + state[(i, 2)] + 0.25, there[1] + state[(i, 3)]];
            let before = [here[0] - state[(i, 2)] + 0.25, here[1] - state[(i, 3)]];
            for (expected, found) in [
                (before, centre(&films, i, 1)),
                (here, centre(&films, i, 2)),
                (there, centre(&next, i, 0)),
                (after, centre(&next, i, 1)),
            ] {
                let gap = apart(expected[0], found[0], 12.0).max(apart(expected[1], found[1], 16.0));
                assert!(gap < 0.02, "{i}: {expected:?} against {found:?}");
            }
            assert!((0.0..12.0).contains(&here[0]) && (0.0..16.0).contains(&here[1]));
            assert!(state[(i, 3)].abs() <= 1.5 && (state[(i, 2)] - 0.5).abs() <= 1.5, "two steps of gravity");
        }
    }

    #[test]
    fn ports_have_the_same_samples_and_fewer_are_the_first() {
        let (few, many) = (draw(4), draw(9));
        assert_eq!(many[0].geometry, Some(Geometry { channels: 3, height: 12, width: 16 }));
        assert_eq!(many[1].geometry, Some(Geometry { channels: 2, height: 12, width: 16 }));
        for (few, many) in few.iter().zip(&many) {
            assert_eq!(few.samples.train.block(0, 4), many.samples.train.block(0, 4));
            assert_eq!((&few.samples.test, &few.labels.test), (&many.samples.test, &many.labels.test));
        }
        let velocities: Vec<f64> = many[2].samples.train.to_matrix().column(2).iter().copied().collect();
        assert_eq!(many[0].labels.train, velocities);
    }

    #[test]
    fn a_ball_larger_than_the_torus_is_refused() {
        let mut params = params(3);
        params["radius"] = json!(6);
        assert_eq!(Check::of(&Sampled(FallingBall)).refuse(&params, vec![])[0].at.as_deref(), Some("radius"));
    }
}
