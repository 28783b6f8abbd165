//! Work on tables of a hundred thousand rows: no step searches all rows for each row.

use lofi::artifact::{Cell, Table};
use lofi::catalog::KINDS;
use lofi::step::{Context, DataRef, DataSource, Inputs, NoScratch, Records, StepError, Value};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// 2 models × 50 sizes × 1000 seeds.
const ROWS: i64 = 100_000;
/// Ten times what it takes, for machines that do other work; searching all rows for each takes minutes.
const LONGEST: Duration = Duration::from_secs(10);

struct NoData;

impl DataSource for NoData {
    fn open(&self, _: &DataRef) -> Result<Box<dyn Records>, StepError> {
        Err(StepError::Cancelled)
    }
}

fn large() -> Table {
    let column = |of: &dyn Fn(i64) -> Cell| (0..ROWS).map(of).collect::<Vec<_>>();
    Table::new(vec![
        ("model".to_owned(), column(&|i| if i % 2 == 0 { "A".into() } else { "B".into() })),
        ("n".to_owned(), column(&|i| Cell::Int(i / 2 % 50))),
        ("seed".to_owned(), column(&|i| Cell::Int(i / 100))),
        ("error".to_owned(), column(&|i| Cell::Float((i as f64 * 0.37).sin()))),
    ])
    .unwrap()
}

fn made(kind: &str, params: &Json, table: &Table) -> Value {
    let kind = KINDS.iter().find(|own| own.name() == kind).unwrap();
    let params = kind.canonical(params).unwrap();
    let context = Context { data: &NoData, cancelled: &AtomicBool::new(false), scratch: &NoScratch };
    let inputs = Inputs(vec![("table".to_owned(), vec![Arc::new(Value::Table(table.clone()))])]);
    let began = Instant::now();
    let value = kind.run(&params, &inputs, &context).unwrap().remove(0);
    let took = began.elapsed();
    println!("{:<20} {took:.2?}", kind.name());
    assert!(took < LONGEST, "{} took {took:?} for {ROWS} rows", kind.name());
    value
}

fn height(value: &Value) -> usize {
    match value {
        Value::Table(table) => table.height(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_hundred_thousand_rows() {
    let (table, keys) = (large(), json!(["model", "n", "seed"]));
    let filtered = made("filter", &json!({"where": {"model": "A", "n": {"at_least": 25}}}), &table);
    assert_eq!(height(&filtered), 25_000);
    let averaged = made("aggregate", &json!({"keys": keys, "over": ["seed"]}), &table);
    assert_eq!(height(&averaged), 100);
    let difference = json!({"keys": keys, "by": "model", "column": "error", "of": "A", "against": "B"});
    assert_eq!(height(&made("difference", &difference, &table)), 50_000);
    let choose = json!({"keys": keys, "minimise": "error", "over": ["n"]});
    assert_eq!(height(&made("choose", &choose, &table)), 2000);
    let claim =
        json!({"says": "A errs less.", "keys": keys, "column": "error", "less": "A", "than": "B", "per": ["n"]});
    assert!(matches!(made("paired-difference", &claim, &table), Value::Verdict(_)));
    let claim = json!({"says": "It falls.", "keys": keys, "column": "error", "along": "n", "direction": "decreasing"});
    assert!(matches!(made("monotone", &claim, &table), Value::Verdict(_)));
}
