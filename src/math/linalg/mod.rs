//! Matrices, products, and their decompositions.
//!
//! Only this folder names crates of linear algebra; what a decomposition is for stands in `kernel`, `lofi` and `ridge`.
//! Start with `dense`: the matrix type and its products.

pub mod dense;
pub mod eigen;
pub mod singular;

pub use dense::{
    Block, BlockMut, Eigen, Matrix, Onto, Product, SingleMatrix, Vector, add_gram, add_product_nt,
    add_symmetric_product_tn, canonical_signs, cholesky_solve, double, ensure_shape, gram, leading_columns,
    mirror_lower, orthonormal_basis, product, product_into, product_nt, product_single, product_tn, product_tn_single,
    reshaped, row_square_norms, scale_columns, scale_rows, set_symmetric_product_tn_single, single, sym_eigen,
    sym_eigenvalues, symmetric_product_tn, symmetrise,
};
