//! Standard normals in bulk: those of the library one at a time, bit for bit.

use super::words::Words;
use rand::distr::Distribution;
use rand_distr::StandardNormal;
use std::convert::Infallible;
use std::sync::LazyLock;

// Right edges of the boxes of the ziggurat, and 0 behind the last.
const BOXES: usize = 256;
static EDGES: LazyLock<[f64; BOXES + 1]> = LazyLock::new(|| std::array::from_fn(edge));

// The library's own: what it draws at half of a box's width is half of the edge, exactly.
fn edge(i: usize) -> f64 {
    // 3.5, less 3, in the bits from 12 on; the box in the lowest eight
    let half = 3 << 62 | i as u64;
    if i == BOXES { 0.0 } else { 2.0 * <StandardNormal as Distribution<f64>>::sample(&StandardNormal, &mut Half(half)) }
}

// A word, and ones behind it, with which a draw outside of the inner part of its box is accepted.
struct Half(u64);

impl rand::TryRng for Half {
    type Error = Infallible;

    #[expect(clippy::cast_possible_truncation, reason = "the lower half of a word")]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|word| word as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(std::mem::replace(&mut self.0, u64::MAX))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.fill(u8::MAX);
        Ok(())
    }
}

/// Replaces numbers by standard normals, one after the other.
///
/// 98.8 % of all draws take one word, a product and a comparison, which stand here; the library draws the others from
/// the same word on. Shapes: m numbers. Units: dimensionless, of mean 0 and variance 1. Cost: m.
/// Source: as [`Stream::normal`](super::Stream::normal).
pub fn fill<T>(words: &mut Words, out: &mut [T], round: impl Fn(f64) -> T) {
    let edges = &*EDGES;
    for number in out {
        let bits = words.peek();
        let box_of = bits as usize & (BOXES - 1);
        // in [−1, 1): the upper 52 bits as a number in [2, 4)
        let x = (f64::from_bits(bits >> 12 | 1 << 62) - 3.0) * edges[box_of];
        *number = round(if x.abs() < edges[box_of + 1] {
            words.take();
            x
        } else {
            StandardNormal.sample(words)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn numbers_are_those_of_the_library() {
        let mut library = ChaCha8Rng::from_seed([9; 32]);
        library.set_stream(3);
        let (mut words, mut found) = (Words::new([9; 32], 3), vec![0.0; 300_000]);
        fill(&mut words, &mut found, |x| x);
        let mut expected = std::iter::from_fn(|| Some(StandardNormal.sample(&mut library)));
        assert!(found.iter().all(|x: &f64| expected.next() == Some(*x)));
        // the tail beyond the last edge was drawn from as well
        assert!(found.iter().any(|x| x.abs() > EDGES[1]));
    }

    #[test]
    fn edges_fall_and_boxes_have_one_area() {
        let density = |x: f64| (-0.5 * x * x).exp();
        let area = |i: usize| EDGES[i] * (density(EDGES[i + 1]) - density(EDGES[i]));
        assert!(EDGES.windows(2).all(|pair| pair[0] > pair[1]));
        assert!((2..255).all(|i| (area(i) / area(1) - 1.0).abs() < 1e-9));
    }
}
