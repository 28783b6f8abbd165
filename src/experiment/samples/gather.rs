//! Samples by their numbers, whatever split they are in.

use crate::artifact::{Labels, Points, Samples};
use crate::math::linalg::{MatrixOf, Product};
use crate::step::prelude::*;
use std::sync::Arc;

/// Samples of a representation, counted through training, validation and test samples.
pub struct Gather<'a> {
    from: &'a Representation,
    rows: [usize; 3],
}

impl<'a> Gather<'a> {
    pub fn of(from: &'a Representation) -> Self {
        Self { from, rows: from.splits().map(|(_, points)| points.rows()) }
    }

    /// Samples over all splits.
    pub fn count(&self) -> usize {
        self.rows.iter().sum()
    }

    /// The split of a sample, and its number there.
    fn place(&self, sample: usize) -> (usize, usize) {
        let [train, validation, _] = self.rows;
        match sample {
            s if s < train => (0, s),
            s if s < train + validation => (1, s - train),
            s => (2, s - train - validation),
        }
    }

    /// Some samples, in this order, kept as they are.
    pub fn points(&self, chosen: &[usize]) -> Result<Points, StepError> {
        let splits = self.from.splits().map(|(_, points)| points);
        let dim = splits[0].dim();
        let mixed = || StepError::Bug("splits that are kept in different forms".into());
        match splits[0] {
            Points::Pixels { geometry, mean, std, .. } => {
                let mut gathered = Vec::with_capacity(chosen.len() * dim);
                for &sample in chosen {
                    let (split, row) = self.place(sample);
                    let Points::Pixels { bytes, .. } = splits[split] else { return Err(mixed()) };
                    gathered.extend_from_slice(&bytes[row * dim..][..dim]);
                }
                let (mean, std) = (mean.clone(), std.clone());
                Ok(Points::Pixels { bytes: gathered, geometry: *geometry, mean, std })
            }
            Points::Real(_) => {
                let parts = splits.map(|points| points.matrix_of::<f64>());
                let [Some(a), Some(b), Some(c)] = parts else { return Err(mixed()) };
                Ok(Points::Real(self.rows_of([a, b, c], chosen)))
            }
            Points::Single(_) => {
                let parts = splits.map(|points| points.matrix_of::<f32>());
                let [Some(a), Some(b), Some(c)] = parts else { return Err(mixed()) };
                Ok(Points::Single(self.rows_of([a, b, c], chosen)))
            }
        }
    }

    fn rows_of<T: Product>(&self, parts: [&MatrixOf<T>; 3], chosen: &[usize]) -> MatrixOf<T> {
        let places: Vec<(usize, usize)> = chosen.iter().map(|&sample| self.place(sample)).collect();
        MatrixOf::from_fn(chosen.len(), parts[0].ncols(), |i, j| parts[places[i].0][(places[i].1, j)])
    }

    /// Labels of some samples.
    pub fn labels(&self, chosen: &[usize]) -> Vec<f64> {
        let Labels { train, validation, test } = &*self.from.labels;
        let splits = [train, validation, test];
        chosen.iter().map(|&sample| self.place(sample)).map(|(split, row)| splits[split][row]).collect()
    }

    /// Splits made of these samples, in the order train, validation, test.
    pub fn split(&self, chosen: [&[usize]; 3]) -> Result<Representation, StepError> {
        let [train, validation, test] = chosen.map(|samples| self.points(samples));
        let samples = Samples { train: train?, validation: validation?, test: test? };
        let [train, validation, test] = chosen.map(|samples| self.labels(samples));
        let labels = Arc::new(Labels { train, validation, test });
        Ok(Representation { samples, labels, geometry: self.from.geometry, origin: self.from.origin.clone() })
    }
}
