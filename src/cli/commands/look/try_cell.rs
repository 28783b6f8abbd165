//! `lofi try`: one cell of one step, computed and shown.

use super::show::shown;
use super::target::{Target, target};
use crate::cli::code::Code;
use crate::cli::commands::run::{code_of, last_records, print_failures};
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, say};
use crate::cli::project::Project;
use crate::cli::terminal;
use crate::engine::{Graph, Store};
use crate::study::{Output, OutputKind, Study, Wire};
use serde_json::json;
use std::sync::Arc;

/// Computes the first cell that is meant and shows what it gives.
pub(super) fn try_cell(project: &Project, text: &str, cell: Option<&str>) -> Result<Done, Failure> {
    let (mut study, node) = match target(project, text, cell)? {
        Target::Steps(study, nodes) => {
            let node = last_of(&study, &nodes);
            (*study, node)
        }
        Target::Studies(_) | Target::Key(_) => {
            return Err(Failure::mistake(format!(
                "`{text}` is no step: write STUDY/STEP, such as lofi/accuracy/score"
            )));
        }
    };
    study.outputs = outputs(&study, node);
    let executor = project.executor()?;
    let graph = Arc::new(Graph::new(std::slice::from_ref(&study)));
    let place = graph.places[0][node];
    let last = last_records(&executor.store, std::slice::from_ref(&study))?;
    let mut sink = terminal::sink(project.options.quiet, project.options.json);
    let summary = executor.run(&graph, &last, sink.as_mut())?;
    if !summary.failed.is_empty() {
        print_failures(project, &summary);
        return Ok(code_of(&summary.failed).into());
    }
    tell(&study, (&graph, place, node), &executor.store)?;
    let steps = json!({"ran": summary.ran, "cached": summary.cached});
    Ok(Done::with(Code::Well, [("steps", steps), ("elapsed_s", json!(summary.elapsed_s))]))
}

/// The first cell of what a name means in the end: a table is made in several steps of its name.
fn last_of(study: &Study, nodes: &[usize]) -> usize {
    let label = nodes.last().map(|&node| &study.nodes[node].label);
    nodes.iter().copied().find(|&node| Some(&study.nodes[node].label) == label).unwrap_or_default()
}

/// All that a node gives, in place of what the study gives.
fn outputs(study: &Study, node: usize) -> Vec<Output> {
    let ports = study.nodes[node].kind.about().outputs.iter().enumerate();
    let output = |(port, about): (usize, &crate::step::Port)| Output {
        name: about.name.to_owned(),
        kind: OutputKind::Table,
        wire: Wire { node, port },
        keys: Vec::new(),
        title: String::new(),
        claimed: String::new(),
        shown_by: Vec::new(),
    };
    ports.map(output).collect()
}

fn tell(study: &Study, (graph, place, node): (&Graph, usize, usize), store: &Store) -> Result<(), Failure> {
    let of_graph = &graph.nodes[place];
    let about = of_graph.kind.about();
    if !output::is_json() {
        say!("{}  ({})", of_graph.name, of_graph.kind.name());
    }
    let Some(entry) = store.entry(&of_graph.key)? else { return Ok(()) };
    for (port, about) in about.outputs.iter().enumerate() {
        let kept = entry.outputs.get(about.name).is_some_and(|output| !output.files.is_empty());
        let text = if kept {
            let header = study.nodes[node].headers.get(port).and_then(Option::as_deref);
            shown(&store.value(&entry, about.name)?, header)
        } else {
            format!("computed and not kept on disk: {:?}\n", of_graph.plan.outputs[port])
        };
        if output::is_json() {
            output::event(&json!({"event": "value", "name": of_graph.name, "port": about.name, "text": text}));
        } else {
            output::text(&format!("\n{}: {}\n{text}", about.name, about.doc));
        }
    }
    Ok(())
}
