//! What steps take from the project and the machine when they are planned: contents of files, variables, versions.

use super::builder::Builder;
use super::nodes::set;
use super::template::Template;
use crate::step::{FOUND, Problem};
use crate::yaml::{Fault, Node};

/// Puts what a kind finds outside of the study into the parameters of a step; faults are collected, not returned.
pub(super) fn inject_found(builder: &mut Builder<'_>, template: &Template, params: &mut Node) -> Option<()> {
    let written = params.entries().iter().find(|entry| entry.key == FOUND).map(|entry| entry.mark);
    let mut own = params.to_json();
    if let Some(own) = own.as_object_mut() {
        own.remove(FOUND);
    }
    match template.kind.found(&own, builder.root) {
        Ok(None) => Some(()),
        Ok(Some(found)) => {
            set(params, FOUND, &found, template.item.mark);
            let fault = |mark| template.item.fault(mark, format!("`{FOUND}` is not written here"));
            let help = "it is found when the step is planned: take it away";
            builder.faults.extend(written.map(|mark| fault(mark).help(help)));
            Some(())
        }
        Err(problems) => {
            builder.faults.extend(problems.iter().map(|problem| located(problem, (template, params))));
            None
        }
    }
}

fn located(problem: &Problem, (template, params): (&Template, &Node)) -> Fault {
    let path: Vec<String> = problem.at.iter().flat_map(|at| at.split('.')).map(ToOwned::to_owned).collect();
    let (mark, written) = params.find(&path, None);
    let mark = if params.entries().is_empty() { template.item.mark } else { mark };
    let message = format!("step `{}`: {}", template.item.name, problem.message);
    let fault = written.unwrap_or(&template.item.source).fault(mark, message);
    match &problem.help {
        Some(help) => fault.help(help.clone()),
        None => fault,
    }
}
