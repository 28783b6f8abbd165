//! `histogram`: how many values fall into each bin, with some values marked.

use super::drawing::{self, Bins, Content};
use crate::artifact::{Figure, Table};
use crate::plot::axes::axis::Axis;
use crate::plot::axes::axis_scale::AxisScale;
use crate::plot::axes::number::short;
use crate::plot::layout::chart::Chart;
use crate::plot::layout::facets::Facets;
use crate::plot::layout::guides::{self, Guide};
use crate::plot::layout::heading::DataNote;
use crate::step::{
    About, Arity, Context, Family, Filter, Inputs, Keep, Kind, Outputs, Plan, Port, Problem, Shape, Shapes, Slot,
    StepError, Value, ValueType,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bars over bins.
pub struct Histogram;

/// Parameters of [`Histogram`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Title over the figure; empty for none.
    #[serde(default)]
    pub title: String,
    /// What was binned: its name, unit and factor. The ends of the bins are read from the columns `low` and `high`.
    #[schemars(extend("format" = "quantity"))]
    pub x: Axis,
    /// Column of the heights: `count` or `density`.
    #[serde(default = "count")]
    pub y: Axis,
    /// Column with a histogram for each of its values, laid over one another.
    #[serde(default)]
    pub colour: Option<Axis>,
    /// Name of the marked values, which are the rows whose `mark` is true.
    #[serde(default = "marked")]
    pub marked: String,
    /// Column with the edge of something, drawn as a dashed line at each of its values.
    #[serde(default)]
    pub edge: Option<Axis>,
    /// Small multiples: a panel for each value of a column.
    #[serde(default)]
    pub facets: Facets,
    /// Layout of the horizontal axis: `linear`, `log` or `{symlog: THRESHOLD}`.
    #[serde(default)]
    pub x_scale: AxisScale,
    /// Layout of the vertical axis: `linear`, `log` or `{symlog: THRESHOLD}`.
    #[serde(default)]
    pub y_scale: AxisScale,
    /// Dashed reference lines at given numbers.
    #[serde(default)]
    pub lines: Vec<Guide>,
    /// Which rows are drawn.
    #[serde(default, rename = "where")]
    pub filter: Filter,
    /// The data set that the table was computed on.
    #[serde(default)]
    pub data_note: DataNote,
}

fn count() -> Axis {
    Axis::of("count")
}

fn marked() -> String {
    "marked values".to_owned()
}

/// Said where there is nothing to draw.
pub const NOTHING: &str = "nothing to draw: there is no bin and no marked value";
/// Marked values that the description for those who do not see the figure lists.
const LISTED: usize = 12;

impl Kind for Histogram {
    type Params = Params;
    const NAME: &'static str = "histogram";
    const ABOUT: About = About {
        module: module_path!(),
        family: Family::Plot,
        summary: "How many values fall into each bin, with some values marked.",
        details: "Draws a table of bins: columns low and high, the column of heights, and mark. A row whose mark is true is one \
                  value, low = high, drawn as a triangle on the axis in a colour of its own. The bins are made by the clause \
                  `bins` of a table; nothing is computed here but positions.",
        cites: &[],
        inputs: &[Slot {
            name: "table",
            accepts: &[ValueType::Table],
            arity: Arity::One,
            doc: "A table of bins: one row for each bin and each marked value.",
        }],
        outputs: &[Port {
            name: "figure",
            value_type: ValueType::Figure,
            keep: Keep::Always,
            doc: "The figure with its description and caption.",
        }],
    };

    fn plan(&self, params: &Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        let axes = [("x", Some(&params.x)), ("y", Some(&params.y)), ("edge", params.edge.as_ref())];
        let axes = axes.into_iter().filter_map(|(at, axis)| axis?.problem(at));
        let scales = [("x_scale", params.x_scale), ("y_scale", params.y_scale)];
        let faults = axes.chain(scales.into_iter().filter_map(|(at, scale)| scale.problem(at)));
        let faults = faults.chain(params.facets.problems()).chain(guides::problems(&params.lines));
        let faults: Vec<Problem> = faults.collect();
        if faults.is_empty() { Ok(Plan::light(vec![Shape::Figure])) } else { Err(faults) }
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        Ok(vec![Value::Figure(figure(params, inputs.table("table")?)?)])
    }
}

fn figure(params: &Params, table: &Table) -> Result<Figure, StepError> {
    let table = params.filter.apply(table)?;
    let split = params.facets.split(&table)?;
    let keys = drawing::keys(params, &table)?;
    let panels = split.panels.iter().map(|panel| Content::new(params, &keys, &table.take(&panel.rows)));
    let panels = panels.collect::<Result<Vec<_>, _>>()?;
    let names: Vec<String> = split.panels.iter().map(|panel| params.facets.name(panel)).collect();
    let alt = alt(params, &names, &panels);
    let chart = Chart {
        title: &params.title,
        data_note: &params.data_note,
        facets: &params.facets,
        split: &split,
        scales: &drawing::scales(params, &panels)?,
        labels: (params.x.label(), params.y.label()),
        legend: drawing::legend(params, &keys, &panels),
        nothing: panels.iter().all(Content::is_empty).then_some(NOTHING),
        alt: &alt,
    };
    let svg = chart.draw(|canvas, frame, index| {
        drawing::draw(canvas, frame, (params, &panels[index]));
    })?;
    Ok(Figure { svg, alt, caption: caption(params, &panels) })
}

/// What the figure shows, for those who do not see it: the highest bin and the marked values.
fn alt(params: &Params, names: &[String], panels: &[Content]) -> String {
    let panel = |(name, panel): (&String, &Content)| {
        let drawn = panel.bins.iter().filter(|bins| !bins.is_empty());
        let parts: Vec<String> = drawn.map(|bins| bins_in_words(params, bins)).collect();
        let what = if parts.is_empty() { NOTHING.to_owned() } else { parts.join("; ") };
        if name.is_empty() { what } else { format!("{name}: {what}") }
    };
    let what: Vec<String> = names.iter().zip(panels).map(panel).collect();
    let title = if params.title.is_empty() { String::new() } else { format!("{}: ", params.title) };
    format!("{title}{}. {}.", about(params), what.join(". "))
}

fn bins_in_words(params: &Params, bins: &Bins) -> String {
    let name = params.colour.as_ref().map_or_else(String::new, |axis| format!("{}: ", axis.names(&bins.key)));
    let ends = bins.bars.first().zip(bins.bars.last());
    let extent = ends.map(|(first, last)| {
        let tallest = bins.bars.iter().fold(first, |best, bar| if bar.height > best.height { bar } else { best });
        let place = format!("{} to {}", short(tallest.low), short(tallest.high));
        format!(
            "{} bins from {} to {}, the highest {} at {place}",
            bins.bars.len(),
            short(first.low),
            short(last.high),
            short(tallest.height)
        )
    });
    let listed: Vec<String> = bins.marks.iter().take(LISTED).map(|&v| short(v)).collect();
    let more = if bins.marks.len() > LISTED { " …" } else { "" };
    let marks = (!listed.is_empty()).then(|| format!("{} {}{more}", params.marked, listed.join(", ")));
    let edges: Vec<String> = bins.edges.iter().map(|&v| short(v)).collect();
    let edge = params.edge.as_ref().filter(|_| !edges.is_empty());
    let edge = edge.map(|axis| format!("{} {}", axis.in_words(), edges.join(", ")));
    let parts: Vec<String> = [extent, marks, edge].into_iter().flatten().collect();
    format!("{name}{}", parts.join(", "))
}

fn about(params: &Params) -> String {
    let by = params.colour.as_ref().map_or_else(String::new, |c| format!(" by {}", c.in_words()));
    format!("{} of {}{by}{}", params.y.label(), params.x.in_words(), params.facets.in_words())
}

fn caption(params: &Params, panels: &[Content]) -> String {
    let has_marks = panels.iter().flat_map(|panel| &panel.bins).any(|bins| !bins.marks.is_empty());
    let marks = if has_marks { format!("Triangles: {}.", params.marked) } else { String::new() };
    let edge = params.edge.as_ref().map_or_else(String::new, |edge| format!("Dashed: {}.", edge.in_words()));
    let rows = if params.filter.0.is_empty() { String::new() } else { format!("Shown: {}.", params.filter) };
    let parts = [format!("{}.", about(params)), marks, edge, rows, params.data_note.sentences()];
    parts.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
