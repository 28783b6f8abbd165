//! Mistakes that only the numbers show.

use crate::project::Project;
use insta::assert_snapshot;

#[test]
fn rows_that_are_no_curve() {
    let test = "threshold-location: {table: error, column: test_error, along: n_train, crosses: 0.3, direction: falling, at_most: 60}";
    let edit = ("bound: {table: error.rows, column: test_error, at_most: 0.5, per: [model]}", test);
    assert_snapshot!(Project::tiny(&[edit]).lofi(&["run", "--quiet"]).refusal(), @r#"
    exit 1
    FAILED demo/tiny: better-than-chance (threshold-location)
      at studies/demo/tiny.yaml:54:3
      input `table`: several rows of one n_train in one replicate, which are no curve; name the other axes in `per` or `seeds`, or filter first
    1 failed, 0 left out because of it
    "#);
}

#[test]
fn a_logarithm_that_a_histogram_cannot_take() {
    let bins = "    bins: {column: n_validation, scale: log}\n";
    let edit = ("    over: seed\n    interval: {student: 0.9}\n", bins);
    assert_snapshot!(Project::tiny(&[edit]).lofi(&["run", "--quiet"]).refusal(), @r#"
    exit 1
    FAILED demo/tiny: error (bins)
      at studies/demo/tiny.yaml:42:11
      input `table`: column `n_validation`: the least value is 0, expected above 0 on a logarithmic axis; `symlog` takes values of any sign
    1 failed, 1 left out because of it
    "#);
}
