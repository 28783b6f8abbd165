//! Columns whose numbers move in steps: counts, shares of so many images.

/// Most steps from the smallest to the largest number of a column that still counts as a lattice: with more, any numbers of a
/// few digits would be one.
const MOST_STEPS: f64 = 1e5;

/// The step of which all differences of a column are multiples; 0 where there is none, or all numbers are equal.
///
/// Whole numbers that are all equal have step 1: they are counts, and three equal ones do not show that there is no spread.
#[must_use]
pub fn step_of(numbers: &[Option<f64>]) -> f64 {
    let mut values: Vec<f64> = numbers.iter().copied().flatten().filter(|v| v.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    let (Some(&low), Some(&high)) = (values.first(), values.last()) else { return 0.0 };
    let scale = low.abs().max(high.abs());
    let gaps = values.windows(2).map(|pair| pair[1] - pair[0]).filter(|gap| *gap > 1e-9 * scale);
    let smallest = gaps.fold(f64::INFINITY, f64::min);
    if smallest.is_infinite() {
        return if low.fract() == 0.0 { 1.0 } else { 0.0 };
    }
    // 0.1 and 0.2 of ten are told apart by rounding of the last places only
    let is_multiple = |v: f64| {
        let steps = (v - low) / smallest;
        (steps - steps.round()).abs() < 1e-6 * steps.max(1.0)
    };
    let whole = values.iter().all(|v| v.fract() == 0.0);
    match ((high - low) / smallest <= MOST_STEPS && values.iter().all(|&v| is_multiple(v)), whole) {
        // two numbers alone are multiples of their difference
        (true, false) if values.iter().filter(|&&v| v != low).all(|&v| v == high) => 0.0,
        (true, _) => smallest,
        (false, true) => 1.0,
        (false, false) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> f64 {
        step_of(&values.iter().map(|&v| Some(v)).collect::<Vec<_>>())
    }

    #[test]
    fn counts_and_shares_have_a_step_and_measurements_none() {
        assert_eq!([of(&[3.0, 4.0, 9.0]), of(&[2.0; 3]), of(&[4.0, 7.0, 9.0])], [1.0; 3]);
        let errors: Vec<f64> = [0.103, 0.104, 0.25, 0.5].to_vec();
        assert!((of(&errors) - 0.001).abs() < 1e-12);
        assert_eq!([of(&[0.1, 0.234_56, 0.712_3]), of(&[0.5; 3]), of(&[0.1, 0.3]), of(&[])], [0.0; 4]);
        assert_eq!(step_of(&[None, Some(f64::NAN)]), 0.0);
    }
}
