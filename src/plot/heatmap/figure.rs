//! `heatmap`: a value over two axes as coloured cells, in one panel or several side by side.

use super::cells::{self, Cells};
use super::drawing::{self, NOTHING, mark_in_words};
use super::params::{Mark, Params};
use crate::artifact::Table;
use crate::plot::axes::number::short;
use crate::plot::layout::series::samples_in_words;
use crate::step::roles::{Asked, Figure, Rows, Words};
use crate::step::{Problem, StepError};

/// Coloured cells.
pub struct Heatmap;

/// What stands in a heat map.
pub struct Content {
    grid: Cells,
    /// Of how many runs each cell is the mean, in words.
    samples: String,
}

impl Figure for Heatmap {
    type Params = Params;
    type Source = Rows;
    type Content = Content;
    const NAME: &'static str = "heatmap";
    const ABOUT: Words = Words {
        summary: "A value over two axes as coloured cells, in one panel or several side by side.",
        details: "Colours are viridis. Axes are categorical: equal cells with their values beside them, numbers in order. \
                  Values are printed inside the cells where there is room. Cells without a value stay grey. Nothing is \
                  computed here but positions and colours.",
        cites: &[],
    };
    const SHOWS: &'static str = "An aggregated table: one row for each cell of each panel.";
    const PUBLISHED: bool = true;
    const KNOWS: &'static [&'static str] = &["samples"];

    fn faults(params: &Params) -> Vec<Problem> {
        let axes = [("x", &params.x), ("y", &params.y), ("value", &params.value)];
        let faults = axes.into_iter().filter_map(|(at, axis)| axis.problem(at));
        faults.chain(params.value_scale.problem("value_scale")).collect()
    }

    fn content(asked: &Asked<'_, Params>, table: &Table) -> Result<Content, StepError> {
        let rows = asked.head.filter.rows(table)?;
        let grid = cells::read(asked, table, &rows)?;
        Ok(Content { grid, samples: samples_in_words(&table.take(&rows), &asked.head.samples) })
    }

    fn draw(asked: &Asked<'_, Params>, content: &Content, alt: &str) -> Result<String, StepError> {
        drawing::draw(asked, &content.grid, alt)
    }

    fn thumbnail(asked: &Asked<'_, Params>, content: &Content) -> Result<String, StepError> {
        drawing::thumbnail(asked, &content.grid)
    }

    fn alt(asked: &Asked<'_, Params>, content: &Content) -> String {
        let grid = &content.grid;
        let panels = grid.panels.iter().enumerate().map(|(index, panel)| {
            let name = asked.head.facets.name(&grid.split.panels[index]);
            let name = if name.is_empty() { "cells".to_owned() } else { name };
            let low = panel.cells.iter().map(|c| c.2).fold(f64::INFINITY, f64::min);
            let high = panel.cells.iter().map(|c| c.2).fold(f64::NEG_INFINITY, f64::max);
            let marked = mark_in_words(asked, grid, index).map_or_else(String::new, |m| format!(", {m}"));
            if panel.cells.is_empty() {
                format!("{name}: no values")
            } else {
                format!("{name}: from {} to {}{marked}", short(low), short(high))
            }
        });
        let panels: Vec<String> = panels.collect();
        let what = if grid.is_empty() { NOTHING.to_owned() } else { panels.join("; ") };
        format!("{}. {what}", about(asked))
    }

    fn caption(asked: &Asked<'_, Params>, content: &Content) -> Vec<String> {
        let samples = &content.samples;
        let cells = if samples.is_empty() { String::new() } else { format!("Cells: mean {samples}.") };
        let mark = match asked.mark {
            Mark::Min => "Framed: the smallest value.",
            Mark::Max => "Framed: the largest value.",
            Mark::None => "",
        };
        let source = drawing::source(asked, &content.grid);
        vec![cells, mark.to_owned(), source.map_or_else(String::new, |source| format!("Hollow discs: {source}."))]
    }
}

fn about(asked: &Asked<'_, Params>) -> String {
    let by = asked.head.facets.in_words();
    format!("{} over {} and {}{by}", asked.value.label(), asked.x.in_words(), asked.y.in_words())
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
