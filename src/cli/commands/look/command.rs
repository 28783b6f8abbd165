//! Which of the commands is meant.

use super::verify_results::Sample;
use super::{explain, graph, log, try_cell, verify_results, why};
use crate::cli::fail::{Done, Failure};
use crate::cli::options::Options;
use crate::cli::project::Project;

/// Commands that look at studies and results.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Look {
    /// Explains why steps run, or when, where and at which cost their stored results were made.
    ///
    /// Down to the parameter and where it is written, the input and its own reason, the data set, and the function whose code
    /// is another one.
    Why {
        /// A study, a step of one (`lofi/accuracy/score`), or a result by at least six of the first digits of its key.
        target: String,
        /// The cell of the step, such as `n_train=1000,seed=0`; axes that are left out may have any value.
        #[arg(long = "where", value_name = "AXIS=VALUE,…")]
        cell: Option<String>,
    },
    /// Writes a study as mathematics: what each step computes, from what, in which cells and with which parameters, and the
    /// sources.
    Explain {
        /// Studies. Default: all.
        studies: Vec<String>,
        /// How it is written. Default: text for a terminal, else Markdown.
        #[arg(long, value_enum)]
        format: Option<explain::Form>,
    },
    /// Draws the steps of a study with what is wired to them.
    Graph {
        /// The study.
        study: String,
        /// In which language.
        #[arg(long, value_enum, default_value_t = graph::Form::Svg)]
        format: graph::Form,
    },
    /// Shows what was run, checked and blessed with this store; exits with 1 where the log is not as it was written.
    Log {
        /// Only says whether every line follows the one before it, and the hash of the last one.
        #[arg(long)]
        verify: bool,
        /// Only the last lines.
        #[arg(long, value_name = "N", conflicts_with = "verify")]
        last: Option<usize>,
    },
    /// Computes some committed rows anew, in a store of their own, and compares them as `check` does; exits with 1 where one
    /// differs.
    VerifyResults {
        #[command(flatten)]
        sample: Sample,
    },
    /// Computes one cell of a step, the first or the one that is named, and shows its tables and a plot. `--set` changes
    /// constants and axes.
    Try {
        /// The step: `STUDY/STEP`.
        step: String,
        /// The cell, such as `n_train=1000,seed=0`.
        #[arg(long = "where", value_name = "AXIS=VALUE,…")]
        cell: Option<String>,
    },
}

impl Look {
    /// Whether what it prints is all that it does.
    pub(in crate::cli) const fn only_prints(&self) -> bool {
        matches!(self, Self::Why { .. } | Self::Explain { .. } | Self::Graph { .. } | Self::Log { .. })
    }

    /// The name of the command.
    pub(in crate::cli) const fn name(&self) -> &'static str {
        match self {
            Self::Why { .. } => "why",
            Self::Explain { .. } => "explain",
            Self::Graph { .. } => "graph",
            Self::Try { .. } => "try",
            Self::Log { .. } => "log",
            Self::VerifyResults { .. } => "verify-results",
        }
    }
}

/// Does it.
pub(in crate::cli) fn look(options: &Options, command: Look) -> Result<Done, Failure> {
    match command {
        Look::Why { target, cell } => why::why(&Project::open(options)?, &target, cell.as_deref()),
        Look::Explain { studies, format } => explain::explain(&Project::open(options)?, &studies, format),
        Look::Graph { study, format } => graph::graph(&Project::open(options)?, &study, format),
        Look::Log { verify, last } => log::log(&Project::open(options)?, (verify, last)),
        Look::VerifyResults { sample } => verify_results::verify_results(&Project::open(options)?, &sample),
        Look::Try { step, cell } => try_cell::try_cell(&Project::open(options)?, &step, cell.as_deref()),
    }
}
