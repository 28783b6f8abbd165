//! Who reads and writes values, other machines and other file systems, for tests.

use std::cell::Cell;

thread_local! {
    static REFUSED: Cell<bool> = const { Cell::new(false) };
    static ELSEWHERE: Cell<bool> = const { Cell::new(false) };
    static UPTIME_S: Cell<Option<u64>> = const { Cell::new(None) };
    static TOUCHED: Cell<usize> = const { Cell::new(0) };
}

/// This thread reads or writes a value.
pub(super) fn touch() {
    TOUCHED.set(TOUCHED.get() + 1);
}

/// How many values this thread has read or written.
pub(in crate::engine) fn touched() -> usize {
    TOUCHED.get()
}

/// Undoes what it stands for when it is dropped.
pub(in crate::engine) struct Until(fn());

impl Drop for Until {
    fn drop(&mut self) {
        self.0();
    }
}

/// The file system refuses this thread all locks.
pub(super) fn refuse_locks() -> Until {
    REFUSED.set(true);
    Until(|| REFUSED.set(false))
}

pub(super) fn locks_are_refused() -> bool {
    REFUSED.get()
}

/// This thread is on another machine.
pub(super) fn on_another_boot() -> Until {
    ELSEWHERE.set(true);
    Until(|| ELSEWHERE.set(false))
}

pub(super) fn is_on_another_boot() -> bool {
    ELSEWHERE.get()
}

/// The machine of this thread has been up for so long.
pub(super) fn up_for(uptime_s: u64) -> Until {
    UPTIME_S.set(Some(uptime_s));
    Until(|| UPTIME_S.set(None))
}

pub(super) fn uptime_s() -> Option<u64> {
    UPTIME_S.get()
}
