//! `lofi bless` and `lofi check`: what a committed baseline catches.

use crate::project::{Project, edited};
use std::fs;

const TABLE: &str = "results/demo/tiny/quick/error.csv";

/// A project whose study has been blessed.
fn blessed() -> Project {
    let project = Project::tiny(&[]);
    let ran = project.well(&["bless"]);
    assert_eq!(ran.out, "blessed demo/tiny in ./results/demo/tiny/quick\n");
    project
}

/// Multiplies the test error of LoFi at n = 40 in the baseline.
fn scaled(project: &Project, factor: f64) {
    let text = fs::read_to_string(project.path(TABLE)).unwrap();
    let column = text.lines().next().unwrap().split(',').position(|name| name == "test_mse").unwrap();
    let line = text.lines().find(|line| line.starts_with("LoFi,40,")).unwrap();
    let mut cells: Vec<String> = line.split(',').map(ToOwned::to_owned).collect();
    cells[column] = (cells[column].parse::<f64>().unwrap() * factor).to_string();
    fs::write(project.path(TABLE), text.replacen(line, &cells.join(","), 1)).unwrap();
}

/// A project with a blessed study whose numbers hang on no sampled weights, so that the strict tolerance holds.
fn strict() -> Project {
    let project = Project::tiny(&[]);
    let study = edited(
        crate::project::TINY,
        &[("kind: random-features", "kind: layer-kernel"), ("params: {width: $width, seed: $seed}", "params: {}")],
    );
    project.write("studies/demo/tiny.yaml", study);
    project.well(&["bless"]);
    project
}

#[test]
fn what_was_blessed_agrees() {
    let project = blessed();
    let ran = project.well(&["check"]);
    assert_eq!(ran.out, "same   demo/tiny (quick)\ncheck: 1 studies agree with their baseline, 0 do not\n");
    let before = fs::read(project.path(TABLE)).unwrap();
    project.well(&["bless"]);
    assert_eq!(fs::read(project.path(TABLE)).unwrap(), before);
}

#[test]
fn one_per_cent_is_caught() {
    let project = strict();
    scaled(&project, 1.01);
    let ran = project.lofi(&["check"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines[0], "moved  demo/tiny (quick): 1 values beyond their tolerance, the worst first");
    assert!(lines[1].starts_with("  error.test_mse [model=LoFi n_train=40"), "{}", lines[1]);
    assert!(lines[1].contains("× its tolerance"), "{}", lines[1]);
    assert_eq!(lines[2], "  if the new values are right: lofi bless demo/tiny --profile quick");
    assert_eq!(lines[3], "check: 0 studies agree with their baseline, 1 do not");
}

#[test]
fn the_twelfth_digit_is_not() {
    let project = strict();
    scaled(&project, 1.0 + 1e-12);
    project.well(&["check"]);
}

// Sampled weights: a number may move within its own spread over seeds, not further.
#[test]
fn sampled_numbers_may_move_within_their_interval() {
    let project = blessed();
    scaled(&project, 1.0001);
    project.well(&["check"]);
    scaled(&project, 3.0);
    assert_eq!(project.lofi(&["check"]).code, Some(1));
}

#[test]
fn another_outcome_of_a_claim_is_caught() {
    let project = blessed();
    project.edit(&[("at_most: 0.5", "at_most: 0.0001")]);
    let ran = project.lofi(&["check"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("  claims.better-than-chance []: was held, is failed  (must be equal)"), "{}", ran.out);
}

#[test]
fn a_changed_setting_is_caught() {
    let project = blessed();
    project.edit(&[("[40, 60]", "[40]")]);
    let ran = project.lofi(&["check"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("  error. []: was 4 rows, is 2 rows  (must be equal)"), "{}", ran.out);
}

#[test]
fn a_missing_baseline_is_said_with_the_way_to_one() {
    let project = Project::tiny(&[]);
    insta::assert_snapshot!(project.lofi(&["check"]).refusal(), @r"
    exit 2
    demo/tiny: no baseline for profile quick
    error: no study has a baseline for profile quick; `lofi bless` makes one
    ");
    // a folder stands for those of its studies that have one
    assert_eq!(project.lofi(&["check", "demo/"]).refusal(), project.lofi(&["check"]).refusal());
    insta::assert_snapshot!(project.lofi(&["check", "demo/tiny"]).refusal(), @r"
    exit 2
    error: there is no baseline in ./results/demo/tiny/quick; `lofi bless demo/tiny --profile quick` makes one
    ");
}

#[test]
fn an_unreadable_baseline_is_said() {
    let project = blessed();
    project.write("results/demo/tiny/quick/manifest.json", "{");
    let ran = project.lofi(&["check"]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.err.starts_with("error: ./results/demo/tiny/quick/manifest.json: EOF while parsing"), "{}", ran.err);
}

// A machine with a better data set still checks against the one that the baseline was made on.
#[test]
fn check_uses_the_data_set_of_the_baseline() {
    let project = Project::tiny(&[("data: fashion-mnist-subset", "data: [sides, fashion-mnist-subset]")]);
    crate::yaml_only::image_folder(&project, "sides", &|record, pixel| record * 40 + pixel * 20);
    let hidden = project.path("data/hidden");
    fs::rename(project.path("data/sides"), &hidden).unwrap();
    project.well(&["bless"]);
    fs::rename(&hidden, project.path("data/sides")).unwrap();
    assert!(project.well(&["run"]).out.contains("demo/tiny on Left and right"));
    project.well(&["check"]);
}

#[test]
fn a_failing_step_blesses_and_compares_nothing() {
    let project = Project::tiny(&[("{column: n_train}", "{column: n}")]);
    let ran = project.lofi(&["bless"]);
    assert_eq!((ran.code, ran.err.lines().last()), (Some(1), Some("error: a step failed; nothing was blessed")));
    assert!(!project.path("results").exists());
    project.edit(&[]);
    project.well(&["bless"]);
    project.edit(&[("{column: n_train}", "{column: n}")]);
    let ran = project.lofi(&["check"]);
    assert_eq!((ran.code, ran.err.lines().last()), (Some(1), Some("error: a step failed; nothing was compared")));
}
