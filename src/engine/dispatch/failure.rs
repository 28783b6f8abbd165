//! Marks of failure: `STORE/failed/ab/<key>`, sealed. A step is over when its result is in the store, or such a mark; a
//! result counts for more. A mark goes when its step is sent again, and when it is computed.

use crate::engine::store::disk::{self, Durable, Found};
use crate::engine::store::{Store, StoreError};
use crate::step::{seal, unseal};
use serde::{Deserialize, Serialize};

pub(super) const FOLDER: &str = "failed";
/// More than a mark takes: its tail has some kilobytes.
const MOST_BYTES: u64 = 1 << 22;

/// Why a step failed, as far as it matters for what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The step itself says that it cannot: the same would happen again.
    Step,
    /// Memory ran out, or it needs more than the task may have.
    Memory,
    /// The time was over, and nothing was kept that it could go on from.
    Time,
    /// A data set is missing or damaged where it ran.
    Data,
    /// Its program was killed, for a reason that is not known.
    Killed,
    /// A step that it needs failed.
    Input,
}

impl Cause {
    /// Whether the same would happen again, whatever the task may have.
    #[must_use]
    pub const fn stays(self) -> bool {
        matches!(self, Self::Step | Self::Data | Self::Input)
    }
}

/// How a step failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FailureMark {
    /// Its key.
    pub key: String,
    /// Study, step and cell.
    pub name: String,
    /// Where it is written, file:line:column.
    pub place: String,
    /// Why.
    pub cause: Cause,
    /// What went wrong.
    pub error: String,
    /// The last lines that were printed.
    pub log_tail: Vec<String>,
    /// The machine that it ran on.
    pub host: String,
    /// Submission, array and task.
    pub task: String,
    /// Seconds since 1970, by the clock of that machine.
    pub unix_s: u64,
}

impl Store {
    /// Marks a step as failed.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn mark_failed(&self, mark: &FailureMark) -> Result<(), StoreError> {
        let path = self.place(FOLDER, &mark.key);
        let text = seal(mark).map_err(|e| StoreError::Damaged { path: path.clone(), reason: e.to_string() })?;
        self.replace(&path, &[&text], Durable::Now)
    }

    /// The mark of a step; none where it has none. One that is damaged says nothing, and goes.
    ///
    /// # Errors
    /// Where the system refuses to read it.
    pub fn failure(&self, key: &str) -> Result<Option<FailureMark>, StoreError> {
        let path = self.place(FOLDER, key);
        let bytes = match disk::read(self.root(), &path, MOST_BYTES)? {
            Found::File(bytes) => bytes,
            Found::Nothing => return Ok(None),
            Found::Odd(_) => Vec::new(),
        };
        let mark = unseal::<FailureMark>(&bytes).ok().filter(|mark| mark.key == key);
        if mark.is_none() {
            disk::remove(&path);
        }
        Ok(mark)
    }

    /// Takes the mark of a step away.
    pub fn forget_failure(&self, key: &str) {
        disk::remove(&self.place(FOLDER, key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(key: &str) -> FailureMark {
        FailureMark {
            key: key.to_owned(),
            name: "s: step".to_owned(),
            place: "s.yaml:1:1".to_owned(),
            cause: Cause::Memory,
            error: "no".to_owned(),
            log_tail: vec!["a line".to_owned()],
            host: "node".to_owned(),
            task: "abc/0/3".to_owned(),
            unix_s: 1,
        }
    }

    #[test]
    fn a_mark_stays_until_it_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(store.failure("abc").unwrap(), None);
        store.mark_failed(&mark("abc")).unwrap();
        assert_eq!(store.failure("abc").unwrap(), Some(mark("abc")));
        store.forget_failure("abc");
        assert_eq!(store.failure("abc").unwrap(), None);
    }

    #[test]
    fn a_damaged_mark_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store.mark_failed(&mark("abc")).unwrap();
        let path = store.place(FOLDER, "abc");
        std::fs::copy(&path, store.place(FOLDER, "abd")).unwrap();
        assert_eq!(store.failure("abd").unwrap(), None, "it is that of another step");
        let text = std::fs::read_to_string(&path).unwrap().replace("memory", "time");
        std::fs::write(&path, text).unwrap();
        assert_eq!(store.failure("abc").unwrap(), None);
        assert!(!path.exists());
    }
}
