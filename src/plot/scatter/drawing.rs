//! What stands in each panel of a scatter plot, how it looks, and its drawing.

use super::params::Params;
use crate::artifact::{Cell, Table};
use crate::plot::axes::axis_scale::AxisScale;
use crate::plot::axes::frame::Frame;
use crate::plot::axes::scale::{Fit, Scale};
use crate::plot::canvas::shapes::{Pen, Point, Rect};
use crate::plot::canvas::style::{Colour, FAINT, MARKER_RADIUS, Marker, dashes, shape};
use crate::plot::canvas::surface::{Canvas, Part, Type, text_width};
use crate::plot::layout::facets::{self, Split, first_seen, place};
use crate::plot::layout::guides;
use crate::plot::layout::legend::{self, Entry, Legend, Sample};
use crate::plot::layout::looks::Looks;
use crate::plot::layout::series;
use crate::step::roles::{Asked, Axis};
use crate::step::{Row, StepError};
use plotters::style::text_anchor::{HPos, VPos};

/// Half the length of the end of an error bar, pixels.
const CAP: f64 = 2.5;
/// Between a point and its name, pixels.
const AWAY: f64 = 7.0;
/// The same along each axis for a name aslant of its point.
const ASLANT: f64 = 4.0;

/// One row of the table, in the units that the axes show.
#[derive(Debug, Clone, PartialEq)]
pub struct Dot {
    /// The value of the colour column.
    pub key: Cell,
    /// The value of the shape column.
    pub shape: Cell,
    /// Across.
    pub x: f64,
    /// Up.
    pub y: f64,
    /// Ends of the horizontal error bar.
    pub x_bar: Option<(f64, f64)>,
    /// Ends of the vertical error bar.
    pub y_bar: Option<(f64, f64)>,
    /// Its name; empty for none.
    pub label: String,
}

/// What stands in one panel.
pub struct PanelDots {
    /// The points.
    pub points: Vec<Dot>,
    /// The paper's points.
    pub published: Vec<Dot>,
}

impl PanelDots {
    /// Reads the rows of a panel; those without both numbers are left out.
    ///
    /// # Errors
    /// Where a column is missing.
    pub fn new(params: &Asked<'_, Params>, (table, panel): (&Table, &facets::Panel)) -> Result<Self, StepError> {
        let table = table.take(&panel.rows);
        let (xs, ys) = (params.x.numbers(&table)?, params.y.numbers(&table)?);
        let bars = |axis: &Axis| axis.interval(&table, params.head.intervals.of(axis.column()));
        let (x_bars, y_bars) = (bars(&params.x)?, bars(&params.y)?);
        let keys = series::cells(params.colour.as_ref(), &table)?;
        let shapes = series::cells(params.shape.as_ref(), &table)?;
        let labels = if params.label.is_empty() { Vec::new() } else { table.column(&params.label)? };
        let dot = |row: usize| {
            Some(Dot {
                key: keys[row].clone(),
                shape: shapes[row].clone(),
                x: xs[row]?,
                y: ys[row]?,
                x_bar: x_bars[row],
                y_bar: y_bars[row],
                label: labels.get(row).filter(|cell| !cell.is_null()).map_or_else(String::new, ToString::to_string),
            })
        };
        let points = (0..table.height()).filter_map(dot).collect();
        Ok(Self { points, published: published(params, panel) })
    }

    /// Whether there is nothing to draw.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.points.is_empty() && self.published.is_empty()
    }

    /// Everything that the axes must reach; no number where only one axis is meant.
    #[must_use]
    pub fn values(&self, params: &Params) -> Vec<(f64, f64)> {
        let ends = |bar: Option<(f64, f64)>, scale: AxisScale| {
            let ends = bar.map_or_else(Vec::new, |(low, high)| vec![low, high]);
            // the end of a bar may be below zero where the axis is logarithmic: the bar is cut off there
            ends.into_iter().filter(move |v| scale != AxisScale::Log || *v > 0.0)
        };
        let mut values: Vec<(f64, f64)> = self.points.iter().chain(&self.published).map(|p| (p.x, p.y)).collect();
        for point in &self.points {
            values.extend(ends(point.x_bar, params.x_scale).map(|v| (v, f64::NAN)));
            values.extend(ends(point.y_bar, params.y_scale).map(|v| (f64::NAN, v)));
        }
        values.extend(guides::values(&params.lines));
        if params.diagonal {
            // both axes reach the same numbers, so that the line of equality goes from corner to corner
            values.extend(values.clone().into_iter().map(|(x, y)| (y, x)));
        }
        values
    }
}

fn published(params: &Asked<'_, Params>, panel: &facets::Panel) -> Vec<Dot> {
    let meant = |row: &&Row| {
        let filter = params.head.filter.0.iter();
        filter.into_iter().all(|(name, wanted)| row.get(name).is_none_or(|v| wanted.accepts(v)))
    };
    let rows = params.head.published.iter().flat_map(|p| &p.rows).filter(meant);
    let number = |row: &Row, axis: &Axis| row.get(axis.column()).and_then(Cell::as_f64).map(|v| axis.number(v));
    let cell = |row: &Row, axis: Option<&Axis>| axis.and_then(|a| row.get(a.column())).cloned().unwrap_or(Cell::Null);
    let dot = |row: &Row| {
        Some(Dot {
            key: cell(row, params.colour.as_ref()),
            shape: cell(row, params.shape.as_ref()),
            x: number(row, &params.x)?,
            y: number(row, &params.y)?,
            x_bar: None,
            y_bar: None,
            label: String::new(),
        })
    };
    rows.filter(|row| params.head.facets.accepts(panel, row)).filter_map(dot).collect()
}

/// What stands in a figure.
pub struct Content {
    /// Which rows each panel shows.
    pub split: Split,
    styles: Styles,
    /// The panels.
    pub panels: Vec<PanelDots>,
    /// Rows without both numbers.
    left_out: usize,
}

impl Content {
    /// Reads a table.
    ///
    /// # Errors
    /// Where a column is missing or there are more panels than can be read.
    pub fn new(asked: &Asked<'_, Params>, table: &Table) -> Result<Self, StepError> {
        let split = asked.head.facets.split(table)?;
        let styles = Styles::new(asked, table)?;
        let panels = split.panels.iter().map(|panel| PanelDots::new(asked, (table, panel)));
        let numbers = asked.x.numbers(table)?.into_iter().zip(asked.y.numbers(table)?);
        let left_out = numbers.filter(|(x, y)| x.is_none() || y.is_none()).count();
        Ok(Self { panels: panels.collect::<Result<_, _>>()?, styles, split, left_out })
    }
}

/// The looks of all points of a figure, the same in every panel.
struct Styles {
    looks: Looks,
    shapes: Vec<Cell>,
    /// Whether the shape says something of its own.
    shaped: bool,
}

impl Styles {
    /// The looks of a table's points.
    ///
    /// # Errors
    /// Where a column is missing.
    fn new(params: &Asked<'_, Params>, table: &Table) -> Result<Self, StepError> {
        let seen = |axis: &Option<Axis>| -> Result<Vec<Cell>, StepError> {
            let published = params.head.published.iter().flat_map(|p| &p.rows);
            let theirs = published.filter_map(|row| row.get(axis.as_ref()?.column()));
            Ok(series::cells(axis.as_ref(), table)?.into_iter().chain(theirs.cloned()).collect())
        };
        let looks = Looks::new(seen(&params.colour)?.iter());
        Ok(Self { looks, shapes: first_seen(seen(&params.shape)?.iter()), shaped: params.shape.is_some() })
    }

    fn colour(&self, key: &Cell) -> Colour {
        self.looks.of(key).colour
    }

    fn marker(&self, key: &Cell, value: &Cell) -> Marker {
        let own = place(&self.shapes, value).filter(|_| self.shaped);
        own.map_or_else(|| self.looks.of(key).marker, shape)
    }
}

/// The scales of all panels.
///
/// # Errors
/// Where a logarithmic axis meets a value that is not positive.
pub fn scales(params: &Asked<'_, Params>, values: &[Vec<(f64, f64)>]) -> Result<Vec<(Scale, Scale)>, StepError> {
    params.head.facets.scales(values, (params.x_scale, Fit::Padded), (params.y_scale, Fit::Padded))
}

/// One legend for all panels.
pub fn legend(params: &Asked<'_, Params>, content: &Content) -> Legend {
    let Content { styles, panels, .. } = content;
    let points = || panels.iter().flat_map(|panel| panel.points.iter().chain(&panel.published));
    let has = |pick: fn(&Dot) -> &Cell, value: &Cell| points().any(|dot| pick(dot).total_cmp(value).is_eq());
    let mut entries: Vec<Entry> = Vec::new();
    if let Some(axis) = &params.colour {
        for key in styles.looks.keys().iter().filter(|key| has(|dot| &dot.key, key)) {
            let marker = if styles.shaped { Marker::Disc } else { styles.marker(key, &Cell::Null) };
            entries.push(Entry { label: axis.names(key), sample: Sample::Point(marker, styles.colour(key)) });
        }
    }
    if let Some(axis) = &params.shape {
        for value in styles.shapes.iter().filter(|value| has(|dot| &dot.shape, value)) {
            let marker = styles.marker(&Cell::Null, value);
            entries.push(Entry { label: axis.names(value), sample: Sample::Point(marker, FAINT) });
        }
    }
    if params.diagonal {
        entries.push(Entry { label: "y = x".to_owned(), sample: Sample::Line(DIAGONAL) });
    }
    let drawn: Vec<&Cell> = content.panels.iter().flat_map(|panel| &panel.points).map(|point| &point.key).collect();
    entries.extend(guides::entries(&params.lines, &drawn));
    let source = params.head.published.iter().filter(|_| panels.iter().any(|panel| !panel.published.is_empty()));
    entries.extend(source.map(|p| Entry { label: p.source.clone(), sample: Sample::HollowPoint(Marker::Disc, FAINT) }));
    entries.extend(legend::left_out(content.left_out));
    Legend::new(entries)
}

const DIAGONAL: Pen = Pen { colour: FAINT, width: 1.4, dash: dashes(4) };

/// Draws the content of a panel.
pub fn draw(canvas: &mut Canvas, frame: &Frame, (params, content, index): (&Params, &Content, usize)) {
    let (styles, panel) = (&content.styles, &content.panels[index]);
    if params.diagonal {
        let Rect { left, top, .. } = frame.rect;
        canvas.line(&[(left, frame.rect.bottom()), (frame.rect.right(), top)], &DIAGONAL);
    }
    guides::draw(canvas, frame, &params.lines);
    let keyed: Vec<guides::Keyed<'_>> =
        panel.points.iter().map(|dot| guides::Keyed { key: &dot.key, at: (dot.x, dot.y), bound: false }).collect();
    guides::draw_slopes(canvas, frame, (&params.lines, &keyed));
    canvas.part(Part::Band);
    for point in &panel.points {
        draw_bars(canvas, frame, point, styles.colour(&point.key));
    }
    canvas.part(Part::Paper);
    draw_runs(&panel.published, frame, styles, |marker, places, colour| {
        canvas.hollows(marker, places, MARKER_RADIUS, colour);
    });
    canvas.part(Part::Ours);
    draw_runs(&panel.points, frame, styles, |marker, places, colour| {
        canvas.markers(marker, places, MARKER_RADIUS, colour);
    });
    draw_names(canvas, frame, panel);
}

/// Neighbouring points of one look are drawn together.
fn draw_runs(dots: &[Dot], frame: &Frame, styles: &Styles, mut draw: impl FnMut(Marker, &[Point], Colour)) {
    let look = |dot: &Dot| (styles.marker(&dot.key, &dot.shape), styles.colour(&dot.key));
    for run in dots.chunk_by(|a, b| look(a) == look(b)) {
        let places: Vec<Point> = run.iter().map(|dot| frame.at(dot.x, dot.y)).collect();
        let (marker, colour) = look(&run[0]);
        draw(marker, &places, colour);
    }
}

fn draw_bars(canvas: &mut Canvas, frame: &Frame, point: &Dot, colour: Colour) {
    let pen = Pen::solid(colour, 1.4);
    if let Some((low, high)) = point.x_bar {
        let (from, to) = (frame.at(low, point.y), frame.at(high, point.y));
        canvas.line(&[from, to], &pen);
        [from, to].iter().for_each(|&(x, y)| canvas.line(&[(x, y - CAP), (x, y + CAP)], &pen));
    }
    if let Some((low, high)) = point.y_bar {
        let (from, to) = (frame.at(point.x, low), frame.at(point.x, high));
        canvas.line(&[from, to], &pen);
        [from, to].iter().for_each(|&(x, y)| canvas.line(&[(x - CAP, y), (x + CAP, y)], &pen));
    }
}

/// Writes the names beside their points: to the right, left, over or under, where nothing stands yet.
fn draw_names(canvas: &mut Canvas, frame: &Frame, panel: &PanelDots) {
    let style = Type { size: frame.text_size.min(12.0), ..Type::PLAIN };
    let around = |(x, y): Point| Rect { left: x - 5.0, top: y - 5.0, width: 10.0, height: 10.0 };
    let dots = panel.points.iter().chain(&panel.published);
    let dots: Vec<Rect> = dots.map(|p| around(frame.at(p.x, p.y))).collect();
    let mut names: Vec<Rect> = Vec::new();
    for point in panel.points.iter().filter(|point| !point.label.is_empty()) {
        let at = frame.at(point.x, point.y);
        let (width, height) = (text_width(&point.label, &style), style.size);
        let places = [
            (AWAY, -0.5 * height),
            (-AWAY - width, -0.5 * height),
            (-0.5 * width, -AWAY - height),
            (-0.5 * width, AWAY),
            (ASLANT, -ASLANT - height),
            (-ASLANT - width, -ASLANT - height),
            (ASLANT, ASLANT),
            (-ASLANT - width, ASLANT),
        ];
        let rects = places.map(|(x, y)| Rect { left: at.0 + x, top: at.1 + y, width, height });
        // one that leaves the frame is worse than one that covers another
        let cost = |rect: &Rect| {
            let covered = dots.iter().filter(|other| rect.meets(other)).count();
            let touched = names.iter().filter(|other| rect.meets(other)).count();
            covered + 1000 * touched + if within(rect, &frame.rect) { 0 } else { 100 }
        };
        let best = rects.into_iter().min_by_key(cost).unwrap_or(rects[0]);
        // two names over each other are none
        if cost(&best) >= 1000 {
            continue;
        }
        canvas.text(&point.label, (best.left, best.top), &Type { across: HPos::Left, along: VPos::Top, ..style });
        names.push(best);
    }
}

fn within(inner: &Rect, outer: &Rect) -> bool {
    inner.left >= outer.left
        && inner.right() <= outer.right()
        && inner.top >= outer.top
        && inner.bottom() <= outer.bottom()
}
