//! What is printed: no print ends or fails a command, nothing printed steers a terminal, `--json` is JSON to its end.

use crate::project::{FAILS, Project, Ran, repository};
use crate::store::files;
use serde_json::Value as Json;
use std::fs::File;
use std::process::Stdio;

/// Where the device that is always full is.
const FULL: &str = "/dev/full";

/// Runs with a reader of standard output (and of standard error) that has gone before the first line.
fn unread(project: &Project, arguments: &[&str]) -> Option<i32> {
    let mut child = project.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    child.wait().unwrap().code()
}

#[test]
fn a_reader_that_goes_early_neither_ends_nor_betters_a_command() {
    let project = Project::tiny(&[]);
    assert_eq!(unread(&project, &["run", "--report"]), Some(0));
    assert!(project.well(&["plan"]).out.contains("up to date") && project.path("reports/demo/tiny.html").exists());
    assert_eq!(unread(&project, &["list", "kinds"]), Some(0));
    project.well(&["bless"]);
    project.edit(&[("width: 16", "width: 12")]);
    assert_eq!(unread(&project, &["check"]), Some(1));
    project.edit(&[FAILS]);
    std::fs::remove_dir_all(project.path("reports")).unwrap();
    assert_eq!(unread(&project, &["run", "--report"]), Some(1));
    assert!(project.path("reports/demo/tiny.html").exists());
    assert_eq!(unread(&project, &["plan", "nothing"]), Some(2));
}

#[test]
fn an_output_that_takes_nothing_fails_only_what_does_nothing_but_print() {
    let Ok(full) = File::options().write(true).open(FULL) else {
        println!("skipped: no {FULL} here");
        return;
    };
    let project = Project::tiny(&[]);
    let into_full =
        |arguments: &[&str]| Ran::of(&project.command(arguments).stdout(full.try_clone().unwrap()).output().unwrap());
    let printing: [&[&str]; 8] = [
        &["list"],
        &["list", "kinds"],
        &["list", "kinds", "score", "--json"],
        &["plan"],
        &["data", "list"],
        &["man"],
        &["completions", "bash"],
        &["--help"],
    ];
    for arguments in printing {
        let ran = into_full(arguments);
        assert_eq!((ran.code, ran.err.lines().count()), (Some(4), 1), "{arguments:?}: {ran:?}");
        assert!(ran.err.starts_with("error: cannot write to standard output: "), "{ran:?}");
    }
    let ran = into_full(&["run", "--report"]);
    assert!(ran.code == Some(0) && ran.err.contains("cannot write to standard output"), "{ran:?}");
    assert!(project.path("reports/demo/tiny.html").exists());
    let status = project.command(&["run"]).stdout(full.try_clone().unwrap()).stderr(full).status().unwrap();
    assert_eq!(status.code(), Some(0));
}

/// The objects on standard output; the last one is the summary.
fn objects(ran: &Ran) -> Vec<Json> {
    let parsed: Result<Vec<Json>, _> = ran.out.lines().map(serde_json::from_str).collect();
    let parsed = parsed.unwrap_or_else(|e| panic!("{e}: {ran:?}"));
    let summary = parsed.last().unwrap_or_else(|| panic!("nothing is printed: {ran:?}"));
    assert_eq!((&summary["event"], summary["exit_code"].as_i64()), (&"summary".into(), ran.code.map(i64::from)));
    parsed
}

#[test]
fn json_is_json_to_the_last_line_and_ends_with_a_summary() {
    let project = Project::tiny(&[]);
    let json = |arguments: &[&str]| objects(&project.lofi(&[arguments, &["--json"]].concat()));
    let events = |objects: &[Json], event: &str| objects.iter().filter(|object| object["event"] == event).count();
    let run = json(&["run", "--report"]);
    let [.., verdict, _, summary] = run.as_slice() else { panic!("{run:?}") };
    assert_eq!((&verdict["event"], &verdict["outcome"]), (&"verdict".into(), &"undecided".into()));
    assert_eq!((events(&run, "report"), &summary["verdicts"]["undecided"]), (1, &1.into()), "{summary}");
    assert!(events(&json(&["plan", "--steps"]), "step") > 20);
    assert_eq!(events(&json(&["list"]), "study"), 1);
    assert!(events(&json(&["list", "kinds"]), "kind") > 50);
    assert!(events(&json(&["data", "list"]), "card") > 3);
    assert_eq!(events(&json(&["bless"]), "blessed"), 1);
    assert_eq!(json(&["check"]).last().unwrap()["agree"], 1);
    for arguments in [&["data", "verify"][..], &["schema"], &["list", "kinds", "--markdown"], &["man"], &["report"]] {
        assert_eq!(json(arguments).last().unwrap()["exit_code"], 0, "{arguments:?}");
    }
    project.edit(&[("width: 16", "width: 12")]);
    let check = json(&["check"]);
    assert_eq!((events(&check, "check"), &check.last().unwrap()["moved"]), (1, &1.into()));
    project.edit(&[FAILS]);
    assert_eq!(json(&["run"]).last().unwrap()["steps"]["failed"], 1);
    project.edit(&[("x: lift", "x: lfit")]);
    assert!(json(&["run"]).last().unwrap()["faults"][0]["place"].as_str().unwrap().starts_with("studies/demo/tiny"));
    assert!(json(&["run", "nothing"]).last().unwrap()["error"].as_str().unwrap().contains("no study `nothing`"));
}

/// Texts that would colour, rename or turn around a terminal.
const STEERING: &str = r"\e[31mred\e]0;title\x07 \x9b31m \u202etxt\nFAILED";

/// Asserts that nothing printed steers, ends of lines aside.
fn harmless(ran: &Ran) {
    let steers = |c: char| (c.is_control() && c != '\n') || ('\u{2028}'..='\u{202e}').contains(&c);
    assert!(!ran.out.chars().chain(ran.err.chars()).any(steers), "{ran:?}");
}

#[test]
fn no_text_of_a_study_steers_the_terminal_or_a_page() {
    let text = format!("\"{STEERING}\"");
    let edits = [
        ("Random features against pixels, tiny", text.as_str()),
        ("Every model errs on less than half of the test samples.", &text),
        ("table: error\n    x:", &format!("table: error\n    title: {text}\n    x:")),
    ];
    let project = Project::tiny(&edits);
    let commands: [&[&str]; 7] = [
        &["run", "--report"],
        &["run", "--json"],
        &["plan", "--steps"],
        &["list"],
        &["list", "--json"],
        &["bless"],
        &["check"],
    ];
    for arguments in commands {
        let ran = project.well(arguments);
        harmless(&ran);
        assert!(!ran.out.lines().any(|line| line.starts_with("FAILED")), "{ran:?}");
    }
    for path in files(&project.path("reports")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let steers = |c: char| (c.is_control() && !"\n\t".contains(c)) || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!text.chars().any(steers), "{}", path.display());
    }
    project.edit(&[("width: 16", &format!("{text}: 16"))]);
    harmless(&project.lofi(&["plan"]));
    harmless(&project.lofi(&["plan", "a\u{1b}[31mb"]));
}

#[test]
fn one_file_prints() {
    let prints = |line: &str| {
        let code = line.split("//").next().unwrap_or_default();
        ["println!", "eprintln!", " print!", "eprint!", "dbg!", "io::stdout", "io::stderr"]
            .iter()
            .any(|p| code.contains(p))
    };
    let folder = repository().join("src");
    let mut printing = Vec::new();
    for path in files(&folder).into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs")) {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let text = std::fs::read_to_string(&path).unwrap();
        let program = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        if !name.ends_with("testing.rs") && !name.ends_with("tests.rs") && program.lines().any(prints) {
            printing.push(name);
        }
    }
    assert_eq!(printing, ["cli/output.rs"]);
}
