//! The command line: one file a command; the terminal is a consumer of engine events.

mod baseline;
mod data;
mod fail;
mod list;
mod plan;
mod project;
mod report;
mod run;
mod schema;
mod stop;
mod terminal;

use crate::study::DEFAULT_PROFILE;
use clap::{Args, CommandFactory, Parser, Subcommand};
use fail::{Code, Failure};
use project::Project;
use std::path::PathBuf;

/// Turns a folder of YAML studies into a reproduced paper.
///
/// Exit codes: 0 all well; 1 a step failed, or `check` found a difference; 2 a mistake in the command line, a study or
/// a card; 3 a data set is missing or damaged; 4 the store or another file cannot be read or written; 130 stopped by
/// the user. A claim that fails is a result, not an error.
#[derive(Debug, Parser)]
#[command(name = "lofi", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// smoke (seconds), quick (minutes), paper (as published), or another profile of the studies.
    #[arg(long, global = true, default_value = DEFAULT_PROFILE, env = "LOFI_PROFILE")]
    profile: String,
    /// Replaces a constant or a sweep axis in every study that has it; the value is YAML.
    #[arg(long, global = true, value_name = "NAME=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
    /// Steps at once; the results do not depend on it. Default: the number of cores.
    #[arg(long, global = true, value_parser = jobs)]
    jobs: Option<usize>,
    /// Memory for values and work, such as 2GiB; no step may need more. Default: 60 % of what is free, for all together.
    #[arg(long, global = true, value_parser = memory)]
    memory: Option<u64>,
    /// The folder of studies; cards lie in `datasets` beside it.
    #[arg(long = "studies", global = true, value_name = "DIR", default_value = "studies")]
    studies_folder: PathBuf,
    /// The folder of stored results. Default: `.lofi` beside the studies.
    #[arg(long, global = true, value_name = "DIR", env = "LOFI_STORE")]
    store: Option<PathBuf>,
    /// A folder with data sets, as well as `data` beside the studies. May be repeated.
    #[arg(long, global = true, value_name = "DIR", env = "LOFI_DATA", value_delimiter = ':')]
    data: Vec<PathBuf>,
    /// Only errors.
    #[arg(long, short, global = true)]
    quiet: bool,
    /// What happens, as one JSON object a line on standard output.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs what changed and prints how the claims ended.
    Run {
        /// Studies, by name or by a folder that holds them. Default: all.
        studies: Vec<String>,
        /// Writes the report afterwards.
        #[arg(long)]
        report: bool,
    },
    /// Prints what would run, what is cached, and why; memory and estimated time.
    Plan {
        /// Studies. Default: all.
        studies: Vec<String>,
        /// Every step with the reason that it runs.
        #[arg(long)]
        steps: bool,
    },
    /// Writes the HTML and Markdown report from stored results.
    Report {
        /// Studies. Default: all.
        studies: Vec<String>,
        /// Where to. Default: `reports` beside the studies.
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
    },
    /// Compares results with the committed baseline, running what is missing; exits with 1 where a number moved.
    Check {
        /// Studies. Default: all that have a baseline.
        studies: Vec<String>,
    },
    /// Accepts the present results as the baseline.
    Bless {
        /// Studies. Default: all.
        studies: Vec<String>,
    },
    /// Lists studies, or the kinds of steps with their documentation.
    List {
        /// What to list.
        #[command(subcommand)]
        what: Option<list::What>,
    },
    /// Lists, fetches and verifies data sets.
    Data {
        /// What to do. Default: list.
        #[command(subcommand)]
        what: Option<data::What>,
    },
    /// Writes the JSON schemas that editors check studies and cards with.
    Schema {
        /// Only says whether the files are up to date.
        #[arg(long)]
        check: bool,
        /// Where to. Default: `schema` beside the studies.
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
    },
    /// Prints completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Prints the manual page.
    Man,
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE, such as seed={count: 2}")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn jobs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(jobs) if jobs > 0 => Ok(jobs),
        _ => Err("expected a whole number, 1 or more".to_owned()),
    }
}

fn memory(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).trim();
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').trim();
    let factor: f64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "kib" | "k" => 1024.0,
        "mib" | "m" => 1024.0 * 1024.0,
        "gib" | "g" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err(format!("unknown unit `{unit}`: expected MiB or GiB")),
    };
    let number: f64 = digits.parse().map_err(|_| format!("`{digits}` is no number: expected a size such as 2GiB"))?;
    if number <= 0.0 {
        return Err("expected a size above zero".to_owned());
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and far below 2^64 bytes")]
    Ok((number * factor) as u64)
}

/// Parses the command line, does what it says and returns the exit code.
#[must_use]
pub fn main() -> std::process::ExitCode {
    stop::install();
    let cli = Cli::parse();
    fail::install();
    let code = match dispatch(cli) {
        Ok(code) => code.into(),
        Err(Failure::Message(Code::Stopped, _)) => stop::stopped(),
        Err(failure) => failure.show(),
    };
    if stop::of_process().asked() {
        stop::stopped();
    }
    code
}

fn dispatch(cli: Cli) -> Result<Code, Failure> {
    let options = &cli.options;
    match cli.command {
        Command::Run { studies, report } => run::run(&Project::open(options)?, &studies, report),
        Command::Plan { studies, steps } => plan::plan(&Project::open(options)?, &studies, steps),
        Command::Report { studies, to } => report::report(&Project::open(options)?, &studies, to),
        Command::Check { studies } => baseline::check(&Project::open(options)?, &studies),
        Command::Bless { studies } => baseline::bless(&Project::open(options)?, &studies),
        Command::List { what } => list::list(options, what),
        Command::Data { what } => data::data(&Project::open(options)?, what),
        Command::Schema { check, to } => schema::schema(options, check, to),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "lofi", &mut std::io::stdout());
            Ok(Code::Well)
        }
        Command::Man => {
            clap_mangen::Man::new(Cli::command())
                .render(&mut std::io::stdout())
                .map_err(|e| Failure::file(format!("cannot print the manual page: {e}")))?;
            Ok(Code::Well)
        }
    }
}
