//! Scales: from values to a fraction of the axis, and where ticks go.

use super::axis_scale::AxisScale;
use super::number::{decimal, log_label, power};
use crate::step::StepError;

/// A range of values laid out along an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// How values are laid out.
    layout: AxisScale,
    /// Whole numbers only: no tick between two of them.
    whole: bool,
    /// Powers of two only: they are what a logarithmic axis marks.
    doubling: bool,
    low: f64,
    high: f64,
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

/// Labels of powers are short: so many more of them fit than of other numbers.
const SHORT: f64 = 1.6;

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

    /// Where a value lies, 0 at the lower end and 1 at the upper; values beyond an end lie on it.
    #[must_use]
    pub fn fraction(&self, value: f64) -> f64 {
        self.place(self.layout.inner(value))
    }

    fn place(&self, inner: f64) -> f64 {
        ((inner - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Marks, about `wanted` of them on a linear scale.
    #[must_use]
    pub fn ticks(&self, wanted: f64) -> Vec<Tick> {
        match self.layout {
            AxisScale::Linear => self.linear_ticks(wanted),
            AxisScale::Log if self.doubling => self.doubling_ticks(wanted),
            AxisScale::Log => self.log_ticks(wanted),
            AxisScale::Symlog(threshold) if self.low >= -1.0 && self.high <= 1.0 => {
                let (low, high) = (self.low * threshold, self.high * threshold);
                Self { layout: AxisScale::Linear, low, high, ..*self }.linear_ticks(wanted)
            }
            AxisScale::Symlog(threshold) => self.symlog_ticks(threshold, wanted),
        }
    }

    /// Zero, and powers of ten from the threshold on, alike on both sides: the outermost first where room is short.
    #[expect(clippy::cast_possible_truncation, reason = "exponents of f64")]
    fn symlog_ticks(&self, threshold: f64, wanted: f64) -> Vec<Tick> {
        let reach = self.low.abs().max(self.high.abs());
        let first = (threshold.log10() - 1e-9).ceil() as i32;
        let last = (threshold.log10() + reach - 1.0 + 1e-9).floor() as i32;
        let stride = ((self.high - self.low) / (SHORT * wanted.max(1.0))).ceil().max(1.0) as i32;
        let mut ticks = vec![(0.0, Tick { at: self.place(0.0), label: "0".to_owned(), rank: 0 })];
        for exponent in first..=last {
            for (sign, digit) in [1.0, -1.0].into_iter().flat_map(|sign| (1..10).map(move |digit| (sign, digit))) {
                let inner = self.layout.inner(sign * f64::from(digit) * 10f64.powi(exponent));
                let labelled = digit == 1 && (last - exponent) % stride == 0;
                let plain = threshold >= 0.1 && last <= 5;
                let written = |sign: f64| {
                    if plain {
                        decimal(sign * 10f64.powi(exponent), usize::from(exponent < 0))
                    } else {
                        power(sign, exponent)
                    }
                };
                let label = if labelled { written(sign) } else { String::new() };
                let rank = 1 + u8::try_from((last - exponent) / stride).unwrap_or(u8::MAX - 1);
                if digit == 1 || stride == 1 {
                    ticks.push((inner, Tick { at: self.place(inner), label, rank }));
                }
            }
        }
        ticks.retain(|(inner, _)| (self.low - 1e-9..=self.high + 1e-9).contains(inner));
        ticks.sort_by(|a, b| a.0.total_cmp(&b.0));
        ticks.into_iter().map(|(_, tick)| tick).collect()
    }

    fn linear_ticks(&self, wanted: f64) -> Vec<Tick> {
        let step = nice_step((self.high - self.low) / wanted.max(1.0));
        // the only nice step above one that is not whole is 2.5
        let step = if self.whole && step.fract() != 0.0 { (2.0 * step).max(1.0) } else { step };
        let decimals = decimals_of(step);
        let (first, last) = ((self.low / step - 1e-9).ceil(), (self.high / step + 1e-9).floor());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a handful of ticks")]
        let count = (last - first).clamp(0.0, 100.0) as u32 + 1;
        (0..count)
            .map(|i| (first + f64::from(i)) * step)
            .map(|v| Tick { at: self.fraction(v), label: decimal(v, decimals), rank: 0 })
            .collect()
    }

    /// Powers of two, every k-th of them labelled, counted from the largest.
    #[expect(clippy::cast_possible_truncation, reason = "exponents of f64")]
    fn doubling_ticks(&self, wanted: f64) -> Vec<Tick> {
        let exponent = |inner: f64| inner / std::f64::consts::LOG10_2;
        let (first, last) = (exponent(self.low).ceil() as i32, exponent(self.high).floor() as i32);
        let stride = (f64::from(last - first + 1) / (SHORT * wanted.max(1.0))).ceil().max(1.0) as i32;
        let tick = |exponent: i32| {
            let value = 2f64.powi(exponent);
            let label = if (last - exponent) % stride == 0 { decimal(value, 0) } else { String::new() };
            Tick { at: self.fraction(value), label, rank: 0 }
        };
        (first.max(0)..=last).map(tick).collect()
    }

    fn log_ticks(&self, wanted: f64) -> Vec<Tick> {
        let span = self.high - self.low;
        // within a few decades 1, 2 and 5 are labelled; within less than one every digit; over many every k-th decade
        let labelled_to = if span < 0.7 {
            3
        } else if span < 3.3 {
            1
        } else {
            0
        };
        #[expect(clippy::cast_possible_truncation, reason = "exponents of f64")]
        let (first, last) = (self.low.floor() as i32, self.high.ceil() as i32);
        #[expect(clippy::cast_possible_truncation, reason = "exponents of f64")]
        let stride = ((span / (SHORT * wanted.max(1.0))).ceil() as i32).max(1);
        // one notation an axis: decimal numbers as long as all of them are short
        let powers_only = self.low < -3.0 || self.high >= 6.0 || span >= 5.0;
        let mut ticks = Vec::new();
        for exponent in first..=last {
            for digit in 1..10 {
                let inner = f64::from(exponent) + f64::from(digit).log10();
                if inner < self.low - 1e-9 || inner > self.high + 1e-9 || (stride > 1 && digit > 1) {
                    continue;
                }
                let rank = [0, 1, 2, 3, 1, 3, 3, 3, 3][usize::try_from(digit - 1).unwrap_or(0)];
                let shown = if digit == 1 { exponent.rem_euclid(stride) == 0 } else { rank <= labelled_to };
                let label = if shown { log_label(digit, exponent, powers_only) } else { String::new() };
                ticks.push(Tick { at: ((inner - self.low) / span).clamp(0.0, 1.0), label, rank });
            }
        }
        ticks
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

/// The next of 1, 2, 2.5, 5 times a power of ten.
fn nice_step(rough: f64) -> f64 {
    let power = 10f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 2.5, 5.0].into_iter().find(|f| f * power >= rough * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

/// Decimals that tell neighbouring ticks apart.
fn decimals_of(step: f64) -> usize {
    (0..12)
        .find(|&d| {
            let scaled = step * 10f64.powi(d);
            (scaled - scaled.round()).abs() < 1e-6
        })
        .map_or(12, |d| usize::try_from(d).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The inverse of [`Scale::fraction`].
    fn value(scale: &Scale, fraction: f64) -> f64 {
        let inner = scale.low + fraction * (scale.high - scale.low);
        match scale.layout {
            AxisScale::Linear => inner,
            AxisScale::Log => 10f64.powf(inner),
            AxisScale::Symlog(threshold) if inner.abs() <= 1.0 => inner * threshold,
            AxisScale::Symlog(threshold) => inner.signum() * threshold * 10f64.powf(inner.abs() - 1.0),
        }
    }

    fn labels(scale: &Scale, wanted: f64) -> Vec<String> {
        scale.ticks(wanted).into_iter().map(|t| t.label).filter(|l| !l.is_empty()).collect()
    }

    #[test]
    fn linear_ticks_are_round_and_inside() {
        let scale = Scale::over(&[0.1, 0.42], AxisScale::Linear, Fit::Padded).unwrap();
        assert_eq!(labels(&scale, 5.0), ["0.1", "0.2", "0.3", "0.4"]);
        let negative = Scale::over(&[-20_000.0, 20_000.0], AxisScale::Linear, Fit::Tight).unwrap();
        assert_eq!(labels(&negative, 4.0), ["−20\u{2009}000", "−10\u{2009}000", "0", "10\u{2009}000", "20\u{2009}000"]);
    }

    #[test]
    fn log_ticks_are_decimal_numbers_or_powers_and_never_both() {
        let scale = Scale::over(&[100.0, 50_000.0], AxisScale::Log, Fit::Padded).unwrap();
        let found = labels(&scale, 8.0);
        assert_eq!(
            found,
            ["100", "200", "500", "1000", "2000", "5000", "10\u{2009}000", "20\u{2009}000", "50\u{2009}000"]
        );
        let wide = Scale::over(&[1e-6, 1e6], AxisScale::Log, Fit::Tight).unwrap();
        assert_eq!(labels(&wide, 6.0), ["10⁻⁶", "10⁻⁴", "10⁻²", "1", "10²", "10⁴", "10⁶"]);
    }

    #[test]
    fn powers_of_two_are_marked_at_powers_of_two() {
        let scale = Scale::over(&[16.0, 128.0, 32.0, 64.0], AxisScale::Log, Fit::Padded).unwrap();
        assert_eq!(labels(&scale, 5.0), ["16", "32", "64", "128"]);
        assert!((value(&scale, scale.ticks(5.0)[1].at) - 32.0).abs() < 1e-9);
        let smoke = Scale::over(&[8.0, 16.0], AxisScale::Log, Fit::Padded).unwrap();
        assert_eq!(labels(&smoke, 5.0), ["8", "16"]);
        let wide = Scale::over(&[1.0, 65_536.0], AxisScale::Log, Fit::Tight).unwrap();
        assert_eq!(labels(&wide, 4.0), ["2", "16", "128", "1024", "8192", "65\u{2009}536"]);
        let other = Scale::over(&[16.0, 48.0], AxisScale::Log, Fit::Padded).unwrap();
        assert_eq!(labels(&other, 5.0)[0], "20");
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
    fn zero_is_shown_where_it_is_near() {
        let near = Scale::over(&[0.05, 0.4], AxisScale::Linear, Fit::PaddedToZero).unwrap();
        let far = Scale::over(&[0.3, 0.4], AxisScale::Linear, Fit::PaddedToZero).unwrap();
        assert_eq!(value(&near, 0.0), 0.0);
        assert!(value(&far, 0.0) > 0.25);
    }

    #[test]
    fn single_values_and_none_give_a_scale_too() {
        for values in [&[][..], &[0.0], &[5.0]] {
            assert!(!Scale::over(values, AxisScale::Linear, Fit::Padded).unwrap().ticks(5.0).is_empty());
        }
        assert!(!labels(&Scale::over(&[1000.0], AxisScale::Log, Fit::Padded).unwrap(), 5.0).is_empty());
        assert!(Scale::over(&[0.0], AxisScale::Log, Fit::Padded).is_err());
    }

    #[test]
    fn symlog_ticks_are_alike_on_both_sides_of_zero() {
        let scale = Scale::over(&[-0.3, 0.3], AxisScale::Symlog(1e-3), Fit::Tight).unwrap();
        assert_eq!(labels(&scale, 2.5), ["−10⁻¹", "−10⁻³", "0", "10⁻³", "10⁻¹"]);
        assert_eq!(labels(&scale, 9.0), ["−10⁻¹", "−10⁻²", "−10⁻³", "0", "10⁻³", "10⁻²", "10⁻¹"]);
        assert!((scale.fraction(0.0) - 0.5).abs() < 1e-12);
        assert!((scale.fraction(0.02) + scale.fraction(-0.02) - 1.0).abs() < 1e-12);
        let inside = Scale::over(&[-0.3, 0.3], AxisScale::Symlog(1.0), Fit::Tight).unwrap();
        assert_eq!(labels(&inside, 4.0), ["−0.2", "0.0", "0.2"]);
        let above = Scale::over(&[0.5, 2000.0], AxisScale::Symlog(1.0), Fit::Tight).unwrap();
        assert_eq!(labels(&above, 5.0), ["1", "10", "100", "1000"]);
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
