//! Ctrl-C, SIGTERM and SIGHUP: at any time the program ends within a second, with a word and exit code 130.

use super::code::Code;
use super::output::{self, note};
use crate::engine::Stop;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, mpsc};
use std::time::Duration;

/// What whoever ends by itself after a wish to stop has beyond [`Stop::waits`].
const MARGIN: Duration = Duration::from_millis(100);
/// A terminal or pipe that takes no text does not keep the program alive for longer.
const TO_PRINT: Duration = Duration::from_millis(300);

const STOPPED: &str = "stopped; finished steps are kept, the next run goes on from there";
const AT_ONCE: &str = "stopped at once; finished steps are kept";
const SAVING: &str = "stopping: the state of a long step is being saved; a second signal ends at once";

static STOP: LazyLock<Stop> = LazyLock::new(Stop::default);

/// The wish to stop of this process.
pub(crate) fn of_process() -> &'static Stop {
    &STOP
}

/// From now on a stop is how the command ends, and no failure.
pub(crate) fn ends() {
    IS_THE_END.store(true, Ordering::Release);
}

/// Whether a stop is how the command ends.
pub(crate) fn is_the_end() -> bool {
    IS_THE_END.load(Ordering::Acquire)
}

static IS_THE_END: AtomicBool = AtomicBool::new(false);

/// From now on a second signal says no more than the first: schedulers send theirs to every process of a task, and those
/// that started others pass it on.
pub(crate) fn hears_once() {
    HEARS_ONCE.store(true, Ordering::Release);
}

static HEARS_ONCE: AtomicBool = AtomicBool::new(false);

/// Listens to signals from now on: the first asks to stop, a second one ends the program at once, which harms nothing.
pub(crate) fn install() {
    let mut wanted = vec![SIGINT, SIGTERM];
    if !hang_up_is_ignored() {
        wanted.push(SIGHUP);
    }
    // Where the system refuses, signals end the program as they do any other.
    let Ok(mut signals) = Signals::new(wanted) else { return };
    let listener = move || {
        for _ in signals.forever() {
            if !STOP.ask() {
                if HEARS_ONCE.load(Ordering::Acquire) {
                    continue;
                }
                end(AT_ONCE);
            }
            let _ = std::thread::Builder::new().spawn(watch).map_err(|_| stopped());
        }
    };
    let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(listener);
}

/// `nohup` has the program outlive its terminal.
fn hang_up_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).unwrap_or(0);
    ignored & (1 << (SIGHUP - 1)) != 0
}

/// Ends the program where it does not end by itself.
fn watch() {
    let mut said = false;
    let start = std::time::Instant::now();
    while STOP.waits() {
        if STOP.held() && !said && start.elapsed() > 5 * MARGIN {
            said = true;
            print(SAVING, |text| note!("{text}"));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(MARGIN);
    if !is_the_end() {
        stopped();
    }
}

/// Ends the program after a wish to stop.
pub(crate) fn stopped() -> ! {
    end(STOPPED)
}

fn end(text: &'static str) -> ! {
    static ENDS: AtomicBool = AtomicBool::new(false);
    if ENDS.swap(true, Ordering::AcqRel) {
        // Somebody else is about to end the program.
        std::thread::sleep(Duration::from_secs(1));
    } else {
        STOP.clear();
        print(text, output::stopped);
    }
    std::process::exit(Code::Stopped as i32)
}

fn print(text: &'static str, say: fn(&str)) {
    let (sender, receiver) = mpsc::channel();
    let printer = move || {
        say(text);
        let _ = sender.send(());
    };
    if std::thread::Builder::new().spawn(printer).is_ok() {
        let _ = receiver.recv_timeout(TO_PRINT);
    }
}
