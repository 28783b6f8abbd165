//! What macros give: numbers with ASCII digits, and words.

/// A value of a page for LaTeX: `-0.0157`, `20000`, `5.00e-4` (as siunitx reads it); other texts with what TeX would obey escaped.
pub(super) fn value(shown: &str) -> String {
    let plain: String = shown.chars().filter(|c| !matches!(c, '\u{2009}' | '\u{202f}' | '\u{a0}')).collect();
    let plain = plain.replace('−', "-");
    let powers = plain.replace(" × 10", "×10");
    let (front, power) = powers.split_once("×10").unwrap_or((&plain, ""));
    let raised: Option<String> = power.chars().map(lowered).collect();
    let number = match raised {
        Some(raised) if !raised.is_empty() => format!("{front}e{raised}"),
        _ => plain.clone(),
    };
    if number.parse::<f64>().is_ok() { number } else { escaped(shown) }
}

/// A value between dollars: `5.00e-4` as a product.
pub(super) fn in_mathematics(value: &str) -> String {
    let power =
        value.split_once('e').filter(|(front, power)| front.parse::<f64>().is_ok() && power.parse::<i32>().is_ok());
    power.map_or_else(|| value.to_owned(), |(front, power)| format!("{front} \\times 10^{{{power}}}"))
}

/// A superscript as an ordinary letter.
fn lowered(c: char) -> Option<char> {
    let at = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|known| known == c)?;
    "-0123456789".chars().nth(at)
}

/// A text on one line, with what TeX would obey escaped.
pub(super) fn escaped(text: &str) -> String {
    let one = |c: char| match c {
        '&' | '%' | '$' | '#' | '_' | '{' | '}' => format!("\\{c}"),
        '\\' => "\\textbackslash{}".to_owned(),
        '~' => "\\textasciitilde{}".to_owned(),
        '^' => "\\textasciicircum{}".to_owned(),
        '–' => "--".to_owned(),
        '−' => "\\ensuremath{-}".to_owned(),
        c if c.is_control() => " ".to_owned(),
        c => c.to_string(),
    };
    text.chars().map(one).collect()
}

/// A text for a comment: on one line.
pub(super) fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ascii_and_texts_are_escaped() {
        for (shown, latex) in [
            ("−0.0157", "-0.0157"),
            ("20\u{2009}000", "20000"),
            ("5.00 × 10⁻⁴", "5.00e-4"),
            ("+1.16", "+1.16"),
            ("held", "held"),
            ("a_b & 5 %", "a\\_b \\& 5 \\%"),
            ("x\\y\n", "x\\textbackslash{}y "),
        ] {
            assert_eq!(value(shown), latex, "{shown}");
        }
        assert_eq!(in_mathematics("5.00e-4"), "5.00 \\times 10^{-4}");
        assert_eq!((in_mathematics("-0.5"), in_mathematics("held")), ("-0.5".to_owned(), "held".to_owned()));
    }
}
