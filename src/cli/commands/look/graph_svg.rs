//! A pipeline as a picture: what is wired to a step stands above it.

use super::boxes::{class, colours, lines};
use super::pipeline::Pipeline;
use std::fmt::Write as _;

const BOX_HEIGHT: f64 = 44.0;
const ROW_HEIGHT: f64 = 96.0;
const GAP: f64 = 24.0;
const MARGIN: f64 = 20.0;
/// Mean width of a letter, a little wide: fonts differ.
const LETTER: f64 = 7.6;
/// Times that every row is put into the order of its neighbours.
const SWEEPS: usize = 8;

/// A box in the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    x: f64,
    y: f64,
    width: f64,
}

/// The picture.
pub(super) fn svg(pipeline: &Pipeline, title: &str) -> String {
    let places = places(pipeline);
    let right = places.iter().map(|place| place.x + place.width).fold(0.0, f64::max);
    let bottom = places.iter().map(|place| place.y + BOX_HEIGHT).fold(0.0, f64::max);
    let (width, height) = (right + MARGIN, bottom + MARGIN);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" \
         font-family=\"sans-serif\" font-size=\"13\" role=\"img\">\n<title>{}</title>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#666\"/></marker></defs>\n",
        escaped(title)
    );
    for arrow in &pipeline.arrows {
        let (from, to) = (places[arrow.from], places[arrow.to]);
        let (x1, y1) = (from.x + from.width / 2.0, from.y + BOX_HEIGHT);
        let (x2, y2) = (to.x + to.width / 2.0, to.y);
        let bend = (y2 - y1) / 2.0;
        let _ = writeln!(
            text,
            "<path d=\"M{x1:.1} {y1:.1}C{x1:.1} {:.1} {x2:.1} {:.1} {x2:.1} {y2:.1}\" fill=\"none\" stroke=\"#666\" \
             marker-end=\"url(#tip)\"><title>{}</title></path>",
            y1 + bend,
            y2 - bend,
            escaped(&format!("{}.{} as {}", pipeline.steps[arrow.from].name, arrow.port, arrow.slot))
        );
    }
    for (step, place) in pipeline.steps.iter().zip(&places) {
        let (fill, line) = colours(step.family());
        let Place { x, y, width } = place;
        let _ = writeln!(
            text,
            "<g class=\"{}\"><title>{}</title><rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{BOX_HEIGHT}\" \
             rx=\"5\" fill=\"{fill}\" stroke=\"{line}\"/>",
            class(step.family()),
            escaped(&format!("{} at {}", step.kind.about().summary, step.place))
        );
        let lines = lines(step);
        for (number, line) in lines.iter().enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "one line or two")]
            let baseline = y + BOX_HEIGHT / 2.0 + 5.0 + (number as f64 - (lines.len() - 1) as f64 / 2.0) * 16.0;
            let small = if number > 0 { " font-size=\"11\" fill=\"#555\"" } else { "" };
            let middle = x + width / 2.0;
            let _ = writeln!(
                text,
                "<text x=\"{middle:.1}\" y=\"{baseline:.1}\" text-anchor=\"middle\"{small}>{}</text>",
                escaped(line)
            );
        }
        text.push_str("</g>\n");
    }
    text + "</svg>\n"
}

/// Rows by the longest way; in a row, boxes in the order of what they are wired to.
fn places(pipeline: &Pipeline) -> Vec<Place> {
    let rows = pipeline.rows();
    let count = rows.iter().max().map_or(0, |last| last + 1);
    let mut order: Vec<Vec<usize>> =
        (0..count).map(|row| (0..rows.len()).filter(|&step| rows[step] == row).collect()).collect();
    let width = |step: usize| {
        let longest = lines(&pipeline.steps[step]).iter().map(|line| line.chars().count()).max().unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "letters of a name")]
        let width = longest as f64 * LETTER + 24.0;
        width
    };
    let neighbours: Vec<Vec<usize>> = (0..rows.len())
        .map(|step| {
            let arrows = pipeline.arrows.iter().filter(|arrow| arrow.from == step || arrow.to == step);
            arrows.map(|arrow| if arrow.from == step { arrow.to } else { arrow.from }).collect()
        })
        .collect();
    let mut middle = vec![0.0; rows.len()];
    for _ in 0..SWEEPS {
        for row in &mut order {
            let mut x = MARGIN;
            for &step in row.iter() {
                middle[step] = x + width(step) / 2.0;
                x += width(step) + GAP;
            }
        }
        for row in &mut order {
            #[expect(clippy::cast_precision_loss, reason = "a few arrows")]
            let mean = |step: usize| match neighbours[step].as_slice() {
                [] => middle[step],
                all => all.iter().map(|&other| middle[other]).sum::<f64>() / all.len() as f64,
            };
            row.sort_by(|&a, &b| mean(a).total_cmp(&mean(b)).then(a.cmp(&b)));
        }
    }
    let of_row = |row: &Vec<usize>| row.iter().map(|&step| width(step) + GAP).sum::<f64>() - GAP;
    let widest = order.iter().map(of_row).fold(0.0, f64::max);
    let mut places = vec![Place { x: 0.0, y: 0.0, width: 0.0 }; rows.len()];
    for (number, row) in order.iter().enumerate() {
        let mut x = MARGIN + (widest - of_row(row)) / 2.0;
        for &step in row {
            #[expect(clippy::cast_precision_loss, reason = "rows of a picture")]
            let y = MARGIN + number as f64 * ROW_HEIGHT;
            places[step] = Place { x, y, width: width(step) };
            x += width(step) + GAP;
        }
    }
    places
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
