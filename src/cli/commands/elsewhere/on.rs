//! Where work is sent, and what the user says of it in `lofi.cluster.toml`.

use crate::cli::fail::Failure;
use crate::cli::project::Project;
use crate::cluster::{Common, Executor, HyperQueue, Kubernetes, Local, PROFILE_FILE, Profile, Slurm, Way, Wishes};
use crate::engine::Store;
use std::path::{Path, PathBuf};

/// Where work may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum On {
    /// This machine.
    Local,
    /// A cluster with SLURM: arrays of tasks.
    Slurm,
    /// A server of HyperQueue: a job file for each array.
    #[value(name = "hyperqueue")]
    HyperQueue,
    /// A cluster with Kubernetes: manifests of Indexed Jobs, for you to send.
    Kubernetes,
}

impl On {
    const ALL: [Self; 4] = [Self::Local, Self::Slurm, Self::HyperQueue, Self::Kubernetes];

    /// Its name on the command line and in ledgers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Slurm => "slurm",
            Self::HyperQueue => "hyperqueue",
            Self::Kubernetes => "kubernetes",
        }
    }

    /// The one with a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|on| on.name() == name)
    }

    /// Its executor for a submission.
    pub fn executor(self, profile: &Profile, (store, submission): (&Store, &str)) -> Box<dyn Executor> {
        let common = profile.common(self.name());
        match self {
            Self::Local => Box::new(Local::new(profile.local.clone(), common, &store.submission_folder("local"))),
            Self::Slurm => Box::new(Slurm::new(profile.slurm.clone(), common)),
            Self::HyperQueue => Box::new(HyperQueue::new(profile.hyperqueue.clone(), common)),
            Self::Kubernetes => {
                let manifests = store.submission_folder(submission).join("manifests");
                Box::new(Kubernetes::new(manifests, profile.kubernetes.clone(), common))
            }
        }
    }
}

/// The profile file that is meant.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct ClusterFile {
    /// What the cluster wants to know. Default: `lofi.cluster.toml` beside the studies, where there is one.
    #[arg(long, value_name = "FILE")]
    cluster: Option<PathBuf>,
}

impl ClusterFile {
    /// Reads it.
    pub fn read(&self, project: &Project) -> Result<Profile, Failure> {
        if let Some(path) = self.cluster.as_ref().filter(|path| !path.exists()) {
            return Err(Failure::mistake(format!("--cluster {}: there is no such file", path.display())));
        }
        let path = self.cluster.clone().unwrap_or_else(|| project.root.join(PROFILE_FILE));
        Profile::read(&path).map_err(|error| Failure::mistake(error.to_string()))
    }
}

/// What tasks are to be like.
pub(super) fn wishes(common: &Common) -> Wishes {
    Wishes {
        chunk_s: common.chunk.as_secs_f64(),
        largest_array: common.largest_array,
        cpus: common.cpus,
        memory_factor: common.memory_factor,
        memory_least: common.memory_least,
        time_factor: common.time_factor,
        time_least_s: common.time_least.as_secs(),
        time_most_s: common.time_most.as_secs(),
    }
}

/// How tasks of a project are started.
pub(super) fn way(project: &Project, on: On, (common, at_once): (&Common, Option<u32>)) -> Result<Way, Failure> {
    let this = || std::env::current_exe().map(|path| path.display().to_string());
    let cannot = |what: &str, e: std::io::Error| Failure::file(format!("cannot find {what}: {e}"));
    let program = common.program.clone().map_or_else(this, Ok).map_err(|e| cannot("this program", e))?;
    let whole = |path: &Path| std::path::absolute(path).map_err(|e| cannot("the folder of the project", e));
    let root = project.root.canonicalize().or_else(|_| whole(&project.root))?;
    let mut command = vec![program, "exec-step".to_owned(), "--store".to_owned()];
    command.push(whole(&project.store)?.display().to_string());
    command.extend(["--studies".to_owned(), whole(&project.studies)?.display().to_string()]);
    for folder in &project.options.data {
        command.extend(["--data".to_owned(), whole(folder)?.display().to_string()]);
    }
    // Programs of `command` steps are found as they are here; pods have a system of their own.
    let variable = |name: &str| Some((name.to_owned(), std::env::var(name).ok()?));
    let own: &[&str] = if on == On::Kubernetes { &[] } else { &["PATH", "HOME", "LANG"] };
    let environment = own.iter().filter_map(|name| variable(name)).collect();
    let at_once = at_once.or(common.at_once);
    Ok(Way { command, environment, folder: root, at_once, time_most_s: common.time_most.as_secs() })
}
