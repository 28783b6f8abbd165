//! A made-up study with fake kinds that give what their parameters say, run into a store of its own.

use super::model::LeftOut;
use crate::artifact::{Cell, Claimant, Figure, Outcome, Table, Verdict};
use crate::engine::{Executor, Graph, Machine, MemoryLimit, RunRecord, Silent, Stop, Store, Summary};
use crate::report::bibliography::references::Bibliography;
use crate::report::content::AcceptedTables;
use crate::report::content::collect::ProjectInfo;
use crate::step::{
    About, Columns, Context, DataRef, DataSource, ErasedKind, Family, Header, Inputs, Keep, Kind, Outputs, Plan, Port,
    Problem, Records, Shape, Shapes, StepError, Value, ValueType,
};
use crate::study::{Head, Node, Notes, Output, OutputKind, Paper, Study, Sweep, Wire};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// What a fake step gives: a CSV text, a picture, a verdict, or an error.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Fake {
    csv: String,
    svg: String,
    alt: String,
    caption: String,
    outcome: String,
    says: String,
    because: String,
    fails: String,
    over: Vec<String>,
    shows: Columns,
    interval: BTreeMap<String, f64>,
    published: BTreeMap<String, Json>,
    data: Option<DataRef>,
}

fn table(csv: &str) -> Table {
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(';').collect();
    let cell = |text: &str| match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(whole), _) => Cell::Int(whole),
        (_, Ok(real)) => Cell::Float(real),
        _ if text.is_empty() => Cell::Null,
        _ if ["true", "false"].contains(&text) => Cell::Bool(text == "true"),
        _ => Cell::from(text),
    };
    let rows: Vec<Vec<Cell>> = lines.map(|line| line.split(';').map(cell).collect()).collect();
    Table::from_rows(&header, &rows).unwrap()
}

macro_rules! fake {
    ($kind:ident, $name:literal, $family:ident, $cites:expr, $type:ident, $make:expr) => {
        struct $kind;

        impl Kind for $kind {
            type Params = Fake;
            const NAME: &'static str = $name;
            const ABOUT: About = About {
                family: Family::$family,
                summary: "",
                details: "",
                cites: $cites,
                inputs: &[],
                outputs: &[Port { name: "out", value_type: ValueType::$type, keep: Keep::Always, doc: "" }],
            };

            fn plan(&self, _: &Fake, _: &Shapes) -> Result<Plan, Vec<Problem>> {
                Ok(Plan::light(vec![Shape::$type]))
            }

            fn run(&self, params: &Fake, _: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
                if params.fails.is_empty() {
                    Ok(vec![$make(params)])
                } else {
                    Err(StepError::Numeric(params.fails.clone()))
                }
            }
        }
    };
}

fn verdict(p: &Fake) -> Value {
    let outcome = serde_json::from_value(json!(p.outcome)).unwrap_or(Outcome::Undecided);
    Value::Verdict(Verdict {
        outcome,
        says: p.says.clone(),
        because: p.because.clone(),
        finding: None,
        by: Claimant::Us,
        evidence: table(&p.csv),
    })
}

fn figure(p: &Fake) -> Value {
    Value::Figure(Figure {
        svg: p.svg.clone(),
        thumbnail: String::new(),
        alt: p.alt.clone(),
        caption: p.caption.clone(),
    })
}

fake!(FakeData, "fake-data", Data, &["cifar10"], Table, |p: &Fake| Value::Table(table(&p.csv)));
fake!(FakeTable, "fake-table", Analysis, &["efron"], Table, |p: &Fake| Value::Table(table(&p.csv)));
fake!(FakeClaim, "fake-claim", Claim, &["efron"], Verdict, verdict);
fake!(FakeFigure, "fake-figure", Plot, &[], Figure, figure);
fake!(Miscited, "miscited", Analysis, &["nowhere"], Table, |p: &Fake| Value::Table(table(&p.csv)));

struct NoData;

impl DataSource for NoData {
    fn open(&self, _: &DataRef) -> Result<Box<dyn Records>, StepError> {
        Err(StepError::Bug("no data".to_owned()))
    }
}

pub(super) const BIB: &str = r"
@misc{neural-lofi, author = {Dandi, Yatin and Vilucchio, Matteo and Arnaboldi, Luca and Tabanelli, Hugo and Krzakala, Florent},
  title = {Neural {LoFi}}, year = {2026}, eprint = {2605.13612}, archiveprefix = {arXiv}}
@techreport{cifar10, author = {Krizhevsky, Alex}, title = {Learning Multiple Layers of Features from Tiny Images},
  institution = {University of Toronto}, year = {2009}, url = {https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf}}
@book{efron, author = {Efron, Bradley and Tibshirani, Robert J.}, title = {An Introduction to the Bootstrap},
  publisher = {Chapman \& Hall}, year = {1993}, doi = {10.1201/9780429246593}}";

/// What the report is told.
pub(super) fn info(failures: Vec<(String, String)>) -> ProjectInfo {
    ProjectInfo {
        accepted: AcceptedTables::default(),
        title: "Neural LoFi, reproduced".to_owned(),
        references: Bibliography::parse(BIB).unwrap(),
        data_citations: BTreeMap::from([("cifar10".to_owned(), "cifar10".to_owned())]),
        private_data: BTreeSet::new(),
        failures,
        left_out: vec![LeftOut {
            name: "lofi/importance-maps".to_owned(),
            title: "What the kept features look at".to_owned(),
            why: "no data set of `celeba` is on this machine; `lofi data fetch celeba` fetches it".to_owned(),
        }],
        pages_there: None,
        sources: BTreeMap::new(),
    }
}

/// Data: CIFAR-10, or something that stands in for it.
pub(super) fn data(title: &str, stands_in_for: &str) -> DataRef {
    DataRef {
        card: title.to_lowercase(),
        title: title.to_owned(),
        digest: "5f".repeat(32),
        task: "animals-vs-vehicles".to_owned(),
        labels: BTreeMap::from([(0, 1), (2, -1)]),
        classes: Vec::new(),
        stands_in_for: stands_in_for.to_owned(),
        caveat: String::new(),
        train: 50_000,
        test: 10_000,
        channels: 3,
        height: 32,
        width: 32,
        mean: vec![0.5; 3],
        std: vec![0.25; 3],
    }
}

/// A study without steps.
pub(super) fn study(name: &str, title: &str, figure: &str) -> Study {
    Study {
        head: Head {
            study: name.to_owned(),
            title: title.to_owned(),
            paper: Paper { cite: "neural-lofi".to_owned(), figure: figure.to_owned(), data: None },
            question: "Does keeping label-correlated directions beat a lazy network of the same width?".to_owned(),
            notes: Notes::default(),
            deviations: Vec::new(),
            tolerances: BTreeMap::new(),
            looks: None,
        },
        profile: "quick".to_owned(),
        settings: Vec::new(),
        data: Some(data("CIFAR10", "")),
        cells: 1,
        sweep: Sweep::default(),
        nodes: Vec::new(),
        outputs: Vec::new(),
        remarks: Vec::new(),
        file: format!("studies/{name}.yaml"),
    }
}

/// Adds a step and the output that it gives.
pub(super) fn add(study: &mut Study, name: &str, kind: OutputKind, params: Json) {
    let fake: &'static dyn ErasedKind = match kind {
        OutputKind::Claim => &FakeClaim,
        OutputKind::Figure => &FakeFigure,
        OutputKind::Rows => &FakeData,
        OutputKind::Table | OutputKind::Comparison => &FakeTable,
    };
    let wire = push(study, name, fake, params);
    let (title, claimed) = (String::new(), String::new());
    study.outputs.push(Output {
        name: name.to_owned(),
        kind,
        wire,
        keys: Vec::new(),
        title,
        claimed,
        shown_by: Vec::new(),
    });
}

/// The same, of a table or a verdict whose columns are known.
pub(super) fn add_known(study: &mut Study, name: &str, (kind, header): (OutputKind, Header), params: Json) {
    add(study, name, kind, params);
    if let Some(node) = study.nodes.last_mut() {
        node.headers = vec![Some(Arc::new(header))];
    }
}

/// Adds a step of a kind that cites what no bibliography has.
pub(super) fn add_miscited(study: &mut Study) {
    push(study, "odd", &Miscited, json!({}));
}

fn push(study: &mut Study, name: &str, kind: &'static dyn ErasedKind, params: Json) -> Wire {
    let (params, step) = kind.typed(&params).unwrap();
    let plan = step.plan(&Shapes::default()).unwrap();
    let place = format!("{}:{}:3", study.file, 10 + study.nodes.len());
    let label = format!("{name} ({})", kind.name());
    study.nodes.push(Node {
        label,
        cell: Vec::new(),
        kind,
        params,
        step,
        inputs: Vec::new(),
        plan: Arc::new(plan),
        headers: Vec::new(),
        weights: None,
        given: None,
        place: place.into(),
    });
    Wire { node: study.nodes.len() - 1, port: 0 }
}

/// Runs studies into a store and records the runs.
pub(super) fn run(studies: &[Study], root: &Path) -> (Arc<Graph>, Arc<Store>, Summary) {
    let graph = Arc::new(Graph::new(studies));
    let store = Arc::new(Store::open(root).unwrap());
    let executor = Executor {
        store: Arc::clone(&store),
        data: Arc::new(NoData),
        jobs: 1,
        memory: MemoryLimit::of(1 << 30),
        keep_free: 0,
        stop: Stop::default(),
        origin: None,
        ends: Default::default(),
    };
    let summary = executor.run(&graph, &[], &mut Silent).unwrap();
    for (index, study) in studies.iter().enumerate() {
        let record = RunRecord {
            study: study.head.study.clone(),
            profile: study.variant(),
            finished_unix_s: 1_778_664_060,
            elapsed_s: 192.4,
            ran: 40,
            cached: 2,
            machine: Machine {
                processor: "Example CPU 9000".to_owned(),
                cores: 2,
                memory_bytes: 8 << 30,
                system: "linux x86_64".to_owned(),
            },
            commit: "11b89e8".to_owned(),
            steps: RunRecord::steps_of(&graph, index),
        };
        record.write(&store).unwrap();
    }
    (graph, store, summary)
}
