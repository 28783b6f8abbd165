//! Single runs and accepted curves beside those of a figure.

use super::LineBand;
use super::tests::{params, sample};
use crate::artifact::{Cell, Table, Value};
use crate::plot::to_png;
use crate::step::roles::{Drawn, Headed};
use crate::step::{Context, DataRef, DataSource, Inputs, Kind, NoScratch, Records, StepError};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

struct NoData;

impl DataSource for NoData {
    fn open(&self, _: &DataRef) -> Result<Box<dyn Records>, StepError> {
        Err(StepError::Bug("no data".to_owned()))
    }
}

fn svg(beside: &[(&str, &Table)]) -> String {
    let params: Headed<Drawn<LineBand>> = params(json!({}));
    let table = sample();
    let wired = std::iter::once(("table", &table)).chain(beside.iter().copied());
    let inputs =
        Inputs(wired.map(|(slot, table)| (slot.to_owned(), vec![Arc::new(Value::Table(table.clone()))])).collect());
    let context = Context { data: &NoData, cancelled: &AtomicBool::new(false), scratch: &NoScratch };
    let made = Drawn(LineBand).run(&params, &inputs, &context).unwrap();
    let Some(Value::Figure(figure)) = made.into_iter().next() else { panic!("a figure") };
    figure.svg
}

fn runs(error: f64) -> Table {
    let row = |seed: i64, n: i64, error: f64| vec!["LoFi".into(), Cell::Int(seed), Cell::Int(n), Cell::Float(error)];
    let rows = [row(0, 500, 0.26), row(1, 500, 0.264), row(0, 5000, 0.149), row(1, 5000, error)];
    Table::from_rows(&["model", "seed", "n_train", "test_error"], &rows).unwrap()
}

fn axes(svg: &str) -> &str {
    svg.split("data-axes=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap()
}

fn hidden(svg: &str, part: &str) -> Vec<String> {
    let class = format!("<path class=\"{part}\"");
    svg.lines().filter(|line| line.starts_with(&class)).map(str::to_owned).collect()
}

#[test]
fn single_runs_are_drawn_hidden_and_move_no_axis() {
    let (plain, with) = (svg(&[]), svg(&[("runs", &runs(0.15))]));
    assert!(hidden(&plain, "r").is_empty());
    let dots = hidden(&with, "r");
    assert_eq!((dots.len(), dots[0].matches('M').count()), (1, 4), "one colour, four runs: {dots:?}");
    assert!(dots[0].contains("display=\"none\""));
    let far = svg(&[("runs", &runs(0.9))]);
    assert_eq!((axes(&plain), hidden(&far, "r")[0].matches('M').count()), (axes(&far), 3), "one lies beyond the axis");
    assert_eq!(to_png(&plain).unwrap(), to_png(&with).unwrap(), "what is hidden is in no exported file");
}

#[test]
fn rows_without_the_columns_of_the_figure_show_nothing() {
    let other = Table::from_rows(&["seed"], &[vec![Cell::Int(1)]]).unwrap();
    assert_eq!(svg(&[("runs", &other)]), svg(&[]));
}

#[test]
fn an_accepted_table_is_drawn_hidden_within_the_axes() {
    let row = |n: i64, error: f64| {
        vec!["LoFi".into(), Cell::Int(n), Cell::Float(error), Cell::Float(error - 0.01), Cell::Float(error + 0.01)]
    };
    let names = ["model", "n_train", "test_error", "test_error_low", "test_error_high"];
    let before = Table::from_rows(&names, &[row(500, 0.5), row(5000, 0.2)]).unwrap();
    let with = svg(&[("accepted", &before)]);
    assert!(!hidden(&with, "a").is_empty() && hidden(&with, "a").iter().all(|line| line.contains("display=\"none\"")));
    assert_ne!(axes(&with), axes(&svg(&[])), "0.5 is above all that is there now");
}
