//! Numbers as text: true minus signs, groups of three digits, powers of ten.

/// A tick of a logarithmic axis: `digit` times a power of ten.
#[must_use]
pub fn log_label(digit: i32, exponent: i32, powers_only: bool) -> String {
    if !powers_only && (-3..=3).contains(&exponent) {
        let decimals = usize::try_from(-exponent).unwrap_or(0);
        return decimal(f64::from(digit) * 10f64.powi(exponent), decimals);
    }
    if digit == 1 { power(1.0, exponent) } else { format!("{digit}×10{}", superscript(exponent)) }
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

    #[test]
    fn labels_of_logarithmic_axes() {
        let shown = [(7, -1), (1, -3), (5, 3), (2, 5)].map(|(digit, exponent)| log_label(digit, exponent, false));
        assert_eq!(shown, ["0.7", "0.001", "5000", "2×10⁵"]);
        assert_eq!([power(-1.0, -3), power(1.0, 0), power(-1.0, 1), power(1.0, 2)], ["−10⁻³", "1", "−10", "10²"]);
    }

    #[test]
    fn short_numbers() {
        assert_eq!([0.0, 12.345, -0.5, 0.01, 1e-7].map(short), ["0", "12.3", "−0.5", "0.01", "1.0×10⁻⁷"]);
        assert_eq!(short(20_000.0), "20\u{2009}000");
    }
}
