//! Numbers counted in decimals, as people write them: 0.1, 0.2, 0.3 and not 0.30000000000000004.

use serde_json::{Number, Value as Json};

/// `digits` × 10^`exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Decimal {
    digits: i128,
    exponent: i32,
}

impl Decimal {
    /// The decimal that a number is written as; nothing where it has more digits than fit.
    fn of(number: &Number) -> Option<Self> {
        let text = number.to_string();
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let fraction = fraction.trim_end_matches('0');
        let digits = format!("{whole}{fraction}").parse().ok()?;
        let exponent = exponent.parse::<i32>().ok()? - i32::try_from(fraction.len()).ok()?;
        Some(Self { digits, exponent })
    }

    /// The digits with a smaller exponent.
    fn at(self, exponent: i32) -> Option<i128> {
        if self.digits == 0 {
            return Some(0);
        }
        let shift = u32::try_from(self.exponent.checked_sub(exponent)?).ok()?;
        self.digits.checked_mul(10i128.checked_pow(shift)?)
    }

    /// The nearest number, a whole one where it is whole, so that it can fill a count.
    fn json(mut self) -> Json {
        while self.digits % 10 == 0 && self.exponent < 0 {
            self.digits /= 10;
            self.exponent += 1;
        }
        let whole = self.at(0).and_then(|digits| i64::try_from(digits).ok());
        whole.map_or_else(|| Json::from(self.real()), Json::from)
    }

    fn real(self) -> f64 {
        // Reading a decimal rounds once, to the nearest.
        format!("{}e{}", self.digits, self.exponent).parse().unwrap_or(f64::NAN)
    }
}

/// Decimals on one scale: their digits and the exponent that they share.
fn scaled<const N: usize>(numbers: [&Number; N]) -> Option<([i128; N], i32)> {
    let mut decimals = [Decimal { digits: 0, exponent: 0 }; N];
    for (decimal, number) in decimals.iter_mut().zip(numbers) {
        *decimal = Decimal::of(number)?;
    }
    let exponent = decimals.iter().filter(|d| d.digits != 0).map(|d| d.exponent).min().unwrap_or(0);
    let mut digits = [0; N];
    for (digits, decimal) in digits.iter_mut().zip(decimals) {
        *digits = decimal.at(exponent)?;
    }
    Some((digits, exponent))
}

/// from, from + step, … up to and with `to` where a step ends there; at most `most` values.
///
/// # Errors
/// Where the step leads away from `to` or the values are too many.
pub fn stepped((from, to): (&Number, &Number), step: &Number, most: usize) -> Result<Vec<Json>, String> {
    let apart = || format!("from {from}, to {to} and step {step} lie too far apart to be counted in decimals");
    let ([start, end, stride], exponent) = scaled([from, to, step]).ok_or_else(apart)?;
    let length = end.checked_sub(start).ok_or_else(apart)?;
    if stride == 0 || length.signum() * stride.signum() < 0 {
        return Err(format!("a step of {step} never leads from {from} to {to}"));
    }
    let steps = length / stride;
    if steps >= most as i128 {
        return Err(format!("the range has more than {most} values"));
    }
    Ok((0..=steps).map(|i| Decimal { digits: start + i * stride, exponent }.json()).collect())
}

/// Point `index` of `points` from one end to the other, where that is a decimal; nothing where it is none, as with thirds.
pub fn point((from, to): (&Number, &Number), index: usize, points: usize) -> Option<f64> {
    let ([start, end], exponent) = scaled([from, to])?;
    let (index, parts) = (i128::try_from(index).ok()?, i128::try_from(points.max(2) - 1).ok()?);
    // start + (end - start) · index / parts, over a common denominator
    let over = start.checked_mul(parts)?.checked_add(end.checked_sub(start)?.checked_mul(index)?)?;
    // A decimal that ends does so within as many digits as its denominator, below 2^20, has factors of two.
    const DIGITS: u32 = 20;
    let scaled = over.checked_mul(10i128.pow(DIGITS))?;
    (scaled % parts == 0).then(|| {
        let (mut digits, mut shift) = (scaled / parts, DIGITS);
        while shift > 0 && digits % 10 == 0 {
            digits /= 10;
            shift -= 1;
        }
        let exponent = exponent - i32::try_from(shift).unwrap_or(0);
        Decimal { digits, exponent }.real()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: &str, to: &str, step: &str) -> Result<String, String> {
        let number = |text: &str| serde_json::from_str::<Number>(text).unwrap();
        let values = stepped((&number(from), &number(to)), &number(step), 100_000)?;
        Ok(values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn values_are_the_decimals_that_one_would_write() {
        assert_eq!(range("0.1", "0.7", "0.1").unwrap(), "0.1 0.2 0.3 0.4 0.5 0.6 0.7");
        assert_eq!(range("1e-3", "5e-3", "1e-3").unwrap(), "0.001 0.002 0.003 0.004 0.005");
        assert_eq!(range("0.3", "-0.3", "-0.1").unwrap(), "0.3 0.2 0.1 0 -0.1 -0.2 -0.3");
        assert_eq!(range("1", "10", "4").unwrap(), "1 5 9");
        assert_eq!(range("1e-7", "3e-7", "1e-7").unwrap(), "1e-7 2e-7 3e-7");
        assert_eq!(
            range("9007199254740991", "9007199254740993", "1").unwrap(),
            "9007199254740991 9007199254740992 9007199254740993"
        );
        assert_eq!(range("2", "2", "-1").unwrap(), "2");
        assert_eq!(range("0", "0.9", "1").unwrap(), "0");
    }

    #[test]
    fn many_steps_do_not_drift() {
        let values = range("0", "1", "1e-4").unwrap();
        let values: Vec<&str> = values.split(' ').collect();
        assert_eq!(values.len(), 10_001);
        for (index, value) in values.iter().enumerate() {
            let exact: f64 = format!("{index}e-4").parse().unwrap();
            assert_eq!(value.parse::<f64>().unwrap().to_bits(), exact.to_bits(), "{index}");
        }
    }

    #[test]
    fn what_leads_nowhere_or_too_far_is_refused() {
        for (from, to, step, part) in [
            ("0", "4", "-1", "never leads"),
            ("0", "4", "0", "never leads"),
            ("0", "4", "0.0", "never leads"),
            ("0", "1", "1e-12", "more than 100000 values"),
            ("0", "1", "1e-300", "too far apart"),
            ("-1e308", "1e308", "1", "too far apart"),
        ] {
            let error = range(from, to, step).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
