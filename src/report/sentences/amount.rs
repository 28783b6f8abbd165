//! Numbers with their intervals, in the unit that people read: points and per cent of shares, times of logarithms.

use crate::artifact::number::{decimal, scientific, short};
use crate::step::Header;

/// The unit of fractions of 1.
const SHARE: &str = "share";

/// What columns that hold logarithms to base 10 begin with.
pub(super) const LOGARITHM: &str = "log10_";

/// How the numbers of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    /// A fraction of 1: per cent, and points between two.
    Share,
    /// A difference of two fractions of 1.
    Points,
    /// A logarithm to base 10: ratios between two.
    Logarithm,
    /// A pure number.
    Plain,
}

impl Scale {
    /// Of a column of a table.
    #[must_use]
    pub fn of(header: &Header, column: &str) -> Self {
        match header.get(column).map_or("", |column| column.unit) {
            _ if column.starts_with(LOGARITHM) => Self::Logarithm,
            SHARE if column.contains("differ") => Self::Points,
            SHARE => Self::Share,
            _ => Self::Plain,
        }
    }
}

/// A number of a column in its unit, with as many digits as its interval allows.
#[must_use]
pub(crate) fn number_in_words(header: &Header, column: &str, (estimate, interval): (f64, Option<[f64; 2]>)) -> String {
    Found { estimate, interval }.level(Scale::of(header, column)).0
}

/// The smallest and the largest of some numbers of a column.
#[must_use]
pub(crate) fn range_in_words(header: &Header, column: &str, values: &[f64]) -> String {
    let scale = Scale::of(header, column);
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if low >= high {
        return number_in_words(header, column, (low, None));
    }
    let (_, range) = Found { estimate: high, interval: Some([low, high]) }.level(scale);
    format!("{}{}", range.unwrap_or_default(), unit(scale))
}

/// An estimate with its interval, where it has one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    /// The estimate.
    pub estimate: f64,
    /// Lower and upper end.
    pub interval: Option<[f64; 2]>,
}

/// How much one thing is less or more than another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// "1.6 points", "68 times", "0.35".
    pub amount: String,
    /// Whether it is less.
    pub is_less: bool,
    /// "0.7 to 2.4": in the direction of the amount, below 0 (or 1 time) for the other one.
    pub interval: Option<String>,
}

impl Found {
    /// The estimate as a level, and its interval.
    #[must_use]
    pub fn level(self, scale: Scale) -> (String, Option<String>) {
        let Self { estimate, interval } = match scale {
            Scale::Share | Scale::Points => self.map(|v| 100.0 * v),
            Scale::Logarithm => self.map(power),
            Scale::Plain => self,
        };
        let digits = Digits::of(estimate, interval);
        let unit = unit(scale);
        (format!("{}{unit}", digits.write(estimate)), interval.map(|ends| digits.range(ends)))
    }

    /// The estimate as a difference of two, which is less where it is below 0.
    #[must_use]
    pub fn change(self, scale: Scale) -> Change {
        let is_less = self.estimate < 0.0;
        let turned = if is_less { self.map(|v| -v) } else { self };
        let turned = match turned.interval {
            Some([a, b]) => Self { interval: Some([a.min(b), a.max(b)]), ..turned },
            None => turned,
        };
        let Self { estimate, interval } = match scale {
            Scale::Share | Scale::Points => turned.map(|v| 100.0 * v),
            Scale::Logarithm => turned.map(power),
            Scale::Plain => turned,
        };
        let digits = Digits::of(estimate, interval);
        let amount = format!("{}{}", digits.write(estimate), of_difference(scale));
        Change { amount, is_less, interval: interval.map(|ends| digits.range(ends)) }
    }

    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self { estimate: f(self.estimate), interval: self.interval.map(|ends| ends.map(&f)) }
    }
}

/// A bound as a level.
#[must_use]
pub(super) fn level(value: f64, scale: Scale) -> String {
    let value = match scale {
        Scale::Share | Scale::Points => tidy(100.0 * value),
        Scale::Logarithm => tidy(power(value)),
        Scale::Plain => tidy(value),
    };
    format!("{}{}", exact(value), unit(scale))
}

/// A bound on a difference, without its sign.
#[must_use]
pub(super) fn difference(value: f64, scale: Scale) -> String {
    let size = match scale {
        Scale::Share | Scale::Points => tidy(100.0 * value.abs()),
        Scale::Logarithm => tidy(power(value.abs())),
        Scale::Plain => tidy(value.abs()),
    };
    format!("{}{}", exact(size), of_difference(scale))
}

fn power(exponent: f64) -> f64 {
    10.0_f64.powf(exponent)
}

/// Without the last bits that a product leaves: 100 · 0.07 is 7.
fn tidy(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

fn exact(value: f64) -> String {
    if value != 0.0 && !(1e-4..1e6).contains(&value.abs()) {
        scientific(value)
    } else {
        value.to_string().replace('-', "−")
    }
}

const fn unit(scale: Scale) -> &'static str {
    match scale {
        Scale::Share => " %",
        Scale::Points => " points",
        Scale::Logarithm | Scale::Plain => "",
    }
}

const fn of_difference(scale: Scale) -> &'static str {
    match scale {
        Scale::Share | Scale::Points => " points",
        Scale::Logarithm => " times",
        Scale::Plain => "",
    }
}

/// How many digits a number and its interval are written with: two of the interval's width.
#[derive(Debug, Clone, Copy)]
enum Digits {
    Decimals(usize),
    Few,
}

impl Digits {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 5")]
    fn of(estimate: f64, interval: Option<[f64; 2]>) -> Self {
        let width = interval.map_or(0.0, |[low, high]| high - low);
        let largest = interval.map_or(estimate.abs(), |ends| ends.iter().fold(estimate.abs(), |a, b| a.max(b.abs())));
        let of_width = (1.0 - width.log10()).ceil();
        // an estimate near 0 is not written as 0 beside a wide interval
        let of_estimate = if estimate == 0.0 { of_width } else { (-estimate.abs().log10()).ceil() };
        let decimals = of_width.max(of_estimate.min(of_width + 2.0)).max(0.0);
        if width > 0.0 && width.is_finite() && decimals <= 5.0 && largest < 1e6 {
            Self::Decimals(decimals as usize)
        } else {
            Self::Few
        }
    }

    fn write(self, value: f64) -> String {
        match self {
            Self::Decimals(decimals) => decimal(value, decimals),
            Self::Few => short(value),
        }
    }

    fn range(self, [low, high]: [f64; 2]) -> String {
        format!("{} to {}", self.write(low), self.write(high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(estimate: f64, low: f64, high: f64) -> Found {
        Found { estimate, interval: Some([low, high]) }
    }

    #[test]
    fn differences_are_read_in_the_direction_in_which_they_are() {
        let less = found(-0.0157, -0.0242, -0.007_29).change(Scale::Share);
        assert_eq!(
            (less.amount.as_str(), less.is_less, less.interval.as_deref()),
            ("1.6 points", true, Some("0.7 to 2.4"))
        );
        let more = found(0.001_44, -0.0385, 0.0414).change(Scale::Share);
        assert_eq!(
            (more.amount.as_str(), more.is_less, more.interval.as_deref()),
            ("0.1 points", false, Some("−3.9 to 4.1"))
        );
        let near = found(0.002, -0.15, 0.15).change(Scale::Share);
        assert_eq!((near.amount.as_str(), near.interval.as_deref()), ("0.2 points", Some("−15.0 to 15.0")));
        let times = found(-1.83, -2.1, -1.5).change(Scale::Logarithm);
        assert_eq!((times.amount.as_str(), times.interval.as_deref()), ("68 times", Some("32 to 126")));
    }

    #[test]
    fn levels_have_two_digits_of_their_interval() {
        assert_eq!(found(0.997, 0.979, 1.0).level(Scale::Plain), ("0.997".into(), Some("0.979 to 1.000".into())));
        assert_eq!(found(0.333, 0.0951, 0.658).level(Scale::Share), ("33 %".into(), Some("10 to 66".into())));
        assert_eq!(found(-0.05, -0.1, 0.0).level(Scale::Points).0, "−5 points");
        assert_eq!(Found { estimate: 0.25, interval: None }.level(Scale::Share), ("25 %".into(), None));
        assert_eq!(found(3.06, 2.89, 3.24).level(Scale::Plain), ("3.06".into(), Some("2.89 to 3.24".into())));
    }

    #[test]
    fn bounds_are_written_as_they_were_given() {
        assert_eq!(
            [level(0.07, Scale::Share), level(-0.03, Scale::Points), level(2.7, Scale::Plain)],
            ["7 %", "−3 points", "2.7"]
        );
        assert_eq!(
            [difference(-1.0, Scale::Logarithm), difference(std::f64::consts::LOG10_2, Scale::Logarithm)],
            ["10 times", "2 times"]
        );
        assert_eq!(difference(0.005, Scale::Share), "0.5 points");
    }
}
