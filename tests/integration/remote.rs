//! Results shared through a remote: a folder here, a server in `faults`.

mod faults;
mod proxy;
mod server;

use crate::project::Project;
use crate::store::{differences, files, tables};
use std::fs;
use std::path::Path;

/// A project whose results are stored, and the address of an empty folder.
fn with_results() -> (Project, String) {
    let project = Project::tiny(&[]);
    project.well(&["run"]);
    fs::create_dir(project.path("remote")).unwrap();
    let remote = format!("file://{}", project.path("remote").display());
    (project, remote)
}

fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(path, bytes).unwrap();
}

fn is_whole(project: &Project, store: &str) {
    let ran = project.well(&["store", "verify", "--store", store]);
    assert!(ran.out.ends_with("; 0 damaged\n"), "{ran:?}");
}

#[test]
fn what_one_has_pushed_another_does_not_compute() {
    let (project, remote) = with_results();
    let dry = project.well(&["store", "push", "--remote", &remote, "--dry-run"]);
    assert!(dry.out.starts_with("would send "), "{dry:?}");
    assert_eq!(files(&project.path("remote")).len(), 0);
    project.well(&["store", "push", "--remote", &remote]);
    let again = project.well(&["store", "push", "--remote", &remote]);
    assert!(again.out.starts_with("sent 0 results"), "{again:?}");
    let ahead = project.well(&["plan", "--store", "ci", "--remote", &remote]);
    assert!(ahead.out.contains("compute 0 steps"), "{ahead:?}");
    let ran = project.well(&["run", "--store", "ci", "--remote", &remote]);
    assert_eq!(ran.counts().0, 0, "{ran:?}");
    is_whole(&project, "ci");
    project.well(&["store", "pull", "--store", "all", "--remote", &remote]);
    is_whole(&project, "all");
    let run = project.well(&["run", "--store", "all"]);
    assert_eq!(run.counts().0, 0, "{run:?}");
    assert_eq!(differences(&tables(&project.path(".lofi")), &tables(&project.path("all"))), [""; 0]);
    let report = project.well(&["report", "--store", "pages", "--remote", &remote, "--to", "pages-of-remote"]);
    assert!(project.path("pages-of-remote/index.html").exists(), "{report:?}");
    is_whole(&project, "pages");
}

#[test]
fn what_a_run_computes_can_be_pushed_and_nothing_is_written_without_being_asked() {
    let (project, remote) = with_results();
    project.well(&["run", "--store", "b", "--remote", &remote]);
    assert_eq!(files(&project.path("remote")).len(), 0, "reading through writes nothing");
    let refused = project.lofi(&["run", "--push"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    project.well(&["run", "--push", "--remote", &remote]);
    assert_eq!(project.well(&["run", "--store", "c", "--remote", &remote]).counts().0, 0);
    project.write("lofi.remote", format!("# ours\n{remote}\n"));
    assert!(project.well(&["store", "push"]).out.starts_with("sent 0 results"));
}

#[test]
fn a_poisoned_remote_is_refused_computed_over_and_mended_by_the_next_push() {
    let (project, remote) = with_results();
    project.well(&["store", "push", "--remote", &remote]);
    let results = files(&project.path("remote/results"));
    let values = files(&project.path("remote/values"));
    values.iter().for_each(|path| flip(path));
    // One description is cut, one is that of another result, one says another thing.
    let text = fs::read(&results[0]).unwrap();
    fs::write(&results[0], &text[..text.len() / 2]).unwrap();
    fs::copy(&results[2], &results[1]).unwrap();
    flip(&results[3]);
    let pulled = project.well(&["store", "pull", "--store", "ci", "--remote", &remote]);
    assert!(pulled.err.contains("are refused"), "{pulled:?}");
    is_whole(&project, "ci");
    let ran = project.well(&["run", "--store", "ci", "--remote", &remote]);
    assert!(ran.counts().0 > 0, "{ran:?}");
    is_whole(&project, "ci");
    assert_eq!(differences(&tables(&project.path(".lofi")), &tables(&project.path("ci"))), [""; 0]);
    project.well(&["store", "push", "--store", "ci", "--remote", &remote]);
    let clean = project.well(&["store", "pull", "--store", "clean", "--remote", &remote]);
    assert!(!clean.err.contains("refused"), "{clean:?}");
    assert_eq!(project.well(&["run", "--store", "clean"]).counts().0, 0);
}

#[test]
fn a_remote_that_is_not_there_is_an_error_of_push_and_a_warning_of_run() {
    let (project, _) = with_results();
    let written_in = "s3://someone:a-password@bucket/x";
    for (remote, code) in
        [("file:///nowhere/at/all", 4), ("ftp://x", 2), ("s3://", 2), ("s3://b/../c", 2), (written_in, 2)]
    {
        let ran = project.lofi(&["store", "push", "--remote", remote]);
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert!(!ran.err.contains("a-password"), "{ran:?}");
    }
    let ran = project.well(&["run", "--store", "b", "--remote", "file:///nowhere/at/all"]);
    assert!(ran.err.contains("warning: file:///nowhere/at/all: there is no such bucket"), "{ran:?}");
    assert!(ran.counts().0 > 0);
    assert_eq!(project.lofi(&["store", "pull"]).code, Some(2));
}
