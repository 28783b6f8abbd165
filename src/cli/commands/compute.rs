//! Commands that compute, or say what would be computed: which of them is meant.

use super::decide::{self, Limits};
use super::elsewhere::{self, Elsewhere, ExecStep, On, Submit, Tend, Where, exec_step};
use super::serve::Serving;
use super::{growing, plan, report, run};
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::options::Options;
use crate::cli::project::Project;
use crate::cluster::{TEND, tend};
use crate::external;
use std::path::PathBuf;

/// Commands that compute, or say what would be computed.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Compute {
    /// Runs what changed and prints how the claims ended.
    Run {
        /// Studies, by name, by a folder that holds them, or by their path. Default: all.
        studies: Vec<String>,
        /// Writes the report afterwards, into `reports`; of a profile that is not the default and has no pages there into
        /// `reports/PROFILE`. While it runs, what is finished stands in `running` there.
        #[arg(long)]
        report: bool,
        /// Prints every claim, where there are more than fit on a screen.
        #[arg(long, short)]
        verbose: bool,
        /// Computes only this figure, table or claim of the studies and what it needs. May be repeated.
        #[arg(long, value_name = "NAME", conflicts_with_all = ["report", "serve", "until_decided"])]
        only: Vec<String>,
        /// Names the files of the project and of your home that programs of `command` steps read and no study declares, as
        /// `strace` sees them; of steps that run, not of those whose results are stored.
        #[arg(long)]
        trace: bool,
        /// Adds seeds until the claims are decided, as `decide` does.
        #[arg(long)]
        until_decided: bool,
        /// Sends the steps there and looks after them, as `submit` and `attach` do, before it does the rest here.
        #[arg(long, value_enum, conflicts_with_all = ["until_decided", "trace", "only", "fail_fast", "step_timeout"])]
        on: Option<On>,
        #[command(flatten)]
        to: Where,
        #[command(flatten)]
        limits: Limits,
        #[command(flatten)]
        ends: run::EarlyEnds,
        #[command(flatten)]
        serving: Serving,
    },
    /// Adds seeds where claims are open, most decisions for the time first, until they are decided or cannot be.
    ///
    /// Claims, looks and the most seeds are written down before the first is added, `register` alone does that. Called again
    /// it goes on where it was stopped.
    Decide {
        /// Studies. Default: all.
        studies: Vec<String>,
        #[command(flatten)]
        limits: Limits,
        /// Only says which seeds would be added first and what they cost; runs and writes nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Writes down claims, looks and the most seeds, in `results/STUDY/PROFILE/seeds.json`, before seeds are added.
    Register {
        /// Studies. Default: all.
        studies: Vec<String>,
        /// Most seeds of a condition. Default: the last look of the study.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=1000))]
        max_seeds: Option<u16>,
    },
    /// Prints what would run, what is cached, and why; memory and estimated time.
    Plan {
        /// Studies. Default: all.
        studies: Vec<String>,
        /// Every step with the reason that it runs.
        #[arg(long)]
        steps: bool,
        /// Exits with 1 where something would run.
        #[arg(long)]
        fail_if_stale: bool,
        #[command(flatten)]
        elsewhere: Elsewhere,
    },
    ExecStep(ExecStep),
    /// Sends the steps that would run to a cluster, and returns. Nothing has to stay open: what becomes of them is told by the
    /// store, to any machine that has it.
    Submit(Submit),
    /// Looks after what was sent until it is done: what was lost is sent again, what ran out of memory or time once more with
    /// more. Ctrl-C asks whether the tasks go on.
    Attach(Tend),
    /// How the open submissions stand, and why tasks wait.
    Status(Tend),
    /// Takes back what was sent and has not ended. What is computed stays.
    Cancel(Tend),
    /// Runs the tasks that were sent to this machine.
    #[command(name = TEND, hide = true)]
    TendLocal {
        /// The folder that they lie in.
        folder: PathBuf,
    },
}

impl Compute {
    /// Whether what it prints is all that it does.
    pub(in crate::cli) const fn only_prints(&self) -> bool {
        matches!(self, Self::Plan { elsewhere, .. } if !elsewhere.describes())
    }

    /// The name of the command.
    pub(in crate::cli) const fn name(&self) -> &'static str {
        match self {
            Self::Run { .. } => "run",
            Self::Decide { .. } => "decide",
            Self::Register { .. } => "register",
            Self::Plan { .. } => "plan",
            Self::ExecStep(_) => "exec-step",
            Self::Submit(_) => "submit",
            Self::Attach(_) => "attach",
            Self::Status(_) => "status",
            Self::Cancel(_) => "cancel",
            Self::TendLocal { .. } => TEND,
        }
    }
}

/// Does it.
pub(in crate::cli) fn compute(options: &Options, command: Compute) -> Result<Done, Failure> {
    match command {
        Compute::Run { studies, report, verbose, only, trace, until_decided, on, to, limits, ends, serving } => {
            if trace {
                external::trace::start().map_err(Failure::mistake)?;
            }
            let mut project = Project::open(options)?;
            (project.push, project.ends) = (ends.push, ends.into());
            let (with_report, only_runs) =
                (report || serving.serve, limits.budget.is_none() && limits.max_seeds.is_none());
            let work = || match (until_decided, only_runs) {
                (true, _) => {
                    let done = decide::decide(&project, &studies, limits.wish(false))?;
                    if with_report {
                        report::report(&project, &studies, (report::of_run(&project), &[]))?;
                    }
                    Ok(done)
                }
                (false, true) => {
                    if let Some(done) =
                        on.map(|on| elsewhere::run(&project, &studies, (on, &to))).transpose()?.flatten()
                    {
                        return Ok(done);
                    }
                    run::run(&project, (&studies, &only), (with_report, verbose))
                }
                (false, false) => Err(Failure::mistake(
                    "`--budget` and `--max-seeds` limit `--until-decided`: add that, or leave them",
                )),
            };
            serving.around((growing::folder(&project), report::folder_of_run(&project)), work)
        }
        Compute::Decide { studies, limits, dry_run } => {
            decide::decide(&Project::open(options)?, &studies, limits.wish(dry_run))
        }
        Compute::Register { studies, max_seeds } => {
            decide::register(&Project::open(options)?, &studies, max_seeds.map(usize::from))
        }
        Compute::Plan { studies, steps, fail_if_stale, elsewhere } => {
            plan::plan(&Project::open(options)?, &studies, (steps, fail_if_stale, &elsewhere))
        }
        Compute::ExecStep(wanted) => exec_step(options, &wanted),
        Compute::Submit(wanted) => elsewhere::submit(&Project::open(options)?, &wanted),
        Compute::Attach(wanted) => elsewhere::attach(&Project::open(options)?, &wanted),
        Compute::Status(wanted) => elsewhere::status(&Project::open(options)?, &wanted),
        Compute::TendLocal { folder } => {
            let cannot = |e: std::io::Error| Failure::file(format!("{}: {e}", folder.display()));
            tend(&folder).map_err(cannot).map(|()| Code::Well.into())
        }
        Compute::Cancel(wanted) => elsewhere::cancel(&Project::open(options)?, &wanted),
    }
}
