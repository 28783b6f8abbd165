//! One report at a time in a folder, and nothing of killed ones left in it.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

/// Files that are being written begin and end so.
pub(super) const BESIDE: (&str, &str) = (".lofi-", ".part");
/// How long another report is waited for.
const WAIT: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Folders deeper than this are none of ours.
const DEPTH: usize = 16;

/// Holds a report's folder for one process, as far as the file system can lock.
#[derive(Debug)]
pub(super) struct Held {
    /// The lock goes with the file.
    _folder: File,
}

impl Held {
    /// Waits for other reports into this folder and clears what killed ones left. Nothing where it cannot be locked: then
    /// files of a living report may be among those that look left over, so they stay.
    pub fn of(folder: &Path) -> Option<Self> {
        let file = File::open(folder).ok()?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if start.elapsed() < WAIT => std::thread::sleep(LOOK_AGAIN),
                Err(_) => return None,
            }
        }
        clear(folder, DEPTH);
        Some(Self { _folder: file })
    }
}

fn clear(folder: &Path, depth: usize) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        match entry.file_type() {
            // A link leads elsewhere.
            Ok(kind) if kind.is_dir() && depth > 0 => clear(&entry.path(), depth - 1),
            // What cannot be removed harms nothing.
            Ok(kind) if kind.is_file() && is_beside(&name.to_string_lossy()) => {
                drop(std::fs::remove_file(entry.path()))
            }
            _ => {}
        }
    }
}

/// Also as reports before this one called them: a dot and six letters.
fn is_beside(name: &str) -> bool {
    let inner = name.strip_suffix(BESIDE.1).and_then(|name| name.strip_prefix('.'));
    let random = |inner: &str| inner.len() == 6 && inner.chars().all(|c| c.is_ascii_alphanumeric());
    inner.is_some_and(|inner| random(inner.strip_prefix("lofi-").unwrap_or(inner)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_report_left_is_cleared_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("lofi/accuracy");
        std::fs::create_dir_all(&inside).unwrap();
        let write = |name: &str| std::fs::write(inside.join(name), "x").unwrap();
        let (ours, others) =
            ([".lofi-aB3xY9.part", ".Zz09aa.part"], ["notes.part", ".my-own.part", "error.csv", ".lofi-a.part"]);
        ours.iter().chain(&others).for_each(|name| write(name));
        drop(Held::of(folder.path()).unwrap());
        assert!(ours.iter().all(|name| !inside.join(name).exists()));
        assert!(others.iter().all(|name| inside.join(name).exists()));
    }

    #[test]
    fn a_second_report_waits_for_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let held = Held::of(folder.path()).unwrap();
        let part = folder.path().join(".lofi-aB3xY9.part");
        std::fs::write(&part, "x").unwrap();
        std::thread::scope(|scope| {
            let second = scope.spawn(|| Held::of(folder.path()).is_some());
            std::thread::sleep(LOOK_AGAIN * 5);
            assert!(part.exists() && !second.is_finished());
            drop(held);
            assert!(second.join().unwrap());
        });
        assert!(!part.exists());
    }
}
