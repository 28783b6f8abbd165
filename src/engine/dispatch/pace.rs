//! How long steps take, learnt from those that ran: `STORE/pace.json`, sealed.
//!
//! For every kind, steps of about as many floating-point operations are taken together (a factor of four), with their
//! number, operations and seconds. A step is expected to be as fast as those of its kind that are nearest in size.

use crate::engine::run::{Event, Sink};
use crate::engine::store::disk::{self, Durable, Found};
use crate::engine::store::error::io;
use crate::engine::store::{Store, StoreError};
use crate::step::{seal, unseal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const FILE: &str = "pace.json";
const MOST_BYTES: u64 = 1 << 24;
/// What a core does a second where nothing is known of a kind.
const FLOPS_PER_S: f64 = 3.5e10;
/// What is done for every step beside its work: inputs are read, the result is published.
const LEAST_S: f64 = 1e-3;
/// What ran long ago counts less: of more steps than this each one counts half.
const MOST_STEPS: f64 = 512.0;

/// Steps of one kind and about one size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Sample {
    steps: f64,
    flops: f64,
    seconds: f64,
}

/// How long steps take.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// By kind, and by size: the logarithm of the operations to base 4.
    kinds: BTreeMap<String, BTreeMap<i32, Sample>>,
}

fn size(flops: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "a logarithm")]
    let size = flops.max(1.0).log(4.0).floor() as i32;
    size
}

impl Pace {
    /// What a store has learnt; nothing where its file is missing or damaged.
    ///
    /// # Errors
    /// Where the system refuses to read it.
    pub fn read(store: &Store) -> Result<Self, StoreError> {
        let path = store.root().join(FILE);
        Ok(match disk::read(store.root(), &path, MOST_BYTES)? {
            Found::File(bytes) => unseal(&bytes).unwrap_or_default(),
            _ => Self::default(),
        })
    }

    /// Adds what was learnt to what a store knows. Of two who do so at once, one may be forgotten.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn teach(&self, store: &Store) -> Result<(), StoreError> {
        if self.kinds.is_empty() {
            return Ok(());
        }
        let mut known = Self::read(store)?;
        known.merge(self);
        let path = store.root().join(FILE);
        let text = seal(&known).map_err(|error| io("write", &path)(error.into()))?;
        store.replace(&path, &[&text], Durable::Now)
    }

    /// Takes over what another has learnt.
    pub fn merge(&mut self, other: &Self) {
        for (kind, samples) in &other.kinds {
            for (size, sample) in samples {
                self.add((kind, *size), *sample);
            }
        }
    }

    /// Learns that a step of a kind and so many operations took so long.
    pub fn learn(&mut self, kind: &str, flops: f64, seconds: f64) {
        if flops.is_finite() && seconds.is_finite() && seconds >= 0.0 {
            self.add((kind, size(flops)), Sample { steps: 1.0, flops, seconds });
        }
    }

    fn add(&mut self, (kind, size): (&str, i32), new: Sample) {
        if !self.kinds.contains_key(kind) {
            self.kinds.insert(kind.to_owned(), BTreeMap::new());
        }
        let Some(samples) = self.kinds.get_mut(kind) else { return };
        let sample = samples.entry(size).or_default();
        sample.steps += new.steps;
        sample.flops += new.flops;
        sample.seconds += new.seconds;
        if sample.steps > MOST_STEPS {
            sample.steps /= 2.0;
            sample.flops /= 2.0;
            sample.seconds /= 2.0;
        }
    }

    /// Seconds that a step is expected to take, and whether that is from steps of its kind.
    #[must_use]
    pub fn expect(&self, kind: &str, flops: f64) -> (f64, bool) {
        let wanted = size(flops);
        let samples = self.kinds.get(kind).filter(|samples| !samples.is_empty());
        let nearest = samples.and_then(|samples| {
            let nearest = samples.iter().min_by_key(|(size, sample)| ((*size - wanted).abs(), sample.steps < 3.0));
            nearest.map(|(size, sample)| (*size, *sample))
        });
        let Some((size, sample)) = nearest else { return (LEAST_S + flops / FLOPS_PER_S, false) };
        let mean_s = sample.seconds / sample.steps;
        let by_rate = if sample.flops > 0.0 { sample.seconds / sample.flops * flops } else { mean_s };
        // A small step takes little because it is small, or much because of what is done for every step.
        let seconds = if wanted < size { by_rate.max(mean_s.min(LEAST_S)) } else { by_rate };
        (seconds.max(LEAST_S / 10.0), true)
    }
}

/// Learns from a run, and tells another who listens.
pub struct Learns<'a> {
    /// What was learnt.
    pub pace: Pace,
    /// The other.
    pub sink: &'a mut dyn Sink,
}

impl Sink for Learns<'_> {
    fn event(&mut self, event: &Event) {
        if let Event::Finished { kind, elapsed_s, flops, .. } = event {
            self.pace.learn(kind, *flops, *elapsed_s);
        }
        self.sink.event(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_takes_as_long_as_those_of_its_kind_and_size() {
        let mut pace = Pace::default();
        assert_eq!(pace.expect("a", 3.5e10), (1.0 + LEAST_S, false));
        for _ in 0..5 {
            pace.learn("a", 1e9, 0.5);
            pace.learn("a", 1e12, 20.0);
            pace.learn("b", 0.0, 3.0);
        }
        assert_eq!(pace.expect("a", 1e9), (0.5, true));
        assert_eq!(pace.expect("a", 1e12), (20.0, true));
        assert!((pace.expect("a", 1e13).0 - 200.0).abs() < 1e-9, "larger ones scale");
        assert_eq!(pace.expect("b", 0.0), (3.0, true));
        assert!(pace.expect("a", 1e3).0 >= LEAST_S / 10.0);
    }

    #[test]
    fn what_is_learnt_is_kept_and_fades() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let mut pace = Pace::default();
        pace.teach(&store).unwrap();
        assert!(!store.root().join(FILE).exists());
        pace.learn("a", 1e9, 0.5);
        pace.teach(&store).unwrap();
        assert_eq!(Pace::read(&store).unwrap(), pace);
        for _ in 0..5000 {
            pace.learn("a", 1e9, 1.0);
        }
        assert!((pace.expect("a", 1e9).0 - 1.0).abs() < 1e-2);
        std::fs::write(store.root().join(FILE), "{}").unwrap();
        assert_eq!(Pace::read(&store).unwrap(), Pace::default());
    }
}
