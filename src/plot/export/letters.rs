//! Letters as outlines of the embedded font, so that a file looks the same wherever it is opened.

use super::path_data::{Piece, Place};
use crate::plot::canvas::font;
use crate::step::StepError;
use ab_glyph::{Font, FontRef, OutlineCurve, Point};

/// Where the place of a text lies in it.
#[derive(Clone, Copy)]
pub enum Anchor {
    /// At its left end.
    Start,
    /// In its middle.
    Middle,
    /// At its right end.
    End,
}

/// The outlines of a line of text around its anchor, downwards from the line that letters stand on.
///
/// # Errors
/// Where the embedded file is no font.
pub fn outlines(text: &str, size: f32, anchor: Anchor) -> Result<Vec<Piece>, StepError> {
    let unreadable = || StepError::Bug("the embedded font is unreadable".to_owned());
    let font = FontRef::try_from_slice(font::BYTES).map_err(|_| unreadable())?;
    let scale = size / font.units_per_em().ok_or_else(unreadable)?;
    let advance = |letter: char| scale * font.h_advance_unscaled(font.glyph_id(letter));
    let width: f32 = text.chars().map(advance).sum();
    let mut left = match anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -0.5 * width,
        Anchor::End => -width,
    };
    let mut pieces = Vec::new();
    for letter in text.chars() {
        let at = |point: Point| (left + scale * point.x, -scale * point.y);
        let curves = font.outline(font.glyph_id(letter)).map_or_else(Vec::new, |outline| outline.curves);
        glyph(&curves, at, &mut pieces);
        left += advance(letter);
    }
    Ok(pieces)
}

/// The contours of one letter, each closed.
fn glyph(curves: &[OutlineCurve], at: impl Fn(Point) -> Place, into: &mut Vec<Piece>) {
    let mut pen: Option<Point> = None;
    for curve in curves {
        let (start, end) = match *curve {
            OutlineCurve::Line(a, b) | OutlineCurve::Quad(a, _, b) | OutlineCurve::Cubic(a, _, _, b) => (a, b),
        };
        if pen != Some(start) {
            into.extend(pen.map(|_| Piece::Close));
            into.push(Piece::Move(at(start)));
        }
        into.push(match *curve {
            OutlineCurve::Line(_, b) => Piece::Line(at(b)),
            OutlineCurve::Quad(a, c, b) => Piece::Curve(at(towards(a, c)), at(towards(b, c)), at(b)),
            OutlineCurve::Cubic(_, c, d, b) => Piece::Curve(at(c), at(d), at(b)),
        });
        pen = Some(end);
    }
    into.extend(pen.map(|_| Piece::Close));
}

/// Two thirds of the way: the control point of a cubic curve that is a quadratic one.
fn towards(from: Point, control: Point) -> Point {
    let part = |from: f32, to: f32| from + 2.0 / 3.0 * (to - from);
    Point { x: part(from.x, control.x), y: part(from.y, control.y) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn across(anchor: Anchor) -> (f32, f32) {
        let places = outlines("ll", 10.0, anchor).unwrap().into_iter().filter_map(|piece| match piece {
            Piece::Move((x, _)) | Piece::Line((x, _)) | Piece::Curve(_, _, (x, _)) => Some(x),
            Piece::Close => None,
        });
        places.fold((f32::MAX, f32::MIN), |(low, high), x| (low.min(x), high.max(x)))
    }

    #[test]
    fn a_text_lies_about_its_anchor() {
        let (left, right) = across(Anchor::Start);
        assert!(left > 0.0 && right < 6.0, "{left} {right}");
        let (low, high) = across(Anchor::Middle);
        assert!((low + high).abs() < 0.1, "{low} {high}");
        assert!(across(Anchor::End).1 < 0.0);
    }

    #[test]
    fn every_contour_is_closed() {
        let pieces = outlines("i8", 10.0, Anchor::Start).unwrap();
        let count = |closed: bool| {
            pieces.iter().filter(|p| if closed { **p == Piece::Close } else { matches!(p, Piece::Move(_)) }).count()
        };
        assert_eq!((count(false), count(true)), (5, 5));
    }
}
