//! Which samples a step sees.

use crate::math::random::Stream;

/// Batches without replacement: every epoch is a new permutation, and batches run on over the end of an epoch, so that
/// each has the same size. A batch depends on the seed and the number of its step alone: training can go on anywhere.
#[derive(Debug, Clone)]
pub struct Order {
    stream: Stream,
    samples: usize,
    batch: usize,
    epoch: Option<(usize, Vec<usize>)>,
}

impl Order {
    /// Batches of `batch` out of `samples`, at most all of them. Units: samples. Cost: none.
    pub fn new(seed: u64, samples: usize, batch: usize) -> Self {
        let stream = Stream::new(seed, "batch-order", 0);
        Self { stream, samples, batch: batch.min(samples), epoch: None }
    }

    /// Samples in a batch. Units: samples.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// The samples of step t = 0, 1, …; all in their order where a batch holds them all.
    ///
    /// Formula: places `t B` to `(t + 1) B − 1` of the epochs' permutations, one after the other.
    /// Shapes: -> B indices, each below the number of samples. Units: steps of the optimiser. Cost: a permutation an
    /// epoch.
    /// Source: the sampling of `torch.utils.data.RandomSampler`, which is random reshuffling; that batches run on over
    /// the end of an epoch is ours.
    pub fn rows(&mut self, step: usize, into: &mut Vec<usize>) {
        into.clear();
        if self.batch == self.samples {
            into.extend(0..self.samples);
            return;
        }
        for position in step * self.batch..(step + 1) * self.batch {
            let order = self.permutation(position / self.samples);
            into.push(order[position % order.len()]);
        }
    }

    fn permutation(&mut self, epoch: usize) -> &[usize] {
        let (stream, samples) = (&self.stream, self.samples);
        let fresh = || (epoch, stream.substream(epoch as u64).permutation(samples));
        let known = self.epoch.take().filter(|(number, _)| *number == epoch);
        &self.epoch.insert(known.unwrap_or_else(fresh)).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_epoch_sees_every_sample_once_and_any_step_can_be_asked_for() {
        let mut order = Order::new(3, 10, 4);
        let mut rows = Vec::new();
        let mut all = Vec::new();
        for step in 0..5 {
            order.rows(step, &mut rows);
            assert_eq!(rows.len(), 4);
            all.extend(rows.clone());
        }
        for epoch in all.chunks(10) {
            let mut sorted = epoch.to_vec();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..10).collect::<Vec<_>>());
        }
        assert_ne!(all[..10], all[10..]);
        Order::new(3, 10, 4).rows(3, &mut rows);
        assert_eq!(rows, all[12..16]);
        Order::new(3, 4, 9).rows(7, &mut rows);
        assert_eq!(rows, [0, 1, 2, 3]);
    }
}
