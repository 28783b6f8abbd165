//! Which large steps run, written beside the store: whoever is killed in the middle can be told about later.
//!
//! `STORE/running/` has a file for each run that is under way with a large step, `run-<boot>-<random>`, locked by it. The
//! lock goes with the process, so a file of this boot without one was left by a run that was killed. Those of other
//! machines, whose locks may not be seen here, are theirs.

use super::stop::Stop;
use crate::engine::store::boot;
use crate::engine::store::entries::Store;
use std::fs::{File, TryLockError};
use std::io::{Seek, Write};
use std::path::PathBuf;

/// Smaller steps are not written down: memory does not run out over them.
const LARGE_BYTES: u64 = 64 << 20;

/// The file of this run, made with its first large step.
pub(super) struct Running<'a> {
    store: &'a Store,
    stop: &'a Stop,
    file: Option<(File, PathBuf)>,
    steps: Vec<(usize, String)>,
}

impl<'a> Running<'a> {
    pub const fn new(store: &'a Store, stop: &'a Stop) -> Self {
        Self { store, stop, file: None, steps: Vec::new() }
    }

    /// A step starts. What cannot be written is not: it only explains.
    pub fn starts(&mut self, node: usize, (name, bytes): (&str, u64)) {
        if bytes >= LARGE_BYTES {
            self.steps.push((node, format!("{name} (about {})", super::memory::human_bytes(bytes))));
            if self.file.is_none() {
                self.file = make(self.store).ok();
                self.file.iter().for_each(|(_, path)| self.stop.mark(path));
            }
            let _ = self.write();
        }
    }

    /// A step has ended, well or not.
    pub fn ends(&mut self, node: usize) {
        let before = self.steps.len();
        self.steps.retain(|(step, _)| *step != node);
        if self.steps.len() < before {
            let _ = self.write();
        }
    }

    fn write(&mut self) -> std::io::Result<()> {
        let Some((file, _)) = &mut self.file else { return Ok(()) };
        let names: Vec<&str> = self.steps.iter().map(|(_, name)| name.as_str()).collect();
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(names.join("\n").as_bytes())
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let Some((_, path)) = &self.file {
            let _ = std::fs::remove_file(path);
        }
    }
}

fn folder(store: &Store) -> PathBuf {
    store.root().join("running")
}

fn prefix() -> String {
    format!("run-{}-", boot().unwrap_or("unknown"))
}

fn make(store: &Store) -> std::io::Result<(File, PathBuf)> {
    let folder = folder(store);
    std::fs::create_dir_all(&folder)?;
    let (file, path) = tempfile::Builder::new().prefix(&prefix()).tempfile_in(&folder)?.keep().map_err(|e| e.error)?;
    file.lock()?;
    Ok((file, path))
}

/// The large steps of runs that were killed, which are forgotten now.
pub(super) fn killed(store: &Store) -> Vec<String> {
    let mut steps = Vec::new();
    for entry in std::fs::read_dir(folder(store)).into_iter().flatten().flatten() {
        let path = entry.path();
        // Opening a pipe would wait for somebody to write into it.
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if !is_file || !entry.file_name().to_string_lossy().starts_with(&prefix()) {
            continue;
        }
        let Ok(file) = File::open(&path) else { continue };
        match file.try_lock() {
            Ok(()) => {
                steps.extend(std::fs::read_to_string(&path).unwrap_or_default().lines().map(str::to_owned));
                let _ = std::fs::remove_file(&path);
            }
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_killed_run_left_is_told_and_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let stop = Stop::default();
        let mut running = Running::new(&store, &stop);
        running.starts(1, ("s: small", LARGE_BYTES - 1));
        assert!(!folder.path().join("running").exists());
        running.starts(2, ("s: large", LARGE_BYTES));
        running.starts(3, ("s: huge", 3 << 30));
        running.ends(2);
        assert_eq!(killed(&store), [""; 0], "it is under way");
        // A process that is killed removes nothing and loses its lock.
        let (file, path) = running.file.take().unwrap();
        drop(file);
        assert_eq!(killed(&store), ["s: huge (about 3.0 GiB)"]);
        assert!(!path.exists());
        assert_eq!(killed(&store), [""; 0]);
        running.starts(4, ("s: large", LARGE_BYTES));
        drop(running);
        assert_eq!(killed(&store), [""; 0], "it ended");
        // That of another machine, whose lock is not seen here.
        let other = folder.path().join("running/run-00000000000000000000000000000000-x");
        std::fs::write(&other, "s: elsewhere").unwrap();
        assert_eq!(killed(&store), [""; 0], "it may live");
        assert!(other.exists());
    }
}
