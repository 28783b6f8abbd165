//! The executor.

use super::job::{Container, EnvVar, Job, SecretKey, Work};
use crate::cluster::dns;
use crate::cluster::executor::{ArrayJob, Executor, NoAnswer, Queued, SendError, Sent};
use crate::cluster::profile::{self, Common};
use crate::cluster::task_script::{quoted, script};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The most tasks of an array: their list is one argument of a shell, of which Linux takes 128 KiB.
const MOST_TASKS: u32 = 10_000;

/// The secret that holds the variables of `pass`.
const SECRET: &str = "lofi";

/// Writes manifests into a folder.
#[derive(Debug, Clone)]
pub struct Kubernetes {
    folder: PathBuf,
    options: profile::Kubernetes,
    common: Common,
}

impl Kubernetes {
    /// An executor that writes into a folder, which is made when the first manifest is written.
    #[must_use]
    pub const fn new(folder: PathBuf, options: profile::Kubernetes, common: Common) -> Self {
        Self { folder, options, common }
    }

    /// The manifest of an array, or why there is none.
    fn manifest(&self, job: &ArrayJob) -> Result<String, String> {
        let set = |key: &str, value: &Option<String>| {
            let missing = || format!("`{key}` is not set: put it under [kubernetes] in {}", profile::PROFILE_FILE);
            value.clone().ok_or_else(missing)
        };
        let (image, claim) = (set("image", &self.options.image)?, set("claim", &self.options.claim)?);
        let tasks = u32::try_from(job.tasks.len()).unwrap_or(u32::MAX);
        if tasks == 0 || tasks > self.most_tasks() {
            return Err(format!("{} has {tasks} tasks: expected 1 to {}", job.name, self.most_tasks()));
        }
        // Every pod has the host name NAME-INDEX, which is a label.
        let host = format!("{}-{}", job.name, tasks - 1);
        if !dns::is_label(&host) {
            return Err(format!(
                "`{}` is no name of a job: expected lower-case letters, digits and `-`, and {} at most with its index",
                job.name,
                dns::LONGEST_LABEL
            ));
        }
        let work = Work {
            name: &job.name,
            tasks,
            at_once: job.at_once.or(self.common.at_once).unwrap_or(tasks).clamp(1, tasks),
            share: job.share,
        };
        let container = Container::new(image, &self.options.mount, job.share)
            .runs((script(&self.before(job), &job.tasks), &job.command), self.inside(&job.folder))
            .with(self.variables(job));
        let manifest = Job::new(&work, container, (&self.options, claim));
        serde_json::to_string_pretty(&manifest).map(|text| text + "\n").map_err(|error| error.to_string())
    }

    /// A path that pods see: others of this machine are not there.
    fn inside(&self, path: &Path) -> Option<String> {
        path.starts_with(&self.options.mount).then(|| path.display().to_string())
    }

    /// Shell text before the program: where its output goes, modules, prologue.
    fn before(&self, job: &ArrayJob) -> String {
        let mut text = String::new();
        // Logs outside of the volume are those that `kubectl logs` shows.
        if let Some(logs) = self.inside(&job.logs) {
            let start = quoted(&format!("{logs}/{}-", job.name));
            text += &format!("exec >>{start}\"$task.log\" 2>&1\n");
        }
        for module in &self.common.modules {
            text += &format!("module load {} || exit 2\n", quoted(module));
        }
        if !self.common.prologue.is_empty() {
            text += &format!("{}\n", self.common.prologue.trim_end());
        }
        text
    }

    /// Variables of a task: those of the profile, over them those of the job, and those of the secret.
    fn variables(&self, job: &ArrayJob) -> Vec<EnvVar> {
        let mut all = BTreeMap::new();
        for name in &self.common.pass {
            let key = SecretKey { name: SECRET.to_owned(), key: name.clone() };
            all.insert(name.clone(), EnvVar::secret(name, key));
        }
        for (name, value) in
            self.common.environment.iter().chain(job.environment.iter().map(|(name, value)| (name, value)))
        {
            all.insert(name.clone(), EnvVar::value(name, value));
        }
        all.into_values().collect()
    }

    /// `kubectl`, with the namespace.
    fn kubectl(&self, rest: &str) -> String {
        let space = self.options.namespace.as_ref().map(|name| format!(" --namespace {name}")).unwrap_or_default();
        format!("kubectl{space} {rest}")
    }

    /// Writes a manifest whole or not at all.
    fn write(&self, name: &str, manifest: &str) -> std::io::Result<PathBuf> {
        std::fs::create_dir_all(&self.folder)?;
        let path = self.folder.join(format!("{name}.json"));
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(manifest.as_bytes())?;
        file.persist(&path)?;
        Ok(path)
    }
}

impl Executor for Kubernetes {
    fn name(&self) -> &'static str {
        "kubernetes"
    }

    fn most_tasks(&self) -> u32 {
        self.common.largest_array.min(MOST_TASKS)
    }

    fn is_asked(&self) -> bool {
        false
    }

    /// The manifest; where there can be none, why.
    fn written(&self, job: &ArrayJob) -> String {
        self.manifest(job).unwrap_or_else(|why| why)
    }

    fn submit(&self, job: &ArrayJob) -> Result<Sent, SendError> {
        let manifest = self.manifest(job).map_err(SendError::Refused)?;
        let failed = |error| SendError::Refused(format!("{}: cannot be written to: {error}", self.folder.display()));
        self.write(&job.name, &manifest).map(|path| Sent::Written(vec![path])).map_err(failed)
    }

    fn queue(&self, names: &[String]) -> Result<Vec<Queued>, NoAnswer> {
        let command = self.kubectl(&format!("get jobs {}", names.join(" ")));
        Err(NoAnswer(format!("no cluster is asked from here; `{}` tells", command.trim_end())))
    }

    fn cancel(&self, jobs: &[(String, Option<Vec<u32>>)]) -> Result<(), NoAnswer> {
        let names: Vec<_> = jobs.iter().map(|(name, _)| name.as_str()).collect();
        let command = self.kubectl(&format!("delete jobs {}", names.join(" ")));
        let whole = if jobs.iter().any(|(_, tasks)| tasks.is_some()) { ", all tasks of each" } else { "" };
        Err(NoAnswer(format!("no cluster is asked from here; `{command}` takes them back{whole}")))
    }
}

#[cfg(test)]
mod tests;
