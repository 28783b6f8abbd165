//! The supervisor: one process a host that starts the tasks of a spool, in order, and ends when no job is left.
//!
//! It is killed at any time without harm. Its tasks go on; the next one finds them by process id and time of their begin, and
//! waits for them. Jobs that are not over are taken up where they are.

use super::running::Running;
use super::spool::{ENDS, Job, Over, Spool, State, WORKS};
use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

/// A task that ends with this was asked to, and goes on from what it kept.
const GOES_ON: i32 = 85;
/// One that ends so in less time did nothing, and is not started again for ever.
const DID_SOMETHING: Duration = Duration::from_secs(1);
/// Whoever asks whether a supervisor works has its lock for an instant: so often it is tried, this long apart.
const TRIES: u32 = 20;
const APART: Duration = Duration::from_millis(25);
/// What became of the tasks of a job is told for this long after it was over.
const TOLD_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

/// Tends a spool until no job in it is left, or at once where another process does. It leaves the session of whoever
/// started it, so that it outlives its terminal.
///
/// # Errors
/// Where the folder cannot be read or its lock not taken.
pub fn tend(spool: &Path) -> io::Result<()> {
    // Refused to the leader of a process group, which outlives the terminal as well.
    let _ = rustix::process::setsid();
    supervise(&Spool(spool.to_owned()))
}

pub(super) fn supervise(spool: &Spool) -> io::Result<()> {
    let Some(lock) = lock(spool)? else { return Ok(()) };
    Spool::say(&lock, WORKS)?;
    forget(spool)?;
    let mut supervisor = Supervisor { spool, jobs: BTreeMap::new(), moved: Instant::now() };
    loop {
        supervisor.turn()?;
        if supervisor.jobs.is_empty() {
            // Whoever submits from here on is not relied on to have been seen: their supervisor waits for the lock.
            Spool::say(&lock, ENDS)?;
            supervisor.look()?;
            if supervisor.jobs.is_empty() {
                return Ok(());
            }
            Spool::say(&lock, WORKS)?;
        }
        supervisor.pause();
    }
}

/// The lock, unless one who works has it. A job that is in the spool by now is seen by that one.
fn lock(spool: &Spool) -> io::Result<Option<File>> {
    let mut tries = 0;
    loop {
        if let Some(lock) = spool.try_lock()? {
            return Ok(Some(lock));
        }
        tries += 1;
        if tries >= TRIES && spool.said()? != ENDS {
            return Ok(None);
        }
        std::thread::sleep(APART);
    }
}

/// Takes out what is told of jobs that were over long ago.
fn forget(spool: &Spool) -> io::Result<()> {
    let jobs = spool.names("job")?;
    for name in spool.names("state")?.difference(&jobs) {
        let path = spool.file(name, "state");
        let age = fs::metadata(&path).and_then(|file| file.modified()).ok().and_then(|time| time.elapsed().ok());
        if age.is_some_and(|age| age > TOLD_FOR) {
            let _ = fs::remove_file(path);
        }
    }
    for name in spool.names("cancel")?.difference(&jobs) {
        let _ = fs::remove_file(spool.file(name, "cancel"));
    }
    Ok(())
}

/// A job with its tasks that are not over.
struct Tended {
    job: Job,
    waiting: VecDeque<u32>,
    running: BTreeMap<u32, Running>,
}

impl Tended {
    /// Processors of a task.
    fn cpus(&self) -> u32 {
        self.job.cpus.clamp(1, self.job.workers.max(1))
    }

    fn starts_more(&self) -> bool {
        let free = |most: u32| self.running.len() < most as usize;
        !self.waiting.is_empty() && self.job.at_once.is_none_or(free)
    }
}

struct Supervisor<'a> {
    spool: &'a Spool,
    /// In the order in which they were sent.
    jobs: BTreeMap<(u64, String), Tended>,
    /// When something happened last.
    moved: Instant,
}

impl Supervisor<'_> {
    fn turn(&mut self) -> io::Result<()> {
        self.look()?;
        self.take_back()?;
        self.wait();
        self.finish();
        self.start();
        Ok(())
    }

    /// Notes what became of a task. A disk that takes no more does not keep tasks from running.
    fn note(&mut self, name: &str, task: u32, state: &State) {
        self.moved = Instant::now();
        let _ = self.spool.note(name, task, state);
    }

    /// Takes up jobs that it does not know.
    fn look(&mut self) -> io::Result<()> {
        let names = self.spool.names("job")?;
        let known: Vec<&String> = self.jobs.keys().map(|(_, name)| name).collect();
        let new: Vec<String> = names.into_iter().filter(|name| !known.contains(&name)).collect();
        for name in new {
            let Ok(job) = self.spool.job(&name) else {
                // Nobody can run it, and it would keep the supervisor alive.
                fs::rename(self.spool.file(&name, "job"), self.spool.file(&name, "damaged"))?;
                continue;
            };
            let Some(job) = job else { continue };
            let states = self.spool.states(&name)?;
            let (mut waiting, mut running) = (VecDeque::new(), BTreeMap::new());
            for &task in &job.tasks {
                match states.get(&task) {
                    Some(State::Ended(..)) => {}
                    Some(State::Running(process)) if process.lives() => {
                        running.insert(task, Running::adopt(*process, job.seconds));
                    }
                    _ => waiting.push_back(task),
                }
            }
            self.moved = Instant::now();
            self.jobs.insert((job.sent_ns, name), Tended { job, waiting, running });
        }
        Ok(())
    }

    fn take_back(&mut self) -> io::Result<()> {
        let mut over = Vec::new();
        for name in self.spool.names("cancel")? {
            let Some(tended) = self.jobs.iter_mut().find(|((_, known), _)| *known == name).map(|(_, found)| found)
            else {
                continue;
            };
            let is_taken = self.spool.taken_back(&name)?;
            over.extend(tended.waiting.iter().filter(|task| is_taken(**task)).map(|task| (name.clone(), *task)));
            tended.waiting.retain(|task| !is_taken(*task));
            tended.running.iter_mut().filter(|(task, _)| is_taken(**task)).for_each(|(_, running)| running.cancel());
        }
        over.iter().for_each(|(name, task)| self.note(name, *task, &State::Ended(Over::Cancelled, None)));
        Ok(())
    }

    /// Looks which tasks have ended.
    fn wait(&mut self) {
        let mut turns = Vec::new();
        for ((_, name), tended) in &mut self.jobs {
            let mut ended = Vec::new();
            for (task, running) in &mut tended.running {
                if let Some((over, code)) = running.ended() {
                    let again = code == Some(GOES_ON) && over == Over::Plain && running.elapsed() >= DID_SOMETHING;
                    ended.push((*task, if again { State::Waiting } else { State::Ended(over, code) }));
                }
            }
            for (task, state) in ended {
                tended.running.remove(&task);
                if state == State::Waiting {
                    tended.waiting.push_front(task);
                }
                turns.push((name.clone(), task, state));
            }
        }
        turns.iter().for_each(|(name, task, state)| self.note(name, *task, state));
    }

    /// Takes out jobs of which no task is left.
    fn finish(&mut self) {
        let spool = self.spool;
        self.jobs.retain(|(_, name), tended| {
            let left = !tended.waiting.is_empty() || !tended.running.is_empty();
            if !left {
                // The job last: as long as it is there, all the rest is done again.
                let _ = fs::remove_file(spool.file(name, "cancel"));
                let _ = fs::remove_file(spool.file(name, "job"));
            }
            left
        });
    }

    /// Starts tasks while processors are free; the first that finds too few waits for them, and nothing overtakes it.
    fn start(&mut self) {
        let mut used: u32 = 0;
        for tended in self.jobs.values() {
            let running = u32::try_from(tended.running.len()).unwrap_or(u32::MAX);
            used = used.saturating_add(running.saturating_mul(tended.cpus()));
        }
        let left: Vec<String> = self.jobs.keys().map(|(_, name)| name.clone()).collect();
        let mut turns = Vec::new();
        'all: for ((_, name), tended) in &mut self.jobs {
            if tended.job.after.iter().any(|before| left.contains(before)) {
                continue;
            }
            while tended.starts_more() {
                if used.saturating_add(tended.cpus()) > tended.job.workers.max(1) {
                    break 'all;
                }
                let Some(task) = tended.waiting.pop_front() else { break };
                let state = match Running::start(&tended.job, task) {
                    Ok(running) => {
                        let state = State::Running(running.process);
                        used += tended.cpus();
                        tended.running.insert(task, running);
                        state
                    }
                    Err(why) => {
                        Running::note_in_log(&tended.job, task, &format!("it cannot be started: {why}"));
                        State::Ended(Over::Never, None)
                    }
                };
                turns.push((name.clone(), task, state));
            }
        }
        turns.iter().for_each(|(name, task, state)| self.note(name, *task, state));
    }

    /// Looks ever less often: short tasks are not waited for in vain, long ones cost nothing.
    fn pause(&self) {
        const LEAST: Duration = Duration::from_millis(1);
        const MOST: Duration = Duration::from_millis(200);
        std::thread::sleep((self.moved.elapsed() / 20).clamp(LEAST, MOST));
    }
}
