//! Periodic images as sums of waves: images on a torus of H x W pixels, row by row.

use crate::math::random::Stream;
use std::f64::consts::TAU;

/// cos and sin of 2π(`f_y` r/H + `f_x` s/W) at every pixel, for one frequency in cycles per image.
#[derive(Debug, Clone, PartialEq)]
pub struct Wave {
    cosine: Vec<f64>,
    sine: Vec<f64>,
}

impl Wave {
    /// The wave of a frequency on H x W pixels. Shapes: -> HW cosines, HW sines. Units: whole waves per image.
    /// Cost: HW.
    pub fn new((height, width): (usize, usize), [down, across]: [i32; 2]) -> Self {
        // reduced before it is rounded: the angle stays exact
        let turns = |f: i32, t: usize, size: usize| {
            (i64::from(f) * t as i64).rem_euclid(size.max(1) as i64) as f64 / size as f64
        };
        let angles = (0..height * width).map(|at| (at / width, at % width));
        let angles = angles.map(|(r, s)| TAU * (turns(down, r, height) + turns(across, s, width)));
        let (cosine, sine) = angles.map(|angle| (libm::cos(angle), libm::sin(angle))).unzip();
        Self { cosine, sine }
    }

    /// Adds `a cos(2π ω·t/N) + b sin(2π ω·t/N)`. Shapes: HW, in place. Cost: HW.
    pub fn add(&self, image: &mut [f64], a: f64, b: f64) {
        let waves = self.cosine.iter().zip(&self.sine);
        image.iter_mut().zip(waves).for_each(|(x, (cosine, sine))| *x += a * cosine + b * sine);
    }

    /// Adds `A cos(2π ω·t/N + φ)`. Shapes: HW, in place. Units: φ in turns. Cost: HW.
    pub fn add_shifted(&self, image: &mut [f64], amplitude: f64, turns: f64) {
        let angle = TAU * turns;
        self.add(image, amplitude * libm::cos(angle), -amplitude * libm::sin(angle));
    }
}

/// One wave of an image: its amplitude depends on the label, and on chance.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// The wave.
    pub wave: Wave,
    /// A.
    pub amplitude: f64,
    /// c.
    pub contrast: f64,
    /// s.
    pub spread: f64,
    /// φ in turns where phases are fixed.
    pub phase: f64,
}

/// An image `offset + Σ_j A_j (1 + y c_j + u_j) cos(2π ω_j·t/N + φ_j)` with `u_j` uniform in ±`s_j` and, where
/// `random_phases`, `φ_j` uniform, else as given.
///
/// Each component draws two numbers whatever its parameters, so images that differ in parameters share their chance.
/// Shapes: -> HW. Units: φ in turns; `A_j` and the offset those of the pixels. Cost: HW for each component.
pub fn wave_image(
    (components, offset): (&[Component], f64),
    label: f64,
    random_phases: bool,
    stream: &mut Stream,
) -> Vec<f64> {
    let pixels = components.first().map_or(0, |c| c.wave.cosine.len());
    let mut image = vec![offset; pixels];
    for component in components {
        let (drawn, jitter) = (stream.uniform(), 2.0 * stream.uniform() - 1.0);
        let gain = 1.0 + label * component.contrast + component.spread * jitter;
        let turns = if random_phases { drawn } else { component.phase };
        component.wave.add_shifted(&mut image, component.amplitude * gain, turns);
    }
    image
}

/// Frequencies (`f_y`, `f_x`) with |`f_y`| + |`f_x`| ≤ degree, one of each pair ±f, without 0.
///
/// Shapes: -> degree (degree + 1) frequencies. Units: whole waves per image.
pub fn half_ball(degree: i32) -> impl Iterator<Item = [i32; 2]> {
    let of_row = move |y: i32| {
        let left = degree - y;
        // of the row through 0 only the right half
        let from = if y == 0 { 1 } else { -left };
        (from..=left).map(move |x| [y, x])
    };
    (0..=degree).flat_map(of_row)
}

/// How a shape follows from a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// 1 where the field is above 0, else 0.
    Sharp,
    /// 1/(1 + e^{−4g}), of slope 1 where the field g is 0.
    Smooth,
}

/// Random low-frequency shapes: where a Gaussian field of unit variance is above 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Shapes {
    waves: Vec<Wave>,
    pixels: usize,
}

impl Shapes {
    /// Shapes on H x W pixels with frequencies ‖ω‖₁ ≤ degree.
    ///
    /// Shapes: -> K = degree (degree + 1) waves. Units: whole waves per image. Cost: HW for each frequency.
    pub fn new((height, width): (usize, usize), degree: i32) -> Self {
        let waves = half_ball(degree).map(|f| Wave::new((height, width), f)).collect();
        Self { waves, pixels: height * width }
    }

    /// `g = (a_0 + Σ_ω a_ω cos(2π ω·t/N) + b_ω sin(2π ω·t/N))/√(1 + K)`, a, b standard normal, over K pairs ±ω.
    ///
    /// Shapes: -> HW. Units: dimensionless, of variance 1. Cost: HW for each frequency.
    pub fn field(&self, stream: &mut Stream) -> Vec<f64> {
        let scale = 1.0 / ((1 + self.waves.len()) as f64).sqrt();
        let mut field = vec![scale * stream.normal(); self.pixels];
        for wave in &self.waves {
            let (a, b) = (stream.normal(), stream.normal());
            wave.add(&mut field, scale * a, scale * b);
        }
        field
    }

    /// One shape, between 0 and 1. Shapes: -> HW. Cost: HW for each frequency.
    /// Source: the random low-frequency shapes of arXiv 2402.08010, figure 3; their law is ours.
    pub fn draw(&self, edge: Edge, stream: &mut Stream) -> Vec<f64> {
        let of = |g: f64| match edge {
            Edge::Sharp => f64::from(u8::from(g > 0.0)),
            Edge::Smooth => 1.0 / (1.0 + libm::exp(-4.0 * g)),
        };
        self.field(stream).into_iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::fourier::image_spectrum::ImageFourier;
    use crate::math::linalg::Matrix;

    const SIZE: (usize, usize) = (6, 9);

    fn amplitudes(image: &[f64]) -> Matrix {
        let x = Matrix::from_row_slice(SIZE.0, SIZE.1, image);
        ImageFourier::new(SIZE.0, SIZE.1).transform(&x).unwrap().amplitudes()
    }

    #[test]
    fn a_wave_lives_at_its_frequency_and_shifts_by_its_phase() {
        let mut image = vec![0.0; 54];
        Wave::new(SIZE, [-2, 3]).add_shifted(&mut image, 1.5, 0.1);
        let found = amplitudes(&image);
        for (r, s) in (0..54).map(|e| (e / 9, e % 9)) {
            // A/2 at ±ω, times √(HW)
            let expected = if [(4, 3), (2, 6)].contains(&(r, s)) { 0.75 * 54.0_f64.sqrt() } else { 0.0 };
            assert!((found[(r, s)] - expected).abs() < 1e-12, "{r} {s}");
        }
        let at = |r: f64, s: f64| 1.5 * (TAU * (-2.0 * r / 6.0 + 3.0 * s / 9.0 + 0.1)).cos();
        assert!((image[3 * 9 + 5] - at(3.0, 5.0)).abs() < 1e-13);
    }

    #[test]
    fn labels_and_chance_set_the_amplitude() {
        let wave = Wave::new(SIZE, [0, 1]);
        let component = |spread| Component { wave: wave.clone(), amplitude: 2.0, contrast: 0.25, spread, phase: 0.0 };
        let draw = |spread, label| {
            let components = [component(spread)];
            wave_image((&components, 0.5), label, false, &mut Stream::new(1, "waves", 0))
        };
        // at the first pixel the cosine is 1
        assert!((draw(0.0, 1.0)[0] - 3.0).abs() < 1e-14 && (draw(0.0, -1.0)[0] - 2.0).abs() < 1e-14);
        let jittered = (draw(0.5, 1.0)[0] - 3.0) / 2.0;
        assert!(jittered.abs() <= 0.5 && jittered.abs() > 1e-3);
    }

    #[test]
    fn a_ball_of_frequencies_has_one_of_each_pair() {
        for (degree, pairs) in [(0, 0), (1, 2), (2, 6), (3, 12)] {
            let all: Vec<[i32; 2]> = half_ball(degree).collect();
            assert_eq!(all.len(), pairs, "half of 2d(d + 1)");
            assert!(all.iter().all(|[y, x]| y.abs() + x.abs() <= degree && !all.contains(&[-y, -x])));
        }
    }

    #[test]
    fn fields_have_unit_variance_and_few_frequencies() {
        let shapes = Shapes::new(SIZE, 2);
        let root = Stream::new(4, "fields", 0);
        let fields: Vec<Vec<f64>> = (0..4000).map(|i| shapes.field(&mut root.substream(i))).collect();
        let at = |t: usize| fields.iter().map(|f| f[t] * f[t]).sum::<f64>() / 4000.0;
        assert!((at(0) - 1.0).abs() < 0.1 && (at(31) - 1.0).abs() < 0.1);
        let found = amplitudes(&fields[0]);
        let high = |(r, s): (usize, usize)| r.min(6 - r) + s.min(9 - s) > 2;
        let outside = (0..54).map(|e| (e / 9, e % 9)).filter(|&f| high(f)).map(|f| found[f]).fold(0.0, f64::max);
        assert!(outside < 1e-12 && found.amax() > 0.1);
    }

    #[test]
    fn shapes_are_where_the_field_is_above_zero() {
        let shapes = Shapes::new(SIZE, 2);
        let stream = || Stream::new(4, "shapes", 0);
        let (field, sharp) = (shapes.field(&mut stream()), shapes.draw(Edge::Sharp, &mut stream()));
        let smooth = shapes.draw(Edge::Smooth, &mut stream());
        for ((g, s), soft) in field.iter().zip(sharp).zip(smooth) {
            assert_eq!(s, if *g > 0.0 { 1.0 } else { 0.0 });
            assert!((soft > 0.5) == (*g > 0.0) && (0.0..=1.0).contains(&soft));
        }
    }
}
