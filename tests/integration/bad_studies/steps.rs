//! Steps: kinds, parameters and wiring.

use super::{refused, without_list};
use insta::assert_snapshot;

#[test]
fn unknown_key_in_a_step() {
    assert_snapshot!(refused(&[("inputs: {x: lift}", "inputs: {x: lift}\n    parms: {}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:27:5
      × unknown key `parms` in step `filter`
        ╭─[studies/demo/tiny.yaml:27:5]
     26 │     inputs: {x: lift}
     27 │     parms: {}
        ·     ───┬──
        ·        ╰── here
     28 │     params: {keep: 5}
        ╰────
      help: did you mean `params`? known here: `kind`, `inputs`, `params`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_parameter() {
    assert_snapshot!(refused(&[("{keep: 5}", "{keep: 5, kep: 6}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:27:23
      × unknown key `kep`
        ╭─[studies/demo/tiny.yaml:27:23]
     26 │     inputs: {x: lift}
     27 │     params: {keep: 5, kep: 6}
        ·                       ──┬─
        ·                         ╰── here
     28 │   lofi:
        ╰────
      help: did you mean `keep`? known here: `keep`, `pairs`, `method`, `floor`, `signed`, `first_moment`,
            `precision`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn missing_parameter() {
    assert_snapshot!(refused(&[("n_train: $n_train, ", "")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:19:13
      × `data`: the key `n_train` is missing
        ╭─[studies/demo/tiny.yaml:19:13]
     18 │     kind: dataset
     19 │     params: {n_test: $n_test, seed: $seed}
        ·             ────┬───
        ·                 ╰── here
     20 │   lift:
        ╰────
      help: `lofi list kinds dataset` says what it is for

    1 mistake found; nothing was run
    "#);
}

#[test]
fn missing_parameters() {
    assert_snapshot!(refused(&[("    params: {keep: 5}\n", "")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:24:3
      × `filter`: the key `keep` is missing
        ╭─[studies/demo/tiny.yaml:24:3]
     23 │     params: {width: $width, seed: $seed}
     24 │   filter:
        ·   ───┬───
        ·      ╰── here
     25 │     kind: signed-moment-filter
        ╰────
      help: `lofi list kinds signed-moment-filter` says what it is for

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_name() {
    assert_snapshot!(refused(&[("$width", "$widht")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:23:21
      × unknown name `$widht`
        ╭─[studies/demo/tiny.yaml:23:21]
     22 │     inputs: {x: data}
     23 │     params: {width: $widht, seed: $seed}
        ·                     ───┬──
        ·                        ╰── here
     24 │   filter:
        ╰────
      help: did you mean `width`? known here: `n_train`, `seed`, `width`, `n_test`, `lambdas`; a text that
            begins with $ is written $$

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_kind() {
    assert_snapshot!(without_list(&refused(&[("kind: signed-moment-filter", "kind: signed-momentfilter")])), @r#"
    exit 2
    error: studies/demo/tiny.yaml:25:11
      × unknown kind `signed-momentfilter`
        ╭─[studies/demo/tiny.yaml:25:11]
     24 │   filter:
     25 │     kind: signed-momentfilter
        ·           ─────────┬─────────
        ·                    ╰── here
     26 │     inputs: {x: lift}
        ╰────
      help: did you mean `signed-moment-filter`? known here: [...]

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_step() {
    assert_snapshot!(refused(&[("x: lift}", "x: lfit}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:26:17
      × there is no step `lfit`
        ╭─[studies/demo/tiny.yaml:26:17]
     25 │     kind: signed-moment-filter
     26 │     inputs: {x: lfit}
        ·                 ──┬─
        ·                   ╰── here
     27 │     params: {keep: 5}
        ╰────
      help: did you mean `lift`? known here: `data`, `lift`, `filter`, `lofi`, `lofi-score`, `pixels`, `pixels-
            score`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_output() {
    assert_snapshot!(refused(&[("x: lift}", "x: lift.feature}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:26:17
      × step `lift` has no output `feature`
        ╭─[studies/demo/tiny.yaml:26:17]
     25 │     kind: signed-moment-filter
     26 │     inputs: {x: lift.feature}
        ·                 ──────┬─────
        ·                       ╰── here
     27 │     params: {keep: 5}
        ╰────
      help: did you mean `features`? known here: `features`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_slot() {
    assert_snapshot!(refused(&[("{x: lift}", "{y: lift}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:26:14
      × this kind has no input `y`
        ╭─[studies/demo/tiny.yaml:26:14]
     25 │     kind: signed-moment-filter
     26 │     inputs: {y: lift}
        ·              ─┬
        ·               ╰── here
     27 │     params: {keep: 5}
        ╰────
      help: did you mean `x`? known here: `x`

    error: studies/demo/tiny.yaml:24:3
      × step `filter` lacks the input `x`
        ╭─[studies/demo/tiny.yaml:24:3]
     23 │     params: {width: $width, seed: $seed}
     24 │   filter:
        ·   ───┬───
        ·      ╰── here
     25 │     kind: signed-moment-filter
        ╰────
      help: x: The lifted samples, as vectors or as inner products.

    2 mistakes found; nothing was run
    "#);
}

#[test]
fn wrong_type_at_a_slot() {
    assert_snapshot!(refused(&[("{predictions: lofi}", "{predictions: lofi.path}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:32:51
      × input `predictions` of `score` takes a value of type predictions, but `lofi.path` is of type table
        ╭─[studies/demo/tiny.yaml:32:51]
     31 │     params: {lambda: $lambdas}
     32 │   lofi-score: {kind: score, inputs: {predictions: lofi.path}}
        ·                                                   ────┬────
        ·                                                       ╰── here
     33 │   pixels:
        ╰────
      help: `lofi.predictions` is of type predictions

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_list_at_a_slot_for_one() {
    assert_snapshot!(refused(&[("{x: lift}", "{x: [lift, data]}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:26:17
      × input `x` takes one step, found a list
        ╭─[studies/demo/tiny.yaml:26:17]
     25 │     kind: signed-moment-filter
     26 │     inputs: {x: [lift, data]}
        ·                 ──┬──
        ·                   ╰── here
     27 │     params: {keep: 5}
        ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn steps_in_a_circle() {
    assert_snapshot!(refused(&[("inputs: {x: data}\n    params: {width", "inputs: {x: filter}\n    params: {width")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:20:3
      × these steps wait for each other: lift → filter → lift
        ╭─[studies/demo/tiny.yaml:20:3]
     19 │     params: {n_train: $n_train, n_test: $n_test, seed: $seed}
     20 │   lift:
        ·   ──┬──
        ·     ╰── here
     21 │     kind: random-features
        ╰────
      help: an arrow reads "takes its input from"; take one of them out

    1 mistake found; nothing was run
    "#);
}
