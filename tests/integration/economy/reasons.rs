//! `lofi why`, `lofi plan --fail-if-stale`, and what ends a run early.

use crate::project::{FAILS, Project};
use serde_json::Value as Json;

#[test]
fn a_change_is_named_with_its_place_and_carried_along_the_inputs() {
    let project = Project::tiny(&[]);
    let first = project.well(&["why", "demo/tiny"]).out;
    assert!(first.contains("it was no part of the last run of its study"), "{first}");
    project.well(&["run"]);
    let hit = project.well(&["why", "demo/tiny"]).out;
    assert!(
        hit.starts_with("demo/tiny (quick): 0 of ") && hit.contains("results are in the store: computed "),
        "{hit}"
    );
    project.edit(&[("width: 16", "width: 24")]);
    let ran = project.well(&["why", "demo/tiny/lofi-score", "--where", "n_train=60,seed=1"]).out;
    assert!(ran.starts_with("demo/tiny: lofi-score [n_train=60 seed=1]\n  key "), "{ran}");
    let expected = [
        "runs: an input changed",
        "its input `predictions` is another one: demo/tiny: lofi [n_train=60 seed=1]",
        "its input `x` is another one: demo/tiny: filter [n_train=60 seed=1]",
        "its input `x` is another one: demo/tiny: lift [n_train=60 seed=1]",
        "`width` 16 → 24  (studies/demo/tiny.yaml:8:",
    ];
    let mut rest = ran.as_str();
    for part in expected {
        let at = rest.find(part).unwrap_or_else(|| panic!("no `{part}` in order in {ran}"));
        rest = &rest[at..];
    }
    let study = project.well(&["why", "demo/tiny"]).out;
    assert!(study.contains("  lift, 4 cells\n    `width` 16 → 24"), "{study}");
    assert!(!study.contains("  pixels"), "what does not run is not told: {study}");
}

#[test]
fn a_step_a_cell_and_a_key_can_be_asked_for_and_mistakes_are_told() {
    let project = Project::tiny(&[]);
    project.well(&["run"]);
    let ran = project.well(&["why", "demo/tiny/pixels-score", "--where", "seed=0,n_train=40"]).out;
    let key = ran.lines().find_map(|line| line.trim().strip_prefix("key ")).unwrap().to_owned();
    assert!(ran.contains("is in the store: computed ") && ran.contains("having it again takes about"), "{ran}");
    assert!(project.well(&["why", &key[..10]]).out.starts_with("demo/tiny: pixels-score [n_train=40 seed=0]\n"));
    project.edit(&[("points: 7", "points: 9")]);
    let old = project.well(&["why", &key[..10]]).out;
    assert!(old.contains("of kind `score`; no study reaches it in the profile `quick`"), "{old}");
    for (arguments, words) in [
        (&["why", "demo/tiny/lofi-scor"][..], "did you mean `lofi-score`"),
        (&["why", "demo/tinny"], "did you mean `demo/tiny`"),
        (&["why", "demo/tiny/lofi-score", "--where", "n=3"], "has no axis `n`"),
        (&["why", "demo/tiny/lofi-score", "--where", "n_train=3"], "n_train is one of 40, 60"),
        (&["why", "demo/tiny", "--where", "seed=0"], "`--where` is for a step"),
        (&["why", "ffffffff"], "has a key that begins with ffffffff"),
    ] {
        let ran = project.lofi(arguments);
        assert!(ran.code == Some(2) && ran.err.contains(words), "{arguments:?}: {ran:?}");
    }
}

#[test]
fn code_that_changed_is_named_by_its_functions() {
    let project = Project::tiny(&[]);
    project.well(&["run"]);
    // As if another program had made the results: other code of a kind, with one function that was another one.
    let record = project.path(".lofi/runs/demo/tiny/quick.json");
    let text = std::fs::read_to_string(&record).unwrap();
    let mut json: Json = serde_json::from_str(&text).unwrap();
    let code = json["steps"].as_array().unwrap().iter().find(|step| step["kind"] == "score").unwrap()["code"].clone();
    for step in json["steps"].as_array_mut().unwrap().iter_mut().filter(|step| step["kind"] == "score") {
        step["code"] = "0123456789abcdef0123456789abcdef".into();
        step["key"] = "0".repeat(64).into();
    }
    json.as_object_mut().unwrap().remove("sha256");
    std::fs::write(&record, lofi::step::seal(&json).unwrap()).unwrap();
    let store = lofi::engine::Store::open(&project.path(".lofi")).unwrap();
    let mut pieces = store.code(code.as_str().unwrap()).unwrap().unwrap();
    let changed = pieces.iter_mut().find(|piece| piece.file == "experiment/readout/score.rs").unwrap();
    changed.hash = "another".to_owned();
    let named = format!("`{}` in src/experiment/readout/score.rs changed", changed.name);
    let ask = || project.well(&["why", "demo/tiny/lofi-score", "--where", "n_train=40,seed=0"]).out;
    let before = ask();
    assert!(before.contains("the code of `score` changed; in which function was not recorded"), "{before}");
    store.remember_code("0123456789abcdef0123456789abcdef", &|| pieces.clone()).unwrap();
    let ran = ask();
    assert!(ran.contains(&format!("the code of `score` changed: {named}")), "{ran}");
    assert!(ran.contains("other than in the last run of its study, but computed before"), "{ran}");
}

#[test]
fn a_plan_fails_where_something_would_run_if_it_is_asked_to() {
    let project = Project::tiny(&[]);
    assert_eq!(project.lofi(&["plan", "--fail-if-stale"]).code, Some(1));
    project.well(&["plan"]);
    project.well(&["run"]);
    project.well(&["plan", "--fail-if-stale"]);
    project.edit(&[("width: 16", "width: 24")]);
    assert_eq!(project.lofi(&["plan", "--fail-if-stale"]).code, Some(1));
}

#[test]
fn the_first_failure_ends_a_run_that_is_asked_to() {
    let project = Project::tiny(&[FAILS]);
    let ran = project.lofi(&["run", "--fail-fast", "--jobs", "1"]);
    assert!(ran.code == Some(1) && ran.err.contains("FAILED demo/tiny: better-than-chance"), "{ran:?}");
    let ran = project.lofi(&["run", "--step-timeout", "3"]);
    assert!(ran.code == Some(2) && ran.err.contains("expected such as 90s"), "{ran:?}");
}
