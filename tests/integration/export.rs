//! `lofi export` and `lofi run --only`: one figure, alone, in every form.

use crate::project::Project;
use serde_json::Value as Json;

#[test]
fn a_figure_is_computed_alone_and_written_in_every_form() {
    let project = Project::tiny(&[]);
    let ran = project.well(&["run", "demo/tiny", "--only", "error-vs-n"]);
    assert!(!ran.out.contains("held"), "no claim was asked for: {ran:?}");
    let rest = project.well(&["run", "demo/tiny"]).out;
    assert!(rest.contains("steps ran"), "the claim was left out before: {rest}");
    let files = ["a.svg", "a.pdf", "a.png", "a.json", "a.csv"];
    let mut arguments = vec!["export", "demo/tiny", "error-vs-n"];
    files.iter().for_each(|file| arguments.extend(["--to", file]));
    project.well(&arguments);
    let bytes = |file: &str| std::fs::read(project.path(file)).unwrap();
    let text = |file: &str| String::from_utf8(bytes(file)).unwrap();
    assert!(
        bytes("a.pdf").starts_with(b"%PDF-")
            && bytes("a.png").starts_with(b"\x89PNG")
            && text("a.svg").starts_with("<svg")
    );
    let json: Json = serde_json::from_slice(&bytes("a.json")).unwrap();
    assert_eq!(json["making"]["command"], "lofi run demo/tiny --only error-vs-n");
    assert!(json["making"]["yaml"].as_str().unwrap().starts_with("error-vs-n:"), "{json}");
    let (steps, timed) = (&json["making"]["steps"], &json["making"]["timed"]);
    assert!(steps.as_u64().unwrap() > 3 && steps == timed, "{json}");
    assert_eq!(json["tables"][0].as_array().unwrap().len(), text("a.csv").lines().count() - 1);
    let before = bytes("a.pdf");
    project.well(&arguments);
    assert_eq!(bytes("a.pdf"), before);
}

#[test]
fn numbers_of_a_study_are_macros() {
    let project = Project::tiny(&[]);
    project.well(&["run"]);
    let tex = project.well(&["export", "demo/tiny", "--latex", "-"]).out;
    assert!(tex.contains("\\newcommand{\\demoTinyTableError") && tex.contains("Verdict}{"), "{tex}");
    assert_eq!(project.well(&["export", "demo/tiny", "--latex", "-"]).out, tex);
}

#[test]
fn what_cannot_be_written_is_told() {
    let project = Project::tiny(&[]);
    for (arguments, code, told) in [
        (&["export", "demo/tiny"][..], 2, "nothing to write"),
        (&["export", "demo/tiny", "eror-vs-n", "--to", "a.pdf"], 2, "error-vs-n"),
        (&["export", "demo/tiny", "error-vs-n", "--to", "a.pdf"], 4, "it has not been computed; `lofi run demo/tiny`"),
        (&["run", "--only", "nothing"], 2, "no figure, table or claim of this name"),
        (&["run", "--only", "error", "--report"], 2, "--report"),
    ] {
        let ran = project.lofi(arguments);
        assert!(ran.code == Some(code) && ran.err.contains(told), "{arguments:?}: {ran:?}");
    }
    project.well(&["run"]);
    let ran = project.lofi(&["export", "demo/tiny", "error-vs-n", "--to", "a.gif"]);
    assert!(ran.code == Some(2) && ran.err.contains("svg, pdf, png, json or csv"), "{ran:?}");
}
