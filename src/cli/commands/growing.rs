//! The report of a run that goes on. It grows in a folder of its own, so that the one that stands is whole at any time, and
//! is replaced by a whole one when the run is over.

use super::report::{folder_of_run, info};
use crate::artifact::number;
use crate::cli::core_speed::FLOPS_PER_CORE_S;
use crate::cli::output::{self, note};
use crate::cli::project::Project;
use crate::cli::stop;
use crate::engine::{Event, Graph, RunError, Sink, Store, Summary};
use crate::report::{Progress, ProjectInfo, Report, ReportError, Unfinished, remove_all, utc};
use crate::study::Study;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The folder in that of the finished report.
const FOLDER: &str = "running";
/// Runs that are over sooner have no use for it.
const FIRST_AFTER: Duration = Duration::from_secs(2);
/// Pages are written this often at most.
const PAUSE: Duration = Duration::from_secs(10);
/// After writing, this many times as long nothing is written: it takes no more than 2 % of a run.
const REST: u32 = 50;
/// The time that is left is told anew this often.
const TOLD_ANEW: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);
/// Operations that a step counts for beyond its planned ones, as in the bar of the terminal.
const EVERY_STEP: f64 = 1e6;
/// The plan counts as much as so many seconds of the run.
const TRUSTED_S: f64 = 120.0;
/// Studies that are named of those under way.
const NAMED: usize = 3;
/// Runs that are estimated to be over sooner say nothing of pages that grow, in seconds.
const WORTH_SAYING_S: f64 = 10.0;

/// Where the report of a run grows.
pub(in crate::cli) fn folder(project: &Project) -> PathBuf {
    folder_of_run(project).join(FOLDER)
}

/// Takes away what grew.
pub(in crate::cli) fn clear(project: &Project) -> Result<(), ReportError> {
    remove_all(&folder(project))
}

/// What a run is of.
pub(super) type Results<'a> = (&'a [Study], &'a Graph, &'a Store);

/// Runs, and writes pages beside that; what it tells goes to `sink` as well. What cannot be written does not stop it.
pub(super) fn beside(
    project: &Project,
    results: Results<'_>,
    sink: &mut dyn Sink,
    run: impl FnOnce(&mut dyn Sink) -> Result<Summary, RunError>,
) -> Result<Summary, RunError> {
    let folder = folder(project);
    // A bibliography that is damaged is told of by the report in the end.
    let Some(info) = info(project).ok().filter(|_| remove_all(&folder).is_ok()) else { return run(sink) };
    let page = Page { results, folder, info, again: again(project, results.0), jobs: jobs(project) };
    let (sender, receiver) = channel();
    std::thread::scope(|scope| {
        let writer = Writer::new(&page);
        scope.spawn(move || writer.grow(&receiver));
        let done = run(&mut Watched { sink, sender: &sender, project, folder: &page.folder });
        if let Err(error) = &done {
            let _ = sender.send(News::Broken(error.to_string()));
        }
        drop(sender);
        done
    })
}

#[expect(clippy::cast_precision_loss, reason = "a number of workers")]
fn jobs(project: &Project) -> f64 {
    project.options.at_once() as f64
}

/// The command that goes on with a run.
fn again(project: &Project, studies: &[Study]) -> String {
    let options = &project.options;
    let mut words = vec!["lofi run".to_owned()];
    if let [alone] = studies {
        words.push(alone.head.study.clone());
    }
    words.push(format!("--profile {}", options.profile));
    words.extend(options.set.iter().map(|(name, value)| format!("--set {name}='{value}'")));
    words.push("--report".to_owned());
    words.join(" ")
}

enum News {
    Event(Event),
    /// Why the run ended early.
    Broken(String),
}

/// Passes on what happens.
struct Watched<'a> {
    sink: &'a mut dyn Sink,
    sender: &'a Sender<News>,
    project: &'a Project,
    folder: &'a Path,
}

impl Sink for Watched<'_> {
    fn event(&mut self, event: &Event) {
        if let Event::Planned { flops, .. } = event {
            self.announce(*flops);
        }
        self.sink.event(event);
        let _ = self.sender.send(News::Event(event.clone()));
    }
}

impl Watched<'_> {
    fn announce(&self, flops: f64) {
        let options = &self.project.options;
        if flops < WORTH_SAYING_S * FLOPS_PER_CORE_S {
            return;
        }
        let page = self.folder.strip_prefix(".").unwrap_or(self.folder).join("index.html");
        if output::is_json() {
            output::event(&json!({"event": "growing", "page": page.display().to_string()}));
        } else if !options.quiet {
            note!("what is finished can be read meanwhile: {}", page.display());
        }
    }
}

/// What is written, and where.
struct Page<'a> {
    results: Results<'a>,
    folder: PathBuf,
    info: ProjectInfo,
    again: String,
    jobs: f64,
}

/// Writes pages as studies are over.
struct Writer<'a> {
    page: &'a Page<'a>,
    /// Studies without a page, those with one to be written, and those with a step that has started.
    unfinished: BTreeSet<usize>,
    fresh: BTreeSet<usize>,
    begun: BTreeSet<String>,
    failures: Vec<(String, String)>,
    /// Operations that are done, of all.
    done: f64,
    all: f64,
    start: Instant,
    /// When it was written last, and when it may be again.
    last: Option<Instant>,
    next: Instant,
}

impl<'a> Writer<'a> {
    fn new(page: &'a Page<'a>) -> Self {
        let start = Instant::now();
        let (unfinished, fresh) = ((0..page.results.0.len()).collect(), BTreeSet::new());
        let (begun, failures) = (BTreeSet::new(), Vec::new());
        let (last, next) = (None, start + FIRST_AFTER);
        Self { page, unfinished, fresh, begun, failures, done: 0.0, all: 0.0, start, last, next }
    }

    fn grow(mut self, news: &Receiver<News>) {
        loop {
            match news.recv_timeout(LOOK) {
                Ok(News::Event(event)) => self.take(event),
                Ok(News::Broken(why)) => return self.stop(Some(&why)),
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if stop::of_process().asked() {
                return self.stop(None);
            }
            if self.is_due() && self.write().is_err() {
                // The report in the end tells what is wrong.
                return;
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of steps")]
    fn take(&mut self, event: Event) {
        match event {
            Event::Planned { to_run, flops, studies, .. } => {
                self.all = self.done + flops + EVERY_STEP * to_run as f64;
                let waits = |index: &usize| studies.iter().any(|name| *name == self.name(*index));
                let over: Vec<usize> = self.unfinished.iter().copied().filter(|index| !waits(index)).collect();
                over.into_iter().for_each(|index| self.over(index));
            }
            Event::Started { study, .. } => drop(self.begun.insert(study)),
            Event::Finished { flops, .. } | Event::Reused { flops, .. } => self.done += flops + EVERY_STEP,
            Event::Failed { name, error, .. } => self.failures.push((name, error)),
            Event::Study { name, .. } => {
                let index = self.page.results.0.iter().position(|study| study.head.study == name);
                index.into_iter().for_each(|index| self.over(index));
            }
            Event::Killed { .. }
            | Event::Large { .. }
            | Event::Overran { .. }
            | Event::Short { .. }
            | Event::Damaged { .. }
            | Event::Gated { .. }
            | Event::Resumed { .. }
            | Event::Done { .. } => {}
        }
    }

    fn name(&self, index: usize) -> &'a str {
        &self.page.results.0[index].head.study
    }

    fn over(&mut self, index: usize) {
        self.unfinished.remove(&index);
        self.fresh.insert(index);
    }

    fn is_due(&self) -> bool {
        let anew = self.last.is_none_or(|last| last.elapsed() > TOLD_ANEW);
        self.all > 0.0 && Instant::now() >= self.next && (anew || !self.fresh.is_empty())
    }

    /// Writes the pages of what has come to its end, and the index.
    fn write(&mut self) -> Result<(), String> {
        let begin = Instant::now();
        let fresh = std::mem::take(&mut self.fresh);
        self.put(fresh, self.running())?;
        self.last = Some(Instant::now());
        self.next = Instant::now() + PAUSE.max(REST * begin.elapsed());
        Ok(())
    }

    /// The last words of a run that ends early; without new pages, as there is half a second for it.
    fn stop(&self, why: Option<&str>) {
        if self.last.is_none() {
            return;
        }
        let _hold = stop::of_process().hold();
        let Progress { unfinished, .. } = self.running();
        let why = why.map_or_else(String::new, |why| format!(" ({why})"));
        let banner = format!(
            "{}; the run ended early{why} at {}. Its finished steps are kept: `{}` goes on from there.",
            self.count(),
            now(),
            self.page.again
        );
        // What cannot be written now is written by the next run.
        let _ = self.put(BTreeSet::new(), Progress { goes_on: false, banner, unfinished });
    }

    fn put(&self, which: BTreeSet<usize>, progress: Progress) -> Result<(), String> {
        let Page { results, folder, info, .. } = self.page;
        let info = ProjectInfo { failures: self.failures.clone(), ..info.clone() };
        let mut report = Report::build_some(which, *results, &info).map_err(|e| e.to_string())?;
        report.progress = Some(progress);
        let names: Vec<String> = results.0.iter().map(|study| study.head.study.clone()).collect();
        report.write(folder, &names).map(drop).map_err(|e| e.to_string())
    }

    fn running(&self) -> Progress {
        let unfinished = |&index: &usize| {
            let (name, title) = (self.name(index).to_owned(), self.page.results.0[index].head.title.clone());
            Unfinished { has_begun: self.begun.contains(&name), name, title }
        };
        let unfinished: Vec<Unfinished> = self.unfinished.iter().map(unfinished).collect();
        let running = unfinished.iter().filter(|study| study.has_begun);
        let running: Vec<String> = running.take(NAMED).map(|study| format!("`{}`", study.name)).collect();
        let now_at = if running.is_empty() { String::new() } else { format!(", at {}", running.join(", ")) };
        let left = number::about(self.left_s());
        let banner = format!("{}{now_at}; about {left} left ({}).", self.count(), now());
        Progress { goes_on: true, banner, unfinished }
    }

    /// The seconds that are left, as planned; by as much slower as the run has been, the more the longer it has lasted.
    fn left_s(&self) -> f64 {
        let planned = |operations: f64| operations / FLOPS_PER_CORE_S / self.page.jobs;
        let slower = (self.start.elapsed().as_secs_f64() + TRUSTED_S) / (planned(self.done) + TRUSTED_S);
        planned((self.all - self.done).max(0.0)) * slower
    }

    /// "7 of 30 studies are done"
    fn count(&self) -> String {
        let all = self.page.results.0.len();
        format!("{} of {all} studies are done", all - self.unfinished.len())
    }
}

fn now() -> String {
    utc(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}
