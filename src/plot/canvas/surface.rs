//! Drawing in pixels: lines, grounds, markers, images and texts.

use super::colour::Colour;
use super::font;
use super::path::{self, Place};
use super::shapes::{Pen, Point, Rect};
use super::strokes::outline;
use super::style::{Marker, PAPER};
use super::svg::{Extent, Face, Paint, Stroke, Svg};
use crate::step::StepError;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use plotters::style::text_anchor::{HPos, VPos};
use std::collections::BTreeSet;

pub use super::svg::Part;
pub use super::text::{Type, shortened, text_width, wrapped};

/// An open drawing.
pub struct Canvas {
    svg: Svg,
    /// Coordinates are multiples of this, tenths of a pixel.
    grain: i64,
    /// A thumbnail has no words.
    silent: bool,
}

/// The size of the drawing of a thumbnail, pixels; it is shown at half of it.
pub const THUMBNAIL: (f64, f64) = (320.0, 200.0);
/// Most bytes of a thumbnail: a page shows dozens.
pub const THUMBNAIL_BYTES: usize = 6000;

/// Draws a picture of this size in pixels; `alt` describes it to those who do not see it.
///
/// # Errors
/// Where the embedded font cannot be read.
pub fn draw(size: (f64, f64), alt: &str, paint: impl FnOnce(&mut Canvas)) -> Result<String, StepError> {
    font::register()?;
    let size = (size.0.ceil(), size.1.ceil());
    let mut canvas = Canvas { svg: Svg::default(), grain: 1, silent: false };
    canvas.rect(&Rect { left: 0.0, top: 0.0, width: size.0, height: size.1 }, PAPER);
    paint(&mut canvas);
    Ok(canvas.svg.file(size, size, alt))
}

/// Draws a small picture without words, coarser until it is small enough.
///
/// # Errors
/// Where the embedded font cannot be read.
pub fn thumbnail(paint: impl Fn(&mut Canvas)) -> Result<String, StepError> {
    font::register()?;
    let shown = (0.5 * THUMBNAIL.0, 0.5 * THUMBNAIL.1);
    let one = |grain: i64| {
        let mut canvas = Canvas { svg: Svg::default(), grain, silent: true };
        canvas.rect(&Rect { left: 0.0, top: 0.0, width: THUMBNAIL.0, height: THUMBNAIL.1 }, PAPER);
        paint(&mut canvas);
        canvas.svg.file(THUMBNAIL, shown, "")
    };
    let mut grains = [5, 10, 20, 40, 80].into_iter().map(one);
    let found = grains.find(|svg| svg.len() < THUMBNAIL_BYTES);
    Ok(found.unwrap_or_else(|| one(160)))
}

impl Canvas {
    fn rounded(&self, at: Point) -> Place {
        path::rounded(at, self.grain)
    }

    fn shape(&mut self, points: &[Point], closed: bool, paint: Paint) {
        let margin = paint.stroke.map_or(0.0, |stroke| 5.0 * stroke.width - 5.0);
        #[expect(clippy::cast_possible_truncation, reason = "a few pixels")]
        let margin = margin.max(0.0) as i64;
        if let Some(extent) = Extent::of(points.iter().map(|&at| self.rounded(at)), margin) {
            self.svg.shape(paint, extent, &path::data(points, closed, self.grain));
        }
    }

    /// Says what the shapes to come tell; a thumbnail is shown as a whole.
    pub const fn part(&mut self, part: Part) {
        if !self.silent {
            self.svg.part = part;
        }
    }

    /// Notes the axes of a panel, from which a page reads the values of points.
    pub fn axes(&mut self, axes: String) {
        self.svg.axes.push(axes);
    }

    /// A line through points.
    pub fn line(&mut self, points: &[Point], pen: &Pen) {
        let stroke = Stroke { colour: pen.colour, width: pen.width, dash: pen.dash, round: false, under: false };
        self.shape(points, false, Paint { fill: None, stroke: Some(stroke) });
    }

    /// A filled polygon.
    pub fn polygon(&mut self, points: &[Point], colour: Colour, opacity: f64) {
        self.shape(points, true, Paint { fill: Some((colour, opacity)), stroke: None });
    }

    /// A filled rectangle.
    pub fn rect(&mut self, rect: &Rect, colour: Colour) {
        self.polygon(&corners(rect), colour, 1.0);
    }

    /// The outline of a rectangle.
    pub fn outline(&mut self, rect: &Rect, pen: &Pen) {
        let stroke = Stroke { colour: pen.colour, width: pen.width, dash: pen.dash, round: false, under: false };
        self.shape(&corners(rect), true, Paint { fill: None, stroke: Some(stroke) });
    }

    /// Filled markers with a thin rim of the ground's colour that sets them off from lines.
    pub fn markers(&mut self, marker: Marker, points: &[Point], radius: f64, colour: Colour) {
        let points = self.distinct(points);
        if marker == Marker::Disc {
            self.discs(&points, radius + 1.0, PAPER);
            return self.discs(&points, radius, colour);
        }
        let stroke = Stroke { colour: PAPER, width: 2.0, dash: &[], round: false, under: true };
        for &at in &points {
            let shape = outline(marker, at, radius);
            self.shape(&shape, true, Paint { fill: Some((colour, 1.0)), stroke: Some(stroke) });
        }
    }

    /// A filled marker.
    pub fn marker(&mut self, marker: Marker, at: Point, radius: f64, colour: Colour) {
        self.markers(marker, &[at], radius, colour);
    }

    /// Hollow markers.
    pub fn hollows(&mut self, marker: Marker, points: &[Point], radius: f64, colour: Colour) {
        let points = self.distinct(points);
        if marker == Marker::Disc {
            self.discs(&points, radius + 0.75, colour);
            return self.discs(&points, radius - 0.75, PAPER);
        }
        let stroke = Stroke { colour, width: 1.5, dash: &[], round: false, under: false };
        for &at in &points {
            let shape = outline(marker, at, radius);
            self.shape(&shape, true, Paint { fill: Some((PAPER, 1.0)), stroke: Some(stroke) });
        }
    }

    /// A hollow marker.
    pub fn hollow(&mut self, marker: Marker, at: Point, radius: f64, colour: Colour) {
        self.hollows(marker, &[at], radius, colour);
    }

    /// Small discs without a rim.
    pub fn dots(&mut self, points: &[Point], radius: f64, colour: Colour) {
        self.discs(&self.distinct(points), radius, colour);
    }

    /// Discs are lines of no length with round ends: a few bytes each.
    fn discs(&mut self, points: &[Point], radius: f64, colour: Colour) {
        let stroke = Stroke { colour, width: 2.0 * radius, dash: &[], round: true, under: false };
        for at in points {
            self.shape(&[*at], false, Paint { fill: None, stroke: Some(stroke) });
        }
    }

    /// The points of which no earlier one has the same place in the file.
    fn distinct(&self, points: &[Point]) -> Vec<Point> {
        let mut seen: BTreeSet<Place> = BTreeSet::new();
        points.iter().copied().filter(|&at| seen.insert(self.rounded(at))).collect()
    }

    /// A PNG file, over everything else but texts, its pixels kept as squares.
    pub fn image(&mut self, png: &[u8], rect: &Rect) {
        let from = self.rounded((rect.left, rect.top));
        let to = self.rounded((rect.right(), rect.bottom()));
        self.svg.image(&BASE64_STANDARD.encode(png), from, (to.0 - from.0, to.1 - from.1));
    }

    /// One line of text.
    pub fn text(&mut self, text: &str, at: Point, style: &Type) {
        if text.is_empty() || self.silent {
            return;
        }
        let anchor = match style.across {
            HPos::Left => "start",
            HPos::Center => "middle",
            HPos::Right => "end",
        };
        // from the height that the point is at down to the line that the letters stand on, in units of the font size
        let down = style.size
            * match style.along {
                VPos::Top => 0.76,
                VPos::Center => 0.29,
                VPos::Bottom => -0.27,
            };
        let at = if style.upwards { (at.0 + down, at.1) } else { (at.0, at.1 + down) };
        let face = Face { size: style.size, colour: style.colour, anchor, bold: style.bold };
        let at = self.rounded(at);
        self.svg.text(face, text, at, style.upwards);
    }
}

const fn corners(rect: &Rect) -> [Point; 4] {
    let (right, bottom) = (rect.right(), rect.bottom());
    [(rect.left, rect.top), (right, rect.top), (right, bottom), (rect.left, bottom)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::canvas::style::INK;

    #[test]
    fn the_head_escapes_its_description() {
        let svg = draw((10.0, 10.0), "a < \"b\" & c", |_| ()).unwrap();
        assert!(svg.contains("aria-label=\"a &lt; &quot;b&quot; &amp; c\""));
        assert!(svg.trim_end().ends_with("</svg>"));
    }

    #[test]
    fn no_text_brings_a_control_character_into_the_picture() {
        let texts = "\u{1b}[31mred\u{7}\u{9b}\u{202e}\na\tb";
        let svg = draw((10.0, 10.0), texts, |canvas| canvas.text(texts, (1.0, 1.0), &Type::PLAIN)).unwrap();
        assert!(svg.contains("␛[31mred␇") && svg.lines().all(|line| !line.chars().any(char::is_control)), "{svg}");
        assert!(!svg.contains('\u{202e}'));
    }

    #[test]
    fn colours_follow_the_page_and_have_a_value_without_one() {
        let svg = draw((10.0, 10.0), "", |canvas| canvas.text("a", (1.0, 1.0), &Type::PLAIN)).unwrap();
        assert!(svg.contains("--k:var(--ink,light-dark(#1d2125,") && svg.contains("style=\"fill:var(--k)\""), "{svg}");
        assert!(svg.contains("fill=\"#1d2125\"") && svg.contains("fill=\"#fff\""), "{svg}");
    }

    #[test]
    fn a_thumbnail_is_small_and_has_no_words() {
        let busy = |canvas: &mut Canvas| {
            canvas.text("words", (10.0, 10.0), &Type::PLAIN);
            let noise = |i: i32| 100.0 + 90.0 * f64::from(i * i * 7919 % 1009) / 1009.0;
            let points: Vec<Point> = (0..3000).map(|i| (0.1 * f64::from(i), noise(i))).collect();
            canvas.line(&points, &Pen::solid(INK, 2.0));
            canvas.markers(Marker::Star, &points, 4.0, INK);
        };
        let svg = thumbnail(busy).unwrap();
        assert!(!svg.contains("<text") && svg.contains("width=\"160\" height=\"100\""), "{}", &svg[..300]);
        assert!(svg.len() < 3 * THUMBNAIL_BYTES, "{}", svg.len());
    }
}
