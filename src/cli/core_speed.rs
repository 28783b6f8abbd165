//! How fast a core is taken to be, for estimates.

/// What one core computes a second, floating-point operations; measured on products of feature matrices.
pub(in crate::cli) const FLOPS_PER_CORE_S: f64 = 3.5e10;
