//! Numbers and times as people read them. Nothing here computes a statistic.

use crate::artifact::number;

/// Decimals of a column whose largest number lies between 1 and 10; one digit fewer for each power of ten above.
const DECIMALS: i32 = 3;
/// Decimals of a percentage.
const PERCENT_DECIMALS: usize = 2;
/// From here on, and below its inverse, powers of ten are written out.
const LARGE: f64 = 1e6;

/// How the numbers of a column, and of the interval around it, are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Whole, grouped in threes.
    Whole,
    /// With this many decimals.
    Fixed(usize),
    /// Times 100, with two decimals.
    Percent,
    /// Three digits and a power of ten.
    Power,
}

impl Style {
    /// The style that shows every one of these numbers.
    pub fn of(numbers: &[f64]) -> Self {
        let sizes: Vec<f64> = numbers.iter().map(|v| v.abs()).filter(|v| *v > 0.0).collect();
        let largest = sizes.iter().copied().fold(0.0, f64::max);
        let smallest = sizes.iter().copied().fold(f64::INFINITY, f64::min);
        if numbers.iter().all(|v| v.fract() == 0.0) && largest < LARGE * LARGE {
            return Self::Whole;
        }
        #[expect(clippy::cast_possible_truncation, reason = "the exponent of a finite number has at most three digits")]
        let exponent = largest.log10().floor() as i32;
        // Below 1 the zero before the point is no information: three digits remain.
        let decimals = (DECIMALS - exponent - i32::from(exponent < 0)).max(0);
        let vanishes = smallest < 10f64.powi(1 - decimals);
        if !(1.0 / LARGE..LARGE).contains(&largest) || (vanishes && smallest < largest * 1e-4) {
            return Self::Power;
        }
        Self::Fixed(usize::try_from(decimals).unwrap_or(0))
    }

    /// A number in this style.
    pub fn show(self, v: f64) -> String {
        match self {
            Self::Whole => number::decimal(v, 0),
            Self::Fixed(decimals) => number::fixed(v, decimals),
            Self::Percent => number::fixed(100.0 * v, PERCENT_DECIMALS),
            Self::Power => number::scientific(v),
        }
    }

    /// The same with a sign before positive numbers too.
    pub fn show_signed(self, v: f64) -> String {
        let shown = self.show(v);
        let zero = !shown.contains(|c: char| c.is_ascii_digit() && c != '0');
        if v > 0.0 && !zero { format!("+{shown}") } else { shown }
    }
}

/// Seconds as "0.8 s", "42 s", "3 min 12 s", "2 h 5 min".
#[must_use]
pub fn duration(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts of floats saturate")]
    let whole = seconds.max(0.0).round() as u64;
    match whole {
        0..10 => format!("{:.1} s", seconds.max(0.0)),
        10..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// Bytes in binary units.
#[must_use]
pub(super) fn memory(bytes: u64) -> String {
    let (whole, unit) = match bytes {
        0..0x4000_0000 => (bytes >> 10, "MiB"),
        _ => (bytes >> 20, "GiB"),
    };
    // Tenths, rounded down.
    format!("{}.{} {unit}", whole >> 10, (((whole & 0x3ff) * 10) >> 10))
}

/// Seconds since 1970 as "2026-05-13 09:41 UTC".
///
/// Source: Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`.
#[must_use]
pub fn utc(unix_s: u64) -> String {
    let (days, second) = (unix_s / 86_400, unix_s % 86_400);
    let shifted = days + 719_468;
    let era_day = shifted % 146_097;
    let era_year = (era_day - era_day / 1460 + era_day / 36_524 - era_day / 146_096) / 365;
    let year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
    let from_march = (5 * year_day + 2) / 153;
    let day = year_day - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era_year + shifted / 146_097 * 400 + u64::from(month <= 2);
    format!("{year}-{month:02}-{day:02} {:02}:{:02} UTC", second / 3600, second % 3600 / 60)
}

/// "1 claim", "3 claims".
#[must_use]
pub(super) fn count(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_of_a_column_shows_all_its_numbers() {
        for (numbers, style) in [
            (vec![100.0, 50_000.0], Style::Whole),
            (vec![0.1234, 0.05], Style::Fixed(3)),
            (vec![0.062, 0.027], Style::Fixed(4)),
            (vec![12.5, 0.5], Style::Fixed(2)),
            (vec![1234.5, 2.5], Style::Fixed(0)),
            (vec![5.25, 0.5], Style::Fixed(3)),
            (vec![1e-6, 0.5], Style::Power),
            (vec![1e-6, 1e6], Style::Power),
            (vec![], Style::Whole),
        ] {
            assert_eq!(Style::of(&numbers), style, "{numbers:?}");
        }
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(Style::Whole.show(5000.0), "5000");
        assert_eq!(Style::Whole.show(-50_000.0), "−50\u{2009}000");
        assert_eq!(Style::Whole.show(1_234_567.0), "1\u{2009}234\u{2009}567");
        assert_eq!(Style::Percent.show(0.12345), "12.35");
        assert_eq!(Style::Percent.show_signed(0.0031), "+0.31");
        assert_eq!(Style::Percent.show_signed(-0.000_01), "0.00");
        assert_eq!(Style::Percent.show_signed(0.000_01), "0.00");
        assert_eq!(Style::Fixed(2).show(-1.234), "−1.23");
        assert_eq!(Style::Power.show(1e-6), "10⁻⁶");
        assert_eq!(Style::Power.show(-2.5e14), "−2.50 × 10¹⁴");
        assert_eq!(Style::Power.show(3.0), "3.00");
    }

    #[test]
    fn times_and_sizes_read_well() {
        assert_eq!(duration(0.84), "0.8 s");
        assert_eq!(duration(192.4), "3 min 12 s");
        assert_eq!(duration(7500.0), "2 h 5 min");
        assert_eq!(memory(8 << 30), "8.0 GiB");
        assert_eq!(memory(512 << 20), "512.0 MiB");
        assert_eq!(utc(0), "1970-01-01 00:00 UTC");
        assert_eq!(utc(951_782_400), "2000-02-29 00:00 UTC");
        assert_eq!(utc(1_778_664_060), "2026-05-13 09:21 UTC");
    }
}
