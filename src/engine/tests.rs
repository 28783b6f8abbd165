//! The engine on fake kinds, in milliseconds.

mod collecting;
mod dispatch;
mod ending;
mod order;
mod rebuilding;
mod sharing;

use super::{Event, Executor, Graph, MemoryLimit, Sink, Stop, Store, Summary};
use crate::artifact::{Cell, Shape, Table, Value, ValueType};
use crate::step::{
    About, Arity, Context, DataRef, DataSource, ErasedKind, Family, Inputs, Keep, Kind, Outputs, Plan, Port, Problem,
    Records, Shapes, Slot, StepError,
};
use crate::study::{Head, Node, Notes, Output, OutputKind, Paper, Study, Sweep, Wire};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Gives a table with one number; what else it does is in its parameters.
struct Fake;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Params {
    /// What comes out, plus the inputs; a text that is no number fails, panics, gives NaN, or fails once and goes on
    /// from there.
    gives: String,
    /// In the key, but of no effect.
    #[serde(default)]
    label: u32,
    /// Index into the counters of runs.
    counter: usize,
    /// Rows that come out, all the same.
    #[serde(default = "one")]
    rows: usize,
}

fn one() -> usize {
    1
}

static RUNS: [AtomicUsize; 8] = [const { AtomicUsize::new(0) }; 8];

fn runs(counter: usize) -> usize {
    RUNS[counter].load(Ordering::SeqCst)
}

impl Kind for Fake {
    type Params = Params;
    const NAME: &'static str = "fake";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "a fake",
        details: "",
        cites: &[],
        inputs: &[Slot { name: "x", accepts: &[ValueType::Table], arity: Arity::Many, doc: "numbers to add" }],
        outputs: &[Port { name: "sum", value_type: ValueType::Table, keep: Keep::Always, doc: "the sum" }],
    };

    fn plan(&self, _: &Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        Ok(Plan::light(vec![Shape::Table]))
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        RUNS[params.counter].fetch_add(1, Ordering::SeqCst);
        let own = match params.gives.as_str() {
            "error" => return Err(StepError::Numeric("the matrix is singular".into())),
            "panic" => panic!("index out of bounds"),
            "nan" => f64::NAN,
            "in a pool" => f64::from(u8::from(rayon::current_thread_index().is_some())),
            "state" => match context.scratch.load() {
                Some(state) => String::from_utf8(state).unwrap().parse().unwrap(),
                None => {
                    context.scratch.save(b"40")?;
                    return Err(StepError::Numeric("killed half-way".into()));
                }
            },
            number => number.parse().unwrap(),
        };
        let mut sum = own;
        for table in inputs.all::<Table>("x")? {
            sum += table.numbers("v")?.into_iter().flatten().sum::<f64>();
        }
        Ok(vec![Value::Table(Table::from_rows(&["v"], &vec![vec![Cell::Float(sum)]; params.rows]).unwrap())])
    }
}

struct NoData;

impl DataSource for NoData {
    fn open(&self, data: &DataRef) -> Result<Box<dyn Records>, StepError> {
        Err(StepError::Data { card: data.card.clone(), reason: "none here".into() })
    }
}

/// A step: name, parameters, inputs by name.
type Step<'a> = (&'a str, Json, &'a [&'a str]);

/// A study whose steps are all outputs.
fn study(steps: &[Step<'_>]) -> Study {
    let at = |name: &str| steps.iter().position(|step| step.0 == name).unwrap();
    let ready = |params: &Json| ErasedKind::typed(&Fake, params).unwrap();
    let node = |(name, params, inputs): &Step<'_>| Node {
        label: (*name).to_owned(),
        cell: Vec::new(),
        kind: &Fake,
        params: ready(params).0,
        given: None,
        step: ready(params).1,
        inputs: vec![("x", inputs.iter().map(|input| Wire { node: at(input), port: 0 }).collect())],
        plan: Arc::new(Plan::light(vec![Shape::Table])),
        headers: Vec::new(),
        weights: None,
        place: format!("s.yaml:{}:3", at(name) + 1).into(),
    };
    let output = |index: usize| Output {
        name: steps[index].0.to_owned(),
        kind: OutputKind::Table,
        wire: Wire { node: index, port: 0 },
        keys: Vec::new(),
        title: String::new(),
        claimed: String::new(),
        shown_by: Vec::new(),
    };
    let head = Head {
        study: "s".into(),
        title: String::new(),
        paper: Paper::default(),
        question: String::new(),
        notes: Notes::default(),
        deviations: Vec::new(),
        tolerances: BTreeMap::new(),
        looks: None,
    };
    Study {
        head,
        profile: "p".into(),
        settings: Vec::new(),
        data: None,
        cells: 1,
        sweep: Sweep::default(),
        nodes: steps.iter().map(node).collect(),
        outputs: (0..steps.len()).map(output).collect(),
        file: "s.yaml".into(),
        remarks: Vec::new(),
    }
}

#[derive(Default)]
struct Log(Vec<Event>);

impl Sink for Log {
    fn event(&mut self, event: &Event) {
        self.0.push(event.clone());
    }
}

fn executor(folder: &Path) -> Executor {
    Executor {
        store: Arc::new(Store::open(folder).unwrap()),
        data: Arc::new(NoData),
        jobs: 2,
        memory: MemoryLimit::of(1 << 20),
        keep_free: 0,
        stop: Stop::default(),
        origin: None,
        ends: Default::default(),
    }
}

fn run(folder: &Path, steps: &[Step<'_>]) -> (Summary, Log) {
    let executor = executor(folder);
    let mut log = Log::default();
    let summary = executor.run(&Arc::new(Graph::new(&[study(steps)])), &[], &mut log).unwrap();
    (summary, log)
}

fn gives(number: &str, counter: usize) -> Json {
    json!({"gives": number, "counter": counter})
}

// The step that made it is the one that is blamed, not the one that stumbles over it.
#[test]
fn a_number_that_is_none_fails_the_step_that_made_it() {
    let folder = tempfile::tempdir().unwrap();
    let steps: [Step; 3] =
        [("source", gives("1", 0), &[]), ("bad", gives("nan", 0), &["source"]), ("after", gives("1", 1), &["bad"])];
    let (summary, _) = run(folder.path(), &steps);
    assert_eq!((summary.ran, summary.skipped), (1, vec!["s: after".to_owned()]));
    assert_eq!((summary.failed[0].name.as_str(), summary.failed[0].place.as_str()), ("s: bad", "s.yaml:2:3"));
    let error = &summary.failed[0].error;
    assert!(error.starts_with("output `sum` holds a number that is none: "), "{error}");
    assert_eq!(runs(1), 0);
}

#[test]
fn a_failure_stops_its_followers_alone() {
    let folder = tempfile::tempdir().unwrap();
    let steps: [Step; 6] = [
        ("error", gives("error", 7), &[]),
        ("panic", gives("panic", 7), &[]),
        ("well", gives("2", 7), &[]),
        ("after-error", gives("1", 7), &["error", "well"]),
        ("after-both", gives("1", 7), &["after-error", "panic"]),
        ("after-well", gives("1", 7), &["well"]),
    ];
    let (summary, log) = run(folder.path(), &steps);
    let mut failed: Vec<(&str, &str)> = summary.failed.iter().map(|f| (f.name.as_str(), f.error.as_str())).collect();
    failed.sort_unstable();
    let expected = [("s: error", "the matrix is singular"), ("s: panic", "bug: index out of bounds; please report it")];
    assert_eq!(failed, expected);
    let mut skipped = summary.skipped.clone();
    skipped.sort_unstable();
    assert_eq!(skipped, ["s: after-both", "s: after-error"]);
    assert_eq!(summary.ran, 2);
    let done = Event::Done { ran: 2, cached: 0, failed: 2, skipped: 2, elapsed_s: summary.elapsed_s };
    assert_eq!(log.0.last(), Some(&done));
    // Nothing of a failed step is stored: it is tried again, what went well is not.
    let (again, _) = run(folder.path(), &steps);
    assert_eq!((again.ran, again.cached, again.failed.len()), (0, 2, 2));
}

#[test]
fn a_step_goes_on_from_the_state_it_left_and_leaves_none_when_done() {
    let folder = tempfile::tempdir().unwrap();
    let steps: [Step; 1] = [("long", gives("state", 6), &[])];
    let states = || {
        let folders = std::fs::read_dir(folder.path().join("scratch")).unwrap();
        folders.map(|inner| std::fs::read_dir(inner.unwrap().path()).unwrap().count()).sum::<usize>()
    };
    let (first, first_log) = run(folder.path(), &steps);
    assert_eq!((first.ran, first.failed.len(), states()), (0, 1, 1));
    let resumed =
        |log: &Log| log.0.iter().filter(|e| matches!(e, Event::Resumed { name } if name == "s: long")).count();
    assert_eq!(resumed(&first_log), 0);
    let (second, log) = run(folder.path(), &steps);
    assert_eq!((second.ran, second.failed.len(), states(), resumed(&log)), (1, 0, 0, 1));
    let graph = Graph::new(&[study(&steps)]);
    let Value::Table(table) = value(&Store::open(folder.path()).unwrap(), &graph, 0) else { panic!("a table") };
    assert_eq!(table.numbers("v").unwrap(), [Some(40.0)]);
}

#[test]
fn equal_bytes_leave_the_followers_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let chain = |source: Json| [("source", source, &[] as &[&str]), ("after", gives("1", 3), &["source"])];
    let (summary, _) = run(folder.path(), &chain(json!({"gives": "5", "counter": 2})));
    assert_eq!((summary.ran, runs(2), runs(3)), (2, 1, 1));
    // Another key, the same result: the follower is taken over without running.
    let (summary, log) = run(folder.path(), &chain(json!({"gives": "5", "counter": 2, "label": 1})));
    assert_eq!((summary.ran, runs(2), runs(3)), (1, 2, 1));
    assert!(log.0.iter().any(|event| matches!(event, Event::Reused { name, .. } if name == "s: after")));
    // Another result: it runs.
    let (summary, _) = run(folder.path(), &chain(json!({"gives": "6", "counter": 2, "label": 1})));
    assert_eq!((summary.ran, runs(2), runs(3)), (2, 3, 2));
}

#[test]
fn steps_with_the_same_content_are_one() {
    let folder = tempfile::tempdir().unwrap();
    let steps: [Step; 3] = [("a", gives("1", 4), &[]), ("b", gives("1", 4), &[]), ("c", gives("1", 4), &["a", "b"])];
    let (summary, _) = run(folder.path(), &steps);
    assert_eq!((summary.ran, runs(4)), (2, 2));
}

// However many entries are damaged at once, and however deep: one run mends them all and says each.
#[test]
fn every_damaged_result_is_computed_again_in_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let leaves: Vec<String> = (0..12).map(|i| format!("leaf{i}")).collect();
    let names: Vec<&str> = leaves.iter().map(String::as_str).collect();
    let numbers: Vec<String> = (0..12).map(|i| i.to_string()).collect();
    let mut steps: Vec<Step> =
        names.iter().zip(&numbers).map(|(name, n)| (*name, gives(n, 5), &[] as &[&str])).collect();
    steps.push(("sum", gives("0", 5), &names));
    let mut only_sum = study(&steps);
    only_sum.outputs.retain(|output| output.name == "sum");
    let graph = Arc::new(Graph::new(&[only_sum]));
    let store = Arc::new(Store::open(folder.path()).unwrap());
    let executor = Executor {
        store: Arc::clone(&store),
        data: Arc::new(NoData),
        jobs: 2,
        memory: MemoryLimit::of(1 << 20),
        keep_free: 0,
        stop: Stop::default(),
        origin: None,
        ends: Default::default(),
    };
    executor.run(&graph, &[], &mut Log::default()).unwrap();
    let before = value(&store, &graph, 12);
    for node in &graph.nodes {
        let object = folder.path().join("objects").join(&node.key[..2]).join(&node.key);
        std::fs::write(object.join("sum/table.csv"), "v\n7\n").unwrap();
    }
    let mut log = Log::default();
    let summary = executor.run(&graph, &[], &mut log).unwrap();
    let damaged = log.0.iter().filter(|event| matches!(event, Event::Damaged { .. })).count();
    assert_eq!((summary.ran, summary.cached, damaged), (13, 0, 13));
    assert_eq!(value(&store, &graph, 12), before);
}

fn value(store: &Store, graph: &Graph, node: usize) -> Value {
    store.value(&store.entry(&graph.nodes[node].key).unwrap().unwrap(), "sum").unwrap()
}

#[test]
fn what_a_key_hashes_is_one_json_object() {
    let inputs = [("x".to_owned(), vec![("a\"b".to_owned(), 1), ("c".to_owned(), 0)])];
    for params in [json!({"gives": "\u{e9}\n", "rates": [1e-9, 0.5, 1e300]}), json!({})] {
        let identity = json!({
            "format": super::plan::key::format(), "kind": "fake", "code": "", "params": params, "inputs": inputs,
        });
        let expected = crate::step::hex(&<sha2::Sha256 as sha2::Digest>::digest(identity.to_string()));
        assert_eq!(super::key_of(&Fake, &params, &inputs), expected);
    }
}
