//! `lofi plan`: what would run, what is cached, and why.

use super::elsewhere::{self, Elsewhere, Planned};
use super::study_plan::StudyPlan;
use super::{run, store};
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, note, say};
use crate::cli::project::Project;
use crate::engine::plan as make_plan;
use crate::engine::{Bound, Decision, Graph, Memory, MemoryLimit, RunPlan, check_memory};
use serde_json::json;

/// Prints the plan.
pub(in crate::cli) fn plan(
    project: &Project,
    patterns: &[String],
    (steps, fail_if_stale, wanted): (bool, bool, &Elsewhere),
) -> Result<Done, Failure> {
    let studies = project.load(patterns)?;
    let here = project.open_store()?;
    let graph = Graph::new(&studies);
    let last = run::last_records(&here, &studies)?;
    let plan = make_plan(&graph, &here, &last)?;
    for (index, study) in studies.iter().enumerate() {
        let line = StudyPlan::of(study, (&graph, index), &plan);
        if output::is_json() {
            output::event(&line.json(study));
        } else if !wanted.describes() {
            say!("{}", line.words(study, project.options.at_once()));
        }
    }
    if steps {
        graph.nodes.iter().zip(&plan.decisions).for_each(|(node, decision)| print_step(&node.name, decision));
    }
    for (node, reason) in &plan.damaged {
        let name = &graph.nodes[*node].name;
        if output::is_json() {
            output::event(&json!({"event": "damaged", "name": name, "reason": reason}));
        } else {
            say!("damaged: {name}: {reason}; it will be computed again");
        }
    }
    let limit = MemoryLimit::new(project.options.memory, Memory::now());
    match check_memory(&graph, &plan.to_run(), limit) {
        // Plans are for other machines too.
        Err(refused) if limit.bound != Bound::Given => note!("not on this machine: {refused}"),
        other => other?,
    }
    let count = |test: fn(&Decision) -> bool| json!(plan.decisions.iter().filter(|decision| test(decision)).count());
    let to_run = count(|decision| matches!(decision, Decision::Run(_)));
    let cached = count(|decision| *decision == Decision::Cached);
    let gated = count(|decision| matches!(decision, Decision::Gated(_)));
    tell_gates(&graph, &plan);
    store::forecast(project, (&graph, &plan))?;
    elsewhere::tell(
        project,
        &Planned { graph: &graph, plan: &plan, store: &here },
        (wanted, project.options.at_once()),
    )?;
    let studies = json!(studies.len());
    let code = if fail_if_stale && !plan.to_run().is_empty() { Code::Failed } else { Code::Well };
    Ok(Done::with(code, [("studies", studies), ("to_run", to_run), ("cached", cached), ("gated", gated)]))
}

/// What this machine cannot run, each reason once.
fn tell_gates(graph: &Graph, plan: &RunPlan) {
    let mut told: Vec<&str> = Vec::new();
    for (node, why) in plan.gates(graph).into_iter().filter(|_| !output::is_json()) {
        if !told.contains(&why) {
            note!("gated: {}: {why}", graph.nodes[node].name);
            told.push(why);
        }
    }
}

fn print_step(name: &str, decision: &Decision) {
    let (word, reason) = match decision {
        Decision::Run(reason) => ("run", Some(reason.to_string())),
        Decision::Gated(reason) => ("gated", Some(reason.clone())),
        Decision::Cached => ("cached", None),
        Decision::NotNeeded => ("-", None),
    };
    match reason {
        _ if output::is_json() => {
            let word = if word == "-" { "not needed" } else { word };
            output::event(&json!({"event": "step", "name": name, "decision": word, "reason": reason}));
        }
        Some(reason) => say!("  {word:<6}  {name}  ({reason})"),
        None => say!("  {word:<6}  {name}"),
    }
}
