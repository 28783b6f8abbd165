//! One layer of a stack of LoFi layers: its products, in double precision or in single.

use super::random_features::RandomLayer;
use super::slope::slope;
use crate::math::error::{MathError, check_size};
use crate::math::linalg::{
    Matrix, SingleMatrix, double, product, product_nt, product_nt_single, product_single, single,
};

/// A LoFi layer: a random lift and the directions that are kept of it.
#[derive(Debug, Clone, PartialEq)]
pub struct StackLayer {
    /// The lift, d x P.
    pub lift: RandomLayer,
    /// V, P x K.
    pub directions: Matrix,
    /// W rounded, where products with it are in single precision.
    pub single: Option<SingleMatrix>,
}

impl StackLayer {
    /// `z = σ(h W/c)/√P`. Shapes: n x d -> n x P. Cost: 2ndP. Source: as [`RandomLayer::apply`].
    ///
    /// # Errors
    /// [`MathError::Shape`] where the inputs do not fit.
    pub fn lifted(&self, h: &Matrix) -> Result<Matrix, MathError> {
        if self.single.is_none() {
            return self.lift.apply(h);
        }
        let mut z = self.pre_activations(h)?;
        self.lift.activation.apply(&mut z);
        z /= (self.lift.weights.ncols() as f64).sqrt();
        Ok(z)
    }

    /// z and `σ'(h W/c)`. Shapes: n x d -> n x P twice. Cost: 2ndP. Source: the chain rule.
    ///
    /// # Errors
    /// [`MathError::Shape`] where the inputs do not fit; [`MathError::Range`] for an activation without [`slope`].
    pub fn lifted_with_slopes(&self, h: &Matrix) -> Result<(Matrix, Matrix), MathError> {
        let mut z = self.pre_activations(h)?;
        let without =
            MathError::Range { what: "slope of the activation", found: f64::NAN, expected: "one that is defined" };
        let slopes = z.map(slope(self.lift.activation).ok_or(without)?);
        self.lift.activation.apply(&mut z);
        z /= (self.lift.weights.ncols() as f64).sqrt();
        Ok((z, slopes))
    }

    /// `z V`. Shapes: n x P -> n x K. Cost: 2nPK. Source: the paper, the filter of a LoFi layer.
    pub fn filtered(&self, z: &Matrix) -> Matrix {
        product(z, &self.directions)
    }

    /// `g Wᵀ`. Shapes: n x P -> n x d. Cost: 2ndP. Source: the chain rule.
    pub fn back(&self, gradient: &Matrix) -> Matrix {
        match &self.single {
            Some(weights) => double(&product_nt_single(&single(gradient), weights)),
            None => product_nt(gradient, &self.lift.weights),
        }
    }

    fn pre_activations(&self, h: &Matrix) -> Result<Matrix, MathError> {
        check_size("columns of the input", h.ncols(), self.lift.weights.nrows())?;
        let mut z = match &self.single {
            Some(weights) => double(&product_single(&single(h), weights)),
            None => product(h, &self.lift.weights),
        };
        z /= self.lift.scale;
        Ok(z)
    }
}
