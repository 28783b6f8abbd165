//! Claims.

use super::{refused, without_list};
use insta::assert_snapshot;

#[test]
fn unknown_key_in_a_claim() {
    assert_snapshot!(refused(&[("at_most: 0.5,", "at_mst: 0.5,")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:56:52
      × unknown key `at_mst`
        ╭─[studies/demo/tiny.yaml:56:52]
     55 │     says: Every model errs on less than half of the test samples.
     56 │     bound: {table: error.rows, column: test_error, at_mst: 0.5, per: [model]}
        ·                                                    ───┬───
        ·                                                       ╰── here
        ╰────
      help: did you mean `at_most`? known here: `column`, `at_most`, `at_least`, `missing_at_least`, `range`,
            `equals`, `where`, `per`, `seeds`, `level`, `smallest_effect`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_kind_of_claim() {
    assert_snapshot!(without_list(&refused(&[("bound:", "bond:")])), @r#"
    exit 2
    error: studies/demo/tiny.yaml:56:5
      × unknown kind of claim `bond`
        ╭─[studies/demo/tiny.yaml:56:5]
     55 │     says: Every model errs on less than half of the test samples.
     56 │     bond: {table: error.rows, column: test_error, at_most: 0.5, per: [model]}
        ·     ──┬──
        ·       ╰── here
        ╰────
      help: did you mean `bound`? known here: [...]

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_claim_that_says_nothing() {
    assert_snapshot!(refused(&[("    says: Every model errs on less than half of the test samples.\n", "")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:54:3
      × claim `better-than-chance` does not say what it claims
        ╭─[studies/demo/tiny.yaml:54:3]
     53 │ claims:
     54 │   better-than-chance:
        ·   ─────────┬─────────
        ·            ╰── here
     55 │     bound: {table: error.rows, column: test_error, at_most: 0.5, per: [model]}
        ╰────
      help: add `says:` with one sentence

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_claim_without_a_table() {
    assert_snapshot!(refused(&[("table: error.rows, column", "column")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:54:3
      × `better-than-chance` names no `table`
        ╭─[studies/demo/tiny.yaml:54:3]
     53 │ claims:
     54 │   better-than-chance:
        ·   ─────────┬─────────
        ·            ╰── here
     55 │     says: Every model errs on less than half of the test samples.
        ╰────
      help: add `table: NAME`; the tables are error

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_claim_with_two_bounds() {
    assert_snapshot!(refused(&[("at_most: 0.5,", "at_most: 0.5, at_least: 0.1,")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:56:61
      × step `better-than-chance (bound)`: exactly one of `at_most`, `at_least` and `equals` is needed
        ╭─[studies/demo/tiny.yaml:56:61]
     55 │     says: Every model errs on less than half of the test samples.
     56 │     bound: {table: error.rows, column: test_error, at_most: 0.5, at_least: 0.1, per: [model]}
        ·                                                             ─┬─
        ·                                                              ╰── here
        ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_part_of_a_table() {
    assert_snapshot!(refused(&[("error.rows", "error.row")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:56:20
      × a table has no part `row`
        ╭─[studies/demo/tiny.yaml:56:20]
     55 │     says: Every model errs on less than half of the test samples.
     56 │     bound: {table: error.row, column: test_error, at_most: 0.5, per: [model]}
        ·                    ────┬────
        ·                        ╰── here
        ╰────
      help: known here: `rows` (one a seed), `summary` (averaged)

    1 mistake found; nothing was run
    "#);
}

/// The tiny study with another test in place of its `bound`.
fn with_claim(test: &str) -> String {
    refused(&[("bound: {table: error.rows, column: test_error, at_most: 0.5, per: [model]}", test)])
}

#[test]
fn a_place_without_a_tolerance() {
    let test = "threshold-location: {table: error, column: test_error, along: n_train, crosses: 0.3, direction: falling, near: 50}";
    assert_snapshot!(with_claim(test), @r#"
    exit 2
    error: studies/demo/tiny.yaml:56:116
      × step `better-than-chance (threshold-location)`: `near` needs `within`, how far from it the place may be
        ╭─[studies/demo/tiny.yaml:56:116]
     55 │     says: Every model errs on less than half of the test samples.
     56 │     threshold-location: {table: error, column: test_error, along: n_train, crosses: 0.3, direction: falling, near: 50}
        ·                                                                                                                    ─┬
        ·                                                                                                                     ╰── here
        ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_slope_between_nothing() {
    assert_snapshot!(with_claim("slope: {table: error, x: n_train, y: test_error, between: [0, -1]}"), @r#"
    exit 2
    error: studies/demo/tiny.yaml:56:63
      × step `better-than-chance (slope)`: from 0 to -1 there is nothing; the smaller end comes first
        ╭─[studies/demo/tiny.yaml:56:63]
     55 │     says: Every model errs on less than half of the test samples.
     56 │     slope: {table: error, x: n_train, y: test_error, between: [0, -1]}
        ·                                                               ─┬
        ·                                                                ╰── here
        ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_correlation_above_one() {
    assert_snapshot!(with_claim("rank-correlation: {table: error, x: n_train, y: test_error, at_least: 1.5}"), @r#"
    exit 2
    error: studies/demo/tiny.yaml:56:75
      × 1.5 is out of range: it must be at most 1
        ╭─[studies/demo/tiny.yaml:56:75]
     55 │     says: Every model errs on less than half of the test samples.
     56 │     rank-correlation: {table: error, x: n_train, y: test_error, at_least: 1.5}
        ·                                                                           ─┬─
        ·                                                                            ╰── here
        ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn an_optimum_against_a_point_of_another_grid() {
    let test = "interior-optimum: {table: error, along: [n_train], against: {keep: max}}";
    assert_snapshot!(with_claim(test), @r#"
    exit 2
    error: studies/demo/tiny.yaml:56:65
      × step `better-than-chance (interior-optimum)`: `keep` is no axis of the grid; its axes are n_train
        ╭─[studies/demo/tiny.yaml:56:65]
     55 │     says: Every model errs on less than half of the test samples.
     56 │     interior-optimum: {table: error, along: [n_train], against: {keep: max}}
        ·                                                                 ───┬──
        ·                                                                    ╰── here
        ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_count_without_a_number() {
    assert_snapshot!(with_claim("outlier-count: {table: error, column: test_error, edge: train_error}"), @r#"
    exit 2
    error: studies/demo/tiny.yaml:54:3
      × step `better-than-chance (outlier-count)`: exactly one of `at_most`, `at_least` and `exactly` is needed
        ╭─[studies/demo/tiny.yaml:54:3]
     53 │ claims:
     54 │   better-than-chance:
        ·   ─────────┬─────────
        ·            ╰── here
     55 │     says: Every model errs on less than half of the test samples.
        ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_collapse_of_no_curves() {
    assert_snapshot!(with_claim("collapse: {table: error, x: n_train, y: test_error, curves: [], at_most: 0.1}"), @r#"
    exit 2
    error: studies/demo/tiny.yaml:56:65
      × step `better-than-chance (collapse)`: no column tells the curves apart
        ╭─[studies/demo/tiny.yaml:56:65]
     55 │     says: Every model errs on less than half of the test samples.
     56 │     collapse: {table: error, x: n_train, y: test_error, curves: [], at_most: 0.1}
        ·                                                                 ┬
        ·                                                                 ╰── here
        ╰────

    1 mistake found; nothing was run
    "#);
}
