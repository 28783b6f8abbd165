//! `scatter`: points over two numbers, with their errors, names and the line of equality.

use super::drawing::{self, Content, PanelDots};
use super::params::Params;
use crate::artifact::Table;
use crate::plot::axes::number::short;
use crate::plot::axes::scale::Scale;
use crate::plot::layout::chart::Chart;
use crate::plot::layout::guides;
use crate::step::roles::{Asked, Figure, Rows, Words};
use crate::step::{Problem, StepError};

/// Points over two numbers.
pub struct Scatter;

/// Said where there is nothing to draw.
const NOTHING: &str = "nothing to draw: no row has both numbers";
/// Points that the description for those who do not see the figure lists one by one.
const LISTED: usize = 12;

impl Figure for Scatter {
    type Params = Params;
    type Source = Rows;
    type Content = Content;
    const NAME: &'static str = "scatter";
    const ABOUT: Words = Words {
        summary: "Points over two numbers, with their errors, names and the line of equality.",
        details: "Draws a point for each row that has both numbers, in the colour and shape of its groups. Bars of error are \
                  the intervals of an aggregated table. Published points are hollow. Nothing is computed here but positions.",
        cites: &[],
    };
    const SHOWS: &'static str = "A table with a row for each point.";
    const PUBLISHED: bool = true;
    const KNOWS: &'static [&'static str] = &["intervals"];

    fn faults(params: &Params) -> Vec<Problem> {
        let axes = [("x", &params.x), ("y", &params.y)].into_iter().filter_map(|(at, axis)| axis.problem(at));
        let scales = [("x_scale", params.x_scale), ("y_scale", params.y_scale)];
        let faults = axes.chain(scales.into_iter().filter_map(|(at, scale)| scale.problem(at)));
        let mut faults: Vec<Problem> = faults.chain(guides::problems(&params.lines)).collect();
        if params.diagonal && params.x_scale != params.y_scale {
            let fault = Problem::at("diagonal", "the line y = x is straight only where both axes are laid out alike");
            faults.push(fault.help("give `x_scale` and `y_scale` the same value"));
        }
        faults
    }

    fn content(asked: &Asked<'_, Params>, table: &Table) -> Result<Content, StepError> {
        Content::new(asked, &asked.head.filter.apply(table)?)
    }

    fn draw(asked: &Asked<'_, Params>, content: &Content, alt: &str) -> Result<String, StepError> {
        let scales = scales(asked, content)?;
        chart(asked, content, (&scales, alt))
            .draw(|canvas, frame, index| drawing::draw(canvas, frame, (asked, content, index)))
    }

    fn thumbnail(asked: &Asked<'_, Params>, content: &Content) -> Result<String, StepError> {
        let scales = scales(asked, content)?;
        let index = content.panels.iter().position(|panel| !panel.published.is_empty()).unwrap_or_default();
        chart(asked, content, (&scales, ""))
            .thumbnail(index, |canvas, frame, index| drawing::draw(canvas, frame, (asked, content, index)))
    }

    fn alt(asked: &Asked<'_, Params>, content: &Content) -> String {
        let points = |index: usize| points_in_words(&content.panels[index]);
        format!("{}. {}", about(asked), asked.head.facets.told(&content.split, points))
    }

    fn caption(asked: &Asked<'_, Params>, content: &Content) -> Vec<String> {
        let panels = &content.panels;
        let barred = panels.iter().flat_map(|p| &p.points).any(|p| p.x_bar.is_some() || p.y_bar.is_some());
        let bars = if barred { format!("Bars: {}.", asked.bars) } else { String::new() };
        let drawn = panels.iter().any(|panel| !panel.published.is_empty());
        let source = asked.head.published.as_ref().filter(|_| drawn);
        let source = source.map_or_else(String::new, |p| format!("Hollow points: {}.", p.source));
        vec![bars, source]
    }
}

type Scales = Vec<(Scale, Scale)>;

fn scales(asked: &Asked<'_, Params>, content: &Content) -> Result<Scales, StepError> {
    let values: Vec<Vec<(f64, f64)>> = content.panels.iter().map(|panel| panel.values(asked)).collect();
    drawing::scales(asked, &values)
}

fn chart<'a>(asked: &'a Asked<'_, Params>, content: &'a Content, (scales, alt): (&'a Scales, &'a str)) -> Chart<'a> {
    Chart {
        head: asked.head,
        split: &content.split,
        scales,
        labels: (asked.x.label(), asked.y.label()),
        legend: drawing::legend(asked, content),
        ends: Vec::new(),
        nothing: content.panels.iter().all(PanelDots::is_empty).then_some(NOTHING),
        alt,
    }
}

fn points_in_words(panel: &PanelDots) -> String {
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

fn about(asked: &Asked<'_, Params>) -> String {
    let by = asked.colour.as_ref().map_or_else(String::new, |c| format!(" by {}", c.in_words()));
    format!("{} against {}{by}{}", asked.y.label(), asked.x.in_words(), asked.head.facets.in_words())
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
