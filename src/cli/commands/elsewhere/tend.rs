//! Looking after a submission: `attach`, `status`, `cancel`, and the second half of `run --on`.

use super::deeds::print;
use super::ended;
use super::on::{ClusterFile, On};
use super::submit::{Parceled, Where, send};
use super::which::{self, this_process};
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, note, say};
use crate::cli::project::Project;
use crate::cli::stop;
use crate::cluster::Done as Happened;
use crate::cluster::{Campaign, Common, Executor, Picture, reason_in_words, take_back};
use crate::engine::{Ledger, LedgerLine, Store};
use serde_json::json;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Which submission, and how its cluster is asked.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct Tend {
    /// The submission, or how its id begins. Default: the only one that is open.
    submission: Option<String>,
    #[command(flatten)]
    file: ClusterFile,
}

/// How often a wish to stop is looked for.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest between two looks where the queue answers, in units of the shortest.
const CALM: u32 = 6;
/// The longest between two looks where it does not.
const NO_ANSWER: Duration = Duration::from_secs(300);
/// Looks between two at all steps.
const WHOLE: u32 = 10;

/// What a submission is asked with.
struct Means {
    store: Arc<Store>,
    executor: Box<dyn Executor>,
    common: Common,
}

fn means(project: &Project, ledger: &Ledger, file: &ClusterFile) -> Result<Means, Failure> {
    let profile = file.read(project)?;
    let name = &ledger.submission.executor;
    let on = On::of(name).ok_or_else(|| {
        Failure::mistake(format!(
            "submission {} was sent with `{name}`, which this version does not know",
            ledger.submission.id
        ))
    })?;
    let store = project.open_store()?;
    let common = profile.common(on.name());
    let executor = on.executor(&profile, (&store, &ledger.submission.id));
    Ok(Means { store, executor, common })
}

/// `lofi attach`
pub(in crate::cli) fn attach(project: &Project, wanted: &Tend) -> Result<Done, Failure> {
    let store = project.open_store()?;
    let ledger = which::one(&store, wanted.submission.as_deref())?;
    Ok(match watch(project, ledger, &wanted.file)? {
        Watched::Over(done) | Watched::Left(done) => done,
    })
}

/// How looking after a submission ended.
enum Watched {
    /// Nothing is left to do.
    Over(Done),
    /// It goes on without this process.
    Left(Done),
}

/// The first half of `run --on`: sends steps and looks after them. How that ended, where it did not end well.
pub(in crate::cli) fn run(
    project: &Project,
    patterns: &[String],
    (on, to): (On, &Where),
) -> Result<Option<Done>, Failure> {
    let id = match send(project, patterns, (on, to, false))? {
        Parceled::Nothing => return Ok(None),
        Parceled::Elsewhere => {
            return Err(Failure::mistake(
                "what is not there yet is on its way: `lofi status` tells how it stands, `lofi attach` looks after it",
            ));
        }
        Parceled::Sent(id, _) => id,
    };
    let ledger = which::one(&*project.open_store()?, Some(&id))?;
    Ok(match watch(project, ledger, &to.file)? {
        Watched::Over(done) => (!done.is_well()).then_some(done),
        // Somebody else looks after it: what `run` does then is left, and that is told.
        Watched::Left(done) if done.is_well() => {
            note!("the rest of the run was not done: the same command once more does it when the tasks are over");
            Some(Code::Failed.into())
        }
        Watched::Left(done) => Some(done),
    })
}

/// Looks after a submission until nothing of it is left to do.
fn watch(project: &Project, ledger: Ledger, file: &ClusterFile) -> Result<Watched, Failure> {
    let means = means(project, &ledger, file)?;
    let store = Arc::clone(&means.store);
    let id = ledger.submission.id.clone();
    let closed = ledger.closed().is_some();
    let mut campaign = Campaign::open(&store, ledger, means.executor.as_ref())?;
    if closed {
        campaign.tally.read(&store, &id)?;
        campaign.look(true)?;
        return ended::tell(&campaign, &store).map(Watched::Over);
    }
    // A wish to stop is asked about.
    stop::ends();
    let me = this_process();
    campaign.watch(&me)?;
    let base = means.common.poll.max(Duration::from_secs(1));
    let (mut pause, mut shown, mut looks) = (base, None, 0_u32);
    loop {
        // What others wrote: another process that looks after it, or the end.
        let now = Ledger::read(&store, &id)?;
        if now.watcher().is_some_and(|who| who != me) {
            note!("another process looks after submission {id} now");
            return Ok(Watched::Left(Done::with(Code::Well, [("submission", json!(id))])));
        }
        campaign.ledger = now;
        if campaign.ledger.closed().is_some() {
            campaign.look(true)?;
            return ended::tell(&campaign, &store).map(Watched::Over);
        }
        for report in campaign.tally.read(&store, &id)? {
            ended::task(&campaign, &report);
        }
        campaign.look(looks % WHOLE == 0)?;
        looks += 1;
        let mut picture = campaign.picture();
        if picture.over() {
            campaign.look(true)?;
            picture = campaign.picture();
        }
        if picture.over() {
            campaign.tally.read(&store, &id)?;
            if picture.failed > 0 {
                // What waits for it only starts to find that it is closed; where no answer comes, so it does.
                let _ = take_back(&campaign.ledger, means.executor.as_ref());
            }
            campaign.ledger.write(LedgerLine::Closed { reason: "done".to_owned() })?;
            // What cannot be noted is learnt another time.
            let _ = campaign.tally.pace.teach(&store);
            return ended::tell(&campaign, &store).map(Watched::Over);
        }
        let done = campaign.act(false)?;
        done.iter().for_each(|done| print(done, &id));
        let is_news = |done: &Happened| !matches!(done, Happened::Later(..) | Happened::Unclear(..));
        let changed = shown.as_ref() != Some(&picture) || done.iter().any(is_news);
        if changed {
            tell(&id, &picture, &campaign);
            shown = Some(picture);
        }
        pause = match &campaign.queue {
            Err(no) if means.executor.is_asked() => {
                if pause <= base * CALM {
                    note!("the queue does not answer, which changes nothing: {no}");
                }
                (pause * 2).min(NO_ANSWER.max(base))
            }
            _ if changed => base,
            // It takes no more now: that is asked for less often.
            _ if !done.is_empty() => (pause * 2).min(NO_ANSWER.max(base)),
            _ => (pause * 3 / 2).min(base * CALM),
        };
        if waited(pause) {
            return left(&mut campaign, means.executor.as_ref()).map(Watched::Left);
        }
    }
}

/// Waits; whether a stop was asked meanwhile.
fn waited(pause: Duration) -> bool {
    let start = Instant::now();
    while start.elapsed() < pause {
        if stop::of_process().asked() {
            return true;
        }
        std::thread::sleep(PAUSE);
    }
    stop::of_process().asked()
}

/// After a wish to stop: whoever sits at the terminal says whether tasks go on.
fn left(campaign: &mut Campaign<'_>, executor: &dyn Executor) -> Result<Done, Failure> {
    let id = campaign.ledger.submission.id.clone();
    if std::io::stdin().is_terminal() && output::on_terminal() {
        note!("detach, and the tasks go on (d, or nothing), or cancel them (c)?");
        let mut answer = String::new();
        let _ = std::io::stdin().read_line(&mut answer);
        if answer.trim().to_ascii_lowercase().starts_with('c') {
            return cancelled(&mut campaign.ledger, executor);
        }
    }
    note!("the tasks go on; `lofi attach {id}` looks after them again, `lofi cancel {id}` takes them back");
    Ok(Done::with(Code::Stopped, [("submission", json!(id))]))
}

/// `lofi cancel`
pub(in crate::cli) fn cancel(project: &Project, wanted: &Tend) -> Result<Done, Failure> {
    let store = project.open_store()?;
    let mut ledger = which::one(&store, wanted.submission.as_deref())?;
    let means = means(project, &ledger, &wanted.file)?;
    cancelled(&mut ledger, means.executor.as_ref())
}

/// Takes back what was sent; the ledger alone is needed for that.
fn cancelled(ledger: &mut Ledger, executor: &dyn Executor) -> Result<Done, Failure> {
    let id = ledger.submission.id.clone();
    if ledger.closed().is_none() {
        // First: whoever looks after it sends nothing any more, and a task that starts ends at once.
        ledger.write(LedgerLine::Closed { reason: "cancelled".to_owned() })?;
    }
    match take_back(ledger, executor) {
        Ok(jobs) => {
            if !output::is_json() {
                let plural = if jobs == 1 { "job" } else { "jobs" };
                say!("cancelled {jobs} {plural} of submission {id}; what is computed stays");
            }
            Ok(Done::with(Code::Well, [("submission", json!(id)), ("jobs", json!(jobs))]))
        }
        Err(no) if !executor.is_asked() => {
            note!("submission {id} is closed; {no}");
            Ok(Done::with(Code::Well, [("submission", json!(id))]))
        }
        Err(no) => Err(Failure::file(format!(
            "the tasks of submission {id} that have not started will end at once when they do, but the queue took nothing \
             back: {no}; `lofi cancel {id}` once more"
        ))),
    }
}

/// `lofi status`
pub(in crate::cli) fn status(project: &Project, wanted: &Tend) -> Result<Done, Failure> {
    let store = project.open_store()?;
    let ledgers = match &wanted.submission {
        Some(id) => vec![which::one(&store, Some(id))?],
        None => which::all(&store)?.into_iter().filter(|ledger| ledger.closed().is_none()).collect(),
    };
    if ledgers.is_empty() {
        say!("no submission is open");
    }
    let count = ledgers.len();
    for ledger in ledgers {
        let id = ledger.submission.id.clone();
        let means = means(project, &ledger, &wanted.file)?;
        let mut campaign = match Campaign::open(&store, ledger, means.executor.as_ref()) {
            Ok(campaign) => campaign,
            Err(why) => {
                note!("submission {id} cannot be read ({why}); `lofi cancel {id}` closes it");
                continue;
            }
        };
        campaign.tally.read(&store, &id)?;
        campaign.look(true)?;
        tell(&id, &campaign.picture(), &campaign);
        if let Err(no) = &campaign.queue {
            note!("the queue does not answer: {no}");
        }
    }
    Ok(Done::with(Code::Well, [("submissions", json!(count))]))
}

/// How a submission stands.
fn tell(id: &str, picture: &Picture, campaign: &Campaign<'_>) {
    let Picture { all, done, failed, running, waiting } = picture;
    let (steps, steps_done) = campaign.tasks.steps();
    if output::is_json() {
        output::event(&json!({
            "event": "progress", "submission": id, "on": campaign.ledger.submission.executor, "tasks": all, "done": done,
            "failed": failed, "running": running, "waiting": waiting, "left": picture.elsewhere(), "steps": steps,
            "steps_done": steps_done, "closed": campaign.ledger.closed(), "queue_answers": campaign.queue.is_ok(),
        }));
        return;
    }
    let mut parts = vec![format!("{done} of {all} tasks done ({steps_done} of {steps} steps)")];
    if *running > 0 {
        parts.push(format!("{running} running"));
    }
    for (reason, tasks) in waiting {
        let why = reason_in_words(reason);
        parts.push(if why.is_empty() { format!("{tasks} waiting") } else { format!("{tasks} waiting: {why}") });
    }
    if picture.elsewhere() > 0 {
        parts.push(format!("{} not in the queue", picture.elsewhere()));
    }
    if *failed > 0 {
        parts.push(format!("{failed} failed"));
    }
    let closed = campaign.ledger.closed().map_or(String::new(), |why| format!(" (closed: {why})"));
    say!("{id}{closed}: {}", parts.join("; "));
}
