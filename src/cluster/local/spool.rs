//! The spool: a folder with files for each job, which the one who submits and the one who tends share.
//!
//! | file | written by | |
//! |---|---|---|
//! | `NAME.job` | submit | the job; it goes when the job is over |
//! | `NAME.cancel` | cancel | tasks that are taken back, one a line, or `all` |
//! | `NAME.state` | supervisor | what became of each task, a line for every turn |
//! | `lock` | supervisor | locked by the one that works, with its process id and what it is at |
//!
//! Each host has a folder of its own in the spool, so that no lock crosses hosts.

use crate::cluster::executor::Ending;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// A job as it lies in the spool.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Job {
    pub name: String,
    /// When it was submitted, nanoseconds since 1970: jobs run in this order.
    pub sent_ns: u64,
    pub tasks: Vec<u32>,
    /// Processors of a task.
    pub cpus: u32,
    /// Longest time of a task.
    pub seconds: u64,
    /// Shell text that runs its arguments with the task behind them.
    pub script: String,
    pub command: Vec<String>,
    pub environment: BTreeMap<String, String>,
    pub folder: PathBuf,
    pub logs: PathBuf,
    pub after: Vec<String>,
    pub at_once: Option<u32>,
    /// Processors that tasks of all jobs have together where one of this job starts.
    pub workers: u32,
}

/// The variable that tells a task its index.
pub(super) const TASK: &str = "LOFI_TASK";

/// How a task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Over {
    Plain,
    Time,
    Cancelled,
    Never,
}

impl From<Over> for Ending {
    fn from(over: Over) -> Self {
        match over {
            Over::Plain => Self::Plain,
            Over::Time => Self::Time,
            Over::Cancelled => Self::Cancelled,
            Over::Never => Self::Never,
        }
    }
}

/// A process, told from a later one with the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Process {
    pub pid: u32,
    /// When it began, in the system's ticks; none where the system does not tell.
    pub began: Option<u64>,
}

impl Process {
    pub fn of(pid: u32) -> Self {
        Self { pid, began: began(pid) }
    }

    pub fn lives(self) -> bool {
        self.began.is_some() && began(self.pid) == self.began
    }
}

/// When a living process began.
fn began(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program, in parentheses, may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    if matches!(fields.next()?, "Z" | "X") { None } else { fields.nth(18)?.parse().ok() }
}

/// What became of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    Waiting,
    Running(Process),
    /// Ended, with its exit code where that is known.
    Ended(Over, Option<i32>),
}

/// What the supervisor is at.
pub(super) const WORKS: &str = "works";
/// It looks for jobs a last time: one that is written now may be missed.
pub(super) const ENDS: &str = "ends";

/// The folder of a host in a spool.
#[derive(Debug, Clone)]
pub(super) struct Spool(pub PathBuf);

impl Spool {
    pub fn file(&self, name: &str, kind: &str) -> PathBuf {
        self.0.join(format!("{name}.{kind}"))
    }

    /// Names of all that has a file of a kind.
    pub fn names(&self, kind: &str) -> io::Result<BTreeSet<String>> {
        let entries = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeSet::new()),
            entries => entries?,
        };
        let name = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().ok()?;
            name.strip_suffix(kind)?.strip_suffix('.').map(str::to_owned)
        };
        entries.filter_map(|entry| entry.map(name).transpose()).collect()
    }

    /// Puts a job there, whole or not at all; nobody else may read it, as it has values that are passed.
    pub fn put(&self, job: &Job) -> io::Result<()> {
        fs::create_dir_all(&self.0)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
        serde_json::to_writer(&mut file, job)?;
        file.persist_noclobber(self.file(&job.name, "job"))?;
        Ok(())
    }

    /// A job that is not over.
    pub fn job(&self, name: &str) -> io::Result<Option<Job>> {
        let text = self.text(name, "job")?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    fn text(&self, name: &str, kind: &str) -> io::Result<Option<String>> {
        match fs::read_to_string(self.file(name, kind)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            text => text.map(Some),
        }
    }

    fn append(&self, name: &str, kind: &str, line: &str) -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).open(self.file(name, kind))?;
        file.write_all(line.as_bytes())
    }

    /// Notes what became of a task. The line begins with its end, so that one that a writer was killed in spoils no other.
    pub fn note(&self, name: &str, task: u32, state: &State) -> io::Result<()> {
        self.append(name, "state", &format!("\n{}", serde_json::to_string(&(task, state))?))
    }

    /// The last state of each task that has one; lines that cannot be read are passed over.
    pub fn states(&self, name: &str) -> io::Result<BTreeMap<u32, State>> {
        let text = self.text(name, "state")?.unwrap_or_default();
        Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    /// Takes back tasks of a job, or all.
    pub fn take_back(&self, name: &str, tasks: Option<&[u32]>) -> io::Result<()> {
        let lines =
            tasks.map_or_else(|| "all\n".to_owned(), |tasks| tasks.iter().map(|task| format!("{task}\n")).collect());
        self.append(name, "cancel", &lines)
    }

    /// Which tasks of a job are taken back.
    pub fn taken_back(&self, name: &str) -> io::Result<impl Fn(u32) -> bool + use<>> {
        let text = self.text(name, "cancel")?.unwrap_or_default();
        let all = text.lines().any(|line| line == "all");
        let tasks: BTreeSet<u32> = text.lines().filter_map(|line| line.parse().ok()).collect();
        Ok(move |task| all || tasks.contains(&task))
    }

    fn open_lock(&self) -> io::Result<File> {
        OpenOptions::new().create(true).read(true).write(true).truncate(false).open(self.0.join("lock"))
    }

    /// The lock, where nobody has it.
    pub fn try_lock(&self) -> io::Result<Option<File>> {
        let file = self.open_lock()?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Says what the supervisor is at.
    pub fn say(mut lock: &File, what: &str) -> io::Result<()> {
        use std::io::Seek as _;
        lock.set_len(0)?;
        lock.rewind()?;
        lock.write_all(format!("{} {what}\n", std::process::id()).as_bytes())
    }

    /// What the last supervisor said that it is at.
    pub fn said(&self) -> io::Result<String> {
        Ok(fs::read_to_string(self.0.join("lock"))?.trim().rsplit(' ').next().unwrap_or_default().to_owned())
    }

    /// Whether a supervisor works.
    pub fn is_tended(&self) -> io::Result<bool> {
        let file = match File::open(self.0.join("lock")) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            file => file?,
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// The name of this host, as a folder may have it.
pub fn host() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name: String =
        name.trim().chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() { "this-host".to_owned() } else { name.to_owned() }
}

/// Whether a job may have this name, which names its files.
pub(super) fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !name.is_empty() && name.len() < 200 && name.chars().all(fits)
}

/// The folders of other hosts in a spool.
pub(super) fn others(root: &Path, host: &str) -> io::Result<Vec<(String, Spool)>> {
    let entries = match fs::read_dir(root) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let folders =
        entries.flatten().filter_map(|entry| Some((entry.file_name().into_string().ok()?, Spool(entry.path()))));
    Ok(folders.filter(|(name, _)| name != host).collect())
}
