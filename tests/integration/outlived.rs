//! Runs that outlive their process: stopped in the middle in several ways, they compute nothing twice and lose nothing.

use crate::project::{Project, Ran};
use crate::stops::{send, step_of};
use crate::store::{differences, files, tables};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Stdio};
use std::time::{Duration, Instant};

/// A long training beside many short ones, all on the same samples. Those are made again by each process: what costs less
/// than to be read is not kept.
fn project((long, seeds): (u64, u64)) -> Project {
    let project = Project::empty();
    let train = |steps: u64, seed: &str| {
        format!(
            "{{kind: train-network, inputs: {{x: waves, targets: waves}}, params: {{layers: [{{dense: {{width: 64}}}}, \
             {{activation: relu}}, {{dense: {{width: 8}}}}], learning_rate: 0.001, batch: 8, steps: {steps}, seed: {seed}, \
             evaluate_at: [0, 10, {steps}]}}}}"
        )
    };
    let text = format!(
        "study: outlived\ntitle: Outlived\nsweep: {{seed: {{count: {seeds}}}}}\nsteps:\n  waves:\n    kind: wave-images\n    \
         params: {{height: 1, width: 8, components: [{{frequency: [0, 1], amplitude: 1, spread: 0.3}}], phase: fixed, \
         n_train: 64, n_test: 8, seed: 0}}\n  long: {}\n  short: {}\ntables: {{t: {{stack: {{long: long, short: short}}, \
         keys: step}}}}\n",
        train(long, "0"),
        train(20_000, "$seed"),
    );
    project.write("studies/outlived.yaml", text);
    project
}

/// Steps of the long training: some six seconds of a core, and some two.
const LONG: u64 = 2_500_000;
const STOPPED_FOR: u64 = 1_000_000;

/// Steps whose results are kept on the disk.
fn is_kept(name: &str) -> bool {
    !name.contains(": waves")
}

/// A run, and what it has told so far.
struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    told: Vec<Json>,
}

impl Running {
    fn start(project: &Project) -> Self {
        let mut command = project.command(&["run", "--json", "--jobs", "2"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines, told: Vec::new() }
    }

    /// Listens until so many events of a sort were told of steps whose names contain a text.
    fn until(&mut self, (event, name): (&str, &str), count: usize) {
        while names(&self.told, event).iter().filter(|told| told.contains(name)).count() < count {
            let line = self.lines.next().unwrap_or_else(|| panic!("no {event} of {name} in {:?}", self.told)).unwrap();
            self.told.push(serde_json::from_str(&line).unwrap());
        }
    }

    /// Listens to its end; the last line of one that was killed may be cut.
    fn ended(mut self) -> (Ran, Vec<Json>) {
        let rest = self.lines.map_while(Result::ok).filter_map(|line| serde_json::from_str(&line).ok());
        self.told.extend(rest);
        (Ran::of(&self.child.wait_with_output().unwrap()), self.told)
    }
}

/// The names of steps of an event.
fn names(told: &[Json], event: &str) -> Vec<String> {
    let of_sort = told.iter().filter(|told| told["event"] == event);
    of_sort.filter_map(|told| Some(told["name"].as_str()?.to_owned())).collect()
}

/// The steps whose results are in the store, as a plan tells it.
fn stored(project: &Project) -> BTreeSet<String> {
    let plan = project.well(&["plan", "--steps", "--json"]).out;
    let steps = plan.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    let cached = steps.filter(|told| told["event"] == "step" && told["decision"] == "cached");
    cached.map(|told| told["name"].as_str().unwrap().to_owned()).collect()
}

/// The step that the saved state of the long training has come to.
fn saved_step(project: &Project) -> u64 {
    let why = project.well(&["why", "outlived/long", "--json"]).out;
    let key = serde_json::from_str::<Json>(why.lines().next().unwrap()).unwrap()["key"].as_str().unwrap().to_owned();
    let states = files(&project.path(".lofi/scratch"));
    step_of(states.iter().find(|path| path.ends_with(&key)).unwrap()).unwrap()
}

#[test]
fn a_run_over_four_processes_computes_every_step_once_and_goes_on_in_the_middle_of_one() {
    const SEEDS: u64 = 40;
    let size = (LONG, SEEDS);
    let project = project(size);
    let mut before = BTreeSet::new();
    let mut saved = Vec::new();
    let mut told_finished: Vec<String> = Vec::new();
    let mut untold: BTreeSet<String> = BTreeSet::new();
    let stops: [(&[&str], Option<i32>); 3] =
        [(&["-INT"], Some(130)), (&["-KILL"], None), (&["-STOP", "-TERM", "-CONT"], Some(130))];
    for (process, (signals, code)) in stops.into_iter().enumerate() {
        let mut running = Running::start(&project);
        running.until(("started", ": long"), 1);
        if process > 0 {
            running.until(("resumed", ": long"), 1);
        }
        running.until(("finished", ": short"), 4);
        signals.iter().for_each(|signal| send(&running.child, signal));
        let (ran, told) = running.ended();
        assert_eq!(ran.code, code, "{signals:?}: {ran:?}");
        let finished: BTreeSet<String> = names(&told, "finished").into_iter().filter(|name| is_kept(name)).collect();
        let after = stored(&project);
        // what was told as finished is there, and nothing that was there was computed again
        assert!(finished.is_subset(&after) && finished.is_disjoint(&before), "{signals:?}: {finished:?}");
        assert!(before.is_subset(&after), "{signals:?} lost {:?}", before.difference(&after));
        assert!(!finished.contains("outlived: long"), "stopped too late");
        // a result may be in the store and its process be killed before it tells
        let more = after.iter().filter(|name| !before.contains(*name) && !finished.contains(*name)).cloned();
        untold.extend(more);
        told_finished.extend(finished);
        saved.push(saved_step(&project));
        before = after;
    }
    // a kill leaves the state that was saved last, and the run after that goes on from there
    assert!(saved[0] > 0 && saved[1] == saved[0] && saved[2] > saved[1], "{saved:?}");
    assert!(untold.len() <= 4, "{untold:?}");

    let last = Running::start(&project);
    let (ran, told) = last.ended();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(names(&told, "resumed").contains(&"outlived: long".to_owned()), "{told:?}");
    told_finished.extend(names(&told, "finished").into_iter().filter(|name| is_kept(name)));
    let once: BTreeSet<String> = told_finished.iter().chain(&untold).cloned().collect();
    assert_eq!(once.len(), told_finished.len() + untold.len(), "a step was finished twice: {told_finished:?}");
    let of = |what: &str| once.iter().filter(|name| name.contains(what)).count();
    assert_eq!((of(": long"), of(": short")), (1, 40), "{once:?}");
    assert_eq!(files(&project.path(".lofi/scratch")), [""; 0].map(std::path::PathBuf::from), "no state is left");

    let whole = self::project(size);
    whole.well(&["run", "--jobs", "2"]);
    let (cut, whole) = (tables(&project.path(".lofi")), tables(&whole.path(".lofi")));
    assert!(whole.len() > 40, "{} tables", whole.len());
    assert_eq!(differences(&cut, &whole), [""; 0]);
}

#[test]
fn the_time_in_which_a_process_was_stopped_is_no_cost() {
    let project = project((STOPPED_FOR, 1));
    let mut running = Running::start(&project);
    running.until(("started", ": long"), 1);
    let start = Instant::now();
    std::thread::sleep(Duration::from_millis(300));
    send(&running.child, "-STOP");
    std::thread::sleep(Duration::from_secs(8));
    send(&running.child, "-CONT");
    running.until(("finished", ": long"), 1);
    let wall_s = start.elapsed().as_secs_f64();
    let (ran, told) = running.ended();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let seconds = |event: &str, name: &str| {
        let found = told.iter().find(|told| told["event"] == event && (name.is_empty() || told["name"] == name));
        found.unwrap()["elapsed_s"].as_f64().unwrap()
    };
    // of a pause, less than a second may count
    let step_s = seconds("finished", "outlived: long");
    assert!(step_s > 0.2 && step_s < wall_s - 6.9, "{step_s} s of {wall_s} s");
    assert!(seconds("done", "") < wall_s + 1.0 - 6.9, "the run: {} s of {wall_s} s", seconds("done", ""));
    let entries = files(&project.path(".lofi/objects"));
    let entries = entries.iter().filter(|path| path.ends_with("entry.json"));
    let stored_s = entries.map(|path| serde_json::from_slice::<Json>(&std::fs::read(path).unwrap()).unwrap());
    let most_s = stored_s.map(|entry| entry["elapsed_s"].as_f64().unwrap()).fold(0.0, f64::max);
    assert!(most_s < wall_s - 6.9, "an entry says {most_s} s");
}
