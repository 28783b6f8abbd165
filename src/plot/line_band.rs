//! `line-band`: curves with a band of uncertainty, and published points over them.

use super::axis::Axis;
use super::canvas::{self, Canvas, Pen, Point, Rect, Type};
use super::frame::{self, Frame, Labels};
use super::heading::{DataNote, Heading};
use super::legend::{Entry, Legend, Sample};
use super::scale::{Fit, Scale, short};
use super::series::{self, Columns, Series};
use super::style::{DOTS, FAINT, Look, MARGIN, MARKER_RADIUS, STROKE, WIDTH, look};
use crate::artifact::{Figure, Table};
use crate::step::{
    About, Arity, Context, Family, Filter, Inputs, Keep, Kind, Outputs, Plan, Port, Problem, Published, Shape, Shapes,
    Slot, StepError, Value, ValueType,
};
use plotters::style::text_anchor::HPos;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Curves with bands.
pub struct LineBand;

/// How an axis is laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AxisScale {
    /// Evenly.
    #[default]
    Linear,
    /// By logarithm.
    Log,
}

/// Parameters of [`LineBand`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Title over the figure; empty for none.
    #[serde(default)]
    pub title: String,
    /// Column across, in its own unit.
    pub x: Axis,
    /// Column upwards, in its own unit; its band is read from the columns `<y>_low` and `<y>_high` where they are there.
    pub y: Axis,
    /// Column that tells the curves apart; without it all rows are one curve.
    #[serde(default)]
    pub colour: Option<Axis>,
    /// Layout of the horizontal axis: `linear` or `log`; `log: true` in `x` means the same.
    #[serde(default)]
    pub x_scale: AxisScale,
    /// Layout of the vertical axis: `linear` or `log`; `log: true` in `y` means the same.
    #[serde(default)]
    pub y_scale: AxisScale,
    /// Which rows are drawn.
    #[serde(default, rename = "where")]
    pub filter: Filter,
    /// What the band is, for legend and caption, e.g. `95 % bootstrap interval over seeds`.
    #[serde(default = "interval")]
    pub band: String,
    /// The paper's own numbers in the table's columns and units, drawn hollow; none where the data set is not the paper's.
    #[serde(default)]
    pub published: Option<Published>,
    /// The data set that the table was computed on.
    #[serde(default)]
    pub data_note: DataNote,
}

fn interval() -> String {
    "95 % interval".to_owned()
}

/// Height of the frame, pixels.
const HEIGHT: f64 = 320.0;
/// Right of the frame, pixels: half of the last tick label hangs out there.
const RIGHT: f64 = 34.0;
/// Opacity of bands: three may lie over one another and the lines still show.
const BAND_OPACITY: f64 = 0.16;

impl Kind for LineBand {
    type Params = Params;
    const NAME: &'static str = "line-band";
    const ABOUT: About = About {
        module: module_path!(),
        family: Family::Plot,
        summary: "Curves with a band of uncertainty, and published points over them.",
        details: "Draws column y against column x, one curve for each value of the colour column, in the order in which \
                  the values first appear. The band lies between the columns <y>_low and <y>_high of an aggregated \
                  table. Published points are hollow and joined by dots, in the colour of the curve they belong to. \
                  Nothing is computed here but positions.",
        cites: &[],
        inputs: &[Slot {
            name: "table",
            accepts: &[ValueType::Table],
            arity: Arity::One,
            doc: "An aggregated table: one row for each curve and x.",
        }],
        outputs: &[Port {
            name: "figure",
            value_type: ValueType::Figure,
            keep: Keep::Always,
            doc: "The figure with its description and caption.",
        }],
    };

    fn plan(&self, params: &Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        let zero = [("x", &params.x), ("y", &params.y)].into_iter().filter(|(_, axis)| axis.0.scale == 0.0);
        let faults: Vec<Problem> = zero.map(|(at, _)| Problem::at(at, "a scale of 0 shows nothing")).collect();
        if faults.is_empty() { Ok(Plan::light(vec![Shape::Figure])) } else { Err(faults) }
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        Ok(vec![Value::Figure(figure(params, inputs.table("table")?)?)])
    }
}

/// A curve of the paper with the look of the series it belongs to.
struct PublishedLine {
    label: String,
    look: Look,
    /// Whether a series of ours has this look, so that the legend need not name it again.
    ours: bool,
    points: Vec<(f64, f64)>,
}

fn figure(params: &Params, table: &Table) -> Result<Figure, StepError> {
    let table = params.filter.apply(table)?;
    let series = series::read(&table, columns(params))?;
    let published = published_lines(params, &series);
    let (x, y) = scales(params, &series, &published)?;
    let legend = Legend::new(entries(params, &series, &published));
    let heading = Heading::new(&params.title, &params.data_note);
    let left = MARGIN + frame::y_room(&y, HEIGHT);
    let rect = Rect { left, top: heading.height() + 6.0, width: WIDTH - RIGHT - left, height: HEIGHT };
    let under = rect.bottom() + frame::UNDER + 8.0;
    let alt = alt(params, &series);
    let svg = canvas::draw((WIDTH, under + legend.height() + MARGIN), &alt, |canvas| {
        heading.draw(canvas);
        let frame = Frame { rect, x, y };
        frame.draw(canvas, &Labels { x: params.x.label(), y: params.y.label() });
        draw_curves(canvas, &frame, &series, &published);
        legend.draw(canvas, under);
    })?;
    Ok(Figure { svg, alt, caption: caption(params, &table, (&series, &published)) })
}

fn columns(params: &Params) -> Columns<'_> {
    Columns { x: &params.x, y: &params.y, colour: params.colour.as_ref() }
}

fn published_lines(params: &Params, series: &[Series]) -> Vec<PublishedLine> {
    let curves = params.published.iter().flat_map(|p| series::published_curves(p, columns(params), &params.filter));
    let mut others = series.len();
    curves
        .map(|curve| {
            let known = series.iter().position(|s| s.key.total_cmp(&curve.key).is_eq());
            let index = known.unwrap_or_else(|| {
                others += 1;
                others - 1
            });
            let label = params.colour.as_ref().map_or_else(|| params.y.name(), |c| c.names(&curve.key));
            PublishedLine { label, look: look(index), ours: known.is_some(), points: curve.points }
        })
        .collect()
}

fn scales(params: &Params, series: &[Series], published: &[PublishedLine]) -> Result<(Scale, Scale), StepError> {
    let x_log = params.x.0.log || params.x_scale == AxisScale::Log;
    let y_log = params.y.0.log || params.y_scale == AxisScale::Log;
    let dots = || series.iter().flat_map(|s| &s.points);
    let outside = || published.iter().flat_map(|p| &p.points);
    let xs: Vec<f64> = dots().map(|d| d.x).chain(outside().map(|p| p.0)).collect();
    // the end of a band may be below zero where the axis is logarithmic: the band is cut off there
    let bands = dots().filter_map(|d| d.band).flat_map(|(low, high)| [low, high]).filter(|v| !y_log || *v > 0.0);
    let ys: Vec<f64> = dots().map(|d| d.y).chain(bands).chain(outside().map(|p| p.1)).collect();
    Ok((Scale::over(&xs, x_log, Fit::Padded)?, Scale::over(&ys, y_log, Fit::PaddedToZero)?))
}

fn entries(params: &Params, series: &[Series], published: &[PublishedLine]) -> Vec<Entry> {
    let source = params.published.as_ref().map_or("", |p| p.source.as_str());
    let ours = series.iter().enumerate().filter(|_| series.len() > 1 || params.colour.is_some());
    let mut entries: Vec<Entry> =
        ours.map(|(i, s)| Entry { label: s.label.clone(), sample: Sample::Ours(look(i)) }).collect();
    let lone = published.iter().filter(|p| !p.ours);
    entries
        .extend(lone.map(|p| Entry { label: format!("{} (published)", p.label), sample: Sample::Published(p.look) }));
    if series.iter().flat_map(|s| &s.points).any(|d| d.band.is_some()) {
        entries.push(Entry { label: params.band.clone(), sample: Sample::Band });
    }
    if !published.is_empty() {
        let label = if source.is_empty() { "published".to_owned() } else { source.to_owned() };
        entries.push(Entry { label, sample: Sample::AllPublished });
    }
    entries
}

fn draw_curves(canvas: &mut Canvas<'_>, frame: &Frame, series: &[Series], published: &[PublishedLine]) {
    for (index, one) in series.iter().enumerate() {
        draw_band(canvas, frame, one, look(index));
    }
    for line in published {
        let points: Vec<Point> = line.points.iter().map(|&(x, y)| frame.at(x, y)).collect();
        canvas.line(&points, &Pen { colour: line.look.colour, width: STROKE, dash: DOTS });
        points.iter().for_each(|&at| canvas.hollow(line.look.marker, at, MARKER_RADIUS, line.look.colour));
    }
    for (index, one) in series.iter().enumerate() {
        let look = look(index);
        let points: Vec<Point> = one.points.iter().map(|d| frame.at(d.x, d.y)).collect();
        canvas.line(&points, &Pen { colour: look.colour, width: STROKE, dash: look.dash });
        points.iter().for_each(|&at| canvas.marker(look.marker, at, MARKER_RADIUS, look.colour));
    }
    if series.is_empty() && published.is_empty() {
        let middle = (frame.rect.left + 0.5 * frame.rect.width, frame.rect.top + 0.5 * frame.rect.height);
        canvas.text(NOTHING, middle, &Type { colour: FAINT, across: HPos::Center, ..Type::PLAIN });
    }
}

const NOTHING: &str = "nothing to draw: no row has both numbers";

/// A band between neighbouring points that both have one; a lone point gets a bar.
fn draw_band(canvas: &mut Canvas<'_>, frame: &Frame, series: &Series, look: Look) {
    for run in series.points.split(|d| d.band.is_none()).filter(|run| !run.is_empty()) {
        let edge = |d: &series::Dot, upper: bool| {
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
}

/// What the figure shows, for those who do not see it: each curve's ends.
fn alt(params: &Params, series: &[Series]) -> String {
    let about = format!("{} against {}", params.y.label(), params.x.in_words());
    let ends = series.iter().filter_map(|s| {
        let (first, last) = (s.points.first()?, s.points.last()?);
        let to = if s.points.len() > 1 { format!(", {} at {}", short(last.y), short(last.x)) } else { String::new() };
        Some(format!("{}: {} at {}{to}", s.label, short(first.y), short(first.x)))
    });
    let ends: Vec<String> = ends.collect();
    let what = if ends.is_empty() { NOTHING.to_owned() } else { ends.join("; ") };
    let title = if params.title.is_empty() { String::new() } else { format!("{}: ", params.title) };
    format!("{title}{about}. {what}.")
}

fn caption(params: &Params, table: &Table, (series, published): (&[Series], &[PublishedLine])) -> String {
    let by = params.colour.as_ref().map_or_else(String::new, |c| format!(" by {}", c.in_words()));
    let about = format!("{} against {}{by}.", params.y.label(), params.x.in_words());
    let samples = series::samples_in_words(table);
    let banded = series.iter().flat_map(|s| &s.points).any(|d| d.band.is_some());
    let points = match (samples.is_empty(), banded) {
        (true, false) => String::new(),
        (true, true) => format!("Bands: {}.", params.band),
        (false, false) => format!("Points: mean, {samples}."),
        (false, true) => format!("Points: mean, {samples}; bands: {}.", params.band),
    };
    let source = params.published.as_ref().filter(|_| !published.is_empty());
    let source = source.map_or_else(String::new, |p| format!("Hollow points: {}.", p.source));
    let rows = if params.filter.0.is_empty() { String::new() } else { format!("Shown: {}.", params.filter) };
    let parts = [about, points, source, rows, params.data_note.sentences()];
    parts.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "line_band_tests.rs"]
mod tests;
