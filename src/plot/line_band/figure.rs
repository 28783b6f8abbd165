//! `line-band`: curves with a band of uncertainty, and published points over them.

use super::drawing::{self, Content, PanelCurves};
use super::params::Params;
use super::styles;
use crate::artifact::Table;
use crate::plot::axes::number::short;
use crate::plot::axes::scale::Scale;
use crate::plot::layout::chart::Chart;
use crate::plot::layout::guides;
use crate::plot::layout::series::Series;
use crate::step::roles::{Asked, Facets, Figure, Rows, Words};
use crate::step::{Problem, StepError};

/// Curves with bands.
pub struct LineBand;

/// Said where there is nothing to draw.
const NOTHING: &str = "nothing to draw: no row has both numbers";

impl Figure for LineBand {
    type Params = Params;
    type Source = Rows;
    type Content = Content;
    const NAME: &'static str = "line-band";
    const ABOUT: Words = Words {
        summary: "Curves with a band of uncertainty, and published points over them.",
        details: "Draws column y against column x, one curve for each value of the colour column, in the order in which \
                  the values first appear. The band is the interval of column y in an aggregated table, or lies \
                  between two columns that are named. Published points are hollow and joined by dots, in the \
                  colour of the curve they belong to. A row without x of a dashed curve is a level: a line across the \
                  panel. Nothing is computed here but positions.",
        cites: &[],
    };
    const SHOWS: &'static str = "An aggregated table: one row for each curve and x.";
    const PUBLISHED: bool = true;
    const BESIDE: bool = true;
    const KNOWS: &'static [&'static str] = &["intervals", "samples"];

    fn faults(params: &Params) -> Vec<Problem> {
        let own = [("marks", params.marks.as_ref()), ("each", params.each.as_ref())];
        let axes = [("x", Some(&params.x)), ("y", Some(&params.y))].into_iter().chain(own);
        let faults = axes.filter_map(|(at, axis)| axis?.problem(at));
        let scales = [("x_scale", params.x_scale), ("y_scale", params.y_scale)];
        let faults = faults.chain(scales.into_iter().filter_map(|(at, scale)| scale.problem(at)));
        let mut faults: Vec<Problem> = faults.chain(guides::problems(&params.lines)).collect();
        if params.band_low.is_empty() != params.band_high.is_empty() {
            faults.push(Problem::at("band_low", "a band needs both `band_low` and `band_high`"));
        }
        if !params.dashed.is_empty() && (params.colour.is_none() || params.dash.is_some()) {
            faults.push(Problem::at("dashed", "`dashed` lists values of `colour`, and goes without `dash`"));
        }
        faults
    }

    fn panels(asked: &Asked<'_, Params>, table: &&Table) -> Result<Option<Facets>, StepError> {
        styles::panels(asked, &asked.head.filter.apply(table)?)
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
        let facets = &asked.head.facets;
        let about = format!("{} against {}{}", asked.y.label(), asked.x.in_words(), facets.in_words());
        let curves = |index: usize| {
            let curves: Vec<String> = content.panels[index].series.iter().filter_map(ends).collect();
            if curves.is_empty() { NOTHING.to_owned() } else { curves.join("; ") }
        };
        format!("{about}. {}", facets.told(&content.split, curves))
    }

    fn caption(asked: &Asked<'_, Params>, content: &Content) -> Vec<String> {
        let samples = &content.samples;
        let points = match (samples.is_empty(), content.panels.iter().any(PanelCurves::has_bands)) {
            (true, false) => String::new(),
            (true, true) => format!("Bands: {}.", asked.band),
            (false, false) => format!("Points: mean {samples}."),
            (false, true) => format!("Points: mean {samples}; bands: {}.", asked.band),
        };
        let each = asked.each.as_ref().map_or_else(String::new, |e| format!("A curve for each {}.", e.in_words()));
        let drawn = content.panels.iter().any(|panel| !panel.published.is_empty());
        let source = asked.head.published.as_ref().filter(|_| drawn);
        vec![each, points, source.map_or_else(String::new, |p| format!("Hollow points: {}.", p.source))]
    }
}

type Scales = Vec<(Scale, Scale)>;

fn scales(asked: &Asked<'_, Params>, content: &Content) -> Result<Scales, StepError> {
    drawing::scales(asked, &content.panels)
}

fn chart<'a>(asked: &'a Asked<'_, Params>, content: &'a Content, (scales, alt): (&'a Scales, &'a str)) -> Chart<'a> {
    let ends = drawing::ends(asked, content, scales);
    Chart {
        head: asked.head,
        split: &content.split,
        scales,
        labels: (asked.x.label(), asked.y.label()),
        legend: drawing::legend(asked, content, !ends.is_empty()),
        ends,
        nothing: content.panels.iter().all(PanelCurves::is_empty).then_some(NOTHING),
        alt,
    }
}

/// The ends of a curve in words.
fn ends(series: &Series) -> Option<String> {
    let Some((first, last)) = series.points.first().zip(series.points.last()) else {
        return series.levels.first().map(|level| format!("{}: {} throughout", series.label, short(level.y)));
    };
    let to = if series.points.len() > 1 { format!(", {} at {}", short(last.y), short(last.x)) } else { String::new() };
    Some(format!("{}: {} at {}{to}", series.label, short(first.y), short(first.x)))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

#[cfg(test)]
#[path = "beside_tests.rs"]
mod beside_tests;

#[cfg(test)]
#[path = "rule_tests.rs"]
mod rule_tests;
