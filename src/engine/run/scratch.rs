//! States of long steps that are not done: `STORE/scratch/ab/<key>`, one file a step, its SHA-256 before its content. Behind a
//! state stands how long the step has run until then, so that one that goes on costs what it took in all.

use super::awake::Awake;
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
/// Stands behind a state, before the seconds that the step has run. States of earlier versions have neither.
const SPENT: &[u8; 8] = b"spent-s:";
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
    /// Since this process has begun with the step.
    pub clock: Awake,
    /// What it took before.
    pub before: OnceLock<Duration>,
}

impl StepScratch<'_> {
    /// How long the step has run, in this process and in those whose state it took.
    pub fn spent(&self) -> Duration {
        self.before.get().copied().unwrap_or_default().saturating_add(self.clock.elapsed())
    }
}

/// A state without what stands behind it, and the time that the step has run.
fn taken_apart(mut bytes: Vec<u8>) -> (Vec<u8>, Duration) {
    let mut spent = Duration::ZERO;
    if let Some((rest, seconds)) = bytes.split_last_chunk::<8>()
        && let Some(state) = rest.strip_suffix(SPENT)
    {
        let length = state.len();
        spent = Duration::try_from_secs_f64(f64::from_le_bytes(*seconds)).unwrap_or_default();
        bytes.truncate(length);
    }
    (bytes, spent)
}

impl Scratch for StepScratch<'_> {
    fn load(&self) -> Option<Vec<u8>> {
        let _ = self.hold.get_or_init(|| self.stop.hold());
        let (state, spent) = self.store.state(self.key)?;
        let _ = self.before.set(spent);
        (self.resumed)();
        Some(state)
    }

    fn save(&self, state: &[u8]) -> Result<(), StepError> {
        let _open = self.gate.enter().ok_or(StepError::Cancelled)?;
        let seconds = self.spent().as_secs_f64().to_le_bytes();
        let parts = [state, SPENT, &seconds];
        self.store.save_parts(self.key, &parts).map_err(|error| StepError::Scratch(error.to_string()))
    }
}

impl Store {
    /// The state that a step left; nothing where there is none or it is damaged.
    #[must_use]
    pub fn scratch(&self, key: &str) -> Option<Vec<u8>> {
        self.state(key).map(|(state, _)| state)
    }

    /// The same, with how long the step has run until then.
    fn state(&self, key: &str) -> Option<(Vec<u8>, Duration)> {
        for pause in PAUSES_MS {
            match self.read_scratch(key) {
                Err(StoreError::Io { .. }) => std::thread::sleep(Duration::from_millis(pause)),
                other => return other.ok().flatten().map(taken_apart),
            }
        }
        self.read_scratch(key).ok().flatten().map(taken_apart)
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
        self.save_parts(key, &[state])
    }

    fn save_parts(&self, key: &str, parts: &[&[u8]]) -> Result<(), StoreError> {
        let mut digest = Sha256::new();
        parts.iter().for_each(|part| digest.update(part));
        let digest = digest.finalize();
        let all: Vec<&[u8]> = std::iter::once(digest.as_slice()).chain(parts.iter().copied()).collect();
        self.replace(&self.place("scratch", key), &all, Durable::Now)
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
    fn a_step_that_goes_on_has_run_since_its_first_process_began() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let (stop, gate, told) = (Stop::default(), Gate::default(), std::sync::atomic::AtomicUsize::new(0));
        let resumed = || {
            told.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        };
        let process = || StepScratch {
            store: &store,
            key: "abc",
            stop: &stop,
            gate: &gate,
            resumed: &resumed,
            hold: OnceLock::new(),
            clock: Awake::now(),
            before: OnceLock::new(),
        };
        let first = process();
        assert_eq!(first.load(), None);
        std::thread::sleep(Duration::from_millis(40));
        first.save(b"a state").unwrap();
        let second = process();
        assert_eq!(second.load(), Some(b"a state".to_vec()));
        assert_eq!(store.scratch("abc"), Some(b"a state".to_vec()), "who asks whether it went on is told of no time");
        std::thread::sleep(Duration::from_millis(40));
        second.save(b"").unwrap();
        let third = process();
        assert_eq!((third.load(), told.load(std::sync::atomic::Ordering::SeqCst)), (Some(Vec::new()), 2));
        assert!(third.spent() >= Duration::from_millis(80) && third.spent() < Duration::from_secs(60));
        // of an earlier version, or of another length
        assert_eq!(taken_apart(b"a state".to_vec()), (b"a state".to_vec(), Duration::ZERO));
        assert_eq!(taken_apart(b"spent-s:".to_vec()), (b"spent-s:".to_vec(), Duration::ZERO));
        assert_eq!(taken_apart([SPENT.as_slice(), &f64::NAN.to_le_bytes()].concat()), (Vec::new(), Duration::ZERO));
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
