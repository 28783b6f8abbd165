//! Locks, as far as they can be believed: on this boot of this machine.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

/// How often a lock is asked for.
const PAUSE: Duration = Duration::from_millis(5);

/// Who else may have a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine::store) enum Share {
    /// Others that ask for the same.
    Many,
    /// Nobody.
    Alone,
}

/// Asks for the lock of a file, without waiting.
pub(in crate::engine::store) fn try_lock(file: &File) -> Result<(), TryLockError> {
    #[cfg(test)]
    if super::super::testing::locks_are_refused() {
        return Err(TryLockError::Error(ErrorKind::Unsupported.into()));
    }
    file.try_lock()
}

/// Waits for the lock of a file, but not for ever: some file systems keep the lock of a machine that has died.
///
/// # Errors
/// Where there are no locks, or the patience is over.
pub(in crate::engine::store) fn lock_within(file: &File, share: Share, patience: Duration) -> io::Result<()> {
    let begun = Instant::now();
    loop {
        let asked = if share == Share::Many { file.try_lock_shared() } else { file.try_lock() };
        match asked {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if begun.elapsed() < patience => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                let text = format!("another process has held its lock for {} s", patience.as_secs());
                return Err(io::Error::new(ErrorKind::TimedOut, text));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// What identifies this boot of this machine, in all containers on it.
pub(in crate::engine) fn boot() -> Option<&'static str> {
    #[cfg(test)]
    if super::super::testing::is_on_another_boot() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_is_never_given_back_is_not_waited_for_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let open =
            || File::options().write(true).create(true).truncate(false).open(folder.path().join("lock")).unwrap();
        let (holder, other) = (open(), open());
        lock_within(&holder, Share::Many, Duration::ZERO).unwrap();
        lock_within(&other, Share::Many, Duration::ZERO).unwrap();
        other.unlock().unwrap();
        let refused = lock_within(&other, Share::Alone, Duration::from_millis(20)).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::TimedOut);
        holder.unlock().unwrap();
        lock_within(&other, Share::Alone, Duration::ZERO).unwrap();
    }
}
