//! `lofi submit`: sends the steps that would run to where the cores are, and returns.

use super::deeds::print;
use super::on::{ClusterFile, On, way, wishes};
use super::span::{self, Planned};
use super::which;
use crate::cli::code::Code;
use crate::cli::commands::{run, store};
use crate::cli::fail::{Done, Failure};
use crate::cli::output::{self, note, say};
use crate::cli::project::Project;
use crate::cluster::Done as Happened;
use crate::cluster::{Array, Campaign, Executor, Share, Way, partition};
use crate::engine::plan as make_plan;
use crate::engine::{ArrayLine, Graph, Ledger, Pace, RunPlan, Store, Submission};
use crate::step::hex;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where and how steps are sent.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct Where {
    /// The most tasks of an array that run at once. Default: what the profile file says, else as many as are let.
    #[arg(long, value_name = "N", requires = "on", value_parser = clap::value_parser!(u32).range(1..))]
    at_once: Option<u32>,
    #[command(flatten)]
    pub(super) file: ClusterFile,
}

/// `lofi submit`
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct Submit {
    /// Studies. Default: all.
    studies: Vec<String>,
    /// Where to.
    #[arg(long, value_enum)]
    on: On,
    /// Prints what would be sent, and sends and writes nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    to: Where,
}

/// What is to be sent.
struct Parcel {
    arrays: Vec<Array>,
    /// Keys by array and task.
    keys: Vec<Vec<Vec<String>>>,
    /// Steps that other submissions are to compute.
    elsewhere: HashMap<String, usize>,
}

/// Sends steps.
pub(in crate::cli) fn submit(project: &Project, wanted: &Submit) -> Result<Done, Failure> {
    let Parceled::Sent(id, whole) = send(project, &wanted.studies, (wanted.on, &wanted.to, wanted.dry_run))? else {
        return Ok(Code::Well.into());
    };
    if !whole {
        note!("not all was sent: mend what is said above, `lofi cancel {id}`, and submit again");
        return Ok(Done::with(Code::Failed, [("submission", json!(id))]));
    }
    if !output::is_json() {
        say!("`lofi attach {id}` looks after it until it is done, from any machine; `lofi status` tells how it stands");
    }
    Ok(Done::with(Code::Well, [("submission", json!(id))]))
}

/// What came of sending.
pub(super) enum Parceled {
    /// Every result is there.
    Nothing,
    /// Other submissions are to compute what is not there.
    Elsewhere,
    /// A submission of this id, and whether all that was to be sent now is.
    Sent(String, bool),
}

/// Sends steps.
pub(super) fn send(
    project: &Project,
    patterns: &[String],
    (on, to, dry_run): (On, &Where, bool),
) -> Result<Parceled, Failure> {
    let profile = to.file.read(project)?;
    let common = profile.common(on.name());
    let studies = project.load(patterns)?;
    let store = project.open_store()?;
    let graph = Graph::new(&studies);
    let last = run::last_records(&store, &studies)?;
    if !dry_run {
        store::take_over(project, (&studies, &graph, &store), &last)?;
    }
    let plan = make_plan(&graph, &store, &last)?;
    let pace = Pace::read(&store)?;
    let id = if dry_run { "ID".to_owned() } else { fresh_id()? };
    let executor = on.executor(&profile, (&store, &id));
    let mut wishes = wishes(&common);
    wishes.largest_array = wishes.largest_array.min(executor.most_tasks());
    let arrays = partition(&graph, &plan, (&pace, &wishes));
    let parcel = Parcel::of(&store, &graph, arrays)?;
    for (submission, steps) in &parcel.elsewhere {
        note!("{steps} steps are left to submission {submission}, which is to compute them");
    }
    if parcel.arrays.is_empty() {
        say!("nothing to send: every result is there, or on its way");
        return Ok(if parcel.elsewhere.is_empty() { Parceled::Nothing } else { Parceled::Elsewhere });
    }
    span::tell_arrays(&Planned { graph: &graph, plan: &plan, store: &store }, &parcel.arrays, (on, &pace));
    let way = way(project, on, (&common, to.at_once))?;
    let submission = Submission {
        id: id.clone(),
        executor: on.name().to_owned(),
        profile: project.options.profile.clone(),
        studies: studies.iter().map(|study| study.head.study.clone()).collect(),
        descriptions: String::new(),
        unix_s: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs()),
        host: crate::cluster::host(),
        folder: way.folder.clone(),
        command: way.command.clone(),
        environment: way.environment.clone(),
        at_once: way.at_once,
        time_most_s: way.time_most_s,
        arrays: parcel.arrays.iter().map(line).collect(),
    };
    if dry_run {
        show(&parcel, &submission, (executor.as_ref(), &way, &store));
        return Ok(Parceled::Nothing);
    }
    let whole = begin((&store, &graph, &plan), (submission, &parcel), executor.as_ref())?;
    Ok(Parceled::Sent(id, whole))
}

/// Writes it down, and sends it.
fn begin(
    (store, graph, plan): (&Arc<Store>, &Graph, &RunPlan),
    (mut submission, parcel): (Submission, &Parcel),
    executor: &dyn Executor,
) -> Result<bool, Failure> {
    submission.descriptions = store.describe(graph, plan)?;
    // What failed before is tried again.
    parcel.keys.iter().flatten().flatten().for_each(|key| store.forget_failure(key));
    let logs = store.submission_folder(&submission.id).join("logs");
    let cannot = |e: std::io::Error| Failure::file(format!("cannot make {}: {e}", logs.display()));
    std::fs::create_dir_all(&logs).map_err(cannot)?;
    let ledger = Ledger::begin(store, submission, &parcel.keys)?;
    let id = ledger.submission.id.clone();
    if output::is_json() {
        output::event(
            &json!({"event": "submission", "id": id, "on": executor.name(), "arrays": ledger.submission.arrays.len()}),
        );
    } else {
        say!("submission {id}");
    }
    let mut campaign = Campaign::open(store, ledger, executor)?;
    campaign.watch(&which::this_process())?;
    campaign.tasks.look(store, &HashSet::new(), &HashMap::new())?;
    let done = campaign.act(true)?;
    done.iter().for_each(|done| print(done, &id));
    Ok(!done.iter().any(|done| matches!(done, Happened::Refused(..) | Happened::TakenOver)))
}

/// Prints what would be sent.
fn show(parcel: &Parcel, submission: &Submission, (executor, way, store): (&dyn Executor, &Way, &Store)) {
    for (number, array) in parcel.arrays.iter().enumerate() {
        let tasks: Vec<u32> = (0..).take(array.tasks.len()).collect();
        let name = format!("lofi-{}-{number}", submission.id);
        let after = array.after.iter().map(|before| format!("JOB-OF-{before}")).collect();
        let logs = store.submission_folder(&submission.id).join("logs");
        let logs = std::path::absolute(&logs).unwrap_or(logs);
        let job = way.job((&submission.id, &name, number), &tasks, (array.share, after, logs));
        let text = executor.written(&job);
        if output::is_json() {
            output::event(&json!({"event": "would-send", "name": name, "tasks": tasks.len(), "text": text}));
        } else {
            say!("# {name}: {} tasks", tasks.len());
            text.lines().for_each(|line| say!("{line}"));
        }
    }
}

fn line(array: &Array) -> ArrayLine {
    let Share { memory_bytes, seconds, cpus } = array.share;
    ArrayLine {
        tasks: u32::try_from(array.tasks.len()).unwrap_or(u32::MAX),
        memory_bytes,
        seconds,
        cpus,
        expected_s: array.tasks.iter().map(|task| task.seconds).sum(),
        after: array.after.clone(),
    }
}

/// An id that no other submission has.
fn fresh_id() -> Result<String, Failure> {
    let mut bytes = [0_u8; 4];
    getrandom::fill(&mut bytes).map_err(|e| Failure::file(format!("the system gives no random numbers: {e}")))?;
    Ok(hex(&bytes))
}

impl Parcel {
    /// Without what open submissions are to compute, and without arrays that are empty then.
    fn of(store: &Store, graph: &Graph, arrays: Vec<Array>) -> Result<Self, Failure> {
        let taken = taken(store)?;
        let mut elsewhere: HashMap<String, usize> = HashMap::new();
        let mut place: Vec<Option<usize>> = Vec::new();
        let (mut kept, mut keys) = (Vec::new(), Vec::new());
        for mut array in arrays {
            let mut of_array = Vec::new();
            array.tasks.retain(|task| {
                let all = task.nodes.iter().map(|node| &graph.nodes[*node].key);
                let mine: Vec<String> = all
                    .filter(|key| match taken.get(*key) {
                        Some(id) => {
                            *elsewhere.entry(id.clone()).or_default() += 1;
                            false
                        }
                        None => true,
                    })
                    .cloned()
                    .collect();
                let some = !mine.is_empty();
                if some {
                    of_array.push(mine);
                }
                some
            });
            array.after = array.after.iter().filter_map(|before| place.get(*before).copied().flatten()).collect();
            place.push((!array.tasks.is_empty()).then_some(kept.len()));
            if !array.tasks.is_empty() {
                kept.push(array);
                keys.push(of_array);
            }
        }
        Ok(Self { arrays: kept, keys, elsewhere })
    }
}

/// Keys that open submissions are to compute and have not given up, with their submission.
fn taken(store: &Store) -> Result<HashMap<String, String>, Failure> {
    let mut taken = HashMap::new();
    for ledger in which::all(store)?.into_iter().filter(|ledger| ledger.closed().is_none()) {
        let id = &ledger.submission.id;
        let given_up = crate::cluster::Jobs::of(&ledger.submission, &ledger.lines).given_up;
        for array in 0..ledger.submission.arrays.len() {
            let Ok(tasks) = store.tasks(id, array) else {
                note!("submission {id} cannot be read: `lofi cancel {id}` closes it");
                break;
            };
            for (task, keys) in (0..).zip(tasks) {
                if given_up.contains_key(&(array, task)) {
                    continue;
                }
                for key in keys {
                    if store.failure(&key)?.is_none_or(|mark| !mark.cause.stays()) {
                        taken.insert(key, id.clone());
                    }
                }
            }
        }
    }
    Ok(taken)
}
