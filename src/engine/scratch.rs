//! States of long steps that are not done: `STORE/scratch/ab/<key>`, one file a step, its SHA-256 before its content.

use super::stop::{Hold, Stop};
use super::store::{Store, StoreError, io, write_file};
use crate::step::{Scratch, StepError};
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::sync::OnceLock;

const DIGEST_BYTES: usize = 32;

/// The scratch of one step.
pub(super) struct StepScratch<'a> {
    pub store: &'a Store,
    pub key: &'a str,
    pub stop: &'a Stop,
    /// Had by a step that asked for its state, and so will save one: a stop waits for it.
    pub hold: OnceLock<Hold>,
}

impl Scratch for StepScratch<'_> {
    fn load(&self) -> Option<Vec<u8>> {
        let _ = self.hold.get_or_init(|| self.stop.hold());
        self.store.scratch(self.key)
    }

    fn save(&self, state: &[u8]) -> Result<(), StepError> {
        self.store.save_scratch(self.key, state).map_err(|error| StepError::Scratch(error.to_string()))
    }
}

impl Store {
    fn scratch_path(&self, key: &str) -> PathBuf {
        self.root().join("scratch").join(&key[..2.min(key.len())]).join(key)
    }

    /// The state that a step left; nothing where there is none or it is damaged.
    #[must_use]
    pub fn scratch(&self, key: &str) -> Option<Vec<u8>> {
        let bytes = std::fs::read(self.scratch_path(key)).ok()?;
        let (digest, state) = bytes.split_at_checked(DIGEST_BYTES)?;
        (Sha256::digest(state).as_slice() == digest).then(|| state.to_vec())
    }

    /// Replaces the state of a step. Nobody ever sees it half-written.
    ///
    /// # Errors
    /// Where the disk refuses; then the state before is still there.
    pub fn save_scratch(&self, key: &str, state: &[u8]) -> Result<(), StoreError> {
        let target = self.scratch_path(key);
        let parent = target.parent().unwrap_or_else(|| self.root());
        std::fs::create_dir_all(parent).map_err(io("write to the store at", parent))?;
        // in `tmp`, which the next run clears of what a kill left there
        let folder = self.temporary()?;
        let beside = folder.join("state");
        let bytes = [Sha256::digest(state).as_slice(), state].concat();
        let done = write_file(&beside, &bytes)
            .and_then(|()| std::fs::rename(&beside, &target).map_err(io("write to the store at", &target)));
        let _ = std::fs::remove_dir_all(&folder);
        done
    }

    /// Forgets the state of a step that is done.
    pub fn drop_scratch(&self, key: &str) {
        let _ = std::fs::remove_file(self.scratch_path(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_state_stays_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(store.scratch("abc"), None);
        store.save_scratch("abc", b"one").unwrap();
        store.save_scratch("abc", b"two").unwrap();
        store.save_scratch("abd", b"").unwrap();
        assert_eq!(Store::open(folder.path()).unwrap().scratch("abc"), Some(b"two".to_vec()));
        assert_eq!(store.scratch("abd"), Some(Vec::new()));
        store.drop_scratch("abc");
        store.drop_scratch("abc");
        assert_eq!(store.scratch("abc"), None);
        assert_eq!(std::fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
    }

    #[test]
    fn a_damaged_state_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store.save_scratch("abc", b"a state").unwrap();
        let path = store.scratch_path("abc");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[DIGEST_BYTES] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(store.scratch("abc"), None);
        std::fs::write(&path, &bytes[..3]).unwrap();
        assert_eq!(store.scratch("abc"), None);
    }
}
