//! What stored results are, apart from times.

use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Every file of a folder and of the folders in it.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(&path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// Path below `objects/` → content, without the times in `entry.json`.
pub fn objects(store: &Path) -> BTreeMap<String, Vec<u8>> {
    let folder = store.join("objects");
    let content = |path: &Path| {
        let bytes = fs::read(path).unwrap();
        if !path.ends_with("entry.json") {
            return bytes;
        }
        let mut entry: Json = serde_json::from_slice(&bytes).unwrap();
        entry
            .as_object_mut()
            .unwrap()
            .retain(|key, _| !["elapsed_s", "finished_unix_s", "sha256"].contains(&key.as_str()));
        entry.to_string().into_bytes()
    };
    let name = |path: &Path| path.strip_prefix(&folder).unwrap().display().to_string();
    files(&folder).iter().map(|path| (name(path), content(path))).collect()
}

/// The tables among them: what must be the same however a run went.
pub fn tables(store: &Path) -> BTreeMap<String, Vec<u8>> {
    objects(store).into_iter().filter(|(name, _)| name.ends_with(".csv")).collect()
}

/// Names of the files that one of two stores lacks or has with another content.
pub fn differences(one: &BTreeMap<String, Vec<u8>>, two: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = one.keys().chain(two.keys()).collect();
    names.into_iter().filter(|name| one.get(*name) != two.get(*name)).cloned().collect()
}
