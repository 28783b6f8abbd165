//! What was sent elsewhere: `STORE/submissions/<id>/ledger.jsonl`, a line for every deed, written before it is done, and
//! `array-<n>.tasks` beside it, the keys of a task on each line. From these and the store alone a submission is taken up
//! again, by any host.
//!
//! A line is `<SHA-256 of what follows> <JSON>`. One that is damaged, or that a writer was killed in, is passed over: what
//! it said is found out anew from the queue, or done twice, which harms nothing.

use crate::engine::store::disk::{self, Durable, Found};
use crate::engine::store::error::io;
use crate::engine::store::{Store, StoreError};
use crate::step::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, File, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const FOLDER: &str = "submissions";
pub(super) const LEDGER: &str = "ledger.jsonl";
/// How long another who writes is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// More than a ledger or a list of tasks takes.
const MOST_BYTES: u64 = 1 << 32;

/// What was sent, as it was planned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// Its id.
    pub id: String,
    /// The name of the executor.
    pub executor: String,
    /// The profile of the studies.
    pub profile: String,
    /// Names of the studies.
    pub studies: Vec<String>,
    /// The file that describes the steps, see [`Store::describe`].
    pub descriptions: String,
    /// Seconds since 1970, by the clock of the host that sent it.
    pub unix_s: u64,
    /// That host.
    pub host: String,
    /// The folder of the project there.
    pub folder: PathBuf,
    /// Program and arguments of a task, before those that say which it is.
    pub command: Vec<String>,
    /// Variables that it needs.
    pub environment: Vec<(String, String)>,
    /// The most tasks of an array that run at once.
    pub at_once: Option<u32>,
    /// The most time that a task may have, seconds.
    pub time_most_s: u64,
    /// The arrays, in the order in which they are sent.
    pub arrays: Vec<ArrayLine>,
}

/// An array of tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArrayLine {
    /// Number of tasks.
    pub tasks: u32,
    /// Memory of a task, bytes.
    pub memory_bytes: u64,
    /// Longest time of a task, seconds.
    pub seconds: u64,
    /// Processors of a task.
    pub cpus: u32,
    /// Seconds that its tasks are expected to take, together.
    pub expected_s: f64,
    /// Arrays that compute what it needs.
    pub after: Vec<usize>,
}

/// A deed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum LedgerLine {
    /// It begins.
    Begin(Submission),
    /// A job is about to be sent.
    Sending {
        /// Its name, which no other has.
        name: String,
        /// The array.
        array: usize,
        /// The tasks; none: all.
        tasks: Option<Vec<u32>>,
        /// Memory of a task, bytes.
        memory_bytes: u64,
        /// Longest time of a task, seconds.
        seconds: u64,
    },
    /// The scheduler has it.
    Sent {
        /// Its name.
        name: String,
        /// The scheduler's id.
        job: String,
    },
    /// The scheduler does not take it.
    Refused {
        /// Its name.
        name: String,
        /// The scheduler's words.
        reason: String,
    },
    /// A job that may have been queued is not: it is sent again, under another name.
    Lost {
        /// Its name.
        name: String,
    },
    /// The scheduler takes no more now: it is sent again, under another name.
    Later {
        /// Its name.
        name: String,
    },
    /// Tasks are not sent again.
    GivenUp {
        /// The array.
        array: usize,
        /// The tasks.
        tasks: Vec<u32>,
        /// Why.
        reason: String,
    },
    /// Somebody looks after the submission from now on; who did before does no longer.
    Watch {
        /// Who.
        who: String,
    },
    /// Nothing of it is left to do.
    Closed {
        /// Why.
        reason: String,
    },
}

/// A submission with what was done.
#[derive(Debug)]
pub struct Ledger {
    /// What was sent.
    pub submission: Submission,
    /// What was done, after the first line.
    pub lines: Vec<LedgerLine>,
    /// Lines that cannot be read.
    pub damaged: usize,
    path: PathBuf,
}

impl Store {
    /// The folder of a submission.
    #[must_use]
    pub fn submission_folder(&self, id: &str) -> PathBuf {
        self.root().join(FOLDER).join(id)
    }

    /// Ids of the submissions, in no order.
    ///
    /// # Errors
    /// Where the system refuses to read them.
    pub fn submissions(&self) -> Result<Vec<String>, StoreError> {
        let folder = self.root().join(FOLDER);
        let entries = match fs::read_dir(&folder) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(io("read", &folder))?,
        };
        let whole = |entry: fs::DirEntry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            entry.path().join(LEDGER).is_file().then_some(name)
        };
        Ok(entries.flatten().filter_map(whole).collect())
    }

    /// The keys of each task of an array.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn tasks(&self, id: &str, array: usize) -> Result<Vec<Vec<String>>, StoreError> {
        let path = tasks_path(&self.submission_folder(id), array);
        let bytes = whole(self, &path)?;
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.lines().map(|line| line.split(' ').map(str::to_owned).collect()).collect())
    }
}

fn tasks_path(folder: &Path, array: usize) -> PathBuf {
    folder.join(format!("array-{array}.tasks"))
}

fn whole(store: &Store, path: &Path) -> Result<Vec<u8>, StoreError> {
    let damaged = |reason: &str| StoreError::Damaged { path: path.to_owned(), reason: reason.to_owned() };
    match disk::read(store.root(), path, MOST_BYTES)? {
        Found::File(bytes) => Ok(bytes),
        Found::Nothing => Err(damaged("it is not there")),
        Found::Odd(reason) => Err(damaged(&reason)),
    }
}

impl Ledger {
    /// Begins a submission: the keys of each task of each array first, the ledger last, so that one without a ledger is none.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn begin(store: &Store, submission: Submission, tasks: &[Vec<Vec<String>>]) -> Result<Self, StoreError> {
        let folder = store.submission_folder(&submission.id);
        for (array, tasks) in tasks.iter().enumerate() {
            let text: String = tasks.iter().map(|keys| keys.join(" ") + "\n").collect();
            store.replace(&tasks_path(&folder, array), &[text.as_bytes()], Durable::Now)?;
        }
        let path = folder.join(LEDGER);
        let line = sealed(&LedgerLine::Begin(submission.clone()));
        store.replace(&path, &[line.as_bytes()], Durable::Now)?;
        Ok(Self { submission, lines: Vec::new(), damaged: 0, path })
    }

    /// Reads a submission.
    ///
    /// # Errors
    /// Where there is none of this id, its first line is damaged, or the system refuses to read it.
    pub fn read(store: &Store, id: &str) -> Result<Self, StoreError> {
        let path = store.submission_folder(id).join(LEDGER);
        let bytes = whole(store, &path)?;
        let text = String::from_utf8_lossy(&bytes);
        let read: Vec<Option<LedgerLine>> = text.lines().filter(|line| !line.is_empty()).map(unsealed).collect();
        let damaged = read.iter().filter(|line| line.is_none()).count();
        let mut lines = read.into_iter().flatten();
        match lines.next() {
            Some(LedgerLine::Begin(submission)) => Ok(Self { submission, lines: lines.collect(), damaged, path }),
            _ => Err(StoreError::Damaged { path, reason: "its first line is damaged".to_owned() }),
        }
    }

    /// Writes down what is about to be done, or was; it is on the disk when this returns.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn write(&mut self, line: LedgerLine) -> Result<(), StoreError> {
        let refused = || io("write to", &self.path);
        let mut file = File::options().read(true).append(true).open(&self.path).map_err(refused())?;
        // Without a lock two lines may run into one another, and are passed over; one that a dead host holds is not waited for.
        let start = Instant::now();
        while file.try_lock().is_err_and(|error| matches!(error, TryLockError::WouldBlock))
            && start.elapsed() < PATIENCE
        {
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut last = [b'\n'];
        if file.seek(SeekFrom::End(-1)).is_ok() {
            file.read_exact(&mut last).map_err(refused())?;
        }
        let cut = if last == [b'\n'] { "" } else { "\n" };
        file.write_all(format!("{cut}{}", sealed(&line)).as_bytes()).map_err(refused())?;
        file.sync_data().map_err(refused())?;
        self.lines.push(line);
        Ok(())
    }

    /// Why nothing of it is left to do, if so.
    #[must_use]
    pub fn closed(&self) -> Option<&str> {
        self.lines.iter().find_map(|line| match line {
            LedgerLine::Closed { reason } => Some(reason.as_str()),
            _ => None,
        })
    }

    /// Who looks after it.
    #[must_use]
    pub fn watcher(&self) -> Option<&str> {
        self.lines.iter().rev().find_map(|line| match line {
            LedgerLine::Watch { who } => Some(who.as_str()),
            _ => None,
        })
    }
}

fn sealed(line: &LedgerLine) -> String {
    // Texts, whole numbers and finite ones: nothing that JSON cannot say.
    let text = serde_json::to_string(line).unwrap_or_default();
    format!("{} {text}\n", hex(&Sha256::digest(&text)))
}

fn unsealed(line: &str) -> Option<LedgerLine> {
    let (seal, text) = line.split_once(' ')?;
    (hex(&Sha256::digest(text)) == seal).then(|| serde_json::from_str(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(store: &Store) -> Ledger {
        let array =
            ArrayLine { tasks: 2, memory_bytes: 1 << 30, seconds: 600, cpus: 1, expected_s: 10.0, after: vec![] };
        let submission = Submission {
            id: "a1".to_owned(),
            executor: "slurm".to_owned(),
            profile: "quick".to_owned(),
            studies: vec!["s".to_owned()],
            descriptions: "d".to_owned(),
            unix_s: 1,
            host: "h".to_owned(),
            folder: "/p".into(),
            command: vec!["lofi".to_owned()],
            environment: Vec::new(),
            at_once: None,
            time_most_s: 600,
            arrays: vec![array],
        };
        let tasks = vec![vec![vec!["k1".to_owned(), "k2".to_owned()], vec!["k3".to_owned()]]];
        Ledger::begin(store, submission, &tasks).unwrap()
    }

    fn sent(name: &str) -> LedgerLine {
        LedgerLine::Sent { name: name.to_owned(), job: "7".to_owned() }
    }

    #[test]
    fn what_was_written_is_read_by_another() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(store.submissions().unwrap(), Vec::<String>::new());
        let mut ledger = begun(&store);
        ledger.write(sent("a")).unwrap();
        ledger.write(LedgerLine::Watch { who: "w".to_owned() }).unwrap();
        let other = Ledger::read(&store, "a1").unwrap();
        assert_eq!((&other.submission, &other.lines), (&ledger.submission, &ledger.lines));
        assert_eq!((other.damaged, other.watcher(), other.closed()), (0, Some("w"), None));
        assert_eq!(store.submissions().unwrap(), ["a1"]);
        assert_eq!(store.tasks("a1", 0).unwrap(), [vec!["k1", "k2"], vec!["k3"]]);
    }

    #[test]
    fn a_line_that_is_cut_short_or_changed_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let mut ledger = begun(&store);
        ledger.write(sent("a")).unwrap();
        let bytes = fs::read(&ledger.path).unwrap();
        fs::write(&ledger.path, &bytes[..bytes.len() - 9]).unwrap();
        ledger.write(sent("b")).unwrap();
        let other = Ledger::read(&store, "a1").unwrap();
        assert_eq!((other.lines, other.damaged), (vec![sent("b")], 1));
        let text = fs::read_to_string(&ledger.path).unwrap().replacen("slurm", "slorm", 1);
        fs::write(&ledger.path, text).unwrap();
        assert!(matches!(Ledger::read(&store, "a1"), Err(StoreError::Damaged { .. })));
    }
}
