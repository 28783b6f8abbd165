//! `line-band`: curves with a band of uncertainty, and published points over them.

use super::drawing::{self, Content, Styles};
use crate::artifact::{Cell, Figure, Table};
use crate::plot::axes::axis::Axis;
use crate::plot::axes::axis_scale::AxisScale;
use crate::plot::axes::number::short;
use crate::plot::layout::chart::Chart;
use crate::plot::layout::facets::Facets;
use crate::plot::layout::guides::{self, Guide};
use crate::plot::layout::heading::DataNote;
use crate::plot::layout::series::{self, Columns, Series};
use crate::step::{
    About, Arity, Context, Family, Filter, Inputs, Keep, Kind, Outputs, Plan, Port, Problem, Published, Shape, Shapes,
    Slot, StepError, Value, ValueType,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Curves with bands.
pub struct LineBand;

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
    /// Column that tells the curves apart by colour; without it all rows are one curve.
    #[serde(default)]
    pub colour: Option<Axis>,
    /// Column that tells the curves apart by dashes: its first value is solid, the others are dashed.
    #[serde(default)]
    pub dash: Option<Axis>,
    /// Values of the colour column whose curves are dashed, all others being solid, e.g. a limit or a baseline.
    #[serde(default)]
    pub dashed: Vec<Cell>,
    /// Small multiples: a panel for each value of a column.
    #[serde(default)]
    pub facets: Facets,
    /// Layout of the horizontal axis: `linear`, `log` or `{symlog: THRESHOLD}`.
    #[serde(default)]
    pub x_scale: AxisScale,
    /// Layout of the vertical axis: `linear`, `log` or `{symlog: THRESHOLD}`.
    #[serde(default)]
    pub y_scale: AxisScale,
    /// Which rows are drawn.
    #[serde(default, rename = "where")]
    pub filter: Filter,
    /// What the band is, for legend and caption, e.g. `95 % bootstrap interval over seeds`.
    #[serde(default = "interval")]
    pub band: String,
    /// Column of the lower end of the band; empty for `<y>_low`.
    #[serde(default)]
    #[schemars(extend("format" = "column"))]
    pub band_low: String,
    /// Column of the upper end of the band; empty for `<y>_high`.
    #[serde(default)]
    #[schemars(extend("format" = "column"))]
    pub band_high: String,
    /// Dashed reference lines at given numbers.
    #[serde(default)]
    pub lines: Vec<Guide>,
    /// Column whose values are marked on the horizontal axis by dashed vertical lines in the colours of their curves.
    #[serde(default)]
    pub marks: Option<Axis>,
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

impl Kind for LineBand {
    type Params = Params;
    const NAME: &'static str = "line-band";
    const ABOUT: About = About {
        module: module_path!(),
        family: Family::Plot,
        summary: "Curves with a band of uncertainty, and published points over them.",
        details: "Draws column y against column x, one curve for each value of the colour column, in the order in which \
                  the values first appear. The band lies between the columns <y>_low and <y>_high of an aggregated \
                  table, or between two columns that are named. Published points are hollow and joined by dots, in the \
                  colour of the curve they belong to. A row without x of a dashed curve is a level: a line across the \
                  panel. Nothing is computed here but positions.",
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
        let axes = [("x", Some(&params.x)), ("y", Some(&params.y)), ("marks", params.marks.as_ref())];
        let faults = axes.into_iter().filter_map(|(at, axis)| axis?.problem(at));
        let scales = [("x_scale", params.x_scale), ("y_scale", params.y_scale)];
        let faults = faults.chain(scales.into_iter().filter_map(|(at, scale)| scale.problem(at)));
        let faults = faults.chain(params.facets.problems()).chain(guides::problems(&params.lines));
        let mut faults: Vec<Problem> = faults.collect();
        if params.band_low.is_empty() != params.band_high.is_empty() {
            faults.push(Problem::at("band_low", "a band needs both `band_low` and `band_high`"));
        }
        if !params.dashed.is_empty() && (params.colour.is_none() || params.dash.is_some()) {
            faults.push(Problem::at("dashed", "`dashed` lists values of `colour`, and goes without `dash`"));
        }
        if faults.is_empty() { Ok(Plan::light(vec![Shape::Figure])) } else { Err(faults) }
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        Ok(vec![Value::Figure(figure(params, inputs.table("table")?)?)])
    }
}

/// Said where there is nothing to draw.
pub const NOTHING: &str = "nothing to draw: no row has both numbers";

fn figure(params: &Params, table: &Table) -> Result<Figure, StepError> {
    let table = params.filter.apply(table)?;
    let split = params.facets.split(&table)?;
    let styles = Styles::new(params, &table)?;
    let panels = split.panels.iter().map(|panel| Content::new(params, &styles, (&table, panel)));
    let panels = panels.collect::<Result<Vec<_>, _>>()?;
    let names: Vec<String> = split.panels.iter().map(|panel| params.facets.name(panel)).collect();
    let alt = alt(params, &names, &panels);
    let scales = drawing::scales(params, &panels)?;
    let chart = Chart {
        title: &params.title,
        data_note: &params.data_note,
        facets: &params.facets,
        split: &split,
        scales: &scales,
        labels: (params.x.label(), params.y.label()),
        legend: drawing::legend(params, &styles, &panels),
        nothing: panels.iter().all(Content::is_empty).then_some(NOTHING),
        alt: &alt,
    };
    let svg = chart.draw(|canvas, frame, index| {
        drawing::draw(canvas, frame, (params, &styles, &panels[index]));
    })?;
    Ok(Figure { svg, alt, caption: caption(params, &table, &panels) })
}

/// The columns that the parameters name.
pub fn columns(params: &Params) -> Columns<'_> {
    Columns {
        x: &params.x,
        y: &params.y,
        colour: params.colour.as_ref(),
        dash: params.dash.as_ref(),
        band: (&params.band_low, &params.band_high),
    }
}

/// What the figure shows, for those who do not see it: each curve's ends.
fn alt(params: &Params, names: &[String], panels: &[Content]) -> String {
    let about = format!("{} against {}{}", params.y.label(), params.x.in_words(), params.facets.in_words());
    let panel = |(name, panel): (&String, &Content)| {
        let curves: Vec<String> = panel.series.iter().filter_map(ends).collect();
        let curves = if curves.is_empty() { NOTHING.to_owned() } else { curves.join("; ") };
        if name.is_empty() { curves } else { format!("{name}: {curves}") }
    };
    let what: Vec<String> = names.iter().zip(panels).map(panel).collect();
    let title = if params.title.is_empty() { String::new() } else { format!("{}: ", params.title) };
    format!("{title}{about}. {}.", what.join(". "))
}

/// The ends of a curve in words.
fn ends(series: &Series) -> Option<String> {
    let Some((first, last)) = series.points.first().zip(series.points.last()) else {
        return series.levels.first().map(|level| format!("{}: {} throughout", series.label, short(level.y)));
    };
    let to = if series.points.len() > 1 { format!(", {} at {}", short(last.y), short(last.x)) } else { String::new() };
    Some(format!("{}: {} at {}{to}", series.label, short(first.y), short(first.x)))
}

fn caption(params: &Params, table: &Table, panels: &[Content]) -> String {
    let by = params.colour.as_ref().map_or_else(String::new, |c| format!(" by {}", c.in_words()));
    let about = format!("{} against {}{by}{}.", params.y.label(), params.x.in_words(), params.facets.in_words());
    let samples = series::samples_in_words(table);
    let points = match (samples.is_empty(), panels.iter().any(Content::has_bands)) {
        (true, false) => String::new(),
        (true, true) => format!("Bands: {}.", params.band),
        (false, false) => format!("Points: mean, {samples}."),
        (false, true) => format!("Points: mean, {samples}; bands: {}.", params.band),
    };
    let drawn = panels.iter().any(|panel| !panel.published.is_empty());
    let source = params.published.as_ref().filter(|_| drawn);
    let source = source.map_or_else(String::new, |p| format!("Hollow points: {}.", p.source));
    let rows = if params.filter.0.is_empty() { String::new() } else { format!("Shown: {}.", params.filter) };
    let parts = [about, points, source, rows, params.data_note.sentences()];
    parts.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
