//! Leading directions of subsamples, and how far they are those of the whole sample.

use super::moment::signed_moment;
use crate::math::error::{MathError, check_range, check_size};
use crate::math::linalg::eigen::{Krylov, top_eigen_by_magnitude, top_eigen_of_operator};
use crate::math::linalg::{Eigen, Matrix, orthonormal_basis, product, product_tn, scale_rows, symmetric_product_tn};
use crate::math::random::Stream;

/// Nested random subsamples: the first `sizes[0]`, the first `sizes[1]`, … of one random order.
///
/// A smaller subsample is part of every larger one, so moments are sums of shells, and curves over n are smooth.
#[derive(Debug, Clone, PartialEq)]
pub struct NestedSamples {
    order: Vec<usize>,
    sizes: Vec<usize>,
}

impl NestedSamples {
    /// Subsamples of `0..count`; the order is that of the stream of (seed, "subsamples", repeat).
    ///
    /// Shapes: m sizes -> m subsamples. Units: samples. Cost: count.
    ///
    /// # Errors
    /// [`MathError::Range`] unless the sizes ascend from at least 1 to at most `count`.
    pub fn draw(count: usize, sizes: &[usize], (seed, repeat): (u64, u64)) -> Result<Self, MathError> {
        let ascending = sizes.windows(2).all(|pair| pair[0] < pair[1]);
        let largest = sizes.last().copied().unwrap_or(0);
        let within = ascending && sizes.first().is_some_and(|&s| s > 0) && largest <= count;
        check_range(within, "largest subsample", largest as f64, "sizes that ascend from 1 to the number of samples")?;
        let mut order = Stream::new(seed, "subsamples", repeat).permutation(count);
        order.truncate(largest);
        Ok(Self { order, sizes: sizes.to_vec() })
    }

    /// The sizes, ascending. Units: samples.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// The members of the subsample at a place of `sizes`. Panics where there is no such place.
    /// Shapes: -> `sizes[place]` numbers.
    pub fn members(&self, place: usize) -> &[usize] {
        &self.order[..self.sizes[place]]
    }

    /// For each of `count` samples the place of the smallest subsample that has it, if any. Shapes: -> `count`.
    /// Cost: count.
    pub fn shells(&self, count: usize) -> Vec<Option<usize>> {
        let mut shells = vec![None; count];
        for (rank, &member) in self.order.iter().enumerate() {
            shells[member] = Some(self.sizes.partition_point(|&size| size <= rank));
        }
        shells
    }
}

/// How the eigenproblem of a subsample is solved; the result is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleRoute {
    /// Whichever is cheapest for the shape.
    Auto,
    /// Through the P x P moment.
    Moment,
    /// Through the space that the rows span, n x n. Only for n <= P.
    Span,
    /// Block Krylov on products with the rows; nothing but the rows is held.
    Products,
}

/// The `keep` eigenpairs of largest |λ| of `C = Zᵀ diag(y) Z/n`, fewer where n or P is less, by descending |λ|.
///
/// Formula of the span route: with an orthonormal basis Q of the rows, `C = Q (ZQ)ᵀ diag(y) (ZQ) Qᵀ/n`; no small number
/// is divided by, so samples of any rank will do.
/// Shapes: n x P, n -> k values, P x k. Cost: about 100 · 4nP (products), 6n²P + 10n³ (span), nP² + 200P² (moment).
/// Source: arXiv 2605.13612, the eigenvectors at n.
///
/// # Errors
/// [`MathError::Shape`] for labels that do not fit; [`MathError::Range`] for no rows; [`MathError::NonFinite`].
pub fn leading_directions(z: &Matrix, labels: &[f64], keep: usize, route: SampleRoute) -> Result<Eigen, MathError> {
    let (n, p) = z.shape();
    check_size("labels", labels.len(), n)?;
    check_range(n.min(p).min(keep) > 0, "rows, columns and directions", n as f64, "at least 1 each")?;
    let keep = keep.min(n).min(p);
    let weights: Vec<f64> = labels.iter().map(|y| y / n as f64).collect();
    match route.resolved((n, p), keep) {
        SampleRoute::Span => through_span(z, &weights, keep),
        SampleRoute::Products => match through_products(z, &weights, keep) {
            Err(MathError::NoConvergence { .. }) => top_eigen_by_magnitude(&signed_moment(z, labels)?, keep),
            found => found,
        },
        _ => top_eigen_by_magnitude(&signed_moment(z, labels)?, keep),
    }
}

impl SampleRoute {
    // Below this many rows the n x n problem takes less than an iteration that has to find its way.
    const SPAN_UP_TO: usize = 128;
    // An iteration needs a space well above its basis.
    const SPACE_PER_DIRECTION: usize = 12;

    fn resolved(self, (n, p): (usize, usize), keep: usize) -> Self {
        let roomy = p > 64 + Self::SPACE_PER_DIRECTION * keep;
        match self {
            Self::Auto if n <= p.min(Self::SPAN_UP_TO) => Self::Span,
            Self::Auto if roomy => Self::Products,
            Self::Auto => Self::Moment,
            given => given,
        }
    }
}

fn through_span(z: &Matrix, weights: &[f64], keep: usize) -> Result<Eigen, MathError> {
    check_range(z.nrows() <= z.ncols(), "rows", z.nrows() as f64, "at most the number of columns")?;
    let basis = orthonormal_basis(&z.transpose());
    let inner = product(z, &basis);
    let mut weighted = inner.clone();
    scale_rows(&mut weighted, weights);
    let top = top_eigen_by_magnitude(&symmetric_product_tn(&inner, &weighted), keep)?;
    Ok(Eigen { vectors: product(&basis, &top.vectors), values: top.values })
}

fn through_products(z: &Matrix, weights: &[f64], keep: usize) -> Result<Eigen, MathError> {
    crate::math::error::check_finite("features", z.as_slice())?;
    // forming the moment costs as much as P/4 products
    let bound = Krylov { size: z.ncols(), keep, products: (z.ncols() / 4).max(40 * keep) };
    top_eigen_of_operator(bound, |x| {
        let mut image = product(z, x);
        scale_rows(&mut image, weights);
        product_tn(z, &image)
    })
}

// Eigenvalues below this share of the largest are rounding: their directions carry none of the moment.
const NEGLIGIBLE: f64 = 1e-12;

/// `|⟨v_i, u_i⟩|²` of each reference direction with the found one of the same place; 0 where none was found or its
/// eigenvalue is rounding.
///
/// Shapes: P x K, eigenpairs of P -> K. Cost: PK.
/// Source: arXiv 2605.13612, figure 5: overlap of the i-th eigenvector at n with the i-th of the large sample.
///
/// # Errors
/// [`MathError::Shape`] where the directions have another length.
pub fn squared_overlaps(reference: &Matrix, found: &Eigen) -> Result<Vec<f64>, MathError> {
    check_size("entries of a direction", found.vectors.nrows(), reference.nrows())?;
    let least = NEGLIGIBLE * found.values.first().map_or(0.0, |v| v.abs());
    let overlap = |i: usize| match found.values.get(i) {
        Some(value) if value.abs() > least => reference.column(i).dot(&found.vectors.column(i)).powi(2),
        _ => 0.0,
    };
    Ok((0..reference.ncols()).map(overlap).collect())
}

/// `max_j |⟨v_j, u_i⟩|²` of each reference direction over all found ones: what [`squared_overlaps`] would be if places
/// were not exchanged, as they are where two eigenvalues have nearly the same magnitude.
///
/// Shapes: P x K, eigenpairs of P -> K. Cost: PK². Source: ours.
///
/// # Errors
/// [`MathError::Shape`] where the directions have another length.
pub fn squared_overlaps_at_any_place(reference: &Matrix, found: &Eigen) -> Result<Vec<f64>, MathError> {
    check_size("entries of a direction", found.vectors.nrows(), reference.nrows())?;
    let least = NEGLIGIBLE * found.values.first().map_or(0.0, |v| v.abs());
    let there = found.values.iter().take_while(|v| v.abs() > least).count();
    let products = product_tn(&found.vectors, reference);
    let largest = |i: usize| products.column(i).iter().take(there).fold(0.0, |best: f64, x| best.max(x * x));
    Ok((0..reference.ncols()).map(largest).collect())
}

/// Where a curve first reaches a level from below, linear in log x between its points; none where it starts at the
/// level or never reaches it.
///
/// Shapes: points (x, y) by ascending x > 0. Units: those of x. Cost: the number of points.
/// Source: ours; a straight line over a logarithmic axis is how the paper's curves are read.
///
/// # Errors
/// [`MathError::Range`] unless x ascends from above 0.
pub fn first_crossing(points: &[(f64, f64)], level: f64) -> Result<Option<f64>, MathError> {
    let mut before = 0.0;
    for &(x, _) in points {
        check_range(x > before, "place on a logarithmic axis", x, "ascending, above 0")?;
        before = x;
    }
    let crossing = points.windows(2).find(|pair| pair[0].1 < level && pair[1].1 >= level);
    let starts_below = points.first().is_some_and(|&(_, y)| y < level);
    Ok(crossing.filter(|_| starts_below).map(|pair| {
        let [(x0, y0), (x1, y1)] = [pair[0], pair[1]];
        (x0.ln() + (level - y0) / (y1 - y0) * (x1 / x0).ln()).exp()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::{scale_columns, sym_eigen};
    use std::collections::BTreeSet;

    fn sample(n: usize, p: usize) -> (Matrix, Vec<f64>) {
        let decay: Vec<f64> = (0..p).map(|j| 1.0 / (1.0 + j as f64).sqrt()).collect();
        let mut z = Stream::new(6, "test-features", 1).normal_columns(n, 0, p);
        scale_columns(&mut z, &decay);
        let y = (0..n).map(|i| if z[(i, 0)] + z[(i, 1)] * z[(i, 2)] > 0.1 { 1.0 } else { -1.0 }).collect();
        (z, y)
    }

    #[test]
    fn subsamples_are_nested_and_keyed() {
        let sizes = [1, 4, 9, 20];
        let draw = |seed, repeat| NestedSamples::draw(20, &sizes, (seed, repeat)).unwrap();
        let samples = draw(3, 1);
        #[expect(clippy::needless_range_loop, reason = "the place names a size and a column alike")]
        for place in 1..4 {
            assert_eq!(samples.members(place).len(), sizes[place]);
            assert!(samples.members(place).starts_with(samples.members(place - 1)));
        }
        assert_eq!(samples.members(3).iter().collect::<BTreeSet<_>>().len(), 20);
        assert_eq!(samples, draw(3, 1));
        assert!(samples != draw(3, 2) && samples != draw(4, 1));
        let few = NestedSamples::draw(20, &sizes[..2], (3, 1)).unwrap();
        assert_eq!(few.members(1), samples.members(1));
    }

    #[test]
    fn shells_sum_to_the_subsamples() {
        let samples = NestedSamples::draw(30, &[2, 7, 11], (0, 0)).unwrap();
        let shells = samples.shells(30);
        for place in 0..3 {
            let inside: BTreeSet<usize> = (0..30).filter(|&i| shells[i].is_some_and(|s| s <= place)).collect();
            assert_eq!(inside, samples.members(place).iter().copied().collect());
        }
        for sizes in [&[][..], &[0, 3], &[3, 3], &[4, 2], &[31]] {
            assert!(NestedSamples::draw(30, sizes, (0, 0)).is_err(), "{sizes:?}");
        }
    }

    #[test]
    fn every_route_gives_the_directions_of_the_moment() {
        for (n, p, routes) in [
            (40, 200, &[SampleRoute::Span, SampleRoute::Products][..]),
            (300, 150, &[SampleRoute::Products]),
            (90, 20, &[SampleRoute::Auto]),
            (150, 400, &[SampleRoute::Auto, SampleRoute::Span]),
        ] {
            let (z, y) = sample(n, p);
            let primal = leading_directions(&z, &y, 5, SampleRoute::Moment).unwrap();
            for &route in routes {
                let found = leading_directions(&z, &y, 5, route).unwrap();
                for (a, b) in found.values.iter().zip(&primal.values) {
                    assert!((a - b).abs() < 1e-12 * primal.values[0].abs(), "{route:?}: {a} against {b}");
                }
                let overlaps = squared_overlaps(&primal.vectors, &found).unwrap();
                assert!(overlaps.iter().all(|o| (o - 1.0).abs() < 1e-9), "{route:?} at {n} x {p}: {overlaps:?}");
            }
        }
    }

    // One sample has one direction: its own.
    #[test]
    fn a_sample_of_one_and_a_sample_of_low_rank() {
        let (z, y) = sample(3, 30);
        let one = z.rows(0, 1).into_owned();
        let found = leading_directions(&one, &y[..1], 4, SampleRoute::Auto).unwrap();
        let norm = one.norm();
        assert!((found.values[0] - y[0] * norm * norm).abs() < 1e-12);
        let reference = Matrix::from_fn(30, 2, |i, j| if j == 0 { one[(0, i)] / norm } else { 0.3 });
        let overlaps = squared_overlaps(&reference, &found).unwrap();
        assert!((overlaps[0] - 1.0).abs() < 1e-12 && overlaps[1] == 0.0);
        let twice = Matrix::from_fn(4, 30, |i, j| z[(i / 2, j)]);
        let found = leading_directions(&twice, &[1.0; 4], 4, SampleRoute::Span).unwrap();
        let all = sym_eigen(&signed_moment(&twice, &[1.0; 4]).unwrap()).unwrap();
        assert!((found.values[1] - all.values[28]).abs() < 1e-12);
        let reference = Matrix::from_element(30, 4, 1.0);
        assert_eq!(squared_overlaps(&reference, &found).unwrap()[2..], [0.0, 0.0]);
    }

    #[test]
    fn overlap_is_one_with_itself_and_blind_to_signs() {
        let (z, y) = sample(50, 12);
        let found = leading_directions(&z, &y, 6, SampleRoute::Moment).unwrap();
        let overlaps = squared_overlaps(&(-&found.vectors), &found).unwrap();
        assert!(overlaps.iter().all(|o| (o - 1.0).abs() < 1e-12));
        assert!(squared_overlaps(&Matrix::zeros(11, 2), &found).is_err());
    }

    #[test]
    fn exchanged_places_are_seen_at_any_place_only() {
        let found = Eigen { values: vec![3.0, -2.0, 1e-15], vectors: Matrix::identity(5, 3) };
        let exchanged = found.vectors.select_columns(&[1, 0, 2]);
        assert_eq!(squared_overlaps(&exchanged, &found).unwrap(), [0.0; 3]);
        assert_eq!(squared_overlaps_at_any_place(&exchanged, &found).unwrap(), [1.0, 1.0, 0.0]);
        let between = Matrix::from_column_slice(5, 1, &[0.6, 0.8, 0.0, 0.0, 0.0]);
        let at_any = squared_overlaps_at_any_place(&between, &found).unwrap();
        assert!((at_any[0] - 0.64).abs() < 1e-15);
    }

    #[test]
    fn crossings_by_hand() {
        let points = [(10.0, 0.1), (100.0, 0.3), (1000.0, 0.7), (10_000.0, 0.4), (20_000.0, 0.9)];
        let at = |level| first_crossing(&points, level).unwrap();
        assert!((at(0.5).unwrap() - 10_f64.powf(2.5)).abs() < 1e-9);
        assert!((at(0.7).unwrap() - 1000.0).abs() < 1e-9);
        assert_eq!((at(0.1), at(0.95)), (None, None));
        assert_eq!(first_crossing(&[], 0.5).unwrap(), None);
        assert!(first_crossing(&[(0.0, 0.1), (1.0, 0.9)], 0.5).is_err());
    }
}
