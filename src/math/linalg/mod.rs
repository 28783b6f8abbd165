//! Matrices, products, and their decompositions.
//!
//! Only this folder names crates of linear algebra; what a decomposition is for stands in `kernel`, `lofi` and `ridge`.
//! Start with `matrix`, then `products`.

pub mod band;
mod band_systems;
pub mod blocks;
pub mod cholesky;
pub mod decompositions;
pub mod eigen;
pub mod grams;
mod krylov_basis;
pub mod matrix;
pub mod products;
mod reduction;
pub mod rows;
pub mod singular;
mod symmetric_vector;
#[cfg(test)]
mod tests;
mod tridiagonal;

pub use band::BandForm;
pub use blocks::{Block, BlockMut, Onto, Product};
pub use cholesky::Cholesky;
pub use decompositions::{Eigen, canonical_signs, cholesky_solve, orthonormal_basis, sym_eigen, sym_eigenvalues};
pub use grams::set_gram_single;
pub use matrix::{
    Matrix, MatrixOf, SingleMatrix, Vector, double, ensure_shape, leading_columns, leading_square_norms, mirror_lower,
    reshaped, row_square_norms, scale_columns, scale_rows, single, symmetrise,
};
pub use products::{
    add_gram, add_product_nt, add_symmetric_product_tn, gram, gram_of_leading, product, product_into,
    product_into_single, product_nt, product_nt_of_leading, product_nt_single, product_single, product_tn,
    product_tn_single, set_symmetric_product_tn_single, symmetric_product_tn, symmetric_product_tn_single_onto,
};
pub use rows::{ROWS_AT_ONCE, Real, Rows, row_blocks, rows_product, rows_product_single, rows_product_tn};
