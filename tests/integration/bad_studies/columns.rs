//! Columns that no table has, wherever a study names one.

use super::refused;
use insta::assert_snapshot;

#[test]
fn a_column_of_a_figure() {
    assert_snapshot!(refused(&[("y: {column: test_error}", "y: {column: test_eror}")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:50:17
      × this table has no column `test_eror`
        ╭─[studies/demo/tiny.yaml:50:17]
     49 │     x: {column: n_train}
     50 │     y: {column: test_eror}
        ·                 ────┬────
        ·                     ╰── here
     51 │     colour: model
        ╰────
      help: did you mean `test_error`? known here: `model`, `n_train`, `lambda`, `leave_one_out_mse`,
            `train_mse`, `train_error`, `validation_mse`, `validation_error`, `test_mse`,
            `test_mse_standard_error`, `test_error`, `test_error_standard_error`, `n_validation`, `n_test`,
            `samples`

    1 mistake found; nothing was run
    ");
}

#[test]
fn a_column_of_a_claim() {
    assert_snapshot!(refused(&[("column: test_error, at_most", "column: tset_error, at_most")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:56:40
      × this table has no column `tset_error`
        ╭─[studies/demo/tiny.yaml:56:40]
     55 │     says: Every model errs on less than half of the test samples.
     56 │     bound: {table: error.rows, column: tset_error, at_most: 0.5, per: [model]}
        ·                                        ─────┬────
        ·                                             ╰── here
        ╰────
      help: did you mean `test_error`? known here: `model`, `n_train`, `seed`, `lambda`, `leave_one_out_mse`,
            `train_mse`, `train_error`, `validation_mse`, `validation_error`, `test_mse`,
            `test_mse_standard_error`, `test_error`, `test_error_standard_error`, `n_validation`, `n_test`

    1 mistake found; nothing was run
    ");
}

#[test]
fn a_criterion_of_choose() {
    assert_snapshot!(refused(&[("    over: seed\n", "    choose: {minimise: validation_mes, over: n_train}\n    over: seed\n")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:42:24
      × this table has no column `validation_mes`
        ╭─[studies/demo/tiny.yaml:42:24]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     choose: {minimise: validation_mes, over: n_train}
        ·                        ───────┬──────
        ·                               ╰── here
     43 │     over: seed
        ╰────
      help: did you mean `validation_mse`? known here: `model`, `n_train`, `seed`, `lambda`,
            `leave_one_out_mse`, `train_mse`, `train_error`, `validation_mse`, `validation_error`, `test_mse`,
            `test_mse_standard_error`, `test_error`, `test_error_standard_error`, `n_validation`, `n_test`

    1 mistake found; nothing was run
    ");
}

#[test]
fn a_column_of_where() {
    assert_snapshot!(refused(&[("    over: seed\n", "    where: {n_trian: 40}\n    over: seed\n")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:42:13
      × this table has no column `n_trian`
        ╭─[studies/demo/tiny.yaml:42:13]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     where: {n_trian: 40}
        ·             ────┬───
        ·                 ╰── here
     43 │     over: seed
        ╰────
      help: did you mean `n_train`? known here: `model`, `n_train`, `seed`, `lambda`, `leave_one_out_mse`,
            `train_mse`, `train_error`, `validation_mse`, `validation_error`, `test_mse`,
            `test_mse_standard_error`, `test_error`, `test_error_standard_error`, `n_validation`, `n_test`

    1 mistake found; nothing was run
    ");
}

#[test]
fn a_key_that_no_step_makes() {
    assert_snapshot!(refused(&[("    over: seed\n", "    keys: lamda\n    over: seed\n")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:42:11
      × this table has no column `lamda`
        ╭─[studies/demo/tiny.yaml:42:11]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     keys: lamda
        ·           ──┬──
        ·             ╰── here
     43 │     over: seed
        ╰────
      help: did you mean `lambda`? known here: `model`, `n_train`, `seed`, `lambda`, `leave_one_out_mse`,
            `train_mse`, `train_error`, `validation_mse`, `validation_error`, `test_mse`,
            `test_mse_standard_error`, `test_error`, `test_error_standard_error`, `n_validation`, `n_test`

    1 mistake found; nothing was run
    ");
}

#[test]
fn places_of_a_claim() {
    assert_snapshot!(refused(&[("per: [model]", "per: [modle]")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:56:72
      × this table has no column `modle`
        ╭─[studies/demo/tiny.yaml:56:72]
     55 │     says: Every model errs on less than half of the test samples.
     56 │     bound: {table: error.rows, column: test_error, at_most: 0.5, per: [modle]}
        ·                                                                        ──┬──
        ·                                                                          ╰── here
        ╰────
      help: did you mean `model`? known here: `model`, `n_train`, `seed`, `lambda`, `leave_one_out_mse`,
            `train_mse`, `train_error`, `validation_mse`, `validation_error`, `test_mse`,
            `test_mse_standard_error`, `test_error`, `test_error_standard_error`, `n_validation`, `n_test`

    1 mistake found; nothing was run
    ");
}

#[test]
fn a_column_that_was_averaged_away() {
    assert_snapshot!(refused(&[("colour: model", "colour: seed")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:51:13
      × this table has no column `seed`
        ╭─[studies/demo/tiny.yaml:51:13]
     50 │     y: {column: test_error}
     51 │     colour: seed
        ·             ──┬─
        ·               ╰── here
     52 │
        ╰────
      help: known here: `model`, `n_train`, `lambda`, `leave_one_out_mse`, `train_mse`, `train_error`,
            `validation_mse`, `validation_error`, `test_mse`, `test_mse_standard_error`, `test_error`,
            `test_error_standard_error`, `n_validation`, `n_test`, `samples`

    1 mistake found; nothing was run
    ");
}

#[test]
fn a_column_of_tolerances() {
    assert_snapshot!(refused(&[("\nconstants:", "\ntolerances:\n  test_err: {absolute: 0.01}\n\nconstants:")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:8:3
      × no table of this study has a column `test_err`
       ╭─[studies/demo/tiny.yaml:8:3]
     7 │ tolerances:
     8 │   test_err: {absolute: 0.01}
       ·   ────┬────
       ·       ╰── here
     9 │
       ╰────
      help: did you mean `test_error`? known here: `model`, `n_train`, `lambda`, `leave_one_out_mse`,
            `train_mse`, `train_error`, `validation_mse`, `validation_error`, `test_mse`,
            `test_mse_standard_error`, `test_error`, `test_error_standard_error`, `n_validation`, `n_test`,
            `samples`, `seed`

    1 mistake found; nothing was run
    ");
}

#[test]
fn a_column_of_published_numbers() {
    assert_snapshot!(refused(&[("    interval: {student: 0.9}\n", "    interval: {student: 0.9}\n    published: paper\n"), ("\nfigures:", "\npublished:\n  paper:\n    source: by hand\n    rows: [{model: LoFi, n_train: 40, error: 0.2}]\n\nfigures:")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:49:39
      × no table that these numbers are laid beside has a column `error`
        ╭─[studies/demo/tiny.yaml:49:39]
     48 │     source: by hand
     49 │     rows: [{model: LoFi, n_train: 40, error: 0.2}]
        ·                                       ───┬──
        ·                                          ╰── here
     50 │
        ╰────
      help: known here: `model`, `n_train`, `lambda`, `leave_one_out_mse`, `train_mse`, `train_error`,
            `validation_mse`, `validation_error`, `test_mse`, `test_mse_standard_error`, `test_error`,
            `test_error_standard_error`, `n_validation`, `n_test`, `samples`

    1 mistake found; nothing was run
    ");
}

#[test]
fn a_column_that_nobody_wrote() {
    assert_snapshot!(refused(&[("column: test_error, at_most: 0.5", "at_most: 0.5"), ("{LoFi: lofi-score, Pixels: pixels-score}", "{LoFi: lofi.path, Pixels: pixels.path}"), ("    over: seed\n", "    keys: lambda\n    over: seed\n"), ("y: {column: test_error}", "y: {column: train_mse}"), ("  lofi-score: {kind: score, inputs: {predictions: lofi}}\n", ""), ("  pixels-score: {kind: score, inputs: {predictions: pixels}}\n", "")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:55:12
      × this table has no column `test_error`
        ╭─[studies/demo/tiny.yaml:55:12]
     54 │     says: Every model errs on less than half of the test samples.
     55 │     bound: {table: error.rows, at_most: 0.5, per: [model]}
        ·            ───┬───
        ·               ╰── here
        ╰────
      help: `column` is `test_error` where nothing else is written; known here: `model`, `n_train`, `seed`,
            `lambda`, `leave_one_out_mse`, `train_mse`, `validation_mse`, `selected`

    1 mistake found; nothing was run
    ");
}

#[test]
fn a_value_of_an_axis_that_some_models_lack() {
    assert_snapshot!(refused(&[("  width: 16\n", ""), ("  n_train: [40, 60]\n", "  n_train: [40, 60]\n  width: [8, 16]\n"), ("    over: seed\n", "    where: {width: 32}\n    over: seed\n")]), @r"
    exit 2
    error: studies/demo/tiny.yaml:42:20
      × no row of this table has width = `32`
        ╭─[studies/demo/tiny.yaml:42:20]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     where: {width: 32}
        ·                    ─┬
        ·                     ╰── here
     43 │     over: seed
        ╰────
      help: in this profile its values are 8, 16

    1 mistake found; nothing was run
    ");
}
