//! Scales: from values to a fraction of the axis, and where ticks go.

use super::axis_scale::AxisScale;
use crate::step::StepError;

/// A range of values laid out along an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// How values are laid out.
    pub(super) layout: AxisScale,
    /// Whole numbers only: no tick between two of them.
    pub(super) whole: bool,
    /// Powers of two only: they are what a logarithmic axis marks.
    pub(super) doubling: bool,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// A mark on an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where, from 0 to 1.
    pub at: f64,
    /// Its text; empty for a minor mark.
    pub label: String,
    /// Labels of a smaller number win where there is no room for all.
    pub rank: u8,
}

/// How much room is left beside the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// None: colour bars.
    Tight,
    /// A little, so that markers do not sit on the frame.
    Padded,
    /// The same, and down to zero where zero is near: error rates.
    PaddedToZero,
    /// From zero, or from half of the smallest value by logarithm: heights of bars.
    FromZero,
}

impl Scale {
    /// A scale over these values.
    ///
    /// # Errors
    /// Where a logarithmic scale meets a value that is not positive.
    pub fn over(values: &[f64], layout: AxisScale, fit: Fit) -> Result<Self, StepError> {
        if let Some(bad) = values.iter().find(|&&v| layout == AxisScale::Log && v <= 0.0) {
            let reason = format!(
                "a logarithmic axis cannot show {bad}; use `linear` or `{{symlog: THRESHOLD}}`, or leave the row out by \
                 `where`"
            );
            return Err(StepError::Input { slot: "table".to_owned(), reason });
        }
        let inner = values.iter().map(|&v| layout.inner(v));
        let (low, high) = inner.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let whole = !values.is_empty() && values.iter().all(|v| v.fract() == 0.0);
        let doubling = whole && high > low && values.iter().all(|v| *v >= 1.0 && v.log2().fract() == 0.0);
        let (low, high) = if high > low { (low, high) } else { widened(low, layout == AxisScale::Log) };
        Ok(Self { layout, whole, doubling, low, high }.fitted(fit))
    }

    fn fitted(self, fit: Fit) -> Self {
        let Self { layout, low, high, .. } = self;
        let pad = if fit == Fit::Tight { 0.0 } else { 0.05 * (high - low) };
        // zero is near where showing it takes less than a third of the axis
        let near = layout == AxisScale::Linear && low >= 0.0 && low < 0.5 * (high - low);
        match fit {
            Fit::PaddedToZero if near => Self { low: 0.0, high: high + pad, ..self },
            Fit::FromZero if layout == AxisScale::Log => {
                Self { low: low - std::f64::consts::LOG10_2, high: high + pad, ..self }
            }
            Fit::FromZero => Self { low: low.min(0.0), high: high.max(0.0) + pad, ..self },
            _ => Self { low: low - pad, high: high + pad, ..self },
        }
    }

    /// How values are laid out.
    #[must_use]
    pub const fn layout(&self) -> AxisScale {
        self.layout
    }

    /// Its layout and ends for a script: 0 for a linear axis, -1 for a logarithmic one, the threshold of a symmetric one; the
    /// ends as they are laid out, so logarithms on a logarithmic axis.
    #[must_use]
    pub fn told(&self) -> String {
        let layout = match self.layout {
            AxisScale::Linear => 0.0,
            AxisScale::Log => -1.0,
            AxisScale::Symlog(threshold) => threshold,
        };
        format!("{layout} {:.6e} {:.6e}", self.low, self.high)
    }

    /// Where a value lies, 0 at the lower end and 1 at the upper; values beyond an end lie on it.
    #[must_use]
    pub fn fraction(&self, value: f64) -> f64 {
        self.place(self.layout.inner(value))
    }

    /// Whether a value lies between the ends.
    #[must_use]
    pub fn shows(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&self.layout.inner(value))
    }

    /// [`Scale::fraction`] of a number that is laid out already.
    #[must_use]
    pub(super) fn place(&self, inner: f64) -> f64 {
        ((inner - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

/// A range around a single value.
fn widened(value: f64, log: bool) -> (f64, f64) {
    let half = if log {
        0.3
    } else if value == 0.0 {
        0.5
    } else {
        0.1 * value.abs()
    };
    (value - half, value + half)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The inverse of [`Scale::fraction`].
    pub fn value(scale: &Scale, fraction: f64) -> f64 {
        let inner = scale.low + fraction * (scale.high - scale.low);
        match scale.layout {
            AxisScale::Linear => inner,
            AxisScale::Log => 10f64.powf(inner),
            AxisScale::Symlog(threshold) if inner.abs() <= 1.0 => inner * threshold,
            AxisScale::Symlog(threshold) => inner.signum() * threshold * 10f64.powf(inner.abs() - 1.0),
        }
    }

    #[test]
    fn fraction_and_value_are_inverse() {
        for layout in [AxisScale::Linear, AxisScale::Log, AxisScale::Symlog(5.0), AxisScale::Symlog(500.0)] {
            let scale = Scale::over(&[3.0, 80.0], layout, Fit::Padded).unwrap();
            assert!((value(&scale, scale.fraction(17.0)) - 17.0).abs() < 1e-9);
            assert_eq!((scale.fraction(-1.0), scale.fraction(1e9)), (0.0, 1.0));
        }
    }

    #[test]
    fn a_script_is_told_layout_and_ends() {
        let log = Scale::over(&[1.0, 100.0], AxisScale::Log, Fit::Tight).unwrap();
        assert_eq!(log.told(), "-1 0.000000e0 2.000000e0");
        let symlog = Scale::over(&[0.0, 50.0], AxisScale::Symlog(5.0), Fit::Tight).unwrap();
        assert_eq!(symlog.told(), "5 0.000000e0 2.000000e0");
    }

    #[test]
    fn zero_is_shown_where_it_is_near() {
        let near = Scale::over(&[0.05, 0.4], AxisScale::Linear, Fit::PaddedToZero).unwrap();
        let far = Scale::over(&[0.3, 0.4], AxisScale::Linear, Fit::PaddedToZero).unwrap();
        assert_eq!(value(&near, 0.0), 0.0);
        assert!(value(&far, 0.0) > 0.25);
    }

    #[test]
    fn symlog_rises_all_the_way() {
        let scale = Scale::over(&[-100.0, 100.0], AxisScale::Symlog(0.1), Fit::Padded).unwrap();
        let places: Vec<f64> = (-1000..=1000).map(|i| scale.fraction(0.1 * f64::from(i))).collect();
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn bars_stand_on_zero() {
        let linear = Scale::over(&[10.0, 12.0], AxisScale::Linear, Fit::FromZero).unwrap();
        assert_eq!(value(&linear, 0.0), 0.0);
        let log = Scale::over(&[1.0, 100.0], AxisScale::Log, Fit::FromZero).unwrap();
        assert!((value(&log, 0.0) - 0.5).abs() < 1e-12);
    }
}
