//! Scales: from values to a fraction of the axis, and where ticks go.

use crate::step::StepError;

/// A range of values laid out along an axis, evenly or by logarithm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Laid out by logarithm.
    pub log: bool,
    /// Whole numbers only: no tick between two of them.
    whole: bool,
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

/// How much room is left beside the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// None: colour bars.
    Tight,
    /// A little, so that markers do not sit on the frame.
    Padded,
    /// The same, and down to zero where zero is near: error rates.
    PaddedToZero,
}

impl Scale {
    /// A scale over these values.
    ///
    /// # Errors
    /// Where a logarithmic scale meets a value that is not positive.
    pub fn over(values: &[f64], log: bool, fit: Fit) -> Result<Self, StepError> {
        if let Some(bad) = values.iter().find(|&&v| log && v <= 0.0) {
            let reason =
                format!("a logarithmic axis cannot show {bad}; use a linear one or leave the row out by `where`");
            return Err(StepError::Input { slot: "table".to_owned(), reason });
        }
        let inner = values.iter().map(|&v| if log { v.log10() } else { v });
        let (low, high) = inner.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let whole = !values.is_empty() && values.iter().all(|v| v.fract() == 0.0);
        let (low, high) = if high > low { (low, high) } else { widened(low, log) };
        Ok(Self { log, whole, low, high }.fitted(fit))
    }

    fn fitted(self, fit: Fit) -> Self {
        let Self { log, low, high, .. } = self;
        let pad = if fit == Fit::Tight { 0.0 } else { 0.05 * (high - low) };
        // zero is near where showing it takes less than a third of the axis
        if fit == Fit::PaddedToZero && !log && low >= 0.0 && low < 0.5 * (high - low) {
            return Self { low: 0.0, high: high + pad, ..self };
        }
        Self { low: low - pad, high: high + pad, ..self }
    }

    /// Where a value lies, 0 at the lower end and 1 at the upper; values beyond an end lie on it.
    #[must_use]
    pub fn fraction(&self, value: f64) -> f64 {
        let inner = if self.log { value.max(f64::MIN_POSITIVE).log10() } else { value };
        ((inner - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Marks, about `wanted` of them on a linear scale.
    #[must_use]
    pub fn ticks(&self, wanted: f64) -> Vec<Tick> {
        if self.log { self.log_ticks(wanted) } else { self.linear_ticks(wanted) }
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
        let stride = ((span / wanted.max(1.0)).ceil() as i32).max(1);
        let powers_only = self.low < -3.0 || span >= 5.0;
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

fn log_label(digit: i32, exponent: i32, powers_only: bool) -> String {
    if !powers_only && (-3..=3).contains(&exponent) {
        return format!("{}", f64::from(digit) * 10f64.powi(exponent)).chars().take(6).collect();
    }
    match (digit, exponent) {
        (1, 0) => "1".to_owned(),
        (1, _) => format!("10{}", superscript(exponent)),
        _ => format!("{digit}×10{}", superscript(exponent)),
    }
}

fn superscript(exponent: i32) -> String {
    let raised = |c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '0' => '⁰',
        other => char::from_u32(u32::from(other) - u32::from('4') + u32::from('⁴')).unwrap_or(other),
    };
    exponent.to_string().chars().map(raised).collect()
}

/// A number with this many decimals, a true minus sign and groups of three digits from 10 000 on.
#[must_use]
pub fn decimal(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && whole.len() > 4 && (whole.len() - i).is_multiple_of(3) {
            grouped.push('\u{2009}');
        }
        grouped.push(c);
    }
    let zero = text.chars().all(|c| matches!(c, '0' | '.'));
    let sign = if value < 0.0 && !zero { "−" } else { "" };
    format!("{sign}{grouped}{rest}")
}

/// A number with three significant digits, for cells and descriptions.
#[must_use]
pub fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return decimal(value, 0);
    }
    #[expect(clippy::cast_possible_truncation, reason = "exponents of f64")]
    let exponent = value.abs().log10().floor() as i32;
    if !(-4..6).contains(&exponent) {
        return format!("{}×10{}", decimal(value / 10f64.powi(exponent), 1), superscript(exponent));
    }
    let text = decimal(value, usize::try_from(2 - exponent).unwrap_or(0));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The inverse of [`Scale::fraction`].
    fn value(scale: &Scale, fraction: f64) -> f64 {
        let inner = scale.low + fraction * (scale.high - scale.low);
        if scale.log { 10f64.powf(inner) } else { inner }
    }

    fn labels(scale: &Scale, wanted: f64) -> Vec<String> {
        scale.ticks(wanted).into_iter().map(|t| t.label).filter(|l| !l.is_empty()).collect()
    }

    #[test]
    fn linear_ticks_are_round_and_inside() {
        let scale = Scale::over(&[0.1, 0.42], false, Fit::Padded).unwrap();
        assert_eq!(labels(&scale, 5.0), ["0.1", "0.2", "0.3", "0.4"]);
        let negative = Scale::over(&[-20_000.0, 20_000.0], false, Fit::Tight).unwrap();
        assert_eq!(labels(&negative, 4.0), ["−20\u{2009}000", "−10\u{2009}000", "0", "10\u{2009}000", "20\u{2009}000"]);
    }

    #[test]
    fn log_ticks_read_as_numbers_up_to_a_thousand_then_as_powers() {
        let scale = Scale::over(&[100.0, 50_000.0], true, Fit::Padded).unwrap();
        let found = labels(&scale, 8.0);
        assert_eq!(found, ["100", "200", "500", "1000", "2000", "5000", "10⁴", "2×10⁴", "5×10⁴"]);
        let wide = Scale::over(&[1e-6, 1e6], true, Fit::Tight).unwrap();
        assert_eq!(labels(&wide, 6.0), ["10⁻⁶", "10⁻⁴", "10⁻²", "1", "10²", "10⁴", "10⁶"]);
    }

    #[test]
    fn fraction_and_value_are_inverse() {
        for log in [false, true] {
            let scale = Scale::over(&[3.0, 80.0], log, Fit::Padded).unwrap();
            assert!((value(&scale, scale.fraction(17.0)) - 17.0).abs() < 1e-9);
            assert_eq!((scale.fraction(-1.0), scale.fraction(1e9)), (0.0, 1.0));
        }
    }

    #[test]
    fn zero_is_shown_where_it_is_near() {
        let near = Scale::over(&[0.05, 0.4], false, Fit::PaddedToZero).unwrap();
        let far = Scale::over(&[0.3, 0.4], false, Fit::PaddedToZero).unwrap();
        assert_eq!(value(&near, 0.0), 0.0);
        assert!(value(&far, 0.0) > 0.25);
    }

    #[test]
    fn single_values_and_none_give_a_scale_too() {
        for values in [&[][..], &[0.0], &[5.0]] {
            assert!(!Scale::over(values, false, Fit::Padded).unwrap().ticks(5.0).is_empty());
        }
        assert!(!labels(&Scale::over(&[1000.0], true, Fit::Padded).unwrap(), 5.0).is_empty());
        assert!(Scale::over(&[0.0], true, Fit::Padded).is_err());
    }

    #[test]
    fn short_numbers() {
        assert_eq!([0.0, 12.345, -0.5, 0.01, 1e-7].map(short), ["0", "12.3", "−0.5", "0.01", "1.0×10⁻⁷"]);
        assert_eq!(short(20_000.0), "20\u{2009}000");
    }
}
