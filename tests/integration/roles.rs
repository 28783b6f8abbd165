//! `docs/CONTRIBUTING.md` in code: a claim, a table operation, a figure and a sampler of a few lines, from a study to their
//! results.

mod figure_and_sampler;

use figure_and_sampler::{Coins, Heads, Strip};
use lofi::analysis::{Bar, Condition, Stack, Test};
use lofi::artifact::{Cell, Outcome, Statistic, Table, Verdict};
use lofi::engine::{Executor, Graph, MemoryLimit, Silent, Stop, Store};
use lofi::step::prelude::*;
use lofi::step::roles::{
    After, Claim, ClaimHead, Claimed, Clause, Drawn, Form, Makes, Need, Operation, Sampled, TableHead, TableOp, Takes,
    Words,
};
use lofi::step::{DataRef, DataSource, ErasedKind, Records};
use lofi::study::{DataChoice, DataResolver, Environment, OutputKind, Study, Unresolved, load, schema};
use lofi::yaml::Fault;
use serde_json::json;
use std::sync::Arc;

/// A claim: the largest value is at most so many times the least.
struct SpreadAtMost;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SpreadParams {
    /// The column.
    column: String,
    /// Largest over least value.
    #[schemars(range(min = 1.0, max = 1e6))]
    ratio: f64,
    /// A label that must be there.
    #[serde(default)]
    with: Option<String>,
}

impl Claim for SpreadAtMost {
    type Params = SpreadParams;
    const NAME: &'static str = "spread-at-most";
    const ABOUT: Words = Words { summary: "Values lie close together.", details: "", cites: &[] };
    const TAKES: Takes = Takes::REPLICATES;

    fn needs(params: &SpreadParams, _: &ClaimHead) -> Vec<Need> {
        let need = |label: &String| Need { parameter: "with", column: "model".into(), value: label.as_str().into() };
        params.with.iter().map(need).collect()
    }

    fn verdict(params: &SpreadParams, head: &ClaimHead, table: &Table) -> Result<Verdict, StepError> {
        let numbers: Vec<f64> = table.numbers(&params.column)?.into_iter().flatten().collect();
        let (least, most) = numbers.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), v| (a.min(*v), b.max(*v)));
        let condition = Condition::of(Vec::new(), vec![most / least; 6]);
        let statistic = Statistic::Worded { what: format!("spread of {}", params.column) };
        Test::of(head, statistic, Bar::AtMost(params.ratio)).decide(&[condition], "")
    }
}

/// A table operation: each row as often as asked, told apart by `copy`.
struct Repeat;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RepeatParams {
    /// How often.
    #[schemars(range(min = 1, max = 9))]
    times: usize,
}

impl TableOp for Repeat {
    type Params = RepeatParams;
    const NAME: &'static str = "repeat-rows";
    const ABOUT: Words = Words { summary: "Rows several times over.", details: "", cites: &[] };
    const CLAUSE: Clause = Clause { name: "repeat", example: "{times: 2}", form: Form::Mapping, makes: Makes::Rows };
    const TAKES: &'static [&'static str] = &["keys"];

    fn faults(_: &RepeatParams, head: &TableHead) -> Vec<Problem> {
        let taken = head.keys.contains("copy");
        taken.then(|| Problem::at("times", "the rows are repeated already")).into_iter().collect()
    }

    fn after(_: &RepeatParams, head: &TableHead) -> After {
        After { keys: head.keys.0.iter().cloned().chain(["copy".to_owned()]).collect(), ..After::default() }
    }

    fn apply(params: &RepeatParams, _: &TableHead, table: &Table, _: &Context<'_>) -> Result<Table, StepError> {
        let rows: Vec<usize> = (0..table.height()).flat_map(|row| vec![row; params.times]).collect();
        let taken = table.take(&rows);
        let copies = (0..rows.len()).map(|at| Cell::from(at % params.times)).collect();
        let column = |name: String| Ok((name.clone(), taken.column(&name)?));
        let mut columns = taken.names().into_iter().map(column).collect::<Result<Vec<_>, StepError>>()?;
        columns.push(("copy".to_owned(), copies));
        Ok(Table::new(columns)?)
    }
}

/// Gives one number.
struct Number;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NumberParams {
    /// The number.
    value: f64,
}

impl Kind for Number {
    type Params = NumberParams;
    const NAME: &'static str = "number";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "a number",
        details: "",
        cites: &[],
        inputs: &[],
        outputs: &[Port::new("table", ValueType::Table).doc("it")],
    };

    fn plan(&self, _: &NumberParams, _: &Shapes) -> Result<Plan, Vec<Problem>> {
        Ok(Plan::light(vec![Shape::Table]))
    }

    fn run(&self, params: &NumberParams, _: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        Ok(vec![Value::Table(Table::from_rows(&["v"], &[vec![Cell::Float(params.value)]])?)])
    }
}

/// One line for each: the catalog of this test.
const KINDS: &[&dyn ErasedKind] =
    &[&Number, &Sampled(Coins), &Heads, &Stack, &Operation(Repeat), &Claimed(SpreadAtMost), &Drawn(Strip)];

struct NoData;

impl DataResolver for NoData {
    fn resolve(&self, _: &[DataChoice], _: Option<&str>) -> Result<DataRef, Unresolved> {
        Err(Unresolved { message: String::new(), help: String::new(), cause: lofi::yaml::Cause::Missing })
    }
}

impl DataSource for NoData {
    fn open(&self, data: &DataRef) -> Result<Box<dyn Records>, StepError> {
        Err(StepError::Data { card: data.card.clone(), reason: "none here".into() })
    }
}

fn study(table: &str, claim: &str) -> Result<Study, Vec<Fault>> {
    let text = format!(
        "study: s\ntitle: t\nsteps:\n  two: {{kind: number, params: {{value: 2}}}}\n  six: {{kind: number, params: {{value: \
         6}}}}\ntables:\n  t: {{stack: {{Two: two, Six: six}}, {table}}}\nclaims:\n  c:\n    says: They are close.\n    \
         spread-at-most: {{table: t, column: v, {claim}}}\n"
    );
    loaded(&text)
}

fn loaded(text: &str) -> Result<Study, Vec<Fault>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.yaml");
    std::fs::write(&path, text).unwrap();
    let environment =
        Environment { kinds: KINDS, data: &NoData, works: &[], profile: "quick", settings: &[], record: None };
    load(&path, (folder.path(), "s"), environment)
}

fn refused(table: &str, claim: &str) -> String {
    let faults = study(table, claim).map(|_| ()).unwrap_err();
    format!("{}: {} ({})", faults[0].place, faults[0].message, faults[0].help.clone().unwrap_or_default())
}

/// The values of a study's outputs.
fn ran(study: Study) -> Vec<(OutputKind, Value)> {
    let outputs: Vec<(OutputKind, usize)> = study.outputs.iter().map(|o| (o.kind, o.wire.node)).collect();
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(folder.path()).unwrap());
    let executor = Executor {
        store: Arc::clone(&store),
        data: Arc::new(NoData),
        jobs: 1,
        memory: MemoryLimit::of(1 << 20),
        keep_free: 0,
        stop: Stop::default(),
        origin: None,
        ends: Default::default(),
    };
    let graph = Arc::new(Graph::new(&[study]));
    let summary = executor.run(&graph, &[], &mut Silent).unwrap();
    assert_eq!(summary.failed.len(), 0);
    let value = |node: usize| {
        let node = &graph.nodes[node];
        let entry = store.entry(&node.key).unwrap().unwrap();
        store.value(&entry, node.kind.about().outputs[0].name).unwrap()
    };
    outputs.into_iter().map(|(kind, node)| (kind, value(node))).collect()
}

#[test]
fn a_table_operation_and_a_claim_of_a_few_lines_go_from_a_study_to_results() {
    let study = study("repeat: {times: 2}", "ratio: 4, where: {copy: 1}").unwrap();
    let keys: Vec<&[String]> = study.outputs.iter().map(|output| &output.keys[..]).collect();
    assert_eq!(keys[0], ["model", "copy"]);
    let values = ran(study);
    let (OutputKind::Table, Value::Table(table)) = &values[0] else { panic!("{values:?}") };
    assert_eq!(table.numbers("v").unwrap(), [2.0, 2.0, 6.0, 6.0].map(Some));
    let (OutputKind::Claim, Value::Verdict(verdict)) = &values[1] else { panic!("{values:?}") };
    assert_eq!((verdict.outcome, verdict.says.as_str()), (Outcome::Held, "They are close."));
    assert!(verdict.because.contains("mean spread of v = 3"), "{}", verdict.because);
}

#[test]
fn what_they_declare_is_checked_before_anything_runs() {
    let plain = "repeat: {times: 2}";
    for (table, claim, wanted) in [
        ("repet: {times: 2}", "ratio: 4", "s.yaml:7:36: unknown key `repet` (did you mean `repeat`?"),
        ("repeat: 2", "ratio: 4", "s.yaml:7:44: `repeat` is a mapping of settings, found a whole number"),
        ("repeat: {times: 10}", "ratio: 4", "s.yaml:7:52: 10 is out of range: it must be at most 9"),
        ("repeat: {tims: 1}", "ratio: 4", "s.yaml:7:45: unknown key `tims` (did you mean `times`?"),
        ("keys: copy, repeat: {times: 1}", "ratio: 4", "step `t (repeat-rows)`: the rows are repeated already"),
        (plain, "ratio: 0.5", "s.yaml:11:50: 0.5 is out of range: it must be at least 1"),
        (plain, "ratio: 2, sedes: model", "unknown key `sedes`"),
        ("repeat: {times: 2, keys: v}", "ratio: 2", "s.yaml:7:55: `keys` is not written here"),
        (plain, "ratio: 2, with: Too", "s.yaml:11:59: no row of this table has model = `Too` (did you mean `Two`?"),
        (plain, "ratio: 2, with: Six, where: {model: Two}", "no row of this table has model = `Six`"),
    ] {
        let said = refused(table, claim);
        assert!(said.contains(wanted), "{table}, {claim}: {said}");
    }
}

#[test]
fn editors_know_what_stands_in_their_clauses() {
    let schema = schema(KINDS);
    let table = &schema["properties"]["tables"]["additionalProperties"]["properties"];
    let clause = &table["repeat"]["anyOf"][0];
    assert_eq!(clause["description"], "Rows several times over.");
    assert_eq!(clause["properties"].as_object().unwrap().keys().collect::<Vec<_>>(), ["times"]);
    assert_eq!(clause["required"], json!(["times"]));
    let claim = &schema["properties"]["claims"]["additionalProperties"]["properties"]["spread-at-most"];
    let names: Vec<&String> = claim["properties"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["column", "ratio", "with", "where", "per", "seeds", "level", "smallest_effect", "table"]);
    assert_eq!(claim["required"], json!(["table", "column", "ratio"]));
}

#[test]
fn both_parts_of_the_parameters_are_read_at_once() {
    let kind: &dyn ErasedKind = &Claimed(SpreadAtMost);
    let written = json!({"says": "s", "column": "v", "ratio": 2, "per": "model"});
    let canonical = kind.canonical(&written).unwrap();
    let expected = json!({
        "column": "v", "ratio": 2.0, "with": null, "says": "s", "where": {}, "per": ["model"], "seeds": null, "level": 0.95,
        "claimant": "us", "smallest_effect": null, "looks": [], "not_at_this_scale": null,
    });
    assert_eq!(canonical, expected);
    assert_eq!(kind.canonical(&canonical).unwrap(), canonical);
    let faults = kind.canonical(&json!({"says": 1, "column": 2, "ratio": 2})).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.path.join(".")).collect::<Vec<_>>(), ["column", "says"]);
}
