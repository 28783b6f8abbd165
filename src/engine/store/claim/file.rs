//! A claim: `STORE/tmp/<key>.claim`, made by whoever computes a step, which grows by a byte now and then while it does.
//!
//! A claim only spares work: whoever cannot have one computes all the same. It is made exclusively, which every file
//! system can, and begins with the boot of the machine that its owner runs on. On the same boot a lock tells at once
//! whether the owner lives, as the system gives it back when the process ends. Whether a lock of another machine is seen
//! depends on the file system: some refuse locks, some keep them to each machine, some keep those of dead machines. So
//! there, and where locks are refused, only growth counts, watched by the clock of whoever waits: clocks of two machines
//! are never compared. A claim that does not grow any more is taken over by renaming it away.

use crate::engine::store::disk;
use crate::engine::store::entries::Store;
use crate::engine::store::owner::{CLAIM, boot, try_lock};
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often a lock is asked for that somebody may hold for a moment, to see whether it is free.
const TRIES: usize = 50;

/// The right to compute a step.
pub(super) struct Claim {
    pub file: File,
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

impl Claim {
    /// Shows that its owner lives.
    pub fn beat(&self) {
        let bytes = self.file.metadata().map_or(0, |metadata| metadata.len());
        let _ = self.file.set_len(bytes + 1);
    }
}

/// A claim of another process.
pub(super) struct Found {
    pub bytes: u64,
    /// Whether its owner is on this boot of this machine.
    pub near: bool,
}

/// Whether a step may be computed here.
pub(super) enum Claimed {
    /// It may; without a claim where none could be had.
    Here(Option<Claim>),
    /// Another process computes it.
    Elsewhere(Found),
}

/// Where the claim of a step lies.
pub(super) fn place(store: &Store, key: &str) -> PathBuf {
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
pub(super) fn held(store: &Store, key: &str) -> Option<Found> {
    let (file, found) = open(&place(store, key))?;
    let ended = found.near && try_lock(&file).is_ok();
    (!ended).then_some(found)
}

/// Claims a step.
pub(super) fn claim(store: &Store, key: &str) -> Claimed {
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
pub(super) fn take_over(store: &Store, key: &str) -> Claimed {
    let path = place(store, key);
    let gone = tempfile::Builder::new().prefix("gone-").make_in(store.root().join("tmp"), |to| fs::rename(&path, to));
    drop(gone);
    claim(store, key)
}
