//! That steps run from their descriptions alone, one by one, and give what the whole graph gives.

use super::*;
use crate::engine::{Blocked, Cause, FailureMark, RebuildError, plan, rebuild};

const KINDS: &[&dyn ErasedKind] = &[&Fake];

fn diamond() -> Arc<Graph> {
    let gives = |number: &str| json!({"gives": number, "counter": 7});
    let steps: &[Step<'_>] =
        &[("a", gives("1"), &[]), ("b", gives("2"), &["a"]), ("c", gives("3"), &["a"]), ("d", gives("4"), &["b", "c"])];
    Arc::new(Graph::new(&[study(steps)]))
}

/// Runs the steps with these keys from what the store says of them; names of those that could not be.
fn run_alone(executor: &Executor, descriptions: &str, keys: &[String]) -> Vec<(String, Blocked)> {
    let mut descriptions = executor.store.descriptions(Some(descriptions)).unwrap();
    let rebuilt = rebuild(&executor.store, &mut descriptions, (keys, KINDS)).unwrap();
    let summary = executor.run(&Arc::new(rebuilt.graph), &[], &mut Log::default()).unwrap();
    assert_eq!(summary.failed, []);
    rebuilt.blocked.into_iter().map(|(step, why)| (step.name, why)).collect()
}

#[test]
fn steps_that_run_one_by_one_give_what_the_graph_gives() {
    let (whole, apart) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let graph = diamond();
    let (at_once, one_by_one) = (executor(whole.path()), executor(apart.path()));
    at_once.run(&graph, &[], &mut Log::default()).unwrap();
    let planned = plan(&graph, &one_by_one.store, &[]).unwrap();
    let name = one_by_one.store.describe(&graph, &planned).unwrap();
    for node in &graph.nodes {
        let blocked = run_alone(&one_by_one, &name, std::slice::from_ref(&node.key));
        assert_eq!(blocked, []);
        let digest = |store: &Store| store.entry(&node.key).unwrap().unwrap().outputs["sum"].digest.clone();
        assert_eq!(digest(&one_by_one.store), digest(&at_once.store), "{}", node.name);
    }
    let planned = plan(&graph, &one_by_one.store, &[]).unwrap();
    assert_eq!(planned.to_run(), [0_usize; 0]);
}

#[test]
fn what_is_missing_is_waited_for_and_what_failed_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (graph, executor) = (diamond(), executor(folder.path()));
    let planned = plan(&graph, &executor.store, &[]).unwrap();
    let name = executor.store.describe(&graph, &planned).unwrap();
    let key = |index: usize| graph.nodes[index].key.clone();
    assert_eq!(
        run_alone(&executor, &name, &[key(3)]),
        [("s: d".to_owned(), Blocked::Waits("s: b".to_owned()))],
        "b is somebody else's"
    );
    assert_eq!(run_alone(&executor, &name, &[key(0), key(1), key(2), key(3)]), [], "all are this task's");
    for gone in [key(3), key(1)] {
        std::fs::remove_dir_all(executor.store.place("objects", &gone)).unwrap();
    }
    let mark = FailureMark {
        key: key(1),
        name: "s: b".to_owned(),
        place: String::new(),
        cause: Cause::Step,
        error: "no".to_owned(),
        log_tail: Vec::new(),
        host: String::new(),
        task: String::new(),
        unix_s: 0,
    };
    executor.store.mark_failed(&mark).unwrap();
    assert_eq!(run_alone(&executor, &name, &[key(3)]), [("s: d".to_owned(), Blocked::Failed("s: b".to_owned()))]);
    // More memory or time may help, so that is no end.
    executor.store.mark_failed(&FailureMark { cause: Cause::Memory, ..mark }).unwrap();
    assert_eq!(run_alone(&executor, &name, &[key(3)]), [("s: d".to_owned(), Blocked::Waits("s: b".to_owned()))]);
}

#[test]
fn what_is_not_described_or_by_another_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (graph, executor) = (diamond(), executor(folder.path()));
    let planned = plan(&graph, &executor.store, &[]).unwrap();
    let name = executor.store.describe(&graph, &planned).unwrap();
    let refused = |kinds, key: &str| {
        let mut descriptions = executor.store.descriptions(Some(&name)).unwrap();
        rebuild(&executor.store, &mut descriptions, (&[key.to_owned()], kinds)).map(|_| ()).unwrap_err()
    };
    assert!(matches!(refused(KINDS, &"0".repeat(64)), RebuildError::Unknown(_)));
    let other = refused(&[], &graph.nodes[0].key);
    assert!(other.to_string().contains("there is no kind `fake`"), "{other}");
}
