//! Engine events on a terminal, as plain lines, or as JSON.

use super::output::{self, note};
use crate::artifact::{number, one_line};
use crate::engine::{Event, Forecast, Sink, human_bytes};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// The sink that the options ask for.
pub(crate) fn sink(quiet: bool, json: bool) -> Box<dyn Sink> {
    if json {
        Box::new(JsonLines)
    } else if quiet {
        Box::new(ErrorsOnly)
    } else if output::on_terminal() {
        Box::new(Bar::new())
    } else {
        Box::new(Lines::default())
    }
}

/// One JSON object a line on standard output.
struct JsonLines;

impl Sink for JsonLines {
    fn event(&mut self, event: &Event) {
        if let Ok(event) = serde_json::to_value(event) {
            output::event(&event);
        }
    }
}

/// Only what needs a reader.
struct ErrorsOnly;

impl Sink for ErrorsOnly {
    fn event(&mut self, event: &Event) {
        if let Some(text) = event.warning() {
            note!("{text}");
        }
    }
}

/// Runs of fewer steps that take less, in seconds, are over before it is read what they take.
const WORTH_SAYING: (usize, f64) = (100, 1.0);

/// What a run takes, before its first step.
fn forecast(to_run: usize, takes: &Forecast) -> Option<String> {
    let Forecast { jobs, about_s, largest_step, largest_step_bytes, kept_bytes, least_bytes, free_bytes, .. } = takes;
    let is_worth = to_run >= WORTH_SAYING.0 || (to_run > 0 && *about_s >= WORTH_SAYING.1);
    let steps = if to_run == 1 { "1 step".to_owned() } else { format!("{to_run} steps") };
    let (about, largest, kept) = (number::about(*about_s), human_bytes(*largest_step_bytes), human_bytes(*kept_bytes));
    let is_less = least_bytes < kept_bytes && free_bytes.is_some_and(|free| free < *kept_bytes);
    let least = if is_less { format!(", {} at least,", human_bytes(*least_bytes)) } else { String::new() };
    let free = free_bytes.map_or_else(String::new, |bytes| format!(" of {} that are free", human_bytes(bytes)));
    let line = format!(
        "{steps} to run, {jobs} at once: about {about}; memory of the largest {largest} ({largest_step}); room for results {kept}{least}{free}"
    );
    is_worth.then_some(line)
}

/// That a step does not begin anew.
fn resumed(name: &str) -> String {
    format!("{name} goes on from the state that the last run left")
}

/// Lines for logs: at most one a second, so that a thousand small steps do not bury the rest.
#[derive(Default)]
struct Lines {
    to_run: usize,
    done: usize,
    last: Option<Instant>,
}

impl Lines {
    fn step(&mut self, name: &str, note: &str) {
        self.done += 1;
        if self.done == self.to_run || self.last.is_none_or(|last| last.elapsed() >= Duration::from_secs(1)) {
            note!("[{}/{}] {name}  {note}", self.done, self.to_run);
            self.last = Some(Instant::now());
        }
    }
}

impl Sink for Lines {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Planned { to_run, takes, .. } => {
                self.to_run = self.done + to_run;
                forecast(*to_run, takes).iter().for_each(|text| note!("{text}"));
            }
            Event::Finished { name, elapsed_s, .. } => self.step(name, &format!("{elapsed_s:.2} s")),
            Event::Reused { name, why, .. } => self.step(name, why.in_words()),
            Event::Damaged { .. }
            | Event::Killed { .. }
            | Event::Large { .. }
            | Event::Overran { .. }
            | Event::Short { .. } => {
                event.warning().iter().for_each(|text| note!("{text}"));
            }
            Event::Failed { name, .. } => note!("failed: {name}"),
            Event::Resumed { name } => note!("{}", resumed(name)),
            // what cannot be run is told at the end
            Event::Gated { .. } | Event::Started { .. } | Event::Study { .. } | Event::Done { .. } => {}
        }
    }
}

/// A progress bar by work done, with rate and remaining time.
struct Bar {
    bar: ProgressBar,
    to_run: usize,
    done: usize,
    running: Vec<String>,
}

/// The bar counts work in millions of floating-point operations.
const UNIT_FLOPS: f64 = 1e6;

impl Bar {
    fn new() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(8));
        let style = ProgressStyle::with_template(
            "{bar:30.cyan/dim} {percent:>3} %  {prefix}  {elapsed_precise} gone, about {eta_precise} left\n  {wide_msg:.dim}",
        );
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, to_run: 0, done: 0, running: Vec::new() }
    }

    fn show_running(&self) {
        self.bar.set_message(one_line(&self.running.join(" · ")).into_owned());
    }

    fn step(&mut self, name: &str, flops: f64) {
        self.done += 1;
        self.running.retain(|running| running != name);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a display of progress")]
        self.bar.inc((flops / UNIT_FLOPS) as u64 + 1);
        let rate = f64::from(u32::try_from(self.done).unwrap_or(u32::MAX)) / self.bar.elapsed().as_secs_f64().max(1e-3);
        self.bar.set_prefix(format!("{}/{} steps, {rate:.1}/s", self.done, self.to_run));
        self.show_running();
    }
}

impl Sink for Bar {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Planned { to_run, flops, takes, .. } => {
                self.to_run = self.done + to_run;
                forecast(*to_run, takes).iter().for_each(|text| self.bar.println(one_line(text)));
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a display of progress")]
                self.bar.set_length(self.bar.position() + (flops / UNIT_FLOPS) as u64 + *to_run as u64);
            }
            Event::Started { name, .. } => {
                self.running.push(name.clone());
                self.show_running();
            }
            Event::Finished { name, flops, .. } | Event::Reused { name, flops, .. } => self.step(name, *flops),
            Event::Damaged { .. }
            | Event::Killed { .. }
            | Event::Large { .. }
            | Event::Overran { .. }
            | Event::Short { .. } => {
                event.warning().iter().for_each(|text| self.bar.println(one_line(text)));
            }
            Event::Failed { name, .. } => self.step(name, 0.0),
            Event::Resumed { name } => self.bar.println(one_line(&resumed(name))),
            Event::Gated { .. } | Event::Study { .. } => {}
            Event::Done { .. } => self.bar.finish_and_clear(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_run_takes_is_told_where_it_is_no_matter_of_moments() {
        let largest_step = "lofi/accuracy: lift n_train=1000".to_owned();
        let (largest_step_bytes, kept_bytes, free_bytes) = (3 << 29, 90 << 20, Some(5 << 40));
        let takes = Forecast {
            jobs: 2,
            core_s: 0.0,
            about_s: 9000.0,
            largest_step,
            largest_step_bytes,
            kept_bytes,
            least_bytes: 1 << 20,
            free_bytes,
        };
        let told = "312 steps to run, 2 at once: about 2.5 h; memory of the largest 1.5 GiB (lofi/accuracy: lift \
                    n_train=1000); room for results 90 MiB of 5.0 TiB that are free";
        assert_eq!(forecast(312, &takes).as_deref(), Some(told));
        assert!(forecast(1, &takes).is_some_and(|told| told.starts_with("1 step to run")));
        let full = forecast(9, &Forecast { free_bytes: Some(80 << 20), ..takes.clone() }).unwrap();
        assert!(full.ends_with("room for results 90 MiB, 1 MiB at least, of 80 MiB that are free"), "{full}");
        let short = Forecast { about_s: 0.4, free_bytes: None, ..takes };
        assert_eq!(forecast(99, &short), None);
        assert!(forecast(100, &short).is_some_and(|told| told.ends_with("room for results 90 MiB")));
        assert_eq!(forecast(0, &Forecast { about_s: 9.0, ..short }), None);
    }
}
