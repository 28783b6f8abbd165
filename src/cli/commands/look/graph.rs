//! `lofi graph`: the steps of a study as a drawing.

use super::boxes::{class, colours, lines};
use super::graph_svg::svg;
use super::pipeline::Pipeline;
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::output;
use crate::cli::project::Project;
use crate::step::Family;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// In which language it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Form {
    /// A picture.
    Svg,
    /// A diagram that Markdown on many sites draws.
    Mermaid,
    /// A graph for Graphviz.
    Dot,
}

/// Draws a study.
pub(super) fn graph(project: &Project, study: &str, form: Form) -> Result<Done, Failure> {
    let studies = project.load(&[study.to_owned()])?;
    let [study] = studies.as_slice() else {
        return Err(Failure::mistake(format!("`{study}` names {} studies: one is drawn at a time", studies.len())));
    };
    let pipeline = Pipeline::of(study);
    output::text(&match form {
        Form::Svg => svg(&pipeline, &study.head.title),
        Form::Mermaid => mermaid(&pipeline),
        Form::Dot => dot(&pipeline, &study.head.study),
    });
    Ok(Done::with(Code::Well, [("steps", json!(pipeline.steps.len())), ("arrows", json!(pipeline.arrows.len()))]))
}

/// Arrows with the slots that they go into, each pair of steps once.
fn pairs(pipeline: &Pipeline) -> BTreeMap<(usize, usize), Vec<&'static str>> {
    let mut pairs: BTreeMap<(usize, usize), Vec<&'static str>> = BTreeMap::new();
    for arrow in &pipeline.arrows {
        let slots = pairs.entry((arrow.from, arrow.to)).or_default();
        if !slots.contains(&arrow.slot) {
            slots.push(arrow.slot);
        }
    }
    pairs
}

fn mermaid(pipeline: &Pipeline) -> String {
    let mut text = String::from("flowchart TD\n");
    for (at, step) in pipeline.steps.iter().enumerate() {
        let label = lines(step).iter().map(|line| line.replace('"', "#quot;")).collect::<Vec<_>>().join("<br/>");
        let (open, close) = match step.family() {
            Family::Data => ("[(", ")]"),
            Family::Claim => ("{{", "}}"),
            Family::Plot => ("([", "])"),
            _ => ("[", "]"),
        };
        let _ = writeln!(text, "  s{at}{open}\"{label}\"{close}:::{}", class(step.family()));
    }
    for ((from, to), slots) in pairs(pipeline) {
        let _ = writeln!(text, "  s{from} -->|{}| s{to}", slots.join(", "));
    }
    for family in [Family::Data, Family::Experiment, Family::Analysis, Family::Claim, Family::Plot] {
        let (fill, line) = colours(family);
        let _ = writeln!(text, "  classDef {} fill:{fill},stroke:{line},color:#111", class(family));
    }
    text
}

fn dot(pipeline: &Pipeline, name: &str) -> String {
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let mut text =
        format!("digraph \"{}\" {{\n  node [shape=box, style=filled, fontname=\"sans-serif\"];\n", quoted(name));
    for (at, step) in pipeline.steps.iter().enumerate() {
        let label = lines(step).iter().map(|line| quoted(line)).collect::<Vec<_>>().join("\\n");
        let (fill, line) = colours(step.family());
        let _ = writeln!(text, "  s{at} [label=\"{label}\", fillcolor=\"{fill}\", color=\"{line}\"];");
    }
    for ((from, to), slots) in pairs(pipeline) {
        let _ = writeln!(text, "  s{from} -> s{to} [label=\"{}\"];", slots.join(", "));
    }
    text + "}\n"
}
