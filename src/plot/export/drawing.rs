//! A figure's file, read back into what is painted: outlines and images, in order.

use super::letters::{self, Anchor};
use super::path_data::{Piece, Place, pieces};
use crate::step::StepError;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use roxmltree::{Document, Node};

/// What images begin with.
const PNG: &str = "data:image/png;base64,";
/// Width of the rim that makes letters heavy, of the font size.
const HEAVY: f32 = 0.045;

/// A colour, each part from 0 to 255.
pub type Rgb = [u8; 3];

/// What is painted, first things first.
pub struct Drawing {
    /// Width and height, pixels.
    pub size: Place,
    /// The marks.
    pub marks: Vec<Mark>,
}

/// One thing on the canvas.
pub enum Mark {
    /// An outline with its ground.
    Shape(Shape),
    /// A PNG file in a rectangle: left, top, width, height.
    Image(Vec<u8>, [f32; 4]),
}

/// An outline with its ground.
#[derive(Default)]
pub struct Shape {
    /// The outline.
    pub pieces: Vec<Piece>,
    /// Colour and opacity of the ground.
    pub fill: Option<(Rgb, f32)>,
    /// How the outline itself is drawn.
    pub stroke: Option<Stroke>,
    /// Whether that is under the ground.
    pub under: bool,
}

/// How an outline is drawn.
#[derive(Clone)]
pub struct Stroke {
    /// Colour.
    pub colour: Rgb,
    /// Width, pixels.
    pub width: f32,
    /// Strokes and gaps, pixels; empty for a solid line.
    pub dash: Vec<f32>,
}

fn refused(what: impl std::fmt::Display) -> StepError {
    StepError::Bug(format!("this is no picture that plots draw: {what}"))
}

impl Drawing {
    /// Reads a figure. Colours are those of its attributes, which are for a light ground; styles only follow a page.
    ///
    /// # Errors
    /// Where it has what no plot draws.
    pub fn read(svg: &str) -> Result<Self, StepError> {
        let document = Document::parse(svg).map_err(refused)?;
        let root = document.root_element();
        let view: Vec<f32> = numbers(root, "viewBox")?;
        let &[_, _, width, height] = view.as_slice() else { return Err(refused("it has no size")) };
        let mut drawing = Self { size: (width, height), marks: Vec::new() };
        let shown = |node: &Node<'_, '_>| node.is_element() && node.attribute("display") != Some("none");
        for node in root.children().filter(shown) {
            match node.tag_name().name() {
                "path" => drawing.marks.extend(shape(node)?.into_iter().map(Mark::Shape)),
                "g" => {
                    for inner in node.children().filter(Node::is_element) {
                        drawing.marks.push(match inner.tag_name().name() {
                            "image" => image(inner)?,
                            "text" => Mark::Shape(text(node, inner)?),
                            other => return Err(refused(format!("it has a `{other}`"))),
                        });
                    }
                }
                other => return Err(refused(format!("it has a `{other}`"))),
            }
        }
        Ok(drawing)
    }
}

/// A path; lines with round ends are dots, each a disc.
fn shape(node: Node<'_, '_>) -> Result<Vec<Shape>, StepError> {
    let data = node.attribute("d").unwrap_or_default();
    let pieces = pieces(data).ok_or_else(|| refused(format!("the path `{data}`")))?;
    let fill =
        colour(node, "fill")?.map(|colour| Ok::<_, StepError>((colour, number(node, "fill-opacity")?.unwrap_or(1.0))));
    let width = number(node, "stroke-width")?.unwrap_or(1.0);
    let dash = numbers(node, "stroke-dasharray")?;
    let stroke = colour(node, "stroke")?.map(|colour| Stroke { colour, width, dash });
    if let (Some(stroke), Some("round")) = (&stroke, node.attribute("stroke-linecap")) {
        let dots = pieces.iter().filter_map(|piece| if let Piece::Move(at) = piece { Some(*at) } else { None });
        let disc = |at| Shape { pieces: disc(at, 0.5 * width), fill: Some((stroke.colour, 1.0)), ..Shape::default() };
        return Ok(dots.map(disc).collect());
    }
    let under = node.attribute("paint-order") == Some("stroke");
    Ok(vec![Shape { pieces, fill: fill.transpose()?, stroke, under }])
}

/// A circle of four cubic curves, which are off by 0.03 % of the radius. Source: Goldapp (1991), CAGD 8, 227.
fn disc((x, y): Place, radius: f32) -> Vec<Piece> {
    let handle = 0.551_915 * radius;
    let arc = |(a, b): Place, (c, d): Place| {
        let at = |along: f32, down: f32| (x + along, y + down);
        let near = at(radius * a + handle * c, radius * b + handle * d);
        let far = at(radius * c + handle * a, radius * d + handle * b);
        Piece::Curve(near, far, at(radius * c, radius * d))
    };
    let turns = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (1.0, 0.0)];
    let arcs = turns.windows(2).map(|pair| arc(pair[0], pair[1]));
    std::iter::once(Piece::Move((x + radius, y))).chain(arcs).chain([Piece::Close]).collect()
}

fn image(node: Node<'_, '_>) -> Result<Mark, StepError> {
    let href =
        node.attribute("href").and_then(|href| href.strip_prefix(PNG)).ok_or_else(|| refused("an image elsewhere"))?;
    let file = BASE64_STANDARD.decode(href).map_err(refused)?;
    let mut rect = [0.0; 4];
    for (side, name) in rect.iter_mut().zip(["x", "y", "width", "height"]) {
        *side = number(node, name)?.ok_or_else(|| refused("an image without a place"))?;
    }
    Ok(Mark::Image(file, rect))
}

/// A line of text with the attributes of its group.
fn text(group: Node<'_, '_>, node: Node<'_, '_>) -> Result<Shape, StepError> {
    let size = number(group, "font-size")?.unwrap_or(0.0);
    let anchor = match group.attribute("text-anchor") {
        Some("middle") => Anchor::Middle,
        Some("end") => Anchor::End,
        _ => Anchor::Start,
    };
    let turned =
        node.attribute("transform").and_then(|text| text.strip_prefix("translate(")?.strip_suffix(")rotate(-90)"));
    let (upwards, at) = match turned {
        Some(place) => (true, place.split(' ').map(parsed).collect::<Result<Vec<f32>, _>>()?),
        None => (false, [number(node, "x")?, number(node, "y")?].into_iter().flatten().collect()),
    };
    let &[x, y] = at.as_slice() else { return Err(refused("a text without a place")) };
    let place = |(along, down): Place| if upwards { (x + down, y - along) } else { (x + along, y + down) };
    let pieces = letters::outlines(node.text().unwrap_or_default(), size, anchor)?;
    let pieces = pieces.into_iter().map(|piece| match piece {
        Piece::Move(at) => Piece::Move(place(at)),
        Piece::Line(at) => Piece::Line(place(at)),
        Piece::Curve(a, b, c) => Piece::Curve(place(a), place(b), place(c)),
        Piece::Close => Piece::Close,
    });
    let colour = colour(group, "fill")?.unwrap_or_default();
    let bold = group.attribute("font-weight") == Some("bold");
    let stroke = bold.then(|| Stroke { colour, width: HEAVY * size, dash: Vec::new() });
    Ok(Shape { pieces: pieces.collect(), fill: Some((colour, 1.0)), stroke, under: true })
}

fn parsed(text: &str) -> Result<f32, StepError> {
    text.parse().map_err(|_| refused(format!("the number `{text}`")))
}

fn number(node: Node<'_, '_>, name: &str) -> Result<Option<f32>, StepError> {
    node.attribute(name).map(parsed).transpose()
}

fn numbers(node: Node<'_, '_>, name: &str) -> Result<Vec<f32>, StepError> {
    node.attribute(name).unwrap_or_default().split_whitespace().map(parsed).collect()
}

/// `#abc` or `#aabbcc`; nothing for no colour.
fn colour(node: Node<'_, '_>, name: &str) -> Result<Option<Rgb>, StepError> {
    let Some(text) = node.attribute(name).filter(|text| *text != "none") else { return Ok(None) };
    let digits: Option<Vec<u8>> =
        text.strip_prefix('#').and_then(|hex| hex.chars().map(|c| u8::try_from(c.to_digit(16)?).ok()).collect());
    match digits.as_deref() {
        Some(&[r, g, b]) => Ok(Some([17 * r, 17 * g, 17 * b])),
        Some(&[r, s, g, h, b, c]) => Ok(Some([16 * r + s, 16 * g + h, 16 * b + c])),
        _ => Err(refused(format!("the colour `{text}`"))),
    }
}
