//! How far claims are decided, as the command line says it.

use super::command::Wish;
use crate::cli::duration;
use std::time::Duration;

/// How far claims are decided.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(in crate::cli) struct Limits {
    /// Time for it, such as 30m or 2h: no batch of seeds begins that is estimated to end later. Default: no limit.
    #[arg(long, value_name = "TIME", value_parser = duration::duration)]
    pub budget: Option<Duration>,
    /// Most seeds of a condition. Default: the last look of the study.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=1000))]
    pub max_seeds: Option<u16>,
}

impl Limits {
    /// What `decide` is asked for.
    pub fn wish(self, dry_run: bool) -> Wish {
        Wish { budget: self.budget, max_seeds: self.max_seeds.map(usize::from), dry_run }
    }
}
