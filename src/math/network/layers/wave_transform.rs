//! Maps on a torus as sums of real waves, all samples of a channel at a time, in the first-level cache.
//!
//! Rows and columns are transformed one after the other (`real_line`), then products of their waves become waves of the plane:
//! `cos(a ± b) = cos a cos b ∓ sin a sin b`, `sin(a ± b) = sin a cos b ± cos a sin b`.

use super::real_line::{Behind, RealLine};
use crate::math::fourier::torus::Torus;
use crate::math::image::maps::Geometry;
use crate::math::lanes::{Lanes, Piece, Pieces, pieces};
use crate::math::network::scalar::{Scalar, vectorised};
use pulp::{Simd, WithSimd};
use std::f64::consts::FRAC_1_SQRT_2;

/// The transform of one size, shared by all layers on maps of that size.
#[derive(Debug, Clone)]
pub struct WaveTransform<T> {
    torus: Torus,
    down: RealLine<T>,
    across: RealLine<T>,
    groups: Vec<Group>,
}

/// The first column of a frequency in the basis.
type Place = usize;

/// Frequencies that are made of the same products of lines, which stand at the places given.
#[derive(Debug, Clone, Copy)]
enum Group {
    /// One without a sine.
    Alone(Place, usize),
    /// One whose cosine and sine are products.
    Product(Place, [usize; 2]),
    /// `a + b` and `a − b`, from cos cos, sin sin, sin cos and cos sin.
    Mirrored([Place; 2], [usize; 4]),
}

/// How coefficients of all channels of n samples stand in memory: a frequency of cosine a and sine b has for each channel a column
/// [a; b] of 2n numbers, channel after channel. Doubled, a second column stands behind each: [a; b] and [−b; a] are written, and
/// of [p; q] and [r; s] is read the transpose of that, turned back: `a = p + s` and `b = q − r`.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Whether there is the second column.
    pub doubled: bool,
    /// Channels.
    pub channels: usize,
    /// The channel that is transformed.
    pub channel: usize,
    /// Samples.
    pub rows: usize,
}

/// Room for a channel, twice, and for a piece of a line.
#[derive(Debug, Clone, Default)]
pub struct Scratch<T> {
    lines: Vec<T>,
    products: Vec<T>,
    folded: Vec<T>,
}

impl<T: Scalar> Scratch<T> {
    /// Grows to what a transform of n samples needs. Units: samples. Cost: memory, 2nHW numbers.
    pub fn grow(&mut self, transform: &WaveTransform<T>, rows: usize) {
        let channel = rows * transform.positions();
        let folded = transform.down.folded_numbers().max(transform.across.folded_numbers());
        for (room, numbers) in [(&mut self.lines, channel), (&mut self.products, channel), (&mut self.folded, folded)] {
            room.resize(numbers.max(room.len()), T::default());
        }
    }
}

impl<T: Scalar> WaveTransform<T> {
    /// The transform of maps of a size; channels do not matter. Shapes: -> H² + W² numbers. Cost: HW.
    pub fn new(shape: Geometry) -> Self {
        let torus = Torus::new(shape.height, shape.width);
        let (down, across) = torus.lines();
        let (down, across) = (RealLine::new(&down), RealLine::new(&across));
        let place =
            |product: usize| down.place(product / shape.width) * shape.width + across.place(product % shape.width);
        let groups = groups(&torus, &place);
        Self { torus, down, across, groups }
    }

    /// The frequencies. Shapes: -> see [`Torus::waves`].
    pub fn torus(&self) -> &Torus {
        &self.torus
    }

    /// Numbers of one sample's map. Units: pixels.
    pub fn positions(&self) -> usize {
        self.torus.positions()
    }

    /// Writes the coefficients of one channel.
    ///
    /// Formula: the inner products with [`Torus::basis`]. Shapes: HW n -> see [`Layout`]. Units: those of x. Cost: nHW (H + W).
    pub fn analyse(&self, x: &[T], scratch: &mut Scratch<T>, (into, layout): (&mut [T], Layout)) {
        vectorised(Analysis { transform: self, x, scratch, into, layout });
    }

    /// The transpose: the map of one channel from its coefficients, and what stands behind it.
    ///
    /// Formula: the sum of waves. Shapes: see [`Layout`] -> HW n. Units: those of the coefficients. Cost: nHW (H + W).
    pub fn compose(
        &self,
        (from, layout): (&[T], Layout),
        scratch: &mut Scratch<T>,
        (y, behind): (&mut [T], Behind<T>),
    ) {
        vectorised(Composition { transform: self, from, layout, scratch, y, behind });
    }
}

fn groups(torus: &Torus, place: &dyn Fn(usize) -> usize) -> Vec<Group> {
    let mixes = torus.mixes();
    let of = |number: usize| torus.waves()[number].columns.start;
    let mut groups = Vec::new();
    for (number, wave) in torus.waves().iter().enumerate() {
        let [(first, _), (second, weight)] = mixes[wave.columns.start];
        let [(third, _), (fourth, _)] = mixes[wave.columns.end - 1];
        if wave.is_alone() {
            groups.push(Group::Alone(of(number), place(first)));
        } else if weight == 0.0 {
            groups.push(Group::Product(of(number), [place(first), place(third)]));
        } else if weight < 0.0 {
            // the other of a + b and a − b has the same first product
            let other = torus.waves().iter().position(|o| o != wave && mixes[o.columns.start][0].0 == first);
            let pair = [of(number), of(other.unwrap_or(number))];
            groups.push(Group::Mirrored(pair, [first, second, third, fourth].map(place)));
        }
    }
    groups
}

impl Group {
    /// The same with the places where n numbers begin: of waves in a layout, of products among products.
    #[inline(always)]
    fn at(self, layout: Layout) -> Self {
        let (rows, start) = (layout.rows, |place| layout.start(place, 2));
        match self {
            Self::Alone(place, of) => Self::Alone(layout.start(place, 1), of * rows),
            Self::Product(place, of) => Self::Product(start(place), of.map(|of| of * rows)),
            Self::Mirrored([plus, minus], of) => Self::Mirrored([start(plus), start(minus)], of.map(|of| of * rows)),
        }
    }
}

impl Layout {
    #[inline(always)]
    const fn start(&self, place: Place, columns: usize) -> usize {
        if self.doubled {
            // of one that is alone as if there were two
            return (2 * place * self.channels + self.channel * columns * columns) * self.rows;
        }
        (place * self.channels + self.channel * columns) * self.rows
    }

    #[inline(always)]
    fn put<T: Scalar, S: Simd, const V: usize>(
        &self,
        piece: Piece<S, V>,
        start: usize,
        (into, [cosine, sine]): (&mut [T], Waves<T, S, V>),
    ) {
        piece.store(into, start, cosine);
        piece.store(into, start + self.rows, sine);
        if self.doubled {
            let zero = [T::splat(piece.simd, T::default()); V];
            piece.store(into, start + 2 * self.rows, piece.zip(zero, sine, T::minus));
            piece.store(into, start + 3 * self.rows, cosine);
        }
    }

    #[inline(always)]
    fn get<T: Scalar, S: Simd, const V: usize>(&self, piece: Piece<S, V>, start: usize, from: &[T]) -> Waves<T, S, V> {
        let at = |run: usize| piece.load(from, start + run * self.rows);
        if self.doubled {
            return [piece.zip(at(0), at(3), T::plus), piece.zip(at(1), at(2), T::minus)];
        }
        [at(0), at(1)]
    }
}

/// Cosine and sine.
type Waves<T, S, const V: usize> = [[<T as Lanes>::Register<S>; V]; 2];

/// `(a + b)/√2` and `(a − b)/√2`.
#[inline(always)]
fn turned<T: Scalar, S: Simd, const V: usize>(
    piece: Piece<S, V>,
    a: [T::Register<S>; V],
    b: [T::Register<S>; V],
) -> Waves<T, S, V> {
    let scale = [T::splat(piece.simd, T::of(FRAC_1_SQRT_2)); V];
    let (a, b) = (piece.zip(a, scale, T::times), piece.zip(b, scale, T::times));
    [piece.zip(a, b, T::plus), piece.zip(a, b, T::minus)]
}

struct Analysis<'a, T> {
    transform: &'a WaveTransform<T>,
    x: &'a [T],
    scratch: &'a mut Scratch<T>,
    into: &'a mut [T],
    layout: Layout,
}

impl<T: Scalar> WithSimd for Analysis<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { transform, x, scratch, into, layout } = self;
        let Scratch { lines, products, folded } = scratch;
        let (lines, products) = (&mut lines[..x.len()], &mut products[..x.len()]);
        let (down, across, rows) = (&transform.down, &transform.across, layout.rows);
        let row = across.size() * rows;
        down.analyse(simd, (x, lines), (folded, row));
        for (lines, products) in lines.chunks_exact(row).zip(products.chunks_exact_mut(row)) {
            across.analyse(simd, (lines, products), (folded, rows));
        }
        for &group in &transform.groups {
            pieces::<T, S>(simd, rows, &mut Mix { group: group.at(layout), products, into, layout });
        }
    }
}

struct Mix<'a, T> {
    group: Group,
    products: &'a [T],
    into: &'a mut [T],
    layout: Layout,
}

impl<T: Scalar, S: Simd> Pieces<S> for Mix<'_, T> {
    #[inline(always)]
    fn piece<const V: usize>(&mut self, piece: Piece<S, V>) {
        let Self { group, products, into, layout } = self;
        let product = |start: usize| piece.load(products, start);
        match *group {
            Group::Alone(place, of) => piece.store(into, place, product(of)),
            Group::Product(place, [cosine, sine]) => layout.put(piece, place, (into, [product(cosine), product(sine)])),
            Group::Mirrored([plus, minus], [cc, ss, sc, cs]) => {
                let [mirrored, direct] = turned::<T, S, V>(piece, product(cc), product(ss));
                let [sine, other] = turned::<T, S, V>(piece, product(sc), product(cs));
                layout.put(piece, plus, (into, [direct, sine]));
                layout.put(piece, minus, (into, [mirrored, other]));
            }
        }
    }
}

struct Composition<'a, T> {
    transform: &'a WaveTransform<T>,
    from: &'a [T],
    layout: Layout,
    scratch: &'a mut Scratch<T>,
    y: &'a mut [T],
    behind: Behind<T>,
}

impl<T: Scalar> WithSimd for Composition<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { transform, from, layout, scratch, y, behind } = self;
        let Scratch { lines, products, folded } = scratch;
        let (lines, products) = (&mut lines[..y.len()], &mut products[..y.len()]);
        let (down, across, rows) = (&transform.down, &transform.across, layout.rows);
        let row = across.size() * rows;
        for &group in &transform.groups {
            pieces::<T, S>(simd, rows, &mut Unmix { group: group.at(layout), from, products, layout });
        }
        let nothing = Behind { bias: T::default(), rectified: false };
        for (products, lines) in products.chunks_exact(row).zip(lines.chunks_exact_mut(row)) {
            across.compose(simd, (products, lines), (folded, rows), nothing);
        }
        down.compose(simd, (lines, y), (folded, row), behind);
    }
}

struct Unmix<'a, T> {
    group: Group,
    from: &'a [T],
    products: &'a mut [T],
    layout: Layout,
}

impl<T: Scalar, S: Simd> Pieces<S> for Unmix<'_, T> {
    #[inline(always)]
    fn piece<const V: usize>(&mut self, piece: Piece<S, V>) {
        let Self { group, from, products, layout } = self;
        let mut put = |start: usize, wave| piece.store(products, start, wave);
        match *group {
            Group::Alone(place, of) => put(of, piece.load(from, place)),
            Group::Product(place, [cosine, sine]) => {
                let waves = layout.get(piece, place, from);
                put(cosine, waves[0]);
                put(sine, waves[1]);
            }
            Group::Mirrored([plus, minus], [cc, ss, sc, cs]) => {
                let ([c, s], [d, t]) = (layout.get(piece, plus, from), layout.get(piece, minus, from));
                let ([both, other], [sine, cosine]) = (turned::<T, S, V>(piece, d, c), turned::<T, S, V>(piece, s, t));
                put(cc, both);
                put(ss, other);
                put(sc, sine);
                put(cs, cosine);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::linalg::{Matrix, product, product_nt};
    use crate::math::random::Stream;

    // The basis of all waves at once is another way to the same numbers.
    #[test]
    fn coefficients_are_products_with_the_basis_and_back() {
        for (height, width) in [(1, 1), (1, 4), (5, 4), (4, 6), (2, 7), (13, 13), (28, 28)] {
            let transform = WaveTransform::<f64>::new(Geometry { channels: 1, height, width });
            for rows in [1, 3, 16, 37] {
                let x = Stream::new(9, "test-maps", 0).normal_columns(rows, 0, height * width);
                let layout = Layout { doubled: false, channels: 1, channel: 0, rows };
                let mut scratch = Scratch::default();
                scratch.grow(&transform, rows);
                let (mut coefficients, mut y) = (vec![7.0; x.len()], vec![7.0; x.len()]);
                transform.analyse(x.as_slice(), &mut scratch, (&mut coefficients, layout));
                let found = Matrix::from_column_slice(rows, height * width, &coefficients);
                let basis = transform.torus().basis();
                assert!((found - product(&x, &basis)).amax() < 1e-12, "{height} x {width}, {rows} samples");
                for rectified in [false, true] {
                    transform.compose((x.as_slice(), layout), &mut scratch, (&mut y, Behind { bias: 0.5, rectified }));
                    let found = Matrix::from_column_slice(rows, height * width, &y);
                    let expected = product_nt(&x, &basis).map(|x| if rectified { (x + 0.5).max(0.0) } else { x + 0.5 });
                    assert!((found - expected).amax() < 1e-12, "{height} x {width}, {rows} samples back");
                }
            }
        }
    }
}
