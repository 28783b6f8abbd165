//! `histogram`: how many values fall into each bin, with some values marked.

use super::drawing::{self, Bins, Content, PanelBins};
use super::params::Params;
use crate::artifact::Table;
use crate::plot::axes::number::short;
use crate::plot::axes::scale::Scale;
use crate::plot::layout::chart::Chart;
use crate::plot::layout::guides;
use crate::step::roles::{Asked, Figure, Rows, Words};
use crate::step::{Problem, StepError};

/// Bars over bins.
pub struct Histogram;

/// Said where there is nothing to draw.
const NOTHING: &str = "nothing to draw: there is no bin and no marked value";
/// Marked values that the description for those who do not see the figure lists.
const LISTED: usize = 12;

impl Figure for Histogram {
    type Params = Params;
    type Source = Rows;
    type Content = Content;
    const NAME: &'static str = "histogram";
    const ABOUT: Words = Words {
        summary: "How many values fall into each bin, with some values marked.",
        details: "Draws a table of bins: columns low and high, the column of heights, and mark. A row whose mark is true is one \
                  value, low = high, drawn as a triangle on the axis in a colour of its own. The bins are made by the clause \
                  `bins` of a table; nothing is computed here but positions.",
        cites: &[],
    };
    const SHOWS: &'static str = "A table of bins: one row for each bin and each marked value.";

    fn faults(params: &Params) -> Vec<Problem> {
        let axes = [("x", Some(&params.x)), ("y", Some(&params.y)), ("edge", params.edge.as_ref())];
        let axes = axes.into_iter().filter_map(|(at, axis)| axis?.problem(at));
        let scales = [("x_scale", params.x_scale), ("y_scale", params.y_scale)];
        let faults = axes.chain(scales.into_iter().filter_map(|(at, scale)| scale.problem(at)));
        faults.chain(guides::problems(&params.lines)).collect()
    }

    fn content(asked: &Asked<'_, Params>, table: &Table) -> Result<Content, StepError> {
        Content::new(asked, &asked.head.filter.apply(table)?)
    }

    fn draw(asked: &Asked<'_, Params>, content: &Content, alt: &str) -> Result<String, StepError> {
        let scales = scales(asked, content)?;
        chart(asked, content, (&scales, alt))
            .draw(|canvas, frame, index| drawing::draw(canvas, frame, (asked, &content.panels[index])))
    }

    fn thumbnail(asked: &Asked<'_, Params>, content: &Content) -> Result<String, StepError> {
        let scales = scales(asked, content)?;
        let index = content.panels.iter().position(|panel| !panel.is_empty()).unwrap_or_default();
        chart(asked, content, (&scales, ""))
            .thumbnail(index, |canvas, frame, index| drawing::draw(canvas, frame, (asked, &content.panels[index])))
    }

    fn alt(asked: &Asked<'_, Params>, content: &Content) -> String {
        let panel = |index: usize| {
            let drawn = content.panels[index].bins.iter().filter(|bins| !bins.is_empty());
            let parts: Vec<String> = drawn.map(|bins| bins_in_words(asked, bins)).collect();
            if parts.is_empty() { NOTHING.to_owned() } else { parts.join("; ") }
        };
        format!("{}. {}", about(asked), asked.head.facets.told(&content.split, panel))
    }

    fn caption(asked: &Asked<'_, Params>, content: &Content) -> Vec<String> {
        let has_marks = content.panels.iter().flat_map(|panel| &panel.bins).any(|bins| !bins.marks.is_empty());
        let marks = if has_marks { format!("Triangles: {}.", asked.marked) } else { String::new() };
        let edge = asked.edge.as_ref().map_or_else(String::new, |edge| format!("Dashed: {}.", edge.in_words()));
        vec![marks, edge]
    }
}

type Scales = Vec<(Scale, Scale)>;

fn scales(asked: &Asked<'_, Params>, content: &Content) -> Result<Scales, StepError> {
    drawing::scales(asked, &content.panels)
}

fn chart<'a>(asked: &'a Asked<'_, Params>, content: &'a Content, (scales, alt): (&'a Scales, &'a str)) -> Chart<'a> {
    Chart {
        head: asked.head,
        split: &content.split,
        scales,
        labels: (asked.x.label(), asked.y.label()),
        legend: drawing::legend(asked, content),
        ends: Vec::new(),
        nothing: content.panels.iter().all(PanelBins::is_empty).then_some(NOTHING),
        alt,
    }
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

fn about(asked: &Asked<'_, Params>) -> String {
    let by = asked.colour.as_ref().map_or_else(String::new, |c| format!(" by {}", c.in_words()));
    format!("{} of {}{by}{}", asked.y.label(), asked.x.in_words(), asked.head.facets.in_words())
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
