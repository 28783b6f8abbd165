//! Division of each position by its norm over channels.

use super::layer::Placed;
use crate::math::network::scalar::Scalar;

// The guard of the reference implementation: a position that is zero stays zero.
const SMALLEST_SQUARE: f64 = 1e-8;

/// `y = x/r`, `r = √(Σ_c x² + 1e-8)` for each position, kept in `norms`.
///
/// Shapes: n maps of C x H x W -> as many, and n HW norms. Units: y has none, x and r have the same. Cost: two passes.
/// Source: the normalisation of the reference implementation of arXiv 2605.13612.
pub fn forward<T: Scalar>(placed: &Placed, (x, y): (&[T], &mut [T]), (norms, rows): (&mut [T], usize)) {
    let all = (rows * placed.input.positions()).max(1);
    norms.fill(T::of(SMALLEST_SQUARE));
    for channel in x.chunks_exact(all) {
        norms.iter_mut().zip(channel).for_each(|(norm, &x)| *norm += x * x);
    }
    norms.iter_mut().for_each(|norm| *norm = norm.sqrt());
    for (y, x) in y.chunks_exact_mut(all).zip(x.chunks_exact(all)) {
        y.iter_mut().zip(x.iter().zip(norms.iter())).for_each(|(y, (&x, &norm))| *y = x / norm);
    }
}

/// `dx = (dy − y Σ_c y dy)/r`. `dots` is working space of one number a position.
///
/// Shapes: n maps of C x H x W -> as many. Units: those of dy over those of r. Cost: two passes.
pub fn backward<T: Scalar>(
    placed: &Placed,
    (y, norms): (&[T], &[T]),
    (dy, dx): (&[T], &mut [T]),
    (dots, rows): (&mut [T], usize),
) {
    let all = (rows * placed.input.positions()).max(1);
    dots.fill(T::default());
    for (y, dy) in y.chunks_exact(all).zip(dy.chunks_exact(all)) {
        dots.iter_mut().zip(y.iter().zip(dy)).for_each(|(dot, (&y, &dy))| *dot += y * dy);
    }
    for ((y, dy), dx) in y.chunks_exact(all).zip(dy.chunks_exact(all)).zip(dx.chunks_exact_mut(all)) {
        let at = y.iter().zip(dy).zip(dots.iter().zip(norms));
        dx.iter_mut().zip(at).for_each(|(dx, ((&y, &dy), (&dot, &norm)))| *dx = (dy - y * dot) / norm);
    }
}
