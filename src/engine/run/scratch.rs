//! States of long steps that are not done: `STORE/scratch/ab/<key>`, one file a step, its SHA-256 before its content.

use super::gate::Gate;
use super::memory::Memory;
use super::stop::{Hold, Stop};
use crate::engine::store::disk::{self, Durable, Found};
use crate::engine::store::entries::Store;
use crate::engine::store::error::StoreError;
use crate::step::{Scratch, StepError};
use sha2::{Digest, Sha256};
use std::sync::OnceLock;
use std::time::Duration;

const DIGEST_BYTES: usize = 32;
/// What the system refuses to read is asked for again after these milliseconds: a state is work, and most refusals pass.
const PAUSES_MS: [u64; 4] = [1, 10, 100, 1000];

/// The scratch of one step.
pub(super) struct StepScratch<'a> {
    pub store: &'a Store,
    pub key: &'a str,
    pub stop: &'a Stop,
    pub gate: &'a Gate,
    /// Told when the step takes the state that an earlier run left.
    pub resumed: &'a (dyn Fn() + Sync),
    /// Had by a step that asked for its state, and so will save one: a stop waits for it.
    pub hold: OnceLock<Hold>,
}

impl Scratch for StepScratch<'_> {
    fn load(&self) -> Option<Vec<u8>> {
        let _ = self.hold.get_or_init(|| self.stop.hold());
        let state = self.store.scratch(self.key);
        state.iter().for_each(|_| (self.resumed)());
        state
    }

    fn save(&self, state: &[u8]) -> Result<(), StepError> {
        let _open = self.gate.enter().ok_or(StepError::Cancelled)?;
        self.store.save_scratch(self.key, state).map_err(|error| StepError::Scratch(error.to_string()))
    }
}

impl Store {
    /// The state that a step left; nothing where there is none or it is damaged.
    #[must_use]
    pub fn scratch(&self, key: &str) -> Option<Vec<u8>> {
        for pause in PAUSES_MS {
            match self.read_scratch(key) {
                Err(StoreError::Io { .. }) => std::thread::sleep(Duration::from_millis(pause)),
                other => return other.ok().flatten(),
            }
        }
        self.read_scratch(key).ok().flatten()
    }

    /// The state that a step left.
    ///
    /// # Errors
    /// Where it is damaged or cannot be read.
    pub(in crate::engine) fn read_scratch(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.place("scratch", key);
        let damaged = |reason: &str| StoreError::Damaged { path: path.clone(), reason: reason.to_owned() };
        // What does not fit into memory was never a state of a step that ran here.
        let mut bytes = match disk::read(self.root(), &path, Memory::now().free_bytes)? {
            Found::File(bytes) => bytes,
            Found::Nothing => return Ok(None),
            Found::Odd(reason) => return Err(damaged(&format!("it {reason}"))),
        };
        let (digest, state) = bytes.split_at_checked(DIGEST_BYTES).ok_or_else(|| damaged("it is cut short"))?;
        if Sha256::digest(state).as_slice() != digest {
            return Err(damaged("it has changed"));
        }
        Ok(Some(bytes.split_off(DIGEST_BYTES)))
    }

    /// Replaces the state of a step. Nobody ever sees it half-written.
    ///
    /// # Errors
    /// Where the disk refuses; then the state before is still there.
    pub fn save_scratch(&self, key: &str, state: &[u8]) -> Result<(), StoreError> {
        self.replace(&self.place("scratch", key), &[Sha256::digest(state).as_slice(), state], Durable::Now)
    }

    /// Forgets the state of a step that is done. It goes once the result is on the disk.
    pub fn drop_scratch(&self, key: &str) {
        let path = self.place("scratch", key);
        if matches!(disk::look(&path), Ok(Some(_))) && self.settle().is_ok() {
            disk::remove(&path);
        }
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
        drop(store);
        assert_eq!(std::fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
    }

    #[test]
    fn a_damaged_state_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store.save_scratch("abc", b"a state").unwrap();
        let path = store.place("scratch", "abc");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[DIGEST_BYTES] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(store.scratch("abc"), None);
        std::fs::write(&path, &bytes[..3]).unwrap();
        assert_eq!(store.scratch("abc"), None);
    }
}
