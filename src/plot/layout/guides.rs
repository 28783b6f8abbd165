//! Dashed reference lines: at a number given in the study, or at the values of a column.

use super::legend::{Entry, Sample};
use crate::artifact::{Cell, Table};
use crate::plot::axes::frame::Frame;
use crate::plot::canvas::shapes::Pen;
use crate::plot::canvas::style::{Colour, FAINT, INK, dashes};
use crate::plot::canvas::surface::Canvas;
use crate::step::roles::Axis;
use crate::step::{Problem, StepError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A reference line at a number, in the units that the axes show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// Height of a horizontal line, in the unit shown; or `x`.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub y: Option<f64>,
    /// Place of a vertical line, in the unit shown; or `y`.
    #[serde(default)]
    #[schemars(range(min = -1e15, max = 1e15))]
    pub x: Option<f64>,
    /// Slope of a line through the middle of the points, an exponent where both axes are logarithmic; or `y` or `x`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -1e6, max = 1e6))]
    pub slope: Option<f64>,
    /// Whether the slope is that of least squares through the points that are no bounds; or `slope`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fitted: bool,
    /// The value of the colour column whose points a line with a slope goes through; all points without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Cell>,
    /// What it is, for the legend; empty for none.
    #[serde(default)]
    pub label: String,
}

/// Width of reference lines, pixels.
const WIDTH: f64 = 1.5;
/// Strokes and gaps of a line at a column's value, pixels.
const MARK: &[f64] = &[4.0, 3.0];

/// What is wrong with some lines.
#[must_use]
pub fn problems(guides: &[Guide]) -> Vec<Problem> {
    let given = |guide: &Guide| [guide.x, guide.y, guide.slope].iter().flatten().count() + usize::from(guide.fitted);
    let sloped = |guide: &Guide| guide.slope.is_some() || guide.fitted;
    let wrong =
        guides.iter().enumerate().filter(|(_, guide)| given(guide) != 1 || (guide.of.is_some() && !sloped(guide)));
    let needs = "a line needs one of `y`, `x`, `slope` and `fitted: true`, and `of` only beside the last two";
    wrong.map(|(i, _)| Problem::at(&format!("lines.{i}"), needs)).collect()
}

/// The numbers that the axes must reach, with none on the other axis.
pub fn values(guides: &[Guide]) -> impl Iterator<Item = (f64, f64)> {
    guides.iter().map(|guide| (guide.x.unwrap_or(f64::NAN), guide.y.unwrap_or(f64::NAN)))
}

/// A point with the value of the colour column.
pub struct Keyed<'a> {
    /// The value of the colour column.
    pub key: &'a Cell,
    /// Across and up.
    pub at: (f64, f64),
    /// Whether up is a bound only: the line does not go by it unless there is nothing else.
    pub bound: bool,
}

/// Draws the lines that have a slope through the middle of the points that they belong to, over all their places.
pub fn draw_slopes(canvas: &mut Canvas, frame: &Frame, (guides, points): (&[Guide], &[Keyed<'_>])) {
    for (index, guide) in guides.iter().enumerate() {
        if guide.slope.is_none() && !guide.fitted {
            continue;
        }
        let mine = |key: &Cell| guide.of.as_ref().is_none_or(|of| of.means(key));
        let own: Vec<&Keyed<'_>> = points.iter().filter(|point| mine(point.key)).collect();
        let across: Vec<f64> = own.iter().map(|point| point.at.0).collect();
        let known = own.iter().any(|point| !point.bound);
        let middle: Vec<(f64, f64)> = own.iter().filter(|point| !(known && point.bound)).map(|p| p.at).collect();
        let fitted = || frame.fitted(&middle).filter(|_| known);
        if let Some(slope) = guide.slope.or_else(fitted) {
            canvas.line(&frame.slope(slope, &middle, &across), &pen(index));
        }
    }
}

/// Draws the lines across a panel.
pub fn draw(canvas: &mut Canvas, frame: &Frame, guides: &[Guide]) {
    for (index, guide) in guides.iter().enumerate() {
        if let Some(y) = guide.y {
            let height = frame.at(0.0, y).1;
            canvas.line(&[(frame.rect.left, height), (frame.rect.right(), height)], &pen(index));
        }
        if let Some(x) = guide.x {
            upright(canvas, frame, x, &pen(index));
        }
    }
}

/// A vertical line at a column's value.
pub fn draw_mark(canvas: &mut Canvas, frame: &Frame, x: f64, colour: Colour) {
    upright(canvas, frame, x, &Pen { colour, width: WIDTH, dash: MARK });
}

fn upright(canvas: &mut Canvas, frame: &Frame, x: f64, pen: &Pen) {
    let across = frame.at(x, 0.0).0;
    canvas.line(&[(across, frame.rect.top), (across, frame.rect.bottom())], pen);
}

fn pen(index: usize) -> Pen {
    Pen { colour: INK, width: WIDTH, dash: dashes(index + 2) }
}

/// The lines in the legend, but those of a value of the colour column that nothing drawn has.
#[must_use]
pub fn entries(guides: &[Guide], drawn: &[&Cell]) -> Vec<Entry> {
    let is_drawn = |guide: &Guide| guide.of.as_ref().is_none_or(|of| drawn.iter().any(|key| of.means(key)));
    let named = guides.iter().enumerate().filter(|(_, guide)| !guide.label.is_empty() && is_drawn(guide));
    named.map(|(i, guide)| Entry { label: guide.label.clone(), sample: Sample::Line(pen(i)) }).collect()
}

/// Lines at a column's values in the legend.
#[must_use]
pub fn mark_entry(marks: &Axis) -> Entry {
    Entry { label: marks.name(), sample: Sample::Line(Pen { colour: FAINT, width: WIDTH, dash: MARK }) }
}

/// The distinct numbers in some rows of a column, in order.
///
/// # Errors
/// Where the column is missing.
pub fn distinct(marks: &Axis, table: &Table) -> Result<Vec<f64>, StepError> {
    let mut found: Vec<f64> = marks.numbers(table)?.into_iter().flatten().collect();
    found.sort_by(f64::total_cmp);
    found.dedup();
    Ok(found)
}
