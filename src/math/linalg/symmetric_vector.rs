//! A symmetric matrix times a vector, of which the reduction to tridiagonal form mostly consists.

use super::Product;
use crate::math::lanes::Lanes;
use faer::traits::RealField;
use pulp::{Arch, Simd, WithSimd};

/// The two precisions that symmetric eigenproblems are solved in.
pub(super) trait Solved: RealField + Product + Lanes {}

impl Solved for f32 {}
impl Solved for f64 {}

// What is read and what is added to in one pass over columns.
struct Vectors<'a, T> {
    v: &'a [T],
    y: &'a mut [T],
}

// So many columns share each load of v and y: as many sums and factors fit into sixteen registers.
const AT_ONCE: usize = 4;

// `y += A f` and `Aᵀ v` for four columns A in one pass over them.
#[inline(always)]
fn four_columns<T: Solved, S: Simd>(
    simd: S,
    columns: [&[T]; AT_ONCE],
    factors: [T; AT_ONCE],
    Vectors { v, y }: Vectors<'_, T>,
) -> [T; AT_ONCE] {
    let whole = y.len() - y.len() % T::lanes::<S>();
    let (y, y_rest) = y.split_at_mut(whole);
    let [a, b, c, d] = columns.map(|column| T::registers::<S>(&column[..whole]));
    let splat = factors.map(|f| T::splat(simd, f));
    let mut sums = [T::splat(simd, T::default()); AT_ONCE];
    let (y, v_whole) = (T::registers_mut::<S>(y), T::registers::<S>(&v[..whole]));
    for (((((y, v), a), b), c), d) in y.iter_mut().zip(v_whole).zip(a).zip(b).zip(c).zip(d) {
        let column = [*a, *b, *c, *d];
        for k in 0..AT_ONCE {
            *y = T::fused(simd, column[k], splat[k], *y);
            sums[k] = T::fused(simd, column[k], *v, sums[k]);
        }
    }
    let mut sums = sums.map(|sum| T::sum(simd, sum));
    for (i, y) in y_rest.iter_mut().enumerate() {
        for (k, column) in columns.iter().enumerate() {
            *y += column[whole + i] * factors[k];
            sums[k] += column[whole + i] * v[whole + i];
        }
    }
    sums
}

/// `y = A v` for a symmetric A, of which the lower triangle is read once. Columns begin `stride` numbers apart.
///
/// Shapes: n x n, n -> n. Cost: 2n², and n²/2 numbers from memory. Panics where sizes differ.
pub(super) fn symmetric_times<T: Solved>(a: &[T], stride: usize, v: &[T], y: &mut [T]) {
    assert_eq!(v.len(), y.len());
    Arch::new().dispatch(Times { a, stride, v, y });
}

struct Times<'a, T> {
    a: &'a [T],
    stride: usize,
    v: &'a [T],
    y: &'a mut [T],
}

impl<T: Solved> WithSimd for Times<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { a, stride, v, y } = self;
        let n = v.len();
        y.fill(T::default());
        for left in (0..n).step_by(AT_ONCE) {
            let below = (left + AT_ONCE).min(n);
            // the triangle on the diagonal
            for j in left..below {
                for i in j..below {
                    let entry = a[j * stride + i];
                    y[i] += entry * v[j];
                    if i > j {
                        y[j] += entry * v[i];
                    }
                }
            }
            if below < n {
                let columns = std::array::from_fn(|k| &a[(left + k) * stride..][below..n]);
                let factors = std::array::from_fn(|k| v[left + k]);
                let sums = four_columns(simd, columns, factors, Vectors { v: &v[below..], y: &mut y[below..] });
                y[left..below].iter_mut().zip(sums).for_each(|(y, sum)| *y += sum);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::{mirror_lower, single};
    use crate::math::random::Stream;

    #[test]
    fn is_the_product_of_the_mirrored_matrix() {
        for n in [0, 1, 3, 4, 5, 8, 37, 130] {
            let a = Stream::new(3, "test-symmetric-vector", n as u64).normal_columns(n + 2, 0, n + 3);
            let (v, mut full) = (a.columns(n, 1).rows(0, n).into_owned(), a.view((0, 0), (n, n)).into_owned());
            mirror_lower(&mut full);
            let exact = &full * &v;
            let mut y = vec![7.0; n];
            symmetric_times(a.as_slice(), n + 2, v.as_slice(), &mut y);
            assert!(y.iter().zip(exact.iter()).all(|(x, e)| (x - e).abs() < 1e-13 * (n as f64)), "{n}");
            let (a, v, mut y) = (single(&a), single(&v), vec![7.0_f32; n]);
            symmetric_times(a.as_slice(), n + 2, v.as_slice(), &mut y);
            assert!(y.iter().zip(exact.iter()).all(|(x, e)| (f64::from(*x) - e).abs() < 1e-5 * (n as f64)), "{n}");
        }
    }
}
