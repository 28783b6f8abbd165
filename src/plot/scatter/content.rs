//! `scatter`: points over two numbers, with their errors, names and the line of equality.

use super::drawing::{self, Content, Styles};
use crate::artifact::{Figure, Table};
use crate::plot::axes::axis::Axis;
use crate::plot::axes::axis_scale::AxisScale;
use crate::plot::axes::number::short;
use crate::plot::layout::chart::Chart;
use crate::plot::layout::facets::Facets;
use crate::plot::layout::guides::{self, Guide};
use crate::plot::layout::heading::DataNote;
use crate::step::{
    About, Arity, Context, Family, Filter, Inputs, Keep, Kind, Outputs, Plan, Port, Problem, Published, Shape, Shapes,
    Slot, StepError, Value, ValueType,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Points over two numbers.
pub struct Scatter;

/// Parameters of [`Scatter`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Title over the figure; empty for none.
    #[serde(default)]
    pub title: String,
    /// Column across; bars of error are read from `<x>_low` and `<x>_high` where they are there.
    pub x: Axis,
    /// Column upwards; bars of error are read from `<y>_low` and `<y>_high` where they are there.
    pub y: Axis,
    /// Column that tells the points apart by colour.
    #[serde(default)]
    pub colour: Option<Axis>,
    /// Column that tells the points apart by shape; without it the shape follows the colour.
    #[serde(default)]
    pub shape: Option<Axis>,
    /// Column whose values are written beside the points; empty for none.
    #[serde(default)]
    #[schemars(extend("format" = "column"))]
    pub label: String,
    /// Whether the line y = x is drawn; both axes then have one range.
    #[serde(default)]
    pub diagonal: bool,
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
    /// What the bars of error are, for the caption.
    #[serde(default = "interval")]
    pub bars: String,
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

/// Said where there is nothing to draw.
pub const NOTHING: &str = "nothing to draw: no row has both numbers";
/// Points that the description for those who do not see the figure lists one by one.
const LISTED: usize = 12;

impl Kind for Scatter {
    type Params = Params;
    const NAME: &'static str = "scatter";
    const ABOUT: About = About {
        module: module_path!(),
        family: Family::Plot,
        summary: "Points over two numbers, with their errors, names and the line of equality.",
        details: "Draws a point for each row that has both numbers, in the colour and shape of its groups. Bars of error lie \
                  between the columns <x>_low and <x>_high, <y>_low and <y>_high of an aggregated table. Published points \
                  are hollow. Nothing is computed here but positions.",
        cites: &[],
        inputs: &[Slot {
            name: "table",
            accepts: &[ValueType::Table],
            arity: Arity::One,
            doc: "A table with a row for each point.",
        }],
        outputs: &[Port {
            name: "figure",
            value_type: ValueType::Figure,
            keep: Keep::Always,
            doc: "The figure with its description and caption.",
        }],
    };

    fn plan(&self, params: &Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        let axes = [("x", &params.x), ("y", &params.y)].into_iter().filter_map(|(at, axis)| axis.problem(at));
        let scales = [("x_scale", params.x_scale), ("y_scale", params.y_scale)];
        let faults = axes.chain(scales.into_iter().filter_map(|(at, scale)| scale.problem(at)));
        let faults = faults.chain(params.facets.problems()).chain(guides::problems(&params.lines));
        let mut faults: Vec<Problem> = faults.collect();
        if params.diagonal && params.x_scale != params.y_scale {
            let fault = Problem::at("diagonal", "the line y = x is straight only where both axes are laid out alike");
            faults.push(fault.help("give `x_scale` and `y_scale` the same value"));
        }
        if faults.is_empty() { Ok(Plan::light(vec![Shape::Figure])) } else { Err(faults) }
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        Ok(vec![Value::Figure(figure(params, inputs.table("table")?)?)])
    }
}

fn figure(params: &Params, table: &Table) -> Result<Figure, StepError> {
    let table = params.filter.apply(table)?;
    let split = params.facets.split(&table)?;
    let styles = Styles::new(params, &table)?;
    let panels = split.panels.iter().map(|panel| Content::new(params, (&table, panel)));
    let panels = panels.collect::<Result<Vec<_>, _>>()?;
    let names: Vec<String> = split.panels.iter().map(|panel| params.facets.name(panel)).collect();
    let alt = alt(params, &names, &panels);
    let values: Vec<Vec<(f64, f64)>> = panels.iter().map(|panel| panel.values(params)).collect();
    let chart = Chart {
        title: &params.title,
        data_note: &params.data_note,
        facets: &params.facets,
        split: &split,
        scales: &drawing::scales(params, &values)?,
        labels: (params.x.label(), params.y.label()),
        legend: drawing::legend(params, &styles, &panels),
        nothing: panels.iter().all(Content::is_empty).then_some(NOTHING),
        alt: &alt,
    };
    let svg = chart.draw(|canvas, frame, index| {
        drawing::draw(canvas, frame, (params, &styles, &panels[index]));
    })?;
    Ok(Figure { svg, alt, caption: caption(params, &panels) })
}

/// What the figure shows, for those who do not see it: the points where they are few, else how far they reach.
fn alt(params: &Params, names: &[String], panels: &[Content]) -> String {
    let panel = |(name, panel): (&String, &Content)| {
        let what = points_in_words(panel);
        if name.is_empty() { what } else { format!("{name}: {what}") }
    };
    let what: Vec<String> = names.iter().zip(panels).map(panel).collect();
    let title = if params.title.is_empty() { String::new() } else { format!("{}: ", params.title) };
    format!("{title}{}. {}.", about(params), what.join(". "))
}

fn points_in_words(panel: &Content) -> String {
    if panel.points.is_empty() {
        return NOTHING.to_owned();
    }
    if panel.points.len() <= LISTED {
        let points = panel.points.iter().map(|p| {
            let name = if p.label.is_empty() { String::new() } else { format!("{} ", p.label) };
            format!("{name}({}, {})", short(p.x), short(p.y))
        });
        return points.collect::<Vec<_>>().join("; ");
    }
    let ends = |pick: fn(&drawing::Dot) -> f64| {
        let low = panel.points.iter().map(pick).fold(f64::INFINITY, f64::min);
        let high = panel.points.iter().map(pick).fold(f64::NEG_INFINITY, f64::max);
        format!("{} to {}", short(low), short(high))
    };
    format!("{} points, across {}, upwards {}", panel.points.len(), ends(|p| p.x), ends(|p| p.y))
}

fn about(params: &Params) -> String {
    let by = params.colour.as_ref().map_or_else(String::new, |c| format!(" by {}", c.in_words()));
    format!("{} against {}{by}{}", params.y.label(), params.x.in_words(), params.facets.in_words())
}

fn caption(params: &Params, panels: &[Content]) -> String {
    let barred = panels.iter().flat_map(|p| &p.points).any(|p| p.x_bar.is_some() || p.y_bar.is_some());
    let bars = if barred { format!("Bars: {}.", params.bars) } else { String::new() };
    let drawn = panels.iter().any(|panel| !panel.published.is_empty());
    let source = params.published.as_ref().filter(|_| drawn);
    let source = source.map_or_else(String::new, |p| format!("Hollow points: {}.", p.source));
    let rows = if params.filter.0.is_empty() { String::new() } else { format!("Shown: {}.", params.filter) };
    let parts = [format!("{}.", about(params)), bars, source, rows, params.data_note.sentences()];
    parts.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
