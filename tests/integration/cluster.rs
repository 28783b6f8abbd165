//! Steps sent to a real SLURM of one node: the same results whatever is killed meanwhile.

pub mod node;

use crate::project::{Project, Ran, repository};
use crate::store::{differences, tables};
use node::{admin, inside, kill, processes};
use serde_json::Value as Json;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Tasks of about a second, so that there are some.
const FILE: &str = "chunk = \"1s\"\npoll = \"1s\"\nmemory-least = \"700MiB\"\n[slurm]\nsignal-before = \"30s\"\n";

/// A project with the studies of this one.
fn whole() -> Project {
    let project = Project::bare();
    std::fs::create_dir_all(project.path("docs")).unwrap();
    for name in ["studies", "datasets", "results", "docs/references.bib"] {
        std::os::unix::fs::symlink(repository().join(name), project.path(name)).unwrap();
    }
    project.write("lofi.cluster.toml", FILE);
    project
}

/// Waits for something to become true.
fn until(what: &str, mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < Duration::from_secs(300), "it never comes: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn started(project: &Project, arguments: &[&str]) -> Child {
    project.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn ended(child: Child) -> Ran {
    Ran::of(&child.wait_with_output().unwrap())
}

/// Number of results of a store.
fn results(store: &Path) -> usize {
    let count = |entry: std::fs::DirEntry| std::fs::read_dir(entry.path()).map_or(0, Iterator::count);
    std::fs::read_dir(store.join("objects")).map_or(0, |folder| folder.flatten().map(count).sum())
}

/// Steps that were computed in a round, and how many of them once more.
#[derive(Debug, Default)]
struct Counts {
    computed: u64,
    again: u64,
}

/// Sends the smoke profile of all studies, and kills what there is to kill.
fn round(number: u64, alone: &std::collections::BTreeMap<String, Vec<u8>>) -> Counts {
    let start = Instant::now();
    let project = whole();
    let store = project.path(".lofi");
    let later = |part: u64| std::thread::sleep(Duration::from_millis((number * 7919 + part * 104_729) % 900));
    // The submitting process, after its ledger was begun.
    let submit = started(&project, &["submit", "--on", "slurm", "--profile", "smoke"]);
    until("a ledger", || {
        let ledgers = std::fs::read_dir(store.join("submissions"));
        ledgers.is_ok_and(|folders| folders.flatten().any(|folder| folder.path().join("ledger.jsonl").exists()))
    });
    std::thread::sleep(Duration::from_millis(number * 37 % 400));
    kill(submit.id(), "-KILL");
    ended(submit);
    let attach = started(&project, &["attach", "--json"]);
    until("a result", || results(&store) > 0);
    later(1);
    // A task that runs, with all that it has started: as a node loses it.
    let mut killed = 0;
    until("a task", || {
        let tasks = processes(&["exec-step", "--submission"]);
        killed = tasks.len();
        tasks.iter().for_each(|pid| kill(*pid, "-KILL"));
        killed > 0 || results(&store) > 1900
    });
    later(2);
    admin("slurm-kill", &["slurmd"]);
    later(3);
    admin("slurm-start", &["slurmd"]);
    later(4);
    admin("slurm-kill", &["slurmctld"]);
    std::thread::sleep(Duration::from_secs(2));
    admin("slurm-start", &["slurmctld"]);
    later(5);
    kill(attach.id(), "-KILL");
    ended(attach);
    let attached = project.well(&["attach", "--json"]);
    let summary: Json = serde_json::from_str(attached.out.lines().last().unwrap()).unwrap();
    let run = project.well(&["run", "--profile", "smoke", "--json"]);
    let more: Json = serde_json::from_str(run.out.lines().last().unwrap()).unwrap();
    let differ = differences(alone, &tables(&store));
    assert!(differ.is_empty(), "round {number}: {differ:?}");
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "slurm: round {number}: {} tasks, {} steps computed, {} once more, {} left for the run; {killed} processes of tasks \
         killed; {seconds:.0} s",
        summary["tasks"], summary["computed"], summary["computed_again"], more["steps"]["ran"]
    );
    assert_eq!(summary["failed"], 0);
    Counts { computed: summary["computed"].as_u64().unwrap(), again: summary["computed_again"].as_u64().unwrap() }
}

#[test]
fn all_studies_give_the_same_bytes_on_slurm_whatever_is_killed() {
    if !inside("cluster::all_studies_give_the_same_bytes_on_slurm_whatever_is_killed") {
        return;
    }
    let rounds: u64 = std::env::var("LOFI_TEST_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let local = whole();
    local.well(&["run", "--profile", "smoke", "--quiet"]);
    let alone = tables(&local.path(".lofi"));
    assert!(alone.len() > 500, "{}", alone.len());
    let counts: Vec<Counts> = (0..rounds).map(|number| round(number, &alone)).collect();
    let again: u64 = counts.iter().map(|round| round.again).sum();
    let computed: u64 = counts.iter().map(|round| round.computed).sum();
    // What was killed was not published: only what two did side by side is there twice.
    assert!(again * 20 <= computed, "{again} of {computed} steps were computed more than once");
}

#[test]
fn the_guide_is_true_on_slurm() {
    if !inside("cluster::the_guide_is_true_on_slurm") {
        return;
    }
    let faults = crate::walkthrough::on_a_cluster(FILE);
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}
