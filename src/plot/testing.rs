//! What the tests of figures share.

use crate::artifact::Figure;
use crate::step::Parameters;
use crate::step::roles::{self, Drawn, Headed};
use serde_json::Value as Json;

/// The parameters of a figure.
pub fn asked<F: roles::Figure>(tree: &Json) -> Headed<Drawn<F>> {
    Headed::read(tree).unwrap()
}

/// Keeps a figure under `target/figures/` for people to look at, and checks what holds for every figure: no number that
/// is none, nothing outside of the canvas.
pub fn show(name: &str, figure: &Figure) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/figures");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), &figure.svg).unwrap();
    assert!(!figure.svg.contains("NaN") && !figure.alt.contains("NaN"), "{name}");
    let (width, height) = size(&figure.svg);
    for (x, y) in places(&figure.svg) {
        assert!((0.0..=width).contains(&x) && (0.0..=height).contains(&y), "{name}: ({x}, {y}) of {width} × {height}");
    }
}

/// The numbers of an attribute's values, in order.
fn numbers(svg: &str, attribute: &str) -> Vec<f64> {
    let opening = format!(" {attribute}=\"");
    svg.split(&opening).skip(1).filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
}

/// Width and height of the drawing in its own units.
fn size(svg: &str) -> (f64, f64) {
    let view = svg.split("viewBox=\"0 0 ").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let (width, height) = view.split_once(' ').unwrap();
    (width.parse().unwrap(), height.parse().unwrap())
}

/// Every place that something is drawn at: corners of lines, areas and images, anchors of texts.
pub fn places(svg: &str) -> Vec<(f64, f64)> {
    let mut found: Vec<(f64, f64)> = numbers(svg, "x").into_iter().zip(numbers(svg, "y")).collect();
    for points in svg.split(" points=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        let pairs = points.split_whitespace().filter_map(|pair| pair.split_once(','));
        found.extend(pairs.filter_map(|(x, y)| Some((x.parse().ok()?, y.parse().ok()?))));
    }
    found
}

/// Whether a text stands in a drawing, as one piece.
pub fn says(svg: &str, text: &str) -> bool {
    svg.contains(&format!(">\n{text}\n"))
}
