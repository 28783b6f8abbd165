//! Where the marks of a scale go, and what is written beside them.

use super::axis_scale::AxisScale;
use super::number::{decimal, log_label, power};
use super::scale::{Scale, Tick};

/// Labels of powers are short: so many more of them fit than of other numbers.
const SHORT: f64 = 1.6;

impl Scale {
    /// Marks, about `wanted` of them on a linear scale.
    #[must_use]
    pub fn ticks(&self, wanted: f64) -> Vec<Tick> {
        let labels = |ticks: &[Tick]| ticks.iter().filter(|tick| !tick.label.is_empty()).count();
        let found = self.usual_ticks(wanted);
        if labels(&found) > 1 {
            return found;
        }
        // an axis with one number tells no scale
        let more = match self.layout {
            AxisScale::Linear => self.linear_ticks(2.0 * wanted),
            AxisScale::Log => self.even_ticks(wanted),
            AxisScale::Symlog(_) => Vec::new(),
        };
        if labels(&more) > labels(&found) { more } else { found }
    }

    /// Even steps on a logarithmic axis so short that it has too few round numbers.
    fn even_ticks(&self, wanted: f64) -> Vec<Tick> {
        let (low, high) = (10f64.powf(self.low), 10f64.powf(self.high));
        let even = Self { layout: AxisScale::Linear, low, high, ..*self };
        let mut ticks = even.linear_ticks(wanted);
        for tick in &mut ticks {
            tick.at = self.fraction(low + tick.at * (high - low));
        }
        ticks
    }

    fn usual_ticks(&self, wanted: f64) -> Vec<Tick> {
        match self.layout {
            AxisScale::Linear => self.linear_ticks(wanted),
            AxisScale::Log if self.doubling => self.doubling_ticks(wanted),
            // one notation an axis: decimal numbers as long as all of them are short
            AxisScale::Log => {
                self.log_ticks(wanted, self.low < -3.0 || self.high >= 6.0 || self.high - self.low >= 5.0)
            }
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

    /// Marks of a logarithmic axis with powers of ten in place of decimal numbers, which are longer; nothing where it
    /// spans less than two decades or marks powers of two.
    #[must_use]
    pub fn power_ticks(&self, wanted: f64) -> Option<Vec<Tick>> {
        let wide = self.layout == AxisScale::Log && !self.doubling && self.high - self.low >= 2.0;
        let mut ticks = if wide { self.log_ticks(wanted, true) } else { return None };
        ticks.iter_mut().filter(|tick| tick.rank > 0).for_each(|tick| tick.label.clear());
        Some(ticks)
    }

    fn log_ticks(&self, wanted: f64, powers_only: bool) -> Vec<Tick> {
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
    use crate::plot::axes::scale::Fit;
    use crate::plot::axes::scale::tests::value;

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
    fn no_axis_has_a_single_number() {
        for (low, high) in [(0.91, 1.9), (1.02, 1.07), (120.0, 170.0), (0.6, 1.3), (8.5, 9.6), (0.57, 1.31)] {
            for layout in [AxisScale::Linear, AxisScale::Log] {
                for wanted in [2.5, 4.0, 8.0] {
                    let scale = Scale::over(&[low, high], layout, Fit::Padded).unwrap();
                    assert!(labels(&scale, wanted).len() > 1, "{low} to {high}, {layout:?}, {wanted}");
                }
            }
        }
        let short = Scale::over(&[1.02, 1.07], AxisScale::Log, Fit::Tight).unwrap();
        let tick = &short.ticks(4.0)[1];
        assert!((value(&short, tick.at) - tick.label.parse::<f64>().unwrap()).abs() < 1e-9, "{tick:?}");
    }

    #[test]
    fn powers_of_ten_stand_in_for_numbers_that_are_too_long() {
        let scale = Scale::over(&[100.0, 50_000.0], AxisScale::Log, Fit::Padded).unwrap();
        let powers: Vec<String> = scale.power_ticks(4.0).unwrap().into_iter().map(|t| t.label).collect();
        let powers: Vec<String> = powers.into_iter().filter(|label| !label.is_empty()).collect();
        assert_eq!(powers, ["10²", "10³", "10⁴"]);
        let short = Scale::over(&[100.0, 500.0], AxisScale::Log, Fit::Padded).unwrap();
        assert!(short.power_ticks(4.0).is_none());
    }
}
