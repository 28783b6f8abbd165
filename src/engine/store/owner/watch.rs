//! What other machines left is watched: it may go once it has not changed for a day.
//!
//! Whoever lives changes what it has there now and then (`RunFolder::beat`, `claim`). That it changes is all that counts, and a
//! machine notes in `STORE/tmp/seen-<boot>` how it saw each thing, and since when by the clock that counts from its boot. So
//! neither clocks of two machines are compared, nor that of a machine with times of the file system. A boot begins anew.

use super::locks::boot;
use super::run_folder::LOCK;
use crate::engine::store::disk;
use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Longer than any process that lives leaves what it has there as it is.
pub(super) const STILL_S: u64 = 24 * 3600;
const NOTE: &str = "seen-";
/// Where the time of its begin stands among what the system tells of a thread after its name.
const BEGUN: usize = 19;
/// Linux tells times in hundredths of a second, whatever it counts in.
const TICKS_PER_S: u64 = 100;

/// How each thing looked, and since when: seconds since the boot.
type Seen = BTreeMap<String, (String, u64)>;

/// One look at what other machines left.
pub(super) struct Watch {
    tmp: PathBuf,
    /// The name of this boot's note and the time; nothing where the system tells neither.
    now: Option<(String, u64)>,
    before: Seen,
    after: Seen,
}

impl Watch {
    /// Begins one, with what was noted before.
    pub fn begin(tmp: &Path) -> Self {
        let now = boot().map(|boot| format!("{NOTE}{boot}")).zip(uptime_s());
        let read = |(note, _): &(String, u64)| {
            let path = tmp.join(note);
            disk::look(&path).ok().flatten().filter(Metadata::is_file)?;
            serde_json::from_slice(&fs::read(path).ok()?).ok()
        };
        let before = now.as_ref().and_then(read).unwrap_or_default();
        Self { tmp: tmp.to_owned(), now, before, after: Seen::new() }
    }

    /// Whether something is the note of this boot.
    pub fn is_mine(&self, name: &str) -> bool {
        self.now.as_ref().is_some_and(|(note, _)| note == name)
    }

    /// Whether something has not changed for a day.
    pub fn is_still(&mut self, name: &str) -> bool {
        let path = self.tmp.join(name);
        let Some((_, now)) = &self.now else {
            // Without such a clock: by the time of the file system, which is asked for both.
            return disk::age(&path).is_some_and(|age| age.as_secs() > STILL_S);
        };
        let looks = looks(&path, name);
        let since = match self.before.get(name) {
            Some((before, since)) if *before == looks => *since,
            _ => *now,
        };
        let still = now.saturating_sub(since) > STILL_S;
        if !still {
            self.after.insert(name.to_owned(), (looks, since));
        }
        still
    }

    /// Notes what was seen. A note that cannot be written costs that what is left stays longer.
    pub fn end(self) {
        let Some((note, _)) = self.now.filter(|_| self.before != self.after) else { return };
        let path = self.tmp.join(note);
        if self.after.is_empty() {
            let _ = fs::remove_file(&path);
            return;
        }
        let Ok(text) = serde_json::to_vec(&self.after) else { return };
        let written = tempfile::Builder::new().prefix("note-").tempfile_in(&self.tmp).and_then(|file| {
            fs::write(file.path(), &text)?;
            file.persist(&path).map_err(|e| e.error)
        });
        drop(written);
    }
}

/// How something looks: of a folder with what its owner lets grow in it. Of notes only that they are there: two machines
/// that note each other's would never end.
fn looks(path: &Path, name: &str) -> String {
    if name.starts_with(NOTE) {
        return String::new();
    }
    let of = |path: &Path| match fs::symlink_metadata(path) {
        Ok(found) => format!("{} {} {}.{}", found.ino(), found.len(), found.mtime(), found.mtime_nsec()),
        Err(_) => "-".to_owned(),
    };
    format!("{} {}", of(path), of(&path.join(LOCK)))
}

/// Seconds since this machine was booted, those in which it slept too.
fn uptime_s() -> Option<u64> {
    #[cfg(test)]
    if let Some(uptime_s) = crate::engine::store::testing::uptime_s() {
        return Some(uptime_s);
    }
    // When a new thread began: `/proc/uptime` counts from another time in some containers.
    let stat = || fs::read_to_string("/proc/thread-self/stat").ok();
    let text = std::thread::Builder::new().spawn(stat).ok()?.join().ok()??;
    // After the name of the program, which may hold anything.
    let ticks: u64 = text.rsplit_once(')')?.1.split_whitespace().nth(BEGUN)?.parse().ok()?;
    Some(ticks / TICKS_PER_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_since_the_boot_is_that_of_the_system_and_goes_on() {
        let Some(first) = uptime_s() else { return };
        let text = fs::read_to_string("/proc/uptime").unwrap();
        let system: f64 = text.split(' ').next().unwrap().parse().unwrap();
        assert!((first as f64 - system).abs() < 5.0, "{first} {system}");
        std::thread::sleep(std::time::Duration::from_millis(1100));
        assert!(uptime_s().unwrap() > first);
    }
}
