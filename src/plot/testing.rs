//! What the tests of figures share.

use crate::artifact::Figure;
use crate::plot::canvas::surface::{Type, text_width};
use crate::step::Parameters;
use crate::step::roles::{self, Drawn, Headed};
use serde_json::Value as Json;

/// The parameters of a figure.
pub fn asked<F: roles::Figure>(tree: &Json) -> Headed<Drawn<F>> {
    Headed::read(tree).unwrap()
}

/// Keeps a figure under `target/figures/` for people to look at, and checks what holds for every figure: no number that
/// is none, nothing outside of the canvas, no text that touches another or is too small, a short description, a small
/// picture without words.
pub fn show(name: &str, figure: &Figure) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/figures");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), &figure.svg).unwrap();
    std::fs::write(folder.join(name.replace(".svg", ".thumb.svg")), &figure.thumbnail).unwrap();
    assert!(!figure.svg.contains("NaN") && !figure.alt.contains("NaN"), "{name}");
    for svg in [&figure.svg, &figure.thumbnail] {
        let (width, height) = size(svg);
        for (x, y) in places(svg) {
            // half of a marker may stand out of a thumbnail
            assert!((-1.0..=width + 1.0).contains(&x) && (-1.0..=height + 1.0).contains(&y), "{name}: ({x}, {y})");
        }
    }
    assert!(figure.alt.chars().count() <= 300, "{name}: {}", figure.alt);
    assert!(!figure.thumbnail.contains("<text") && figure.thumbnail.len() < 6000, "{name}: {}", figure.thumbnail.len());
    for face in figure.svg.split(" font-size=\"").skip(1) {
        assert!(face.split('"').next().unwrap().parse::<f64>().unwrap() >= 9.0, "{name}");
    }
    let texts = texts(&figure.svg);
    for (i, a) in texts.iter().enumerate() {
        for b in &texts[..i] {
            assert!(!a.touches(b), "{name}: `{}` touches `{}`", a.text, b.text);
        }
    }
}

/// A text with the rectangle that it takes.
struct Written {
    text: String,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Written {
    fn touches(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
}

/// Every text of a drawing with its extent, as the embedded font has it.
fn texts(svg: &str) -> Vec<Written> {
    let mut found = Vec::new();
    for group in svg.split("<g font-size=\"").skip(1).filter_map(|rest| rest.split("</g>").next()) {
        let head = group.split('>').next().unwrap();
        let size: f64 = head.split('"').next().unwrap().parse().unwrap();
        let bold = head.contains("bold");
        let back = if head.contains("middle") { 0.5 } else { f64::from(u8::from(head.contains("\"end\""))) };
        for text in group.split("<text ").skip(1) {
            let (place, rest) = text.split_once('>').unwrap();
            let text = rest.split("</text>").next().unwrap().to_owned();
            let width = text_width(&text, &Type { size, bold, ..Type::PLAIN });
            let numbers: Vec<f64> = place.split(['"', '(', ')', ' ']).filter_map(|part| part.parse().ok()).collect();
            let (x, y) = (numbers[0], numbers[1]);
            // from the top of small letters to the line: parts above and below may reach into each other's room
            let (over, along) = (0.6 * size, back * width);
            found.push(if place.contains("rotate") {
                Written { text, left: x - over, right: x, top: y - width + along, bottom: y + along }
            } else {
                Written { text, left: x - along, right: x - along + width, top: y - over, bottom: y }
            });
        }
    }
    found
}

/// Width and height of the drawing in its own units.
fn size(svg: &str) -> (f64, f64) {
    let view = svg.split("viewBox=\"0 0 ").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let (width, height) = view.split_once(' ').unwrap();
    (width.parse().unwrap(), height.parse().unwrap())
}

/// Every place that something is drawn at: corners of lines and areas, anchors of texts.
pub fn places(svg: &str) -> Vec<(f64, f64)> {
    let attribute = |text: &str, name: &str| -> Option<f64> {
        text.split(&format!("{name}=\"")).nth(1)?.split('"').next()?.parse().ok()
    };
    let anchors = svg.split(['<']).filter(|tag| tag.starts_with("text ") || tag.starts_with("image "));
    let mut found: Vec<(f64, f64)> =
        anchors.filter_map(|tag| Some((attribute(tag, " x")?, attribute(tag, " y")?))).collect();
    for data in svg.split(" d=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        found.extend(corners(data));
    }
    found
}

/// The corners of a path of `M`, `h`, `v`, `l` and `z`.
fn corners(data: &str) -> Vec<(f64, f64)> {
    let mut found = Vec::new();
    let mut at = (0.0, 0.0);
    for part in data
        .split_inclusive(|c: char| c.is_ascii_alphabetic())
        .zip(data.split(|c: char| c.is_ascii_alphabetic()).skip(1))
    {
        let command = part.0.chars().last().unwrap();
        let spaced = part.1.replace('-', " -");
        let numbers: Vec<f64> = spaced.split_whitespace().map(|number| number.parse().unwrap()).collect();
        match command {
            'M' => {
                at = (numbers[0], numbers[1]);
                found.push(at);
            }
            'h' => numbers.iter().for_each(|step| {
                at.0 += step;
                found.push(at);
            }),
            'v' => numbers.iter().for_each(|step| {
                at.1 += step;
                found.push(at);
            }),
            'l' => numbers.chunks(2).for_each(|step| {
                at = (at.0 + step[0], at.1 + step[1]);
                found.push(at);
            }),
            'z' => {}
            other => panic!("no path has `{other}`"),
        }
    }
    found
}

/// How many separate lines or areas are drawn in paths whose attributes contain a text.
pub fn pieces(svg: &str, attributes: &str) -> usize {
    let paths = svg.split("<path").skip(1).filter(|path| path.split(" d=\"").next().unwrap().contains(attributes));
    paths.map(|path| path.split(" d=\"").nth(1).unwrap().split('"').next().unwrap().matches('M').count()).sum()
}

/// Whether a text stands in a drawing, as one piece.
pub fn says(svg: &str, text: &str) -> bool {
    written(svg, text) > 0
}

/// How often a text stands in a drawing, as one piece.
pub fn written(svg: &str, text: &str) -> usize {
    svg.matches(&format!(">{text}</text>")).count()
}
