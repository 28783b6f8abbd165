//! What stands in each panel of a line plot, how it looks, and its drawing.

use super::beside::BesideCurves;
use super::params::Params;
use super::styles::{Styles, columns};
use crate::artifact::{Cell, Table};
use crate::plot::axes::axis_scale::AxisScale;
use crate::plot::axes::frame::Frame;
use crate::plot::axes::scale::{Fit, Scale};
use crate::plot::canvas::shapes::{Pen, Point};
use crate::plot::canvas::style::{Colour, DOTS, FAINT, Look, MARKER_RADIUS, Marker, STROKE, dashes};
use crate::plot::canvas::surface::{Canvas, Part, Type, text_width};
use crate::plot::layout::chart::{self, End};
use crate::plot::layout::facets::{self, Split, first_seen, place};
use crate::plot::layout::guides;
use crate::plot::layout::legend::{self, Entry, Legend, Sample};
use crate::plot::layout::series::{self, Dot, Series, samples_in_words};
use crate::step::StepError;
use crate::step::roles::Asked;
use plotters::style::text_anchor::HPos;

/// How far across a panel a curve must end to be named there, of its width.
const NEAR_EDGE: f64 = 0.9;
/// Height of an arrow over its place, pixels.
const ARROW: f64 = 11.0;
/// Least distance of markers across, pixels.
const MARKERS_APART: f64 = 11.0;
/// Points of a curve that all have a marker.
const SPARSE: usize = 12;
/// Width of curves of single runs, pixels.
const THIN: f64 = 1.2;
/// Opacity of bands: three may lie over one another and the lines still show.
const BAND_OPACITY: f64 = 0.16;

/// What stands in a figure.
pub struct Content {
    /// Which rows each panel shows.
    pub split: Split,
    styles: Styles,
    /// The panels.
    pub panels: Vec<PanelCurves>,
    /// Of how many runs each point is the mean, in words.
    pub samples: String,
    /// Rows without a number upwards.
    left_out: usize,
}

impl Content {
    /// Reads a table.
    ///
    /// # Errors
    /// Where a column is missing, a curve has two rows at one x, or there are more panels than can be read.
    pub fn new(asked: &Asked<'_, Params>, table: &Table) -> Result<Self, StepError> {
        let split = asked.head.facets.split(table)?;
        let styles = Styles::new(asked, table)?;
        let panels = split.panels.iter().map(|panel| PanelCurves::new(asked, &styles, (table, panel)));
        let panels = panels.collect::<Result<_, _>>()?;
        let left_out = asked.y.numbers(table)?.iter().filter(|y| y.is_none()).count();
        Ok(Self { panels, styles, samples: samples_in_words(table, &asked.head.samples), left_out, split })
    }
}

/// What stands in one panel.
pub struct PanelCurves {
    /// The curves.
    pub series: Vec<Series>,
    /// The paper's curves with their looks.
    pub published: Vec<(Look, Vec<(f64, f64)>)>,
    /// Marked places on the horizontal axis with the looks of their curves.
    pub marks: Vec<(Look, f64)>,
    /// What is drawn where a reader asks for it.
    beside: BesideCurves,
}

impl PanelCurves {
    /// Reads the rows of a panel.
    ///
    /// # Errors
    /// Where a column is missing, or a curve has two rows at one x.
    fn new(
        params: &Asked<'_, Params>,
        styles: &Styles,
        (table, panel): (&Table, &facets::Panel),
    ) -> Result<Self, StepError> {
        let columns = columns(params);
        let table = table.take(&panel.rows);
        let mut series = series::read(&table, columns)?;
        for one in &mut series {
            if !styles.is_dashed(one) {
                one.levels.clear();
            }
            if one.levels.len() > 1 {
                return Err(several_levels(one, params.x.column()));
            }
        }
        series.retain(|one| !one.points.is_empty() || !one.levels.is_empty());
        let rows =
            params.head.published.iter().flat_map(|p| &p.rows).filter(|row| params.head.facets.accepts(panel, row));
        let curves = series::published_curves(rows, columns, &params.head.filter);
        let published = curves.into_iter().map(|curve| (styles.of_key(&curve.key), curve.points)).collect();
        let beside = BesideCurves::new(params, styles, panel);
        Ok(Self { series, published, marks: marks(params, styles, &table)?, beside })
    }

    /// Whether there is nothing to draw.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.series.is_empty() && self.published.is_empty()
    }

    /// Whether any curve has a band.
    #[must_use]
    pub fn has_bands(&self) -> bool {
        self.dots().any(|dot| dot.band.is_some())
    }

    fn dots(&self) -> impl Iterator<Item = &Dot> {
        self.series.iter().flat_map(|s| s.points.iter().chain(&s.levels))
    }

    /// Everything that the axes must reach; no number where only one axis is meant.
    fn values(&self, params: &Asked<'_, Params>) -> Vec<(f64, f64)> {
        // the end of a band may be below zero where the axis is logarithmic: the band is cut off there
        let shown = |v: &f64| params.y_scale != AxisScale::Log || *v > 0.0;
        let bands = self.dots().filter_map(|d| d.band).flat_map(|(low, high)| [low, high]).filter(shown);
        let published = self.published.iter().flat_map(|(_, points)| points).copied();
        let values = self.dots().map(|d| (d.x, d.y)).chain(bands.map(|v| (f64::NAN, v))).chain(published);
        let values = values.chain(self.marks.iter().map(|&(_, x)| (x, f64::NAN))).chain(self.beside.values());
        values.chain(guides::values(&params.lines)).collect()
    }
}

fn several_levels(series: &Series, x: &str) -> StepError {
    let label = &series.label;
    let reason = format!(
        "`{label}` has several rows without {x}; aggregate the table over the other columns or choose by `where`"
    );
    StepError::Input { slot: "table".to_owned(), reason }
}

fn marks(params: &Params, styles: &Styles, table: &Table) -> Result<Vec<(Look, f64)>, StepError> {
    let Some(marks) = &params.marks else { return Ok(Vec::new()) };
    let keys = series::cells(params.colour.as_ref(), table)?;
    let mut found = Vec::new();
    for key in first_seen(keys.iter()) {
        let rows: Vec<usize> = (0..keys.len()).filter(|&r| keys[r].total_cmp(&key).is_eq()).collect();
        let places = guides::distinct(marks, &table.take(&rows))?;
        found.extend(places.into_iter().map(|x| (styles.of_key(&key), x)));
    }
    Ok(found)
}

/// The scales of all panels.
///
/// # Errors
/// Where a logarithmic axis meets a value that is not positive.
pub fn scales(params: &Asked<'_, Params>, panels: &[PanelCurves]) -> Result<Vec<(Scale, Scale)>, StepError> {
    let values: Vec<Vec<(f64, f64)>> = panels.iter().map(|panel| panel.values(params)).collect();
    params.head.facets.scales(&values, (params.x_scale, Fit::Padded), (params.y_scale, Fit::PaddedToZero))
}

/// Names at the ends of curves instead of in the legend: of at most four in a lone panel that end at its right edge and
/// apart from each other.
pub fn ends(params: &Asked<'_, Params>, content: &Content, scales: &[(Scale, Scale)]) -> Vec<End> {
    let ([panel], [(x, y)], Some(colour)) = (content.panels.as_slice(), scales, &params.colour) else {
        return Vec::new();
    };
    let last = |one: &Series| {
        let dot = one.points.last().filter(|_| one.levels.is_empty())?;
        let end = End { label: colour.names(&one.key), at: y.fraction(dot.y) };
        (x.fraction(dot.x) > NEAR_EDGE).then_some(end)
    };
    let apart = params.each.is_some() || content.styles.dashes.len() > 1;
    let found: Option<Vec<End>> = panel.series.iter().map(last).collect();
    found.filter(|ends| !apart && chart::are_apart(ends)).unwrap_or_default()
}

/// One legend for all panels; curves that are named at their ends are left out.
pub fn legend(params: &Asked<'_, Params>, content: &Content, direct: bool) -> Legend {
    let Content { styles, panels, .. } = content;
    let mut entries: Vec<Entry> = Vec::new();
    let is_ours = |key: &&Cell| place(&styles.ours, key).is_some();
    let keys = styles.looks.keys();
    let name = |key: &Cell| params.colour.as_ref().map_or_else(|| params.y.name(), |c| c.names(key));
    let drawn = |key: &Cell| panels.iter().flat_map(|p| &p.series).any(|s| s.key.total_cmp(key).is_eq());
    for key in keys.iter().filter(is_ours).filter(|key| !direct && params.colour.is_some() && drawn(key)) {
        let look = styles.of_key(key);
        let own = || panels.iter().flat_map(|p| &p.series).filter(|s| s.key.total_cmp(key).is_eq());
        // what is nowhere more than a level has no markers
        let level = own().all(|s| s.points.is_empty());
        let line = Sample::Line(Pen { colour: look.colour, width: STROKE, dash: look.dash });
        entries.push(Entry { label: name(key), sample: if level { line } else { Sample::Ours(look) } });
    }
    for (index, value) in styles.dashes.iter().enumerate().filter(|_| styles.dashes.len() > 1) {
        let label = params.dash.as_ref().map_or_else(String::new, |axis| axis.names(value));
        entries.push(Entry { label, sample: Sample::Line(Pen { colour: FAINT, width: STROKE, dash: dashes(index) }) });
    }
    for key in keys.iter().filter(|key| !is_ours(key)) {
        let label = format!("{} (published)", name(key));
        entries.push(Entry { label, sample: Sample::Published(styles.of_key(key)) });
    }
    if panels.iter().any(PanelCurves::has_bands) {
        entries.push(Entry { label: params.band.clone(), sample: Sample::Band });
    }
    if panels.iter().flat_map(PanelCurves::dots).any(|dot| dot.censored.is_some()) {
        let label = "not all runs came there: at least this, and how many did".to_owned();
        entries.push(Entry { label, sample: Sample::HollowPoint(Marker::Arrow, FAINT) });
    }
    entries.extend(params.marks.iter().map(guides::mark_entry));
    let drawn_keys: Vec<&Cell> = panels.iter().flat_map(|panel| &panel.series).map(|series| &series.key).collect();
    entries.extend(guides::entries(&params.lines, &drawn_keys));
    let source = params.head.published.as_ref().map_or("", |p| p.source.as_str());
    if panels.iter().any(|panel| !panel.published.is_empty()) {
        let label = if source.is_empty() { "published".to_owned() } else { source.to_owned() };
        entries.push(Entry { label, sample: Sample::AllPublished });
    }
    entries.extend(legend::left_out(content.left_out));
    Legend::new(entries)
}

/// Draws the content of a panel.
pub fn draw(canvas: &mut Canvas, frame: &Frame, (params, content, index): (&Asked<'_, Params>, &Content, usize)) {
    let (styles, panel) = (&content.styles, &content.panels[index]);
    canvas.part(Part::Band);
    for one in &panel.series {
        draw_band(canvas, frame, one, styles.of(one));
    }
    canvas.part(Part::Frame);
    guides::draw(canvas, frame, &params.lines);
    let keyed: Vec<guides::Keyed<'_>> =
        panel.series.iter().flat_map(|s| s.points.iter().map(move |dot| keyed(&s.key, dot))).collect();
    guides::draw_slopes(canvas, frame, (&params.lines, &keyed));
    for &(look, x) in &panel.marks {
        guides::draw_mark(canvas, frame, x, look.colour);
    }
    canvas.part(Part::Paper);
    for (look, points) in &panel.published {
        let points: Vec<Point> = points.iter().map(|&(x, y)| frame.at(x, y)).collect();
        canvas.line(&points, &Pen { colour: look.colour, width: STROKE, dash: DOTS });
        canvas.hollows(look.marker, &points, MARKER_RADIUS, look.colour);
    }
    panel.beside.draw(canvas, frame);
    canvas.part(Part::Ours);
    for one in &panel.series {
        let look = styles.of(one);
        let (width, radius) = if params.each.is_some() { (THIN, 0.5 * MARKER_RADIUS) } else { (STROKE, MARKER_RADIUS) };
        let pen = Pen { colour: look.colour, width, dash: look.dash };
        let points: Vec<Point> = one.seen().map(|d| frame.at(d.x, d.y)).collect();
        canvas.line(&points, &pen);
        canvas.markers(look.marker, &spaced(&points), radius, look.colour);
        for level in &one.levels {
            let height = frame.at(0.0, level.y).1;
            canvas.line(&[(frame.rect.left, height), (frame.rect.right(), height)], &pen);
        }
    }
    draw_censored(canvas, frame, (panel, styles));
}

const fn keyed<'a>(key: &'a Cell, dot: &Dot) -> guides::Keyed<'a> {
    guides::Keyed { key, at: (dot.x, dot.y), bound: dot.censored.is_some() }
}

/// The points that get a marker: where a curve has more than room for them, every one that is far enough from the last.
fn spaced(points: &[Point]) -> Vec<Point> {
    let width = points.first().zip(points.last()).map_or(0.0, |(first, last)| last.0 - first.0);
    #[expect(clippy::cast_precision_loss, reason = "a few thousand points")]
    if width >= MARKERS_APART * points.len().saturating_sub(1) as f64 || points.len() <= SPARSE {
        return points.to_vec();
    }
    let mut kept: Vec<Point> = Vec::new();
    for &point in points {
        if kept.last().is_none_or(|last| point.0 - last.0 >= 2.0 * MARKERS_APART) {
            kept.push(point);
        }
    }
    kept
}

/// Runs that ended before they came to it: an arrow with the count of those that did beside it, where counts of one place
/// across stand in the order of their arrows and apart.
fn draw_censored(canvas: &mut Canvas, frame: &Frame, (panel, styles): (&PanelCurves, &Styles)) {
    let style = Type { size: frame.text_size.min(11.0), ..Type::PLAIN };
    let censored = panel.series.iter().flat_map(|one| {
        let colour = styles.of(one).colour;
        one.points.iter().filter_map(move |dot| Some((frame.at(dot.x, dot.y), colour, dot.censored?)))
    });
    let mut arrows: Vec<(Point, Colour, String)> =
        censored.map(|(at, colour, (came, all))| (at, colour, format!("{came}/{all}"))).collect();
    arrows.sort_by(|a, b| a.0.0.total_cmp(&b.0.0).then(a.0.1.total_cmp(&b.0.1)));
    for place in arrows.chunk_by(|a, b| (a.0.0 - b.0.0).abs() < 1.0) {
        let heights: Vec<f64> = place.iter().map(|(at, ..)| at.1 - 0.5 * ARROW).collect();
        let heights = pushed_apart(&heights, 1.1 * style.size, (frame.rect.top, frame.rect.bottom()));
        for ((at, colour, count), height) in place.iter().zip(heights) {
            canvas.hollow(Marker::Arrow, *at, MARKER_RADIUS, *colour);
            let beyond = at.0 + MARKER_RADIUS + 3.0 + text_width(count, &style) > frame.rect.right();
            let (side, across) = if beyond { (-1.0, HPos::Right) } else { (1.0, HPos::Left) };
            canvas.text(count, (at.0 + side * (MARKER_RADIUS + 3.0), height), &Type { across, ..style });
        }
    }
}

/// Heights in rising order moved apart to at least this distance, each as little as the ones above it ask for, within two
/// ends as far as there is room.
pub(super) fn pushed_apart(heights: &[f64], distance: f64, (top, bottom): (f64, f64)) -> Vec<f64> {
    let mut placed: Vec<f64> = Vec::with_capacity(heights.len());
    for &height in heights {
        let least = placed.last().map_or(top + 0.5 * distance, |last| last + distance);
        placed.push(height.max(least));
    }
    let mut most = bottom - 0.5 * distance;
    for height in placed.iter_mut().rev() {
        *height = height.min(most);
        most = *height - distance;
    }
    placed
}

/// A band between neighbouring points that both have one; a lone point gets a bar, a level a band across the panel.
fn draw_band(canvas: &mut Canvas, frame: &Frame, series: &Series, look: Look) {
    for run in series.points.split(|d| d.band.is_none() || d.censored.is_some()).filter(|run| !run.is_empty()) {
        let edge = |d: &Dot, upper: bool| {
            d.band.map(|(low, high)| frame.at(d.x, if upper { high } else { low })).unwrap_or_default()
        };
        let lower = run.iter().map(|d| edge(d, false));
        let corners: Vec<Point> = run.iter().map(|d| edge(d, true)).chain(lower.rev()).collect();
        if run.len() == 1 {
            canvas.line(&corners, &Pen::solid(look.colour, 1.5));
        } else {
            canvas.polygon(&corners, look.colour, BAND_OPACITY);
        }
    }
    for (low, high) in series.levels.iter().filter_map(|level| level.band) {
        let (top, bottom) = (frame.at(0.0, high).1, frame.at(0.0, low).1);
        let (left, right) = (frame.rect.left, frame.rect.right());
        canvas.polygon(&[(left, top), (right, top), (right, bottom), (left, bottom)], look.colour, BAND_OPACITY);
    }
}
