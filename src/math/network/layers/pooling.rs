//! Pooling, forward and backward.

use super::layer::Placed;
use crate::math::image::pooling::Pooling;
use crate::math::network::scalar::Scalar;

/// Calls `f` with (where a pooled run begins, entry of the window, where that entry's run begins), in units of runs of n
/// numbers.
fn entries(placed: &Placed, size: usize, mut f: impl FnMut(usize, usize, usize)) {
    let (from, to) = (placed.input, placed.output);
    for target in 0..to.dim() {
        let (row, left) = (target / to.width, target % to.width * size);
        let (channel, top) = (row / to.height, row % to.height * size);
        for entry in 0..size * size {
            let (r, s) = (top + entry / size, left + entry % size);
            f(target, entry, (channel * from.height + r) * from.width + s);
        }
    }
}

/// The largest number of each window, with its index there (the first of equal ones), or the mean.
///
/// Formula: `y[c, r, s] = max` or mean of `x[c, k r + u, k s + v]` over `0 ≤ u, v < k`.
/// Shapes: n maps of C x H x W -> n of C x ⌊H/k⌋ x ⌊W/k⌋, as many indices. Units: those of x. Cost: n CHW.
pub fn forward<T: Scalar>(
    placed: &Placed,
    (pooling, size): (Pooling, usize),
    (x, y): (&[T], &mut [T]),
    (chosen, rows): (&mut [u32], usize),
) {
    let run = |start: usize| start * rows..(start + 1) * rows;
    match pooling {
        Pooling::Max => entries(placed, size, |target, entry, source| {
            let (best, chosen, x) = (&mut y[run(target)], &mut chosen[run(target)], &x[run(source)]);
            take_larger(entry, x, best, chosen);
        }),
        Pooling::Average => {
            let share = T::of(1.0 / (size * size) as f64);
            entries(placed, size, |target, entry, source| {
                let (y, x) = (&mut y[run(target)], &x[run(source)]);
                if entry == 0 {
                    y.fill(T::default());
                }
                y.iter_mut().zip(x).for_each(|(y, &x)| *y += share * x);
            });
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a window has at most 64² entries")]
fn take_larger<T: Scalar>(entry: usize, x: &[T], best: &mut [T], chosen: &mut [u32]) {
    if entry == 0 {
        best.copy_from_slice(x);
        chosen.fill(0);
        return;
    }
    let entry = entry as u32;
    for ((best, chosen), &x) in best.iter_mut().zip(chosen).zip(x) {
        let larger = x > *best;
        *chosen = if larger { entry } else { *chosen };
        *best = if larger { x } else { *best };
    }
}

/// Gives each window's gradient to the entry that was taken, or an equal share of it to all.
///
/// Formula: the transpose of [`forward`] at what was chosen. Shapes: n of C x ⌊H/k⌋ x ⌊W/k⌋ -> n of C x H x W. Units:
/// those of dy. Cost: n CHW.
#[expect(clippy::cast_possible_truncation, reason = "a window has at most 64² entries")]
pub fn backward<T: Scalar>(
    placed: &Placed,
    (pooling, size): (Pooling, usize),
    (dy, dx): (&[T], &mut [T]),
    (chosen, rows): (&[u32], usize),
) {
    let run = |start: usize| start * rows..(start + 1) * rows;
    let (from, to) = (placed.input, placed.output);
    if (from.height, from.width) != (to.height * size, to.width * size) {
        // what no window covers has no gradient
        dx.fill(T::default());
    }
    let share = T::of(1.0 / (size * size) as f64);
    entries(placed, size, |target, entry, source| {
        let (dx, dy) = (&mut dx[run(source)], &dy[run(target)]);
        match pooling {
            Pooling::Max => {
                let entry = entry as u32;
                for ((dx, &dy), &chosen) in dx.iter_mut().zip(dy).zip(&chosen[run(target)]) {
                    *dx = if chosen == entry { dy } else { T::default() };
                }
            }
            Pooling::Average => dx.iter_mut().zip(dy).for_each(|(dx, &dy)| *dx = share * dy),
        }
    });
}

/// The mean over the positions of each channel, `y[c] = 1/(HW) Σ_{r,s} x[c, r, s]`. Shapes: n of C x H x W -> n x C.
/// Units: those of x. Cost: n CHW.
pub fn global_forward<T: Scalar>(placed: &Placed, (x, y): (&[T], &mut [T]), rows: usize) {
    let positions = placed.input.positions();
    let share = T::of(1.0 / positions as f64);
    y.fill(T::default());
    for (index, run) in x.chunks_exact(rows.max(1)).enumerate() {
        let channel = index / positions * rows;
        y[channel..channel + rows].iter_mut().zip(run).for_each(|(y, &x)| *y += share * x);
    }
}

/// An equal share to every position, `dx[c, r, s] = dy[c]/(HW)`. Shapes: n x C -> n of C x H x W. Units: those of dy.
/// Cost: n CHW.
pub fn global_backward<T: Scalar>(placed: &Placed, (dy, dx): (&[T], &mut [T]), rows: usize) {
    let positions = placed.input.positions();
    let share = T::of(1.0 / positions as f64);
    for (index, run) in dx.chunks_exact_mut(rows.max(1)).enumerate() {
        let channel = index / positions * rows;
        run.iter_mut().zip(&dy[channel..channel + rows]).for_each(|(dx, &dy)| *dx = share * dy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::image::maps::{Geometry, Maps};
    use crate::math::linalg::Matrix;
    use crate::math::network::{Architecture, DenseLayer, Layer, Parametrisation, PoolingLayer};
    use crate::math::random::Stream;

    #[test]
    fn pooled_maps_are_those_of_the_filters_and_ties_go_to_the_first() {
        let input = Geometry { channels: 2, height: 5, width: 4 };
        let images = Stream::new(7, "test-images", 0).normal_columns(6, 0, input.dim());
        for pooling in [Pooling::Max, Pooling::Average] {
            let layers =
                [Layer::Pooling(PoolingLayer { pooling, size: 2 }), Layer::Dense(DenseLayer { width: 1, bias: false })];
            let net = Architecture::new(input, &layers, Parametrisation::Standard).unwrap();
            let placed = &net.layers()[0];
            let expected = pooling.apply(&Maps::new(images.clone(), input).unwrap(), 2).unwrap();
            let (mut y, mut chosen) = (vec![0.0; 6 * placed.output.dim()], vec![9; 6 * placed.output.dim()]);
            forward(placed, (pooling, 2), (images.as_slice(), &mut y), (&mut chosen, 6));
            assert!((Matrix::from_vec(6, placed.output.dim(), y.clone()) - expected.values()).amax() < 1e-15);
            // equal numbers everywhere: the whole gradient goes to the first entry, or a quarter to each
            let (equal, mut dx) = (vec![1.0; 6 * input.dim()], vec![5.0; 6 * input.dim()]);
            forward(placed, (pooling, 2), (&equal, &mut y), (&mut chosen, 6));
            backward(placed, (pooling, 2), (&vec![1.0; y.len()], &mut dx), (&chosen, 6));
            let at = |row: usize, column: usize| dx[(row * 4 + column) * 6];
            let (first, other) = if pooling == Pooling::Max { (1.0, 0.0) } else { (0.25, 0.25) };
            assert_eq!([at(0, 0), at(0, 1), at(1, 1), at(4, 0)], [first, other, other, 0.0]);
        }
    }
}
