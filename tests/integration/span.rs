//! What a plan says that work takes, beside what it takes.

use crate::project::Project;
use serde_json::Value;
use std::fs;
use std::time::Instant;

/// Steps that sleep, so that they take the same on a machine that is busy: seven chains of two on two workers, and one step
/// that waits for all.
const NAPS: &str = "study: naps
title: Naps
sweep: {seed: {count: 7}}
steps:
  first:
    kind: command
    params:
      run: [sh, -c, 'sleep 0.6; printf \"v\\n%s\\n\" \"$1\" > \"$0\"', '{output.t}', '{seed}']
      with: {seed: $seed}
      outputs: {t: {type: table, columns: {v: {}}}}
  second:
    kind: command
    inputs: {t: first}
    params:
      run: [sh, -c, 'sleep 0.6; cp \"$1\" \"$0\"', '{output.t}', '{input.t}']
      outputs: {t: {type: table, columns: {v: {}}}}
tables:
  all: {stack: {a: second}, over: seed}
claims:
  c: {says: Few naps are taken., bound: {table: all.rows, column: v, at_most: 9}}
";

/// Seconds that a plan expects on two workers, and for how many steps it knows the pace.
fn expected(project: &Project) -> (f64, u64) {
    let plan = project.well(&["plan", "--on", "local", "--jobs", "2", "--json"]).out;
    let events = plan.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let event = events.into_iter().find(|event| event["event"] == "elsewhere").unwrap();
    (event["spans"][0]["span_s"].as_f64().unwrap(), event["steps_of_known_pace"].as_u64().unwrap())
}

#[test]
fn a_run_takes_what_its_plan_expects_once_the_pace_is_known() {
    let project = Project::empty();
    project.write("studies/naps.yaml", NAPS);
    project.well(&["run", "--jobs", "2"]);
    let pace = fs::read(project.path(".lofi/pace.json")).unwrap();
    let mut runs: Vec<(f64, f64)> = Vec::new();
    for _ in 0..3 {
        fs::remove_dir_all(project.path(".lofi")).unwrap();
        project.write(".lofi/pace.json", &pace);
        let (expected_s, known) = expected(&project);
        assert!(known >= 14, "{known}");
        let start = Instant::now();
        project.well(&["run", "--jobs", "2"]);
        runs.push((start.elapsed().as_secs_f64(), expected_s));
    }
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (took_s, expected_s) = runs[1];
    // Fourteen naps on two workers, of which the last has no companion or no follower.
    assert!((4.0..6.0).contains(&expected_s), "{runs:?}");
    assert!((expected_s / took_s - 1.0).abs() < 0.25, "expected {expected_s} s, it took {took_s} s: {runs:?}");
}
