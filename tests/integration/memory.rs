//! Steps that need more memory than they may have: refused by name before anything runs.

use crate::project::{Project, Ran};
use std::process::Command;

#[test]
fn a_step_over_the_given_limit_is_refused_with_what_it_needs() {
    let project = Project::tiny(&[]);
    for command in ["run", "plan"] {
        let ran = project.lofi(&[command, "--memory", "1MiB"]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        for part in ["step `demo/tiny: ", " of memory", "`--memory` allows 1 MiB", "studies/demo/tiny.yaml:"] {
            assert!(ran.err.contains(part), "{part}: {}", ran.err);
        }
        assert!(!project.path(".lofi/runs/demo").exists(), "nothing ran");
    }
    let refused = project.lofi(&["run", "--memory", "1MiB"]).err;
    let enough = refused.split("`--memory ").nth(1).unwrap().split('`').next().unwrap();
    project.well(&["run", "--memory", enough]);
}

#[test]
fn the_plan_names_its_largest_step() {
    let project = Project::tiny(&[]);
    let plan = project.well(&["plan"]).out;
    assert!(plan.contains("(largest step ") && plan.contains(" MiB: "), "{plan}");
    let json: serde_json::Value =
        serde_json::from_str(project.well(&["plan", "--json"]).out.lines().next().unwrap()).unwrap();
    let name = json["largest_step"].as_str().unwrap();
    assert!(plan.contains(&format!(" MiB: {name}; about ")), "{name} {plan}");
}

/// The binary where the address space is limited to so many KiB.
fn limited(project: &Project, kib: u64, arguments: &[&str]) -> Ran {
    let inner = project.command(arguments);
    let mut command = Command::new("bash");
    let script = format!("ulimit -v {kib}; exec \"$0\" \"$@\"");
    command.arg("-c").arg(script).arg(inner.get_program()).args(inner.get_args());
    command.current_dir(project.path(""));
    Ran::of(&command.output().unwrap())
}

#[test]
fn a_step_over_the_limit_of_the_process_is_refused_and_nothing_aborts() {
    let project = Project::tiny(&[("width: 16", "width: 900000")]);
    let ran = limited(&project, 600_000, &["run", "--jobs", "1"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("this process may have") && ran.err.contains("ulimit -v"), "{}", ran.err);
    let project = Project::tiny(&[]);
    let ran = limited(&project, 2_000_000, &["run", "--jobs", "1"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}
