//! Options of every command.

use super::size;
use crate::study::DEFAULT_PROFILE;
use clap::Args;
use std::path::PathBuf;

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// smoke (seconds), quick (minutes), large (what an hour allows), paper (as published), or another profile of the studies.
    #[arg(long, global = true, default_value = DEFAULT_PROFILE, env = "LOFI_PROFILE")]
    pub(in crate::cli) profile: String,
    /// Replaces a constant or a sweep axis in every study that has it; the value is YAML. Its report has a page of its own.
    #[arg(long, global = true, value_name = "NAME=VALUE", value_parser = setting)]
    pub(in crate::cli) set: Vec<(String, String)>,
    /// Steps at once; the results do not depend on it. Default: the number of cores.
    #[arg(long, global = true, value_parser = jobs)]
    pub(in crate::cli) jobs: Option<usize>,
    /// Memory for values and work, such as 2GiB or 500MB; no step may need more. Default: 60 % of what is free, for all
    /// together.
    #[arg(long, global = true, value_parser = size::bytes)]
    pub(in crate::cli) memory: Option<u64>,
    /// Room that stays free on the disk of the store: what tables and figures are made from is kept only beside it.
    #[arg(long, global = true, value_name = "SIZE", value_parser = size::bytes, default_value = "2GiB")]
    pub(in crate::cli) keep_free: u64,
    /// The folder of studies; cards lie in `datasets` beside it. Default: `studies` here, or in the nearest folder above
    /// that has one.
    #[arg(long = "studies", global = true, value_name = "DIR")]
    pub(in crate::cli) studies_folder: Option<PathBuf>,
    /// The folder of stored results. Default: `.lofi` beside the studies.
    #[arg(long, global = true, value_name = "DIR", env = "LOFI_STORE")]
    pub(in crate::cli) store: Option<PathBuf>,
    /// Results that others share, s3://BUCKET/PREFIX or file:///FOLDER: what is not here is fetched before it is computed.
    #[arg(long, global = true, value_name = "URL", env = "LOFI_REMOTE")]
    pub(in crate::cli) remote: Option<String>,
    /// A folder with data sets, as well as `data` beside the studies. May be repeated. Without it: the folders that the
    /// environment variable `LOFI_DATA` lists, as `PATH` does.
    #[arg(long, global = true, value_name = "DIR")]
    pub(in crate::cli) data: Vec<PathBuf>,
    /// Only errors.
    #[arg(long, short, global = true)]
    pub(in crate::cli) quiet: bool,
    /// What happens, as one JSON object a line on standard output; the last one is a summary.
    #[arg(long, global = true)]
    pub(in crate::cli) json: bool,
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

impl Options {
    /// Steps at once: what was asked for, or as many as there are cores.
    pub(in crate::cli) fn at_once(&self) -> usize {
        self.jobs.unwrap_or_else(cores)
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// What decodes images and writes pages, beside the steps' own threads, takes no more cores than `--jobs` says either.
pub(in crate::cli) fn bound_threads(options: &Options) {
    if let Some(jobs) = options.jobs {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.min(cores()));
        // It is the first to make the pool of this process; were it not, the work would be done by the pool there is.
        let _ = pool.thread_name(|index| format!("pool-{index}")).build_global();
    }
}

#[cfg(test)]
impl Options {
    /// Those of a command without any, with a store that is nowhere.
    pub(in crate::cli) fn of_tests() -> Self {
        let folder = std::env::temp_dir().join("lofi-no-such-project");
        Self {
            profile: DEFAULT_PROFILE.to_owned(),
            set: Vec::new(),
            jobs: None,
            memory: None,
            keep_free: 0,
            studies_folder: Some(folder.join("studies")),
            store: Some(folder.join("store")),
            remote: None,
            data: Vec::new(),
            quiet: true,
            json: false,
        }
    }
}
