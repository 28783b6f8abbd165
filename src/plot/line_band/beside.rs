//! What a reader may ask for beside the curves of a panel: single runs, and the curves as they were accepted.

use super::params::Params;
use super::styles::{Styles, columns};
use crate::artifact::{Cell, Table};
use crate::plot::axes::frame::Frame;
use crate::plot::canvas::shapes::{Pen, Point};
use crate::plot::canvas::style::{Colour, DOTS, Look, MARKER_RADIUS};
use crate::plot::canvas::surface::{Canvas, Part};
use crate::plot::layout::facets;
use crate::plot::layout::series::{self, Series};
use crate::step::StepError;
use crate::step::roles::Asked;

/// Radius of the dot of a run, pixels.
const DOT: f64 = 2.0;
/// Width of the curves that were accepted, pixels.
const THIN: f64 = 1.2;
/// Runs of a panel: more are a cloud.
const MOST: usize = 400;

/// A run with the look of its curve, in the units that the axes show.
type Run = (Look, (f64, f64));

/// What is drawn where a reader asks for it.
#[derive(Default)]
pub struct BesideCurves {
    runs: Vec<Run>,
    accepted: Vec<(Look, Vec<(f64, f64)>)>,
}

impl BesideCurves {
    /// Reads the rows of a panel; a table that lacks a column, as rows before their means may, shows nothing.
    pub fn new(asked: &Asked<'_, Params>, styles: &Styles, panel: &facets::Panel) -> Self {
        let part = |table: &Table| -> Result<Table, StepError> {
            let table = asked.head.filter.apply(table)?;
            Ok(table.take(&asked.head.facets.rows_of(&table, panel)?))
        };
        let runs = asked.beside.runs.and_then(|table| runs(asked, styles, &part(table).ok()?).ok());
        let accepted = asked.beside.accepted.and_then(|table| {
            let curves = series::read(&part(table).ok()?, columns(asked)).ok()?;
            Some(curves.iter().map(|one| (styles.of(one), seen(one))).collect())
        });
        let runs = runs.filter(|runs| runs.len() <= MOST).unwrap_or_default();
        Self { runs, accepted: accepted.unwrap_or_default() }
    }

    /// What the axes must reach: a run beyond them is not shown, as the means are what the figure is of.
    pub fn values(&self) -> impl Iterator<Item = (f64, f64)> {
        self.accepted.iter().flat_map(|(_, points)| points).copied()
    }

    /// Draws it, hidden until a page shows it.
    pub fn draw(&self, canvas: &mut Canvas, frame: &Frame) {
        canvas.part(Part::Runs);
        let mut drawn: Vec<(Colour, Vec<Point>)> = Vec::new();
        for (look, place) in &self.runs {
            let Some(at) = inside(frame, *place) else { continue };
            match drawn.iter_mut().find(|(colour, _)| *colour == look.colour) {
                Some((_, points)) => points.push(at),
                None => drawn.push((look.colour, vec![at])),
            }
        }
        drawn.iter().for_each(|(colour, points)| canvas.dots(points, DOT, *colour));
        canvas.part(Part::Accepted);
        for (look, points) in &self.accepted {
            let points: Vec<Point> = points.iter().filter_map(|&place| inside(frame, place)).collect();
            canvas.line(&points, &Pen { colour: look.colour, width: THIN, dash: DOTS });
            canvas.hollows(look.marker, &points, MARKER_RADIUS, look.colour);
        }
    }
}

fn seen(one: &Series) -> Vec<(f64, f64)> {
    one.seen().map(|dot| (dot.x, dot.y)).collect()
}

fn runs(asked: &Asked<'_, Params>, styles: &Styles, table: &Table) -> Result<Vec<Run>, StepError> {
    let places = asked.x.numbers(table)?.into_iter().zip(asked.y.numbers(table)?);
    let keys: Vec<Cell> = series::cells(asked.colour.as_ref(), table)?;
    Ok(places.zip(&keys).filter_map(|((x, y), key)| Some((styles.of_key(key), (x?, y?)))).collect())
}

/// The pixel of a pair of values that lie within the axes.
fn inside(frame: &Frame, (x, y): (f64, f64)) -> Option<Point> {
    (frame.x.shows(x) && frame.y.shows(y)).then(|| frame.at(x, y))
}
