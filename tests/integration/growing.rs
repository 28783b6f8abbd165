//! The report of a run that goes on: whole at any time, gone when the whole report is there.

use crate::project::{Project, Ran};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A study that takes so many steps of training, and one that is over at once.
fn two_studies(steps: u64) -> Project {
    let project = Project::empty();
    let study = |name: &str, steps: u64, last: u64| {
        format!(
            "study: {name}\ntitle: About {name}\nsteps:\n  waves:\n    kind: wave-images\n    params: {{height: 1, width: 8, \
             components: [{{frequency: [0, 1], amplitude: 1, spread: 0.3}}], phase: fixed, n_train: 64, n_test: 8, seed: \
             0}}\n  net:\n    kind: train-network\n    inputs: {{x: waves, targets: waves}}\n    params: {{layers: [{{dense: \
             {{width: 64}}}}, {{activation: relu}}, {{dense: {{width: 8}}}}], learning_rate: 0.001, batch: 8, steps: \
             {steps}, seed: 0, evaluate_at: [0, {last}]}}\ntables: {{t: {{stack: {{a: net}}}}}}\n"
        )
    };
    project.write("studies/long.yaml", study("long", steps, 10));
    project.write("studies/short.yaml", study("short", 5, 5));
    project
}

fn start(project: &Project) -> Child {
    let run = ["run", "--report", "--jobs", "1"];
    project.command(&run).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let start = Instant::now();
    while !there() {
        assert!(start.elapsed() < Duration::from_secs(120), "no {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (name, path) = (entry.file_name().into_string().unwrap(), entry.path());
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            found.insert(name, std::fs::read(path).unwrap());
        }
    }
    found
}

#[test]
fn finished_studies_are_there_while_others_run_and_a_stop_says_how_to_go_on() {
    let project = two_studies(100_000_000);
    let child = start(&project);
    let read = |page: &str| std::fs::read_to_string(project.path("reports/running").join(page)).unwrap_or_default();
    wait_for("page of a study that is over", || !read("short.html").is_empty() && !read("index.html").is_empty());
    let index = read("index.html");
    for part in [
        "<strong>Running</strong>: 1 of 2 studies are done, at <code>long</code>; about ",
        "About long <span class=\"meta\">long, running</span>",
        "short.html",
        "</html>",
    ] {
        assert!(index.contains(part), "{part}: {index}");
    }
    assert!(read("index.md").contains("- About long (long, running)") && read("long.html").is_empty());
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let ran = Ran::of(&child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(130), "{}", ran.err);
    let index = read("index.html");
    let again = "<code>lofi run --profile quick --report</code> goes on from there";
    assert!(index.contains("<strong>Stopped</strong>: 1 of 2 studies are done") && index.contains(again), "{index}");
    assert!(!project.path("reports/index.html").exists(), "no report is there that is not whole");
}

#[test]
fn the_report_in_the_end_is_that_of_the_stored_results_and_nothing_is_left_of_what_grew() {
    let project = two_studies(20);
    project.write("reports/running/index.html", "of somebody else");
    let ran = Ran::of(&start(&project).wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(
        std::fs::read_to_string(project.path("reports/running/index.html")).unwrap(),
        "of somebody else",
        "what no report wrote stays"
    );
    std::fs::remove_dir_all(project.path("reports/running")).unwrap();
    project.well(&["report", "--to", "anew"]);
    let (end, anew) = (files(&project.path("reports")), files(&project.path("anew")));
    assert!(end.len() > 5 && end == anew);
}

#[test]
fn pages_that_lack_nothing_stay_where_the_store_has_less() {
    let project = Project::tiny(&[]);
    project.well(&["run", "--quiet", "--report"]);
    let page = || std::fs::read(project.path("reports/demo/tiny.html")).unwrap();
    let before = page();
    std::fs::remove_dir_all(project.path(".lofi")).unwrap();
    let said = project.well(&["report"]);
    assert_eq!(page(), before);
    assert!(said.err.contains("demo/tiny: the pages stay as they are"), "{said:?}");
    std::fs::remove_file(project.path("reports/demo/tiny.html")).unwrap();
    project.well(&["report"]);
    assert!(String::from_utf8(page()).unwrap().contains("This page is incomplete"));
}
