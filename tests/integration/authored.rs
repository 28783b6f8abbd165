//! Studies that the program writes, and the form that it gives to those of people.

use crate::project::{Project, TINY, edited};
use std::fs;

#[test]
fn a_new_study_of_any_method_plans_and_runs() {
    let project = Project::tiny(&[]);
    let cases: [(&str, &[&str]); 6] = [
        ("made", &[]),
        ("alone", &["--method", "ridge"]),
        (
            "mine/all",
            &["--data", "mnist-subset", "--method", "ridge", "--method", "random-features", "--method", "lofi"],
        ),
        ("no", &["--method", "kernel", "--method", "lofi", "--question", "Does it: help?"]),
        ("clothes", &["--data", "fashion-mnist-subset", "--method", "random-features", "--method", "lofi"]),
        ("textures", &["--data", "textures", "--method", "kernel"]),
    ];
    for (name, more) in cases {
        let made = project.well(&[&["new", "study", name], more].concat());
        assert!(made.out.contains(&format!("lofi run {name} --report")), "{made:?}");
        project.well(&["plan", name]);
        let ran = project.well(&["run", name, "--profile", "smoke"]);
        assert!(ran.err.is_empty() || !ran.err.contains("unused"), "{ran:?}");
        // it is written as the formatter writes
        project.well(&["fmt", "--check", &format!("studies/{name}.yaml")]);
    }
    let again = project.lofi(&["new", "study", "Made"]);
    assert!(again.code == Some(2) && again.err.contains("made.yaml stands here already"), "{again:?}");
}

#[test]
fn what_cannot_be_a_study_is_refused() {
    let project = Project::tiny(&[]);
    for (arguments, part) in [
        (&["new", "study", "a:b"][..], "cannot be the name of a study"),
        (&["new", "study", "../x"], "cannot be the name of a study"),
        (&["new", "study", "x", "--data", "mnits"], "did you mean `mnist`"),
        (&["new", "study", "x", "--method", "magic"], "possible values"),
    ] {
        let refused = project.lofi(arguments);
        assert!(refused.code == Some(2) && refused.err.contains(part), "{part}: {refused:?}");
    }
    assert!(!project.path("studies/x.yaml").exists());
    // data that are not here are said, and the study is written for when they are
    let absent = project.well(&["new", "study", "later", "--data", "cifar100-coarse"]);
    assert!(absent.err.contains("it runs once they are here"), "{absent:?}");
    assert!(fs::read_to_string(project.path("studies/later.yaml")).unwrap().contains("data: cifar100-coarse"));
}

/// TINY in a worse form: wide indentation, sections in disorder, a comment that goes with one of them.
fn worse() -> String {
    let (head, rest) = TINY.split_once("\nconstants:").unwrap();
    let (constants, rest) = rest.split_once("\nsweep:").unwrap();
    let rest = edited(
        rest,
        &[
            ("  data:\n    kind: dataset", "  data:\n      kind:   dataset"),
            ("    params: {n_train", "      params: { n_train"),
        ],
    );
    format!("{head}\nsweep:{rest}\n# which are the same everywhere\nconstants:{constants}")
}

#[test]
fn formatting_changes_no_key_and_is_for_good() {
    let project = Project::tiny(&[]);
    project.well(&["run"]);
    project.write("studies/demo/tiny.yaml", worse());
    assert!(project.well(&["run"]).out.starts_with("nothing to do"), "the same study");
    let check = project.lofi(&["fmt", "--check", "studies/demo/tiny.yaml"]);
    assert_eq!(check.code, Some(1), "{check:?}");
    for part in ["--- studies/demo/tiny.yaml", "-      kind:   dataset", "+    kind: dataset"] {
        assert!(check.out.contains(part), "{part}: {check:?}");
    }
    assert_eq!(fs::read_to_string(project.path("studies/demo/tiny.yaml")).unwrap(), worse(), "only shown");
    project.well(&["fmt", "studies/demo/tiny.yaml"]);
    let formatted = fs::read_to_string(project.path("studies/demo/tiny.yaml")).unwrap();
    assert!(formatted.contains("# which are the same everywhere\nconstants:\n  width: 16"), "{formatted}");
    assert!(formatted.find("\nconstants:") < formatted.find("\nsweep:"), "{formatted}");
    project.well(&["fmt", "--check", "studies/demo/tiny.yaml"]);
    assert!(project.well(&["run"]).out.starts_with("nothing to do"), "every key is what it was");
}

#[test]
fn all_files_of_a_project_are_formatted_and_one_with_a_fault_is_told() {
    let project = Project::bare();
    project.well(&["init"]);
    project.well(&["fmt", "--check"]);
    project.write("studies/shared/part.yaml", "steps:\n      a: {kind: score}\n");
    project.write("studies/broken.yaml", "study: [\n");
    let told = project.lofi(&["fmt"]);
    assert!(told.code == Some(2) && told.err.contains("studies/broken.yaml:"), "{told:?}");
    assert_eq!(fs::read_to_string(project.path("studies/shared/part.yaml")).unwrap(), "steps:\n  a: {kind: score}\n");
}
