//! `lofi diff`: folders, revisions, profiles, published numbers.

use crate::project::Project;
use std::process::Command;

fn git(project: &Project, arguments: &[&str]) {
    let name = ["-c", "user.name=a", "-c", "user.email=a@b"];
    let ran = Command::new("git").arg("-C").arg(project.path(".")).args(name).args(arguments).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

fn copy(project: &Project, from: &str, to: &str) {
    let copied = Command::new("cp").arg("-r").arg(project.path(from)).arg(project.path(to)).status().unwrap();
    assert!(copied.success());
}

/// Replaces a text in the first file of a folder that has it; its path.
fn replace(project: &Project, folder: &str, (from, to): (&str, &str)) -> String {
    let mut open = vec![project.path(folder)];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        if text.contains(from) {
            std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
            return path.display().to_string();
        }
    }
    panic!("no {from} in {folder}");
}

#[test]
fn sides_are_folders_revisions_and_profiles_and_what_differs_is_told() {
    let project = Project::tiny(&[("at_most: 0.5", "at_most: 50")]);
    project.well(&["bless", "--quiet"]);
    git(&project, &["init", "-q"]);
    git(&project, &["add", "results"]);
    git(&project, &["commit", "-qm", "one"]);
    for old in ["results", "HEAD", "@quick"] {
        let same = project.lofi(&["diff", old]);
        assert_eq!((same.code, same.out.as_str()), (Some(0), "the study is the same\n"), "{old}: {}", same.err);
    }
    copy(&project, "results", "before");
    replace(&project, "results", ("\"outcome\": \"held\"", "\"outcome\": \"undecided\""));
    git(&project, &["commit", "-qam", "two"]);
    for (old, new) in [("HEAD~1", "HEAD"), ("before", "HEAD"), ("before", "results"), ("@quick", "results")] {
        let ran = project.lofi(&["diff", old, new]);
        assert_eq!(ran.code, Some(1), "{old} {new}: {}", ran.err);
        assert!(ran.out.contains(": held → undecided (settings of the study)\n"), "{old} {new}: {}", ran.out);
        assert!(ran.out.ends_with("1 study differs, 0 are the same\n"), "{}", ran.out);
    }
    let html = project.lofi(&["diff", "before", "--format", "html"]);
    assert!(html.code == Some(1) && html.out.starts_with("<!DOCTYPE html>") && html.out.contains("held → undecided"));
    let markdown = project.lofi(&["diff", "before", "results", "--format", "markdown"]);
    assert!(markdown.out.starts_with("# before → results\n"), "{}", markdown.out);
    let json = project.lofi(&["diff", "before", "--json"]);
    assert!(json.out.contains("\"event\":\"diff\"") && json.out.contains("\"differ\":1"), "{}", json.out);
}

#[test]
fn a_word_that_names_no_side_is_told_what_does() {
    let project = Project::tiny(&[]);
    for (old, expected) in [
        ("nowhere", "`nowhere` is no side of a comparison: expected a folder of results, a git revision"),
        ("studies", "`studies` has no results: expected STUDY/PROFILE/manifest.json below it"),
        ("@quick", "has no stored results; `lofi run"),
        ("demo/tiny@smoke", "smoke"),
    ] {
        let ran = project.lofi(&["diff", old, "published"]);
        assert!(ran.code == Some(2) && ran.err.contains(expected), "{old}: {}", ran.err);
    }
}
