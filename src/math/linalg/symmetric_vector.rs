//! A symmetric matrix times a vector, of which the reduction to tridiagonal form mostly consists.

use super::Product;
use faer::traits::RealField;
use pulp::{Arch, Simd, WithSimd};

/// The two precisions that symmetric eigenproblems are solved in.
pub(super) trait Lanes: RealField + Product {
    /// `y += A f` and `Aᵀ v` for four columns A in one pass over them. Shapes: m x 4, m, 4, m -> 4. Cost: 16m.
    fn four_columns<S: Simd>(
        simd: S,
        columns: [&[Self]; AT_ONCE],
        factors: [Self; AT_ONCE],
        vectors: Vectors<'_, Self>,
    ) -> [Self; AT_ONCE];
}

/// What is read and what is added to in one pass over columns.
pub(super) struct Vectors<'a, T> {
    v: &'a [T],
    y: &'a mut [T],
}

// So many columns share each load of v and y: as many sums and factors fit into sixteen registers.
const AT_ONCE: usize = 4;

macro_rules! lanes {
    ($float:ty, $split:ident, $split_mut:ident, $splat:ident, $multiply_add:ident, $sum:ident) => {
        impl Lanes for $float {
            #[inline(always)]
            fn four_columns<S: Simd>(
                simd: S,
                columns: [&[Self]; AT_ONCE],
                factors: [Self; AT_ONCE],
                Vectors { v, y }: Vectors<'_, Self>,
            ) -> [Self; AT_ONCE] {
                let rows = y.len();
                let [(a, a_tail), (b, b_tail), (c, c_tail), (d, d_tail)] = columns.map(|c| S::$split(&c[..rows]));
                let ((v, v_tail), (y, y_tail)) = (S::$split(&v[..rows]), S::$split_mut(y));
                let splat = factors.map(|f| simd.$splat(f));
                let mut sums = [simd.$splat(0.0); AT_ONCE];
                for (((((y, v), a), b), c), d) in y.iter_mut().zip(v).zip(a).zip(b).zip(c).zip(d) {
                    let column = [*a, *b, *c, *d];
                    for k in 0..AT_ONCE {
                        *y = simd.$multiply_add(column[k], splat[k], *y);
                        sums[k] = simd.$multiply_add(column[k], *v, sums[k]);
                    }
                }
                let mut sums = sums.map(|s| simd.$sum(s));
                for (i, (y, v)) in y_tail.iter_mut().zip(v_tail).enumerate() {
                    for (k, tail) in [a_tail, b_tail, c_tail, d_tail].into_iter().enumerate() {
                        *y += tail[i] * factors[k];
                        sums[k] += tail[i] * v;
                    }
                }
                sums
            }
        }
    };
}

lanes!(f32, as_simd_f32s, as_mut_simd_f32s, splat_f32s, mul_add_e_f32s, reduce_sum_f32s);
lanes!(f64, as_simd_f64s, as_mut_simd_f64s, splat_f64s, mul_add_e_f64s, reduce_sum_f64s);

/// `y = A v` for a symmetric A, of which the lower triangle is read once. Columns begin `stride` numbers apart.
///
/// Shapes: n x n, n -> n. Cost: 2n², and n²/2 numbers from memory. Panics where sizes differ.
pub(super) fn symmetric_times<T: Lanes>(a: &[T], stride: usize, v: &[T], y: &mut [T]) {
    assert_eq!(v.len(), y.len());
    Arch::new().dispatch(Times { a, stride, v, y });
}

struct Times<'a, T> {
    a: &'a [T],
    stride: usize,
    v: &'a [T],
    y: &'a mut [T],
}

impl<T: Lanes> WithSimd for Times<'_, T> {
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
                let sums = T::four_columns(simd, columns, factors, Vectors { v: &v[below..], y: &mut y[below..] });
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
