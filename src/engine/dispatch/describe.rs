//! Steps as they are described in the store for whoever runs them elsewhere: `STORE/steps/<SHA-256>`, one line a step in the
//! order of keys, `<key> <SHA-256 of what follows> <JSON>`. One file holds the steps of one submission, so that a hundred
//! thousand of them are no hundred thousand files; a step is found in it by bisection.

use crate::engine::plan::graph::{Graph, GraphNode};
use crate::engine::plan::key::fingerprint;
use crate::engine::plan::run_plan::{Decision, RunPlan};
use crate::engine::run::work::is_kept;
use crate::engine::store::disk::Durable;
use crate::engine::store::error::io;
use crate::engine::store::{Store, StoreError};
use crate::step::{Plan, Shape, hex};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

const KEY_DIGITS: usize = 64;
pub(super) const FOLDER: &str = "steps";

/// A step, as it is described in the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Described {
    /// Its key.
    pub key: String,
    /// Study, step and cell, for people.
    pub name: String,
    /// The study that first asked for it.
    pub study: String,
    /// file:line:column of the step in its study.
    pub place: String,
    /// Its kind.
    pub kind: String,
    /// The kind's code fingerprint.
    pub code: String,
    /// Parameters, with the paths of files that were found.
    pub params: Json,
    /// What is wired to it: slot, and key and port of each value.
    pub inputs: Vec<(String, Vec<(String, usize)>)>,
    /// Names of its outputs, which some kinds take from their parameters.
    pub ports: Vec<String>,
    /// Ports that somebody needs.
    pub needed: BTreeSet<usize>,
    /// Whether those are kept in the store, as far as is known before they are computed: others wait for it then.
    pub kept: bool,
    /// Sizes of its outputs.
    pub outputs: Vec<Shape>,
    /// Memory beyond inputs and outputs, bytes.
    pub work_bytes: u64,
    /// Floating-point operations.
    pub flops: f64,
}

impl Described {
    /// Sizes and costs.
    #[must_use]
    pub fn plan(&self) -> Plan {
        Plan { outputs: self.outputs.clone(), work_bytes: self.work_bytes, flops: self.flops }
    }

    /// Whether what others need of it is in the store.
    #[must_use]
    pub fn is_stored(&self, store: &Store) -> bool {
        let Ok(Some(entry)) = store.entry(&self.key) else { return false };
        let output = |port: &usize| self.ports.get(*port).and_then(|name| entry.outputs.get(name));
        self.needed.iter().all(|port| output(port).is_some_and(|output| !output.files.is_empty()))
    }

    fn of(graph: &Graph, node: &GraphNode, needed: &BTreeSet<usize>) -> Self {
        let wire = |wire: &crate::engine::GraphWire| (graph.nodes[wire.node].key.clone(), wire.port);
        Self {
            key: node.key.clone(),
            name: node.name.clone(),
            study: node.study.to_string(),
            place: node.place.to_string(),
            kind: node.kind.name().to_owned(),
            code: fingerprint(node.kind).to_owned(),
            params: Json::clone(node.given.as_ref().unwrap_or(&node.params)),
            inputs: node
                .inputs
                .iter()
                .map(|(slot, wires)| ((*slot).to_owned(), wires.iter().map(wire).collect()))
                .collect(),
            ports: node.kind.about().outputs.iter().map(|port| port.name.to_owned()).collect(),
            needed: needed.clone(),
            kept: keeps(node, needed),
            outputs: node.plan.outputs.clone(),
            work_bytes: node.plan.work_bytes,
            flops: node.plan.flops,
        }
    }
}

/// Whether all ports of a node that are needed go to disk, by the sizes that are planned.
pub(super) fn keeps(node: &GraphNode, needed: &BTreeSet<usize>) -> bool {
    needed.iter().all(|&port| is_kept(node, port, node.plan.outputs[port].memory_bytes()))
}

impl RunPlan {
    /// Whether the results of a step that is to run will be in the store, so that other processes find them; the others
    /// are computed by whoever needs them.
    #[must_use]
    pub fn is_kept(&self, graph: &Graph, node: usize) -> bool {
        keeps(&graph.nodes[node], &self.needed[node])
    }
}

impl Store {
    /// Describes the steps that a plan runs, and those whose stored results they take; returns the name of the file.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn describe(&self, graph: &Graph, plan: &RunPlan) -> Result<String, StoreError> {
        let mut lines: BTreeMap<&str, String> = BTreeMap::new();
        let runs = |node: &usize| matches!(plan.decisions[*node], Decision::Run(_));
        for node in (0..graph.nodes.len()).filter(runs) {
            for node in graph.inputs_of(node).map(|wire| wire.node).chain([node]) {
                let found = &graph.nodes[node];
                lines.entry(&found.key).or_insert_with(|| line_of(&Described::of(graph, found, &plan.needed[node])));
            }
        }
        let mut hash = Sha256::new();
        lines.values().for_each(|line| hash.update(line));
        let name = hex(&hash.finalize());
        let path = self.root().join(FOLDER).join(&name);
        // One that is there is as new as if it were written, so that nobody takes it out before it is named.
        let renewed = File::options().append(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        if renewed.is_err() {
            let parts: Vec<&[u8]> = lines.values().map(String::as_bytes).collect();
            self.replace(&path, &parts, Durable::Now)?;
        }
        Ok(name)
    }

    /// Opens the descriptions of a submission; of all that there are, the newest first, without a name.
    ///
    /// # Errors
    /// Where the system refuses to read them.
    pub fn descriptions(&self, name: Option<&str>) -> Result<Descriptions, StoreError> {
        let folder = self.root().join(FOLDER);
        let paths = match name {
            Some(name) => vec![folder.join(name)],
            None => newest_first(&folder).map_err(io("read", &folder))?,
        };
        let open = |path: PathBuf| Ok((BufReader::new(File::open(&path).map_err(io("read", &path))?), path));
        Ok(Descriptions { files: paths.into_iter().map(open).collect::<Result<_, StoreError>>()? })
    }
}

/// Files of descriptions, the newest first.
pub(super) fn newest_first(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = files(folder)?;
    let changed = |path: &PathBuf| fs::metadata(path).and_then(|file| file.modified()).ok();
    paths.sort_by_cached_key(|path| std::cmp::Reverse(changed(path)));
    Ok(paths)
}

fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries?.map(|entry| entry.map(|entry| entry.path())).collect(),
    }
}

fn line_of(step: &Described) -> String {
    // A description has nothing that JSON cannot say: numbers are finite, keys are texts.
    let text = serde_json::to_string(step).unwrap_or_default();
    format!("{} {} {text}\n", step.key, hex(&Sha256::digest(&text)))
}

/// Files of descriptions that are open.
#[derive(Debug)]
pub struct Descriptions {
    files: Vec<(BufReader<File>, PathBuf)>,
}

impl Descriptions {
    /// The description of a key; nothing where no file has it.
    ///
    /// # Errors
    /// Where it is damaged or cannot be read.
    pub fn get(&mut self, key: &str) -> Result<Option<Described>, StoreError> {
        for (file, path) in &mut self.files {
            let Some(line) = find(file, key).map_err(io("read", path))? else { continue };
            let damaged = |reason: String| StoreError::Damaged { path: path.clone(), reason };
            let (seal, text) = line.split_once(' ').ok_or_else(|| damaged("a line is cut short".to_owned()))?;
            if hex(&Sha256::digest(text)) != seal {
                return Err(damaged(format!("the description of {key} has changed")));
            }
            return serde_json::from_str(text).map(Some).map_err(|e| damaged(e.to_string()));
        }
        Ok(None)
    }
}

/// What follows a key on its line, of lines in the order of keys.
fn find(file: &mut BufReader<File>, key: &str) -> std::io::Result<Option<String>> {
    let (mut low, mut high) = (0, file.seek(SeekFrom::End(0))?);
    // The line looked for begins at or after `low` and before `high`.
    while low < high {
        let middle = low + (high - low) / 2;
        let mut line = Vec::new();
        // The first line that begins here or later: what ends the line before it may be the byte before this one.
        let mut begin = middle;
        if middle > low {
            file.seek(SeekFrom::Start(middle - 1))?;
            begin = middle - 1 + file.read_until(b'\n', &mut line)? as u64;
            line.clear();
        } else {
            file.seek(SeekFrom::Start(middle))?;
        }
        if begin >= high {
            high = middle;
            continue;
        }
        let bytes = file.read_until(b'\n', &mut line)? as u64;
        let text = String::from_utf8_lossy(&line);
        let (found, rest) = text.trim_end().split_at_checked(KEY_DIGITS).unwrap_or((text.trim_end(), ""));
        match found.cmp(key) {
            std::cmp::Ordering::Equal => return Ok(Some(rest.trim_start().to_owned())),
            std::cmp::Ordering::Less => low = begin + bytes,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn every_line_is_found_whatever_their_lengths() {
        let mut keys: Vec<String> = (0..200_u32).map(|i| hex(&Sha256::digest(i.to_string()))).collect();
        keys.sort();
        let mut file = tempfile::tempfile().unwrap();
        for (place, key) in keys.iter().enumerate() {
            writeln!(file, "{key} {}", "x".repeat((place * 37) % 300)).unwrap();
        }
        let mut file = BufReader::new(file);
        for (place, key) in keys.iter().enumerate() {
            assert_eq!(find(&mut file, key).unwrap().unwrap().len(), (place * 37) % 300, "{place}");
        }
        for key in ["0".repeat(64), "f".repeat(64), hex(&Sha256::digest("another"))] {
            assert_eq!(find(&mut file, &key).unwrap(), None);
        }
        let mut empty = BufReader::new(tempfile::tempfile().unwrap());
        assert_eq!(find(&mut empty, &keys[0]).unwrap(), None);
    }
}
