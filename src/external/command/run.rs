//! A program is run: folder, start, end, what it gave.

use super::argv::Names;
use super::folder::Folder;
use super::params::CommandParams;
use super::read::Reading;
use crate::external::process::launch::{End, Launch};
use crate::external::process::{kept, log, said, sandbox, trace};
use crate::external::units;
use crate::step::prelude::*;
use std::path::Path;

/// Variables that say how many threads a program may start.
const THREADS: [&str; 5] =
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "RAYON_NUM_THREADS"];

/// Runs the program until it ends well or all tries are spent.
pub(super) fn run(params: &CommandParams, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
    let tries = params.retries + 1;
    for number in 1..tries {
        match attempt(params, inputs, (context, number, tries)) {
            Err(StepError::Outside(_)) => context.check()?,
            other => return other,
        }
    }
    attempt(params, inputs, (context, tries, tries))
}

fn attempt(
    params: &CommandParams,
    inputs: &Inputs,
    (context, number, tries): (&Context<'_>, u32, u32),
) -> Result<Outputs, StepError> {
    let folder = Folder::new(params, inputs)?;
    let names = Names { params, inputs: &folder.inputs };
    let argv = names.argv().map_err(|(_, why)| StepError::Bug(why))?;
    let last = number == tries;
    match one(params, (&argv, &folder), (inputs, context)) {
        Ok(outputs) => {
            let stays = folder.close(params.keep, false);
            stays.into_iter().for_each(|path| kept::tell(argv.join(" "), path));
            Ok(outputs)
        }
        Err(Wrong::Stopped) => Err(StepError::Cancelled),
        Err(Wrong::Said(what)) => {
            let said = log::tail(folder.path());
            let tries = if tries > 1 { format!(", try {number} of {tries}") } else { String::new() };
            let kept = folder
                .close(params.keep, last)
                .map_or_else(String::new, |path| format!("; its folder is kept: {}", path.display()));
            let words = argv.join(" ");
            let end = if said.is_empty() { "; it said nothing".to_owned() } else { format!("; it said last:\n{said}") };
            Err(StepError::Outside(format!("{what}{tries}: `{words}`{kept}{end}")))
        }
    }
}

enum Wrong {
    Stopped,
    Said(String),
}

fn one(
    params: &CommandParams,
    (argv, folder): (&[String], &Folder),
    (inputs, context): (&Inputs, &Context<'_>),
) -> Result<Outputs, Wrong> {
    let timeout = params.timeout.as_deref().map(units::time).transpose().map_err(Wrong::Said)?;
    let work = folder.work();
    let traced = trace::is_on();
    let mut around = if traced { trace::around(argv, &folder.trace()) } else { argv.to_vec() };
    if params.sandbox {
        around = sandbox::around(&around, (folder.path(), &work));
    }
    let environment = environment(params, folder);
    let launch = Launch { argv: &around, folder: &work, environment: &environment, log: folder.path(), timeout };
    let stopped = || context.check().is_err();
    let end = launch.run(&stopped).map_err(|e| Wrong::Said(format!("the program cannot be started ({e})")))?;
    if traced {
        let project: &Path = &params.found.root;
        let program = argv.join(" ");
        let around = trace::Around { program: &program, own: folder.path(), work: &work, project };
        trace::keep(&std::fs::read_to_string(folder.trace()).unwrap_or_default(), &around);
    }
    match end {
        End::Exit(status) if status.success() => {}
        End::Exit(status) => return Err(Wrong::Said(format!("the program ended with {status}"))),
        End::TimedOut => {
            let most = params.timeout.clone().unwrap_or_default();
            return Err(Wrong::Said(format!("the program was ended, as it took longer than its timeout of {most}")));
        }
        End::Stopped => return Err(Wrong::Stopped),
    }
    let read = |(name, spec)| Reading { name, spec, work: &work, inputs }.value();
    let outputs = params.outputs.0.iter().map(|(name, spec)| (name.as_str(), spec));
    outputs.map(read).collect::<Result<_, _>>().map_err(|error| Wrong::Said(error.to_string()))
}

/// All that the program is told by its environment.
fn environment(params: &CommandParams, folder: &Folder) -> Vec<(String, String)> {
    let work = folder.work();
    let path = |name: &str| work.join(name).display().to_string();
    let named = |what: &str, name: &str| format!("LOFI_{what}_{}", name.to_ascii_uppercase().replace(['-', '.'], "_"));
    let mut all = said::plain_environment();
    all.push(("TMPDIR".to_owned(), folder.path().display().to_string()));
    // else what it printed before it was ended is lost
    all.push(("PYTHONUNBUFFERED".to_owned(), "1".to_owned()));
    all.extend(THREADS.map(|name| (name.to_owned(), params.threads.to_string())));
    all.push(("LOFI_THREADS".to_owned(), params.threads.to_string()));
    all.push(("LOFI_PARAMS".to_owned(), path(super::argv::PARAMS_FILE)));
    all.extend(folder.inputs.iter().map(|(slot, file)| (named("INPUT", slot), path(file))));
    all.extend(params.outputs.0.iter().map(|(name, spec)| (named("OUTPUT", name), path(&spec.path(name)))));
    // what the study declares wins
    all.extend(params.found.variables());
    all
}
