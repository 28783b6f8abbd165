//! The nearest of many samples to each of some.

use crate::math::linalg::{Rows, SingleMatrix, product_nt_single, row_blocks};

/// The two samples that are nearest to one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest {
    /// Row of the nearest.
    pub row: usize,
    /// Its distance ‖x − a‖.
    pub distance: f64,
    /// The distance of the second nearest.
    pub second: f64,
}

impl Nearest {
    /// How much nearer the nearest is than the second: 0 at the sample itself, 1 where both are equally far, so that neither
    /// is the nearest. Units: a ratio of distances.
    #[must_use]
    pub fn ratio(self) -> f64 {
        if self.second > 0.0 { self.distance / self.second } else { 1.0 }
    }
}

/// For each row of `x` the nearest row of `among` and how far the two nearest are, by Euclidean distance.
///
/// Candidates are found by `‖a‖² − 2⟨x, a⟩` in single precision, the distances of the two that are left are computed anew in
/// double. Rows whose distances agree to single precision may be taken for one another; their [`Nearest::ratio`] is near 1.
///
/// Shapes: n x d, m x d -> n. Cost: 2nmd. `pause` is called between blocks of `among`. Errors: those of `pause`. `among` has
/// at least two rows; panics where it has fewer, and where the widths differ.
pub fn two_nearest<E>(x: &dyn Rows, among: &dyn Rows, pause: impl Fn() -> Result<(), E>) -> Result<Vec<Nearest>, E> {
    assert!(among.count() >= 2, "a second nearest needs two rows");
    let queries = x.block_single(0..x.count());
    let mut best = vec![[(f64::INFINITY, 0); 2]; x.count()];
    for range in row_blocks(among.count()) {
        pause()?;
        let block = among.block_single(range.clone());
        let norms = square_norms(&block);
        let products = product_nt_single(&queries, &block);
        for (column, (norm, row)) in products.column_iter().zip(norms.iter().zip(range)) {
            for (product, two) in column.iter().zip(&mut best) {
                keep_least(two, (norm - 2.0 * f64::from(*product), row));
            }
        }
    }
    let exact = |(i, two): (usize, [(f64, usize); 2])| {
        let from = x.block(i..i + 1);
        let [first, second] = two.map(|(_, row)| (&from - among.block(row..row + 1)).norm());
        let nearer = if second < first { 1 } else { 0 };
        Nearest { row: two[nearer].1, distance: first.min(second), second: first.max(second) }
    };
    Ok(best.into_iter().enumerate().map(exact).collect())
}

fn square_norms(block: &SingleMatrix) -> Vec<f64> {
    let mut norms = vec![0.0; block.nrows()];
    for column in block.column_iter() {
        column.iter().zip(&mut norms).for_each(|(v, norm)| *norm += f64::from(*v).powi(2));
    }
    norms
}

/// Puts a candidate among the two best, in order.
fn keep_least(two: &mut [(f64, usize); 2], candidate: (f64, usize)) {
    if candidate.0 < two[0].0 {
        *two = [candidate, two[0]];
    } else if candidate.0 < two[1].0 {
        two[1] = candidate;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::Matrix;
    use crate::math::random::Stream;
    use std::convert::Infallible;

    fn points(seed: u64, count: usize, dim: usize) -> Matrix {
        Stream::new(seed, "nearest", 0).normal_columns(dim, 0, count).transpose()
    }

    fn found(x: &Matrix, among: &Matrix) -> Vec<Nearest> {
        two_nearest(x, among, || Ok::<(), Infallible>(())).unwrap()
    }

    // Oracle: every distance written out. More candidates than are looked at together.
    #[test]
    fn all_distances_say_the_same() {
        let (x, among) = (points(1, 7, 5), points(2, 2500, 5));
        for (i, nearest) in found(&x, &among).into_iter().enumerate() {
            let mut all: Vec<(f64, usize)> = (0..2500).map(|j| ((x.row(i) - among.row(j)).norm(), j)).collect();
            all.sort_by(|a, b| a.0.total_cmp(&b.0));
            assert_eq!(nearest.row, all[0].1);
            assert!((nearest.distance - all[0].0).abs() < 1e-12 && (nearest.second - all[1].0).abs() < 1e-12);
        }
    }

    // Law: a shuffled copy with a little noise gives the shuffle back, and its noise as distances.
    #[test]
    fn copies_are_found_again() {
        let among = points(3, 40, 30);
        let order = Stream::new(4, "nearest", 0).permutation(40);
        let noise = points(5, 40, 30) * 1e-3;
        let x = Matrix::from_fn(40, 30, |i, j| among[(order[i], j)] + noise[(i, j)]);
        for (i, nearest) in found(&x, &among).into_iter().enumerate() {
            assert_eq!(nearest.row, order[i]);
            assert!((nearest.distance - noise.row(i).norm()).abs() < 1e-12);
            assert!(nearest.ratio() < 0.01);
        }
    }

    #[test]
    fn two_of_the_same_are_no_nearest() {
        let x = Matrix::from_row_slice(1, 2, &[1.0, 2.0]);
        let among = Matrix::from_row_slice(3, 2, &[1.0, 2.0, 5.0, 5.0, 1.0, 2.0]);
        assert_eq!(found(&x, &among)[0].ratio(), 1.0);
    }

    #[test]
    fn a_stop_is_heard() {
        let x = points(1, 2, 3);
        assert_eq!(two_nearest(&x, &x, || Err("stop")), Err("stop"));
    }
}
