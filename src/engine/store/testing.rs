//! Who reads and writes values, for tests.

use std::cell::Cell;

thread_local! {
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
