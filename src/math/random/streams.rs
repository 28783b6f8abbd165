//! Seeded random streams: counter-based, so a number depends on its key and position and on nothing else.

use super::normals::fill;
use super::words::Words;
use crate::math::linalg::{Matrix, SingleMatrix};
use rand::distr::Distribution;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// A stream of random numbers keyed by (seed, purpose, layer).
///
/// Two streams with different keys are independent; a stream shares no state with anything, so the order in which steps
/// run cannot change what they draw. Generator: `ChaCha` with 8 rounds, portable across machines.
#[derive(Debug, Clone)]
pub struct Stream {
    generator: ChaCha8Rng,
}

impl Stream {
    /// The stream of a key. `purpose` says what the numbers are for, e.g. `"random-features"`.
    ///
    /// Shapes: seed and layer of 64 bits, the purpose hashed to 128 (FNV-1a) -> a key of 256 bits.
    /// Source: Bernstein, *`ChaCha`, a variant of Salsa20* (2008).
    pub fn new(seed: u64, purpose: &str, layer: u64) -> Self {
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..24].copy_from_slice(&fnv1a(purpose.as_bytes()).to_le_bytes());
        key[24..].copy_from_slice(&layer.to_le_bytes());
        Self { generator: ChaCha8Rng::from_seed(key) }
    }

    /// The `index`-th substream of the same key, from its beginning: random access without drawing what comes before.
    ///
    /// Shapes: 2⁶⁴ substreams a key; the index is the nonce of `ChaCha`. Cost: none of the numbers before.
    pub fn substream(&self, index: u64) -> Self {
        let mut generator = ChaCha8Rng::from_seed(self.generator.get_seed());
        generator.set_stream(index);
        Self { generator }
    }

    /// The words of [`Stream::substream`], made several blocks at a time. Units: 64 random bits each. Cost: as there.
    pub fn words(&self, index: u64) -> Words {
        Words::new(self.generator.get_seed(), index)
    }

    /// 64 random bits, as the seed of other streams. Units: none.
    pub fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// A uniform number in [0, 1), 53 bits. Units: dimensionless.
    pub fn uniform(&mut self) -> f64 {
        const SCALE: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.generator.next_u64() >> 11) as f64 * SCALE
    }

    /// A standard normal number (ziggurat). Units: dimensionless, of mean 0 and variance 1.
    /// Source: Marsaglia and Tsang, J. Stat. Software 5 (2000) no. 8, doi:10.18637/jss.v005.i08, in Doornik's variant.
    pub fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.generator)
    }

    /// A uniform integer in `0..bound`, `⌊bound · word/2⁶⁴⌋`; 0 where `bound` is 0. Bias below `bound`/2⁶⁴.
    ///
    /// Units: a count, dimensionless. Cost: one word.
    /// Source: multiply and shift as in Lemire, arXiv 1805.10941, without the rejection: every draw takes one word.
    pub fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.generator.next_u64()) * bound as u128;
        (wide >> 64) as usize
    }

    /// A uniformly random order of `0..n` (Fisher–Yates). Shapes: -> n. Cost: n.
    /// Source: Durstenfeld, algorithm 235, Comm. ACM 7 (1964) 420, doi:10.1145/364520.364540.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            order.swap(i, self.below(i + 1));
        }
        order
    }

    /// Independent standard normals. Column `j` is the beginning of substream `first_column + j`, so a matrix of fewer
    /// columns is a prefix of a wider one, and any block of columns can be drawn alone.
    ///
    /// Shapes: -> rows x columns. Units: dimensionless. Cost: rows · columns.
    /// Source: as [`Stream::normal`].
    pub fn normal_columns(&self, rows: usize, first_column: usize, columns: usize) -> Matrix {
        let mut out = Matrix::zeros(rows, columns);
        self.fill_columns(out.as_mut_slice().chunks_exact_mut(rows.max(1)), first_column, |x| x);
        out
    }

    /// [`Stream::normal_columns`], rounded to single precision, in place of what `out` holds.
    ///
    /// Shapes, units, cost and source: those of [`Stream::normal_columns`].
    #[expect(clippy::cast_possible_truncation, reason = "rounding to single precision is what is asked for")]
    pub fn set_normal_columns_single(&self, out: &mut SingleMatrix, first_column: usize) {
        let rows = out.nrows().max(1);
        self.fill_columns(out.as_mut_slice().chunks_exact_mut(rows), first_column, |x| x as f32);
    }

    fn fill_columns<'a, T: 'a>(
        &self,
        columns: impl Iterator<Item = &'a mut [T]>,
        first: usize,
        round: impl Fn(f64) -> T,
    ) {
        let key = self.generator.get_seed();
        for (j, column) in columns.enumerate() {
            fill(&mut Words::new(key, (first + j) as u64), column, &round);
        }
    }
}

// FNV-1a with 128 bits: purposes are short literals, so any injective-in-practice fold into the key will do.
fn fnv1a(bytes: &[u8]) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(OFFSET, |hash, &b| (hash ^ u128::from(b)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_decides_the_stream() {
        let draw = |seed, purpose, layer| Stream::new(seed, purpose, layer).normal();
        assert_eq!(draw(1, "weights", 0), draw(1, "weights", 0));
        assert_ne!(draw(1, "weights", 0), draw(2, "weights", 0));
        assert_ne!(draw(1, "weights", 0), draw(1, "weights", 1));
        assert_ne!(draw(1, "weights", 0), draw(1, "labels", 0));
    }

    #[test]
    fn narrow_matrix_is_a_prefix_of_a_wide_one() {
        let stream = Stream::new(7, "weights", 3);
        let wide = stream.normal_columns(5, 0, 9);
        assert_eq!(stream.normal_columns(5, 0, 4), wide.columns(0, 4).into_owned());
        assert_eq!(stream.normal_columns(5, 4, 5), wide.columns(4, 5).into_owned());
    }

    #[test]
    fn columns_are_drawn_as_one_number_after_the_other() {
        let stream = Stream::new(7, "weights", 3);
        let block = stream.normal_columns(700, 2, 3);
        for (j, column) in block.column_iter().enumerate() {
            let mut one = stream.substream(j as u64 + 2);
            assert!(column.iter().all(|x| *x == one.normal()));
        }
        let mut single = SingleMatrix::zeros(700, 3);
        stream.set_normal_columns_single(&mut single, 2);
        assert_eq!(single, block.map(|x| x as f32));
        assert_eq!(stream.normal_columns(0, 0, 4).shape(), (0, 4));
    }

    #[test]
    fn moments_of_the_normal() {
        let sample = Stream::new(0, "moments", 0).normal_columns(1000, 0, 200);
        let n = sample.len() as f64;
        let moment = |p: i32| sample.iter().map(|x| x.powi(p)).sum::<f64>() / n;
        // standard deviations of the four means: 1, √2, √15, √96 over √n = 447
        assert!(moment(1).abs() < 0.01 && (moment(2) - 1.0).abs() < 0.015);
        assert!(moment(3).abs() < 0.04 && (moment(4) - 3.0).abs() < 0.1);
    }

    #[test]
    fn uniform_and_below_stay_in_range_and_cover_it() {
        let mut stream = Stream::new(3, "range", 0);
        let mut seen = [0_usize; 6];
        for _ in 0..6000 {
            let u = stream.uniform();
            assert!((0.0..1.0).contains(&u));
            seen[stream.below(6)] += 1;
        }
        assert!(seen.iter().all(|&count| (850..1150).contains(&count)), "{seen:?}");
        assert_eq!(stream.below(0), 0);
    }

    #[test]
    fn permutation_is_one() {
        let mut order = Stream::new(5, "order", 0).permutation(100);
        assert_ne!(order, (0..100).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }

    proptest::proptest! {
        #[test]
        fn an_order_holds_every_place_once_and_a_draw_stays_below_its_bound(
            seed in proptest::num::u64::ANY, n in 0usize..300, bound in 1usize..usize::MAX,
        ) {
            let mut stream = Stream::new(seed, "test-order", 0);
            let mut order = stream.permutation(n);
            order.sort_unstable();
            proptest::prop_assert!(order.into_iter().eq(0..n));
            proptest::prop_assert!(stream.below(bound) < bound);
        }
    }
}
