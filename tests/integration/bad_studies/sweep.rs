//! Axes, profiles and constants.

use super::refused;
use crate::project::Project;
use insta::assert_snapshot;

#[test]
fn an_empty_axis() {
    assert_snapshot!(refused(&[("[40, 60]", "[]")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:13:12
      × the axis `n_train` is empty
        ╭─[studies/demo/tiny.yaml:13:12]
     12 │ sweep:
     13 │   n_train: []
        ·            ┬
        ·            ╰── here
     14 │   seed: {count: 2}
        ╰────
      help: give it at least one value

    1 mistake found; nothing was run
    "#);
}

#[test]
fn over_a_million_cells() {
    assert_snapshot!(refused(&[("{count: 2}", "{count: 600000}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:13:3
      × the sweep has more than 1000000 cells (n_train × 2, seed × 600000)
        ╭─[studies/demo/tiny.yaml:13:3]
     12 │ sweep:
     13 │   n_train: [40, 60]
        ·   ────┬───
        ·       ╰── here
     14 │   seed: {count: 600000}
        ╰────
      help: shorten an axis, or zip axes that belong together

    1 mistake found; nothing was run
    "#);
}

#[test]
fn zipped_axes_of_unequal_lengths() {
    assert_snapshot!(refused(&[("n_train: [40, 60]", "size: {zip: {n_train: [40, 60], keep: [4, 5, 6]}}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:13:15
      × zipped axes must have equal lengths: n_train has 2, keep has 3
        ╭─[studies/demo/tiny.yaml:13:15]
     12 │ sweep:
     13 │   size: {zip: {n_train: [40, 60], keep: [4, 5, 6]}}
        ·               ────┬────
        ·                   ╰── here
     14 │   seed: {count: 2}
        ╰────
      help: zipped axes are read in step: give each a value for every row

    1 mistake found; nothing was run
    "#);
}

#[test]
fn an_axis_twice() {
    assert_snapshot!(refused(&[("n_train: [40, 60]", "n_train: [40, 60]\n  size: {zip: {n_train: [40], keep: [4]}}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:14:16
      × `n_train` is a sweep axis twice
        ╭─[studies/demo/tiny.yaml:14:16]
     13 │   n_train: [40, 60]
     14 │   size: {zip: {n_train: [40], keep: [4]}}
        ·                ────┬───
        ·                    ╰── here
     15 │   seed: {count: 2}
        ╰────
      help: rename one of the two

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_form_of_an_axis() {
    assert_snapshot!(refused(&[("{count: 2}", "{cuont: 2}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:14:9
      × the axis `seed` has no form `cuont`
        ╭─[studies/demo/tiny.yaml:14:9]
     13 │   n_train: [40, 60]
     14 │   seed: {cuont: 2}
        ·         ───┬───
        ·            ╰── here
     15 │
        ╰────
      help: an axis is a list, or one of these forms: did you mean `count`? known here: `count`, `range`,
            `log10`, `linear`, `zip`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_range_that_leads_nowhere() {
    assert_snapshot!(refused(&[("{count: 2}", "{range: {from: 0, to: 4, step: -1}}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:14:9
      × a step of -1 never leads from 0 to 4
        ╭─[studies/demo/tiny.yaml:14:9]
     13 │   n_train: [40, 60]
     14 │   seed: {range: {from: 0, to: 4, step: -1}}
        ·         ───┬───
        ·            ╰── here
     15 │
        ╰────

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_axis_in_exclude() {
    assert_snapshot!(refused(&[("seed: {count: 2}", "seed: {count: 2}\n  exclude: {n_trian: 40}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:15:13
      × `n_trian` is no sweep axis
        ╭─[studies/demo/tiny.yaml:15:13]
     14 │   seed: {count: 2}
     15 │   exclude: {n_trian: 40}
        ·             ────┬───
        ·                 ╰── here
     16 │
        ╰────
      help: did you mean `n_train`? known here: `n_train`, `seed`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_bound_in_exclude() {
    assert_snapshot!(refused(&[("seed: {count: 2}", "seed: {count: 2}\n  exclude: {n_train: {atleast: 40}}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:15:23
      × unknown key `atleast`
        ╭─[studies/demo/tiny.yaml:15:23]
     14 │   seed: {count: 2}
     15 │   exclude: {n_train: {atleast: 40}}
        ·                       ────┬───
        ·                           ╰── here
     16 │
        ╰────
      help: did you mean `at_least`? known here: `at_least`, `at_most`, `more_than`, `less_than`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn nothing_is_left() {
    assert_snapshot!(refused(&[("seed: {count: 2}", "seed: {count: 2}\n  exclude: {n_train: [40, 60]}")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:15:3
      × `exclude` leaves no cell
        ╭─[studies/demo/tiny.yaml:15:3]
     14 │   seed: {count: 2}
     15 │   exclude: {n_train: [40, 60]}
        ·   ────┬───
        ·       ╰── here
     16 │
        ╰────
      help: a cell goes out where all conditions of one rule hold

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_profile() {
    assert_snapshot!(Project::tiny(&[]).lofi(&["plan", "--profile", "night"]).refusal(), @r#"
    exit 2
    error: studies/demo/tiny.yaml:1:1
      × this study has no profile `night`
       ╭─[studies/demo/tiny.yaml:1:1]
     1 │ # yaml-language-server: $schema=../../../schema/study.schema.json
       · ┬
       · ╰── here
     2 │ study: demo/tiny
       ╰────
      help: add it under `profiles:`; without that section `smoke`, `quick` and `paper` are the study as it
            stands

    1 mistake found; nothing was run
    "#);
}

#[test]
fn misspelt_profile() {
    assert_snapshot!(Project::tiny(&[("constants:", "profiles: {smoke: {}, quick: {}}\nconstants:")]).lofi(&["plan", "--profile", "smok"]).refusal(), @r#"
    exit 2
    error: studies/demo/tiny.yaml:1:1
      × this study has no profile `smok`
       ╭─[studies/demo/tiny.yaml:1:1]
     1 │ # yaml-language-server: $schema=../../../schema/study.schema.json
       · ┬
       · ╰── here
     2 │ study: demo/tiny
       ╰────
      help: did you mean `smoke`? known here: `smoke`, `quick`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn unknown_axis_in_a_profile() {
    assert_snapshot!(refused(&[("constants:", "profiles: {quick: {n_trian: [40]}}\nconstants:")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:7:20
      × `n_trian` is neither a constant nor a sweep axis of this study
       ╭─[studies/demo/tiny.yaml:7:20]
     6 │
     7 │ profiles: {quick: {n_trian: [40]}}
       ·                    ────┬───
       ·                        ╰── here
     8 │ constants:
       ╰────
      help: did you mean `n_train`? known here: `width`, `n_test`, `lambdas`, `n_train`, `seed`, `data`

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_profile_that_is_a_text() {
    assert_snapshot!(refused(&[("constants:", "profiles: {quick: fast}\nconstants:")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:7:19
      × a profile is a mapping of names, found a text
       ╭─[studies/demo/tiny.yaml:7:19]
     6 │
     7 │ profiles: {quick: fast}
       ·                   ──┬─
       ·                     ╰── here
     8 │ constants:
       ╰────

    1 mistake found; nothing was run
    "#);
}
