//! Mean and spread of pixels.

use crate::dataset::error::DatasetError;
use crate::dataset::format::survey::Survey;
use crate::dataset::format::{Format, Opened};
use std::ops::Range;

/// Sums over pixels of one channel. Bytes are whole numbers, so that the sums are exact.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    count: u64,
    sum: u64,
    squares: u64,
}

impl Sums {
    fn add(&mut self, pixels: &[u8]) {
        self.count += pixels.len() as u64;
        for &value in pixels {
            let value = u64::from(value);
            self.sum += value;
            self.squares += value * value;
        }
    }

    /// Mean and standard deviation of v/255.
    #[expect(clippy::cast_precision_loss, reason = "sums of bytes are below 2^53 for 1e11 pixels")]
    fn mean_and_std(self) -> (f64, f64) {
        let (count, sum, squares) = (self.count.max(1) as f64, self.sum as f64, self.squares as f64);
        let mean = sum / count;
        let variance = (squares / count - mean * mean).max(0.0);
        (mean / 255.0, variance.sqrt() / 255.0)
    }
}

/// Per-channel mean and standard deviation of v/255 over some records of parts.
///
/// # Errors
/// Where a record cannot be read.
pub(super) fn of_records(
    survey: &Survey,
    parts: &[(Opened, Range<usize>)],
) -> Result<(Vec<f64>, Vec<f64>), DatasetError> {
    let reader: &dyn Format = survey.format.reader();
    let area = survey.geometry.height * survey.geometry.width;
    let mut channels = vec![Sums::default(); survey.geometry.channels];
    for (part, records) in parts {
        let wanted: Vec<usize> = records.clone().collect();
        reader.images(part, &wanted, &mut |_, pixels| {
            channels.iter_mut().zip(pixels.chunks_exact(area)).for_each(|(sums, plane)| sums.add(plane));
        })?;
    }
    Ok(channels.into_iter().map(Sums::mean_and_std).unzip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_spread_are_of_all_pixels() {
        let mut sums = Sums::default();
        sums.add(&[0, 255]);
        sums.add(&[0, 255]);
        assert_eq!(sums.mean_and_std(), (0.5, 0.5));
        let mut sums = Sums::default();
        sums.add(&[51; 7]);
        assert_eq!(sums.mean_and_std(), (0.2, 0.0));
    }
}
