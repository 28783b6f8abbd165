//! Work on tables of a hundred thousand rows: no step searches all rows for each row, or for each group of rows.

use lofi::artifact::{Cell, Table, Verdict};
use lofi::catalog::KINDS;
use lofi::math::statistics::ranks;
use lofi::step::{Context, DataRef, DataSource, Inputs, NoScratch, Records, StepError, Value};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// 2 models × 50 sizes × 1000 seeds, or 10 000 cells × 2 models × 5 sizes.
const ROWS: i64 = 100_000;
const CELLS: usize = 10_000;
/// Ten times what it takes, for machines that do other work; searching all rows for each group takes minutes.
const LONGEST: Duration = Duration::from_secs(10);

struct NoData;

impl DataSource for NoData {
    fn open(&self, _: &DataRef) -> Result<Box<dyn Records>, StepError> {
        Err(StepError::Cancelled)
    }
}

fn column(name: &str, of: impl Fn(i64) -> Cell) -> (String, Vec<Cell>) {
    (name.to_owned(), (0..ROWS).map(of).collect())
}

fn model(i: i64) -> Cell {
    if i % 2 == 0 { "A".into() } else { "B".into() }
}

fn error(i: i64) -> Cell {
    Cell::Float((i as f64 * 0.37).sin())
}

fn large() -> Table {
    Table::new(vec![
        column("model", model),
        column("n", |i| Cell::Int(i / 2 % 50)),
        column("seed", |i| Cell::Int(i / 100)),
        column("error", error),
    ])
    .unwrap()
}

/// Ten rows a cell: two models at five sizes; or two curves over two x, in two replicates and half a third.
fn many_cells() -> Table {
    Table::new(vec![
        column("cell", |i| Cell::Int(i / 10)),
        column("model", model),
        column("n", |i| Cell::Int(i / 2 % 5)),
        column("x", |i| Cell::Int(i / 2 % 5 % 2)),
        column("replicate", |i| Cell::Int(i % 10 / 4)),
        column("edge", |_| Cell::Float(0.5)),
        column("error", error),
    ])
    .unwrap()
}

fn made(kind: &str, params: &Json, table: Table) -> Value {
    of_all(kind, ("table", params), vec![table])
}

fn of_all(kind: &str, (slot, params): (&str, &Json), tables: Vec<Table>) -> Value {
    let kind = KINDS.iter().find(|own| own.name() == kind).unwrap();
    let params = kind.canonical(params).unwrap();
    let context = Context { data: &NoData, cancelled: &AtomicBool::new(false), scratch: &NoScratch };
    let tables = tables.into_iter().map(|table| Arc::new(Value::Table(table))).collect();
    let inputs = Inputs(vec![(slot.to_owned(), tables)]);
    let began = Instant::now();
    let value = kind.run(&params, &inputs, &context).unwrap().remove(0);
    in_time(kind.name(), began);
    value
}

fn in_time(what: &str, began: Instant) {
    let took = began.elapsed();
    println!("{what:<20} {took:.2?}");
    assert!(took < LONGEST, "{what} took {took:?} for {ROWS} rows");
}

fn height(value: &Value) -> usize {
    match value {
        Value::Table(table) => table.height(),
        other => panic!("{other:?}"),
    }
}

fn verdict(value: Value) -> Verdict {
    match value {
        Value::Verdict(verdict) => verdict,
        other => panic!("{other:?}"),
    }
}

/// What a claim says of each cell.
fn of_cells(kind: &str, own: &Json) -> Verdict {
    let mut params = json!({"says": "So it is.", "per": ["cell"]});
    params.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    verdict(made(kind, &params, many_cells()))
}

fn assert_every_cell(verdict: &Verdict) {
    assert_eq!(verdict.evidence.height(), CELLS, "{}", verdict.because);
}

#[test]
fn a_hundred_thousand_rows() {
    let (table, keys) = (large(), json!(["model", "n", "seed"]));
    let filtered = made("filter", &json!({"where": {"model": "A", "n": {"at_least": 25}}}), table.clone());
    assert_eq!(height(&filtered), 25_000);
    let averaged = made("aggregate", &json!({"keys": keys, "over": ["seed"]}), table.clone());
    assert_eq!(height(&averaged), 100);
    let difference = json!({"keys": keys, "by": "model", "column": "error", "of": "A", "against": "B"});
    assert_eq!(height(&made("difference", &difference, table.clone())), 50_000);
    let choose = json!({"keys": keys, "minimise": "error", "over": ["n"]});
    assert_eq!(height(&made("choose", &choose, table.clone())), 2000);
    let claim =
        json!({"says": "A errs less.", "keys": keys, "column": "error", "less": "A", "than": "B", "per": ["n"]});
    verdict(made("paired-difference", &claim, table.clone()));
    let claim = json!({"says": "It falls.", "keys": keys, "column": "error", "along": "n", "direction": "decreasing"});
    verdict(made("monotone", &claim, table));
}

#[test]
fn aggregate_many_groups() {
    let keys = json!(["cell", "model", "n"]);
    let params = json!({"keys": keys, "over": ["model", "n"]});
    assert_eq!(height(&made("aggregate", &params, many_cells())), CELLS);
}

#[test]
fn bins_of_many_groups() {
    let keys = json!(["cell", "model", "n"]);
    let params = json!({"keys": keys, "column": "error", "count": 4, "pool": ["model", "n"]});
    assert_eq!(height(&made("bins", &params, many_cells())), 4 * CELLS);
}

#[test]
fn choose_in_many_groups() {
    let params = json!({"keys": ["cell", "model", "n"], "minimise": "error", "over": ["n"]});
    assert_eq!(height(&made("choose", &params, many_cells())), 2 * CELLS);
}

#[test]
fn difference_in_many_groups() {
    let keys = json!(["cell", "model", "n"]);
    let params = json!({"keys": keys, "by": "model", "column": "error", "of": "A", "against": "B"});
    assert_eq!(height(&made("difference", &params, many_cells())), 5 * CELLS);
}

#[test]
fn compare_published_of_many_rows() {
    let rows: Vec<Json> =
        (0..CELLS).map(|cell| json!({"cell": cell, "model": "B", "n": 3, "error": 0.25, "edge": 0.5})).collect();
    let params = json!({"keys": ["cell", "model", "n"], "published": {"source": "table 1", "rows": rows}});
    assert_eq!(height(&made("compare-published", &params, many_cells())), 2 * CELLS);
}

#[test]
fn stack_of_many_tables() {
    let rows: Vec<Json> = (0..CELLS).map(|part| json!({"part": part})).collect();
    let part = many_cells().take(&(0..10).collect::<Vec<_>>());
    let stacked = of_all("stack", ("tables", &json!({"rows": rows})), vec![part; CELLS]);
    assert_eq!(height(&stacked), 10 * CELLS);
}

#[test]
fn bound_in_many_groups() {
    assert_every_cell(&of_cells("bound", &json!({"column": "error", "at_most": 0.5})));
}

#[test]
fn collapse_in_many_groups() {
    let own = json!({"x": "x", "y": "error", "curves": ["model"], "seeds": ["replicate"], "at_most": 0.5});
    assert_every_cell(&of_cells("collapse", &own));
}

#[test]
fn interior_optimum_in_many_groups() {
    let own = json!({"keys": ["cell", "model", "n"], "column": "error", "along": ["n"]});
    assert_every_cell(&of_cells("interior-optimum", &own));
}

#[test]
fn interior_optimum_of_a_large_grid() {
    let own = json!({"keys": ["cell", "model", "n"], "column": "error", "along": ["cell", "n"], "per": ["model"]});
    assert_eq!(of_cells("interior-optimum", &own).evidence.height(), 2);
    let corner = json!({"against": {"cell": "max", "n": "max"}});
    let own = own.as_object().unwrap().iter().chain(corner.as_object().unwrap());
    let own = own.map(|(name, value)| (name.clone(), value.clone())).collect();
    assert_eq!(of_cells("interior-optimum", &Json::Object(own)).evidence.height(), 2);
}

#[test]
fn monotone_in_many_groups() {
    let own =
        json!({"keys": ["cell", "model", "n"], "column": "error", "along": "n", "direction": "decreasing", "allow": 9});
    assert_eq!(of_cells("monotone", &own).evidence.height(), 4 * CELLS);
}

#[test]
fn monotone_along_many_values() {
    let own = json!({"keys": ["cell", "model", "n"], "column": "error", "along": "cell", "direction": "increasing", "per": []});
    assert_eq!(of_cells("monotone", &own).evidence.height(), CELLS - 1);
}

#[test]
fn outlier_count_in_many_groups() {
    let own = json!({"column": "error", "edge": "edge", "seeds": ["model"], "at_most": 3});
    assert_every_cell(&of_cells("outlier-count", &own));
}

#[test]
fn paired_difference_in_many_groups() {
    let keys = json!(["cell", "model", "n"]);
    let own = json!({"keys": keys, "column": "error", "less": "A", "than": "B", "per": ["cell", "n"]});
    assert_eq!(of_cells("paired-difference", &own).evidence.height(), 5 * CELLS);
    let own = json!({"keys": keys, "column": "error", "less": "A", "than": "B"});
    assert_every_cell(&of_cells("paired-difference", &own));
}

#[test]
fn rank_correlation_in_many_groups() {
    let own = json!({"x": "n", "y": "error", "seeds": ["model"], "at_least": 0.5});
    assert_every_cell(&of_cells("rank-correlation", &own));
}

#[test]
fn slope_in_many_groups() {
    let own = json!({"x": "n", "y": "error", "seeds": ["model"], "at_least": 0.5});
    assert_every_cell(&of_cells("slope", &own));
}

#[test]
fn threshold_location_in_many_groups() {
    let own = json!({"column": "error", "along": "n", "crosses": 0.0, "direction": "rising", "seeds": ["model"],
        "at_most": 3});
    assert_every_cell(&of_cells("threshold-location", &own));
}

#[test]
fn ranks_of_distinct_values() {
    let values: Vec<f64> = (0..6 * ROWS).map(|i| (i as f64 * 0.37).sin()).collect();
    let began = Instant::now();
    let found = ranks(&values);
    in_time("ranks", began);
    assert!(found.iter().all(|rank| (1.0..=values.len() as f64).contains(rank)));
}
