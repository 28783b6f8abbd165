//! `heatmap`: a value over two axes as coloured cells, in one panel or several side by side.

use super::cells::{self, Baseline, Columns, Grid, Mark};
use super::drawing;
use crate::artifact::{Figure, Table};
use crate::plot::axes::axis::Axis;
use crate::plot::axes::axis_scale::AxisScale;
use crate::plot::axes::number::short;
use crate::plot::layout::facets::Facets;
use crate::plot::layout::heading::DataNote;
use crate::plot::layout::series::samples_in_words;
use crate::step::{
    About, Arity, Context, Family, Filter, Inputs, Keep, Kind, Outputs, Plan, Port, Problem, Shape, Shapes, Slot,
    StepError, Value, ValueType,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Coloured cells.
pub struct Heatmap;

/// Parameters of [`Heatmap`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Title over the figure; empty for none.
    #[serde(default)]
    pub title: String,
    /// Column across, in its own unit; its values are evenly spaced cells, whatever their size.
    pub x: Axis,
    /// Column upwards, in its own unit; its values are evenly spaced cells, whatever their size.
    pub y: Axis,
    /// Column that gives the colour, in its own unit.
    pub value: Axis,
    /// Layout of the colour scale: `linear`, `log` or `{symlog: THRESHOLD}`.
    #[serde(default)]
    pub value_scale: AxisScale,
    /// Small multiples: a panel for each value of a column.
    #[serde(default)]
    pub facets: Facets,
    /// Which rows are drawn.
    #[serde(default, rename = "where")]
    pub filter: Filter,
    /// Whether all panels have one colour scale, so that they can be compared.
    #[serde(default = "yes")]
    pub shared_scale: bool,
    /// Which cell of each panel is marked and printed: `min`, `max` or `none`.
    #[serde(default)]
    pub mark: Mark,
    /// A value of the same table to print beside each panel.
    #[serde(default)]
    pub baseline: Option<Baseline>,
    /// The data set that the table was computed on.
    #[serde(default)]
    pub data_note: DataNote,
}

const fn yes() -> bool {
    true
}

impl Kind for Heatmap {
    type Params = Params;
    const NAME: &'static str = "heatmap";
    const ABOUT: About = About {
        module: module_path!(),
        family: Family::Plot,
        summary: "A value over two axes as coloured cells, in one panel or several side by side.",
        details: "Colours are viridis. Axes are categorical: equal cells with their values beside them, numbers in order. \
                  Values are printed inside the cells where there is room. Cells without a value stay grey. Nothing is \
                  computed here but positions and colours.",
        cites: &[],
        inputs: &[Slot {
            name: "table",
            accepts: &[ValueType::Table],
            arity: Arity::One,
            doc: "An aggregated table: one row for each cell of each panel.",
        }],
        outputs: &[Port {
            name: "figure",
            value_type: ValueType::Figure,
            keep: Keep::Always,
            doc: "The figure with its description and caption.",
        }],
    };

    fn plan(&self, params: &Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        let axes = [("x", &params.x), ("y", &params.y), ("value", &params.value)];
        let faults = axes.into_iter().filter_map(|(at, axis)| axis.problem(at));
        let faults = faults.chain(params.value_scale.problem("value_scale")).chain(params.facets.problems());
        let faults: Vec<Problem> = faults.collect();
        if faults.is_empty() { Ok(Plan::light(vec![Shape::Figure])) } else { Err(faults) }
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        Ok(vec![Value::Figure(figure(params, inputs.table("table")?)?)])
    }
}

fn figure(params: &Params, table: &Table) -> Result<Figure, StepError> {
    let columns = Columns {
        x: &params.x,
        y: &params.y,
        value: &params.value,
        facets: &params.facets,
        baseline: params.baseline.as_ref(),
    };
    let rows = params.filter.rows(table)?;
    let grid = cells::read(table, &rows, columns)?;
    let alt = alt(params, &grid);
    let svg = drawing::draw(params, &grid, &alt)?;
    Ok(Figure { svg, alt, caption: caption(params, &table.take(&rows)) })
}

/// The marked cell in words: `min 9.8 % at (63, 550)`.
pub fn mark_in_words(params: &Params, grid: &Grid, panel: usize) -> Option<String> {
    let panel = grid.panels.get(panel)?;
    let (column, row, value) = panel.marked(params.mark)?;
    let word = if params.mark == Mark::Max { "max" } else { "min" };
    let at = format!("({},\u{a0}{})", params.x.shown(&panel.xs[column]), params.y.shown(&panel.ys[row]));
    Some(format!("{word} {} at {at}", with_unit(params, value)))
}

/// A value of the colour column as text: `9.8 %`.
pub fn with_unit(params: &Params, value: f64) -> String {
    let unit = &params.value.0.unit;
    if unit.is_empty() { short(value) } else { format!("{}\u{a0}{unit}", short(value)) }
}

fn alt(params: &Params, grid: &Grid) -> String {
    let title = if params.title.is_empty() { String::new() } else { format!("{}: ", params.title) };
    let about = about(params);
    let panels = grid.panels.iter().enumerate().map(|(index, panel)| {
        let name = params.facets.name(&grid.split.panels[index]);
        let name = if name.is_empty() { "cells".to_owned() } else { name };
        let low = panel.cells.iter().map(|c| c.2).fold(f64::INFINITY, f64::min);
        let high = panel.cells.iter().map(|c| c.2).fold(f64::NEG_INFINITY, f64::max);
        let marked = mark_in_words(params, grid, index).map_or_else(String::new, |m| format!(", {m}"));
        if panel.cells.is_empty() {
            format!("{name}: no values")
        } else {
            format!("{name}: from {} to {}{marked}", short(low), short(high))
        }
    });
    let panels: Vec<String> = panels.collect();
    let what = if grid.is_empty() { drawing::NOTHING.to_owned() } else { panels.join("; ") };
    format!("{title}{about}. {what}.")
}

fn about(params: &Params) -> String {
    let by = params.facets.in_words();
    format!("{} over {} and {}{by}", params.value.label(), params.x.in_words(), params.y.in_words())
}

fn caption(params: &Params, shown: &Table) -> String {
    let samples = samples_in_words(shown);
    let cells = if samples.is_empty() { String::new() } else { format!("Cells: mean, {samples}.") };
    let mark = match params.mark {
        Mark::Min => "Framed: the smallest value.",
        Mark::Max => "Framed: the largest value.",
        Mark::None => "",
    };
    let rows = if params.filter.0.is_empty() { String::new() } else { format!("Shown: {}.", params.filter) };
    let parts = [format!("{}.", about(params)), cells, mark.to_owned(), rows, params.data_note.sentences()];
    parts.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
