//! What is done to images: patches, pooling, convolution with random filters, maps over pixels, other sizes.
//!
//! Trained convolutions are in `network`; files of images are read in `dataset`.
//! Start with `maps`: how images lie in a matrix.

pub mod convolution;
pub mod frequencies;
pub mod maps;
pub mod patch;
pub mod pooling;
pub mod region;
pub mod resample;
pub mod single;
pub mod transform;
