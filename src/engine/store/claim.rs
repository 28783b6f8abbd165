//! Two processes on one store do not compute the same step at once: whoever computes one has made
//! `STORE/tmp/<key>.claim`, and lets it grow by a byte now and then.
//!
//! A claim only spares work: whoever cannot have one computes all the same. It is made exclusively, which every file
//! system can, and begins with the boot of the machine that its owner runs on. On the same boot a lock tells at once
//! whether the owner lives, as the system gives it back when the process ends. Whether a lock of another machine is seen
//! depends on the file system: some refuse locks, some keep them to each machine, some keep those of dead machines. So
//! there, and where locks are refused, only growth counts, watched by the clock of whoever waits: clocks of two machines
//! are never compared. A claim that does not grow any more is taken over by renaming it away.

use super::disk;
use super::entries::Store;
use super::owner::{CLAIM, boot, try_lock};
use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const BEAT: Duration = Duration::from_secs(2);
/// Longer than a busy machine may leave a living process without a turn.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longer than another machine may be shown an old length: NFS keeps attributes for up to 60 s.
const FAR_PATIENCE: Duration = Duration::from_secs(90);
/// How often a lock is asked for that somebody may hold for a moment, to see whether it is free.
const TRIES: usize = 50;

/// The right to compute a step.
struct Claim {
    file: File,
    path: PathBuf,
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Before the lock is given back: who comes now makes a file of its own. One that was taken over is another's.
        if lies_at(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A claim of another process.
struct Found {
    bytes: u64,
    /// Whether its owner is on this boot of this machine.
    near: bool,
}

/// Whether a step may be computed here.
enum Claimed {
    /// It may; without a claim where none could be had.
    Here(Option<Claim>),
    /// Another process computes it.
    Elsewhere(Found),
}

/// The steps of one run that are claimed, here and elsewhere.
pub(in crate::engine) struct Claims {
    mine: HashMap<usize, Claim>,
    /// Length of the claim when it was seen to grow, and when that was by this process's own clock.
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
        let mut claimed = claim(store, key);
        if let Claimed::Elsewhere(found) = &claimed
            && !self.shows_life(node, found)
        {
            claimed = take_over(store, key);
        }
        let here = match claimed {
            Claimed::Here(claim) => {
                self.theirs.remove(&node);
                self.mine.extend(claim.map(|claim| (node, claim)));
                true
            }
            Claimed::Elsewhere(found) => !self.shows_life(node, &found),
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
            Some(found) => self.shows_life(node, &found),
            None => {
                self.theirs.remove(&node);
                false
            }
        }
    }

    /// Whether the claim of another process has grown not long ago.
    fn shows_life(&mut self, node: usize, found: &Found) -> bool {
        let (seen, since) = self.theirs.entry(node).or_insert_with(|| (found.bytes, Instant::now()));
        if *seen != found.bytes {
            (*seen, *since) = (found.bytes, Instant::now());
        }
        since.elapsed() <= if found.near { PATIENCE } else { FAR_PATIENCE }
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

/// Whether a path leads to an open file.
fn lies_at(file: &File, path: &Path) -> bool {
    let same = |a: fs::Metadata, b: fs::Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
    file.metadata().is_ok_and(|open| fs::symlink_metadata(path).is_ok_and(|there| same(open, there)))
}

/// A claim that is there: the file, and what it tells.
fn open(path: &Path) -> Option<(File, Found)> {
    disk::look(path).ok().flatten().filter(fs::Metadata::is_file)?;
    let mut file = File::options().read(true).write(true).open(path).ok()?;
    let mut owner = [0; 32];
    let whole = file.read_exact(&mut owner).is_ok();
    let near = whole && boot().is_some_and(|boot| boot.as_bytes() == owner);
    let bytes = file.metadata().ok()?.len();
    Some((file, Found { bytes, near }))
}

/// The claim of a step that somebody holds.
fn held(store: &Store, key: &str) -> Option<Found> {
    let (file, found) = open(&place(store, key))?;
    let ended = found.near && try_lock(&file).is_ok();
    (!ended).then_some(found)
}

fn claim(store: &Store, key: &str) -> Claimed {
    let path = place(store, key);
    // Twice: what is there may go meanwhile.
    for _ in 0..2 {
        match make(store, &path) {
            Ok(claim) => return Claimed::Here(Some(claim)),
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
            Err(_) => return Claimed::Here(None),
        }
        let Some((file, found)) = open(&path) else { continue };
        if found.near && try_lock(&file).is_ok() {
            // Its owner is no more; unless it has just been given back.
            if lies_at(&file, &path) {
                return Claimed::Here(Some(Claim { file, path }));
            }
            continue;
        }
        return Claimed::Elsewhere(found);
    }
    Claimed::Here(None)
}

/// Makes a claim that is not there.
fn make(store: &Store, path: &Path) -> std::io::Result<Claim> {
    let create = || File::options().read(true).write(true).create_new(true).open(path);
    // In a new store nothing has been written yet.
    let mut file = match create() {
        Err(e) if e.kind() == ErrorKind::NotFound => {
            disk::make_folder(store.root(), path.parent().unwrap_or(store.root())).map_err(|_| e)?;
            create()?
        }
        other => other?,
    };
    // Whoever finds it free looks at it for a moment; one without a lock must be waited for by its growth alone.
    let mut locked = false;
    for _ in 0..TRIES {
        locked = match try_lock(&file) {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => {
                std::thread::sleep(Duration::from_micros(200));
                continue;
            }
            // Nobody who sees this boot in it can have the lock either.
            Err(TryLockError::Error(_)) => true,
        };
        break;
    }
    let owner = boot().filter(|_| locked).unwrap_or("?");
    let _ = file.write_all(owner.as_bytes());
    Ok(Claim { file, path: path.to_owned() })
}

/// Takes the place of a claim that shows no life. Of several that try, one renames it away.
fn take_over(store: &Store, key: &str) -> Claimed {
    let path = place(store, key);
    let gone = tempfile::Builder::new().prefix("gone-").make_in(store.root().join("tmp"), |to| fs::rename(&path, to));
    drop(gone);
    claim(store, key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Store;
    use crate::engine::store::testing;

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
        drop(one);
        assert!(place(&store, "abc").exists(), "the claim that was taken over is another's");
        assert!(!Claims::default().take(&store, (0, "abc")));
    }

    #[test]
    fn where_locks_are_refused_growth_alone_tells() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let _refused = testing::refuse_locks();
        let (mut one, mut two) = (Claims::default(), Claims::default());
        assert!(one.take(&store, (0, "abc")));
        assert!(!two.take(&store, (0, "abc")), "without locks every process would compute everything");
        assert!(two.held_elsewhere(&store, (0, "abc")));
        std::mem::forget(one);
        two.theirs.get_mut(&0).unwrap().1 = Instant::now().checked_sub(2 * PATIENCE).unwrap();
        assert!(two.take(&store, (0, "abc")), "its owner has ended");
        let mut three = Claims::default();
        assert!(!three.take(&store, (0, "abc")), "it has a new owner");
        two.give_back(0);
        assert!(three.take(&store, (0, "abc")));
        assert_eq!(std::fs::read_dir(folder.path().join("tmp")).unwrap().count(), 1);
    }

    #[test]
    fn a_claim_of_another_machine_is_waited_for_though_its_lock_seems_free() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let mut there = Claims::default();
        {
            let _other = testing::on_another_boot();
            assert!(there.take(&store, (0, "abc")));
        }
        // A file system that keeps locks to each machine.
        there.mine[&0].file.unlock().unwrap();
        let mut here = Claims::default();
        assert!(!here.take(&store, (0, "abc")));
        drop(Store::open(folder.path()).unwrap());
        here.theirs.get_mut(&0).unwrap().1 = Instant::now().checked_sub(2 * PATIENCE).unwrap();
        assert!(!here.take(&store, (0, "abc")), "what another machine is shown may be old");
        here.theirs.get_mut(&0).unwrap().1 = Instant::now().checked_sub(2 * FAR_PATIENCE).unwrap();
        assert!(here.take(&store, (0, "abc")));
    }

    #[test]
    fn the_claim_of_a_process_that_has_ended_here_is_taken_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let mut one = Claims::default();
        assert!(one.take(&store, (0, "abc")));
        one.mine[&0].file.unlock().unwrap();
        let mut two = Claims::default();
        assert!(!two.held_elsewhere(&store, (0, "abc")));
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
