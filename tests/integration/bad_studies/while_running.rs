//! Mistakes that only the numbers show.

use crate::project::Project;
use insta::assert_snapshot;

#[test]
fn unknown_column_in_a_figure() {
    assert_snapshot!(Project::tiny(&[("{column: n_train}", "{column: n}")]).lofi(&["run", "--quiet"]).refusal(), @r#"
    exit 1
    FAILED demo/tiny: error-vs-n (line-band)
      at studies/demo/tiny.yaml:46:3
      no column `n`; the columns are model, n_train, lambda, lambda_low, lambda_high, leave_one_out_mse, leave_one_out_mse_low, leave_one_out_mse_high, train_mse, train_mse_low, train_mse_high, train_error, train_error_low, train_error_high, validation_mse, validation_mse_low, validation_mse_high, validation_error, validation_error_low, validation_error_high, test_mse, test_mse_low, test_mse_high, test_mse_standard_error, test_mse_standard_error_low, test_mse_standard_error_high, test_error, test_error_low, test_error_high, test_error_standard_error, test_error_standard_error_low, test_error_standard_error_high, n_validation, n_validation_low, n_validation_high, n_test, n_test_low, n_test_high, samples
    1 failed, 0 left out because of it
    "#);
}

#[test]
fn unknown_column_in_a_claim() {
    assert_snapshot!(Project::tiny(&[("column: test_error, at", "column: test_err, at")]).lofi(&["run", "--quiet"]).refusal(), @r#"
    exit 1
    FAILED demo/tiny: better-than-chance (bound)
      at studies/demo/tiny.yaml:54:3
      no column `test_err`; the columns are model, n_train, seed, lambda, leave_one_out_mse, train_mse, train_error, validation_mse, validation_error, test_mse, test_mse_standard_error, test_error, test_error_standard_error, n_validation, n_test
    1 failed, 0 left out because of it
    "#);
}

#[test]
fn unknown_column_in_a_table() {
    assert_snapshot!(Project::tiny(&[("over: seed", "where: {modle: LoFi}\n    over: seed")]).lofi(&["run", "--quiet"]).refusal(), @r#"
    exit 1
    FAILED demo/tiny: error (filter)
      at studies/demo/tiny.yaml:40:3
      no column `modle`; the columns are model, n_train, seed, lambda, leave_one_out_mse, train_mse, train_error, validation_mse, validation_error, test_mse, test_mse_standard_error, test_error, test_error_standard_error, n_validation, n_test
    1 failed, 3 left out because of it
    "#);
}

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
    let edit = ("    over: seed\n    interval: {bootstrap: 0.9}\n", bins);
    assert_snapshot!(Project::tiny(&[edit]).lofi(&["run", "--quiet"]).refusal(), @r#"
    exit 1
    FAILED demo/tiny: error (bins)
      at studies/demo/tiny.yaml:42:11
      input `table`: column `n_validation`: the least value is 0, expected above 0 on a logarithmic axis; `symlog` takes values of any sign
    1 failed, 1 left out because of it
    "#);
}
