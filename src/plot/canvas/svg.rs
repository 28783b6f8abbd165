//! The SVG file: shapes of one style are one path wherever that does not change what covers what.

use super::colour::Colour;
use super::font::FAMILY;
use super::path::{Place, number};
use crate::artifact::one_line;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Shapes that one more is compared with before it starts a path of its own.
const LOOKED_BACK: usize = 48;

/// How an outline is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// Colour.
    pub colour: Colour,
    /// Width, pixels.
    pub width: f64,
    /// Strokes and gaps, pixels; empty for a solid line.
    pub dash: &'static [f64],
    /// Round ends, so that a line of no length is a disc.
    pub round: bool,
    /// Under the ground of the shape, so that half of it shows.
    pub under: bool,
}

/// How a shape is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paint {
    /// The ground, with its opacity.
    pub fill: Option<(Colour, f64)>,
    /// The outline.
    pub stroke: Option<Stroke>,
}

/// Where a shape lies, tenths of a pixel.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    low: Place,
    high: Place,
}

impl Extent {
    /// The extent of some places, wider on every side by a margin.
    #[must_use]
    pub fn of(places: impl Iterator<Item = Place>, margin: i64) -> Option<Self> {
        let one = |place: Place| Self { low: place, high: place };
        let all = places.map(one).reduce(Self::with)?;
        let Self { low, high } = all;
        Some(Self { low: (low.0 - margin, low.1 - margin), high: (high.0 + margin, high.1 + margin) })
    }

    fn with(self, other: Self) -> Self {
        let low = (self.low.0.min(other.low.0), self.low.1.min(other.low.1));
        Self { low, high: (self.high.0.max(other.high.0), self.high.1.max(other.high.1)) }
    }

    const fn meets(self, other: Self) -> bool {
        self.low.0 < other.high.0 && other.low.0 < self.high.0 && self.low.1 < other.high.1 && other.low.1 < self.high.1
    }
}

/// What a shape tells, so that a page can show or hide it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Part {
    /// Frame, grid, guides: always there.
    #[default]
    Frame,
    /// Points and curves of ours.
    Ours,
    /// Intervals around them.
    Band,
    /// What is published.
    Paper,
    /// Single runs, hidden until a page shows them.
    Runs,
    /// What was accepted before, hidden until a page shows it.
    Accepted,
}

impl Part {
    const fn attribute(self) -> &'static str {
        match self {
            Self::Frame => "",
            Self::Ours => " class=\"o\"",
            Self::Band => " class=\"b\"",
            Self::Paper => " class=\"p\"",
            Self::Runs => " class=\"r\" display=\"none\"",
            Self::Accepted => " class=\"a\" display=\"none\"",
        }
    }
}

struct Shape {
    part: Part,
    paint: Paint,
    extent: Extent,
    data: String,
}

/// How a text is set in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// Font size, pixels.
    pub size: f64,
    /// Colour.
    pub colour: Colour,
    /// `start`, `middle` or `end`.
    pub anchor: &'static str,
    /// Heavy letters.
    pub bold: bool,
}

/// What is to stand in a file.
#[derive(Default)]
pub struct Svg {
    /// What the shapes to come tell.
    pub part: Part,
    /// The axes of its panels, as [`Svg::file`] writes them; empty where they have no numbers.
    pub axes: Vec<String>,
    shapes: Vec<Shape>,
    images: String,
    texts: Vec<(Face, String)>,
}

impl Svg {
    /// Adds a shape: to an earlier one of the same paint where nothing between them lies over either.
    pub fn shape(&mut self, paint: Paint, extent: Extent, data: &str) {
        let mut found = None;
        for (index, shape) in self.shapes.iter().enumerate().rev().take(LOOKED_BACK) {
            if shape.paint == paint && shape.part == self.part {
                found = Some(index);
                break;
            }
            if shape.extent.meets(extent) {
                break;
            }
        }
        match found {
            Some(index) => {
                let shape = &mut self.shapes[index];
                shape.data.push_str(data);
                shape.extent = shape.extent.with(extent);
            }
            None => self.shapes.push(Shape { part: self.part, paint, extent, data: data.to_owned() }),
        }
    }

    /// Adds a PNG file, over all shapes.
    pub fn image(&mut self, base64: &str, (left, top): Place, (width, height): Place) {
        let [left, top, width, height] = [left, top, width, height].map(number);
        let _ = write!(
            self.images,
            "<image x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\" \
             href=\"data:image/png;base64,{base64}\"/>"
        );
    }

    /// Adds a line of text, over all shapes and images.
    pub fn text(&mut self, face: Face, text: &str, (x, y): Place, upwards: bool) {
        let (x, y) = (number(x), number(y));
        let place = if upwards {
            format!("transform=\"translate({x} {y})rotate(-90)\"")
        } else {
            format!("x=\"{x}\" y=\"{y}\"")
        };
        let line = format!("<text {place}>{}</text>", escaped(&one_line(text)));
        match self.texts.iter_mut().find(|(other, _)| *other == face) {
            Some((_, lines)) => lines.push_str(&line),
            None => self.texts.push((face, line)),
        }
    }

    /// The file: a picture of this size in pixels, shown at some size, with its description.
    #[must_use]
    pub fn file(&self, (width, height): (f64, f64), shown: (f64, f64), alt: &str) -> String {
        let label = escaped(&one_line(alt)).replace('"', "&quot;");
        let family = if self.texts.is_empty() { String::new() } else { format!(" font-family='{FAMILY}'") };
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\" \
             role=\"img\" aria-label=\"{label}\"{family} fill=\"none\" stroke-linejoin=\"round\"",
            shown.0, shown.1
        );
        let variables: Vec<String> = self.colours().into_iter().filter_map(Colour::definition).collect();
        if !variables.is_empty() {
            let _ = write!(svg, " style=\"{}\"", variables.join(";"));
        }
        if !self.axes.is_empty() {
            let axes = escaped(&one_line(&self.axes.join(";"))).replace('"', "&quot;");
            let _ = write!(svg, " data-axes=\"{axes}\"");
        }
        svg.push_str(">\n");
        for Shape { part, paint, data, .. } in &self.shapes {
            let _ = writeln!(svg, "<path{}{} d=\"{data}\"/>", part.attribute(), paint.attributes());
        }
        if !self.images.is_empty() {
            let _ = writeln!(svg, "<g style=\"image-rendering:pixelated\">{}</g>", self.images);
        }
        for (face, lines) in &self.texts {
            let _ = writeln!(svg, "<g{}>{lines}</g>", face.attributes());
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn colours(&self) -> BTreeSet<Colour> {
        let shapes = self.shapes.iter().flat_map(|shape| {
            let Paint { fill, stroke } = shape.paint;
            [fill.map(|(colour, _)| colour), stroke.map(|stroke| stroke.colour)]
        });
        shapes.flatten().chain(self.texts.iter().map(|(face, _)| face.colour)).collect()
    }
}

impl Paint {
    fn attributes(&self) -> String {
        let mut text = String::new();
        let mut declarations: Vec<String> = Vec::new();
        if let Some((colour, opacity)) = self.fill {
            colour.attribute("fill", &mut text);
            declarations.extend(colour.declaration("fill"));
            if opacity < 1.0 {
                let _ = write!(text, " fill-opacity=\"{}\"", trimmed(opacity));
            }
        }
        if let Some(stroke) = self.stroke {
            stroke.colour.attribute("stroke", &mut text);
            declarations.extend(stroke.colour.declaration("stroke"));
            let _ = write!(text, " stroke-width=\"{}\"", trimmed(stroke.width));
            if !stroke.dash.is_empty() {
                let dash: Vec<String> = stroke.dash.iter().copied().map(trimmed).collect();
                let _ = write!(text, " stroke-dasharray=\"{}\"", dash.join(" "));
            }
            if stroke.round {
                text.push_str(" stroke-linecap=\"round\"");
            }
            if stroke.under {
                text.push_str(" paint-order=\"stroke\"");
            }
        }
        styled(text, &declarations)
    }
}

impl Face {
    fn attributes(&self) -> String {
        let mut text = format!(" font-size=\"{}\"", trimmed(self.size));
        self.colour.attribute("fill", &mut text);
        if self.anchor != "start" {
            let _ = write!(text, " text-anchor=\"{}\"", self.anchor);
        }
        if self.bold {
            text.push_str(" font-weight=\"bold\"");
        }
        styled(text, &Vec::from_iter(self.colour.declaration("fill")))
    }
}

fn styled(mut text: String, declarations: &[String]) -> String {
    if !declarations.is_empty() {
        let _ = write!(text, " style=\"{}\"", declarations.join(";"));
    }
    text
}

/// A number with at most two decimals and no zero before the point.
fn trimmed(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.strip_prefix("0.").map_or_else(|| text.to_owned(), |part| format!(".{part}"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::canvas::style::{FAINT, INK};

    fn line(colour: Colour) -> Paint {
        Paint { fill: None, stroke: Some(Stroke { colour, width: 1.0, dash: &[], round: false, under: false }) }
    }

    fn extent(from: i64, to: i64) -> Extent {
        Extent::of([(from, from), (to, to)].into_iter(), 0).unwrap()
    }

    #[test]
    fn shapes_of_one_paint_are_one_path_unless_something_between_covers_them() {
        let mut svg = Svg::default();
        svg.shape(line(INK), extent(0, 10), "A");
        svg.shape(line(FAINT), extent(20, 30), "B");
        svg.shape(line(INK), extent(40, 50), "C");
        svg.shape(line(INK), extent(25, 28), "D");
        let paths: Vec<&str> = svg.shapes.iter().map(|shape| shape.data.as_str()).collect();
        assert_eq!(paths, ["AC", "B", "D"]);
    }

    #[test]
    fn parts_are_told_apart_though_they_look_alike() {
        let mut svg = Svg::default();
        svg.shape(line(INK), extent(0, 10), "A");
        svg.part = Part::Paper;
        svg.shape(line(INK), extent(20, 30), "B");
        let file = svg.file((10.0, 10.0), (10.0, 10.0), "");
        assert!(file.contains("<path stroke") && file.contains("<path class=\"p\" stroke"), "{file}");
    }

    #[test]
    fn texts_of_one_face_share_their_attributes() {
        let mut svg = Svg::default();
        let face = Face { size: 13.5, colour: INK, anchor: "middle", bold: false };
        svg.text(face.clone(), "a < b", (10, 25), false);
        svg.text(face, "up", (10, 25), true);
        let file = svg.file((10.0, 10.0), (10.0, 10.0), "");
        assert_eq!(file.matches("font-size").count(), 1);
        assert!(file.contains("<text x=\"1\" y=\"2.5\">a &lt; b</text>"), "{file}");
        assert!(file.contains("translate(1 2.5)rotate(-90)"));
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([0.16, 1.0, 13.5, 2.0].map(trimmed), [".16", "1", "13.5", "2"]);
    }
}
