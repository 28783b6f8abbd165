//! Conditions that no row can meet: `where` of tables, figures and claims, and `only`.

use super::refused;
use crate::project::Project;
use insta::assert_snapshot;

/// The tiny study whose table has a `where`.
fn table(condition: &str) -> Vec<(&'static str, String)> {
    vec![("over: seed\n", format!("where: {condition}\n    over: seed\n"))]
}

fn said(edits: &[(&'static str, String)]) -> String {
    refused(&edits.iter().map(|(from, to)| (*from, to.as_str())).collect::<Vec<_>>())
}

#[test]
fn a_value_that_the_axis_does_not_take() {
    assert_snapshot!(said(&table("{n_train: 50}")), @r"
    exit 2
    error: studies/demo/tiny.yaml:42:22
      × no row of this table has n_train = `50`
        ╭─[studies/demo/tiny.yaml:42:22]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     where: {n_train: 50}
        ·                      ─┬
        ·                       ╰── here
     43 │     over: seed
        ╰────
      help: in this profile its values are 40, 60

    1 mistake found; nothing was run
    ");
}

#[test]
fn every_value_of_a_list_is_looked_at() {
    assert_snapshot!(said(&table("{n_train: [40, \"60\"]}")), @r#"
    exit 2
    error: studies/demo/tiny.yaml:42:27
      × no row of this table has n_train = `60`
        ╭─[studies/demo/tiny.yaml:42:27]
     41 │     stack: {LoFi: lofi-score, Pixels: pixels-score}
     42 │     where: {n_train: [40, "60"]}
        ·                           ──┬─
        ·                             ╰── here
     43 │     over: seed
        ╰────
      help: the values are no texts: write 60 without quotes

    1 mistake found; nothing was run
    "#);
}

#[test]
fn what_keeps_no_row_is_refused_whatever_it_is() {
    for (condition, part) in [
        ("{n_train: many}", "no row of this table has n_train = `many`"),
        ("{n_train: null}", "no row of this table has n_train = no value"),
        ("{n_train: true}", "no row of this table has n_train = `true`"),
        ("{n_train: {more_than: 60}}", "no row of this table has n_train > 60"),
        ("{n_train: {at_least: 60, at_most: 40}}", "the bounds have crossed"),
        ("{test_error: {more_than: 1, less_than: 1}}", "the bounds have crossed"),
        ("{model: lofi}", "did you mean `LoFi`?"),
        ("{model: [LoFi, Pixel]}", "did you mean `Pixels`?"),
        ("{seed: []}", "an empty list of values"),
        ("{test_error: []}", "an empty list of values"),
    ] {
        let said = said(&table(condition));
        assert!(said.starts_with("exit 2") && said.contains(part), "{condition}: {said}");
    }
}

#[test]
fn conditions_that_only_together_keep_nothing() {
    let edits = [
        ("over: seed\n", "where: {n_train: 40}\n    over: seed\n"),
        ("column: test_error, at_most", "where: {n_train: 60}, column: test_error, at_most"),
    ];
    let said = refused(&edits);
    assert!(said.contains("no row of this table has n_train = `60`") && said.contains("its values are 40"), "{said}");
    let zipped = [
        ("  n_train: [40, 60]\n", "  size: {zip: {n_train: [40, 60], width: [8, 16]}}\n"),
        ("  width: 16\n", ""),
        ("{LoFi: lofi-score, Pixels: pixels-score}", "{LoFi: lofi-score}"),
        ("over: seed\n", "where: {n_train: 40, width: 16}\n    over: seed\n"),
    ];
    let said = refused(&zipped);
    assert!(said.contains("all of these conditions at once"), "{said}");
}

#[test]
fn figures_and_claims_are_looked_at_as_well() {
    let figure = refused(&[("colour: model\n", "colour: model\n    where: {n_train: 1000}\n")]);
    assert!(figure.contains("no row of this table has n_train = `1000`"), "{figure}");
    // averaged over seeds, a summary has no column of them: what is wrong there is told when columns are known
    let claim = refused(&[("per: [model]", "per: [model], where: {seed: 7}")]);
    assert!(claim.contains("its values are 0, 1"), "{claim}");
}

#[test]
fn what_a_setting_leaves_without_rows_is_left_out_with_a_word() {
    let project = Project::tiny(&[("per: [model]", "per: [model], where: {n_train: {at_least: 60}}")]);
    let said = project.well(&["plan", "--set", "n_train=[40]"]);
    assert!(said.err.contains("`better-than-chance` is left out: no row of this table has n_train ≥ 60"), "{said:?}");
}

#[test]
fn only_names_profiles_of_the_study() {
    let claim = |only: &str| [("    bound:", format!("    only: {only}\n    bound:"))];
    let project = |only: &str| {
        let edits = claim(only);
        Project::tiny(&edits.iter().map(|(from, to)| (*from, to.as_str())).collect::<Vec<_>>())
    };
    assert!(said(&claim("[quick, large]")).contains("this study has no profile `large`"));
    assert!(said(&claim("[]")).contains("would never be made"));
    assert!(said(&claim("3")).contains("expected the name of a profile, found a whole number"));
    let verdicts = |only: &str, profile: &str| {
        let said = project(only).well(&["run", "--profile", profile, "--json"]);
        format!("{said:?}").contains("better-than-chance")
    };
    assert!(verdicts("quick", "quick"));
    assert!(!verdicts("[paper]", "quick"));
}
