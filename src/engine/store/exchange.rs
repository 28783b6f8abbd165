//! Results that come from another store, or go to one: everything is checked before it can be seen here.
//!
//! What comes is refused unless its description is whole, under its own key, that key is what its kind, code, parameters
//! and inputs make, no name leads out of its folder, and every file has the bytes that its hash says and decodes.

use super::disk::{self, Durable, Found};
use super::entries::{Entry, Store, StoredOutput};
use super::error::{StoreError, io};
use super::publish::digest_of;
use super::verify::is_key;
use crate::artifact;
use crate::engine::plan::key::key_from;
use crate::engine::plan::record::RunRecord;
use crate::step::{hex, seal, unseal};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

/// A result that is being taken over. Nobody sees it before [`Staged::reveal`].
#[derive(Debug)]
pub struct Staged<'s> {
    store: &'s Store,
    entry: Entry,
    folder: PathBuf,
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        disk::remove(&self.folder);
    }
}

/// Reads the description of a result that came from elsewhere.
///
/// # Errors
/// In words, why it is refused.
pub fn foreign_entry(key: &str, manifest: &[u8]) -> Result<Entry, String> {
    let entry: Entry = unseal(manifest).map_err(|e| format!("its description: {e}"))?;
    let made = key_from((&entry.kind, &entry.code), &entry.params.to_string(), &entry.inputs);
    if entry.key != key || !is_key(key) || made != key {
        return Err("it is that of another result".to_owned());
    }
    for (port, output) in entry.outputs.iter().filter(|(_, output)| !output.files.is_empty()) {
        let names = || output.files.iter().map(|file| file.name.as_str()).chain([port.as_str()]);
        if let Some(name) = names().find(|name| !disk::is_plain(name)) {
            return Err(format!("the name {name:?} leads out of its folder"));
        }
        if port == MANIFEST
            || digest_of(&output.files) != output.digest
            || !output.files.iter().all(|f| is_key(&f.sha256))
        {
            return Err(format!("the hashes of its output {port:?} do not belong together"));
        }
    }
    Ok(entry)
}

const MANIFEST: &str = "entry.json";

impl Store {
    /// Begins to take over a result whose description has been read.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn stage(&self, entry: Entry) -> Result<Staged<'_>, StoreError> {
        let folder = self.in_work(|folder| fs::create_dir(folder))?;
        Ok(Staged { store: self, entry, folder })
    }

    /// The description of a result with its bytes, for another store.
    ///
    /// # Errors
    /// As [`Store::entry`].
    pub fn manifest(&self, key: &str) -> Result<Option<(Entry, Vec<u8>)>, StoreError> {
        let Some(entry) = self.entry(key)? else { return Ok(None) };
        let bytes = seal(&entry)
            .map_err(|e| StoreError::Damaged { path: self.place("objects", key), reason: e.to_string() })?;
        Ok(Some((entry, bytes)))
    }

    /// The bytes of one file of a result, checked.
    ///
    /// # Errors
    /// Where they are missing, changed or refused by the system.
    pub fn file_bytes(&self, entry: &Entry, (port, name): (&str, &str)) -> Result<Vec<u8>, StoreError> {
        let folder = self.place("objects", &entry.key);
        let damaged =
            |reason: &str| StoreError::Damaged { path: folder.clone(), reason: format!("{port}/{name} {reason}") };
        let listed = entry.outputs.get(port).and_then(|output| output.files.iter().find(|file| file.name == name));
        let file = listed.filter(|_| disk::is_plain(port) && disk::is_plain(name));
        let file = file.ok_or_else(|| damaged("is no part of it"))?;
        match disk::read(&self.root, &folder.join(port).join(name), file.bytes)? {
            Found::File(bytes) if hex(&Sha256::digest(&bytes)) == file.sha256 => Ok(bytes),
            Found::File(_) => Err(damaged("has changed")),
            Found::Nothing => Err(damaged("is missing")),
            Found::Odd(reason) => Err(damaged(&reason)),
        }
    }

    /// Takes over the record of a run from elsewhere, unless there is a later one here; whether it was.
    ///
    /// # Errors
    /// Where the disk refuses. A record that is not whole or is that of another study is passed over.
    pub fn adopt_record(&self, (study, profile): (&str, &str), bytes: &[u8]) -> Result<bool, StoreError> {
        let Ok(record) = unseal::<RunRecord>(bytes) else { return Ok(false) };
        let here = RunRecord::named(self, (study, profile))?;
        let later = here.is_some_and(|here| here.finished_unix_s >= record.finished_unix_s);
        if later || record.study != study || record.profile != profile {
            return Ok(false);
        }
        record.write(self).map(|()| true)
    }
}

impl Staged<'_> {
    /// What is taken over.
    #[must_use]
    pub const fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Writes the files of one output, by their names.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where they are not what the description says, another where the disk refuses.
    pub fn put(&self, port: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<(), StoreError> {
        let damaged = |reason: String| StoreError::Damaged { path: self.folder.clone(), reason };
        let none = || damaged(format!("it has no output {port:?}"));
        let output: &StoredOutput = self.entry.outputs.get(port).ok_or_else(none)?;
        for file in &output.files {
            let bytes = files.get(&file.name).map_or(&[][..], Vec::as_slice);
            if bytes.len() as u64 != file.bytes || hex(&Sha256::digest(bytes)) != file.sha256 {
                return Err(damaged(format!("{port}/{} is not what its hash says", file.name)));
            }
        }
        artifact::decode(output.value_type, &|name| files.get(name).cloned()).map_err(|e| damaged(e.to_string()))?;
        let inside = self.folder.join(port);
        fs::create_dir(&inside).map_err(io("write to the store at", &inside))?;
        for file in &output.files {
            let path = inside.join(&file.name);
            let bytes = files.get(&file.name).map_or(&[][..], Vec::as_slice);
            disk::write(&path, &[bytes], Durable::Later).map_err(io("write to the store at", &path))?;
        }
        Ok(())
    }

    /// Puts it in its place, once all outputs are there.
    ///
    /// # Errors
    /// Where an output is missing or the disk refuses; then nothing is left of it.
    pub fn reveal(self) -> Result<(), StoreError> {
        let kept = self.entry.outputs.iter().filter(|(_, output)| !output.files.is_empty());
        if let Some((port, _)) = kept.into_iter().find(|(port, _)| !self.folder.join(port).is_dir()) {
            let reason = format!("its output {port:?} is missing");
            return Err(StoreError::Damaged { path: self.folder.clone(), reason });
        }
        let damaged = |e: serde_json::Error| StoreError::Damaged { path: self.folder.clone(), reason: e.to_string() };
        let text = seal(&self.entry).map_err(damaged)?;
        let path = self.folder.join(MANIFEST);
        disk::write(&path, &[&text], Durable::Later).map_err(io("write to the store at", &path))?;
        self.store.reveal(&self.folder, &self.entry)?;
        self.store.unsettled.store(true, Ordering::Release);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Cell, Table, Value};

    fn made(store: &Store) -> (Entry, Vec<u8>) {
        let inputs = vec![("x".to_owned(), vec![("cd".repeat(32), 0)])];
        let params = serde_json::json!({"x": 0.1});
        let entry = Entry {
            key: key_from(("fake", ""), &params.to_string(), &inputs),
            kind: "fake".to_owned(),
            code: String::new(),
            params,
            inputs,
            origin: None,
            elapsed_s: 0.5,
            finished_unix_s: 7,
            outputs: BTreeMap::new(),
        };
        let table = Value::Table(Table::from_rows(&["v"], &[vec![Cell::Float(1.0)]]).unwrap());
        let entry = store.publish(entry, &[("t", &table)]).unwrap();
        store.manifest(&entry.key).unwrap().unwrap()
    }

    fn files(store: &Store, entry: &Entry) -> BTreeMap<String, Vec<u8>> {
        let names = entry.outputs["t"].files.iter().map(|file| file.name.clone());
        names.map(|name| (name.clone(), store.file_bytes(entry, ("t", &name)).unwrap())).collect()
    }

    #[test]
    fn a_result_goes_from_one_store_to_another() {
        let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (from, to) = (Store::open(a.path()).unwrap(), Store::open(b.path()).unwrap());
        let (entry, manifest) = made(&from);
        let staged = to.stage(foreign_entry(&entry.key, &manifest).unwrap()).unwrap();
        assert!(to.entry(&entry.key).unwrap().is_none());
        staged.put("t", &files(&from, &entry)).unwrap();
        staged.reveal().unwrap();
        assert_eq!(to.whole(&entry.key).unwrap().unwrap(), entry);
        let verified = to.verify().unwrap();
        assert_eq!((verified.entries, verified.damaged), (1, Vec::new()));
        // Once more: what is there stays.
        let staged = to.stage(entry.clone()).unwrap();
        staged.put("t", &files(&from, &entry)).unwrap();
        staged.reveal().unwrap();
        assert_eq!(to.verify().unwrap().entries, 1);
    }

    #[test]
    fn what_is_poisoned_is_refused_and_leaves_nothing() {
        let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (from, to) = (Store::open(a.path()).unwrap(), Store::open(b.path()).unwrap());
        let (entry, manifest) = made(&from);
        let resealed = |change: &dyn Fn(&mut Entry)| {
            let mut other = entry.clone();
            change(&mut other);
            foreign_entry(&entry.key, &seal(&other).unwrap())
        };
        assert!(resealed(&|_| ()).is_ok());
        assert!(resealed(&|e| e.key = "ab".repeat(32)).is_err());
        assert!(resealed(&|e| e.params = serde_json::json!({"x": 0.2})).is_err(), "not what the key says");
        assert!(resealed(&|e| e.code = "other".to_owned()).is_err());
        assert!(resealed(&|e| e.outputs.get_mut("t").unwrap().files[0].name = "../../x".to_owned()).is_err());
        assert!(resealed(&|e| e.outputs.get_mut("t").unwrap().digest = "0".repeat(64)).is_err());
        assert!(
            resealed(&|e| {
                let o = e.outputs.remove("t").unwrap();
                e.outputs.insert("..".to_owned(), o);
            })
            .is_err()
        );
        assert!(foreign_entry(&"ab".repeat(32), &manifest).is_err(), "under another key");
        assert!(foreign_entry(&entry.key, &manifest[..manifest.len() - 3]).is_err());
        let staged = to.stage(entry.clone()).unwrap();
        let mut wrong = files(&from, &entry);
        wrong.values_mut().for_each(|bytes| bytes[0] ^= 1);
        assert!(matches!(staged.put("t", &wrong), Err(StoreError::Damaged { .. })));
        assert!(matches!(staged.put("t", &BTreeMap::new()), Err(StoreError::Damaged { .. })));
        assert!(matches!(staged.reveal(), Err(StoreError::Damaged { .. })));
        assert!(to.entry(&entry.key).unwrap().is_none());
        drop(to);
        assert_eq!(fs::read_dir(b.path().join("tmp")).unwrap().count(), 0);
    }
}
