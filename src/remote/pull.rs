//! From a remote into the store: a result is seen here once all of it has been checked.

use super::crew::{Moved, Watch, each};
use super::error::RemoteError;
use super::layout::{self, RESULTS};
use super::refused;
use super::shelf::Shelf;
use crate::engine::{Graph, RunPlan, Staged, Store, StoreError, foreign_entry};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// From how many on descriptions are listed and not asked for one by one.
const LIST_FROM: usize = 512;
/// How often bytes are fetched that are not what their hash says: the way may have changed them.
const TRIES: usize = 3;

/// What a pull did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pulled {
    /// Results that are here now.
    pub results: BTreeSet<String>,
    /// Bytes of them.
    pub bytes: u64,
    /// Results that were refused, with the reason.
    pub refused: BTreeMap<String, String>,
}

/// Which of some results a remote seems to have.
///
/// # Errors
/// Where it does not answer.
pub fn find(shelf: &dyn Shelf, keys: &[String], watch: &dyn Watch) -> Result<BTreeSet<String>, RemoteError> {
    if keys.is_empty() {
        return Ok(BTreeSet::new());
    }
    // A bucket that is not there is told by lists alone.
    shelf.list("runs")?;
    let found = Mutex::new(BTreeSet::new());
    let add = |key: &str| {
        found.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
    };
    if keys.len() < LIST_FROM {
        each(keys, watch, |key| {
            shelf.size(&layout::result(key))?.iter().for_each(|_| add(key));
            Ok(())
        })?;
    } else {
        let mut shards: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
        keys.iter().for_each(|key| shards.entry(layout::shard(key)).or_default().push(key));
        let shards: Vec<_> = shards.into_iter().collect();
        each(&shards, watch, |(shard, keys)| {
            let there = shelf.list(&format!("{RESULTS}/{shard}"))?;
            keys.iter().filter(|key| there.contains_key(&format!("{key}.json"))).for_each(|key| add(key));
            Ok(())
        })?;
    }
    Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Takes over results with all their values. What is refused is told, and no error.
///
/// # Errors
/// Where the remote does not answer or the disk here refuses. What was taken over by then stays.
pub fn fetch(store: &Store, shelf: &dyn Shelf, keys: &[String], watch: &dyn Watch) -> Result<Pulled, RemoteError> {
    let pulled = Mutex::new(Pulled::default());
    watch.moved(Moved::Of(keys.len()));
    let done = each(keys, watch, |key| {
        let taken = take(store, shelf, key, watch)?;
        let mut pulled = pulled.lock().unwrap_or_else(PoisonError::into_inner);
        match taken {
            Taken::All(bytes) => {
                pulled.bytes += bytes;
                pulled.results.insert(key.clone());
            }
            Taken::Nothing => {}
            Taken::Refused(why) => drop(pulled.refused.insert(key.clone(), why)),
        }
        watch.moved(Moved::One);
        Ok(())
    });
    let pulled = pulled.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !pulled.results.is_empty() {
        store.settle()?;
    }
    if !pulled.refused.is_empty() {
        let mut known = refused::read(store);
        known.extend(pulled.refused.keys().cloned());
        refused::write(store, &known);
    }
    done.map(|()| pulled)
}

/// How taking one over ended.
enum Taken {
    All(u64),
    Nothing,
    Refused(String),
}

fn take(store: &Store, shelf: &dyn Shelf, key: &str, watch: &dyn Watch) -> Result<Taken, RemoteError> {
    let path = layout::result(key);
    let mut why = String::new();
    for _ in 0..TRIES {
        let Some(manifest) = shelf.get(&path)? else { return Ok(Taken::Nothing) };
        match foreign_entry(key, &manifest) {
            Ok(entry) => return values(shelf, store.stage(entry)?, watch),
            Err(reason) => why = reason,
        }
    }
    Ok(Taken::Refused(why))
}

/// Fetches the values of a result and puts it in its place.
fn values(shelf: &dyn Shelf, staged: Staged<'_>, watch: &dyn Watch) -> Result<Taken, RemoteError> {
    let mut total = 0;
    for (port, output) in staged.entry().outputs.iter().filter(|(_, output)| !output.files.is_empty()) {
        let mut files = BTreeMap::new();
        for file in &output.files {
            match value(shelf, (&file.sha256, file.bytes))? {
                Ok(bytes) => {
                    total += file.bytes;
                    watch.moved(Moved::Bytes(file.bytes));
                    files.insert(file.name.clone(), bytes);
                }
                Err(why) => return Ok(Taken::Refused(format!("{port}/{} {why}", file.name))),
            }
        }
        match staged.put(port, &files) {
            Err(StoreError::Damaged { reason, .. }) => return Ok(Taken::Refused(reason)),
            other => other?,
        }
    }
    match staged.reveal() {
        Err(StoreError::Damaged { reason, .. }) => Ok(Taken::Refused(reason)),
        other => Ok(other.map(|()| Taken::All(total))?),
    }
}

/// The bytes of a file; or why they are refused.
fn value(shelf: &dyn Shelf, (sha256, size): (&str, u64)) -> Result<Result<Vec<u8>, String>, RemoteError> {
    let path = layout::value(sha256);
    let mut why = "is missing there".to_owned();
    for _ in 0..TRIES {
        let Some(bytes) = shelf.get(&path)? else { break };
        if bytes.len() as u64 == size && crate::step::hex(&Sha256::digest(&bytes)) == sha256 {
            return Ok(Ok(bytes));
        }
        why = format!("has {} bytes there, which are not those of its hash ({size})", bytes.len());
    }
    Ok(Err(why))
}

/// Takes over those of some results that are not here, whoever needs them.
///
/// # Errors
/// As [`fetch`].
pub fn pull(
    store: &Store,
    shelf: &dyn Shelf,
    keys: &BTreeSet<String>,
    watch: &dyn Watch,
) -> Result<Pulled, RemoteError> {
    let found = missing_of(store, shelf, keys, watch)?;
    fetch(store, shelf, &found, watch)
}

/// Those of some results that are not here and that a remote seems to have.
///
/// # Errors
/// Where one of the two cannot be read.
pub fn missing_of(
    store: &Store,
    shelf: &dyn Shelf,
    keys: &BTreeSet<String>,
    watch: &dyn Watch,
) -> Result<Vec<String>, RemoteError> {
    let mut wanted = Vec::new();
    for key in keys {
        match store.entry(key) {
            Ok(Some(_)) => {}
            Ok(None) => wanted.push(key.clone()),
            Err(StoreError::Damaged { .. }) => {
                store.evict(key)?;
                wanted.push(key.clone());
            }
            Err(other) => return Err(other.into()),
        }
    }
    Ok(find(shelf, &wanted, watch)?.into_iter().collect())
}

/// Takes over the records of the last runs of studies, as far as they are later than those here.
///
/// # Errors
/// Where the remote does not answer or the disk here refuses.
pub fn pull_records(store: &Store, shelf: &dyn Shelf, runs: &[(String, String)]) -> Result<usize, RemoteError> {
    let mut taken = 0;
    for (study, variant) in runs {
        if let Some(bytes) = shelf.get(&layout::record(study, variant))? {
            taken += usize::from(store.adopt_record((study, variant), &bytes)?);
        }
    }
    Ok(taken)
}

impl Pulled {
    /// Takes over what a plan would compute and a remote has: targets first, inputs only of what is not there. Nothing is
    /// asked of the remote where the plan computes nothing.
    ///
    /// # Errors
    /// As [`fetch`].
    pub fn for_plan(
        store: &Store,
        shelf: &dyn Shelf,
        (graph, plan): (&Graph, &RunPlan),
        watch: &dyn Watch,
    ) -> Result<Self, RemoteError> {
        let mut there = offered(shelf, (graph, plan), watch)?;
        let mut all = Self::default();
        // What is here now, with the outputs that it has.
        let mut kept: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        loop {
            let is_had = |node: usize, ports: &BTreeSet<usize>| {
                let node = &graph.nodes[node];
                let name = |port: &usize| node.kind.about().outputs.get(*port).map_or("", |output| output.name);
                let has_all = |names: &BTreeSet<String>| ports.iter().all(|port| names.contains(name(port)));
                kept.get(&node.key).map_or_else(|| there.contains(&node.key), has_all)
            };
            let (taken, _) = plan.taken_from(graph, &is_had);
            let keys = taken.into_iter().map(|node| graph.nodes[node].key.clone());
            let new: Vec<String> = keys.filter(|key| !kept.contains_key(key)).collect();
            if new.is_empty() {
                return Ok(all);
            }
            let pulled = fetch(store, shelf, &new, watch)?;
            for key in new {
                let entry = if pulled.results.contains(&key) { store.entry(&key)? } else { None };
                let outputs = entry.into_iter().flat_map(|entry| entry.outputs);
                let names = outputs.filter(|(_, output)| !output.files.is_empty()).map(|(name, _)| name).collect();
                there.remove(&key);
                kept.insert(key, names);
            }
            all.bytes += pulled.bytes;
            all.results.extend(pulled.results);
            all.refused.extend(pulled.refused);
        }
    }

    /// How many results [`Pulled::for_plan`] would take over, and how many steps were left to run, if all of them are as
    /// they should be.
    ///
    /// # Errors
    /// Where the remote does not answer.
    pub fn forecast(
        shelf: &dyn Shelf,
        (graph, plan): (&Graph, &RunPlan),
        watch: &dyn Watch,
    ) -> Result<(usize, usize), RemoteError> {
        let there = offered(shelf, (graph, plan), watch)?;
        let (taken, left) = plan.taken_from(graph, &|node, _| there.contains(&graph.nodes[node].key));
        Ok((taken.len(), left.len()))
    }
}

/// What a remote seems to have of what a plan would compute.
fn offered(
    shelf: &dyn Shelf,
    (graph, plan): (&Graph, &RunPlan),
    watch: &dyn Watch,
) -> Result<BTreeSet<String>, RemoteError> {
    let (_, open) = plan.taken_from(graph, &|_, _| false);
    let keys: Vec<String> = open.into_iter().map(|node| graph.nodes[node].key.clone()).collect();
    if keys.is_empty() { Ok(BTreeSet::new()) } else { find(shelf, &keys, watch) }
}

/// Bytes of the values of results, by their descriptions.
///
/// # Errors
/// Where the remote does not answer.
pub fn bytes_of(shelf: &dyn Shelf, keys: &[String], watch: &dyn Watch) -> Result<u64, RemoteError> {
    let total = AtomicU64::new(0);
    each(keys, watch, |key| {
        let entry = shelf.get(&layout::result(key))?.and_then(|manifest| foreign_entry(key, &manifest).ok());
        let files = entry.iter().flat_map(|entry| entry.outputs.values()).flat_map(|output| &output.files);
        total.fetch_add(files.map(|file| file.bytes).sum(), Ordering::Relaxed);
        Ok(())
    })?;
    Ok(total.into_inner())
}
