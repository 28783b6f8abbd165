//! Reads everything that a store holds and says what is damaged.

use super::code::is_code;
use super::disk;
use super::entries::Store;
use super::error::{StoreError, io};
use crate::engine::plan::record::RunRecord;
use std::fs;
use std::path::{Path, PathBuf};

/// What was read of a store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Entries that are whole.
    pub entries: usize,
    /// Bytes of their values.
    pub bytes: u64,
    /// Other files that are whole: content index, records of runs, states of steps.
    pub others: usize,
    /// What is damaged: where, and in what way.
    pub damaged: Vec<(PathBuf, String)>,
}

impl Verified {
    fn found(&mut self, path: &Path, reason: impl Into<String>) {
        self.damaged.push((path.to_owned(), reason.into()));
    }

    /// Sorts out what came of reading something: whole, damaged or refused by the system.
    fn read<T>(&mut self, path: &Path, result: Result<Option<T>, StoreError>) -> Result<Option<T>, StoreError> {
        match result {
            Ok(Some(whole)) => return Ok(Some(whole)),
            Ok(None) => self.found(path, "it is gone"),
            Err(StoreError::Damaged { reason, .. }) => self.found(path, reason),
            Err(other) => return Err(other),
        }
        Ok(None)
    }
}

impl Store {
    /// Reads all entries with all their values, the content index, the records of runs and the states of steps; changes
    /// nothing.
    ///
    /// # Errors
    /// Where the system refuses to read something: then nothing can be said of it.
    pub fn verify(&self) -> Result<Verified, StoreError> {
        let mut verified = Verified::default();
        self.each_key("objects", &mut verified, &mut |verified, path, key| {
            let whole = self.whole(key).and_then(|entry| Ok(entry.zip(surplus(path)?)));
            let Some((entry, listed)) = verified.read(path, whole)? else { return Ok(()) };
            let files = || entry.outputs.iter().flat_map(|(port, o)| o.files.iter().map(move |file| (port, file)));
            let known = |file: &Path| {
                file == Path::new("entry.json") || files().any(|(port, f)| file == Path::new(port).join(&f.name))
            };
            match listed.iter().find(|file| !known(file)) {
                Some(more) => verified.found(&path.join(more), "it is no part of the result beside it"),
                None => verified.entries += 1,
            }
            verified.bytes += files().map(|(_, file)| file.bytes).sum::<u64>();
            Ok(())
        })?;
        self.each_key("content", &mut verified, &mut |verified, path, key| {
            let whole = verified.read(path, self.content(key))?;
            verified.others += usize::from(whole.is_some());
            Ok(())
        })?;
        self.each_key("scratch", &mut verified, &mut |verified, path, key| {
            let whole = verified.read(path, self.read_scratch(key))?;
            verified.others += usize::from(whole.is_some());
            Ok(())
        })?;
        let runs = self.root().join("runs");
        for file in files_below(&runs, Path::new(""), &mut verified)? {
            let path = runs.join(file);
            let whole = verified.read(&path, RunRecord::at(self, &path))?;
            verified.others += usize::from(whole.is_some());
        }
        self.verify_lists(&mut verified)?;
        Ok(verified)
    }

    /// The lists beside the results: of code, of uses, of pins, and the log.
    fn verify_lists(&self, verified: &mut Verified) -> Result<(), StoreError> {
        for shard in names(&self.root().join("code"), verified)? {
            for path in names(&shard, verified)? {
                let code = path.file_name().and_then(|name| name.to_str()).filter(|name| is_code(name));
                match code.filter(|code| self.place("code", code) == path) {
                    Some(code) => {
                        let whole = verified.read(&path, self.code(code))?;
                        verified.others += usize::from(whole.is_some());
                    }
                    None => verified.found(&path, "it does not belong here"),
                }
            }
        }
        for path in names(&self.root().join("uses"), verified)? {
            let whole = verified.read(&path, self.read_use(&path))?;
            verified.others += usize::from(whole.is_some());
        }
        let pins = self.root().join("pins.json");
        if disk::look(&pins).map_err(io("read", &pins))?.is_some() {
            let whole = verified.read(&pins, self.pins().map(Some))?;
            verified.others += usize::from(whole.is_some());
        }
        let logged = self.logged()?;
        if let Some((line, reason)) = logged.fault {
            verified.found(&self.log_path(), format!("line {line}: {reason}"));
        } else {
            verified.others += usize::from(!logged.lines.is_empty());
        }
        Ok(())
    }

    /// Calls for everything in one of the store's folders of keys; names what does not belong there.
    fn each_key(
        &self,
        kind: &str,
        verified: &mut Verified,
        each: &mut dyn FnMut(&mut Verified, &Path, &str) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for shard in names(&self.root().join(kind), verified)? {
            for path in names(&shard, verified)? {
                let key = path.file_name().and_then(|name| name.to_str()).filter(|name| is_key(name));
                match key.filter(|key| self.place(kind, key) == path) {
                    Some(key) => each(verified, &path, key)?,
                    None => verified.found(&path, "it does not belong here"),
                }
            }
        }
        Ok(())
    }
}

pub(super) fn is_key(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// What lies in a folder, in order; a folder that is none is damage, one that is not there is empty.
fn names(folder: &Path, verified: &mut Verified) -> Result<Vec<PathBuf>, StoreError> {
    let refused = || io("read", folder);
    if disk::look(folder).map_err(refused())?.is_none() {
        return Ok(Vec::new());
    }
    if !folder.is_dir() {
        verified.found(folder, "it is no folder");
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).map_err(refused())?;
    let found: std::io::Result<Vec<PathBuf>> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut found = found.map_err(refused())?;
    found.sort();
    Ok(found)
}

/// Everything that is no folder below a folder, as paths from there.
fn files_below(top: &Path, below: &Path, verified: &mut Verified) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    for path in names(&top.join(below), verified)? {
        let name = path.strip_prefix(top).unwrap_or(&path);
        let metadata = disk::look(&path).map_err(io("read", &path))?;
        if metadata.is_some_and(|metadata| metadata.is_dir()) && path.extension().is_none_or(|e| e != "json") {
            found.extend(files_below(top, name, verified)?);
        } else {
            found.push(name.to_owned());
        }
    }
    Ok(found)
}

/// All files of an entry.
fn surplus(folder: &Path) -> Result<Option<Vec<PathBuf>>, StoreError> {
    files_below(folder, Path::new(""), &mut Verified::default()).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Cell, Table, Value};
    use crate::engine::{CodePiece, Entry, Machine};
    use std::collections::BTreeMap;

    fn store(root: &Path) -> Store {
        let store = Store::open(root).unwrap();
        let (a, b) = ("ab".repeat(32), "cd".repeat(32));
        let entry = Entry {
            key: a.clone(),
            kind: "fake".to_owned(),
            code: String::new(),
            params: serde_json::json!({"x": 0.1}),
            inputs: vec![("x".to_owned(), vec![(b.clone(), 0)])],
            origin: None,
            elapsed_s: 0.5,
            finished_unix_s: 7,
            outputs: BTreeMap::new(),
        };
        let table = Value::Table(Table::from_rows(&["v"], &[vec![Cell::Float(1.0)]]).unwrap());
        store.publish(entry, &[("t", &table)]).unwrap();
        store.remember_content(&b, &a).unwrap();
        store.save_scratch(&b, b"half-way").unwrap();
        let record = RunRecord {
            study: "paper/study".to_owned(),
            profile: "quick+more".to_owned(),
            finished_unix_s: 7,
            elapsed_s: 1.0,
            ran: 1,
            cached: 0,
            machine: Machine::this(),
            commit: String::new(),
            steps: Vec::new(),
        };
        record.write(&store).unwrap();
        store.announce(std::iter::once(a.as_str())).unwrap();
        let piece = CodePiece { file: "math/a.rs".to_owned(), name: "f".to_owned(), hash: "0123456789".to_owned() };
        store.remember_code(&"0c".repeat(16), &|| vec![piece.clone()]).unwrap();
        store.change_pins(|pins| drop(pins.pins.insert("study@quick".to_owned(), [a.clone()].into()))).unwrap();
        store
    }

    fn files(store: &Store) -> Vec<PathBuf> {
        let found = files_below(store.root(), Path::new(""), &mut Verified::default()).unwrap();
        found.into_iter().filter(|file| !file.starts_with("tmp")).map(|file| store.root().join(file)).collect()
    }

    #[test]
    fn a_store_as_it_was_written_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let verified = store.verify().unwrap();
        assert_eq!((verified.entries, verified.others, verified.damaged), (1, 6, Vec::new()));
        assert!(verified.bytes > 0);
        assert_eq!(Store::open(&folder.path().join("none")).unwrap().verify().unwrap(), Verified::default());
    }

    #[test]
    fn a_flipped_bit_is_named_wherever_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let files = files(&store);
        // with the lock, which is empty
        assert_eq!(files.len(), 10);
        for path in files {
            let whole = fs::read(&path).unwrap();
            for at in 0..whole.len() {
                let mut flipped = whole.clone();
                flipped[at] ^= 1 << (at % 8);
                fs::write(&path, flipped).unwrap();
                let damaged = store.verify().unwrap().damaged;
                assert_eq!(damaged.len(), 1, "byte {at} of {}", path.display());
                assert!(path.starts_with(&damaged[0].0), "{damaged:?}");
            }
            fs::write(&path, &whole).unwrap();
        }
    }

    #[test]
    fn what_does_not_belong_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let entry = store.place("objects", &"ab".repeat(32));
        let strange = [
            entry.join("t/more"),
            entry.with_file_name("notes"),
            entry.with_file_name("ef".repeat(32)),
            store.root().join("objects/notes"),
            store.root().join("runs/notes"),
            store.root().join("runs/paper/other/quick.json"),
            store.place("scratch", &"ef".repeat(32)),
        ];
        for path in &strange {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let named: Vec<PathBuf> = store.verify().unwrap().damaged.into_iter().map(|(path, _)| path).collect();
        for path in &strange {
            assert!(named.contains(path), "{}", path.display());
        }
        assert_eq!(named.len(), strange.len());
    }
}
