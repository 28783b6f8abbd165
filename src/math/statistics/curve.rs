//! Curves through points: interpolation, where they cross a level, how far several lie apart.

/// Where a curve first reaches a level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Crossing {
    /// Here.
    At(f64),
    /// Before its first point: it is beyond the level there already.
    Before,
    /// Not up to its last point.
    Never,
}

/// The piecewise linear curve through points of ascending x; nothing outside of them.
///
/// Shapes: m, m -> a number. Units: those of y. Cost: log m.
pub fn interpolate((x, y): (&[f64], &[f64]), at: f64) -> Option<f64> {
    let above = x.partition_point(|&v| v < at);
    if above < x.len() && x[above] == at {
        return Some(y[above]);
    }
    if above == 0 || above == x.len() {
        return None;
    }
    let share = (at - x[above - 1]) / (x[above] - x[above - 1]);
    Some(y[above - 1] + share * (y[above] - y[above - 1]))
}

/// Where the piecewise linear curve through points of ascending x first reaches a level, from below if `rising`.
///
/// The first point that is at the level or beyond ends the search, so later wiggles across the level do not count.
///
/// Shapes: m, m. Units: those of x; the level has those of y. Cost: m.
pub fn first_crossing((x, y): (&[f64], &[f64]), level: f64, rising: bool) -> Crossing {
    let beyond = |v: f64| if rising { v >= level } else { v <= level };
    match y.iter().position(|&v| beyond(v)) {
        None => Crossing::Never,
        Some(i) if y[i] == level => Crossing::At(x[i]),
        Some(0) => Crossing::Before,
        Some(i) => Crossing::At(x[i - 1] + (level - y[i - 1]) / (y[i] - y[i - 1]) * (x[i] - x[i - 1])),
    }
}

/// The squared relative spread of several curves: 0 where they coincide.
///
/// `S² = (1/G) Σ_g Var_c y_c(x_g) / R²`, with the sample variance over the curves c (divided by their number − 1), G
/// grid points x_g, the x of all curves within the range that all of them span, and R the greatest less the least value
/// of any curve on that grid. Curves are interpolated linearly.
///
/// Nothing where there are fewer than two curves, their ranges do not overlap, or all values on the grid are equal.
///
/// Shapes: C curves of ascending x. Units: dimensionless. Cost: C² · points · log points.
/// Source: ours.
pub fn squared_spread(curves: &[(Vec<f64>, Vec<f64>)]) -> Option<f64> {
    let from = curves.iter().filter_map(|(x, _)| x.first().copied()).fold(f64::NEG_INFINITY, f64::max);
    let to = curves.iter().filter_map(|(x, _)| x.last().copied()).fold(f64::INFINITY, f64::min);
    let mut grid: Vec<f64> = curves.iter().flat_map(|(x, _)| x).copied().filter(|v| (from..=to).contains(v)).collect();
    grid.sort_by(f64::total_cmp);
    grid.dedup();
    if curves.len() < 2 || grid.is_empty() {
        return None;
    }
    let (mut variance, mut least, mut greatest) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
    for &at in &grid {
        let values = curves.iter().map(|(x, y)| interpolate((x, y), at)).collect::<Option<Vec<f64>>>()?;
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        variance += values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64;
        least = values.iter().copied().fold(least, f64::min);
        greatest = values.iter().copied().fold(greatest, f64::max);
    }
    let range = greatest - least;
    (range > 0.0).then(|| variance / grid.len() as f64 / (range * range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolation_by_hand() {
        let (x, y) = ([0.0, 1.0, 3.0], [0.0, 2.0, 1.0]);
        let at = |v| interpolate((&x, &y), v);
        assert_eq!([at(0.0), at(0.5), at(1.0), at(2.0), at(3.0)], [0.0, 1.0, 2.0, 1.5, 1.0].map(Some));
        assert_eq!([at(-0.1), at(3.1), interpolate((&[], &[]), 0.0)], [None; 3]);
    }

    #[test]
    fn crossings_by_hand() {
        let x = [1.0, 2.0, 3.0, 4.0];
        let rising = |y: [f64; 4], level| first_crossing((&x, &y), level, true);
        assert_eq!(rising([0.0, 0.1, 0.3, 0.9], 0.2), Crossing::At(2.5));
        assert_eq!(rising([0.0, 0.25, 0.1, 0.9], 0.2), Crossing::At(1.8), "the first, not the last");
        assert_eq!(rising([0.0, 0.0, 0.0, 0.1], 0.2), Crossing::Never);
        assert_eq!(rising([0.5, 0.0, 0.0, 0.9], 0.2), Crossing::Before);
        assert_eq!(rising([0.2, 0.3, 0.4, 0.9], 0.2), Crossing::At(1.0));
    }

    #[test]
    fn a_falling_curve_is_a_rising_one_turned_over() {
        let (x, y) = ([1.0, 2.0, 4.0], [0.9, 0.5, -0.3]);
        for level in [1.0, 0.9, 0.6, 0.5, 0.0, -0.3, -0.4] {
            let mirrored = first_crossing((&x, &y.map(|v| -v)), -level, true);
            assert_eq!(first_crossing((&x, &y), level, false), mirrored, "{level}");
        }
    }

    /// Curves on 0, 1, 2.
    fn curves(y: &[[f64; 3]]) -> Vec<(Vec<f64>, Vec<f64>)> {
        y.iter().map(|y| (vec![0.0, 1.0, 2.0], y.to_vec())).collect()
    }

    #[test]
    fn the_spread_by_hand() {
        // variances 0, 0.02 and 0 at the three points (0.2² / 2), range 1
        let found = squared_spread(&curves(&[[0.0, 0.4, 1.0], [0.0, 0.6, 1.0]])).unwrap();
        assert!((found - 0.02 / 3.0).abs() < 1e-15, "{found}");
        assert_eq!(squared_spread(&curves(&[[0.0, 0.5, 1.0]; 4])), Some(0.0));
        // on the overlap 1 to 2 alone, with 1.5 interpolated in the first
        let apart = [(vec![0.0, 1.0, 2.0], vec![9.0, 0.0, 1.0]), (vec![1.0, 1.5, 2.0, 3.0], vec![0.0, 0.7, 1.0, 9.0])];
        assert!((squared_spread(&apart).unwrap() - 0.02 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn shifting_and_scaling_all_curves_changes_nothing() {
        let y = [[0.0, 0.4, 1.0], [0.1, 0.6, 0.9], [0.0, 0.3, 1.3]];
        let moved = y.map(|c| c.map(|v| 3.0 - 7.0 * v));
        let (a, b) = (squared_spread(&curves(&y)).unwrap(), squared_spread(&curves(&moved)).unwrap());
        assert!((a - b).abs() < 1e-14 * a);
    }

    #[test]
    fn curves_that_cannot_be_compared_have_no_spread() {
        assert_eq!(squared_spread(&curves(&[[0.0, 1.0, 2.0]])), None);
        assert_eq!(squared_spread(&curves(&[[1.0; 3], [1.0; 3]])), None, "nothing to be relative to");
        assert_eq!(squared_spread(&[(vec![0.0, 1.0], vec![0.0, 1.0]), (vec![2.0, 3.0], vec![0.0, 1.0])]), None);
    }
}
