//! How wide a text is, and where it breaks.

use super::font::{self, FAMILY};
use super::style::{Colour, INK, TEXT_SIZE};
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle};

/// How a text is set.
#[derive(Clone, Copy)]
pub struct Type {
    /// Font size, pixels.
    pub size: f64,
    /// Colour.
    pub colour: Colour,
    /// Which side of the text the point is at.
    pub across: HPos,
    /// Which height of the text the point is at.
    pub along: VPos,
    /// Heavy letters.
    pub bold: bool,
    /// Reads upwards.
    pub upwards: bool,
}

impl Type {
    /// Plain text to the right of a point.
    pub const PLAIN: Self =
        Self { size: TEXT_SIZE, colour: INK, across: HPos::Left, along: VPos::Center, bold: false, upwards: false };
}

/// Units a pixel that widths are measured in: plotters rounds to whole units.
const UNITS: f64 = 20.0;
/// plotters divides a font size by this before it measures.
const FONT_FACTOR: f64 = 1.24;
/// plotters scales widths to the font's height (1.164 em), not to its em: 1.164 / 1.24.
const WIDTH_FACTOR: f64 = 0.939;
/// Bold letters are wider than the embedded regular ones by about this.
const BOLD_FACTOR: f64 = 1.13;

/// Width of a text, pixels.
#[must_use]
pub fn text_width(text: &str, style: &Type) -> f64 {
    // before any drawing the font may not be known yet; its failure shows in `draw`
    let _ = font::register();
    let font = FontDesc::new(FontFamily::Name(FAMILY), style.size * FONT_FACTOR * UNITS, FontStyle::Normal);
    let (width, _) = font.box_size(text).unwrap_or((0, 0));
    f64::from(width) / UNITS * WIDTH_FACTOR * if style.bold { BOLD_FACTOR } else { 1.0 }
}

/// A text in lines no wider than this, broken between words.
#[must_use]
pub fn wrapped(text: &str, width: f64, style: &Type) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    // not at no-break spaces, which hold a number and its unit together
    for word in text.split([' ', '\n']).filter(|word| !word.is_empty()) {
        let longer = lines.last().map(|line| format!("{line} {word}")).filter(|l| text_width(l, style) <= width);
        match (longer, lines.last_mut()) {
            (Some(longer), Some(last)) => *last = longer,
            _ => lines.push(shortened(word, width, style)),
        }
    }
    lines
}

/// A text cut off with an ellipsis where it is wider than this.
#[must_use]
pub fn shortened(text: &str, width: f64, style: &Type) -> String {
    if text_width(text, style) <= width {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().collect();
    loop {
        let short = kept.iter().collect::<String>().trim_end().to_owned() + "…";
        if kept.pop().is_none() || text_width(&short, style) <= width {
            return short;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_measured_with_the_embedded_font() {
        let style = Type::PLAIN;
        // DejaVu Sans: each digit is 0.636 em wide
        assert!((text_width("0000000000", &style) - 6.36 * style.size).abs() < 1.0);
        assert!(text_width("10⁻⁶ λ", &style) > 0.0);
    }

    #[test]
    fn long_texts_are_wrapped_or_shortened() {
        let style = Type::PLAIN;
        let lines = wrapped("a number of words that do not fit on one line", 120.0, &style);
        assert!(lines.len() > 2 && lines.iter().all(|l| text_width(l, &style) <= 120.0), "{lines:?}");
        let short = shortened("Donaudampfschifffahrtsgesellschaft", 100.0, &style);
        assert!(short.ends_with('…') && text_width(&short, &style) <= 100.0);
        assert_eq!(shortened("x", 0.0, &style), "…");
    }
}
