//! What is to be done next, from how tasks stand, the jobs that were sent and what the queue says. Nothing is done here.
//!
//! Results decide: a task is over when its results are in the store, or marks of failure that would come back. What the
//! queue says counts for one thing alone, that nobody is about to run a task: then it is sent again. An answer that does not
//! come changes nothing, and one that a task is missing in has to come several times: stores on network file systems show
//! results late, and queues show jobs late.

use super::jobs::{Fate, Job, Jobs};
use super::tally::Tally;
use super::tasks::{Standing, Tasks};
use crate::cluster::executor::{Ending, QueueState, Queued, Share};
use crate::engine::{Cause, Submission, human_bytes};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Looks after which a task that ended without a result is sent again.
const ENDED_LOOKS: u32 = 2;
/// Looks after which one that the queue does not know is.
const ABSENT_LOOKS: u32 = 3;
/// How often a task may end without a result, a mark that says why, or its state kept.
const TRIES: usize = 5;
/// How often in a row a task may come before what it needs, where nobody is known to compute that.
const EARLY: usize = 3;
/// The exit code of a task that would end so again: a mistake, or another version of the program.
const MISTAKE: u8 = 2;

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// A job is in the queue of which that was not known.
    Found {
        /// Its name.
        name: String,
        /// Its id.
        job: String,
    },
    /// A job that might be queued is not.
    Lost {
        /// Its name.
        name: String,
    },
    /// Tasks are to be sent.
    Send {
        /// The array.
        array: usize,
        /// The tasks, in increasing order.
        tasks: Vec<u32>,
        /// What each may have.
        share: Share,
        /// Whether they come after other arrays: they are sent for the first time.
        first: bool,
    },
    /// Tasks are not sent again.
    GiveUp {
        /// The array.
        array: usize,
        /// The tasks.
        tasks: Vec<u32>,
        /// Why.
        reason: String,
    },
    /// Tasks that can no longer do anything are to be taken out of the queue.
    Cancel {
        /// The id of the job.
        job: String,
        /// The tasks.
        tasks: Vec<u32>,
        /// Why.
        reason: String,
    },
}

/// What is known.
#[derive(Clone, Copy)]
pub struct Sight<'a> {
    /// What was planned.
    pub submission: &'a Submission,
    /// How its tasks stand.
    pub tasks: &'a Tasks,
    /// Jobs that were sent.
    pub jobs: &'a Jobs,
    /// What tasks told.
    pub tally: &'a Tally,
    /// The answer of the queue.
    pub queue: &'a [Queued],
    /// The most time that a task may have, seconds.
    pub time_most_s: u64,
    /// Whether the executor starts a job after those before it.
    pub keeps_order: bool,
    /// Whether the executor has a queue that can be asked.
    pub is_asked: bool,
    /// Whether another submission is open, which may compute what a task needs.
    pub others: &'a dyn Fn() -> bool,
    /// Why a task of a job ended, as far as its log tells.
    pub log_says: &'a dyn Fn(&Job, u32) -> Option<Cause>,
}

/// How often in a row the queue did not know of something.
#[derive(Debug, Default)]
pub struct Patience {
    missing: HashMap<(String, Option<u32>), u32>,
}

impl Patience {
    /// Once more; how often that is.
    fn miss(&mut self, name: &str, task: Option<u32>) -> u32 {
        let times = self.missing.entry((name.to_owned(), task)).or_default();
        *times += 1;
        *times
    }

    fn seen(&mut self, name: &str, task: Option<u32>) {
        self.missing.remove(&(name.to_owned(), task));
    }
}

/// What the queue says, by job and task.
pub(super) struct Answers<'a>(HashMap<&'a str, (&'a str, HashMap<Option<u32>, &'a QueueState>)>);

impl<'a> Answers<'a> {
    pub(super) fn of(queue: &'a [Queued]) -> Self {
        let mut answers: HashMap<&str, (&str, HashMap<Option<u32>, &QueueState>)> = HashMap::new();
        for line in queue {
            let (_, states) = answers.entry(&line.name).or_insert_with(|| (&line.job, HashMap::new()));
            // Of two lines of a task the one that is not over counts.
            let known = states.entry(line.task).or_insert(&line.state);
            if matches!(known, QueueState::Ended(_)) {
                *known = &line.state;
            }
        }
        Self(answers)
    }

    fn job(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).map(|(job, _)| *job)
    }

    pub(super) fn task(&self, name: &str, task: u32) -> Option<&'a QueueState> {
        let (_, states) = self.0.get(name)?;
        states.get(&Some(task)).or_else(|| states.get(&None)).copied()
    }
}

/// What is to be done next.
pub fn decide(sight: &Sight<'_>, patience: &mut Patience) -> Vec<Deed> {
    let answers = Answers::of(sight.queue);
    let mut deeds = Vec::new();
    for job in sight.jobs.all.iter().filter(|job| job.fate == Fate::Unclear) {
        if let Some(id) = answers.job(&job.name) {
            deeds.push(Deed::Found { name: job.name.clone(), job: id.to_owned() });
        } else if patience.miss(&job.name, None) >= ABSENT_LOOKS {
            deeds.push(Deed::Lost { name: job.name.clone() });
        }
    }
    deeds.extend(first(sight));
    let mut again: BTreeMap<(usize, Share), Vec<u32>> = BTreeMap::new();
    let mut given_up: BTreeMap<(usize, String), Vec<u32>> = BTreeMap::new();
    let mut cancels: BTreeMap<(String, String), BTreeSet<u32>> = BTreeMap::new();
    for place @ (array, task) in sight.tasks.all() {
        let jobs: Vec<&Job> = sight.jobs.of_task(array, task).collect();
        let Some(latest) = jobs.last().copied().filter(|_| jobs.iter().all(|job| job.fate != Fate::Unclear)) else {
            continue;
        };
        let states: Vec<(&Job, &QueueState)> =
            jobs.iter().filter_map(|job| Some((*job, answers.task(&job.name, task)?))).collect();
        let standing = sight.tasks.standing(place);
        for (job, state) in &states {
            let reason = match (state, &standing) {
                (QueueState::Waiting(_) | QueueState::Stuck(_), Standing::Failed(why)) => why.clone(),
                // One that is held would keep those that come after it waiting.
                (QueueState::Waiting(_) | QueueState::Stuck(_), Standing::Done) => "its results are there".to_owned(),
                (QueueState::Stuck(why), Standing::Waits | Standing::Ready(_)) => why.clone(),
                _ => continue,
            };
            if let Some(id) = job.id() {
                cancels.entry((id.to_owned(), reason)).or_default().insert(task);
            }
        }
        let live = states.iter().any(|(_, state)| !matches!(state, QueueState::Ended(_)));
        let Standing::Ready(cause) = standing else { continue };
        if live || sight.jobs.given_up.contains_key(&place) {
            patience.seen(&latest.name, Some(task));
            continue;
        }
        let ending = match answers.task(&latest.name, task) {
            Some(QueueState::Ended(ending)) => Some(*ending),
            _ => None,
        };
        let looks = if ending.is_some() { ENDED_LOOKS } else { ABSENT_LOOKS };
        if patience.miss(&latest.name, Some(task)) < looks << early(sight, place) {
            continue;
        }
        match share_again(sight, (place, latest), (cause, ending, jobs.len())) {
            Ok(share) => again.entry((array, share)).or_default().push(task),
            Err(reason) => given_up.entry((array, reason)).or_default().push(task),
        }
    }
    deeds.extend(given_up.into_iter().map(|((array, reason), tasks)| Deed::GiveUp { array, tasks, reason }));
    deeds.extend(again.into_iter().map(|((array, share), tasks)| Deed::Send { array, tasks, share, first: false }));
    let cancel = |((job, reason), tasks): ((String, String), BTreeSet<u32>)| Deed::Cancel {
        job,
        tasks: tasks.into_iter().collect(),
        reason,
    };
    deeds.extend(cancels.into_iter().map(cancel));
    deeds
}

/// Arrays that were never sent.
pub fn first(sight: &Sight<'_>) -> Vec<Deed> {
    let mut deeds = Vec::new();
    for (array, planned) in sight.submission.arrays.iter().enumerate() {
        let is_open = |job: &Job| match job.fate {
            Fate::Lost | Fate::Later => false,
            // Written or not: once more is the same.
            Fate::Unclear => sight.is_asked,
            Fate::Sent(_) | Fate::Refused => true,
        };
        if sight.jobs.of_array(array).any(is_open) {
            continue;
        }
        let lost = sight.jobs.of_array(array).filter(|job| job.fate == Fate::Lost).count();
        let open = |array: usize, task: u32| {
            !sight.jobs.given_up.contains_key(&(array, task))
                && matches!(sight.tasks.standing((array, task)), Standing::Ready(_) | Standing::Waits)
        };
        let is_over = |before: &usize| (0..sight.submission.arrays[*before].tasks).all(|task| !open(*before, task));
        let comes_now = sight.keeps_order || planned.after.iter().all(is_over);
        let tasks: Vec<u32> = (0..planned.tasks).filter(|task| open(array, *task)).collect();
        if !tasks.is_empty() && lost >= TRIES {
            let reason = format!("it was sent {TRIES} times, and never was in the queue");
            deeds.push(Deed::GiveUp { array, tasks, reason });
        } else if comes_now && !tasks.is_empty() {
            deeds.push(Deed::Send { array, tasks, share: share(sight, array), first: true });
        }
    }
    deeds
}

fn share(sight: &Sight<'_>, array: usize) -> Share {
    let planned = &sight.submission.arrays[array];
    Share { memory_bytes: planned.memory_bytes, seconds: planned.seconds, cpus: planned.cpus }
}

/// How often in a row a task came before what it needs, which others compute: it waits twice as long each time.
fn early(sight: &Sight<'_>, place: (usize, u32)) -> u32 {
    u32::try_from(times_early(sight, place)).unwrap_or(u32::MAX).min(5)
}

fn times_early(sight: &Sight<'_>, place: (usize, u32)) -> usize {
    let exits = sight.tally.exits.get(&place).map_or(&[][..], Vec::as_slice);
    exits.iter().rev().take_while(|exit| **exit == 75).count()
}

/// What a task may have when it is sent again, or why it is not.
fn share_again(
    sight: &Sight<'_>,
    (place, latest): ((usize, u32), &Job),
    (cause, ending, sent): (Option<Cause>, Option<Ending>, usize),
) -> Result<Share, String> {
    let planned = share(sight, place.0);
    let by_queue = match ending {
        Some(Ending::Memory) => Some(Cause::Memory),
        Some(Ending::Time) => Some(Cause::Time),
        _ => None,
    };
    let cause = cause.filter(|cause| *cause != Cause::Killed).or(by_queue);
    match cause.or_else(|| (sight.log_says)(latest, place.1)) {
        Some(Cause::Memory) if latest.share.memory_bytes > planned.memory_bytes => {
            Err(format!("memory ran out, with {} too", human_bytes(latest.share.memory_bytes)))
        }
        Some(Cause::Memory) => {
            let memory_bytes = latest.share.memory_bytes.saturating_mul(2);
            Ok(Share { memory_bytes, ..latest.share })
        }
        Some(Cause::Time) if latest.share.seconds > planned.seconds => {
            Err(format!("its time was over, with {} minutes too", latest.share.seconds / 60))
        }
        Some(Cause::Time) if latest.share.seconds >= sight.time_most_s => {
            let minutes = latest.share.seconds / 60;
            Err(format!("its time was over after {minutes} minutes, the most that `time-most` allows"))
        }
        Some(Cause::Time) => {
            let seconds = latest.share.seconds.saturating_mul(2).min(sight.time_most_s);
            Ok(Share { seconds, ..latest.share })
        }
        _ if sight.tally.last(place) == Some(MISTAKE) => {
            Err("it cannot be computed there (exit code 2): its log says why".to_owned())
        }
        _ if times_early(sight, place) >= EARLY && !(sight.others)() => {
            let what = sight.tally.waits_for(place).unwrap_or("a result");
            Err(format!("it needs `{what}`, which is neither in the store nor on its way: `lofi submit` once more"))
        }
        _ if ending == Some(Ending::Cancelled) => Err("it was cancelled in the queue".to_owned()),
        _ if ending == Some(Ending::Never) => Err("the scheduler could never run it".to_owned()),
        _ if sent.saturating_sub(sight.tally.harmless(place)) >= TRIES => {
            Err(format!("it ended {TRIES} times without its results, and nothing says why"))
        }
        _ => Ok(latest.share),
    }
}

#[cfg(test)]
mod tests;
