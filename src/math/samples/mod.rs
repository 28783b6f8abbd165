//! Inputs that are known exactly: directions on a sphere, a ball that falls.
//!
//! Labels of a hierarchy are in `hierarchy`; files are read in `dataset`.
//! Start with `sphere`.

pub mod falling_ball;
pub mod sphere;
