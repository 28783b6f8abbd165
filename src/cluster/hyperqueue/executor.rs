//! The executor.

use crate::cluster::calls::{self, Silence};
use crate::cluster::executor::{ArrayJob, Ending, Executor, NoAnswer, QueueState, Queued, SendError, Sent};
use crate::cluster::profile::{self, Common};
use crate::cluster::task_script::{by_variable, quoted};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::process::Command;

/// Bytes of the unit in which HyperQueue counts memory.
const MIB: u64 = 1 << 20;

/// Sends job files to a server of HyperQueue.
#[derive(Debug, Clone)]
pub struct HyperQueue {
    options: profile::HyperQueue,
    common: Common,
}

/// What `hq job submit-file` says.
#[derive(Deserialize)]
struct Submitted {
    id: u64,
}

/// A job of `hq job list`.
#[derive(Deserialize)]
struct Listed {
    id: u64,
    name: String,
}

/// A task of `hq task list`.
#[derive(Deserialize)]
struct Task {
    id: u32,
    state: String,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    worker: Option<u64>,
}

/// What `hq` says of what went wrong.
#[derive(Deserialize)]
struct Wrong {
    error: String,
}

impl Task {
    fn state(&self) -> Option<QueueState> {
        let error = self.error.as_deref().unwrap_or_default().to_ascii_lowercase();
        Some(match self.state.as_str() {
            "waiting" => QueueState::Waiting("for a worker".to_owned()),
            "running" => QueueState::Running(self.worker.map_or_else(String::new, |worker| format!("worker {worker}"))),
            "finished" => QueueState::Ended(Ending::Plain),
            "canceled" => QueueState::Ended(Ending::Cancelled),
            "failed" if error.contains("time limit") => QueueState::Ended(Ending::Time),
            "failed" if error.contains("worker") && error.contains("lost") => QueueState::Ended(Ending::Node),
            "failed" => QueueState::Ended(Ending::Plain),
            _ => return None,
        })
    }
}

/// A string of TOML; JSON writes all escapes in the same way, but for one character that it does not escape.
fn toml(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\x7f', "\\u007f")
}

impl HyperQueue {
    /// An executor that calls `hq` of the options.
    #[must_use]
    pub const fn new(options: profile::HyperQueue, common: Common) -> Self {
        Self { options, common }
    }

    /// The job file. `passed` gives the values of the variables in `pass`.
    fn file(&self, job: &ArrayJob, passed: impl Fn(&str) -> Option<String>) -> String {
        let logs = quoted(&format!("{}/{}-", job.logs.display(), job.name));
        let modules = self.common.modules.iter().map(|module| format!("module load {} || exit 2\n", quoted(module)));
        let prologue = Some(self.common.prologue.trim_end()).filter(|text| !text.is_empty());
        let before = format!("exec >>{logs}\"$task.log\" 2>&1\n{}", modules.collect::<String>())
            + &prologue.map(|text| format!("{text}\n")).unwrap_or_default();
        let script = by_variable("HQ_TASK_ID", &before);
        let words = ["sh", "-c", &script, "lofi"].into_iter().chain(job.command.iter().map(String::as_str));
        let mut variables: BTreeMap<&str, String> = BTreeMap::new();
        variables.extend(self.common.pass.iter().filter_map(|name| Some((name.as_str(), passed(name)?))));
        variables.extend(self.common.environment.iter().map(|(name, value)| (name.as_str(), value.clone())));
        variables.extend(job.environment.iter().map(|(name, value)| (name.as_str(), value.clone())));
        let variables = variables.into_iter().map(|(name, value)| format!("{} = {}", toml(name), toml(&value)));
        let ids: Vec<String> = job.tasks.iter().map(ToString::to_string).collect();
        format!(
            "name = {}\n\n[array]\nids = {}\ncommand = [{}]\ncwd = {}\nstdout = \"none\"\nstderr = \"none\"\nenv = {{ {} }}\n\
             time_limit = \"{seconds}s\"\n\n[[array.request]]\nresources = {{ \"cpus\" = {}, \"mem\" = {} }}\n\
             time_request = \"{seconds}s\"\n",
            toml(&job.name),
            toml(&ids.join(",")),
            words.map(toml).collect::<Vec<_>>().join(", "),
            toml(&job.folder.display().to_string()),
            variables.collect::<Vec<_>>().join(", "),
            job.share.cpus,
            job.share.memory_bytes.div_ceil(MIB),
            seconds = job.share.seconds.max(1),
        )
    }

    /// What `hq` writes to its standard output, or its words.
    fn ask(&self, arguments: &[&str]) -> Result<String, Silence> {
        let mut command = Command::new(&self.options.hq);
        if let Some(folder) = &self.options.server_dir {
            command.arg("--server-dir").arg(folder);
        }
        command.args(["--output-mode", "json"]).args(arguments);
        let help = format!("set `hq` under [hyperqueue] in {}", profile::PROFILE_FILE);
        let run = calls::ask(&mut command, "", calls::LIMIT).map_err(|silence| silence.where_absent(&help))?;
        let said = String::from_utf8_lossy(&run.stdout).into_owned();
        if run.status.success() {
            return Ok(said);
        }
        let wrong = serde_json::from_str(&said).map(|wrong: Wrong| wrong.error);
        let words = wrong.unwrap_or_else(|_| String::from_utf8_lossy(&run.stderr).trim().to_owned());
        Err(Silence::Unclear(format!("hq {}: {words} ({})", arguments.join(" "), run.status)))
    }

    /// The same, read.
    fn read<T: for<'de> Deserialize<'de>>(&self, arguments: &[&str]) -> Result<T, Silence> {
        let said = self.ask(arguments)?;
        serde_json::from_str(&said).map_err(|error| {
            Silence::Unclear(format!("hq {}: an answer of another form: {error}", arguments.join(" ")))
        })
    }
}

impl Executor for HyperQueue {
    fn name(&self) -> &'static str {
        "hyperqueue"
    }

    fn most_tasks(&self) -> u32 {
        self.common.largest_array
    }

    fn keeps_order(&self) -> bool {
        false
    }

    /// The job file; values of variables that are passed are not shown.
    fn written(&self, job: &ArrayJob) -> String {
        self.file(job, |_| Some("(passed)".to_owned()))
    }

    fn submit(&self, job: &ArrayJob) -> Result<Sent, SendError> {
        let refused = |error: std::io::Error| SendError::Refused(format!("{}: {error}", job.logs.display()));
        // Nobody else may read it, and it goes when it is sent: values that are passed may be secret.
        let mut file = tempfile::NamedTempFile::new_in(&job.logs).map_err(refused)?;
        file.write_all(self.file(job, |name| std::env::var(name).ok()).as_bytes()).map_err(refused)?;
        let path = file.path().display().to_string();
        let sent: Submitted = self.read(&["job", "submit-file", &path])?;
        Ok(Sent::Queued(sent.id.to_string()))
    }

    fn queue(&self, names: &[String]) -> Result<Vec<Queued>, NoAnswer> {
        let all: Vec<Listed> = self.read(&["job", "list", "--all"])?;
        let mut found = Vec::new();
        for Listed { id, name } in all.into_iter().filter(|job| names.contains(&job.name)) {
            let job = id.to_string();
            let tasks: BTreeMap<String, Vec<Task>> = self.read(&["task", "list", &job])?;
            let known = tasks.values().flatten().filter_map(|task| Some((task.id, task.state()?)));
            let queued = |(task, state)| Queued { name: name.clone(), job: job.clone(), task: Some(task), state };
            found.extend(known.map(queued));
        }
        Ok(found)
    }

    /// HyperQueue takes back whole jobs only: where single tasks are named, nothing of that job is taken back.
    fn cancel(&self, jobs: &[(String, Option<Vec<u32>>)]) -> Result<(), NoAnswer> {
        for (job, _) in jobs.iter().filter(|(_, tasks)| tasks.is_none()) {
            self.ask(&["job", "cancel", job])?;
        }
        match jobs.iter().find(|(_, tasks)| tasks.is_some()) {
            None => Ok(()),
            Some((job, _)) => Err(NoAnswer(format!("HyperQueue takes back whole jobs, not single tasks of job {job}"))),
        }
    }
}

#[cfg(test)]
mod tests;
