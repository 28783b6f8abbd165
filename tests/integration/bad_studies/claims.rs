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
      help: did you mean `at_most`? known here: `says`, `column`, `at_most`, `at_least`, `where`, `per`, `level`

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
      × step `better-than-chance (bound)`: exactly one of `at_most` and `at_least` is needed
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
