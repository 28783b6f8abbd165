//! The executor.

use super::{queue, sbatch, script};
use crate::cluster::calls::{self, Silence};
use crate::cluster::executor::{ArrayJob, Executor, NoAnswer, Queued, SendError, Sent};
use crate::cluster::profile::{self, Common};
use crate::cluster::task_script::quoted;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::Duration;

/// Bytes of names or jobs that one call is given.
const CHUNK: usize = 50_000;
/// Jobs or lists of tasks that `scancel` is given at once: it asks the controller for each by itself.
const CANCELLED_AT_ONCE: usize = 100;
/// Tasks of one list for `scancel`, so that an argument is short.
const LISTED_AT_ONCE: usize = 2000;

/// Variables of SLURM that say where it is, who asks, and in whose name: they stay. Others change what its programs do or
/// how they answer, or are of a job around this one.
const KEPT: [&str; 10] = [
    "SLURM_CONF",
    "SLURM_CONF_SERVER",
    "SLURM_CLUSTERS",
    "SLURM_JWT",
    "SBATCH_ACCOUNT",
    "SBATCH_CLUSTERS",
    "SBATCH_CONSTRAINT",
    "SBATCH_PARTITION",
    "SBATCH_QOS",
    "SBATCH_RESERVATION",
];

/// Sends arrays to SLURM.
#[derive(Debug, Clone)]
pub struct Slurm {
    options: profile::Slurm,
    common: Common,
    /// The folder of SLURM's programs; empty: they are looked for.
    programs: PathBuf,
    /// How long each may take.
    limit: Duration,
    /// `MaxArraySize`, asked once.
    largest: OnceLock<Option<u32>>,
}

/// Whether a variable is kept from SLURM's programs.
fn is_foreign(name: &str) -> bool {
    let of_slurm =
        ["SLURM_", "SBATCH_", "SQUEUE_", "SCANCEL_", "SCONTROL_"].iter().any(|start| name.starts_with(start));
    of_slurm && !KEPT.contains(&name)
}

/// Parts of a list of which none has more than `most` items or `CHUNK` bytes, unless one item has.
fn chunks(items: &[String], most: usize) -> Vec<&[String]> {
    let (mut parts, mut first, mut bytes) = (Vec::new(), 0, 0);
    for (index, item) in items.iter().enumerate() {
        if index > first && (bytes + item.len() + 1 > CHUNK || index - first == most) {
            parts.push(&items[first..index]);
            (first, bytes) = (index, 0);
        }
        bytes += item.len() + 1;
    }
    parts.push(&items[first..]);
    parts.retain(|part| !part.is_empty());
    parts
}

impl Slurm {
    /// An executor that calls the programs of SLURM on the path.
    #[must_use]
    pub const fn new(options: profile::Slurm, common: Common) -> Self {
        Self { options, common, programs: PathBuf::new(), limit: calls::LIMIT, largest: OnceLock::new() }
    }

    fn ask(&self, program: &str, arguments: &[String], input: &str) -> Result<Output, Silence> {
        let mut command = Command::new(self.programs.join(program));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_foreign)) {
            command.env_remove(name);
        }
        // Words of refusals in English; lists of tasks are not cut off.
        command.env("LC_ALL", "C").env("SLURM_BITSTR_LEN", "0").args(arguments);
        let help = "the programs of SLURM are on the login node of a cluster: call this there";
        calls::ask(&mut command, input, self.limit).map_err(|silence| silence.where_absent(help))
    }

    fn script(&self, job: &ArrayJob, passed: &str) -> String {
        script::text(job, &self.common, self.options.requeue, passed)
    }

    /// `MaxArraySize`; none where SLURM does not tell.
    fn max_array_size(&self) -> Option<u32> {
        let answer = self.ask("scontrol", &["-o", "show", "config"].map(str::to_owned), "").ok()?;
        let said = String::from_utf8_lossy(&answer.stdout);
        let value =
            |line: &str| line.trim().strip_prefix("MaxArraySize")?.trim().strip_prefix('=')?.trim().parse().ok();
        said.lines().find_map(value)
    }
}

impl Executor for Slurm {
    fn name(&self) -> &'static str {
        "slurm"
    }

    /// The smaller of the profile's `largest-array` and SLURM's `MaxArraySize`, which is asked for once.
    fn most_tasks(&self) -> u32 {
        let largest = self.largest.get_or_init(|| self.max_array_size()).unwrap_or(u32::MAX);
        // Zero: arrays are forbidden, which `sbatch` says in its own words.
        self.common.largest_array.min(largest).max(1)
    }

    /// What a shell can be given; values of variables that are passed are not shown.
    fn written(&self, job: &ArrayJob) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_=.,:/@%+".contains(c);
        let word = |word: &String| if word.chars().all(plain) { word.clone() } else { quoted(word) };
        let words: Vec<String> = sbatch::arguments(&self.options, job).iter().map(word).collect();
        let passed: String =
            self.common.pass.iter().map(|name| format!("# {name}: the value that it has here\n")).collect();
        let script = self.script(job, &passed);
        format!("sbatch {} <<'{name}'\n{script}{name}\n", words.join(" "), name = job.name)
    }

    fn submit(&self, job: &ArrayJob) -> Result<Sent, SendError> {
        let arguments = sbatch::arguments(&self.options, job);
        sbatch::check(job, &arguments)?;
        let values: Vec<_> =
            self.common.pass.iter().filter_map(|name| Some((name.as_str(), std::env::var(name).ok()?))).collect();
        let passed = script::exports(values.iter().map(|(name, value)| (*name, value.as_str())));
        let answer = self.ask("sbatch", &arguments, &self.script(job, &passed))?;
        sbatch::sent(&answer).map(Sent::Queued)
    }

    /// Jobs of all users: names are never used twice, and whoever shares a store may have sent them.
    fn queue(&self, names: &[String]) -> Result<Vec<Queued>, NoAnswer> {
        let mut found = Vec::new();
        for part in chunks(names, usize::MAX) {
            let format = format!("--format={}", queue::FORMAT);
            let arguments = ["-h", "-r", "--states=all", &format!("--name={}", part.join(",")), &format];
            let answer = self.ask("squeue", &arguments.map(str::to_owned), "")?;
            if !answer.status.success() {
                return Err(NoAnswer(format!("squeue: {}", sbatch::words(&answer))));
            }
            let said = String::from_utf8_lossy(&answer.stdout);
            found.extend(queue::read(&said, part).map_err(NoAnswer)?);
        }
        Ok(found)
    }

    fn cancel(&self, jobs: &[(String, Option<Vec<u32>>)]) -> Result<(), NoAnswer> {
        let named = |(job, tasks): &(String, Option<Vec<u32>>)| match tasks {
            None => vec![job.clone()],
            Some(tasks) => {
                let parts = tasks.chunks(LISTED_AT_ONCE);
                parts.map(|part| format!("{job}_[{}]", sbatch::list(part))).collect()
            }
        };
        let all: Vec<String> = jobs.iter().flat_map(named).collect();
        for part in chunks(&all, CANCELLED_AT_ONCE) {
            let answer = self.ask("scancel", part, "")?;
            // What has ended or is forgotten is no error; some versions say so with an exit code.
            let over = |line: &str| line.contains("Invalid job id") || line.contains("already completing or completed");
            let said = String::from_utf8_lossy(&answer.stderr);
            if !answer.status.success() && (said.trim().is_empty() || !said.trim().lines().all(over)) {
                return Err(NoAnswer(format!("scancel: {}", sbatch::words(&answer))));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod script_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
