//! Integrals as weighted sums.
//!
//! Kernels that are such integrals are in `kernel`.
//! Start with `gauss_hermite`: expectations over a normal variable.

pub mod gauss_hermite;
pub mod gauss_legendre;

pub use gauss_hermite::GaussHermite;
