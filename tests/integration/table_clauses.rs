//! Clauses of tables, from a study to the numbers.

use crate::project::Project;
use std::collections::BTreeMap;
use std::fs;

type Row = BTreeMap<String, String>;

/// The rows of a blessed table.
fn rows(project: &Project, table: &str) -> Vec<Row> {
    let text = fs::read_to_string(project.path(&format!("results/demo/tiny/quick/{table}.csv"))).unwrap();
    let mut lines = text.lines();
    let header: Vec<String> = lines.next().unwrap().split(',').map(ToOwned::to_owned).collect();
    lines.map(|line| header.iter().cloned().zip(line.split(',').map(ToOwned::to_owned)).collect()).collect()
}

fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("`{column}` of {row:?}"))
}

/// Two penalties a step, a model of several widths, and a limit without one.
const WIDTHS: [(&str, &str); 6] = [
    ("sweep:\n", "sweep:\n  width: [8, 32]\n"),
    ("  lambdas: {log10: {from: -3, to: 3, points: 7}}\n", ""),
    ("    params: {lambda: $lambdas}\n  lofi-score", "    params: {lambda: [0.5, 2], select: each}\n  lofi-score"),
    ("    params: {lambda: $lambdas}\n  pixels-score", "    params: {lambda: [0.5, 2], select: each}\n  pixels-score"),
    (
        "    over: seed\n    interval: {student: 0.9}\n",
        "    keys: lambda\n    over: seed\n  gap:\n    from: error.rows\n    difference: {column: test_mse, of: LoFi, \
         against: Pixels, absolute: true}\n    over: seed\n",
    ),
    ("    colour: model\n", "    colour: model\n    where: {width: 32, lambda: 2}\n"),
];

#[test]
fn a_difference_pairs_every_width_and_penalty_with_its_limit() {
    let project = Project::tiny(&WIDTHS);
    project.well(&["bless"]);
    let (error, gap) = (rows(&project, "error-rows"), rows(&project, "gap-rows"));
    // n, width, seed, penalty
    assert_eq!(gap.len(), 2 * 2 * 2 * 2);
    for row in &gap {
        let pairs = |other: &&Row| ["n_train", "seed", "lambda"].iter().all(|key| other[*key] == row[*key]);
        let limit: Vec<&Row> = error.iter().filter(|r| r["model"] == "Pixels").filter(pairs).collect();
        let [limit] = limit[..] else { panic!("{} limits of {row:?}", limit.len()) };
        let expected = (number(row, "test_mse") - number(limit, "test_mse")).abs();
        assert!((number(row, "difference") - expected).abs() < 1e-12);
        assert!((number(row, "relative_difference") - expected / number(limit, "test_mse")).abs() < 1e-12);
    }
    // the mean over seeds of sizes, not the size of the mean
    let summary = rows(&project, "gap");
    assert_eq!(summary.len(), 2 * 2 * 2);
    for mean in &summary {
        let same = |row: &&Row| ["n_train", "width", "lambda"].iter().all(|key| row[*key] == mean[*key]);
        let of: Vec<f64> = gap.iter().filter(same).map(|row| number(row, "difference")).collect();
        assert!((number(mean, "difference") - of.iter().sum::<f64>() / 2.0).abs() < 1e-12);
    }
}

#[test]
fn the_smallest_rank_that_is_nearly_best() {
    let project = Project::tiny(&[
        ("sweep:\n", "sweep:\n  keep: [2, 5, 12]\n"),
        ("keep: 5", "keep: $keep"),
        ("n_test: $n_test", "n_test: $n_test, n_validation: 50"),
        (
            "    over: seed\n    interval: {student: 0.9}\n",
            "    over: seed\n  near:\n    stack: {LoFi: lofi-score, Pixels: pixels-score}\n    choose: {minimise: \
             validation_mse, over: keep, smallest: keep, tolerance: {relative: 0.2}}\n",
        ),
        ("table: error\n", "table: near\n"),
        ("    colour: model\n", "    colour: model\n    where: {seed: 0}\n"),
    ]);
    project.well(&["bless"]);
    let (all, near) = (rows(&project, "error-rows"), rows(&project, "near"));
    assert_eq!(near.len(), 2 * 4);
    for chosen in near.iter().filter(|row| row["model"] == "LoFi") {
        let same = |row: &&Row| ["model", "n_train", "seed"].iter().all(|key| row[*key] == chosen[*key]);
        let of: Vec<&Row> = all.iter().filter(same).collect();
        let mse = |row: &Row| number(row, "validation_mse");
        let best = of.iter().map(|row| mse(row)).fold(f64::INFINITY, f64::min);
        let smallest = of.iter().filter(|row| mse(row) <= 1.2 * best).map(|row| number(row, "keep"));
        assert_eq!(number(chosen, "keep"), smallest.fold(f64::INFINITY, f64::min));
    }
}
