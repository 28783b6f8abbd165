//! What a machine cannot run is left out and said, and is no failure.

use super::{project, write};
use crate::project::Project;

const ABSENT: (&str, &str) = ("run: [sh,", "run: [no-such-program,");

#[test]
fn a_step_whose_program_is_absent_is_gated_and_nothing_fails() {
    let project = project(&[ABSENT]);
    let plan = project.well(&["plan", "--steps"]);
    assert!(plan.err.contains("gated: own/counts: count [seed=0]: the program `no-such-program`"), "{plan:?}");
    assert!(plan.out.contains("0 cached, nothing to run") && plan.out.contains("gated   own/counts: few"), "{plan:?}");
    let why = project.well(&["why", "own/counts/count"]);
    assert!(why.out.contains("is gated, left out on this machine: the program `no-such-program`"), "{why:?}");
    let ran = project.well(&["run"]);
    assert!(ran.out.contains("and 2 more: the program `no-such-program` is not on this machine"), "{ran:?}");
    assert!(ran.out.contains("no failure") && ran.out.contains("no result"), "{ran:?}");
    let page = project.well(&["run", "--report"]);
    assert_eq!(page.code, Some(0));
    let text = std::fs::read_to_string(project.path("reports/own/counts.html")).unwrap();
    assert!(text.contains("this machine cannot run the step"), "the page says why it has no results");
}

#[test]
fn what_was_computed_and_what_is_committed_is_shown_all_the_same() {
    let requires = |program: &str| format!("requires: [{program}]\n      files:");
    let project = project(&[("files:", &requires("'true'"))]);
    project.well(&["run"]);
    project.well(&["bless"]);
    // the result is stored, so nobody asks what is needed to compute it
    write(&project, &[("files:", &requires("'false'"))]);
    assert!(project.well(&["run"]).out.contains("held"));
    assert!(project.well(&["check"]).out.contains("1 studies agree"));
    std::fs::remove_dir_all(project.path(".lofi")).unwrap();
    let ran = project.well(&["run"]);
    assert!(ran.out.contains("`false` ended with exit status: 1"), "{ran:?}");
    let committed = ran.out.split("as its results are committed").nth(1).unwrap();
    assert!(committed.contains("held"), "{ran:?}");
    let checked = project.well(&["check"]);
    assert!(checked.out.contains("0 do not, 1 cannot be run here"), "{checked:?}");
    let before = std::fs::read(project.path("results/own/counts/quick/manifest.json")).unwrap();
    project.well(&["bless"]);
    assert_eq!(std::fs::read(project.path("results/own/counts/quick/manifest.json")).unwrap(), before);
}

#[test]
fn what_only_a_gated_step_needs_does_not_run_and_others_do() {
    let other = "steps:\n  made: {kind: table-file, params: {path: code/made.csv}}\n  \
                 kept: {kind: table-file, params: {path: code/kept.csv}}\n";
    let project = Project::empty();
    project.write("code/count.sh", super::SCRIPT);
    project.write("code/made.csv", "a\n1\n");
    project.write("code/kept.csv", "a\n2\n");
    let tables = ("tables: {", "tables: {kept: {stack: {file: kept}}, ");
    let input = ("    params:\n      run", "    inputs: {t: made}\n    params:\n      run");
    write(&project, &[ABSENT, ("steps:\n", other), tables, input]);
    let ran = project.well(&["run", "--json"]);
    assert_eq!(super::finished(&ran, "table-file"), 1, "{ran:?}");
    assert!(ran.out.contains("\"event\":\"gated\"") && ran.out.contains("\"gated\":6"), "{ran:?}");
}

#[test]
fn a_sandbox_lets_nothing_out_where_there_is_one() {
    let project = project(&[("files:", "sandbox: true\n      files:")]);
    let ran = project.well(&["run"]);
    if ran.out.contains("gated") {
        assert!(ran.out.contains("`sandbox: true`"), "{ran:?}");
        return crate::common::skipped("no sandbox on this machine");
    }
    assert!(ran.out.contains("held"), "{ran:?}");
    let outside = project.path("outside").display().to_string();
    project.write("code/count.sh", format!("touch {outside}\n{}", super::SCRIPT));
    let ran = project.well(&["run"]);
    assert!(!project.path("outside").exists(), "{ran:?}");
}
