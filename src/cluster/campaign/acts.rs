//! A submission that somebody looks after: what it does about what it sees.

use super::decide::{self, Deed, Patience, Sight};
use super::jobs::{Fate, Job, Jobs};
use super::picture::Picture;
use super::tally::Tally;
use super::tasks::{Standing, Tasks};
use super::way::Way;
use crate::cluster::executor::{Executor, NoAnswer, QueueState, Queued, SendError, Sent, Share};
use crate::engine::{Cause, Ledger, LedgerLine, Store, StoreError};
use std::collections::{BTreeSet, HashSet};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

/// So much of the end of a log is searched for words of a scheduler.
const LOG_BYTES: u64 = 4096;

/// A submission that somebody looks after.
pub struct Campaign<'a> {
    store: &'a Store,
    executor: &'a dyn Executor,
    way: Way,
    patience: Patience,
    /// As whom this process looks after it.
    who: Option<String>,
    /// What was done.
    pub ledger: Ledger,
    /// How its tasks stand.
    pub tasks: Tasks,
    /// What they told.
    pub tally: Tally,
    /// The last answer of the queue.
    pub queue: Result<Vec<Queued>, NoAnswer>,
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// As it was decided.
    Deed(Deed),
    /// A job was sent: its name, its id and the number of its tasks.
    Sent(String, String, usize),
    /// Files were written.
    Written(Vec<PathBuf>),
    /// A job was refused: its name, and why.
    Refused(String, String),
    /// A job is sent later: its name, and why.
    Later(String, String),
    /// Another process looks after it now, or it was closed: nothing more was sent.
    TakenOver,
    /// Whether a job was queued is not clear yet: its name, and why.
    Unclear(String, String),
}

impl<'a> Campaign<'a> {
    /// A submission as the store knows it; nobody has looked yet.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn open(store: &'a Store, ledger: Ledger, executor: &'a dyn Executor) -> Result<Self, StoreError> {
        let way = Way::of(&ledger.submission);
        let tasks = Tasks::read(store, &ledger)?;
        let (patience, tally) = (Patience::default(), Tally::default());
        let queue = Err(NoAnswer("the queue was not asked yet".to_owned()));
        Ok(Self { store, executor, way, patience, who: None, ledger, tasks, tally, queue })
    }

    /// Jobs that were sent.
    #[must_use]
    pub fn jobs(&self) -> Jobs {
        Jobs::of(&self.ledger.submission, &self.ledger.lines)
    }

    /// Asks the queue, and looks into the store: at all steps, or only at those of tasks that do not wait in the queue.
    ///
    /// # Errors
    /// Where the store cannot be read; a queue that does not answer is none.
    pub fn look(&mut self, whole: bool) -> Result<(), StoreError> {
        let jobs = self.jobs();
        let names = jobs.all.iter().filter(|job| matches!(job.fate, Fate::Unclear | Fate::Sent(_)));
        let names: Vec<String> = names.map(|job| job.name.clone()).collect();
        self.queue = if names.is_empty() { Ok(Vec::new()) } else { self.executor.queue(&names) };
        let mut waiting = HashSet::new();
        if let (Ok(queue), false) = (&self.queue, whole) {
            let waits = |line: &&Queued| matches!(line.state, QueueState::Waiting(_));
            for line in queue.iter().filter(waits) {
                let job = jobs.all.iter().find(|job| job.name == line.name);
                waiting.extend(job.zip(line.task).map(|(job, task)| (job.array, task)));
            }
            // One that waits again may have been at work before.
            waiting.retain(|(array, task)| jobs.of_task(*array, *task).count() == 1);
        }
        self.tasks.look(self.store, &waiting, &jobs.given_up)
    }

    /// Does what is to be done next, nothing without an answer of the queue; or sends what was never sent, whatever that says.
    ///
    /// # Errors
    /// Where the store cannot be written to.
    pub fn act(&mut self, first: bool) -> Result<Vec<Done>, StoreError> {
        let jobs = self.jobs();
        let mut patience = std::mem::take(&mut self.patience);
        let queue = self.queue.as_deref().unwrap_or_default();
        let log_says = |job: &Job, task: u32| self.log_says(job, task);
        let sight = Sight {
            submission: &self.ledger.submission,
            tasks: &self.tasks,
            jobs: &jobs,
            tally: &self.tally,
            queue,
            time_most_s: self.way.time_most_s,
            keeps_order: self.executor.keeps_order(),
            is_asked: self.executor.is_asked(),
            others: &|| self.others(),
            log_says: &log_says,
        };
        let deeds = match &self.queue {
            _ if first || !self.executor.is_asked() => decide::first(&sight),
            Ok(_) => decide::decide(&sight, &mut patience),
            Err(_) => Vec::new(),
        };
        self.patience = patience;
        let mut done = Vec::new();
        for deed in deeds {
            // One that is refused for now, or not answered, is followed by more of the same.
            let silent = matches!(done.last(), Some(Done::Later(..) | Done::Unclear(..) | Done::TakenOver));
            if matches!(deed, Deed::Send { .. }) && silent {
                continue;
            }
            self.carry_out(deed, &mut done)?;
        }
        Ok(done)
    }

    fn carry_out(&mut self, deed: Deed, done: &mut Vec<Done>) -> Result<(), StoreError> {
        match &deed {
            Deed::Found { name, job } => {
                self.ledger.write(LedgerLine::Sent { name: name.clone(), job: job.clone() })?
            }
            Deed::Lost { name } => self.ledger.write(LedgerLine::Lost { name: name.clone() })?,
            Deed::GiveUp { array, tasks, reason } => self.give_up((*array, tasks), reason)?,
            Deed::Cancel { job, tasks, .. } => {
                // Where no answer comes they are found waiting once more.
                if self.executor.cancel(&[(job.clone(), Some(tasks.clone()))]).is_err() {
                    return Ok(());
                }
            }
            Deed::Send { array, tasks, share, first } => {
                done.extend(self.send((*array, tasks), *share, *first)?);
                return Ok(());
            }
        }
        done.push(Done::Deed(deed));
        Ok(())
    }

    fn give_up(&mut self, (array, tasks): (usize, &[u32]), reason: &str) -> Result<(), StoreError> {
        self.ledger.write(LedgerLine::GivenUp { array, tasks: tasks.to_vec(), reason: reason.to_owned() })
    }

    /// Whether another submission is open.
    fn others(&self) -> bool {
        let own = &self.ledger.submission.id;
        let ids = self.store.submissions().unwrap_or_default();
        let is_open = |id: &String| Ledger::read(self.store, id).is_ok_and(|ledger| ledger.closed().is_none());
        ids.iter().any(|id| id != own && is_open(id))
    }

    /// Says who looks after it from now on: nobody else sends anything for it then.
    ///
    /// # Errors
    /// Where the store cannot be written to.
    pub fn watch(&mut self, who: &str) -> Result<(), StoreError> {
        self.ledger.write(LedgerLine::Watch { who: who.to_owned() })?;
        self.who = Some(who.to_owned());
        Ok(())
    }

    /// Whether this process still looks after it, by what others may have written meanwhile.
    fn is_mine(&mut self) -> Result<bool, StoreError> {
        self.ledger = Ledger::read(self.store, &self.ledger.submission.id)?;
        Ok(self.ledger.closed().is_none() && self.ledger.watcher() == self.who.as_deref())
    }

    /// Sends tasks; nothing where it is not clear yet whether those before them were.
    fn send(&mut self, (array, tasks): (usize, &[u32]), share: Share, first: bool) -> Result<Option<Done>, StoreError> {
        if !self.is_mine()? {
            return Ok(Some(Done::TakenOver));
        }
        let jobs = self.jobs();
        let planned = &self.ledger.submission.arrays[array];
        let is_over = |before: &usize| {
            (0..self.ledger.submission.arrays[*before].tasks)
                .all(|task| matches!(self.tasks.standing((*before, task)), Standing::Done | Standing::Failed(_)))
        };
        let is_sent = |before: &usize| {
            !self.executor.is_asked()
                || jobs.of_array(*before).any(|job| job.id().is_some())
                    && jobs.of_array(*before).all(|job| job.fate != Fate::Unclear)
        };
        let before: Vec<&Job> = planned.after.iter().flat_map(|before| jobs.of_array(*before)).collect();
        if first && !planned.after.iter().all(|before| is_sent(before) || is_over(before)) {
            return Ok(None);
        }
        let name = jobs.free_name(&self.ledger.submission.id, array);
        let after =
            if first { before.iter().filter_map(|job| job.id()).map(str::to_owned).collect() } else { Vec::new() };
        let whole = tasks.len() == planned.tasks as usize;
        let id = self.ledger.submission.id.clone();
        let job = self.way.job((&id, &name, array), tasks, (share, after, self.logs()));
        self.ledger.write(LedgerLine::Sending {
            name: name.clone(),
            array,
            tasks: (!whole).then(|| tasks.to_vec()),
            memory_bytes: share.memory_bytes,
            seconds: share.seconds,
        })?;
        Ok(Some(match self.executor.submit(&job) {
            Ok(Sent::Queued(id)) => {
                self.ledger.write(LedgerLine::Sent { name: name.clone(), job: id.clone() })?;
                Done::Sent(name, id, tasks.len())
            }
            Ok(Sent::Written(paths)) => {
                self.ledger.write(LedgerLine::Sent { name: name.clone(), job: name })?;
                Done::Written(paths)
            }
            Err(SendError::Unclear(why)) => Done::Unclear(name, why),
            Err(SendError::Later(why)) => {
                self.ledger.write(LedgerLine::Later { name: name.clone() })?;
                Done::Later(name, why)
            }
            Err(SendError::Refused(why)) => {
                self.ledger.write(LedgerLine::Refused { name: name.clone(), reason: why.clone() })?;
                self.give_up((array, tasks), &format!("{} refuses it: {why}", self.executor.name()))?;
                let jobs = self.jobs();
                self.tasks.look(self.store, &HashSet::new(), &jobs.given_up)?;
                Done::Refused(name, why)
            }
        }))
    }

    /// The folder of the logs.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        let folder = self.store.submission_folder(&self.ledger.submission.id).join("logs");
        // Schedulers take paths as they are seen from folders of their own.
        std::path::absolute(&folder).unwrap_or(folder)
    }

    /// Why a task ended, as far as its scheduler wrote into its log.
    fn log_says(&self, job: &Job, task: u32) -> Option<Cause> {
        let path = self.logs().join(format!("{}-{task}.log", job.name));
        let mut file = std::fs::File::open(path).ok()?;
        let length = file.metadata().ok()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(LOG_BYTES))).ok()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let last: Vec<&str> = text.lines().rev().take(8).collect();
        let says = |words: &[&str]| last.iter().any(|line| words.iter().any(|word| line.contains(word)));
        if says(&["exceeded memory limit", "Exceeded job memory limit", "oom-kill", "oom_kill", "Out Of Memory"]) {
            Some(Cause::Memory)
        } else if says(&["DUE TO TIME LIMIT"]) {
            Some(Cause::Time)
        } else {
            None
        }
    }

    /// How many tasks stand how.
    #[must_use]
    pub fn picture(&self) -> Picture {
        Picture::of(&self.tasks, &self.jobs(), self.queue.as_deref().unwrap_or_default())
    }
}

/// Takes everything of a submission back that is queued or runs; what may have been queued unseen is looked for first. The
/// number of its jobs.
///
/// # Errors
/// Where the queue does not answer; the same again then.
pub fn take_back(ledger: &Ledger, executor: &dyn Executor) -> Result<usize, NoAnswer> {
    let jobs = Jobs::of(&ledger.submission, &ledger.lines);
    let names = jobs.all.iter().filter(|job| matches!(job.fate, Fate::Unclear | Fate::Sent(_)));
    let names: Vec<String> = names.map(|job| job.name.clone()).collect();
    let queue = if names.is_empty() { Vec::new() } else { executor.queue(&names)? };
    let alive = queue.iter().filter(|line| !matches!(line.state, QueueState::Ended(_)));
    let left: BTreeSet<String> = alive.map(|line| line.job.clone()).collect();
    let left: Vec<(String, Option<Vec<u32>>)> = left.into_iter().map(|job| (job, None)).collect();
    if !left.is_empty() {
        executor.cancel(&left)?;
    }
    Ok(left.len())
}
