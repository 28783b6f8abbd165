//! Frozen lifts, written where they stay.

use super::random_features::RandomLayer;
use crate::math::activation::Activation;
use crate::math::error::{MathError, check_range, check_size};
use crate::math::linalg::{Block, BlockMut, Matrix, MatrixOf, Onto, Product};
use std::ops::Range;

/// A frozen lift of either scaling, `Z = σ(H W/before)/after`, in either precision.
#[derive(Debug, Clone, PartialEq)]
pub struct Lift<T: Product> {
    /// d x P.
    pub weights: MatrixOf<T>,
    /// σ.
    pub activation: Activation,
    /// What pre-activations are divided by.
    pub before: f64,
    /// What activations are divided by.
    pub after: f64,
}

impl<T: Product> Lift<T> {
    /// The lift of a [`RandomLayer`]: `Z = σ(H W / c)/√P`. Shapes: d x P. Source: as [`RandomLayer::apply`].
    pub fn scaled(layer: RandomLayer) -> Self {
        let after = (layer.weights.ncols() as f64).sqrt();
        Self { weights: rounded(&layer.weights), activation: layer.activation, before: layer.scale, after }
    }

    /// Without any normalisation, `Z = σ(H W/√P)`: neither the input's scale c nor a further 1/√P.
    ///
    /// Shapes: d x P. Source: the fully connected layer behind convolutions in the reference implementation.
    pub fn unnormalised(weights: Matrix, activation: Activation) -> Self {
        let before = (weights.ncols() as f64).sqrt();
        Self { weights: rounded(&weights), activation, before, after: 1.0 }
    }

    /// Writes the lift of `h` into the rows of `out` from `start` on: what is scaled and bent lies in the cache still.
    ///
    /// Shapes: m x d into m rows of N x P. Units: as [`RandomLayer::apply`]. Cost: 2mdP. Source: as
    /// [`RandomLayer::apply`].
    ///
    /// # Errors
    /// [`MathError::Shape`] where the rows have another length than the weights, or `out` another width or too few rows.
    pub fn write(&self, h: Block<'_, T>, out: &mut MatrixOf<T>, start: usize) -> Result<(), MathError> {
        let ((rows, dim), (height, width)) = (h.shape(), out.shape());
        check_size("columns of the input", dim, self.weights.nrows())?;
        check_size("columns of the lift", width, self.weights.ncols())?;
        check_range(start + rows <= height, "rows of the lift", (start + rows) as f64, "at most those of the result")?;
        if rows == 0 || width == 0 {
            return Ok(());
        }
        let weights = Block::dense(self.weights.as_slice(), dim, width);
        let onto = BlockMut::new(&mut out.as_mut_slice()[start..], (rows, width), height);
        T::multiply(onto, Onto::Replace, T::of(1.0), (h, weights));
        for column in out.as_mut_slice().chunks_exact_mut(height) {
            let part = &mut column[start..start + rows];
            divide(part, self.before);
            self.activation.apply_each(part);
            divide(part, self.after);
        }
        if self.activation == Activation::ReluNormalized {
            self.normalise(out, start..start + rows);
        }
        Ok(())
    }

    // A factor common to a row goes with the norm, but for rows where nothing is active: those stay zero.
    fn normalise(&self, out: &mut MatrixOf<T>, rows: Range<usize>) {
        let mut block = out.rows(rows.start, rows.len()).map(|z| z.to_f64() * self.after);
        Activation::ReluNormalized.apply(&mut block);
        out.rows_mut(rows.start, rows.len()).zip_apply(&block, |z, normalised| *z = T::of(normalised / self.after));
    }
}

fn divide<T: Product>(a: &mut [T], by: f64) {
    a.iter_mut().for_each(|x| *x = T::of(x.to_f64() / by));
}

fn rounded<T: Product>(a: &Matrix) -> MatrixOf<T> {
    a.map(T::of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::lofi::random_features::draw_weights;
    use crate::math::random::Stream;

    fn data() -> (Matrix, Matrix) {
        let stream = Stream::new(4, "test-data", 0);
        (stream.normal_columns(23, 0, 6), stream.normal_columns(8, 6, 6))
    }

    fn written(lift: &Lift<f64>, h: &Matrix) -> Matrix {
        let mut out = Matrix::zeros(h.nrows(), lift.weights.ncols());
        lift.write(Block::dense(h.as_slice(), h.nrows(), h.ncols()), &mut out, 0).unwrap();
        out
    }

    #[test]
    fn a_lift_into_rows_of_a_larger_matrix_is_that_of_the_layer() {
        let (train, test) = data();
        for activation in Activation::ALL {
            let layer = RandomLayer::fit(&train, draw_weights(1, 0, 6, 10), activation).unwrap();
            let expected = layer.apply(&test).unwrap();
            let lift = Lift::<f64>::scaled(layer);
            // rows 2 to 6 of the test samples, read where they lie, into rows 1 to 5
            let mut out = Matrix::from_element(9, 10, 7.0);
            let h = Block::new(&test.as_slice()[2..], (4, 6), 8);
            lift.write(h, &mut out, 1).unwrap();
            let difference = (out.rows(1, 4) - expected.rows(2, 4)).amax();
            assert!(difference < 1e-15, "{}: {difference}", activation.name());
            assert!([0, 5, 6, 7, 8].into_iter().all(|row| out.row(row).iter().all(|v| *v == 7.0)));
            assert!(lift.write(h, &mut out, 6).is_err() && lift.write(h, &mut Matrix::zeros(9, 9), 0).is_err());
        }
    }

    #[test]
    fn unnormalised_lift_is_its_formula_and_relu_differs_by_a_factor() {
        let (train, test) = data();
        let layer = RandomLayer::fit(&train, draw_weights(1, 0, 6, 10), Activation::Relu).unwrap();
        let z = written(&Lift::unnormalised(layer.weights.clone(), Activation::Tanh), &test);
        let pre = (0..6).map(|k| test[(3, k)] * layer.weights[(k, 2)]).sum::<f64>();
        assert!((z[(3, 2)] - (pre / 10.0_f64.sqrt()).tanh()).abs() < 1e-15);
        let z = written(&Lift::unnormalised(layer.weights.clone(), Activation::Relu), &test);
        assert!((z - layer.apply(&test).unwrap() * layer.scale).amax() < 1e-14);
    }

    // Rounding of weights, input and sum: some units of the last of 24 bits, whatever the nonlinearity.
    #[test]
    fn single_precision_is_double_precision_rounded() {
        let (train, test) = data();
        for activation in Activation::ALL {
            let layer = RandomLayer::fit(&train, draw_weights(1, 0, 6, 10), activation).unwrap();
            let expected = layer.apply(&test).unwrap();
            let mut out = MatrixOf::<f32>::zeros(8, 10);
            let h = test.map(f32::of);
            Lift::<f32>::scaled(layer).write(Block::dense(h.as_slice(), 8, 6), &mut out, 0).unwrap();
            let distance = (out.map(f64::from) - &expected).amax();
            let steps = if activation == Activation::Step { f64::INFINITY } else { 1e-6 };
            assert!(distance <= steps * expected.amax(), "{}: {distance}", activation.name());
            assert!(activation == Activation::Step || distance > 0.0 || activation == Activation::CappedRelu);
        }
    }
}
