//! The filter of a lift that is too wide to be formed: block Krylov on the moment operator, in single precision.

use super::feature_stack::RowSource;
use super::filter::MomentFilter;
use crate::math::activation::Activation;
use crate::math::error::{MathError, check_range, check_size};
use crate::math::image::single::activate;
use crate::math::linalg::eigen::truncate;
use crate::math::linalg::{
    Eigen, Matrix, SingleMatrix, canonical_signs, double, orthonormal_basis, product, product_into_single, product_tn,
    product_tn_single, scale_columns, single, sym_eigen, symmetrise,
};
use crate::math::random::Stream;
use std::ops::Range;

/// A random lift `z = σ(hᵀ W/c)/√P` in single precision.
#[derive(Debug, Clone)]
pub struct SingleLayer {
    // W/c, d x P
    weights: SingleMatrix,
    activation: Activation,
}

impl SingleLayer {
    /// The layer whose weights are those of [`super::random_features::draw_weights`], over the input's scale c, rounded.
    ///
    /// Shapes: -> d x P. Cost: dP; memory 4dP bytes and a block. Source: as there.
    pub fn draw((seed, layer): (u64, u64), (input, width): (usize, usize), scale: f64, activation: Activation) -> Self {
        const COLUMNS_AT_ONCE: usize = 1024;
        let stream = Stream::new(seed, "random-features", layer);
        let mut weights = SingleMatrix::zeros(input, width);
        for start in (0..width).step_by(COLUMNS_AT_ONCE) {
            let count = COLUMNS_AT_ONCE.min(width - start);
            let block = stream.normal_columns(input, start, count);
            let into = weights.as_mut_slice()[start * input..(start + count) * input].iter_mut();
            into.zip(block.as_slice()).for_each(|(w, b)| *w = (b / scale) as f32);
        }
        Self { weights, activation }
    }

    /// P. Units: features.
    pub fn width(&self) -> usize {
        self.weights.ncols()
    }

    fn apply(&self, h: &Matrix, z: &mut SingleMatrix) -> Result<(), MathError> {
        check_size("columns of the input", h.ncols(), self.weights.nrows())?;
        product_into_single(z, &single(h), &self.weights);
        activate(self.activation, z);
        let factor = (1.0 / (self.width() as f64).sqrt()) as f32;
        z.iter_mut().for_each(|v| *v *= factor);
        Ok(())
    }

    /// Rows of z that fill a block of 64 MiB, at least one. Units: samples.
    pub fn rows_at_once(&self) -> usize {
        const BLOCK_ENTRIES: usize = 1 << 24;
        (BLOCK_ENTRIES / self.width().max(1)).clamp(1, 4096)
    }

    /// Calls `each` with the lift of every block of rows. Cost: 2ndP.
    fn each_block<E: From<MathError>>(
        &self,
        rows: RowSource<'_, E>,
        mut each: impl FnMut(Range<usize>, &SingleMatrix) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut z = SingleMatrix::zeros(0, 0);
        for start in (0..rows.count).step_by(self.rows_at_once()) {
            let range = start..(start + self.rows_at_once()).min(rows.count);
            self.apply(&(rows.rows)(range.clone())?, &mut z)?;
            each(range, &z)?;
        }
        Ok(())
    }

    /// The filtered samples `z V`. Shapes: n x d, P x K -> n x K. Cost: 2n (d + K) P.
    /// Source: the paper, the filter of a LoFi layer.
    ///
    /// # Errors
    /// [`MathError::Shape`] where sizes differ, and whatever the rows return.
    pub fn project<E: From<MathError>>(&self, rows: RowSource<'_, E>, directions: &Matrix) -> Result<Matrix, E> {
        check_size("rows of the directions", directions.nrows(), self.width())?;
        let (thin, mut block) = (single(directions), SingleMatrix::zeros(0, 0));
        let mut out = Matrix::zeros(rows.count, directions.ncols());
        self.each_block(rows, |range, z| {
            product_into_single(&mut block, z, &thin);
            out.rows_mut(range.start, range.len()).copy_from(&double(&block));
            Ok(())
        })?;
        Ok(out)
    }

    // C V in one pass over the samples; a block's part in single precision, the sum in double.
    fn moment_times<E: From<MathError>>(
        &self,
        rows: RowSource<'_, E>,
        labels: &[f64],
        directions: &Matrix,
    ) -> Result<Matrix, E> {
        let (thin, mut scores) = (single(directions), SingleMatrix::zeros(0, 0));
        let mut sum = Matrix::zeros(directions.nrows(), directions.ncols());
        self.each_block(rows, |range, z| {
            product_into_single(&mut scores, z, &thin);
            for mut column in scores.column_iter_mut() {
                column.iter_mut().zip(&labels[range.clone()]).for_each(|(v, y)| *v *= *y as f32);
            }
            let part = product_tn_single(z, &scores);
            sum.iter_mut().zip(part.iter()).for_each(|(s, v)| *s += f64::from(*v));
            Ok(())
        })?;
        Ok(sum / labels.len() as f64)
    }
}

/// What is wanted of a filter that is not formed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wanted {
    /// K.
    pub keep: usize,
    /// Largest residual ‖Cv − λv‖ of a kept pair, over the largest |λ|.
    pub tolerance: f64,
}

// Passes that are always enough: the residual falls by half a digit or more with each.
const MOST_PASSES: usize = 16;

impl Wanted {
    /// Columns that a pass multiplies: the wider the less passes; where lifting a sample costs more than that, up to
    /// three times K. Units: directions.
    pub fn block(self, input: usize) -> usize {
        self.keep + 2 + (input / 10).min(2 * self.keep)
    }

    /// Whether the Krylov space leaves room in that of P features, for the lift of d inputs. Shapes: d, P.
    pub fn fits(self, input: usize, width: usize) -> bool {
        self.block(input) * (MOST_PASSES + 1) <= width
    }
}

/// A filter that was not formed.
#[derive(Debug, Clone, PartialEq)]
pub struct Implicit {
    /// The filter; eigenvalues are the moments of `train` along its directions.
    pub filter: MomentFilter,
    /// The filtered training samples, n x K.
    pub train: Matrix,
    /// The largest residual, over the largest |λ|.
    pub residual: f64,
    /// Passes over the samples, the one that filters them left out.
    pub passes: usize,
}

/// The filter of the K eigendirections of largest |λ| of `C = Zᵀ diag(y) Z/n`, neither C nor Z formed.
///
/// A block Krylov space of a random start, in full, with Rayleigh–Ritz after each pass. Products of a block of samples in
/// single precision, sums over blocks and everything on the basis in double.
/// Shapes: n x d, n -> K values, P x K. Units: the tolerance is relative.
/// Cost: at most 16 passes of 2n (d + 2b) P, b = [`Wanted::block`]; memory 16 P b bytes for each pass, and 4dP.
/// Error: the tolerance, over the gap to the next eigenvalue; and 1e-6 of the covariance's largest eigenvalue.
/// Source: the paper, the filter of a LoFi layer; Saad, *Numerical Methods for Large Eigenvalue Problems*, 2011, ch. 6.
///
/// # Errors
/// [`MathError::Range`] where the space does not fit, [`MathError::NoConvergence`] after 16 passes, and whatever the
/// rows return.
pub fn implicit_filter<E: From<MathError>>(
    layer: &SingleLayer,
    rows: RowSource<'_, E>,
    labels: &[f64],
    wanted: Wanted,
) -> Result<Implicit, E> {
    check_size("labels", labels.len(), rows.count)?;
    let input = layer.weights.nrows();
    check_range(wanted.fits(input, layer.width()), "features", layer.width() as f64, "many times the directions")?;
    let start =
        Stream::new(0, "krylov-start", wanted.keep as u64).normal_columns(layer.width(), 0, wanted.block(input));
    let mut space = Space { blocks: vec![orthonormal_basis(&start)], images: Vec::new() };
    for pass in 1..=MOST_PASSES {
        let image = layer.moment_times(rows, labels, &space.blocks[pass - 1])?;
        space.images.push(image);
        let (top, residual) = space.leading(wanted.keep)?;
        if residual <= wanted.tolerance {
            return finished(layer, (rows, labels), top, (residual, pass));
        }
        space.extend();
    }
    Err(MathError::NoConvergence { what: "the filter of a lift that is not formed" }.into())
}

fn finished<E: From<MathError>>(
    layer: &SingleLayer,
    (rows, labels): (RowSource<'_, E>, &[f64]),
    Eigen { mut vectors, .. }: Eigen,
    (residual, passes): (f64, usize),
) -> Result<Implicit, E> {
    let signs = canonical_signs(&vectors);
    scale_columns(&mut vectors, &signs);
    let train = layer.project(rows, &vectors)?;
    let moment = |k: usize| train.column(k).iter().zip(labels).map(|(h, y)| y * h * h).sum::<f64>();
    let eigenvalues = (0..train.ncols()).map(|k| moment(k) / labels.len() as f64).collect();
    Ok(Implicit { filter: MomentFilter { eigenvalues, directions: vectors }, train, residual, passes })
}

// An orthonormal basis in blocks, and the operator applied to them.
struct Space {
    blocks: Vec<Matrix>,
    images: Vec<Matrix>,
}

impl Space {
    // The last image, made orthonormal to the basis, is the next block.
    fn extend(&mut self) {
        let Some(mut next) = self.images.last().cloned() else { return };
        for _ in 0..2 {
            for block in &self.blocks {
                next -= product(block, &product_tn(block, &next));
            }
            next = orthonormal_basis(&next);
        }
        self.blocks.push(next);
    }

    // The leading Ritz pairs, and the largest residual of one of them over the largest |λ|.
    fn leading(&self, keep: usize) -> Result<(Eigen, f64), MathError> {
        let width = self.blocks[0].ncols();
        let size = width * self.images.len();
        let mut inner = Matrix::zeros(size, size);
        for (i, block) in self.blocks.iter().enumerate() {
            for (j, image) in self.images.iter().enumerate() {
                inner.view_mut((i * width, j * width), (width, width)).copy_from(&product_tn(block, image));
            }
        }
        symmetrise(&mut inner);
        let ritz = truncate(sym_eigen(&inner)?, keep);
        let part = |of: &[Matrix]| {
            of.iter().enumerate().fold(Matrix::zeros(of[0].nrows(), keep), |sum, (i, block)| {
                sum + product(block, &ritz.vectors.rows(i * width, width).into_owned())
            })
        };
        let (vectors, images) = (part(&self.blocks), part(&self.images));
        let away = |k: usize| (images.column(k) - vectors.column(k) * ritz.values[k]).norm();
        let residual = (0..keep).map(away).fold(0.0, f64::max) / ritz.values[0].abs();
        Ok((Eigen { values: ritz.values.clone(), vectors }, residual))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::lofi::filter::{Route, moment_filter};
    use crate::math::lofi::random_features::{RandomLayer, draw_weights};

    const WIDTH: usize = 900;

    fn samples() -> (Matrix, Vec<f64>) {
        let decay: Vec<f64> = (0..30).map(|j| 1.0 / (1.0 + f64::from(j))).collect();
        let mut h = Stream::new(4, "test-data", 0).normal_columns(5000, 0, 30);
        scale_columns(&mut h, &decay);
        let y = h.row_iter().map(|r| if r[0] * r[1] + 0.5 * r[2] > 0.1 { 1.0 } else { -1.0 }).collect();
        (h, y)
    }

    #[test]
    fn the_filter_is_that_of_the_formed_moment_whatever_the_activation() {
        let (h, labels) = samples();
        for activation in [Activation::Relu, Activation::Tanh, Activation::ReluNormalized] {
            let plain = RandomLayer::fit(&h, draw_weights(3, 1, 30, WIDTH), activation).unwrap();
            let z = plain.apply(&h).unwrap();
            let expected = moment_filter(&z, &labels, 6, Route::Primal).unwrap();
            let layer = SingleLayer::draw((3, 1), (30, WIDTH), plain.scale, activation);
            let rows = |r: Range<usize>| Ok::<_, MathError>(h.rows(r.start, r.len()).into_owned());
            let source = RowSource { count: 5000, rows: &rows };
            let wanted = Wanted { keep: 6, tolerance: 1e-5 };
            let found = implicit_filter(&layer, source, &labels, wanted).unwrap();
            assert!(found.residual <= 1e-5 && found.passes > 1);
            for k in 0..6 {
                let (a, b) = (found.filter.eigenvalues[k], expected.eigenvalues[k]);
                assert!((a - b).abs() < 1e-5 * expected.eigenvalues[0].abs(), "{}: {a} {b}", activation.name());
                let overlap = found.filter.directions.column(k).dot(&expected.directions.column(k));
                assert!((overlap - 1.0).abs() < 1e-6, "{} {k}: {overlap}", activation.name());
            }
            let features = expected.apply(&z);
            assert!((&found.train - &features).amax() < 1e-3 * features.amax());
            assert!((layer.project(source, &found.filter.directions).unwrap() - &found.train).amax() < 1e-12);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (h, labels) = samples();
        let rows = |r: Range<usize>| Ok::<_, MathError>(h.rows(r.start, r.len()).into_owned());
        let source = RowSource { count: 5000, rows: &rows };
        let wanted = Wanted { keep: 6, tolerance: 1e-5 };
        let layer = |input: usize, width: usize| SingleLayer::draw((3, 1), (input, width), 1.0, Activation::Relu);
        assert!(implicit_filter(&layer(30, 150), source, &labels, wanted).is_err());
        assert!(implicit_filter(&layer(29, WIDTH), source, &labels, wanted).is_err());
        assert!(implicit_filter(&layer(30, WIDTH), source, &labels[1..], wanted).is_err());
        assert!(layer(30, WIDTH).project(source, &Matrix::zeros(8, 2)).is_err());
    }
}
