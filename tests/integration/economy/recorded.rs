//! `lofi log` and `lofi verify-results`.

use crate::project::Project;
use std::fs;

#[test]
fn runs_checks_and_blessings_are_logged_and_a_changed_line_is_named() {
    let project = Project::tiny(&[]);
    project.well(&["run"]);
    project.well(&["bless"]);
    project.well(&["check"]);
    let shown = project.well(&["log"]).out;
    let what: Vec<&str> = shown.lines().map(|line| line.split_whitespace().nth(4).unwrap()).collect();
    assert_eq!(what, ["run", "run", "bless", "run", "check"], "{shown}");
    assert!(project.well(&["log", "--verify"]).out.starts_with("5 lines, each follows the one before it"));
    let path = project.path(".lofi/log.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        !text.contains(project.path("").to_str().unwrap().trim_end_matches('/')),
        "no path of this machine: {text}"
    );
    fs::write(&path, text.replacen("\"moved\":0", "\"moved\":1", 1)).unwrap();
    for arguments in [&["log", "--verify"][..], &["log"]] {
        let ran = project.lofi(arguments);
        assert!(ran.code == Some(1) && ran.err.contains("line 5 of "), "{ran:?}");
    }
    assert_eq!(project.lofi(&["store", "verify"]).code, Some(1));
    let without_second: Vec<&str> = text.lines().enumerate().filter(|(at, _)| *at != 1).map(|(_, line)| line).collect();
    fs::write(&path, without_second.join("\n") + "\n").unwrap();
    assert!(project.lofi(&["log", "--verify"]).err.contains("line 2 of "));
}

#[test]
fn committed_rows_come_out_again_and_one_that_was_changed_does_not() {
    let project = Project::tiny(&[]);
    project.well(&["run"]);
    project.well(&["bless"]);
    let dry = project.well(&["verify-results", "--sample", "3", "--dry-run"]).out;
    assert!(dry.starts_with("3 of 8 committed rows, ") && dry.lines().count() == 4, "{dry}");
    fs::remove_dir_all(project.path(".lofi/objects")).unwrap();
    let all = project.well(&["verify-results", "--sample", "8"]).out;
    assert!(all.ends_with("verify-results: 8 rows agree with what is committed, 0 do not\n"), "{all}");
    assert!(!project.path(".lofi/objects").exists(), "the store has nothing of it");
    let path = project.path("results/demo/tiny/quick/error-rows.csv");
    let text = fs::read_to_string(&path).unwrap();
    let row = text.lines().nth(3).unwrap();
    let cells: Vec<&str> = row.split(',').collect();
    let last_number = cells.iter().rposition(|cell| cell.contains('.')).unwrap();
    let mut changed: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
    changed[last_number] = "0.987654321".to_owned();
    fs::write(&path, text.replacen(row, &changed.join(","), 1)).unwrap();
    let ran = project.lofi(&["verify-results", "--sample", "8", "--seed", "4"]);
    assert!(ran.code == Some(1) && ran.out.contains("was 0.987654321"), "{ran:?}");
    assert!(ran.out.ends_with("7 rows agree with what is committed, 1 do not\n"), "{ran:?}");
    let ran = project.lofi(&["verify-results", "--profile", "smoke"]);
    assert!(ran.code == Some(2) && ran.err.contains("no study has committed rows"), "{ran:?}");
}
