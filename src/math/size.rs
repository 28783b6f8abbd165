//! Products of sizes that no input can make overflow: what is planned may be absurd, its arithmetic may not.

/// More than any memory holds, and little enough that a hundred of them, of eight bytes each, still add up.
pub const MOST: usize = 1 << 52;

/// a · b, [`MOST`] where it is more. Units: counts.
#[must_use]
pub const fn times(a: usize, b: usize) -> usize {
    let product = a.saturating_mul(b);
    if product < MOST { product } else { MOST }
}

/// a · b · c, [`MOST`] where it is more. Units: counts.
#[must_use]
pub const fn times3(a: usize, b: usize, c: usize) -> usize {
    times(times(a, b), c)
}

/// Memory of a · b things of `each` bytes. Units: bytes.
#[must_use]
pub const fn bytes(each: u64, a: usize, b: usize) -> u64 {
    each * times(a, b) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_exact_or_too_much_for_anything() {
        assert_eq!((times(3, 5), times3(2, 3, 7), times(0, usize::MAX)), (15, 42, 0));
        assert_eq!(
            (times(1 << 40, 1 << 40), times(usize::MAX, 2), times3(1 << 30, 1 << 30, 1 << 30)),
            (MOST, MOST, MOST)
        );
        assert_eq!((bytes(8, 2, 3), bytes(8, usize::MAX, 9)), (48, 1 << 55));
        // a hundred of them
        assert!(100_u64.checked_mul(bytes(8, MOST, MOST)).is_some());
    }
}
