//! How long work takes on so many cores, if everything goes as expected: work is started in its order as soon as what it
//! needs is done and a core is free.

use super::partition::Array;
use crate::engine::{Decision, Graph, Pace, RunPlan};
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// Something to do.
#[derive(Debug, Clone, Default)]
pub struct Work {
    /// Seconds.
    pub seconds: f64,
    /// Cores that it takes; none for what only waits for others.
    pub cores: u32,
    /// What has to be done before, by number.
    pub after: Vec<usize>,
}

/// Microseconds, so that times have an order.
fn micros(seconds: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of work")]
    let micros = (seconds.max(0.0) * 1e6) as u64;
    micros
}

/// Seconds from the start of the first to the end of the last; what needs more cores than there are has them all.
#[must_use]
pub fn span(work: &[Work], cores: u32) -> f64 {
    let mut waits: Vec<usize> = work.iter().map(|item| item.after.len()).collect();
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); work.len()];
    for (number, item) in work.iter().enumerate() {
        item.after.iter().for_each(|&before| followers[before].push(number));
    }
    let mut ready: BTreeSet<usize> = (0..work.len()).filter(|&number| waits[number] == 0).collect();
    let mut running: BinaryHeap<Reverse<(u64, usize, u32)>> = BinaryHeap::new();
    let (mut now, mut free) = (0, cores.max(1));
    loop {
        while let Some(&next) = ready.first() {
            let takes = work[next].cores.min(cores.max(1));
            if takes > free {
                break;
            }
            ready.pop_first();
            free -= takes;
            running.push(Reverse((now + micros(work[next].seconds), next, takes)));
        }
        let Some(Reverse((end, done, takes))) = running.pop() else { break };
        now = end;
        free += takes;
        for &follower in &followers[done] {
            waits[follower] -= 1;
            if waits[follower] == 0 {
                ready.insert(follower);
            }
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "below centuries")]
    let seconds = now as f64 / 1e6;
    seconds
}

/// Arrays as a scheduler runs them, at most so many of their tasks at once: no task before all arrays that it comes after.
#[must_use]
pub fn of_arrays(arrays: &[Array], task_overhead_s: f64) -> Vec<Work> {
    let mut work: Vec<Work> = Vec::new();
    // What stands for the end of each array.
    let mut ends: Vec<usize> = Vec::with_capacity(arrays.len());
    for array in arrays {
        let after: Vec<usize> = array.after.iter().map(|&before| ends[before]).collect();
        let first = work.len();
        work.extend(array.tasks.iter().map(|task| Work {
            seconds: task.seconds + task_overhead_s,
            cores: array.share.cpus,
            after: after.clone(),
        }));
        let tasks = (first..work.len()).collect();
        ends.push(work.len());
        work.push(Work { seconds: 0.0, cores: 0, after: tasks });
    }
    work
}

/// The steps of a plan, as one process on one machine runs them.
#[must_use]
pub fn of_steps(graph: &Graph, plan: &RunPlan, pace: &Pace) -> Vec<Work> {
    let mut number = vec![None; graph.nodes.len()];
    let mut work: Vec<Work> = Vec::new();
    for node in (0..graph.nodes.len()).filter(|&node| matches!(plan.decisions[node], Decision::Run(_))) {
        let found = &graph.nodes[node];
        let needs: BTreeSet<usize> = graph.inputs_of(node).filter_map(|wire| number[wire.node]).collect();
        let (seconds, _) = pace.expect(found.kind.name(), found.plan.flops);
        number[node] = Some(work.len());
        work.push(Work { seconds, cores: 1, after: needs.into_iter().collect() });
    }
    work
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(seconds: f64, after: &[usize]) -> Work {
        Work { seconds, cores: 1, after: after.to_vec() }
    }

    #[test]
    fn what_waits_comes_later_and_the_rest_side_by_side() {
        let work = [item(3.0, &[]), item(2.0, &[]), item(1.0, &[]), item(4.0, &[0])];
        assert!((span(&work, 1) - 10.0).abs() < 1e-6);
        assert!((span(&work, 2) - 7.0).abs() < 1e-6);
        assert!((span(&work, 100) - 7.0).abs() < 1e-6);
        assert!(span(&[], 3).abs() < 1e-9);
    }

    #[test]
    fn wide_work_has_at_most_all_cores_and_nothing_overtakes_it() {
        let wide = Work { seconds: 2.0, cores: 4, after: vec![] };
        let work = [item(1.0, &[]), wide, item(1.0, &[])];
        assert!((span(&work, 2) - 4.0).abs() < 1e-6);
        assert!((span(&work, 5) - 2.0).abs() < 1e-6);
    }

    #[test]
    fn a_span_is_at_least_the_work_over_the_cores_and_the_longest_chain() {
        let work: Vec<Work> = (0..200_usize)
            .map(|i| item(1.0 + (i * 7 % 13) as f64, if i % 5 == 4 { vec![i - 1, i - 3] } else { vec![] }.as_slice()))
            .collect();
        let total: f64 = work.iter().map(|item| item.seconds).sum();
        let mut last = f64::INFINITY;
        for cores in [1, 2, 5, 20, 500] {
            let span = span(&work, cores);
            assert!(span >= total / f64::from(cores) - 1e-6 && span <= total + 1e-6);
            assert!(span <= last + 13.0 + 1e-6, "more cores, {cores}, took longer");
            last = span;
        }
    }
}
