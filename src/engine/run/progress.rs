//! Which studies are over: those that have no step left to run.

use crate::engine::plan::graph::Graph;
use std::collections::{BTreeSet, HashMap};

/// How many steps of each study are left.
pub(super) struct Progress {
    left: Vec<usize>,
    failed: BTreeSet<usize>,
    /// The studies that a node to run is of.
    studies: HashMap<usize, Vec<usize>>,
}

impl Progress {
    pub fn new(graph: &Graph, to_run: &[usize]) -> Self {
        let mut progress = Self {
            left: vec![0; graph.places.len()],
            failed: BTreeSet::new(),
            studies: to_run.iter().map(|&node| (node, Vec::new())).collect(),
        };
        for (study, places) in graph.places.iter().enumerate() {
            for node in places.iter().collect::<BTreeSet<_>>() {
                if let Some(studies) = progress.studies.get_mut(node) {
                    studies.push(study);
                    progress.left[study] += 1;
                }
            }
        }
        progress
    }

    /// The studies with steps to run.
    pub fn under_way(&self) -> impl Iterator<Item = usize> + '_ {
        self.left.iter().enumerate().filter(|(_, left)| **left > 0).map(|(study, _)| study)
    }

    /// A node is over, well or not; the studies that are over with it, and whether they are whole.
    pub fn over(&mut self, node: usize, well: bool) -> Vec<(usize, bool)> {
        let mut ended = Vec::new();
        for study in self.studies.remove(&node).unwrap_or_default() {
            self.left[study] -= 1;
            if !well {
                self.failed.insert(study);
            }
            if self.left[study] == 0 {
                ended.push((study, !self.failed.contains(&study)));
            }
        }
        ended
    }
}
