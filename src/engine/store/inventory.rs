//! What a store holds, result by result: its size, what having it again costs, and when it was last used.

use super::disk;
use super::entries::{Entry, Store};
use super::error::{StoreError, io};
use super::uses::folder_entries;
use super::verify::is_key;
use crate::step::hex;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

/// A stored result.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// Its key.
    pub key: String,
    /// The kind of its step; `damaged` where it cannot be read.
    pub kind: String,
    /// The code fingerprint of the kind.
    pub code: String,
    /// Bytes of its files, with the description.
    pub bytes: u64,
    /// Seconds that its own step took.
    pub own_s: f64,
    /// Seconds that having it again takes: its own step, and those before it whose values are not kept.
    pub cost_s: f64,
    /// Seconds since 1970 when a run that reaches it last began, or when it was made.
    pub used_unix_s: u64,
    /// Whether it lies behind a link, where nothing is deleted.
    pub linked: bool,
    /// What results share that may stand for each other; empty where not all values are kept.
    pub(super) same: String,
}

/// All that a store holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inventory {
    /// The results, by key.
    pub results: Vec<Held>,
    /// Bytes of everything else, by the name of its folder or file.
    pub others: BTreeMap<String, u64>,
}

impl Inventory {
    /// Bytes of all.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.results.iter().map(|held| held.bytes).chain(self.others.values().copied()).sum()
    }
}

/// What costs are made of.
struct Cost {
    own_s: f64,
    kept: bool,
    inputs: BTreeSet<String>,
}

impl Store {
    /// Reads the description of every result; no value.
    ///
    /// # Errors
    /// Where the system refuses to read something.
    pub fn inventory(&self) -> Result<Inventory, StoreError> {
        let uses = self.all_uses()?;
        let last_used = Self::last_used(&uses);
        let (mut results, mut costs) = (Vec::new(), HashMap::new());
        for key in self.keys_in("objects")? {
            let entry = match self.entry(&key) {
                Err(StoreError::Damaged { .. }) => None,
                Ok(None) => continue,
                other => other?,
            };
            let folder = self.place("objects", &key);
            let linked = disk::leads_out(self.root(), &folder).map_err(io("read", &folder))?;
            let mut held = Held {
                bytes: size_below(&folder),
                kind: "damaged".to_owned(),
                code: String::new(),
                own_s: 0.0,
                cost_s: 0.0,
                used_unix_s: 0,
                linked,
                same: String::new(),
                key,
            };
            if let Some(entry) = entry {
                held.used_unix_s = last_used.get(held.key.as_str()).copied().unwrap_or(0).max(entry.finished_unix_s);
                costs.insert(held.key.clone(), Cost::of(&entry));
                held.same = same(&entry);
                held.own_s = entry.elapsed_s;
                (held.kind, held.code) = (entry.kind, entry.code);
            }
            results.push(held);
        }
        let mut known = HashMap::new();
        results.iter_mut().for_each(|held| held.cost_s = again_s(&held.key, &costs, &mut known));
        Ok(Inventory { results, others: self.others()? })
    }

    /// Seconds that having a result again takes, by what is stored: its step, and those before it whose values are not
    /// kept; nothing where it is not stored.
    ///
    /// # Errors
    /// Where the system refuses to read something.
    pub fn again_s(&self, key: &str) -> Result<Option<f64>, StoreError> {
        let (mut costs, mut open) = (HashMap::new(), vec![key.to_owned()]);
        while let Some(key) = open.pop() {
            let entry = match self.entry(&key) {
                Err(StoreError::Damaged { .. }) => None,
                other => other?,
            };
            let Some(cost) = entry.as_ref().map(Cost::of) else { continue };
            open.extend(cost.inputs.iter().filter(|input| !costs.contains_key(*input)).cloned());
            costs.insert(key, cost);
        }
        Ok(costs.contains_key(key).then(|| again_s(key, &costs, &mut HashMap::new())))
    }

    /// The keys of stored results that begin with some digits.
    ///
    /// # Errors
    /// Where the system refuses to read the folders.
    pub fn keys_from(&self, beginning: &str) -> Result<Vec<String>, StoreError> {
        Ok(self.keys_in("objects")?.into_iter().filter(|key| key.starts_with(beginning)).collect())
    }

    /// The keys in one of the store's folders, in order; what does not belong there is passed over.
    pub(in crate::engine) fn keys_in(&self, kind: &str) -> Result<Vec<String>, StoreError> {
        let mut keys = Vec::new();
        for shard in folder_entries(&self.root().join(kind))?.iter().filter(|shard| shard.is_dir()) {
            for path in folder_entries(shard)? {
                let key = path.file_name().and_then(|name| name.to_str()).filter(|name| is_key(name));
                keys.extend(key.filter(|key| self.place(kind, key) == path).map(str::to_owned));
            }
        }
        Ok(keys)
    }

    fn others(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        let named = folder_entries(self.root())?
            .into_iter()
            .map(|path| (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), size_below(&path)));
        Ok(named.filter(|(name, bytes)| name != "objects" && *bytes > 0).collect())
    }
}

impl Cost {
    fn of(entry: &Entry) -> Self {
        let kept = entry.outputs.values().any(|output| !output.files.is_empty());
        let inputs = entry.inputs.iter().flat_map(|(_, wired)| wired.iter().map(|(key, _)| key.clone())).collect();
        Self { own_s: entry.elapsed_s, kept, inputs }
    }
}

/// The time of a step and of those before it of which no value is kept.
fn again_s(key: &str, costs: &HashMap<String, Cost>, known: &mut HashMap<String, f64>) -> f64 {
    if let Some(&seconds) = known.get(key) {
        return seconds;
    }
    let Some(cost) = costs.get(key) else { return 0.0 };
    // a circle is damage; each of its steps counts once
    known.insert(key.to_owned(), cost.own_s);
    let unkept = cost.inputs.iter().filter(|input| costs.get(*input).is_some_and(|cost| !cost.kept));
    let seconds = cost.own_s + unkept.map(|input| again_s(input, costs, known)).sum::<f64>();
    known.insert(key.to_owned(), seconds);
    seconds
}

/// What results of one kind, code and parameters with the same bytes share.
fn same(entry: &Entry) -> String {
    if entry.outputs.values().any(|output| output.files.is_empty()) {
        return String::new();
    }
    let digests: Vec<&String> = entry.outputs.values().map(|output| &output.digest).collect();
    hex(&Sha256::digest(json!([entry.kind, entry.code, entry.params, digests]).to_string()))
}

/// Bytes of the files below a path; links are not followed, but for that of the path itself.
pub(in crate::engine) fn size_below(path: &Path) -> u64 {
    let Ok(metadata) = fs::metadata(path) else { return 0 };
    if !metadata.is_dir() {
        return metadata.len();
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => size_below(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    entries.map(size).sum()
}
