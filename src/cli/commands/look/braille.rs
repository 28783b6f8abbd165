//! A curve in a terminal, in dots of Braille letters.

use crate::artifact::number;
use std::fmt::Write as _;

/// Letters across and down; each has 2 x 4 dots.
const LETTERS: (usize, usize) = (64, 12);
const EMPTY: u32 = 0x2800;
/// The bit of each dot, by row and column.
const DOTS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// A plot of points; nothing where fewer than two places differ or none has a number.
pub(super) fn plot(points: &[(f64, f64)], (x_name, y_name): (&str, &str)) -> Option<String> {
    let finite: Vec<(f64, f64)> = points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    let xs: Vec<f64> = finite.iter().map(|(x, _)| *x).collect();
    let ys: Vec<f64> = finite.iter().map(|(_, y)| *y).collect();
    let (x_scale, y_scale) = (Scale::of(&xs)?, Scale::of(&ys)?);
    if x_scale.is_point() {
        return None;
    }
    let (columns, rows) = (2 * LETTERS.0, 4 * LETTERS.1);
    let mut dots = vec![vec![EMPTY; LETTERS.0]; LETTERS.1];
    for (x, y) in &finite {
        let (column, row) = (x_scale.place(*x, columns), rows - 1 - y_scale.place(*y, rows));
        dots[row / 4][column / 2] |= DOTS[row % 4][column % 2];
    }
    let (top, bottom) = (number::short(y_scale.high), number::short(y_scale.low));
    let margin = top.chars().count().max(bottom.chars().count());
    let mut text = format!("{y_name}{}\n", y_scale.word());
    for (line, letters) in dots.iter().enumerate() {
        let label = if line == 0 {
            &top
        } else if line + 1 == dots.len() {
            &bottom
        } else {
            ""
        };
        let letters: String = letters.iter().filter_map(|&code| char::from_u32(code)).collect();
        let _ = writeln!(text, "{label:>margin$} │{letters}");
    }
    let (left, right) = (number::short(x_scale.low), number::short(x_scale.high));
    let between = LETTERS.0.saturating_sub(left.chars().count() + right.chars().count());
    let _ = writeln!(text, "{:>margin$} └{}", "", "─".repeat(LETTERS.0));
    let _ = writeln!(text, "{:>margin$}  {left}{}{right}", "", " ".repeat(between));
    let _ = writeln!(text, "{:>margin$}  {x_name}{}", "", x_scale.word());
    Some(text)
}

/// An axis, logarithmic where the numbers span two powers of ten.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Scale {
    low: f64,
    high: f64,
    log: bool,
}

impl Scale {
    fn of(values: &[f64]) -> Option<Self> {
        let low = values.iter().copied().reduce(f64::min)?;
        let high = values.iter().copied().reduce(f64::max)?;
        Some(Self { low, high, log: low > 0.0 && high / low >= 100.0 })
    }

    fn is_point(self) -> bool {
        self.low >= self.high
    }

    fn place(self, value: f64, places: usize) -> usize {
        let at = |v: f64| if self.log { v.ln() } else { v };
        if self.is_point() {
            return places / 2;
        }
        #[expect(clippy::cast_precision_loss, reason = "places on a screen")]
        let place = (at(value) - at(self.low)) / (at(self.high) - at(self.low)) * (places - 1) as f64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the number of places"
        )]
        let place = place.round().max(0.0) as usize;
        place.min(places - 1)
    }

    const fn word(self) -> &'static str {
        if self.log { " (logarithmic)" } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rising_line_rises_from_corner_to_corner() {
        let points: Vec<(f64, f64)> = (0..=127).map(|i| (f64::from(i), 3.0 * f64::from(i))).collect();
        let text = plot(&points, ("x", "y")).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines[0], lines.len()), ("y", LETTERS.1 + 4));
        let letters = |line: &str| line.split_once('│').unwrap().1.chars().collect::<Vec<_>>();
        let (first, last) = (letters(lines[1]), letters(lines[LETTERS.1]));
        let empty = char::from_u32(EMPTY).unwrap();
        assert!(first[LETTERS.0 - 1] != empty && first[0] == empty);
        assert!(last[0] != empty && last[LETTERS.0 - 1] == empty);
        assert!(lines[1].starts_with("381 ") && lines[LETTERS.1 + 2].trim_start().starts_with("0 "), "{text}");
    }

    #[test]
    fn wide_numbers_are_logarithmic_and_a_single_place_is_no_plot() {
        assert_eq!(plot(&[(1.0, 2.0), (1.0, 3.0)], ("x", "y")), None);
        assert_eq!(plot(&[(f64::NAN, 2.0)], ("x", "y")), None);
        let text = plot(&[(1.0, 2.0), (1000.0, 2.0)], ("n", "y")).unwrap();
        assert!(text.contains("n (logarithmic)"), "{text}");
        let scale = Scale::of(&[1.0, 1e4]).unwrap();
        assert_eq!((scale.place(1.0, 5), scale.place(1e2, 5), scale.place(1e4, 5)), (0, 2, 4));
    }
}
