//! The words of `ChaCha8`, eight blocks at a time in vector registers.

use pulp::{Arch, Simd, WithSimd};
use std::convert::Infallible;

// blocks made at once, and the words of 64 bits in each
const BLOCKS: usize = 8;
const WORDS: usize = 8;

/// A stream of `ChaCha` with 8 rounds from its beginning: the words of `rand_chacha`'s generator, in half its time.
#[derive(Debug, Clone)]
pub struct Words {
    key: [u32; 8],
    stream: u64,
    counter: u64,
    buffer: [u64; BLOCKS * WORDS],
    used: usize,
}

impl Words {
    /// The stream of a number (the nonce) under a key. Shapes: a key of 256 bits. Cost: none before the first word.
    /// Source: Bernstein, *`ChaCha`, a variant of Salsa20* (2008), with a counter of 64 bits.
    pub fn new(key: [u8; 32], stream: u64) -> Self {
        let mut words = [0; 8];
        for (word, bytes) in words.iter_mut().zip(key.as_chunks::<4>().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        Self { key: words, stream, counter: 0, buffer: [0; BLOCKS * WORDS], used: BLOCKS * WORDS }
    }

    /// The word that comes next, which stays. Units: 64 random bits.
    #[inline(always)]
    pub fn peek(&mut self) -> u64 {
        if self.used == self.buffer.len() {
            self.refill();
        }
        self.buffer[self.used]
    }

    /// Passes over the word that [`Words::peek`] gave. Units: a word of 64 bits.
    #[inline(always)]
    pub const fn take(&mut self) {
        self.used += 1;
    }

    /// [`Words::peek`] and [`Words::take`]. Units: 64 random bits.
    #[inline(always)]
    pub fn draw(&mut self) -> u64 {
        let word = self.peek();
        self.take();
        word
    }

    #[inline(never)]
    fn refill(&mut self) {
        let Self { key, stream, counter, .. } = *self;
        Arch::new().dispatch(Refill { key, stream, counter, out: &mut self.buffer });
        self.counter += BLOCKS as u64;
        self.used = 0;
    }
}

impl rand::TryRng for Words {
    type Error = Infallible;

    // half of a word is thrown away: what asks for 32 bits asks rarely
    #[expect(clippy::cast_possible_truncation, reason = "the lower half of a word")]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|word| word as u32)
    }

    #[inline(always)]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.draw())
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for part in out.chunks_mut(8) {
            let Ok(word) = self.try_next_u64();
            part.copy_from_slice(&word.to_le_bytes()[..part.len()]);
        }
        Ok(())
    }
}

// Blocks of consecutive counters, one in each lane of the vectors.
struct Refill<'a> {
    key: [u32; 8],
    stream: u64,
    counter: u64,
    out: &'a mut [u64; BLOCKS * WORDS],
}

impl WithSimd for Refill<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // vectors of more lanes than blocks would be of a processor that `Arch` does not choose
        let lanes = S::U32_LANES.min(BLOCKS);
        for first in (0..BLOCKS).step_by(lanes) {
            let start = self.start(simd, first);
            let mut x = start;
            for _ in 0..4 {
                quarter_round(simd, &mut x, [0, 4, 8, 12]);
                quarter_round(simd, &mut x, [1, 5, 9, 13]);
                quarter_round(simd, &mut x, [2, 6, 10, 14]);
                quarter_round(simd, &mut x, [3, 7, 11, 15]);
                quarter_round(simd, &mut x, [0, 5, 10, 15]);
                quarter_round(simd, &mut x, [1, 6, 11, 12]);
                quarter_round(simd, &mut x, [2, 7, 8, 13]);
                quarter_round(simd, &mut x, [3, 4, 9, 14]);
            }
            let mut halves = [[0_u32; BLOCKS]; 2 * WORDS];
            for ((half, x), start) in halves.iter_mut().zip(x).zip(start) {
                S::as_mut_simd_u32s(half).0[0] = simd.add_u32s(x, start);
            }
            for lane in 0..lanes {
                let block = &mut self.out[WORDS * (first + lane)..WORDS * (first + lane + 1)];
                for (word, half) in block.iter_mut().zip(halves.as_chunks::<2>().0) {
                    *word = u64::from(half[0][lane]) | u64::from(half[1][lane]) << 32;
                }
            }
        }
    }
}

impl Refill<'_> {
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "the halves of 64 bits")]
    fn start<S: Simd>(&self, simd: S, first: usize) -> [S::u32s; 16] {
        let counter = |lane: usize| self.counter + (first + lane) as u64;
        let low: [u32; BLOCKS] = std::array::from_fn(|lane| counter(lane) as u32);
        let high: [u32; BLOCKS] = std::array::from_fn(|lane| (counter(lane) >> 32) as u32);
        std::array::from_fn(|i| match i {
            0..4 => simd.splat_u32s([0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574][i]),
            4..12 => simd.splat_u32s(self.key[i - 4]),
            12 => S::as_simd_u32s(&low).0[0],
            13 => S::as_simd_u32s(&high).0[0],
            14 => simd.splat_u32s(self.stream as u32),
            _ => simd.splat_u32s((self.stream >> 32) as u32),
        })
    }
}

#[inline(always)]
fn quarter_round<S: Simd>(simd: S, x: &mut [S::u32s; 16], [a, b, c, d]: [usize; 4]) {
    add_and_turn(simd, x, [a, b, d], 16);
    add_and_turn(simd, x, [c, d, b], 12);
    add_and_turn(simd, x, [a, b, d], 8);
    add_and_turn(simd, x, [c, d, b], 7);
}

#[inline(always)]
fn add_and_turn<S: Simd>(simd: S, x: &mut [S::u32s; 16], [sum, term, turned]: [usize; 3], by: u32) {
    x[sum] = simd.add_u32s(x[sum], x[term]);
    let mixed = simd.xor_u32s(x[turned], x[sum]);
    let left = simd.wrapping_dyn_shl_u32s(mixed, simd.splat_u32s(by));
    x[turned] = simd.or_u32s(left, simd.wrapping_dyn_shr_u32s(mixed, simd.splat_u32s(32 - by)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn words_are_those_of_the_library() {
        for (byte, stream) in [(0_u8, 0), (7, 1), (200, u64::MAX), (31, 1 << 40)] {
            let key = std::array::from_fn(|i| byte.wrapping_mul(3).wrapping_add(i as u8));
            let mut expected = ChaCha8Rng::from_seed(key);
            expected.set_stream(stream);
            let mut words = Words::new(key, stream);
            assert!((0..1000).all(|_| words.next_u64() == expected.next_u64()));
            let (mut found, mut bytes) = ([0; 24], [0; 24]);
            words.fill_bytes(&mut found);
            expected.fill_bytes(&mut bytes);
            assert_eq!(found, bytes);
        }
    }

    #[test]
    fn counter_goes_on_over_its_lower_half() {
        let mut expected = ChaCha8Rng::from_seed([5; 32]);
        expected.set_word_pos(16 * (u128::from(u32::MAX) - 3));
        let mut words = Words { counter: u64::from(u32::MAX) - 3, ..Words::new([5; 32], 0) };
        assert!((0..200).all(|_| words.next_u64() == expected.next_u64()));
    }

    #[test]
    fn a_word_stays_until_it_is_taken() {
        let mut words = Words::new([1; 32], 4);
        let first = words.peek();
        assert_eq!((words.peek(), words.next_u64()), (first, first));
        assert_ne!(words.peek(), first);
    }
}
