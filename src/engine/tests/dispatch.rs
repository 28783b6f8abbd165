//! That no step waits for the values of another one to be written or read, and what is left of a step that ends late.

use super::*;
use std::sync::LazyLock;
use std::time::Duration;

/// Gives a large table at once; given a number, a small one after so many milliseconds, whatever happens.
struct Large;

/// It takes a hundred times longer to write or to read than a step of one row takes in all.
static LARGE: LazyLock<Table> = LazyLock::new(|| {
    let rows: Vec<Vec<Cell>> = (0..600_000).map(|i| vec![Cell::Float(f64::from(i).sqrt())]).collect();
    Table::from_rows(&["v"], &rows).unwrap()
});

impl Kind for Large {
    type Params = Params;
    const NAME: &'static str = "large";
    const ABOUT: About = <Fake as Kind>::ABOUT;

    fn plan(&self, params: &Params, shapes: &Shapes) -> Result<Plan, Vec<Problem>> {
        Kind::plan(&Fake, params, shapes)
    }

    fn run(&self, params: &Params, _: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        if params.gives == "large" {
            return Ok(vec![Value::Table(LARGE.clone())]);
        }
        std::thread::sleep(Duration::from_millis(params.gives.parse().unwrap()));
        Ok(vec![Value::Table(Table::from_rows(&["v"], &[vec![Cell::Float(1.0)]]).unwrap())])
    }
}

/// The graph of steps of which one is of the kind above, and those named are outputs.
fn graph(steps: &[Step<'_>], large: &str, outputs: &[&str]) -> Arc<Graph> {
    let mut study = study(steps);
    for node in study.nodes.iter_mut().filter(|node| node.label == large) {
        node.kind = &Large;
        node.step = node.kind.typed(&node.params).unwrap().1;
    }
    study.outputs.retain(|output| outputs.contains(&output.name.as_str()));
    Arc::new(Graph::new(&[study]))
}

fn executor(folder: &Path) -> Executor {
    Executor {
        store: Arc::new(Store::open(folder).unwrap()),
        data: Arc::new(NoData),
        jobs: 2,
        memory: MemoryLimit::of(1 << 30),
        stop: Stop::default(),
    }
}

/// Small steps, by name and parameters.
fn small() -> Vec<(String, Json)> {
    (0..40).map(|i| (format!("small{i}"), gives(&i.to_string(), 5))).collect()
}

/// How many small steps ended before one with this name did.
fn ended_before(log: &Log, name: &str) -> usize {
    let ended = log.0.iter().filter_map(|event| match event {
        Event::Finished { name, .. } => Some(name.as_str()),
        _ => None,
    });
    ended.take_while(|ended| *ended != name).filter(|ended| ended.starts_with("s: small")).count()
}

#[test]
fn steps_go_on_while_the_value_of_another_is_encoded_and_written() {
    let folder = tempfile::tempdir().unwrap();
    LazyLock::force(&LARGE);
    let small = small();
    let mut steps: Vec<Step> =
        small.iter().map(|(name, params)| (name.as_str(), params.clone(), &[] as &[_])).collect();
    // Later nodes start first.
    steps.push(("large", gives("large", 5), &[]));
    let names: Vec<&str> = steps.iter().map(|step| step.0).collect();
    let mut log = Log::default();
    let summary = executor(folder.path()).run(&graph(&steps, "large", &names), &[], &mut log).unwrap();
    assert_eq!((summary.ran, summary.failed.len()), (41, 0));
    let ended = ended_before(&log, "s: large");
    assert!(ended >= 10, "{ended} steps ended meanwhile");
}

#[test]
fn steps_go_on_while_the_input_of_another_is_read_and_decoded() {
    let folder = tempfile::tempdir().unwrap();
    let small = small();
    let mut steps: Vec<Step> = vec![("large", gives("large", 5), &[])];
    executor(folder.path()).run(&graph(&steps, "large", &["large"]), &[], &mut Log::default()).unwrap();
    steps.extend(small.iter().map(|(name, params)| (name.as_str(), params.clone(), &[] as &[_])));
    steps.push(("after", gives("0", 5), &["large"]));
    let names: Vec<&str> = steps.iter().map(|step| step.0).filter(|name| *name != "large").collect();
    let mut log = Log::default();
    let summary = executor(folder.path()).run(&graph(&steps, "large", &names), &[], &mut log).unwrap();
    assert_eq!((summary.ran, summary.cached, summary.failed.len()), (41, 1, 0));
    let ended = ended_before(&log, "s: after");
    assert!(ended >= 10, "{ended} steps ended meanwhile");
}

/// Runs a source and two steps after it, damages the source, and runs other steps after it; says what came of that.
fn after_damage(steps: &[Step<'_>], outputs: &[&str]) -> (Summary, usize) {
    let folder = tempfile::tempdir().unwrap();
    let before: [Step; 3] = [
        ("source", gives("5", 5), &[]),
        ("relabelled", json!({"gives": "5", "counter": 5, "label": 1}), &[]),
        ("one", gives("1", 5), &["relabelled"]),
    ];
    executor(folder.path()).run(&graph(&before, "", &["source", "one"]), &[], &mut Log::default()).unwrap();
    let graph = graph(steps, "", outputs);
    let object = folder.path().join("objects").join(&graph.nodes[0].key[..2]).join(&graph.nodes[0].key);
    std::fs::write(object.join("sum/table.csv"), "v\n7\n").unwrap();
    let mut log = Log::default();
    let summary = executor(folder.path()).run(&graph, &[], &mut log).unwrap();
    let damaged = log.0.iter().filter(|event| matches!(event, Event::Damaged { .. })).count();
    assert!(summary.failed.is_empty());
    (summary, damaged)
}

#[test]
fn damage_that_several_steps_find_at_once_is_told_and_mended_once() {
    let names = ["a", "b", "c", "d"];
    let mut steps: Vec<Step> = vec![("source", gives("5", 5), &[])];
    let params: Vec<Json> = (2..6).map(|i| gives(&i.to_string(), 5)).collect();
    steps.extend(names.iter().zip(params).map(|(name, params)| (*name, params, &["source"] as &[_])));
    let (summary, damaged) = after_damage(&steps, &names);
    assert_eq!((summary.ran, summary.cached, damaged), (5, 0, 1));
}

#[test]
fn the_inputs_of_a_result_that_is_taken_over_are_not_read() {
    let steps: [Step; 2] = [("source", gives("5", 5), &[]), ("one", gives("1", 5), &["source"])];
    let (summary, damaged) = after_damage(&steps, &["one"]);
    assert_eq!((summary.ran, damaged), (0, 0));
}

/// Asks to stop as soon as something starts.
struct AtStart(Stop);

impl Sink for AtStart {
    fn event(&mut self, event: &Event) {
        if matches!(event, Event::Started { .. }) {
            self.0.ask();
        }
    }
}

#[test]
fn what_ends_soon_after_a_stop_is_stored_and_what_ends_late_writes_nothing() {
    for (takes_ms, stored) in [("1", true), ("900", false)] {
        let folder = tempfile::tempdir().unwrap();
        let executor = executor(folder.path());
        let graph = graph(&[("slow", gives(takes_ms, 5), &[])], "slow", &["slow"]);
        let ended = executor.run(&graph, &[], &mut AtStart(executor.stop.clone()));
        assert!(matches!(ended, Err(crate::engine::RunError::Cancelled)), "{ended:?}");
        std::thread::sleep(Duration::from_millis(1000));
        let tmp = || std::fs::read_dir(folder.path().join("tmp")).map_or(0, Iterator::count);
        assert_eq!(executor.store.entry(&graph.nodes[0].key).unwrap().is_some(), stored, "{takes_ms} ms");
        assert_eq!(tmp(), 0, "{takes_ms} ms");
    }
}
