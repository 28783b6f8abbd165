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
