//! That the thread that schedules touches no value, and what is left of a step that ends late.

use super::*;
use crate::engine::store::testing::touched;
use std::time::Duration;

/// Gives a number after so many milliseconds, whatever happens.
struct Slow;

impl Kind for Slow {
    type Params = Params;
    const NAME: &'static str = "slow";
    const ABOUT: About = <Fake as Kind>::ABOUT;

    fn plan(&self, params: &Params, shapes: &Shapes) -> Result<Plan, Vec<Problem>> {
        Kind::plan(&Fake, params, shapes)
    }

    fn run(&self, params: &Params, _: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        std::thread::sleep(Duration::from_millis(params.gives.parse().unwrap()));
        Ok(vec![Value::Table(Table::from_rows(&["v"], &[vec![Cell::Float(1.0)]]).unwrap())])
    }
}

/// The graph of steps of which those named are outputs, and one called `slow` is of the kind above.
fn graph(steps: &[Step<'_>], outputs: &[&str]) -> Arc<Graph> {
    let mut study = study(steps);
    for node in study.nodes.iter_mut().filter(|node| node.label == "slow") {
        node.kind = &Slow;
        node.step = node.kind.typed(&node.params).unwrap().1;
    }
    study.outputs.retain(|output| outputs.contains(&output.name.as_str()));
    Arc::new(Graph::new(&[study]))
}

/// Events, and how many values the thread that schedules has touched since the plan was made.
#[derive(Default)]
struct Watch {
    log: Log,
    planned: usize,
    touched: usize,
}

impl Sink for Watch {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Planned { .. } => self.planned = touched(),
            _ => self.touched += touched() - std::mem::replace(&mut self.planned, touched()),
        }
        self.log.event(event);
    }
}

#[test]
fn the_thread_that_schedules_reads_and_writes_no_value() {
    let folder = tempfile::tempdir().unwrap();
    let (source, other) = (gives("5", 5), json!({"gives": "5", "counter": 5, "label": 1}));
    let run = |source: &Json, after: &str, outputs: &[&str]| {
        let steps: [Step; 2] = [("source", source.clone(), &[]), ("after", gives(after, 5), &["source"])];
        let (graph, mut watch) = (graph(&steps, outputs), Watch::default());
        let summary = executor(folder.path()).run(&graph, &[], &mut watch).unwrap();
        assert!(summary.failed.is_empty());
        let happened = |is: &dyn Fn(&Event) -> bool| watch.log.0.iter().filter(|event| is(event)).count();
        let reused = happened(&|event| matches!(event, Event::Reused { .. }));
        let damaged = happened(&|event| matches!(event, Event::Damaged { .. }));
        assert_eq!(watch.touched, 0, "{:?}", watch.log.0);
        (graph, (summary.ran, reused, damaged))
    };
    let (graph, written) = run(&source, "1", &["source", "after"]);
    assert_eq!(written, (2, 0, 0));
    assert_eq!(run(&source, "2", &["after"]).1, (1, 0, 0), "an input is read");
    assert_eq!(run(&other, "1", &["after"]).1, (1, 1, 0), "a result is taken over");
    let object = folder.path().join("objects").join(&graph.nodes[0].key[..2]).join(&graph.nodes[0].key);
    std::fs::write(object.join("sum/table.csv"), "v\n7\n").unwrap();
    assert_eq!(run(&source, "3", &["after"]).1, (2, 0, 1), "an input is damaged");
    let before = touched();
    assert!(executor(folder.path()).store.whole(&graph.nodes[0].key).unwrap().is_some());
    assert_eq!(touched() - before, 1, "reading is seen where it is done");
}

/// Runs a source and two steps after it, damages the source, and runs other steps after it; says what came of that.
fn after_damage(steps: &[Step<'_>], outputs: &[&str]) -> (Summary, usize) {
    let folder = tempfile::tempdir().unwrap();
    let before: [Step; 3] = [
        ("source", gives("5", 5), &[]),
        ("relabelled", json!({"gives": "5", "counter": 5, "label": 1}), &[]),
        ("one", gives("1", 5), &["relabelled"]),
    ];
    executor(folder.path()).run(&graph(&before, &["source", "one"]), &[], &mut Log::default()).unwrap();
    let graph = graph(steps, outputs);
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
        let graph = graph(&[("slow", gives(takes_ms, 5), &[])], &["slow"]);
        let ended = executor.run(&graph, &[], &mut AtStart(executor.stop.clone()));
        assert!(matches!(ended, Err(crate::engine::RunError::Cancelled)), "{ended:?}");
        std::thread::sleep(Duration::from_millis(1000));
        let tmp = || std::fs::read_dir(folder.path().join("tmp")).map_or(0, Iterator::count);
        assert_eq!(executor.store.entry(&graph.nodes[0].key).unwrap().is_some(), stored, "{takes_ms} ms");
        assert_eq!(tmp(), 0, "{takes_ms} ms");
    }
}
