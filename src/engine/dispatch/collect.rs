//! What is left of work that was sent elsewhere goes when nobody can need it: descriptions of steps, marks of failures,
//! submissions that are over.
//!
//! All of it stays for a day: somebody may be about to name it, or to look what went wrong.

use super::ledger::Ledger;
use super::{describe, failure, ledger};
use crate::engine::store::error::io;
use crate::engine::store::{Store, StoreError, size_below};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long everything stays, as lists of code do.
const STAYS: Duration = Duration::from_secs(24 * 3600);

/// What went, or would.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CollectedWork {
    /// Files that describe steps.
    pub descriptions: usize,
    /// Marks of failures.
    pub marks: usize,
    /// Submissions that were over.
    pub submissions: usize,
    /// Bytes that are free now.
    pub freed_bytes: u64,
}

/// What submissions need.
#[derive(Default)]
struct Needed {
    /// Some submission is not over.
    open: bool,
    /// One of them cannot be read: it may need anything.
    unknown: bool,
    descriptions: BTreeSet<String>,
    /// Folders of those that are over.
    over: Vec<PathBuf>,
}

impl Store {
    /// Takes out what is left of work that was sent elsewhere: descriptions of steps that no open submission names, but for the
    /// newest file; marks of steps whose result is there, and all marks while no submission is open; submissions that are
    /// over. But for marks beside a result, nothing goes that is younger than a day.
    ///
    /// # Errors
    /// Where the system refuses to read or remove something. What was taken out by then stays out.
    pub fn collect_work(&self, dry_run: bool) -> Result<CollectedWork, StoreError> {
        let now = now(self.root());
        let is_old = |path: &Path| {
            let changed = fs::symlink_metadata(path).and_then(|file| file.modified()).ok();
            let age = now.zip(changed).and_then(|(now, changed)| now.duration_since(changed).ok());
            age.is_some_and(|age| age > STAYS)
        };
        let needed = self.needed()?;
        let mut found = CollectedWork::default();
        let mut gone: Vec<PathBuf> = Vec::new();
        for path in self.descriptions_by_age()?.into_iter().skip(1) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !needed.unknown && !needed.descriptions.contains(&name) && is_old(&path) {
                found.descriptions += 1;
                gone.push(path);
            }
        }
        for key in self.keys_in(failure::FOLDER)? {
            let path = self.place(failure::FOLDER, &key);
            if matches!(self.entry(&key), Ok(Some(_))) || !needed.open && is_old(&path) {
                found.marks += 1;
                gone.push(path);
            }
        }
        for folder in needed.over.into_iter().filter(|folder| is_old(&folder.join(ledger::LEDGER))) {
            found.submissions += 1;
            gone.push(folder);
        }
        for path in gone {
            found.freed_bytes += size_below(&path);
            if !dry_run {
                self.discard(&path)?;
            }
        }
        Ok(found)
    }

    fn needed(&self) -> Result<Needed, StoreError> {
        let mut needed = Needed::default();
        for id in self.submissions()? {
            match Ledger::read(self, &id) {
                Ok(ledger) if ledger.closed().is_some() => needed.over.push(self.submission_folder(&id)),
                Ok(ledger) => {
                    needed.open = true;
                    needed.descriptions.insert(ledger.submission.descriptions);
                }
                Err(StoreError::Damaged { .. }) => (needed.open, needed.unknown) = (true, true),
                Err(other) => return Err(other),
            }
        }
        Ok(needed)
    }

    /// Files that describe steps, the newest first.
    fn descriptions_by_age(&self) -> Result<Vec<PathBuf>, StoreError> {
        let folder = self.root().join(describe::FOLDER);
        describe::newest_first(&folder).map_err(io("read", &folder))
    }
}

/// The time by the clock of the file system, as hosts have clocks that differ.
fn now(root: &Path) -> Option<SystemTime> {
    let file = tempfile::NamedTempFile::with_prefix_in("clock-", root.join("tmp")).ok()?;
    file.as_file().metadata().and_then(|file| file.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Table, Value};
    use crate::engine::Entry;
    use crate::engine::dispatch::{Cause, FailureMark, LedgerLine, Submission};
    use std::collections::BTreeMap;

    fn key(letter: char) -> String {
        letter.to_string().repeat(64)
    }

    fn put(store: &Store, key: String) {
        let entry = Entry {
            key,
            kind: "fake".to_owned(),
            code: String::new(),
            params: serde_json::json!({}),
            inputs: Vec::new(),
            origin: None,
            elapsed_s: 1.0,
            finished_unix_s: 1,
            outputs: BTreeMap::new(),
        };
        let table = Value::Table(Table::from_rows(&["v"], &[]).unwrap());
        store.publish(entry, &[("t", &table)]).unwrap();
    }

    fn age(path: &Path) {
        let file = fs::File::open(path).unwrap();
        file.set_modified(SystemTime::now() - 2 * STAYS).unwrap();
    }

    fn mark(store: &Store, letter: char) -> PathBuf {
        let [name, place, error, host, task] = ["s: step", "s.yaml:1:1", "no", "h", "a/0/0"].map(str::to_owned);
        let mark = FailureMark {
            key: key(letter),
            name,
            place,
            cause: Cause::Step,
            error,
            log_tail: Vec::new(),
            host,
            task,
            unix_s: 1,
        };
        store.mark_failed(&mark).unwrap();
        store.place(failure::FOLDER, &key(letter))
    }

    fn described(store: &Store, letter: char) -> PathBuf {
        let path = store.root().join(describe::FOLDER).join(key(letter));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "x").unwrap();
        path
    }

    fn begun(store: &Store, id: &str, descriptions: String) -> Ledger {
        let [id, executor, profile, host] = [id, "local", "quick", "h"].map(str::to_owned);
        let submission = Submission {
            id,
            executor,
            profile,
            studies: Vec::new(),
            descriptions,
            unix_s: 1,
            host,
            folder: "/p".into(),
            command: Vec::new(),
            environment: Vec::new(),
            at_once: None,
            time_most_s: 1,
            arrays: Vec::new(),
        };
        Ledger::begin(store, submission, &[]).unwrap()
    }

    #[test]
    fn what_nobody_can_need_goes_after_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(store.collect_work(false).unwrap(), CollectedWork::default());
        let [named, old, young] = ['a', 'b', 'c'].map(|letter| described(&store, letter));
        let mut open = begun(&store, "open", key('a'));
        let mut over = begun(&store, "over", key('b'));
        over.write(LedgerLine::Closed { reason: "done".to_owned() }).unwrap();
        put(&store, key('d'));
        let [with_result, without] = ['d', 'e'].map(|letter| mark(&store, letter));
        [&named, &old, &without].into_iter().for_each(|path| age(path));
        let ledger = |id: &str| store.submission_folder(id).join(ledger::LEDGER);
        // The folder of one that was over just now stays.
        let dry = store.collect_work(true).unwrap();
        assert_eq!((dry.descriptions, dry.marks, dry.submissions), (1, 1, 0));
        ["open", "over"].into_iter().for_each(|id| age(&ledger(id)));
        let dry = store.collect_work(true).unwrap();
        assert!(old.exists() && with_result.exists() && ledger("over").exists(), "a dry run changes nothing");
        let collected = store.collect_work(false).unwrap();
        assert_eq!(collected, dry);
        assert_eq!((collected.descriptions, collected.marks, collected.submissions), (1, 1, 1));
        assert!(collected.freed_bytes > 1);
        assert!(!old.exists() && !with_result.exists() && !store.submission_folder("over").exists());
        assert!(named.exists() && young.exists() && ledger("open").exists());
        assert!(without.exists(), "whoever looks after an open submission reads it");
        open.write(LedgerLine::Closed { reason: "done".to_owned() }).unwrap();
        let collected = store.collect_work(false).unwrap();
        assert_eq!((collected.descriptions, collected.marks, collected.submissions), (1, 1, 0));
        age(&young);
        assert_eq!(store.collect_work(false).unwrap(), CollectedWork::default(), "the newest stays");
    }

    #[test]
    fn a_submission_that_cannot_be_read_may_need_anything() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let old = described(&store, 'a');
        described(&store, 'b');
        let failed = mark(&store, 'e');
        [&old, &failed].into_iter().for_each(|path| age(path));
        begun(&store, "odd", key('c'));
        let ledger = store.submission_folder("odd").join(ledger::LEDGER);
        fs::write(&ledger, "x").unwrap();
        age(&ledger);
        assert_eq!(store.collect_work(false).unwrap(), CollectedWork::default());
        fs::remove_dir_all(store.submission_folder("odd")).unwrap();
        let collected = store.collect_work(false).unwrap();
        assert_eq!((collected.descriptions, collected.marks), (1, 1));
    }
}
