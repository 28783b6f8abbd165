//! Looking after a submission: `attach`, `status`, `cancel`, and the second half of `run --on`.

use super::deeds::{Told, print};
use super::ended;
use super::on::{ClusterFile, On, way};
use super::submit::{Where, send};
use super::which;
use crate::cli::code::Code;
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, note, say};
use crate::cli::project::Project;
use crate::cli::stop;
use crate::cluster::{Campaign, Common, Executor, Picture, Way, reason_in_words};
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
    way: Way,
    common: Common,
    on: On,
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
    let way = way(project, on, (&common, None))?;
    Ok(Means { store, executor, way, common, on })
}

/// `lofi attach`
pub(in crate::cli) fn attach(project: &Project, wanted: &Tend) -> Result<Done, Failure> {
    let store = project.open_store()?;
    let ledger = which::one(&store, wanted.submission.as_deref())?;
    watch(project, ledger, &wanted.file)
}

/// The first half of `run --on`: sends steps and looks after them. How that ended, where it did not end well.
pub(in crate::cli) fn run(
    project: &Project,
    patterns: &[String],
    (on, to): (On, &Where),
) -> Result<Option<Done>, Failure> {
    let Some(id) = send(project, patterns, (on, to, false))? else { return Ok(None) };
    let ledger = which::one(&*project.open_store()?, Some(&id))?;
    let done = watch(project, ledger, &to.file)?;
    Ok((!done.is_well()).then_some(done))
}

/// Looks after a submission until nothing of it is left to do.
fn watch(project: &Project, ledger: Ledger, file: &ClusterFile) -> Result<Done, Failure> {
    let means = means(project, &ledger, file)?;
    let store = Arc::clone(&means.store);
    let id = ledger.submission.id.clone();
    let closed = ledger.closed().is_some();
    let mut campaign = Campaign::open(&store, ledger, (means.executor.as_ref(), means.way.clone()))?;
    if closed {
        campaign.tally.read(&store, &id)?;
        campaign.look(true)?;
        return ended::tell(&campaign, &store);
    }
    // A wish to stop is asked about.
    stop::ends();
    let me = format!("{}:{}:{}", super::inner::host(), std::process::id(), now_unix_ms());
    campaign.ledger.write(LedgerLine::Watch { who: me.clone() })?;
    let base = means.common.poll.max(Duration::from_secs(1));
    let (mut pause, mut shown, mut looks) = (base, None, 0_u32);
    loop {
        // What others wrote: another process that looks after it, or the end.
        let now = Ledger::read(&store, &id)?;
        if now.watcher().is_some_and(|who| who != me) {
            note!("another process looks after submission {id} now");
            return Ok(Done::with(Code::Well, [("submission", json!(id))]));
        }
        campaign.ledger = now;
        if campaign.ledger.closed().is_some() {
            campaign.look(true)?;
            return ended::tell(&campaign, &store);
        }
        for report in campaign.tally.read(&store, &id)? {
            ended::task(&campaign, &report);
        }
        campaign.look(looks % WHOLE == 0)?;
        looks += 1;
        let mut picture = campaign.picture();
        if picture.over() || picture.elsewhere() > 0 {
            campaign.look(true)?;
            picture = campaign.picture();
        }
        if picture.over() {
            campaign.tally.read(&store, &id)?;
            campaign.ledger.write(LedgerLine::Closed { reason: "done".to_owned() })?;
            // What cannot be noted is learnt another time.
            let _ = campaign.tally.pace.teach(&store);
            return ended::tell(&campaign, &store);
        }
        let done = campaign.act(false)?;
        done.iter().for_each(|done| print(done, &Told::of(&campaign)));
        let changed = shown.as_ref() != Some(&picture) || !done.is_empty();
        if changed {
            tell(&id, &picture, &campaign);
            shown = Some(picture);
        }
        pause = match &campaign.queue {
            Err(no) if means.on != On::Kubernetes => {
                if pause <= base * CALM {
                    note!("the queue does not answer, which changes nothing: {no}");
                }
                (pause * 2).min(NO_ANSWER.max(base))
            }
            _ if changed => base,
            _ => (pause * 3 / 2).min(base * CALM),
        };
        if waited(pause) {
            return left(&mut campaign, &store);
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
fn left(campaign: &mut Campaign<'_>, store: &Store) -> Result<Done, Failure> {
    let id = campaign.ledger.submission.id.clone();
    if std::io::stdin().is_terminal() && output::on_terminal() {
        note!("detach, and the tasks go on (d, or nothing), or cancel them (c)?");
        let mut answer = String::new();
        let _ = std::io::stdin().read_line(&mut answer);
        if answer.trim().to_ascii_lowercase().starts_with('c') {
            return take_back(campaign, store);
        }
    }
    note!("the tasks go on; `lofi attach {id}` looks after them again, `lofi cancel {id}` takes them back");
    Ok(Done::with(Code::Stopped, [("submission", json!(id))]))
}

/// `lofi cancel`
pub(in crate::cli) fn cancel(project: &Project, wanted: &Tend) -> Result<Done, Failure> {
    let store = project.open_store()?;
    let ledger = which::one(&store, wanted.submission.as_deref())?;
    let means = means(project, &ledger, &wanted.file)?;
    let mut campaign = Campaign::open(&store, ledger, (means.executor.as_ref(), means.way))?;
    take_back(&mut campaign, &store)
}

fn take_back(campaign: &mut Campaign<'_>, store: &Store) -> Result<Done, Failure> {
    let id = campaign.ledger.submission.id.clone();
    if campaign.ledger.closed().is_none() {
        // First: whoever looks after it sends nothing any more, and a task that starts ends at once.
        campaign.ledger.write(LedgerLine::Closed { reason: "cancelled".to_owned() })?;
    }
    let answer = campaign.cancel();
    campaign.tasks.look(store, &std::collections::HashSet::new(), &campaign.jobs().given_up)?;
    let (steps, done) = campaign.tasks.steps();
    match answer {
        Ok(jobs) => {
            if !output::is_json() {
                let plural = if jobs == 1 { "job" } else { "jobs" };
                say!("cancelled {jobs} {plural} of submission {id}; {done} of {steps} steps are done and stay");
            }
            Ok(Done::with(Code::Well, [("submission", json!(id)), ("jobs", json!(jobs)), ("steps_done", json!(done))]))
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
        let mut campaign = Campaign::open(&store, ledger, (means.executor.as_ref(), means.way))?;
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

fn now_unix_ms() -> u128 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |time| time.as_millis())
}
