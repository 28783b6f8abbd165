//! Drawing in pixels with fractions, over plotters' SVG backend, which knows whole numbers only.

use super::font::{self, FAMILY};
use super::shapes::{Pen, Point, Rect};
use super::strokes::{outline, strokes};
use super::style::{INK, Marker, PAPER, Rgb, TEXT_SIZE};
use crate::artifact::one_line;
use crate::step::StepError;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use plotters::prelude::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, ShapeStyle, TextStyle};
use std::fmt::Write;

/// Drawing units a pixel: plotters rounds to whole units, so curves are smooth to 1/20 pixel.
const UNITS: f64 = 20.0;
/// plotters divides a font size by this before it writes it.
const FONT_FACTOR: f64 = 1.24;
/// plotters scales widths to the font's height (1.164 em), not to its em: 1.164 / 1.24.
const WIDTH_FACTOR: f64 = 0.939;
/// Bold letters are wider than the embedded regular ones by about this.
const BOLD_FACTOR: f64 = 1.13;

/// How a text is set.
#[derive(Clone, Copy)]
pub struct Type {
    /// Font size, pixels.
    pub size: f64,
    /// Colour.
    pub colour: Rgb,
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

/// An open drawing. The first fault is kept and reported at the end, so that drawing reads as drawing.
pub struct Canvas<'a> {
    backend: SVGBackend<'a>,
    fault: Option<String>,
    images: String,
}

/// Draws a picture of this size in pixels; `alt` describes it to those who do not see it.
///
/// # Errors
/// Where plotters refuses something.
pub fn draw(size: (f64, f64), alt: &str, paint: impl FnOnce(&mut Canvas<'_>)) -> Result<String, StepError> {
    font::register()?;
    let mut svg = String::new();
    let mut canvas =
        Canvas { backend: SVGBackend::with_string(&mut svg, extent(size)), fault: None, images: String::new() };
    canvas.rect(&Rect { left: 0.0, top: 0.0, width: size.0, height: size.1 }, PAPER);
    paint(&mut canvas);
    let end = canvas.backend.present().map_err(|e| e.to_string());
    if let Some(fault) = canvas.fault.take().or(end.err()) {
        return Err(StepError::Bug(format!("drawing: {fault}")));
    }
    let images = std::mem::take(&mut canvas.images);
    drop(canvas);
    let body = svg.split_once('\n').map_or("", |(_, body)| body);
    let body = body.trim_end().trim_end_matches("</svg>");
    Ok(format!("{}{body}{images}</svg>\n", head(size, alt)))
}

/// The opening tag: plotters' own would show the picture at twenty times its size.
fn head(size: (f64, f64), alt: &str) -> String {
    let (width, height) = extent(size);
    let (shown_width, shown_height) = (size.0.ceil(), size.1.ceil());
    let alt = one_line(alt).replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{shown_width}\" height=\"{shown_height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{alt}\" \
         stroke-linejoin=\"round\" stroke-linecap=\"butt\">\n"
    )
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes are positive and far below 2^31")]
fn extent(size: (f64, f64)) -> (u32, u32) {
    ((size.0.ceil() * UNITS) as u32, (size.1.ceil() * UNITS) as u32)
}

#[expect(clippy::cast_possible_truncation, reason = "a coordinate beyond the canvas is cut off, which is right")]
fn units(at: Point) -> (i32, i32) {
    ((at.0 * UNITS).round() as i32, (at.1 * UNITS).round() as i32)
}

fn shape(colour: Rgb, opacity: f64, width: f64) -> ShapeStyle {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "stroke widths are a few pixels")]
    let stroke_width = (width * UNITS).round().max(1.0) as u32;
    ShapeStyle { color: RGBColor(colour.0, colour.1, colour.2).mix(opacity), filled: true, stroke_width }
}

impl Canvas<'_> {
    fn note<E: std::fmt::Display>(&mut self, result: Result<(), E>) {
        if let Err(error) = result {
            self.fault.get_or_insert(error.to_string());
        }
    }

    /// A line through points.
    pub fn line(&mut self, points: &[Point], pen: &Pen) {
        let style = shape(pen.colour, 1.0, pen.width);
        for stroke in strokes(points, pen.dash) {
            let result = self.backend.draw_path(stroke.into_iter().map(units), &style);
            self.note(result);
        }
    }

    /// A filled polygon.
    pub fn polygon(&mut self, points: &[Point], colour: Rgb, opacity: f64) {
        let result = self.backend.fill_polygon(points.iter().copied().map(units), &shape(colour, opacity, 0.0));
        self.note(result);
    }

    /// A filled rectangle.
    pub fn rect(&mut self, rect: &Rect, colour: Rgb) {
        let (from, to) = (units((rect.left, rect.top)), units((rect.right(), rect.bottom())));
        let result = self.backend.draw_rect(from, to, &shape(colour, 1.0, 0.0), true);
        self.note(result);
    }

    /// The outline of a rectangle.
    pub fn outline(&mut self, rect: &Rect, pen: &Pen) {
        let (l, t, r, b) = (rect.left, rect.top, rect.right(), rect.bottom());
        self.line(&[(l, t), (r, t), (r, b), (l, b), (l, t), (r, t)], pen);
    }

    /// A filled marker with a thin white rim that sets it off from lines.
    pub fn marker(&mut self, marker: Marker, at: Point, radius: f64, colour: Rgb) {
        self.polygon(&outline(marker, at, radius + 1.0), PAPER, 1.0);
        self.polygon(&outline(marker, at, radius), colour, 1.0);
    }

    /// A hollow marker.
    pub fn hollow(&mut self, marker: Marker, at: Point, radius: f64, colour: Rgb) {
        let mut ring = outline(marker, at, radius);
        self.polygon(&ring, PAPER, 1.0);
        ring.extend_from_within(..2.min(ring.len()));
        self.line(&ring, &Pen::solid(colour, 1.5));
    }

    /// A PNG file, over everything else, its pixels kept as squares.
    pub fn image(&mut self, png: &[u8], rect: &Rect) {
        let ((left, top), (right, bottom)) = (units((rect.left, rect.top)), units((rect.right(), rect.bottom())));
        let data = BASE64_STANDARD.encode(png);
        let _ = writeln!(
            self.images,
            "<image x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" \
             style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{data}\"/>",
            right - left,
            bottom - top
        );
    }

    /// One line of text.
    pub fn text(&mut self, text: &str, at: Point, style: &Type) {
        if text.is_empty() {
            return;
        }
        let font = font(style.size, style.bold);
        let font = if style.upwards { font.transform(FontTransform::Rotate270) } else { font };
        let colour = RGBColor(style.colour.0, style.colour.1, style.colour.2);
        let style = TextStyle { font, color: colour.to_backend_color(), pos: Pos::new(style.across, style.along) };
        let result = self.backend.draw_text(&one_line(text), &style, units(at));
        self.note(result);
    }
}

fn font(size: f64, bold: bool) -> FontDesc<'static> {
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    FontDesc::new(FontFamily::Name(FAMILY), size * FONT_FACTOR * UNITS, style)
}

/// Width of a text, pixels.
#[must_use]
pub fn text_width(text: &str, style: &Type) -> f64 {
    // before any drawing the font may not be known yet; its failure shows in `draw`
    let _ = font::register();
    let (width, _) = font(style.size, false).box_size(text).unwrap_or((0, 0));
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
}
