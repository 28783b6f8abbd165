//! `lofi exec-step`: computes steps by their keys, and says by its exit code what a scheduler is to do.
//!
//! The steps are computed by a process of their own, so that somebody is left to write down why it ended.

use super::inner::{described, failed_for_good, inner, job, mark};
use super::meant::{Place, Which};
use super::watched::{Heard, Watched, cpu_of_children, memory_kills, out_of_memory};
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::project::Project;
use crate::cli::{options::Options, output, stop};
use crate::cluster::host;
use crate::engine::{Cause, Described, Store, TaskReport};
use crate::step::hex;
use serde_json::json;
use sha2::{Digest, Sha256};
use signal_hook::consts::SIGUSR1;
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Computes steps that the store describes, by their keys: no study is read. What is stored already is not computed again.
///
/// For schedulers. `lofi plan --tasks` describes steps and prints their keys; `lofi submit` writes the keys of a task into the
/// store, and its number is enough. SIGTERM, or SIGUSR1 before the time is over, has it keep the state of what it is at; the same
/// command goes on from there.
///
/// Exit codes: 0 every result is in the store; 1 a step failed, and a mark in the store says why; 2 there is no such step, or
/// another version of this program described it; 3 a data set is missing or damaged; 4 the store cannot be read or written;
/// 75 not now, another task is to compute what it needs; 85 it was asked to end and what it has done is kept: the same again;
/// 86 out of memory; 87 out of time, and nothing to go on from was kept; 137 killed.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ExecStep {
    #[command(flatten)]
    which: Which,
    /// Computes them in this very process.
    #[arg(long, hide = true)]
    inner: bool,
}

/// How often the process is looked after.
const PAUSE: Duration = Duration::from_millis(20);

/// Does it.
pub(in crate::cli) fn exec_step(options: &Options, wanted: &ExecStep) -> Result<Done, Failure> {
    let project = Project::open(options)?;
    let store = project.open_store()?;
    let meant = wanted.which.meant(&store)?;
    if wanted.inner {
        return inner(&project, &meant);
    }
    let steps = match described(&store, &meant) {
        Ok(steps) => steps,
        Err(failure) => {
            // Whoever looks after the submission learns that there is no use in sending it again.
            Task { store, steps: Vec::new(), place: meant.task }.tell(failure.code(), &Told::default());
            return Err(failure);
        }
    };
    let task = Task { store, steps, place: meant.task };
    let left = task.left();
    if left.is_empty() {
        task.tell(Code::Well, &Told::default());
        return Ok(task.done(Code::Well, 0));
    }
    if let Some(why) = task.place.as_ref().and_then(|place| place.closed.as_ref()) {
        output::note!("the submission is closed ({why}): nothing is computed");
        return Ok(task.done(Code::Well, 0));
    }
    let before = task.states();
    // What failed for good since the submission began is not tried again.
    let again = |step: &&&Described| task.place.is_none() || !failed_for_good(&task.store, step);
    left.iter().filter(again).for_each(|step| task.store.forget_failure(&step.key));
    let time_is_over = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(SIGUSR1, Arc::clone(&time_is_over))
        .map_err(|e| Failure::file(format!("cannot listen to signals: {e}")))?;
    // From here on a wish to stop is passed on, and what comes of it is the end.
    stop::ends();
    let (start, kills) = (Instant::now(), memory_kills());
    let not_started = |e: std::io::Error| Failure::file(format!("cannot start the process of the steps: {e}"));
    let mut watched = Watched::start(command(options)?).map_err(not_started)?;
    let mut asked = false;
    let status = loop {
        if let Some(status) = watched.ended().map_err(not_started)? {
            break status;
        }
        if !asked && (stop::of_process().asked() || time_is_over.load(Ordering::Relaxed)) {
            asked = true;
            watched.ask_to_end();
        }
        std::thread::sleep(PAUSE);
    };
    let seen_bytes = watched.peak_bytes;
    let heard = watched.heard();
    let peak_bytes = seen_bytes.max(heard.peak_bytes);
    let killed = memory_kills() > kills;
    let memory = out_of_memory(status, &heard, killed) || killed && status.code() == Some(Code::Failed as i32);
    let ended = End {
        status,
        heard,
        // Where a scheduler tells every process of a task to end, that of the steps may have ended first.
        asked: asked || status.code() == Some(Code::Stopped as i32),
        memory,
        time: time_is_over.load(Ordering::Relaxed),
        moved: task.states() != before,
    };
    let computed = left.len() - task.left().len();
    let code = task.judge(&ended, computed)?;
    task.complete_marks(&ended.heard)?;
    let seconds = start.elapsed().as_secs_f64();
    let names = &ended.heard.finished;
    let ran = left.iter().filter(|step| names.contains(&step.name)).map(|step| step.key.clone()).collect();
    task.tell(code, &Told { seconds, peak_bytes, ran, heard: Some(&ended.heard) });
    if !output::is_json() {
        let (of, peak) = (task.steps.len(), crate::engine::human_bytes(peak_bytes));
        output::note!("{computed} of {of} steps computed in {seconds:.1} s, at most {peak} of memory");
    }
    Ok(task.done(code, computed))
}

/// This command line once more, for the process that computes.
fn command(options: &Options) -> Result<Command, Failure> {
    let program = std::env::current_exe().map_err(|e| Failure::file(format!("cannot find this program: {e}")))?;
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1)).arg("--inner");
    if !options.json {
        command.arg("--json");
    }
    Ok(command)
}

struct Task {
    store: Arc<Store>,
    steps: Vec<Described>,
    place: Option<Place>,
}

/// What a task did.
#[derive(Default)]
struct Told<'a> {
    seconds: f64,
    peak_bytes: u64,
    /// Keys of the steps that it computed.
    ran: Vec<String>,
    heard: Option<&'a Heard>,
}

/// How the process ended.
struct End {
    status: ExitStatus,
    heard: Heard,
    /// It was asked to end.
    asked: bool,
    /// Memory ran out.
    memory: bool,
    /// Because its time is over.
    time: bool,
    /// A state was kept that was not there before.
    moved: bool,
}

impl Task {
    /// Steps whose results are not there.
    fn left(&self) -> Vec<&Described> {
        self.steps.iter().filter(|step| !step.is_stored(&self.store)).collect()
    }

    /// What identifies the states that its steps have kept.
    fn states(&self) -> Vec<Option<String>> {
        let of = |step: &Described| self.store.scratch(&step.key).map(|state| hex(&Sha256::digest(state)));
        self.steps.iter().map(of).collect()
    }

    /// The exit code; what was lost with the process is marked.
    fn judge(&self, end: &End, computed: usize) -> Result<Code, Failure> {
        let left = self.left();
        if left.is_empty() {
            return Ok(Code::Well);
        }
        let code = end.status.code().filter(|code| *code != Code::Stopped as i32);
        // A program that it started may have been the one that was killed.
        if let Some(code) = code.filter(|code| *code != Code::Failed as i32 || !end.memory) {
            return Ok(Code::of(code).unwrap_or(Code::Failed));
        }
        if end.asked && !end.memory {
            if !end.time || end.moved || computed > 0 {
                return Ok(Code::Evicted);
            }
            self.mark_lost(&left, (end, Cause::Time), "its time was over before there was anything to go on from")?;
            return Ok(Code::OutOfTime);
        }
        if end.memory {
            self.mark_lost(&left, (end, Cause::Memory), "its process was killed for lack of memory")?;
            return Ok(Code::OutOfMemory);
        }
        self.mark_lost(&left, (end, Cause::Killed), &format!("its process was killed ({})", end.status))?;
        Ok(Code::Killed)
    }

    /// Marks the steps that the process was at, of those that are left; all of those where it was at none of them.
    fn mark_lost(&self, left: &[&Described], (end, cause): (&End, Cause), why: &str) -> Result<(), Failure> {
        let at: Vec<&&Described> = left.iter().filter(|step| end.heard.running.contains(&step.name)).collect();
        let lost = if at.is_empty() { left.iter().collect() } else { at };
        lost.into_iter().try_for_each(|step| mark(&self.store, (step, cause), why.to_owned()))
    }

    /// Puts the end of the log to the marks of what failed.
    fn complete_marks(&self, heard: &Heard) -> Result<(), Failure> {
        for step in self.left() {
            if let Some(mut mark) = self.store.failure(&step.key)? {
                mark.log_tail = heard.tail.iter().cloned().collect();
                self.store.mark_failed(&mark)?;
            }
        }
        Ok(())
    }

    /// Leaves a report for whoever looks after the submission, where there is one. Nothing depends on it.
    fn tell(&self, code: Code, told: &Told<'_>) {
        let Some(place) = &self.place else { return };
        let report = TaskReport {
            array: place.array,
            task: place.number,
            job: job(),
            host: host(),
            unix_s: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs()),
            seconds: told.seconds,
            cpu_s: cpu_of_children(),
            peak_bytes: told.peak_bytes,
            exit: code as u8,
            found: self.steps.len().saturating_sub(told.ran.len() + self.left().len()),
            ran: told.ran.clone(),
            waits_for: told.heard.and_then(|heard| heard.waits_for.clone()),
            pace: told.heard.map(|heard| heard.pace.clone()).unwrap_or_default(),
        };
        if let Err(error) = self.store.leave_report(&place.submission, &report) {
            output::note!("the report of this task could not be left: {error}");
        }
    }

    fn done(&self, code: Code, computed: usize) -> Done {
        let left = self.left().len();
        let found = self.steps.len() - left - computed.min(self.steps.len() - left);
        Done::with(code, [("computed", json!(computed)), ("found", json!(found)), ("left", json!(left))])
    }
}
