//! Inputs that are known exactly: directions on a sphere, a ball that falls; and which samples lie near which.
//!
//! Labels of a hierarchy are in `hierarchy`; files are read in `dataset`.
//! Start with `sphere`.

pub mod falling_ball;
pub mod nearest;
pub mod sphere;
