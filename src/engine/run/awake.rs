//! Time without that in which the process did not run: under SIGSTOP or Ctrl-Z, or as its virtual machine was suspended.
//!
//! A thread sleeps for a second at a time, for as long as the process lives. A sleep that took some seconds more was a pause,
//! however busy the machine is: a thread that may run again waits for milliseconds. What the pause is short of is what was left
//! of the sleep, so up to a second of each pause counts as work.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// How long the thread sleeps.
const TICK: Duration = Duration::from_secs(1);
/// A sleep that took so much longer was a pause.
const LEAST: Duration = Duration::from_secs(5);
/// It needs next to none.
const STACK_BYTES: usize = 64 << 10;

/// What the thread has seen.
#[derive(Debug, Clone, Copy)]
struct Ticks {
    last: Instant,
    paused: Duration,
}

impl Ticks {
    /// The thread has slept once more.
    fn tick(&mut self, now: Instant) {
        *self = Self { paused: self.paused_at(now), last: now };
    }

    /// All pauses until now, the one too after which the thread has not been up yet.
    fn paused_at(&self, now: Instant) -> Duration {
        let beyond = now.saturating_duration_since(self.last).saturating_sub(TICK);
        self.paused + if beyond > LEAST { beyond } else { Duration::ZERO }
    }
}

/// All pauses of this process until a time; none where there is no thread to see them. The first call starts the thread,
/// which holds nobody up: it ends with the process.
fn paused_at(now: Instant) -> Duration {
    static SEEN: OnceLock<Option<Arc<Mutex<Ticks>>>> = OnceLock::new();
    let seen = SEEN.get_or_init(|| {
        let ticks = Arc::new(Mutex::new(Ticks { last: now, paused: Duration::ZERO }));
        let seen = Arc::clone(&ticks);
        let watch = move || {
            loop {
                std::thread::sleep(TICK);
                lock(&seen).tick(Instant::now());
            }
        };
        let started = std::thread::Builder::new().name("awake".into()).stack_size(STACK_BYTES).spawn(watch);
        started.ok().map(|_| ticks)
    });
    seen.as_ref().map_or(Duration::ZERO, |ticks| lock(ticks).paused_at(now))
}

fn lock(ticks: &Mutex<Ticks>) -> MutexGuard<'_, Ticks> {
    ticks.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A watch that stands while the process does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Awake {
    start: Instant,
    before: Duration,
}

impl Awake {
    /// Begins now.
    pub fn now() -> Self {
        let start = Instant::now();
        Self { start, before: paused_at(start) }
    }

    /// How long the process has run since.
    pub fn elapsed(&self) -> Duration {
        let now = Instant::now();
        let paused = paused_at(now).saturating_sub(self.before);
        now.saturating_duration_since(self.start).saturating_sub(paused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(duration: Duration) -> f64 {
        duration.as_secs_f64()
    }

    #[test]
    fn sleeps_that_took_much_longer_were_pauses() {
        let start = Instant::now();
        let at = |s: f64| start + Duration::from_secs_f64(s);
        let mut ticks = Ticks { last: start, paused: Duration::ZERO };
        // a busy machine: late by less than a pause
        for s in [1.0, 2.3, 8.2] {
            ticks.tick(at(s));
        }
        assert_eq!(ticks.paused, Duration::ZERO);
        // stopped for an hour in the middle of a sleep; asked before the thread was up again, and after
        assert!((seconds(ticks.paused_at(at(3609.0))) - 3599.8).abs() < 1e-6);
        ticks.tick(at(3609.1));
        assert!((seconds(ticks.paused) - 3599.9).abs() < 1e-6);
        ticks.tick(at(3610.1));
        ticks.tick(at(3621.1));
        assert!((seconds(ticks.paused) - 3609.9).abs() < 1e-6, "a second one adds up");
        // what is asked in order never falls
        assert!(ticks.paused_at(at(3621.0)) == ticks.paused && ticks.paused_at(at(3630.0)) > ticks.paused);
    }

    #[test]
    fn a_watch_goes_as_the_clock_does_while_nothing_stops_it() {
        let (watch, clock) = (Awake::now(), Instant::now());
        std::thread::sleep(Duration::from_millis(1200));
        assert!((seconds(watch.elapsed()) - seconds(clock.elapsed())).abs() < 0.1);
    }
}
