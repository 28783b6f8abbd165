//! One pass over the samples for several operators at once, each with directions of its own.

use super::features::Streamed;
use crate::math::linalg::{Block, BlockMut, Matrix, Onto, Product as _, SingleMatrix, single};
use std::cmp::Reverse;

/// An operator `(1/n) Σ_{j<n} w_j φ_j φ_jᵀ` and the vectors that it is applied to.
#[derive(Debug, Clone, Copy)]
pub struct Term<'a> {
    /// n weights, of the first n samples.
    pub weights: &'a [f64],
    /// P x b.
    pub directions: &'a Matrix,
}

// Samples whose parts are summed in single precision before they go into the sum in double.
const SAMPLES_IN_SINGLE: usize = 1024;

// Directions of several operators side by side, those of more samples first: what a block of samples concerns are the
// first of them.
struct Stack {
    columns: SingleMatrix,
    // number of the operator, its samples and its place among the columns, by descending samples
    parts: Vec<Part>,
}

struct Part {
    number: usize,
    samples: usize,
    first: usize,
    width: usize,
}

impl Stack {
    fn new(of: &[(usize, &Matrix)]) -> Self {
        let mut order: Vec<usize> = (0..of.len()).collect();
        order.sort_by_key(|&i| Reverse(of[i].0));
        let mut parts = Vec::with_capacity(of.len());
        let mut columns = 0;
        for number in order {
            let (samples, directions) = of[number];
            parts.push(Part { number, samples, first: columns, width: directions.ncols() });
            columns += directions.ncols();
        }
        let mut stack = SingleMatrix::zeros(of.first().map_or(0, |(_, d)| d.nrows()), columns);
        for part in &parts {
            stack.columns_mut(part.first, part.width).copy_from(&single(of[part.number].1));
        }
        Self { columns: stack, parts }
    }

    // Columns of the operators that have more than `start` samples.
    fn active(&self, start: usize) -> usize {
        self.parts.iter().filter(|part| part.samples > start).map(|part| part.width).sum()
    }

    fn largest(&self) -> usize {
        self.parts.first().map_or(0, |part| part.samples)
    }
}

/// `C_i V_i` for several operators, in one pass over the samples: each sample is lifted once. Parts of 1024 samples in
/// single precision, their sum in double.
///
/// Shapes: sets of n_i weights, P x b_i -> P x b_i. Cost: 4 n_i P b_i each, and one lift of the largest n_i.
/// Source: arXiv 2605.13612, definition of the label-weighted moment operator.
///
/// # Errors
/// Those of the interrupt.
pub fn moments_times<E>(features: &Streamed<'_, E>, terms: &[Term<'_>]) -> Result<Vec<Matrix>, E> {
    let sizes: Vec<(usize, &Matrix)> = terms.iter().map(|term| (term.weights.len(), term.directions)).collect();
    let stack = Stack::new(&sizes);
    let mut sums = Sums::new(&stack.columns);
    let mut scores = Vec::new();
    features.each_block(stack.largest(), |range, block| {
        let active = stack.active(range.start);
        score(block, &stack, active, &mut scores);
        for part in stack.parts.iter().filter(|part| part.samples > range.start) {
            let weights = &terms[part.number].weights[range.start..range.end.min(part.samples)];
            let rows = block.nrows();
            for column in scores[part.first * rows..][..part.width * rows].chunks_exact_mut(rows) {
                weigh(column, weights);
            }
        }
        sums.add(block, &scores, active);
        Ok(())
    })?;
    sums.flush();
    let mut images = vec![Matrix::zeros(0, 0); terms.len()];
    for part in &stack.parts {
        images[part.number] = sums.total.columns(part.first, part.width) / part.samples as f64;
    }
    Ok(images)
}

/// The first n_i samples' features times V_i for several i, in one pass over the samples.
///
/// Shapes: n_i, P x k_i -> n_i x k_i, in single precision. Cost: 2 n_i P k_i each, and one lift of the largest n_i.
///
/// # Errors
/// Those of the interrupt.
pub fn projections<E>(features: &Streamed<'_, E>, of: &[(usize, &Matrix)]) -> Result<Vec<SingleMatrix>, E> {
    let stack = Stack::new(of);
    let mut out: Vec<SingleMatrix> = of.iter().map(|(n, v)| SingleMatrix::zeros(*n, v.ncols())).collect();
    let mut scores = Vec::new();
    features.each_block(stack.largest(), |range, block| {
        score(block, &stack, stack.active(range.start), &mut scores);
        for part in stack.parts.iter().filter(|part| part.samples > range.start) {
            let count = range.end.min(part.samples) - range.start;
            let rows = block.nrows();
            for (j, column) in scores[part.first * rows..][..part.width * rows].chunks_exact(rows).enumerate() {
                out[part.number].column_mut(j).rows_mut(range.start, count).copy_from_slice(&column[..count]);
            }
        }
        Ok(())
    })?;
    Ok(out)
}

// The products of a block with the first `active` directions, one column after the other.
fn score(block: &SingleMatrix, stack: &Stack, active: usize, scores: &mut Vec<f32>) {
    let (rows, width) = block.shape();
    scores.resize(rows * active, 0.0);
    let directions = Block::dense(&stack.columns.as_slice()[..width * active], width, active);
    let factors = (Block::dense(block.as_slice(), rows, width), directions);
    f32::multiply(BlockMut::dense(scores, rows, active), Onto::Replace, 1.0, factors);
}

// Multiplies by the weights; beyond them nothing counts.
fn weigh(column: &mut [f32], weights: &[f64]) {
    let (known, beyond) = column.split_at_mut(weights.len());
    known.iter_mut().zip(weights).for_each(|(v, w)| *v *= *w as f32);
    beyond.fill(0.0);
}

// `Φᵀ S` summed over blocks: images of the active directions.
struct Sums {
    part: SingleMatrix,
    total: Matrix,
    // columns that `part` holds, and of how many samples
    active: usize,
    samples: usize,
}

impl Sums {
    fn new(directions: &SingleMatrix) -> Self {
        let (width, columns) = directions.shape();
        let (part, total) = (SingleMatrix::zeros(width, columns), Matrix::zeros(width, columns));
        Self { part, total, active: 0, samples: 0 }
    }

    fn add(&mut self, block: &SingleMatrix, scores: &[f32], active: usize) {
        if active != self.active || self.samples + block.nrows() > SAMPLES_IN_SINGLE {
            self.flush();
        }
        let (rows, width) = block.shape();
        let onto = if self.samples == 0 { Onto::Replace } else { Onto::Add };
        let factors = (Block::dense(block.as_slice(), rows, width).transposed(), Block::dense(scores, rows, active));
        let part = &mut self.part.as_mut_slice()[..width * active];
        f32::multiply(BlockMut::dense(part, width, active), onto, 1.0, factors);
        (self.active, self.samples) = (active, self.samples + rows);
    }

    fn flush(&mut self) {
        if self.samples > 0 {
            let held = self.active * self.total.nrows();
            let sums = self.total.as_mut_slice()[..held].iter_mut();
            sums.zip(self.part.as_slice()).for_each(|(s, v)| *s += f64::from(*v));
        }
        self.samples = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::super::features::{CentredLayer, Inputs as _, Source, StreamedInputs};
    use super::*;
    use crate::math::MathError;
    use crate::math::linalg::{double, product};
    use crate::math::lofi::moment::signed_moment;
    use crate::math::random::Stream;

    const WIDTH: usize = 40;

    fn with_samples(check: impl Fn(&Streamed<'_, MathError>, &Matrix)) {
        let calm = || Ok(());
        let (inputs, layer) = (StreamedInputs::new(1, 0, 10), CentredLayer::draw((1, 0), 10, WIDTH));
        let source = Source { inputs: &inputs, layer: &layer, rows: 2500, interrupt: &calm };
        check(&Streamed::new(source, 0).unwrap(), &double(&layer.apply(&inputs.rows(0..2500))));
    }

    fn directions(number: u64, columns: usize) -> Matrix {
        Stream::new(3, "test-directions", number).normal_columns(WIDTH, 0, columns)
    }

    #[test]
    fn one_pass_gives_the_products_of_every_explicit_matrix() {
        with_samples(|streamed, z| {
            let sizes = [300, 2500, 1, 256, 1500, 257];
            let of: Vec<Vec<f64>> =
                sizes.iter().map(|&n| (0..n).map(|j| (0.3 * j as f64 + n as f64).sin()).collect()).collect();
            let vectors: Vec<Matrix> = (0..6).map(|i| directions(i, 1 + i as usize % 3)).collect();
            let terms: Vec<Term<'_>> =
                of.iter().zip(&vectors).map(|(weights, directions)| Term { weights, directions }).collect();
            for (i, image) in moments_times(streamed, &terms).unwrap().iter().enumerate() {
                let explicit = signed_moment(&z.rows(0, sizes[i]).into_owned(), &of[i]).unwrap();
                let difference = image - product(&explicit, &vectors[i]);
                assert!(difference.amax() < 2e-6 * explicit.norm(), "n = {}: {}", sizes[i], difference.amax());
            }
        });
    }

    #[test]
    fn projections_are_products_with_the_features() {
        with_samples(|streamed, z| {
            let (few, many) = (directions(0, 2), directions(1, 3));
            let found = projections(streamed, &[(700, &few), (2500, &many), (256, &many)]).unwrap();
            for (found, (n, v)) in found.iter().zip([(700, &few), (2500, &many), (256, &many)]) {
                assert_eq!(found.shape(), (n, v.ncols()));
                assert!((double(found) - product(&z.rows(0, n).into_owned(), v)).amax() < 1e-5);
            }
        });
    }
}
