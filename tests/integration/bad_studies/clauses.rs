//! Clauses of tables.

use super::refused;
use crate::project::Project;
use insta::assert_snapshot;

#[test]
fn a_difference_of_an_unknown_label() {
    assert_snapshot!(refused(&[("over: seed", "difference: {column: test_mse, of: LoFy, against: Pixels}\n    over: seed")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:42:40
      × no row of this table has model = `LoFy`
        ╭─[studies/demo/tiny.yaml:42:40]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     difference: {column: test_mse, of: LoFy, against: Pixels}
        ·                                        ──┬─
        ·                                          ╰── here
     43 │     over: seed
        ╰────
      help: did you mean `LoFi`? known here: `LoFi`, `Pixels`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_difference_of_a_label_against_itself() {
    assert_snapshot!(refused(&[("over: seed", "difference: {column: test_mse, of: LoFi, against: LoFi}\n    over: seed")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:42:55
      × step `error (difference)`: `of` and `against` are both LoFi
        ╭─[studies/demo/tiny.yaml:42:55]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     difference: {column: test_mse, of: LoFi, against: LoFi}
        ·                                                       ──┬─
        ·                                                         ╰── here
     43 │     over: seed
        ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_difference_without_its_other_end() {
    assert_snapshot!(refused(&[("over: seed", "difference: {column: test_mse, of: LoFi}\n    over: seed")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:42:17
      × `error`: the key `against` is missing
        ╭─[studies/demo/tiny.yaml:42:17]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     difference: {column: test_mse, of: LoFi}
        ·                 ────┬───
        ·                     ╰── here
     43 │     over: seed
        ╰────
      help: `lofi list kinds difference` says what it is for

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_difference_paired_on_no_axis() {
    assert_snapshot!(refused(&[("over: seed", "difference: {column: test_mse, of: LoFi, against: Pixels, pair_on: [sed]}\n    over: seed")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:42:72
      × step `error (difference)`: `sed` pairs nothing; the axes that can are n_train, seed
        ╭─[studies/demo/tiny.yaml:42:72]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     difference: {column: test_mse, of: LoFi, against: Pixels, pair_on: [sed]}
        ·                                                                        ──┬─
        ·                                                                          ╰── here
     43 │     over: seed
        ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_difference_that_is_no_mapping() {
    assert_snapshot!(refused(&[("over: seed", "difference: test_mse\n    over: seed")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:42:17
      × `difference` is a mapping of settings, found a text
        ╭─[studies/demo/tiny.yaml:42:17]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     difference: test_mse
        ·                 ────┬───
        ·                     ╰── here
     43 │     over: seed
        ╰────
      help: for example `difference: {column: test_error, of: LoFi, against: Ridge}`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn an_axis_as_a_further_key() {
    assert_snapshot!(refused(&[("over: seed", "keys: [lambda, n_train]\n    over: seed")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:42:11
      × `n_train` tells the rows apart already
        ╭─[studies/demo/tiny.yaml:42:11]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     keys: [lambda, n_train]
        ·           ───┬───
        ·              ╰── here
     43 │     over: seed
        ╰────
      help: `keys` names columns that the steps make themselves; axes of the sweep are keys anyway

    1 mistake found; nothing was run
    "#);
}

#[test]
fn keys_that_are_no_names() {
    assert_snapshot!(refused(&[("over: seed", "keys: [3]\n    over: seed")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:42:11
      × expected a column's name or a list of them
        ╭─[studies/demo/tiny.yaml:42:11]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     keys: [3]
        ·           ─┬
        ·            ╰── here
     43 │     over: seed
        ╰────
      help: `keys` names columns that the steps make themselves; axes of the sweep are keys anyway

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_tolerance_without_smallest() {
    assert_snapshot!(refused(&[("over: seed", "choose: {minimise: test_mse, over: n_train, tolerance: {relative: 0.1}}\n    over: seed")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:42:60
      × step `error (choose)`: it is not said which of the nearly best choices to take
        ╭─[studies/demo/tiny.yaml:42:60]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     choose: {minimise: test_mse, over: n_train, tolerance: {relative: 0.1}}
        ·                                                            ─────┬────
        ·                                                                 ╰── here
     43 │     over: seed
        ╰────
      help: add `smallest:` with an axis of `over`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_difference_without_partners() {
    assert_snapshot!(Project::tiny(&[("over: seed", "keys: test_error\n    difference: {column: test_mse, of: LoFi, against: Pixels, pair_on: [n_train, seed, test_error]}\n    over: seed")]).lofi(&["run", "--quiet"]).refusal(), @r#"
    exit 1
    FAILED demo/tiny: error (difference)
      at studies/demo/tiny.yaml:43:17
      input `table`: LoFi at n_train = 40, seed = 0, test_error = 0.2 has no partner: Pixels has no `test_mse` there; leave the row out by `where`, or pair on other columns by `pair_on`
    1 failed, 3 left out because of it
    "#);
}
