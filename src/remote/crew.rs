//! Several workers on one list; the first error ends them all.

use super::error::RemoteError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Transfers at once: they wait for the network, not for a core.
const WORKERS: usize = 16;

/// What has been moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// So many results are to be moved.
    Of(usize),
    /// Bytes of one.
    Bytes(u64),
    /// One is there.
    One,
}

/// Who watches a transfer.
pub trait Watch: Sync {
    /// Something was moved.
    fn moved(&self, moved: Moved);
    /// Whether the transfer is to end.
    fn stopped(&self) -> bool;
}

/// Does something with every item, in no order.
///
/// # Errors
/// The first one, or that the user has stopped it.
pub(super) fn each<T: Sync>(
    items: &[T],
    watch: &dyn Watch,
    work: impl Fn(&T) -> Result<(), RemoteError> + Sync,
) -> Result<(), RemoteError> {
    let (next, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let first = Mutex::new(None);
    let worker = || {
        while !over.load(Ordering::Relaxed) {
            let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
            let done = if watch.stopped() { Err(RemoteError::Stopped) } else { work(item) };
            if let Err(error) = done {
                over.store(true, Ordering::Relaxed);
                first.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                return;
            }
        }
    };
    std::thread::scope(|scope| (0..WORKERS.min(items.len())).for_each(|_| drop(scope.spawn(worker))));
    first.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}
