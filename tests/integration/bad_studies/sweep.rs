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
    error: studies/demo/tiny.yaml:14:3
      × the sweep has more than 1000000 cells (n_train × 2, seed × 600000)
        ╭─[studies/demo/tiny.yaml:14:3]
     13 │   n_train: [40, 60]
     14 │   seed: {count: 600000}
        ·   ──┬──
        ·     ╰── here
     15 │
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
    error: studies/demo/tiny.yaml:14:10
      × the axis `seed` has no form `cuont`
        ╭─[studies/demo/tiny.yaml:14:10]
     13 │   n_train: [40, 60]
     14 │   seed: {cuont: 2}
        ·          ───┬──
        ·             ╰── here
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
      × `quick` stands for the profile `fast`, which this study does not have
       ╭─[studies/demo/tiny.yaml:7:19]
     6 │
     7 │ profiles: {quick: fast}
       ·                   ──┬─
       ·                     ╰── here
     8 │ constants:
       ╰────
      help: it has none; `fast: {}` under `profiles` is the study as it stands

    1 mistake found; nothing was run
    "#);
}

/// What `lofi plan` says of an axis in place of `n_train: [40, 60]`: the place and the mistake.
fn axis(written: &str) -> (String, String) {
    let said = refused(&[("n_train: [40, 60]", &format!("n_train: {written}"))]);
    let mut lines = said.lines().skip(1);
    let place = lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    (place, lines.next().unwrap_or_default().to_owned())
}

#[test]
fn keys_that_would_do_nothing() {
    for (written, key) in [
        ("{range: {from: 40, to: 60, step: 20}, whole: true}", "whole"),
        ("{range: {from: 40, to: 60, step: 20}, pionts: 3}", "pionts"),
        ("{zip: {n_train: [40, 60]}, exlude: x}", "exlude"),
        ("{log10: {from: 1, to: 2, points: 2}, step: 3}", "step"),
        ("{linear: {from: 40, to: 60, points: 2}, points: 3}", "points"),
        ("{count: 2, step: 3}", "step"),
    ] {
        let (place, message) = axis(written);
        // the axis stands behind `  n_train: `
        let column = 12 + written.rfind(key).unwrap();
        assert_eq!(place, format!("studies/demo/tiny.yaml:13:{column}"), "{message}");
        assert!(message.contains(&format!("`{key}`")), "{message}");
    }
}

#[test]
fn a_value_twice() {
    for (written, column) in
        [("[40, 40.0]", 17), ("[0.0, -0.0]", 18), ("[40, 60, 4e1]", 21), ("{zip: {n_train: [40, 40], k: [1, 1]}}", 36)]
    {
        let (place, message) = axis(written);
        assert_eq!(place.split(':').nth(1), Some("13"), "{message}");
        assert!(message.contains("twice"), "{message} {column}");
    }
}

#[test]
fn more_values_than_a_sweep_may_have() {
    for written in [
        "{count: 1000000000000}",
        "{count: 1e12}",
        "{linear: {from: 0, to: 1, points: 1000000000000}}",
        "{log10: {from: 0, to: 1, points: 10000000}}",
        "{range: {from: 0, to: 1, step: 1e-12}}",
        "{range: {from: 0, to: 1, step: 1e-300}}",
        "{range: {from: -1e308, to: 1e308, step: 1}}",
        "{log10: {from: 0, to: 1e308, points: 3}}",
        "{count: 5, from: 9223372036854775807}",
    ] {
        let (place, message) = axis(written);
        assert_eq!(place.split(':').nth(1), Some("13"), "{written}: {message}");
    }
}

#[test]
fn an_axis_of_mixed_types_is_no_column() {
    assert_snapshot!(refused(&[("[40, 60]", "[40, all]")]), @r#"
    exit 2
    error: studies/demo/tiny.yaml:13:17
      × the axis `n_train` mixes numbers and texts, but is a column of table `error`
        ╭─[studies/demo/tiny.yaml:13:17]
     12 │ sweep:
     13 │   n_train: [40, all]
        ·                 ─┬─
        ·                  ╰── here
     14 │   seed: {count: 2}
        ╰────
      help: write values of one type, for example a number in place of all

    1 mistake found; nothing was run
    "#);
}

#[test]
fn a_wrong_value_is_shown_where_it_is_written() {
    let (place, message) = axis("[40, forty]");
    assert_eq!(place, "studies/demo/tiny.yaml:13:17", "{message}");
    let said = refused(&[("constants:", "profiles: {quick: {width: wide}}\nconstants:")]);
    assert!(said.contains("error: studies/demo/tiny.yaml:7:27") && said.contains("used as `$width`"), "{said}");
}

#[test]
fn whole_numbers_in_other_spellings() {
    let project =
        Project::tiny(&[("[40, 60]", "[4e1, 60.0]"), ("width: 16", "width: 1.6e1"), ("{count: 2}", "{count: 2e0}")]);
    assert!(project.well(&["plan"]).out.contains("4 cells"));
    project.well(&["plan", "--set", "n_train=[2e1, 30]"]);
    for (wrong, told) in [
        ("n_train=2.5", "expected a whole number"),
        ("n_train=-1e1", "expected a whole number"),
        ("n_train=1e300", "1e300 is too large for a whole number"),
        ("seed={count: 1e300}", "1e300 is too large for a whole number"),
        ("width=9007199254740993", "9007199254740993 is out of range: it must be at most"),
    ] {
        let said = project.lofi(&["plan", "--set", wrong]).refusal();
        assert!(said.starts_with("exit 2") && said.contains(told), "{wrong}: {said}");
    }
}

#[test]
fn ranges_hold_the_values_that_one_would_write() {
    let axis = "off: {range: {from: 0.1, to: 0.5, step: 0.1}}\n  exclude: [{off: 0.3}, {off: 0.5}]\n  n_train: [40]";
    let project = Project::tiny(&[("n_train: [40, 60]", axis), ("{lambda: $lambdas}", "{lambda: [$off]}")]);
    assert!(project.well(&["plan"]).out.contains("6 cells"));
}

#[test]
fn large_seeds_are_different_seeds() {
    let seeds = "[9007199254740992, 9007199254740993, 9007199254740994]";
    let project = Project::tiny(&[("{count: 2}", seeds)]);
    project.well(&["run", "--report"]);
    let csv = std::fs::read_to_string(project.path("reports/demo/tiny/error.csv")).unwrap();
    let samples: Vec<&str> = csv.lines().skip(1).filter_map(|line| line.rsplit(',').next()).collect();
    assert_eq!(samples, ["3"; 4], "{csv}");
}
