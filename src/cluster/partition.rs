//! Steps put together into tasks, and tasks into arrays.
//!
//! A task is what a scheduler starts: some steps whose results are kept, one after another or side by side, with what they
//! need that no store keeps. Short steps are put together until a task is worth its start; a step joins the task that
//! computes what it needs where it is cheap beside it. A task of level n needs tasks of lower levels alone, and the tasks of
//! one level and one share are an array.

use super::executor::Share;
use crate::engine::{Decision, Graph, Pace, RunPlan};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What tasks are to be like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wishes {
    /// Seconds that a task takes at least, where there is so much to do.
    pub chunk_s: f64,
    /// The most tasks of an array.
    pub largest_array: u32,
    /// Processors of a task.
    pub cpus: u32,
    /// What is asked for in units of what is expected: memory.
    pub memory_factor: f64,
    /// The least memory that is asked for, bytes.
    pub memory_least: u64,
    /// What is asked for in units of what is expected: time.
    pub time_factor: f64,
    /// The least time that is asked for, seconds.
    pub time_least_s: u64,
    /// The most.
    pub time_most_s: u64,
}

impl Default for Wishes {
    /// Tasks of five minutes and more on one processor, with room to spare.
    fn default() -> Self {
        Self {
            chunk_s: 300.0,
            largest_array: 1000,
            cpus: 1,
            memory_factor: 1.5,
            memory_least: 1 << 30,
            time_factor: 3.0,
            time_least_s: 600,
            time_most_s: 24 * 3600,
        }
    }
}

/// Some steps that are computed together.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Nodes of the graph whose results it leaves, inputs first.
    pub nodes: Vec<usize>,
    /// Seconds of work that are expected, with what no store keeps.
    pub work_s: f64,
    /// Seconds that it is expected to take on its processors.
    pub seconds: f64,
}

/// Tasks that have the same share.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// What each task may have.
    pub share: Share,
    /// The tasks.
    pub tasks: Vec<Task>,
    /// Arrays that compute what they need.
    pub after: Vec<usize>,
}

/// Memory beside the values: the program, its threads, what is read ahead.
const BASE_BYTES: u64 = 256 << 20;
/// A step joins the task that it waits for where it adds no more than this part of the least time.
const CHEAP: f64 = 0.2;

/// The share of tasks, coarsely, so that there are few sorts of them.
type Class = (u64, u64);

#[derive(Debug)]
struct Draft {
    level: usize,
    class: Class,
    nodes: Vec<usize>,
    /// Steps that no store keeps and that it computes.
    beside: HashSet<usize>,
    work_s: f64,
    /// Of its largest step.
    longest_s: f64,
    needs: BTreeSet<usize>,
}

struct Partition<'a> {
    graph: &'a Graph,
    plan: &'a RunPlan,
    pace: &'a Pace,
    wishes: &'a Wishes,
    seconds: HashMap<usize, f64>,
    drafts: Vec<Draft>,
    /// The task of each node that was put into one.
    task_of: HashMap<usize, usize>,
    /// The task of a level and class that still takes steps.
    open: HashMap<(usize, Class), usize>,
}

/// Arrays for all that a plan runs, those that others need first.
#[must_use]
pub fn partition(graph: &Graph, plan: &RunPlan, (pace, wishes): (&Pace, &Wishes)) -> Vec<Array> {
    let mut partition = Partition {
        graph,
        plan,
        pace,
        wishes,
        seconds: HashMap::new(),
        drafts: Vec::new(),
        task_of: HashMap::new(),
        open: HashMap::new(),
    };
    for node in plan.to_run() {
        if plan.is_kept(graph, node) || graph.targets.binary_search_by_key(&node, |wire| wire.node).is_ok() {
            partition.put(node);
        }
    }
    partition.arrays()
}

impl Partition<'_> {
    fn runs(&self, node: usize) -> bool {
        matches!(self.plan.decisions[node], Decision::Run(_))
    }

    fn seconds(&mut self, node: usize) -> f64 {
        let found = &self.graph.nodes[node];
        let pace = self.pace;
        *self.seconds.entry(node).or_insert_with(|| pace.expect(found.kind.name(), found.plan.flops).0)
    }

    /// What a node needs that is to be computed: tasks, and steps that no store keeps.
    fn needs(&self, node: usize) -> (BTreeSet<usize>, Vec<usize>) {
        let (mut tasks, mut beside) = (BTreeSet::new(), Vec::new());
        let (mut seen, mut stack) = (HashSet::new(), vec![node]);
        while let Some(next) = stack.pop() {
            for wire in self.graph.inputs_of(next).filter(|wire| self.runs(wire.node)) {
                if !seen.insert(wire.node) {
                    continue;
                }
                if let Some(task) = self.task_of.get(&wire.node) {
                    tasks.insert(*task);
                } else {
                    beside.push(wire.node);
                    stack.push(wire.node);
                }
            }
        }
        (tasks, beside)
    }

    fn put(&mut self, node: usize) {
        let (needs, beside) = self.needs(node);
        let own_s = self.seconds(node);
        let with: Vec<(usize, f64)> = beside.iter().map(|&step| (step, self.seconds(step))).collect();
        let all_s = own_s + with.iter().map(|(_, seconds)| seconds).sum::<f64>();
        let class = self.class((node, &beside), all_s);
        let task = self.join(&needs, (class, all_s)).unwrap_or_else(|| self.open_task(&needs, class));
        let draft = &mut self.drafts[task];
        draft.nodes.push(node);
        draft.work_s += own_s;
        for (step, seconds) in with {
            if draft.beside.insert(step) {
                draft.work_s += seconds;
            }
        }
        draft.longest_s = draft.longest_s.max(all_s);
        draft.needs.extend(needs.into_iter().filter(|need| *need != task));
        self.task_of.insert(node, task);
    }

    /// The last task that computes what a step needs, where the step is cheap or the task still short.
    fn join(&self, needs: &BTreeSet<usize>, (class, seconds): (Class, f64)) -> Option<usize> {
        let level = needs.iter().map(|&task| self.drafts[task].level).max()?;
        let mut last = needs.iter().copied().filter(|&task| self.drafts[task].level == level);
        let (task, None) = (last.next()?, last.next()) else { return None };
        let draft = &self.drafts[task];
        let chunk_s = self.wishes.chunk_s * f64::from(self.wishes.cpus);
        let cheap = seconds <= CHEAP * chunk_s && draft.work_s <= 2.0 * chunk_s;
        let short = draft.work_s + seconds <= chunk_s;
        (draft.class.0 >= class.0 && draft.class.1 >= class.1 && (cheap || short)).then_some(task)
    }

    /// The task of the next level that takes steps of this class; it takes no more once it is long enough.
    fn open_task(&mut self, needs: &BTreeSet<usize>, class: Class) -> usize {
        let level = needs.iter().map(|&task| self.drafts[task].level + 1).max().unwrap_or(0);
        let enough = self.wishes.chunk_s * f64::from(self.wishes.cpus);
        if let Some(&task) = self.open.get(&(level, class)).filter(|&&task| self.drafts[task].work_s < enough) {
            return task;
        }
        self.drafts.push(Draft {
            level,
            class,
            nodes: Vec::new(),
            beside: HashSet::new(),
            work_s: 0.0,
            longest_s: 0.0,
            needs: BTreeSet::new(),
        });
        let task = self.drafts.len() - 1;
        self.open.insert((level, class), task);
        task
    }

    /// Memory and time of a task with this step, coarsely: powers of two of a gibibyte, powers of four of the least time.
    fn class(&self, (node, beside): (usize, &[usize]), seconds: f64) -> Class {
        let bytes = beside.iter().chain([&node]).map(|&step| self.graph.step_bytes(step)).max().unwrap_or(0);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            clippy::cast_possible_truncation,
            reason = "bytes"
        )]
        let wanted = (bytes as f64 * self.wishes.memory_factor) as u64 + BASE_BYTES;
        let memory = wanted.max(self.wishes.memory_least).checked_next_power_of_two().unwrap_or(u64::MAX);
        let (mut time_s, most) = (self.wishes.time_least_s.max(1), self.wishes.time_most_s.max(1));
        #[expect(clippy::cast_precision_loss, reason = "seconds")]
        while (time_s as f64) < seconds.max(self.wishes.chunk_s) * self.wishes.time_factor && time_s < most {
            time_s = time_s.saturating_mul(4);
        }
        (memory, time_s.min(most))
    }

    fn arrays(self) -> Vec<Array> {
        let mut groups: BTreeMap<(usize, Class), Vec<usize>> = BTreeMap::new();
        for (task, draft) in self.drafts.iter().enumerate() {
            groups.entry((draft.level, draft.class)).or_default().push(task);
        }
        let most = self.wishes.largest_array.max(1) as usize;
        let cut: Vec<(Class, Vec<usize>)> = groups
            .into_iter()
            .flat_map(|((_, class), tasks)| tasks.chunks(most).map(|part| (class, part.to_vec())).collect::<Vec<_>>())
            .collect();
        let array_of: HashMap<usize, usize> = cut
            .iter()
            .enumerate()
            .flat_map(|(array, (_, tasks))| tasks.iter().map(move |task| (*task, array)))
            .collect();
        let cpus = self.wishes.cpus.max(1);
        let task = |task: &usize| {
            let draft = &self.drafts[*task];
            Task {
                nodes: draft.nodes.clone(),
                work_s: draft.work_s,
                seconds: (draft.work_s / f64::from(cpus)).max(draft.longest_s),
            }
        };
        cut.iter()
            .map(|((memory_bytes, seconds), tasks)| {
                let needs: BTreeSet<usize> =
                    tasks.iter().flat_map(|task| &self.drafts[*task].needs).map(|need| array_of[need]).collect();
                Array {
                    share: Share { memory_bytes: *memory_bytes, seconds: *seconds, cpus },
                    tasks: tasks.iter().map(task).collect(),
                    after: needs.into_iter().collect(),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
