//! Numbers as people read them: true minus signs, groups of three digits, powers of ten; and in plain letters, for sentences
//! and messages that programs compare.

/// Digits before the point that stand together: longer ones have groups of three.
const UNGROUPED: usize = 4;

/// A number with this many decimals, a true minus sign and groups of three digits from 10 000 on.
#[must_use]
pub fn decimal(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    let (sign, digits) = text.strip_prefix('−').map_or(("", text.as_str()), |digits| ("−", digits));
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    if whole.len() <= UNGROUPED {
        return text;
    }
    let mut grouped = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push('\u{2009}');
        }
        grouped.push(c);
    }
    format!("{sign}{grouped}{rest}")
}

/// A number with this many decimals and a true minus sign, none before a zero.
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.chars().all(|c| matches!(c, '0' | '.')) => digits.to_owned(),
        Some(digits) => format!("−{digits}"),
        None => text,
    }
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

/// A power of ten with a sign: −10⁻³.
#[must_use]
pub fn power(sign: f64, exponent: i32) -> String {
    let minus = if sign < 0.0 { "−" } else { "" };
    match exponent {
        0 | 1 => format!("{minus}{}", 10i32.pow(exponent.unsigned_abs())),
        _ => format!("{minus}10{}", superscript(exponent)),
    }
}

/// Three digits and a power of ten, 1.23 × 10⁻⁵; 10⁻⁶ where the first factor is one, and no power where it is one.
#[must_use]
pub fn scientific(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let text = format!("{value:.2e}");
    let (factor, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent = exponent.parse().unwrap_or(0);
    let factor = factor.replacen('-', "−", 1);
    match (factor.as_str(), exponent) {
        (_, 0) => factor,
        ("1.00", _) => format!("10{}", superscript(exponent)),
        _ => format!("{factor} × 10{}", superscript(exponent)),
    }
}

/// A whole number, raised.
#[must_use]
pub fn superscript(exponent: i32) -> String {
    let raised = |c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        other => char::from_u32('⁰' as u32 + other as u32 - '0' as u32).unwrap_or(other),
    };
    exponent.to_string().chars().map(raised).collect()
}

/// Three significant digits in plain letters, 0.0105 or 1.2e-5.
#[must_use]
pub fn plain(value: f64) -> String {
    let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    if rounded != 0.0 && !(1e-4..1e6).contains(&rounded.abs()) { format!("{rounded:e}") } else { format!("{rounded}") }
}

/// All digits, as people write them: 1e-300, not three hundred zeros.
#[must_use]
pub fn exact(value: f64) -> String {
    let zeros_are_few = value == 0.0 || (1e-6..1e15).contains(&value.abs());
    if zeros_are_few { value.to_string() } else { format!("{value:e}") }
}

/// One decimal below 1000, two digits and a power of ten from there on, in plain letters.
#[must_use]
pub fn tenths(value: f64) -> String {
    if value < 1000.0 { format!("{value:.1}") } else { format!("{value:.1e}") }
}

/// Seconds as "42 s", "12 min", "2.5 h": for estimates.
#[must_use]
pub fn about(seconds: f64) -> String {
    if seconds < 90.0 {
        format!("{seconds:.0} s")
    } else if seconds < 5400.0 {
        format!("{:.0} min", seconds / 60.0)
    } else {
        format!("{:.1} h", seconds / 3600.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_groups_and_no_minus_before_zero() {
        assert_eq!(
            [5000.0, -50_000.0, 1_234_567.0, -0.3].map(|v| decimal(v, 0)),
            ["5000", "−50\u{2009}000", "1\u{2009}234\u{2009}567", "0"]
        );
        assert_eq!(decimal(-12_345.678, 1), "−12\u{2009}345.7");
        assert_eq!([fixed(-1.234, 2), fixed(-0.001, 2), fixed(12_345.6, 0)], ["−1.23", "0.00", "12346"]);
        assert_eq!([f64::NAN, f64::NEG_INFINITY].map(|v| decimal(v, 2)), ["NaN", "−inf"]);
    }

    #[test]
    fn short_numbers() {
        assert_eq!([0.0, 12.345, -0.5, 0.01, 1e-7].map(short), ["0", "12.3", "−0.5", "0.01", "1.0×10⁻⁷"]);
        assert_eq!(short(20_000.0), "20\u{2009}000");
    }

    #[test]
    fn powers_of_ten() {
        assert_eq!([power(-1.0, -3), power(1.0, 0), power(-1.0, 1), power(1.0, 2)], ["−10⁻³", "1", "−10", "10²"]);
        assert_eq!(superscript(-1_234_567_890), "⁻¹²³⁴⁵⁶⁷⁸⁹⁰");
        let shown = ["0", "10⁻⁶", "−2.50 × 10¹⁴", "3.00", "−1.00 × 10⁶"];
        assert_eq!([0.0, 1e-6, -2.5e14, 3.0, -1e6].map(scientific), shown);
    }

    #[test]
    fn plain_letters() {
        assert_eq!(
            [0.010_53, -12.345, 0.0, 1.234e-5, 1_234_567.0].map(plain),
            ["0.0105", "-12.3", "0", "1.23e-5", "1.23e6"]
        );
        assert_eq!([12.34, 999.96, 12_345.0].map(tenths), ["12.3", "1000.0", "1.2e4"]);
        assert_eq!([41.8, 720.0, 9000.0].map(about), ["42 s", "12 min", "2.5 h"]);
        assert_eq!([1e-300, 0.1, 1e15, 250.0].map(exact), ["1e-300", "0.1", "1e15", "250"]);
    }
}
