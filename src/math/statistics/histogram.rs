//! Histograms on linear, logarithmic and symmetric logarithmic axes.

use crate::math::error::{MathError, check_finite, check_range};

/// The axis on which bins are equally wide.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BinScale {
    /// `s(v) = v`.
    Linear,
    /// `s(v) = log₁₀ v`, for v > 0.
    Log,
    /// `s(v) = v/t` up to |v| = t, and `sign(v) (1 + log₁₀(|v|/t))` beyond: logarithmic on both sides of zero.
    Symlog {
        /// Where the linear part ends, above 0.
        threshold: f64,
    },
}

impl BinScale {
    fn forward(self, v: f64) -> f64 {
        match self {
            Self::Linear => v,
            Self::Log => v.log10(),
            Self::Symlog { threshold } if v.abs() <= threshold => v / threshold,
            Self::Symlog { threshold } => v.signum() * (1.0 + (v.abs() / threshold).log10()),
        }
    }

    fn backward(self, s: f64) -> f64 {
        match self {
            Self::Linear => s,
            Self::Log => 10.0_f64.powf(s),
            Self::Symlog { threshold } if s.abs() <= 1.0 => s * threshold,
            Self::Symlog { threshold } => s.signum() * threshold * 10.0_f64.powf(s.abs() - 1.0),
        }
    }
}

/// `count + 1` edges from the least to the greatest value, equally far apart on the scale:
/// `s⁻¹(s₀ + (s₁ − s₀) i/count)`.
///
/// Values that are all equal get bins over half a unit of the scale on either side.
///
/// Shapes: n values -> count + 1, ascending. Units: those of the values. Cost: n + count.
/// Source: ours.
///
/// # Errors
/// [`MathError::Range`] for no values or bins, values that a logarithm cannot take, a threshold that is not above 0;
/// [`MathError::NonFinite`].
pub fn bin_edges(values: &[f64], count: usize, scale: BinScale) -> Result<Vec<f64>, MathError> {
    check_finite("values", values)?;
    check_range(!values.is_empty(), "number of values", 0.0, "at least 1")?;
    check_range(count > 0, "number of bins", 0.0, "at least 1")?;
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match scale {
        BinScale::Log => check_range(least > 0.0, "the least value", least, "above 0 on a logarithmic axis")?,
        BinScale::Symlog { threshold } => check_range(threshold > 0.0, "threshold", threshold, "above 0")?,
        BinScale::Linear => {}
    }
    let (from, to) = (scale.forward(least), scale.forward(greatest));
    let single = least == greatest;
    let (from, to) = if single { (from - 0.5, to + 0.5) } else { (from, to) };
    let mut edges: Vec<f64> =
        (0..=count).map(|i| scale.backward(from + (to - from) * i as f64 / count as f64)).collect();
    if !single {
        // there and back again rounds: the extreme values must not fall out
        edges[0] = least;
        edges[count] = greatest;
    }
    Ok(edges)
}

/// How many values lie in each bin `edge ≤ v < next edge`; the last bin holds its right edge too. Values outside of the
/// edges are not counted.
///
/// Shapes: n values, m + 1 ascending edges -> m. Units: values. Cost: n log m.
/// Source: the convention of NumPy's `histogram`.
pub fn bin_counts(values: &[f64], edges: &[f64]) -> Vec<usize> {
    let bins = edges.len().saturating_sub(1);
    let mut counts = vec![0; bins];
    for &v in values {
        let above = edges.partition_point(|&edge| edge <= v);
        let bin = if v == edges[bins] { bins } else { above };
        if (1..=bins).contains(&bin) {
            counts[bin - 1] += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_by_hand() {
        let near = |found: Vec<f64>, expected: &[f64]| {
            assert_eq!(found.len(), expected.len());
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12 * b.abs().max(1.0)), "{found:?}");
        };
        near(bin_edges(&[3.0, -1.0, 0.0], 4, BinScale::Linear).unwrap(), &[-1.0, 0.0, 1.0, 2.0, 3.0]);
        near(bin_edges(&[0.1, 100.0], 3, BinScale::Log).unwrap(), &[0.1, 1.0, 10.0, 100.0]);
        // s(±0.1) = ±2 and s(±0.01) = ±1 with the threshold 0.01
        let symlog = BinScale::Symlog { threshold: 0.01 };
        near(bin_edges(&[-0.1, 0.1], 4, symlog).unwrap(), &[-0.1, -0.01, 0.0, 0.01, 0.1]);
        near(bin_edges(&[2.0, 2.0], 2, BinScale::Linear).unwrap(), &[1.5, 2.0, 2.5]);
    }

    // numpy.histogram([1, 2, 2.5, 3, 4, 5], bins=[1, 2, 3, 5]) gives [1, 2, 3]
    #[test]
    fn counts_by_hand() {
        assert_eq!(bin_counts(&[1.0, 2.0, 2.5, 3.0, 4.0, 5.0], &[1.0, 2.0, 3.0, 5.0]), [1, 2, 3]);
        assert_eq!(bin_counts(&[0.9, 5.1], &[1.0, 2.0, 3.0, 5.0]), [0, 0, 0]);
    }

    #[test]
    fn no_value_is_lost_on_any_scale() {
        let values: Vec<f64> = (1..200).map(|i| 1e-3 * 1.07_f64.powi(i)).collect();
        let signed: Vec<f64> = values.iter().flat_map(|v| [*v, -1.3 * v]).collect();
        for (values, scale) in [
            (&values, BinScale::Linear),
            (&values, BinScale::Log),
            (&signed, BinScale::Linear),
            (&signed, BinScale::Symlog { threshold: 0.037 }),
        ] {
            for count in [1, 7, 40] {
                let edges = bin_edges(values, count, scale).unwrap();
                assert!(edges.windows(2).all(|e| e[0] < e[1]), "{scale:?}");
                assert_eq!(bin_counts(values, &edges).iter().sum::<usize>(), values.len(), "{scale:?}");
            }
        }
    }

    #[test]
    fn what_an_axis_cannot_show_is_refused() {
        assert!(bin_edges(&[0.0, 1.0], 2, BinScale::Log).is_err());
        assert!(bin_edges(&[1.0], 2, BinScale::Symlog { threshold: 0.0 }).is_err());
        assert!(bin_edges(&[], 2, BinScale::Linear).is_err() && bin_edges(&[1.0], 0, BinScale::Linear).is_err());
    }

    proptest::proptest! {
        #[test]
        fn counts_add_up_to_the_number_of_values(
            values in proptest::collection::vec(1e-3..1e3f64, 1..60), bins in 1usize..30, threshold in 1e-3..10.0f64,
        ) {
            let signed: Vec<f64> = values.iter().enumerate().map(|(i, v)| if i % 2 == 0 { *v } else { -*v }).collect();
            let symlog = BinScale::Symlog { threshold };
            for (values, scale) in [(&values, BinScale::Linear), (&values, BinScale::Log), (&signed, symlog)] {
                let edges = bin_edges(values, bins, scale).unwrap();
                proptest::prop_assert!(edges.is_sorted() && edges.len() == bins + 1);
                proptest::prop_assert_eq!(bin_counts(values, &edges).iter().sum::<usize>(), values.len());
            }
        }
    }
}
