//! Laws of tasks over random graphs.

use super::*;
use crate::artifact::{Shape, ValueType};
use crate::engine::{GraphNode, GraphWire};
use crate::step::{
    About, Arity, Context, ErasedKind, Family, Inputs, Keep, Kind, Outputs, Plan, Port, Problem, Shapes, Slot,
    StepError,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

struct Kept;
struct Passing;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct Params {}

const ABOUT: About = About {
    family: Family::Experiment,
    summary: "a fake",
    details: "",
    cites: &[],
    inputs: &[Slot { name: "x", accepts: &[ValueType::Table], arity: Arity::Many, doc: "tables" }],
    outputs: &[Port { name: "out", value_type: ValueType::Table, keep: Keep::Always, doc: "a table" }],
};

macro_rules! fake {
    ($kind:ty, $name:literal, $keep:expr) => {
        impl Kind for $kind {
            type Params = Params;
            const NAME: &'static str = $name;
            const ABOUT: About = About {
                outputs: &[Port { name: "out", value_type: ValueType::Table, keep: $keep, doc: "a table" }],
                ..ABOUT
            };

            fn plan(&self, _: &Params, _: &Shapes) -> Result<Plan, Vec<Problem>> {
                Ok(Plan::light(vec![Shape::Table]))
            }

            fn run(&self, _: &Params, _: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
                Err(StepError::Bug("never".into()))
            }
        }
    };
}

fake!(Kept, "kept", Keep::Always);
fake!(Passing, "passing", Keep::IfDear);

/// Numbers that look random, the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// A random graph of so many steps, all to run; the last ones are targets.
fn random(seed: u64, count: usize) -> (Graph, RunPlan) {
    let mut dice = Dice(seed);
    let mut graph = Graph::default();
    for number in 0..count {
        let passing = dice.below(3) == 0;
        let kind: &'static dyn ErasedKind = if passing { &Passing } else { &Kept };
        let (params, step) = kind.typed(&serde_json::json!({})).unwrap();
        let wires = (0..dice.below(4).min(number)).map(|_| {
            let back = 1 + dice.below(number.min(40));
            GraphWire { node: number - back, port: 0 }
        });
        let inputs = vec![("x", wires.collect::<BTreeSet<_>>().into_iter().collect())];
        let flops = if passing { 0.0 } else { 3.5e10 * (dice.below(100) as f64) };
        graph.nodes.push(GraphNode {
            key: format!("{number:064}"),
            name: format!("s: {number}"),
            study: "s".into(),
            kind,
            params,
            given: None,
            step,
            inputs,
            plan: Arc::new(Plan { outputs: vec![Shape::Table], work_bytes: 1 << (20 + dice.below(14)), flops }),
            place: "s.yaml:1:1".into(),
        });
    }
    graph.targets = (count / 2..count).map(|node| GraphWire { node, port: 0 }).collect();
    let needed = vec![BTreeSet::from([0]); count];
    let decisions = vec![Decision::Run(String::new()); count];
    (graph, RunPlan { decisions, needed, entries: vec![None; count], damaged: Vec::new() })
}

/// Kept steps that a step needs, through those that no store keeps.
fn kept_before(graph: &Graph, plan: &RunPlan, node: usize, found: &mut BTreeSet<usize>) {
    for wire in graph.inputs_of(node) {
        let target = graph.targets.iter().any(|target| target.node == wire.node);
        if plan.is_kept(graph, wire.node) || target {
            found.insert(wire.node);
        } else {
            kept_before(graph, plan, wire.node, found);
        }
    }
}

#[test]
fn every_kept_step_is_in_one_task_and_what_it_needs_comes_before() {
    for seed in 0..30 {
        let (graph, plan) = random(seed, 300);
        let wishes = Wishes { largest_array: 7, ..Wishes::default() };
        let arrays = partition(&graph, &plan, (&Pace::default(), &wishes));
        let mut place = HashMap::new();
        for (array, tasks) in arrays.iter().enumerate() {
            assert!(tasks.after.iter().all(|&before| before < array), "an array comes after later ones");
            assert!((1..=7).contains(&tasks.tasks.len()));
            for (task, found) in tasks.tasks.iter().enumerate() {
                for (order, &node) in found.nodes.iter().enumerate() {
                    assert_eq!(place.insert(node, (array, task, order)), None, "{node} is in two tasks");
                    let bytes = graph.step_bytes(node);
                    assert!(bytes < tasks.share.memory_bytes, "{node} does not fit");
                }
            }
        }
        for node in 0..graph.nodes.len() {
            let kept = plan.is_kept(&graph, node) || graph.targets.iter().any(|target| target.node == node);
            assert_eq!(place.contains_key(&node), kept, "{node}");
            let Some(&(array, task, order)) = place.get(&node) else { continue };
            let mut needs = BTreeSet::new();
            kept_before(&graph, &plan, node, &mut needs);
            for need in needs {
                let (other, others_task, others_order) = place[&need];
                if (other, others_task) == (array, task) {
                    assert!(others_order < order);
                } else {
                    assert!(arrays[array].after.contains(&other), "{node} needs {need}");
                }
            }
        }
    }
}

#[test]
fn tasks_are_as_long_as_is_wished_where_there_is_enough_to_do() {
    let (graph, plan) = random(3, 2000);
    let total: f64 = graph.nodes.iter().map(|node| Pace::default().expect("", node.plan.flops).0).sum();
    let arrays = partition(&graph, &plan, (&Pace::default(), &Wishes::default()));
    let tasks: Vec<&Task> = arrays.iter().flat_map(|array| &array.tasks).collect();
    let long = tasks.iter().filter(|task| task.work_s >= 300.0).map(|task| task.work_s).sum::<f64>();
    assert!(long > 0.5 * total, "{long} of {total} s in {} tasks", tasks.len());
    assert!(tasks.iter().all(|task| task.work_s < 3.0 * 300.0 + 100.0), "a task goes on for ever");
    let one = partition(&graph, &plan, (&Pace::default(), &Wishes { chunk_s: 1e9, ..Wishes::default() }));
    assert!(
        one.iter().map(|array| array.tasks.len()).sum::<usize>() < 60,
        "short work is one task a class: {}",
        one.len()
    );
}
