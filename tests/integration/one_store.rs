//! One store: told whole or damaged by `lofi store verify`, shared by runs at once, written without waiting for the disk
//! at every step.

use crate::project::{Project, Ran};
use crate::store::{differences, files, tables};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

fn lines(ran: &Ran) -> Vec<Json> {
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_whole_store_is_said_to_be_whole() {
    let project = Project::tiny(&[]);
    project.well(&["run"]);
    let entries = files(&project.path(".lofi/objects")).iter().filter(|path| path.ends_with("entry.json")).count();
    let ran = project.well(&["store", "verify"]);
    assert!(ran.out.starts_with(&format!("read {entries} whole results (")), "{ran:?}");
    assert!(ran.out.ends_with("; 0 damaged\n"), "{ran:?}");
    assert_eq!(project.well(&["store", "verify", "--quiet"]).out, "");
}

#[test]
fn damage_is_named_file_by_file_and_the_next_run_mends_it() {
    let project = Project::tiny(&[]);
    project.well(&["run"]);
    let store = project.path(".lofi");
    let before = tables(&store);
    let pick = |folder: &str, name: &str| {
        let found = files(&store.join(folder)).into_iter().find(|path| path.ends_with(name) || name.is_empty());
        found.unwrap()
    };
    // A table of the report: what only feeds finished steps is not read, and so not mended, before it is needed.
    let table = pick("objects", "table/table.csv");
    let flipped = [table.clone(), pick("content", ""), pick("runs", "quick.json"), pick("data", "index.json")];
    flipped.iter().for_each(|path| flip(path));
    let ran = project.lofi(&["store", "verify"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.ends_with("; 4 damaged\n"), "{ran:?}");
    let ran = project.lofi(&["store", "verify", "--json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let events = lines(&ran);
    let named: Vec<&str> = events.iter().filter_map(|event| event["path"].as_str()).collect();
    for path in flipped {
        assert!(
            named.iter().any(|name| path.ends_with(name.trim_start_matches("./"))
                || path.parent().unwrap().parent().unwrap().ends_with(name.trim_start_matches("./"))),
            "{path:?}: {named:?}"
        );
    }
    let verdict = events.iter().find(|event| event["event"] == "verified").unwrap();
    assert_eq!(verdict["damaged"], 4, "{verdict}");
    assert!(table.exists(), "damage is named, not taken out");
    project.well(&["run"]);
    assert_eq!(differences(&tables(&store), &before), [""; 0]);
}

#[test]
fn a_store_that_is_not_there_is_not_whole() {
    let project = Project::tiny(&[]);
    let ran = project.lofi(&["store", "verify"]);
    assert_eq!((ran.code, ran.err.starts_with("error: there is no store at ")), (Some(4), true), "{ran:?}");
    assert!(!project.path(".lofi").exists());
}

#[test]
fn runs_at_once_share_the_work() {
    let project = Project::tiny(&[("[40, 60]", "[40, 50, 60, 70, 80, 90]")]);
    let start = || {
        let mut command = project.command(&["run", "--json", "--jobs", "1"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children = [start(), start(), start()];
    let mut finished: Vec<String> = Vec::new();
    for child in children {
        let ran = Ran::of(&child.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let events = lines(&ran);
        let done = events.iter().filter(|event| event["event"] == "finished");
        finished.extend(done.map(|event| event["name"].as_str().unwrap().to_owned()));
        assert!(!events.iter().any(|event| event["event"] == "damaged"), "{ran:?}");
    }
    // Of what is kept in the store, nothing is computed twice.
    let kept: Vec<&String> = finished.iter().filter(|name| name.contains("score")).collect();
    assert!(kept.len() > 10, "{finished:?}");
    assert_eq!(kept.iter().collect::<BTreeSet<_>>().len(), kept.len(), "{kept:?}");
    project.well(&["run", "--store", "alone"]);
    assert_eq!(differences(&tables(&project.path(".lofi")), &tables(&project.path("alone"))), [""; 0]);
    assert_eq!(fs::read_dir(project.path(".lofi/tmp")).unwrap().count(), 0);
}

#[test]
fn the_disk_is_waited_for_once_a_run_and_not_at_every_step() {
    let project = Project::tiny(&[]);
    let traced = Command::new("strace")
        .args(["-f", "-o", "calls", "-e", "trace=fsync,fdatasync,syncfs,sync"])
        .arg(env!("CARGO_BIN_EXE_lofi"))
        .args(["run", "--quiet"])
        .current_dir(project.path(""))
        .stderr(Stdio::null())
        .status();
    if !traced.is_ok_and(|status| status.success()) {
        println!("skipped: no strace here");
        return;
    }
    let calls = fs::read_to_string(project.path("calls")).unwrap();
    let calls: Vec<&str> = calls.lines().filter(|line| line.contains("sync")).collect();
    let whole = calls.iter().rposition(|call| call.contains("syncfs("));
    assert!(whole.is_some_and(|at| at + 2 >= calls.len()), "a run ends on the disk: {calls:?}");
    assert!(calls.len() < 10, "{calls:?}");
}

#[test]
fn what_stands_in_the_place_of_the_store_is_set_aside() {
    let project = Project::tiny(&[]);
    project.write(".lofi", "precious");
    let ran = project.well(&["run"]);
    assert!(ran.err.contains("was no folder, so it is now "), "{ran:?}");
    assert_eq!(fs::read_to_string(project.path(".lofi.aside-1")).unwrap(), "precious");
    fs::rename(project.path(".lofi"), project.path("elsewhere")).unwrap();
    symlink("nowhere", project.path(".lofi")).unwrap();
    project.well(&["run"]);
    assert!(project.path(".lofi.aside-2").is_symlink());
    // A link to a folder is a store.
    fs::remove_dir_all(project.path(".lofi")).unwrap();
    symlink("elsewhere", project.path(".lofi")).unwrap();
    assert_eq!(project.well(&["run"]).counts(), (0, 4));
    // A file that was asked for by name is not moved.
    project.write("notes", "precious");
    assert_eq!(project.lofi(&["run", "--store", "notes"]).code, Some(4));
    assert_eq!(fs::read_to_string(project.path("notes")).unwrap(), "precious");
}
