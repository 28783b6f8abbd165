//! Two processes on one store do not compute the same step at once: whoever computes one holds a lock on
//! `STORE/tmp/<key>.claim`.
//!
//! A claim only spares work. It is gone with the process that holds it, and whoever cannot have one computes all the
//! same. Its owner adds a byte to it now and then; one that does not grow any more is that of a process that hangs or was
//! stopped, and is not waited for.

use super::disk;
use super::entries::Store;
use super::owner::CLAIM;
use std::collections::{BTreeSet, HashMap};
use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const BEAT: Duration = Duration::from_secs(2);
/// Longer than a busy machine may leave a living process without a turn.
const PATIENCE: Duration = Duration::from_secs(20);

/// The right to compute a step.
struct Claim {
    file: File,
    path: PathBuf,
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Before the lock is given back: who comes now makes a file of its own.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Whether a step may be computed here.
enum Claimed {
    /// It may; without a claim where none could be had.
    Here(Option<Claim>),
    /// Another process computes it; its claim has this many bytes.
    Elsewhere(u64),
}

/// The steps of one run that are claimed, here and elsewhere.
pub(in crate::engine) struct Claims {
    mine: HashMap<usize, Claim>,
    /// Length of the claim when it was seen to grow, and when that was.
    theirs: HashMap<usize, (u64, Instant)>,
    waiting: BTreeSet<usize>,
    beaten: Instant,
}

impl Default for Claims {
    fn default() -> Self {
        Self { mine: HashMap::new(), theirs: HashMap::new(), waiting: BTreeSet::new(), beaten: Instant::now() }
    }
}

impl Claims {
    /// Claims a step; false where another process is at it: then the step waits.
    pub fn take(&mut self, store: &Store, (node, key): (usize, &str)) -> bool {
        let here = match claim(store, key) {
            Claimed::Here(claim) => {
                self.theirs.remove(&node);
                self.mine.extend(claim.map(|claim| (node, claim)));
                true
            }
            Claimed::Elsewhere(bytes) => !self.shows_life(node, bytes),
        };
        if here {
            self.waiting.remove(&node);
        } else {
            self.waiting.insert(node);
        }
        here
    }

    /// Whether another process is at a step.
    pub fn held_elsewhere(&mut self, store: &Store, (node, key): (usize, &str)) -> bool {
        match held(store, key) {
            Some(bytes) => self.shows_life(node, bytes),
            None => {
                self.theirs.remove(&node);
                false
            }
        }
    }

    /// Whether the claim of another process has grown not long ago.
    fn shows_life(&mut self, node: usize, bytes: u64) -> bool {
        let (seen, since) = self.theirs.entry(node).or_insert_with(|| (bytes, Instant::now()));
        if *seen != bytes {
            (*seen, *since) = (bytes, Instant::now());
        }
        since.elapsed() <= PATIENCE
    }

    /// A step waits for what others are at.
    pub fn wait(&mut self, node: usize) {
        self.waiting.insert(node);
    }

    /// A step is done, or not to be done.
    pub fn give_back(&mut self, node: usize) {
        self.mine.remove(&node);
        self.theirs.remove(&node);
        self.waiting.remove(&node);
    }

    /// The steps that wait for others.
    pub fn waiting(&self) -> BTreeSet<usize> {
        self.waiting.clone()
    }

    /// Shows that this process lives.
    pub fn beat(&mut self) {
        if self.beaten.elapsed() > BEAT {
            self.beaten = Instant::now();
            for claim in self.mine.values() {
                let bytes = claim.file.metadata().map_or(0, |metadata| metadata.len());
                let _ = claim.file.set_len(bytes + 1);
            }
        }
    }
}

fn place(store: &Store, key: &str) -> PathBuf {
    store.root().join("tmp").join(format!("{key}{CLAIM}"))
}

/// The bytes of a claim that somebody holds.
fn held(store: &Store, key: &str) -> Option<u64> {
    let path = place(store, key);
    disk::look(&path).ok().flatten().filter(std::fs::Metadata::is_file)?;
    let file = File::open(&path).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => file.metadata().ok().map(|metadata| metadata.len()),
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

fn claim(store: &Store, key: &str) -> Claimed {
    let path = place(store, key);
    if !disk::look(&path).is_ok_and(|found| found.is_none_or(|metadata| metadata.is_file())) {
        return Claimed::Here(None);
    }
    let open = || File::options().read(true).write(true).create(true).truncate(false).open(&path);
    // In a new store nothing has been written yet.
    let opened = match open() {
        Err(e) if e.kind() == ErrorKind::NotFound => {
            let made = disk::make_folder(store.root(), path.parent().unwrap_or(store.root()));
            if made.is_ok() { open() } else { Err(e) }
        }
        other => other,
    };
    let Ok(file) = opened else { return Claimed::Here(None) };
    match file.try_lock() {
        Ok(()) => Claimed::Here(Some(Claim { file, path })),
        Err(TryLockError::WouldBlock) => Claimed::Elsewhere(file.metadata().map_or(0, |metadata| metadata.len())),
        Err(TryLockError::Error(_)) => Claimed::Here(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Store;

    #[test]
    fn a_step_is_claimed_by_one_run_until_it_is_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let (mut one, mut two) = (Claims::default(), Claims::default());
        assert!(one.take(&store, (0, "abc")));
        assert!(!two.take(&store, (7, "abc")));
        assert!(two.take(&store, (8, "abd")));
        assert_eq!(two.waiting(), BTreeSet::from([7]));
        Store::open(folder.path()).unwrap();
        assert!(!two.take(&store, (7, "abc")), "another run cleared a claim that is held");
        one.give_back(0);
        assert!(two.take(&store, (7, "abc")));
        assert_eq!(two.waiting(), BTreeSet::new());
        drop((one, two));
        assert_eq!(std::fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
    }

    #[test]
    fn a_claim_that_nobody_shows_to_be_alive_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        std::fs::create_dir_all(folder.path().join("tmp")).unwrap();
        let (mut one, mut two) = (Claims::default(), Claims::default());
        let long_ago = Instant::now().checked_sub(2 * PATIENCE).unwrap();
        assert!(one.take(&store, (0, "abc")));
        assert!(!two.take(&store, (0, "abc")));
        two.theirs.get_mut(&0).unwrap().1 = long_ago;
        one.beaten = long_ago;
        one.beat();
        assert!(!two.take(&store, (0, "abc")), "it has grown");
        two.theirs.get_mut(&0).unwrap().1 = long_ago;
        assert!(two.take(&store, (0, "abc")));
    }

    #[test]
    fn whatever_lies_there_instead_hinders_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        std::fs::create_dir_all(folder.path().join("tmp/abc.claim")).unwrap();
        assert!(Claims::default().take(&store, (0, "abc")));
    }
}
