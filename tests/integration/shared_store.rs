//! Eight runs at once on one store, each in a PID and a mount namespace of its own: process ids are equal, and nobody sees
//! another's processes.

use crate::project::{Project, Ran};
use crate::store::{differences, tables};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::process::{Command, Stdio};

const PROCESSES: usize = 8;
/// Two sizes of training sets, 150 seeds.
const CELLS: usize = 300;
/// Steps computed more than once that a round may have, of more than two thousand: two that look at the same moment.
const RACES: usize = 20;

fn in_namespaces(command: &Command, project: &Project) -> Command {
    let mut outer = Command::new("unshare");
    outer.args(["-p", "-m", "--fork", "--mount-proc"]).arg(command.get_program()).args(command.get_args());
    outer.current_dir(project.path("")).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["LOFI_DATA", "LOFI_STORE", "LOFI_PROFILE", "LOFI_REMOTE"] {
        outer.env_remove(name);
    }
    outer
}

fn are_permitted() -> bool {
    let tried = Command::new("unshare").args(["-p", "-m", "--fork", "--mount-proc", "true"]).output();
    tried.is_ok_and(|output| output.status.success())
}

fn study() -> Project {
    Project::tiny(&[("seed: {count: 2}", "seed: {count: 150}"), ("width: 16", "width: 8")])
}

/// How many steps there were, and how many of them were computed more than once.
#[derive(Debug)]
struct Counts {
    steps: usize,
    /// Of those whose results are kept.
    kept: usize,
    /// Of those that one chain of steps alone needs.
    of_one_chain: usize,
    all: usize,
}

fn round(alone: &BTreeMap<String, Vec<u8>>) -> Counts {
    let project = study();
    let start = || {
        let command = project.command(&["run", "--json", "--jobs", "1"]);
        in_namespaces(&command, &project).spawn().unwrap()
    };
    let children: Vec<_> = (0..PROCESSES).map(|_| start()).collect();
    let mut finished: BTreeMap<String, usize> = BTreeMap::new();
    // Each is read while the others run on: none may wait for a full pipe.
    let readers: Vec<_> =
        children.into_iter().map(|child| std::thread::spawn(|| child.wait_with_output().unwrap())).collect();
    for reader in readers {
        let ran = Ran::of(&reader.join().unwrap());
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        for line in ran.out.lines() {
            let event: Json = serde_json::from_str(line).unwrap();
            assert!(!["damaged", "failed"].contains(&event["event"].as_str().unwrap()), "{event}");
            if event["event"] == "finished" {
                *finished.entry(event["name"].as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
    }
    let verified = project.well(&["store", "verify"]);
    assert!(verified.out.ends_with("; 0 damaged\n"), "{verified:?}");
    assert_eq!(differences(alone, &tables(&project.path(".lofi"))), [""; 0], "as one process alone has them");
    assert_eq!(project.well(&["run"]).counts().0, 0, "all was there");
    assert_eq!(std::fs::read_dir(project.path(".lofi/tmp")).unwrap().count(), 0);
    let kept = |name: &str| name.contains("score") || name.contains("error") || name.contains("chance");
    // Samples are kept by nobody, and two chains of steps begin with each, so two processes make them or more.
    let of_one_chain = |name: &str| !name.contains(": data ");
    let again = |of: &dyn Fn(&str) -> bool| finished.iter().filter(|(name, _)| of(name)).map(|(_, n)| n - 1).sum();
    let counts =
        Counts { steps: finished.len(), kept: again(&kept), of_one_chain: again(&of_one_chain), all: again(&|_| true) };
    println!("computed again: {counts:?}");
    counts
}

/// More with `LOFI_TEST_ROUNDS`.
const ROUNDS: usize = 1;

#[test]
fn eight_processes_with_equal_ids_share_one_store() {
    if !are_permitted() {
        println!("skipped: no namespaces here");
        return;
    }
    let rounds = std::env::var("LOFI_TEST_ROUNDS").map_or(ROUNDS, |text| text.parse().unwrap());
    let alone = study();
    alone.well(&["run"]);
    let alone = tables(&alone.path(".lofi"));
    for _ in 0..rounds {
        let counts = round(&alone);
        assert!(counts.steps >= 2000, "{counts:?}");
        assert!(counts.kept <= RACES && counts.of_one_chain <= 3 * RACES, "{counts:?}");
        // Each cell's samples for each of the two chains, and some for a chain that another takes meanwhile.
        assert!(counts.all <= 3 * CELLS / 2, "{counts:?}");
    }
}
