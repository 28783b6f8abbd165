//! Several runs at once on one store, in steps whose outputs are not kept on disk.

use super::*;
use crate::engine::store::claim::Claims;
use std::time::Duration;

/// Gives its number; that is not kept on disk.
struct Passing;

static PASSED: [AtomicUsize; 9] = [const { AtomicUsize::new(0) }; 9];

fn passed(counter: usize) -> usize {
    PASSED[counter].load(Ordering::SeqCst)
}

impl Kind for Passing {
    type Params = Params;
    const NAME: &'static str = "passing";
    const ABOUT: About = About {
        outputs: &[Port { name: "sum", value_type: ValueType::Table, keep: Keep::IfDear, doc: "the sum" }],
        ..<Fake as Kind>::ABOUT
    };

    fn plan(&self, params: &Params, shapes: &Shapes) -> Result<Plan, Vec<Problem>> {
        Kind::plan(&Fake, params, shapes)
    }

    fn run(&self, params: &Params, _: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        PASSED[params.counter].fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(30));
        let number = params.gives.parse().unwrap();
        Ok(vec![Value::Table(Table::from_rows(&["v"], &[vec![Cell::Float(number)]]).unwrap())])
    }
}

/// The graph of steps of which those named are not kept, and the others are outputs.
fn graph(steps: &[Step<'_>], passing: &[&str]) -> Arc<Graph> {
    // What costs nothing is not worth keeping.
    graph_of(steps, (passing, 0.0))
}

/// The same, where those named cost so many operations.
fn graph_of(steps: &[Step<'_>], (passing, flops): (&[&str], f64)) -> Arc<Graph> {
    let mut study = study(steps);
    for node in study.nodes.iter_mut().filter(|node| passing.contains(&node.label.as_str())) {
        node.kind = &Passing;
        node.step = node.kind.typed(&node.params).unwrap().1;
        Arc::make_mut(&mut node.plan).flops = flops;
    }
    study.outputs.retain(|output| !passing.contains(&output.name.as_str()));
    Arc::new(Graph::new(&[study]))
}

fn executor(folder: &Path) -> Executor {
    Executor { jobs: 1, ..super::executor(folder) }
}

/// Does something once the plan is made.
struct Then<F>(Option<F>);

impl<F: FnOnce()> Sink for Then<F> {
    fn event(&mut self, event: &Event) {
        if let (Event::Planned { .. }, Some(then)) = (event, self.0.take()) {
            then();
        }
    }
}

/// Runs a graph of which another run, after this one's plan, does a part.
fn after_another(graph: &Arc<Graph>, part: &Arc<Graph>) -> (Summary, Summary) {
    let folder = tempfile::tempdir().unwrap();
    let mut other = Summary::default();
    let mut then = Then(Some(|| other = executor(folder.path()).run(part, &[], &mut Log::default()).unwrap()));
    let summary = executor(folder.path()).run(graph, &[], &mut then).unwrap();
    for target in &graph.targets {
        let key = &graph.nodes[target.node].key;
        assert!(Store::open(folder.path()).unwrap().whole(key).unwrap().is_some(), "{}", graph.nodes[target.node].name);
    }
    (summary, other)
}

#[test]
fn what_only_stored_steps_need_is_not_made_again() {
    let steps: [Step; 4] = [
        ("data", gives("1", 0), &[]),
        ("features", gives("2", 1), &["data"]),
        ("one", gives("3", 0), &["features"]),
        ("two", gives("4", 0), &["one", "features"]),
    ];
    let graph = graph(&steps, &["data", "features"]);
    let (summary, other) = after_another(&graph, &graph);
    assert_eq!((other.ran, summary.ran, summary.cached), (4, 0, 4));
    assert_eq!((passed(0), passed(1)), (1, 1));
}

#[test]
fn what_a_step_still_needs_is_made_however_much_is_stored() {
    let steps: [Step; 4] = [
        ("data", gives("1", 2), &[]),
        ("features", gives("2", 3), &["data"]),
        ("one", gives("3", 0), &["data"]),
        ("two", gives("4", 0), &["one", "features"]),
    ];
    let passing = ["data", "features"];
    let part = graph(&[steps[0].clone(), steps[2].clone()], &passing);
    let (summary, other) = after_another(&graph(&steps, &passing), &part);
    assert_eq!((other.ran, summary.ran, summary.cached), (2, 3, 1));
    assert_eq!((passed(2), passed(3)), (2, 1));
}

// Each would make the data, and one of them for nothing: the other is at all that needs it.
#[test]
fn runs_at_once_share_the_steps_that_are_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let steps: [Step; 3] =
        [("data", gives("1", 4), &[]), ("features", gives("2", 5), &["data"]), ("one", gives("3", 0), &["features"])];
    let graph = graph(&steps, &["data", "features"]);
    let run = || executor(folder.path()).run(&graph, &[], &mut Log::default()).unwrap();
    let all: Vec<Summary> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert_eq!(all.iter().map(|summary| summary.ran).sum::<usize>(), 3);
    assert_eq!((passed(4), passed(5)), (1, 1));
}

#[test]
fn a_step_waits_for_followers_elsewhere_until_they_are_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let steps: [Step; 2] = [("data", gives("1", 6), &[]), ("one", gives("3", 0), &["data"])];
    let graph = graph(&steps, &["data"]);
    let store = Store::open(folder.path()).unwrap();
    std::fs::create_dir_all(folder.path().join("tmp")).unwrap();
    let mut claims = Claims::default();
    assert!(claims.take(&store, (1, &graph.nodes[1].key)));
    let summary = std::thread::scope(|scope| {
        let run = scope.spawn(|| executor(folder.path()).run(&graph, &[], &mut Log::default()).unwrap());
        std::thread::sleep(Duration::from_millis(150));
        assert_eq!(passed(6), 0);
        drop(claims);
        run.join().unwrap()
    });
    assert_eq!((summary.ran, passed(6)), (2, 1));
}

#[test]
fn what_a_failed_step_would_have_needed_is_tried_all_the_same() {
    let steps: [Step; 4] = [
        ("bad", gives("error", 0), &[]),
        ("data", gives("1", 7), &[]),
        ("one", gives("3", 0), &["data"]),
        ("two", gives("4", 0), &["data", "bad"]),
    ];
    let folder = tempfile::tempdir().unwrap();
    let summary = executor(folder.path()).run(&graph(&steps, &["data"]), &[], &mut Log::default()).unwrap();
    assert_eq!((summary.ran, summary.failed.len(), summary.skipped.len()), (2, 1, 1));
}

#[test]
fn what_can_be_computed_again_is_not_kept_where_the_disk_is_short() {
    let folder = tempfile::tempdir().unwrap();
    let steps: [Step; 4] = [
        ("big", gives("2", 8), &[]),
        ("other", gives("5", 8), &[]),
        ("one", gives("1", 3), &["big", "other"]),
        ("two", gives("3", 3), &["big"]),
    ];
    let dear = graph_of(&steps, (&["big", "other"], 1e12));
    let files =
        |store: &Store, node: usize| store.entry(&dear.nodes[node].key).unwrap().unwrap().outputs["sum"].files.len();
    let short = Executor { keep_free: u64::MAX, ..executor(folder.path()) };
    let mut log = Log::default();
    let summary = short.run(&dear, &[], &mut log).unwrap();
    let told: Vec<String> = log.0.iter().filter_map(Event::warning).collect();
    assert_eq!((summary.ran, passed(8), told.len()), (4, 2, 1), "{told:?}");
    assert!(told[0].starts_with("room: ") && told[0].contains("s: "), "{told:?}");
    assert_eq!([0, 1, 2, 3].map(|node| files(&short.store, node) > 0), [false, false, true, true]);
    let eight = Table::from_rows(&["v"], &[vec![Cell::Float(8.0)]]).unwrap();
    assert_eq!(value(&short.store, &dear, 2), Value::Table(eight));

    let again = short.run(&dear, &[], &mut Log::default()).unwrap();
    assert_eq!((again.ran, passed(8)), (0, 2), "what needs them is stored");

    let more: Vec<Step> = steps.iter().cloned().chain([("three", gives("4", 3), &["big"] as &[&str])]).collect();
    let more = graph_of(&more, (&["big", "other"], 1e12));
    let roomy = executor(folder.path());
    let summary = roomy.run(&more, &[], &mut Log::default()).unwrap();
    assert_eq!((summary.ran, passed(8)), (2, 3), "one of them is computed again for the new step, and kept now");
    assert_eq!([0, 1].map(|node| files(&roomy.store, node) > 0), [true, false]);
}
