//! How many samples a power of the dimension is.

/// The training size of a power of the dimension, `n = d^α` to the nearest whole number.
/// Units: samples; α is dimensionless.
/// Source: arXiv 2605.13612, figure 2, where α is log n/log d.
pub fn training_size(dim: usize, alpha: f64) -> usize {
    (dim as f64).powf(alpha).round() as usize
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_are_powers_of_the_dimension() {
        assert_eq!((super::training_size(100, 1.5), super::training_size(60, 2.0)), (1000, 3600));
        assert_eq!(super::training_size(40, 2.5), 10_119);
    }
}
