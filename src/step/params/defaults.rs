//! Defaults of parameters, for `#[serde(default = "..")]`, which takes the path of a function.

/// The whole number: `defaults::whole::<30>`.
#[must_use]
pub const fn whole<const NUMBER: usize>() -> usize {
    NUMBER
}

/// The number of these digits, so many of them decimals: `defaults::decimal::<95, 2>` is 0.95.
#[must_use]
pub const fn decimal<const DIGITS: u32, const DECIMALS: u32>() -> f64 {
    DIGITS as f64 / 10_u64.pow(DECIMALS) as f64
}

/// `true`
#[must_use]
pub const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_the_numbers_that_are_written() {
        assert_eq!((whole::<0>(), whole::<4096>()), (0, 4096));
        // to the last bit: both parts are whole numbers below 2^53, so their quotient is rounded once
        let found = [decimal::<4, 0>(), decimal::<95, 2>(), decimal::<999, 3>(), decimal::<1, 4>(), decimal::<1, 8>()];
        assert_eq!(found.map(f64::to_bits), [4.0, 0.95, 0.999, 1e-4, 1e-8].map(f64::to_bits));
    }
}
