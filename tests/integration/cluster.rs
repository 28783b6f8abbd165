//! Steps sent to a real SLURM of one node: the same results whatever is killed meanwhile.

mod hyperqueue;
pub mod node;

use crate::project::{Project, Ran, repository};
use crate::store::{differences, files, tables};
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

/// What a command printed that has to end well within some minutes: SLURM takes one to see that a task is gone with its node.
fn in_time(project: &Project, arguments: &[&str]) -> Ran {
    let mut child = started(project, arguments);
    let mut out = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut out, &mut text).map(|_| text).unwrap()
    });
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_secs(600) {
            kill(child.id(), "-KILL");
            let queue = std::process::Command::new("squeue").args(["-r", "--states=all"]).output().unwrap();
            let queue = String::from_utf8_lossy(&queue.stdout).into_owned();
            panic!("{arguments:?} does not end:\n{}\n{queue}", reader.join().unwrap());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut ran = ended(child);
    ran.out = reader.join().unwrap();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran
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
    // It saves what it knows every five seconds; killed before, it gives the ids of its last jobs out once more.
    std::thread::sleep(Duration::from_secs(6));
    later(4);
    admin("slurm-kill", &["slurmctld"]);
    std::thread::sleep(Duration::from_secs(2));
    admin("slurm-start", &["slurmctld"]);
    later(5);
    kill(attach.id(), "-KILL");
    ended(attach);
    let attached = in_time(&project, &["attach", "--json"]);
    let summary: Json = serde_json::from_str(attached.out.lines().last().unwrap()).unwrap();
    let run = project.well(&["run", "--profile", "smoke", "--json"]);
    let more: Json = serde_json::from_str(run.out.lines().last().unwrap()).unwrap();
    let differ = differences(alone, &tables(&store));
    assert!(differ.is_empty(), "round {number}: {differ:?}");
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "measured: round {number}: {} tasks, {} steps computed, {} once more, {} left for the run; {killed} processes of tasks \
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

/// A program that takes 700 MiB for a while, and says so little beforehand that it is given 512 MiB.
const LARGE: &str = "study: large
title: More than it says
steps:
  program:
    kind: command
    params:
      run: [python3, -c, 'import sys, time; x = b\"x\" * 700000000; time.sleep(4); open(sys.argv[1], \"w\").write(\"v\\n1\\n\")', '{output.t}']
      outputs: {t: {type: table, columns: {v: {}}}}
tables: {all: {stack: {a: program}}}
";

#[test]
fn memory_that_ran_out_on_slurm_is_raised_once_and_then_told() {
    if !inside("cluster::memory_that_ran_out_on_slurm_is_raised_once_and_then_told") {
        return;
    }
    if std::process::Command::new("python3").arg("--version").output().is_err() {
        return crate::common::skipped("python3 is not here");
    }
    for (bytes, code) in [("700000000", 0), ("1400000000", 1)] {
        let project = Project::empty();
        project.write("studies/large.yaml", LARGE.replace("700000000", bytes));
        project.write("lofi.cluster.toml", FILE.replace("700MiB", "300MiB"));
        project.well(&["submit", "--on", "slurm"]);
        let attached = project.lofi(&["attach", "--json"]);
        let told: Vec<&str> = attached.out.lines().filter(|line| line.contains("\"event\":\"sent\"")).collect();
        // Once as it was planned, once with more.
        assert_eq!((attached.code, told.len()), (Some(code), 1), "{bytes}: {} {}", attached.out, attached.err);
        assert_eq!(attached.out.contains("memory ran out, with 1.0 GiB too"), code == 1, "{}", attached.out);
        let ledger = std::fs::read_dir(project.path(".lofi/submissions")).unwrap().next().unwrap().unwrap().path();
        let ledger = std::fs::read_to_string(ledger.join("ledger.jsonl")).unwrap();
        let asked = |bytes: u64| ledger.contains(&format!("\"memory_bytes\":{bytes},\"seconds\""));
        assert!(asked(512 << 20) && asked(1 << 30) && !asked(2 << 30), "{ledger}");
    }
}

/// A training of some seconds.
const TRAINS: &str = "study: trains\ntitle: Trains\nsteps:\n  waves:\n    kind: wave-images\n    params: {height: 1, width: 8, \
    components: [{frequency: [0, 1], amplitude: 1, spread: 0.3}], phase: fixed, n_train: 64, n_test: 8, seed: 0}\n  net:\n    \
    kind: train-network\n    inputs: {x: waves, targets: waves}\n    params: {layers: [{dense: {width: 64}}, \
    {activation: relu}, {dense: {width: 8}}], learning_rate: 0.001, batch: 8, steps: 1500000, seed: 0, \
    evaluate_at: [0, 1500000]}\ntables: {t: {stack: {a: net}}}\n";

#[test]
fn a_task_that_others_push_off_the_node_goes_on_from_what_it_had() {
    if !inside("cluster::a_task_that_others_push_off_the_node_goes_on_from_what_it_had") {
        return;
    }
    let [alone, project] = [(); 2].map(|()| {
        let project = Project::empty();
        project.write("studies/trains.yaml", TRAINS);
        project.write("lofi.cluster.toml", FILE);
        project
    });
    let start = Instant::now();
    alone.well(&["run", "--jobs", "1"]);
    let alone_s = start.elapsed().as_secs_f64();
    project.well(&["submit", "--on", "slurm"]);
    until("a task", || !processes(&["exec-step", "--inner", "--submission"]).is_empty());
    std::thread::sleep(Duration::from_secs_f64(alone_s / 2.0));
    admin("sbatch", &["--partition=urgent", "--cpus-per-task=4", "--mem=100M", "--output=/dev/null", "--wrap=sleep 1"]);
    until("the end of the task", || processes(&["exec-step", "--submission"]).is_empty());
    // Nobody looks after it: SLURM starts it again by itself.
    let states = files(&project.path(".lofi/scratch"));
    assert_eq!(states.len(), 1, "what it had is kept");
    until("the task again", || !processes(&["exec-step", "--submission"]).is_empty());
    let again = Instant::now();
    let end: Json = serde_json::from_str(project.well(&["attach", "--json"]).out.lines().last().unwrap()).unwrap();
    assert!(end["failed"] == 0 && end["done"] == end["tasks"], "{end}");
    project.well(&["run"]);
    assert_eq!(differences(&tables(&alone.path(".lofi")), &tables(&project.path(".lofi"))), Vec::<String>::new());
    println!("measured: alone {alone_s:.1} s, the rest after the eviction {:.1} s", again.elapsed().as_secs_f64());
}

#[test]
fn the_guide_is_true_on_slurm() {
    if !inside("cluster::the_guide_is_true_on_slurm") {
        return;
    }
    let faults = crate::walkthrough::on_a_cluster(FILE);
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}
