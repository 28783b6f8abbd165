//! The real Fourier transform of lines of N numbers, each a run of many samples.
//!
//! Cosines are even and sines odd, so numbers that mirror each other go in as their sum and difference, and two products
//! of half the size are left.

use crate::math::lanes::{Lanes, Piece, Pieces, pieces};
use crate::math::linalg::Matrix;
use crate::math::network::scalar::Scalar;
use pulp::Simd;

/// The transform of a line of N numbers: cosines of 0 to ⌊N/2⌋ waves, then the sines.
#[derive(Debug, Clone)]
pub struct RealLine<T> {
    size: usize,
    cosines: usize,
    /// What cosine and sine of p waves are at t, for each p a table over t, and the other way around.
    by_wave: Tables<T>,
    by_position: Tables<T>,
}

/// Tables of cosines and sines for each number from 0 to ⌊N/2⌋, those of two numbers side by side where possible.
#[derive(Debug, Clone)]
struct Tables<T> {
    pairs: Vec<(usize, Vec<[[T; 2]; 2]>)>,
    singles: Vec<(usize, Vec<[[T; 2]; 1]>)>,
}

/// What is done to the numbers of a map.
#[derive(Debug, Clone, Copy)]
pub struct Behind<T> {
    /// What is added.
    pub bias: T,
    /// Whether negative numbers become 0 then.
    pub rectified: bool,
}

// Registers of the largest processors, 64 bytes, hold so many numbers.
const MOST_LANES: usize = 16;

impl<T: Scalar> Tables<T> {
    fn new(size: usize, at: &dyn Fn(usize, usize) -> [f64; 2]) -> Self {
        let entry = |outer: usize, inner: usize| at(outer, inner).map(T::of);
        let (cosines, pairs) = (size / 2 + 1, size.div_ceil(2).saturating_sub(1) / 2);
        let table = |i: usize| (0..cosines).map(|j| [entry(i, j)]).collect();
        let double = |i: usize| (0..cosines).map(|j| [entry(i, j), entry(i + 1, j)]).collect();
        Self {
            pairs: (0..pairs).map(|i| (2 * i + 1, double(2 * i + 1))).collect(),
            singles: std::iter::once(0).chain(2 * pairs + 1..cosines).map(|i| (i, table(i))).collect(),
        }
    }
}

impl<T: Scalar> RealLine<T> {
    /// From the real Fourier basis, a function a row: 1, then cosine and sine in turns. Shapes: N x N -> N²/2 pairs.
    pub fn new(basis: &Matrix) -> Self {
        let size = basis.nrows();
        let at = |p: usize, t: usize| {
            let sine = if p == 0 || 2 * p >= size { 0.0 } else { basis[(2 * p, t)] };
            [basis[((2 * p).saturating_sub(1), t)], sine]
        };
        let (by_wave, by_position) = (Tables::new(size, &at), Tables::new(size, &|t, p| at(p, t)));
        Self { size, cosines: size / 2 + 1, by_wave, by_position }
    }

    /// N. Units: pixels.
    pub const fn size(&self) -> usize {
        self.size
    }

    /// Numbers of working space. Units: numbers.
    pub const fn folded_numbers(&self) -> usize {
        4 * MOST_LANES * self.cosines
    }

    /// Where a row of the basis stands here. Shapes: a row -> a row.
    pub const fn place(&self, row: usize) -> usize {
        if row == 0 || row % 2 == 1 { row.div_ceil(2) } else { self.cosines + row / 2 - 1 }
    }

    /// Coefficients of lines. Shapes: N runs -> N runs. Cost: N²/2 for each number of a run.
    #[inline(always)]
    pub fn analyse<S: Simd>(&self, simd: S, (x, into): (&[T], &mut [T]), (folded, run): (&mut [T], usize)) {
        pieces::<T, S>(simd, run, &mut Analysis { line: self, x, into, folded, run });
    }

    /// The transpose, and what stands behind it. Shapes and cost: those of [`RealLine::analyse`].
    #[inline(always)]
    pub fn compose<S: Simd>(
        &self,
        simd: S,
        (from, y): (&[T], &mut [T]),
        (folded, run): (&mut [T], usize),
        behind: Behind<T>,
    ) {
        pieces::<T, S>(simd, run, &mut Composition { line: self, from, y, folded, behind, run });
    }

    // Whether t and −t are one, which have no sine.
    #[inline(always)]
    const fn is_alone(&self, t: usize) -> bool {
        t == 0 || 2 * t == self.size
    }
}

/// Even and odd numbers of a piece, two registers each.
type Folded<T, S> = [<T as Lanes>::Register<S>; 4];
/// Sums of even and of odd numbers.
type Sums<T, S, const V: usize, const R: usize> = [[[<T as Lanes>::Register<S>; V]; R]; 2];

#[inline(always)]
fn fold<T: Scalar, S: Simd, const V: usize>(
    into: &mut Folded<T, S>,
    even: [T::Register<S>; V],
    odd: [T::Register<S>; V],
) {
    for i in 0..V {
        (into[i], into[2 + i]) = (even[i], odd[i]);
    }
}

#[inline(always)]
fn sums<T: Scalar, S: Simd, const V: usize, const R: usize>(
    piece: Piece<S, V>,
    folded: &[Folded<T, S>],
    table: &[[[T; 2]; R]],
) -> Sums<T, S, V, R> {
    let zero = [[T::splat(piece.simd, T::default()); V]; R];
    let (mut even, mut odd) = (zero, zero);
    for (x, weights) in folded.iter().zip(table) {
        for r in 0..R {
            let [cosine, sine] = weights[r];
            let (cosine, sine) = (T::splat(piece.simd, cosine), T::splat(piece.simd, sine));
            for i in 0..V {
                even[r][i] = T::fused(piece.simd, x[i], cosine, even[r][i]);
                odd[r][i] = T::fused(piece.simd, x[2 + i], sine, odd[r][i]);
            }
        }
    }
    [even, odd]
}

struct Analysis<'a, T> {
    line: &'a RealLine<T>,
    x: &'a [T],
    into: &'a mut [T],
    folded: &'a mut [T],
    run: usize,
}

impl<T: Scalar, S: Simd> Pieces<S> for Analysis<'_, T> {
    #[inline(always)]
    fn piece<const V: usize>(&mut self, piece: Piece<S, V>) {
        let Self { line, x, run, .. } = *self;
        let (folded, _) = T::registers_mut::<S>(self.folded).as_chunks_mut::<4>();
        let folded = &mut folded[..line.cosines];
        let zero = [T::splat(piece.simd, T::default()); V];
        for (t, folded) in folded.iter_mut().enumerate() {
            let left = piece.load(x, t * run);
            if line.is_alone(t) {
                fold::<T, S, V>(folded, left, zero);
            } else {
                let right = piece.load(x, (line.size - t) * run);
                fold::<T, S, V>(folded, piece.zip(left, right, T::plus), piece.zip(left, right, T::minus));
            }
        }
        for (p, table) in &line.by_wave.pairs {
            put(line, piece, (self.into, run, *p), sums::<T, S, V, 2>(piece, folded, table));
        }
        for (p, table) in &line.by_wave.singles {
            put(line, piece, (self.into, run, *p), sums::<T, S, V, 1>(piece, folded, table));
        }
    }
}

#[inline(always)]
fn put<T: Scalar, S: Simd, const V: usize, const R: usize>(
    line: &RealLine<T>,
    piece: Piece<S, V>,
    (into, run, p): (&mut [T], usize, usize),
    [cosine, sine]: Sums<T, S, V, R>,
) {
    for r in 0..R {
        piece.store(into, (p + r) * run, cosine[r]);
        if !line.is_alone(p + r) {
            piece.store(into, (line.cosines + p + r - 1) * run, sine[r]);
        }
    }
}

struct Composition<'a, T> {
    line: &'a RealLine<T>,
    from: &'a [T],
    y: &'a mut [T],
    folded: &'a mut [T],
    behind: Behind<T>,
    run: usize,
}

impl<T: Scalar, S: Simd> Pieces<S> for Composition<'_, T> {
    #[inline(always)]
    fn piece<const V: usize>(&mut self, piece: Piece<S, V>) {
        let Self { line, from, run, .. } = *self;
        let (folded, _) = T::registers_mut::<S>(self.folded).as_chunks_mut::<4>();
        let folded = &mut folded[..line.cosines];
        let zero = [T::splat(piece.simd, T::default()); V];
        for (p, folded) in folded.iter_mut().enumerate() {
            let alone = line.is_alone(p);
            let sine = if alone { zero } else { piece.load(from, (line.cosines + p - 1) * run) };
            fold::<T, S, V>(folded, piece.load(from, p * run), sine);
        }
        for (t, table) in &line.by_position.pairs {
            let sums = sums::<T, S, V, 2>(piece, folded, table);
            mirror((line, self.behind), piece, (self.y, run, *t), sums);
        }
        for (t, table) in &line.by_position.singles {
            let sums = sums::<T, S, V, 1>(piece, folded, table);
            mirror((line, self.behind), piece, (self.y, run, *t), sums);
        }
    }
}

// Positions t and −t.
#[inline(always)]
fn mirror<T: Scalar, S: Simd, const V: usize, const R: usize>(
    (line, behind): (&RealLine<T>, Behind<T>),
    piece: Piece<S, V>,
    (y, run, t): (&mut [T], usize, usize),
    [even, odd]: Sums<T, S, V, R>,
) {
    let [bias, zero] = [behind.bias, T::default()].map(|x| [T::splat(piece.simd, x); V]);
    let finish = |y| if behind.rectified { piece.zip(y, zero, T::larger) } else { y };
    for r in 0..R {
        let even = piece.zip(even[r], bias, T::plus);
        piece.store(y, (t + r) * run, finish(piece.zip(even, odd[r], T::plus)));
        if !line.is_alone(t + r) {
            piece.store(y, (line.size - t - r) * run, finish(piece.zip(even, odd[r], T::minus)));
        }
    }
}
