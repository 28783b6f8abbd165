//! Dense linear algebra: the only file that names a linear-algebra crate.

/// A dense real matrix, column-major.
pub type Matrix = nalgebra::DMatrix<f64>;
/// A dense real column vector.
pub type Vector = nalgebra::DVector<f64>;
