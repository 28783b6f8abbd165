//! When workers may write to the store: until the run is over.
//!
//! A run that ends early does not wait for steps that compute, so what they give comes when nobody looks after the
//! store any more.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

/// Open while the run lasts.
#[derive(Debug, Default)]
pub(super) struct Gate {
    closed: RwLock<bool>,
}

/// The right to write, until it is dropped.
pub(super) struct Open<'a> {
    _closed: RwLockReadGuard<'a, bool>,
}

impl Gate {
    /// The right to write; none once the gate is closed.
    pub fn enter(&self) -> Option<Open<'_>> {
        let closed = self.closed.read().unwrap_or_else(PoisonError::into_inner);
        (!*closed).then_some(Open { _closed: closed })
    }

    /// Lets whoever writes finish, and nobody begin.
    pub fn close(&self) {
        *self.closed.write().unwrap_or_else(PoisonError::into_inner) = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    #[test]
    fn closing_waits_for_whoever_writes_and_lets_nobody_in() {
        let (gate, written) = (Gate::default(), AtomicBool::new(false));
        let (one, two) = (gate.enter().unwrap(), gate.enter().unwrap());
        std::thread::scope(|scope| {
            let closing = scope.spawn(|| {
                gate.close();
                written.load(Ordering::SeqCst)
            });
            std::thread::sleep(Duration::from_millis(20));
            drop(one);
            written.store(true, Ordering::SeqCst);
            drop(two);
            assert!(closing.join().unwrap(), "it was closed in the middle of writing");
        });
        assert!(gate.enter().is_none());
    }
}
