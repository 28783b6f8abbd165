//! How a run is asked to stop, and what the stop waits for.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

/// Whoever ends within this time is waited for: the program is gone within a second, on a busy machine too.
const SOON: Duration = Duration::from_millis(400);
/// A step that saves its state is waited for as long as this: large states on slow disks.
const AT_MOST: Duration = Duration::from_secs(30);

/// A wish to stop, shared by everybody who can end early.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<State>);

#[derive(Debug, Default)]
struct State {
    asked: AtomicBool,
    since: OnceLock<Instant>,
    holds: AtomicUsize,
    marks: Mutex<Vec<PathBuf>>,
    /// What single steps look at.
    steps: Mutex<Vec<Weak<AtomicBool>>>,
}

/// Work that a stop waits for, until this is dropped.
#[derive(Debug)]
pub struct Hold(Arc<State>);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.holds.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Stop {
    /// Asks everybody to stop; true for the first who asks.
    pub fn ask(&self) -> bool {
        let _ = self.0.since.set(Instant::now());
        let first = !self.0.asked.swap(true, Ordering::AcqRel);
        let steps = self.0.steps.lock().unwrap_or_else(PoisonError::into_inner);
        steps.iter().filter_map(Weak::upgrade).for_each(|step| step.store(true, Ordering::Release));
        first
    }

    /// Whether somebody has asked.
    #[must_use]
    pub fn asked(&self) -> bool {
        self.0.asked.load(Ordering::Acquire)
    }

    /// What one step looks at: set when everybody is asked to stop, and by whoever asks this step alone.
    pub(super) fn for_step(&self) -> Arc<AtomicBool> {
        let step = Arc::new(AtomicBool::new(false));
        let mut steps = self.0.steps.lock().unwrap_or_else(PoisonError::into_inner);
        steps.retain(|step| step.strong_count() > 0);
        steps.push(Arc::downgrade(&step));
        // Who asks after this finds the step in the list.
        step.store(self.asked(), Ordering::Release);
        step
    }

    /// Has the stop wait while there is something to save.
    #[must_use]
    pub fn hold(&self) -> Hold {
        self.0.holds.fetch_add(1, Ordering::AcqRel);
        Hold(Arc::clone(&self.0))
    }

    /// Whether something is to be saved before the end.
    #[must_use]
    pub fn held(&self) -> bool {
        self.0.holds.load(Ordering::Acquire) > 0
    }

    /// Whether there is still time to end by oneself: not quite half a second, and longer where a state is being saved.
    #[must_use]
    pub fn waits(&self) -> bool {
        let gone = self.0.since.get().map_or(Duration::ZERO, Instant::elapsed);
        gone < SOON || (self.held() && gone < AT_MOST)
    }

    /// A file that only a run that was killed leaves: whoever ends the program takes it away.
    pub(super) fn mark(&self, path: &Path) {
        self.0.marks.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
    }

    /// Takes away what only a run that was killed leaves.
    pub fn clear(&self) {
        for path in self.0.marks.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_waits_for_a_while_and_for_what_is_being_saved() {
        let stop = Stop::default();
        assert!(!stop.asked() && stop.waits() && !stop.held());
        assert!(stop.ask() && !stop.ask() && stop.asked() && stop.waits());
        let hold = stop.hold();
        std::thread::sleep(SOON);
        assert!(stop.held() && stop.waits());
        drop(hold);
        assert!(!stop.held() && !stop.waits());
    }

    #[test]
    fn a_step_is_asked_alone_or_with_all() {
        let stop = Stop::default();
        let (one, two) = (stop.for_step(), stop.for_step());
        one.store(true, Ordering::Release);
        assert!(!stop.asked() && !two.load(Ordering::Acquire));
        stop.ask();
        assert!(two.load(Ordering::Acquire) && stop.for_step().load(Ordering::Acquire));
    }

    #[test]
    fn marks_are_gone_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mark");
        std::fs::write(&path, "").unwrap();
        let stop = Stop::default();
        stop.mark(&path);
        stop.clone().clear();
        assert!(!path.exists());
        stop.clear();
    }
}
