//! Results are taken out between runs and during them: never a wrong or a missing one.

use super::*;
use crate::engine::Keep;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

const STEPS: usize = 40;

/// Numbers that look random, the same in every test run.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % bound as u64).unwrap()
    }
}

/// Steps that add numbers of earlier ones, half of them outputs; and what each of them gives.
fn sums(draws: &mut Draws) -> (Arc<Graph>, Vec<f64>) {
    let names: Vec<String> = (0..STEPS).map(|step| format!("s{step}")).collect();
    let wired: Vec<Vec<&str>> = (0..STEPS)
        .map(|step| {
            let earlier: BTreeSet<usize> =
                (0..draws.below(4)).filter(|_| step > 0).map(|_| draws.below(step)).collect();
            earlier.into_iter().map(|earlier| names[earlier].as_str()).collect()
        })
        .collect();
    let own: Vec<String> = (0..STEPS).map(|_| draws.below(9).to_string()).collect();
    let steps: Vec<Step<'_>> = (0..STEPS)
        .map(|step| {
            (names[step].as_str(), json!({"gives": own[step], "counter": 7, "label": step}), wired[step].as_slice())
        })
        .collect();
    let mut values: Vec<f64> = Vec::new();
    for step in 0..STEPS {
        let before: f64 = wired[step].iter().map(|name| values[name[1..].parse::<usize>().unwrap()]).sum();
        values.push(own[step].parse::<f64>().unwrap() + before);
    }
    let mut study = study(&steps);
    study.outputs.retain(|output| output.wire.node % 2 == 0);
    (Arc::new(Graph::new(&[study])), values)
}

/// The targets that are wrong or missing.
fn wrong(store: &Store, (graph, values): (&Graph, &[f64])) -> Vec<usize> {
    let right = |node: usize| {
        let entry = store.entry(&graph.nodes[node].key).unwrap();
        let table = entry.map(|entry| store.value(&entry, "sum").unwrap());
        matches!(table, Some(Value::Table(table)) if table.numbers("v").unwrap() == [Some(values[node])])
    };
    graph.targets.iter().map(|target| target.node).filter(|&node| !right(node)).collect()
}

/// A bound that something of the store is above, and whether studies reach a step, as it comes.
fn draw(store: &Store, graph: &Graph, draws: &mut Draws) -> (BTreeSet<String>, Keep) {
    let bytes = usize::try_from(store.inventory().unwrap().bytes()).unwrap();
    let some = graph.nodes.iter().filter(|_| draws.below(3) > 0).map(|node| node.key.clone()).collect();
    let all = graph.nodes.iter().map(|node| node.key.clone()).collect();
    let reached = if draws.below(2) == 0 { all } else { some };
    let bound = Some(draws.below(bytes + 1) as u64);
    (reached, Keep { bytes: bound, all_reached: draws.below(5) == 0, dry_run: false })
}

#[test]
fn twenty_times_results_are_taken_out_and_only_those_are_computed_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut draws = Draws(5);
    let (graph, values) = sums(&mut draws);
    let first = executor(folder.path()).run(&graph, &[], &mut Log::default()).unwrap();
    let everything = first.ran;
    let mut again = 0;
    for _ in 0..20 {
        let store = Store::open(folder.path()).unwrap();
        let (reached, keep) = draw(&store, &graph, &mut draws);
        store.collect(&reached, keep).unwrap();
        assert!(store.verify().unwrap().damaged.is_empty());
        let there: BTreeSet<String> = store.inventory().unwrap().results.into_iter().map(|held| held.key).collect();
        drop(store);
        let mut log = Log::default();
        let executor = executor(folder.path());
        let summary = executor.run(&graph, &[], &mut log).unwrap();
        let key = |name: &String| &graph.nodes.iter().find(|node| node.name == *name).unwrap().key;
        for event in &log.0 {
            match event {
                Event::Finished { name, .. } => assert!(!there.contains(key(name)), "{name} was there"),
                Event::Damaged { name, reason } => panic!("{name}: {reason}"),
                _ => {}
            }
        }
        assert!(summary.failed.is_empty(), "{summary:?}");
        assert_eq!(wrong(&executor.store, (&graph, &values)), [0; 0]);
        again += summary.ran;
    }
    assert!(again > everything, "{again} steps ran again, of {everything}: nothing was tested");
}

#[test]
fn runs_and_collections_at_once_leave_every_result_there_and_right() {
    let folder = tempfile::tempdir().unwrap();
    let mut draws = Draws(11);
    let (graph, values) = sums(&mut draws);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let collector = scope.spawn(|| {
            let (mut draws, mut dropped) = (Draws(3), 0);
            while !over.load(Ordering::SeqCst) {
                let store = Store::open(folder.path()).unwrap();
                let (reached, keep) = draw(&store, &graph, &mut draws);
                dropped += store.collect(&reached, keep).unwrap().dropped.len();
            }
            dropped
        });
        let runs = [1, 2].map(|_| {
            scope.spawn(|| {
                for _ in 0..20 {
                    let executor = executor(folder.path());
                    let summary = executor.run(&graph, &[], &mut Log::default()).unwrap();
                    assert!(summary.failed.is_empty(), "{summary:?}");
                    assert_eq!(wrong(&executor.store, (&graph, &values)), [0; 0], "while this run lives");
                }
            })
        });
        let ended = runs.map(|run| run.join());
        over.store(true, Ordering::SeqCst);
        let dropped = collector.join().unwrap();
        ended.into_iter().for_each(|ended| ended.unwrap());
        assert!(dropped > 0, "nothing was taken out");
    });
    let executor = executor(folder.path());
    executor.run(&graph, &[], &mut Log::default()).unwrap();
    assert_eq!(wrong(&executor.store, (&graph, &values)), [0; 0]);
}
