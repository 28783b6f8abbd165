//! Any program as a step.

use super::argv::Names;
use super::params::CommandParams;
use super::{gate, outputs, run, write};
use crate::external::columns::header;
use crate::external::declared::readable;
use crate::external::units;
use crate::step::Wiring;
use crate::step::prelude::*;
use serde_json::Value as Json;
use std::path::Path;

/// `command`
pub struct Command;

/// What a program is planned to compute, as nobody knows better: a second.
const SOME_FLOPS: f64 = 3.5e10;
/// What a program takes that computes little: an interpreter with its libraries.
const SOME_BYTES: u64 = 64 << 20;

impl Kind for Command {
    type Params = CommandParams;
    const NAME: &'static str = "command";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Any program: it is given files and parameters, and what it writes is the step's result.",
        details: "Inputs have any names, each takes one step, and the program is given it as a file or a folder \
                  (`{input.NAME}`). It works in an empty folder of its own, which holds the declared files, params.json \
                  and the inputs, with an environment of PATH, HOME, TMPDIR, the declared variables, LOFI_PARAMS, \
                  LOFI_THREADS, LOFI_INPUT_NAME and LOFI_OUTPUT_NAME. It runs again when its arguments, parameters, the \
                  contents of its files, declared variables, what `version` says, or its inputs change. \
                  docs/bring-your-own-code.md tells all of it.",
        cites: &[],
        inputs: &[],
        outputs: &[Port::new("table", ValueType::Table).doc("What `outputs` declares, in its order.")],
    };

    fn wiring(&self, slots: &[&str], params: &Json) -> Option<Wiring> {
        Some(outputs::wiring(slots, params))
    }

    fn found(&self, params: &Json, root: &Path) -> Result<Option<Json>, Vec<Problem>> {
        let Some(params) = readable::<CommandParams>(params) else { return Ok(None) };
        gate::found(&params, root).map(Some)
    }

    fn gate(&self, params: &CommandParams) -> Option<String> {
        gate::gate(params)
    }

    fn workers(&self, params: &CommandParams) -> usize {
        params.threads
    }

    fn plan(&self, params: &CommandParams, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let mut problems = limits(params);
        problems.extend(names(params, inputs));
        problems.extend(arguments(params, inputs));
        problems.extend(formats(params, inputs));
        let mut shapes = Vec::new();
        for (name, spec) in &params.outputs.0 {
            let at = format!("outputs.{name}");
            problems.extend(spec.problems(name, &at));
            match spec.shape(&at, inputs) {
                Ok(shape) => shapes.push(shape),
                Err(problem) => problems.push(problem),
            }
        }
        if params.outputs.0.is_empty() {
            let problem = Problem::at("outputs", "the program gives nothing");
            problems.push(problem.help("declare what it writes: outputs: {scores: {type: table}}"));
        }
        Problem::refuse(problems)?;
        let work_bytes = params.memory.as_deref().and_then(|text| units::bytes(text).ok()).unwrap_or(SOME_BYTES);
        Ok(Plan { outputs: shapes, work_bytes, flops: SOME_FLOPS })
    }

    fn header(&self, port: &str, params: &CommandParams, _: &Headers) -> Option<Header> {
        params.outputs.get(port)?.columns.as_ref().map(header)
    }

    fn run(&self, params: &CommandParams, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        run::run(params, inputs, context)
    }
}

/// Numbers and texts that are in no key, and so are looked at here.
fn limits(params: &CommandParams) -> Vec<Problem> {
    let mut problems = Vec::new();
    let time = params.timeout.as_deref().map(units::time).transpose().map(drop);
    let memory = params.memory.as_deref().map(units::bytes).transpose().map(drop);
    for (name, read) in [("timeout", time), ("memory", memory)] {
        problems.extend(read.err().map(|why| Problem::at(name, why)));
    }
    if !(1..=1024).contains(&params.threads) {
        let message = format!("{} is out of range: it must be between 1 and 1024", params.threads);
        problems.push(Problem::at("threads", message));
    }
    if params.retries > 10 {
        problems.push(Problem::at("retries", format!("{} is out of range: it must be at most 10", params.retries)));
    }
    problems
}

/// Names that files are called by.
fn names(params: &CommandParams, inputs: &Shapes) -> Vec<Problem> {
    let plain =
        |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') && !name.is_empty();
    let inputs = inputs.0.iter().map(|(slot, _)| (slot.clone(), slot.as_str()));
    let outputs = params.outputs.0.iter().map(|(name, _)| (format!("outputs.{name}"), name.as_str()));
    let wrong = inputs.chain(outputs).filter(|(_, name)| !plain(name));
    let problem = |(at, name): (String, &str)| Problem::at(&at, format!("`{name}` is no name of a file"));
    wrong.map(|wrong| problem(wrong).help("names of inputs and outputs are letters, digits, - and _")).collect()
}

fn arguments(params: &CommandParams, inputs: &Shapes) -> Vec<Problem> {
    if params.run.first().is_none_or(String::is_empty) {
        let problem = Problem::at("run", "there is no program");
        return vec![problem.help("a list of the program and its arguments: run: [python3, studies/own/fit.py]")];
    }
    let slots: Vec<(String, String)> = inputs.0.iter().map(|(slot, _)| (slot.clone(), String::new())).collect();
    let argv = Names { params, inputs: &slots }.argv();
    argv.err().map(|(place, why)| Problem::at(&format!("run.{place}"), why)).into_iter().collect()
}

fn formats(params: &CommandParams, inputs: &Shapes) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (slot, format) in &params.formats {
        let at = format!("formats.{slot}");
        let Some(shape) = inputs.get(slot) else {
            problems.push(Problem::at(&at, format!("there is no input `{slot}`")));
            continue;
        };
        let possible = write::possible(shape.value_type());
        if !possible.contains(format) {
            let names: Vec<String> = possible.iter().map(|format| format!("{format:?}").to_lowercase()).collect();
            let kind = shape.value_type().name();
            problems.push(Problem::at(&at, format!("a value of type {kind} is written as {}", names.join(" or "))));
        }
    }
    problems
}
