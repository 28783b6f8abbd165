//! Steps sent to a real HyperQueue server and worker, behind a stand-in for its command line.

use super::node::{admin, inside_of, kill, processes};
use super::{ended, results, started, until, whole};
use crate::project::Project;
use crate::store::{differences, tables};
use serde_json::Value as Json;
use std::time::{Duration, Instant};

const FILE: &str = "chunk = \"1s\"\npoll = \"1s\"\nmemory-least = \"700MiB\"\n";

fn summary(out: &str) -> Json {
    serde_json::from_str(out.lines().last().unwrap()).unwrap()
}

#[test]
fn all_studies_give_the_same_bytes_on_hyperqueue_whatever_is_killed() {
    let name = "cluster::hyperqueue::all_studies_give_the_same_bytes_on_hyperqueue_whatever_is_killed";
    if !inside_of("hyperqueue.sh", name) {
        return;
    }
    let (local, project) = (whole(), whole());
    local.well(&["run", "--profile", "smoke", "--quiet"]);
    project.write("lofi.cluster.toml", FILE);
    let store = project.path(".lofi");
    let submit = started(&project, &["submit", "--on", "hyperqueue", "--profile", "smoke"]);
    until("a ledger", || {
        let ledgers = std::fs::read_dir(store.join("submissions"));
        ledgers.is_ok_and(|folders| folders.flatten().any(|folder| folder.path().join("ledger.jsonl").exists()))
    });
    kill(submit.id(), "-KILL");
    ended(submit);
    let attach = started(&project, &["attach", "--json"]);
    until("a result", || results(&store) > 0);
    processes(&["exec-step", "--submission"]).into_iter().for_each(|pid| kill(pid, "-KILL"));
    std::thread::sleep(Duration::from_millis(1500));
    admin("hq-kill", &[]);
    std::thread::sleep(Duration::from_millis(500));
    admin("hq-start", &[]);
    std::thread::sleep(Duration::from_millis(500));
    kill(attach.id(), "-KILL");
    ended(attach);
    let end = summary(&project.well(&["attach", "--json"]).out);
    assert!(end["failed"] == 0 && end["done"] == end["tasks"], "{end}");
    project.well(&["run", "--profile", "smoke", "--quiet"]);
    assert_eq!(differences(&tables(&local.path(".lofi")), &tables(&store)), Vec::<String>::new());
    println!("measured: hyperqueue: {} steps computed, {} once more", end["computed"], end["computed_again"]);
}

#[test]
fn a_thousand_short_steps_cost_little_more_than_their_work() {
    let name = "cluster::hyperqueue::a_thousand_short_steps_cost_little_more_than_their_work";
    if !inside_of("hyperqueue.sh", name) {
        return;
    }
    let study = || Project::tiny(&[("seed: {count: 2}", "seed: {count: 150}"), ("width: 16", "width: 8")]);
    let (local, project) = (study(), study());
    project.write("lofi.cluster.toml", "poll = \"1s\"\n");
    let start = Instant::now();
    local.well(&["run", "--jobs", "1", "--quiet"]);
    let alone_s = start.elapsed().as_secs_f64();
    let start = Instant::now();
    project.well(&["submit", "--on", "hyperqueue"]);
    let end = summary(&project.well(&["attach", "--json"]).out);
    let all_s = start.elapsed().as_secs_f64();
    let steps = end["computed"].as_f64().unwrap();
    assert!(steps >= 1000.0 && end["failed"] == 0, "{end}");
    let overhead_ms = (all_s - alone_s) / steps * 1e3;
    println!(
        "measured: hyperqueue: {steps} steps, {alone_s:.2} s alone, {all_s:.2} s there: {overhead_ms:.2} ms a step more"
    );
    assert!(overhead_ms <= 10.0, "{overhead_ms} ms a step");
}
