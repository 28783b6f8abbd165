//! The command line as it is written, and which command answers.

use super::code::Code;
use super::commands::authoring::{Fmt, Init, New, fmt, init, new};
use super::commands::serve::Serving;
use super::commands::{baseline, compute, data, diff, export, list, look, report, schema, store};
use super::fail::{Done, Failure};
use super::options::{Options, bound_threads};
use super::project::Project;
use super::{environment, fail, output, stop};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::path::PathBuf;

/// Turns a folder of YAML studies into a reproduced paper.
///
/// Exit codes: 0 all well; 1 a step failed, `check` or `diff` found a difference, `store verify` found damage, `log` a line
/// that was changed, `verify-results` a row that came out otherwise, or `plan --fail-if-stale` something to run; 2 a mistake
/// in the command line, a study or a card; 3 a data set is missing or damaged; 4 the store, a remote or a file cannot be read or
/// written, or the output of a command that only prints; 130 stopped by the user. `exec-step` has more of them. A claim that fails is a result, not an
/// error.
#[derive(Debug, Parser)]
#[command(name = "lofi", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes a folder a project: a first study that runs in seconds, a workflow for CI, rules for git, a readme. What stands
    /// there is not overwritten.
    Init(Init),
    /// Writes a new study.
    #[command(subcommand)]
    New(New),
    /// Formats studies and cards: indentation, spacing, order of sections. Comments stay, and nothing changes its meaning.
    Fmt(Fmt),
    #[command(flatten)]
    Compute(compute::Compute),
    /// Writes the HTML and Markdown report from stored results.
    Report {
        /// Studies. Default: all.
        studies: Vec<String>,
        /// Where to. Default: `reports` beside the studies.
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
        /// Writes it also as json, junit (test cases), sarif (annotations of the studies' files) or summary (a few lines of
        /// Markdown) to a file, `-` for standard output. May be repeated.
        #[arg(long, value_name = "FORMAT=FILE", value_parser = report::exported)]
        export: Vec<report::Exported>,
        /// Writes all pages into one file of HTML as well, which needs nothing beside it.
        #[arg(long, value_name = "FILE")]
        single_file: Option<PathBuf>,
        #[command(flatten)]
        serving: Serving,
    },
    /// Compares two sets of results: verdicts that changed and why, numbers that moved in units of their spread over seeds,
    /// rows that came or went, cost. Exits with 1 where they differ.
    Diff {
        /// A folder of results, a git revision, a study with a profile (`lofi/accuracy@quick`; `@quick` for all) as it is
        /// stored, or `published`.
        old: String,
        /// The other side. Default: the committed results.
        new: Option<String>,
        /// How it is printed.
        #[arg(long, value_enum, default_value_t = diff::Form::Text)]
        format: diff::Form,
    },
    /// Writes a figure to files, or all numbers of a study as LaTeX macros, from stored results.
    Export {
        /// The study.
        study: String,
        /// The figure.
        figure: Option<String>,
        /// A file for the figure, in the form that its ending says: svg, pdf, png, json (its data and how it came about), or
        /// csv (its data). May be repeated.
        #[arg(long, value_name = "FILE", requires = "figure")]
        to: Vec<PathBuf>,
        /// A file of LaTeX with a macro for every number of the study's tables and claims, `-` for standard output.
        #[arg(long, value_name = "FILE")]
        latex: Option<PathBuf>,
        /// The study with its data card, tables, verdicts and figures as a Workflow Run Crate (RO-Crate 1.1): a new folder, or a
        /// file that ends in .zip.
        #[arg(long, value_name = "DIR|FILE.zip")]
        ro_crate: Option<PathBuf>,
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
    /// Verifies stored results, says what takes how much room, and takes out what is not needed.
    Store {
        /// What to do.
        #[command(subcommand)]
        what: store::What,
    },
    #[command(flatten)]
    Look(look::Look),
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

/// The command line as clap knows it: every command with its flags.
#[must_use]
pub fn command_line() -> clap::Command {
    Cli::command()
}

/// Parses the command line, does what it says and returns the exit code.
#[must_use]
pub fn main() -> std::process::ExitCode {
    stop::install();
    let parsed = environment::without_empty(Cli::command()).try_get_matches();
    let mut cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(refused) => return output::end(not_a_command(&refused), true).into(),
    };
    if cli.options.data.is_empty() {
        cli.options.data = environment::folders("LOFI_DATA");
    }
    bound_threads(&cli.options);
    output::start(cli.command.name(), cli.options.json);
    fail::install();
    let print_only = cli.command.only_prints();
    let code = match dispatch(cli) {
        Ok(done) => done.show(),
        Err(Failure::Message(Code::Stopped, _)) => stop::stopped(),
        Err(failure) => failure.show(),
    };
    if stop::of_process().asked() && !stop::is_the_end() {
        stop::stopped();
    }
    output::end(code, print_only).into()
}

/// Help, the version, or what is wrong with the command line.
fn not_a_command(refused: &clap::Error) -> Code {
    let text = refused.render();
    if refused.use_stderr() {
        output::drawn(&text.to_string(), || text.ansi().to_string());
        return Code::Mistake;
    }
    let colours = output::read_by_a_person() && environment::set("NO_COLOR").is_none();
    output::text(&if colours { text.ansi().to_string() } else { text.to_string() });
    Code::Well
}

impl Command {
    const fn name(&self) -> &'static str {
        match self {
            Self::Init(_) => "init",
            Self::New(_) => "new",
            Self::Fmt(_) => "fmt",
            Self::Compute(command) => command.name(),
            Self::Report { .. } => "report",
            Self::Diff { .. } => "diff",
            Self::Export { .. } => "export",
            Self::Check { .. } => "check",
            Self::Bless { .. } => "bless",
            Self::List { .. } => "list",
            Self::Data { .. } => "data",
            Self::Store { .. } => "store",
            Self::Look(look) => look.name(),
            Self::Schema { .. } => "schema",
            Self::Completions { .. } => "completions",
            Self::Man => "man",
        }
    }

    /// Whether what it prints is all that it does.
    const fn only_prints(&self) -> bool {
        match self {
            Self::Diff { .. } | Self::List { .. } | Self::Completions { .. } | Self::Man => true,
            Self::Compute(command) => command.only_prints(),
            Self::Look(look) => look.only_prints(),
            Self::Data { what } => matches!(what, None | Some(data::What::List)),
            _ => false,
        }
    }
}

fn dispatch(cli: Cli) -> Result<Done, Failure> {
    let options = &cli.options;
    match cli.command {
        Command::Init(wanted) => init(&wanted),
        Command::New(what) => new(options, what),
        Command::Fmt(wanted) => fmt(options, &wanted),
        Command::Compute(command) => compute::compute(options, command),
        Command::Report { studies, to, mut export, single_file, serving } => {
            export.extend(single_file.map(report::Exported::single_file));
            let project = Project::open(options)?;
            let folder = to.clone().unwrap_or_else(|| report::folder(&project));
            serving.around((folder.clone(), folder), || report::report(&project, &studies, (to, &export)))
        }
        Command::Export { study, figure, to, latex, ro_crate } => {
            let (latex, ro_crate) = (latex.as_deref(), ro_crate.as_deref());
            let wanted = export::Wanted { figure: figure.as_deref(), to: &to, latex, ro_crate };
            export::export(&Project::open(options)?, &study, &wanted)
        }
        Command::Diff { old, new, format } => diff::diff(options, (&old, new.as_deref()), format),
        Command::Check { studies } => baseline::check(&Project::open(options)?, &studies),
        Command::Bless { studies } => baseline::bless(&Project::open(options)?, &studies),
        Command::List { what } => list::list(options, what),
        Command::Data { what } => data::data(&Project::open(options)?, what).map(Done::from),
        Command::Store { what } => store::store(&Project::open(options)?, &what),
        Command::Look(command) => look::look(options, command),
        Command::Schema { check, to } => schema::schema(options, check, to),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "lofi", &mut script);
            output::text(&String::from_utf8_lossy(&script));
            Ok(Code::Well.into())
        }
        Command::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command())
                .render(&mut page)
                .map_err(|e| Failure::file(format!("cannot print the manual page: {e}")))?;
            output::text(&String::from_utf8_lossy(&page));
            Ok(Code::Well.into())
        }
    }
}
