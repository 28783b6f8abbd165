//! Clears what runs left that are no more.

use super::locks::{boot, try_lock};
use super::run_folder::{CLAIM, LOCK, PREFIX};
use super::watch::Watch;
use crate::engine::store::disk;
use std::fs::{self, File, TryLockError};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Clears it. Where `tmp` is a link, what it leads to is left alone.
pub(in crate::engine::store) fn clear_left_over(root: &Path) {
    let tmp = root.join("tmp");
    if !disk::look(&tmp).is_ok_and(|found| found.is_some_and(|metadata| metadata.is_dir())) {
        return;
    }
    let mut watch = Watch::begin(&tmp);
    for entry in fs::read_dir(&tmp).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        // Every name that this program gives is text.
        let Some(name) = name.to_str().filter(|name| !watch.is_mine(name)) else { continue };
        // The lock is held until all is removed, so that nobody takes the folder over meanwhile.
        if let Some(_lock) = left_over(&path, name, &mut watch) {
            disk::remove(&path);
        }
    }
    watch.end();
}

/// The lock of something that is left over, as far as it has one that could be had.
fn left_over(path: &Path, name: &str, watch: &mut Watch) -> Option<Option<File>> {
    let is_claim = name.ends_with(CLAIM);
    let written = if is_claim { beginning(path) } else { name.strip_prefix(PREFIX).map(str::to_owned) };
    let here = boot().is_some_and(|boot| written.is_some_and(|text| text.starts_with(boot)));
    let lock: PathBuf = if is_claim { path.to_owned() } else { path.join(LOCK) };
    let is_file = disk::look(&lock).ok()?.is_some_and(|metadata| metadata.is_file());
    let lock = if is_file { File::options().read(true).write(true).open(&lock).ok() } else { None };
    let ended = match lock.as_ref().map(try_lock) {
        // Here its owner lives. Elsewhere it may have died: that the lock is held is no proof.
        Some(Err(TryLockError::WouldBlock)) if here => return None,
        Some(Ok(())) => here,
        Some(Err(_)) | None => false,
    };
    (ended || watch.is_still(name)).then_some(lock)
}

/// The boot of a claim's owner. Claims grow for as long as a step takes.
fn beginning(path: &Path) -> Option<String> {
    let mut bytes = [0; 32];
    disk::look(path).ok().flatten().filter(fs::Metadata::is_file)?;
    File::open(path).ok()?.read_exact(&mut bytes).ok()?;
    String::from_utf8(bytes.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::super::run_folder::RunFolder;
    use super::super::watch::STILL_S;
    use super::*;
    use crate::engine::store::testing;
    use std::os::unix::fs::symlink;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// A look at a time of this machine's own clock.
    fn look(store: &Path, uptime_s: u64) {
        let _at = testing::up_for(uptime_s);
        clear_left_over(store);
    }

    #[test]
    fn living_runs_are_left_alone_and_dead_ones_cleared() {
        let store = tempfile::tempdir().unwrap();
        let (living, dead) = (RunFolder::make(store.path()).unwrap(), RunFolder::make(store.path()).unwrap());
        assert_ne!(living.path(), dead.path());
        let RunFolder { folder, lock } = dead;
        let left = folder.keep();
        fs::create_dir(left.join("0")).unwrap();
        drop(lock);
        look(store.path(), 0);
        look(store.path(), 2 * STILL_S);
        assert!(living.path().join(LOCK).exists());
        assert!(!left.exists());
        drop(living);
        assert_eq!(names(&store.path().join("tmp")), [""; 0]);
    }

    #[test]
    fn what_another_machine_left_is_cleared_when_it_has_not_changed_for_a_day() {
        let store = tempfile::tempdir().unwrap();
        let tmp = store.path().join("tmp");
        for name in ["run-0123-abc", "4711-0"] {
            fs::create_dir_all(tmp.join(name)).unwrap();
            fs::write(tmp.join(name).join(LOCK), "").unwrap();
        }
        fs::write(tmp.join("ab.claim"), "0".repeat(32)).unwrap();
        // Times of the file system say nothing: they are those of some other clock.
        File::open(tmp.join("4711-0")).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
        look(store.path(), 100);
        look(store.path(), 100 + STILL_S);
        let note = format!("seen-{}", boot().unwrap());
        assert_eq!(names(&tmp), ["4711-0", "ab.claim", "run-0123-abc", &note]);
        // One that comes later is watched from then on.
        fs::create_dir(tmp.join("run-9999-new")).unwrap();
        look(store.path(), 101 + STILL_S);
        assert_eq!(names(&tmp), ["run-9999-new", &note]);
        fs::remove_dir(tmp.join("run-9999-new")).unwrap();
        look(store.path(), 102 + STILL_S);
        assert_eq!(names(&tmp), [""; 0], "a note of nothing");
    }

    #[test]
    fn a_run_of_another_machine_that_lasts_for_days_is_not_cleared_while_it_beats() {
        let store = tempfile::tempdir().unwrap();
        let run = {
            let _other = testing::on_another_boot();
            RunFolder::make(store.path()).unwrap()
        };
        // A clock far behind, and a file system that keeps locks to each machine.
        run.lock.unlock().unwrap();
        for day in 0..5 {
            run.beat();
            run.lock.set_modified(std::time::UNIX_EPOCH).unwrap();
            look(store.path(), day * 2 * STILL_S);
            assert!(run.path().exists(), "day {day}");
        }
        look(store.path(), 11 * STILL_S);
        assert!(!run.path().exists(), "it beats no more");
    }

    #[test]
    fn a_lock_that_a_dead_machine_keeps_holds_nothing() {
        let store = tempfile::tempdir().unwrap();
        let _run = {
            let _other = testing::on_another_boot();
            RunFolder::make(store.path()).unwrap()
        };
        look(store.path(), 0);
        assert_eq!(names(&store.path().join("tmp")).len(), 2);
        look(store.path(), 2 * STILL_S);
        assert_eq!(names(&store.path().join("tmp")), [""; 0]);
    }

    #[test]
    fn a_boot_that_begins_anew_watches_anew_and_notes_of_others_go_as_well() {
        let store = tempfile::tempdir().unwrap();
        let tmp = store.path().join("tmp");
        fs::create_dir_all(tmp.join("run-0123-abc")).unwrap();
        look(store.path(), 2 * STILL_S);
        {
            let _other = testing::on_another_boot();
            look(store.path(), 5 * STILL_S);
        }
        assert_eq!(names(&tmp).len(), 3, "the second machine has seen it once, and what the first one noted");
        look(store.path(), 4 * STILL_S);
        look(store.path(), 6 * STILL_S);
        assert_eq!(names(&tmp), [""; 0]);
    }

    #[test]
    fn links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (precious, store) = (folder.path().join("precious"), folder.path().join("store"));
        fs::create_dir_all(precious.join("4711-0")).unwrap();
        fs::create_dir_all(store.join("tmp")).unwrap();
        symlink(&precious, store.join("tmp/run-0-link")).unwrap();
        look(&store, 0);
        look(&store, 2 * STILL_S);
        assert_eq!(names(&store.join("tmp")), [""; 0]);
        fs::remove_dir_all(store.join("tmp")).unwrap();
        symlink(&precious, store.join("tmp")).unwrap();
        look(&store, 0);
        look(&store, 2 * STILL_S);
        assert_eq!(names(&precious), ["4711-0"]);
    }
}
