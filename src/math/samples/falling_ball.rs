//! A ball that falls on a torus of H x W pixels, frame by frame.

use crate::math::random::Stream;

/// The ball and how it moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FallingBall {
    /// H, pixels.
    pub height: usize,
    /// W, pixels.
    pub width: usize,
    /// Radius, pixels.
    pub radius: f64,
    /// Width of the soft edge, pixels.
    pub edge: f64,
    /// Largest component of the first velocity, pixels per frame.
    pub speed: f64,
    /// Added to the vertical velocity each frame, pixels per frame².
    pub gravity: f64,
}

/// Where the ball is and how it moves, in pixels and pixels per frame; downwards is positive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct State {
    /// Row and column of the centre.
    pub position: [f64; 2],
    /// What is added to them until the next frame.
    pub velocity: [f64; 2],
}

impl FallingBall {
    /// A first state: the position uniform on the torus, each component of the velocity uniform in ±speed.
    /// Units: pixels, pixels per frame.
    pub fn start(&self, stream: &mut Stream) -> State {
        let position = [self.height as f64 * stream.uniform(), self.width as f64 * stream.uniform()];
        let velocity = [0, 1].map(|_| self.speed * (2.0 * stream.uniform() - 1.0));
        State { position, velocity }
    }

    /// The state a frame later, `x ← x + v` on the torus, then `v ← v + g`: first the position moves, then the
    /// velocity.
    ///
    /// Units: pixels, pixels per frame.
    /// Source: the ball under gravity of arXiv 2402.08010, figure 4; its law is ours.
    pub fn next(&self, State { position, velocity }: State) -> State {
        let moved = [position[0] + velocity[0], position[1] + velocity[1]];
        let wrapped = [wrap(moved[0], self.height), wrap(moved[1], self.width)];
        State { position: wrapped, velocity: [velocity[0] + self.gravity, velocity[1]] }
    }

    /// States in a row without an end, the first one as given. Units: as [`FallingBall::next`].
    pub fn path(self, start: State) -> impl Iterator<Item = State> {
        std::iter::successors(Some(start), move |&state| Some(self.next(state)))
    }

    /// Adds a frame to a film: `1/(1 + e^{(d − r)/w})` with the distance d of a pixel to the centre on the torus, the
    /// radius r and the width w of the edge. Smooth, so that a shifted ball is a shift of its Fourier phases.
    ///
    /// Shapes: -> HW more numbers, row by row. Units: d, r and w in pixels; brightness is dimensionless, 0 to 1.
    /// Cost: HW.
    pub fn draw(&self, State { position: [y, x], .. }: State, film: &mut Vec<f64>) {
        let down: Vec<f64> = (0..self.height).map(|r| distance(r as f64, y, self.height)).collect();
        let across: Vec<f64> = (0..self.width).map(|s| distance(s as f64, x, self.width)).collect();
        for dy in down {
            let pixel = |dx: &f64| 1.0 / (1.0 + libm::exp((libm::hypot(dy, *dx) - self.radius) / self.edge));
            film.extend(across.iter().map(pixel));
        }
    }
}

// into [0, size): the remainder of a tiny negative number rounds to the size itself
fn wrap(place: f64, size: usize) -> f64 {
    let wrapped = place.rem_euclid(size as f64);
    if wrapped >= size as f64 { 0.0 } else { wrapped }
}

fn distance(a: f64, b: f64, size: usize) -> f64 {
    let apart = (a - b).abs().rem_euclid(size as f64);
    apart.min(size as f64 - apart)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    const BALL: FallingBall = FallingBall { height: 14, width: 16, radius: 2.5, edge: 0.5, speed: 1.0, gravity: 0.1 };

    // Argument of the first Fourier coefficient along one axis, in pixels.
    fn centre(frame: &[f64], along: impl Fn(usize) -> usize, size: usize) -> f64 {
        let angle = |at: usize| TAU * along(at) as f64 / size as f64;
        let sum = |of: fn(f64) -> f64| frame.iter().enumerate().map(|(at, v)| v * of(angle(at))).sum::<f64>();
        sum(f64::sin).atan2(sum(f64::cos)).rem_euclid(TAU) * size as f64 / TAU
    }

    #[test]
    fn the_centre_of_mass_on_the_torus_is_the_position() {
        for i in 0..50 {
            let state = BALL.start(&mut Stream::new(3, "ball", i));
            let mut frame = Vec::new();
            BALL.draw(state, &mut frame);
            let found = [centre(&frame, |at| at / 16, 14), centre(&frame, |at| at % 16, 16)];
            let gaps = [distance(found[0], state.position[0], 14), distance(found[1], state.position[1], 16)];
            assert!(gaps.iter().all(|&gap| gap < 0.01), "{state:?}: {found:?}");
        }
    }

    #[test]
    fn positions_advance_by_the_velocity_and_gravity_pulls_down() {
        let start = State { position: [13.5, 0.25], velocity: [1.0, -0.5] };
        let path: Vec<State> = BALL.path(start).take(4).collect();
        assert_eq!(path[0], start);
        // three frames: 13.5 + 1 + 1.1 + 1.2 = 16.8, less 14; 0.25 − 1.5, and 16 more
        assert!((path[3].position[0] - 2.8).abs() < 1e-12 && (path[3].position[1] - 14.75).abs() < 1e-12);
        assert!((path[3].velocity[0] - 1.3).abs() < 1e-12 && path[3].velocity[1] == -0.5);
    }

    #[test]
    fn the_ball_is_bright_inside_and_has_its_area() {
        let mut frame = Vec::new();
        BALL.draw(State { position: [0.0, 15.9], velocity: [0.0; 2] }, &mut frame);
        assert!(frame[0] > 0.98 && frame[7 * 16 + 8] < 1e-3 && frame[13 * 16 + 15] > 0.9, "it goes over the border");
        // ∫ 2π d/(1 + e^{(d − r)/w}) = π r² (1 + (π w/r)²/3) but for terms of e^{−r/w}
        let expected = 0.5 * TAU * 6.25 * (1.0 + (0.25 * TAU / 2.5).powi(2) / 3.0);
        assert!((frame.iter().sum::<f64>() / expected - 1.0).abs() < 0.01);
    }

    #[test]
    fn places_stay_on_the_torus() {
        assert_eq!((wrap(-1e-18, 14), wrap(14.0, 14), wrap(-0.5, 14)), (0.0, 0.0, 13.5));
        assert_eq!((distance(0.5, 13.5, 14), distance(3.0, 3.0, 14)), (1.0, 0.0));
    }
}
