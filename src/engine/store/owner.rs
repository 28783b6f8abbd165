//! Who writes to a store: every run has a folder of its own in `STORE/tmp`, and holds a lock on a file in it for as long
//! as it lives.
//!
//! The folder is `run-<boot>-<random>`. The system gives the lock back when the process ends, however it ends, and
//! knows of all locks of one boot of one machine, whatever containers hold them: there a free lock means that the owner
//! is gone. Whether a lock of another machine is seen depends on the file system, so what another machine left must be
//! old as well.

use super::disk;
use super::error::{StoreError, io};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// What another machine left is cleared when nothing has changed in it for this long.
const OLD: Duration = Duration::from_secs(24 * 3600);
const LOCK: &str = "lock";
const PREFIX: &str = "run-";
/// Ends the name of a claim, see `claim`.
pub(super) const CLAIM: &str = ".claim";

/// The folder that a run writes in; removed with it.
#[derive(Debug)]
pub(super) struct RunFolder {
    folder: TempDir,
    _lock: Option<File>,
}

impl RunFolder {
    /// Makes one that nobody else has.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn make(root: &Path) -> Result<Self, StoreError> {
        let tmp = root.join("tmp");
        disk::make_folder(root, &tmp)?;
        let refused = || io("write to the store at", &tmp);
        loop {
            let prefix = format!("{PREFIX}{}-", boot().unwrap_or("unknown"));
            let folder = tempfile::Builder::new().prefix(&prefix).rand_bytes(16).tempdir_in(&tmp);
            let folder = folder.map_err(|e| refused()(of_the_system(e)))?;
            let path = folder.path().join(LOCK);
            let lock = File::create_new(&path).map_err(refused())?;
            match try_lock(&lock) {
                // Another process may have taken it for left over before it was locked, and removed it.
                Ok(()) if matches!(disk::look(&path), Ok(None)) => {}
                Err(TryLockError::WouldBlock) => {}
                Ok(()) => return Ok(Self { folder, _lock: Some(lock) }),
                // A file system without locks.
                Err(TryLockError::Error(_)) => return Ok(Self { folder, _lock: None }),
            }
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// What the system said, without what a library added to it.
fn of_the_system(error: std::io::Error) -> std::io::Error {
    let text = error.to_string();
    match text.split_once(" at path ") {
        Some((words, _)) => std::io::Error::new(error.kind(), words.to_owned()),
        None => error,
    }
}

/// Asks for the lock of a file, without waiting.
pub(super) fn try_lock(file: &File) -> Result<(), TryLockError> {
    #[cfg(test)]
    if super::testing::locks_are_refused() {
        return Err(TryLockError::Error(std::io::ErrorKind::Unsupported.into()));
    }
    file.try_lock()
}

/// What identifies this boot of this machine, in all containers on it.
pub(super) fn boot() -> Option<&'static str> {
    #[cfg(test)]
    if super::testing::is_on_another_boot() {
        return Some("00000000000000000000000000000000");
    }
    static BOOT: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    let read = || {
        let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let id: String = text.chars().filter(char::is_ascii_hexdigit).collect();
        (id.len() == 32).then_some(id)
    };
    BOOT.get_or_init(read).as_deref()
}

/// Clears what runs left that are no more. Where `tmp` is a link, what it leads to is left alone.
pub(super) fn clear_left_over(root: &Path) {
    let tmp = root.join("tmp");
    if !disk::look(&tmp).is_ok_and(|found| found.is_some_and(|metadata| metadata.is_dir())) {
        return;
    }
    for entry in fs::read_dir(&tmp).into_iter().flatten().flatten() {
        let path = entry.path();
        // The lock is held until all is removed, so that nobody takes the folder over meanwhile.
        if let Some(_lock) = left_over(&path, &entry.file_name().to_string_lossy()) {
            disk::remove(&path);
        }
    }
}

/// The lock of something that is left over, as far as it has one.
fn left_over(path: &Path, name: &str) -> Option<Option<File>> {
    let is_claim = name.ends_with(CLAIM);
    let lock: PathBuf = if is_claim { path.to_owned() } else { path.join(LOCK) };
    let is_file = disk::look(&lock).ok()?.is_some_and(|metadata| metadata.is_file());
    let lock = if is_file { File::options().read(true).write(true).open(&lock).ok() } else { None };
    let free = match lock.as_ref().map(try_lock) {
        Some(Err(TryLockError::WouldBlock)) => return None,
        Some(Ok(())) => true,
        Some(Err(TryLockError::Error(_))) | None => false,
    };
    let written = if is_claim { fs::read_to_string(path).ok() } else { name.strip_prefix(PREFIX).map(str::to_owned) };
    let here = boot().is_some_and(|boot| written.is_some_and(|text| text.starts_with(boot)));
    ((free && here) || is_old(path)).then_some(lock)
}

/// By the newest change of a folder's own entries.
fn is_old(path: &Path) -> bool {
    disk::age(path).is_some_and(|age| age > OLD)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::time::SystemTime;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn age(path: &Path) {
        let old = SystemTime::now() - 2 * OLD;
        File::open(path).unwrap().set_modified(old).unwrap();
    }

    #[test]
    fn living_runs_are_left_alone_and_dead_ones_cleared() {
        let store = tempfile::tempdir().unwrap();
        let (living, dead) = (RunFolder::make(store.path()).unwrap(), RunFolder::make(store.path()).unwrap());
        assert_ne!(living.path(), dead.path());
        let RunFolder { folder, _lock } = dead;
        let left = folder.keep();
        fs::create_dir(left.join("0")).unwrap();
        drop(_lock);
        age(living.path());
        clear_left_over(store.path());
        assert!(living.path().join(LOCK).exists());
        assert!(!left.exists());
        drop(living);
        assert_eq!(names(&store.path().join("tmp")), [""; 0]);
    }

    #[test]
    fn what_another_machine_left_is_cleared_when_it_is_old() {
        let store = tempfile::tempdir().unwrap();
        let tmp = store.path().join("tmp");
        for name in ["run-0123-abc", "4711-0", "run-9999-old", "4712-1"] {
            fs::create_dir_all(tmp.join(name)).unwrap();
            fs::write(tmp.join(name).join(LOCK), "").unwrap();
        }
        age(&tmp.join("run-9999-old"));
        age(&tmp.join("4712-1"));
        clear_left_over(store.path());
        assert_eq!(names(&tmp), ["4711-0", "run-0123-abc"]);
    }

    #[test]
    fn links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (precious, store) = (folder.path().join("precious"), folder.path().join("store"));
        fs::create_dir_all(precious.join("4711-0")).unwrap();
        fs::create_dir_all(store.join("tmp")).unwrap();
        age(&precious.join("4711-0"));
        age(&precious);
        symlink(&precious, store.join("tmp/run-0-link")).unwrap();
        clear_left_over(&store);
        fs::remove_dir_all(store.join("tmp")).unwrap();
        symlink(&precious, store.join("tmp")).unwrap();
        clear_left_over(&store);
        assert_eq!(names(&precious), ["4711-0"]);
    }
}
