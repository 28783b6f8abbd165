//! The executor.

use super::spool::{Job, Spool, State, TASK, host, is_name, others};
use crate::cluster::executor::{ArrayJob, Ending, Executor, NoAnswer, QueueState, Queued, SendError, Sent};
use crate::cluster::profile::{self, Common};
use crate::cluster::task_script::{by_variable, quoted};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The hidden command of this program that calls [`tend`](super::tend()), with the folder behind it.
pub const TEND: &str = "tend-local";
/// A job that is there for less than this has a supervisor that starts.
const STARTS_WITHIN: Duration = Duration::from_secs(10);

/// Runs tasks on this machine.
#[derive(Debug, Clone)]
pub struct Local {
    options: profile::Local,
    common: Common,
    /// The spool of all hosts.
    root: PathBuf,
    /// That of this one.
    spool: Spool,
    /// Program and arguments of a supervisor, before its folder; none: this program.
    supervisor: Option<Vec<String>>,
}

impl Local {
    /// An executor whose jobs lie in a folder, which is made when it is needed. All who submit to one folder share the
    /// workers of its host.
    #[must_use]
    pub fn new(options: profile::Local, common: Common, folder: &Path) -> Self {
        let spool = Spool(folder.join(host()));
        Self { options, common, root: folder.to_owned(), spool, supervisor: None }
    }

    fn workers(&self) -> u32 {
        let all =
            || std::thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX));
        self.options.workers.unwrap_or_else(all)
    }

    /// Shell text that runs a command with the task behind it.
    fn script(&self) -> String {
        let modules = self.common.modules.iter().map(|module| format!("module load {} || exit 2\n", quoted(module)));
        let prologue = Some(self.common.prologue.trim_end()).filter(|text| !text.is_empty());
        let before = modules.collect::<String>() + &prologue.map(|text| format!("{text}\n")).unwrap_or_default();
        by_variable(TASK, &before)
    }

    /// The variables of tasks; `passed` gives the values of those in `pass`.
    fn environment(&self, job: &ArrayJob, passed: impl Fn(&str) -> Option<String>) -> BTreeMap<String, String> {
        let passed = self.common.pass.iter().filter_map(|name| Some((name.clone(), passed(name)?)));
        let own = self.common.environment.iter().map(|(name, value)| (name.clone(), value.clone()));
        passed.chain(own).chain(job.environment.iter().cloned()).collect()
    }

    fn job(&self, job: &ArrayJob) -> Job {
        let sent = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        Job {
            name: job.name.clone(),
            sent_ns: u64::try_from(sent).unwrap_or(u64::MAX),
            tasks: job.tasks.clone(),
            cpus: job.share.cpus,
            seconds: job.share.seconds,
            script: self.script(),
            command: job.command.clone(),
            environment: self.environment(job, |name| std::env::var(name).ok()),
            folder: job.folder.clone(),
            logs: job.logs.clone(),
            after: job.after.clone(),
            at_once: job.at_once,
            workers: self.workers(),
        }
    }

    /// Starts a supervisor, which ends at once where one works.
    fn start(&self) -> io::Result<()> {
        let mut command = match self.supervisor.as_deref() {
            Some([program, arguments @ ..]) => {
                let mut command = Command::new(program);
                command.args(arguments);
                command
            }
            _ => {
                let mut command = Command::new(std::env::current_exe()?);
                command.arg(TEND);
                command
            }
        };
        let log = OpenOptions::new().create(true).append(true).open(self.spool.0.join("supervisor.log"))?;
        command.arg(fs::canonicalize(&self.spool.0)?).current_dir("/").stdin(Stdio::null());
        let mut child = command.stdout(log.try_clone()?).stderr(log).spawn()?;
        // Who looks on for long does not keep the remains of one that has ended.
        std::thread::spawn(move || child.wait());
        Ok(())
    }

    /// What is known of a job here; none where it was never here, or is forgotten.
    fn known(&self, name: &str) -> io::Result<Option<Vec<Queued>>> {
        let job = self.spool.job(name)?;
        let states = self.spool.states(name)?;
        let tasks: Vec<u32> = match &job {
            Some(job) => job.tasks.clone(),
            None if states.is_empty() => return Ok(None),
            None => states.keys().copied().collect(),
        };
        let taken_back = self.spool.taken_back(name)?;
        // One that was killed, by whatever means, is followed by another as soon as somebody asks.
        let left = job.is_some() && tasks.iter().any(|task| !matches!(states.get(task), Some(State::Ended(..))));
        let tended = self.spool.is_tended()? || self.is_fresh(name) || left && self.start().is_ok();
        let after = job.as_ref().map_or(&[][..], |job| &job.after);
        let waits = after.iter().any(|before| self.spool.file(before, "job").exists());
        let state = |task: u32| match states.get(&task) {
            Some(State::Ended(over, _)) => Some(QueueState::Ended((*over).into())),
            Some(State::Running(process)) if process.lives() => Some(QueueState::Running(host())),
            _ if taken_back(task) => Some(QueueState::Ended(Ending::Cancelled)),
            // Nobody sees to it: it is as good as forgotten.
            _ if !tended => None,
            _ if waits => Some(QueueState::Waiting("for other jobs".to_owned())),
            _ => Some(QueueState::Waiting("for a processor".to_owned())),
        };
        let queued =
            |task| Some(Queued { name: name.to_owned(), job: name.to_owned(), task: Some(task), state: state(task)? });
        Ok(Some(tasks.into_iter().filter_map(queued).collect()))
    }

    fn is_fresh(&self, name: &str) -> bool {
        let sent = fs::metadata(self.spool.file(name, "job")).and_then(|file| file.modified());
        sent.ok().and_then(|time| time.elapsed().ok()).is_some_and(|age| age < STARTS_WITHIN)
    }

    fn no_answer(&self) -> impl Fn(io::Error) -> NoAnswer {
        |error| NoAnswer(format!("{}: {error}", self.spool.0.display()))
    }

    /// The other host that has a job.
    fn elsewhere(&self, name: &str) -> io::Result<Option<(String, Spool)>> {
        let has = |spool: &Spool| ["job", "state"].iter().any(|kind| spool.file(name, kind).exists());
        Ok(others(&self.root, &host())?.into_iter().find(|(_, spool)| has(spool)))
    }
}

impl Executor for Local {
    fn name(&self) -> &'static str {
        "local"
    }

    fn most_tasks(&self) -> u32 {
        self.common.largest_array
    }

    /// A shell script that does the same, one task after another; values of variables that are passed are not shown.
    fn written(&self, job: &ArrayJob) -> String {
        let ids: Vec<String> = job.tasks.iter().map(ToString::to_string).collect();
        let workers = self.workers();
        let mut text = format!(
            "# {}: tasks of {} processors and {} s, at most {} processors at once",
            job.name,
            job.share.cpus.clamp(1, workers),
            job.share.seconds,
            job.at_once.map_or(workers, |most| workers.min(most.saturating_mul(job.share.cpus))),
        );
        if !job.after.is_empty() {
            let _ = write!(text, ", after {}", job.after.join(", "));
        }
        let _ = write!(text, "\ncd {}\n", quoted(&job.folder.display().to_string()));
        for name in &self.common.pass {
            let _ = writeln!(text, "# {name} is passed");
        }
        for (name, value) in self.environment(job, |_| None) {
            let _ = writeln!(text, "export {name}={}", quoted(&value));
        }
        let script = self.script();
        let words = ["sh", "-c", &script, "lofi"].into_iter().chain(job.command.iter().map(String::as_str));
        let words: Vec<String> = words.map(quoted).collect();
        let log = quoted(&job.logs.join(format!("{}-", job.name)).display().to_string());
        let _ = write!(
            text,
            "for {TASK} in {}; do\n  export {TASK}\n  {} >>{log}\"${TASK}.log\" 2>&1\ndone\n",
            ids.join(" "),
            words.join(" ")
        );
        text
    }

    fn submit(&self, job: &ArrayJob) -> Result<Sent, SendError> {
        let later = |error: io::Error| SendError::Later(format!("{}: {error}", self.spool.0.display()));
        if !is_name(&job.name) {
            return Err(SendError::Refused(format!("`{}` names no job: expected letters, digits and `-`", job.name)));
        }
        if self.spool.file(&job.name, "state").exists() {
            return Err(SendError::Unclear(format!("a job `{}` was here before", job.name)));
        }
        self.spool.put(&self.job(job)).map_err(later)?;
        // From here on another supervisor may have it.
        self.start().map_err(|error| SendError::Unclear(format!("its supervisor does not start: {error}")))?;
        Ok(Sent::Queued(job.name.clone()))
    }

    fn queue(&self, names: &[String]) -> Result<Vec<Queued>, NoAnswer> {
        let mut found = Vec::new();
        for name in names {
            if let Some(known) = self.known(name).map_err(self.no_answer())? {
                found.extend(known);
            } else if let Some((host, _)) = self.elsewhere(name).map_err(self.no_answer())? {
                return Err(NoAnswer(format!("the tasks of {name} run on {host}: ask there")));
            }
        }
        Ok(found)
    }

    /// Tasks on another host are taken back as soon as its supervisor looks into the folder that both see.
    fn cancel(&self, jobs: &[(String, Option<Vec<u32>>)]) -> Result<(), NoAnswer> {
        for (name, tasks) in jobs {
            let elsewhere = self.elsewhere(name).map_err(self.no_answer())?.map(|(_, spool)| spool);
            for spool in elsewhere.iter().chain([&self.spool]).filter(|spool| spool.file(name, "job").exists()) {
                spool.take_back(name, tasks.as_deref()).map_err(self.no_answer())?;
            }
        }
        // What runs is ended by a supervisor.
        if self.spool.names("cancel").map_err(self.no_answer())?.is_empty() {
            return Ok(());
        }
        self.start().map_err(self.no_answer())
    }
}

#[cfg(test)]
mod tests;
