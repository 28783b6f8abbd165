//! How Student's t moves from seed to seed where there is no effect, and how many paths a planned test leaves open.
//!
//! With `τ = t/√(n − 1)` of n normal values around 0, the values τ_n form a Markov chain *backwards*: what was before
//! depends on τ_{n+1} alone, and not on how large the values are. So one function of one variable says everything:
//! `H_n(τ)`, the chance that a path was stopped at no look before n, given its τ at n. One more seed takes it from n to
//! n + 1 by an integral over an angle, and both the function and the integral are smooth in the coordinates used here.

use crate::math::error::MathError;
use crate::math::quadrature::gauss_legendre::GaussLegendre;
use std::f64::consts::{FRAC_PI_2, PI};

// Nodes of each of the two panels that hold H_n, and of each integral over it. With more of them critical values change
// by less than 1e-12 of themselves for looks at 3, 5, 8, 12, 18, 30, and 1e-6 for ones at 2, 3, 4, 5 or 400, 800, 1200.
const PANEL_NODES: usize = 48;
const INTEGRAL_NODES: usize = 48;

// Paths that are as rare as this are no paths: beyond them H_n is cut off.
const NEGLIGIBLE: f64 = 1e-15;

/// The null paths that are open at a number of seeds.
#[derive(Debug, Clone)]
pub(super) struct NullPaths {
    seeds: usize,
    // open paths have |τ| below this, after what was stopped at this number of seeds
    limit: f64,
    open: Open,
    integral: SmoothEnds,
}

impl NullPaths {
    /// All paths, at the first look.
    pub(super) fn new(seeds: usize) -> Result<Self, MathError> {
        Ok(Self { seeds, limit: f64::INFINITY, open: Open::All, integral: SmoothEnds::new(INTEGRAL_NODES)? })
    }

    /// One seed more.
    pub(super) fn advance(&mut self) {
        let step = Step::new(self.seeds, self.limit);
        let value = |angle: f64| {
            let sum = self.integral.of(step.bounds(angle), |psi| {
                let before = step.before(angle, psi);
                libm::cos(psi).powi(self.seeds as i32 - 2) * self.open.share(before)
            });
            (sum / cosine_integral(self.seeds - 2)).clamp(0.0, 1.0)
        };
        let panels = [Panel::new(0.0, step.bend, value), Panel::new(step.bend, FRAC_PI_2, value)];
        let open = Held { end: step.end, panels };
        self.limit = step.end * libm::cos(open.first_angle_above(NEGLIGIBLE));
        self.open = Open::Held(open);
        self.seeds += 1;
    }

    /// The share of all null paths that are open and have |t| above a bar here.
    pub(super) fn crossing(&self, bar: f64) -> f64 {
        let low = libm::atan(self.tau(bar));
        let high = libm::atan(self.limit).min(far_angle(libm::cos(low), self.seeds - 2));
        let bend = libm::atan(self.open.bend()).clamp(low, high.max(low));
        let density = |chi: f64| libm::cos(chi).powi(self.seeds as i32 - 2) * self.open.share(libm::tan(chi));
        let sum = self.integral.of((low, bend), density) + self.integral.of((bend, high), density);
        2.0 * sum / cosine_integral(self.seeds - 2)
    }

    /// The |t| which a share of all null paths crosses here for the first time, by bisection; 0 where fewer are open.
    pub(super) fn critical(&self, share: f64) -> f64 {
        let (mut low, mut high) = (0.0, FRAC_PI_2);
        let at = |angle: f64| libm::tan(angle) * ((self.seeds - 1) as f64).sqrt();
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if self.crossing(at(middle)) > share { low = middle } else { high = middle }
        }
        at(low)
    }

    /// Stops the paths with |t| above a bar.
    pub(super) fn stop_above(&mut self, bar: f64) {
        self.limit = self.limit.min(self.tau(bar));
    }

    fn tau(&self, t: f64) -> f64 {
        t / ((self.seeds - 1) as f64).sqrt()
    }
}

// One seed more, from n = `seeds`: `τ_n = (α τ_{n+1} + β sin ψ)/cos ψ` with α² = n/(n + 1), β² = 1/(n + 1), and ψ of
// density cos^(n−2) ψ: the angle between what the n residuals and the new value add to the sum of squares.
struct Step {
    beta: f64,
    // the hypotenuse of the limit and β, and the angle that belongs to β
    reach: f64,
    delta: f64,
    // the largest |τ_{n+1}| of a path open at n, and where the integral's lower bound bends
    end: f64,
    bend: f64,
    // beyond this |ψ| there is next to nothing
    far: f64,
}

impl Step {
    fn new(seeds: usize, limit: f64) -> Self {
        let (alpha, beta) = ((seeds as f64 / (seeds + 1) as f64).sqrt(), (1.0 / (seeds + 1) as f64).sqrt());
        let (reach, delta) = (limit.hypot(beta), libm::atan2(beta, limit));
        let far = far_angle(1.0, seeds - 2);
        Self { beta, reach, delta, end: reach / alpha, bend: FRAC_PI_2 - delta, far }
    }

    // The ψ for which |τ_n| is below the limit, given `τ_{n+1} = end · cos(angle)`.
    fn bounds(&self, angle: f64) -> (f64, f64) {
        ((-angle - self.delta).max(angle + self.delta - PI).max(-self.far), (angle - self.delta).min(self.far))
    }

    fn before(&self, angle: f64, psi: f64) -> f64 {
        (self.reach * libm::cos(angle) + self.beta * libm::sin(psi)) / libm::cos(psi)
    }
}

// H_n as a function of |τ|.
#[derive(Debug, Clone)]
enum Open {
    All,
    Held(Held),
}

impl Open {
    fn share(&self, tau: f64) -> f64 {
        match self {
            Self::All => 1.0,
            Self::Held(held) => held.at(libm::acos((tau.abs() / held.end).min(1.0))),
        }
    }

    // The |τ| at which it bends; 0 for none.
    fn bend(&self) -> f64 {
        match self {
            Self::All => 0.0,
            Self::Held(held) => held.end * libm::cos(held.panels[0].high),
        }
    }
}

// Held over the angle of `|τ| = end · cos(angle)`: at the end it goes to 0 like a root of |τ|, which is smooth in the
// angle. Two panels, as it bends once.
#[derive(Debug, Clone)]
struct Held {
    end: f64,
    panels: [Panel; 2],
}

impl Held {
    fn at(&self, angle: f64) -> f64 {
        let panel = if angle < self.panels[0].high { &self.panels[0] } else { &self.panels[1] };
        panel.at(angle)
    }

    // The largest node up to which the values are at most `least`; 0 if the first one is larger.
    fn first_angle_above(&self, least: f64) -> f64 {
        let nodes = self.panels.iter().flat_map(|panel| panel.nodes.iter().zip(&panel.values));
        nodes.take_while(|(_, value)| **value <= least).last().map_or(0.0, |(node, _)| *node)
    }
}

// A polynomial through values at Chebyshev's nodes, ascending, by the barycentric formula.
// Source: Berrut and Trefethen, SIAM Review 46 (2004) 501, doi:10.1137/S0036144502417715, eq. 4.2 and 5.3.
#[derive(Debug, Clone)]
struct Panel {
    high: f64,
    nodes: Vec<f64>,
    weights: Vec<f64>,
    values: Vec<f64>,
}

impl Panel {
    fn new(low: f64, high: f64, value: impl Fn(f64) -> f64) -> Self {
        let angle = |i: usize| PI * (i as f64 + 0.5) / PANEL_NODES as f64;
        let node = |i: usize| 0.5 * (low + high) - 0.5 * (high - low) * libm::cos(angle(i));
        let sign = |i: usize| if i.is_multiple_of(2) { 1.0 } else { -1.0 };
        let nodes: Vec<f64> = (0..PANEL_NODES).map(node).collect();
        let values = nodes.iter().map(|&node| value(node)).collect();
        Self { high, nodes, weights: (0..PANEL_NODES).map(|i| sign(i) * libm::sin(angle(i))).collect(), values }
    }

    fn at(&self, x: f64) -> f64 {
        let (mut above, mut below) = (0.0, 0.0);
        for ((node, weight), value) in self.nodes.iter().zip(&self.weights).zip(&self.values) {
            if x == *node {
                return *value;
            }
            let share = weight / (x - node);
            above += share * value;
            below += share;
        }
        above / below
    }
}

// Integrals over an interval of functions that may go like a root at its ends: Gauss and Legendre's in the angle u of
// `x = middle + half · sin(πu/2)`.
#[derive(Debug, Clone)]
struct SmoothEnds {
    places: Vec<f64>,
    weights: Vec<f64>,
}

impl SmoothEnds {
    fn new(count: usize) -> Result<Self, MathError> {
        let GaussLegendre { nodes, weights } = GaussLegendre::new(count)?;
        let weight = |(u, w): (&f64, &f64)| w * FRAC_PI_2 * libm::cos(FRAC_PI_2 * u);
        let weights = nodes.iter().zip(&weights).map(weight).collect();
        Ok(Self { places: nodes.iter().map(|u| libm::sin(FRAC_PI_2 * u)).collect(), weights })
    }

    // 0 where the ends are not in order.
    fn of(&self, (low, high): (f64, f64), f: impl Fn(f64) -> f64) -> f64 {
        if low >= high {
            return 0.0;
        }
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
        half * self
            .places
            .iter()
            .zip(&self.weights)
            .map(|(place, weight)| weight * f(middle + half * place))
            .sum::<f64>()
    }
}

// The angle beyond which cos^power is next to nothing beside its value at a smaller angle, whose cosine is given.
fn far_angle(cosine: f64, power: usize) -> f64 {
    if power == 0 { FRAC_PI_2 } else { libm::acos(cosine * libm::exp(libm::log(NEGLIGIBLE) / power as f64)) }
}

// ∫ cos^power over −π/2 to π/2.
fn cosine_integral(power: usize) -> f64 {
    let power = power as f64;
    PI.sqrt() * (libm::lgamma(0.5 * (power + 1.0)) - libm::lgamma(0.5 * power + 1.0)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::statistics::student::student_cdf;

    #[test]
    fn without_a_look_before_the_crossing_is_student_s_tail() {
        for seeds in [2, 3, 10, 200] {
            let paths = NullPaths::new(seeds).unwrap();
            for t in [0.0, 0.5, 2.0, 12.0] {
                let tail = 2.0 * student_cdf(-t, (seeds - 1) as f64);
                assert!((paths.crossing(t) - tail).abs() < 1e-12, "{seeds} seeds, {t}");
            }
        }
    }

    /// A look that stops next to nothing leaves the later t as it was, through dozens of steps.
    #[test]
    fn a_look_that_stops_nobody_changes_nothing() {
        let mut paths = NullPaths::new(3).unwrap();
        paths.stop_above(1e6);
        (3..40).for_each(|_| paths.advance());
        for t in [0.0, 1.0, 2.5, 4.0] {
            let tail = 2.0 * student_cdf(-t, 39.0);
            assert!((paths.crossing(t) - tail).abs() < 1e-10, "{t}: {} {tail}", paths.crossing(t));
        }
    }

    /// What is open and what was stopped are all paths, at every number of seeds.
    #[test]
    fn no_path_is_lost() {
        for (first, tolerance) in [(2, 1e-5), (3, 1e-8), (10, 1e-10)] {
            let mut paths = NullPaths::new(first).unwrap();
            let mut stopped = 0.0;
            for seeds in first..first + 30 {
                if [0, 1, 2, 5, 13].contains(&(seeds - first)) {
                    stopped += paths.crossing(2.0);
                    paths.stop_above(2.0);
                }
                let lost = 1.0 - paths.crossing(0.0) - stopped;
                assert!(lost.abs() < tolerance, "from {first} seeds, at {seeds}: {lost}");
                paths.advance();
            }
        }
    }
}
