//! `lofi run`: what changed is computed, and the claims are told.

use super::{gated, growing, report, store, verdict};
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::log::log;
use crate::cli::output::{self, note, say};
use crate::cli::project::Project;
use crate::cli::{duration, terminal};
use crate::engine::{Ends, Failed, Graph, Learns, Machine, Pace, RunRecord, Sink, Store, StoreError, Summary};
use crate::external::{kept, trace};
use crate::study::Study;
use crate::yaml::known_names;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What ends a run early.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(in crate::cli) struct EarlyEnds {
    /// The first step that fails ends the run: no further one starts, and those that run are stopped.
    #[arg(long)]
    fail_fast: bool,
    /// The longest that a step may take, such as 90s or 30m; one that takes longer fails. A step that does not look at the
    /// wish to stop is let run to its end and its result kept, with a word on it.
    #[arg(long, value_name = "TIME", value_parser = duration::duration)]
    step_timeout: Option<Duration>,
    /// Sends the results to the remote afterwards, those that are not there.
    #[arg(long, conflicts_with = "until_decided")]
    pub(in crate::cli) push: bool,
}

impl From<EarlyEnds> for Ends {
    fn from(ends: EarlyEnds) -> Self {
        Self { fail_fast: ends.fail_fast, step_timeout: ends.step_timeout }
    }
}

/// Runs studies.
pub(in crate::cli) fn run(
    project: &Project,
    (patterns, only): (&[String], &[String]),
    (with_report, verbose): (bool, bool),
) -> Result<Done, Failure> {
    let studies = outputs_named(project.load(patterns)?, only)?;
    let done = if only.is_empty() {
        execute_reporting(project, &studies, with_report)?
    } else {
        compute(project, &studies, false)?.0
    };
    let verdicts = verdict::all(&studies, (&done.graph, &done.store));
    if output::is_json() {
        verdicts.iter().flatten().for_each(verdict::Verdict::print_json);
    } else if !project.options.quiet {
        print_outcome(&studies, (&done, &verdicts), verbose);
    }
    if with_report {
        let failures: Vec<_> = done.summary.failed.iter().map(|f| (f.name.clone(), f.error.clone())).collect();
        let to = report::of_run(project);
        report::write(project, (&studies, &done.graph, &done.store), (to, &failures))?;
        growing::clear(project).map_err(|e| Failure::file(e.to_string()))?;
    }
    tell_of_programs(project);
    gated::tell(project, (&studies, &done.graph), &done.summary);
    print_failures(project, &done.summary);
    let Summary { ran, cached, failed, skipped, gated, elapsed_s } = &done.summary;
    let code = code_of(failed);
    if project.push {
        store::send(project, &studies, &done.store)?;
    }
    let steps = json!({
        "ran": ran, "cached": cached, "failed": failed.len(), "left_out": skipped.len(), "gated": gated.len()
    });
    let verdicts = verdict::tally(verdicts.iter().flatten());
    Ok(Done::with(code, [("steps", steps), ("verdicts", verdicts), ("elapsed_s", json!(elapsed_s))]))
}

/// Folders that studies asked to keep; files that programs read and no study declares, as far as they were traced.
fn tell_of_programs(project: &Project) {
    for (program, folder) in kept::asked_for().into_iter().filter(|_| !output::is_json()) {
        note!("kept: the folder of `{program}` is {}", folder.display());
    }
    let here = std::env::current_dir().unwrap_or_default();
    let root = here.join(&project.root).canonicalize().unwrap_or(here);
    for (program, file) in trace::undeclared() {
        let shown = file.strip_prefix(&root).unwrap_or(&file).display().to_string();
        if output::is_json() {
            output::event(&json!({"event": "undeclared", "program": program, "file": shown}));
        } else {
            note!("undeclared: `{program}` read {shown}; list it in `files`, so that a change of it is seen");
        }
    }
}

/// The exit code of a run with these failures.
pub(in crate::cli) fn code_of(failed: &[Failed]) -> Code {
    match failed {
        [] => Code::Well,
        failed if failed.iter().all(|step| step.data.is_some()) => Code::Data,
        _ => Code::Failed,
    }
}

/// A finished run.
pub(in crate::cli) struct Ran {
    pub graph: Arc<Graph>,
    pub store: Arc<Store>,
    pub summary: Summary,
}

/// Runs studies and records the run; a summary with failed steps is no error here.
pub(in crate::cli) fn execute(project: &Project, studies: &[Study]) -> Result<Ran, Failure> {
    execute_reporting(project, studies, false)
}

/// The same; with pages that grow meanwhile, if they are wanted.
fn execute_reporting(project: &Project, studies: &[Study], with_report: bool) -> Result<Ran, Failure> {
    let (ran, last) = compute(project, studies, with_report)?;
    let Ran { graph, store, summary } = &ran;
    if summary.failed.is_empty() {
        record(project, studies, (graph, store, summary, &last))?;
    }
    Ok(ran)
}

/// Runs studies; their last records go with it.
fn compute(project: &Project, studies: &[Study], with_report: bool) -> Result<(Ran, Vec<RunRecord>), Failure> {
    let executor = project.executor()?;
    let graph = Arc::new(Graph::new(studies));
    let last = last_records(&executor.store, studies)?;
    store::take_over(project, (studies, &graph, &executor.store), &last)?;
    let mut sink = terminal::sink(project.options.quiet, project.options.json);
    let mut learns = Learns { pace: Pace::default(), sink: sink.as_mut() };
    let summary = if with_report {
        let run = |sink: &mut dyn Sink| executor.run(&graph, &last, sink);
        growing::beside(project, (studies, &graph, &executor.store), &mut learns, run)
    } else {
        executor.run(&graph, &last, &mut learns)
    };
    let summary = summary?;
    // What cannot be noted is learnt by the next run. After one that broke off nothing is written any more.
    let _ = learns.pace.teach(&executor.store);
    let Summary { ran, cached, failed, skipped, gated, elapsed_s } = &summary;
    let (failed, left_out, gated) = (failed.len(), skipped.len(), gated.len());
    let ended = json!({
        "ran": ran, "cached": cached, "failed": failed, "left_out": left_out, "gated": gated, "elapsed_s": elapsed_s
    });
    log(project, &executor.store, ("run", studies), ended);
    Ok((Ran { graph, store: executor.store, summary }, last))
}

/// The studies with the outputs of these names alone, without those that have none of them; all as they are where no name
/// is given.
fn outputs_named(mut studies: Vec<Study>, names: &[String]) -> Result<Vec<Study>, Failure> {
    if names.is_empty() {
        return Ok(studies);
    }
    let known: BTreeSet<&str> = studies.iter().flat_map(|s| &s.outputs).map(|output| output.name.as_str()).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(name.as_str())) {
        let known: Vec<&str> = known.into_iter().collect();
        let help = known_names(unknown, &known).unwrap_or_else(|| "there are none".to_owned());
        return Err(Failure::mistake(format!(
            "--only {unknown}: the studies have no figure, table or claim of this name; {help}"
        )));
    }
    studies.iter_mut().for_each(|study| study.outputs.retain(|output| names.contains(&output.name)));
    studies.retain(|study| !study.outputs.is_empty());
    Ok(studies)
}

/// The records of the last runs; of studies that have none with these settings, of the last run without.
pub(in crate::cli) fn last_records(store: &Store, studies: &[Study]) -> Result<Vec<RunRecord>, StoreError> {
    let record = |study: &Study| match RunRecord::read(store, study) {
        Ok(None) => RunRecord::read_ordinary(store, study),
        other => other,
    };
    let found: Result<Vec<_>, _> = studies.iter().map(record).collect();
    Ok(found?.into_iter().flatten().collect())
}

type Finished<'a> = (&'a Graph, &'a Store, &'a Summary, &'a [RunRecord]);

/// Records the run of each study whose steps are not those of its last record.
fn record(project: &Project, studies: &[Study], (graph, store, summary, last): Finished<'_>) -> Result<(), Failure> {
    let mut machine = None;
    for (index, study) in studies.iter().enumerate() {
        let same = |record: &&RunRecord| record.study == study.head.study && record.profile == study.variant();
        let (steps, before) = (RunRecord::steps_of(graph, index), last.iter().find(same));
        let steps = if let Some(before) = before { before.carried_over(steps) } else { steps };
        if summary.ran == 0 && before.is_some_and(|record| record.steps == steps) {
            continue;
        }
        let record = RunRecord {
            study: study.head.study.clone(),
            profile: study.variant(),
            finished_unix_s: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()),
            elapsed_s: summary.elapsed_s,
            ran: summary.ran,
            cached: summary.cached,
            machine: machine.get_or_insert_with(Machine::this).clone(),
            commit: project.commit(),
            steps,
        };
        record.write(store)?;
    }
    Ok(store.settle()?)
}

fn print_outcome(studies: &[Study], (done, verdicts): (&Ran, &[Vec<verdict::Verdict>]), verbose: bool) {
    let Summary { ran, cached, failed, elapsed_s, .. } = &done.summary;
    if *ran == 0 && failed.is_empty() && done.summary.gated.is_empty() {
        say!("nothing to do: all {cached} results are up to date ({elapsed_s:.2} s)");
    } else {
        say!("{ran} steps ran, {cached} results were up to date ({elapsed_s:.1} s)");
    }
    let lines = studies.len() + verdicts.iter().map(Vec::len).sum::<usize>();
    if lines > SCREEN && !verbose {
        return scoreboard(verdicts);
    }
    for (study, verdicts) in studies.iter().zip(verdicts) {
        let data = study.data.as_ref().map_or(String::new(), |d| match d.stands_in_for.as_str() {
            "" => format!(" on {}", d.title),
            paper => format!(" on {} (stands in for {paper})", d.title),
        });
        say!("{}{data}{}", study.head.study, study.settings_in_words());
        verdicts.iter().for_each(verdict::Verdict::print);
    }
}

/// Lines of claims that fit on a screen, with what stands over and under them.
const SCREEN: usize = 20;
/// Of each ending that a reader should see, the most claims that the scoreboard lists.
const LISTED: usize = 7;

/// How many claims ended how, and those that did not end held, on at most one screen.
fn scoreboard(verdicts: &[Vec<verdict::Verdict>]) {
    let all = || verdicts.iter().flatten();
    say!("{}", verdict::tally_in_words(all()));
    for word in ["contradicted", "undecided"] {
        let of_word: Vec<&verdict::Verdict> = all().filter(|verdict| verdict.word() == word).collect();
        of_word.iter().take(LISTED).for_each(|verdict| verdict.print_with_study());
        if of_word.len() > LISTED {
            say!("  … and {} more {word}", of_word.len() - LISTED);
        }
    }
    say!("`lofi run --verbose` lists every claim");
}

/// Prints what failed; called last, so that it is the last thing on screen.
pub(in crate::cli) fn print_failures(project: &Project, summary: &Summary) {
    if project.options.json || summary.failed.is_empty() {
        return;
    }
    // what is wrong with a data set is wrong for each of its readers
    let mut unread: BTreeMap<&str, usize> = BTreeMap::new();
    for Failed { name, place, error, data } in &summary.failed {
        match data.as_deref().and_then(|card| unread.get_mut(card)) {
            Some(more) => *more += 1,
            None => note!("FAILED {name}\nat {place}\n{error}"),
        }
        data.iter().for_each(|card| _ = unread.entry(card).or_default());
    }
    for (card, more) in unread.into_iter().filter(|(_, more)| *more > 0) {
        note!(
            "FAILED {more} more that read the data set `{card}`; `lofi data verify {card}` tells all that is wrong with it"
        );
    }
    note!("{} failed, {} left out because of it", summary.failed.len(), summary.skipped.len());
}
