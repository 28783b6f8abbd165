//! Fourier transforms, power spectra of images, and waves on a torus.
//!
//! Maps over the pixels of one image are in `image`, convolutions that are learned by frequency in `network`.
//! Start with `transform`. Cosines and sines of all transforms come from `roots_of_unity`.

pub mod image_spectrum;
pub mod roots_of_unity;
pub mod torus;
pub mod torus_waves;
pub mod transform;

pub use transform::{DecayMask, Smoother, real_fourier_basis};
